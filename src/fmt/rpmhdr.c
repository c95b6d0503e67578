/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/rpmhdr.h"

#include "base/limits.h"

enum { CHAR = 1, INT8 = 2, INT32 = 4, STRING = 6, STRING_ARRAY = 8, I18NSTRING = 9, ENTRY = 16 };

int bh_rpmhdr_parse(struct bh_str bytes, struct bh_rpmhdr *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        uint32_t n_tags = bh_cur_be32(&c), n_data = bh_cur_be32(&c);
        struct bh_rpmhdr h = { .n_tags = n_tags };

        if (!c.bad && (n_tags > BH_LIMIT_RPM_TAGS || n_data > BH_LIMIT_RPM_HEADER))
                return bh_fail(err, BH_E_LIMIT, "an RPM header of %u tags and %u bytes", n_tags, n_data);
        h.index = bh_cur_take(&c, (size_t) n_tags * ENTRY);
        h.data = bh_cur_take(&c, n_data);
        if (c.bad || n_tags == 0)
                return bh_fail(err, BH_E_FORMAT, "an RPM header that is not whole");
        *ret = h;
        return 0;
}

/* The data from where the tag's begins; its type and count. */
static struct bh_cur find(const struct bh_rpmhdr *h, enum bh_rpm_tag tag, uint32_t *ret_type, uint32_t *ret_count) {
        struct bh_cur none = { .at = "", .bad = true };
        struct bh_cur c = bh_cur_of(h->index);

        *ret_type = *ret_count = 0;
        for (uint32_t i = 0; i < h->n_tags; i++) {
                uint32_t offset;

                if (bh_cur_be32(&c) != (uint32_t) tag) {
                        bh_cur_skip(&c, ENTRY - 4);
                        continue;
                }
                *ret_type = bh_cur_be32(&c);
                offset = bh_cur_be32(&c);
                *ret_count = bh_cur_be32(&c);
                return offset <= h->data.len ? bh_cur_of(bh_str_from(h->data, offset)) : none;
        }
        return none;
}

/* No more items than could lie in the bytes there are. */
static struct bh_rpm_array array(struct bh_cur c, uint32_t count, size_t item) {
        if (c.bad || count > c.left / item)
                return (struct bh_rpm_array){ .cur = { .at = "", .bad = true } };
        return (struct bh_rpm_array){ c, count };
}

struct bh_rpm_array bh_rpmhdr_strings(const struct bh_rpmhdr *h, enum bh_rpm_tag tag) {
        uint32_t type, count;
        struct bh_cur c = find(h, tag, &type, &count);

        if (type == STRING)
                count = 1;
        return array(c, type == STRING || type == STRING_ARRAY || type == I18NSTRING ? count : 0, 1);
}

struct bh_rpm_array bh_rpmhdr_u32s(const struct bh_rpmhdr *h, enum bh_rpm_tag tag) {
        uint32_t type, count;
        struct bh_cur c = find(h, tag, &type, &count);

        return array(c, type == INT32 ? count : 0, 4);
}

struct bh_rpm_array bh_rpmhdr_bytes(const struct bh_rpmhdr *h, enum bh_rpm_tag tag) {
        uint32_t type, count;
        struct bh_cur c = find(h, tag, &type, &count);

        return array(c, type == CHAR || type == INT8 ? count : 0, 1);
}

struct bh_str bh_rpmhdr_str(const struct bh_rpmhdr *h, enum bh_rpm_tag tag) {
        struct bh_rpm_array a = bh_rpmhdr_strings(h, tag);

        return a.count ? bh_cur_cstr(&a.cur) : (struct bh_str){ "", 0 };
}

bool bh_rpmhdr_u32(const struct bh_rpmhdr *h, enum bh_rpm_tag tag, uint32_t *ret) {
        struct bh_rpm_array a = bh_rpmhdr_u32s(h, tag);

        if (a.count == 0)
                return false;
        *ret = bh_cur_be32(&a.cur);
        return true;
}
