/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/session.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "image/archive.h"
#include "scan/layer.h"
#include "sys/fd.h"
#include "tool/bulkhead/compiled.h"
#include "tool/bulkhead/content.h"
#include "tool/bulkhead/progress.h"

static int parse_parts(const char *list, unsigned *ret, bool *ret_licences, struct bh_err *err) {
        static const struct {
                const char *word;
                unsigned part;
                bool licences;
        } words[] = { { "packages", 0, false }, { "secrets", BH_SCAN_SECRETS, false }, { "malware", BH_SCAN_MALWARE, false },
                      { "files", BH_SCAN_FILES, false }, { "licences", 0, true } };
        struct bh_str rest = bh_str_of(list), word;
        unsigned parts = list ? 0 : BH_SCAN_ALL;

        while (bh_str_split(&rest, ',', &word)) {
                size_t i = 0;

                while (i < BH_LEN(words) && !bh_str_is(word, words[i].word))
                        i++;
                if (i == BH_LEN(words))
                        return bh_fail(err, BH_E_USAGE, "--only knows packages, secrets, malware, files and licences, not \"%s\"", BH_QUOTE(word));
                parts |= words[i].part;
                *ret_licences |= words[i].licences;
        }
        *ret = parts;
        return 0;
}

static int open_index(struct bh_session *t, struct bh_err *err) {
        const char *path = bh_cli_get(t->cli, "db");
        int r;

        if (bh_cli_has(t->cli, "no-db"))
                return 0;
        r = bh_depot_init(&t->depot, t->cli->arena, NULL, path, err);
        if (r < 0)
                return r;
        if (!path && access(t->depot.index, R_OK) < 0)
                return 0; /* the report says that there is none */
        r = bh_depot_load_trusted(&t->depot, err);
        if (r >= 0)
                r = bh_index_open(t->depot.index, &t->depot.trusted, &t->index, err);
        t->opts.index = t->index;
        t->opts.index_path = bh_str_of(t->depot.index);
        return bh_wrap(err, r, "%s", t->depot.index);
}

/* What was kept with other signatures, or with none, is not what this scan would find. */
static int open_clamd(struct bh_session *t, struct bh_err *err) {
        struct bh_acquire_opts *a = &t->opts.acquire;
        struct bh_str address = bh_str_of(bh_cli_get(t->cli, "clamd"));
        int r;

        if (address.len == 0 || !(a->parts & BH_SCAN_MALWARE))
                return 0;
        r = bh_clamd_open(&t->clamd, t->cli->arena, address, err);
        if (r < 0)
                return bh_wrap(err, r, "--clamd %s", BH_QUOTE(address));
        a->clamd = &t->clamd;
        a->content_digest = bh_digest_sha256(t->cli->arena, bh_arena_printf(t->cli->arena, "%.*s|%.*s", BH_FMT(a->content_digest), BH_FMT(t->clamd.version)));
        return 0;
}

/* NULL: nothing is to be kept. */
static const char *cache_path(struct bh_session *t) {
        const char *path = bh_cli_get(t->cli, "cache"), *home = getenv("XDG_CACHE_HOME"), *user = getenv("HOME");

        if (bh_cli_has(t->cli, "no-cache"))
                return NULL;
        return path                   ? path
               : home && *home ? bh_arena_printf(t->cli->arena, "%s/bulkhead/layers.db", home).at
                       : user && *user ? bh_arena_printf(t->cli->arena, "%s/.cache/bulkhead/layers.db", user).at
                                       : "/var/cache/bulkhead/layers.db";
}

static int open_cache(struct bh_session *t, struct bh_err *err) {
        const char *path = cache_path(t);
        int r;

        if (!path)
                return 0;
        r = bh_cache_open(path, &t->cache, err);
        if (r < 0 && !bh_cli_get(t->cli, "cache")) {
                (void) fprintf(stderr, "bulkhead scan: without a cache: %s\n", err->text);
                return 0;
        }
        t->opts.acquire.cache = t->cache;
        return r;
}

static int read_policies(struct bh_session *t, const char *option, struct bh_err *err) {
        const char *path;
        int r = 0;

        for (size_t i = 0; r >= 0 && (path = bh_cli_nth(t->cli, option, i)); i++) {
                struct bh_str bytes;

                r = bh_fd_read_file(t->cli->arena, path, BH_LIMIT_YAML_BYTES, &bytes, err);
                if (r >= 0)
                        r = bh_policy_parse(t->cli->arena, bh_str_of(path), bytes, &t->policy, err);
        }
        return r;
}

static int open_licences(struct bh_session *t, struct bh_err *err) {
        int r = bh_tool_licences(t->cli, &t->licences, err);

        if (r > 0)
                t->opts.licence_table = &t->licences;
        return r;
}

static int read_vex(struct bh_session *t, struct bh_err *err) {
        const char *path;
        int r = 0;

        for (size_t i = 0; r >= 0 && (path = bh_cli_nth(t->cli, "vex", i)); i++) {
                struct bh_str bytes;

                r = bh_fd_read_file(t->cli->arena, path, BH_LIMIT_VEX_BYTES, &bytes, err);
                if (r >= 0)
                        r = bh_vex_parse(t->cli->arena, bh_str_of(path), bytes, bh_vec_add(t->cli->arena, &t->vex), err);
        }
        t->opts.vex = &t->vex;
        return r;
}

static void read_newer_bases(struct bh_session *t) {
        uint32_t n = 0;
        struct bh_str *all;

        while (bh_cli_nth(t->cli, "newer-base", n))
                n++;
        all = bh_arena_array(t->cli->arena, struct bh_str, n);
        for (uint32_t i = 0; i < n; i++)
                all[i] = bh_str_of(bh_cli_nth(t->cli, "newer-base", i));
        t->opts.newer_bases = all;
        t->opts.n_newer_bases = n;
}

static int open_policy(struct bh_session *t, struct bh_err *err) {
        int r = read_policies(t, "policy", err);

        if (r >= 0)
                r = read_policies(t, "exceptions", err);
        if (r >= 0)
                r = read_vex(t, err);
        t->opts.policy = &t->policy;
        t->opts.base = bh_str_of(bh_cli_get(t->cli, "base"));
        read_newer_bases(t);
        return r;
}

int bh_session_source(const struct bh_cli *cli, struct bh_acquire_opts *ret, struct bh_err *err) {
        const char *platform = bh_cli_get(cli, "platform");

        ret->source.plain_http = bh_cli_has(cli, "plain-http");
        ret->source.insecure = bh_cli_has(cli, "insecure");
        ret->source.ca_file = bh_cli_get(cli, "ca");
        ret->source.username = bh_cli_get(cli, "username");
        ret->source.password = bh_cli_get(cli, "password");
        return platform ? bh_platform_parse(bh_str_of(platform), &ret->platform, err) : 0;
}

int bh_session_open(struct bh_session *t, struct bh_cli *cli, struct bh_err *err) {
        struct bh_acquire_opts *a = &t->opts.acquire;
        const char *compiled = NULL;
        uint64_t jobs = 0;
        int r;

        *t = (struct bh_session){ .cli = cli, .content_fd = -1 };
        t->cache_mib = BH_LIMIT_CACHE_MIB;
        t->opts.licences = bh_cli_has(cli, "licences");
        r = parse_parts(bh_cli_get(cli, "only"), &a->parts, &t->opts.licences, err);

        if (r >= 0)
                r = bh_cli_number(t->cli, "jobs", &jobs, err);
        if (r >= 0)
                r = bh_cli_number(t->cli, "cache-size", &t->cache_mib, err);
        if (r >= 0)
                r = bh_session_source(cli, a, err);
        if (r >= 0)
                r = bh_tool_content(t->cli, a->parts, cache_path(t), &t->content_fd, &a->content_digest, &compiled, err);
        if (r >= 0)
                r = open_clamd(t, err);
        if (r >= 0)
                r = open_licences(t, err);
        if (r >= 0)
                r = open_policy(t, err);
        if (r >= 0)
                r = open_index(t, err);
        if (r >= 0)
                r = open_cache(t, err);
        if (r < 0)
                return r;
        a->n_workers = (unsigned) BH_MIN(jobs, (uint64_t) 64);
        a->content_fd = t->content_fd;
        a->compiled = bh_compiled_keep;
        a->compiled_user = (void *) (uintptr_t) compiled;
        t->opts.today_s = (int64_t) time(NULL);
        t->opts.version = BH_STR(BH_VERSION);
        return 0;
}

/* At the end, so that nobody waits for it; what this scan used is the last to go. */
static void trim_cache(struct bh_session *t) {
        struct bh_err err = BH_ERR_NONE;

        if (t->cache && t->cache_mib && bh_cache_trim(t->cache, BH_MIN(t->cache_mib, UINT64_MAX / BH_MIB) * BH_MIB, &err) < 0)
                (void) fprintf(stderr, "bulkhead: %s\n", err.text);
}

void bh_session_close(struct bh_session *t) {
        trim_cache(t);
        bh_index_close(&t->index);
        bh_cache_close(&t->cache);
        bh_fd_close(&t->content_fd);
}

int bh_session_scan(struct bh_session *t, const char *target, struct bh_arena *arena, struct bh_report *ret, struct bh_err *err) {
        struct bh_progress progress = bh_progress_begin(target, bh_cli_has(t->cli, "quiet"));
        int r;

        t->opts.acquire.progress = bh_progress_bytes;
        t->opts.acquire.user = &progress;
        r = bh_scan(bh_str_of(target), &t->opts, arena, ret, err);
        bh_progress_end(&progress);
        return bh_wrap(err, r, "%s", target);
}
