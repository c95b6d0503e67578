/* SPDX-License-Identifier: Apache-2.0 */
/* nginx.conf and httpd.conf: every tree that is read can be walked and asked. */
#include "base/limits.h"
#include "comply/read/httpd.h"
#include "comply/read/nginx.h"
#include "comply/read/tls.h"
#include "fuzz.h"

static void ask(struct bh_arena *arena, struct bh_conf *root, const struct bh_map *names) {
        struct bh_str weak, rest, args;
        uint64_t n;

        bh_conf_index(arena, root);
        for (const struct bh_conf *c = bh_conf_walk(root, root); c; c = bh_conf_walk(root, c)) {
                args = bh_conf_args(arena, c);
                (void) bh_conf_inherit(c, "root");
                (void) bh_conf_where(arena, c);
                (void) bh_nginx_size(args, &n);
                (void) bh_nginx_time(args, &n);
                (void) bh_htpasswd_kind(args);
                (void) bh_httpd_replace(arena, names, args);
                (void) bh_httpd_protocols(c);
                (void) bh_httpd_options(c, 0);
                for (rest = args; bh_tls_weak_next(args, &rest, &weak);)
                        ;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_budget budget = { "test", 1 << 20, 20000, BH_LIMIT_CONF_DEPTH }, other = budget;
        struct bh_str text = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_map names = bh_map_in(arena);
        struct bh_err err = BH_ERR_NONE;
        struct bh_conf *root;

        bh_httpd_envvars(arena, text, &names);
        if (bh_nginx_parse(arena, BH_STR("nginx.conf"), text, &budget, &root, &err) >= 0)
                ask(arena, root, &names);
        if (bh_httpd_parse(arena, BH_STR("httpd.conf"), text, &other, &root, &err) >= 0)
                ask(arena, root, &names);
        bh_arena_free(&arena);
        return 0;
}
