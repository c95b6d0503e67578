/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_COMPILE_H
#define BH_RULE_COMPILE_H
/*
 * Conditions of rules to nodes, and rules sorted by the type of event they
 * can match. Rules that the same types have, in the same form, are a group;
 * a group's rules stand in the order they are asked in.
 */
#include "rule/program.h"

/* Of a process's memory (model/process.h): a bit for each rule of some groups. */
#define BH_RULE_MEMO_BITS 512

/* Where the macros are; `user` is the loader's. A macro is found, compiled, and done with. */
struct bh_macros {
        int (*find)(void *user, struct bh_str name, const void *from, const struct bh_node **ret, struct bh_err *err);
        void (*done)(void *user, struct bh_str name);
        void *user;
};

/* Where it fails: the offset, and what it counts in (bh_node.text). */
struct bh_compile_place {
        const void *text;
        uint32_t at;
};

int bh_compile_condition(struct bh_program *p, const struct bh_macros *macros, const struct bh_node *root, bh_ref *ret,
                         struct bh_compile_place *ret_place, struct bh_err *err) BH_MUST_CHECK;

struct bh_entry {
        uint32_t rule; /* as handed in */
        bh_ref whole;  /* for this type of event */
        bh_ref exec;   /* what must hold of the process */
        bh_ref rest;   /* what is left to ask when that does */
};

struct bh_group {
        struct bh_entry *entries;
        uint32_t n;
        const struct bh_sieve *whole, *rest; /* NULL: each is asked */
        int first_bit; /* of a process's memory; -1: it remembers nothing of this group */
};

struct bh_sorted {
        struct bh_group *groups;
        uint32_t n_groups;
        uint32_t *group_of_type; /* group + 1, 0: none */
        unsigned n_types;        /* at least 1 */
};

/* `refs[i]` is the condition of the i-th rule in order. */
void bh_compile_sort(struct bh_program *p, const bh_ref *refs, size_t n, struct bh_sorted *ret);

#endif
