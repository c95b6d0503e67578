/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * System calls whose arguments are numbers, paths, texts and an fd: the table
 * in sense/ebpf/calls.c says which is which.
 */
#include "../lib/call.h"
#include "../lib/written.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_plain, struct pt_regs *regs, long ret) {
        struct call k;

        if (!begin_call(&k, regs, ret, BH_HAVE_ANY_ACCESS) || (ret >= 0 && (k.row->flags & BH_CALL_FAILED)))
                return 0;
        start_record(&k, false, 6, 0);
        send_call(&k);
        return 0;
}

inline_ u64 argument(const struct call *k, u32 which) {
        return which ? k->args[(which - 1) & 7] : 0;
}

/* Which argument, where its directory stands, whether it is no path but a text, and its sum at the begin of the call. */
struct asked_for {
        u32 which, dir, text;
        u64 sum;
};

/* A path takes two slots, a text one. */
apart_ int add_one(struct scratch *s, u64 from, s32 dirfd, u32 text, u64 sum) {
        if (!s)
                return 0;
        if (text)
                add_user_string(s, from, BH_PATH_MAX);
        else
                add_path_argument(s, dirfd, from);
        return check_text(s, sum);
}

/* True: it is a path of those that the rows ask for. */
inline_ bool add_argument(struct call *k, const struct asked_for *a, u64 rows) {
        if (!a->which)
                return false;
        add_one(k->s, argument(k, a->which), a->dir ? (s32) argument(k, a->dir) : AT_FDCWD, a->text, a->sum);
        return !a->text && rows != ~0ull && written_wanted(rows);
}

/* Are its paths asked for, and has it any? */
inline_ bool asks_path(const struct call *k, u64 rows) {
        u32 flags = k->row->flags;

        return rows != ~0ull && ((k->row->a && !(flags & BH_CALL_TEXT_A)) || (k->row->b && !(flags & BH_CALL_TEXT_B)));
}

#define F_DUPFD 0
#define F_DUPFD_CLOEXEC 1030

inline_ bool is_no_dup(const struct call *k) {
        u32 cmd = k->args[1];

        return (k->row->flags & BH_CALL_VECTOR) && cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC;
}

inline_ u32 slots(u32 which, bool text) {
        return which ? text ? 1 : 2 : 0;
}

/* What has no kind of its own in its inode is known by the call that made it. */
inline_ void name_kind(struct bh_ev_fd *fd, u32 type) {
        switch (type) {
        case BH_EV_MEMFD_CREATE:
                fd->kind = BH_FD_MEMFD;
                return;
        case BH_EV_PIDFD_OPEN:
                fd->kind = BH_FD_PIDFD;
                return;
        case BH_EV_USERFAULTFD:
                fd->kind = BH_FD_USERFAULT;
                return;
        }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_named, struct pt_regs *regs, long ret) {
        struct call k;
        struct sums sums;
        struct file *file = NULL;
        u32 flags, n, inet = 0;
        bool named;
        u64 rows;
        s64 num = -1;

        if (!find_call(&k, regs, ret) || is_no_dup(&k))
                return 0;
        flags = k.row->flags;
        if (flags & BH_CALL_RETURNS_FD)
                num = ret;
        else if (k.row->fd)
                num = (s32) argument(&k, k.row->fd);
        if (num >= 0)
                file = file_of_fd(k.t, num);
        if (file && is_socket(file))
                inet = inet_of(file);
        rows = rows_left(k.f, k.row->type, BH_HAVE_ANY_ACCESS | inet | outcome(ret) | where_is(k.t));
        if (!rows)
                return 0;
        k.s = my_scratch();
        if (!k.s)
                return 0;
        n = (file != NULL) + slots(k.row->a, flags & BH_CALL_TEXT_A) + slots(k.row->b, flags & BH_CALL_TEXT_B) +
            (flags & BH_CALL_NO_PATH ? 2 : 0);
        start_record(&k, file != NULL, 6, n);
        if (file) {
                struct bh_ev_fd *fd = fd_part(&k);

                fill_fd(fd, file, num);
                name_kind(fd, k.row->type);
                add_fd_name(k.s, fd, k.t, file);
        }
        if (flags & BH_CALL_NO_PATH) {
                add_nothing(k.s);
                add_nothing(k.s);
        }
        sums = sums_of(&k);
        named = add_argument(&k, &(struct asked_for){ k.row->a, k.row->a_dir, flags & BH_CALL_TEXT_A, sums.a }, rows);
        named |= add_argument(&k, &(struct asked_for){ k.row->b, k.row->b_dir, flags & BH_CALL_TEXT_B, sums.b }, rows);
        if (named || !asks_path(&k, rows))
                send_call(&k);
        return 0;
}

#define ARGV_MAX 64
#define ARGV_TEXT 4096

struct argv {
        u64 from; /* the caller's array */
        u32 n, size;
};

static long add_arg(u64 i, struct argv *a) {
        struct scratch *s = my_scratch(); /* again, so that the verifier knows it */
        u64 word = 0;
        u32 at;
        long n;

        if (!s)
                return 1;
        at = s->at + a->n;
        if (at > BH_REC_MASK || a->n >= ARGV_TEXT)
                return 1;
        bpf_probe_read_user(&word, a->size == 4 ? 4 : 8, (void *) (a->from + i * a->size));
        if (!word)
                return 1;
        n = bpf_probe_read_user_str(&s->rec[at & BH_REC_MASK], ARGV_TEXT, (void *) word);
        if (n <= 0)
                return 1;
        a->n += n;
        return 0;
}

/* A program that did not start: its name and arguments are the caller's words, and may have changed since. */
SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exec, struct pt_regs *regs, long ret) {
        struct argv a;
        struct call k;
        bool at;

        if (ret >= 0 || !begin_call(&k, regs, ret, BH_HAVE_ANY_ACCESS))
                return 0;
        at = k.row->type == BH_EV_EXECVEAT;
        start_record(&k, false, 6, 3);
        add_path_argument(k.s, at ? (s32) k.args[0] : AT_FDCWD, at ? k.args[1] : k.args[0]);
        check_text(k.s, sums_of(&k).a);
        a = (struct argv){ .from = at ? k.args[2] : k.args[1], .size = k.compat ? 4 : 8 };
        bpf_loop(ARGV_MAX, add_arg, &a, 0);
        add_length(k.s, a.n);
        send_call(&k);
        return 0;
}
