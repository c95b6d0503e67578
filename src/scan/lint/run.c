/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what RUN runs: one question a function, the words stand in table.c. */
#include "scan/lint/engine.h"

#define CMD (&all->at[i])
#define SILENT (void) l, (void) in
#define APT "apt-get|apt|aptitude"
#define PIP "pip|pip3|pip2"
#define RPM "yum|dnf|microdnf|zypper"

static bool later(const struct bh_lint_cmds *all, uint32_t i, const char *names, const char *verbs) {
        for (uint32_t k = i; k < all->n; k++)
                if (bh_cmd_does(&all->at[k], names, verbs))
                        return true;
        return false;
}

/* A cache that is mounted stays out of the layer. */
static bool caches(const struct bh_docker_instr *in, const char *dir) {
        for (uint32_t k = 0; k < in->n_flags; k++)
                if (bh_str_is(in->flags[k].name, "mount") && bh_str_find(in->flags[k].value, bh_str_of(dir)) >= 0)
                        return true;
        return false;
}

/* Whether an operand names a package without what fixes its version. */
static bool unpinned(const struct bh_lint_cmd *c, const char *marks) {
        struct bh_str words[256];
        size_t n = bh_cmd_operands(c, words, BH_LEN(words));

        for (size_t k = 0; k < n; k++) {
                bool marked = words[k].at[0] == '.' || words[k].at[0] == '/' || words[k].at[0] == '$' || words[k].at[0] == '-';

                for (const char *m = marks; *m && !marked; m++)
                        marked = bh_str_rchr(words[k], *m) > 0;
                if (!marked)
                        return true;
        }
        return false;
}

BH_LINT_CMD(bh_lint_sudo) { SILENT; return CMD->sudo; }

BH_LINT_CMD(bh_lint_apt_yes) {
        SILENT;
        return bh_cmd_does(CMD, APT, "install|upgrade|dist-upgrade|full-upgrade|remove|purge") && !bh_cmd_has_letter(CMD, 'y') &&
               !bh_cmd_has(CMD, "--yes|--assume-yes|--force-yes|-qq|-s|--dry-run|--simulate") && !bh_cmd_has_start(CMD, "-qq");
}

BH_LINT_CMD(bh_lint_apt_recommends) {
        SILENT;
        return bh_cmd_does(CMD, APT, "install") && !bh_cmd_has(CMD, "--no-install-recommends|APT::Install-Recommends=false|APT::Install-Recommends=0");
}

BH_LINT_CMD(bh_lint_apt_lists) {
        (void) l;
        if (!bh_cmd_does(CMD, APT, "update") || caches(in, "/var/lib/apt"))
                return false;
        for (uint32_t k = i; k < all->n; k++)
                if (bh_cmd_is(&all->at[k], "rm|find") && bh_cmd_has_start(&all->at[k], "/var/lib/apt|/var/lib"))
                        return false;
        return true;
}

BH_LINT_CMD(bh_lint_apt_update) {
        SILENT;
        return bh_cmd_does(CMD, APT, "update") && !later(all, i, APT, "install|upgrade|dist-upgrade|full-upgrade|build-dep|download|satisfy");
}

BH_LINT_CMD(bh_lint_apt_upgrade) { SILENT; return bh_cmd_does(CMD, APT, "dist-upgrade|full-upgrade"); }

BH_LINT_CMD(bh_lint_apk_cache) {
        (void) l;
        if (!bh_cmd_does(CMD, "apk", "add") || bh_cmd_has(CMD, "--no-cache") || caches(in, "/var/cache/apk") || caches(in, "/etc/apk/cache"))
                return false;
        for (uint32_t k = i; k < all->n; k++)
                if (bh_cmd_is(&all->at[k], "rm") && bh_cmd_has_start(&all->at[k], "/var/cache"))
                        return false;
        return true;
}

BH_LINT_CMD(bh_lint_dnf_clean) {
        (void) l;
        if (!bh_cmd_does(CMD, RPM, "install|update|upgrade|groupinstall|in") || caches(in, "/var/cache"))
                return false;
        for (uint32_t k = i; k < all->n; k++)
                if (bh_cmd_does(&all->at[k], RPM, "clean|cc") || (bh_cmd_is(&all->at[k], "rm") && bh_cmd_has_start(&all->at[k], "/var/cache")))
                        return false;
        return true;
}

static bool is_pip_install(const struct bh_lint_cmd *c) {
        return bh_cmd_does(c, PIP, "install") || (bh_cmd_is(c, "python|python3") && bh_cmd_has(c, "pip") && bh_cmd_has(c, "install"));
}

BH_LINT_CMD(bh_lint_pip_cache) {
        (void) l;
        return is_pip_install(CMD) && !bh_cmd_has(CMD, "--no-cache-dir|--no-cache") && !caches(in, "pip");
}

BH_LINT_CMD(bh_lint_npm_ci) {
        struct bh_str one[1];

        SILENT;
        return bh_cmd_does(CMD, "npm", "install|i") && bh_cmd_operands(CMD, one, 1) == 0 && !bh_cmd_has(CMD, "-g|--global");
}

BH_LINT_CMD(bh_lint_apt_pin) { SILENT; return bh_cmd_does(CMD, APT, "install") && unpinned(CMD, "=/"); }
BH_LINT_CMD(bh_lint_apk_pin) { SILENT; return bh_cmd_does(CMD, "apk", "add") && unpinned(CMD, "=~<>"); }

BH_LINT_CMD(bh_lint_pip_pin) {
        SILENT;
        return bh_cmd_does(CMD, PIP, "install") && !bh_cmd_has(CMD, "-r|--requirement|-e|--editable") && !bh_cmd_has_start(CMD, "--requirement=|-r") &&
               unpinned(CMD, "=/@");
}

BH_LINT_CMD(bh_lint_npm_pin) {
        return (void) l, (void) in, bh_cmd_does(CMD, "npm|yarn|pnpm", "install|i|add|global") && unpinned(CMD, "@/");
}

BH_LINT_CMD(bh_lint_gem_pin) {
        SILENT;
        return bh_cmd_does(CMD, "gem", "install") && !bh_cmd_has_start(CMD, "-v|--version") && unpinned(CMD, ":");
}

BH_LINT_CMD(bh_lint_go_pin) {
        SILENT;
        for (uint32_t k = 1; bh_cmd_does(CMD, "go", "install|get|run") && k < CMD->n; k++)
                if (bh_str_ends(CMD->words[k], BH_STR("@latest")) || bh_str_ends(CMD->words[k], BH_STR("@master")) ||
                    bh_str_ends(CMD->words[k], BH_STR("@main")))
                        return true;
        return false;
}

BH_LINT_CMD(bh_lint_pipe_shell) {
        SILENT;
        if (CMD->before != '|' || !bh_cmd_is(CMD, "sh|bash|dash|ash|zsh|ksh|python|python3|perl|ruby|node|php"))
                return false;
        for (uint32_t k = i; k-- > 0;) {
                if (bh_cmd_is(&all->at[k], "curl|wget|fetch|aria2c"))
                        return true;
                if (all->at[k].before != '|')
                        break;
        }
        return false;
}

BH_LINT_CMD(bh_lint_pipefail) {
        (void) in;
        if (CMD->before != '|' || (i > 0 && all->at[i - 1].before == '|'))
                return false;
        for (uint32_t k = 0; k < i; k++)
                if (bh_cmd_is(&all->at[k], "set") && bh_cmd_has(&all->at[k], "pipefail"))
                        return false;
        for (const struct bh_docker_instr *s = l->file->instrs; s < in; s++)
                if (s->kind == BH_DOCKER_SHELL && s->stage == in->stage && bh_str_find(s->text, BH_STR("pipefail")) >= 0)
                        return false;
        return true;
}

BH_LINT_CMD(bh_lint_cd) { SILENT; return i == 0 && all->n > 1 && bh_cmd_is(CMD, "cd") && CMD->n > 1 && bh_str_starts(CMD->words[1], BH_STR("/")); }

BH_LINT_CMD(bh_lint_chmod_all) { SILENT; return bh_cmd_is(CMD, "chmod") && bh_cmd_has(CMD, "777|0777|a+rwx|ugo+rwx|666|0666|a+w|o+w|1777+x|+w"); }

BH_LINT_CMD(bh_lint_chmod_setuid) {
        SILENT;
        for (uint32_t k = 1; bh_cmd_is(CMD, "chmod") && k < CMD->n; k++) {
                struct bh_str w = CMD->words[k];
                uint64_t mode;

                if (w.len >= 4 && bh_str_oct64(w, &mode))
                        return (mode & 06000) != 0;
                if (bh_word_in(w, "u+s|g+s|+s|a+s|ug+s|u+xs|u=rwxs"))
                        return true;
        }
        return false;
}

BH_LINT_CMD(bh_lint_chown_layer) {
        SILENT;
        return all->n == 1 && bh_cmd_is(CMD, "chown|chmod|chgrp") && (bh_cmd_has_letter(CMD, 'R') || bh_cmd_has(CMD, "--recursive"));
}

BH_LINT_CMD(bh_lint_apt_key) { SILENT; return bh_cmd_is(CMD, "apt-key"); }
BH_LINT_CMD(bh_lint_wget_tls) { SILENT; return bh_cmd_is(CMD, "wget") && bh_cmd_has(CMD, "--no-check-certificate"); }
BH_LINT_CMD(bh_lint_curl_tls) { SILENT; return bh_cmd_is(CMD, "curl") && (bh_cmd_has(CMD, "--insecure|--proxy-insecure") || bh_cmd_has_letter(CMD, 'k')); }

BH_LINT_CMD(bh_lint_curl_fail) {
        SILENT;
        return bh_cmd_is(CMD, "curl") && CMD->n > 1 && !bh_cmd_has_letter(CMD, 'f') && !bh_cmd_has_letter(CMD, 'I') &&
               !bh_cmd_has_start(CMD, "--fail|--head|--version|--help");
}

BH_LINT_CMD(bh_lint_git_branch) {
        SILENT;
        if (!bh_cmd_does(CMD, "git", "clone") || bh_cmd_has(CMD, "-b|--branch") || bh_cmd_has_start(CMD, "--branch=|--revision"))
                return false;
        return !later(all, i, "git", "checkout|reset|switch");
}

static bool installs(const struct bh_lint_cmd *c, const char *packages) {
        return (bh_cmd_does(c, APT, "install") || bh_cmd_does(c, "apk", "add") || bh_cmd_does(c, RPM, "install|in")) && bh_cmd_has(c, packages);
}

BH_LINT_CMD(bh_lint_sshd) { SILENT; return installs(CMD, "openssh-server|openssh|dropbear|telnetd|vsftpd|ssh"); }

BH_LINT_CMD(bh_lint_debug_tools) {
        (void) all;
        return bh_lint_is_final(l, in) && installs(CMD, "gdb|strace|ltrace|tcpdump|nmap|netcat|netcat-openbsd|netcat-traditional|telnet|vim|nano|net-tools|"
                                                        "socat|iputils-ping|lsof|htop|nc|bind-tools|dnsutils|emacs|less|man-db");
}

BH_LINT_CMD(bh_lint_compilers) {
        (void) all;
        return bh_lint_is_final(l, in) && installs(CMD, "gcc|g++|build-essential|clang|make|cmake|build-base|golang|rustc|cargo|default-jdk|gcc-c++|musl-dev|openjdk-17-jdk");
}

BH_LINT_CMD(bh_lint_apt_command) { SILENT; return bh_cmd_is(CMD, "apt|aptitude"); }

BH_LINT_CMD(bh_lint_unsigned) {
        SILENT;
        return bh_cmd_is(CMD, "apt-get|apt|apk|yum|dnf|microdnf|zypper|rpm") &&
               bh_cmd_has(CMD, "--allow-unauthenticated|--force-yes|--nogpgcheck|--no-gpg-checks|--allow-untrusted|--nosignature|"
                               "--allow-insecure-repositories|--allow-downgrades=unsigned");
}

BH_LINT_CMD(bh_lint_tls_config) {
        SILENT;
        if (bh_cmd_is(CMD, "git") && bh_cmd_has_start(CMD, "http.sslVerify") && (bh_cmd_has(CMD, "false|0") || bh_cmd_has_start(CMD, "http.sslVerify=false")))
                return true;
        return bh_cmd_is(CMD, "npm|yarn|pnpm") && (bh_cmd_has(CMD, "--strict-ssl=false") || (bh_cmd_has(CMD, "strict-ssl") && bh_cmd_has(CMD, "false")));
}

BH_LINT_CMD(bh_lint_pip_trust) { SILENT; return is_pip_install(CMD) && bh_cmd_has_start(CMD, "--trusted-host"); }

/* Alone in its RUN, rm only hides what an earlier layer holds. */
BH_LINT_CMD(bh_lint_rm_late) {
        (void) l;
        return in->heredocs == NULL && i == 0 && all->n == 1 && bh_cmd_is(CMD, "rm") && (bh_cmd_has_letter(CMD, 'r') || bh_cmd_has_letter(CMD, 'f'));
}

BH_LINT_CMD(bh_lint_chpasswd) {
        SILENT;
        if (bh_cmd_is(CMD, "useradd|usermod") && bh_cmd_has(CMD, "-p|--password"))
                return true;
        return bh_cmd_is(CMD, "chpasswd|passwd") && CMD->before == '|' && i > 0 && bh_cmd_is(&all->at[i - 1], "echo|printf");
}

static bool fetches_clear(const struct bh_lint_cmd *c) {
        for (uint32_t k = 1; k < c->n; k++)
                if (bh_str_starts(c->words[k], BH_STR("http://")) && !bh_str_starts(c->words[k], BH_STR("http://localhost")) &&
                    !bh_str_starts(c->words[k], BH_STR("http://127.")))
                        return true;
        return false;
}

BH_LINT_CMD(bh_lint_key_clear) {
        SILENT;
        return bh_cmd_is(CMD, "gpg|gpg2") && bh_cmd_has(CMD, "--recv-keys|--recv-key|--recv") && !bh_cmd_has_start(CMD, "hkps://");
}

BH_LINT_CMD(bh_lint_http) { SILENT; return bh_cmd_is(CMD, "curl|wget|git|pip|pip3|npm") && fetches_clear(CMD); }

BH_LINT_CMD(bh_lint_useless) {
        SILENT;
        return bh_cmd_is(CMD, "shutdown|reboot|service|systemctl|top|mount|free|ps|kill|ssh|ifconfig|iptables") && !bh_cmd_has(CMD, "enable|disable|mask");
}
