/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the host, and when they end: where servers, clusters and people keep them. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include "base/limits.h"
#include "base/text.h"
#include "inventory/collect.h"

/* The store of authorities (/etc/ssl/certs) is the distribution's, and is no news. */
static const char *const folders[] = {
        "/etc/nginx", "/etc/nginx/ssl", "/etc/nginx/certs", "/etc/apache2/ssl", "/etc/httpd/ssl", "/etc/pki/tls/certs", "/etc/ssl/private",
        "/etc/kubernetes/pki", "/etc/kubernetes/pki/etcd", "/var/lib/kubelet/pki", "/etc/docker", "/etc/haproxy", "/etc/postfix", "/etc/dovecot",
        "/var/lib/postgresql", "/etc/mysql", "/etc/redis", "/etc/etcd", "/var/lib/rancher/k3s/server/tls", "/etc/bulkhead",
};
static const char *const endings[] = { ".crt", ".pem", ".cer", ".cert" };

static int64_t time_of(const ASN1_TIME *t) {
        struct tm tm;

        return t && ASN1_TIME_to_tm(t, &tm) ? (int64_t) timegm(&tm) * 1000 : 0;
}

static struct bh_str name_of(struct bh_arena *arena, const X509_NAME *name) {
        BIO *out = BIO_new(BIO_s_mem());
        struct bh_str text = BH_STR("");
        char *at;
        long n;

        if (out && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
                n = BIO_get_mem_data(out, &at);
                text = bh_arena_str(arena, (struct bh_str){ at, (size_t) n });
        }
        (void) BIO_free(out);
        return text;
}

static void put(struct bh_collect *c, const char *path, unsigned number, const X509 *x) {
        struct bh_str subject = name_of(c->arena, X509_get_subject_name(x)), issuer = name_of(c->arena, X509_get_issuer_name(x));
        unsigned char digest[32];
        unsigned n = sizeof digest;
        char hex[65] = "";
        struct bh_json_put *j;

        if (X509_digest(x, EVP_sha256(), digest, &n))
                (void) bh_hex(digest, n, hex);
        j = bh_collect_thing(c, BH_ASSET_CERTIFICATE, bh_arena_printf(c->arena, "%s:%u", path, number), subject, BH_STR(""));
        bh_json_put_str(j, "issuer", issuer);
        bh_json_put_bool(j, "self_signed", bh_str_eq(subject, issuer));
        bh_json_put_int(j, "not_before_ms", time_of(X509_get0_notBefore(x)));
        bh_json_put_int(j, "not_after_ms", time_of(X509_get0_notAfter(x)));
        bh_json_put_cstr(j, "sha256", hex);
        bh_json_put_cstr(j, "file", path);
        bh_collect_told(c);
}

static void file(struct bh_collect *c, const char *path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        X509 *x;
        BIO *in;

        if (bh_root_read(&c->roots->at[0], c->arena, path, BH_LIMIT_INVENTORY_FILE, &text, &why) < 0)
                return; /* a directory of that name, or not ours to read */
        in = BIO_new_mem_buf(text.at, (int) text.len);
        for (unsigned i = 0; in && i < BH_LIMIT_INVENTORY_CHAIN && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)); i++) {
                put(c, path, i, x);
                X509_free(x);
        }
        ERR_clear_error(); /* the end of the file is one */
        (void) BIO_free(in);
}

static bool is_certificate(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(endings); i++)
                if (bh_str_ends(name, bh_str_of(endings[i])))
                        return true;
        return false;
}

static void folder(struct bh_collect *c, const char *path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n;

        if (bh_root_list(&c->roots->at[0], c->arena, path, &names, &n, &why) < 0)
                bh_collect_blind(c, &c->roots->at[0], &why);
        for (size_t i = 0; i < n; i++)
                if (is_certificate(names[i]))
                        file(c, bh_arena_printf(c->arena, "%s/%.*s", path, BH_FMT(names[i])).at);
}

int bh_collect_certificates(struct bh_collect *c, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str *names;
        size_t n;

        (void) err;
        for (size_t i = 0; i < BH_LEN(folders); i++)
                folder(c, folders[i]);
        if (bh_root_list(&c->roots->at[0], c->arena, "/etc/letsencrypt/live", &names, &n, &why) < 0)
                bh_collect_blind(c, &c->roots->at[0], &why);
        for (size_t i = 0; i < n; i++)
                file(c, bh_arena_printf(c->arena, "/etc/letsencrypt/live/%.*s/cert.pem", BH_FMT(names[i])).at);
        return 0;
}
