/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CISA's catalog of vulnerabilities known to be used in the wild
 * (https://www.cisa.gov/known-exploited-vulnerabilities-catalog), as JSON and
 * as CSV: the same names of fields in both.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "advisory/feed/table.h"

static int emit(const struct bh_feed_in *in, struct bh_str cve, struct bh_str added, struct bh_str ransomware,
                struct bh_err *err) {
        struct bh_advisory_fact f = { .kind = BH_FACT_KEV, .cve = cve, .date_s = bh_feed_time(added) };

        if (bh_str_is(ransomware, "Known"))
                f.text = BH_STR("ransomware");
        f.url = bh_arena_cat(in->arena,
                             BH_STR("https://www.cisa.gov/known-exploited-vulnerabilities-catalog?search_api_fulltext="), cve);
        return bh_feed_fact(in, &f, err);
}

bool bh_kev_json_is(const struct bh_feed_in *in) {
        return bh_doc_is(bh_doc_get(in->root, "vulnerabilities"), BH_DOC_ARRAY) &&
                bh_doc_get_text(in->root, "catalogVersion").len;
}

int bh_kev_json_read(const struct bh_feed_in *in, struct bh_err *err) {
        int r = 0;

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(in->root, "vulnerabilities")); n && r >= 0; n = n->next)
                if (bh_feed_is_cve(bh_doc_get_text(n, "cveID")))
                        r = emit(in, bh_doc_get_text(n, "cveID"), bh_doc_get_text(n, "dateAdded"),
                                 bh_doc_get_text(n, "knownRansomwareCampaignUse"), err);
        return r;
}

bool bh_kev_csv_is(const struct bh_feed_in *in) {
        return bh_str_find(bh_str_part(in->bytes, 0, 200), BH_STR("cveID,vendorProject,product")) >= 0;
}

int bh_kev_csv_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_table t;
        int r = bh_table_open(in->arena, in->bytes, &t, err);

        while (r >= 0 && (r = bh_table_next(&t, err)) == 1)
                if (bh_feed_is_cve(bh_table_get(&t, "cveID")))
                        r = emit(in, bh_table_get(&t, "cveID"), bh_table_get(&t, "dateAdded"),
                                 bh_table_get(&t, "knownRansomwareCampaignUse"), err);
        return r;
}
