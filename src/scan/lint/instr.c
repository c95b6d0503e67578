/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that need one instruction: one question a function, the words stand in table.c. */
#include "scan/lint/engine.h"

#define IS(k) (in->kind == BH_DOCKER_##k)

BH_LINT_INSTR(bh_lint_user_name) {
        return IS(USER) && bh_lint_is_final(l, in) && in->n_words && in->words[0].len && !bh_is_digit(in->words[0].at[0]) &&
               in->words[0].at[0] != '$' && !bh_word_in(in->words[0], "root");
}

static bool is_remote(struct bh_str s) {
        return bh_str_starts(s, BH_STR("http://")) || bh_str_starts(s, BH_STR("https://")) || bh_str_starts(s, BH_STR("ftp://"));
}

static bool is_git(struct bh_str s) {
        return bh_str_starts(s, BH_STR("git@")) || bh_str_starts(s, BH_STR("git://")) || bh_str_find(s, BH_STR(".git")) >= 0;
}

static bool is_archive(struct bh_str s) {
        static const char *const ends[] = { ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".gz", ".xz", ".bz2" };

        for (size_t i = 0; i < BH_LEN(ends); i++)
                if (bh_str_ends(s, bh_str_of(ends[i])))
                        return true;
        return bh_str_chr(s, '$') >= 0 || bh_str_chr(s, '*') >= 0;
}

BH_LINT_INSTR(bh_lint_add_local) {
        (void) l;
        if (!IS(ADD) || in->n_words < 2 || in->n_heredocs)
                return false;
        for (uint32_t i = 0; i + 1 < in->n_words; i++)
                if (is_remote(in->words[i]) || is_git(in->words[i]) || is_archive(in->words[i]) || bh_str_starts(in->words[i], BH_STR("file:")))
                        return false;
        return true;
}

BH_LINT_INSTR(bh_lint_add_remote) {
        (void) l;
        for (uint32_t i = 0; IS(ADD) && i + 1 < in->n_words; i++)
                if (is_remote(in->words[i]) && !is_git(in->words[i]) && !bh_docker_flag_find(in, "checksum"))
                        return true;
        return false;
}

static bool names_secret(struct bh_str name) {
        static const char *const ends[] = { "password", "passwd", "passphrase", "secret", "secret_key", "api_key", "apikey", "access_key",
                                            "private_key", "auth_token", "access_token", "credentials", "_token", "token", "_pwd" };

        for (size_t i = 0; i < BH_LEN(ends); i++) {
                struct bh_str e = bh_str_of(ends[i]);

                if (name.len >= e.len && bh_str_eq_nocase(bh_str_from(name, name.len - e.len), e))
                        return true;
        }
        return false;
}

/* "NAME=value" words, or the old "NAME value". */
static bool pair_of(const struct bh_docker_instr *in, uint32_t i, struct bh_str *name, struct bh_str *value) {
        if (i >= in->n_words)
                return false;
        if (bh_str_cut(in->words[i], '=', name, value))
                return true;
        *value = i + 1 < in->n_words ? in->words[i + 1] : BH_STR("");
        return i == 0;
}

BH_LINT_INSTR(bh_lint_env_secret) {
        struct bh_str name, value;

        (void) l;
        for (uint32_t i = 0; IS(ENV) && i < in->n_words; i++)
                if (pair_of(in, i, &name, &value) && names_secret(name) && value.len && value.at[0] != '/')
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_arg_secret) {
        struct bh_str name, value;

        (void) l;
        for (uint32_t i = 0; IS(ARG) && i < in->n_words; i++) {
                BH_IGNORE(bh_str_cut(in->words[i], '=', &name, &value));
                if (names_secret(name))
                        return true;
        }
        return false;
}

static bool is_secret_file(struct bh_str path) {
        static const char *const ends[] = { "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".pem", ".key", ".p12", ".pfx", ".jks", ".env", ".npmrc",
                                            ".pypirc", ".netrc", ".aws", ".ssh", ".kube", ".htpasswd", "credentials.json", ".dockercfg",
                                            ".git-credentials", ".gnupg", ".docker/config.json", ".aws/credentials", ".kube/config", ".env.production" };

        while (bh_str_cut_suffix(&path, BH_STR("/")))
                ;
        for (size_t i = 0; i < BH_LEN(ends); i++)
                if (bh_str_ends(path, bh_str_of(ends[i])))
                        return true;
        return false;
}

static bool copies(const struct bh_docker_instr *in) {
        return (IS(COPY) || IS(ADD)) && !bh_docker_flag_find(in, "from");
}

BH_LINT_INSTR(bh_lint_copy_secret) {
        (void) l;
        for (uint32_t i = 0; copies(in) && i + 1 < in->n_words; i++)
                if (!is_remote(in->words[i]) && is_secret_file(in->words[i]))
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_copy_git) {
        (void) l;
        for (uint32_t i = 0; copies(in) && i + 1 < in->n_words; i++)
                if (bh_word_in(bh_str_basename(in->words[i]), ".git|.svn|.hg") || bh_str_ends(in->words[i], BH_STR("/.git/")) ||
                    bh_str_is(in->words[i], ".git/"))
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_cmd_shell) { (void) l; return IS(CMD) && !in->json && in->n_words && in->text.at[0] != '['; }
BH_LINT_INSTR(bh_lint_entrypoint_shell) { (void) l; return IS(ENTRYPOINT) && !in->json && in->n_words && in->text.at[0] != '['; }

BH_LINT_INSTR(bh_lint_not_json) {
        (void) l;
        return (IS(CMD) || IS(ENTRYPOINT) || IS(RUN) || IS(SHELL)) && !in->json && bh_str_starts(in->text, BH_STR("[")) &&
               !bh_str_starts(in->text, BH_STR("[ ")) && !bh_str_starts(in->text, BH_STR("[["));
}

BH_LINT_INSTR(bh_lint_port_ssh) {
        (void) l;
        for (uint32_t i = 0; IS(EXPOSE) && i < in->n_words; i++)
                if (bh_word_in(in->words[i], "22|22/tcp|23|23/tcp|3389|3389/tcp|2375|2375/tcp|5900|5900/tcp"))
                        return true;
        return false;
}

static bool is_port(struct bh_str s) {
        struct bh_str number, protocol, from, to;
        uint64_t port;

        if (bh_str_chr(s, '$') >= 0)
                return true;
        if (bh_str_cut(s, '/', &number, &protocol) && !bh_str_eq_nocase(protocol, BH_STR("tcp")) && !bh_str_eq_nocase(protocol, BH_STR("udp")) &&
            !bh_str_eq_nocase(protocol, BH_STR("sctp")))
                return false;
        if (!bh_str_cut(number, '-', &from, &to))
                to = from;
        return bh_str_u64(from, &port) && port > 0 && port < 65536 && bh_str_u64(to, &port) && port > 0 && port < 65536;
}

BH_LINT_INSTR(bh_lint_port_bad) {
        (void) l;
        for (uint32_t i = 0; IS(EXPOSE) && i < in->n_words; i++)
                if (!is_port(in->words[i]))
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_maintainer) { (void) l; return IS(MAINTAINER); }

BH_LINT_INSTR(bh_lint_workdir) {
        (void) l;
        return IS(WORKDIR) && in->n_words && in->words[0].len && in->words[0].at[0] != '/' && in->words[0].at[0] != '$' &&
               !(in->words[0].len > 1 && in->words[0].at[1] == ':');
}

BH_LINT_INSTR(bh_lint_copy_all) {
        if (!copies(in) || !bh_lint_is_final(l, in))
                return false;
        for (uint32_t i = 0; i + 1 < in->n_words; i++)
                if (bh_word_in(in->words[i], ".|./|*|./*"))
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_unknown) { (void) l; return IS(UNKNOWN); }

static bool flag_is(const struct bh_docker_instr *in, const char *name, const char *value) {
        const struct bh_docker_flag *f = bh_docker_flag_find(in, name);

        return f && bh_str_is(f->value, value);
}

BH_LINT_INSTR(bh_lint_insecure) { (void) l; return IS(RUN) && flag_is(in, "security", "insecure"); }
BH_LINT_INSTR(bh_lint_host_network) { (void) l; return IS(RUN) && flag_is(in, "network", "host"); }

BH_LINT_INSTR(bh_lint_env_path) {
        struct bh_str name, value, dir;

        (void) l;
        for (uint32_t i = 0; IS(ENV) && i < in->n_words; i++) {
                if (!pair_of(in, i, &name, &value) || !bh_word_in(name, "PATH|LD_LIBRARY_PATH|PYTHONPATH"))
                        continue;
                while (bh_str_split(&value, ':', &dir))
                        if ((dir.len == 0 && bh_str_is(name, "PATH")) || (dir.len && dir.at[0] == '.') || bh_str_starts(dir, BH_STR("/tmp")))
                                return true;
        }
        return false;
}

BH_LINT_INSTR(bh_lint_env_preload) {
        struct bh_str name, value;

        (void) l;
        return IS(ENV) && pair_of(in, 0, &name, &value) && bh_str_is(name, "LD_PRELOAD") && value.len;
}

BH_LINT_INSTR(bh_lint_platform) {
        const struct bh_docker_flag *f = bh_docker_flag_find(in, "platform");

        (void) l;
        return IS(FROM) && f && bh_str_chr(f->value, '$') < 0;
}

BH_LINT_INSTR(bh_lint_copy_many) {
        (void) l;
        return (IS(COPY) || IS(ADD)) && in->n_words > 2 && in->n_heredocs == 0 && !bh_str_ends(in->words[in->n_words - 1], BH_STR("/")) &&
               !bh_word_in(in->words[in->n_words - 1], ".|..") && bh_str_chr(in->words[in->n_words - 1], '$') < 0;
}

BH_LINT_INSTR(bh_lint_onbuild) { (void) l; return in->onbuild && (IS(FROM) || IS(MAINTAINER) || IS(ONBUILD)); }

BH_LINT_INSTR(bh_lint_frontend) {
        struct bh_str name, value;

        (void) l;
        for (uint32_t i = 0; IS(ENV) && i < in->n_words; i++)
                if (pair_of(in, i, &name, &value) && bh_str_is(name, "DEBIAN_FRONTEND"))
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_socket) {
        (void) l;
        return (IS(VOLUME) || IS(RUN) || IS(ENV)) && (bh_str_find(in->text, BH_STR("/var/run/docker.sock")) >= 0 ||
                                                     bh_str_find(in->text, BH_STR("/run/containerd/containerd.sock")) >= 0);
}

BH_LINT_INSTR(bh_lint_stopsignal) { (void) l; return IS(STOPSIGNAL) && in->n_words && bh_word_in(in->words[0], "SIGKILL|KILL|9|SIGSTOP|19"); }

BH_LINT_INSTR(bh_lint_env_tls) {
        struct bh_str name, value;

        (void) l;
        for (uint32_t i = 0; IS(ENV) && i < in->n_words; i++)
                if (pair_of(in, i, &name, &value) &&
                    ((bh_word_in(name, "NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY") && bh_str_is(value, "0")) ||
                     (bh_word_in(name, "GIT_SSL_NO_VERIFY|GOINSECURE") && value.len && !bh_word_in(value, "0|false")) ||
                     (bh_word_in(name, "NPM_CONFIG_STRICT_SSL") && bh_str_is(value, "false"))))
                        return true;
        return false;
}

BH_LINT_INSTR(bh_lint_env_old) { (void) l; return IS(ENV) && in->n_words && bh_str_chr(in->words[0], '=') < 0; }

BH_LINT_INSTR(bh_lint_case) {
        (void) l;
        for (size_t i = 0; !IS(UNKNOWN) && i < in->word.len; i++)
                if (bh_is_lower(in->word.at[i]))
                        return true;
        return false;
}
