/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_OVERVIEW_H
#define BH_MANAGE_OVERVIEW_H
/*
 * How things stand: a health score whose parts are shown, what nobody can see,
 * how it went, and what to do first. All of it from sums that are kept anyway,
 * so that it costs the same for a million findings. docs/RISK.md has the weights.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "manage/match.h"
#include "store/db.h"

/* One part of the health score: what is lost of its weight, and why. */
struct bh_health_part {
        const char *name;
        double weight;   /* all weights are 100 */
        double exposure; /* 0: as it should be; 1: as bad as it gets */
        struct bh_str words;
};
enum { BH_HEALTH_PARTS = 9 };
struct bh_health {
        struct bh_health_part parts[BH_HEALTH_PARTS];
        double score; /* 100 - all that is lost */
};
/* What is counted of; pure from here. */
struct bh_health_in {
        int64_t incidents_grave, incidents;            /* open ones: grave is Critical or worse; all */
        int64_t images;                                /* with hosts, what there is to be well at all */
        int64_t running, exploited_running;            /* images that run; those with something that is exploited elsewhere */
        double mean_risk;                              /* of containers, 0 to 100 */
        int64_t containers, privileged, root;
        int64_t overdue, due;                          /* findings with a day to be mended by, and those past it */
        int64_t bad_running;                           /* images that run with malware, webshells, or what was tampered with */
        int64_t hosts, hosts_blind, hosts_unchecked, containers_unscanned;
        int64_t weight_decided, weight_lost;           /* of checks of configuration: what passes or fails; what fails and nobody bears with */
        bool no_advisories;
};
/* A site without a host and without an image is neither well nor ill. */
static inline bool bh_health_known(const struct bh_health_in *in) {
        return in->hosts > 0 || in->images > 0;
}
void bh_health_of(const struct bh_health_in *in, struct bh_arena *arena, struct bh_health *ret);
int bh_health_count(struct bh_db *db, const struct bh_match_state *state, int64_t now_ms, struct bh_health_in *ret, struct bh_err *err) BH_MUST_CHECK;

/* The whole as JSON. `mine`: of this person's images alone, without what is everybody's; 0: of all. */
int bh_overview(struct bh_db *db, const struct bh_match_state *state, int64_t mine, int64_t now_ms, struct bh_arena *arena, struct bh_buf *out,
                struct bh_err *err) BH_MUST_CHECK;

#endif
