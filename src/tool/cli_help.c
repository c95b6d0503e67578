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

void bh_cli_help(const struct bh_cmd *cmd, FILE *out) {
        (void) fprintf(out, "%s\n\nusage: bulkhead %s%s%s%s\n", cmd->about, cmd->name, cmd->opts && cmd->opts->name ? " [OPTION]..." : "",
                       cmd->args ? " " : "", cmd->args ? cmd->args : "");
        if (cmd->text)
                (void) fprintf(out, "\n%s", cmd->text);
        if (cmd->opts && cmd->opts->name)
                (void) fprintf(out, "\noptions:\n");
        for (const struct bh_opt *o = cmd->opts; o && o->name; o++) {
                char words[80];

                option_words(o, words, sizeof words);
                (void) fprintf(out, "  %-30s %s%s%s%s\n", words, o->help, o->otherwise ? " [" : "", o->otherwise ? o->otherwise : "",
                               o->otherwise ? "]" : "");
        }
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

void bh_cli_man(const struct bh_cmd *cmd, FILE *out) {
        char title[64];
        size_t n = 0;

        for (const char *c = cmd->name; *c && n + 1 < sizeof title; c++)
                title[n++] = *c == ' ' ? '-' : *c;
        title[n] = '\0';
        (void) fprintf(out, ".TH BULKHEAD-%s 1 \"\" \"Bulkhead\"\n.SH NAME\nbulkhead-%s \\- ", title, title);
        roff(cmd->about, out);
        (void) fprintf(out, "\n.SH SYNOPSIS\n.B bulkhead %s\n[OPTION]... %s\n", cmd->name, cmd->args ? cmd->args : "");
        if (cmd->text) {
                (void) fprintf(out, ".SH DESCRIPTION\n.nf\n");
                roff(cmd->text, out);
                (void) fprintf(out, ".fi\n");
        }
        if (cmd->opts && cmd->opts->name)
                (void) fprintf(out, ".SH OPTIONS\n");
        for (const struct bh_opt *o = cmd->opts; o && o->name; o++) {
                (void) fprintf(out, ".TP\n.B %s%c%s\\-\\-%s%s%s\n", o->letter ? "\\-" : "", o->letter ? o->letter : ' ', o->letter ? ", " : "",
                               o->name, o->arg ? " " : "", o->arg ? o->arg : "");
                roff(o->help, out);
                (void) fprintf(out, "%s%s%s\n", o->otherwise ? " (default: " : "", o->otherwise ? o->otherwise : "", o->otherwise ? ")" : "");
        }
        if (cmd->examples) {
                (void) fprintf(out, ".SH EXAMPLES\n.nf\n");
                roff(cmd->examples, out);
                (void) fprintf(out, ".fi\n");
        }
        (void) fprintf(out, ".SH EXIT STATUS\n0 fine, 1 policy says no, 2 wrong use, 3 could not finish.\n");
}

static void bash(FILE *out) {
        (void) fprintf(out, "_bulkhead() {\n  local words=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" cur=\"${COMP_WORDS[COMP_CWORD]}\" opts=\"\"\n"
                            "  case \"$words\" in\n");
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                (void) fprintf(out, "    '%s'*) opts='", (*c)->name);
                for (const struct bh_opt *o = (*c)->opts; o && o->name; o++)
                        (void) fprintf(out, "--%s ", o->name);
                (void) fprintf(out, "--help' ;;\n");
        }
        (void) fprintf(out, "    *) opts='");
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++)
                (void) fprintf(out, "%s ", (*c)->name);
        (void) fprintf(out, "' ;;\n  esac\n  COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n  [ -n \"$COMPREPLY\" ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                            "}\ncomplete -F _bulkhead bulkhead\n");
}

static void zsh(FILE *out) {
        (void) fprintf(out, "#compdef bulkhead\nautoload -U +X bashcompinit && bashcompinit\n");
        bash(out);
}

static void fish(FILE *out) {
        for (const struct bh_cmd *const *c = bh_cmds; *c; c++) {
                (void) fprintf(out, "complete -c bulkhead -n __fish_use_subcommand -a '%s' -d \"%s\"\n", (*c)->name, (*c)->about);
                for (const struct bh_opt *o = (*c)->opts; o && o->name; o++)
                        (void) fprintf(out, "complete -c bulkhead -n '__fish_seen_subcommand_from %s' -l %s -d \"%s\"\n", (*c)->name, o->name, o->help);
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
