/* SPDX-License-Identifier: Apache-2.0 */
/* shadow, PAM, sudoers, and files of keys and values. */
#include "comply/read/accounts.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str text = { (const char *) data, size };
        struct bh_cur shadow = bh_cur_of(text), pam = shadow, sudo = shadow;
        struct bh_arena *arena = bh_arena_new();
        struct bh_shadow_line s;
        struct bh_pam_line p;
        struct bh_sudo_line l;

        while (bh_shadow_line_next(&shadow, &s))
                ;
        while (bh_pam_next(&pam, &p)) {
                (void) bh_pam_arg(p.args, "minlen");
                (void) bh_pam_word(p.args, "nullok");
        }
        while (bh_sudo_next(arena, &sudo, &l)) {
                (void) bh_sudo_is_all(l.what);
                (void) bh_sudo_is_free(l.what);
        }
        (void) bh_key_value(text, "UMASK", NULL);
        bh_arena_free(&arena);
        return 0;
}
