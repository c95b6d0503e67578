/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_CONTENT_LITERALS_H
#define BH_SCAN_CONTENT_LITERALS_H
/*
 * Every fixed text that any engine looks for, found in one walk over the bytes.
 *
 * Engines register their literals under their own name (the owner) and number
 * (the rule); all are built into one automaton, and a scan tells each owner
 * where its literals end. What a hit means is the owner's business: a hit is a
 * reason to look closer, nothing more.
 *
 *     b = bh_literals_builder_new();
 *     bh_literals_add(b, BH_OWNER_CONTENT, 17, BH_STR("AKIA"), false);
 *     bh_literals_build(b, &literals, err);
 *     scratch = bh_literals_scratch_new(literals);            one a thread
 *     bh_literals_scan(literals, scratch, bytes, 0, SIZE_MAX, on_hit, user, err);
 *
 * The automaton behind it (Hyperscan, automaton_hs.c) is met in one file; where
 * it does not exist, automaton_ac.c, an Aho-Corasick, does the same more slowly.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum bh_owner {
        BH_OWNER_CONTENT, /* rules.h: secrets, webshells, text rules; the rule is its index */
        BH_OWNER_PRODUCT, /* product.h: version strings in binaries */
        BH_OWNER_YARA,    /* what must be there before a YARA rule is worth running */
        BH_OWNER_OTHER,
        _BH_OWNER_MAX
};

struct bh_literals;
struct bh_literals_builder;
struct bh_literals_scratch;

struct bh_literals_builder *bh_literals_builder_new(void);
void bh_literals_builder_free(struct bh_literals_builder **b);
/*
 * Adds a literal (any bytes, 2 to 255 of them; ASCII case is ignored with
 * nocase). The same literal may be added for many rules and is searched once.
 */
int bh_literals_add(struct bh_literals_builder *b, enum bh_owner owner, uint32_t rule, struct bh_str literal,
                    bool nocase, struct bh_err *err) BH_MUST_CHECK;
/* The automaton; the builder may be freed afterwards. None at all is fine and finds nothing. */
int bh_literals_build(const struct bh_literals_builder *b, struct bh_literals **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_literals_free(struct bh_literals **l);

/*
 * The same with the automaton taken from what bh_literals_save gave, which
 * takes a tenth of the time and of the memory: 1. When that was of other
 * literals, another processor or another version of the library, it is built: 0.
 * Nobody checks a saved automaton: `saved` must be bytes that only we could
 * have written (bh_fd_open_own). They may go afterwards.
 */
int bh_literals_build_from(const struct bh_literals_builder *b, struct bh_str saved, struct bh_literals **ret, struct bh_err *err) BH_MUST_CHECK;
int bh_literals_save(const struct bh_literals *l, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

/* The length of the longest literal: chunks of one file overlap by at least this. 0 when there are none. */
size_t bh_literals_longest(const struct bh_literals *l);

/* `end` is the offset just past the literal. 0 goes on; anything else ends the scan and is what it returns. */
typedef int (*bh_literals_fn)(void *user, enum bh_owner owner, uint32_t rule, size_t end);

struct bh_literals_scratch *bh_literals_scratch_new(const struct bh_literals *l);
void bh_literals_scratch_free(struct bh_literals_scratch **s);
/*
 * Tells of the literals whose end lies in (after, upto]; 0 and SIZE_MAX for a
 * whole text. Hits come in the order of `end`, mostly; owners do not rely on it.
 *
 * A file read in chunks is scanned so that each hit is told once and with bytes
 * around it: chunks share `overlap` bytes; every chunk but the last is scanned
 * up to its length less `tail`, every chunk but the first after overlap - tail.
 */
int bh_literals_scan(const struct bh_literals *l, struct bh_literals_scratch *s, struct bh_str bytes, size_t after,
                     size_t upto, bh_literals_fn fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
