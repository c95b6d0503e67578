/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpine's secdb (https://secdb.alpinelinux.org), also served by Wolfi and
 * Chainguard: which version of a source package fixed which CVEs.
 *
 *     { "distroversion": "v3.19", "reponame": "main",
 *       "packages": [ { "pkg": { "name": "zlib", "secfixes": { "1.2.12-r2": [ "CVE-2022-37434 GHSA-..." ] } } } ] }
 *
 * A fix at "0" says that the package was never affected. One entry may hold
 * several names of one problem, set apart by spaces.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_secdb_is(const struct bh_feed_in *in) {
        const struct bh_doc *pkg = bh_doc_get(bh_doc_first(bh_doc_get(in->root, "packages")), "pkg");

        return bh_doc_get_text(in->root, "apkurl").len && (pkg || bh_doc_get(in->root, "packages"));
}

static struct bh_str space_of(const struct bh_feed_in *in) {
        struct bh_str release = bh_doc_get_text(in->root, "distroversion");
        struct bh_str url = bh_doc_get_text(in->root, "urlprefix"), path = in->path;

        if (bh_str_find(url, BH_STR("wolfi")) >= 0)
                return BH_STR("wolfi");
        if (bh_str_find(url, BH_STR("chainguard")) >= 0 || bh_str_find(url, BH_STR("cgr.dev")) >= 0)
                return BH_STR("chainguard");
        if (release.len == 0) /* older files know it only by their folder */
                release = bh_str_basename(bh_str_dirname(path));
        if (release.len > 1 && release.at[0] == 'v')
                release = bh_str_from(release, 1);
        return bh_arena_cat(in->arena, BH_STR("alpine:"), release);
}

/* "CVE-2022-37434", "CVE-2019-1 (+ others)", "CVE-2021-1 GHSA-xxxx", "ZBX-11023" */
static int read_fix(const struct bh_feed_in *in, struct bh_str names, const struct bh_affected *affected,
                    struct bh_err *err) {
        struct bh_affected *one = bh_arena_make(in->arena, struct bh_affected);
        struct bh_advisory a = { .affected = one, .n_affected = 1 };
        bh_feed_strs aliases = { 0 };
        struct bh_str name;
        int r = 0;

        *one = *affected;
        while (bh_str_word(&names, &name)) {
                (void) bh_str_cut_suffix(&name, BH_STR(","));
                if (!bh_is_upper(name.at[0]) || bh_str_chr(name, '-') < 0)
                        continue;
                if (a.id.len == 0) {
                        a.id = name;
                } else if (bh_feed_is_cve(name) && bh_feed_is_cve(a.id)) { /* two problems in one line */
                        r = bh_feed_emit(in, &a, err);
                        if (r < 0)
                                return r;
                        a.id = name;
                } else {
                        *bh_vec_add(in->arena, &aliases) = name;
                }
        }
        if (a.id.len == 0)
                return 0;
        a.aliases = aliases.at;
        a.n_aliases = (uint32_t) aliases.len;
        return bh_feed_emit(in, &a, err);
}

static int read_package(const struct bh_feed_in *in, struct bh_str space, const struct bh_doc *pkg, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *v = bh_doc_first(bh_doc_get(pkg, "secfixes")); v && r >= 0; v = v->next) {
                struct bh_range *range = bh_arena_make(in->arena, struct bh_range);
                struct bh_affected a = { .eco = BH_ECO_APK, .space = space, .package = bh_doc_get_text(pkg, "name") };

                if (a.package.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "line %u: a package without a name", v->line);
                a.status = bh_str_is(v->key, "0") ? BH_STATUS_NOT_AFFECTED : BH_STATUS_FIXED;
                range->fixed = v->key;
                if (a.status == BH_STATUS_FIXED) {
                        a.ranges = range;
                        a.n_ranges = 1;
                }
                for (const struct bh_doc *c = bh_doc_first(v); c && r >= 0; c = c->next)
                        r = read_fix(in, bh_doc_str(c), &a, err);
        }
        return r;
}

int bh_secdb_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_str space = space_of(in);

        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(in->root, "packages")); p; p = p->next) {
                int r = read_package(in, space, bh_doc_get(p, "pkg"), err);

                if (r == BH_E_FORMAT)
                        bh_feed_gap(in, BH_STR("packages"), err);
                else if (r < 0)
                        return r;
        }
        return 0;
}
