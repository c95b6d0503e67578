/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_H
#define BH_COMPLY_COLLECT_H
/*
 * Collectors: each looks at one family of things through `reach` and tells
 * facts. One that cannot look says so with bh_facts_gap and lets the others go
 * on; it fails only when nothing further makes sense.
 *
 * A new collector: a file below comply/collect/, a row in collect.c, its kinds
 * in kinds.c.
 */
#include "comply/check.h"
#include "comply/fact.h"
#include "comply/reach.h"

typedef int bh_collect_facts_fn(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err);

struct bh_fact_collector {
        const char *name; /* "docker", "sshd": for --only and for gaps */
        bh_collect_facts_fn *collect;
        const struct bh_fact_kind *kinds[8]; /* that it tells */
};

/* Ended by a row without a name. */
extern const struct bh_fact_collector bh_fact_collectors[];

/* All of them, or those that these checks ask for; what one says when it fails is a gap. */
void bh_collect_facts(const struct bh_reach *reach, const struct bh_checks *set, struct bh_facts *facts);
/* Empty where it is not known. distribution: ID of os-release, and ID_LIKE after it, set apart by blanks. */
struct bh_host_facts {
        struct bh_str name, distribution, version;
};
struct bh_host_facts bh_host_of_facts(const struct bh_facts *facts);

#endif
