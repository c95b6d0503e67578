/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/rules.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cur.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/near.h"
#include "fmt/yaml.h"

/* The reader of rule files: a table of keys for each kind of mapping, and a function for each kind of value. */

struct loader {
        struct bh_content *content;
        struct bh_arena *arena; /* the content's: what rules keep */
        struct bh_arena *trees; /* YAML, gone after the load */
        struct bh_str file;
        struct bh_map ids; /* id -> rule */
        BH_VEC(struct bh_content_rule) rules;
        struct bh_err *err;
};

struct key {
        const char *name;
        int (*read)(struct loader *l, const struct bh_doc *v, void *to);
        size_t offset;
        bool needed;
};

static int bad(struct loader *l, const struct bh_doc *at, const char *fmt, ...) BH_PRINTF(3, 4);

static int bad(struct loader *l, const struct bh_doc *at, const char *fmt, ...) {
        char text[320], file[160];
        va_list ap;

        va_start(ap, fmt);
        (void) vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        return bh_fail(l->err, BH_E_FORMAT, "%s:%u:%u: %s", bh_str_quote(l->file, file, sizeof file), at->line,
                       (unsigned) at->column, text);
}

/* Keys of mappings */

static const struct key *key_named(const struct key *keys, size_t n, struct bh_str name) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_is(name, keys[i].name))
                        return &keys[i];
        return NULL;
}

static int unknown(struct loader *l, const struct bh_doc *v, const struct key *keys, size_t n) {
        const char *names[64], *near;
        char word[64];

        for (size_t i = 0; i < n; i++)
                names[i] = keys[i].name;
        near = bh_nearest(v->key, names, n);
        return bad(l, v, "no key '%s'%s%s%s", bh_str_quote(v->key, word, sizeof word), near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
}

static int read_keys(struct loader *l, const struct bh_doc *map, const struct key *keys, size_t n, void *to) {
        int r = 0;

        if (map->kind != BH_DOC_OBJECT)
                return bad(l, map, "a mapping is wanted here");
        for (const struct bh_doc *v = bh_doc_first(map); v && r == 0; v = v->next) {
                const struct key *k = key_named(keys, n, v->key);

                if (k && bh_doc_get_str(map, v->key) != v) /* which is the last of that name */
                        r = bad(l, v, "'%s' is said twice", k->name);
                else
                        r = k ? k->read(l, v, (char *) to + k->offset) : unknown(l, v, keys, n);
        }
        for (size_t i = 0; i < n && r == 0; i++)
                if (keys[i].needed && !bh_doc_get(map, keys[i].name))
                        r = bad(l, map, "'%s' is missing", keys[i].name);
        return r;
}

/* Values */

static int text_of(struct loader *l, const struct bh_doc *v, struct bh_str *ret) {
        if (v->kind != BH_DOC_STRING && v->kind != BH_DOC_NUMBER)
                return bad(l, v, "a text is wanted here");
        if (v->str.len == 0)
                return bad(l, v, "an empty text");
        *ret = v->str;
        return 0;
}

static int read_text(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_str s;
        int r = text_of(l, v, &s);

        if (r == 0)
                *(struct bh_str *) to = bh_arena_str(l->arena, bh_str_trim(s));
        return r;
}

static int read_flag(struct loader *l, const struct bh_doc *v, void *to) {
        if (v->kind != BH_DOC_BOOL)
                return bad(l, v, "true or false is wanted here");
        *(bool *) to = bh_doc_bool(v, false);
        return 0;
}

static int read_number(struct loader *l, const struct bh_doc *v, void *to) {
        double n = bh_doc_double(v, -1);

        if (n < 0 || n > 8)
                return bad(l, v, "a number from 0 to 8 is wanted here");
        *(double *) to = n;
        return 0;
}

static int read_count(struct loader *l, const struct bh_doc *v, void *to) {
        int64_t n = bh_doc_int(v, -1);

        if (n < 0 || n > (int64_t) BH_LIMIT_CONTENT_AFTER)
                return bad(l, v, "a number from 0 to %d is wanted here", (int) BH_LIMIT_CONTENT_AFTER);
        *(uint32_t *) to = (uint32_t) n;
        return 0;
}

static int read_severity(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_str word = bh_doc_str(v);
        enum bh_severity s = bh_severity_of(word);

        if (s == BH_SEVERITY_UNKNOWN || !bh_str_is(word, bh_severity_str(s)))
                return bad(l, v, "a severity is one of info, low, medium, high, critical");
        *(enum bh_severity *) to = s;
        return 0;
}

static int read_kind(struct loader *l, const struct bh_doc *v, void *to) {
        const char *names[_BH_FINDING_MAX], *near;
        enum bh_finding_kind k = bh_finding_kind_of(bh_doc_str(v));

        if (k == _BH_FINDING_MAX) {
                for (int i = 0; i < _BH_FINDING_MAX; i++)
                        names[i] = bh_finding_kind_str((enum bh_finding_kind) i);
                near = bh_nearest(bh_doc_str(v), names, BH_LEN(names));
                return bad(l, v, "not a kind of finding; did you mean '%s'?", near ? near : "secret");
        }
        *(enum bh_finding_kind *) to = k;
        return 0;
}

static int read_check(struct loader *l, const struct bh_doc *v, void *to) {
        for (const struct bh_check *c = bh_checks; c->name; c++)
                if (bh_str_is(bh_doc_str(v), c->name)) {
                        *(const struct bh_check **) to = c;
                        return 0;
                }
        return bad(l, v, "no such check");
}

/* A text alone counts as a list of one. */
static uint32_t n_items(const struct bh_doc *v) {
        return v->kind == BH_DOC_ARRAY ? (uint32_t) v->count : 1;
}

static const struct bh_doc *first_item(const struct bh_doc *v) {
        return v->kind == BH_DOC_ARRAY ? bh_doc_first(v) : v;
}

static const struct bh_doc *next_item(const struct bh_doc *list, const struct bh_doc *item) {
        return list->kind == BH_DOC_ARRAY ? item->next : NULL;
}

#define each_item(v, list) const struct bh_doc *v = first_item(list); v; v = next_item(list, v)

static int read_list(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_content_list *list = to;
        uint32_t n = 0;
        int r = 0;

        list->at = bh_arena_array(l->arena, struct bh_str, n_items(v));
        for (each_item(i, v)) {
                r = read_text(l, i, &list->at[n++]);
                if (r < 0)
                        return r;
        }
        list->n = n;
        return 0;
}

static int read_keywords(struct loader *l, const struct bh_doc *v, void *to) {
        const struct bh_content_list *list = to;
        int r = read_list(l, v, to);
        uint32_t n = 0;

        if (r < 0)
                return r;
        for (each_item(i, v))
                if (list->at[n++].len < 3)
                        return bad(l, i, "a keyword of less than three bytes is everywhere");
        return list->n ? 0 : bad(l, v, "a rule needs a keyword");
}

/* Expressions */

static int compile(struct loader *l, const struct bh_doc *at, struct bh_str pattern, struct bh_regex **ret) {
        struct bh_err why = BH_ERR_NONE;
        size_t offset = 0;

        if (bh_regex_compile(pattern, ret, &offset, &why) < 0)
                return bad(l, at, "at character %zu of the expression: %s", offset + 1, why.text);
        *bh_vec_add(l->arena, &l->content->expressions) = *ret;
        return 0;
}

static int read_regex(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_str pattern;
        int r = text_of(l, v, &pattern);

        return r < 0 ? r : compile(l, v, bh_str_trim(pattern), to);
}

static int read_patterns(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_content_patterns *p = to;
        int r = 0;

        p->at = bh_arena_array(l->arena, struct bh_regex *, n_items(v));
        p->n = 0;
        for (each_item(i, v)) {
                r = read_regex(l, i, &p->at[p->n]);
                if (r < 0)
                        return r;
                p->n++;
        }
        return 0;
}

static void quoted_word(struct bh_buf *out, struct bh_str word) {
        bh_buf_puts(out, "(?i)");
        for (size_t i = 0; i < word.len; i++) {
                char c = word.at[i];
                bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);

                if (!plain)
                        bh_buf_putc(out, '\\');
                bh_buf_putc(out, c);
        }
}

static void verbatim(struct bh_buf *out, struct bh_str pattern) {
        bh_buf_add(out, pattern);
}

/* One expression that is any of a list; each is also compiled alone, so that a mistake is shown in its own line. */
static int join(struct loader *l, const struct bh_doc *list, void (*spell)(struct bh_buf *, struct bh_str),
                struct bh_buf *out) {
        for (each_item(i, list)) {
                BH_CLEANUP(bh_buf_done) struct bh_buf one = { 0 };
                struct bh_regex *alone = NULL;
                struct bh_err why = BH_ERR_NONE;
                struct bh_str text;
                size_t offset = 0;
                int r = text_of(l, i, &text);

                if (r < 0)
                        return r;
                spell(&one, bh_str_trim(text));
                if (bh_regex_compile(bh_buf_str(&one), &alone, &offset, &why) < 0)
                        return bad(l, i, "at character %zu of the expression: %s", offset + 1, why.text);
                bh_regex_free(&alone);
                bh_buf_puts(out, out->len ? "|(?:" : "(?:");
                bh_buf_add(out, bh_buf_str(&one));
                bh_buf_putc(out, ')');
        }
        return 0;
}

static int read_globs(struct loader *l, const struct bh_doc *v, void *to) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };
        int r = join(l, v, bh_regex_of_glob, &all);

        return r < 0 || all.len == 0 ? r : compile(l, v, bh_buf_str(&all), to);
}

static int read_lines(struct loader *l, const struct bh_doc *v, void *to) {
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };
        int r = join(l, v, verbatim, &all);

        return r < 0 || all.len == 0 ? r : compile(l, v, bh_buf_str(&all), to);
}

/* `words` and `values` both speak of the value and become one expression. */
static int read_allow(struct loader *l, const struct bh_doc *v, void *to) {
        static const char *const names[] = { "words", "values", "lines", "paths" };
        BH_CLEANUP(bh_buf_done) struct bh_buf values = { 0 };
        struct bh_content_allow *a = to;
        int r = 0;

        if (v->kind != BH_DOC_OBJECT)
                return bad(l, v, "a mapping of words, values, lines and paths is wanted here");
        for (const struct bh_doc *i = bh_doc_first(v); i && r == 0; i = i->next)
                if (bh_str_is(i->key, "words"))
                        r = join(l, i, quoted_word, &values);
                else if (bh_str_is(i->key, "values"))
                        r = join(l, i, verbatim, &values);
                else if (bh_str_is(i->key, "lines"))
                        r = read_lines(l, i, &a->lines);
                else if (bh_str_is(i->key, "paths"))
                        r = read_globs(l, i, &a->paths);
                else {
                        const char *near = bh_nearest(i->key, names, BH_LEN(names));

                        r = bad(l, i, "what is allowed is named by words, values, lines or paths%s%s%s",
                                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
                }
        return r < 0 || values.len == 0 ? r : compile(l, v, bh_buf_str(&values), &a->values);
}

static int read_allow_of_kind(struct loader *l, const struct bh_doc *v, enum bh_finding_kind kind) {
        struct bh_content_allow allow = { 0 };
        int r = read_allow(l, v, &allow);

        if (r == 0)
                *bh_vec_add(l->arena, &l->content->allow[kind].each) = allow;
        return r;
}

/* Proofs: a text, or { path: ..., text: ... }. "{{}}" is nothing: it keeps an example from being what it shows. */

static struct bh_str joined(struct loader *l, struct bh_str s) {
        static const struct bh_str gap = BH_STR_INIT("{{}}");
        char *out = bh_arena_bytes(l->arena, s.len + 1);
        size_t n = 0;

        for (size_t i = 0; i < s.len; i++)
                if (bh_str_starts(bh_str_from(s, i), gap))
                        i += gap.len - 1;
                else
                        out[n++] = s.at[i];
        return (struct bh_str){ out, n };
}

static int read_proof_text(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_str s = { 0 };
        int r = text_of(l, v, &s);

        if (r == 0)
                *(struct bh_str *) to = joined(l, s);
        return r;
}

static int read_proof(struct loader *l, const struct bh_doc *v, struct bh_content_proof *to) {
        static const struct key keys[] = {
                { "path", read_text, offsetof(struct bh_content_proof, path), true },
                { "text", read_proof_text, offsetof(struct bh_content_proof, text), true },
        };

        to->line = v->line;
        to->path = BH_STR("srv/app/settings.conf");
        return v->kind == BH_DOC_OBJECT ? read_keys(l, v, keys, BH_LEN(keys), to) : read_proof_text(l, v, &to->text);
}

static int read_proofs(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_content_proofs *p = to;
        int r = 0;

        p->at = bh_arena_array(l->arena, struct bh_content_proof, n_items(v));
        p->n = 0;
        for (each_item(i, v)) {
                r = read_proof(l, i, &p->at[p->n]);
                if (r < 0)
                        return r;
                p->n++;
        }
        return p->n ? 0 : bad(l, v, "a rule proves itself: one text at least");
}

/* Rules */

static int read_id(struct loader *l, const struct bh_doc *v, void *to) {
        struct bh_str *id = to;
        int r = read_text(l, v, id);

        for (size_t i = 0; i < id->len && r == 0; i++) {
                char c = id->at[i];

                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
                        r = bad(l, v, "an id is made of a-z, 0-9 and '-'");
        }
        return r;
}

static int read_paths(struct loader *l, const struct bh_doc *v, void *to) {
        static const struct key keys[] = {
                { "include", read_globs, offsetof(struct bh_content_rule, include), false },
                { "exclude", read_globs, offsetof(struct bh_content_rule, exclude), false },
        };

        return read_keys(l, v, keys, BH_LEN(keys), to);
}

#define AT(member) offsetof(struct bh_content_rule, member)

/* docs/CONTENT.md explains each row. */
static const struct key rule_keys[] = {
        { "id", read_id, AT(id), true },
        { "title", read_text, AT(title), true },
        { "severity", read_severity, AT(severity), true },
        { "keywords", read_keywords, AT(keywords), true },
        { "pattern", read_regex, AT(pattern), true },
        { "mend", read_text, AT(mend), false },
        { "kind", read_kind, AT(kind), false },
        { "category", read_text, AT(category), false },
        { "tags", read_list, AT(tags), false },
        { "references", read_list, AT(references), false },
        { "exact-case", read_flag, AT(exact_case), false },
        { "before", read_count, AT(before), false },
        { "after", read_count, AT(after), false },
        { "group", read_count, AT(secret), false },
        { "text-only", read_flag, AT(text_only), false },
        { "generic", read_flag, AT(generic), false },
        { "entropy", read_number, AT(entropy), false },
        { "check", read_check, AT(check), false },
        { "all", read_patterns, AT(all), false },
        { "any", read_patterns, AT(any), false },
        { "none", read_patterns, AT(none), false },
        { "at-least", read_count, AT(at_least), false },
        { "paths", read_paths, 0, false },
        { "allow", read_allow, AT(allow), false },
        { "fires", read_proofs, AT(fires), true },
        { "quiet", read_proofs, AT(quiet), true },
};

static int settle(struct loader *l, const struct bh_doc *v, struct bh_content_rule *r) {
        unsigned secret = bh_regex_group(r->pattern, "secret");

        if (r->before > BH_LIMIT_CONTENT_BEFORE)
                return bad(l, bh_doc_get(v, "before"), "at most %d", (int) BH_LIMIT_CONTENT_BEFORE);
        if (r->secret > bh_regex_groups(r->pattern))
                return bad(l, bh_doc_get(v, "group"), "the pattern has only %u groups", bh_regex_groups(r->pattern));
        if (r->at_least > r->any.n)
                return bad(l, bh_doc_get(v, "at-least"), "there are only %u in 'any'", r->any.n);
        if (r->any.n && r->at_least == 0)
                r->at_least = 1;
        if (secret)
                r->secret = secret;
        r->name = bh_regex_group(r->pattern, "name");
        for (uint32_t i = 0; i < r->keywords.n; i++)
                r->longest = BH_MAX(r->longest, (uint32_t) r->keywords.at[i].len);
        if (r->mend.len == 0)
                return bad(l, v, "'mend' is missing: what should the reader do?");
        return 0;
}

static int read_rule(struct loader *l, const struct bh_doc *v, const struct bh_content_rule *defaults) {
        struct bh_content_rule rule = *defaults, *same;
        int r;

        rule.file = l->file;
        rule.line = v->line;
        r = read_keys(l, v, rule_keys, BH_LEN(rule_keys), &rule);
        if (r == 0)
                r = settle(l, v, &rule);
        if (r < 0)
                return r;
        same = bh_map_get(&l->ids, rule.id);
        if (same)
                return bad(l, v, "rule '%.*s' stands already at %.*s:%u", BH_FMT(rule.id), BH_FMT(same->file), same->line);
        if (l->rules.len >= BH_LIMIT_CONTENT_RULES)
                return bad(l, v, "more rules than %d", BH_LIMIT_CONTENT_RULES);
        *bh_vec_add(l->arena, &l->rules) = rule;
        same = bh_arena_make(l->arena, struct bh_content_rule);
        *same = rule;
        (void) bh_map_set(&l->ids, rule.id, same);
        return 0;
}

static int read_grades(struct loader *l, const struct bh_doc *list, enum bh_finding_kind kind) {
        static const struct key keys[] = {
                { "paths", read_globs, offsetof(struct bh_content_grade, paths), true },
                { "severity", read_severity, offsetof(struct bh_content_grade, severity), true },
                { "why", read_text, offsetof(struct bh_content_grade, why), true },
        };

        for (each_item(i, list)) {
                struct bh_content_grade g = { .kind = kind };
                int r = read_keys(l, i, keys, BH_LEN(keys), &g);

                if (r < 0)
                        return r;
                *bh_vec_add(l->arena, &l->content->grades) = g;
        }
        return 0;
}

/* Files */

/* What a file says of all its rules; `rules`, `allow` and `grade` are read when that is known. */
static int later(struct loader *l, const struct bh_doc *v, void *to) {
        (void) l;
        (void) v;
        (void) to;
        return 0;
}

static const struct key file_keys[] = {
        { "kind", read_kind, AT(kind), true },       { "category", read_text, AT(category), false },
        { "tags", read_list, AT(tags), false },      { "references", read_list, AT(references), false },
        { "mend", read_text, AT(mend), false },      { "text-only", read_flag, AT(text_only), false },
        { "paths", read_paths, 0, false },           { "rules", later, 0, false },
        { "allow", later, 0, false },                { "grade", later, 0, false },
};

static int read_file(struct loader *l, const struct bh_doc *root) {
        struct bh_content_rule defaults = { .before = 64, .after = 512 };
        const struct bh_doc *allow = bh_doc_get(root, "allow"), *grade = bh_doc_get(root, "grade");
        const struct bh_doc *rules = bh_doc_get(root, "rules");
        int r = read_keys(l, root, file_keys, BH_LEN(file_keys), &defaults);

        if (r == 0 && allow)
                r = read_allow_of_kind(l, allow, defaults.kind);
        if (r == 0 && grade)
                r = read_grades(l, grade, defaults.kind);
        if (r == 0 && rules && rules->kind != BH_DOC_ARRAY)
                r = bad(l, rules, "a list of rules is wanted here");
        for (const struct bh_doc *v = bh_doc_first(rules); v && r == 0; v = v->next)
                r = read_rule(l, v, &defaults);
        return r;
}

static int load_file(struct loader *l, struct bh_str path, struct bh_str bytes) {
        const struct bh_doc *root = NULL;
        char name[160];
        int r;

        l->file = bh_arena_str(l->arena, path);
        r = bh_yaml_parse(l->trees, bytes, &root, l->err);
        if (r < 0)
                return bh_wrap(l->err, r, "%s", bh_str_quote(path, name, sizeof name));
        return root->kind == BH_DOC_NULL ? 0 : read_file(l, root);
}
static int load_bundle(struct loader *l, struct bh_str bundle) {
        struct bh_str path, bytes;
        size_t at = 0;
        int r;

        while ((r = bh_content_bundle_next(bundle, &at, &path, &bytes, l->err)) > 0) {
                if (bh_str_find(path, BH_STR("products/")) >= 0 || !bh_str_ends(path, BH_STR(".yaml")))
                        continue; /* scan/product.h and scan/malware read those */
                r = load_file(l, path, bytes);
                if (r < 0)
                        return r;
        }
        return r;
}

int bh_content_load(struct bh_str bundle, struct bh_content **ret, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new(), *trees = bh_arena_new();
        struct bh_content *c = bh_arena_make(arena, struct bh_content);
        struct loader l = { .content = c, .arena = arena, .trees = trees, .ids = bh_map_in(trees), .err = err };
        int r;

        c->arena = arena;
        r = load_bundle(&l, bundle);
        c->rules = l.rules.at;
        c->n_rules = (uint32_t) l.rules.len;
        bh_arena_free(&trees);
        if (r < 0)
                bh_content_free(&c);
        else
                *ret = c;
        return r;
}

void bh_content_free(struct bh_content **c) {
        struct bh_arena *arena = *c ? (*c)->arena : NULL;

        for (size_t i = 0; *c && i < (*c)->expressions.len; i++)
                bh_regex_free(&(*c)->expressions.at[i]);
        bh_arena_free(&arena);
        *c = NULL;
}

int bh_content_register(const struct bh_content *c, struct bh_literals_builder *b, struct bh_err *err) {
        for (uint32_t i = 0; i < c->n_rules; i++) {
                const struct bh_content_rule *rule = &c->rules[i];

                for (uint32_t k = 0; k < rule->keywords.n; k++) {
                        int r = bh_literals_add(b, BH_OWNER_CONTENT, i, rule->keywords.at[k], !rule->exact_case, err);

                        if (r < 0)
                                return bh_wrap(err, r, "rule %.*s", BH_FMT(rule->id));
                }
        }
        return 0;
}
