/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_PASSWORDS_STORES_H
#define BH_PASSWORDS_STORES_H
/*
 * Credential stores: where their files lie, and how they are read. A parser
 * takes the bytes of one file and gives secrets; it may name further files
 * ("follow"), which whoever opens files then opens. It opens nothing itself.
 *
 * Bytes are a stranger's: what one file gives is bounded by BH_LIMIT_PASSWORDS_SECRETS
 * and BH_LIMIT_PASSWORDS_FOLLOW. A line that is none of the format's is passed
 * over; a file that is none of it is BH_E_FORMAT.
 */
#include "base/vec.h"
#include "base/err.h"
#include "passwords/secret.h"

/* One file of a store. */
struct bh_store_file {
        struct bh_str path; /* below the root, without a slash in front */
        struct bh_str bytes;
        uint32_t mode;      /* st_mode */
        bool in_container;
};

struct bh_store_follow {
        const struct bh_store *store;
        struct bh_str path; /* below the root */
};

struct bh_store_found {
        struct bh_arena *arena;
        BH_VEC(struct bh_secret) secrets;
        BH_VEC(struct bh_store_follow) follows;
        bool more; /* what is beyond a limit was left out */
};

typedef int bh_store_parse(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err);

struct bh_store {
        const char *name;    /* "redis"; several rows may be of one store */
        const char *about;
        const char *product; /* whose defaults are tried first, by content/passwords/defaults.yaml */
        bh_store_parse *parse;
        const char *paths[28]; /* below a root, ended by NULL; '*' stands for part of one name; none: only by way of others, or of /proc */
};

/* Ended by a row without a name. */
extern const struct bh_store bh_stores[];
/* The row of that parser; there is always one. */
const struct bh_store *bh_store_of(bh_store_parse *parse);

/* For parsers. NULL: it is one too many, and left out. */
struct bh_secret *bh_store_add(struct bh_store_found *found, struct bh_str account, struct bh_str hash, enum bh_scheme_kind scheme, uint32_t line);
/* A path in a file is as its program sees it: from "/", or from the file's own folder. */
void bh_store_follow(struct bh_store_found *found, const struct bh_store_file *file, bh_store_parse *parse, struct bh_str path);
/* A hash as files of passwords have it: by its look, or plain. */
struct bh_secret *bh_store_add_any(struct bh_store_found *found, struct bh_str account, struct bh_str hash, uint32_t line);

bh_store_parse bh_parse_shadow, bh_parse_passwd_file, bh_parse_samba, bh_parse_redis_conf, bh_parse_redis_acl, bh_parse_mariadb, bh_parse_postgres,
        bh_parse_postgres_map, bh_parse_tomcat, bh_parse_jenkins, bh_parse_snmp, bh_parse_vnc, bh_parse_grafana, bh_parse_gitea, bh_parse_rabbit, bh_parse_docker_auth, bh_parse_dovecot, bh_parse_dovecot_conf,
        bh_parse_ssh_key, bh_parse_env, bh_parse_environ, bh_parse_arguments, bh_parse_settings, bh_parse_settings_json, bh_parse_compose, bh_parse_pgpass, bh_parse_netrc,
        bh_parse_git_credentials, bh_parse_sites, bh_parse_mongodump, bh_parse_authelia, bh_parse_code_server;

#endif
