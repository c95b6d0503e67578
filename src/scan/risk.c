/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/risk.h"

#include <assert.h>
#include <math.h>

#include "base/text.h"

/* A weight that is known has low = value = high. */
struct span {
        double low, value, high;
        const char *words;
};

#define KNOWN(v, text) { v, v, v, text }

/* All weights. Row 0 is what holds while nothing is known; docs/RISK.md says why each is what it is. */
static const struct span exploit_prior[_BH_EXPLOIT_LEVEL_MAX] = {
        [BH_EXPLOIT_LEVEL_NONE_KNOWN] = KNOWN(0.02, "no exploit is known"),
        [BH_EXPLOIT_LEVEL_POC] = KNOWN(0.10, "a proof of concept is public"),
        [BH_EXPLOIT_LEVEL_EXPLOIT] = KNOWN(0.30, "a working exploit is public"),
        [BH_EXPLOIT_LEVEL_WEAPONISED] = KNOWN(0.60, "part of a tool anybody can run"),
        [BH_EXPLOIT_LEVEL_IN_THE_WILD] = KNOWN(1.00, "used against real systems"),
};
static const struct span conditions[_BH_RISK_CONDITIONS_MAX] = {
        { 0.10, 0.90, 1.00, "whether its conditions are met is unknown" },
        KNOWN(0.10, "its conditions are not met"),
        KNOWN(1.00, "its conditions are met"),
};
static const struct span vectors[] = {
        [BH_CVSS_NETWORK] = KNOWN(1.00, "over the network"),
        [BH_CVSS_ADJACENT] = KNOWN(0.80, "from a neighbouring network"),
        [BH_CVSS_LOCAL] = KNOWN(0.60, "from inside the machine"),
        [BH_CVSS_PHYSICAL] = KNOWN(0.20, "by hand"),
};
static const struct span vector_unknown = { 0.20, 0.80, 1.00, "how it is reached is unknown" };
static const struct span complexity[] = {
        [BH_CVSS_NEED_NONE] = KNOWN(1.00, "it is easy to do"),
        [BH_CVSS_NEED_SOME] = KNOWN(0.85, "it needs some preparation"),
        [BH_CVSS_NEED_HIGH] = KNOWN(0.60, "it is hard to bring about"),
};
static const struct span privileges[] = {
        [BH_CVSS_NEED_NONE] = KNOWN(1.00, "no account is needed"),
        [BH_CVSS_NEED_SOME] = KNOWN(0.75, "an account is needed"),
        [BH_CVSS_NEED_HIGH] = KNOWN(0.50, "a powerful account is needed"),
};
static const struct span interaction[] = {
        [BH_CVSS_NEED_NONE] = KNOWN(1.00, "nobody needs to help"),
        [BH_CVSS_NEED_SOME] = KNOWN(0.75, "somebody must do something for it"),
        [BH_CVSS_NEED_HIGH] = KNOWN(0.65, "somebody must do something unusual for it"),
};
static const struct span complexity_unknown = { 0.60, 0.85, 1.00, "how hard it is, is unknown" };
static const struct span privileges_unknown = { 0.50, 0.85, 1.00, "which account it needs is unknown" };
static const struct span interaction_unknown = { 0.65, 0.85, 1.00, "whether somebody must help is unknown" };
static const struct span impact_of_word[_BH_SEVERITY_MAX] = {
        [BH_SEVERITY_UNKNOWN] = { 0.10, 0.50, 1.00, "what is lost is unknown" },
        [BH_SEVERITY_INFO] = { 0.00, 0.10, 0.20, "by the word info" },
        [BH_SEVERITY_LOW] = { 0.10, 0.30, 0.50, "by the word low" },
        [BH_SEVERITY_MEDIUM] = { 0.30, 0.55, 0.80, "by the word medium" },
        [BH_SEVERITY_HIGH] = { 0.50, 0.80, 1.00, "by the word high" },
        [BH_SEVERITY_CRITICAL] = { 0.80, 1.00, 1.00, "by the word critical" },
};
static const struct span vendor_words[_BH_SEVERITY_MAX] = {
        [BH_SEVERITY_UNKNOWN] = KNOWN(1.00, "the distribution has no word on it"),
        [BH_SEVERITY_INFO] = KNOWN(0.30, "the distribution calls it unimportant"),
        [BH_SEVERITY_LOW] = KNOWN(0.50, "the distribution calls it low"),
        [BH_SEVERITY_MEDIUM] = KNOWN(0.80, "the distribution calls it medium"),
        [BH_SEVERITY_HIGH] = KNOWN(0.95, "the distribution calls it high"),
        [BH_SEVERITY_CRITICAL] = KNOWN(1.00, "the distribution calls it critical"),
};
static const struct span epss_unknown = { 0.00, 0.03, 0.30, "no EPSS score" };
static const double age_most = 0.05, age_scale_days = 365; /* an old vulnerability has had time to be used */
static const double automatable_least = 0.10;              /* what can be automated will be tried */
static const double total_impact_least = 0.90;
static const double loss_weight[] = { [BH_CVSS_LOSS_HIGH] = 0.56, [BH_CVSS_LOSS_LOW] = 0.22, [BH_CVSS_LOSS_NONE] = 0 };

struct bh_risk_in bh_risk_unknown(void) {
        return (struct bh_risk_in){ .epss = -1, .epss_percentile = -1, .age_days = -1 };
}

static void choose_cvss(const struct bh_vuln *v, struct bh_risk_in *in, struct bh_cvss *keep) {
        static const int preference[_BH_CVSS_MAX] = { [BH_CVSS_2] = 1, [BH_CVSS_30] = 2, [BH_CVSS_4] = 3, [BH_CVSS_31] = 4 };

        for (uint32_t i = 0; i < v->n_cvss; i++) {
                struct bh_cvss c;
                bool better;

                if (bh_cvss_parse(v->cvss[i].text, &c, NULL) < 0)
                        continue;
                better = !in->cvss || preference[c.version] > preference[keep->version] ||
                         (c.version == keep->version && c.base > keep->base);
                if (better) {
                        *keep = c;
                        in->cvss = keep;
                }
        }
}

static void raise_level(struct bh_risk_in *in, enum bh_exploit_level level) {
        in->exploit = BH_MAX(in->exploit, level);
}

/* "active yes total" */
static void read_ssvc(struct bh_str ssvc, struct bh_risk_in *in) {
        struct bh_str word;

        if (bh_str_word(&ssvc, &word) && bh_str_is(word, "active"))
                raise_level(in, BH_EXPLOIT_LEVEL_IN_THE_WILD);
        else if (bh_str_is(word, "poc"))
                raise_level(in, BH_EXPLOIT_LEVEL_POC);
        if (bh_str_word(&ssvc, &word))
                in->automatable = bh_str_is(word, "yes") ? BH_RISK_SSVC_YES : BH_RISK_SSVC_NO;
        if (bh_str_word(&ssvc, &word))
                in->total_impact = bh_str_is(word, "total") ? BH_RISK_SSVC_YES : BH_RISK_SSVC_NO;
}

struct bh_risk_in bh_risk_of_vuln(const struct bh_vuln *v, int64_t now_s, struct bh_cvss *cvss) {
        struct bh_risk_in in = bh_risk_unknown();

        choose_cvss(v, &in, cvss);
        for (uint32_t i = 0; i < v->n_severities; i++)
                in.severity = BH_MAX(in.severity, bh_severity_of(v->severities[i].text));
        for (uint32_t i = 0; i < v->n_exploits; i++) {
                const struct bh_exploit *e = &v->exploits[i];

                raise_level(&in, e->kind == BH_EXPLOIT_METASPLOIT ? BH_EXPLOIT_LEVEL_WEAPONISED
                                 : e->verified                    ? BH_EXPLOIT_LEVEL_EXPLOIT
                                                                  : BH_EXPLOIT_LEVEL_POC);
        }
        read_ssvc(v->ssvc, &in);
        in.kev = v->kev;
        if (v->epss > 0) {
                in.epss = v->epss;
                in.epss_percentile = v->epss_percentile > 0 ? v->epss_percentile : -1;
                in.epss_date_s = v->epss_date_s;
        }
        if (now_s && v->published_s)
                in.age_days = now_s > v->published_s ? (double) (now_s - v->published_s) / 86400 : 0;
        return in;
}

static double either(double a, double b) {
        return 1 - (1 - a) * (1 - b);
}

static struct span either_span(struct span a, struct span b) {
        return (struct span){ either(a.low, b.low), either(a.value, b.value), either(a.high, b.high), NULL };
}

static struct span at(double v) {
        return (struct span){ v, v, v, NULL };
}

static struct span age(const struct bh_risk_in *in) {
        if (in->age_days < 0)
                return (struct span){ 0, age_most / 2, age_most, NULL };
        return at(age_most * (1 - exp(-in->age_days / age_scale_days)));
}

static bool in_the_wild(const struct bh_risk_in *in) {
        return in->kev || in->exploit == BH_EXPLOIT_LEVEL_IN_THE_WILD;
}

/* The chance that somebody tries, from all who have something to say of it. */
static struct span threat(const struct bh_risk_in *in) {
        struct span epss = in->epss >= 0 ? at(fmin(in->epss, 1)) : epss_unknown;

        if (in_the_wild(in))
                return at(1);
        epss = either_span(epss, exploit_prior[in->exploit < _BH_EXPLOIT_LEVEL_MAX ? in->exploit : 0]);
        epss = either_span(epss, age(in));
        if (in->automatable == BH_RISK_SSVC_YES)
                epss = either_span(epss, at(automatable_least));
        return epss;
}

static struct span impact(const struct bh_risk_in *in) {
        struct span s = impact_of_word[in->severity < _BH_SEVERITY_MAX ? in->severity : 0];

        if (in->cvss) {
                double left = (1 - loss_weight[in->cvss->confidentiality]) * (1 - loss_weight[in->cvss->integrity]) *
                              (1 - loss_weight[in->cvss->availability]);

                s = at((1 - left) / (1 - 0.44 * 0.44 * 0.44));
        }
        if (in->total_impact == BH_RISK_SSVC_YES)
                s = (struct span){ fmax(s.low, total_impact_least), fmax(s.value, total_impact_least),
                                   fmax(s.high, total_impact_least), NULL };
        return s;
}

static void add(struct bh_risk *r, const char *name, struct span s, struct bh_str words) {
        r->factors[r->n_factors++] = (struct bh_risk_factor){
                .name = bh_str_of(name), .value = s.value, .low = s.low, .high = s.high,
                .words = words, .known = s.low == s.high,
        };
        r->score *= s.value;
        r->low *= s.low;
        r->high *= s.high;
}

static void add_words(struct bh_risk *r, const char *name, struct span s) {
        add(r, name, s, bh_str_of(s.words));
}

static void add_weight(struct bh_risk *r, const char *name, const struct bh_weight *w) {
        add_words(r, name, (struct span){ w->low, w->value, w->high, w->words });
}

static struct bh_str threat_words(struct bh_arena *arena, const struct bh_risk_in *in) {
        char date[21] = "";
        struct bh_str epss = BH_STR("no EPSS score");

        if (in->kev)
                return BH_STR("CISA lists it as used against real systems");
        if (in_the_wild(in))
                return bh_str_of(exploit_prior[in->exploit].words);
        if (in->epss >= 0) {
                bh_time_print(in->epss_date_s, date);
                epss = bh_arena_printf(arena, "EPSS %.3f", in->epss);
                if (in->epss_percentile >= 0)
                        epss = bh_arena_printf(arena, "%.*s (percentile %.1f)", BH_FMT(epss), in->epss_percentile * 100);
                if (in->epss_date_s)
                        epss = bh_arena_printf(arena, "%.*s of %.10s", BH_FMT(epss), date);
        }
        return bh_arena_printf(arena, "%.*s; %s%s", BH_FMT(epss),
                               exploit_prior[in->exploit < _BH_EXPLOIT_LEVEL_MAX ? in->exploit : 0].words,
                               in->automatable == BH_RISK_SSVC_YES ? "; can be automated" : "");
}

/* What an attack needs; whoever is attacked already need not ask. */
static void add_gates(struct bh_risk *r, const struct bh_risk_in *in) {
        bool seen = in_the_wild(in);
        struct span open = KNOWN(1.0, "others have managed");

        add_words(r, "complexity", seen ? open : in->cvss ? complexity[in->cvss->complexity] : complexity_unknown);
        add_words(r, "privileges", seen ? open : in->cvss ? privileges[in->cvss->privileges] : privileges_unknown);
        add_words(r, "interaction", seen ? open : in->cvss ? interaction[in->cvss->interaction] : interaction_unknown);
}

static struct bh_str impact_words(const struct bh_risk_in *in) {
        if (in->total_impact == BH_RISK_SSVC_YES)
                return BH_STR("SSVC: total control");
        if (in->cvss)
                return BH_STR("what CVSS says is lost");
        return bh_str_of(impact_of_word[in->severity < _BH_SEVERITY_MAX ? in->severity : 0].words);
}

enum { N_FACTORS = 11 };

void bh_risk_score(struct bh_arena *arena, const struct bh_risk_in *in, struct bh_risk *ret) {
        struct bh_risk r = { .score = 1, .low = 1, .high = 1 };

        r.factors = bh_arena_array(arena, struct bh_risk_factor, N_FACTORS);
        add(&r, "threat", threat(in), threat_words(arena, in));
        add_gates(&r, in);
        add_words(&r, "vector", in->cvss ? vectors[in->cvss->vector] : vector_unknown);
        add_weight(&r, "exposure", bh_weight_of_exposure(in->exposure));
        add_weight(&r, "use", bh_weight_of_use(in->use));
        add_words(&r, "conditions", conditions[in->conditions < _BH_RISK_CONDITIONS_MAX ? in->conditions : 0]);
        add(&r, "impact", impact(in), impact_words(in));
        add_weight(&r, "power", bh_weight_of_power(in->power));
        add_words(&r, "vendor", vendor_words[in->vendor < _BH_SEVERITY_MAX ? in->vendor : 0]);
        assert(r.n_factors == N_FACTORS);
        r.score *= 100;
        r.low *= 100;
        r.high *= 100;
        *ret = r;
}
