/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_DOCKERFILE_H
#define BH_FMT_DOCKERFILE_H
/*
 * Dockerfile and Containerfile, as BuildKit and Buildah read them
 * (https://docs.docker.com/reference/dockerfile/).
 *
 *     # escape=`                    directives: only at the top
 *     ARG TAG=12
 *     FROM debian:${TAG} AS build   a stage; ARGs before it are seen by FROM alone
 *     RUN --mount=type=cache,target=/x apt-get update && \
 *         apt-get install -y gcc    one instruction, lines 4 to 5
 *     COPY <<EOF /etc/motd
 *     hello
 *     EOF
 *     CMD ["sh", "-c", "x"]         the exec form
 *
 * What is copied lives in the arena, the rest points into the input.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define BH_DOCKER_TABLE(X)                                                                                             \
        X(FROM) X(RUN) X(CMD) X(LABEL) X(MAINTAINER) X(EXPOSE) X(ENV) X(ADD) X(COPY) X(ENTRYPOINT) X(VOLUME) X(USER)    \
        X(WORKDIR) X(ARG) X(ONBUILD) X(STOPSIGNAL) X(HEALTHCHECK) X(SHELL)

enum bh_docker_kind {
#define X(word) BH_DOCKER_##word,
        BH_DOCKER_TABLE(X)
#undef X
        BH_DOCKER_UNKNOWN,
        _BH_DOCKER_MAX
};

struct bh_docker_flag {
        struct bh_str name, value; /* --name=value; the value may be empty */
};

struct bh_docker_heredoc {
        struct bh_str name, body;
};

struct bh_docker_instr {
        enum bh_docker_kind kind;
        bool onbuild;              /* stands behind ONBUILD: the kind is that of what follows it */
        bool json;                 /* the exec form */
        struct bh_str word;        /* as it was written */
        struct bh_str text;        /* what follows the flags, its lines joined */
        struct bh_str *words;      /* of the JSON array, else split at spaces, quotes taken off */
        struct bh_docker_flag *flags;
        struct bh_docker_heredoc *heredocs;
        uint32_t n_words, n_flags, n_heredocs;
        uint32_t line, last_line;  /* 1-based */
        uint32_t stage;            /* UINT32_MAX: before the first FROM */
};

struct bh_docker_stage {
        struct bh_str image;    /* with variables put in */
        struct bh_str name;     /* AS name; may be empty */
        struct bh_str platform; /* --platform */
        uint32_t first, n;      /* its instructions, FROM the first of them */
        uint32_t line;
};

struct bh_docker_comment {
        uint32_t line;
        struct bh_str text; /* after '#', trimmed */
};

struct bh_dockerfile {
        struct bh_docker_instr *instrs;
        struct bh_docker_stage *stages;
        struct bh_docker_comment *comments;
        uint32_t n_instrs, n_stages, n_comments;
        struct bh_str syntax; /* "# syntax=..." */
        char escape;
};

int bh_dockerfile_parse(struct bh_arena *arena, struct bh_str bytes, struct bh_dockerfile *ret, struct bh_err *err) BH_MUST_CHECK;
const char *bh_docker_kind_str(enum bh_docker_kind kind);
/* The instruction a mistyped word was meant to be; NULL when none is near. */
const char *bh_docker_kind_near(struct bh_str word);
const struct bh_docker_flag *bh_docker_flag_find(const struct bh_docker_instr *i, const char *name);
/* $NAME, ${NAME}, ${NAME:-otherwise} and ${NAME:+instead}, by the ARGs before the first FROM; an unknown one stays as it is. */
struct bh_str bh_dockerfile_expand(struct bh_arena *arena, const struct bh_dockerfile *file, struct bh_str text);

#endif
