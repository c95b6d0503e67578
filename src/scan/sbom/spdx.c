/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3 in JSON, and what the tag-value form and SPDX 3 write in the same words. */
#include "base/map.h"
#include "scan/sbom/item.h"

struct bh_str bh_spdx_text(struct bh_str s) {
        return bh_str_is(s, "NOASSERTION") || bh_str_is(s, "NONE") ? (struct bh_str){ 0 } : s;
}

struct bh_str bh_spdx_supplier(struct bh_arena *arena, struct bh_str s) {
        struct bh_str name, mail;

        s = bh_str_trim(bh_spdx_text(s));
        if (!bh_str_cut_prefix(&s, BH_STR("Organization:")))
                bh_str_cut_prefix(&s, BH_STR("Person:"));
        s = bh_str_trim(s);
        if (!bh_str_cut_suffix(&s, BH_STR(")")) || !bh_str_cut(s, '(', &name, &mail) || bh_str_chr(mail, '@') < 0)
                return s;
        return bh_arena_cat(arena, bh_arena_cat(arena, bh_arena_cat(arena, bh_str_trim(name), BH_STR(" <")), mail), BH_STR(">"));
}

enum bh_sbom_kind bh_spdx_purpose(struct bh_str purpose) {
        static const struct {
                const char *word;
                enum bh_sbom_kind kind;
        } rows[] = {
                { "OPERATING-SYSTEM", BH_SBOM_SYSTEM }, { "OPERATING_SYSTEM", BH_SBOM_SYSTEM }, { "operatingSystem", BH_SBOM_SYSTEM },
                { "CONTAINER", BH_SBOM_OTHER }, { "container", BH_SBOM_OTHER }, { "FILE", BH_SBOM_OTHER }, { "file", BH_SBOM_OTHER },
                { "SOURCE", BH_SBOM_OTHER }, { "source", BH_SBOM_OTHER }, { "ARCHIVE", BH_SBOM_OTHER }, { "archive", BH_SBOM_OTHER },
                { "DEVICE", BH_SBOM_OTHER }, { "device", BH_SBOM_OTHER }, { "OTHER", BH_SBOM_OTHER }, { "other", BH_SBOM_OTHER },
        };

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(purpose, rows[i].word))
                        return rows[i].kind;
        return BH_SBOM_PACKAGE;
}

void bh_spdx_source(struct bh_sbom_item *item, struct bh_str info) {
        struct bh_str name;

        info = bh_str_trim(info);
        if (bh_str_cut_prefix(&info, BH_STR("built package from:")) && bh_str_word(&info, &name)) {
                item->source = name;
                item->source_version = bh_str_trim(info);
        }
}

static struct bh_str purl_of(const struct bh_doc *package) {
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(package, "externalRefs")); r; r = r->next)
                if (bh_str_ends(bh_doc_get_text(r, "referenceType"), BH_STR("purl")))
                        return bh_doc_get_text(r, "referenceLocator");
        return (struct bh_str){ 0 };
}

struct known {
        struct bh_map described; /* SPDXIDs of what the document is about */
        struct bh_map licences;  /* LicenseRef- to the doc node with its text */
};

static struct bh_str licence_of(const struct known *k, struct bh_str said) {
        const struct bh_doc *own = bh_map_get(&k->licences, said);
        struct bh_str text = bh_doc_get_text(own, "extractedText"), name = bh_doc_get_text(own, "name");

        if (!own)
                return bh_spdx_text(said);
        return bh_spdx_text(name).len ? name : text.len < 200 ? text : said; /* a name, not a whole licence */
}

static int take(struct bh_sbom *s, const struct known *k, const struct bh_doc *p, struct bh_err *err) {
        struct bh_sbom_item item = { .kind = bh_spdx_purpose(bh_doc_get_text(p, "primaryPackagePurpose")),
                                     .name = bh_doc_get_text(p, "name"), .version = bh_doc_get_text(p, "versionInfo"),
                                     .purl = purl_of(p), .vendor = bh_spdx_supplier(s->arena, bh_doc_get_text(p, "supplier")),
                                     .description = bh_doc_get_text(p, "description") };

        if (bh_map_has(&k->described, bh_doc_get_text(p, "SPDXID")) && item.kind != BH_SBOM_SYSTEM)
                item.kind = BH_SBOM_OTHER;
        if (item.kind == BH_SBOM_OTHER && (bh_str_starts(item.purl, BH_STR("pkg:oci/")) || bh_str_starts(item.purl, BH_STR("pkg:docker/"))))
                item.purl.len = 0;
        item.licence = licence_of(k, bh_doc_get_text(p, "licenseDeclared"));
        if (!item.licence.len)
                item.licence = licence_of(k, bh_doc_get_text(p, "licenseConcluded"));
        bh_spdx_source(&item, bh_doc_get_text(p, "sourceInfo"));
        bh_sbom_item_comment(s, &item, bh_doc_get_text(p, "comment"));
        return bh_sbom_take(s, &item, err);
}

static void learn(struct known *k, const struct bh_doc *root) {
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(root, "documentDescribes")); d; d = d->next)
                bh_map_set(&k->described, bh_doc_str(d), k);
        for (const struct bh_doc *r = bh_doc_first(bh_doc_get(root, "relationships")); r; r = r->next)
                if (bh_str_is(bh_doc_get_text(r, "relationshipType"), "DESCRIBES"))
                        bh_map_set(&k->described, bh_doc_get_text(r, "relatedSpdxElement"), k);
        for (struct bh_doc *l = (struct bh_doc *) (uintptr_t) bh_doc_first(bh_doc_get(root, "hasExtractedLicensingInfos")); l; l = l->next)
                bh_map_set(&k->licences, bh_doc_get_text(l, "licenseId"), l);
}

int bh_sbom_spdx(struct bh_sbom *s, const struct bh_doc *root, struct bh_err *err) {
        struct known k = { bh_map_in(s->arena), bh_map_in(s->arena) };
        struct bh_str version = bh_doc_get_text(root, "spdxVersion");

        if (!bh_str_starts(version, BH_STR("SPDX-2.")))
                return bh_fail(err, BH_E_UNSUPPORTED, "%s is not known here", BH_QUOTE(version));
        learn(&k, root);
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(root, "packages")); p; p = p->next) {
                int r = take(s, &k, p, err);

                if (r < 0)
                        return r;
        }
        return 0;
}
