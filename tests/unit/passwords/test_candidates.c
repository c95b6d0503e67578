/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "passwords/candidates.h"
#include "passwords/memory.h"

static struct bh_lists lists_of(struct bh_arena *arena, const char *common, const char *defaults, const char *words) {
        struct bh_lists l = { 0 };
        struct bh_err err = BH_ERR_NONE;

        bh_words_parse(arena, bh_str_of(common), &l.common, &l.n_common);
        bh_words_parse(arena, bh_str_of(words), &l.words, &l.n_words);
        assert_true(bh_defaults_parse(arena, BH_STR("d.yaml"), bh_str_of(defaults), &l.defaults, &l.n_defaults, &err) >= 0);
        return l;
}

/* The number of a word among the guesses, and why; SIZE_MAX. */
static size_t number_of(const struct bh_guesses *g, struct bh_str word, struct bh_reason *ret) {
        char room[BH_GUESS_ROOM];
        struct bh_guess guess;

        for (size_t i = 0; i < g->n; i++) {
                bh_guess_at(g, i, room, &guess);
                if (bh_str_eq(guess.word, word)) {
                        *ret = guess.why;
                        return i;
                }
        }
        return SIZE_MAX;
}

static void the_likeliest_guesses_come_first(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_lists l = lists_of(arena, "# about\n# the list\npassword\n# hash\nqwerty\n", "- {product: redis, passwords: [foobared]}\n- {product: redis, accounts: [bob], passwords: [onlybob]}\n", "mine\n");
        static const struct bh_str names[] = { BH_STR_INIT("shop") };
        static const enum bh_why kinds[] = { BH_WHY_CONTAINER };
        struct bh_guesses g;
        struct bh_reason why;
        static const struct {
                const char *word, *why;
        } expect[] = {
                { "", "no password at all" },
                { "foobared", "the vendor's default (redis)" },
                { "alice", "the account's own name" },
                { "ecila", "the account's own name backwards" },
                { "@l1c3", "the account's own name with digits and signs for letters" },
                { "shop", "the container's name" },
                { "REDIS", "the product's name in capital letters" },
                { "alice123", "the account's own name with digits after it" },
                { "Alice2025", "the account's own name with a year after it" },
                { "shop@123", "the container's name with signs after it" },
                { "mine", "number 1 of your own list" },
                { "password", "number 1 of the list of common ones" },
                { "# hash", "number 2 of the list of common ones" },
                { "Password", "number 1 of the list of common ones with a capital letter" },
                { "Qwerty123!", "number 3 of the list of common ones with signs after it" },
        };
        size_t before = 0;

        (void) state;
        bh_guesses_make(arena, &l, &(struct bh_guesses_of){ BH_STR("alice"), BH_STR("redis"), names, kinds, 1 }, &g);
        for (size_t i = 0; i < BH_LEN(expect); i++) {
                size_t at = number_of(&g, bh_str_of(expect[i].word), &why);

                if (at == SIZE_MAX || (i && at <= before))
                        fail_msg("%s is not where it should be: %zu", expect[i].word, at);
                assert_str(bh_reason_text(arena, &why), expect[i].why);
                before = at;
        }
        assert_int_equal(number_of(&g, BH_STR("onlybob"), &why), SIZE_MAX);
        bh_arena_free(&arena);
}

static void without_lists_and_names_only_nothing_is_guessed(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_lists l = lists_of(arena, "", "[]", "");
        struct bh_guesses g;

        (void) state;
        bh_guesses_make(arena, &l, &(struct bh_guesses_of){ .account = { "", 0 } }, &g);
        assert_int_equal(g.n, 1);
        bh_arena_free(&arena);
}

static void a_default_with_a_typo_is_refused(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_default *d;
        size_t n;

        (void) state;
        assert_int_equal(bh_defaults_parse(arena, BH_STR("d.yaml"), BH_STR("- {product: x, pasword: [y]}\n"), &d, &n, &err), BH_E_FORMAT);
        assert_non_null(strstr(err.text, "passwords"));
        bh_arena_free(&arena);
}

static void a_word_too_long_is_no_candidate(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_str *words;
        size_t n;

        (void) state;
        bh_words_parse(arena, BH_STR("ok\n0123456789012345678901234567890123456789012345678901234567890123456789\nalso\n"), &words, &n);
        assert_int_equal(n, 2);
        bh_arena_free(&arena);
}

static void memory_comes_back_as_it_was_put(void **state) {
        struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_memory_row row = { .key = { 1, 2, 3 }, .lists = { 4 }, .found = 0xabcd, .tried = 77, .guess = 5, .unseen = 3, .outcome = 'w' };
        const struct bh_memory_row *back;
        struct bh_memory m;

        (void) state;
        bh_memory_put_head(&out);
        bh_memory_put(&out, &row);
        bh_buf_puts(&out, "nonsense\n00 00 00 1 w 1 1\n");
        bh_memory_parse(arena, bh_buf_str(&out), &m);
        assert_int_equal(m.rows.len, 1);
        back = bh_memory_get(&m, row.key);
        assert_non_null(back);
        assert_int_equal(back->found, 0xabcd);
        assert_int_equal(back->tried, 77);
        assert_int_equal(back->guess, 5);
        assert_int_equal(back->unseen, 3);
        assert_int_equal(back->outcome, 'w');
        bh_memory_parse(arena, BH_STR("another file\n"), &m);
        assert_int_equal(m.rows.len, 0);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(the_likeliest_guesses_come_first, without_lists_and_names_only_nothing_is_guessed, a_default_with_a_typo_is_refused, a_word_too_long_is_no_candidate,
             memory_comes_back_as_it_was_put)
