/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of pg_hba.conf. The first one that fits a connection decides, so one behind a wider one is never asked. */
#include "comply/collect/pg_hba.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/read/pgconf.h"

enum { REMEMBERED = 256 }; /* wide rows that later ones are compared with */

enum { SERVER, NUMBER, TYPE, LOCAL, TLS, DATABASES, USERS, ALL_DATABASES, ALL_USERS, ADDRESS, ANYWHERE, LOOPBACK, METHOD, OPTIONS, SHADOWED, CLIENTCERT, REPLICATION };

static const struct bh_field fields[] = {
        [SERVER] = BH_FACT("pg_hba.server", BH_V_STRING, 0, "the server it is a row of"),
        [NUMBER] = BH_FACT("pg_hba.number", BH_V_UINT, 0, "which one it is, from 1"),
        [TYPE] = BH_FACT("pg_hba.type", BH_V_STRING, 0, "local, host, hostssl, hostnossl, hostgssenc, hostnogssenc"),
        [LOCAL] = BH_FACT("pg_hba.local", BH_V_BOOL, 0, "it is about the socket file"),
        [TLS] = BH_FACT("pg_hba.tls", BH_V_BOOL, 0, "only encrypted connections fit it"),
        [DATABASES] = BH_FACT("pg_hba.databases", BH_V_STRING, BH_F_LIST, "databases"),
        [USERS] = BH_FACT("pg_hba.users", BH_V_STRING, BH_F_LIST, "users"),
        [ALL_DATABASES] = BH_FACT("pg_hba.all_databases", BH_V_BOOL, 0, "it is about all databases"),
        [ALL_USERS] = BH_FACT("pg_hba.all_users", BH_V_BOOL, 0, "it is about all users"),
        [ADDRESS] = BH_FACT("pg_hba.address", BH_V_STRING, 0, "where connections come from"),
        [ANYWHERE] = BH_FACT("pg_hba.anywhere", BH_V_BOOL, 0, "from anywhere"),
        [LOOPBACK] = BH_FACT("pg_hba.loopback", BH_V_BOOL, 0, "from this machine alone"),
        [METHOD] = BH_FACT("pg_hba.method", BH_V_STRING, 0, "how a client proves itself"),
        [OPTIONS] = BH_FACT("pg_hba.options", BH_V_STRING, BH_F_LIST, "options of the method"),
        [SHADOWED] = BH_FACT("pg_hba.shadowed", BH_V_BOOL, 0, "a row before it fits all that it fits, so it is never asked"),
        [CLIENTCERT] = BH_FACT("pg_hba.clientcert", BH_V_BOOL, 0, "a client's certificate is asked for, too"),
        [REPLICATION] = BH_FACT("pg_hba.replication", BH_V_BOOL, 0, "it is about copies of the whole server"),
};

const struct bh_fact_kind bh_kind_pg_hba = BH_FACT_KIND("pg_hba", fields, "a row of PostgreSQL's pg_hba.conf");

/* What later rows are compared with. */
struct range {
        bool local, tls_only, plain_only, all, gss; /* all: all databases and users */
        unsigned char address[16];
        size_t size; /* 4, 16; 0: any address; 1: none of numbers */
        int bits;
};

BH_VEC_OF(ranges, struct range);

struct walk {
        struct bh_daemon *s;
        struct ranges before;
        unsigned n, trusting, files;
};

static bool has_word(const struct bh_str *words, size_t n, const char *word) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_is(words[i], word))
                        return true;
        return false;
}

static struct range range_of(const struct bh_pghba *d) {
        struct range r = { .local = bh_str_is(d->type, "local"), .size = 1 };
        struct bh_str left = d->address, right;
        char text[64];

        r.tls_only = bh_str_is(d->type, "hostssl");
        r.plain_only = bh_str_is(d->type, "hostnossl");
        r.gss = bh_str_is(d->type, "hostgssenc") || bh_str_is(d->type, "hostnogssenc");
        r.all = has_word(d->databases, d->n_databases, "all") && has_word(d->users, d->n_users, "all");
        r.bits = bh_pghba_bits(d);
        if (bh_str_is(d->address, "all"))
                r.size = 0;
        if (r.bits < 0 || r.size == 0)
                return r;
        (void) bh_str_cut(d->address, '/', &left, &right);
        (void) snprintf(text, sizeof text, "%.*s", BH_FMT(left));
        if (inet_pton(AF_INET, text, r.address) == 1)
                r.size = 4;
        else if (inet_pton(AF_INET6, text, r.address) == 1)
                r.size = 16;
        return r;
}

static bool same_bits(const struct range *a, const struct range *b) {
        for (int i = 0; i < a->bits && i < (int) b->size * 8; i++)
                if ((a->address[i / 8] ^ b->address[i / 8]) & 0x80 >> i % 8)
                        return false;
        return true;
}

/* Does a fit all that b fits? Not sure: no. */
static bool covers(const struct range *a, const struct range *b) {
        if (!a->all || a->gss || a->local != b->local)
                return false;
        if (a->local)
                return true;
        if ((a->tls_only && !b->tls_only) || (a->plain_only && !b->plain_only))
                return false;
        if (a->size == 0)
                return true;
        return a->size == b->size && a->size > 1 && b->size > 1 && a->bits <= b->bits && same_bits(a, b);
}

/* "replication" is no part of "all". */
static bool is_shadowed(const struct walk *w, const struct bh_pghba *d, const struct range *r) {
        if (has_word(d->databases, d->n_databases, "replication"))
                return false;
        for (size_t i = 0; i < w->before.len; i++)
                if (covers(&w->before.at[i], r))
                        return true;
        return false;
}

static void add_all(struct bh_fact *f, unsigned field, const struct bh_str *words, size_t n) {
        bh_fact_list(f, field);
        for (size_t i = 0; i < n; i++) {
                struct bh_str word = words[i];

                (void) bh_str_cut_prefix(&word, BH_STR("\""));
                bh_fact_add(f, field, word);
        }
}

static struct bh_str address_of(struct bh_daemon *s, const struct bh_pghba *d) {
        return d->mask.len ? bh_arena_printf(s->arena, "%.*s %.*s", BH_FMT(d->address), BH_FMT(d->mask)) : d->address;
}

static bool is_loopback(const struct bh_pghba *d, const struct range *r) {
        return (r->size == 4 && r->address[0] == 127 && r->bits >= 8) || (r->size == 16 && r->bits == 128 && bh_str_starts(d->address, BH_STR("::1"))) ||
               bh_str_is(d->address, "localhost");
}

/* A password of LDAP or RADIUS may stand among the options. */
static void add_options(struct bh_fact *f, const struct bh_pghba *d) {
        bh_fact_list(f, OPTIONS);
        for (size_t i = 0; i < d->n_options; i++) {
                struct bh_str name, value;

                (void) bh_str_cut(d->options[i], '=', &name, &value);
                (void) bh_str_cut_prefix(&name, BH_STR("\""));
                bh_fact_add(f, OPTIONS, bh_str_find(name, BH_STR("passwd")) >= 0 || bh_str_find(name, BH_STR("secret")) >= 0 ? name : d->options[i]);
        }
}

static void tell_row(struct walk *w, struct bh_str path, const struct bh_pghba *d) {
        struct bh_daemon *s = w->s;
        struct range r = range_of(d);
        struct bh_str where = bh_daemon_at(s, path, d->line);
        struct bh_fact *f = bh_fact_new(s->facts, &bh_kind_pg_hba, bh_arena_printf(s->arena, "%.*s/%u", BH_FMT(s->fact->key), ++w->n), where);

        f->container = s->container;
        f->where = where;
        bh_fact_str(f, SERVER, bh_fact_called(s->fact));
        bh_fact_int(f, NUMBER, w->n);
        bh_fact_str(f, TYPE, d->type);
        bh_fact_bool(f, LOCAL, r.local);
        bh_fact_bool(f, TLS, r.tls_only || bh_str_is(d->type, "hostgssenc"));
        add_all(f, DATABASES, d->databases, d->n_databases);
        add_all(f, USERS, d->users, d->n_users);
        bh_fact_bool(f, ALL_DATABASES, has_word(d->databases, d->n_databases, "all"));
        bh_fact_bool(f, ALL_USERS, has_word(d->users, d->n_users, "all"));
        bh_fact_bool(f, REPLICATION, has_word(d->databases, d->n_databases, "replication"));
        bh_fact_some(f, ADDRESS, address_of(s, d));
        bh_fact_bool(f, ANYWHERE, !r.local && r.bits == 0);
        bh_fact_bool(f, LOOPBACK, !r.local && is_loopback(d, &r));
        bh_fact_str(f, METHOD, d->method);
        add_options(f, d);
        bh_fact_bool(f, CLIENTCERT, bh_str_is(d->method, "cert") || has_word(d->options, d->n_options, "clientcert=verify-full") ||
                                            has_word(d->options, d->n_options, "clientcert=verify-ca"));
        bh_fact_bool(f, SHADOWED, is_shadowed(w, d, &r));
        w->trusting += bh_str_is(d->method, "trust");
        if (r.all && w->before.len < REMEMBERED)
                *bh_vec_add(s->arena, &w->before) = r;
}

static int read_file(struct walk *w, struct bh_str path, struct bh_err *err);

static int include(struct walk *w, struct bh_str path, const struct bh_pghba *d, struct bh_err *err) {
        struct bh_str other = bh_daemon_path(w->s->arena, bh_str_dirname(path), d->address), *paths = &other;
        size_t n = 1;
        int r = 0;

        if (bh_str_is(d->type, "include_dir"))
                bh_daemon_glob(w->s, bh_arena_cat(w->s->arena, other, BH_STR("/*.conf")), &paths, &n);
        for (size_t i = 0; i < n && r >= 0; i++) {
                r = read_file(w, paths[i], err);
                if (r == BH_E_NOTFOUND && bh_str_is(d->type, "include_if_exists"))
                        r = 0;
        }
        return r;
}

static int read_file(struct walk *w, struct bh_str path, struct bh_err *err) {
        struct bh_pghba d;
        struct bh_str text;
        struct bh_cur c;
        int r;

        if (w->s->depth > BH_LIMIT_COMPLY_INCLUDE_DEPTH || w->files++ >= BH_LIMIT_COMPLY_INCLUDES)
                return bh_fail(err, BH_E_LIMIT, "files include files too often");
        r = w->s->reach->read(w->s->reach->user, w->s->root, bh_arena_cstr(w->s->arena, path), BH_LIMIT_INVENTORY_FILE, w->s->arena, &text, err);
        w->s->depth++;
        for (c = bh_cur_of(r < 0 ? BH_STR("") : text); r >= 0 && (r = bh_pghba_next(w->s->arena, &c, &d, err)) > 0;) {
                if (w->n >= BH_LIMIT_COMPLY_HBA)
                        r = bh_fail(err, BH_E_LIMIT, "more than %d rows", BH_LIMIT_COMPLY_HBA);
                else if (bh_str_starts(d.type, BH_STR("include")))
                        r = include(w, path, &d, err);
                else
                        tell_row(w, path, &d);
        }
        w->s->depth--;
        return r;
}

int bh_pg_hba_tell(struct bh_daemon *s, struct bh_str path, unsigned *ret_trusting, struct bh_err *err) {
        struct walk w = { .s = s };
        int r = read_file(&w, path, err);

        *ret_trusting = w.trusting;
        return r;
}
