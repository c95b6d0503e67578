/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the end-to-end tests of src/image: opens a source and shows what comes.
 *
 *     source_cat [--ca F] [--plain-http] [--insecure] [--user U:P] [--tag-only] [-o FILE] REFERENCE
 *     source_cat --list docker|podman
 *
 * fd forms: the bytes go to -o FILE; standard output says "archive", "tree"
 * or "sbom" and the gaps. Blobs: fetches the manifest (the first of an index),
 * its configuration and its layers, and says each one's digest as computed
 * from the bytes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/digest.h"
#include "fmt/json.h"
#include "image/engine.h"
#include "image/source.h"
#include "sys/fd.h"

static int out = -1;

static int drain(int fd, struct bh_digest *d, uint64_t *ret_bytes) {
        static char block[1 << 20];
        ssize_t n;

        *ret_bytes = 0;
        while ((n = read(fd, block, sizeof block)) > 0) {
                *ret_bytes += (uint64_t) n;
                bh_digest_add(d, block, (size_t) n);
                if (out >= 0 && bh_fd_write_all(out, (struct bh_str){ block, (size_t) n }, NULL) < 0)
                        return -1;
        }
        return n < 0 ? -1 : 0;
}

static int show_blob(struct bh_blobs *blobs, struct bh_str digest, uint64_t size, struct bh_err *err) {
        struct bh_digest *d = bh_digest_new(digest);
        char text[BH_DIGEST_TEXT_MAX];
        uint64_t bytes = 0;
        int fd = -1, r = d ? bh_blobs_open(blobs, digest, size, &fd, err) : -1;

        if (r == 0) {
                r = drain(fd, d, &bytes);
                (void) close(fd);
        }
        r = r < 0 ? r : bh_blobs_check(blobs, digest, err);
        if (r == 0) {
                (void) bh_digest_end(d, text);
                (void) printf("blob %s %llu %s\n", text, (unsigned long long) bytes,
                              bh_str_is(digest, text) ? "same" : "OTHER");
        }
        bh_digest_free(&d);
        return r;
}

static int show_descriptor(struct bh_blobs *blobs, const struct bh_doc *o, struct bh_err *err) {
        return show_blob(blobs, bh_doc_get_text(o, "digest"), (uint64_t) bh_doc_int(bh_doc_get(o, "size"), 0), err);
}

static int show_blobs(struct bh_arena *arena, struct bh_blobs *blobs, bool tag_only, struct bh_err *err) {
        struct bh_fetched got = { 0 };
        const struct bh_doc *root = NULL, *first;
        struct bh_str reference = { 0 };
        int r;

        if (tag_only) {
                r = bh_blobs_fetch(blobs, BH_FETCH_HEAD, reference, arena, BH_LIMIT_MANIFEST, &got, err);
                if (r == 0)
                        (void) printf("head %.*s %.*s\n", BH_FMT(got.digest), BH_FMT(got.media_type));
                return r;
        }
        do {
                r = bh_blobs_fetch(blobs, BH_FETCH_MANIFEST, reference, arena, BH_LIMIT_MANIFEST, &got, err);
                if (r < 0)
                        return r;
                (void) printf("manifest %.*s %zu %.*s\n", BH_FMT(got.digest), got.bytes.len, BH_FMT(got.media_type));
                r = bh_json_parse(arena, got.bytes, &root, err);
                if (r < 0)
                        return r;
                first = bh_doc_first(bh_doc_get(root, "manifests"));
                reference = bh_doc_get_text(first, "digest");
        } while (first);
        r = bh_blobs_fetch(blobs, BH_FETCH_BLOB, bh_doc_get_text(bh_doc_get(root, "config"), "digest"), arena,
                           BH_LIMIT_MANIFEST, &got, err);
        if (r < 0)
                return r;
        (void) printf("config %.*s\n", BH_FMT(got.digest));
        for (const struct bh_doc *l = bh_doc_first(bh_doc_get(root, "layers")); l && r == 0; l = l->next)
                r = show_descriptor(blobs, l, err);
        if (r == 0 && bh_blobs_fetch(blobs, BH_FETCH_REFERRERS, got.digest, arena, BH_LIMIT_MANIFEST, &got, err) == 0)
                (void) printf("referrers %.*s\n", BH_FMT(got.bytes));
        return r;
}

static int show_fd(struct bh_arena *arena, struct bh_source *source, struct bh_err *err) {
        static const char *const forms[] = { "archive", "tree", "sbom", "blobs" };
        struct bh_digest *d = bh_digest_new(BH_STR("sha256"));
        struct bh_gaps gaps = { 0 };
        uint64_t bytes;
        int r = drain(source->fd, d, &bytes);

        r = r < 0 ? r : bh_source_finish(source, err);
        bh_source_gaps(source, arena, &gaps);
        (void) printf("%s %s %llu\n", forms[source->form], bh_ref_kind_str(source->ref.kind),
                      (unsigned long long) bytes);
        if (source->image) {
                (void) printf("image %.*s %.*s\n", BH_FMT(source->image->engine), BH_FMT(source->image->id));
                for (size_t i = 0; i < source->image->n_diff_ids; i++)
                        (void) printf("diff %.*s\n", BH_FMT(source->image->diff_ids[i]));
        }
        for (size_t i = 0; i < gaps.list.len; i++)
                (void) printf("gap %.*s: %.*s\n", BH_FMT(gaps.list.at[i].where), BH_FMT(gaps.list.at[i].why));
        bh_digest_free(&d);
        return r;
}

static int show_list(struct bh_arena *arena, const char *kind, const struct bh_source_opts *opts, struct bh_err *err) {
        struct bh_engine *e = NULL;
        struct bh_engine_list list = { 0 };
        int r = bh_engine_open(arena, strcmp(kind, "podman") == 0 ? BH_REF_PODMAN : BH_REF_DOCKER, opts, &e, err);

        r = r < 0 ? r : bh_engine_images(e, &list, err);
        for (size_t i = 0; r == 0 && i < list.len; i++)
                (void) printf("image %.*s %.*s\n", BH_FMT(list.at[i].id),
                              BH_FMT(list.at[i].n_repo_tags ? list.at[i].repo_tags[0] : BH_STR("-")));
        r = r < 0 ? r : bh_engine_containers(e, &list, err);
        for (size_t i = 0; r == 0 && i < list.len; i++)
                (void) printf("container %.*s %.*s\n", BH_FMT(list.at[i].container_id),
                              BH_FMT(list.at[i].container_name));
        bh_engine_close(&e);
        return r;
}

static int show(struct bh_arena *arena, const char *text, const struct bh_source_opts *opts, bool tag_only,
                struct bh_err *err) {
        struct bh_source *source = NULL;
        struct bh_ref ref;
        int r = bh_ref_parse(arena, bh_str_of(text), &ref, err);

        r = r < 0 ? r : bh_source_open(arena, &ref, opts, &source, err);
        if (r < 0)
                return r;
        r = source->form == BH_SOURCE_BLOBS ? show_blobs(arena, source->blobs, tag_only, err)
                                            : show_fd(arena, source, err);
        bh_source_close(&source);
        return r;
}

static void progress(void *user, const char *what, uint64_t done_bytes, uint64_t total_bytes) {
        (void) user;
        (void) fprintf(stderr, "progress %s %llu/%llu\n", what, (unsigned long long) done_bytes,
                       (unsigned long long) total_bytes);
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "ca", required_argument, NULL, 'c' },     { "plain-http", no_argument, NULL, 'p' },
                { "insecure", no_argument, NULL, 'i' },     { "user", required_argument, NULL, 'u' },
                { "tag-only", no_argument, NULL, 't' },     { "list", required_argument, NULL, 'l' },
                { "progress", no_argument, NULL, 'P' },     { "max-file", required_argument, NULL, 'm' },
                { "retries", required_argument, NULL, 'r' }, { NULL, 0, NULL, 0 },
        };
        struct bh_source_opts opts = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const char *list = NULL;
        bool tag_only = false;
        char *colon;
        int c, r;

        while ((c = getopt_long(argc, argv, "o:", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        opts.ca_file = optarg;
                        break;
                case 'p':
                        opts.plain_http = true;
                        break;
                case 'i':
                        opts.insecure = true;
                        break;
                case 'u':
                        colon = strchr(optarg, ':');
                        if (!colon)
                                return 2;
                        *colon = '\0';
                        opts.username = optarg;
                        opts.password = colon + 1;
                        break;
                case 't':
                        tag_only = true;
                        break;
                case 'l':
                        list = optarg;
                        break;
                case 'P':
                        opts.progress = progress;
                        break;
                case 'm':
                        opts.max_file_bytes = strtoull(optarg, NULL, 10);
                        break;
                case 'r':
                        opts.retries = (unsigned) strtoul(optarg, NULL, 10);
                        break;
                case 'o':
                        out = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
                        break;
                default:
                        return 2;
                }
        if (!list && optind + 1 != argc)
                return 2;
        r = list ? show_list(arena, list, &opts, &err) : show(arena, argv[optind], &opts, tag_only, &err);
        if (r < 0)
                (void) fprintf(stderr, "%s: %s\n", bh_code_str(r), err.text);
        bh_arena_free(&arena);
        return r < 0 ? 3 : 0;
}
