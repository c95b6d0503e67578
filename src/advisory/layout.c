/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/layout.h"

#include "base/hash.h"

/* In front of a statement: its status in the low four bits, then what follows. */
enum { STATUS_MASK = 15, HAS_ADVISORY = 16, HAS_MODULE = 32, HAS_ARCH = 64, HAS_FIX = 128, HAS_SEVERITY = 256,
       ONE_FIXED = 512 /* the one range that most have: below `fixed` */, HAS_RANGES = 1024, HAS_VERSIONS = 2048,
       HAS_SYMBOLS = 4096 };

uint64_t bh_index_package_hash(struct bh_str space, bool binary, struct bh_str name) {
        BH_CLEANUP(bh_buf_done) struct bh_buf key = { 0 };

        bh_buf_add(&key, space);
        bh_buf_puts(&key, binary ? "\nb\n" : "\ns\n");
        bh_buf_add(&key, name);
        return bh_hash64(bh_buf_str(&key));
}

void bh_index_put_date(struct bh_buf *b, int64_t s) {
        bh_buf_uvarint(b, ((uint64_t) s << 1) ^ (uint64_t) (s >> 63));
}

int64_t bh_index_get_date(struct bh_cur *c) {
        uint64_t v = bh_cur_uvarint(c);

        return (int64_t) (v >> 1) ^ -(int64_t) (v & 1);
}

static unsigned flags_of(const struct bh_index_statement *s) {
        bool one = s->n_ranges == 1 && !s->ranges[0].introduced && !s->ranges[0].last_affected && s->ranges[0].fixed;

        return (unsigned) s->status | (s->advisory ? HAS_ADVISORY : 0) | (s->module ? HAS_MODULE : 0) |
               (s->arch ? HAS_ARCH : 0) | (s->fix_id ? HAS_FIX : 0) | (s->severity ? HAS_SEVERITY : 0) |
               (one ? ONE_FIXED : 0) | (s->n_ranges && !one ? HAS_RANGES : 0) | (s->n_versions ? HAS_VERSIONS : 0) |
               (s->n_symbols ? HAS_SYMBOLS : 0);
}

static void put_list(struct bh_buf *b, const uint32_t *at, uint32_t n) {
        bh_buf_uvarint(b, n);
        for (uint32_t i = 0; i < n; i++)
                bh_buf_uvarint(b, at[i]);
}

void bh_index_put_statement(struct bh_buf *b, const struct bh_index_statement *s) {
        unsigned flags = flags_of(s);

        bh_buf_uvarint(b, flags);
        bh_buf_uvarint(b, s->source);
        if (flags & HAS_ADVISORY)
                bh_buf_uvarint(b, s->advisory);
        if (flags & HAS_MODULE)
                bh_buf_uvarint(b, s->module);
        if (flags & HAS_ARCH)
                bh_buf_uvarint(b, s->arch);
        if (flags & HAS_FIX)
                bh_buf_uvarint(b, s->fix_id);
        if (flags & HAS_SEVERITY)
                bh_buf_uvarint(b, s->severity);
        if (flags & ONE_FIXED)
                bh_buf_uvarint(b, s->ranges[0].fixed);
        if (flags & HAS_RANGES) {
                bh_buf_uvarint(b, s->n_ranges);
                for (uint32_t i = 0; i < s->n_ranges; i++) {
                        bh_buf_uvarint(b, s->ranges[i].introduced);
                        bh_buf_uvarint(b, s->ranges[i].fixed);
                        bh_buf_uvarint(b, s->ranges[i].last_affected);
                }
        }
        if (flags & HAS_VERSIONS)
                put_list(b, s->versions, s->n_versions);
        if (flags & HAS_SYMBOLS)
                put_list(b, s->symbols, s->n_symbols);
}

static uint32_t number(struct bh_cur *c) {
        uint64_t v = bh_cur_uvarint(c);

        c->bad |= v > UINT32_MAX;
        return (uint32_t) v;
}

/* A count of things that take at least a byte each cannot be more than the bytes left. */
static uint32_t count(struct bh_cur *c) {
        uint32_t n = number(c);

        c->bad |= n > c->left;
        return c->bad ? 0 : n;
}

static uint32_t *get_list(struct bh_cur *c, struct bh_arena *arena, uint32_t *ret_n) {
        uint32_t n = count(c), *list = bh_arena_array(arena, uint32_t, n);

        for (uint32_t i = 0; i < n; i++)
                list[i] = number(c);
        *ret_n = n;
        return list;
}

static void get_ranges(struct bh_cur *c, struct bh_arena *arena, unsigned flags, struct bh_index_statement *s) {
        s->n_ranges = flags & ONE_FIXED ? 1 : count(c);
        s->ranges = bh_arena_array(arena, struct bh_index_range, s->n_ranges);
        if (flags & ONE_FIXED) {
                s->ranges[0].fixed = number(c);
                return;
        }
        for (uint32_t i = 0; i < s->n_ranges; i++) {
                s->ranges[i].introduced = number(c);
                s->ranges[i].fixed = number(c);
                s->ranges[i].last_affected = number(c);
        }
}

bool bh_index_get_statement(struct bh_cur *c, struct bh_arena *arena, struct bh_index_statement *ret) {
        unsigned flags = number(c);

        *ret = (struct bh_index_statement){ .status = flags & STATUS_MASK };
        ret->source = number(c);
        ret->advisory = flags & HAS_ADVISORY ? number(c) : 0;
        ret->module = flags & HAS_MODULE ? number(c) : 0;
        ret->arch = flags & HAS_ARCH ? number(c) : 0;
        ret->fix_id = flags & HAS_FIX ? number(c) : 0;
        ret->severity = flags & HAS_SEVERITY ? number(c) : 0;
        if (flags & (ONE_FIXED | HAS_RANGES))
                get_ranges(c, arena, flags, ret);
        if (flags & HAS_VERSIONS)
                ret->versions = get_list(c, arena, &ret->n_versions);
        if (flags & HAS_SYMBOLS)
                ret->symbols = get_list(c, arena, &ret->n_symbols);
        return !c->bad && ret->status < _BH_STATUS_MAX;
}
