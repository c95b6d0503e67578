/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_DOCUMENT_H
#define BH_MANAGE_DOCUMENT_H
/*
 * A report that needs no console: what it is of, in which form, written from
 * the database. manage/reports.h makes them by the clock.
 */
#include <stdatomic.h>

#include "base/buf.h"
#include "store/db.h"

struct bh_document {
        struct bh_str kind;            /* "inspection": how things are set up; "findings": what scans found */
        struct bh_str scope, scope_id; /* "all"; or "host", "image", "team" and whose number it is */
        struct bh_str format, lang;    /* "en", "zh" */
        int64_t now_ms;
};

/* The media type, and what its file's name ends with; NULL: there is no such kind, or not in that format. */
const char *bh_document_type(struct bh_str kind, struct bh_str format, const char **ret_suffix);
/* All of it is known, and there is what it is of, whose name comes back. FORMAT, NOTFOUND: what is wrong. */
int bh_document_check(struct bh_db *db, const struct bh_document *d, struct bh_arena *arena, struct bh_str *ret_name, struct bh_err *err) BH_MUST_CHECK;
/* LIMIT: it is larger than BH_LIMIT_COMPLIANCE_REPORT; TIMEOUT: `stop` became true. */
int bh_document_write(struct bh_db *db, const struct bh_document *d, const atomic_bool *stop, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* "inspection-2026-11-30.html" */
struct bh_str bh_document_file(const struct bh_document *d, struct bh_arena *arena);

#endif
