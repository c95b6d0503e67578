/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/refuser.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/macros.h"
#include "model/container.h"
#include "sense/procfs.h"
#include "runtime/files.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/proc.h"

#define CAN (BH_PREVENT_BIT(LISTED) | BH_PREVENT_BIT(DRIFTED))
#define GROUPS_ABOVE 16u
#define PROC_FILE (1u << 20)

struct row {
        uint64_t id; /* of a control group; 0: of what has no other */
        uint32_t stop, would;
};

struct bh_refuser {
        struct bh_prevent_port port;
        int files, end; /* fanotify; an eventfd that ends the thread */
        bool threads[2];
        pthread_t judge, guard;
        uint64_t own_mnt; /* of the host, as far as we can tell */
        uint64_t devices[BH_LIMIT_WATCHED_ROOTS]; /* file systems that are asked about */
        unsigned n_devices;

        pthread_mutex_t lock; /* of all that follows */
        pthread_cond_t began;
        struct row *rows;
        size_t n_rows;
        char **paths;
        size_t n_paths;
        int asked; /* the file the judge has in hand; -1: none */
        int64_t since_ns;
        bool ending;
        struct bh_refused told[BH_LIMIT_REFUSED_QUEUE];
        unsigned first, n_told;
        uint64_t lost;
};

static void answer(const struct bh_refuser *r, int fd, bool allow) {
        const struct fanotify_response a = { .fd = fd, .response = allow ? FAN_ALLOW : FAN_DENY };

        BH_IGNORE(write(r->files, &a, sizeof a));
}

/* ---- judging: by the judge's thread ---- */

static bool same_mount_namespace(const struct bh_refuser *r, uint32_t pid) {
        char path[48];
        struct stat st;

        (void) snprintf(path, sizeof path, "/proc/%u/ns/mnt", pid);
        return stat(path, &st) < 0 || st.st_ino == r->own_mnt;
}

/* Its own row, or that of the nearest group above, or of all. */
static struct row row_for(struct bh_refuser *r, uint32_t pid) {
        uint64_t ids[GROUPS_ABOVE + 1];
        size_t n = bh_procfs_cgroup_ids(pid, ids, GROUPS_ABOVE);
        struct row found = { 0 };

        ids[n++] = 0;
        pthread_mutex_lock(&r->lock);
        for (size_t i = 0; i < n && !found.stop && !found.would; i++)
                for (size_t k = 0; k < r->n_rows; k++)
                        if (r->rows[k].id == ids[i])
                                found = r->rows[k];
        pthread_mutex_unlock(&r->lock);
        return found;
}

static bool is_listed(struct bh_refuser *r, struct bh_str path) {
        bool listed = false;

        pthread_mutex_lock(&r->lock);
        for (size_t i = 0; i < r->n_paths && !listed; i++)
                listed = bh_str_is(path, r->paths[i]);
        pthread_mutex_unlock(&r->lock);
        return listed;
}

/* As the process sees it: beneath its own root. */
static struct bh_str path_of(struct bh_arena *scratch, uint32_t pid, int fd) {
        char name[32];
        struct bh_str root = bh_proc_link(scratch, pid, "root"), path;

        (void) snprintf(name, sizeof name, "fd/%d", fd);
        path = bh_proc_link(scratch, (uint32_t) getpid(), name);
        if (root.len > 1 && bh_str_starts(path, root) && path.len > root.len && path.at[root.len] == '/')
                path = bh_str_from(path, root.len);
        return path;
}

/* Written in the container: it lies in the upper directory of the overlay that is the process's root. */
static bool is_drifted(struct bh_refuser *r, struct bh_arena *scratch, uint32_t pid, int fd, struct bh_str path) {
        struct bh_container c = { 0 };
        struct statfs fs;
        struct bh_str text;
        struct stat st;

        if (fstatfs(fd, &fs) < 0 || (unsigned long) fs.f_type != OVERLAYFS_SUPER_MAGIC || same_mount_namespace(r, pid) ||
            bh_proc_read(scratch, pid, "mountinfo", PROC_FILE, &text, NULL) < 0)
                return false;
        bh_runtime_mountinfo(scratch, text, &c);
        return c.upper.len && lstat(bh_arena_printf(scratch, "%.*s%.*s", BH_FMT(c.upper), BH_FMT(path)).at, &st) == 0 && S_ISREG(st.st_mode);
}

static void tell(struct bh_refuser *r, uint32_t pid, uint32_t kinds, bool would, struct bh_str path) {
        struct bh_refused *t;

        pthread_mutex_lock(&r->lock);
        t = &r->told[(r->first + r->n_told) % BH_LIMIT_REFUSED_QUEUE];
        if (r->n_told == BH_LIMIT_REFUSED_QUEUE) {
                r->lost++;
        } else {
                *t = (struct bh_refused){ .pid = pid, .kinds = kinds, .would = would, .ktime_ns = (uint64_t) bh_clock_ns(CLOCK_BOOTTIME),
                                          .what = kinds & BH_PREVENT_BIT(DRIFTED) ? BH_PREVENT_DRIFTED : BH_PREVENT_LISTED };
                (void) snprintf(t->path, sizeof t->path, "%.*s", BH_FMT(path));
                r->n_told++;
        }
        pthread_mutex_unlock(&r->lock);
}

/* May it start? */
static bool judge(struct bh_refuser *r, struct bh_arena *scratch, uint32_t pid, int fd) {
        struct row row = row_for(r, pid);
        uint32_t asked = row.stop | row.would, kinds = 0;
        struct bh_str path;

        if (!asked || pid == (uint32_t) getpid())
                return true;
        path = path_of(scratch, pid, fd);
        if ((asked & BH_PREVENT_BIT(LISTED)) && is_listed(r, path))
                kinds |= BH_PREVENT_BIT(LISTED);
        if ((asked & BH_PREVENT_BIT(DRIFTED)) && is_drifted(r, scratch, pid, fd, path))
                kinds |= BH_PREVENT_BIT(DRIFTED);
        if (kinds & asked)
                tell(r, pid, kinds & (kinds & row.stop ? row.stop : row.would), !(kinds & row.stop), path);
        return !(kinds & row.stop);
}

/* From here on the guard looks at the clock. */
static void begin(struct bh_refuser *r, int fd) {
        pthread_mutex_lock(&r->lock);
        r->asked = fd;
        r->since_ns = bh_clock_ns(CLOCK_MONOTONIC);
        pthread_cond_signal(&r->began);
        pthread_mutex_unlock(&r->lock);
}

/* Unless the guard has answered already. */
static void end(struct bh_refuser *r, int fd, bool allow) {
        pthread_mutex_lock(&r->lock);
        if (r->asked == fd)
                answer(r, fd, allow);
        r->asked = -1;
        r->since_ns = 0;
        pthread_mutex_unlock(&r->lock);
        (void) close(fd);
}

/* One question a read, so that those behind it can be answered by the guard. False: none is there. */
static bool ask_one(const struct bh_refuser *r, struct fanotify_event_metadata *ret) {
        ssize_t n = read(r->files, ret, sizeof *ret);

        return n == (ssize_t) sizeof *ret && ret->fd >= 0;
}

static void *judge_all(void *user) {
        struct bh_refuser *r = user;
        struct pollfd p[2] = { { .fd = r->files, .events = POLLIN }, { .fd = r->end, .events = POLLIN } };
        struct bh_arena *scratch = bh_arena_new();

        while (poll(p, 2, -1) >= 0 || errno == EINTR) {
                struct fanotify_event_metadata m;

                if (p[1].revents)
                        break;
                if (!ask_one(r, &m))
                        continue;
                begin(r, m.fd);
                bh_arena_reset(scratch);
                end(r, m.fd, judge(r, scratch, (uint32_t) m.pid, m.fd));
        }
        bh_arena_free(&scratch);
        return NULL;
}

/* ---- the guard of the clock ---- */

/* The one in hand, once, and all that wait behind it. */
static void let_pass(struct bh_refuser *r) {
        struct fanotify_event_metadata m;

        if (r->asked >= 0) {
                answer(r, r->asked, true);
                r->asked = -1;
                r->lost++;
        }
        while (ask_one(r, &m)) {
                answer(r, m.fd, true);
                (void) close(m.fd);
                r->lost++;
        }
}

static void *guard(void *user) {
        struct bh_refuser *r = user;

        pthread_mutex_lock(&r->lock);
        while (!r->ending) {
                int64_t until = r->since_ns + BH_LIMIT_REFUSE_MS * 1000000ll;
                const struct timespec t = { until / 1000000000, until % 1000000000 };

                if (!r->since_ns)
                        pthread_cond_wait(&r->began, &r->lock);
                else if (bh_clock_ns(CLOCK_MONOTONIC) < until)
                        (void) pthread_cond_timedwait(&r->began, &r->lock, &t);
                else {
                        let_pass(r);
                        r->since_ns = bh_clock_ns(CLOCK_MONOTONIC) - (BH_LIMIT_REFUSE_MS - BH_LIMIT_REFUSE_MS / 10) * 1000000ll; /* soon again */
                }
        }
        pthread_mutex_unlock(&r->lock);
        return NULL;
}

/* ---- which file systems, and the port ---- */

static bool is_everywhere(const struct bh_refuser *r) {
        for (size_t i = 0; i < r->n_rows; i++)
                if (r->rows[i].id == 0)
                        return true;
        return false;
}

static void mark(struct bh_refuser *r, const char *path) {
        struct stat st;

        if (stat(path, &st) < 0)
                return;
        for (unsigned i = 0; i < r->n_devices; i++)
                if (r->devices[i] == st.st_dev)
                        return;
        if (fanotify_mark(r->files, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN_EXEC_PERM, AT_FDCWD, path) < 0)
                return; /* one that fanotify knows nothing of, such as proc; or it is gone */
        r->devices[r->n_devices % BH_LIMIT_WATCHED_ROOTS] = st.st_dev;
        r->n_devices = BH_MIN(r->n_devices + 1, BH_LIMIT_WATCHED_ROOTS - 1);
}

void bh_refuser_know(struct bh_refuser *r, uint32_t pid) {
        char path[48];

        if (!r->n_rows || (same_mount_namespace(r, pid) && !is_everywhere(r)))
                return;
        (void) snprintf(path, sizeof path, "/proc/%u/root", pid);
        mark(r, path);
}

static int know(void *user, uint32_t pid) {
        bh_refuser_know(user, pid);
        return 0;
}

/* A listed program may lie on another file system than the root. */
static void mark_listed(struct bh_refuser *r) {
        for (size_t i = 0; i < r->n_paths && is_everywhere(r); i++)
                mark(r, r->paths[i]);
}

static void put_row(struct bh_refuser *r, struct row row) {
        size_t i = 0;

        while (i < r->n_rows && r->rows[i].id != row.id)
                i++;
        if (!row.stop && !row.would) {
                if (i < r->n_rows)
                        r->rows[i] = r->rows[--r->n_rows];
                return;
        }
        if (i == r->n_rows) {
                struct row *more = reallocarray(r->rows, r->n_rows + 1, sizeof *more);

                if (!more)
                        bh_nomem((r->n_rows + 1) * sizeof *more);
                r->rows = more;
                r->n_rows++;
        }
        r->rows[i] = row;
}

static int apply(void *user, uint64_t id, uint32_t stop, uint32_t would, struct bh_err *err) {
        struct bh_refuser *r = user;

        if ((stop | would) & ~CAN)
                return bh_fail(err, BH_E_UNSUPPORTED, "some of it cannot be prevented on this machine");
        pthread_mutex_lock(&r->lock);
        put_row(r, (struct row){ id, stop, would & ~stop });
        pthread_mutex_unlock(&r->lock);
        if (!r->n_rows) {
                BH_IGNORE(fanotify_mark(r->files, FAN_MARK_FLUSH | FAN_MARK_FILESYSTEM, 0, AT_FDCWD, NULL));
                r->n_devices = 0;
                return 0;
        }
        mark_listed(r);
        return bh_procfs_each(know, r, err);
}

static void drop_paths(struct bh_refuser *r) {
        for (size_t i = 0; i < r->n_paths; i++)
                free(r->paths[i]);
        free(r->paths);
        r->paths = NULL;
        r->n_paths = 0;
}

static int list(void *user, enum bh_prevention which, const struct bh_str *paths, size_t n, struct bh_err *err) {
        struct bh_refuser *r = user;

        (void) err;
        if (which != BH_PREVENT_LISTED)
                return 0;
        pthread_mutex_lock(&r->lock);
        drop_paths(r);
        r->paths = calloc(n + 1, sizeof *r->paths);
        if (!r->paths)
                bh_nomem(n * sizeof *r->paths);
        for (size_t i = 0; i < n; i++)
                if (!(r->paths[r->n_paths++] = strndup(paths[i].at, paths[i].len)))
                        bh_nomem(paths[i].len);
        pthread_mutex_unlock(&r->lock);
        mark_listed(r);
        return 0;
}

static const char *missing(void *user, enum bh_prevention which) {
        (void) user;
        return CAN & (1u << which) ? "it works" : "without BPF only listed programs, and those written in a container, are stopped, through fanotify";
}

/* ---- from the start to the end ---- */

static int open_fanotify(struct bh_refuser *r, struct bh_err *err) {
        r->files = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
        if (r->files < 0)
                return bh_fail_sys(err, errno, "fanotify");
        if (fanotify_mark(r->files, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, "/proc/self/exe") < 0 ||
            fanotify_mark(r->files, FAN_MARK_REMOVE, FAN_OPEN_EXEC_PERM, AT_FDCWD, "/proc/self/exe") < 0)
                return bh_fail_sys(err, errno, "fanotify does not ask before a program starts");
        return 0;
}

static int start_threads(struct bh_refuser *r, struct bh_err *err) {
        int e = pthread_create(&r->judge, NULL, judge_all, r);

        r->threads[0] = e == 0;
        if (e == 0)
                e = pthread_create(&r->guard, NULL, guard, r);
        r->threads[1] = e == 0 && r->threads[0];
        return e ? bh_fail_sys(err, e, "a thread") : 0;
}

int bh_refuser_open(struct bh_refuser **ret, struct bh_err *err) {
        BH_CLEANUP(bh_refuser_close) struct bh_refuser *r = calloc(1, sizeof *r);
        pthread_condattr_t by_monotonic;
        struct stat st;
        int e;

        if (!r)
                bh_nomem(sizeof *r);
        r->files = r->asked = -1;
        r->end = eventfd(0, EFD_CLOEXEC);
        r->own_mnt = stat("/proc/self/ns/mnt", &st) == 0 ? st.st_ino : 0;
        (void) pthread_mutex_init(&r->lock, NULL);
        (void) pthread_condattr_init(&by_monotonic);
        (void) pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&r->began, &by_monotonic);
        (void) pthread_condattr_destroy(&by_monotonic);
        r->port = (struct bh_prevent_port){ .user = r, .can = CAN, .missing = missing, .apply = apply, .list = list };
        e = r->end < 0 ? bh_fail_sys(err, errno, "an eventfd") : open_fanotify(r, err);
        e = e < 0 ? e : start_threads(r, err);
        if (e == 0)
                *ret = BH_TAKE(r);
        return e;
}

void bh_refuser_close(struct bh_refuser **refuser) {
        struct bh_refuser *r = BH_TAKE(*refuser);

        if (!r)
                return;
        pthread_mutex_lock(&r->lock);
        r->ending = true;
        pthread_cond_signal(&r->began);
        pthread_mutex_unlock(&r->lock);
        if (r->end >= 0)
                BH_IGNORE(eventfd_write(r->end, 1));
        if (r->threads[0])
                (void) pthread_join(r->judge, NULL);
        if (r->threads[1])
                (void) pthread_join(r->guard, NULL);
        bh_fd_close(&r->files); /* who waits for an answer may go on */
        bh_fd_close(&r->end);
        (void) pthread_cond_destroy(&r->began);
        (void) pthread_mutex_destroy(&r->lock);
        drop_paths(r);
        free(r->rows);
        free(r);
}

const struct bh_prevent_port *bh_refuser_port(struct bh_refuser *r) {
        return &r->port;
}

bool bh_refuser_next(struct bh_refuser *r, struct bh_refused *ret) {
        bool some;

        pthread_mutex_lock(&r->lock);
        some = r->n_told > 0;
        if (some) {
                *ret = r->told[r->first];
                r->first = (r->first + 1) % BH_LIMIT_REFUSED_QUEUE;
                r->n_told--;
        }
        pthread_mutex_unlock(&r->lock);
        return some;
}

uint64_t bh_refuser_lost(struct bh_refuser *r) {
        uint64_t n;

        pthread_mutex_lock(&r->lock);
        n = r->lost;
        r->lost = 0;
        pthread_mutex_unlock(&r->lock);
        return n;
}
