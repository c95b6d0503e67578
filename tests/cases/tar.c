/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the entries of a tar, plain or packed, and the first bytes of each file. */
#include <string.h>

#include "case.h"
#include "fmt/tar.h"
#include "fmt/unpack.h"

static int from_slice(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str *in = user;

        (void) err;
        *ret_n = BH_MIN(room, BH_MIN(in->len, (size_t) 1000));
        memcpy(buf, in->at, *ret_n);
        *in = bh_str_from(*in, *ret_n);
        return 0;
}

static int print(struct bh_tar *tar, struct bh_buf *out, struct bh_err *err) {
        static const char *const kinds[] = { "file", "hardlink", "symlink", "char", "block", "dir", "fifo", "other" };
        const struct bh_tar_entry *e;
        char text[200];
        int r;

        while ((r = bh_tar_next(tar, &e, err)) > 0) {
                struct bh_str head;

                bh_buf_printf(out, "%s %04o %s", kinds[e->kind], e->mode, bh_str_quote(e->path, text, sizeof text));
                if (e->link.len)
                        bh_buf_printf(out, " -> %s", bh_str_quote(e->link, text, sizeof text));
                if (e->kind == BH_TAR_FILE)
                        bh_buf_printf(out, " %llu", (unsigned long long) e->real_size);
                if (e->escapes)
                        bh_buf_puts(out, " escapes");
                if (e->sparse)
                        bh_buf_puts(out, " sparse");
                if (e->capability.len)
                        bh_buf_printf(out, " capability of %zu bytes", e->capability.len);
                bh_buf_putc(out, '\n');
                r = bh_tar_peek(tar, 16, &head, err);
                if (r < 0)
                        return r;
                if (head.len && !e->sparse)
                        bh_buf_printf(out, "  \"%s\"\n", bh_str_quote(head, text, sizeof text));
        }
        return r;
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_stream packed, plain;
        struct bh_unpack *unpack;
        struct bh_tar *tar;
        uint64_t rest;
        int r;

        (void) arena;
        (void) title;
        bh_stream_init(&packed, from_slice, &input);
        unpack = bh_unpack_new(&packed);
        bh_stream_init(&plain, bh_unpack_fill, unpack);
        tar = bh_tar_new(&plain);
        r = print(tar, out, err);
        if (r == 0)
                r = bh_stream_skip(&plain, UINT64_MAX, &rest, err);
        bh_tar_free(&tar);
        bh_stream_done(&plain);
        bh_unpack_free(&unpack);
        bh_stream_done(&packed);
        return r;
}
