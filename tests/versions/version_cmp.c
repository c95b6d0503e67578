/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What agree.py asks: "SCHEME<tab>A<tab>B" a line of standard input; prints
 * '<', '=' or '>', then for each of the two '+' when its tool would take it,
 * else '-'.
 */
#include <stdio.h>
#include <stdlib.h>

#include "advisory/version.h"

int main(void) {
        char *line = NULL;
        size_t cap = 0;
        ssize_t n;

        while ((n = getline(&line, &cap, stdin)) > 0) {
                struct bh_str rest = { line, (size_t) n - (line[n - 1] == '\n') }, word, a, b;
                enum bh_scheme scheme;
                int r;

                (void) bh_str_cut(rest, '\t', &word, &rest);
                (void) bh_str_cut(rest, '\t', &a, &b);
                scheme = bh_scheme_of_word(word);
                if (scheme == _BH_SCHEME_MAX) {
                        (void) fprintf(stderr, "no scheme %.*s\n", BH_FMT(word));
                        return 2;
                }
                r = bh_version_cmp(scheme, a, b);
                (void) printf("%c%c%c\n", r < 0 ? '<' : r > 0 ? '>' : '=', bh_version_valid(scheme, a) ? '+' : '-',
                              bh_version_valid(scheme, b) ? '+' : '-');
        }
        free(line);
        return 0;
}
