/* SPDX-License-Identifier: Apache-2.0 */
/* Credential stores: the first byte says which. What is found is read as hashes too, and cheap ones are tested. */
#include "fuzz.h"
#include "passwords/schemes.h"
#include "passwords/stores.h"

static void read_hash(struct bh_arena *arena, struct bh_crypto *c, const struct bh_secret *s) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_target t;

        if (s->state == BH_SECRET_KEPT && bh_target_open(arena, c, s, &t, &err) == 0 && t.cost_ns < 20000)
                (void) bh_target_is(&t, c, BH_STR("password"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        static struct bh_crypto *c; /* making it takes longer than all else */
        struct bh_store_found found = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;
        size_t n = 0;

        if (!c)
                c = bh_crypto_new();
        while (bh_stores[n].name)
                n++;
        if (size > 0) {
                struct bh_store_file file = { .path = BH_STR("etc/some/file"), .bytes = { (const char *) data + 1, size - 1 }, .mode = 0100644, .in_container = data[0] & 128 };

                BH_IGNORE(bh_stores[(data[0] & 127) % n].parse(&found, &file, &err));
        }
        for (size_t i = 0; i < found.secrets.len && i < 20; i++)
                read_hash(arena, c, &found.secrets.at[i]);
        bh_arena_free(&arena);
        return 0;
}
