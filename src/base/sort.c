/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sort.h"

static void insertion(uint64_t *at, size_t n) {
        for (size_t i = 1; i < n; i++) {
                uint64_t v = at[i];
                size_t k = i;

                for (; k > 0 && at[k - 1] > v; k--)
                        at[k] = at[k - 1];
                at[k] = v;
        }
}

/* Below this, moving numbers one by one costs less than counting 256 kinds of them. */
enum { FEW = 128 };

/*
 * Each number goes to the next place of its kind, in exchange for what lies
 * there. Walking along the places that are left, not from each number to the
 * one it drove out (as the authors do), no step waits for the one before.
 */
static void deal(uint64_t *at, unsigned shift, size_t next[256], const size_t end[256]) {
        for (bool more = true; more;) {
                more = false;
                for (unsigned b = 0; b < 256; b++) {
                        for (size_t i = next[b]; i < end[b]; i++) {
                                uint64_t v = at[i];
                                size_t to = next[v >> shift & 255]++;

                                at[i] = at[to];
                                at[to] = v;
                        }
                        more |= next[b] != end[b];
                }
        }
}

/* American flag sort (McIlroy, Bostic, McIlroy, "Engineering Radix Sort", 1993) on the byte at `shift`. */
static void by_byte(uint64_t *at, size_t n, unsigned shift) {
        size_t count[256] = { 0 }, next[256], end[256], sum = 0;

        if (n < FEW) {
                insertion(at, n);
                return;
        }
        for (size_t i = 0; i < n; i++)
                count[at[i] >> shift & 255]++;
        for (unsigned b = 0; b < 256; b++) {
                next[b] = sum;
                sum += count[b];
                end[b] = sum;
        }
        deal(at, shift, next, end);
        for (unsigned b = 0; b < 256 && shift; b++)
                by_byte(at + end[b] - count[b], count[b], shift - 8);
}

void bh_sort_u64(uint64_t *at, size_t n) {
        by_byte(at, n, 56);
}

size_t bh_unique_u64(uint64_t *at, size_t n) {
        size_t kept = 0;

        for (size_t i = 0; i < n; i++)
                if (kept == 0 || at[i] != at[kept - 1])
                        at[kept++] = at[i];
        return kept;
}

size_t bh_find_u64(const uint64_t *sorted, size_t n, uint64_t value) {
        const uint64_t *at = sorted;
        size_t left = n;

        while (left > 1) { /* no branch to guess: either half is as likely */
                size_t half = left / 2;

                at += at[half - 1] < value ? half : 0;
                left -= half;
        }
        return left && *at == value ? (size_t) (at - sorted) : n;
}

bool bh_has_u64(const uint64_t *sorted, size_t n, uint64_t value) {
        return bh_find_u64(sorted, n, value) < n;
}
