/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_FORMAT_H
#define BH_RULE_FORMAT_H
/*
 * Output texts: "%proc.name", "%proc.aname[2]", "%tolower(proc.name)",
 * "%20user.name" (at least so wide). A value that is not there is "<NA>".
 */
#include "rule/run.h"

struct bh_format_part {
        struct bh_str text; /* as it stands; of a field: its name in output_fields */
        bool is_field;
        uint32_t operand, width;
};

struct bh_format_text {
        BH_VEC(struct bh_format_part) parts;
};

int bh_format_compile(struct bh_program *p, struct bh_str text, struct bh_format_text *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_format_print(struct bh_run *run, const struct bh_format_text *f, struct bh_buf *out);
/* What is printed for an operand: its value; of an address that rules know by a name the name, in `room`. NULL: nothing. */
const struct bh_value *bh_format_value(struct bh_run *run, uint32_t operand, struct bh_value *room);
/* The text with JSON's escapes, without quotes around it; what is no UTF-8 becomes U+FFFD. */
void bh_format_escape(struct bh_str text, struct bh_buf *out);

#endif
