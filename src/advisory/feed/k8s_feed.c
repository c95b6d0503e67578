/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes' official CVE feed (JSON Feed 1.1,
 * https://kubernetes.io/docs/reference/issues-security/official-cve-feed/):
 * titles, text and dates. Which versions are affected stands only in prose and
 * is not guessed at; the OSV form of the same feed names them.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_k8s_feed_is(const struct bh_feed_in *in) {
        return bh_doc_is(bh_doc_get(in->root, "items"), BH_DOC_ARRAY) &&
                bh_str_find(bh_doc_get_text(in->root, "feed_url"), BH_STR("official-cve-feed")) >= 0;
}

int bh_k8s_feed_read(const struct bh_feed_in *in, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "items")); n && r >= 0; n = n->next) {
                struct bh_str *url = bh_arena_make(in->arena, struct bh_str), id = bh_doc_get_text(n, "id"), cve;
                struct bh_advisory a = { .summary = bh_doc_get_text(n, "summary"),
                                         .details = bh_doc_get_text(n, "content_text"),
                                         .published_s = bh_feed_time(bh_doc_get_text(n, "date_published")) };

                *url = bh_doc_get_text(n, "url");
                if (url->len) {
                        a.references = url;
                        a.n_references = 1;
                }
                while (r >= 0 && bh_feed_next_cve(&id, &cve)) { /* one issue may be about several */
                        a.id = cve;
                        r = bh_feed_emit(in, &a, err);
                }
        }
        return r;
}
