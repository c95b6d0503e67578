/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of an open index say: strings, packages, vulnerabilities, lifecycles. */
#include "advisory/layout.h"
#include "base/vec.h"

int bh_index_string(struct bh_index *index, uint32_t number, struct bh_str *ret, struct bh_err *err) {
        return bh_index_slice(index, BH_SECTION_STRING_AT, BH_SECTION_STRINGS, number, ret, err);
}

static uint32_t n_vulns(const struct bh_index *ix) {
        return (uint32_t) (bh_index_section_bytes(ix, BH_SECTION_VULNS) / 4) - 1;
}

/* The strings [lo, hi) are sorted: 1 and the number of `s`, or 0. */
static int number_between(struct bh_index *ix, struct bh_str s, uint64_t lo, uint64_t hi, uint32_t *ret, struct bh_err *err) {
        while (lo < hi) {
                uint64_t mid = lo + (hi - lo) / 2;
                struct bh_str at;
                int r = bh_index_string(ix, (uint32_t) mid, &at, err), order;

                if (r < 0)
                        return r;
                order = bh_str_cmp(at, s);
                if (order == 0) {
                        *ret = (uint32_t) mid;
                        return 1;
                }
                if (order < 0)
                        lo = mid + 1;
                else
                        hi = mid;
        }
        return 0;
}

static int string_number(struct bh_index *ix, struct bh_str s, uint32_t *ret, struct bh_err *err) {
        uint64_t n = bh_index_section_bytes(ix, BH_SECTION_STRING_AT) / 4 - 1, ids = BH_MIN(n_vulns(ix) + 1ull, n);
        int r = number_between(ix, s, 1, ids, ret, err);

        return r ? r : number_between(ix, s, ids, n, ret, err);
}

struct entry {
        uint64_t hash;
        uint32_t space, name, at, len;
        bool binary;
};

static int read_entry(struct bh_index *ix, uint64_t i, struct entry *ret, struct bh_err *err) {
        struct bh_cur c;
        int r = bh_index_record(ix, BH_SECTION_PACKAGES, i, BH_INDEX_PACKAGE_BYTES, &c, err);

        if (r < 0)
                return r;
        ret->hash = bh_cur_le64(&c);
        ret->space = bh_cur_le32(&c);
        ret->name = bh_cur_le32(&c);
        ret->at = bh_cur_le32(&c);
        ret->len = bh_cur_le32(&c);
        ret->binary = ret->len >> 31;
        ret->len &= 0x7fffffff;
        return 0;
}

static uint64_t n_entries(const struct bh_index *ix) {
        return bh_index_section_bytes(ix, BH_SECTION_PACKAGES) / BH_INDEX_PACKAGE_BYTES;
}

/*
 * The first entry whose hash is not below `hash`. Hashes are spread evenly, so
 * the guess by proportion is off by about the square root of their number:
 * widen around it until it encloses the place, then halve.
 */
static int lower_bound(struct bh_index *ix, uint64_t hash, uint64_t *ret, struct bh_err *err) {
        uint64_t n = n_entries(ix), lo = 0, hi = n, step = 32;
        uint64_t guess = (uint64_t) (((unsigned __int128) hash * n) >> 64);
        struct entry e;
        int r;

        while (lo < hi) {
                uint64_t mid = step ? BH_MIN(BH_MAX(guess, lo), hi - 1) : lo + (hi - lo) / 2;

                r = read_entry(ix, mid, &e, err);
                if (r < 0)
                        return r;
                if (e.hash < hash) {
                        lo = mid + 1;
                        guess = step ? mid + step : 0;
                } else {
                        hi = mid;
                        guess = step && mid > step ? mid - step : 0;
                }
                step = step && step < n ? step * 2 : 0;
                if (hi - lo <= 256)
                        step = 0;
        }
        *ret = lo;
        return 0;
}

static int entry_is(struct bh_index *ix, const struct entry *e, struct bh_str space, struct bh_str package, bool binary,
                    struct bh_err *err) {
        struct bh_str at;
        int r;

        if (e->binary != binary)
                return 0;
        r = bh_index_string(ix, e->name, &at, err);
        if (r < 0 || !bh_str_eq(at, package))
                return r;
        r = bh_index_string(ix, e->space, &at, err);
        return r < 0 ? r : bh_str_eq(at, space);
}

static int find_entry(struct bh_index *ix, struct bh_str space, struct bh_str package, bool binary, struct entry *ret,
                      struct bh_err *err) {
        uint64_t hash = bh_index_package_hash(space, binary, package), i = 0;
        int r = lower_bound(ix, hash, &i, err);

        for (; r == 0 && i < n_entries(ix); i++) {
                r = read_entry(ix, i, ret, err);
                if (r < 0 || ret->hash != hash)
                        return r;
                r = entry_is(ix, ret, space, package, binary, err);
        }
        return r;
}

static int read_rows(struct bh_cur *c, struct bh_arena *arena, uint64_t vulns, struct bh_index_rows *rows) {
        uint64_t n = bh_cur_uvarint(c), vuln = 0;

        if (c->bad || n > c->left / 2)
                return -1;
        rows->n_rows = (uint32_t) n;
        rows->rows = bh_arena_array(arena, struct bh_index_row, n);
        for (uint64_t i = 0; i < n; i++) {
                uint64_t delta = bh_cur_uvarint(c), statement = bh_cur_uvarint(c);

                if (c->bad || delta > vulns - vuln || statement >= rows->n_statements)
                        return -1;
                vuln += delta;
                rows->rows[i] = (struct bh_index_row){ (uint32_t) vuln, (uint32_t) statement };
        }
        return vuln < vulns || n == 0 ? 0 : -1;
}

int bh_index_rows(struct bh_index *index, struct bh_arena *arena, struct bh_str space, struct bh_str package, bool binary,
                  struct bh_index_rows *ret, struct bh_err *err) {
        struct bh_index_rows rows = { .space = space, .package = package, .binary = binary };
        uint64_t n;
        struct bh_str bytes;
        struct entry e;
        struct bh_cur c;
        int r = find_entry(index, space, package, binary, &e, err);

        if (r <= 0)
                return r;
        r = bh_index_part(index, BH_SECTION_ROWS, e.at, e.len, &bytes, err);
        if (r < 0)
                return r;
        c = bh_cur_of(bytes);
        n = bh_cur_uvarint(&c);
        if (c.bad || n > c.left / 2)
                return bh_fail(err, BH_E_FORMAT, "the rows of a package are cut short");
        rows.n_statements = (uint32_t) n;
        rows.statements = bh_arena_array(arena, struct bh_index_statement, n);
        for (uint64_t i = 0; i < n; i++)
                if (!bh_index_get_statement(&c, arena, &rows.statements[i]))
                        return bh_fail(err, BH_E_FORMAT, "a statement of the index makes no sense");
        if (read_rows(&c, arena, n_vulns(index), &rows) < 0)
                return bh_fail(err, BH_E_FORMAT, "the rows of a package make no sense");
        *ret = rows;
        return 1;
}

static int strings(struct bh_index *ix, struct bh_arena *arena, const uint32_t *numbers, uint32_t n,
                   const struct bh_str **ret, struct bh_err *err) {
        struct bh_str *list = bh_arena_array(arena, struct bh_str, n);

        for (uint32_t i = 0; i < n; i++) {
                int r = bh_index_string(ix, numbers[i], &list[i], err);

                if (r < 0)
                        return r;
        }
        *ret = list;
        return 0;
}

static int ranges(struct bh_index *ix, struct bh_arena *arena, const struct bh_index_statement *s,
                  const struct bh_range **ret, struct bh_err *err) {
        struct bh_range *list = bh_arena_array(arena, struct bh_range, s->n_ranges);

        for (uint32_t i = 0; i < s->n_ranges; i++) {
                int r = bh_index_string(ix, s->ranges[i].introduced, &list[i].introduced, err);

                if (r == 0)
                        r = bh_index_string(ix, s->ranges[i].fixed, &list[i].fixed, err);
                if (r == 0)
                        r = bh_index_string(ix, s->ranges[i].last_affected, &list[i].last_affected, err);
                if (r < 0)
                        return r;
        }
        *ret = list;
        return 0;
}

int bh_index_bounds(struct bh_index *index, struct bh_arena *arena, const struct bh_index_rows *rows, uint32_t number,
                    struct bh_statement *ret, struct bh_err *err) {
        const struct bh_index_statement *s = &rows->statements[number];
        struct bh_statement out = { .space = rows->space, .package = rows->package, .binary = rows->binary,
                                    .status = s->status, .n_ranges = s->n_ranges, .n_versions = s->n_versions };
        int r = ranges(index, arena, s, &out.ranges, err);

        if (r == 0)
                r = strings(index, arena, s->versions, s->n_versions, &out.versions, err);
        if (r == 0)
                r = bh_index_string(index, s->module, &out.module, err);
        if (r == 0)
                r = bh_index_string(index, s->arch, &out.arch, err);
        if (r == 0)
                *ret = out;
        return r;
}

int bh_index_statement(struct bh_index *index, struct bh_arena *arena, const struct bh_index_rows *rows, uint32_t number,
                       struct bh_statement *ret, struct bh_err *err) {
        const struct bh_index_statement *s = &rows->statements[number];
        struct bh_statement out = { 0 };
        const struct {
                uint32_t number;
                struct bh_str *into;
        } texts[] = { { s->source, &out.source },
                      { s->advisory, &out.advisory },
                      { s->fix_id, &out.fix_id },
                      { s->severity, &out.severity } };
        int r = bh_index_bounds(index, arena, rows, number, &out, err);

        if (r == 0)
                r = strings(index, arena, s->symbols, s->n_symbols, &out.symbols, err);
        out.n_symbols = s->n_symbols;
        for (size_t i = 0; r == 0 && i < BH_LEN(texts); i++)
                r = bh_index_string(index, texts[i].number, texts[i].into, err);
        if (r == 0)
                *ret = out;
        return r;
}

int bh_index_vuln_id(struct bh_index *index, uint32_t vuln, struct bh_str *ret, struct bh_err *err) {
        if (vuln >= n_vulns(index))
                return bh_fail(err, BH_E_FORMAT, "the index has no vulnerability %u", vuln);
        return bh_index_string(index, vuln + 1, ret, err);
}

/* A list in FACTS: its length, then what `item` reads for each. */
struct facts {
        struct bh_index *ix;
        struct bh_arena *arena;
        struct bh_cur c;
        struct bh_err *err;
        int r;
};

static struct bh_str fact_string(struct facts *f) {
        uint64_t number = bh_cur_uvarint(&f->c);
        struct bh_str s = { 0 };

        if (f->c.bad || number > UINT32_MAX)
                f->c.bad = true;
        else if (f->r == 0)
                f->r = bh_index_string(f->ix, (uint32_t) number, &s, f->err);
        return s;
}

static uint32_t fact_count(struct facts *f) {
        uint64_t n = bh_cur_uvarint(&f->c);

        if (f->c.bad || n > f->c.left) {
                f->c.bad = true;
                return 0;
        }
        return (uint32_t) n;
}

static const struct bh_str *fact_strings(struct facts *f, uint32_t *ret_n) {
        struct bh_str *list;

        *ret_n = fact_count(f);
        list = bh_arena_array(f->arena, struct bh_str, *ret_n);
        for (uint32_t i = 0; i < *ret_n; i++)
                list[i] = fact_string(f);
        return list;
}

static const struct bh_rating *fact_ratings(struct facts *f, uint32_t *ret_n) {
        struct bh_rating *list;

        *ret_n = fact_count(f);
        list = bh_arena_array(f->arena, struct bh_rating, *ret_n);
        for (uint32_t i = 0; i < *ret_n; i++) {
                list[i].text = fact_string(f);
                list[i].source = fact_string(f);
        }
        return list;
}

static const struct bh_exploit *fact_exploits(struct facts *f, uint32_t *ret_n) {
        struct bh_exploit *list;

        *ret_n = fact_count(f);
        list = bh_arena_array(f->arena, struct bh_exploit, *ret_n);
        for (uint32_t i = 0; i < *ret_n; i++) {
                uint64_t what;

                list[i].id = fact_string(f);
                what = bh_cur_uvarint(&f->c);
                list[i].kind = what & 1 ? BH_EXPLOIT_METASPLOIT : BH_EXPLOIT_EXPLOITDB;
                list[i].verified = what & 2;
                list[i].rank = (uint32_t) (what >> 2 & 0xffff);
        }
        return list;
}

static void read_facts(struct facts *f, struct bh_vuln *v) {
        uint64_t flags = bh_cur_uvarint(&f->c);

        v->withdrawn = flags & BH_FACTS_WITHDRAWN;
        v->rejected = flags & BH_FACTS_REJECTED;
        v->kev = flags & BH_FACTS_KEV;
        v->ransomware = flags & BH_FACTS_RANSOMWARE;
        if (flags & BH_FACTS_TEXT) { /* where its text is: text.c */
                (void) bh_cur_uvarint(&f->c);
                (void) bh_cur_uvarint(&f->c);
        }
        if (v->kev)
                v->kev_date_s = bh_index_get_date(&f->c);
        if (flags & BH_FACTS_EPSS) {
                v->epss = (double) bh_cur_uvarint(&f->c) / 1e6;
                v->epss_percentile = (double) bh_cur_uvarint(&f->c) / 1e6;
                v->epss_date_s = bh_index_get_date(&f->c);
        }
        if (flags & BH_FACTS_SSVC)
                v->ssvc = fact_string(f);
        if (flags & BH_FACTS_DATES) {
                v->published_s = bh_index_get_date(&f->c);
                v->modified_s = bh_index_get_date(&f->c);
        }
        if (flags & BH_FACTS_LISTS) {
                v->aliases = fact_strings(f, &v->n_aliases);
                v->cvss = fact_ratings(f, &v->n_cvss);
                v->severities = fact_ratings(f, &v->n_severities);
                v->cwes = fact_strings(f, &v->n_cwes);
                v->exploits = fact_exploits(f, &v->n_exploits);
        }
        if (f->r == 0 && f->c.bad)
                f->r = bh_fail(f->err, BH_E_FORMAT, "the facts of a vulnerability make no sense");
}

int bh_index_vuln(struct bh_index *index, struct bh_arena *arena, uint32_t vuln, struct bh_vuln *ret, struct bh_err *err) {
        struct facts f = { .ix = index, .arena = arena, .err = err };
        struct bh_str bytes = { 0 };
        struct bh_vuln v = { 0 };

        f.r = bh_index_vuln_id(index, vuln, &v.id, err);
        if (f.r == 0)
                f.r = bh_index_slice(index, BH_SECTION_VULNS, BH_SECTION_FACTS, vuln, &bytes, err);
        if (f.r < 0)
                return f.r;
        f.c = bh_cur_of(bytes);
        read_facts(&f, &v);
        if (f.r == 0)
                *ret = v;
        return f.r;
}

int bh_index_find(struct bh_index *index, struct bh_arena *arena, struct bh_str name, uint32_t **ret, uint32_t *ret_n,
                  struct bh_err *err) {
        uint64_t lo = 0, n = bh_index_section_bytes(index, BH_SECTION_NAMES) / BH_INDEX_NAME_BYTES, hi = n;
        BH_VEC(uint32_t) found = { 0 };
        struct bh_cur c;
        uint32_t number = 0;
        int r = string_number(index, name, &number, err);

        while (r == 1 && lo < hi) {
                uint64_t mid = lo + (hi - lo) / 2;

                r = bh_index_record(index, BH_SECTION_NAMES, mid, BH_INDEX_NAME_BYTES, &c, err);
                if (r < 0)
                        return r;
                r = 1;
                if (bh_cur_le32(&c) < number)
                        lo = mid + 1;
                else
                        hi = mid;
        }
        for (; r == 1 && lo < n; lo++) {
                r = bh_index_record(index, BH_SECTION_NAMES, lo, BH_INDEX_NAME_BYTES, &c, err);
                if (r == 0 && bh_cur_le32(&c) == number) {
                        *bh_vec_add(arena, &found) = bh_cur_le32(&c);
                        r = 1;
                }
        }
        if (r < 0)
                return r;
        *ret = found.at;
        *ret_n = (uint32_t) found.len;
        return 0;
}

int bh_index_package(struct bh_index *index, uint32_t i, struct bh_str *ret_space, struct bh_str *ret_name, bool *ret_binary,
                     struct bh_err *err) {
        struct entry e;
        int r = read_entry(index, i, &e, err);

        if (r == 0)
                r = bh_index_string(index, e.name, ret_name, err);
        if (r == 0)
                r = bh_index_string(index, e.space, ret_space, err);
        if (r == 0)
                *ret_binary = e.binary;
        return r;
}
