/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "sys/clock.h"
#include "sys/exec.h"
#include "sys/fd.h"
#include "sys/logfile.h"

enum {
        FIRST_PAUSE_MS = 200,
        LONGEST_PAUSE_MS = 15000,
        SETTLED_MS = 30000, /* what ran that long starts again at once */
        PATIENCE_MS = 10000, /* between SIGTERM and SIGKILL */
        LOG_BYTES = 10 << 20,
        LOG_KEEP = 3,
};

struct watched {
        const struct bh_service *service;
        pid_t pid; /* 0: not running */
        bool ready, ending;
        int64_t started_ms, due_ms, heard_ms; /* due: when it is started again */
        int64_t kill_ms;                      /* ending: when patience is over */
        unsigned pause_ms, restarts;
        int out, notify, signals; /* what it prints, what it tells us, what we are told */
        char notify_path[108], last[80];
        char log_path[4096];
        struct bh_logfile log;
};

static int64_t now_ms(void) {
        return bh_clock_ms(CLOCK_BOOTTIME);
}

/* ---- what others can read ---- */

/* What cannot be written is lost: a log must not end what it tells of. */
static void log_bytes(struct watched *w, struct bh_str bytes) {
        BH_IGNORE(bh_logfile_add(&w->log, bytes, NULL));
}

static void say(struct watched *w, const char *text) {
        char line[160], when[32];
        time_t now = time(NULL);
        struct tm tm;

        (void) strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
        log_bytes(w, (struct bh_str){ line, (size_t) snprintf(line, sizeof line, "%s supervisor: %s\n", when, text) });
}

static const char *state_of(const struct watched *w) {
        return w->pid ? w->ready ? "ready" : "starting" : w->ending ? "ended" : "waiting";
}

/* Whoever reads it meets the old or the new one, never a half. */
static void write_status(struct watched *w) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        char path[4096];
        struct bh_err why = BH_ERR_NONE;

        bh_buf_printf(&text, "%s %d %s %lld %u %s\n", w->service->name, (int) w->pid, state_of(w), (long long) (w->started_ms / 1000), w->restarts,
                      w->last[0] ? w->last : "-");
        (void) snprintf(path, sizeof path, "%s/status", w->service->run_dir);
        if (bh_fd_write_own(path, BH_STR(""), bh_buf_str(&text), &why) < 0)
                say(w, why.text); /* a full disk must not end what runs */
}

/* ---- starting ---- */

static void become(const struct watched *w, int out, pid_t parent) {
        char usec[32];
        sigset_t none;
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) setpgid(0, 0);
        if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
                _exit(126);
        (void) setenv("NOTIFY_SOCKET", w->notify_path, 1);
        (void) snprintf(usec, sizeof usec, "%llu", w->service->watchdog_s * 1000000ull);
        if (w->service->watchdog_s)
                (void) setenv("WATCHDOG_USEC", usec, 1);
        if (w->service->user && bh_exec_become(w->service->user) < 0)
                _exit(126);
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent) /* after the user, whose change undoes it */
                _exit(126);
        (void) execv(w->service->argv[0], (char *const *) (uintptr_t) w->service->argv);
        _exit(127);
}

static void start(struct watched *w) {
        int pipe_fds[2];
        pid_t parent = getpid(), pid;

        if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
                return say(w, "no pipe for what it prints; trying again");
        pid = fork();
        if (pid == 0) {
                (void) fcntl(pipe_fds[1], F_SETFL, 0); /* it may wait for us, not lose lines */
                become(w, pipe_fds[1], parent);
        }
        (void) close(pipe_fds[1]);
        bh_fd_close(&w->out);
        w->out = pipe_fds[0];
        if (pid < 0) {
                w->due_ms = now_ms() + LONGEST_PAUSE_MS;
                return say(w, "no further process; trying again");
        }
        w->pid = pid;
        w->ready = false;
        w->started_ms = w->heard_ms = now_ms();
}

/* ---- what they say ---- */

static void read_log(struct watched *w) {
        char bytes[16384];
        ssize_t n;

        while ((n = read(w->out, bytes, sizeof bytes)) > 0)
                log_bytes(w, (struct bh_str){ bytes, (size_t) n });
        if (n == 0)
                bh_fd_close(&w->out);
}

/* true: something others may want to know. */
static bool read_notices(struct watched *w) {
        char text[512];
        ssize_t n;
        bool news = false;

        while ((n = recv(w->notify, text, sizeof text - 1, MSG_DONTWAIT)) > 0) {
                text[n] = '\0';
                w->heard_ms = now_ms();
                news |= !w->ready && strstr(text, "READY=1");
                w->ready |= strstr(text, "READY=1") != NULL;
        }
        return news;
}

/* ---- ending ---- */

static void say_how(struct watched *w, int status) {
        if (WIFSIGNALED(status))
                (void) snprintf(w->last, sizeof w->last, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
        else if (WEXITSTATUS(status) == 127)
                (void) snprintf(w->last, sizeof w->last, "could not be started: %.40s", w->service->argv[0]);
        else
                (void) snprintf(w->last, sizeof w->last, "ended with status %d", WEXITSTATUS(status));
        say(w, w->last);
}

static void ended(struct watched *w, int status) {
        int64_t now = now_ms();

        if (w->out >= 0)
                read_log(w);
        say_how(w, status);
        w->pause_ms = now - w->started_ms > SETTLED_MS ? FIRST_PAUSE_MS : BH_MIN(w->pause_ms * 2, (unsigned) LONGEST_PAUSE_MS);
        w->pid = 0;
        w->due_ms = now + w->pause_ms;
        w->restarts += !w->ending;
}

static void reap(struct watched *w) {
        int status;
        pid_t pid;

        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
                if (pid == w->pid)
                        ended(w, status);
        write_status(w);
}

static void end(struct watched *w, int signal) {
        if (w->pid)
                (void) kill(w->pid, signal);
}

static void read_signals(struct watched *w) {
        struct signalfd_siginfo info;

        while (read(w->signals, &info, sizeof info) == (ssize_t) sizeof info)
                if (info.ssi_signo == SIGCHLD) {
                        reap(w);
                } else if (!w->ending) {
                        w->ending = true;
                        w->kill_ms = now_ms() + PATIENCE_MS;
                        end(w, SIGTERM);
                }
}

/* ---- turns ---- */

/* Did it fall silent, is it due? */
static void look_at(struct watched *w, int64_t now) {
        if (w->pid && w->service->watchdog_s && w->ready && now - w->heard_ms > w->service->watchdog_s * 1000ll) {
                say(w, "silent for too long: killed");
                end(w, SIGKILL);
                w->heard_ms = now;
        }
        if (w->ending && now > w->kill_ms)
                end(w, SIGKILL);
        if (!w->pid && !w->ending && now >= w->due_ms) {
                start(w);
                write_status(w);
        }
}

static void turn(struct watched *w) {
        struct pollfd fds[] = { { w->signals, POLLIN, 0 }, { w->out, POLLIN, 0 }, { w->notify, POLLIN, 0 } };

        (void) poll(fds, BH_LEN(fds), 200);
        if (fds[1].revents)
                read_log(w);
        if (fds[2].revents && read_notices(w))
                write_status(w);
        look_at(w, now_ms());
        read_signals(w);
}

/* ---- from the start to the end ---- */

/* Nobody but the program itself, by its user, may speak for it. */
static int give_to(const char *path, const char *user) {
        const struct passwd *p = user ? getpwnam(user) : NULL;

        return chmod(path, 0600) < 0 || (p && chown(path, p->pw_uid, (gid_t) -1) < 0) ? -1 : 0;
}

static int open_notify(struct watched *w, struct bh_err *err) {
        const struct bh_service *service = w->service;
        struct sockaddr_un a = { .sun_family = AF_UNIX };

        if ((size_t) snprintf(w->notify_path, sizeof w->notify_path, "%s/%s.notify", service->run_dir, service->name) >= sizeof w->notify_path)
                return bh_fail(err, BH_E_LIMIT, "%.60s...: too long for a socket", service->run_dir);
        memcpy(a.sun_path, w->notify_path, sizeof a.sun_path);
        (void) unlink(a.sun_path);
        w->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (w->notify < 0 || bind(w->notify, (const struct sockaddr *) &a, sizeof a) < 0 || give_to(w->notify_path, service->user) < 0)
                return bh_fail_sys(err, errno, "%s", w->notify_path);
        return 0;
}

static int open_log(struct watched *w, struct bh_err *err) {
        const struct bh_service *service = w->service;

        w->log = (struct bh_logfile){ .path = w->log_path, .size_bytes = LOG_BYTES, .keep = LOG_KEEP, .own = true, .fd = -1 };
        if ((size_t) snprintf(w->log_path, sizeof w->log_path, "%s/%s.log", service->log_dir, service->name) >= sizeof w->log_path)
                return bh_fail(err, BH_E_LIMIT, "%.60s...: too long for a path", service->log_dir);
        return bh_logfile_open(&w->log, err);
}

static int open_signals(struct watched *w, struct bh_err *err) {
        sigset_t all;

        (void) sigemptyset(&all);
        (void) sigaddset(&all, SIGCHLD);
        (void) sigaddset(&all, SIGTERM);
        (void) sigaddset(&all, SIGINT);
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGHUP, SIG_IGN); /* of a terminal that was closed */
        w->signals = sigprocmask(SIG_BLOCK, &all, NULL) < 0 ? -1 : signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
        return w->signals < 0 ? bh_fail_sys(err, errno, "signals") : 0;
}

static void close_all(struct watched *w) {
        bh_fd_close(&w->out);
        bh_fd_close(&w->notify);
        bh_fd_close(&w->signals);
        if (w->notify_path[0])
                (void) unlink(w->notify_path);
        bh_logfile_close(&w->log);
}

int bh_supervise(const struct bh_service *service, struct bh_err *err) {
        struct watched w = { .service = service, .out = -1, .notify = -1, .signals = -1, .pause_ms = FIRST_PAUSE_MS / 2, .log.fd = -1 };
        int r = open_signals(&w, err);

        r = r < 0 ? r : open_log(&w, err);
        r = r < 0 ? r : open_notify(&w, err);
        if (r >= 0)
                write_status(&w);
        while (r >= 0 && (!w.ending || w.pid))
                turn(&w);
        if (r >= 0)
                write_status(&w);
        close_all(&w);
        return r;
}
