/* SPDX-License-Identifier: Apache-2.0 */
#include "model/event.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

/* Parts begin at multiples of 8. */
static size_t padded(size_t n) {
        return (n + 7) & ~(size_t) 7;
}

/* The n bytes at *at, which moves on to the next part; NULL when they are not there. */
static const char *part(struct bh_str record, size_t *at, size_t n) {
        const char *p = record.at + *at;

        if (record.len < *at || record.len - *at < padded(n))
                return NULL;
        *at += padded(n);
        return p;
}

static int check_head(struct bh_str record, struct bh_ev_head *head, struct bh_err *err) {
        if ((uintptr_t) record.at % 8)
                return bh_fail(err, BH_E_BUG, "an event begins at no multiple of 8");
        if (record.len < sizeof *head || record.len > BH_EV_MAX_SIZE)
                return bh_fail(err, BH_E_FORMAT, "an event of %zu bytes", record.len);
        memcpy(head, record.at, sizeof *head);
        if (head->size != record.len || head->size % 8)
                return bh_fail(err, BH_E_FORMAT, "an event says %u bytes, and has %zu", head->size, record.len);
        if (head->type >= _BH_EV_MAX)
                return bh_fail(err, BH_E_FORMAT, "no event has type %u", head->type);
        if (head->n_nums > BH_EV_MAX_NUMS || head->n_strs > BH_EV_MAX_STRS)
                return bh_fail(err, BH_E_FORMAT, "%u numbers and %u strings in one event", head->n_nums, head->n_strs);
        return 0;
}

/* False when the parts are longer than the record. */
static bool take_strs(struct bh_str record, size_t *at, struct bh_event *e) {
        uint32_t lens[BH_EV_MAX_STRS];
        const char *p = part(record, at, e->head.n_strs * sizeof lens[0]);
        size_t sum = 0;

        if (!p)
                return false;
        memcpy(lens, p, e->head.n_strs * sizeof lens[0]);
        p = record.at + *at;
        for (unsigned i = 0; i < e->head.n_strs; i++) {
                if (lens[i] > record.len)
                        return false;
                e->strs[i] = (struct bh_str){ p + sum, lens[i] };
                sum += lens[i];
        }
        return part(record, at, sum) != NULL;
}

static bool take_parts(struct bh_str record, size_t *at, struct bh_event *e) {
        const char *p;

        if (e->head.flags & BH_EV_HAS_FD && !(e->fd = (const void *) part(record, at, sizeof *e->fd)))
                return false;
        if (e->head.flags & BH_EV_HAS_PROC && !(e->started = (const void *) part(record, at, sizeof *e->started)))
                return false;
        p = part(record, at, e->head.n_nums * sizeof e->nums[0]);
        if (!p)
                return false;
        memcpy(e->nums, p, e->head.n_nums * sizeof e->nums[0]);
        return take_strs(record, at, e);
}

int bh_event_parse(struct bh_str record, struct bh_event *ret, struct bh_err *err) {
        struct bh_event e = { .record = record };
        size_t at = sizeof e.head;
        int r = check_head(record, &e.head, err);

        if (r < 0)
                return r;
        if (!take_parts(record, &at, &e) || at != record.len)
                return bh_fail(err, BH_E_FORMAT, "the parts of an event of type %s are not as long as its %zu bytes",
                               bh_event_info(e.head.type)->name, record.len);
        *ret = e;
        return 0;
}

/* How many strings stand before those of the arguments. */
static unsigned first_str(const struct bh_event *e) {
        bool named = (e->head.flags & (BH_EV_HAS_FD | BH_EV_HAS_PROC)) == BH_EV_HAS_FD;

        return named || bh_event_info(e->head.type)->flags & BH_EVI_OPEN;
}

struct bh_str bh_event_fd_name(const struct bh_event *e) {
        return first_str(e) ? e->strs[0] : (struct bh_str){ 0 };
}

struct bh_str bh_event_str(const struct bh_event *e, unsigned n) {
        n += first_str(e);
        return n < BH_EV_MAX_STRS ? e->strs[n] : (struct bh_str){ 0 };
}

static void put(struct bh_buf *out, const void *bytes, size_t n) {
        size_t pad = padded(n) - n;

        bh_buf_add(out, (struct bh_str){ bytes, n });
        bh_buf_add(out, (struct bh_str){ "\0\0\0\0\0\0\0", pad });
}

static void put_strs(struct bh_buf *out, const struct bh_event_parts *parts) {
        uint32_t lens[BH_EV_MAX_STRS] = { 0 };
        size_t begin;

        for (unsigned i = 0; i < parts->n_strs; i++)
                lens[i] = (uint32_t) parts->strs[i].len;
        put(out, lens, parts->n_strs * sizeof lens[0]);
        begin = out->len;
        for (unsigned i = 0; i < parts->n_strs; i++)
                bh_buf_add(out, parts->strs[i]);
        while ((out->len - begin) % 8)
                bh_buf_putc(out, '\0');
}

void bh_event_put(struct bh_buf *out, const struct bh_event_parts *parts) {
        struct bh_ev_head head = parts->head;
        size_t begin = out->len;

        assert(parts->n_strs <= BH_EV_MAX_STRS && parts->n_nums <= BH_EV_MAX_NUMS);
        head.flags = (uint16_t) ((head.flags & ~(BH_EV_HAS_FD | BH_EV_HAS_PROC)) | (parts->fd ? BH_EV_HAS_FD : 0) |
                                 (parts->proc ? BH_EV_HAS_PROC : 0));
        head.n_nums = (uint8_t) parts->n_nums;
        head.n_strs = (uint8_t) parts->n_strs;
        put(out, &head, sizeof head);
        if (parts->fd)
                put(out, parts->fd, sizeof *parts->fd);
        if (parts->proc)
                put(out, parts->proc, sizeof *parts->proc);
        put(out, parts->nums, parts->n_nums * sizeof parts->nums[0]);
        put_strs(out, parts);
        head.size = (uint32_t) (out->len - begin);
        assert(head.size <= BH_EV_MAX_SIZE);
        memcpy(out->at + begin, &head, sizeof head);
}
