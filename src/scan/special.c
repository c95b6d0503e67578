/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/special.h"

#include "base/cur.h"

static const struct {
        const char *name, *use;
} tools[] = {
        { "apt", "package-manager" },   { "apt-get", "package-manager" }, { "dpkg", "package-manager" },
        { "apk", "package-manager" },   { "rpm", "package-manager" },     { "dnf", "package-manager" },
        { "microdnf", "package-manager" }, { "yum", "package-manager" },  { "zypper", "package-manager" },
        { "pacman", "package-manager" }, { "pip", "package-manager" },    { "pip3", "package-manager" },
        { "npm", "package-manager" },   { "yarn", "package-manager" },    { "gem", "package-manager" },
        { "composer", "package-manager" }, { "conda", "package-manager" }, { "gcc", "compiler" },
        { "cc", "compiler" },           { "clang", "compiler" },          { "g++", "compiler" },
        { "make", "compiler" },         { "ld", "compiler" },             { "javac", "compiler" },
        { "go", "compiler" },           { "rustc", "compiler" },          { "gdb", "debugger" },
        { "strace", "debugger" },       { "ltrace", "debugger" },         { "curl", "network" },
        { "wget", "network" },          { "nc", "network" },              { "ncat", "network" },
        { "netcat", "network" },        { "nc.openbsd", "network" },      { "nc.traditional", "network" },
        { "socat", "network" },         { "telnet", "network" },          { "ftp", "network" },
        { "tftp", "network" },          { "nmap", "network" },            { "tcpdump", "network" },
        { "ssh", "network" },           { "scp", "network" },             { "rsync", "network" },
        { "dig", "network" },           { "nslookup", "network" },        { "iptables", "network" },
        { "nft", "network" },           { "ip", "network" },              { "sshd", "remote-login" },
        { "dropbear", "remote-login" }, { "telnetd", "remote-login" },    { "in.telnetd", "remote-login" },
        { "rlogind", "remote-login" },  { "vsftpd", "remote-login" },     { "chmod", "attribute" },
        { "chown", "attribute" },       { "chattr", "attribute" },        { "setcap", "attribute" },
        { "chgrp", "attribute" },       { "sh", "shell" },                { "bash", "shell" },
        { "dash", "shell" },            { "ash", "shell" },               { "zsh", "shell" },
        { "ksh", "shell" },             { "busybox", "shell" },           { "sudo", "become-root" },
        { "su", "become-root" },        { "doas", "become-root" },        { "docker", "container-engine" },
        { "nsenter", "container-engine" }, { "unshare", "container-engine" }, { "kubectl", "container-engine" },
        { "crictl", "container-engine" }, { "runc", "container-engine" },
};

static bool is_program_dir(struct bh_str dir) {
        static const char *const dirs[] = { "bin",           "sbin",           "usr/bin",      "usr/sbin",
                                            "usr/local/bin", "usr/local/sbin", "usr/local/go/bin", "opt/bin" };

        return bh_str_among(dir, dirs, BH_LEN(dirs));
}

const char *bh_tool_of(struct bh_str path, uint32_t mode) {
        struct bh_str name = bh_str_basename(path);

        if (!(mode & 0111) || name.len > 16 || !is_program_dir(bh_str_dirname(path)))
                return NULL;
        for (size_t i = 0; i < BH_LEN(tools); i++)
                if (bh_str_is(name, tools[i].name))
                        return tools[i].use;
        return NULL;
}

/* In the order of linux/capability.h. */
static const char *const capabilities[] = {
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
        "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
        "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
        "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
        "checkpoint_restore"
};

struct bh_str bh_capability_text(struct bh_arena *arena, struct bh_str xattr) {
        struct bh_cur c = bh_cur_of(xattr);
        uint32_t magic = bh_cur_le32(&c);
        uint64_t permitted = bh_cur_le32(&c), inheritable = bh_cur_le32(&c);
        struct bh_str text = BH_STR("");

        if (xattr.len >= 20) {
                permitted |= (uint64_t) bh_cur_le32(&c) << 32;
                inheritable |= (uint64_t) bh_cur_le32(&c) << 32;
        }
        if (c.bad)
                return BH_STR("unreadable");
        for (size_t i = 0; i < BH_LEN(capabilities); i++)
                if ((permitted | inheritable) >> i & 1)
                        text = bh_arena_printf(arena, "%.*s%scap_%s", BH_FMT(text), text.len ? "," : "", capabilities[i]);
        return bh_arena_printf(arena, "%.*s=%s%s%s", BH_FMT(text), magic & 1 ? "e" : "", inheritable ? "i" : "",
                               permitted ? "p" : "");
}

static bool is_world_writable(const struct bh_tar_entry *e) {
        if (!(e->mode & 0002))
                return false;
        return e->kind == BH_TAR_FILE || (e->kind == BH_TAR_DIR && !(e->mode & 01000));
}

size_t bh_special_of(struct bh_arena *arena, const struct bh_tar_entry *e, struct bh_special *ret, size_t max) {
        bool file = e->kind == BH_TAR_FILE;
        const char *tool = file || e->kind == BH_TAR_SYMLINK ? bh_tool_of(e->path, file ? e->mode : 0111) : NULL;
        const struct {
                bool is;
                enum bh_special_kind kind;
        } asks[] = {
                { file && (e->mode & 04000), BH_SPECIAL_SETUID },
                { file && (e->mode & 02000) && (e->mode & 0010), BH_SPECIAL_SETGID },
                { e->capability.len > 0, BH_SPECIAL_CAPABILITY },
                { is_world_writable(e), BH_SPECIAL_WORLD_WRITABLE },
                { e->kind == BH_TAR_CHAR || e->kind == BH_TAR_BLOCK, BH_SPECIAL_DEVICE },
                { e->escapes, BH_SPECIAL_ESCAPES },
                { tool != NULL, BH_SPECIAL_TOOL },
        };
        size_t n = 0;

        for (size_t i = 0; i < BH_LEN(asks) && n < max; i++) {
                struct bh_str detail = { 0 };

                if (!asks[i].is)
                        continue;
                if (asks[i].kind == BH_SPECIAL_CAPABILITY)
                        detail = bh_capability_text(arena, e->capability);
                if (asks[i].kind == BH_SPECIAL_TOOL)
                        detail = bh_str_of(tool);
                ret[n++] = (struct bh_special){ asks[i].kind, bh_arena_str(arena, e->path), detail, e->mode, e->uid };
        }
        return n;
}

const char *bh_special_str(enum bh_special_kind kind) {
        static const char *const words[_BH_SPECIAL_MAX] = { "setuid", "setgid", "capability", "world-writable",
                                                            "device", "escaping-path", "tool" };

        return kind < _BH_SPECIAL_MAX ? words[kind] : "unknown";
}
