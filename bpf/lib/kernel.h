/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_KERNEL_H
#define BH_BPF_LIB_KERNEL_H
/*
 * The few members of the kernel's structs that our programs read, by name
 * only: where they really are is looked up in the running kernel's own types
 * when a program is loaded (CO-RE). So no header of one kernel is needed to
 * build for all of them. Order and padding mean nothing here.
 *
 * A member that moved or was renamed has a flavour of its struct (___name),
 * and whoever reads it asks bpf_core_field_exists first.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct dentry;
struct inode;
struct file;
struct super_block;
struct task_struct;
struct cgroup;

typedef struct {
        u32 val;
} kuid_t;
typedef struct {
        u32 val;
} kgid_t;

struct qstr {
        u32 len;
        const unsigned char *name;
};
struct dentry {
        unsigned int d_flags;
        struct dentry *d_parent;
        struct qstr d_name;
        struct inode *d_inode;
        struct super_block *d_sb;
};
struct vfsmount {
        struct dentry *mnt_root;
        struct super_block *mnt_sb;
        int mnt_flags;
};
struct mount {
        struct mount *mnt_parent;
        struct dentry *mnt_mountpoint;
        struct vfsmount mnt;
        struct mnt_namespace *mnt_ns;
};
struct path {
        struct vfsmount *mnt;
        struct dentry *dentry;
};
struct super_block {
        u32 s_dev;
        unsigned long s_magic;
};
struct inode {
        u16 i_mode;
        kuid_t i_uid;
        kgid_t i_gid;
        struct super_block *i_sb;
        unsigned long i_ino;
        unsigned int i_nlink;
        u32 i_rdev;
};
/* Times of an inode: a struct until 6.6, renamed for 6.7, apart since 6.11. */
struct timespec64 {
        s64 tv_sec;
        long tv_nsec;
};
struct inode___struct_times {
        struct timespec64 i_mtime, i_ctime;
};
struct inode___renamed_times {
        struct timespec64 __i_mtime, __i_ctime;
};
struct inode___parts {
        s64 i_mtime_sec, i_ctime_sec;
        u32 i_mtime_nsec, i_ctime_nsec;
};
struct ovl_inode {
        struct inode vfs_inode;
        struct dentry *__upperdentry;
};
struct ovl_path___old {
        struct dentry *dentry;
};
struct file_operations;
struct file {
        u32 f_mode;
        const struct file_operations *f_op;
        void *private_data;
        struct inode *f_inode;
        unsigned int f_flags;
        struct path f_path;
};
struct fdtable {
        unsigned int max_fds;
        struct file **fd;
};
struct files_struct {
        struct fdtable *fdt;
};
struct fs_struct {
        struct path root, pwd;
};
struct mm_struct {
        unsigned long arg_start, arg_end, env_start, env_end;
        struct file *exe_file;
};
struct kernel_cap_struct {
        u32 cap[2];
};
/* Capabilities are one u64 or two u32, by kernel: read by address, 8 bytes. */
struct user_namespace;
struct cred {
        kuid_t uid, suid, euid, fsuid;
        kgid_t gid, sgid, egid, fsgid;
        unsigned int securebits;
        struct user_namespace *user_ns;
};
/* What a capability set's member is called is all we know of it. */
typedef struct {
        u64 val;
} kernel_cap_t;
struct cred___caps {
        kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset;
};
struct ns_common {
        unsigned int inum;
};
struct uts_namespace {
        struct ns_common ns;
};
struct ipc_namespace {
        struct ns_common ns;
};
struct mnt_namespace {
        struct ns_common ns;
};
struct user_namespace {
        struct ns_common ns;
};
struct time_namespace {
        struct ns_common ns;
};
struct cgroup_namespace {
        struct ns_common ns;
};
struct net {
        struct ns_common ns;
};
struct pid_namespace {
        struct ns_common ns;
        struct task_struct *child_reaper;
        unsigned int level;
};
struct nsproxy {
        struct uts_namespace *uts_ns;
        struct ipc_namespace *ipc_ns;
        struct mnt_namespace *mnt_ns;
        struct pid_namespace *pid_ns_for_children;
        struct net *net_ns;
        struct time_namespace *time_ns;
        struct cgroup_namespace *cgroup_ns;
};
struct upid {
        int nr;
        struct pid_namespace *ns;
};
struct pid {
        unsigned int level;
        struct upid numbers[1];
};
enum bh_pid_kind { BH_PID, BH_TGID, BH_PGID, BH_SID, _BH_PID_MAX };
struct tty_driver {
        int major, minor_start;
};
struct tty_struct {
        int index;
        struct tty_driver *driver;
};
typedef struct {
        int counter;
} atomic_t;
struct signal_struct {
        atomic_t live;
        struct pid *pids[_BH_PID_MAX];
        struct tty_struct *tty;
        int group_exit_code;
        unsigned int flags;
};
#define BH_SIGNAL_GROUP_EXIT 0x4

struct kernfs_node {
        const char *name;
        u64 id;
};
struct kernfs_node___old {
        struct kernfs_node *parent;
};
struct kernfs_node___rcu {
        struct kernfs_node *__parent;
};
struct cgroup_subsys_state {
        struct cgroup *cgroup;
};
struct cgroup {
        int level;
        struct kernfs_node *kn;
};
struct css_set {
        struct cgroup_subsys_state *subsys[1];
        struct cgroup *dfl_cgrp;
};
enum cgroup_subsys_id { pids_cgrp_id, memory_cgrp_id, cpu_cgrp_id, devices_cgrp_id, freezer_cgrp_id };

struct thread_info {
        u32 status;
};
#define BH_TS_COMPAT 2 /* x86: the call was made as a 32-bit program does */

struct task_struct {
        struct thread_info thread_info;
        unsigned int flags;
        unsigned in_execve : 1;
        struct mm_struct *mm;
        int exit_code;
        int pid, tgid;
        struct task_struct *real_parent, *group_leader;
        struct pid *thread_pid;
        u64 start_boottime;
        const struct cred *cred, *real_cred;
        char comm[16];
        struct fs_struct *fs;
        struct files_struct *files;
        struct nsproxy *nsproxy;
        struct signal_struct *signal;
        struct css_set *cgroups;
        kuid_t loginuid;
        unsigned long atomic_flags;
};
#define BH_PF_KTHREAD 0x00200000
#define BH_PFA_NO_NEW_PRIVS 0 /* the bit of atomic_flags */

struct linux_binprm {
        unsigned int secureexec : 1;
        struct file *file;
        const char *filename, *interp;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
        unsigned long r10, r9, r8, ax, bp, bx, cx, dx, si, di, orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
        u64 regs[31];
        u64 orig_x0;
        s32 syscallno;
};
#else
#error "which architecture? lib/regs.h"
#endif

struct in6_addr {
        u8 in6_u[16];
};
struct sock_common {
        u32 skc_daddr, skc_rcv_saddr;
        u16 skc_dport, skc_num, skc_family;
        volatile unsigned char skc_state;
        struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock {
        struct sock_common __sk_common;
        u16 sk_type, sk_protocol;
};
struct inet_sock {
        u32 inet_saddr;
        u16 inet_sport;
};
struct socket {
        short type;
        struct sock *sk;
};
struct sockaddr_un {
        u16 sun_family;
        char sun_path[108];
};
struct unix_address {
        int len;
        struct sockaddr_un name[1];
};
struct unix_sock {
        struct unix_address *addr;
        struct sock *peer;
};

#pragma clang attribute pop

/* Numbers of the kernel's interface to user space, which never change. */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFIFO 0010000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define BH_MAGIC_OVERLAY 0x794c7630
#define BH_MAGIC_TMPFS 0x01021994
#define BH_MAGIC_SOCK 0x534f434b
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define FMODE_CREATED 0x100000
#define BH_O_WRITE 03 /* of open's flags: O_WRONLY or O_RDWR */

#define inline_ static __always_inline

/*
 * A function that the verifier looks at once, for itself, and not again for
 * each way that leads to it: what it is given are numbers and memory of a known
 * size. It is what keeps the time to load short.
 */
#define apart_ __noinline __weak

/*
 * A member of a kernel's struct whose address is only a number to the verifier.
 * Kernels since 6.2 let us say what it is, and load it; others have to be asked
 * to copy, which takes several times as long. The loader knows which it is.
 */
extern void *bpf_rdonly_cast(const void *object, u32 type) __ksym __weak;
const volatile u8 can_cast = 0;
#define GET(kind, p, member)                                                                                        \
        (can_cast ? ((struct kind *) bpf_rdonly_cast((p), bpf_core_type_id_kernel(struct kind)))->member            \
                  : ({                                                                                              \
                            struct kind *get_ = (void *) (p);                                                       \
                            BPF_CORE_READ(get_, member);                                                            \
                    }))

/* Eight bytes of the kernel's memory, wherever they belong to. */
inline_ u64 word_at(const volatile void *p) {
        u64 word = 0;

        if (can_cast)
                return ((struct timespec64 *) bpf_rdonly_cast((const void *) p, bpf_core_type_id_kernel(struct timespec64)))->tv_sec;
        bpf_probe_read_kernel(&word, sizeof(word), (const void *) p);
        return word;
}

/* The compiler must not know where x came from: what is then asked of it, the verifier sees asked. */
#define forget(x) asm volatile("" : "+r"(x))

/* A kernel pointer as the number that it is; functions apart take no other. */
static inline u64 plain(const volatile void *pointer) {
        u64 n = 0;

        bpf_probe_read_kernel(&n, sizeof(n), &pointer);
        return n;
}

/*
 * A kernel struct as memory that is only read. What a tracepoint hands us the
 * verifier trusts, and for each pointer that is then loaded from it, it searches
 * all types of the kernel by name, several times: most of the time to load went
 * there. Where types are trusted at all (6.2), there is a cast that costs nothing.
 */
enum bpf_type_flag { PTR_TRUSTED = 1 };
extern void *bpf_rdonly_cast(const void *pointer, u32 type) __ksym __weak;
#define only_read(p)                                                                                                      \
        (bpf_core_enum_value_exists(enum bpf_type_flag, PTR_TRUSTED)                                                      \
                 ? (typeof(p)) bpf_rdonly_cast(p, bpf_core_type_id_kernel(typeof(*(p))))                                  \
                 : (p))

char _license[] SEC("license") __weak = "Dual BSD/GPL";

#endif
