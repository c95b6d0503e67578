/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_LOGFILE_H
#define BH_SYS_LOGFILE_H
/*
 * A file of lines, or of what a program prints, that turns at its size: it is opened for appending and made
 * with mode 0600. Above its size it becomes FILE.1, what was FILE.1 becomes
 * FILE.2, and so on to the last that is kept.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct bh_logfile {
        const char *path;
        uint64_t size_bytes; /* turn at; 0: never */
        uint32_t keep;       /* turned ones */
        bool own;            /* no link is followed: the folder is another user's */
        int fd;              /* -1: closed, opened with the next line */
        uint64_t size;
};

int bh_logfile_open(struct bh_logfile *f, struct bh_err *err) BH_MUST_CHECK;
/* Bytes as they are: where they are cut, the file may turn. */
int bh_logfile_add(struct bh_logfile *f, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* A line, without its newline. */
int bh_logfile_append(struct bh_logfile *f, struct bh_str line, struct bh_err *err) BH_MUST_CHECK;
void bh_logfile_close(struct bh_logfile *f);

#endif
