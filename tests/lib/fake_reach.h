/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_FAKE_REACH_H
#define BH_TESTS_FAKE_REACH_H
/*
 * A world of a few rows for collectors: files, links and an engine's answers
 * by their paths. What has no row is not there.
 */
#include "comply/reach.h"

struct fake_row {
        const char *path, *text; /* "/etc/group", "link:/var/run", "docker:/info", "proc:7:status", "mode:/etc/docker" (octal digits) */
};

struct fake_reach {
        struct bh_reach reach;
        const struct fake_row *rows; /* ended by a row without a path */
        /* Asked when no row fits: may be NULL. */
        const char *(*more)(void *user, const char *path);
        void *user;
};

void fake_reach_init(struct fake_reach *f, const struct fake_row *rows);

#endif
