/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to do plain things that a sensor may overlook, for the tests of it.
 *
 *     odd_calls uring-open PATH    open through io_uring, and print the fd
 *     odd_calls uring-slot PATH    ... into a table of the ring's own
 *     odd_calls int80-open PATH    open as a 32-bit program would
 *     odd_calls memfd PROGRAM ARG  run a copy of PROGRAM that is in memory only, as "innocent ARG"
 *     odd_calls opens N PATH       open and close PATH N times
 *     odd_calls race N A B         rename A to itself N times, while a thread writes B over the name and back
 *     odd_calls traced             be traced by one's parent
 *     odd_calls attach             trace a child, from outside
 *     odd_calls reads-memory       read a child's memory
 *     odd_calls packet, udp        make such a socket
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct ring {
        int fd;
        struct io_uring_params p;
        char *queues;
        struct io_uring_sqe *sqes;
};

static int ring_open(struct ring *r) {
        size_t bytes;

        r->fd = (int) syscall(SYS_io_uring_setup, 8, &r->p);
        if (r->fd < 0)
                return -1;
        bytes = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
        r->queues = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
        r->sqes = mmap(NULL, r->p.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQES);
        return r->queues == MAP_FAILED || r->sqes == MAP_FAILED ? -1 : 0;
}

static unsigned *word(struct ring *r, unsigned offset) {
        return (unsigned *) (void *) (r->queues + offset);
}

static int ring_openat(struct ring *r, const char *path, unsigned slot) {
        unsigned tail = *word(r, r->p.sq_off.tail), index = tail & *word(r, r->p.sq_off.ring_mask);
        struct io_uring_cqe *cqes = (void *) (r->queues + r->p.cq_off.cqes);

        r->sqes[index] = (struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t) path, .open_flags = O_RDONLY, .file_index = slot };
        word(r, r->p.sq_off.array)[index] = index;
        __atomic_store_n(word(r, r->p.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
        if (syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
                return -1;
        return cqes[*word(r, r->p.cq_off.head) & *word(r, r->p.cq_off.ring_mask)].res;
}

static int uring_open(const char *path, unsigned slot) {
        struct ring r = { 0 };
        int none = -1, fd;

        if (ring_open(&r) < 0)
                return 2;
        if (slot && syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &none, 1) < 0)
                return 2;
        fd = ring_openat(&r, path, slot);
        printf("%d\n", fd);
        return fd < 0;
}

static int int80_open(const char *path) {
#ifdef __x86_64__
        char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        long r;

        if (low == MAP_FAILED)
                return 2;
        snprintf(low, 4096, "%s", path);
        __asm__ volatile("int $0x80" : "=a"(r) : "a"(5L), "b"(low), "c"(0L), "d"(0L) : "memory", "r8", "r9", "r10", "r11");
        printf("%ld\n", r);
        return r < 0;
#else
        (void) path;
        return 77;
#endif
}

static int from_memory(const char *program, char *arg) {
        int from = open(program, O_RDONLY | O_CLOEXEC), to = (int) syscall(SYS_memfd_create, "hidden", 0);
        char innocent[] = "innocent", *argv[] = { innocent, arg, NULL }, *env[] = { NULL }, buf[65536];
        ssize_t n;

        if (from < 0 || to < 0)
                return 2;
        while ((n = read(from, buf, sizeof(buf))) > 0)
                if (write(to, buf, (size_t) n) != n)
                        return 2;
        fexecve(to, argv, env);
        return 2;
}

static int opens(long n, const char *path) {
        for (long i = 0; i < n; i++) {
                int fd = open(path, O_RDONLY);

                if (fd < 0)
                        return 2;
                close(fd);
        }
        return 0;
}

struct race {
        char name[256];
        const char *a, *b;
        bool begun, over;
};

/* On one processor of those we may have, counted from 0: two that take turns on one hardly ever race. */
static void stay_on(int which) {
        cpu_set_t all, one;

        if (sched_getaffinity(0, sizeof(all), &all) < 0)
                return;
        CPU_ZERO(&one);
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
                if (CPU_ISSET(cpu, &all) && which-- == 0)
                        CPU_SET(cpu, &one);
        (void) sched_setaffinity(0, sizeof(one), &one);
}

static void *change(void *user) {
        struct race *r = user;

        stay_on(1);
        __atomic_store_n(&r->begun, true, __ATOMIC_RELAXED);
        while (!__atomic_load_n(&r->over, __ATOMIC_RELAXED)) {
                strcpy(r->name, r->b);
                __asm__ volatile("" ::: "memory");
                strcpy(r->name, r->a);
                __asm__ volatile("" ::: "memory");
        }
        return NULL;
}

/* Without b, nobody changes anything. */
static int race(long n, const char *a, const char *b) {
        static struct race r;
        pthread_t thread;

        if (strlen(a) >= sizeof(r.name) || strlen(b) >= sizeof(r.name))
                return 2;
        r.a = a;
        r.b = b;
        strcpy(r.name, a);
        if (*b && pthread_create(&thread, NULL, change, &r) != 0)
                return 2;
        while (*b && !__atomic_load_n(&r.begun, __ATOMIC_RELAXED))
                (void) sched_yield();
        stay_on(0);
        for (long i = 0; i < n; i++)
                if (syscall(SYS_rename, r.name, a) < 0 && errno != ENOENT)
                        return 1;
        __atomic_store_n(&r.over, true, __ATOMIC_RELAXED);
        return *b && pthread_join(thread, NULL) != 0;
}

/* With a child that waits; what `to` makes of it is the result. */
static int with_child(int (*to)(pid_t child)) {
        pid_t child = fork();
        int r;

        if (child == 0)
                for (;;)
                        pause();
        r = child < 0 ? 2 : to(child);
        kill(child, SIGKILL);
        return r;
}

static int attach(pid_t child) {
        return ptrace(PTRACE_SEIZE, child, NULL, NULL) < 0;
}

static int read_memory(pid_t child) {
        static char here = 'x';
        char there = 0;
        struct iovec to = { &there, 1 }, from = { &here, 1 };

        return process_vm_readv(child, &to, 1, &from, 1, 0) != 1 || there != 'x';
}

int main(int argc, char **argv) {
        const char *what = argc > 1 ? argv[1] : "";

        if (argc == 3 && strcmp(what, "uring-open") == 0)
                return uring_open(argv[2], 0);
        if (argc == 3 && strcmp(what, "uring-slot") == 0)
                return uring_open(argv[2], 1);
        if (argc == 3 && strcmp(what, "int80-open") == 0)
                return int80_open(argv[2]);
        if (argc == 4 && strcmp(what, "memfd") == 0)
                return from_memory(argv[2], argv[3]);
        if (argc == 4 && strcmp(what, "opens") == 0)
                return opens(atol(argv[2]), argv[3]);
        if (argc == 5 && strcmp(what, "race") == 0)
                return race(atol(argv[2]), argv[3], argv[4]);
        if (argc == 2 && strcmp(what, "traced") == 0)
                return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
        if (argc == 2 && strcmp(what, "attach") == 0)
                return with_child(attach);
        if (argc == 2 && strcmp(what, "reads-memory") == 0)
                return with_child(read_memory);
        if (argc == 2 && strcmp(what, "packet") == 0)
                return socket(AF_PACKET, SOCK_RAW, 0) < 0;
        if (argc == 2 && strcmp(what, "udp") == 0)
                return socket(AF_INET, SOCK_DGRAM, 0) < 0;
        fprintf(stderr, "odd_calls: see its first lines\n");
        return 2;
}
