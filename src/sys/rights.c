/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sys/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"

/* What may be regained by executing something. Refused where we may not change it (no CAP_SETPCAP): then there is little to regain. */
static void bound(uint64_t wanted) {
        for (unsigned cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
                if (cap >= 64 || !(wanted & BH_RIGHT(cap)))
                        BH_IGNORE(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
        BH_IGNORE(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
}

bool bh_rights_have(uint64_t rights) {
        struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[2] = { 0 };

        return syscall(SYS_capget, &head, data) == 0 && (rights & ~(data[0].permitted | (uint64_t) data[1].permitted << 32)) == 0;
}

static int keep(uint64_t wanted, struct bh_err *err) {
        struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[2] = { 0 };

        if (syscall(SYS_capget, &head, data) < 0)
                return bh_fail_sys(err, errno, "our capabilities cannot be read");
        for (unsigned i = 0; i < 2; i++) {
                data[i].permitted &= (uint32_t) (wanted >> (32 * i));
                data[i].effective = data[i].permitted;
                data[i].inheritable = 0;
        }
        if (syscall(SYS_capset, &head, data) < 0)
                return bh_fail_sys(err, errno, "capabilities cannot be given up");
        return 0;
}

int bh_rights_drop(struct bh_err *err) {
        return keep(0, err);
}

static int forbid(const int *calls, size_t n, struct bh_err *err) {
        scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
        int r = 0;

        if (!ctx)
                return bh_fail(err, BH_E_NOMEM, "no seccomp filter");
        for (size_t i = 0; i < n && r == 0; i++)
                r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
        if (r == 0)
                r = seccomp_load(ctx);
        seccomp_release(ctx);
        return r < 0 ? bh_fail_sys(err, -r, "seccomp") : 0;
}

int bh_rights_keep(uint64_t wanted, const int *forbidden, size_t n, struct bh_err *err) {
        struct bh_err other = BH_ERR_NONE;
        int r = 0, f;

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                r = bh_fail_sys(err, errno, "no_new_privs");
        f = n ? forbid(forbidden, n, r < 0 ? &other : err) : 0;
        r = r < 0 ? r : f;
        bound(wanted);
        f = keep(wanted, r < 0 ? &other : err);
        return r < 0 ? r : f;
}
