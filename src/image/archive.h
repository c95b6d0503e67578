/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_ARCHIVE_H
#define BH_IMAGE_ARCHIVE_H
/*
 * Images in one tar: docker-archive (`docker save`) and OCI layouts in a tar.
 *
 * The archive is walked once, in whatever order its members come. Small JSON
 * members are kept; members that look like layers are handed to `on_layer` as
 * they pass, or just remembered with their offset when there is none. Then the
 * image is put together from what was kept.
 */
#include "fmt/stream.h"
#include "base/map.h"
#include "model/image.h"

struct bh_archive_member {
        struct bh_str path;
        struct bh_str link; /* a link to another member, resolved against its own place; else empty */
        struct bh_str json; /* kept bytes; else empty */
        uint64_t offset, size;
        void *result; /* what on_layer made of it */
};

struct bh_archive {
        struct bh_map members; /* path -> struct bh_archive_member */
};

/* Reads the member's bytes through `fill` to their end; gives a result that is kept with the member. */
typedef int (*bh_archive_layer_fn)(void *user, const struct bh_archive_member *m, bh_fill_fn fill, void *fill_user,
                                   void **ret_result, struct bh_err *err);

int bh_archive_read(struct bh_stream *from, bh_archive_layer_fn on_layer, void *user, struct bh_arena *arena,
                    struct bh_archive *ret, struct bh_err *err) BH_MUST_CHECK;

/*
 * The image in it that fits: the one `wanted` names, by the digest of its
 * manifest or configuration, when that is not empty; by tag when `tag` is not,
 * by platform where there is a choice. ret_members[i] is the member of layer i. ret_n_images says
 * how many there were to choose from.
 */
int bh_archive_image(const struct bh_archive *archive, struct bh_str wanted, struct bh_str tag, const struct bh_platform *platform,
                     struct bh_arena *arena, struct bh_image *ret, struct bh_archive_member ***ret_members,
                     uint32_t *ret_n_images, struct bh_err *err) BH_MUST_CHECK;

/*
 * All images that are really in it, as the rows of an index: digests for
 * `wanted`. An index may name more than was put into the archive.
 */
int bh_archive_list(const struct bh_archive *archive, struct bh_arena *arena, struct bh_image *ret, struct bh_err *err) BH_MUST_CHECK;

/* Which row of an index to take; attestations never. An empty platform takes linux and this machine's, else the first. */
int bh_manifest_choose(const struct bh_image *index, struct bh_str tag, const struct bh_platform *platform,
                       uint32_t *ret_row, struct bh_err *err) BH_MUST_CHECK;
/* "linux/arm64/v8" */
int bh_platform_parse(struct bh_str text, struct bh_platform *ret, struct bh_err *err) BH_MUST_CHECK;

#endif
