/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_SORT_H
#define BH_BASE_SORT_H
/* Sorting and searching of plain 64-bit numbers, for tables of hashes. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place, no further memory; linear for numbers that are spread evenly, as hashes are. */
void bh_sort_u64(uint64_t *at, size_t n);
/* Drops repeated neighbours; returns how many are left. */
size_t bh_unique_u64(uint64_t *at, size_t n);
/* The place of the first one equal to `value`, or n. */
size_t bh_find_u64(const uint64_t *sorted, size_t n, uint64_t value);
bool bh_has_u64(const uint64_t *sorted, size_t n, uint64_t value);

#endif
