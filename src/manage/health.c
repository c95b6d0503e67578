/* SPDX-License-Identifier: Apache-2.0 */
/* The health score: 100, less what each of its parts takes away. */
#include <math.h>

#include "manage/overview.h"
#include "model/alert.h"
#include "model/exposure.h"

static double share(int64_t part, int64_t whole) {
        return whole > 0 ? fmin(1, (double) part / (double) whole) : 0;
}

static struct bh_str words(struct bh_arena *arena, int64_t n, int64_t of, const char *what) {
        return bh_arena_printf(arena, "%lld of %lld %s", (long long) n, (long long) of, what);
}

/* Half of something already takes most: the first of a kind hurts more than the tenth. */
static double soon(double x) {
        return 1 - (1 - x) * (1 - x);
}

void bh_health_of(const struct bh_health_in *in, struct bh_arena *arena, struct bh_health *ret) {
        double incidents = 1 - exp(-((double) in->incidents_grave + 0.2 * (double) (in->incidents - in->incidents_grave)));
        int64_t unseen = in->hosts_blind + in->hosts_unchecked + in->containers_unscanned, seeable = in->hosts + in->containers;

        *ret = (struct bh_health){ .parts = {
                { "incidents", 18, incidents,
                  bh_arena_printf(arena, "%lld open incidents, %lld of them grave", (long long) in->incidents, (long long) in->incidents_grave) },
                { "exploited", 18, soon(share(in->exploited_running, in->running)),
                  words(arena, in->exploited_running, in->running, "images that run have what is exploited elsewhere") },
                { "risk", 18, fmin(1, in->mean_risk / 100), bh_arena_printf(arena, "the mean risk of what runs is %.0f", in->mean_risk) },
                { "overdue", 10, share(in->overdue, in->due), words(arena, in->overdue, in->due, "findings with a day to be mended by are past it") },
                { "privileged", 6, soon(share(in->privileged, in->containers)),
                  words(arena, in->privileged, in->containers, "containers have the host in their hands") },
                { "root", 2, share(in->root, in->containers), words(arena, in->root, in->containers, "containers run as root") },
                { "compliance", 10, share(in->weight_lost, in->weight_decided),
                  in->weight_decided ? bh_arena_printf(arena, "checks of how hosts are set up give %.0f of 100",
                                                       100 - 100 * share(in->weight_lost, in->weight_decided))
                                     : BH_STR("no host was checked yet") },
                { "intruders", 6, 1 - exp(-(double) in->bad_running),
                  bh_arena_printf(arena, "%lld images run with malware, a webshell, or what was tampered with", (long long) in->bad_running) },
                { "coverage", 12, in->no_advisories ? 1 : share(unseen, seeable),
                  in->no_advisories ? BH_STR("there are no advisories to match with")
                                    : words(arena, unseen, seeable, "hosts and containers are not seen, not checked, or not scanned") },
        }, .score = 100 };
        for (size_t i = 0; i < BH_HEALTH_PARTS; i++)
                ret->score -= ret->parts[i].weight * ret->parts[i].exposure;
}

/* ---- counting ---- */

struct count {
        const char *sql;
        size_t at; /* in struct bh_health_in */
};
#define AT(field) offsetof(struct bh_health_in, field)

static const struct count counts[] = {
        { "SELECT COUNT(*) FROM incident WHERE status IN ('open', 'working')", AT(incidents) },
        { "SELECT COUNT(*) FROM incident WHERE status IN ('open', 'working') AND level <= 2", AT(incidents_grave) },
        { "SELECT COUNT(*) FROM image", AT(images) },
        { "SELECT COUNT(*) FROM image WHERE n_containers > 0", AT(running) },
        { "SELECT COUNT(DISTINCT subject) FROM work WHERE n_containers > 0 AND n_exploited > 0", AT(exploited_running) },
        { "SELECT COUNT(DISTINCT subject) FROM work WHERE n_containers > 0 AND n_bad > 0", AT(bad_running) },
        { "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL", AT(containers) },
        { "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL AND (privileged = 1 OR host_mounts <> '')", AT(privileged) },
        { "SELECT COUNT(*) FROM container WHERE gone_ms IS NULL AND root = 1", AT(root) },
        { "SELECT COUNT(*) FROM host WHERE gone_ms IS NULL", AT(hosts) },
        { "SELECT COUNT(*) FROM host h WHERE h.gone_ms IS NULL AND NOT EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.id AND a.state = 'here')",
          AT(hosts_blind) },
        { "SELECT COUNT(*) FROM host h WHERE h.gone_ms IS NULL AND EXISTS (SELECT 1 FROM agent a WHERE a.host_id = h.id AND a.state = 'here') AND NOT EXISTS "
          "(SELECT 1 FROM compliance_host c WHERE c.host_id = h.id AND c.done_ms > 0)",
          AT(hosts_unchecked) },
        { "SELECT COALESCE(SUM(decided), 0) FROM compliance_host", AT(weight_decided) },
        { "SELECT COALESCE(SUM(lost), 0) FROM compliance_host", AT(weight_lost) },
        { "SELECT COUNT(*) FROM container c WHERE c.gone_ms IS NULL AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = c.image_id)",
          AT(containers_unscanned) },
};

/* Many are as bad as very many: counting ends there. */
static int count_due(struct bh_db *db, enum bh_due due, int64_t now_ms, struct bh_health_in *in, struct bh_err *err) {
        static const char all[] = "SELECT COUNT(*) FROM (SELECT 1 FROM finding WHERE due = ?1 AND fixed_ms IS NULL AND state = 'open' LIMIT 20000) AS x";
        static const char late[] =
                "SELECT COUNT(*) FROM (SELECT first_ms FROM finding WHERE due = ?1 AND fixed_ms IS NULL AND state = 'open' LIMIT 20000) AS x WHERE first_ms < ?2";
        int64_t n = 0, over = 0, since = now_ms - (int64_t) bh_due_days(due) * 24 * 3600 * 1000;
        int r = bh_db_number(db, all, BH_ARGS(bh_arg_text(bh_str_of(bh_due_str(due)))), &n, err);

        r = r < 0 ? r : bh_db_number(db, late, BH_ARGS(bh_arg_text(bh_str_of(bh_due_str(due))), bh_arg_int(since)), &over, err);
        in->due += n;
        in->overdue += over;
        return r;
}

static int mean_risk(struct bh_db *db, double *ret, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT AVG(risk) FROM container WHERE gone_ms IS NULL", BH_NO_ARGS, &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                *ret = bh_rows_real(rows, 0);
        bh_rows_done(&rows);
        return r;
}

int bh_health_count(struct bh_db *db, const struct bh_match_state *state, int64_t now_ms, struct bh_health_in *ret, struct bh_err *err) {
        static const enum bh_due dues[] = { BH_DUE_3_DAYS_FORENSICS, BH_DUE_3_DAYS, BH_DUE_14_DAYS };
        struct bh_health_in in = { .no_advisories = !state->present };
        int r = mean_risk(db, &in.mean_risk, err);

        for (size_t i = 0; i < BH_LEN(counts) && r >= 0; i++)
                r = bh_db_number(db, counts[i].sql, BH_NO_ARGS, (int64_t *) (void *) ((char *) &in + counts[i].at), err);
        for (size_t i = 0; i < BH_LEN(dues) && r >= 0; i++)
                r = count_due(db, dues[i], now_ms, &in, err);
        if (r < 0)
                return r;
        *ret = in;
        return 0;
}
