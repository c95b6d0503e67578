/* SPDX-License-Identifier: Apache-2.0 */
/* A vector a line of standard input; prints "BASE TEMPORAL ENVIRONMENTAL", or "error: TEXT". */
#include <stdio.h>
#include <stdlib.h>

#include "model/cvss.h"

int main(void) {
        char *line = NULL;
        size_t cap = 0;
        ssize_t n;

        while ((n = getline(&line, &cap, stdin)) > 0) {
                struct bh_str vector = { line, (size_t) n - (line[n - 1] == '\n') };
                struct bh_err err = BH_ERR_NONE;
                struct bh_cvss c;

                if (bh_cvss_parse(vector, &c, &err) < 0)
                        (void) printf("error: %s\n", err.text);
                else
                        (void) printf("%.1f %.1f %.1f\n", c.base, c.temporal, c.environmental);
        }
        free(line);
        return 0;
}
