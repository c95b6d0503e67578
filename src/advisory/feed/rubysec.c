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
#include "advisory/feed/safe.h"

bool bh_rubysec_is(const struct bh_feed_in *in) {
        return (bh_doc_get_text(in->root, "gem").len || bh_doc_get_text(in->root, "engine").len) &&
                (bh_doc_get(in->root, "patched_versions") || bh_doc_get(in->root, "unaffected_versions") ||
                 bh_doc_get(in->root, "title"));
}

static int read_versions(const struct bh_feed_in *in, struct bh_affected *a, struct bh_err *err) {
        bh_feed_ranges ranges = { 0 };
        bh_safe_stretches safe = { 0 };

        if (bh_doc_count(bh_doc_get(in->root, "patched_versions")) > BH_SAFE_MAX ||
            bh_doc_count(bh_doc_get(in->root, "unaffected_versions")) > BH_SAFE_MAX)
                return bh_fail(err, BH_E_LIMIT, "more than %d safe versions", BH_SAFE_MAX);

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "patched_versions")); n; n = n->next)
                bh_safe_add(in->arena, bh_doc_str(n), false, &safe);
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "unaffected_versions")); n; n = n->next)
                bh_safe_add(in->arena, bh_doc_str(n), false, &safe);
        bh_safe_invert(in->arena, &safe, &ranges);
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
