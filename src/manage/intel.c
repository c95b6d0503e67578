/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/intel.h"

#include <stdlib.h>

#include "base/limits.h"
#include "fmt/json_put.h"
#include "http/http.h"
#include "manage/policies.h"
#include "sys/clock.h"
#include "sys/turns.h"

enum { TIMEOUT_S = 60, LOOK_MS = 5000, AGAIN_MS = 15 * 60 * 1000 };

/* ---- what nodes get ---- */

static int put_list(struct bh_db *db, const char *name, const char *sql, struct bh_buf *out, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        size_t n = 0;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(BH_LIMIT_INTEL_LIST)), &rows, err);

        bh_buf_printf(out, "- list: %s\n  items: [", name);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_buf_puts(out, n++ ? ",\n    " : "");
                bh_json_put_quoted(out, bh_rows_text(rows, 0));
        }
        bh_buf_puts(out, "]\n");
        bh_rows_done(&rows);
        return r < 0 ? r : (int) n;
}

int bh_intel_rules(struct bh_db *db, struct bh_buf *out, struct bh_err *err) {
        static const char ips[] = "SELECT DISTINCT value FROM indicator WHERE kind = 'ip' ORDER BY value LIMIT ?1";
        static const char nets[] = "SELECT DISTINCT value FROM indicator WHERE kind = 'net' ORDER BY value LIMIT ?1";
        static const char rules[] = "- rule: Connection to an address of threat intelligence\n"
                                    "  desc: A program speaks with an address that a source of indicators warns of.\n"
                                    "  condition: evt.type in (connect, sendto, sendmsg) and (%s%s%s)\n"
                                    "  output: Connection to an address of threat intelligence (connection=%%fd.name sip=%%fd.sip cmd=%%proc.cmdline exe=%%proc.exepath user=%%user.name)\n"
                                    "  priority: CRITICAL\n"
                                    "  tags: [network, intel, mitre_command_and_control, T1071]\n";
        BH_CLEANUP(bh_buf_done) struct bh_buf lists = { 0 };
        int n_ips = put_list(db, "bulkhead_intel_addresses", ips, &lists, err), n_nets;

        if (n_ips < 0)
                return n_ips;
        if (!n_ips)
                bh_buf_clear(&lists);
        n_nets = put_list(db, "bulkhead_intel_networks", nets, &lists, err);
        if (n_nets < 0)
                return n_nets;
        if (!n_ips && !n_nets)
                return 0;
        if (!n_nets)
                lists.len = (size_t) bh_str_find(bh_buf_str(&lists), BH_STR("- list: bulkhead_intel_networks"));
        bh_buf_add(out, bh_buf_str(&lists));
        bh_buf_printf(out, rules, n_ips ? "fd.sip in (bulkhead_intel_addresses)" : "", n_ips && n_nets ? " or " : "",
                      n_nets ? "fd.snet in (bulkhead_intel_networks)" : "");
        return 1;
}

/* ---- what an alert meets ---- */

static int look_up(struct bh_db *db, struct bh_str value, int64_t now_ms, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        static const char sql[] = "SELECT s.name, i.value, i.id FROM indicator i JOIN intel_source s ON s.id = i.source_id "
                                  "WHERE i.value = ?1 AND i.until_ms > ?2 ORDER BY s.name LIMIT 4";
        struct bh_rows *rows = NULL;
        int64_t hit = 0;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_text(value), bh_arg_int(now_ms)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                *ret = bh_arena_printf(arena, "%.*s%s%.*s: %.*s", BH_FMT(*ret), ret->len ? "; " : "", BH_FMT(bh_rows_copy(rows, 0, arena)),
                                       BH_FMT(bh_rows_copy(rows, 1, arena)));
                hit = bh_rows_int(rows, 2);
        }
        bh_rows_done(&rows);
        if (r < 0 || !hit)
                return r < 0 ? r : 0;
        return bh_db_run(db, "UPDATE indicator SET n_hits = n_hits + 1, hit_ms = ?2 WHERE value = ?1", BH_ARGS(bh_arg_text(value), bh_arg_int(now_ms)), NULL, err);
}

int bh_intel_meet(struct bh_db *db, const struct bh_stored_alert *a, int64_t now_ms, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        static const char *const names[] = { "fd.sip", "fd.cip", "fd.rip", "fd.sip.name", "fd.rip.name", "proc.hash", "file.sha256", "file.md5", "digest" };
        struct bh_str asked[BH_LEN(names)], met = { 0 };
        size_t n = 0;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < BH_LEN(names); i++) {
                struct bh_indicator one = { 0 };
                bool again = false;

                if (!bh_indicator_of(arena, bh_doc_get_text(a->fields, names[i]), &one))
                        continue;
                for (size_t k = 0; k < n; k++)
                        again = again || bh_str_eq(asked[k], one.value);
                if (again)
                        continue;
                asked[n++] = one.value;
                r = look_up(db, one.value, now_ms, arena, &met, err);
        }
        if (r >= 0)
                *ret = met;
        return r < 0 ? r : 0;
}

/* ---- what a source says ---- */

int bh_intel_store(struct bh_db *db, int64_t source_id, const struct bh_indicators *all, int64_t now_ms, struct bh_err *err) {
        static const char put[] = "INSERT INTO indicator(source_id, kind, value, comment, first_ms, seen_ms, until_ms) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?5 + 86400000 * (SELECT expire_days FROM intel_source WHERE id = ?1)) "
                                  "ON CONFLICT(source_id, kind, value) DO UPDATE SET seen_ms = excluded.seen_ms, until_ms = excluded.until_ms, comment = excluded.comment";
        static const char count[] = "UPDATE intel_source SET n_indicators = (SELECT COUNT(*) FROM indicator WHERE source_id = ?1), n_refused = ?2, fetched_ms = ?3, "
                                    "tried_ms = ?3, changed_ms = ?3, error = '' WHERE id = ?1";
        int r = 0;

        for (size_t i = 0; r >= 0 && i < all->all.len; i++) {
                const struct bh_indicator *x = &all->all.at[i];

                r = bh_db_run(db, put,
                              BH_ARGS(bh_arg_int(source_id), bh_arg_text(bh_str_of(bh_indicator_kind_str(x->kind))), bh_arg_text(x->value), bh_arg_text(x->comment),
                                      bh_arg_int(now_ms)),
                              NULL, err);
        }
        /* What it does not say any more stays to its end: lists that are turned daily say each thing once. */
        return r < 0 ? r : bh_db_run(db, count, BH_ARGS(bh_arg_int(source_id), bh_arg_int((int64_t) all->refused), bh_arg_int(now_ms)), NULL, err);
}

/* ---- the thread that asks ---- */

struct intel {
        struct bh_manage *manage;
        struct bh_turns turns;
        _Atomic int64_t hurry; /* this source first; 0: none */
};

struct source {
        int64_t id;
        struct bh_str name, format, url, column, etag;
};

struct result {
        const struct source *source;
        struct bh_indicators found;
        struct bh_str etag, error;
        bool unchanged;
        int64_t now_ms;
};

static int next_source(struct bh_db *db, int64_t hurry, int64_t when_ms, struct bh_arena *arena, struct source *ret, struct bh_err *err) {
        static const char sql[] = "SELECT id, name, format, url, column_name, etag FROM intel_source WHERE url <> '' AND enabled = 1 "
                                  "AND (id = ?1 OR tried_ms IS NULL OR (error = '' AND tried_ms <= ?2 - every_minutes * 60000) OR (error <> '' AND tried_ms <= ?2 - ?3)) "
                                  "ORDER BY CASE WHEN id = ?1 THEN 0 ELSE 1 END, COALESCE(tried_ms, 0) LIMIT 1";
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_int(hurry), bh_arg_int(when_ms), bh_arg_int(AGAIN_MS)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                *ret = (struct source){ bh_rows_int(rows, 0), bh_rows_copy(rows, 1, arena), bh_rows_copy(rows, 2, arena), bh_rows_copy(rows, 3, arena),
                                        bh_rows_copy(rows, 4, arena), bh_rows_copy(rows, 5, arena) };
        bh_rows_done(&rows);
        return r;
}

/* 1: bytes came; 0: nothing new. The body's bytes in the arena, to which what is read of them points. */
static int fetch(struct intel *p, struct bh_http *http, struct bh_str url, struct bh_str etag, struct bh_arena *arena, struct bh_str *ret, struct bh_str *ret_etag,
                 struct bh_err *err) {
        struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .url = url, .limit_ms = TIMEOUT_S * 1000, .max_bytes = BH_LIMIT_INTEL_FILE, .stop = &p->turns.ending, .once = true };
        int r;

        if (etag.len)
                q.headers = bh_arena_printf(arena, "If-None-Match: %.*s\n", BH_FMT(etag));
        r = bh_http_do(http, &q, &reply, err);
        if (r >= 0 && reply.status == 304)
                r = 0;
        else if (r >= 0 && reply.status != 200)
                r = bh_fail(err, BH_E_IO, "the source answers %ld", reply.status);
        else if (r >= 0) {
                *ret = bh_arena_str(arena, bh_buf_str(&reply.body));
                *ret_etag = bh_arena_str(arena, bh_http_header(&reply, "ETag", 0));
                r = 1;
        }
        bh_http_reply_done(&reply);
        return r;
}

static int fetch_events(struct intel *p, struct bh_http *http, const struct source *s, struct bh_str manifest, struct result *out, struct bh_err *err) {
        struct bh_arena *arena = out->found.arena;
        struct bh_misp_uuids uuids = { 0 };
        struct bh_str base = bh_str_dirname(s->url), none = { 0 };
        int r = bh_intel_misp_manifest(arena, manifest, &uuids, err);

        for (size_t i = 0; r >= 0 && i < uuids.len; i++) {
                struct bh_str bytes = { 0 };

                r = fetch(p, http, bh_arena_printf(arena, "%.*s/%.*s.json", BH_FMT(base), BH_FMT(uuids.at[i])), none, arena, &bytes, &none, err);
                r = r < 0 ? r : bh_intel_misp_event(bytes, &out->found, err);
                if (r < 0)
                        return bh_wrap(err, r, "event %.*s", BH_FMT(uuids.at[i]));
        }
        return r;
}

static int ask_source(struct intel *p, const struct source *s, struct result *out, struct bh_err *err) {
        struct bh_http *http = bh_http_new(&(struct bh_http_opts){ .plain_http = bh_str_starts(s->url, BH_STR("http://")), .timeout_s = TIMEOUT_S });
        struct bh_str bytes = { 0 };
        int r = fetch(p, http, s->url, s->etag, out->found.arena, &bytes, &out->etag, err);

        out->unchanged = r == 0;
        if (r > 0 && bh_str_is(s->format, "misp") && bh_str_ends(s->url, BH_STR("manifest.json")))
                r = fetch_events(p, http, s, bytes, out, err);
        else if (r > 0)
                r = bh_intel_parse(s->format, bytes, s->column, &out->found, err);
        bh_http_free(&http);
        return r < 0 ? r : 0;
}

static int note_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct result *x = user;
        struct bh_arg id = bh_arg_int(x->source->id), now = bh_arg_int(x->now_ms);
        int r;

        if (x->error.len)
                return bh_db_run(db, "UPDATE intel_source SET tried_ms = ?2, error = ?3 WHERE id = ?1", BH_ARGS(id, now, bh_arg_text(x->error)), NULL, err);
        if (x->unchanged) {
                r = bh_db_run(db, "UPDATE intel_source SET tried_ms = ?2, fetched_ms = ?2, error = '' WHERE id = ?1", BH_ARGS(id, now), NULL, err);
                return r < 0 ? r : bh_db_run(db, "UPDATE indicator SET seen_ms = ?2, until_ms = ?2 + (until_ms - seen_ms) WHERE source_id = ?1", BH_ARGS(id, now), NULL, err);
        }
        r = bh_intel_store(db, x->source->id, &x->found, x->now_ms, err);
        r = r < 0 ? r : bh_db_run(db, "UPDATE intel_source SET etag = ?2 WHERE id = ?1", BH_ARGS(id, bh_arg_text(x->etag)), NULL, err);
        return r < 0 ? r : bh_policies_publish_changed(db, BH_STR("threat intelligence"), x->now_ms, err);
}

static void wake_agents(const struct intel *p) {
        struct bh_store *store = bh_manage_opts(p->manage)->store;
        struct bh_db *db = NULL;

        if (bh_store_borrow(store, &db, NULL) < 0)
                return; /* they see it with their next batch */
        bh_policies_wake(p->manage, db);
        bh_store_give_back(store, &db);
}

/* 1: one was asked; there may be more. */
static int turn(struct intel *p, int64_t hurry, struct bh_err *err) {
        struct bh_store *store = bh_manage_opts(p->manage)->store;
        struct bh_arena *arena = bh_arena_new();
        struct result out = { .found = { .arena = arena }, .now_ms = bh_clock_ms(CLOCK_REALTIME) };
        struct source source = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        if (r >= 0) {
                r = next_source(db, hurry, out.now_ms, arena, &source, err);
                bh_store_give_back(store, &db);
        }
        if (r > 0) {
                out.source = &source;
                if (ask_source(p, &source, &out, &why) < 0)
                        out.error = bh_str_of(why.text);
                r = atomic_load(&p->turns.ending) ? 0 : bh_store_write(store, note_fn, &out, err);
                if (r > 0)
                        wake_agents(p);
                r = r < 0 ? r : 1;
        }
        bh_arena_free(&arena);
        return r;
}

static void *run(void *user) {
        struct intel *p = user;
        int r = 1;

        while (bh_turns_wait(&p->turns, r > 0 ? 0 : LOOK_MS, NULL))
                r = turn(p, atomic_exchange(&p->hurry, 0), NULL);
        return NULL;
}

void bh_intel_hurry(const struct bh_manage *m, int64_t source_id) {
        struct intel *p = bh_manage_part(m, &bh_part_intel);

        if (!p)
                return;
        atomic_store(&p->hurry, source_id);
        bh_turns_wake(&p->turns);
}

static int open_part(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct intel *p = calloc(1, sizeof *p);
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

static int forget_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const int64_t *when = user;
        uint64_t n = 0;
        int r = bh_db_run(db, "DELETE FROM indicator WHERE until_ms <= ?1", BH_ARGS(bh_arg_int(*when)), &n, err);

        if (r < 0 || n == 0)
                return r;
        r = bh_db_run(db, "UPDATE intel_source SET n_indicators = (SELECT COUNT(*) FROM indicator i WHERE i.source_id = intel_source.id)", BH_NO_ARGS, NULL, err);
        return r < 0 ? r : bh_policies_publish_changed(db, BH_STR("threat intelligence"), *when, err);
}

/* What is over is forgotten, once a minute. */
static void tick_part(void *part, int64_t when_ms) {
        struct intel *p = part;

        if (when_ms / 1000 % 60 == 7 && bh_store_write(bh_manage_opts(p->manage)->store, forget_fn, &when_ms, NULL) > 0)
                wake_agents(p);
}

static void close_part(void **part) {
        struct intel *p = *part;

        *part = NULL;
        bh_turns_end(&p->turns);
        free(p);
}

const struct bh_manage_part bh_part_intel = { .name = "intel", .open = open_part, .tick = tick_part, .close = close_part };
