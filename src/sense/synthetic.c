/* SPDX-License-Identifier: Apache-2.0 */
/* The back end of tests: gives what bh_sense_push was handed. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sense/own.h"
#include "sense/recording.h"

struct bh_backend {
        struct bh_buf held;
        uint64_t seen;
};

static int synthetic_open(const struct bh_backend_opts *opts, struct bh_backend **ret, struct bh_err *err) {
        struct bh_backend *b = calloc(1, sizeof *b);

        (void) opts, (void) err;
        if (!b)
                bh_nomem(sizeof *b);
        *ret = b;
        return 0;
}

void bh_synthetic_push(struct bh_backend *b, struct bh_str records) {
        bh_buf_add(&b->held, records);
}

static int synthetic_filter(struct bh_backend *b, const struct bh_interest *interest, struct bh_err *err) {
        (void) b, (void) interest, (void) err;
        return 0;
}

static int synthetic_poll(struct bh_backend *b, int timeout_ms, bh_record_fn fn, void *user, struct bh_err *err) {
        struct bh_str rest = bh_buf_str(&b->held), record;
        int r;

        (void) timeout_ms;
        while ((r = bh_recording_next(&rest, &record, err)) > 0) {
                b->seen++;
                r = fn(user, record);
                if (r)
                        break;
        }
        bh_buf_clear(&b->held);
        return r ? r : 1;
}

static void synthetic_stats(struct bh_backend *b, struct bh_lane_stats ret[BH_LANES]) {
        memset(ret, 0, BH_LANES * sizeof ret[0]);
        ret[BH_LANE_PROC].seen = b->seen;
}

static size_t synthetic_capabilities(struct bh_backend *b, const struct bh_capability **ret) {
        static const struct bh_capability all[] = { { "pushed events", true, "a test", "" } };

        (void) b;
        *ret = all;
        return BH_LEN(all);
}

static void synthetic_close(struct bh_backend **backend) {
        struct bh_backend *b = BH_TAKE(*backend);

        if (!b)
                return;
        bh_buf_done(&b->held);
        free(b);
}

const struct bh_backend_ops bh_backend_synthetic = {
        .name = "synthetic",
        .about = "what a test pushes",
        .open = synthetic_open,
        .filter = synthetic_filter,
        .poll = synthetic_poll,
        .stats = synthetic_stats,
        .capabilities = synthetic_capabilities,
        .close = synthetic_close,
};
