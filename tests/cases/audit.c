/* SPDX-License-Identifier: Apache-2.0 */
/* Events of Kubernetes' audit: every field that has a value. The title may end with " : FIELD[ARGUMENT]", to ask for one. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "case.h"
#include "sense/audit.h"

struct asked {
        struct bh_arena *arena;
        struct bh_buf *out;
        struct bh_str name;
        struct bh_field_arg arg;
};

static void show_value(const struct bh_value *v, struct bh_buf *out) {
        if (v->is_list)
                for (size_t i = 0; i < v->list.n; i++) {
                        bh_buf_puts(out, i ? " | " : "");
                        bh_buf_add(out, v->list.at[i].str);
                }
        else if (v->str.at)
                bh_buf_add(out, v->str);
        else
                bh_buf_printf(out, "%lld", (long long) v->i);
}

static int show(void *user, const struct bh_audit_event *e) {
        const struct asked *a = user;

        for (size_t i = 0; i < bh_source_k8s_audit.n_fields; i++) {
                const struct bh_field *f = &bh_source_k8s_audit.fields[i];
                struct bh_value v;

                if (a->name.len ? !bh_str_is(a->name, f->name) : strncmp(f->name, "ka.", 3) != 0)
                        continue;
                if (!f->get(f, e, &a->arg, a->arena, &v)) {
                        if (a->name.len)
                                bh_buf_puts(a->out, "-\n");
                        continue;
                }
                bh_buf_printf(a->out, "%s: ", f->name);
                show_value(&v, a->out);
                bh_buf_putc(a->out, '\n');
        }
        return 0;
}

int bh_case_run(struct bh_arena *arena, struct bh_str title, struct bh_str input, struct bh_buf *out,
                struct bh_err *err) {
        struct asked a = { .arena = arena, .out = out };
        ptrdiff_t colon = bh_str_find(title, BH_STR(" : "));
        struct bh_str key;

        (void) setenv("TZ", "UTC", 1);
        tzset();
        if (colon >= 0) {
                a.name = bh_str_from(title, (size_t) colon + 3);
                a.arg.given = bh_str_cut(a.name, '[', &a.name, &key);
                a.arg.key = a.arg.given ? bh_str_part(key, 0, key.len - 1) : (struct bh_str){ 0 };
                (void) bh_str_u64(a.arg.key, &a.arg.index);
        }
        return bh_audit_parse(arena, input, show, &a, err);
}
