/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "uplink/identity.h"

#define DIGEST "efa623da24267b4ab287a5cd15e016b530f481d141e0475c48022ca447feffba"
#define SECRET "e26c862f25259f00a94f2a4adc79cb637cfd348869ba4e0f"

static void a_token_says_where_whom_and_what(void **state) {
        static const char *const servers[] = { "localhost:8443", "bulkhead.example.org:8443", "[2001:db8::1]:8443", "192.0.2.7:443" };
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(servers); i++) {
                struct bh_str text = bh_arena_printf(arena, " bhe1.%s." DIGEST "." SECRET "\n", servers[i]);
                struct bh_enrol_token t;

                assert_int_equal(bh_enrol_token_parse(text, &t, NULL), 0);
                assert_str(t.server, servers[i]);
                assert_str(t.ca_digest, DIGEST);
                assert_str(t.secret, SECRET);
        }
        bh_arena_free(&arena);
}

static void what_is_no_token_is_refused(void **state) {
        static const char *const texts[] = { "", "bhe1.", "bhe2.localhost:1." DIGEST "." SECRET, "bhe1.localhost:1." DIGEST, "bhe1." DIGEST "." SECRET,
                                             "bhe1.localhost:1.00ff." SECRET, "bhe1.localhost:1." DIGEST ".short", "bhe1.localhost:1." DIGEST ".UPPERUPPERUPPERUPPER" };

        (void) state;
        for (size_t i = 0; i < BH_LEN(texts); i++) {
                struct bh_enrol_token t = { .server = BH_STR("untouched") };
                struct bh_err err = BH_ERR_NONE;

                assert_int_equal(bh_enrol_token_parse(bh_str_of(texts[i]), &t, &err), BH_E_FORMAT);
                assert_str(t.server, "untouched");
                assert_true(bh_str_find(bh_str_of(err.text), BH_STR("enrolment token")) >= 0);
        }
}

static void each_request_is_of_a_key_of_its_own(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str key, other, csr;

        (void) state;
        assert_int_equal(bh_identity_request(arena, &key, &csr, NULL), 0);
        assert_int_equal(bh_identity_request(arena, &other, &csr, NULL), 0);
        assert_true(bh_str_starts(key, BH_STR("-----BEGIN PRIVATE KEY-----")));
        assert_true(bh_str_starts(csr, BH_STR("-----BEGIN CERTIFICATE REQUEST-----")));
        assert_false(bh_str_eq(key, other));
        bh_arena_free(&arena);
}

static void what_is_no_certificate_replaces_nothing(void **state) {
        struct bh_arena *arena = bh_arena_new();
        char dir[] = "/tmp/bh-identity-XXXXXX";
        struct bh_str key, csr, digest;
        struct bh_identity id;

        (void) state;
        assert_non_null(mkdtemp(dir));
        assert_int_equal(bh_identity_request(arena, &key, &csr, NULL), 0);
        assert_int_equal(bh_identity_put(dir, key, csr, NULL), BH_E_FORMAT);
        assert_int_equal(bh_identity_put(dir, key, BH_STR(""), NULL), BH_E_FORMAT);
        assert_int_equal(bh_identity_digest(arena, csr, &digest, NULL), BH_E_FORMAT);
        assert_int_equal(bh_identity_load(arena, dir, &id, NULL), BH_E_NOTFOUND);
        assert_int_equal(rmdir(dir), 0);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_token_says_where_whom_and_what, what_is_no_token_is_refused, each_request_is_of_a_key_of_its_own, what_is_no_certificate_replaces_nothing)
