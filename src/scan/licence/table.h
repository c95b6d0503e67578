/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_LICENCE_TABLE_H
#define BH_SCAN_LICENCE_TABLE_H
/*
 * What we know of licences: content/licences/, one file a class, and names.yaml
 * with how people spell them.
 *
 *     class: weak-copyleft              names:
 *     licences: [MPL-2.0, 'LGPL-*']       MIT: [Expat, MIT/X11]
 *     exceptions: [Classpath-...]       words:
 *                                         general public: gpl
 *
 * A licence WITH one of `exceptions` asks no more than the class it stands in.
 * Spellings are compared as words: letter case, punctuation, "the", "licence",
 * "version", ".0" do not matter, and "+" and "or later" mean the same.
 */
#include "base/map.h"
#include "base/vec.h"
#include "fmt/spdx.h"
#include "model/licence.h"

struct bh_licence_glob {
        struct bh_str prefix;
        enum bh_licence_class class;
};

struct bh_licence_word {
        struct bh_str phrase, word; /* as folded */
        uint64_t pairs;             /* of letters in the phrase: a bit each */
};

struct bh_licences {
        struct bh_arena *arena;
        struct bh_map names;      /* folded spelling -> struct bh_spdx: names.yaml */
        struct bh_map ids;        /* folded id -> its text: the SPDX list */
        struct bh_map exceptions; /* folded -> text */
        struct bh_map classes;    /* id -> row of `class_rows` */
        struct bh_map exception_classes;
        BH_VEC(struct bh_licence_glob) globs; /* "GPL-*" */
        BH_VEC(struct bh_licence_word) words;
        uint32_t n_licences;
};

void bh_licences_init(struct bh_licences *l, struct bh_arena *arena);
/* Adds one file; `name` is for the sentences. `words` counts for names of the same file and later ones. */
int bh_licences_add(struct bh_licences *l, struct bh_str name, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* As the parser of expressions asks it. */
struct bh_spdx_names bh_licences_names(const struct bh_licences *l);

/* What a house says of an id, before the table; _BH_LICENCE_CLASS_MAX: nothing. */
struct bh_licence_own {
        enum bh_licence_class (*class_of)(const void *user, struct bh_str id);
        const void *user;
};

/*
 * Of a choice (OR) the most permissive class that is known, of what holds
 * together (AND) the strictest; a part that is not known makes a permissive
 * whole unknown, and leaves a stricter one what it is. `own` may be NULL.
 */
enum bh_licence_class bh_licence_judge(const struct bh_licences *l, const struct bh_spdx *e, const struct bh_licence_own *own);

#endif
