/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The end of every system call: a look-up by number, and for the few that are
 * wanted a jump to the program that knows them. And the most frequent of
 * those, the family of open: what was opened is told by the struct file that
 * came back, not by the name that was asked for.
 */
#include "../lib/filter.h"
#include "../lib/regs.h"
#include "../lib/scratch.h"
#include "../lib/send.h"

struct {
        __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
        __uint(max_entries, _BH_CALL_MAX);
        __type(key, u32);
        __type(value, u32);
} calls SEC(".maps");

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret) {
        struct bh_sensor_control *c = the_control();
        struct bh_sensor_filter *f = c ? the_filter(c) : NULL;
        u64 number = call_number(regs);

        if (!f || number >= BH_SENSOR_CALLS || !f->calls[number].call)
                return 0;
        bpf_tail_call(ctx, &calls, f->calls[number].call);
        return 0;
}

#define O_CREAT 0100
#define O_TMPFILE_BIT 020000000

/* What of openat2's struct open_how is read. */
struct how {
        u64 flags, mode, resolve;
};

struct opened {
        u64 args[6];
        struct how how;
        u64 path; /* in the caller's memory; 0: none */
        s32 dirfd;
};

inline_ void read_open_args(struct opened *o, u32 type) {
        o->dirfd = AT_FDCWD;
        o->path = o->args[0];
        if (type == BH_EV_OPENAT || type == BH_EV_OPENAT2) {
                o->dirfd = o->args[0];
                o->path = o->args[1];
        }
        o->how.flags = type == BH_EV_OPEN ? o->args[1] : type == BH_EV_CREAT ? O_CREAT | 1 : o->args[2];
        o->how.mode = type == BH_EV_OPEN ? o->args[2] : type == BH_EV_CREAT ? o->args[1] : o->args[3];
        if (type == BH_EV_OPEN_BY_HANDLE_AT)
                o->path = o->how.mode = 0;
        if (type == BH_EV_OPENAT2)
                bpf_probe_read_user(&o->how, sizeof(o->how), (void *) o->args[2]);
}

inline_ u32 open_have(const struct how *how, long ret) {
        u32 access = how->flags & 3, have = 0;

        have |= access != 1 ? BH_HAVE_READ : 0;
        have |= access != 0 ? BH_HAVE_WRITE : 0;
        have |= how->flags & (O_CREAT | O_TMPFILE_BIT) ? BH_HAVE_EXEC : 0;
        return have | (ret < 0 ? BH_HAVE_FAILURE : BH_HAVE_SUCCESS);
}

#define OPEN_NUMS 9
#define OPEN_STRS 3

inline_ void send_open(struct scratch *s, struct texts *x, struct opened *o, struct task_struct *t, u32 type, long ret,
                       struct bh_sensor_control *c, bool has_fd) {
        struct bh_ev_head *h = (void *) s->rec;
        u64 *nums = (void *) s->rec + at_nums(has_fd, false);

        fill_head(h, t, type, bpf_ktime_get_boot_ns());
        h->res = ret;
        h->n_nums = OPEN_NUMS;
        h->n_strs = OPEN_STRS;
        h->flags = x->flags | (has_fd ? BH_EV_HAS_FD : 0);
        __builtin_memcpy(nums, o->args, sizeof(o->args));
        __builtin_memcpy(nums + 6, &o->how, sizeof(o->how));
        if (x->at <= BH_REC_MASK + BH_PATH_MAX)
                BH_SEND(ring_file, BH_LANE_FILE, h, x->at, c);
}

/* Failed, or what came back is no file of ours: the caller's words are all there is. */
inline_ void open_failed(struct scratch *s, struct opened *o, struct task_struct *t, u32 type, long ret,
                         struct bh_sensor_control *c) {
        struct texts x = { .s = s, .lens = (void *) s->rec + at_lens(false, false, OPEN_NUMS) };

        x.at = at_bytes(false, false, OPEN_NUMS, OPEN_STRS);
        x.lens[3] = 0;
        add_nothing(&x);
        if (o->path)
                add_path_argument(&x, t, o->dirfd, o->path);
        else
                x.lens[1] = x.lens[2] = 0;
        send_open(s, &x, o, t, type, ret, c, false);
}

inline_ void open_worked(struct scratch *s, struct opened *o, struct task_struct *t, u32 type, long ret,
                         struct bh_sensor_control *c, struct file *file, u32 wants) {
        struct texts x = { .s = s, .lens = (void *) s->rec + at_lens(true, false, OPEN_NUMS) };
        struct bh_ev_fd *fd = (void *) s->rec + at_fd();

        x.at = at_bytes(true, false, OPEN_NUMS, OPEN_STRS);
        x.lens[3] = 0;
        __builtin_memset(fd, 0, sizeof(*fd));
        fill_file(fd, file);
        fd->num = ret;
        add_walked_path(&x);
        if ((wants & BH_WANTS_RAW_NAME) && o->path)
                add_path_argument(&x, t, o->dirfd, o->path);
        else
                x.lens[1] = x.lens[2] = 0;
        send_open(s, &x, o, t, type, ret, c, true);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_open, struct pt_regs *regs, long ret) {
        struct task_struct *t = bpf_get_current_task_btf();
        struct bh_sensor_control *c = the_control();
        struct bh_sensor_filter *f = c ? the_filter(c) : NULL;
        struct opened o;
        struct scratch *s;
        struct file *file;
        u64 rows, number = call_number(regs);
        u32 type;

        if (!f || t->tgid == c->own_tgid || number >= BH_SENSOR_CALLS)
                return 0;
        type = f->calls[number].type;
        call_args(regs, o.args);
        read_open_args(&o, type);
        rows = rows_left(f, type, open_have(&o.how, ret) | where_is(t, c));
        if (!rows)
                return 0;
        s = my_scratch();
        if (!s)
                return 0;
        file = file_of_fd(t, ret);
        if (!file) {
                open_failed(s, &o, t, type, ret, c);
                return 0;
        }
        walk_path(&s->path, t, BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt));
        if (path_wanted(f, rows, &s->path, c->active & 1))
                open_worked(s, &o, t, type, ret, c, file, f->wants);
        return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
