/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/cli.h"

#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/vec.h"
#include "tool/config.h"

const struct bh_opt bh_cli_common[] = {
        { "config", 0, "FILE", "take options from this file, and from no other", NULL, false },
        { "help", 'h', NULL, "show this help", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

static const struct bh_opt *find_in(const struct bh_opt *opts, struct bh_str name, char letter) {
        for (; opts && opts->name; opts++)
                if (name.len ? bh_str_is(name, opts->name) : letter && opts->letter == letter)
                        return opts;
        return NULL;
}

static const struct bh_opt *find(const struct bh_cmd *cmd, struct bh_str name, char letter) {
        const struct bh_opt *o = find_in(cmd->opts, name, letter);

        return o ? o : find_in(bh_cli_common, name, letter);
}

static int unknown_option(const struct bh_cmd *cmd, struct bh_str name, struct bh_err *err) {
        const char *known[64], *near;
        size_t n = 0;

        for (const struct bh_opt *o = cmd->opts; o && o->name && n < BH_LEN(known); o++)
                known[n++] = o->name;
        for (const struct bh_opt *o = bh_cli_common; o->name && n < BH_LEN(known); o++)
                known[n++] = o->name;
        near = bh_nearest(name, known, n);
        if (near)
                return bh_fail(err, BH_E_USAGE, "no option --%s; did you mean --%s?", BH_QUOTE(name), near);
        return bh_fail(err, BH_E_USAGE, "no option --%s; %s %s --help lists them", BH_QUOTE(name), bh_cli_program.name, cmd->name);
}

/* BULKHEAD_FAIL_ON for "fail-on". */
static const char *from_env(const struct bh_opt *o) {
        char name[64] = "BULKHEAD_";
        size_t n = strlen(name);

        for (const char *c = o->name; *c && n + 1 < sizeof name; c++)
                name[n++] = *c == '-' ? '_' : bh_is_lower(*c) ? (char) (*c - 32) : *c;
        name[n] = '\0';
        return getenv(name);
}

static const char *nth_of(const struct bh_cli_value *values, size_t n, const char *name, size_t i) {
        for (size_t k = 0; k < n; k++)
                if (strcmp(values[k].opt->name, name) == 0 && i-- == 0)
                        return values[k].value;
        return NULL;
}

static const char *typed(const struct bh_cli *cli, const char *name, size_t i) {
        return nth_of(cli->values, cli->n_values, name, i);
}

const char *bh_cli_nth(const struct bh_cli *cli, const char *name, size_t i) {
        const struct bh_opt *o = find(cli->cmd, bh_str_of(name), 0);
        const char *env;

        if (typed(cli, name, 0))
                return typed(cli, name, i);
        env = o ? from_env(o) : NULL;
        if (env)
                return i == 0 ? env : NULL;
        return nth_of(cli->file_values, cli->n_file_values, name, i);
}

const char *bh_cli_get(const struct bh_cli *cli, const char *name) {
        const struct bh_opt *o = find(cli->cmd, bh_str_of(name), 0);
        const char *v = bh_cli_nth(cli, name, 0);

        return v ? v : o ? o->otherwise : NULL;
}

bool bh_cli_has(const struct bh_cli *cli, const char *name) {
        const char *v = bh_cli_get(cli, name);

        return v && strcmp(v, "0") != 0 && strcmp(v, "false") != 0 && *v;
}

int bh_cli_number(const struct bh_cli *cli, const char *name, uint64_t *ret, struct bh_err *err) {
        const char *v = bh_cli_get(cli, name);

        if (v && !bh_str_u64(bh_str_of(v), ret))
                return bh_fail(err, BH_E_USAGE, "--%s takes a number, not \"%s\"", name, BH_QUOTE(bh_str_of(v)));
        return v ? 1 : 0;
}

struct parse {
        struct bh_arena *arena;
        const struct bh_cmd *cmd;
        int argc, at;
        char **argv;
        BH_VEC(struct bh_cli_value) values;
        BH_VEC(const char *) args;
};

/* So that a flag set in a file can be taken back: --quiet=false. */
static bool is_truth(const char *value) {
        return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

static int add_value(struct parse *p, const struct bh_opt *o, const char *value, struct bh_err *err) {
        if (!o->arg && value && !is_truth(value))
                return bh_fail(err, BH_E_USAGE, "--%s takes no value but true or false", o->name);
        if (o->arg && !value) {
                if (p->at >= p->argc)
                        return bh_fail(err, BH_E_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->arg);
                value = p->argv[p->at++];
        }
        if (!o->many)
                for (size_t i = 0; i < p->values.len; i++)
                        if (p->values.at[i].opt == o) {
                                p->values.at[i].value = value ? value : "1";
                                return 0;
                        }
        *bh_vec_add(p->arena, &p->values) = (struct bh_cli_value){ o, value ? value : "1" };
        return 0;
}

static int long_option(struct parse *p, const char *text, struct bh_err *err) {
        struct bh_str name, value;
        bool with = bh_str_cut(bh_str_of(text), '=', &name, &value);
        const struct bh_opt *o = find(p->cmd, name, 0);

        if (!o)
                return unknown_option(p->cmd, name, err);
        return add_value(p, o, with ? value.at : NULL, err);
}

static int short_options(struct parse *p, const char *text, struct bh_err *err) {
        for (; *text; text++) {
                const struct bh_opt *o = find(p->cmd, BH_STR(""), *text);

                if (!o)
                        return bh_fail(err, BH_E_USAGE, "no option -%s", BH_QUOTE(((struct bh_str){ text, 1 })));
                if (o->arg)
                        return add_value(p, o, text[1] ? text + 1 : NULL, err);
                if (add_value(p, o, NULL, err) < 0)
                        return BH_E_USAGE;
        }
        return 0;
}

static int parse(struct parse *p, struct bh_err *err) {
        bool only_args = false;

        while (p->at < p->argc) {
                const char *text = p->argv[p->at++];
                int r = 0;

                if (!only_args && strcmp(text, "--") == 0)
                        only_args = true;
                else if (!only_args && strncmp(text, "--", 2) == 0)
                        r = long_option(p, text + 2, err);
                else if (!only_args && text[0] == '-' && text[1])
                        r = short_options(p, text + 1, err);
                else
                        *bh_vec_add(p->arena, &p->args) = text;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* "db build" takes two words; the longest name wins. */
static const struct bh_cmd *find_cmd(int argc, char **argv, int *ret_words) {
        const struct bh_cmd *best = NULL;

        *ret_words = 0;
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                struct bh_str rest = bh_str_of((*c)->name), word;
                int n = 0;

                while (bh_str_word(&rest, &word) && n + 1 < argc && bh_str_is(word, argv[n + 1]))
                        n++;
                if (rest.len == 0 && n > *ret_words && strlen((*c)->name) && bh_str_is(word, argv[n])) {
                        best = *c;
                        *ret_words = n;
                }
        }
        return best;
}

/* What is meant when no command follows the name of a group, but an argument. */
static const struct bh_cmd *find_leading(int argc, char **argv, int *ret_words) {
        for (const struct bh_cmd *const *c = bh_cmds; argc > 2 && argv[2][0] != '-' && *c; c++)
                if ((*c)->leads && bh_str_is(bh_str_part(bh_str_of((*c)->name), 0, strcspn((*c)->name, " ")), argv[1])) {
                        *ret_words = 1;
                        return *c;
                }
        return NULL;
}

static const struct bh_cmd *find_help(int argc, char **argv) {
        int words;

        return find_cmd(argc, argv, &words);
}

static bool is_group(struct bh_str word) {
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                struct bh_str rest = bh_str_of((*c)->name), first;

                if (bh_str_cut(rest, ' ', &first, &rest) && bh_str_eq(first, word))
                        return true;
        }
        return false;
}

static void overview(FILE *out) {
        (void) fprintf(out, "%s\n\nusage: %s COMMAND [OPTION]... [ARGUMENT]...\n\n", bh_cli_program.about, bh_cli_program.name);
        bh_cli_list(BH_STR(""), out);
        (void) fprintf(out, "\n%s help COMMAND tells more. Exit codes: 0 fine, 1 policy says no, 2 wrong use, 3 could not finish.\n", bh_cli_program.name);
}

static int no_such_command(struct bh_arena *arena, int argc, char **argv) {
        struct bh_str word = bh_str_of(argv[1]);
        const char *known[64], *near;
        size_t n = 0;

        if (argc > 2 && is_group(word))
                word = bh_arena_printf(arena, "%s %s", argv[1], argv[2]);
        for (const struct bh_cmd *const *c = bh_cmds; *c && n < BH_LEN(known); c++)
                known[n++] = (*c)->name;
        near = bh_nearest(word, known, n);
        (void) fprintf(stderr, "%s: no command %s", bh_cli_program.name, BH_QUOTE(word));
        if (near)
                (void) fprintf(stderr, "; did you mean %s?\n", near);
        else
                (void) fprintf(stderr, "; %s --help lists them\n", bh_cli_program.name);
        return BH_EXIT_USAGE;
}

/* "", "help", "help scan", "db", "db --help": questions, or nothing we know. */
static int no_command(struct bh_arena *arena, int argc, char **argv) {
        struct bh_str word = bh_str_of(argc > 1 ? argv[1] : "");
        bool help = bh_str_is(word, "--help") || bh_str_is(word, "-h") || bh_str_is(word, "help");
        bool asked = argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0);

        if (help && argc > 2 && find_help(argc - 1, argv + 1)) {
                bh_cli_help(find_help(argc - 1, argv + 1), stdout);
                return BH_EXIT_FINE;
        }
        if (help && argc > 2) {
                char *of[] = { argv[0], argv[2], argc > 3 ? argv[3] : (char[]){ "--help" } };

                return no_command(arena, 3, of);
        }
        if (argc < 2 || help) {
                overview(help ? stdout : stderr);
                return help ? BH_EXIT_FINE : BH_EXIT_USAGE;
        }
        if (!is_group(word) || (argc > 2 && !asked))
                return no_such_command(arena, argc, argv);
        bh_cli_list(word, asked ? stdout : stderr);
        return asked ? BH_EXIT_FINE : BH_EXIT_USAGE;
}

static int exit_code(int r, const struct bh_cmd *cmd, const struct bh_err *err) {
        if (r >= 0)
                return r;
        (void) fprintf(stderr, "%s %s: %s\n", bh_cli_program.name, cmd->name, err->text);
        return r == BH_E_USAGE ? BH_EXIT_USAGE : BH_EXIT_FAILED;
}

/* Commands without options need no file, and work beside a broken one. */
static int read_config(struct bh_cli *cli, struct bh_err *err) {
        if (!cli->cmd->opts || !cli->cmd->opts->name)
                return 0;
        return bh_config_load(cli->arena, bh_cli_get(cli, "config"), cli->cmd, &cli->file_values, &cli->n_file_values, err);
}

static int run(struct parse *p, struct bh_err *err) {
        struct bh_cli cli;
        int r = parse(p, err);

        if (r < 0)
                return r;
        cli = (struct bh_cli){ .cmd = p->cmd, .arena = p->arena, .args = p->args.at, .n_args = p->args.len,
                               .values = p->values.at, .n_values = p->values.len };
        if (typed(&cli, "help", 0)) {
                bh_cli_help(p->cmd, stdout);
                return BH_EXIT_FINE;
        }
        if (cli.n_args && !p->cmd->args)
                return bh_fail(err, BH_E_USAGE, "%s is too much: it takes options only", BH_QUOTE(bh_str_of(cli.args[0])));
        r = read_config(&cli, err);
        return r < 0 ? r : p->cmd->run(&cli, err);
}

/* "bulkhead-server --listen :8443": options of the command that needs no name. */
static const struct bh_cmd *meant(int argc, char **argv) {
        char *of[] = { argv[0], (char *) (uintptr_t) bh_cli_program.otherwise, NULL };
        int words;

        if (!bh_cli_program.otherwise || (argc > 1 && (argv[1][0] != '-' || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)))
                return NULL;
        return find_cmd(2, of, &words);
}

int bh_cli_main(int argc, char **argv) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct parse p = { .arena = arena, .argc = argc, .argv = argv };
        struct bh_err err = BH_ERR_NONE;
        int words;

        if (argc > 1 && strcmp(argv[1], "--version") == 0)
                argv[1] = (char *) (uintptr_t) "version";
        p.cmd = find_cmd(argc, argv, &words);
        if (!p.cmd)
                p.cmd = find_leading(argc, argv, &words);
        if (!p.cmd)
                p.cmd = meant(argc, argv);
        if (!p.cmd)
                return no_command(arena, argc, argv);
        p.at = words + 1;
        return exit_code(run(&p, &err), p.cmd, &err);
}
