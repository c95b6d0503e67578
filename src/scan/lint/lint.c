/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/lint/lint.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "scan/config_rules.h"
#include "scan/lint/engine.h"

size_t bh_lint_count(void) {
        size_t n = 0;

        while (bh_lint_checks[n].about.id)
                n++;
        return n;
}

const struct bh_lint_about *bh_lint_about(size_t i) {
        return &bh_lint_checks[i].about;
}

enum bh_lint_reach bh_lint_reach(size_t i) {
        return bh_lint_checks[i].reach;
}

static bool names(struct bh_str comment, const char *id) {
        struct bh_str ids, one;

        if (!bh_str_cut_prefix(&comment, BH_STR("bulkhead:ignore")) || !bh_str_word(&comment, &ids))
                return false;
        while (bh_str_split(&ids, ',', &one))
                if (bh_str_is(one, id))
                        return true;
        return false;
}

/* A comment is about the instruction it stands in, or the next one below it. */
static bool is_ignored(const struct bh_lint *l, uint32_t line, const char *id) {
        const struct bh_docker_instr *in = NULL;
        uint32_t after = 0;

        for (uint32_t i = 0; i < l->file->n_instrs && !in; i++) {
                if (line >= l->file->instrs[i].line && line <= l->file->instrs[i].last_line)
                        in = &l->file->instrs[i];
                else
                        after = l->file->instrs[i].last_line;
        }
        for (uint32_t i = 0; in && i < l->file->n_comments; i++)
                if (l->file->comments[i].line > after && l->file->comments[i].line <= in->last_line && names(l->file->comments[i].text, id))
                        return true;
        return false;
}

void bh_lint_fire(struct bh_lint *l, uint32_t line, struct bh_str evidence) {
        const struct bh_lint_about *about = &l->check->about;
        struct bh_finding *f;

        if (is_ignored(l, line, about->id))
                return;
        f = bh_vec_add(l->arena, l->out);
        *f = (struct bh_finding){ .kind = BH_FINDING_CONFIG, .severity = about->severity, .rule = bh_str_of(about->id),
                                  .title = bh_str_of(about->title), .category = bh_str_of(about->category), .detail = bh_str_of(about->why),
                                  .mend = bh_str_of(about->mend), .path = l->path, .line = line,
                                  .evidence = bh_config_show(l->arena, evidence, 160) };
        if (about->reference) {
                struct bh_str *reference = bh_arena_make(l->arena, struct bh_str);

                *reference = bh_str_of(about->reference);
                f->references = reference;
                f->n_references = 1;
        }
        f->fingerprint = bh_hash64(bh_arena_printf(l->arena, "%s|%.*s|%.*s", about->id, BH_FMT(l->path), BH_FMT(f->evidence)));
}

/* A command, with the download that is piped into it: "curl -fsSL URL | sh". What else is piped may be a password. */
static struct bh_str command_text(struct bh_arena *arena, const struct bh_lint_cmds *all, uint32_t at) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        uint32_t from = at;

        while (from > 0 && all->at[from].before == '|' && bh_cmd_is(&all->at[from - 1], "curl|wget|fetch"))
                from--;
        for (uint32_t k = from; k <= at; k++) {
                if (k > from)
                        bh_buf_puts(&out, " | ");
                for (uint32_t i = 0; i < all->at[k].n && out.len < 160; i++) {
                        if (i)
                                bh_buf_putc(&out, ' ');
                        bh_buf_add(&out, all->at[k].words[i]);
                }
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}

/* What a secret is is not repeated in what is said of it. */
static struct bh_str instruction_text(const struct bh_lint *l, const struct bh_docker_instr *in) {
        if (bh_str_is(bh_str_of(l->check->about.category), "secret"))
                return bh_arena_printf(l->arena, "%s %.*s", bh_docker_kind_str(in->kind),
                                       BH_FMT(in->n_words ? bh_str_part(in->words[0], 0, (size_t) BH_MAX(bh_str_chr(in->words[0], '='),
                                                                                                       bh_str_chr(in->words[0], '=') < 0
                                                                                                               ? (ptrdiff_t) in->words[0].len
                                                                                                               : 0))
                                                          : BH_STR("")));
        if (in->kind == BH_DOCKER_UNKNOWN && bh_docker_kind_near(in->word))
                return bh_arena_printf(l->arena, "%.*s; did you mean %s?", BH_FMT(in->word), bh_docker_kind_near(in->word));
        return bh_arena_printf(l->arena, "%.*s %.*s", BH_FMT(in->word), BH_FMT(in->text));
}

static void run_check(struct bh_lint *l) {
        for (uint32_t i = 0; i < l->file->n_instrs; i++) {
                const struct bh_docker_instr *in = &l->file->instrs[i];

                if (l->check->instr && l->check->instr(l, in))
                        bh_lint_fire(l, in->line, instruction_text(l, in));
                for (uint32_t k = 0; l->check->cmd && k < l->cmds[i].n; k++)
                        if (l->check->cmd(l, in, &l->cmds[i], k)) {
                                bool secret = bh_str_is(bh_str_of(l->check->about.category), "secret");

                                bh_lint_fire(l, in->line, secret ? BH_STR("") : command_text(l->arena, &l->cmds[i], k));
                                break; /* once an instruction */
                        }
        }
}

static struct bh_lint_cmds commands_of(struct bh_arena *arena, const struct bh_docker_instr *in) {
        struct bh_str script = in->text;

        if (in->kind != BH_DOCKER_RUN)
                return (struct bh_lint_cmds){ 0 };
        if (in->json && in->n_words >= 3 && bh_word_in(bh_str_basename(in->words[0]), "sh|bash|ash") && bh_str_starts(in->words[1], BH_STR("-")))
                script = in->words[2];
        else if (in->json)
                return (struct bh_lint_cmds){ 0 };
        for (uint32_t i = 0; i < in->n_heredocs; i++)
                script = bh_arena_printf(arena, "%.*s\n%.*s", BH_FMT(i || !bh_str_starts(script, BH_STR("<<")) ? script : BH_STR("")),
                                         BH_FMT(in->heredocs[i].body));
        return bh_lint_commands(arena, script);
}

static int finding_by_line(const void *a, const void *b) {
        const struct bh_finding *x = a, *y = b;

        return x->line != y->line ? (x->line < y->line ? -1 : 1) : bh_str_cmp(x->rule, y->rule);
}

static void run_all(const struct bh_dockerfile *file, struct bh_str path, enum bh_lint_reach reach, struct bh_arena *arena,
                    struct bh_finding_list *out) {
        struct bh_lint l = { .arena = arena, .file = file, .out = out, .path = bh_config_show(arena, path, 1024) };
        size_t from = out->len;

        l.cmds = bh_arena_array(arena, struct bh_lint_cmds, file->n_instrs);
        for (uint32_t i = 0; i < file->n_instrs; i++)
                l.cmds[i] = commands_of(arena, &file->instrs[i]);
        for (l.check = bh_lint_checks; l.check->about.id; l.check++) {
                if (l.check->reach < reach)
                        continue;
                run_check(&l);
                if (l.check->file && reach == BH_LINT_FILES)
                        l.check->file(&l);
        }
        if (out->len > from)
                qsort(out->at + from, out->len - from, sizeof *out->at, finding_by_line);
}

void bh_lint_run(const struct bh_dockerfile *file, struct bh_str path, struct bh_arena *arena, struct bh_finding_list *out) {
        run_all(file, path, BH_LINT_FILES, arena, out);
}

/* "/bin/sh -c #(nop) CMD x", "|2 A=b /bin/sh -c x", "RUN /bin/sh -c x # buildkit": the instruction that was, in one line. */
static void step_text(struct bh_buf *out, struct bh_str by) {
        struct bh_str shell = BH_STR("/bin/sh -c ");
        ptrdiff_t at;

        BH_IGNORE(bh_str_cut_suffix(&by, BH_STR("# buildkit")));
        by = bh_str_trim(by);
        if (bh_str_cut_prefix(&by, BH_STR("/bin/sh -c #(nop)"))) {
                bh_buf_add(out, bh_str_trim(by));
                return;
        }
        BH_IGNORE(bh_str_cut_prefix(&by, BH_STR("RUN ")));
        at = bh_str_starts(by, BH_STR("|")) ? bh_str_find(by, shell) : -1;
        if (at >= 0)
                by = bh_str_from(by, (size_t) at);
        if (bh_str_cut_prefix(&by, shell))
                bh_buf_puts(out, "RUN ");
        bh_buf_add(out, by);
}

int bh_lint_history(const struct bh_image *image, struct bh_str path, enum bh_lint_reach reach, struct bh_arena *arena,
                    struct bh_finding_list *out, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_dockerfile file;
        int r;

        for (uint32_t i = 0; i < image->n_history; i++) {
                size_t from = text.len;

                step_text(&text, image->history[i].created_by);
                if (text.len == from)
                        bh_buf_puts(&text, "LABEL no.instruction=");
                for (size_t k = from; k < text.len; k++)
                        if (text.at[k] == '\n' || text.at[k] == '\r' || (k > from && text.at[k] == '<' && text.at[k - 1] == '<') || (k == from && text.at[k] == '#'))
                                text.at[k] = ' ';
                while (text.len > from && (text.at[text.len - 1] == '\\' || text.at[text.len - 1] == ' '))
                        text.len--;
                bh_buf_putc(&text, '\n');
        }
        r = bh_dockerfile_parse(arena, bh_arena_str(arena, bh_buf_str(&text)), &file, err);
        if (r < 0)
                return bh_wrap(err, r, "history");
        run_all(&file, path, reach, arena, out);
        return 0;
}
