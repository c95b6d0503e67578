/* SPDX-License-Identifier: Apache-2.0 */
/* memcached: its arguments are all there is. */
#include "comply/collect/collectors.h"
#include "comply/collect/daemon.h"

enum { PORT = BH_DAEMON_OWN, UDP_PORT, BIND, BIND_ALL, SASL, TLS, SOCKET, SOCKET_MASK, MEMORY, FLUSH, DUMP };

static const struct bh_field fields[] = {
        BH_DAEMON_FIELDS("memcached"),
        [PORT] = BH_FACT("memcached.port", BH_V_UINT, 0, "its port; 0: none"),
        [UDP_PORT] = BH_FACT("memcached.udp_port", BH_V_UINT, 0, "its port over UDP; 0: none"),
        [BIND] = BH_FACT("memcached.bind", BH_V_STRING, BH_F_LIST, "addresses it listens at; none: all"),
        [BIND_ALL] = BH_FACT("memcached.bind_all", BH_V_BOOL, 0, "it listens at all addresses"),
        [SASL] = BH_FACT("memcached.auth", BH_V_BOOL, 0, "clients must log in"),
        [TLS] = BH_FACT("memcached.tls", BH_V_BOOL, 0, "it speaks TLS"),
        [SOCKET] = BH_FACT("memcached.socket", BH_V_STRING, 0, "its socket file, in place of ports"),
        [SOCKET_MASK] = BH_FACT("memcached.socket_mask", BH_V_STRING, 0, "the mode of that file"),
        [MEMORY] = BH_FACT("memcached.memory", BH_V_UINT, 0, "how many MiB it may take"),
        [FLUSH] = BH_FACT("memcached.flush", BH_V_BOOL, 0, "flush_all is allowed"),
        [DUMP] = BH_FACT("memcached.dump", BH_V_BOOL, 0, "clients may list all keys"),
};

const struct bh_fact_kind bh_kind_memcached = BH_FACT_KIND("memcached", fields, "a memcached");

static const struct bh_daemon_row rows[] = {
        { "p", PORT, BH_DAEMON_INT, "11211" },
        { "U", UDP_PORT, BH_DAEMON_INT, "0" },
        { "l", BIND, BH_DAEMON_LIST, "" },
        { "Z", TLS, BH_DAEMON_BOOL, "no" },
        { "s", SOCKET, BH_DAEMON_TEXT, "" },
        { "a", SOCKET_MASK, BH_DAEMON_TEXT, "0700" },
        { "m", MEMORY, BH_DAEMON_INT, "64" },
};

static const struct {
        const char *name;
        char letter;
} names[] = {
        { "port", 'p' },       { "udp-port", 'U' }, { "listen", 'l' },      { "enable-sasl", 'S' },  { "auth-file", 'Y' },      { "enable-ssl", 'Z' },
        { "unix-socket", 's' }, { "unix-mask", 'a' }, { "memory-limit", 'm' }, { "disable-flush-all", 'F' }, { "disable-dumping", 'X' }, { "user", 'u' },
};

static int put(struct bh_daemon *s, char letter, struct bh_str value, struct bh_err *err) {
        return bh_settings_put(&s->settings, bh_arena_str(s->arena, (struct bh_str){ &letter, 1 }), value, BH_STR("argument"), err);
}

static int put_long(struct bh_daemon *s, struct bh_str word, struct bh_err *err) {
        struct bh_str name, value;

        if (!bh_str_cut(word, '=', &name, &value))
                value = BH_STR("yes");
        for (size_t i = 0; i < BH_LEN(names); i++)
                if (bh_str_is(name, names[i].name))
                        return put(s, names[i].letter, value, err);
        return 0;
}

/* As getopt reads them: "-vp 11211", "-p11211", "-p 11211". */
static int read_arguments(struct bh_daemon *s, struct bh_err *err) {
        static const char takes_word[] = "aUpsmclutbRBIoYPDfnNe";
        int r = 0;

        for (size_t i = 1; i < s->n_argv && r >= 0; i++) {
                struct bh_str word = s->argv[i];

                if (bh_str_cut_prefix(&word, BH_STR("--"))) {
                        r = put_long(s, word, err);
                        continue;
                }
                if (!bh_str_cut_prefix(&word, BH_STR("-")))
                        continue;
                while (word.len && r >= 0) {
                        char letter = word.at[0];

                        word = bh_str_from(word, 1);
                        if (!strchr(takes_word, letter)) {
                                r = put(s, letter, BH_STR("yes"), err);
                                continue;
                        }
                        if (!word.len && i + 1 < s->n_argv)
                                word = s->argv[++i];
                        r = put(s, letter, word, err);
                        break;
                }
        }
        return r;
}

static void tell_rest(struct bh_daemon *s) {
        const struct bh_setting *bind = bh_settings_get(&s->settings, "l");
        struct bh_str rest = bind ? bind->value : BH_STR(""), one;
        bool all = !bind && !bh_settings_get(&s->settings, "s");

        while (bh_str_split(&rest, ',', &one))
                all |= bh_str_is(one, "0.0.0.0") || bh_str_is(one, "::") || bh_str_is(one, "*") || bh_str_starts(one, BH_STR("0.0.0.0:"));
        bh_fact_bool(s->fact, BIND_ALL, all);
        bh_fact_where(s->fact, BIND_ALL, bind ? BH_STR("argument") : BH_STR("default"));
        bh_fact_bool(s->fact, SASL, bh_settings_get(&s->settings, "S") || bh_settings_get(&s->settings, "Y"));
        bh_fact_bool(s->fact, FLUSH, !bh_settings_get(&s->settings, "F"));
        bh_fact_bool(s->fact, DUMP, !bh_settings_get(&s->settings, "X"));
}

static void tell(struct bh_daemon *s) {
        struct bh_err err = BH_ERR_NONE;
        int r = read_arguments(s, &err);

        bh_daemon_fact(s, &bh_kind_memcached, bh_settings_text(&s->settings, "p", "11211"));
        if (r < 0)
                bh_daemon_failed(s, &err);
        else {
                bh_daemon_rows(s, rows, BH_LEN(rows));
                tell_rest(s);
        }
        bh_daemon_told(s, BH_STR(""));
}

int bh_collect_memcached_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const programs[] = { "memcached", NULL };
        static const char *const files[] = { NULL };

        (void) err;
        bh_daemons(reach, facts, &(struct bh_daemon_kind){ .programs = programs, .files = files, .tell = tell });
        return 0;
}
