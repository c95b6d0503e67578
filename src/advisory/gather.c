/* SPDX-License-Identifier: Apache-2.0 */
/* Taking records in: everything is copied into pools, and what is said a thousand times is kept once. */
#include "advisory/gather.h"

#include <stdlib.h>
#include <string.h>

#include "advisory/layout.h"
#include "advisory/space.h"
#include "base/limits.h"

uint32_t bh_pool_number(struct bh_pool *pool, struct bh_str s) {
        void **at;

        if (s.len == 0)
                return 0;
        at = bh_map_at(&pool->map, s);
        if (!*at) {
                struct bh_map_item *item = &pool->map.items[pool->map.len - 1];

                item->key = bh_arena_str(pool->map.arena, s);
                item->value = (void *) pool->map.len;
                return (uint32_t) pool->map.len - 1;
        }
        return (uint32_t) ((uintptr_t) *at - 1);
}

struct bh_str bh_pool_text(const struct bh_pool *pool, uint32_t number) {
        return number < pool->map.len ? pool->map.items[number].key : (struct bh_str){ "", 0 };
}

static struct bh_pool pool_in(struct bh_arena *arena) {
        struct bh_pool pool = { bh_map_in(arena) };

        bh_map_set(&pool.map, BH_STR(""), (void *) 1);
        return pool;
}

struct bh_compile *bh_compile_new(void) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_compile *c = bh_arena_make(arena, struct bh_compile);

        c->arena = arena;
        c->strings = pool_in(arena);
        c->urls = pool_in(arena);
        c->prose = pool_in(arena);
        c->statements = bh_map_in(arena);
        c->package_keys = bh_map_in(arena);
        return c;
}

void bh_compile_free(struct bh_compile **compile) {
        struct bh_arena *arena;

        if (!*compile)
                return;
        arena = (*compile)->arena;
        bh_arena_free(&arena);
        *compile = NULL;
}

static struct bh_list list_of(struct bh_compile *c, struct bh_pool *pool, const struct bh_str *at, uint32_t n) {
        struct bh_list list = { (uint32_t) c->lists.len, 0 };

        for (uint32_t i = 0; i < n; i++)
                if (at[i].len) {
                        *bh_vec_add(c->arena, &c->lists) = bh_pool_number(pool, at[i]);
                        list.n++;
                }
        return list;
}

static int take_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        struct bh_compile *c = user;
        uint32_t name = bh_pool_number(&c->strings, s->name);

        (void) err;
        for (c->source = 0; c->source < c->sources.len; c->source++)
                if (c->sources.at[c->source].name == name)
                        break;
        if (c->source == c->sources.len)
                *bh_vec_add(c->arena, &c->sources) = (struct bh_raw_source){
                        .name = name,
                        .licence = bh_pool_number(&c->strings, s->licence),
                        .url = bh_pool_number(&c->strings, s->url),
                };
        c->sources.at[c->source].date_s = BH_MAX(c->sources.at[c->source].date_s, s->date_s);
        return 0;
}

/* A feed that does not say its name is still somebody. */
static struct bh_raw_source *source_of(struct bh_compile *c) {
        if (c->sources.len == 0)
                BH_IGNORE(take_source(c, &(struct bh_feed_source){ .name = BH_STR("unnamed") }, NULL));
        return &c->sources.at[c->source];
}

static void dated(struct bh_compile *c, int64_t date_s) {
        source_of(c)->newest_s = BH_MAX(source_of(c)->newest_s, date_s);
}

static uint32_t package_of(struct bh_compile *c, const struct bh_affected *a, struct bh_arena *scratch) {
        struct bh_str name = bh_package_key(scratch, a->eco, a->package), key;
        uint32_t space = bh_pool_number(&c->strings, a->space), number = bh_pool_number(&c->strings, name);
        void **at;

        key = bh_arena_printf(scratch, "%x %d %x", space, a->binary, number);
        at = bh_map_at(&c->package_keys, key);
        if (!*at) {
                c->package_keys.items[c->package_keys.len - 1].key = bh_arena_str(c->arena, key);
                c->package_keys.items[c->package_keys.len - 1].value = (void *) c->package_keys.len;
                *bh_vec_add(c->arena, &c->packages) =
                        (struct bh_raw_package){ .space = space, .name = number, .eco = a->eco, .binary = a->binary };
                return (uint32_t) c->packages.len - 1;
        }
        return (uint32_t) ((uintptr_t) *at - 1);
}

static uint32_t *numbers_of(struct bh_compile *c, struct bh_arena *scratch, const struct bh_str *at, uint32_t n) {
        uint32_t *list = bh_arena_array(scratch, uint32_t, n);

        for (uint32_t i = 0; i < n; i++)
                list[i] = bh_pool_number(&c->strings, at[i]);
        return list;
}

/* "0" is how some say "from the beginning". */
static struct bh_str beginning(struct bh_str introduced) {
        return bh_str_is(introduced, "0") ? (struct bh_str){ "", 0 } : introduced;
}

/* A range without ends is every version, whatever else is listed. */
static bool is_everything(const struct bh_affected *a) {
        for (uint32_t i = 0; i < a->n_ranges; i++)
                if (!beginning(a->ranges[i].introduced).len && !a->ranges[i].fixed.len && !a->ranges[i].last_affected.len)
                        return true;
        return a->n_ranges + a->n_versions == 0;
}

static void take_ranges(struct bh_compile *c, const struct bh_affected *a, struct bh_arena *scratch,
                        struct bh_index_statement *s) {
        if (is_everything(a))
                return;
        s->ranges = bh_arena_array(scratch, struct bh_index_range, a->n_ranges);
        for (; s->n_ranges < a->n_ranges; s->n_ranges++) {
                const struct bh_range *r = &a->ranges[s->n_ranges];

                s->ranges[s->n_ranges].introduced = bh_pool_number(&c->strings, beginning(r->introduced));
                s->ranges[s->n_ranges].fixed = bh_pool_number(&c->strings, r->fixed);
                s->ranges[s->n_ranges].last_affected = bh_pool_number(&c->strings, r->last_affected);
        }
        s->versions = numbers_of(c, scratch, a->versions, a->n_versions);
        s->n_versions = a->n_versions;
}

static struct bh_index_statement statement_of(struct bh_compile *c, const struct bh_advisory *adv,
                                              const struct bh_affected *a, struct bh_arena *scratch) {
        enum bh_name_kind kind = bh_name_kind_of(adv->id);
        struct bh_index_statement s = {
                .status = adv->withdrawn ? BH_STATUS_WITHDRAWN : a->status,
                .source = source_of(c)->name,
                .module = bh_pool_number(&c->strings, a->module),
                .fix_id = bh_pool_number(&c->strings, a->fix_id),
                .severity = bh_pool_number(&c->strings, a->severity),
                .symbols = numbers_of(c, scratch, a->symbols, a->n_symbols),
                .n_symbols = a->n_symbols,
        };

        if (kind == BH_NAME_ERRATUM && !s.severity)
                s.severity = bh_pool_number(&c->strings, adv->severity);
        if (kind != BH_NAME_CVE && !bh_str_eq(adv->id, a->fix_id))
                s.advisory = bh_pool_number(&c->strings, adv->id);
        take_ranges(c, a, scratch, &s);
        return s;
}

static uint32_t statement_number(struct bh_compile *c, const struct bh_index_statement *s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        void **at;

        bh_index_put_statement(&bytes, s);
        at = bh_map_at(&c->statements, bh_buf_str(&bytes));
        if (!*at) {
                c->statements.items[c->statements.len - 1].key = bh_arena_str(c->arena, bh_buf_str(&bytes));
                c->statements.items[c->statements.len - 1].value = (void *) c->statements.len;
                return (uint32_t) c->statements.len - 1;
        }
        return (uint32_t) ((uintptr_t) *at - 1);
}

static void take_affected(struct bh_compile *c, const struct bh_advisory *adv, const struct bh_affected *a,
                          struct bh_arena *scratch) {
        struct bh_index_statement s = statement_of(c, adv, a, scratch);

        *bh_vec_add(c->arena, &c->rows) = (struct bh_raw_row){
                .record = (uint32_t) c->records.len - 1,
                .package = package_of(c, a, scratch),
                .statement = statement_number(c, &s),
                .arch = bh_pool_number(&c->strings, a->arch),
        };
}

static int take_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        struct bh_compile *c = user;
        struct bh_arena *scratch;

        if (!a->id.len)
                return bh_fail(err, BH_E_FORMAT, "an advisory without an id");
        if (c->records.len >= BH_LIMIT_INDEX_RECORDS || c->rows.len > BH_LIMIT_INDEX_ROWS)
                return bh_fail(err, BH_E_LIMIT, "more than %llu advisories or %llu rows", BH_LIMIT_INDEX_RECORDS,
                               BH_LIMIT_INDEX_ROWS);
        scratch = bh_arena_new();
        source_of(c)->advisories++;
        dated(c, BH_MAX(a->published_s, a->modified_s));
        *bh_vec_add(c->arena, &c->records) = (struct bh_record){
                .id = bh_pool_number(&c->strings, a->id),
                .source = source_of(c)->name,
                .severity = bh_pool_number(&c->strings, a->severity),
                .summary = bh_pool_number(&c->prose, bh_str_trim(a->summary)),
                .details = bh_pool_number(&c->prose, bh_str_trim(a->details)),
                .aliases = list_of(c, &c->strings, a->aliases, a->n_aliases),
                .cvss = list_of(c, &c->strings, a->cvss, a->n_cvss),
                .cwes = list_of(c, &c->strings, a->cwes, a->n_cwes),
                .references = list_of(c, &c->urls, a->references, a->n_references),
                .published_s = a->published_s,
                .modified_s = a->modified_s,
                .withdrawn = a->withdrawn,
        };
        for (uint32_t i = 0; i < a->n_affected; i++)
                take_affected(c, a, &a->affected[i], scratch);
        bh_arena_free(&scratch);
        return 0;
}

static uint32_t millionths(double v) {
        return v <= 0 ? 0 : v >= 1 ? 1000000 : (uint32_t) (v * 1e6 + 0.5);
}

static int take_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        struct bh_compile *c = user;
        bool title = f->kind == BH_FACT_TITLE, epss = f->kind == BH_FACT_EPSS;

        if (!f->cve.len || (unsigned) f->kind >= _BH_FACT_MAX)
                return bh_fail(err, BH_E_FORMAT, "a fact about nothing");
        source_of(c)->facts++;
        dated(c, f->date_s);
        *bh_vec_add(c->arena, &c->facts) = (struct bh_raw_fact){
                .kind = f->kind,
                .cve = bh_pool_number(&c->strings, f->cve),
                .text = bh_pool_number(title ? &c->prose : &c->strings, bh_str_trim(f->text)),
                .url = bh_pool_number(&c->urls, f->url),
                .source = source_of(c)->name,
                .a = epss ? millionths(f->a) : f->a > 0 && f->a < 65536 ? (uint32_t) f->a : 0,
                .b = epss ? millionths(f->b) : 0,
                .date_s = f->date_s,
                .verified = f->verified,
        };
        return 0;
}

static int take_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        struct bh_compile *c = user;
        struct bh_lifecycle *mine = bh_vec_add(c->arena, &c->lifecycles);

        (void) err;
        source_of(c)->facts++;
        *mine = *l;
        mine->space = bh_pool_text(&c->strings, bh_pool_number(&c->strings, l->space));
        mine->codename = bh_pool_text(&c->strings, bh_pool_number(&c->strings, l->codename));
        return 0;
}

static void take_gap(void *user, struct bh_str where, const struct bh_err *err) {
        (void) where;
        (void) err;
        source_of(user)->gaps++;
}

struct bh_feed_sink bh_compile_sink(struct bh_compile *compile) {
        return (struct bh_feed_sink){
                .user = compile,
                .source = take_source,
                .advisory = take_advisory,
                .fact = take_fact,
                .lifecycle = take_lifecycle,
                .gap = take_gap,
        };
}
