/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of a layer, and who wants to see it: readers of packages, matchers of
 * contents, digests. One that is held whole is shown to each in turn; one that
 * is too large for that comes in chunks to those who can do with them.
 */
#include "base/limits.h"
#include "scan/pass.h"
#include "scan/pkg/jar.h"
#include "scan/pkg/pkg.h"

enum { MAX_ROWS = 8, HEAD = 64 };

/* How a large file comes: in chunks, each of them piece by piece so that what was just inflated is looked at in the core's cache. */
enum {
        CHUNK = 4 * 1024 * 1024,  /* one that YARA rules see */
        CHUNK_SMALL = 512 * 1024, /* where only products are looked for */
        PIECE = 256 * 1024,
};

static uint64_t limit_of(const struct bh_cataloger *const *rows, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (rows[i]->match == BH_MATCH_PATH)
                        return BH_LIMIT_FILE_DATABASE;
                if (rows[i]->match == BH_MATCH_ELF)
                        return BH_LIMIT_FILE_ELF;
        }
        return BH_LIMIT_FILE;
}

static void catalog_file(struct bh_pass *p, const struct bh_file *f, const struct bh_cataloger *const *rows, size_t n) {
        for (size_t i = 0; i < n; i++)
                bh_catalog_file(&p->catalog, rows[i], f, p->scratch);
}

static int keep_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct bh_pass *p = user;

        if (p->findings.len >= BH_LIMIT_LAYER_FINDINGS)
                return bh_fail(err, BH_E_LIMIT, "more than %d findings in one layer", BH_LIMIT_LAYER_FINDINGS);
        *bh_vec_add(p->arena, &p->findings) = *bh_finding_copy(p->arena, f);
        return 0;
}

static void keep_gap(void *user, struct bh_str where, const struct bh_err *err) {
        bh_pass_gap(user, where, err);
}

static void match_file(struct bh_pass *p, const struct bh_file *f) {
        struct bh_finding_sink sink = { p, keep_finding, keep_gap };
        struct bh_err err = BH_ERR_NONE;
        char text[256];

        if (bh_matching_file(p->matching, f, &sink, &p->catalog, &err) < 0)
                bh_pass_gap(p, bh_str_of(bh_str_quote(f->path, text, sizeof text)), &err);
}

static void told_something(struct bh_pass *p, struct bh_str path, size_t packages, size_t findings) {
        if (p->catalog.packages.len != packages || p->findings.len != findings)
                bh_map_set(&p->told, bh_arena_str(p->arena, path), p);
}

/* A file on its way: everyone who can do with pieces. */
struct passer {
        struct bh_pass *p;
        const struct bh_file *file;
        struct bh_jar_stream *jar; /* NULL: not one, or broken */
        bool digest, matching, program;
        bool partly; /* somebody would have needed it whole */
};

static void passer_gap(struct passer *x, const struct bh_err *err) {
        char text[256];

        bh_pass_gap(x->p, bh_str_of(bh_str_quote(x->file->path, text, sizeof text)), err);
}

/* Programs of Go are told by their record (scan/product.c); those of Rust keep theirs behind a table at their very end. */
static void pass_rows(struct passer *x, const struct bh_cataloger *const *rows, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (rows[i]->read == bh_pkg_jar)
                        x->jar = bh_jar_stream_new(&x->p->catalog, x->file->path);
                else if (rows[i]->match == BH_MATCH_ELF)
                        x->program = true;
                else
                        catalog_file(x->p, x->file, &rows[i], 1);
}

static void see_fresh(struct passer *x, struct bh_str fresh) {
        struct bh_err err = BH_ERR_NONE;

        if (x->digest) /* the layer's own digest has passed no further than its file's */
                bh_file_digester_add(x->p->digester, fresh, x->p->plain_tap.twin ? bh_stream_untapped(&x->p->plain, fresh.len) : BH_STR(""));
        if (x->jar && bh_jar_stream_feed(x->jar, fresh, &err) < 0) {
                passer_gap(x, &err);
                bh_jar_stream_free(&x->jar);
        }
}

/* The next n bytes in one piece, of which `seen` were shown before. */
static int take(struct passer *x, size_t n, size_t seen, struct bh_str *ret, struct bh_err *err) {
        size_t piece = n > BH_LIMIT_FILE_ELF ? n : PIECE; /* beyond that each would move the others */

        for (size_t upto; seen < n; seen = upto) {
                int r;

                upto = BH_MIN(n, seen + piece);
                r = bh_tar_peek(x->p->tar, upto, ret, err);
                if (r < 0)
                        return r;
                see_fresh(x, bh_str_from(*ret, seen));
                if (x->matching && upto < n)
                        bh_matching_ahead(x->p->matching, *ret);
        }
        return 0;
}

static void pass_chunk(struct passer *x, uint64_t offset, struct bh_str bytes, bool last) {
        struct bh_err err = BH_ERR_NONE;

        if (x->matching && bh_matching_chunk(x->p->matching, offset, bytes, last, &err) < 0) {
                passer_gap(x, &err);
                x->matching = false;
        }
        if (x->program && !x->p->matching && !x->partly)
                x->partly = bh_str_find(bytes, BH_RUST_AUDIT_SECTION) >= 0;
}

static void take_digest(struct passer *x, uint64_t hash) {
        struct bh_file_digest d = bh_file_digester_end(x->p->digester, hash);

        bh_buf_add(&x->p->digests, (struct bh_str){ (const char *) &d, sizeof d });
}

static void pass_end(struct passer *x, uint64_t hash) {
        struct bh_err err = BH_ERR_NONE;

        if (x->jar && bh_jar_stream_finish(x->jar, &err) < 0)
                passer_gap(x, &err);
        bh_jar_stream_free(&x->jar);
        if (x->matching) {
                int r = bh_matching_end(x->p->matching, &x->p->catalog, &err);

                x->partly |= r > 0;
                if (r < 0)
                        passer_gap(x, &err);
        }
        if (x->digest)
                take_digest(x, hash);
        if (x->partly)
                *bh_vec_add(x->p->arena, &x->p->partly) = bh_arena_str(x->p->arena, x->file->path);
}

static int pass_chunks(struct passer *x, struct bh_err *err) {
        uint64_t offset = 0, chunk = x->p->opts->parts & (BH_SCAN_SECRETS | BH_SCAN_MALWARE) ? CHUNK : CHUNK_SMALL;
        size_t seen = 0; /* of the chunk, with the one before */

        for (;;) {
                size_t want = (size_t) BH_MIN(bh_tar_left(x->p->tar), chunk);
                bool last = want == bh_tar_left(x->p->tar);
                struct bh_str bytes;
                int r = take(x, want, seen, &bytes, err);

                if (r < 0)
                        return r;
                pass_chunk(x, offset, bytes, last);
                if (last)
                        return 0;
                seen = BH_MATCHING_OVERLAP;
                bh_tar_drop(x->p->tar, want - seen);
                if (x->matching)
                        bh_matching_pass(x->p->matching, want - seen);
                offset += want - seen;
        }
}

/* A file that is too large to be held whole. `beginning`: so much of it is, for those who need more than a chunk. */
static int large_file(struct bh_pass *p, struct bh_file *f, uint64_t hash, const struct bh_cataloger *const *rows, size_t n,
                      bool digest, size_t beginning, struct bh_err *err) {
        struct bh_finding_sink sink = { p, keep_finding, keep_gap };
        struct passer x = { .p = p, .file = f, .digest = digest, .matching = p->matching != NULL };
        int r = bh_tar_peek(p->tar, beginning, &f->bytes, err);

        if (r < 0)
                return r;
        f->truncated = true;
        pass_rows(&x, rows, n);
        r = bh_tar_peek(p->tar, HEAD, &f->bytes, err);
        if (r < 0) {
                bh_jar_stream_free(&x.jar);
                return r;
        }
        if (x.matching)
                bh_matching_begin(p->matching, f, &sink);
        if (x.digest)
                bh_file_digester_start(p->digester);
        r = pass_chunks(&x, err);
        pass_end(&x, hash);
        return r;
}

/* A file that is held whole. */
static int whole_file(struct bh_pass *p, struct bh_file *f, uint64_t hash, const struct bh_cataloger *const *rows, size_t n,
                      bool digest, bool matching, struct bh_err *err) {
        struct passer x = { .p = p, .file = f, .digest = digest, .matching = matching };
        int r;

        if (digest)
                bh_file_digester_start(p->digester);
        r = take(&x, (size_t) f->size, 0, &f->bytes, err);
        if (r < 0)
                return r;
        catalog_file(p, f, rows, n);
        if (matching)
                match_file(p, f);
        if (digest)
                take_digest(&x, hash);
        return 0;
}

/* Whether somebody reads a table or a list, of which even a part is better in one piece. */
static bool wants_beginning(const struct bh_cataloger *const *rows, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (rows[i]->match != BH_MATCH_ELF && rows[i]->read != bh_pkg_jar)
                        return true;
        return false;
}

/* Its beginning tells who wants it, and it is held whole when somebody does. */
int bh_pass_file(struct bh_pass *p, const struct bh_tar_entry *e, struct bh_str name, uint64_t hash, struct bh_err *err) {
        const struct bh_cataloger *rows[MAX_ROWS];
        struct bh_file f = { .path = e->path, .size = e->size, .mode = e->mode };
        size_t packages = p->catalog.packages.len, findings = p->findings.len, n;
        bool digest = p->digester && !e->sparse && bh_file_digester_wants(e->path), matching;
        struct bh_str head;
        uint64_t limit;
        int r;

        if (e->size == 0)
                return 0;
        r = bh_tar_peek(p->tar, HEAD, &head, err);
        if (r < 0)
                return r;
        n = bh_catalog_find(p->index, e->path, head, rows, MAX_ROWS);
        matching = p->matching && bh_matching_wants(p->matching, name, head);
        if (n == 0 && !digest && !matching)
                return 0;
        limit = limit_of(rows, n);
        if (e->size <= limit)
                r = whole_file(p, &f, hash, rows, n, digest, matching, err);
        else
                r = large_file(p, &f, hash, rows, n, digest, wants_beginning(rows, n) ? (size_t) limit : HEAD, err);
        told_something(p, e->path, packages, findings);
        return r;
}
