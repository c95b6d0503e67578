/* SPDX-License-Identifier: Apache-2.0 */
/* A segment of the outbox as a disk may give it back: records come out whole, and put again they are the same bytes. */
#include <stdlib.h>

#include "fuzz.h"
#include "uplink/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) data, size });
        struct bh_segment_head head;
        struct bh_damage damage;
        struct bh_record r;
        size_t before;

        if (bh_segment_head_get(&c, &head, NULL) < 0)
                c = bh_cur_of((struct bh_str){ (const char *) data, size });
        before = c.left;
        while (bh_record_next(&c, &r, &damage)) {
                BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
                const size_t took = before - c.left;

                bh_record_put(&out, &r);
                if (took != damage.bytes + out.len)
                        abort();
                before = c.left;
        }
        if (damage.bytes != before)
                abort();
        return 0;
}
