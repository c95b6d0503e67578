/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "guard/fake_rule.h"

#include <stdio.h>

#include "guard/respond/action.h"
#include "guard/respond/respond.h"

static struct bh_respond_policy *policy;
static struct bh_err err;
static const struct bh_source some_source;

static int parse(const char *text) {
        err = BH_ERR_NONE;
        bh_respond_policy_free(&policy);
        return bh_respond_policy_parse(BH_STR("r.yaml"), bh_str_of(text), &some_source, &policy, &err);
}

static void a_whole_policy_is_read(void **state) {
        (void) state;
        assert_int_equal(parse("mode: act\n"
                               "per_minute: 7\n"
                               "never:\n"
                               "  - { name: db, process: 'postgres*', scope: { container: 'pg-*' } }\n"
                               "responses:\n"
                               "  - name: shells\n"
                               "    rules: ['Reverse*', Other]\n"
                               "    when: 'yes'\n"
                               "    do: [pause, capture, kill-tree]\n"
                               "    scope: { image: 'shop/*', label: [team=a*, x], namespace: prod }\n"
                               "    for: 10m\n"
                               "    even: [sshd, db]\n"
                               "    mode: dry-run\n"
                               "prevent:\n"
                               "  - { name: no drift, stop: [exec-drifted, metadata], mode: would }\n"
                               "  - { name: kept, stop: [file-write, mount], files: [/etc/kept/, /etc/passwd] }\n"),
                         0);
        assert_int_equal(policy->mode, BH_RESPOND_ACT);
        assert_int_equal(policy->per_minute, 7);
        assert_int_equal(policy->responses.len, 1);
        assert_int_equal(policy->responses.at[0].n_actions, 3);
        assert_ptr_equal(policy->responses.at[0].actions[2], bh_action_named(BH_STR("kill-tree")));
        assert_int_equal(policy->responses.at[0].for_s, 600);
        assert_int_equal(policy->responses.at[0].mode, BH_RESPOND_DRY_RUN);
        assert_int_equal(policy->responses.at[0].scope.n_labels, 2);
        assert_str(policy->responses.at[0].place, "r.yaml:6");
        assert_int_equal(policy->prevent.at[0].bits, BH_PREVENT_BIT(DRIFTED) | BH_PREVENT_BIT(METADATA));
        assert_true(policy->prevent.at[0].would);
        assert_int_equal(policy->prevent.at[1].bits, BH_PREVENT_BIT(FILE_WRITE) | BH_PREVENT_BIT(MOUNT));
        assert_int_equal(policy->prevent.at[1].n_files, 2);
        assert_str(policy->prevent.at[1].files[0], "/etc/kept/");
        bh_respond_policy_free(&policy);
}

static void what_is_left_out_is_harmless(void **state) {
        (void) state;
        assert_int_equal(parse(""), 0);
        assert_int_equal(policy->mode, BH_RESPOND_DRY_RUN);
        assert_int_equal(parse("responses: []\nnever:\n"), 0);
        bh_respond_policy_free(&policy);
}

static void a_typo_is_an_error_with_its_place_and_the_nearest_word(void **state) {
        static const struct {
                const char *text, *says;
        } all[] = {
                { "respones: []\n", "r.yaml:1:11: there is no key \"respones\"; did you mean \"responses\"?" },
                { "responses:\n  - { name: a, rules: x, do: kil }\n", "r.yaml:2:30: there is no action \"kil\"; did you mean \"kill\"?" },
                { "responses:\n  - { name: a, do: kill }\n", "r.yaml:2:5: this needs \"rules\", \"tags\" or a \"priority\", or it would answer every alert" },
                { "responses:\n  - { name: a, rules: x, do: kill, for: 10m }\n", "r.yaml:2:41: nothing of this can be undone" },
                { "responses:\n  - { name: a, rules: x, do: pause, for: 10 }\n", "r.yaml:2:42: \"10\" is no time such as 90s, 10m, 2h or 1d" },
                { "responses:\n  - { name: a, rules: x, do: kill, even: [sshdd] }\n", "r.yaml:2:42: there is no never-row \"sshdd\"" },
                { "responses:\n  - { name: a, rules: x, do: kill, when: maybe }\n", "r.yaml:2:42: 1:1: no condition" },
                { "responses:\n  - { name: a, rules: x, do: kill, mode: acts }\n", "r.yaml:2:42: there is no mode \"acts\"; did you mean \"act\"?" },
                { "responses:\n  - { name: a, rules: x, do: kill, scope: { images: x } }\n", "r.yaml:2:53: there is no key \"images\"; did you mean \"image\"?" },
                { "never:\n  - { name: a }\n", "r.yaml:2:5: this needs a \"process\", an \"exe\" or a \"scope\"" },
                { "prevent:\n  - { name: a, stop: exec-drift }\n", "r.yaml:2:22: there is no prevention \"exec-drift\"; did you mean \"exec-drifted\"?" },
                { "prevent:\n  - { name: a, stop: exec-listed }\n", "r.yaml:2:5: \"paths\" and exec-listed go together" },
                { "prevent:\n  - { name: a, stop: file-open }\n", "r.yaml:2:5: \"files\" and file-open or file-write go together" },
                { "prevent:\n  - { name: a, stop: mount, files: [/etc/] }\n", "r.yaml:2:5: \"files\" and file-open or file-write go together" },
                { "prevent:\n  - { name: a, stop: network }\n", "r.yaml:2:5: this would take the network from the whole machine: name a scope" },
                { "mode: [act]\n", "r.yaml:1:7: \"mode\" must be text" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(all); i++) {
                assert_int_equal(parse(all[i].text), BH_E_FORMAT);
                assert_string_equal(err.text, all[i].says);
        }
}

static const struct bh_container shop = { .id = BH_STR_INIT("0123456789abcdef"), .short_id = "0123456789ab", .name = BH_STR_INIT("web-1"),
                                          .image = BH_STR_INIT("shop/web:3"), .image_repository = BH_STR_INIT("shop/web"),
                                          .labels = (const struct bh_label[]){ { BH_STR_INIT("team"), BH_STR_INIT("blue") } }, .n_labels = 1 };

static bool fits(const char *row, const struct bh_container *c, const char *rule, enum bh_priority level) {
        struct bh_str tags[] = { BH_STR_INIT("net") };
        struct bh_alert a = { .rule = bh_str_of(rule), .container = c, .level = (uint8_t) level, .tags = tags, .n_tags = 1 };
        char text[512];

        (void) snprintf(text, sizeof text, "responses:\n  - { name: a, do: kill, %s }\n", row);
        if (parse(text) < 0)
                fail_msg("%s", err.text);
        return bh_response_fits(&policy->responses.at[0], &a);
}

static void a_row_answers_what_all_its_words_fit(void **state) {
        (void) state;
        assert_true(fits("rules: 'Rev*'", &shop, "Reverse shell", BH_PRIORITY_NOTICE));
        assert_false(fits("rules: 'Rev*'", &shop, "A Reverse shell", BH_PRIORITY_NOTICE));
        assert_true(fits("priority: error", NULL, "x", BH_PRIORITY_CRITICAL));
        assert_false(fits("priority: error", NULL, "x", BH_PRIORITY_WARNING));
        assert_true(fits("tags: [fs, net]", NULL, "x", BH_PRIORITY_WARNING));
        assert_false(fits("tags: [fs]", NULL, "x", BH_PRIORITY_WARNING));
        assert_true(fits("rules: x, scope: { image: 'shop/*' }", &shop, "x", BH_PRIORITY_WARNING));
        assert_false(fits("rules: x, scope: { image: 'shop/*' }", NULL, "x", BH_PRIORITY_WARNING));
        assert_true(fits("rules: x, scope: { label: team=b* }", &shop, "x", BH_PRIORITY_WARNING));
        assert_false(fits("rules: x, scope: { label: team=r* }", &shop, "x", BH_PRIORITY_WARNING));
        assert_true(fits("rules: x, scope: { container: 0123456789ab }", &shop, "x", BH_PRIORITY_WARNING));
        assert_false(fits("rules: x, scope: { container: web-1, namespace: prod }", &shop, "x", BH_PRIORITY_WARNING));
        assert_false(fits("rules: x, scope: { host: true }", &shop, "x", BH_PRIORITY_WARNING));
        assert_true(fits("rules: x, scope: { host: true }", NULL, "x", BH_PRIORITY_WARNING));
        assert_false(fits("rules: x, scope: { host: false }", NULL, "x", BH_PRIORITY_WARNING));
        assert_false(fits("rules: x, when: 'yes'", NULL, "x", BH_PRIORITY_WARNING)); /* no event to ask */
        bh_respond_policy_free(&policy);
}

BH_UNIT_MAIN(a_whole_policy_is_read, what_is_left_out_is_harmless, a_typo_is_an_error_with_its_place_and_the_nearest_word,
             a_row_answers_what_all_its_words_fit)
