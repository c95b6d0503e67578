/* SPDX-License-Identifier: Apache-2.0 */
#include "base/budget.h"

static int charge(uint64_t *left, uint64_t n, const char *name, const char *what, struct bh_err *err) {
        if (n > *left)
                return bh_fail(err, BH_E_LIMIT, "more %s than the %s budget allows", what, name);
        *left -= n;
        return 0;
}

int bh_budget_bytes(struct bh_budget *b, uint64_t n, struct bh_err *err) {
        return charge(&b->bytes, n, b->name, "bytes", err);
}

int bh_budget_entries(struct bh_budget *b, uint64_t n, struct bh_err *err) {
        return charge(&b->entries, n, b->name, "entries", err);
}

int bh_budget_enter(struct bh_budget *b, struct bh_err *err) {
        if (b->depth == 0)
                return bh_fail(err, BH_E_LIMIT, "nested deeper than the %s budget allows", b->name);
        b->depth--;
        return 0;
}

void bh_budget_leave(struct bh_budget *b) {
        b->depth++;
}
