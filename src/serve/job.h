/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_JOB_H
#define BH_SERVE_JOB_H
/*
 * A request on its way through the house: made and ended by the loop's thread,
 * in between owned by one thread of a pool. See server.h.
 */
#include <stddef.h>

#include "serve/call.h"

/* Something to be done in the loop's thread; the first member of what is posted. */
struct bh_post {
        struct bh_post *next;
        void (*run)(struct bh_server *server, struct bh_post *post);
};

struct bh_conn;

struct bh_job {
        struct bh_post post;
        struct bh_call call;
        struct bh_http1 head;
        struct bh_arena *arena;
        const struct bh_route *route; /* NULL: the answer is there already */
        struct bh_conn *conn;         /* the loop's; NULL when it went */
        struct bh_buf body;
        uint64_t max_body, charged;   /* of BH_LIMIT_API_BODIES */
        int64_t begun_us;
        struct bh_part parts[8];
        struct bh_str csrf;           /* of the session that the cookie names */
        bool cookie;                  /* known by a cookie: changes need the CSRF token */
        bool must_change;             /* the password is somebody else's: nothing before there is another */
        int64_t session_id;           /* of the cookie; 0: none */
        bool streams;                 /* the answer is the head of /api/v1/live */
        bool parks;                   /* bh_call_park */
        struct bh_str park_key;
        int64_t park_until_ms;        /* by the monotonic clock */
        unsigned wakes;               /* the server's, when the handler began */
        struct bh_job *next;          /* in a pool's queue, or among those who wait */
};

struct bh_job *bh_job_new(struct bh_server *server);
void bh_job_free(struct bh_job *job);
static inline struct bh_job *bh_job_of(struct bh_call *call) {
        return (struct bh_job *) (void *) ((char *) call - offsetof(struct bh_job, call));
}

/* Runs the route's handler: identity, permission, CSRF, the answer. In a thread of a pool. */
void bh_job_run(struct bh_job *job);
/* Gives it back to the loop's thread. */
void bh_job_done(struct bh_server *server, struct bh_job *job);

#endif
