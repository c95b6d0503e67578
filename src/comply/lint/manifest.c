/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/lint/manifest.h"

#include <stdlib.h>

#include "comply/k8s/objects.h"
#include "comply/lint/engine.h"
#include "fmt/json.h"
#include "fmt/yaml.h"

size_t bh_manifest_count(void) {
        return _BH_K8S_ROW_MAX + _BH_DC_MAX;
}

const struct bh_manifest_about *bh_manifest_about(size_t i) {
        return i < _BH_K8S_ROW_MAX ? &bh_k8s_rows[i] : &bh_compose_rows[i - _BH_K8S_ROW_MAX];
}

/* ---- what people take back ---- */

static void cut_lines(struct bh_manifest *m) {
        struct bh_str rest = m->bytes, line;
        BH_VEC(struct bh_str) lines = { 0 };

        while (bh_str_split(&rest, '\n', &line))
                *bh_vec_add(m->arena, &lines) = line;
        m->lines = lines.at;
        m->n_lines = lines.len;
}

/* "bulkhead:ignore A,B reason" behind a '#', and one of them is it. */
static bool line_ignores(struct bh_str line, const char *id) {
        ptrdiff_t at = bh_str_find(line, BH_STR("bulkhead:ignore ")), hash = bh_str_chr(line, '#');
        struct bh_str ids, one;

        if (at < 0 || hash < 0 || hash > at)
                return false;
        line = bh_str_from(line, (size_t) at + sizeof "bulkhead:ignore " - 1);
        if (!bh_str_word(&line, &ids))
                return false;
        while (bh_str_split(&ids, ',', &one))
                if (bh_str_is(one, id))
                        return true;
        return false;
}

static bool is_comment(struct bh_str line) {
        return bh_str_starts(bh_str_trim(line), BH_STR("#"));
}

/* On the line itself, and on the comments right above it. */
static bool ignored_at(const struct bh_manifest *m, uint32_t line, const char *id) {
        if (line == 0 || line > m->n_lines)
                return false;
        if (line_ignores(m->lines[line - 1], id))
                return true;
        for (uint32_t l = line - 1; l > 0 && is_comment(m->lines[l - 1]); l--)
                if (line_ignores(m->lines[l - 1], id))
                        return true;
        return false;
}

void bh_manifest_tell(struct bh_manifest *m, const struct bh_manifest_about *about, const struct bh_doc *at, struct bh_str evidence) {
        struct bh_finding *f;

        if (ignored_at(m, at->line, about->id) || ignored_at(m, m->object_line, about->id))
                return;
        f = bh_vec_add(m->arena, m->out);
        *f = (struct bh_finding){ .kind = BH_FINDING_CONFIG, .severity = about->severity, .rule = bh_str_of(about->id), .title = bh_str_of(about->title),
                                  .category = bh_str_of(about->category), .path = m->name, .line = at->line, .detail = bh_str_of(about->why),
                                  .mend = bh_str_of(about->mend) };
        f->evidence = bh_str_is_text(evidence) ? bh_utf8_shorten(evidence, 200) : bh_arena_str(m->arena, bh_str_of(BH_QUOTE(evidence)));
}

/* ---- words ---- */

bool bh_names_password(struct bh_str name) {
        static const char *const words[] = { "password", "passwd", "secret", "token", "api_key", "apikey", "access_key", "private_key", "credential" };
        static const char *const not_these[] = { "_file", "secretname", "secret_name", "tokenpath", "token_path", "_ttl", "expir", "_length" };

        for (size_t i = 0; i < BH_LEN(not_these); i++)
                if (bh_str_find_nocase(name, bh_str_of(not_these[i])) >= 0)
                        return false;
        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_find_nocase(name, bh_str_of(words[i])) >= 0)
                        return true;
        return false;
}

bool bh_is_literal(struct bh_str value) {
        return value.len > 2 && bh_str_find(value, BH_STR("${")) < 0 && bh_str_find(value, BH_STR("$(")) < 0 && value.at[0] != '/' && value.at[0] != '$' &&
               !bh_str_is(value, "true") && !bh_str_is(value, "false");
}

/* ---- the whole ---- */

static bool is_compose(const struct bh_doc *root) {
        return bh_doc_is(bh_doc_get(root, "services"), BH_DOC_OBJECT) && !bh_doc_get(root, "apiVersion") && !bh_doc_get(root, "kind");
}

static bool has_line(struct bh_str bytes, const char *begin) {
        struct bh_str line;

        while (bh_str_split(&bytes, '\n', &line))
                if (bh_str_starts(line, bh_str_of(begin)))
                        return true;
        return false;
}

bool bh_manifest_looks(struct bh_str name, struct bh_str bytes) {
        struct bh_str base = bh_str_basename(name), first = bh_str_trim(bytes);

        if (bh_str_ends(base, BH_STR(".yaml")) || bh_str_ends(base, BH_STR(".yml")) || bh_str_ends(base, BH_STR(".json")))
                return true;
        if (bh_str_find_nocase(base, BH_STR("dockerfile")) >= 0 || bh_str_find_nocase(base, BH_STR("containerfile")) >= 0)
                return false;
        return (has_line(bytes, "apiVersion:") && has_line(bytes, "kind:")) || has_line(bytes, "services:") || (first.len && first.at[0] == '{' && bh_str_find(first, BH_STR("\"apiVersion\"")) >= 0);
}

static int by_line(const void *a, const void *b) {
        const struct bh_finding *x = a, *y = b;

        return x->line != y->line ? (x->line < y->line ? -1 : 1) : bh_str_cmp(x->rule, y->rule);
}

static enum bh_manifest_kind look_at(struct bh_manifest *m, const struct bh_doc *doc) {
        m->object_line = doc->line;
        if (bh_k8s_looks(doc)) {
                bh_manifest_k8s(m, doc);
                return BH_MANIFEST_K8S;
        }
        if (!is_compose(doc))
                return BH_MANIFEST_NONE;
        bh_manifest_compose(m, doc);
        return BH_MANIFEST_COMPOSE;
}

static int parse(struct bh_manifest *m, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_str first = bh_str_trim(m->bytes);
        int r;

        if (first.len && first.at[0] == '{' && !bh_str_starts(first, BH_STR("{{")) && bh_json_parse(m->arena, m->bytes, ret, err) >= 0)
                return 1;
        r = bh_yaml_parse_all(m->arena, m->bytes, ret, err);
        if (r < 0 && bh_str_find(m->bytes, BH_STR("{{")) >= 0 && bh_str_find(m->bytes, BH_STR(".Values")) >= 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "a template that is not rendered yet: give what `helm template` prints");
        return r;
}

int bh_manifest_lint(struct bh_str name, struct bh_str bytes, unsigned minor, struct bh_arena *arena, struct bh_manifest_findings *out,
                     enum bh_manifest_kind *ret, struct bh_err *err) {
        struct bh_manifest m = { .name = name, .bytes = bytes, .minor = minor, .arena = arena, .out = out };
        enum bh_manifest_kind kind = BH_MANIFEST_NONE;
        const struct bh_doc *root = NULL;
        size_t had = out->len;
        int r = parse(&m, &root, err);

        if (r < 0)
                return r;
        cut_lines(&m);
        if (r == 1)
                kind = look_at(&m, root);
        else
                for (const struct bh_doc *d = bh_doc_first(root); d; d = d->next) {
                        enum bh_manifest_kind one = look_at(&m, d);

                        kind = one != BH_MANIFEST_NONE ? one : kind;
                }
        if (out->len > had)
                qsort(out->at + had, out->len - had, sizeof out->at[0], by_line);
        *ret = kind;
        return 0;
}
