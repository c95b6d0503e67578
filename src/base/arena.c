/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGN = 16, FIRST_BLOCK = 16 * 1024, LAST_BLOCK = 1024 * 1024, PAGE = 4096, PAGES_AT_ONCE = 256 * 1024 };

#ifndef MADV_POPULATE_WRITE /* Linux 5.14; glibc names it later */
#define MADV_POPULATE_WRITE 23
#endif

struct block {
        struct block *older;
        size_t size, used;
        size_t ready; /* bytes whose pages were asked for */
        _Alignas(ALIGN) char bytes[];
};

struct adopted {
        struct adopted *next;
        void *at;
};

struct bh_arena {
        struct block *newest;
        struct adopted *adopted;
        size_t used;
        struct bh_arena *children, *sibling;
};

static BH_NORETURN void say_and_exit(size_t wanted) {
        (void) fprintf(stderr, "bulkhead: out of memory (%zu more bytes wanted)\n", wanted);
        _exit(3);
}

static bh_arena_nomem_fn on_nomem = say_and_exit;

void bh_arena_on_nomem(bh_arena_nomem_fn fn) {
        on_nomem = fn;
}

void bh_nomem(size_t wanted) {
        on_nomem(wanted);
        abort();
}

struct bh_arena *bh_arena_new(void) {
        struct bh_arena *a = calloc(1, sizeof *a);

        if (!a)
                bh_nomem(sizeof *a);
        return a;
}

static void free_blocks(struct block *b) {
        while (b) {
                struct block *older = b->older;

                free(b);
                b = older;
        }
}

struct bh_arena *bh_arena_child(struct bh_arena *parent) {
        struct bh_arena *a = bh_arena_new();

        a->sibling = parent->children;
        parent->children = a;
        return a;
}

/* The notes of what was adopted lie in the arena's own blocks: they go first. */
static void free_adopted(struct bh_arena *a) {
        for (struct adopted *x = a->adopted; x; x = x->next)
                free(x->at);
        a->adopted = NULL;
}

static void free_children(struct bh_arena *a) {
        struct bh_arena *next;

        for (struct bh_arena *c = a->children; c; c = next) {
                next = c->sibling;
                bh_arena_free(&c);
        }
        a->children = NULL;
}

void bh_arena_free(struct bh_arena **arena) {
        if (!*arena)
                return;
        free_children(*arena);
        free_adopted(*arena);
        free_blocks((*arena)->newest);
        free(*arena);
        *arena = NULL;
}

void bh_arena_reset(struct bh_arena *arena) {
        struct block *b = arena->newest;

        free_children(arena);
        free_adopted(arena);
        arena->used = 0;
        if (!b)
                return;
        free_blocks(b->older);
        b->older = NULL;
        if (b->size > LAST_BLOCK) {
                free(b);
                arena->newest = NULL;
                return;
        }
        b->used = 0;
}

size_t bh_arena_used(const struct bh_arena *arena) {
        return arena->used;
}

static struct block *add_block(struct bh_arena *a, size_t atleast) {
        size_t size = a->newest ? BH_MIN(a->newest->size * 2, (size_t) LAST_BLOCK) : FIRST_BLOCK;
        struct block *b;

        size = BH_MAX(size, atleast);
        if (size > SIZE_MAX - sizeof *b)
                bh_nomem(size);
        b = malloc(sizeof *b + size);
        if (!b)
                bh_nomem(size);
        b->older = a->newest;
        b->size = size;
        b->used = 0;
        b->ready = size < LAST_BLOCK ? size : 0;
        a->newest = b;
        return b;
}

/*
 * Asks the kernel for the pages that are used next, many in one call: met one
 * by one, each costs a fault, which is dearer than to zero it. A kernel that
 * cannot do it leaves everything as it was.
 */
static BH_COLD void make_ready(struct block *b) {
        size_t upto = BH_MIN(BH_MAX(b->used, b->ready + PAGES_AT_ONCE), b->size);
        uintptr_t from = ((uintptr_t) b->bytes + b->ready + PAGE - 1) & ~(uintptr_t) (PAGE - 1);
        uintptr_t to = ((uintptr_t) b->bytes + upto) & ~(uintptr_t) (PAGE - 1);

        if (from < to)
                (void) madvise((void *) from, to - from, MADV_POPULATE_WRITE);
        b->ready = upto;
}

static char *take(struct bh_arena *a, size_t size, size_t align) {
        struct block *b = a->newest;
        size_t at = b ? (b->used + align - 1) & ~(align - 1) : 0;

        if (!b || at > b->size || size > b->size - at) {
                b = add_block(a, size);
                at = 0;
        }
        b->used = at + size;
        if (b->used > b->ready)
                make_ready(b);
        a->used += size;
        return b->bytes + at;
}

void *bh_arena_alloc(struct bh_arena *arena, size_t size) {
        char *p = take(arena, size, ALIGN);

        memset(p, 0, size);
        return p;
}

void *bh_arena_alloc_array(struct bh_arena *arena, size_t n, size_t size) {
        size_t all;

        if (__builtin_mul_overflow(n, size, &all))
                bh_nomem(SIZE_MAX);
        return bh_arena_alloc(arena, all);
}

char *bh_arena_bytes(struct bh_arena *arena, size_t size) {
        return take(arena, size, 1);
}

void *bh_arena_grow(struct bh_arena *arena, void *old, size_t old_size, size_t new_size) {
        struct block *b = arena->newest;
        char *p;

        if (new_size <= old_size)
                return old;
        if (old && b && (char *) old + old_size == b->bytes + b->used && new_size - old_size <= b->size - b->used) {
                b->used += new_size - old_size;
                if (b->used > b->ready)
                        make_ready(b);
                arena->used += new_size - old_size;
                memset((char *) old + old_size, 0, new_size - old_size);
                return old;
        }
        p = take(arena, new_size, ALIGN);
        if (old_size)
                memcpy(p, old, old_size);
        memset(p + old_size, 0, new_size - old_size);
        return p;
}

void bh_arena_adopt(struct bh_arena *arena, void *malloced) {
        struct adopted *x = bh_arena_make(arena, struct adopted);

        *x = (struct adopted){ arena->adopted, malloced };
        arena->adopted = x;
}

struct bh_str bh_arena_str(struct bh_arena *arena, struct bh_str s) {
        return bh_arena_cat(arena, s, BH_STR(""));
}

struct bh_str bh_arena_cat(struct bh_arena *arena, struct bh_str a, struct bh_str b) {
        size_t len;
        char *p;

        if (__builtin_add_overflow(a.len, b.len, &len) || len == SIZE_MAX)
                bh_nomem(SIZE_MAX);
        p = bh_arena_bytes(arena, len + 1);
        if (a.len)
                memcpy(p, a.at, a.len);
        if (b.len)
                memcpy(p + a.len, b.at, b.len);
        p[len] = '\0';
        return (struct bh_str){ p, len };
}

struct bh_str bh_arena_vprintf(struct bh_arena *arena, const char *fmt, va_list ap) {
        char few[256], *p; /* enough for most, so that they are printed once */
        va_list again;
        int n;

        va_copy(again, ap);
        n = vsnprintf(few, sizeof few, fmt, again);
        va_end(again);
        if (n < 0)
                return (struct bh_str){ "", 0 };
        p = bh_arena_bytes(arena, (size_t) n + 1);
        if ((size_t) n < sizeof few)
                memcpy(p, few, (size_t) n + 1);
        else
                (void) vsnprintf(p, (size_t) n + 1, fmt, ap);
        return (struct bh_str){ p, (size_t) n };
}

struct bh_str bh_arena_printf(struct bh_arena *arena, const char *fmt, ...) {
        struct bh_str s;
        va_list ap;

        va_start(ap, fmt);
        s = bh_arena_vprintf(arena, fmt, ap);
        va_end(ap);
        return s;
}

const char *bh_arena_cstr(struct bh_arena *arena, struct bh_str s) {
        return bh_arena_str(arena, s).at;
}
