/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "model/process.h"
#include "rule/rules.h"

enum { RULES = 6, EVENTS = 12, NODES = 200, TYPES = 4, FIELDS = 9, DEPTH = 5 };

enum { F_TYPE, F_NAME, F_PNAME, F_PATH, F_WRITE, F_CONTAINER, F_RESULT, F_LIST, F_OTHER };

struct event {
        unsigned type;
        bool have[FIELDS];
        const char *text[FIELDS];
        bool write;
        int64_t result;
        struct bh_value list[3];
        size_t n_list;
        struct bh_process_memo *memo;
};

static const char *const type_names[TYPES] = { "open", "openat", "execve", "connect" };
static const char *const words[] = { "a", "b", "ab", "ba", "abc", "host", "" };
static const char *const paths[] = { "/a", "/a/b", "/a/bc", "/b", "/etc/x", "/etc", "/" };

static const char *type_name(unsigned t) {
        return t < TYPES ? type_names[t] : NULL;
}

static unsigned type_of(const void *e) {
        return ((const struct event *) e)->type;
}

static struct bh_process_memo *memo(const void *e, uint64_t *ret_key) {
        static const unsigned of_process[] = { F_NAME, F_PNAME, F_CONTAINER };
        const struct event *x = e;

        *ret_key = 1;
        for (size_t i = 0; i < BH_LEN(of_process); i++) {
                bool have = x->have[of_process[i]];

                *ret_key = *ret_key * 0x100000001b3ull + have;
                for (const char *c = x->text[of_process[i]]; have && *c; c++)
                        *ret_key = *ret_key * 0x100000001b3ull + (uint8_t) *c;
        }
        return x->memo;
}

static bool get(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct event *e = event;

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = self->type, .str = bh_str_of(self->tag == F_TYPE ? type_names[e->type] : e->text[self->tag]) };
        if (self->tag == F_WRITE)
                ret->b = e->write;
        if (self->tag == F_RESULT)
                ret->i = e->result;
        if (self->tag == F_LIST) {
                ret->is_list = true;
                ret->list.at = e->list;
                ret->list.n = e->n_list;
        }
        return self->tag == F_TYPE || e->have[self->tag];
}

static const struct bh_field fields[FIELDS] = {
        { "evt.type", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_TYPE, BH_KV_NONE, F_TYPE, "", get },
        { "proc.name", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE, F_NAME, "", get },
        { "proc.pname", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE, F_PNAME, "", get },
        { "fd.name", BH_V_PATH, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_PATH, F_PATH, "", get },
        { "evt.is_open_write", BH_V_BOOL, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_OPEN_WRITE, F_WRITE, "", get },
        { "container.id", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_IN_CONTAINER, F_CONTAINER, "", get },
        { "evt.rawres", BH_V_INT, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_FAILED, F_RESULT, "", get },
        { "proc.argv", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_LIST, BH_KV_NONE, F_LIST, "", get },
        { "evt.other", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE, F_OTHER, "", get },
};

static uint64_t traits(const void *event) {
        const struct event *e = event;
        bool host = strcmp(e->text[F_CONTAINER], "host") == 0;

        return (e->have[F_WRITE] && e->write ? 1u : 0) | (e->result >= 0 ? 2u : 0) | (e->have[F_CONTAINER] ? host ? 4u : 8u : 0);
}

static const struct bh_trait trait_table[] = {
        { "evt.is_open_write", "=", "true", 1 },
        { "evt.rawres", ">=", "0", 2 },
        { "container.id", "=", "host", 4 },
        { "container.id", "!=", "host", 8 },
        { 0 },
};

static const struct bh_source source = { .name = "syscall", .fields = fields, .n_fields = FIELDS, .type_name = type_name, .type_of = type_of,
                                         .n_types = TYPES, .memo = memo, .traits = traits, .trait_table = trait_table };

static unsigned roll(struct rule_dice *d, unsigned sides) {
        if (d->left == 0)
                return 0;
        d->left--;
        return *d->at++ % sides;
}

/* ---- a condition, as a tree that is read as it stands ---- */

enum { N_AND, N_OR, N_NOT, N_CHECK };
enum { OP_EQ, OP_NE, OP_IN, OP_STARTS, OP_ENDS, OP_CONTAINS, OP_PMATCH, OP_EXISTS, OP_LT, OP_GE, OP_INTERSECTS, OP_ANYOF };
static const char *const op_words[] = { "=", "!=", "in", "startswith", "endswith", "contains", "pmatch", "exists", "<", ">=", "intersects", "startswith anyof" };

struct node {
        unsigned kind, op, field, n;
        struct node *kids[3];
        const char *items[3];
        int64_t number;
};

struct tree {
        struct node nodes[NODES];
        unsigned used;
};

static void make_check(struct rule_dice *d, struct node *n) {
        static const unsigned text_ops[] = { OP_EQ, OP_NE, OP_IN, OP_STARTS, OP_ENDS, OP_CONTAINS, OP_PMATCH, OP_EXISTS, OP_ANYOF };

        n->kind = N_CHECK;
        n->field = roll(d, FIELDS);
        n->n = 1 + roll(d, 3);
        for (unsigned i = 0; i < n->n; i++)
                n->items[i] = n->field == F_TYPE   ? type_names[roll(d, TYPES)]
                              : n->field == F_PATH ? paths[roll(d, BH_LEN(paths))]
                                                   : words[roll(d, BH_LEN(words))];
        if (n->field == F_WRITE) {
                n->op = roll(d, 2) ? OP_EQ : OP_NE;
                n->items[0] = roll(d, 2) ? "true" : "false";
        } else if (n->field == F_RESULT) {
                n->op = roll(d, 2) ? OP_LT : OP_GE;
                n->number = (int64_t) roll(d, 3) - 1;
        } else if (n->field == F_LIST)
                n->op = roll(d, 2) ? OP_IN : OP_INTERSECTS;
        else
                n->op = text_ops[roll(d, BH_LEN(text_ops))];
}

static struct node *make(struct rule_dice *d, struct tree *t, unsigned depth) {
        struct node *n = &t->nodes[t->used++];
        bool top = depth == DEPTH; /* most rules are "all of these", and only such can be filtered */

        *n = (struct node){ .kind = depth == 0 || t->used > NODES - 8 ? N_CHECK : top && roll(d, 4) ? N_AND : roll(d, top ? 5 : 9) };
        if (n->kind >= N_CHECK) {
                make_check(d, n);
                return n;
        }
        n->n = n->kind == N_NOT ? 1 : 2 + roll(d, 2);
        for (unsigned i = 0; i < n->n; i++)
                n->kids[i] = make(d, t, depth - 1);
        return n;
}

static void print(const struct node *n, struct bh_buf *out) {
        if (n->kind == N_CHECK) {
                bh_buf_printf(out, "%s %s", fields[n->field].name, op_words[n->op]);
                if (n->op == OP_LT || n->op == OP_GE) {
                        bh_buf_printf(out, " %d", (int) n->number);
                } else if (n->op == OP_IN || n->op == OP_PMATCH || n->op == OP_INTERSECTS || n->op == OP_ANYOF) {
                        for (unsigned i = 0; i < n->n; i++)
                                bh_buf_printf(out, "%s'%s'", i ? ", " : " (", n->items[i]);
                        bh_buf_putc(out, ')');
                } else if (n->op != OP_EXISTS)
                        bh_buf_printf(out, " '%s'", n->items[0]);
                return;
        }
        bh_buf_puts(out, n->kind == N_NOT ? "not (" : "(");
        for (unsigned i = 0; i < n->n; i++) {
                if (i)
                        bh_buf_puts(out, n->kind == N_AND ? " and " : " or ");
                print(n->kids[i], out);
        }
        bh_buf_putc(out, ')');
}

static bool below(struct bh_str path, struct bh_str dir) {
        if (bh_str_is(dir, "/"))
                return true;
        return bh_str_starts(path, dir) && (path.len == dir.len || path.at[dir.len] == '/');
}

static bool check_one(const struct node *n, struct bh_str v, struct bh_str item) {
        switch (n->op) {
        case OP_STARTS:
        case OP_ANYOF: return bh_str_starts(v, item);
        case OP_ENDS: return bh_str_ends(v, item);
        case OP_CONTAINS: return bh_str_find(v, item) >= 0;
        case OP_PMATCH: return item.len == 0 || (v.at && below(v.len && v.at[0] == '/' ? bh_str_from(v, 1) : v, item.at[0] == '/' && item.len > 1 ? bh_str_from(item, 1) : item));
        default: return bh_str_eq(v, item);
        }
}

static bool any_item(const struct node *n, struct bh_str v) {
        unsigned items = n->op == OP_IN || n->op == OP_PMATCH || n->op == OP_INTERSECTS || n->op == OP_ANYOF ? n->n : 1;

        for (unsigned i = 0; i < items; i++)
                if (check_one(n, v, bh_str_of(n->items[i])))
                        return true;
        return false;
}

static bool read_list(const struct node *n, const struct event *e) {
        for (size_t i = 0; i < e->n_list; i++)
                if (any_item(n, e->list[i].str) != (n->op == OP_IN))
                        return n->op != OP_IN;
        return n->op == OP_IN && e->n_list > 0;
}

static bool read_check(const struct node *n, const struct event *e) {
        struct bh_str v = bh_str_of(n->field == F_TYPE ? type_names[e->type] : e->text[n->field]);

        if (n->field != F_TYPE && !e->have[n->field])
                return false;
        if (n->op == OP_EXISTS)
                return true;
        if (n->field == F_RESULT)
                return n->op == OP_LT ? e->result < n->number : e->result >= n->number;
        if (n->field == F_WRITE)
                return (n->op == OP_EQ) == (e->write == (n->items[0][0] == 't'));
        if (n->field == F_LIST)
                return read_list(n, e);
        return n->op == OP_NE ? !bh_str_eq(v, bh_str_of(n->items[0])) : any_item(n, v);
}

static bool read_tree(const struct node *n, const struct event *e) {
        bool found = false;

        if (n->kind == N_CHECK)
                return read_check(n, e);
        if (n->kind == N_NOT)
                return !read_tree(n->kids[0], e);
        for (unsigned i = 0; i < n->n && !found; i++)
                found = read_tree(n->kids[i], e) == (n->kind == N_OR);
        return found == (n->kind == N_OR);
}

/* ---- events, and what a kernel would let through ---- */

static void make_event(struct rule_dice *d, struct event *e) {
        *e = (struct event){ .type = roll(d, TYPES), .write = roll(d, 2), .result = (int64_t) roll(d, 3) - 1, .n_list = roll(d, 4) };
        for (unsigned f = 0; f < FIELDS; f++) {
                e->have[f] = roll(d, 8) != 7;
                e->text[f] = f == F_PATH ? paths[roll(d, BH_LEN(paths))] : words[roll(d, BH_LEN(words))];
        }
        e->have[F_RESULT] = true;
        for (size_t i = 0; i < e->n_list; i++)
                e->list[i] = (struct bh_value){ .type = BH_V_STRING, .str = bh_str_of(words[roll(d, BH_LEN(words))]) };
}

static bool path_fits(const struct bh_interest_path *p, struct bh_str path) {
        switch (p->test) {
        case BH_PATH_PREFIX: return bh_str_starts(path, p->text);
        case BH_PATH_EXACT: return bh_str_eq(path, p->text);
        case BH_PATH_NAME: return bh_str_eq(bh_str_basename(path), p->text);
        case BH_PATH_SUFFIX: return bh_str_ends(path, p->text);
        default: return true;
        }
}

static bool row_fits(const struct bh_interest_row *row, const struct event *e) {
        bool host = e->have[F_CONTAINER] && strcmp(e->text[F_CONTAINER], "host") == 0;
        uint32_t is = (e->write ? BH_IR_WRITE : BH_IR_READ) | (e->have[F_CONTAINER] ? host ? BH_IR_HOST : BH_IR_CONTAINER : 0) |
                      (e->result >= 0 ? BH_IR_SUCCESS : BH_IR_FAILURE);

        if (row->must & ~is & ~(uint32_t) (e->have[F_WRITE] ? 0 : BH_IR_WRITE))
                return false;
        for (size_t i = 0; i < row->paths.len; i++)
                if (path_fits(&row->paths.at[i], bh_str_of(e->text[F_PATH])))
                        return true;
        return row->paths.len == 0 || !e->have[F_PATH];
}

static bool let_through(const struct bh_interest *in, const struct event *e) {
        const struct bh_interest_type *t = &in->types[e->type];

        if (t->all != BH_INTEREST_ROWS)
                return t->all == BH_INTEREST_ALL;
        for (size_t i = 0; i < t->rows.len; i++)
                if (row_fits(&t->rows.at[i], e))
                        return true;
        return false;
}

/* ---- all of it ---- */

static char said[8192];

static const char *complain(const char *what, const struct event *e, unsigned rule, const struct bh_buf *text) {
        snprintf(said, sizeof said, "%s: rule %u, %s name=%s/%d pname=%s/%d path=%s/%d write=%d/%d container=%s/%d result=%d\n%.*s", what, rule,
                 type_names[e->type], e->text[F_NAME], e->have[F_NAME], e->text[F_PNAME], e->have[F_PNAME], e->text[F_PATH], e->have[F_PATH],
                 e->write, e->have[F_WRITE], e->text[F_CONTAINER], e->have[F_CONTAINER], (int) e->result, (int) text->len, text->at);
        return said;
}

static bool fired(const struct bh_rule *const *hits, size_t n, unsigned rule) {
        char name[8];

        snprintf(name, sizeof name, "r%u", rule);
        for (size_t i = 0; i < n; i++)
                if (bh_str_is(hits[i]->name, name))
                        return true;
        return false;
}

static const char *meet(struct bh_rule_run *run, const struct bh_interest *in, struct node *const *conditions, const struct event *e,
                        unsigned n_rules, const struct bh_buf *text) {
        const struct bh_rule *hits[RULES];
        size_t n = bh_rule_match(run, e, hits, RULES);

        for (unsigned r = 0; r < n_rules; r++) {
                bool should = read_tree(conditions[r], e);

                if (should != fired(hits, n, r))
                        return complain(should ? "does not fire" : "fires", e, r, text);
                if (should && !let_through(in, e))
                        return complain("fires, but was filtered", e, r, text);
        }
        return NULL;
}

static const char *meet_all(struct rule_dice *d, struct bh_rules *rules, struct node *const *conditions, unsigned n_rules, const struct bh_buf *text) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_rule_run *run = bh_rule_run_new(rules, &source);
        struct bh_process_memo memos[2] = { 0 };
        const char *wrong = NULL;
        struct bh_interest in;

        bh_rules_interest(rules, &source, arena, &in);
        for (unsigned i = 0; i < EVENTS && !wrong; i++) {
                struct event e;

                make_event(d, &e);
                for (unsigned k = 0; k < 6 && !wrong; k++) { /* without a memory, then with one that fills */
                        struct event again = e;

                        again.memo = k < 2 ? NULL : &memos[i % 2];
                        again.type = (e.type + k) % TYPES;
                        wrong = meet(run, &in, conditions, &again, n_rules, text);
                }
        }
        bh_rule_run_free(&run);
        bh_arena_free(&arena);
        return wrong;
}

const char *rule_random_try(struct rule_dice *d) {
        static const struct bh_source *const sources[] = { &source };
        struct bh_rules_opts opts = { .sources = sources, .n_sources = 1, .least = BH_PRIORITY_DEBUG, .all_matches = true };
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct tree *trees = calloc(RULES, sizeof *trees);
        struct node *conditions[RULES];
        struct bh_rule_file file = { .name = BH_STR("dice") };
        struct bh_rules *rules = NULL;
        struct bh_err err = BH_ERR_NONE;
        const char *wrong = NULL;
        unsigned n_rules = 1 + roll(d, RULES);

        for (unsigned r = 0; trees && r < n_rules; r++) {
                conditions[r] = make(d, &trees[r], DEPTH);
                bh_buf_printf(&text, "- rule: r%u\n  desc: d\n  output: o\n  priority: INFO\n  condition: >\n    ", r);
                print(conditions[r], &text);
                bh_buf_putc(&text, '\n');
        }
        file.text = bh_buf_str(&text);
        if (bh_rules_load(&opts, &file, 1, &rules, &err) < 0)
                wrong = "does not load";
        else if (bh_rules_errors(rules)) {
                size_t n;
                const struct bh_rule_note *notes = bh_rules_notes(rules, &n);

                while (!notes->error)
                        notes++;
                snprintf(said, sizeof said, "%.*s\n%.*s", BH_FMT(notes->text), BH_FMT(file.text));
                wrong = said;
        } else
                wrong = meet_all(d, rules, conditions, n_rules, &text);
        bh_rules_unref(&rules);
        free(trees);
        return wrong;
}
