/* SPDX-License-Identifier: Apache-2.0 */
/* An answer of the engine; the title begins with what it answers: image, images, container, containers. */
#include "case.h"
#include "image/engine.h"

static void show(struct bh_buf *out, const struct bh_engine_image *i) {
        char text[100], name[100];

        bh_buf_printf(out, "id=%s size=%llu created=%lld", bh_str_quote(i->id, text, sizeof text),
                      (unsigned long long) i->size_bytes, (long long) i->created_s);
        if (i->container_id.len)
                bh_buf_printf(out, " container=%s name=%s pid=%d", bh_str_quote(i->container_id, text, sizeof text),
                              bh_str_quote(i->container_name, name, sizeof name), i->pid);
        bh_buf_putc(out, '\n');
        for (size_t n = 0; n < i->n_repo_tags; n++)
                bh_buf_printf(out, "  tag %s\n", bh_str_quote(i->repo_tags[n], text, sizeof text));
        for (size_t n = 0; n < i->n_repo_digests; n++)
                bh_buf_printf(out, "  digest %s\n", bh_str_quote(i->repo_digests[n], text, sizeof text));
        for (size_t n = 0; n < i->n_diff_ids; n++)
                bh_buf_printf(out, "  layer %s\n", bh_str_quote(i->diff_ids[n], text, sizeof text));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        bool many = bh_str_starts(title, BH_STR("images")) || bh_str_starts(title, BH_STR("containers"));
        struct bh_engine_image one;
        struct bh_engine_list list = { &one, 1 };
        int r;

        if (many)
                r = title.at[0] == 'i' ? bh_engine_parse_images(arena, input, &list, err)
                                       : bh_engine_parse_containers(arena, input, &list, err);
        else
                r = title.at[0] == 'i' ? bh_engine_parse_image(arena, input, &one, err)
                                       : bh_engine_parse_container(arena, input, &one, err);
        for (size_t i = 0; r == 0 && i < list.len; i++)
                show(out, &list.at[i]);
        return r;
}
