/* SPDX-License-Identifier: Apache-2.0 */
/* One WWW-Authenticate header a line; shows what is taken from all of them. */
#include "base/cur.h"
#include "case.h"
#include "image/challenge.h"

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        static const char *const kinds[] = { "none", "basic", "bearer" };
        struct bh_cur c = bh_cur_of(input);
        struct bh_challenge challenge = { 0 };
        struct bh_str line;
        char realm[200], service[200], scope[200];

        (void) title;
        while (bh_cur_line(&c, &line)) {
                int r = bh_challenge_parse(arena, line, &challenge, err);

                if (r < 0)
                        return r;
        }
        bh_buf_printf(out, "%s realm=%s service=%s scope=%s\n", kinds[challenge.kind],
                      bh_str_quote(challenge.realm, realm, sizeof realm),
                      bh_str_quote(challenge.service, service, sizeof service),
                      bh_str_quote(challenge.scope, scope, sizeof scope));
        return 0;
}
