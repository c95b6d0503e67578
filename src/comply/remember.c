/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the last run found, so that the next can say what changed:
 *
 *     bulkhead-comply 1
 *     fail container-privileged container/0123...
 */
#include "base/map.h"
#include "comply/judge.h"

static const struct bh_str heading = BH_STR_INIT("bulkhead-comply 1");

void bh_comply_remember(const struct bh_comply_report *report, struct bh_buf *out) {
        struct bh_arena *arena = bh_arena_new();

        bh_buf_add(out, heading);
        bh_buf_putc(out, '\n');
        for (size_t i = 0; i < report->n; i++) {
                struct bh_str key = bh_comply_key(arena, &report->results[i]);

                if (bh_str_chr(key, '\n') < 0)
                        bh_buf_printf(out, "%s %.*s\n", bh_comply_state_str(report->results[i].state), BH_FMT(key));
        }
        bh_arena_free(&arena);
}

void bh_comply_part(struct bh_str remembered, const struct bh_fact_kind *kind, struct bh_buf *ret_of_it, struct bh_buf *ret_others) {
        struct bh_str line, word, rest, id, key;

        while (bh_str_split(&remembered, '\n', &line)) {
                bool of_it = bh_str_cut(line, ' ', &word, &rest) && bh_str_cut(rest, ' ', &id, &key) && bh_str_cut_prefix(&key, bh_str_of(kind->name)) &&
                             bh_str_starts(key, BH_STR("/"));
                struct bh_buf *out = of_it ? ret_of_it : ret_others;

                bh_buf_add(out, line);
                bh_buf_putc(out, '\n');
        }
}

static void find_gone(const struct bh_map *before, const struct bh_map *now, struct bh_comply_report *report, struct bh_arena *arena) {
        BH_VEC(struct bh_str) gone = { 0 };

        for (size_t i = 0; i < before->len; i++)
                if ((uintptr_t) before->items[i].value == BH_COMPLY_FAIL + 1 && !bh_map_has(now, before->items[i].key))
                        *bh_vec_add(arena, &gone) = before->items[i].key;
        report->gone = gone.at;
        report->n_gone = gone.len;
}

int bh_comply_compare(struct bh_str remembered, struct bh_comply_report *report, struct bh_arena *arena, struct bh_err *err) {
        struct bh_map before = bh_map_in(arena), now = bh_map_in(arena);
        struct bh_str line, word, key;
        enum bh_comply_state state;

        if (!bh_str_split(&remembered, '\n', &line) || !bh_str_eq(line, heading))
                return bh_fail(err, BH_E_FORMAT, "this is no record of an earlier run");
        while (bh_str_split(&remembered, '\n', &line))
                if (bh_str_cut(line, ' ', &word, &key) && bh_comply_state_of(word, &state))
                        (void) bh_map_set(&before, key, (void *) (uintptr_t) (state + 1));
        for (size_t i = 0; i < report->n; i++) {
                struct bh_comply_result *r = &report->results[i];
                uintptr_t was;

                key = bh_comply_key(arena, r);
                was = (uintptr_t) bh_map_get(&before, key);
                r->is_new = was == 0;
                if (was)
                        r->before = (enum bh_comply_state) (was - 1);
                (void) bh_map_set(&now, key, r);
        }
        find_gone(&before, &now, report, arena);
        report->compared = true;
        return 0;
}
