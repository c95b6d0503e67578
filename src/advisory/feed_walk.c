/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three kinds of threads around one ring of batches:
 *
 *     unpacker   fills the next free batch with files (some half a megabyte)
 *     readers    take full batches in order and turn files into records
 *     caller     takes read batches in order and hands their records to the sink
 *
 * A batch owns all memory its records need, so nothing is copied, and the ring
 * bounds what waits. Order is that of the batches' numbers, nothing else.
 */
#include "advisory/feed_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/feed.h"
#include "advisory/feed/common.h"
#include "base/buf.h"
#include "base/budget.h"
#include "base/limits.h"
#include "fmt/tar.h"
#include "fmt/unpack.h"
#include "fmt/zip.h"
#include "sys/fd.h"

enum {
        BATCH_BYTES = 512 * 1024,
        BATCH_FILES = 512,
        PIECE = 64 * 1024,
        MAX_THREADS = 16,
};

/* One file, or the reason why there is none. */
struct item {
        struct bh_str path;
        size_t at, len; /* in the batch's data */
        int64_t date_s;
        const struct bh_err *err;
};

enum record_kind { REC_SOURCE, REC_ADVISORY, REC_FACT, REC_LIFECYCLE, REC_GAP };

struct record {
        enum record_kind kind;
        union {
                struct bh_feed_source source;
                struct bh_advisory *advisory;
                struct bh_advisory_fact fact;
                struct bh_lifecycle lifecycle;
                struct {
                        struct bh_str where;
                        const struct bh_err *why;
                } gap;
        };
};

struct batch {
        struct bh_arena *arena;
        struct bh_buf data;
        BH_VEC(struct item) items;
        BH_VEC(struct record) records;
        struct bh_feed_counts counts;
        int64_t date_s; /* of the file being read */
        bool read;      /* by a reader, and ready for the sink */
};

struct walk {
        pthread_mutex_t lock;
        pthread_cond_t moved;
        struct batch *ring;
        size_t n_ring;
        uint64_t filled, taken, sunk; /* numbers of batches; slot = number % n_ring */
        bool all_filled;
        atomic_bool stop; /* also looked at without the lock */
        /* the unpacker's own */
        struct batch *filling;
        struct bh_budget budget;
        const char *const *paths;
        size_t n_paths;
};

/* ---- the unpacker ---- */

/* Waits for a free batch; NULL when everything is to stop. */
static struct batch *free_batch(struct walk *w) {
        struct batch *b;

        pthread_mutex_lock(&w->lock);
        while (!w->stop && w->filled - w->sunk >= w->n_ring)
                pthread_cond_wait(&w->moved, &w->lock);
        b = w->stop ? NULL : &w->ring[w->filled % w->n_ring];
        pthread_mutex_unlock(&w->lock);
        return b;
}

static void hand_over(struct walk *w) {
        if (!w->filling)
                return;
        pthread_mutex_lock(&w->lock);
        w->filled++;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        w->filling = NULL;
}

/* The batch to put the next file into; NULL: stop. */
static struct batch *batch_for_more(struct walk *w) {
        if (w->filling && (w->filling->data.len >= BATCH_BYTES || w->filling->items.len >= BATCH_FILES))
                hand_over(w);
        if (!w->filling)
                w->filling = free_batch(w);
        return w->filling;
}

static struct item *new_item(struct walk *w, struct bh_str path, int64_t date_s) {
        struct batch *b = batch_for_more(w);
        struct item *i;

        if (!b)
                return NULL;
        i = bh_vec_add(b->arena, &b->items);
        i->path = bh_arena_str(b->arena, path);
        i->at = b->data.len;
        i->date_s = date_s;
        return i;
}

static void set_gap(struct batch *b, struct item *i, const struct bh_err *err) {
        struct bh_err *copy = bh_arena_make(b->arena, struct bh_err);

        *copy = *err;
        i->err = copy;
        i->len = 0;
        b->data.len = i->at;
}

static void add_gap(struct walk *w, struct bh_str path, const struct bh_err *err) {
        struct item *i = new_item(w, path, 0);

        if (i)
                set_gap(w->filling, i, err);
}

/* "dir/a.tar.zst" and "x/y.json" -> "dir/a.tar.zst!/x/y.json" */
static struct item *new_entry(struct walk *w, const char *archive, struct bh_str name, int64_t date_s) {
        struct batch *b = batch_for_more(w);

        return b ? new_item(w, bh_arena_printf(b->arena, "%s!/%.*s", archive, BH_FMT(name)), date_s) : NULL;
}

/* Pulls the whole of something into the batch, piece by piece: claims about sizes are not believed. */
static int take_entry(struct walk *w, struct bh_tar *tar, struct item *i, struct bh_err *err) {
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

static int walk_tar(struct walk *w, const char *path, struct bh_stream *stream, int64_t date_s, struct bh_err *err) {
        BH_CLEANUP(bh_tar_free) struct bh_tar *tar = bh_tar_new(stream);
        const struct bh_tar_entry *e;
        struct item *i;
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

static int walk_plain(struct walk *w, const char *path, struct bh_stream *stream, int64_t date_s, struct bh_err *err) {
        struct bh_str name = bh_str_of(path), piece;
        struct item *i;
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

static int zip_entry(struct walk *w, const char *path, const struct bh_zip *zip, const struct bh_zip_entry *e,
                     struct bh_arena *scratch, int64_t date_s, struct bh_err *err) {
        struct item *i = new_entry(w, path, e->name, date_s);
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

static int walk_zip(struct walk *w, const char *path, int fd, int64_t date_s, struct bh_err *err) {
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

static int walk_packed(struct walk *w, const char *path, int fd, int64_t date_s, struct bh_err *err) {
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

static void walk_file(struct walk *w, const char *path, const struct stat *st) {
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
static void walk_path(struct walk *w, const char *path, unsigned depth) {
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

static void *unpacker(void *user) {
        struct walk *w = user;

        for (size_t i = 0; i < w->n_paths; i++)
                walk_path(w, w->paths[i], 0);
        hand_over(w);
        pthread_mutex_lock(&w->lock);
        w->all_filled = true;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        return NULL;
}

/* ---- the readers: a sink that only remembers ---- */

static struct record *new_record(struct batch *b, enum record_kind kind) {
        struct record *r = bh_vec_add(b->arena, &b->records);

        r->kind = kind;
        return r;
}

static int keep_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        struct batch *b = user;
        struct record *r = new_record(b, REC_SOURCE);

        (void) err;
        r->source = *s;
        r->source.date_s = b->date_s;
        return 0;
}

static int keep_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        struct batch *b = user;
        struct record *r = new_record(b, REC_ADVISORY);

        (void) err;
        r->advisory = bh_arena_make(b->arena, struct bh_advisory);
        *r->advisory = *a;
        return 0;
}

static int keep_fact(void *user, const struct bh_advisory_fact *f, struct bh_err *err) {
        struct record *r = new_record(user, REC_FACT);

        (void) err;
        r->fact = *f;
        return 0;
}

static int keep_lifecycle(void *user, const struct bh_lifecycle *l, struct bh_err *err) {
        struct record *r = new_record(user, REC_LIFECYCLE);

        (void) err;
        r->lifecycle = *l;
        return 0;
}

static void keep_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct batch *b = user;
        struct record *r = new_record(b, REC_GAP);
        struct bh_err *copy = bh_arena_make(b->arena, struct bh_err);

        *copy = *err;
        r->gap.where = where;
        r->gap.why = copy;
        b->counts.gaps++;
}

static void read_item(struct batch *b, const struct item *i, struct bh_feed_sink *keep) {
        struct bh_str bytes = bh_str_part(bh_buf_str(&b->data), i->at, i->len);
        struct bh_err err = BH_ERR_NONE;
        int r;

        b->date_s = i->date_s;
        if (i->err) {
                keep_gap(b, i->path, i->err);
                return;
        }
        b->counts.bytes += bytes.len;
        r = bh_feed_file(b->arena, i->path, bytes, keep, &err);
        if (r > 0)
                b->counts.files++;
        else if (r == 0)
                b->counts.passed_over++;
        else
                keep_gap(b, i->path, &err);
}

static void *reader(void *user) {
        struct walk *w = user;

        for (;;) {
                struct bh_feed_sink keep = { NULL, keep_source, keep_advisory, keep_fact, keep_lifecycle, keep_gap };
                struct batch *b;

                pthread_mutex_lock(&w->lock);
                while (!w->stop && w->taken == w->filled && !w->all_filled)
                        pthread_cond_wait(&w->moved, &w->lock);
                if (w->stop || w->taken == w->filled) {
                        pthread_mutex_unlock(&w->lock);
                        return NULL;
                }
                b = &w->ring[w->taken++ % w->n_ring];
                pthread_mutex_unlock(&w->lock);

                keep.user = b;
                for (size_t i = 0; i < b->items.len; i++)
                        read_item(b, &b->items.at[i], &keep);

                pthread_mutex_lock(&w->lock);
                b->read = true;
                pthread_cond_broadcast(&w->moved);
                pthread_mutex_unlock(&w->lock);
        }
}

/* ---- the caller ---- */

static int hand_record(const struct record *rec, struct bh_feed_sink *sink, struct bh_err *err) {
        switch (rec->kind) {
        case REC_SOURCE:
                return sink->source(sink->user, &rec->source, err);
        case REC_ADVISORY:
                return sink->advisory(sink->user, rec->advisory, err);
        case REC_FACT:
                return sink->fact(sink->user, &rec->fact, err);
        case REC_LIFECYCLE:
                return sink->lifecycle(sink->user, &rec->lifecycle, err);
        case REC_GAP:
                sink->gap(sink->user, rec->gap.where, rec->gap.why);
                return 0;
        }
        return 0;
}

/* What source() was last told: names are the feed table's own, so they outlive every batch. */
struct said {
        struct bh_str name;
        int64_t date_s;
};

static int hand_batch(const struct batch *b, struct said *said, struct bh_feed_sink *sink, struct bh_err *err) {
        for (size_t i = 0; i < b->records.len; i++) {
                const struct record *rec = &b->records.at[i];
                int r;

                if (rec->kind == REC_SOURCE) {
                        if (bh_str_eq(rec->source.name, said->name) && rec->source.date_s == said->date_s)
                                continue;
                        *said = (struct said){ rec->source.name, rec->source.date_s };
                }
                r = hand_record(rec, sink, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void clear(struct batch *b) {
        bh_arena_reset(b->arena);
        bh_buf_clear(&b->data);
        *b = (struct batch){ .arena = b->arena, .data = b->data };
}

static int sink_all(struct walk *w, struct bh_feed_sink *sink, struct bh_feed_counts *total, struct bh_err *err) {
        struct said said = { 0 };
        int r = 0;

        while (r >= 0) {
                struct batch *b;

                pthread_mutex_lock(&w->lock);
                b = &w->ring[w->sunk % w->n_ring];
                while ((w->sunk == w->filled && !w->all_filled) || (w->sunk < w->filled && !b->read))
                        pthread_cond_wait(&w->moved, &w->lock);
                if (w->sunk == w->filled)
                        b = NULL;
                pthread_mutex_unlock(&w->lock);
                if (!b)
                        return 0;

                total->files += b->counts.files;
                total->passed_over += b->counts.passed_over;
                total->gaps += b->counts.gaps;
                total->bytes += b->counts.bytes;
                r = hand_batch(b, &said, sink, err);
                clear(b);

                pthread_mutex_lock(&w->lock);
                w->sunk++;
                pthread_cond_broadcast(&w->moved);
                pthread_mutex_unlock(&w->lock);
        }
        return r;
}

static int start(struct walk *w, unsigned n_readers, pthread_t *threads, unsigned *ret_started, struct bh_err *err) {
        for (unsigned i = 0; i <= n_readers; i++) {
                int sys = pthread_create(&threads[i], NULL, i ? reader : unpacker, w);

                if (sys)
                        return bh_fail_sys(err, sys, "a thread to read feeds with");
                *ret_started = i + 1;
        }
        return 0;
}

static unsigned reader_count(const struct bh_feed_walk_opts *opts) {
        long n = opts && opts->threads ? (long) opts->threads : sysconf(_SC_NPROCESSORS_ONLN);

        return (unsigned) BH_MAX(1L, BH_MIN(n, (long) MAX_THREADS));
}

static int check_paths(const char *const *paths, size_t n, struct bh_err *err) {
        for (size_t i = 0; i < n; i++)
                if (access(paths[i], R_OK) < 0)
                        return bh_fail_sys(err, errno, "%s", paths[i]);
        return 0;
}

static void run_down(struct walk *w, pthread_t *threads, unsigned started) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
        for (unsigned i = 0; i < started; i++)
                (void) pthread_join(threads[i], NULL);
        for (size_t i = 0; i < w->n_ring; i++) {
                bh_arena_free(&w->ring[i].arena);
                bh_buf_done(&w->ring[i].data);
        }
        free(w->ring);
        pthread_cond_destroy(&w->moved);
        pthread_mutex_destroy(&w->lock);
}

int bh_feed_walk(const char *const *paths, size_t n_paths, const struct bh_feed_walk_opts *opts,
                 struct bh_feed_sink *sink, struct bh_feed_counts *ret, struct bh_err *err) {
        struct walk w = { .lock = PTHREAD_MUTEX_INITIALIZER,
                          .moved = PTHREAD_COND_INITIALIZER,
                          .budget = { .name = "feeds", .bytes = BH_LIMIT_FEED_BYTES, .entries = UINT64_MAX },
                          .paths = paths,
                          .n_paths = n_paths };
        unsigned n_readers = reader_count(opts), started = 0;
        struct bh_feed_counts total = { 0 };
        pthread_t threads[MAX_THREADS + 1];
        int r = check_paths(paths, n_paths, err);

        if (r < 0)
                return r;
        w.n_ring = 2 * n_readers + 2;
        w.ring = calloc(w.n_ring, sizeof *w.ring);
        if (!w.ring)
                bh_nomem(w.n_ring * sizeof *w.ring);
        for (size_t i = 0; i < w.n_ring; i++)
                w.ring[i].arena = bh_arena_new();
        r = start(&w, n_readers, threads, &started, err);
        if (r >= 0)
                r = sink_all(&w, sink, &total, err);
        run_down(&w, threads, started);
        if (r >= 0 && ret)
                *ret = total;
        return r;
}
