/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/bundle.h"

#include "base/cur.h"

#define BUNDLE_HEAD "bulkhead-content 1\n"

void bh_content_bundle_add(struct bh_buf *bundle, struct bh_str path, struct bh_str bytes) {
        if (bundle->len == 0)
                bh_buf_puts(bundle, BUNDLE_HEAD);
        bh_buf_printf(bundle, "file %zu ", bytes.len);
        bh_buf_add(bundle, path);
        bh_buf_putc(bundle, '\n');
        bh_buf_add(bundle, bytes);
        bh_buf_putc(bundle, '\n');
}

int bh_content_bundle_next(struct bh_str bundle, size_t *at, struct bh_str *ret_path, struct bh_str *ret_bytes,
                           struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bh_str_from(bundle, *at ? *at : sizeof BUNDLE_HEAD - 1));
        struct bh_str head, size, path, bytes;
        uint64_t n;

        if (!bh_str_starts(bundle, BH_STR(BUNDLE_HEAD)))
                return bh_fail(err, BH_E_FORMAT, "not a bundle of content");
        if (c.left == 0)
                return 0;
        if (!bh_cur_line(&c, &head) || !bh_str_cut_prefix(&head, BH_STR("file ")) ||
            !bh_str_cut(head, ' ', &size, &path) || !bh_str_u64(size, &n) || n >= c.left)
                return bh_fail(err, BH_E_FORMAT, "a bundle of content, cut short or changed");
        bytes = bh_cur_take(&c, n);
        bh_cur_skip(&c, 1);
        *at = bundle.len - c.left;
        *ret_path = path;
        *ret_bytes = bytes;
        return 1;
}
