/* SPDX-License-Identifier: Apache-2.0 */
/* The unpacker: from paths, archives and packed files to files in batches. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/feed/common.h"
#include "advisory/feed_ring.h"
#include "base/limits.h"
#include "fmt/tar.h"
#include "fmt/unpack.h"
#include "fmt/zip.h"
#include "sys/fd.h"

enum {
        BATCH_BYTES = 512 * 1024,
        BATCH_FILES = 512,
        PIECE = 64 * 1024,
};

/* Waits for a free batch; NULL when everything is to stop. */
static struct bh_feed_batch *free_batch(struct bh_feed_ring *w) {
        struct bh_feed_batch *b;

        pthread_mutex_lock(&w->lock);
        while (!w->stop && w->filled - w->sunk >= w->n_slots)
                pthread_cond_wait(&w->moved, &w->lock);
        b = w->stop ? NULL : &w->slots[w->filled % w->n_slots];
        pthread_mutex_unlock(&w->lock);
        return b;
}

static void hand_over(struct bh_feed_ring *w) {
        if (!w->filling)
                return;
        pthread_mutex_lock(&w->lock);
        w->filled++;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        w->filling = NULL;
}

/* The batch to put the next file into; NULL: stop. */
static struct bh_feed_batch *batch_for_more(struct bh_feed_ring *w) {
        if (w->filling && (w->filling->data.len >= BATCH_BYTES || w->filling->items.len >= BATCH_FILES))
                hand_over(w);
        if (!w->filling)
                w->filling = free_batch(w);
        return w->filling;
}

static struct bh_feed_item *new_item(struct bh_feed_ring *w, struct bh_str path, int64_t date_s) {
        struct bh_feed_batch *b = batch_for_more(w);
        struct bh_feed_item *i;

        if (!b)
                return NULL;
        i = bh_vec_add(b->arena, &b->items);
        i->path = bh_arena_str(b->arena, path);
        i->at = b->data.len;
        i->date_s = date_s;
        return i;
}

static void set_gap(struct bh_feed_batch *b, struct bh_feed_item *i, const struct bh_err *err) {
        struct bh_err *copy = bh_arena_make(b->arena, struct bh_err);

        *copy = *err;
        i->err = copy;
        i->len = 0;
        b->data.len = i->at;
}

static void add_gap(struct bh_feed_ring *w, struct bh_str path, const struct bh_err *err) {
        struct bh_feed_item *i = new_item(w, path, 0);

        if (i)
                set_gap(w->filling, i, err);
}

/* "dir/a.tar.zst" and "x/y.json" -> "dir/a.tar.zst!/x/y.json" */
static struct bh_feed_item *new_entry(struct bh_feed_ring *w, const char *archive, struct bh_str name, int64_t date_s) {
        struct bh_feed_batch *b = batch_for_more(w);

        return b ? new_item(w, bh_arena_printf(b->arena, "%s!/%.*s", archive, BH_FMT(name)), date_s) : NULL;
}

/* Pulls the whole of something into the batch, piece by piece: claims about sizes are not believed. */
static int take_entry(struct bh_feed_ring *w, struct bh_tar *tar, struct bh_feed_item *i, struct bh_err *err) {
        struct bh_str piece;

        for (;;) {
                int r = bh_tar_peek(tar, (size_t) BH_MIN(bh_tar_left(tar), (uint64_t) PIECE), &piece, err);

                if (r < 0 || piece.len == 0)
                        return r;
                r = bh_budget_bytes(&w->budget, piece.len, err);
                if (r < 0)
                        return r;
                bh_buf_add(&w->filling->data, piece);
                i->len += piece.len;
                bh_tar_drop(tar, piece.len);
        }
}

static int walk_tar(struct bh_feed_ring *w, const char *path, struct bh_stream *stream, int64_t date_s, struct bh_err *err) {
        BH_CLEANUP(bh_tar_free) struct bh_tar *tar = bh_tar_new(stream);
        const struct bh_tar_entry *e;
        struct bh_feed_item *i;
        int r;

        while ((r = bh_tar_next(tar, &e, err)) == 1) {
                if (e->kind != BH_TAR_FILE)
                        continue;
                i = new_entry(w, path, e->path, date_s);
                if (!i)
                        return 0;
                if (e->size > BH_LIMIT_FEED_FILE) {
                        BH_IGNORE(bh_fail(err, BH_E_LIMIT, "a file of more than %llu bytes", BH_LIMIT_FEED_FILE));
                        set_gap(w->filling, i, err);
                        continue;
                }
                r = take_entry(w, tar, i, err);
                if (r < 0) { /* half a file is no file; the caller says why */
                        w->filling->data.len = i->at;
                        w->filling->items.len--;
                        return r;
                }
        }
        return r;
}

static int walk_plain(struct bh_feed_ring *w, const char *path, struct bh_stream *stream, int64_t date_s, struct bh_err *err) {
        struct bh_str name = bh_str_of(path), piece;
        struct bh_feed_item *i;
        int r;

        if (!bh_str_cut_suffix(&name, BH_STR(".zst")))
                (void) bh_str_cut_suffix(&name, BH_STR(".gz"));
        i = new_item(w, name, date_s);
        if (!i)
                return 0;
        while ((r = bh_stream_some(stream, &piece, err)) >= 0 && piece.len) {
                r = bh_budget_bytes(&w->budget, piece.len, err);
                if (r >= 0 && i->len + piece.len > BH_LIMIT_FEED_FILE)
                        r = bh_fail(err, BH_E_LIMIT, "a file of more than %llu bytes", BH_LIMIT_FEED_FILE);
                if (r < 0)
                        break;
                bh_buf_add(&w->filling->data, piece);
                i->len += piece.len;
                bh_stream_drop(stream, piece.len);
        }
        if (r < 0)
                set_gap(w->filling, i, err);
        return 0;
}

static int zip_entry(struct bh_feed_ring *w, const char *path, const struct bh_zip *zip, const struct bh_zip_entry *e,
                     struct bh_arena *scratch, int64_t date_s, struct bh_err *err) {
        struct bh_feed_item *i = new_entry(w, path, e->name, date_s);
        struct bh_str bytes = { 0 };
        int r;

        if (!i)
                return 0;
        bh_arena_reset(scratch);
        r = bh_zip_read(scratch, zip, e, BH_LIMIT_FEED_FILE, &w->budget, &bytes, err);
        if (r < 0) {
                set_gap(w->filling, i, err);
                return 0;
        }
        bh_buf_add(&w->filling->data, bytes);
        i->len = bytes.len;
        return 0;
}

static int walk_zip(struct bh_feed_ring *w, const char *path, int fd, int64_t date_s, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf whole = { 0 };
        struct bh_zip_entry e;
        struct bh_zip zip;
        int r = bh_fd_read_all(fd, BH_LIMIT_FEED_ZIP, &whole, err);

        if (r >= 0)
                r = bh_zip_open(bh_buf_str(&whole), &zip, err);
        while (r >= 0 && (r = bh_zip_next(&zip, &e, err)) == 1 && !w->stop)
                if (!bh_str_ends(e.name, BH_STR("/")))
                        r = zip_entry(w, path, &zip, &e, scratch, date_s, err);
        return r;
}

static int fill_from_fd(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        ssize_t n;

        do
                n = read(*(const int *) user, buf, room);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return bh_fail_sys(err, errno, "read");
        *ret_n = (size_t) n;
        return 0;
}

static int walk_packed(struct bh_feed_ring *w, const char *path, int fd, int64_t date_s, struct bh_err *err) {
        BH_CLEANUP(bh_stream_done) struct bh_stream raw = { 0 };
        BH_CLEANUP(bh_unpack_free) struct bh_unpack *unpack = NULL;
        BH_CLEANUP(bh_stream_done) struct bh_stream plain = { 0 };
        struct bh_str name = bh_str_of(path);
        bool tar = bh_str_find(bh_str_basename(name), BH_STR(".tar")) >= 0 || bh_str_ends(name, BH_STR(".tgz"));

        bh_stream_init(&raw, fill_from_fd, &fd);
        unpack = bh_unpack_new(&raw);
        bh_stream_init(&plain, bh_unpack_fill, unpack);
        return tar ? walk_tar(w, path, &plain, date_s, err) : walk_plain(w, path, &plain, date_s, err);
}

static void walk_file(struct bh_feed_ring *w, const char *path, const struct stat *st) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        int64_t date_s = bh_feed_path_date(bh_str_basename(bh_str_of(path)));
        struct bh_err err = BH_ERR_NONE;
        int r;

        if (!date_s)
                date_s = st->st_mtime;
        if (fd < 0)
                r = bh_fail_sys(&err, errno, "open");
        else if (bh_str_ends(bh_str_of(path), BH_STR(".zip")))
                r = walk_zip(w, path, fd, date_s, &err);
        else
                r = walk_packed(w, path, fd, date_s, &err);
        if (r < 0)
                add_gap(w, bh_str_of(path), &err);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *d) {
        return d->d_name[0] != '.';
}

/* Symbolic links are not followed below a folder: a loop would never end. */
static void walk_path(struct bh_feed_ring *w, const char *path, unsigned depth) {
        BH_CLEANUP(bh_buf_done) struct bh_buf below = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct dirent **names = NULL;
        struct stat st;
        int n;

        if (w->stop)
                return;
        if ((depth ? lstat(path, &st) : stat(path, &st)) < 0) {
                BH_IGNORE(bh_fail_sys(&err, errno, "stat"));
                add_gap(w, bh_str_of(path), &err);
                return;
        }
        if (S_ISREG(st.st_mode))
                walk_file(w, path, &st);
        if (!S_ISDIR(st.st_mode))
                return;
        n = depth < BH_LIMIT_DOC_DEPTH ? scandir(path, &names, is_shown, by_name) : -1;
        if (n < 0) {
                BH_IGNORE(bh_fail_sys(&err, errno, "folder"));
                add_gap(w, bh_str_of(path), &err);
                return;
        }
        for (int i = 0; i < n; i++) {
                bh_buf_clear(&below);
                bh_buf_printf(&below, "%s/%s", path, names[i]->d_name);
                bh_buf_putc(&below, '\0');
                walk_path(w, below.at, depth + 1);
                free(names[i]);
        }
        free(names);
}

void *bh_feed_unpacker(void *user) {
        struct bh_feed_ring *w = user;

        for (size_t i = 0; i < w->n_paths; i++)
                walk_path(w, w->paths[i], 0);
        hand_over(w);
        pthread_mutex_lock(&w->lock);
        w->all_filled = true;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        return NULL;
}
