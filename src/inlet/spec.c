/* SPDX-License-Identifier: Apache-2.0 */
#include "inlet/inlet.h"

static const char **place_of(struct bh_inlet_opts *o, struct bh_str name) {
        struct {
                const char *name, **at;
        } const rows[] = { { "cert", &o->cert }, { "key", &o->key }, { "clients", &o->clients }, { "token", &o->token } };

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (bh_str_is(name, rows[i].name))
                        return rows[i].at;
        return NULL;
}

static int read_option(struct bh_arena *arena, struct bh_str part, struct bh_inlet_opts *o, struct bh_err *err) {
        struct bh_str name, value;
        const char **at;

        (void) bh_str_cut(part, '=', &name, &value);
        at = place_of(o, bh_str_trim(name));
        if (!at)
                return bh_fail(err, BH_E_USAGE, "%s is none of cert, key, clients, token", BH_QUOTE(name));
        if (!bh_str_trim(value).len)
                return bh_fail(err, BH_E_USAGE, "%s= needs a file", BH_QUOTE(name));
        *at = bh_arena_cstr(arena, bh_str_trim(value));
        return 0;
}

/* What would be open to anybody is refused here, before anything listens. */
static int look_over(const struct bh_inlet_opts *o, struct bh_err *err) {
        if (!o->cert != !o->key)
                return bh_fail(err, BH_E_USAGE, "cert= and key= go together");
        if (o->clients && !o->cert)
                return bh_fail(err, BH_E_USAGE, "clients= needs TLS: cert= and key=");
        if (!o->token && !o->clients)
                return bh_fail(err, BH_E_USAGE, "who may send? token=FILE, or clients=FILE with the authority of their certificates");
        return 0;
}

int bh_inlet_spec_parse(struct bh_arena *arena, const char *text, struct bh_inlet_opts *ret, struct bh_err *err) {
        struct bh_str rest = bh_str_of(text), listen = { 0 }, part;
        struct bh_inlet_opts o = *ret;
        int r = 0;

        (void) bh_str_split(&rest, ',', &listen);
        listen = bh_str_trim(listen);
        o.listen = bh_str_chr(listen, ':') < 0 ? bh_arena_printf(arena, "127.0.0.1:%.*s", BH_FMT(listen)).at : bh_arena_cstr(arena, listen);
        while (r >= 0 && bh_str_split(&rest, ',', &part))
                r = read_option(arena, part, &o, err);
        r = r < 0 ? r : look_over(&o, err);
        if (r >= 0)
                *ret = o;
        return r;
}
