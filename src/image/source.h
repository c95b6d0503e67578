/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_IMAGE_SOURCE_H
#define BH_IMAGE_SOURCE_H
/*
 * Where the bytes of an image come from. This side may open paths and sockets,
 * so it reads as little of what it carries as it can: manifests, archives,
 * layers and SBOMs pass through as bytes to the jailed worker, who parses them.
 *
 * A source has one of four forms. Three are a file descriptor to read to its
 * end (a regular file, or a pipe that a thread of ours fills); the fourth
 * answers for blobs one by one:
 *
 *     bh_source_open(arena, &ref, &opts, &source, &err)
 *     switch (source->form) … read source->fd, or ask source->blobs …
 *     bh_source_finish(source, &err)     why the bytes ended early, if they did
 *     bh_source_close(&source)
 *
 * All descriptors are close-on-exec. A worker that is forked but does not exec
 * must be forked before, or it would hold the writing end of its own pipe.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "image/ref.h"
#include "model/gap.h"

enum bh_source_form {
        BH_SOURCE_ARCHIVE, /* fd: a tar as `docker save` writes it, or an OCI archive; perhaps compressed */
        BH_SOURCE_TREE,    /* fd: one tar (PAX) of a whole root file system: a single layer, without configuration */
        BH_SOURCE_SBOM,    /* fd: a document */
        BH_SOURCE_BLOBS,   /* blobs */
};

/* What `fetch` is asked for. */
enum bh_fetch {
        BH_FETCH_MANIFEST,  /* a manifest or an index, by tag or digest; empty: the one the reference names */
        BH_FETCH_HEAD,      /* its media type and digest as the registry states them, no bytes */
        BH_FETCH_BLOB,      /* a small blob, by digest: a configuration, an attestation */
        BH_FETCH_REFERRERS, /* the index of what refers to that digest (signatures, SBOMs); an empty index when there is none */
};

struct bh_fetched {
        struct bh_str bytes;      /* in the caller's arena */
        struct bh_str media_type; /* as the registry says, without parameters; empty when unknown */
        struct bh_str digest;     /* of these bytes, computed here: "sha256:…" */
};

struct bh_blobs;

/*
 * A place where blobs can be had by digest. Calls come from one thread. What
 * was asked for by digest has that digest (fetch), or must be checked by who
 * reads it (open: the bytes have not been seen yet).
 *
 * An OCI layout answers the empty reference with its index.json as it stands;
 * choosing by tag (org.opencontainers.image.ref.name) is the reader's affair.
 */
struct bh_blobs_ops {
        /* A descriptor to read the blob from, the caller's to close. At most `size` bytes come (0: unknown). */
        int (*open)(struct bh_blobs *self, struct bh_str digest, uint64_t size, int *ret_fd, struct bh_err *err);
        int (*fetch)(struct bh_blobs *self, enum bh_fetch what, struct bh_str reference, struct bh_arena *arena,
                     uint64_t max_bytes, struct bh_fetched *ret, struct bh_err *err);
        /* After the end of an opened blob: 0 when it was whole as far as we know, else why it ended. */
        int (*check)(struct bh_blobs *self, struct bh_str digest, struct bh_err *err);
        void (*close)(struct bh_blobs *self);
};

struct bh_blobs {
        const struct bh_blobs_ops *ops;
};

int bh_blobs_open(struct bh_blobs *blobs, struct bh_str digest, uint64_t size, int *ret_fd, struct bh_err *err)
        BH_MUST_CHECK;
int bh_blobs_fetch(struct bh_blobs *blobs, enum bh_fetch what, struct bh_str reference, struct bh_arena *arena,
                   uint64_t max_bytes, struct bh_fetched *ret, struct bh_err *err) BH_MUST_CHECK;
int bh_blobs_check(struct bh_blobs *blobs, struct bh_str digest, struct bh_err *err) BH_MUST_CHECK;

/* `what` is clean text ("blob sha256:1f…"); total is 0 when it is not known. Called from any thread, one at a time. */
typedef void (*bh_progress_fn)(void *user, const char *what, uint64_t done_bytes, uint64_t total_bytes);

/* All may be zero. Strings are borrowed for the life of the source. */
struct bh_source_opts {
        const char *docker_host;   /* "unix:///run/docker.sock", "tcp://host:2375"; NULL: $DOCKER_HOST, then the usual place */
        const char *podman_socket; /* NULL: $CONTAINER_HOST, then the usual places */
        const char *username, *password; /* for the registry; NULL: what `docker login` and `podman login` saved */
        const char *ca_file;             /* PEM, besides the system's and /etc/docker/certs.d/HOST */
        bool plain_http;                 /* the registry speaks no TLS */
        bool insecure;                   /* any certificate will do */
        unsigned retries;                /* after a failure that may pass; 0: 5 */
        unsigned timeout_s;              /* without a byte; 0: 60 */
        uint64_t max_file_bytes;         /* TREE: files beyond are listed as gaps; 0: no limit */
        const struct bh_str *skip;       /* TREE: paths without leading '/', left out besides the usual ones */
        size_t n_skip;
        bool one_filesystem; /* TREE: do not cross mount points */
        bh_progress_fn progress;
        void *user;
};

/* What an engine says about the image it gave. */
struct bh_engine_image {
        struct bh_str engine; /* "docker", "podman" */
        struct bh_str id;     /* "sha256:…": the config digest */
        struct bh_str *repo_tags, *repo_digests, *diff_ids;
        size_t n_repo_tags, n_repo_digests, n_diff_ids;
        uint64_t size_bytes;
        int64_t created_s;
        struct bh_str container_id, container_name; /* when a container was asked for */
        int pid;                                    /* of a running container, else 0 */
};

struct bh_source {
        enum bh_source_form form;
        struct bh_ref ref; /* what it was found to be: never BH_REF_ANY */
        int fd;            /* the source's own; -1 for BLOBS */
        uint64_t size;     /* of what comes through fd; 0: unknown */
        struct bh_blobs *blobs;
        const struct bh_engine_image *image; /* NULL unless an engine was asked */
};

/*
 * Opens what `ref` names. A bare word is looked for in this order, and the
 * first that has it wins:
 *
 *     a file here               an SBOM when it begins as one ('{', '<', "SPDXVersion:"), else an archive
 *     a directory here          an OCI layout when it has oci-layout and index.json, else a root file system
 *     the Docker engine         when its socket is there
 *     Podman                    when its socket is there
 *     the registry of the name
 *
 * A word that begins with '/' or '.' is only looked for here. Everything the
 * source holds lives in `arena`.
 */
int bh_source_open(struct bh_arena *arena, const struct bh_ref *ref, const struct bh_source_opts *opts,
                   struct bh_source **ret, struct bh_err *err) BH_MUST_CHECK;

/* Closes `fd` and waits for the thread that filled it: what it failed of, or 0. A reader that stopped early is no failure. */
int bh_source_finish(struct bh_source *source, struct bh_err *err) BH_MUST_CHECK;

/* TREE, after finish: what could not be read. In the arena given. */
struct bh_gaps {
        BH_VEC(struct bh_gap) list;
        uint64_t n_left_out; /* beyond the longest list we keep */
};
void bh_source_gaps(struct bh_source *source, struct bh_arena *arena, struct bh_gaps *ret);

/* Ends what still runs; closes fd (unless it was taken and set to -1) and blobs. Leaves NULL. */
void bh_source_close(struct bh_source **source);

#endif
