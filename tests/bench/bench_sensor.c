/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What being watched costs: the same work without a sensor, with empty
 * programs on the same hooks (the floor), and with the sensor and its rules,
 * in turn, several times. Work is measured by the CPU time it used; each round
 * gives a ratio, and the median of those is printed with the CPU time of the
 * sensor itself and what it saw and lost.
 *
 *     bench_sensor [-r ROUNDS] [-s SCALE] [RULES-FILE]...      as root; SCALE 1: as many as in docs/PERFORMANCE.md
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "model/event.h"
#include "rule/rules.h"
#include "sense/sense.h"
#include "sys/fd.h"

static double scale = 1;

/* The works. Each returns how many operations it did. */
static long do_exec(void) {
        long n = (long) (5000 * scale);
        char name[] = "true", *argv[] = { name, NULL }, *env[] = { NULL };

        for (long i = 0; i < n; i++) {
                pid_t pid;

                if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, env) == 0)
                        waitpid(pid, NULL, 0);
        }
        return n;
}

static long do_open(void) {
        long n = (long) (1000000 * scale);

        for (long i = 0; i < n; i++) {
                int fd = open("/tmp/bulkhead-bench-open", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

                if (fd >= 0)
                        close(fd);
        }
        return n;
}

static long do_open_two(void) {
        pid_t other = fork();
        long n = do_open();

        if (other == 0)
                _exit(0);
        waitpid(other, NULL, 0);
        return n * 2;
}

static long do_tcp(void) {
        long n = (long) (50000 * scale);
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t len = sizeof(a);
        int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (server < 0 || bind(server, (struct sockaddr *) &a, len) < 0 || listen(server, 128) < 0 ||
            getsockname(server, (struct sockaddr *) &a, &len) < 0)
                return 0;
        for (long i = 0; i < n; i++) {
                struct linger now = { 1, 0 }; /* no port is left waiting */
                int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), s;

                if (connect(c, (struct sockaddr *) &a, sizeof(a)) == 0 && (s = accept(server, NULL, NULL)) >= 0) {
                        setsockopt(s, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
                        close(s);
                }
                close(c);
        }
        close(server);
        return n;
}

static long do_call(void) {
        long n = (long) (5000000 * scale);

        for (long i = 0; i < n; i++)
                syscall(SYS_getppid);
        return n;
}

static const struct work {
        const char *name;
        long (*run)(void);
} works[] = {
        { "fork+exec", do_exec },
        { "open/close", do_open },
        { "open/close, two at once", do_open_two },
        { "TCP connection", do_tcp },
        { "bare system call", do_call },
};

enum mode { NONE, FLOOR, QUIET, RULES, ALL_OPENS, _MODES };
static const char *const modes[_MODES] = { "no sensor", "empty programs", "rules without system calls", "all rules", "all rules, every open told" };

/* What the sensor has to say at the end. */
struct told {
        double cpu;
        uint64_t events, seen, lost, fired;
        long kilobytes;
};

struct agent {
        struct bh_rules *rules;
        struct bh_rule_run *run;
        uint64_t fired;
};

static double cpu_of(const struct rusage *u) {
        return (double) (u->ru_utime.tv_sec + u->ru_stime.tv_sec) + (double) (u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static int on_event(void *user, const struct bh_event *e) {
        const struct bh_rule *hits[8];
        struct agent *a = user;

        if (a->run && bh_event_info(e->head.type) && !(bh_event_info(e->head.type)->flags & BH_EVI_SILENT))
                a->fired += bh_rule_match(a->run, e, hits, BH_LEN(hits));
        return 0;
}

static void load_rules(struct agent *a, struct bh_arena *arena, char **files, int n) {
        static const struct bh_source *const sources[] = { &bh_source_syscall };
        struct bh_rule_file *texts = bh_arena_array(arena, struct bh_rule_file, (size_t) n);
        struct bh_rules_opts opts = { .sources = sources, .n_sources = 1, .least = BH_PRIORITY_DEBUG };
        struct bh_err err = BH_ERR_NONE;

        for (int i = 0; i < n; i++) {
                texts[i].name = bh_str_of(files[i]);
                if (bh_fd_read_file(arena, files[i], 64u << 20, &texts[i].text, &err) < 0)
                        goto bad;
        }
        if (bh_rules_load(&opts, texts, (size_t) n, &a->rules, &err) < 0)
                goto bad;
        a->run = bh_rule_run_new(a->rules, &bh_source_syscall);
        return;
bad:
        fprintf(stderr, "%s\n", err.text);
        exit(3);
}

static void want(struct bh_arena *arena, struct agent *a, enum mode mode, struct bh_interest *in) {
        static const uint8_t opens[] = { BH_EV_OPEN, BH_EV_OPENAT, BH_EV_OPENAT2, BH_EV_CREAT };

        if (a->rules && mode != QUIET)
                bh_rules_interest(a->rules, &bh_source_syscall, arena, in);
        if (!in->types) {
                in->types = bh_arena_array(arena, struct bh_interest_type, _BH_EV_MAX);
                in->n_types = _BH_EV_MAX;
        }
        for (unsigned i = 0; i < BH_LEN(opens) && mode == ALL_OPENS; i++)
                in->types[opens[i]].all = BH_INTEREST_ALL;
}

/* The sensor, in a process of its own: says 'r' when it has begun, ends with its input. */
static void be_sensor(enum mode mode, char **files, int n, int in, int out) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_sense_opts opts = { .backend = "ebpf" };
        struct pollfd end = { .fd = in, .events = POLLIN };
        struct bh_interest interest = { 0 };
        struct bh_sense_stats stats;
        struct bh_err err = BH_ERR_NONE;
        struct agent a = { 0 };
        struct bh_sense *s = NULL;
        struct told told = { 0 };
        struct rusage before, after;
        int r;

        if (n)
                load_rules(&a, arena, files, n);
        want(arena, &a, mode, &interest);
        r = bh_sense_open(&opts, &s, &err);
        if (r == 0)
                r = bh_sense_filter(s, &interest, &err);
        if (r == 0)
                r = bh_sense_poll(s, 0, on_event, &a, &err) < 0 ? -1 : 0;
        if (r < 0) {
                fprintf(stderr, "%s\n", err.text);
                exit(3);
        }
        for (int i = 0; i < 10; i++)
                BH_IGNORE(bh_sense_poll(s, 10, on_event, &a, &err));
        getrusage(RUSAGE_SELF, &before);
        if (write(out, "r", 1) != 1)
                exit(3);
        while (poll(&end, 1, 0) == 0)
                if (bh_sense_poll(s, 100, on_event, &a, &err) < 0)
                        exit(3);
        while (bh_sense_poll(s, 20, on_event, &a, &err) == 1) {
                uint64_t had = told.events;

                bh_sense_stats(s, &stats);
                told.events = stats.events;
                if (told.events - had < 100)
                        break;
        }
        getrusage(RUSAGE_SELF, &after);
        bh_sense_stats(s, &stats);
        told.events = stats.events;
        told.cpu = cpu_of(&after) - cpu_of(&before);
        told.fired = a.fired;
        told.kilobytes = after.ru_maxrss;
        for (unsigned i = 0; i < BH_LANES; i++) {
                told.seen += stats.lanes[i].seen;
                told.lost += stats.lanes[i].lost;
        }
        exit(write(out, &told, sizeof(told)) == sizeof(told) ? 0 : 3);
}

static void be_floor(int in, int out) {
        struct bpf_object *o = bpf_object__open_file(BH_FLOOR, NULL);
        struct bpf_program *p;
        struct told told = { 0 };
        char c;

        if (!o || bpf_object__load(o) < 0)
                exit(3);
        bpf_object__for_each_program(p, o)
                if (!bpf_program__attach(p))
                        exit(3);
        if (write(out, "r", 1) != 1)
                exit(3);
        BH_IGNORE(read(in, &c, 1));
        exit(write(out, &told, sizeof(told)) == sizeof(told) ? 0 : 3);
}

static pid_t start(enum mode mode, char **files, int n, int *ret_in, int *ret_out) {
        int in[2], out[2];
        pid_t pid;
        char c;

        if (pipe(in) < 0 || pipe(out) < 0)
                exit(3);
        pid = fork();
        if (pid == 0) {
                close(in[1]);
                close(out[0]);
                if (mode == FLOOR)
                        be_floor(in[0], out[1]);
                be_sensor(mode, files, n, in[0], out[1]);
        }
        close(in[0]);
        close(out[1]);
        *ret_in = in[1];
        *ret_out = out[0];
        if (read(out[0], &c, 1) != 1)
                exit(3);
        return pid;
}

/* CPU time of one run of the work, with all the processes it made. */
static double measure(const struct work *w) {
        struct rusage u;
        pid_t pid = fork();
        int status;

        if (pid == 0)
                _exit(w->run() > 0 ? 0 : 1);
        wait4(pid, &status, 0, &u);
        if (status != 0)
                exit(3);
        return cpu_of(&u);
}

static int by_size(const void *a, const void *b) {
        double x = *(const double *) a, y = *(const double *) b;

        return (x > y) - (x < y);
}

static double median(double *at, int n) {
        qsort(at, (size_t) n, sizeof(*at), by_size);
        return n % 2 ? at[n / 2] : (at[n / 2 - 1] + at[n / 2]) / 2;
}

static double with_mode(const struct work *w, enum mode mode, char **files, int n, struct told *ret) {
        double cpu;
        int in, out;

        pid_t pid;

        memset(ret, 0, sizeof(*ret));
        if (mode == NONE)
                return measure(w);
        pid = start(mode, files, n, &in, &out);
        cpu = measure(w);
        close(in);
        if (read(out, ret, sizeof(*ret)) != sizeof(*ret))
                exit(3);
        close(out);
        waitpid(pid, NULL, 0);
        return cpu;
}

static void bench(const struct work *w, int rounds, char **files, int n) {
        double cpu[_MODES][32], ratio[_MODES][32], agent[_MODES][32];
        struct told told[_MODES];

        for (int r = 0; r < rounds; r++)
                for (int m = 0; m < _MODES; m++) {
                        enum mode mode = (enum mode) (r % 2 ? (_MODES - m) % _MODES : m); /* there and back: drift cancels */

                        cpu[mode][r] = with_mode(w, mode, files, n, &told[mode]);
                        agent[mode][r] = told[mode].cpu;
                }
        for (int m = 0; m < _MODES; m++)
                for (int r = 0; r < rounds; r++)
                        ratio[m][r] = cpu[m][r] / cpu[NONE][r];
        printf("%s\n", w->name);
        for (int m = 0; m < _MODES; m++) {
                double lo, hi, mid = median(ratio[m], rounds);

                lo = ratio[m][0];
                hi = ratio[m][rounds - 1];
                printf("  %-28s %6.3f x (%.3f-%.3f)  %7.3f s   sensor %.3f s, %ld KiB, seen %lu, lost %lu, fired %lu\n", modes[m], mid, lo, hi,
                       median(cpu[m], rounds), median(agent[m], rounds), told[m].kilobytes, told[m].seen, told[m].lost, told[m].fired);
        }
        fflush(stdout);
}

int main(int argc, char **argv) {
        int rounds = 5, opt;
        const char *only = NULL;

        while ((opt = getopt(argc, argv, "r:s:w:")) != -1) {
                if (opt == 'r')
                        rounds = atoi(optarg);
                else if (opt == 's')
                        scale = atof(optarg);
                else if (opt == 'w')
                        only = optarg;
                else
                        return 2;
        }
        if (rounds < 1 || rounds > 32)
                return 2;
        for (size_t i = 0; i < BH_LEN(works); i++)
                if (!only || strstr(works[i].name, only))
                        bench(&works[i], rounds, argv + optind, argc - optind);
        unlink("/tmp/bulkhead-bench-open");
        return 0;
}
