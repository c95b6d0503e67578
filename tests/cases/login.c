/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a log of logins, one event a line; with a title that ends in "journal", lines of JSON. */
#include <stdlib.h>
#include <time.h>

#include "case.h"
#include "base/cur.h"
#include "base/text.h"
#include "sense/login.h"

static void show(const struct bh_login *l, struct bh_buf *out) {
        const struct {
                const char *name;
                struct bh_str text;
        } all[] = {
                { "user", l->user },     { "target", l->target }, { "ip", l->ip },   { "port", l->port }, { "method", l->method },
                { "tty", l->tty },       { "cwd", l->cwd },       { "command", l->command }, { "key", l->key }, { "host", l->host },
        };
        char text[256], when[21];

        bh_buf_printf(out, "%s %.*s %s", bh_time_print(l->time_ns / 1000000000, when), BH_FMT(l->service), bh_login_type_str(l->type));
        for (size_t i = 0; i < BH_LEN(all); i++)
                if (all[i].text.len)
                        bh_buf_printf(out, " %s=%s", all[i].name, bh_str_quote(all[i].text, text, sizeof text));
        bh_buf_printf(out, "%s pid=%u\n", l->invalid_user ? " invalid" : "", l->pid);
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        bool journal = bh_str_ends(title, BH_STR("journal"));
        struct bh_cur c = bh_cur_of(input);
        struct bh_str line;
        struct bh_login l;

        (void) err;
        (void) setenv("TZ", "UTC", 1);
        tzset();
        while (bh_cur_line(&c, &line))
                if (journal ? bh_login_journal(arena, line, &l) : bh_login_line(line, 1795000000, &l))
                        show(&l, out);
                else
                        bh_buf_puts(out, "-\n");
        return 0;
}
