/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_APKDB_H
#define BH_FMT_APKDB_H
/*
 * apk's lib/apk/db/installed: a record a package, a letter a field, an empty
 * line between records. After the package's own fields come its directories
 * and, under each, its files:
 *
 *     P:musl            name          F:lib                           directory
 *     V:1.2.4-r2        version       R:ld-musl-x86_64.so.1           file in it
 *     A:x86_64          architecture  a:0:0:755                       its owner and mode
 *     o:musl            origin        Z:Q1n6k6q0Ff6TNd...=            its digest: Q1 SHA-1, Q2 SHA-256
 *     L:MIT             licence
 *     m:A Person <a@b>  maintainer
 *
 * Strings point into the bytes under the cursor; paths and the array of files
 * lie in the arena.
 */
#include "base/arena.h"
#include "base/cur.h"
#include "base/err.h"

struct bh_apkdb_file {
        struct bh_str path;
        uint8_t digest[32];
        uint8_t digest_len; /* 20, 32, or 0 when none is recorded */
};

struct bh_apkdb_package {
        struct bh_str name, version, arch, origin, licence, maintainer;
        struct bh_apkdb_file *files;
        size_t n_files;
};

/*
 * 1: a package; 0: the end; < 0: failed, `ret` is as it was, and the cursor
 * stands behind the bad record.
 */
int bh_apkdb_next(struct bh_cur *c, struct bh_arena *arena, struct bh_apkdb_package *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
