/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of one machine that is set up badly, and whose words are an attacker's. */
#include "unit.h"

#include "comply/collect/collectors.h"
#include "comply/report/inspect.h"
#include "fmt/json.h"
#include "fmt/xml.h"

#define EVIL "<script>alert(1)</script>\"'\x1b[31m,=cmd()"
#define CHECK(id, severity, rest)                                                                                                                  \
        "  - { id: " id ", title: { en: Title of " id ", zh: 标题 }, on: host, why: { en: because }, mend: { en: \"mend %host.name\", zh: 整改 }, severity: " severity \
        ", refs: { ours: \"1.1\" }, evidence: [host.kernel], " rest " }\n"

static const char yaml[] = "benchmarks:\n  - { id: ours, version: \"2\", title: { en: Ours, zh: 自有 } }\nchecks:\n" CHECK("good", "low", "pass: host.kernel exists")
        CHECK("bad", "critical", "pass: host.kernel = 9") CHECK("borne", "high", "pass: host.kernel = 8") CHECK("person", "medium", "ask: { en: Is it so?, zh: 是吗 }")
        CHECK("elsewhere", "low", "applies: host.name = other, pass: host.kernel exists");

struct desk {
        struct bh_arena *arena;
        struct bh_checks set;
        struct bh_facts facts;
        struct bh_comply_report report;
        struct bh_comply_exceptions exceptions;
        struct bh_buf out;
};

static void desk_up(struct desk *d) {
        static const char exceptions[] = "exceptions:\n  - { check: borne, owner: platform, reason: it must, expires: 2099-01-01 }\n";
        struct bh_err err = BH_ERR_NONE;
        struct bh_gap *notes;
        struct bh_fact *f;
        size_t n;

        *d = (struct desk){ .arena = bh_arena_new() };
        bh_checks_init(&d->set, d->arena);
        bh_facts_init(&d->facts, d->arena);
        assert_int_equal(bh_checks_parse(&d->set, BH_STR("a.yaml"), bh_str_of(yaml), &err), 0);
        f = bh_fact_new(&d->facts, &bh_kind_host, BH_STR("k"), BH_STR(EVIL));
        f->workload = BH_STR("deployment/" EVIL);
        f->namespace = BH_STR("shop");
        for (unsigned i = 0; i < bh_kind_host.source.n_fields; i++)
                if (bh_str_is(bh_str_of(bh_kind_host.source.fields[i].name), "host.kernel"))
                        bh_fact_str(f, i, BH_STR(EVIL));
        d->report.host = BH_STR(EVIL);
        d->report.when_s = 1764439200;
        bh_comply_judge(&d->set, &d->facts, &(struct bh_comply_opts){ 0 }, d->arena, &d->report);
        assert_int_equal(bh_comply_exceptions_parse(d->arena, BH_STR("e.yaml"), bh_str_of(exceptions), &d->exceptions, &err), 0);
        bh_comply_except(&d->exceptions, d->report.when_s, &d->report, d->arena, &notes, &n);
}

static void desk_down(struct desk *d) {
        bh_buf_done(&d->out);
        bh_checks_done(&d->set);
        bh_arena_free(&d->arena);
}

static struct bh_str written(struct desk *d, const char *format, enum bh_lang lang) {
        const struct bh_inspect_format *f = bh_inspect_format_of(bh_str_of(format));
        struct bh_inspect_out out = { .buf = &d->out };
        struct bh_err err = BH_ERR_NONE;
        struct bh_inspection in;

        assert_non_null(f);
        bh_buf_clear(&d->out);
        bh_inspect_of(&d->report, d->arena, &in);
        assert_true(f->write(&in, &(struct bh_inspect_opts){ lang, true }, &out, &err) >= 0);
        return bh_buf_str(&d->out);
}

static bool has(struct bh_str s, const char *what) {
        return bh_str_find(s, bh_str_of(what)) >= 0;
}

static void a_page_says_all_of_it_in_both_languages_and_runs_nothing(void **state) {
        struct desk d;
        struct bh_str page;

        (void) state;
        desk_up(&d);
        page = written(&d, "html", BH_LANG_EN);
        assert_true(has(page, "Title of bad") && has(page, "because") && has(page, "Is it so?") && has(page, "it must") && has(page, "platform"));
        assert_true(has(page, "deployment/&lt;script&gt;") && has(page, "By workload") && has(page, "2099-01-02"));
        assert_false(has(page, "<script") || has(page, "\x1b"));
        assert_true(has(page, "<b>41</b>")); /* of 10 + 6 + 1, 10 are lost: what is borne with is not */
        page = written(&d, "html", BH_LANG_ZH);
        assert_true(has(page, "安全巡检报告") && has(page, "标题") && has(page, "整改") && has(page, "是吗") && has(page, "lang=\"zh-CN\""));
        desk_down(&d);
}

static void json_and_oscal_are_json_with_evidence(void **state) {
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *doc = NULL, *result;
        struct desk d;

        (void) state;
        desk_up(&d);
        assert_int_equal(bh_json_parse(d.arena, written(&d, "json", BH_LANG_EN), &doc, &err), 0);
        assert_int_equal(bh_doc_count(bh_doc_get(doc, "results")), 5);
        result = bh_doc_first(bh_doc_get(doc, "results"));
        assert_true(bh_str_is(bh_doc_get_text(result, "check"), "bad") && bh_str_is(bh_doc_get_text(bh_doc_first(bh_doc_get(result, "evidence")), "value"), EVIL));
        assert_int_equal(bh_doc_int(bh_doc_path(doc, "total.excepted"), -1), 1);
        assert_int_equal(bh_doc_count(bh_doc_get(doc, "workloads")), 1);
        assert_int_equal(bh_json_parse(d.arena, written(&d, "oscal", BH_LANG_ZH), &doc, &err), 0);
        result = bh_doc_first(bh_doc_path(doc, "assessment-results.results"));
        assert_int_equal(bh_doc_count(bh_doc_get(result, "observations")), 4); /* all but what does not apply */
        assert_int_equal(bh_doc_count(bh_doc_get(result, "findings")), 4);
        assert_true(bh_str_is(bh_doc_get_text(bh_doc_path(bh_doc_first(bh_doc_get(result, "findings")), "target.status"), "state"), "not-satisfied"));
        assert_true(bh_str_eq(bh_doc_get_text(bh_doc_first(bh_doc_get(bh_doc_first(bh_doc_get(result, "findings")), "related-observations")), "observation-uuid"),
                              bh_doc_get_text(bh_doc_first(bh_doc_get(result, "observations")), "uuid")));
        desk_down(&d);
}

static void junit_fails_for_what_nobody_bears_alone(void **state) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_xml_event e;
        unsigned failures = 0, skipped = 0, cases = 0;
        struct bh_xml x;
        struct desk d;
        int r;

        (void) state;
        desk_up(&d);
        x = bh_xml_of(d.arena, written(&d, "junit", BH_LANG_EN));
        while ((r = bh_xml_next(&x, &e, &err)) > 0) {
                cases += e.kind == BH_XML_START && bh_str_is(e.name, "testcase");
                failures += e.kind == BH_XML_START && bh_str_is(e.name, "failure");
                skipped += e.kind == BH_XML_START && bh_str_is(e.name, "skipped");
        }
        assert_int_equal(r, 0);
        assert_int_equal(cases, 5);
        assert_int_equal(failures, 1);
        assert_int_equal(skipped, 3);
        assert_true(has(bh_buf_str(&d.out), "tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"3\""));
        desk_down(&d);
}

static void csv_has_a_line_a_result_and_no_formula(void **state) {
        struct desk d;
        struct bh_str text, line;
        unsigned lines = 0;

        (void) state;
        desk_up(&d);
        text = written(&d, "csv", BH_LANG_EN);
        while (bh_str_split(&text, '\n', &line))
                lines += line.len > 0;
        assert_int_equal(lines, 6);
        assert_true(has(bh_buf_str(&d.out), "\"bad\",\"Title of bad\",\"fail\",\"critical\",\"security\""));
        assert_false(has(bh_buf_str(&d.out), "\"=") || has(bh_buf_str(&d.out), "\x1b"));
        desk_down(&d);
}

static void nothing_at_all_is_a_report_too(void **state) {
        static const char *const formats[] = { "html", "json", "csv", "junit", "oscal" };
        struct desk d = { .arena = bh_arena_new() };

        (void) state;
        bh_checks_init(&d.set, d.arena);
        bh_facts_init(&d.facts, d.arena);
        bh_comply_judge(&d.set, &d.facts, &(struct bh_comply_opts){ 0 }, d.arena, &d.report);
        for (size_t i = 0; i < BH_LEN(formats); i++)
                assert_true(written(&d, formats[i], BH_LANG_ZH).len > 0);
        desk_down(&d);
}

BH_UNIT_MAIN(a_page_says_all_of_it_in_both_languages_and_runs_nothing, json_and_oscal_are_json_with_evidence, junit_fails_for_what_nobody_bears_alone,
             csv_has_a_line_a_result_and_no_formula, nothing_at_all_is_a_report_too)
