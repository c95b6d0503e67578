/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders of this host whose owner and mode decide much: one fact for each that is there. */
#include <sys/stat.h>

#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"

enum { PATH, ROLE, MODE, WIDER, OWNER, GROUP, STICKY };

static const struct bh_field fields[] = {
        [PATH] = BH_FACT("host_file.path", BH_V_STRING, 0, "where it is"),
        [ROLE] = BH_FACT("host_file.role", BH_V_STRING, 0, "accounts, secrets, cron, boot, log, path, home, temporary, banner, audit, key"),
        [MODE] = BH_FACT("host_file.mode", BH_V_UINT, 0, "its mode"),
        [WIDER] = BH_FACT_WIDER("host_file.wider", MODE, "it lets in more than that octal mode"),
        [OWNER] = BH_FACT("host_file.owner", BH_V_UINT, 0, "its owner"),
        [GROUP] = BH_FACT("host_file.group", BH_V_UINT, 0, "its group"),
        [STICKY] = BH_FACT("host_file.sticky", BH_V_BOOL, 0, "only owners remove what lies in it"),
};
const struct bh_fact_kind bh_kind_host_file = BH_FACT_KIND("host_file", fields, "a file or folder of this host whose mode matters");

static const struct {
        const char *pattern, *role;
} rows[] = {
        { "/etc/passwd", "accounts" }, { "/etc/group", "accounts" }, { "/etc/passwd-", "accounts" }, { "/etc/group-", "accounts" }, { "/etc/shells", "accounts" }, { "/etc/hosts", "accounts" }, { "/etc/fstab", "accounts" }, { "/etc/login.defs", "accounts" },
        { "/etc/shadow", "secrets" }, { "/etc/gshadow", "secrets" }, { "/etc/shadow-", "secrets" }, { "/etc/gshadow-", "secrets" }, { "/etc/security/opasswd", "secrets" },
        { "/etc/crontab", "cron" }, { "/etc/cron.hourly", "cron" }, { "/etc/cron.daily", "cron" }, { "/etc/cron.weekly", "cron" }, { "/etc/cron.monthly", "cron" }, { "/etc/cron.d", "cron" }, { "/etc/cron.d/*", "cron" },
        { "/var/spool/cron/crontabs", "cron" }, { "/etc/at.allow", "cron" }, { "/etc/cron.allow", "cron" },
        { "/boot/grub/grub.cfg", "boot" }, { "/boot/grub2/grub.cfg", "boot" }, { "/boot/grub2/user.cfg", "boot" },
        { "/root", "home" }, { "/tmp", "temporary" }, { "/var/tmp", "temporary" }, { "/dev/shm", "temporary" },
        { "/var/log/*", "log" }, { "/var/log/audit/*", "audit" }, { "/etc/audit/*", "audit" }, { "/etc/audit/rules.d/*", "audit" }, { "/etc/rsyslog.conf", "audit" }, { "/etc/ssh/ssh_host_*_key", "key" },
        { "/etc/ssl/private/*", "key" }, { "/etc/pki/tls/private/*", "key" },
        { "/etc/issue", "banner" }, { "/etc/issue.net", "banner" }, { "/etc/motd", "banner" },
        { "/usr/local/sbin", "path" }, { "/usr/local/bin", "path" }, { "/usr/sbin", "path" }, { "/usr/bin", "path" }, { "/opt/bin", "path" }, { "/usr/local/sbin/*", "path" }, { "/usr/local/bin/*", "path" },
        { "/etc/profile", "path" }, { "/etc/profile.d/*", "path" }, { "/etc/ld.so.preload", "path" }, { "/etc/ld.so.conf.d/*", "path" }, { "/etc/systemd/system/*.service", "path" }, { "/etc/init.d/*", "path" },
};

static void tell(struct bh_place *at, struct bh_str path, const char *role) {
        struct bh_reach_stat st;
        struct bh_fact *f;

        if (!bh_place_stat(at, path, &st))
                return;
        f = bh_fact_new(at->facts, &bh_kind_host_file, path, path);
        f->where = path;
        bh_fact_str(f, PATH, path);
        bh_fact_str(f, ROLE, bh_str_of(role));
        bh_fact_int(f, MODE, st.mode & 07777);
        bh_fact_int(f, OWNER, st.uid);
        bh_fact_int(f, GROUP, st.gid);
        bh_fact_bool(f, STICKY, st.mode & S_ISVTX);
}

int bh_collect_host_file_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct bh_place at = bh_host_place(reach, facts);

        (void) err;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_paths paths = { 0 };

                bh_place_glob(&at, bh_str_of(rows[i].pattern), &paths);
                for (size_t k = 0; k < paths.len; k++)
                        tell(&at, paths.at[k], rows[i].role);
        }
        return 0;
}
