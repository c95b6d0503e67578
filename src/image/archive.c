/* SPDX-License-Identifier: Apache-2.0 */
#include "image/archive.h"

#include <string.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "fmt/tar.h"
#include "image/manifest.h"

enum { SNIFF = 512, MAX_INDEX_DEPTH = 4 };

struct walk {
        struct bh_arena *arena;
        struct bh_tar *tar;
        struct bh_archive *archive;
        bh_archive_layer_fn on_layer;
        void *user;
        uint64_t json_left; /* how much JSON we keep in all */
};

/* "a/b" + "../c/layer.tar" -> "a/c/layer.tar"... of the member's own folder. */
static struct bh_str resolve(struct bh_arena *arena, struct bh_str member, struct bh_str link) {
        struct bh_str dir = bh_str_dirname(member), part, out;

        out = dir;
        while (bh_str_split(&link, '/', &part)) {
                if (part.len == 0 || bh_str_is(part, "."))
                        continue;
                if (bh_str_is(part, ".."))
                        out = bh_str_dirname(out);
                else
                        out = bh_arena_printf(arena, "%.*s%s%.*s", BH_FMT(out), out.len ? "/" : "", BH_FMT(part));
        }
        return out;
}

static int fill_from_member(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct walk *w = user;
        struct bh_str s;
        int r = bh_tar_peek(w->tar, BH_MIN(room, (size_t) 128 * 1024), &s, err);

        if (r < 0)
                return r;
        if (s.len)
                memcpy(buf, s.at, s.len);
        bh_tar_drop(w->tar, s.len);
        *ret_n = s.len;
        return 0;
}

static bool looks_like_json(struct bh_str path, struct bh_str head) {
        struct bh_str s = bh_str_trim(head);

        if (bh_str_ends(path, BH_STR(".json")) || bh_str_is(path, "oci-layout") || bh_str_is(path, "repositories"))
                return true;
        return s.len && (s.at[0] == '{' || s.at[0] == '[');
}

/* gzip, zstd, or a tar with its magic where it belongs (or none at all: an empty tar is zeros). */
static bool looks_like_layer(struct bh_str path, struct bh_str head) {
        if (bh_str_starts(head, BH_STR("\x1f\x8b")) || bh_str_starts(head, BH_STR("\x28\xb5\x2f\xfd")))
                return true;
        if (head.len > 263 && memcmp(head.at + 257, "ustar", 5) == 0)
                return true;
        return bh_str_ends(path, BH_STR("layer.tar"));
}

static int keep_json(struct walk *w, struct bh_archive_member *m, struct bh_err *err) {
        struct bh_str s;
        int r;

        if (m->size > BH_MIN(BH_LIMIT_IMAGE_JSON, w->json_left))
                return bh_fail(err, BH_E_LIMIT, "%s: %llu bytes of JSON, more than we agreed to read", BH_QUOTE(m->path),
                               (unsigned long long) m->size);
        r = bh_tar_peek(w->tar, (size_t) m->size, &s, err);
        if (r < 0)
                return r;
        m->json = bh_arena_str(w->arena, s);
        w->json_left -= m->size;
        return 0;
}

static int member(struct walk *w, const struct bh_tar_entry *e, struct bh_err *err) {
        struct bh_archive_member *m = bh_arena_make(w->arena, struct bh_archive_member);
        struct bh_str head;
        int r;

        m->path = bh_arena_str(w->arena, e->path);
        m->size = e->size;
        m->offset = bh_tar_data_offset(w->tar);
        if (w->archive->members.len >= BH_LIMIT_ARCHIVE_MEMBERS)
                return bh_fail(err, BH_E_LIMIT, "more than %d members", BH_LIMIT_ARCHIVE_MEMBERS);
        bh_map_set(&w->archive->members, m->path, m);
        if (e->kind == BH_TAR_SYMLINK)
                m->link = resolve(w->arena, m->path, e->link);
        if (e->kind == BH_TAR_HARDLINK)
                m->link = bh_arena_str(w->arena, e->link);
        if (e->kind != BH_TAR_FILE)
                return 0;
        r = bh_tar_peek(w->tar, SNIFF, &head, err);
        if (r < 0)
                return r;
        if (looks_like_json(m->path, head))
                return keep_json(w, m, err);
        if (w->on_layer && looks_like_layer(m->path, head))
                return bh_wrap(err, w->on_layer(w->user, m, fill_from_member, w, &m->result, err), "%s", BH_QUOTE(m->path));
        return 0;
}

int bh_archive_read(struct bh_stream *from, bh_archive_layer_fn on_layer, void *user, struct bh_arena *arena,
                    struct bh_archive *ret, struct bh_err *err) {
        struct bh_archive archive = { bh_map_in(arena) };
        struct walk w = { arena, bh_tar_new(from), &archive, on_layer, user, 8 * BH_LIMIT_IMAGE_JSON };
        const struct bh_tar_entry *e;
        int r;

        while ((r = bh_tar_next(w.tar, &e, err)) > 0) {
                if (e->kind == BH_TAR_DIR)
                        continue;
                r = member(&w, e, err);
                if (r < 0)
                        break;
        }
        bh_tar_free(&w.tar);
        if (r < 0)
                return r;
        *ret = archive;
        return 0;
}

/* Through links, a few at most: docker save writes a layer that stands twice as a link to the first. */
static struct bh_archive_member *find(const struct bh_archive *a, struct bh_str path) {
        struct bh_archive_member *m = bh_map_get(&a->members, path);

        for (int hops = 0; m && m->link.len && hops < 8; hops++)
                m = bh_map_get(&a->members, m->link);
        return m && m->link.len ? NULL : m;
}

static int need(const struct bh_archive *a, struct bh_str path, struct bh_archive_member **ret, struct bh_err *err) {
        struct bh_archive_member *m = find(a, path);

        if (!m)
                return bh_fail(err, BH_E_FORMAT, "the archive names %s and does not hold it", BH_QUOTE(path));
        *ret = m;
        return 0;
}

static int need_blob(const struct bh_archive *a, struct bh_arena *arena, struct bh_str digest,
                     struct bh_archive_member **ret, struct bh_err *err) {
        struct bh_str kind, hex;

        (void) bh_str_cut(digest, ':', &kind, &hex);
        return need(a, bh_arena_printf(arena, "blobs/%.*s/%.*s", BH_FMT(kind), BH_FMT(hex)), ret, err);
}

static int need_json_blob(const struct bh_archive *a, struct bh_arena *arena, struct bh_str digest,
                          struct bh_archive_member **ret, struct bh_err *err) {
        int r = need_blob(a, arena, digest, ret, err);

        if (r < 0)
                return r;
        if (!bh_digest_matches(digest, (*ret)->json))
                return bh_fail(err, BH_E_FORMAT, "%s does not have the digest it is named by: tampered with", BH_QUOTE((*ret)->path));
        return 0;
}

/* The platform this program was built for, in Go's words. */
static struct bh_platform own_platform(void) {
#if defined(__x86_64__)
        return (struct bh_platform){ BH_STR("linux"), BH_STR("amd64"), BH_STR("") };
#elif defined(__aarch64__)
        return (struct bh_platform){ BH_STR("linux"), BH_STR("arm64"), BH_STR("") };
#else
        return (struct bh_platform){ BH_STR("linux"), BH_STR(""), BH_STR("") };
#endif
}

static bool platform_fits(const struct bh_platform *have, const struct bh_platform *want) {
        return bh_str_eq(have->os, want->os) && (want->architecture.len == 0 || bh_str_eq(have->architecture, want->architecture)) &&
               (want->variant.len == 0 || bh_str_eq(have->variant, want->variant));
}

/* "1.27" fits "1.27" and "docker.io/library/nginx:1.27". */
static bool tag_fits(struct bh_str have, struct bh_str want) {
        if (want.len == 0 || bh_str_eq(have, want))
                return true;
        return bh_str_ends(have, want) && have.len > want.len && strchr(":/", have.at[have.len - want.len - 1]);
}

int bh_manifest_choose(const struct bh_image *index, struct bh_str tag, const struct bh_platform *platform,
                       uint32_t *ret_row, struct bh_err *err) {
        struct bh_platform own = own_platform();
        const struct bh_platform *want = platform && platform->os.len ? platform : &own;
        int64_t first = -1;

        for (uint32_t i = 0; i < index->n_manifests; i++) {
                const struct bh_manifest_ref *m = &index->manifests[i];

                if (m->attestation || bh_str_is(m->platform.os, "unknown") || !tag_fits(m->ref_name, tag))
                        continue;
                if (platform_fits(&m->platform, want)) {
                        *ret_row = i;
                        return 0;
                }
                if (first < 0)
                        first = i;
        }
        if (first < 0)
                return bh_fail(err, BH_E_NOTFOUND, tag.len ? "no image with the tag %s" : "an index without an image%s",
                               tag.len ? BH_QUOTE(tag) : "");
        if (platform && platform->os.len && index->manifests[first].platform.os.len)
                return bh_fail(err, BH_E_NOTFOUND, "no image for %.*s/%.*s; --all-platforms shows what there is",
                               BH_FMT(want->os), BH_FMT(want->architecture));
        *ret_row = (uint32_t) first;
        return 0;
}

int bh_platform_parse(struct bh_str text, struct bh_platform *ret, struct bh_err *err) {
        struct bh_str rest;
        struct bh_platform p = { 0 };

        if (!bh_str_cut(text, '/', &p.os, &rest) || p.os.len == 0 || rest.len == 0)
                return bh_fail(err, BH_E_USAGE, "a platform looks like linux/arm64 or linux/arm/v7, not \"%s\"", BH_QUOTE(text));
        (void) bh_str_cut(rest, '/', &p.architecture, &p.variant);
        *ret = p;
        return 0;
}

static int fill_members(const struct bh_archive *a, struct bh_arena *arena, struct bh_image *image,
                        struct bh_archive_member **members, struct bh_err *err) {
        for (uint32_t i = 0; i < image->n_layers; i++) {
                int r = members[i] ? 0 : need_blob(a, arena, image->layers[i].digest, &members[i], err);

                if (r < 0)
                        return bh_wrap(err, r, "layer %u", i);
                image->layers[i].offset = members[i]->offset;
                image->layers[i].size = members[i]->size;
        }
        return 0;
}

/* From the index down to one manifest; its bytes are in *m, its row's name in `ret_name`. */
static int oci_manifest(const struct bh_archive *a, struct bh_str tag, const struct bh_platform *platform, struct bh_arena *arena,
                        struct bh_archive_member *m, struct bh_image *ret, uint32_t *ret_n, struct bh_err *err) {
        struct bh_str digest = { 0 };
        uint32_t row = 0;

        for (int depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
                int r = bh_manifest_parse(arena, m->json, ret, err);

                if (r < 0)
                        return bh_wrap(err, r, "%s", BH_QUOTE(m->path));
                if (ret->n_layers || ret->config_digest.len)
                        break;
                if (depth == 0)
                        *ret_n = ret->n_manifests;
                r = bh_manifest_choose(ret, depth == 0 ? tag : BH_STR(""), platform, &row, err);
                if (r < 0)
                        return r;
                digest = ret->manifests[row].digest;
                r = need_json_blob(a, arena, digest, &m, err);
                if (r < 0)
                        return r;
        }
        ret->manifest_digest = digest;
        return 0;
}

static int oci_wanted(const struct bh_archive *a, struct bh_str wanted, struct bh_arena *arena, struct bh_image *ret, struct bh_err *err) {
        struct bh_archive_member *m;
        int r = need_json_blob(a, arena, wanted, &m, err);

        r = r < 0 ? r : bh_wrap(err, bh_manifest_parse(arena, m->json, ret, err), "%s", BH_QUOTE(m->path));
        if (r >= 0)
                ret->manifest_digest = wanted;
        return r;
}

static int oci_image(const struct bh_archive *a, struct bh_str wanted, struct bh_str tag, const struct bh_platform *platform,
                     struct bh_arena *arena, struct bh_image *ret, struct bh_archive_member ***ret_members,
                     uint32_t *ret_n, struct bh_err *err) {
        struct bh_archive_member *m = find(a, BH_STR("index.json"));
        struct bh_image image = { 0 };
        int r = wanted.len ? oci_wanted(a, wanted, arena, &image, err) : oci_manifest(a, tag, platform, arena, m, &image, ret_n, err);

        if (r < 0)
                return r;
        *ret_members = bh_arena_array(arena, struct bh_archive_member *, image.n_layers);
        r = need_json_blob(a, arena, image.config_digest, &m, err);
        if (r < 0)
                return r;
        r = bh_config_parse(arena, m->json, &image, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(m->path));
        r = fill_members(a, arena, &image, *ret_members, err);
        if (r >= 0)
                *ret = image;
        return r;
}

static bool has_tag(const struct bh_docker_archive_image *d, struct bh_str tag) {
        for (uint32_t i = 0; i < d->n_repo_tags; i++)
                if (tag_fits(d->repo_tags[i], tag))
                        return true;
        return tag.len == 0;
}

/* The row `wanted` names by its configuration's digest, or the first with the tag. */
static struct bh_docker_archive_image *docker_row(const struct bh_archive *a, struct bh_docker_archive_image *all, uint32_t n, struct bh_str wanted,
                                                  struct bh_str tag) {
        for (uint32_t i = 0; i < n; i++) {
                const struct bh_archive_member *config = find(a, all[i].config);

                if (wanted.len ? config && bh_digest_matches(wanted, config->json) : has_tag(&all[i], tag))
                        return &all[i];
        }
        return NULL;
}

static int docker_image(const struct bh_archive *a, const struct bh_archive_member *manifest, struct bh_str wanted, struct bh_str tag,
                        struct bh_arena *arena, struct bh_image *ret, struct bh_archive_member ***ret_members,
                        uint32_t *ret_n, struct bh_err *err) {
        struct bh_docker_archive_image *all, *d;
        struct bh_archive_member *config;
        struct bh_image image = { 0 };
        int r = bh_docker_manifest_parse(arena, manifest->json, &all, ret_n, err);

        if (r < 0)
                return bh_wrap(err, r, "manifest.json");
        d = docker_row(a, all, *ret_n, wanted, tag);
        if (!d)
                return bh_fail(err, BH_E_NOTFOUND, "no image with the %s %s", wanted.len ? "digest" : "tag", BH_QUOTE(wanted.len ? wanted : tag));
        r = need(a, d->config, &config, err);
        if (r < 0)
                return r;
        r = bh_config_parse(arena, config->json, &image, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(config->path));
        if (d->n_layers != image.n_layers)
                return bh_fail(err, BH_E_FORMAT, "manifest.json has %u layers and the configuration %u", d->n_layers, image.n_layers);
        image.repo_tags = d->repo_tags;
        image.n_repo_tags = d->n_repo_tags;
        image.config_digest = bh_digest_sha256(arena, config->json);
        *ret_members = bh_arena_array(arena, struct bh_archive_member *, image.n_layers);
        for (uint32_t i = 0; i < image.n_layers && r >= 0; i++)
                r = need(a, d->layers[i], &(*ret_members)[i], err);
        if (r >= 0)
                r = fill_members(a, arena, &image, *ret_members, err);
        if (r >= 0)
                *ret = image;
        return r;
}

/* ---- what there is ---- */

static int add_row(struct bh_image *out, const struct bh_manifest_ref *row, struct bh_err *err) {
        for (uint32_t i = 0; i < out->n_manifests; i++)
                if (bh_str_eq(out->manifests[i].digest, row->digest))
                        return 0;
        if (out->n_manifests == BH_LIMIT_INDEX_IMAGES)
                return bh_fail(err, BH_E_LIMIT, "more than %d images", BH_LIMIT_INDEX_IMAGES);
        out->manifests[out->n_manifests++] = *row;
        return 0;
}

static int list_oci(const struct bh_archive *a, const struct bh_archive_member *m, struct bh_str name, int depth, struct bh_arena *arena,
                    struct bh_image *out, struct bh_err *err) {
        struct bh_image index = { 0 };
        int r = depth < MAX_INDEX_DEPTH ? bh_manifest_parse(arena, m->json, &index, err)
                                        : bh_fail(err, BH_E_LIMIT, "indexes nested deeper than %d", MAX_INDEX_DEPTH);

        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(m->path));
        for (uint32_t i = 0; i < index.n_manifests && r >= 0; i++) {
                struct bh_manifest_ref row = index.manifests[i];
                struct bh_err absent = BH_ERR_NONE;
                struct bh_archive_member *below;
                struct bh_image inner = { 0 };

                if (row.attestation || bh_str_is(row.platform.os, "unknown") || row.artifact_type.len || need_blob(a, arena, row.digest, &below, &absent) < 0)
                        continue;
                row.ref_name = row.ref_name.len ? row.ref_name : name;
                r = need_json_blob(a, arena, row.digest, &below, err);
                if (r >= 0)
                        r = bh_manifest_parse(arena, below->json, &inner, err);
                if (r >= 0)
                        r = inner.n_manifests ? list_oci(a, below, row.ref_name, depth + 1, arena, out, err) : add_row(out, &row, err);
        }
        return r;
}

static int list_docker(const struct bh_archive *a, const struct bh_archive_member *manifest, struct bh_arena *arena, struct bh_image *out,
                       struct bh_err *err) {
        struct bh_docker_archive_image *all;
        uint32_t n;
        int r = bh_docker_manifest_parse(arena, manifest->json, &all, &n, err);

        for (uint32_t i = 0; r >= 0 && i < n; i++) {
                struct bh_manifest_ref row = { .ref_name = all[i].n_repo_tags ? all[i].repo_tags[0] : BH_STR("") };
                struct bh_archive_member *config;

                r = need(a, all[i].config, &config, err);
                if (r < 0)
                        break;
                row.digest = bh_digest_sha256(arena, config->json);
                r = add_row(out, &row, err);
        }
        return r;
}

int bh_archive_list(const struct bh_archive *archive, struct bh_arena *arena, struct bh_image *ret, struct bh_err *err) {
        const struct bh_archive_member *index = find(archive, BH_STR("index.json")), *manifest = find(archive, BH_STR("manifest.json"));
        struct bh_image all = { .manifests = bh_arena_array(arena, struct bh_manifest_ref, BH_LIMIT_INDEX_IMAGES) };
        int r = index      ? list_oci(archive, index, BH_STR(""), 0, arena, &all, err)
                : manifest ? list_docker(archive, manifest, arena, &all, err)
                           : bh_fail(err, BH_E_FORMAT, "neither manifest.json (docker save) nor index.json (OCI) in the archive");

        if (r >= 0)
                *ret = all;
        return r;
}

int bh_archive_image(const struct bh_archive *archive, struct bh_str wanted, struct bh_str tag, const struct bh_platform *platform,
                     struct bh_arena *arena, struct bh_image *ret, struct bh_archive_member ***ret_members,
                     uint32_t *ret_n_images, struct bh_err *err) {
        const struct bh_archive_member *manifest = find(archive, BH_STR("manifest.json"));

        *ret_n_images = 0;
        if (wanted.len && find(archive, BH_STR("index.json")))
                return oci_image(archive, wanted, tag, platform, arena, ret, ret_members, ret_n_images, err);
        if (manifest)
                return docker_image(archive, manifest, wanted, tag, arena, ret, ret_members, ret_n_images, err);
        if (find(archive, BH_STR("index.json")))
                return oci_image(archive, wanted, tag, platform, arena, ret, ret_members, ret_n_images, err);
        return bh_fail(err, BH_E_FORMAT, "neither manifest.json (docker save) nor index.json (OCI) in the archive");
}
