/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/memory.h"

#include <inttypes.h>

#include "base/cur.h"
#include "base/limits.h"
#include "base/text.h"

#define HEAD "bulkhead passwords 1"

static bool read_row(struct bh_str line, struct bh_memory_row *ret) {
        struct bh_str key, lists, found, tried, outcome, guess, unseen;
        uint8_t two[2];

        if (!bh_str_word(&line, &key) || !bh_str_word(&line, &lists) || !bh_str_word(&line, &found) || !bh_str_word(&line, &tried) ||
            !bh_str_word(&line, &outcome) || !bh_str_word(&line, &guess) || !bh_str_word(&line, &unseen))
                return false;
        if (!bh_unhex(key, ret->key, sizeof ret->key) || !bh_unhex(lists, ret->lists, sizeof ret->lists) || !bh_unhex(found, two, sizeof two) ||
            !bh_str_u64(tried, &ret->tried) || !bh_str_u64(guess, &ret->guess) || !bh_str_u64(unseen, &ret->unseen) || outcome.len != 1 || bh_str_chr(BH_STR("whk"), outcome.at[0]) < 0)
                return false;
        ret->found = (uint16_t) (two[0] << 8 | two[1]);
        ret->outcome = outcome.at[0];
        return true;
}

void bh_memory_parse(struct bh_arena *arena, struct bh_str bytes, struct bh_memory *ret) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_memory_row row;
        struct bh_str line;

        ret->rows = bh_map_in(arena);
        if (!bh_cur_line(&c, &line) || !bh_str_is(line, HEAD))
                return;
        while (bh_cur_line(&c, &line) && ret->rows.len < BH_LIMIT_PASSWORDS_MEMORY)
                if (read_row(line, &row)) {
                        struct bh_memory_row *kept = bh_arena_make(arena, struct bh_memory_row);

                        *kept = row;
                        (void) bh_map_set(&ret->rows, (struct bh_str){ (const char *) kept->key, sizeof kept->key }, kept);
                }
}

const struct bh_memory_row *bh_memory_get(const struct bh_memory *m, const uint8_t key[BH_MEMORY_KEY]) {
        return bh_map_get(&m->rows, (struct bh_str){ (const char *) key, BH_MEMORY_KEY });
}

void bh_memory_put_head(struct bh_buf *out) {
        bh_buf_puts(out, HEAD "\n");
}

void bh_memory_put(struct bh_buf *out, const struct bh_memory_row *row) {
        char key[2 * BH_MEMORY_KEY + 1], lists[2 * BH_MEMORY_LISTS + 1];

        bh_buf_printf(out, "%s %s %04x %" PRIu64 " %c %" PRIu64 " %" PRIu64 "\n", bh_hex(row->key, sizeof row->key, key), bh_hex(row->lists, sizeof row->lists, lists), row->found,
                      row->tried, row->outcome, row->guess, row->unseen);
}
