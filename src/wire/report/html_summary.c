/* SPDX-License-Identifier: Apache-2.0 */
/* The upper end of a report: what was looked at, how bad it is, what to do first. */
#include "base/text.h"
#include "wire/report/html_write.h"

void bh_page_about(struct bh_page *p) {
        const struct bh_report *r = p->r;
        struct bh_str release = bh_report_release(&r->release);
        char date[21];

        bh_page_raw(p, "<h1>");
        bh_page_put(p, r->target);
        bh_page_raw(p, "</h1>\n<p class=\"about\">");
        bh_page_put(p, release);
        if (r->end_of_life) {
                bh_page_raw(p, " <b class=\"hot-text\">");
                bh_page_say(p, (struct bh_words){ "out of support", "已停止支持" });
                bh_page_raw(p, "</b>");
        }
        if (r->image.platform.architecture.len) {
                bh_page_raw(p, release.len ? " · " : "");
                bh_page_put(p, r->image.platform.os);
                bh_page_raw(p, "/");
                bh_page_put(p, r->image.platform.architecture);
        }
        bh_buf_printf(p->out, "%s%u ", release.len || r->image.platform.architecture.len ? " · " : "", r->n_packages);
        bh_page_say(p, (struct bh_words){ "packages", "个软件包" });
        if (r->n_layers > 1) {
                bh_buf_printf(p->out, " · %u ", r->n_layers);
                bh_page_say(p, (struct bh_words){ "layers", "个镜像层" });
        }
        if (r->image.created_s > 0) {
                bh_page_raw(p, " · ");
                bh_page_say(p, (struct bh_words){ "made", "构建于" });
                bh_buf_printf(p->out, " %.10s", bh_time_print(r->image.created_s, date));
        }
        bh_page_raw(p, "</p>\n");
        if (r->image.config_digest.len) {
                bh_page_raw(p, "<p class=\"digest mono\">");
                bh_page_put(p, r->image.config_digest);
                bh_page_raw(p, "</p>\n");
        }
}

/* A ring of circumference 100, so that the score is the length of its arc. */
static void put_ring(struct bh_page *p) {
        double risk = p->r->risk;

        bh_buf_printf(p->out, "<div class=\"card risk %s\"><svg viewBox=\"0 0 40 40\" role=\"img\">"
                              "<circle cx=\"20\" cy=\"20\" r=\"15.9155\" fill=\"none\" stroke=\"var(--line)\" stroke-width=\"4\"/>"
                              "<circle cx=\"20\" cy=\"20\" r=\"15.9155\" fill=\"none\" stroke=\"var(--c)\" stroke-width=\"4\" stroke-linecap=\"round\" "
                              "stroke-dasharray=\"%.1f 100\" transform=\"rotate(-90 20 20)\"/>"
                              "<text x=\"20\" y=\"22.5\" text-anchor=\"middle\" style=\"font-size:10px\" class=\"num\">%.0f</text>"
                              "<text x=\"20\" y=\"27.5\" text-anchor=\"middle\" style=\"font-size:3.4px\" class=\"of\">/ 100</text></svg><span>",
                      bh_page_risk_colour(risk), BH_MIN(risk, 100.0), risk);
        bh_page_say(p, (struct bh_words){ "risk", "风险评分" });
        bh_page_raw(p, "</span></div>\n");
}

static void put_chip(struct bh_page *p, const char *class, uint32_t n, struct bh_words w) {
        if (!n)
                return;
        bh_buf_printf(p->out, "<span class=\"chip %s\"><b>%u</b> ", class, n);
        bh_page_say(p, w);
        bh_page_raw(p, "</span>");
}

static void put_chips(struct bh_page *p, const struct bh_report_counts *c) {
        static const char *const classes[_BH_EXPLOIT_LEVEL_MAX] = { "", "", "warm", "warm", "hot" };

        bh_page_raw(p, "<div class=\"chips\">");
        for (unsigned i = _BH_EXPLOIT_LEVEL_MAX; i-- > 1;)
                put_chip(p, classes[i], c->exploit[i], bh_exploit_words[i]);
        put_chip(p, "good", c->fixable, (struct bh_words){ "can be fixed by an upgrade", "可通过升级修复" });
        for (unsigned i = 0; i < _BH_FINDING_MAX; i++)
                put_chip(p, "", c->finding[i], bh_kind_words[i]);
        put_chip(p, "", p->r->n_vulns_hidden + p->r->n_findings_hidden, (struct bh_words){ "not counted (exceptions, VEX)", "未计入（例外、VEX）" });
        bh_page_raw(p, "</div>");
}

static void put_licences(struct bh_page *p) {
        if (!p->r->licences.known)
                return;
        bh_page_raw(p, "<div class=\"chips\">");
        for (unsigned i = _BH_LICENCE_CLASS_MAX; i-- > 0;)
                put_chip(p, i > BH_LICENCE_STRONG_COPYLEFT || i == BH_LICENCE_UNKNOWN ? "warm" : "", p->r->licences.n[i], bh_licence_words[i]);
        bh_page_raw(p, "</div>");
}

void bh_page_summary(struct bh_page *p) {
        struct bh_report_counts c = bh_report_count(p->r);
        uint32_t all = 0;

        bh_page_raw(p, "<div class=\"sum\">");
        put_ring(p);
        bh_page_raw(p, "<div class=\"card\"><div class=\"tiles\">");
        for (unsigned i = _BH_SEVERITY_MAX; i-- > 0;) {
                all += c.severity[i];
                bh_buf_printf(p->out, "<div class=\"tile %s%s\"><b>%u</b>", bh_severity_str((enum bh_severity) i), c.severity[i] ? "" : " zero", c.severity[i]);
                bh_page_say(p, bh_severity_words[i]);
                bh_page_raw(p, "</div>");
        }
        bh_page_raw(p, "</div><div class=\"bar\">");
        for (unsigned i = _BH_SEVERITY_MAX; all && i-- > 0;)
                if (c.severity[i])
                        bh_buf_printf(p->out, "<i class=\"%s\" style=\"width:%.3f%%\"></i>", bh_severity_str((enum bh_severity) i), 100.0 * c.severity[i] / all);
        bh_page_raw(p, "</div>");
        put_chips(p, &c);
        put_licences(p);
        bh_page_raw(p, "</div></div>\n");
}

void bh_page_notes(struct bh_page *p) {
        for (uint32_t i = 0; i < p->r->n_notes; i++) {
                bh_page_raw(p, "<div class=\"card note\">");
                bh_page_put(p, p->r->notes[i]);
                bh_page_raw(p, "</div>\n");
        }
}

void bh_page_advice(struct bh_page *p) {
        if (!p->r->n_advice)
                return;
        bh_page_heading(p, (struct bh_words){ "What to do first", "优先处理" }, 0);
        bh_page_raw(p, "<div class=\"card\"><ol class=\"first\">");
        for (uint32_t i = 0; i < p->r->n_advice; i++) {
                const struct bh_advice *a = &p->r->advice[i];

                bh_page_raw(p, "<li><span>");
                bh_page_put(p, a->text);
                if (a->owner.len) {
                        bh_page_raw(p, " <span class=\"tag\">");
                        bh_page_put(p, a->owner);
                        bh_page_raw(p, "</span>");
                }
                bh_page_raw(p, "</span><span class=\"why\">");
                if (a->n_vulns) {
                        bh_page_say(p, (struct bh_words){ "mends", "可修复" });
                        bh_buf_printf(p->out, " %u", a->n_vulns);
                }
                if (a->n_critical) {
                        bh_buf_printf(p->out, ", %u ", a->n_critical);
                        bh_page_say(p, bh_severity_words[BH_SEVERITY_CRITICAL]);
                }
                if (a->n_exploited) {
                        bh_buf_printf(p->out, ", %u ", a->n_exploited);
                        bh_page_say(p, (struct bh_words){ "exploited", "已被利用" });
                }
                bh_page_raw(p, "</span></li>");
        }
        bh_page_raw(p, "</ol></div>\n");
}
