/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "model/event_words.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/memfd.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <linux/ptrace.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "model/ports.h"

/* A constant and its own name; a constant and a shorter name. */
#define W(symbol) { (uint64_t) (symbol), #symbol }
#define N(prefix, symbol) { (uint64_t) (prefix##symbol), #symbol }
#define END { 0, NULL }

/* O_RDONLY is no bit: bh_words_open's first three are told apart by the caller's access mode. */
const struct bh_ev_word bh_words_open[] = {
        W(O_RDONLY), W(O_WRONLY), W(O_RDWR), W(O_CREAT), W(O_APPEND), W(O_DSYNC), W(O_EXCL), W(O_NONBLOCK), W(O_SYNC),
        W(O_TRUNC), W(O_DIRECT), W(O_DIRECTORY), { 0100000, "O_LARGEFILE" }, W(O_CLOEXEC), W(O_NOFOLLOW), W(O_NOCTTY),
        W(O_NOATIME), W(O_PATH), W(O_TMPFILE), W(O_ASYNC), END,
};

const struct bh_ev_word bh_words_resolve[] = {
        W(RESOLVE_BENEATH), W(RESOLVE_IN_ROOT), W(RESOLVE_NO_MAGICLINKS), W(RESOLVE_NO_SYMLINKS), W(RESOLVE_NO_XDEV),
        { 0x20, "RESOLVE_CACHED" }, END,
};

#define PERMISSIONS                                                                                                 \
        W(S_IXOTH), W(S_IWOTH), W(S_IROTH), W(S_IXGRP), W(S_IWGRP), W(S_IRGRP), W(S_IXUSR), W(S_IWUSR), W(S_IRUSR), \
                W(S_ISVTX), W(S_ISGID), W(S_ISUID)
const struct bh_ev_word bh_words_mode[] = { PERMISSIONS, END };
/* The kinds of node are values under S_IFMT, no bits: BH_AS_MODE knows. */
const struct bh_ev_word bh_words_node_mode[] = {
        PERMISSIONS, W(S_IFREG), W(S_IFCHR), W(S_IFBLK), W(S_IFIFO), W(S_IFSOCK), END,
};

const struct bh_ev_word bh_words_family[] = {
        W(AF_UNIX), W(AF_INET), W(AF_AX25), W(AF_IPX), W(AF_APPLETALK), W(AF_NETROM), W(AF_BRIDGE), W(AF_ATMPVC),
        W(AF_X25), W(AF_INET6), W(AF_ROSE), W(AF_DECnet), W(AF_NETBEUI), W(AF_SECURITY), W(AF_KEY), W(AF_NETLINK),
        W(AF_PACKET), W(AF_ASH), W(AF_ECONET), W(AF_ATMSVC), W(AF_RDS), W(AF_SNA), W(AF_IRDA), W(AF_PPPOX),
        W(AF_WANPIPE), W(AF_LLC), W(AF_IB), W(AF_MPLS), W(AF_CAN), W(AF_TIPC), W(AF_BLUETOOTH), W(AF_IUCV), W(AF_RXRPC),
        W(AF_ISDN), W(AF_PHONET), W(AF_IEEE802154), W(AF_CAIF), W(AF_ALG), W(AF_NFC), W(AF_VSOCK), W(AF_KCM),
        W(AF_QIPCRTR), W(AF_SMC), W(AF_XDP), W(AF_UNSPEC), END,
};

const struct bh_ev_word bh_words_socket_type[] = {
        W(SOCK_STREAM), W(SOCK_DGRAM), W(SOCK_RAW), W(SOCK_RDM), W(SOCK_SEQPACKET), W(SOCK_DCCP), W(SOCK_PACKET), END,
};
const struct bh_ev_word bh_words_socket_flags[] = { W(SOCK_CLOEXEC), W(SOCK_NONBLOCK), END };

const struct bh_ev_word bh_words_clone[] = {
        W(CLONE_FILES), W(CLONE_FS), W(CLONE_IO), W(CLONE_NEWIPC), W(CLONE_NEWNET), W(CLONE_NEWNS), W(CLONE_NEWPID),
        W(CLONE_NEWUTS), W(CLONE_PARENT), W(CLONE_PARENT_SETTID), W(CLONE_PTRACE), W(CLONE_SIGHAND), W(CLONE_SYSVSEM),
        W(CLONE_THREAD), W(CLONE_UNTRACED), W(CLONE_VM), W(CLONE_NEWUSER), W(CLONE_CHILD_CLEARTID),
        W(CLONE_CHILD_SETTID), W(CLONE_SETTLS), W(CLONE_VFORK), W(CLONE_NEWCGROUP), { 0x80, "CLONE_NEWTIME" },
        { 0x1000, "CLONE_PIDFD" }, { 0x200000000ull, "CLONE_INTO_CGROUP" }, END,
};

const struct bh_ev_word bh_words_mount[] = {
        { 1, "RDONLY" }, { 2, "NOSUID" }, { 4, "NODEV" }, { 8, "NOEXEC" }, { 16, "SYNCHRONOUS" }, { 32, "REMOUNT" },
        { 64, "MANDLOCK" }, { 128, "DIRSYNC" }, { 1024, "NOATIME" }, { 2048, "NODIRATIME" }, { 4096, "BIND" },
        { 8192, "MOVE" }, { 16384, "REC" }, { 32768, "SILENT" }, { 1 << 16, "POSIXACL" }, { 1 << 17, "UNBINDABLE" },
        { 1 << 18, "PRIVATE" }, { 1 << 19, "SLAVE" }, { 1 << 20, "SHARED" }, { 1 << 21, "RELATIME" },
        { 1 << 22, "KERNMOUNT" }, { 1 << 23, "I_VERSION" }, { 1 << 24, "STRICTATIME" }, { 1 << 25, "LAZYTIME" },
        { 1 << 28, "NOSEC" }, { 1 << 29, "BORN" }, { 1 << 30, "ACTIVE" }, { 1u << 31, "NOUSER" }, END,
};
const struct bh_ev_word bh_words_umount[] = { { 1, "FORCE" }, { 2, "DETACH" }, { 4, "EXPIRE" }, { 8, "NOFOLLOW" }, END };
const struct bh_ev_word bh_words_move_mount[] = {
        W(MOVE_MOUNT_F_SYMLINKS), W(MOVE_MOUNT_F_AUTOMOUNTS), W(MOVE_MOUNT_F_EMPTY_PATH), W(MOVE_MOUNT_T_SYMLINKS),
        W(MOVE_MOUNT_T_AUTOMOUNTS), W(MOVE_MOUNT_T_EMPTY_PATH), { 0x100, "MOVE_MOUNT_SET_GROUP" },
        { 0x200, "MOVE_MOUNT_BENEATH" }, END,
};
const struct bh_ev_word bh_words_open_tree[] = {
        W(OPEN_TREE_CLONE), W(OPEN_TREE_CLOEXEC), W(AT_RECURSIVE), W(AT_EMPTY_PATH), W(AT_NO_AUTOMOUNT),
        W(AT_SYMLINK_NOFOLLOW), END,
};
const struct bh_ev_word bh_words_mount_attr[] = {
        W(MOUNT_ATTR_RDONLY), W(MOUNT_ATTR_NOSUID), W(MOUNT_ATTR_NODEV), W(MOUNT_ATTR_NOEXEC), W(MOUNT_ATTR_NOATIME),
        W(MOUNT_ATTR_STRICTATIME), W(MOUNT_ATTR_NODIRATIME), W(MOUNT_ATTR_IDMAP), END,
};

const struct bh_ev_word bh_words_unlinkat[] = { W(AT_REMOVEDIR), END };
const struct bh_ev_word bh_words_linkat[] = { W(AT_SYMLINK_FOLLOW), W(AT_EMPTY_PATH), END };
const struct bh_ev_word bh_words_renameat2[] = {
        { 1, "RENAME_NOREPLACE" }, { 2, "RENAME_EXCHANGE" }, { 4, "RENAME_WHITEOUT" }, END,
};
const struct bh_ev_word bh_words_at_nofollow[] = { W(AT_SYMLINK_NOFOLLOW), W(AT_EMPTY_PATH), END };

const struct bh_ev_word bh_words_prot[] = {
        W(PROT_READ), W(PROT_WRITE), W(PROT_EXEC), { 8, "PROT_SEM" }, W(PROT_GROWSDOWN), W(PROT_GROWSUP), W(PROT_NONE),
        END,
};
const struct bh_ev_word bh_words_map[] = {
        W(MAP_SHARED), W(MAP_PRIVATE), W(MAP_FIXED), W(MAP_ANONYMOUS), { 0x40, "MAP_32BIT" }, W(MAP_NORESERVE),
        W(MAP_POPULATE), W(MAP_NONBLOCK), W(MAP_GROWSDOWN), W(MAP_DENYWRITE), W(MAP_EXECUTABLE), W(MAP_LOCKED),
        W(MAP_STACK), W(MAP_HUGETLB), { 0x100000, "MAP_FIXED_NOREPLACE" }, END,
};

const struct bh_ev_word bh_words_ptrace[] = {
        W(PTRACE_TRACEME), W(PTRACE_PEEKTEXT), W(PTRACE_PEEKDATA), W(PTRACE_PEEKUSR), W(PTRACE_POKETEXT),
        W(PTRACE_POKEDATA), W(PTRACE_POKEUSR), W(PTRACE_CONT), W(PTRACE_KILL), W(PTRACE_SINGLESTEP),
        { 12, "PTRACE_GETREGS" }, { 13, "PTRACE_SETREGS" }, { 14, "PTRACE_GETFPREGS" }, { 15, "PTRACE_SETFPREGS" },
        W(PTRACE_ATTACH), W(PTRACE_DETACH), { 18, "PTRACE_GETFPXREGS" }, { 19, "PTRACE_SETFPXREGS" },
        { 21, "PTRACE_OLDSETOPTIONS" }, W(PTRACE_SYSCALL), { 25, "PTRACE_GET_THREAD_AREA" },
        { 26, "PTRACE_SET_THREAD_AREA" }, { 30, "PTRACE_ARCH_PRCTL" }, { 31, "PTRACE_SYSEMU" },
        { 32, "PTRACE_SYSEMU_SINGLESTEP" }, { 33, "PTRACE_SINGLEBLOCK" }, W(PTRACE_SETOPTIONS), W(PTRACE_GETEVENTMSG),
        W(PTRACE_GETSIGINFO), W(PTRACE_SETSIGINFO), W(PTRACE_GETREGSET), W(PTRACE_SETREGSET), W(PTRACE_SEIZE),
        W(PTRACE_INTERRUPT), W(PTRACE_LISTEN), W(PTRACE_PEEKSIGINFO), W(PTRACE_GETSIGMASK), W(PTRACE_SETSIGMASK),
        W(PTRACE_SECCOMP_GET_FILTER), W(PTRACE_GET_SYSCALL_INFO), END,
};

const struct bh_ev_word bh_words_prctl[] = {
        W(PR_SET_PDEATHSIG), W(PR_GET_PDEATHSIG), W(PR_GET_DUMPABLE), W(PR_SET_DUMPABLE), W(PR_GET_KEEPCAPS),
        W(PR_SET_KEEPCAPS), W(PR_SET_NAME), W(PR_GET_NAME), W(PR_GET_SECCOMP), W(PR_SET_SECCOMP), W(PR_CAPBSET_READ),
        W(PR_CAPBSET_DROP), W(PR_GET_TSC), W(PR_SET_TSC), W(PR_GET_SECUREBITS), W(PR_SET_SECUREBITS), W(PR_MCE_KILL),
        W(PR_SET_MM), W(PR_SET_PTRACER), W(PR_SET_CHILD_SUBREAPER), W(PR_GET_CHILD_SUBREAPER), W(PR_SET_NO_NEW_PRIVS),
        W(PR_GET_NO_NEW_PRIVS), W(PR_GET_TID_ADDRESS), W(PR_SET_THP_DISABLE), W(PR_GET_THP_DISABLE), W(PR_CAP_AMBIENT),
        W(PR_GET_SPECULATION_CTRL), W(PR_SET_SPECULATION_CTRL), W(PR_SET_IO_FLUSHER), W(PR_SET_SYSCALL_USER_DISPATCH),
        W(PR_SCHED_CORE), W(PR_SET_VMA), { 65, "PR_SET_MDWE" }, END,
};

const struct bh_ev_word bh_words_seccomp[] = {
        W(SECCOMP_SET_MODE_STRICT), W(SECCOMP_SET_MODE_FILTER), W(SECCOMP_GET_ACTION_AVAIL), W(SECCOMP_GET_NOTIF_SIZES),
        END,
};

const struct bh_ev_word bh_words_memfd[] = {
        W(MFD_CLOEXEC), W(MFD_ALLOW_SEALING), W(MFD_HUGETLB), { 8, "MFD_NOEXEC_SEAL" }, { 16, "MFD_EXEC" }, END,
};
const struct bh_ev_word bh_words_pidfd[] = { { O_NONBLOCK, "PIDFD_NONBLOCK" }, { O_EXCL, "PIDFD_THREAD" }, END };

const struct bh_ev_word bh_words_bpf[] = {
        W(BPF_MAP_CREATE), W(BPF_MAP_LOOKUP_ELEM), W(BPF_MAP_UPDATE_ELEM), W(BPF_MAP_DELETE_ELEM),
        W(BPF_MAP_GET_NEXT_KEY), W(BPF_PROG_LOAD), W(BPF_OBJ_PIN), W(BPF_OBJ_GET), W(BPF_PROG_ATTACH),
        W(BPF_PROG_DETACH), W(BPF_PROG_TEST_RUN), W(BPF_PROG_GET_NEXT_ID), W(BPF_MAP_GET_NEXT_ID),
        W(BPF_PROG_GET_FD_BY_ID), W(BPF_MAP_GET_FD_BY_ID), W(BPF_OBJ_GET_INFO_BY_FD), W(BPF_PROG_QUERY),
        W(BPF_RAW_TRACEPOINT_OPEN), W(BPF_BTF_LOAD), W(BPF_BTF_GET_FD_BY_ID), W(BPF_TASK_FD_QUERY),
        W(BPF_MAP_LOOKUP_AND_DELETE_ELEM), W(BPF_MAP_FREEZE), W(BPF_BTF_GET_NEXT_ID), W(BPF_MAP_LOOKUP_BATCH),
        W(BPF_MAP_LOOKUP_AND_DELETE_BATCH), W(BPF_MAP_UPDATE_BATCH), W(BPF_MAP_DELETE_BATCH), W(BPF_LINK_CREATE),
        W(BPF_LINK_UPDATE), W(BPF_LINK_GET_FD_BY_ID), W(BPF_LINK_GET_NEXT_ID), W(BPF_ENABLE_STATS), W(BPF_ITER_CREATE),
        W(BPF_LINK_DETACH), W(BPF_PROG_BIND_MAP), { 36, "BPF_TOKEN_CREATE" }, END,
};

const struct bh_ev_word bh_words_perf_type[] = {
        W(PERF_TYPE_HARDWARE), W(PERF_TYPE_SOFTWARE), W(PERF_TYPE_TRACEPOINT), W(PERF_TYPE_HW_CACHE), W(PERF_TYPE_RAW),
        W(PERF_TYPE_BREAKPOINT), END,
};

const struct bh_ev_word bh_words_module[] = {
        W(MODULE_INIT_IGNORE_MODVERSIONS), W(MODULE_INIT_IGNORE_VERMAGIC), { 4, "MODULE_INIT_COMPRESSED_FILE" }, END,
};
const struct bh_ev_word bh_words_delete_module[] = { W(O_NONBLOCK), W(O_TRUNC), END };
const struct bh_ev_word bh_words_kexec[] = {
        W(KEXEC_ON_CRASH), W(KEXEC_PRESERVE_CONTEXT), W(KEXEC_FILE_UNLOAD), END,
};

const struct bh_ev_word bh_words_reboot[] = {
        W(LINUX_REBOOT_CMD_RESTART), W(LINUX_REBOOT_CMD_HALT), W(LINUX_REBOOT_CMD_CAD_ON), W(LINUX_REBOOT_CMD_CAD_OFF),
        W(LINUX_REBOOT_CMD_POWER_OFF), W(LINUX_REBOOT_CMD_RESTART2), W(LINUX_REBOOT_CMD_SW_SUSPEND),
        W(LINUX_REBOOT_CMD_KEXEC), END,
};

const struct bh_ev_word bh_words_keyctl[] = {
        W(KEYCTL_GET_KEYRING_ID), W(KEYCTL_JOIN_SESSION_KEYRING), W(KEYCTL_UPDATE), W(KEYCTL_REVOKE), W(KEYCTL_CHOWN),
        W(KEYCTL_SETPERM), W(KEYCTL_DESCRIBE), W(KEYCTL_CLEAR), W(KEYCTL_LINK), W(KEYCTL_UNLINK), W(KEYCTL_SEARCH),
        W(KEYCTL_READ), W(KEYCTL_INSTANTIATE), W(KEYCTL_NEGATE), W(KEYCTL_SET_REQKEY_KEYRING), W(KEYCTL_SET_TIMEOUT),
        W(KEYCTL_ASSUME_AUTHORITY), W(KEYCTL_GET_SECURITY), W(KEYCTL_SESSION_TO_PARENT), W(KEYCTL_REJECT),
        W(KEYCTL_INSTANTIATE_IOV), W(KEYCTL_INVALIDATE), W(KEYCTL_GET_PERSISTENT), END,
};

const struct bh_ev_word bh_words_uring_setup[] = {
        W(IORING_SETUP_IOPOLL), W(IORING_SETUP_SQPOLL), W(IORING_SETUP_SQ_AFF), W(IORING_SETUP_CQSIZE),
        W(IORING_SETUP_CLAMP), W(IORING_SETUP_ATTACH_WQ), W(IORING_SETUP_R_DISABLED), W(IORING_SETUP_SUBMIT_ALL),
        W(IORING_SETUP_COOP_TASKRUN), W(IORING_SETUP_TASKRUN_FLAG), W(IORING_SETUP_SQE128), W(IORING_SETUP_CQE32),
        { 1 << 12, "IORING_SETUP_SINGLE_ISSUER" }, { 1 << 13, "IORING_SETUP_DEFER_TASKRUN" }, END,
};
const struct bh_ev_word bh_words_uring_features[] = {
        W(IORING_FEAT_SINGLE_MMAP), W(IORING_FEAT_NODROP), W(IORING_FEAT_SUBMIT_STABLE), W(IORING_FEAT_RW_CUR_POS),
        W(IORING_FEAT_CUR_PERSONALITY), W(IORING_FEAT_FAST_POLL), W(IORING_FEAT_POLL_32BITS),
        W(IORING_FEAT_SQPOLL_NONFIXED), W(IORING_FEAT_EXT_ARG), W(IORING_FEAT_NATIVE_WORKERS),
        W(IORING_FEAT_RSRC_TAGS), W(IORING_FEAT_CQE_SKIP), W(IORING_FEAT_LINKED_FILE), END,
};
const struct bh_ev_word bh_words_uring_register[] = {
        W(IORING_REGISTER_BUFFERS), W(IORING_UNREGISTER_BUFFERS), W(IORING_REGISTER_FILES), W(IORING_UNREGISTER_FILES),
        W(IORING_REGISTER_EVENTFD), W(IORING_UNREGISTER_EVENTFD), W(IORING_REGISTER_FILES_UPDATE),
        W(IORING_REGISTER_EVENTFD_ASYNC), W(IORING_REGISTER_PROBE), W(IORING_REGISTER_PERSONALITY),
        W(IORING_UNREGISTER_PERSONALITY), W(IORING_REGISTER_RESTRICTIONS), W(IORING_REGISTER_ENABLE_RINGS),
        W(IORING_REGISTER_FILES2), W(IORING_REGISTER_FILES_UPDATE2), W(IORING_REGISTER_BUFFERS2),
        W(IORING_REGISTER_BUFFERS_UPDATE), W(IORING_REGISTER_IOWQ_AFF), W(IORING_UNREGISTER_IOWQ_AFF),
        W(IORING_REGISTER_IOWQ_MAX_WORKERS), W(IORING_REGISTER_RING_FDS), W(IORING_UNREGISTER_RING_FDS), END,
};

const struct bh_ev_word bh_words_userfault[] = {
        W(O_CLOEXEC), W(O_NONBLOCK), { 1, "UFFD_USER_MODE_ONLY" }, END,
};
const struct bh_ev_word bh_words_pipe[] = { W(O_CLOEXEC), W(O_NONBLOCK), W(O_DIRECT), END };

const struct bh_ev_word bh_words_execve[] = {
        { BH_PROC_EXE_WRITABLE, "EXE_WRITABLE" }, { BH_PROC_EXE_UPPER, "EXE_UPPER_LAYER" },
        { BH_PROC_EXE_MEMFD, "EXE_FROM_MEMFD" }, { BH_PROC_EXE_LOWER, "EXE_LOWER_LAYER" }, END,
};

const struct bh_ev_word bh_words_personality[] = {
        W(ADDR_NO_RANDOMIZE), W(MMAP_PAGE_ZERO), W(ADDR_COMPAT_LAYOUT), W(READ_IMPLIES_EXEC), W(ADDR_LIMIT_32BIT),
        W(SHORT_INODE), W(WHOLE_SECONDS), W(STICKY_TIMEOUTS), W(ADDR_LIMIT_3GB), W(UNAME26), END,
};

const struct bh_ev_word bh_words_signal[] = {
        W(SIGHUP), W(SIGINT), W(SIGQUIT), W(SIGILL), W(SIGTRAP), W(SIGABRT), W(SIGBUS), W(SIGFPE), W(SIGKILL),
        W(SIGUSR1), W(SIGSEGV), W(SIGUSR2), W(SIGPIPE), W(SIGALRM), W(SIGTERM), W(SIGSTKFLT), W(SIGCHLD), W(SIGCONT),
        W(SIGSTOP), W(SIGTSTP), W(SIGTTIN), W(SIGTTOU), W(SIGURG), W(SIGXCPU), W(SIGXFSZ), W(SIGVTALRM), W(SIGPROF),
        W(SIGWINCH), W(SIGIO), W(SIGPWR), W(SIGSYS), END,
};

const struct bh_ev_word bh_words_errno[] = {
        W(EPERM), W(ENOENT), W(ESRCH), W(EINTR), W(EIO), W(ENXIO), W(E2BIG), W(ENOEXEC), W(EBADF), W(ECHILD), W(EAGAIN),
        W(ENOMEM), W(EACCES), W(EFAULT), W(ENOTBLK), W(EBUSY), W(EEXIST), W(EXDEV), W(ENODEV), W(ENOTDIR), W(EISDIR),
        W(EINVAL), W(ENFILE), W(EMFILE), W(ENOTTY), W(ETXTBSY), W(EFBIG), W(ENOSPC), W(ESPIPE), W(EROFS), W(EMLINK),
        W(EPIPE), W(EDOM), W(ERANGE), W(EDEADLK), W(ENAMETOOLONG), W(ENOLCK), W(ENOSYS), W(ENOTEMPTY), W(ELOOP),
        W(ENOMSG), W(EIDRM), W(ENOSTR), W(ENODATA), W(ETIME), W(ENOSR), W(ENOLINK), W(EPROTO), W(EBADMSG), W(EOVERFLOW),
        W(EILSEQ), W(EUSERS), W(ENOTSOCK), W(EDESTADDRREQ), W(EMSGSIZE), W(EPROTOTYPE), W(ENOPROTOOPT),
        W(EPROTONOSUPPORT), W(ESOCKTNOSUPPORT), W(EOPNOTSUPP), W(EPFNOSUPPORT), W(EAFNOSUPPORT), W(EADDRINUSE),
        W(EADDRNOTAVAIL), W(ENETDOWN), W(ENETUNREACH), W(ENETRESET), W(ECONNABORTED), W(ECONNRESET), W(ENOBUFS),
        W(EISCONN), W(ENOTCONN), W(ESHUTDOWN), W(ETOOMANYREFS), W(ETIMEDOUT), W(ECONNREFUSED), W(EHOSTDOWN),
        W(EHOSTUNREACH), W(EALREADY), W(EINPROGRESS), W(ESTALE), W(EREMOTEIO), W(EDQUOT), W(ENOMEDIUM), W(EMEDIUMTYPE),
        W(ECANCELED), W(ENOKEY), W(EKEYEXPIRED), W(EKEYREVOKED), W(EKEYREJECTED), W(EOWNERDEAD), W(ENOTRECOVERABLE),
        W(ERFKILL), W(EHWPOISON), { 512, "ERESTARTSYS" }, { 513, "ERESTARTNOINTR" }, { 514, "ERESTARTNOHAND" },
        { 516, "ERESTART_RESTARTBLOCK" }, { 524, "ENOTSUPP" }, END,
};

/* By number of the capability, in the order they are printed. */
const struct bh_ev_word bh_words_cap[] = {
        W(CAP_CHOWN), W(CAP_DAC_OVERRIDE), W(CAP_DAC_READ_SEARCH), W(CAP_FOWNER), W(CAP_FSETID), W(CAP_KILL),
        W(CAP_SETGID), W(CAP_SETUID), W(CAP_SETPCAP), W(CAP_LINUX_IMMUTABLE), W(CAP_NET_BIND_SERVICE),
        W(CAP_NET_BROADCAST), W(CAP_NET_ADMIN), W(CAP_NET_RAW), W(CAP_IPC_LOCK), W(CAP_IPC_OWNER), W(CAP_SYS_MODULE),
        W(CAP_SYS_RAWIO), W(CAP_SYS_CHROOT), W(CAP_SYS_PTRACE), W(CAP_SYS_PACCT), W(CAP_SYS_ADMIN), W(CAP_SYS_BOOT),
        W(CAP_SYS_NICE), W(CAP_SYS_RESOURCE), W(CAP_SYS_TIME), W(CAP_SYS_TTY_CONFIG), W(CAP_MKNOD), W(CAP_LEASE),
        W(CAP_AUDIT_WRITE), W(CAP_AUDIT_CONTROL), W(CAP_SETFCAP), W(CAP_MAC_OVERRIDE), W(CAP_MAC_ADMIN), W(CAP_SYSLOG),
        W(CAP_WAKE_ALARM), W(CAP_BLOCK_SUSPEND), W(CAP_AUDIT_READ), W(CAP_PERFMON), W(CAP_BPF),
        W(CAP_CHECKPOINT_RESTORE), END,
};

const struct bh_ev_word bh_words_lane[] = {
        { BH_LANE_PROC, "process" }, { BH_LANE_FILE, "file" }, { BH_LANE_NET, "network" }, END,
};

/* In the order of enum bh_hidden_how (sense/hidden.h). */
const struct bh_ev_word bh_words_hidden[] = { { 0, "unlisted" }, { 1, "covered" }, END };

/* As in a responses file. */
const struct bh_ev_word bh_words_prevention[] = {
#define X(symbol, word, about) { BH_PREVENT_##symbol, word },
        BH_PREVENTIONS(X)
#undef X
        END,
};

const char *bh_word_of(const struct bh_ev_word *words, uint64_t value) {
        for (; words && words->word; words++)
                if (words->value == value)
                        return words->word;
        return NULL;
}
