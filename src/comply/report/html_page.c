/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/report/html_page.h"

#include "base/text.h"
#include "fmt/clean.h"

const char bh_inspect_style[] =
        ":root{--ink:#1c2430;--soft:#5b6675;--line:#d8dde5;--wash:#f5f7fa}"
        "body{font:14px/1.5 system-ui,-apple-system,'Segoe UI','Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;color:var(--ink);"
        "max-width:1100px;margin:2rem auto;padding:0 1rem}"
        "header{display:flex;justify-content:space-between;gap:2rem;border-bottom:2px solid var(--ink);padding-bottom:1rem}"
        "h1{font-size:26px;margin:0}h2{font-size:19px;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}"
        "h3{font-size:15px;margin:1.4rem 0 .2rem}p{margin:.3rem 0}small{color:var(--soft);font-size:12px}.formula,.more{color:var(--soft);font-size:12px}"
        "table{border-collapse:collapse;width:100%;margin:.4rem 0}th{text-align:left;font-weight:600;background:var(--wash)}"
        "th,td{border:1px solid var(--line);padding:.25rem .5rem;vertical-align:top;overflow-wrap:anywhere}td.n{text-align:right;font-variant-numeric:tabular-nums}"
        "tr.sum{font-weight:600;background:var(--wash)}code{font:12px/1.45 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}"
        ".chip{display:inline-block;padding:0 .5em;border-radius:3px;font-size:12px;font-weight:600;background:#e6e9ee;color:#333}"
        ".chip.critical{background:#8f1239;color:#fff}.chip.high{background:#c2410c;color:#fff}.chip.medium{background:#f2c94c;color:#3b2f00}"
        ".chip.low{background:#cfe3f8;color:#123a63}.new{color:#8f1239;font-weight:600;font-size:12px}"
        ".score{text-align:center}.ring{width:104px}.ring circle{fill:none;stroke-width:4}.ring .rest{stroke:var(--line)}.ring .critical{stroke:#c2410c}"
        ".ring .medium{stroke:#d9a400}.ring .fine{stroke:#2e7d4f}.ring text{font-size:11px;font-weight:700;text-anchor:middle}"
        "section table{table-layout:fixed}section th:first-child{width:22%}section th:nth-child(2){width:40%}"
        "@media print{body{margin:0;max-width:none;font-size:11px}h3{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}"
        ".chip{border:1px solid #999;-webkit-print-color-adjust:exact;print-color-adjust:exact}@page{size:A4;margin:14mm}}";

void bh_html_raw(struct bh_html *p, const char *s) {
        bh_buf_puts(p->out->buf, s);
}

void bh_html_put(struct bh_html *p, struct bh_str s) {
        bh_put_xml(p->out->buf, s);
}

void bh_html_say(struct bh_html *p, enum bh_inspect_word w) {
        bh_html_raw(p, bh_inspect_word(p->opts->lang, w));
}

void bh_html_lines(struct bh_html *p, struct bh_str s) {
        struct bh_str line;
        bool more = false;

        while (bh_str_split(&s, '\n', &line)) {
                bh_html_raw(p, more ? "<br>" : "");
                bh_html_put(p, line);
                more = true;
        }
}

void bh_html_date(struct bh_html *p, int64_t s) {
        char text[21];

        bh_html_put(p, bh_str_part(bh_str_of(bh_time_print(s, text)), 0, 16));
        bh_html_raw(p, "Z");
}

void bh_html_cell(struct bh_html *p, struct bh_str s) {
        bh_html_raw(p, "<td>");
        bh_html_put(p, s);
        bh_html_raw(p, "</td>");
}

void bh_html_number(struct bh_html *p, uint64_t n) {
        bh_buf_printf(p->out->buf, "<td class=n>%llu</td>", (unsigned long long) n);
}

void bh_html_head(struct bh_html *p, enum bh_inspect_word w) {
        bh_html_raw(p, "<h2>");
        bh_html_say(p, w);
        bh_html_raw(p, "</h2>\n");
}

/* Ended by _BH_WORD_MAX. */
void bh_html_columns(struct bh_html *p, const enum bh_inspect_word *words) {
        bh_html_raw(p, "<table><thead><tr>");
        for (; *words != _BH_WORD_MAX; words++) {
                bh_html_raw(p, "<th>");
                bh_html_say(p, *words);
                bh_html_raw(p, "</th>");
        }
        bh_html_raw(p, "</tr></thead><tbody>\n");
}

void bh_html_end_table(struct bh_html *p) {
        bh_html_raw(p, "</tbody></table>\n");
}

void bh_html_more(struct bh_html *p, size_t more) {
        if (!more)
                return;
        bh_buf_printf(p->out->buf, "<p class=more>%zu ", more);
        bh_html_say(p, BH_WORD_MORE);
        bh_html_raw(p, "</p>\n");
}
