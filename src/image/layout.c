/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "sys/fd.h"

struct layout {
        struct bh_blobs blobs;
        int dir;
};

static const char index_type[] = "application/vnd.oci.image.index.v1+json";
static const char no_referrers[] = "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                                   "\"manifests\":[]}";

bool bh_layout_is(const char *dir) {
        BH_CLEANUP(bh_fd_close) int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

        return fd >= 0 && faccessat(fd, "oci-layout", F_OK, 0) == 0 && faccessat(fd, "index.json", F_OK, 0) == 0;
}

/* O_NONBLOCK: what claims to be a blob and is a fifo must not hold us up. */
static int open_file(const struct layout *l, const char *path, int *ret_fd, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct stat st;
        int r = bh_fd_open_beneath(l->dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, &fd, err);

        if (r < 0)
                return r;
        if (fstat(fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        if (!S_ISREG(st.st_mode))
                return bh_fail(err, BH_E_FORMAT, "%s: not a regular file", path);
        *ret_fd = BH_TAKE_FD(fd);
        return 0;
}

static int open_blob(struct bh_blobs *self, struct bh_str digest, uint64_t size, int *ret_fd, struct bh_err *err) {
        struct bh_str algorithm, hex;
        char path[200];

        (void) size;
        if (!bh_digest_is_valid(digest))
                return bh_fail(err, BH_E_FORMAT, "'%s' is no digest", BH_QUOTE(digest));
        (void) bh_str_cut(digest, ':', &algorithm, &hex);
        (void) snprintf(path, sizeof path, "blobs/%.*s/%.*s", BH_FMT(algorithm), BH_FMT(hex));
        return open_file((const struct layout *) self, path, ret_fd, err);
}

static int read_fd(int fd, struct bh_arena *arena, uint64_t max_bytes, struct bh_str *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        int r = bh_fd_read_all(fd, max_bytes ? max_bytes : UINT64_MAX, &bytes, err);

        if (r == 0)
                *ret = bh_arena_str(arena, bh_buf_str(&bytes));
        return r;
}

static int fetch_index(const struct layout *l, struct bh_arena *arena, uint64_t max_bytes, struct bh_fetched *ret,
                       struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_str bytes;
        int r = open_file(l, "index.json", &fd, err);

        r = r < 0 ? r : read_fd(fd, arena, max_bytes, &bytes, err);
        if (r < 0)
                return r;
        *ret = (struct bh_fetched){ .bytes = bytes,
                                    .media_type = bh_str_of(index_type),
                                    .digest = bh_digest_sha256(arena, bytes) };
        return 0;
}

static int fetch_blob(struct bh_blobs *self, struct bh_str digest, struct bh_arena *arena, uint64_t max_bytes,
                      struct bh_fetched *ret, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = -1;
        struct bh_str bytes;
        int r = open_blob(self, digest, 0, &fd, err);

        r = r < 0 ? r : read_fd(fd, arena, max_bytes, &bytes, err);
        if (r < 0)
                return r;
        if (!bh_digest_matches(digest, bytes))
                return bh_fail(err, BH_E_FORMAT, "blob %.*s has other bytes than its name says", BH_FMT(digest));
        *ret = (struct bh_fetched){ .bytes = bytes, .digest = bh_arena_str(arena, digest) };
        return 0;
}

/* What refers to an image stands in index.json itself, which the reader has. */
static int fetch(struct bh_blobs *self, enum bh_fetch what, struct bh_str reference, struct bh_arena *arena,
                 uint64_t max_bytes, struct bh_fetched *ret, struct bh_err *err) {
        if (what == BH_FETCH_REFERRERS) {
                *ret = (struct bh_fetched){ .bytes = bh_str_of(no_referrers),
                                            .media_type = bh_str_of(index_type),
                                            .digest = bh_digest_sha256(arena, bh_str_of(no_referrers)) };
                return 0;
        }
        if (reference.len == 0)
                return fetch_index((const struct layout *) self, arena, max_bytes, ret, err);
        if (!bh_digest_is_valid(reference))
                return bh_fail(err, BH_E_FORMAT, "'%s' is no digest; a layout's tags are in its index.json",
                               BH_QUOTE(reference));
        return fetch_blob(self, reference, arena, max_bytes, ret, err);
}

static int check(struct bh_blobs *self, struct bh_str digest, struct bh_err *err) {
        (void) self, (void) digest, (void) err;
        return 0; /* a file does not break off */
}

static void close_layout(struct bh_blobs *self) {
        struct layout *l = (struct layout *) self;

        bh_fd_close(&l->dir);
        free(l);
}

static const struct bh_blobs_ops ops = {
        .open = open_blob,
        .fetch = fetch,
        .check = check,
        .close = close_layout,
};

int bh_layout_open(const char *dir, struct bh_blobs **ret, struct bh_err *err) {
        int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct layout *l;

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(dir)));
        l = calloc(1, sizeof *l);
        if (!l)
                bh_nomem(sizeof *l);
        *l = (struct layout){ .blobs = { &ops }, .dir = fd };
        *ret = &l->blobs;
        return 0;
}
