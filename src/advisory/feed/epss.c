/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPSS (https://www.first.org/epss/): how probable it is that a CVE is used
 * within 30 days. Three forms:
 *
 *     #model_version:v2025.03.14,score_date:2025-08-01T00:00:00+0000     today's
 *     cve,epss,percentile
 *     cve,epss                                                           that of 2021
 *     CVE,CVSS3,EPSS,EPSS Percentile,...                                 KEV_EPSS, joined with CISA's catalog
 *
 * A file without a date in it has one in its name.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "advisory/feed/table.h"
#include "fmt/doc.h"

bool bh_epss_is(const struct bh_feed_in *in) {
        return bh_feed_has_prefix(in->bytes, "#model_version: cve,epss CVE,CVSS3,EPSS,");
}

/* "#model_version:...,score_date:2025-08-01T00:00:00+0000"; takes the line off. */
static int64_t score_date(struct bh_str *bytes) {
        struct bh_str line, rest, field;

        if (!bh_str_starts(*bytes, BH_STR("#")))
                return 0;
        (void) bh_str_cut(*bytes, '\n', &line, &rest);
        *bytes = rest;
        while (bh_str_split(&line, ',', &field))
                if (bh_str_cut_prefix(&field, BH_STR("score_date:")))
                        return bh_feed_time(bh_str_part(field, 0, 10));
        return 0;
}

static double number(struct bh_str s) {
        struct bh_doc n = { .str = s, .kind = BH_DOC_NUMBER };

        return bh_doc_double(&n, -1);
}

int bh_epss_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_str bytes = in->bytes, cve;
        int64_t date_s = score_date(&bytes);
        bool joined = bh_str_starts(bytes, BH_STR("CVE,"));
        struct bh_table t;
        int r = bh_table_open(in->arena, bytes, &t, err);

        if (!date_s)
                date_s = bh_feed_path_date(in->path);
        while (r >= 0 && (r = bh_table_next(&t, err)) == 1) {
                struct bh_advisory_fact f = { .kind = BH_FACT_EPSS, .date_s = date_s };

                cve = bh_table_get(&t, joined ? "CVE" : "cve");
                f.cve = cve;
                f.a = number(bh_table_get(&t, joined ? "EPSS" : "epss"));
                f.b = number(bh_table_get(&t, joined ? "EPSS Percentile" : "percentile"));
                if (!bh_feed_is_cve(cve) || f.a < 0 || f.a > 1) {
                        BH_IGNORE(bh_fail(err, BH_E_FORMAT, "line %u: no score from 0 to 1 for a CVE", t.line));
                        bh_feed_gap(in, cve, err);
                        continue;
                }
                if (f.b < 0 || f.b > 1)
                        f.b = 0;
                r = bh_feed_fact(in, &f, err);
        }
        return r;
}
