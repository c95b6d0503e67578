/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/automaton.h"

#include <stdlib.h>

#include <hs.h>

#include "base/arena.h"

/* The automaton over Hyperscan's pure literal interface, in block mode. */

struct bh_automaton {
        hs_database_t *db;
};

struct bh_automaton_scratch {
        hs_scratch_t *inner;
};

static void *need(void *p, size_t size) {
        if (!p)
                bh_nomem(size);
        return p;
}

static int fail(struct bh_err *err, hs_error_t e, const char *what) {
        if (e == HS_NOMEM)
                bh_nomem(0);
        return bh_fail(err, BH_E_BUG, "%s: Hyperscan says %d", what, (int) e);
}

static int compile(const struct bh_automaton_pattern *p, uint32_t n, const char **bytes, size_t *len, unsigned *flags,
                   unsigned *ids, hs_database_t **ret, struct bh_err *err) {
        hs_compile_error_t *ce = NULL;
        hs_error_t e;

        for (uint32_t i = 0; i < n; i++) {
                bytes[i] = p[i].bytes.at;
                len[i] = p[i].bytes.len;
                flags[i] = p[i].nocase ? HS_FLAG_CASELESS : 0;
                ids[i] = i;
        }
        e = hs_compile_lit_multi(bytes, flags, ids, len, n, HS_MODE_BLOCK, NULL, ret, &ce);
        if (e == HS_SUCCESS)
                return 0;
        if (ce && ce->expression >= 0)
                BH_IGNORE(bh_fail(err, BH_E_FORMAT, "literal %d: %s", ce->expression, ce->message));
        else
                BH_IGNORE(bh_fail(err, BH_E_BUG, "literals: %s", ce ? ce->message : "Hyperscan does not say"));
        (void) hs_free_compile_error(ce);
        return BH_E_FORMAT;
}

int bh_automaton_build(const struct bh_automaton_pattern *patterns, uint32_t n, struct bh_automaton **ret,
                       struct bh_err *err) {
        const char **bytes = need(calloc(n, sizeof *bytes), n);
        size_t *len = need(calloc(n, sizeof *len), n);
        unsigned *flags = need(calloc(n, sizeof *flags), n), *ids = need(calloc(n, sizeof *ids), n);
        hs_database_t *db = NULL;
        int r = compile(patterns, n, bytes, len, flags, ids, &db, err);

        free(bytes);
        free(len);
        free(flags);
        free(ids);
        if (r < 0)
                return r;
        *ret = need(calloc(1, sizeof **ret), sizeof **ret);
        (*ret)->db = db;
        return 0;
}

void bh_automaton_free(struct bh_automaton **a) {
        if (*a)
                (void) hs_free_database((*a)->db);
        free(*a);
        *a = NULL;
}

int bh_automaton_save(const struct bh_automaton *a, struct bh_buf *out, struct bh_err *err) {
        char *bytes = NULL;
        size_t len = 0;
        hs_error_t e = hs_serialize_database(a->db, &bytes, &len);

        if (e != HS_SUCCESS)
                return fail(err, e, "saving literals");
        bh_buf_add(out, (struct bh_str){ bytes, len });
        free(bytes);
        return 0;
}

int bh_automaton_load(struct bh_str bytes, uint32_t n_patterns, struct bh_automaton **ret, struct bh_err *err) {
        hs_database_t *db = NULL;
        hs_error_t e = hs_deserialize_database(bytes.at, bytes.len, &db);

        (void) n_patterns;
        if (e == HS_DB_PLATFORM_ERROR || e == HS_DB_VERSION_ERROR || e == HS_DB_MODE_ERROR)
                return bh_fail(err, BH_E_UNSUPPORTED, "literals saved for another processor or version");
        if (e != HS_SUCCESS)
                return fail(err, e, "loading literals");
        *ret = need(calloc(1, sizeof **ret), sizeof **ret);
        (*ret)->db = db;
        return 0;
}

struct bh_automaton_scratch *bh_automaton_scratch_new(const struct bh_automaton *a) {
        struct bh_automaton_scratch *s = need(calloc(1, sizeof *s), sizeof *s);

        if (hs_alloc_scratch(a->db, &s->inner) != HS_SUCCESS)
                bh_nomem(0);
        return s;
}

void bh_automaton_scratch_free(struct bh_automaton_scratch **s) {
        if (*s)
                (void) hs_free_scratch((*s)->inner);
        free(*s);
        *s = NULL;
}

struct relay {
        bh_automaton_fn fn;
        void *user;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user) {
        const struct relay *r = user;

        (void) from;
        (void) flags;
        return !r->fn(r->user, id, (size_t) to);
}

int bh_automaton_scan(const struct bh_automaton *a, struct bh_automaton_scratch *s, struct bh_str bytes,
                      bh_automaton_fn fn, void *user, struct bh_err *err) {
        struct relay relay = { fn, user };
        hs_error_t e;

        if (bytes.len > UINT32_MAX)
                return bh_fail(err, BH_E_LIMIT, "more than 4 GiB in one piece");
        e = hs_scan(a->db, bytes.at, (unsigned) bytes.len, 0, s->inner, on_match, &relay);
        if (e != HS_SUCCESS && e != HS_SCAN_TERMINATED)
                return fail(err, e, "searching literals");
        return 0;
}
