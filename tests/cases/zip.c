/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a zip by its directory, or ("as a stream") by local headers, fed one byte at a time. */
#include "case.h"
#include "fmt/zip.h"
#include "fmt/zip_push.h"

struct print {
        struct bh_buf *out;
        struct bh_buf text;
};

static void show(struct bh_buf *out, struct bh_str content) {
        char q[200];

        bh_buf_printf(out, ": %s\n", bh_str_quote(content, q, sizeof q));
}

static int begin(void *user, const struct bh_zip_part *part, struct bh_err *err) {
        struct print *p = user;

        (void) err;
        bh_buf_clear(&p->text);
        bh_buf_printf(p->out, "%s%s", BH_QUOTE(part->name), part->sized ? "" : " (size follows)");
        if (bh_str_starts(part->name, BH_STR("skip"))) {
                bh_buf_puts(p->out, "\n");
                return 0;
        }
        return 1;
}

static int data(void *user, struct bh_str bytes, struct bh_err *err) {
        struct print *p = user;

        (void) err;
        bh_buf_add(&p->text, bytes);
        return 0;
}

static int end(void *user, const struct bh_err *broken, struct bh_err *err) {
        struct print *p = user;

        (void) err;
        if (broken)
                bh_buf_printf(p->out, " broken: %s", broken->text);
        show(p->out, bh_buf_str(&p->text));
        return 0;
}

static int push(struct bh_str input, struct bh_budget *budget, struct bh_buf *out, struct bh_err *err) {
        struct print p = { .out = out };
        struct bh_zip_sink sink = { &p, begin, data, end };
        struct bh_zip_push *z = bh_zip_push_new(&sink, budget);
        int r = 0;

        for (size_t i = 0; r == 0 && i < input.len; i++)
                r = bh_zip_push_feed(z, bh_str_part(input, i, 1), err);
        if (r == 0)
                r = bh_zip_push_finish(z, err);
        if (r < 0 && out->len && out->at[out->len - 1] != '\n')
                bh_buf_puts(out, "\n");
        bh_zip_push_free(&z);
        bh_buf_done(&p.text);
        return r;
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_budget budget = { "zip", 1000, 100, 1 };
        struct bh_zip_entry e;
        struct bh_str content;
        struct bh_zip zip;
        int r;

        if (bh_str_starts(title, BH_STR("as a stream")))
                return push(input, &budget, out, err);
        r = bh_zip_open(input, &zip, err);
        while (r >= 0 && (r = bh_zip_next(&zip, &e, err)) > 0) {
                bh_buf_puts(out, BH_QUOTE(e.name));
                r = bh_zip_read(arena, &zip, &e, 100, &budget, &content, err);
                if (r < 0) {
                        bh_buf_puts(out, "\n");
                        return bh_wrap(err, r, "%s", BH_QUOTE(e.name));
                }
                show(out, content);
        }
        return r;
}
