/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/bulkhead/compiled.h"

#include <glob.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "sys/fd.h"

enum { NAME_DIGITS = 16, KEPT = 8 };

const char *bh_compiled_path(struct bh_arena *arena, const char *cache, struct bh_str content_digest) {
        struct bh_str digits = content_digest;

        if (!cache || !bh_str_cut_prefix(&digits, BH_STR("sha256:")))
                return NULL;
        return bh_arena_printf(arena, "%s.rules-%.*s", cache, BH_FMT(bh_str_part(digits, 0, NAME_DIGITS))).at;
}

bool bh_compiled_read(struct bh_arena *arena, const char *path, struct bh_str *ret) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str digest, rest;

        if (!path || bh_fd_open_own(path, &fd, &why) < 0 || bh_fd_read_all(fd, BH_LIMIT_CONTENT_COMPILED, &bytes, &why) < 0)
                return false;
        if (!bh_str_cut(bh_buf_str(&bytes), '\n', &digest, &rest) || !bh_digest_matches(digest, rest))
                return false;
        *ret = bh_arena_str(arena, rest);
        return true;
}

/* Old ones go all at once when there are many: each new version of the rules leaves one behind. */
static void sweep(struct bh_arena *arena, const char *path) {
        struct bh_str all = bh_str_part(bh_str_of(path), 0, bh_str_of(path).len - NAME_DIGITS);
        glob_t found = { 0 };

        if (glob(bh_arena_printf(arena, "%.*s*", BH_FMT(all)).at, GLOB_NOSORT, NULL, &found) == 0 && found.gl_pathc >= KEPT)
                for (size_t i = 0; i < found.gl_pathc; i++)
                        (void) unlink(found.gl_pathv[i]);
        globfree(&found);
}

void bh_compiled_keep(void *path, struct bh_str bytes) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct bh_err why = BH_ERR_NONE;

        if (!path || bytes.len > BH_LIMIT_CONTENT_COMPILED / 2)
                return;
        sweep(arena, path);
        BH_IGNORE(bh_fd_write_own(path, bh_arena_printf(arena, "%.*s\n", BH_FMT(bh_digest_sha256(arena, bytes))), bytes, &why));
}
