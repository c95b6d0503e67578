/* SPDX-License-Identifier: Apache-2.0 */
/* apk: lib/apk/db/installed names every package, its files and their digests. */
#include <string.h>

#include "fmt/apkdb.h"
#include "scan/pkg/pkg.h"

/* What lies under etc/ is apk's "protected path": people edit it. */
static struct bh_owned_file *files_of(struct bh_arena *arena, const struct bh_apkdb_package *from) {
        struct bh_owned_file *files = bh_arena_array(arena, struct bh_owned_file, from->n_files);

        for (size_t i = 0; i < from->n_files; i++) {
                const struct bh_apkdb_file *f = &from->files[i];

                files[i].path = bh_arena_str(arena, f->path);
                files[i].config = bh_str_starts(f->path, BH_STR("etc/"));
                files[i].digest_kind = f->digest_len == 20   ? BH_DIGEST_SHA1
                                       : f->digest_len == 32 ? BH_DIGEST_SHA256
                                                             : BH_DIGEST_NONE;
                memcpy(files[i].digest, f->digest, sizeof f->digest);
        }
        return files;
}

static void add(struct bh_catalog *c, const struct bh_file *file, const struct bh_apkdb_package *from) {
        struct bh_package p = {
                .eco = BH_ECO_APK,
                .evidence = BH_EVIDENCE_DATABASE,
                .name = from->name,
                .version = from->version,
                .arch = from->arch,
                .source = bh_str_eq(from->origin, from->name) ? (struct bh_str){ "", 0 } : from->origin,
                .licence = from->licence,
                .vendor = from->maintainer,
                .location = file->path,
                .files = files_of(c->arena, from),
                .n_files = (uint32_t) from->n_files,
        };

        bh_catalog_add(c, &p);
}

int bh_pkg_apk(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_apkdb_package p;
        unsigned n_bad = 0;
        int r;

        for (;;) {
                struct bh_err one = BH_ERR_NONE;

                r = bh_apkdb_next(&cur, scratch, &p, &one);
                if (r == 0)
                        break;
                if (r > 0)
                        add(c, file, &p);
                else if (n_bad++ == 0)
                        bh_catalog_gap(c, file->path, &one);
        }
        if (n_bad > 1)
                return bh_fail(err, BH_E_FORMAT, "%u records could not be read", n_bad);
        if (file->truncated)
                return bh_fail(err, BH_E_LIMIT, "only the first %zu bytes were read", file->bytes.len);
        return 0;
}
