/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cur.h"
#include "fuzz.h"
#include "sense/login.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size }, line;
        struct bh_arena *arena = bh_arena_new();
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_login l;

        while (bh_cur_line(&c, &line))
                (void) bh_login_line(line, 1795000000, &l);
        (void) bh_login_journal(arena, bytes, &l);
        (void) bh_login_utmp(arena, bh_str_part(bytes, 0, BH_LOGIN_UTMP_SIZE), size & 1, &l);
        bh_arena_free(&arena);
        return 0;
}
