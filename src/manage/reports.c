/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/reports.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/digest.h"
#include "manage/integrations.h"
#include "manage/reports_row.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/turns.h"

enum { LOOK_MS = 5000, SWEEP_MS = 3600 * 1000 };

static const int64_t pauses_ms[] = { 60000, 300000, 900000, 3600000, 14400000 };

struct reports {
        struct bh_manage *manage;
        struct bh_turns turns;
        int64_t swept_ms; /* the thread's own */
};

struct bh_schedule bh_reports_schedule(struct bh_str every, int64_t day, int64_t minute, int64_t utc_offset) {
        char word[8];

        (void) snprintf(word, sizeof word, "%.*s", BH_FMT(every));
        return (struct bh_schedule){ bh_every_of(word), (int) day, (int) minute, (int) utc_offset };
}

static struct bh_str folder_of(const struct bh_manage *m, struct bh_arena *arena) {
        return bh_arena_printf(arena, "%s/reports", bh_manage_opts(m)->state_dir);
}

const char *bh_reports_path(const struct bh_manage *m, struct bh_arena *arena, int64_t schedule_id, int64_t made_ms) {
        return bh_arena_printf(arena, "%.*s/%lld-%lld", BH_FMT(folder_of(m, arena)), (long long) schedule_id, (long long) made_ms).at;
}

/* ---- making ---- */

static int write_file(const struct reports *p, struct bh_report_row *row, struct bh_arena *arena, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_store *store = bh_manage_opts(p->manage)->store;
        const char *folder = folder_of(p->manage, arena).at;
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_document_check(db, &row->document, arena, &row->scope_name, err);
        r = r < 0 ? r : bh_document_write(db, &row->document, &p->turns.ending, &out, err);
        bh_store_give_back(store, &db);
        if (r >= 0 && mkdir(folder, 0700) < 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", folder);
        row->bytes = (int64_t) out.len;
        row->sha256 = bh_digest_sha256(arena, bh_buf_str(&out));
        return r < 0 ? r : bh_fd_write_own(bh_reports_path(p->manage, arena, row->schedule_id, row->document.now_ms), BH_STR(""), bh_buf_str(&out), err);
}

struct note {
        const struct bh_report_row *row;
        struct bh_str said, why;
        int64_t now_ms, next_ms;
};

static int note_made(struct bh_db *db, void *user, struct bh_err *err) {
        const struct note *n = user;

        return bh_report_row_made(db, n->row, n->why, err);
}

/* Below zero: it could not be noted, so it is due still. */
static int make(struct reports *p, struct bh_report_row *row, struct bh_arena *arena, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = write_file(p, row, arena, &why);
        struct note note = { .row = row, .why = bh_str_of(r < 0 ? why.text : "") };

        if (r < 0 && atomic_load(&p->turns.ending))
                return 0; /* it is due still */
        r = bh_store_write(bh_manage_opts(p->manage)->store, note_made, &note, err);
        bh_manage_live(p->manage, "reports", BH_STR("{}"));
        return r;
}

/* ---- mailing ---- */

static int send(const struct reports *p, const struct bh_report_row *row, const struct bh_integration *to, struct bh_arena *arena, struct bh_sink_result *ret,
                struct bh_err *err) {
        const struct bh_document *d = &row->document;
        bool carried = row->bytes <= (int64_t) BH_LIMIT_REPORT_MAIL;
        const char *suffix, *path = bh_reports_path(p->manage, arena, row->schedule_id, d->now_ms);
        struct bh_parcel parcel = { .uid = bh_arena_printf(arena, "report-%lld-%lld", (long long) row->schedule_id, (long long) d->now_ms),
                                    .subject = bh_arena_printf(arena, "[Bulkhead] %.*s", BH_FMT(row->name)), .file = bh_document_file(d, arena),
                                    .type = bh_str_of(bh_document_type(d->kind, d->format, &suffix)), .to = row->recipients, .now_ms = bh_clock_ms(CLOCK_REALTIME) };
        int r = carried ? bh_fd_read_file(arena, path, BH_LIMIT_REPORT_MAIL, &parcel.bytes, err) : 0;

        parcel.text = bh_report_row_text(row, carried ? parcel.file : BH_STR(""), arena);
        return r < 0 ? r : bh_integration_deliver(p->manage, to, &parcel, &p->turns.ending, ret, err);
}

static int load_receiver(const struct reports *p, int64_t id, struct bh_arena *arena, struct bh_integration *ret, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(p->manage)->store;
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        if (r < 0)
                return r;
        r = bh_integration_load(p->manage, db, id, arena, ret, err);
        bh_store_give_back(store, &db);
        return r == 0 ? bh_fail(err, BH_E_FORMAT, "there is no integration %lld", (long long) id) : r;
}

static int note_mailed(struct bh_db *db, void *user, struct bh_err *err) {
        const struct note *n = user;

        return bh_report_row_mailed(db, n->row, n->said, n->why, n->now_ms, n->next_ms, err);
}

static int mail(struct reports *p, const struct bh_report_row *row, struct bh_arena *arena, struct bh_err *err) {
        struct bh_sink_result result = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_integration to;
        struct note note = { .row = row };
        int r = load_receiver(p, row->integration_id, arena, &to, &why);

        r = r < 0 ? r : send(p, row, &to, arena, &result, &why);
        if (r < 0 && atomic_load(&p->turns.ending))
                return 0; /* it was cut off: another try, as if this one had not been */
        note.now_ms = bh_clock_ms(CLOCK_REALTIME);
        note.said = bh_str_of(result.said);
        note.why = bh_str_of(r < 0 ? why.text : "");
        if (r < 0 && r != BH_E_FORMAT && row->tries < (int64_t) BH_LEN(pauses_ms))
                note.next_ms = note.now_ms + pauses_ms[row->tries];
        r = bh_store_write(bh_manage_opts(p->manage)->store, note_mailed, &note, err);
        bh_manage_live(p->manage, "reports", BH_STR("{}"));
        return r;
}

/* ---- files that no row tells of ---- */

static bool is_known(struct bh_db *db, const char *name) {
        long long schedule = 0, made = 0;
        int64_t there = 1;
        int end = 0;

        if (sscanf(name, "%lld-%lld%n", &schedule, &made, &end) != 2 || name[end])
                return true; /* it is not ours */
        return bh_db_number(db, "SELECT 1 FROM report WHERE schedule_id = ?1 AND made_ms = ?2", BH_ARGS(bh_arg_int(schedule), bh_arg_int(made)), &there, NULL) != 0;
}

static void sweep(const struct reports *p, struct bh_db *db, struct bh_arena *arena) {
        const char *folder = folder_of(p->manage, arena).at;
        DIR *d = opendir(folder);

        for (struct dirent *e; d && (e = readdir(d));)
                if (!is_known(db, e->d_name))
                        (void) unlink(bh_arena_printf(arena, "%s/%s", folder, e->d_name).at);
        if (d)
                (void) closedir(d);
}

/* ---- its thread ---- */

/* 1: something was done, and there may be more; below zero: not now. */
static int turn(struct reports *p, bool asked, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_store *store = bh_manage_opts(p->manage)->store;
        int64_t now = bh_clock_ms(CLOCK_REALTIME);
        struct bh_report_row due = { 0 }, waiting = { 0 };
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err), w = 0;

        if (r < 0)
                return r;
        if (asked || now - p->swept_ms >= SWEEP_MS || now < p->swept_ms) {
                sweep(p, db, arena);
                p->swept_ms = now;
        }
        r = bh_report_row_due(db, now, arena, &due, err);
        w = r < 0 ? r : bh_report_row_waiting(db, now, arena, &waiting, err);
        bh_store_give_back(store, &db);
        if (r > 0)
                r = make(p, &due, arena, err) ?: 1;
        if (w > 0)
                w = mail(p, &waiting, arena, err) ?: 1;
        return r < 0 ? r : w < 0 ? w : BH_MAX(r, w);
}

static void *run(void *user) {
        struct reports *p = user;
        bool asked = false;
        int busy = 0;

        while (bh_turns_wait(&p->turns, busy > 0 ? 0 : LOOK_MS, &asked))
                busy = turn(p, asked, NULL);
        return NULL;
}

void bh_reports_wake(const struct bh_manage *m) {
        struct reports *p = bh_manage_part(m, &bh_part_reports);

        if (p)
                bh_turns_wake(&p->turns);
}

static void close_part(void **part) {
        struct reports *p = *part;

        *part = NULL;
        bh_turns_end(&p->turns);
        free(p);
}

static int open_part(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct reports *p = calloc(1, sizeof *p);
        int r;

        if (!p)
                bh_nomem(sizeof *p);
        p->manage = m;
        r = bh_turns_begin(&p->turns, run, p, err);
        if (r < 0)
                free(p);
        else
                *ret = p;
        return r;
}

const struct bh_manage_part bh_part_reports = { .name = "reports", .open = open_part, .close = close_part };
