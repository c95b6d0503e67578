/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_ITEMS_H
#define BH_RULE_ITEMS_H
/*
 * What rule files define, read and put together (appends, overrides,
 * redefinitions), before any condition is understood.
 */
#include "base/map.h"
#include "fmt/doc.h"
#include "rule/ast.h"
#include "rule/text.h"

/* The engine whose rules we read, as "required_engine_version" counts. */
#define BH_RULE_ENGINE_MINOR 63

struct bh_item_place {
        const struct bh_rule_file *file;
        uint32_t line, column;
};

BH_VEC_OF(bh_item_words, struct bh_str);

struct bh_list_item {
        struct bh_str name;
        struct bh_item_words items; /* as written; then with the lists in it put in */
        uint32_t index, visible; /* its place in the order; how far it sees */
        struct bh_item_place place;
        bool used;
};

enum bh_macro_state { BH_MACRO_NEW, BH_MACRO_GOOD, BH_MACRO_BAD };

struct bh_macro_item {
        struct bh_str name;
        struct bh_written condition;
        uint32_t index, visible;
        struct bh_item_place place;
        bool used, busy; /* busy: it is being compiled, so who names it now makes a loop */
        bool asks_for_start;
        enum bh_macro_state state;
        struct bh_cond_text text;
        const struct bh_node *node;
};

/* A scalar, or a list of such. */
struct bh_exception_value {
        bool is_list;
        struct bh_str text;
        BH_VEC(struct bh_exception_value) items;
};

struct bh_exception {
        struct bh_str name;
        struct bh_item_place place;
        bool has_fields, has_comps;
        struct bh_exception_value fields, comps;
        BH_VEC(struct bh_exception_value) values;
};

BH_VEC_OF(bh_exceptions, struct bh_exception);

struct bh_rule_item {
        struct bh_str name, source, priority_word;
        struct bh_written condition;
        struct bh_str output, desc;
        struct bh_item_place place, output_place;
        struct bh_item_words tags;
        struct bh_exceptions exceptions;
        enum bh_priority priority;
        bool enabled, warn_evttypes, skip_unknown, unknown_source;
        uint32_t index, visible;
};

struct bh_items {
        struct bh_arena *arena, *work; /* work: of what goes when all is loaded */
        const struct bh_rules_opts *opts;
        BH_VEC(struct bh_list_item *) lists;
        BH_VEC(struct bh_macro_item *) macros;
        BH_VEC(struct bh_rule_item *) rules; /* in the order of evaluation */
        struct bh_map list_by_name, macro_by_name, rule_by_name;
        struct bh_map bad; /* "rule NAME" of those with an error */
        BH_VEC(struct bh_rule_note) notes;
        size_t n_errors;
        uint32_t next;
};

/* Reads one file; what is wrong with it becomes notes. */
void bh_items_read(struct bh_items *s, const struct bh_rule_file *file);

/* A warning, or an error; `code` is a literal. */
void bh_items_note(struct bh_items *s, bool error, const char *code, struct bh_place place, struct bh_str item, const char *fmt, ...)
        BH_PRINTF(6, 7);
struct bh_place bh_item_at(const struct bh_item_place *p);

/* The exceptions of a rule as text behind its condition: "(...) and not (...)". False with a note when they do not fit together. */
bool bh_exceptions_put(struct bh_items *s, const struct bh_rule_item *rule, struct bh_written *condition);
/* Fills in what is left out, and checks the rest: which operators, as many of each. */
bool bh_exception_check(struct bh_items *s, const struct bh_rule_item *rule, struct bh_exception *e);

const struct bh_source *bh_items_source(const struct bh_items *s, struct bh_str name);

#endif
