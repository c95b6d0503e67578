/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/rights.h"

/* What computing, reading and answering needs; memory calls may not make anything executable. */
static const int allowed[] = {
        SCMP_SYS(read),          SCMP_SYS(pread64),        SCMP_SYS(readv),      SCMP_SYS(write),
        SCMP_SYS(writev),        SCMP_SYS(lseek),          SCMP_SYS(close),      SCMP_SYS(fstat),
        SCMP_SYS(recvmsg),       SCMP_SYS(sendmsg),        SCMP_SYS(poll),       SCMP_SYS(ppoll),
        SCMP_SYS(brk),           SCMP_SYS(munmap),         SCMP_SYS(mremap),     SCMP_SYS(madvise),
        SCMP_SYS(futex),         SCMP_SYS(clock_gettime),  SCMP_SYS(getrandom),  SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(exit),     SCMP_SYS(exit_group),
        SCMP_SYS(gettimeofday),  SCMP_SYS(getpid),         SCMP_SYS(gettid),     SCMP_SYS(sched_yield),
        SCMP_SYS(rseq),          SCMP_SYS(membarrier),     SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo),
};

static int limit(__rlimit_resource_t what, uint64_t value) {
        struct rlimit now, want = { value, value };

        if (getrlimit(what, &now) < 0)
                return -1;
        want.rlim_cur = want.rlim_max = BH_MIN((rlim_t) value, now.rlim_max);
        return setrlimit(what, &want);
}

static bool limits(const struct bh_sandbox_opts *o) {
        int bad = limit(RLIMIT_CORE, 0) | limit(RLIMIT_NPROC, 0) | limit(RLIMIT_FSIZE, 0);

        if (o->memory_bytes)
                bad |= limit(RLIMIT_AS, o->memory_bytes);
        if (o->cpu_s)
                bad |= limit(RLIMIT_CPU, o->cpu_s);
        return bad == 0;
}

/* Every right of the running kernel's version, none granted. */
static bool landlock(void) {
        static const uint64_t fs_of_version[] = { 0, (1ull << 13) - 1, (1ull << 14) - 1, (1ull << 15) - 1, (1ull << 15) - 1,
                                                  (1ull << 16) - 1 };
        long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
        struct {
                uint64_t fs, net;
        } rules = { 0, 0 };
        long fd;
        bool done;

        if (version <= 0)
                return false;
        rules.fs = fs_of_version[BH_MIN((size_t) version, BH_LEN(fs_of_version) - 1)];
        rules.net = version >= 4 ? 3 : 0; /* bind and connect TCP */
        fd = syscall(SYS_landlock_create_ruleset, &rules, version >= 4 ? sizeof rules : sizeof rules.fs, 0);
        if (fd < 0)
                return false;
        done = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
        (void) close((int) fd);
        return done;
}

static int add_rules(scmp_filter_ctx ctx) {
        const struct scmp_arg_cmp not_exec = SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
        int r = 0;

        for (size_t i = 0; i < BH_LEN(allowed) && r == 0; i++)
                r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
        if (r == 0)
                r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &not_exec);
        if (r == 0)
                r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_exec);
        return r;
}

static int seccomp(struct bh_err *err) {
        scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
        int r;

        if (!ctx)
                return bh_fail(err, BH_E_NOMEM, "sandbox: no seccomp filter");
        r = add_rules(ctx);
        if (r == 0)
                r = seccomp_load(ctx);
        seccomp_release(ctx);
        return r < 0 ? bh_fail_sys(err, -r, "sandbox: seccomp") : 0;
}

int bh_sandbox_enter(const struct bh_sandbox_opts *opts, unsigned *ret_missing, struct bh_err *err) {
        unsigned missing = 0;
        int r = bh_rights_drop(err);

        if (r < 0)
                return r;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return bh_fail_sys(err, errno, "sandbox: no_new_privs");
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
                return bh_fail_sys(err, errno, "sandbox: not dumpable");
        if (!limits(opts))
                missing |= BH_SANDBOX_NO_RLIMIT;
        if (!landlock())
                missing |= BH_SANDBOX_NO_LANDLOCK;
        *ret_missing = missing;
        return seccomp(err);
}
