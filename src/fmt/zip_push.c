/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/zip_push.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cur.h"
#include "fmt/inflate.h"
#include "fmt/zip.h"

enum { LOCAL_LEN = 30, OUT = 65536, CARRY = 512 * 1024, DESCRIPTOR = 24 };

enum state {
        SEEK,    /* look for the next header: before the first entry, and after an entry without sizes */
        HEADER,  /* a header begins here */
        SKIP,    /* data of known length that nobody wants */
        FIND,    /* data of unknown length that nobody wants */
        STORED,  /* wanted, as it is */
        INFLATE, /* wanted, deflated */
        ENDED,
};

struct bh_zip_push {
        const struct bh_zip_sink *sink;
        struct bh_budget *budget;
        enum state state;
        bool sized, seen;
        uint64_t left;  /* of data of known length */
        uint64_t count; /* bytes of data gone by, in FIND */
        struct bh_buf carry;
        struct bh_inflater *inflater;
        char *out;
};

struct bh_zip_push *bh_zip_push_new(const struct bh_zip_sink *sink, struct bh_budget *budget) {
        struct bh_zip_push *p = calloc(1, sizeof *p);

        if (!p)
                bh_nomem(sizeof *p);
        p->sink = sink;
        p->budget = budget;
        return p;
}

void bh_zip_push_free(struct bh_zip_push **p) {
        if (!*p)
                return;
        bh_inflater_free(&(*p)->inflater);
        bh_buf_done(&(*p)->carry);
        free((*p)->out);
        free(*p);
        *p = NULL;
}

bool bh_zip_push_ended(const struct bh_zip_push *p) {
        return p->state == ENDED;
}

static int end_entry(struct bh_zip_push *p, const struct bh_err *broken, struct bh_err *err) {
        return p->sink->end(p->sink->user, broken, err);
}

/* Whether what lies at `at` says that exactly `n` bytes of data came before it; its length, or 0. */
static size_t descriptor_at(struct bh_str at, uint64_t n) {
        struct bh_cur c = bh_cur_of(at);

        bh_cur_skip(&c, 8);
        if (!c.bad && bh_cur_le32(&c) == (n & 0xffffffff) && !c.bad) {
                struct bh_str next = bh_str_part(at, 16, 2);

                if (n <= 0xffffffff && bh_str_is(next, "PK"))
                        return 16;
        }
        c = bh_cur_of(at);
        bh_cur_skip(&c, 8);
        return bh_cur_le64(&c) == n && !c.bad && at.len >= DESCRIPTOR ? DESCRIPTOR : 0;
}

/* A descriptor without a signature: 12 (or 20) bytes in front of the header that follows at in[hit]. */
static bool ends_bare(struct bh_str in, size_t hit, uint64_t count) {
        struct bh_cur c = bh_cur_at(in, hit < 8 ? UINT64_MAX : hit - 8, 4);
        uint64_t n = count + hit;

        if (bh_cur_le32(&c) == ((n - 12) & 0xffffffff) && !c.bad && n >= 12)
                return true;
        c = bh_cur_at(in, hit < 16 ? UINT64_MAX : hit - 16, 8);
        return bh_cur_le64(&c) == n - 20 && !c.bad && n >= 20;
}

/* Each of these takes from the front of `in` and returns how much; nothing taken means it needs more. */
static size_t find_end(struct bh_zip_push *p, struct bh_str in) {
        size_t from = 0, keep;

        while (from < in.len) {
                ptrdiff_t pk = bh_str_find(bh_str_from(in, from), BH_STR("PK"));
                size_t hit = pk < 0 ? in.len : from + (size_t) pk, len;
                struct bh_str at = bh_str_from(in, hit);

                if (at.len < DESCRIPTOR + 2)
                        break;
                if (at.at[2] == 7 && at.at[3] == 8 && (len = descriptor_at(at, p->count + hit))) {
                        p->state = HEADER;
                        return hit + len;
                }
                if (((at.at[2] == 3 && at.at[3] == 4) || (at.at[2] == 1 && at.at[3] == 2)) &&
                    ends_bare(in, hit, p->count)) {
                        p->state = HEADER;
                        return hit;
                }
                from = hit + 2;
        }
        keep = BH_MIN(in.len, (size_t) 2 * DESCRIPTOR);
        p->count += in.len - keep;
        return in.len - keep;
}

static size_t seek(struct bh_zip_push *p, struct bh_str in) {
        size_t from = 0;

        while (from + 4 <= in.len) {
                ptrdiff_t pk = bh_str_find(bh_str_from(in, from), BH_STR("PK"));
                size_t hit = pk < 0 ? in.len : from + (size_t) pk;
                struct bh_str at = bh_str_from(in, hit);

                if (at.len < 4)
                        break;
                if ((at.at[2] == 3 && at.at[3] == 4) || (p->seen && at.at[2] == 1 && at.at[3] == 2)) {
                        p->state = HEADER;
                        return hit;
                }
                from = hit + 2;
        }
        return in.len < 3 ? 0 : in.len - 3;
}

/* What begins with the next byte of data. */
static int begin(struct bh_zip_push *p, struct bh_zip_part *part, bool encrypted, struct bh_err *err) {
        bool readable = !encrypted && (part->method == BH_ZIP_DEFLATED || (part->method == BH_ZIP_STORED && part->sized));
        int want = p->sink->begin(p->sink->user, part, err);

        if (want < 0)
                return want;
        p->sized = part->sized;
        p->left = part->packed;
        p->count = 0;
        p->state = part->sized ? SKIP : FIND;
        if (want && !readable) {
                struct bh_err why = BH_ERR_NONE;

                (void) bh_fail(&why, BH_E_UNSUPPORTED, encrypted ? "zip: the entry is encrypted"
                                                                 : "zip: an entry that cannot be read as a stream");
                return end_entry(p, &why, err);
        }
        if (want && part->method == BH_ZIP_STORED)
                p->state = STORED;
        else if (want) {
                if (!p->inflater)
                        p->inflater = bh_inflater_new();
                if (!p->out && !(p->out = malloc(OUT)))
                        bh_nomem(OUT);
                bh_inflater_begin(p->inflater, BH_WRAPPER_NONE);
                p->state = INFLATE;
        }
        return 0;
}

static int header(struct bh_zip_push *p, struct bh_str in, size_t *ret_taken, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(in);
        struct bh_zip_part part = { 0 };
        uint16_t flags, name_len, extra_len;
        uint64_t size, none = 0;
        struct bh_str extra;
        int r;

        *ret_taken = 0;
        if (in.len < 4)
                return 0;
        if (memcmp(in.at, "PK\3\4", 4) != 0) {
                p->state = in.at[0] == 'P' && in.at[1] == 'K' && in.at[2] != 7 ? ENDED : SEEK;
                *ret_taken = 1;
                return 0;
        }
        bh_cur_skip(&c, 6);
        flags = bh_cur_le16(&c);
        part.method = bh_cur_le16(&c);
        bh_cur_skip(&c, 8);
        part.packed = bh_cur_le32(&c);
        size = bh_cur_le32(&c);
        name_len = bh_cur_le16(&c);
        extra_len = bh_cur_le16(&c);
        part.name = bh_cur_take(&c, name_len);
        extra = bh_cur_take(&c, extra_len);
        if (c.bad)
                return 0;
        bh_zip_extra64(extra, &size, &part.packed, &none);
        part.sized = !(flags & 8) || part.packed != 0;
        if (!part.sized && part.method == BH_ZIP_STORED && size == 0 && bh_str_ends(part.name, BH_STR("/")))
                part.sized = true; /* a folder has no data; its descriptor is passed over by SEEK */
        r = bh_budget_entries(p->budget, 1, err);
        if (r == 0)
                r = begin(p, &part, flags & 1, err);
        if (r < 0)
                return r;
        p->seen = true;
        *ret_taken = LOCAL_LEN + (size_t) name_len + extra_len;
        return 0;
}

static size_t skip(struct bh_zip_push *p, struct bh_str in) {
        size_t n = (size_t) BH_MIN((uint64_t) in.len, p->left);

        p->left -= n;
        if (p->left == 0)
                p->state = HEADER;
        return n;
}

static int stored(struct bh_zip_push *p, struct bh_str in, size_t *ret_taken, struct bh_err *err) {
        size_t n = skip(p, in);
        int r = n ? p->sink->data(p->sink->user, bh_str_part(in, 0, n), err) : 0;

        *ret_taken = n;
        if (r == 0 && p->left == 0)
                r = end_entry(p, NULL, err);
        return r;
}

/* The entry's content is lost; its end is known, or looked for. */
static int give_up(struct bh_zip_push *p, const struct bh_err *why, struct bh_err *err) {
        p->state = !p->sized ? SEEK : p->left ? SKIP : HEADER;
        return end_entry(p, why, err);
}

/* One piece of output; what the inflater says in *why is not yet an end of all. */
static int inflate_some(struct bh_zip_push *p, struct bh_str *in, size_t *ret_n, struct bh_err *why, struct bh_err *err) {
        int r = bh_inflater_step(p->inflater, in, p->out, OUT, ret_n, why), q;

        if (r < 0 || *ret_n == 0)
                return r;
        q = bh_budget_bytes(p->budget, *ret_n, err);
        if (q == 0)
                q = p->sink->data(p->sink->user, (struct bh_str){ p->out, *ret_n }, err);
        if (q < 0)
                p->state = ENDED;
        return q < 0 ? q : r;
}

static int inflate(struct bh_zip_push *p, struct bh_str in, size_t *ret_taken, struct bh_err *err) {
        struct bh_str rest = p->sized ? bh_str_part(in, 0, (size_t) BH_MIN((uint64_t) in.len, p->left)) : in;
        struct bh_err why = BH_ERR_NONE;
        size_t given = rest.len, n;
        int r;

        do
                r = inflate_some(p, &rest, &n, &why, err);
        while (r == 0 && n == OUT);
        *ret_taken = given - rest.len;
        if (p->sized)
                p->left -= *ret_taken;
        if (r < 0 && p->state == ENDED)
                return r;
        if (r > 0) {
                p->state = !p->sized ? SEEK : p->left ? SKIP : HEADER;
                return end_entry(p, NULL, err);
        }
        if (r == 0 && p->sized && p->left == 0)
                r = bh_fail(&why, BH_E_FORMAT, "deflate: the data ends early");
        return r < 0 ? give_up(p, &why, err) : 0;
}

static int step(struct bh_zip_push *p, struct bh_str in, size_t *ret_taken, struct bh_err *err) {
        switch (p->state) {
        case SEEK: *ret_taken = seek(p, in); return 0;
        case HEADER: return header(p, in, ret_taken, err);
        case SKIP: *ret_taken = skip(p, in); return 0;
        case FIND: *ret_taken = find_end(p, in); return 0;
        case STORED: return stored(p, in, ret_taken, err);
        case INFLATE: return inflate(p, in, ret_taken, err);
        default: *ret_taken = in.len; return 0;
        }
}

/* Steps until nothing moves: neither a byte nor the state. */
static int run(struct bh_zip_push *p, struct bh_str in, size_t *ret_taken, struct bh_err *err) {
        size_t taken = 0, n;
        enum state before;
        int r;

        do {
                before = p->state;
                n = 0;
                r = step(p, bh_str_from(in, taken), &n, err);
                if (r < 0)
                        return r;
                taken += n;
        } while (p->state != before || (n && taken < in.len));
        *ret_taken = taken;
        return 0;
}

int bh_zip_push_feed(struct bh_zip_push *p, struct bh_str bytes, struct bh_err *err) {
        size_t taken;
        int r;

        while (p->carry.len && bytes.len && p->state != ENDED) {
                size_t old = p->carry.len, add = BH_MIN(bytes.len, BH_MAX(old, (size_t) 4096));

                bh_buf_add(&p->carry, bh_str_part(bytes, 0, add));
                r = run(p, bh_buf_str(&p->carry), &taken, err);
                if (r < 0)
                        return r;
                if (taken >= old) { /* the rest lies in `bytes` */
                        bytes = bh_str_from(bytes, taken - old);
                        bh_buf_clear(&p->carry);
                        break;
                }
                bytes = bh_str_from(bytes, add);
                memmove(p->carry.at, p->carry.at + taken, p->carry.len - taken);
                p->carry.len -= taken;
                assert(p->carry.len < CARRY); /* the longest header fits */
        }
        if (bytes.len == 0 || p->state == ENDED)
                return 0;
        r = run(p, bytes, &taken, err);
        if (r < 0)
                return r;
        if (taken < bytes.len)
                bh_buf_add(&p->carry, bh_str_from(bytes, taken));
        return 0;
}

int bh_zip_push_finish(struct bh_zip_push *p, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        int r = 0;

        if (p->state == STORED || p->state == INFLATE) {
                (void) bh_fail(&why, BH_E_FORMAT, "zip: it ends inside an entry");
                r = end_entry(p, &why, err);
        }
        if (r < 0)
                return r;
        if (!p->seen)
                return bh_fail(err, BH_E_FORMAT, "zip: no entry at all");
        return p->state == ENDED ? 0 : bh_fail(err, BH_E_FORMAT, "zip: it ends before its directory");
}
