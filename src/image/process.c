/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "sys/fd.h"

#define ID_MIN 12
#define ID_LEN 64

static bool is_hex(char c) {
        return bh_is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t hex_run(struct bh_str s) {
        size_t n = 0;

        while (n < s.len && is_hex(s.at[n]))
                n++;
        return n;
}

/* A run of exactly 64 hex digits that begins with the id: shorter ones name other things. */
bool bh_process_cgroup_names(struct bh_str cgroup, struct bh_str id) {
        while (cgroup.len) {
                size_t run = hex_run(cgroup);

                if (run == ID_LEN && bh_str_starts(cgroup, id))
                        return true;
                cgroup = bh_str_from(cgroup, run + 1);
        }
        return false;
}

static bool belongs(int proc, const char *pid, struct bh_str id) {
        char path[64], text[8192];
        BH_CLEANUP(bh_fd_close) int fd = -1;
        ssize_t n;

        (void) snprintf(path, sizeof path, "%.20s/cgroup", pid);
        fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -1 : read(fd, text, sizeof text);
        return n > 0 && bh_process_cgroup_names((struct bh_str){ text, (size_t) n }, id);
}

int bh_process_of_container(struct bh_str id, int *ret_pid, struct bh_err *err) {
        int best = INT_MAX;
        struct dirent *e;
        DIR *d;

        if (id.len < ID_MIN || hex_run(id) != id.len)
                return bh_fail(err, BH_E_NOTFOUND, "'%s' is no container id", BH_QUOTE(id));
        d = opendir("/proc");
        if (!d)
                return bh_fail_sys(err, errno, "/proc");
        while ((e = readdir(d))) {
                uint64_t pid;

                if (bh_str_u64(bh_str_of(e->d_name), &pid) && pid < (uint64_t) best &&
                    belongs(dirfd(d), e->d_name, id))
                        best = (int) pid;
        }
        (void) closedir(d);
        if (best == INT_MAX)
                return bh_fail(err, BH_E_NOTFOUND, "no process belongs to a container %s", BH_QUOTE(id));
        *ret_pid = best;
        return 0;
}
