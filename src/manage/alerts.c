/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking alerts in. All of it runs in the writer's thread and transaction; what
 * is kept between two alerts (the suppressions in force) is read anew whenever
 * somebody said that it changed.
 */
#include "manage/alerts.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/json_put.h"
#include "manage/attack.h"
#include "manage/incidents.h"
#include "manage/intake.h"
#include "manage/intel.h"
#include "manage/lineage.h"
#include "manage/suppress.h"
#include "manage/tell.h"

enum { HOUR_MS = 3600 * 1000, EXPIRE_EVERY_MS = 5000 };

struct alerts {
        struct bh_manage *manage;
        struct bh_teller *teller;
        atomic_uint wanted;   /* grows when what is in force changes */
        unsigned have;        /* the writer's: of which round `in_force` is */
        struct bh_suppressions *in_force;
        int64_t expired_ms;
};

static struct alerts *part_of(const struct bh_manage *m) {
        return m ? bh_manage_part(m, &bh_part_alerts) : NULL;
}

void bh_alerts_refresh(const struct bh_manage *m) {
        struct alerts *p = part_of(m);

        if (p)
                atomic_fetch_add(&p->wanted, 1);
}

/* ---- parts of the row ---- */

static struct bh_str json_of(struct bh_arena *arena, const struct bh_doc *node) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        if (!bh_doc_is(node, BH_DOC_OBJECT))
                return BH_STR("{}");
        bh_json_put_doc(&j, NULL, node);
        return bh_arena_str(arena, bh_str_trim(bh_buf_str(&out)));
}

static struct bh_str tags_of(struct bh_arena *arena, const struct bh_stored_alert *a) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_buf_putc(&out, '[');
        for (uint32_t i = 0; i < a->n_tags; i++) {
                if (i)
                        bh_buf_putc(&out, ',');
                bh_json_put_quoted(&out, a->tags[i]);
        }
        bh_buf_putc(&out, ']');
        return bh_arena_str(arena, bh_buf_str(&out));
}

/* ---- where it belongs ---- */

/* What the store knows of the host and the container, where the agent did not say it. */
static int fill_in(struct bh_db *db, struct bh_stored_alert *a, struct bh_arena *arena, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_text(db, "SELECT name FROM host WHERE id = ?1", BH_ARGS(bh_arg_text(a->host_id)), arena, &a->host_name, err);

        if (r < 0 || !a->container_id.len || (a->container_name.len && a->image_id.len && a->image.len))
                return r < 0 ? r : 0;
        r = bh_db_ask(db, "SELECT name, image_id, image_ref, pod, namespace FROM container WHERE id = ?1 AND host_id = ?2",
                      BH_ARGS(bh_arg_text(a->container_id), bh_arg_text(a->host_id)), &rows, err);
        if (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_str *const to[] = { &a->container_name, &a->image_id, &a->image, &a->pod, &a->namespace };

                for (size_t i = 0; i < BH_LEN(to); i++)
                        if (!to[i]->len)
                                *to[i] = bh_rows_copy(rows, (int) i, arena);
        }
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

/* Tactics and techniques of the alert, as texts. */
struct attack {
        struct bh_str tactics[16], techniques[BH_LIMIT_ALERT_TAGS];
        size_t n_tactics, n_techniques;
};

static void attack_of(const struct bh_stored_alert *a, struct attack *ret) {
        uint16_t bits = bh_attack_tactics(a->tags, a->n_tags);

        *ret = (struct attack){ 0 };
        for (unsigned i = 0; i < bh_tactics_n; i++)
                if (bits >> i & 1)
                        ret->tactics[ret->n_tactics++] = bh_str_of(bh_tactics[i].id);
        for (uint32_t i = 0; i < a->n_tags; i++)
                if (bh_technique_is(a->tags[i]))
                        ret->techniques[ret->n_techniques++] = a->tags[i];
}

static int begin_incident(struct bh_db *db, const struct bh_stored_alert *a, const struct bh_incident_key *key, struct bh_arena *arena, int64_t now_ms,
                          int64_t *ret, struct bh_err *err) {
        static const char sql[] = "INSERT INTO incident(title, rule, level, host_id, container_id, image_id, lineage, first_ms, last_ms, n_alerts, tactics, "
                                  "techniques, updated_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, ?9, ?10, ?11) RETURNING id";
        struct bh_str title = bh_incident_title(arena, a->rule, a->container_name, a->host_name);
        struct attack attack;

        attack_of(a, &attack);
        return bh_db_number(db, sql,
                            BH_ARGS(bh_arg_text(title), bh_arg_text(a->rule), bh_arg_int(a->level), bh_arg_text(a->host_id), bh_arg_text(a->container_id),
                                    bh_arg_text(a->image_id), bh_arg_text(key->lineage), bh_arg_int(a->at_ms),
                                    bh_arg_text(bh_json_set_add(arena, (struct bh_str){ 0 }, attack.tactics, attack.n_tactics)),
                                    bh_arg_text(bh_json_set_add(arena, (struct bh_str){ 0 }, attack.techniques, attack.n_techniques)), bh_arg_int(now_ms)),
                            ret, err);
}

static int join_incident(struct bh_db *db, const struct bh_stored_alert *a, const struct bh_incident *i, struct bh_arena *arena, int64_t now_ms,
                         struct bh_err *err) {
        static const char sql[] = "UPDATE incident SET first_ms = ?2, last_ms = ?3, n_alerts = n_alerts + 1, level = ?4, tactics = ?5, techniques = ?6, "
                                  "updated_ms = ?7 WHERE id = ?1";
        struct attack attack;
        int r;

        attack_of(a, &attack);
        r = bh_db_run(db, sql,
                      BH_ARGS(bh_arg_int(i->id), bh_arg_int(BH_MIN(i->first_ms, a->at_ms)), bh_arg_int(BH_MAX(i->last_ms, a->at_ms)),
                              bh_arg_int(BH_MIN(i->level, a->level)),
                              bh_arg_text(bh_json_set_add(arena, i->tactics, attack.tactics, attack.n_tactics)),
                              bh_arg_text(bh_json_set_add(arena, i->techniques, attack.techniques, attack.n_techniques)), bh_arg_int(now_ms)),
                      NULL, err);
        if (r < 0 || a->level >= i->level)
                return r;
        return bh_db_run(db, "UPDATE incident SET title = ?2, rule = ?3 WHERE id = ?1",
                         BH_ARGS(bh_arg_int(i->id), bh_arg_text(bh_incident_title(arena, a->rule, a->container_name, a->host_name)), bh_arg_text(a->rule)),
                         NULL, err);
}

/* A container that the inventory has not told of yet is still one whose alerts are counted. */
static int count_up(struct bh_db *db, const struct bh_stored_alert *a, struct bh_err *err) {
        static const char make[] = "INSERT INTO container(id, host_id, name, image_id, image_ref, pod, namespace, n_alerts, first_ms, seen_ms) "
                                   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?8) ON CONFLICT(id) DO NOTHING"; /* it is another host's */
        uint64_t changed = 1;
        int r = bh_db_run(db, "UPDATE host SET n_alerts = n_alerts + 1 WHERE id = ?1", BH_ARGS(bh_arg_text(a->host_id)), NULL, err);

        if (r >= 0 && a->container_id.len)
                r = bh_db_run(db, "UPDATE container SET n_alerts = n_alerts + 1 WHERE id = ?1 AND host_id = ?2",
                              BH_ARGS(bh_arg_text(a->container_id), bh_arg_text(a->host_id)), &changed, err);
        if (r < 0 || changed > 0)
                return r < 0 ? r : 0;
        return bh_db_run(db, make,
                         BH_ARGS(bh_arg_text(a->container_id), bh_arg_text(a->host_id), bh_arg_text(a->container_name), bh_arg_text(a->image_id),
                                 bh_arg_text(a->image), bh_arg_text(a->pod), bh_arg_text(a->namespace), bh_arg_int(a->at_ms)),
                         NULL, err);
}

static int place(struct bh_db *db, struct bh_stored_alert *a, struct bh_arena *arena, int64_t now_ms, struct bh_err *err) {
        struct bh_incident_key key = { a->host_id, a->container_id, a->container_id.len ? (struct bh_str){ 0 } : bh_lineage_root(arena, a->process) };
        const struct bh_incident *near = NULL;
        size_t n = 0;
        int r = bh_incidents_near(db, &key, arena, &near, &n, err), at;

        if (r < 0)
                return r;
        at = bh_incident_choose(&key, a->at_ms, near, n, BH_INCIDENT_WINDOW);
        if (at < 0)
                r = begin_incident(db, a, &key, arena, now_ms, &a->incident_id, err);
        else {
                a->incident_id = near[at].id;
                r = join_incident(db, a, &near[at], arena, now_ms, err);
        }
        return r < 0 ? r : count_up(db, a, err);
}

/* ---- taking in ---- */

static int refresh(struct bh_db *db, struct alerts *p, int64_t now_ms, struct bh_err *err) {
        struct bh_suppressions *fresh = NULL;
        unsigned wanted = atomic_load(&p->wanted);
        int r;

        if (p->in_force && p->have == wanted)
                return 0;
        r = bh_suppressions_load(db, now_ms, &fresh, err);
        if (r < 0)
                return r;
        bh_suppressions_free(&p->in_force);
        p->in_force = fresh;
        p->have = wanted;
        return 0;
}

static int hide(struct bh_db *db, struct alerts *p, const struct bh_stored_alert *a, int64_t now_ms, int64_t *ret, struct bh_err *err) {
        int r = refresh(db, p, now_ms, err);

        *ret = r < 0 ? 0 : bh_suppressions_find(p->in_force, a, now_ms);
        if (r < 0 || !*ret)
                return r;
        return bh_db_run(db, "UPDATE suppression SET n_hidden = n_hidden + 1, last_ms = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(*ret), bh_arg_int(now_ms)), NULL,
                         err);
}

static int put(struct bh_db *db, struct bh_stored_alert *a, int64_t hidden_by, struct bh_arena *arena, struct bh_err *err) {
        static const char sql[] = "INSERT INTO alert(agent_id, epoch, seq, host_id, container_id, image_id, incident_id, at_ms, taken_ms, rule, level, source, "
                                  "output, tags, fields, process, suppressed, intel) "
                                  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) RETURNING id";
        static const char hour[] = "INSERT INTO alert_hour(hour_ms, rule, tags, level, n, last_ms) VALUES(?1, ?2, ?3, ?4, 1, ?5) "
                                   "ON CONFLICT(hour_ms, rule) DO UPDATE SET n = alert_hour.n + 1, tags = excluded.tags, last_ms = excluded.last_ms";
        struct bh_str tags = tags_of(arena, a);
        int r = bh_db_number(db, sql,
                             BH_ARGS(bh_arg_text(a->agent_id), bh_arg_int(a->epoch), bh_arg_int(a->seq), bh_arg_text(a->host_id),
                                     bh_arg_text(a->container_id), bh_arg_text(a->image_id), a->incident_id ? bh_arg_int(a->incident_id) : bh_arg_null(),
                                     bh_arg_int(a->at_ms), bh_arg_int(a->taken_ms), bh_arg_text(a->rule), bh_arg_int(a->level), bh_arg_text(a->source),
                                     bh_arg_text(a->output), bh_arg_text(tags), bh_arg_text(json_of(arena, a->fields)),
                                     bh_arg_text(json_of(arena, a->process)), hidden_by ? bh_arg_int(hidden_by) : bh_arg_null(), bh_arg_text(a->intel)),
                             &a->id, err);

        if (r < 0 || hidden_by)
                return r < 0 ? r : 0;
        return bh_db_run(db, hour,
                         BH_ARGS(bh_arg_int(a->at_ms / HOUR_MS * HOUR_MS), bh_arg_text(a->rule), bh_arg_text(tags), bh_arg_int(a->level), bh_arg_int(a->at_ms)),
                         NULL, err);
}

/* Sent again, after an answer of ours that got lost: it is there. */
static int is_there(struct bh_db *db, const struct bh_stored_alert *a, struct bh_err *err) {
        int64_t id = 0;

        return bh_db_number(db, "SELECT id FROM alert WHERE agent_id = ?1 AND epoch = ?2 AND seq = ?3",
                            BH_ARGS(bh_arg_text(a->agent_id), bh_arg_int(a->epoch), bh_arg_int(a->seq)), &id, err);
}

int bh_intake_alert(struct bh_db *db, const struct bh_sender *from, const struct bh_item *item, struct bh_arena *arena, struct bh_err *err) {
        struct alerts *p = part_of(from->manage);
        struct bh_stored_alert a = { 0 };
        int64_t hidden_by = 0;
        int r = bh_alert_read(arena, item->body, &a, err);

        a.agent_id = from->agent_id;
        a.host_id = from->host_id;
        a.epoch = (int64_t) from->epoch;
        a.seq = (int64_t) item->seq;
        a.at_ms = item->at_ms;
        a.taken_ms = from->now_ms;
        r = r < 0 ? r : is_there(db, &a, err);
        if (r != 0)
                return r < 0 ? r : 0;
        r = fill_in(db, &a, arena, err);
        r = r < 0 ? r : bh_intel_meet(db, &a, from->now_ms, arena, &a.intel, err);
        if (r >= 0 && p)
                r = hide(db, p, &a, from->now_ms, &hidden_by, err);
        if (r >= 0 && !hidden_by)
                r = place(db, &a, arena, from->now_ms, err);
        r = r < 0 ? r : put(db, &a, hidden_by, arena, err);
        if (r >= 0 && p)
                bh_teller_wake(p->teller, a.id);
        return r < 0 ? r : 0;
}

/* ---- the part ---- */

static int open_part(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct alerts *p = calloc(1, sizeof *p);
        int r;

        if (!p)
                bh_nomem(sizeof *p);
        p->manage = m;
        r = bh_teller_open(m, &p->teller, err);
        if (r < 0)
                free(p);
        else
                *ret = p;
        return r;
}

static int expire(struct bh_db *db, void *user, struct bh_err *err) {
        const int64_t *now_ms = user;
        uint64_t ended = 0;
        int r = bh_suppressions_expire(db, *now_ms, &ended, err);

        return r < 0 ? r : ended > 0;
}

static void tick_part(void *part, int64_t now_ms) {
        struct alerts *p = part;

        if (now_ms - p->expired_ms < EXPIRE_EVERY_MS)
                return;
        p->expired_ms = now_ms;
        if (bh_store_write(bh_manage_opts(p->manage)->store, expire, &now_ms, NULL) > 0)
                bh_alerts_refresh(p->manage);
}

static void close_part(void **part) {
        struct alerts *p = *part;

        bh_teller_close(&p->teller);
        bh_suppressions_free(&p->in_force);
        free(p);
        *part = NULL;
}

const struct bh_manage_part bh_part_alerts = { .name = "alerts", .open = open_part, .tick = tick_part, .close = close_part };
