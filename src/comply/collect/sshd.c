/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshd: one fact for each that runs. Lists hold every value that some
 * connection may meet, because Match blocks differ by user and address; of
 * numbers the worst one counts.
 */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/place.h"
#include "comply/read/sshd.h"
#include "comply/read/sshkey.h"

enum {
        VERSION, CONFIG, CONTAINED, PORTS, LISTEN, ROOT_LOGIN, EMPTY_PASSWORDS, PASSWORDS, KEYBOARD, PUBKEY, METHODS, TRIES, SESSIONS, STARTUPS,
        ALIVE, ALIVE_COUNT, GRACE, CIPHERS, MACS, KEX, KEY_TYPES, HOST_KEYS, HOST_KEY_MODE, HOST_KEY_WIDER, HOST_KEY_RSA, HOST_KEY_DSA, LOG_LEVEL, X11, AGENT,
        TCP, GATEWAY, TUNNEL, USER_RC, RESTRICTED, HOST_BASED, STRICT, RHOSTS, ENVIRONMENT, BANNER, PAM, PROTOCOL, CONFIG_MODE, CONFIG_WIDER, CONFIG_OWNER,
};

static const struct bh_field fields[] = {
        [VERSION] = BH_FACT("sshd.version", BH_V_STRING, 0, "of its package"),
        [CONFIG] = BH_FACT("sshd.config", BH_V_STRING, 0, "the file it is set up by"),
        [CONTAINED] = BH_FACT("sshd.contained", BH_V_BOOL, 0, "it runs in a container"),
        [PORTS] = BH_FACT("sshd.ports", BH_V_STRING, BH_F_LIST, "Port"),
        [LISTEN] = BH_FACT("sshd.listen", BH_V_STRING, BH_F_LIST, "ListenAddress; none: all"),
        [ROOT_LOGIN] = BH_FACT("sshd.root_login", BH_V_STRING, BH_F_LIST, "PermitRootLogin: every value some connection may meet"),
        [EMPTY_PASSWORDS] = BH_FACT("sshd.empty_passwords", BH_V_STRING, BH_F_LIST, "PermitEmptyPasswords"),
        [PASSWORDS] = BH_FACT("sshd.passwords", BH_V_STRING, BH_F_LIST, "PasswordAuthentication"),
        [KEYBOARD] = BH_FACT("sshd.keyboard", BH_V_STRING, BH_F_LIST, "KbdInteractiveAuthentication"),
        [PUBKEY] = BH_FACT("sshd.pubkey", BH_V_STRING, BH_F_LIST, "PubkeyAuthentication"),
        [METHODS] = BH_FACT("sshd.methods", BH_V_STRING, BH_F_LIST, "AuthenticationMethods"),
        [TRIES] = BH_FACT("sshd.tries", BH_V_UINT, 0, "MaxAuthTries, the largest"),
        [SESSIONS] = BH_FACT("sshd.sessions", BH_V_UINT, 0, "MaxSessions, the largest"),
        [STARTUPS] = BH_FACT("sshd.startups", BH_V_UINT, 0, "MaxStartups: connections at which some are refused"),
        [ALIVE] = BH_FACT("sshd.alive_s", BH_V_UINT, 0, "ClientAliveInterval, the largest; 0 (never asked) is the largest of all"),
        [ALIVE_COUNT] = BH_FACT("sshd.alive_count", BH_V_UINT, 0, "ClientAliveCountMax, the largest; 0 (never ended) is the largest of all"),
        [GRACE] = BH_FACT("sshd.grace_s", BH_V_UINT, 0, "LoginGraceTime; 0: no limit"),
        [CIPHERS] = BH_FACT("sshd.ciphers", BH_V_STRING, BH_F_LIST, "Ciphers"),
        [MACS] = BH_FACT("sshd.macs", BH_V_STRING, BH_F_LIST, "MACs"),
        [KEX] = BH_FACT("sshd.kex", BH_V_STRING, BH_F_LIST, "KexAlgorithms"),
        [KEY_TYPES] = BH_FACT("sshd.key_types", BH_V_STRING, BH_F_LIST, "PubkeyAcceptedAlgorithms, where it is set"),
        [HOST_KEYS] = BH_FACT("sshd.host_keys", BH_V_STRING, BH_F_LIST, "HostKey: files that are there"),
        [HOST_KEY_MODE] = BH_FACT("sshd.host_key_mode", BH_V_UINT, 0, "mode bits of all of them together"),
        [HOST_KEY_WIDER] = BH_FACT_WIDER("sshd.host_key_wider", HOST_KEY_MODE, "one of them lets in more than that octal mode"),
        [HOST_KEY_RSA] = BH_FACT("sshd.host_key_rsa_bits", BH_V_UINT, 0, "bits of the weakest RSA host key; not there: none is RSA"),
        [HOST_KEY_DSA] = BH_FACT("sshd.host_key_dsa", BH_V_BOOL, 0, "a host key is DSA"),
        [LOG_LEVEL] = BH_FACT("sshd.log_level", BH_V_STRING, BH_F_LIST, "LogLevel"),
        [X11] = BH_FACT("sshd.x11", BH_V_STRING, BH_F_LIST, "X11Forwarding"),
        [AGENT] = BH_FACT("sshd.agent_forwarding", BH_V_STRING, BH_F_LIST, "AllowAgentForwarding"),
        [TCP] = BH_FACT("sshd.tcp_forwarding", BH_V_STRING, BH_F_LIST, "AllowTcpForwarding"),
        [GATEWAY] = BH_FACT("sshd.gateway_ports", BH_V_STRING, BH_F_LIST, "GatewayPorts"),
        [TUNNEL] = BH_FACT("sshd.tunnel", BH_V_STRING, BH_F_LIST, "PermitTunnel"),
        [USER_RC] = BH_FACT("sshd.user_rc", BH_V_STRING, BH_F_LIST, "PermitUserRC"),
        [RESTRICTED] = BH_FACT("sshd.restricted", BH_V_BOOL, 0, "AllowUsers or AllowGroups says who may log in"),
        [HOST_BASED] = BH_FACT("sshd.host_based", BH_V_STRING, BH_F_LIST, "HostbasedAuthentication"),
        [STRICT] = BH_FACT("sshd.strict_modes", BH_V_STRING, BH_F_LIST, "StrictModes"),
        [RHOSTS] = BH_FACT("sshd.ignore_rhosts", BH_V_STRING, BH_F_LIST, "IgnoreRhosts"),
        [ENVIRONMENT] = BH_FACT("sshd.user_environment", BH_V_STRING, BH_F_LIST, "PermitUserEnvironment"),
        [BANNER] = BH_FACT("sshd.banner", BH_V_STRING, BH_F_LIST, "Banner"),
        [PAM] = BH_FACT("sshd.pam", BH_V_STRING, BH_F_LIST, "UsePAM"),
        [PROTOCOL] = BH_FACT("sshd.protocol", BH_V_STRING, BH_F_LIST, "Protocol, where it is set"),
        [CONFIG_MODE] = BH_FACT("sshd.config_mode", BH_V_UINT, 0, "mode bits of all its files together"),
        [CONFIG_WIDER] = BH_FACT_WIDER("sshd.config_wider", CONFIG_MODE, "one of its files lets in more than that octal mode"),
        [CONFIG_OWNER] = BH_FACT("sshd.config_owner", BH_V_UINT, 0, "who owns its files; the first who is not root"),
};
const struct bh_fact_kind bh_kind_sshd = BH_FACT_KIND("sshd", fields, "a server of SSH, with what it is set up to in effect");

/* ---- gather ---- */

struct state {
        struct bh_program *p;
        struct bh_sshd_lines lines;
        unsigned match, matches, depth;
        uint32_t mode, owner;
        bool all;
};

static bool gather_file(struct state *s, struct bh_str path);

/* What a file taken in says of Match ends with it. */
static void include(struct state *s, struct bh_str patterns) {
        unsigned match = s->match;
        bool all = s->all;
        struct bh_str pattern;

        while (bh_str_word(&patterns, &pattern)) {
                struct bh_paths paths = { 0 };

                bh_place_glob(&s->p->at, bh_path_in(s->p->at.arena, BH_STR("/etc/ssh"), pattern), &paths);
                for (size_t i = 0; i < paths.len; i++) {
                        (void) gather_file(s, paths.at[i]);
                        s->match = match;
                        s->all = all;
                }
        }
}

static void take_line(struct state *s, struct bh_sshd_line *l) {
        if (bh_str_is(l->keyword, "match")) {
                s->match = ++s->matches;
                s->all = bh_sshd_match_all(l->value);
        } else if (bh_str_is(l->keyword, "include")) {
                include(s, l->value);
        } else {
                l->match = s->match;
                l->all = s->all;
                *bh_vec_add(s->p->at.arena, &s->lines) = *l;
        }
}

static bool gather_file(struct state *s, struct bh_str path) {
        struct bh_place *at = &s->p->at;
        struct bh_err why = BH_ERR_NONE;
        struct bh_reach_stat st;
        struct bh_sshd_line l;
        struct bh_str text;
        struct bh_cur c;

        if (s->depth == BH_LIMIT_CONF_DEPTH) {
                BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "files take in files more than %d deep", BH_LIMIT_CONF_DEPTH));
                bh_place_gap(at, path, &why);
                return false;
        }
        if (!bh_place_read(at, path, &text))
                return false;
        if (bh_place_stat(at, path, &st)) {
                s->mode |= st.mode & 07777;
                s->owner = s->owner ? s->owner : st.uid;
        }
        s->depth++;
        c = bh_cur_of(text);
        while (s->lines.len < BH_LIMIT_CONF_WORDS && bh_sshd_next(at->arena, &c, &l)) {
                l.where = bh_arena_printf(at->arena, "%.*s:%u", BH_FMT(path), l.line);
                take_line(s, &l);
        }
        s->depth--;
        return true;
}

/* "-o Keyword=value" goes before the files; "-p 2222" is a Port. */
static void take_arguments(struct state *s) {
        const struct bh_program *p = s->p;

        for (size_t i = 1; i < p->n_argv; i++) {
                struct bh_str a = p->argv[i], value;
                struct bh_sshd_line l;
                struct bh_cur c;

                if (a.len < 2 || a.at[0] != '-' || (a.at[1] != 'o' && a.at[1] != 'p'))
                        continue;
                value = a.len > 2 ? bh_str_from(a, 2) : i + 1 < p->n_argv ? p->argv[++i] : BH_STR("");
                if (a.at[1] == 'p')
                        value = bh_arena_printf(p->at.arena, "port %.*s", BH_FMT(value));
                c = bh_cur_of(value);
                if (bh_sshd_next(p->at.arena, &c, &l)) {
                        l.where = BH_STR("its arguments");
                        *bh_vec_add(p->at.arena, &s->lines) = l;
                }
        }
}

/* A running sshd has its words in its title: "sshd: /usr/sbin/sshd -D -f FILE [listener] 0 of 10-100 startups". */
static void unpack_title(struct bh_program *p) {
        struct bh_str title = p->n_argv ? p->argv[0] : BH_STR(""), word;
        BH_VEC(struct bh_str) words = { 0 };

        if (!bh_str_cut_prefix(&title, BH_STR("sshd: ")))
                return;
        while (bh_str_word(&title, &word) && !bh_str_starts(word, BH_STR("[")))
                *bh_vec_add(p->at.arena, &words) = word;
        p->argv = words.at;
        p->n_argv = words.len;
}

/* ---- defaults ---- */

static const struct {
        unsigned since; /* 100 x major + minor */
        const char *kex;
} kex_by_version[] = {
        { 1000, "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,"
                "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521" },
        { 909, "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256,curve25519-sha256,curve25519-sha256@libssh.org,"
               "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
               "diffie-hellman-group18-sha512,diffie-hellman-group14-sha256" },
        { 900, "sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
               "ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
               "diffie-hellman-group14-sha256" },
        { 802, "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
               "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256" },
        { 0, "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
             "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,"
             "diffie-hellman-group14-sha1" },
};

enum { VERSION_ELSE = 902 }; /* where no package tells */

/* "1:9.2p1-2+deb12u3" -> 902 */
static unsigned version_of(struct bh_str text) {
        struct bh_str left, right, major, minor;
        uint64_t a, b;
        size_t n = 0;

        if (bh_str_cut(text, ':', &left, &right))
                text = right;
        if (!bh_str_cut(text, '.', &major, &minor))
                return VERSION_ELSE;
        while (n < minor.len && bh_is_digit(minor.at[n]))
                n++;
        return bh_str_u64(major, &a) && bh_str_u64(bh_str_part(minor, 0, n), &b) && a < 1000 && b < 100 ? (unsigned) (a * 100 + b) : VERSION_ELSE;
}

/* Debian 12 has known sntrup761x25519-sha512 without its author's name since its fourth update. */
static bool knows_short_name(struct bh_str text) {
        ptrdiff_t at = bh_str_find(text, BH_STR("+deb12u"));
        uint64_t n;

        return at >= 0 && bh_str_u64(bh_str_from(text, (size_t) at + strlen("+deb12u")), &n) && n >= 4;
}

static struct bh_str default_kex(struct bh_arena *arena, struct bh_str text) {
        unsigned version = version_of(text);
        size_t i = 0;

        while (version < kex_by_version[i].since)
                i++;
        return knows_short_name(text) ? bh_arena_printf(arena, "sntrup761x25519-sha512,%s", kex_by_version[i].kex) : bh_str_of(kex_by_version[i].kex);
}

#define DEFAULT_CIPHERS "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com"
#define DEFAULT_MACS                                                                                                        \
        "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"      \
        "hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"

/* ---- tell ---- */

enum how { WORDS, NUMBER, TIME, TIME_ZERO_WORST, NUMBER_ZERO_WORST };

static const struct row {
        const char *keyword, *also; /* also: an older name of it */
        unsigned field;
        enum how how;
        const char *otherwise; /* "": it has none */
} rows[] = {
        { "permitrootlogin", NULL, ROOT_LOGIN, WORDS, "prohibit-password" },
        { "permitemptypasswords", NULL, EMPTY_PASSWORDS, WORDS, "no" },
        { "passwordauthentication", NULL, PASSWORDS, WORDS, "yes" },
        { "kbdinteractiveauthentication", "challengeresponseauthentication", KEYBOARD, WORDS, "yes" },
        { "pubkeyauthentication", NULL, PUBKEY, WORDS, "yes" },
        { "authenticationmethods", NULL, METHODS, WORDS, "any" },
        { "maxauthtries", NULL, TRIES, NUMBER, "6" },
        { "maxsessions", NULL, SESSIONS, NUMBER, "10" },
        { "clientaliveinterval", NULL, ALIVE, TIME_ZERO_WORST, "0" },
        { "clientalivecountmax", NULL, ALIVE_COUNT, NUMBER_ZERO_WORST, "3" },
        { "logingracetime", NULL, GRACE, TIME_ZERO_WORST, "120" },
        { "loglevel", NULL, LOG_LEVEL, WORDS, "info" },
        { "x11forwarding", NULL, X11, WORDS, "no" },
        { "allowagentforwarding", NULL, AGENT, WORDS, "yes" },
        { "allowtcpforwarding", NULL, TCP, WORDS, "yes" },
        { "gatewayports", NULL, GATEWAY, WORDS, "no" },
        { "permittunnel", NULL, TUNNEL, WORDS, "no" },
        { "permituserrc", NULL, USER_RC, WORDS, "yes" },
        { "hostbasedauthentication", NULL, HOST_BASED, WORDS, "no" },
        { "strictmodes", NULL, STRICT, WORDS, "yes" },
        { "ignorerhosts", NULL, RHOSTS, WORDS, "yes" },
        { "permituserenvironment", NULL, ENVIRONMENT, WORDS, "no" },
        { "banner", NULL, BANNER, WORDS, "none" },
        { "usepam", NULL, PAM, WORDS, "no" },
        { "protocol", NULL, PROTOCOL, WORDS, "" },
};

/* "without-password" is the old word for what is now "prohibit-password". */
static void tell_words(struct bh_fact *f, const struct row *row, const struct bh_sshd_values *values) {
        for (size_t i = 0; i < values->len; i++) {
                struct bh_str word = row->field == BANNER ? values->at[i].value : bh_lowered(f->arena, values->at[i].value);

                bh_fact_once(f, row->field, bh_str_is(word, "without-password") ? BH_STR("prohibit-password") : word);
        }
        if (values->len)
                bh_fact_where(f, row->field, values->at[0].where);
}

static bool worse(enum how how, uint64_t a, uint64_t b) {
        bool zero_worst = how == TIME_ZERO_WORST || how == NUMBER_ZERO_WORST;

        if (zero_worst && (a == 0 || b == 0))
                return a == 0 && b != 0;
        return a > b;
}

static void tell_number(struct bh_fact *f, const struct row *row, const struct bh_sshd_values *values) {
        const struct bh_sshd_value *from = NULL;
        struct bh_err why = BH_ERR_NONE;
        uint64_t worst = 0, n;

        for (size_t i = 0; i < values->len; i++) {
                bool timed = row->how == TIME || row->how == TIME_ZERO_WORST;

                if (!(timed ? bh_sshd_time(values->at[i].value, &n) : bh_str_u64(values->at[i].value, &n)))
                        continue; /* sshd would not start with it */
                if (!from || worse(row->how, n, worst)) {
                        worst = n;
                        from = &values->at[i];
                }
        }
        if (!from)
                return;
        if (values->len > BH_LIMIT_CONF_LIST) {
                BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "there are more than %d of it", BH_LIMIT_CONF_LIST));
                bh_fact_unknown(f, row->field, &why);
        }
        bh_fact_int(f, row->field, (int64_t) BH_MIN(worst, (uint64_t) INT64_MAX));
        bh_fact_where(f, row->field, from->where);
}

static void tell_row(struct bh_fact *f, const struct row *row, const struct bh_sshd_lines *lines) {
        struct bh_sshd_values values = { 0 };

        if (row->also)
                bh_sshd_reach(f->arena, lines, row->also, BH_STR(""), &values);
        bh_sshd_reach(f->arena, lines, row->keyword, values.len ? BH_STR("") : bh_str_of(row->otherwise), &values);
        if (row->how == WORDS)
                tell_words(f, row, &values);
        else
                tell_number(f, row, &values);
}

static void tell_algorithms(struct bh_fact *f, unsigned field, const struct bh_sshd_lines *lines, const char *keyword, struct bh_str defaults) {
        struct bh_sshd_values values = { 0 };

        bh_sshd_reach(f->arena, lines, keyword, defaults, &values);
        for (size_t i = 0; i < values.len; i++) {
                struct bh_str list = bh_sshd_algorithms(f->arena, values.at[i].value, defaults), name;

                while (bh_str_split(&list, ',', &name))
                        bh_fact_once(f, field, bh_str_trim(name));
                bh_fact_where(f, field, values.at[i].where);
        }
}

static void tell_all(struct bh_fact *f, unsigned field, const struct bh_sshd_lines *lines, const char *keyword, const char *otherwise) {
        struct bh_sshd_values values = { 0 };

        bh_fact_list(f, field);
        bh_sshd_all(f->arena, lines, keyword, &values);
        for (size_t i = 0; i < values.len; i++)
                bh_fact_once(f, field, values.at[i].value);
        if (values.len)
                bh_fact_where(f, field, values.at[0].where);
        else if (otherwise)
                bh_fact_once(f, field, bh_str_of(otherwise));
}

static void tell_restricted(struct bh_fact *f, const struct bh_sshd_lines *lines) {
        bool yes = false;

        for (size_t i = 0; i < lines->len; i++)
                if (lines->at[i].match == 0 && (bh_str_is(lines->at[i].keyword, "allowusers") || bh_str_is(lines->at[i].keyword, "allowgroups"))) {
                        yes = true;
                        bh_fact_where(f, RESTRICTED, lines->at[i].where);
                }
        bh_fact_bool(f, RESTRICTED, yes);
}

/* "10:30:100": at ten some are refused. */
static void tell_startups(struct bh_fact *f, const struct bh_sshd_lines *lines) {
        struct bh_sshd_values values = { 0 };
        struct bh_str first, rest;
        uint64_t n;

        bh_sshd_reach(f->arena, lines, "maxstartups", BH_STR("10:30:100"), &values);
        (void) bh_str_cut(values.at[0].value, ':', &first, &rest);
        if (!bh_str_u64(first, &n))
                return;
        bh_fact_int(f, STARTUPS, (int64_t) BH_MIN(n, (uint64_t) INT64_MAX));
        bh_fact_where(f, STARTUPS, values.at[0].where);
}

static void look_at_public(struct bh_program *p, struct bh_fact *f, struct bh_str key, unsigned *weakest) {
        struct bh_sshkey k;
        struct bh_str text;
        struct bh_cur c;

        if (!bh_place_read(&p->at, bh_arena_printf(f->arena, "%.*s.pub", BH_FMT(key)), &text))
                return;
        c = bh_cur_of(text);
        while (bh_sshkey_next(f->arena, &c, &k)) {
                if (bh_str_is(k.type, "ssh-dss"))
                        bh_fact_bool(f, HOST_KEY_DSA, true);
                if (bh_str_is(k.type, "ssh-rsa") && k.bits && (*weakest == 0 || k.bits < *weakest))
                        *weakest = k.bits;
        }
}

static void tell_host_keys(struct bh_program *p, struct bh_fact *f, const struct bh_sshd_lines *lines) {
        static const char *const usual[] = { "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key" };
        struct bh_sshd_values values = { 0 };
        unsigned weakest = 0;
        uint32_t mode = 0;

        bh_sshd_all(f->arena, lines, "hostkey", &values);
        for (size_t i = 0, told = values.len; !told && i < BH_LEN(usual); i++)
                *bh_vec_add(f->arena, &values) = (struct bh_sshd_value){ bh_str_of(usual[i]), BH_STR("default"), false };
        bh_fact_list(f, HOST_KEYS);
        bh_fact_bool(f, HOST_KEY_DSA, false);
        for (size_t i = 0; i < values.len; i++) {
                struct bh_reach_stat st;

                if (!bh_place_stat(&p->at, values.at[i].value, &st))
                        continue;
                bh_fact_once(f, HOST_KEYS, values.at[i].value);
                mode |= st.mode & 07777;
                if (st.mode & 077)
                        bh_fact_where(f, HOST_KEY_MODE, values.at[i].value);
                look_at_public(p, f, values.at[i].value, &weakest);
        }
        if (f->values[HOST_KEYS].value.list.n)
                bh_fact_int(f, HOST_KEY_MODE, mode);
        if (weakest)
                bh_fact_int(f, HOST_KEY_RSA, weakest);
}

static void tell(struct bh_program *p) {
        struct bh_arena *arena = p->at.arena;
        struct bh_str config, version = bh_place_version(&p->at, "openssh-server");
        struct state s = { .p = p };
        struct bh_err why = BH_ERR_NONE;
        struct bh_fact *f;

        unpack_title(p);
        config = bh_program_option(p, "-f");
        config = config.len ? bh_path_in(arena, BH_STR("/"), config) : BH_STR("/etc/ssh/sshd_config");
        take_arguments(&s);
        if (!gather_file(&s, config)) {
                BH_IGNORE(bh_fail(&why, BH_E_NOTFOUND, "what this sshd is set up by could not be read"));
                bh_place_gap(&p->at, config, &why);
                return;
        }
        f = bh_place_fact(&p->at, &bh_kind_sshd, config, config);
        bh_fact_some(f, VERSION, version);
        bh_fact_str(f, CONFIG, config);
        bh_fact_bool(f, CONTAINED, p->at.container.len);
        for (size_t i = 0; i < BH_LEN(rows); i++)
                tell_row(f, &rows[i], &s.lines);
        tell_algorithms(f, CIPHERS, &s.lines, "ciphers", BH_STR(DEFAULT_CIPHERS));
        tell_algorithms(f, MACS, &s.lines, "macs", BH_STR(DEFAULT_MACS));
        tell_algorithms(f, KEX, &s.lines, "kexalgorithms", default_kex(arena, version));
        tell_algorithms(f, KEY_TYPES, &s.lines, "pubkeyacceptedalgorithms", BH_STR(""));
        tell_all(f, PORTS, &s.lines, "port", "22");
        tell_all(f, LISTEN, &s.lines, "listenaddress", NULL);
        tell_restricted(f, &s.lines);
        tell_startups(f, &s.lines);
        tell_host_keys(p, f, &s.lines);
        bh_fact_int(f, CONFIG_MODE, s.mode);
        bh_fact_int(f, CONFIG_OWNER, s.owner);
}

int bh_collect_sshd_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const names[] = { "sshd", NULL };

        (void) err;
        bh_programs_find(reach, facts, names, "/etc/ssh/sshd_config", tell);
        return 0;
}
