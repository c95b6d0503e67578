/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte for the scheme, then three versions, each ended by a newline. The
 * order must be one: the same from both sides, itself equal to itself, and
 * what is before the middle is before what comes after the middle.
 */
#include <stdio.h>
#include <stdlib.h>

#include "advisory/version.h"
#include "fuzz.h"

static void must(bool holds, const char *what, enum bh_scheme scheme, const struct bh_str *v) {
        char text[3][600];

        if (holds)
                return;
        for (unsigned i = 0; i < 3; i++)
                bh_str_quote(v[i], text[i], sizeof text[i]);
        (void) fprintf(stderr, "%s is not %s: \"%s\" \"%s\" \"%s\"\n", bh_scheme_str(scheme), what, text[0], text[1], text[2]);
        abort();
}

static int sign(int r) {
        return (r > 0) - (r < 0);
}

static void check(enum bh_scheme scheme, const struct bh_str *v) {
        int r[3][3];

        for (unsigned i = 0; i < 3; i++)
                for (unsigned j = 0; j < 3; j++)
                        r[i][j] = sign(bh_version_cmp(scheme, v[i], v[j]));
        for (unsigned i = 0; i < 3; i++)
                for (unsigned j = 0; j < 3; j++) {
                        must(r[i][j] == -r[j][i], "the same from both sides", scheme, v);
                        for (unsigned k = 0; k < 3; k++)
                                must(r[i][j] > 0 || r[j][k] > 0 || (r[i][k] <= 0 && (r[i][k] < 0 || (!r[i][j] && !r[j][k]))),
                                     "transitive", scheme, v);
                }
        for (unsigned i = 0; i < 3; i++)
                (void) bh_version_valid(scheme, v[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str rest, v[3];

        if (size < 1)
                return 0;
        rest = (struct bh_str){ (const char *) data + 1, size - 1 };
        for (unsigned i = 0; i < 3; i++)
                (void) bh_str_cut(rest, '\n', &v[i], &rest);
        check(data[0] % _BH_SCHEME_MAX, v);
        return 0;
}
