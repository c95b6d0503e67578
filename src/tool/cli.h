/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_CLI_H
#define BH_TOOL_CLI_H
/*
 * Commands as tables: their options, their help, their man page and their
 * shell completion are all printed from the same rows.
 *
 * A value comes from the command line, else from BULKHEAD_NAME in the
 * environment, else from the configuration file, else from the row's default.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

enum bh_exit {
        BH_EXIT_FINE = 0,
        BH_EXIT_POLICY = 1, /* the policy says no */
        BH_EXIT_USAGE = 2,  /* wrong use */
        BH_EXIT_FAILED = 3, /* could not finish */
};

struct bh_opt {
        const char *name; /* "fail-on" */
        char letter;      /* 'o', or 0 */
        const char *arg;  /* "FILE"; NULL for a flag */
        const char *help;
        const char *otherwise; /* the default, or NULL */
        bool many;             /* may be given several times */
};

struct bh_cli;

struct bh_cmd {
        const char *name;  /* "db build" */
        const char *about; /* one line */
        const char *args;  /* "TARGET...", or NULL: it takes none */
        const char *text;  /* some paragraphs, or NULL */
        const char *examples;
        const struct bh_opt *opts; /* ended by a row without a name */
        int (*run)(struct bh_cli *cli, struct bh_err *err); /* an enum bh_exit, or < 0 with err */
        bool leads; /* its group's first: "simulate NAME" is "simulate run NAME" */
};

struct bh_cli_value {
        const struct bh_opt *opt;
        const char *value;
};

struct bh_cli {
        const struct bh_cmd *cmd;
        struct bh_arena *arena;
        const char **args; /* what is no option */
        size_t n_args;
        struct bh_cli_value *values; /* as typed */
        size_t n_values;
        struct bh_cli_value *file_values; /* of the configuration file */
        size_t n_file_values;
};

/* All commands, ended by a row without a name. */
extern const struct bh_cmd *const bh_cmds[];

/* Whose commands they are; beside its main(), as bh_cmds is. */
struct bh_cli_program {
        const char *name;      /* "bulkhead" */
        const char *about;     /* one sentence */
        const char *otherwise; /* the command meant when options come without one ("run"); NULL: there is none */
};
extern const struct bh_cli_program bh_cli_program;

/* What every command understands, ended by a row without a name. */
extern const struct bh_opt bh_cli_common[];

/* NULL when not given and without a default. */
const char *bh_cli_get(const struct bh_cli *cli, const char *name);
bool bh_cli_has(const struct bh_cli *cli, const char *name);
/* The i-th of a repeated option, all from one place: typed, else of the environment, else of the file; NULL past the last. */
const char *bh_cli_nth(const struct bh_cli *cli, const char *name, size_t i);
int bh_cli_number(const struct bh_cli *cli, const char *name, uint64_t *ret, struct bh_err *err) BH_MUST_CHECK;

/* Runs what argv says; the exit code. */
int bh_cli_main(int argc, char **argv);

/* All commands, or those of a group ("db"). */
void bh_cli_list(struct bh_str group, FILE *out);
/* For `completion` and the man pages. */
void bh_cli_help(const struct bh_cmd *cmd, FILE *out);
void bh_cli_man(const struct bh_cmd *cmd, FILE *out);
void bh_cli_man_overview(FILE *out);
int bh_cli_completion(const char *shell, FILE *out, struct bh_err *err) BH_MUST_CHECK;

#endif
