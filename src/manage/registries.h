/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_REGISTRIES_H
#define BH_MANAGE_REGISTRIES_H
/*
 * Registries: what they hold is followed over time, each image scanned once,
 * by a program of ours that is started for it. docs/REGISTRIES.md.
 */
#include <stdatomic.h>

#include "manage/jobs.h"

struct bh_registry {
        int64_t id;
        struct bh_str name, address, stage, environment, username, password, ca_pem, repositories, policy;
        bool plain_http;
};

/* 1; 0: there is none of that number. The password is opened. */
int bh_registry_load(const struct bh_manage *m, struct bh_db *db, int64_t id, struct bh_arena *arena, struct bh_registry *ret, struct bh_err *err) BH_MUST_CHECK;
/* A secret of one ("password", "webhook"), as its row keeps it, and back. */
int bh_registry_seal(const struct bh_manage *m, int64_t id, const char *what, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
int bh_registry_unseal(const struct bh_manage *m, int64_t id, const char *what, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* Globs, separated by commas: does the repository fit one? None fit all. */
bool bh_registry_wants(struct bh_str globs, struct bh_str repository);

/* In a write: queues a look at every registry whose time has come. */
int bh_registries_due(struct bh_db *db, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* In a write: queues a look at this one now. */
int bh_registry_ask(struct bh_db *db, int64_t id, struct bh_str by, int64_t now_ms, int64_t *ret_job, struct bh_err *err) BH_MUST_CHECK;

/* Something a tag points to. */
struct bh_tag_seen {
        struct bh_str repository, tag, digest;
};
/* Whether these are names and a digest as the distribution specification has them. */
bool bh_registry_is_tag(const struct bh_tag_seen *seen);
/* FORMAT: no HOST or HOST:PORT. */
int bh_registry_check_address(struct bh_str address, struct bh_err *err) BH_MUST_CHECK;
/* In a write: a tag points there now; what it pointed to before is gone. An image nobody scanned yet is queued. */
int bh_registry_tag(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str by, int64_t now_ms, struct bh_err *err)
        BH_MUST_CHECK;

/* The same when its image is known: names it, marks bases, and looks whether it is what it should be. */
int bh_registry_settle(struct bh_db *db, const struct bh_registry *reg, const struct bh_tag_seen *seen, struct bh_str image, int64_t now_ms,
                       struct bh_err *err) BH_MUST_CHECK;

/* The jobs. *stop ends them soon. */
int bh_registry_look(struct bh_manage *m, const struct bh_job *job, const atomic_bool *stop, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;
int bh_registry_scan(struct bh_manage *m, const struct bh_job *job, const atomic_bool *stop, struct bh_arena *arena, struct bh_err *err) BH_MUST_CHECK;

/* In a write: operations marked an image as a base, or took that back. What is built upon it is attributed anew. NOTFOUND. */
int bh_base_mark(struct bh_db *db, struct bh_str image, bool is_base, struct bh_err *err) BH_MUST_CHECK;

#endif
