/* SPDX-License-Identifier: Apache-2.0 */
/* What this host offers and starts: programs that run, units that start at boot, ports by inetd. One fact. */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"

enum { RUNNING, STARTED, INETD, PORTS, XINETD };

static const struct bh_field fields[] = {
        [RUNNING] = BH_FACT("services.running", BH_V_STRING, BH_F_LIST, "programs of servers that run on the host: in.telnetd, vsftpd, rpcbind"),
        [STARTED] = BH_FACT("services.started", BH_V_STRING, BH_F_LIST, "units that start at boot, without .service: telnet, avahi-daemon"),
        [INETD] = BH_FACT("services.inetd", BH_V_STRING, BH_F_LIST, "services inetd or xinetd start on demand: telnet, tftp"),
        [PORTS] = BH_FACT("services.ports", BH_V_STRING, BH_F_LIST, "TCP ports the host listens on, beyond the loopback"),
        [XINETD] = BH_FACT("services.super", BH_V_BOOL, 0, "inetd or xinetd runs, or starts at boot"),
};
const struct bh_fact_kind bh_kind_services = BH_FACT_KIND("services", fields, "what this host offers to others");

/* Programs that are told of when they run; others are nobody's concern here. */
static const char *const programs[] = { "in.telnetd", "telnetd", "in.rshd", "in.rlogind", "in.rexecd", "rshd", "vsftpd", "proftpd", "pure-ftpd", "in.ftpd", "in.tftpd", "atftpd", "rpcbind", "ypserv", "ypbind", "rpc.nfsd",
                                        "smbd", "nmbd", "snmpd", "cupsd", "avahi-daemon", "dhcpd", "named", "slapd", "squid", "xinetd", "inetd", "Xorg", "dnsmasq", "rsync", "in.fingerd", "in.talkd", "sendmail", "master" };

static bool is_known(struct bh_str name) {
        return bh_str_among(name, programs, BH_LEN(programs));
}

static void tell_running(const struct bh_place *at, struct bh_fact *f) {
        const struct bh_tasks *tasks = at->reach->tasks;

        for (size_t i = 0; tasks && i < tasks->n; i++) {
                struct bh_str name = bh_str_basename(tasks->at[i].exe);

                if (tasks->at[i].container.len == 0 && is_known(name))
                        bh_fact_once(f, RUNNING, name);
        }
}

static void tell_started(struct bh_place *at, struct bh_fact *f) {
        static const char *const folders[] = { "/etc/systemd/system/multi-user.target.wants/*", "/etc/systemd/system/sockets.target.wants/*", "/etc/systemd/system/graphical.target.wants/*",
                                               "/etc/systemd/system/printer.target.wants/*" };

        for (size_t i = 0; i < BH_LEN(folders); i++) {
                struct bh_paths paths = { 0 };

                bh_place_glob(at, bh_str_of(folders[i]), &paths);
                for (size_t k = 0; k < paths.len; k++) {
                        struct bh_str name = bh_str_basename(paths.at[k]);

                        (void) bh_str_cut_suffix(&name, BH_STR(".service"));
                        (void) bh_str_cut_suffix(&name, BH_STR(".socket"));
                        bh_fact_once(f, STARTED, name);
                }
        }
}

/* inetd.conf: "telnet stream tcp nowait root /usr/sbin/tcpd in.telnetd" */
static void tell_inetd(struct bh_place *at, struct bh_fact *f) {
        struct bh_str text, line, name;

        if (!bh_place_read(at, BH_STR("/etc/inetd.conf"), &text))
                return;
        while (bh_str_split(&text, '\n', &line))
                if (bh_str_word(&line, &name) && name.at[0] != '#' && bh_str_trim(line).len)
                        bh_fact_once(f, INETD, name);
}

/* xinetd.d/NAME: "service telnet { disable = no ... }" */
static void tell_xinetd(struct bh_place *at, struct bh_fact *f) {
        struct bh_paths paths = { 0 };
        struct bh_str text, line, word, value;

        bh_place_glob(at, BH_STR("/etc/xinetd.d/*"), &paths);
        for (size_t i = 0; i < paths.len; i++) {
                struct bh_str name = BH_STR("");
                bool off = false;

                if (!bh_place_read(at, paths.at[i], &text))
                        continue;
                while (bh_str_split(&text, '\n', &line)) {
                        if (!bh_str_word(&line, &word))
                                continue;
                        if (bh_str_is(word, "service"))
                                (void) bh_str_word(&line, &name);
                        value = bh_str_trim(line);
                        (void) bh_str_cut_prefix(&value, BH_STR("="));
                        if (bh_str_is(word, "disable") || bh_str_is(word, "disable="))
                                off = bh_str_is(bh_str_trim(value), "yes");
                        if (bh_str_is(word, "}") && name.len && !off)
                                bh_fact_once(f, INETD, name);
                        off = bh_str_is(word, "}") ? false : off;
                }
        }
}

/* "  sl  local_address rem_address   st ...": 0100007F:0050; state 0A listens. */
static void tell_ports_of(struct bh_fact *f, struct bh_str text) {
        struct bh_str line, word, address, port;
        uint64_t n;

        while (bh_str_split(&text, '\n', &line)) {
                struct bh_str w[4];
                size_t i = 0;

                while (i < BH_LEN(w) && bh_str_word(&line, &word))
                        w[i++] = word;
                if (i < BH_LEN(w) || !bh_str_is(w[3], "0A") || !bh_str_cut(w[1], ':', &address, &port) || !bh_str_hex64(port, &n))
                        continue;
                if (bh_str_ends(address, BH_STR("7F")) || bh_str_is(address, "00000000000000000000000001000000"))
                        continue;
                bh_fact_once(f, PORTS, bh_arena_printf(f->arena, "%u", (unsigned) n));
        }
}

static void tell_ports(const struct bh_place *at, struct bh_fact *f) {
        static const char *const tables[] = { "net/tcp", "net/tcp6" };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        for (size_t i = 0; at->reach->tasks && i < BH_LEN(tables); i++)
                if (at->reach->proc(at->reach->user, 1, tables[i], BH_LIMIT_CONF_FILE, f->arena, &text, &why) >= 0)
                        tell_ports_of(f, text);
                else if (why.code != BH_E_NOTFOUND)
                        bh_fact_unknown(f, PORTS, &why);
}

int bh_collect_services_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        static const char *const super[] = { "xinetd", "inetd", NULL };
        struct bh_place at = bh_host_place(reach, facts);
        struct bh_fact *f;

        (void) err;
        if (!bh_place_has(&at, BH_STR("/etc/passwd")))
                return 0;
        f = bh_host_fact(&at, &bh_kind_services, "/etc/systemd/system", "this host");
        tell_running(&at, f);
        tell_started(&at, f);
        tell_inetd(&at, f);
        tell_xinetd(&at, f);
        tell_ports(&at, f);
        bh_fact_bool(f, XINETD, bh_host_runs(&at, super) || bh_host_starts(&at, "xinetd.service") || bh_host_starts(&at, "inetd.service"));
        return 0;
}
