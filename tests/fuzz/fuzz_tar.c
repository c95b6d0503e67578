/* SPDX-License-Identifier: Apache-2.0 */
/* A layer from its packed bytes to its entries: unpack and tar together, and tar alone. */
#include <string.h>

#include "fmt/tar.h"
#include "fmt/unpack.h"
#include "fuzz.h"

static int from_slice(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str *in = user;

        (void) err;
        *ret_n = BH_MIN(room, in->len);
        if (*ret_n)
                memcpy(buf, in->at, *ret_n);
        *in = bh_str_from(*in, *ret_n);
        return 0;
}

static void walk(struct bh_stream *from) {
        struct bh_tar *tar = bh_tar_new(from);
        struct bh_err err = BH_ERR_NONE;
        const struct bh_tar_entry *e;
        struct bh_str head;

        for (int n = 0; n < 10000 && bh_tar_next(tar, &e, &err) > 0; n++)
                if (bh_tar_peek(tar, 4096, &head, &err) < 0)
                        break;
        bh_tar_free(&tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str again = { (const char *) data, size }, bytes = again;
        struct bh_stream packed, plain;
        struct bh_unpack *unpack;

        bh_stream_init(&packed, from_slice, &bytes);
        unpack = bh_unpack_new(&packed);
        bh_stream_init(&plain, bh_unpack_fill, unpack);
        walk(&plain);
        bh_stream_done(&plain);
        bh_unpack_free(&unpack);
        bh_stream_done(&packed);

        bh_stream_init(&plain, from_slice, &again);
        walk(&plain);
        bh_stream_done(&plain);
        return 0;
}
