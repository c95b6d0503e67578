/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FriendsOfPHP (https://github.com/FriendsOfPHP/security-advisories), a YAML
 * file an advisory:
 *
 *     title: ...
 *     cve: CVE-2014-5245
 *     reference: composer://symfony/http-kernel
 *     branches:
 *         2.3.x: { time: 2014-09-03 07:40:02, versions: ['>=2.3.0', '<2.3.19'] }
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_friendsofphp_is(const struct bh_feed_in *in) {
        return bh_str_starts(bh_doc_get_text(in->root, "reference"), BH_STR("composer://")) &&
                bh_doc_is(bh_doc_get(in->root, "branches"), BH_DOC_OBJECT);
}

/* '>=2.3.0', '<2.3.19' hold together; "dev-master" branches have neither and are passed over. */
static void read_branch(struct bh_arena *arena, const struct bh_doc *versions, bh_feed_ranges *ranges,
                        bh_feed_strs *exact) {
        struct bh_feed_terms t = { 0 };

        for (const struct bh_doc *v = bh_doc_first(versions); v; v = v->next)
                if (!bh_feed_term(arena, bh_doc_str(v), &t))
                        return;
        if (t.exact.len)
                *bh_vec_add(arena, exact) = t.exact;
        else if (t.from.len || t.below.len || t.upto.len)
                bh_feed_add_range(arena, ranges, t.from, t.below, t.below.len ? BH_STR("") : t.upto);
}

/* The file's own place tells two advisories of one package apart: "symfony/http-kernel/CVE-2014-5245". */
static struct bh_str own_name(const struct bh_feed_in *in, struct bh_str package) {
        struct bh_str file = bh_str_basename(in->path);

        (void) bh_str_cut_suffix(&file, BH_STR(".yaml"));
        return bh_arena_printf(in->arena, "FOP-%.*s/%.*s", BH_FMT(package), BH_FMT(file));
}

int bh_friendsofphp_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_affected *one = bh_arena_make(in->arena, struct bh_affected);
        struct bh_str *link = bh_arena_make(in->arena, struct bh_str), cve = bh_doc_get_text(in->root, "cve");
        struct bh_advisory a = { .affected = one, .n_affected = 1, .summary = bh_doc_get_text(in->root, "title") };
        bh_feed_ranges ranges = { 0 };
        bh_feed_strs exact = { 0 };

        one->eco = BH_ECO_COMPOSER;
        one->space = BH_STR("composer");
        one->package = bh_str_from(bh_doc_get_text(in->root, "reference"), sizeof("composer://") - 1);
        for (const struct bh_doc *b = bh_doc_first(bh_doc_get(in->root, "branches")); b; b = b->next) {
                if (!a.published_s)
                        a.published_s = bh_feed_time(bh_doc_get_text(b, "time"));
                read_branch(in->arena, bh_doc_get(b, "versions"), &ranges, &exact);
        }
        if (one->package.len == 0 || (ranges.len == 0 && exact.len == 0))
                return bh_fail(err, BH_E_FORMAT, "no branch that says which versions");
        bh_feed_set_ranges(one, &ranges);
        one->versions = exact.at;
        one->n_versions = (uint32_t) exact.len;
        one->status = BH_STATUS_AFFECTED;
        for (size_t i = 0; i < ranges.len; i++)
                if (ranges.at[i].fixed.len)
                        one->status = BH_STATUS_FIXED;
        a.id = bh_feed_is_cve(cve) ? cve : own_name(in, one->package);
        *link = bh_doc_get_text(in->root, "link");
        a.references = link;
        a.n_references = link->len > 0;
        return bh_feed_emit(in, &a, err);
}
