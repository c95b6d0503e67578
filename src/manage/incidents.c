/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/incidents.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/json.h"
#include "fmt/json_put.h"

static const char *const statuses[] = {
#define X(symbol, word) [BH_INCIDENT_##symbol] = word,
        BH_INCIDENT_STATUSES(X)
#undef X
};

/* ---- deciding ---- */

static bool same_place(const struct bh_incident_key *a, const struct bh_incident_key *b) {
        if (!bh_str_eq(a->host_id, b->host_id) || !bh_str_eq(a->container_id, b->container_id))
                return false;
        return a->container_id.len > 0 || bh_str_eq(a->lineage, b->lineage);
}

/* How far an alert is from what an incident spans; 0: inside. */
static int64_t distance(const struct bh_incident *i, int64_t at_ms) {
        if (at_ms > i->last_ms)
                return at_ms - i->last_ms;
        return at_ms < i->first_ms ? i->first_ms - at_ms : 0;
}

static bool fits(const struct bh_incident *i, int64_t at_ms, struct bh_incident_window w) {
        int64_t first = BH_MIN(i->first_ms, at_ms), last = BH_MAX(i->last_ms, at_ms);

        return distance(i, at_ms) <= w.slide_ms && last - first <= w.longest_ms;
}

int bh_incident_choose(const struct bh_incident_key *key, int64_t at_ms, const struct bh_incident *of, size_t n, struct bh_incident_window window) {
        int best = -1;

        for (size_t i = 0; i < n; i++) {
                if (!of[i].open || !same_place(key, &of[i].key) || !fits(&of[i], at_ms, window))
                        continue;
                if (best < 0 || distance(&of[i], at_ms) < distance(&of[best], at_ms))
                        best = (int) i;
        }
        return best;
}

struct bh_str bh_incident_title(struct bh_arena *arena, struct bh_str rule, struct bh_str container_name, struct bh_str host_name) {
        static const struct bh_str said[] = { BH_STR_INIT(" in a container"), BH_STR_INIT(" from a container"), BH_STR_INIT(" on the host") };
        struct bh_str where = container_name.len ? container_name : host_name;

        rule = bh_utf8_shorten(rule, BH_LIMIT_INCIDENT_TITLE);
        for (size_t i = 0; i < BH_LEN(said); i++)
                (void) bh_str_cut_suffix(&rule, said[i]); /* where it was, the name says */
        if (!where.len)
                return bh_arena_str(arena, rule);
        return bh_arena_printf(arena, "%.*s %s %.*s", BH_FMT(rule), container_name.len ? "in" : "on",
                               BH_FMT(bh_utf8_shorten(where, BH_LIMIT_INCIDENT_TITLE)));
}

/* ---- sets of words ---- */

static int by_text(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

static bool has(const struct bh_str *at, size_t n, struct bh_str text) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_eq(at[i], text))
                        return true;
        return false;
}

static struct bh_str print_set(struct bh_arena *arena, struct bh_str *at, size_t n) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        qsort(at, n, sizeof *at, by_text);
        for (size_t i = 0; i < n; i++) {
                bh_buf_putc(&out, i ? ',' : '[');
                bh_json_put_quoted(&out, at[i]);
        }
        bh_buf_putc(&out, ']');
        return bh_arena_str(arena, bh_buf_str(&out));
}

struct bh_str bh_json_set_add(struct bh_arena *arena, struct bh_str array, const struct bh_str *texts, size_t n) {
        const struct bh_doc *old = NULL;
        struct bh_str *all;
        size_t had, len = 0;

        if (bh_json_parse(arena, array.len ? array : BH_STR("[]"), &old, NULL) < 0)
                old = NULL;
        all = bh_arena_array(arena, struct bh_str, bh_doc_count(old) + n + 1);
        for (const struct bh_doc *d = bh_doc_first(old); d; d = d->next)
                all[len++] = bh_doc_str(d);
        had = len;
        for (size_t i = 0; i < n && len < BH_LIMIT_INCIDENT_WORDS; i++)
                if (!has(all, len, texts[i]))
                        all[len++] = texts[i];
        return len == had && array.len ? array : len ? print_set(arena, all, len) : BH_STR("[]");
}

/* ---- the store ---- */

int bh_incidents_near(struct bh_db *db, const struct bh_incident_key *key, struct bh_arena *arena, const struct bh_incident **ret, size_t *ret_n,
                      struct bh_err *err) {
        static const char sql[] = "SELECT id, first_ms, last_ms, level, tactics, techniques FROM incident "
                                  "WHERE host_id = ?1 AND container_id = ?2 AND status IN ('open', 'working') AND (?2 <> '' OR lineage = ?3) "
                                  "ORDER BY last_ms DESC LIMIT 8";
        struct bh_incident *near = bh_arena_array(arena, struct bh_incident, 8);
        struct bh_rows *rows = NULL;
        size_t n = 0;
        int r = bh_db_ask(db, sql, BH_ARGS(bh_arg_text(key->host_id), bh_arg_text(key->container_id), bh_arg_text(key->lineage)), &rows, err);

        while (r >= 0 && n < 8 && (r = bh_rows_next(rows, err)) > 0)
                near[n++] = (struct bh_incident){
                        .id = bh_rows_int(rows, 0), .key = *key, .first_ms = bh_rows_int(rows, 1), .last_ms = bh_rows_int(rows, 2),
                        .level = (int) bh_rows_int(rows, 3), .tactics = bh_rows_copy(rows, 4, arena), .techniques = bh_rows_copy(rows, 5, arena), .open = true,
                };
        bh_rows_done(&rows);
        if (r < 0)
                return r;
        *ret = near;
        *ret_n = n;
        return 0;
}

static int recount_place(struct bh_db *db, struct bh_str host_id, struct bh_str container_id, struct bh_err *err) {
        static const char of_container[] = "UPDATE container SET n_alerts = (SELECT COALESCE(SUM(i.n_alerts), 0) FROM incident i "
                                           "WHERE i.host_id = ?1 AND i.container_id = ?2 AND i.status IN ('open', 'working')) WHERE id = ?2 AND host_id = ?1";
        static const char of_host[] = "UPDATE host SET n_alerts = (SELECT COALESCE(SUM(i.n_alerts), 0) FROM incident i "
                                      "WHERE i.host_id = ?1 AND i.status IN ('open', 'working')) WHERE id = ?1";
        int r = 0;

        if (container_id.len)
                r = bh_db_run(db, of_container, BH_ARGS(bh_arg_text(host_id), bh_arg_text(container_id)), NULL, err);
        return r < 0 ? r : bh_db_run(db, of_host, BH_ARGS(bh_arg_text(host_id)), NULL, err);
}

int bh_incident_recount(struct bh_db *db, int64_t id, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_str host = { 0 }, container = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT host_id, container_id FROM incident WHERE id = ?1", BH_ARGS(bh_arg_int(id)), &rows, err);

        if (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                host = bh_rows_copy(rows, 0, arena);
                container = bh_rows_copy(rows, 1, arena);
        }
        bh_rows_done(&rows);
        r = r <= 0 ? r : recount_place(db, host, container, err);
        return r < 0 ? r : 0;
}

int bh_incident_set_status(struct bh_db *db, int64_t id, enum bh_incident_status status, int64_t now_ms, struct bh_err *err) {
        struct bh_arg closed = status >= BH_INCIDENT_CLOSED ? bh_arg_int(now_ms) : bh_arg_null();
        int r = bh_db_run(db, "UPDATE incident SET status = ?2, updated_ms = ?3, closed_ms = ?4 WHERE id = ?1",
                          BH_ARGS(bh_arg_int(id), bh_arg_text(bh_str_of(statuses[status])), bh_arg_int(now_ms), closed), NULL, err);

        return r < 0 ? r : bh_incident_recount(db, id, err);
}

int bh_incident_note(struct bh_db *db, int64_t id, struct bh_str who, struct bh_str text, int64_t now_ms, int64_t *ret_id, struct bh_err *err) {
        int64_t note = 0;
        int r = bh_db_number(db, "INSERT INTO incident_note(incident_id, who, text, at_ms) VALUES(?1, ?2, ?3, ?4) RETURNING id",
                             BH_ARGS(bh_arg_int(id), bh_arg_text(who), bh_arg_text(text), bh_arg_int(now_ms)), &note, err);

        r = r < 0 ? r : bh_db_run(db, "UPDATE incident SET updated_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(id), bh_arg_int(now_ms)), NULL, err);
        if (r >= 0 && ret_id)
                *ret_id = note;
        return r < 0 ? r : 0;
}
