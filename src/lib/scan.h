/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_SCAN_H
#define BH_LIB_SCAN_H
/*
 * A whole scan: a target's name in, a report out. This is where the engines,
 * which do not know each other, are introduced: acquire -> merge -> match ->
 * rank -> attribute.
 */
#include "gate/policy.h"
#include "gate/vex.h"
#include "lib/acquire.h"
#include "model/report.h"
#include "scan/licence/table.h"

struct bh_index;

struct bh_scan_opts {
        struct bh_acquire_opts acquire;
        struct bh_index *index; /* NULL: no vulnerabilities are looked up, and a note says so */
        struct bh_str index_path;
        bool texts; /* fill in titles, descriptions and references of vulnerabilities: most of a scan that reads no image */
        const struct bh_str *newer_bases; /* targets, or "engine": what moving to them would mend */
        uint32_t n_newer_bases;
        struct bh_str base;             /* what the image is built upon: a target, or a digest of its top layer; empty: find out */
        const struct bh_policy *policy; /* owners, known bases, exceptions, rules; NULL: none */
        const struct bh_vex_list *vex;  /* NULL: none */
        const struct bh_licences *licence_table; /* NULL: classes of licences are not told */
        bool licences;                  /* make findings of them; so does a rule that asks about licences */
        int64_t today_s; /* for the expiry of exceptions; all else goes by the date of the database */
        struct bh_str version;
};

/* The report lives in `arena` and borrows from the index. */
int bh_scan(struct bh_str target, const struct bh_scan_opts *opts, struct bh_arena *arena, struct bh_report *ret,
            struct bh_err *err) BH_MUST_CHECK;

#endif
