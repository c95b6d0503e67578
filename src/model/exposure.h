/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_EXPOSURE_H
#define BH_MODEL_EXPOSURE_H
/*
 * What the place a package runs in makes of its risk. A scan knows an image;
 * who watches the hosts knows where it runs, with which rights, who can reach
 * it, and whether somebody is inside already. Pure, and monotone as the score
 * it starts from: worse news never lowers it. docs/RISK.md has the weights.
 *
 * The factors "exposure", "use" and "power" of the score are put in place of
 * those that were unknown; "environment" and "incident" are added. All of them
 * still multiply to the score.
 */
#include "base/arena.h"
#include "model/risk.h"

/* Each from unknown, then mildest to worst. */
enum bh_risk_exposure {
        BH_RISK_EXPOSURE_UNKNOWN,
        BH_RISK_EXPOSED_NOWHERE,
        BH_RISK_EXPOSED_NODE,
        BH_RISK_EXPOSED_CLUSTER,
        BH_RISK_EXPOSED_INTERNET,
        _BH_RISK_EXPOSURE_MAX,
};
enum bh_risk_use {
        BH_RISK_USE_UNKNOWN,
        BH_RISK_PRESENT,
        BH_RISK_LOADED,
        BH_RISK_EXECUTED,
        _BH_RISK_USE_MAX,
};
/* What the process may do to its surroundings. */
enum bh_risk_power {
        BH_RISK_POWER_UNKNOWN,
        BH_RISK_CONFINED,
        BH_RISK_ROOT,
        BH_RISK_CAPABLE,
        BH_RISK_PRIVILEGED,
        _BH_RISK_POWER_MAX,
};

/* A weight that is known has low = value = high. */
struct bh_weight {
        double low, value, high;
        const char *words;
};

/* Of any number; what is out of range is unknown. */
const struct bh_weight *bh_weight_of_exposure(enum bh_risk_exposure exposure);
const struct bh_weight *bh_weight_of_use(enum bh_risk_use use);
const struct bh_weight *bh_weight_of_power(enum bh_risk_power power);

/* One place: a container, or a host for its own packages. The zero value: nothing is known of any. */
struct bh_place {
        struct bh_str id;             /* the container's; empty: it is not known to run anywhere */
        bool rights_known;            /* the next six lines are what was seen, not what was not asked */
        bool privileged, root;
        bool host_net, host_pid;
        struct bh_str caps;           /* beyond the usual ones, separated by commas */
        struct bh_str mounts;         /* dangerous ones of the host, separated by commas */
        bool ports_known;             /* somebody looked at what listens here */
        bool in_pod;
        struct bh_str published;      /* "0.0.0.0:80->8080/tcp", separated by commas */
        struct bh_str listening;      /* "8080/tcp", separated by commas */
        struct bh_str environment;    /* "prod", "dev"; empty: nobody said */
        uint32_t n_incidents;         /* open ones, of Error or worse: a warning is nobody inside */
};

/* What was seen of a package's use. The zero value: nothing. */
struct bh_use {
        enum bh_risk_use how;
        struct bh_str path, where; /* the file that told it; the container's name, empty on a host */
};

enum bh_risk_exposure bh_place_exposure(const struct bh_place *place);
enum bh_risk_power bh_place_power(const struct bh_place *place);

/* use: NULL: nothing is known of it. Fills *ret, whose factors and words lie in the arena; `base` may be the result for another place. */
void bh_risk_place(struct bh_arena *arena, const struct bh_risk *base, const struct bh_place *place, const struct bh_use *use, struct bh_risk *ret);
/* The place where it is worst, by the score, then by `high`, then the first. Without any: as if nothing were known. Returns its index, or n. */
size_t bh_risk_worst_place(struct bh_arena *arena, const struct bh_risk *base, const struct bh_place *places, size_t n, const struct bh_use *use,
                           struct bh_risk *ret);

/*
 * By when: CISA's Binding Operational Directive 26-04, a table of four questions
 * (https://github.com/CERTCC/SSVC, decision table cisa/DT_BOD2604 1.0.0). Ordered: a higher number is sooner.
 */
#define BH_DUE_TABLE(X)                            \
        X(UPGRADE, "next upgrade", 0)              \
        X(60_DAYS, "60 days", 60)                  \
        X(14_DAYS, "14 days", 14)                  \
        X(3_DAYS, "3 days", 3)                     \
        X(3_DAYS_FORENSICS, "3 days and forensics", 3)

enum bh_due {
#define X(symbol, words, days) BH_DUE_##symbol,
        BH_DUE_TABLE(X)
#undef X
                _BH_DUE_MAX
};
const char *bh_due_str(enum bh_due due);
unsigned bh_due_days(enum bh_due due); /* 0: none */
enum bh_due bh_due_of(bool kev, bool exposed, bool automatable, bool total);

#endif
