/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_SERVER_H
#define BH_COMPLY_COLLECT_SERVER_H
/*
 * What collectors of data servers have in common: an instance is found by its
 * process (or, where none runs, by its file on the host), its arguments and
 * environment are at hand, its files are read beneath the root it sees, and
 * its settings become the values of a fact by a table.
 *
 * Every kind of theirs begins with the same fields:
 *
 *     enum { PORT = BH_SERVER_OWN, ... };
 *     static const struct bh_field fields[] = { BH_SERVER_FIELDS("redis"), [PORT] = ... };
 */
#include "comply/collect.h"
#include "comply/read/settings.h"

enum {
        BH_SERVER_RUNNING,
        BH_SERVER_UID,
        BH_SERVER_CONFIG,
        BH_SERVER_CONFIG_MODE,
        BH_SERVER_CONFIG_WIDER,
        BH_SERVER_CONFIG_UID,
        BH_SERVER_DATA,
        BH_SERVER_DATA_MODE,
        BH_SERVER_DATA_WIDER,
        BH_SERVER_DATA_UID,
        BH_SERVER_SETTING,
        BH_SERVER_ENV_SECRETS,
        BH_SERVER_OWN, /* the first field of the kind's own */
};

#define BH_SERVER_FIELDS(kind)                                                                                                          \
        [BH_SERVER_RUNNING] = BH_FACT(kind ".running", BH_V_BOOL, 0, "a process of it runs; else only its file is there"),              \
        [BH_SERVER_UID] = BH_FACT(kind ".uid", BH_V_UINT, 0, "the user it runs as, as the host numbers users"),                         \
        [BH_SERVER_CONFIG] = BH_FACT(kind ".config", BH_V_STRING, 0, "its file of configuration"),                                      \
        [BH_SERVER_CONFIG_MODE] = BH_FACT(kind ".config_mode", BH_V_UINT, 0, "the modes of all files of its configuration, taken together"), \
        [BH_SERVER_CONFIG_WIDER] = BH_FACT_WIDER(kind ".config_wider", BH_SERVER_CONFIG_MODE, "one of these files lets in more than that octal mode"), \
        [BH_SERVER_CONFIG_UID] = BH_FACT(kind ".config_uid", BH_V_UINT, 0, "who owns its file of configuration"),                       \
        [BH_SERVER_DATA] = BH_FACT(kind ".data", BH_V_STRING, 0, "the directory of its data"),                                          \
        [BH_SERVER_DATA_MODE] = BH_FACT(kind ".data_mode", BH_V_UINT, 0, "the mode of that directory"),                                 \
        [BH_SERVER_DATA_WIDER] = BH_FACT_WIDER(kind ".data_wider", BH_SERVER_DATA_MODE, "that directory lets in more than that octal mode"), \
        [BH_SERVER_DATA_UID] = BH_FACT(kind ".data_uid", BH_V_UINT, 0, "who owns that directory"),                                      \
        [BH_SERVER_SETTING] = BH_FACT_MAP(kind ".setting", BH_V_STRING, "a setting as its files and arguments have it; passwords are left out"), \
        [BH_SERVER_ENV_SECRETS] = BH_FACT(kind ".env_secrets", BH_V_STRING, BH_F_LIST, "names of variables of its environment that hold a password")

struct bh_server {
        const struct bh_reach *reach;
        struct bh_facts *facts;
        struct bh_arena *arena; /* the facts' */
        const struct bh_task *task; /* NULL: none runs */
        uint32_t root;
        struct bh_str container;
        struct bh_str *argv;
        size_t n_argv;
        struct bh_str environ; /* NAME=VALUE, each closed by a NUL */
        struct bh_settings settings;
        struct bh_str config;  /* its main file; empty: none was read */
        uint32_t config_mode, config_uid;
        struct bh_str config_widest;
        unsigned files, depth; /* read so far; of includes */
        struct bh_fact *fact;
};

typedef void bh_server_fn(struct bh_server *s);

struct bh_server_kind {
        const char *const *programs; /* names of their files, ended by NULL; a name that ends in '*' is a beginning */
        const char *const *files;    /* where none runs on the host: the first of these that is there; ended by NULL */
        const char *argument;        /* an argument must hold this (programs like java); NULL */
        bh_server_fn *tell;
};

/* Calls tell for each instance. */
void bh_servers(const struct bh_reach *reach, struct bh_facts *facts, const struct bh_server_kind *kind);

/* The fact of this instance, with what is known of its process. `what` tells instances of one place apart: a port, a path. */
struct bh_fact *bh_server_fact(struct bh_server *s, const struct bh_fact_kind *kind, struct bh_str what);
/* After its files were read: their modes, the settings, the directory of data (empty: unknown). */
void bh_server_told(struct bh_server *s, struct bh_str data);
/* The instance could not be looked at in full: a gap that names it. */
void bh_server_gap(struct bh_server *s, struct bh_str where, const struct bh_err *why);

/* The kind's own values cannot be told: they are unknown, with that cause, and it is a gap. */
void bh_server_failed(struct bh_server *s, const struct bh_err *why);

/* The variable's value; false: it is not set. */
bool bh_server_env(const struct bh_server *s, struct bh_str name, struct bh_str *ret);
/* A path as from "/": relative ones are below `base`. Without dots in it. */
struct bh_str bh_server_path(struct bh_arena *arena, struct bh_str base, struct bh_str path);
/* One more file of its configuration; its mode counts. LIMIT: too many, or too deep. */
int bh_server_read(struct bh_server *s, struct bh_str path, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* "PATH:LINE" */
struct bh_str bh_server_at(const struct bh_server *s, struct bh_str path, unsigned line);
/* Paths a pattern stands for; stars in its last part only. Sorted. */
void bh_server_glob(const struct bh_server *s, struct bh_str pattern, struct bh_str **ret, size_t *ret_n);

/* How settings become values. */
enum bh_server_how {
        BH_SERVER_TEXT,
        BH_SERVER_BOOL, /* what is neither yes nor no is unknown */
        BH_SERVER_INT,
        BH_SERVER_LIST, /* words set apart by blanks or commas */
        BH_SERVER_HAS,  /* true when it is set and not empty: of a password nothing else is told */
};

struct bh_server_row {
        const char *setting;
        unsigned field;
        enum bh_server_how how;
        const char *otherwise; /* its default; NULL: it has none */
};

void bh_server_rows(struct bh_server *s, const struct bh_server_row *rows, size_t n);
/* One of them, with a default that was found out. */
void bh_server_value(struct bh_server *s, unsigned field, enum bh_server_how how, struct bh_str value, struct bh_str where);
/* The mode of a file of that field's path, where it is known. */
void bh_server_mode(struct bh_server *s, unsigned field, struct bh_str path);

#endif
