/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/mounts.h"

/* "\040" is a blank; nothing else is written so but tabs, newlines and backslashes. */
static struct bh_str plain(struct bh_arena *arena, struct bh_str s) {
        char *out;
        size_t n = 0;

        if (bh_str_chr(s, '\\') < 0)
                return s;
        out = bh_arena_bytes(arena, s.len);
        for (size_t i = 0; i < s.len; i++) {
                uint64_t byte;

                if (s.at[i] == '\\' && s.len - i >= 4 && bh_str_oct64(bh_str_part(s, i + 1, 3), &byte) && byte < 256) {
                        out[n++] = (char) byte;
                        i += 3;
                } else {
                        out[n++] = s.at[i];
                }
        }
        return (struct bh_str){ out, n };
}

static bool has_word(struct bh_str list, const char *word) {
        struct bh_str one;

        while (bh_str_split(&list, ',', &one))
                if (bh_str_is(one, word))
                        return true;
        return false;
}

static bool parse(struct bh_str line, struct bh_arena *arena, struct bh_mount_entry *m) {
        struct bh_str skip, options, word;

        if (!bh_str_word(&line, &skip) || !bh_str_word(&line, &skip) || !bh_str_word(&line, &m->device) || !bh_str_word(&line, &m->root) ||
            !bh_str_word(&line, &m->point) || !bh_str_word(&line, &options))
                return false;
        while (bh_str_word(&line, &word) && !bh_str_is(word, "-")) {
                m->shared = m->shared || bh_str_starts(word, BH_STR("shared:"));
                m->slave = m->slave || bh_str_starts(word, BH_STR("master:"));
        }
        if (!bh_str_word(&line, &m->type))
                return false;
        (void) bh_str_word(&line, &m->source);
        m->read_only = has_word(options, "ro");
        m->root = plain(arena, m->root);
        m->point = plain(arena, m->point);
        return true;
}

bool bh_mount_entry_next(struct bh_cur *c, struct bh_arena *arena, struct bh_mount_entry *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_mount_entry m = { 0 };

                if (parse(line, arena, &m)) {
                        *ret = m;
                        return true;
                }
        }
        return false;
}
