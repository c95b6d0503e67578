/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/secret.h"

#include "unit.h"

/* RFC 6238, appendix B, for SHA-1; six digits are the last of its eight. */
static void codes_are_those_of_the_standard(void **state) {
        static const struct {
                int64_t s;
                const char *code;
        } vectors[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" }, { 1234567890, "005924" }, { 2000000000, "279037" },
                        { 20000000000, "353130" } };
        struct bh_str key = BH_STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"); /* "12345678901234567890" */
        char code[7];

        (void) state;
        for (size_t i = 0; i < BH_LEN(vectors); i++) {
                assert_true(bh_totp_code(key, vectors[i].s / 30, code));
                assert_string_equal(code, vectors[i].code);
                assert_int_equal(bh_totp_step(key, bh_str_of(code), vectors[i].s, 0), vectors[i].s / 30);
        }
}

static void a_code_counts_once_and_for_a_while(void **state) {
        struct bh_str key = BH_STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), code = BH_STR("287082");

        (void) state;
        assert_int_equal(bh_totp_step(key, code, 59, 0), 1);
        assert_int_equal(bh_totp_step(key, code, 59, 1), 0);  /* used */
        assert_int_equal(bh_totp_step(key, code, 89, 0), 1);  /* a step late */
        assert_int_equal(bh_totp_step(key, code, 120, 0), 0); /* too late */
        assert_int_equal(bh_totp_step(key, BH_STR("28708"), 59, 0), 0);
        assert_int_equal(bh_totp_step(BH_STR("not base32!"), code, 59, 0), 0);
}

static void new_keys_are_base32_of_160_bits(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str a, b;
        char code[7];

        (void) state;
        assert_int_equal(bh_totp_new(arena, &a, NULL), 0);
        assert_int_equal(bh_totp_new(arena, &b, NULL), 0);
        assert_int_equal(a.len, 32);
        assert_false(bh_str_eq(a, b));
        assert_true(bh_totp_code(a, 1, code));
        bh_arena_free(&arena);
}

static void secrets_are_long_and_only_their_digest_is_kept(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str a, b;

        (void) state;
        assert_int_equal(bh_secret_new(arena, "bht_", &a, NULL), 0);
        assert_int_equal(bh_secret_new(arena, "bht_", &b, NULL), 0);
        assert_int_equal(a.len, 4 + 43);
        assert_false(bh_str_eq(a, b));
        for (size_t i = 0; i < a.len; i++)
                assert_true(bh_is_alnum(a.at[i]) || a.at[i] == '-' || a.at[i] == '_');
        assert_str(bh_secret_hash(arena, BH_STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_false(bh_str_eq(bh_secret_derive(arena, a, "csrf"), bh_secret_derive(arena, a, "state")));
        bh_arena_free(&arena);
}

static void nothing_is_no_secret(void **state) {
        (void) state;
        assert_false(bh_secret_same(BH_STR(""), BH_STR("")));
        assert_false(bh_secret_same(BH_STR("a"), BH_STR("ab")));
        assert_true(bh_secret_same(BH_STR("ab"), BH_STR("ab")));
}

static void a_password_is_known_by_its_hash(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str one, two;

        (void) state;
        assert_int_equal(bh_password_hash(arena, BH_STR("correct horse"), &one, NULL), 0);
        assert_int_equal(bh_password_hash(arena, BH_STR("correct horse"), &two, NULL), 0);
        assert_true(bh_str_starts(one, BH_STR("$argon2id$v=19$m=32768,t=3,p=1$")));
        assert_false(bh_str_eq(one, two)); /* each has its salt */
        assert_true(bh_password_is(arena, one, BH_STR("correct horse")));
        assert_false(bh_password_is(arena, one, BH_STR("correct horsf")));
        assert_false(bh_password_is(arena, BH_STR(""), BH_STR("")));
        assert_false(bh_password_is(arena, BH_STR("$argon2id$broken"), BH_STR("x")));
        bh_arena_free(&arena);
}

static void weak_passwords_are_told_why(void **state) {
        (void) state;
        assert_non_null(bh_password_weakness(BH_STR("short"), BH_STR("alice")));
        assert_non_null(bh_password_weakness(BH_STR("aaaaaaaaaaaaaa"), BH_STR("bob")));
        assert_non_null(bh_password_weakness(BH_STR("PasswordPassword"), BH_STR("bob")));
        assert_non_null(bh_password_weakness(BH_STR("me-is-Alice-2026"), BH_STR("alice")));
        assert_null(bh_password_weakness(BH_STR("a long enough password"), BH_STR("alice")));
}

BH_UNIT_MAIN(codes_are_those_of_the_standard, a_code_counts_once_and_for_a_while, new_keys_are_base32_of_160_bits,
             secrets_are_long_and_only_their_digest_is_kept, nothing_is_no_secret, a_password_is_known_by_its_hash, weak_passwords_are_told_why)
