/* SPDX-License-Identifier: Apache-2.0 */
/* Agents: what they tell of themselves, and whether they are here. */
#include "manage/agents.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "fmt/json_put.h"
#include "manage/commands.h"
#include "manage/intake.h"

enum { AWAY_MS = 90 * 1000, WRITE_EVERY_MS = 5000, EXPIRE_EVERY_MS = 10000, NOTES_KEPT = 500, STATUS_MAX = 65536 };

/* Who called since the last write. */
struct seen {
        struct bh_str agent_id, address;
        int64_t at_ms;
};

struct agents {
        struct bh_manage *manage;
        pthread_mutex_t lock; /* guards the rest */
        struct bh_arena *arena;
        struct bh_map seen;
        int64_t written_ms, expired_ms;
};

void bh_agent_seen(const struct bh_manage *m, struct bh_str agent_id, struct bh_str address, int64_t now_ms) {
        struct agents *a = bh_manage_part(m, &bh_part_agents);
        struct seen *s;

        if (!a)
                return;
        (void) pthread_mutex_lock(&a->lock);
        s = bh_map_get(&a->seen, agent_id);
        if (!s) {
                s = bh_arena_make(a->arena, struct seen);
                s->agent_id = bh_arena_str(a->arena, agent_id);
                (void) bh_map_set(&a->seen, s->agent_id, s);
        }
        s->at_ms = now_ms;
        if (!bh_str_eq(s->address, address))
                s->address = bh_arena_str(a->arena, address);
        (void) pthread_mutex_unlock(&a->lock);
}

int bh_agent_note(struct bh_db *db, struct bh_str agent_id, int64_t at_ms, const char *kind, struct bh_str text, struct bh_err *err) {
        int r = bh_db_run(db, "INSERT INTO agent_note(agent_id, at_ms, kind, text) VALUES(?1, ?2, ?3, ?4)",
                          BH_ARGS(bh_arg_text(agent_id), bh_arg_int(at_ms), bh_arg_text(bh_str_of(kind)), bh_arg_text(text)), NULL, err);

        if (r < 0)
                return r;
        return bh_db_run(db, "DELETE FROM agent_note WHERE agent_id = ?1 AND id <= (SELECT max(id) FROM agent_note WHERE agent_id = ?1) - ?2",
                         BH_ARGS(bh_arg_text(agent_id), bh_arg_int(NOTES_KEPT)), NULL, err);
}

static void tell(const struct bh_manage *m, struct bh_str agent_id, const char *state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", agent_id);
        bh_json_put_cstr(&j, "state", state);
        bh_json_put_close(&j);
        bh_manage_live(m, "agents", bh_str_trim(bh_buf_str(&out)));
}

/* ---- status ---- */

static int64_t some(const struct bh_doc *object, const char *key) {
        return BH_MAX(bh_doc_int(bh_doc_get(object, key), 0), 0);
}

static int put_host(struct bh_db *db, const struct bh_sender *from, const struct bh_doc *host, struct bh_err *err) {
        static const char sql[] =
                "UPDATE host SET name = CASE WHEN ?2 <> '' THEN ?2 ELSE name END, os = ?3, os_version = ?4, kernel = ?5, arch = ?6, cpus = ?7, memory_bytes = ?8, "
                "boot_ms = ?9, seen_ms = ?10, gone_ms = NULL WHERE id = ?1";

        if (!bh_doc_is(host, BH_DOC_OBJECT))
                return bh_db_run(db, "UPDATE host SET seen_ms = ?2, gone_ms = NULL WHERE id = ?1", BH_ARGS(bh_arg_text(from->host_id), bh_arg_int(from->now_ms)), NULL, err);
        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_text(from->host_id), bh_arg_text(bh_doc_get_text(host, "name")), bh_arg_text(bh_doc_get_text(host, "os")),
                                 bh_arg_text(bh_doc_get_text(host, "os_version")), bh_arg_text(bh_doc_get_text(host, "kernel")),
                                 bh_arg_text(bh_doc_get_text(host, "arch")), bh_arg_int(some(host, "cpus")), bh_arg_int(some(host, "memory_bytes")),
                                 bh_arg_int(some(host, "boot_ms")), bh_arg_int(from->now_ms)),
                         NULL, err);
}

static int64_t lost_events(const struct bh_doc *losses) {
        int64_t n = 0;

        for (const struct bh_doc *l = bh_doc_first(losses); l; l = l->next)
                if (__builtin_add_overflow(n, some(l, "count"), &n))
                        return INT64_MAX;
        return n;
}

static int put_agent(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_err *err) {
        static const char sql[] =
                "UPDATE agent SET version = ?2, name = CASE WHEN ?3 <> '' THEN ?3 ELSE name END, sensor = ?4, rules = ?5, policy_version = ?6, cpu_ms = ?7, "
                "rss_bytes = ?8, spool_items = ?9, spool_bytes = ?10, lost = ?11, status = ?12, status_ms = ?13 WHERE id = ?1";
        const struct bh_doc *b = item->body, *spool = bh_doc_get(b, "spool");

        return bh_db_run(db, sql,
                         BH_ARGS(bh_arg_text(from->agent_id), bh_arg_text(bh_doc_get_text(b, "version")), bh_arg_text(bh_doc_get_text(bh_doc_get(b, "host"), "name")),
                                 bh_arg_text(bh_doc_get_text(bh_doc_get(b, "sensor"), "backend")), bh_arg_int(some(b, "rules")),
                                 bh_arg_int(some(b, "policy_version")), bh_arg_int(some(b, "cpu_ms")), bh_arg_int(some(b, "rss_bytes")),
                                 bh_arg_int(some(spool, "items")), bh_arg_int(some(spool, "bytes")), bh_arg_int(lost_events(bh_doc_get(b, "losses"))),
                                 bh_arg_text(item->text), bh_arg_int(item->at_ms)),
                         NULL, err);
}

int bh_intake_status(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err) {
        int r;

        (void) arena;
        if (item->text.len > STATUS_MAX)
                return bh_fail(err, BH_E_FORMAT, "a status of %zu bytes", item->text.len);
        r = put_host(db, from, bh_doc_get(item->body, "host"), err);
        return r < 0 ? r : put_agent(db, from, item, err);
}

/* ---- here and away ---- */

struct turn {
        const struct seen **seen;
        size_t n;
        struct bh_arena *arena;
        int64_t now_ms;
        struct bh_str *back, *away; /* told when it is durable */
        size_t n_back, n_away;
};

static int write_seen(struct bh_db *db, struct turn *t, const struct seen *s, struct bh_err *err) {
        int64_t was_away = 0;
        int r = bh_db_number(db, "SELECT 1 FROM agent WHERE id = ?1 AND state IN ('new', 'away')", BH_ARGS(bh_arg_text(s->agent_id)), &was_away, err);

        if (r > 0) {
                t->back[t->n_back++] = s->agent_id;
                r = bh_agent_note(db, s->agent_id, s->at_ms, "back", BH_STR("here"), err);
        }
        if (r < 0)
                return r;
        r = bh_db_run(db, "UPDATE agent SET state = 'here', away_ms = NULL, seen_ms = max(seen_ms, ?2), address = ?3 WHERE id = ?1 AND revoked_ms IS NULL",
                      BH_ARGS(bh_arg_text(s->agent_id), bh_arg_int(s->at_ms), bh_arg_text(s->address)), NULL, err);
        if (r < 0)
                return r;
        return bh_db_run(db, "UPDATE host SET seen_ms = max(seen_ms, ?2), address = ?3, gone_ms = NULL WHERE id = (SELECT host_id FROM agent WHERE id = ?1)",
                         BH_ARGS(bh_arg_text(s->agent_id), bh_arg_int(s->at_ms), bh_arg_text(s->address)), NULL, err);
}

static int find_away(struct bh_db *db, struct turn *t, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT id FROM agent WHERE state = 'here' AND seen_ms < ?1 LIMIT 1000", BH_ARGS(bh_arg_int(t->now_ms - AWAY_MS)), &rows, err);

        t->away = bh_arena_array(t->arena, struct bh_str, 1000);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                t->away[t->n_away++] = bh_rows_copy(rows, 0, t->arena);
        return r;
}

static int write_turn(struct bh_db *db, void *user, struct bh_err *err) {
        struct turn *t = user;
        int r = 0;

        t->n_back = t->n_away = 0;
        for (size_t i = 0; r >= 0 && i < t->n; i++)
                r = write_seen(db, t, t->seen[i], err);
        r = r < 0 ? r : find_away(db, t, err);
        for (size_t i = 0; r >= 0 && i < t->n_away; i++) {
                r = bh_db_run(db, "UPDATE agent SET state = 'away', away_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_text(t->away[i]), bh_arg_int(t->now_ms)), NULL, err);
                r = r < 0 ? r : bh_agent_note(db, t->away[i], t->now_ms, "away", BH_STR("it has not called for a minute and a half"), err);
        }
        return r;
}

/* Takes what was gathered out of the part; the old arena is the turn's. */
static void take_seen(struct agents *a, struct turn *t) {
        (void) pthread_mutex_lock(&a->lock);
        t->arena = a->arena;
        t->n = a->seen.len;
        t->seen = bh_arena_array(t->arena, const struct seen *, t->n + 1);
        for (size_t i = 0; i < t->n; i++)
                t->seen[i] = a->seen.items[i].value;
        a->arena = bh_arena_new();
        a->seen = bh_map_in(a->arena);
        (void) pthread_mutex_unlock(&a->lock);
        t->back = bh_arena_array(t->arena, struct bh_str, t->n + 1);
}

static void write_all(struct agents *a, int64_t now_ms) {
        struct turn t = { .now_ms = now_ms };

        take_seen(a, &t);
        if (bh_store_write(bh_manage_opts(a->manage)->store, write_turn, &t, NULL) >= 0) {
                for (size_t i = 0; i < t.n_back; i++)
                        tell(a->manage, t.back[i], "here");
                for (size_t i = 0; i < t.n_away; i++)
                        tell(a->manage, t.away[i], "away");
        }
        bh_arena_free(&t.arena);
}

static int expire(struct bh_db *db, void *user, struct bh_err *err) {
        uint64_t n;

        return bh_commands_expire(db, *(const int64_t *) user, &n, err);
}

static void tick(void *part, int64_t now_ms) {
        struct agents *a = part;

        if (now_ms - a->written_ms >= WRITE_EVERY_MS || now_ms < a->written_ms) {
                a->written_ms = now_ms;
                write_all(a, now_ms);
        }
        if (now_ms - a->expired_ms >= EXPIRE_EVERY_MS || now_ms < a->expired_ms) {
                a->expired_ms = now_ms;
                BH_IGNORE(bh_store_write(bh_manage_opts(a->manage)->store, expire, &now_ms, NULL));
        }
}

/* ---- the part ---- */

static int open_part(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct agents *a = calloc(1, sizeof *a);

        (void) err;
        if (!a)
                bh_nomem(sizeof *a);
        a->manage = m;
        (void) pthread_mutex_init(&a->lock, NULL);
        a->arena = bh_arena_new();
        a->seen = bh_map_in(a->arena);
        *ret = a;
        return 0;
}

static void close_part(void **part) {
        struct agents *a = *part;

        (void) pthread_mutex_destroy(&a->lock);
        bh_arena_free(&a->arena);
        free(a);
        *part = NULL;
}

const struct bh_manage_part bh_part_agents = { .name = "agents", .open = open_part, .tick = tick, .close = close_part };
