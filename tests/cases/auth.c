/* SPDX-License-Identifier: Apache-2.0 */
/* A config.json; the title ends with the names to look up: "… : host/path host2/path". */
#include "case.h"
#include "image/auth.h"

static void show(struct bh_buf *out, const char *name, struct bh_str value) {
        char text[200];

        if (value.len)
                bh_buf_printf(out, " %s=%s", name, bh_str_quote(value, text, sizeof text));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct bh_str names = bh_str_from(title, (size_t) (bh_str_find(title, BH_STR(" : ")) + 3)), name;

        while (bh_str_word(&names, &name)) {
                struct bh_auth auth = { 0 };
                int r = bh_auth_parse(arena, input, name, &auth, err);

                if (r < 0)
                        return r;
                bh_buf_printf(out, "%.*s:%s", BH_FMT(name), r ? "" : " nothing");
                show(out, "user", auth.credentials.username);
                show(out, "password", auth.credentials.password);
                show(out, "identity", auth.credentials.identity_token);
                show(out, "registry", auth.credentials.registry_token);
                show(out, "helper", auth.helper);
                show(out, "server", auth.server);
                bh_buf_putc(out, '\n');
        }
        return 0;
}
