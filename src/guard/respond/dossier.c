/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/respond/dossier.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/digest.h"
#include "fmt/tarout.h"
#include "guard/respond/root.h"
#include "sys/fd.h"

static void free_digest(struct bh_digest **d) {
        bh_digest_free(d);
}

int bh_dossier_open(struct bh_dossier *a, struct bh_arena *arena, const char *path, struct bh_err *err) {
        *a = (struct bh_dossier){ .arena = arena };
        a->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        return a->fd < 0 ? bh_fail_sys(err, errno, "%s", path) : 0;
}

void bh_dossier_miss(struct bh_dossier *a, const char *fmt, ...) {
        va_list ap;

        va_start(ap, fmt);
        *bh_vec_add(a->arena, &a->missing) = bh_arena_vprintf(a->arena, fmt, ap);
        va_end(ap);
}

static int put_header(struct bh_dossier *a, struct bh_str name, const struct stat *st, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf head = { 0 };
        struct bh_tarout entry = { .path = name, .st = st };

        if (!bh_tarout_header(&head, &entry))
                return bh_fail(err, BH_E_BUG, "a tar cannot hold %s", BH_QUOTE(name));
        return bh_fd_write_all(a->fd, bh_buf_str(&head), err);
}

static int put_padding(struct bh_dossier *a, uint64_t size, struct bh_err *err) {
        static const char zeros[BH_TAR_BLOCK];

        return bh_fd_write_all(a->fd, (struct bh_str){ zeros, bh_tarout_padding(size) }, err);
}

static int put_bytes(struct bh_dossier *a, struct bh_str name, struct bh_str bytes, struct bh_err *err) {
        const struct stat st = { .st_mode = S_IFREG | 0600, .st_size = (off_t) bytes.len, .st_mtime = time(NULL) };
        int r = put_header(a, name, &st, err);

        r = r < 0 ? r : bh_fd_write_all(a->fd, bytes, err);
        return r < 0 ? r : put_padding(a, bytes.len, err);
}

static int room(struct bh_dossier *a, struct bh_str name, uint64_t size, struct bh_err *err) {
        if (size > BH_LIMIT_EVIDENCE_FILE) {
                bh_dossier_miss(a, "%s: %llu bytes are more than one file may have", BH_QUOTE(name), (unsigned long long) size);
                return bh_fail(err, BH_E_LIMIT, "too large");
        }
        if (a->bytes + size > BH_LIMIT_EVIDENCE) {
                bh_dossier_miss(a, "%s: the archive is full", BH_QUOTE(name));
                return bh_fail(err, BH_E_LIMIT, "the archive is full");
        }
        a->bytes += size;
        return 0;
}

static void note_member(struct bh_dossier *a, struct bh_str name, uint64_t size, struct bh_str digest) {
        *bh_vec_add(a->arena, &a->members) = (struct bh_dossier_member){ bh_arena_str(a->arena, name), digest, size };
}

int bh_dossier_add(struct bh_dossier *a, struct bh_str name, struct bh_str bytes, struct bh_err *err) {
        int r = room(a, name, bytes.len, err);

        r = r < 0 ? r : put_bytes(a, name, bytes, err);
        if (r >= 0)
                note_member(a, name, bytes.len, bh_digest_sha256(a->arena, bytes));
        return r;
}

static int put_fd(struct bh_dossier *a, int fd, uint64_t size, struct bh_digest *digest, struct bh_err *err) {
        char piece[16384];
        int r = 0;

        while (r >= 0 && size) {
                size_t want = (size_t) BH_MIN(size, sizeof piece);
                ssize_t n = read(fd, piece, want);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0) { /* shorter than it was, or not to be read: the header promised so many bytes */
                        memset(piece, 0, want);
                        n = (ssize_t) want;
                }
                bh_digest_add(digest, piece, (size_t) n);
                r = bh_fd_write_all(a->fd, (struct bh_str){ piece, (size_t) n }, err);
                size -= (uint64_t) n;
        }
        return r;
}

int bh_dossier_add_fd(struct bh_dossier *a, struct bh_str name, int fd, const struct stat *st, struct bh_err *err) {
        BH_CLEANUP(free_digest) struct bh_digest *digest = bh_digest_new(BH_STR("sha256"));
        uint64_t size = st->st_size > 0 ? (uint64_t) st->st_size : 0;
        char text[BH_DIGEST_TEXT_MAX];
        int r = room(a, name, size, err);

        r = r < 0 ? r : put_header(a, name, st, err);
        r = r < 0 ? r : put_fd(a, fd, size, digest, err);
        r = r < 0 ? r : put_padding(a, size, err);
        if (r >= 0)
                note_member(a, name, size, bh_arena_str(a->arena, bh_str_of(bh_digest_end(digest, text))));
        return r;
}

void bh_dossier_list(const struct bh_dossier *a, struct bh_json_put *j) {
        bh_json_put_open(j, "files", '[');
        for (size_t i = 0; i < a->members.len; i++) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "name", a->members.at[i].name);
                bh_json_put_u64(j, "size", a->members.at[i].size);
                bh_json_put_str(j, "digest", a->members.at[i].digest);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        bh_json_put_open(j, "missing", '[');
        for (size_t i = 0; i < a->missing.len; i++)
                bh_json_put_str(j, NULL, a->missing.at[i]);
        bh_json_put_close(j);
}

int bh_dossier_close(struct bh_dossier *a, struct bh_str manifest, const struct bh_private_key *key, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf end = { 0 };
        uint8_t signature[BH_SEAL_SIGNATURE_BYTES];
        int r = bh_seal_sign(key, manifest, signature, err);

        r = r < 0 ? r : put_bytes(a, BH_STR("manifest.json"), manifest, err);
        r = r < 0 ? r : put_bytes(a, BH_STR("manifest.sig"), (struct bh_str){ (const char *) signature, sizeof signature }, err);
        bh_tarout_end(&end);
        r = r < 0 ? r : bh_fd_write_all(a->fd, bh_buf_str(&end), err);
        if (r >= 0 && fsync(a->fd) < 0)
                r = bh_fail_sys(err, errno, "sync");
        bh_fd_close(&a->fd);
        return r;
}

int bh_evidence_key(struct bh_arena *arena, const char *state_dir, struct bh_private_key *ret, struct bh_err *err) {
        const char *path = bh_arena_printf(arena, "%s/evidence.key", state_dir).at, *open = bh_arena_printf(arena, "%s/evidence.pub", state_dir).at;
        struct bh_str pem;
        int r;

        if (access(path, F_OK) == 0) {
                r = bh_fd_read_file(arena, path, BH_LIMIT_CONFIG_FILE, &pem, err);
                r = r < 0 ? r : bh_private_key_parse(pem, ret, err);
                return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
        }
        r = bh_private_key_make(ret, err);
        r = r < 0 ? r : bh_state_write(open, bh_public_key_print(arena, &ret->open), err);
        return r < 0 ? r : bh_state_write(path, bh_private_key_print(arena, ret), err);
}
