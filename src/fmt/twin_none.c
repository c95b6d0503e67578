/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/twin_blocks.h"

#include <stdlib.h>

/* Other processors: OpenSSL does it, one digest after the other. */

bool bh_twin_able(void) {
        return false;
}

void bh_twin_sha256_blocks(uint32_t state[8], const void *bytes, size_t n) {
        (void) state;
        (void) bytes;
        (void) n;
        abort();
}

void bh_twin_md5_blocks(uint32_t state[4], const void *bytes, size_t n) {
        (void) state;
        (void) bytes;
        (void) n;
        abort();
}

void bh_twin_both_blocks(uint32_t sha256[8], const void *some, uint32_t md5[4], const void *others, size_t n) {
        (void) sha256;
        (void) some;
        (void) md5;
        (void) others;
        (void) n;
        abort();
}
