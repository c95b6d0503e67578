/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_RULES_H
#define BH_RULE_RULES_H
/*
 * Rule files in, a compiled set out, events against it.
 *
 *     bh_rules_load(&opts, files, n, &rules, err);      one bad rule does not silence the others: see notes
 *     run = bh_rule_run_new(rules, &bh_source_syscall); one a thread
 *     n = bh_rule_match(run, event, hits, BH_LEN(hits));
 *     bh_rule_print(run, hits[0], event, &line);        the alert's text
 *
 * A set is immutable and shared: it is counted, swapped whole, and freed by
 * the last who lets go of it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "rule/field.h"
#include "rule/interest.h"

enum bh_priority { /* Falco's, worst first */
        BH_PRIORITY_EMERGENCY,
        BH_PRIORITY_ALERT,
        BH_PRIORITY_CRITICAL,
        BH_PRIORITY_ERROR,
        BH_PRIORITY_WARNING,
        BH_PRIORITY_NOTICE,
        BH_PRIORITY_INFORMATIONAL,
        BH_PRIORITY_DEBUG,
        _BH_PRIORITY_MAX
};
const char *bh_priority_str(enum bh_priority p); /* "Warning" */
bool bh_priority_of(struct bh_str word, enum bh_priority *ret);

struct bh_rule_file {
        struct bh_str name, text;
};

/* What the loader has to say about a place. `code` is one of Falco's, or ours (BH_...). */
struct bh_rule_note {
        struct bh_str file, code, item, text; /* item: the rule, macro or list */
        uint32_t line, column;
        bool error; /* the item is not used */
};

struct bh_rule {
        struct bh_str name, desc, output, condition; /* condition: as written, after appends */
        const struct bh_source *source;
        enum bh_priority priority;
        const struct bh_str *tags;
        uint32_t n_tags;
        uint32_t index; /* in the order of evaluation */
        struct bh_str file;
        uint32_t line;
};

struct bh_rule_switch { /* in this order, the last one decides */
        bool enable;
        struct bh_str rule; /* a glob; empty: see tag */
        struct bh_str tag;
};

struct bh_rules_opts {
        const struct bh_source *const *sources;
        size_t n_sources;
        enum bh_priority least; /* rules below are not loaded; BH_PRIORITY_DEBUG: all */
        const struct bh_rule_switch *switches;
        size_t n_switches;
        bool all_matches; /* every rule that matches fires; else only the first in order (Falco's default) */
};

struct bh_rules;
struct bh_rule_run;

/*
 * A set of what could be used; notes say what could not. Fails only when
 * there is no memory or an argument is wrong: whoever wants all or nothing
 * asks bh_rules_errors.
 */
int bh_rules_load(const struct bh_rules_opts *opts, const struct bh_rule_file *files, size_t n_files,
                  struct bh_rules **ret, struct bh_err *err) BH_MUST_CHECK;
struct bh_rules *bh_rules_ref(struct bh_rules *rules);
void bh_rules_unref(struct bh_rules **rules);
const struct bh_rule_note *bh_rules_notes(const struct bh_rules *rules, size_t *ret_n);
size_t bh_rules_errors(const struct bh_rules *rules);
size_t bh_rules_count(const struct bh_rules *rules);
const struct bh_rule *bh_rules_at(const struct bh_rules *rules, size_t i);
/* The same with those that are switched off. */
size_t bh_rules_count_all(const struct bh_rules *rules);
const struct bh_rule *bh_rules_at_all(const struct bh_rules *rules, size_t i, bool *ret_enabled);
/* The terms of a list of that name, for others to extend at run time; false: no such list. */
bool bh_rules_list(const struct bh_rules *rules, struct bh_str name, const struct bh_str **ret_items, size_t *ret_n);
/* What the rules of a source could want of its events. Lives in `arena`. */
void bh_rules_interest(const struct bh_rules *rules, const struct bh_source *source, struct bh_arena *arena,
                       struct bh_interest *ret);

struct bh_rule_run *bh_rule_run_new(struct bh_rules *rules, const struct bh_source *source); /* holds a count */
void bh_rule_run_free(struct bh_rule_run **run);
/* Predicates that were asked so far, for measurements. */
uint64_t bh_rule_run_asked(const struct bh_rule_run *run);
/* How many rules fire (at most max); their rows in `ret`. */
size_t bh_rule_match(struct bh_rule_run *run, const void *event, const struct bh_rule **ret, size_t max);
/* The rule's output, without time and priority, escaped as Falco does. Appends to `out`. */
void bh_rule_print(struct bh_rule_run *run, const struct bh_rule *rule, const void *event, struct bh_buf *out);
/* Any format text ("%proc.name (%container.id)"): compiled once, then printed. */
struct bh_rule_format;
int bh_rule_format_new(const struct bh_source *source, struct bh_str text, struct bh_rule_format **ret,
                       struct bh_err *err) BH_MUST_CHECK;
void bh_rule_format_free(struct bh_rule_format **f);
void bh_rule_format_print(const struct bh_rule_format *f, const void *event, struct bh_buf *out); /* one thread at a time */
/* The members of output_fields, in order of their names: fn(user, "proc.name", value); a missing one has v NULL. */
void bh_rule_output_fields(struct bh_rule_run *run, const struct bh_rule *rule, const void *event,
                           void (*fn)(void *user, struct bh_str name, const struct bh_value *v), void *user);

/* One condition of this language over a source, without files: policies, gates, checks. Macros and lists: none. */
struct bh_condition;
int bh_condition_new(const struct bh_source *source, struct bh_str text, struct bh_condition **ret, struct bh_err *err)
        BH_MUST_CHECK;
bool bh_condition_holds(struct bh_condition *c, const void *event);
void bh_condition_free(struct bh_condition **c);

#endif
