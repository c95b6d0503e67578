/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/assets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/map.h"
#include "fmt/digest.h"
#include "fmt/tar.h"
#include "sys/fd.h"

struct file {
        struct bh_str bytes;
        struct bh_str etag; /* with its quotes */
        bool immutable;
};

struct bh_assets {
        struct bh_arena *arena;
        struct bh_map files; /* "assets/index-Bq3x9Kd2.js" -> struct file */
        uint64_t bytes;
};

static const struct {
        const char *ending, *type;
} types[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".json", "application/json" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
        { ".txt", "text/plain; charset=utf-8" },
        { ".webmanifest", "application/manifest+json" },
        { ".wasm", "application/wasm" },
};

static const char console_policy[] = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; "
                                     "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
                                     "trusted-types bulkhead";

static const char *type_of(struct bh_str path) {
        for (size_t i = 0; i < BH_LEN(types); i++)
                if (bh_str_ends(path, bh_str_of(types[i].ending)))
                        return types[i].type;
        return "application/octet-stream";
}

/* "index-Bq3x9Kd2.js": a dash, eight of base64url or more, a dot. */
static bool has_hash(struct bh_str path) {
        struct bh_str name = bh_str_basename(path), stem, ending;
        ptrdiff_t dash;

        (void) bh_str_cut(name, '.', &stem, &ending);
        dash = stem.len > 8 ? bh_str_chr(bh_str_part(stem, 0, stem.len - 8), '-') : -1;
        return dash >= 0 && ending.len > 0 && bh_str_starts(path, BH_STR("assets/"));
}

static int add(struct bh_assets *a, struct bh_str path, struct bh_str bytes, struct bh_err *err) {
        struct file *file = bh_arena_make(a->arena, struct file);
        struct bh_str digest = bh_digest_sha256(a->arena, bytes);

        a->bytes += bytes.len;
        if (a->bytes > BH_LIMIT_CONSOLE)
                return bh_fail(err, BH_E_LIMIT, "the console's files are more than %llu bytes", (unsigned long long) BH_LIMIT_CONSOLE);
        file->bytes = bytes;
        file->etag = bh_arena_printf(a->arena, "\"%.32s\"", bh_str_from(digest, 7).at);
        file->immutable = has_hash(path);
        (void) bh_map_set(&a->files, bh_arena_str(a->arena, path), file);
        return 0;
}

static int load_folder(struct bh_assets *a, const char *folder, struct bh_str below, unsigned depth, struct bh_err *err);

static int load_one(struct bh_assets *a, const char *folder, struct bh_str below, const char *name, unsigned depth, struct bh_err *err) {
        struct bh_str inside = below.len ? bh_arena_printf(a->arena, "%.*s/%s", BH_FMT(below), name) : bh_arena_str(a->arena, bh_str_of(name));
        const char *path = bh_arena_printf(a->arena, "%s/%.*s", folder, BH_FMT(inside)).at;
        struct bh_str bytes;
        struct stat st;
        int r;

        if (stat(path, &st) != 0)
                return bh_fail_sys(err, errno, "%s", path);
        if (S_ISDIR(st.st_mode))
                return load_folder(a, folder, inside, depth + 1, err);
        r = bh_fd_read_file(a->arena, path, BH_LIMIT_CONSOLE, &bytes, err);
        return r < 0 ? r : add(a, inside, bytes, err);
}

static int load_folder(struct bh_assets *a, const char *folder, struct bh_str below, unsigned depth, struct bh_err *err) {
        const char *path = bh_arena_printf(a->arena, "%s/%.*s", folder, BH_FMT(below)).at;
        DIR *d = opendir(path);
        struct dirent *entry;
        int r = 0;

        if (!d)
                return bh_fail_sys(err, errno, "console %s", path);
        if (depth > 16)
                r = bh_fail(err, BH_E_LIMIT, "%s: too deep", path);
        while (r >= 0 && (entry = readdir(d)))
                if (entry->d_name[0] != '.')
                        r = load_one(a, folder, below, entry->d_name, depth, err);
        (void) closedir(d);
        return r;
}

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str *rest = user;

        (void) err;
        *ret_n = BH_MIN(room, rest->len);
        memcpy(buf, rest->at, *ret_n);
        *rest = bh_str_from(*rest, *ret_n);
        return 0;
}

static int load_entry(struct bh_assets *a, struct bh_tar *tar, const struct bh_tar_entry *entry, struct bh_err *err) {
        struct bh_str bytes;
        int r;

        if (entry->kind != BH_TAR_FILE)
                return 0;
        if (entry->size > BH_LIMIT_CONSOLE)
                return bh_fail(err, BH_E_LIMIT, "a file is too long");
        r = bh_tar_peek(tar, (size_t) entry->size, &bytes, err);
        return r < 0 ? r : add(a, entry->path, bh_arena_str(a->arena, bytes), err);
}

static int load_archive(struct bh_assets *a, struct bh_str archive, struct bh_err *err) {
        const struct bh_tar_entry *entry;
        struct bh_stream stream;
        struct bh_tar *tar;
        int r;

        bh_stream_init(&stream, fill, &archive);
        tar = bh_tar_new(&stream);
        while ((r = bh_tar_next(tar, &entry, err)) > 0)
                if ((r = load_entry(a, tar, entry, err)) < 0)
                        break;
        bh_tar_free(&tar);
        bh_stream_done(&stream);
        return r < 0 ? bh_wrap(err, r, "console") : 0;
}

int bh_assets_open(const char *folder, struct bh_assets **ret, struct bh_err *err) {
        struct bh_assets *a = calloc(1, sizeof *a);
        struct bh_str linked = bh_assets_linked();
        int r = 0;

        if (!a)
                bh_nomem(sizeof *a);
        a->arena = bh_arena_new();
        a->files = bh_map_in(a->arena);
        if (folder)
                r = load_folder(a, folder, BH_STR(""), 0, err);
        else if (linked.len)
                r = load_archive(a, linked, err);
        if (r < 0)
                bh_assets_close(&a);
        else
                *ret = a;
        return r;
}

void bh_assets_close(struct bh_assets **assets) {
        struct bh_assets *a = BH_TAKE(*assets);

        if (a)
                bh_arena_free(&a->arena);
        free(a);
}

static bool takes_brotli(const struct bh_call *call) {
        struct bh_str rest = bh_call_header(call, "Accept-Encoding"), one, name, weight;

        while (bh_str_split(&rest, ',', &one)) {
                (void) bh_str_cut(bh_str_trim(one), ';', &name, &weight);
                if (bh_str_is(bh_str_trim(name), "br"))
                        return !bh_str_is(bh_str_trim(weight), "q=0");
        }
        return false;
}

static void send_file(const struct bh_assets *a, struct bh_call *call, struct bh_str path, const struct file *file) {
        struct bh_str packed = bh_arena_cat(call->arena, path, BH_STR(".br"));
        const struct file *br = takes_brotli(call) ? bh_map_get(&a->files, packed) : NULL;
        const struct file *sent = br ? br : file;

        call->type = type_of(path);
        call->status = 200;
        bh_call_reply_header(call, "ETag", "%.*s", BH_FMT(sent->etag));
        bh_call_reply_header(call, "Vary", "Accept-Encoding");
        bh_call_reply_header(call, "Cache-Control", "%s", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
        bh_call_reply_header(call, "Content-Security-Policy", "%s", console_policy);
        if (br)
                bh_call_reply_header(call, "Content-Encoding", "br");
        if (bh_str_find(bh_call_header(call, "If-None-Match"), sent->etag) >= 0)
                call->status = 304;
        else
                bh_buf_add(&call->out, sent->bytes);
}

void bh_assets_answer(const struct bh_assets *a, struct bh_call *call) {
        struct bh_str path;
        const struct file *file;

        if (!bh_percent_decode(call->arena, bh_str_from(call->path, 1), false, &path)) {
                bh_call_problem(call, 400, "the path is not text");
                return;
        }
        file = bh_map_get(&a->files, path);
        if (!file && bh_str_chr(bh_str_basename(path), '.') < 0) {
                path = BH_STR("index.html");
                file = bh_map_get(&a->files, path);
        }
        if (file)
                send_file(a, call, path, file);
        else
                bh_call_problem(call, 404, a->files.len ? "there is nothing at this path" : "this server was built without the console");
}
