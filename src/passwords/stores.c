/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/stores.h"

#include "base/limits.h"

const struct bh_store bh_stores[] = {
        { "shadow", "accounts of the system", "system", bh_parse_shadow, { "etc/shadow", "etc/passwd" } },
        { "htpasswd", "users of web servers, registries, Elasticsearch's file realm", "web", bh_parse_passwd_file,
          { "etc/nginx/*htpasswd*", "etc/nginx/.htpasswd", "etc/nginx/conf.d/.htpasswd", "etc/apache2/.htpasswd", "etc/apache2/*htpasswd*", "etc/httpd/.htpasswd",
            "var/www/.htpasswd", "var/www/*/.htpasswd", "auth/htpasswd", "etc/docker/registry/htpasswd", "etc/distribution/htpasswd", "etc/elasticsearch/users",
            "usr/share/elasticsearch/config/users" } },
        { "redis", "requirepass and users of redis.conf", "redis", bh_parse_redis_conf,
          { "etc/redis/*.conf", "etc/redis.conf", "etc/valkey/*.conf", "usr/local/etc/redis/*.conf", "opt/bitnami/redis/etc/*.conf", "redis.conf", "data/redis.conf" } },
        { "redis", "users of an ACL file", "redis", bh_parse_redis_acl, { "etc/redis/*.acl", "usr/local/etc/redis/*.acl", "data/*.acl" } },
        { NULL, NULL, NULL, NULL, { NULL } },
};

const struct bh_store *bh_store_of(bh_store_parse *parse) {
        const struct bh_store *s = bh_stores;

        while (s->name && s->parse != parse)
                s++;
        return s;
}

struct bh_secret *bh_store_add(struct bh_store_found *found, struct bh_str account, struct bh_str hash, enum bh_scheme_kind scheme, uint32_t line) {
        struct bh_secret *s;

        if (found->secrets.len >= BH_LIMIT_PASSWORDS_SECRETS || account.len > BH_LIMIT_PASSWORDS_TEXT || hash.len > BH_LIMIT_PASSWORDS_TEXT) {
                found->more = true;
                return NULL;
        }
        s = bh_vec_add(found->arena, &found->secrets);
        *s = (struct bh_secret){ .account = account, .hash = hash, .scheme = scheme, .line = line };
        return s;
}

static bool looks_hashed(struct bh_str s) {
        if (bh_str_starts(s, BH_STR("$")) || bh_str_starts(s, BH_STR("{S")) || (bh_str_starts(s, BH_STR("_")) && s.len == 20))
                return true;
        if (s.len != 13)
                return false;
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && s.at[i] != '.' && s.at[i] != '/')
                        return false;
        return true;
}

struct bh_secret *bh_store_add_any(struct bh_store_found *found, struct bh_str account, struct bh_str hash, uint32_t line) {
        bool plain = bh_str_cut_prefix(&hash, BH_STR("{PLAIN}"));

        return bh_store_add(found, account, hash, !plain && looks_hashed(hash) ? BH_SCHEME_ANY : BH_SCHEME_PLAIN, line);
}

void bh_store_follow(struct bh_store_found *found, const struct bh_store_file *file, bh_store_parse *parse, struct bh_str path) {
        struct bh_str at;

        if (path.len == 0 || path.len > BH_LIMIT_PASSWORDS_TEXT || memchr(path.at, '\0', path.len))
                return;
        if (found->follows.len >= BH_LIMIT_PASSWORDS_FOLLOW) {
                found->more = true;
                return;
        }
        at = path.at[0] == '/' ? bh_str_from(path, 1) : bh_arena_printf(found->arena, "%.*s/%.*s", BH_FMT(bh_str_dirname(file->path)), BH_FMT(path));
        *bh_vec_add(found->arena, &found->follows) = (struct bh_store_follow){ bh_store_of(parse), bh_arena_str(found->arena, at) };
}
