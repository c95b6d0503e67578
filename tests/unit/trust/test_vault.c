/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "trust/vault.h"

static void a_secret_opens_for_its_owner_and_its_key_alone(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_vault_key key, other;
        struct bh_str sealed = { 0 }, again = { 0 }, plain = { 0 };
        struct bh_err err = BH_ERR_NONE;
        char *bytes;

        (void) state;
        assert_int_equal(bh_vault_key_make(&key, &err), 0);
        assert_int_equal(bh_vault_key_make(&other, &err), 0);
        assert_int_equal(bh_vault_seal(&key, BH_STR("a"), BH_STR("geheim"), arena, &sealed, &err), 0);
        assert_int_equal(bh_vault_seal(&key, BH_STR("a"), BH_STR("geheim"), arena, &again, &err), 0);
        assert_false(bh_str_eq(sealed, again));
        assert_true(bh_str_find(sealed, BH_STR("geheim")) < 0);
        assert_int_equal(bh_vault_open(&key, BH_STR("a"), sealed, arena, &plain, &err), 0);
        assert_str(plain, "geheim");
        assert_int_equal(bh_vault_open(&key, BH_STR("b"), sealed, arena, &plain, &err), BH_E_DENIED);
        assert_int_equal(bh_vault_open(&other, BH_STR("a"), sealed, arena, &plain, &err), BH_E_DENIED);
        for (size_t i = 0; i < sealed.len; i++) {
                bytes = (char *) (uintptr_t) bh_arena_str(arena, sealed).at;
                bytes[i] ^= 1;
                assert_int_equal(bh_vault_open(&key, BH_STR("a"), (struct bh_str){ bytes, sealed.len }, arena, &plain, &err), BH_E_DENIED);
        }
        assert_int_equal(bh_vault_open(&key, BH_STR("a"), bh_str_part(sealed, 0, 5), arena, &plain, &err), BH_E_DENIED);
        bh_arena_free(&arena);
}

/* RFC 4231, cases 1 and 2 */
static void hmac_is_what_others_compute(void **state) {
        uint8_t mac[BH_MAC_BYTES];
        char hex[65], key[20];

        (void) state;
        memset(key, 0x0b, sizeof key);
        bh_hmac_sha256((struct bh_str){ key, sizeof key }, BH_STR("Hi There"), mac);
        assert_string_equal(bh_hex(mac, sizeof mac, hex), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        bh_hmac_sha256(BH_STR("Jefe"), BH_STR("what do ya want for nothing?"), mac);
        assert_string_equal(bh_hex(mac, sizeof mac, hex), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BH_UNIT_MAIN(a_secret_opens_for_its_owner_and_its_key_alone, hmac_is_what_others_compute)
