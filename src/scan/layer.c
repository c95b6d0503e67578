/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/layer.h"

#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/sort.h"
#include "fmt/digest.h"
#include "fmt/tar.h"
#include "fmt/twin.h"
#include "fmt/unpack.h"
#include "scan/catalog.h"
#include "scan/file_digest.h"
#include "scan/matchers.h"
#include "scan/pkg/jar.h"
#include "scan/pkg/pkg.h"
#include "scan/special.h"

enum { MAX_ROWS = 8, MAX_SPECIALS = 8, HEAD = 64, PROGRESS_EVERY = 4 * 1024 * 1024 };

/* How a large file comes: in chunks, each of them piece by piece so that what was just inflated is looked at in the core's cache. */
enum {
        CHUNK = 4 * 1024 * 1024,  /* one that YARA rules see */
        CHUNK_SMALL = 512 * 1024, /* where only products are looked for */
        PIECE = 256 * 1024,
};

/* Bytes on their way, counted and hashed as they pass. */
struct tap {
        bh_fill_fn fill;
        void *user;
        struct bh_digest *digest;
        struct bh_twin *twin; /* instead of the digest, when they have passed */
        uint64_t bytes;
};

struct pass {
        const struct bh_layer_opts *opts;
        struct bh_arena *arena, *scratch;
        struct bh_layer *layer;
        struct tap packed_tap, plain_tap;
        struct bh_stream packed, plain;
        struct bh_unpack *unpack;
        struct bh_tar *tar;
        struct bh_budget budget;
        uint64_t max_bytes;
        uint64_t next_progress;
        uint64_t n_long; /* files of which the rules saw the beginning only */

        struct bh_catalog catalog;
        const struct bh_catalog_index *index;
        struct bh_file_digester *digester;
        struct bh_matching *matching;
        struct bh_map told;          /* paths that gave us something, so that a second copy replaces it */
        struct bh_buf paths;         /* uint64_t each */
        struct bh_buf digests;       /* struct bh_file_digest each */
        struct bh_buf sizes;         /* struct bh_file_size each */
        BH_VEC(struct bh_finding) findings;
        BH_VEC(struct bh_str) partly; /* large files that something could not be asked of */
        BH_VEC(struct bh_str) whiteouts;
        BH_VEC(struct bh_str) opaques;
        BH_VEC(struct bh_special) specials;
};

static int tap_fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct tap *t = user;
        int r = t->fill(t->user, buf, room, ret_n, err);

        if (r < 0)
                return r;
        if (!t->twin)
                bh_digest_add(t->digest, buf, *ret_n);
        t->bytes += *ret_n;
        return 0;
}

static void tap_passed(void *user, struct bh_str bytes) {
        struct tap *t = user;

        if (t->twin)
                bh_twin_add(t->twin, bytes, BH_STR(""));
}

static const char *tap_end(struct tap *t, char out[BH_DIGEST_TEXT_MAX]) {
        return t->twin ? bh_twin_sha256_end(t->twin, out) : bh_digest_end(t->digest, out);
}

static void gap(struct pass *p, struct bh_str where, const struct bh_err *err) {
        bh_catalog_gap(&p->catalog, where, err);
}

struct bh_finding bh_layer_tampered(struct bh_arena *arena, const char *what, struct bh_str named, struct bh_str got) {
        char quoted[160];

        return (struct bh_finding){
                .kind = BH_FINDING_TAMPER,
                .severity = BH_SEVERITY_CRITICAL,
                .rule = BH_STR("layer-digest-mismatch"),
                .title = BH_STR("A layer's bytes are not the ones its image names"),
                .category = BH_STR("tamper"),
                .evidence = bh_arena_printf(arena, "%s is %.*s, the image names %s: refused", what, BH_FMT(got),
                                            bh_str_quote(named, quoted, sizeof quoted)),
                .mend = BH_STR("Do not run this image. Pull it again from a source you trust and compare the digests."),
        };
}

static void tampered(struct pass *p, const char *what, struct bh_str named, const char *got) {
        struct bh_finding f = bh_layer_tampered(p->arena, what, named, bh_str_of(got));

        *bh_vec_add(p->arena, &p->findings) = f;
        *bh_vec_add(p->arena, &p->catalog.gaps) = (struct bh_gap){ .where = BH_STR("layer"), .why = f.evidence, .code = BH_E_FORMAT };
}

/* What an earlier entry of the same path gave us no longer holds: tar's last word counts. */
static void forget(struct pass *p, struct bh_str path) {
        size_t kept = 0;

        for (size_t i = 0; i < p->catalog.packages.len; i++) {
                struct bh_str at = p->catalog.packages.at[i].location;

                if (bh_str_starts(at, path) && (at.len == path.len || at.at[path.len] == '!'))
                        continue;
                p->catalog.packages.at[kept++] = p->catalog.packages.at[i];
        }
        p->catalog.packages.len = kept;
        kept = 0;
        for (size_t i = 0; i < p->findings.len; i++)
                if (!bh_str_eq(p->findings.at[i].path, path))
                        p->findings.at[kept++] = p->findings.at[i];
        p->findings.len = kept;
}

static void whiteout(struct pass *p, struct bh_str dir, struct bh_str name) {
        if (bh_str_is(name, ".wh..wh..opq"))
                *bh_vec_add(p->arena, &p->opaques) = bh_arena_str(p->arena, dir);
        else if (!bh_str_starts(name, BH_STR(".wh..wh."))) /* aufs' own bookkeeping */
                *bh_vec_add(p->arena, &p->whiteouts) =
                        bh_arena_printf(p->arena, "%.*s%s%.*s", BH_FMT(dir), dir.len ? "/" : "", BH_FMT(bh_str_from(name, 4)));
}

static uint64_t limit_of(const struct bh_cataloger *const *rows, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (rows[i]->match == BH_MATCH_PATH)
                        return BH_LIMIT_FILE_DATABASE;
                if (rows[i]->match == BH_MATCH_ELF)
                        return BH_LIMIT_FILE_ELF;
        }
        return BH_LIMIT_FILE;
}

static void catalog_file(struct pass *p, const struct bh_file *f, const struct bh_cataloger *const *rows, size_t n) {
        for (size_t i = 0; i < n; i++)
                bh_catalog_file(&p->catalog, rows[i], f, p->scratch);
}

static int keep_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        struct pass *p = user;

        if (p->findings.len >= BH_LIMIT_LAYER_FINDINGS)
                return bh_fail(err, BH_E_LIMIT, "more than %d findings in one layer", BH_LIMIT_LAYER_FINDINGS);
        *bh_vec_add(p->arena, &p->findings) = *bh_finding_copy(p->arena, f);
        return 0;
}

static void keep_gap(void *user, struct bh_str where, const struct bh_err *err) {
        gap(user, where, err);
}

static void match_file(struct pass *p, const struct bh_file *f) {
        struct bh_finding_sink sink = { p, keep_finding, keep_gap };
        struct bh_err err = BH_ERR_NONE;
        char text[256];

        if (bh_matching_file(p->matching, f, &sink, &p->catalog, &err) < 0)
                gap(p, bh_str_of(bh_str_quote(f->path, text, sizeof text)), &err);
}

static void told_something(struct pass *p, struct bh_str path, size_t packages, size_t findings) {
        if (p->catalog.packages.len != packages || p->findings.len != findings)
                bh_map_set(&p->told, bh_arena_str(p->arena, path), p);
}

/* A file on its way: everyone who can do with pieces. */
struct passer {
        struct pass *p;
        const struct bh_file *file;
        struct bh_jar_stream *jar; /* NULL: not one, or broken */
        bool digest, matching, program;
        bool partly; /* somebody would have needed it whole */
};

static void passer_gap(struct passer *x, const struct bh_err *err) {
        char text[256];

        gap(x->p, bh_str_of(bh_str_quote(x->file->path, text, sizeof text)), err);
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
static int large_file(struct pass *p, struct bh_file *f, uint64_t hash, const struct bh_cataloger *const *rows, size_t n,
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
static int whole_file(struct pass *p, struct bh_file *f, uint64_t hash, const struct bh_cataloger *const *rows, size_t n,
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

/* A regular file: its beginning tells who wants it, and it is held whole when somebody does. */
static int file(struct pass *p, const struct bh_tar_entry *e, struct bh_str name, uint64_t hash, struct bh_err *err) {
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

static void note_path(struct pass *p, const struct bh_tar_entry *e, uint64_t hash) {
        struct bh_file_size size = { hash, e->real_size };

        memcpy(bh_buf_room(&p->paths, sizeof hash), &hash, sizeof hash);
        p->paths.len += sizeof hash;
        if (e->kind == BH_TAR_FILE && e->real_size >= BH_LAYER_HEAVY)
                bh_buf_add(&p->sizes, (struct bh_str){ (const char *) &size, sizeof size });
}

static void note_special(struct pass *p, const struct bh_tar_entry *e) {
        struct bh_special found[MAX_SPECIALS];
        size_t n;

        n = bh_special_of(p->arena, e, found, MAX_SPECIALS);
        for (size_t i = 0; i < n && p->specials.len < BH_LIMIT_LAYER_SPECIALS; i++)
                *bh_vec_add(p->arena, &p->specials) = found[i];
}

static int entry(struct pass *p, const struct bh_tar_entry *e, struct bh_err *err) {
        struct bh_str name = bh_str_basename(e->path);
        uint64_t hash;

        if (e->kind == BH_TAR_DIR) {
                p->layer->n_dirs++;
                if (p->opts->parts & BH_SCAN_FILES)
                        note_special(p, e);
                return 0;
        }
        if (bh_str_starts(name, BH_STR(".wh."))) {
                whiteout(p, bh_str_dirname(e->path), name);
                return 0;
        }
        hash = bh_hash64(e->path);
        note_path(p, e, hash);
        if (p->opts->parts & BH_SCAN_FILES)
                note_special(p, e);
        if (p->told.len && bh_map_has(&p->told, e->path))
                forget(p, e->path);
        if (p->digester)
                bh_file_digester_see(p->digester, e->path);
        if (e->kind != BH_TAR_FILE) {
                p->layer->n_others++;
                return 0;
        }
        p->layer->n_files++;
        return file(p, e, name, hash, err);
}

static void progress(struct pass *p) {
        if (!p->opts->progress || p->plain_tap.bytes < p->next_progress)
                return;
        p->opts->progress(p->opts->user, p->plain_tap.bytes);
        p->next_progress = p->plain_tap.bytes + PROGRESS_EVERY;
}

static int charge(struct pass *p, uint64_t *seen, struct bh_err *err) {
        uint64_t more = p->plain_tap.bytes - *seen;
        int r;

        *seen = p->plain_tap.bytes;
        r = bh_budget_entries(&p->budget, 1, err);
        return r < 0 || !more ? r : bh_budget_bytes(&p->budget, more, err);
}

static int walk(struct pass *p, struct bh_err *err) {
        uint64_t seen = 0;
        int r;

        for (;;) {
                const struct bh_tar_entry *e;

                r = bh_tar_next(p->tar, &e, err);
                if (r <= 0)
                        return r;
                r = charge(p, &seen, err);
                if (r < 0)
                        return r;
                r = entry(p, e, err);
                if (r < 0) {
                        char text[256];

                        return bh_wrap(err, r, "%s", bh_str_quote(e->path, text, sizeof text));
                }
                progress(p);
        }
}

/* After the tar's end comes padding, and after the stream's end perhaps more: all of it is part of the digests. */
static int drain(struct pass *p, struct bh_stream *s, struct bh_err *err) {
        struct bh_str some;
        int r;

        do {
                r = bh_stream_some(s, &some, err);
                if (r < 0)
                        return r;
                bh_stream_drop(s, some.len);
                if (p->plain_tap.bytes > p->max_bytes)
                        return bh_fail(err, BH_E_LIMIT, "more bytes than the layer budget allows");
        } while (some.len);
        return 0;
}

static void stop_at(struct pass *p, const struct bh_err *err) {
        p->layer->whole = false;
        gap(p, BH_STR("layer"), err);
}

static bool same_digest(struct bh_str told, const char *got) {
        return told.len == 0 || bh_str_is(told, got);
}

/* Refuses what is not what the image names. A broken tar in a blob with the right digest was built broken. */
static bool verify(struct pass *p, bool packed_whole, bool plain_whole) {
        char digest[BH_DIGEST_TEXT_MAX] = "", diff_id[BH_DIGEST_TEXT_MAX] = "";
        bool good = true;

        if (packed_whole)
                p->layer->digest = bh_arena_str(p->arena, bh_str_of(tap_end(&p->packed_tap, digest)));
        if (plain_whole)
                p->layer->diff_id = bh_arena_str(p->arena, bh_str_of(tap_end(&p->plain_tap, diff_id)));
        if (packed_whole && !same_digest(p->opts->digest, digest)) {
                tampered(p, "the layer's digest", p->opts->digest, digest);
                good = false;
        }
        if (plain_whole && !same_digest(p->opts->diff_id, diff_id)) {
                tampered(p, "the layer's diff-id", p->opts->diff_id, diff_id);
                good = false;
        }
        return good;
}

/* Bytes that are not the image's say nothing about it: they neither add files nor hide those below. */
static void refuse(struct pass *p) {
        p->layer->whole = false;
        p->catalog.packages.len = p->catalog.owned.len = p->catalog.content_sets.len = p->catalog.licences.len = 0;
        p->catalog.release = (struct bh_release){ 0 };
        p->paths.len = p->digests.len = p->sizes.len = 0;
        p->whiteouts.len = p->opaques.len = p->specials.len = 0;
}

/*
 * A broken tar is still inflated to its end, and broken gzip still read to its
 * end: the digests tell whether it was built broken or changed on its way.
 */
static void read_all(struct pass *p) {
        struct bh_err err = BH_ERR_NONE, end = BH_ERR_NONE;
        bool limit, plain_whole, packed_whole;

        if (walk(p, &err) < 0)
                stop_at(p, &err);
        limit = err.code == BH_E_LIMIT;
        plain_whole = !limit && drain(p, &p->plain, &end) >= 0;
        packed_whole = !limit && end.code != BH_E_LIMIT && drain(p, &p->packed, &end) >= 0;
        if (end.code && p->layer->whole)
                stop_at(p, &end);
        if (!verify(p, packed_whole, plain_whole))
                refuse(p);
}

/* One gap for all of them, with the first names. */
static void say_partly(struct pass *p) {
        struct bh_str names = BH_STR("");
        struct bh_err err = BH_ERR_NONE;
        char text[160];

        for (size_t i = 0; i < BH_MIN(p->partly.len, (size_t) 3); i++)
                names = bh_arena_printf(p->scratch, "%.*s%s%s", BH_FMT(names), i ? ", " : "",
                                        bh_str_quote(p->partly.at[i], text, sizeof text));
        if (p->partly.len == 0)
                return;
        BH_IGNORE(bh_fail(&err, BH_E_LIMIT, "%zu too large to be held whole were read in pieces, so that Rust's audit data, lists of digests "
                          "and YARA rules may have missed something: %.*s%s", p->partly.len, BH_FMT(names), p->partly.len > 3 ? ", ..." : ""));
        gap(p, BH_STR("large files"), &err);
}

static void *keep(struct bh_arena *arena, const struct bh_buf *b) {
        void *copy = bh_arena_alloc(arena, b->len);

        if (b->len)
                memcpy(copy, b->at, b->len);
        return copy;
}

/* By path, as the merge looks them up; both kinds of row begin with the path's hash. */
static int by_path(const void *a, const void *b) {
        uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

        return (x > y) - (x < y);
}

static void tell_of_long_files(struct pass *p) {
        struct bh_err why = BH_ERR_NONE;

        if (p->n_long == 0)
                return;
        (void) bh_fail(&why, BH_E_LIMIT, "%llu files are larger than %llu MiB; rules saw their beginning only", (unsigned long long) p->n_long,
                          BH_LIMIT_FILE / BH_MIB);
        gap(p, BH_STR("layer"), &why);
}

static void hand_over(struct pass *p) {
        struct bh_layer *l = p->layer;

        say_partly(p);
        l->packed_bytes = p->packed_tap.bytes;
        l->bytes = p->plain_tap.bytes;
        l->packages = p->catalog.packages.at;
        l->n_packages = (uint32_t) p->catalog.packages.len;
        l->findings = p->findings.at;
        l->n_findings = (uint32_t) p->findings.len;
        l->gaps = p->catalog.gaps.at;
        l->n_gaps = (uint32_t) p->catalog.gaps.len;
        l->owned = p->catalog.owned.at;
        l->n_owned = (uint32_t) p->catalog.owned.len;
        l->content_sets = p->catalog.content_sets.at;
        l->n_content_sets = (uint32_t) p->catalog.content_sets.len;
        l->licences = p->catalog.licences.at;
        l->n_licences = (uint32_t) p->catalog.licences.len;
        l->release = p->catalog.release;
        l->whiteouts = p->whiteouts.at;
        l->n_whiteouts = (uint32_t) p->whiteouts.len;
        l->opaques = p->opaques.at;
        l->n_opaques = (uint32_t) p->opaques.len;
        l->specials = p->specials.at;
        l->n_specials = (uint32_t) p->specials.len;
        bh_sort_u64((uint64_t *) (void *) p->paths.at, p->paths.len / sizeof(uint64_t));
        l->n_paths = bh_unique_u64((uint64_t *) (void *) p->paths.at, p->paths.len / sizeof(uint64_t));
        p->paths.len = l->n_paths * sizeof(uint64_t);
        l->paths = (uint64_t *) (void *) p->paths.at; /* not copied: there may be millions */
        bh_arena_adopt(p->arena, p->paths.at);
        p->paths = (struct bh_buf){ 0 };
        l->n_digests = p->digests.len / sizeof(struct bh_file_digest);
        l->digests = keep(p->arena, &p->digests);
        qsort(l->digests, l->n_digests, sizeof *l->digests, by_path);
        l->n_sizes = p->sizes.len / sizeof(struct bh_file_size);
        l->sizes = keep(p->arena, &p->sizes);
        qsort(l->sizes, l->n_sizes, sizeof *l->sizes, by_path);
}

static void begin(struct pass *p, bh_fill_fn fill, void *user) {
        const struct bh_layer_opts *o = p->opts;

        p->packed_tap = (struct tap){ fill, user, bh_digest_new(o->digest.len ? o->digest : BH_STR("sha256")), NULL, 0 };
        bh_stream_init(&p->packed, tap_fill, &p->packed_tap);
        p->unpack = bh_unpack_new(&p->packed);
        p->plain_tap = (struct tap){ bh_unpack_fill, p->unpack, bh_digest_new(o->diff_id.len ? o->diff_id : BH_STR("sha256")), NULL, 0 };
        bh_stream_init(&p->plain, tap_fill, &p->plain_tap);
        p->plain.tap = tap_passed;
        p->tar = bh_tar_new(&p->plain);
        p->scratch = bh_arena_new();
        p->catalog.arena = p->arena;
        p->index = bh_catalog_index_new(p->arena, bh_catalogers);
        p->told = bh_map_in(p->arena);
        p->max_bytes = o->max_bytes ? o->max_bytes : BH_LIMIT_LAYER_BYTES;
        p->budget = (struct bh_budget){ "layer", p->max_bytes, o->max_entries ? o->max_entries : BH_LIMIT_LAYER_ENTRIES, 0 };
        if (o->parts & BH_SCAN_FILES) {
                if (o->diff_id.len == 0 || bh_str_starts(o->diff_id, BH_STR("sha256:")))
                        p->plain_tap.twin = bh_twin_new();
                p->digester = bh_file_digester_new(p->plain_tap.twin);
        }
        if (o->matchers)
                p->matching = bh_matching_new(o->matchers, o->parts);
        p->layer->whole = true;
}

static void end(struct pass *p) {
        bh_tar_free(&p->tar);
        bh_stream_done(&p->plain);
        bh_unpack_free(&p->unpack);
        bh_stream_done(&p->packed);
        bh_digest_free(&p->packed_tap.digest);
        bh_digest_free(&p->plain_tap.digest);
        bh_file_digester_free(&p->digester);
        bh_twin_free(&p->plain_tap.twin);
        bh_matching_free(&p->matching);
        bh_arena_free(&p->scratch);
        bh_buf_done(&p->paths);
        bh_buf_done(&p->digests);
        bh_buf_done(&p->sizes);
}

int bh_layer_scan(bh_fill_fn fill, void *user, const struct bh_layer_opts *opts, struct bh_arena *arena,
                  struct bh_layer *ret, struct bh_err *err) {
        struct bh_layer layer = { 0 };
        struct pass p = { .opts = opts, .arena = arena, .layer = &layer };

        begin(&p, fill, user);
        if (!p.packed_tap.digest || !p.plain_tap.digest) {
                end(&p);
                return bh_fail(err, BH_E_UNSUPPORTED, "a digest of an unknown kind");
        }
        read_all(&p);
        tell_of_long_files(&p);
        hand_over(&p);
        end(&p);
        *ret = layer;
        return 0;
}
