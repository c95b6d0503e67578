/* SPDX-License-Identifier: Apache-2.0 */
#include "model/finding.h"

static const char *const severities[] = {
#define X(symbol, word) word,
        BH_SEVERITY_TABLE(X)
#undef X
};

static const char *const kinds[] = {
#define X(symbol, word) word,
        BH_FINDING_TABLE(X)
#undef X
};

/* What vendors call the same: Red Hat, SUSE, Microsoft, Debian, Ubuntu, GitHub. */
static const struct {
        const char *word;
        enum bh_severity severity;
} vendor_words[] = {
        { "important", BH_SEVERITY_HIGH },     { "moderate", BH_SEVERITY_MEDIUM },  { "negligible", BH_SEVERITY_INFO },
        { "unimportant", BH_SEVERITY_INFO },   { "none", BH_SEVERITY_INFO },        { "informational", BH_SEVERITY_INFO },
        { "minor", BH_SEVERITY_LOW },          { "urgent", BH_SEVERITY_CRITICAL },  { "error", BH_SEVERITY_HIGH },
        { "warning", BH_SEVERITY_MEDIUM },     { "note", BH_SEVERITY_INFO },
};

const char *bh_severity_str(enum bh_severity severity) {
        return severity < _BH_SEVERITY_MAX ? severities[severity] : severities[BH_SEVERITY_UNKNOWN];
}

enum bh_severity bh_severity_of(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(severities); i++)
                if (bh_str_eq_nocase(word, bh_str_of(severities[i])))
                        return (enum bh_severity) i;
        for (size_t i = 0; i < BH_LEN(vendor_words); i++)
                if (bh_str_eq_nocase(word, bh_str_of(vendor_words[i].word)))
                        return vendor_words[i].severity;
        return BH_SEVERITY_UNKNOWN;
}

const char *bh_finding_kind_str(enum bh_finding_kind kind) {
        return kind < _BH_FINDING_MAX ? kinds[kind] : "unknown";
}

enum bh_finding_kind bh_finding_kind_of(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                if (bh_str_is(word, kinds[i]))
                        return (enum bh_finding_kind) i;
        return _BH_FINDING_MAX;
}

static const struct bh_str *copy_list(struct bh_arena *arena, const struct bh_str *list, uint32_t n) {
        struct bh_str *copy = n ? bh_arena_array(arena, struct bh_str, n) : NULL;

        for (uint32_t i = 0; i < n; i++)
                copy[i] = bh_arena_str(arena, list[i]);
        return copy;
}

struct bh_finding *bh_finding_copy(struct bh_arena *arena, const struct bh_finding *f) {
        struct bh_finding *c = bh_arena_make(arena, struct bh_finding);

        *c = *f;
        c->rule = bh_arena_str(arena, f->rule);
        c->title = bh_arena_str(arena, f->title);
        c->category = bh_arena_str(arena, f->category);
        c->path = bh_arena_str(arena, f->path);
        c->package = bh_arena_str(arena, f->package);
        c->evidence = bh_arena_str(arena, f->evidence);
        c->detail = bh_arena_str(arena, f->detail);
        c->mend = bh_arena_str(arena, f->mend);
        c->author = bh_arena_str(arena, f->author);
        c->references = copy_list(arena, f->references, f->n_references);
        c->tags = copy_list(arena, f->tags, f->n_tags);
        return c;
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

int bh_finding_cmp(const struct bh_finding *a, const struct bh_finding *b) {
        int by[] = {
                -ORDER(a->severity, b->severity), ORDER(a->kind, b->kind),
                bh_str_cmp(a->path, b->path),     ORDER(a->line, b->line),
                bh_str_cmp(a->rule, b->rule),     ORDER(a->layer, b->layer),
                ORDER(a->fingerprint, b->fingerprint),
        };

        for (size_t i = 0; i < BH_LEN(by); i++)
                if (by[i])
                        return by[i];
        return 0;
}
