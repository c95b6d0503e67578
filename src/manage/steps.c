/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/steps.h"

#include <stdlib.h>

#include "manage/teams.h"
#include "model/alert.h"

enum { MOST = 10, OLD_DAYS = 3 };

struct stepping {
        struct bh_db *db;
        struct bh_arena *arena;
        struct bh_steps *out;
        int64_t mine;
};

static struct bh_step *add(struct stepping *s, const char *kind, double risk) {
        struct bh_step *step = bh_vec_add(s->arena, s->out);

        *step = (struct bh_step){ .kind = kind, .risk = risk };
        return step;
}

static const char *many(int64_t n) {
        return n == 1 ? "" : "s";
}

/* Emergency and Alert are 100 and 99; each level is a little less. */
static int add_incidents(struct stepping *s, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(s->db,
                          "SELECT id, title, level, n_alerts FROM incident WHERE status IN ('open', 'working') AND level <= 4 ORDER BY level, last_ms DESC "
                          "LIMIT 5",
                          BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_step *step = add(s, "incident", 100 - 2 * (double) bh_rows_int(rows, 2));

                step->text = bh_arena_printf(s->arena, "Look into incident %lld: %.*s (%lld alert%s)", (long long) bh_rows_int(rows, 0),
                                             BH_FMT(bh_rows_text(rows, 1)), (long long) bh_rows_int(rows, 3), many(bh_rows_int(rows, 3)));
                step->link = bh_arena_printf(s->arena, "/incidents/%lld", (long long) bh_rows_int(rows, 0));
        }
        bh_rows_done(&rows);
        return r;
}

static struct bh_str exploited_words(struct stepping *s, int64_t n) {
        return n ? bh_arena_printf(s->arena, ", %lld of them exploited elsewhere", (long long) n) : BH_STR("");
}

static int add_bases(struct stepping *s, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(s->db,
                          "SELECT base_name, owner, COUNT(*), SUM(n_fixable), SUM(n_exploited), MAX(risk) FROM work WHERE side = 'base' AND n_fixable > 0 "
                          "GROUP BY base_name, owner ORDER BY MAX(risk) DESC LIMIT 5",
                          BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_str base = bh_rows_text(rows, 0).len ? bh_rows_copy(rows, 0, s->arena) : BH_STR("base image");
                struct bh_step *step = add(s, "base", bh_rows_real(rows, 5));

                step->text = bh_arena_printf(s->arena, "Rebuild %lld image%s on a newer %.*s: mends %lld finding%s%.*s", (long long) bh_rows_int(rows, 2),
                                             many(bh_rows_int(rows, 2)), BH_FMT(base), (long long) bh_rows_int(rows, 3), many(bh_rows_int(rows, 3)),
                                             BH_FMT(exploited_words(s, bh_rows_int(rows, 4))));
                step->owner = bh_rows_copy(rows, 1, s->arena);
                step->link = BH_STR("/worklists/operations");
        }
        bh_rows_done(&rows);
        return r;
}

#define APPLICATIONS "SELECT w.subject, COALESCE(i.name, w.subject), w.owner, w.worst, w.mend, w.risk, w.n_findings, w.side FROM work w " \
                     "LEFT JOIN image i ON i.id = w.subject WHERE w.side <> 'base' "
#define MINE "AND w.subject IN (" BH_TEAMS_IMAGES ") "
#define WORST_FIRST "ORDER BY w.risk DESC, w.id LIMIT 10"

static int add_applications(struct stepping *s, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = s->mine ? bh_db_ask(s->db, APPLICATIONS MINE WORST_FIRST, BH_ARGS(bh_arg_int(s->mine)), &rows, err)
                        : bh_db_ask(s->db, APPLICATIONS WORST_FIRST, BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bool host = bh_str_is(bh_rows_text(rows, 7), "host");
                struct bh_step *step = add(s, host ? "host" : "application", bh_rows_real(rows, 5));
                struct bh_str mend = bh_rows_text(rows, 4), worst = bh_rows_text(rows, 3), subject = bh_rows_copy(rows, 0, s->arena);

                step->text = bh_arena_printf(s->arena, "%.*s: %.*s%s%.*s", BH_FMT(bh_rows_text(rows, 1)), BH_FMT(worst), mend.len ? "; " : "", BH_FMT(mend));
                step->owner = bh_rows_copy(rows, 2, s->arena);
                BH_IGNORE(bh_str_cut_prefix(&subject, BH_STR("host:")));
                step->link = bh_arena_printf(s->arena, "/%s/%.*s", host ? "hosts" : "images", BH_FMT(subject));
        }
        bh_rows_done(&rows);
        return r;
}

static int add_privileged(struct stepping *s, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(s->db,
                          "SELECT id, name, risk FROM container WHERE gone_ms IS NULL AND privileged = 1 AND exposed <> '' ORDER BY risk DESC, id LIMIT 2",
                          BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                struct bh_step *step = add(s, "container", bh_rows_real(rows, 2));

                step->text = bh_arena_printf(s->arena, "Run %.*s without privileges: it is privileged and its ports are published",
                                             BH_FMT(bh_rows_text(rows, 1).len ? bh_rows_text(rows, 1) : bh_rows_text(rows, 0)));
                step->link = bh_arena_printf(s->arena, "/containers/%.*s", BH_FMT(bh_rows_text(rows, 0)));
        }
        bh_rows_done(&rows);
        return r;
}

/* What is not seen may be anything: it stands where a high finding stands. */
static int add_coverage(struct stepping *s, const struct bh_match_state *state, int64_t now_ms, struct bh_err *err) {
        int64_t days = state->present ? (now_ms / 1000 - state->date_s) / (24 * 3600) : 0, away = 0;
        int r = bh_db_number(s->db, "SELECT COUNT(*) FROM agent WHERE state = 'away'", BH_NO_ARGS, &away, err);

        if (r >= 0 && away) {
                struct bh_step *step = add(s, "coverage", 60);

                step->text = bh_arena_printf(s->arena, "Bring back %lld agent%s: their hosts are not watched", (long long) away, many(away));
                step->link = BH_STR("/agents?f.state=away");
        }
        if (!state->present || days > OLD_DAYS) {
                struct bh_step *step = add(s, "coverage", state->present ? 55 : 95);

                step->text = state->present ? bh_arena_printf(s->arena, "Bring in newer advisories: those there are, are %lld days old", (long long) days)
                                            : BH_STR("Bring in a vulnerability database (bulkhead db build, or db update): nothing can be matched without");
                step->link = BH_STR("/system");
        }
        return r;
}

static int worst_first(const void *a, const void *b) {
        const struct bh_step *x = a, *y = b;
        int r = (x->risk < y->risk) - (x->risk > y->risk);

        return r ? r : bh_str_cmp(x->text, y->text);
}

int bh_steps_load(struct bh_db *db, const struct bh_match_state *state, int64_t mine, int64_t now_ms, struct bh_arena *arena, struct bh_steps *ret,
                  struct bh_err *err) {
        struct stepping s = { db, arena, ret, mine };
        int r = add_applications(&s, err);

        if (!mine) {
                r = r < 0 ? r : add_incidents(&s, err);
                r = r < 0 ? r : add_bases(&s, err);
                r = r < 0 ? r : add_privileged(&s, err);
                r = r < 0 ? r : add_coverage(&s, state, now_ms, err);
        }
        if (ret->len)
                qsort(ret->at, ret->len, sizeof *ret->at, worst_first);
        ret->len = BH_MIN(ret->len, (size_t) MOST);
        return r;
}
