/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that need more than one instruction: of stages, and of the file. */
#include "scan/lint/engine.h"

static const struct bh_docker_stage *stage_named(const struct bh_lint *l, struct bh_str name, uint32_t before) {
        for (uint32_t i = 0; i < before; i++)
                if (l->file->stages[i].name.len && bh_str_eq_nocase(l->file->stages[i].name, name))
                        return &l->file->stages[i];
        return NULL;
}

/* A base that comes from a registry: not scratch, not a stage, not a variable nobody set. */
static bool is_external(const struct bh_lint *l, uint32_t i) {
        struct bh_str image = l->file->stages[i].image;

        return image.len && !bh_str_is(image, "scratch") && !stage_named(l, image, i) && bh_str_chr(image, '$') < 0;
}

/* "registry:5000/team/app:tag@sha256:..." */
static struct bh_str tag_of(struct bh_str image) {
        struct bh_str left, right;
        ptrdiff_t slash, colon;

        BH_IGNORE(bh_str_cut(image, '@', &left, &right));
        slash = bh_str_rchr(left, '/');
        colon = bh_str_rchr(left, ':');
        return colon > slash ? bh_str_from(left, (size_t) colon + 1) : BH_STR("");
}

BH_LINT_FILE(bh_lint_untagged) {
        for (uint32_t i = 0; i < l->file->n_stages; i++)
                if (is_external(l, i) && tag_of(l->file->stages[i].image).len == 0 && bh_str_chr(l->file->stages[i].image, '@') < 0)
                        bh_lint_fire(l, l->file->stages[i].line, l->file->stages[i].image);
}

BH_LINT_FILE(bh_lint_latest) {
        for (uint32_t i = 0; i < l->file->n_stages; i++)
                if (is_external(l, i) && bh_str_is(tag_of(l->file->stages[i].image), "latest") && bh_str_chr(l->file->stages[i].image, '@') < 0)
                        bh_lint_fire(l, l->file->stages[i].line, l->file->stages[i].image);
}

BH_LINT_FILE(bh_lint_digest) {
        for (uint32_t i = 0; i < l->file->n_stages; i++)
                if (is_external(l, i) && bh_str_chr(l->file->stages[i].image, '@') < 0)
                        bh_lint_fire(l, l->file->stages[i].line, l->file->stages[i].image);
}

/* The last USER of a stage, or of the stages it is built upon. */
static const struct bh_docker_instr *last_user(const struct bh_lint *l, uint32_t stage) {
        const struct bh_docker_instr *user = NULL;

        for (uint32_t deep = 0; deep <= l->file->n_stages; deep++) {
                const struct bh_docker_stage *s = &l->file->stages[stage], *below;

                for (uint32_t k = s->first; k < s->first + s->n; k++)
                        if (l->file->instrs[k].kind == BH_DOCKER_USER && !l->file->instrs[k].onbuild)
                                user = &l->file->instrs[k];
                below = user ? NULL : stage_named(l, s->image, stage);
                if (!below)
                        break;
                stage = (uint32_t) (below - l->file->stages);
        }
        return user;
}

BH_LINT_FILE(bh_lint_no_user) {
        uint32_t last = l->file->n_stages - 1;

        if (l->file->n_stages && !last_user(l, last) && bh_str_find(l->file->stages[last].image, BH_STR("nonroot")) < 0)
                bh_lint_fire(l, l->file->stages[last].line, BH_STR(""));
}

BH_LINT_FILE(bh_lint_root) {
        const struct bh_docker_instr *user = l->file->n_stages ? last_user(l, l->file->n_stages - 1) : NULL;

        if (user && user->n_words && (bh_word_in(user->words[0], "root|0") || bh_str_starts(user->words[0], BH_STR("root:")) ||
                                      bh_str_starts(user->words[0], BH_STR("0:"))))
                bh_lint_fire(l, user->line, user->text);
}

static void many(struct bh_lint *l, enum bh_docker_kind kind) {
        for (uint32_t i = 0; i < l->file->n_stages; i++) {
                const struct bh_docker_stage *s = &l->file->stages[i];
                uint32_t n = 0;

                for (uint32_t k = s->first; k < s->first + s->n; k++)
                        if (l->file->instrs[k].kind == kind && !l->file->instrs[k].onbuild && n++)
                                bh_lint_fire(l, l->file->instrs[k].line, BH_STR(""));
        }
}

BH_LINT_FILE(bh_lint_many_cmd) { many(l, BH_DOCKER_CMD); }
BH_LINT_FILE(bh_lint_many_entrypoint) { many(l, BH_DOCKER_ENTRYPOINT); }
BH_LINT_FILE(bh_lint_many_health) { many(l, BH_DOCKER_HEALTHCHECK); }

/* A bare word without a tag or a path is meant to be a stage. */
BH_LINT_FILE(bh_lint_from_undefined) {
        for (uint32_t i = 0; i < l->file->n_instrs; i++) {
                const struct bh_docker_instr *in = &l->file->instrs[i];
                const struct bh_docker_flag *from = in->kind == BH_DOCKER_COPY ? bh_docker_flag_find(in, "from") : NULL;
                uint64_t number;

                if (!from || in->stage == UINT32_MAX || bh_str_chr(from->value, '$') >= 0)
                        continue;
                if (bh_str_u64(from->value, &number) ? number >= in->stage
                                                     : bh_str_chr(from->value, ':') < 0 && bh_str_chr(from->value, '/') < 0 &&
                                                               bh_str_chr(from->value, '@') < 0 && !stage_named(l, from->value, in->stage))
                        bh_lint_fire(l, in->line, from->value);
        }
}

BH_LINT_FILE(bh_lint_stage_twice) {
        for (uint32_t i = 0; i < l->file->n_stages; i++)
                if (l->file->stages[i].name.len && stage_named(l, l->file->stages[i].name, i))
                        bh_lint_fire(l, l->file->stages[i].line, l->file->stages[i].name);
}

BH_LINT_FILE(bh_lint_runs) {
        enum { IN_A_ROW = 3 };
        uint32_t row = 0;

        for (uint32_t i = 0; i < l->file->n_instrs; i++) {
                const struct bh_docker_instr *in = &l->file->instrs[i];

                row = in->kind == BH_DOCKER_RUN && bh_lint_is_final(l, in) && !in->n_flags ? row + 1 : 0;
                if (row == IN_A_ROW)
                        bh_lint_fire(l, l->file->instrs[i + 1 - IN_A_ROW].line, BH_STR(""));
        }
}

static bool is_used(const struct bh_lint *l, uint32_t stage) {
        struct bh_str name = l->file->stages[stage].name;

        for (uint32_t i = stage + 1; i < l->file->n_stages; i++)
                if (bh_str_eq_nocase(l->file->stages[i].image, name))
                        return true;
        for (uint32_t i = 0; i < l->file->n_instrs; i++)
                for (uint32_t k = 0; k < l->file->instrs[i].n_flags; k++) {
                        struct bh_str v = l->file->instrs[i].flags[k].value;
                        uint64_t number;

                        if (bh_str_find(v, name) >= 0 || (bh_str_u64(v, &number) && number == stage))
                                return true;
                }
        return false;
}

BH_LINT_FILE(bh_lint_stage_unused) {
        for (uint32_t i = 0; i + 1 < l->file->n_stages; i++)
                if (l->file->stages[i].name.len && !is_used(l, i))
                        bh_lint_fire(l, l->file->stages[i].line, l->file->stages[i].name);
}

static bool mentions(const struct bh_docker_instr *in, struct bh_str name) {
        struct bh_str rest = in->text;
        ptrdiff_t at;

        while ((at = bh_str_chr(rest, '$')) >= 0) {
                rest = bh_str_from(rest, (size_t) at + 1);
                BH_IGNORE(bh_str_cut_prefix(&rest, BH_STR("{")));
                if (bh_str_starts(rest, name) && (rest.len == name.len || (!bh_is_alnum(rest.at[name.len]) && rest.at[name.len] != '_')))
                        return true;
        }
        return false;
}

static bool declares(const struct bh_docker_instr *in, struct bh_str name) {
        for (uint32_t i = 0; (in->kind == BH_DOCKER_ARG || in->kind == BH_DOCKER_ENV) && i < in->n_words; i++) {
                struct bh_str left, right;

                BH_IGNORE(bh_str_cut(in->words[i], '=', &left, &right));
                if (bh_str_eq(left, name))
                        return true;
        }
        return false;
}

static void use_of(struct bh_lint *l, struct bh_str name) {
        bool known = false;

        for (uint32_t i = 0; i < l->file->n_instrs; i++) {
                const struct bh_docker_instr *in = &l->file->instrs[i];

                if (in->kind == BH_DOCKER_FROM || in->stage == UINT32_MAX) {
                        known = false;
                        continue;
                }
                known |= declares(in, name);
                if (!known && mentions(in, name)) {
                        bh_lint_fire(l, in->line, name);
                        return;
                }
        }
}

BH_LINT_FILE(bh_lint_arg_scope) {
        for (uint32_t i = 0; i < l->file->n_instrs && l->file->instrs[i].stage == UINT32_MAX; i++)
                for (uint32_t k = 0; l->file->instrs[i].kind == BH_DOCKER_ARG && k < l->file->instrs[i].n_words && k < 64; k++) {
                        struct bh_str name, value;

                        BH_IGNORE(bh_str_cut(l->file->instrs[i].words[k], '=', &name, &value));
                        if (name.len)
                                use_of(l, name);
                }
}

static const struct bh_docker_instr *in_final(const struct bh_lint *l, enum bh_docker_kind kind, const char *text) {
        for (uint32_t i = 0; i < l->file->n_instrs; i++)
                if (bh_lint_is_final(l, &l->file->instrs[i]) && l->file->instrs[i].kind == kind &&
                    bh_str_find(l->file->instrs[i].text, bh_str_of(text)) >= 0)
                        return &l->file->instrs[i];
        return NULL;
}

BH_LINT_FILE(bh_lint_no_health) {
        if (l->file->n_stages && !in_final(l, BH_DOCKER_HEALTHCHECK, ""))
                bh_lint_fire(l, l->file->stages[l->file->n_stages - 1].line, BH_STR(""));
}

BH_LINT_FILE(bh_lint_labels) {
        if (l->file->n_stages && !in_final(l, BH_DOCKER_LABEL, "org.opencontainers.image."))
                bh_lint_fire(l, l->file->stages[l->file->n_stages - 1].line, BH_STR(""));
}

/* A secret's file that a RUN reads straight from the build's context, or a copied one that a later step deletes. */
BH_LINT_FILE(bh_lint_secret_mount) {
        for (uint32_t i = 0; i < l->file->n_instrs; i++) {
                const struct bh_docker_instr *in = &l->file->instrs[i];
                const struct bh_docker_flag *mount = in->kind == BH_DOCKER_RUN ? bh_docker_flag_find(in, "mount") : NULL;

                if (mount && bh_str_find(mount->value, BH_STR("type=secret")) >= 0 && bh_str_find(in->text, BH_STR("cp ")) >= 0 &&
                    bh_str_find(in->text, BH_STR("/run/secrets/")) >= 0)
                        bh_lint_fire(l, in->line, BH_STR("cp ... /run/secrets/"));
        }
}

BH_LINT_FILE(bh_lint_no_from) {
        if (l->file->n_stages == 0)
                bh_lint_fire(l, l->file->instrs[0].line, BH_STR(""));
}

BH_LINT_FILE(bh_lint_before_from) {
        for (uint32_t i = 0; l->file->n_stages && i < l->file->n_instrs && l->file->instrs[i].stage == UINT32_MAX; i++)
                if (l->file->instrs[i].kind != BH_DOCKER_ARG)
                        bh_lint_fire(l, l->file->instrs[i].line, l->file->instrs[i].word);
}
