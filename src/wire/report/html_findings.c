/* SPDX-License-Identifier: Apache-2.0 */
/* Findings, with the places where each was found. */
#include "wire/report/html_write.h"

enum { PLACES = 20 };

static void put_place(struct bh_page *p, const struct bh_finding *f) {
        bh_page_raw(p, "<li><code>");
        bh_page_put(p, f->path.len ? f->path : BH_STR("image"));
        if (f->line)
                bh_buf_printf(p->out, ":%u", f->line);
        bh_page_raw(p, "</code> ");
        bh_page_put(p, f->evidence);
        if (f->more)
                bh_buf_printf(p->out, " (+%u)", f->more);
        if (f->removed) {
                bh_page_raw(p, " <span class=\"tag\">");
                bh_page_say(p, (struct bh_words){ "removed later, still in the image", "后续层已删除，但仍在镜像中" });
                bh_page_raw(p, "</span>");
        }
        bh_page_raw(p, "</li>");
}

static void put_finding(struct bh_page *p, const struct bh_report_group *g, const struct bh_finding_row *row) {
        const struct bh_finding *f = &row->first->finding;
        struct bh_str mend = row->first->whose.mend.len ? row->first->whose.mend : f->mend;

        bh_buf_printf(p->out, "<div class=\"card finding %s\"><h3>", bh_severity_str(f->severity));
        bh_page_severity(p, f->severity);
        bh_page_raw(p, " · ");
        bh_page_say(p, bh_kind_words[f->kind]);
        bh_page_raw(p, ": ");
        bh_page_put(p, f->title.len ? f->title : f->rule);
        bh_page_raw(p, "<code>");
        bh_page_put(p, f->rule);
        bh_page_raw(p, "</code>");
        bh_page_side(p, g->side, g->owner);
        bh_page_raw(p, "</h3>");
        if (f->detail.len) {
                bh_page_raw(p, "<div>");
                bh_page_put(p, f->detail);
                bh_page_raw(p, "</div>");
        }
        bh_page_raw(p, "<ul>");
        for (uint32_t i = 0; i < row->n && i < PLACES; i++)
                put_place(p, &row->all[i]->finding);
        if (row->n > PLACES)
                bh_buf_printf(p->out, "<li>… +%u</li>", row->n - PLACES);
        bh_page_raw(p, "</ul>");
        if (mend.len) {
                bh_page_raw(p, "<p class=\"do\">→ ");
                bh_page_put(p, mend);
                bh_page_raw(p, "</p>");
        }
        bh_page_raw(p, "</div>\n");
}

void bh_page_findings(struct bh_page *p, const struct bh_report_groups *groups) {
        if (p->r->n_findings == p->r->n_findings_hidden)
                return;
        bh_page_heading(p, (struct bh_words){ "Findings", "发现" }, p->r->n_findings - p->r->n_findings_hidden);
        for (uint32_t g = 0; g < groups->n; g++)
                for (uint32_t i = 0; i < groups->at[g].n_findings; i++)
                        put_finding(p, &groups->at[g], &groups->at[g].findings[i]);
}
