/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"
#include "model/finding.h"
#include "store/retention.h"

#define DAY_MS 86400000ll

/* Each gives values with what makes their names complete, or NULL. ?1: the day's beginning, ?2: its end. */
static const struct count {
        const char *name, *sql;
        enum { ONE, SEVERITIES, NUMBERS } group; /* what completes the name */
} counts[] = {
        { "findings", "SELECT NULL, count(*) FROM finding WHERE state='open' AND ?1<=?2", ONE },
        { "findings.severity.", "SELECT severity, count(*) FROM finding WHERE state='open' AND ?1<=?2 GROUP BY severity", SEVERITIES },
        { "findings.new", "SELECT NULL, count(*) FROM finding WHERE first_ms>=?1 AND first_ms<?2", ONE },
        { "findings.fixed", "SELECT NULL, count(*) FROM finding WHERE fixed_ms>=?1 AND fixed_ms<?2", ONE },
        { "alerts", "SELECT NULL, count(*) FROM alert WHERE at_ms>=?1 AND at_ms<?2", ONE },
        { "alerts.level.", "SELECT level, count(*) FROM alert WHERE at_ms>=?1 AND at_ms<?2 GROUP BY level", NUMBERS },
        { "incidents.open", "SELECT NULL, count(*) FROM incident WHERE status IN ('open', 'working') AND ?1<=?2", ONE },
        { "hosts", "SELECT NULL, count(*) FROM host WHERE gone_ms IS NULL AND ?1<=?2", ONE },
        { "containers", "SELECT NULL, count(*) FROM container WHERE gone_ms IS NULL AND ?1<=?2", ONE },
        { "risk.images", "SELECT NULL, avg(risk) FROM image WHERE n_containers>0 AND ?1<=?2", ONE },
        { "risk.images.worst", "SELECT NULL, max(risk) FROM image WHERE n_containers>0 AND ?1<=?2", ONE },
        { "risk.hosts", "SELECT NULL, avg(risk) FROM host WHERE gone_ms IS NULL AND ?1<=?2", ONE },
        { "compliance.score", "SELECT NULL, CASE WHEN sum(decided)>0 THEN 100.0*(sum(decided)-sum(lost))/sum(decided) END FROM compliance_host WHERE ?1<=?2", ONE },
        { "compliance.fail", "SELECT NULL, sum(n_fail) FROM compliance_host WHERE ?1<=?2", ONE },
        { "risk.hosts.worst", "SELECT NULL, max(risk) FROM host WHERE gone_ms IS NULL AND ?1<=?2", ONE },
};

struct value {
        struct bh_str name;
        double v;
};

struct values {
        struct bh_arena *arena;
        int64_t day;
        BH_VEC(struct value) all;
};

static struct bh_str name_of(struct bh_arena *arena, const struct count *c, const struct bh_rows *rows) {
        int64_t n = bh_rows_int(rows, 0);

        if (bh_rows_null(rows, 0))
                return bh_str_of(c->name);
        if (c->group == SEVERITIES)
                return bh_arena_printf(arena, "%s%s", c->name, n >= 0 && n < _BH_SEVERITY_MAX ? bh_severity_str((enum bh_severity) n) : "unknown");
        return bh_arena_printf(arena, "%s%lld", c->name, (long long) n);
}

static int take(struct bh_db *db, const struct count *c, struct values *v, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, c->sql, BH_ARGS(bh_arg_int(v->day * DAY_MS), bh_arg_int((v->day + 1) * DAY_MS)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                if (!bh_rows_null(rows, 1))
                        *bh_vec_add(v->arena, &v->all) = (struct value){ name_of(v->arena, c, rows), bh_rows_real(rows, 1) };
        return r < 0 ? bh_wrap(err, r, "%s", c->name) : r;
}

/* A severity that no finding has any more must not keep its number of an hour ago. Others may have rows of their own in that day. */
static int forget_groups(struct bh_db *db, int64_t day, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < BH_LEN(counts); i++)
                if (counts[i].group)
                        r = bh_db_run(db, "DELETE FROM trend WHERE day=?1 AND substr(name, 1, length(?2))=?2", BH_ARGS(bh_arg_int(day), bh_arg_text(bh_str_of(counts[i].name))),
                                      NULL, err);
        return r;
}

static int put(struct bh_db *db, void *user, struct bh_err *err) {
        struct values *v = user;
        int r = forget_groups(db, v->day, err);

        for (size_t i = 0; r >= 0 && i < v->all.len; i++)
                r = bh_db_run(db, "INSERT INTO trend(day, name, value) VALUES(?1, ?2, ?3) ON CONFLICT(day, name) DO UPDATE SET value=?3",
                              BH_ARGS(bh_arg_int(v->day), bh_arg_text(v->all.at[i].name), bh_arg_real(v->all.at[i].v)), NULL, err);
        return r;
}

int bh_trend_note(struct bh_store *store, int64_t now_ms, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct values v = { .arena = arena, .day = now_ms / DAY_MS };
        struct bh_db *db = NULL;
        int r = bh_store_borrow(store, &db, err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(counts); i++)
                r = take(db, &counts[i], &v, err);
        bh_store_give_back(store, &db);
        if (r >= 0)
                r = bh_store_write(store, put, &v, err);
        return r < 0 ? bh_wrap(err, r, "trends") : 0;
}
