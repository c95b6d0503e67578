/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_CONTENT_H
#define BH_TESTS_CONTENT_H
/* For tests of content: the rule files below a folder as one bundle, in the order of their names. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "scan/content/rules.h"

static char *rule_files[1024];
static size_t n_rule_files;

static int note_file(const char *path, const struct stat *st, int flag, struct FTW *at) {
        (void) st;
        (void) at;
        if (flag == FTW_F && bh_str_ends(bh_str_of(path), BH_STR(".yaml")) && n_rule_files < BH_LEN(rule_files))
                rule_files[n_rule_files++] = strdup(path);
        return 0;
}

static int by_name(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int read_whole(const char *path, struct bh_buf *out) {
        FILE *f = fopen(path, "rb");
        size_t n;

        if (!f)
                return -1;
        do {
                n = fread(bh_buf_room(out, 1 << 16), 1, 1 << 16, f);
                out->len += n;
        } while (n);
        return fclose(f);
}

/* Folders in argv[1..]; files whose name begins with '_' come first by their order. */
static inline int bundle_of(char **folders, struct bh_buf *bundle) {
        for (; *folders; folders++)
                if (nftw(*folders, note_file, 16, FTW_PHYS) < 0) {
                        perror(*folders);
                        return -1;
                }
        qsort(rule_files, n_rule_files, sizeof *rule_files, by_name);
        for (size_t i = 0; i < n_rule_files; i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
                const char *name = strstr(rule_files[i], "content/");

                if (read_whole(rule_files[i], &bytes) < 0)
                        return -1;
                bh_content_bundle_add(bundle, bh_str_of(name ? name : rule_files[i]), bh_buf_str(&bytes));
                free(rule_files[i]);
        }
        return 0;
}

#endif
