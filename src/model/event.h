/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_EVENT_H
#define BH_MODEL_EVENT_H
/*
 * An event of the kernel, read: the record of bpf/shared/event.h taken apart,
 * and who it is about. What the numbers and strings of a type mean, and by
 * which names rules ask for them, is a table (bh_event_info), not code.
 *
 * All slices point into the record, which belongs to the back end and is gone
 * after the event's turn.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "bpf/shared/event.h"
#include "model/process.h"

struct bh_user {
        struct bh_str name, home, shell;
};

/* What fields ask and no record answers. Any function may be NULL; slices are good for the event's turn. */
struct bh_event_asks {
        void *self;
        bool (*user)(void *self, const struct bh_process *p, uint32_t uid, struct bh_user *ret);
        bool (*group)(void *self, const struct bh_process *p, uint32_t gid, struct bh_str *ret_name);
        struct bh_process *(*process)(void *self, uint32_t pid);
        int64_t boot_ns;          /* CLOCK_REALTIME less CLOCK_BOOTTIME */
        int64_t first_ns;         /* time of the first event that was handed on; 0: there was none yet */
        struct bh_str hostname;
};

/* bh_event.marks */
#define BH_EVENT_FD_CHANGED 0x01 /* the fd has another peer than in the last event about it */

struct bh_event {
        struct bh_ev_head head;
        const struct bh_ev_fd *fd;        /* NULL: none */
        const struct bh_ev_proc *started; /* NULL: none */
        uint64_t nums[BH_EV_MAX_NUMS];    /* 0 beyond n_nums */
        struct bh_str strs[BH_EV_MAX_STRS];
        uint64_t num;                     /* evt.num, from 1 */
        int64_t time_ns;                  /* since 1970 */
        int64_t before_ns;                /* of the event handed on before; 0: this is the first */
        struct bh_process *process;       /* who did it: before the exec for a failed one; NULL only for LOST and the like */
        const struct bh_container *container; /* of CONTAINER; of others the process knows it */
        struct bh_str record;             /* the bytes themselves */
        uint32_t marks;                   /* BH_EVENT_... */
        const struct bh_event_asks *asks; /* NULL: nobody answers */
};

/* How an argument is rendered: what evt.arg.NAME gives. */
enum bh_ev_render {
        BH_AS_INT,
        BH_AS_UINT,
        BH_AS_HEX,     /* "FD01" */
        BH_AS_OCTAL,   /* "644" */
        BH_AS_ERRNO,   /* "0", "ENOENT" */
        BH_AS_FD,      /* number and "<f>path" */
        BH_AS_PID,     /* number and "(name)" */
        BH_AS_STRING,
        BH_AS_PATH,    /* two strings, a base and a rest: the rest alone when it is absolute, else joined, without "." and ".." */
        BH_AS_OPENED,  /* of the family of open: as BH_AS_PATH, or what was opened (slot 0) when that was not sent */
        BH_AS_ARGV,    /* NUL-closed strings, joined by blanks */
        BH_AS_BYTES,
        BH_AS_FLAGS,   /* by a table of bits: "O_RDONLY|O_CLOEXEC" */
        BH_AS_ENUM,    /* by a table of values: "BPF_PROG_LOAD"; compares as number too */
        BH_AS_MODE,    /* "S_ISUID|S_IRWXU" */
        BH_AS_UID,     /* user name; compares as number too */
        BH_AS_GID,
        BH_AS_SIGNAL,  /* "SIGKILL" */
        BH_AS_TUPLE,   /* of the fd part: "1.2.3.4:5->6.7.8.9:10" */
        BH_AS_TIME,
        BH_AS_CAPS,    /* "CAP_CHOWN CAP_KILL" */
};

enum bh_ev_from {
        BH_EV_OF_NOWHERE, /* no back end sends it: there is no value, but later arguments keep their number */
        BH_EV_OF_RES,
        BH_EV_OF_NUM,     /* slot of nums */
        BH_EV_OF_STR,     /* slot as bh_event_str counts them */
        BH_EV_OF_FD,      /* enum bh_ev_fd_part */
        BH_EV_OF_PROC,    /* an offset / 4 in bh_ev_proc: of what was executed, else of who did it */
        BH_EV_OF_PROC64,  /* the same, of 64 bits */
        BH_EV_OF_WHO,     /* enum bh_ev_who */
        BH_EV_OF_EXIT,    /* of PROCEXIT, nums[0] as wait(2) gives it: enum bh_ev_exit */
};
enum bh_ev_fd_part { BH_EV_FD_DEV, BH_EV_FD_INO, BH_EV_FD_TUPLE, BH_EV_FD_FLAGS };
/* Of an exec what was, or was to be, executed; else of the process. */
enum bh_ev_who {
        BH_EV_WHO_EXE,
        BH_EV_WHO_ARGS,
        BH_EV_WHO_FILENAME,
        BH_EV_WHO_ENV,
        BH_EV_WHO_COMM,
        BH_EV_WHO_CWD,
        BH_EV_WHO_CGROUP,
        BH_EV_WHO_EXEPATH,
        BH_EV_WHO_TID,
};
enum bh_ev_exit { BH_EV_EXIT_STATUS, BH_EV_EXIT_CODE, BH_EV_EXIT_SIGNAL, BH_EV_EXIT_CORE };

struct bh_ev_word {
        uint64_t value;
        const char *word;
};

struct bh_ev_arg {
        const char *name;  /* evt.arg.NAME, in the order of evt.arg[N] */
        uint8_t render;    /* enum bh_ev_render */
        uint8_t from;      /* enum bh_ev_from */
        uint8_t slot;      /* see enum bh_ev_from */
        const struct bh_ev_word *words; /* of FLAGS and ENUM, ended by a NULL word */
};

/* What the type says of itself: bh_ev_info.flags */
#define BH_EVI_CREATES_FD 0x01 /* fd.* is what it made */
#define BH_EVI_USES_FD 0x02    /* fd.* is what it used */
#define BH_EVI_OPEN 0x04       /* of the family of open: evt.is_open_* */
#define BH_EVI_OURS 0x08       /* no system call: never syscall.type */
#define BH_EVI_SILENT 0x10     /* state for us, no event for rules */
#define BH_EVI_PATHS 0x20      /* who has no path that is wanted may be left out: by its arguments of BH_AS_PATH */

struct bh_ev_info {
        const char *name;
        uint8_t flags;
        uint8_t lane;     /* BH_LANE_... */
        uint8_t n_args;
        const struct bh_ev_arg *args;
};

/* The row of a type; NULL beyond the last. */
const struct bh_ev_info *bh_event_info(unsigned type);
/* The type of that name, or -1. */
int bh_event_type(struct bh_str name);

/* The argument of that name; NULL. */
const struct bh_ev_arg *bh_event_arg(const struct bh_ev_info *info, struct bh_str name);

/*
 * Takes a record apart, which begins at a multiple of 8. Anything that does
 * not add up is FORMAT, and `ret` as it was. num, time_ns and process are
 * somebody else's to fill in.
 */
int bh_event_parse(struct bh_str record, struct bh_event *ret, struct bh_err *err) BH_MUST_CHECK;

/* The name of the fd: kernel's path of a file, path of a Unix socket; empty: none. */
struct bh_str bh_event_fd_name(const struct bh_event *e);
/* The n-th string of the arguments, without the name of the fd; empty beyond the last. Not for EXECVE and such (BH_PROC_STR_...). */
struct bh_str bh_event_str(const struct bh_event *e, unsigned n);

/* For back ends without a kernel program, recordings made by hand, and tests. */
struct bh_buf;
struct bh_event_parts {
        struct bh_ev_head head;      /* size, n_nums, n_strs and HAS_ flags are filled in */
        const struct bh_ev_fd *fd;
        const struct bh_ev_proc *proc;
        const uint64_t *nums;
        const struct bh_str *strs;
        unsigned n_nums, n_strs;
};
/* Appends one record. More strings, numbers or bytes than a record may hold are the caller's mistake. */
void bh_event_put(struct bh_buf *out, const struct bh_event_parts *parts);

#endif
