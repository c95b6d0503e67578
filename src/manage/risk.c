/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/risk.h"

#include <math.h>

#include "base/map.h"
#include "manage/findings.h"
#include "manage/match.h"
#include "manage/subject.h"
#include "model/finding.h"
#include "model/risk.h"

static const double attacked_least = 90; /* of a container or host with an open incident of Error or worse, whatever it holds */

struct counting {
        struct bh_db *db;
        struct bh_arena *arena, *scratch; /* scratch: of one finding */
        struct bh_str subject;
        struct bh_place *all, *places; /* places: those that differ */
        size_t n_all, n_places;
        size_t *which; /* of all: its number among places */
        BH_VEC(double) worst;          /* of findings that count */
        BH_VEC(double) *at;            /* for each place, when there are several */
        int64_t n_findings, n_critical, n_high, n_fixable;
        double risk;
        BH_VEC(struct bh_str) hosts;
        struct bh_map work; /* by side and owner */
};

/* What there is to do for one owner of one side. */
struct work {
        struct bh_str side, owner, worst, mend;
        BH_VEC(double) scores;
        double most;
        int64_t n_fixable, n_exploited, n_bad, severity[_BH_SEVERITY_MAX];
};

/* ---- places ---- */

static int load_places(struct counting *c, struct bh_err *err) {
        struct bh_map seen = bh_map_in(c->arena);
        int r = bh_subject_places(c->db, c->subject, c->arena, &c->all, &c->n_all, err);

        c->places = bh_arena_array(c->arena, struct bh_place, c->n_all);
        c->which = bh_arena_array(c->arena, size_t, c->n_all);
        for (size_t i = 0; r >= 0 && i < c->n_all; i++) {
                struct bh_str key = bh_place_key(c->arena, &c->all[i]);
                size_t *at = bh_map_get(&seen, key);

                if (!at) {
                        at = bh_arena_make(c->arena, size_t);
                        *at = c->n_places;
                        c->places[c->n_places++] = c->all[i];
                        bh_map_set(&seen, key, at);
                }
                c->which[i] = *at;
        }
        c->at = bh_arena_alloc_array(c->arena, c->n_places, sizeof *c->at);
        return r;
}

/* ---- findings ---- */

struct found {
        int64_t id;
        struct bh_str factors, container, due, vuln, ssvc, vector;
        double risk, low, high;
        bool counts, kev;
        struct bh_use use;
};

static struct found found_of(struct bh_rows *rows, struct bh_arena *scratch) {
        return (struct found){ .id = bh_rows_int(rows, 0), .factors = bh_rows_text(rows, 1), .risk = bh_rows_real(rows, 2), .low = bh_rows_real(rows, 3),
                               .high = bh_rows_real(rows, 4), .container = bh_rows_text(rows, 5), .due = bh_rows_text(rows, 6),
                               .counts = bh_str_is(bh_rows_text(rows, 7), "open"), .vuln = bh_rows_text(rows, 10), .kev = bh_rows_int(rows, 11),
                               .ssvc = bh_rows_text(rows, 12), .vector = bh_rows_text(rows, 13),
                               .use = bh_use_of_row(rows, 19, scratch) };
}

static const char *due_of(const struct counting *c, const struct found *f, size_t worst) {
        enum bh_risk_exposure e = worst < c->n_places ? bh_place_exposure(&c->places[worst]) : BH_RISK_EXPOSURE_UNKNOWN;
        bool exposed = e == BH_RISK_EXPOSED_INTERNET || e == BH_RISK_EXPOSURE_UNKNOWN;

        if (!f->vuln.len)
                return "";
        return bh_due_str(bh_due_of(f->kev, exposed, bh_ssvc_automatable(f->ssvc, f->vector), bh_ssvc_total(f->ssvc, f->vector)));
}

static bool near(double a, double b) {
        return fabs(a - b) < 1e-9;
}

struct change {
        int64_t id;
        double score, low, high;
        struct bh_str factors, container, due, vuln;
};
BH_VEC_OF(changes, struct change);

/* What differs is written when all was read: rows must not move under who reads them. */
static void note_change(struct counting *c, const struct found *f, const struct bh_risk *risk, size_t worst, struct changes *out) {
        BH_CLEANUP(bh_buf_done) struct bh_buf factors = { 0 };
        struct bh_str container = worst < c->n_places ? c->places[worst].id : BH_STR("");
        const char *due = due_of(c, f, worst);

        if (near(risk->score, f->risk) && near(risk->low, f->low) && near(risk->high, f->high) && bh_str_eq(container, f->container) &&
            bh_str_is(f->due, due))
                return;
        bh_factors_put(&factors, risk);
        *bh_vec_add(c->arena, out) = (struct change){ f->id, risk->score, risk->low, risk->high, bh_arena_str(c->arena, bh_buf_str(&factors)),
                                                      bh_arena_str(c->arena, container), bh_str_of(due), bh_arena_str(c->arena, f->vuln) };
}

static struct work *work_of(struct counting *c, const struct bh_rows *rows) {
        struct bh_str side = bh_rows_text(rows, 14), key;
        struct work *w;

        if (bh_str_starts(c->subject, BH_STR("host:")))
                side = BH_STR("host");
        key = bh_arena_printf(c->arena, "%.*s|%.*s", BH_FMT(side), BH_FMT(bh_rows_text(rows, 15)));
        w = bh_map_get(&c->work, key);
        if (w)
                return w;
        w = bh_arena_make(c->arena, struct work);
        w->side = bh_arena_str(c->arena, side);
        w->owner = bh_rows_copy(rows, 15, c->arena);
        bh_map_set(&c->work, key, w);
        return w;
}

static bool is_bad(struct bh_str kind) {
        enum bh_finding_kind k = bh_finding_kind_of(kind);

        return k == BH_FINDING_MALWARE || k == BH_FINDING_WEBSHELL || k == BH_FINDING_TAMPER;
}

static void count_work(struct counting *c, const struct bh_rows *rows, double score) {
        struct work *w = work_of(c, rows);

        *bh_vec_add(c->arena, &w->scores) = score;
        w->severity[bh_rows_int(rows, 8) < _BH_SEVERITY_MAX ? bh_rows_int(rows, 8) : 0]++;
        w->n_bad += is_bad(bh_rows_text(rows, 18));
        w->n_fixable += bh_rows_text(rows, 9).len > 0;
        w->n_exploited += bh_rows_int(rows, 11) != 0;
        if (score < w->most)
                return;
        w->most = score;
        w->worst = bh_rows_copy(rows, 16, c->arena);
        w->mend = bh_rows_copy(rows, 17, c->arena);
}

static void count(struct counting *c, struct bh_rows *rows, const struct bh_risk *risk) {
        int64_t severity = bh_rows_int(rows, 8);

        count_work(c, rows, risk->score);

        *bh_vec_add(c->arena, &c->worst) = risk->score;
        c->n_findings++;
        c->n_critical += severity == BH_SEVERITY_CRITICAL;
        c->n_high += severity == BH_SEVERITY_HIGH;
        c->n_fixable += bh_rows_text(rows, 9).len > 0;
}

static int count_finding(struct counting *c, struct bh_rows *rows, struct changes *out, struct bh_err *err) {
        struct bh_risk base, worst, there;
        struct found f;
        size_t place;
        int r;

        bh_arena_reset(c->scratch);
        f = found_of(rows, c->scratch);
        r = bh_factors_parse(c->scratch, f.factors, &base, err);
        if (r < 0)
                return r;
        place = bh_risk_worst_place(c->scratch, &base, c->places, c->n_places, &f.use, &worst);
        note_change(c, &f, &worst, place, out);
        if (!f.counts)
                return 0;
        count(c, rows, &worst);
        for (size_t i = 0; c->n_places > 1 && i < c->n_places; i++) {
                bh_risk_place(c->scratch, &base, &c->places[i], &f.use, &there);
                *bh_vec_add(c->arena, &c->at[i]) = there.score;
        }
        return 0;
}

static int write_changes(struct counting *c, const struct changes *list, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < list->len && r >= 0; i++) {
                const struct change *x = &list->at[i];

                r = bh_db_run(c->db,
                              "UPDATE finding SET risk = ?2, risk_low = ?3, risk_high = ?4, factors = ?5, container_id = ?6, due = ?7 WHERE id = ?1",
                              BH_ARGS(bh_arg_int(x->id), bh_arg_real(x->score), bh_arg_real(x->low), bh_arg_real(x->high), bh_arg_text(x->factors),
                                      bh_arg_text(x->container), bh_arg_text(x->due)),
                              NULL, err);
                if (r >= 0 && x->vuln.len)
                        r = bh_risk_vuln_dirty(c->db, x->vuln, err);
        }
        return r;
}

static int count_findings(struct counting *c, struct bh_err *err) {
        struct changes changes = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(c->db,
                          "SELECT f.id, f.factors, f.risk, f.risk_low, f.risk_high, f.container_id, f.due, f.state, f.severity, f.fix, f.vuln_id, "
                          "COALESCE(v.kev, 0), COALESCE(v.ssvc, ''), COALESCE(v.vector, ''), "
                          "f.side, f.owner, f.title, f.mend, f.kind, " BH_USE_COLUMNS " FROM finding f LEFT JOIN vuln v ON v.id = f.vuln_id "
                          "LEFT JOIN holding h ON h.id = (SELECT u.id FROM holding u WHERE u.subject = f.subject AND u.package_id = f.package_id AND u.in_use = 1 "
                          "ORDER BY u.used_how, u.id LIMIT 1) " BH_USE_FROM " WHERE f.subject = ?1 AND f.fixed_ms IS NULL",
                          BH_ARGS(bh_arg_text(c->subject)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                r = count_finding(c, rows, &changes, err);
        bh_rows_done(&rows);
        c->risk = bh_risk_rollup(c->worst.at, c->worst.len);
        return r < 0 ? r : write_changes(c, &changes, err);
}

/* ---- sums ---- */

static int write_image(struct counting *c, struct bh_err *err) {
        struct bh_args a = BH_ARGS(bh_arg_text(c->subject), bh_arg_real(c->risk), bh_arg_int(c->n_findings), bh_arg_int(c->n_critical), bh_arg_int(c->n_high),
                                   bh_arg_int(c->n_fixable), bh_arg_int((int64_t) (c->n_all && c->all[0].id.len ? c->n_all : 0)));
        int r = bh_db_run(c->db, "UPDATE subject SET risk = ?2 WHERE id = ?1", (struct bh_args){ a.at, 2 }, NULL, err);

        return r < 0 ? r
                     : bh_db_run(c->db,
                                 "UPDATE image SET risk = ?2, n_findings = ?3, n_critical = ?4, n_high = ?5, n_fixable = ?6, n_containers = ?7 WHERE id = ?1",
                                 a, NULL, err);
}

static int write_work(struct counting *c, struct bh_err *err) {
        int r = bh_db_run(c->db, "DELETE FROM work WHERE subject = ?1", BH_ARGS(bh_arg_text(c->subject)), NULL, err);

        for (size_t i = 0; i < c->work.len && r >= 0; i++) {
                const struct work *w = c->work.items[i].value;

                r = bh_db_run(c->db,
                              "INSERT INTO work(subject, side, owner, base_name, risk, n_containers, n_findings, n_fixable, n_critical, n_exploited, worst, mend, n_high, n_medium, "
                              "n_low, n_bad) VALUES(?1, ?2, ?3, COALESCE((SELECT base_name FROM image WHERE id = ?1), ''), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
                              "?12, ?13, ?14, ?15)",
                              BH_ARGS(bh_arg_text(c->subject), bh_arg_text(w->side), bh_arg_text(w->owner),
                                      bh_arg_real(bh_risk_rollup(w->scores.at, w->scores.len)),
                                      bh_arg_int((int64_t) (c->n_all && c->all[0].id.len ? c->n_all : 0)), bh_arg_int((int64_t) w->scores.len),
                                      bh_arg_int(w->n_fixable), bh_arg_int(w->severity[BH_SEVERITY_CRITICAL]), bh_arg_int(w->n_exploited),
                                      bh_arg_text(w->worst), bh_arg_text(w->mend), bh_arg_int(w->severity[BH_SEVERITY_HIGH]),
                                      bh_arg_int(w->severity[BH_SEVERITY_MEDIUM]),
                                      bh_arg_int(w->severity[BH_SEVERITY_LOW] + w->severity[BH_SEVERITY_INFO] + w->severity[BH_SEVERITY_UNKNOWN]),
                                      bh_arg_int(w->n_bad)),
                              NULL, err);
        }
        return r;
}

static double container_risk(const struct counting *c, size_t i) {
        size_t p = c->which[i];
        double risk = c->n_places > 1 ? bh_risk_rollup(c->at[p].at, c->at[p].len) : c->risk;

        return c->all[i].n_incidents ? fmax(risk, attacked_least) : risk;
}

static void add_host(struct counting *c, struct bh_str host) {
        for (size_t i = 0; i < c->hosts.len; i++)
                if (bh_str_eq(c->hosts.at[i], host))
                        return;
        *bh_vec_add(c->arena, &c->hosts) = host;
}

static int load_hosts(struct counting *c, struct bh_err *err) {
        struct bh_str host = c->subject;
        struct bh_rows *rows = NULL;
        int r;

        if (bh_str_cut_prefix(&host, BH_STR("host:"))) {
                *bh_vec_add(c->arena, &c->hosts) = host;
                return 0;
        }
        r = bh_db_ask(c->db, "SELECT host_id FROM container WHERE image_id = ?1 AND gone_ms IS NULL UNION SELECT host_id FROM container WHERE place_image = ?1",
                      BH_ARGS(bh_arg_text(c->subject)), &rows, err);
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                add_host(c, bh_rows_copy(rows, 0, c->arena));
        bh_rows_done(&rows);
        return r;
}

/* Containers came or went, so what is told of each vulnerability of theirs is no longer so. */
static int vulns_dirty(struct counting *c, struct bh_err *err) {
        return bh_db_run(c->db,
                         "INSERT INTO vuln_dirty(id) SELECT DISTINCT vuln_id FROM finding WHERE subject = ?1 AND fixed_ms IS NULL AND vuln_id <> '' "
                         "ON CONFLICT DO NOTHING",
                         BH_ARGS(bh_arg_text(c->subject)), NULL, err);
}

static int write_containers(struct counting *c, struct bh_err *err) {
        uint64_t left = 0, came = 0;
        int r = bh_db_run(c->db, "UPDATE container SET place = '', place_image = '' WHERE place_image = ?1 AND "
                          "(gone_ms IS NOT NULL OR image_id <> ?1 OR state NOT IN ('running', 'paused', ''))",
                          BH_ARGS(bh_arg_text(c->subject)), &left, err);

        for (size_t i = 0; i < c->n_all && r >= 0; i++) {
                uint64_t changed = 0;

                if (!c->all[i].id.len)
                        continue;
                r = bh_db_run(c->db, "UPDATE container SET place_image = ?2 WHERE id = ?1 AND place_image <> ?2",
                              BH_ARGS(bh_arg_text(c->all[i].id), bh_arg_text(c->subject)), &changed, err);
                came += changed;
                if (r >= 0)
                        r = bh_db_run(c->db, "UPDATE container SET risk = ?2, place = ?3 WHERE id = ?1 AND (risk <> ?2 OR place <> ?3)",
                                      BH_ARGS(bh_arg_text(c->all[i].id), bh_arg_real(container_risk(c, i)),
                                              bh_arg_text(bh_place_key(c->arena, &c->all[i]))),
                                      NULL, err);
        }
        return r < 0 || left + came == 0 ? r : vulns_dirty(c, err);
}

static int host_scores(struct counting *c, struct bh_str host, double *ret, struct bh_err *err) {
        BH_VEC(double) scores = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(c->db,
                          "SELECT risk FROM container WHERE host_id = ?1 AND gone_ms IS NULL UNION ALL SELECT risk FROM subject WHERE id = 'host:' || ?1",
                          BH_ARGS(bh_arg_text(host)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(c->arena, &scores) = bh_rows_real(rows, 0);
        bh_rows_done(&rows);
        *ret = bh_risk_rollup(scores.at, scores.len);
        return r;
}

static int write_host(struct counting *c, struct bh_str host, struct bh_err *err) {
        BH_VEC(struct bh_place) none = { 0 };
        struct bh_place *place = none.at;
        struct bh_str own = bh_arena_cat(c->arena, BH_STR("host:"), host);
        double risk = 0;
        size_t n = 0;
        int r = host_scores(c, host, &risk, err);

        r = r < 0 ? r : bh_subject_places(c->db, own, c->arena, &place, &n, err);
        if (r < 0 || !n)
                return r;
        if (place[0].n_incidents)
                risk = fmax(risk, attacked_least);
        return bh_db_run(c->db,
                         "UPDATE host SET risk = ?2, place = ?3, n_findings = (SELECT COALESCE(SUM(w.n_findings), 0) FROM work w WHERE w.subject IN "
                         "(SELECT image_id FROM container WHERE host_id = ?1 AND gone_ms IS NULL UNION SELECT ?4)) WHERE id = ?1",
                         BH_ARGS(bh_arg_text(host), bh_arg_real(risk), bh_arg_text(bh_place_key(c->arena, &place[0])), bh_arg_text(own)), NULL, err);
}

int bh_risk_count(struct bh_db *db, struct bh_str subject, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct counting c = { .db = db, .arena = arena, .scratch = scratch, .subject = subject, .work = bh_map_in(arena) };
        int r = load_places(&c, err);

        r = r < 0 ? r : count_findings(&c, err);
        r = r < 0 ? r : write_image(&c, err);
        r = r < 0 ? r : write_work(&c, err);
        r = r < 0 ? r : load_hosts(&c, err);
        r = r < 0 ? r : write_containers(&c, err);
        for (size_t i = 0; i < c.hosts.len && r >= 0; i++)
                r = write_host(&c, c.hosts.at[i], err);
        return bh_wrap(err, r, "risk of %s", BH_QUOTE(subject));
}

/* ---- what changed ---- */

static const char live_places[] = "SELECT " BH_PLACE_COLUMNS ", c.image_id, c.place, c.place_image FROM " BH_PLACE_FROM " WHERE " BH_PLACE_RUNS;

static void add_subject(struct bh_arena *arena, struct bh_map *seen, struct bh_str id, struct bh_subject_ids *ret) {
        if (bh_map_has(seen, id))
                return;
        id = bh_arena_str(arena, id);
        bh_map_set(seen, id, ret);
        *bh_vec_add(arena, ret) = id;
}

static int changed_containers(struct bh_db *db, struct bh_arena *arena, struct bh_map *seen, struct bh_subject_ids *ret, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, live_places, BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_str image, before;
                struct bh_place p;

                bh_arena_reset(scratch);
                p = bh_place_of_row(rows, scratch);
                image = bh_rows_text(rows, BH_PLACE_N);
                before = bh_rows_text(rows, BH_PLACE_N + 2);
                if (bh_str_eq(bh_place_key(scratch, &p), bh_rows_text(rows, BH_PLACE_N + 1)) && bh_str_eq(image, before))
                        continue;
                add_subject(arena, seen, image, ret);
                if (before.len)
                        add_subject(arena, seen, before, ret);
        }
        bh_rows_done(&rows);
        return r;
}

static int changed_by(struct bh_db *db, const char *sql, struct bh_args args, struct bh_arena *arena, struct bh_map *seen, struct bh_subject_ids *ret,
                      struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, sql, args, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                add_subject(arena, seen, bh_rows_text(rows, 0), ret);
        bh_rows_done(&rows);
        return r;
}

static int changed_hosts(struct bh_db *db, struct bh_arena *arena, struct bh_map *seen, struct bh_subject_ids *ret, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db,
                          "SELECT 'host:' || h.id, h.environment, (SELECT COUNT(*) FROM incident i WHERE i.host_id = h.id AND i.container_id = '' AND i.level <= 3 AND "
                          "i.status IN ('open', 'working')), h.place FROM host h WHERE h.gone_ms IS NULL",
                          BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_place p = { .environment = bh_rows_text(rows, 1), .n_incidents = (uint32_t) bh_rows_int(rows, 2) };

                if (!bh_str_eq(bh_place_key(arena, &p), bh_rows_text(rows, 3)))
                        add_subject(arena, seen, bh_rows_text(rows, 0), ret);
        }
        bh_rows_done(&rows);
        return r;
}

int bh_risk_changed(struct bh_db *db, struct bh_arena *arena, int64_t used_since_ms, int64_t *ret_used_ms, struct bh_subject_ids *ret,
                    struct bh_err *err) {
        struct bh_map seen = bh_map_in(arena);
        int64_t used = used_since_ms;
        int r = changed_containers(db, arena, &seen, ret, err);

        r = r < 0 ? r
                  : changed_by(db,
                               "SELECT DISTINCT place_image FROM container WHERE place_image <> '' AND (gone_ms IS NOT NULL OR state NOT IN ('running', "
                               "'paused', ''))",
                               BH_NO_ARGS, arena, &seen, ret, err);
        r = r < 0 ? r : changed_hosts(db, arena, &seen, ret, err);
        r = r < 0 ? r : bh_db_number(db, "SELECT COALESCE(MAX(used_ms), 0) FROM holding", BH_NO_ARGS, &used, err);
        if (r >= 0 && used > used_since_ms)
                r = changed_by(db, "SELECT DISTINCT subject FROM holding WHERE used_ms > ?1", BH_ARGS(bh_arg_int(used_since_ms)), arena, &seen, ret, err);
        if (r < 0)
                return r;
        *ret_used_ms = used;
        return 0;
}

/* ---- vulnerabilities ---- */

int bh_risk_vuln_dirty(struct bh_db *db, struct bh_str vuln, struct bh_err *err) {
        return bh_db_run(db, "INSERT INTO vuln_dirty(id) VALUES(?1) ON CONFLICT DO NOTHING", BH_ARGS(bh_arg_text(vuln)), NULL, err);
}

static const char count_vuln[] =
        "UPDATE vuln SET risk = COALESCE((SELECT MAX(f.risk) FROM finding f WHERE f.vuln_id = ?1 AND f.fixed_ms IS NULL AND f.state = 'open'), 0), "
        "n_images = (SELECT COUNT(DISTINCT f.subject) FROM finding f WHERE f.vuln_id = ?1 AND f.fixed_ms IS NULL AND f.subject NOT LIKE 'host:%'), "
        "n_containers = (SELECT COUNT(*) FROM container c WHERE c.gone_ms IS NULL AND c.image_id IN "
        "(SELECT f.subject FROM finding f WHERE f.vuln_id = ?1 AND f.fixed_ms IS NULL)), "
        "n_hosts = (SELECT COUNT(*) FROM (SELECT c.host_id FROM container c WHERE c.gone_ms IS NULL AND c.image_id IN "
        "(SELECT f.subject FROM finding f WHERE f.vuln_id = ?1 AND f.fixed_ms IS NULL) "
        "UNION SELECT SUBSTR(f.subject, 6) FROM finding f WHERE f.vuln_id = ?1 AND f.fixed_ms IS NULL AND f.subject LIKE 'host:%') AS hosts) "
        "WHERE id = ?1";

int bh_risk_vulns(struct bh_db *db, uint32_t limit, uint32_t *ret_n, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_VEC(struct bh_str) ids = { 0 };
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT id FROM vuln_dirty ORDER BY id LIMIT ?1", BH_ARGS(bh_arg_int(limit)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, &ids) = bh_rows_copy(rows, 0, arena);
        bh_rows_done(&rows);
        for (size_t i = 0; i < ids.len && r >= 0; i++) {
                r = bh_db_run(db, count_vuln, BH_ARGS(bh_arg_text(ids.at[i])), NULL, err);
                r = r < 0 ? r : bh_db_run(db, "DELETE FROM vuln_dirty WHERE id = ?1", BH_ARGS(bh_arg_text(ids.at[i])), NULL, err);
        }
        if (r >= 0)
                *ret_n = (uint32_t) ids.len;
        return r;
}
