/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sbom/sbom.h"

#include "base/text.h"
#include "fmt/json.h"
#include "scan/sbom/item.h"

static int read_json(struct bh_sbom *s, struct bh_str bytes, unsigned depth, struct bh_err *err);

/* An in-toto statement holds the list, or the text of it, in its predicate; cosign wraps it in Data. */
static int read_statement(struct bh_sbom *s, const struct bh_doc *root, unsigned depth, struct bh_err *err);

static int read_root(struct bh_sbom *s, const struct bh_doc *root, unsigned depth, struct bh_err *err) {
        if (bh_str_eq_nocase(bh_doc_get_text(root, "bomFormat"), BH_STR("CycloneDX")))
                return bh_sbom_cyclonedx(s, root, err);
        if (bh_str_starts(bh_doc_get_text(root, "spdxVersion"), BH_STR("SPDX-")))
                return bh_sbom_spdx(s, root, err);
        if (bh_doc_is(bh_doc_get(root, "@graph"), BH_DOC_ARRAY))
                return bh_sbom_spdx3(s, root, err);
        if (bh_doc_get(root, "predicate") || bh_doc_get(root, "payload") || bh_doc_get(root, "Data"))
                return read_statement(s, root, depth, err);
        return bh_fail(err, BH_E_FORMAT, "JSON, but neither CycloneDX nor SPDX");
}

static int read_statement(struct bh_sbom *s, const struct bh_doc *root, unsigned depth, struct bh_err *err) {
        const struct bh_doc *inner = bh_doc_get(root, "predicate");
        struct bh_str text;

        if (depth > 4)
                return bh_fail(err, BH_E_LIMIT, "envelopes in envelopes");
        if (!inner)
                inner = bh_doc_get(root, "Data");
        if (bh_doc_is(inner, BH_DOC_OBJECT))
                return read_root(s, inner, depth + 1, err);
        if (bh_doc_is(inner, BH_DOC_STRING))
                return read_json(s, inner->str, depth + 1, err);
        if (!bh_base64_decode(s->arena, bh_doc_get_text(root, "payload"), &text) || !text.len)
                return bh_fail(err, BH_E_FORMAT, "an envelope whose payload is not base64");
        return read_json(s, text, depth + 1, err);
}

static int read_json(struct bh_sbom *s, struct bh_str bytes, unsigned depth, struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_json_parse(s->arena, bytes, &root, err);

        return r < 0 ? r : read_root(s, root, depth, err);
}

static int read_any(struct bh_sbom *s, struct bh_str bytes, struct bh_err *err) {
        struct bh_str start;

        bh_str_cut_prefix(&bytes, BH_STR("\xef\xbb\xbf"));
        start = bh_str_trim(bytes);
        if (bh_str_starts(start, BH_STR("{")))
                return read_json(s, bytes, 0, err);
        if (bh_str_starts(start, BH_STR("<")))
                return bh_sbom_cyclonedx_xml(s, bytes, err);
        if (bh_str_find(bh_str_part(start, 0, 4096), BH_STR("SPDXVersion:")) >= 0)
                return bh_sbom_spdx_tag(s, bytes, err);
        return bh_fail(err, BH_E_FORMAT, "neither CycloneDX nor SPDX");
}

static void count_gap(struct bh_sbom *s, uint32_t n, struct bh_str first, int code, const char *why) {
        char quoted[128];

        if (!n)
                return;
        *bh_vec_add(s->arena, &s->gaps) = (struct bh_gap){
                .where = BH_STR("the SBOM"),
                .why = bh_arena_printf(s->arena, "%u component%s %s; the first is %s", n, n == 1 ? "" : "s", why,
                                       bh_str_quote(first, quoted, sizeof quoted)),
                .code = code,
        };
}

int bh_sbom_read(struct bh_str bytes, struct bh_arena *arena, struct bh_layer *ret, struct bh_err *err) {
        struct bh_sbom s = { .arena = arena };
        int r = read_any(&s, bytes, err);

        if (r < 0)
                return r;
        count_gap(&s, s.n_without, s.without, BH_E_UNSUPPORTED, "without a package URL cannot be judged");
        count_gap(&s, s.n_unknown, s.unknown, BH_E_UNSUPPORTED, "of a type without advisories cannot be judged");
        count_gap(&s, s.n_broken, s.broken, BH_E_FORMAT, "could not be read");
        if (!s.packages.len && !s.gaps.len) /* of an empty image, or not as we understand it: silence proves nothing */
                *bh_vec_add(arena, &s.gaps) = (struct bh_gap){ .where = BH_STR("the SBOM"), .why = BH_STR("it lists no packages"), .code = BH_E_UNSUPPORTED };
        *ret = (struct bh_layer){
                .bytes = bytes.len, .packed_bytes = bytes.len, .whole = true,
                .packages = s.packages.at, .n_packages = (uint32_t) s.packages.len,
                .gaps = s.gaps.at, .n_gaps = (uint32_t) s.gaps.len,
                .release = s.release.id.len ? s.release : s.from_purl,
        };
        return 0;
}
