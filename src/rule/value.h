/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_VALUE_H
#define BH_RULE_VALUE_H
/* What a field gives and a condition compares. Slices are borrowed from the event, or from the scratch arena of its turn. */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum bh_vtype {
        BH_V_BOOL,
        BH_V_INT,      /* i */
        BH_V_UINT,     /* u */
        BH_V_DOUBLE,   /* d */
        BH_V_PORT,     /* u; names of services are no numbers */
        BH_V_TIME,     /* i: ns since 1970; str, unless it is empty: how people read it */
        BH_V_DURATION, /* u: ns */
        BH_V_STRING,   /* str */
        BH_V_PATH,     /* str: as a string, and what pmatch is for */
        BH_V_BYTES,    /* str: any bytes */
        BH_V_WORD,     /* str and u: flags, enums, users: compares with words as a string, with numbers as a number */
        BH_V_IP,       /* ip */
        BH_V_NET,      /* ip and bits */
        _BH_V_MAX
};

struct bh_ip {
        uint8_t at[16]; /* IPv4 in the first four */
        bool v6;
};

struct bh_value {
        uint8_t type; /* enum bh_vtype */
        uint8_t bits; /* of a net */
        bool is_list; /* `list` it is, each of `type` */
        bool is_raw;  /* of a WORD: a number, as it was in the record; JSON has it as one */
        union {
                bool b;
                int64_t i;
                uint64_t u;
                double d;
                struct bh_ip ip;
                struct {
                        const struct bh_value *at;
                        size_t n;
                } list;
        };
        struct bh_str str;
};

#endif
