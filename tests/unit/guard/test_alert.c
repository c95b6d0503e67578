/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts byte for byte, over a source and a rule of the test's own. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "guard/alert.h"

struct happening {
        int64_t time_ns;
        const char *name, *container;
        uint32_t pid;
        bool has_args;
};

static bool get_name(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct happening *h = event;

        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = BH_V_STRING, .str = bh_str_of(self->tag ? h->container : h->name) };
        return !self->tag || h->container;
}

static bool get_pid(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        const struct happening *h = event;

        (void) self;
        (void) arg;
        (void) scratch;
        *ret = (struct bh_value){ .type = BH_V_UINT, .u = h->pid };
        return true;
}

static int64_t get_time(const void *event) {
        return ((const struct happening *) event)->time_ns;
}

static const struct bh_field fields[] = {
        { .name = "container.id", .type = BH_V_STRING, .tag = 1, .get = get_name },
        { .name = "proc.name", .type = BH_V_STRING, .get = get_name },
        { .name = "proc.pid", .type = BH_V_UINT, .get = get_pid },
};
static const char *type_name(unsigned type) {
        return type ? NULL : "any";
}
static unsigned type_of(const void *event) {
        (void) event;
        return 0;
}
static const struct bh_source source = { .name = "syscall", .fields = fields, .n_fields = BH_LEN(fields), .time_of = get_time, .type_name = type_name,
                                         .type_of = type_of, .n_types = 1 };

static const char rules_text[] = "- rule: A rule\n  desc: x\n  condition: proc.name exists\n"
                                 "  output: A shell (name=%proc.name pid=%proc.pid)\n  priority: WARNING\n  tags: [shell, T1059, container]\n";

static struct bh_rules *rules;
static struct bh_rule_run *run;

static int set_up(void **state) {
        const struct bh_source *const sources[] = { &source };
        const struct bh_rules_opts opts = { .sources = sources, .n_sources = 1, .least = BH_PRIORITY_DEBUG };
        const struct bh_rule_file file = { BH_STR_INIT("r.yaml"), bh_str_of(rules_text) };

        (void) state;
        (void) setenv("TZ", "UTC", 1);
        tzset();
        if (bh_rules_load(&opts, &file, 1, &rules, NULL) < 0 || bh_rules_count(rules) != 1)
                return -1;
        run = bh_rule_run_new(rules, &source);
        return 0;
}

static int tear_down(void **state) {
        (void) state;
        bh_rule_run_free(&run);
        bh_rules_unref(&rules);
        return 0;
}

static const struct happening shell = { 1700000000000000042, "sh \"x\"", NULL, 4711, false };

static void expect_json(const struct bh_alert *a, const char *output, const char *output_fields) {
        char want[2048];
        struct utsname u;

        (void) uname(&u);
        (void) snprintf(want, sizeof want,
                        "{\"hostname\":\"%s\",\"output\":\"22:13:20.000000042: Warning %s\",\"output_fields\":{%s},\"priority\":\"Warning\","
                        "\"rule\":\"A rule\",\"source\":\"syscall\",\"tags\":[\"T1059\",\"container\",\"shell\"],"
                        "\"time\":\"2023-11-14T22:13:20.000000042Z\"}",
                        u.nodename, output, output_fields);
        assert_str(a->json, want);
}

static void json_is_as_falco_writes_it(void **state) {
        struct bh_alerter *alerter = bh_alerter_new(&(struct bh_alerter_opts){ 0 });
        struct happening plain = shell;
        struct bh_alert a;

        (void) state;
        plain.name = "sh";
        bh_alerter_make(alerter, run, bh_rules_at(rules, 0), &plain, &a);
        assert_str(a.text, "22:13:20.000000042: Warning A shell (name=sh pid=4711)");
        expect_json(&a, "A shell (name=sh pid=4711)", "\"evt.time\":1700000000000000042,\"proc.name\":\"sh\",\"proc.pid\":4711");
        assert_int_equal(a.level, BH_PRIORITY_WARNING);
        assert_int_equal(a.id, 1);
        bh_alerter_free(&alerter);
}

static void suggested_fields_are_null_where_there_is_no_value(void **state) {
        struct bh_alerter *alerter = bh_alerter_new(&(struct bh_alerter_opts){ .append = bh_append_default });
        struct happening plain = shell;
        struct bh_alert a;

        (void) state;
        plain.name = "sh";
        bh_alerter_make(alerter, run, bh_rules_at(rules, 0), &plain, &a);
        /* The other suggested fields are none of this source, so the whole suggested text is not. */
        expect_json(&a, "A shell (name=sh pid=4711)",
                    "\"container.id\":null,\"container.image.repository\":null,\"container.image.tag\":null,\"container.name\":null,"
                    "\"evt.time\":1700000000000000042,\"k8s.ns.name\":null,\"k8s.pod.name\":null,\"proc.name\":\"sh\",\"proc.pid\":4711");
        bh_alerter_free(&alerter);
}

static void what_the_user_appends_comes_behind(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_alerter_opts opts = { 0 };
        struct bh_alerter *alerter;
        struct happening plain = shell;
        struct bh_alert a;

        (void) state;
        plain.name = "sh";
        assert_int_equal(bh_append_parse(arena, BH_STR("f.yaml"),
                                         BH_STR("other: 1\nappend_output:\n  - match: { source: syscall, tags: [shell] }\n"
                                                "    extra_output: and %proc.pid\n    extra_fields: [container.id, { mine: 'p=%proc.pid' }]\n"
                                                "  - match: { rule: Another }\n    extra_output: never\n"),
                                         &opts.append, NULL),
                         0);
        alerter = bh_alerter_new(&opts);
        bh_alerter_make(alerter, run, bh_rules_at(rules, 0), &plain, &a);
        expect_json(&a, "A shell (name=sh pid=4711) and 4711",
                    "\"container.id\":null,\"evt.time\":1700000000000000042,\"mine\":\"p=4711\",\"proc.name\":\"sh\",\"proc.pid\":4711");
        bh_alerter_free(&alerter);
        bh_arena_free(&arena);
}

static void a_name_of_several_lines_stays_on_one(void **state) {
        struct bh_alerter *alerter = bh_alerter_new(&(struct bh_alerter_opts){ 0 });
        struct happening evil = shell;
        struct bh_alert a;

        (void) state;
        evil.name = "sh\n22:13:20.000000042: Emergency forged \xff";
        bh_alerter_make(alerter, run, bh_rules_at(rules, 0), &evil, &a);
        assert_int_equal(bh_str_chr(a.text, '\n'), -1);
        assert_int_equal(bh_str_chr(a.json, '\n'), -1);
        bh_alerter_free(&alerter);
}

static void our_own_alerts_have_the_same_shape(void **state) {
        struct bh_alerter *alerter = bh_alerter_new(&(struct bh_alerter_opts){ .iso_time = true, .message = true });
        struct bh_alert_field f[] = { { "lane", BH_STR_INIT("files") } };
        struct bh_own_alert own = { .rule = BH_STR_INIT("Events lost"), .message = BH_STR_INIT("7 lost"), .priority = BH_PRIORITY_ERROR, .fields = f, .n_fields = 1 };
        struct bh_alert a;
        struct bh_str json;

        (void) state;
        bh_alerter_own(alerter, &own, 1700000000000000042, &a);
        assert_str(a.text, "2023-11-14T22:13:20.000000042+0000: Error 7 lost");
        json = bh_str_from(a.json, (size_t) bh_str_find(a.json, BH_STR("\"message\"")));
        assert_str(json, "\"message\":\"7 lost\",\"output\":\"2023-11-14T22:13:20.000000042+0000: Error 7 lost\","
                         "\"output_fields\":{\"evt.time.iso8601\":1700000000000000042,\"lane\":\"files\"},\"priority\":\"Error\",\"rule\":\"Events lost\","
                         "\"source\":\"internal\",\"tags\":[],\"time\":\"2023-11-14T22:13:20.000000042Z\"}");
        bh_alerter_free(&alerter);
}

static void a_typo_in_what_to_append_is_named(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_append_list list;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_append_parse(arena, BH_STR("f.yaml"), BH_STR("append_output:\n  - extra_outputs: x\n"), &list, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "f.yaml:2:20: there is no key \"extra_outputs\"; did you mean \"extra_output\"?");
        assert_int_equal(bh_append_parse(arena, BH_STR("f.yaml"), BH_STR("a: b\n"), &list, &err), BH_E_FORMAT);
        bh_arena_free(&arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_is_as_falco_writes_it),
                cmocka_unit_test(suggested_fields_are_null_where_there_is_no_value),
                cmocka_unit_test(what_the_user_appends_comes_behind),
                cmocka_unit_test(a_name_of_several_lines_stays_on_one),
                cmocka_unit_test(our_own_alerts_have_the_same_shape),
                cmocka_unit_test(a_typo_in_what_to_append_is_named),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
