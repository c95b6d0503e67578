/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "rule/glob.h"

enum { FEWEST = 3, DEMANDS = 24, KEY_ITEMS = 600, KEY_DEPTH = 8 };

/* ---- what a condition demands of a text ---- */

struct wish {
        uint32_t operand;
        enum bh_key_kind kind;
        struct bh_str item;
        uint32_t who;
};

BH_VEC_OF(wish_vec, struct wish);

struct builder {
        struct bh_program *p;
        struct bh_sieve *s;
        struct wish_vec wishes;
};

static const struct bh_gate *gate_of(const struct builder *b, bh_ref ref) {
        return &b->p->gates.at[BH_REF_NODE(ref)];
}

/* The text an item can be found by, and how; empty: it cannot. A glob is found by what stands before its first special byte. */
static struct bh_str key_text(const struct bh_pred *p, struct bh_str item, enum bh_key_kind *ret_kind) {
        *ret_kind = p->test == BH_TEST_EQ ? BH_KEY_IS : p->test == BH_TEST_ENDS ? BH_KEY_ENDS : BH_KEY_BEGINS;
        if (p->test == BH_TEST_GLOB || p->test == BH_TEST_PATHS)
                item = bh_rule_glob_head(item);
        while (p->test == BH_TEST_PATHS && item.len > 1 && item.at[item.len - 1] == '/')
                item.len--;
        if (p->test == BH_TEST_PATHS && (item.len < 2 || item.at[0] != '/' || bh_str_find(item, BH_STR("//")) >= 0))
                return (struct bh_str){ 0 };
        return item;
}

static bool pred_wishes(const struct builder *b, uint32_t pred, uint32_t who, struct wish_vec *ret) {
        const struct bh_pred *p = &b->p->preds.at[pred];
        uint8_t type = b->p->operands.at[p->operand].type;
        bool texts = p->test == BH_TEST_EQ || p->test == BH_TEST_STARTS || p->test == BH_TEST_ENDS || p->test == BH_TEST_GLOB || p->test == BH_TEST_PATHS;

        if (!texts || p->traits || p->quantity != BH_QUANTITY_ONE || (type != BH_V_STRING && type != BH_V_PATH) || p->n_items + ret->len > KEY_ITEMS)
                return false;
        for (uint32_t i = 0; i < p->n_items; i++) {
                enum bh_key_kind kind;
                struct bh_str text = key_text(p, p->items[i], &kind);

                if (text.len == 0 && kind != BH_KEY_IS)
                        return false;
                *bh_vec_add(b->p->work, ret) = (struct wish){ p->operand, kind, text, who };
        }
        return true;
}

static bool find_wishes(const struct builder *b, bh_ref ref, uint32_t who, unsigned depth, struct wish_vec *ret);

static bool is_demand(const struct builder *b, bh_ref ref) {
        for (uint32_t i = 0; i < b->s->n_demands; i++)
                if (b->s->demands[i].ref == ref)
                        return true;
        return false;
}

/* All of these: the part with the fewest constants speaks for it, of those that are not asked for all anyway. */
static bool best_wishes(const struct builder *b, const struct bh_gate *g, uint32_t who, unsigned depth, struct wish_vec *ret) {
        struct wish_vec best = { 0 };

        for (uint32_t i = 0; i < g->n_refs; i++) {
                struct wish_vec own = { 0 };

                if (!is_demand(b, g->refs[i]) && find_wishes(b, g->refs[i], who, depth + 1, &own) && own.len && (best.len == 0 || own.len < best.len))
                        best = own;
        }
        for (size_t i = 0; i < best.len; i++)
                *bh_vec_add(b->p->work, ret) = best.at[i];
        return best.len > 0 && ret->len <= KEY_ITEMS;
}

/* Whatever makes it hold is among what is wished; false: it may hold for other reasons. */
static bool find_wishes(const struct builder *b, bh_ref ref, uint32_t who, unsigned depth, struct wish_vec *ret) {
        const struct bh_gate *g = gate_of(b, ref);

        if (depth > KEY_DEPTH)
                return false;
        if (g->kind == BH_GATE_PRED)
                return !BH_REF_IS_NOT(ref) && pred_wishes(b, g->pred, who, ret);
        if (g->kind != BH_GATE_ALL)
                return false;
        if (!BH_REF_IS_NOT(ref))
                return best_wishes(b, g, who, depth, ret);
        for (uint32_t i = 0; i < g->n_refs; i++)
                if (!find_wishes(b, BH_REF_NOT(g->refs[i]), who, depth + 1, ret))
                        return false;
        return true;
}

/* ---- tables ---- */

static void set_bit(uint64_t *words, uint32_t bit) {
        words[bit / 64] |= 1ull << (bit % 64);
}

static void add_bits(uint64_t *to, const uint64_t *from, uint32_t words) {
        for (uint32_t w = 0; w < words; w++)
                to[w] |= from[w];
}

static int by_bytes(struct bh_str a, struct bh_str b, bool from_end) {
        if (!from_end)
                return bh_str_cmp(a, b);
        for (size_t i = 1; i <= a.len && i <= b.len; i++) {
                unsigned char x = (unsigned char) a.at[a.len - i], y = (unsigned char) b.at[b.len - i];

                if (x != y)
                        return x < y ? -1 : 1;
        }
        return (a.len > b.len) - (a.len < b.len);
}

static int by_place(const void *a, const void *b) {
        const struct wish *x = a, *y = b;

        if (x->operand != y->operand)
                return x->operand < y->operand ? -1 : 1;
        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        return by_bytes(x->item, y->item, x->kind == BH_KEY_ENDS);
}

static bool fits(const struct bh_sieve_key *k, struct bh_str s, struct bh_str item) {
        return k->kind == BH_KEY_ENDS ? bh_str_ends(s, item) : bh_str_starts(s, item);
}

enum { HEAD = 4 };

static unsigned head_of(const struct bh_sieve_key *k, struct bh_str s) {
        return bh_set_bit(k->kind == BH_KEY_ENDS ? s.at + s.len - HEAD : s.at);
}

static void note_head(struct bh_sieve_key *k, struct bh_str s) {
        if (s.len < HEAD)
                k->tiny = true;
        else
                set_bit(k->heads, head_of(k, s));
}

/* Most texts end here. */
static bool may_fit(const struct bh_sieve_key *k, struct bh_str s) {
        unsigned head;

        if (k->tiny)
                return true;
        if (s.len < HEAD)
                return false;
        head = head_of(k, s);
        return k->heads[head / 64] >> (head % 64) & 1;
}

/* In order, an item comes right behind those it begins with: the one before, or one of that one's own. */
static void link_shorter(struct bh_sieve_key *k, uint32_t words) {
        for (uint32_t i = 0; i < k->n; i++) {
                int32_t at = (int32_t) i - 1;

                while (at >= 0 && !fits(k, k->items[i], k->items[at]))
                        at = k->shorter[at];
                k->shorter[i] = at;
                if (at >= 0)
                        add_bits(k->who + (size_t) i * words, k->who + (size_t) at * words, words);
        }
}

/* Wishes of one operand and kind, in order of their items. */
static void make_key(struct builder *b, const struct wish *wishes, size_t n, struct bh_sieve_key *k) {
        uint32_t words = b->s->words;
        struct bh_arena *arena = b->p->arena;

        *k = (struct bh_sieve_key){ .operand = wishes->operand, .kind = wishes->kind };
        k->items = bh_arena_array(arena, struct bh_str, n);
        k->who = bh_arena_array(arena, uint64_t, n * words);
        k->all = bh_arena_array(arena, uint64_t, words);
        for (size_t i = 0; i < n; i++) {
                if (k->n == 0 || !bh_str_eq(k->items[k->n - 1], wishes[i].item))
                        k->items[k->n++] = wishes[i].item;
                set_bit(k->who + (size_t) (k->n - 1) * words, wishes[i].who);
                set_bit(k->all, wishes[i].who);
        }
        if (k->kind == BH_KEY_IS) {
                bh_set_build(arena, k->items, k->n, &k->set);
        } else {
                k->shorter = bh_arena_array(arena, int32_t, k->n);
                link_shorter(k, words);
                for (uint32_t i = 0; i < k->n; i++)
                        note_head(k, k->items[i]);
        }
}

static void make_keys(struct builder *b) {
        struct wish *w = b->wishes.at;
        size_t n = b->wishes.len, from = 0, keys = 1;

        if (n == 0)
                return;
        qsort(w, n, sizeof *w, by_place);
        for (size_t i = 1; i < n; i++)
                keys += w[i].operand != w[i - 1].operand || w[i].kind != w[i - 1].kind;
        b->s->keys = bh_arena_array(b->p->arena, struct bh_sieve_key, keys);
        for (size_t i = 1; i <= n; i++)
                if (i == n || w[i].operand != w[from].operand || w[i].kind != w[from].kind) {
                        make_key(b, w + from, i - from, &b->s->keys[b->s->n_keys++]);
                        from = i;
                }
}

/* ---- demands ---- */

struct demand {
        bh_ref ref;
        uint32_t count, cost;
};

/* Whether it says that something is so: what says that something is not ("and not an exception") holds nearly always. */
static bool affirms(const struct builder *b, bh_ref ref, unsigned depth) {
        const struct bh_gate *g = gate_of(b, ref);
        bool not = BH_REF_IS_NOT(ref), any = false, all = true;

        if (g->kind == BH_GATE_PRED)
                return !not && b->p->preds.at[g->pred].test != BH_TEST_NE && b->p->preds.at[g->pred].test != BH_TEST_EXISTS;
        if (g->kind != BH_GATE_ALL || depth > KEY_DEPTH)
                return false;
        for (uint32_t i = 0; i < g->n_refs; i++) {
                bool yes = affirms(b, g->refs[i] ^ not, depth + 1);

                any |= yes;
                all &= yes;
        }
        return not ? all : any; /* not all: one of the opposites */
}

static int by_use(const void *a, const void *b) {
        const struct demand *x = a, *y = b;
        uint64_t p = (uint64_t) x->count * (y->cost + 1), q = (uint64_t) y->count * (x->cost + 1);

        return p != q ? p < q ? 1 : -1 : (x->ref > y->ref) - (x->ref < y->ref);
}

static size_t parts_of(const struct builder *b, const bh_ref *ref, const bh_ref **ret) {
        const struct bh_gate *g = gate_of(b, *ref);
        bool all = g->kind == BH_GATE_ALL && !BH_REF_IS_NOT(*ref);

        *ret = all ? g->refs : ref;
        return all ? g->n_refs : 1;
}

/* Adds what `ref` demands of the traits; true: that is all that it demands. */
static bool add_traits(const struct builder *b, bh_ref ref, unsigned depth, struct bh_sieve_traits *to) {
        const struct bh_gate *g = gate_of(b, ref);
        uint64_t traits = g->kind == BH_GATE_PRED ? b->p->preds.at[g->pred].traits : 0;
        bool whole = true;

        if (g->kind == BH_GATE_ALL && !BH_REF_IS_NOT(ref) && depth < KEY_DEPTH) {
                for (uint32_t i = 0; i < g->n_refs; i++)
                        whole &= add_traits(b, g->refs[i], depth + 1, to);
                return whole;
        }
        if (!traits || (!BH_REF_IS_NOT(ref) && traits & (traits - 1) && to->any && to->any != traits))
                return false;
        if (BH_REF_IS_NOT(ref))
                to->none |= traits;
        else if (traits & (traits - 1))
                to->any = traits;
        else
                to->all |= traits;
        return true;
}

static bool is_of_traits(const struct builder *b, bh_ref ref) {
        struct bh_sieve_traits none = { 0 };

        return add_traits(b, ref, 0, &none);
}

/* Conditions that demand the same are one. */
static void make_traits(struct builder *b, const bh_ref *refs, size_t n) {
        struct bh_sieve *s = b->s;

        s->traits = bh_arena_array(b->p->arena, struct bh_sieve_traits, n);
        for (uint32_t i = 0; i < n; i++) {
                struct bh_sieve_traits own = { 0 };
                uint32_t k = 0;

                (void) add_traits(b, refs[i], 0, &own);
                if (!(own.all | own.any | own.none))
                        continue;
                while (k < s->n_traits && (s->traits[k].all != own.all || s->traits[k].any != own.any || s->traits[k].none != own.none))
                        k++;
                if (k == s->n_traits) {
                        s->traits[s->n_traits++] = own;
                        s->traits[k].who = bh_arena_array(b->p->arena, uint64_t, s->words);
                }
                set_bit(s->traits[k].who, i);
        }
}

static void count_demand(struct builder *b, struct demand *demands, size_t *n, bh_ref ref) {
        for (size_t i = 0; i < *n; i++)
                if (demands[i].ref == ref) {
                        demands[i].count++;
                        return;
                }
        demands[(*n)++] = (struct demand){ ref, 1, gate_of(b, ref)->cost };
}

static void make_demands(struct builder *b, const bh_ref *refs, size_t n) {
        size_t max = 0, n_demands = 0;
        struct demand *demands;
        const bh_ref *parts;

        for (size_t i = 0; i < n; i++)
                max += parts_of(b, &refs[i], &parts);
        demands = bh_arena_array(b->p->work, struct demand, max);
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0, m = parts_of(b, &refs[i], &parts); k < m; k++)
                        count_demand(b, demands, &n_demands, parts[k]);
        qsort(demands, n_demands, sizeof *demands, by_use);
        b->s->demands = bh_arena_array(b->p->arena, struct bh_sieve_demand, DEMANDS);
        for (size_t d = 0; d < n_demands && b->s->n_demands < DEMANDS; d++) {
                struct bh_sieve_demand *to = &b->s->demands[b->s->n_demands];

                if (demands[d].count < 2 || demands[d].ref == BH_REF_TRUE || is_of_traits(b, demands[d].ref) || !affirms(b, demands[d].ref, 0))
                        continue;
                *to = (struct bh_sieve_demand){ demands[d].ref, bh_arena_array(b->p->arena, uint64_t, b->s->words) };
                b->s->n_demands++;
                for (size_t i = 0; i < n; i++)
                        for (size_t k = 0, m = parts_of(b, &refs[i], &parts); k < m; k++)
                                if (parts[k] == to->ref)
                                        set_bit(to->who, (uint32_t) i);
        }
}

const struct bh_sieve *bh_sieve_build(struct bh_program *p, const bh_ref *refs, size_t n) {
        struct bh_sieve *s = bh_arena_make(p->arena, struct bh_sieve);
        struct builder b = { .p = p, .s = s };

        if (n < FEWEST || n > BH_SIEVE_WORDS * 64)
                return NULL;
        s->n = (uint32_t) n;
        s->words = (uint32_t) (n + 63) / 64;
        s->unkeyed = bh_arena_array(p->arena, uint64_t, s->words);
        make_traits(&b, refs, n);
        make_demands(&b, refs, n);
        for (uint32_t i = 0; i < n; i++) {
                struct wish_vec own = { 0 };

                if (!find_wishes(&b, refs[i], i, 0, &own)) {
                        set_bit(s->unkeyed, i);
                        continue;
                }
                for (size_t k = 0; k < own.len; k++)
                        *bh_vec_add(p->work, &b.wishes) = own.at[k];
        }
        make_keys(&b);
        return s;
}

/* ---- an event ---- */

static bool any_of(const uint64_t *a, const uint64_t *b, uint32_t words) {
        uint64_t any = 0;

        for (uint32_t w = 0; w < words; w++)
                any |= a[w] & b[w];
        return any != 0;
}

/* The greatest item not above the text is one the text begins with, or shows the way to all such. */
static int32_t find_ends(const struct bh_sieve_key *k, struct bh_str s) {
        uint32_t low = 0, high = k->n;
        int32_t at;

        if (!may_fit(k, s))
                return -1;
        while (low < high) {
                uint32_t mid = (low + high) / 2;

                if (by_bytes(k->items[mid], s, k->kind == BH_KEY_ENDS) <= 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        for (at = (int32_t) low - 1; at >= 0 && !fits(k, s, k->items[at]);)
                at = k->shorter[at];
        return at;
}

static int32_t find_in(const struct bh_sieve_key *k, struct bh_str s) {
        if (k->kind != BH_KEY_IS)
                return find_ends(k, s);
        return bh_set_may(&k->set, s) ? bh_set_find(&k->set, s, k->set.slots ? bh_set_hash(s) : 0) : -1;
}

static bool ask_keys(const struct bh_sieve *s, struct bh_run *run, uint64_t *bits) {
        uint64_t *found = run->bits[1], left = 0;

        memcpy(found, s->unkeyed, s->words * sizeof *found);
        for (uint32_t i = 0; i < s->n_keys; i++) {
                const struct bh_sieve_key *k = &s->keys[i];
                const struct bh_value *v;
                int32_t at;

                if (!any_of(bits, k->all, s->words))
                        continue;
                v = bh_run_get(run, k->operand);
                run->asked++;
                if (!v)
                        continue;
                if (v->is_list || !bh_type_is_text(v->type)) { /* not what its row says: no table for it */
                        add_bits(found, k->all, s->words);
                        continue;
                }
                at = find_in(k, v->str);
                if (at >= 0)
                        add_bits(found, k->who + (size_t) at * s->words, s->words);
        }
        for (uint32_t w = 0; w < s->words; w++)
                left |= bits[w] &= found[w];
        return left != 0;
}

static bool hold(const struct bh_sieve_traits *f, uint64_t traits) {
        return (traits & f->all) == f->all && (!f->any || traits & f->any) && !(traits & f->none);
}

/* The same as below for up to 64 conditions, which is what most sets have of a type. */
static bool run_word(const struct bh_sieve *s, struct bh_run *run, uint64_t *bits) {
        uint64_t left = *bits, found = *s->unkeyed, traits = s->n_traits ? bh_run_traits(run) : 0;

        for (uint32_t i = 0; i < s->n_traits; i++)
                left &= hold(&s->traits[i], traits) ? ~0ull : ~*s->traits[i].who;
        for (uint32_t d = 0; d < s->n_demands && left; d++)
                if ((left & *s->demands[d].who) && !bh_run_eval(run, s->demands[d].ref))
                        left &= ~*s->demands[d].who;
        for (uint32_t i = 0; i < s->n_keys; i++) {
                const struct bh_sieve_key *k = &s->keys[i];
                const struct bh_value *v;
                int32_t at;

                if (!(left & *k->all & ~found))
                        continue;
                v = bh_run_get(run, k->operand);
                run->asked++;
                if (v && (v->is_list || !bh_type_is_text(v->type)))
                        found |= *k->all;
                at = v && bh_type_is_text(v->type) && !v->is_list ? find_in(k, v->str) : -1;
                if (at >= 0)
                        found |= k->who[at];
        }
        *bits = left & found;
        return *bits != 0;
}

bool bh_sieve_run(const struct bh_sieve *s, struct bh_run *run, uint64_t *bits) {
        uint64_t traits = s->n_traits ? bh_run_traits(run) : 0;

        if (s->words == 1)
                return run_word(s, run, bits);
        for (uint32_t i = 0; i < s->n_traits; i++)
                for (uint32_t w = 0; w < s->words && !hold(&s->traits[i], traits); w++)
                        bits[w] &= ~s->traits[i].who[w];
        for (uint32_t d = 0; d < s->n_demands; d++) {
                const struct bh_sieve_demand *x = &s->demands[d];
                uint64_t left = 0;

                if (!any_of(bits, x->who, s->words) || bh_run_eval(run, x->ref))
                        continue;
                for (uint32_t w = 0; w < s->words; w++)
                        left |= bits[w] &= ~x->who[w];
                if (!left)
                        return false;
        }
        return ask_keys(s, run, bits);
}
