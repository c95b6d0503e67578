/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/overview.h"

#include <stdlib.h>

#include "base/vec.h"
#include "fmt/json_put.h"
#include "manage/steps.h"
#include "manage/teams.h"

enum { DAY_MS = 24 * 3600 * 1000, TREND_DAYS = 30, STALE_DAYS = 3 };

struct view {
        struct bh_db *db;
        const struct bh_match_state *state;
        struct bh_json_put *j;
        struct bh_arena *arena;
        int64_t mine, now_ms;
};

static void put_health(struct view *v, const struct bh_health *h) {
        bh_json_put_open(v->j, "health", '{');
        bh_json_put_double(v->j, "score", h->score, 1);
        bh_json_put_open(v->j, "parts", '[');
        for (size_t i = 0; i < BH_HEALTH_PARTS; i++) {
                const struct bh_health_part *p = &h->parts[i];

                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_cstr(v->j, "name", p->name);
                bh_json_put_double(v->j, "weight", p->weight, 3);
                bh_json_put_double(v->j, "exposure", p->exposure, 6);
                bh_json_put_double(v->j, "lost", p->weight * p->exposure, 6);
                bh_json_put_str(v->j, "words", p->words);
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        bh_json_put_close(v->j);
}

/* ---- counts ---- */

#define MINE "subject IN (" BH_TEAMS_IMAGES ")"
#define SUMS "SELECT COALESCE(SUM(n_findings), 0), COALESCE(SUM(n_critical), 0), COALESCE(SUM(n_high), 0), COALESCE(SUM(n_medium), 0), " \
             "COALESCE(SUM(n_low), 0), COALESCE(SUM(n_exploited), 0), COALESCE(SUM(n_fixable), 0), COUNT(DISTINCT subject) FROM work "

static int put_findings(struct view *v, struct bh_err *err) {
        static const char *const names[] = { "findings", "critical", "high", "medium", "low", "exploited", "fixable", "subjects" };
        struct bh_rows *rows = NULL;
        int r = v->mine ? bh_db_ask(v->db, SUMS "WHERE " MINE, BH_ARGS(bh_arg_int(v->mine)), &rows, err) : bh_db_ask(v->db, SUMS, BH_NO_ARGS, &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        for (int i = 0; r > 0 && i < (int) BH_LEN(names); i++)
                bh_json_put_int(v->j, names[i], bh_rows_int(rows, i));
        bh_rows_done(&rows);
        return r;
}

static int put_counts(struct view *v, struct bh_err *err) {
        static const struct {
                const char *name, *sql;
        } rows[] = {
                { "hosts", "SELECT COUNT(*) FROM host WHERE gone_ms IS NULL" },
                { "containers", "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL" },
                { "images", "SELECT COUNT(*) FROM image" },
                { "images_running", "SELECT COUNT(*) FROM image WHERE n_containers > 0" },
                { "vulnerabilities", "SELECT COUNT(*) FROM vuln WHERE n_images > 0 OR n_hosts > 0" },
                { "incidents_open", "SELECT COUNT(*) FROM incident WHERE status IN ('open', 'working')" },
                { "incidents_grave", "SELECT COUNT(*) FROM incident WHERE status IN ('open', 'working') AND level <= 2" },
        };
        int r;

        bh_json_put_open(v->j, "counts", '{');
        r = put_findings(v, err);
        for (size_t i = 0; i < BH_LEN(rows) && r >= 0 && !v->mine; i++) {
                int64_t n = 0;

                r = bh_db_number(v->db, rows[i].sql, BH_NO_ARGS, &n, err);
                bh_json_put_int(v->j, rows[i].name, n);
        }
        bh_json_put_close(v->j);
        return r;
}

/* ---- what nobody sees ---- */

struct blind {
        const char *kind, *sql, *words, *link;
};

static const struct blind blinds[] = {
        { "agents-away", "SELECT COUNT(*) FROM agent WHERE state = 'away'", "agents are away: what happens on their hosts is not seen now", "/agents?f.state=away" },
        { "hosts-without-agent", "SELECT COUNT(*) FROM host h WHERE h.gone_ms IS NULL AND NOT EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.id AND a.state <> 'revoked')",
          "hosts have no agent", "/hosts" },
        { "hosts-unchecked", "SELECT COUNT(*) FROM host h WHERE h.gone_ms IS NULL AND EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.id AND a.state = 'here') AND NOT "
                             "EXISTS (SELECT 1 FROM compliance_host c WHERE c.host_id = h.id AND c.done_ms > 0)",
          "hosts were never checked for how they are set up", "/compliance" },
        { "no-sensor", "SELECT COUNT(*) FROM agent WHERE state = 'here' AND sensor IN ('', 'none')", "agents run without a sensor: no alerts come from there", "/agents" },
        { "sensor-losses", "SELECT COUNT(*) FROM agent WHERE lost > 0 OR dropped > 0", "agents have lost events, or dropped what they had to tell", "/agents" },
        { "containers-unscanned", "SELECT COUNT(*) FROM container c WHERE c.gone_ms IS NULL AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = c.image_id)",
          "containers run an image that was never scanned", "/containers" },
        { "images-unmatched", "SELECT COUNT(*) FROM subject WHERE matched_with = ''", "images and hosts wait to be matched", "/images" },
        { "space-unknown", "SELECT COUNT(*) FROM subject WHERE matched_with <> '' AND space_known = 0",
          "images and hosts are of a release the advisories do not speak of: silence proves nothing there", "/images" },
        { "end-of-life", "SELECT COUNT(*) FROM image WHERE end_of_life = 1 AND n_containers > 0",
          "images that run are of a release nobody looks after any more", "/images?f.end_of_life=true" },
        { "registries-failed", "SELECT COUNT(*) FROM registry WHERE state = 'failed'", "registries could not be looked at", "/registries?f.state=failed" },
        { "scans-failed", "SELECT COUNT(*) FROM scan_job j WHERE j.state = 'failed' AND NOT EXISTS (SELECT 1 FROM scan_job n WHERE n.target = j.target AND n.id > j.id)",
          "scans failed, and were not done since", "/scans?f.state=failed" },
};

static void put_blind(struct view *v, const char *kind, int64_t n, struct bh_str words, const char *link) {
        bh_json_put_open(v->j, NULL, '{');
        bh_json_put_cstr(v->j, "kind", kind);
        bh_json_put_int(v->j, "count", n);
        bh_json_put_str(v->j, "words", words);
        bh_json_put_cstr(v->j, "link", link);
        bh_json_put_close(v->j);
}

static int put_blinds(struct view *v, struct bh_err *err) {
        int64_t days = v->state->present ? (v->now_ms / 1000 - v->state->date_s) / (24 * 3600) : 0;
        int r = 0;

        bh_json_put_open(v->j, "blind_spots", '[');
        for (size_t i = 0; i < BH_LEN(blinds) && r >= 0; i++) {
                int64_t n = 0;

                r = bh_db_number(v->db, blinds[i].sql, BH_NO_ARGS, &n, err);
                if (r > 0 && n)
                        put_blind(v, blinds[i].kind, n, bh_arena_printf(v->arena, "%lld %s", (long long) n, blinds[i].words), blinds[i].link);
        }
        if (!v->state->present)
                put_blind(v, "no-advisories", 1, BH_STR("there is no vulnerability database: nothing can be matched until there is one"), "/system");
        else if (days > STALE_DAYS)
                put_blind(v, "old-advisories", days, bh_arena_printf(v->arena, "the vulnerability database is %lld days old", (long long) days), "/system");
        bh_json_put_close(v->j);
        return r;
}

static void put_advisories(struct view *v) {
        bh_json_put_open(v->j, "advisories", '{');
        bh_json_put_bool(v->j, "present", v->state->present);
        bh_json_put_int(v->j, "date_ms", v->state->date_s * 1000);
        bh_json_put_u64(v->j, "vulnerabilities", v->state->n_vulns);
        bh_json_put_cstr(v->j, "root", v->state->root);
        bh_json_put_cstr(v->j, "why", v->state->why);
        bh_json_put_close(v->j);
}

/* ---- how it went ---- */

static int put_trends(struct view *v, struct bh_err *err) {
        struct bh_str last = BH_STR("");
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(v->db,
                          "SELECT name, day, value FROM trend WHERE day > ?1 AND (name LIKE 'findings.severity.%' OR name LIKE 'risk.%' OR name LIKE "
                          "'alerts.level.%' OR name = 'health') ORDER BY name, day",
                          BH_ARGS(bh_arg_int(v->now_ms / DAY_MS - TREND_DAYS)), &rows, err);
        bool open = false;

        bh_json_put_open(v->j, "trends", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                if (!bh_str_eq(bh_rows_text(rows, 0), last)) {
                        if (open) {
                                bh_json_put_close(v->j);
                                bh_json_put_close(v->j);
                        }
                        last = bh_rows_copy(rows, 0, v->arena);
                        bh_json_put_open(v->j, NULL, '{');
                        bh_json_put_str(v->j, "name", last);
                        bh_json_put_open(v->j, "points", '[');
                        open = true;
                }
                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_int(v->j, "day_ms", bh_rows_int(rows, 1) * DAY_MS);
                bh_json_put_double(v->j, "value", bh_rows_real(rows, 2), 3);
                bh_json_put_close(v->j);
        }
        if (open) {
                bh_json_put_close(v->j);
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        bh_rows_done(&rows);
        return r;
}

static int put_steps(struct view *v, struct bh_err *err) {
        struct bh_steps steps = { 0 };
        int r = bh_steps_load(v->db, v->state, v->mine, v->now_ms, v->arena, &steps, err);

        bh_json_put_open(v->j, "steps", '[');
        for (size_t i = 0; r >= 0 && i < steps.len; i++) {
                bh_json_put_open(v->j, NULL, '{');
                bh_json_put_cstr(v->j, "kind", steps.at[i].kind);
                bh_json_put_str(v->j, "text", steps.at[i].text);
                bh_json_put_double(v->j, "risk", steps.at[i].risk, 1);
                bh_json_put_some(v->j, "owner", steps.at[i].owner);
                bh_json_put_str(v->j, "link", steps.at[i].link);
                bh_json_put_close(v->j);
        }
        bh_json_put_close(v->j);
        return r;
}

static int put_whole(struct view *v, struct bh_err *err) {
        struct bh_health_in in;
        struct bh_health health;
        int r = bh_health_count(v->db, v->state, v->now_ms, &in, err);

        if (r < 0)
                return r;
        if (bh_health_known(&in)) {
                bh_health_of(&in, v->arena, &health);
                put_health(v, &health);
        }
        put_advisories(v);
        r = put_blinds(v, err);
        return r < 0 ? r : put_trends(v, err);
}

int bh_overview(struct bh_db *db, const struct bh_match_state *state, int64_t mine, int64_t now_ms, struct bh_arena *arena, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_json_put j = { .out = out, .compact = true };
        struct view v = { db, state, &j, arena, mine, now_ms };
        int r;

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "time_ms", now_ms);
        r = put_counts(&v, err);
        if (r >= 0 && !mine)
                r = put_whole(&v, err);
        r = r < 0 ? r : put_steps(&v, err);
        bh_json_put_close(&j);
        return r < 0 ? r : 0;
}
