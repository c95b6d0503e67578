/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_ARENA_H
#define BH_BASE_ARENA_H
/*
 * One arena for one piece of work: everything made for it is freed with it,
 * nothing one by one.
 *
 * Allocation does not return NULL. Memory (or the arena's own ceiling) runs
 * out in one place, the handler, which never returns: a worker reports a gap
 * and dies, a tool says so and exits 3. See docs/decisions/0002. Sizes that
 * come from input are checked against a budget before they get here.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

struct bh_arena;

struct bh_arena *bh_arena_new(void);
/* An arena of its own, for another thread; freed together with `parent`. */
struct bh_arena *bh_arena_child(struct bh_arena *parent);
void bh_arena_free(struct bh_arena **arena); /* leaves NULL; NULL inside is fine */
/* Forgets all content; keeps up to one block for the next round. */
void bh_arena_reset(struct bh_arena *arena);
/* Bytes handed out since the last reset. */
size_t bh_arena_used(const struct bh_arena *arena);

/* Zeroed, aligned for anything. */
void *bh_arena_alloc(struct bh_arena *arena, size_t size);
void *bh_arena_alloc_array(struct bh_arena *arena, size_t n, size_t size);
/* Not zeroed, not aligned: for bytes about to be written. */
char *bh_arena_bytes(struct bh_arena *arena, size_t size);
/* Grows `old` (of old_size bytes, may be NULL) in place when it is the newest, else copies; the new part is zero. */
void *bh_arena_grow(struct bh_arena *arena, void *old, size_t old_size, size_t new_size);

/* Memory from malloc that goes when the arena goes; NULL is fine. */
void bh_arena_adopt(struct bh_arena *arena, void *malloced);

#define bh_arena_make(arena, type) ((type *) bh_arena_alloc((arena), sizeof(type)))
#define bh_arena_array(arena, type, n) ((type *) bh_arena_alloc_array((arena), (n), sizeof(type)))

/* Copies; the copy is also closed by a NUL that is not counted. */
struct bh_str bh_arena_str(struct bh_arena *arena, struct bh_str s);
struct bh_str bh_arena_printf(struct bh_arena *arena, const char *fmt, ...) BH_PRINTF(2, 3);
struct bh_str bh_arena_vprintf(struct bh_arena *arena, const char *fmt, va_list ap) BH_PRINTF(2, 0);
struct bh_str bh_arena_cat(struct bh_arena *arena, struct bh_str a, struct bh_str b);
const char *bh_arena_cstr(struct bh_arena *arena, struct bh_str s);

/* Set once at start; the default writes one line to stderr and exits 3. */
typedef void (*bh_arena_nomem_fn)(size_t wanted) BH_NORETURN;
void bh_arena_on_nomem(bh_arena_nomem_fn fn);
/* What anyone else calls when malloc has failed them. */
void bh_nomem(size_t wanted) BH_NORETURN;

#endif
