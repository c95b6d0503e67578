/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/content.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "scan/content/bundle.h"
#include "scan/layer.h"
#include "scan/matchers.h"
#include "sys/child.h"
#include "sys/fd.h"
#include "tool/bulkhead/compiled.h"
#include "tool/cli.h"
#include "tool/content_dir.h"

/* The folders that make up a bundle, and what they are for; products are packages, which are always looked for. */
static const struct {
        const char *name;
        unsigned part;
} folders[] = { { "secrets", BH_SCAN_SECRETS }, { "webshell", BH_SCAN_MALWARE }, { "malware", BH_SCAN_MALWARE }, { "products", 0 } };

static bool is_rules(const char *name) {
        struct bh_str s = bh_str_of(name);

        return name[0] != '.' && (bh_str_ends(s, BH_STR(".yaml")) || bh_str_ends(s, BH_STR(".yar")));
}

static int add_file(struct bh_buf *bundle, struct bh_arena *arena, const char *dir, const char *folder, const char *name, struct bh_err *err) {
        const char *path = bh_arena_printf(arena, "%s/%s/%s", dir, folder, name).at;
        struct bh_str bytes;
        int r = bh_fd_read_file(arena, path, BH_LIMIT_CONTENT_BUNDLE, &bytes, err);

        if (r < 0)
                return bh_wrap(err, r, "rules");
        bh_content_bundle_add(bundle, bh_arena_printf(arena, "content/%s/%s", folder, name), bytes);
        return 0;
}

static int add_folder(struct bh_buf *bundle, struct bh_arena *arena, const char *dir, const char *folder, struct bh_err *err) {
        struct dirent **list;
        int n = scandir(bh_arena_printf(arena, "%s/%s", dir, folder).at, &list, NULL, alphasort), r = 0;

        for (int i = 0; i < n; i++) {
                if (r >= 0 && is_rules(list[i]->d_name))
                        r = add_file(bundle, arena, dir, folder, list[i]->d_name, err);
                free(list[i]);
        }
        if (n >= 0)
                free(list);
        return r;
}

static int sealed(struct bh_str bytes, int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = memfd_create("bulkhead-content", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "memfd");
        r = bh_fd_write_all(fd, bytes, err);
        if (r < 0)
                return r;
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                return bh_fail_sys(err, errno, "seal");
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

/* The user's own: every folder below, in the order of names. */
static int add_yara(struct bh_buf *bundle, struct bh_arena *arena, const char *dir, unsigned nth, unsigned depth, struct bh_err *err) {
        struct dirent **list;
        int n = scandir(dir, &list, NULL, alphasort), r = 0;

        if (n < 0)
                return bh_fail_sys(err, errno, "--yara %s", dir);
        for (int i = 0; i < n; i++) {
                const char *name = list[i]->d_name;
                const char *path = bh_arena_printf(arena, "%s/%s", dir, name).at;
                struct bh_str bytes;

                if (r < 0 || name[0] == '.')
                        ;
                else if (list[i]->d_type == DT_DIR && depth < 8)
                        r = add_yara(bundle, arena, path, nth, depth + 1, err);
                else if (bh_str_ends(bh_str_of(name), BH_STR(".yar")) || bh_str_ends(bh_str_of(name), BH_STR(".yara"))) {
                        r = bh_fd_read_file(arena, path, BH_LIMIT_CONTENT_BUNDLE, &bytes, err);
                        if (r >= 0)
                                bh_content_bundle_add(bundle, bh_arena_printf(arena, "yara/%u/%s", nth, path), bytes);
                }
                free(list[i]);
        }
        free(list);
        return r;
}

static int add_users(struct bh_buf *bundle, struct bh_cli *cli, struct bh_arena *arena, struct bh_err *err) {
        const char *path;
        struct bh_str bytes;
        int r = 0;

        for (unsigned i = 0; r >= 0 && (path = bh_cli_nth(cli, "yara", i)); i++)
                r = add_yara(bundle, arena, path, i, 0, err);
        for (unsigned i = 0; r >= 0 && (path = bh_cli_nth(cli, "hashes", i)); i++) {
                r = bh_fd_read_file(arena, path, BH_LIMIT_CONTENT_BUNDLE, &bytes, err);
                if (r >= 0)
                        bh_content_bundle_add(bundle, bh_arena_printf(arena, "hashes/%s", path), bytes);
        }
        return r;
}

int bh_tool_content(struct bh_cli *cli, unsigned parts, const char *cache, int *ret_fd, struct bh_str *ret_digest,
                    const char **ret_compiled, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_str compiled;
        const char *dir = bh_cli_get(cli, "content");
        int r = dir ? 0 : bh_tool_content_dir(cli->arena, "secrets", &dir, err);

        for (size_t i = 0; i < BH_LEN(folders) && r >= 0; i++)
                if (!folders[i].part || (parts & folders[i].part))
                        r = add_folder(&bundle, cli->arena, dir, folders[i].name, err);
        if (r >= 0 && (parts & BH_SCAN_MALWARE))
                r = add_users(&bundle, cli, cli->arena, err);
        if (r < 0)
                return r;
        *ret_digest = bh_digest_sha256(cli->arena, bh_buf_str(&bundle));
        *ret_compiled = bh_compiled_path(cli->arena, cache, *ret_digest);
        if (bh_compiled_read(cli->arena, *ret_compiled, &compiled))
                bh_content_bundle_add(&bundle, BH_STR(BH_MATCHERS_SAVED), compiled);
        return sealed(bh_buf_str(&bundle), ret_fd, err);
}

static int add_licences(struct bh_cli *cli, const char *dir, const char *name, struct bh_licences *l, struct bh_err *err) {
        struct bh_str bytes;
        int r = bh_fd_read_file(cli->arena, bh_arena_printf(cli->arena, "%s/%s", dir, name).at, BH_LIMIT_YAML_BYTES, &bytes, err);

        return r < 0 ? r : bh_licences_add(l, bh_arena_printf(cli->arena, "licences/%s", name), bytes, err);
}

int bh_tool_licences(struct bh_cli *cli, struct bh_licences *ret, struct bh_err *err) {
        const char *dir = bh_cli_get(cli, "content");
        struct dirent **list;
        int r = dir ? 0 : bh_tool_content_dir(cli->arena, "secrets", &dir, err), n;

        if (r < 0)
                return r;
        bh_licences_init(ret, cli->arena);
        dir = bh_arena_printf(cli->arena, "%s/licences", dir).at;
        n = scandir(dir, &list, NULL, alphasort);
        for (int i = 0; i < n; i++) {
                if (r >= 0 && is_rules(list[i]->d_name))
                        r = add_licences(cli, dir, list[i]->d_name, ret, err);
                free(list[i]);
        }
        if (n >= 0)
                free(list);
        return r < 0 ? r : ret->n_licences > 0;
}
