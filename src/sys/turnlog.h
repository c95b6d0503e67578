/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_TURNLOG_H
#define BH_SYS_TURNLOG_H
/* A log file that stays small: at a size it becomes NAME.1, NAME.1 becomes NAME.2, the oldest goes. */
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct bh_turnlog {
        char path[4000];
        int fd; /* -1: closed */
        uint64_t bytes, max_bytes;
        unsigned keep;
};

/* Appends to what is there. */
int bh_turnlog_open(struct bh_turnlog *log, const char *path, uint64_t max_bytes, unsigned keep, struct bh_err *err) BH_MUST_CHECK;
/* What cannot be written is lost: a log must not end what it tells of. */
void bh_turnlog_add(struct bh_turnlog *log, struct bh_str bytes);
void bh_turnlog_close(struct bh_turnlog *log);

#endif
