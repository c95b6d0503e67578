/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries to get out of the jail: `escape WAY` enters sys/sandbox as the worker
 * does, tries one way out, and ends with
 *
 *     0            it got out, or did what it must not
 *     1            it was refused (printed: the errno's text)
 *     SIGSYS etc.  it was killed
 *     4            wrong use, or no sandbox
 *
 * `escape list` names the ways; "compute" is what must work. Descriptor 5, when
 * open, is the file that "write-file" writes to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/macros.h"
#include "sys/sandbox.h"

enum { REFUSED = 1, USE = 4, GIVEN_FD = 5, PAGE = 4096 };

static char page[2 * PAGE] __attribute__((aligned(PAGE)));

/* >= 0: it worked. */
static long by_open(void) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC); }
static long by_openat(void) { return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0); }
static long by_openat2(void) {
        uint64_t how[3] = { O_RDONLY, 0, 0 };

        return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how);
}
static long by_creat(void) { return open("/tmp/bulkhead-escaped", O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }
static long by_unlink(void) { return unlink("/tmp/bulkhead-there-is-none") == 0 || errno == ENOENT ? 0 : -1; }
static long by_stat(void) {
        struct stat st;

        return stat("/etc/passwd", &st);
}
static long by_chdir(void) { return chdir("/"); }
static long by_socket(void) { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
static long by_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }
static long by_connect(void) {
        struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };

        return connect(GIVEN_FD, (struct sockaddr *) &to, sizeof to) == 0 || errno != EPERM ? 0 : -1;
}
static long by_execve(void) {
        char *const argv[] = { (char[]){ "true" }, NULL };

        return execve("/bin/true", argv, NULL);
}
static long by_fork(void) { return fork(); }
static long by_vfork(void) { return syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0); }
static long by_clone3(void) {
        uint64_t args[8] = { 0 };

        return syscall(SYS_clone3, args, sizeof args);
}
static long by_ptrace(void) { return ptrace(PTRACE_ATTACH, getppid(), 0, 0); }
static long by_traceme(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0); }
static long by_kill(void) { return kill(getpid(), 0); }
static long by_tgkill(void) { return syscall(SYS_tgkill, getpid(), getpid(), 0); }
static long by_mmap_exec(void) {
        return mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}
static long by_mprotect_exec(void) { return mprotect(page, PAGE, PROT_READ | PROT_EXEC); }
static long by_pkey_mprotect(void) { return syscall(SYS_pkey_mprotect, page, PAGE, PROT_READ | PROT_EXEC, -1); }
static long by_io_uring(void) {
        struct io_uring_params p = { 0 };

        return syscall(SYS_io_uring_setup, 4, &p);
}
static long by_bpf(void) {
        union bpf_attr a = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 };

        return syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof a);
}
static long by_unshare(void) { return unshare(CLONE_NEWUSER); }
static long by_setns(void) { return setns(GIVEN_FD, 0); }
static long by_mount(void) { return syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL); }
static long by_chroot(void) { return chroot("/"); }
static long by_read_other(void) {
        struct iovec here = { page, 8 }, there = { page, 8 };

        return process_vm_readv(getppid(), &here, 1, &there, 1, 0);
}
static long by_memfd(void) { return memfd_create("escape", MFD_CLOEXEC); }
static long by_setuid(void) { return setuid(65534); }
static long by_raise_limit(void) {
        struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };

        return setrlimit(RLIMIT_AS, &r);
}
static long by_dumpable(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static long by_keyctl(void) { return syscall(SYS_keyctl, 0, -3, 0, 0, 0); }
static long by_userfaultfd(void) { return syscall(SYS_userfaultfd, 0); }
static long by_perf(void) { return syscall(SYS_perf_event_open, page, 0, -1, -1, 0); }
static long by_write_file(void) { return write(GIVEN_FD, "x", 1); }
static long by_ioctl(void) { return syscall(SYS_ioctl, 0, 0x5412, "x"); }
static long by_dup(void) { return dup(0); }
static long by_memory(void) { return mmap(NULL, 3ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0; }
#ifdef __x86_64__
/* getpid by the i386 table: its number 20 is writev here. */
static long by_i386(void) {
        long r;

        __asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
        return r > 0 ? 0 : -1;
}
/* The x32 table: number | 0x40000000. */
static long by_x32(void) { return syscall(0x40000000L + SYS_getpid); }
#endif

static long compute(void) {
        char *big = malloc(64 << 20);
        struct stat st;

        if (!big)
                return -1;
        memset(big, 1, 64 << 20);
        free(big);
        return syscall(SYS_fstat, 0, &st) == 0 && getpid() > 0 ? 0 : -1;
}

static const struct {
        const char *name;
        long (*try_it)(void);
} ways[] = {
        { "compute", compute },
        { "open", by_open }, { "openat", by_openat }, { "openat2", by_openat2 }, { "creat", by_creat }, { "unlink", by_unlink },
        { "stat", by_stat }, { "chdir", by_chdir }, { "socket", by_socket }, { "unix-socket", by_unix_socket }, { "connect", by_connect },
        { "execve", by_execve }, { "fork", by_fork }, { "vfork", by_vfork }, { "clone3", by_clone3 }, { "ptrace", by_ptrace },
        { "traceme", by_traceme }, { "kill", by_kill }, { "tgkill", by_tgkill }, { "mmap-exec", by_mmap_exec },
        { "mprotect-exec", by_mprotect_exec }, { "pkey-mprotect", by_pkey_mprotect }, { "io-uring", by_io_uring }, { "bpf", by_bpf },
        { "unshare", by_unshare }, { "setns", by_setns }, { "mount", by_mount }, { "chroot", by_chroot },
        { "process-vm-readv", by_read_other }, { "memfd", by_memfd }, { "setuid", by_setuid }, { "raise-limit", by_raise_limit },
        { "dumpable", by_dumpable }, { "keyctl", by_keyctl }, { "userfaultfd", by_userfaultfd }, { "perf", by_perf },
        { "write-file", by_write_file }, { "ioctl", by_ioctl }, { "dup", by_dup }, { "memory", by_memory },
#ifdef __x86_64__
        { "i386", by_i386 }, { "x32", by_x32 },
#endif
};

/* stdio would ask what kind of file it writes to: that is forbidden already. */
static void say(const char *text) {
        BH_IGNORE(write(STDOUT_FILENO, text, strlen(text)));
}

static int try_way(long (*try_it)(void)) {
        struct bh_err err = BH_ERR_NONE;
        unsigned missing;

        if (bh_sandbox_enter(&(struct bh_sandbox_opts){ .memory_bytes = BH_LIMIT_WORKER_MEMORY }, &missing, &err) < 0) {
                say(err.text);
                return USE;
        }
        if (try_it() >= 0)
                return 0;
        say("refused: ");
        say(strerrordesc_np(errno));
        say(missing & BH_SANDBOX_NO_LANDLOCK ? " (no Landlock)" : "");
        return REFUSED;
}

int main(int argc, char **argv) {
        const char *want = argc == 2 ? argv[1] : "";

        if (!strcmp(want, "list"))
                for (size_t i = 0; i < BH_LEN(ways); i++)
                        (void) puts(ways[i].name);
        for (size_t i = 0; i < BH_LEN(ways); i++)
                if (!strcmp(want, ways[i].name))
                        return try_way(ways[i].try_it);
        return strcmp(want, "list") ? USE : 0;
}
