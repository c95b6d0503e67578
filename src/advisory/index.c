/* SPDX-License-Identifier: Apache-2.0 */
/* The file itself: mapping it, believing it block by block, finding parts of it. What the parts say is read in lookup.c. */
#include "advisory/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/layout.h"
#include "base/limits.h"
#include "base/text.h"

struct part {
        uint64_t at, len;
};

struct bh_index {
        struct bh_str file;
        bool mapped, believed; /* believed: nothing is checked */
        struct part sections[_BH_SECTION_MAX];
        uint64_t hashes_at;
        uint32_t n_blocks, block_shift;
        int64_t date_s;
        struct bh_checker *checker;
        uint64_t tops_at;      /* the hashes of hashes */
        uint8_t *checked; /* a byte a block, then a byte a block of hashes: threads may set the same one */
};

static int read_sections(struct bh_index *ix, struct bh_cur c, struct bh_err *err) {
        for (unsigned i = 0; i < _BH_SECTION_MAX; i++) {
                struct part *p = &ix->sections[i];

                p->at = bh_cur_le64(&c);
                p->len = bh_cur_le64(&c);
                if (p->at < BH_INDEX_BODY || p->at > ix->hashes_at || p->len > ix->hashes_at - p->at)
                        return bh_fail(err, BH_E_FORMAT, "section %u lies outside the file", i);
        }
        return 0;
}

static uint64_t n_hash_blocks(const struct bh_index *ix) {
        return bh_index_blocks((uint64_t) ix->n_blocks * BH_SHA256_BYTES, ix->block_shift);
}

static int read_header(struct bh_index *ix, struct bh_err *err) {
        struct bh_cur c = bh_cur_at(ix->file, 0, BH_INDEX_SIGNED);
        struct bh_str magic = bh_cur_take(&c, BH_INDEX_MAGIC.len);
        uint32_t version = bh_cur_le32(&c), n_sections;
        uint64_t size;

        ix->block_shift = bh_cur_le32(&c);
        size = bh_cur_le64(&c);
        ix->hashes_at = bh_cur_le64(&c);
        ix->n_blocks = bh_cur_le32(&c);
        n_sections = bh_cur_le32(&c);
        ix->date_s = (int64_t) bh_cur_le64(&c);
        if (c.bad || ix->file.len < BH_INDEX_BODY || !bh_str_eq(magic, BH_INDEX_MAGIC))
                return bh_fail(err, BH_E_FORMAT, "not a vulnerability index");
        if (version != BH_INDEX_VERSION || n_sections != _BH_SECTION_MAX)
                return bh_fail(err, BH_E_UNSUPPORTED, "an index of version %u; this program reads version %u", version,
                               BH_INDEX_VERSION);
        if (size != ix->file.len)
                return bh_fail(err, BH_E_FORMAT, "%zu bytes where the header says %llu: the file was cut or grew",
                               ix->file.len, (unsigned long long) size);
        if (ix->block_shift < 9 || ix->block_shift > 24 || ix->hashes_at < BH_INDEX_BODY || ix->hashes_at > size)
                return bh_fail(err, BH_E_FORMAT, "the header contradicts itself");
        ix->tops_at = ix->hashes_at + (uint64_t) ix->n_blocks * BH_SHA256_BYTES;
        if (ix->n_blocks != bh_index_blocks(ix->hashes_at - BH_INDEX_BODY, ix->block_shift) || ix->tops_at > size ||
            size - ix->tops_at != n_hash_blocks(ix) * BH_SHA256_BYTES)
                return bh_fail(err, BH_E_FORMAT, "the header contradicts itself");
        return read_sections(ix, bh_cur_at(ix->file, BH_INDEX_SECTIONS_AT, _BH_SECTION_MAX * 16), err);
}

static struct bh_public_key key_of(const struct bh_index *ix) {
        struct bh_public_key key;

        memcpy(key.bytes, ix->file.at + BH_INDEX_SIGNED, sizeof key.bytes);
        return key;
}

static int check_signature(const struct bh_index *ix, const struct bh_keyring *keys, struct bh_err *err) {
        struct bh_public_key key = key_of(ix);
        uint8_t hash[BH_SHA256_BYTES];
        char hex[17];

        if (!bh_keyring_has(keys, &key))
                return bh_fail(err, BH_E_DENIED, "it is signed with the key %s..., which is not among the trusted ones",
                               bh_hex(key.bytes, 8, hex));
        if (!bh_checker_holds(ix->checker, &key, bh_str_part(ix->file, 0, BH_INDEX_SIGNED),
                              (const uint8_t *) ix->file.at + BH_INDEX_SIGNED + BH_SEAL_KEY_BYTES))
                return bh_fail(err, BH_E_DENIED, "its signature does not hold: the file was changed after it was signed");
        bh_checker_sha256(ix->checker, bh_str_from(ix->file, ix->tops_at), hash);
        if (memcmp(hash, ix->file.at + BH_INDEX_HASH_AT, sizeof hash) != 0)
                return bh_fail(err, BH_E_DENIED, "its table of hashes was changed after it was signed");
        return 0;
}

static int check_counts(const struct bh_index *ix, struct bh_err *err) {
        static const struct {
                enum bh_section section;
                unsigned size, least;
        } tables[] = {
                { BH_SECTION_STRING_AT, 4, 8 },
                { BH_SECTION_PACKAGES, BH_INDEX_PACKAGE_BYTES, 0 },
                { BH_SECTION_VULNS, 4, 4 },
                { BH_SECTION_NAMES, BH_INDEX_NAME_BYTES, 0 },
                { BH_SECTION_TEXT_AT, 4, 4 },
                { BH_SECTION_SPACES, BH_INDEX_SPACE_BYTES, 0 },
                { BH_SECTION_LIFECYCLE, BH_INDEX_LIFECYCLE_BYTES, 0 },
                { BH_SECTION_SOURCES, BH_INDEX_SOURCE_BYTES, 0 },
        };

        for (size_t i = 0; i < BH_LEN(tables); i++) {
                uint64_t len = ix->sections[tables[i].section].len;

                if (len % tables[i].size || len < tables[i].least || len / tables[i].size > UINT32_MAX)
                        return bh_fail(err, BH_E_FORMAT, "section %d has a size that cannot be", tables[i].section);
        }
        return 0;
}

static int start(struct bh_index *ix, const struct bh_keyring *keys, struct bh_err *err) {
        int r = read_header(ix, err);

        ix->believed = !keys;
        if (r == 0 && keys) {
                ix->checker = bh_checker_new();
                r = check_signature(ix, keys, err);
        }
        if (r == 0)
                r = check_counts(ix, err);
        if (r == 0 && !(ix->checked = calloc(ix->n_blocks + n_hash_blocks(ix) + 1, 1)))
                bh_nomem(ix->n_blocks);
        return r;
}

int bh_index_over(struct bh_str bytes, const struct bh_keyring *keys, struct bh_index **ret, struct bh_err *err) {
        BH_CLEANUP(bh_index_close) struct bh_index *ix = calloc(1, sizeof *ix);
        int r;

        if (!ix)
                bh_nomem(sizeof *ix);
        ix->file = bytes;
        r = start(ix, keys, err);
        if (r < 0)
                return r;
        *ret = BH_TAKE(ix);
        return 0;
}

/* The whole file, mapped; an empty one maps to nothing. */
static int map_file(const char *path, struct bh_str *ret, struct bh_err *err) {
        struct stat st;
        int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
        void *at;

        if (fd < 0)
                return errno == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "there is no such file")
                                       : bh_fail_sys(err, errno, "open");
        if (fstat(fd, &st) < 0)
                r = bh_fail_sys(err, errno, "fstat");
        else if (!S_ISREG(st.st_mode) || st.st_size < BH_INDEX_BODY)
                r = bh_fail(err, BH_E_FORMAT, "not a vulnerability index");
        else if ((uint64_t) st.st_size > BH_LIMIT_INDEX_BYTES)
                r = bh_fail(err, BH_E_LIMIT, "an index of more than %llu bytes", BH_LIMIT_INDEX_BYTES);
        else if ((at = mmap(NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
                r = bh_fail_sys(err, errno, "mmap");
        else
                *ret = (struct bh_str){ at, (size_t) st.st_size };
        (void) close(fd);
        return r;
}

int bh_index_open(const char *path, const struct bh_keyring *keys, struct bh_index **ret, struct bh_err *err) {
        struct bh_str file;
        int r = map_file(path, &file, err);

        if (r < 0)
                return bh_wrap(err, r, "%s", path);
        r = bh_index_over(file, keys, ret, err);
        if (r < 0) {
                (void) munmap((void *) (uintptr_t) file.at, file.len);
                return bh_wrap(err, r, "%s", path);
        }
        (*ret)->mapped = true;
        return 0;
}

void bh_index_rest(struct bh_index *ix) {
        if (ix->mapped) /* a refusal costs memory, no more */
                BH_IGNORE(madvise((void *) (uintptr_t) ix->file.at, ix->file.len, MADV_DONTNEED));
}

void bh_index_close(struct bh_index **index) {
        struct bh_index *ix = *index;

        if (!ix)
                return;
        if (ix->mapped)
                (void) munmap((void *) (uintptr_t) ix->file.at, ix->file.len);
        bh_checker_free(&ix->checker);
        free(ix->checked);
        free(ix);
        *index = NULL;
}

/* Block `i` of [from, to) against hash `i` of the table at `table`. */
static int check_one(struct bh_index *ix, uint64_t from, uint64_t to, uint64_t i, uint64_t table, uint8_t *checked,
                     struct bh_err *err) {
        struct bh_str bytes = bh_str_part(bh_str_part(ix->file, from, to - from), i << ix->block_shift, 1ull << ix->block_shift);
        uint8_t hash[BH_SHA256_BYTES];

        bh_checker_sha256(ix->checker, bytes, hash);
        if (memcmp(hash, ix->file.at + table + i * BH_SHA256_BYTES, sizeof hash) != 0)
                return bh_fail(err, BH_E_DENIED, "bytes from %llu on were changed after the index was signed",
                               (unsigned long long) (from + (i << ix->block_shift)));
        __atomic_store_n(&checked[i], 1, __ATOMIC_RELEASE);
        return 0;
}

/* The block of hashes first, then the block itself. */
static int check_block(struct bh_index *ix, uint64_t block, struct bh_err *err) {
        uint64_t above = block * BH_SHA256_BYTES >> ix->block_shift;
        uint8_t *tops = ix->checked + ix->n_blocks;
        int r = 0;

        if (__atomic_load_n(&ix->checked[block], __ATOMIC_ACQUIRE))
                return 0;
        if (!__atomic_load_n(&tops[above], __ATOMIC_ACQUIRE))
                r = check_one(ix, ix->hashes_at, ix->tops_at, above, ix->tops_at, tops, err);
        return r < 0 ? r : check_one(ix, BH_INDEX_BODY, ix->hashes_at, block, ix->hashes_at, ix->checked, err);
}

int bh_index_at(struct bh_index *index, uint64_t offset, uint64_t len, struct bh_str *ret, struct bh_err *err) {
        uint64_t first, last;

        if (offset < BH_INDEX_BODY || offset > index->hashes_at || len > index->hashes_at - offset)
                return bh_fail(err, BH_E_FORMAT, "the index points outside itself");
        *ret = bh_str_part(index->file, offset, len);
        if (index->believed || len == 0)
                return 0;
        first = (offset - BH_INDEX_BODY) >> index->block_shift;
        last = (offset + len - 1 - BH_INDEX_BODY) >> index->block_shift;
        for (uint64_t b = first; b <= last; b++) {
                int r = check_block(index, b, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

int bh_index_verify(struct bh_index *index, struct bh_err *err) {
        for (uint64_t b = 0; !index->believed && b < index->n_blocks; b++) {
                int r = check_block(index, b, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

int bh_index_part(struct bh_index *index, enum bh_section section, uint64_t offset, uint64_t len, struct bh_str *ret,
                  struct bh_err *err) {
        const struct part *p = &index->sections[section];

        if (offset > p->len || len > p->len - offset)
                return bh_fail(err, BH_E_FORMAT, "the index points outside its section %d", section);
        return bh_index_at(index, p->at + offset, len, ret, err);
}

int bh_index_record(struct bh_index *index, enum bh_section section, uint64_t i, size_t size, struct bh_cur *ret,
                    struct bh_err *err) {
        struct bh_str bytes = { 0 };
        int r = bh_index_part(index, section, i * size, size, &bytes, err);

        *ret = bh_cur_of(bytes);
        return r;
}

uint64_t bh_index_section_bytes(const struct bh_index *index, enum bh_section section) {
        return index->sections[section].len;
}

int bh_index_slice(struct bh_index *index, enum bh_section table, enum bh_section into, uint64_t i, struct bh_str *ret,
                   struct bh_err *err) {
        uint32_t from, to;
        struct bh_cur c;
        struct bh_str two = { 0 };
        int r = bh_index_part(index, table, i * 4, 8, &two, err);

        if (r < 0)
                return r;
        c = bh_cur_of(two);
        from = bh_cur_le32(&c);
        to = bh_cur_le32(&c);
        if (to < from)
                return bh_fail(err, BH_E_FORMAT, "an offset of the index runs backwards");
        return bh_index_part(index, into, from, to - from, ret, err);
}

static uint32_t records(const struct bh_index *ix, enum bh_section section, unsigned size, unsigned ends) {
        return (uint32_t) (ix->sections[section].len / size) - ends;
}

void bh_index_info(const struct bh_index *index, struct bh_index_info *ret) {
        *ret = (struct bh_index_info){
                .bytes = index->file.len,
                .n_vulns = records(index, BH_SECTION_VULNS, 4, 1),
                .n_packages = records(index, BH_SECTION_PACKAGES, BH_INDEX_PACKAGE_BYTES, 0),
                .n_strings = records(index, BH_SECTION_STRING_AT, 4, 1),
                .n_spaces = records(index, BH_SECTION_SPACES, BH_INDEX_SPACE_BYTES, 0),
                .n_sources = records(index, BH_SECTION_SOURCES, BH_INDEX_SOURCE_BYTES, 0),
                .n_names = records(index, BH_SECTION_NAMES, BH_INDEX_NAME_BYTES, 0),
                .date_s = index->date_s,
                .key = key_of(index),
        };
        bh_sha256(bh_str_part(index->file, 0, BH_INDEX_SIGNED), ret->root);
}
