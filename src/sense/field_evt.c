/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/fields.h"

#include <fcntl.h>
#include <string.h>

#include "rule/when.h"
#include "sense/render.h"

#define SECOND 1000000000ll

static const struct bh_ev_info *info_of(const struct bh_event *e) {
        return bh_event_info(e->head.type);
}

static bool is_in(unsigned type, const uint8_t *types, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (types[i] == type)
                        return true;
        return false;
}

static bool sends(unsigned type) {
        static const uint8_t t[] = { BH_EV_SENDTO, BH_EV_SENDMSG, BH_EV_SENDMMSG };

        return is_in(type, t, BH_LEN(t));
}

static bool receives(unsigned type) {
        static const uint8_t t[] = { BH_EV_RECVFROM, BH_EV_RECVMSG, BH_EV_RECVMMSG };

        return is_in(type, t, BH_LEN(t));
}

static const char *category_of(const struct bh_event *e) {
        static const uint8_t process[] = { BH_EV_EXECVE, BH_EV_EXECVEAT, BH_EV_CLONE, BH_EV_CLONE3, BH_EV_FORK, BH_EV_VFORK,
                                           BH_EV_PROCEXIT, BH_EV_PTRACE, BH_EV_PRCTL, BH_EV_SETSID, BH_EV_SETPGID };
        static const uint8_t memory[] = { BH_EV_MMAP, BH_EV_MPROTECT, BH_EV_USERFAULTFD, BH_EV_MEMFD_CREATE };
        static const uint8_t users[] = { BH_EV_SETUID, BH_EV_SETGID, BH_EV_SETREUID, BH_EV_SETREGID, BH_EV_SETRESUID,
                                         BH_EV_SETRESGID, BH_EV_CAPSET, BH_EV_CREDJUMP };
        static const uint8_t signals[] = { BH_EV_KILL, BH_EV_TKILL, BH_EV_TGKILL, BH_EV_SIGNAL };
        unsigned type = e->head.type;

        if (sends(type))
                return "IO-write";
        if (receives(type))
                return "IO-read";
        if (info_of(e)->lane == BH_LANE_FILE)
                return "file";
        if (info_of(e)->lane == BH_LANE_NET)
                return "net";
        if (is_in(type, process, BH_LEN(process)))
                return "process";
        if (is_in(type, memory, BH_LEN(memory)))
                return "memory";
        if (is_in(type, users, BH_LEN(users)))
                return "user";
        if (is_in(type, signals, BH_LEN(signals)))
                return "signal";
        return info_of(e)->flags & BH_EVI_OURS ? "internal" : "system";
}

/* Not of the kernel: somebody looked, or has read it in a file. */
static bool is_async(unsigned type) {
        static const uint8_t t[] = { BH_EV_LOST, BH_EV_CONTAINER, BH_EV_RESOURCE, BH_EV_HIDDEN_PROCESS, BH_EV_HIDDEN_PORT };

        return is_in(type, t, BH_LEN(t));
}

/* /dev/log leads there where systemd runs. */
static bool is_syslog(const struct bh_event *e) {
        struct bh_str path = bh_event_fd_name(e);

        return sends(e->head.type) && e->fd && e->fd->kind == BH_FD_UNIX &&
               (bh_str_is(path, "/dev/log") || bh_str_is(path, "/run/systemd/journal/dev-log"));
}

/* Which of evt.count.error.* counts it. */
static unsigned error_of(const struct bh_event *e) {
        const char *category = category_of(e);

        if (strcmp(category, "file") == 0)
                return BH_EN_COUNT_ERROR_FILE;
        if (strcmp(category, "net") == 0 || strncmp(category, "IO-", 3) == 0) /* through sockets, all of it */
                return BH_EN_COUNT_ERROR_NET;
        return strcmp(category, "memory") == 0 ? BH_EN_COUNT_ERROR_MEMORY : BH_EN_COUNT_ERROR_OTHER;
}

/* Events of several processors may come in another order than they happened. */
static int64_t since(const struct bh_event *e, int64_t then_ns) {
        return then_ns && e->time_ns > then_ns ? e->time_ns - then_ns : 0;
}

/* The n-th path among the arguments. */
static const struct bh_ev_arg *path_arg(const struct bh_ev_info *info, unsigned n) {
        for (unsigned i = 0; i < info->n_args; i++)
                if ((info->args[i].render == BH_AS_PATH || info->args[i].render == BH_AS_OPENED) && n-- == 0)
                        return &info->args[i];
        return NULL;
}

static struct bh_str path_of(const struct bh_event *e, unsigned n, struct bh_arena *scratch) {
        const struct bh_ev_arg *a = path_arg(info_of(e), n);
        struct bh_shown s;

        if (!a || !bh_render_arg(e, a, scratch, &s))
                return (struct bh_str){ 0 };
        return s.resolved.len ? s.resolved : s.text;
}

BH_FIELD_GET(bh_field_evt_text) {
        const struct bh_event *e = event;

        (void) arg;
        switch (self->tag) {
        case BH_ET_TYPE: return bh_give_str(ret, self, bh_str_of(info_of(e)->name));
        case BH_ET_SYSCALL:
                return !(info_of(e)->flags & BH_EVI_OURS) && bh_give_str(ret, self, bh_str_of(info_of(e)->name));
        case BH_ET_CATEGORY: return bh_give_str(ret, self, bh_str_of(category_of(e)));
        case BH_ET_ARGS:
        case BH_ET_INFO: return bh_give_str(ret, self, bh_render_args(e, scratch));
        case BH_ET_RES:
                return !(info_of(e)->flags & BH_EVI_OURS) && bh_give_str(ret, self, bh_render_error(e->head.res, scratch));
        case BH_ET_IO_DIR:
                return (sends(e->head.type) || receives(e->head.type)) &&
                       bh_give_str(ret, self, sends(e->head.type) ? BH_STR("write") : BH_STR("read"));
        case BH_ET_SOURCE: return bh_give_str(ret, self, BH_STR("syscall"));
        case BH_ET_HOSTNAME: return e->asks && bh_give_some(ret, self, e->asks->hostname);
        case BH_ET_DIR: return bh_give_str(ret, self, BH_STR("<"));
        case BH_ET_ABSPATH:
        case BH_ET_ABSPATH_SRC: return bh_give_some(ret, self, path_of(e, 0, scratch));
        case BH_ET_ABSPATH_DST: return bh_give_some(ret, self, path_of(e, 1, scratch));
        case BH_ET_ASYNC: return is_async(e->head.type) && bh_give_str(ret, self, bh_str_of(info_of(e)->name));
        default: return false;
        }
}

static bool give_buflen(const struct bh_field *self, const struct bh_event *e, bool wanted, struct bh_value *ret) {
        struct bh_value data;

        return wanted && bh_field_evt_buffer(self, e, NULL, NULL, &data) && bh_give_int(ret, self, (int64_t) data.str.len);
}

/* A part of a second is written with all its digits. */
static bool give_ns(struct bh_value *ret, const struct bh_field *self, int64_t ns, struct bh_arena *scratch) {
        *ret = (struct bh_value){ .type = self->type, .i = ns, .str = bh_arena_printf(scratch, "%09lld", (long long) ns) };
        return true;
}

BH_FIELD_GET(bh_field_evt_number) {
        const struct bh_event *e = event;
        int64_t whole = since(e, e->asks ? e->asks->first_ns : 0), delta = since(e, e->before_ns);

        (void) arg;
        switch (self->tag) {
        case BH_EN_NUM: return bh_give_int(ret, self, (int64_t) e->num);
        case BH_EN_CPU: return bh_give_int(ret, self, e->head.cpu);
        case BH_EN_COUNT: return bh_give_int(ret, self, 1);
        case BH_EN_COUNT_ERROR: return bh_give_int(ret, self, e->head.res < 0);
        case BH_EN_COUNT_ERROR_FILE:
        case BH_EN_COUNT_ERROR_NET:
        case BH_EN_COUNT_ERROR_MEMORY:
        case BH_EN_COUNT_ERROR_OTHER: return bh_give_int(ret, self, e->head.res < 0 && error_of(e) == self->tag);
        case BH_EN_RAWRES: return !(info_of(e)->flags & BH_EVI_OURS) && bh_give_int(ret, self, e->head.res);
        case BH_EN_BUFLEN: return give_buflen(self, e, true, ret);
        case BH_EN_BUFLEN_IN: return give_buflen(self, e, receives(e->head.type), ret);
        case BH_EN_BUFLEN_OUT: return give_buflen(self, e, sends(e->head.type), ret);
        case BH_EN_RAWTIME: return bh_give_int(ret, self, e->time_ns);
        case BH_EN_RAWTIME_S: return bh_give_int(ret, self, e->time_ns / SECOND);
        case BH_EN_RAWTIME_NS: return give_ns(ret, self, e->time_ns % SECOND, scratch);
        case BH_EN_RELTIME: return give_ns(ret, self, whole, scratch);
        case BH_EN_RELTIME_S: return bh_give_int(ret, self, whole / SECOND);
        case BH_EN_RELTIME_NS: return give_ns(ret, self, whole % SECOND, scratch);
        case BH_EN_DELTA: return bh_give_int(ret, self, delta);
        case BH_EN_DELTA_S: return bh_give_int(ret, self, delta / SECOND);
        case BH_EN_DELTA_NS: return give_ns(ret, self, delta % SECOND, scratch);
        default: return false;
        }
}

/* The mode that a file would be made with; only when it may be made. */
static uint32_t mode_of(const struct bh_event *e) {
        switch (e->head.type) {
        case BH_EV_CREAT: return (uint32_t) e->nums[1];
        case BH_EV_OPEN: return (uint32_t) e->nums[2];
        case BH_EV_OPENAT: return (uint32_t) e->nums[3];
        case BH_EV_OPENAT2: return (uint32_t) e->nums[7];
        default: return 0;
        }
}

static bool opens_for(const struct bh_event *e, unsigned what) {
        uint32_t flags, access;

        if (!(info_of(e)->flags & BH_EVI_OPEN))
                return false;
        flags = bh_open_flags(e);
        access = flags & O_ACCMODE;
        switch (what) {
        case BH_EF_OPEN_WRITE: return access == O_WRONLY || access == O_RDWR;
        case BH_EF_OPEN_READ: return (access == O_RDONLY || access == O_RDWR) && !(flags & O_PATH);
        case BH_EF_OPEN_EXEC: return flags & (O_CREAT | __O_TMPFILE) && mode_of(e) & 0111;
        default: return e->fd && e->fd->flags & BH_FD_CREATED;
        }
}

BH_FIELD_GET(bh_field_evt_flag) {
        const struct bh_event *e = event;
        unsigned type = e->head.type;

        (void) arg, (void) scratch;
        switch (self->tag) {
        case BH_EF_OPEN_WRITE:
        case BH_EF_OPEN_READ:
        case BH_EF_OPEN_EXEC:
        case BH_EF_OPEN_CREATE: return bh_give_bool(ret, self, opens_for(e, self->tag));
        case BH_EF_FAILED: return bh_give_bool(ret, self, e->head.res < 0);
        case BH_EF_IO: return bh_give_bool(ret, self, sends(type) || receives(type));
        case BH_EF_IO_READ: return bh_give_bool(ret, self, receives(type));
        case BH_EF_IO_WRITE: return bh_give_bool(ret, self, sends(type));
        case BH_EF_SYSCALL: return bh_give_bool(ret, self, !(info_of(e)->flags & BH_EVI_OURS));
        case BH_EF_URING: return bh_give_bool(ret, self, e->head.flags & BH_EV_IO_URING);
        case BH_EF_RACED: return bh_give_bool(ret, self, e->head.flags & BH_EV_RACED);
        case BH_EF_CUT: return bh_give_bool(ret, self, e->head.flags & BH_EV_CUT);
        case BH_EF_WOULD: return bh_give_bool(ret, self, e->head.flags & BH_EV_WOULD);
        case BH_EF_KILLED: return bh_give_bool(ret, self, e->head.flags & BH_EV_KILLED);
        case BH_EF_ASYNC: return bh_give_bool(ret, self, is_async(type));
        case BH_EF_SYSLOG: return bh_give_bool(ret, self, is_syslog(e));
        case BH_EF_WAIT: return bh_give_bool(ret, self, false);
        default: return false;
        }
}

BH_FIELD_GET(bh_field_evt_time) {
        const struct bh_event *e = event;

        (void) arg;
        *ret = (struct bh_value){ .type = self->type, .i = e->time_ns, .str = bh_when_text(scratch, e->time_ns, self->tag) };
        return ret->str.len > 0;
}

/* evt.type.is[open]: 1 or 0. */
BH_FIELD_GET(bh_field_evt_is_type) {
        const struct bh_event *e = event;

        (void) scratch;
        return arg->given && bh_give_int(ret, self, bh_str_is(arg->key, info_of(e)->name));
}

/* By its number or its name. */
static const struct bh_ev_arg *find_arg(const struct bh_event *e, const struct bh_field_arg *arg) {
        const struct bh_ev_info *info = info_of(e);
        uint64_t n;

        if (!arg->given)
                return NULL;
        if (!bh_str_u64(arg->key, &n))
                return bh_event_arg(info, arg->key);
        return n < info->n_args ? &info->args[n] : NULL;
}

BH_FIELD_GET(bh_field_evt_arg) {
        const struct bh_event *e = event;
        const struct bh_ev_arg *a = find_arg(e, arg);
        struct bh_shown s;

        (void) self;
        if (!a || !bh_render_arg(e, a, scratch, &s))
                return false;
        *ret = (struct bh_value){ .type = s.number ? BH_V_WORD : BH_V_STRING, .u = s.value };
        ret->str = s.resolved.len ? s.resolved : s.text;
        return true;
}

BH_FIELD_GET(bh_field_evt_rawarg) {
        const struct bh_event *e = event;
        const struct bh_ev_arg *a = find_arg(e, arg);
        struct bh_shown s;

        (void) self;
        if (!a || !bh_render_arg(e, a, scratch, &s))
                return false;
        *ret = (struct bh_value){ .type = s.number ? BH_V_WORD : BH_V_STRING, .is_raw = s.number, .u = s.value };
        ret->str = s.text;
        return true;
}

BH_FIELD_GET(bh_field_evt_nothing) {
        (void) self, (void) event, (void) arg, (void) scratch, (void) ret;
        return false;
}

BH_FIELD_GET(bh_field_evt_buffer) {
        const struct bh_event *e = event;
        const struct bh_ev_arg *a = bh_event_arg(info_of(e), BH_STR("data"));

        (void) arg, (void) scratch;
        return a && a->render == BH_AS_BYTES && bh_give_some(ret, self, bh_event_str(e, a->slot));
}

/* setns, unshare and clone: the namespaces that are other ones now. */
BH_FIELD_GET(bh_field_ns_change) {
        const struct bh_event *e = event;

        (void) arg, (void) scratch;
        if (e->head.type != BH_EV_SETNS || e->head.n_nums < 8)
                return false;
        return bh_give_int(ret, self, (int64_t) e->nums[self->tag ? 7 : 6]);
}

bool bh_field_knows_arg(struct bh_str name) {
        uint64_t n;

        if (bh_str_u64(name, &n))
                return n < 64;
        for (unsigned t = 0; t < _BH_EV_MAX; t++)
                if (bh_event_arg(bh_event_info(t), name))
                        return true;
        return false;
}
