/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_DOCKERD_H
#define BH_COMPLY_READ_DOCKERD_H
/*
 * What dockerd was told: its arguments and daemon.json, merged as dockerd does
 * it. Each option has a flag and a key of the file; one that is given by both
 * is a conflict, with which dockerd does not start (but for runtimes, which
 * add up). What it starts with is: the flag, else the file, else its default.
 *
 *     dockerd -H fd:// --icc=false --log-level warn      {"icc": false, "log-opts": {"max-size": "10m"}}
 *
 * Pure. Slices point into what was given.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "fmt/doc.h"

struct bh_dockerd_flag {
        struct bh_str key, value; /* key: as in the file: "hosts", "log-level" */
};

struct bh_dockerd {
        struct bh_arena *arena;
        BH_VEC(struct bh_dockerd_flag) flags;
        const struct bh_doc *file; /* NULL: none, or it could not be read */
        struct bh_str path;        /* of the file, for `where` */
};

/* argv: words between NULs, the first is the program. */
void bh_dockerd_argv(struct bh_dockerd *d, struct bh_str argv);
/* The path --config-file names; empty: none. */
struct bh_str bh_dockerd_file_named(const struct bh_dockerd *d);
/* daemon.json at that path; an empty one is one. BH_E_FORMAT: dockerd would not start with it. */
int bh_dockerd_file(struct bh_dockerd *d, struct bh_str path, struct bh_str json, struct bh_err *err) BH_MUST_CHECK;

/* What an option is: false when it was not told. ret_where: "PATH:LINE" or "--FLAG"; may be NULL. */
bool bh_dockerd_text(const struct bh_dockerd *d, const char *key, struct bh_str *ret, struct bh_str *ret_where);
bool bh_dockerd_bool(const struct bh_dockerd *d, const char *key, bool *ret, struct bh_str *ret_where);
/* Each text of a list, "name=value" of a map; 0 when nothing was told. */
size_t bh_dockerd_list(const struct bh_dockerd *d, const char *key, struct bh_str **ret, struct bh_str *ret_where);
/* Keys that are given both ways. */
size_t bh_dockerd_conflicts(const struct bh_dockerd *d, struct bh_str **ret);

#endif
