/* SPDX-License-Identifier: Apache-2.0 */
#include "model/exposure.h"

#include <math.h>

#define KNOWN(v, text) { v, v, v, text }

/* Row 0 is what holds while nothing is known. */
static const struct bh_weight exposures[_BH_RISK_EXPOSURE_MAX] = {
        { 0.30, 0.70, 1.00, "where it will listen is unknown" },
        KNOWN(0.30, "nothing can reach it over a network"),
        KNOWN(0.50, "reachable from its node"),
        KNOWN(0.75, "reachable from its cluster"),
        KNOWN(1.00, "reachable from the internet"),
};
static const struct bh_weight uses[_BH_RISK_USE_MAX] = {
        { 0.30, 0.70, 1.00, "whether it is used is unknown" },
        KNOWN(0.30, "present, not seen in use"),
        KNOWN(0.80, "loaded by a process"),
        KNOWN(1.00, "executed"),
};
static const struct bh_weight powers[_BH_RISK_POWER_MAX] = {
        { 0.60, 0.80, 1.00, "what its process may do is unknown" },
        KNOWN(0.60, "an ordinary user without capabilities"),
        KNOWN(0.80, "root in its container"),
        KNOWN(0.90, "added capabilities, host mounts or secrets"),
        KNOWN(1.00, "privileged: the host is its own"),
};
/* Nobody said: counted as production, for a wrong guess there costs more. */
static const struct bh_weight environment_unsaid = { 0.70, 1.00, 1.00, "whether this is production is not said" };
static const struct bh_weight environment_prod = KNOWN(1.00, "production");
static const struct bh_weight environment_dev = KNOWN(0.70, "development");
static const double incident_least = 90;

const struct bh_weight *bh_weight_of_exposure(enum bh_risk_exposure exposure) {
        return &exposures[exposure < _BH_RISK_EXPOSURE_MAX ? exposure : 0];
}

const struct bh_weight *bh_weight_of_use(enum bh_risk_use use) {
        return &uses[use < _BH_RISK_USE_MAX ? use : 0];
}

const struct bh_weight *bh_weight_of_power(enum bh_risk_power power) {
        return &powers[power < _BH_RISK_POWER_MAX ? power : 0];
}

/* ---- what a place is ---- */

static bool is_loopback(struct bh_str published) {
        return bh_str_starts(published, BH_STR("127.")) || bh_str_starts(published, BH_STR("[::1]")) || bh_str_starts(published, BH_STR("::1")) ||
               bh_str_starts(published, BH_STR("localhost"));
}

static bool beyond_its_host(struct bh_str published) {
        struct bh_str one;

        while (bh_str_split(&published, ',', &one))
                if (bh_str_trim(one).len && !is_loopback(bh_str_trim(one)))
                        return true;
        return false;
}

enum bh_risk_exposure bh_place_exposure(const struct bh_place *p) {
        if (beyond_its_host(p->published) || (p->host_net && p->listening.len))
                return BH_RISK_EXPOSED_INTERNET;
        if (p->listening.len && p->in_pod)
                return BH_RISK_EXPOSED_CLUSTER;
        if (p->listening.len || p->published.len)
                return BH_RISK_EXPOSED_NODE;
        return p->ports_known ? BH_RISK_EXPOSED_NOWHERE : BH_RISK_EXPOSURE_UNKNOWN;
}

enum bh_risk_power bh_place_power(const struct bh_place *p) {
        if (p->privileged)
                return BH_RISK_PRIVILEGED;
        if (p->caps.len || p->mounts.len || p->host_pid || p->host_net)
                return BH_RISK_CAPABLE;
        if (p->root)
                return BH_RISK_ROOT;
        return p->rights_known ? BH_RISK_CONFINED : BH_RISK_POWER_UNKNOWN;
}

static struct bh_str exposure_words(struct bh_arena *arena, const struct bh_place *p, enum bh_risk_exposure e) {
        const char *words = bh_weight_of_exposure(e)->words;

        if (e == BH_RISK_EXPOSED_INTERNET && beyond_its_host(p->published))
                return bh_arena_printf(arena, "published beyond its host: %.*s", BH_FMT(p->published));
        if (e == BH_RISK_EXPOSED_INTERNET)
                return bh_arena_printf(arena, "listens in its host's own network: %.*s", BH_FMT(p->listening));
        if (e == BH_RISK_EXPOSED_CLUSTER || e == BH_RISK_EXPOSED_NODE)
                return bh_arena_printf(arena, "%s: %.*s", words, BH_FMT(p->listening.len ? p->listening : p->published));
        return bh_str_of(words);
}

static void say(struct bh_arena *arena, struct bh_str *words, bool holds, const char *what, struct bh_str which) {
        if (holds)
                *words = bh_arena_printf(arena, "%.*s%s%s%.*s", BH_FMT(*words), words->len ? "; " : "", what, BH_FMT(which));
}

static struct bh_str power_words(struct bh_arena *arena, const struct bh_place *p, enum bh_risk_power power) {
        struct bh_str words = BH_STR(""), none = BH_STR("");

        if (power <= BH_RISK_CONFINED)
                return bh_str_of(bh_weight_of_power(power)->words);
        say(arena, &words, p->privileged, "privileged: the host is its own", none);
        say(arena, &words, p->root, "root in its container", none);
        say(arena, &words, p->caps.len > 0, "capabilities ", p->caps);
        say(arena, &words, p->mounts.len > 0, "the host's ", p->mounts);
        say(arena, &words, p->host_net, "the host's network", none);
        say(arena, &words, p->host_pid, "the host's processes", none);
        return words;
}

/* ---- the score ---- */

static bool is_ours(struct bh_str name) {
        return bh_str_is(name, "environment") || bh_str_is(name, "incident");
}

static void add(struct bh_risk *r, const char *name, const struct bh_weight *w, struct bh_str words) {
        r->factors[r->n_factors++] = (struct bh_risk_factor){ .name = bh_str_of(name), .value = w->value, .low = w->low, .high = w->high, .words = words,
                                                              .known = w->low == w->high };
}

static void replace(struct bh_risk_factor *f, const struct bh_weight *w, struct bh_str words) {
        f->value = w->value;
        f->low = w->low;
        f->high = w->high;
        f->known = w->low == w->high;
        f->words = words;
}

static struct bh_str use_words(struct bh_arena *arena, const struct bh_use *use) {
        const char *in = use->where.len ? use->how == BH_RISK_EXECUTED ? " in container " : " of container " : "";

        if (use->how == BH_RISK_EXECUTED && use->path.len)
                return bh_arena_printf(arena, "in use: %.*s was executed%s%.*s", BH_FMT(use->path), in, BH_FMT(use->where));
        if (use->how == BH_RISK_LOADED && use->path.len)
                return bh_arena_printf(arena, "in use: a process%s%.*s has %.*s loaded", in, BH_FMT(use->where), BH_FMT(use->path));
        return bh_str_of(bh_weight_of_use(use->how)->words);
}

static void settle(struct bh_arena *arena, struct bh_risk_factor *f, const struct bh_place *p, const struct bh_use *use) {
        if (bh_str_is(f->name, "exposure"))
                replace(f, bh_weight_of_exposure(bh_place_exposure(p)), exposure_words(arena, p, bh_place_exposure(p)));
        else if (bh_str_is(f->name, "power"))
                replace(f, bh_weight_of_power(bh_place_power(p)), power_words(arena, p, bh_place_power(p)));
        else if (bh_str_is(f->name, "use"))
                replace(f, bh_weight_of_use(use->how), use_words(arena, use));
}

static void add_environment(struct bh_risk *r, const struct bh_place *p) {
        const struct bh_weight *w = bh_str_is(p->environment, "prod")  ? &environment_prod
                                    : bh_str_is(p->environment, "dev") ? &environment_dev
                                                                       : &environment_unsaid;

        if (p->id.len || p->environment.len)
                add(r, "environment", w, bh_str_of(w->words));
}

static void multiply(struct bh_risk *r) {
        r->score = r->low = r->high = 100;
        for (uint32_t i = 0; i < r->n_factors; i++) {
                r->score *= r->factors[i].value;
                r->low *= r->factors[i].low;
                r->high *= r->factors[i].high;
        }
}

/* Lifted into the last tenth, in the order they were in; what can do no harm at all stays so. */
static double lift(double score) {
        return score > 0 ? (incident_least + score * (100 - incident_least) / 100) / score : 1;
}

static void add_incident(struct bh_arena *arena, struct bh_risk *r, const struct bh_place *p) {
        struct bh_weight w;

        if (!p->n_incidents)
                return;
        w = (struct bh_weight){ lift(r->low), lift(r->score), lift(r->high), NULL };
        add(r, "incident", &w, bh_arena_printf(arena, "somebody may be inside already: %u open incident%s", p->n_incidents, p->n_incidents == 1 ? "" : "s"));
        multiply(r);
}

void bh_risk_place(struct bh_arena *arena, const struct bh_risk *base, const struct bh_place *place, const struct bh_use *use, struct bh_risk *ret) {
        static const struct bh_use unseen = { 0 };
        struct bh_risk r = { .factors = bh_arena_array(arena, struct bh_risk_factor, base->n_factors + 2) };

        for (uint32_t i = 0; i < base->n_factors; i++) {
                if (is_ours(base->factors[i].name))
                        continue;
                r.factors[r.n_factors] = base->factors[i];
                settle(arena, &r.factors[r.n_factors++], place, use ? use : &unseen);
        }
        add_environment(&r, place);
        multiply(&r);
        add_incident(arena, &r, place);
        *ret = r;
}

size_t bh_risk_worst_place(struct bh_arena *arena, const struct bh_risk *base, const struct bh_place *places, size_t n, const struct bh_use *use,
                           struct bh_risk *ret) {
        static const struct bh_place nowhere = { 0 };
        size_t worst = n;

        if (!n)
                bh_risk_place(arena, base, &nowhere, use, ret);
        for (size_t i = 0; i < n; i++) {
                struct bh_risk r;

                bh_risk_place(arena, base, &places[i], use, &r);
                if (worst < n && (r.score < ret->score || (r.score <= ret->score && r.high <= ret->high)))
                        continue;
                *ret = r;
                worst = i;
        }
        return worst;
}

/* ---- by when ---- */

const char *bh_due_str(enum bh_due due) {
        static const char *const words[_BH_DUE_MAX] = {
#define X(symbol, text, days) [BH_DUE_##symbol] = text,
                BH_DUE_TABLE(X)
#undef X
        };

        return due < _BH_DUE_MAX ? words[due] : "";
}

unsigned bh_due_days(enum bh_due due) {
        static const unsigned n[_BH_DUE_MAX] = {
#define X(symbol, text, days) [BH_DUE_##symbol] = days,
                BH_DUE_TABLE(X)
#undef X
        };

        return due < _BH_DUE_MAX ? n[due] : 0;
}

enum bh_due bh_due_of(bool kev, bool exposed, bool automatable, bool total) {
        /* [listed][exposed][automatable][total] */
        static const enum bh_due table[2][2][2][2] = {
                { { { BH_DUE_UPGRADE, BH_DUE_UPGRADE }, { BH_DUE_60_DAYS, BH_DUE_60_DAYS } },
                  { { BH_DUE_60_DAYS, BH_DUE_14_DAYS }, { BH_DUE_14_DAYS, BH_DUE_3_DAYS } } },
                { { { BH_DUE_14_DAYS, BH_DUE_14_DAYS }, { BH_DUE_14_DAYS, BH_DUE_3_DAYS_FORENSICS } },
                  { { BH_DUE_14_DAYS, BH_DUE_3_DAYS_FORENSICS }, { BH_DUE_3_DAYS, BH_DUE_3_DAYS_FORENSICS } } },
        };

        return table[kev][exposed][automatable][total];
}
