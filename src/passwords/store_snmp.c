/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Net-SNMP, snmpd.conf(5) and what snmpd keeps in /var/lib/snmp/snmpd.conf:
 *
 *     rocommunity public [source [oid]]      com2sec [-Cn context] name source community
 *     createUser [-e id] name SHA "passphrase" [AES ["passphrase"]]
 *     usmUser status storage engine "name" "name" clone authProtocol authKey privProtocol privKey ...
 *
 * Protocols are OIDs: .1.3.6.1.6.3.10.1.1.2 is MD5, ...3 SHA-1; a key is localised.
 */
#include "base/cur.h"
#include "passwords/stores.h"

static bool word(struct bh_str *rest, struct bh_str *ret) {
        struct bh_str s = bh_str_trim(*rest), left, right;

        if (s.len && s.at[0] == '"') {
                (void) bh_str_cut(bh_str_from(s, 1), '"', &left, &right);
                *ret = left;
                *rest = right;
                return true;
        }
        return bh_str_word(rest, ret);
}

static void community(struct bh_store_found *found, struct bh_str key, struct bh_str rest, uint32_t line) {
        struct bh_str w;

        if (word(&rest, &w))
                (void) bh_store_add(found, key, w, BH_SCHEME_PLAIN, line);
}

static void com2sec(struct bh_store_found *found, struct bh_str rest, uint32_t line) {
        struct bh_str name, source, text;

        if (!word(&rest, &name) || (bh_str_is(name, "-Cn") && (!word(&rest, &name) || !word(&rest, &name))))
                return;
        if (word(&rest, &source) && word(&rest, &text))
                (void) bh_store_add(found, name, text, BH_SCHEME_PLAIN, line);
}

static void create_user(struct bh_store_found *found, struct bh_str rest, uint32_t line) {
        struct bh_str name, protocol, pass;

        if (!word(&rest, &name) || (bh_str_is(name, "-e") && (!word(&rest, &name) || !word(&rest, &name))))
                return;
        if (word(&rest, &protocol) && word(&rest, &pass) && !bh_str_starts(pass, BH_STR("0x")))
                (void) bh_store_add(found, name, pass, BH_SCHEME_PLAIN, line);
        if (word(&rest, &protocol) && word(&rest, &pass) && !bh_str_starts(pass, BH_STR("0x")))
                (void) bh_store_add(found, name, pass, BH_SCHEME_PLAIN, line);
}

/* "0x" and hex, or text in quotes. */
static struct bh_str hex_of(struct bh_str s) {
        (void) bh_str_cut_prefix(&s, BH_STR("0x"));
        return s;
}

static void usm_user(struct bh_store_found *found, struct bh_str rest, uint32_t line) {
        struct bh_str f[8] = { { 0 } }, name;
        enum bh_scheme_kind scheme;

        for (size_t i = 0; i < BH_LEN(f); i++)
                if (!word(&rest, &f[i]))
                        return;
        name = f[3];
        if (bh_str_starts(name, BH_STR("0x")))
                name = bh_str_from(name, 2);
        if (bh_str_ends(f[6], BH_STR(".6.3.10.1.1.2")))
                scheme = BH_SCHEME_SNMP_MD5;
        else if (bh_str_ends(f[6], BH_STR(".6.3.10.1.1.3")))
                scheme = BH_SCHEME_SNMP_SHA1;
        else
                return;
        (void) bh_store_add(found, name, bh_arena_printf(found->arena, "%.*s$%.*s", BH_FMT(hex_of(f[2])), BH_FMT(hex_of(f[7]))), scheme, line);
}

int bh_parse_snmp(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        static const char *const communities[] = { "rocommunity", "rwcommunity", "rocommunity6", "rwcommunity6", "trapcommunity" };
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key;

        (void) err;
        while (bh_cur_line(&c, &line)) {
                if (!bh_str_word(&line, &key) || key.at[0] == '#')
                        continue;
                for (size_t i = 0; i < BH_LEN(communities); i++)
                        if (bh_str_eq_nocase(key, bh_str_of(communities[i])))
                                community(found, key, line, c.line);
                if (bh_str_eq_nocase(key, BH_STR("com2sec")) || bh_str_eq_nocase(key, BH_STR("com2sec6")))
                        com2sec(found, line, c.line);
                else if (bh_str_eq_nocase(key, BH_STR("createUser")))
                        create_user(found, line, c.line);
                else if (bh_str_eq_nocase(key, BH_STR("usmUser")))
                        usm_user(found, line, c.line);
        }
        return 0;
}
