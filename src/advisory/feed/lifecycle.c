/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own table of when releases end, content/lifecycle.yaml, for those whose
 * publisher has no file that a machine can read:
 *
 *     lifecycle:
 *       - { space: "alpine:3.19", released: 2023-12-07, end: 2025-11-01 }
 *       - { space: "rhel:8", codename: Ootpa, released: 2019-05-07, end: 2029-05-31, extended: 2032-05-31 }
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_lifecycle_is(const struct bh_feed_in *in) {
        return bh_doc_is(bh_doc_get(in->root, "lifecycle"), BH_DOC_ARRAY);
}

int bh_lifecycle_read(const struct bh_feed_in *in, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "lifecycle")); n && r >= 0; n = n->next) {
                struct bh_lifecycle l = { .space = bh_doc_get_text(n, "space"),
                                          .codename = bh_doc_get_text(n, "codename"),
                                          .released_s = bh_feed_time(bh_doc_get_text(n, "released")),
                                          .end_s = bh_feed_time(bh_doc_get_text(n, "end")),
                                          .extended_end_s = bh_feed_time(bh_doc_get_text(n, "extended")) };

                if (l.space.len == 0 || (!l.released_s && !l.end_s))
                        return bh_fail(err, BH_E_FORMAT, "line %u: a release needs a space and a date", n->line);
                r = in->sink->lifecycle(in->sink->user, &l, err);
        }
        return r;
}
