/* SPDX-License-Identifier: Apache-2.0 */
/* The cases of checks: facts as people write them, and what each must come to. */
#include "comply/judge.h"

static const struct {
        const char *key;
        enum bh_comply_state state;
} sections[] = { { "pass", BH_COMPLY_PASS }, { "fail", BH_COMPLY_FAIL }, { "skip", BH_COMPLY_NOT_APPLICABLE } };

static int prove_one(struct bh_checks *set, const struct bh_check *c, const struct bh_doc *given, enum bh_comply_state want, struct bh_buf *out, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_comply_report report = { 0 };
        struct bh_comply_opts only = { .check = c->id };
        struct bh_facts facts;
        struct bh_fact *f;
        int r;

        bh_facts_init(&facts, arena);
        f = bh_fact_new(&facts, c->on, BH_STR("case"), BH_STR("case"));
        r = bh_fact_read(f, given, err);
        if (r < 0) {
                r = bh_wrap(err, r, "%.*s: case at line %u", BH_FMT(c->place), given->line);
        } else {
                bh_comply_judge(set, &facts, &only, arena, &report);
                if (report.n != 1 || report.results[0].state != want)
                        bh_buf_printf(out, "%.*s: %.*s: the case at line %u is \"%s\", and should be \"%s\"\n", BH_FMT(c->place), BH_FMT(c->id), given->line,
                                      report.n ? bh_comply_state_str(report.results[0].state) : "nothing", bh_comply_state_str(want));
        }
        bh_arena_free(&arena);
        return r;
}

static void ask_for_cases(const struct bh_check *c, struct bh_buf *out) {
        if (c->pass && (!bh_doc_first(bh_doc_get(c->cases, "pass")) || !bh_doc_first(bh_doc_get(c->cases, "fail"))))
                bh_buf_printf(out, "%.*s: %.*s has no case that passes, or none that fails\n", BH_FMT(c->place), BH_FMT(c->id));
        if (c->applies && c->pass && !bh_doc_first(bh_doc_get(c->cases, "skip")))
                bh_buf_printf(out, "%.*s: %.*s has \"applies\", and no case to skip\n", BH_FMT(c->place), BH_FMT(c->id));
}

int bh_checks_prove(struct bh_checks *set, size_t *ret_cases, struct bh_buf *out, struct bh_err *err) {
        int r = 0;

        *ret_cases = 0;
        for (size_t i = 0; i < set->checks.len; i++) {
                const struct bh_check *c = &set->checks.at[i];

                ask_for_cases(c, out);
                for (size_t k = 0; k < BH_LEN(sections); k++)
                        for (const struct bh_doc *given = bh_doc_first(bh_doc_get(c->cases, sections[k].key)); given && r >= 0; given = given->next, ++*ret_cases)
                                r = prove_one(set, c, given, sections[k].state, out, err);
        }
        return r < 0 ? r : 0;
}
