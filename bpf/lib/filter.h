/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BH_BPF_LIB_FILTER_H
#define BH_BPF_LIB_FILTER_H
/*
 * Which events are sent: shared/sensor.h tells how rows, flags and paths meet.
 * What is cheap is asked first; a path is walked only for the rows that are left.
 */
#include "maps.h"
#include "path.h"

/* The bits of `have`: BH_IR_... of rule/interest.h */
#define BH_HAVE_WRITE 0x01
#define BH_HAVE_READ 0x02
#define BH_HAVE_EXEC 0x04
#define BH_HAVE_ODD BH_HAVE_EXEC /* of socket() */
#define BH_HAVE_AWAY4 BH_HAVE_WRITE /* of connect() */
#define BH_HAVE_AWAY6 BH_HAVE_READ
#define BH_HAVE_RING BH_HAVE_EXEC
#define BH_HAVE_CONTAINER 0x08
#define BH_HAVE_HOST 0x10
#define BH_HAVE_SUCCESS 0x20
#define BH_HAVE_FAILURE 0x40
#define BH_HAVE_INET 0x80
#define BH_HAVE_LOCAL 0x100 /* of connect() */
/* What of them is open until the programs for it have looked: all of it may hold. */
#define BH_HAVE_ANY_ACCESS (BH_HAVE_WRITE | BH_HAVE_READ | BH_HAVE_EXEC | BH_HAVE_LOCAL)

/*
 * A container always has a mount namespace of its own; what else has one may be
 * a service of the host, so both answers stay open for it.
 */
inline_ u32 where_is(struct task_struct *t) {
        struct nsproxy *n = only_read(t)->nsproxy;

        if (n && n->mnt_ns->ns.inum == control.host_mnt)
                return BH_HAVE_HOST;
        return BH_HAVE_HOST | BH_HAVE_CONTAINER;
}

/* The rows of a type that are left by what is known without a path; all ones: no question is open. */
inline_ u64 rows_left(const struct bh_sensor_filter *f, u32 type, u32 have) {
        const struct bh_sensor_type *t = &f->types[type & (BH_SENSOR_TYPES - 1)];
        u64 rows;

        if (t->want != BH_WANT_ROWS)
                return t->want == BH_WANT_ALL ? ~0ull : 0;
        rows = t->rows & f->pass[have & (BH_SENSOR_HAVE - 1)];
        return rows & t->any_path ? ~0ull : rows;
}

/* Likewise of an open that is sent: those that ask for the caller's words. */
inline_ u64 words_left(const struct bh_sensor_filter *f, u32 type, u32 have) {
        const struct bh_sensor_type *t = &f->types[type & (BH_SENSOR_TYPES - 1)];
        u64 rows = t->words & f->pass[have & (BH_SENSOR_HAVE - 1)];

        return t->words == ~0ull || rows & t->any_path ? ~0ull : rows;
}

/* For what has no path, or whose path is not asked here. */
inline_ bool wanted(const struct bh_sensor_filter *f, u32 type, bool success, struct task_struct *t) {
        u32 have = where_is(t) | (success ? BH_HAVE_SUCCESS : BH_HAVE_FAILURE);

        if (is_own(t->tgid))
                return false;
        return rows_left(f, type, have | BH_HAVE_ANY_ACCESS | BH_HAVE_INET) != 0;
}

inline_ u64 rows_of_prefix(struct path_buf *w, u32 which) {
        u32 n = walked(w) + 1, pos = w->pos & (BH_PATH_MAX - 1);
        struct bh_prefix_key *key = (void *) &w->at[pos] - 5;
        u64 *rows;

        if (n > BH_PATH_KEY)
                n = BH_PATH_KEY;
        key->bits = 8 + n * 8;
        key->filter = which;
        rows = bpf_map_lookup_elem(&prefixes, key);
        return rows ? *rows : 0;
}

inline_ u64 rows_of_name(struct path_buf *w, u32 which) {
        struct bh_name_key key = { .filter = which };
        u32 n = BH_PATH_MAX - w->name;
        u64 *rows;

        forget(n);
        if (n > sizeof(key.name) - 1) /* as user space has cut it */
                n = sizeof(key.name) - 1;
        bpf_probe_read_kernel(key.name, n, &w->at[w->name & (BH_PATH_MAX - 1)]);
        rows = bpf_map_lookup_elem(&names, &key);
        return rows ? *rows : 0;
}

inline_ u64 rows_of_suffix(struct path_buf *w, u32 which) {
        struct bh_suffix_key key = { .bits = 32 + 64, .filter = which };
        u64 last = 0, *rows;

        /* A text shorter than 8 bytes has zeros or old bytes in front: they can only accept too much. */
        __builtin_memcpy(&last, &w->at[BH_PATH_MAX - 8], 8);
        last = __builtin_bswap64(last);
        __builtin_memcpy(key.reversed, &last, 8);
        rows = bpf_map_lookup_elem(&suffixes, &key);
        return rows ? *rows : 0;
}

inline_ bool is_set(const u64 *bits, u32 i) {
        return bits[(i >> 6) & (BH_QUICK_WORDS - 1)] & (1ull << (i & 63));
}

inline_ bool may_be_prefix(const struct bh_sensor_filter *f, const struct path_buf *w) {
        u32 first;

        __builtin_memcpy(&first, &w->at[w->pos & (BH_PATH_MAX - 1)], 4);
        return is_set(f->prefix_quick, bh_quick_prefix(first));
}

inline_ bool may_be_name(const struct bh_sensor_filter *f, const struct path_buf *w) {
        return is_set(f->name_quick, bh_quick_name(BH_PATH_MAX - w->name, w->at[w->name & (BH_PATH_MAX - 1)], w->at[BH_PATH_MAX - 1]));
}

inline_ bool may_be_suffix(const struct bh_sensor_filter *f, const struct path_buf *w) {
        return is_set(f->suffix_quick, bh_quick_suffix(w->at[BH_PATH_MAX - 2], w->at[BH_PATH_MAX - 1]));
}

/* Of `rows`, those that name the path that was walked last; all the others are left out or not. */
inline_ u64 rows_naming(const struct bh_sensor_filter *f, u64 rows, struct path_buf *w) {
        u64 named = 0;

        if (w->cut)
                return rows;
        if (may_be_prefix(f, w))
                named |= rows_of_prefix(w, f->which);
        if ((named & rows) != rows && may_be_name(f, w))
                named |= rows_of_name(w, f->which);
        if ((named & rows) != rows && may_be_suffix(f, w))
                named |= rows_of_suffix(w, f->which);
        return named & rows;
}

/* Of the rows that are left, does any name this path? */
inline_ bool path_wanted(const struct bh_sensor_filter *f, u64 rows, struct path_buf *w) {
        return rows == ~0ull || rows_naming(f, rows, w);
}

#endif
