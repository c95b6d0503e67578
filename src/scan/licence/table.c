/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/licence/table.h"

#include "fmt/yaml.h"

enum { LONGEST_NAME = 240 };

/* ---- spellings ---- */

struct folded {
        struct bh_str text; /* words set apart by one blank */
        bool later;         /* it ended with "+" or "or later" */
};

static bool is_noise(struct bh_str w) {
        static const struct bh_str noise[] = { BH_STR_INIT("the"),      BH_STR_INIT("license"),  BH_STR_INIT("licence"), BH_STR_INIT("licenses"),
                                               BH_STR_INIT("licences"), BH_STR_INIT("licensed"), BH_STR_INIT("version"), BH_STR_INIT("v"),
                                               BH_STR_INIT("ver"),      BH_STR_INIT("under"),    BH_STR_INIT("only"),    BH_STR_INIT("gnu") };

        for (size_t i = 0; i < BH_LEN(noise); i++)
                if (bh_str_eq(w, noise[i]))
                        return true;
        return false;
}

/* "2.0.0" is "2"; the v of "GPLv2" goes. */
static struct bh_str tidy(struct bh_str w, bool before_number) {
        if (bh_is_digit(w.at[0]))
                while (bh_str_cut_suffix(&w, BH_STR(".0")))
                        ;
        else if (before_number && w.len > 1)
                BH_IGNORE(bh_str_cut_suffix(&w, BH_STR("v")));
        return w;
}

/* In lower case. */
static void add_word(struct bh_buf *out, struct bh_str w, bool before_number) {
        w = tidy(w, before_number);
        if (is_noise(w))
                return;
        if (out->len)
                bh_buf_putc(out, ' ');
        bh_buf_add(out, w);
}

static size_t word_end(struct bh_str s, size_t i) {
        size_t from = i;
        bool number = bh_is_digit(s.at[i]);

        if (!bh_is_alnum(s.at[i]))
                return i + 1;
        while (i < s.len && (bh_is_alnum(s.at[i]) ? bh_is_digit(s.at[i]) == number
                                                  : number && s.at[i] == '.' && i + 1 < s.len && bh_is_digit(s.at[i + 1]) && i > from))
                i++;
        return i;
}

static void fold_words(struct bh_buf *out, struct bh_str s) {
        char lower[LONGEST_NAME];

        for (size_t i = 0; i < s.len; i++)
                lower[i] = bh_lower(s.at[i]);
        s.at = lower;
        for (size_t i = 0, end; i < s.len; i = end) {
                end = word_end(s, i);
                if (bh_is_alnum(s.at[i]) || s.at[i] == '+')
                        add_word(out, bh_str_part(s, i, end - i), end < s.len && bh_is_digit(s.at[end]));
        }
}

/* The words of `phrase` by one word, wherever they stand. */
static struct bh_str shorten(struct bh_arena *arena, struct bh_str s, const struct bh_licence_word *w) {
        struct bh_str padded = bh_arena_printf(arena, " %.*s ", BH_FMT(s)), phrase = bh_arena_printf(arena, " %.*s ", BH_FMT(w->phrase));
        ptrdiff_t at = bh_str_find(padded, phrase);

        if (at < 0)
                return s;
        return bh_str_trim(bh_arena_printf(arena, "%.*s %.*s %.*s", BH_FMT(bh_str_part(padded, 0, (size_t) at)), BH_FMT(w->word),
                                           BH_FMT(bh_str_from(padded, (size_t) at + phrase.len))));
}

static bool cut_later(struct bh_str *s) {
        static const struct bh_str ends[] = {
                BH_STR_INIT(" +"), BH_STR_INIT(" or later"), BH_STR_INIT(" or newer"), BH_STR_INIT(" or any later"), BH_STR_INIT(" or any newer"),
                BH_STR_INIT(" or at your option any later"), BH_STR_INIT(" and later"), BH_STR_INIT(" or above"), BH_STR_INIT(" or greater") };

        for (size_t i = 0; i < BH_LEN(ends); i++)
                if (bh_str_cut_suffix(s, ends[i]))
                        return true;
        return false;
}

/* A bit for each two neighbours: what lacks one of a phrase's bits does not hold the phrase. */
static uint64_t pairs_of(struct bh_str s) {
        uint64_t bits = 0;

        for (size_t i = 1; i < s.len; i++)
                bits |= 1ull << (((unsigned char) s.at[i - 1] * 7 + (unsigned char) s.at[i]) & 63);
        return bits;
}

static struct folded fold(const struct bh_licences *l, struct bh_arena *arena, struct bh_str s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct folded f = { 0 };
        uint64_t pairs;

        if (s.len > LONGEST_NAME)
                return f;
        fold_words(&out, s);
        f.text = bh_arena_str(arena, bh_buf_str(&out));
        f.later = cut_later(&f.text);
        pairs = pairs_of(f.text);
        for (size_t i = 0; i < l->words.len; i++)
                if (!(l->words.at[i].pairs & ~pairs) && bh_str_find(f.text, l->words.at[i].phrase) >= 0) {
                        f.text = shorten(arena, f.text, &l->words.at[i]);
                        pairs = pairs_of(f.text);
                }
        return f;
}

/* ---- names ---- */

static bool is_gnu(struct bh_str id) {
        return bh_str_starts(id, BH_STR("GPL-")) || bh_str_starts(id, BH_STR("LGPL-")) || bh_str_starts(id, BH_STR("AGPL-")) ||
               bh_str_starts(id, BH_STR("GFDL-"));
}

/* "GPL-2.0" and "GPL-2.0+" are out of use: the list now says -only and -or-later. */
static struct bh_str spelt(struct bh_arena *arena, struct bh_str id, bool later) {
        if (!is_gnu(id))
                return later && !bh_str_ends(id, BH_STR("+")) ? bh_arena_cat(arena, id, BH_STR("+")) : id;
        later = bh_str_cut_suffix(&id, BH_STR("+")) || later;
        if (bh_str_ends(id, BH_STR("-or-later")) || !(bh_str_cut_suffix(&id, BH_STR("-only")) || bh_is_digit(id.at[id.len - 1]) || later))
                return id;
        return bh_arena_cat(arena, id, later ? BH_STR("-or-later") : BH_STR("-only"));
}

static bool find_spelling(const struct bh_licences *l, struct bh_arena *arena, struct bh_str key, bool later, struct bh_spdx *ret) {
        const struct bh_spdx *named = bh_map_get(&l->names, key);

        if (!named)
                return false;
        ret->id = spelt(arena, named->id, later);
        ret->exception = named->exception;
        return true;
}

static bool find(const void *user, struct bh_arena *arena, struct bh_str text, struct bh_spdx *ret) {
        const struct bh_licences *l = user;
        struct folded f = fold(l, arena, text);
        const struct bh_str *id;

        if (f.text.len == 0)
                return false;
        if (f.later && find_spelling(l, arena, bh_arena_cat(arena, f.text, BH_STR(" +")), false, ret))
                return true;
        if (find_spelling(l, arena, f.text, f.later, ret))
                return true;
        if (bh_spdx_is_licence(text)) {
                ret->id = spelt(arena, text, false);
                return true;
        }
        id = bh_map_get(&l->ids, f.text);
        if (id)
                ret->id = spelt(arena, *id, f.later);
        return id != NULL;
}

static bool find_exception(const void *user, struct bh_arena *arena, struct bh_str text, struct bh_str *ret) {
        const struct bh_licences *l = user;
        struct folded f = fold(l, arena, text);
        const struct bh_str *id = bh_map_get(&l->exceptions, f.text);

        if (id)
                *ret = *id;
        return id != NULL;
}

struct bh_spdx_names bh_licences_names(const struct bh_licences *l) {
        return (struct bh_spdx_names){ find, find_exception, l };
}

static struct bh_str *boxed(struct bh_licences *l, const char *text) {
        struct bh_str *s = bh_arena_make(l->arena, struct bh_str);

        *s = bh_str_of(text);
        return s;
}

static void learn(struct bh_licences *l, struct bh_map *map, const char *id) {
        struct folded f = fold(l, l->arena, bh_str_of(id));

        if (f.text.len && !bh_map_has(map, f.text))
                bh_map_set(map, f.text, boxed(l, id));
}

void bh_licences_init(struct bh_licences *l, struct bh_arena *arena) {
        *l = (struct bh_licences){ .arena = arena, .names = bh_map_in(arena), .ids = bh_map_in(arena), .exceptions = bh_map_in(arena),
                                   .classes = bh_map_in(arena), .exception_classes = bh_map_in(arena) };
        for (size_t i = 0; bh_spdx_licence_at(i); i++)
                learn(l, &l->ids, bh_spdx_licence_at(i));
        for (size_t i = 0; bh_spdx_exception_at(i); i++)
                learn(l, &l->exceptions, bh_spdx_exception_at(i));
}

/* ---- files ---- */

struct reading {
        struct bh_licences *l;
        struct bh_str file;
        struct bh_err *err;
};

static int wrong(const struct reading *r, const struct bh_doc *at, const char *what, struct bh_str detail) {
        return bh_fail(r->err, BH_E_FORMAT, "%s:%u: %s \"%s\"", BH_QUOTE(r->file), at->line, what, BH_QUOTE(detail));
}

/* The row a class is kept as in maps: any address that stands for it. */
static enum bh_licence_class *row_of(struct bh_licences *l, enum bh_licence_class c) {
        enum bh_licence_class *row = bh_arena_make(l->arena, enum bh_licence_class);

        *row = c;
        return row;
}

static int read_licences(const struct reading *r, const struct bh_doc *list, enum bh_licence_class c) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next) {
                struct bh_str id = bh_doc_str(n);

                r->l->n_licences++;
                if (bh_str_cut_suffix(&id, BH_STR("*"))) {
                        *bh_vec_add(r->l->arena, &r->l->globs) = (struct bh_licence_glob){ id, c };
                        continue;
                }
                if (!bh_spdx_is_licence(id) && !bh_str_starts(id, BH_STR("LicenseRef-")))
                        return wrong(r, n, "no licence of the SPDX list is called", id);
                if (bh_map_set(&r->l->classes, id, row_of(r->l, c)))
                        return wrong(r, n, "two classes have", id);
        }
        return 0;
}

static int read_exceptions(const struct reading *r, const struct bh_doc *list, enum bh_licence_class c) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next) {
                if (!bh_spdx_is_exception(bh_doc_str(n)))
                        return wrong(r, n, "no exception of the SPDX list is called", bh_doc_str(n));
                bh_map_set(&r->l->exception_classes, bh_doc_str(n), row_of(r->l, c));
        }
        return 0;
}

static void read_words(const struct reading *r, const struct bh_doc *words) {
        for (const struct bh_doc *n = bh_doc_first(words); n; n = n->next) {
                struct bh_licence_word w = { fold(r->l, r->l->arena, n->key).text, bh_doc_str(n), 0 };

                w.pairs = pairs_of(w.phrase);
                *bh_vec_add(r->l->arena, &r->l->words) = w;
        }
}

static int read_spelling(const struct reading *r, const struct bh_doc *n, struct bh_spdx *named) {
        struct folded f = fold(r->l, r->l->arena, bh_doc_str(n));
        struct bh_str key = f.later ? bh_arena_cat(r->l->arena, f.text, BH_STR(" +")) : f.text;
        const struct bh_spdx *old = bh_map_get(&r->l->names, key);

        if (key.len == 0)
                return wrong(r, n, "nothing is left of the spelling", bh_doc_str(n));
        if (old && !bh_str_eq(old->id, named->id))
                return wrong(r, n, "two licences are spelt", bh_doc_str(n));
        bh_map_set(&r->l->names, key, named);
        return 0;
}

static int read_names(const struct reading *r, const struct bh_doc *names) {
        int e = 0;

        for (const struct bh_doc *n = bh_doc_first(names); n && e >= 0; n = n->next) {
                struct bh_spdx *named = bh_arena_make(r->l->arena, struct bh_spdx);
                ptrdiff_t with = bh_str_find(n->key, BH_STR(" WITH "));

                *named = (struct bh_spdx){ .id = n->key, .known = true };
                if (with >= 0) {
                        named->id = bh_str_part(n->key, 0, (size_t) with);
                        named->exception = bh_str_from(n->key, (size_t) with + 6);
                }
                if (!bh_spdx_is_licence(named->id) && !bh_str_starts(named->id, BH_STR("LicenseRef-")))
                        return wrong(r, n, "no licence of the SPDX list is called", named->id);
                for (const struct bh_doc *s = bh_doc_first(n); s && e >= 0; s = s->next)
                        e = read_spelling(r, s, named);
        }
        return e;
}

static int check_keys(const struct reading *r, const struct bh_doc *root) {
        static const char *const keys[] = { "class", "licences", "exceptions", "words", "names" };

        for (const struct bh_doc *n = bh_doc_first(root); n; n = n->next) {
                size_t i = 0;

                while (i < BH_LEN(keys) && !bh_str_is(n->key, keys[i]))
                        i++;
                if (i == BH_LEN(keys))
                        return wrong(r, n, "no such key:", n->key);
        }
        return 0;
}

int bh_licences_add(struct bh_licences *l, struct bh_str name, struct bh_str bytes, struct bh_err *err) {
        struct reading r = { l, name, err };
        const struct bh_doc *root, *word;
        enum bh_licence_class c;
        int e = bh_yaml_parse(l->arena, bytes, &root, err);

        if (e < 0)
                return bh_wrap(err, e, "%s", BH_QUOTE(name));
        e = check_keys(&r, root);
        word = bh_doc_get(root, "class");
        c = bh_licence_class_of(bh_doc_str(word));
        if (e >= 0 && word && c == _BH_LICENCE_CLASS_MAX)
                e = wrong(&r, word, "no such class:", bh_doc_str(word));
        if (e >= 0 && !word && (bh_doc_get(root, "licences") || bh_doc_get(root, "exceptions")))
                e = wrong(&r, root, "these licences have no", BH_STR("class"));
        read_words(&r, bh_doc_get(root, "words"));
        if (e >= 0)
                e = read_licences(&r, bh_doc_get(root, "licences"), c);
        if (e >= 0)
                e = read_exceptions(&r, bh_doc_get(root, "exceptions"), c);
        return e < 0 ? e : read_names(&r, bh_doc_get(root, "names"));
}
