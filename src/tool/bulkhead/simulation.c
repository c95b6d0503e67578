/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/simulation.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/near.h"
#include "fmt/yaml.h"
#include "fmt/rows.h"
#include "sys/fd.h"

enum { SECONDS = 15, SECONDS_MAX = 120 };

static const char *const tactics[_BH_TACTIC_MAX] = {
        [BH_TACTIC_INITIAL_ACCESS] = "initial-access",
        [BH_TACTIC_EXECUTION] = "execution",
        [BH_TACTIC_PERSISTENCE] = "persistence",
        [BH_TACTIC_PRIVILEGE_ESCALATION] = "privilege-escalation",
        [BH_TACTIC_DEFENSE_EVASION] = "defense-evasion",
        [BH_TACTIC_CREDENTIAL_ACCESS] = "credential-access",
        [BH_TACTIC_DISCOVERY] = "discovery",
        [BH_TACTIC_LATERAL_MOVEMENT] = "lateral-movement",
        [BH_TACTIC_COLLECTION] = "collection",
        [BH_TACTIC_COMMAND_AND_CONTROL] = "command-and-control",
        [BH_TACTIC_EXFILTRATION] = "exfiltration",
        [BH_TACTIC_IMPACT] = "impact",
};

static const struct {
        const char *prefix;
        enum bh_need_kind kind;
} need_kinds[] = {
        { "file:", BH_NEED_FILE }, { "call:", BH_NEED_CALL }, { "kernel:", BH_NEED_KERNEL }, { "storage:", BH_NEED_STORAGE },
};

const char *bh_tactic_str(enum bh_tactic tactic) {
        return tactics[tactic];
}

/* ---- one row ---- */

/* "T1059" or "T1059.004". */
static bool is_technique(struct bh_str t) {
        uint64_t n;

        if (t.len != 5 && (t.len != 9 || t.at[5] != '.' || !bh_str_u64(bh_str_from(t, 6), &n)))
                return false;
        return t.at[0] == 'T' && bh_str_u64(bh_str_part(t, 1, 4), &n);
}

static bool is_name(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_lower(name.at[i]) && !bh_is_digit(name.at[i]) && (name.at[i] != '-' || i == 0))
                        return false;
        return name.len > 0 && name.len <= 64;
}

static int read_techniques(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        int r = bh_row_texts(f, row, "techniques", &s->techniques, &s->n_techniques, err);

        for (uint32_t i = 0; r >= 0 && i < s->n_techniques; i++)
                if (!is_technique(s->techniques[i]))
                        r = bh_row_fail(f, bh_doc_get(row, "techniques"), err, "\"%s\" is no technique such as T1059.004",
                                        BH_QUOTE(s->techniques[i]));
        return r;
}

static int read_need(const struct bh_row_file *f, const struct bh_doc *at, struct bh_str text, struct bh_need *ret, struct bh_err *err) {
        *ret = (struct bh_need){ .kind = bh_str_is(text, "root") ? BH_NEED_ROOT : BH_NEED_PROGRAM, .text = text };
        for (size_t i = 0; i < BH_LEN(need_kinds); i++)
                if (bh_str_cut_prefix(&ret->text, bh_str_of(need_kinds[i].prefix))) {
                        ret->kind = need_kinds[i].kind;
                        return ret->text.len ? 0 : bh_row_fail(f, at, err, "\"%s\" names nothing", BH_QUOTE(text));
                }
        if (bh_str_chr(text, ':') >= 0 || bh_str_chr(text, '/') >= 0)
                return bh_row_fail(f, at, err, "a need is a program, root, file:, call:, kernel: or storage:, not \"%s\"", BH_QUOTE(text));
        return 0;
}

static int read_needs(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        struct bh_str *words = NULL;
        uint32_t n = 0;
        int r = bh_doc_get(row, "needs") ? bh_row_texts(f, row, "needs", &words, &n, err) : 0;

        s->needs = bh_arena_array(f->arena, struct bh_need, n);
        for (uint32_t i = 0; r >= 0 && i < n; i++)
                r = read_need(f, bh_doc_get(row, "needs"), words[i], &s->needs[s->n_needs++], err);
        return r;
}

/* "expects: []" says plainly that nothing need fire. */
static int read_expects(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, "expects");

        if (!v)
                return bh_row_fail(f, row, err, "this needs an \"expects\": the rules that must fire");
        return bh_row_texts(f, row, "expects", &s->expects, &s->n_expects, err);
}

static int read_limit(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, "seconds");
        int64_t n = v ? bh_doc_int(v, 0) : SECONDS;

        if (n < 1 || n > SECONDS_MAX)
                return bh_row_fail(f, v, err, "\"seconds\" is a number from 1 to %d", SECONDS_MAX);
        s->limit_s = (uint32_t) n;
        return 0;
}

/* ---- the container ---- */

static int read_flag(const struct bh_row_file *f, const struct bh_doc *row, const char *key, bool *ret, struct bh_err *err) {
        const struct bh_doc *v = bh_doc_get(row, key);

        if (v && !bh_doc_is(v, BH_DOC_BOOL))
                return bh_row_fail(f, v, err, "\"%s\" is true or false", key);
        *ret = bh_doc_bool(v, false);
        return 0;
}

static int read_words(const struct bh_row_file *f, const struct bh_doc *row, const char *key, struct bh_docker_words *ret, struct bh_err *err) {
        struct bh_str *at = NULL;
        int r = bh_doc_get(row, key) ? bh_row_texts(f, row, key, &at, &ret->n, err) : 0;

        ret->at = at;
        return r;
}

static int read_container(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "privileged", false }, { "read-only", false }, { "engine-socket", false }, { "user", false },
                                                  { "network", false },    { "pid", false },       { "ipc", false },           { "uts", false },
                                                  { "cgroupns", false },   { "binds", false },     { "tmpfs", false },         { "cap-add", false },
                                                  { "cap-drop", false },   { "security", false },  { "devices", false },       { "env", false },
                                                  { "device-rules", false }, { "unmasked", false } };
        struct bh_docker_spec *c = &s->spec;
        const struct {
                const char *key;
                struct bh_docker_words *to;
        } words[] = { { "binds", &c->binds },       { "tmpfs", &c->tmpfs },     { "cap-add", &c->cap_add }, { "cap-drop", &c->cap_drop },
                      { "security", &c->security }, { "devices", &c->devices }, { "env", &c->env }, { "device-rules", &c->device_rules } };
        const struct {
                const char *key;
                struct bh_str *to;
        } texts[] = { { "user", &c->user }, { "network", &c->network }, { "pid", &c->pid }, { "ipc", &c->ipc }, { "uts", &c->uts }, { "cgroupns", &c->cgroupns } };
        const struct {
                const char *key;
                bool *to;
        } flags[] = { { "privileged", &c->privileged }, { "read-only", &c->read_only }, { "engine-socket", &s->engine_socket }, { "unmasked", &c->unmasked } };
        int r = bh_row_check(f, row, keys, BH_LEN(keys), err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(words); i++)
                r = read_words(f, row, words[i].key, words[i].to, err);
        for (size_t i = 0; r >= 0 && i < BH_LEN(texts); i++)
                r = bh_row_text(f, row, texts[i].key, texts[i].to, err);
        for (size_t i = 0; r >= 0 && i < BH_LEN(flags); i++)
                r = read_flag(f, row, flags[i].key, flags[i].to, err);
        return r;
}

static int read_place(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        static const char *const places[] = { "container", "host" };
        const struct bh_doc *container = bh_doc_get(row, "container");
        int place, r = bh_row_word(f, row, "where", places, BH_LEN(places), 0, &place, err);

        if (r < 0)
                return r;
        s->on_host = place == 1;
        if (container && s->on_host)
                return bh_row_fail(f, container, err, "a scenario on the host has no \"container\"");
        return container ? read_container(f, container, s, err) : 0;
}

/* ---- a file ---- */

static int read_texts(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        const struct {
                const char *key;
                struct bh_str *to;
        } texts[] = { { "name", &s->name }, { "title", &s->title }, { "about", &s->about }, { "script", &s->script }, { "cleanup", &s->cleanup } };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < BH_LEN(texts); i++)
                r = bh_row_text(f, row, texts[i].key, texts[i].to, err);
        if (r >= 0 && !is_name(s->name))
                r = bh_row_fail(f, bh_doc_get(row, "name"), err, "a name is made of a-z, 0-9 and -, not \"%s\"", BH_QUOTE(s->name));
        return r;
}

static int read_row(const struct bh_row_file *f, const struct bh_doc *row, struct bh_simulation *s, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "name", true },      { "title", true },   { "about", false },     { "tactic", true },
                                                  { "techniques", true }, { "where", false },  { "needs", false },     { "container", false },
                                                  { "script", true },    { "cleanup", false }, { "expects", false },   { "seconds", false } };
        int tactic = 0, r = bh_row_check(f, row, keys, BH_LEN(keys), err);

        r = r < 0 ? r : read_texts(f, row, s, err);
        r = r < 0 ? r : bh_row_word(f, row, "tactic", tactics, BH_LEN(tactics), 0, &tactic, err);
        r = r < 0 ? r : read_techniques(f, row, s, err);
        r = r < 0 ? r : read_place(f, row, s, err);
        r = r < 0 ? r : read_needs(f, row, s, err);
        r = r < 0 ? r : read_expects(f, row, s, err);
        r = r < 0 ? r : read_limit(f, row, s, err);
        s->tactic = (enum bh_tactic) tactic;
        return r;
}

static const struct bh_simulation *named(const struct bh_simulations *all, struct bh_str name) {
        for (size_t i = 0; i < all->len; i++)
                if (bh_str_eq(all->at[i].name, name))
                        return &all->at[i];
        return NULL;
}

int bh_simulation_parse(struct bh_arena *arena, struct bh_str file, struct bh_str bytes, struct bh_simulations *into, struct bh_err *err) {
        struct bh_row_file f = { .arena = arena, .name = file };
        const struct bh_doc *root;
        char shown[256];
        int r = bh_yaml_parse(arena, bytes, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", bh_str_quote(file, shown, sizeof shown));
        if (!root || bh_doc_is(root, BH_DOC_NULL))
                return 0;
        if (!bh_doc_is(root, BH_DOC_ARRAY))
                return bh_row_fail(&f, root, err, "a list of scenarios is expected here");
        for (const struct bh_doc *row = bh_doc_first(root); row; row = row->next) {
                struct bh_simulation s = { 0 };
                const struct bh_simulation *other;

                r = read_row(&f, row, &s, err);
                if (r < 0)
                        return r;
                s.place = bh_row_place(&f, row);
                other = named(into, s.name);
                if (other)
                        return bh_row_fail(&f, bh_doc_get(row, "name"), err, "\"%.*s\" is also the name of %.*s", BH_FMT(s.name), BH_FMT(other->place));
                if (into->len >= BH_LIMIT_SIMULATIONS)
                        return bh_fail(err, BH_E_LIMIT, "more than %u scenarios", BH_LIMIT_SIMULATIONS);
                *bh_vec_add(arena, into) = s;
        }
        return 0;
}

static int is_yaml(const struct dirent *e) {
        return e->d_name[0] != '.' && bh_str_ends(bh_str_of(e->d_name), BH_STR(".yaml"));
}

int bh_simulation_load(struct bh_arena *arena, const char *dir, struct bh_simulations *into, struct bh_err *err) {
        struct dirent **list;
        int n = scandir(dir, &list, is_yaml, alphasort), r = 0;

        if (n < 0)
                return bh_fail_sys(err, errno, "%s", dir);
        for (int i = 0; i < n; i++) {
                struct bh_str bytes;

                if (r >= 0)
                        r = bh_fd_read_file(arena, bh_arena_printf(arena, "%s/%s", dir, list[i]->d_name).at, BH_LIMIT_SIMULATION_FILE, &bytes, err);
                if (r >= 0)
                        r = bh_simulation_parse(arena, bh_arena_str(arena, bh_str_of(list[i]->d_name)), bytes, into, err);
                free(list[i]);
        }
        free(list);
        if (r >= 0 && into->len == 0)
                return bh_fail(err, BH_E_NOTFOUND, "%s: no scenario in any *.yaml", dir);
        return r;
}

int bh_simulation_find(const struct bh_simulations *all, struct bh_str name, const struct bh_simulation **ret, struct bh_err *err) {
        const struct bh_simulation *s = named(all, name);
        struct bh_arena *arena;
        const char **names, *near;
        int r;

        if (s) {
                *ret = s;
                return 0;
        }
        arena = bh_arena_new();
        names = bh_arena_array(arena, const char *, all->len);
        for (size_t i = 0; i < all->len; i++)
                names[i] = bh_arena_cstr(arena, all->at[i].name);
        near = bh_nearest(name, names, all->len);
        r = bh_fail(err, BH_E_USAGE, "no scenario %s%s%s; simulate list prints them all", BH_QUOTE(name), near ? "; did you mean " : "", near ? near : "");
        bh_arena_free(&arena);
        return r;
}
