/* SPDX-License-Identifier: Apache-2.0 */
#include "case.h"
#include "comply/k8s/rbac.h"

static void print_chain(const struct bh_rbac *rbac, const struct bh_rbac_subject *s, enum bh_rbac_goal goal, struct bh_arena *arena, struct bh_buf *out) {
        struct bh_str text = bh_rbac_subject_text(arena, s);
        struct bh_rbac_chain chain = { 0 };

        if (!bh_rbac_chain_of(rbac, s, goal, arena, &chain))
                return;
        bh_buf_printf(out, "%s: %.*s", bh_rbac_goal_word(goal), BH_FMT(text));
        for (size_t i = 0; i < chain.len; i++) {
                bh_buf_printf(out, " --%.*s", BH_FMT(chain.at[i].by));
                if (chain.at[i].binding)
                        bh_buf_printf(out, " (%.*s)", BH_FMT(chain.at[i].binding->object->name));
                bh_buf_printf(out, "--> %.*s", BH_FMT(chain.at[i].to));
        }
        bh_buf_putc(out, '\n');
}

static void print_risk(const struct bh_rbac_risk *r, struct bh_arena *arena, struct bh_buf *out) {
        struct bh_str who = r->subject ? bh_rbac_subject_text(arena, r->subject) : BH_STR("-");

        bh_buf_printf(out, "%u %s %.*s: %.*s%s%.*s\n", r->severity, r->id, BH_FMT(who), BH_FMT(r->words), r->scope.len ? " in " : "", BH_FMT(r->scope));
}

/* The title's first word says what is printed: "chains" or "risks". System subjects are left out. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        bool risks = bh_str_starts(title, BH_STR("risks"));
        struct bh_rbac_risks all = { 0 };
        struct bh_k8s_objects objects;
        struct bh_rbac rbac;
        int r;

        bh_k8s_objects_init(&objects, arena);
        r = bh_k8s_objects_add(&objects, BH_STR("input"), input, err);
        if (r < 0)
                return r;
        bh_rbac_build(&rbac, &objects, arena);
        bh_rbac_look(&rbac, false, arena, &all);
        for (size_t i = 0; risks && i < all.len; i++)
                print_risk(&all.at[i], arena, out);
        for (size_t i = 0; !risks && i < rbac.subjects.len; i++) {
                const struct bh_rbac_subject *s = rbac.subjects.items[i].value;

                for (unsigned g = 0; s->bindings.len && !bh_rbac_of_system(s) && g < _BH_RBAC_GOAL_MAX; g++)
                        print_chain(&rbac, s, (enum bh_rbac_goal) g, arena, out);
        }
        return 0;
}
