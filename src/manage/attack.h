/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_ATTACK_H
#define BH_MANAGE_ATTACK_H
/*
 * What the tags of a rule say in the words of MITRE ATT&CK for Enterprise:
 * "mitre_execution" is the tactic TA0002, "T1059.004" a technique. Tags that
 * are neither are somebody's own and left alone.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct bh_tactic {
        const char *id;   /* "TA0002" */
        const char *tag;  /* "mitre_execution" */
        const char *name; /* "Execution" */
};

/* In the order of an attack's course, as the matrix has them. */
extern const struct bh_tactic bh_tactics[];
extern const unsigned bh_tactics_n;

struct bh_technique {
        const char *id;   /* "T1059.004" */
        const char *name; /* "Unix Shell" */
        uint16_t tactics; /* a bit each, by its place in bh_tactics */
};

/* Our own rules' techniques are all there; NULL for one that is not. */
const struct bh_technique *bh_technique_of(struct bh_str tag);
bool bh_technique_is(struct bh_str tag); /* "T" and four digits, perhaps a dot and three more */
int bh_tactic_of(struct bh_str tag);     /* its place, by tag or id; -1 */

/*
 * Tactics that a rule's tags name, as bits; without one, those of its techniques.
 */
uint16_t bh_attack_tactics(const struct bh_str *tags, size_t n);
/* Under which of a rule's tactics a technique of it belongs. */
uint16_t bh_attack_under(struct bh_str technique, uint16_t tactics);

#endif
