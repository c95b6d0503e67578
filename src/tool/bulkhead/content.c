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
#include "scan/content/rules.h"
#include "sys/child.h"
#include "sys/fd.h"

/* The folders that make up a bundle. */
static const char *const folders[] = { "secrets", "webshell", "malware", "products" };

static int find_dir(struct bh_arena *arena, const char **ret, struct bh_err *err) {
        static const char *const places[] = { "../content", "../share/bulkhead/content" };
        char self[4096];
        int r = bh_child_own_dir(self, sizeof self, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(places); i++) {
                const char *dir = bh_arena_printf(arena, "%s/%s", self, places[i]).at;

                if (access(bh_arena_printf(arena, "%s/secrets", dir).at, R_OK) == 0) {
                        *ret = dir;
                        return 0;
                }
        }
        return bh_fail(err, BH_E_NOTFOUND, "our rules (content/) are not beside %s; --content names their folder", self);
}

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

int bh_tool_content(struct bh_arena *arena, const char *dir, int *ret_fd, struct bh_str *ret_digest, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        int r = dir ? 0 : find_dir(arena, &dir, err);

        for (size_t i = 0; i < BH_LEN(folders) && r >= 0; i++)
                r = add_folder(&bundle, arena, dir, folders[i], err);
        if (r < 0)
                return r;
        *ret_digest = bh_digest_sha256(arena, bh_buf_str(&bundle));
        return sealed(bh_buf_str(&bundle), ret_fd, err);
}
