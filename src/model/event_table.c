/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in the record of each type of event. The names and their order are
 * those that rule files use (evt.arg.NAME, evt.arg[N]); where the numbers and
 * strings stand in a record is an agreement with bpf/prog:
 *
 *   nums  Of a system call, nums[0..5] are its six arguments as the kernel got
 *         them. What else there is to say begins at nums[6].
 *   strs  First the name of the fd, when there is a bh_ev_fd and no bh_ev_proc
 *         (in the family of open always: what was opened, "" when it failed).
 *         Then the strings of the arguments in their order, which is where
 *         slots begin to count: a path takes two (the directory it is relative
 *         to, "" when it is absolute, and what the caller wrote), others one.
 *         Data that was sent or received comes last.
 */
#include <stddef.h>

#include "model/event.h"
#include "model/event_words.h"

#define ARGS(symbol, ...) static const struct bh_ev_arg args_##symbol[] = { __VA_ARGS__ }

#define RES { "res", BH_AS_ERRNO, BH_EV_OF_RES, 0, NULL }
#define RES_AS(name, render) { name, render, BH_EV_OF_RES, 0, NULL }
#define NUM(name, render, slot) { name, render, BH_EV_OF_NUM, slot, NULL }
#define FLAGS(name, slot, words) { name, BH_AS_FLAGS, BH_EV_OF_NUM, slot, words }
#define ENUM(name, slot, words) { name, BH_AS_ENUM, BH_EV_OF_NUM, slot, words }
#define MODE(name, slot) { name, BH_AS_MODE, BH_EV_OF_NUM, slot, bh_words_mode }
#define STR(name, slot) { name, BH_AS_STRING, BH_EV_OF_STR, slot, NULL }
#define PATH(name, slot) { name, BH_AS_PATH, BH_EV_OF_STR, slot, NULL }
#define DATA(slot) { "data", BH_AS_BYTES, BH_EV_OF_STR, slot, NULL }
#define FD(name, slot) { name, BH_AS_FD, BH_EV_OF_NUM, slot, NULL }
#define NONE(name) { name, BH_AS_UINT, BH_EV_OF_NOWHERE, 0, NULL }
#define DEV { "dev", BH_AS_HEX, BH_EV_OF_FD, BH_EV_FD_DEV, NULL }
#define INO { "ino", BH_AS_UINT, BH_EV_OF_FD, BH_EV_FD_INO, NULL }
#define TUPLE(name) { name, BH_AS_TUPLE, BH_EV_OF_FD, BH_EV_FD_TUPLE, NULL }
#define OPENED(name) { name, BH_AS_OPENED, BH_EV_OF_STR, 0, NULL }
#define WHO(name, render, part) { name, render, BH_EV_OF_WHO, BH_EV_WHO_##part, NULL }
#define PROC(name, render, member) { name, render, BH_EV_OF_PROC, offsetof(struct bh_ev_proc, member) / 4, NULL }
#define PROC64(name, render, member) { name, render, BH_EV_OF_PROC64, offsetof(struct bh_ev_proc, member) / 4, NULL }
#define PROC_WORDS(name, member, words) { name, BH_AS_FLAGS, BH_EV_OF_PROC, offsetof(struct bh_ev_proc, member) / 4, words }

/* nums: lane, type, how many, cgroup_id or 0 */
ARGS(lost, ENUM("lane", 0, bh_words_lane), NUM("type", BH_AS_UINT, 1), NUM("count", BH_AS_UINT, 2),
     NUM("cgroup", BH_AS_UINT, 3));

/* nums[0] = status as wait(2) has it, [1] = pid of the process that gets its children, 0: none */
ARGS(procexit, { "status", BH_AS_INT, BH_EV_OF_EXIT, BH_EV_EXIT_STATUS, NULL },
     { "ret", BH_AS_INT, BH_EV_OF_EXIT, BH_EV_EXIT_CODE, NULL },
     { "sig", BH_AS_SIGNAL, BH_EV_OF_EXIT, BH_EV_EXIT_SIGNAL, NULL },
     { "core", BH_AS_UINT, BH_EV_OF_EXIT, BH_EV_EXIT_CORE, NULL }, NUM("reaper_tid", BH_AS_PID, 1));
ARGS(rename_task, STR("comm", 0));

/* The first seven of exec and of fork are the same. */
#define WHO_IT_IS                                                                                                 \
        WHO("exe", BH_AS_STRING, EXE), WHO("args", BH_AS_STRING, ARGS), WHO("tid", BH_AS_PID, TID),               \
                PROC("pid", BH_AS_PID, pid), PROC("ptid", BH_AS_PID, ppid), WHO("cwd", BH_AS_STRING, CWD),        \
                NONE("fdlimit"), NONE("pgft_maj"), NONE("pgft_min"), NONE("vm_size"), NONE("vm_rss"),             \
                NONE("vm_swap"), WHO("comm", BH_AS_STRING, COMM), WHO("cgroups", BH_AS_STRING, CGROUP)

/*
 * A success: HAS_PROC, strs by BH_PROC_STR_..., no name of an fd (with HAS_FD
 * and BH_FD_STDIO: the socket that is standard input, output or error). A
 * failure: strs = directory and file name as written, argv with its NULs.
 */
#define EXEC                                                                                                      \
        RES, WHO_IT_IS, WHO("env", BH_AS_STRING, ENV), PROC("tty", BH_AS_UINT, tty), PROC("vpgid", BH_AS_PID, vpgid), \
                PROC("loginuid", BH_AS_UID, loginuid), PROC_WORDS("flags", flags, bh_words_execve),               \
                PROC64("cap_inheritable", BH_AS_CAPS, cap_inheritable), PROC64("cap_permitted", BH_AS_CAPS, cap_permitted), \
                PROC64("cap_effective", BH_AS_CAPS, cap_effective), PROC64("exe_ino", BH_AS_UINT, exe_ino),            \
                PROC64("exe_ino_ctime", BH_AS_TIME, exe_ctime_ns), PROC64("exe_ino_mtime", BH_AS_TIME, exe_mtime_ns), \
                PROC("uid", BH_AS_UID, uid), WHO("trusted_exepath", BH_AS_STRING, EXEPATH),                       \
                PROC("pgid", BH_AS_PID, pgid), PROC("gid", BH_AS_GID, gid)
ARGS(execve, EXEC, WHO("filename", BH_AS_STRING, FILENAME));
ARGS(execveat, EXEC);

/* In the parent's context, res = the child's pid; HAS_PROC = the child. Strings as far as they differ from the parent's. */
ARGS(clone, RES_AS("res", BH_AS_PID), WHO_IT_IS,
     { "flags", BH_AS_FLAGS, BH_EV_OF_PROC64, offsetof(struct bh_ev_proc, clone_flags) / 4, bh_words_clone },
     PROC("uid", BH_AS_UID, uid), PROC("gid", BH_AS_GID, gid), PROC("vtid", BH_AS_PID, vpid),
     PROC("vpid", BH_AS_PID, vpid), PROC64("pidns_init_start_ts", BH_AS_UINT, pidns_init_start_ns));

/* strs: [0] what was opened; [1], [2] as written, when it failed or raw names are wanted (slots 0, 1) */
ARGS(open, RES_AS("fd", BH_AS_FD), OPENED("name"), FLAGS("flags", 1, bh_words_open), NUM("mode", BH_AS_OCTAL, 2), DEV, INO);
ARGS(openat, RES_AS("fd", BH_AS_FD), FD("dirfd", 0), OPENED("name"), FLAGS("flags", 2, bh_words_open),
     NUM("mode", BH_AS_OCTAL, 3), DEV, INO);
/* nums[6] = how.flags, [7] = how.mode, [8] = how.resolve */
ARGS(openat2, RES_AS("fd", BH_AS_FD), FD("dirfd", 0), OPENED("name"), FLAGS("flags", 6, bh_words_open),
     NUM("mode", BH_AS_OCTAL, 7), FLAGS("resolve", 8, bh_words_resolve), DEV, INO);
ARGS(creat, RES_AS("fd", BH_AS_FD), OPENED("name"), NUM("mode", BH_AS_OCTAL, 1), DEV, INO, NONE("creat_flags"));
ARGS(open_by_handle_at, RES_AS("fd", BH_AS_FD), FD("mountfd", 0), FLAGS("flags", 2, bh_words_open), OPENED("path"), DEV, INO);

ARGS(rename, RES, PATH("oldpath", 0), PATH("newpath", 2));
ARGS(renameat, RES, FD("olddirfd", 0), PATH("oldpath", 0), FD("newdirfd", 2), PATH("newpath", 2));
ARGS(renameat2, RES, FD("olddirfd", 0), PATH("oldpath", 0), FD("newdirfd", 2), PATH("newpath", 2),
     FLAGS("flags", 4, bh_words_renameat2));
ARGS(link, RES, PATH("oldpath", 0), PATH("newpath", 2));
ARGS(linkat, RES, FD("olddir", 0), PATH("oldpath", 0), FD("newdir", 2), PATH("newpath", 2),
     FLAGS("flags", 4, bh_words_linkat));
ARGS(symlink, RES, STR("target", 0), PATH("linkpath", 1));
ARGS(symlinkat, RES, STR("target", 0), FD("linkdirfd", 1), PATH("linkpath", 1));
ARGS(unlink, RES, PATH("path", 0));
ARGS(unlinkat, RES, FD("dirfd", 0), PATH("name", 0), FLAGS("flags", 2, bh_words_unlinkat));
ARGS(mkdir, RES, PATH("path", 0), NUM("mode", BH_AS_OCTAL, 1));
ARGS(mkdirat, RES, FD("dirfd", 0), PATH("path", 0), NUM("mode", BH_AS_OCTAL, 2));
ARGS(rmdir, RES, PATH("path", 0));
ARGS(chmod, RES, PATH("filename", 0), MODE("mode", 1));
ARGS(fchmod, RES, FD("fd", 0), MODE("mode", 1));
ARGS(fchmodat, RES, FD("dirfd", 0), PATH("filename", 0), MODE("mode", 2));
ARGS(chown, RES, PATH("path", 0), NUM("uid", BH_AS_UID, 1), NUM("gid", BH_AS_GID, 2));
ARGS(fchown, RES, FD("fd", 0), NUM("uid", BH_AS_UID, 1), NUM("gid", BH_AS_GID, 2));
ARGS(fchownat, RES, FD("dirfd", 0), PATH("pathname", 0), NUM("uid", BH_AS_UID, 2), NUM("gid", BH_AS_GID, 3),
     FLAGS("flags", 4, bh_words_at_nofollow));
ARGS(mknod, RES, PATH("path", 0), { "mode", BH_AS_MODE, BH_EV_OF_NUM, 1, bh_words_node_mode }, NUM("dev", BH_AS_HEX, 2));
ARGS(mknodat, RES, FD("dirfd", 0), PATH("path", 0), { "mode", BH_AS_MODE, BH_EV_OF_NUM, 2, bh_words_node_mode },
     NUM("dev", BH_AS_HEX, 3));
/* setxattr, lsetxattr; fsetxattr with an fd and two empty strings for the path */
ARGS(setxattr, RES, PATH("path", 0), STR("name", 2));
ARGS(utimensat, RES, FD("dirfd", 0), PATH("path", 0), FLAGS("flags", 3, bh_words_at_nofollow));
/* ftruncate: with an fd and two empty strings for the path */
ARGS(truncate, RES, PATH("path", 0), NUM("length", BH_AS_UINT, 1));
ARGS(path, RES, PATH("path", 0)); /* chdir, chroot, swapoff */
ARGS(fchdir, RES, FD("fd", 0));
ARGS(pivot_root, RES, PATH("new_root", 0), PATH("put_old", 2));
ARGS(mount, RES, STR("dev", 0), PATH("dir", 1), STR("type", 3), FLAGS("flags", 3, bh_words_mount));
ARGS(umount2, RES, PATH("name", 0), FLAGS("flags", 1, bh_words_umount));
ARGS(move_mount, RES, FD("from_dirfd", 0), PATH("from_path", 0), FD("to_dirfd", 2), PATH("to_path", 2),
     FLAGS("flags", 4, bh_words_move_mount));
ARGS(fsmount, RES_AS("fd", BH_AS_FD), FD("fs_fd", 0), NUM("flags", BH_AS_UINT, 1), FLAGS("attr_flags", 2, bh_words_mount_attr));
ARGS(open_tree, RES_AS("fd", BH_AS_FD), FD("dirfd", 0), PATH("path", 0), FLAGS("flags", 2, bh_words_open_tree));

ARGS(socket, RES_AS("fd", BH_AS_FD), ENUM("domain", 0, bh_words_family), NUM("type", BH_AS_UINT, 1),
     NUM("proto", BH_AS_UINT, 2), FLAGS("flags", 1, bh_words_socket_flags));
/* nums[6], [7] = the two ends */
ARGS(socketpair, RES, FD("fd1", 6), FD("fd2", 7), ENUM("domain", 0, bh_words_family), NUM("type", BH_AS_UINT, 1));
ARGS(connect, RES, TUPLE("tuple"), FD("fd", 0), TUPLE("addr"));
ARGS(accept, RES_AS("fd", BH_AS_FD), TUPLE("tuple"), NONE("queuepct"), NONE("queuelen"), NONE("queuemax"));
ARGS(accept4, RES_AS("fd", BH_AS_FD), TUPLE("tuple"), NONE("queuepct"), NONE("queuelen"), NONE("queuemax"),
     FLAGS("flags", 3, bh_words_socket_flags));
ARGS(bind, RES, TUPLE("addr"), FD("fd", 0));
ARGS(listen, RES, FD("fd", 0), NUM("backlog", BH_AS_INT, 1));
ARGS(sendto, RES, DATA(0), FD("fd", 0), NUM("size", BH_AS_UINT, 2), TUPLE("tuple"));
/* nums[6] = bytes to send */
ARGS(sendmsg, RES, DATA(0), FD("fd", 0), NUM("size", BH_AS_UINT, 6), TUPLE("tuple"));
ARGS(sendmmsg, RES, FD("fd", 0), NUM("size", BH_AS_UINT, 6), DATA(0), TUPLE("tuple"));
ARGS(recvfrom, RES, DATA(0), TUPLE("tuple"), FD("fd", 0), NUM("size", BH_AS_UINT, 2));
ARGS(recvmsg, RES, RES_AS("size", BH_AS_UINT), DATA(0), TUPLE("tuple"), NONE("msgcontrol"), FD("fd", 0));
ARGS(recvmmsg, RES, FD("fd", 0), RES_AS("size", BH_AS_UINT), DATA(0), TUPLE("tuple"), NONE("msgcontrol"));

/* The fd part is the new fd's. */
ARGS(dup, RES_AS("res", BH_AS_FD), FD("oldfd", 0));
ARGS(dup2, RES_AS("res", BH_AS_FD), FD("oldfd", 0), FD("newfd", 1));
ARGS(dup3, RES_AS("res", BH_AS_FD), FD("oldfd", 0), FD("newfd", 1), FLAGS("flags", 2, bh_words_pipe));
/* nums[6], [7] = the two ends, [8] = their inode */
ARGS(pipe, RES, FD("fd1", 6), FD("fd2", 7), NUM("ino", BH_AS_UINT, 8));
ARGS(pipe2, RES, FD("fd1", 6), FD("fd2", 7), NUM("ino", BH_AS_UINT, 8), FLAGS("flags", 1, bh_words_pipe));
ARGS(memfd_create, RES_AS("fd", BH_AS_FD), STR("name", 0), FLAGS("flags", 1, bh_words_memfd));
ARGS(pidfd_open, RES_AS("fd", BH_AS_FD), NUM("pid", BH_AS_PID, 0), FLAGS("flags", 1, bh_words_pidfd));
ARGS(pidfd_getfd, RES_AS("fd", BH_AS_FD), FD("pid_fd", 0), FD("target_fd", 1), NUM("flags", BH_AS_UINT, 2));

ARGS(kill, RES, NUM("pid", BH_AS_PID, 0), NUM("sig", BH_AS_SIGNAL, 1));
ARGS(tkill, RES, NUM("tid", BH_AS_PID, 0), NUM("sig", BH_AS_SIGNAL, 1));
ARGS(tgkill, RES, NUM("pid", BH_AS_PID, 0), NUM("tid", BH_AS_PID, 1), NUM("sig", BH_AS_SIGNAL, 2));
/* nums: signal, target's pid, 1 when the kernel sent it. In the sender's context. */
ARGS(signal, WHO("spid", BH_AS_PID, TID), NUM("dpid", BH_AS_PID, 1), NUM("sig", BH_AS_SIGNAL, 0));
ARGS(ptrace, RES, NUM("addr", BH_AS_HEX, 2), NUM("data", BH_AS_HEX, 3), ENUM("request", 0, bh_words_ptrace), NUM("pid", BH_AS_PID, 1));
ARGS(process_vm, RES, NUM("pid", BH_AS_PID, 0), NONE("data"));
/* strs: what arg2 points to, of PR_SET_NAME and such */
ARGS(prctl, RES, ENUM("option", 0, bh_words_prctl), STR("arg2_str", 0), NUM("arg2_int", BH_AS_INT, 1));
ARGS(seccomp, RES, ENUM("op", 0, bh_words_seccomp), NUM("flags", BH_AS_HEX, 1));
ARGS(personality, RES, FLAGS("persona", 0, bh_words_personality));
/* nums[6] = inode of the namespace before, [7] = after */
ARGS(setns, RES, FD("fd", 0), FLAGS("nstype", 1, bh_words_clone));
ARGS(unshare, RES, FLAGS("flags", 0, bh_words_clone));
ARGS(setsid, RES_AS("res", BH_AS_PID));
ARGS(setpgid, RES, NUM("pid", BH_AS_PID, 0), NUM("pgid", BH_AS_PID, 1));
/* nums[6] = real id before, [7] = effective before, [8] = real after, [9] = effective after */
ARGS(setuid, RES, NUM("uid", BH_AS_UID, 0));
ARGS(setgid, RES, NUM("gid", BH_AS_GID, 0));
ARGS(setreuid, RES, NUM("ruid", BH_AS_UID, 0), NUM("euid", BH_AS_UID, 1));
ARGS(setregid, RES, NUM("rgid", BH_AS_GID, 0), NUM("egid", BH_AS_GID, 1));
ARGS(setresuid, RES, NUM("ruid", BH_AS_UID, 0), NUM("euid", BH_AS_UID, 1), NUM("suid", BH_AS_UID, 2));
ARGS(setresgid, RES, NUM("rgid", BH_AS_GID, 0), NUM("egid", BH_AS_GID, 1), NUM("sgid", BH_AS_GID, 2));
/* nums[6], [7], [8] = the sets after the call */
ARGS(capset, RES, NUM("cap_inheritable", BH_AS_CAPS, 6), NUM("cap_permitted", BH_AS_CAPS, 7), NUM("cap_effective", BH_AS_CAPS, 8));
ARGS(credjump, NUM("old_euid", BH_AS_UID, 0), NUM("new_euid", BH_AS_UID, 1), NUM("old_cap_effective", BH_AS_CAPS, 2),
     NUM("new_cap_effective", BH_AS_CAPS, 3));

ARGS(mmap, RES, NONE("vm_size"), NONE("vm_rss"), NONE("vm_swap"), NUM("addr", BH_AS_HEX, 0), NUM("length", BH_AS_UINT, 1),
     FLAGS("prot", 2, bh_words_prot), FLAGS("flags", 3, bh_words_map), FD("fd", 4), NUM("offset", BH_AS_UINT, 5));
ARGS(mprotect, RES, NUM("addr", BH_AS_HEX, 0), NUM("length", BH_AS_UINT, 1), FLAGS("prot", 2, bh_words_prot));
ARGS(userfaultfd, RES, FLAGS("flags", 0, bh_words_userfault));
/* nums[6] = type of program or map; strs: name of the program or map */
ARGS(bpf, RES_AS("fd", BH_AS_FD), ENUM("cmd", 0, bh_words_bpf), NUM("type", BH_AS_UINT, 6), STR("name", 0));
/* nums[6] = attr.type, [7] = attr.config */
ARGS(perf_event_open, RES_AS("fd", BH_AS_FD), NUM("pid", BH_AS_PID, 1), NUM("cpu", BH_AS_INT, 2),
     ENUM("type", 6, bh_words_perf_type), NUM("config", BH_AS_HEX, 7), NUM("flags", BH_AS_HEX, 4));
ARGS(init_module, RES, NONE("img"), NUM("length", BH_AS_UINT, 1), STR("uargs", 0));
ARGS(finit_module, RES, FD("fd", 0), STR("uargs", 0), FLAGS("flags", 2, bh_words_module));
ARGS(delete_module, RES, STR("name", 0), FLAGS("flags", 1, bh_words_delete_module));
/* kexec_file_load too: nums[0] is then the kernel's fd */
ARGS(kexec_load, RES, NUM("entry", BH_AS_HEX, 0), NUM("nr_segments", BH_AS_UINT, 1), FLAGS("flags", 3, bh_words_kexec));
ARGS(reboot, RES, ENUM("cmd", 2, bh_words_reboot));
ARGS(sethostname, RES, STR("name", 0));
ARGS(settimeofday, RES); /* clock_settime too */
ARGS(keyctl, RES, ENUM("option", 0, bh_words_keyctl), NUM("arg2", BH_AS_HEX, 1));
/* nums[6] = params.flags, [7] = sq_entries, [8] = cq_entries, [9] = features, [10] = sq_thread_cpu, [11] = sq_thread_idle */
ARGS(io_uring_setup, RES, NUM("entries", BH_AS_UINT, 0), NUM("sq_entries", BH_AS_UINT, 7), NUM("cq_entries", BH_AS_UINT, 8),
     FLAGS("flags", 6, bh_words_uring_setup), NUM("sq_thread_cpu", BH_AS_UINT, 10), NUM("sq_thread_idle", BH_AS_UINT, 11),
     FLAGS("features", 9, bh_words_uring_features));
ARGS(io_uring_register, RES, FD("fd", 0), ENUM("opcode", 1, bh_words_uring_register), NUM("arg", BH_AS_HEX, 2),
     NUM("nr_args", BH_AS_UINT, 3));

/* nums[0] = what was refused, the rest by that; strs[0] = the object, for the eyes of people */
ARGS(denied, ENUM("what", 0, bh_words_prevention), STR("object", 0));
/* nums: what the counters of a container's control group grew by, in the order of enum bh_resource; strs[0] = its id */
ARGS(resource, NUM("oom", BH_AS_UINT, 0), NUM("oom_kills", BH_AS_UINT, 1), NUM("memory_hits", BH_AS_UINT, 2),
     NUM("pids_hits", BH_AS_UINT, 3), NUM("throttled", BH_AS_UINT, 4), NUM("throttled_ms", BH_AS_UINT, 5), STR("container", 0));
ARGS(hidden_process, ENUM("how", 0, bh_words_hidden), NUM("pid", BH_AS_UINT, 1));
ARGS(hidden_port, NUM("port", BH_AS_UINT, 0));
/* strs: "kernel/core_pattern", the new value */
ARGS(sysctl_write, STR("name", 0), STR("value", 1));
/* nums: 1 block, 2 character; bits asked for: 1 mknod, 2 read, 4 write; major, minor */
ARGS(device_open, NUM("kind", BH_AS_UINT, 0), NUM("access", BH_AS_UINT, 1), NUM("major", BH_AS_UINT, 2), NUM("minor", BH_AS_UINT, 3));

/* Made by the sensor: what it knows of the container, as JSON. */
ARGS(container, STR("json", 0));

#define MAKES BH_EVI_CREATES_FD
#define USES BH_EVI_USES_FD
#define OPENS (BH_EVI_CREATES_FD | BH_EVI_OPEN)
#define OURS BH_EVI_OURS
#define PATHS BH_EVI_PATHS
#define ROW(symbol, flags, lane, args) \
        [BH_EV_##symbol] = { name_of_##symbol, flags, BH_LANE_##lane, BH_LEN(args_##args), args_##args }

#define X(symbol, name) static const char name_of_##symbol[] = name;
BH_EV_TYPES(X)
#undef X

static const struct bh_ev_info rows[_BH_EV_MAX] = {
        ROW(LOST, OURS, PROC, lost),
        [BH_EV_ALIVE] = { name_of_ALIVE, OURS | BH_EVI_SILENT, BH_LANE_PROC, 0, NULL },
        ROW(EXECVE, 0, PROC, execve),
        ROW(EXECVEAT, 0, PROC, execveat),
        ROW(CLONE, 0, PROC, clone),
        ROW(CLONE3, 0, PROC, clone),
        ROW(FORK, 0, PROC, clone),
        ROW(VFORK, 0, PROC, clone),
        ROW(PROCEXIT, OURS, PROC, procexit),
        ROW(RENAME_TASK, OURS | BH_EVI_SILENT, PROC, rename_task),
        ROW(OPEN, OPENS, FILE, open),
        ROW(OPENAT, OPENS, FILE, openat),
        ROW(OPENAT2, OPENS, FILE, openat2),
        ROW(CREAT, OPENS, FILE, creat),
        ROW(OPEN_BY_HANDLE_AT, OPENS, FILE, open_by_handle_at),
        ROW(RENAME, PATHS, FILE, rename),
        ROW(RENAMEAT, PATHS, FILE, renameat),
        ROW(RENAMEAT2, PATHS, FILE, renameat2),
        ROW(LINK, PATHS, FILE, link),
        ROW(LINKAT, PATHS, FILE, linkat),
        ROW(SYMLINK, PATHS, FILE, symlink),
        ROW(SYMLINKAT, PATHS, FILE, symlinkat),
        ROW(UNLINK, PATHS, FILE, unlink),
        ROW(UNLINKAT, PATHS, FILE, unlinkat),
        ROW(MKDIR, PATHS, FILE, mkdir),
        ROW(MKDIRAT, PATHS, FILE, mkdirat),
        ROW(RMDIR, PATHS, FILE, rmdir),
        ROW(CHMOD, PATHS, FILE, chmod),
        ROW(FCHMOD, USES, FILE, fchmod),
        ROW(FCHMODAT, PATHS, FILE, fchmodat),
        ROW(CHOWN, PATHS, FILE, chown),
        ROW(LCHOWN, PATHS, FILE, chown),
        ROW(FCHOWN, USES, FILE, fchown),
        ROW(FCHOWNAT, PATHS, FILE, fchownat),
        ROW(MKNOD, PATHS, FILE, mknod),
        ROW(MKNODAT, PATHS, FILE, mknodat),
        ROW(SETXATTR, PATHS, FILE, setxattr),
        ROW(UTIMENSAT, PATHS, FILE, utimensat),
        ROW(TRUNCATE, PATHS, FILE, truncate),
        ROW(CHDIR, 0, FILE, path),
        ROW(FCHDIR, USES, FILE, fchdir),
        ROW(CHROOT, 0, PROC, path),
        ROW(PIVOT_ROOT, 0, PROC, pivot_root),
        ROW(MOUNT, 0, PROC, mount),
        ROW(UMOUNT2, 0, PROC, umount2),
        ROW(MOVE_MOUNT, 0, PROC, move_mount),
        ROW(FSMOUNT, MAKES, PROC, fsmount),
        ROW(OPEN_TREE, MAKES, PROC, open_tree),
        ROW(SOCKET, MAKES, NET, socket),
        ROW(SOCKETPAIR, MAKES, NET, socketpair),
        ROW(CONNECT, USES, NET, connect),
        ROW(ACCEPT, MAKES, NET, accept),
        ROW(ACCEPT4, MAKES, NET, accept4),
        ROW(BIND, USES, NET, bind),
        ROW(LISTEN, USES, NET, listen),
        ROW(SENDTO, USES, NET, sendto),
        ROW(SENDMSG, USES, NET, sendmsg),
        ROW(SENDMMSG, USES, NET, sendmmsg),
        ROW(RECVFROM, USES, NET, recvfrom),
        ROW(RECVMSG, USES, NET, recvmsg),
        ROW(RECVMMSG, USES, NET, recvmmsg),
        ROW(DUP, MAKES, NET, dup),
        ROW(DUP2, MAKES, NET, dup2),
        ROW(DUP3, MAKES, NET, dup3),
        ROW(PIPE, MAKES, FILE, pipe),
        ROW(PIPE2, MAKES, FILE, pipe2),
        ROW(MEMFD_CREATE, MAKES, PROC, memfd_create),
        ROW(PIDFD_OPEN, MAKES, PROC, pidfd_open),
        ROW(PIDFD_GETFD, MAKES, PROC, pidfd_getfd),
        ROW(KILL, 0, PROC, kill),
        ROW(TKILL, 0, PROC, tkill),
        ROW(TGKILL, 0, PROC, tgkill),
        ROW(SIGNAL, OURS, PROC, signal),
        ROW(PTRACE, 0, PROC, ptrace),
        ROW(PROCESS_VM_READV, 0, PROC, process_vm),
        ROW(PROCESS_VM_WRITEV, 0, PROC, process_vm),
        ROW(PRCTL, 0, PROC, prctl),
        ROW(SECCOMP, 0, PROC, seccomp),
        ROW(PERSONALITY, 0, PROC, personality),
        ROW(SETNS, USES, PROC, setns),
        ROW(UNSHARE, 0, PROC, unshare),
        ROW(SETSID, 0, PROC, setsid),
        ROW(SETPGID, 0, PROC, setpgid),
        ROW(SETUID, 0, PROC, setuid),
        ROW(SETGID, 0, PROC, setgid),
        ROW(SETREUID, 0, PROC, setreuid),
        ROW(SETREGID, 0, PROC, setregid),
        ROW(SETRESUID, 0, PROC, setresuid),
        ROW(SETRESGID, 0, PROC, setresgid),
        ROW(CAPSET, 0, PROC, capset),
        ROW(CREDJUMP, OURS, PROC, credjump),
        ROW(MMAP, USES, PROC, mmap),
        ROW(MPROTECT, 0, PROC, mprotect),
        ROW(USERFAULTFD, MAKES, PROC, userfaultfd),
        ROW(BPF, MAKES, PROC, bpf),
        ROW(PERF_EVENT_OPEN, MAKES, PROC, perf_event_open),
        ROW(INIT_MODULE, 0, PROC, init_module),
        ROW(FINIT_MODULE, USES, PROC, finit_module),
        ROW(DELETE_MODULE, 0, PROC, delete_module),
        ROW(KEXEC_LOAD, 0, PROC, kexec_load),
        ROW(REBOOT, 0, PROC, reboot),
        ROW(SWAPOFF, 0, PROC, path),
        ROW(SETHOSTNAME, 0, PROC, sethostname),
        ROW(SETTIMEOFDAY, 0, PROC, settimeofday),
        ROW(KEYCTL, 0, PROC, keyctl),
        ROW(IO_URING_SETUP, MAKES, PROC, io_uring_setup),
        ROW(IO_URING_REGISTER, USES, PROC, io_uring_register),
        ROW(DENIED, OURS, PROC, denied),
        ROW(RESOURCE, OURS, PROC, resource),
        ROW(SYSCTL_WRITE, OURS, PROC, sysctl_write),
        ROW(DEVICE_OPEN, OURS, PROC, device_open),
        ROW(CONTAINER, OURS, PROC, container),
        ROW(HIDDEN_PROCESS, OURS, PROC, hidden_process),
        ROW(HIDDEN_PORT, OURS | BH_EVI_USES_FD, PROC, hidden_port),
};

const struct bh_ev_info *bh_event_info(unsigned type) {
        return type < _BH_EV_MAX ? &rows[type] : NULL;
}

int bh_event_type(struct bh_str name) {
        for (unsigned t = 0; t < _BH_EV_MAX; t++)
                if (bh_str_is(name, rows[t].name))
                        return (int) t;
        return -1;
}

const struct bh_ev_arg *bh_event_arg(const struct bh_ev_info *info, struct bh_str name) {
        for (unsigned i = 0; i < info->n_args; i++)
                if (bh_str_is(name, info->args[i].name))
                        return &info->args[i];
        return NULL;
}
