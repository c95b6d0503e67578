/* SPDX-License-Identifier: Apache-2.0 */
/* Loads content/licences: every short name of the SPDX list has a class and is found as itself, whatever its case. */
#define _GNU_SOURCE
#include "scan/licence/table.h"

#include "content.h"

/* "any licence the OSI approved" says nothing of what is asked. */
static bool says_nothing(struct bh_str id) {
        return bh_str_starts(id, BH_STR("any-OSI"));
}

static bool is_found(const struct bh_licences *l, struct bh_arena *arena, struct bh_str id, struct bh_str as) {
        struct bh_spdx_names names = bh_licences_names(l);
        struct bh_spdx e = { 0 };

        return names.find(names.user, arena, as, &e) && (bh_str_eq(e.id, id) || e.exception.len || bh_str_starts(e.id, id));
}

static struct bh_str lower(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

static unsigned check(const struct bh_licences *l, struct bh_arena *arena, struct bh_str id) {
        struct bh_spdx_names names = bh_licences_names(l);
        struct bh_spdx *e = NULL;
        struct bh_err err = BH_ERR_NONE;
        unsigned bad = 0;

        if (bh_spdx_parse(arena, id, &names, &e, &err) < 0 || (bh_licence_judge(l, e, NULL) == BH_LICENCE_UNKNOWN && !says_nothing(id))) {
                (void) printf("%.*s has no class\n", BH_FMT(id));
                bad++;
        }
        if (e && e->kind == BH_SPDX_NAME && !is_found(l, arena, e->id, lower(arena, e->id))) {
                (void) printf("%.*s is not found in small letters\n", BH_FMT(e->id));
                bad++;
        }
        return bad;
}

int main(int argc, char **argv) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_licences l;
        unsigned bad = 0;

        bh_licences_init(&l, arena);
        if (argc != 2 || nftw(argv[1], note_file, 16, FTW_PHYS) < 0)
                return 2;
        qsort(rule_files, n_rule_files, sizeof *rule_files, by_name);
        for (size_t i = 0; i < n_rule_files; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };

                if (read_whole(rule_files[i], &bytes) < 0 ||
                    bh_licences_add(&l, bh_str_of(rule_files[i]), bh_arena_str(arena, bh_buf_str(&bytes)), &err) < 0) {
                        (void) printf("%s\n", err.text);
                        return 1;
                }
        }
        for (size_t i = 0; bh_spdx_licence_at(i); i++)
                bad += check(&l, arena, bh_str_of(bh_spdx_licence_at(i)));
        (void) printf("%u licences and families, %zu spellings, %u wrong\n", l.n_licences, l.names.len, bad);
        return bad || l.n_licences == 0;
}
