/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX 2.x as tag-value: "PackageName: zlib" begins a package, and the lines
 * after it are of that package until the next one, or another kind of element.
 *
 *     PackageName: zlib1g
 *     SPDXID: SPDXRef-Package-1
 *     PackageVersion: 1:1.2.13.dfsg-1
 *     ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1
 *     PackageComment: <text>may go
 *     over several lines</text>
 */
#include "base/cur.h"
#include "base/map.h"
#include "scan/sbom/item.h"

struct tags {
        struct bh_str bytes;
        struct bh_cur cur;
};

/* The next tag with its value, several lines long where it is in <text>; 1, or 0 at the end. */
static int next(struct tags *t, struct bh_str *ret_tag, struct bh_str *ret_value, struct bh_err *err) {
        static const struct bh_str open = BH_STR_INIT("<text>"), close = BH_STR_INIT("</text>");
        struct bh_str line, value;

        while (bh_cur_line(&t->cur, &line)) {
                line = bh_str_trim(line);
                if (!line.len || line.at[0] == '#' || !bh_str_cut(line, ':', ret_tag, &value))
                        continue;
                value = bh_str_trim(value);
                if (bh_str_cut_prefix(&value, open)) {
                        struct bh_str rest = bh_str_from(t->bytes, (size_t) (value.at - t->bytes.at));
                        ptrdiff_t end = bh_str_find(rest, close);

                        if (end < 0)
                                return bh_fail(err, BH_E_FORMAT, "line %u: <text> without its </text>", t->cur.line);
                        value = bh_str_part(rest, 0, (size_t) end);
                        while (t->cur.left && t->cur.at < value.at + value.len)
                                if (!bh_cur_line(&t->cur, &line))
                                        break;
                }
                *ret_value = value;
                return 1;
        }
        return 0;
}

struct reading {
        struct bh_sbom *s;
        struct bh_map described, licences;
        struct bh_str licence_id;
        struct bh_sbom_item item;
        struct bh_str id;
        bool in_package;
};

static struct bh_str licence_of(const struct reading *r, struct bh_str said) {
        const struct bh_str *own = bh_map_get(&r->licences, said);

        return own && own->len < 200 ? *own : bh_spdx_text(said);
}

static int finish(struct reading *r, struct bh_err *err) {
        int result = 0;

        if (r->in_package) {
                if (bh_map_has(&r->described, r->id) && r->item.kind != BH_SBOM_SYSTEM)
                        r->item.kind = BH_SBOM_OTHER;
                r->item.licence = licence_of(r, r->item.licence);
                result = bh_sbom_take(r->s, &r->item, err);
        }
        r->in_package = false;
        r->item = (struct bh_sbom_item){ 0 };
        r->id = (struct bh_str){ 0 };
        return result;
}

static void external_ref(struct bh_sbom_item *item, struct bh_str value) {
        struct bh_str category, type, locator;

        if (bh_str_word(&value, &category) && bh_str_word(&value, &type) && bh_str_word(&value, &locator) &&
            bh_str_ends(type, BH_STR("purl")))
                item->purl = locator;
}

static void package_tag(struct reading *r, struct bh_str tag, struct bh_str value) {
        struct bh_sbom_item *item = &r->item;

        if (bh_str_is(tag, "SPDXID"))
                r->id = value;
        else if (bh_str_is(tag, "PackageVersion"))
                item->version = value;
        else if (bh_str_is(tag, "PackageSupplier"))
                item->vendor = bh_spdx_supplier(r->s->arena, value);
        else if (bh_str_is(tag, "PackageLicenseDeclared") && bh_spdx_text(value).len)
                item->licence = value;
        else if (bh_str_is(tag, "PackageLicenseConcluded") && !item->licence.len)
                item->licence = value;
        else if (bh_str_is(tag, "PrimaryPackagePurpose"))
                item->kind = bh_spdx_purpose(value);
        else if (bh_str_is(tag, "PackageDescription"))
                item->description = value;
        else if (bh_str_is(tag, "PackageSourceInfo"))
                bh_spdx_source(item, value);
        else if (bh_str_is(tag, "PackageComment"))
                bh_sbom_item_comment(r->s, item, value);
        else if (bh_str_is(tag, "ExternalRef"))
                external_ref(item, value);
}

/* What stands at the end and is needed before: what is described, and licences of its own. */
static int learn(struct reading *r, struct bh_str bytes, struct bh_err *err) {
        struct tags t = { bytes, bh_cur_of(bytes) };
        struct bh_str tag, value, from, type, to;
        int result;

        while ((result = next(&t, &tag, &value, err)) > 0) {
                if (bh_str_is(tag, "Relationship") && bh_str_word(&value, &from) && bh_str_word(&value, &type) && bh_str_word(&value, &to) &&
                    bh_str_is(type, "DESCRIBES"))
                        bh_map_set(&r->described, to, r);
                else if (bh_str_is(tag, "LicenseID"))
                        r->licence_id = value;
                else if (bh_str_is(tag, "LicenseName") || (bh_str_is(tag, "ExtractedText") && !bh_map_has(&r->licences, r->licence_id))) {
                        struct bh_str *text = bh_arena_make(r->s->arena, struct bh_str);

                        *text = value;
                        if (bh_spdx_text(value).len)
                                bh_map_set(&r->licences, r->licence_id, text);
                }
        }
        return result;
}

int bh_sbom_spdx_tag(struct bh_sbom *s, struct bh_str bytes, struct bh_err *err) {
        struct reading r = { .s = s, .described = bh_map_in(s->arena), .licences = bh_map_in(s->arena) };
        struct tags t = { bytes, bh_cur_of(bytes) };
        struct bh_str tag, value;
        int result = learn(&r, bytes, err);

        while (result >= 0 && (result = next(&t, &tag, &value, err)) > 0) {
                if (bh_str_is(tag, "SPDXVersion") && !bh_str_starts(value, BH_STR("SPDX-2.")))
                        return bh_fail(err, BH_E_UNSUPPORTED, "%s is not known here", BH_QUOTE(value));
                if (bh_str_is(tag, "PackageName")) {
                        result = finish(&r, err);
                        r.in_package = true;
                        r.item.name = value;
                } else if (bh_str_is(tag, "FileName") || bh_str_is(tag, "SnippetSPDXID") || bh_str_is(tag, "LicenseID")) {
                        result = finish(&r, err);
                } else if (r.in_package) {
                        package_tag(&r, tag, value);
                }
        }
        return result < 0 ? result : finish(&r, err);
}
