/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/deb822.h"

#include <string.h>

static bool is_blank(struct bh_str line) {
        return bh_str_trim(line).len == 0;
}

static int add_field(struct bh_deb822 *d, struct bh_str line, struct bh_err *err) {
        struct bh_deb822_field *f = &d->fields[d->n_fields];

        if (d->n_fields == BH_LEN(d->fields))
                return bh_fail(err, BH_E_LIMIT, "more than %zu fields in a stanza", BH_LEN(d->fields));
        if (bh_str_chr(line, ':') < 1 || !bh_str_cut(line, ':', &f->name, &f->value))
                return bh_fail(err, BH_E_FORMAT, "no field name before a colon");
        f->value = bh_str_trim(f->value);
        d->n_fields++;
        return 0;
}

/* The value grows to the end of this line: both lie in the same bytes. */
static int fold_line(struct bh_deb822 *d, struct bh_str line, struct bh_err *err) {
        struct bh_str *value;

        if (d->n_fields == 0)
                return bh_fail(err, BH_E_FORMAT, "a continuation line without a field above it");
        value = &d->fields[d->n_fields - 1].value;
        value->len = (size_t) (line.at + line.len - value->at);
        return 0;
}

int bh_deb822_next(struct bh_cur *c, struct bh_deb822 *ret, struct bh_err *err) {
        struct bh_deb822 d;
        struct bh_str line;
        int r;

        d.n_fields = 0;
        while (bh_cur_line(c, &line)) {
                bool folded = line.len && (line.at[0] == ' ' || line.at[0] == '\t');

                if (line.len == 0 || (is_blank(line) && d.n_fields == 0)) {
                        if (d.n_fields)
                                break;
                        continue;
                }
                if (line.at[0] == '#')
                        continue;
                r = folded ? fold_line(&d, line, err) : add_field(&d, line, err);
                if (r < 0)
                        return bh_wrap(err, r, "line %u", c->line);
        }
        if (d.n_fields == 0)
                return 0;
        ret->n_fields = d.n_fields;
        memcpy(ret->fields, d.fields, d.n_fields * sizeof d.fields[0]);
        return 1;
}

void bh_deb822_skip(struct bh_cur *c) {
        struct bh_str line;

        while (bh_cur_line(c, &line) && line.len)
                ;
}

struct bh_str bh_deb822_get(const struct bh_deb822 *d, const char *name) {
        struct bh_str wanted = bh_str_of(name);

        for (size_t i = 0; i < d->n_fields; i++)
                if (bh_str_eq_nocase(d->fields[i].name, wanted))
                        return d->fields[i].value;
        return (struct bh_str){ "", 0 };
}
