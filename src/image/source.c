/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/engine.h"
#include "image/layout.h"
#include "image/process.h"
#include "image/progress.h"
#include "image/pump.h"
#include "image/registry.h"
#include "image/rootfs.h"
#include "sys/fd.h"

/* What stands behind a bh_source. */
struct source {
        struct bh_source pub;
        struct bh_arena *arena;
        struct bh_source_opts opts;
        struct bh_progress progress;
        struct bh_engine *engine;
        struct bh_pump *pump;
        struct bh_rootfs *rootfs;
};

/* ---- blobs ---- */

int bh_blobs_open(struct bh_blobs *blobs, struct bh_str digest, uint64_t size, int *ret_fd, struct bh_err *err) {
        return blobs->ops->open(blobs, digest, size, ret_fd, err);
}

int bh_blobs_fetch(struct bh_blobs *blobs, enum bh_fetch what, struct bh_str reference, struct bh_arena *arena,
                   uint64_t max_bytes, struct bh_fetched *ret, struct bh_err *err) {
        return blobs->ops->fetch(blobs, what, reference, arena, max_bytes, ret, err);
}

int bh_blobs_check(struct bh_blobs *blobs, struct bh_str digest, struct bh_err *err) {
        return blobs->ops->check(blobs, digest, err);
}

/* ---- files ---- */

static int open_file(struct source *s, enum bh_source_form form, struct bh_err *err) {
        const char *path = bh_arena_cstr(s->arena, s->pub.ref.path);
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct stat st;

        if (bh_str_is(s->pub.ref.path, "-"))
                fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        else
                fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0 || fstat(fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(s->pub.ref.path));
        if (S_ISDIR(st.st_mode))
                return bh_fail(err, BH_E_USAGE, "%s is a directory: name it as oci:DIR or rootfs:DIR",
                               BH_QUOTE(s->pub.ref.path));
        s->pub.form = form;
        s->pub.size = S_ISREG(st.st_mode) ? (uint64_t) st.st_size : 0;
        s->pub.fd = BH_TAKE_FD(fd);
        return 0;
}

static int open_archive(struct source *s, struct bh_err *err) {
        return open_file(s, BH_SOURCE_ARCHIVE, err);
}

static int open_sbom(struct source *s, struct bh_err *err) {
        return open_file(s, BH_SOURCE_SBOM, err);
}

static int open_layout(struct source *s, struct bh_err *err) {
        const char *dir = bh_arena_cstr(s->arena, s->pub.ref.path);

        s->pub.form = BH_SOURCE_BLOBS;
        if (!bh_layout_is(dir))
                return bh_fail(err, BH_E_NOTFOUND, "%s: no OCI layout (oci-layout and index.json)",
                               BH_QUOTE(s->pub.ref.path));
        return bh_layout_open(dir, &s->pub.blobs, err);
}

/* ---- directories ---- */

static int walk(struct source *s, const char *dir, enum bh_rootfs_reach reach, struct bh_err *err) {
        struct bh_rootfs_opts opts = { .reach = s->opts.one_filesystem ? BH_ROOTFS_ONE : reach,
                                       .max_file_bytes = s->opts.max_file_bytes,
                                       .skip = s->opts.skip,
                                       .n_skip = s->opts.n_skip };
        int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(dir)));
        s->pub.form = BH_SOURCE_TREE;
        return bh_rootfs_start(fd, &opts, &s->progress, &s->rootfs, &s->pub.fd, err);
}

static int open_rootfs(struct source *s, struct bh_err *err) {
        return walk(s, bh_arena_cstr(s->arena, s->pub.ref.path), BH_ROOTFS_ONE, err);
}

static int open_host(struct source *s, struct bh_err *err) {
        return walk(s, "/", BH_ROOTFS_HOST, err);
}

/* ---- engines ---- */

static int open_engine(struct source *s, struct bh_err *err) {
        struct bh_engine_image *image = bh_arena_make(s->arena, struct bh_engine_image);
        int r = bh_engine_open(s->arena, s->pub.ref.kind, &s->opts, &s->engine, err);

        r = r < 0 ? r : bh_engine_image(s->engine, s->pub.ref.path, image, err);
        if (r < 0)
                return r;
        s->pub.form = BH_SOURCE_ARCHIVE;
        s->pub.image = image;
        return bh_engine_save(s->engine, s->pub.ref.path, &s->progress, &s->pump, &s->pub.fd, err);
}

/* A running container as its processes see it; a stopped one as the engine exports it. */
static int open_container_of(struct source *s, struct bh_engine_image *c, struct bh_err *err) {
        s->pub.image = c;
        if (c->pid)
                return walk(s, bh_arena_printf(s->arena, "/proc/%d/root", c->pid).at, BH_ROOTFS_CONTAINER, err);
        s->pub.form = BH_SOURCE_TREE;
        return bh_engine_export(s->engine, c->container_id, &s->progress, &s->pump, &s->pub.fd, err);
}

/* No engine we can ask has it: another one may run it. `failed`: what went wrong with those we asked, if anything. */
static int open_container_by_process(struct source *s, struct bh_engine_image *c, const struct bh_err *failed,
                                     struct bh_err *err) {
        if (bh_process_of_container(s->pub.ref.path, &c->pid, err) == 0) {
                c->container_id = s->pub.ref.path;
                return open_container_of(s, c, err);
        }
        if (failed->code) {
                *err = *failed;
                return failed->code;
        }
        return bh_fail(err, BH_E_NOTFOUND, "no engine here has a container %s, and no process belongs to one",
                       BH_QUOTE(s->pub.ref.path));
}

static int open_container(struct source *s, struct bh_err *err) {
        static const enum bh_ref_kind engines[] = { BH_REF_DOCKER, BH_REF_PODMAN };
        struct bh_engine_image *c = bh_arena_make(s->arena, struct bh_engine_image);
        struct bh_err mine = BH_ERR_NONE, failed = BH_ERR_NONE;

        for (size_t i = 0; i < BH_LEN(engines); i++) {
                int r;

                if (!bh_engine_is_here(s->arena, engines[i], &s->opts))
                        continue;
                r = bh_engine_open(s->arena, engines[i], &s->opts, &s->engine, &mine);
                r = r < 0 ? r : bh_engine_container(s->engine, s->pub.ref.path, c, &mine);
                if (r == 0)
                        return open_container_of(s, c, err);
                bh_engine_close(&s->engine);
                if (r != BH_E_NOTFOUND && failed.code == 0)
                        failed = mine;
        }
        return open_container_by_process(s, c, &failed, err);
}

/* ---- the registry ---- */

static int open_registry(struct source *s, struct bh_err *err) {
        s->pub.form = BH_SOURCE_BLOBS;
        if (s->pub.ref.registry.len == 0)
                return bh_fail(err, BH_E_USAGE, "'%s' cannot be the name of an image", BH_QUOTE(s->pub.ref.path));
        return bh_registry_open(&s->pub.ref, &s->opts, &s->progress, &s->pub.blobs, err);
}

/* ---- a bare word ---- */

static bool begins_as_sbom(int fd) {
        static const struct bh_str signs[] = { BH_STR_INIT("{"), BH_STR_INIT("<"), BH_STR_INIT("SPDXVersion:") };
        char at[64];
        ssize_t n = pread(fd, at, sizeof at, 0);
        struct bh_str head = { at, n > 0 ? (size_t) n : 0 };

        (void) bh_str_cut_prefix(&head, BH_STR("\xef\xbb\xbf"));
        head = bh_str_trim(head);
        for (size_t i = 0; i < BH_LEN(signs); i++)
                if (bh_str_starts(head, signs[i]))
                        return true;
        return false;
}

/* What lies at that path: a kind, or BH_REF_ANY when nothing does. */
static enum bh_ref_kind kind_of_path(const char *path) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct stat st;

        if (stat(path, &st) < 0)
                return BH_REF_ANY;
        if (S_ISDIR(st.st_mode))
                return bh_layout_is(path) ? BH_REF_OCI : BH_REF_ROOTFS;
        if (!S_ISREG(st.st_mode))
                return BH_REF_ARCHIVE;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        return fd >= 0 && begins_as_sbom(fd) ? BH_REF_SBOM : BH_REF_ARCHIVE;
}

static int open_kind(struct source *s, enum bh_ref_kind kind, struct bh_err *err);

/* 0 found and open; BH_E_NOTFOUND: this engine is not here or does not have it. */
static int try_engine(struct source *s, enum bh_ref_kind kind, struct bh_err *err) {
        int r = open_kind(s, kind, err);

        if (r < 0)
                bh_engine_close(&s->engine);
        return r;
}

/* "app:1" is a directory here: then there is neither a repository "app" nor a tag "1". */
static void forget_name(struct bh_ref *ref) {
        ref->registry = ref->repository = ref->tag = ref->digest = (struct bh_str){ 0 };
}

static int open_any(struct source *s, struct bh_err *err) {
        static const enum bh_ref_kind engines[] = { BH_REF_DOCKER, BH_REF_PODMAN };
        struct bh_str path = s->pub.ref.path;
        struct bh_err first = BH_ERR_NONE;
        enum bh_ref_kind kind;

        if (bh_str_is(path, "-"))
                return open_kind(s, BH_REF_ARCHIVE, err);
        kind = kind_of_path(bh_arena_cstr(s->arena, path));
        if (kind != BH_REF_ANY) {
                forget_name(&s->pub.ref);
                return open_kind(s, kind, err);
        }
        if (path.at[0] == '/' || path.at[0] == '.')
                return bh_fail(err, BH_E_NOTFOUND, "%s: there is no such file or directory", BH_QUOTE(path));
        for (size_t i = 0; i < BH_LEN(engines); i++) {
                struct bh_err mine = BH_ERR_NONE;

                if (!bh_engine_is_here(s->arena, engines[i], &s->opts))
                        continue;
                if (try_engine(s, engines[i], &mine) == 0)
                        return 0;
                if (mine.code != BH_E_NOTFOUND && first.code == 0)
                        first = mine;
        }
        if (s->pub.ref.registry.len == 0 && first.code) {
                *err = first;
                return first.code;
        }
        return open_kind(s, BH_REF_REGISTRY, err);
}

/* ---- all together ---- */

static int open_kind(struct source *s, enum bh_ref_kind kind, struct bh_err *err) {
        static int (*const how[_BH_REF_KIND_MAX])(struct source *, struct bh_err *) = {
                [BH_REF_ANY] = open_any,
                [BH_REF_DOCKER] = open_engine,
                [BH_REF_PODMAN] = open_engine,
                [BH_REF_REGISTRY] = open_registry,
                [BH_REF_ARCHIVE] = open_archive,
                [BH_REF_OCI] = open_layout,
                [BH_REF_ROOTFS] = open_rootfs,
                [BH_REF_CONTAINER] = open_container,
                [BH_REF_HOST] = open_host,
                [BH_REF_SBOM] = open_sbom,
        };

        s->pub.ref.kind = kind;
        return how[kind](s, err);
}

int bh_source_open(struct bh_arena *arena, const struct bh_ref *ref, const struct bh_source_opts *opts,
                   struct bh_source **ret, struct bh_err *err) {
        struct source *s = bh_arena_make(arena, struct source);
        struct bh_source *pub = &s->pub;
        struct bh_err own = BH_ERR_NONE;
        int r;

        s->arena = arena;
        s->opts = *opts;
        s->pub.ref = *ref;
        s->pub.fd = -1;
        s->progress.fn = opts->progress;
        s->progress.user = opts->user;
        (void) pthread_mutex_init(&s->progress.lock, NULL);
        r = open_kind(s, ref->kind, err ? err : &own);
        if (r < 0) {
                bh_source_close(&pub);
                return r;
        }
        *ret = pub;
        return 0;
}

int bh_source_finish(struct bh_source *source, struct bh_err *err) {
        struct source *s = (struct source *) source;

        bh_fd_close(&s->pub.fd); /* or a writer with more to say would wait for us, and we for it */
        if (s->rootfs)
                return bh_rootfs_join(s->rootfs, err);
        return s->pump ? bh_pump_join(s->pump, err) : 0;
}

void bh_source_gaps(struct bh_source *source, struct bh_arena *arena, struct bh_gaps *ret) {
        struct source *s = (struct source *) source;

        *ret = (struct bh_gaps){ 0 };
        if (s->rootfs)
                bh_rootfs_gaps(s->rootfs, arena, ret);
}

void bh_source_close(struct bh_source **source) {
        struct source *s = (struct source *) *source;

        if (!s)
                return;
        bh_fd_close(&s->pub.fd);
        bh_pump_free(&s->pump);
        bh_rootfs_free(&s->rootfs);
        bh_engine_close(&s->engine);
        if (s->pub.blobs)
                s->pub.blobs->ops->close(s->pub.blobs);
        s->pub.blobs = NULL;
        (void) pthread_mutex_destroy(&s->progress.lock);
        *source = NULL;
}
