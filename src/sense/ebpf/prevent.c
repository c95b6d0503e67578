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
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf/shared/guard.h"
#include "sys/fd.h"

#define EXEC_BITS (BH_PREVENT_BIT(DRIFTED) | BH_PREVENT_BIT(MEMFD) | BH_PREVENT_BIT(LISTED) | BH_PREVENT_BIT(SHELL))

#define LSM "lsm/"

/* Each program, and the bits that need it. */
static const struct part {
        const char *program, *hook;
        uint32_t bits;
        bool in_group; /* hangs at a control group */
        bool better;   /* does more than another row, or the same more gently, where the kernel lets it */
        const char *unless; /* the row that does all of it, and would tell of everything a second time */
} parts[] = {
        { "lsm_exec", LSM "bprm_check_security", EXEC_BITS, false, true },
        { "lsm_packet", LSM "socket_create", BH_PREVENT_BIT(RAW_SOCKET), false, true },
        { "lsm_file", LSM "file_open", BH_PREVENT_BIT(FILE_OPEN) | BH_PREVENT_BIT(FILE_WRITE) | BH_PREVENT_BIT(KERNEL_FILE), false, false },
        { "lsm_ptrace", LSM "ptrace_access_check", BH_PREVENT_BIT(PTRACE), false, false },
        { "lsm_traceme", LSM "ptrace_traceme", BH_PREVENT_BIT(PTRACE), false, false },
        { "lsm_mount", LSM "sb_mount", BH_PREVENT_BIT(MOUNT), false, false },
        { "lsm_move_mount", LSM "move_mount", BH_PREVENT_BIT(MOUNT), false, false },
        { "lsm_umount", LSM "sb_umount", BH_PREVENT_BIT(MOUNT), false, false },
        { "lsm_module_file", LSM "kernel_read_file", BH_PREVENT_BIT(MODULE), false, false },
        { "lsm_module_data", LSM "kernel_load_data", BH_PREVENT_BIT(MODULE), false, false },
        { "guard_exec", "tp_btf/sched_process_exec", EXEC_BITS, false, false, "lsm_exec" },
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
                       BH_PREVENT_NETWORK == BH_GUARD_NETWORK && BH_PREVENT_FILE_OPEN == BH_GUARD_FILE_OPEN &&
                       BH_PREVENT_FILE_WRITE == BH_GUARD_FILE_WRITE && BH_PREVENT_KERNEL_FILE == BH_GUARD_KERNEL_FILE &&
                       BH_PREVENT_PTRACE == BH_GUARD_PTRACE && BH_PREVENT_MOUNT == BH_GUARD_MOUNT &&
                       BH_PREVENT_MODULE == BH_GUARD_MODULE,
               "the bits of prevention");

/* What a shell is called; the kernel's name of it, or its file's. */
static const char *const shells[] = { "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "csh", "tcsh", "fish", "busybox",
                                      "toybox", "pwsh", "rbash", "yash" };

/* Keys whose value the kernel runs, or that open the way to it. */
static const char *const keys[] = { "kernel/core_pattern", "kernel/modprobe", "kernel/hotplug", "kernel/poweroff_cmd",
                                    "kernel/usermodehelper/bset", "kernel/usermodehelper/inheritable",
                                    "kernel/modules_disabled", "fs/suid_dumpable", "kernel/kexec_load_disabled",
                                    "kernel/unprivileged_bpf_disabled", "kernel/yama/ptrace_scope", "kernel/sysrq" };

/* Files of the kernel's own file systems that make it run a program, or stop. */
static const struct {
        uint32_t magic;
        const char *name;
} kernel_files[] = { { PROC_SUPER_MAGIC, "core_pattern" },  { PROC_SUPER_MAGIC, "modprobe" },       { PROC_SUPER_MAGIC, "hotplug" },
                     { PROC_SUPER_MAGIC, "poweroff_cmd" },  { PROC_SUPER_MAGIC, "sysrq-trigger" },  { SYSFS_MAGIC, "uevent_helper" },
                     { CGROUP_SUPER_MAGIC, "release_agent" }, { BINFMTFS_MAGIC, "register" } };

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
        const char *lsm_lack; /* why LSM hooks are of no use; NULL: they are */
        struct group_row *rows;
        size_t n_rows, cap_rows;
        struct bh_guard_path *paths;
        struct bh_guard_file *files;
        size_t n_paths, n_files;
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

static bool is_lsm(const struct part *part) {
        return strncmp(part->hook, LSM, sizeof(LSM) - 1) == 0;
}

/* A program of LSM hooks can be loaded and hung up where nobody asks it: the kernel's list must name "bpf". */
static const char *lsm_lack(void) {
        BH_CLEANUP(bh_fd_close) int fd = open("/sys/kernel/security/lsm", O_RDONLY | O_CLOEXEC);
        char list[512] = ",";
        ssize_t n = fd < 0 ? -1 : read(fd, list + 1, sizeof(list) - 3);

        if (n < 0)
                return "/sys/kernel/security/lsm cannot be read: is securityfs mounted?";
        list[n + 1] = ',';
        for (char *at = list; *at; at++)
                *at = *at == '\n' ? ',' : *at;
        return strstr(list, ",bpf,") ? NULL : "bpf is not among the kernel's security modules (its lsm= parameter)";
}

static void find_lacks(struct bh_prevent *p) {
        for (size_t i = 0; i < BH_LEN(parts); i++) {
                int sys;

                if (parts[i].better)
                        continue;
                if (is_lsm(&parts[i]) && p->lsm_lack)
                        lack(p, parts[i].bits, parts[i].hook, p->lsm_lack);
                else if (!bh_bpf_program(p->objects, parts[i].program, &sys))
                        lack(p, parts[i].bits, parts[i].hook, sys == ESRCH ? "this kernel has no such hook" : sys ? strerror(sys) : "no program");
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
        for (size_t i = 0; i < BH_LEN(kernel_files); i++)
                r |= put_word(p, kernel_files[i].magic, kernel_files[i].name);
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

static bool is_attached(const struct bh_prevent *p, const char *program) {
        for (size_t i = 0; program && i < BH_LEN(parts); i++)
                if (p->links[i] && strcmp(parts[i].program, program) == 0)
                        return true;
        return false;
}

/* Hangs up what some row needs, takes down what none does. */
static int attach_needed(struct bh_prevent *p, struct bh_err *err) {
        for (size_t i = 0; i < BH_LEN(parts); i++) {
                struct bpf_program *program;
                int sys;

                if (!(parts[i].bits & p->control.any) || is_attached(p, parts[i].unless)) {
                        bh_pins_drop(p->links[i] ? p->pins : NULL, parts[i].program);
                        bpf_link__destroy(p->links[i]);
                        p->links[i] = NULL;
                        continue;
                }
                if (p->links[i])
                        continue;
                program = is_lsm(&parts[i]) && p->lsm_lack ? NULL : bh_bpf_program(p->objects, parts[i].program, &sys);
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

/* A folder matches by its beginning, a file whole. */
static int list_files(struct bh_prevent *p, const struct bh_str *paths, size_t n, struct bh_err *err) {
        int fd = bh_bpf_map(p->objects, "guard_files");
        uint32_t one = 1;

        for (size_t i = 0; i < p->n_files; i++)
                BH_IGNORE(bpf_map_delete_elem(fd, &p->files[i]));
        free(p->files);
        p->n_files = 0;
        p->files = calloc(n ? n : 1, sizeof(*p->files));
        if (!p->files)
                bh_nomem(n * sizeof(*p->files));
        for (size_t i = 0; i < n; i++) {
                struct bh_guard_file *key = &p->files[p->n_files];
                bool folder = paths[i].len && paths[i].at[paths[i].len - 1] == '/';

                if (paths[i].len == 0 || paths[i].len >= sizeof(key->path))
                        return bh_fail(err, BH_E_LIMIT, "%s: a listed file has 1 to %zu bytes", BH_QUOTE(paths[i]), sizeof(key->path) - 1);
                memcpy(key->path, paths[i].at, paths[i].len);
                key->bits = 8 * ((uint32_t) paths[i].len + !folder);
                if (bpf_map_update_elem(fd, key, &one, BPF_ANY) < 0)
                        return bh_fail_sys(err, errno, "the list of files cannot be written");
                p->n_files++;
        }
        return 0;
}

static int list_programs(struct bh_prevent *p, const struct bh_str *paths, size_t n, struct bh_err *err) {
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

static int list(void *user, enum bh_prevention which, const struct bh_str *paths, size_t n, struct bh_err *err) {
        return which == BH_PREVENT_LISTED ? list_programs(user, paths, n, err) : list_files(user, paths, n, err);
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
        p->lsm_lack = lsm_lack();
        if (!p->lsm_lack)
                BH_IGNORE(bh_bpf_object_load(objects, BH_BPF_lsm, NULL)); /* find_lacks says what is missing; without it programs are killed, not refused */
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
        free(p->files);
        free(p);
        *prevent = NULL;
}

const struct bh_prevent_port *bh_prevent_port(struct bh_prevent *p) {
        return &p->port;
}
