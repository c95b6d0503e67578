/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page that needs nothing else: for browsers, for printing, for mailing to
 * somebody without a terminal. English and Chinese stand side by side in it
 * and a switch shows one of them; without script it is English and whole.
 * A content security policy lets only our own script run, by its hash.
 */
#include "base/text.h"
#include "fmt/digest.h"
#include "wire/report/html_page.h"
#include "wire/report/html_write.h"

static void put_foot(struct bh_page *p) {
        char date[21];

        bh_page_raw(p, "<footer>");
        if (p->r->db.present && p->r->db.built_s > 0) {
                bh_page_say(p, (struct bh_words){ "Vulnerabilities as they were known on", "漏洞数据截至" });
                bh_buf_printf(p->out, " %.10s. ", bh_time_print(p->r->db.built_s, date));
        }
        bh_page_raw(p, "Bulkhead ");
        bh_page_put(p, p->r->version);
        bh_page_raw(p, "</footer>\n");
}

/* What a page of several begins with: each, and where it stands. */
static void put_index(struct bh_page *p, const struct bh_report *reports, size_t n) {
        bh_page_raw(p, "<div class=\"card wide\"><table data-sort><thead><tr>");
        bh_page_column(p, "t", (struct bh_words){ "report of", "报告对象" });
        bh_page_column(p, "n", (struct bh_words){ "risk", "风险" });
        bh_page_column(p, "n", (struct bh_words){ "vulnerabilities", "漏洞" });
        bh_page_column(p, "n", (struct bh_words){ "findings", "发现项" });
        bh_page_raw(p, "</tr></thead><tbody>\n");
        for (size_t i = 0; i < n; i++) {
                const struct bh_report *r = &reports[i];

                bh_buf_printf(p->out, "<tr><td><a href=\"#r%zu\">", i);
                bh_page_put(p, r->target);
                bh_buf_printf(p->out, "</a></td><td>%.0f</td><td>%u</td><td>%u</td></tr>\n", r->risk, r->n_vulns - r->n_vulns_hidden,
                              r->n_findings - r->n_findings_hidden);
        }
        bh_page_raw(p, "</tbody></table></div>\n");
}

static void put_report(struct bh_page *p, size_t number) {
        struct bh_report_groups groups = bh_report_group(p->arena, p->r);

        bh_buf_printf(p->out, "<article id=\"r%zu\">", number);
        bh_page_about(p);
        bh_page_summary(p);
        bh_page_notes(p);
        bh_page_advice(p);
        bh_page_findings(p, &groups);
        bh_page_vulns(p, &groups);
        bh_page_gaps(p);
        bh_page_layers(p);
        bh_page_packages(p);
        put_foot(p);
        bh_page_raw(p, "</article>\n");
}

/* The base64 of a script's SHA-256: how a policy names it. */
static struct bh_str script_hash(struct bh_arena *arena) {
        struct bh_str digest = bh_digest_sha256(arena, bh_str_of(bh_html_script));
        char bytes[32];

        if (!bh_str_cut_prefix(&digest, BH_STR("sha256:")) || !bh_unhex(digest, bytes, sizeof bytes))
                return BH_STR("");
        return bh_base64_encode(arena, (struct bh_str){ bytes, sizeof bytes });
}

int bh_report_html(struct bh_buf *out, const struct bh_report *reports, size_t n, const struct bh_report_opts *opts,
                   struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_page p = { out, NULL, arena };

        (void) opts;
        (void) err;
        bh_buf_printf(out, "<!DOCTYPE html>\n<html lang=\"en\" data-lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                           "script-src 'sha256-%.*s'; base-uri 'none'; form-action 'none'\">\n<title>",
                      BH_FMT(script_hash(arena)));
        if (n)
                bh_page_put(&p, reports[0].target);
        bh_page_raw(&p, " · Bulkhead</title>\n<style>");
        bh_page_raw(&p, bh_html_style);
        bh_page_raw(&p, "</style>\n</head>\n<body>\n<div class=\"top\"><div><span class=\"brand\">Bulkhead<small>");
        bh_page_say(&p, (struct bh_words){ "scan report", "扫描报告" });
        bh_page_raw(&p, "</small></span><span class=\"langs\"><button type=\"button\" value=\"en\" aria-pressed=\"true\">English</button>"
                "<button type=\"button\" value=\"zh\" aria-pressed=\"false\">中文</button></span></div></div>\n<main>\n");
        if (n > 1)
                put_index(&p, reports, n);
        for (size_t i = 0; i < n; i++) {
                p.r = &reports[i];
                put_report(&p, i);
        }
        bh_page_raw(&p, "</main>\n<script>");
        bh_page_raw(&p, bh_html_script);
        bh_page_raw(&p, "</script>\n</body>\n</html>\n");
        return 0;
}
