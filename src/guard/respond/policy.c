/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/respond/policy.h"

#include "base/limits.h"
#include "base/near.h"
#include "fmt/rows.h"
#include "fmt/yaml.h"
#include "guard/respond/action.h"
#include "guard/respond/never.h"

static const char *const modes[_BH_RESPOND_MODE_MAX] = { "observe", "dry-run", "act" };

enum { DEFAULT_PER_MINUTE = 60 };

const char *bh_respond_mode_str(enum bh_respond_mode mode) {
        return modes[mode];
}

bool bh_respond_mode_of(struct bh_str word, enum bh_respond_mode *ret) {
        for (unsigned i = 0; i < BH_LEN(modes); i++)
                if (bh_str_is(word, modes[i])) {
                        *ret = (enum bh_respond_mode) i;
                        return true;
                }
        return false;
}

struct reading {
        struct bh_row_file file;
        struct bh_respond_policy *policy;
        const struct bh_source *source;
};

/* ---- small values ---- */

/* "90s", "10m", "2h", "1d" */
static int read_span(struct reading *p, const struct bh_doc *row, const char *key, int64_t *ret, struct bh_err *err) {
        static const struct {
                char unit;
                int64_t s;
        } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
        struct bh_str text;
        uint64_t n;
        int r = bh_row_text(&p->file, row, key, &text, err);

        if (r < 0 || text.len == 0)
                return r;
        for (size_t i = 0; i < BH_LEN(units); i++)
                if (text.at[text.len - 1] == units[i].unit && bh_str_u64(bh_str_part(text, 0, text.len - 1), &n) && n > 0 && n <= 100000) {
                        *ret = (int64_t) n * units[i].s;
                        return 0;
                }
        return bh_row_fail(&p->file, bh_doc_get(row, key), err, "\"%s\" is no time such as 90s, 10m, 2h or 1d", BH_QUOTE(text));
}

static int read_count(struct reading *p, const struct bh_doc *row, const char *key, uint32_t *ret, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, key);
        int64_t n = bh_doc_int(v, -1);

        if (!v)
                return 0;
        if (n < 1 || n > 100000)
                return bh_row_fail(&p->file, v, err, "\"%s\" must be a number from 1 to 100000", key);
        *ret = (uint32_t) n;
        return 0;
}

static int read_mode(struct reading *p, const struct bh_doc *row, enum bh_respond_mode otherwise, enum bh_respond_mode *ret, struct bh_err *err) {
        int mode, r = bh_row_word(&p->file, row, "mode", modes, BH_LEN(modes), (int) otherwise, &mode, err);

        if (r >= 0)
                *ret = (enum bh_respond_mode) mode;
        return r;
}

static int read_priority(struct reading *p, const struct bh_doc *row, enum bh_priority *ret, struct bh_err *err) {
        struct bh_str word;
        int r = bh_row_text(&p->file, row, "priority", &word, err);

        *ret = BH_PRIORITY_DEBUG;
        if (r >= 0 && word.len && !bh_priority_of(word, ret))
                r = bh_row_fail(&p->file, bh_doc_get(row, "priority"), err, "\"%s\" is no priority such as warning", BH_QUOTE(word));
        return r;
}

static int read_list(struct reading *p, const struct bh_doc *row, const char *key, const struct bh_str **ret, uint32_t *ret_n, struct bh_err *err) {
        struct bh_str *list = NULL;
        int r = bh_doc_get(row, key) ? bh_row_texts(&p->file, row, key, &list, ret_n, err) : 0;

        *ret = list;
        return r;
}

static int read_scope(struct reading *p, const struct bh_doc *row, struct bh_scope *ret, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "image", false }, { "label", false }, { "namespace", false }, { "container", false },
                                                  { "host", false } };
        const struct bh_doc *scope = bh_doc_get(row, "scope"), *host = bh_doc_get(scope, "host");
        int r = scope ? bh_row_check(&p->file, scope, keys, BH_LEN(keys), err) : 0;

        ret->host = -1;
        if (!scope)
                return 0;
        if (r >= 0)
                r = read_list(p, scope, "image", &ret->images, &ret->n_images, err);
        if (r >= 0)
                r = read_list(p, scope, "label", &ret->labels, &ret->n_labels, err);
        if (r >= 0)
                r = read_list(p, scope, "namespace", &ret->namespaces, &ret->n_namespaces, err);
        if (r >= 0)
                r = read_list(p, scope, "container", &ret->containers, &ret->n_containers, err);
        if (r >= 0 && host && !bh_doc_is(host, BH_DOC_BOOL))
                r = bh_row_fail(&p->file, host, err, "\"host\" must be true or false");
        if (host)
                ret->host = bh_doc_bool(host, false);
        if (r >= 0 && ret->host == 1 && (ret->n_images || ret->n_labels || ret->n_namespaces || ret->n_containers))
                r = bh_row_fail(&p->file, host, err, "the host has no image, label, namespace or container");
        return r;
}

/* ---- rows ---- */

static int read_actions(struct reading *p, const struct bh_doc *row, struct bh_response *response, struct bh_err *err) {
        const char *known[64];
        struct bh_str *words;
        uint32_t n = 0, n_known = 0;
        int r = bh_row_texts(&p->file, row, "do", &words, &n, err);

        if (r < 0)
                return r;
        response->actions = bh_arena_array(p->file.arena, const struct bh_action *, n);
        for (uint32_t i = 0; bh_actions[i].name && n_known < BH_LEN(known); i++)
                known[n_known++] = bh_actions[i].name;
        for (uint32_t i = 0; i < n; i++) {
                const char *near = bh_nearest(words[i], known, n_known);

                response->actions[i] = bh_action_named(words[i]);
                if (!response->actions[i])
                        return bh_row_fail(&p->file, bh_doc_get(row, "do"), err, "there is no action \"%s\"%s%s%s", BH_QUOTE(words[i]),
                                           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        }
        response->n_actions = n;
        return n ? 0 : bh_row_fail(&p->file, bh_doc_get(row, "do"), err, "nothing to do");
}

static int read_when(struct reading *p, const struct bh_doc *row, struct bh_response *response, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = bh_row_text(&p->file, row, "when", &response->when, err);

        if (r < 0 || response->when.len == 0 || !p->source)
                return r;
        r = bh_condition_new(p->source, response->when, &response->condition, &why);
        return r < 0 ? bh_row_fail(&p->file, bh_doc_get(row, "when"), err, "%s", why.text) : 0;
}

static int check_even(struct reading *p, const struct bh_doc *row, const struct bh_response *response, struct bh_err *err) {
        for (uint32_t i = 0; i < response->n_even; i++) {
                bool known = bh_never_is_builtin(response->even[i]);

                for (size_t k = 0; !known && k < p->policy->never.len; k++)
                        known = bh_str_eq(p->policy->never.at[k].name, response->even[i]);
                if (!known)
                        return bh_row_fail(&p->file, bh_doc_get(row, "even"), err, "there is no never-row \"%s\"", BH_QUOTE(response->even[i]));
        }
        return 0;
}

static int check_undo(struct reading *p, const struct bh_doc *row, const struct bh_response *response, struct bh_err *err) {
        for (uint32_t i = 0; response->for_s && i < response->n_actions; i++)
                if (response->actions[i]->undo)
                        return 0;
        return response->for_s ? bh_row_fail(&p->file, bh_doc_get(row, "for"), err, "nothing of this can be undone") : 0;
}

static int read_response(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "rules", false }, { "tags", false }, { "priority", false }, { "when", false },
                                                  { "scope", false }, { "do", true }, { "mode", false }, { "for", false }, { "per_minute", false },
                                                  { "even", false } };
        struct bh_response s = { 0 }, *kept;
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_row_text(&p->file, row, "name", &s.name, err);
        r = r < 0 ? r : read_list(p, row, "rules", &s.rules, &s.n_rules, err);
        r = r < 0 ? r : read_list(p, row, "tags", &s.tags, &s.n_tags, err);
        r = r < 0 ? r : read_priority(p, row, &s.least, err);
        r = r < 0 ? r : read_scope(p, row, &s.scope, err);
        r = r < 0 ? r : read_actions(p, row, &s, err);
        r = r < 0 ? r : read_mode(p, row, BH_RESPOND_ACT, &s.mode, err);
        r = r < 0 ? r : read_span(p, row, "for", &s.for_s, err);
        r = r < 0 ? r : read_count(p, row, "per_minute", &s.per_minute, err);
        r = r < 0 ? r : read_list(p, row, "even", &s.even, &s.n_even, err);
        r = r < 0 ? r : check_even(p, row, &s, err);
        r = r < 0 ? r : check_undo(p, row, &s, err);
        if (r >= 0 && s.n_rules == 0 && s.n_tags == 0 && !bh_doc_get(row, "priority"))
                r = bh_row_fail(&p->file, row, err, "this needs \"rules\", \"tags\" or a \"priority\", or it would answer every alert");
        if (r < 0)
                return r;
        s.place = bh_row_place(&p->file, row);
        kept = bh_vec_add(p->file.arena, &p->policy->responses);
        *kept = s;
        return read_when(p, row, kept, err); /* last: what it makes is freed with the policy */
}

static int read_never(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "process", false }, { "exe", false }, { "scope", false } };
        struct bh_never n = { 0 };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_row_text(&p->file, row, "name", &n.name, err);
        r = r < 0 ? r : bh_row_text(&p->file, row, "process", &n.process, err);
        r = r < 0 ? r : bh_row_text(&p->file, row, "exe", &n.exe, err);
        r = r < 0 ? r : read_scope(p, row, &n.scope, err);
        if (r >= 0 && n.process.len == 0 && n.exe.len == 0 && !bh_doc_get(row, "scope"))
                r = bh_row_fail(&p->file, row, err, "this needs a \"process\", an \"exe\" or a \"scope\"");
        if (r < 0)
                return r;
        n.place = bh_row_place(&p->file, row);
        *bh_vec_add(p->file.arena, &p->policy->never) = n;
        return 0;
}

static int read_stop(struct reading *p, const struct bh_doc *row, struct bh_prevent_row *ret, struct bh_err *err) {
#define X(symbol, word, about) [BH_PREVENT_##symbol] = word,
        static const char *const words[_BH_PREVENT_MAX] = { BH_PREVENTIONS(X) };
#undef X
        struct bh_str *list;
        uint32_t n = 0;
        int r = bh_row_texts(&p->file, row, "stop", &list, &n, err);

        for (uint32_t i = 0; r >= 0 && i < n; i++) {
                const char *near = bh_nearest(list[i], words, BH_LEN(words));
                uint32_t bit = 0;

                for (unsigned k = 0; k < BH_LEN(words); k++)
                        bit |= bh_str_is(list[i], words[k]) ? 1u << k : 0;
                ret->bits |= bit;
                if (!bit)
                        return bh_row_fail(&p->file, bh_doc_get(row, "stop"), err, "there is no prevention \"%s\"%s%s%s", BH_QUOTE(list[i]),
                                           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        }
        return r;
}

static int read_prevent(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true }, { "stop", true }, { "scope", false }, { "mode", false }, { "paths", false }, { "files", false } };
        static const char *const words[] = { "stop", "would" };
        const uint32_t opens = BH_PREVENT_BIT(FILE_OPEN) | BH_PREVENT_BIT(FILE_WRITE);
        struct bh_prevent_row v = { 0 };
        int mode = 0, r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_row_text(&p->file, row, "name", &v.name, err);
        r = r < 0 ? r : read_stop(p, row, &v, err);
        r = r < 0 ? r : read_scope(p, row, &v.scope, err);
        r = r < 0 ? r : bh_row_word(&p->file, row, "mode", words, BH_LEN(words), 0, &mode, err);
        r = r < 0 ? r : read_list(p, row, "paths", &v.paths, &v.n_paths, err);
        if (r >= 0 && !(v.bits & BH_PREVENT_BIT(LISTED)) != !v.n_paths)
                r = bh_row_fail(&p->file, row, err, "\"paths\" and exec-listed go together");
        r = r < 0 ? r : read_list(p, row, "files", &v.files, &v.n_files, err);
        if (r >= 0 && !(v.bits & opens) != !v.n_files)
                r = bh_row_fail(&p->file, row, err, "\"files\" and file-open or file-write go together");
        if (r >= 0 && v.scope.host != 0 && (v.bits & BH_PREVENT_BIT(NETWORK)) && !bh_doc_get(row, "scope"))
                r = bh_row_fail(&p->file, row, err, "this would take the network from the whole machine: name a scope");
        if (r < 0)
                return r;
        v.would = mode == 1;
        v.place = bh_row_place(&p->file, row);
        *bh_vec_add(p->file.arena, &p->policy->prevent) = v;
        return 0;
}

/* ---- the file ---- */

static int read_rows(struct reading *p, const struct bh_doc *root, const char *key, int (*read)(struct reading *, const struct bh_doc *, struct bh_err *),
                     struct bh_err *err) {
        const struct bh_doc *rows = bh_doc_get(root, key);
        int r = 0;

        if (rows && !bh_doc_is(rows, BH_DOC_ARRAY) && !bh_doc_is(rows, BH_DOC_NULL))
                return bh_row_fail(&p->file, rows, err, "\"%s\" must be a list", key);
        if (bh_doc_is(rows, BH_DOC_ARRAY) && bh_doc_count(rows) > BH_LIMIT_RESPONSES)
                return bh_fail(err, BH_E_LIMIT, "%.*s: more than %d rows", BH_FMT(p->file.name), BH_LIMIT_RESPONSES);
        for (const struct bh_doc *row = bh_doc_is(rows, BH_DOC_ARRAY) ? bh_doc_first(rows) : NULL; row && r >= 0; row = row->next)
                r = read(p, row, err);
        return r;
}

static int read_file(struct reading *p, const struct bh_doc *root, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "mode", false }, { "per_minute", false }, { "never", false }, { "responses", false },
                                                  { "prevent", false } };
        int r;

        if (bh_doc_is(root, BH_DOC_NULL))
                return 0;
        r = bh_row_check(&p->file, root, keys, BH_LEN(keys), err);
        r = r < 0 ? r : read_mode(p, root, BH_RESPOND_DRY_RUN, &p->policy->mode, err);
        r = r < 0 ? r : read_count(p, root, "per_minute", &p->policy->per_minute, err);
        r = r < 0 ? r : read_rows(p, root, "never", read_never, err);
        r = r < 0 ? r : read_rows(p, root, "responses", read_response, err);
        return r < 0 ? r : read_rows(p, root, "prevent", read_prevent, err);
}

int bh_respond_policy_parse(struct bh_str name, struct bh_str text, const struct bh_source *source, struct bh_respond_policy **ret,
                            struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_respond_policy *policy = bh_arena_make(arena, struct bh_respond_policy);
        struct reading p = { { arena, bh_arena_str(arena, name) }, policy, source };
        const struct bh_doc *root;
        int r = bh_yaml_parse(arena, text, &root, err);

        policy->arena = arena;
        policy->mode = BH_RESPOND_DRY_RUN;
        policy->per_minute = DEFAULT_PER_MINUTE;
        if (r < 0)
                r = bh_wrap(err, r, "%.*s", BH_FMT(p.file.name));
        else
                r = read_file(&p, root, err);
        if (r < 0)
                bh_respond_policy_free(&policy);
        else
                *ret = policy;
        return r;
}

void bh_respond_policy_free(struct bh_respond_policy **policy) {
        struct bh_arena *arena;

        if (!*policy)
                return;
        for (size_t i = 0; i < (*policy)->responses.len; i++)
                if ((*policy)->responses.at[i].condition)
                        bh_condition_free(&(*policy)->responses.at[i].condition);
        arena = (*policy)->arena;
        bh_arena_free(&arena);
        *policy = NULL;
}
