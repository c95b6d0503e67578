/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_VEX_H
#define BH_GATE_VEX_H
/*
 * VEX documents: somebody's word that a vulnerability does or does not harm a
 * product. OpenVEX (https://github.com/openvex/spec), CSAF 2.0's VEX profile
 * and CycloneDX's vulnerabilities, all JSON, read into one shape. Which it is,
 * the document itself says.
 *
 * The parser is pure. Slices point into the bytes or the arena.
 */
#include "gate/exceptions.h"

enum bh_vex_status { BH_VEX_NOT_AFFECTED, BH_VEX_FIXED, BH_VEX_AFFECTED, BH_VEX_UNDER_INVESTIGATION, _BH_VEX_STATUS_MAX };
const char *bh_vex_status_str(enum bh_vex_status status);               /* "not_affected", OpenVEX's words */
enum bh_vex_status bh_vex_status_of(struct bh_str word);                /* _BH_VEX_STATUS_MAX when unknown */

/* A product or a part of one, under all its names: purls, digests, image names. Any of them is it. */
struct bh_vex_thing {
        struct bh_str *names;
        uint32_t n_names;
};

struct bh_vex_product {
        struct bh_vex_thing whole;
        struct bh_vex_thing *parts; /* none: the whole itself, be it a package or an image */
        uint32_t n_parts;
        bool anywhere; /* `whole` is named in no way that we could compare: the parts alone decide */
        struct bh_str justification, words; /* CSAF gives them a product each; empty: the statement's */
};

struct bh_vex_statement {
        enum bh_vex_status status;
        struct bh_str *vulns; /* id and aliases */
        uint32_t n_vulns;
        struct bh_str justification; /* "component_not_present" */
        struct bh_str words;         /* impact, detail */
        struct bh_str action;        /* what to do, where it is affected */
        int64_t time_s;              /* 0: not said */
        struct bh_vex_product *products;
        uint32_t n_products;
};

struct bh_vex {
        struct bh_str file;   /* as given */
        const char *format;   /* "OpenVEX" */
        struct bh_str author; /* may be empty */
        struct bh_vex_statement *statements;
        uint32_t n_statements;
};

BH_VEC_OF(bh_vex_list, struct bh_vex);

int bh_vex_parse(struct bh_arena *arena, struct bh_str file, struct bh_str bytes, struct bh_vex *ret, struct bh_err *err) BH_MUST_CHECK;

/*
 * Hides what is not_affected or fixed, and adds a note to what is affected or
 * under investigation. Of several statements that fit, the youngest counts; of
 * the same age, the last one read. Counts are set by bh_gate_count.
 */
void bh_vex_apply(const struct bh_vex_list *list, struct bh_report *report, struct bh_arena *arena, struct bh_gate_notes *notes);

#endif
