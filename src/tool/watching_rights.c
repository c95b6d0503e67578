/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a watch may do, by what it was asked for: everything else is given up
 * before the first file of rules is read, and before there is a second thread.
 */
#include <linux/capability.h>
#include <seccomp.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/macros.h"
#include "sys/rights.h"
#include "tool/watching.h"

enum asked {
        LIVE = 1,
        BPF = 2,
        OLD_BPF = 4, /* of a kernel before 6.2: libbpf looks through all modules for what is not there; of an engine that knows no CAP_BPF */
        NETLINK = 8, /* the back end proc */
        ANSWERS = 16, /* responses and prevention */
        WRITES = 32,
};

/* docs/PRIVSEP.md says what each is for. */
static const struct {
        uint8_t capability, for_;
} needs[] = {
        { CAP_SYS_PTRACE, LIVE },
        { CAP_DAC_READ_SEARCH, LIVE | WRITES },
        { CAP_SYS_NICE, LIVE },
        { CAP_BPF, BPF | ANSWERS },
        { CAP_PERFMON, BPF },
        { CAP_NET_ADMIN, NETLINK | ANSWERS },
        { CAP_SYS_ADMIN, NETLINK | OLD_BPF },
        { CAP_DAC_OVERRIDE, ANSWERS | WRITES },
        { CAP_KILL, ANSWERS },
        { CAP_CHOWN, ANSWERS },
        { CAP_FOWNER, ANSWERS },
        { CAP_FSETID, ANSWERS },
        { CAP_SETFCAP, ANSWERS },
};

/* What no watch does, and who takes one over would. */
static const int forbidden[] = {
        SCMP_SYS(ptrace),        SCMP_SYS(process_vm_writev), SCMP_SYS(kexec_load),    SCMP_SYS(kexec_file_load),
        SCMP_SYS(init_module),   SCMP_SYS(finit_module),      SCMP_SYS(delete_module), SCMP_SYS(mount),
        SCMP_SYS(umount2),       SCMP_SYS(move_mount),        SCMP_SYS(open_tree),     SCMP_SYS(fsopen),
        SCMP_SYS(pivot_root),    SCMP_SYS(chroot),            SCMP_SYS(unshare),       SCMP_SYS(swapon),
        SCMP_SYS(swapoff),       SCMP_SYS(reboot),            SCMP_SYS(settimeofday),  SCMP_SYS(clock_settime),
        SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex),          SCMP_SYS(iopl),          SCMP_SYS(ioperm),
        SCMP_SYS(acct),          SCMP_SYS(quotactl),          SCMP_SYS(userfaultfd),   SCMP_SYS(personality),
        SCMP_SYS(add_key),       SCMP_SYS(request_key),       SCMP_SYS(keyctl),        SCMP_SYS(open_by_handle_at),
        SCMP_SYS(sethostname),   SCMP_SYS(setdomainname),     SCMP_SYS(mknod),         SCMP_SYS(mknodat),
        SCMP_SYS(io_uring_setup), SCMP_SYS(pidfd_getfd),
};

static bool is_old_kernel(void) {
        struct utsname u;
        unsigned major = 0, minor = 0;

        return uname(&u) == 0 && sscanf(u.release, "%u.%u", &major, &minor) == 2 && (major < 6 || (major == 6 && minor < 2));
}

/* An engine before Docker 23 gives neither CAP_BPF nor CAP_PERFMON, but for both CAP_SYS_ADMIN, of which they were made. */
static bool needs_admin_for_bpf(void) {
        return is_old_kernel() || !bh_rights_have(BH_RIGHT(CAP_BPF) | BH_RIGHT(CAP_PERFMON));
}

static unsigned asked_for(const struct bh_watch *w) {
        const char *backend = bh_cli_get(w->cli, "backend");
        unsigned asked = LIVE;

        if (bh_cli_has(w->cli, "replay"))
                return WRITES;
        if (backend ? strcmp(backend, "proc") == 0 : !bh_cli_has(w->cli, "pin") && !bh_sense_has_bpf())
                asked |= NETLINK;
        else
                asked |= BPF | (needs_admin_for_bpf() ? OLD_BPF : 0);
        asked |= w->port || bh_cli_has(w->cli, "responses") ? ANSWERS : 0;
        if (w->port || bh_cli_has(w->cli, "output") || bh_cli_has(w->cli, "record") || bh_cli_has(w->cli, "state"))
                asked |= WRITES; /* where others may be the owner */
        return asked;
}

void bh_watch_give_up(const struct bh_watch *w) {
        struct bh_err err = BH_ERR_NONE;
        unsigned asked = asked_for(w);
        uint64_t wanted = 0;

        for (size_t i = 0; i < BH_LEN(needs); i++)
                if (needs[i].for_ & asked)
                        wanted |= BH_RIGHT(needs[i].capability);
        if (bh_rights_keep(wanted, forbidden, BH_LEN(forbidden), &err) < 0 && !bh_cli_has(w->cli, "quiet"))
                (void) fprintf(stderr, "bulkhead: keeps more rights than it needs: %s\n", err.text);
}
