/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/login.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "sense/follow.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define FILES_MOST 8
#define WINDOW_NS 60000000000ll /* of failures that belong together */
#define COUNTERS 4096u          /* a power of two: of addresses, and of users */
#define LOOK_MS 200             /* between looks at the files */

/* How often somebody failed. Two who share a place count anew: memory is bounded, and rules look at many. */
struct counter {
        uint64_t who;
        int64_t since_ns;
        uint32_t n;
};

struct bh_logins {
        struct bh_follow files[FILES_MOST];
        bool utmp[FILES_MOST], failures[FILES_MOST];
        size_t n_files;
        pid_t journal;
        int journal_fd;
        struct bh_buf held; /* of the journal's last line */
        struct counter ips[COUNTERS], users[COUNTERS];
        struct bh_arena *scratch;
        char where[256];
        bool failures_now; /* of the file whose turn it is */
        int (*fn)(void *user, const struct bh_login *login);
        void *user;
};

const char *bh_login_type_str(enum bh_login_type type) {
        static const char *const words[_BH_LOGIN_MAX] = { "success", "failure", "logout", "command", "session", "account" };

        return type < _BH_LOGIN_MAX ? words[type] : "?";
}

static uint32_t count(struct counter *counters, struct bh_str who, const struct bh_login *l) {
        uint64_t hash = bh_hash64(who);
        struct counter *c = &counters[hash & (COUNTERS - 1)];

        if (!who.len)
                return 0;
        if (c->who != hash || l->time_ns > c->since_ns + WINDOW_NS || l->time_ns < c->since_ns - WINDOW_NS)
                *c = (struct counter){ .who = hash, .since_ns = l->time_ns };
        c->n += l->type == BH_LOGIN_FAILURE;
        return c->n;
}

static int hand_on(struct bh_logins *s, struct bh_login *l) {
        l->failures = count(s->ips, l->ip, l);
        l->user_failures = count(s->users, l->user, l);
        return s->fn(s->user, l);
}

static int on_line(void *user, struct bh_str line) {
        struct bh_logins *s = user;
        struct bh_login l;

        return bh_login_line(line, (int64_t) time(NULL), &l) ? hand_on(s, &l) : 0;
}

static int on_utmp(void *user, struct bh_str record) {
        struct bh_logins *s = user;
        struct bh_login l;

        bh_arena_reset(s->scratch);
        return bh_login_utmp(s->scratch, record, s->failures_now, &l) ? hand_on(s, &l) : 0;
}

static int on_journal(struct bh_logins *s, struct bh_str line) {
        struct bh_login l;

        bh_arena_reset(s->scratch);
        return bh_login_journal(s->scratch, line, &l) ? hand_on(s, &l) : 0;
}

/* The journal, through the program that knows how to read it. */

static int start_journal(struct bh_logins *s, struct bh_err *err) {
        static char path[] = "PATH=/usr/bin:/bin", program[] = "journalctl", follow[] = "--follow", none[] = "--lines=0",
                    json[] = "--output=json", quiet[] = "--quiet", auth[] = "SYSLOG_FACILITY=4", authpriv[] = "SYSLOG_FACILITY=10";
        char *const argv[] = { program, follow, none, json, quiet, auth, authpriv, NULL }, *const env[] = { path, NULL };
        posix_spawn_file_actions_t actions;
        int ends[2], r;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return bh_fail_sys(err, errno, "a pipe for the journal");
        (void) posix_spawn_file_actions_init(&actions);
        (void) posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        (void) posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        (void) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        r = posix_spawnp(&s->journal, argv[0], &actions, NULL, argv, env);
        (void) posix_spawn_file_actions_destroy(&actions);
        (void) close(ends[1]);
        if (r) {
                s->journal = 0;
                (void) close(ends[0]);
                return bh_fail_sys(err, r, "journalctl");
        }
        (void) fcntl(ends[0], F_SETFL, O_NONBLOCK);
        s->journal_fd = ends[0];
        (void) strcpy(s->where, "journal");
        return 0;
}

static int read_journal(struct bh_logins *s, struct bh_err *err) {
        char bytes[65536];
        ssize_t n;
        int r = 0;

        while (r == 0 && (n = read(s->journal_fd, bytes, sizeof bytes)) > 0) {
                struct bh_str rest, line;

                bh_buf_add(&s->held, (struct bh_str){ bytes, (size_t) n });
                rest = bh_buf_str(&s->held);
                while (r == 0 && bh_str_chr(rest, '\n') >= 0) {
                        (void) bh_str_cut(rest, '\n', &line, &rest);
                        r = on_journal(s, line);
                }
                memmove(s->held.at, rest.at, rest.len);
                s->held.len = rest.len;
                if (s->held.len > 64 * BH_LIMIT_LOGIN_LINE) /* no line of ours is so long */
                        bh_buf_clear(&s->held);
        }
        if (r == 0 && n == 0)
                return bh_fail(err, BH_E_IO, "journalctl has ended: nobody tells about logins any more");
        return r;
}

/* Files. */

static void add_file(struct bh_logins *s, const char *path, bool from_start, bool utmp, bool failures) {
        if (s->n_files == FILES_MOST)
                return;
        bh_follow_init(&s->files[s->n_files], path, from_start);
        s->utmp[s->n_files] = utmp;
        s->failures[s->n_files++] = failures;
        if (!s->where[0])
                (void) strncpy(s->where, path, sizeof s->where - 1);
}

/* The text tells more than the journal, and that more than the records. */
static void choose(struct bh_logins *s) {
        static const char *const logs[] = { "/var/log/auth.log", "/var/log/secure" };

        for (size_t i = 0; i < BH_LEN(logs); i++)
                if (access(logs[i], R_OK) == 0)
                        add_file(s, logs[i], false, false, false);
        if (s->n_files || (access("/run/systemd/journal", F_OK) == 0 && start_journal(s, NULL) == 0))
                return;
        add_file(s, "/var/log/wtmp", false, true, false);
        add_file(s, "/var/log/btmp", false, true, true);
}

int bh_login_open(const struct bh_login_opts *opts, struct bh_logins **ret, struct bh_err *err) {
        struct bh_logins *s = calloc(1, sizeof *s);

        if (!s)
                bh_nomem(sizeof *s);
        s->journal_fd = -1;
        s->scratch = bh_arena_new();
        for (size_t i = 0; i < opts->n_files; i++)
                add_file(s, opts->files[i], opts->from_start, false, false);
        if (opts->wtmp)
                add_file(s, opts->wtmp, opts->from_start, true, false);
        if (opts->btmp)
                add_file(s, opts->btmp, opts->from_start, true, true);
        if (!s->n_files)
                choose(s);
        if (opts->n_files > FILES_MOST) {
                bh_login_close(&s);
                return bh_fail(err, BH_E_USAGE, "%zu logs: at most %d can be followed", opts->n_files, FILES_MOST);
        }
        *ret = s;
        return 0;
}

void bh_login_close(struct bh_logins **logins) {
        struct bh_logins *s = BH_TAKE(*logins);

        if (!s)
                return;
        for (size_t i = 0; i < s->n_files; i++)
                bh_follow_done(&s->files[i]);
        bh_fd_close(&s->journal_fd);
        if (s->journal) {
                (void) kill(s->journal, SIGTERM);
                (void) waitpid(s->journal, NULL, 0);
        }
        bh_buf_done(&s->held);
        bh_arena_free(&s->scratch);
        free(s);
}

const char *bh_login_where(const struct bh_logins *s) {
        return s->where;
}

static int look(struct bh_logins *s, struct bh_err *err) {
        int r = s->journal ? read_journal(s, err) : 0;

        for (size_t i = 0; r == 0 && i < s->n_files; i++) {
                s->failures_now = s->failures[i];
                r = s->utmp[i] ? bh_follow_records(&s->files[i], BH_LOGIN_UTMP_SIZE, on_utmp, s, err)
                               : bh_follow_lines(&s->files[i], BH_LIMIT_LOGIN_LINE, on_line, s, err);
        }
        return r;
}

int bh_login_poll(struct bh_logins *s, int timeout_ms, int (*fn)(void *user, const struct bh_login *login), void *user,
                  struct bh_err *err) {
        int64_t end = bh_clock_ms(CLOCK_MONOTONIC) + timeout_ms;

        s->fn = fn;
        s->user = user;
        for (;;) {
                struct pollfd p = { .fd = s->journal_fd, .events = POLLIN };
                int r = look(s, err);
                int64_t left = end - bh_clock_ms(CLOCK_MONOTONIC);

                if (r != 0)
                        return r;
                if (left <= 0)
                        return 1;
                (void) poll(&p, 1, (int) BH_MIN(left, LOOK_MS)); /* woken early or not, it looks again */
        }
}
