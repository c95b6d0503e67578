/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "base/buf.h"
#include "model/event.h"

/* What was read can be written again, byte for byte but for the padding. */
static void again(const struct bh_event *e) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        struct bh_event back;

        bh_event_put(&b, &(struct bh_event_parts){ e->head, e->fd, e->started, e->nums, e->strs, e->head.n_nums,
                                                   e->head.n_strs });
        if (b.len != e->record.len || bh_event_parse(bh_buf_str(&b), &back, NULL) < 0)
                abort();
        for (unsigned i = 0; i < BH_EV_MAX_STRS; i++)
                if (!bh_str_eq(back.strs[i], e->strs[i]))
                        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        uint64_t *aligned = malloc(size ? size : 1); /* malloc aligns; libFuzzer need not */
        struct bh_event e;

        if (!aligned)
                return 0;
        memcpy(aligned, data, size);
        if (bh_event_parse((struct bh_str){ (const char *) aligned, size }, &e, NULL) == 0)
                again(&e);
        free(aligned);
        return 0;
}
