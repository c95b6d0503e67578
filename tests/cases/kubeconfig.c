/* SPDX-License-Identifier: Apache-2.0 */
/* A kubeconfig; the title ends with the context that is asked for, after the last ": ". Or a page of a list: the title begins with page. */
#include "case.h"
#include "engine/kubernetes.h"

static void show(struct bh_buf *out, const char *key, struct bh_str text) {
        char quoted[120];

        if (text.len)
                bh_buf_printf(out, "%s %s\n", key, bh_str_quote(text, quoted, sizeof quoted));
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out, struct bh_err *err) {
        ptrdiff_t colon = bh_str_find(title, BH_STR("context: "));
        struct bh_kube_config c;
        struct bh_str next;
        int r;

        if (bh_str_starts(title, BH_STR("page"))) {
                r = bh_kube_parse_continue(arena, input, &next, err);
                if (r >= 0)
                        bh_buf_printf(out, "next \"%.*s\"\n", BH_FMT(next));
                return r;
        }
        r = bh_kube_parse_config(arena, input, colon < 0 ? (struct bh_str){ 0 } : bh_str_from(title, (size_t) colon + 9), &c, err);
        if (r < 0)
                return r;
        show(out, "context", c.context);
        show(out, "server", c.server);
        show(out, "ca", c.ca_pem);
        show(out, "ca file", c.ca_file);
        show(out, "cert", c.cert_pem);
        show(out, "cert file", c.cert_file);
        show(out, "key file", c.key_file);
        show(out, "token", c.token);
        show(out, "token file", c.token_file);
        if (c.insecure)
                bh_buf_puts(out, "insecure\n");
        return 0;
}
