/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a terminal: what fails first, each with what was seen and what to do.
 *
 *     CRITICAL  container-privileged  container web
 *               No container runs with --privileged
 *               seen   container.privileged = true (GET /containers/0123/json)
 *               mend   docker run without --privileged
 */
#include "comply/report/writers.h"

struct words {
        const char *seen, *mend, *ask, *cause, *borne, *score, *gap, *nothing, *nothing_here, *unset, *questions, *is_new, *gone, *until;
        const char *states[_BH_COMPLY_STATE_MAX], *severities[_BH_COMPLY_SEVERITY_MAX], *categories[_BH_COMPLY_CATEGORY_MAX];
};

static const struct words words[_BH_LANG_MAX] = {
        [BH_LANG_EN] = { "seen ", "mend ", "ask  ", "cause", "borne", "score", "could not look at", "Nothing fails.", "Nothing was judged: none of what these checks look at is here, or it could not be read.", "not set", "questions for a person: --all shows them", "new", "no more", "until",
                         { "passed", "failed", "not applicable", "for a person", "could not tell" },
                         { "INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL" },
                         { "security", "network", "images", "resources", "health" } },
        [BH_LANG_ZH] = { "所见", "整改", "询问", "原因", "例外", "得分", "无法查看", "没有不合格项。", "未作判定：本机没有这些检查所针对的对象，或无法读取。", "未设置", "个问题需人工判断：--all 可查看", "新增", "已消失", "有效期至",
                         { "通过", "不通过", "不适用", "需人工判断", "无法判断" },
                         { "提示", "低危", "中危", "高危", "严重" },
                         { "安全", "网络", "镜像", "资源", "健康" } },
};

struct table {
        const struct bh_comply_report *report;
        const struct bh_comply_view *view;
        const struct words *words;
        struct bh_arena *arena;
        struct bh_buf *out;
};

static void put_line(struct table *t, const char *word, struct bh_str text) {
        struct bh_str line;

        while (bh_str_split(&text, '\n', &line)) {
                bh_buf_printf(t->out, "          %s  %.*s\n", word, BH_FMT(line));
                word = t->view->lang == BH_LANG_ZH ? "    " : "     ";
        }
}

/* As the rule language prints values; what is missing or empty is said in words. */
static const char *value_of(const struct table *t, const struct bh_comply_evidence *e, char *shown, size_t size) {
        if (bh_str_is(e->value, "<NA>"))
                return t->words->unset;
        return e->value.len ? bh_str_quote(e->value, shown, size) : "\"\"";
}

static void put_evidence(struct table *t, const struct bh_comply_result *r) {
        char shown[400];

        for (size_t i = 0; i < r->n_evidence; i++) {
                const struct bh_comply_evidence *e = &r->evidence[i];

                bh_buf_printf(t->out, "          %s  %.*s = %s", t->words->seen, BH_FMT(e->field), value_of(t, e, shown, sizeof shown));
                if (e->where.len)
                        bh_buf_printf(t->out, "  (%s)", bh_str_quote(e->where, shown, sizeof shown));
                bh_buf_putc(t->out, '\n');
        }
}

static const char *colour_of(const struct bh_comply_result *r) {
        static const char *const by_severity[] = { "\033[2m", "\033[36m", "\033[33m", "\033[31m", "\033[1;31m" };

        return r->state == BH_COMPLY_FAIL && !r->exception ? by_severity[r->check->severity] : "\033[2m";
}

static void put_head(struct table *t, const struct bh_comply_result *r) {
        const char *word = r->state == BH_COMPLY_FAIL ? t->words->severities[r->check->severity] : t->words->states[r->state];
        char shown[256];

        bh_buf_printf(t->out, "%s%-8s%s  %.*s  %s", t->view->colour ? colour_of(r) : "", word, t->view->colour ? "\033[0m" : "", BH_FMT(r->check->id),
                      bh_str_quote(bh_comply_subject(t->arena, r), shown, sizeof shown));
        if (t->report->compared && r->state == BH_COMPLY_FAIL && (r->is_new || r->before != BH_COMPLY_FAIL))
                bh_buf_printf(t->out, "  [%s]", t->words->is_new);
        bh_buf_printf(t->out, "\n          %.*s\n", BH_FMT(bh_both_in(&r->check->title, t->view->lang)));
}

static void put_result(struct table *t, const struct bh_comply_result *r) {
        put_head(t, r);
        put_evidence(t, r);
        if (r->cause.len)
                put_line(t, t->words->cause, r->cause);
        if (r->state == BH_COMPLY_MANUAL)
                put_line(t, t->words->ask, bh_both_in(&r->check->ask, t->view->lang));
        if (r->state == BH_COMPLY_FAIL)
                put_line(t, t->words->mend, bh_comply_mend(t->report, r, t->view->lang, t->arena));
        if (r->exception)
                put_line(t, t->words->borne, bh_arena_printf(t->arena, "%.*s: %.*s (%s %.*s)", BH_FMT(r->exception->owner), BH_FMT(r->exception->reason),
                                                             t->words->until, BH_FMT(r->exception->date)));
}

static void put_counts(struct table *t) {
        const struct bh_comply_count *all = &t->report->all;
        const char *comma = "";

        if (bh_comply_score(all) >= 0)
                bh_buf_printf(t->out, "%s %.0f / 100: ", t->words->score, bh_comply_score(all));
        for (int s = 0; s < _BH_COMPLY_STATE_MAX; s++, comma = ", ")
                bh_buf_printf(t->out, "%s%u %s", comma, all->by_state[s], t->words->states[s]);
        bh_buf_putc(t->out, '\n');
        if (all->by_state[BH_COMPLY_MANUAL] && !t->view->all)
                bh_buf_printf(t->out, "%u %s\n", all->by_state[BH_COMPLY_MANUAL], t->words->questions);
        for (int c = 0; c < _BH_COMPLY_CATEGORY_MAX; c++)
                if (bh_comply_score(&t->report->by_category[c]) >= 0)
                        bh_buf_printf(t->out, "  %s %.0f (%u %s)\n", t->words->categories[c], bh_comply_score(&t->report->by_category[c]),
                                      t->report->by_category[c].by_state[BH_COMPLY_FAIL], t->words->states[BH_COMPLY_FAIL]);
}

/* The sentence may begin with the place already. */
static void put_gap(struct table *t, const struct bh_gap *g) {
        struct bh_str why = g->why;
        char shown[300];

        if (bh_str_cut_prefix(&why, g->where) && !bh_str_cut_prefix(&why, BH_STR(": ")))
                why = g->why;
        bh_buf_printf(t->out, "%s %s: %.*s\n", t->words->gap, bh_str_quote(g->where, shown, sizeof shown), BH_FMT(why));
}

static bool is_shown(const struct table *t, const struct bh_comply_result *r) {
        return t->view->all || r->state == BH_COMPLY_FAIL || r->state == BH_COMPLY_UNKNOWN;
}

void bh_comply_write_table(const struct bh_comply_report *report, const struct bh_comply_view *view, struct bh_buf *out) {
        struct table t = { report, view, &words[view->lang], bh_arena_new(), out };
        char shown[300];

        for (size_t i = 0; i < report->n; i++)
                if (is_shown(&t, &report->results[i]))
                        put_result(&t, &report->results[i]);
        for (size_t i = 0; i < report->n_gone; i++)
                bh_buf_printf(out, "[%s]  %s\n", t.words->gone, bh_str_quote(report->gone[i], shown, sizeof shown));
        for (size_t i = 0; i < report->n_gaps; i++)
                put_gap(&t, &report->gaps[i]);
        if (report->all.by_state[BH_COMPLY_FAIL] == 0)
                bh_buf_printf(out, "%s\n", report->all.by_state[BH_COMPLY_PASS] ? t.words->nothing : t.words->nothing_here);
        put_counts(&t);
        bh_arena_free(&t.arena);
}
