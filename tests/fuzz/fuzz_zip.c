/* SPDX-License-Identifier: Apache-2.0 */
/* By the directory, and as a stream in pieces of a size the input picks. */
#include "fmt/zip.h"
#include "fmt/zip_push.h"
#include "fuzz.h"

static int begin(void *user, const struct bh_zip_part *part, struct bh_err *err) {
        (void) user;
        (void) err;
        return part->name.len % 3 != 0;
}

static int data(void *user, struct bh_str bytes, struct bh_err *err) {
        uint64_t *sum = user;

        (void) err;
        for (size_t i = 0; i < bytes.len; i++)
                *sum += (unsigned char) bytes.at[i];
        return 0;
}

static int end(void *user, const struct bh_err *broken, struct bh_err *err) {
        (void) user;
        (void) broken;
        (void) err;
        return 0;
}

static void push(struct bh_str bytes, size_t piece) {
        uint64_t sum = 0;
        struct bh_zip_sink sink = { &sum, begin, data, end };
        struct bh_budget budget = { "fuzz", 1 << 22, 1000, 4 };
        struct bh_zip_push *z = bh_zip_push_new(&sink, &budget);
        struct bh_err err = BH_ERR_NONE;
        int r = 0;

        while (r == 0 && bytes.len) {
                r = bh_zip_push_feed(z, bh_str_part(bytes, 0, piece), &err);
                bytes = bh_str_from(bytes, piece);
        }
        if (r == 0)
                BH_IGNORE(bh_zip_push_finish(z, &err));
        bh_zip_push_free(&z);
}

int LLVMFuzzerTestOneInput(const uint8_t *data_, size_t size) {
        struct bh_str bytes = { (const char *) data_, size }, content;
        struct bh_budget budget = { "fuzz", 1 << 22, 1000, 4 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_zip_entry e;
        struct bh_zip zip;

        if (bh_zip_open(bytes, &zip, &err) == 0)
                while (bh_zip_next(&zip, &e, &err) > 0)
                        BH_IGNORE(bh_zip_read(arena, &zip, &e, 1 << 16, &budget, &content, &err));
        push(bytes, size ? data_[size - 1] + 1u : 1);
        bh_arena_free(&arena);
        return 0;
}
