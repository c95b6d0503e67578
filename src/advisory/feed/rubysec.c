/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RubySec (https://github.com/rubysec/ruby-advisory-db), a YAML file an
 * advisory. It names the versions that are safe; what is between them is not:
 *
 *     gem: RedCloth              (or  engine: ruby)
 *     cve: 2012-6684
 *     ghsa: r23g-3qw4-gfh2
 *     patched_versions: [ ">= 4.3.0", "~> 4.2.9, >= 4.2.9.1" ]
 *     unaffected_versions: [ "< 2.0" ]
 *
 * A patched series "~> 1.2.3" opens the next vulnerable stretch where it ends.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_rubysec_is(const struct bh_feed_in *in) {
        return (bh_doc_get_text(in->root, "gem").len || bh_doc_get_text(in->root, "engine").len) &&
                (bh_doc_get(in->root, "patched_versions") || bh_doc_get(in->root, "unaffected_versions") ||
                 bh_doc_get(in->root, "title"));
}

/* A stretch of safe versions: from <= v < below; empty below: without an end. */
struct stretch {
        struct bh_str from, below;
        bool patched;
};
typedef BH_VEC(struct stretch) stretches;

/* Enough to put the publisher's own bounds in a row: numbers by value, a missing part as 0, words before numbers. */
static int order(struct bh_str a, struct bh_str b) {
        struct bh_str x, y;

        while (a.len || b.len) {
                uint64_t m = 0, n = 0;
                bool word_x, word_y;
                int r;

                x = y = BH_STR("0");
                (void) bh_str_split(&a, '.', &x);
                (void) bh_str_split(&b, '.', &y);
                word_x = !bh_str_u64(x, &m);
                word_y = !bh_str_u64(y, &n);
                r = word_x && word_y ? bh_str_cmp(x, y) : word_x != word_y ? (int) word_y - (int) word_x : (m > n) - (m < n);
                if (r)
                        return r;
        }
        return 0;
}

/* "~> 4.2.9, >= 4.2.9.1": terms that hold together. */
static void add_stretch(struct bh_arena *arena, struct bh_str text, bool patched, stretches *out) {
        struct stretch s = { .patched = patched };
        struct bh_str term;

        while (bh_str_split(&text, ',', &term)) {
                struct bh_feed_terms t = { 0 };

                if (!bh_feed_term(arena, term, &t))
                        return;
                if (t.exact.len) { /* one safe version, and the next one is not known to be */
                        t.from = t.exact;
                        t.below = bh_arena_cat(arena, t.exact, BH_STR(".0.0.1"));
                }
                if (t.upto.len)
                        t.below = bh_arena_cat(arena, t.upto, BH_STR(".0.0.1"));
                if (t.above)
                        t.from = bh_arena_cat(arena, t.from, BH_STR(".0.0.1"));
                if (t.from.len && (!s.from.len || order(t.from, s.from) > 0))
                        s.from = t.from;
                if (t.below.len && (!s.below.len || order(t.below, s.below) < 0))
                        s.below = t.below;
        }
        if (s.from.len || s.below.len)
                *bh_vec_add(arena, out) = s;
}

static void sort(stretches *list) {
        for (size_t i = 1; i < list->len; i++)
                for (size_t k = i; k > 0; k--) {
                        struct stretch *a = &list->at[k - 1], *b = &list->at[k], swap = *a;

                        if (!b->from.len ? !a->from.len : a->from.len ? order(a->from, b->from) <= 0 : true)
                                break;
                        *a = *b;
                        *b = swap;
                }
}

/* What lies between the safe stretches. */
static void invert(struct bh_arena *arena, stretches *safe, bh_feed_ranges *out) {
        struct bh_str at = { 0 }; /* everything below is accounted for */

        sort(safe);
        for (size_t i = 0; i < safe->len; i++) {
                const struct stretch *s = &safe->at[i];

                if (s->from.len && (!at.len || order(s->from, at) > 0))
                        bh_feed_add_range(arena, out, at, s->from, BH_STR(""));
                if (!s->below.len)
                        return;
                if (!at.len || order(s->below, at) > 0)
                        at = s->below;
        }
        bh_feed_add_range(arena, out, at, BH_STR(""), BH_STR(""));
}

enum { STRETCHES_MAX = 1000 }; /* they are sorted the simple way */

static int read_versions(const struct bh_feed_in *in, struct bh_affected *a, struct bh_err *err) {
        bh_feed_ranges ranges = { 0 };
        stretches safe = { 0 };

        if (bh_doc_count(bh_doc_get(in->root, "patched_versions")) > STRETCHES_MAX ||
            bh_doc_count(bh_doc_get(in->root, "unaffected_versions")) > STRETCHES_MAX)
                return bh_fail(err, BH_E_LIMIT, "more than %d safe versions", STRETCHES_MAX);

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "patched_versions")); n; n = n->next)
                add_stretch(in->arena, bh_doc_str(n), true, &safe);
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "unaffected_versions")); n; n = n->next)
                add_stretch(in->arena, bh_doc_str(n), false, &safe);
        invert(in->arena, &safe, &ranges);
        bh_feed_set_ranges(a, &ranges);
        a->status = bh_doc_count(bh_doc_get(in->root, "patched_versions")) ? BH_STATUS_FIXED : BH_STATUS_AFFECTED;
        return 0;
}

static void add_name(const struct bh_feed_in *in, const char *field, const char *prefix, bh_feed_strs *names) {
        struct bh_str value = bh_doc_get_text(in->root, field);

        if (value.len)
                *bh_vec_add(in->arena, names) = bh_arena_cat(in->arena, bh_str_of(prefix), value);
}

int bh_rubysec_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_affected *one = bh_arena_make(in->arena, struct bh_affected);
        struct bh_advisory a = { .affected = one, .n_affected = 1 };
        bh_feed_strs names = { 0 }, references = { 0 };
        int r;

        one->package = bh_doc_get_text(in->root, "gem");
        if (one->package.len) {
                one->eco = BH_ECO_GEM;
                one->space = BH_STR("gem");
        } else { /* Ruby itself, as recognised in a binary */
                one->package = bh_doc_get_text(in->root, "engine");
                one->eco = BH_ECO_GENERIC;
                one->space = BH_STR("generic");
        }
        r = read_versions(in, one, err);
        if (r < 0)
                return r;
        add_name(in, "cve", "CVE-", &names);
        add_name(in, "ghsa", "GHSA-", &names);
        add_name(in, "osvdb", "OSVDB-", &names);
        if (names.len == 0) {
                struct bh_str file = bh_str_basename(in->path);

                (void) bh_str_cut_suffix(&file, BH_STR(".yml"));
                *bh_vec_add(in->arena, &names) = file;
        }
        a.id = names.at[0];
        a.aliases = names.at + 1;
        a.n_aliases = (uint32_t) names.len - 1;
        a.summary = bh_doc_get_text(in->root, "title");
        a.details = bh_doc_get_text(in->root, "description");
        a.published_s = bh_feed_time(bh_doc_get_text(in->root, "date"));
        if (bh_doc_get_text(in->root, "url").len)
                *bh_vec_add(in->arena, &references) = bh_doc_get_text(in->root, "url");
        bh_feed_add_text(in->arena, &references, bh_doc_path(in->root, "related.url"));
        a.references = references.at;
        a.n_references = (uint32_t) references.len;
        return bh_feed_emit(in, &a, err);
}
