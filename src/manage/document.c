/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/document.h"

#include "base/limits.h"
#include "base/text.h"
#include "manage/compliance.h"
#include "manage/findings_report.h"

/* Whose it may be: how its name is asked by its number, as text. */
static const struct {
        const char *word, *sql;
} scopes[] = {
        { "all", "SELECT '' WHERE ?1 = ''" },
        { "host", "SELECT COALESCE(NULLIF(name, ''), id) FROM host WHERE id = ?1" },
        { "image", "SELECT COALESCE(NULLIF(name, ''), id) FROM image WHERE id = ?1" },
        { "team", "SELECT name FROM team WHERE CAST(id AS TEXT) = ?1" },
};

const char *bh_document_type(struct bh_str kind, struct bh_str format, const char **ret_suffix) {
        return bh_str_is(kind, "inspection") ? bh_compliance_report_type(format, ret_suffix)
               : bh_str_is(kind, "findings") ? bh_findings_report_type(format, ret_suffix)
                                             : NULL;
}

static int check_scope(struct bh_db *db, const struct bh_document *d, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        for (size_t i = 0; i < BH_LEN(scopes); i++)
                if (bh_str_is(d->scope, scopes[i].word)) {
                        int r = bh_db_text(db, scopes[i].sql, BH_ARGS(bh_arg_text(d->scope_id.len ? d->scope_id : BH_STR(""))), arena, ret, err);

                        return r != 0 ? r : i == 0 ? bh_fail(err, BH_E_FORMAT, "a report of all has no scope_id")
                                                   : bh_fail(err, BH_E_NOTFOUND, "there is no %s %s", scopes[i].word, BH_QUOTE(d->scope_id));
                }
        return bh_fail(err, BH_E_FORMAT, "there is no scope %s: all, host, image or team", BH_QUOTE(d->scope));
}

int bh_document_check(struct bh_db *db, const struct bh_document *d, struct bh_arena *arena, struct bh_str *ret_name, struct bh_err *err) {
        const char *suffix;
        int r;

        if (!bh_str_is(d->kind, "inspection") && !bh_str_is(d->kind, "findings"))
                return bh_fail(err, BH_E_FORMAT, "there is no kind of report %s: inspection or findings", BH_QUOTE(d->kind));
        if (!bh_document_type(d->kind, d->format, &suffix))
                return bh_fail(err, BH_E_FORMAT, "a report of %s has no format %s: %s", bh_str_is(d->kind, "findings") ? "findings" : "inspection", BH_QUOTE(d->format),
                               bh_str_is(d->kind, "findings") ? "html, csv, json, markdown, sarif or junit" : "html, csv, json, junit or oscal");
        if (!bh_str_is(d->lang, "en") && !bh_str_is(d->lang, "zh"))
                return bh_fail(err, BH_E_FORMAT, "lang is en or zh");
        r = check_scope(db, d, arena, ret_name, err);
        return r < 0 ? r : 0;
}

/* All of it stays in the buffer. */
static int keep(void *user, struct bh_buf *buf, struct bh_err *err) {
        const atomic_bool *stop = user;

        if (atomic_load(stop))
                return bh_fail(err, BH_E_TIMEOUT, "the server is ending");
        return buf->len <= BH_LIMIT_COMPLIANCE_REPORT ? 0 : bh_fail(err, BH_E_LIMIT, "the report is larger than %d MiB", (int) (BH_LIMIT_COMPLIANCE_REPORT / BH_MIB));
}

static struct bh_str id_of(const struct bh_document *d, const char *scope) {
        return bh_str_is(d->scope, scope) ? d->scope_id : BH_STR("");
}

int bh_document_write(struct bh_db *db, const struct bh_document *d, const atomic_bool *stop, struct bh_buf *out, struct bh_err *err) {
        void *user = (void *) (uintptr_t) stop; /* it is only read */
        struct bh_str host = id_of(d, "host"), image = id_of(d, "image");
        uint64_t team = 0;

        (void) bh_str_u64(id_of(d, "team"), &team);
        if (bh_str_is(d->kind, "inspection"))
                return bh_compliance_report(db,
                                            &(struct bh_compliance_report_in){ .format = d->format, .host_id = host, .image_id = image, .team_id = (int64_t) team,
                                                                               .now_ms = d->now_ms, .chinese = bh_str_is(d->lang, "zh") },
                                            out, keep, user, err);
        return bh_findings_report(db, &(struct bh_findings_report_in){ .format = d->format, .host_id = host, .image_id = image, .team_id = (int64_t) team }, out, keep, user,
                                  err);
}

struct bh_str bh_document_file(const struct bh_document *d, struct bh_arena *arena) {
        const char *suffix = "txt";
        char day[21];

        (void) bh_document_type(d->kind, d->format, &suffix);
        return bh_arena_printf(arena, "%.*s-%.10s.%s", BH_FMT(d->kind), bh_time_print(d->now_ms / 1000, day), suffix);
}
