/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX 3.0 in JSON-LD: a graph of elements that name each other.
 *
 *     { "type": "software_Package", "spdxId": "...", "name": "zlib1g", "software_packageVersion": "...",
 *       "software_packageUrl": "pkg:deb/...", "suppliedBy": "ID of an Organization" }
 *     { "type": "Relationship", "relationshipType": "hasDeclaredLicense", "from": "...", "to": [ "..." ] }
 *     { "type": "simplelicensing_LicenseExpression", "spdxId": "...", "simplelicensing_licenseExpression": "MIT" }
 */
#include <stdio.h>

#include "base/map.h"
#include "scan/sbom/item.h"

struct graph {
        struct bh_sbom *s;
        struct bh_map by_id;    /* elements */
        struct bh_map licences; /* of a package: the element that states it */
        struct bh_map roots;
};

static struct bh_str id_of(const struct bh_doc *e) {
        struct bh_str id = bh_doc_get_text(e, "spdxId");

        return id.len ? id : bh_doc_get_text(e, "@id");
}

static struct bh_doc *element(const struct graph *g, struct bh_str id) {
        return bh_map_get(&g->by_id, id);
}

/* Names of the software profile have its name in front; drafts of the format wrote them without. */
static bool is_type(const struct bh_doc *e, const char *type) {
        struct bh_str said = bh_doc_get_text(e, "type");

        if (!said.len)
                said = bh_doc_get_text(e, "@type");
        bh_str_cut_prefix(&said, BH_STR("software_"));
        return bh_str_is(said, type);
}

static struct bh_str software(const struct bh_doc *e, const char *name) {
        char full[64];
        struct bh_str value;

        (void) snprintf(full, sizeof full, "software_%s", name);
        value = bh_doc_get_text(e, full);
        return value.len ? value : bh_doc_get_text(e, name);
}

static void learn_licence(struct graph *g, const struct bh_doc *relationship) {
        struct bh_str type = bh_doc_get_text(relationship, "relationshipType"), from = bh_doc_get_text(relationship, "from");
        struct bh_doc *to = element(g, bh_doc_str(bh_doc_first(bh_doc_get(relationship, "to"))));

        if (!to || !from.len)
                return;
        if (bh_str_is(type, "hasDeclaredLicense") || (bh_str_is(type, "hasConcludedLicense") && !bh_map_has(&g->licences, from)))
                bh_map_set(&g->licences, from, to);
}

static void learn(struct graph *g, const struct bh_doc *list) {
        for (struct bh_doc *e = (struct bh_doc *) (uintptr_t) bh_doc_first(list); e; e = e->next) {
                if (id_of(e).len)
                        bh_map_set(&g->by_id, id_of(e), e);
                for (const struct bh_doc *r = bh_doc_first(bh_doc_get(e, "rootElement")); r; r = r->next)
                        bh_map_set(&g->roots, bh_doc_str(r), e);
        }
        for (const struct bh_doc *e = bh_doc_first(list); e; e = e->next)
                if (is_type(e, "Relationship"))
                        learn_licence(g, e);
}

static struct bh_str purl_of(const struct bh_doc *package) {
        struct bh_str purl = software(package, "packageUrl");

        for (const struct bh_doc *x = bh_doc_first(bh_doc_get(package, "externalIdentifier")); x && !purl.len; x = x->next)
                if (bh_str_is(bh_doc_get_text(x, "externalIdentifierType"), "packageUrl") ||
                    bh_str_is(bh_doc_get_text(x, "externalIdentifierType"), "packageURL") ||
                    bh_str_is(bh_doc_get_text(x, "externalIdentifierType"), "purl"))
                        purl = bh_doc_get_text(x, "identifier");
        return purl;
}

static int take(struct graph *g, const struct bh_doc *p, struct bh_err *err) {
        struct bh_sbom_item item = { .kind = bh_spdx_purpose(software(p, "primaryPurpose")),
                                     .name = bh_doc_get_text(p, "name"), .version = software(p, "packageVersion"),
                                     .purl = purl_of(p), .description = bh_doc_get_text(p, "description"),
                                     .vendor = bh_doc_get_text(element(g, bh_doc_get_text(p, "suppliedBy")), "name") };
        const struct bh_doc *licence = bh_map_get(&g->licences, id_of(p));

        if (bh_map_has(&g->roots, id_of(p)) && item.kind == BH_SBOM_PACKAGE && !item.purl.len)
                item.kind = BH_SBOM_OTHER;
        item.licence = bh_spdx_text(bh_doc_get_text(licence, "simplelicensing_licenseExpression"));
        if (!item.licence.len)
                item.licence = bh_spdx_text(bh_doc_get_text(licence, "name"));
        bh_spdx_source(&item, software(p, "sourceInfo"));
        bh_sbom_item_comment(g->s, &item, bh_doc_get_text(p, "comment"));
        return bh_sbom_take(g->s, &item, err);
}

int bh_sbom_spdx3(struct bh_sbom *s, const struct bh_doc *root, struct bh_err *err) {
        struct graph g = { s, bh_map_in(s->arena), bh_map_in(s->arena), bh_map_in(s->arena) };
        const struct bh_doc *list = bh_doc_get(root, "@graph");
        bool any = false;

        learn(&g, list);
        for (const struct bh_doc *e = bh_doc_first(list); e; e = e->next) {
                int r = 0;

                any = any || is_type(e, "SpdxDocument") || is_type(e, "Sbom") || is_type(e, "CreationInfo");
                if (is_type(e, "Package"))
                        r = take(&g, e, err);
                if (r < 0)
                        return r;
        }
        return any ? 0 : bh_fail(err, BH_E_FORMAT, "JSON-LD, but not SPDX 3");
}
