/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/place.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include "base/glob.h"
#include "base/limits.h"
#include "fmt/deb822.h"

enum { MAX_CMDLINE = 64 * 1024, MAX_ENVIRON = 256 * 1024, MAX_STARS = 3, MAX_WORDS = 4096 };

/* ---- programs ---- */

static struct bh_str name_of(const struct bh_task *t) {
        struct bh_str exe = t->exe;

        (void) bh_str_cut_suffix(&exe, BH_STR(" (deleted)"));
        return bh_str_basename(exe);
}

static bool is_one(const struct bh_task *t, const char *const *names) {
        struct bh_str name = name_of(t);

        for (; !t->kernel_thread && *names; names++)
                if (bh_glob(bh_str_of(*names), name))
                        return true;
        return false;
}

static bool root_of(const struct bh_reach *reach, struct bh_str container, uint32_t *ret) {
        for (uint32_t i = 0; i < reach->n_roots; i++)
                if (bh_str_eq(reach->roots[i].container, container)) {
                        *ret = i;
                        return true;
                }
        return false;
}

static void take_argv(struct bh_program *p) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, word;
        BH_VEC(struct bh_str) words = { 0 };

        if (p->at.reach->proc(p->at.reach->user, p->pid, "cmdline", MAX_CMDLINE, p->at.arena, &text, &why) < 0) {
                bh_place_gap(&p->at, p->exe, &why);
                return;
        }
        while (bh_str_split(&text, '\0', &word))
                *bh_vec_add(p->at.arena, &words) = word;
        p->argv = words.at;
        p->n_argv = words.len;
}

static void take_workers(const struct bh_tasks *tasks, const struct bh_task *t, const char *const *names, struct bh_program *p) {
        p->worker_uid = t->uid;
        for (size_t i = 0; i < tasks->n; i++)
                if (tasks->at[i].ppid == t->pid && is_one(&tasks->at[i], names)) {
                        p->worker_uid = tasks->at[i].uid;
                        p->like_it++;
                }
}

static void no_root(struct bh_facts *facts, struct bh_str container) {
        struct bh_err why = BH_ERR_NONE;

        BH_IGNORE(bh_fail(&why, BH_E_IO, "the files of this container cannot be looked at"));
        bh_facts_gap(facts, container, &why);
}

void bh_programs_find(const struct bh_reach *reach, struct bh_facts *facts, const char *const *names, const char *config, bh_program_fn *fn) {
        const struct bh_tasks *tasks = reach->tasks;
        struct bh_program none = { .at = { .reach = reach, .facts = facts, .arena = facts->arena, .idle = true } };
        bool on_host = false;

        for (size_t i = 0; tasks && i < tasks->n; i++) {
                const struct bh_task *t = &tasks->at[i], *parent;
                struct bh_program p = { .at = { .reach = reach, .facts = facts, .arena = facts->arena, .container = t->container }, .pid = t->pid, .uid = t->uid, .exe = t->exe };

                if (!is_one(t, names))
                        continue;
                parent = bh_tasks_get(tasks, t->ppid);
                if (parent && is_one(parent, names) && bh_str_eq(parent->container, t->container))
                        continue;
                if (!root_of(reach, t->container, &p.at.root)) {
                        no_root(facts, t->container);
                        continue;
                }
                on_host = on_host || t->container.len == 0;
                take_argv(&p);
                take_workers(tasks, t, names, &p);
                fn(&p);
        }
        if (!on_host && config && bh_place_has(&none.at, bh_str_of(config)))
                fn(&none);
}

struct bh_str bh_program_option(const struct bh_program *p, const char *option) {
        struct bh_str found = BH_STR(""), o = bh_str_of(option);

        for (size_t i = 1; i < p->n_argv; i++) {
                if (bh_str_eq(p->argv[i], o) && i + 1 < p->n_argv)
                        found = p->argv[++i];
                else if (o.len == 2 && bh_str_starts(p->argv[i], o))
                        found = bh_str_from(p->argv[i], 2);
        }
        return found;
}

struct bh_str bh_program_env(const struct bh_program *p, const char *name) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, row, key, value;

        if (!p->pid || p->at.reach->proc(p->at.reach->user, p->pid, "environ", MAX_ENVIRON, p->at.arena, &text, &why) < 0)
                return BH_STR("");
        while (bh_str_split(&text, '\0', &row))
                if (bh_str_cut(row, '=', &key, &value) && bh_str_is(key, name))
                        return value;
        return BH_STR("");
}

/* ---- paths ---- */

struct bh_str bh_path_in(struct bh_arena *arena, struct bh_str base, struct bh_str path) {
        bool whole = bh_str_starts(path, BH_STR("/"));
        struct bh_str rest = whole ? path : bh_arena_printf(arena, "%.*s/%.*s", BH_FMT(base), BH_FMT(path)), part;
        char *out = bh_arena_bytes(arena, rest.len + 2);
        size_t n = 0;

        while (bh_str_split(&rest, '/', &part)) {
                if (part.len == 0 || bh_str_is(part, "."))
                        continue;
                out[n++] = '/';
                for (size_t i = 0; i < part.len; i++)
                        out[n++] = part.at[i];
        }
        if (n == 0)
                out[n++] = '/';
        return (struct bh_str){ out, n };
}

/* ---- files ---- */

void bh_place_gap(struct bh_place *at, struct bh_str path, const struct bh_err *why) {
        struct bh_str where = at->container.len ? bh_arena_printf(at->arena, "container %.*s: %.*s", BH_FMT(bh_str_part(at->container, 0, 12)), BH_FMT(path)) : path;

        bh_facts_gap(at->facts, where, why);
}

/* Said once: whoever takes in files without end asks without end. */
static bool may_look(struct bh_place *at, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;

        if (at->files < BH_LIMIT_CONF_FILES && at->bytes < BH_LIMIT_CONF_BYTES) {
                at->files++;
                return true;
        }
        if (!at->full) {
                BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "more than %d files or %llu bytes of one program", BH_LIMIT_CONF_FILES, BH_LIMIT_CONF_BYTES));
                bh_place_gap(at, path, &why);
        }
        at->full = true;
        return false;
}

bool bh_place_read(struct bh_place *at, struct bh_str path, struct bh_str *ret) {
        struct bh_err why = BH_ERR_NONE;
        int r;

        if (!may_look(at, path))
                return false;
        r = at->reach->read(at->reach->user, at->root, bh_arena_cstr(at->arena, path), BH_LIMIT_CONF_FILE, at->arena, ret, &why);
        if (r < 0 && r != BH_E_NOTFOUND)
                bh_place_gap(at, path, &why);
        at->bytes += r >= 0 ? ret->len : 0;
        return r >= 0;
}

bool bh_place_stat(struct bh_place *at, struct bh_str path, struct bh_reach_stat *ret) {
        struct bh_err why = BH_ERR_NONE;
        int r = at->reach->stat(at->reach->user, at->root, bh_arena_cstr(at->arena, path), false, ret, &why);

        if (r < 0 && r != BH_E_NOTFOUND)
                bh_place_gap(at, path, &why);
        return r >= 0;
}

bool bh_place_has(struct bh_place *at, struct bh_str path) {
        struct bh_reach_stat st;

        return bh_place_stat(at, path, &st);
}

static bool has_wild(struct bh_str part) {
        return bh_str_chr(part, '*') >= 0 || bh_str_chr(part, '?') >= 0 || bh_str_chr(part, '[') >= 0;
}

/* [...] is libc's; few stars only, because of what many cost it. */
static bool fits(struct bh_arena *arena, struct bh_str pattern, struct bh_str name) {
        size_t stars = 0;

        if (bh_str_chr(pattern, '[') < 0)
                return bh_glob(pattern, name);
        for (size_t i = 0; i < pattern.len; i++)
                stars += pattern.at[i] == '*';
        return stars <= MAX_STARS && fnmatch(bh_arena_cstr(arena, pattern), bh_arena_cstr(arena, name), FNM_PERIOD) == 0;
}

static void expand(struct bh_place *at, struct bh_str done, struct bh_str rest, struct bh_paths *ret) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str part, *names;
        size_t n;

        while (rest.len && rest.at[0] == '/')
                rest = bh_str_from(rest, 1);
        if (rest.len == 0) {
                if (ret->len < BH_LIMIT_CONF_FILES)
                        *bh_vec_add(at->arena, ret) = done;
                return;
        }
        (void) bh_str_cut(rest, '/', &part, &rest);
        if (!has_wild(part)) {
                expand(at, bh_arena_printf(at->arena, "%.*s/%.*s", BH_FMT(done), BH_FMT(part)), rest, ret);
                return;
        }
        if (!may_look(at, done))
                return;
        if (at->reach->list(at->reach->user, at->root, done.len ? bh_arena_cstr(at->arena, done) : "/", at->arena, &names, &n, &why) < 0) {
                bh_place_gap(at, done, &why);
                return;
        }
        for (size_t i = 0; i < n && ret->len < BH_LIMIT_CONF_FILES; i++)
                if (fits(at->arena, part, names[i]))
                        expand(at, bh_arena_printf(at->arena, "%.*s/%.*s", BH_FMT(done), BH_FMT(names[i])), rest, ret);
}

void bh_place_glob(struct bh_place *at, struct bh_str pattern, struct bh_paths *ret) {
        size_t depth = 0;

        for (size_t i = 0; i < pattern.len; i++)
                depth += pattern.at[i] == '/';
        if (depth <= BH_LIMIT_DOC_DEPTH) /* no real path is deeper than that with a pattern in it */
                expand(at, BH_STR(""), pattern, ret);
}

/* ---- packages ---- */

static struct bh_str dpkg_version(struct bh_str text, const char *package) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_err why = BH_ERR_NONE;
        struct bh_deb822 d;
        int r;

        while ((r = bh_deb822_next(&c, &d, &why)) != 0) {
                if (r < 0)
                        bh_deb822_skip(&c);
                else if (bh_str_is(bh_deb822_get(&d, "Package"), package))
                        return bh_deb822_get(&d, "Version");
        }
        return BH_STR("");
}

/* "P:name" and "V:version" lines, stanzas set apart by an empty one. */
static struct bh_str apk_version(struct bh_str text, const char *package) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line;
        bool here = false;

        while (bh_cur_line(&c, &line)) {
                if (bh_str_cut_prefix(&line, BH_STR("P:")))
                        here = bh_str_is(line, package);
                else if (here && bh_str_cut_prefix(&line, BH_STR("V:")))
                        return line;
        }
        return BH_STR("");
}

struct bh_str bh_place_version(struct bh_place *at, const char *package) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, found = BH_STR("");

        if (at->reach->read(at->reach->user, at->root, "/var/lib/dpkg/status", BH_LIMIT_FILE, at->arena, &text, &why) >= 0)
                found = dpkg_version(text, package);
        else if (at->reach->read(at->reach->user, at->root, "/lib/apk/db/installed", BH_LIMIT_FILE, at->arena, &text, &why) >= 0)
                found = apk_version(text, package);
        return found;
}

/* ---- facts ---- */

struct bh_fact *bh_place_fact(struct bh_place *at, const struct bh_fact_kind *kind, struct bh_str path, struct bh_str name) {
        struct bh_str box = bh_str_part(at->container, 0, 12);
        struct bh_fact *f = bh_fact_new(at->facts, kind, box.len ? bh_arena_printf(at->arena, "%.*s:%.*s", BH_FMT(box), BH_FMT(path)) : path, name);

        f->container = at->container;
        f->where = path;
        f->idle = at->idle;
        return f;
}

void bh_fact_once(struct bh_fact *f, unsigned field, struct bh_str v) {
        const struct bh_value *list = &f->values[field].value;
        struct bh_err why = BH_ERR_NONE;

        for (size_t i = 0; i < list->list.n; i++)
                if (bh_str_eq(list->list.at[i].str, v))
                        return;
        if (list->list.n < BH_LIMIT_CONF_LIST) {
                bh_fact_add(f, field, v);
                return;
        }
        BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "there are more than %d of it", BH_LIMIT_CONF_LIST));
        bh_fact_unknown(f, field, &why);
}

void bh_fact_word(struct bh_fact *f, unsigned field, struct bh_str v) {
        struct bh_str before = f->values[field].value.str;

        if (!f->values[field].set)
                bh_fact_str(f, field, v);
        else if (before.len < MAX_WORDS)
                bh_fact_str(f, field, bh_arena_printf(f->arena, "%.*s %.*s", BH_FMT(before), BH_FMT(v)));
}

struct bh_str bh_lowered(struct bh_arena *arena, struct bh_str s) {
        char *out = bh_arena_bytes(arena, s.len + 1);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

struct bh_str bh_place_user(struct bh_place *at, uint32_t uid) {
        struct bh_str number = bh_arena_printf(at->arena, "%u", uid), text, line, name, id, rest;

        if (uid == 0)
                return BH_STR("root");
        if (!bh_place_read(at, BH_STR("/etc/passwd"), &text))
                return number;
        while (bh_str_split(&text, '\n', &line)) {
                (void) bh_str_cut(line, ':', &name, &rest);
                (void) bh_str_cut(rest, ':', &id, &rest);
                (void) bh_str_cut(rest, ':', &id, &rest);
                if (bh_str_eq(id, number))
                        return name;
        }
        return number;
}
