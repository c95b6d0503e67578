/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/integrity.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sort.h"
#include "scan/above.h"
#include "scan/config_rules.h"
#include "scan/file_digest.h"

/* What a package says of a file. */
struct record {
        uint64_t key; /* of the path without "usr/": both spellings of a merged directory are one file */
        struct bh_str path, package; /* package empty: unknown */
        uint64_t digest; /* its first 8 bytes */
        uint8_t kind;
};

struct check {
        struct bh_arena *arena;
        const struct bh_layer *layers;
        uint32_t n_layers;
        struct bh_above *above;
        struct bh_arena *scratch, *words; /* words: the other spelling of one path */
        BH_VEC(uint64_t) suspects; /* keys of files that differ from some record */
        uint64_t likely[64]; /* a bit for each of them, by its name's end */
        BH_VEC(struct record) records; /* all that is said of those */
};

static struct bh_str without_usr(struct bh_str path) {
        static const struct bh_str merged[] = { BH_STR_INIT("usr/bin/"), BH_STR_INIT("usr/sbin/"), BH_STR_INIT("usr/lib") };

        for (size_t i = 0; i < BH_LEN(merged); i++)
                if (bh_str_starts(path, merged[i]))
                        return bh_str_from(path, 4);
        return path;
}

/* false: it says nothing that could be held against a file. */
static bool record_of(const struct bh_owned_file *f, struct bh_str package, struct record *ret) {
        uint64_t digest = 0;

        if (f->config || f->digest_kind == BH_DIGEST_NONE || bh_file_changes(f->path))
                return false;
        for (size_t i = 0; i < 8; i++)
                digest = digest << 8 | f->digest[i];
        *ret = (struct record){ .path = f->path, .package = package, .digest = digest, .kind = f->digest_kind };
        return digest != 0;
}

static int record_cmp(const void *a, const void *b) {
        const struct record *x = a, *y = b;
        int r = x->key == y->key ? 0 : x->key < y->key ? -1 : 1;

        r = r ? r : bh_str_cmp(x->path, y->path);
        r = r ? r : bh_str_cmp(x->package, y->package);
        return r ? r : x->digest == y->digest ? 0 : x->digest < y->digest ? -1 : 1;
}

static const struct bh_file_digest *digest_at(const struct bh_layer *l, uint64_t path) {
        const struct bh_file_digest *at = l->digests;
        uint64_t left = l->n_digests;

        while (left > 1) { /* no branch to guess: either half is as likely */
                uint64_t half = left / 2;

                at += at[half - 1].path < path ? half : 0;
                left -= half;
        }
        return left && at->path == path ? at : NULL;
}

/* Both spellings of a path: as it is recorded, and with the other way to write a merged directory. */
struct spellings {
        struct bh_str path[2];
        uint64_t hash[2];
        size_t n_hashed; /* the other is seldom asked for */
};

static struct bh_str other_spelling(struct check *c, struct bh_str path) {
        struct bh_str shorter = without_usr(path);

        if (shorter.len != path.len)
                return shorter;
        bh_arena_reset(c->words);
        return bh_arena_cat(c->words, BH_STR("usr/"), path);
}

static uint64_t hash_of(struct check *c, struct spellings *s, size_t k) {
        for (; s->n_hashed <= k; s->n_hashed++) {
                if (s->n_hashed)
                        s->path[1] = other_spelling(c, s->path[0]);
                s->hash[s->n_hashed] = bh_hash64(s->path[s->n_hashed]);
        }
        return s->hash[k];
}

/* The file a container would see at that path, by either spelling; NULL when there is none, or its digest is not known. */
static const struct bh_file_digest *in_sight(struct check *c, struct bh_str path, uint32_t *ret_layer) {
        struct spellings s = { .path = { path } };

        for (uint32_t i = c->n_layers; i-- > 0;)
                for (size_t k = 0; k < BH_LEN(s.path); k++) {
                        const struct bh_file_digest *d = digest_at(&c->layers[i], hash_of(c, &s, k));

                        /* Of what has a digest, the path is there as well. */
                        if (!d && !bh_has_u64(c->layers[i].paths, c->layers[i].n_paths, s.hash[k]))
                                continue;
                        *ret_layer = i;
                        return bh_above_hides(c->above, i, s.path[k]) ? NULL : d;
                }
        return NULL;
}

static uint64_t digest_of(const struct bh_file_digest *d, uint8_t kind) {
        return kind == BH_DIGEST_MD5 ? d->md5 : kind == BH_DIGEST_SHA1 ? d->sha1 : kind == BH_DIGEST_SHA256 ? d->sha256 : 0;
}

static bool is_run(struct bh_str path) {
        static const char *const code[] = { "bin/", "sbin/", "lib" };

        path = without_usr(path);
        for (size_t i = 0; i < BH_LEN(code); i++)
                if (bh_str_starts(path, bh_str_of(code[i])))
                        return true;
        return false;
}

static void say(struct check *c, const struct record *r, uint32_t layer, struct bh_finding_list *out) {
        static const struct bh_str tags[] = { BH_STR_INIT("T1554"), BH_STR_INIT("T1036.005") };
        struct bh_finding *f = bh_vec_add(c->arena, out);
        struct bh_str package = r->package.len ? bh_config_show(c->arena, r->package, 128) : BH_STR("its package");

        *f = (struct bh_finding){
                .kind = BH_FINDING_INTEGRITY, .severity = is_run(r->path) ? BH_SEVERITY_HIGH : BH_SEVERITY_MEDIUM,
                .rule = BH_STR("BH-INT-CHANGED"), .title = BH_STR("A packaged file is not the one its package brought"),
                .category = BH_STR("changed-file"), .path = bh_config_show(c->arena, r->path, 1024), .layer = layer,
                .detail = BH_STR("Somebody replaced or patched it after it was installed: by hand, or to hide in a trusted name."),
                .mend = BH_STR("Reinstall the package, and find out which build step changed the file."),
                .tags = tags, .n_tags = BH_LEN(tags) };
        f->evidence = bh_arena_printf(c->arena, "its digest is not the one that %.*s recorded (%016llx...)", BH_FMT(package),
                                      (unsigned long long) r->digest);
        f->fingerprint = bh_hash64(bh_arena_printf(c->arena, "BH-INT-CHANGED|%.*s", BH_FMT(f->path)));
}

static void each_file(struct check *c, const struct bh_merged *merged, void (*with)(struct check *, const struct bh_owned_file *, struct bh_str)) {
        for (uint32_t i = 0; i < merged->n_packages; i++)
                for (uint32_t k = 0; bh_eco_is_os(merged->packages[i].eco) && k < merged->packages[i].n_files; k++)
                        with(c, &merged->packages[i].files[k], merged->packages[i].name);
        for (uint32_t i = 0; i < c->n_layers; i++)
                for (uint32_t k = 0; k < c->layers[i].n_owned; k++)
                        with(c, &c->layers[i].owned[k], BH_STR(""));
}

/* Cheaper than a hash, the same for both spellings, and different for most files. */
static unsigned name_bit(struct bh_str path) {
        uint32_t tail = 0;

        path = without_usr(path);
        if (path.len >= 8)
                memcpy(&tail, path.at + path.len - 8, sizeof tail);
        return (tail + (unsigned char) path.at[path.len ? path.len - 1 : 0]) * 2654435761u >> 20;
}

static void note_suspect(struct check *c, const struct bh_owned_file *f, struct bh_str package) {
        const struct bh_file_digest *d;
        struct record r;
        uint32_t layer;
        uint64_t is;

        if (!record_of(f, package, &r))
                return;
        d = in_sight(c, r.path, &layer);
        is = d ? digest_of(d, r.kind) : 0;
        if (is == 0 || is == r.digest)
                return;
        *bh_vec_add(c->scratch, &c->suspects) = bh_hash64(without_usr(r.path));
        c->likely[name_bit(r.path) / 64] |= 1ull << name_bit(r.path) % 64;
}

static void note_record(struct check *c, const struct bh_owned_file *f, struct bh_str package) {
        struct record r;

        if (f->path.len == 0 || !(c->likely[name_bit(f->path) / 64] >> name_bit(f->path) % 64 & 1) || !record_of(f, package, &r))
                return;
        r.key = bh_hash64(without_usr(r.path));
        if (bh_has_u64(c->suspects.at, c->suspects.len, r.key))
                *bh_vec_add(c->arena, &c->records) = r;
}

/* Nearly every file is as it was recorded: those are passed by, and only the rest is sorted and looked at whole. */
static void note_records(struct check *c, const struct bh_merged *merged) {
        each_file(c, merged, note_suspect);
        if (c->suspects.len == 0)
                return;
        bh_sort_u64(c->suspects.at, c->suspects.len);
        each_file(c, merged, note_record);
        if (c->records.len)
                qsort(c->records.at, c->records.len, sizeof *c->records.at, record_cmp);
}

/* Records of one file lie together: any of them that holds is enough. */
static void check_file(struct check *c, const struct record *at, size_t n, struct bh_finding_list *out) {
        uint32_t layer = 0;
        bool compared = false;

        for (size_t i = 0; i < n; i++) {
                const struct bh_file_digest *d = in_sight(c, at[i].path, &layer);
                uint64_t is = d ? digest_of(d, at[i].kind) : 0;

                if (is == at[i].digest)
                        return;
                compared |= is != 0;
        }
        if (compared)
                say(c, &at[0], layer, out);
}

/* A tree that was rebuilt or patched as a whole is one thing to look at, not a thousand. */
static void join(struct check *c, struct bh_finding_list *out, size_t from) {
        enum { ONE_BY_ONE = 40 };
        BH_VEC(uint32_t) counts = { 0 };
        size_t kept = from;

        for (uint32_t i = 0; i < c->n_layers; i++)
                *bh_vec_add(c->arena, &counts) = 0;
        for (size_t i = from; i < out->len; i++) {
                uint32_t layer = out->at[i].layer;

                if (counts.at[layer]++ < ONE_BY_ONE)
                        out->at[kept++] = out->at[i];
        }
        out->len = kept;
        for (size_t i = from; i < kept; i++) {
                uint32_t *n = &counts.at[out->at[i].layer];

                if (*n <= ONE_BY_ONE)
                        continue;
                out->at[i].detail = bh_arena_printf(c->arena, "%.*s %u more packaged files were changed in this layer.",
                                                    BH_FMT(out->at[i].detail), *n - ONE_BY_ONE);
                *n = 0;
        }
}

void bh_integrity_findings(const struct bh_layer *layers, uint32_t n_layers, const struct bh_merged *merged, struct bh_arena *arena,
                           struct bh_finding_list *out) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new(), *words = bh_arena_new();
        struct check c = { .arena = arena, .scratch = scratch, .words = words, .layers = layers, .n_layers = n_layers };
        size_t from = out->len;

        c.above = bh_above_new(scratch, layers, n_layers);
        note_records(&c, merged);
        for (size_t i = 0, n; i < c.records.len; i += n) {
                for (n = 1; i + n < c.records.len && c.records.at[i + n].key == c.records.at[i].key; n++)
                        ;
                check_file(&c, &c.records.at[i], n, out);
        }
        join(&c, out, from);
}
