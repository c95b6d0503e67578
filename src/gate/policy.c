/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/policy.h"

#include "base/text.h"
#include "fmt/yaml.h"
#include "fmt/rows.h"

enum { DAY_S = 24 * 60 * 60 };

static const char *const sides[] = { [BH_SIDE_UNKNOWN] = "any", [BH_SIDE_BASE] = "base", [BH_SIDE_APP] = "application" };

struct reading {
        struct bh_row_file file;
        struct bh_policy *policy;
};

static int read_side(struct reading *p, const struct bh_doc *row, enum bh_side *ret, struct bh_err *err) {
        int side, r = bh_row_word(&p->file, row, "side", sides, BH_LEN(sides), BH_SIDE_UNKNOWN, &side, err);

        if (r >= 0)
                *ret = (enum bh_side) side;
        return r;
}

/* Copies each text of a row to its place; `at` and `keys` go together. */
static int read_texts(struct reading *p, const struct bh_doc *row, const char *const *keys, struct bh_str *const *at, size_t n,
                      struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++)
                r = bh_row_text(&p->file, row, keys[i], at[i], err);
        return r;
}

static int read_base(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "layers", false }, { "image", false } };
        struct bh_policy_base b = { 0 };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        if (r >= 0)
                r = bh_row_text(&p->file, row, "name", &b.name, err);
        if (r >= 0)
                r = bh_row_text(&p->file, row, "image", &b.image, err);
        if (r >= 0 && bh_doc_get(row, "layers"))
                r = bh_row_texts(&p->file, row, "layers", &b.layers, &b.n_layers, err);
        if (r >= 0 && b.n_layers == 0 && b.image.len == 0)
                r = bh_row_fail(&p->file, row, err, "this needs \"layers\", \"image\" or both");
        for (uint32_t i = 0; r >= 0 && i < b.n_layers; i++)
                if (bh_str_chr(b.layers[i], ':') < 0)
                        r = bh_row_fail(&p->file, bh_doc_get(row, "layers"), err, "\"%s\" is no digest such as sha256:...", BH_QUOTE(b.layers[i]));
        if (r >= 0)
                *bh_vec_add(p->file.arena, &p->policy->bases) = b;
        return r;
}

static int read_owner(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "team", true }, { "side", false }, { "instruction", false }, { "path", false }, { "package", false } };
        static const char *const words[] = { "team", "instruction", "path", "package" };
        struct bh_policy_owner o = { 0 };
        struct bh_str *const at[] = { &o.team, &o.instruction, &o.path, &o.package };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        if (r >= 0)
                r = read_texts(p, row, words, at, BH_LEN(words), err);
        if (r >= 0)
                r = read_side(p, row, &o.side, err);
        if (r >= 0)
                *bh_vec_add(p->file.arena, &p->policy->owners) = o;
        return r;
}

static int read_terms(struct reading *p, const struct bh_doc *row, struct bh_policy_rule *rule, struct bh_err *err) {
        struct bh_str *words;
        int r = bh_row_texts(&p->file, row, "when", &words, &rule->n_when, err);

        if (r < 0)
                return r;
        rule->when = bh_arena_array(p->file.arena, struct bh_term, rule->n_when);
        for (uint32_t i = 0; i < rule->n_when; i++) {
                struct bh_err why = BH_ERR_NONE;

                if (bh_term_parse(words[i], &rule->when[i], &why) < 0)
                        return bh_row_fail(&p->file, bh_doc_get(row, "when"), err, "%s", why.text);
        }
        return 0;
}

static int read_rule(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "when", true }, { "action", false }, { "side", false },
                                                  { "owner", false }, { "message", false } };
        static const char *const actions[] = { "deny", "warn" }, *const words[] = { "name", "owner", "message" };
        struct bh_policy_rule rule = { 0 };
        struct bh_str *const at[] = { &rule.name, &rule.owner, &rule.message };
        int action = 0, r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        if (r >= 0)
                r = read_texts(p, row, words, at, BH_LEN(words), err);
        if (r >= 0)
                r = bh_row_word(&p->file, row, "action", actions, BH_LEN(actions), 0, &action, err);
        if (r >= 0)
                r = read_side(p, row, &rule.side, err);
        if (r >= 0)
                r = read_terms(p, row, &rule, err);
        rule.deny = action == 0;
        if (r >= 0)
                *bh_vec_add(p->file.arena, &p->policy->rules) = rule;
        return r;
}

/* The five words that every VEX format knows in one spelling or another. */
static int read_justification(struct reading *p, const struct bh_doc *row, struct bh_policy_exception *e, struct bh_err *err) {
        static const char *const words[] = { "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
                                             "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist" };
        int i, r = bh_row_word(&p->file, row, "justification", words, BH_LEN(words), -1, &i, err);

        if (r >= 0 && i >= 0)
                e->justification = bh_str_of(words[i]);
        return r;
}

static int read_expiry(struct reading *p, const struct bh_doc *row, struct bh_policy_exception *e, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, "expires");
        char back[21];
        int64_t day;

        /* Printed back, so that the 30th of February is found out. */
        if (e->date.len != 10 || !bh_time_parse(e->date, &day) || !bh_str_starts(bh_str_of(bh_time_print(day, back)), e->date))
                return bh_row_fail(&p->file, v, err, "\"%s\" is no date such as 2027-01-31", BH_QUOTE(e->date));
        e->expires_s = day + DAY_S;
        return 0;
}

static int read_exception(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "id", false }, { "package", false }, { "path", false }, { "image", false },
                                                  { "owner", false }, { "reason", true }, { "expires", true }, { "justification", false } };
        static const char *const words[] = { "package", "path", "image", "owner", "reason", "expires" };
        struct bh_policy_exception e = { 0 };
        struct bh_str *const at[] = { &e.package, &e.path, &e.image, &e.owner, &e.reason, &e.date };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        if (r >= 0)
                r = bh_row_texts(&p->file, row, "id", &e.ids, &e.n_ids, err);
        if (r >= 0 && !bh_doc_get(row, "id"))
                e.n_ids = 0;
        if (r >= 0)
                r = read_texts(p, row, words, at, BH_LEN(words), err);
        if (r >= 0 && e.n_ids == 0 && e.package.len == 0 && e.path.len == 0)
                r = bh_row_fail(&p->file, row, err, "this needs an \"id\", a \"package\" or a \"path\", or it would excuse everything");
        if (r >= 0)
                r = read_justification(p, row, &e, err);
        if (r >= 0)
                r = read_expiry(p, row, &e, err);
        e.place = r >= 0 ? bh_row_place(&p->file, row) : BH_STR("");
        if (r >= 0)
                *bh_vec_add(p->file.arena, &p->policy->exceptions) = e;
        return r;
}

static int read_class(struct reading *p, const struct bh_doc *row, enum bh_licence_class *ret, struct bh_err *err) {
        const char *words[_BH_LICENCE_CLASS_MAX];
        int i, r;

        for (unsigned c = 0; c < _BH_LICENCE_CLASS_MAX; c++)
                words[c] = bh_licence_class_str((enum bh_licence_class) c);
        r = bh_row_word(&p->file, row, "class", words, BH_LEN(words), _BH_LICENCE_CLASS_MAX, &i, err);
        if (r >= 0)
                *ret = (enum bh_licence_class) i;
        return r;
}

static int read_licence(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "id", false }, { "class", false }, { "severity", false }, { "package", false }, { "licence", false } };
        static const char *const severities[] = { "none", "info", "low", "medium", "high", "critical" }, *const words[] = { "id", "package", "licence" };
        struct bh_policy_licence l = { .class = _BH_LICENCE_CLASS_MAX };
        struct bh_str *const at[] = { &l.id, &l.package, &l.licence };
        int severity = -1, r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        if (r >= 0)
                r = read_texts(p, row, words, at, BH_LEN(words), err);
        if (r >= 0)
                r = read_class(p, row, &l.class, err);
        if (r >= 0)
                r = bh_row_word(&p->file, row, "severity", severities, BH_LEN(severities), -1, &severity, err);
        if (r < 0)
                return r;
        l.is_severity = severity >= 0;
        l.severity = l.is_severity ? (enum bh_severity) severity : BH_SEVERITY_UNKNOWN;
        if ((l.id.len > 0) + l.is_severity + (l.package.len > 0) != 1 || (l.class != _BH_LICENCE_CLASS_MAX) == (l.package.len > 0) ||
            (l.package.len > 0) != (l.licence.len > 0))
                return bh_row_fail(&p->file, row, err, "a row is of \"id\" and \"class\", of \"class\" and \"severity\", or of \"package\" and \"licence\"");
        *bh_vec_add(p->file.arena, &p->policy->licences) = l;
        return 0;
}

static const struct {
        const char *key;
        int (*read)(struct reading *p, const struct bh_doc *row, struct bh_err *err);
} sections[] = { { "bases", read_base }, { "owners", read_owner }, { "rules", read_rule }, { "licences", read_licence }, { "exceptions", read_exception } };

static int read_section(struct reading *p, const struct bh_doc *list,
                        int (*read)(struct reading *p, const struct bh_doc *row, struct bh_err *err), struct bh_err *err) {
        int r = 0;

        if (list && !bh_doc_is(list, BH_DOC_ARRAY) && !bh_doc_is(list, BH_DOC_NULL))
                return bh_row_fail(&p->file, list, err, "a list of rows is expected here");
        for (const struct bh_doc *row = bh_doc_first(list); row && r >= 0; row = row->next)
                r = read(p, row, err);
        return r;
}

int bh_policy_parse(struct bh_arena *arena, struct bh_str name, struct bh_str bytes, struct bh_policy *policy, struct bh_err *err) {
        struct bh_policy fresh = *policy;
        struct reading p = { { arena, bh_arena_str(arena, name) }, &fresh };
        struct bh_row_key keys[BH_LEN(sections)] = { 0 };
        const struct bh_doc *root;
        char shown[256];
        int r = bh_yaml_parse(arena, bytes, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", bh_str_quote(name, shown, sizeof shown));
        if (bh_doc_is(root, BH_DOC_NULL) || !root)
                return 0; /* an empty file decides nothing */
        for (size_t i = 0; i < BH_LEN(sections); i++)
                keys[i].name = sections[i].key;
        r = bh_row_check(&p.file, root, keys, BH_LEN(keys), err);
        for (size_t i = 0; i < BH_LEN(sections) && r >= 0; i++)
                r = read_section(&p, bh_doc_get(root, sections[i].key), sections[i].read, err);
        if (r >= 0)
                *policy = fresh;
        return r;
}

int bh_policy_fail_on(struct bh_arena *arena, struct bh_str list, struct bh_policy *policy, struct bh_err *err) {
        struct bh_policy_rule rule = { .name = BH_STR_INIT("--fail-on"), .deny = true };
        BH_VEC(struct bh_term) terms = { 0 };
        struct bh_str word;

        list = bh_arena_str(arena, list);
        while (bh_str_split(&list, ',', &word)) {
                int r = bh_term_parse(bh_str_trim(word), bh_vec_add(arena, &terms), err);

                if (r < 0)
                        return r;
        }
        if (terms.len == 0)
                return bh_fail(err, BH_E_USAGE, "--fail-on wants a list such as critical,kev,secret");
        rule.when = terms.at;
        rule.n_when = (uint32_t) terms.len;
        *bh_vec_add(arena, &policy->rules) = rule;
        return 0;
}
