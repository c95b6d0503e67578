/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/fields.h"

#include "sense/render.h"

#define ANCESTORS_MOST 64 /* of a list */

static bool has_exe_slash(struct bh_str s) {
        return bh_str_chr(s, '/') >= 0;
}

static struct bh_str exeline_of(struct bh_str exe, struct bh_str args, struct bh_arena *scratch) {
        return args.len ? bh_arena_printf(scratch, "%.*s %.*s", BH_FMT(exe), BH_FMT(args)) : exe;
}

static struct bh_str text_of(const struct bh_process *p, unsigned what, struct bh_arena *scratch) {
        switch (what) {
        case BH_PT_NAME: return bh_process_name(p);
        case BH_PT_EXE: return bh_process_exe(p);
        case BH_PT_EXEPATH: return p->exepath;
        case BH_PT_ARGS: return bh_process_args(p);
        case BH_PT_CMDLINE: return p->cmdline;
        case BH_PT_EXELINE: return exeline_of(bh_process_exe(p), bh_process_args(p), scratch);
        case BH_PT_CWD: return p->cwd;
        case BH_PT_CGROUP: return p->cgroup;
        case BH_PT_EXE_NAME: return bh_str_basename(p->exepath);
        case BH_PT_COMM_DIR: return has_exe_slash(p->exepath) ? bh_str_dirname(p->exepath) : (struct bh_str){ 0 };
        default: return (struct bh_str){ 0 };
        }
}

BH_FIELD_GET(bh_field_proc_text) {
        const struct bh_process *p = bh_actor(event);

        (void) arg;
        return p && bh_give_str(ret, self, text_of(p, self->tag, scratch));
}

BH_FIELD_GET(bh_field_proc_args) {
        const struct bh_process *p = bh_actor(event);
        struct bh_str argv = p ? p->argv : (struct bh_str){ 0 }, one;

        (void) scratch;
        if (!arg->given)
                return p && bh_give_str(ret, self, bh_process_args(p));
        for (uint64_t n = 0; bh_str_split(&argv, '\0', &one); n++)
                if (n == arg->index + 1 && n) /* after argv[0] */
                        return bh_give_str(ret, self, one);
        return false;
}

BH_FIELD_GET(bh_field_parent_text) {
        const struct bh_process *p = bh_process_ancestor(bh_actor(event), 1);

        (void) arg;
        return p && bh_give_str(ret, self, text_of(p, self->tag, scratch));
}

static size_t count_ancestors(const struct bh_process *p) {
        size_t n = 0;

        while (p && (p = p->parent) && n < ANCESTORS_MOST)
                n++;
        return n;
}

/* All of them, from the parent up. */
static bool give_ancestors(struct bh_process *p, const struct bh_field *self, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_value *list = bh_arena_array(scratch, struct bh_value, count_ancestors(p));
        size_t n = 0;

        for (p = bh_process_ancestor(p, 1); p && n < ANCESTORS_MOST; p = p->parent)
                (void) bh_give_str(&list[n++], self, text_of(p, self->tag, scratch));
        *ret = (struct bh_value){ .type = self->type, .is_list = true, .list = { list, n } };
        return n > 0;
}

BH_FIELD_GET(bh_field_ancestor_text) {
        const struct bh_process *p;

        if (!arg->given)
                return give_ancestors(bh_actor(event), self, scratch, ret);
        if (arg->index > UINT32_MAX)
                return false;
        p = bh_process_ancestor(bh_actor(event), (unsigned) arg->index);
        return p && bh_give_str(ret, self, text_of(p, self->tag, scratch));
}

static const struct bh_process *other(const void *event, uint32_t pid) {
        const struct bh_event *e = event;

        if (!pid || !e->asks || !e->asks->process)
                return NULL;
        return e->asks->process(e->asks->self, pid);
}

BH_FIELD_GET(bh_field_session_text) {
        const struct bh_process *p = bh_actor(event);

        (void) arg;
        p = p ? other(event, p->now.sid) : NULL;
        return p && bh_give_str(ret, self, text_of(p, self->tag, scratch));
}

BH_FIELD_GET(bh_field_group_text) {
        const struct bh_process *p = bh_actor(event);

        (void) arg;
        p = p ? other(event, p->now.pgid) : NULL;
        return p && bh_give_str(ret, self, text_of(p, self->tag, scratch));
}

/* The group's number is of the container; its leader is found by the initial namespace's. */
BH_FIELD_GET(bh_field_vgroup_text) {
        return bh_field_group_text(self, event, arg, scratch, ret);
}

static bool is_login_shell_above(const struct bh_process *p, int64_t *ret) {
        static const char *const shells[] = { "bash", "sh", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "ash" };

        *ret = 0;
        for (unsigned n = 0; p && n < ANCESTORS_MOST; p = p->parent, n++)
                for (size_t i = 0; i < BH_LEN(shells); i++)
                        if (bh_str_is(bh_process_name(p), shells[i]))
                                *ret = p->now.pid; /* the uppermost counts */
        return *ret != 0;
}

static int64_t count_args(struct bh_str argv, int64_t *ret_bytes) {
        struct bh_str one;
        int64_t n = -1; /* not argv[0] */

        *ret_bytes = 0;
        while (bh_str_split(&argv, '\0', &one))
                if (++n > 0)
                        *ret_bytes += (int64_t) one.len;
        return BH_MAX(n, 0);
}

static int64_t depth_of(const struct bh_process *p) {
        int64_t n = 0;

        for (; p->parent && n < 4096; p = p->parent)
                n++;
        return n;
}

static int64_t unset_is_minus_one(uint32_t id) {
        return id == UINT32_MAX ? -1 : (int64_t) id;
}

static bool ns_of(const struct bh_ev_proc *p, unsigned what, int64_t *ret) {
        const uint32_t ns[] = { p->ns_mnt, p->ns_pid, p->ns_net, p->ns_user, p->ns_ipc, p->ns_uts, p->ns_cgroup, p->ns_time };

        *ret = ns[what - BH_PN_NS_MNT];
        return *ret != 0;
}

static bool number_of(const struct bh_process *p, unsigned what, int64_t *ret) {
        const struct bh_ev_proc *n = &p->now;
        int64_t bytes;

        switch (what) {
        case BH_PN_PID: *ret = n->pid; return true;
        case BH_PN_PPID: *ret = n->ppid; return true;
        case BH_PN_VPID: *ret = n->vpid; return true;
        case BH_PN_PVPID: *ret = p->parent ? p->parent->now.vpid : 0; return p->parent != NULL;
        case BH_PN_SID: *ret = n->sid; return true;
        case BH_PN_VSID: *ret = n->vsid; return true;
        case BH_PN_PGID: *ret = n->pgid; return true;
        case BH_PN_VPGID: *ret = n->vpgid; return true;
        case BH_PN_TTY: *ret = n->tty; return true;
        case BH_PN_UID: *ret = n->uid; return true;
        case BH_PN_EUID: *ret = n->euid; return true;
        case BH_PN_SUID: *ret = n->suid; return true;
        case BH_PN_FSUID: *ret = n->fsuid; return true;
        case BH_PN_GID: *ret = n->gid; return true;
        case BH_PN_EGID: *ret = n->egid; return true;
        case BH_PN_LOGINUID: *ret = unset_is_minus_one(n->loginuid); return true;
        case BH_PN_EXE_INO: *ret = (int64_t) n->exe_ino; return true;
        case BH_PN_EXE_DEV: *ret = n->exe_dev; return true;
        case BH_PN_EXE_MODE: *ret = n->exe_mode; return true;
        case BH_PN_EXE_UID: *ret = n->exe_uid; return true;
        case BH_PN_CMDNARGS: *ret = count_args(p->argv, &bytes); return true;
        case BH_PN_CMDLENARGS: (void) count_args(p->argv, ret); return true;
        case BH_PN_LOGINSHELL: return is_login_shell_above(p, ret);
        case BH_PN_PIDNS_START: *ret = (int64_t) n->pidns_init_start_ns; return true;
        case BH_PN_DEPTH: *ret = depth_of(p); return true;
        default: return ns_of(n, what, ret);
        }
}

BH_FIELD_GET(bh_field_proc_number) {
        const struct bh_process *p = bh_actor(event);
        int64_t n;

        (void) arg, (void) scratch;
        return p && number_of(p, self->tag, &n) && bh_give_int(ret, self, n);
}

BH_FIELD_GET(bh_field_ancestor_pid) {
        struct bh_process *p = bh_actor(event);
        struct bh_value *list;
        size_t n = 0;

        if (arg->given) {
                p = arg->index > UINT32_MAX ? NULL : bh_process_ancestor(p, (unsigned) arg->index);
                return p && bh_give_int(ret, self, p->now.pid);
        }
        list = bh_arena_array(scratch, struct bh_value, ANCESTORS_MOST);
        for (p = bh_process_ancestor(p, 1); p && n < ANCESTORS_MOST; p = p->parent)
                (void) bh_give_int(&list[n++], self, p->now.pid);
        *ret = (struct bh_value){ .type = self->type, .is_list = true, .list = { list, n } };
        return n > 0;
}

/* The program's name was put over by another one: "[kworker/0:1]" with a file behind it. */
static bool is_named_as_kernel_thread(const struct bh_process *p) {
        struct bh_str name = bh_process_name(p);

        return p->exepath.len && !(p->now.flags & BH_PROC_KTHREAD) &&
               ((p->argv.len && p->argv.at[0] == '[') || bh_str_starts(name, BH_STR("kworker")) ||
                bh_str_starts(name, BH_STR("ksoftirqd")) || bh_str_starts(name, BH_STR("kthread")));
}

static const struct bh_process *init_of(const void *event) {
        return other(event, 1);
}

static bool shares_with_init(const void *event, const struct bh_process *p, unsigned ns, int64_t *ret_same) {
        const struct bh_process *init = init_of(event);
        int64_t a, b;

        if (!init || !ns_of(&init->now, ns, &a) || !ns_of(&p->now, ns, &b))
                return false;
        *ret_same = a == b;
        return true;
}

static bool ns_differs_from_parent(const struct bh_process *p) {
        const struct bh_process *q = p->parent;

        return q && ((p->now.ns_mnt && q->now.ns_mnt && p->now.ns_mnt != q->now.ns_mnt) ||
                     (p->now.ns_pid && q->now.ns_pid && p->now.ns_pid != q->now.ns_pid) ||
                     (p->now.ns_net && q->now.ns_net && p->now.ns_net != q->now.ns_net) ||
                     (p->now.ns_user && q->now.ns_user && p->now.ns_user != q->now.ns_user));
}

static const uint32_t flag_bits[] = {
        [BH_PF_WRITABLE] = BH_PROC_EXE_WRITABLE,      [BH_PF_UPPER] = BH_PROC_EXE_UPPER,
        [BH_PF_LOWER] = BH_PROC_EXE_LOWER,            [BH_PF_MEMFD] = BH_PROC_EXE_MEMFD,
        [BH_PF_DELETED] = BH_PROC_EXE_NO_LINK,        [BH_PF_TMPFS] = BH_PROC_EXE_TMPFS,
        [BH_PF_STDIN_SOCKET] = BH_PROC_STDIN_SOCKET,  [BH_PF_STDOUT_SOCKET] = BH_PROC_STDOUT_SOCKET,
        [BH_PF_STDERR_SOCKET] = BH_PROC_STDERR_SOCKET, [BH_PF_STDIN_PIPE] = BH_PROC_STDIN_PIPE,
        [BH_PF_STDOUT_PIPE] = BH_PROC_STDOUT_PIPE,    [BH_PF_KTHREAD] = BH_PROC_KTHREAD,
        [BH_PF_SETUID_EXEC] = BH_PROC_SETUID_EXEC,    [BH_PF_NO_NEW_PRIVS] = BH_PROC_NO_NEW_PRIVS,
        [BH_PF_STD_SOCKET] = BH_PROC_STDIN_SOCKET | BH_PROC_STDOUT_SOCKET | BH_PROC_STDERR_SOCKET,
};

static bool flag_of(const struct bh_process *p, unsigned what) {
        uint32_t both = BH_PROC_STDIN_SOCKET | BH_PROC_STDOUT_SOCKET;

        switch (what) {
        case BH_PF_SHELL_SOCKET: return (p->now.flags & both) == both;
        case BH_PF_DRIFT: return p->now.flags & BH_PROC_EXE_UPPER;
        case BH_PF_NEW_FILE: return (p->now.flags & (BH_PROC_EXE_UPPER | BH_PROC_EXE_LOWER)) == BH_PROC_EXE_UPPER;
        case BH_PF_SID_LEADER: return p->now.sid == p->now.pid;
        case BH_PF_PGID_LEADER: return p->now.pgid == p->now.pid;
        case BH_PF_VPGID_LEADER: return p->now.vpgid == p->now.vpid;
        case BH_PF_SETUID_FILE: return p->now.exe_mode & 04000;
        case BH_PF_SETGID_FILE: return p->now.exe_mode & 02000;
        case BH_PF_NAMED_AS_OTHER: return is_named_as_kernel_thread(p);
        case BH_PF_PNS_DIFFERS: return ns_differs_from_parent(p);
        default: return what < BH_LEN(flag_bits) && p->now.flags & flag_bits[what];
        }
}

BH_FIELD_GET(bh_field_proc_flag) {
        static const uint8_t ns[] = { BH_PN_NS_MNT, BH_PN_NS_PID, BH_PN_NS_NET, BH_PN_NS_USER, BH_PN_NS_IPC, BH_PN_NS_UTS };
        const struct bh_process *p = bh_actor(event);
        int64_t same;

        (void) arg, (void) scratch;
        if (!p)
                return false;
        if (self->tag >= BH_PF_HOST_MNT && self->tag <= BH_PF_HOST_UTS)
                return shares_with_init(event, p, ns[self->tag - BH_PF_HOST_MNT], &same) && bh_give_bool(ret, self, same);
        return bh_give_bool(ret, self, flag_of(p, self->tag));
}

/* Times of records may be anything: sums wrap and do no harm. */
static int64_t plus(uint64_t a, int64_t b) {
        return (int64_t) (a + (uint64_t) b);
}

static int64_t minus(uint64_t a, uint64_t b) {
        return (int64_t) (a - b);
}

static bool time_of(const struct bh_event *e, const struct bh_process *p, unsigned what, int64_t *ret) {
        int64_t boot = e->asks ? e->asks->boot_ns : minus((uint64_t) e->time_ns, e->head.ktime_ns);
        const struct bh_ev_proc *n = &p->now;
        uint64_t now = e->head.ktime_ns;

        switch (what) {
        case BH_PM_START: *ret = plus(n->start_ns, boot); return true;
        case BH_PM_PARENT_START: *ret = p->parent ? plus(p->parent->now.start_ns, boot) : 0; return p->parent != NULL;
        case BH_PM_EXE_CTIME: *ret = (int64_t) n->exe_ctime_ns; return n->exe_ino != 0;
        case BH_PM_EXE_MTIME: *ret = (int64_t) n->exe_mtime_ns; return n->exe_ino != 0;
        case BH_PM_AGE: *ret = minus(now, n->start_ns); return n->start_ns != 0;
        case BH_PM_PARENT_AGE: *ret = p->parent ? minus(now, p->parent->now.start_ns) : 0; return p->parent != NULL;
        case BH_PM_EXEC_AGE: *ret = minus(now, p->exec_ns); return p->exec_ns != 0;
        case BH_PM_CTIME_TO_START:
                *ret = minus(p->exec_ns + (uint64_t) boot, n->exe_ctime_ns);
                return n->exe_ctime_ns != 0;
        case BH_PM_CTIME_TO_PIDNS:
                *ret = minus(n->exe_ctime_ns, n->pidns_init_start_ns + (uint64_t) boot);
                return n->exe_ctime_ns != 0 && n->pidns_init_start_ns != 0;
        case BH_PM_PIDNS_START: *ret = plus(n->pidns_init_start_ns, boot); return n->pidns_init_start_ns != 0;
        default: return false;
        }
}

BH_FIELD_GET(bh_field_proc_time) {
        const struct bh_process *p = bh_actor(event);
        int64_t t;

        (void) arg, (void) scratch;
        if (!p || !time_of(event, p, self->tag, &t))
                return false;
        return bh_give_int(ret, self, self->type == BH_V_DURATION ? BH_MAX(t, (int64_t) 0) : t);
}

BH_FIELD_GET(bh_field_proc_caps) {
        const struct bh_process *p = bh_actor(event);
        const uint64_t sets[] = { p ? p->now.cap_permitted : 0, p ? p->now.cap_inheritable : 0, p ? p->now.cap_effective : 0,
                                  p ? p->now.cap_bounding : 0 };

        (void) arg;
        return p && bh_give_str(ret, self, bh_render_caps(sets[self->tag & 3], scratch));
}

/* The value of one variable, or all of them with blanks between. */
static bool env_of(const struct bh_process *p, const struct bh_field *self, const struct bh_field_arg *arg,
                   struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_str rest = p->env, one, key, value;
        char *out;

        while (arg->given && bh_str_split(&rest, '\0', &one))
                if (bh_str_cut(one, '=', &key, &value) && bh_str_eq(key, arg->key))
                        return bh_give_str(ret, self, value);
        if (arg->given)
                return false;
        out = bh_arena_bytes(scratch, p->env.len + 1);
        for (size_t i = 0; i < p->env.len; i++)
                out[i] = p->env.at[i] ? p->env.at[i] : ' ';
        return bh_give_str(ret, self, bh_str_trim((struct bh_str){ out, p->env.len }));
}

BH_FIELD_GET(bh_field_proc_env) {
        const struct bh_process *p = bh_actor(event);

        return p && env_of(p, self, arg, scratch, ret);
}

/* proc.aenv[2]: of that ancestor; proc.aenv[NAME]: of the nearest ancestor that has it; proc.aenv: of all of them. */
BH_FIELD_GET(bh_field_proc_aenv) {
        struct bh_field_arg none = { 0 };
        struct bh_value *list;
        size_t n = 0;
        uint64_t index;
        struct bh_process *p = bh_process_ancestor(bh_actor(event), 1);

        if (arg->given && bh_str_u64(arg->key, &index)) {
                p = index > UINT32_MAX ? NULL : bh_process_ancestor(bh_actor(event), (unsigned) index);
                return p && env_of(p, self, &none, scratch, ret);
        }
        for (struct bh_process *q = p; arg->given && q; q = q->parent)
                if (env_of(q, self, arg, scratch, ret))
                        return true;
        if (arg->given)
                return false;
        list = bh_arena_array(scratch, struct bh_value, ANCESTORS_MOST);
        for (; p && n < ANCESTORS_MOST; p = p->parent)
                n += env_of(p, self, &none, scratch, &list[n]);
        *ret = (struct bh_value){ .type = self->type, .is_list = true, .list = { list, n } };
        return n > 0;
}

/* proc.stdin.type and friends: what is known without a table of descriptors. */
BH_FIELD_GET(bh_field_proc_stdio) {
        const struct bh_process *p = bh_actor(event);
        const uint32_t sockets[] = { BH_PROC_STDIN_SOCKET, BH_PROC_STDOUT_SOCKET, BH_PROC_STDERR_SOCKET };
        const uint32_t pipes[] = { BH_PROC_STDIN_PIPE, BH_PROC_STDOUT_PIPE, 0 };
        unsigned n = self->tag;

        (void) arg, (void) scratch;
        if (!p || n > 2)
                return false;
        if (p->now.flags & sockets[n])
                return bh_give_str(ret, self, BH_STR("socket"));
        return p->now.flags & pipes[n] && bh_give_str(ret, self, BH_STR("pipe"));
}

BH_FIELD_GET(bh_field_thread) {
        const struct bh_event *e = event;

        (void) arg;
        switch (self->tag) {
        case 0: return bh_give_int(ret, self, e->head.tid);
        case 1: return bh_give_bool(ret, self, e->head.tid == e->head.pid);
        case 2: /* its number in its own namespace is only known of the leader */
                return e->process && e->head.tid == e->head.pid && bh_give_int(ret, self, e->process->now.vpid);
        default:
                return e->process && bh_give_str(ret, self, bh_arena_printf(scratch, "%.*s%u", BH_FMT(bh_process_name(e->process)), e->head.tid));
        }
}

/* thread.cgroup[memory], thread.cgroups: there is one path, of the hierarchy that tells containers apart. */
BH_FIELD_GET(bh_field_cgroup) {
        const struct bh_process *p = bh_actor(event);

        (void) arg, (void) scratch;
        return p && bh_give_some(ret, self, p->cgroup);
}
