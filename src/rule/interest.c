/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules could want, for a filter in the kernel. A condition is turned
 * into rows bottom up; whatever a kernel cannot judge accepts everything, so
 * what comes out is always a superset.
 */
#include "rule/interest.h"

#include <string.h>
#include <sys/socket.h>

#include "rule/glob.h"
#include "rule/ruleset.h"

enum { ROWS_MAX = 64, PATHS_MAX = 512 };

struct wants {
        const struct bh_program *p;
        struct bh_arena *arena;
        const struct bh_source *source;
        unsigned type;
        bool opens; /* the type makes its descriptor, of a file: fd.num tells whether it succeeded, fd.name is a path */
        bool connects;
};

/* Rows of a condition: none of them (it holds for no event), or some; `everything` beats them. */
struct rows {
        bool everything;
        struct bh_interest_rows at;
};

static const struct rows all = { .everything = true };

static struct rows rows_of(struct wants *w, bh_ref ref);

static struct rows must(struct wants *w, uint32_t bits) {
        struct rows r = { 0 };

        bh_vec_add(w->arena, &r.at)->must = bits;
        return r;
}

static void add_path(struct wants *w, struct bh_interest_row *row, enum bh_path_test test, struct bh_str text) {
        *bh_vec_add(w->arena, &row->paths) = (struct bh_interest_path){ (uint8_t) test, bh_arena_str(w->arena, text) };
}

/* ---- what single checks say ---- */

static bool has(const struct bh_pred *p, const char *word) {
        for (uint32_t i = 0; i < p->n_items; i++)
                if (bh_str_is(p->items[i], word))
                        return true;
        return false;
}

static struct rows of_paths(struct wants *w, const struct bh_pred *p) {
        static const uint8_t tests[_BH_TEST_MAX] = { [BH_TEST_EQ] = BH_PATH_EXACT, [BH_TEST_STARTS] = BH_PATH_PREFIX,
                                                     [BH_TEST_ENDS] = BH_PATH_SUFFIX, [BH_TEST_PATHS] = BH_PATH_PREFIX,
                                                     [BH_TEST_GLOB] = BH_PATH_PREFIX };
        struct rows r = must(w, 0);

        if (!tests[p->test] || p->n_items > PATHS_MAX)
                return all;
        for (uint32_t i = 0; i < p->n_items; i++) {
                struct bh_str text = p->items[i];

                if (p->test == BH_TEST_GLOB || p->test == BH_TEST_PATHS)
                        text = bh_rule_glob_head(text);
                while (p->test == BH_TEST_PATHS && text.len > 1 && text.at[text.len - 1] == '/')
                        text.len--;
                if (text.len == 0 || (p->test != BH_TEST_ENDS && text.at[0] != '/') || bh_str_find(text, BH_STR("//")) >= 0)
                        return all;
                add_path(w, &r.at.at[0], (enum bh_path_test) tests[p->test], text);
        }
        return r;
}

/* fd.directory = "/etc": what lies in it, and it. */
static struct rows of_directory(struct wants *w, const struct bh_pred *p) {
        bool within = p->test == BH_TEST_STARTS || p->test == BH_TEST_PATHS;
        struct rows r;

        if (within)
                return of_paths(w, p);
        if (p->test != BH_TEST_EQ || p->n_items > PATHS_MAX)
                return all;
        r = must(w, 0);
        for (uint32_t i = 0; i < p->n_items; i++) {
                struct bh_str dir = p->items[i];

                if (dir.len == 0 || dir.at[0] != '/')
                        return all;
                add_path(w, &r.at.at[0], BH_PATH_EXACT, dir);
                add_path(w, &r.at.at[0], BH_PATH_PREFIX, dir.len == 1 ? dir : bh_arena_cat(w->arena, dir, BH_STR("/")));
        }
        return r;
}

static struct rows of_filename(struct wants *w, const struct bh_pred *p) {
        struct rows r = must(w, 0);

        if ((p->test != BH_TEST_EQ && p->test != BH_TEST_ENDS) || p->n_items > PATHS_MAX)
                return all;
        for (uint32_t i = 0; i < p->n_items; i++) {
                if (p->items[i].len == 0 || bh_str_chr(p->items[i], '/') >= 0)
                        return all;
                add_path(w, &r.at.at[0], p->test == BH_TEST_EQ ? BH_PATH_NAME : BH_PATH_SUFFIX, p->items[i]);
        }
        return r;
}

/* A bool of the event that is asked to be true. */
static struct rows of_bool(struct wants *w, const struct bh_pred *p, uint32_t bit) {
        return p->test == BH_TEST_EQ && has(p, "true") && !has(p, "false") ? must(w, bit) : all;
}

static struct rows of_kind(struct wants *w, const struct bh_pred *p) {
        bool four = has(p, "4"), six = has(p, "6");

        if (p->test != BH_TEST_EQ)
                return all;
        if (!four && !six)
                return w->connects ? must(w, BH_IR_LOCAL) : all;
        return p->n_items == (uint32_t) four + six ? must(w, BH_IR_INET) : all;
}

static struct rows of_container(struct wants *w, const struct bh_pred *p) {
        if (p->test == BH_TEST_EQ)
                return !has(p, "host") ? must(w, BH_IR_CONTAINER) : p->n_items == 1 ? must(w, BH_IR_HOST) : all;
        return p->test == BH_TEST_NE && has(p, "host") ? must(w, BH_IR_CONTAINER) : all;
}

/* Whether numbers that pass are all below zero, or none is. */
static struct rows of_result(struct wants *w, const struct bh_pred *p) {
        bool low = true, high = true;

        if (p->test == BH_TEST_ORDER && p->n_numbers) {
                struct bh_number zero = { 0 };
                int c = bh_number_cmp(&p->numbers[0], &zero);

                high = (p->op == BH_OP_GE && c >= 0) || (p->op == BH_OP_GT && c >= 0);
                low = (p->op == BH_OP_LT && c <= 0) || (p->op == BH_OP_LE && c < 0);
                return high ? must(w, BH_IR_SUCCESS) : low ? must(w, BH_IR_FAILURE) : all;
        }
        if (p->test != BH_TEST_EQ || p->n_numbers != p->n_items)
                return all;
        for (uint32_t i = 0; i < p->n_numbers; i++) {
                bool below = p->numbers[i].real ? p->numbers[i].d < 0 : p->numbers[i].i < 0;

                low &= below;
                high &= !below;
        }
        return high ? must(w, BH_IR_SUCCESS) : low ? must(w, BH_IR_FAILURE) : all;
}

/* evt.res, evt.rawres, evt.failed, fd.num */
static struct rows of_failed(struct wants *w, const struct bh_pred *p, const struct bh_operand *o) {
        if (o->type == BH_V_BOOL)
                return p->test != BH_TEST_EQ || p->n_items != 1 ? all : must(w, has(p, "true") ? BH_IR_FAILURE : BH_IR_SUCCESS);
        if (bh_type_is_number(o->type)) {
                if (bh_str_is(o->text, "fd.num") && !w->opens)
                        return all;
                return of_result(w, p);
        }
        if (p->test == BH_TEST_EQ)
                return p->n_items == 1 && has(p, "SUCCESS") ? must(w, BH_IR_SUCCESS) : all;
        if (p->test == BH_TEST_NE)
                return has(p, "SUCCESS") ? must(w, BH_IR_FAILURE) : all;
        return all;
}

/* Are all of the words families of sockets, and none of them part of an everyday one's name? */
static bool odd_families(const struct bh_pred *p) {
        static const char *const everyday[] = { "AF_UNIX", "AF_LOCAL", "AF_INET", "AF_INET6" };

        for (uint32_t i = 0; i < p->n_items; i++) {
                if (!bh_str_starts(p->items[i], BH_STR("AF_")))
                        return false;
                for (size_t k = 0; k < BH_LEN(everyday); k++)
                        if (bh_str_find(bh_str_of(everyday[k]), p->items[i]) >= 0)
                                return false;
        }
        return true;
}

static bool raw_types(const struct bh_pred *p) {
        for (uint32_t i = 0; i < p->n_items; i++) {
                uint64_t type;

                if (!bh_str_u64(p->items[i], &type) || (type & 0xf) != SOCK_RAW)
                        return false;
        }
        return true;
}

/* Sockets are made all the time, and asked for when they are odd. */
static struct rows of_odd(struct wants *w, bool odd) {
        return odd ? must(w, BH_IR_ODD) : all;
}

/* Connections within the machine are made all the time, too, and most rules are of those that leave it. */
static const struct bh_net loopback4 = { .ip = { .at = { 127 } }, .bits = 8 }, loopback6 = { .ip = { .v6 = true, .at = { [15] = 1 } }, .bits = 128 };

static bool any_covers(const struct bh_pred *p, const struct bh_net *net) {
        for (uint32_t i = 0; i < p->n_nets; i++)
                if (p->nets[i].bits <= net->bits && bh_net_has(&p->nets[i], &net->ip))
                        return true;
        return false;
}

static bool any_meets(const struct bh_pred *p, const struct bh_net *net) {
        for (uint32_t i = 0; i < p->n_nets; i++)
                if (bh_net_has(net, &p->nets[i].ip))
                        return true;
        return any_covers(p, net);
}

/* The other end is in none of the networks: so not in what they cover. */
static struct rows of_outside(struct wants *w, const struct bh_pred *p) {
        uint32_t bits = (any_covers(p, &loopback4) ? BH_IR_AWAY4 : 0) | (any_covers(p, &loopback6) ? BH_IR_AWAY6 : 0);

        return bits ? must(w, bits) : all;
}

static struct rows of_remote(struct wants *w, const struct bh_pred *p) {
        if (!w->connects || !p->nets)
                return all;
        if (p->test == BH_TEST_NE)
                return of_outside(w, p);
        if (p->test != BH_TEST_EQ || p->quantity != BH_QUANTITY_ONE)
                return all;
        return must(w, (any_meets(p, &loopback4) ? 0 : BH_IR_AWAY4) | (any_meets(p, &loopback6) ? 0 : BH_IR_AWAY6));
}

static struct rows of_ring(struct wants *w, const struct bh_pred *p) {
        return w->connects ? of_bool(w, p, BH_IR_RING) : all;
}

static struct rows of_arg(struct wants *w, const struct bh_pred *p, const struct bh_field_arg *arg) {
        switch (arg->given && w->source->arg_view ? w->source->arg_view(w->type, arg->key) : BH_ARG_UNSEEN) {
        case BH_ARG_PATH: return of_paths(w, p);
        case BH_ARG_FAMILY: return of_odd(w, (p->test == BH_TEST_EQ || p->test == BH_TEST_CONTAINS) && odd_families(p));
        case BH_ARG_TYPE: return of_odd(w, p->test == BH_TEST_EQ && raw_types(p));
        case BH_ARG_MISSING: return (struct rows){ 0 };
        default: return all;
        }
}

/* A check that holds. */
static struct rows of_pred(struct wants *w, const struct bh_pred *p) {
        const struct bh_operand *o = &w->p->operands.at[p->operand];

        if (o->kind != BH_OPERAND_FIELD)
                return all;
        if (o->field->kernel == BH_KV_ENDS)
                return of_remote(w, p);
        if (p->quantity != BH_QUANTITY_ONE)
                return all;
        switch (o->field->kernel) {
        case BH_KV_PATH: return w->opens ? of_paths(w, p) : all;
        case BH_KV_DIRECTORY: return w->opens ? of_directory(w, p) : all;
        case BH_KV_FILENAME: return w->opens ? of_filename(w, p) : all;
        case BH_KV_ARG: return of_arg(w, p, &o->arg);
        case BH_KV_OPEN_WRITE: return of_bool(w, p, BH_IR_WRITE);
        case BH_KV_OPEN_READ: return of_bool(w, p, BH_IR_READ);
        case BH_KV_OPEN_EXEC: return of_bool(w, p, BH_IR_EXEC);
        case BH_KV_FD_KIND: return of_kind(w, p);
        case BH_KV_IN_CONTAINER: return of_container(w, p);
        case BH_KV_FAILED: return of_failed(w, p, o);
        case BH_KV_REMOTE: return of_remote(w, p);
        case BH_KV_RING: return of_ring(w, p);
        default: return all;
        }
}

/* A check that does not hold, or of what is missing. */
static struct rows of_not(struct wants *w, const struct bh_pred *p) {
        const struct bh_operand *o = &w->p->operands.at[p->operand];
        bool is_remote = o->kind == BH_OPERAND_FIELD && (o->field->kernel == BH_KV_REMOTE || o->field->kernel == BH_KV_ENDS);

        return is_remote && w->connects && p->test == BH_TEST_EQ && p->nets ? of_outside(w, p) : all;
}

/* ---- joined ---- */

static bool cannot_be(uint32_t bits) {
        return (bits & (BH_IR_CONTAINER | BH_IR_HOST)) == (BH_IR_CONTAINER | BH_IR_HOST) ||
               (bits & (BH_IR_SUCCESS | BH_IR_FAILURE)) == (BH_IR_SUCCESS | BH_IR_FAILURE) ||
               (bits & (BH_IR_INET | BH_IR_LOCAL)) == (BH_IR_INET | BH_IR_LOCAL);
}

/* Both: all flags of both, and of two sets of paths the smaller. */
static struct rows both(struct wants *w, const struct rows *a, const struct rows *b) {
        struct rows r = { 0 };

        if (a->everything || b->everything)
                return a->everything ? *b : *a;
        if (a->at.len * b->at.len > ROWS_MAX)
                return a->at.len < b->at.len ? *a : *b;
        for (size_t i = 0; i < a->at.len; i++)
                for (size_t k = 0; k < b->at.len; k++) {
                        struct bh_interest_row row = a->at.at[i];
                        const struct bh_interest_row *other = &b->at.at[k];

                        row.must |= other->must;
                        if (row.paths.len == 0 || (other->paths.len && other->paths.len < row.paths.len))
                                row.paths.at = other->paths.at, row.paths.len = other->paths.len, row.paths.cap = other->paths.len;
                        if (!cannot_be(row.must))
                                *bh_vec_add(w->arena, &r.at) = row;
                }
        return r;
}

static bool same_paths(const struct bh_interest_row *a, const struct bh_interest_row *b) {
        if (a->paths.len != b->paths.len)
                return false;
        for (size_t i = 0; i < a->paths.len; i++)
                if (a->paths.at[i].test != b->paths.at[i].test || !bh_str_eq(a->paths.at[i].text, b->paths.at[i].text))
                        return false;
        return true;
}

/* Whether `wide` accepts all that `row` does, as far as flags and equal paths tell. */
static bool covers(const struct bh_interest_row *wide, const struct bh_interest_row *row) {
        return (wide->must & ~row->must) == 0 && (wide->paths.len == 0 || same_paths(wide, row));
}

static bool is_covered(const struct rows *r, const struct bh_interest_row *row) {
        for (size_t i = 0; i < r->at.len; i++)
                if (covers(&r->at.at[i], row))
                        return true;
        return false;
}

/* Rows of the same flags share their paths. */
static struct bh_interest_row *mergeable(struct rows *r, const struct bh_interest_row *row) {
        for (size_t i = 0; i < r->at.len && row->paths.len; i++)
                if (r->at.at[i].must == row->must && r->at.at[i].paths.len)
                        return &r->at.at[i];
        return NULL;
}

static void add_paths(struct wants *w, struct bh_interest_row *to, const struct bh_interest_row *from) {
        struct bh_interest_row fresh = { .must = to->must };

        for (size_t i = 0; i < to->paths.len; i++)
                *bh_vec_add(w->arena, &fresh.paths) = to->paths.at[i];
        for (size_t i = 0; i < from->paths.len; i++) {
                size_t k = 0;

                while (k < fresh.paths.len &&
                       !(fresh.paths.at[k].test == from->paths.at[i].test && bh_str_eq(fresh.paths.at[k].text, from->paths.at[i].text)))
                        k++;
                if (k == fresh.paths.len)
                        *bh_vec_add(w->arena, &fresh.paths) = from->paths.at[i];
        }
        *to = fresh;
}

static void either(struct wants *w, struct rows *r, const struct rows *more) {
        r->everything |= more->everything;
        for (size_t i = 0; i < more->at.len && !r->everything; i++) {
                const struct bh_interest_row *row = &more->at.at[i];
                struct bh_interest_row *to;

                if (is_covered(r, row))
                        continue;
                to = mergeable(r, row);
                if (to)
                        add_paths(w, to, row);
                else
                        *bh_vec_add(w->arena, &r->at) = *row;
                if (r->at.len > ROWS_MAX || (row->must == 0 && row->paths.len == 0))
                        r->everything = true;
        }
}

static struct rows rows_of(struct wants *w, bh_ref ref) {
        const struct bh_gate *g = &w->p->gates.at[BH_REF_NODE(ref)];
        struct rows r = { 0 };

        if (g->kind == BH_GATE_TRUE)
                return ref == BH_REF_TRUE ? all : r;
        if (g->kind == BH_GATE_PRED)
                return BH_REF_IS_NOT(ref) ? of_not(w, &w->p->preds.at[g->pred]) : of_pred(w, &w->p->preds.at[g->pred]);
        if (g->kind != BH_GATE_ALL)
                return all;
        if (!BH_REF_IS_NOT(ref)) {
                r = all;
                for (uint32_t i = 0; i < g->n_refs; i++) {
                        struct rows child = rows_of(w, g->refs[i]);

                        r = both(w, &r, &child);
                }
                return r;
        }
        for (uint32_t i = 0; i < g->n_refs; i++) { /* not all: the opposite of one of them */
                struct rows child = rows_of(w, BH_REF_NOT(g->refs[i]));

                either(w, &r, &child);
        }
        return r;
}

/* ---- a whole set ---- */

/* Events that make the descriptor they are about. */
static bool opens_file(const char *type) {
        static const char *const opens[] = { "open", "openat", "openat2", "creat", "open_by_handle_at" };

        return bh_str_among(bh_str_of(type), opens, BH_LEN(opens));
}

static void publish(const struct rows *r, uint8_t *ret_all, struct bh_interest_rows *ret) {
        if (r->everything)
                *ret_all = BH_INTEREST_ALL;
        else if (r->at.len) {
                *ret_all = BH_INTEREST_ROWS;
                *ret = r->at;
        }
}

static struct wants wants_of(const struct bh_ruleset *set, unsigned type, struct bh_arena *arena) {
        const char *name = set->source->type_name ? set->source->type_name(type) : NULL;

        return (struct wants){ .p = &set->program, .arena = arena, .source = set->source, .type = type,
                               .opens = name && opens_file(name), .connects = name && strcmp(name, "connect") == 0 };
}

/* asks_words: by rule. */
static void want_type(const struct bh_ruleset *set, unsigned type, const bool *asks_words, struct bh_arena *arena, struct bh_interest_type *ret) {
        const struct bh_sorted *s = &set->sorted;
        const struct bh_group *g = s->group_of_type[type] ? &s->groups[s->group_of_type[type] - 1] : NULL;
        struct wants w = wants_of(set, type, arena);
        struct rows r = { 0 }, words = { 0 };

        for (uint32_t i = 0; g && i < g->n; i++) {
                struct rows rule = rows_of(&w, g->entries[i].whole);

                either(&w, &r, &rule);
                if (w.opens && asks_words[g->entries[i].rule])
                        either(&w, &words, &rule);
        }
        publish(&r, &ret->all, &ret->rows);
        publish(&words, &ret->all_words, &ret->words);
}

void bh_interest_of_rule(const struct bh_ruleset *set, unsigned type, const struct bh_entry *e, struct bh_arena *arena, struct bh_interest_type *ret) {
        struct wants w = wants_of(set, type, arena);
        struct rows rule = rows_of(&w, e->whole), r = { 0 };

        either(&w, &r, &rule);
        publish(&r, &ret->all, &ret->rows);
}

/* What only the caller's words tell of an open; whether they changed under way is seen when they are fetched. */
static bool is_word(struct bh_str operand) {
        static const char *const words[] = { "fd.nameraw", "evt.args", "evt.arg[name]", "evt.arg[path]", "evt.arg[0]", "evt.arg[1]", "evt.arg[2]",
                                             "evt.rawarg[name]", "evt.rawarg[path]", "evt.raced" };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_starts(operand, bh_str_of(words[i])))
                        return true;
        return false;
}

/* Which rules ask for or print the words of an open: from below upwards, what something is made of was there before it. */
static const bool *rules_asking_words(const struct bh_ruleset *set, struct bh_arena *arena) {
        const struct bh_program *p = &set->program;
        bool *operands = bh_arena_array(arena, bool, p->operands.len), *gates = bh_arena_array(arena, bool, p->gates.len),
             *rules = bh_arena_array(arena, bool, set->n_rules);

        for (size_t i = 0; i < p->operands.len; i++) {
                operands[i] = is_word(p->operands.at[i].text);
                for (uint32_t k = 0; k < p->operands.at[i].n_operands; k++)
                        operands[i] |= operands[p->operands.at[i].operands[k]];
        }
        for (size_t i = 0; i < p->gates.len; i++) {
                const struct bh_gate *g = &p->gates.at[i];
                const struct bh_pred *pred = g->kind == BH_GATE_PRED ? &p->preds.at[g->pred] : NULL;

                gates[i] = pred && (operands[pred->operand] || (pred->test == BH_TEST_RIGHT && operands[pred->right]));
                for (uint32_t k = 0; k < g->n_refs; k++)
                        gates[i] |= gates[BH_REF_NODE(g->refs[k])];
        }
        for (uint32_t i = 0; i < set->n_rules; i++) {
                const struct bh_rule_own *own = set->rules[i];

                rules[i] = gates[BH_REF_NODE(own->ref)];
                for (size_t k = 0; k < own->format.parts.len; k++)
                        rules[i] |= own->format.parts.at[k].is_field && operands[own->format.parts.at[k].operand];
        }
        return rules;
}

/* Which operands rules that are on ask for or print: a set holds those of rules that are off, too. */
struct asked {
        const struct bh_program *p;
        bool *gates, *preds, *operands;
};

static void ask_rule(struct asked *a, const struct bh_rule_own *own) {
        a->gates[BH_REF_NODE(own->ref)] = true;
        for (size_t i = 0; i < own->format.parts.len; i++)
                if (own->format.parts.at[i].is_field)
                        a->operands[own->format.parts.at[i].operand] = true;
}

/* From above downwards: what something is made of was there before it. */
static void ask_parts(struct asked *a) {
        const struct bh_program *p = a->p;

        for (size_t i = p->gates.len; i-- > 0;) {
                const struct bh_gate *g = &p->gates.at[i];

                if (a->gates[i] && g->kind == BH_GATE_PRED)
                        a->preds[g->pred] = true;
                for (uint32_t k = 0; a->gates[i] && k < g->n_refs; k++)
                        a->gates[BH_REF_NODE(g->refs[k])] = true;
        }
        for (size_t i = 0; i < p->preds.len; i++)
                if (a->preds[i]) {
                        a->operands[p->preds.at[i].operand] = true;
                        if (p->preds.at[i].test == BH_TEST_RIGHT)
                                a->operands[p->preds.at[i].right] = true;
                }
        for (size_t i = p->operands.len; i-- > 0;)
                for (uint32_t k = 0; a->operands[i] && k < p->operands.at[i].n_operands; k++)
                        a->operands[p->operands.at[i].operands[k]] = true;
}

static const bool *asked_operands(const struct bh_ruleset *set, struct bh_arena *arena) {
        const struct bh_program *p = &set->program;
        struct asked a = { p, bh_arena_array(arena, bool, p->gates.len), bh_arena_array(arena, bool, p->preds.len),
                           bh_arena_array(arena, bool, p->operands.len) };

        for (uint32_t i = 0; i < set->n_rules; i++)
                ask_rule(&a, set->rules[i]);
        ask_parts(&a);
        return a.operands;
}

/* Fields that a kernel has to fetch for, if any rule asks for them or prints them. */
static void want_costly(const struct bh_ruleset *set, struct bh_arena *arena, struct bh_interest *ret) {
        static const char *const env[] = { "proc.env", "proc.aenv" }, *const cwd[] = { "proc.cwd" }, *const data[] = { "evt.buffer" }, *const raced[] = { "evt.raced" };
        const struct {
                const char *const *names;
                size_t n;
                bool *wanted;
        } rows[] = { { env, BH_LEN(env), &ret->wants_env }, { cwd, BH_LEN(cwd), &ret->wants_cwd }, { data, BH_LEN(data), &ret->wants_data },
                     { raced, BH_LEN(raced), &ret->wants_raced } };
        const struct bh_operand_vec *operands = &set->program.operands;
        const bool *asked = asked_operands(set, arena);

        for (size_t o = 0; o < operands->len; o++)
                for (size_t r = 0; r < BH_LEN(rows) && asked[o]; r++)
                        for (size_t i = 0; i < rows[r].n; i++)
                                *rows[r].wanted |= bh_str_starts(operands->at[o].text, bh_str_of(rows[r].names[i]));
}

void bh_rules_interest(const struct bh_rules *rules, const struct bh_source *source, struct bh_arena *arena, struct bh_interest *ret) {
        const struct bh_ruleset *set = bh_rules_set(rules, source);
        struct bh_interest in = { .n_types = source->n_types };

        const bool *asks_words = set ? rules_asking_words(set, arena) : NULL;

        in.types = bh_arena_array(arena, struct bh_interest_type, in.n_types);
        for (unsigned t = 0; set && t < in.n_types && t < set->sorted.n_types; t++)
                want_type(set, t, asks_words, arena, &in.types[t]);
        if (set)
                want_costly(set, arena, &in);
        *ret = in;
}
