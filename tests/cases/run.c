/* SPDX-License-Identifier: Apache-2.0 */
/* Runs all .case files of a folder through the driver it is linked with; see case.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cur.h"
#include "base/text.h"
#include "base/vec.h"
#include "case.h"

struct one_case {
        struct bh_str title;
        struct bh_str how; /* "", "hex", "base64" */
        struct bh_buf input, expect;
};

static unsigned n_passed, n_failed;

static struct bh_str decoded(struct bh_arena *arena, struct bh_str how, struct bh_str text) {
        struct bh_buf digits = { 0 };
        struct bh_str out = text, word;

        if (bh_str_is(how, "base64") && !bh_base64_decode(arena, bh_str_trim(text), &out))
                out = BH_STR("(bad base64)");
        if (bh_str_is(how, "hex")) {
                char *bytes;

                while (bh_str_word(&text, &word))
                        bh_buf_add(&digits, word);
                bytes = bh_arena_bytes(arena, digits.len / 2 + 1);
                out = bh_unhex(bh_buf_str(&digits), bytes, digits.len / 2) ? (struct bh_str){ bytes, digits.len / 2 }
                                                                          : BH_STR("(bad hex)");
                bh_buf_done(&digits);
        }
        return out;
}

/* The blank lines that set a case apart from the next are not part of it. */
static void drop_blank_end(struct bh_buf *b) {
        while (b->len > 1 && b->at[b->len - 1] == '\n' && b->at[b->len - 2] == '\n')
                b->len--;
        if (b->len == 1 && b->at[0] == '\n')
                b->len = 0;
}

static void run(const char *file, struct one_case *c) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_str input = decoded(arena, c->how, bh_buf_str(&c->input));
        char *exact = malloc(input.len ? input.len : 1);

        if (!exact)
                abort();
        drop_blank_end(&c->expect);
        memcpy(exact, input.at, input.len); /* its exact size: ASan sees a read past the end */
        if (bh_case_run(arena, c->title, (struct bh_str){ exact, input.len }, &out, &err) < 0)
                bh_buf_printf(&out, "error: %s\n", err.text);
        if (bh_str_eq(bh_buf_str(&out), bh_buf_str(&c->expect)))
                n_passed++;
        else {
                n_failed++;
                (void) printf("FAILED %s: %.*s\n--- expected\n%.*s--- got\n%.*s", file, BH_FMT(c->title),
                              BH_FMT(bh_buf_str(&c->expect)), BH_FMT(bh_buf_str(&out)));
        }
        free(exact);
        bh_buf_done(&out);
        bh_arena_free(&arena);
        bh_buf_done(&c->input);
        bh_buf_done(&c->expect);
        *c = (struct one_case){ 0 };
}

static void run_file(const char *file, struct bh_str text) {
        struct bh_cur cur = bh_cur_of(text);
        struct one_case c = { 0 };
        struct bh_buf *into = NULL;
        struct bh_str line;

        while (bh_cur_line(&cur, &line)) {
                if (bh_str_cut_prefix(&line, BH_STR("@@")))
                        line = (struct bh_str){ line.at - 1, line.len + 1 };
                else if (bh_str_cut_prefix(&line, BH_STR("@case"))) {
                        if (c.title.len)
                                run(file, &c);
                        c.title = bh_str_trim(line);
                        into = NULL;
                        continue;
                } else if (bh_str_cut_prefix(&line, BH_STR("@input"))) {
                        c.how = bh_str_trim(line);
                        into = &c.input;
                        continue;
                } else if (bh_str_starts(line, BH_STR("@expect"))) {
                        into = &c.expect;
                        continue;
                }
                if (into) {
                        bh_buf_add(into, line);
                        bh_buf_putc(into, '\n');
                }
        }
        if (c.title.len)
                run(file, &c);
}

static int load_and_run(const char *path) {
        struct bh_buf text = { 0 };
        FILE *f = fopen(path, "rb");
        size_t n;

        if (!f) {
                perror(path);
                return 1;
        }
        while ((n = fread(bh_buf_room(&text, 65536), 1, 65536, f)) > 0)
                text.len += n;
        (void) fclose(f);
        run_file(path, bh_buf_str(&text));
        bh_buf_done(&text);
        return 0;
}

int main(int argc, char **argv) {
        struct dirent **list;
        int n = argc > 1 ? scandir(argv[1], &list, NULL, alphasort) : -1, bad = 0;

        if (n < 0) {
                (void) fprintf(stderr, "usage: case_NAME FOLDER\n");
                return 2;
        }
        for (int i = 0; i < n; i++) {
                char path[4096];

                if (bh_str_ends(bh_str_of(list[i]->d_name), BH_STR(".case"))) {
                        (void) snprintf(path, sizeof path, "%s/%s", argv[1], list[i]->d_name);
                        bad |= load_and_run(path);
                }
                free(list[i]);
        }
        free(list);
        (void) printf("%u passed, %u failed\n", n_passed, n_failed);
        return bad || n_failed || n_passed == 0;
}
