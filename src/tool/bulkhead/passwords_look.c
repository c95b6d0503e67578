/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/passwords_look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "engine/docker.h"
#include "sys/fd.h"
#include "tool/content_dir.h"

/* ---- roots ---- */

static void name_container(struct bh_tool_passwords *p, const struct bh_docker_container *c) {
        for (size_t k = 0; k < p->roots.len; k++)
                if (p->roots.at[k].is_container && bh_str_eq(p->roots.at[k].id, c->id)) {
                        p->roots.at[k].name = c->name;
                        p->roots.at[k].image = c->image;
                }
}

static void name_containers(struct bh_tool_passwords *p, enum bh_api_kind kind) {
        struct bh_docker_containers list = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_docker d;

        if (bh_docker_open(p->cli->arena, kind, bh_cli_get(p->cli, kind == BH_API_PODMAN ? "podman" : "docker"), &d, &why) < 0)
                return; /* without an engine they are known by their ids */
        if (bh_docker_list(&d, NULL, false, &list, &why) >= 0)
                for (size_t i = 0; i < list.len; i++)
                        name_container(p, &list.at[i]);
        bh_docker_close(&d);
}

static bool fits(const struct bh_passwords_root *r, struct bh_str name) {
        return (name.len && bh_str_eq(r->name, name)) || (name.len >= 4 && bh_str_starts(r->id, name));
}

static bool asked_for(struct bh_tool_passwords *p, const struct bh_passwords_root *r) {
        const char *name;
        bool found = false;

        if (!r->is_container)
                return p->all || p->host;
        for (size_t i = 0; (name = bh_cli_nth(p->cli, "container", i)); i++)
                if (fits(r, bh_str_of(name))) {
                        found = true;
                        p->named_met[i % BH_LEN(p->named_met)] = true;
                }
        return p->all || found;
}

static int look_around(struct bh_tool_passwords *p, struct bh_err *err) {
        const char *name;
        size_t kept = 0;
        int r = bh_tasks_look(&p->tasks, err);

        if (r < 0)
                return r;
        bh_roots_look(p->cli->arena, &p->tasks, &p->opened);
        for (size_t i = 0; i < p->opened.n; i++) {
                const struct bh_root *o = &p->opened.at[i];

                *bh_vec_add(p->cli->arena, &p->roots) = (struct bh_passwords_root){ .fd = o->fd, .pid = o->container.len ? o->pid : 0, .is_container = o->container.len > 0, .id = o->container };
        }
        if (p->opened.n > 1) {
                name_containers(p, BH_API_DOCKER);
                name_containers(p, BH_API_PODMAN);
        }
        for (size_t i = 0; i < p->roots.len; i++)
                if (asked_for(p, &p->roots.at[i]))
                        p->roots.at[kept++] = p->roots.at[i];
        p->roots.len = kept;
        for (size_t i = 0; (name = bh_cli_nth(p->cli, "container", i)); i++)
                if (!p->named_met[i % BH_LEN(p->named_met)])
                        return bh_fail(err, BH_E_NOTFOUND, "no container %s runs here", BH_QUOTE(bh_str_of(name)));
        return 0;
}

static int find_places(struct bh_tool_passwords *p, struct bh_err *err) {
        const char *dir;
        int r = 0;

        bh_tasks_init(&p->tasks);
        if (p->all || p->host || bh_cli_has(p->cli, "container"))
                r = look_around(p, err);
        for (size_t i = 0; r >= 0 && (dir = bh_cli_nth(p->cli, "root", i)); i++) {
                int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

                if (fd < 0)
                        return bh_fail_sys(err, errno, "--root %s", BH_QUOTE(bh_str_of(dir)));
                *bh_vec_add(p->cli->arena, &p->roots) = (struct bh_passwords_root){ .fd = fd, .id = bh_str_of(dir) };
        }
        return r;
}

static void leave_places(struct bh_tool_passwords *p) {
        for (size_t i = 0; i < p->roots.len; i++)
                if (!p->roots.at[i].is_container && p->roots.at[i].id.len)
                        bh_fd_close(&p->roots.at[i].fd);
        bh_roots_done(&p->opened);
        bh_tasks_done(&p->tasks);
}

/* ---- what is tried, and what was ---- */

static int read_lists(struct bh_tool_passwords *p, struct bh_err *err) {
        struct bh_arena *arena = p->cli->arena;
        const char *dir;
        int r = bh_tool_content_folder(p->cli, "passwords", &dir, err);

        r = r < 0 ? r : bh_fd_read_file(arena, bh_arena_printf(arena, "%s/common.txt", dir).at, BH_LIMIT_PASSWORDS_FILE, &p->opts.common, err);
        r = r < 0 ? r : bh_fd_read_file(arena, bh_arena_printf(arena, "%s/defaults.yaml", dir).at, BH_LIMIT_PASSWORDS_FILE, &p->opts.defaults, err);
        if (r >= 0 && p->words)
                r = bh_wrap(err, bh_fd_read_file(arena, p->words, BH_LIMIT_PASSWORDS_FILE / 2, &p->opts.words, err), "--words");
        return r;
}

static int make_dirs(char *path) {
        for (char *p = path + 1; *p; p++)
                if (*p == '/') {
                        *p = '\0';
                        if (mkdir(path, 0755) < 0 && errno != EEXIST)
                                return -1;
                        *p = '/';
                }
        return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

static int read_memory(struct bh_tool_passwords *p, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        int r = bh_fd_open_own(p->tested, &fd, err);

        if (r == BH_E_NOTFOUND)
                return 0;
        r = r < 0 ? r : bh_fd_read_all(fd, BH_LIMIT_PASSWORDS_FILE / 2, &bytes, err);
        if (r >= 0)
                p->opts.memory = bh_arena_str(p->cli->arena, bh_buf_str(&bytes));
        return r < 0 ? bh_wrap(err, r, "%s", p->tested) : 0;
}

/* Without a place to keep it, the tests are made all the same. */
static void open_kept(struct bh_tool_passwords *p) {
        struct bh_str dir = bh_arena_str(p->cli->arena, bh_str_of(p->state));
        struct bh_err why = BH_ERR_NONE;
        int r = make_dirs((char *) (uintptr_t) dir.at);

        if (r < 0)
                r = bh_fail_sys(&why, errno, "%s", dir.at);
        p->tested = bh_arena_printf(p->cli->arena, "%s/tested", dir.at).at;
        r = r < 0 ? r : bh_vault_key_keep(bh_arena_printf(p->cli->arena, "%s/key", dir.at).at, &p->key, &why);
        if (r >= 0 && !p->fresh)
                r = read_memory(p, &why);
        if (r >= 0) {
                p->opts.key = p->key.bytes;
                return;
        }
        (void) fprintf(stderr, "nothing is remembered of the passwords tested: %s\n", why.text);
        p->tested = NULL;
}

static void keep(const struct bh_tool_passwords *p) {
        struct bh_err why = BH_ERR_NONE;

        if (p->tested && bh_fd_write_own(p->tested, (struct bh_str){ 0 }, p->found.memory, &why) < 0)
                (void) fprintf(stderr, "nothing is remembered of the passwords tested: %s\n", why.text);
}

int bh_tool_passwords_look(struct bh_tool_passwords *p, struct bh_err *err) {
        int r = read_lists(p, err);

        r = r < 0 ? r : find_places(p, err);
        if (r < 0)
                return r;
        (void) gethostname(p->host_name, sizeof p->host_name - 1); /* without a name there are fewer guesses */
        p->opts.host = bh_str_of(p->host_name);
        p->opts.roots = p->roots.at;
        p->opts.n_roots = p->roots.len;
        open_kept(p);
        r = bh_passwords_run(&p->opts, p->cli->arena, &p->found, err);
        bh_vault_key_wipe(&p->key); /* whoever forks now does not hand it on */
        p->opts.key = NULL;
        if (r >= 0)
                keep(p);
        return r;
}

void bh_tool_passwords_done(struct bh_tool_passwords *p) {
        leave_places(p);
}
