/* SPDX-License-Identifier: Apache-2.0 */
/* sshd_config and authorized_keys: all that their lines come to. */
#include "base/limits.h"
#include "comply/read/sshd.h"
#include "comply/read/sshkey.h"
#include "fuzz.h"

static void gather(struct bh_arena *arena, struct bh_cur c, struct bh_sshd_lines *lines) {
        unsigned match = 0;
        bool all = false;
        struct bh_sshd_line l;

        while (bh_sshd_next(arena, &c, &l)) {
                if (bh_str_is(l.keyword, "match")) {
                        match++;
                        all = bh_sshd_match_all(l.value);
                        continue;
                }
                l.match = match;
                l.all = all;
                *bh_vec_add(arena, lines) = l;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_arena *arena = bh_arena_new();
        struct bh_sshd_lines lines = { 0 };
        struct bh_sshd_values values = { 0 };
        struct bh_sshkey key;
        uint64_t n;

        gather(arena, c, &lines);
        bh_sshd_reach(arena, &lines, "ciphers", BH_STR("aes128-ctr"), &values);
        bh_sshd_all(arena, &lines, "hostkey", &values);
        for (size_t i = 0; i < values.len; i++) {
                (void) bh_sshd_algorithms(arena, values.at[i].value, BH_STR("aes128-ctr,aes256-ctr"));
                (void) bh_sshd_time(values.at[i].value, &n);
        }
        while (bh_sshkey_next(arena, &c, &key))
                ;
        bh_arena_free(&arena);
        return 0;
}
