/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Red Hat's Security Data API, one file a CVE
 * (https://docs.redhat.com/en/documentation/red_hat_security_data_api/):
 *
 *     affected_release[]  product, NVR and RHSA of a fix that was shipped
 *     package_state[]     product, source package and what became of it
 *
 * Names are those of source packages. A fix for a module has the module's own
 * version in place of a package's:
 *
 *     "nodejs:18-8090020231228181157.a75119d5"  ->  package and module "nodejs:18", fixed "8090020231228181157"
 *
 * Layered products (OpenShift, JBoss, ...) are left out: what an image's RPM
 * database says does not tell which of them it has.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "advisory/feed/rhel.h"

bool bh_redhat_is(const struct bh_feed_in *in) {
        return bh_feed_is_cve(bh_doc_get_text(in->root, "name")) &&
                (bh_doc_get(in->root, "threat_severity") || bh_doc_get(in->root, "bugzilla") ||
                 bh_doc_get(in->root, "package_state") || bh_doc_get(in->root, "affected_release"));
}

static bool same(const struct bh_affected *a, const struct bh_affected *b) {
        return a->status == b->status && bh_str_eq(a->space, b->space) && bh_str_eq(a->package, b->package) &&
                bh_str_eq(a->module, b->module) && a->n_ranges == b->n_ranges &&
                (a->n_ranges == 0 || bh_str_eq(a->ranges[0].fixed, b->ranges[0].fixed));
}

/* Each product is listed once for every CPE it has. */
static void add_once(struct bh_arena *arena, bh_feed_affs *list, const struct bh_affected *a) {
        size_t from = list->len > 256 ? list->len - 256 : 0; /* twins stand close by: no need to be quadratic */

        for (size_t i = from; i < list->len; i++)
                if (same(&list->at[i], a))
                        return;
        *bh_vec_add(arena, list) = *a;
}

/* "nodejs:18-8090020231228181157.a75119d5": a name with a colon before its only dash-number. */
static bool read_module(struct bh_str text, struct bh_affected *a, struct bh_range *range) {
        struct bh_str name, build, stream, context;
        ptrdiff_t dash = bh_str_rchr(text, '-');
        uint64_t n;

        if (dash <= 0)
                return false;
        name = bh_str_part(text, 0, (size_t) dash);
        (void) bh_str_cut(bh_str_from(text, (size_t) dash + 1), '.', &build, &context);
        if (!bh_str_cut(name, ':', &name, &stream) || stream.len == 0 || build.len < 10 || !bh_str_u64(build, &n))
                return false;
        a->package = a->module = (struct bh_str){ name.at, name.len + 1 + stream.len };
        range->fixed = build;
        return true;
}

static bool read_release(struct bh_arena *arena, const struct bh_doc *release, struct bh_affected *a) {
        struct bh_str package = bh_doc_get_text(release, "package");
        struct bh_range *range;
        struct bh_nvr nvr;

        a->space = bh_rhel_space(arena, bh_doc_get_text(release, "cpe"));
        if (a->space.len == 0 || package.len == 0)
                return false;
        range = bh_arena_make(arena, struct bh_range);
        if (!read_module(package, a, range)) {
                if (!bh_nvr_parse(package, false, &nvr))
                        return false; /* an image, or a fix without a package */
                a->package = nvr.name;
                range->fixed = nvr.evr;
        }
        a->status = BH_STATUS_FIXED;
        a->fix_id = bh_doc_get_text(release, "advisory");
        a->ranges = range;
        a->n_ranges = 1;
        return true;
}

static const struct {
        const char *word;
        enum bh_status status;
} states[] = {
        { "Affected", BH_STATUS_AFFECTED },
        { "Will not fix", BH_STATUS_WILL_NOT_FIX },
        { "Fix deferred", BH_STATUS_DEFERRED },
        { "Not affected", BH_STATUS_NOT_AFFECTED },
        { "Out of support scope", BH_STATUS_END_OF_LIFE },
        { "Under investigation", BH_STATUS_UNDER_INVESTIGATION },
        { "New", BH_STATUS_UNDER_INVESTIGATION },
};

/* "nodejs:18/nodejs" is a package of a module, "openshift4/ose-cli" an image. */
static bool read_state(struct bh_arena *arena, const struct bh_doc *state, struct bh_affected *a) {
        struct bh_str word = bh_doc_get_text(state, "fix_state"), module, name;
        size_t i;

        a->space = bh_rhel_space(arena, bh_doc_get_text(state, "cpe"));
        a->package = bh_doc_get_text(state, "package_name");
        if (bh_str_cut(a->package, '/', &module, &name)) {
                if (bh_str_chr(module, ':') < 0 || bh_str_ends(module, BH_STR(":flatpak")))
                        return false;
                a->module = module;
                a->package = name;
        }
        for (i = 0; i < BH_LEN(states) && !bh_str_is(word, states[i].word); i++)
                ;
        if (a->space.len == 0 || a->package.len == 0 || i == BH_LEN(states))
                return false;
        a->status = states[i].status;
        return true;
}

static void read_affected(const struct bh_feed_in *in, bh_feed_affs *out) {
        static const struct {
                const char *field;
                bool (*read)(struct bh_arena *arena, const struct bh_doc *from, struct bh_affected *to);
        } lists[] = { { "affected_release", read_release }, { "package_state", read_state } };

        for (size_t i = 0; i < BH_LEN(lists); i++)
                for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, lists[i].field)); n; n = n->next) {
                        struct bh_affected a = { .eco = BH_ECO_RPM,
                                                 .severity = bh_doc_get_text(in->root, "threat_severity") };

                        if (lists[i].read(in->arena, n, &a))
                                add_once(in->arena, out, &a);
                }
}

/* The API puts all links into one string, a line each. */
static void read_references(struct bh_arena *arena, const struct bh_doc *list, bh_feed_strs *out) {
        for (const struct bh_doc *n = bh_doc_first(list); n; n = n->next) {
                struct bh_str rest = bh_doc_str(n), url;

                while (bh_str_word(&rest, &url))
                        *bh_vec_add(arena, out) = url;
        }
}

/* "CWE-122", "CWE-20->CWE-119", "(CWE-416|CWE-787)" */
static void read_cwes(struct bh_arena *arena, struct bh_str text, bh_feed_strs *out) {
        ptrdiff_t at;

        while ((at = bh_str_find(text, BH_STR("CWE-"))) >= 0) {
                struct bh_str s = bh_str_from(text, (size_t) at);
                size_t n = 4;

                while (n < s.len && bh_is_digit(s.at[n]))
                        n++;
                if (n > 4)
                        bh_feed_add_once(arena, out, bh_str_part(s, 0, n));
                text = bh_str_from(s, n);
        }
}

int bh_redhat_read(const struct bh_feed_in *in, struct bh_err *err) {
        const struct bh_doc *root = in->root;
        struct bh_advisory a = { .id = bh_doc_get_text(root, "name"),
                                 .summary = bh_doc_get_text(bh_doc_get(root, "bugzilla"), "description"),
                                 .details = bh_doc_str(bh_doc_first(bh_doc_get(root, "details"))),
                                 .published_s = bh_feed_time(bh_doc_get_text(root, "public_date")) };
        struct bh_str v3 = bh_doc_get_text(bh_doc_get(root, "cvss3"), "cvss3_scoring_vector");
        struct bh_str v2 = bh_doc_get_text(bh_doc_get(root, "cvss"), "cvss_scoring_vector");
        bh_feed_strs cvss = { 0 }, cwes = { 0 }, references = { 0 };
        bh_feed_affs affected = { 0 };

        /* The bug's title begins with its own CVE: "CVE-2021-1234 kernel: ...". */
        if (bh_str_cut_prefix(&a.summary, a.id))
                a.summary = bh_str_trim(a.summary);
        read_affected(in, &affected);
        if (v3.len)
                *bh_vec_add(in->arena, &cvss) = v3;
        if (v2.len)
                *bh_vec_add(in->arena, &cvss) = v2;
        read_cwes(in->arena, bh_doc_get_text(root, "cwe"), &cwes);
        read_references(in->arena, bh_doc_get(root, "references"), &references);
        a.severity = bh_doc_get_text(root, "threat_severity");
        a.affected = affected.at;
        a.n_affected = (uint32_t) affected.len;
        a.cvss = cvss.at;
        a.n_cvss = (uint32_t) cvss.len;
        a.cwes = cwes.at;
        a.n_cwes = (uint32_t) cwes.len;
        a.references = references.at;
        a.n_references = (uint32_t) references.len;
        return bh_feed_emit(in, &a, err);
}
