/* SPDX-License-Identifier: Apache-2.0 */
/* The table of vulnerabilities, and what is known of each. */
#include "base/text.h"
#include "wire/report/html_write.h"

enum { REFERENCES = 8 };

static const struct bh_words status_words[_BH_STATUS_MAX] = {
        { "no fix yet", "暂无修复" }, { "fixed", "已修复" }, { "will not be fixed", "不予修复" }, { "fix deferred", "推迟修复" },
        { "under investigation", "调查中" }, { "out of support", "已停止支持" }, { "unimportant", "厂商认为不重要" },
        { "not affected", "不受影响" }, { "withdrawn", "已撤回" }
};

/* A stranger's long text: its line breaks are kept. */
static void put_lines(struct bh_page *p, struct bh_str s) {
        struct bh_str line;
        bool more = false;

        while (bh_str_split(&s, '\n', &line)) {
                if (more)
                        bh_buf_putc(p->out, '\n');
                bh_page_put(p, line);
                more = true;
        }
}

static bool is_url(struct bh_str s) {
        if (!bh_str_starts(s, BH_STR("https://")) && !bh_str_starts(s, BH_STR("http://")))
                return false;
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] <= 32)
                        return false;
        return true;
}

static void link_to(struct bh_page *p, struct bh_str url, struct bh_str text) {
        bh_page_raw(p, "<a rel=\"noopener noreferrer\" href=\"");
        bh_page_put(p, url);
        bh_page_raw(p, "\">");
        bh_page_put(p, text);
        bh_page_raw(p, "</a>");
}

static void put_references(struct bh_page *p, const struct bh_vuln_text *t) {
        uint32_t shown = 0;

        bh_page_raw(p, "<ul class=\"refs\">");
        for (uint32_t i = 0; i < t->n_references && shown < REFERENCES; i++) {
                if (!is_url(t->references[i]))
                        continue;
                bh_page_raw(p, "<li>");
                link_to(p, t->references[i], t->references[i]);
                bh_page_raw(p, "</li>");
                shown++;
        }
        bh_page_raw(p, "</ul>");
}

/* The first line's worth, cut between words. */
static void put_short(struct bh_page *p, struct bh_str s) {
        struct bh_str cut = bh_text_fit(s, 120);
        ptrdiff_t blank = bh_str_rchr(cut, ' ');

        if (cut.len == s.len) {
                bh_page_put(p, s);
                return;
        }
        bh_page_put(p, blank > 60 ? bh_str_part(cut, 0, (size_t) blank) : cut);
        bh_page_raw(p, "…");
}

static void put_details(struct bh_page *p, const struct bh_vuln_finding *v) {
        if (!v->text.summary.len && !v->text.details.len && !v->exploit_why.len && !v->cvss_vector.len && !v->risk.n_factors && !v->text.n_references)
                return;
        bh_page_raw(p, "<details class=\"more\"><summary>");
        if (v->text.summary.len || v->text.details.len)
                put_short(p, v->text.summary.len ? v->text.summary : v->text.details);
        else
                bh_page_say(p, (struct bh_words){ "details", "详情" });
        bh_page_raw(p, "</summary>");
        if (v->exploit_why.len) {
                bh_page_raw(p, "<p class=\"hot-text\">");
                bh_page_put(p, v->exploit_why);
                bh_page_raw(p, "</p>");
        }
        if (v->cvss_vector.len) {
                bh_page_raw(p, "<p class=\"mono\">");
                bh_page_put(p, v->cvss_vector);
                bh_buf_printf(p->out, " (%.1f)</p>", v->cvss_score);
        }
        for (uint32_t i = 0; i < v->risk.n_factors; i++) {
                bh_page_raw(p, i ? "<br>" : "<p>");
                bh_page_put(p, v->risk.factors[i].name);
                bh_buf_printf(p->out, " × %.2f ", v->risk.factors[i].value);
                bh_page_put(p, v->risk.factors[i].words);
        }
        bh_page_raw(p, v->risk.n_factors ? "</p><p>" : "<p>");
        put_lines(p, v->text.details);
        bh_page_raw(p, "</p>");
        put_references(p, &v->text);
        bh_page_raw(p, "</details>");
}

static void put_row_tags(struct bh_page *p, const struct bh_vuln_finding *v) {
        bh_page_raw(p, "<tr data-t=\"");
        if (v->severity >= BH_SEVERITY_HIGH)
                bh_page_raw(p, "bad ");
        if (v->exploit >= BH_EXPLOIT_LEVEL_EXPLOIT)
                bh_page_raw(p, "exploit ");
        if (v->match.fixed.len)
                bh_page_raw(p, "fix");
        bh_page_raw(p, "\">");
}

static void put_vuln(struct bh_page *p, const struct bh_report_group *g, const struct bh_vuln_row *row) {
        const struct bh_vuln_finding *v = row->v;
        const struct bh_package *pkg = &p->r->packages[v->package];
        char url[160];

        put_row_tags(p, v);
        bh_buf_printf(p->out, "<td class=\"num %s\" data-v=\"%.3f\">%.0f<span class=\"meter\"><i style=\"width:%.0f%%\"></i></span></td>",
                      bh_page_risk_colour(v->risk.score), v->risk.score, v->risk.score, BH_MIN(v->risk.score, 100.0));
        bh_buf_printf(p->out, "<td data-v=\"%d\">", (int) v->severity);
        bh_page_severity(p, v->severity);
        bh_page_raw(p, "</td><td class=\"id\">");
        if (*bh_report_vuln_url(v->vuln.id, url, sizeof url))
                link_to(p, bh_str_of(url), v->vuln.id);
        else
                bh_page_put(p, v->vuln.id);
        bh_page_raw(p, "</td><td><b>");
        bh_page_put(p, row->packages);
        bh_page_raw(p, "</b>");
        bh_page_side(p, g->side, g->owner);
        if (!bh_eco_is_os(pkg->eco) && pkg->location.len) {
                bh_page_raw(p, "<br><code>");
                bh_page_put(p, pkg->location);
                bh_page_raw(p, "</code>");
        }
        put_details(p, v);
        bh_page_raw(p, "</td><td class=\"mono\">");
        bh_page_put(p, pkg->version);
        bh_buf_printf(p->out, "</td><td class=\"%s\">", v->match.fixed.len ? "fix mono" : "nofix");
        if (v->match.fixed.len)
                bh_page_put(p, v->match.fixed);
        else
                bh_page_say(p, status_words[v->match.status]);
        bh_buf_printf(p->out, "</td><td data-v=\"%d\"%s>", (int) v->exploit, v->exploit >= BH_EXPLOIT_LEVEL_WEAPONISED ? " class=\"hot-text\"" : "");
        bh_page_say(p, bh_exploit_words[v->exploit]);
        bh_page_raw(p, "</td></tr>\n");
}

static void put_toggle(struct bh_page *p, const char *value, struct bh_words w) {
        bh_buf_printf(p->out, "<button type=\"button\" value=\"%s\" aria-pressed=\"false\">", value);
        bh_page_say(p, w);
        bh_page_raw(p, "</button>");
}

void bh_page_vulns(struct bh_page *p, const struct bh_report_groups *groups) {
        bh_page_heading(p, (struct bh_words){ "Vulnerabilities", "漏洞" }, p->r->n_vulns - p->r->n_vulns_hidden);
        if (!p->r->db.present) {
                bh_page_raw(p, "<div class=\"card note\">");
                bh_page_say(p, (struct bh_words){ "They were not looked up: there is no database.", "未查询漏洞：没有漏洞库。" });
                bh_page_raw(p, "</div>\n");
                return;
        }
        bh_page_raw(p, "<section data-filter><div class=\"tools\"><input type=\"search\" placeholder=\"filter\" data-en=\"filter: package, CVE, version\" "
               "data-zh=\"筛选：软件包、CVE、版本\">");
        put_toggle(p, "bad", (struct bh_words){ "critical and high", "严重与高危" });
        put_toggle(p, "exploit", (struct bh_words){ "exploit known", "有利用代码" });
        put_toggle(p, "fix", (struct bh_words){ "fix available", "有修复版本" });
        bh_page_raw(p, "</div><div class=\"card wide\"><table data-sort><thead><tr>");
        bh_page_column(p, "n", (struct bh_words){ "risk", "风险" });
        bh_page_column(p, "n", (struct bh_words){ "severity", "等级" });
        bh_page_column(p, "t", (struct bh_words){ "vulnerability", "漏洞编号" });
        bh_page_column(p, "t", (struct bh_words){ "package", "软件包" });
        bh_page_column(p, "t", (struct bh_words){ "installed", "当前版本" });
        bh_page_column(p, "t", (struct bh_words){ "fixed in", "修复版本" });
        bh_page_column(p, "n", (struct bh_words){ "exploit", "利用情况" });
        bh_page_raw(p, "</tr></thead><tbody>\n");
        for (uint32_t g = 0; g < groups->n; g++)
                for (uint32_t i = 0; i < groups->at[g].n_vulns; i++)
                        put_vuln(p, &groups->at[g], &groups->at[g].vulns[i]);
        bh_page_raw(p, "</tbody></table></div></section>\n");
}
