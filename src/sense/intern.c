/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/hash.h"

#define UNIT 8u          /* blocks begin at multiples; block numbers are offsets / UNIT, 0: none */
#define BUCKETS (1u << 16)
#define CLASSES 72u      /* four sizes for each doubling, from 32 bytes on */

struct bh_intern {
        char *region;
        size_t size, reached, used;
        uint32_t free[CLASSES];    /* block numbers, linked by `next` */
        uint32_t buckets[BUCKETS];
};

int bh_intern_new(size_t bytes, struct bh_intern **ret, struct bh_err *err) {
        struct bh_intern *in = calloc(1, sizeof *in);

        if (!in)
                bh_nomem(sizeof *in);
        in->size = BH_MIN(bytes, (size_t) UINT32_MAX);
        in->reached = UNIT; /* block number 0 is nobody's */
        in->region = mmap(NULL, in->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (in->region == MAP_FAILED) {
                free(in);
                return bh_fail_sys(err, errno, "%zu bytes for strings", bytes);
        }
        *ret = in;
        return 0;
}

void bh_intern_free(struct bh_intern **in) {
        if (!*in)
                return;
        (void) munmap((*in)->region, (*in)->size);
        free(*in);
        *in = NULL;
}

static struct bh_text *block(const struct bh_intern *in, uint32_t number) {
        return (struct bh_text *) (void *) (in->region + (size_t) number * UNIT);
}

static uint32_t number_of(const struct bh_intern *in, const struct bh_text *t) {
        return (uint32_t) ((size_t) ((const char *) t - in->region) / UNIT);
}

/* 32; then 40, 48, 56, 64; 80, 96, ...: no block is more than a fifth too long. */
static unsigned class_of(size_t n) {
        unsigned log;

        if (n <= 32)
                return 0;
        log = 63 - (unsigned) __builtin_clzll(n - 1);
        return (log - 5) * 4 + (unsigned) (((n - 1) >> (log - 2)) & 3) + 1;
}

static size_t size_of(unsigned class) {
        unsigned log = (class - 1) / 4 + 5, step = (class - 1) % 4 + 1;

        return class == 0 ? 32 : ((size_t) 1 << log) + ((size_t) step << (log - 2));
}

static struct bh_text *block_new(struct bh_intern *in, size_t n) {
        unsigned class = class_of(n);
        struct bh_text *t = NULL;

        if (class >= CLASSES)
                return NULL;
        if (in->free[class]) {
                t = block(in, in->free[class]);
                in->free[class] = t->next;
        } else if (in->size - in->reached >= size_of(class)) {
                t = block(in, (uint32_t) (in->reached / UNIT));
                in->reached += size_of(class);
        }
        if (t)
                in->used += size_of(class);
        return t;
}

/* The bucket's first block; what a text hashes to is not kept with it, for there are many small ones. */
static uint32_t *bucket(struct bh_intern *in, struct bh_str s) {
        return &in->buckets[bh_hash64(s) % BUCKETS];
}

static struct bh_text *find(const struct bh_intern *in, uint32_t first, struct bh_str s) {
        for (uint32_t n = first; n; n = block(in, n)->next)
                if (bh_str_eq(bh_text_str(block(in, n)), s))
                        return block(in, n);
        return NULL;
}

struct bh_text *bh_intern_take(struct bh_intern *in, struct bh_str s) {
        uint32_t *first = bucket(in, s);
        struct bh_text *t = s.len ? find(in, *first, s) : NULL;

        if (t || !s.len || s.len > UINT32_MAX / 2)
                return bh_intern_ref(t);
        t = block_new(in, offsetof(struct bh_text, at) + s.len + 1);
        if (!t)
                return NULL;
        *t = (struct bh_text){ .refs = 1, .len = (uint32_t) s.len, .next = *first };
        memcpy(t->at, s.at, s.len);
        t->at[s.len] = '\0';
        *first = number_of(in, t);
        return t;
}

struct bh_text *bh_intern_ref(struct bh_text *t) {
        if (t)
                t->refs++;
        return t;
}

void bh_intern_drop(struct bh_intern *in, struct bh_text **text) {
        struct bh_text *t = BH_TAKE(*text);
        uint32_t *link;
        unsigned class;

        if (!t || --t->refs)
                return;
        for (link = bucket(in, bh_text_str(t)); block(in, *link) != t; link = &block(in, *link)->next)
                ;
        *link = t->next;
        class = class_of(offsetof(struct bh_text, at) + t->len + 1);
        in->used -= size_of(class);
        t->next = in->free[class];
        in->free[class] = number_of(in, t);
}

size_t bh_intern_reached(const struct bh_intern *in) {
        return in->reached;
}

size_t bh_intern_used(const struct bh_intern *in) {
        return in->used;
}
