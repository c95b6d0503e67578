/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/report/writers.h"

#include "base/text.h"
#include "comply/report/inspect.h"

const struct bh_comply_format bh_comply_formats[] = {
        { "table", bh_comply_write_table },
        { "json", bh_comply_write_json },
        { "html", bh_comply_write_html },
        { "csv", bh_comply_write_csv },
        { "junit", bh_comply_write_junit },
        { "oscal", bh_comply_write_oscal },
        { "lines", bh_comply_write_lines },
        { NULL, NULL },
};

static bh_comply_writer write_inspection;
const struct bh_comply_format bh_comply_report_formats[] = {
        { "table", bh_comply_write_table }, { "html", bh_comply_write_html },   { "json", write_inspection }, { "csv", bh_comply_write_csv },
        { "junit", bh_comply_write_junit }, { "oscal", bh_comply_write_oscal }, { NULL, NULL },
};

struct bh_str bh_comply_time(struct bh_arena *arena, int64_t when_s) {
        char text[21];

        return bh_arena_str(arena, bh_str_of(bh_time_print(when_s, text)));
}

/* ---- those that inspection reports have too ---- */

/* Nothing is flushed, and rows of one machine are at hand: nothing can fail. */
static void write_by(bh_inspect_writer *writer, const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out) {
        struct bh_inspect_opts opts = { view->lang, view->all };
        struct bh_inspect_out to = { .buf = out };
        struct bh_arena *arena = bh_arena_new();
        struct bh_inspection in;

        bh_inspect_of(report, arena, &in);
        if (view->extra) {
                in.figures = view->extra->figures;
                in.n_figures = view->extra->n_figures;
                in.notes = view->extra->notes;
                in.n_notes = view->extra->n_notes;
        }
        BH_IGNORE(writer(&in, &opts, &to, NULL));
        bh_arena_free(&arena);
}

#define BY(name)                                                                                                                     \
        void bh_comply_write_##name(const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out) { \
                write_by(bh_inspect_##name, report, view, out);                                                                      \
        }
BY(csv)
BY(html)
BY(junit)
BY(oscal)

static void write_inspection(const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out) {
        write_by(bh_inspect_json, report, view, out);
}
