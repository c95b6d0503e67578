/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/rpmhdr.h"
#include "fuzz.h"

/* Every kind of question about every tag there is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_rpmhdr h;
        struct bh_cur tags;

        if (bh_rpmhdr_parse((struct bh_str){ (const char *) data, size }, &h, &err) < 0)
                return 0;
        tags = bh_cur_of(h.index);
        for (uint32_t i = 0; i < h.n_tags && i < 64; i++) {
                enum bh_rpm_tag tag = (enum bh_rpm_tag) bh_cur_be32(&tags);
                struct bh_rpm_array s = bh_rpmhdr_strings(&h, tag), n = bh_rpmhdr_u32s(&h, tag), b = bh_rpmhdr_bytes(&h, tag);

                bh_cur_skip(&tags, 12);
                for (uint32_t k = 0; k < s.count; k++)
                        (void) bh_cur_cstr(&s.cur);
                for (uint32_t k = 0; k < n.count; k++)
                        (void) bh_cur_be32(&n.cur);
                for (uint32_t k = 0; k < b.count; k++)
                        (void) bh_cur_u8(&b.cur);
                if (n.cur.bad && n.count)
                        __builtin_trap(); /* a count was promised that is not there */
        }
        return 0;
}
