/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page that needs nothing else: for browsers, for printing, for mailing to
 * somebody without a terminal. English and Chinese stand side by side in it
 * and a switch shows one of them; without script it is English and whole.
 * A content security policy lets only our own script run, by its hash.
 */
#include "base/text.h"
#include "fmt/digest.h"
#include "wire/report/common.h"
#include "wire/report/html_page.h"
#include "wire/report/rows.h"

enum { PLACES = 20, REFERENCES = 8 };

struct page {
        struct bh_buf *out;
        const struct bh_report *r;
        struct bh_arena *arena;
};

struct words {
        const char *en, *zh;
};

static const struct words severity_words[_BH_SEVERITY_MAX] = { { "unknown", "未知" }, { "info", "提示" }, { "low", "低危" },
                                                               { "medium", "中危" }, { "high", "高危" }, { "critical", "严重" } };
static const struct words exploit_words[_BH_EXPLOIT_LEVEL_MAX] = {
        { "", "" }, { "proof of concept", "概念验证" }, { "public exploit", "公开利用代码" }, { "weaponised", "已武器化" }, { "in the wild", "在野利用" }
};
static const struct words kind_words[_BH_FINDING_MAX] = { { "vulnerability", "漏洞" }, { "secret", "敏感信息" }, { "malware", "恶意软件" },
                                                          { "webshell", "网页后门" }, { "configuration", "配置" }, { "integrity", "完整性" },
                                                          { "tamper", "篡改" }, { "licence", "许可证" }, { "weight", "冗余体积" } };
static const struct words side_words[_BH_SIDE_MAX] = { { "", "" }, { "base image", "基础镜像" }, { "application", "应用" } };
static const struct words status_words[_BH_STATUS_MAX] = {
        { "no fix yet", "暂无修复" }, { "fixed", "已修复" }, { "will not be fixed", "不予修复" }, { "fix deferred", "推迟修复" },
        { "under investigation", "调查中" }, { "out of support", "已停止支持" }, { "unimportant", "厂商认为不重要" },
        { "not affected", "不受影响" }, { "withdrawn", "已撤回" }
};

static void raw(struct page *p, const char *s) {
        bh_buf_puts(p->out, s);
}

/* Our own words, in both languages. */
static void say(struct page *p, struct words w) {
        bh_buf_printf(p->out, "<span lang=\"en\">%s</span><span lang=\"zh\">%s</span>", w.en, w.zh);
}

static void put(struct page *p, struct bh_str s) {
        bh_put_xml(p->out, s);
}

/* A stranger's long text: its line breaks are kept. */
static void put_lines(struct page *p, struct bh_str s) {
        struct bh_str line;
        bool more = false;

        while (bh_str_split(&s, '\n', &line)) {
                if (more)
                        bh_buf_putc(p->out, '\n');
                put(p, line);
                more = true;
        }
}

static void heading(struct page *p, struct words w, uint32_t n) {
        raw(p, "<h2>");
        say(p, w);
        if (n)
                bh_buf_printf(p->out, "<span class=\"n\">%u</span>", n);
        raw(p, "</h2>\n");
}

static void column(struct page *p, const char *kind, struct words w) {
        if (*kind)
                bh_buf_printf(p->out, "<th data-k=\"%s\">", kind);
        else
                raw(p, "<th>");
        say(p, w);
        raw(p, "</th>");
}

static void put_severity(struct page *p, enum bh_severity s) {
        bh_buf_printf(p->out, "<span class=\"sev %s\">", bh_severity_str(s));
        say(p, severity_words[s]);
        raw(p, "</span>");
}

static bool is_url(struct bh_str s) {
        if (!bh_str_starts(s, BH_STR("https://")) && !bh_str_starts(s, BH_STR("http://")))
                return false;
        for (size_t i = 0; i < s.len; i++)
                if ((unsigned char) s.at[i] <= 32)
                        return false;
        return true;
}

static void link_to(struct page *p, struct bh_str url, struct bh_str text) {
        raw(p, "<a rel=\"noopener noreferrer\" href=\"");
        put(p, url);
        raw(p, "\">");
        put(p, text);
        raw(p, "</a>");
}

static void put_about(struct page *p) {
        const struct bh_report *r = p->r;
        struct bh_str release = bh_report_release(&r->release);
        char date[21];

        raw(p, "<h1>");
        put(p, r->target);
        raw(p, "</h1>\n<p class=\"about\">");
        put(p, release);
        if (r->end_of_life) {
                raw(p, " <b class=\"hot-text\">");
                say(p, (struct words){ "out of support", "已停止支持" });
                raw(p, "</b>");
        }
        if (r->image.platform.architecture.len) {
                raw(p, release.len ? " · " : "");
                put(p, r->image.platform.os);
                raw(p, "/");
                put(p, r->image.platform.architecture);
        }
        bh_buf_printf(p->out, "%s%u ", release.len || r->image.platform.architecture.len ? " · " : "", r->n_packages);
        say(p, (struct words){ "packages", "个软件包" });
        if (r->n_layers > 1) {
                bh_buf_printf(p->out, " · %u ", r->n_layers);
                say(p, (struct words){ "layers", "个镜像层" });
        }
        if (r->image.created_s > 0) {
                raw(p, " · ");
                say(p, (struct words){ "made", "构建于" });
                bh_buf_printf(p->out, " %.10s", bh_time_print(r->image.created_s, date));
        }
        raw(p, "</p>\n");
        if (r->image.config_digest.len) {
                raw(p, "<p class=\"digest mono\">");
                put(p, r->image.config_digest);
                raw(p, "</p>\n");
        }
}

static const char *risk_colour(double risk) {
        return risk >= 70 ? "critical" : risk >= 40 ? "high" : risk >= 15 ? "medium" : "low";
}

/* A ring of circumference 100, so that the score is the length of its arc. */
static void put_ring(struct page *p) {
        double risk = p->r->risk;

        bh_buf_printf(p->out, "<div class=\"card risk %s\"><svg viewBox=\"0 0 40 40\" role=\"img\">"
                              "<circle cx=\"20\" cy=\"20\" r=\"15.9155\" fill=\"none\" stroke=\"var(--line)\" stroke-width=\"4\"/>"
                              "<circle cx=\"20\" cy=\"20\" r=\"15.9155\" fill=\"none\" stroke=\"var(--c)\" stroke-width=\"4\" stroke-linecap=\"round\" "
                              "stroke-dasharray=\"%.1f 100\" transform=\"rotate(-90 20 20)\"/>"
                              "<text x=\"20\" y=\"22.5\" text-anchor=\"middle\" style=\"font-size:10px\" class=\"num\">%.0f</text>"
                              "<text x=\"20\" y=\"27.5\" text-anchor=\"middle\" style=\"font-size:3.4px\" class=\"of\">/ 100</text></svg><span>",
                      risk_colour(risk), BH_MIN(risk, 100.0), risk);
        say(p, (struct words){ "risk", "风险评分" });
        raw(p, "</span></div>\n");
}

static void put_chip(struct page *p, const char *class, uint32_t n, struct words w) {
        if (!n)
                return;
        bh_buf_printf(p->out, "<span class=\"chip %s\"><b>%u</b> ", class, n);
        say(p, w);
        raw(p, "</span>");
}

static void put_chips(struct page *p, const struct bh_report_counts *c) {
        static const char *const classes[_BH_EXPLOIT_LEVEL_MAX] = { "", "", "warm", "warm", "hot" };

        raw(p, "<div class=\"chips\">");
        for (unsigned i = _BH_EXPLOIT_LEVEL_MAX; i-- > 1;)
                put_chip(p, classes[i], c->exploit[i], exploit_words[i]);
        put_chip(p, "good", c->fixable, (struct words){ "can be fixed by an upgrade", "可通过升级修复" });
        for (unsigned i = 0; i < _BH_FINDING_MAX; i++)
                put_chip(p, "", c->finding[i], kind_words[i]);
        put_chip(p, "", p->r->n_vulns_hidden + p->r->n_findings_hidden, (struct words){ "not counted (exceptions, VEX)", "未计入（例外、VEX）" });
        raw(p, "</div>");
}

static const struct words licence_words[_BH_LICENCE_CLASS_MAX] = { { "licence unknown", "许可证未知" },
                                                                   { "public domain", "公有领域" },
                                                                   { "permissive licences", "宽松许可证" },
                                                                   { "weak copyleft", "弱著佐权" },
                                                                   { "strong copyleft", "强著佐权" },
                                                                   { "network copyleft", "网络著佐权" },
                                                                   { "source available", "源码可见但受限" },
                                                                   { "proprietary", "专有许可证" } };

static void put_licences(struct page *p) {
        if (!p->r->licences.known)
                return;
        raw(p, "<div class=\"chips\">");
        for (unsigned i = _BH_LICENCE_CLASS_MAX; i-- > 0;)
                put_chip(p, i > BH_LICENCE_STRONG_COPYLEFT || i == BH_LICENCE_UNKNOWN ? "warm" : "", p->r->licences.n[i], licence_words[i]);
        raw(p, "</div>");
}

static void put_summary(struct page *p) {
        struct bh_report_counts c = bh_report_count(p->r);
        uint32_t all = 0;

        raw(p, "<div class=\"sum\">");
        put_ring(p);
        raw(p, "<div class=\"card\"><div class=\"tiles\">");
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;) {
                all += c.severity[i];
                bh_buf_printf(p->out, "<div class=\"tile %s%s\"><b>%u</b>", bh_severity_str((enum bh_severity) i), c.severity[i] ? "" : " zero", c.severity[i]);
                say(p, severity_words[i]);
                raw(p, "</div>");
        }
        raw(p, "</div><div class=\"bar\">");
        for (unsigned i = _BH_SEVERITY_MAX; all && i-- > 0;)
                if (c.severity[i])
                        bh_buf_printf(p->out, "<i class=\"%s\" style=\"width:%.3f%%\"></i>", bh_severity_str((enum bh_severity) i), 100.0 * c.severity[i] / all);
        raw(p, "</div>");
        put_chips(p, &c);
        put_licences(p);
        raw(p, "</div></div>\n");
}

static void put_notes(struct page *p) {
        for (uint32_t i = 0; i < p->r->n_notes; i++) {
                raw(p, "<div class=\"card note\">");
                put(p, p->r->notes[i]);
                raw(p, "</div>\n");
        }
}

static void put_advice(struct page *p) {
        if (!p->r->n_advice)
                return;
        heading(p, (struct words){ "What to do first", "优先处理" }, 0);
        raw(p, "<div class=\"card\"><ol class=\"first\">");
        for (uint32_t i = 0; i < p->r->n_advice; i++) {
                const struct bh_advice *a = &p->r->advice[i];

                raw(p, "<li><span>");
                put(p, a->text);
                if (a->owner.len) {
                        raw(p, " <span class=\"tag\">");
                        put(p, a->owner);
                        raw(p, "</span>");
                }
                raw(p, "</span><span class=\"why\">");
                if (a->n_vulns) {
                        say(p, (struct words){ "mends", "可修复" });
                        bh_buf_printf(p->out, " %u", a->n_vulns);
                }
                if (a->n_critical) {
                        bh_buf_printf(p->out, ", %u ", a->n_critical);
                        say(p, severity_words[BH_SEVERITY_CRITICAL]);
                }
                if (a->n_exploited) {
                        bh_buf_printf(p->out, ", %u ", a->n_exploited);
                        say(p, (struct words){ "exploited", "已被利用" });
                }
                raw(p, "</span></li>");
        }
        raw(p, "</ol></div>\n");
}

static void put_side(struct page *p, enum bh_side side, struct bh_str owner) {
        if (side != BH_SIDE_UNKNOWN) {
                raw(p, " <span class=\"tag\">");
                say(p, side_words[side]);
                raw(p, "</span>");
        }
        if (owner.len) {
                raw(p, " <span class=\"tag\">");
                put(p, owner);
                raw(p, "</span>");
        }
}

static void put_place(struct page *p, const struct bh_finding *f) {
        raw(p, "<li><code>");
        put(p, f->path.len ? f->path : BH_STR("image"));
        if (f->line)
                bh_buf_printf(p->out, ":%u", f->line);
        raw(p, "</code> ");
        put(p, f->evidence);
        if (f->more)
                bh_buf_printf(p->out, " (+%u)", f->more);
        if (f->removed) {
                raw(p, " <span class=\"tag\">");
                say(p, (struct words){ "removed later, still in the image", "后续层已删除，但仍在镜像中" });
                raw(p, "</span>");
        }
        raw(p, "</li>");
}

static void put_finding(struct page *p, const struct bh_report_group *g, const struct bh_finding_row *row) {
        const struct bh_finding *f = &row->first->finding;
        struct bh_str mend = row->first->whose.mend.len ? row->first->whose.mend : f->mend;

        bh_buf_printf(p->out, "<div class=\"card finding %s\"><h3>", bh_severity_str(f->severity));
        put_severity(p, f->severity);
        raw(p, " · ");
        say(p, kind_words[f->kind]);
        raw(p, ": ");
        put(p, f->title.len ? f->title : f->rule);
        raw(p, "<code>");
        put(p, f->rule);
        raw(p, "</code>");
        put_side(p, g->side, g->owner);
        raw(p, "</h3>");
        if (f->detail.len) {
                raw(p, "<div>");
                put(p, f->detail);
                raw(p, "</div>");
        }
        raw(p, "<ul>");
        for (uint32_t i = 0; i < row->n && i < PLACES; i++)
                put_place(p, &row->all[i]->finding);
        if (row->n > PLACES)
                bh_buf_printf(p->out, "<li>… +%u</li>", row->n - PLACES);
        raw(p, "</ul>");
        if (mend.len) {
                raw(p, "<p class=\"do\">→ ");
                put(p, mend);
                raw(p, "</p>");
        }
        raw(p, "</div>\n");
}

static void put_findings(struct page *p, const struct bh_report_groups *groups) {
        if (p->r->n_findings == p->r->n_findings_hidden)
                return;
        heading(p, (struct words){ "Findings", "发现" }, p->r->n_findings - p->r->n_findings_hidden);
        for (uint32_t g = 0; g < groups->n; g++)
                for (uint32_t i = 0; i < groups->at[g].n_findings; i++)
                        put_finding(p, &groups->at[g], &groups->at[g].findings[i]);
}

static void put_references(struct page *p, const struct bh_vuln_text *t) {
        uint32_t shown = 0;

        raw(p, "<ul class=\"refs\">");
        for (uint32_t i = 0; i < t->n_references && shown < REFERENCES; i++) {
                if (!is_url(t->references[i]))
                        continue;
                raw(p, "<li>");
                link_to(p, t->references[i], t->references[i]);
                raw(p, "</li>");
                shown++;
        }
        raw(p, "</ul>");
}

/* The first line's worth, cut between words. */
static void put_short(struct page *p, struct bh_str s) {
        struct bh_str cut = bh_text_fit(s, 120);
        ptrdiff_t blank = bh_str_rchr(cut, ' ');

        if (cut.len == s.len) {
                put(p, s);
                return;
        }
        put(p, blank > 60 ? bh_str_part(cut, 0, (size_t) blank) : cut);
        raw(p, "…");
}

static void put_details(struct page *p, const struct bh_vuln_finding *v) {
        raw(p, "<details class=\"more\"><summary>");
        put_short(p, v->text.summary.len ? v->text.summary : v->text.details);
        raw(p, "</summary>");
        if (v->exploit_why.len) {
                raw(p, "<p class=\"hot-text\">");
                put(p, v->exploit_why);
                raw(p, "</p>");
        }
        if (v->cvss_vector.len) {
                raw(p, "<p class=\"mono\">");
                put(p, v->cvss_vector);
                bh_buf_printf(p->out, " (%.1f)</p>", v->cvss_score);
        }
        for (uint32_t i = 0; i < v->risk.n_factors; i++) {
                raw(p, i ? "<br>" : "<p>");
                put(p, v->risk.factors[i].name);
                bh_buf_printf(p->out, " × %.2f ", v->risk.factors[i].value);
                put(p, v->risk.factors[i].words);
        }
        raw(p, v->risk.n_factors ? "</p><p>" : "<p>");
        put_lines(p, v->text.details);
        raw(p, "</p>");
        put_references(p, &v->text);
        raw(p, "</details>");
}

static void put_row_tags(struct page *p, const struct bh_vuln_finding *v) {
        raw(p, "<tr data-t=\"");
        if (v->severity >= BH_SEVERITY_HIGH)
                raw(p, "bad ");
        if (v->exploit >= BH_EXPLOIT_LEVEL_EXPLOIT)
                raw(p, "exploit ");
        if (v->match.fixed.len)
                raw(p, "fix");
        raw(p, "\">");
}

static void put_vuln(struct page *p, const struct bh_report_group *g, const struct bh_vuln_row *row) {
        const struct bh_vuln_finding *v = row->v;
        const struct bh_package *pkg = &p->r->packages[v->package];
        char url[160];

        put_row_tags(p, v);
        bh_buf_printf(p->out, "<td class=\"num %s\" data-v=\"%.3f\">%.0f<span class=\"meter\"><i style=\"width:%.0f%%\"></i></span></td>",
                      risk_colour(v->risk.score), v->risk.score, v->risk.score, BH_MIN(v->risk.score, 100.0));
        bh_buf_printf(p->out, "<td data-v=\"%d\">", (int) v->severity);
        put_severity(p, v->severity);
        raw(p, "</td><td class=\"id\">");
        if (*bh_report_vuln_url(v->vuln.id, url, sizeof url))
                link_to(p, bh_str_of(url), v->vuln.id);
        else
                put(p, v->vuln.id);
        raw(p, "</td><td><b>");
        put(p, row->packages);
        raw(p, "</b>");
        put_side(p, g->side, g->owner);
        if (!bh_eco_is_os(pkg->eco) && pkg->location.len) {
                raw(p, "<br><code>");
                put(p, pkg->location);
                raw(p, "</code>");
        }
        put_details(p, v);
        raw(p, "</td><td class=\"mono\">");
        put(p, pkg->version);
        bh_buf_printf(p->out, "</td><td class=\"%s\">", v->match.fixed.len ? "fix mono" : "nofix");
        if (v->match.fixed.len)
                put(p, v->match.fixed);
        else
                say(p, status_words[v->match.status]);
        bh_buf_printf(p->out, "</td><td data-v=\"%d\"%s>", (int) v->exploit, v->exploit >= BH_EXPLOIT_LEVEL_WEAPONISED ? " class=\"hot-text\"" : "");
        say(p, exploit_words[v->exploit]);
        raw(p, "</td></tr>\n");
}

static void put_toggle(struct page *p, const char *value, struct words w) {
        bh_buf_printf(p->out, "<button type=\"button\" value=\"%s\" aria-pressed=\"false\">", value);
        say(p, w);
        raw(p, "</button>");
}

static void put_vulns(struct page *p, const struct bh_report_groups *groups) {
        heading(p, (struct words){ "Vulnerabilities", "漏洞" }, p->r->n_vulns - p->r->n_vulns_hidden);
        if (!p->r->db.present) {
                raw(p, "<div class=\"card note\">");
                say(p, (struct words){ "They were not looked up: there is no database.", "未查询漏洞：没有漏洞库。" });
                raw(p, "</div>\n");
                return;
        }
        raw(p, "<section data-filter><div class=\"tools\"><input type=\"search\" placeholder=\"filter\" data-en=\"filter: package, CVE, version\" "
               "data-zh=\"筛选：软件包、CVE、版本\">");
        put_toggle(p, "bad", (struct words){ "critical and high", "严重与高危" });
        put_toggle(p, "exploit", (struct words){ "exploit known", "有利用代码" });
        put_toggle(p, "fix", (struct words){ "fix available", "有修复版本" });
        raw(p, "</div><div class=\"card wide\"><table data-sort><thead><tr>");
        column(p, "n", (struct words){ "risk", "风险" });
        column(p, "n", (struct words){ "severity", "等级" });
        column(p, "t", (struct words){ "vulnerability", "漏洞编号" });
        column(p, "t", (struct words){ "package", "软件包" });
        column(p, "t", (struct words){ "installed", "当前版本" });
        column(p, "t", (struct words){ "fixed in", "修复版本" });
        column(p, "n", (struct words){ "exploit", "利用情况" });
        raw(p, "</tr></thead><tbody>\n");
        for (uint32_t g = 0; g < groups->n; g++)
                for (uint32_t i = 0; i < groups->at[g].n_vulns; i++)
                        put_vuln(p, &groups->at[g], &groups->at[g].vulns[i]);
        raw(p, "</tbody></table></div></section>\n");
}

static void put_size(struct page *p, uint64_t bytes) {
        bh_buf_printf(p->out, "<td class=\"num\" data-v=\"%llu\">%.1f MiB</td>", (unsigned long long) bytes, (double) bytes / (1024 * 1024));
}

static void put_layers(struct page *p) {
        if (p->r->n_layers < 2)
                return;
        heading(p, (struct words){ "Layers", "镜像层" }, p->r->n_layers);
        raw(p, "<div class=\"card wide\"><table data-sort><thead><tr>");
        column(p, "n", (struct words){ "no.", "序号" });
        column(p, "t", (struct words){ "instruction", "构建指令" });
        column(p, "n", (struct words){ "size", "大小" });
        column(p, "n", (struct words){ "wasted", "浪费" });
        raw(p, "</tr></thead><tbody>");
        for (uint32_t i = 0; i < p->r->n_layers; i++) {
                const struct bh_report_layer *l = &p->r->layers[i];

                bh_buf_printf(p->out, "<tr><td class=\"num\">%u</td><td><code>", i);
                put(p, l->instruction.len ? l->instruction : l->diff_id);
                raw(p, "</code>");
                put_side(p, l->side, l->owner);
                raw(p, "</td>");
                put_size(p, l->bytes);
                put_size(p, l->wasted_bytes);
                raw(p, "</tr>\n");
        }
        raw(p, "</tbody></table></div>\n");
}

static void put_packages(struct page *p) {
        heading(p, (struct words){ "Packages", "软件包" }, p->r->n_packages);
        raw(p, "<details class=\"more\"><summary>");
        say(p, (struct words){ "show all", "全部显示" });
        raw(p, "</summary><section data-filter><div class=\"tools\"><input type=\"search\" placeholder=\"filter\" data-en=\"filter\" data-zh=\"筛选\"></div>"
               "<div class=\"card wide\"><table data-sort><thead><tr>");
        column(p, "t", (struct words){ "type", "类型" });
        column(p, "t", (struct words){ "name", "名称" });
        column(p, "t", (struct words){ "version", "版本" });
        column(p, "t", (struct words){ "licence", "许可证" });
        if (p->r->licences.known)
                column(p, "t", (struct words){ "class", "类别" });
        column(p, "t", (struct words){ "location", "位置" });
        raw(p, "</tr></thead><tbody>\n");
        for (uint32_t i = 0; i < p->r->n_packages; i++) {
                const struct bh_package *k = &p->r->packages[i];

                bh_buf_printf(p->out, "<tr><td>%s</td><td>", bh_eco_str(k->eco));
                put(p, k->name);
                raw(p, "</td><td class=\"mono\">");
                put(p, k->version);
                raw(p, "</td><td>");
                put(p, k->licence);
                if (p->r->licences.known) {
                        raw(p, "</td><td>");
                        say(p, licence_words[k->licence_class]);
                }
                raw(p, "</td><td><code>");
                put(p, k->location);
                raw(p, "</code></td></tr>\n");
        }
        raw(p, "</tbody></table></div></section></details>\n");
}

static void put_gaps(struct page *p) {
        if (!p->r->n_gaps)
                return;
        heading(p, (struct words){ "What could not be read", "未能读取的内容" }, p->r->n_gaps);
        raw(p, "<div class=\"card gaps\"><ul>");
        for (uint32_t i = 0; i < p->r->n_gaps; i++) {
                raw(p, "<li><code>");
                put(p, p->r->gaps[i].where);
                raw(p, "</code>: ");
                put(p, p->r->gaps[i].why);
                raw(p, "</li>");
        }
        raw(p, "</ul></div>\n");
}

static void put_foot(struct page *p) {
        char date[21];

        raw(p, "<footer>");
        if (p->r->db.present && p->r->db.built_s > 0) {
                say(p, (struct words){ "Vulnerabilities as they were known on", "漏洞数据截至" });
                bh_buf_printf(p->out, " %.10s. ", bh_time_print(p->r->db.built_s, date));
        }
        raw(p, "Bulkhead ");
        put(p, p->r->version);
        raw(p, "</footer>\n");
}

static void put_report(struct page *p) {
        struct bh_report_groups groups = bh_report_group(p->arena, p->r);

        raw(p, "<article>");
        put_about(p);
        put_summary(p);
        put_notes(p);
        put_advice(p);
        put_findings(p, &groups);
        put_vulns(p, &groups);
        put_gaps(p);
        put_layers(p);
        put_packages(p);
        put_foot(p);
        raw(p, "</article>\n");
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
        struct page p = { out, NULL, arena };

        (void) opts;
        (void) err;
        bh_buf_printf(out, "<!DOCTYPE html>\n<html lang=\"en\" data-lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
                           "script-src 'sha256-%.*s'; base-uri 'none'; form-action 'none'\">\n<title>",
                      BH_FMT(script_hash(arena)));
        if (n)
                put(&p, reports[0].target);
        raw(&p, " · Bulkhead</title>\n<style>");
        raw(&p, bh_html_style);
        raw(&p, "</style>\n</head>\n<body>\n<div class=\"top\"><div><span class=\"brand\">Bulkhead<small>");
        say(&p, (struct words){ "scan report", "扫描报告" });
        raw(&p, "</small></span><span class=\"langs\"><button type=\"button\" value=\"en\" aria-pressed=\"true\">English</button>"
                "<button type=\"button\" value=\"zh\" aria-pressed=\"false\">中文</button></span></div></div>\n<main>\n");
        for (size_t i = 0; i < n; i++) {
                p.r = &reports[i];
                put_report(&p);
        }
        raw(&p, "</main>\n<script>");
        raw(&p, bh_html_script);
        raw(&p, "</script>\n</body>\n</html>\n");
        return 0;
}
