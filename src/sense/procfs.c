/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cur.h"
#include "sense/cgroup.h"
#include "sys/fd.h"

#define TEXT_MOST 65536u /* of one file of /proc */
#define TICKS_PER_S 100u /* of the kernel's interface: USER_HZ */

static struct bh_str read_text(int dir, const char *name, struct bh_arena *scratch) {
        BH_CLEANUP(bh_fd_close) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
        char text[TEXT_MOST];
        size_t len = 0;
        ssize_t n;

        while (fd >= 0 && len < sizeof text && (n = read(fd, text + len, sizeof text - len)) > 0)
                len += (size_t) n;
        return bh_arena_str(scratch, (struct bh_str){ text, len });
}

static struct bh_str read_link(int dir, const char *name, struct bh_arena *scratch) {
        char text[4096];
        ssize_t n = readlinkat(dir, name, text, sizeof text);

        return n > 0 ? bh_arena_str(scratch, (struct bh_str){ text, (size_t) n }) : (struct bh_str){ 0 };
}

static uint64_t word_number(struct bh_str *rest) {
        struct bh_str w;
        uint64_t n = 0;

        if (!bh_str_word(rest, &w))
                return 0;
        (void) bh_str_cut_prefix(&w, BH_STR("-"));
        (void) bh_str_u64(w, &n);
        return n;
}

/* pid (name) state ppid pgrp session tty ... the 22nd is the start, in ticks since boot */
static bool read_stat(struct bh_str text, struct bh_procfs_process *p, struct bh_arena *scratch) {
        ptrdiff_t open = bh_str_chr(text, '('), close = bh_str_rchr(text, ')');
        struct bh_str rest, state;
        uint64_t n[18] = { 0 };

        if (open < 0 || close < open)
                return false;
        p->strs[BH_PROC_STR_COMM] = bh_arena_str(scratch, bh_str_part(text, (size_t) open + 1, (size_t) (close - open - 1)));
        rest = bh_str_from(text, (size_t) close + 1);
        if (!bh_str_word(&rest, &state))
                return false;
        for (size_t i = 0; i < BH_LEN(n); i++)
                n[i] = word_number(&rest);
        p->proc.ppid = (uint32_t) n[0];
        p->proc.pgid = (uint32_t) n[1];
        p->proc.sid = (uint32_t) n[2];
        p->proc.tty = (uint32_t) n[3];
        p->proc.start_ns = n[17] * (1000000000u / TICKS_PER_S);
        return true;
}

/* The last number of "NSpid: 4242 17": in the innermost namespace. */
static uint32_t innermost(struct bh_str rest) {
        uint64_t n = 0, x;
        struct bh_str w;

        while (bh_str_word(&rest, &w))
                if (bh_str_u64(w, &x))
                        n = x;
        return (uint32_t) n;
}

static void set_ids(struct bh_str rest, uint32_t *real, uint32_t *effective, uint32_t *saved, uint32_t *fs) {
        *real = (uint32_t) word_number(&rest);
        *effective = (uint32_t) word_number(&rest);
        *saved = (uint32_t) word_number(&rest);
        *fs = (uint32_t) word_number(&rest);
}

static void read_status_line(struct bh_str key, struct bh_str value, struct bh_ev_proc *p) {
        static const struct {
                const char *key;
                size_t offset;
        } caps[] = {
                { "CapInh", offsetof(struct bh_ev_proc, cap_inheritable) },
                { "CapPrm", offsetof(struct bh_ev_proc, cap_permitted) },
                { "CapEff", offsetof(struct bh_ev_proc, cap_effective) },
                { "CapBnd", offsetof(struct bh_ev_proc, cap_bounding) },
        };
        uint32_t unused;
        uint64_t u;

        value = bh_str_trim(value);
        for (size_t i = 0; i < BH_LEN(caps); i++)
                if (bh_str_is(key, caps[i].key) && bh_str_hex64(value, &u))
                        memcpy((char *) p + caps[i].offset, &u, sizeof u);
        if (bh_str_is(key, "Uid"))
                set_ids(value, &p->uid, &p->euid, &p->suid, &p->fsuid);
        else if (bh_str_is(key, "Gid"))
                set_ids(value, &p->gid, &p->egid, &unused, &unused);
        else if (bh_str_is(key, "NSpid"))
                p->vpid = innermost(value);
        else if (bh_str_is(key, "NSpgid"))
                p->vpgid = innermost(value);
        else if (bh_str_is(key, "NSsid"))
                p->vsid = innermost(value);
        else if (bh_str_is(key, "NoNewPrivs"))
                p->flags |= bh_str_is(value, "1") ? BH_PROC_NO_NEW_PRIVS : 0;
}

static void read_status(struct bh_str text, struct bh_ev_proc *p) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line, key, value;

        while (bh_cur_line(&c, &line))
                if (bh_str_cut(line, ':', &key, &value))
                        read_status_line(key, value, p);
}

static uint64_t time_ns(struct timespec t) {
        return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static void read_exe(int dir, struct bh_procfs_process *p, struct bh_arena *scratch) {
        struct bh_str path = read_link(dir, "exe", scratch);
        struct stat st;
        struct statfs fs;
        BH_CLEANUP(bh_fd_close) int fd = openat(dir, "exe", O_PATH | O_CLOEXEC);

        if (fd < 0 || fstat(fd, &st) < 0) {
                p->proc.flags |= p->strs[BH_PROC_STR_ARGS].len ? 0 : BH_PROC_KTHREAD;
                return;
        }
        if (st.st_nlink == 0 && bh_str_cut_suffix(&path, BH_STR(" (deleted)")))
                p->proc.flags |= BH_PROC_EXE_NO_LINK;
        if (bh_str_starts(path, BH_STR("/memfd:")))
                p->proc.flags |= BH_PROC_EXE_MEMFD;
        p->proc.exe_ino = st.st_ino;
        p->proc.exe_dev = (uint32_t) st.st_dev;
        p->proc.exe_mode = st.st_mode;
        p->proc.exe_uid = st.st_uid;
        p->proc.exe_ctime_ns = time_ns(st.st_ctim);
        p->proc.exe_mtime_ns = time_ns(st.st_mtim);
        p->strs[BH_PROC_STR_EXEPATH] = path;
        if (fstatfs(fd, &fs) == 0) {
                p->proc.exe_magic = (uint32_t) fs.f_type;
                if (p->proc.exe_magic == TMPFS_MAGIC && !(p->proc.flags & BH_PROC_EXE_MEMFD))
                        p->proc.flags |= BH_PROC_EXE_TMPFS;
        }
}

static uint32_t ns_inode(int dir, const char *name) {
        struct stat st;

        return fstatat(dir, name, &st, 0) == 0 ? (uint32_t) st.st_ino : 0;
}

static void read_namespaces(int dir, struct bh_ev_proc *p) {
        p->ns_mnt = ns_inode(dir, "ns/mnt");
        p->ns_pid = ns_inode(dir, "ns/pid");
        p->ns_net = ns_inode(dir, "ns/net");
        p->ns_user = ns_inode(dir, "ns/user");
        p->ns_ipc = ns_inode(dir, "ns/ipc");
        p->ns_uts = ns_inode(dir, "ns/uts");
        p->ns_cgroup = ns_inode(dir, "ns/cgroup");
        p->ns_time = ns_inode(dir, "ns/time");
}

static void read_streams(int dir, struct bh_ev_proc *p) {
        static const uint32_t socket[] = { BH_PROC_STDIN_SOCKET, BH_PROC_STDOUT_SOCKET, BH_PROC_STDERR_SOCKET };
        static const uint32_t pipe[] = { BH_PROC_STDIN_PIPE, BH_PROC_STDOUT_PIPE, 0 };

        for (unsigned i = 0; i < 3; i++) {
                char name[8], target[16] = "";

                (void) snprintf(name, sizeof name, "fd/%u", i);
                if (readlinkat(dir, name, target, sizeof target - 1) <= 0)
                        continue;
                if (strncmp(target, "socket:", 7) == 0)
                        p->flags |= socket[i];
                else if (strncmp(target, "pipe:", 5) == 0)
                        p->flags |= pipe[i];
        }
}

/*
 * "0::/system.slice/docker-ID.scope", "12:pids:/docker/ID": the line that names
 * a container, else the one of version 2, else of systemd, else the first.
 */
struct bh_str bh_procfs_cgroup(struct bh_str text) {
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line, number, rest, controllers, path, best = { 0 };
        struct bh_cgroup_name name;
        unsigned rank = 0;

        while (bh_cur_line(&c, &line)) {
                unsigned r = 1;

                if (!bh_str_cut(line, ':', &number, &rest) || !bh_str_cut(rest, ':', &controllers, &path))
                        continue;
                r += bh_cgroup_parse(path, &name) ? 8 : 0;
                r += bh_str_is(number, "0") && path.len > 1 ? 4 : bh_str_is(controllers, "name=systemd") ? 2 : 0;
                if (r > rank) {
                        best = path;
                        rank = r;
                }
        }
        return best;
}

/* The id is the number of the directory in the hierarchy of version 2. */
static uint64_t cgroup_id(struct bh_str text) {
        static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
        struct bh_cur c = bh_cur_of(text);
        struct bh_str line;
        char path[4096];
        struct stat st;

        while (bh_cur_line(&c, &line)) {
                if (!bh_str_cut_prefix(&line, BH_STR("0::")))
                        continue;
                for (size_t i = 0; i < BH_LEN(mounts); i++) {
                        struct statfs fs;

                        if (statfs(mounts[i], &fs) < 0 || (unsigned long) fs.f_type != CGROUP2_SUPER_MAGIC)
                                continue;
                        (void) snprintf(path, sizeof path, "%s%.*s", mounts[i], BH_FMT(line));
                        return stat(path, &st) == 0 ? st.st_ino : 0;
                }
        }
        return 0;
}

static size_t ids_upwards(char *path, size_t root, uint64_t *ret, size_t most) {
        struct stat st;
        size_t n = 0;

        while (n < most && stat(path, &st) == 0) {
                char *slash = strrchr(path, '/');

                ret[n++] = st.st_ino;
                if (!slash || (size_t) (slash - path) < root)
                        break;
                *slash = 0;
        }
        return n;
}

size_t bh_procfs_cgroup_ids(uint32_t pid, uint64_t *ret, size_t n) {
        static const char *const mounts[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
        char name[32], text[4096], path[4200];
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_str line;
        struct bh_cur c;
        ssize_t got;

        (void) snprintf(name, sizeof name, "/proc/%u/cgroup", pid);
        fd = open(name, O_RDONLY | O_CLOEXEC);
        got = fd < 0 ? -1 : read(fd, text, sizeof text);
        c = bh_cur_of((struct bh_str){ text, got > 0 ? (size_t) got : 0 });
        while (bh_cur_line(&c, &line))
                for (size_t i = 0; i < BH_LEN(mounts) && bh_str_starts(line, BH_STR("0::/")); i++) {
                        struct statfs fs;

                        if (statfs(mounts[i], &fs) < 0 || (unsigned long) fs.f_type != CGROUP2_SUPER_MAGIC)
                                continue;
                        (void) snprintf(path, sizeof path, "%s%.*s", mounts[i], BH_FMT(bh_str_from(line, line.len == 4 ? 4 : 3)));
                        return ids_upwards(path, strlen(mounts[i]), ret, n);
                }
        return 0;
}

bool bh_procfs_read(uint32_t pid, struct bh_arena *scratch, struct bh_procfs_process *ret) {
        struct bh_procfs_process p = { .proc = { .pid = pid } };
        BH_CLEANUP(bh_fd_close) int dir = -1;
        struct bh_str cgroups;
        uint64_t login;
        char path[32];

        (void) snprintf(path, sizeof path, "/proc/%u", pid);
        dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0 || !read_stat(read_text(dir, "stat", scratch), &p, scratch))
                return false;
        read_status(read_text(dir, "status", scratch), &p.proc);
        p.strs[BH_PROC_STR_ARGS] = read_text(dir, "cmdline", scratch);
        p.strs[BH_PROC_STR_ENV] = read_text(dir, "environ", scratch);
        p.strs[BH_PROC_STR_CWD] = read_link(dir, "cwd", scratch);
        read_exe(dir, &p, scratch);
        read_namespaces(dir, &p.proc);
        read_streams(dir, &p.proc);
        cgroups = read_text(dir, "cgroup", scratch);
        p.strs[BH_PROC_STR_CGROUP] = bh_procfs_cgroup(cgroups);
        p.proc.cgroup_id = cgroup_id(cgroups);
        p.proc.loginuid = bh_str_u64(bh_str_trim(read_text(dir, "loginuid", scratch)), &login) ? (uint32_t) login : UINT32_MAX;
        *ret = p;
        return true;
}

int bh_procfs_each(int (*fn)(void *user, uint32_t pid), void *user, struct bh_err *err) {
        struct dirent *e;
        DIR *d = opendir("/proc");
        int r = 0;

        if (!d)
                return bh_fail_sys(err, errno, "/proc");
        while (r == 0 && (e = readdir(d))) {
                uint64_t pid;

                if (bh_str_u64(bh_str_of(e->d_name), &pid) && pid <= UINT32_MAX)
                        r = fn(user, (uint32_t) pid);
        }
        (void) closedir(d);
        return r;
}
