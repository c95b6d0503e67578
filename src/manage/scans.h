/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SCANS_H
#define BH_MANAGE_SCANS_H
/*
 * A report of `bulkhead scan --no-db --format json` into rows: the image, its
 * names and layers, its packages, and all findings that are no vulnerability.
 * What its packages are vulnerable to is matched here (manage/match.c), with
 * the server's own index, whoever made the report.
 */
#include "base/arena.h"
#include "fmt/doc.h"
#include "store/db.h"

struct bh_manage;

struct bh_scan_in {
        bool host;                    /* of a host's own packages, not of an image */
        struct bh_str id;             /* of the image; empty: as the report says. Of a host: the host's */
        const struct bh_doc *report;  /* the whole document, or one of its "reports" */
        const struct bh_doc *refs;    /* names the image goes by there; NULL: what the report knows */
        struct bh_str host_id;        /* whose engine has it; empty: a registry's */
        struct bh_str by;             /* who scanned it: an agent's id, "registry:3" */
        int64_t registry_id;          /* 0: none */
        struct bh_str digest;         /* of the manifest, when it is known */
        struct bh_str environment;    /* of that registry */
        int64_t now_ms;
        struct bh_manage *manage;     /* told of what is to be matched; NULL: nobody */
};

/* In a write. FORMAT: the report is not what it claims to be, and nothing of it was taken. *ret_subject lies in the arena. */
int bh_scan_take(struct bh_db *db, const struct bh_scan_in *in, struct bh_arena *arena, struct bh_str *ret_subject, struct bh_err *err) BH_MUST_CHECK;

/* "registry.example:5000/team/app:1.4@sha256:..." in its parts; without a registry it is "docker.io", as engines have it. */
struct bh_ref_parts {
        struct bh_str registry, repository, tag, digest;
};
struct bh_ref_parts bh_ref_split(struct bh_arena *arena, struct bh_str ref);

#endif
