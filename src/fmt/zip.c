/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/zip.h"

#include <string.h>

#include "fmt/inflate.h"

enum { LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50 };
enum { END_LEN = 22, LOCATOR_LEN = 20, END64_LEN = 56, LOCAL_LEN = 30 };

#define ALL32 0xffffffffull

struct end {
        uint64_t at, n_entries, dir_len, dir_at;
};

/* The end record is the last one whose comment reaches exactly, or nearly, to the end. */
static bool find_end(struct bh_str bytes, uint64_t *ret_at) {
        size_t lowest = bytes.len > 65535 + END_LEN ? bytes.len - 65535 - END_LEN : 0;

        for (size_t at = bytes.len < END_LEN ? 0 : bytes.len - END_LEN + 1; at-- > lowest;)
                if (bytes.at[at] == 'P' && memcmp(bytes.at + at, "PK\5\6", 4) == 0) {
                        *ret_at = at;
                        return true;
                }
        return false;
}

static void read_end64(struct bh_str bytes, struct end *e) {
        struct bh_cur c = bh_cur_at(bytes, e->at < LOCATOR_LEN ? UINT64_MAX : e->at - LOCATOR_LEN, LOCATOR_LEN);
        struct end found = *e;
        uint64_t at;

        if (bh_cur_le32(&c) != LOCATOR64)
                return;
        bh_cur_skip(&c, 4);
        at = bh_cur_le64(&c);
        c = bh_cur_at(bytes, at, END64_LEN);
        if (bh_cur_le32(&c) != END64) { /* bytes in front: it lies right before its locator */
                if (e->at < LOCATOR_LEN + END64_LEN)
                        return;
                at = e->at - LOCATOR_LEN - END64_LEN;
                c = bh_cur_at(bytes, at, END64_LEN);
                if (bh_cur_le32(&c) != END64)
                        return;
        }
        bh_cur_skip(&c, 28);
        found.n_entries = bh_cur_le64(&c);
        found.dir_len = bh_cur_le64(&c);
        found.dir_at = bh_cur_le64(&c);
        found.at = at;
        if (!c.bad)
                *e = found;
}

int bh_zip_open(struct bh_str bytes, struct bh_zip *ret, struct bh_err *err) {
        struct bh_zip z = { .bytes = bytes };
        struct end e = { 0 };
        struct bh_cur c;

        if (!find_end(bytes, &e.at))
                return bh_fail(err, BH_E_NOTFOUND, "zip: no end of central directory");
        c = bh_cur_at(bytes, e.at, END_LEN);
        bh_cur_skip(&c, 10);
        e.n_entries = bh_cur_le16(&c);
        e.dir_len = bh_cur_le32(&c);
        e.dir_at = bh_cur_le32(&c);
        if (e.dir_at == ALL32 || e.dir_len == ALL32 || e.n_entries == 0xffff)
                read_end64(bytes, &e);
        if (e.dir_len > e.at)
                return bh_fail(err, BH_E_FORMAT, "zip: the central directory is longer than the file");
        if (e.dir_at > e.at - e.dir_len)
                return bh_fail(err, BH_E_FORMAT, "zip: the central directory lies outside the file");
        z.base = e.at - e.dir_len - e.dir_at;
        z.dir = bh_cur_at(bytes, e.at - e.dir_len, e.dir_len);
        z.n_entries = e.n_entries;
        *ret = z;
        return 0;
}

void bh_zip_extra64(struct bh_str extra, uint64_t *size, uint64_t *packed, uint64_t *offset) {
        struct bh_cur c = bh_cur_of(extra);

        while (c.left >= 4) {
                uint16_t id = bh_cur_le16(&c), len = bh_cur_le16(&c);
                struct bh_cur in = bh_cur_of(bh_cur_take(&c, len));

                if (c.bad)
                        return;
                if (id != 1)
                        continue;
                if (*size == ALL32 && in.left >= 8)
                        *size = bh_cur_le64(&in);
                if (*packed == ALL32 && in.left >= 8)
                        *packed = bh_cur_le64(&in);
                if (*offset == ALL32 && in.left >= 8)
                        *offset = bh_cur_le64(&in);
        }
}

int bh_zip_next(struct bh_zip *zip, struct bh_zip_entry *ret, struct bh_err *err) {
        struct bh_cur *c = &zip->dir;
        struct bh_zip_entry e = { 0 };
        uint16_t name_len, extra_len, comment_len;
        struct bh_str extra;

        if (c->left == 0)
                return 0;
        if (bh_cur_le32(c) != CENTRAL) /* a signature or zip64 end may follow */
                return c->bad ? bh_fail(err, BH_E_FORMAT, "zip: the central directory ends early") : 0;
        bh_cur_skip(c, 4);
        e.encrypted = bh_cur_le16(c) & 1;
        e.method = bh_cur_le16(c);
        bh_cur_skip(c, 8);
        e.packed = bh_cur_le32(c);
        e.size = bh_cur_le32(c);
        name_len = bh_cur_le16(c);
        extra_len = bh_cur_le16(c);
        comment_len = bh_cur_le16(c);
        bh_cur_skip(c, 8);
        e.offset = bh_cur_le32(c);
        e.name = bh_cur_take(c, name_len);
        extra = bh_cur_take(c, extra_len);
        bh_cur_skip(c, comment_len);
        if (c->bad)
                return bh_fail(err, BH_E_FORMAT, "zip: the central directory ends early");
        bh_zip_extra64(extra, &e.size, &e.packed, &e.offset);
        if (__builtin_add_overflow(e.offset, zip->base, &e.offset))
                return bh_fail(err, BH_E_FORMAT, "zip: an entry lies outside the file");
        *ret = e;
        return 1;
}

static int packed_bytes(const struct bh_zip *zip, const struct bh_zip_entry *e, struct bh_str *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_at(zip->bytes, e->offset, LOCAL_LEN);
        uint32_t magic = bh_cur_le32(&c);
        uint64_t skip;

        bh_cur_skip(&c, 22);
        skip = bh_cur_le16(&c);
        skip += bh_cur_le16(&c);
        if (c.bad || magic != LOCAL)
                return bh_fail(err, BH_E_FORMAT, "zip: no local header where the directory says");
        c = bh_cur_at(zip->bytes, e->offset + LOCAL_LEN + skip, e->packed);
        if (c.bad)
                return bh_fail(err, BH_E_FORMAT, "zip: an entry's data lies outside the file");
        *ret = bh_cur_rest(&c);
        return 0;
}

int bh_zip_read(struct bh_arena *arena, const struct bh_zip *zip, const struct bh_zip_entry *e, size_t max,
                struct bh_budget *budget, struct bh_str *ret, struct bh_err *err) {
        struct bh_str packed;
        int r = packed_bytes(zip, e, &packed, err);

        if (r < 0)
                return r;
        if (e->encrypted)
                return bh_fail(err, BH_E_UNSUPPORTED, "zip: the entry is encrypted");
        if (e->method == BH_ZIP_DEFLATED)
                return bh_inflate_raw(arena, packed, max, budget, ret, err);
        if (e->method != BH_ZIP_STORED)
                return bh_fail(err, BH_E_UNSUPPORTED, "zip: compression method %u", e->method);
        if (packed.len > max)
                return bh_fail(err, BH_E_LIMIT, "an entry of more than %zu bytes", max);
        *ret = packed;
        return 0;
}
