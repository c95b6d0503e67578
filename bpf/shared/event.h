/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_SHARED_EVENT_H
#define BH_BPF_SHARED_EVENT_H
/*
 * One event as it leaves a back end: the kernel's programs write these bytes
 * into a ring, a recording holds the same bytes, tests make them by hand. Read
 * by the BPF side and by us: no pointers, no bool, no enum, no hidden padding.
 *
 *     bh_ev_head                          64 bytes
 *     bh_ev_fd     if flags & BH_EV_HAS_FD      the file or socket it is about
 *     bh_ev_proc   if flags & BH_EV_HAS_PROC    a process as it is now
 *     u64 nums[n_nums]                          what src/model/event_table.c
 *     u32 lens[n_strs]                          says for this type
 *     the bytes of all strings, one after the other, without a NUL between
 *
 * Each part begins at a multiple of 8; `size` is all of it, a multiple of 8.
 */
#include <linux/types.h>

#define BH_EV_SAME(type, size) _Static_assert(sizeof(struct type) == (size), #type)

/*
 * Every type of event, by the name that rules use. Order and numbers are part
 * of the format of recordings: new ones go to the end.
 */
#define BH_EV_TYPES(X)                                                                          \
        X(LOST, "lost")               /* a back end lost events */                              \
        X(ALIVE, "alive")             /* a process that was there before us */                  \
        X(EXECVE, "execve")                                                                     \
        X(EXECVEAT, "execveat")       /* failed ones only: a success is an execve */            \
        X(CLONE, "clone")                                                                       \
        X(CLONE3, "clone3")                                                                     \
        X(FORK, "fork")                                                                         \
        X(VFORK, "vfork")                                                                       \
        X(PROCEXIT, "procexit")                                                                 \
        X(RENAME_TASK, "rename_task") /* a new comm */                                          \
        X(OPEN, "open")                                                                         \
        X(OPENAT, "openat")                                                                     \
        X(OPENAT2, "openat2")                                                                   \
        X(CREAT, "creat")                                                                       \
        X(OPEN_BY_HANDLE_AT, "open_by_handle_at")                                               \
        X(RENAME, "rename")                                                                     \
        X(RENAMEAT, "renameat")                                                                 \
        X(RENAMEAT2, "renameat2")                                                               \
        X(LINK, "link")                                                                         \
        X(LINKAT, "linkat")                                                                     \
        X(SYMLINK, "symlink")                                                                   \
        X(SYMLINKAT, "symlinkat")                                                               \
        X(UNLINK, "unlink")                                                                     \
        X(UNLINKAT, "unlinkat")                                                                 \
        X(MKDIR, "mkdir")                                                                       \
        X(MKDIRAT, "mkdirat")                                                                   \
        X(RMDIR, "rmdir")                                                                       \
        X(CHMOD, "chmod")                                                                       \
        X(FCHMOD, "fchmod")                                                                     \
        X(FCHMODAT, "fchmodat")                                                                 \
        X(CHOWN, "chown")                                                                       \
        X(LCHOWN, "lchown")                                                                     \
        X(FCHOWN, "fchown")                                                                     \
        X(FCHOWNAT, "fchownat")                                                                 \
        X(MKNOD, "mknod")                                                                       \
        X(MKNODAT, "mknodat")                                                                   \
        X(SETXATTR, "setxattr")                                                                 \
        X(UTIMENSAT, "utimensat")                                                               \
        X(TRUNCATE, "truncate")                                                                 \
        X(CHDIR, "chdir")                                                                       \
        X(FCHDIR, "fchdir")                                                                     \
        X(CHROOT, "chroot")                                                                     \
        X(PIVOT_ROOT, "pivot_root")                                                             \
        X(MOUNT, "mount")                                                                       \
        X(UMOUNT2, "umount2")                                                                   \
        X(MOVE_MOUNT, "move_mount")                                                             \
        X(FSMOUNT, "fsmount")                                                                   \
        X(OPEN_TREE, "open_tree")                                                               \
        X(SOCKET, "socket")                                                                     \
        X(SOCKETPAIR, "socketpair")                                                             \
        X(CONNECT, "connect")                                                                   \
        X(ACCEPT, "accept")                                                                     \
        X(ACCEPT4, "accept4")                                                                   \
        X(BIND, "bind")                                                                         \
        X(LISTEN, "listen")                                                                     \
        X(SENDTO, "sendto")                                                                     \
        X(SENDMSG, "sendmsg")                                                                   \
        X(SENDMMSG, "sendmmsg")                                                                 \
        X(RECVFROM, "recvfrom")                                                                 \
        X(RECVMSG, "recvmsg")                                                                   \
        X(RECVMMSG, "recvmmsg")                                                                 \
        X(DUP, "dup")                                                                           \
        X(DUP2, "dup2")                                                                         \
        X(DUP3, "dup3")                                                                         \
        X(PIPE, "pipe")                                                                         \
        X(PIPE2, "pipe2")                                                                       \
        X(MEMFD_CREATE, "memfd_create")                                                         \
        X(PIDFD_OPEN, "pidfd_open")                                                             \
        X(PIDFD_GETFD, "pidfd_getfd")                                                           \
        X(KILL, "kill")                                                                         \
        X(TKILL, "tkill")                                                                       \
        X(TGKILL, "tgkill")                                                                     \
        X(SIGNAL, "signaldeliver")                                                              \
        X(PTRACE, "ptrace")                                                                     \
        X(PROCESS_VM_READV, "process_vm_readv")                                                 \
        X(PROCESS_VM_WRITEV, "process_vm_writev")                                               \
        X(PRCTL, "prctl")                                                                       \
        X(SECCOMP, "seccomp")                                                                   \
        X(PERSONALITY, "personality")                                                           \
        X(SETNS, "setns")                                                                       \
        X(UNSHARE, "unshare")                                                                   \
        X(SETSID, "setsid")                                                                     \
        X(SETPGID, "setpgid")                                                                   \
        X(SETUID, "setuid")                                                                     \
        X(SETGID, "setgid")                                                                     \
        X(SETREUID, "setreuid")                                                                 \
        X(SETREGID, "setregid")                                                                 \
        X(SETRESUID, "setresuid")                                                               \
        X(SETRESGID, "setresgid")                                                               \
        X(CAPSET, "capset")                                                                     \
        X(CREDJUMP, "credjump")       /* rights grew and no system call explains it */          \
        X(MMAP, "mmap")                                                                         \
        X(MPROTECT, "mprotect")                                                                 \
        X(USERFAULTFD, "userfaultfd")                                                           \
        X(BPF, "bpf")                                                                           \
        X(PERF_EVENT_OPEN, "perf_event_open")                                                   \
        X(INIT_MODULE, "init_module")                                                           \
        X(FINIT_MODULE, "finit_module")                                                         \
        X(DELETE_MODULE, "delete_module")                                                       \
        X(KEXEC_LOAD, "kexec_load")                                                             \
        X(REBOOT, "reboot")                                                                     \
        X(SWAPOFF, "swapoff")                                                                   \
        X(SETHOSTNAME, "sethostname")                                                           \
        X(SETTIMEOFDAY, "settimeofday")                                                         \
        X(KEYCTL, "keyctl")                                                                     \
        X(IO_URING_SETUP, "io_uring_setup")                                                     \
        X(IO_URING_REGISTER, "io_uring_register")                                               \
        X(DENIED, "denied")           /* Bulkhead stopped it, or would have */                  \
        X(RESOURCE, "resource")       /* a cgroup's counters, sampled */                        \
        X(SYSCTL_WRITE, "sysctl_write")                                                         \
        X(DEVICE_OPEN, "device_open")                                                           \
        X(CONTAINER, "container")     /* what is known of a container, when it is new: not of the kernel */ \
        X(HIDDEN_PROCESS, "hidden_process") /* the kernel has it and /proc does not show it */  \
        X(HIDDEN_PORT, "hidden_port") /* somebody listens and no process has the socket */

enum bh_ev_type {
#define X(symbol, name) BH_EV_##symbol,
        BH_EV_TYPES(X)
#undef X
                _BH_EV_MAX
};

/* bh_ev_head.flags */
#define BH_EV_HAS_FD 0x0001
#define BH_EV_HAS_PROC 0x0002
#define BH_EV_IO_URING 0x0004  /* asked through a ring, not by a system call */
#define BH_EV_CUT 0x0008       /* a string was longer than what is here */
#define BH_EV_RACED 0x0010     /* a string of user space changed while the call ran */
#define BH_EV_WOULD 0x0020     /* of BH_EV_DENIED: only "would have" */
#define BH_EV_KILLED 0x0040    /* the process was killed for it */
#define BH_EV_BARE 0x0100      /* of the head only time, pid and tid are known: by no program in the kernel */

struct bh_ev_head {
        __u16 type;      /* enum bh_ev_type */
        __u16 flags;
        __u32 size;
        __u64 ktime_ns;  /* CLOCK_BOOTTIME */
        __u64 cgroup_id; /* of the default hierarchy */
        __u32 pid, tid;  /* of the initial namespace; pid is the thread group */
        __s64 res;       /* what the call returned; 0 where nothing does */
        __u32 euid, egid;
        __u8 n_nums, n_strs;
        __u16 cpu;
        __u32 pidns;     /* inode of the pid namespace: tells host from container at once */
        __u64 cap_effective;
};
BH_EV_SAME(bh_ev_head, 64);

/* bh_ev_fd.kind: Falco's fd.typechar, as an ASCII letter. */
#define BH_FD_FILE 'f'
#define BH_FD_DIR 'd'
#define BH_FD_IPV4 '4'
#define BH_FD_IPV6 '6'
#define BH_FD_UNIX 'u'
#define BH_FD_PIPE 'p'
#define BH_FD_NETLINK 'n'
#define BH_FD_PACKET 'k'
#define BH_FD_EVENT 'e'
#define BH_FD_SIGNAL 's'
#define BH_FD_TIMER 't'
#define BH_FD_EPOLL 'l'
#define BH_FD_INOTIFY 'i'
#define BH_FD_BPF 'b'
#define BH_FD_IO_URING 'r'
#define BH_FD_USERFAULT 'a'
#define BH_FD_MEMFD 'm'
#define BH_FD_PIDFD 'P'
#define BH_FD_OTHER 'o'

/* bh_ev_fd.flags */
#define BH_FD_CLIENT 0x01    /* we connected: the local end is the client */
#define BH_FD_SERVER 0x02    /* we accepted or listen: the local end is the server */
#define BH_FD_CONNECTED 0x04 /* there is another end */
#define BH_FD_UPPER 0x08     /* on an overlay: written in this container */
#define BH_FD_LOWER 0x10     /* on an overlay: the image has it */
#define BH_FD_NO_LINK 0x20   /* deleted, O_TMPFILE: no name leads to it */
#define BH_FD_CREATED 0x40   /* the open made it (FMODE_CREATED) */
#define BH_FD_STDIO 0x80     /* of an exec: the socket that is standard input, output or error */

/* The path of a file, or a Unix socket's, is in the strings: model/event_table.c says where. */
struct bh_ev_fd {
        __s32 num;              /* -1 when there is none */
        __u8 kind, l4;          /* l4: IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, ...; 0 when it means nothing */
        __u16 family;           /* AF_INET, ... as the kernel numbers them */
        __u32 flags;
        __u32 dev;              /* as user space encodes it (st_dev, 32 bits) */
        __u64 ino;
        __u32 open_flags, mode; /* O_... and the inode's mode */
        __u16 lport, rport;     /* host order */
        __u32 magic;            /* of the file system: statfs's f_type */
        __u8 lip[16], rip[16];  /* IPv4 in the first four bytes */
};
BH_EV_SAME(bh_ev_fd, 72);

/* bh_ev_proc.flags */
#define BH_PROC_EXE_UPPER 0x0001    /* the program was written in this container, */
#define BH_PROC_EXE_LOWER 0x0002    /* or is of the image; both: changed since */
#define BH_PROC_EXE_MEMFD 0x0004
#define BH_PROC_EXE_NO_LINK 0x0008  /* deleted */
#define BH_PROC_EXE_WRITABLE 0x0010 /* the process could write its own program */
#define BH_PROC_STDIN_SOCKET 0x0020
#define BH_PROC_STDOUT_SOCKET 0x0040
#define BH_PROC_STDERR_SOCKET 0x0080
#define BH_PROC_STDIN_PIPE 0x0100
#define BH_PROC_STDOUT_PIPE 0x0200
#define BH_PROC_KTHREAD 0x0400
#define BH_PROC_THREAD 0x0800       /* of a clone: a thread of the same group, no new process */
#define BH_PROC_SETUID_EXEC 0x1000  /* the exec raised rights (secureexec) */
#define BH_PROC_NO_NEW_PRIVS 0x2000
#define BH_PROC_NOT_LEADER 0x4000   /* the exec was called by another thread than the leader */
#define BH_PROC_EXE_TMPFS 0x8000    /* the program is on a tmpfs: /dev/shm, /run */

/* A process as it is now: of exec, fork (the child), ALIVE. */
struct bh_ev_proc {
        __u32 pid, ppid;           /* initial namespace; ppid: the real parent's group */
        __u32 vpid, pgid, sid;     /* vpid in its own namespace; pgid, sid in the initial one */
        __u32 vpgid, vsid;         /* in its own namespace */
        __u32 tty;                 /* device number, 0: none */
        __u32 uid, euid, suid, fsuid, gid, egid;
        __u32 loginuid, flags;     /* loginuid: 0xffffffff when never set */
        __u64 start_ns;            /* CLOCK_BOOTTIME */
        __u64 cap_inheritable, cap_permitted, cap_effective, cap_bounding;
        __u64 exe_ino, exe_ctime_ns, exe_mtime_ns;
        __u32 exe_dev, exe_mode;
        __u32 exe_uid, exe_magic;
        __u32 ns_mnt, ns_pid, ns_net, ns_user, ns_ipc, ns_uts, ns_cgroup, ns_time;
        __u64 clone_flags;         /* of a fork */
        __u64 pidns_init_start_ns;
        __u64 cgroup_id;
};
BH_EV_SAME(bh_ev_proc, 200);

/* Strings of EXECVE (success), ALIVE and, as far as they differ from the parent's, of forks (the rest are empty). */
#define BH_PROC_STR_EXEPATH 0 /* by the kernel's walk, below the process's own root */
#define BH_PROC_STR_ARGS 1    /* each closed by a NUL, argv[0] first */
#define BH_PROC_STR_ENV 2     /* each closed by a NUL */
#define BH_PROC_STR_COMM 3
#define BH_PROC_STR_CWD 4
#define BH_PROC_STR_CGROUP 5  /* path in the hierarchy */
#define BH_PROC_STR_FILENAME 6 /* as the caller wrote it */
#define BH_PROC_STRS 7

/* Ring buffers: a flood in one costs nothing in another. */
#define BH_LANE_PROC 0 /* exec, exit, credentials, namespaces, modules, mounts, ptrace, bpf, denials */
#define BH_LANE_FILE 1
#define BH_LANE_NET 2
#define BH_LANES 3

/* BH_EV_LOST: nums = lane, type, count since the last report, cgroup_id (0: many) */

#define BH_EV_MAX_STRS 8
#define BH_EV_MAX_NUMS 12
#define BH_EV_MAX_SIZE (256 * 1024)

#endif
