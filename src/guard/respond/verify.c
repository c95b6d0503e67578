/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/respond/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/map.h"
#include "fmt/digest.h"
#include "fmt/json.h"
#include "fmt/tar.h"
#include "sys/fd.h"

struct checking {
        struct bh_arena *arena;
        struct bh_map digests; /* name to "sha256:..." as it is */
        struct bh_str manifest, signature;
};

static void free_digest(struct bh_digest **d) {
        bh_digest_free(d);
}

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        ssize_t n;

        do {
                n = read(*(const int *) user, buf, room);
        } while (n < 0 && errno == EINTR);
        if (n < 0)
                return bh_fail_sys(err, errno, "read");
        *ret_n = (size_t) n;
        return 0;
}

static int keep(struct checking *c, struct bh_tar *tar, const struct bh_tar_entry *e, struct bh_str *ret, struct bh_err *err) {
        struct bh_str bytes;
        int r;

        if (e->size > BH_LIMIT_WATCH_FILE * 4)
                return bh_fail(err, BH_E_LIMIT, "%s is too large", BH_QUOTE(e->path));
        r = bh_tar_peek(tar, (size_t) e->size, &bytes, err);
        if (r >= 0)
                *ret = bh_arena_str(c->arena, bytes);
        return r;
}

static int take_digest(struct checking *c, struct bh_tar *tar, const struct bh_tar_entry *e, struct bh_err *err) {
        BH_CLEANUP(free_digest) struct bh_digest *digest = bh_digest_new(BH_STR("sha256"));
        struct bh_str name = bh_arena_str(c->arena, e->path), *kept = bh_arena_make(c->arena, struct bh_str);
        char text[BH_DIGEST_TEXT_MAX];
        int r = 0;

        while (r >= 0 && bh_tar_left(tar)) {
                struct bh_str piece;

                r = bh_tar_peek(tar, (size_t) BH_MIN(bh_tar_left(tar), 65536u), &piece, err);
                if (r >= 0 && piece.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "%s ends early", BH_QUOTE(name));
                if (r >= 0) {
                        bh_digest_add(digest, piece.at, piece.len);
                        bh_tar_drop(tar, piece.len);
                }
        }
        *kept = bh_arena_str(c->arena, bh_str_of(bh_digest_end(digest, text)));
        if (r >= 0 && bh_map_set(&c->digests, name, kept))
                r = bh_fail(err, BH_E_FORMAT, "%s is in it twice", BH_QUOTE(name));
        return r;
}

static int read_all(struct checking *c, int fd, struct bh_err *err) {
        const struct bh_tar_entry *e;
        struct bh_stream stream;
        struct bh_tar *tar;
        int r;

        bh_stream_init(&stream, fill, &fd);
        tar = bh_tar_new(&stream);
        while ((r = bh_tar_next(tar, &e, err)) > 0) {
                if (bh_str_is(e->path, "manifest.json"))
                        r = keep(c, tar, e, &c->manifest, err);
                else if (bh_str_is(e->path, "manifest.sig"))
                        r = keep(c, tar, e, &c->signature, err);
                else
                        r = take_digest(c, tar, e, err);
                if (r < 0)
                        break;
        }
        bh_tar_free(&tar);
        bh_stream_done(&stream);
        return r;
}

static int compare(struct checking *c, uint64_t *ret_files, struct bh_err *err) {
        const struct bh_doc *doc;
        uint64_t n = 0;
        int r = bh_json_parse(c->arena, c->manifest, &doc, err);

        if (r < 0)
                return bh_wrap(err, r, "manifest");
        for (const struct bh_doc *f = bh_doc_first(bh_doc_get(doc, "files")); f; f = f->next, n++) {
                struct bh_str name = bh_doc_get_text(f, "name");
                const struct bh_str *is = bh_map_get(&c->digests, name);

                if (!is)
                        return bh_fail(err, BH_E_FORMAT, "%s is missing", BH_QUOTE(name));
                if (!bh_str_eq(*is, bh_doc_get_text(f, "digest")))
                        return bh_fail(err, BH_E_FORMAT, "%s was changed", BH_QUOTE(name));
        }
        if (n != c->digests.len)
                return bh_fail(err, BH_E_FORMAT, "files were added to it");
        *ret_files = n;
        return 0;
}

int bh_evidence_verify(const char *path, const struct bh_public_key *key, uint64_t *ret_files, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct bh_arena *arena = bh_arena_new();
        struct checking c = { .arena = arena, .digests = bh_map_in(arena) };
        int r = fd < 0 ? bh_fail_sys(err, errno, "open") : read_all(&c, fd, err);

        if (r >= 0 && c.signature.len != BH_SEAL_SIGNATURE_BYTES)
                r = bh_fail(err, BH_E_FORMAT, "it has no manifest with a signature");
        if (r >= 0 && !bh_seal_holds(key, c.manifest, (const uint8_t *) c.signature.at))
                r = bh_fail(err, BH_E_DENIED, "the manifest is not what was signed with this key");
        r = r < 0 ? r : compare(&c, ret_files, err);
        bh_arena_free(&arena);
        return r;
}
