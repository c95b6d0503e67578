/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/content_dir.h"

#include <unistd.h>

#include "base/macros.h"
#include "sys/child.h"

int bh_tool_content_dir(struct bh_arena *arena, const char *folder, const char **ret, struct bh_err *err) {
        static const char *const places[] = { "../content", "../share/bulkhead/content" };
        char self[4096];
        int r = bh_child_own_dir(self, sizeof self, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(places); i++) {
                const char *dir = bh_arena_printf(arena, "%s/%s", self, places[i]).at;

                if (access(bh_arena_printf(arena, "%s/%s", dir, folder).at, R_OK) == 0) {
                        *ret = dir;
                        return 0;
                }
        }
        return bh_fail(err, BH_E_NOTFOUND, "our rules (content/) are not beside %s; --content names their folder", self);
}

int bh_tool_content_folder(struct bh_cli *cli, const char *folder, const char **ret, struct bh_err *err) {
        const char *dir = bh_cli_get(cli, "content");
        int r = dir ? 0 : bh_tool_content_dir(cli->arena, folder, &dir, err);

        if (r == 0)
                *ret = bh_arena_printf(cli->arena, "%s/%s", dir, folder).at;
        return r;
}
