/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_INTERN_H
#define BH_SENSE_INTERN_H
/*
 * Strings that many processes have in common, kept once and counted, in a
 * region whose size is fixed when it is made: nothing is allocated later, and
 * who asks for more than there is gets NULL.
 */
#include "base/err.h"
#include "base/str.h"

struct bh_intern;

struct bh_text {
        uint32_t refs, len;
        uint32_t next; /* the table's own */
        char at[];           /* closed by a NUL that is not counted */
};

int bh_intern_new(size_t bytes, struct bh_intern **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_intern_free(struct bh_intern **in);
/* That text, one count of it the caller's; NULL: no room, or empty. */
struct bh_text *bh_intern_take(struct bh_intern *in, struct bh_str s);
struct bh_text *bh_intern_ref(struct bh_text *t); /* NULL gives NULL */
void bh_intern_drop(struct bh_intern *in, struct bh_text **t); /* leaves NULL */
/* Bytes of the region that were ever handed out, and that are in use now. */
size_t bh_intern_reached(const struct bh_intern *in);
size_t bh_intern_used(const struct bh_intern *in);

static inline struct bh_str bh_text_str(const struct bh_text *t) {
        return t ? (struct bh_str){ t->at, t->len } : (struct bh_str){ 0 };
}
/* And back: whoever keeps the slice need not keep the text too. */
static inline struct bh_text *bh_text_of(struct bh_str shown) {
        return shown.at ? (struct bh_text *) (void *) ((uintptr_t) shown.at - offsetof(struct bh_text, at)) : NULL;
}

#endif
