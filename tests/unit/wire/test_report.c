/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "../../formats/sample.h"
#include "fmt/json.h"
#include "wire/report/common.h"
#include "wire/report/sbom.h"

static void view(struct bh_buf *out, const char *format, const struct bh_report_opts *opts) {
        struct bh_arena *a = bh_arena_new();
        const struct bh_report_format *f;
        struct bh_report r;

        bh_buf_clear(out);
        bh_sample_report(a, &r);
        assert_int_equal(bh_report_format_find(bh_str_of(format), &f, NULL), 0);
        assert_int_equal(f->write(out, &r, 1, opts, NULL), 0);
        assert_true(out->len > 0);
        bh_arena_free(&a);
}

static bool holds(const struct bh_buf *out, const char *what) {
        return bh_str_find(bh_buf_str(out), bh_str_of(what)) >= 0;
}

/* JSON escapes what is below a blank; nothing else may be raw in any of them. */
static void no_format_lets_a_control_character_through(void **state) {
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };

        (void) state;
        for (size_t i = 0; bh_report_formats[i].name; i++) {
                view(&out, bh_report_formats[i].name, &opts);
                for (size_t k = 0; k < out.len; k++) {
                        unsigned char c = (unsigned char) out.at[k];

                        if (c < 0x20 && c != '\n' && c != '\r')
                                fail_msg("%s: byte %02x at %zu", bh_report_formats[i].name, c, k);
                }
                for (struct bh_str s = bh_buf_str(&out); s.len; s = bh_str_from(s, bh_utf8_len(s)))
                        if (!bh_utf8_len(s))
                                fail_msg("%s: not UTF-8 at %zu", bh_report_formats[i].name, out.len - s.len);
        }
        bh_buf_done(&out);
}

static void text_formats_turn_direction_marks_into_words(void **state) {
        static const char *const formats[] = { "table", "markdown", "html", "junit", "csv" };
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };

        (void) state;
        for (size_t i = 0; i < BH_LEN(formats); i++) {
                view(&out, formats[i], &opts);
                assert_false(holds(&out, "\xe2\x80\xae"));
        }
        bh_buf_done(&out);
}

static void the_same_report_is_the_same_bytes(void **state) {
        struct bh_report_opts opts = { 0 };
        struct bh_buf a = { 0 }, b = { 0 };

        (void) state;
        for (size_t i = 0; bh_report_formats[i].name; i++) {
                view(&a, bh_report_formats[i].name, &opts);
                view(&b, bh_report_formats[i].name, &opts);
                assert_int_equal(a.len, b.len);
                assert_memory_equal(a.at, b.at, a.len);
        }
        bh_buf_done(&a);
        bh_buf_done(&b);
}

static void no_line_of_the_table_is_wider_than_asked(void **state) {
        struct bh_buf out = { 0 };

        (void) state;
        for (unsigned width = 80; width <= 160; width += 20) {
                struct bh_report_opts opts = { .width = width };
                struct bh_str rest, line;

                view(&out, "table", &opts);
                for (rest = bh_buf_str(&out); bh_str_split(&rest, '\n', &line);)
                        if (bh_text_width(line) > width)
                                fail_msg("%u: %.*s", width, BH_FMT(line));
        }
        bh_buf_done(&out);
}

static void the_table_says_the_first_things_first(void **state) {
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };
        struct bh_str s;

        (void) state;
        view(&out, "table", &opts);
        s = bh_buf_str(&out);
        assert_true(bh_str_find(s, BH_STR("WHAT TO DO FIRST")) < bh_str_find(s, BH_STR("CVE-2021-44228")));
        assert_true(holds(&out, "5 vulnerabilities"));
        assert_true(holds(&out, "1 used in the wild"));
        assert_true(holds(&out, "libc6, libc-bin"));
        assert_true(holds(&out, "WHAT COULD NOT BE READ"));
        assert_true(holds(&out, "known on 2025-08-22"));
        assert_true(holds(&out, "removed later, still in the image"));
        assert_false(holds(&out, "GHSA-67hx-6x53-jw92")); /* hidden by VEX, and counted as such */
        assert_true(holds(&out, "1 vulnerability and 1 finding are not counted"));
        bh_buf_done(&out);
}

static void colours_come_only_when_asked_for(void **state) {
        struct bh_report_opts plain = { 0 }, colour = { .colour = true };
        struct bh_buf out = { 0 };

        (void) state;
        view(&out, "table", &plain);
        assert_false(holds(&out, "\033"));
        view(&out, "table", &colour);
        assert_true(holds(&out, "\033[31m"));
        assert_false(holds(&out, "\033[31mred")); /* the package's own colours */
        bh_buf_done(&out);
}

static void a_spreadsheet_runs_nothing(void **state) {
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };

        (void) state;
        view(&out, "csv", &opts);
        assert_true(holds(&out, "\"'=cmd|"));
        assert_true(holds(&out, "\"'@SUM(1)\""));
        assert_true(holds(&out, "\"'+eval("));
        assert_false(holds(&out, ",\"="));
        assert_false(holds(&out, ",\"+"));
        assert_false(holds(&out, ",\"@"));
        bh_buf_done(&out);
}

static void a_page_runs_only_our_script(void **state) {
        struct bh_report_opts opts = { 0 };
        struct bh_buf out = { 0 };

        (void) state;
        view(&out, "html", &opts);
        assert_false(holds(&out, "<script>alert"));
        assert_false(holds(&out, "href=\"javascript:"));
        assert_false(holds(&out, "\"onclick=x\""));
        assert_true(holds(&out, "script-src 'sha256-"));
        assert_true(holds(&out, "漏洞"));
        bh_buf_done(&out);
}

static void an_unknown_format_is_answered_with_the_nearest(void **state) {
        const struct bh_report_format *f;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_report_format_find(BH_STR("cyclondx"), &f, &err), BH_E_USAGE);
        assert_string_equal(err.text, "no format \"cyclondx\"; did you mean cyclonedx?");
}

static void an_expression_is_one_only_with_listed_names(void **state) {
        (void) state;
        assert_true(bh_sbom_is_expression(BH_STR("MIT")));
        assert_true(bh_sbom_is_expression(BH_STR("MIT AND (Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0)")));
        assert_false(bh_sbom_is_expression(BH_STR("GPL, see the file")));
        assert_false(bh_sbom_is_expression(BH_STR("MIT AND")));
        assert_false(bh_sbom_is_expression(BH_STR("(MIT")));
        assert_false(bh_sbom_is_expression(BH_STR("MIT)")));
        assert_false(bh_sbom_is_expression(BH_STR("MIT WITH MIT")));
        assert_false(bh_sbom_is_expression(BH_STR("")));
}

BH_UNIT_MAIN(no_format_lets_a_control_character_through, text_formats_turn_direction_marks_into_words, the_same_report_is_the_same_bytes,
             no_line_of_the_table_is_wider_than_asked, the_table_says_the_first_things_first, colours_come_only_when_asked_for,
             a_spreadsheet_runs_nothing, a_page_runs_only_our_script, an_unknown_format_is_answered_with_the_nearest,
             an_expression_is_one_only_with_listed_names)
