/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "guard/respond/mask.h"

static void names_that_tell_lose_their_value(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(bh_mask_environ(arena, BH_STR("PATH=/bin\0DB_PASSWORD=hunter2\0AWS_SECRET_ACCESS_KEY=abc\0Github_Token=\0EMPTY=\0NOVALUE\0")),
                   "PATH=/bin\nDB_PASSWORD=***\nAWS_SECRET_ACCESS_KEY=***\nGithub_Token=\nEMPTY=\nNOVALUE\n");
        bh_arena_free(&arena);
}

static void values_that_look_secret_lose_it_too(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(bh_mask_environ(arena, BH_STR("URL=postgres://me:pw@db/x?a=b@c\0A=AKIA0123456789\0B=ghp_x\0C=http://host/a@b\0")),
                   "URL=postgres://***@db/x?a=b@c\nA=***\nB=***\nC=http://host/a@b\n");
        bh_arena_free(&arena);
}

static void arguments_are_masked_in_both_spellings(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(bh_mask_args(arena, BH_STR("mysql\0--password=abc\0--password\0abc\0-h\0db\0TOKEN=x\0https://u:p@h\0--token\0--verbose\0x\0")),
                   "mysql\n--password=***\n--password\n***\n-h\ndb\nTOKEN=***\nhttps://***@h\n--token\n--verbose\nx\n");
        assert_str(bh_mask_args(arena, BH_STR("")), "");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(names_that_tell_lose_their_value, values_that_look_secret_lose_it_too, arguments_are_masked_in_both_spellings)
