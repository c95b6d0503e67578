/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/certs.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"

static int add_pem(struct bh_arena *arena, const char *path, struct bh_certs *certs, struct bh_err *err) {
        struct bh_str pem;
        int r = bh_fd_read_file(arena, path, BH_LIMIT_CONFIG_FILE, &pem, err);

        if (r < 0)
                return r;
        if (bh_str_find(pem, BH_STR("-----BEGIN ")) < 0)
                return bh_fail(err, BH_E_FORMAT, "%s: no certificate in PEM", BH_QUOTE(bh_str_of(path)));
        certs->ca_pem = bh_arena_cat(arena, certs->ca_pem, bh_arena_cat(arena, pem, BH_STR("\n")));
        return 0;
}

/* NAME.cert counts with its NAME.key beside it. */
static void take_pair(struct bh_arena *arena, const char *cert, struct bh_certs *certs) {
        struct bh_str stem = bh_str_of(cert), key;

        (void) bh_str_cut_suffix(&stem, BH_STR(".cert"));
        key = bh_arena_cat(arena, stem, BH_STR(".key"));
        if (certs->cert_file || access(key.at, R_OK) < 0)
                return;
        certs->cert_file = cert;
        certs->key_file = key.at;
}

static int look_in(struct bh_arena *arena, const char *dir, struct bh_certs *certs, struct bh_err *err) {
        struct dirent **list = NULL;
        int n = scandir(dir, &list, NULL, alphasort), r = 0;

        for (int i = 0; i < n; i++) {
                struct bh_str name = bh_str_of(list[i]->d_name);
                const char *path = bh_arena_printf(arena, "%s/%s", dir, list[i]->d_name).at;

                if (r == 0 && bh_str_ends(name, BH_STR(".crt")))
                        r = add_pem(arena, path, certs, err);
                else if (bh_str_ends(name, BH_STR(".cert")))
                        take_pair(arena, path, certs);
                free(list[i]);
        }
        free(list);
        return r;
}

int bh_certs_load(struct bh_arena *arena, struct bh_str registry, const char *ca_file, struct bh_certs *ret,
                  struct bh_err *err) {
        const char *home = secure_getenv("HOME");
        const char *const dirs[] = {
                "/etc/docker/certs.d",
                "/etc/containers/certs.d",
                home ? bh_arena_printf(arena, "%s/.config/containers/certs.d", home).at : NULL,
        };
        struct bh_certs certs = { 0 };
        int r = ca_file ? add_pem(arena, ca_file, &certs, err) : 0;

        for (size_t i = 0; i < BH_LEN(dirs) && r == 0; i++)
                if (dirs[i])
                        r = look_in(arena, bh_arena_printf(arena, "%s/%.*s", dirs[i], BH_FMT(registry)).at, &certs, err);
        if (r < 0)
                return r;
        *ret = certs;
        return 0;
}
