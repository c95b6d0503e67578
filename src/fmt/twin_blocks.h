/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_TWIN_BLOCKS_H
#define BH_FMT_TWIN_BLOCKS_H
/*
 * What twin.c asks of the processor. Two files answer, one is built:
 * twin_x86.c, and twin_none.c, which is not able.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the others may be called. */
bool bh_twin_able(void);
/* n blocks of 64 bytes, into the state of FIPS 180-4 or RFC 1321. */
void bh_twin_sha256_blocks(uint32_t state[8], const void *bytes, size_t n);
void bh_twin_md5_blocks(uint32_t state[4], const void *bytes, size_t n);
/* n blocks each. */
void bh_twin_both_blocks(uint32_t sha256[8], const void *some, uint32_t md5[4], const void *others, size_t n);

#endif
