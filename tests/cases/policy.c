/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "case.h"
#include "gate/policy.h"

static void put(struct bh_buf *out, const char *what, struct bh_str text) {
        if (text.len)
                bh_buf_printf(out, " %s=\"%.*s\"", what, BH_FMT(text));
}

static void print_exceptions(struct bh_buf *out, const struct bh_policy *p) {
        char date[21];

        for (size_t i = 0; i < p->exceptions.len; i++) {
                const struct bh_policy_exception *e = &p->exceptions.at[i];

                bh_buf_printf(out, "exception %.*s", BH_FMT(e->place));
                for (uint32_t k = 0; k < e->n_ids; k++)
                        put(out, "id", e->ids[k]);
                put(out, "package", e->package);
                put(out, "path", e->path);
                put(out, "image", e->image);
                put(out, "owner", e->owner);
                put(out, "as", e->justification);
                bh_buf_printf(out, " until %s: %.*s\n", bh_time_print(e->expires_s, date), BH_FMT(e->reason));
        }
}

static void print_licences(struct bh_buf *out, const struct bh_policy *p) {
        for (size_t i = 0; i < p->licences.len; i++) {
                const struct bh_policy_licence *l = &p->licences.at[i];

                if (l->id.len)
                        bh_buf_printf(out, "licence \"%.*s\" is %s\n", BH_FMT(l->id), bh_licence_class_str(l->class));
                else if (l->is_severity)
                        bh_buf_printf(out, "licences of the class %s are %s\n", bh_licence_class_str(l->class), bh_severity_str(l->severity));
                else
                        bh_buf_printf(out, "package %.*s has %.*s\n", BH_FMT(l->package), BH_FMT(l->licence));
        }
}

/* Prints the rows as they were understood. */
int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        struct bh_policy p = { 0 };
        int r = bh_policy_parse(arena, BH_STR("p.yaml"), input, &p, err);

        (void) title;
        if (r < 0)
                return r;
        for (size_t i = 0; i < p.bases.len; i++)
                bh_buf_printf(out, "base %.*s of %u\n", BH_FMT(p.bases.at[i].name), p.bases.at[i].n_layers);
        for (size_t i = 0; i < p.owners.len; i++) {
                bh_buf_printf(out, "owner %.*s %s", BH_FMT(p.owners.at[i].team), bh_side_str(p.owners.at[i].side));
                put(out, "path", p.owners.at[i].path);
                put(out, "package", p.owners.at[i].package);
                put(out, "instruction", p.owners.at[i].instruction);
                bh_buf_putc(out, '\n');
        }
        for (size_t i = 0; i < p.rules.len; i++) {
                const struct bh_policy_rule *rule = &p.rules.at[i];

                bh_buf_printf(out, "rule \"%.*s\" %s %s when", BH_FMT(rule->name), rule->deny ? "deny" : "warn", bh_side_str(rule->side));
                for (uint32_t k = 0; k < rule->n_when; k++)
                        bh_buf_printf(out, " <%.*s>", BH_FMT(bh_term_words(arena, &rule->when[k], 2)));
                bh_buf_putc(out, '\n');
        }
        print_licences(out, &p);
        print_exceptions(out, &p);
        return 0;
}
