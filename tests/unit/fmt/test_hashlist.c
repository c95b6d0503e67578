/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "fmt/hashlist.h"

/* Digests of the three bytes "abc", as RFC 1321 and FIPS 180 print them. */
#define MD5_ABC "900150983cd24fb0d6963f7d28e17f72"
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static int add(struct bh_hashlist *list, const char *text, struct bh_err *err) {
        return bh_hashlist_add(list, BH_STR("bad.txt"), bh_str_of(text), err);
}

static void a_listed_file_is_found_by_each_of_its_digests(void **state) {
        struct bh_hashlist list = { .arena = bh_arena_new() };
        const struct bh_hashlist_entry *known[_BH_HASH_MAX];
        struct bh_hashlist_run *run;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(add(&list, "# bad ones\n" MD5_ABC ";a dropper\n\n" SHA256_ABC "\n", &err), 0);
        assert_int_equal(bh_hashlist_count(&list), 2);
        bh_hashlist_sort(&list);
        run = bh_hashlist_run_new(&list);
        bh_hashlist_start(run);
        bh_hashlist_feed(run, BH_STR("a"));
        bh_hashlist_feed(run, BH_STR("bc"));
        bh_hashlist_end(run, known);
        assert_non_null(known[BH_HASH_MD5]);
        assert_str(known[BH_HASH_MD5]->comment, "a dropper");
        assert_null(known[BH_HASH_SHA1]);
        assert_str(known[BH_HASH_SHA256]->digest, SHA256_ABC);
        bh_hashlist_start(run);
        bh_hashlist_feed(run, BH_STR("abd"));
        bh_hashlist_end(run, known);
        assert_null(known[BH_HASH_MD5]);
        assert_null(known[BH_HASH_SHA256]);
        bh_hashlist_run_free(&run);
        bh_arena_free(&list.arena);
}

static void a_line_that_is_no_digest_is_named(void **state) {
        struct bh_hashlist list = { .arena = bh_arena_new() };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(add(&list, MD5_ABC "\nnonsense;x\n", &err), BH_E_FORMAT);
        assert_string_equal(err.text, "bad.txt:2: \"nonsense\" is no MD5, SHA-1 or SHA-256");
        bh_arena_free(&list.arena);
}

BH_UNIT_MAIN(a_listed_file_is_found_by_each_of_its_digests, a_line_that_is_no_digest_is_named)
