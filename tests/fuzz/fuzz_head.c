/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "http/head.h"

static void check_inside(struct bh_str all, struct bh_str part) {
        if (part.len && (part.at < all.at || part.at + part.len > all.at + all.len))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str head = { (const char *) data, size };
        uint64_t from, total;

        check_inside(head, bh_head_media_type(head));
        check_inside(head, bh_head_get(head, "WWW-Authenticate", 1));
        check_inside(head, bh_url_origin(head));
        (void) bh_head_range(head, &from, &total);
        return 0;
}
