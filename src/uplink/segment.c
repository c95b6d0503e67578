/* SPDX-License-Identifier: Apache-2.0 */
#include "uplink/segment.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"

#define HEAD_MAGIC "BHOUTBX1"
#define RECORD_MAGIC "BHr\1"

enum { HASHED_FROM = 16, SEQ_AT = 16 };

static void zeros(struct bh_buf *out, size_t n) {
        while (n--)
                bh_buf_putc(out, '\0');
}

void bh_segment_head_put(struct bh_buf *out, const struct bh_segment_head *head) {
        size_t from = out->len;

        bh_buf_puts(out, HEAD_MAGIC);
        bh_buf_le64(out, head->epoch);
        bh_buf_le64(out, head->first);
        bh_buf_putc(out, (char) head->level);
        bh_buf_putc(out, head->sealed);
        zeros(out, 6);
        bh_buf_le64(out, bh_hash64(bh_str_from(bh_buf_str(out), from)));
}

int bh_segment_head_get(struct bh_cur *c, struct bh_segment_head *ret, struct bh_err *err) {
        struct bh_str whole = bh_str_part(bh_cur_rest(c), 0, BH_SEGMENT_HEAD_BYTES - 8);
        struct bh_segment_head head;
        bool magic = bh_str_eq(bh_cur_take(c, 8), BH_STR(HEAD_MAGIC));

        head.epoch = bh_cur_le64(c);
        head.first = bh_cur_le64(c);
        head.level = bh_cur_u8(c);
        head.sealed = bh_cur_u8(c) != 0;
        bh_cur_skip(c, 6);
        if (!magic || bh_cur_le64(c) != bh_hash64(whole) || c->bad)
                return bh_fail(err, BH_E_FORMAT, "this is no segment of an outbox, or its head is broken");
        *ret = head;
        return 0;
}

void bh_record_put(struct bh_buf *out, const struct bh_record *r) {
        size_t from = out->len;
        uint64_t hash;

        bh_buf_puts(out, RECORD_MAGIC);
        bh_buf_le32(out, (uint32_t) r->payload.len);
        bh_buf_le64(out, 0);
        bh_buf_le64(out, r->seq);
        bh_buf_le64(out, (uint64_t) r->at_ms);
        bh_buf_le32(out, r->nth);
        bh_buf_putc(out, (char) r->kind);
        bh_buf_putc(out, (char) r->level);
        zeros(out, 2);
        bh_buf_add(out, r->payload);
        hash = bh_hash64(bh_str_from(bh_buf_str(out), from + HASHED_FROM));
        for (unsigned i = 0; i < 8; i++)
                out->at[from + 8 + i] = (char) (hash >> 8 * i);
}

static bool begins(struct bh_str at) {
        return at.len >= 4 && memcmp(at.at, RECORD_MAGIC, 4) == 0;
}

/* The record at the front of these bytes, if a whole one is there; what is hashed is charged to *work. */
static bool is_record(struct bh_str at, struct bh_record *ret, uint64_t *work) {
        struct bh_cur c = bh_cur_of(at);
        struct bh_record r;
        uint32_t len;
        uint64_t hash;

        if (!begins(at) || at.len < BH_RECORD_HEAD_BYTES)
                return false;
        bh_cur_skip(&c, 4);
        len = bh_cur_le32(&c);
        hash = bh_cur_le64(&c);
        r.seq = bh_cur_le64(&c);
        r.at_ms = (int64_t) bh_cur_le64(&c);
        r.nth = bh_cur_le32(&c);
        r.kind = bh_cur_u8(&c);
        r.level = bh_cur_u8(&c);
        bh_cur_skip(&c, 2);
        r.payload = bh_cur_take(&c, len);
        if (c.bad || *work < len)
                return false;
        *work -= len;
        if (bh_hash64(bh_str_part(at, HASHED_FROM, BH_RECORD_HEAD_BYTES - HASHED_FROM + (size_t) len)) != hash)
                return false;
        *ret = r;
        return true;
}

/* A broken record may still say which number it had. */
static void note_broken(struct bh_str at, struct bh_damage *d) {
        struct bh_cur c = bh_cur_of(at);
        uint64_t len, seq;

        bh_cur_skip(&c, 4);
        len = bh_cur_le32(&c);
        bh_cur_skip(&c, SEQ_AT - 8);
        seq = bh_cur_le64(&c);
        if (c.bad || at.len < BH_RECORD_HEAD_BYTES || len > at.len - BH_RECORD_HEAD_BYTES) {
                d->torn = true;
                return;
        }
        d->highest = BH_MAX(d->highest, seq);
}

int bh_record_next(struct bh_cur *c, struct bh_record *ret, struct bh_damage *ret_damage) {
        struct bh_str rest = bh_cur_rest(c);
        struct bh_damage damage = { 0 };
        uint64_t work = BH_LIMIT_OUTBOX_SEARCH;
        size_t at = 0;

        while (at < rest.len) {
                struct bh_str here = bh_str_from(rest, at);
                const char *next;

                if (is_record(here, ret, &work)) {
                        damage.bytes = at;
                        bh_cur_skip(c, at + BH_RECORD_HEAD_BYTES + ret->payload.len);
                        *ret_damage = damage;
                        return 1;
                }
                if (begins(here))
                        note_broken(here, &damage);
                next = memchr(here.at + 1, RECORD_MAGIC[0], here.len - 1);
                at = next ? (size_t) (next - rest.at) : rest.len;
        }
        damage.bytes = rest.len;
        *ret_damage = damage;
        return 0;
}
