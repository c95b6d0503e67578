/* SPDX-License-Identifier: Apache-2.0 */
/* A connector of Tomcat: a port with its protocol, and how it is kept. */
#include "comply/collect/collectors.h"
#include "comply/collect/tomcat.h"
#include "comply/read/tls.h"

enum { PORT, PROTOCOL, ADDRESS, LOOPBACK, TLS, PROTOCOLS, WEAK, SECRET, REQUIRED, TRACE, POWERED, SERVER, TIMEOUT, POST, KEYS, KEY_MODE, KEY_WIDER, KEY_WORD };

static const struct bh_field fields[] = {
        [PORT] = BH_FACT("tomcat_connector.port", BH_V_STRING, 0, "its port"),
        [PROTOCOL] = BH_FACT("tomcat_connector.protocol", BH_V_STRING, 0, "http or ajp"),
        [ADDRESS] = BH_FACT("tomcat_connector.address", BH_V_STRING, 0, "where it listens; not there: everywhere (AJP: on the loopback)"),
        [LOOPBACK] = BH_FACT("tomcat_connector.loopback", BH_V_BOOL, 0, "only this machine reaches it"),
        [TLS] = BH_FACT("tomcat_connector.tls", BH_V_BOOL, 0, "SSLEnabled"),
        [PROTOCOLS] = BH_FACT("tomcat_connector.protocols", BH_V_STRING, BH_F_LIST, "versions of TLS"),
        [WEAK] = BH_FACT("tomcat_connector.weak_ciphers", BH_V_STRING, BH_F_LIST, "parts of ciphers that let in weak ones"),
        [SECRET] = BH_FACT("tomcat_connector.secret", BH_V_BOOL, 0, "AJP: a secret is set"),
        [REQUIRED] = BH_FACT("tomcat_connector.secret_required", BH_V_BOOL, 0, "AJP: secretRequired"),
        [TRACE] = BH_FACT("tomcat_connector.trace", BH_V_BOOL, 0, "allowTrace"),
        [POWERED] = BH_FACT("tomcat_connector.powered_by", BH_V_BOOL, 0, "xpoweredBy"),
        [SERVER] = BH_FACT("tomcat_connector.server", BH_V_STRING, 0, "what it says of itself in the header Server"),
        [TIMEOUT] = BH_FACT("tomcat_connector.timeout_ms", BH_V_INT, 0, "connectionTimeout; -1: none"),
        [POST] = BH_FACT("tomcat_connector.post_bytes", BH_V_INT, 0, "maxPostSize; -1: no limit"),
        [KEYS] = BH_FACT("tomcat_connector.keys", BH_V_STRING, 0, "files of keys that are there, set apart by blanks"),
        [KEY_MODE] = BH_FACT("tomcat_connector.key_mode", BH_V_UINT, 0, "mode bits of all of them together"),
        [KEY_WIDER] = BH_FACT_WIDER("tomcat_connector.key_wider", KEY_MODE, "one of them lets in more than that octal mode"),
        [KEY_WORD] = BH_FACT("tomcat_connector.key_default", BH_V_BOOL, 0, "a key store has the password everyone knows"),
};
const struct bh_fact_kind bh_kind_tomcat_connector = BH_FACT_KIND("tomcat_connector", fields, "a connector of Tomcat: where it takes requests");

static bool is_true(struct bh_str word) {
        return bh_str_eq_nocase(word, BH_STR("true"));
}

static void tell_number(const struct bh_tomcat *t, struct bh_fact *f, unsigned field, const struct bh_conf *c, const char *attr, const char *otherwise) {
        struct bh_str word = bh_tomcat_attr(t, c, attr, otherwise);
        bool minus = bh_str_cut_prefix(&word, BH_STR("-"));
        uint64_t n;

        if (bh_str_u64(word, &n))
                bh_fact_int(f, field, minus ? -1 : (int64_t) BH_MIN(n, (uint64_t) INT64_MAX));
}

/* "TLSv1.2+TLSv1.3", "TLSv1.2,TLSv1.3", "all,-SSLv3"; what is not told is "all". */
static void tell_protocols(struct bh_fact *f, struct bh_str list) {
        static const char *const all[] = { "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3" };
        bool everything = bh_str_find_nocase(list, BH_STR("all")) >= 0 || bh_str_eq_nocase(list, BH_STR("TLS"));

        for (size_t i = 0; everything && i < BH_LEN(all); i++)
                bh_fact_once(f, PROTOCOLS, bh_str_of(all[i]));
        while (!everything && list.len) {
                size_t n = 0;

                while (n < list.len && list.at[n] != '+' && list.at[n] != ',' && list.at[n] != ' ')
                        n++;
                if (n && list.at[0] != '-')
                        bh_fact_once(f, PROTOCOLS, bh_str_part(list, 0, n));
                list = bh_str_from(list, n + 1);
        }
}

static void tell_ciphers(struct bh_fact *f, struct bh_str list) {
        struct bh_str rest = list, weak;

        while (bh_tls_weak_next(list, &rest, &weak))
                bh_fact_once(f, WEAK, weak);
}

static void tell_key(struct bh_tomcat *t, struct bh_fact *f, struct bh_str file) {
        const struct bh_fact_value *before = &f->values[KEY_MODE];
        struct bh_reach_stat st;

        if (file.len == 0)
                return;
        file = bh_path_in(f->arena, t->base, file);
        if (!bh_place_stat(&t->p->at, file, &st))
                return;
        bh_fact_word(f, KEYS, file);
        bh_fact_int(f, KEY_MODE, (int64_t) ((before->set ? before->value.u : 0) | (st.mode & 07777)));
}

/* Of the connector itself (before 8.5), of an SSLHostConfig, of a Certificate. */
static void tell_keys(struct bh_tomcat *t, struct bh_fact *f, const struct bh_conf *n, bool *known) {
        static const char *const files[] = { "certificateKeystoreFile", "certificateKeyFile", "keystoreFile", "SSLCertificateKeyFile" };
        static const char *const words[] = { "certificateKeystorePassword", "keystorePass" };

        for (size_t i = 0; i < BH_LEN(files); i++)
                tell_key(t, f, bh_tomcat_attr(t, n, files[i], ""));
        for (size_t i = 0; i < BH_LEN(words); i++) {
                bool here = bh_tomcat_attr(t, n, files[i ? 2 : 0], "").len;

                *known = *known || (here && bh_str_is(bh_tomcat_attr(t, n, words[i], "changeit"), "changeit"));
        }
}

static void tell_tls(struct bh_tomcat *t, struct bh_fact *f, const struct bh_conf *c) {
        bool known = false, any = false;

        tell_keys(t, f, c, &known);
        for (const struct bh_conf *n = bh_conf_walk(c, c); n; n = bh_conf_walk(c, n)) {
                tell_keys(t, f, n, &known);
                if (!bh_conf_is(n, "SSLHostConfig"))
                        continue;
                any = true;
                tell_protocols(f, bh_tomcat_attr(t, n, "protocols", "all"));
                tell_ciphers(f, bh_tomcat_attr(t, n, "ciphers", "HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!kRSA"));
        }
        if (!any) {
                tell_protocols(f, bh_tomcat_attr(t, c, "sslEnabledProtocols", "all"));
                tell_ciphers(f, bh_tomcat_attr(t, c, "ciphers", ""));
        }
        bh_fact_bool(f, KEY_WORD, known);
}

static void tell_ajp(const struct bh_tomcat *t, struct bh_fact *f, const struct bh_conf *c) {
        bh_fact_bool(f, SECRET, bh_tomcat_attr(t, c, "secret", "").len || bh_tomcat_attr(t, c, "requiredSecret", "").len);
        bh_fact_bool(f, REQUIRED, is_true(bh_tomcat_attr(t, c, "secretRequired", "true")));
}

void bh_tomcat_tell_connector(struct bh_tomcat *t, const struct bh_conf *c) {
        struct bh_str port = bh_tomcat_attr(t, c, "port", "0"), protocol = bh_tomcat_attr(t, c, "protocol", "HTTP/1.1"), address;
        bool ajp = bh_str_find_nocase(protocol, BH_STR("ajp")) >= 0, tls = is_true(bh_tomcat_attr(t, c, "SSLEnabled", "false"));
        struct bh_fact *f = bh_place_fact(&t->p->at, &bh_kind_tomcat_connector, bh_arena_printf(t->p->at.arena, "%.*s:%.*s", BH_FMT(t->base), BH_FMT(port)),
                                          bh_arena_printf(t->p->at.arena, "%s %.*s", ajp ? "AJP" : "HTTP", BH_FMT(port)));

        f->where = bh_conf_where(f->arena, c);
        address = bh_tomcat_attr(t, c, "address", ajp ? "::1" : "");
        bh_fact_str(f, PORT, port);
        bh_fact_str(f, PROTOCOL, ajp ? BH_STR("ajp") : BH_STR("http"));
        bh_fact_some(f, ADDRESS, address);
        bh_fact_bool(f, LOOPBACK, bh_str_starts(address, BH_STR("127.")) || bh_str_is(address, "::1") || bh_str_is(address, "localhost"));
        bh_fact_bool(f, TLS, tls);
        if (tls)
                tell_tls(t, f, c);
        if (ajp)
                tell_ajp(t, f, c);
        bh_fact_bool(f, TRACE, is_true(bh_tomcat_attr(t, c, "allowTrace", "false")));
        bh_fact_bool(f, POWERED, is_true(bh_tomcat_attr(t, c, "xpoweredBy", "false")));
        bh_fact_some(f, SERVER, bh_tomcat_attr(t, c, "server", ""));
        tell_number(t, f, TIMEOUT, c, "connectionTimeout", "60000");
        tell_number(t, f, POST, c, "maxPostSize", "2097152");
}
