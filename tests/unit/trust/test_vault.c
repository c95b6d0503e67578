/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "trust/vault.h"

static void a_secret_opens_for_its_owner_and_its_key_alone(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf one = { 0 }, again = { 0 }, plain = { 0 };
        struct bh_vault_key key, other;
        struct bh_err err = BH_ERR_NONE;
        struct bh_str sealed;

        (void) state;
        assert_int_equal(bh_vault_key_make(&key, &err), 0);
        assert_int_equal(bh_vault_key_make(&other, &err), 0);
        assert_int_equal(bh_vault_seal(&key, BH_STR("a"), BH_STR("geheim"), &one, &err), 0);
        assert_int_equal(bh_vault_seal(&key, BH_STR("a"), BH_STR("geheim"), &again, &err), 0);
        sealed = bh_buf_str(&one);
        assert_int_equal(sealed.len, BH_VAULT_EXTRA_BYTES + 6);
        assert_false(bh_str_eq(sealed, bh_buf_str(&again)));
        assert_true(bh_str_find(sealed, BH_STR("geheim")) < 0);
        assert_int_equal(bh_vault_open(&key, BH_STR("a"), sealed, &plain, &err), 0);
        assert_int_equal(bh_vault_open(&key, BH_STR("b"), sealed, &plain, &err), BH_E_DENIED);
        assert_int_equal(bh_vault_open(&other, BH_STR("a"), sealed, &plain, &err), BH_E_DENIED);
        for (size_t i = 0; i < sealed.len; i++) {
                one.at[i] ^= 1;
                assert_int_equal(bh_vault_open(&key, BH_STR("a"), sealed, &plain, &err), BH_E_DENIED);
                one.at[i] ^= 1;
        }
        assert_int_equal(bh_vault_open(&key, BH_STR("a"), bh_str_part(sealed, 0, 5), &plain, &err), BH_E_DENIED);
        assert_str(bh_buf_str(&plain), "geheim"); /* what did not open added nothing */
}

static void write_key(const char *path, struct bh_str text) {
        struct bh_err err = BH_ERR_NONE;

        assert_int_equal(bh_fd_write_own(path, text, BH_STR(""), &err), 0);
}

static void a_key_is_made_once_and_is_its_owners(void **state) {
        char dir[] = "/tmp/bulkhead-vault-XXXXXX", path[64];
        struct bh_vault_key key, again;
        struct bh_err err = BH_ERR_NONE;
        struct stat st;

        (void) state;
        assert_non_null(mkdtemp(dir));
        (void) snprintf(path, sizeof path, "%s/key", dir);
        assert_int_equal(bh_vault_key_load(path, &key, &err), BH_E_NOTFOUND);
        assert_int_equal(bh_vault_key_keep(path, &key, &err), 0);
        assert_int_equal(bh_vault_key_keep(path, &again, &err), 0);
        assert_memory_equal(&key, &again, sizeof key);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        write_key(path, BH_STR("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"));
        assert_int_equal(bh_vault_key_load(path, &key, &err), 0);
        for (size_t i = 0; i < sizeof key.bytes; i++)
                assert_int_equal(key.bytes[i], i);
        write_key(path, BH_STR("too short"));
        assert_int_equal(bh_vault_key_keep(path, &key, &err), BH_E_FORMAT); /* and is not replaced */
        assert_int_equal(chmod(path, 0666), 0);
        assert_int_equal(bh_vault_key_load(path, &key, &err), BH_E_DENIED);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(rmdir(dir), 0);
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

BH_UNIT_MAIN(a_secret_opens_for_its_owner_and_its_key_alone, a_key_is_made_once_and_is_its_owners, hmac_is_what_others_compute)
