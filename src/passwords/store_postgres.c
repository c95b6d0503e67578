/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL's pg_authid: a heap of pages, found by global/pg_filenode.map (its
 * file is 1260 until the table is rewritten).
 *
 *     page, 8192 bytes: lsn 8 | checksum 2 | flags 2 | lower u16 | upper u16 | special u16 | size and version u16 | xid 4
 *                       | line pointers u32: offset 15 bits, state 2, length 15
 *     tuple: xmin 4 | xmax 4 | cid 4 | ctid 6 | infomask2 u16 | infomask u16 | hoff u8 | nulls | columns at hoff
 *     columns: [oid 4, of 12 and newer] | name 64 | 7 flags (login is the fifth) | limit i32 | password varlena | ...
 *
 *     map:  magic u32 | n u32 | n times: oid u32, file u32
 *
 * Of a row that was changed the newest version counts. What the server has not
 * written to this file yet (until a checkpoint) is not seen.
 */
#include "base/cur.h"
#include "passwords/stores.h"

enum { PAGE = 8192, PAGE_HEAD = 24, POINTER_NORMAL = 1, AUTHID = 1260, MAP_MAGIC = 0x592717, MAP_MAX = 64 };
enum { HAS_NULL = 0x1, HAS_OID = 0x8, LOCK_ONLY = 0x80, XMIN_COMMITTED = 0x100, XMIN_INVALID = 0x200, XMAX_INVALID = 0x800 };
enum { NAME = 64, FLAGS = 7, LOGIN = 4, PASSWORD_COLUMN = 11 /* of 12 and newer, from 1 */ };

struct tuple {
        uint32_t xmax;
        uint16_t mask;
        uint8_t hoff;
        struct bh_str bytes;
};

static bool is_live(const struct tuple *t) {
        if ((t->mask & XMIN_INVALID) && !(t->mask & XMIN_COMMITTED)) /* both: frozen */
                return false;
        return t->xmax == 0 || (t->mask & (XMAX_INVALID | LOCK_ONLY));
}

/* Is the column there? Nulls are bits behind the 23 bytes of the head; without them all are. */
static bool has_column(const struct tuple *t, unsigned column) {
        struct bh_cur c = bh_cur_at(t->bytes, 23 + (column - 1) / 8, 1);

        return !(t->mask & HAS_NULL) || (bh_cur_u8(&c) >> ((column - 1) % 8) & 1);
}

/* A text of variable length that stands in the tuple itself. */
static bool read_text(struct bh_cur *c, bool aligned, struct bh_str *ret) {
        struct bh_cur peek = *c;
        uint8_t first = bh_cur_u8(&peek);
        uint32_t len;

        if (first & 1) { /* short: one byte of length, itself included */
                (void) bh_cur_u8(c);
                *ret = bh_cur_take(c, first >> 1 ? (size_t) (first >> 1) - 1 : 0);
                return !c->bad && first >> 1;
        }
        if (!aligned)
                return false;
        len = bh_cur_le32(c);
        if (len & 3 || len >> 2 < 4) /* compressed, or nonsense */
                return false;
        *ret = bh_cur_take(c, (len >> 2) - 4);
        return !c->bad;
}

static bool add_role(struct bh_store_found *found, const struct tuple *t) {
        bool old = t->mask & HAS_OID; /* before 12 the oid stood in the head */
        struct bh_cur c = bh_cur_at(t->bytes, t->hoff, t->bytes.len > t->hoff ? t->bytes.len - t->hoff : 0), name;
        struct bh_str flags, text, role;
        struct bh_secret *s;

        if (!has_column(t, PASSWORD_COLUMN - (old ? 1 : 0)))
                return true; /* nobody logs in by a password */
        bh_cur_skip(&c, old ? 0 : 4);
        name = bh_cur_of(bh_cur_take(&c, NAME));
        role = bh_cur_cstr(&name);
        flags = bh_cur_take(&c, FLAGS);
        bh_cur_skip(&c, 1 + 4); /* to a multiple of four, and the limit */
        if (c.bad || name.bad || !read_text(&c, true, &text))
                return false;
        s = bh_store_add(found, role, text, BH_SCHEME_POSTGRES, 0);
        if (s && !flags.at[LOGIN])
                s->state = BH_SECRET_LOCKED;
        return true;
}

static bool read_tuple(struct bh_str bytes, struct tuple *ret) {
        struct bh_cur c = bh_cur_of(bytes);

        bh_cur_skip(&c, 4);
        ret->xmax = bh_cur_le32(&c);
        bh_cur_skip(&c, 4 + 6 + 2);
        ret->mask = bh_cur_le16(&c);
        ret->hoff = bh_cur_u8(&c);
        ret->bytes = bytes;
        return !c.bad && ret->hoff >= 23;
}

static void read_page(struct bh_store_found *found, struct bh_str page, uint64_t *bad) {
        struct bh_cur head = bh_cur_at(page, 12, 2);
        uint16_t lower = bh_cur_le16(&head);

        for (uint32_t at = PAGE_HEAD; at + 4 <= lower && at + 4 <= PAGE; at += 4) {
                struct bh_cur p = bh_cur_at(page, at, 4);
                uint32_t pointer = bh_cur_le32(&p);
                struct bh_cur c = bh_cur_at(page, pointer & 0x7fff, pointer >> 17);
                struct tuple t;

                if ((pointer >> 15 & 3) != POINTER_NORMAL)
                        continue;
                if (c.bad || !read_tuple(bh_cur_rest(&c), &t) || (is_live(&t) && !add_role(found, &t)))
                        ++*bad;
        }
}

int bh_parse_postgres(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        uint64_t bad = 0;

        if (file->bytes.len % PAGE)
                return bh_fail(err, BH_E_UNSUPPORTED, "not a heap with pages of %d bytes", PAGE);
        for (size_t at = 0; at < file->bytes.len; at += PAGE)
                read_page(found, bh_str_part(file->bytes, at, PAGE), &bad);
        return bad ? bh_fail(err, BH_E_FORMAT, "%llu rows in it are none of pg_authid, and were not read", (unsigned long long) bad) : 0;
}

int bh_parse_postgres_map(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        uint32_t magic = bh_cur_le32(&c), n = bh_cur_le32(&c);

        if (c.bad || magic != MAP_MAGIC || n > MAP_MAX)
                return bh_fail(err, BH_E_FORMAT, "not a map of PostgreSQL's files");
        for (uint32_t i = 0; i < n && !c.bad; i++) {
                uint32_t oid = bh_cur_le32(&c), node = bh_cur_le32(&c);

                if (oid == AUTHID && !c.bad)
                        bh_store_follow(found, file, bh_parse_postgres, bh_arena_printf(found->arena, "%u", node));
        }
        return 0;
}
