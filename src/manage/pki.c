/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/pki.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/text.h"

enum { SERIAL_BYTES = 16, SKEW_S = 3600 };

static void free_key(EVP_PKEY **key) {
        EVP_PKEY_free(*key);
}

static void free_certificate(X509 **certificate) {
        X509_free(*certificate);
}

static void free_request(X509_REQ **request) {
        X509_REQ_free(*request);
}

static void free_bio(BIO **bio) {
        BIO_free_all(*bio);
}

static int failed(struct bh_err *err, int code, const char *what) {
        unsigned long why = ERR_get_error();
        const char *reason = why ? ERR_reason_error_string(why) : NULL;

        ERR_clear_error();
        return bh_fail(err, code, "%s: %s", what, reason ? reason : "OpenSSL says no more");
}

static struct bh_str bio_text(struct bh_arena *arena, BIO *bio) {
        char *at;
        long n = BIO_get_mem_data(bio, &at);

        return bh_arena_str(arena, (struct bh_str){ at, (size_t) BH_MAX(n, 0) });
}

static BIO *bio_of(struct bh_str pem) {
        return BIO_new_mem_buf(pem.at, (int) BH_MIN(pem.len, (size_t) 1 << 20));
}

static int print_key(struct bh_arena *arena, EVP_PKEY *key, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_secmem());

        if (!bio || PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
                return failed(err, BH_E_BUG, "private key");
        *ret = bio_text(arena, bio);
        return 0;
}

static int print_certificate(struct bh_arena *arena, X509 *certificate, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(free_bio) BIO *bio = BIO_new(BIO_s_mem());

        if (!bio || PEM_write_bio_X509(bio, certificate) != 1)
                return failed(err, BH_E_BUG, "certificate");
        *ret = bio_text(arena, bio);
        return 0;
}

static int read_pair(const struct bh_pki_pair *pair, EVP_PKEY **ret_key, X509 **ret_certificate, struct bh_err *err) {
        BH_CLEANUP(free_bio) BIO *key = bio_of(pair->key);
        BH_CLEANUP(free_bio) BIO *certificate = bio_of(pair->certificate);

        *ret_key = PEM_read_bio_PrivateKey(key, NULL, NULL, NULL);
        *ret_certificate = PEM_read_bio_X509(certificate, NULL, NULL, NULL);
        if (!*ret_key || !*ret_certificate || X509_check_private_key(*ret_certificate, *ret_key) != 1)
                return failed(err, BH_E_FORMAT, "the authority's key and certificate");
        return 0;
}

static int set_serial(X509 *x, struct bh_err *err) {
        unsigned char bytes[SERIAL_BYTES];
        BIGNUM *n;
        bool fine;

        if (RAND_bytes(bytes, sizeof bytes) != 1)
                return failed(err, BH_E_IO, "no random numbers");
        bytes[0] = (unsigned char) ((bytes[0] & 0x7f) | 0x40); /* positive, and always as long */
        n = BN_bin2bn(bytes, sizeof bytes, NULL);
        fine = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
        BN_free(n);
        return fine ? 0 : failed(err, BH_E_NOMEM, "serial number");
}

static bool set_name(X509_NAME *name, struct bh_str text) {
        return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *) text.at, (int) BH_MIN(text.len, (size_t) 64), -1, 0) == 1;
}

static bool set_days(X509 *x, int64_t now_s, unsigned days) {
        return ASN1_TIME_set(X509_getm_notBefore(x), (time_t) (now_s - SKEW_S)) && ASN1_TIME_set(X509_getm_notAfter(x), (time_t) (now_s + 86400ll * days));
}

static bool extend(X509 *x, X509 *issuer, int what, const char *value) {
        X509_EXTENSION *e;
        X509V3_CTX ctx;
        bool fine;

        X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
        e = X509V3_EXT_conf_nid(NULL, &ctx, what, value);
        fine = e && X509_add_ext(x, e, -1) == 1;
        X509_EXTENSION_free(e);
        return fine;
}

static bool is_address(struct bh_arena *arena, struct bh_str name) {
        const char *text = bh_arena_cstr(arena, name);
        unsigned char bytes[16];

        return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* What may stand in a list of names; the list is OpenSSL's configuration language, where a comma begins another. */
static bool is_host(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_alnum(name.at[i]) && !strchr(".-:_*", name.at[i]))
                        return false;
        return name.len > 0;
}

static int set_names(struct bh_arena *arena, X509 *x, const struct bh_pki_order *order, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf list = { 0 };

        for (size_t i = 0; i < order->n_names; i++) {
                if (!is_host(order->names[i]))
                        return bh_fail(err, BH_E_USAGE, "%s is no name of a host and no address", BH_QUOTE(order->names[i]));
                bh_buf_printf(&list, "%s%s:%.*s", i ? "," : "", is_address(arena, order->names[i]) ? "IP" : "DNS", BH_FMT(order->names[i]));
        }
        bh_buf_putc(&list, '\0');
        if (order->n_names && !extend(x, x, NID_subject_alt_name, list.at))
                return failed(err, BH_E_USAGE, "names of the certificate");
        return 0;
}

static X509 *begin(struct bh_str name, EVP_PKEY *key, int64_t now_s, unsigned days, struct bh_err *err) {
        X509 *x = X509_new();

        if (x && X509_set_version(x, 2) == 1 && set_serial(x, err) >= 0 && set_name(X509_get_subject_name(x), name) && set_days(x, now_s, days) &&
            X509_set_pubkey(x, key) == 1)
                return x;
        X509_free(x);
        return NULL;
}

int bh_pki_make_ca(struct bh_arena *arena, struct bh_str name, unsigned days, int64_t now_s, struct bh_pki_pair *ret, struct bh_err *err) {
        BH_CLEANUP(free_key) EVP_PKEY *key = EVP_EC_gen("P-256");
        BH_CLEANUP(free_certificate) X509 *x = key ? begin(name, key, now_s, days, err) : NULL;
        struct bh_pki_pair pair;
        int r;

        if (!x || X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 || !extend(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
            !extend(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") || !extend(x, x, NID_subject_key_identifier, "hash") ||
            X509_sign(x, key, EVP_sha256()) <= 0)
                return failed(err, BH_E_BUG, "no authority made");
        r = print_key(arena, key, &pair.key, err);
        if (r >= 0)
                r = print_certificate(arena, x, &pair.certificate, err);
        if (r >= 0)
                *ret = pair;
        return r;
}

static int sign_key(struct bh_arena *arena, const struct bh_pki_pair *ca, const struct bh_pki_order *order, EVP_PKEY *key, struct bh_str *ret,
                    struct bh_err *err) {
        BH_CLEANUP(free_key) EVP_PKEY *ca_key = NULL;
        BH_CLEANUP(free_certificate) X509 *ca_x = NULL;
        BH_CLEANUP(free_certificate) X509 *x = NULL;
        bool server = order->use == BH_PKI_SERVER;
        int r = read_pair(ca, &ca_key, &ca_x, err);

        if (r < 0)
                return r;
        x = begin(order->name, key, order->now_s, order->days, err);
        if (!x || X509_set_issuer_name(x, X509_get_subject_name(ca_x)) != 1 || !extend(x, ca_x, NID_basic_constraints, "critical,CA:FALSE") ||
            !extend(x, ca_x, NID_key_usage, "critical,digitalSignature") || !extend(x, ca_x, NID_ext_key_usage, server ? "serverAuth" : "clientAuth") ||
            !extend(x, ca_x, NID_subject_key_identifier, "hash") || !extend(x, ca_x, NID_authority_key_identifier, "keyid:always"))
                return failed(err, BH_E_BUG, "no certificate made");
        r = set_names(arena, x, order, err);
        if (r < 0)
                return r;
        if (X509_sign(x, ca_key, EVP_sha256()) <= 0)
                return failed(err, BH_E_BUG, "certificate not signed");
        return print_certificate(arena, x, ret, err);
}

int bh_pki_issue(struct bh_arena *arena, const struct bh_pki_pair *ca, const struct bh_pki_order *order, struct bh_pki_pair *ret, struct bh_err *err) {
        BH_CLEANUP(free_key) EVP_PKEY *key = EVP_EC_gen("P-256");
        struct bh_pki_pair pair;
        int r;

        if (!key)
                return failed(err, BH_E_BUG, "no key made");
        r = sign_key(arena, ca, order, key, &pair.certificate, err);
        if (r >= 0)
                r = print_key(arena, key, &pair.key, err);
        if (r >= 0)
                *ret = pair;
        return r;
}

/* EC keys of at least 256 bits, RSA ones of at least 2048, Ed25519: what OpenSSL calls 112 bits of security or more. */
static bool is_strong(EVP_PKEY *key) {
        return key && EVP_PKEY_get_security_bits(key) >= 112;
}

int bh_pki_sign(struct bh_arena *arena, const struct bh_pki_pair *ca, const struct bh_pki_order *order, struct bh_str csr_pem, struct bh_str *ret_certificate,
                struct bh_err *err) {
        BH_CLEANUP(free_bio) BIO *bio = bio_of(csr_pem);
        BH_CLEANUP(free_request) X509_REQ *request = bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
        EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;

        if (!key || X509_REQ_verify(request, key) != 1)
                return failed(err, BH_E_FORMAT, "certificate request");
        if (!is_strong(key))
                return bh_fail(err, BH_E_FORMAT, "certificate request: its key is too weak");
        return sign_key(arena, ca, order, key, ret_certificate, err);
}

static bool read_time(const ASN1_TIME *t, int64_t *ret_s) {
        struct tm at;

        if (ASN1_TIME_to_tm(t, &at) != 1)
                return false;
        *ret_s = (int64_t) timegm(&at);
        return true;
}

static struct bh_str hex_of(struct bh_arena *arena, const void *bytes, size_t n) {
        return bh_str_of(bh_hex(bytes, n, bh_arena_bytes(arena, 2 * n + 1)));
}

int bh_pki_read(struct bh_arena *arena, struct bh_str certificate_pem, struct bh_pki_facts *ret, struct bh_err *err) {
        BH_CLEANUP(free_bio) BIO *bio = bio_of(certificate_pem);
        BH_CLEANUP(free_certificate) X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        unsigned char digest[EVP_MAX_MD_SIZE];
        struct bh_pki_facts facts = { 0 };
        char name[256];
        unsigned n;

        if (!x || X509_digest(x, EVP_sha256(), digest, &n) != 1 || !read_time(X509_get0_notBefore(x), &facts.from_s) ||
            !read_time(X509_get0_notAfter(x), &facts.until_s))
                return failed(err, BH_E_FORMAT, "certificate");
        if (X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name, sizeof name) < 0)
                return bh_fail(err, BH_E_FORMAT, "certificate without a name");
        facts.name = bh_arena_str(arena, bh_str_of(name));
        facts.serial = hex_of(arena, ASN1_STRING_get0_data(X509_get0_serialNumber(x)), (size_t) ASN1_STRING_length(X509_get0_serialNumber(x)));
        facts.digest = hex_of(arena, digest, n);
        *ret = facts;
        return 0;
}
