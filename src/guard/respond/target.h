/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_RESPOND_TARGET_H
#define BH_GUARD_RESPOND_TARGET_H
/*
 * Whom a response is about: a process, its container, a file. A copy that
 * outlives the event, because responses are done later and in another thread.
 */
#include "base/arena.h"
#include "base/err.h"
#include "fmt/doc.h"
#include "fmt/json_put.h"
#include "guard/respond/policy.h"
#include "model/alert.h"

struct bh_target {
        uint32_t pid;      /* 0: no process */
        uint64_t start_ns; /* CLOCK_BOOTTIME; 0: not known */
        bool kernel_thread;
        struct bh_str comm, exe, cmdline;
        const struct bh_container *container; /* NULL: of the host */
        struct bh_str cgroup; /* path inside the hierarchies; of the process */
        struct bh_str file;   /* as the process sees it; empty: none */
};

/* Of an alert: all strings are copied into the arena. */
void bh_target_of_alert(struct bh_arena *arena, const struct bh_alert *alert, struct bh_target *ret);
/* Of a process that runs now. NOTFOUND. */
int bh_target_of_pid(struct bh_arena *arena, uint32_t pid, struct bh_target *ret, struct bh_err *err) BH_MUST_CHECK;
/*
 * Of a running container, by the beginning of its id (at least 12 digits unless
 * an engine knows it), or by a name that the Docker engine knows. Its first
 * process stands for it.
 */
int bh_target_of_container(struct bh_arena *arena, struct bh_str word, struct bh_target *ret, struct bh_err *err) BH_MUST_CHECK;

/* The control group of its container, whatever group inside that it is in; empty: not known. */
struct bh_str bh_target_group(const struct bh_target *t);

void bh_target_put(struct bh_json_put *j, const char *key, const struct bh_target *t);
/* What _put wrote. Borrows from the document. */
void bh_target_get(struct bh_arena *arena, const struct bh_doc *doc, struct bh_target *ret);
/* "nginx(4711) in shop-web 0123456789ab", of its file "/tmp/x in shop-web 0123456789ab": for people. */
struct bh_str bh_target_words(struct bh_arena *arena, const struct bh_target *t, bool of_file);

bool bh_scope_fits(const struct bh_scope *scope, const struct bh_container *c);

#endif
