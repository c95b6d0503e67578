/* SPDX-License-Identifier: Apache-2.0 */
/* One condition alone, for those who have no rule files: gates, policies, checks. */
#include "rule/compile.h"
#include "rule/names.h"
#include "rule/rules.h"
#include "rule/run.h"

struct bh_condition {
        struct bh_arena *arena;
        struct bh_program program;
        bh_ref ref;
        struct bh_run run;
};

static int compile(struct bh_condition *c, struct bh_str text, struct bh_err *err) {
        struct bh_str own = bh_arena_str(c->arena, text);
        const struct bh_node *node = NULL;
        struct bh_compile_place place = { 0 };
        int r = bh_condition_parse(c->arena, own, &c->arena, BH_CONDITION_DEPTH, &node, &place.at, err);

        r = r < 0 ? r : bh_compile_condition(&c->program, NULL, node, &c->ref, &place, err);
        return r < 0 ? bh_wrap(err, r, "at byte %u", place.at + 1) : 0;
}

int bh_condition_new(const struct bh_source *source, struct bh_str text, struct bh_condition **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_condition *c = bh_arena_make(arena, struct bh_condition);
        int r;

        c->arena = arena;
        bh_program_init(&c->program, arena, arena, source);
        r = compile(c, text, err);
        if (r < 0) {
                bh_program_done(&c->program);
                bh_arena_free(&arena);
                return r;
        }
        bh_run_init(&c->run, &c->program);
        if (c->program.names)
                bh_names_start(c->program.names);
        *ret = c;
        return 0;
}

bool bh_condition_holds(struct bh_condition *c, const void *event) {
        bh_run_begin(&c->run, event);
        return bh_run_eval(&c->run, c->ref);
}

void bh_condition_free(struct bh_condition **c) {
        struct bh_condition *x = BH_TAKE(*c);
        struct bh_arena *arena;

        if (!x)
                return;
        bh_run_done(&x->run);
        bh_program_done(&x->program);
        arena = x->arena;
        bh_arena_free(&arena);
}
