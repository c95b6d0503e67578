/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking the network from a container: two programs of two instructions,
 * "drop", at its control group, one for what comes in and one for what goes
 * out. It holds for any network driver and for containers in the host's
 * network, survives us, and touches nobody's firewall rules. bpf(2) is asked
 * directly: no compiler and no library is needed for "r0 = 0; exit".
 *
 * Needs the default cgroup hierarchy and CAP_BPF with CAP_NET_ADMIN. Loopback
 * inside the container is dropped too: it stands in the same group.
 *
 * To take a program away one has to hold it, and only CAP_SYS_ADMIN, which a
 * watch has given up, finds it by its number. So each has a name in the BPF
 * file system for as long as its container lives: a name that is left would
 * keep the program in the kernel's memory until the machine is started anew.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fmt/json_put.h"
#include "guard/respond/action.h"
#include "sys/cgroup.h"
#include "sys/fd.h"
#include "sys/rights.h"

static const char name[] = "bh_isolate";
static const uint32_t sides[] = { BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS };

static long bpf(int command, union bpf_attr *attr) {
        return syscall(SYS_bpf, command, attr, sizeof *attr);
}

static int load(uint32_t side, int *ret_fd, struct bh_err *err) {
        static const struct bpf_insn drop[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 }, { .code = BPF_JMP | BPF_EXIT } };
        union bpf_attr a = { 0 };

        a.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
        a.expected_attach_type = side;
        a.insns = (uintptr_t) drop;
        a.insn_cnt = BH_LEN(drop);
        a.license = (uintptr_t) "Apache-2.0";
        memcpy(a.prog_name, name, sizeof name);
        *ret_fd = (int) bpf(BPF_PROG_LOAD, &a);
        return *ret_fd < 0 ? bh_fail_sys(err, errno, "no program for the network of a control group") : 0;
}

/* By the number of the control group: no other one gets it while this kernel runs, and no name here outlives the kernel. */
static const char *name_of(uint64_t number, uint32_t side, char buf[96]) {
        (void) snprintf(buf, 96, "/sys/fs/bpf/bh_isolate_%llu_%s", (unsigned long long) number, side == BPF_CGROUP_INET_INGRESS ? "in" : "out");
        return buf;
}

static uint64_t number_of(int group) {
        struct stat st = { 0 };

        (void) fstat(group, &st);
        return st.st_ino;
}

static int keep(int group, uint32_t side, int program, struct bh_err *err) {
        union bpf_attr a = { 0 };
        char path[96];

        a.pathname = (uintptr_t) name_of(number_of(group), side, path);
        a.bpf_fd = (uint32_t) program;
        if (bpf(BPF_OBJ_PIN, &a) == 0 || bh_rights_have(BH_RIGHT(CAP_SYS_ADMIN)))
                return 0;
        return bh_fail_sys(err, errno, "it could not be released again: %s", path);
}

static int attach(int group, uint32_t side, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int program = -1;
        union bpf_attr a = { 0 };
        int r = load(side, &program, err);

        r = r < 0 ? r : keep(group, side, program, err);
        if (r < 0)
                return r;
        a.target_fd = (uint32_t) group;
        a.attach_bpf_fd = (uint32_t) program;
        a.attach_type = side;
        a.attach_flags = BPF_F_ALLOW_MULTI;
        return bpf(BPF_PROG_ATTACH, &a) < 0 ? bh_fail_sys(err, errno, "attach to the control group") : 0;
}

static bool is_ours(int program) {
        struct bpf_prog_info info = { 0 };
        union bpf_attr a = { 0 };

        a.info.bpf_fd = (uint32_t) program;
        a.info.info_len = sizeof info;
        a.info.info = (uintptr_t) &info;
        return bpf(BPF_OBJ_GET_INFO_BY_FD, &a) == 0 && strncmp(info.name, name, sizeof info.name) == 0;
}

/* How many that were: one or none. */
static int take_off(int group, uint32_t side, int program, struct bh_err *err) {
        union bpf_attr a = { 0 };

        if (!is_ours(program))
                return 0;
        a.target_fd = (uint32_t) group;
        a.attach_bpf_fd = (uint32_t) program;
        a.attach_type = side;
        if (bpf(BPF_PROG_DETACH, &a) == 0)
                return 1;
        return errno == ENOENT ? 0 : bh_fail_sys(err, errno, "detach from the control group");
}

static int detach_named(int group, uint32_t side, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int program = -1;
        union bpf_attr a = { 0 };
        char path[96];
        int r;

        a.pathname = (uintptr_t) name_of(number_of(group), side, path);
        program = (int) bpf(BPF_OBJ_GET, &a);
        if (program < 0)
                return errno == ENOENT ? 0 : bh_fail_sys(err, errno, "%s", path);
        r = take_off(group, side, program, err);
        if (r >= 0 && unlink(path) < 0)
                r = bh_fail_sys(err, errno, "%s", path);
        return r;
}

static int detach_one(int group, uint32_t side, uint32_t id, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int program = -1;
        union bpf_attr a = { 0 };

        a.prog_id = id;
        program = (int) bpf(BPF_PROG_GET_FD_BY_ID, &a);
        return program < 0 ? bh_fail_sys(err, errno, "program %u", id) : take_off(group, side, program, err);
}

/* Where there is no BPF file system. What others attached stays. */
static int detach_listed(int group, uint32_t side, struct bh_err *err) {
        uint32_t ids[64];
        union bpf_attr a = { 0 };
        int n = 0, r = 0;

        a.query.target_fd = (uint32_t) group;
        a.query.attach_type = side;
        a.query.prog_ids = (uintptr_t) ids;
        a.query.prog_cnt = BH_LEN(ids);
        if (bpf(BPF_PROG_QUERY, &a) < 0)
                return bh_fail_sys(err, errno, "programs of the control group");
        for (uint32_t i = 0; r >= 0 && i < a.query.prog_cnt && i < BH_LEN(ids); i++) {
                r = detach_one(group, side, ids[i], err);
                n += r > 0;
        }
        return r < 0 ? r : n;
}

/* How many of ours were there. */
static int detach(int group, uint32_t side, struct bh_err *err) {
        int n = detach_named(group, side, err), more;

        if (n < 0 || !bh_rights_have(BH_RIGHT(CAP_SYS_ADMIN)))
                return n;
        more = detach_listed(group, side, err);
        return more < 0 ? more : n + more;
}

static int open_group(struct bh_act *act, struct bh_str path, int *ret_fd, struct bh_str *ret_at, struct bh_err *err) {
        struct bh_cgroup g;
        int r = bh_cgroup_at(act->arena, path, &g, err);

        if (r < 0)
                return r;
        if (g.v2.len == 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "it is not in the default cgroup hierarchy, where programs for its network would stand");
        *ret_at = g.v2;
        *ret_fd = open(bh_arena_cstr(act->arena, g.v2), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return *ret_fd < 0 ? bh_fail_sys(err, errno, "%s", bh_arena_cstr(act->arena, g.v2)) : 0;
}

/* The container's own group: not one inside it that a process may have made. */
static int path_of(struct bh_act *act, struct bh_str *ret, struct bh_err *err) {
        struct bh_str path = act->target->container ? bh_target_group(act->target) : (struct bh_str){ 0 };

        if (path.len < 2)
                return bh_fail(err, BH_E_UNSUPPORTED, "it is in no container, or its control group is not known");
        *ret = path;
        return 0;
}

/* Names of groups hold what JSON must not: systemd writes "\x2d" into them. */
static struct bh_str undo_of(struct bh_arena *arena, struct bh_str path, struct bh_str at, uint64_t number) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_buf_puts(&out, "{\"cgroup\":");
        bh_json_put_quoted(&out, path);
        bh_buf_puts(&out, ",\"at\":");
        bh_json_put_quoted(&out, at);
        bh_buf_printf(&out, ",\"number\":\"%llu\"}", (unsigned long long) number);
        return bh_arena_str(arena, bh_buf_str(&out));
}

int bh_act_isolate(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int group = -1;
        struct bh_str path, at;
        int r = path_of(act, &path, err);

        r = r < 0 ? r : open_group(act, path, &group, &at, err);
        for (size_t i = 0; r >= 0 && i < BH_LEN(sides); i++) {
                r = detach(group, sides[i], err); /* an old one of ours is enough, but two are hard to take back */
                r = r < 0 ? r : attach(group, sides[i], err);
        }
        if (r < 0) {
                for (size_t i = 0; group >= 0 && i < BH_LEN(sides); i++)
                        BH_IGNORE(detach(group, sides[i], NULL)); /* half a wall is none */
                return r;
        }
        act->note = bh_arena_printf(act->arena, "container %s has no network", act->target->container->short_id);
        act->undo = undo_of(act->arena, path, at, number_of(group));
        return 0;
}

/* The container has ended, or is another by now under the same path: what stood at its group went with the group. */
bool bh_act_isolate_is_over(struct bh_act *act) {
        struct bh_err why = BH_ERR_NONE;
        struct stat st;
        uint64_t was, is;
        int r;

        if (!bh_str_u64(bh_doc_get_text(act->undone, "number"), &was) || (stat(bh_arena_cstr(act->arena, bh_doc_get_text(act->undone, "at")), &st) == 0 && st.st_ino == was))
                return false; /* every second, so without reading all mounts */
        r = bh_cgroup_number(act->arena, bh_doc_get_text(act->undone, "cgroup"), &is, &why);
        return r == BH_E_NOTFOUND || (r == 0 && is != was);
}

static int forget(struct bh_act *act, struct bh_err *err) {
        uint64_t number = 0;
        char path[96];

        (void) bh_str_u64(bh_doc_get_text(act->undone, "number"), &number);
        for (size_t i = 0; i < BH_LEN(sides); i++)
                if (unlink(name_of(number, sides[i], path)) < 0 && errno != ENOENT)
                        return bh_fail_sys(err, errno, "%s", path);
        return bh_fail(err, BH_E_NOTFOUND, "container %s has ended", act->target->container ? act->target->container->short_id : "");
}

int bh_act_release(struct bh_act *act, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int group = -1;
        struct bh_str path = bh_doc_get_text(act->undone, "cgroup"), at;
        int r, n = 0;

        if (bh_act_isolate_is_over(act))
                return forget(act, err);
        r = path.len ? 0 : path_of(act, &path, err);
        r = r < 0 ? r : open_group(act, path, &group, &at, err);
        for (size_t i = 0; r >= 0 && i < BH_LEN(sides); i++) {
                r = detach(group, sides[i], err);
                n += r > 0 ? r : 0;
        }
        if (r >= 0 && n == 0)
                return bh_fail(err, BH_E_NOTFOUND, "nothing of ours stands there any more");
        if (r >= 0)
                act->note = bh_arena_printf(act->arena, "container %s has its network again", act->target->container ? act->target->container->short_id : "");
        return r < 0 ? r : 0;
}
