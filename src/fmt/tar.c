/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cur.h"
#include "base/limits.h"

enum { BLOCK = 512 };

struct bh_tar {
        struct bh_stream *from;
        uint64_t left, padding, data_offset;
        struct bh_buf path, link, capability, clean, raw;
        struct bh_tar_entry entry;
};

/* What a header's data says of the entry that follows it. */
struct overrides {
        bool path, link, size, uid, real_size, sparse;
        uint64_t size_v, uid_v, real_size_v;
};

struct bh_tar *bh_tar_new(struct bh_stream *from) {
        struct bh_tar *t = calloc(1, sizeof *t);

        if (!t)
                bh_nomem(sizeof *t);
        t->from = from;
        return t;
}

void bh_tar_free(struct bh_tar **t) {
        if (!*t)
                return;
        bh_buf_done(&(*t)->path);
        bh_buf_done(&(*t)->link);
        bh_buf_done(&(*t)->capability);
        bh_buf_done(&(*t)->clean);
        bh_buf_done(&(*t)->raw);
        free(*t);
        *t = NULL;
}

uint64_t bh_tar_left(const struct bh_tar *t) {
        return t->left;
}

uint64_t bh_tar_data_offset(const struct bh_tar *t) {
        return t->data_offset;
}

int bh_tar_peek(struct bh_tar *t, size_t n, struct bh_str *ret, struct bh_err *err) {
        int r;

        n = (size_t) BH_MIN((uint64_t) n, t->left);
        r = bh_stream_peek(t->from, n, ret, err);
        if (r < 0)
                return r;
        if (ret->len < n)
                return bh_fail(err, BH_E_FORMAT, "tar: the archive ends inside a file's data");
        return 0;
}

void bh_tar_drop(struct bh_tar *t, size_t n) {
        n = (size_t) BH_MIN((uint64_t) n, t->left);
        bh_stream_drop(t->from, n);
        t->left -= n;
}

static int pass_over_data(struct bh_tar *t, struct bh_err *err) {
        uint64_t want = t->left + t->padding, got = 0;
        int r = want ? bh_stream_skip(t->from, want, &got, err) : 0;

        if (r < 0)
                return r;
        if (got < t->left)
                return bh_fail(err, BH_E_FORMAT, "tar: the archive ends inside a file's data");
        t->left = t->padding = 0;
        return 0;
}

static uint64_t load64(const char *p) {
        uint64_t v;

        memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        v = __builtin_bswap64(v);
#endif
        return v;
}

/* Eight digits in the order they are read, each in a byte: neighbours are joined until one number is left. */
static uint64_t join_octal(uint64_t v) {
        v = (v << 3 | v >> 8) & 0x003f003f003f003f;
        v = (v << 6 | v >> 16) & 0x00000fff00000fff;
        return (v << 12 | v >> 32) & 0xffffff;
}

/* Up to eight digits, then a NUL or the field's end, all at once; how many there were, or 0. */
static unsigned octal8(const char *p, uint64_t *ret) {
        uint64_t v = load64(p) ^ 0x3030303030303030, odd = v & 0xf8f8f8f8f8f8f8f8;
        unsigned n = odd ? (unsigned) __builtin_ctzll(odd) / 8 : 8;

        if (n == 0 || (n < 8 && p[n] != '\0'))
                return 0;
        *ret = join_octal(n < 8 ? v << 8 * (8 - n) : v);
        return n;
}

/* The usual fields: eight bytes, or twelve that begin with four digits. */
static bool plain_octal(struct bh_str field, uint64_t *ret) {
        uint64_t high, low;
        unsigned n;

        if (field.len == 8)
                return octal8(field.at, ret) > 0;
        if (field.len != 12)
                return false;
        high = (load64(field.at) ^ 0x3030303030303030) << 32;
        n = octal8(field.at + 4, &low);
        if (high & 0xf8f8f8f8f8f8f8f8 || n == 0)
                return false;
        *ret = join_octal(high) << 3 * n | low;
        return true;
}

/* Octal text, or base-256 when the first byte says so (GNU). */
static bool number(struct bh_str field, uint64_t *ret) {
        const unsigned char *p = (const unsigned char *) field.at;
        uint64_t v = p[0] & 0x3f;
        ptrdiff_t nul;

        if (p[0] & 0x80) {
                if (p[0] & 0x40)
                        return false; /* negative */
                for (size_t i = 1; i < field.len; i++) {
                        if (v >> 56)
                                return false;
                        v = v << 8 | p[i];
                }
                *ret = v;
                return true;
        }
        if (plain_octal(field, ret))
                return true;
        nul = bh_str_chr(field, '\0');
        if (nul >= 0)
                field.len = (size_t) nul;
        field = bh_str_trim(field);
        *ret = 0;
        return field.len == 0 || bh_str_oct64(field, ret);
}

typedef uint16_t lanes __attribute__((vector_size(16)));

/*
 * The sum of a header's bytes, sixteen at a time: every entry of every layer
 * passes here. Of a lane's 32 pairs of bytes the upper ones are summed, and
 * the pairs; what the upper ones add to the latter is taken out in the end.
 */
static uint32_t sum_of(const unsigned char *p) {
        uint32_t all = 0;
        lanes pairs = { 0 }, upper = { 0 }, v;

#pragma GCC unroll 8
        for (size_t i = 0; i < BLOCK; i += sizeof v) {
                memcpy(&v, p + i, sizeof v);
                pairs += v;
                upper += v >> 8;
        }
        pairs -= upper << 8;
        for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
                all += (uint32_t) pairs[i] + upper[i];
        return all;
}

/* The sum of all bytes, the checksum field itself counted as spaces; old tars added signed bytes. */
static bool checksum_holds(struct bh_str block) {
        const unsigned char *p = (const unsigned char *) block.at;
        uint32_t sum = 8 * ' ' + sum_of(p), high = 0;
        uint64_t told;

        if (!number(bh_str_part(block, 148, 8), &told))
                return false;
        for (size_t i = 148; i < 156; i++)
                sum -= p[i];
        if (told == sum)
                return true;
        for (size_t i = 0; i < BLOCK; i++)
                high += p[i] >> 7;
        return told == sum - high * 256;
}

static bool all_zero(struct bh_str block) {
        return block.at[0] == '\0' && memcmp(block.at, block.at + 1, block.len - 1) == 0;
}

static struct bh_str text_field(struct bh_str block, size_t at, size_t n) {
        struct bh_str s = bh_str_part(block, at, n);

        s.len = strnlen(s.at, s.len);
        return s;
}

typedef int8_t bytes16 __attribute__((vector_size(16)));

/* Whether a slash among the sixteen bytes is followed by another or by a dot. */
static bool odd_slash(const char *p) {
        bytes16 here, next, odd;
        uint64_t halves[2];

        memcpy(&here, p, sizeof here);
        memcpy(&next, p + 1, sizeof next);
        odd = (here == '/') & ((next == '/') | (next == '.'));
        memcpy(halves, &odd, sizeof halves);
        return halves[0] | halves[1];
}

/* Most paths are clean as they stand: no slash or dot at a part's beginning, and no slash at the end. */
static bool is_clean(struct bh_str raw) {
        size_t i = 0;

        if (raw.len == 0 || raw.at[0] == '/' || raw.at[0] == '.' || raw.at[raw.len - 1] == '/')
                return false;
        for (; i + sizeof(bytes16) < raw.len; i += sizeof(bytes16))
                if (odd_slash(raw.at + i))
                        return false;
        for (; i + 1 < raw.len; i++)
                if (raw.at[i] == '/' && (raw.at[i + 1] == '/' || raw.at[i + 1] == '.'))
                        return false;
        return true;
}

/* Cleans `raw`, which is not clean, into `into`; true when a ".." part was met. */
static bool clean_path(struct bh_buf *into, struct bh_str raw) {
        bool escapes = false;
        struct bh_str part;

        while (bh_str_split(&raw, '/', &part)) {
                if (part.len == 0 || bh_str_is(part, "."))
                        continue;
                escapes |= bh_str_is(part, "..");
                if (into->len)
                        bh_buf_putc(into, '/');
                bh_buf_add(into, part);
        }
        return escapes;
}

/* The data of a PAX or long-name header, whole, in t->raw. */
static int read_record(struct bh_tar *t, uint64_t size, struct bh_err *err) {
        struct bh_str s;
        int r;

        if (size > BH_LIMIT_TAR_PAX)
                return bh_fail(err, BH_E_LIMIT, "tar: an extended header of %llu bytes, more than %llu",
                               (unsigned long long) size, (unsigned long long) BH_LIMIT_TAR_PAX);
        r = bh_tar_peek(t, (size_t) size, &s, err);
        if (r < 0)
                return r;
        bh_buf_clear(&t->raw);
        bh_buf_add(&t->raw, s);
        bh_tar_drop(t, (size_t) size);
        return pass_over_data(t, err);
}

static void set_text(struct bh_buf *into, struct bh_str v, bool *set) {
        bh_buf_clear(into);
        bh_buf_add(into, v);
        *set = true;
}

static void set_number(struct bh_str v, bool *set, uint64_t *into) {
        if (bh_str_u64(v, into))
                *set = true;
}

static void pax_field(struct bh_tar *t, struct overrides *o, struct bh_str key, struct bh_str v) {
        if (bh_str_is(key, "path"))
                set_text(&t->path, v, &o->path);
        else if (bh_str_is(key, "GNU.sparse.name"))
                set_text(&t->path, v, &o->path);
        else if (bh_str_is(key, "linkpath"))
                set_text(&t->link, v, &o->link);
        else if (bh_str_is(key, "size"))
                set_number(v, &o->size, &o->size_v);
        else if (bh_str_is(key, "uid"))
                set_number(v, &o->uid, &o->uid_v);
        else if (bh_str_is(key, "GNU.sparse.realsize") || bh_str_is(key, "GNU.sparse.size"))
                set_number(v, &o->real_size, &o->real_size_v);
        else if (bh_str_is(key, "SCHILY.xattr.security.capability"))
                set_text(&t->capability, v, &(bool){ false });
        if (bh_str_starts(key, BH_STR("GNU.sparse.")))
                o->sparse = true;
}

/* "LENGTH KEY=VALUE\n" where LENGTH counts the whole line. */
static int pax(struct bh_tar *t, struct overrides *o, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bh_buf_str(&t->raw));

        while (c.left > 0 && c.at[0] != '\0') {
                struct bh_str rest = bh_cur_rest(&c), digits, after, record, key, value;
                uint64_t n;

                if (!bh_str_cut(bh_str_part(rest, 0, 24), ' ', &digits, &after) || !bh_str_u64(digits, &n) ||
                    n < digits.len + 3 || n > rest.len || rest.at[n - 1] != '\n')
                        return bh_fail(err, BH_E_FORMAT, "tar: a PAX record with a wrong length");
                record = bh_str_part(rest, digits.len + 1, (size_t) n - digits.len - 2);
                if (!bh_str_cut(record, '=', &key, &value))
                        return bh_fail(err, BH_E_FORMAT, "tar: a PAX record without '='");
                pax_field(t, o, key, value);
                bh_cur_skip(&c, (size_t) n);
        }
        return 0;
}

static enum bh_tar_kind kind_of(char type, struct bh_str raw_path) {
        switch (type) {
        case '\0':
        case '0':
        case '7':
        case 'S': return bh_str_ends(raw_path, BH_STR("/")) ? BH_TAR_DIR : BH_TAR_FILE;
        case '1': return BH_TAR_HARDLINK;
        case '2': return BH_TAR_SYMLINK;
        case '3': return BH_TAR_CHAR;
        case '4': return BH_TAR_BLOCK;
        case '5': return BH_TAR_DIR;
        case '6': return BH_TAR_FIFO;
        default: return BH_TAR_OTHER;
        }
}

/* The old GNU sparse header may go on in further blocks; only their number matters to us. */
static int skip_sparse_blocks(struct bh_tar *t, bool more, struct bh_err *err) {
        for (unsigned n = 0; more; n++) {
                struct bh_str block;
                int r = bh_stream_peek(t->from, BLOCK, &block, err);

                if (r < 0)
                        return r;
                if (block.len < BLOCK)
                        return bh_fail(err, BH_E_FORMAT, "tar: the archive ends inside a sparse header");
                if (n > BH_LIMIT_TAR_SPARSE / 21)
                        return bh_fail(err, BH_E_LIMIT, "tar: a sparse file of more than %d pieces", BH_LIMIT_TAR_SPARSE);
                more = block.at[504] != 0;
                bh_stream_drop(t->from, BLOCK);
        }
        return 0;
}

static int bad_number(struct bh_err *err, const char *what) {
        return bh_fail(err, BH_E_FORMAT, "tar: a header whose %s is not a number", what);
}

static int fill_numbers(struct bh_str block, struct bh_tar_entry *e, struct bh_err *err) {
        uint64_t mode, uid;

        if (!number(bh_str_part(block, 124, 12), &e->size) || e->size > INT64_MAX)
                return bad_number(err, "size");
        if (!number(bh_str_part(block, 100, 8), &mode))
                return bad_number(err, "mode");
        /* Old tars carry odd owners; they are not worth refusing a layer for. */
        e->uid = number(bh_str_part(block, 108, 8), &uid) ? (uint32_t) uid : 0;
        e->mode = (uint32_t) mode & 07777;
        e->real_size = e->size;
        return 0;
}

/* The path as it is written: in the block itself, or put together in t->path. */
static struct bh_str raw_path(struct bh_tar *t, struct bh_str block, const struct overrides *o) {
        struct bh_str name = text_field(block, 0, 100), prefix = { 0 };

        if (o->path)
                return bh_buf_str(&t->path);
        if (block.at[345] && memcmp(block.at + 257, "ustar", 6) == 0) /* POSIX; GNU writes "ustar " and uses the prefix otherwise */
                prefix = text_field(block, 345, 155);
        if (prefix.len == 0)
                return name;
        bh_buf_clear(&t->path);
        bh_buf_add(&t->path, prefix);
        bh_buf_putc(&t->path, '/');
        bh_buf_add(&t->path, name);
        return bh_buf_str(&t->path);
}

/*
 * A name out of a block, in words of eight: what reads it next in such words
 * need not wait until two halves of an odd copy have come together. Reads and
 * writes up to seven bytes more; the block goes on after its names.
 */
static void take_name(struct bh_buf *into, struct bh_str name) {
        char *room = bh_buf_room(into, name.len + 8);

        for (size_t i = 0; i < name.len; i += 8)
                memcpy(room + i, name.at + i, 8);
        into->len += name.len;
}

/* What points into the block must be copied: it goes when the data is read. */
static void set_names(struct bh_tar *t, struct bh_str block, const struct overrides *o, struct bh_str raw, struct bh_tar_entry *e) {
        bh_buf_clear(&t->clean);
        e->escapes = false;
        if (is_clean(raw) && raw.at == block.at)
                take_name(&t->clean, raw);
        else if (is_clean(raw))
                bh_buf_add(&t->clean, raw);
        else
                e->escapes = clean_path(&t->clean, raw);
        if (!o->link) {
                bh_buf_clear(&t->link);
                if (block.at[157])
                        bh_buf_add(&t->link, text_field(block, 157, 100));
        }
        e->path = bh_buf_str(&t->clean);
        e->link = bh_buf_str(&t->link);
        e->capability = bh_buf_str(&t->capability);
}

static void apply(const struct overrides *o, struct bh_tar_entry *e) {
        if (o->size)
                e->size = o->size_v;
        if (o->uid)
                e->uid = (uint32_t) o->uid_v;
        e->sparse |= o->sparse;
        e->real_size = o->real_size ? o->real_size_v : e->size;
}

static int finish(struct bh_tar *t, struct bh_str block, const struct overrides *o, struct bh_tar_entry *e,
                  struct bh_err *err) {
        char type = block.at[156];
        bool more_sparse = type == 'S' && block.at[482] != 0;
        struct bh_str raw = raw_path(t, block, o);
        int r = fill_numbers(block, e, err);

        if (r < 0)
                return r;
        e->sparse = type == 'S';
        if (raw.len > BH_LIMIT_TAR_PATH)
                return bh_fail(err, BH_E_LIMIT, "tar: a path of %zu bytes, more than %d", raw.len, BH_LIMIT_TAR_PATH);
        e->kind = kind_of(type, raw);
        apply(o, e);
        if (type == 'S' && !number(bh_str_part(block, 483, 12), &e->real_size))
                return bad_number(err, "real size");
        if (e->size > INT64_MAX - BLOCK)
                return bad_number(err, "size");
        set_names(t, block, o, raw, e);
        bh_stream_drop(t->from, BLOCK);
        r = skip_sparse_blocks(t, more_sparse, err);
        if (r < 0)
                return r;
        /* Only files carry data; some writers put a size on links and directories that is not followed by any. */
        if (e->kind != BH_TAR_FILE && e->kind != BH_TAR_OTHER)
                e->size = e->real_size = 0;
        t->left = e->size;
        t->padding = -e->size & (BLOCK - 1);
        t->data_offset = t->from->offset;
        return 1;
}

static bool is_extension(char type) {
        return type == 'x' || type == 'X' || type == 'g' || type == 'L' || type == 'K';
}

/* The data of such a header; 1 when it was one. */
static int extension(struct bh_tar *t, struct bh_str block, struct overrides *o, struct bh_err *err) {
        char type = block.at[156];
        struct bh_str text;
        uint64_t size;
        int r;

        if (!is_extension(type))
                return 0;
        if (!number(bh_str_part(block, 124, 12), &size) || size > INT64_MAX)
                return bad_number(err, "size");
        bh_stream_drop(t->from, BLOCK);
        t->left = size;
        t->padding = -size & (BLOCK - 1);
        r = read_record(t, size, err);
        if (r < 0)
                return r;
        text = bh_buf_str(&t->raw);
        text.len = strnlen(text.at, text.len);
        if (type == 'L')
                set_text(&t->path, text, &o->path);
        else if (type == 'K')
                set_text(&t->link, text, &o->link);
        else if (type != 'g') {
                r = pax(t, o, err);
                if (r < 0)
                        return r;
        }
        return 1;
}

int bh_tar_next(struct bh_tar *t, const struct bh_tar_entry **ret, struct bh_err *err) {
        struct overrides o = { 0 };
        bool expecting = false;
        int r = pass_over_data(t, err);

        if (r < 0)
                return r;
        bh_buf_clear(&t->capability);
        for (;;) {
                struct bh_str block;

                r = bh_stream_peek(t->from, BLOCK, &block, err);
                if (r < 0)
                        return r;
                if (block.len == 0 && !expecting)
                        return 0; /* some writers leave out the zero blocks */
                if (block.len < BLOCK)
                        return bh_fail(err, BH_E_FORMAT, "tar: the archive ends inside a header");
                if (all_zero(block))
                        return expecting ? bh_fail(err, BH_E_FORMAT, "tar: an extended header without its entry") : 0;
                if (!checksum_holds(block))
                        return bh_fail(err, BH_E_FORMAT, "tar: a header whose checksum does not match");
                r = extension(t, block, &o, err);
                if (r < 0)
                        return r;
                if (r > 0) {
                        expecting = true;
                        continue;
                }
                r = finish(t, block, &o, &t->entry, err);
                if (r > 0)
                        *ret = &t->entry;
                return r;
        }
}
