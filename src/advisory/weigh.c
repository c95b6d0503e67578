/* SPDX-License-Identifier: Apache-2.0 */
/* What all statements about one vulnerability say together: who is heard first, what overrules what, which fix counts. */
#include "advisory/matcher.h"

const struct bh_question *bh_question_of(const struct bh_answer_group *g, const struct bh_answer *it) {
        return &g->questions->at[it->question];
}

static const struct bh_index_statement *said(const struct bh_answer_group *g, const struct bh_answer *it) {
        return &bh_question_of(g, it)->rows.statements[it->statement];
}

static bool applies(const struct bh_answer *it) {
        return it->reason != BH_REASON_MODULE && it->reason != BH_REASON_ARCH && it->reason != BH_REASON_WITHDRAWN &&
               it->reason != BH_REASON_CHANNEL && it->reason != BH_REASON_NO_VERSION;
}

static bool is_blanket(const struct bh_answer_group *g, const struct bh_answer *it) {
        return said(g, it)->n_ranges == 0 && said(g, it)->n_versions == 0;
}

static bool in_tier(const struct bh_answer_group *g, const struct bh_answer *it, enum bh_space_role role) {
        enum bh_space_role r = bh_question_of(g, it)->space.role;

        return r == role || (role == BH_SPACE_OWN && r == BH_SPACE_COLLECTION);
}

/* A vendor who published a fix has said more than "affected": the blanket word gives way. */
static void overrule(struct bh_answer_group *g, enum bh_space_role role) {
        bool fix = false;

        for (size_t i = 0; i < g->n; i++)
                fix |= in_tier(g, &g->items[i], role) && applies(&g->items[i]) && !is_blanket(g, &g->items[i]) &&
                       said(g, &g->items[i])->status == BH_STATUS_FIXED;
        for (size_t i = 0; fix && i < g->n; i++)
                if (in_tier(g, &g->items[i], role) && applies(&g->items[i]) && is_blanket(g, &g->items[i]))
                        g->items[i].reason = BH_REASON_OVERRULED;
}

/* Would that version still be inside what somebody of this tier calls affected? */
static int still_held(struct bh_answer_group *g, enum bh_space_role role, struct bh_str version, struct bh_err *err) {
        for (size_t i = 0; i < g->n; i++) {
                const struct bh_question *l = bh_question_of(g, &g->items[i]);
                struct bh_installed would = l->have;
                struct bh_statement s;
                int r;

                if (!in_tier(g, &g->items[i], role) || g->items[i].reason != BH_REASON_HOLDS)
                        continue;
                r = bh_index_bounds(g->m->ix, g->m->scratch, &l->rows, g->items[i].statement, &s, err);
                if (r < 0)
                        return r;
                would.version = version;
                if (bh_judge(&would, &s).reason == BH_REASON_HOLDS)
                        return 1;
        }
        return 0;
}

struct bh_str bh_fix_of(const struct bh_answer_group *g, const struct bh_answer *it) {
        return it->reason == BH_REASON_HOLDS ? bh_question_of(g, it)->judgements[it->statement].fixed : (struct bh_str){ 0 };
}

/* The lowest version that everyone who speaks of it calls fixed; else the highest that anyone names. */
static int choose_fix(struct bh_answer_group *g, enum bh_space_role role, struct bh_weighed *v, struct bh_err *err) {
        const struct bh_answer *best = NULL, *highest = NULL;

        for (size_t i = 0; i < g->n; i++) {
                const struct bh_answer *it = &g->items[i];
                struct bh_str fix = in_tier(g, it, role) ? bh_fix_of(g, it) : (struct bh_str){ 0 };
                const struct bh_installed *have = &bh_question_of(g, it)->have;
                int r;

                if (!fix.len)
                        continue;
                if (!highest || bh_installed_cmp(have, fix, bh_fix_of(g, highest)) > 0)
                        highest = it;
                r = still_held(g, role, fix, err);
                if (r < 0)
                        return r;
                if (r == 0 && (!best || bh_installed_cmp(have, fix, bh_fix_of(g, best)) < 0))
                        best = it;
        }
        best = best ? best : highest;
        if (best) {
                v->by = best;
                v->fixed = bh_fix_of(g, best);
        }
        return 0;
}

/* Of blanket words that contradict each other, the gravest counts. */
static unsigned gravity(enum bh_status status) {
        static const unsigned char order[_BH_STATUS_MAX] = {
                [BH_STATUS_FIXED] = 8,
                [BH_STATUS_WILL_NOT_FIX] = 7,
                [BH_STATUS_AFFECTED] = 6,
                [BH_STATUS_DEFERRED] = 5,
                [BH_STATUS_END_OF_LIFE] = 4,
                [BH_STATUS_UNDER_INVESTIGATION] = 3,
                [BH_STATUS_UNIMPORTANT] = 2,
                [BH_STATUS_NOT_AFFECTED] = 1,
        };

        return order[status];
}

static int weigh_tier(struct bh_answer_group *g, enum bh_space_role role, struct bh_weighed *ret, struct bh_err *err) {
        struct bh_weighed v = { 0 };

        if (g->os)
                overrule(g, role);
        for (size_t i = 0; i < g->n; i++) {
                const struct bh_answer *it = &g->items[i];
                bool holds = bh_judgement_holds(it->reason);

                if (!in_tier(g, it, role) || !applies(it) || it->reason == BH_REASON_OVERRULED)
                        continue;
                v.heard = true;
                if (!v.by || (holds && !v.vulnerable) ||
                    (holds == v.vulnerable && gravity(said(g, it)->status) > gravity(said(g, v.by)->status)))
                        v.by = it;
                v.vulnerable |= holds;
        }
        *ret = v;
        return v.vulnerable ? choose_fix(g, role, ret, err) : 0;
}

/* Longer support: a fix from there that is installed clears; one that is not is the only fix there is. */
static int weigh_support(struct bh_answer_group *g, struct bh_weighed *v, struct bh_err *err) {
        struct bh_weighed extra;
        bool open = !v->heard || (v->vulnerable && !v->fixed.len);
        int r = weigh_tier(g, BH_SPACE_SUPPORT, &extra, err);

        if (r < 0 || !extra.heard)
                return r;
        if (!extra.vulnerable && v->vulnerable &&
            (extra.by->reason == BH_REASON_FIXED || (open && extra.by->reason == BH_REASON_VENDOR_CLEARS)))
                *v = extra;
        else if (open && (extra.fixed.len || !v->heard))
                *v = extra;
        else
                for (size_t i = 0; i < g->n; i++)
                        if (in_tier(g, &g->items[i], BH_SPACE_SUPPORT) && bh_judgement_holds(g->items[i].reason))
                                g->items[i].reason = BH_REASON_CHANNEL;
        return 0;
}

int bh_weigh(struct bh_answer_group *g, struct bh_weighed *ret, struct bh_err *err) {
        struct bh_weighed kin;
        int r = weigh_tier(g, BH_SPACE_OWN, ret, err);

        if (r == 0 && g->os)
                r = weigh_support(g, ret, err);
        if (r < 0 || !g->os)
                return r;
        if (!ret->heard) {
                r = weigh_tier(g, BH_SPACE_KIN, &kin, err);
                if (r == 0 && kin.heard)
                        *ret = kin;
                return r;
        }
        for (size_t i = 0; i < g->n; i++)
                if (in_tier(g, &g->items[i], BH_SPACE_KIN) && applies(&g->items[i]))
                        g->items[i].reason = BH_REASON_OVERRULED;
        return 0;
}
