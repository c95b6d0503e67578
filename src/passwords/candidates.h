/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_CANDIDATES_H
#define BH_PASSWORDS_CANDIDATES_H
/*
 * What a guesser would try, the likeliest first, and why a word that is one of
 * these is weak. For one account the guesses are, in this order:
 *
 *     own      no password at all; the product's defaults; the account's, the
 *              container's, the image's, the host's and the product's name, as
 *              they are and twisted
 *     words    the user's own list, in its order
 *     common   the list of common passwords, in its order
 *     twisted  the first of the common ones, twisted
 *
 * They are numbered from 0, so that one can stop anywhere and go on later: with
 * the same lists and names, the same number is the same word.
 */
#include "base/arena.h"
#include "base/err.h"

enum bh_why {
        BH_WHY_EMPTY,
        BH_WHY_DEFAULT,
        BH_WHY_ACCOUNT,
        BH_WHY_ALSO, /* a name that stands beside it in the store */
        BH_WHY_CONTAINER,
        BH_WHY_IMAGE,
        BH_WHY_HOST,
        BH_WHY_PRODUCT,
        BH_WHY_WORDS,
        BH_WHY_COMMON,
        BH_WHY_FOUND, /* the same as another one that is known: `of` says whose */
        BH_WHY_SHORT, /* of a password in plain text */
        _BH_WHY_MAX
};

/* How the word was twisted; as text it is "with digits after it". */
enum bh_twist { BH_TWIST_NONE, BH_TWIST_CAPITAL, BH_TWIST_UPPER, BH_TWIST_REVERSED, BH_TWIST_TWICE, BH_TWIST_LEET, BH_TWIST_DIGITS, BH_TWIST_YEAR,
                BH_TWIST_SIGNS, BH_TWIST_WORD, _BH_TWIST_MAX };

struct bh_reason {
        enum bh_why why;
        enum bh_twist twist;
        uint32_t number;  /* WORDS, COMMON: in the list, from 1 */
        struct bh_str of; /* DEFAULT: the product; FOUND: the place */
};

struct bh_guess {
        struct bh_str word;
        struct bh_reason why;
};

/* One row of content/passwords/defaults.yaml. */
struct bh_default {
        struct bh_str product;
        const struct bh_str *accounts, *passwords;
        uint32_t n_accounts, n_passwords; /* no accounts: any */
};

struct bh_lists {
        const struct bh_str *common, *words;
        size_t n_common, n_words;
        const struct bh_default *defaults;
        size_t n_defaults;
        uint8_t digest[32]; /* of all of it */
};

/* Lines of a list; lines at its head that begin with "# " are about it. Slices of `bytes`. */
void bh_words_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_str **ret, size_t *ret_n);
int bh_defaults_parse(struct bh_arena *arena, struct bh_str name, struct bh_str bytes, const struct bh_default **ret, size_t *ret_n, struct bh_err *err)
        BH_MUST_CHECK;

/* Whom the guesses are for. Names that are empty give none. */
struct bh_guesses_of {
        struct bh_str account, product;
        const struct bh_str *names; /* and what each is: enum bh_why */
        const enum bh_why *kinds;
        size_t n_names;
};

struct bh_guesses {
        const struct bh_lists *lists;
        const struct bh_guess *own;
        size_t n_own, n;
};

void bh_guesses_make(struct bh_arena *arena, const struct bh_lists *lists, const struct bh_guesses_of *of, struct bh_guesses *ret);

enum { BH_GUESS_ROOM = 160 };
/* The i-th, i < n; a twisted word stands in `room`. */
void bh_guess_at(const struct bh_guesses *g, size_t i, char room[BH_GUESS_ROOM], struct bh_guess *ret);

/* "the account's own name with digits after it"; never the word itself. */
struct bh_str bh_reason_text(struct bh_arena *arena, const struct bh_reason *r);

#endif
