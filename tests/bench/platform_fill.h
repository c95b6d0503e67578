/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_BENCH_PLATFORM_FILL_H
#define BH_TESTS_BENCH_PLATFORM_FILL_H
/* A database as a large site has it after months, made in one go: the same rows every time. */
#include <stdint.h>

#include "base/err.h"

struct bh_fill {
        int64_t hosts, images, packages, vulns; /* a container or two on each host */
        int64_t findings, alerts;
};

/* Into a file that bh_store_open has made and nobody has open. The newest alert is at now_ms. */
int bh_fill(const char *path, const struct bh_fill *how, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;

#endif
