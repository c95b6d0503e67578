/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "model/exposure.h"

#define S(text) BH_STR_INIT(text)

static double chance(unsigned *seed) {
        *seed = *seed * 1103515245u + 12345u;
        return (double) (*seed >> 8 & 0xffff) / 65536;
}

static struct bh_risk_factor factor(const char *name, double low, double value, double high) {
        return (struct bh_risk_factor){ .name = bh_str_of(name), .value = value, .low = low, .high = high, .known = low == high };
}

/* As a scan leaves it: where it runs is unknown. */
static struct bh_risk of_scan(struct bh_arena *arena, double threat, double impact) {
        struct bh_risk r = { .factors = bh_arena_array(arena, struct bh_risk_factor, 5), .n_factors = 5 };

        r.factors[0] = factor("threat", threat, threat, threat);
        r.factors[1] = factor("exposure", 0.3, 0.7, 1);
        r.factors[2] = factor("use", 0.3, 0.7, 1);
        r.factors[3] = factor("impact", impact, impact, impact);
        r.factors[4] = factor("power", 0.6, 0.8, 1);
        r.score = 100 * threat * impact * 0.7 * 0.7 * 0.8;
        r.low = 100 * threat * impact * 0.3 * 0.3 * 0.6;
        r.high = 100 * threat * impact;
        return r;
}

static void assert_multiplies(const struct bh_risk *r) {
        double score = 100, low = 100, high = 100;

        for (uint32_t i = 0; i < r->n_factors; i++) {
                assert_true(r->factors[i].words.len > 0 || i == 0 || i == 3);
                score *= r->factors[i].value;
                low *= r->factors[i].low;
                high *= r->factors[i].high;
        }
        assert_true(fabs(score - r->score) < 1e-9 && fabs(low - r->low) < 1e-9 && fabs(high - r->high) < 1e-9);
        assert_true(r->low <= r->score + 1e-9 && r->score <= r->high + 1e-9);
}

static struct bh_place some_place(unsigned *seed) {
        static const struct bh_str published[] = { S(""), S("127.0.0.1:80->80/tcp"), S("0.0.0.0:80->80/tcp") }, environments[] = { S("dev"), S(""), S("prod") };
        struct bh_place p = { .id = S("c"), .rights_known = true, .ports_known = true };

        p.privileged = chance(seed) < 0.3;
        p.root = chance(seed) < 0.5;
        p.host_net = chance(seed) < 0.2;
        p.caps = chance(seed) < 0.3 ? BH_STR("SYS_ADMIN") : BH_STR("");
        p.mounts = chance(seed) < 0.3 ? BH_STR("/var/run/docker.sock") : BH_STR("");
        p.in_pod = chance(seed) < 0.5;
        p.listening = chance(seed) < 0.5 ? BH_STR("80/tcp") : BH_STR("");
        p.published = published[(size_t) (chance(seed) * 3)];
        p.environment = environments[(size_t) (chance(seed) * 3)];
        p.n_incidents = chance(seed) < 0.2;
        return p;
}

/* One thing of it becomes worse. */
static void worsen(struct bh_place *p, unsigned which) {
        switch (which % 9) {
        case 0: p->privileged = true; break;
        case 1: p->root = true; break;
        case 2: p->host_net = true; break;
        case 3: p->caps = BH_STR("SYS_PTRACE"); break;
        case 4: p->mounts = BH_STR("/"); break;
        case 5: p->published = BH_STR("0.0.0.0:443->443/tcp"); break;
        case 6: p->environment = BH_STR("prod"); break;
        case 7: p->n_incidents++; break;
        default: p->listening = BH_STR("80/tcp"); break;
        }
}

static void worse_news_never_lowers_it_and_the_factors_multiply(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        unsigned seed = 7;

        (void) state;
        for (unsigned i = 0; i < 20000; i++) {
                struct bh_risk base = of_scan(arena, chance(&seed), chance(&seed)), before, after;
                enum bh_risk_use use = (enum bh_risk_use)(1 + i % 3), more = use < BH_RISK_EXECUTED ? (enum bh_risk_use)(use + 1) : use;
                struct bh_place p = some_place(&seed), worse = p;

                bh_risk_place(arena, &base, &p, &(struct bh_use){ .how = use }, &before);
                assert_multiplies(&before);
                worsen(&worse, i);
                bh_risk_place(arena, &base, &worse, &(struct bh_use){ .how = i % 2 ? use : more }, &after);
                assert_multiplies(&after);
                assert_true(after.score >= before.score - 1e-9 && after.high >= before.high - 1e-9 && after.low >= before.low - 1e-9);
                bh_arena_reset(arena);
        }
}

static void an_open_incident_lifts_it_to_ninety_and_keeps_the_order(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_place p = { .id = S("c"), .n_incidents = 1 };
        struct bh_risk low = of_scan(arena, 0.02, 0.1), high = of_scan(arena, 0.5, 1), none = of_scan(arena, 1, 0), r[3];

        (void) state;
        bh_risk_place(arena, &low, &p, NULL, &r[0]);
        bh_risk_place(arena, &high, &p, NULL, &r[1]);
        bh_risk_place(arena, &none, &p, NULL, &r[2]);
        assert_true(r[0].score >= 90 && r[1].score > r[0].score && r[1].score <= 100);
        assert_true(r[2].score == 0); /* what can do no harm does none to whoever is inside either */
}

static void what_was_counted_for_one_place_can_be_counted_for_another(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_place p = { .id = S("c"), .rights_known = true, .privileged = true, .published = S("0.0.0.0:80->80/tcp"), .n_incidents = 2, .environment = S("dev") };
        static const struct bh_use executed = { .how = BH_RISK_EXECUTED };
        struct bh_place nowhere = { 0 };
        struct bh_risk base = of_scan(arena, 0.3, 0.9), there, back;

        (void) state;
        bh_risk_place(arena, &base, &p, &executed, &there);
        bh_risk_place(arena, &there, &nowhere, NULL, &back);
        assert_int_equal(back.n_factors, base.n_factors);
        assert_true(fabs(back.score - base.score) < 1e-9 && fabs(back.low - base.low) < 1e-9 && fabs(back.high - base.high) < 1e-9);
}

static void what_is_unknown_stays_an_interval(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_place unknown = { .id = S("c") }, known = { .id = S("c"), .rights_known = true, .ports_known = true, .environment = S("prod") };
        static const struct bh_use present = { .how = BH_RISK_PRESENT };
        struct bh_risk base = of_scan(arena, 0.3, 0.9), r;

        (void) state;
        bh_risk_place(arena, &base, &unknown, NULL, &r);
        assert_true(r.low < r.score && r.score < r.high);
        bh_risk_place(arena, &base, &known, &present, &r);
        assert_true(r.low == r.score && r.score == r.high);
        assert_int_equal(bh_place_exposure(&known), BH_RISK_EXPOSED_NOWHERE);
        assert_int_equal(bh_place_power(&known), BH_RISK_CONFINED);
}

static void what_is_in_use_says_by_which_file(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        static const struct {
                struct bh_use use;
                const char *words;
        } rows[] = {
                { { BH_RISK_EXECUTED, S("/usr/sbin/nginx"), S("web") }, "in use: /usr/sbin/nginx was executed in container web" },
                { { BH_RISK_EXECUTED, S("/usr/sbin/sshd"), S("") }, "in use: /usr/sbin/sshd was executed" },
                { { BH_RISK_LOADED, S("/lib/libssl.so.3"), S("web") }, "in use: a process of container web has /lib/libssl.so.3 loaded" },
                { { BH_RISK_LOADED, S("/lib/libssl.so.3"), S("") }, "in use: a process has /lib/libssl.so.3 loaded" },
                { { BH_RISK_EXECUTED, S(""), S("web") }, "executed" },
                { { BH_RISK_USE_UNKNOWN, S(""), S("") }, "whether it is used is unknown" },
        };
        struct bh_risk base = of_scan(arena, 0.3, 0.9), r;
        struct bh_place p = { .id = S("c") };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                bh_risk_place(arena, &base, &p, &rows[i].use, &r);
                for (uint32_t f = 0; f < r.n_factors; f++)
                        if (bh_str_is(r.factors[f].name, "use"))
                                assert_str(r.factors[f].words, rows[i].words);
        }
}

static void who_can_reach_it_is_told_by_its_ports(void **state) {
        static const struct {
                struct bh_place place;
                enum bh_risk_exposure expect;
        } rows[] = {
                { { .published = S("0.0.0.0:80->8080/tcp") }, BH_RISK_EXPOSED_INTERNET },
                { { .published = S("127.0.0.1:80->8080/tcp,[::]:81->81/tcp") }, BH_RISK_EXPOSED_INTERNET },
                { { .published = S("127.0.0.1:80->8080/tcp, [::1]:80->8080/tcp") }, BH_RISK_EXPOSED_NODE },
                { { .listening = S("80/tcp"), .host_net = true }, BH_RISK_EXPOSED_INTERNET },
                { { .listening = S("80/tcp"), .in_pod = true }, BH_RISK_EXPOSED_CLUSTER },
                { { .listening = S("80/tcp") }, BH_RISK_EXPOSED_NODE },
                { { .ports_known = true }, BH_RISK_EXPOSED_NOWHERE },
                { { .id = S("c") }, BH_RISK_EXPOSURE_UNKNOWN },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                assert_int_equal(bh_place_exposure(&rows[i].place), rows[i].expect);
}

static void the_worst_place_is_the_one_that_counts(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_place p[] = { { .id = S("a"), .rights_known = true }, { .id = S("b"), .rights_known = true, .privileged = true },
                                { .id = S("c"), .rights_known = true, .root = true } };
        struct bh_risk base = of_scan(arena, 0.3, 0.9), r, one;

        (void) state;
        assert_int_equal(bh_risk_worst_place(arena, &base, p, 3, NULL, &r), 1);
        bh_risk_place(arena, &base, &p[1], NULL, &one);
        assert_true(r.score == one.score);
        assert_int_equal(bh_risk_worst_place(arena, &base, NULL, 0, NULL, &r), 0);
        assert_true(fabs(r.score - base.score) < 1e-9);
}

/* The sixteen rows of the published table: listed, exposed, automatable, total. */
static void each_of_the_sixteen_rows_has_its_day(void **state) {
        static const struct {
                bool kev, exposed, automatable, total;
                const char *due;
        } rows[] = {
                { 0, 0, 0, 0, "next upgrade" }, { 1, 0, 0, 0, "14 days" }, { 0, 1, 0, 0, "60 days" }, { 0, 0, 1, 0, "60 days" },
                { 0, 0, 0, 1, "next upgrade" }, { 1, 1, 0, 0, "14 days" }, { 1, 0, 1, 0, "14 days" }, { 0, 1, 1, 0, "14 days" },
                { 1, 0, 0, 1, "14 days" }, { 0, 1, 0, 1, "14 days" }, { 0, 0, 1, 1, "60 days" }, { 1, 1, 1, 0, "3 days" },
                { 1, 1, 0, 1, "3 days and forensics" }, { 1, 0, 1, 1, "3 days and forensics" }, { 0, 1, 1, 1, "3 days" },
                { 1, 1, 1, 1, "3 days and forensics" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                assert_string_equal(bh_due_str(bh_due_of(rows[i].kev, rows[i].exposed, rows[i].automatable, rows[i].total)), rows[i].due);
        assert_int_equal(bh_due_days(BH_DUE_14_DAYS), 14);
        assert_int_equal(bh_due_days(BH_DUE_UPGRADE), 0);
}

BH_UNIT_MAIN(worse_news_never_lowers_it_and_the_factors_multiply, an_open_incident_lifts_it_to_ninety_and_keeps_the_order,
             what_was_counted_for_one_place_can_be_counted_for_another, what_is_unknown_stays_an_interval, what_is_in_use_says_by_which_file, who_can_reach_it_is_told_by_its_ports,
             the_worst_place_is_the_one_that_counts, each_of_the_sixteen_rows_has_its_day)
