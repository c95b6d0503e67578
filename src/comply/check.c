/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/near.h"
#include "fmt/yaml.h"
#include "sys/fd.h"

static const char *const severities[] = { [BH_COMPLY_INFO] = "info", [BH_COMPLY_LOW] = "low", [BH_COMPLY_MEDIUM] = "medium",
                                          [BH_COMPLY_HIGH] = "high", [BH_COMPLY_CRITICAL] = "critical" };
static const unsigned weights[] = { [BH_COMPLY_INFO] = 0, [BH_COMPLY_LOW] = 1, [BH_COMPLY_MEDIUM] = 3, [BH_COMPLY_HIGH] = 6, [BH_COMPLY_CRITICAL] = 10 };
static const char *const categories[] = { [BH_COMPLY_SECURITY] = "security", [BH_COMPLY_NETWORK] = "network", [BH_COMPLY_IMAGES] = "images",
                                          [BH_COMPLY_RESOURCES] = "resources", [BH_COMPLY_HEALTH] = "health" };

const char *bh_comply_severity_str(enum bh_comply_severity s) {
        return severities[s];
}

const char *bh_comply_category_str(enum bh_comply_category c) {
        return categories[c];
}

struct reading {
        struct bh_row_file file;
        struct bh_checks *set;
        struct bh_arena *arena;
        size_t n_kept;
};

/* ---- texts ---- */

static int read_both(struct reading *p, const struct bh_doc *row, struct bh_both *ret, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "en", true }, { "zh", false } };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_row_text(&p->file, row, "en", &ret->in[BH_LANG_EN], err);
        return r < 0 ? r : bh_row_text(&p->file, row, "zh", &ret->in[BH_LANG_ZH], err);
}

static int read_some(struct reading *p, const struct bh_doc *row, const char *key, struct bh_both *ret, struct bh_err *err) {
        const struct bh_doc *at = bh_doc_get(row, key);

        return at ? read_both(p, at, ret, err) : 0;
}

static int read_mend(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        const struct bh_doc *at = bh_doc_get(row, "mend");
        bool plain = bh_doc_is(bh_doc_get(at, "en"), BH_DOC_STRING);
        int r = 0;

        c->mends = bh_arena_array(p->arena, struct bh_check_mend, plain ? 1 : bh_doc_count(at));
        if (plain) {
                c->n_mends = 1;
                c->mends[0].distribution = BH_STR("any");
                return read_both(p, at, &c->mends[0].text, err);
        }
        for (const struct bh_doc *m = bh_doc_first(at); m && r >= 0; m = m->next) {
                c->mends[c->n_mends].distribution = m->key;
                r = read_both(p, m, &c->mends[c->n_mends++].text, err);
        }
        return r;
}

static int read_refs(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        const struct bh_doc *at = bh_doc_get(row, "refs");

        if (at && !bh_doc_is(at, BH_DOC_OBJECT))
                return bh_row_fail(&p->file, at, err, "\"refs\" is a list of benchmarks and items");
        c->refs = bh_arena_array(p->arena, struct bh_check_ref, bh_doc_count(at));
        for (const struct bh_doc *m = bh_doc_first(at); m; m = m->next) {
                if (bh_doc_str(m).len == 0)
                        return bh_row_fail(&p->file, m, err, "an item is a text, such as \"5.5\"");
                c->refs[c->n_refs++] = (struct bh_check_ref){ m->key, bh_doc_str(m) };
        }
        return 0;
}

/* ---- conditions and evidence ---- */

static int read_condition(struct reading *p, const struct bh_doc *row, const char *key, const struct bh_fact_kind *on, struct bh_str *ret_text,
                          struct bh_condition **ret, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *at = bh_doc_get(row, key);
        int r = bh_row_text(&p->file, row, key, ret_text, err);

        if (r < 0 || !at)
                return r;
        if (bh_condition_new(&on->source, *ret_text, ret, &why) < 0)
                return bh_row_fail(&p->file, at, err, "%s: %s", key, why.text);
        return 0;
}

static int read_evidence(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        const struct bh_doc *at = bh_doc_get(row, "evidence");
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *words;
        uint32_t n = 0;
        int r = at ? bh_row_texts(&p->file, row, "evidence", &words, &n, err) : 0;

        c->evidence = bh_arena_array(p->arena, struct bh_check_evidence, n);
        for (uint32_t i = 0; i < n && r >= 0; i++) {
                struct bh_check_evidence *e = &c->evidence[c->n_evidence++];
                struct bh_str name = words[i], rest;
                const struct bh_field *field;

                (void) bh_str_cut(words[i], '[', &name, &rest);
                field = bh_source_field(&c->on->source, name);
                if (!field)
                        return bh_row_fail(&p->file, at, err, "%s has no field \"%s\"", c->on->name, BH_QUOTE(name));
                e->name = words[i];
                e->field = (unsigned) (field - c->on->source.fields);
                if (bh_rule_format_new(&c->on->source, bh_arena_cat(p->arena, BH_STR("%"), words[i]), &e->print, &why) < 0)
                        return bh_row_fail(&p->file, at, err, "evidence: %s", why.text);
        }
        return r;
}

static int read_kind(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        const char *names[128];
        struct bh_str word;
        const char *near;
        size_t n = 0;
        int r = bh_row_text(&p->file, row, "on", &word, err);

        if (r < 0)
                return r;
        c->on = bh_fact_kind_of(word);
        if (c->on)
                return 0;
        for (; bh_fact_kinds[n] && n < BH_LEN(names); n++)
                names[n] = bh_fact_kinds[n]->name;
        near = bh_nearest(word, names, n);
        return bh_row_fail(&p->file, bh_doc_get(row, "on"), err, "there is no kind of fact \"%s\"%s%s%s", BH_QUOTE(word), near ? "; did you mean \"" : "",
                           near ? near : "", near ? "\"?" : "");
}

/* ---- one check ---- */

static int read_numbers(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        int64_t level = bh_doc_int(bh_doc_get(row, "level"), 1), weight = bh_doc_int(bh_doc_get(row, "weight"), -1);
        int severity, category;
        int r = bh_row_word(&p->file, row, "severity", severities, BH_LEN(severities), BH_COMPLY_MEDIUM, &severity, err);

        r = r < 0 ? r : bh_row_word(&p->file, row, "category", categories, BH_LEN(categories), BH_COMPLY_SECURITY, &category, err);
        if (r < 0)
                return r;
        if (level < 1 || level > 9 || weight < -1 || weight > 100)
                return bh_row_fail(&p->file, row, err, "a level is 1 to 9, a weight 0 to 100");
        c->severity = (enum bh_comply_severity) severity;
        c->category = (enum bh_comply_category) category;
        c->level = (unsigned) level;
        c->weight = weight < 0 ? weights[severity] : (unsigned) weight;
        return 0;
}

static int read_conditions(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        int r = read_condition(p, row, "applies", c->on, &c->applies_text, &c->applies, err);

        r = r < 0 ? r : read_condition(p, row, "pass", c->on, &c->pass_text, &c->pass, err);
        r = r < 0 ? r : read_some(p, row, "ask", &c->ask, err);
        if (r >= 0 && !c->pass == !c->ask.in[BH_LANG_EN].len)
                return bh_row_fail(&p->file, row, err, "a check has either \"pass\", or a question to \"ask\"");
        return r;
}

static void check_done(struct bh_check *c) {
        bh_condition_free(&c->applies);
        bh_condition_free(&c->pass);
        for (size_t i = 0; i < c->n_evidence; i++)
                bh_rule_format_free(&c->evidence[i].print);
}

bool bh_check_is_wanted(const struct bh_check *c, const struct bh_comply_opts *o) {
        return (o->benchmark.len == 0 || bh_check_item(c, o->benchmark).len) && (o->check.len == 0 || bh_glob(o->check, c->id)) && (o->level == 0 || c->level <= o->level);
}

/* 1: it is wanted; 0: it is not, and was looked at no further. */
static int fill(struct reading *p, const struct bh_doc *row, struct bh_check *c, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "id", true },       { "title", true },    { "on", true },   { "applies", false }, { "pass", false },
                                                  { "ask", false },     { "severity", false }, { "category", false }, { "weight", false }, { "level", false },
                                                  { "refs", false },    { "evidence", false }, { "why", true }, { "mend", false },    { "cases", false } };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_row_text(&p->file, row, "id", &c->id, err);
        r = r < 0 ? r : read_numbers(p, row, c, err);
        r = r < 0 ? r : read_refs(p, row, c, err);
        if (r < 0 || (p->set->only && !bh_check_is_wanted(c, p->set->only)))
                return r < 0 ? r : 0;
        r = read_kind(p, row, c, err);
        r = r < 0 ? r : read_some(p, row, "title", &c->title, err);
        r = r < 0 ? r : read_some(p, row, "why", &c->why, err);
        r = r < 0 ? r : read_mend(p, row, c, err);
        r = r < 0 ? r : read_conditions(p, row, c, err);
        r = r < 0 ? r : read_evidence(p, row, c, err);
        return r < 0 ? r : 1;
}

static int read_check(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        struct bh_check c = { 0 };
        int r = fill(p, row, &c, err);

        if (r == 0)
                return 0;
        if (r > 0 && bh_map_has(&p->set->by_id, c.id))
                r = bh_row_fail(&p->file, row, err, "there is a check \"%s\" already, at %.*s", BH_QUOTE(c.id),
                                BH_FMT(p->set->checks.at[(uintptr_t) bh_map_get(&p->set->by_id, c.id) - 1].place));
        if (r < 0) {
                check_done(&c);
                return r;
        }
        p->n_kept++;
        c.place = bh_row_place(&p->file, row);
        c.cases = bh_doc_get(row, "cases");
        *bh_vec_add(p->set->arena, &p->set->checks) = c;
        (void) bh_map_set(&p->set->by_id, c.id, (void *) (uintptr_t) p->set->checks.len);
        return 0;
}

static int read_benchmark(struct reading *p, const struct bh_doc *row, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "id", true }, { "title", true }, { "version", false } };
        struct bh_benchmark b = { 0 };
        int r = bh_row_check(&p->file, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : bh_row_text(&p->file, row, "id", &b.id, err);
        r = r < 0 ? r : read_some(p, row, "title", &b.title, err);
        r = r < 0 ? r : bh_row_text(&p->file, row, "version", &b.version, err);
        if (r < 0)
                return r;
        b.id = bh_arena_str(p->set->arena, b.id);
        b.version = bh_arena_str(p->set->arena, b.version);
        for (unsigned i = 0; i < _BH_LANG_MAX; i++)
                b.title.in[i] = bh_arena_str(p->set->arena, b.title.in[i]);
        *bh_vec_add(p->set->arena, &p->set->benchmarks) = b;
        return 0;
}

/* ---- files ---- */

static int read_list(struct reading *p, const struct bh_doc *list, int (*read)(struct reading *p, const struct bh_doc *row, struct bh_err *err),
                     struct bh_err *err) {
        int r = 0;

        if (list && !bh_doc_is(list, BH_DOC_ARRAY))
                return bh_row_fail(&p->file, list, err, "a list of rows is expected here");
        for (const struct bh_doc *row = bh_doc_first(list); row && r >= 0; row = row->next)
                r = read(p, row, err);
        return r;
}

static int parse(struct reading *p, struct bh_str yaml, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "benchmarks", false }, { "checks", false } };
        const struct bh_doc *root;
        char shown[256];
        int r = bh_yaml_parse(p->arena, yaml, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", bh_str_quote(p->file.name, shown, sizeof shown));
        if (!root || bh_doc_is(root, BH_DOC_NULL))
                return 0;
        r = bh_row_check(&p->file, root, keys, BH_LEN(keys), err);
        r = r < 0 ? r : read_list(p, bh_doc_get(root, "benchmarks"), read_benchmark, err);
        return r < 0 ? r : read_list(p, bh_doc_get(root, "checks"), read_check, err);
}

int bh_checks_parse(struct bh_checks *set, struct bh_str name, struct bh_str yaml, struct bh_err *err) {
        struct reading p = { .file = { set->arena, bh_arena_str(set->arena, name) }, .set = set, .arena = set->arena };

        return parse(&p, yaml, err);
}

static int is_yaml(const struct dirent *e) {
        struct bh_str name = bh_str_of(e->d_name);

        return name.at[0] != '.' && (bh_str_ends(name, BH_STR(".yaml")) || bh_str_ends(name, BH_STR(".yml")));
}

static int read_text(struct bh_arena *arena, const char *folder, const char *name, struct bh_str *ret, struct bh_err *err) {
        return bh_fd_read_file(arena, bh_arena_printf(arena, "%s/%s", folder, name).at, BH_LIMIT_BASELINE_FILE, ret, err);
}

/* Of the files of a folder few may hold what is wanted: the others leave nothing behind. */
static int load_wanted(struct bh_checks *set, const char *folder, const char *name, struct bh_err *err) {
        struct reading p = { .set = set, .arena = bh_arena_new() };
        struct bh_str text;
        int r = read_text(p.arena, folder, name, &text, err);

        p.file = (struct bh_row_file){ p.arena, bh_arena_str(p.arena, bh_str_of(name)) };
        if (r >= 0 && bh_str_find(text, set->only->benchmark) >= 0)
                r = parse(&p, text, err);
        if (p.n_kept)
                *bh_vec_add(set->arena, &set->files) = p.arena;
        else
                bh_arena_free(&p.arena);
        return r;
}

static int load_one(struct bh_checks *set, const char *folder, const char *name, struct bh_err *err) {
        struct bh_str text;
        int r;

        if (set->only)
                return load_wanted(set, folder, name, err);
        r = read_text(set->arena, folder, name, &text, err);
        return r < 0 ? r : bh_checks_parse(set, bh_str_of(name), text, err);
}

int bh_checks_load(struct bh_checks *set, const char *folder, struct bh_err *err) {
        struct dirent **names = NULL;
        int n = scandir(folder, &names, is_yaml, alphasort), r = 0;

        if (n < 0)
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(folder)));
        for (int i = 0; i < n; i++) {
                r = r < 0 ? r : load_one(set, folder, names[i]->d_name, err);
                free(names[i]);
        }
        free(names);
        return r;
}

void bh_checks_init(struct bh_checks *set, struct bh_arena *arena) {
        *set = (struct bh_checks){ .arena = arena, .by_id = bh_map_in(arena) };
}

void bh_checks_done(struct bh_checks *set) {
        for (size_t i = 0; i < set->checks.len; i++)
                check_done(&set->checks.at[i]);
        for (size_t i = 0; i < set->files.len; i++)
                bh_arena_free(&set->files.at[i]);
        set->checks.len = set->files.len = 0;
}

bool bh_checks_have(const struct bh_checks *set, struct bh_str benchmark) {
        for (size_t i = 0; i < set->benchmarks.len; i++)
                if (bh_str_eq(set->benchmarks.at[i].id, benchmark))
                        return true;
        return false;
}

struct bh_str bh_check_item(const struct bh_check *check, struct bh_str benchmark) {
        for (size_t i = 0; i < check->n_refs; i++)
                if (bh_str_eq(check->refs[i].benchmark, benchmark))
                        return check->refs[i].item;
        return (struct bh_str){ 0 };
}

struct bh_str bh_both_in(const struct bh_both *b, enum bh_lang lang) {
        return b->in[lang].len ? b->in[lang] : b->in[BH_LANG_EN];
}
