/* SPDX-License-Identifier: Apache-2.0 */
/* A purl a line of standard input; prints it as we read it, or "error: TEXT". */
#include <stdio.h>
#include <stdlib.h>

#include "model/purl.h"

int main(void) {
        struct bh_arena *arena = bh_arena_new();
        char *line = NULL;
        size_t cap = 0;
        ssize_t n;

        while ((n = getline(&line, &cap, stdin)) > 0) {
                struct bh_str text = { line, (size_t) n - (line[n - 1] == '\n') };
                BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
                struct bh_err err = BH_ERR_NONE;
                struct bh_purl purl;

                if (bh_purl_parse(arena, text, &purl, &err) < 0)
                        bh_buf_printf(&out, "error: %s", err.text);
                else
                        bh_purl_print(&purl, &out);
                (void) printf("%.*s\n", BH_FMT(bh_buf_str(&out)));
                bh_arena_reset(arena);
        }
        bh_arena_free(&arena);
        free(line);
        return 0;
}
