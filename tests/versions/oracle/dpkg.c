/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg's own library. Each oracle reads "A<tab>B" a line and prints '<', '='
 * or '>' ('?' when it cannot tell), then '+' or '-' for each of the two: does
 * the tool take it ('?' when the tool does not judge).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dpkg/dpkg.h>
#include <dpkg/error.h>
#include <dpkg/version.h>

static char judge(struct dpkg_version *v, const char *text) {
        struct dpkg_error err = DPKG_ERROR_INIT;
        int r = parseversion(v, text, &err);

        return r == 0 && err.type == DPKG_MSG_NONE ? '+' : '-';
}

int main(void) {
        char *line = NULL;
        size_t cap = 0;

        while (getline(&line, &cap, stdin) > 0) {
                struct dpkg_version a = { 0 }, b = { 0 };
                char *x = line, *y = strchr(line, '\t'), ok_x, ok_y, order = '?';

                *y++ = '\0';
                y[strcspn(y, "\n")] = '\0';
                ok_x = judge(&a, x);
                ok_y = judge(&b, y);
                if (ok_x == '+' && ok_y == '+') {
                        int r = dpkg_version_compare(&a, &b);

                        order = r < 0 ? '<' : r > 0 ? '>' : '=';
                }
                printf("%c%c%c\n", order, ok_x, ok_y);
        }
        return 0;
}
