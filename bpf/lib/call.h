/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_CALL_H
#define BH_BPF_LIB_CALL_H
/*
 * What every program at the end of a system call begins and ends with.
 *
 *     struct call k;
 *     if (!begin_call(&k, regs, ret, have))
 *             return 0;
 *     start_record(&k, has_fd, n_nums, n_strs); ... add_...(k.s): strings
 *     send_call(&k);
 */
#include "filter.h"
#include "regs.h"
#include "rights.h"
#include "scratch.h"
#include "send.h"
#include "words.h"

struct call {
        struct task_struct *t;
        struct bh_sensor_filter *f;
        const struct bh_sensor_call *row;
        struct scratch *s;
        u64 args[6];
        long ret;
        u32 compat;
};

inline_ const struct bh_sensor_call *row_of_call(struct bh_sensor_filter *f, u64 number, u32 compat) {
        if (number >= BH_SENSOR_CALLS)
                return NULL;
        return compat ? &f->calls32[number] : &f->calls[number];
}

/* False: not ours to look at. */
inline_ bool find_call(struct call *k, struct pt_regs *regs, long ret) {
        u64 number = call_number(regs);

        k->t = bpf_get_current_task_btf();
        k->f = the_filter();
        if (is_own(k->t->tgid))
                return false;
        k->compat = is_compat(k->t);
        k->row = row_of_call(k->f, number, k->compat);
        if (!k->row)
                return false;
        k->ret = ret;
        call_args(regs, k->compat, k->args);
        return true;
}

inline_ u32 outcome(long ret) {
        return ret < 0 ? BH_HAVE_FAILURE : BH_HAVE_SUCCESS;
}

/* False: nobody wants it. `have` is what is known besides where and how it ended. */
inline_ bool begin_call(struct call *k, struct pt_regs *regs, long ret, u32 have) {
        if (!find_call(k, regs, ret))
                return false;
        if (!rows_left(k->f, k->row->type, have | outcome(ret) | where_is(k->t)))
                return false;
        k->s = my_scratch();
        return k->s != NULL;
}

/* The head and the six arguments; strings may be added after it. */
inline_ void start_record(struct call *k, bool has_fd, u32 n_nums, u32 n_strs) {
        struct bh_ev_head *h = (void *) k->s->rec;
        u64 *nums = (void *) k->s->rec + at_nums(has_fd, false);
        u32 *lens = (void *) k->s->rec + at_lens(has_fd, false, n_nums);

        fill_head(h, k->t, k->row->type, bpf_ktime_get_boot_ns());
        h->res = k->ret;
        h->flags = has_fd ? BH_EV_HAS_FD : 0;
        h->n_nums = n_nums;
        h->n_strs = n_strs;
        __builtin_memcpy(nums, k->args, sizeof(k->args));
        lens[0] = lens[1] = lens[2] = lens[3] = lens[4] = lens[5] = lens[6] = lens[7] = 0;
        k->s->lens_at = at_lens(has_fd, false, n_nums);
        k->s->at = at_bytes(has_fd, false, n_nums, n_strs);
        k->s->n = k->s->flags = 0;
}

/* Sums of its first and second text at its begin; 0: not known. */
struct sums {
        u64 a, b;
};
inline_ struct sums sums_of(const struct call *k) {
        const struct begun *b = begun_of(k->t, k->f, k->row->type);
        struct sums sums = { 0 };

        if (b) {
                sums.a = b->sums[0];
                sums.b = b->sums[1];
        }
        return sums;
}

inline_ struct bh_ev_fd *fd_part(struct call *k) {
        struct bh_ev_fd *fd = (void *) k->s->rec + at_fd();

        __builtin_memset(fd, 0, sizeof(*fd));
        return fd;
}

inline_ u64 *nums_of(struct call *k, bool has_fd) {
        return (void *) k->s->rec + at_nums(has_fd, false);
}

apart_ int send_record(struct scratch *s, u32 lane) {
        u32 at = s ? s->at : 0;

        if (!s || at > BH_REC_MASK + BH_PATH_MAX)
                return 0;
        send_to_lane(lane, (struct bh_ev_head *) s->rec, at);
        return 0;
}

inline_ void send_call(struct call *k) {
        struct bh_ev_head *h = (void *) k->s->rec;

        h->flags |= k->s->flags;
        watch_rights(k->f, k->row->type);
        send_record(k->s, k->f->types[k->row->type & (BH_SENSOR_TYPES - 1)].lane);
}

#endif
