/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event costs: rule sets of the shape that people load (25 rules, 93
 * rules: so many checks, macros and lists, the same kinds of events) and rule
 * files of one's own, over a synthetic trace that is mostly opens.
 *
 *     bench_rules [ROUNDS] [FILE.yaml ...]
 *
 * Prints nanoseconds of CPU time an event, with the empty dispatch taken for
 * comparison, predicates asked an event, and what one process's memory saves.
 * For instructions: valgrind --tool=callgrind bench_rules 1
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "model/event.h"
#include "rule/rules.h"
#include "sense/sense.h"

enum { PROCESSES = 64, EVENTS = 3000 }; /* few enough to stay in the cache: an event has just been read when rules see it */

static uint64_t state = 88172645463325252ull;

static unsigned roll(unsigned sides) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return (unsigned) (state >> 33) % sides;
}

/* ---- rules of a shape ---- */

static void put_list(struct bh_buf *out, unsigned i) {
        unsigned n = i == 0 ? 170 : 6 + roll(24);

        bh_buf_printf(out, "- list: list%u\n  items: [", i);
        for (unsigned k = 0; k < n; k++)
                bh_buf_printf(out, "%sprog%u", k ? ", " : "", roll(400));
        bh_buf_puts(out, "]\n");
}

/* "prog7 may write below /etc/prog7", and the like. */
static void put_exception(struct bh_buf *out, unsigned i) {
        bh_buf_printf(out, "- macro: except%u\n  condition: >\n    (proc.%s = prog%u and ", i, roll(3) ? "name" : "pname", roll(400));
        switch (roll(4)) {
        case 0: bh_buf_printf(out, "proc.cmdline contains prog%u and ", roll(400)); break;
        case 1: bh_buf_printf(out, "proc.aname[2] in (list%u) and ", 1 + roll(20)); break;
        default: break;
        }
        bh_buf_printf(out, "(fd.name startswith /etc/dir%u or fd.name startswith /etc/dir%u/sub))\n", roll(200), roll(200));
}

static void put_head(struct bh_buf *out) {
        for (unsigned i = 0; i <= 20; i++)
                put_list(out, i);
        for (unsigned i = 0; i < 80; i++)
                put_exception(out, i);
        bh_buf_puts(out, "- macro: never\n  condition: (evt.num=0)\n"
                         "- macro: spawned\n  condition: (evt.type in (execve, execveat))\n"
                         "- macro: container\n  condition: (container.id != host)\n"
                         "- macro: open_write\n  condition: (evt.type in (open, openat, openat2) and evt.is_open_write=true and fd.typechar='f' and fd.num>=0)\n"
                         "- macro: open_read\n  condition: (evt.type in (open, openat, openat2) and evt.is_open_read=true and fd.typechar='f' and fd.num>=0)\n"
                         "- macro: outbound\n  condition: >\n    (evt.type in (connect, sendto) and (fd.typechar = 4 or fd.typechar = 6) and\n"
                         "     (fd.ip != \"0.0.0.0\" and fd.net != \"127.0.0.0/8\") and (evt.rawres >= 0 or evt.res = EINPROGRESS))\n"
                         "- macro: inbound\n  condition: >\n    (evt.type in (accept, accept4, listen) and (fd.typechar = 4 or fd.typechar = 6) and fd.ip != \"0.0.0.0\")\n");
}

static void put_exceptions(struct bh_buf *out, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                bh_buf_printf(out, " and not except%u", i);
}

static void put_condition(struct bh_buf *out, unsigned kind, bool big) {
        unsigned a = roll(400), l = 1 + roll(20);

        switch (kind) {
        case 0: /* 39 of 93 */
                bh_buf_printf(out, "spawned%s and proc.name in (list%u) and not proc.pname in (list%u) and not never and not proc.cmdline contains \"-x%u\" and "
                                   "(proc.args contains word%u or proc.args startswith \"-c%u\")", roll(2) ? " and container" : "", l, roll(20), a, a, a);
                break;
        case 1: /* 13 */
                bh_buf_printf(out, "open_write and (fd.name startswith /etc/dir%u or fd.directory in (/bin%u, /sbin%u)%s) and not proc.name in (list0) and not never", a, a, a,
                              big ? " or fd.name startswith /etc/" : "");
                put_exceptions(out, big ? 80 : roll(12));
                break;
        case 2: /* 13 */
                bh_buf_printf(out, "open_read and (fd.name in (/etc/shadow%u, /etc/sudoers%u) or fd.name glob /home/u*/.key%u or fd.filename in (.rc%u, .history%u)) "
                                   "and not proc.name in (list%u) and not proc.pname in (list0) and not never", a, a, a, a, a, l);
                break;
        case 3: bh_buf_printf(out, "outbound%s and fd.sport in (%u, %u) and not proc.name in (list%u) and not never", roll(2) ? " and container" : "", a, a + 1, l); break;
        case 4: bh_buf_printf(out, "inbound and container and fd.sport = %u and not proc.name in (list%u)", a, l); break;
        default:
                bh_buf_printf(out, "evt.type in (unlink, unlinkat, rename, renameat, chmod, fchmodat, symlinkat, mkdirat) and evt.arg[path] startswith /bin%u and not proc.name in (list%u)", a, l);
        }
}

static struct bh_str make_rules(struct bh_buf *out, unsigned n) {
        static const unsigned kinds[] = { 0, 1, 0, 2, 3, 0, 1, 2, 0, 4, 0, 5, 0, 3 }; /* about in proportion */

        state = 88172645463325252ull;
        put_head(out);
        for (unsigned i = 0; i < n; i++) {
                bh_buf_printf(out, "- rule: rule %u\n  desc: made\n  priority: NOTICE\n  output: \"made %%proc.cmdline\"\n  condition: >\n    ", i);
                put_condition(out, kinds[i % BH_LEN(kinds)], i == 1);
                bh_buf_putc(out, '\n');
        }
        return bh_buf_str(out);
}

/* ---- a trace ---- */

static struct bh_process processes[PROCESSES];
static struct bh_process_memo memos[PROCESSES];
static struct bh_container container = { .id = BH_STR_INIT("0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b"), .short_id = "0a1b2c3d4e5f",
                                         .image_repository = BH_STR_INIT("docker.io/library/nginx"), .name = BH_STR_INIT("web") };
static struct bh_event events[EVENTS];

static void make_processes(struct bh_arena *arena) {
        for (unsigned i = 0; i < PROCESSES; i++) {
                struct bh_process *p = &processes[i];

                (void) snprintf(p->comm, sizeof p->comm, i % 4 == 0 ? "prog%u" : "worker%u", i % 4 == 0 ? roll(400) : i);
                p->cmdline = bh_arena_printf(arena, "%s --config /srv/app%u/config.yaml --verbose --threads %u input%u.dat", p->comm, i, roll(16), roll(100));
                p->exepath = p->argv = bh_arena_printf(arena, "/usr/bin/%s", p->comm);
                p->memo = &memos[i];
                p->parent = i ? &processes[(i - 1) / 3] : NULL;
                p->container = i % 2 ? &container : NULL;
                p->version = i + 1;
                p->now.pid = 100 + i;
        }
}

static unsigned pick_type(void) {
        unsigned n = roll(100);

        return n < 78 ? BH_EV_OPENAT : n < 82 ? BH_EV_OPEN : n < 86 ? BH_EV_CONNECT : n < 89 ? BH_EV_ACCEPT4 : n < 92 ? BH_EV_EXECVE : n < 95 ? BH_EV_UNLINKAT
               : n < 98 ? BH_EV_CLONE : BH_EV_FCHMODAT;
}

static struct bh_str pick_path(struct bh_arena *arena) {
        switch (roll(6)) {
        case 0: return bh_arena_printf(arena, "/etc/dir%u/file%u.conf", roll(400), roll(10));
        case 1: return bh_arena_printf(arena, "/usr/lib/x86_64-linux-gnu/lib%u.so.%u", roll(200), roll(9));
        case 2: return bh_arena_printf(arena, "/proc/%u/stat", roll(30000));
        case 3: return bh_arena_printf(arena, "/srv/app%u/data/part-%05u", roll(64), roll(10000));
        case 4: return bh_arena_printf(arena, "/usr/lib/python3/site-packages/mod%u/__init__.py", roll(300));
        default: return bh_arena_printf(arena, "/tmp/build/obj%u.o", roll(1000));
        }
}

static void make_event(struct bh_arena *arena, unsigned i) {
        struct bh_event *e = &events[i];
        struct bh_ev_fd *fd = bh_arena_make(arena, struct bh_ev_fd);
        bool net;

        e->head.type = (uint16_t) pick_type();
        net = e->head.type == BH_EV_CONNECT || e->head.type == BH_EV_ACCEPT4;
        e->process = &processes[e->head.type == BH_EV_EXECVE ? PROCESSES / 2 + roll(PROCESSES / 2) : roll(PROCESSES)]; /* leaves of the tree */
        e->num = i + 1;
        e->head.res = (int32_t) (roll(8) ? 3 : 0);
        if (e->head.type == BH_EV_EXECVE) { /* another program: nothing that was known holds any more */
                e->started = &e->process->now;
                return;
        }
        if (e->head.type == BH_EV_CLONE)
                return;
        *fd = (struct bh_ev_fd){ .num = 3, .kind = net ? BH_FD_IPV4 : BH_FD_FILE, .l4 = IPPROTO_TCP, .family = 2, .flags = BH_FD_CLIENT | BH_FD_CONNECTED,
                                 .open_flags = roll(10) ? O_RDONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC, .lport = (uint16_t) (30000 + roll(9999)),
                                 .rport = (uint16_t) roll(1000), .lip = { 10, 0, 0, 1 }, .rip = { 93, 184, 216, (uint8_t) roll(250) } };
        e->fd = fd;
        if (!net)
                e->strs[0] = pick_path(arena);
}

/* ---- measuring ---- */

static double cpu_s(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Only events of a type, when one is given. */
static size_t turn(struct bh_rule_run *run, int type, size_t *ret_n) {
        const struct bh_rule *hits[1];
        size_t fired = 0;

        *ret_n = 0;
        for (unsigned i = 0; i < EVENTS; i++) {
                if (type >= 0 && events[i].head.type != type)
                        continue;
                ++*ret_n;
                if (events[i].head.type == BH_EV_EXECVE)
                        events[i].process->version += PROCESSES;
                fired += bh_rule_match(run, &events[i], hits, 1);
        }
        return fired;
}

static double measure(struct bh_rule_run *run, int type, unsigned rounds, size_t *ret_fired) {
        double best = 1e9;
        size_t n;

        for (unsigned r = 0; r < rounds; r++) {
                double from = cpu_s(), took;

                *ret_fired = turn(run, type, &n);
                took = (cpu_s() - from) * 1e9 / (double) BH_MAX(n, (size_t) 1);
                best = took < best ? took : best;
        }
        return best;
}

static struct bh_process_memo *no_memo(const void *event, uint64_t *ret_key) {
        (void) event;
        (void) ret_key;
        return NULL;
}

static const int types[] = { BH_EV_OPENAT, BH_EV_EXECVE, BH_EV_CONNECT, BH_EV_ACCEPT4, BH_EV_UNLINKAT, BH_EV_CLONE };

static double measure_set(const struct bh_source *source, const struct bh_rule_file *files, size_t n, unsigned rounds, const char *name, double empty) {
        struct bh_rules_opts opts = { .sources = &source, .n_sources = 1, .least = BH_PRIORITY_DEBUG };
        struct bh_rules *rules = NULL;
        struct bh_rule_run *run;
        struct bh_err err = BH_ERR_NONE;
        double from = cpu_s(), loaded, ns;
        uint64_t asked;
        size_t fired = 0;

        if (bh_rules_load(&opts, files, n, &rules, &err) < 0 || bh_rules_errors(rules)) {
                (void) fprintf(stderr, "%s: %s, %zu errors\n", name, err.text, rules ? bh_rules_errors(rules) : 0);
                exit(1);
        }
        loaded = (cpu_s() - from) * 1e3;
        run = bh_rule_run_new(rules, source);
        ns = measure(run, -1, rounds, &fired);
        asked = bh_rule_run_asked(run);
        printf("%-28s %4zu rules  load %6.1f ms  %7.1f ns/event  %5.2f predicates/event  %zu fired", name, bh_rules_count(rules), loaded, ns,
               (double) asked / ((double) rounds * EVENTS), fired);
        printf(empty > 0 ? "  %.1f x empty\n" : "\n", empty > 0 ? ns / empty : 0);
        for (size_t i = 0; empty > 0 && i < BH_LEN(types); i++) {
                uint64_t before = bh_rule_run_asked(run);
                size_t of_type = 0, none;
                double each = measure(run, types[i], rounds, &none);

                (void) turn(run, types[i], &of_type);
                printf("    %-12s %7.1f ns/event  %5.2f predicates/event  (%zu events)\n", bh_event_info((unsigned) types[i])->name, each,
                       (double) (bh_rule_run_asked(run) - before) / ((double) (rounds + 1) * (double) of_type), of_type);
        }
        bh_rule_run_free(&run);
        bh_rules_unref(&rules);
        return ns;
}

int main(int argc, char **argv) {
        static struct bh_source forgetful;
        unsigned rounds = argc > 1 ? (unsigned) strtoul(argv[1], NULL, 10) : 20;
        BH_CLEANUP(bh_buf_done) struct bh_buf few = { 0 }, many = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_rule_file sets[] = { { BH_STR("none"), { 0 } }, { BH_STR("25"), make_rules(&few, 25) }, { BH_STR("93"), make_rules(&many, 93) } };
        double empty;

        make_processes(arena);
        for (unsigned i = 0; i < EVENTS; i++)
                make_event(arena, i);
        forgetful = bh_source_syscall;
        forgetful.memo = no_memo;
        empty = measure_set(&bh_source_syscall, &sets[0], 1, rounds, "no rules", 0);
        measure_set(&bh_source_syscall, &sets[1], 1, rounds, "like 25", empty);
        measure_set(&bh_source_syscall, &sets[2], 1, rounds, "like 93", empty);
        measure_set(&forgetful, &sets[1], 1, rounds, "like 25, no memory", empty);
        measure_set(&forgetful, &sets[2], 1, rounds, "like 93, no memory", empty);
        if (argc > 2) {
                struct bh_rule_file *files = bh_arena_array(arena, struct bh_rule_file, (size_t) argc - 2);

                for (int i = 2; i < argc; i++) {
                        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
                        FILE *f = fopen(argv[i], "rb");

                        for (int c; f && (c = getc(f)) != EOF;)
                                bh_buf_putc(&text, (char) c);
                        if (f)
                                (void) fclose(f);
                        files[i - 2] = (struct bh_rule_file){ bh_str_of(argv[i]), bh_arena_str(arena, bh_buf_str(&text)) };
                }
                measure_set(&bh_source_syscall, files, (size_t) argc - 2, rounds, "files", empty);
                measure_set(&forgetful, files, (size_t) argc - 2, rounds, "files, no memory", empty);
        }
        bh_arena_free(&arena);
        return 0;
}
