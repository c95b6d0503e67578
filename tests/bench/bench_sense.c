/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events a second on one core: records through parsing, the tables, and the
 * fields that rules ask most. Prints nanoseconds an event, by CPU time.
 *
 *     bench_sense [EVENTS]
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "sense/sense.h"

#define PROCESSES 2000u
#define BATCH 4096u
#define ID "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"

static uint64_t now_ns = 1000000000;

static double cpu_s(void) {
        struct rusage u;

        (void) getrusage(RUSAGE_SELF, &u);
        return (double) u.ru_utime.tv_sec + (double) u.ru_stime.tv_sec + ((double) u.ru_utime.tv_usec + (double) u.ru_stime.tv_usec) / 1e6;
}

static struct bh_ev_head head(unsigned type, uint32_t pid, int64_t res) {
        return (struct bh_ev_head){ .type = (uint16_t) type, .ktime_ns = now_ns += 1000, .pid = pid, .tid = pid, .res = res, .cgroup_id = 7 };
}

static void put_exec(struct bh_buf *out, uint32_t pid) {
        struct bh_ev_proc p = { .pid = pid, .ppid = pid > 100 ? 100 : 1, .vpid = pid, .start_ns = now_ns, .loginuid = UINT32_MAX, .cgroup_id = 7 };
        char argv[64];
        size_t n = (size_t) snprintf(argv, sizeof argv, "worker%c--number%c%u", 0, 0, pid) + 1;
        const struct bh_str strs[BH_PROC_STRS] = { BH_STR("/usr/local/bin/worker"), { argv, n }, { 0 }, BH_STR("worker"), BH_STR("/srv"),
                                                   BH_STR("/docker/" ID), BH_STR("/usr/local/bin/worker") };

        bh_event_put(out, &(struct bh_event_parts){ .head = head(BH_EV_EXECVE, pid, 0), .proc = &p, .strs = strs, .n_strs = BH_PROC_STRS });
}

static void put_fork(struct bh_buf *out, uint32_t pid) {
        struct bh_ev_proc p = { .pid = pid, .ppid = 100, .vpid = pid, .start_ns = now_ns, .loginuid = UINT32_MAX, .cgroup_id = 7 };
        const struct bh_str strs[BH_PROC_STRS] = { { 0 } };

        bh_event_put(out, &(struct bh_event_parts){ .head = head(BH_EV_CLONE, 100, pid), .proc = &p, .strs = strs, .n_strs = BH_PROC_STRS });
}

static void put_exit(struct bh_buf *out, uint32_t pid) {
        const uint64_t nums[2] = { 0, 1 };

        bh_event_put(out, &(struct bh_event_parts){ .head = head(BH_EV_PROCEXIT, pid, 0), .nums = nums, .n_nums = 2 });
}

static void put_open(struct bh_buf *out, uint32_t pid) {
        struct bh_ev_fd fd = { .num = 3, .kind = BH_FD_FILE, .dev = 0xfd01, .ino = pid, .open_flags = O_RDONLY };
        const uint64_t nums[6] = { (uint64_t) AT_FDCWD };
        const struct bh_str strs[3] = { BH_STR("/usr/share/zoneinfo/Europe/Berlin") };

        bh_event_put(out, &(struct bh_event_parts){ .head = head(BH_EV_OPENAT, pid, 3), .fd = &fd, .nums = nums, .n_nums = 6, .strs = strs, .n_strs = 3 });
}

static void put_connect(struct bh_buf *out, uint32_t pid) {
        struct bh_ev_fd fd = { .num = 4, .kind = BH_FD_IPV4, .l4 = IPPROTO_TCP, .family = AF_INET, .flags = BH_FD_CLIENT,
                               .lport = 40000, .rport = 443, .lip = { 10, 0, 0, 2 }, .rip = { 1, 2, 3, 4 } };
        const uint64_t nums[6] = { 4 };
        const struct bh_str name = { 0 };

        bh_event_put(out, &(struct bh_event_parts){ .head = head(BH_EV_CONNECT, pid, 0), .fd = &fd, .nums = nums, .n_nums = 6, .strs = &name, .n_strs = 1 });
}

/* Of a hundred events: 80 opens, 14 connections, two processes that come, run and go. */
static void fill(struct bh_buf *out, uint32_t *next) {
        bh_buf_clear(out);
        for (unsigned i = 0; i < BATCH; i++) {
                uint32_t pid = 1000 + *next % PROCESSES;

                switch (i % 50) {
                case 0: ++*next; put_fork(out, 1000 + *next % PROCESSES); break;
                case 1: put_exec(out, pid); break;
                case 2: put_exit(out, 1000 + (*next + PROCESSES / 2) % PROCESSES); break;
                default: i % 7 ? put_open(out, pid) : put_connect(out, pid);
                }
        }
}

struct asker {
        const struct bh_field *fields[16];
        size_t n;
        struct bh_arena *scratch;
        uint64_t found;
};

static int ask(void *user, const struct bh_event *e) {
        static const struct bh_field_arg none;
        struct asker *a = user;
        struct bh_value v;

        bh_arena_reset(a->scratch);
        for (size_t i = 0; i < a->n; i++)
                a->found += a->fields[i]->get(a->fields[i], e, &none, a->scratch, &v);
        return 0;
}

static double measure(struct bh_sense *s, struct asker *a, uint64_t events, double *ret_making) {
        struct bh_buf batch = { 0 };
        double used = 0, t;
        uint32_t next = 0;

        *ret_making = 0;
        for (uint64_t n = 0; n < events; n += BATCH) {
                t = cpu_s();
                fill(&batch, &next);
                *ret_making += cpu_s() - t;
                t = cpu_s();
                bh_sense_push(s, bh_buf_str(&batch));
                if (bh_sense_poll(s, 0, ask, a, NULL) < 0)
                        exit(1);
                used += cpu_s() - t;
        }
        bh_buf_done(&batch);
        return used;
}

int main(int argc, char **argv) {
        static const char *const names[] = { "evt.type", "proc.name", "proc.pname", "proc.cmdline", "proc.exepath", "fd.name",
                                             "container.id", "evt.is_open_write", "evt.res", "user.uid" };
        const struct bh_sense_opts opts = { .backend = "synthetic" };
        uint64_t events = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;
        struct bh_sense *s;
        struct asker a = { .scratch = bh_arena_new() };
        struct bh_sense_stats st;
        double used, making;

        for (size_t fields = 0; fields <= BH_LEN(names); fields += BH_LEN(names)) {
                a.n = 0;
                for (size_t i = 0; i < bh_source_syscall.n_fields; i++)
                        for (size_t k = 0; k < fields; k++)
                                if (strcmp(names[k], bh_source_syscall.fields[i].name) == 0)
                                        a.fields[a.n++] = &bh_source_syscall.fields[i];
                if (bh_sense_open(&opts, &s, NULL) < 0)
                        return 1;
                used = measure(s, &a, events, &making);
                bh_sense_stats(s, &st);
                printf("%2zu fields: %.0f ns an event, %.2f million a second on one core (%llu events, %llu processes, %llu bad)\n", a.n,
                       used * 1e9 / (double) st.events, (double) st.events / used / 1e6, (unsigned long long) st.events,
                       (unsigned long long) st.processes, (unsigned long long) st.bad_records);
                bh_sense_close(&s);
        }
        bh_arena_free(&a.scratch);
        return 0;
}
