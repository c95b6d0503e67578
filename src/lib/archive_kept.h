/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_LIB_ARCHIVE_KEPT_H
#define BH_LIB_ARCHIVE_KEPT_H
/*
 * What an archive's index said, kept so that the same file need not be walked again.
 *
 * The same file: the same device, inode, size, time of its last write and time of its
 * last change, to the nanosecond. The latter is the kernel's alone to set; but two
 * changes within one tick of its clock look alike, so a file is only believed to stand
 * still once it has not changed for a while. Whoever can set the clock, or write to
 * the disk below the file system, can lie to us; they could write our cache as well.
 */
#include "model/image.h"
#include "store/cache.h"
#include "wire/work.h"

struct bh_archive_kept {
        struct bh_str key; /* in the cache; empty: not to be kept */
        int fd;
};

/* Before it is read. `q` is the question whose answer is kept. */
struct bh_archive_kept bh_archive_kept_begin(int fd, const struct bh_work_request *q, int64_t now_s, struct bh_arena *arena);
/* Whether the answer is there; slices of the image lie in the arena. */
bool bh_archive_kept_get(const struct bh_archive_kept *k, struct bh_cache *cache, struct bh_arena *arena, struct bh_image *ret, uint32_t *ret_n_images);
/* After it was read; a file that changed meanwhile is left alone. */
void bh_archive_kept_put(const struct bh_archive_kept *k, struct bh_cache *cache, const struct bh_image *image, uint32_t n_images,
                         const struct bh_work_request *q, int64_t now_s, struct bh_arena *arena);

#endif
