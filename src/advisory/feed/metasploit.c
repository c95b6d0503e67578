/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metasploit's cache of its modules, db/modules_metadata_base.json of
 * rapid7/metasploit-framework: { "TYPE_REF": { "fullname", "rank",
 * "references": ["CVE-..."], ... } }.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_metasploit_is(const struct bh_feed_in *in) {
        const struct bh_doc *first = bh_doc_first(in->root);

        return bh_doc_is(in->root, BH_DOC_OBJECT) && bh_doc_get_text(first, "fullname").len && bh_doc_get(first, "rank") &&
                bh_doc_get(first, "ref_name");
}

int bh_metasploit_read(const struct bh_feed_in *in, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *m = bh_doc_first(in->root); m && r >= 0; m = m->next)
                for (const struct bh_doc *n = bh_doc_first(bh_doc_get(m, "references")); n && r >= 0; n = n->next) {
                        struct bh_str path = bh_doc_get_text(m, "path");
                        struct bh_advisory_fact f = { .kind = BH_FACT_METASPLOIT,
                                             .cve = bh_doc_str(n),
                                             .text = bh_doc_get_text(m, "fullname"),
                                             .a = bh_doc_double(bh_doc_get(m, "rank"), 0),
                                             .date_s = bh_feed_time(bh_doc_get_text(m, "disclosure_date")) };

                        if (!bh_feed_is_cve(f.cve) || f.text.len == 0)
                                continue;
                        if (path.len)
                                f.url = bh_arena_cat(in->arena,
                                                     BH_STR("https://github.com/rapid7/metasploit-framework/blob/master"),
                                                     path);
                        r = bh_feed_fact(in, &f, err);
                }
        return r;
}
