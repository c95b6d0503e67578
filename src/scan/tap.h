/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_TAP_H
#define BH_SCAN_TAP_H
/* Bytes on their way from one stream into the next: counted, hashed and told of as they pass. */
#include "fmt/digest.h"
#include "fmt/stream.h"
#include "fmt/twin.h"

enum { BH_TAP_TELL_EVERY = 4 * 1024 * 1024 };

struct bh_tap {
        bh_fill_fn fill; /* where they come from */
        void *user;
        struct bh_digest *digest;
        struct bh_twin *twin; /* instead of the digest, when they have passed; NULL: the digest it is */
        uint64_t bytes;       /* so far */
        uint64_t next_tell;
        void (*tell)(void *user, uint64_t bytes); /* every BH_TAP_TELL_EVERY; NULL: nobody asks */
        void *tell_user;
};

/* A bh_fill_fn, with the tap as its user. */
int bh_tap_fill(void *tap, char *buf, size_t room, size_t *ret_n, struct bh_err *err);

/* For the stream that fills from the tap, as its `tap`: what was looked at goes to the twin. */
void bh_tap_passed(void *tap, struct bh_str bytes);

/* "sha256:..." of all that passed. */
const char *bh_tap_end(struct bh_tap *tap, char out[BH_DIGEST_TEXT_MAX]);

void bh_tap_done(struct bh_tap *tap);

#endif
