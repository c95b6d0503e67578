/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "scan/content/rules.h"

#define HEAD "kind: secret\nmend: change it\nrules:\n"
#define RULE "- id: r\n  title: t\n  severity: high\n  keywords: [abc]\n  pattern: abc[0-9]+\n  fires: [abc1]\n  quiet: [abc]\n"

static int load(const char *yaml, struct bh_content **ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };

        *err = BH_ERR_NONE;
        bh_content_bundle_add(&bundle, BH_STR("content/x.yaml"), bh_str_of(yaml));
        return bh_content_load(bh_buf_str(&bundle), ret, err);
}

static void says(const char *yaml, const char *text) {
        struct bh_content *c = NULL;
        struct bh_err err;

        assert_int_equal(load(yaml, &c, &err), BH_E_FORMAT);
        assert_string_equal(err.text, text);
        assert_null(c);
}

static void a_rule_takes_what_its_file_says_of_all(void **state) {
        BH_CLEANUP(bh_content_free) struct bh_content *c = NULL;
        struct bh_err err;

        (void) state;
        if (load("category: cloud\ntags: [CWE-798]\n" HEAD RULE, &c, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(c->n_rules, 1);
        assert_str(c->rules[0].category, "cloud");
        assert_str(c->rules[0].mend, "change it");
        assert_int_equal(c->rules[0].severity, BH_SEVERITY_HIGH);
        assert_int_equal(c->rules[0].tags.n, 1);
        assert_int_equal(c->rules[0].line, 6);
        assert_str(c->rules[0].fires.at[0].text, "abc1");
}

static void a_mistake_is_named_with_its_place_and_the_nearest_word(void **state) {
        (void) state;
        says(HEAD "- id: r\n  patern: x\n", "content/x.yaml:5:11: no key 'patern'; did you mean 'pattern'?");
        says("kinds: secret\n", "content/x.yaml:1:8: no key 'kinds'; did you mean 'kind'?");
        says("kind: secrets\n", "content/x.yaml:1:7: not a kind of finding; did you mean 'secret'?");
        says(HEAD "- id: r\n  severity: bad\n",
             "content/x.yaml:5:13: a severity is one of info, low, medium, high, critical");
        says(HEAD "- id: r\n  pattern: '(a'\n",
             "content/x.yaml:5:12: at character 3 of the expression: missing closing parenthesis");
        says(HEAD "- id: r\n  keywords: [ab]\n", "content/x.yaml:5:14: a keyword of less than three bytes is everywhere");
        says(HEAD "- id: r\n  id: s\n", "content/x.yaml:4:7: 'id' is said twice");
        says(HEAD "- id: R\n", "content/x.yaml:4:7: an id is made of a-z, 0-9 and '-'");
}

static void a_rule_without_a_proof_does_not_load(void **state) {
        (void) state;
        says(HEAD "- id: r\n  title: t\n  severity: high\n  keywords: [abc]\n  pattern: abc\n  fires: [abc]\n",
             "content/x.yaml:4:3: 'quiet' is missing");
        says(HEAD "- id: r\n  title: t\n  severity: high\n  keywords: [abc]\n  pattern: abc\n  fires: []\n",
             "content/x.yaml:9:10: a rule proves itself: one text at least");
}

static void two_rules_do_not_share_an_id(void **state) {
        (void) state;
        says(HEAD RULE RULE, "content/x.yaml:11:3: rule 'r' stands already at content/x.yaml:4");
}

static void a_gap_in_an_example_is_closed(void **state) {
        BH_CLEANUP(bh_content_free) struct bh_content *c = NULL;
        struct bh_err err;

        (void) state;
        assert_int_equal(load(HEAD "- id: r\n  title: t\n  severity: low\n  keywords: [abc]\n  pattern: abc\n"
                                   "  fires: ['a{{}}b{{}}c']\n  quiet: [{path: etc/x, text: 'b{{}}c'}]\n",
                              &c, &err),
                         0);
        assert_str(c->rules[0].fires.at[0].text, "abc");
        assert_str(c->rules[0].quiet.at[0].path, "etc/x");
        assert_str(c->rules[0].quiet.at[0].text, "bc");
}

static void a_bundle_that_was_cut_is_refused(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_content *c = NULL;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        bh_content_bundle_add(&bundle, BH_STR("a.yaml"), BH_STR(HEAD RULE));
        for (size_t n = 0; n + 1 < bundle.len; n++) {
                int r = bh_content_load((struct bh_str){ bundle.at, n }, &c, &err);

                if (n == sizeof "bulkhead-content 1\n" - 1) { /* no file at all is a bundle too */
                        assert_int_equal(r, 0);
                        bh_content_free(&c);
                } else
                        assert_int_equal(r, BH_E_FORMAT);
        }
}

BH_UNIT_MAIN(a_rule_takes_what_its_file_says_of_all, a_mistake_is_named_with_its_place_and_the_nearest_word,
             a_rule_without_a_proof_does_not_load, two_rules_do_not_share_an_id, a_gap_in_an_example_is_closed,
             a_bundle_that_was_cut_is_refused)
