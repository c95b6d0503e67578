/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

#include "base/text.h"
#include "gate/exceptions.h"
#include "gate/gate.h"
#include "report.h"

static const struct bh_gate_looked all = { true, true, true };

struct house {
        struct made made;
        struct bh_arena *arena;
        struct bh_policy policy;
        struct bh_gate_notes notes;
        struct bh_verdict verdict;
};

static void begin(struct house *h, const char *yaml) {
        struct bh_err err = BH_ERR_NONE;

        *h = (struct house){ .arena = bh_arena_new() };
        make_report(&h->made);
        if (bh_policy_parse(h->arena, BH_STR("p"), bh_str_of(yaml), &h->policy, &err) < 0)
                fail_msg("%s", err.text);
}

static void judge(struct house *h, const struct bh_gate_looked *looked) {
        int64_t today;

        assert_true(bh_time_parse(BH_STR("2026-06-30T12:00:00Z"), &today));
        bh_exceptions_apply(&h->policy, today, &h->made.report, h->arena, &h->notes);
        bh_gate_count(&h->made.report);
        bh_gate_judge(&h->policy, looked, &h->made.report, h->arena, &h->verdict);
}

static void end(struct house *h) {
        bh_arena_free(&h->arena);
}

static void an_exception_hides_by_id_alias_rule_and_fingerprint(void **state) {
        struct house h;

        (void) state;
        begin(&h, "exceptions:\n"
                  "  - { id: cve-2024-1, package: openssl, reason: r, expires: 2026-06-30, owner: ann }\n"
                  "  - { id: GHSA-aaaa-bbbb-cccc, path: 'app/*', reason: r, expires: 2026-07-01 }\n"
                  "  - { id: aws-key, image: '*/team/app:*', reason: test key, expires: 2026-07-01 }\n");
        judge(&h, &all);
        assert_int_equal(h.made.report.n_vulns_hidden, 2);
        assert_int_equal(h.made.report.n_findings_hidden, 1);
        assert_str(h.made.vulns[0].whose.hidden_why, "r (until 2026-06-30; owner ann; p:2)");
        assert_int_equal(h.made.vulns[1].whose.hidden, BH_HIDDEN_EXCEPTION);
        assert_int_equal(h.made.vulns[2].whose.hidden, BH_HIDDEN_NO);
        assert_int_equal(h.notes.len, 0);
        end(&h);
        begin(&h, "exceptions: [ { id: '1122334455667788', reason: r, expires: 2026-07-01 } ]");
        judge(&h, &all);
        assert_int_equal(h.made.vulns[1].whose.hidden, BH_HIDDEN_EXCEPTION);
        assert_int_equal(h.made.report.n_vulns_hidden, 1);
        end(&h);
}

static void an_exception_that_ran_out_hides_nothing_and_is_noted(void **state) {
        struct house h;

        (void) state;
        begin(&h, "exceptions:\n  - { id: CVE-2024-1, reason: r, expires: 2026-06-29, owner: ann }\n  - { id: CVE-1, reason: r, expires: 2026-07-01 }\n");
        judge(&h, &all);
        assert_int_equal(h.made.report.n_vulns_hidden, 0);
        assert_int_equal(h.notes.len, 2);
        assert_str(h.notes.at[0], "p:2: the exception for CVE-2024-1 (owner ann) expired on 2026-06-29: 1 finding counts again");
        assert_str(h.notes.at[1], "p:3: the exception for CVE-1 fits nothing here");
        end(&h);
}

static void a_purl_fits_with_and_without_its_version(void **state) {
        static const struct {
                const char *glob;
                unsigned hidden;
        } cases[] = { { "pkg:npm/lodash", 1 }, { "pkg:npm/lodash@4.17.20", 1 }, { "pkg:npm/lodash@4.17.2?", 1 }, { "pkg:npm/lodash@4.17.21", 0 },
                      { "pkg:deb/debian/*", 2 }, { "lod*", 1 }, { "pkg:npm/lod", 0 } };

        (void) state;
        for (size_t i = 0; i < BH_LEN(cases); i++) {
                char yaml[200];
                struct house h;

                (void) snprintf(yaml, sizeof yaml, "exceptions: [ { package: '%s', reason: r, expires: 2026-07-01 } ]", cases[i].glob);
                begin(&h, yaml);
                judge(&h, &all);
                assert_int_equal(h.made.report.n_vulns_hidden, cases[i].hidden);
                assert_int_equal(h.made.report.n_findings_hidden, 0);
                end(&h);
        }
}

static void an_exception_for_another_image_is_not_for_this_one(void **state) {
        struct house h;

        (void) state;
        begin(&h, "exceptions: [ { id: CVE-2024-1, image: '*/other:*', reason: r, expires: 2026-07-01 } ]");
        judge(&h, &all);
        assert_int_equal(h.made.report.n_vulns_hidden, 0);
        assert_int_equal(h.notes.len, 0);
        end(&h);
}

static void what_is_hidden_does_not_deny(void **state) {
        struct house h;

        (void) state;
        begin(&h, "rules: [ { name: a, when: [critical] } ]");
        judge(&h, &all);
        assert_true(h.verdict.asked);
        assert_false(h.verdict.passed);
        assert_str(h.verdict.reasons[0].text, "1 vulnerability of severity critical: CVE-2024-1 in libssl3");
        end(&h);
        begin(&h, "rules: [ { name: a, when: [critical] } ]\nexceptions: [ { id: CVE-2024-1, reason: r, expires: 2026-07-01 } ]");
        judge(&h, &all);
        assert_true(h.verdict.passed);
        assert_int_equal(h.verdict.n_reasons, 0);
        end(&h);
}

static void each_term_minds_its_own(void **state) {
        static const struct {
                const char *term;
                unsigned count;
        } cases[] = { { "critical", 1 }, { "high", 2 },    { "medium", 3 },      { "low", 3 },          { "kev", 1 },         { "in-the-wild", 1 },
                      { "exploit", 1 },  { "fixable", 2 }, { "fixable:critical", 1 }, { "risk:40", 2 }, { "risk:91", 0 },     { "secret", 1 },
                      { "secret:critical", 0 }, { "config", 1 }, { "config:high", 0 }, { "malware", 0 }, { "eol", 0 },          { "gap", 0 },
                      { "vuln.severity >= 4", 2 }, { "vuln.severity = critical and vuln.fixed exists", 1 }, { "vuln.kev = true and vuln.risk > 80", 1 },
                      { "package.type = npm or package.name startswith lib", 2 }, { "not vuln.fixed exists and finding.kind = vulnerability", 1 },
                      { "vuln.aliases intersects (GHSA-aaaa-bbbb-cccc)", 1 }, { "finding.path endswith .env and finding.kind = secret", 1 },
                      { "finding.severity = low", 1 }, { "finding.layer = 1 and image.kind exists", 0 }, { "vuln.id = CVE-1", 0 } };

        (void) state;
        for (size_t i = 0; i < BH_LEN(cases); i++) {
                struct house h;

                begin(&h, "");
                assert_int_equal(bh_policy_fail_on(h.arena, bh_str_of(cases[i].term), &h.policy, NULL), 0);
                judge(&h, &all);
                assert_int_equal(h.verdict.n_reasons ? h.verdict.reasons[0].count : 0, cases[i].count);
                assert_int_equal(h.verdict.passed, cases[i].count == 0);
                end(&h);
        }
}

static void what_was_not_looked_for_cannot_pass(void **state) {
        static const struct bh_gate_looked nothing = { false, false, false };
        struct house h;

        (void) state;
        begin(&h, "rules: [ { name: a, when: [malware, kev] } ]");
        h.made.report.db.present = false;
        h.made.report.n_vulns = 0;
        judge(&h, &nothing);
        assert_false(h.verdict.passed);
        assert_int_equal(h.verdict.n_reasons, 2);
        assert_str(h.verdict.reasons[0].text, "malware cannot be judged: this scan did not look for malware");
        end(&h);
}

static void a_gap_is_told_and_denies_where_it_is_asked_to(void **state) {
        struct bh_gap gap = { .where = BH_STR_INIT("x") };
        struct house h;

        (void) state;
        begin(&h, "rules: [ { name: a, when: [malware] } ]");
        h.made.report.gaps = &gap;
        h.made.report.n_gaps = 1;
        judge(&h, &all);
        assert_true(h.verdict.passed);
        assert_int_equal(h.verdict.n_reasons, 1);
        assert_false(h.verdict.reasons[0].deny);
        end(&h);
        begin(&h, "rules: [ { name: a, when: [gap] } ]");
        h.made.report.gaps = &gap;
        h.made.report.n_gaps = 1;
        judge(&h, &all);
        assert_false(h.verdict.passed);
        assert_int_equal(h.verdict.n_reasons, 1);
        end(&h);
}

static void a_rule_can_be_for_one_side_and_one_team(void **state) {
        struct house h;

        (void) state;
        begin(&h, "rules:\n - { name: a, when: [high], side: application }\n - { name: b, when: [high], owner: 'plat*', action: warn, message: tell them }\n");
        h.made.vulns[0].whose.side = BH_SIDE_BASE;
        h.made.vulns[0].whose.owner = BH_STR("platform");
        h.made.vulns[1].whose.side = BH_SIDE_APP;
        judge(&h, &all);
        assert_false(h.verdict.passed);
        assert_int_equal(h.verdict.n_reasons, 2);
        assert_str(h.verdict.reasons[0].text, "1 vulnerability of severity high or worse: CVE-2024-2 in lodash");
        assert_str(h.verdict.reasons[1].text, "1 vulnerability of severity high or worse: CVE-2024-1 in libssl3; tell them");
        assert_false(h.verdict.reasons[1].deny);
        end(&h);
}

static void without_rules_nothing_is_asked(void **state) {
        struct house h;

        (void) state;
        begin(&h, "");
        judge(&h, &all);
        assert_false(h.verdict.asked);
        assert_true(h.verdict.passed);
        end(&h);
}

BH_UNIT_MAIN(an_exception_hides_by_id_alias_rule_and_fingerprint, an_exception_that_ran_out_hides_nothing_and_is_noted,
             a_purl_fits_with_and_without_its_version, an_exception_for_another_image_is_not_for_this_one, what_is_hidden_does_not_deny,
             each_term_minds_its_own, what_was_not_looked_for_cannot_pass, a_gap_is_told_and_denies_where_it_is_asked_to,
             a_rule_can_be_for_one_side_and_one_team, without_rules_nothing_is_asked)
