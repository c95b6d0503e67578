/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the index: final string numbers, packed rows, sections, hashes, signature. */
#define _GNU_SOURCE /* qsort_r */
#include <stdlib.h>
#include <string.h>

#include "advisory/gather.h"
#include "advisory/layout.h"
#include "base/limits.h"

/* A statement about one vulnerability and package, for some architectures. */
struct row {
        uint32_t package, vuln, statement, arch;
};

BH_VEC_OF(row_list, struct row);

struct emit {
        struct bh_compile *c;
        struct bh_arena *arena, *scratch;
        struct bh_joined joined;
        struct row_list rows;
        uint32_t *number;  /* by pool number: final string number */
        uint32_t *strings; /* pool numbers in final order */
        struct bh_buf sections[_BH_SECTION_MAX];
        struct bh_map blobs; /* rows already written, and where */
        uint32_t *space_packages, *space_rows; /* by pool number of the space */
};

static int by_row(const void *a, const void *b) {
        const uint32_t *x = a, *y = b;

        for (int i = 0; i < 4; i++)
                if (x[i] != y[i])
                        return x[i] < y[i] ? -1 : 1;
        return 0;
}

static void spread_rows(struct emit *e) {
        for (size_t i = 0; i < e->c->rows.len; i++) {
                const struct bh_raw_row *r = &e->c->rows.at[i];
                struct bh_list vulns = e->c->records.at[r->record].vulns;

                for (uint32_t k = 0; k < vulns.n; k++)
                        *bh_vec_add(e->arena, &e->rows) =
                                (struct row){ r->package, e->c->lists.at[vulns.at + k], r->statement, r->arch };
        }
        if (e->rows.len)
                qsort(e->rows.at, e->rows.len, sizeof e->rows.at[0], by_row);
}

static int by_pool_text(const void *a, const void *b, void *pool) {
        return bh_str_cmp(bh_pool_text(pool, *(const uint32_t *) a), bh_pool_text(pool, *(const uint32_t *) b));
}

/* "aarch64,x86_64": the architectures of equal rows, sorted; none when one of them holds for all. */
static uint32_t arch_set(struct emit *e, const struct row *rows, size_t n) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        uint32_t *list;

        if (n == 1 || rows[0].arch == 0)
                return rows[0].arch;
        list = bh_arena_array(e->scratch, uint32_t, n);
        for (size_t i = 0; i < n; i++)
                list[i] = rows[i].arch;
        qsort_r(list, n, sizeof *list, by_pool_text, &e->c->strings);
        for (size_t i = 0; i < n; i++)
                if (i == 0 || list[i] != list[i - 1]) {
                        if (i)
                                bh_buf_putc(&text, ',');
                        bh_buf_add(&text, bh_pool_text(&e->c->strings, list[i]));
                }
        return bh_pool_number(&e->c->strings, bh_buf_str(&text));
}

/* Rows that differ only in their architecture become one. */
static void fold_archs(struct emit *e) {
        size_t out = 0;

        for (size_t i = 0, n; i < e->rows.len; i += n) {
                struct row row = e->rows.at[i];

                for (n = 1; i + n < e->rows.len && memcmp(&e->rows.at[i + n], &row, offsetof(struct row, arch)) == 0; n++)
                        ;
                row.arch = arch_set(e, &e->rows.at[i], n);
                e->rows.at[out++] = row;
                if (n > 1)
                        bh_arena_reset(e->scratch);
        }
        e->rows.len = out;
}

/*
 * Vulnerabilities' ids come first, in their order: the id of vulnerability i is
 * string i + 1, and a match that only shows ids touches half as many pages.
 */
static int by_final(const void *a, const void *b, void *emit) {
        struct emit *e = emit;
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
        bool id_x = x < e->joined.n_strings && e->joined.vuln_of[x], id_y = y < e->joined.n_strings && e->joined.vuln_of[y];

        if (x == 0 || y == 0)
                return x == y ? 0 : x == 0 ? -1 : 1;
        return id_x != id_y ? (id_x ? -1 : 1) : by_pool_text(a, b, &e->c->strings);
}

static int number_strings(struct emit *e, struct bh_err *err) {
        size_t n = e->c->strings.map.len;
        struct bh_buf *at = &e->sections[BH_SECTION_STRING_AT], *bytes = &e->sections[BH_SECTION_STRINGS];

        e->strings = bh_arena_array(e->arena, uint32_t, n);
        e->number = bh_arena_array(e->arena, uint32_t, n);
        for (uint32_t i = 0; i < n; i++)
                e->strings[i] = i;
        qsort_r(e->strings, n, sizeof *e->strings, by_final, e);
        for (uint32_t i = 0; i < n; i++) {
                e->number[e->strings[i]] = i;
                bh_buf_le32(at, (uint32_t) bytes->len);
                bh_buf_add(bytes, bh_pool_text(&e->c->strings, e->strings[i]));
        }
        bh_buf_le32(at, (uint32_t) bytes->len);
        return bytes->len > UINT32_MAX ? bh_fail(err, BH_E_LIMIT, "more than 4 GiB of strings") : 0;
}

static void renumber(const struct emit *e, uint32_t *list, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                list[i] = e->number[list[i]];
}

/* The statement of a row with final numbers, encoded. */
static struct bh_str final_statement(struct emit *e, const struct row *row) {
        struct bh_cur c = bh_cur_of(e->c->statements.items[row->statement].key);
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_index_statement s;

        if (!bh_index_get_statement(&c, e->scratch, &s))
                abort(); /* we wrote it ourselves */
        s.arch = row->arch;
        for (uint32_t *at[] = { &s.source, &s.advisory, &s.module, &s.arch, &s.fix_id, &s.severity }, i = 0; i < 6; i++)
                *at[i] = e->number[*at[i]];
        for (uint32_t i = 0; i < s.n_ranges; i++)
                renumber(e, &s.ranges[i].introduced, 3);
        renumber(e, s.versions, s.n_versions);
        renumber(e, s.symbols, s.n_symbols);
        bh_index_put_statement(&bytes, &s);
        return bh_arena_str(e->scratch, bh_buf_str(&bytes));
}

/* The statements of one package, each once, in the order of their bytes. */
struct local {
        struct bh_map map; /* key: encoded; value: place + 1 */
        struct bh_str *sorted;
        uint32_t *of_row;
};

static int by_str(const void *a, const void *b) {
        return bh_str_cmp(*(const struct bh_str *) a, *(const struct bh_str *) b);
}

static struct local local_statements(struct emit *e, const struct row *rows, size_t n) {
        struct bh_map by_numbers = bh_map_in(e->scratch); /* (statement, arch) -> encoded, so each is made once */
        struct local l = { .map = bh_map_in(e->scratch), .of_row = bh_arena_array(e->scratch, uint32_t, n) };
        struct bh_str **encoded = bh_arena_array(e->scratch, struct bh_str *, n);

        for (size_t i = 0; i < n; i++) {
                struct bh_str key = { (const char *) &rows[i].statement, 2 * sizeof(uint32_t) };
                void **at = bh_map_at(&by_numbers, key);

                if (!*at) {
                        struct bh_str *s = bh_arena_make(e->scratch, struct bh_str);

                        *s = final_statement(e, &rows[i]);
                        bh_map_set(&l.map, *s, s);
                        *bh_map_at(&by_numbers, key) = s;
                }
                encoded[i] = *bh_map_at(&by_numbers, key);
        }
        l.sorted = bh_arena_array(e->scratch, struct bh_str, l.map.len);
        for (size_t i = 0; i < l.map.len; i++)
                l.sorted[i] = l.map.items[i].key;
        qsort(l.sorted, l.map.len, sizeof *l.sorted, by_str);
        for (size_t i = 0; i < l.map.len; i++)
                bh_map_set(&l.map, l.sorted[i], (void *) (i + 1));
        for (size_t i = 0; i < n; i++)
                l.of_row[i] = (uint32_t) ((uintptr_t) bh_map_get(&l.map, *encoded[i]) - 1);
        return l;
}

static int by_pair(const void *a, const void *b) {
        const struct bh_index_row *x = a, *y = b;

        if (x->vuln != y->vuln)
                return x->vuln < y->vuln ? -1 : 1;
        return x->statement < y->statement ? -1 : x->statement > y->statement;
}

/* All rows of a package as they stand in ROWS; returns how many there are. */
static uint32_t put_rows(struct emit *e, const struct row *rows, size_t n, struct bh_buf *into) {
        struct local l = local_statements(e, rows, n);
        struct bh_index_row *pairs = bh_arena_array(e->scratch, struct bh_index_row, n);
        uint32_t last = 0, kept = 0;

        for (size_t i = 0; i < n; i++)
                pairs[i] = (struct bh_index_row){ rows[i].vuln, l.of_row[i] };
        qsort(pairs, n, sizeof *pairs, by_pair);
        for (size_t i = 0; i < n; i++)
                if (i == 0 || by_pair(&pairs[i], &pairs[i - 1]) != 0)
                        pairs[kept++] = pairs[i];
        bh_buf_uvarint(into, l.map.len);
        for (size_t i = 0; i < l.map.len; i++)
                bh_buf_add(into, l.sorted[i]);
        bh_buf_uvarint(into, kept);
        for (uint32_t i = 0; i < kept; i++) {
                bh_buf_uvarint(into, pairs[i].vuln - last);
                bh_buf_uvarint(into, pairs[i].statement);
                last = pairs[i].vuln;
        }
        return kept;
}

/* Packages built from one source often say the same: their rows are written once. */
static uint32_t place_rows(struct emit *e, struct bh_str blob) {
        struct bh_buf *rows = &e->sections[BH_SECTION_ROWS];
        void **at = bh_map_at(&e->blobs, blob);

        if (!*at) {
                e->blobs.items[e->blobs.len - 1].key = bh_arena_str(e->arena, blob);
                e->blobs.items[e->blobs.len - 1].value = (void *) (rows->len + 1);
                bh_buf_add(rows, blob);
                return (uint32_t) (rows->len - blob.len);
        }
        return (uint32_t) ((uintptr_t) *at - 1);
}

struct place {
        uint64_t hash;
        uint32_t package, from, n; /* its rows */
};

static int by_place(const void *a, const void *b, void *emit) {
        const struct place *x = a, *y = b;
        const struct emit *e = emit;
        const struct bh_raw_package *p = &e->c->packages.at[x->package], *q = &e->c->packages.at[y->package];

        if (x->hash != y->hash)
                return x->hash < y->hash ? -1 : 1;
        if (p->space != q->space)
                return e->number[p->space] < e->number[q->space] ? -1 : 1;
        return e->number[p->name] < e->number[q->name] ? -1 : e->number[p->name] > e->number[q->name];
}

static struct place *places(struct emit *e, size_t *ret_n) {
        struct place *list = bh_arena_array(e->arena, struct place, e->c->packages.len);
        size_t n = 0;

        for (size_t i = 0, k; i < e->rows.len; i = k) {
                uint32_t package = e->rows.at[i].package;
                const struct bh_raw_package *p = &e->c->packages.at[package];

                for (k = i; k < e->rows.len && e->rows.at[k].package == package; k++)
                        ;
                list[n++] = (struct place){
                        bh_index_package_hash(bh_pool_text(&e->c->strings, p->space), p->binary,
                                              bh_pool_text(&e->c->strings, p->name)),
                        package, (uint32_t) i, (uint32_t) (k - i),
                };
        }
        if (n)
                qsort_r(list, n, sizeof *list, by_place, e);
        *ret_n = n;
        return list;
}

static int put_packages(struct emit *e, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf blob = { 0 };
        struct bh_buf *out = &e->sections[BH_SECTION_PACKAGES];
        size_t n;
        struct place *list = places(e, &n);

        e->space_packages = bh_arena_array(e->arena, uint32_t, e->c->strings.map.len);
        e->space_rows = bh_arena_array(e->arena, uint32_t, e->c->strings.map.len);
        for (size_t i = 0; i < n; i++) {
                const struct bh_raw_package *p = &e->c->packages.at[list[i].package];

                bh_buf_clear(&blob);
                e->space_packages[p->space]++;
                e->space_rows[p->space] += put_rows(e, &e->rows.at[list[i].from], list[i].n, &blob);
                bh_buf_le64(out, list[i].hash);
                bh_buf_le32(out, e->number[p->space]);
                bh_buf_le32(out, e->number[p->name]);
                bh_buf_le32(out, place_rows(e, bh_buf_str(&blob)));
                bh_buf_le32(out, (uint32_t) blob.len | (p->binary ? 1u << 31 : 0));
                bh_arena_reset(e->scratch);
        }
        return e->sections[BH_SECTION_ROWS].len > UINT32_MAX ? bh_fail(err, BH_E_LIMIT, "more than 4 GiB of rows") : 0;
}

/* The errata that fix something are names too: `db search RHSA-2024:1234`. */
static void name_errata(struct emit *e) {
        for (size_t i = 0; i < e->rows.len; i++) {
                struct bh_cur c = bh_cur_of(e->c->statements.items[e->rows.at[i].statement].key);
                struct bh_index_statement s;

                if (bh_index_get_statement(&c, e->scratch, &s) && (s.fix_id || s.advisory))
                        *bh_vec_add(e->arena, &e->joined.names) =
                                (struct bh_name){ s.fix_id ? s.fix_id : s.advisory, e->rows.at[i].vuln, false };
                if (i % 1024 == 0)
                        bh_arena_reset(e->scratch);
        }
}

static void put_names(struct emit *e) {
        size_t n = e->joined.names.len;
        struct bh_index_row *list, *last = NULL;

        name_errata(e);
        n = e->joined.names.len;
        list = bh_arena_array(e->arena, struct bh_index_row, n);
        for (size_t i = 0; i < n; i++)
                list[i] = (struct bh_index_row){ e->number[e->joined.names.at[i].name], e->joined.names.at[i].vuln };
        if (n)
                qsort(list, n, sizeof *list, by_pair);
        for (size_t i = 0; i < n; last = &list[i++])
                if (!last || by_pair(&list[i], last) != 0) {
                        bh_buf_le32(&e->sections[BH_SECTION_NAMES], list[i].vuln);
                        bh_buf_le32(&e->sections[BH_SECTION_NAMES], list[i].statement);
                }
}

static void put_spaces(struct emit *e) {
        enum bh_eco *eco = bh_arena_array(e->arena, enum bh_eco, e->c->strings.map.len);
        struct bh_buf *out = &e->sections[BH_SECTION_SPACES];

        for (size_t i = 0; i < e->c->packages.len; i++) {
                enum bh_eco *at = &eco[e->c->packages.at[i].space];

                *at = *at ? BH_MIN(*at, e->c->packages.at[i].eco) : e->c->packages.at[i].eco;
        }
        for (uint32_t i = 0; i < e->c->strings.map.len; i++) {
                uint32_t space = e->strings[i];

                if (!e->space_packages[space])
                        continue;
                bh_buf_le32(out, i);
                bh_buf_le32(out, eco[space]);
                bh_buf_le32(out, e->space_packages[space]);
                bh_buf_le32(out, e->space_rows[space]);
        }
}

static int by_lifecycle(const void *a, const void *b) {
        const struct bh_lifecycle *x = a, *y = b;
        int r = bh_str_cmp(x->space, y->space);

        if (r == 0)
                r = bh_str_cmp(x->codename, y->codename);
        if (r == 0)
                r = x->end_s < y->end_s ? -1 : x->end_s > y->end_s;
        if (r == 0)
                r = x->extended_end_s < y->extended_end_s ? -1 : x->extended_end_s > y->extended_end_s;
        return r ? r : x->released_s < y->released_s ? -1 : x->released_s > y->released_s;
}

static void put_lifecycles(struct emit *e) {
        struct bh_buf *out = &e->sections[BH_SECTION_LIFECYCLE];

        if (e->c->lifecycles.len)
                qsort(e->c->lifecycles.at, e->c->lifecycles.len, sizeof e->c->lifecycles.at[0], by_lifecycle);
        for (size_t i = 0; i < e->c->lifecycles.len; i++) {
                const struct bh_lifecycle *l = &e->c->lifecycles.at[i];

                if (i && by_lifecycle(l, l - 1) == 0)
                        continue;
                bh_buf_le32(out, e->number[bh_pool_number(&e->c->strings, l->space)]);
                bh_buf_le32(out, e->number[bh_pool_number(&e->c->strings, l->codename)]);
                bh_buf_le64(out, (uint64_t) l->released_s);
                bh_buf_le64(out, (uint64_t) l->end_s);
                bh_buf_le64(out, (uint64_t) l->extended_end_s);
        }
}

/*
 * Lists of facts (KEV, Exploit-DB) come as one file without a date in its name;
 * a file that was copied today is no news of today, so their newest entry tells.
 */
static int64_t source_date(const struct bh_raw_source *s) {
        return !s->advisories && s->newest_s > 0 ? BH_MIN(s->newest_s, s->date_s) : s->date_s;
}

/* Returns the date of the index: of the newest source that speaks of packages. */
static int64_t put_sources(struct emit *e) {
        struct bh_buf *out = &e->sections[BH_SECTION_SOURCES];
        int64_t newest = 0;

        for (uint32_t i = 0; i < e->c->strings.map.len; i++)
                for (size_t k = 0; k < e->c->sources.len; k++) {
                        const struct bh_raw_source *s = &e->c->sources.at[k];

                        if (s->name != e->strings[i])
                                continue;
                        bh_buf_le32(out, e->number[s->name]);
                        bh_buf_le32(out, e->number[s->licence]);
                        bh_buf_le32(out, e->number[s->url]);
                        bh_buf_le32(out, 0);
                        bh_buf_le64(out, (uint64_t) source_date(s));
                        bh_buf_le64(out, s->advisories);
                        bh_buf_le64(out, s->facts);
                        bh_buf_le64(out, s->gaps);
                        if (s->advisories)
                                newest = BH_MAX(newest, source_date(s));
                }
        return newest;
}

static int make_sections(struct emit *e, int64_t *ret_date, struct bh_err *err) {
        struct bh_vuln_sections v = { 0 };
        int r;

        bh_compile_join(e->c, e->arena, &e->joined);
        spread_rows(e);
        fold_archs(e);
        r = number_strings(e, err);
        if (r == 0)
                r = put_packages(e, err);
        if (r < 0)
                return r;
        put_names(e);
        put_spaces(e);
        put_lifecycles(e);
        *ret_date = put_sources(e);
        r = bh_compile_facts(e->c, &e->joined, (struct bh_numbers){ e->number }, &v, err);
        e->sections[BH_SECTION_VULNS] = v.vulns;
        e->sections[BH_SECTION_FACTS] = v.facts;
        e->sections[BH_SECTION_TEXT_AT] = v.text_at;
        e->sections[BH_SECTION_TEXTS] = v.texts;
        return r;
}

static void pad(struct bh_buf *b, size_t to) {
        while (b->len < to)
                bh_buf_putc(b, 0);
}

/* `file` holds room for the header; fills it in. */
static int put_header(struct emit *e, struct bh_buf *file, size_t from, size_t hashes_at, size_t tops_at, int64_t date_s,
                      const struct bh_private_key *key, const uint64_t at[_BH_SECTION_MAX], struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf h = { 0 };
        uint8_t digest[BH_SHA256_BYTES], signature[BH_SEAL_SIGNATURE_BYTES];
        int r;

        bh_sha256(bh_str_from(bh_buf_str(file), from + tops_at), digest);
        bh_buf_add(&h, BH_INDEX_MAGIC);
        bh_buf_le32(&h, BH_INDEX_VERSION);
        bh_buf_le32(&h, BH_INDEX_BLOCK_SHIFT);
        bh_buf_le64(&h, file->len - from);
        bh_buf_le64(&h, hashes_at);
        bh_buf_le32(&h, (uint32_t) ((tops_at - hashes_at) / BH_SHA256_BYTES));
        bh_buf_le32(&h, _BH_SECTION_MAX);
        bh_buf_le64(&h, (uint64_t) date_s);
        bh_buf_add(&h, (struct bh_str){ (const char *) digest, sizeof digest });
        for (unsigned i = 0; i < _BH_SECTION_MAX; i++) {
                bh_buf_le64(&h, at[i]);
                bh_buf_le64(&h, e->sections[i].len);
        }
        pad(&h, BH_INDEX_SIGNED);
        r = bh_seal_sign(key, bh_buf_str(&h), signature, err);
        if (r < 0)
                return r;
        bh_buf_add(&h, (struct bh_str){ (const char *) key->open.bytes, sizeof key->open.bytes });
        bh_buf_add(&h, (struct bh_str){ (const char *) signature, sizeof signature });
        memcpy(file->at + from, h.at, h.len);
        return 0;
}

/* The hashes of the blocks of [from, to), appended. */
static void put_hashes(struct bh_buf *file, size_t from, size_t to) {
        for (size_t at = from; at < to; at += 1u << BH_INDEX_BLOCK_SHIFT) {
                uint8_t hash[BH_SHA256_BYTES];

                bh_sha256(bh_str_part(bh_buf_str(file), at, BH_MIN((size_t) 1 << BH_INDEX_BLOCK_SHIFT, to - at)), hash);
                bh_buf_add(file, (struct bh_str){ (const char *) hash, sizeof hash });
        }
}

static int put_file(struct emit *e, int64_t date_s, const struct bh_private_key *key, struct bh_buf *into, struct bh_err *err) {
        size_t from = into->len, hashes_at, tops_at;
        uint64_t at[_BH_SECTION_MAX];

        pad(into, from + BH_INDEX_BODY);
        for (unsigned i = 0; i < _BH_SECTION_MAX; i++) {
                pad(into, from + ((into->len - from + 7) & ~(size_t) 7));
                at[i] = into->len - from;
                bh_buf_add(into, bh_buf_str(&e->sections[i]));
        }
        hashes_at = into->len - from;
        put_hashes(into, from + BH_INDEX_BODY, from + hashes_at);
        tops_at = into->len - from;
        put_hashes(into, from + hashes_at, from + tops_at);
        return put_header(e, into, from, hashes_at, tops_at, date_s, key, at, err);
}

int bh_compile_write(struct bh_compile *compile, const struct bh_private_key *key, struct bh_buf *into, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new(), *scratch = bh_arena_new();
        struct emit e = { .c = compile, .arena = arena, .scratch = scratch, .blobs = bh_map_in(arena) };
        int64_t date_s = 0;
        int r = make_sections(&e, &date_s, err);

        if (r == 0)
                r = put_file(&e, date_s, key, into, err);
        for (unsigned i = 0; i < _BH_SECTION_MAX; i++)
                bh_buf_done(&e.sections[i]);
        return r;
}
