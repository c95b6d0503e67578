/* SPDX-License-Identifier: Apache-2.0 */
/* Facts x checks -> results, over a kind that is there for everybody: the host. */
#include "unit.h"

#include "comply/collect.h"
#include "comply/collect/collectors.h"
#include "comply/judge.h"
#include "fmt/json.h"

#define CHECK(id, rest) "  - { id: " id ", title: { en: T " id " }, on: host, why: { en: because }, severity: high, evidence: [host.kernel], " rest " }\n"

struct bench {
        struct bh_arena *arena;
        struct bh_checks set;
        struct bh_facts facts;
        struct bh_comply_report report;
};

static void bench_up(struct bench *b, const char *yaml) {
        struct bh_err err = BH_ERR_NONE;

        *b = (struct bench){ .arena = bh_arena_new() };
        bh_checks_init(&b->set, b->arena);
        bh_facts_init(&b->facts, b->arena);
        assert_int_equal(bh_checks_parse(&b->set, BH_STR("a.yaml"), bh_str_of(yaml), &err), 0);
        b->report.distribution = BH_STR("ubuntu debian");
}

static void bench_down(struct bench *b) {
        bh_checks_done(&b->set);
        bh_arena_free(&b->arena);
}

static struct bh_fact *host(struct bench *b, const char *key, const char *json) {
        struct bh_fact *f = bh_fact_new(&b->facts, &bh_kind_host, bh_str_of(key), bh_str_of(key));
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *doc;

        assert_int_equal(bh_json_parse(b->arena, bh_str_of(json), &doc, &err), 0);
        assert_int_equal(bh_fact_read(f, doc, &err), 0);
        return f;
}

static void judge(struct bench *b) {
        bh_comply_judge(&b->set, &b->facts, &(struct bh_comply_opts){ 0 }, b->arena, &b->report);
}

static const struct bh_comply_result *result(const struct bench *b, const char *check, const char *key) {
        for (size_t i = 0; i < b->report.n; i++) {
                const struct bh_comply_result *r = &b->report.results[i];

                if (bh_str_is(r->check->id, check) && bh_str_is(r->fact ? r->fact->key : (struct bh_str){ 0 }, key))
                        return r;
        }
        fail_msg("there is no result of %s for %s", check, key);
        return NULL;
}

static const char yaml[] = "checks:\n" CHECK("passes", "pass: host.kernel startswith 6") CHECK("fails", "pass: host.kernel = 9")
        CHECK("elsewhere", "applies: host.name = other, pass: host.kernel exists") CHECK("person", "ask: { en: Is it so? }");

static void each_state_has_its_cause(void **state) {
        struct bh_err why = { .text = "permission denied" };
        struct bench b;

        (void) state;
        bench_up(&b, yaml);
        bh_fact_unknown(host(&b, "one", "{\"name\":\"a\",\"kernel\":\"6.1\"}"), 0, &why);
        judge(&b);
        assert_int_equal(result(&b, "passes", "one")->state, BH_COMPLY_PASS);
        assert_int_equal(result(&b, "fails", "one")->state, BH_COMPLY_FAIL);
        assert_int_equal(result(&b, "person", "one")->state, BH_COMPLY_MANUAL);
        assert_int_equal(result(&b, "elsewhere", "one")->state, BH_COMPLY_UNKNOWN);
        assert_true(bh_str_is(result(&b, "elsewhere", "one")->cause, "permission denied"));
        assert_true(bh_str_is(result(&b, "fails", "one")->evidence[0].value, "6.1"));
        assert_int_equal((int) bh_comply_score(&b.report.all), 50); /* one of two that are decided */
        bench_down(&b);
}

static void without_a_fact_nothing_applies(void **state) {
        struct bench b;

        (void) state;
        bench_up(&b, yaml);
        judge(&b);
        assert_int_equal(b.report.n, 4);
        for (size_t i = 0; i < b.report.n; i++)
                assert_int_equal(b.report.results[i].state, BH_COMPLY_NOT_APPLICABLE);
        assert_true(bh_comply_score(&b.report.all) < 0);
        bench_down(&b);
}

static void what_is_borne_with_stays_in_sight(void **state) {
        static const char rows[] = "exceptions:\n  - { check: fails, subject: host one, owner: ops, reason: old, expires: 2030-01-31 }\n"
                                   "  - { check: nothing, owner: ops, reason: old, expires: 2030-01-31 }\n";
        struct bh_comply_exceptions all = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_gap *notes;
        struct bench b;
        size_t n;

        (void) state;
        bench_up(&b, yaml);
        (void) host(&b, "one", "{\"kernel\":\"6.1\"}");
        (void) host(&b, "two", "{\"kernel\":\"6.1\"}");
        assert_int_equal(bh_comply_exceptions_parse(b.arena, BH_STR("e.yaml"), bh_str_of(rows), &all, &err), 0);
        judge(&b);
        bh_comply_except(&all, 1800000000, &b.report, b.arena, &notes, &n);
        assert_non_null(result(&b, "fails", "one")->exception);
        assert_null(result(&b, "fails", "two")->exception);
        assert_int_equal(b.report.all.by_state[BH_COMPLY_FAIL], 2);
        assert_int_equal(b.report.all.excepted, 1);
        assert_int_equal((int) bh_comply_score(&b.report.all), 75);
        assert_int_equal(n, 1); /* the one that fits nothing */

        judge(&b);
        bh_comply_except(&all, 2000000000, &b.report, b.arena, &notes, &n); /* 2033: it has run out */
        assert_null(result(&b, "fails", "one")->exception);
        assert_int_equal(n, 2);
        bench_down(&b);
}

static void the_next_run_knows_what_changed(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf record = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bench b;

        (void) state;
        bench_up(&b, yaml);
        (void) host(&b, "one", "{\"kernel\":\"6.1\"}");
        judge(&b);
        bh_comply_remember(&b.report, &record);
        bh_facts_init(&b.facts, b.arena);
        (void) host(&b, "two", "{\"kernel\":\"9\"}");
        judge(&b);
        assert_int_equal(bh_comply_compare(bh_buf_str(&record), &b.report, b.arena, &err), 0);
        assert_true(result(&b, "fails", "two")->is_new);
        assert_int_equal(b.report.n_gone, 1);
        assert_true(bh_str_is(b.report.gone[0], "fails host/one"));
        assert_int_equal(bh_comply_compare(BH_STR("#!/bin/sh\n"), &b.report, b.arena, &err), BH_E_FORMAT);
        bench_down(&b);
}

static void what_was_not_looked_for_is_not_none(void **state) {
        struct bh_err why = BH_ERR_NONE;
        struct bench b;

        (void) state;
        bench_up(&b, yaml);
        BH_IGNORE(bh_fail(&why, BH_E_IO, "nobody looked"));
        bh_facts_unlooked(&b.facts, &bh_kind_host, false, &why);
        judge(&b);
        assert_int_equal(b.report.results[0].state, BH_COMPLY_NOT_APPLICABLE);
        assert_true(bh_str_is(b.report.results[0].cause, "nobody looked"));
        bh_facts_init(&b.facts, b.arena);
        bh_facts_unlooked(&b.facts, &bh_kind_host, true, &why);
        judge(&b);
        assert_int_equal(b.report.results[0].state, BH_COMPLY_UNKNOWN);
        bench_down(&b);
}

static void what_one_run_leaves_out_the_next_still_knows(void **state) {
        static const char record[] = "bulkhead-comply 1\nfail fails host/one\nfail password-weak password//etc/shadow/root\npass x file/a password/b\n";
        BH_CLEANUP(bh_buf_done) struct bh_buf of_it = { 0 }, others = { 0 };

        (void) state;
        bh_comply_part(bh_str_of(record), &bh_kind_password, &of_it, &others);
        assert_true(bh_str_is(bh_buf_str(&of_it), "fail password-weak password//etc/shadow/root\n"));
        assert_true(bh_str_is(bh_buf_str(&others), "bulkhead-comply 1\nfail fails host/one\npass x file/a password/b\n"));
}

static void a_run_knows_what_it_asks_about(void **state) {
        struct bench b;

        (void) state;
        bench_up(&b, yaml);
        assert_true(bh_comply_asks(&b.set, &(struct bh_comply_opts){ 0 }, &bh_kind_host));
        assert_false(bh_comply_asks(&b.set, &(struct bh_comply_opts){ 0 }, &bh_kind_password));
        assert_false(bh_comply_asks(&b.set, &(struct bh_comply_opts){ .check = BH_STR("password-*") }, &bh_kind_host));
        bench_down(&b);
}

static void a_mend_is_the_distributions_own(void **state) {
        static const char rows[] = "checks:\n" CHECK("m", "pass: host.kernel = 9, mend: { rhel: { en: R }, debian: { en: 'D %host.kernel', zh: Z }, any: { en: A } }");
        struct bench b;

        (void) state;
        bench_up(&b, rows);
        (void) host(&b, "one", "{\"kernel\":\"6.1\"}");
        judge(&b);
        assert_true(bh_str_is(bh_comply_mend(&b.report, &b.report.results[0], BH_LANG_EN, b.arena), "D 6.1"));
        assert_true(bh_str_is(bh_comply_mend(&b.report, &b.report.results[0], BH_LANG_ZH, b.arena), "Z"));
        b.report.distribution = BH_STR("arch");
        assert_true(bh_str_is(bh_comply_mend(&b.report, &b.report.results[0], BH_LANG_EN, b.arena), "A"));
        bench_down(&b);
}

static void mistakes_have_a_place(void **state) {
        static const struct {
                const char *yaml, *want;
        } rows[] = {
                { "checks:\n" CHECK("a", "pass: host.kernle = 9"), "a.yaml:2" },
                { "checks:\n  - { id: a, title: { en: A }, on: hots, why: { en: b }, pass: x }\n", "did you mean \"host\"" },
                { "checks:\n" CHECK("a", "weight: 3"), "either \"pass\"" },
                { "checks:\n" CHECK("a", "pass: host.kernel = 9") CHECK("a", "pass: host.kernel = 9"), "a.yaml:2" },
                { "checks:\n  - { id: a, tilte: { en: A } }\n", "did you mean \"title\"" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_arena *arena = bh_arena_new();
                struct bh_err err = BH_ERR_NONE;
                struct bh_checks set;

                bh_checks_init(&set, arena);
                assert_int_equal(bh_checks_parse(&set, BH_STR("a.yaml"), bh_str_of(rows[i].yaml), &err), BH_E_FORMAT);
                if (!strstr(err.text, rows[i].want))
                        fail_msg("\"%s\" does not say \"%s\"", err.text, rows[i].want);
                bh_checks_done(&set);
                bh_arena_free(&arena);
        }
}

static void of_a_part_the_others_are_not_looked_into(void **state) {
        const struct bh_comply_opts a = { .benchmark = BH_STR("book") }, b = { .check = BH_STR("b*") }, two = { .level = 1 };
        const struct bh_comply_opts *const parts[] = { &a, &b, &two };
        static const char of_three[] = "benchmarks:\n  - { id: book, title: { en: A book }, version: '1' }\nchecks:\n" CHECK("bee", "pass: host.kernel exists, refs: { book: '1.1' }")
                CHECK("cow", "pass: no.such > field, level: 2") CHECK("bat", "pass: host.kernel exists, level: 2");

        (void) state;
        for (size_t i = 0; i < BH_LEN(parts); i++) {
                struct bh_arena *arena = bh_arena_new();
                struct bh_err err = BH_ERR_NONE;
                struct bh_checks set;

                bh_checks_init(&set, arena);
                set.only = parts[i];
                assert_int_equal(bh_checks_parse(&set, BH_STR("a.yaml"), bh_str_of(of_three), &err), 0);
                assert_int_equal(set.checks.len, i == 1 ? 2 : 1);
                assert_str(set.checks.at[0].id, "bee");
                assert_true(bh_checks_have(&set, BH_STR("book")));
                bh_checks_done(&set);
                bh_arena_free(&arena);
        }
}

/* Else a check that asks for it alone would find nothing, and say that it does not apply. */
static void each_kind_of_a_machine_has_its_collector(void **state) {
        static const char *const of_others[] = { "cluster", "k8s_role", "k8s_subject", "namespace", "pod", "password" }; /* objects, and who guessed */

        (void) state;
        for (size_t i = 0; bh_fact_kinds[i]; i++) {
                bool told = false;

                for (size_t k = 0; k < BH_LEN(of_others); k++)
                        told |= strcmp(of_others[k], bh_fact_kinds[i]->name) == 0;
                for (size_t c = 0; bh_fact_collectors[c].name; c++)
                        for (size_t k = 0; k < BH_LEN(bh_fact_collectors[c].kinds); k++)
                                told |= bh_fact_collectors[c].kinds[k] == bh_fact_kinds[i];
                if (!told)
                        fail_msg("nobody tells of %s", bh_fact_kinds[i]->name);
        }
}

static void each_kind_and_collector_stands_once(void **state) {
        (void) state;
        for (size_t i = 1; bh_fact_kinds[i]; i++)
                assert_true(strcmp(bh_fact_kinds[i - 1]->name, bh_fact_kinds[i]->name) < 0);
        for (size_t i = 1; bh_fact_collectors[i].name; i++)
                assert_true(strcmp(bh_fact_collectors[i - 1].name, bh_fact_collectors[i].name) < 0);
}

BH_UNIT_MAIN(each_state_has_its_cause, without_a_fact_nothing_applies, what_is_borne_with_stays_in_sight, the_next_run_knows_what_changed,
             what_was_not_looked_for_is_not_none, what_one_run_leaves_out_the_next_still_knows, a_run_knows_what_it_asks_about,
             a_mend_is_the_distributions_own, mistakes_have_a_place, of_a_part_the_others_are_not_looked_into,
             each_kind_of_a_machine_has_its_collector, each_kind_and_collector_stands_once)
