/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_WEBSHELL_PACKED_H
#define BH_SCAN_WEBSHELL_PACKED_H
/*
 * Whether a script looks like packed code: most of it is one text that no
 * person wrote, and it runs what it makes of it. Measures only; names nothing.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct bh_packed {
        size_t run;        /* the longest run of base64's letters, or of hexadecimal ones */
        size_t run_at;
        uint32_t escapes;  /* "\x65", "\145" */
        uint32_t letters;  /* chr(101), one behind the other */
        size_t odd;        /* bytes past ASCII */
        double evenness;   /* bits a byte of the longest run: 6 for random base64, 4 for random hexadecimal */
};

struct bh_packed bh_packed_measure(struct bh_str bytes);
/* NULL, or a few words that say what is odd: "87% of the file is one text of base64". */
const char *bh_packed_judge(const struct bh_packed *m, struct bh_str bytes, char *out, size_t size);

#endif
