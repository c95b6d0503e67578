/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_WORDS_H
#define BH_BPF_LIB_WORDS_H
/*
 * The caller's words, twice: as they stand when a call begins and when it
 * ends. The kernel reads them in between. Where both differ, another thread
 * has written there, and nobody outside knows which of the two was meant.
 *
 * What is kept between is a sum of each, not the words: a path may be 4 KiB
 * long, a task has 24 bytes for it.
 */
#include "scratch.h"

/* What a task's call began with. */
struct begun {
        u64 type;    /* of the event it makes; 0: nothing is known */
        u64 sums[2];        /* of the first and the second text; 0: could not be read */
};

struct {
        __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, int);
        __type(value, struct begun);
} begun SEC(".maps");

struct summed {
        u32 at, left;
        u64 sum;
};

static long add_word(u64 i, struct summed *m) {
        struct scratch *s = my_scratch(); /* again, so that the verifier knows it */
        u32 at = m->at + (u32) i * 8;
        u64 word = 0;

        if (!s || at > BH_REC_MASK + BH_PATH_MAX - 8)
                return 1;
        bpf_probe_read_kernel(&word, 8, &s->rec[at]);
        if (m->left < 8) /* what stands behind the text is somebody else's */
                word &= (1ull << (m->left * 8)) - 1;
        m->sum = (m->sum ^ word) * 0x9e3779b97f4a7c15ull;
        m->sum ^= m->sum >> 29;
        if (m->left <= 8)
                return 1;
        m->left -= 8;
        return 0;
}

/* Of n bytes of the buffer; never 0. */
inline_ u64 sum_of(u32 at, u32 n) {
        struct summed m = { .at = at, .left = n, .sum = n + 1 };

        if (n)
                bpf_loop(BH_PATH_MAX / 8, add_word, &m, 0);
        return m.sum | 1;
}

/* Of a text of the caller's; 0: it is not in memory yet, or there is none. */
inline_ u64 sum_of_text(struct scratch *s, u64 from) {
        long n = from ? bpf_probe_read_user_str(s->rec, BH_PATH_MAX, (void *) from) : 0;

        return n > 0 && n <= BH_PATH_MAX ? sum_of(0, n - 1) : 0;
}

/* The texts of a call whose words are all that is to be had; counted from 1, 0: none. */
inline_ void texts_of(const struct bh_sensor_call *row, u32 ret[2]) {
        bool at = row->type == BH_EV_OPENAT || row->type == BH_EV_OPENAT2 || row->type == BH_EV_EXECVEAT;

        ret[0] = row->a;
        ret[1] = row->b;
        if (row->call == BH_CALL_OPEN || row->call == BH_CALL_EXEC)
                ret[0] = at ? 2 : 1;
        if (row->call == BH_CALL_MOUNT) {
                ret[0] = 1;
                ret[1] = 2;
        }
}

/* What the current call of a task began with; NULL: nobody looked. */
inline_ const struct begun *begun_of(struct task_struct *t, const struct bh_sensor_filter *f, u32 type) {
        struct begun *b;

        if (!(f->wants & BH_WANTS_RACED))
                return NULL;
        b = bpf_task_storage_get(&begun, t, NULL, 0);
        return b && b->type == type ? b : NULL;
}

/* The string that was put into the record last has this sum when nobody has changed it; 0: not known. */
apart_ int check_text(struct scratch *s, u64 sum) {
        u32 *lens, n, at;

        if (!s || !sum)
                return 0;
        lens = (void *) &s->rec[s->lens_at & 0x1ff];
        n = lens[(s->n - 1) & (BH_EV_MAX_STRS - 1)];
        at = s->at - n;
        if (n <= BH_PATH_MAX && at <= BH_REC_MASK && sum_of(at, n) != sum)
                s->flags |= BH_EV_RACED;
        return 0;
}

#endif
