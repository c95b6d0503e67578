/* SPDX-License-Identifier: Apache-2.0 */
/* The small tables of an open index: where it comes from, which worlds it knows, how long they live. */
#include "advisory/layout.h"

int bh_index_source(struct bh_index *index, uint32_t i, struct bh_index_source *ret, struct bh_err *err) {
        struct bh_index_source s = { 0 };
        uint32_t name, licence, url;
        struct bh_cur c;
        int r = bh_index_record(index, BH_SECTION_SOURCES, i, BH_INDEX_SOURCE_BYTES, &c, err);

        if (r < 0)
                return r;
        name = bh_cur_le32(&c);
        licence = bh_cur_le32(&c);
        url = bh_cur_le32(&c);
        bh_cur_skip(&c, 4);
        s.source.date_s = (int64_t) bh_cur_le64(&c);
        s.n_advisories = bh_cur_le64(&c);
        s.n_facts = bh_cur_le64(&c);
        s.n_gaps = bh_cur_le64(&c);
        r = bh_index_string(index, name, &s.source.name, err);
        if (r == 0)
                r = bh_index_string(index, licence, &s.source.licence, err);
        if (r == 0)
                r = bh_index_string(index, url, &s.source.url, err);
        if (r == 0)
                *ret = s;
        return r;
}

int bh_index_space(struct bh_index *index, uint32_t i, struct bh_index_space *ret, struct bh_err *err) {
        struct bh_index_space s = { 0 };
        uint32_t name, eco;
        struct bh_cur c;
        int r = bh_index_record(index, BH_SECTION_SPACES, i, BH_INDEX_SPACE_BYTES, &c, err);

        if (r < 0)
                return r;
        name = bh_cur_le32(&c);
        eco = bh_cur_le32(&c);
        s.n_packages = bh_cur_le32(&c);
        s.n_rows = bh_cur_le32(&c);
        if (eco >= _BH_ECO_MAX)
                return bh_fail(err, BH_E_FORMAT, "a space of the index is of no known kind");
        s.eco = (enum bh_eco) eco;
        r = bh_index_string(index, name, &s.space, err);
        if (r == 0)
                *ret = s;
        return r;
}

/* The first record of a table sorted by name whose name is not below `name`. A record begins with the number of that string. */
static int lower_bound(struct bh_index *ix, enum bh_section section, size_t size, struct bh_str name, uint32_t *ret, struct bh_err *err) {
        uint64_t lo = 0, hi = bh_index_section_bytes(ix, section) / size;

        while (lo < hi) {
                uint64_t mid = lo + (hi - lo) / 2;
                struct bh_str at;
                struct bh_cur c;
                int r = bh_index_record(ix, section, mid, size, &c, err);

                if (r == 0)
                        r = bh_index_string(ix, bh_cur_le32(&c), &at, err);
                if (r < 0)
                        return r;
                if (bh_str_cmp(at, name) < 0)
                        lo = mid + 1;
                else
                        hi = mid;
        }
        *ret = (uint32_t) lo;
        return 0;
}

uint32_t bh_index_n_spaces(const struct bh_index *index) {
        return (uint32_t) (bh_index_section_bytes(index, BH_SECTION_SPACES) / BH_INDEX_SPACE_BYTES);
}

int bh_index_space_from(struct bh_index *index, struct bh_str name, uint32_t *ret, struct bh_err *err) {
        return lower_bound(index, BH_SECTION_SPACES, BH_INDEX_SPACE_BYTES, name, ret, err);
}

int bh_index_has_space(struct bh_index *index, struct bh_str space, struct bh_err *err) {
        struct bh_index_space s = { 0 };
        uint32_t i = 0;
        int r = bh_index_space_from(index, space, &i, err);

        if (r < 0 || i >= bh_index_n_spaces(index))
                return r;
        r = bh_index_space(index, i, &s, err);
        return r < 0 ? r : bh_str_eq(s.space, space);
}

static int read_lifecycle(struct bh_index *ix, uint32_t i, struct bh_lifecycle *ret, struct bh_err *err) {
        uint32_t space, codename;
        struct bh_cur c;
        int r = bh_index_record(ix, BH_SECTION_LIFECYCLE, i, BH_INDEX_LIFECYCLE_BYTES, &c, err);

        if (r < 0)
                return r;
        space = bh_cur_le32(&c);
        codename = bh_cur_le32(&c);
        ret->released_s = (int64_t) bh_cur_le64(&c);
        ret->end_s = (int64_t) bh_cur_le64(&c);
        ret->extended_end_s = (int64_t) bh_cur_le64(&c);
        r = bh_index_string(ix, space, &ret->space, err);
        return r < 0 ? r : bh_index_string(ix, codename, &ret->codename, err);
}

static bool is_it(const struct bh_lifecycle *l, struct bh_str space, struct bh_str codename) {
        struct bh_str rest = l->space;

        if (!codename.len)
                return bh_str_eq(l->space, space);
        return bh_str_cut_prefix(&rest, space) && bh_str_starts(rest, BH_STR(":")) && bh_str_eq(l->codename, codename);
}

static int find_lifecycle(struct bh_index *ix, struct bh_str space, struct bh_str codename, struct bh_lifecycle *ret,
                          struct bh_err *err) {
        uint64_t n = bh_index_section_bytes(ix, BH_SECTION_LIFECYCLE) / BH_INDEX_LIFECYCLE_BYTES;
        uint32_t i = 0;
        int r = lower_bound(ix, BH_SECTION_LIFECYCLE, BH_INDEX_LIFECYCLE_BYTES, space, &i, err);

        for (; r == 0 && i < n; i++) {
                struct bh_lifecycle l;

                r = read_lifecycle(ix, i, &l, err);
                if (r < 0 || !bh_str_starts(l.space, space))
                        return r;
                if (is_it(&l, space, codename)) {
                        *ret = l;
                        return 1;
                }
        }
        return r;
}

int bh_index_lifecycle(struct bh_index *index, struct bh_str space, struct bh_lifecycle *ret, struct bh_err *err) {
        return find_lifecycle(index, space, (struct bh_str){ 0 }, ret, err);
}

int bh_index_by_codename(struct bh_index *index, struct bh_str distribution, struct bh_str codename,
                         struct bh_lifecycle *ret, struct bh_err *err) {
        return codename.len ? find_lifecycle(index, distribution, codename, ret, err) : 0;
}
