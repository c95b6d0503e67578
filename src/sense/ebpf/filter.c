/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/filter.h"

#include <stdlib.h>
#include <string.h>

#include "model/event.h"
#include "sense/ebpf/calls.h"

/* What the process table cannot do without, whatever rules say. */
static const uint8_t always[] = { BH_EV_LOST, BH_EV_ALIVE, BH_EV_EXECVE, BH_EV_CLONE, BH_EV_PROCEXIT, BH_EV_RENAME_TASK };

#define PATHS_MAX 12000 /* of each kind; two filters must fit in a map */

/* A bit: rows that ask the same. */
struct bit {
        uint32_t must;
        const struct bh_interest_row *row; /* one of them */
};

struct planner {
        struct bh_arena *arena;
        struct bh_sensor_plan *plan;
        struct bit bits[BH_SENSOR_ROWS];
        unsigned n_bits;
};

static bool same_paths(const struct bh_interest_row *a, const struct bh_interest_row *b) {
        if (a->paths.len != b->paths.len)
                return false;
        for (size_t i = 0; i < a->paths.len; i++)
                if (a->paths.at[i].test != b->paths.at[i].test || !bh_str_eq(a->paths.at[i].text, b->paths.at[i].text))
                        return false;
        return true;
}

static bool any_path(const struct bh_interest_row *row) {
        for (size_t i = 0; i < row->paths.len; i++)
                if (row->paths.at[i].test == BH_PATH_ANY || row->paths.at[i].text.len == 0)
                        return true;
        return row->paths.len == 0;
}

static struct bh_str reversed(struct bh_arena *arena, struct bh_str s) {
        size_t n = BH_MIN(s.len, (size_t) 8);
        char *at = bh_arena_bytes(arena, n);

        for (size_t i = 0; i < n; i++)
                at[i] = s.at[s.len - 1 - i];
        return (struct bh_str){ at, n };
}

/* A whole path is the prefix that goes on to its end. */
static struct bh_str closed(struct bh_arena *arena, struct bh_str s) {
        char *at = bh_arena_bytes(arena, s.len + 1);

        memcpy(at, s.at, s.len);
        at[s.len] = 0;
        return bh_str_part((struct bh_str){ at, s.len + 1 }, 0, BH_PATH_KEY);
}

static void add_path(struct planner *p, const struct bh_interest_path *path, uint64_t rows) {
        struct bh_sensor_plan *plan = p->plan;

        switch (path->test) {
        case BH_PATH_PREFIX:
                *bh_vec_add(p->arena, &plan->prefixes) = (struct bh_path_rule){ bh_str_part(path->text, 0, BH_PATH_KEY), rows };
                break;
        case BH_PATH_EXACT:
                *bh_vec_add(p->arena, &plan->prefixes) = (struct bh_path_rule){ closed(p->arena, path->text), rows };
                break;
        case BH_PATH_NAME:
                *bh_vec_add(p->arena, &plan->names) = (struct bh_path_rule){ bh_str_part(path->text, 0, BH_NAME_KEY - 2), rows };
                break;
        case BH_PATH_SUFFIX:
                *bh_vec_add(p->arena, &plan->suffixes) = (struct bh_path_rule){ reversed(p->arena, path->text), rows };
                break;
        default:
                break;
        }
}

/* The bit of a row, shared with rows of other types that ask the same; -1: there are no more. */
static int bit_of(struct planner *p, const struct bh_interest_row *row) {
        for (unsigned i = 0; i < p->n_bits; i++)
                if (p->bits[i].must == row->must && same_paths(p->bits[i].row, row))
                        return (int) i;
        if (p->n_bits == BH_SENSOR_ROWS)
                return -1;
        p->bits[p->n_bits] = (struct bit){ row->must, row };
        if (!any_path(row))
                for (size_t i = 0; i < row->paths.len; i++)
                        add_path(p, &row->paths.at[i], 1ull << p->n_bits);
        return (int) p->n_bits++;
}

/* Rows that ask for the same flags are one, with the paths of both: there are many rules and few bits. */
static void merge(struct bh_arena *arena, struct bh_interest_rows *v, const struct bh_interest_row *row, bool asks_path) {
        struct bh_interest_row *into = NULL;
        bool any = !asks_path || any_path(row);

        for (size_t i = 0; i < v->len && !into; i++)
                if (v->at[i].must == row->must)
                        into = &v->at[i];
        if (!into) {
                into = bh_vec_add(arena, v);
                into->must = row->must;
        } else if (any_path(into)) {
                return;
        }
        if (any)
                memset(&into->paths, 0, sizeof(into->paths));
        for (size_t i = 0; i < row->paths.len && !any; i++)
                *bh_vec_add(arena, &into->paths) = row->paths.at[i];
}

/* Others than these are not asked for a path in the kernel. */
static bool asks_path_of(unsigned type) {
        return bh_event_info(type)->flags & (BH_EVI_OPEN | BH_EVI_PATHS);
}

/* The bits of rows of a type; all ones: there are more than there are bits. */
static uint64_t plan_rows(struct planner *p, unsigned type, const struct bh_interest_rows *wanted) {
        struct bh_sensor_type *t = &p->plan->filter.types[type];
        bool asks_path = asks_path_of(type);
        struct bh_interest_rows merged = { 0 };
        uint64_t bits = 0;

        for (size_t i = 0; i < wanted->len; i++)
                merge(p->arena, &merged, &wanted->at[i], asks_path);
        for (size_t i = 0; i < merged.len; i++) {
                int bit = bit_of(p, &merged.at[i]);

                if (bit < 0)
                        return ~0ull;
                bits |= 1ull << bit;
                if (any_path(&merged.at[i]))
                        t->any_path |= 1ull << bit;
        }
        return bits;
}

static void plan_type(struct planner *p, unsigned type, const struct bh_interest_type *wanted, bool no_filter) {
        struct bh_sensor_type *t = &p->plan->filter.types[type];

        if (wanted->all_words != BH_INTEREST_NONE)
                t->words = wanted->all_words == BH_INTEREST_ALL || no_filter ? ~0ull : plan_rows(p, type, &wanted->words);
        if (wanted->all == BH_INTEREST_NONE || t->want == BH_WANT_ALL)
                return;
        t->want = BH_WANT_ALL;
        if (wanted->all == BH_INTEREST_ALL || no_filter)
                return;
        t->rows = plan_rows(p, type, &wanted->rows);
        if (t->rows != ~0ull)
                t->want = t->rows ? BH_WANT_ROWS : BH_WANT_NONE;
}

static int by_text(const void *a, const void *b) {
        return bh_str_cmp(((const struct bh_path_rule *) a)->text, ((const struct bh_path_rule *) b)->text);
}

/* Each text once. */
static void settle(struct bh_path_rules *v) {
        size_t n = 0;

        if (v->len == 0)
                return;
        qsort(v->at, v->len, sizeof(v->at[0]), by_text);
        for (size_t i = 0; i < v->len; i++) {
                if (n && bh_str_eq(v->at[n - 1].text, v->at[i].text))
                        v->at[n - 1].rows |= v->at[i].rows;
                else
                        v->at[n++] = v->at[i];
        }
        v->len = n;
}

/* Only the longest text that fits is found: it has the rows of all the texts it begins with. */
static void inherit(struct bh_arena *arena, struct bh_path_rules *v) {
        size_t *open = bh_arena_array(arena, size_t, v->len + 1), depth = 0;

        for (size_t i = 0; i < v->len; i++) {
                while (depth && !bh_str_starts(v->at[i].text, v->at[open[depth - 1]].text))
                        depth--;
                if (depth)
                        v->at[i].rows |= v->at[open[depth - 1]].rows;
                open[depth++] = i;
        }
}

static void set(__u64 *bits, unsigned i) {
        bits[i / 64] |= 1ull << (i % 64);
}

static void set_all(__u64 *bits) {
        memset(bits, 0xff, BH_QUICK_WORDS * sizeof(*bits));
}

static void fill_quick(struct bh_sensor_plan *plan) {
        struct bh_sensor_filter *f = &plan->filter;

        for (size_t i = 0; i < plan->prefixes.len; i++) {
                uint32_t first;

                if (plan->prefixes.at[i].text.len < sizeof(first)) {
                        set_all(f->prefix_quick);
                        continue;
                }
                memcpy(&first, plan->prefixes.at[i].text.at, sizeof(first));
                set(f->prefix_quick, bh_quick_prefix(first));
        }
        for (size_t i = 0; i < plan->names.len; i++) {
                const struct bh_str s = plan->names.at[i].text;

                if (s.len >= BH_NAME_KEY - 2) /* may have been cut */
                        set_all(f->name_quick);
                else
                        set(f->name_quick, bh_quick_name((uint32_t) s.len, (uint8_t) s.at[0], (uint8_t) s.at[s.len - 1]));
        }
        for (size_t i = 0; i < plan->suffixes.len; i++) {
                const struct bh_str s = plan->suffixes.at[i].text; /* the last byte first */

                if (s.len < 2)
                        set_all(f->suffix_quick);
                else
                        set(f->suffix_quick, bh_quick_suffix((uint8_t) s.at[1], (uint8_t) s.at[0]));
        }
}

static void fill_pass(struct planner *p) {
        for (unsigned have = 0; have < BH_SENSOR_HAVE; have++)
                for (unsigned i = 0; i < p->n_bits; i++)
                        if ((p->bits[i].must & have) == p->bits[i].must)
                                p->plan->filter.pass[have] |= 1ull << i;
}

/* Rights are followed when a rule asks for them, or for a jump in them: then all calls that change them are seen. */
static bool row_needed(const struct bh_sensor_plan *plan, const struct bh_sensor_call *call) {
        if (call->call == BH_CALL_RIGHTS && (plan->filter.wants & BH_WANTS_RIGHTS))
                return true;
        if (call->call == BH_CALL_EXEC)
                return plan->needs_failed_exec;
        if (call->call == BH_CALL_PLAIN && (call->flags & BH_CALL_FAILED))
                return plan->needs_failed_fork;
        return call->type != BH_EV_LOST && plan->filter.types[call->type].want != BH_WANT_NONE;
}

/* Words of the caller's that end with a NUL, as those of sethostname do not. */
static bool has_words(const struct bh_sensor_call *call) {
        if (call->call == BH_CALL_NAMED)
                return (call->a || call->b) && call->type != BH_EV_SETHOSTNAME;
        return (call->call == BH_CALL_OPEN && call->type != BH_EV_OPEN_BY_HANDLE_AT) || call->call == BH_CALL_EXEC || call->call == BH_CALL_MOUNT;
}

static void fill_calls(struct bh_sensor_plan *plan, const struct bh_call_row *rows, size_t n, struct bh_sensor_call *into,
                       uint8_t bit) {
        for (size_t i = 0; i < n; i++) {
                if (rows[i].number < 0 || rows[i].number >= BH_SENSOR_CALLS || !row_needed(plan, &rows[i].call))
                        continue;
                into[rows[i].number] = rows[i].call;
                plan->any[rows[i].number] |= bit;
                plan->needs_calls = true;
                if (!(plan->filter.wants & BH_WANTS_RACED) || !has_words(&rows[i].call))
                        continue;
                plan->any[rows[i].number] |= (uint8_t) (bit << 2); /* BH_ANY_BEGIN... */
                plan->needs_begins = true;
        }
}

/* Is a failure of this type of interest? A success of exec is always told, and by another hook. */
static bool may_fail(const struct bh_interest *interest, unsigned type) {
        const struct bh_interest_type *t = type < interest->n_types ? &interest->types[type] : NULL;

        if (!t || t->all != BH_INTEREST_ROWS)
                return t && t->all == BH_INTEREST_ALL;
        for (size_t i = 0; i < t->rows.len; i++)
                if (!(t->rows.at[i].must & BH_IR_SUCCESS))
                        return true;
        return false;
}

static bool follows_rights(const struct bh_sensor_filter *f) {
        static const uint8_t types[] = { BH_EV_CREDJUMP, BH_EV_SETNS, BH_EV_SETUID, BH_EV_SETGID, BH_EV_SETREUID,
                                         BH_EV_SETREGID, BH_EV_SETRESUID, BH_EV_SETRESGID };

        for (unsigned i = 0; i < BH_LEN(types); i++)
                if (f->types[types[i]].want != BH_WANT_NONE)
                        return true;
        return false;
}

/* Too many to hold: no type is asked for its path. */
static void give_up_paths(struct bh_sensor_plan *plan) {
        for (unsigned i = 0; i < BH_SENSOR_TYPES; i++)
                plan->filter.types[i].any_path = plan->filter.types[i].rows | plan->filter.types[i].words;
        plan->prefixes.len = plan->names.len = plan->suffixes.len = 0;
}

void bh_sensor_plan(struct bh_arena *arena, const struct bh_interest *interest, bool no_filter,
                    struct bh_sensor_plan *ret) {
        struct planner p = { .arena = arena, .plan = ret };
        struct bh_sensor_filter *f = &ret->filter;

        memset(ret, 0, sizeof(*ret));
        for (unsigned i = 0; i < BH_LEN(always); i++)
                f->types[always[i]].want = BH_WANT_ALL;
        for (unsigned type = 0; type < interest->n_types && type < _BH_EV_MAX; type++)
                plan_type(&p, type, &interest->types[type], no_filter);
        settle(&ret->prefixes);
        settle(&ret->suffixes);
        settle(&ret->names);
        inherit(arena, &ret->prefixes);
        inherit(arena, &ret->suffixes);
        if (ret->prefixes.len > PATHS_MAX || ret->names.len > PATHS_MAX / 2 || ret->suffixes.len > PATHS_MAX / 4)
                give_up_paths(ret);
        fill_pass(&p);
        fill_quick(ret);
        for (unsigned i = 0; i < _BH_EV_MAX; i++) {
                f->types[i].lane = bh_event_info(i)->lane;
                ret->needs_type[i] = f->types[i].want != BH_WANT_NONE;
        }
        ret->needs_failed_exec = may_fail(interest, BH_EV_EXECVE) || may_fail(interest, BH_EV_EXECVEAT);
        ret->needs_failed_fork = may_fail(interest, BH_EV_CLONE) || may_fail(interest, BH_EV_CLONE3) ||
                                 may_fail(interest, BH_EV_FORK) || may_fail(interest, BH_EV_VFORK);
        f->wants = (follows_rights(f) ? BH_WANTS_RIGHTS : 0) |
                   (interest->wants_env ? BH_WANTS_ENV : 0) | (interest->wants_cwd ? BH_WANTS_CWD : 0) |
                   (interest->wants_data ? BH_WANTS_DATA : 0) |
                   (interest->wants_raced ? BH_WANTS_RACED : 0) |
                   (ret->prefixes.len ? BH_WANTS_PREFIXES : 0) | (ret->names.len ? BH_WANTS_NAMES : 0) |
                   (ret->suffixes.len ? BH_WANTS_SUFFIXES : 0);
        fill_calls(ret, bh_calls, bh_calls_len, f->calls, BH_ANY_END);
        fill_calls(ret, bh_calls32, bh_calls32_len, f->calls32, BH_ANY_END32);
}
