/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/layer.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/sort.h"
#include "scan/pass.h"

enum { MAX_SPECIALS = 8 };

void bh_pass_gap(struct bh_pass *p, struct bh_str where, const struct bh_err *err) {
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

static void tampered(struct bh_pass *p, const char *what, struct bh_str named, const char *got) {
        struct bh_finding f = bh_layer_tampered(p->arena, what, named, bh_str_of(got));

        *bh_vec_add(p->arena, &p->findings) = f;
        *bh_vec_add(p->arena, &p->catalog.gaps) = (struct bh_gap){ .where = BH_STR("layer"), .why = f.evidence, .code = BH_E_FORMAT };
}

/* What an earlier entry of the same path gave us no longer holds: tar's last word counts. */
static void forget(struct bh_pass *p, struct bh_str path) {
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

static void whiteout(struct bh_pass *p, struct bh_str dir, struct bh_str name) {
        if (bh_str_is(name, ".wh..wh..opq"))
                *bh_vec_add(p->arena, &p->opaques) = bh_arena_str(p->arena, dir);
        else if (!bh_str_starts(name, BH_STR(".wh..wh."))) /* aufs' own bookkeeping */
                *bh_vec_add(p->arena, &p->whiteouts) =
                        bh_arena_printf(p->arena, "%.*s%s%.*s", BH_FMT(dir), dir.len ? "/" : "", BH_FMT(bh_str_from(name, 4)));
}

static void note_path(struct bh_pass *p, const struct bh_tar_entry *e, uint64_t hash) {
        struct bh_file_size size = { hash, e->real_size };

        memcpy(bh_buf_room(&p->paths, sizeof hash), &hash, sizeof hash);
        p->paths.len += sizeof hash;
        if (e->kind == BH_TAR_FILE && e->real_size >= BH_LAYER_HEAVY)
                bh_buf_add(&p->sizes, (struct bh_str){ (const char *) &size, sizeof size });
}

static void note_special(struct bh_pass *p, const struct bh_tar_entry *e) {
        struct bh_special found[MAX_SPECIALS];
        size_t n;

        n = bh_special_of(p->arena, e, found, MAX_SPECIALS);
        for (size_t i = 0; i < n && p->specials.len < BH_LIMIT_LAYER_SPECIALS; i++)
                *bh_vec_add(p->arena, &p->specials) = found[i];
}

static int entry(struct bh_pass *p, const struct bh_tar_entry *e, struct bh_err *err) {
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
        return bh_pass_file(p, e, name, hash, err);
}

static int charge(struct bh_pass *p, uint64_t *seen, struct bh_err *err) {
        uint64_t more = p->plain_tap.bytes - *seen;
        int r;

        *seen = p->plain_tap.bytes;
        r = bh_budget_entries(&p->budget, 1, err);
        return r < 0 || !more ? r : bh_budget_bytes(&p->budget, more, err);
}

static int walk(struct bh_pass *p, struct bh_err *err) {
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
        }
}

/* After the tar's end comes padding, and after the stream's end perhaps more: all of it is part of the digests. */
static int drain(struct bh_pass *p, struct bh_stream *s, struct bh_err *err) {
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

static void stop_at(struct bh_pass *p, const struct bh_err *err) {
        p->layer->whole = false;
        bh_pass_gap(p, BH_STR("layer"), err);
}

static bool same_digest(struct bh_str told, const char *got) {
        return told.len == 0 || bh_str_is(told, got);
}

/* Refuses what is not what the image names. A broken tar in a blob with the right digest was built broken. */
static bool verify(struct bh_pass *p, bool packed_whole, bool plain_whole) {
        char digest[BH_DIGEST_TEXT_MAX] = "", diff_id[BH_DIGEST_TEXT_MAX] = "";
        bool good = true;

        if (packed_whole)
                p->layer->digest = bh_arena_str(p->arena, bh_str_of(bh_tap_end(&p->packed_tap, digest)));
        if (plain_whole)
                p->layer->diff_id = bh_arena_str(p->arena, bh_str_of(bh_tap_end(&p->plain_tap, diff_id)));
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
static void refuse(struct bh_pass *p) {
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
static void read_all(struct bh_pass *p) {
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
static void say_partly(struct bh_pass *p) {
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
        bh_pass_gap(p, BH_STR("large files"), &err);
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

static void hand_over(struct bh_pass *p) {
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

static void begin(struct bh_pass *p, bh_fill_fn fill, void *user) {
        const struct bh_layer_opts *o = p->opts;

        p->packed_tap = (struct bh_tap){ .fill = fill, .user = user, .digest = bh_digest_new(o->digest.len ? o->digest : BH_STR("sha256")) };
        bh_stream_init(&p->packed, bh_tap_fill, &p->packed_tap);
        p->unpack = bh_unpack_new(&p->packed);
        p->plain_tap = (struct bh_tap){ .fill = bh_unpack_fill, .user = p->unpack, .tell = o->progress, .tell_user = o->user,
                                        .digest = bh_digest_new(o->diff_id.len ? o->diff_id : BH_STR("sha256")) };
        bh_stream_init(&p->plain, bh_tap_fill, &p->plain_tap);
        p->plain.tap = bh_tap_passed;
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

static void end(struct bh_pass *p) {
        bh_tar_free(&p->tar);
        bh_stream_done(&p->plain);
        bh_unpack_free(&p->unpack);
        bh_stream_done(&p->packed);
        bh_tap_done(&p->packed_tap);
        bh_file_digester_free(&p->digester);
        bh_tap_done(&p->plain_tap);
        bh_matching_free(&p->matching);
        bh_arena_free(&p->scratch);
        bh_buf_done(&p->paths);
        bh_buf_done(&p->digests);
        bh_buf_done(&p->sizes);
}

int bh_layer_scan(bh_fill_fn fill, void *user, const struct bh_layer_opts *opts, struct bh_arena *arena,
                  struct bh_layer *ret, struct bh_err *err) {
        struct bh_layer layer = { 0 };
        struct bh_pass p = { .opts = opts, .arena = arena, .layer = &layer };

        begin(&p, fill, user);
        if (!p.packed_tap.digest || !p.plain_tap.digest) {
                end(&p);
                return bh_fail(err, BH_E_UNSUPPORTED, "a digest of an unknown kind");
        }
        read_all(&p);
        hand_over(&p);
        end(&p);
        *ret = layer;
        return 0;
}
