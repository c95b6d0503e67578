/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <math.h>

#include "scan/risk.h"

static uint32_t dice_state = 1;
static uint32_t dice(uint32_t n) {
        dice_state = dice_state * 1664525u + 1013904223u;
        return (dice_state >> 8) % n;
}

static struct bh_risk score(struct bh_arena *a, const struct bh_risk_in *in) {
        struct bh_risk r;

        bh_risk_score(a, in, &r);
        return r;
}

static struct bh_risk_in any(struct bh_cvss *cvss) {
        struct bh_risk_in in = bh_risk_unknown();

        *cvss = (struct bh_cvss){ .vector = dice(4), .complexity = dice(3), .privileges = dice(3), .interaction = dice(3),
                                  .confidentiality = dice(3), .integrity = dice(3), .availability = dice(3) };
        in.cvss = dice(3) ? cvss : NULL;
        in.severity = dice(_BH_SEVERITY_MAX);
        in.vendor = dice(_BH_SEVERITY_MAX);
        in.exploit = dice(_BH_EXPLOIT_LEVEL_MAX);
        in.kev = dice(8) == 0;
        in.epss = dice(3) ? dice(1001) / 1000.0 : -1;
        in.age_days = dice(3) ? (double) dice(5000) : -1;
        in.automatable = dice(3);
        in.total_impact = dice(3);
        in.exposure = dice(_BH_RISK_EXPOSURE_MAX);
        in.use = dice(_BH_RISK_USE_MAX);
        in.conditions = dice(_BH_RISK_CONDITIONS_MAX);
        in.power = dice(_BH_RISK_POWER_MAX);
        return in;
}

static void the_factors_multiply_back_to_the_score(void **state) {
        (void) state;
        for (unsigned i = 0; i < 20000; i++) {
                struct bh_arena *a = bh_arena_new();
                struct bh_cvss cvss;
                struct bh_risk_in in = any(&cvss);
                struct bh_risk r = score(a, &in);
                double v = 100, low = 100, high = 100;

                for (uint32_t k = 0; k < r.n_factors; k++) {
                        v *= r.factors[k].value;
                        low *= r.factors[k].low;
                        high *= r.factors[k].high;
                        assert_true(r.factors[k].low <= r.factors[k].value && r.factors[k].value <= r.factors[k].high);
                        assert_true(r.factors[k].words.len > 0);
                }
                assert_true(fabs(v - r.score) < 1e-9 && fabs(low - r.low) < 1e-9 && fabs(high - r.high) < 1e-9);
                assert_true(r.low >= 0 && r.low <= r.score && r.score <= r.high && r.high <= 100);
                bh_arena_free(&a);
        }
}

/* Makes one thing worse; 0 when it cannot be. Unknown is not compared with known but for its bounds. */
static bool worsen(struct bh_risk_in *in, struct bh_cvss *c, unsigned which) {
        switch (which) {
        case 0: return in->exploit + 1 < _BH_EXPLOIT_LEVEL_MAX && (in->exploit++, true);
        case 1: return !in->kev && (in->kev = true);
        case 2: return in->epss >= 0 && in->epss <= 0.9 && (in->epss += 0.1, true);
        case 3: return in->age_days >= 0 && (in->age_days += 100, true);
        case 4: return in->exposure && in->exposure + 1 < _BH_RISK_EXPOSURE_MAX && (in->exposure++, true);
        case 5: return in->use && in->use + 1 < _BH_RISK_USE_MAX && (in->use++, true);
        case 6: return in->conditions == BH_RISK_CONDITIONS_NOT_MET && (in->conditions++, true);
        case 7: return in->power && in->power + 1 < _BH_RISK_POWER_MAX && (in->power++, true);
        case 8: return in->automatable == BH_RISK_SSVC_NO && (in->automatable++, true);
        case 9: return in->total_impact == BH_RISK_SSVC_NO && (in->total_impact++, true);
        case 10: return in->cvss && c->vector && (c->vector--, true);
        case 11: return in->cvss && c->complexity && (c->complexity--, true);
        case 12: return in->cvss && c->privileges && (c->privileges--, true);
        case 13: return in->cvss && c->interaction && (c->interaction--, true);
        case 14: return in->cvss && c->confidentiality && (c->confidentiality--, true);
        case 15: return in->cvss && c->availability && (c->availability--, true);
        case 16: return in->vendor && in->vendor + 1 < _BH_SEVERITY_MAX && (in->vendor++, true);
        default: return in->severity && in->severity + 1 < _BH_SEVERITY_MAX && (in->severity++, true);
        }
}

static void worse_news_never_lowers_a_score(void **state) {
        unsigned tried[18] = { 0 };

        (void) state;
        for (unsigned i = 0; i < 40000; i++) {
                struct bh_arena *a = bh_arena_new();
                struct bh_cvss cvss;
                struct bh_risk_in in = any(&cvss);
                struct bh_risk before = score(a, &in), after;
                unsigned which = dice(18);

                if (worsen(&in, &cvss, which)) {
                        after = score(a, &in);
                        tried[which]++;
                        assert_true(after.score >= before.score - 1e-9);
                        assert_true(after.low >= before.low - 1e-9 && after.high >= before.high - 1e-9);
                }
                bh_arena_free(&a);
        }
        for (unsigned i = 0; i < 18; i++)
                assert_true(tried[i] > 50);
}

static void learning_more_narrows_the_interval(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_cvss cvss;
        struct bh_err err = BH_ERR_NONE;
        struct bh_risk_in in = bh_risk_unknown();
        struct bh_risk nothing = score(a, &in), all;

        (void) state;
        assert_int_equal(bh_cvss_parse(BH_STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), &cvss, &err), 0);
        in.cvss = &cvss;
        in.kev = true;
        in.exposure = BH_RISK_EXPOSED_INTERNET;
        in.use = BH_RISK_EXECUTED;
        in.conditions = BH_RISK_CONDITIONS_MET;
        in.power = BH_RISK_PRIVILEGED;
        all = score(a, &in);
        assert_true(nothing.low < nothing.score && nothing.score < nothing.high);
        assert_true(fabs(all.score - 100) < 1e-9 && all.low == all.high);
        bh_arena_free(&a);
}

static void a_rollup_knows_no_order(void **state) {
        double scores[50], sum;

        (void) state;
        for (unsigned i = 0; i < 50; i++)
                scores[i] = dice(100000) / 1000.0;
        sum = bh_risk_rollup(scores, 50);
        for (unsigned round = 0; round < 100; round++) {
                unsigned i = dice(50), k = dice(50);
                double t = scores[i];

                scores[i] = scores[k];
                scores[k] = t;
                assert_true(bh_risk_rollup(scores, 50) == sum);
        }
        assert_true(sum <= 100 && bh_risk_rollup(scores, 49) <= sum);
        assert_true(bh_risk_rollup(NULL, 0) == 0);
        assert_true(bh_risk_rollup((double[]){ 42 }, 1) == 42);
}

static void what_the_index_knows_becomes_factors(void **state) {
        struct bh_arena *a = bh_arena_new();
        const struct bh_rating cvss[] = { { BH_STR("AV:N/AC:L/Au:N/C:P/I:P/A:P"), BH_STR("x") },
                                          { BH_STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), BH_STR("x") } };
        const struct bh_exploit exploit = { .kind = BH_EXPLOIT_METASPLOIT };
        struct bh_vuln v = { .cvss = cvss, .n_cvss = 2, .exploits = &exploit, .n_exploits = 1, .epss = 0.9,
                             .epss_percentile = 0.99, .epss_date_s = 1787356800, .ssvc = BH_STR("poc yes total"), .published_s = 1000 };
        struct bh_cvss keep;
        struct bh_risk_in in = bh_risk_of_vuln(&v, 1000 + 86400 * 10, &keep);
        struct bh_risk r = score(a, &in);

        (void) state;
        assert_int_equal(keep.version, BH_CVSS_31);
        assert_int_equal(in.exploit, BH_EXPLOIT_LEVEL_WEAPONISED);
        assert_true(in.age_days == 10);
        assert_str(r.factors[0].words, "EPSS 0.900 (percentile 99.0) of 2026-08-22; part of a tool anybody can run; can be automated");
        bh_arena_free(&a);
}

BH_UNIT_MAIN(the_factors_multiply_back_to_the_score, worse_news_never_lowers_a_score,
             learning_more_narrows_the_interval, a_rollup_knows_no_order, what_the_index_knows_becomes_factors)
