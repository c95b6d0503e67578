/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/texts.h"

#include <string.h>

#include "base/arena.h"
#include "fmt/tarout.h"

struct texts {
        struct bh_buf *out;
        struct bh_arena *arena;
        size_t n;
};

/* One path part of printable text: what a person sees in the report. */
static struct bh_str part(struct bh_arena *arena, struct bh_str name) {
        char quoted[128];
        char *copy = (char *) (uintptr_t) bh_arena_cstr(arena, bh_str_of(bh_str_quote(name, quoted, sizeof quoted)));

        for (char *c = copy; *c; c++)
                if (*c == '/')
                        *c = ':';
        return bh_str_of(copy);
}

static void add(struct texts *t, struct bh_str path, struct bh_str text) {
        struct stat st = { .st_mode = S_IFREG | 0644, .st_size = (off_t) (text.len + 1) };
        size_t padding = bh_tarout_padding((uint64_t) st.st_size);

        if (text.len == 0 || !bh_tarout_header(t->out, &(struct bh_tarout){ .path = path, .st = &st }))
                return;
        bh_buf_add(t->out, text);
        bh_buf_putc(t->out, '\n');
        if (padding)
                memset(bh_buf_room(t->out, padding), 0, padding);
        t->out->len += padding;
        t->n++;
}

static void add_list(struct texts *t, const char *name, const struct bh_str *at, uint32_t n) {
        struct bh_str all = BH_STR("");

        for (uint32_t i = 0; i < n; i++)
                all = bh_arena_printf(t->arena, "%.*s%s%.*s", BH_FMT(all), i ? " " : "", BH_FMT(at[i]));
        add(t, bh_arena_printf(t->arena, "config:%s", name), all);
}

static void add_env(struct texts *t, const struct bh_image *image) {
        for (uint32_t i = 0; i < image->n_env; i++) {
                struct bh_str name, value;

                (void) bh_str_cut(image->env[i], '=', &name, &value);
                add(t, bh_arena_printf(t->arena, "config:Env:%.*s", BH_FMT(part(t->arena, name))), image->env[i]);
        }
}

static void add_labels(struct texts *t, const struct bh_image *image) {
        for (uint32_t i = 0; i < image->n_labels; i++) {
                const struct bh_pair *l = &image->labels[i];

                add(t, bh_arena_printf(t->arena, "config:Labels:%.*s", BH_FMT(part(t->arena, l->key))),
                    bh_arena_printf(t->arena, "%.*s=%.*s", BH_FMT(l->key), BH_FMT(l->value)));
        }
}

bool bh_image_texts(struct bh_buf *out, const struct bh_image *image) {
        struct texts t = { out, bh_arena_new(), 0 };

        add_env(&t, image);
        add_labels(&t, image);
        for (uint32_t i = 0; i < image->n_history; i++)
                add(&t, bh_arena_printf(t.arena, "config:History:%u", i + 1), image->history[i].created_by);
        add_list(&t, "Cmd", image->cmd, image->n_cmd);
        add_list(&t, "Entrypoint", image->entrypoint, image->n_entrypoint);
        if (t.n)
                bh_tarout_end(out);
        bh_arena_free(&t.arena);
        return t.n > 0;
}
