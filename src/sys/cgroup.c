/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/vec.h"
#include "sys/fd.h"
#include "sys/proc.h"

enum { MAX_FILE = 1 << 20, PATIENCE_MS = 3000, STEP_MS = 5, MAX_DEPTH = 16 };

BH_VEC_OF(pids, uint32_t);

/* ---- where it is ---- */

struct bh_str bh_cgroup_path(struct bh_str text, const char *controller) {
        struct bh_str line, id, rest, names, name;

        while (bh_str_split(&text, '\n', &line)) {
                if (!bh_str_cut(line, ':', &id, &rest) || !bh_str_cut(rest, ':', &names, &rest))
                        continue;
                if (names.len == 0 && controller[0] == '\0')
                        return rest;
                while (bh_str_split(&names, ',', &name))
                        if (bh_str_is(name, controller))
                                return rest;
        }
        return (struct bh_str){ 0 };
}

static bool is_hex(char c) {
        return bh_is_digit(c) || (c >= 'a' && c <= 'f');
}

struct bh_str bh_cgroup_container(struct bh_str path) {
        size_t n = 0;

        for (size_t i = 0; i < path.len; i++) {
                n = is_hex(path.at[i]) ? n + 1 : 0;
                if (n == 64 && (i + 1 == path.len || !bh_is_alnum(path.at[i + 1])))
                        return bh_str_part(path, i - 63, 64);
        }
        return (struct bh_str){ 0 };
}

/* Where a hierarchy is mounted: of a type, and with an option where one is named. */
static struct bh_str mount_of(struct bh_arena *arena, const char *type, const char *option) {
        struct bh_str text, line, rest, word, point = { 0 };

        if (bh_proc_read(arena, (uint32_t) getpid(), "mountinfo", MAX_FILE, &text, NULL) < 0)
                return point;
        while (bh_str_split(&text, '\n', &line)) {
                ptrdiff_t dash = bh_str_find(line, BH_STR(" - "));
                bool root = false, fits = false;

                rest = line;
                for (int i = 0; i < 5 && bh_str_word(&rest, &word); i++) {
                        root = i == 3 ? bh_str_is(word, "/") : root;
                        point = word;
                }
                if (dash < 0 || !root)
                        continue;
                rest = bh_str_from(line, (size_t) dash + 3);
                if (!bh_str_word(&rest, &word) || !bh_str_is(word, type))
                        continue;
                (void) bh_str_word(&rest, &word);
                while (!fits && bh_str_split(&rest, ',', &word))
                        fits = !option || bh_str_is(bh_str_trim(word), option);
                if (fits)
                        return bh_arena_str(arena, point);
        }
        return (struct bh_str){ 0 };
}

static struct bh_str directory(struct bh_arena *arena, struct bh_str mount, struct bh_str path) {
        struct bh_str dir = bh_arena_printf(arena, "%.*s%.*s", BH_FMT(mount), BH_FMT(path));
        struct stat st;

        if (mount.len == 0 || path.len < 2 || bh_str_find(path, BH_STR("/..")) >= 0 || stat(dir.at, &st) < 0)
                return (struct bh_str){ 0 };
        return dir;
}

int bh_cgroup_of(struct bh_arena *arena, uint32_t pid, struct bh_cgroup *ret, struct bh_err *err) {
        struct bh_cgroup g;
        struct bh_str text;
        int r = bh_proc_read(arena, pid, "cgroup", MAX_FILE, &text, err);

        if (r < 0)
                return r;
        g.v2 = directory(arena, mount_of(arena, "cgroup2", NULL), bh_cgroup_path(text, ""));
        g.freezer = directory(arena, mount_of(arena, "cgroup", "freezer"), bh_cgroup_path(text, "freezer"));
        if (g.v2.len == 0 && g.freezer.len == 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "process %u is in no control group of its own", pid);
        *ret = g;
        return 0;
}

int bh_cgroup_at(struct bh_arena *arena, struct bh_str path, struct bh_cgroup *ret, struct bh_err *err) {
        struct bh_cgroup g = { directory(arena, mount_of(arena, "cgroup2", NULL), path),
                               directory(arena, mount_of(arena, "cgroup", "freezer"), path) };

        if (g.v2.len == 0 && g.freezer.len == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no control group %s", BH_QUOTE(path));
        *ret = g;
        return 0;
}

int bh_cgroup_number(struct bh_arena *arena, struct bh_str path, uint64_t *ret, struct bh_err *err) {
        struct bh_str mount = mount_of(arena, "cgroup2", NULL);
        struct stat st;

        if (mount.len == 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "control groups of version 2 are not mounted here as a whole");
        if (stat(bh_arena_printf(arena, "%.*s%.*s", BH_FMT(mount), BH_FMT(path)).at, &st) < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "there is no control group %s", BH_QUOTE(path)) : bh_fail_sys(err, errno, "%s", BH_QUOTE(path));
        *ret = st.st_ino;
        return 0;
}

/* ---- its files ---- */

static int open_in(struct bh_str dir, const char *name, int flags, struct bh_err *err) {
        char path[4200];
        int fd;

        (void) snprintf(path, sizeof path, "%.*s/%s", BH_FMT(dir), name);
        fd = open(path, flags | O_CLOEXEC);
        if (fd >= 0)
                return fd;
        if (errno == ENOENT)
                return bh_fail(err, BH_E_NOTFOUND, "%s: it is not there", path);
        return bh_fail_sys(err, errno, "%s", path);
}

static int put(struct bh_str dir, const char *name, const char *text, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open_in(dir, name, O_WRONLY, err);

        return fd < 0 ? fd : bh_fd_write_all(fd, bh_str_of(text), err);
}

static int get(struct bh_str dir, const char *name, struct bh_buf *into, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open_in(dir, name, O_RDONLY, err);

        bh_buf_clear(into);
        return fd < 0 ? fd : bh_fd_read_all(fd, MAX_FILE, into, err);
}

/* ---- standing still ---- */

/* cgroup.events: "populated 1\nfrozen 0\n"; freezer.state: THAWED, FREEZING or FROZEN. */
int bh_cgroup_is_frozen(const struct bh_cgroup *g, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        int v2 = g->v2.len ? get(g->v2, "cgroup.events", &text, err) : BH_E_NOTFOUND, v1;

        if (v2 >= 0 && bh_str_find(bh_buf_str(&text), BH_STR("frozen 1")) >= 0)
                return 1;
        v1 = g->freezer.len ? get(g->freezer, "freezer.state", &text, err) : BH_E_NOTFOUND;
        if (v1 >= 0)
                return bh_str_starts(bh_buf_str(&text), BH_STR("FROZEN"));
        return v2 >= 0 ? 0 : v2;
}

static void sleep_ms(int ms) {
        const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

        (void) nanosleep(&t, NULL);
}

static int wait_frozen(const struct bh_cgroup *g, bool want, struct bh_err *err) {
        for (int waited = 0;; waited += STEP_MS) {
                int r = bh_cgroup_is_frozen(g, err);

                if (r < 0 || r == want)
                        return r < 0 ? r : 0;
                if (waited >= PATIENCE_MS)
                        return bh_fail(err, BH_E_TIMEOUT, "the group does not %s", want ? "stand still" : "go on");
                sleep_ms(STEP_MS);
        }
}

/* Going on undoes both: an engine may have used the other one. */
int bh_cgroup_freeze(const struct bh_cgroup *g, bool freeze, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = g->v2.len ? put(g->v2, "cgroup.freeze", freeze ? "1" : "0", &why) : BH_E_NOTFOUND;

        if (g->freezer.len && (r < 0 || !freeze))
                r = put(g->freezer, "freezer.state", freeze ? "FROZEN" : "THAWED", &why);
        if (r < 0)
                return bh_fail(err, r, "freezer: %s", why.text[0] ? why.text : "there is none");
        return wait_frozen(g, freeze, err);
}

/* ---- members ---- */

static void add_pids(struct bh_arena *arena, struct pids *all, struct bh_str text) {
        struct bh_str line;
        uint64_t pid;

        while (bh_str_split(&text, '\n', &line))
                if (bh_str_u64(line, &pid) && pid && pid <= UINT32_MAX)
                        *bh_vec_add(arena, all) = (uint32_t) pid;
}

static int walk(struct bh_arena *arena, struct bh_str dir, struct pids *all, unsigned depth, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        const struct dirent *e;
        int r = get(dir, "cgroup.procs", &text, err);
        DIR *d;

        if (r < 0)
                return r;
        add_pids(arena, all, bh_buf_str(&text));
        d = depth < MAX_DEPTH ? opendir(bh_arena_cstr(arena, dir)) : NULL;
        while (d && (e = readdir(d)))
                if (e->d_type == DT_DIR && e->d_name[0] != '.')
                        BH_IGNORE(walk(arena, bh_arena_printf(arena, "%.*s/%s", BH_FMT(dir), e->d_name), all, depth + 1, err)); /* it went meanwhile */
        if (d)
                (void) closedir(d);
        return 0;
}

int bh_cgroup_members(struct bh_arena *arena, const struct bh_cgroup *g, uint32_t **ret, size_t *ret_n, struct bh_err *err) {
        struct pids all = { 0 };
        int r = walk(arena, g->v2.len ? g->v2 : g->freezer, &all, 0, err);

        if (r < 0)
                return r;
        *ret = all.at;
        *ret_n = all.len;
        return 0;
}

/* ---- the end ---- */

static int kill_each(const struct bh_cgroup *g, size_t *ret_n, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        uint32_t *pids;
        int r = bh_cgroup_members(arena, g, &pids, ret_n, err);

        for (size_t i = 0; r >= 0 && i < *ret_n; i++)
                (void) kill((pid_t) pids[i], SIGKILL);
        bh_arena_free(&arena);
        return r;
}

/* Without cgroup.kill: nobody may fork while we count, so it stands still until all have their signal. */
static int kill_slowly(const struct bh_cgroup *g, struct bh_err *err) {
        size_t n = 1;
        int r = bh_cgroup_freeze(g, true, err);

        for (int waited = 0; r >= 0 && n; waited += STEP_MS) {
                r = kill_each(g, &n, err);
                if (waited == 0 && r >= 0)
                        r = bh_cgroup_freeze(g, false, err);
                if (waited >= PATIENCE_MS)
                        return bh_fail(err, BH_E_TIMEOUT, "%zu processes do not end", n);
                sleep_ms(STEP_MS);
        }
        return r;
}

int bh_cgroup_kill(const struct bh_cgroup *g, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = g->v2.len ? put(g->v2, "cgroup.kill", "1", &why) : BH_E_NOTFOUND;

        if (r == BH_E_NOTFOUND && g->freezer.len) /* Linux before 5.14 */
                return kill_slowly(g, err);
        if (r < 0)
                return bh_fail(err, r, "%s", why.text[0] ? why.text : "no cgroup.kill and no freezer");
        /* A frozen group of version 1 takes its signals only when it goes on. */
        if (g->freezer.len)
                BH_IGNORE(put(g->freezer, "freezer.state", "THAWED", &why));
        return 0;
}
