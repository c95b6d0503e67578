/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rocky Linux's errata (https://errata.rockylinux.org/api/v2/advisories), one
 * advisory a file, or pages of them: { "advisories": [ ... ] }.
 *
 *     "name": "RLSA-2019:0975", "cves": [ { "name": "CVE-..." } ],
 *     "rpms": { "Rocky Linux 8": { "nvras": [ "runc-0:1.0-1.el8.x86_64.rpm", ... ] } }
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "advisory/feed/rhel.h"

static bool is_advisory(const struct bh_doc *root) {
        return bh_doc_get_text(root, "name").len && bh_doc_is(bh_doc_get(root, "rpms"), BH_DOC_OBJECT) &&
                bh_doc_get(root, "synopsis");
}

bool bh_rocky_is(const struct bh_feed_in *in) {
        return is_advisory(in->root) || is_advisory(bh_doc_first(bh_doc_get(in->root, "advisories")));
}

/* "Important: container-tools:rhel8 security update": the module, when the packages are of one. */
static struct bh_str module_of(struct bh_str synopsis) {
        struct bh_str word, name, stream;

        while (bh_str_word(&synopsis, &word))
                if (bh_str_cut(word, ':', &name, &stream) && name.len && stream.len)
                        return word;
        return (struct bh_str){ 0 };
}

static void read_rpms(struct bh_arena *arena, const struct bh_doc *release, struct bh_str module, bh_feed_affs *out) {
        struct bh_map seen = bh_map_in(arena);
        struct bh_str name = release->key, space;
        struct bh_nvr nvr;

        if (!bh_str_cut_prefix(&name, BH_STR("Rocky Linux ")))
                return;
        space = bh_arena_cat(arena, BH_STR("rocky:"), name);
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(release, "nvras")); n; n = n->next) {
                struct bh_affected a = { .eco = BH_ECO_RPM, .space = space, .binary = true, .status = BH_STATUS_FIXED };

                if (!bh_nvr_parse(bh_doc_str(n), true, &nvr) || bh_str_is(nvr.arch, "src") || bh_feed_is_debug_rpm(nvr.name))
                        continue;
                a.package = nvr.name;
                a.arch = bh_str_is(nvr.arch, "noarch") ? BH_STR("") : nvr.arch;
                a.ranges = bh_arena_make(arena, struct bh_range);
                a.ranges[0].fixed = nvr.evr;
                a.n_ranges = 1;
                if (bh_str_find(nvr.evr, BH_STR(".module+")) >= 0)
                        a.module = module;
                bh_feed_add_rpm(arena, out, &seen, &a);
        }
}

static int read_one(const struct bh_feed_in *in, const struct bh_doc *root, struct bh_err *err) {
        struct bh_advisory a = { .id = bh_doc_get_text(root, "name"),
                                 .summary = bh_doc_get_text(root, "synopsis"),
                                 .details = bh_doc_get_text(root, "description"),
                                 .severity = bh_doc_get_text(root, "severity"),
                                 .published_s = bh_feed_time(bh_doc_get_text(root, "publishedAt")) };
        bh_feed_affs affected = { 0 };
        bh_feed_strs cves = { 0 };
        struct bh_str url = bh_arena_cat(in->arena, BH_STR("https://errata.rockylinux.org/"), a.id);

        if (a.id.len == 0)
                return bh_fail(err, BH_E_FORMAT, "line %u: an advisory without a name", root->line);
        (void) bh_str_cut_prefix(&a.severity, BH_STR("SEVERITY_"));
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(root, "rpms")); r; r = r->next)
                read_rpms(in->arena, r, module_of(a.summary), &affected);
        for (const struct bh_doc *c = bh_doc_first(bh_doc_get(root, "cves")); c; c = c->next)
                if (bh_feed_is_cve(bh_doc_get_text(c, "name")))
                        bh_feed_add_once(in->arena, &cves, bh_doc_get_text(c, "name"));
        a.affected = affected.at;
        a.n_affected = (uint32_t) affected.len;
        a.n_references = 1;
        a.references = bh_arena_array(in->arena, struct bh_str, 1);
        a.references[0] = url;
        return bh_feed_erratum(in, &a, &cves, err);
}

int bh_rocky_read(const struct bh_feed_in *in, struct bh_err *err) {
        int r = 0;

        if (is_advisory(in->root))
                return read_one(in, in->root, err);
        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "advisories")); n && r >= 0; n = n->next)
                r = read_one(in, n, err);
        return r;
}
