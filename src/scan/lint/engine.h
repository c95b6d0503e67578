/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_LINT_ENGINE_H
#define BH_SCAN_LINT_ENGINE_H
/* What the checks of a build file are given; see lint.h. */
#include "scan/lint/lint.h"

/* One command of a RUN: "apt-get install -y x". Variables set before it, sudo, env and exec are not among its words. */
struct bh_lint_cmd {
        struct bh_str *words; /* words[0] without its directory */
        uint32_t n;
        char before;          /* what joins it to the one before: 0, ';', '&' (and), '|' */
        bool sudo;
};

struct bh_lint_cmds {
        struct bh_lint_cmd *at;
        uint32_t n;
};

struct bh_lint {
        struct bh_arena *arena;
        const struct bh_dockerfile *file;
        struct bh_lint_cmds *cmds; /* an instruction: of RUN, else none */
        const struct bh_lint_check *check; /* the one that runs */
        struct bh_finding_list *out;
        struct bh_str path;
};

/* One of the three is set; `instr` and `cmd` say true to fire, `file` calls bh_lint_fire itself. */
struct bh_lint_check {
        struct bh_lint_about about;
        enum bh_lint_reach reach;
        bool (*cmd)(const struct bh_lint *l, const struct bh_docker_instr *in, const struct bh_lint_cmds *all, uint32_t i);
        bool (*instr)(const struct bh_lint *l, const struct bh_docker_instr *in);
        void (*file)(struct bh_lint *l);
};

extern const struct bh_lint_check bh_lint_checks[];

void bh_lint_fire(struct bh_lint *l, uint32_t line, struct bh_str evidence);
struct bh_lint_cmds bh_lint_commands(struct bh_arena *arena, struct bh_str script);

/* Questions about a command. */
bool bh_cmd_is(const struct bh_lint_cmd *c, const char *names); /* "apt-get|apt" */
bool bh_cmd_has(const struct bh_lint_cmd *c, const char *words); /* any word, exactly: "--yes|-y" */
bool bh_cmd_has_start(const struct bh_lint_cmd *c, const char *starts);
bool bh_cmd_has_letter(const struct bh_lint_cmd *c, char letter); /* "-qy" has 'y' */
struct bh_str bh_cmd_verb(const struct bh_lint_cmd *c);          /* the first word that is no option */
bool bh_cmd_does(const struct bh_lint_cmd *c, const char *names, const char *verbs);
bool bh_word_in(struct bh_str word, const char *words);
/* Words behind the verb that are no options. */
size_t bh_cmd_operands(const struct bh_lint_cmd *c, struct bh_str *ret, size_t max);

static inline bool bh_lint_is_final(const struct bh_lint *l, const struct bh_docker_instr *in) {
        return in->stage != UINT32_MAX && in->stage + 1 == l->file->n_stages;
}

#define BH_LINT_CMD(name) \
        bool name(const struct bh_lint *l, const struct bh_docker_instr *in, const struct bh_lint_cmds *all, uint32_t i)
#define BH_LINT_INSTR(name) bool name(const struct bh_lint *l, const struct bh_docker_instr *in)
#define BH_LINT_FILE(name) void name(struct bh_lint *l)

/* run.c */
BH_LINT_CMD(bh_lint_sudo); BH_LINT_CMD(bh_lint_apt_yes); BH_LINT_CMD(bh_lint_apt_recommends); BH_LINT_CMD(bh_lint_apt_lists);
BH_LINT_CMD(bh_lint_apt_update); BH_LINT_CMD(bh_lint_apt_upgrade); BH_LINT_CMD(bh_lint_apk_cache); BH_LINT_CMD(bh_lint_dnf_clean);
BH_LINT_CMD(bh_lint_pip_cache); BH_LINT_CMD(bh_lint_npm_ci); BH_LINT_CMD(bh_lint_apt_pin); BH_LINT_CMD(bh_lint_apk_pin);
BH_LINT_CMD(bh_lint_pip_pin); BH_LINT_CMD(bh_lint_npm_pin); BH_LINT_CMD(bh_lint_gem_pin); BH_LINT_CMD(bh_lint_go_pin);
BH_LINT_CMD(bh_lint_pipe_shell); BH_LINT_CMD(bh_lint_pipefail); BH_LINT_CMD(bh_lint_cd); BH_LINT_CMD(bh_lint_chmod_all);
BH_LINT_CMD(bh_lint_chmod_setuid); BH_LINT_CMD(bh_lint_chown_layer); BH_LINT_CMD(bh_lint_apt_key); BH_LINT_CMD(bh_lint_wget_tls);
BH_LINT_CMD(bh_lint_curl_tls); BH_LINT_CMD(bh_lint_git_branch); BH_LINT_CMD(bh_lint_sshd); BH_LINT_CMD(bh_lint_debug_tools);
BH_LINT_CMD(bh_lint_apt_command); BH_LINT_CMD(bh_lint_unsigned); BH_LINT_CMD(bh_lint_tls_config); BH_LINT_CMD(bh_lint_pip_trust);
BH_LINT_CMD(bh_lint_rm_late); BH_LINT_CMD(bh_lint_chpasswd); BH_LINT_CMD(bh_lint_key_clear); BH_LINT_CMD(bh_lint_http);
BH_LINT_CMD(bh_lint_useless); BH_LINT_CMD(bh_lint_compilers); BH_LINT_CMD(bh_lint_curl_fail);
/* instr.c */
BH_LINT_INSTR(bh_lint_user_name); BH_LINT_INSTR(bh_lint_add_local); BH_LINT_INSTR(bh_lint_add_remote); BH_LINT_INSTR(bh_lint_env_secret);
BH_LINT_INSTR(bh_lint_arg_secret); BH_LINT_INSTR(bh_lint_copy_secret); BH_LINT_INSTR(bh_lint_copy_git); BH_LINT_INSTR(bh_lint_cmd_shell);
BH_LINT_INSTR(bh_lint_entrypoint_shell); BH_LINT_INSTR(bh_lint_port_ssh); BH_LINT_INSTR(bh_lint_port_bad); BH_LINT_INSTR(bh_lint_maintainer);
BH_LINT_INSTR(bh_lint_workdir); BH_LINT_INSTR(bh_lint_copy_all); BH_LINT_INSTR(bh_lint_unknown); BH_LINT_INSTR(bh_lint_insecure);
BH_LINT_INSTR(bh_lint_host_network); BH_LINT_INSTR(bh_lint_env_path); BH_LINT_INSTR(bh_lint_platform); BH_LINT_INSTR(bh_lint_not_json);
BH_LINT_INSTR(bh_lint_copy_many); BH_LINT_INSTR(bh_lint_onbuild); BH_LINT_INSTR(bh_lint_frontend); BH_LINT_INSTR(bh_lint_socket);
BH_LINT_INSTR(bh_lint_stopsignal); BH_LINT_INSTR(bh_lint_env_tls); BH_LINT_INSTR(bh_lint_env_old); BH_LINT_INSTR(bh_lint_case);
BH_LINT_INSTR(bh_lint_env_preload);
/* stage.c */
BH_LINT_FILE(bh_lint_untagged); BH_LINT_FILE(bh_lint_latest); BH_LINT_FILE(bh_lint_digest); BH_LINT_FILE(bh_lint_no_user);
BH_LINT_FILE(bh_lint_root); BH_LINT_FILE(bh_lint_many_cmd); BH_LINT_FILE(bh_lint_many_entrypoint); BH_LINT_FILE(bh_lint_many_health);
BH_LINT_FILE(bh_lint_from_undefined); BH_LINT_FILE(bh_lint_stage_twice); BH_LINT_FILE(bh_lint_runs); BH_LINT_FILE(bh_lint_stage_unused);
BH_LINT_FILE(bh_lint_arg_scope); BH_LINT_FILE(bh_lint_no_health); BH_LINT_FILE(bh_lint_labels); BH_LINT_FILE(bh_lint_secret_mount);
BH_LINT_FILE(bh_lint_no_from); BH_LINT_FILE(bh_lint_before_from);

#endif
