/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one would want to have seen, kept before anybody cleans up: the tree of
 * processes, what each was told, has open, has mapped and is; the sockets of
 * its network; the files that the container changed. Secrets of environments
 * and command lines are masked. What could not be read is named.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "guard/respond/action.h"
#include "guard/respond/dossier.h"
#include "guard/respond/mask.h"
#include "guard/respond/root.h"
#include "sys/cgroup.h"
#include "sys/fd.h"
#include "sys/proc.h"

enum { MAX_TEXT = 4 << 20, MAX_DEPTH = 64, MAX_ANCESTORS = 32 };

struct capture {
        struct bh_act *act;
        struct bh_arena *arena;
        struct bh_dossier dossier;
        BH_VEC(uint32_t) pids;
        size_t n_files; /* changed ones that were copied */
        struct bh_buf changes;
};

/* Only a failing disk ends a capture: what is too large is missing. */
static int add(struct capture *c, struct bh_str name, struct bh_str bytes, struct bh_err *err) {
        int r = bh_dossier_add(&c->dossier, name, bytes, err);

        return r == BH_E_LIMIT ? 0 : r;
}

/* ---- who ---- */

static bool is_among(const uint32_t *pids, size_t n, uint32_t pid) {
        for (size_t i = 0; i < n; i++)
                if (pids[i] == pid)
                        return true;
        return false;
}

static void add_pid(struct capture *c, uint32_t pid) {
        if (is_among(c->pids.at, c->pids.len, pid))
                return;
        if (c->pids.len >= BH_LIMIT_EVIDENCE_PROCESSES)
                bh_dossier_miss(&c->dossier, "process %u: more than %d processes", pid, BH_LIMIT_EVIDENCE_PROCESSES);
        else
                *bh_vec_add(c->arena, &c->pids) = pid;
}

static void add_ancestors(struct capture *c, uint32_t pid) {
        struct bh_proc_stat st;

        for (unsigned n = 0; pid && n < MAX_ANCESTORS && bh_proc_stat(pid, &st, NULL) >= 0; n++) {
                add_pid(c, pid);
                pid = st.ppid;
        }
}

/* Rounds, until one finds nobody new. */
static void add_descendants(struct capture *c) {
        BH_VEC(uint32_t) below = { 0 };
        uint32_t *all;
        size_t n, before;

        if (bh_proc_all(c->arena, &all, &n, NULL) < 0)
                return;
        *bh_vec_add(c->arena, &below) = c->act->target->pid;
        do {
                before = below.len;
                for (size_t i = 0; i < n && below.len < BH_LIMIT_EVIDENCE_PROCESSES; i++) {
                        struct bh_proc_stat st;

                        if (!is_among(below.at, below.len, all[i]) && bh_proc_stat(all[i], &st, NULL) >= 0 && is_among(below.at, below.len, st.ppid))
                                *bh_vec_add(c->arena, &below) = all[i];
                }
        } while (below.len > before);
        for (size_t i = 0; i < below.len; i++)
                add_pid(c, below.at[i]);
}

static void add_members(struct capture *c) {
        const struct bh_target *t = c->act->target;
        struct bh_cgroup g;
        uint32_t *all;
        size_t n;

        if (bh_cgroup_at(c->arena, t->cgroup, &g, NULL) < 0 || bh_cgroup_members(c->arena, &g, &all, &n, NULL) < 0) {
                bh_dossier_miss(&c->dossier, "the container's processes: its control group is gone");
                return;
        }
        for (size_t i = 0; i < n; i++)
                add_pid(c, all[i]);
}

static void find_processes(struct capture *c) {
        const struct bh_target *t = c->act->target;
        struct bh_proc_stat st;

        if (t->pid && bh_proc_stat(t->pid, &st, NULL) >= 0 && (!t->start_ns || bh_proc_started_at(&st, t->start_ns)))
                add_ancestors(c, t->pid);
        else if (t->pid)
                bh_dossier_miss(&c->dossier, "process %u: it has ended", t->pid);
        if (t->container)
                add_members(c);
        else if (c->pids.len)
                add_descendants(c);
}

/* ---- what of each ---- */

static int add_plain(struct capture *c, uint32_t pid, const char *file, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        if (bh_proc_read(c->arena, pid, file, MAX_TEXT, &text, &why) < 0) {
                bh_dossier_miss(&c->dossier, "%s", why.text);
                return 0;
        }
        if (strcmp(file, "environ") == 0)
                text = bh_mask_environ(c->arena, text);
        else if (strcmp(file, "cmdline") == 0)
                text = bh_mask_args(c->arena, text);
        return add(c, bh_arena_printf(c->arena, "processes/%u/%s", pid, file), text, err);
}

/* What each descriptor is, and where it stands. */
static int add_descriptors(struct capture *c, uint32_t pid, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char path[64];
        const struct dirent *e;
        DIR *dir;

        (void) snprintf(path, sizeof path, "/proc/%u/fd", pid);
        dir = opendir(path);
        if (!dir) {
                bh_dossier_miss(&c->dossier, "%s: %s", path, strerror(errno));
                return 0;
        }
        while ((e = readdir(dir))) {
                struct bh_str info = { 0 };

                if (!bh_is_digit(e->d_name[0]))
                        continue;
                bh_buf_printf(&out, "%s -> %.*s\n", e->d_name, BH_FMT(bh_proc_link(c->arena, pid, bh_arena_printf(c->arena, "fd/%s", e->d_name).at)));
                BH_IGNORE(bh_proc_read(c->arena, pid, bh_arena_printf(c->arena, "fdinfo/%s", e->d_name).at, 4096, &info, NULL)); /* closed meanwhile */
                bh_buf_add(&out, info);
        }
        (void) closedir(dir);
        return add(c, bh_arena_printf(c->arena, "processes/%u/fd", pid), bh_buf_str(&out), err);
}

/* Its links, and the program itself: also when the file is gone, or was never one. */
static int add_program(struct capture *c, uint32_t pid, struct bh_err *err) {
        static const char *const links[] = { "exe", "cwd", "root", "ns/mnt", "ns/net", "ns/pid", "ns/user" };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct stat st;
        char path[64];
        int r;

        for (size_t i = 0; i < BH_LEN(links); i++)
                bh_buf_printf(&out, "%s -> %.*s\n", links[i], BH_FMT(bh_proc_link(c->arena, pid, links[i])));
        r = add(c, bh_arena_printf(c->arena, "processes/%u/links", pid), bh_buf_str(&out), err);
        (void) snprintf(path, sizeof path, "/proc/%u/exe", pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (r < 0 || fd < 0 || fstat(fd, &st) < 0 || (pid != c->act->target->pid && st.st_nlink > 0))
                return r; /* programs that still have a name are where it says */
        r = bh_dossier_add_fd(&c->dossier, bh_arena_printf(c->arena, "processes/%u/program", pid), fd, &st, err);
        return r == BH_E_LIMIT ? 0 : r;
}

static int add_process(struct capture *c, uint32_t pid, struct bh_err *err) {
        static const char *const files[] = { "status", "stat", "cmdline", "environ", "maps", "cgroup", "mountinfo", "limits", "loginuid", "wchan", "stack" };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < BH_LEN(files); i++)
                r = add_plain(c, pid, files[i], err);
        r = r < 0 ? r : add_descriptors(c, pid, err);
        return r < 0 ? r : add_program(c, pid, err);
}

static int add_tree(struct capture *c, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (size_t i = 0; i < c->pids.len; i++) {
                struct bh_proc_stat st;
                struct bh_str argv = { 0 };

                if (bh_proc_stat(c->pids.at[i], &st, NULL) < 0)
                        continue;
                BH_IGNORE(bh_proc_read(c->arena, st.pid, "cmdline", MAX_TEXT, &argv, NULL)); /* none of a kernel thread */
                argv = bh_mask_args(c->arena, argv);
                bh_buf_printf(&out, "%u parent %u state %c %s:", st.pid, st.ppid, st.state, BH_QUOTE(bh_str_of(st.comm)));
                for (struct bh_str arg; bh_str_split(&argv, '\n', &arg);)
                        bh_buf_printf(&out, " %s", bh_str_quote(arg, (char[1024]){ 0 }, 1024));
                bh_buf_putc(&out, '\n');
        }
        return add(c, BH_STR("processes.txt"), bh_buf_str(&out), err);
}

static int add_sockets(struct capture *c, struct bh_err *err) {
        static const char *const files[] = { "net/tcp", "net/tcp6", "net/udp", "net/udp6", "net/raw", "net/raw6", "net/packet", "net/unix", "net/route",
                                             "net/arp", "net/dev" };
        uint32_t pid = c->pids.len ? c->pids.at[0] : 0;
        int r = 0;

        for (size_t i = 0; pid && r >= 0 && i < BH_LEN(files); i++) {
                struct bh_err why = BH_ERR_NONE;
                struct bh_str text;

                if (bh_proc_read(c->arena, pid, files[i], MAX_TEXT, &text, &why) >= 0)
                        r = add(c, bh_arena_printf(c->arena, "sockets/%s", files[i] + 4), text, err);
        }
        return r;
}

/* ---- what the container changed ---- */

static void list_change(struct capture *c, struct bh_str path, const struct stat *st) {
        char when[21];
        const char *what = S_ISREG(st->st_mode)   ? "file"
                           : S_ISDIR(st->st_mode) ? "directory"
                           : S_ISLNK(st->st_mode) ? "link"
                           : S_ISCHR(st->st_mode) && st->st_rdev == 0 ? "deleted"
                                                                      : "special";

        bh_buf_printf(&c->changes, "%s %04o %u:%u %lld %s %s\n", what, st->st_mode & 07777, st->st_uid, st->st_gid, (long long) st->st_size,
                      bh_time_print(st->st_mtime, when), bh_str_quote(path, (char[4200]){ 0 }, 4200));
}

static int add_changed(struct capture *c, int dir, const char *name, struct bh_str path, const struct stat *st, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int r;

        if (c->n_files++ >= BH_LIMIT_EVIDENCE_FILES) {
                if (c->n_files == BH_LIMIT_EVIDENCE_FILES + 1)
                        bh_dossier_miss(&c->dossier, "changed files beyond the first %d are only listed", BH_LIMIT_EVIDENCE_FILES);
                return 0;
        }
        fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0) {
                bh_dossier_miss(&c->dossier, "%s: %s", BH_QUOTE(path), strerror(errno));
                return 0;
        }
        r = bh_dossier_add_fd(&c->dossier, bh_arena_printf(c->arena, "changed/%.*s", BH_FMT(path)), fd, st, err);
        return r == BH_E_LIMIT ? 0 : r;
}

static int walk(struct capture *c, int top, struct bh_str path, unsigned depth, struct bh_err *err) {
        int fd = openat(top, path.len ? bh_str_basename(path).at : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), r = 0;
        DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
        const struct dirent *e;

        if (!dir || depth > MAX_DEPTH) {
                bh_dossier_miss(&c->dossier, "changed/%s: %s", BH_QUOTE(path), dir ? "too deep" : strerror(errno));
                if (dir)
                        (void) closedir(dir);
                else
                        bh_fd_close(&fd);
                return 0;
        }
        while (r >= 0 && (e = readdir(dir))) {
                struct bh_str below = bh_arena_printf(c->arena, "%.*s%s%s", BH_FMT(path), path.len ? "/" : "", e->d_name);
                struct stat st;

                if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue;
                list_change(c, below, &st);
                if (S_ISDIR(st.st_mode))
                        r = walk(c, fd, below, depth + 1, err);
                else if (S_ISREG(st.st_mode))
                        r = add_changed(c, fd, e->d_name, below, &st, err);
        }
        (void) closedir(dir);
        return r;
}

/* "lowerdir=...,upperdir=/var/lib/...,workdir=..." of the mount on / */
static struct bh_str upper_of(struct capture *c) {
        struct bh_str text, line, word, rest;

        if (c->act->target->container->upper.len || c->pids.len == 0)
                return c->act->target->container->upper;
        if (bh_proc_read(c->arena, c->act->target->pid, "mountinfo", MAX_TEXT, &text, NULL) < 0)
                return (struct bh_str){ 0 };
        while (bh_str_split(&text, '\n', &line)) {
                ptrdiff_t at = bh_str_find(line, BH_STR("upperdir="));
                bool root = false;

                rest = line;
                for (int i = 0; i < 5 && bh_str_word(&rest, &word); i++)
                        root = i == 4 && bh_str_is(word, "/");
                if (!root || at < 0)
                        continue;
                rest = bh_str_from(line, (size_t) at + 9);
                (void) bh_str_split(&rest, ',', &word);
                return word;
        }
        return (struct bh_str){ 0 };
}

static int add_changes(struct capture *c, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_str upper;
        int r;

        if (!c->act->target->container)
                return 0;
        upper = upper_of(c);
        fd = upper.len ? open(bh_arena_cstr(c->arena, upper), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        if (fd < 0) {
                bh_dossier_miss(&c->dossier, "changed files: %s", upper.len ? strerror(errno) : "the container's root is no overlay, or it has ended");
                return 0;
        }
        r = walk(c, fd, (struct bh_str){ 0 }, 0, err);
        return r < 0 ? r : add(c, BH_STR("changed.txt"), bh_buf_str(&c->changes), err);
}

/* ---- all of it ---- */

static int seal(struct capture *c, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out };
        struct bh_private_key key;
        struct utsname u = { 0 };
        char when[21], hex[2 * BH_SEAL_KEY_BYTES + 1];
        int r = bh_evidence_key(c->arena, c->act->state_dir, &key, err);

        if (r < 0)
                return r;
        (void) uname(&u);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "id", c->act->id);
        bh_json_put_cstr(&j, "time", bh_time_print(time(NULL), when));
        bh_json_put_cstr(&j, "host", u.nodename);
        bh_json_put_cstr(&j, "kernel", u.release);
        bh_json_put_cstr(&j, "key", bh_hex(key.open.bytes, sizeof key.open.bytes, hex));
        bh_target_put(&j, "target", c->act->target);
        bh_json_put_some(&j, "cause", c->act->cause);
        bh_dossier_list(&c->dossier, &j);
        bh_json_put_close(&j);
        r = bh_dossier_close(&c->dossier, bh_buf_str(&out), &key, err);
        explicit_bzero(&key, sizeof key);
        return r;
}

static int capture_all(struct capture *c, struct bh_err *err) {
        int r;

        find_processes(c);
        r = add_tree(c, err);
        for (size_t i = 0; r >= 0 && i < c->pids.len; i++)
                r = add_process(c, c->pids.at[i], err);
        r = r < 0 ? r : add_sockets(c, err);
        r = r < 0 ? r : add_changes(c, err);
        return r < 0 ? r : seal(c, err);
}

int bh_act_capture(struct bh_act *act, struct bh_err *err) {
        struct capture c = { .act = act, .arena = act->arena };
        struct bh_str dir, path;
        int r = bh_state_dir(act->arena, act->state_dir, "evidence", BH_STR("."), &dir, err);

        if (r < 0)
                return r;
        path = bh_arena_printf(act->arena, "%s/evidence/%.*s.tar", act->state_dir, BH_FMT(act->id));
        r = bh_dossier_open(&c.dossier, act->arena, path.at, err);
        if (r < 0)
                return r;
        r = capture_all(&c, err);
        bh_fd_close(&c.dossier.fd);
        bh_buf_done(&c.changes);
        if (r < 0) {
                (void) unlink(path.at);
                return r;
        }
        act->note = bh_arena_printf(act->arena, "%zu files, %zu processes, %zu missing in %.*s", c.dossier.members.len, c.pids.len, c.dossier.missing.len, BH_FMT(path));
        return 0;
}
