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
        for (unsigned b = 0; b < 256; b++)
                while (next[b] < end[b]) {
                        uint64_t v = at[next[b]];
                        unsigned to = v >> shift & 255;

                        at[next[b]] = at[next[to]];
                        at[next[to]++] = v;
                }
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
