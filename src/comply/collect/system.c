/* SPDX-License-Identifier: Apache-2.0 */
/* What watches over this host and keeps it up to date: logs, audit, updates, time, the kernel's guards. One fact. */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"
#include "comply/read/accounts.h"

enum {
        SYSLOG, REMOTE, PERSISTENT, ROTATED, AUDITD, AUDIT_AT_BOOT, AUDIT_RULES, AUDIT_WATCHES, AUDIT_IMMUTABLE, AUDIT_KEEP, AUDIT_FULL, UPDATES, SIGNED, REBOOT, TIME, CORES_LIMITED, CORES_KEPT, APPARMOR, SELINUX,
        LSM, FIREWALL, INTEGRITY, SCANNER, SENSOR, SECURE_BOOT, MITIGATIONS, ENCRYPTED, BOOT_PASSWORD, MODULES_OFF, CRON_ALLOW, SWAP,
};

static const struct bh_field fields[] = {
        [SYSLOG] = BH_FACT("system.syslog", BH_V_BOOL, 0, "rsyslog, syslog-ng or journald runs, or starts at boot"),
        [REMOTE] = BH_FACT("system.log_remote", BH_V_BOOL, 0, "logs are sent to another machine"),
        [PERSISTENT] = BH_FACT("system.log_persistent", BH_V_BOOL, 0, "logs outlive a restart: journald's Storage, or files of syslog"),
        [ROTATED] = BH_FACT("system.log_rotated", BH_V_BOOL, 0, "logrotate is set up"),
        [AUDITD] = BH_FACT("system.auditd", BH_V_BOOL, 0, "auditd runs, or starts at boot"),
        [AUDIT_AT_BOOT] = BH_FACT("system.audit_at_boot", BH_V_BOOL, 0, "audit=1 is on the kernel's command line"),
        [AUDIT_RULES] = BH_FACT("system.audit_rules", BH_V_UINT, 0, "rules of audit"),
        [AUDIT_WATCHES] = BH_FACT("system.audit_watches", BH_V_STRING, BH_F_LIST, "files audit watches, and system calls it records"),
        [AUDIT_IMMUTABLE] = BH_FACT("system.audit_immutable", BH_V_BOOL, 0, "rules cannot be changed until a restart (-e 2)"),
        [AUDIT_KEEP] = BH_FACT("system.audit_full_action", BH_V_STRING, 0, "max_log_file_action of auditd.conf, in lower case"),
        [AUDIT_FULL] = BH_FACT("system.audit_space_action", BH_V_STRING, 0, "space_left_action of auditd.conf, in lower case"),
        [UPDATES] = BH_FACT("system.updates", BH_V_BOOL, 0, "security updates are installed by themselves"),
        [SIGNED] = BH_FACT("system.packages_signed", BH_V_BOOL, 0, "packages without a signature are refused"),
        [REBOOT] = BH_FACT("system.reboot_needed", BH_V_BOOL, 0, "an update waits for a restart"),
        [TIME] = BH_FACT("system.time_synced", BH_V_BOOL, 0, "chrony, ntpd or timesyncd runs, or starts at boot"),
        [CORES_LIMITED] = BH_FACT("system.cores_limited", BH_V_BOOL, 0, "limits.conf: hard core 0"),
        [CORES_KEPT] = BH_FACT("system.cores_kept", BH_V_BOOL, 0, "systemd-coredump keeps images of memory"),
        [APPARMOR] = BH_FACT("system.apparmor", BH_V_BOOL, 0, "AppArmor is on"),
        [SELINUX] = BH_FACT("system.selinux", BH_V_STRING, 0, "enforcing, permissive; not there: off"),
        [LSM] = BH_FACT("system.mandatory", BH_V_BOOL, 0, "AppArmor is on, or SELinux enforces"),
        [FIREWALL] = BH_FACT("system.firewall", BH_V_BOOL, 0, "firewalld, ufw, nftables or saved iptables rules start at boot"),
        [INTEGRITY] = BH_FACT("system.integrity", BH_V_STRING, BH_F_LIST, "tools there are that watch files: aide, tripwire, samhain, ossec"),
        [SCANNER] = BH_FACT("system.scanner", BH_V_STRING, BH_F_LIST, "scanners for malware that run: clamd, freshclam"),
        [SENSOR] = BH_FACT("system.sensor", BH_V_STRING, BH_F_LIST, "detection that runs: bulkhead, falco, osqueryd, wazuh"),
        [SECURE_BOOT] = BH_FACT("system.secure_boot", BH_V_BOOL, 0, "the firmware starts signed programs only; not there: no EFI"),
        [MITIGATIONS] = BH_FACT("system.mitigations", BH_V_BOOL, 0, "guards against faults of processors are not turned off"),
        [ENCRYPTED] = BH_FACT("system.encrypted", BH_V_BOOL, 0, "/etc/crypttab names an encrypted disk"),
        [BOOT_PASSWORD] = BH_FACT("system.boot_password", BH_V_BOOL, 0, "GRUB asks for a password"),
        [MODULES_OFF] = BH_FACT("system.modules_off", BH_V_STRING, BH_F_LIST, "modules modprobe.d forbids"),
        [CRON_ALLOW] = BH_FACT("system.cron_restricted", BH_V_BOOL, 0, "/etc/cron.allow says who may"),
        [SWAP] = BH_FACT("system.swap", BH_V_BOOL, 0, "memory is swapped to disk"),
};
const struct bh_fact_kind bh_kind_system = BH_FACT_KIND("system", fields, "what watches over this host and keeps it up to date");

static bool read(struct bh_place *at, const char *path, struct bh_str *ret) {
        return bh_place_read(at, bh_str_of(path), ret);
}

static bool any_starts(struct bh_place *at, const char *const *units) {
        for (; *units; units++)
                if (bh_host_starts(at, *units))
                        return true;
        return false;
}

/* Quietly: much of /sys is there on some machines only. */
static bool peek(struct bh_place *at, const char *path, struct bh_str *ret) {
        struct bh_err why = BH_ERR_NONE;

        return at->reach->read(at->reach->user, 0, path, BH_LIMIT_CONF_FILE, at->arena, ret, &why) >= 0;
}

/* ---- logs ---- */

/* "*.* @host", "*.* @@host", "action(type="omfwd" ...)" */
static bool sends_on(struct bh_str text) {
        struct bh_str line, word, last;

        while (bh_str_split(&text, '\n', &line)) {
                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                if (bh_str_find(line, BH_STR("omfwd")) >= 0 || bh_str_find(line, BH_STR("omrelp")) >= 0)
                        return true;
                last = BH_STR("");
                while (bh_str_word(&line, &word))
                        last = word;
                if (bh_str_starts(last, BH_STR("@")))
                        return true;
        }
        return false;
}

static void tell_logs(struct bh_place *at, struct bh_fact *f) {
        static const char *const programs[] = { "rsyslogd", "syslog-ng", "systemd-journald", NULL }, *const files[] = { "rsyslogd", "syslog-ng", NULL };
        static const char *const units[] = { "rsyslog.service", "syslog-ng.service", NULL };
        struct bh_str storage, where, text;
        struct bh_paths paths = { 0 };
        bool remote = false, syslog = bh_host_runs(at, files) || any_starts(at, units);

        bh_place_glob(at, BH_STR("/etc/rsyslog.conf"), &paths);
        bh_place_glob(at, BH_STR("/etc/rsyslog.d/*.conf"), &paths);
        for (size_t i = 0; i < paths.len; i++)
                remote = (bh_place_read(at, paths.at[i], &text) && sends_on(text)) || remote;
        storage = bh_host_setting(at, "/etc/systemd/journald.conf", "/etc/systemd/journald.conf.d/*.conf", "Storage", &where);
        bh_fact_bool(f, SYSLOG, syslog || bh_host_runs(at, programs) || bh_place_has(at, BH_STR("/lib/systemd/systemd-journald")) || bh_place_has(at, BH_STR("/etc/runlevels/boot/syslog")));
        bh_fact_bool(f, REMOTE, remote || bh_host_starts(at, "systemd-journal-upload.service"));
        bh_fact_bool(f, PERSISTENT, syslog || bh_str_is(storage, "persistent") || (!bh_str_is(storage, "volatile") && !bh_str_is(storage, "none") && bh_place_has(at, BH_STR("/var/log/journal"))));
        bh_fact_where(f, PERSISTENT, where);
        bh_fact_bool(f, ROTATED, bh_place_has(at, BH_STR("/etc/logrotate.conf")));
}

/* ---- audit ---- */

/* "-w /etc/passwd -p wa -k identity", "-a always,exit -F arch=b64 -S unlink,rename", "-a always,exit -F path=/etc/shadow", "-e 2" */
static void take_rule(struct bh_fact *f, struct bh_str line, int64_t *rules) {
        struct bh_str word, call;

        if (!bh_str_word(&line, &word) || word.at[0] == '#')
                return;
        if (bh_str_is(word, "-e") && bh_str_word(&line, &word)) {
                bh_fact_bool(f, AUDIT_IMMUTABLE, bh_str_is(word, "2"));
                return;
        }
        *rules += bh_str_is(word, "-w") || bh_str_is(word, "-a") || bh_str_is(word, "-A");
        do {
                struct bh_str rest = BH_STR("");

                if (bh_str_is(word, "-w") && bh_str_word(&line, &rest)) {
                        bh_fact_once(f, AUDIT_WATCHES, rest);
                } else if (bh_str_is(word, "-S") && bh_str_word(&line, &rest)) {
                        while (bh_str_split(&rest, ',', &call))
                                bh_fact_once(f, AUDIT_WATCHES, call);
                } else if (bh_str_cut_prefix(&word, BH_STR("path=")) || bh_str_cut_prefix(&word, BH_STR("dir=")))
                        bh_fact_once(f, AUDIT_WATCHES, word);
        } while (bh_str_word(&line, &word));
}

static void tell_audit(struct bh_place *at, struct bh_fact *f) {
        static const char *const programs[] = { "auditd", NULL };
        struct bh_str text, line, where, cmdline = BH_STR("");
        struct bh_paths paths = { 0 };
        int64_t rules = 0;

        bh_fact_bool(f, AUDITD, bh_host_runs(at, programs) || bh_host_starts(at, "auditd.service"));
        bh_fact_bool(f, AUDIT_IMMUTABLE, false);
        bh_place_glob(at, BH_STR("/etc/audit/audit.rules"), &paths);
        bh_place_glob(at, BH_STR("/etc/audit/rules.d/*.rules"), &paths);
        for (size_t i = 0; i < paths.len; i++)
                if (bh_place_read(at, paths.at[i], &text))
                        while (bh_str_split(&text, '\n', &line))
                                take_rule(f, line, &rules);
        bh_fact_int(f, AUDIT_RULES, rules);
        if (peek(at, "/proc/cmdline", &cmdline)) {
                bh_fact_bool(f, AUDIT_AT_BOOT, bh_pam_word(cmdline, "audit=1"));
                bh_fact_bool(f, MITIGATIONS, !bh_pam_word(cmdline, "mitigations=off") && !bh_pam_word(cmdline, "nopti") && !bh_pam_word(cmdline, "nospectre_v2"));
        }
        bh_fact_some(f, AUDIT_KEEP, bh_lowered(f->arena, bh_host_setting(at, "/etc/audit/auditd.conf", NULL, "max_log_file_action", &where)));
        bh_fact_some(f, AUDIT_FULL, bh_lowered(f->arena, bh_host_setting(at, "/etc/audit/auditd.conf", NULL, "space_left_action", &where)));
}

/* ---- updates ---- */

/* APT::Periodic::Unattended-Upgrade "1" */
static bool apt_line(struct bh_str line, const char *key, bool otherwise) {
        struct bh_str rest = bh_str_trim(line), name;

        if (!bh_str_word(&rest, &name) || !bh_str_eq_nocase(name, bh_str_of(key)))
                return otherwise;
        rest = bh_str_trim(rest);
        (void) bh_str_cut_prefix(&rest, BH_STR("\""));
        return rest.len && rest.at[0] != '0' && !bh_str_starts(rest, BH_STR("false"));
}

/* The last file wins. */
static bool apt_says(struct bh_place *at, const char *key, bool otherwise) {
        struct bh_paths paths = { 0 };
        struct bh_str text, line;

        bh_place_glob(at, BH_STR("/etc/apt/apt.conf.d/*"), &paths);
        bh_place_glob(at, BH_STR("/etc/apt/apt.conf"), &paths);
        for (size_t i = 0; i < paths.len; i++)
                if (bh_place_read(at, paths.at[i], &text))
                        while (bh_str_split(&text, '\n', &line))
                                otherwise = apt_line(line, key, otherwise);
        return otherwise;
}

static void tell_updates(struct bh_place *at, struct bh_fact *f) {
        struct bh_str where, applies, check;
        bool apt = bh_place_has(at, BH_STR("/etc/apt")), unattended = bh_place_has(at, BH_STR("/usr/bin/unattended-upgrade")) && apt_says(at, "APT::Periodic::Unattended-Upgrade", false);

        applies = bh_host_setting(at, "/etc/dnf/automatic.conf", NULL, "apply_updates", &where);
        bh_fact_bool(f, UPDATES, unattended || bh_host_starts(at, "dnf-automatic-install.timer") || (bh_str_is(applies, "yes") && bh_host_starts(at, "dnf-automatic.timer")) || bh_host_starts(at, "yum-cron.service"));
        if (apt) {
                bh_fact_bool(f, SIGNED, !apt_says(at, "APT::Get::AllowUnauthenticated", false) && !apt_says(at, "Acquire::AllowInsecureRepositories", false));
        } else if (bh_place_has(at, BH_STR("/etc/yum.repos.d"))) {
                struct bh_str main = bh_host_setting(at, "/etc/dnf/dnf.conf", "/etc/yum.conf", "gpgcheck", &where);

                check = bh_host_setting(at, "/nonexistent", "/etc/yum.repos.d/*.repo", "gpgcheck", &where);
                bh_fact_bool(f, SIGNED, !bh_str_is(main, "0") && !bh_str_is(check, "0"));
        }
        bh_fact_bool(f, REBOOT, bh_place_has(at, BH_STR("/run/reboot-required")));
}

/* ---- the rest ---- */

static void tell_time(struct bh_place *at, struct bh_fact *f) {
        static const char *const programs[] = { "chronyd", "ntpd", "systemd-timesyncd", "openntpd", NULL };
        static const char *const units[] = { "chrony.service", "chronyd.service", "ntp.service", "ntpd.service", "ntpsec.service", "systemd-timesyncd.service", NULL };

        bh_fact_bool(f, TIME, bh_host_runs(at, programs) || any_starts(at, units));
}

static bool limits_cores(struct bh_str text) {
        struct bh_str line, w[4];

        while (bh_str_split(&text, '\n', &line)) {
                size_t n = 0;

                while (n < BH_LEN(w) && bh_str_word(&line, &w[n]))
                        n++;
                if (n == BH_LEN(w) && bh_str_is(w[0], "*") && (bh_str_is(w[1], "hard") || bh_str_is(w[1], "-")) && bh_str_is(w[2], "core") && bh_str_is(w[3], "0"))
                        return true;
        }
        return false;
}

static void tell_cores(struct bh_place *at, struct bh_fact *f) {
        struct bh_paths paths = { 0 };
        struct bh_str text, where, storage;
        bool limited = false;

        bh_place_glob(at, BH_STR("/etc/security/limits.conf"), &paths);
        bh_place_glob(at, BH_STR("/etc/security/limits.d/*.conf"), &paths);
        for (size_t i = 0; i < paths.len; i++)
                limited = (bh_place_read(at, paths.at[i], &text) && limits_cores(text)) || limited;
        bh_fact_bool(f, CORES_LIMITED, limited);
        storage = bh_host_setting(at, "/etc/systemd/coredump.conf", "/etc/systemd/coredump.conf.d/*.conf", "Storage", &where);
        bh_fact_bool(f, CORES_KEPT, bh_place_has(at, BH_STR("/lib/systemd/systemd-coredump")) && !bh_str_is(storage, "none"));
}

static void tell_guards(struct bh_place *at, struct bh_fact *f) {
        static const char *const units[] = { "firewalld.service", "ufw.service", "nftables.service", "iptables.service", "netfilter-persistent.service", NULL };
        struct bh_str text;
        bool apparmor = peek(at, "/sys/module/apparmor/parameters/enabled", &text) && bh_str_starts(text, BH_STR("Y"));
        bool enforces = peek(at, "/sys/fs/selinux/enforce", &text) && bh_str_starts(text, BH_STR("1"));

        bh_fact_bool(f, APPARMOR, apparmor);
        if (peek(at, "/sys/fs/selinux/enforce", &text))
                bh_fact_str(f, SELINUX, enforces ? BH_STR("enforcing") : BH_STR("permissive"));
        bh_fact_bool(f, LSM, apparmor || enforces);
        bh_fact_bool(f, FIREWALL, any_starts(at, units));
        if (peek(at, "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", &text) && text.len)
                bh_fact_bool(f, SECURE_BOOT, text.at[text.len - 1] == 1);
        bh_fact_bool(f, SWAP, peek(at, "/proc/swaps", &text) && bh_str_chr(bh_str_trim(text), '\n') >= 0);
}

static void tell_watchers(struct bh_place *at, struct bh_fact *f) {
        static const struct {
                const char *path, *name;
        } tools[] = { { "/usr/bin/aide", "aide" }, { "/usr/sbin/aide", "aide" }, { "/usr/sbin/tripwire", "tripwire" }, { "/usr/sbin/samhain", "samhain" }, { "/var/ossec/bin", "ossec" } };
        static const char *const scanners[] = { "clamd", "freshclam", "savd", "esets" }, *const sensors[] = { "bulkhead", "falco", "osqueryd", "wazuh-agentd", "tetragon", "tracee" };

        for (size_t i = 0; i < BH_LEN(tools); i++)
                if (bh_place_has(at, bh_str_of(tools[i].path)))
                        bh_fact_once(f, INTEGRITY, bh_str_of(tools[i].name));
        for (size_t i = 0; i < BH_LEN(scanners); i++)
                if (bh_host_runs(at, (const char *const[]){ scanners[i], NULL }))
                        bh_fact_once(f, SCANNER, bh_str_of(scanners[i]));
        for (size_t i = 0; i < BH_LEN(sensors); i++)
                if (bh_host_runs(at, (const char *const[]){ sensors[i], NULL }))
                        bh_fact_once(f, SENSOR, bh_str_of(sensors[i]));
}

static bool has_line(struct bh_str text) {
        struct bh_str line;

        while (bh_str_split(&text, '\n', &line)) {
                line = bh_str_trim(line);
                if (line.len && line.at[0] != '#')
                        return true;
        }
        return false;
}

/* "install cramfs /bin/false" and "blacklist cramfs" */
static void tell_modules(struct bh_place *at, struct bh_fact *f) {
        struct bh_paths paths = { 0 };
        struct bh_str text, line, how, name;

        bh_place_glob(at, BH_STR("/etc/modprobe.d/*.conf"), &paths);
        for (size_t i = 0; i < paths.len; i++)
                if (bh_place_read(at, paths.at[i], &text))
                        while (bh_str_split(&text, '\n', &line))
                                if (bh_str_word(&line, &how) && bh_str_word(&line, &name) && bh_str_is(how, "install") &&
                                    (bh_str_ends(bh_str_trim(line), BH_STR("/false")) || bh_str_ends(bh_str_trim(line), BH_STR("/true"))))
                                        bh_fact_once(f, MODULES_OFF, name);
}

static void tell_boot(struct bh_place *at, struct bh_fact *f) {
        static const char *const files[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/grub2/user.cfg" };
        struct bh_str text;
        bool any = false, password = false;

        for (size_t i = 0; i < BH_LEN(files); i++)
                if (read(at, files[i], &text)) {
                        any = true;
                        password = password || bh_str_find(text, BH_STR("password_pbkdf2")) >= 0 || bh_str_find(text, BH_STR("GRUB2_PASSWORD")) >= 0;
                }
        if (any)
                bh_fact_bool(f, BOOT_PASSWORD, password);
        bh_fact_bool(f, ENCRYPTED, read(at, "/etc/crypttab", &text) && has_line(text));
        bh_fact_bool(f, CRON_ALLOW, bh_place_has(at, BH_STR("/etc/cron.allow")));
}

int bh_collect_system_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct bh_place at = bh_host_place(reach, facts);
        struct bh_fact *f;

        (void) err;
        if (!bh_place_has(&at, BH_STR("/etc/passwd")))
                return 0;
        f = bh_host_fact(&at, &bh_kind_system, "/etc", "this host");
        tell_logs(&at, f);
        tell_audit(&at, f);
        tell_updates(&at, f);
        tell_time(&at, f);
        tell_cores(&at, f);
        tell_guards(&at, f);
        tell_watchers(&at, f);
        tell_modules(&at, f);
        tell_boot(&at, f);
        return 0;
}
