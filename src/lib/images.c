/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/images.h"

#include <sys/stat.h>

#include "base/limits.h"
#include "lib/worker.h"

enum { MAX_DEPTH = 4 };

struct listing {
        struct bh_arena *arena;
        struct bh_source *source;
        struct bh_worker *worker;
        BH_VEC(struct bh_str) digests;
};

static void keep_image(void *user, const struct bh_image *image, uint32_t n_images) {
        (void) n_images;
        *(struct bh_image *) user = *image;
}

static int describe(struct listing *l, struct bh_str reference, struct bh_image *ret, struct bh_err *err) {
        struct bh_worker_listener listener = { .image = keep_image, .user = ret };
        struct bh_work_request q = { .work = BH_WORK_DESCRIBE };
        struct bh_fetched manifest;
        bool died;
        int r = bh_blobs_fetch(l->source->blobs, BH_FETCH_MANIFEST, reference, l->arena, BH_LIMIT_IMAGE_JSON, &manifest, err);

        if (r < 0)
                return r;
        q.manifest = manifest.bytes;
        return bh_worker_ask(l->worker, &q, -1, l->arena, &listener, &died, err);
}

static int keep_digest(struct listing *l, struct bh_str digest, struct bh_err *err) {
        for (size_t i = 0; i < l->digests.len; i++)
                if (bh_str_eq(l->digests.at[i], digest))
                        return 0;
        if (l->digests.len >= BH_LIMIT_INDEX_IMAGES)
                return bh_fail(err, BH_E_LIMIT, "an index of more than %d images", BH_LIMIT_INDEX_IMAGES);
        *bh_vec_add(l->arena, &l->digests) = digest;
        return 0;
}

static bool is_image(const struct bh_manifest_ref *m) {
        return !m->attestation && !bh_str_is(m->platform.os, "unknown") && m->artifact_type.len == 0;
}

static bool is_index(const struct bh_manifest_ref *m) {
        return bh_str_is(m->media_type, "application/vnd.oci.image.index.v1+json") ||
               bh_str_is(m->media_type, "application/vnd.docker.distribution.manifest.list.v2+json");
}

static int walk(struct listing *l, const struct bh_image *index, struct bh_str tag, int depth, struct bh_err *err) {
        int r = depth < MAX_DEPTH ? 0 : bh_fail(err, BH_E_LIMIT, "indexes nested deeper than %d", MAX_DEPTH);

        for (uint32_t i = 0; r >= 0 && i < index->n_manifests; i++) {
                const struct bh_manifest_ref *m = &index->manifests[i];
                struct bh_image below = { 0 };

                if (!is_image(m) || (tag.len && !bh_str_eq(tag, m->ref_name)))
                        continue;
                if (!is_index(m)) {
                        r = keep_digest(l, m->digest, err);
                        continue;
                }
                r = describe(l, m->digest, &below, err);
                if (r >= 0)
                        r = walk(l, &below, BH_STR(""), depth + 1, err);
        }
        return r;
}

/* A pipe can be read but once: what comes through one is scanned as one image, and says when there are more. */
static int list_archive(struct listing *l, struct bh_err *err) {
        struct bh_worker_listener listener = { .image = keep_image };
        struct bh_work_request q = { .work = BH_WORK_ARCHIVE_LIST };
        struct bh_image all = { 0 };
        struct stat st;
        bool died;
        int r;

        if (fstat(l->source->fd, &st) < 0 || !S_ISREG(st.st_mode))
                return 0;
        listener.user = &all;
        r = bh_worker_start(NULL, &l->worker, err);
        if (r < 0)
                return r;
        r = bh_worker_ask(l->worker, &q, l->source->fd, l->arena, &listener, &died, err);
        bh_worker_stop(&l->worker);
        for (uint32_t i = 0; r >= 0 && i < all.n_manifests; i++)
                r = keep_digest(l, all.manifests[i].digest, err);
        return r;
}

static int list(struct listing *l, struct bh_err *err) {
        const struct bh_ref *ref = &l->source->ref;
        struct bh_image top = { 0 };
        int r = bh_worker_start(NULL, &l->worker, err);

        if (r < 0)
                return r;
        r = describe(l, BH_STR(""), &top, err);
        if (r >= 0)
                r = walk(l, &top, ref->kind == BH_REF_OCI ? ref->tag : BH_STR(""), 0, err);
        bh_worker_stop(&l->worker);
        return r;
}

int bh_images_list(struct bh_str target, const struct bh_acquire_opts *opts, struct bh_arena *arena,
                   struct bh_str **ret_digests, uint32_t *ret_n, struct bh_err *err) {
        struct listing l = { .arena = arena };
        struct bh_ref ref;
        int r = bh_ref_parse(arena, target, &ref, err);

        if (r >= 0)
                r = bh_source_open(arena, &ref, &opts->source, &l.source, err);
        if (r < 0)
                return r;
        if (l.source->form == BH_SOURCE_BLOBS)
                r = list(&l, err);
        else if (l.source->form == BH_SOURCE_ARCHIVE && l.source->ref.kind == BH_REF_ARCHIVE)
                r = list_archive(&l, err);
        bh_source_close(&l.source);
        if (r < 0)
                return r;
        *ret_digests = l.digests.at;
        *ret_n = (uint32_t) l.digests.len;
        return 0;
}
