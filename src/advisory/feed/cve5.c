/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CVE Record Format 5 (https://github.com/CVEProject/cve-schema), with the
 * container that CISA adds (https://github.com/cisagov/vulnrichment): facts
 * about one CVE. Its own list of products is not matched: names in it are free
 * text, and every ecosystem has somebody who knows better.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"

bool bh_cve5_is(const struct bh_feed_in *in) {
        return bh_str_is(bh_doc_get_text(in->root, "dataType"), "CVE_RECORD");
}

struct record {
        const struct bh_feed_in *in;
        struct bh_str cve, url;
        int64_t date_s;
        bh_feed_strs seen; /* vectors and CWEs, so that none comes twice */
};

static int fact(struct record *rec, enum bh_advisory_fact_kind kind, struct bh_str text, struct bh_err *err) {
        struct bh_advisory_fact f = { .kind = kind, .cve = rec->cve, .text = text, .url = rec->url, .date_s = rec->date_s };

        if (text.len == 0 && kind != BH_FACT_REJECTED)
                return 0;
        if (kind == BH_FACT_CVSS || kind == BH_FACT_CWE) {
                size_t before = rec->seen.len;

                bh_feed_add_once(rec->in->arena, &rec->seen, text);
                if (rec->seen.len == before)
                        return 0;
        }
        return bh_feed_fact(rec->in, &f, err);
}

/* { "options": [ {"Exploitation":"poc"}, {"Automatable":"no"}, {"Technical Impact":"total"} ] } */
static int read_ssvc(struct record *rec, const struct bh_doc *other, struct bh_err *err) {
        static const char *const names[] = { "Exploitation", "Automatable", "Technical Impact" };
        struct bh_str values[BH_LEN(names)] = { 0 };

        if (!bh_str_is(bh_doc_get_text(other, "type"), "ssvc"))
                return 0;
        for (const struct bh_doc *o = bh_doc_first(bh_doc_path(other, "content.options")); o; o = o->next)
                for (size_t i = 0; i < BH_LEN(names); i++)
                        if (bh_doc_get_text(o, names[i]).len)
                                values[i] = bh_doc_get_text(o, names[i]);
        if (values[0].len == 0)
                return 0;
        return fact(rec, BH_FACT_SSVC,
                    bh_arena_printf(rec->in->arena, "%.*s %.*s %.*s", BH_FMT(values[0]), BH_FMT(values[1]),
                                    BH_FMT(values[2])),
                    err);
}

static int read_metrics(struct record *rec, const struct bh_doc *metrics, struct bh_err *err) {
        static const char *const kinds[] = { "cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0" };
        int r = 0;

        for (const struct bh_doc *m = bh_doc_first(metrics); m && r >= 0; m = m->next) {
                for (size_t i = 0; i < BH_LEN(kinds) && r >= 0; i++)
                        r = fact(rec, BH_FACT_CVSS, bh_doc_get_text(bh_doc_get(m, kinds[i]), "vectorString"), err);
                if (r >= 0)
                        r = read_ssvc(rec, bh_doc_get(m, "other"), err);
        }
        return r;
}

static int read_container(struct record *rec, const struct bh_doc *container, struct bh_err *err) {
        int r = read_metrics(rec, bh_doc_get(container, "metrics"), err);

        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(container, "problemTypes")); p && r >= 0; p = p->next)
                for (const struct bh_doc *d = bh_doc_first(bh_doc_get(p, "descriptions")); d && r >= 0; d = d->next)
                        if (bh_str_starts(bh_doc_get_text(d, "cweId"), BH_STR("CWE-")))
                                r = fact(rec, BH_FACT_CWE, bh_doc_get_text(d, "cweId"), err);
        return r;
}

int bh_cve5_read(const struct bh_feed_in *in, struct bh_err *err) {
        const struct bh_doc *meta = bh_doc_get(in->root, "cveMetadata");
        const struct bh_doc *containers = bh_doc_get(in->root, "containers"), *cna = bh_doc_get(containers, "cna");
        struct record rec = { .in = in, .cve = bh_doc_get_text(meta, "cveId") };
        int r;

        if (!bh_feed_is_cve(rec.cve))
                return bh_fail(err, BH_E_FORMAT, "no cveMetadata.cveId");
        rec.url = bh_arena_cat(in->arena, BH_STR("https://www.cve.org/CVERecord?id="), rec.cve);
        rec.date_s = bh_feed_time(bh_doc_get_text(meta, "dateUpdated"));
        if (bh_str_is(bh_doc_get_text(meta, "state"), "REJECTED"))
                return fact(&rec, BH_FACT_REJECTED, (struct bh_str){ 0 }, err);
        r = fact(&rec, BH_FACT_TITLE, bh_doc_get_text(cna, "title"), err);
        if (r >= 0)
                r = read_container(&rec, cna, err);
        for (const struct bh_doc *a = bh_doc_first(bh_doc_get(containers, "adp")); a && r >= 0; a = a->next)
                r = read_container(&rec, a, err);
        return r;
}
