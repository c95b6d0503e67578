/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/bdb.h"

#include <string.h>

enum { MAGIC = 0x061561, HEADER = 26, HASH_UNSORTED = 2, OVERFLOW = 7, HASH = 13, IN_PLACE = 1, ELSEWHERE = 3 };

static uint32_t u32(const struct bh_bdb *db, struct bh_cur *c) {
        return db->big ? bh_cur_be32(c) : bh_cur_le32(c);
}

static uint16_t u16(const struct bh_bdb *db, struct bh_cur *c) {
        return db->big ? bh_cur_be16(c) : bh_cur_le16(c);
}

int bh_bdb_open(struct bh_str bytes, struct bh_arena *arena, struct bh_bdb *ret, struct bh_err *err) {
        struct bh_bdb db = { .bytes = bytes, .arena = arena };
        struct bh_cur c = bh_cur_of(bytes), magic;
        uint8_t encryption;

        bh_cur_skip(&c, 12);
        magic = c;
        db.big = bh_cur_be32(&magic) == MAGIC;
        if (u32(&db, &c) != MAGIC)
                return bh_fail(err, BH_E_FORMAT, "not a Berkeley DB hash file");
        bh_cur_skip(&c, 4);
        db.page_size = u32(&db, &c);
        encryption = bh_cur_u8(&c);
        bh_cur_skip(&c, 7);
        db.n_pages = u32(&db, &c);
        if (c.bad || db.page_size < 512 || db.page_size > 65536 || (db.page_size & (db.page_size - 1)))
                return bh_fail(err, BH_E_FORMAT, "Berkeley DB pages of %u bytes", db.page_size);
        if (encryption)
                return bh_fail(err, BH_E_UNSUPPORTED, "an encrypted Berkeley DB file");
        if (db.n_pages >= bytes.len / db.page_size)
                return bh_fail(err, BH_E_FORMAT, "the file ends before its last page");
        db.n_pages++;
        *ret = db;
        return 0;
}

struct page {
        struct bh_str bytes;
        uint32_t next;
        uint16_t n_entries, free;
        uint8_t type;
};

/* A page that is there: the callers asked for one below n_pages. */
static struct page page_of(const struct bh_bdb *db, uint32_t number) {
        struct page p = { .bytes = bh_str_part(db->bytes, (size_t) number * db->page_size, db->page_size) };
        struct bh_cur c = bh_cur_of(p.bytes);

        bh_cur_skip(&c, 16);
        p.next = u32(db, &c);
        p.n_entries = u16(db, &c);
        p.free = u16(db, &c);
        bh_cur_skip(&c, 1);
        p.type = bh_cur_u8(&c);
        return p;
}

/* The bytes of item i: from its offset to that of the item before it. */
static struct bh_cur item(const struct bh_bdb *db, const struct page *p, unsigned i) {
        struct bh_cur at = bh_cur_at(p->bytes, HEADER + 2u * (i ? i - 1 : 0), i ? 4 : 2);
        uint32_t end = i ? u16(db, &at) : db->page_size, start = u16(db, &at);

        if (at.bad || start > end)
                return (struct bh_cur){ .at = "", .bad = true };
        return bh_cur_at(p->bytes, start, end - start);
}

static int gather(struct bh_bdb *db, uint32_t number, uint32_t size, struct bh_str *ret, struct bh_err *err) {
        size_t n = 0;

        if (size > db->bytes.len)
                return bh_fail(err, BH_E_FORMAT, "a value longer than the file");
        if (size > db->cap) {
                db->cap = BH_MAX(size, 2 * db->cap);
                db->room = bh_arena_bytes(db->arena, db->cap);
        }
        while (n < size) {
                struct page p;
                struct bh_cur c;
                struct bh_str part;

                if (number == 0 || number >= db->n_pages)
                        return bh_fail(err, BH_E_FORMAT, "an overflow page %u of %u", number, db->n_pages);
                if (db->visited++ >= db->n_pages)
                        return bh_fail(err, BH_E_FORMAT, "overflow pages that lead back to themselves");
                p = page_of(db, number);
                c = bh_cur_at(p.bytes, HEADER, p.free);
                part = bh_cur_take(&c, BH_MIN(c.left, size - n));
                if (p.type != OVERFLOW || c.bad || part.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "page %u is no overflow page", number);
                memcpy(db->room + n, part.at, part.len);
                n += part.len;
                number = p.next;
        }
        *ret = (struct bh_str){ db->room, n };
        return 1;
}

static int value_of(struct bh_bdb *db, struct bh_cur c, struct bh_str *ret, struct bh_err *err) {
        uint8_t kind = bh_cur_u8(&c);
        uint32_t number, size;

        if (kind == IN_PLACE) {
                *ret = bh_cur_rest(&c);
                return 1;
        }
        bh_cur_skip(&c, 3);
        number = u32(db, &c);
        size = u32(db, &c);
        if (c.bad || kind != ELSEWHERE)
                return bh_fail(err, BH_E_FORMAT, "page %u: an item of kind %u", db->page, kind);
        return size ? gather(db, number, size, ret, err) : (*ret = (struct bh_str){ "", 0 }, 1);
}

static int pair(struct bh_bdb *db, const struct page *p, unsigned i, struct bh_str *ret_key, struct bh_str *ret_value,
                struct bh_err *err) {
        struct bh_cur key = item(db, p, i), value = item(db, p, i + 1);

        if (bh_cur_u8(&key) != IN_PLACE || key.bad || value.bad)
                return bh_fail(err, BH_E_FORMAT, "page %u: a key that is not in its place", db->page);
        *ret_key = bh_cur_rest(&key);
        return value_of(db, value, ret_value, err);
}

int bh_bdb_next(struct bh_bdb *db, struct bh_str *ret_key, struct bh_str *ret_value, struct bh_err *err) {
        for (;;) {
                struct page p;
                unsigned i = db->entry;

                if (i + 1 < db->n_entries) {
                        p = page_of(db, db->page);
                        db->entry = (uint16_t) (i + 2);
                        return pair(db, &p, i, ret_key, ret_value, err);
                }
                if (db->page + 1 >= db->n_pages)
                        return 0;
                p = page_of(db, ++db->page);
                db->entry = 0;
                db->n_entries = p.type == HASH || p.type == HASH_UNSORTED ? p.n_entries : 0;
        }
}
