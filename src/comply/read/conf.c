/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/conf.h"

int bh_conf_add(struct bh_arena *arena, struct bh_conf *parent, struct bh_str file, unsigned line, struct bh_budget *budget, struct bh_conf **ret, struct bh_err *err) {
        int r = bh_budget_entries(budget, 1, err);
        struct bh_conf *node;

        if (r < 0)
                return r;
        node = bh_arena_make(arena, struct bh_conf);
        node->file = file;
        node->line = line;
        node->parent = parent;
        if (parent) {
                if (parent->last)
                        parent->last->next = node;
                else
                        parent->first = node;
                parent->last = node;
        }
        *ret = node;
        return 0;
}

void bh_conf_word(struct bh_arena *arena, struct bh_conf *node, struct bh_str word) {
        size_t n = node->n_args;

        if ((n & (n - 1)) == 0) /* room for twice as many at each power of two */
                node->args = bh_arena_grow(arena, node->args, n * sizeof *node->args, (n ? 2 * n : 1) * sizeof *node->args);
        node->args[node->n_args++] = word;
}

struct bh_str bh_conf_arg(const struct bh_conf *node, size_t i) {
        return node && i < node->n_args ? node->args[i] : BH_STR("");
}

struct bh_str bh_conf_args(struct bh_arena *arena, const struct bh_conf *node) {
        size_t total = 0, at = 0;
        char *out;

        if (!node || node->n_args == 0)
                return BH_STR("");
        if (node->n_args == 1)
                return node->args[0];
        for (size_t i = 0; i < node->n_args; i++)
                total += node->args[i].len + 1;
        out = bh_arena_bytes(arena, total);
        for (size_t i = 0; i < node->n_args; i++) {
                if (i)
                        out[at++] = ' ';
                for (size_t k = 0; k < node->args[i].len; k++)
                        out[at++] = node->args[i].at[k];
        }
        return (struct bh_str){ out, at };
}

bool bh_conf_is(const struct bh_conf *node, const char *name) {
        return bh_str_eq_nocase(node->name, bh_str_of(name));
}

enum { LONG = 16, NAME = 64 }; /* children of a long block; bytes of a name that are looked up */

static struct bh_str lowered(struct bh_str name, char *out) {
        for (size_t i = 0; i < name.len; i++)
                out[i] = bh_lower(name.at[i]);
        return (struct bh_str){ out, name.len };
}

static void index_block(struct bh_arena *arena, struct bh_conf *block) {
        struct bh_map *index;
        size_t n = 0;

        for (const struct bh_conf *c = block->first; c; c = c->next)
                n++;
        if (n < LONG)
                return;
        index = bh_arena_make(arena, struct bh_map);
        *index = bh_map_in(arena);
        for (struct bh_conf *c = block->first; c; c = c->next)
                if (c->name.len <= NAME)
                        (void) bh_map_set(index, lowered(c->name, bh_arena_bytes(arena, NAME)), c);
        block->index = index;
}

void bh_conf_index(struct bh_arena *arena, struct bh_conf *top) {
        index_block(arena, top);
        for (const struct bh_conf *n = bh_conf_walk(top, top); n; n = bh_conf_walk(top, n))
                if (n->first)
                        index_block(arena, n->first->parent);
}

const struct bh_conf *bh_conf_get(const struct bh_conf *block, const char *name) {
        const struct bh_conf *found = NULL;
        char key[NAME];

        if (block && block->index)
                return bh_map_get(block->index, lowered(bh_str_part(bh_str_of(name), 0, NAME), key));

        for (const struct bh_conf *n = block ? block->first : NULL; n; n = n->next)
                if (bh_conf_is(n, name))
                        found = n;
        return found;
}

const struct bh_conf *bh_conf_inherit(const struct bh_conf *block, const char *name) {
        const struct bh_conf *found = NULL;

        for (; block && !found; block = block->parent)
                found = bh_conf_get(block, name);
        return found;
}

void bh_conf_put_in(struct bh_conf *node, struct bh_conf *tree) {
        if (!tree->first)
                return;
        for (struct bh_conf *n = tree->first; n; n = n->next)
                n->parent = node->parent;
        tree->last->next = node->next;
        node->next = tree->first;
        if (node->parent && node->parent->last == node)
                node->parent->last = tree->last;
}

void bh_conf_put_first(struct bh_conf *block, struct bh_conf *tree) {
        if (!tree->first)
                return;
        for (struct bh_conf *n = tree->first; n; n = n->next)
                n->parent = block;
        tree->last->next = block->first;
        block->last = block->last ? block->last : tree->last;
        block->first = tree->first;
}

struct bh_str bh_conf_where(struct bh_arena *arena, const struct bh_conf *node) {
        return bh_arena_printf(arena, "%.*s:%u", BH_FMT(node->file), node->line);
}

const struct bh_conf *bh_conf_walk(const struct bh_conf *top, const struct bh_conf *node) {
        if (node->first)
                return node->first;
        while (node != top && !node->next)
                node = node->parent;
        return node == top ? NULL : node->next;
}

static bool goes_on(struct bh_str line) {
        return bh_str_ends(line, BH_STR("\\"));
}

/* The pieces are measured first, so that many of them cost no more than few. */
bool bh_conf_line(struct bh_arena *arena, struct bh_cur *c, struct bh_str *ret) {
        struct bh_str next;
        struct bh_cur ahead;
        size_t total, n = 0;
        char *out;

        if (!bh_cur_line(c, &next))
                return false;
        *ret = next;
        if (!goes_on(next))
                return true;
        ahead = *c;
        total = next.len;
        for (struct bh_str piece = next; goes_on(piece) && bh_cur_line(&ahead, &piece);)
                total += piece.len;
        out = bh_arena_bytes(arena, total);
        for (;;) {
                bool more = goes_on(next);

                for (size_t i = 0; i + more < next.len; i++)
                        out[n++] = next.at[i];
                if (!more || !bh_cur_line(c, &next))
                        break;
        }
        *ret = (struct bh_str){ out, n };
        return true;
}
