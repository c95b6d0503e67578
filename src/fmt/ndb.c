/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/ndb.h"

enum { PAGE = 4096, HEADER = 32, SLOT = 16, BLOCK = 16 };

int bh_ndb_open(struct bh_str bytes, struct bh_ndb *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        uint32_t version, pages;
        struct bh_ndb db = { .bytes = bytes };

        if (!bh_str_is(bh_cur_take(&c, 4), "RpmP"))
                return bh_fail(err, BH_E_FORMAT, "not an ndb package database");
        version = bh_cur_le32(&c);
        bh_cur_skip(&c, 4);
        pages = bh_cur_le32(&c);
        if (!c.bad && version != 0)
                return bh_fail(err, BH_E_UNSUPPORTED, "an ndb package database of version %u", version);
        db.slots = bh_cur_at(bytes, HEADER, (uint64_t) pages * PAGE - (pages ? HEADER : 0));
        if (c.bad || db.slots.bad)
                return bh_fail(err, BH_E_FORMAT, "the slots of the ndb database are not whole");
        *ret = db;
        return 0;
}

static int blob(const struct bh_ndb *db, uint32_t index, uint32_t block, uint32_t blocks, struct bh_str *ret,
                struct bh_err *err) {
        struct bh_cur c = bh_cur_at(db->bytes, (uint64_t) block * BLOCK, (uint64_t) blocks * BLOCK);
        bool begins = bh_str_is(bh_cur_take(&c, 4), "BlbS");
        uint32_t own = bh_cur_le32(&c), size;
        struct bh_str data;

        bh_cur_skip(&c, 4);
        size = bh_cur_le32(&c);
        data = bh_cur_take(&c, size);
        if (c.bad || !begins || own != index)
                return bh_fail(err, BH_E_FORMAT, "package %u: its blob is not where its slot says", index);
        *ret = data;
        return 1;
}

int bh_ndb_next(struct bh_ndb *db, uint32_t *ret_index, struct bh_str *ret_blob, struct bh_err *err) {
        while (db->slots.left >= SLOT) {
                bool is_slot = bh_str_is(bh_cur_take(&db->slots, 4), "Slot");
                uint32_t index = bh_cur_le32(&db->slots), block = bh_cur_le32(&db->slots);
                uint32_t blocks = bh_cur_le32(&db->slots);

                if (!is_slot)
                        return bh_fail(err, BH_E_FORMAT, "a slot without its mark");
                if (block == 0)
                        continue;
                *ret_index = index;
                return blob(db, index, block, blocks, ret_blob, err);
        }
        return 0;
}
