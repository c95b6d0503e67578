/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead passwords: weak passwords in the credential stores of this machine and its containers. */
#define _GNU_SOURCE
#include "tool/bulkhead/passwords.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "engine/docker.h"
#include "sys/fd.h"
#include "sys/roots.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/content_dir.h"
#include "trust/vault.h"

static const struct bh_opt opts[] = {
        { "all", 'a', NULL, "this machine and all its containers; so it is when nothing else is named", NULL, false },
        { "host", 0, NULL, "this machine", NULL, false },
        { "container", 0, "NAME", "a running container, by name or id; may be given several times", NULL, true },
        { "root", 0, "DIR", "any directory that holds a root file system; may be given several times", NULL, true },
        { "store", 0, "NAMES", "only these stores, set apart by commas; --list names them", NULL, true },
        { "words", 0, "FILE", "further words to try, one a line, the likeliest first", NULL, false },
        { "cpu-seconds", 0, "N", "processor time the tests may take; 0: no limit", "60", false },
        { "cpu-percent", 0, "N", "of one processor, at most", "100", false },
        { "format", 0, "FORMAT", "table, json or csv", "table", false },
        { "output", 'o', "FILE", "to a file", NULL, false },
        { "fail-on", 0, "VERDICT", "exit with 1 when one is weak; or known: weak, or elsewhere in plain text; or never", "never", false },
        { "fresh", 0, NULL, "test everything anew, whatever the last run knew", NULL, false },
        { "state", 0, "DIR", "where is kept what was tested; default /var/lib/bulkhead/passwords, or below $XDG_STATE_HOME", NULL, false },
        { "content", 0, "DIR", "lists of words and defaults from here, not from beside the program", NULL, false },
        { "list", 0, NULL, "list stores and schemes and end", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* ---- roots ---- */

struct places {
        BH_VEC(struct bh_passwords_root) roots;
        struct bh_roots opened;
        struct bh_tasks tasks;
        bool named_met[256];
};

static void name_containers(struct bh_cli *cli, struct places *p, enum bh_api_kind kind) {
        struct bh_docker_containers list = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_docker d;

        if (bh_docker_open(cli->arena, kind, NULL, &d, &why) < 0)
                return; /* without an engine they are known by their ids */
        if (bh_docker_list(&d, NULL, false, &list, &why) >= 0)
                for (size_t i = 0; i < list.len; i++)
                        for (size_t k = 0; k < p->roots.len; k++)
                                if (p->roots.at[k].is_container && bh_str_eq(p->roots.at[k].id, list.at[i].id)) {
                                        p->roots.at[k].name = list.at[i].name;
                                        p->roots.at[k].image = list.at[i].image;
                                }
        bh_docker_close(&d);
}

static bool fits(const struct bh_passwords_root *r, struct bh_str name) {
        return (name.len && bh_str_eq(r->name, name)) || (name.len >= 4 && bh_str_starts(r->id, name));
}

static bool asked_for(struct bh_cli *cli, struct places *p, const struct bh_passwords_root *r) {
        bool all = bh_cli_has(cli, "all") || (!bh_cli_has(cli, "host") && !bh_cli_has(cli, "container") && !bh_cli_has(cli, "root")), found = false;
        const char *name;

        if (!r->is_container)
                return all || bh_cli_has(cli, "host");
        for (size_t i = 0; (name = bh_cli_nth(cli, "container", i)); i++)
                if (fits(r, bh_str_of(name))) {
                        found = true;
                        p->named_met[i % BH_LEN(p->named_met)] = true;
                }
        return all || found;
}

static int look_around(struct bh_cli *cli, struct places *p, struct bh_err *err) {
        const char *name;
        size_t kept = 0;
        int r = bh_tasks_look(&p->tasks, err);

        if (r < 0)
                return r;
        bh_roots_look(cli->arena, &p->tasks, &p->opened);
        for (size_t i = 0; i < p->opened.n; i++) {
                const struct bh_root *o = &p->opened.at[i];

                *bh_vec_add(cli->arena, &p->roots) = (struct bh_passwords_root){ .fd = o->fd, .pid = o->container.len ? o->pid : 0, .is_container = o->container.len > 0, .id = o->container };
        }
        if (p->opened.n > 1) {
                name_containers(cli, p, BH_API_DOCKER);
                name_containers(cli, p, BH_API_PODMAN);
        }
        for (size_t i = 0; i < p->roots.len; i++)
                if (asked_for(cli, p, &p->roots.at[i]))
                        p->roots.at[kept++] = p->roots.at[i];
        p->roots.len = kept;
        for (size_t i = 0; (name = bh_cli_nth(cli, "container", i)); i++)
                if (!p->named_met[i % BH_LEN(p->named_met)])
                        return bh_fail(err, BH_E_NOTFOUND, "no container %s runs here", BH_QUOTE(bh_str_of(name)));
        return 0;
}

static int find_places(struct bh_cli *cli, struct places *p, struct bh_err *err) {
        bool only_roots = bh_cli_has(cli, "root") && !bh_cli_has(cli, "all") && !bh_cli_has(cli, "host") && !bh_cli_has(cli, "container");
        const char *dir;
        int r = 0;

        bh_tasks_init(&p->tasks);
        if (!only_roots)
                r = look_around(cli, p, err);
        for (size_t i = 0; r >= 0 && (dir = bh_cli_nth(cli, "root", i)); i++) {
                int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

                if (fd < 0)
                        return bh_fail_sys(err, errno, "--root %s", BH_QUOTE(bh_str_of(dir)));
                *bh_vec_add(cli->arena, &p->roots) = (struct bh_passwords_root){ .fd = fd, .id = bh_str_of(dir) };
        }
        return r;
}

static void leave_places(struct places *p) {
        for (size_t i = 0; i < p->roots.len; i++)
                if (!p->roots.at[i].is_container && p->roots.at[i].id.len)
                        bh_fd_close(&p->roots.at[i].fd);
        bh_roots_done(&p->opened);
        bh_tasks_done(&p->tasks);
}

/* ---- what is tried, and what was ---- */

static int read_lists(struct bh_cli *cli, struct bh_passwords_opts *o, struct bh_err *err) {
        const char *dir, *words = bh_cli_get(cli, "words");
        int r = bh_tool_content_folder(cli, "passwords", &dir, err);

        r = r < 0 ? r : bh_fd_read_file(cli->arena, bh_arena_printf(cli->arena, "%s/common.txt", dir).at, BH_LIMIT_PASSWORDS_FILE, &o->common, err);
        r = r < 0 ? r : bh_fd_read_file(cli->arena, bh_arena_printf(cli->arena, "%s/defaults.yaml", dir).at, BH_LIMIT_PASSWORDS_FILE, &o->defaults, err);
        if (r >= 0 && words)
                r = bh_wrap(err, bh_fd_read_file(cli->arena, words, BH_LIMIT_PASSWORDS_FILE / 2, &o->words, err), "--words");
        return r;
}

static void read_stores(struct bh_cli *cli, struct bh_passwords_opts *o) {
        BH_VEC(struct bh_str) names = { 0 };
        struct bh_str list, name;
        const char *value;

        for (size_t i = 0; (value = bh_cli_nth(cli, "store", i)); i++)
                for (list = bh_str_of(value); bh_str_split(&list, ',', &name);)
                        *bh_vec_add(cli->arena, &names) = bh_str_trim(name);
        o->stores = names.at;
        o->n_stores = names.len;
}

static int read_budget(struct bh_cli *cli, struct bh_passwords_opts *o, struct bh_err *err) {
        uint64_t seconds, percent;
        int r = bh_cli_number(cli, "cpu-seconds", &seconds, err);

        r = r < 0 ? r : bh_cli_number(cli, "cpu-percent", &percent, err);
        if (r >= 0 && (percent < 1 || percent > 100))
                r = bh_fail(err, BH_E_USAGE, "--cpu-percent: between 1 and 100");
        if (r >= 0 && seconds > 1000000)
                r = bh_fail(err, BH_E_USAGE, "--cpu-seconds: at most 1000000");
        if (r < 0)
                return r;
        o->cpu_ms = seconds * 1000;
        o->cpu_percent = (unsigned) percent;
        return 0;
}

struct kept {
        const char *tested; /* the file; NULL: nothing is kept */
        struct bh_vault_key key;
};

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

static struct bh_str state_dir(struct bh_cli *cli) {
        const char *dir = bh_cli_get(cli, "state"), *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

        if (dir)
                return bh_arena_str(cli->arena, bh_str_of(dir));
        if (geteuid() == 0)
                return bh_arena_str(cli->arena, BH_STR("/var/lib/bulkhead/passwords"));
        return xdg && xdg[0] ? bh_arena_printf(cli->arena, "%s/bulkhead/passwords", xdg) : bh_arena_printf(cli->arena, "%s/.local/state/bulkhead/passwords", home ? home : "");
}

static int read_memory(struct bh_cli *cli, struct kept *k, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        int r = bh_fd_open_own(k->tested, &fd, err);

        if (r == BH_E_NOTFOUND)
                return 0;
        r = r < 0 ? r : bh_fd_read_all(fd, BH_LIMIT_PASSWORDS_FILE / 2, &bytes, err);
        if (r >= 0)
                *ret = bh_arena_str(cli->arena, bh_buf_str(&bytes));
        return r < 0 ? bh_wrap(err, r, "%s", k->tested) : 0;
}

/* Without a place to keep it, the tests are made all the same. */
static void open_kept(struct bh_cli *cli, struct kept *k, struct bh_passwords_opts *o) {
        struct bh_str dir = state_dir(cli);
        struct bh_err why = BH_ERR_NONE;
        int r = make_dirs((char *) (uintptr_t) dir.at);

        if (r < 0)
                r = bh_fail_sys(&why, errno, "%s", dir.at);
        k->tested = bh_arena_printf(cli->arena, "%s/tested", dir.at).at;
        r = r < 0 ? r : bh_vault_key_keep(bh_arena_printf(cli->arena, "%s/key", dir.at).at, &k->key, &why);
        if (r >= 0 && !bh_cli_has(cli, "fresh"))
                r = read_memory(cli, k, &o->memory, &why);
        if (r >= 0) {
                o->key = k->key.bytes;
                return;
        }
        (void) fprintf(stderr, "nothing is remembered of this run: %s\n", why.text);
        k->tested = NULL;
}

static void keep(const struct kept *k, const struct bh_passwords *found) {
        struct bh_err why = BH_ERR_NONE;

        if (k->tested && bh_fd_write_own(k->tested, (struct bh_str){ 0 }, found->memory, &why) < 0)
                (void) fprintf(stderr, "nothing is remembered of this run: %s\n", why.text);
}

/* ---- the command ---- */

static int list(void) {
        struct bh_passwords_about a;

        (void) printf("Stores:\n");
        for (size_t i = 0; bh_passwords_store(i, &a); i++)
                (void) printf("  %-12s  %s\n", a.name, a.about);
        (void) printf("\nSchemes:\n");
        for (size_t i = 0; bh_passwords_scheme(i, &a); i++)
                (void) printf("  %-18s  %s\n", a.name, a.about);
        return BH_EXIT_FINE;
}

static int verdict(struct bh_cli *cli, const struct bh_passwords *found) {
        struct bh_str word = bh_str_of(bh_cli_get(cli, "fail-on"));

        for (size_t i = 0; i < found->n; i++)
                if ((found->at[i].verdict == BH_PASSWORD_WEAK && !bh_str_is(word, "never")) || (found->at[i].verdict == BH_PASSWORD_KNOWN && bh_str_is(word, "known")))
                        return BH_EXIT_POLICY;
        return BH_EXIT_FINE;
}

static int check(struct bh_cli *cli, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format")), on = bh_str_of(bh_cli_get(cli, "fail-on"));

        if (!bh_str_is(format, "table") && !bh_str_is(format, "json") && !bh_str_is(format, "csv"))
                return bh_fail(err, BH_E_USAGE, "--format: %s is none of table, json, csv", BH_QUOTE(format));
        if (!bh_str_is(on, "weak") && !bh_str_is(on, "known") && !bh_str_is(on, "never"))
                return bh_fail(err, BH_E_USAGE, "--fail-on: %s is none of weak, known, never", BH_QUOTE(on));
        return 0;
}

static int work(struct bh_cli *cli, struct places *places, struct kept *kept, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_passwords_opts o = { 0 };
        struct bh_passwords found;
        char host[256] = "";
        int r = read_lists(cli, &o, err);

        r = r < 0 ? r : read_budget(cli, &o, err);
        r = r < 0 ? r : find_places(cli, places, err);
        if (r < 0)
                return r;
        (void) gethostname(host, sizeof host - 1); /* without a name there are fewer guesses */
        o.host = bh_str_of(host);
        o.roots = places->roots.at;
        o.n_roots = places->roots.len;
        read_stores(cli, &o);
        open_kept(cli, kept, &o);
        r = bh_passwords_run(&o, cli->arena, &found, err);
        if (r < 0)
                return r;
        keep(kept, &found);
        bh_passwords_print(bh_str_of(bh_cli_get(cli, "format")), &o, &found, &out);
        r = bh_output_bytes(bh_cli_get(cli, "output"), bh_buf_str(&out), err);
        return r < 0 ? r : verdict(cli, &found);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct places places = { 0 };
        struct kept kept = { 0 };
        int r;

        if (bh_cli_has(cli, "list"))
                return list();
        r = check(cli, err);
        r = r < 0 ? r : work(cli, &places, &kept, err);
        leave_places(&places);
        bh_vault_key_wipe(&kept.key);
        return r;
}

const struct bh_cmd bh_cmd_passwords = {
        .name = "passwords",
        .about = "find weak passwords in the credential stores of this machine and its containers",
        .text = "Stores are read and their hashes tested, in a jail; nobody is logged in to, and no password is shown or kept, only why it is weak.\n"
                "The likeliest guesses come first and the cheapest hashes first; what the processor time did not suffice for is said, and the next\n"
                "run goes on there. What did not change since the last run is not tested again. docs/PASSWORDS.md tells more.\n",
        .examples = "  sudo bulkhead passwords\n  sudo bulkhead passwords --container web --container db --fail-on weak\n"
                    "  bulkhead passwords --root /backup/rootfs --cpu-seconds 600 --format json -o passwords.json\n",
        .opts = opts,
        .run = run,
};
