/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* scandir */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/vec.h"
#include "gate/subject.h"
#include "sense/audit.h"
#include "sense/login.h"
#include "sense/sense.h"
#include "sys/fd.h"
#include "tool/bulkhead/content.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/rules.h"

enum { DEPTH = 16 };

BH_VEC_OF(file_vec, struct bh_rule_file);

struct finder {
        struct bh_arena *arena;
        struct file_vec rules, proofs;
        struct bh_err *err;
};

#define RULE_SOURCES &bh_source_syscall, &bh_source_login, &bh_source_k8s_audit

static const struct bh_source *const sources[] = { RULE_SOURCES };
static const struct bh_source *const field_sources[] = { RULE_SOURCES, &bh_source_finding };

const struct bh_source *const *bh_tool_field_sources(size_t *ret_n) {
        *ret_n = BH_LEN(field_sources);
        return field_sources;
}

struct bh_rules_opts bh_tool_rules_opts(void) {
        return (struct bh_rules_opts){ .sources = sources, .n_sources = BH_LEN(sources), .least = BH_PRIORITY_DEBUG };
}

static bool is_proof(struct bh_str name) {
        return bh_str_ends(name, BH_STR(".test.yaml")) || bh_str_ends(name, BH_STR(".test.yml"));
}

static bool is_yaml(struct bh_str name) {
        return bh_str_ends(name, BH_STR(".yaml")) || bh_str_ends(name, BH_STR(".yml"));
}

static int add_file(struct finder *f, const char *path) {
        struct bh_rule_file file = { .name = bh_str_of(path) };
        int r = bh_fd_read_file(f->arena, path, BH_LIMIT_RULE_FILE, &file.text, f->err);

        if (r < 0)
                return bh_wrap(f->err, r, "%s", path);
        *bh_vec_add(f->arena, is_proof(file.name) ? &f->proofs : &f->rules) = file;
        return 0;
}

static int add_path(struct finder *f, const char *path, unsigned depth);

static int add_folder(struct finder *f, const char *path, unsigned depth) {
        struct dirent **list;
        int n = scandir(path, &list, NULL, alphasort), r = 0;

        if (n < 0)
                return bh_fail_sys(f->err, errno, "%s", path);
        for (int i = 0; i < n; i++) {
                const char *below = bh_arena_printf(f->arena, "%s/%s", path, list[i]->d_name).at;
                struct stat st;

                if (r >= 0 && list[i]->d_name[0] != '.' && stat(below, &st) == 0 &&
                    (S_ISDIR(st.st_mode) ? depth < DEPTH : is_yaml(bh_str_of(below))))
                        r = add_path(f, below, depth + 1);
                free(list[i]);
        }
        free(list);
        return r;
}

static int add_path(struct finder *f, const char *path, unsigned depth) {
        struct stat st;

        if (stat(path, &st) < 0)
                return bh_fail_sys(f->err, errno, "%s", path);
        return S_ISDIR(st.st_mode) ? add_folder(f, path, depth) : add_file(f, path);
}

int bh_tool_rule_files(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_rule_files *ret, struct bh_err *err) {
        struct finder f = { .arena = cli->arena, .err = err };
        const char *ours;
        int r = n ? 0 : bh_tool_content_folder(cli, "rules", &ours, err);

        if (n == 0 && r >= 0)
                r = add_path(&f, ours, 0);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = add_path(&f, paths[i], 0);
        if (r < 0)
                return r;
        *ret = (struct bh_rule_files){ f.rules.at, f.proofs.at, f.rules.len, f.proofs.len };
        return 0;
}

int bh_tool_rules_load(struct bh_cli *cli, const char *const *paths, size_t n, struct bh_rules **ret, struct bh_err *err) {
        struct bh_rules_opts opts = bh_tool_rules_opts();
        struct bh_rule_files files;
        int r = bh_tool_rule_files(cli, paths, n, &files, err);

        return r < 0 ? r : bh_rules_load(&opts, files.rules, files.n_rules, ret, err);
}

int bh_tool_rules_json(const struct bh_cli *cli, bool *ret, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format"));

        *ret = bh_str_is(format, "json");
        return *ret || bh_str_is(format, "table") ? 0 : bh_fail(err, BH_E_USAGE, "--format: %s is neither table nor json", BH_QUOTE(format));
}

int bh_tool_rules_out(const struct bh_buf *out, struct bh_err *err) {
        return bh_output_bytes(NULL, bh_buf_str(out), err);
}
