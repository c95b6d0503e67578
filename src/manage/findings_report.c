/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/findings_report.h"

#include "base/limits.h"
#include "base/vec.h"
#include "fmt/json.h"
#include "manage/subject.h"
#include "manage/teams.h"
#include "wire/report.h"

static const struct {
        const char *format, *type, *suffix;
} types[] = {
        { "html", "text/html; charset=utf-8", "html" },
        { "csv", "text/csv; charset=utf-8; header=present", "csv" },
        { "json", "application/json", "json" },
        { "markdown", "text/markdown; charset=utf-8", "md" },
        { "sarif", "application/sarif+json", "sarif" },
        { "junit", "application/xml", "xml" },
};

const char *bh_findings_report_type(struct bh_str format, const char **ret_suffix) {
        for (size_t i = 0; i < BH_LEN(types); i++)
                if (bh_str_is(format, types[i].format)) {
                        *ret_suffix = types[i].suffix;
                        return types[i].type;
                }
        return NULL;
}

/* ---- whom it tells of ---- */

BH_VEC_OF(subjects, struct bh_str);

static const char subjects_sql[] =
        "SELECT s.id FROM subject s WHERE (?1 = 0 OR s.id IN (" BH_TEAMS_IMAGES ")) AND (?2 = '' OR s.id = 'host:' || ?2) AND (?3 = '' OR s.id = ?3) AND "
        "(?4 = 0 OR s.id IN (SELECT ot.image_id FROM team_image ot WHERE ot.team_id = ?4)) ORDER BY s.risk DESC, s.id";

static int find_subjects(struct bh_db *db, const struct bh_findings_report_in *in, struct bh_arena *arena, struct subjects *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_str none = BH_STR("");
        int r = bh_db_ask(db, subjects_sql,
                          BH_ARGS(bh_arg_int(in->mine), bh_arg_text(in->host_id.len ? in->host_id : none), bh_arg_text(in->image_id.len ? in->image_id : none),
                                  bh_arg_int(in->team_id)),
                          &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, ret) = bh_rows_copy(rows, 0, arena);
        return r < 0 ? r : ret->len ? 0 : bh_fail(err, BH_E_NOTFOUND, "nothing of it was scanned yet");
}

/* ---- one of them ---- */

static int load_advice(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        const struct bh_doc *list = NULL;
        struct bh_str json = BH_STR("[]");
        int r = bh_db_text(db, "SELECT advice FROM subject WHERE id = ?1", BH_ARGS(bh_arg_text(s->id)), arena, &json, err);

        r = r < 0 ? r : bh_json_parse(arena, json, &list, err);
        s->report.advice = bh_arena_array(arena, struct bh_advice, bh_doc_count(list) + 1);
        for (const struct bh_doc *d = bh_doc_first(list); d && r >= 0; d = d->next)
                s->report.advice[s->report.n_advice++] = (struct bh_advice){
                        .text = bh_doc_get_text(d, "text"), .owner = bh_doc_get_text(d, "owner"), .n_vulns = (uint32_t) bh_doc_int(bh_doc_get(d, "mends"), 0),
                        .n_critical = (uint32_t) bh_doc_int(bh_doc_get(d, "critical"), 0), .n_exploited = (uint32_t) bh_doc_int(bh_doc_get(d, "exploited"), 0) };
        return r;
}

/* Its risk, and the name people know it by. */
static int load_rest(struct bh_db *db, struct bh_subject *s, struct bh_arena *arena, struct bh_err *err) {
        static const char sql[] = "SELECT s.risk, COALESCE(NULLIF(i.name, ''), NULLIF(h.name, ''), s.target) FROM subject s LEFT JOIN image i ON i.id = s.id "
                                  "LEFT JOIN host h ON h.id = ?2 WHERE s.id = ?1";
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_text(s->id), bh_arg_text(s->host_id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                s->report.risk = bh_rows_real(rows, 0);
                s->report.target = bh_rows_copy(rows, 1, arena);
                s->report.db.present = s->matched_with.len > 0;
        }
        return r;
}

/* 1: it is there; 0: it went away meanwhile. */
static int load(struct bh_db *db, struct bh_str id, struct bh_arena *arena, struct bh_report *ret, struct bh_err *err) {
        const struct bh_doc *detail = NULL;
        struct bh_subject s;
        int r = bh_subject_load(db, id, arena, &s, err);

        if (r <= 0)
                return r;
        r = bh_subject_load_findings(db, &s, arena, err);
        r = r < 0 || s.host_id.len ? r : bh_subject_load_detail(db, &s, arena, &detail, err);
        r = r < 0 ? r : load_advice(db, &s, arena, err);
        r = r < 0 ? r : load_rest(db, &s, arena, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(id));
        *ret = s.report;
        return 1;
}

/* ---- all of them ---- */

struct writing {
        struct bh_db *db;
        const struct bh_report_format *format;
        struct bh_buf *out;
        int (*flush)(void *user, struct bh_buf *buf, struct bh_err *err);
        void *user;
};

/* One after another: only one is held at a time. */
static int write_rows(const struct writing *w, const struct subjects *all, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf rows = { 0 };
        bool begun = false;
        int r = 0;

        for (size_t i = 0; i < all->len && r >= 0; i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct bh_report report;
                struct bh_str head, rest;

                r = load(w->db, all->at[i], arena, &report, err);
                if (r <= 0)
                        continue;
                bh_buf_clear(&rows);
                r = w->format->write(&rows, &report, 1, &(struct bh_report_opts){ 0 }, err);
                (void) bh_str_cut(bh_buf_str(&rows), '\n', &head, &rest);
                bh_buf_add(w->out, begun ? rest : bh_buf_str(&rows));
                begun = true;
                r = r < 0 ? r : w->flush(w->user, w->out, err);
        }
        return r;
}

/* A page is written of all at once, so it has the riskiest alone, and says so. */
static int write_page(const struct writing *w, const struct subjects *all, struct bh_arena *arena, struct bh_err *err) {
        size_t most = BH_MIN(all->len, BH_LIMIT_FINDINGS_REPORT);
        struct bh_report *reports = bh_arena_array(arena, struct bh_report, most);
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; i < most && r >= 0; i++) {
                r = w->flush(w->user, w->out, err); /* whoever waits may have gone */
                r = r < 0 ? r : load(w->db, all->at[i], arena, &reports[n], err);
                n += r > 0;
        }
        if (r >= 0 && n && most < all->len) {
                reports[0].notes = bh_arena_array(arena, struct bh_str, 1);
                reports[0].n_notes = 1;
                reports[0].notes[0] = bh_arena_printf(arena, "%zu further images and hosts with less risk are not in this document: its CSV has all of them", all->len - most);
        }
        r = r < 0 ? r : w->format->write(w->out, reports, n, &(struct bh_report_opts){ .all = true }, err);
        return r < 0 ? r : w->flush(w->user, w->out, err);
}

int bh_findings_report(struct bh_db *db, const struct bh_findings_report_in *in, struct bh_buf *out,
                       int (*flush)(void *user, struct bh_buf *buf, struct bh_err *err), void *user, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct writing w = { .db = db, .out = out, .flush = flush, .user = user };
        struct subjects all = { 0 };
        const char *suffix;
        int r = bh_findings_report_type(in->format, &suffix)
                        ? bh_report_format_find(in->format, &w.format, err)
                        : bh_fail(err, BH_E_FORMAT, "there is no format %s: html, csv, json, markdown, sarif or junit", BH_QUOTE(in->format));

        r = r < 0 ? r : find_subjects(db, in, arena, &all, err);
        if (r < 0)
                return r;
        r = bh_str_is(in->format, "csv") ? write_rows(&w, &all, err) : write_page(&w, &all, arena, err);
        return r < 0 ? r : 0;
}
