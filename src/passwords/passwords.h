/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_PASSWORDS_H
#define BH_PASSWORDS_PASSWORDS_H
/*
 * Weak passwords, white box: the credential stores below some root file systems
 * are read, and what they keep is tested against what a guesser would try.
 *
 *     struct bh_passwords_opts opts = { .roots = roots, .n_roots = n, .common = list, .cpu_ms = 60000 };
 *     bh_passwords_run(&opts, arena, &found, err);
 *
 * Nobody is logged in to and nothing is run. Who calls opens the files; a jailed
 * child (bulkhead-guess) reads and tests them and tells verdicts. A password
 * never leaves it, only why it is weak.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/gap.h"

enum { BH_PASSWORDS_KEY = 32 };

struct bh_passwords_root {
        int fd;           /* of the directory; stays the caller's */
        uint32_t pid;     /* whose environment is looked at; 0: nobody's */
        bool is_container;
        struct bh_str id, name, image; /* of the container; empty where not known */
};

struct bh_passwords_opts {
        const struct bh_passwords_root *roots;
        size_t n_roots;
        struct bh_str host;           /* its name; may be empty */
        const struct bh_str *stores;  /* names of stores; none: all */
        size_t n_stores;
        struct bh_str common, defaults, words; /* lists, as bytes of their files */
        const uint8_t *key;           /* BH_PASSWORDS_KEY bytes, secret; NULL: nothing is remembered */
        struct bh_str memory;         /* as the last run gave it; may be empty */
        uint64_t cpu_ms;              /* 0: no limit */
        unsigned cpu_percent;         /* of one processor; 0: all of it */
        uint64_t wall_ms;             /* the tests end after so long, on however busy a machine; 0: no limit */
};

enum bh_password_verdict {
        BH_PASSWORD_WEAK,
        BH_PASSWORD_KNOWN,    /* not weak, but it stands somewhere in plain text */
        BH_PASSWORD_PARTLY,   /* held so far: not all guesses were tried */
        BH_PASSWORD_UNTESTED, /* `why` says what hinders */
        BH_PASSWORD_HELD,     /* against all guesses */
        BH_PASSWORD_LOCKED,
        _BH_PASSWORD_VERDICT_MAX
};
const char *bh_password_verdict_str(enum bh_password_verdict v);

/* What makes a weak one weak, for who must not be told more: `why` says more, down to a guess's place in a public list. */
enum bh_password_weakness {
        BH_WEAKNESS_NOT,     /* it is not weak, or was not tested */
        BH_WEAKNESS_NONE,    /* no password at all */
        BH_WEAKNESS_DEFAULT, /* its product ships with it */
        BH_WEAKNESS_NAME,    /* made of a name: the account's, the container's, ... */
        BH_WEAKNESS_LIST,    /* on the list of common ones, or on the user's own */
        BH_WEAKNESS_SAME,    /* the same as another one that is weak */
        BH_WEAKNESS_SHORT,   /* in plain text, and short */
        BH_WEAKNESS_KEY,     /* a key that nothing guards */
        _BH_WEAKNESS_MAX
};
const char *bh_password_weakness_str(enum bh_password_weakness w); /* "default"; empty for NOT */

struct bh_password {
        uint32_t root;          /* of opts.roots */
        struct bh_str store, path, account, scheme;
        uint32_t line;          /* 0: the store has no lines */
        enum bh_password_verdict verdict;
        enum bh_password_weakness weakness;
        struct bh_str why;      /* one clause, clean text; may be empty */
        uint64_t tried, guesses; /* of these, with earlier runs */
        bool remembered;        /* nothing was tried anew */
};

/* What was spent on hashes of one scheme. */
struct bh_password_rate {
        struct bh_str scheme;
        uint64_t tried, cpu_ns;
};

struct bh_passwords {
        struct bh_password *at; /* by root, store, file, line */
        size_t n;
        struct bh_gap *gaps;    /* files that could not be read */
        size_t n_gaps;
        struct bh_password_rate *rates;
        size_t n_rates;
        struct bh_str memory;   /* for the next run; to be kept from others' eyes */
        uint64_t files, tried, cpu_ns;
        bool spent;             /* the budget ended before the guesses did */
};

/* USAGE: no such store. */
int bh_passwords_run(const struct bh_passwords_opts *opts, struct bh_arena *arena, struct bh_passwords *ret, struct bh_err *err) BH_MUST_CHECK;

/* The child's side: answers over `sock` until the other side goes. The jail is shut by then; `prepare` is called before. */
struct bh_guesser;
struct bh_guesser *bh_guesser_prepare(void);
int bh_guesser_serve(struct bh_guesser *g, int sock, struct bh_err *err) BH_MUST_CHECK;

/* Stores and schemes, for people: one a line of Markdown or text. */
struct bh_passwords_about {
        const char *name, *about;
};
/* False past the last; stores of several files are told once. */
bool bh_passwords_store(size_t i, struct bh_passwords_about *ret);
bool bh_passwords_scheme(size_t i, struct bh_passwords_about *ret);

#endif
