/* SPDX-License-Identifier: Apache-2.0 */
/* Help, man pages and shell completion, all from the commands' rows. */
#include <string.h>

#include "tool/cli.h"

static void option_words(const struct bh_opt *o, char *out, size_t size) {
        char letter[8] = "    ";

        if (o->letter)
                (void) snprintf(letter, sizeof letter, "-%c, ", o->letter);
        (void) snprintf(out, size, "%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
}

static void help_row(const struct bh_opt *o, FILE *out) {
        char words[80];

        option_words(o, words, sizeof words);
        (void) fprintf(out, "  %-30s %s%s%s%s\n", words, o->help, o->otherwise ? " [" : "", o->otherwise ? o->otherwise : "",
                       o->otherwise ? "]" : "");
}

static bool in_group(const struct bh_cmd *cmd, struct bh_str group) {
        struct bh_str name = bh_str_of(cmd->name);

        return group.len == 0 || (bh_str_cut_prefix(&name, group) && bh_str_starts(name, BH_STR(" ")));
}

void bh_cli_list(struct bh_str group, FILE *out) {
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++)
                if (in_group(*c, group))
                        (void) fprintf(out, "  %-17s %s\n", (*c)->name, (*c)->about);
}

void bh_cli_help(const struct bh_cmd *cmd, FILE *out) {
        (void) fprintf(out, "%s\n\nusage: %s %s%s%s%s\n", cmd->about, bh_cli_program.name, cmd->name, cmd->opts && cmd->opts->name ? " [OPTION]..." : "",
                       cmd->args ? " " : "", cmd->args ? cmd->args : "");
        if (cmd->text)
                (void) fprintf(out, "\n%s", cmd->text);
        if (cmd->opts && cmd->opts->name)
                (void) fprintf(out, "\noptions:\n");
        for (const struct bh_opt *o = cmd->opts; o && o->name; o++)
                help_row(o, out);
        for (const struct bh_opt *o = bh_cli_common; cmd->opts && cmd->opts->name && o->name; o++)
                help_row(o, out);
        if (cmd->examples)
                (void) fprintf(out, "\nexamples:\n%s", cmd->examples);
}

static void roff(const char *text, FILE *out) {
        bool start = true;

        for (; *text; text++) {
                if (start && (*text == '.' || *text == '\''))
                        (void) fputs("\\&", out);
                if (*text == '-')
                        (void) fputs("\\-", out);
                else if (*text == '\\')
                        (void) fputs("\\e", out);
                else
                        (void) fputc(*text, out);
                start = *text == '\n';
        }
}

static void man_option(const struct bh_opt *o, FILE *out) {
        (void) fprintf(out, ".TP\n.B ");
        if (o->letter)
                (void) fprintf(out, "\\-%c, ", o->letter);
        (void) fprintf(out, "\\-\\-");
        roff(o->name, out);
        if (o->arg) {
                (void) fputc(' ', out);
                roff(o->arg, out);
        }
        (void) fputc('\n', out);
        roff(o->help, out);
        if (o->otherwise) {
                (void) fprintf(out, " (default: ");
                roff(o->otherwise, out);
                (void) fputc(')', out);
        }
        (void) fputc('\n', out);
}

static void man_block(const char *title, const char *text, FILE *out) {
        if (!text)
                return;
        (void) fprintf(out, ".SH %s\n.nf\n", title);
        roff(text, out);
        (void) fprintf(out, "%s.fi\n", *text && text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static const char exit_status[] = ".SH EXIT STATUS\n0 fine, 1 policy says no, 2 wrong use, 3 could not finish.\n";

/* "db-build" */
static const char *page_name(const struct bh_cmd *cmd, char out[64]) {
        size_t n = 0;

        for (const char *c = cmd->name; *c && n + 1 < 64; c++)
                out[n++] = *c == ' ' ? '-' : *c;
        out[n] = '\0';
        return out;
}

void bh_cli_man(const struct bh_cmd *cmd, FILE *out) {
        bool options = cmd->opts && cmd->opts->name;
        char name[64];

        (void) fprintf(out, ".TH BULKHEAD-%s 1 \"\" \"Bulkhead\"\n.SH NAME\nbulkhead-%s \\- ", page_name(cmd, name), name);
        roff(cmd->about, out);
        (void) fprintf(out, "\n.SH SYNOPSIS\n.B bulkhead %s\n%s%s\n", cmd->name, options ? "[OPTION]... " : "", cmd->args ? cmd->args : "");
        man_block("DESCRIPTION", cmd->text, out);
        if (options)
                (void) fprintf(out, ".SH OPTIONS\n");
        for (const struct bh_opt *o = cmd->opts; o && o->name; o++)
                man_option(o, out);
        for (const struct bh_opt *o = bh_cli_common; options && o->name; o++)
                man_option(o, out);
        man_block("EXAMPLES", cmd->examples, out);
        (void) fprintf(out, "%s.SH SEE ALSO\n.BR bulkhead (1)\n", exit_status);
}

void bh_cli_man_overview(FILE *out) {
        char name[64];

        (void) fprintf(out, ".TH BULKHEAD 1 \"\" \"Bulkhead\"\n.SH NAME\nbulkhead \\- look into container images\n"
                            ".SH SYNOPSIS\n.B bulkhead\nCOMMAND [OPTION]... [ARGUMENT]...\n.SH COMMANDS\n");
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                (void) fprintf(out, ".TP\n.BR bulkhead\\-%s (1)\n", page_name(*c, name));
                roff((*c)->about, out);
                (void) fputc('\n', out);
        }
        (void) fprintf(out, ".SH ENVIRONMENT\nAn option that is not given is taken from BULKHEAD_NAME, its name in capitals with _ for \\-: "
                            "BULKHEAD_FAIL_ON for \\-\\-fail\\-on. BULKHEAD_CONFIG names the configuration file.\n"
                            ".SH FILES\n.TP\n.I ~/.config/bulkhead/bulkhead.yaml\n.TQ\n.I /etc/bulkhead/bulkhead.yaml\n"
                            "Options by command, in YAML: what neither the command line nor the environment says.\n"
                            ".TP\n.I ~/.local/share/bulkhead/vuln.db\nThe vulnerability database, with its keys beside it.\n"
                            ".TP\n.I ~/.cache/bulkhead/layers.db\nWhat was found in layers; it may be deleted at any time.\n%s",
                       exit_status);
}

/* Inside single quotes of any of the three shells. */
static void quoted(const char *text, FILE *out) {
        for (; *text; text++)
                if (*text == '\'')
                        (void) fputs("'\\''", out);
                else
                        (void) fputc(*text, out);
}

/* The second words of a group, once: at its first command. */
static void bash_group(const struct bh_cmd *const *first, FILE *out) {
        struct bh_str group, rest;

        if (!bh_str_cut(bh_str_of((*first)->name), ' ', &group, &rest))
                return;
        for (const struct bh_cmd *const *c = bh_cmds; c < first; c++)
                if (in_group(*c, group))
                        return;
        (void) fprintf(out, "    '%.*s') opts='", BH_FMT(group));
        for (const struct bh_cmd *const *c = first; *c; c++)
                if (in_group(*c, group))
                        (void) fprintf(out, "%s ", (*c)->name + group.len + 1);
        (void) fprintf(out, "' ;;\n");
}

static void bash_command(const struct bh_cmd *cmd, FILE *out) {
        (void) fprintf(out, "    '%s'|'%s '*) opts='", cmd->name, cmd->name);
        for (const struct bh_opt *o = cmd->opts; o && o->name; o++)
                (void) fprintf(out, "--%s ", o->name);
        for (const struct bh_opt *o = bh_cli_common; o->name; o++)
                (void) fprintf(out, "--%s ", o->name);
        (void) fprintf(out, "' ;;\n");
}

static void bash(FILE *out) {
        (void) fprintf(out, "_bulkhead() {\n  local words=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" cur=\"${COMP_WORDS[COMP_CWORD]}\" opts=\"\"\n"
                            "  case \"$words\" in\n");
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                bash_group(c, out);
                bash_command(*c, out);
        }
        (void) fprintf(out, "    *) opts='");
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++)
                (void) fprintf(out, "%s ", (*c)->name);
        (void) fprintf(out, "help' ;;\n  esac\n  COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n  [ -n \"$COMPREPLY\" ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                            "}\ncomplete -F _bulkhead bulkhead\n");
}

static void zsh(FILE *out) {
        (void) fprintf(out, "#compdef bulkhead\nautoload -U +X bashcompinit && bashcompinit\n");
        bash(out);
}

static void fish_option(const struct bh_cmd *cmd, const struct bh_opt *o, FILE *out) {
        (void) fprintf(out, "complete -c bulkhead -n '__fish_seen_subcommand_from %s' -l %s -d '", cmd->name, o->name);
        quoted(o->help, out);
        (void) fprintf(out, "'\n");
}

static void fish(FILE *out) {
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                (void) fprintf(out, "complete -c bulkhead -n __fish_use_subcommand -a '%s' -d '", (*c)->name);
                quoted((*c)->about, out);
                (void) fprintf(out, "'\n");
                for (const struct bh_opt *o = (*c)->opts; o && o->name; o++)
                        fish_option(*c, o, out);
        }
}

int bh_cli_completion(const char *shell, FILE *out, struct bh_err *err) {
        static const struct {
                const char *name;
                void (*print)(FILE *);
        } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

        for (size_t i = 0; i < BH_LEN(shells); i++)
                if (shell && strcmp(shell, shells[i].name) == 0) {
                        shells[i].print(out);
                        return 0;
                }
        return bh_fail(err, BH_E_USAGE, "completion for bash, zsh or fish");
}
