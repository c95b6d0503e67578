/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/jwt.h"

#include "fmt/json.h"
#include "unit.h"

/* The example of RFC 7515, A.3. */
static const char token_es256[] = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
                                  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
static const char key_es256[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                                "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

static int verify(struct bh_arena *arena, struct bh_str token, const char *keys, const struct bh_doc **ret) {
        const struct bh_doc *jwks;

        assert_int_equal(bh_json_parse(arena, bh_str_of(keys), &jwks, NULL), 0);
        return bh_jwt_verify(arena, token, jwks, ret, NULL);
}

static void the_standards_example_is_right(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *claims;

        (void) state;
        assert_int_equal(verify(arena, bh_str_of(token_es256), key_es256, &claims), 0);
        assert_str(bh_doc_get_text(claims, "iss"), "joe");
        bh_arena_free(&arena);
}

/* At its end and in the middle: each letter stands for six bits, of which the last has two that nobody reads. */
static void a_changed_letter_is_seen(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *claims;

        (void) state;
        for (size_t i = 0; i + 1 < sizeof token_es256 - 1; i++) {
                struct bh_str token = bh_arena_str(arena, bh_str_of(token_es256));
                char *at = (char *) (uintptr_t) token.at + i;

                *at = *at == 'A' ? 'Q' : 'A';
                if (*at != token_es256[i])
                        assert_true(verify(arena, token, key_es256, &claims) < 0);
        }
        bh_arena_free(&arena);
}

static void none_is_no_algorithm_and_a_key_has_one_kind(void **state) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *claims;

        (void) state;
        assert_int_equal(verify(arena, BH_STR("eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ."), key_es256, &claims), BH_E_DENIED);
        assert_int_equal(verify(arena, BH_STR("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"), key_es256, &claims), BH_E_DENIED);
        assert_int_equal(verify(arena, bh_str_of(token_es256), "{\"keys\":[]}", &claims), BH_E_DENIED);
        assert_int_equal(verify(arena, BH_STR("a.b"), key_es256, &claims), BH_E_FORMAT);
        assert_int_equal(verify(arena, BH_STR("e30.e30.e30.e30"), key_es256, &claims), BH_E_FORMAT);
        bh_arena_free(&arena);
}

static int check(struct bh_arena *arena, const char *json) {
        const struct bh_jwt_expect expect = { BH_STR("https://id.example"), BH_STR("us"), BH_STR("n"), 1000 };
        const struct bh_doc *claims;

        assert_int_equal(bh_json_parse(arena, bh_str_of(json), &claims, NULL), 0);
        return bh_jwt_check(claims, &expect, NULL);
}

static void claims_are_for_us_and_for_now(void **state) {
        static const char *const wrong[] = {
                "{\"iss\":\"https://evil.example\",\"aud\":\"us\",\"exp\":1100,\"iat\":990,\"nonce\":\"n\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":\"them\",\"exp\":1100,\"iat\":990,\"nonce\":\"n\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":[\"us\",\"them\"],\"azp\":\"them\",\"exp\":1100,\"iat\":990,\"nonce\":\"n\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":900,\"iat\":890,\"nonce\":\"n\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"iat\":990,\"nonce\":\"n\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":9100,\"iat\":5000,\"nonce\":\"n\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1100,\"iat\":990,\"nonce\":\"m\",\"sub\":\"s\"}",
                "{\"iss\":\"https://id.example\",\"aud\":\"us\",\"exp\":1100,\"iat\":990,\"nonce\":\"n\"}",
        };
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_int_equal(check(arena, "{\"iss\":\"https://id.example\",\"aud\":[\"them\",\"us\"],\"exp\":1100,\"iat\":990,\"nonce\":\"n\",\"sub\":\"s\"}"), 0);
        for (size_t i = 0; i < BH_LEN(wrong); i++)
                assert_int_equal(check(arena, wrong[i]), BH_E_DENIED);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(the_standards_example_is_right, a_changed_letter_is_seen, none_is_no_algorithm_and_a_key_has_one_kind, claims_are_for_us_and_for_now)
