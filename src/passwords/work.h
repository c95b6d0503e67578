/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_WORK_H
#define BH_PASSWORDS_WORK_H
/*
 * What is said between who opens files and the jailed child that reads them
 * (sys/sock.h carries it):
 *
 *     SETUP   lists, memory, budget, roots     -> DONE
 *     FILE    a store's file, its descriptor   -> FOUND: how many secrets, which further files
 *     TEST                                     -> RESULT..., SUMMARY
 *
 * or FAILED. Answers are decoded as a stranger's bytes: the child may have been
 * taken over by what it read.
 */
#include "base/buf.h"
#include "passwords/passwords.h"

enum bh_guess_ask { BH_GUESS_SETUP, BH_GUESS_FILE, BH_GUESS_TEST, _BH_GUESS_ASK_MAX };
enum bh_guess_say { BH_GUESS_DONE, BH_GUESS_FAILED, BH_GUESS_FOUND, BH_GUESS_RESULT, BH_GUESS_SUMMARY, _BH_GUESS_SAY_MAX };

struct bh_guess_root {
        struct bh_str name, image;
        bool is_container;
};

struct bh_guess_request {
        enum bh_guess_ask ask;
        /* SETUP */
        struct bh_str common, defaults, words, memory, key, host;
        struct bh_guess_root *roots;
        uint32_t n_roots;
        uint64_t cpu_ms;
        uint32_t cpu_percent;
        uint64_t wall_ms;
        /* FILE */
        uint32_t store, root, mode; /* store: the row of bh_stores */
        struct bh_str path;
};

struct bh_guess_follow {
        uint32_t store;
        struct bh_str path;
};

struct bh_guess_answer {
        enum bh_guess_say say;
        int code;               /* FAILED */
        struct bh_str text;
        uint32_t n_secrets;     /* FOUND */
        bool more;              /* something was beyond a limit */
        struct bh_guess_follow *follows;
        uint32_t n_follows;
        struct bh_password result; /* RESULT */
        struct bh_str memory;   /* SUMMARY */
        struct bh_password_rate *rates;
        uint32_t n_rates;
        uint64_t tried, cpu_ns;
        bool spent;
};

void bh_guess_request_put(struct bh_buf *out, const struct bh_guess_request *q);
int bh_guess_request_get(struct bh_arena *arena, struct bh_str bytes, struct bh_guess_request *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_guess_answer_put(struct bh_buf *out, const struct bh_guess_answer *a);
int bh_guess_answer_get(struct bh_arena *arena, struct bh_str bytes, struct bh_guess_answer *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
