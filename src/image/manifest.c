/* SPDX-License-Identifier: Apache-2.0 */
#include "image/manifest.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"

static struct bh_str *strings(struct bh_arena *arena, const struct bh_doc *array, uint32_t *ret_n) {
        struct bh_str *at = bh_arena_array(arena, struct bh_str, bh_doc_count(array));
        uint32_t n = 0;

        for (const struct bh_doc *d = bh_doc_first(array); d; d = d->next)
                at[n++] = bh_doc_str(d);
        *ret_n = n;
        return at;
}

/* "ExposedPorts": {"80/tcp": {}} */
static struct bh_str *keys(struct bh_arena *arena, const struct bh_doc *object, uint32_t *ret_n) {
        struct bh_str *at = bh_arena_array(arena, struct bh_str, bh_doc_count(object));
        uint32_t n = 0;

        for (const struct bh_doc *d = bh_doc_first(object); d; d = d->next)
                at[n++] = d->key;
        *ret_n = n;
        return at;
}

static struct bh_pair *pairs(struct bh_arena *arena, const struct bh_doc *object, uint32_t *ret_n) {
        struct bh_pair *at = bh_arena_array(arena, struct bh_pair, bh_doc_count(object));
        uint32_t n = 0;

        for (const struct bh_doc *d = bh_doc_first(object); d; d = d->next)
                at[n++] = (struct bh_pair){ d->key, bh_doc_str(d) };
        *ret_n = n;
        return at;
}

static struct bh_platform platform_of(const struct bh_doc *d) {
        return (struct bh_platform){ bh_doc_get_text(d, "os"), bh_doc_get_text(d, "architecture"),
                                     bh_doc_get_text(d, "variant") };
}

static uint64_t size_of(const struct bh_doc *d) {
        int64_t n = bh_doc_int(bh_doc_get(d, "size"), 0);

        return n > 0 ? (uint64_t) n : 0;
}

static bool is_digest(struct bh_str s) {
        struct bh_str kind, hex;

        if (!bh_str_cut(s, ':', &kind, &hex) || kind.len == 0 || hex.len < 32 || hex.len > 128)
                return false;
        for (size_t i = 0; i < hex.len; i++)
                if (!bh_is_digit(hex.at[i]) && !(hex.at[i] >= 'a' && hex.at[i] <= 'f'))
                        return false;
        return true;
}

static int digest_of(const struct bh_doc *d, const char *what, struct bh_str *ret, struct bh_err *err) {
        struct bh_str s = bh_doc_get_text(d, "digest");

        if (!is_digest(s))
                return bh_fail(err, BH_E_FORMAT, "%s without a digest: \"%s\"", what, BH_QUOTE(s));
        *ret = s;
        return 0;
}

static int index_rows(struct bh_arena *arena, const struct bh_doc *list, struct bh_image *image, struct bh_err *err) {
        image->manifests = bh_arena_array(arena, struct bh_manifest_ref, bh_doc_count(list));
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next) {
                const struct bh_doc *notes = bh_doc_get(d, "annotations");
                struct bh_manifest_ref m = {
                        .media_type = bh_doc_get_text(d, "mediaType"),
                        .artifact_type = bh_doc_get_text(d, "artifactType"),
                        .size = size_of(d),
                        .platform = platform_of(bh_doc_get(d, "platform")),
                        .ref_name = bh_doc_get_text(notes, "org.opencontainers.image.ref.name"),
                        .attestation = bh_str_is(bh_doc_get_text(notes, "vnd.docker.reference.type"), "attestation-manifest"),
                };
                int r = digest_of(d, "an image of an index", &m.digest, err);

                if (r < 0)
                        return r;
                image->manifests[image->n_manifests++] = m;
        }
        return 0;
}

static int manifest_layers(struct bh_arena *arena, const struct bh_doc *list, struct bh_image *image, struct bh_err *err) {
        if (bh_doc_count(list) > BH_LIMIT_IMAGE_LAYERS)
                return bh_fail(err, BH_E_LIMIT, "%zu layers, more than %d", bh_doc_count(list), BH_LIMIT_IMAGE_LAYERS);
        image->layers = bh_arena_array(arena, struct bh_layer_ref, bh_doc_count(list));
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next) {
                struct bh_layer_ref l = { .media_type = bh_doc_get_text(d, "mediaType"), .size = size_of(d) };
                int r = digest_of(d, "a layer", &l.digest, err);

                if (r < 0)
                        return r;
                image->layers[image->n_layers++] = l;
        }
        return 0;
}

int bh_manifest_parse(struct bh_arena *arena, struct bh_str json, struct bh_image *ret, struct bh_err *err) {
        const struct bh_doc *root, *list;
        struct bh_image image = { 0 };
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return r;
        image.annotations = pairs(arena, bh_doc_get(root, "annotations"), &image.n_annotations);
        list = bh_doc_get(root, "manifests");
        if (bh_doc_is(list, BH_DOC_ARRAY)) {
                r = index_rows(arena, list, &image, err);
        } else if (bh_doc_is(bh_doc_get(root, "layers"), BH_DOC_ARRAY)) {
                r = digest_of(bh_doc_get(root, "config"), "a configuration", &image.config_digest, err);
                if (r >= 0)
                        r = manifest_layers(arena, bh_doc_get(root, "layers"), &image, err);
        } else if (bh_doc_int(bh_doc_get(root, "schemaVersion"), 0) == 1) {
                r = bh_fail(err, BH_E_UNSUPPORTED, "a Docker schema 1 manifest, which registries gave up in 2017: push the image again");
        } else {
                r = bh_fail(err, BH_E_FORMAT, "neither a manifest nor an index");
        }
        if (r >= 0)
                *ret = image;
        return r;
}

static int64_t time_of(const struct bh_doc *d, const char *key) {
        int64_t s = 0;

        return bh_time_parse(bh_doc_get_text(d, key), &s) ? s : 0;
}

static void history(struct bh_arena *arena, const struct bh_doc *list, struct bh_image *image) {
        image->history = bh_arena_array(arena, struct bh_history, bh_doc_count(list));
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next)
                image->history[image->n_history++] = (struct bh_history){
                        .created_by = bh_doc_get_text(d, "created_by"),
                        .comment = bh_doc_get_text(d, "comment"),
                        .created_s = time_of(d, "created"),
                        .empty_layer = bh_doc_bool(bh_doc_get(d, "empty_layer"), false),
                };
}

/* The history's steps that made a layer, in order, are the layers' instructions; when the counts differ, nothing is said. */
static void name_layers(struct bh_image *image) {
        uint32_t made = 0, at = 0;

        for (uint32_t i = 0; i < image->n_history; i++)
                made += !image->history[i].empty_layer;
        if (made != image->n_layers)
                return;
        for (uint32_t i = 0; i < image->n_history; i++)
                if (!image->history[i].empty_layer) {
                        image->layers[at].created_by = image->history[i].created_by;
                        image->layers[at++].created_s = image->history[i].created_s;
                }
}

static int diff_ids(struct bh_arena *arena, const struct bh_doc *list, struct bh_image *image, struct bh_err *err) {
        size_t n = bh_doc_count(list);
        uint32_t at = 0;

        if (n > BH_LIMIT_IMAGE_LAYERS)
                return bh_fail(err, BH_E_LIMIT, "%zu layers, more than %d", n, BH_LIMIT_IMAGE_LAYERS);
        if (image->n_layers == 0) {
                image->layers = bh_arena_array(arena, struct bh_layer_ref, n);
                image->n_layers = (uint32_t) n;
        } else if (image->n_layers != n) {
                return bh_fail(err, BH_E_FORMAT, "the manifest has %u layers and the configuration %zu", image->n_layers, n);
        }
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next) {
                if (!is_digest(bh_doc_str(d)))
                        return bh_fail(err, BH_E_FORMAT, "a diff-id that is no digest: \"%s\"", BH_QUOTE(bh_doc_str(d)));
                image->layers[at++].diff_id = bh_doc_str(d);
        }
        return 0;
}

static void settings(struct bh_arena *arena, const struct bh_doc *config, struct bh_image *image) {
        image->user = bh_doc_get_text(config, "User");
        image->workdir = bh_doc_get_text(config, "WorkingDir");
        image->stop_signal = bh_doc_get_text(config, "StopSignal");
        image->env = strings(arena, bh_doc_get(config, "Env"), &image->n_env);
        image->entrypoint = strings(arena, bh_doc_get(config, "Entrypoint"), &image->n_entrypoint);
        image->cmd = strings(arena, bh_doc_get(config, "Cmd"), &image->n_cmd);
        image->onbuild = strings(arena, bh_doc_get(config, "OnBuild"), &image->n_onbuild);
        image->healthcheck = strings(arena, bh_doc_path(config, "Healthcheck.Test"), &image->n_healthcheck);
        image->exposed = keys(arena, bh_doc_get(config, "ExposedPorts"), &image->n_exposed);
        image->volumes = keys(arena, bh_doc_get(config, "Volumes"), &image->n_volumes);
        image->labels = pairs(arena, bh_doc_get(config, "Labels"), &image->n_labels);
}

int bh_config_parse(struct bh_arena *arena, struct bh_str json, struct bh_image *image, struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return r;
        if (!bh_doc_is(bh_doc_get(root, "rootfs"), BH_DOC_OBJECT))
                return bh_fail(err, BH_E_UNSUPPORTED, "a configuration without rootfs: an artefact, not a container image");
        image->platform = platform_of(root);
        image->author = bh_doc_get_text(root, "author");
        image->created_s = time_of(root, "created");
        settings(arena, bh_doc_get(root, "config"), image);
        history(arena, bh_doc_get(root, "history"), image);
        r = diff_ids(arena, bh_doc_path(root, "rootfs.diff_ids"), image, err);
        if (r < 0)
                return r;
        name_layers(image);
        return 0;
}

int bh_docker_manifest_parse(struct bh_arena *arena, struct bh_str json, struct bh_docker_archive_image **ret,
                             uint32_t *ret_n, struct bh_err *err) {
        struct bh_docker_archive_image *at;
        const struct bh_doc *root;
        uint32_t n = 0;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return r;
        if (!bh_doc_is(root, BH_DOC_ARRAY) || bh_doc_count(root) == 0)
                return bh_fail(err, BH_E_FORMAT, "manifest.json is not a list of images");
        at = bh_arena_array(arena, struct bh_docker_archive_image, bh_doc_count(root));
        for (const struct bh_doc *d = bh_doc_first(root); d; d = d->next, n++) {
                at[n].config = bh_doc_get_text(d, "Config");
                at[n].repo_tags = strings(arena, bh_doc_get(d, "RepoTags"), &at[n].n_repo_tags);
                at[n].layers = strings(arena, bh_doc_get(d, "Layers"), &at[n].n_layers);
                if (at[n].config.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "manifest.json names no configuration");
        }
        *ret = at;
        *ret_n = n;
        return 0;
}
