/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_COLLECT_DOCKER_H
#define BH_COMPLY_COLLECT_DOCKER_H
/*
 * Inside of the collector of engines: what its files share while they look at
 * one engine. engine.c leads; image_facts.c, container*.c, swarm.c,
 * engine_files.c and audit_watch.c tell their facts.
 */
#include "base/map.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostpath.h"
#include "comply/read/dockerd.h"

/* An image, as containers ask for it. */
struct bh_image_row {
        struct bh_str id;             /* without "sha256:" */
        const struct bh_doc *exposed; /* {"80/tcp": {}} */
        struct bh_fact *fact;
        bool used;
};

struct bh_engine_look {
        const struct bh_reach *reach;
        struct bh_facts *facts;
        struct bh_arena *arena, *scratch; /* scratch: forgotten after each object of the API */
        enum bh_api_kind kind;
        struct bh_str word; /* "docker", "podman" */
        bool has_api;
        const struct bh_doc *info, *version;
        const struct bh_task *process; /* dockerd; NULL: not seen */
        struct bh_dockerd daemon;
        struct bh_str root_dir;
        struct bh_fact *engine;
        struct bh_host_paths paths;
        struct bh_map images;  /* id -> struct bh_image_row */
        struct bh_map tags;    /* "nginx:1.27" -> struct bh_image_row */
        struct bh_map layers;  /* folder -> what image_files.c found there */
        struct bh_map volumes; /* name -> struct bh_str: what of the host its options mount */
        BH_VEC(struct bh_str) sockets;  /* of engines, on the host, without links */
        BH_VEC(struct bh_str) open_tcp; /* listeners without mutual TLS */
        struct bh_str default_ip;       /* that ports are published on when nothing is said */
        bool no_new_privileges, seccomp_off, apparmor, selinux, userns;
        uint64_t memory_bytes, n_cpus;
        int64_t now_s;
        uint32_t stopped;
};

/* The answer to GET PATH, in that arena. */
int bh_engine_ask(const struct bh_engine_look *look, const char *path, struct bh_arena *arena, const struct bh_doc **ret, struct bh_err *err);

void bh_engine_tell_images(struct bh_engine_look *look);
void bh_engine_tell_containers(struct bh_engine_look *look);
/* Whether a container was made of it. */
void bh_image_set_used(struct bh_fact *f, bool used);
/* How many containers and images there are, after both were looked at. */
void bh_engine_count(struct bh_engine_look *look, size_t containers);
void bh_engine_swarm(struct bh_engine_look *look);
void bh_engine_files(struct bh_engine_look *look);
void bh_engine_watches(struct bh_engine_look *look);
/* Listeners of dockerd, and how they are guarded. */
void bh_engine_listeners(struct bh_engine_look *look);
/* What Podman's API does not tell; what containerd listens on. */
void bh_engine_podman(struct bh_engine_look *look);
void bh_engine_containerd(struct bh_engine_look *look);
/* Who may use the socket, and whether images must be signed. */
void bh_engine_people(struct bh_engine_look *look);

/* Is that the name of something secret, such as DB_PASSWORD? Names that end in _FILE are not. */
bool bh_is_secret_name(struct bh_str name);
/* Whole days from then to now; 0 for times to come. */
int64_t bh_days_since(int64_t now_s, struct bh_str time);
bool bh_doc_has_text(const struct bh_doc *list, const char *text);

/* Texts of the scratch arena, kept with the fact; nothing for an empty one. */
static inline void bh_keep(struct bh_fact *f, unsigned field, struct bh_str v) {
        bh_fact_some(f, field, bh_arena_str(f->arena, v));
}
static inline void bh_keep_more(struct bh_fact *f, unsigned field, struct bh_str v) {
        bh_fact_add(f, field, bh_arena_str(f->arena, v));
}

#endif
