/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_SSHD_H
#define BH_COMPLY_READ_SSHD_H
/*
 * sshd_config(5), a line at a time, and what its lines come to.
 *
 * sshd takes the first value it is told for a keyword. A Match block's values
 * go before those outside of blocks, for the connections it is for. We know no
 * connection, so the answer to "what is X?" is every value that some
 * connection may meet; behind "Match all" there is no other.
 */
#include "base/cur.h"
#include "base/err.h"
#include "base/vec.h"

struct bh_sshd_line {
        struct bh_str keyword; /* in lower case */
        struct bh_str value;   /* its words, unquoted, set apart by blanks */
        struct bh_str where;   /* for whoever gathers lines */
        unsigned line;
        unsigned match; /* number of the Match block it is in; 0: none */
        bool all;       /* that block is for all */
};
BH_VEC_OF(bh_sshd_lines, struct bh_sshd_line);

/* 1: a line with a keyword; 0: the end. There is nothing that cannot be read: sshd itself refuses odd lines. */
int bh_sshd_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sshd_line *ret);
/* Takes a Match line; true: those behind it are for all. */
bool bh_sshd_match_all(struct bh_str value);

struct bh_sshd_value {
        struct bh_str value, where;
        bool matched; /* in a Match block */
};
BH_VEC_OF(bh_sshd_values, struct bh_sshd_value);

/* Every value some connection may meet (at most BH_LIMIT_CONF_LIST + 1); where nobody says one outside of blocks, `otherwise` ("default") is among them unless it is empty. */
void bh_sshd_reach(struct bh_arena *arena, const struct bh_sshd_lines *lines, const char *keyword, struct bh_str otherwise, struct bh_sshd_values *ret);
/* Values of a keyword that adds up (HostKey, AllowUsers, Port). */
void bh_sshd_all(struct bh_arena *arena, const struct bh_sshd_lines *lines, const char *keyword, struct bh_sshd_values *ret);
/* "+list", "-list", "^list" or "list" (cipher names set apart by commas, with * and ?) upon the defaults. */
struct bh_str bh_sshd_algorithms(struct bh_arena *arena, struct bh_str word, struct bh_str defaults);
/* "2m", "1h30m", "45": seconds; false: it is none ("none"). */
bool bh_sshd_time(struct bh_str word, uint64_t *ret_s);

#endif
