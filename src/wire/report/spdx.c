/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 in JSON (https://spdx.github.io/spdx-spec/v2.3/): packages and what contains them. */
#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"
#include "base/vec.h"
#include "wire/report/common.h"
#include "wire/report/sbom.h"

struct named_licence {
        struct bh_str id, text;
};

struct document {
        struct bh_json_put j;
        struct bh_arena *arena;
        const struct bh_report *reports;
        size_t n;
        struct bh_map licence_refs; /* text to "LicenseRef-..." */
        BH_VEC(struct named_licence) licences; /* those that are not on the SPDX list */
};

static struct bh_str ref(struct document *d, size_t report, const char *what, uint32_t i) {
        if (d->n == 1)
                return bh_arena_printf(d->arena, "SPDXRef-%s-%u", what, i);
        return bh_arena_printf(d->arena, "SPDXRef-%zu-%s-%u", report, what, i);
}

static struct bh_str clean(struct document *d, struct bh_str s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_put_clean(&out, s);
        return bh_arena_str(d->arena, bh_buf_str(&out));
}

/* What is not an expression of listed names gets a name of its own, and its text at the end of the document. */
static struct bh_str licence_of(struct document *d, struct bh_str licence) {
        struct bh_str *have;

        if (!licence.len)
                return BH_STR("NOASSERTION");
        if (bh_sbom_is_expression(licence))
                return licence;
        have = bh_map_get(&d->licence_refs, licence);
        if (!have) {
                have = bh_arena_make(d->arena, struct bh_str);
                *have = bh_arena_printf(d->arena, "LicenseRef-%016llx", (unsigned long long) bh_hash64(licence));
                bh_map_set(&d->licence_refs, licence, have);
                *bh_vec_add(d->arena, &d->licences) = (struct named_licence){ *have, licence };
        }
        return *have;
}

/* "Name <mail@host>" is "Organization: Name (mail@host)" here. */
static struct bh_str supplier_of(struct document *d, struct bh_str vendor) {
        struct bh_str name, mail, rest;

        if (!vendor.len)
                return BH_STR("NOASSERTION");
        vendor = clean(d, vendor);
        if (!bh_str_cut(vendor, '<', &name, &rest) || !bh_str_cut(rest, '>', &mail, &rest) || bh_str_chr(mail, '@') < 0)
                return bh_arena_cat(d->arena, BH_STR("Organization: "), vendor);
        return bh_arena_printf(d->arena, "Organization: %.*s (%.*s)", BH_FMT(bh_str_trim(name)), BH_FMT(bh_str_trim(mail)));
}

static void put_ref(struct bh_json_put *j, const char *category, const char *type, struct bh_str locator) {
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "referenceCategory", category);
        bh_json_put_cstr(j, "referenceType", type);
        bh_json_put_str(j, "referenceLocator", locator);
        bh_json_put_close(j);
}

static void put_comment(struct document *d, const struct bh_sbom_notes *notes) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };

        for (unsigned i = 0; i < notes->n; i++) {
                bh_buf_printf(&text, "%s%s=", i ? "\n" : "", notes->at[i].name);
                bh_put_clean(&text, notes->at[i].value);
        }
        bh_json_put_some(&d->j, "comment", bh_buf_str(&text));
}

/* What every package here has in common; the caller adds to it and closes it. */
static void open_package(struct document *d, struct bh_str id, struct bh_str name, struct bh_str version, const char *purpose) {
        struct bh_json_put *j = &d->j;

        bh_json_put_open(j, NULL, '{');
        bh_json_put_str(j, "SPDXID", id);
        bh_json_put_str(j, "name", clean(d, name));
        bh_json_put_some(j, "versionInfo", clean(d, version));
        bh_json_put_cstr(j, "downloadLocation", "NOASSERTION");
        bh_json_put_bool(j, "filesAnalyzed", false);
        bh_json_put_cstr(j, "licenseConcluded", "NOASSERTION");
        bh_json_put_cstr(j, "copyrightText", "NOASSERTION");
        bh_json_put_cstr(j, "primaryPackagePurpose", purpose);
}

static void put_target(struct document *d, size_t i) {
        const struct bh_report *r = &d->reports[i];
        struct bh_str id = bh_report_identity(r);

        open_package(d, ref(d, i, "Target", 0), r->target, id, bh_str_is(r->target_kind, "image") ? "CONTAINER" : "OTHER");
        bh_json_put_cstr(&d->j, "licenseDeclared", "NOASSERTION");
        if (bh_str_cut_prefix(&id, BH_STR("sha256:")) && id.len == 64) {
                bh_json_put_open(&d->j, "checksums", '[');
                bh_json_put_open(&d->j, NULL, '{');
                bh_json_put_cstr(&d->j, "algorithm", "SHA256");
                bh_json_put_str(&d->j, "checksumValue", id);
                bh_json_put_close(&d->j);
                bh_json_put_close(&d->j);
        }
        bh_json_put_close(&d->j);
}

static void put_release(struct document *d, size_t i) {
        const struct bh_release *release = &d->reports[i].release;
        struct bh_sbom_notes notes = bh_sbom_notes_of_release(release);

        if (!release->id.len)
                return;
        open_package(d, ref(d, i, "System", 0), release->id, release->version_id, "OPERATING-SYSTEM");
        bh_json_put_cstr(&d->j, "licenseDeclared", "NOASSERTION");
        bh_json_put_some(&d->j, "description", clean(d, release->pretty));
        put_comment(d, &notes);
        bh_json_put_close(&d->j);
}

/* Where people read of each vulnerability of the package; `first` and `next` chain them, as index + 1. */
static void put_refs(struct document *d, const struct bh_report *r, struct bh_str purl, uint32_t first, const uint32_t *next) {
        bh_json_put_open(&d->j, "externalRefs", '[');
        put_ref(&d->j, "PACKAGE-MANAGER", "purl", purl);
        for (uint32_t v = first; v; v = next[v - 1]) {
                char url[160];

                bh_report_vuln_url(r->vulns[v - 1].vuln.id, url, sizeof url);
                if (*url)
                        put_ref(&d->j, "SECURITY", "advisory", bh_str_of(url));
        }
        bh_json_put_close(&d->j);
}

static void put_package(struct document *d, size_t i, uint32_t k, uint32_t first, const uint32_t *next) {
        const struct bh_report *r = &d->reports[i];
        const struct bh_package *p = &r->packages[k];
        struct bh_str purl = bh_purl_of_package(d->arena, p, &r->release);
        struct bh_sbom_notes notes = bh_sbom_notes_of(d->arena, p, purl);

        open_package(d, ref(d, i, "Package", k), p->name, p->version, p->eco == BH_ECO_GENERIC ? "APPLICATION" : "LIBRARY");
        bh_json_put_str(&d->j, "licenseDeclared", licence_of(d, p->licence));
        bh_json_put_str(&d->j, "supplier", supplier_of(d, p->vendor));
        if (p->location.len)
                bh_json_put_str(&d->j, "sourceInfo", clean(d, bh_arena_cat(d->arena, BH_STR("read from "), p->location)));
        put_comment(d, &notes);
        put_refs(d, r, purl, first, next);
        bh_json_put_close(&d->j);
}

static void put_packages(struct document *d, size_t i) {
        const struct bh_report *r = &d->reports[i];
        uint32_t *first = bh_arena_array(d->arena, uint32_t, r->n_packages), *next = bh_arena_array(d->arena, uint32_t, r->n_vulns);

        for (uint32_t v = r->n_vulns; v-- > 0;) {
                next[v] = first[r->vulns[v].package];
                first[r->vulns[v].package] = v + 1;
        }
        put_target(d, i);
        put_release(d, i);
        for (uint32_t k = 0; k < r->n_packages; k++)
                put_package(d, i, k, first[k], next);
}

static void put_relationship(struct document *d, struct bh_str from, const char *type, struct bh_str to) {
        bh_json_put_open(&d->j, NULL, '{');
        bh_json_put_str(&d->j, "spdxElementId", from);
        bh_json_put_cstr(&d->j, "relationshipType", type);
        bh_json_put_str(&d->j, "relatedSpdxElement", to);
        bh_json_put_close(&d->j);
}

static void put_relationships(struct document *d, size_t i) {
        const struct bh_report *r = &d->reports[i];
        struct bh_str target = ref(d, i, "Target", 0);

        put_relationship(d, BH_STR("SPDXRef-DOCUMENT"), "DESCRIBES", target);
        if (r->release.id.len)
                put_relationship(d, target, "CONTAINS", ref(d, i, "System", 0));
        for (uint32_t k = 0; k < r->n_packages; k++)
                put_relationship(d, target, "CONTAINS", ref(d, i, "Package", k));
}

static void put_licences(struct document *d) {
        if (!d->licences.len)
                return;
        bh_json_put_open(&d->j, "hasExtractedLicensingInfos", '[');
        for (size_t i = 0; i < d->licences.len; i++) {
                struct bh_str text = clean(d, d->licences.at[i].text);

                bh_json_put_open(&d->j, NULL, '{');
                bh_json_put_str(&d->j, "licenseId", d->licences.at[i].id);
                bh_json_put_str(&d->j, "name", text);
                bh_json_put_str(&d->j, "extractedText", text);
                bh_json_put_close(&d->j);
        }
        bh_json_put_close(&d->j);
}

/* A document must have a time; without one of its own it is that of the epoch. */
static void put_creation(struct document *d) {
        int64_t when = d->n ? bh_report_time(&d->reports[0]) : 0;
        char date[21];

        bh_json_put_open(&d->j, "creationInfo", '{');
        bh_json_put_cstr(&d->j, "created", bh_time_print(BH_MAX(when, (int64_t) 0), date));
        bh_json_put_open(&d->j, "creators", '[');
        bh_json_put_str(&d->j, NULL, bh_arena_printf(d->arena, "Tool: bulkhead-%.*s", BH_FMT(d->n ? d->reports[0].version : BH_STR("0"))));
        bh_json_put_close(&d->j);
        bh_json_put_close(&d->j);
}

static void put_head(struct document *d) {
        BH_CLEANUP(bh_buf_done) struct bh_buf about = { 0 };
        char uuid[37];

        for (size_t i = 0; i < d->n; i++) {
                bh_buf_slice(&about, d->reports[i].target);
                bh_buf_slice(&about, bh_report_identity(&d->reports[i]));
                bh_buf_uvarint(&about, d->reports[i].n_packages);
        }
        bh_json_put_cstr(&d->j, "spdxVersion", "SPDX-2.3");
        bh_json_put_cstr(&d->j, "dataLicense", "CC0-1.0");
        bh_json_put_cstr(&d->j, "SPDXID", "SPDXRef-DOCUMENT");
        bh_json_put_str(&d->j, "name", d->n ? clean(d, d->reports[0].target) : BH_STR("nothing"));
        bh_json_put_str(&d->j, "documentNamespace", bh_arena_printf(d->arena, "urn:uuid:%s", bh_report_uuid(bh_buf_str(&about), uuid)));
        put_creation(d);
}

int bh_report_spdx(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                   struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct document d = { .j = { .out = out }, .arena = arena, .reports = reports, .n = n, .licence_refs = bh_map_in(arena) };

        (void) opts;
        (void) err;
        bh_json_put_open(&d.j, NULL, '{');
        put_head(&d);
        bh_json_put_open(&d.j, "packages", '[');
        for (size_t i = 0; i < n; i++)
                put_packages(&d, i);
        bh_json_put_close(&d.j);
        bh_json_put_open(&d.j, "relationships", '[');
        for (size_t i = 0; i < n; i++)
                put_relationships(&d, i);
        bh_json_put_close(&d.j);
        put_licences(&d);
        bh_json_put_close(&d.j);
        return 0;
}
