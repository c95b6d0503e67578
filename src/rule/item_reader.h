/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_ITEM_READER_H
#define BH_RULE_ITEM_READER_H
/*
 * One item of a rule file under the reader's eye: what is under its keys, and
 * what is wrong with it. Every mistake becomes a note; the item is then `bad`
 * and left out, and the file is read on.
 */
#include "rule/items.h"

struct bh_item_reader {
        struct bh_items *s;
        const struct bh_rule_file *file;
        const struct bh_doc *row; /* the item that is read */
        struct bh_str name;
        bool bad; /* it has an error, and is left out */
};

void bh_item_wrong(struct bh_item_reader *r, const struct bh_doc *at, const char *code, const char *fmt, ...) BH_PRINTF(4, 5);
void bh_item_warn(struct bh_item_reader *r, const struct bh_doc *at, const char *code, const char *text);
struct bh_item_place bh_item_place_of(const struct bh_item_reader *r, const struct bh_doc *at);
struct bh_str bh_item_bad_key(const struct bh_item_reader *r, const char *kind); /* of items.bad */

/* Values. What comes back as a slice stays when the documents go; a piece, which is compiled, goes with them. */
const struct bh_doc *bh_item_scalar(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required); /* NULL: absent */
struct bh_str bh_item_text(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required);
struct bh_str bh_item_kept(const struct bh_item_reader *r, struct bh_str text);
struct bh_piece bh_item_piece(struct bh_item_reader *r, const struct bh_doc *v);
bool bh_item_flag(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool otherwise);
const struct bh_doc *bh_item_sequence(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required);
void bh_item_texts(struct bh_item_reader *r, const struct bh_doc *row, const char *key, bool required, struct bh_item_words *add);
void bh_item_check_keys(struct bh_item_reader *r, const struct bh_doc *row, const char *const *known, size_t n);

/* What may be changed of an item that is there, and how: "override" in files. */
struct bh_item_override {
        const char *key;
        bool append, replace;
};

struct bh_item_changes {
        bool any, append[16], replace[16]; /* by the row of the key */
};

bool bh_item_append(struct bh_item_reader *r); /* "append: true" */
struct bh_item_changes bh_item_overrides(struct bh_item_reader *r, const struct bh_item_override *keys, size_t n, bool append);
/* With an override, every other key must be named in it. */
void bh_item_check_unnamed(struct bh_item_reader *r, const struct bh_item_override *keys, size_t n, const struct bh_item_changes *c);
void bh_item_nothing_to_change(struct bh_item_reader *r, const char *kind);

/* item_rule.c */
void bh_item_read_rule(struct bh_item_reader *r);

/* item_versions.c */
void bh_item_engine_version(struct bh_item_reader *r, const struct bh_doc *v);
void bh_item_plugin_versions(struct bh_item_reader *r, const struct bh_doc *list);

#endif
