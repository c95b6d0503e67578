/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "lib/acquire.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "image/archive.h"
#include "lib/acquire_parts.h"
#include "lib/archive_kept.h"
#include "lib/texts.h"
#include "scan/layer.h"
#include "sys/fd.h"

enum { MAX_INDEX_DEPTH = 4 };

static void add_gap(struct bh_acquire *a, const char *where, const struct bh_err *err) {
        *bh_vec_add(a->arena, &a->gaps) = (struct bh_gap){ .where = bh_arena_str(a->arena, bh_str_of(where)),
                                                           .why = bh_arena_str(a->arena, bh_str_of(err->text)),
                                                           .code = err->code };
}

struct collect {
        struct bh_acquire *a;
        BH_VEC(struct bh_layer) layers;
        bool got_image;
        uint32_t n_images;
};

static void keep_image(void *user, const struct bh_image *image, uint32_t n_images) {
        struct collect *c = user;

        c->a->out->image = *image;
        c->got_image = true;
        c->n_images = n_images;
}

static void keep_layer(void *user, const struct bh_layer *layer, struct bh_str bytes) {
        struct collect *c = user;

        *bh_vec_add(c->a->arena, &c->layers) = *layer;
        bh_acquire_keep_layer(c->a, layer, bytes);
}

static void show_progress(void *user, uint64_t bytes) {
        struct collect *c = user;

        if (c->a->opts->progress)
                c->a->opts->progress(c->a->opts->user, bytes);
}

static void show_sample(void *user, struct bh_str bytes, struct bh_arena *arena, struct bh_work_verdict *ret) {
        bh_acquire_ask_clamd(((struct collect *) user)->a, bytes, arena, ret);
}

/* One request to a worker of its own. */
static int ask_once(struct bh_acquire *a, bool with_content, const struct bh_work_request *q, int fd, struct collect *c,
                    struct bh_err *err) {
        struct bh_worker_listener listener = { .image = keep_image, .layer = keep_layer, .progress = show_progress, .sample = show_sample, .user = c };
        struct bh_worker *w;
        bool died;
        int r = with_content ? bh_acquire_start_worker(a, &w, err) : bh_worker_start(NULL, &w, err);

        if (r < 0)
                return r;
        r = bh_worker_ask(w, q, fd, a->arena, &listener, &died, err);
        bh_worker_stop(&w);
        return r;
}

static void say_others(struct bh_acquire *a, uint32_t n_images) {
        struct bh_err err = BH_ERR_NONE;

        if (n_images > 1 && a->source->ref.tag.len == 0 && a->opts->manifest.len == 0) {
                BH_IGNORE(bh_fail(&err, BH_E_UNSUPPORTED, "the archive holds %u images; this is one of them, --all-platforms scans all", n_images));
                add_gap(a, "archive", &err);
        }
}

static bool all_cached(struct bh_acquire *a) {
        const struct bh_engine_image *e = a->source->image;
        uint32_t n = 0;

        if (!e || !bh_acquire_cached_image(a, e->id))
                return false;
        a->out->n_layers = a->out->image.n_layers;
        a->out->layers = bh_arena_array(a->arena, struct bh_layer, a->out->n_layers);
        for (uint32_t i = 0; i < a->out->n_layers; i++)
                n += bh_acquire_cached_layer(a, a->out->image.layers[i].diff_id, &a->out->layers[i]);
        a->out->n_cached = n;
        return n == a->out->n_layers;
}

static void name_image(struct bh_acquire *a) {
        const struct bh_engine_image *e = a->source->image;

        if (!e)
                return;
        a->out->image.config_digest = e->id.len ? e->id : a->out->image.config_digest;
        a->out->image.repo_tags = e->repo_tags;
        a->out->image.n_repo_tags = (uint32_t) e->n_repo_tags;
}

/* Where everything is in a file: known of the same file, or asked of a worker. */
static int archive_index(struct bh_acquire *a, const struct bh_work_request *q, struct collect *c, struct bh_err *err) {
        struct bh_archive_kept kept = bh_archive_kept_begin(a->source->fd, q, (int64_t) time(NULL), a->arena);
        int r;

        c->got_image = bh_archive_kept_get(&kept, a->opts->cache, a->arena, &a->out->image, &c->n_images);
        if (c->got_image)
                return 0;
        r = ask_once(a, false, q, a->source->fd, c, err);
        if (r >= 0 && c->got_image)
                bh_archive_kept_put(&kept, a->opts->cache, &a->out->image, c->n_images, q, (int64_t) time(NULL), a->arena);
        return r;
}

static bool can_seek(int fd) {
        struct stat st;

        return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* A file is looked over first, so that only missing layers are read; a pipe is read as it comes. */
static int acquire_archive(struct bh_acquire *a, struct bh_err *err) {
        struct bh_work_request q = { .work = BH_WORK_ARCHIVE_INDEX, .parts = a->opts->parts, .platform = a->opts->platform, .digest = a->opts->manifest,
                                     .max_bytes = a->opts->max_layer_bytes, .second_opinion = bh_acquire_wants_second(a) };
        struct collect c = { .a = a };
        int r = BH_E_FORMAT;

        a->out->is_image = true;
        if (all_cached(a)) {
                name_image(a);
                return 0;
        }
        if (can_seek(a->source->fd))
                r = archive_index(a, &q, &c, err);
        if (r >= 0 && c.got_image) {
                a->from_archive = true;
                say_others(a, c.n_images);
                bh_acquire_layers(a);
                return 0;
        }
        if (r != BH_E_FORMAT || (can_seek(a->source->fd) && lseek(a->source->fd, 0, SEEK_SET) < 0))
                return r;
        q.work = BH_WORK_ARCHIVE;
        r = ask_once(a, true, &q, a->source->fd, &c, err);
        if (r < 0)
                return r;
        a->out->layers = c.layers.at;
        a->out->n_layers = (uint32_t) c.layers.len;
        name_image(a);
        bh_acquire_keep_image(a);
        say_others(a, a->source->image ? 1 : c.n_images);
        return 0;
}

static int acquire_one_layer(struct bh_acquire *a, enum bh_work work, struct bh_err *err) {
        struct bh_work_request q = { .work = work, .parts = a->opts->parts, .max_bytes = a->opts->max_layer_bytes, .second_opinion = bh_acquire_wants_second(a) };
        struct collect c = { .a = a };
        int r = ask_once(a, work == BH_WORK_LAYER, &q, a->source->fd, &c, err);

        a->out->layers = c.layers.at;
        a->out->n_layers = (uint32_t) c.layers.len;
        return r;
}

static int describe(struct bh_acquire *a, struct bh_worker *w, struct bh_str manifest, struct bh_str config, struct bh_err *err) {
        struct bh_work_request q = { .work = BH_WORK_DESCRIBE, .manifest = manifest, .config = config };
        struct collect c = { .a = a };
        struct bh_worker_listener listener = { .image = keep_image, .user = &c };
        bool died;

        return bh_worker_ask(w, &q, -1, a->arena, &listener, &died, err);
}

/* Through indexes to a manifest; its bytes are in `ret`. */
static int find_manifest(struct bh_acquire *a, struct bh_worker *w, struct bh_fetched *ret, struct bh_err *err) {
        struct bh_str reference = a->opts->manifest, tag = a->source->ref.kind == BH_REF_OCI ? a->source->ref.tag : BH_STR("");

        for (int depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
                uint32_t row;
                int r = bh_blobs_fetch(a->source->blobs, BH_FETCH_MANIFEST, reference, a->arena, BH_LIMIT_IMAGE_JSON, ret, err);

                if (r < 0)
                        return r;
                r = describe(a, w, ret->bytes, BH_STR(""), err);
                if (r < 0 || a->out->image.n_manifests == 0)
                        return r;
                r = bh_manifest_choose(&a->out->image, depth == 0 ? tag : BH_STR(""), &a->opts->platform, &row, err);
                if (r < 0)
                        return r;
                reference = a->out->image.manifests[row].digest;
        }
        return bh_fail(err, BH_E_LIMIT, "indexes nested deeper than %d", MAX_INDEX_DEPTH);
}

static int acquire_blobs(struct bh_acquire *a, struct bh_err *err) {
        struct bh_fetched manifest, config;
        struct bh_worker *w;
        int r = bh_worker_start(NULL, &w, err);

        if (r < 0)
                return r;
        a->out->is_image = true;
        r = find_manifest(a, w, &manifest, err);
        if (r >= 0)
                r = bh_blobs_fetch(a->source->blobs, BH_FETCH_BLOB, a->out->image.config_digest, a->arena, BH_LIMIT_IMAGE_JSON, &config, err);
        if (r >= 0)
                r = describe(a, w, manifest.bytes, config.bytes, err);
        bh_worker_stop(&w);
        if (r < 0)
                return r;
        a->out->image.manifest_digest = manifest.digest;
        bh_acquire_layers(a);
        return 0;
}

static void add_source_gaps(struct bh_acquire *a) {
        struct bh_gaps gaps = { 0 };

        bh_source_gaps(a->source, a->arena, &gaps);
        for (size_t i = 0; i < gaps.list.len; i++)
                *bh_vec_add(a->arena, &a->gaps) = gaps.list.at[i];
        if (gaps.n_left_out) {
                struct bh_err err = BH_ERR_NONE;

                BH_IGNORE(bh_fail(&err, BH_E_LIMIT, "%llu more files could not be read", (unsigned long long) gaps.n_left_out));
                add_gap(a, "files", &err);
        }
}

static void keep_texts(void *user, const struct bh_layer *layer, struct bh_str bytes) {
        struct bh_acquire *a = user;

        a->out->texts = *layer;
        bh_acquire_keep_layer(a, layer, bytes);
}

static int ask_for_texts(struct bh_acquire *a, struct bh_str tar, struct bh_err *err) {
        struct bh_work_request q = { .work = BH_WORK_LAYER, .parts = a->opts->parts, .offset = 0, .size = tar.len };
        struct bh_worker_listener listener = { .layer = keep_texts, .user = a };
        BH_CLEANUP(bh_fd_close) int fd = memfd_create("bulkhead-texts", MFD_CLOEXEC);
        struct bh_worker *w;
        bool died;
        int r = fd < 0 ? bh_fail_sys(err, errno, "memfd") : bh_fd_write_all(fd, tar, err);

        if (r >= 0)
                r = bh_acquire_start_worker(a, &w, err);
        if (r < 0)
                return r;
        r = bh_worker_ask(w, &q, fd, a->arena, &listener, &died, err);
        bh_worker_stop(&w);
        return r;
}

/* Secrets in the environment, labels and steps: those texts as one more layer. */
static void read_texts(struct bh_acquire *a) {
        BH_CLEANUP(bh_buf_done) struct bh_buf tar = { 0 };
        struct bh_err err = BH_ERR_NONE;

        if (!a->out->is_image || a->opts->describe_only || a->opts->content_fd < 0 || !(a->opts->parts & BH_SCAN_SECRETS) ||
            !bh_image_texts(&tar, &a->out->image))
                return;
        if (bh_acquire_cached_layer(a, bh_digest_sha256(a->arena, bh_buf_str(&tar)), &a->out->texts))
                return;
        if (ask_for_texts(a, bh_buf_str(&tar), &err) < 0)
                add_gap(a, "configuration", &err);
}

static int acquire(struct bh_acquire *a, struct bh_err *err) {
        struct bh_err end = BH_ERR_NONE;
        int r;

        switch (a->source->form) {
        case BH_SOURCE_ARCHIVE: r = acquire_archive(a, err); break;
        case BH_SOURCE_BLOBS: return acquire_blobs(a, err);
        case BH_SOURCE_SBOM:
                a->out->is_sbom = true;
                return acquire_one_layer(a, BH_WORK_SBOM, err);
        default: r = acquire_one_layer(a, BH_WORK_LAYER, err); break;
        }
        /* A pipe that ended early explains a reader's failure better than the reader can. */
        if (a->out->n_cached == 0 && bh_source_finish(a->source, &end) < 0) {
                if (r < 0)
                        *err = end;
                else
                        add_gap(a, "source", &end);
        }
        if (a->source->form == BH_SOURCE_TREE)
                add_source_gaps(a);
        return r;
}

int bh_acquire(struct bh_str target, const struct bh_acquire_opts *opts, struct bh_arena *arena, struct bh_acquired *ret,
               struct bh_err *err) {
        struct bh_acquire a = { .opts = opts, .arena = arena, .out = ret, .lock = PTHREAD_MUTEX_INITIALIZER };
        struct bh_ref ref;
        int r = bh_ref_parse(arena, target, &ref, err);

        *ret = (struct bh_acquired){ 0 };
        if (r < 0)
                return r;
        r = bh_source_open(arena, &ref, &opts->source, &a.source, err);
        if (r < 0)
                return r;
        ret->ref = a.source->ref;
        r = acquire(&a, err);
        if (r >= 0)
                read_texts(&a);
        ret->gaps = a.gaps.at;
        ret->n_gaps = (uint32_t) a.gaps.len;
        bh_source_close(&a.source);
        return r;
}
