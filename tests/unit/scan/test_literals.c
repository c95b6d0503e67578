/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "scan/content/literals.h"

struct hits {
        struct {
                uint32_t owner, rule;
                size_t end;
        } at[4096];
        size_t n;
        size_t stop_after;
};

static int note(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        struct hits *h = user;

        assert_true(h->n < BH_LEN(h->at));
        h->at[h->n].owner = owner;
        h->at[h->n].rule = rule;
        h->at[h->n++].end = end;
        return h->stop_after && h->n >= h->stop_after ? 7 : 0;
}

static bool has(const struct hits *h, uint32_t owner, uint32_t rule, size_t end) {
        for (size_t i = 0; i < h->n; i++)
                if (h->at[i].owner == owner && h->at[i].rule == rule && h->at[i].end == end)
                        return true;
        return false;
}

static void add(struct bh_literals_builder *b, enum bh_owner o, uint32_t rule, const char *text, bool nocase) {
        struct bh_err err = BH_ERR_NONE;

        assert_int_equal(bh_literals_add(b, o, rule, bh_str_of(text), nocase, &err), 0);
}

static struct bh_literals *built(struct bh_literals_builder **b) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_literals *l = NULL;

        if (bh_literals_build(*b, &l, &err) < 0)
                fail_msg("%s", err.text);
        bh_literals_builder_free(b);
        return l;
}

static int scan(const struct bh_literals *l, struct bh_str bytes, size_t after, size_t upto, struct hits *h) {
        struct bh_literals_scratch *s = bh_literals_scratch_new(l);
        struct bh_err err = BH_ERR_NONE;
        int r = bh_literals_scan(l, s, bytes, after, upto, note, h, &err);

        bh_literals_scratch_free(&s);
        return r;
}

static struct bh_literals_builder *some(void) {
        struct bh_literals_builder *b = bh_literals_builder_new();

        add(b, BH_OWNER_CONTENT, 1, "AKIA", false);
        add(b, BH_OWNER_CONTENT, 2, "password", true);
        add(b, BH_OWNER_PRODUCT, 9, "PassWord", true); /* the same search */
        add(b, BH_OWNER_YARA, 3, "word", false);
        return b;
}

static struct bh_literals *a_few(void) {
        struct bh_literals_builder *b = some();

        return built(&b);
}

static void each_owner_hears_of_its_own(void **state) {
        struct bh_literals *l = a_few();
        struct hits h = { .n = 0 };

        (void) state;
        assert_int_equal(scan(l, BH_STR("xAKIA akia PASSWORD password"), 0, SIZE_MAX, &h), 0);
        assert_int_equal(h.n, 6);
        assert_true(has(&h, BH_OWNER_CONTENT, 1, 5));
        assert_true(has(&h, BH_OWNER_CONTENT, 2, 19));
        assert_true(has(&h, BH_OWNER_PRODUCT, 9, 19));
        assert_true(has(&h, BH_OWNER_CONTENT, 2, 28));
        assert_true(has(&h, BH_OWNER_YARA, 3, 28));
        assert_int_equal(bh_literals_longest(l), 8);
        bh_literals_free(&l);
}

static void what_the_chunk_before_saw_is_left_out(void **state) {
        struct bh_literals *l = a_few();
        struct hits h = { .n = 0 };

        (void) state;
        assert_int_equal(scan(l, BH_STR("AKIA password"), 8, SIZE_MAX, &h), 0);
        assert_false(has(&h, BH_OWNER_CONTENT, 1, 4));
        assert_true(has(&h, BH_OWNER_CONTENT, 2, 13));
        bh_literals_free(&l);
}

static void two_chunks_tell_each_hit_once(void **state) {
        struct bh_str text = BH_STR("AKIA .... password .... AKIA .... AKIA");
        struct bh_literals *l = a_few();

        (void) state;
        for (size_t cut = 20; cut < text.len; cut++) { /* chunks [0, cut) and [cut - 16, end), of which 6 are tail */
                struct hits h = { .n = 0 };

                assert_int_equal(scan(l, (struct bh_str){ text.at, cut }, 0, cut - 6, &h), 0);
                assert_int_equal(scan(l, bh_str_from(text, cut - 16), 16 - 6, SIZE_MAX, &h), 0);
                assert_int_equal(h.n, 6);
        }
        bh_literals_free(&l);
}

static void an_owner_may_end_the_scan(void **state) {
        struct bh_literals *l = a_few();
        struct hits h = { .stop_after = 1 };

        (void) state;
        assert_int_equal(scan(l, BH_STR("AKIA AKIA AKIA"), 0, SIZE_MAX, &h), 7);
        assert_int_equal(h.n, 1);
        bh_literals_free(&l);
}

static void no_literals_find_nothing(void **state) {
        struct bh_literals_builder *b = bh_literals_builder_new();
        struct bh_literals *l = built(&b);
        struct hits h = { .n = 0 };

        (void) state;
        assert_int_equal(scan(l, BH_STR("anything"), 0, SIZE_MAX, &h), 0);
        assert_int_equal(h.n, 0);
        bh_literals_free(&l);
}

static void a_saved_set_finds_the_same(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf saved = { 0 };
        BH_CLEANUP(bh_literals_builder_free) struct bh_literals_builder *b = some();
        struct bh_literals *l = a_few(), *again = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct hits h = { .n = 0 };

        (void) state;
        assert_int_equal(bh_literals_save(l, &saved, &err), 0);
        assert_int_equal(bh_literals_build_from(b, bh_buf_str(&saved), &again, &err), 1);
        assert_int_equal(scan(again, BH_STR("xAKIA akia PASSWORD password"), 0, SIZE_MAX, &h), 0);
        assert_int_equal(h.n, 6);
        bh_literals_free(&again);
        bh_literals_free(&l);
}

static void what_was_saved_of_others_or_broken_is_built_anew(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf saved = { 0 };
        BH_CLEANUP(bh_literals_builder_free) struct bh_literals_builder *b = some();
        struct bh_literals *l = a_few(), *again = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct hits h = { .n = 0 };

        (void) state;
        assert_int_equal(bh_literals_save(l, &saved, &err), 0);
        for (size_t cut = 0; cut < saved.len; cut += 997) {
                assert_int_equal(bh_literals_build_from(b, (struct bh_str){ saved.at, cut }, &again, &err), 0);
                bh_literals_free(&again);
        }
        saved.at[saved.len - 1] ^= 1;
        assert_int_equal(bh_literals_build_from(b, bh_buf_str(&saved), &again, &err), 0);
        assert_int_equal(scan(again, BH_STR("xAKIA akia PASSWORD password"), 0, SIZE_MAX, &h), 0);
        assert_int_equal(h.n, 6);
        bh_literals_free(&again);
        saved.at[saved.len - 1] ^= 1;
        add(b, BH_OWNER_CONTENT, 9, "one more", false);
        assert_int_equal(bh_literals_build_from(b, bh_buf_str(&saved), &again, &err), 0);
        bh_literals_free(&again);
        bh_literals_free(&l);
}

static bool same(const char *a, const char *b, size_t n, bool nocase) {
        struct bh_str x = { a, n }, y = { b, n };

        return nocase ? bh_str_eq_nocase(x, y) : bh_str_eq(x, y);
}

/* Against the plainest search there is, over random bytes of a small alphabet. */
static void it_agrees_with_a_plain_search(void **state) {
        (void) state;
        srand(20240329);
        for (unsigned round = 0; round < 200; round++) {
                struct bh_literals_builder *b = bh_literals_builder_new();
                char lits[12][16], text[300];
                bool nocase[12];
                struct hits h = { .n = 0 };
                struct bh_literals *l;
                size_t want = 0;

                for (unsigned i = 0; i < 12; i++) {
                        size_t n = 2 + (size_t) rand() % 10;

                        memset(lits[i], 0, sizeof lits[i]);
                        for (size_t k = 0; k < n; k++)
                                lits[i][k] = "aAbB\x80"[rand() % 5];
                        nocase[i] = rand() % 2;
                        add(b, BH_OWNER_CONTENT, i, lits[i], nocase[i]);
                }
                l = built(&b);
                for (size_t k = 0; k < sizeof text; k++)
                        text[k] = "aAbB\x80"[rand() % 5];
                assert_int_equal(scan(l, (struct bh_str){ text, sizeof text }, 0, SIZE_MAX, &h), 0);
                for (unsigned i = 0; i < 12; i++)
                        for (size_t k = 0; k + strlen(lits[i]) <= sizeof text; k++)
                                if (same(text + k, lits[i], strlen(lits[i]), nocase[i])) {
                                        assert_true(has(&h, BH_OWNER_CONTENT, i, k + strlen(lits[i])));
                                        want++;
                                }
                assert_int_equal(h.n, want);
                bh_literals_free(&l);
        }
}

BH_UNIT_MAIN(each_owner_hears_of_its_own, what_the_chunk_before_saw_is_left_out, two_chunks_tell_each_hit_once,
             an_owner_may_end_the_scan,
             no_literals_find_nothing, a_saved_set_finds_the_same, what_was_saved_of_others_or_broken_is_built_anew, it_agrees_with_a_plain_search)
