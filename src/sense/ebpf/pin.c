/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/pin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/macros.h"
#include "sys/fd.h"

#define PATH 512

static const char *path_of(const struct bh_pins *p, const char *in, const char *name, char buf[PATH]) {
        snprintf(buf, PATH, "%s/%s%s%s", p->dir, in, name ? "/" : "", name ?: "");
        return buf;
}

static bool is_there(const struct bh_pins *p, const char *in) {
        char path[PATH];

        return access(path_of(p, in, NULL, path), F_OK) == 0;
}

/* A name that is gone takes with it what only it held. */
static void clear(const struct bh_pins *p, const char *in) {
        char path[PATH];
        DIR *d = opendir(path_of(p, in, NULL, path));
        struct dirent *e;

        if (!d)
                return;
        while ((e = readdir(d)))
                if (e->d_name[0] != '.')
                        BH_IGNORE(unlinkat(dirfd(d), e->d_name, 0));
        closedir(d);
        BH_IGNORE(rmdir(path));
}

static int move(const struct bh_pins *p, const char *from, const char *to, struct bh_err *err) {
        char old[PATH], new[PATH];

        if (rename(path_of(p, from, NULL, old), path_of(p, to, NULL, new)) < 0)
                return bh_fail_sys(err, errno, "%s", old);
        return 0;
}

static int check(struct bh_pins *p, struct bh_err *err) {
        struct statfs fs;
        struct stat st;

        if (fstatfs(p->lock, &fs) < 0 || fstat(p->lock, &st) < 0)
                return bh_fail_sys(err, errno, "%s", p->dir);
        if (fs.f_type != BPF_FS_MAGIC)
                return bh_fail(err, BH_E_USAGE, "%s is not in a BPF file system, such as /sys/fs/bpf", p->dir);
        if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
                return bh_fail(err, BH_E_USAGE, "%s is another user's, or others may write it", p->dir);
        if (flock(p->lock, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? bh_fail(err, BH_E_USAGE, "%s is in use by another watch", p->dir)
                                            : bh_fail_sys(err, errno, "%s", p->dir);
        return 0;
}

static int open_dir(struct bh_pins *p, struct bh_err *err) {
        bool made = mkdir(p->dir, 0700) == 0;
        int r;

        if (!made && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s cannot be made", p->dir);
        p->lock = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        r = p->lock < 0 ? bh_fail_sys(err, errno, "%s", p->dir) : check(p, err);
        if (r < 0 && made)
                BH_IGNORE(rmdir(p->dir));
        return r;
}

/* After an end at any moment: who was not yet in charge goes, unless nobody else was. */
static int recover(struct bh_pins *p, struct bh_err *err) {
        int r = 0;

        if (!is_there(p, "now") && is_there(p, "next"))
                r = move(p, "next", "now", err);
        clear(p, "past");
        clear(p, "next");
        p->have_old = is_there(p, "now");
        p->in = p->have_old ? "next" : "now";
        return r;
}

int bh_pins_open(const char *dir, struct bh_pins **ret, struct bh_err *err) {
        BH_CLEANUP(bh_pins_close) struct bh_pins *p = calloc(1, sizeof(*p));
        char path[PATH];
        int r;

        if (!p)
                bh_nomem(sizeof(*p));
        p->lock = -1;
        if (!dir[0] || strlen(dir) >= sizeof(p->dir))
                return bh_fail(err, BH_E_USAGE, "a folder for pins has a path of 1 to %zu bytes", sizeof(p->dir) - 1);
        snprintf(p->dir, sizeof(p->dir), "%s", dir);
        r = open_dir(p, err);
        r = r < 0 ? r : recover(p, err);
        if (r == 0 && mkdir(path_of(p, p->in, NULL, path), 0700) < 0)
                r = bh_fail_sys(err, errno, "%s cannot be made", path);
        if (r == 0)
                *ret = BH_TAKE(p);
        return r;
}

void bh_pins_clear(struct bh_pins *p, bool old_too) {
        if (!p)
                return;
        clear(p, p->in);
        if (old_too)
                clear(p, "now");
}

void bh_pins_close(struct bh_pins **pins) {
        if (!*pins)
                return;
        bh_fd_close(&(*pins)->lock);
        free(*pins);
        *pins = NULL;
}

void bh_pins_put(struct bh_pins *p, const char *name, int fd) {
        char path[PATH];

        if (p && bpf_obj_pin(fd, path_of(p, p->in, name, path)) < 0 && !p->sys)
                p->sys = errno;
}

void bh_pins_drop(struct bh_pins *p, const char *name) {
        char path[PATH];

        if (p)
                BH_IGNORE(unlink(path_of(p, p->in, name, path)));
}

int bh_pins_old(const struct bh_pins *p, const char *name) {
        char path[PATH];

        return p && p->have_old ? bpf_obj_get(path_of(p, "now", name, path)) : -1;
}

int bh_pins_take_over(struct bh_pins *p, struct bh_err *err) {
        int r = move(p, "now", "past", err);

        r = r < 0 ? r : move(p, "next", "now", err);
        if (r < 0)
                return r;
        p->in = "now";
        p->have_old = false;
        clear(p, "past");
        return 0;
}
