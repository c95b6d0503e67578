/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_REPORT_WORDS_H
#define BH_COMPLY_REPORT_WORDS_H
/* What pages and tables of inspection reports say, in both languages. */
#include "comply/check.h"
#include "comply/judge.h"

#define BH_INSPECT_WORDS(X)                                                                                                                     \
        X(TITLE, "Inspection report", "安全巡检报告")                                                                                              \
        X(MADE, "Made", "生成时间")                                                                                                             \
        X(SCOPE, "Looked at", "检查范围")                                                                                                       \
        X(HOSTS, "Hosts", "主机")                                                                                                               \
        X(HOST, "Host", "主机")                                                                                                                 \
        X(SCORE, "Score", "得分")                                                                                                               \
        X(BEFORE, "before", "上次")                                                                                                             \
        X(FORMULA, "Score = 100 × (1 − weight of what fails / weight of what passes or fails). A weight is critical 10, high 6, medium 3, low 1, "  \
                   "info 0, unless the check says its own. What is borne with counts as passed; what does not apply, needs a person, or could not be "  \
                   "told is no part of it.",                                                                                                     \
          "得分 = 100 ×（1 − 不合格项权重 / 已判定项权重）。权重：严重 10、高危 6、中危 3、低危 1、提示 0，检查项另有规定者除外。例外项按通过计；不适用、需人工判断、无法判断者不计入。") \
        X(TOTALS, "Totals", "总计")                                                                                                             \
        X(CATEGORIES, "By category", "按类别")                                                                                                  \
        X(CATEGORY, "Category", "类别")                                                                                                         \
        X(BENCHMARKS, "By benchmark", "按基准")                                                                                                 \
        X(BENCHMARK, "Benchmark", "基准")                                                                                                       \
        X(WORKLOADS, "By workload", "按工作负载")                                                                                               \
        X(WORKLOAD, "Workload", "工作负载")                                                                                                     \
        X(NAMESPACE, "Namespace", "命名空间")                                                                                                   \
        X(KIND, "Kind", "类型")                                                                                                                 \
        X(NAME, "Name", "名称")                                                                                                                 \
        X(CHANGED, "What changed", "变化")                                                                                                      \
        X(NEW, "new", "新增")                                                                                                                   \
        X(NEWS, "fail that did not before", "项新增不合格")                                                                                     \
        X(MENDED, "fail no more", "项不再不合格")                                                                                               \
        X(GONE, "Failed before, and is there no more", "此前不合格，现已消失")                                                                  \
        X(FINDINGS, "What fails, worst first", "不合格项（由重到轻）")                                                                          \
        X(NOTHING, "Nothing fails.", "没有不合格项。")                                                                                          \
        X(WHY, "Why", "原因")                                                                                                                   \
        X(MEND, "Mend", "整改")                                                                                                                 \
        X(CHECK, "Check", "检查项")                                                                                                             \
        X(SUBJECT, "What", "对象")                                                                                                              \
        X(RESULT, "Result", "结果")                                                                                                             \
        X(EVIDENCE, "Evidence", "证据")                                                                                                         \
        X(SINCE, "since", "自")                                                                                                                 \
        X(MANUAL, "For a person to decide", "需人工判断")                                                                                       \
        X(ASK, "Question", "询问")                                                                                                              \
        X(UNKNOWN, "What could not be told", "无法判断")                                                                                        \
        X(CAUSE, "Cause", "原因")                                                                                                               \
        X(EXCEPTIONS, "What is borne with", "例外")                                                                                             \
        X(OWNER, "Owner", "责任人")                                                                                                             \
        X(REASON, "Reason", "理由")                                                                                                             \
        X(UNTIL, "until", "有效期至")                                                                                                           \
        X(EXCEPTED, "borne with", "例外")                                                                                                       \
        X(GAPS, "What could not be looked at", "未能检查")                                                                                      \
        X(NOTES, "What this report lacks", "本报告未包含")                                                                                      \
        X(FIGURES, "What else is known", "其他情况")                                                                                            \
        X(PASSED, "What passes and what does not apply", "通过与不适用")                                                                        \
        X(MORE, "more; the CSV has all of them", "项未列出，完整列表见 CSV")                                                                    \
        X(SEVERITY, "Severity", "严重程度")                                                                                                     \
        X(CHECKED, "checked", "检查时间")                                                                                                       \
        X(REFS, "References", "参照")

enum bh_inspect_word {
#define X(symbol, en, zh) BH_WORD_##symbol,
        BH_INSPECT_WORDS(X)
#undef X
        _BH_WORD_MAX
};

const char *bh_inspect_word(enum bh_lang lang, enum bh_inspect_word word);
const char *bh_inspect_state(enum bh_lang lang, enum bh_comply_state s);
const char *bh_inspect_severity(enum bh_lang lang, enum bh_comply_severity s);
const char *bh_inspect_category(enum bh_lang lang, enum bh_comply_category c);

#endif
