/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/pki.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "unit.h"

enum { NOW_S = 1764000000 };

static X509 *read_certificate(struct bh_str pem) {
        BIO *bio = BIO_new_mem_buf(pem.at, (int) pem.len);
        X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

        BIO_free(bio);
        assert_non_null(x);
        return x;
}

static bool is_trusted(struct bh_str ca, struct bh_str leaf, int purpose, int64_t at_s) {
        X509 *ca_x = read_certificate(ca), *x = read_certificate(leaf);
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *ctx = X509_STORE_CTX_new();
        bool trusted;

        assert_int_equal(X509_STORE_add_cert(store, ca_x), 1);
        assert_int_equal(X509_STORE_CTX_init(ctx, store, x, NULL), 1);
        X509_STORE_CTX_set_time(ctx, 0, at_s);
        X509_STORE_CTX_set_purpose(ctx, purpose);
        trusted = X509_verify_cert(ctx) == 1;
        X509_STORE_CTX_free(ctx);
        X509_STORE_free(store);
        X509_free(x);
        X509_free(ca_x);
        return trusted;
}

/* A request as an agent makes it; with `broken` another key is in it than the one that signed. */
static struct bh_str request(struct bh_arena *arena, EVP_PKEY *key, const char *name, bool broken) {
        EVP_PKEY *other = EVP_EC_gen("P-256");
        X509_REQ *req = X509_REQ_new();
        BIO *bio = BIO_new(BIO_s_mem());
        struct bh_str pem;
        char *at;
        long n;

        X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(req), "CN", MBSTRING_UTF8, (const unsigned char *) name, -1, -1, 0);
        X509_REQ_set_pubkey(req, key);
        assert_true(X509_REQ_sign(req, broken ? other : key, EVP_sha256()) > 0);
        assert_int_equal(PEM_write_bio_X509_REQ(bio, req), 1);
        n = BIO_get_mem_data(bio, &at);
        pem = bh_arena_str(arena, (struct bh_str){ at, (size_t) n });
        BIO_free(bio);
        X509_REQ_free(req);
        EVP_PKEY_free(other);
        return pem;
}

static void a_server_is_trusted_for_its_names_and_days(void **state) {
        static const struct bh_str names[] = { BH_STR_INIT("bulkhead.example"), BH_STR_INIT("192.0.2.7"), BH_STR_INIT("::1") };
        const struct bh_pki_order order = { BH_PKI_SERVER, names[0], names, BH_LEN(names), 30, NOW_S };
        struct bh_arena *arena = bh_arena_new();
        struct bh_pki_pair ca, other, server;
        X509 *x;

        (void) state;
        assert_int_equal(bh_pki_make_ca(arena, BH_STR("Ours"), 3650, NOW_S, &ca, NULL), 0);
        assert_int_equal(bh_pki_make_ca(arena, BH_STR("Ours"), 3650, NOW_S, &other, NULL), 0);
        assert_int_equal(bh_pki_issue(arena, &ca, &order, &server, NULL), 0);
        assert_true(is_trusted(ca.certificate, server.certificate, X509_PURPOSE_SSL_SERVER, NOW_S));
        assert_false(is_trusted(ca.certificate, server.certificate, X509_PURPOSE_SSL_CLIENT, NOW_S));
        assert_false(is_trusted(other.certificate, server.certificate, X509_PURPOSE_SSL_SERVER, NOW_S));
        assert_false(is_trusted(ca.certificate, server.certificate, X509_PURPOSE_SSL_SERVER, NOW_S + 31 * 86400));
        x = read_certificate(server.certificate);
        assert_int_equal(X509_check_host(x, "bulkhead.example", 0, 0, NULL), 1);
        assert_int_equal(X509_check_host(x, "other.example", 0, 0, NULL), 0);
        assert_int_equal(X509_check_ip_asc(x, "192.0.2.7", 0), 1);
        assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
        X509_free(x);
        bh_arena_free(&arena);
}

static void of_a_request_only_the_key_is_believed(void **state) {
        const struct bh_pki_order order = { .use = BH_PKI_AGENT, .name = BH_STR("agent-7"), .days = 30, .now_s = NOW_S };
        struct bh_arena *arena = bh_arena_new();
        EVP_PKEY *key = EVP_EC_gen("P-256");
        struct bh_pki_facts facts;
        struct bh_str certificate;
        struct bh_pki_pair ca;
        X509 *x;

        (void) state;
        assert_int_equal(bh_pki_make_ca(arena, BH_STR("Ours"), 3650, NOW_S, &ca, NULL), 0);
        assert_int_equal(bh_pki_sign(arena, &ca, &order, request(arena, key, "agent-1", false), &certificate, NULL), 0);
        assert_int_equal(bh_pki_read(arena, certificate, &facts, NULL), 0);
        assert_str(facts.name, "agent-7");
        assert_int_equal(facts.digest.len, 64);
        assert_int_equal(facts.until_s, NOW_S + 30 * 86400);
        assert_true(is_trusted(ca.certificate, certificate, X509_PURPOSE_SSL_CLIENT, NOW_S));
        assert_false(is_trusted(ca.certificate, certificate, X509_PURPOSE_SSL_SERVER, NOW_S));
        x = read_certificate(certificate);
        assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(x), key), 1);
        assert_int_equal(X509_check_ca(x), 0);
        X509_free(x);
        EVP_PKEY_free(key);
        bh_arena_free(&arena);
}

static void a_request_must_be_signed_by_its_own_strong_key(void **state) {
        const struct bh_pki_order order = { .use = BH_PKI_AGENT, .name = BH_STR("agent-7"), .days = 30, .now_s = NOW_S };
        struct bh_arena *arena = bh_arena_new();
        EVP_PKEY *key = EVP_EC_gen("P-256"), *weak = EVP_RSA_gen(1024);
        struct bh_str certificate;
        struct bh_pki_pair ca;

        (void) state;
        assert_int_equal(bh_pki_make_ca(arena, BH_STR("Ours"), 3650, NOW_S, &ca, NULL), 0);
        assert_int_equal(bh_pki_sign(arena, &ca, &order, request(arena, key, "x", true), &certificate, NULL), BH_E_FORMAT);
        assert_int_equal(bh_pki_sign(arena, &ca, &order, request(arena, weak, "x", false), &certificate, NULL), BH_E_FORMAT);
        assert_int_equal(bh_pki_sign(arena, &ca, &order, BH_STR("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"), &certificate, NULL), BH_E_FORMAT);
        assert_int_equal(bh_pki_sign(arena, &ca, &order, BH_STR(""), &certificate, NULL), BH_E_FORMAT);
        EVP_PKEY_free(key);
        EVP_PKEY_free(weak);
        bh_arena_free(&arena);
}

static void a_name_is_no_way_into_the_list_of_names(void **state) {
        static const struct bh_str wrong[] = { BH_STR_INIT("a,DNS:evil.example"), BH_STR_INIT(""), BH_STR_INIT("a b"), BH_STR_INIT("a\nb") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_pki_pair ca, server;

        (void) state;
        assert_int_equal(bh_pki_make_ca(arena, BH_STR("Ours"), 3650, NOW_S, &ca, NULL), 0);
        for (size_t i = 0; i < BH_LEN(wrong); i++) {
                const struct bh_pki_order order = { BH_PKI_SERVER, BH_STR("x"), &wrong[i], 1, 30, NOW_S };

                assert_int_equal(bh_pki_issue(arena, &ca, &order, &server, NULL), BH_E_USAGE);
        }
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_server_is_trusted_for_its_names_and_days, of_a_request_only_the_key_is_believed, a_request_must_be_signed_by_its_own_strong_key,
             a_name_is_no_way_into_the_list_of_names)
