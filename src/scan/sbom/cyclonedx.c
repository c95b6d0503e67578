/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.2 to 1.7 in JSON: components, and components within components. */
#include "scan/pkg/licence.h"
#include "scan/sbom/item.h"

static enum bh_sbom_kind kind_of(struct bh_str type) {
        static const struct {
                const char *type;
                enum bh_sbom_kind kind;
        } rows[] = {
                { "library", BH_SBOM_PACKAGE }, { "framework", BH_SBOM_PACKAGE }, { "application", BH_SBOM_PACKAGE },
                { "operating-system", BH_SBOM_SYSTEM }, { "firmware", BH_SBOM_PACKAGE },
        };

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(type, rows[i].type))
                        return rows[i].kind;
        return BH_SBOM_OTHER;
}

static struct bh_str licence_of(struct bh_arena *arena, const struct bh_doc *licences) {
        struct bh_str all = { 0 };

        for (const struct bh_doc *l = bh_doc_first(licences); l; l = l->next) {
                const struct bh_doc *one = bh_doc_get(l, "license");
                struct bh_str text = bh_doc_get_text(one, "id");

                if (!text.len)
                        text = bh_doc_get_text(one, "name");
                if (!text.len)
                        text = bh_doc_get_text(l, "expression");
                all = bh_licence_join(arena, all, " AND ", text);
        }
        return all;
}

static int take_list(struct bh_sbom *s, const struct bh_doc *list, struct bh_err *err);

static int take(struct bh_sbom *s, const struct bh_doc *c, struct bh_err *err) {
        struct bh_sbom_item item = { .kind = kind_of(bh_doc_get_text(c, "type")), .name = bh_doc_get_text(c, "name"),
                                     .version = bh_doc_get_text(c, "version"), .purl = bh_doc_get_text(c, "purl"),
                                     .vendor = bh_doc_get_text(bh_doc_get(c, "supplier"), "name"),
                                     .description = bh_doc_get_text(c, "description"),
                                     .dev = bh_str_is(bh_doc_get_text(c, "scope"), "excluded") };
        bool lock_file = false;
        int r;

        if (!item.vendor.len)
                item.vendor = bh_doc_get_text(c, "publisher");
        item.licence = licence_of(s->arena, bh_doc_get(c, "licenses"));
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(c, "properties")); p; p = p->next) {
                /* Trivy lists each lock file as an "application" that is none. */
                lock_file = lock_file || bh_str_is(bh_doc_get_text(p, "name"), "aquasecurity:trivy:Class");
                bh_sbom_item_note(s, &item, bh_doc_get_text(p, "name"), bh_doc_get_text(p, "value"));
        }
        if (lock_file && !item.purl.len && item.kind == BH_SBOM_PACKAGE)
                item.kind = BH_SBOM_OTHER;
        r = bh_sbom_take(s, &item, err);
        return r < 0 ? r : take_list(s, bh_doc_get(c, "components"), err);
}

/* Nesting is bounded by that of the document. */
static int take_list(struct bh_sbom *s, const struct bh_doc *list, struct bh_err *err) {
        for (const struct bh_doc *c = bh_doc_first(list); c; c = c->next) {
                int r = take(s, c, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* What the list is about is no package of its own, unless it has a package URL of a kind we know: an application's. */
static int take_subject(struct bh_sbom *s, const struct bh_doc *subject, struct bh_err *err) {
        struct bh_str purl = bh_doc_get_text(subject, "purl");

        if (bh_str_starts(purl, BH_STR("pkg:oci/")) || bh_str_starts(purl, BH_STR("pkg:docker/")))
                purl.len = 0;
        if (purl.len || bh_str_is(bh_doc_get_text(subject, "type"), "operating-system"))
                return take(s, subject, err);
        return take_list(s, bh_doc_get(subject, "components"), err);
}

int bh_sbom_cyclonedx(struct bh_sbom *s, const struct bh_doc *root, struct bh_err *err) {
        struct bh_str version = bh_doc_get_text(root, "specVersion");
        int r;

        if (!bh_str_starts(version, BH_STR("1.")))
                return bh_fail(err, BH_E_UNSUPPORTED, "CycloneDX %s is not known here", BH_QUOTE(version));
        r = take_subject(s, bh_doc_path(root, "metadata.component"), err);
        return r < 0 ? r : take_list(s, bh_doc_get(root, "components"), err);
}
