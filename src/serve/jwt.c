/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/text.h"
#include "fmt/json.h"

enum { SKEW_S = 60, TOKEN_MAX = 64 * 1024, ES256_HALF = 32 };

struct algorithm {
        const char *name, *kty;
        bool pss, ec;
};

static const struct algorithm algorithms[] = {
        { "RS256", "RSA", false, false },
        { "PS256", "RSA", true, false },
        { "ES256", "EC", false, true },
};

static void free_key(EVP_PKEY **key) {
        EVP_PKEY_free(*key);
}

static void free_number(BIGNUM **n) {
        BN_free(*n);
}

static void free_builder(OSSL_PARAM_BLD **b) {
        OSSL_PARAM_BLD_free(*b);
}

static void free_params(OSSL_PARAM **p) {
        OSSL_PARAM_free(*p);
}

static void free_digest(EVP_MD_CTX **ctx) {
        EVP_MD_CTX_free(*ctx);
}

static EVP_PKEY *make_key(const char *type, OSSL_PARAM *params) {
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
        EVP_PKEY *key = NULL;

        if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
                key = NULL;
        EVP_PKEY_CTX_free(ctx);
        return key;
}

static bool member_bytes(struct bh_arena *arena, const struct bh_doc *jwk, const char *name, struct bh_str *ret) {
        return bh_base64_decode(arena, bh_doc_get_text(jwk, name), ret) && ret->len > 0 && ret->len <= 1024;
}

static EVP_PKEY *rsa_key(struct bh_arena *arena, const struct bh_doc *jwk) {
        BH_CLEANUP(free_builder) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
        BH_CLEANUP(free_params) OSSL_PARAM *params = NULL;
        BH_CLEANUP(free_number) BIGNUM *n = NULL;
        BH_CLEANUP(free_number) BIGNUM *e = NULL;
        struct bh_str n_bytes, e_bytes;

        if (!b || !member_bytes(arena, jwk, "n", &n_bytes) || !member_bytes(arena, jwk, "e", &e_bytes) || n_bytes.len < 256)
                return NULL;
        n = BN_bin2bn((const unsigned char *) n_bytes.at, (int) n_bytes.len, NULL);
        e = BN_bin2bn((const unsigned char *) e_bytes.at, (int) e_bytes.len, NULL);
        if (n && e && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e))
                params = OSSL_PARAM_BLD_to_param(b);
        return make_key("RSA", params);
}

static EVP_PKEY *ec_key(struct bh_arena *arena, const struct bh_doc *jwk) {
        BH_CLEANUP(free_builder) OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
        BH_CLEANUP(free_params) OSSL_PARAM *params = NULL;
        unsigned char point[1 + 2 * ES256_HALF] = { POINT_CONVERSION_UNCOMPRESSED };
        struct bh_str x, y;

        if (!b || !bh_str_is(bh_doc_get_text(jwk, "crv"), "P-256") || !member_bytes(arena, jwk, "x", &x) || !member_bytes(arena, jwk, "y", &y) ||
            x.len != ES256_HALF || y.len != ES256_HALF)
                return NULL;
        memcpy(point + 1, x.at, ES256_HALF);
        memcpy(point + 1 + ES256_HALF, y.at, ES256_HALF);
        if (OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
            OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
                params = OSSL_PARAM_BLD_to_param(b);
        return make_key("EC", params);
}

/* For signing, of the algorithm's kind, and of that name where the token names one. */
static bool fits(const struct bh_doc *jwk, const struct algorithm *a, struct bh_str kid) {
        struct bh_str use = bh_doc_get_text(jwk, "use"), alg = bh_doc_get_text(jwk, "alg");

        return bh_str_is(bh_doc_get_text(jwk, "kty"), a->kty) && (use.len == 0 || bh_str_is(use, "sig")) && (alg.len == 0 || bh_str_is(alg, a->name)) &&
               (kid.len == 0 || bh_str_eq(kid, bh_doc_get_text(jwk, "kid")));
}

/* r and s side by side, as JWS has them, into DER as OpenSSL wants them. */
static bool to_der(struct bh_arena *arena, struct bh_str *signature) {
        const unsigned char *at = (const unsigned char *) signature->at;
        ECDSA_SIG *sig = signature->len == 2 * ES256_HALF ? ECDSA_SIG_new() : NULL;
        BIGNUM *r = sig ? BN_bin2bn(at, ES256_HALF, NULL) : NULL, *s = sig ? BN_bin2bn(at + ES256_HALF, ES256_HALF, NULL) : NULL;
        unsigned char *der = NULL;
        int n = -1;

        if (r && s && ECDSA_SIG_set0(sig, r, s) == 1)
                n = i2d_ECDSA_SIG(sig, &der);
        else {
                BN_free(r);
                BN_free(s);
        }
        if (n > 0)
                *signature = bh_arena_str(arena, (struct bh_str){ (const char *) der, (size_t) n });
        OPENSSL_free(der);
        ECDSA_SIG_free(sig);
        return n > 0;
}

static bool is_signed_by(EVP_PKEY *key, const struct algorithm *a, struct bh_str text, struct bh_str signature) {
        BH_CLEANUP(free_digest) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        EVP_PKEY_CTX *how = NULL;

        if (!ctx || EVP_DigestVerifyInit(ctx, &how, EVP_sha256(), NULL, key) != 1)
                return false;
        if (a->pss && (EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_PSS_PADDING) != 1 || EVP_PKEY_CTX_set_rsa_pss_saltlen(how, RSA_PSS_SALTLEN_DIGEST) != 1))
                return false;
        return EVP_DigestVerify(ctx, (const unsigned char *) signature.at, signature.len, (const unsigned char *) text.at, text.len) == 1;
}

static bool any_key(struct bh_arena *arena, const struct bh_doc *jwks, const struct algorithm *a, struct bh_str kid, struct bh_str text, struct bh_str signature) {
        bool right = false;

        if (a->ec && !to_der(arena, &signature))
                return false;
        for (const struct bh_doc *jwk = bh_doc_first(bh_doc_get(jwks, "keys")); jwk && !right; jwk = jwk->next) {
                BH_CLEANUP(free_key) EVP_PKEY *key = fits(jwk, a, kid) ? a->ec ? ec_key(arena, jwk) : rsa_key(arena, jwk) : NULL;

                right = key && is_signed_by(key, a, text, signature);
        }
        ERR_clear_error();
        return right;
}

static int part_json(struct bh_arena *arena, struct bh_str part, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_str bytes;

        if (!bh_base64_decode(arena, part, &bytes))
                return bh_fail(err, BH_E_FORMAT, "a part of the token is not base64url");
        return bh_json_parse(arena, bytes, ret, err);
}

static const struct algorithm *algorithm_of(const struct bh_doc *header) {
        for (size_t i = 0; i < BH_LEN(algorithms); i++)
                if (bh_str_is(bh_doc_get_text(header, "alg"), algorithms[i].name))
                        return &algorithms[i];
        return NULL;
}

int bh_jwt_verify(struct bh_arena *arena, struct bh_str token, const struct bh_doc *jwks, const struct bh_doc **ret_claims, struct bh_err *err) {
        struct bh_str head, rest, body, tail, signature;
        const struct bh_doc *header, *claims;
        const struct algorithm *a;
        int r;

        if (token.len > TOKEN_MAX || !bh_str_cut(token, '.', &head, &rest) || !bh_str_cut(rest, '.', &body, &tail) || bh_str_chr(tail, '.') >= 0)
                return bh_fail(err, BH_E_FORMAT, "the token has not three parts");
        r = part_json(arena, head, &header, err);
        if (r < 0)
                return bh_wrap(err, r, "token's header");
        a = algorithm_of(header);
        if (!a || bh_doc_get(header, "crit"))
                return bh_fail(err, BH_E_DENIED, "the token is signed in a way that is not accepted: RS256, PS256 and ES256 are");
        if (!bh_base64_decode(arena, tail, &signature) || !any_key(arena, jwks, a, bh_doc_get_text(header, "kid"), bh_str_part(token, 0, head.len + 1 + body.len), signature))
                return bh_fail(err, BH_E_DENIED, "the token's signature is of none of the provider's keys");
        r = part_json(arena, body, &claims, err);
        if (r < 0)
                return bh_wrap(err, r, "token's claims");
        *ret_claims = claims;
        return 0;
}

static bool has(const struct bh_doc *node, struct bh_str text) {
        if (bh_doc_is(node, BH_DOC_STRING))
                return bh_str_eq(bh_doc_str(node), text);
        if (!bh_doc_is(node, BH_DOC_ARRAY))
                return false;
        for (const struct bh_doc *n = bh_doc_first(node); n; n = n->next)
                if (bh_doc_is(n, BH_DOC_STRING) && bh_str_eq(bh_doc_str(n), text))
                        return true;
        return false;
}

int bh_jwt_check(const struct bh_doc *claims, const struct bh_jwt_expect *e, struct bh_err *err) {
        struct bh_str azp = bh_doc_get_text(claims, "azp");

        if (!bh_str_eq(bh_doc_get_text(claims, "iss"), e->issuer))
                return bh_fail(err, BH_E_DENIED, "the token is of another issuer");
        if (!has(bh_doc_get(claims, "aud"), e->audience) || (azp.len && !bh_str_eq(azp, e->audience)))
                return bh_fail(err, BH_E_DENIED, "the token is for another client");
        if (bh_doc_int(bh_doc_get(claims, "exp"), 0) <= e->now_s - SKEW_S)
                return bh_fail(err, BH_E_DENIED, "the token is over; are the clocks right?");
        if (bh_doc_int(bh_doc_get(claims, "iat"), INT64_MAX) > e->now_s + SKEW_S || bh_doc_int(bh_doc_get(claims, "nbf"), 0) > e->now_s + SKEW_S)
                return bh_fail(err, BH_E_DENIED, "the token is of the future; are the clocks right?");
        if (e->nonce.len == 0 || !bh_str_eq(bh_doc_get_text(claims, "nonce"), e->nonce))
                return bh_fail(err, BH_E_DENIED, "the token belongs to another log-in");
        if (bh_doc_get_text(claims, "sub").len == 0)
                return bh_fail(err, BH_E_DENIED, "the token says not of whom it is");
        return 0;
}
