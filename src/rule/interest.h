/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_INTEREST_H
#define BH_RULE_INTEREST_H
/*
 * What a set of rules could possibly want, in words a kernel can check: made
 * from the rules (rule/interest.c), applied by back ends (sense/). Always a
 * superset: an event that no row here accepts can match no rule, so filter on
 * or off, the alerts are the same.
 *
 * For each type of event: not at all, all, or any of some rows. A row accepts
 * an event when all that it asks holds. What a back end cannot judge holds:
 * paths of an open that failed, a container that is not known yet.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"

#define BH_IR_WRITE 0x01     /* an open for writing */
#define BH_IR_READ 0x02      /* an open for reading */
#define BH_IR_EXEC 0x04      /* an open with FMODE_EXEC */
#define BH_IR_ODD BH_IR_EXEC /* of socket(): not a stream or datagrams of Unix, IPv4 or IPv6 */
#define BH_IR_AWAY4 BH_IR_WRITE /* of connect(): not to 127.0.0.0/8 */
#define BH_IR_AWAY6 BH_IR_READ  /* of connect(): not to ::1 */
#define BH_IR_RING BH_IR_EXEC   /* of connect(): asked through io_uring */
#define BH_IR_CONTAINER 0x08 /* in a container */
#define BH_IR_HOST 0x10      /* not in a container */
#define BH_IR_SUCCESS 0x20   /* the call succeeded */
#define BH_IR_FAILURE 0x40
#define BH_IR_INET 0x80      /* the fd is an IPv4 or IPv6 socket */
#define BH_IR_LOCAL 0x100    /* of connect(): it is another one */

enum bh_path_test { BH_PATH_ANY, BH_PATH_PREFIX, BH_PATH_EXACT, BH_PATH_NAME /* the last part */, BH_PATH_SUFFIX };

struct bh_interest_path {
        uint8_t test; /* enum bh_path_test */
        struct bh_str text;
};

struct bh_interest_row {
        uint32_t must; /* BH_IR_... all of them */
        BH_VEC(struct bh_interest_path) paths; /* any of them; none: any path */
};

enum bh_interest_all { BH_INTEREST_NONE, BH_INTEREST_ROWS, BH_INTEREST_ALL };

BH_VEC_OF(bh_interest_rows, struct bh_interest_row);

struct bh_interest_type {
        uint8_t all; /* enum bh_interest_all */
        struct bh_interest_rows rows;
        /* Likewise: of which opens that succeed the caller's words are asked for, besides what was opened (fd.nameraw). */
        uint8_t all_words;
        struct bh_interest_rows words;
};

struct bh_interest {
        struct bh_interest_type *types; /* by type of event */
        unsigned n_types;
        bool wants_env, wants_cwd; /* fields that cost the kernel something: proc.env, proc.cwd */
        bool wants_raced; /* evt.raced: the begin of calls is looked at, too */
        bool wants_data; /* evt.buffer: first bytes of what is sent or received */
};

#endif
