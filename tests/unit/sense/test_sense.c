/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

static int nothing(void *user, const struct bh_event *e) {
        (void) user, (void) e;
        return 0;
}

static int shell_of_nginx(void *user, const struct bh_event *e) {
        (void) user;
        if (e->head.pid != 12)
                return 0;
        assert_field(e, "evt.type", "execve");
        assert_field(e, "evt.res", "SUCCESS");
        assert_field(e, "proc.name", "sh");
        assert_field(e, "proc.exepath", "/bin/sh");
        assert_field(e, "proc.cmdline", "sh -c id; uname");
        assert_field(e, "proc.args", "-c id; uname");
        assert_field(e, "proc.exe", "/bin/sh");
        assert_field(e, "proc.pname", "nginx");
        assert_field(e, "proc.aname[2]", "nginx");
        assert_field(e, "proc.aname[3]", "-");
        assert_field(e, "proc.aname", "2 values");
        assert_field(e, "proc.cwd", "/tmp/");
        assert_field(e, "proc.env[PATH]", "/bin");
        assert_field(e, "proc.env", "HOME=/root PATH=/bin");
        assert_field(e, "container.id", "0a1b2c3d4e5f");
        assert_field(e, "container.full_id", ID);
        assert_field(e, "container.type", "docker");
        assert_field(e, "container.image.repository", "-");
        assert_field(e, "evt.arg[exe]", "/bin/sh");
        assert_field(e, "evt.arg[args]", "-c id; uname");
        assert_field(e, "evt.arg[filename]", "/bin/sh");
        assert_field(e, "evt.arg[res]", "0");
        assert_field(e, "evt.arg[1]", "/bin/sh");
        assert_field(e, "proc.duration", "0");
        return 0;
}

static void push_nginx(struct bh_sense *s) {
        push_exec(s, 1000, 10, 1, "/usr/sbin/nginx", BH_STR("nginx\0-g\0daemon off;\0"), "/docker/" ID);
        push_fork(s, 2000, 10, 11);
        push_fork(s, 3000, 11, 12);
        push_exec(s, 4000, 12, 11, "/bin/sh", BH_STR("/bin/sh\0-c\0id; uname\0"), "/docker/" ID);
}

static void a_process_knows_its_ancestors_and_its_container(void **state) {
        struct bh_sense *s = open_world(0, 0);

        (void) state;
        push_nginx(s);
        run(s, shell_of_nginx, NULL);
        bh_sense_close(&s);
}

static int count(void *user, const struct bh_event *e) {
        (void) e;
        ++*(unsigned *) user;
        return 0;
}

static void events_for_us_alone_are_not_handed_on(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const struct bh_str name = BH_STR("renamed");
        struct bh_ev_proc thread = { .pid = 10, .ppid = 1, .flags = BH_PROC_THREAD };
        unsigned n = 0;

        (void) state;
        push_nginx(s);
        run(s, count, &n);
        assert_int_equal(n, 4);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_RENAME_TASK, .pid = 10, .tid = 10 }, .strs = &name, .n_strs = 1 });
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_CLONE, .pid = 10, .tid = 10, .res = 99 }, .proc = &thread });
        run(s, count, &n);
        assert_int_equal(n, 4);
        assert_str(bh_process_name(bh_sense_process(s, 10)), "renamed");
        assert_str(bh_sense_process(s, 10)->cmdline, "renamed -g daemon off;");
        bh_sense_close(&s);
}

static int orphan(void *user, const struct bh_event *e) {
        (void) user;
        if (e->head.type == BH_EV_UNLINK) {
                assert_field(e, "proc.pname", "nginx");
                assert_field(e, "fs.path.name", "/tmp/x");
                assert_field(e, "evt.arg[path]", "/tmp/x");
                assert_field(e, "evt.res", "ENOENT");
                assert_field(e, "evt.rawres", "-2");
                assert_field(e, "fd.num", "-");
        }
        return 0;
}

static void a_parent_that_has_ended_is_still_known(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const struct bh_str strs[] = { BH_STR("/tmp"), BH_STR("./a/../x") };

        (void) state;
        push_nginx(s);
        push_exit(s, 5000, 11);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_UNLINK, .ktime_ns = 6000, .pid = 12, .tid = 12, .res = -2 },
                                          .strs = strs, .n_strs = 2 });
        run(s, orphan, NULL);
        assert_non_null(bh_sense_process(s, 11));
        bh_sense_close(&s);
}

static int anything(void *user, const struct bh_event *e) {
        (void) user, (void) e;
        return 0;
}

static void a_process_ends_with_its_last_thread_whichever_that_is(void **state) {
        struct bh_sense *s = open_world(0, 0);

        (void) state;
        push_nginx(s);
        push_exit_of(s, 5000, 11, 4242);
        run(s, anything, NULL);
        assert_int_not_equal(bh_sense_process(s, 11)->ended_ns, 0);
        bh_sense_close(&s);
}

static int connection(void *user, const struct bh_event *e) {
        (void) user;
        if (e->head.type != BH_EV_CONNECT)
                return 0;
        assert_field(e, "fd.name", "10.0.0.2:40000->1.2.3.4:443");
        assert_field(e, "fd.type", "ipv4");
        assert_field(e, "fd.typechar", "4");
        assert_field(e, "fd.l4proto", "tcp");
        assert_field(e, "fd.sport", "443");
        assert_field(e, "fd.cport", "40000");
        assert_field(e, "fd.rport", "443");
        assert_field(e, "fd.lport", "40000");
        assert_field(e, "fd.port", "2 values");
        assert_field(e, "fd.sockfamily", "ip");
        assert_field(e, "fd.is_server", "false");
        assert_field(e, "fd.is_private", "false");
        assert_field(e, "fd.sproto", "https");
        assert_field(e, "evt.res", "EINPROGRESS");
        assert_field(e, "evt.arg[fd]", "<4t>10.0.0.2:40000->1.2.3.4:443");
        assert_field(e, "evt.arg[tuple]", "10.0.0.2:40000->1.2.3.4:443");
        assert_field(e, "fd.filename", "-");
        return 0;
}

static void a_connection_has_two_ends_and_two_sides(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const struct bh_str name = { 0 };
        const uint64_t nums[6] = { 5 };
        struct bh_ev_fd fd = { .num = 5, .kind = BH_FD_IPV4, .l4 = IPPROTO_TCP, .family = AF_INET, .flags = BH_FD_CLIENT,
                               .lport = 40000, .rport = 443, .lip = { 10, 0, 0, 2 }, .rip = { 1, 2, 3, 4 } };

        (void) state;
        push_nginx(s);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_CONNECT, .pid = 12, .tid = 12, .res = -115 }, .fd = &fd,
                                          .nums = nums, .n_nums = 6, .strs = &name, .n_strs = 1 });
        run(s, connection, NULL);
        bh_sense_close(&s);
}

static int wired(void *user, const struct bh_event *e) {
        assert_field(e, "fd.type", "ipv4");
        assert_field(e, "fd.num", "0");
        assert_field(e, "fd.name", "10.0.0.2:40000->1.2.3.4:4444");
        ++*(unsigned *) user;
        return 0;
}

static void a_program_that_starts_with_a_connection_names_it(void **state) {
        struct bh_sense *s = open_world(0, 0);
        struct bh_ev_proc proc = { .pid = 12, .ppid = 1, .vpid = 12, .flags = BH_PROC_STDIN_SOCKET };
        const struct bh_str strs[BH_PROC_STRS] = { BH_STR("/bin/sh"), BH_STR("sh\0") };
        struct bh_ev_fd fd = { .num = 0, .kind = BH_FD_IPV4, .l4 = IPPROTO_TCP, .family = AF_INET, .flags = BH_FD_CLIENT | BH_FD_STDIO,
                               .lport = 40000, .rport = 4444, .lip = { 10, 0, 0, 2 }, .rip = { 1, 2, 3, 4 } };
        unsigned n = 0;

        (void) state;
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_EXECVE, .pid = 12, .tid = 12 }, .fd = &fd, .proc = &proc, .strs = strs,
                                          .n_strs = BH_PROC_STRS });
        run(s, wired, &n);
        assert_int_equal(n, 1);
        bh_sense_close(&s);
}

static int memo_key(void *user, const struct bh_event *e) {
        if (e->head.pid == 12 && e->head.type == BH_EV_EXECVE)
                assert_non_null(bh_source_syscall.memo(e, user));
        return 0;
}

static int host_pid_too(void *user, const struct bh_event *e) {
        if (e->head.type == BH_EV_UNLINK) {
                assert_field(e, "container.host_pid", "true");
                assert_non_null(bh_source_syscall.memo(e, user));
        }
        return 0;
}

static void what_is_kept_with_a_process_ends_when_more_of_its_container_is_known(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const struct bh_str strs[] = { BH_STR("/tmp"), BH_STR("x") }, known = BH_STR("{\"id\":\"" ID "\",\"host_pid\":true,\"known\":true}");
        uint64_t before = 0, after = 0;

        (void) state;
        push_nginx(s);
        run(s, memo_key, &before);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_CONTAINER }, .strs = &known, .n_strs = 1 });
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_UNLINK, .ktime_ns = 6000, .pid = 12, .tid = 12, .res = -2 },
                                          .strs = strs, .n_strs = 2 });
        run(s, host_pid_too, &after);
        assert_true(before && after);
        assert_true(before != after);
        bh_sense_close(&s);
}

static int opened(void *user, const struct bh_event *e) {
        (void) user;
        if (e->head.type == BH_EV_OPENAT && e->head.res >= 0) {
                assert_field(e, "fd.name", "/etc/shadow");
                assert_field(e, "fd.directory", "/etc");
                assert_field(e, "fd.filename", "shadow");
                assert_field(e, "evt.is_open_write", "true");
                assert_field(e, "evt.is_open_read", "false");
                assert_field(e, "evt.arg[flags]", "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC");
                assert_field(e, "evt.arg[name]", "/etc/shadow");
                assert_field(e, "evt.arg[dirfd]", "AT_FDCWD");
                assert_field(e, "fd.num", "3");
                assert_field(e, "evt.args", "fd=3(<f>/etc/shadow) dirfd=-100(AT_FDCWD) name=/etc/shadow "
                                            "flags=524865(O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC) mode=644 dev=FD01 ino=77");
        } else if (e->head.type == BH_EV_OPENAT) {
                assert_field(e, "fd.name", "/srv/gone");
                assert_field(e, "fd.num", "-1");
                assert_field(e, "evt.failed", "true");
                assert_field(e, "evt.arg[name]", "/srv/gone");
                assert_field(e, "fd.nameraw", "gone");
        }
        return 0;
}

static void an_open_tells_the_same_whether_it_succeeds_or_fails(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const struct bh_str good[] = { BH_STR("/etc/shadow"), BH_STR(""), BH_STR("") };
        const struct bh_str bad[] = { BH_STR(""), BH_STR("/srv"), BH_STR("gone") };
        const uint64_t flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
        const uint64_t nums[6] = { (uint64_t) AT_FDCWD, 0, flags, 0644 };
        struct bh_ev_fd fd = { .num = 3, .kind = BH_FD_FILE, .dev = 0xfd01, .ino = 77, .open_flags = (uint32_t) flags };

        (void) state;
        push_nginx(s);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_OPENAT, .pid = 12, .tid = 12, .res = 3 }, .fd = &fd,
                                          .nums = nums, .n_nums = 6, .strs = good, .n_strs = 3 });
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_OPENAT, .pid = 12, .tid = 12, .res = -2 },
                                          .nums = nums, .n_nums = 6, .strs = bad, .n_strs = 3 });
        run(s, opened, NULL);
        bh_sense_close(&s);
}

static int failed_exec(void *user, const struct bh_event *e) {
        (void) user;
        if (e->head.res >= 0)
                return 0;
        assert_field(e, "evt.type", "execve");
        assert_field(e, "evt.res", "ENOENT");
        assert_field(e, "proc.name", "sh"); /* still the caller */
        assert_field(e, "evt.arg[exe]", "nc");
        assert_field(e, "evt.arg[args]", "-e /bin/sh 1.2.3.4");
        assert_field(e, "evt.arg[filename]", "/tmp/nc");
        return 0;
}

static void an_exec_that_failed_describes_the_attempt_in_its_arguments(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const struct bh_str strs[] = { BH_STR("/tmp"), BH_STR("nc"), BH_STR("nc\0-e\0/bin/sh\0""1.2.3.4\0") };

        (void) state;
        push_nginx(s);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_EXECVE, .pid = 12, .tid = 12, .res = -2 }, .strs = strs, .n_strs = 3 });
        run(s, failed_exec, NULL);
        bh_sense_close(&s);
}

static void a_key_of_a_process_changes_when_an_ancestor_does(void **state) {
        struct bh_sense *s = open_world(0, 0);
        const uint64_t nums[10] = { 33, 0, 0, 0, 0, 0, 0, 0, 33, 33 };
        uint64_t before;

        (void) state;
        push_nginx(s);
        run(s, nothing, NULL);
        before = bh_process_key(bh_sense_process(s, 12));
        assert_true(bh_process_key(bh_sense_process(s, 12)) == before);
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_SETUID, .pid = 10, .tid = 10, .euid = 33 }, .nums = nums, .n_nums = 10 });
        run(s, nothing, NULL);
        assert_true(bh_process_key(bh_sense_process(s, 12)) != before);
        assert_int_equal(bh_sense_process(s, 10)->now.uid, 33);
        bh_sense_close(&s);
}

static void a_full_table_forgets_and_counts(void **state) {
        struct bh_sense *s = open_world(64, 4);
        struct bh_sense_stats stats;

        (void) state;
        for (uint32_t i = 0; i < 1000; i++)
                push_exec(s, 1000 + i, 100 + i, 1, "/bin/sleep", BH_STR("sleep\0""1\0"), "/");
        run(s, nothing, NULL);
        bh_sense_stats(s, &stats);
        assert_int_equal(stats.processes, 64);
        assert_int_equal(stats.processes_forgotten, 1000 - 64);
        assert_non_null(bh_sense_process(s, 1099));
        bh_sense_close(&s);
}

static void what_is_no_event_is_counted_and_left_out(void **state) {
        struct bh_sense *s = open_world(0, 0);
        struct bh_ev_head head = { .type = 9999, .size = sizeof head };
        struct bh_sense_stats stats;
        unsigned n = 0;

        (void) state;
        bh_sense_push(s, (struct bh_str){ (const char *) &head, sizeof head });
        push_nginx(s);
        run(s, count, &n);
        bh_sense_stats(s, &stats);
        assert_int_equal(stats.bad_records, 1);
        assert_int_equal(n, 4);
        bh_sense_close(&s);
}

static int timed(void *user, const struct bh_event *e) {
        unsigned *n = user;

        assert_field(e, "evt.reltime", ((const char *[]){ "0", "2500000000", "2600000000" })[*n]);
        assert_field(e, "evt.reltime.s", ((const char *[]){ "0", "2", "2" })[*n]);
        assert_field(e, "evt.deltatime", ((const char *[]){ "0", "2500000000", "100000000" })[*n]);
        assert_field(e, "evt.deltatime.s", ((const char *[]){ "0", "2", "0" })[*n]);
        assert_field(e, "evt.deltatime.ns", ((const char *[]){ "0", "500000000", "100000000" })[*n]);
        ++*n;
        return 0;
}

static void times_are_told_from_the_first_event_and_from_the_last(void **state) {
        struct bh_sense *s = open_world(0, 0);
        unsigned n = 0;

        (void) state;
        push_exec(s, 7000000000, 10, 1, "/bin/sh", BH_STR("sh\0"), "/");
        push_exec(s, 9500000000, 10, 1, "/bin/sh", BH_STR("sh\0"), "/");
        push_exec(s, 9600000000, 10, 1, "/bin/sh", BH_STR("sh\0"), "/");
        run(s, timed, &n);
        assert_int_equal(n, 3);
        bh_sense_close(&s);
}

static int one_argument(void *user, const struct bh_event *e) {
        (void) user;
        assert_field(e, "proc.args", "-c  x");
        assert_field(e, "proc.args[0]", "-c");
        assert_field(e, "proc.args[1]", "");
        assert_field(e, "proc.args[2]", "x");
        assert_field(e, "proc.args[3]", "-");
        return 0;
}

static void arguments_have_numbers_behind_the_first(void **state) {
        struct bh_sense *s = open_world(0, 0);

        (void) state;
        push_exec(s, 1000, 10, 1, "/bin/sh", BH_STR("sh\0-c\0\0x\0"), "/");
        run(s, one_argument, NULL);
        bh_sense_close(&s);
}

static int counted(void *user, const struct bh_event *e) {
        static const struct {
                unsigned type;
                const char *kind;
        } rows[] = { { BH_EV_UNLINK, "file" }, { BH_EV_CONNECT, "net" }, { BH_EV_SENDTO, "net" }, { BH_EV_MPROTECT, "memory" },
                     { BH_EV_SETUID, "other" } };
        static const char *const kinds[] = { "file", "net", "memory", "other" };
        bool failed = e->head.res < 0;

        ++*(unsigned *) user;
        assert_field(e, "evt.count.exit", "1");
        assert_field(e, "evt.is_wait", "false");
        assert_field(e, "evt.is_async", "false");
        assert_field(e, "evt.asynctype", "-");
        for (size_t i = 0; i < BH_LEN(rows); i++)
                for (size_t k = 0; rows[i].type == e->head.type && k < BH_LEN(kinds); k++) {
                        char name[64];

                        (void) snprintf(name, sizeof name, "evt.count.error.%s", kinds[k]);
                        assert_field(e, name, failed && strcmp(kinds[k], rows[i].kind) == 0 ? "1" : "0");
                }
        return 0;
}

static void errors_are_counted_by_what_they_are_about(void **state) {
        static const uint16_t types[] = { BH_EV_UNLINK, BH_EV_CONNECT, BH_EV_SENDTO, BH_EV_MPROTECT, BH_EV_SETUID };
        struct bh_sense *s = open_world(0, 0);
        unsigned n = 0;

        (void) state;
        for (size_t i = 0; i < BH_LEN(types); i++)
                for (int res = -1; res <= 0; res++)
                        push(s, &(struct bh_event_parts){ .head = { .type = types[i], .pid = 10, .tid = 10, .res = res } });
        run(s, counted, &n);
        assert_int_equal(n, 2 * BH_LEN(types));
        bh_sense_close(&s);
}

static int not_of_the_kernel(void *user, const struct bh_event *e) {
        ++*(unsigned *) user;
        assert_field(e, "evt.is_async", "true");
        assert_field(e, "evt.asynctype", "lost");
        return 0;
}

static void what_we_say_ourselves_is_no_event_of_the_kernel(void **state) {
        const uint64_t nums[4] = { BH_LANE_FILE, 0, 3, 0 };
        struct bh_sense *s = open_world(0, 0);
        unsigned n = 0;

        (void) state;
        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_LOST }, .nums = nums, .n_nums = 4 });
        run(s, not_of_the_kernel, &n);
        assert_int_equal(n, 1);
        bh_sense_close(&s);
}

static int syslogs(void *user, const struct bh_event *e) {
        unsigned *n = user;

        assert_field(e, "evt.is_syslog", ++*n <= 2 ? "true" : "false");
        assert_field(e, "evt.buflen.out", *n == 4 ? "-" : "5");
        assert_field(e, "evt.buflen.net.in", *n == 4 ? "5" : "-");
        return 0;
}

static void a_message_for_the_log_goes_to_its_socket(void **state) {
        const struct {
                unsigned type;
                const char *path;
        } rows[] = { { BH_EV_SENDTO, "/dev/log" }, { BH_EV_SENDTO, "/run/systemd/journal/dev-log" }, { BH_EV_SENDTO, "/run/other" },
                     { BH_EV_RECVFROM, "/dev/log" } };
        struct bh_sense *s = open_world(0, 0);
        unsigned n = 0;

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                const struct bh_ev_arg *data = bh_event_arg(bh_event_info(rows[i].type), BH_STR("data"));
                struct bh_str strs[4] = { bh_str_of(rows[i].path) };
                struct bh_ev_fd fd = { .num = 3, .kind = BH_FD_UNIX };

                strs[data->slot + 1u] = BH_STR("<13>x"); /* behind the path */
                push(s, &(struct bh_event_parts){ .head = { .type = (uint16_t) rows[i].type, .pid = 10, .tid = 10, .res = 5 }, .fd = &fd,
                                                  .strs = strs, .n_strs = data->slot + 2u });
        }
        run(s, syslogs, &n);
        assert_int_equal(n, BH_LEN(rows));
        bh_sense_close(&s);
}

/* Nothing is both here and said to be missing, and what is said is for somebody who reads it. */
static void what_is_missing_is_not_here(void **state) {
        (void) state;
        assert_non_null(bh_source_syscall.gaps);
        for (const struct bh_field_gap *g = bh_source_syscall.gaps; g->name; g++) {
                struct bh_str name = bh_str_of(g->name);
                bool all = bh_str_cut_suffix(&name, BH_STR("*"));

                assert_true(strlen(g->why) > 8);
                for (size_t i = 0; i < bh_source_syscall.n_fields; i++) {
                        struct bh_str field = bh_str_of(bh_source_syscall.fields[i].name);

                        if (all ? bh_str_starts(field, name) : bh_str_eq(field, name))
                                fail_msg("%s is here", bh_source_syscall.fields[i].name);
                }
        }
}

static int every_field(void *user, const struct bh_event *e) {
        (void) user;
        for (size_t i = 0; i < bh_source_syscall.n_fields; i++) {
                char name[128], out[4096];
                const char *key = bh_source_syscall.fields[i].arg == BH_ARG_NONE ? "" : "[1]";

                (void) snprintf(name, sizeof name, "%s%s", bh_source_syscall.fields[i].name, key);
                (void) ask(e, name, out, sizeof out);
        }
        return 0;
}

static void every_field_stands_whatever_the_event(void **state) {
        struct bh_sense *s = open_world(0, 0);

        (void) state;
        for (unsigned t = 0; t < _BH_EV_MAX; t++)
                push(s, &(struct bh_event_parts){ .head = { .type = (uint16_t) t, .pid = t % 3, .tid = t % 3, .res = -1 } });
        run(s, every_field, NULL);
        bh_sense_close(&s);
}

BH_UNIT_MAIN(times_are_told_from_the_first_event_and_from_the_last, arguments_have_numbers_behind_the_first,
             errors_are_counted_by_what_they_are_about, what_we_say_ourselves_is_no_event_of_the_kernel,
             a_message_for_the_log_goes_to_its_socket, what_is_missing_is_not_here,
             a_process_knows_its_ancestors_and_its_container, events_for_us_alone_are_not_handed_on,
             a_parent_that_has_ended_is_still_known, a_process_ends_with_its_last_thread_whichever_that_is, a_connection_has_two_ends_and_two_sides, a_program_that_starts_with_a_connection_names_it,
             what_is_kept_with_a_process_ends_when_more_of_its_container_is_known,
             an_open_tells_the_same_whether_it_succeeds_or_fails, an_exec_that_failed_describes_the_attempt_in_its_arguments,
             a_key_of_a_process_changes_when_an_ancestor_does, a_full_table_forgets_and_counts,
             what_is_no_event_is_counted_and_left_out, every_field_stands_whatever_the_event)
