/* SPDX-License-Identifier: Apache-2.0 */
/* Which arguments an event has, and which words they are told in: for those who write rules. */
#include <string.h>

#include "base/near.h"
#include "base/text.h"
#include "sense/fields.h"

enum { WORDS_MAX = 128 };

/* As rules name it: by name, or by its place. */
static const struct bh_ev_arg *find(const struct bh_ev_info *info, struct bh_str key) {
        uint64_t n;

        if (!bh_str_u64(key, &n))
                return bh_event_arg(info, key);
        return n < info->n_args ? &info->args[n] : NULL;
}

/* What could be a word, or several: O_WRONLY|O_CREAT. Numbers, paths and the like are none. */
static bool is_wordy(struct bh_str text) {
        for (size_t i = 0; i < text.len; i++)
                if (!bh_is_alnum(text.at[i]) && text.at[i] != '_' && text.at[i] != '|')
                        return false;
        return text.len && bh_is_alpha(text.at[0]);
}

static bool is_part_of_any(const struct bh_ev_word *words, struct bh_str part) {
        for (const struct bh_ev_word *w = words; w->word; w++)
                if (bh_str_find(bh_str_of(w->word), part) >= 0)
                        return true;
        return false;
}

/* "contains O_CREAT" asks for a part of a word as well as for a word. */
static bool has_words(const struct bh_ev_word *words, struct bh_str text) {
        struct bh_str part;

        while (bh_str_split(&text, '|', &part))
                if (!is_part_of_any(words, part))
                        return false;
        return true;
}

static bool is_word_of(const struct bh_ev_word *words, struct bh_str text) {
        for (const struct bh_ev_word *w = words; w->word; w++)
                if (bh_str_is(text, w->word))
                        return true;
        return false;
}

static const char *nearest(const struct bh_ev_word *words, struct bh_str text) {
        const char *known[WORDS_MAX];
        size_t n = 0;

        for (const struct bh_ev_word *w = words; w->word && n < WORDS_MAX; w++)
                known[n++] = w->word;
        return bh_nearest(text, known, n);
}

/* The argument beside it that is told in such a word. */
static const char *whose_word(const struct bh_ev_info *info, struct bh_str text) {
        for (unsigned i = 0; i < info->n_args; i++)
                if (info->args[i].words && is_word_of(info->args[i].words, text))
                        return info->args[i].name;
        return NULL;
}

static bool is_free_text(const struct bh_ev_arg *arg) {
        switch (arg->render) {
        case BH_AS_STRING:
        case BH_AS_BYTES:
        case BH_AS_PATH:
        case BH_AS_OPENED:
        case BH_AS_UID: /* names of people */
        case BH_AS_GID: return true;
        default: return false;
        }
}

enum bh_arg_fit bh_arguments_fit(const struct bh_field *field, unsigned type, struct bh_str key, struct bh_str text, struct bh_arg_hint *ret) {
        const struct bh_ev_info *info = bh_event_info(type);
        const struct bh_ev_arg *arg = info ? find(info, key) : NULL;
        bool raw = strcmp(field->name, "evt.rawarg") == 0;

        if (!raw && strcmp(field->name, "evt.arg") != 0)
                return BH_ARG_FITS;
        if (!arg)
                return BH_ARG_NOT_THERE;
        ret->name = arg->name;
        if (raw || !is_wordy(text) || is_free_text(arg) || (arg->words && has_words(arg->words, text)))
                return BH_ARG_FITS;
        ret->near = whose_word(info, text);
        if (ret->near)
                return BH_ARG_OTHER;
        if (!arg->words)
                return BH_ARG_FITS;
        ret->near = nearest(arg->words, text);
        return BH_ARG_NO_WORD;
}
