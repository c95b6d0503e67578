/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/prevent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include <bpf/bpf.h>

#include "bpf/shared/guard.h"
#include "sys/fd.h"

#define EXEC_BITS (BH_PREVENT_BIT(DRIFTED) | BH_PREVENT_BIT(MEMFD) | BH_PREVENT_BIT(LISTED) | BH_PREVENT_BIT(SHELL))

/* Each program, and the bits that need it. */
static const struct part {
        const char *program, *hook;
        uint32_t bits;
        bool in_group; /* hangs at a control group */
        bool better;   /* does the same as the next more gently, where the kernel lets it */
} parts[] = {
        { "lsm_exec", "lsm/bprm_check_security", EXEC_BITS, false, true },
        { "guard_exec", "tp_btf/sched_process_exec", EXEC_BITS, false, false },
        { "guard_sysctl", "cgroup/sysctl", BH_PREVENT_BIT(SYSCTL), true, false },
        { "guard_device", "cgroup/dev", BH_PREVENT_BIT(DEVICE), true, false },
        { "guard_connect4", "cgroup/connect4", BH_PREVENT_BIT(METADATA) | BH_PREVENT_BIT(NETWORK), true, false },
        { "guard_connect6", "cgroup/connect6", BH_PREVENT_BIT(METADATA) | BH_PREVENT_BIT(NETWORK), true, false },
        { "guard_sendmsg4", "cgroup/sendmsg4", BH_PREVENT_BIT(METADATA) | BH_PREVENT_BIT(NETWORK), true, false },
        { "guard_sendmsg6", "cgroup/sendmsg6", BH_PREVENT_BIT(METADATA) | BH_PREVENT_BIT(NETWORK), true, false },
        { "guard_socket", "cgroup/sock_create", BH_PREVENT_BIT(RAW_SOCKET), true, false },
        { "guard_egress", "cgroup_skb/egress", BH_PREVENT_BIT(NETWORK), true, false },
        { "guard_ingress", "cgroup_skb/ingress", BH_PREVENT_BIT(NETWORK), true, false },
};

/* model/ports.h and bpf/shared/guard.h must count alike. */
_Static_assert(BH_PREVENT_DRIFTED == BH_GUARD_DRIFTED && BH_PREVENT_MEMFD == BH_GUARD_MEMFD &&
                       BH_PREVENT_LISTED == BH_GUARD_LISTED && BH_PREVENT_SHELL == BH_GUARD_SHELL &&
                       BH_PREVENT_SYSCTL == BH_GUARD_SYSCTL && BH_PREVENT_DEVICE == BH_GUARD_DEVICE &&
                       BH_PREVENT_METADATA == BH_GUARD_METADATA && BH_PREVENT_RAW_SOCKET == BH_GUARD_RAW_SOCKET &&
                       BH_PREVENT_NETWORK == BH_GUARD_NETWORK,
               "the bits of prevention");

/* What a shell is called; the kernel's name of it, or its file's. */
static const char *const shells[] = { "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish", "busybox",
                                      "toybox", "pwsh", "rbash", "yash" };

/* Keys whose value the kernel runs, or that open the way to it. */
static const char *const keys[] = { "kernel/core_pattern", "kernel/modprobe", "kernel/hotplug", "kernel/poweroff_cmd",
                                    "kernel/usermodehelper/bset", "kernel/usermodehelper/inheritable",
                                    "kernel/modules_disabled", "fs/suid_dumpable", "kernel/kexec_load_disabled",
                                    "kernel/unprivileged_bpf_disabled", "kernel/yama/ptrace_scope", "kernel/sysrq" };

/* Where clouds tell a machine its credentials. */
static const char *const metadata[] = { "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200",
                                        "169.254.0.23", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254" };

struct group_row {
        uint64_t id;
        uint32_t stop, would;
};

struct bh_prevent {
        struct bh_bpf_objects *objects;
        struct bpf_link *links[BH_LEN(parts)];
        struct bh_pins *pins; /* where they are kept; NULL: nowhere */
        struct bh_prevent_port port;
        struct bh_guard_control control;
        char missing[_BH_PREVENT_MAX][160];
        struct group_row *rows;
        size_t n_rows, cap_rows;
        struct bh_guard_path *paths;
        size_t n_paths;
        int root; /* of the version 2 hierarchy, or -1 */
};

static int open_group_root(void) {
        static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

        for (size_t i = 0; i < BH_LEN(places); i++) {
                struct statfs fs;

                if (statfs(places[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
                        return open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        }
        errno = ENOENT;
        return -1;
}

static void lack(struct bh_prevent *p, uint32_t bits, const char *hook, const char *why) {
        for (unsigned i = 0; i < _BH_PREVENT_MAX; i++)
                if (bits & (1u << i)) {
                        p->port.can &= ~(1u << i);
                        snprintf(p->missing[i], sizeof(p->missing[i]), "%s: %s", hook, why);
                }
}

static void find_lacks(struct bh_prevent *p) {
        for (size_t i = 0; i < BH_LEN(parts); i++) {
                int sys;

                if (parts[i].better)
                        continue;
                if (!bh_bpf_program(p->objects, parts[i].program, &sys))
                        lack(p, parts[i].bits, parts[i].hook, sys ? strerror(sys) : "no program");
                else if (parts[i].in_group && p->root < 0)
                        lack(p, parts[i].bits, parts[i].hook, "there is no control group hierarchy of version 2");
        }
}

static int put_word(struct bh_prevent *p, uint32_t kind, const char *word) {
        struct bh_guard_word key = { .kind = kind };
        uint32_t one = 1;

        snprintf(key.word, sizeof(key.word), "%s", word);
        return bpf_map_update_elem(bh_bpf_map(p->objects, "guard_words"), &key, &one, BPF_ANY);
}

static int put_address(struct bh_prevent *p, const char *text) {
        struct bh_guard_address key = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
        uint32_t one = 1;

        if (inet_pton((int) key.family, text, key.ip) != 1)
                return -1;
        return bpf_map_update_elem(bh_bpf_map(p->objects, "guard_addresses"), &key, &one, BPF_ANY);
}

static int put_lists(struct bh_prevent *p, struct bh_err *err) {
        int r = 0;

        for (size_t i = 0; i < BH_LEN(shells); i++)
                r |= put_word(p, BH_GUARD_SHELL_WORD, shells[i]);
        for (size_t i = 0; i < BH_LEN(keys); i++)
                r |= put_word(p, BH_GUARD_SYSCTL_WORD, keys[i]);
        for (size_t i = 0; i < BH_LEN(metadata); i++)
                r |= put_address(p, metadata[i]);
        return r ? bh_fail_sys(err, errno, "the lists of what is prevented cannot be written") : 0;
}

static int put_control(struct bh_prevent *p, struct bh_err *err) {
        uint32_t zero = 0;

        p->control.any = 0;
        for (size_t i = 0; i < p->n_rows; i++)
                p->control.any |= p->rows[i].stop | p->rows[i].would;
        if (bpf_map_update_elem(bh_bpf_map(p->objects, "guard_control"), &zero, &p->control, BPF_ANY) < 0)
                return bh_fail_sys(err, errno, "the programs that prevent cannot be told what to do");
        return 0;
}

/* Hangs up what some row needs, takes down what none does. */
static int attach_needed(struct bh_prevent *p, struct bh_err *err) {
        for (size_t i = 0; i < BH_LEN(parts); i++) {
                struct bpf_program *program;
                int sys;

                if (!(parts[i].bits & p->control.any)) {
                        bh_pins_drop(p->links[i] ? p->pins : NULL, parts[i].program);
                        bpf_link__destroy(p->links[i]);
                        p->links[i] = NULL;
                        continue;
                }
                if (p->links[i])
                        continue;
                program = bh_bpf_program(p->objects, parts[i].program, &sys);
                if (!program && parts[i].better)
                        continue;
                if (!program)
                        return bh_fail_sys(err, sys ?: ENOSYS, "%s", parts[i].hook);
                p->links[i] = parts[i].in_group ? bpf_program__attach_cgroup(program, p->root) : bpf_program__attach(program);
                if (!p->links[i] && !parts[i].better)
                        return bh_fail_sys(err, errno, "%s cannot be attached", parts[i].hook);
                if (p->links[i])
                        bh_pins_put(p->pins, parts[i].program, bpf_link__fd(p->links[i]));
        }
        return 0;
}

static struct group_row *row_of(struct bh_prevent *p, uint64_t id) {
        for (size_t i = 0; i < p->n_rows; i++)
                if (p->rows[i].id == id)
                        return &p->rows[i];
        return NULL;
}

static void drop_row(struct bh_prevent *p, struct group_row *row) {
        if (row)
                *row = p->rows[--p->n_rows];
}

static struct group_row *add_row(struct bh_prevent *p, uint64_t id) {
        if (p->n_rows == p->cap_rows) {
                size_t cap = p->cap_rows ? p->cap_rows * 2 : 16;
                void *more = reallocarray(p->rows, cap, sizeof(*p->rows));

                if (!more)
                        bh_nomem(cap * sizeof(*p->rows));
                p->rows = more;
                p->cap_rows = cap;
        }
        p->rows[p->n_rows] = (struct group_row){ .id = id };
        return &p->rows[p->n_rows++];
}

static int apply(void *user, uint64_t id, uint32_t stop, uint32_t would, struct bh_err *err) {
        struct bh_prevent *p = user;
        struct group_row *row = row_of(p, id);
        struct bh_guard_row put = { .stop = stop, .would = would & ~stop };
        int fd = bh_bpf_map(p->objects, "guard_rows"), r;

        if ((stop | would) & ~p->port.can)
                return bh_fail(err, BH_E_UNSUPPORTED, "some of it cannot be prevented on this machine");
        if (!stop && !would) {
                drop_row(p, row);
                if (bpf_map_delete_elem(fd, &id) < 0 && errno != ENOENT)
                        return bh_fail_sys(err, errno, "a row of what is prevented cannot be taken out");
        } else {
                if (bpf_map_update_elem(fd, &id, &put, BPF_ANY) < 0)
                        return bh_fail_sys(err, errno, "a row of what is prevented cannot be written");
                row = row ? row : add_row(p, id);
                row->stop = put.stop;
                row->would = put.would;
        }
        r = put_control(p, err);
        return r < 0 ? r : attach_needed(p, err);
}

static int list(void *user, const struct bh_str *paths, size_t n, struct bh_err *err) {
        struct bh_prevent *p = user;
        int fd = bh_bpf_map(p->objects, "guard_paths");
        uint32_t one = 1;

        for (size_t i = 0; i < p->n_paths; i++)
                BH_IGNORE(bpf_map_delete_elem(fd, &p->paths[i]));
        free(p->paths);
        p->n_paths = 0;
        p->paths = calloc(n ? n : 1, sizeof(*p->paths));
        if (!p->paths)
                bh_nomem(n * sizeof(*p->paths));
        for (size_t i = 0; i < n; i++) {
                struct bh_guard_path *key = &p->paths[p->n_paths];

                if (paths[i].len == 0 || paths[i].len >= sizeof(key->path))
                        return bh_fail(err, BH_E_LIMIT, "%s: a listed path has 1 to %zu bytes", BH_QUOTE(paths[i]), sizeof(key->path) - 1);
                memcpy(key->path, paths[i].at, paths[i].len);
                if (bpf_map_update_elem(fd, key, &one, BPF_ANY) < 0)
                        return bh_fail_sys(err, errno, "the list of paths cannot be written");
                p->n_paths++;
        }
        return 0;
}

static const char *missing(void *user, enum bh_prevention which) {
        struct bh_prevent *p = user;

        return p->missing[which][0] ? p->missing[which] : "it works";
}

int bh_prevent_open(struct bh_bpf_objects *objects, const struct bh_sensor_control *host, struct bh_pins *pins,
                    struct bh_prevent **ret, struct bh_err *err) {
        BH_CLEANUP(bh_prevent_close) struct bh_prevent *p = calloc(1, sizeof(*p));
        int r;

        if (!p)
                bh_nomem(sizeof(*p));
        p->objects = objects;
        p->pins = pins;
        p->root = open_group_root();
        p->port = (struct bh_prevent_port){ .user = p, .can = (1u << _BH_PREVENT_MAX) - 1, .missing = missing, .apply = apply, .list = list };
        p->control = (struct bh_guard_control){ .host_mnt = host->host_mnt, .host_net = host->host_net };
        r = bh_bpf_object_load(objects, BH_BPF_guard, err);
        if (r < 0)
                return bh_wrap(err, r, "prevention");
        BH_IGNORE(bh_bpf_object_load(objects, BH_BPF_lsm, NULL)); /* without it programs are killed, not refused */
        find_lacks(p);
        r = put_lists(p, err);
        if (r == 0)
                r = put_control(p, err);
        if (r < 0)
                return r;
        *ret = BH_TAKE(p);
        return 0;
}

void bh_prevent_close(struct bh_prevent **prevent) {
        struct bh_prevent *p = *prevent;

        if (!p)
                return;
        for (size_t i = 0; i < BH_LEN(parts); i++)
                bpf_link__destroy(p->links[i]);
        bh_fd_close(&p->root);
        free(p->rows);
        free(p->paths);
        free(p);
        *prevent = NULL;
}

const struct bh_prevent_port *bh_prevent_port(struct bh_prevent *p) {
        return &p->port;
}
