/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/ndb.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_str blob;
        struct bh_ndb db;
        uint32_t index;
        int r;

        if (bh_ndb_open((struct bh_str){ (const char *) data, size }, &db, &err) < 0)
                return 0;
        while ((r = bh_ndb_next(&db, &index, &blob, &err)) != 0)
                if (r > 0 && (blob.at < (const char *) data || blob.at + blob.len > (const char *) data + size))
                        __builtin_trap();
        return 0;
}
