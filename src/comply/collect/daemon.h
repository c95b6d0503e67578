/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_DAEMON_H
#define BH_COMPLY_COLLECT_DAEMON_H
/*
 * What collectors of data servers have in common: an instance is found by its
 * process (or, where none runs, by its file on the host), its arguments and
 * environment are at hand, its files are read beneath the root it sees, and
 * its settings become the values of a fact by a table.
 *
 * Every kind of theirs begins with the same fields:
 *
 *     enum { PORT = BH_DAEMON_OWN, ... };
 *     static const struct bh_field fields[] = { BH_DAEMON_FIELDS("redis"), [PORT] = ... };
 */
#include "comply/collect.h"
#include "comply/read/settings.h"

enum {
        BH_DAEMON_RUNNING,
        BH_DAEMON_UID,
        BH_DAEMON_CONFIG,
        BH_DAEMON_CONFIG_MODE,
        BH_DAEMON_CONFIG_WIDER,
        BH_DAEMON_CONFIG_UID,
        BH_DAEMON_DATA,
        BH_DAEMON_DATA_MODE,
        BH_DAEMON_DATA_WIDER,
        BH_DAEMON_DATA_UID,
        BH_DAEMON_SETTING,
        BH_DAEMON_ENV_SECRETS,
        BH_DAEMON_OWN, /* the first field of the kind's own */
};

#define BH_DAEMON_FIELDS(kind)                                                                                                          \
        [BH_DAEMON_RUNNING] = BH_FACT(kind ".running", BH_V_BOOL, 0, "a process of it runs; else only its file is there"),              \
        [BH_DAEMON_UID] = BH_FACT(kind ".uid", BH_V_UINT, 0, "the user it runs as, as the host numbers users"),                         \
        [BH_DAEMON_CONFIG] = BH_FACT(kind ".config", BH_V_STRING, 0, "its file of configuration"),                                      \
        [BH_DAEMON_CONFIG_MODE] = BH_FACT(kind ".config_mode", BH_V_UINT, 0, "the modes of all files of its configuration, taken together"), \
        [BH_DAEMON_CONFIG_WIDER] = BH_FACT_WIDER(kind ".config_wider", BH_DAEMON_CONFIG_MODE, "one of these files lets in more than that octal mode"), \
        [BH_DAEMON_CONFIG_UID] = BH_FACT(kind ".config_uid", BH_V_UINT, 0, "who owns its file of configuration"),                       \
        [BH_DAEMON_DATA] = BH_FACT(kind ".data", BH_V_STRING, 0, "the directory of its data"),                                          \
        [BH_DAEMON_DATA_MODE] = BH_FACT(kind ".data_mode", BH_V_UINT, 0, "the mode of that directory"),                                 \
        [BH_DAEMON_DATA_WIDER] = BH_FACT_WIDER(kind ".data_wider", BH_DAEMON_DATA_MODE, "that directory lets in more than that octal mode"), \
        [BH_DAEMON_DATA_UID] = BH_FACT(kind ".data_uid", BH_V_UINT, 0, "who owns that directory"),                                      \
        [BH_DAEMON_SETTING] = BH_FACT_MAP(kind ".setting", BH_V_STRING, "a setting as its files and arguments have it; passwords are left out"), \
        [BH_DAEMON_ENV_SECRETS] = BH_FACT(kind ".env_secrets", BH_V_STRING, BH_F_LIST, "names of variables of its environment that hold a password")

struct bh_daemon {
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

typedef void bh_daemon_fn(struct bh_daemon *s);

struct bh_daemon_kind {
        const char *const *programs; /* names of their files, ended by NULL; a name that ends in '*' is a beginning */
        const char *const *files;    /* where none runs on the host: the first of these that is there; ended by NULL */
        const char *argument;        /* an argument must hold this (programs like java); NULL */
        bh_daemon_fn *tell;
};

/* Calls tell for each instance. */
void bh_daemons(const struct bh_reach *reach, struct bh_facts *facts, const struct bh_daemon_kind *kind);

/* The fact of this instance, with what is known of its process. `what` tells instances of one place apart: a port, a path. */
struct bh_fact *bh_daemon_fact(struct bh_daemon *s, const struct bh_fact_kind *kind, struct bh_str what);
/* After its files were read: their modes, the settings, the directory of data (empty: unknown). */
void bh_daemon_told(struct bh_daemon *s, struct bh_str data);
/* The instance could not be looked at in full: a gap that names it. */
void bh_daemon_gap(struct bh_daemon *s, struct bh_str where, const struct bh_err *why);

/* The kind's own values cannot be told: they are unknown, with that cause, and it is a gap. */
void bh_daemon_failed(struct bh_daemon *s, const struct bh_err *why);

/* The variable's value; false: it is not set. */
bool bh_daemon_env(const struct bh_daemon *s, struct bh_str name, struct bh_str *ret);
/* A path as from "/": relative ones are below `base`. Without dots in it. */
struct bh_str bh_daemon_path(struct bh_arena *arena, struct bh_str base, struct bh_str path);
/* One more file of its configuration; its mode counts. LIMIT: too many, or too deep. */
int bh_daemon_read(struct bh_daemon *s, struct bh_str path, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
/* "PATH:LINE" */
struct bh_str bh_daemon_at(const struct bh_daemon *s, struct bh_str path, unsigned line);
/* Each leaf of a tree by its dotted name, "net.tls.mode", however it is written; of a list its members, joined by commas. put: NULL: as it is. */
typedef int bh_daemon_put_fn(struct bh_daemon *s, struct bh_str name, struct bh_str value, struct bh_str where, struct bh_err *err);
int bh_daemon_put_tree(struct bh_daemon *s, const struct bh_doc *object, bh_daemon_put_fn *put, struct bh_err *err) BH_MUST_CHECK;
/* Paths a pattern stands for; stars in its last part only. Sorted. */
void bh_daemon_glob(const struct bh_daemon *s, struct bh_str pattern, struct bh_str **ret, size_t *ret_n);

/* How settings become values. */
enum bh_daemon_how {
        BH_DAEMON_TEXT,
        BH_DAEMON_BOOL, /* what is neither yes nor no is unknown */
        BH_DAEMON_INT,
        BH_DAEMON_LIST, /* words set apart by blanks or commas */
        BH_DAEMON_HAS,  /* true when it is set and not empty: of a password nothing else is told */
};

struct bh_daemon_row {
        const char *setting;
        unsigned field;
        enum bh_daemon_how how;
        const char *otherwise; /* its default; NULL: it has none */
};

void bh_daemon_rows(struct bh_daemon *s, const struct bh_daemon_row *rows, size_t n);
/* One of them, with a default that was found out. */
void bh_daemon_value(struct bh_daemon *s, unsigned field, enum bh_daemon_how how, struct bh_str value, struct bh_str where);
/* The mode of a file of that field's path, where it is known. */
void bh_daemon_mode(struct bh_daemon *s, unsigned field, struct bh_str path);

#endif
