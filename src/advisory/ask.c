/* SPDX-License-Identifier: Apache-2.0 */
/* Where to look for what is known of a package: its distribution's spaces, its ecosystem's, other names of it. */
#include <stdlib.h>

#include "advisory/matcher.h"

static int judge_all(struct bh_matcher *m, struct bh_question *l, struct bh_err *err) {
        l->judgements = bh_arena_array(m->scratch, struct bh_judgement, l->rows.n_statements);
        for (uint32_t i = 0; i < l->rows.n_statements; i++) {
                struct bh_statement s;
                int r = bh_index_bounds(m->ix, m->scratch, &l->rows, i, &s, err);

                if (r < 0)
                        return r;
                l->judgements[i] = bh_judge(&l->have, &s);
        }
        m->n_statements += l->rows.n_statements;
        return 0;
}

static int ask(struct bh_matcher *m, struct bh_questions *list, struct bh_space space, struct bh_str name, bool binary,
               struct bh_installed have, struct bh_err *err) {
        struct bh_question l = { .space = space, .have = have };
        int r = name.len ? bh_index_rows(m->ix, m->scratch, space.name, name, binary, &l.rows, err) : 0;

        if (r == 1)
                *bh_vec_add(m->scratch, list) = l;
        return r < 0 ? bh_wrap(err, r, "index") : 0;
}

/* A source RPM's name has no epoch; when it is otherwise the same version, the binary's epoch is the source's. */
static struct bh_installed source_version(const struct bh_package *p, struct bh_installed have) {
        struct bh_str rest, epoch;

        if (!p->source_version.len)
                return have;
        if (p->eco == BH_ECO_RPM && bh_str_chr(p->source_version, ':') < 0) {
                if (!bh_str_cut(p->version, ':', &epoch, &rest))
                        rest = p->version;
                if (bh_str_eq(rest, p->source_version))
                        return have;
                have.no_epoch = true;
        }
        have.version = p->source_version;
        return have;
}

/*
 * Red Hat publishes a module's fix as the module's own build: "nodejs:18" is
 * fixed at "8090020231228181157". The label has both: "nodejs:18:8090...:...".
 */
static int ask_module(struct bh_matcher *m, const struct bh_package *p, struct bh_space space, struct bh_installed have,
                      struct bh_questions *list, struct bh_err *err) {
        struct bh_str name, stream, build, rest;

        if (!bh_str_cut(p->module, ':', &name, &rest) || !bh_str_cut(rest, ':', &stream, &rest))
                return 0;
        (void) bh_str_cut(rest, ':', &build, &rest);
        have.version = build;
        return ask(m, list, space, bh_str_part(p->module, 0, name.len + 1 + stream.len), false, have, err);
}

int bh_ask_os(struct bh_matcher *m, const struct bh_package *p, struct bh_questions *list, struct bh_err *err) {
        struct bh_installed have = { .scheme = bh_scheme_of(p->eco), .version = p->version, .arch = p->arch, .module = p->module };
        struct bh_installed source = source_version(p, have);
        struct bh_spaces tagged = { 0 };
        size_t n_own = m->spaces.len;
        int r = 0;

        bh_spaces_of_tag(m->scratch, m->q->os_id, p->version, &tagged);
        for (size_t i = 0; r == 0 && i < n_own + tagged.len; i++) {
                struct bh_space space = i < n_own ? m->spaces.at[i] : tagged.at[i - n_own];

                r = ask(m, list, space, p->source.len ? p->source : p->name, false, source, err);
                if (r == 0)
                        r = ask(m, list, space, p->name, true, have, err);
                if (r == 0 && p->module.len)
                        r = ask_module(m, p, space, have, list, err);
        }
        for (size_t i = 0; list->len > 1 && i < list->len; i++)
                list->at[i].have.same_stream = list->at[i].space.role == BH_SPACE_COLLECTION;
        return r;
}

/* "v1.2.3" and "go1.22.1" are how Go writes them; advisories write the numbers. */
static struct bh_str go_version(struct bh_str v) {
        if (!bh_str_cut_prefix(&v, BH_STR("go")))
                (void) bh_str_cut_prefix(&v, BH_STR("v"));
        return v;
}

static int ask_language(struct bh_matcher *m, const struct bh_package *p, struct bh_questions *list, struct bh_err *err) {
        struct bh_product_names names = bh_product_names(m->scratch, p->eco, p->name);
        struct bh_installed have = { .scheme = bh_scheme_of(p->eco), .version = p->version };
        struct bh_space space = { .name = bh_space_of_eco(p->eco) };
        int r;

        if (p->eco == BH_ECO_GO)
                have.version = go_version(p->version);
        r = ask(m, list, space, bh_package_key(m->scratch, p->eco, p->name), false, have, err);
        for (size_t i = 0; r == 0 && i < names.len; i++) {
                space.name = bh_str_of(names.at[i].space);
                if (bh_str_eq(space.name, bh_space_of_eco(p->eco)) && bh_str_is(p->name, names.at[i].name))
                        continue;
                have.scheme = bh_scheme_of(names.at[i].eco);
                have.version = go_version(p->version);
                r = ask(m, list, space, bh_str_of(names.at[i].name), false, have, err);
        }
        return r;
}

int bh_ask(struct bh_matcher *m, const struct bh_package *p, struct bh_questions *list, struct bh_err *err) {
        int r = bh_eco_is_os(p->eco) ? bh_ask_os(m, p, list, err) : ask_language(m, p, list, err);

        for (size_t i = 0; r == 0 && i < list->len; i++)
                r = judge_all(m, &list->at[i], err);
        return r;
}

static int by_item(const void *a, const void *b) {
        const struct bh_answer *x = a, *y = b;

        if (x->vuln != y->vuln)
                return x->vuln < y->vuln ? -1 : 1;
        if (x->question != y->question)
                return x->question < y->question ? -1 : 1;
        return x->statement < y->statement ? -1 : x->statement > y->statement;
}

struct bh_answers bh_answers_of(struct bh_matcher *m, const struct bh_questions *list) {
        struct bh_answers items = { 0 };

        for (uint32_t i = 0; i < list->len; i++)
                for (uint32_t k = 0; k < list->at[i].rows.n_rows; k++) {
                        struct bh_index_row row = list->at[i].rows.rows[k];

                        *bh_vec_add(m->scratch, &items) =
                                (struct bh_answer){ row.vuln, i, row.statement, list->at[i].judgements[row.statement].reason };
                }
        if (list->len > 1)
                qsort(items.at, items.len, sizeof items.at[0], by_item);
        return items;
}
