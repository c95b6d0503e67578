/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulkhead-worker: reads what strangers made, in a jail. It is started with one
 * socket (descriptor 3), loads our own rules when it is given them, locks itself
 * in, and answers requests (wire/work.h) until the other side goes.
 */
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "fmt/unpack.h"
#include "image/archive.h"
#include "image/manifest.h"
#include "scan/layer.h"
#include "scan/sbom/sbom.h"
#include "scan/matchers.h"
#include "sys/child.h"
#include "sys/fd.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "wire/layer.h"
#include "wire/work.h"

enum { SOCK = BH_CHILD_SOCKET, MAX_REQUEST = 64 * 1024 * 1024 };

struct worker {
        struct bh_buf compiled; /* what others need not compile again */
        struct bh_matchers *matchers; /* NULL: no rules were given */
};

/* Shows a file to whoever started us, and waits for what another scanner says of it. */
static int ask_second(void *user, struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret_name, struct bh_err *err);
static const struct bh_second_opinion second = { ask_second, NULL, "ClamAV" };

/* What one request reads from. */
struct input {
        int fd;
        uint64_t offset, left; /* offset UINT64_MAX: from where it stands */
};

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct input *in = user;
        ssize_t n;

        room = (size_t) BH_MIN((uint64_t) room, in->left);
        do
                n = in->offset == UINT64_MAX ? read(in->fd, buf, room) : pread(in->fd, buf, room, (off_t) in->offset);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return bh_fail_sys(err, errno, "read");
        if (in->offset != UINT64_MAX)
                in->offset += (uint64_t) n;
        in->left -= (uint64_t) n;
        *ret_n = (size_t) n;
        return 0;
}

/* Over bytes that can seek, what is passed over need not be read. */
static int skip(void *user, uint64_t n, uint64_t *ret_n, struct bh_err *err) {
        struct input *in = user;

        (void) err;
        *ret_n = BH_MIN(n, in->left);
        in->offset += *ret_n;
        in->left -= *ret_n;
        return 0;
}

static struct input input_of(const struct bh_work_request *q, int fd) {
        return (struct input){ fd, q->size ? q->offset : UINT64_MAX, q->size ? q->size : UINT64_MAX };
}

static int answer(const struct bh_work_answer *a, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_work_answer_put(&out, a);
        return bh_sock_send(SOCK, bh_buf_str(&out), -1, err);
}

static int answer_layer(const struct bh_layer *layer, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 }, out = { 0 };
        struct bh_str hashes = bh_wire_layer_put_head(&body, layer);

        bh_work_answer_put(&out, &(struct bh_work_answer){ .answer = BH_ANSWER_LAYER, .body = bh_buf_str(&body), .tail_bytes = hashes.len });
        return bh_sock_send_two(SOCK, bh_buf_str(&out), hashes, -1, err);
}

static int answer_image(const struct bh_image *image, uint32_t n_images, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };

        bh_wire_image_put(&body, image);
        return answer(&(struct bh_work_answer){ .answer = BH_ANSWER_IMAGE, .n_images = n_images, .body = bh_buf_str(&body) }, err);
}

static void progress(void *user, uint64_t bytes) {
        (void) user;
        BH_IGNORE(answer(&(struct bh_work_answer){ .answer = BH_ANSWER_PROGRESS, .bytes = bytes }, NULL));
}

static struct bh_layer_opts layer_opts(const struct worker *w, const struct bh_work_request *q) {
        if (w->matchers)
                bh_matchers_second(w->matchers, q->second_opinion ? &second : NULL);
        return (struct bh_layer_opts){ .parts = q->parts, .matchers = w->matchers, .max_bytes = q->max_bytes, .progress = progress };
}

static int ask_second(void *user, struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret_name, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };
        BH_CLEANUP(bh_fd_close) int unwanted = -1;
        struct bh_work_verdict v;
        int r = answer(&(struct bh_work_answer){ .answer = BH_ANSWER_SAMPLE, .body = bytes }, err);

        (void) user;
        if (r >= 0)
                r = bh_sock_recv(SOCK, MAX_REQUEST, -1, &message, &unwanted, err);
        if (r == 0)
                r = bh_fail(err, BH_E_IO, "nobody answers");
        if (r >= 0)
                r = bh_work_verdict_get(arena, bh_arena_str(arena, bh_buf_str(&message)), &v, err);
        if (r < 0)
                return r;
        *ret_name = v.text;
        return v.said == BH_SECOND_FAILED ? bh_fail(err, BH_E_IO, "%.*s", BH_FMT(v.text)) : v.said == BH_SECOND_FOUND;
}

static int do_describe(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        struct bh_image image = { 0 };
        int r = q->manifest.len ? bh_manifest_parse(arena, q->manifest, &image, err) : 0;

        (void) w;
        (void) fd;
        if (r < 0)
                return bh_wrap(err, r, "manifest");
        if (q->config.len) {
                r = bh_config_parse(arena, q->config, &image, err);
                if (r < 0)
                        return bh_wrap(err, r, "configuration");
        }
        return answer_image(&image, 1, err);
}

static int do_layer(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        struct bh_layer_opts opts = layer_opts(w, q);
        struct input in = input_of(q, fd);
        struct bh_layer layer;
        int r;

        opts.digest = q->digest;
        opts.diff_id = q->diff_id;
        r = bh_layer_scan(fill, &in, &opts, arena, &layer, err);
        return r < 0 ? r : answer_layer(&layer, err);
}

static int do_archive_index(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        struct input in = { fd, 0, UINT64_MAX };
        struct bh_archive_member **members;
        struct bh_archive archive;
        struct bh_stream stream;
        struct bh_image image;
        uint32_t n_images;
        int r;

        (void) w;
        bh_stream_init(&stream, fill, &in);
        stream.skip = skip;
        r = bh_archive_read(&stream, NULL, NULL, arena, &archive, err);
        bh_stream_done(&stream);
        if (r >= 0)
                r = bh_archive_image(&archive, q->digest, q->tag, &q->platform, arena, &image, &members, &n_images, err);
        return r < 0 ? r : answer_image(&image, n_images, err);
}

struct archive_scan {
        const struct worker *w;
        const struct bh_work_request *q;
        struct bh_arena *arena;
};

static int scan_member(void *user, const struct bh_archive_member *m, bh_fill_fn member_fill, void *fill_user,
                       void **ret_result, struct bh_err *err) {
        struct archive_scan *s = user;
        struct bh_layer_opts opts = layer_opts(s->w, s->q);
        struct bh_layer *layer = bh_arena_make(s->arena, struct bh_layer);
        int r;

        (void) m;
        r = bh_layer_scan(member_fill, fill_user, &opts, s->arena, layer, err);
        *ret_result = layer;
        return r;
}

static void refuse(struct bh_layer *layer, struct bh_str told, struct bh_arena *arena) {
        struct bh_gap *g = bh_arena_make(arena, struct bh_gap);
        struct bh_finding *f = bh_arena_make(arena, struct bh_finding);

        *f = bh_layer_tampered(arena, "the layer's diff-id", told, layer->diff_id);
        *g = (struct bh_gap){ .where = BH_STR("layer"), .why = f->evidence, .code = BH_E_FORMAT };
        *layer = (struct bh_layer){ .digest = layer->digest, .diff_id = told, .findings = f, .n_findings = 1, .gaps = g, .n_gaps = 1 };
}

static int do_archive(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        struct input in = input_of(q, fd);
        struct archive_scan scan = { w, q, arena };
        struct bh_archive_member **members;
        struct bh_stream packed, plain;
        struct bh_unpack *unpack;
        struct bh_archive archive;
        struct bh_image image;
        uint32_t n_images;
        int r;

        bh_stream_init(&packed, fill, &in);
        unpack = bh_unpack_new(&packed);
        bh_stream_init(&plain, bh_unpack_fill, unpack);
        r = bh_archive_read(&plain, scan_member, &scan, arena, &archive, err);
        bh_stream_done(&plain);
        bh_unpack_free(&unpack);
        bh_stream_done(&packed);
        if (r >= 0)
                r = bh_archive_image(&archive, q->digest, q->tag, &q->platform, arena, &image, &members, &n_images, err);
        if (r >= 0)
                r = answer_image(&image, n_images, err);
        for (uint32_t i = 0; r >= 0 && i < image.n_layers; i++) {
                struct bh_layer *layer = members[i]->result;

                if (!layer)
                        return bh_fail(err, BH_E_FORMAT, "layer %u: %s is not a layer", i, BH_QUOTE(members[i]->path));
                if (layer->whole && !bh_str_eq(layer->diff_id, image.layers[i].diff_id))
                        refuse(layer, image.layers[i].diff_id, arena);
                r = answer_layer(layer, err);
        }
        return r;
}

static int do_archive_list(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        struct input in = input_of(q, fd);
        struct bh_stream packed, plain;
        struct bh_unpack *unpack;
        struct bh_archive archive;
        struct bh_image all = { 0 };
        int r;

        (void) w;
        bh_stream_init(&packed, fill, &in);
        unpack = bh_unpack_new(&packed);
        bh_stream_init(&plain, bh_unpack_fill, unpack);
        r = bh_archive_read(&plain, NULL, NULL, arena, &archive, err);
        bh_stream_done(&plain);
        bh_unpack_free(&unpack);
        bh_stream_done(&packed);
        if (r >= 0)
                r = bh_archive_list(&archive, arena, &all, err);
        return r < 0 ? r : answer_image(&all, all.n_manifests, err);
}

static int do_sbom(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_layer layer;
        int r;

        (void) w;
        (void) q;
        r = bh_fd_read_all(fd, BH_LIMIT_SBOM, &bytes, err);
        if (r >= 0)
                r = bh_sbom_read(bh_buf_str(&bytes), arena, &layer, err);
        return r < 0 ? r : answer_layer(&layer, err);
}

static int do_unknown(const struct worker *w, const struct bh_work_request *q, int fd, struct bh_arena *arena, struct bh_err *err) {
        (void) w;
        (void) fd;
        (void) arena;
        return bh_fail(err, BH_E_BUG, "the worker cannot do request %d", (int) q->work);
}

static int (*const works[_BH_WORK_MAX])(const struct worker *, const struct bh_work_request *, int, struct bh_arena *, struct bh_err *) = {
        [BH_WORK_CONTENT] = do_unknown,       [BH_WORK_DESCRIBE] = do_describe, [BH_WORK_LAYER] = do_layer,
        [BH_WORK_ARCHIVE_INDEX] = do_archive_index, [BH_WORK_ARCHIVE] = do_archive, [BH_WORK_ARCHIVE_LIST] = do_archive_list,
        [BH_WORK_SBOM] = do_sbom,
};

static int serve_one(const struct worker *w, struct bh_str message, int fd, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err why = BH_ERR_NONE;
        struct bh_work_request q;
        int r = bh_work_request_get(arena, message, &q, &why);

        if (r >= 0)
                r = works[q.work](w, &q, fd, arena, &why);
        r = r < 0 ? answer(&(struct bh_work_answer){ .answer = BH_ANSWER_FAILED, .code = r, .text = bh_str_of(why.text) }, err)
                  : answer(&(struct bh_work_answer){ .answer = BH_ANSWER_DONE }, err);
        bh_arena_free(&arena);
        return r;
}

static int read_bundle(int fd, struct bh_buf *into, struct bh_err *err) {
        struct input in = { fd, 0, BH_LIMIT_CONTENT_BUNDLE };
        size_t n;

        do {
                int r = fill(&in, bh_buf_room(into, 1 << 16), 1 << 16, &n, err);

                if (r < 0)
                        return r;
                into->len += n;
        } while (n);
        return 0;
}

/* The first message: our own rules, loaded while memory may still be made executable (PCRE2's JIT). */
static int load_content(struct worker *w, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 }, bundle = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int r = bh_sock_recv(SOCK, MAX_REQUEST, -1, &message, &fd, err);

        if (r <= 0)
                return r < 0 ? r : bh_fail(err, BH_E_IO, "no first message");
        if (fd < 0)
                return 0;
        r = read_bundle(fd, &bundle, err); /* by offset: other workers hold the same open file */
        if (r >= 0)
                r = bh_matchers_load(bh_buf_str(&bundle), &w->matchers, err);
        return r < 0 ? r : bh_matchers_save(w->matchers, &w->compiled, err);
}

static int start(struct worker *w, struct bh_err *err) {
        int r = load_content(w, err);
        unsigned missing;

        (void) mallopt(M_MMAP_THRESHOLD, 1 << 20); /* a large file's buffer goes back when it is freed */
        (void) mallopt(M_TRIM_THRESHOLD, 1 << 20);
        bh_digest_prepare();
        return r < 0 ? r : bh_sandbox_enter(&(struct bh_sandbox_opts){ .memory_bytes = BH_LIMIT_WORKER_MEMORY }, &missing, err);
}

int main(void) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct worker w = { 0 };

        if (start(&w, &err) < 0) {
                BH_IGNORE(answer(&(struct bh_work_answer){ .answer = BH_ANSWER_FAILED, .code = err.code, .text = bh_str_of(err.text) }, NULL));
                return 1;
        }
        if (w.compiled.len && answer(&(struct bh_work_answer){ .answer = BH_ANSWER_COMPILED, .body = bh_buf_str(&w.compiled) }, &err) < 0)
                return 1;
        bh_buf_done(&w.compiled);
        if (answer(&(struct bh_work_answer){ .answer = BH_ANSWER_DONE }, &err) < 0)
                return 1;
        for (;;) {
                BH_CLEANUP(bh_fd_close) int fd = -1;
                int r = bh_sock_recv(SOCK, MAX_REQUEST, -1, &message, &fd, &err);

                if (r == 0)
                        return 0;
                if (r < 0 || serve_one(&w, bh_buf_str(&message), fd, &err) < 0)
                        return 1;
        }
}
