/* SPDX-License-Identifier: Apache-2.0 */
#include "uplink/identity.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "sys/fd.h"

enum { DIGEST = 32 };

static void free_bio(BIO **b) {
        BIO_free(*b);
}
static void free_key(EVP_PKEY **k) {
        EVP_PKEY_free(*k);
}
static void free_x509(X509 **x) {
        X509_free(*x);
}
static void free_req(X509_REQ **r) {
        X509_REQ_free(*r);
}

static int failed(struct bh_err *err, int code, const char *what) {
        const char *why = ERR_reason_error_string(ERR_get_error());

        ERR_clear_error();
        return bh_fail(err, code, "%s: %s", what, why ? why : "OpenSSL refused");
}

static struct bh_str bio_text(struct bh_arena *arena, BIO *bio) {
        char *at = NULL;
        long n = BIO_get_mem_data(bio, &at);

        return bh_arena_str(arena, (struct bh_str){ at, n > 0 ? (size_t) n : 0 });
}

static X509 *read_certificate(struct bh_str pem) {
        BH_CLEANUP(free_bio) BIO *in = BIO_new_mem_buf(pem.at, (int) BH_MIN(pem.len, (size_t) INT32_MAX));

        return in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
}

/* ---- requests ---- */

static int sign_request(X509_REQ *req, EVP_PKEY *key) {
        X509_NAME *name = X509_REQ_get_subject_name(req);

        return X509_REQ_set_version(req, 0) && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *) "bulkhead agent", -1, -1, 0) &&
               X509_REQ_set_pubkey(req, key) && X509_REQ_sign(req, key, EVP_sha256());
}

int bh_identity_request(struct bh_arena *arena, struct bh_str *ret_key, struct bh_str *ret_csr, struct bh_err *err) {
        BH_CLEANUP(free_key) EVP_PKEY *key = EVP_EC_gen("P-256");
        BH_CLEANUP(free_req) X509_REQ *req = X509_REQ_new();
        BH_CLEANUP(free_bio) BIO *key_out = BIO_new(BIO_s_mem());
        BH_CLEANUP(free_bio) BIO *csr_out = BIO_new(BIO_s_mem());

        if (!key || !req || !key_out || !csr_out || !sign_request(req, key) || !PEM_write_bio_PKCS8PrivateKey(key_out, key, NULL, NULL, 0, NULL, NULL) ||
            !PEM_write_bio_X509_REQ(csr_out, req))
                return failed(err, BH_E_BUG, "a key");
        *ret_key = bio_text(arena, key_out);
        *ret_csr = bio_text(arena, csr_out);
        return 0;
}

int bh_identity_digest(struct bh_arena *arena, struct bh_str certificate, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(free_x509) X509 *x = read_certificate(certificate);
        unsigned char digest[EVP_MAX_MD_SIZE];
        char *out = bh_arena_bytes(arena, 2 * DIGEST + 1);
        unsigned n = 0;

        if (!x || !X509_digest(x, EVP_sha256(), digest, &n) || n != DIGEST)
                return failed(err, BH_E_FORMAT, "this is no certificate");
        (void) bh_hex(digest, DIGEST, out);
        *ret = (struct bh_str){ out, 2 * DIGEST };
        return 0;
}

/* ---- files ---- */

static int write_file(const char *state_dir, const char *name, struct bh_str text, struct bh_err *err) {
        char path[4096];

        (void) snprintf(path, sizeof path, "%s/%s", state_dir, name);
        return bh_fd_write_own(path, text, BH_STR(""), err);
}

int bh_identity_put(const char *state_dir, struct bh_str key, struct bh_str certificate, struct bh_err *err) {
        BH_CLEANUP(free_x509) X509 *x = read_certificate(certificate);
        BH_CLEANUP(free_bio) BIO *in = BIO_new_mem_buf(key.at, (int) key.len);
        BH_CLEANUP(free_key) EVP_PKEY *private = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
        BH_CLEANUP(bh_buf_done) struct bh_buf both = { 0 };
        int r;

        if (!x || !private || !X509_check_private_key(x, private))
                return failed(err, BH_E_FORMAT, "the server's certificate is none, or not of our key");
        bh_buf_add(&both, key);
        bh_buf_add(&both, certificate);
        r = write_file(state_dir, "agent.pem", bh_buf_str(&both), err);
        OPENSSL_cleanse(both.at, both.len);
        return r;
}

int bh_identity_put_server(const char *state_dir, struct bh_str agent, struct bh_str server, struct bh_str ca, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out };
        int r;

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "agent", agent);
        bh_json_put_str(&j, "server", server);
        bh_json_put_close(&j);
        r = write_file(state_dir, "ca.pem", ca, err);
        return r < 0 ? r : write_file(state_dir, "agent.json", bh_buf_str(&out), err);
}

static bool seconds_of(const ASN1_TIME *t, int64_t *ret) {
        ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
        int days = 0, seconds = 0;
        bool fine = epoch && ASN1_TIME_diff(&days, &seconds, epoch, t);

        ASN1_TIME_free(epoch);
        *ret = days * 86400ll + seconds;
        return fine;
}

static int read_times(struct bh_identity *id, struct bh_str pem, struct bh_err *err) {
        BH_CLEANUP(free_x509) X509 *x = read_certificate(pem);

        if (!x || !seconds_of(X509_get0_notBefore(x), &id->from_s) || !seconds_of(X509_get0_notAfter(x), &id->until_s))
                return failed(err, BH_E_FORMAT, "no certificate in it");
        return 0;
}

static int read_file(struct bh_arena *arena, const char *path, struct bh_str *ret, struct bh_err *err) {
        if (access(path, F_OK) < 0 && errno == ENOENT)
                return bh_fail(err, BH_E_NOTFOUND, "%s is not there: bulkhead-agent enrol makes it", path);
        return bh_fd_read_file(arena, path, BH_LIMIT_CONFIG_FILE, ret, err);
}

int bh_identity_load(struct bh_arena *arena, const char *state_dir, struct bh_identity *ret, struct bh_err *err) {
        const char *json_path = bh_arena_printf(arena, "%s/agent.json", state_dir).at;
        struct bh_identity id = { .pem = bh_arena_printf(arena, "%s/agent.pem", state_dir).at };
        struct bh_str pem, json;
        const struct bh_doc *doc;
        int r = read_file(arena, id.pem, &pem, err);

        r = r < 0 ? r : read_file(arena, json_path, &json, err);
        r = r < 0 ? r : read_file(arena, bh_arena_printf(arena, "%s/ca.pem", state_dir).at, &id.ca, err);
        if (r < 0)
                return r;
        r = bh_json_parse(arena, json, &doc, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", json_path);
        id.agent = bh_doc_get_text(doc, "agent");
        id.server = bh_doc_get_text(doc, "server");
        if (!id.agent.len || !id.server.len)
                return bh_fail(err, BH_E_FORMAT, "%s: no agent, or no server", json_path);
        r = read_times(&id, pem, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", id.pem);
        *ret = id;
        return 0;
}

/* ---- tokens ---- */

static bool is_hex(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_digit(s.at[i]) && !(s.at[i] >= 'a' && s.at[i] <= 'f'))
                        return false;
        return true;
}

int bh_enrol_token_parse(struct bh_str text, struct bh_enrol_token *ret, struct bh_err *err) {
        struct bh_enrol_token t;
        ptrdiff_t dot;

        text = bh_str_trim(text);
        if (!bh_str_cut_prefix(&text, BH_STR("bhe1.")) || (dot = bh_str_rchr(text, '.')) < 0)
                return bh_fail(err, BH_E_FORMAT, "this is no enrolment token: one begins with bhe1.");
        t.secret = bh_str_from(text, (size_t) dot + 1);
        text.len = (size_t) dot;
        dot = bh_str_rchr(text, '.');
        if (dot <= 0)
                return bh_fail(err, BH_E_FORMAT, "this enrolment token is not whole");
        t.ca_digest = bh_str_from(text, (size_t) dot + 1);
        t.server = bh_str_part(text, 0, (size_t) dot);
        if (t.ca_digest.len != 2 * DIGEST || !is_hex(t.ca_digest) || t.secret.len < 16 || !is_hex(t.secret))
                return bh_fail(err, BH_E_FORMAT, "this enrolment token is not whole");
        *ret = t;
        return 0;
}
