/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules and lists that the server gave, in STATE/policy:
 *
 *     rules/NAME.yaml   loaded after our own, so that they may override and add
 *     allow.yaml  responses.yaml
 *     version
 *
 * A new set is written beside the old one, loaded as the watch will load it, and
 * changes places with it in one step; one with a mistake in it is refused whole.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/ruleset.h"
#include "sys/fd.h"
#include "tool/agent/agent.h"

enum { FILES_MAX = 1000 };

static int make_dir(const char *path, struct bh_err *err) {
        return mkdir(path, 0700) < 0 && errno != EEXIST ? bh_fail_sys(err, errno, "%s", path) : 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        (void) st;
        (void) flag;
        (void) ftw;
        return remove(path);
}

static void remove_all(const char *path) {
        (void) nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int write_text(const char *path, struct bh_str text, struct bh_err *err) {
        int r = bh_fd_write_own(path, text, BH_STR(""), err);

        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}

/* ---- files ---- */

static bool is_name(struct bh_str name) {
        if (name.len < 6 || name.len > 128 || name.at[0] == '.' || !bh_str_ends(name, BH_STR(".yaml")) || bh_str_ends(name, BH_STR(".test.yaml")))
                return false;
        return bh_str_chr(name, '/') < 0 && bh_str_is_text(name);
}

static int write_one(struct bh_arena *arena, const char *dir, const struct bh_doc *file, struct bh_err *err) {
        struct bh_str kind = bh_doc_get_text(file, "kind"), name = bh_doc_get_text(file, "name"), text = bh_doc_get_text(file, "text");

        if (bh_str_is(kind, "rules")) {
                if (!is_name(name))
                        return bh_fail(err, BH_E_FORMAT, "%s is no name of a file of rules", BH_QUOTE(name));
                return write_text(bh_arena_printf(arena, "%s/rules/%.*s", dir, BH_FMT(name)).at, text, err);
        }
        if (bh_str_is(kind, "allow"))
                return write_text(bh_arena_printf(arena, "%s/allow.yaml", dir).at, text, err);
        if (bh_str_is(kind, "responses"))
                return write_text(bh_arena_printf(arena, "%s/responses.yaml", dir).at, text, err);
        return bh_fail(err, BH_E_UNSUPPORTED, "this agent takes no files of kind %s", BH_QUOTE(kind));
}

/* Of what has one place, a second would be lost without a word. */
static int only_one(const struct bh_doc *files, const char *kind, struct bh_err *err) {
        unsigned n = 0;

        for (const struct bh_doc *f = bh_doc_first(files); f; f = f->next)
                n += bh_str_is(bh_doc_get_text(f, "kind"), kind);
        return n > 1 ? bh_fail(err, BH_E_FORMAT, "%u files of kind %s: one is as many as there may be", n, kind) : 0;
}

static int write_set(struct bh_arena *arena, const char *dir, const struct bh_doc *body, struct bh_err *err) {
        const struct bh_doc *files = bh_doc_get(body, "files");
        int64_t version = bh_doc_int(bh_doc_get(body, "version"), 0);
        int r = make_dir(dir, err);

        if (bh_doc_count(files) > FILES_MAX)
                return bh_fail(err, BH_E_LIMIT, "more than %d files", FILES_MAX);
        r = r < 0 ? r : make_dir(bh_arena_printf(arena, "%s/rules", dir).at, err);
        r = r < 0 ? r : write_text(bh_arena_printf(arena, "%s/responses.yaml", dir).at, BH_STR("responses: []\n"), err);
        r = r < 0 ? r : only_one(files, "allow", err);
        r = r < 0 ? r : only_one(files, "responses", err);
        for (const struct bh_doc *f = bh_doc_first(files); f && r >= 0; f = f->next)
                r = write_one(arena, dir, f, err);
        return r < 0 ? r : write_text(bh_arena_printf(arena, "%s/version", dir).at, bh_arena_printf(arena, "%lld\n", (long long) version), err);
}

/* ---- in force ---- */

/* The watch's options, with the rules, allowances and responses of that folder. */
static struct bh_guard_opts opts_of(const struct bh_agent *a, struct bh_arena *arena, const char *dir) {
        struct bh_guard_opts o = a->watch->guard_opts;
        const char **rules = bh_arena_array(arena, const char *, o.n_rules);

        for (size_t i = 0; i + 1 < o.n_rules; i++)
                rules[i] = o.rules[i];
        rules[o.n_rules - 1] = bh_arena_printf(arena, "%s/rules", dir).at; /* the last one is ours: bh_agent_policy_begin */
        o.rules = rules;
        o.allow = bh_arena_printf(arena, "%s/allow.yaml", dir).at;
        o.responses = bh_arena_printf(arena, "%s/responses.yaml", dir).at;
        return o;
}

static int try_out(struct bh_agent *a, struct bh_arena *arena, const char *dir, size_t *ret_rules, struct bh_err *err) {
        struct bh_guard_opts opts = opts_of(a, arena, dir);
        struct bh_ruleset *set = NULL;
        int r = bh_ruleset_load(&opts, true, &set, err);

        if (r < 0)
                return bh_wrap(err, r, "refused");
        *ret_rules = bh_rules_count(set->rules);
        bh_ruleset_free(&set);
        return 0;
}

int bh_agent_policy(struct bh_agent *a, struct bh_arena *arena, const struct bh_doc *body, struct bh_str *ret_text, struct bh_err *err) {
        const char *dir = bh_agent_path(a, "policy"), *fresh = bh_arena_printf(arena, "%s.new", dir).at;
        int64_t version = bh_doc_int(bh_doc_get(body, "version"), 0);
        size_t rules = 0;
        int r;

        remove_all(fresh);
        r = write_set(arena, fresh, body, err);
        r = r < 0 ? r : try_out(a, arena, fresh, &rules, err);
        if (r >= 0 && renameat2(AT_FDCWD, fresh, AT_FDCWD, dir, RENAME_EXCHANGE) < 0)
                r = bh_fail_sys(err, errno, "%s", dir);
        remove_all(fresh);
        if (r < 0)
                return r;
        atomic_store(&a->policy_version, version);
        atomic_store(&a->reload, true);
        *ret_text = bh_arena_printf(arena, "version %lld is in force: %zu rules in all", (long long) version, rules);
        return 0;
}

int bh_agent_policy_begin(struct bh_agent *a, struct bh_err *err) {
        struct bh_arena *arena = a->cli->arena;
        struct bh_guard_opts *o = &a->watch->guard_opts;
        const char *dir = bh_agent_path(a, "policy"), **rules;
        struct bh_str version = { 0 };
        uint64_t n = 0;
        int r = access(bh_arena_printf(arena, "%s/version", dir).at, F_OK) == 0 ? 0 : write_set(arena, dir, NULL, err);

        if (r < 0)
                return r;
        if (bh_fd_read_file(arena, bh_arena_printf(arena, "%s/version", dir).at, 64, &version, NULL) >= 0 && bh_str_u64(bh_str_trim(version), &n))
                atomic_store(&a->policy_version, (long long) n);
        rules = bh_arena_array(arena, const char *, o->n_rules + 1);
        for (size_t i = 0; i < o->n_rules; i++)
                rules[i] = o->rules[i];
        o->n_rules++;
        o->rules = rules;
        *o = opts_of(a, arena, dir);
        return 0;
}
