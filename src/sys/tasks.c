/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/vec.h"
#include "sys/cgroup.h"
#include "sys/proc.h"

enum { MAX_CMDLINE = 1024, MAX_CGROUP = 8192 };

void bh_tasks_init(struct bh_tasks *t) {
        struct timespec real, boot;

        *t = (struct bh_tasks){ .arena = bh_arena_new(), .before_arena = bh_arena_new() };
        (void) clock_gettime(CLOCK_REALTIME, &real);
        (void) clock_gettime(CLOCK_BOOTTIME, &boot);
        t->boot_ms = (real.tv_sec - boot.tv_sec) * 1000ll + (real.tv_nsec - boot.tv_nsec) / 1000000;
}

void bh_tasks_done(struct bh_tasks *t) {
        bh_arena_free(&t->arena);
        bh_arena_free(&t->before_arena);
}

static const struct bh_task *find(const struct bh_task *at, size_t n, uint32_t pid) {
        size_t low = 0, high = n;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (at[middle].pid < pid)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < n && at[low].pid == pid ? &at[low] : NULL;
}

const struct bh_task *bh_tasks_get(const struct bh_tasks *t, uint32_t pid) {
        return find(t->at, t->n, pid);
}

static uint64_t namespace_of(uint32_t pid, const char *kind) {
        char path[64];
        struct stat st;

        (void) snprintf(path, sizeof path, "/proc/%u/ns/%s", pid, kind);
        return stat(path, &st) == 0 ? st.st_ino : 0;
}

static uint32_t user_of(uint32_t pid) {
        char path[64];
        struct stat st;

        (void) snprintf(path, sizeof path, "/proc/%u", pid);
        return stat(path, &st) == 0 ? st.st_uid : 0;
}

/* Words between NULs become words between blanks. */
static struct bh_str cmdline_of(struct bh_arena *arena, uint32_t pid) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        char *at;

        if (bh_proc_read(arena, pid, "cmdline", MAX_CMDLINE, &text, &why) < 0)
                return BH_STR("");
        while (text.len && text.at[text.len - 1] == '\0')
                text.len--;
        at = bh_arena_bytes(arena, text.len + 1);
        for (size_t i = 0; i < text.len; i++)
                at[i] = text.at[i] ? text.at[i] : ' ';
        at[text.len] = '\0';
        return (struct bh_str){ at, text.len };
}

static struct bh_str container_of(struct bh_arena *arena, uint32_t pid) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, line;

        if (bh_proc_read(arena, pid, "cgroup", MAX_CGROUP, &text, &why) < 0)
                return BH_STR("");
        while (bh_str_split(&text, '\n', &line)) {
                struct bh_str id = bh_cgroup_container(line);

                if (id.len)
                        return id;
        }
        return BH_STR("");
}

/* From the look before: the same process, running the same program. */
static void take_over(struct bh_arena *arena, const struct bh_task *before, struct bh_task *task) {
        task->exe = bh_arena_str(arena, before->exe);
        task->cmdline = bh_arena_str(arena, before->cmdline);
        task->container = bh_arena_str(arena, before->container);
        task->net_ns = before->net_ns;
        task->mnt_ns = before->mnt_ns;
        task->uid = before->uid;
}

static void read_anew(struct bh_arena *arena, struct bh_task *task) {
        task->uid = user_of(task->pid);
        if (task->kernel_thread)
                return;
        task->exe = bh_proc_link(arena, task->pid, "exe");
        task->cmdline = cmdline_of(arena, task->pid);
        task->container = container_of(arena, task->pid);
        task->net_ns = namespace_of(task->pid, "net");
        task->mnt_ns = namespace_of(task->pid, "mnt");
}

static void look_at(struct bh_tasks *t, struct bh_arena *arena, const struct bh_proc_stat *st, struct bh_task *task) {
        const struct bh_task *before = find(t->at, t->n, st->pid);

        *task = (struct bh_task){ .pid = st->pid, .ppid = st->ppid, .start_ticks = st->start_ticks, .kernel_thread = st->kernel_thread,
                                  .comm = bh_arena_str(arena, bh_str_of(st->comm)),
                                  .start_ms = t->boot_ms + (int64_t) (bh_proc_start_ns(st) / 1000000) };
        task->new_here = !before || before->start_ticks != st->start_ticks;
        if (!task->new_here && bh_str_eq(before->comm, task->comm))
                take_over(arena, before, task);
        else
                read_anew(arena, task);
}

static int by_pid(const void *a, const void *b, void *user) {
        const struct bh_task *x = a, *y = b;

        (void) user;
        return (x->pid > y->pid) - (x->pid < y->pid);
}

int bh_tasks_look(struct bh_tasks *t, struct bh_err *err) {
        struct bh_arena *arena = t->before_arena;
        BH_VEC(struct bh_task) all = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_proc_stat st;
        uint32_t *pids;
        size_t n;
        int r;

        bh_arena_reset(arena);
        r = bh_proc_all(arena, &pids, &n, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                if (bh_proc_stat(pids[i], &st, &why) >= 0) /* else it has just ended */
                        look_at(t, arena, &st, bh_vec_add(arena, &all));
        qsort_r(all.at, all.len, sizeof all.at[0], by_pid, NULL);
        t->before_arena = t->arena;
        t->arena = arena;
        t->at = all.at;
        t->n = all.len;
        t->host_mnt_ns = namespace_of(1, "mnt");
        t->host_net_ns = namespace_of(1, "net");
        t->looked = true;
        return 0;
}
