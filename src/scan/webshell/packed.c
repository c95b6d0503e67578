/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/webshell/packed.h"

#include <stdio.h>

#include "scan/content/checks.h"

enum { RUN_MIN = 800, ESCAPES_MIN = 150, LETTERS_MIN = 40 };

static bool of_run(char c) {
        return bh_is_alnum(c) || c == '+' || c == '/' || c == '=';
}

static size_t run_from(struct bh_str s, size_t i) {
        size_t from = i;

        while (i < s.len && of_run(s.at[i]))
                i++;
        return i - from;
}

struct bh_packed bh_packed_measure(struct bh_str s) {
        struct bh_packed m = { 0 };

        for (size_t i = 0; i < s.len; i++) {
                size_t n = run_from(s, i);

                if (n > m.run) {
                        m.run = n;
                        m.run_at = i;
                }
                if (n >= 3 && bh_str_starts(bh_str_from(s, i + n - 3), BH_STR("chr")) && i + n < s.len && s.at[i + n] == '(')
                        m.letters++;
                i += n;
                if (i + 1 < s.len && s.at[i] == '\\')
                        m.escapes += s.at[i + 1] == 'x' || bh_is_digit(s.at[i + 1]);
                m.odd += i < s.len && (unsigned char) s.at[i] >= 0x80;
        }
        if (m.run)
                m.evenness = bh_entropy(bh_str_part(s, m.run_at, m.run));
        return m;
}

const char *bh_packed_judge(const struct bh_packed *m, struct bh_str s, char *out, size_t size) {
        unsigned share = s.len ? (unsigned) (m->run * 100 / s.len) : 0;

        if (m->run >= RUN_MIN && share >= 40 && m->evenness > 3.6)
                (void) snprintf(out, size, "%u%% of the file is one text of %zu letters (%.1f bits each), and code is made at run time", share,
                                m->run, m->evenness);
        else if (m->escapes >= ESCAPES_MIN && m->escapes * 4ull * 100 / s.len >= 30)
                (void) snprintf(out, size, "%llu%% of the file is written as escapes, and code is made at run time",
                                m->escapes * 4ull * 100 / s.len);
        else if (m->letters >= LETTERS_MIN && m->letters * 8ull * 100 / s.len >= 30)
                (void) snprintf(out, size, "%u letters are written as chr(), and code is made at run time", m->letters);
        else
                return NULL;
        return out;
}
