/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advisory/depot.h"
#include "made.h"
#include "sys/fd.h"

struct place {
        struct bh_arena *arena;
        struct bh_depot d;
        char home[64];
};

static void open_place(struct place *p) {
        *p = (struct place){ .arena = bh_arena_new() };
        (void) snprintf(p->home, sizeof p->home, "/tmp/bh-depot-XXXXXX");
        assert_non_null(mkdtemp(p->home));
        assert_int_equal(bh_depot_init(&p->d, p->arena, p->home, NULL, NULL), 0);
}

static void close_place(struct place *p) {
        static const char *const names[] = { "vuln.db", "vuln.db.old", "db.key", "db.pub" };

        for (size_t i = 0; i < BH_LEN(names); i++)
                (void) unlink(bh_arena_printf(p->arena, "%s/%s", p->home, names[i]).at);
        assert_int_equal(rmdir(p->home), 0); /* and nothing else was left behind */
        bh_arena_free(&p->arena);
}

/* Two indexes that differ by one advisory and a day. */
static struct bh_str write_day(struct place *p, const struct bh_private_key *key, int day) {
        struct bh_compile *c = bh_compile_new();
        struct bh_feed_sink sink = bh_compile_sink(c);
        struct bh_feed_source s = { .name = BH_STR("daily"), .date_s = 1700000000 + day * 86400 };
        struct bh_buf file = { 0 };
        struct bh_str out;

        made_fill(&sink, false);
        assert_int_equal(sink.source(sink.user, &s, NULL), 0);
        for (int i = 0; i <= day; i++) {
                struct bh_advisory a = { .id = bh_arena_printf(p->arena, "CVE-2024-%d", i), .summary = BH_STR("another day") };

                assert_int_equal(sink.advisory(sink.user, &a, NULL), 0);
        }
        assert_int_equal(bh_compile_write(c, key, &file, NULL), 0);
        bh_compile_free(&c);
        out = bh_arena_str(p->arena, bh_buf_str(&file));
        bh_buf_done(&file);
        return out;
}

static void a_key_is_made_once_and_kept_to_ourselves(void **state) {
        struct bh_private_key one, two;
        struct place p;

        (void) state;
        open_place(&p);
        assert_int_equal(bh_depot_signing_key(&p.d, NULL, &one, NULL), 0);
        assert_int_equal(bh_depot_signing_key(&p.d, NULL, &two, NULL), 0);
        assert_memory_equal(one.seed, two.seed, sizeof one.seed);
        assert_int_equal(p.d.trusted.keys.len, 1);
        assert_int_equal(access(p.d.key, F_OK), 0);
        close_place(&p);
}

static void a_delta_leads_to_the_same_bytes(void **state) {
        struct bh_depot_update up;
        struct bh_private_key key;
        struct bh_buf delta = { 0 };
        struct bh_str monday, tuesday, installed;
        struct place p;

        (void) state;
        open_place(&p);
        assert_int_equal(bh_depot_signing_key(&p.d, NULL, &key, NULL), 0);
        monday = write_day(&p, &key, 1);
        tuesday = write_day(&p, &key, 2);
        assert_int_equal(bh_delta_make(monday, tuesday, &delta, NULL), 0);
        assert_int_equal(bh_depot_update(&p.d, bh_buf_str(&delta), false, &up, NULL), BH_E_NOTFOUND); /* nothing to start from */
        assert_int_equal(bh_depot_update(&p.d, monday, false, &up, NULL), 0);
        assert_false(up.was_delta);
        assert_int_equal(bh_depot_update(&p.d, bh_buf_str(&delta), false, &up, NULL), 0);
        assert_true(up.was_delta);
        assert_true(up.bytes_in < up.bytes);
        assert_int_equal(bh_fd_read_file(p.arena, p.d.index, 1 << 20, &installed, NULL), 0);
        assert_true(bh_str_eq(installed, tuesday));
        assert_int_equal(bh_fd_read_file(p.arena, bh_arena_printf(p.arena, "%s.old", p.d.index).at, 1 << 20, &installed, NULL), 0);
        assert_true(bh_str_eq(installed, monday));
        assert_int_equal(bh_depot_update(&p.d, tuesday, false, &up, NULL), 0);
        assert_true(up.unchanged);
        bh_buf_done(&delta);
        close_place(&p);
}

static void what_strangers_sign_what_broke_and_what_is_older_is_refused(void **state) {
        struct bh_private_key key;
        struct bh_depot_update up;
        struct bh_err err = BH_ERR_NONE;
        struct bh_str monday, tuesday;
        struct place p;

        (void) state;
        open_place(&p);
        assert_int_equal(bh_depot_signing_key(&p.d, NULL, &key, NULL), 0);
        assert_int_equal(bh_depot_update(&p.d, write_day(&p, made_key(), 1), false, &up, &err), BH_E_DENIED);
        monday = write_day(&p, &key, 1);
        tuesday = write_day(&p, &key, 2);
        assert_int_equal(bh_depot_update(&p.d, tuesday, false, &up, NULL), 0);
        assert_int_equal(bh_depot_update(&p.d, monday, false, &up, NULL), BH_E_DENIED);
        assert_int_equal(bh_depot_update(&p.d, monday, true, &up, NULL), 0);
        ((char *) (uintptr_t) tuesday.at)[tuesday.len / 2] ^= 1;
        assert_int_equal(bh_depot_update(&p.d, tuesday, false, &up, &err), BH_E_DENIED);
        assert_int_equal(bh_depot_update(&p.d, bh_str_part(monday, 0, monday.len - 40), false, &up, &err), BH_E_FORMAT);
        close_place(&p);
}

static void keys_survive_their_text_and_signatures_their_bytes(void **state) {
        struct bh_private_key key, again;
        struct bh_public_key open;
        struct bh_arena *arena = bh_arena_new();
        uint8_t signature[BH_SEAL_SIGNATURE_BYTES];

        (void) state;
        assert_int_equal(bh_private_key_make(&key, NULL), 0);
        assert_int_equal(bh_private_key_parse(bh_private_key_print(arena, &key), &again, NULL), 0);
        assert_memory_equal(key.seed, again.seed, sizeof key.seed);
        assert_int_equal(bh_public_key_parse(bh_public_key_print(arena, &key.open), &open, NULL), 0);
        assert_int_equal(bh_seal_sign(&key, BH_STR("calm"), signature, NULL), 0);
        assert_true(bh_seal_holds(&open, BH_STR("calm"), signature));
        assert_false(bh_seal_holds(&open, BH_STR("calf"), signature));
        assert_int_equal(bh_public_key_parse(BH_STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), &open, NULL),
                         BH_E_FORMAT);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_key_is_made_once_and_kept_to_ourselves, a_delta_leads_to_the_same_bytes,
             what_strangers_sign_what_broke_and_what_is_older_is_refused, keys_survive_their_text_and_signatures_their_bytes)
