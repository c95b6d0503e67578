/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail says of the report that it carries, in the report's own language. */
#include "base/text.h"
#include "manage/reports_row.h"

static const struct words {
        const char *name, *what, *setup, *scans, *of, *all, *made, *carried, *kept;
} en = { "Report: ", "What: ", "inspection of configurations", "what scans found", "Of: ", "everything", "Made: ", "The document is attached: ",
         "The document is too large for a mail: it can be had from the console's page of reports." },
  zh = { "报告：", "内容：", "配置巡检", "扫描发现项", "范围：", "全部", "生成时间：", "文件见附件：", "文件过大，未随邮件发送，请在控制台的“报告”页下载。" };

struct bh_str bh_report_row_text(const struct bh_report_row *row, struct bh_str file, struct bh_arena *arena) {
        const struct bh_document *d = &row->document;
        const struct words *say = bh_str_is(d->lang, "zh") ? &zh : &en;
        char when[21];

        return bh_arena_printf(arena, "%s%.*s\n%s%s\n%s%.*s\n%s%s (UTC)\n\n%s%.*s\n", say->name, BH_FMT(row->name), say->what,
                               bh_str_is(d->kind, "inspection") ? say->setup : say->scans, say->of, BH_FMT(row->scope_name.len ? row->scope_name : bh_str_of(say->all)),
                               say->made, bh_time_print(d->now_ms / 1000, when), file.len ? say->carried : say->kept, BH_FMT(file));
}
