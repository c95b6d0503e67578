/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_AUTOMATON_H
#define BH_SCAN_CONTENT_AUTOMATON_H
/*
 * What literals.c asks of a multi-pattern matcher. Two files answer, one is
 * built: automaton_hs.c (Hyperscan) or automaton_ac.c (Aho-Corasick, ours).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct bh_automaton;
struct bh_automaton_scratch;

struct bh_automaton_pattern {
        struct bh_str bytes; /* in lower case with nocase */
        bool nocase;
};

/* Patterns are told apart by their index. They may go afterwards. */
int bh_automaton_build(const struct bh_automaton_pattern *patterns, uint32_t n, struct bh_automaton **ret,
                       struct bh_err *err) BH_MUST_CHECK;
void bh_automaton_free(struct bh_automaton **a);
int bh_automaton_save(const struct bh_automaton *a, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
int bh_automaton_load(struct bh_str bytes, uint32_t n_patterns, struct bh_automaton **ret, struct bh_err *err)
        BH_MUST_CHECK;

struct bh_automaton_scratch *bh_automaton_scratch_new(const struct bh_automaton *a);
void bh_automaton_scratch_free(struct bh_automaton_scratch **s);
/* `fn` says false to end the scan. */
typedef bool (*bh_automaton_fn)(void *user, uint32_t pattern, size_t end);
int bh_automaton_scan(const struct bh_automaton *a, struct bh_automaton_scratch *s, struct bh_str bytes,
                      bh_automaton_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
