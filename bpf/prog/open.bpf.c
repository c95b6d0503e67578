/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The end of every system call: a look-up by number, and for the few that are
 * wanted a jump to the program that knows them. And the most frequent of
 * those, the family of open: what was opened is told by the struct file that
 * came back, not by the name that was asked for.
 */
#include "../lib/call.h"
#include "../lib/verdict.h"

struct {
        __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
        __uint(max_entries, _BH_CALL_MAX);
        __type(key, u32);
        __type(value, u32);
} calls SEC(".maps");

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret) {
        u64 number = call_number(regs);
        struct bh_sensor_filter *f;
        u32 compat;

        if (number >= BH_SENSOR_CALLS || !(control.any[number] & (BH_ANY_END | BH_ANY_END32)))
                return 0;
        compat = is_compat(bpf_get_current_task_btf());
        if (!(control.any[number] & (compat ? BH_ANY_END32 : BH_ANY_END)))
                return 0;
        f = the_filter();
        /* A jump to a place that is known when this is loaded is direct; any other one is guarded against speculation. */
        switch (compat ? f->calls32[number].call : f->calls[number].call) {
#define X(symbol, name)                                                      \
        case BH_CALL_##symbol:                                               \
                if (BH_CALL_##symbol != BH_CALL_NONE)                        \
                        bpf_tail_call_static(ctx, &calls, BH_CALL_##symbol); \
                break;
                BH_CALLS(X)
#undef X
        }
        return 0;
}

/*
 * The begin of every system call, attached only when a rule asks whether words
 * were changed under way (evt.raced).
 */
SEC("tp_btf/sys_enter")
int BPF_PROG(sys_enter, struct pt_regs *regs, long id) {
        struct bh_sensor_filter *f = the_filter();
        u64 number = call_number(regs);
        const struct bh_sensor_call *row;
        struct begun *b;
        struct scratch *s;
        u64 args[8] = { 0 };
        u32 texts[2], compat;

        if (number >= BH_SENSOR_CALLS || !(control.any[number] & (BH_ANY_BEGIN | BH_ANY_BEGIN32)))
                return 0;
        compat = is_compat(bpf_get_current_task_btf());
        row = row_of_call(f, number, compat);
        s = my_scratch();
        if (!row || !s || !(control.any[number] & (compat ? BH_ANY_BEGIN32 : BH_ANY_BEGIN)))
                return 0;
        b = bpf_task_storage_get(&begun, bpf_get_current_task_btf(), NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
        if (!b)
                return 0;
        call_args(regs, compat, args);
        texts_of(row, texts);
        b->type = row->type;
        b->sums[0] = texts[0] ? sum_of_text(s, args[(texts[0] - 1) & 7]) : 0;
        b->sums[1] = texts[1] ? sum_of_text(s, args[(texts[1] - 1) & 7]) : 0;
        return 0;
}

#define O_CREAT 0100
#define O_TMPFILE_BIT 020000000

/* What of openat2's struct open_how is read. */
struct how {
        u64 flags, mode, resolve;
};

struct opened {
        struct how how;
        u64 path; /* in the caller's memory; 0: none */
        s32 dirfd;
};

inline_ void read_open_args(struct opened *o, const u64 *args, u32 type) {
        o->dirfd = AT_FDCWD;
        o->path = args[0];
        if (type == BH_EV_OPENAT || type == BH_EV_OPENAT2) {
                o->dirfd = args[0];
                o->path = args[1];
        }
        o->how.flags = type == BH_EV_OPEN ? args[1] : type == BH_EV_CREAT ? O_CREAT | 1 : args[2];
        o->how.mode = type == BH_EV_OPEN ? args[2] : type == BH_EV_CREAT ? args[1] : args[3];
        if (type == BH_EV_OPEN_BY_HANDLE_AT)
                o->path = o->how.mode = 0;
        if (type == BH_EV_OPENAT2)
                bpf_probe_read_user(&o->how, sizeof(o->how), (void *) args[2]);
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

/* Only where the truth is not all that is wanted. */
inline_ void add_words(struct call *k, const struct opened *o) {
        if (!o->path)
                return;
        add_path_argument(k->s, o->dirfd, o->path);
        check_text(k->s, sums_of(k).a);
}

inline_ void send_open(struct call *k, const struct opened *o, struct file *file, bool words) {
        bool has_fd = file != NULL;

        start_record(k, has_fd, OPEN_NUMS, OPEN_STRS);
        __builtin_memcpy(nums_of(k, has_fd) + 6, &o->how, sizeof(o->how));
        if (has_fd) {
                struct bh_ev_fd *fd = fd_part(k);

                fill_file(fd, file);
                fd->num = k->ret;
                add_walked_path(k->s);
                if (words)
                        add_words(k, o);
        } else {
                add_nothing(k->s);
                add_words(k, o);
        }
        send_call(k);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_open, struct pt_regs *regs, long ret) {
        struct opened o;
        struct file *file;
        struct call k;
        u64 rows, words, ask, named = 0;
        u32 have;

        if (!find_call(&k, regs, ret))
                return 0;
        read_open_args(&o, k.args, k.row->type);
        have = open_have(&o.how, ret) | where_is(k.t);
        rows = rows_left(k.f, k.row->type, have);
        if (!rows)
                return 0;
        k.s = my_scratch();
        if (!k.s)
                return 0;
        words = words_left(k.f, k.row->type, have);
        ask = (rows != ~0ull ? rows : 0) | (words != ~0ull ? words : 0); /* what depends on the path */
        file = file_of_fd(k.t, ret);
        if (file && ask)
                named = rows_naming_file(k.f, ask, &k.s->path, k.t, file);
        if (file && !named) {
                if (rows != ~0ull)
                        return 0;
                walk_path(&k.s->path, k.t, GET(file, file, f_path.dentry), GET(file, file, f_path.mnt));
        }
        send_open(&k, &o, file, words == ~0ull || words & named);
        return 0;
}
