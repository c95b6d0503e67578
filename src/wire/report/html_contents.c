/* SPDX-License-Identifier: Apache-2.0 */
/* What the image is made of: layers, packages, and what could not be read. */
#include "wire/report/html_write.h"

static void put_size(struct bh_page *p, uint64_t bytes) {
        bh_buf_printf(p->out, "<td class=\"num\" data-v=\"%llu\">%.1f MiB</td>", (unsigned long long) bytes, (double) bytes / (1024 * 1024));
}

void bh_page_layers(struct bh_page *p) {
        if (p->r->n_layers < 2)
                return;
        bh_page_heading(p, (struct bh_words){ "Layers", "镜像层" }, p->r->n_layers);
        bh_page_raw(p, "<div class=\"card wide\"><table data-sort><thead><tr>");
        bh_page_column(p, "n", (struct bh_words){ "no.", "序号" });
        bh_page_column(p, "t", (struct bh_words){ "instruction", "构建指令" });
        bh_page_column(p, "n", (struct bh_words){ "size", "大小" });
        bh_page_column(p, "n", (struct bh_words){ "wasted", "浪费" });
        bh_page_raw(p, "</tr></thead><tbody>");
        for (uint32_t i = 0; i < p->r->n_layers; i++) {
                const struct bh_report_layer *l = &p->r->layers[i];

                bh_buf_printf(p->out, "<tr><td class=\"num\">%u</td><td><code>", i);
                bh_page_put(p, l->instruction.len ? l->instruction : l->diff_id);
                bh_page_raw(p, "</code>");
                bh_page_side(p, l->side, l->owner);
                bh_page_raw(p, "</td>");
                put_size(p, l->bytes);
                put_size(p, l->wasted_bytes);
                bh_page_raw(p, "</tr>\n");
        }
        bh_page_raw(p, "</tbody></table></div>\n");
}

void bh_page_packages(struct bh_page *p) {
        bh_page_heading(p, (struct bh_words){ "Packages", "软件包" }, p->r->n_packages);
        bh_page_raw(p, "<details class=\"more\"><summary>");
        bh_page_say(p, (struct bh_words){ "show all", "全部显示" });
        bh_page_raw(p, "</summary><section data-filter><div class=\"tools\"><input type=\"search\" placeholder=\"filter\" data-en=\"filter\" data-zh=\"筛选\"></div>"
               "<div class=\"card wide\"><table data-sort><thead><tr>");
        bh_page_column(p, "t", (struct bh_words){ "type", "类型" });
        bh_page_column(p, "t", (struct bh_words){ "name", "名称" });
        bh_page_column(p, "t", (struct bh_words){ "version", "版本" });
        bh_page_column(p, "t", (struct bh_words){ "licence", "许可证" });
        if (p->r->licences.known)
                bh_page_column(p, "t", (struct bh_words){ "class", "类别" });
        bh_page_column(p, "t", (struct bh_words){ "location", "位置" });
        bh_page_raw(p, "</tr></thead><tbody>\n");
        for (uint32_t i = 0; i < p->r->n_packages; i++) {
                const struct bh_package *k = &p->r->packages[i];

                bh_buf_printf(p->out, "<tr><td>%s</td><td>", bh_eco_str(k->eco));
                bh_page_put(p, k->name);
                bh_page_raw(p, "</td><td class=\"mono\">");
                bh_page_put(p, k->version);
                bh_page_raw(p, "</td><td>");
                bh_page_put(p, k->licence);
                if (p->r->licences.known) {
                        bh_page_raw(p, "</td><td>");
                        bh_page_say(p, bh_licence_words[k->licence_class]);
                }
                bh_page_raw(p, "</td><td><code>");
                bh_page_put(p, k->location);
                bh_page_raw(p, "</code></td></tr>\n");
        }
        bh_page_raw(p, "</tbody></table></div></section></details>\n");
}

void bh_page_gaps(struct bh_page *p) {
        if (!p->r->n_gaps)
                return;
        bh_page_heading(p, (struct bh_words){ "What could not be read", "未能读取的内容" }, p->r->n_gaps);
        bh_page_raw(p, "<div class=\"card gaps\"><ul>");
        for (uint32_t i = 0; i < p->r->n_gaps; i++) {
                bh_page_raw(p, "<li><code>");
                bh_page_put(p, p->r->gaps[i].where);
                bh_page_raw(p, "</code>: ");
                bh_page_put(p, p->r->gaps[i].why);
                bh_page_raw(p, "</li>");
        }
        bh_page_raw(p, "</ul></div>\n");
}
