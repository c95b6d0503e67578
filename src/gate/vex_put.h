/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GATE_VEX_PUT_H
#define BH_GATE_VEX_PUT_H
/* Our own word as a VEX document: what a policy excuses, and what vendors say does not concern us. */
#include "base/buf.h"
#include "gate/vex.h"

struct bh_vex_line {
        struct bh_str vuln, purl; /* of the package */
        enum bh_vex_status status;
        struct bh_str justification; /* one of OpenVEX's five; may be empty */
        struct bh_str words;         /* impact, or what is done about it */
};

struct bh_vex_document {
        struct bh_str author, tool, product; /* the image's purl; empty: the packages stand for themselves */
        struct bh_str title;
        int64_t time_s;
        const struct bh_vex_line *lines; /* by vulnerability, then purl */
        size_t n_lines;
};

/* format: "openvex", "cyclonedx" or "csaf"; BH_E_USAGE otherwise. */
int bh_vex_put(const char *format, const struct bh_vex_document *d, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
