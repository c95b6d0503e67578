/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/self.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t namespace_of(const char *path) {
        struct stat st;

        return stat(path, &st) == 0 ? (uint32_t) st.st_ino : 0;
}

void bh_self_init(struct bh_self *s, const char *state_dir) {
        ssize_t n = readlink("/proc/self/exe", s->exe, sizeof s->exe - 1);
        char *real = state_dir ? realpath(state_dir, NULL) : NULL;

        s->pid = (uint32_t) getpid();
        s->ns_pid = namespace_of("/proc/self/ns/pid");
        s->ns_mnt = namespace_of("/proc/self/ns/mnt");
        s->exe[n > 0 ? n : 0] = '\0';
        s->state[0] = '\0';
        if (!real && state_dir && state_dir[0] == '/') /* it is not there yet */
                real = strdup(state_dir);
        if (real && strlen(real) < sizeof s->state)
                (void) strcpy(s->state, real);
        free(real);
}

/* Calls that name another process, and the number of the argument that does. */
static const struct {
        uint16_t type;
        uint8_t arg;
        const char *what;
} calls[] = { { BH_EV_KILL, 0, "signal" }, { BH_EV_TKILL, 0, "signal" }, { BH_EV_TGKILL, 0, "signal" }, { BH_EV_PTRACE, 1, "trace" },
              { BH_EV_PROCESS_VM_READV, 0, "read the memory of" }, { BH_EV_PROCESS_VM_WRITEV, 0, "write the memory of" } };
static const uint16_t opens[] = { BH_EV_OPEN, BH_EV_OPENAT, BH_EV_OPENAT2, BH_EV_CREAT };

static void want_all(struct bh_interest *interest, unsigned type) {
        if (type < interest->n_types)
                interest->types[type].all = BH_INTEREST_ALL;
}

static void want_paths(const struct bh_self *s, struct bh_arena *arena, struct bh_interest *interest, unsigned type) {
        struct bh_interest_row row = { .must = BH_IR_WRITE };

        if (type >= interest->n_types || interest->types[type].all == BH_INTEREST_ALL)
                return;
        *bh_vec_add(arena, &row.paths) = (struct bh_interest_path){ BH_PATH_EXACT, bh_str_of(s->exe) };
        if (s->state[0])
                *bh_vec_add(arena, &row.paths) = (struct bh_interest_path){ BH_PATH_PREFIX, bh_str_of(s->state) };
        interest->types[type].all = BH_INTEREST_ROWS;
        *bh_vec_add(arena, &interest->types[type].rows) = row;
}

void bh_self_widen(const struct bh_self *s, struct bh_arena *arena, struct bh_interest *interest) {
        for (size_t i = 0; i < BH_LEN(calls); i++)
                want_all(interest, calls[i].type);
        for (size_t i = 0; i < BH_LEN(opens); i++)
                want_paths(s, arena, interest, opens[i]);
}

/* What is not known may be ours. */
static bool is_same(uint32_t ours, uint32_t theirs) {
        return !ours || !theirs || ours == theirs;
}

static bool is_our_path(const struct bh_self *s, struct bh_str path) {
        struct bh_str state = bh_str_of(s->state);

        if (s->exe[0] && bh_str_is(path, s->exe))
                return true;
        return state.len && bh_str_starts(path, state) && (path.len == state.len || path.at[state.len] == '/');
}

/* Of a path like ours. In another mount namespace it may be a file of theirs; device numbers are told in two ways (overlay, btrfs), inodes in one. */
static bool is_our_file(const struct bh_self *s, const struct bh_event *e) {
        char path[sizeof s->state];
        struct stat st;

        if (!is_our_path(s, e->strs[0]))
                return false;
        if (is_same(s->ns_mnt, e->process->now.ns_mnt) || !e->fd->ino || e->strs[0].len >= sizeof path)
                return true;
        (void) snprintf(path, sizeof path, "%.*s", BH_FMT(e->strs[0]));
        return stat(path, &st) == 0 && st.st_ino == e->fd->ino;
}

/* Our own program, not one of that name in a container. */
static bool is_our_program(const struct bh_self *s, const struct bh_process *p) {
        return is_same(s->ns_mnt, p->now.ns_mnt) && bh_str_is(p->exepath, s->exe);
}

/* Begun by us: scans, checks and passwords are looked at by children. */
static bool is_descendant(const struct bh_self *s, const struct bh_process *p) {
        for (unsigned n = 0; p && n < BH_PROCESS_LINEAGE; n++, p = p->parent)
                if (p->now.pid == s->pid)
                        return true;
        return false;
}

/* The number of the signal is the argument after the process, and of tgkill after the thread; -1: it sends none. */
static int64_t signal_of(const struct bh_event *e) {
        switch (e->head.type) {
        case BH_EV_KILL:
        case BH_EV_TKILL: return (int64_t) e->nums[1];
        case BH_EV_TGKILL: return (int64_t) e->nums[2];
        default: return -1;
        }
}

static bool is_polite(const struct bh_event *e) {
        int64_t n = signal_of(e);

        return n == SIGHUP || n == SIGINT || n == SIGTERM;
}

bool bh_self_is_touched(const struct bh_self *s, const struct bh_event *e, struct bh_buf *ret, bool *ret_polite) {
        *ret_polite = is_polite(e);
        if (!e->process || e->head.pid == s->pid || is_our_program(s, e->process) || is_descendant(s, e->process))
                return false;
        if (signal_of(e) == 0)
                return false; /* only asks whether we are there */
        for (size_t i = 0; i < BH_LEN(calls); i++) /* a number of another pid namespace means another process */
                if (e->head.type == calls[i].type && e->nums[calls[i].arg] == s->pid && is_same(s->ns_pid, e->process->now.ns_pid)) {
                        bh_buf_printf(ret, "%s us", calls[i].what);
                        return true;
                }
        for (size_t i = 0; i < BH_LEN(opens); i++)
                if (e->head.type == opens[i] && e->head.res >= 0 && e->fd && (e->fd->open_flags & O_ACCMODE) != O_RDONLY && is_our_file(s, e)) {
                        bh_buf_printf(ret, "write our file %s", BH_QUOTE(e->strs[0]));
                        return true;
                }
        return false;
}
