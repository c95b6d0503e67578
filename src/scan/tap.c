/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/tap.h"

static void tell(struct bh_tap *t) {
        if (!t->tell || t->bytes < t->next_tell)
                return;
        t->tell(t->tell_user, t->bytes);
        t->next_tell = t->bytes + BH_TAP_TELL_EVERY;
}

int bh_tap_fill(void *tap, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_tap *t = tap;
        int r = t->fill(t->user, buf, room, ret_n, err);

        if (r < 0)
                return r;
        if (!t->twin)
                bh_digest_add(t->digest, buf, *ret_n);
        t->bytes += *ret_n;
        tell(t);
        return 0;
}

void bh_tap_passed(void *tap, struct bh_str bytes) {
        struct bh_tap *t = tap;

        if (t->twin)
                bh_twin_add(t->twin, bytes, BH_STR(""));
}

const char *bh_tap_end(struct bh_tap *t, char out[BH_DIGEST_TEXT_MAX]) {
        return t->twin ? bh_twin_sha256_end(t->twin, out) : bh_digest_end(t->digest, out);
}

void bh_tap_done(struct bh_tap *t) {
        bh_digest_free(&t->digest);
        bh_twin_free(&t->twin);
}
