/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_SHARED_SENSOR_H
#define BH_BPF_SHARED_SENSOR_H
/*
 * What user space tells the programs in the kernel, and what they count.
 *
 * There are two filters; `control.active` says which one is in force. A new
 * one is written whole beside the old, then the switch is turned: an event is
 * judged by the one or the other, never by half of each.
 *
 * A row of interest is a bit of a u64. An event's `have` (BH_IR_... as bits,
 * rule/interest.h) gives the rows that its flags satisfy, `pass[have]`; its
 * path gives the rows that name it, by three maps; the two meet.
 */
#include "event.h"

#define BH_FILE_RINGS 4 /* ring_file0 ...; 1, 2 or 4 of them are used */
#define BH_SENSOR_ROWS 64
#define BH_SENSOR_HAVE 512   /* all that can be known of an event: nine bits */
#define BH_SENSOR_TYPES 128  /* >= _BH_EV_MAX */
#define BH_SENSOR_CALLS 512  /* system calls by number */

/* What is done at the end of a system call: which program of a prog array. */
#define BH_CALLS(X)                                                                              \
        X(NONE, "")                                                                              \
        X(OPEN, "sys_open")     /* an fd of a file comes back */                                 \
        X(PLAIN, "sys_plain")   /* its six numbers tell all */                                   \
        X(NAMED, "sys_named")   /* paths, texts or an fd of the caller's */                      \
        X(SOCKET, "sys_socket") /* of a socket */                                                \
        X(DATA, "sys_data")     /* sends or receives */                                          \
        X(EXEC, "sys_exec")     /* a program that did not start */                               \
        X(MOUNT, "sys_mount")   /* three texts */                                                \
        X(RIGHTS, "sys_rights") /* user ids, capabilities, namespaces: what was and what is */   \
        X(STRUCT, "sys_struct") /* a struct of the caller's says more: bpf, perf, io_uring, pipe */

enum bh_call {
#define X(symbol, name) BH_CALL_##symbol,
        BH_CALLS(X)
#undef X
                _BH_CALL_MAX
};

/* Arguments are counted from 1; 0: none. */
struct bh_sensor_call {
        __u8 call; /* enum bh_call */
        __u8 type; /* enum bh_ev_type */
        __u8 a, b; /* paths, or texts by flags */
        __u8 a_dir, b_dir; /* what holds the directory's fd; 0: the current directory */
        __u8 fd;   /* the fd it uses */
        __u8 flags;
};
BH_EV_SAME(bh_sensor_call, 8);
#define BH_CALL_RETURNS_FD 0x01 /* the fd part is of what came back */
#define BH_CALL_SERVER 0x02     /* ours is the server's end */
#define BH_CALL_CLIENT 0x04
#define BH_CALL_TEXT_A 0x08     /* a is any string, no path: one slot */
#define BH_CALL_TEXT_B 0x10
#define BH_CALL_NO_PATH 0x20    /* an fd stands for the path: its two slots are empty */
#define BH_CALL_RECEIVES 0x40   /* of DATA; else it sends */
#define BH_CALL_VECTOR 0x80     /* of DATA: a struct msghdr; of NAMED: fcntl, which is a dup for some commands */
#define BH_CALL_FAILED 0x80     /* of PLAIN: only when it failed; success is told elsewhere */

#define BH_WANT_NONE 0
#define BH_WANT_ROWS 1
#define BH_WANT_ALL 2

struct bh_sensor_type {
        __u64 rows;     /* those of this type */
        __u64 words;    /* of opens: those that ask for the caller's words, too; all ones: each does */
        __u64 any_path; /* of both, those that ask for no path */
        __u32 want;     /* BH_WANT_... */
        __u32 lane;
};
BH_EV_SAME(bh_sensor_type, 32);

#define BH_WANTS_ENV 0x01
#define BH_WANTS_CWD 0x02
#define BH_WANTS_DATA 0x08
#define BH_WANTS_NAMES 0x10    /* any row asks for a last part */
#define BH_WANTS_SUFFIXES 0x20
#define BH_WANTS_PREFIXES 0x40 /* or for a prefix, or a whole path */
#define BH_WANTS_RIGHTS 0x80   /* rights of tasks are followed */
#define BH_WANTS_RACED 0x100   /* texts are looked at when a call begins, too */

/* What a task was allowed, and where it lived, when we last looked. */
#define BH_NAMESPACES 7 /* mnt, pid, net, user, ipc, uts, cgroup */
struct bh_rights {
        __u32 uid, euid, gid, egid;
        __u64 cap_effective;
        __u32 ns[BH_NAMESPACES], known;
};
BH_EV_SAME(bh_rights, 56);

#define BH_DATA_BYTES 256 /* of what is sent or received */

/*
 * Asked before the maps of paths, which are slow: a bit is clear when no text
 * of the map could fit. Who has a longer or a shorter text than is looked at
 * here sets all bits.
 */
#define BH_QUICK_WORDS 16 /* 1024 bits */

static inline __u32 bh_quick_prefix(__u32 first_four) { /* bytes, as the machine reads them */
        return (first_four * 2654435761u) >> 22;
}
static inline __u32 bh_quick_name(__u32 len, __u8 first, __u8 last) {
        return (len + first * 5u + last * 37u) & 1023;
}
static inline __u32 bh_quick_suffix(__u8 before, __u8 last) {
        return (before + last * 37u) & 1023;
}

/* Is a call wanted, by its number as others and as 32-bit programs have it: at its end; at its begin, too. */
#define BH_ANY_END 1
#define BH_ANY_END32 2
#define BH_ANY_BEGIN 4
#define BH_ANY_BEGIN32 8

struct bh_sensor_filter {
        __u64 pass[BH_SENSOR_HAVE];
        __u64 prefix_quick[BH_QUICK_WORDS], name_quick[BH_QUICK_WORDS], suffix_quick[BH_QUICK_WORDS];
        struct bh_sensor_type types[BH_SENSOR_TYPES];
        struct bh_sensor_call calls[BH_SENSOR_CALLS];
        struct bh_sensor_call calls32[BH_SENSOR_CALLS]; /* of 32-bit programs */
        __u32 wants;
        __u32 which; /* 0 or 1, as in the keys of paths */
        __u64 secret[2]; /* of the sums of paths (lib/verdict.h), odd, another one for each filter; 0: nothing is remembered */
};
BH_EV_SAME(bh_sensor_filter, 4096 + 3 * 128 + 128 * 32 + 2 * 512 * 8 + 24);

/* The names of the maps that hold what stands above and below: those of variables (bpf/lib/maps.h). */
#define BH_SENSOR_FILTERS ".data.filters"
#define BH_SENSOR_CONTROL ".data.control"

struct bh_sensor_control {
        __u32 active;   /* which filter: 0 or 1 */
        __u32 own_tgid; /* ourselves, never reported */
        __u32 host_mnt, host_net; /* inodes of the host's namespaces: the programs find them (prog/alive.bpf.c) */
        __u32 file_mask, pad; /* which of the rings for files a CPU has: its number, as far as this goes */
        __u64 wake_pause_ns; /* wake user space after a pause of this, */
        __u64 wake_bytes;    /* and each time so much has come together */
        __u8 any[BH_SENSOR_CALLS]; /* asked first, of every call: BH_ANY_... of the filter in force */
};
BH_EV_SAME(bh_sensor_control, 40 + 512);

/* Keys of paths. Longer ones are cut: more is sent than was asked for, never less. */
#define BH_PATH_KEY 255
#define BH_NAME_KEY 64

struct bh_prefix_key {
        __u32 bits; /* of what follows */
        __u8 filter; /* 0 or 1 */
        __u8 path[BH_PATH_KEY]; /* with its NUL when it is a whole path */
};
BH_EV_SAME(bh_prefix_key, 260);

struct bh_name_key {
        __u8 filter;
        __u8 name[BH_NAME_KEY - 1];
};
BH_EV_SAME(bh_name_key, 64);

struct bh_suffix_key { /* the last bytes of a path, the last one first */
        __u32 bits;
        __u8 filter, pad[3];
        __u8 reversed[8];
};
BH_EV_SAME(bh_suffix_key, 16);

struct bh_lost_key {
        __u64 cgroup_id; /* 0: of all for which there was no room */
        __u32 lane, type;
};
BH_EV_SAME(bh_lost_key, 16);

struct bh_lane_count {
        __u64 seen, lost;
};
BH_EV_SAME(bh_lane_count, 16);

#endif
