/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/report/html_write.h"

const struct bh_words bh_severity_words[_BH_SEVERITY_MAX] = {
        { "unknown", "未知" }, { "info", "提示" }, { "low", "低危" }, { "medium", "中危" }, { "high", "高危" }, { "critical", "严重" }
};
const struct bh_words bh_exploit_words[_BH_EXPLOIT_LEVEL_MAX] = {
        { "", "" }, { "proof of concept", "概念验证" }, { "public exploit", "公开利用代码" }, { "weaponised", "已武器化" }, { "in the wild", "在野利用" }
};
const struct bh_words bh_kind_words[_BH_FINDING_MAX] = {
        { "vulnerability", "漏洞" }, { "secret", "敏感信息" }, { "malware", "恶意软件" }, { "webshell", "网页后门" }, { "configuration", "配置" },
        { "integrity", "完整性" }, { "tamper", "篡改" }, { "licence", "许可证" }, { "weight", "冗余体积" }
};
const struct bh_words bh_licence_words[_BH_LICENCE_CLASS_MAX] = {
        { "licence unknown", "许可证未知" }, { "public domain", "公有领域" }, { "permissive licences", "宽松许可证" }, { "weak copyleft", "弱著佐权" },
        { "strong copyleft", "强著佐权" }, { "network copyleft", "网络著佐权" }, { "source available", "源码可见但受限" }, { "proprietary", "专有许可证" }
};
static const struct bh_words side_words[_BH_SIDE_MAX] = { { "", "" }, { "base image", "基础镜像" }, { "application", "应用" } };

void bh_page_raw(struct bh_page *p, const char *s) {
        bh_buf_puts(p->out, s);
}

void bh_page_say(struct bh_page *p, struct bh_words w) {
        bh_buf_printf(p->out, "<span lang=\"en\">%s</span><span lang=\"zh\">%s</span>", w.en, w.zh);
}

void bh_page_put(struct bh_page *p, struct bh_str s) {
        bh_put_xml(p->out, s);
}

void bh_page_heading(struct bh_page *p, struct bh_words w, uint32_t n) {
        bh_page_raw(p, "<h2>");
        bh_page_say(p, w);
        if (n)
                bh_buf_printf(p->out, "<span class=\"n\">%u</span>", n);
        bh_page_raw(p, "</h2>\n");
}

void bh_page_column(struct bh_page *p, const char *kind, struct bh_words w) {
        if (*kind)
                bh_buf_printf(p->out, "<th data-k=\"%s\">", kind);
        else
                bh_page_raw(p, "<th>");
        bh_page_say(p, w);
        bh_page_raw(p, "</th>");
}

void bh_page_severity(struct bh_page *p, enum bh_severity s) {
        bh_buf_printf(p->out, "<span class=\"sev %s\">", bh_severity_str(s));
        bh_page_say(p, bh_severity_words[s]);
        bh_page_raw(p, "</span>");
}

const char *bh_page_risk_colour(double risk) {
        return risk >= 70 ? "critical" : risk >= 40 ? "high" : risk >= 15 ? "medium" : "low";
}

void bh_page_side(struct bh_page *p, enum bh_side side, struct bh_str owner) {
        if (side != BH_SIDE_UNKNOWN) {
                bh_page_raw(p, " <span class=\"tag\">");
                bh_page_say(p, side_words[side]);
                bh_page_raw(p, "</span>");
        }
        if (owner.len) {
                bh_page_raw(p, " <span class=\"tag\">");
                bh_page_put(p, owner);
                bh_page_raw(p, "</span>");
        }
}
