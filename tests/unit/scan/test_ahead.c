/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "scan/content/ahead.h"

enum { TEXT = 200000, HITS = 100000 };

static char text[TEXT];

struct hits {
        struct {
                uint32_t rule;
                size_t end;
        } at[HITS];
        size_t n;
};

static struct hits want, got;

static int note(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        struct hits *h = user;

        assert_int_equal(owner, BH_OWNER_CONTENT);
        assert_true(h->n < HITS);
        h->at[h->n].rule = rule;
        h->at[h->n++].end = end;
        return 0;
}

static int by_place(const void *a, const void *b) {
        return memcmp(a, b, sizeof want.at[0]);
}

static void sort(struct hits *h) {
        qsort(h->at, h->n, sizeof h->at[0], by_place);
}

static struct bh_literals *few(void) {
        static const char *const each[] = { "ab", "abc", "the longest of them all", "zz" };
        struct bh_literals_builder *b = bh_literals_builder_new();
        struct bh_literals *l = NULL;

        for (uint32_t i = 0; i < BH_LEN(each); i++)
                assert_int_equal(bh_literals_add(b, BH_OWNER_CONTENT, i, bh_str_of(each[i]), false, NULL), 0);
        assert_int_equal(bh_literals_build(b, &l, NULL), 0);
        bh_literals_builder_free(&b);
        return l;
}

/* One literal in about `rare` places, some of them across every edge that a test could choose. */
static void fill(unsigned rare) {
        srand(7);
        memset(text, '.', sizeof text);
        for (size_t at = 0; at + 32 < TEXT; at += 1 + (unsigned) rand() % (2 * rare))
                switch (rand() % 4) {
                case 0: memcpy(text + at, "ab", 2); break;
                case 1: memcpy(text + at, "abc", 3); break;
                case 2: memcpy(text + at, "the longest of them all", 23); break;
                default: memcpy(text + at, "zzzzz", 5); break;
                }
}

static void scan_at_once(const struct bh_literals *l) {
        struct bh_literals_scratch *s = bh_literals_scratch_new(l);

        want.n = 0;
        assert_int_equal(bh_literals_scan(l, s, (struct bh_str){ text, TEXT }, 0, SIZE_MAX, note, &want, NULL), 0);
        bh_literals_scratch_free(&s);
        sort(&want);
}

static void check_same(void) {
        sort(&got);
        assert_int_equal(got.n, want.n);
        for (size_t i = 0; i < want.n; i++) {
                assert_int_equal(got.at[i].rule, want.at[i].rule);
                assert_int_equal(got.at[i].end, want.at[i].end);
        }
}

static void look_in_steps(struct bh_ahead *a, size_t step, size_t upto) {
        for (size_t n = step; n < upto; n += step)
                bh_ahead_look(a, (struct bh_str){ text, n });
}

static void what_was_seen_coming_is_told_once(void **state) {
        static const size_t steps[] = { 1000, 1, 7, 4096, 199999, TEXT };
        struct bh_literals *l = few();
        struct bh_ahead *a = bh_ahead_new(l);

        (void) state;
        fill(100);
        scan_at_once(l);
        assert_true(want.n > 1000);
        for (size_t i = 0; i < BH_LEN(steps); i++) {
                got.n = 0;
                bh_ahead_begin(a);
                look_in_steps(a, steps[i], i % 2 ? TEXT / 2 : TEXT + 1); /* half of it, or all */
                assert_int_equal(bh_ahead_tell(a, (struct bh_str){ text, TEXT }, 0, SIZE_MAX, note, &got, NULL), 0);
                check_same();
        }
        bh_ahead_free(&a);
        bh_literals_free(&l);
}

static void a_text_full_of_literals_is_searched_in_the_end(void **state) {
        struct bh_literals *l = few();
        struct bh_ahead *a = bh_ahead_new(l);

        (void) state;
        fill(2);
        scan_at_once(l);
        assert_true(want.n > 50000);
        got.n = 0;
        look_in_steps(a, 5000, TEXT);
        assert_int_equal(bh_ahead_tell(a, (struct bh_str){ text, TEXT }, 0, SIZE_MAX, note, &got, NULL), 0);
        check_same();
        bh_ahead_free(&a);
        bh_literals_free(&l);
}

struct moved {
        struct hits *hits;
        size_t by;
};

static int note_moved(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        const struct moved *m = user;

        return note(m->hits, owner, rule, end + m->by);
}

static void chunks_go_on_where_the_last_one_ended(void **state) {
        enum { CHUNK = 30000, OVERLAP = 3000, TAIL = 2000 };
        struct bh_literals *l = few();
        struct bh_ahead *a = bh_ahead_new(l);

        (void) state;
        fill(60);
        scan_at_once(l);
        got.n = 0;
        for (size_t at = 0;; at += CHUNK - OVERLAP) {
                struct bh_str chunk = { text + at, BH_MIN((size_t) CHUNK, TEXT - at) };
                bool last = at + chunk.len == TEXT;
                struct moved moved = { &got, at };

                for (size_t n = OVERLAP + 1000; at % 2000 == 0 && n < chunk.len; n += 5000)
                        bh_ahead_look(a, bh_str_part(chunk, 0, n));
                assert_int_equal(bh_ahead_tell(a, chunk, at ? OVERLAP - TAIL : 0, last ? SIZE_MAX : chunk.len - TAIL, note_moved, &moved, NULL), 0);
                if (last)
                        break;
                bh_ahead_pass(a, CHUNK - OVERLAP);
        }
        check_same();
        bh_ahead_free(&a);
        bh_literals_free(&l);
}

static int stop(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        (void) owner;
        (void) rule;
        (void) end;
        return ++*(int *) user == 3 ? 42 : 0;
}

static void who_is_told_may_end_it(void **state) {
        struct bh_literals *l = few();
        struct bh_ahead *a = bh_ahead_new(l);
        int heard = 0;

        (void) state;
        fill(100);
        look_in_steps(a, 1000, TEXT / 2);
        assert_int_equal(bh_ahead_tell(a, (struct bh_str){ text, TEXT }, 0, SIZE_MAX, stop, &heard, NULL), 42);
        assert_int_equal(heard, 3);
        bh_ahead_free(&a);
        bh_literals_free(&l);
}

BH_UNIT_MAIN(what_was_seen_coming_is_told_once, a_text_full_of_literals_is_searched_in_the_end,
             chunks_go_on_where_the_last_one_ended, who_is_told_may_end_it)
