/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_CALLS_BOTH_H
#define BH_SENSE_EBPF_CALLS_BOTH_H
/*
 * Rows that both tables of system calls have, by the same names, with the
 * numbers of each (calls.c, calls32.c).
 */
#include "sense/ebpf/calls.h"

/* Architectures younger than these calls do not have them. */
#define BH_CALLS_OF_OLD                                                      \
        BH_OPENS(open, OPEN),                                                \
        BH_OPENS(creat, CREAT),                                              \
        BH_PATHS(rename, RENAME),                                            \
        BH_PATHS_AT(renameat, RENAMEAT),                                     \
        BH_PATHS(link, LINK),                                                \
        BH_NAMED(symlink, SYMLINK, .flags = BH_CALL_TEXT_A, .a = 1, .b = 2), \
        BH_PATH(unlink, UNLINK, 1),                                          \
        BH_PATH(mkdir, MKDIR, 1),                                            \
        BH_PATH(rmdir, RMDIR, 1),                                            \
        BH_PATH(chmod, CHMOD, 1),                                            \
        BH_PATH(chown, CHOWN, 1),                                            \
        BH_PATH(lchown, LCHOWN, 1),                                          \
        BH_PATH(mknod, MKNOD, 1),                                            \
        BH_MAKES(dup2, DUP2),                                                \
        BH_STRUCT(pipe, PIPE, 0),                                            \
        BH_FORKS(fork, FORK),                                                \
        BH_FORKS(vfork, VFORK)

#define BH_CALLS_OF_BOTH                                                                            \
        BH_OPENS(openat, OPENAT),                                                                   \
        BH_OPENS(openat2, OPENAT2),                                                                 \
        BH_OPENS(open_by_handle_at, OPEN_BY_HANDLE_AT),                                             \
        BH_FORKS(clone, CLONE),                                                                     \
        BH_FORKS(clone3, CLONE3),                                                                   \
        BH_EXECS(execve, EXECVE),                                                                   \
        BH_EXECS(execveat, EXECVEAT),                                                               \
        BH_PATHS_AT(renameat2, RENAMEAT2),                                                          \
        BH_PATHS_AT(linkat, LINKAT),                                                                \
        BH_NAMED(symlinkat, SYMLINKAT, .flags = BH_CALL_TEXT_A, .a = 1, .b_dir = 2, .b = 3),        \
        BH_PATH_AT(unlinkat, UNLINKAT, 1, 2),                                                       \
        BH_PATH_AT(mkdirat, MKDIRAT, 1, 2),                                                         \
        BH_FD(fchmod, FCHMOD),                                                                      \
        BH_PATH_AT(fchmodat, FCHMODAT, 1, 2),                                                       \
        BH_FD(fchown, FCHOWN),                                                                      \
        BH_PATH_AT(fchownat, FCHOWNAT, 1, 2),                                                       \
        BH_PATH_AT(mknodat, MKNODAT, 1, 2),                                                         \
        BH_NAMED(setxattr, SETXATTR, .flags = BH_CALL_TEXT_B, .a = 1, .b = 2),                      \
        BH_NAMED(lsetxattr, SETXATTR, .flags = BH_CALL_TEXT_B, .a = 1, .b = 2),                     \
        BH_NAMED(fsetxattr, SETXATTR, .flags = BH_CALL_TEXT_B | BH_CALL_NO_PATH, .fd = 1, .b = 2),  \
        BH_PATH_AT(utimensat, UTIMENSAT, 1, 2),                                                     \
        BH_PATH(truncate, TRUNCATE, 1),                                                             \
        BH_NAMED(ftruncate, TRUNCATE, .flags = BH_CALL_NO_PATH, .fd = 1),                           \
        BH_PATH(chdir, CHDIR, 1),                                                                   \
        BH_FD(fchdir, FCHDIR),                                                                      \
        BH_PATH(chroot, CHROOT, 1),                                                                 \
        BH_PATHS(pivot_root, PIVOT_ROOT),                                                           \
        BH_ROW(mount, MOUNT, .call = BH_CALL_MOUNT),                                                \
        BH_PATH(umount2, UMOUNT2, 1),                                                               \
        BH_PATHS_AT(move_mount, MOVE_MOUNT),                                                        \
        BH_MAKES(fsmount, FSMOUNT),                                                                 \
        BH_MAKES(open_tree, OPEN_TREE, .a_dir = 1, .a = 2),                                         \
        BH_SOCKET(socket, SOCKET, .flags = BH_CALL_RETURNS_FD),                                     \
        BH_SOCKET(socketpair, SOCKETPAIR),                                                          \
        BH_SOCKET(connect, CONNECT, .fd = 1, .flags = BH_CALL_CLIENT),                              \
        BH_SOCKET(accept4, ACCEPT4, .flags = BH_CALL_RETURNS_FD | BH_CALL_SERVER),                  \
        BH_SOCKET(bind, BIND, .fd = 1, .flags = BH_CALL_SERVER),                                    \
        BH_SOCKET(listen, LISTEN, .fd = 1, .flags = BH_CALL_SERVER),                                \
        BH_SENDS(sendto, SENDTO, 0),                                                                \
        BH_SENDS(sendmsg, SENDMSG, BH_CALL_VECTOR),                                                 \
        BH_SENDS(sendmmsg, SENDMMSG, BH_CALL_VECTOR),                                               \
        BH_RECEIVES(recvfrom, RECVFROM, 0),                                                         \
        BH_RECEIVES(recvmsg, RECVMSG, BH_CALL_VECTOR),                                              \
        BH_RECEIVES(recvmmsg, RECVMMSG, BH_CALL_VECTOR),                                            \
        BH_MAKES(dup, DUP),                                                                         \
        BH_MAKES(dup3, DUP3),                                                                       \
        BH_STRUCT(pipe2, PIPE2, 0),                                                                 \
        BH_NAMED(memfd_create, MEMFD_CREATE, .flags = BH_CALL_RETURNS_FD | BH_CALL_TEXT_A, .a = 1), \
        BH_MAKES(pidfd_open, PIDFD_OPEN),                                                           \
        BH_MAKES(pidfd_getfd, PIDFD_GETFD),                                                         \
        BH_PLAIN(kill, KILL),                                                                       \
        BH_PLAIN(tkill, TKILL),                                                                     \
        BH_PLAIN(tgkill, TGKILL),                                                                   \
        BH_PLAIN(ptrace, PTRACE),                                                                   \
        BH_PLAIN(process_vm_readv, PROCESS_VM_READV),                                               \
        BH_PLAIN(process_vm_writev, PROCESS_VM_WRITEV),                                             \
        BH_STRUCT(prctl, PRCTL, 0),                                                                 \
        BH_PLAIN(seccomp, SECCOMP),                                                                 \
        BH_PLAIN(personality, PERSONALITY),                                                         \
        BH_RIGHTS(setns, SETNS),                                                                    \
        BH_RIGHTS(unshare, UNSHARE),                                                                \
        BH_PLAIN(setsid, SETSID),                                                                   \
        BH_PLAIN(setpgid, SETPGID),                                                                 \
        BH_RIGHTS(setuid, SETUID),                                                                  \
        BH_RIGHTS(setgid, SETGID),                                                                  \
        BH_RIGHTS(setreuid, SETREUID),                                                              \
        BH_RIGHTS(setregid, SETREGID),                                                              \
        BH_RIGHTS(setresuid, SETRESUID),                                                            \
        BH_RIGHTS(setresgid, SETRESGID),                                                            \
        BH_RIGHTS(setfsuid, LOST), /* no event: it only changes rights */                           \
        BH_RIGHTS(setfsgid, LOST),                                                                  \
        BH_RIGHTS(capset, CAPSET),                                                                  \
        BH_PLAIN(mprotect, MPROTECT),                                                               \
        BH_MAKES(userfaultfd, USERFAULTFD),                                                         \
        BH_STRUCT(bpf, BPF, BH_CALL_RETURNS_FD),                                                    \
        BH_STRUCT(perf_event_open, PERF_EVENT_OPEN, BH_CALL_RETURNS_FD),                            \
        BH_NAMED(init_module, INIT_MODULE, .flags = BH_CALL_TEXT_A, .a = 3),                        \
        BH_NAMED(finit_module, FINIT_MODULE, .flags = BH_CALL_TEXT_A, .fd = 1, .a = 2),             \
        BH_NAMED(delete_module, DELETE_MODULE, .flags = BH_CALL_TEXT_A, .a = 1),                    \
        BH_PLAIN(kexec_load, KEXEC_LOAD),                                                           \
        BH_PLAIN(reboot, REBOOT),                                                                   \
        BH_PATH(swapoff, SWAPOFF, 1),                                                               \
        BH_NAMED(sethostname, SETHOSTNAME, .flags = BH_CALL_TEXT_A, .a = 1),                        \
        BH_PLAIN(settimeofday, SETTIMEOFDAY),                                                       \
        BH_PLAIN(clock_settime, SETTIMEOFDAY),                                                      \
        BH_PLAIN(keyctl, KEYCTL),                                                                   \
        BH_STRUCT(io_uring_setup, IO_URING_SETUP, BH_CALL_RETURNS_FD),                              \
        BH_FD(io_uring_register, IO_URING_REGISTER),                                                \
        BH_NAMED(fcntl, DUP, .flags = BH_CALL_RETURNS_FD | BH_CALL_VECTOR)

#endif
