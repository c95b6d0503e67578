/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include "base/cur.h"

struct bh_str bh_head_get(struct bh_str head, const char *name, unsigned n) {
        struct bh_cur c = bh_cur_of(head);
        struct bh_str line, key, value;

        while (bh_cur_line(&c, &line))
                if (bh_str_cut(line, ':', &key, &value) && bh_str_eq_nocase(key, bh_str_of(name)) && n-- == 0)
                        return bh_str_trim(value);
        return (struct bh_str){ 0 };
}

struct bh_str bh_head_media_type(struct bh_str head) {
        struct bh_str type = bh_head_get(head, "Content-Type", 0), rest;

        (void) bh_str_cut(type, ';', &type, &rest);
        return bh_str_trim(type);
}

bool bh_head_range(struct bh_str head, uint64_t *ret_from, uint64_t *ret_total) {
        struct bh_str value = bh_head_get(head, "Content-Range", 0), range, total, from, to;

        if (!bh_str_cut_prefix(&value, BH_STR("bytes ")) || !bh_str_cut(value, '/', &range, &total) ||
            !bh_str_cut(range, '-', &from, &to) || !bh_str_u64(from, ret_from))
                return false;
        if (!bh_str_u64(total, ret_total))
                *ret_total = 0;
        return true;
}

struct bh_str bh_url_origin(struct bh_str url) {
        ptrdiff_t slashes = bh_str_find(url, BH_STR("://"));
        size_t end = slashes < 0 ? 0 : (size_t) slashes + 3;

        while (end < url.len && url.at[end] != '/' && url.at[end] != '?' && url.at[end] != '#')
                end++;
        return bh_str_part(url, 0, end);
}
