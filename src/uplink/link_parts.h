/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_UPLINK_LINK_PARTS_H
#define BH_UPLINK_LINK_PARTS_H
/* What link.c (sending, renewing) and listen.c (commands) share. */
#include <pthread.h>
#include <stdatomic.h>

#include "http/http.h"
#include "uplink/identity.h"
#include "uplink/link.h"

struct bh_pause {
        unsigned ms; /* the next one; 0: the first */
        int64_t until_ms;
};

struct bh_uplink {
        struct bh_uplink_opts opts;
        pthread_t sender, listener;
        bool listens;
        atomic_bool stop;      /* ends whatever waits */
        atomic_bool ending;    /* the sender sends what is there, and ends */
        atomic_bool refused;
        int64_t end_ms;
        pthread_mutex_t lock;  /* guards the rest */
        pthread_cond_t news;   /* stop, or another identity */
        struct bh_arena *arena; /* of the identity */
        struct bh_identity identity;
        unsigned generation;   /* grows with each identity */
        struct bh_uplink_stats stats;
};

/* One thread's client; a new one whenever there is another certificate. */
struct bh_caller {
        struct bh_uplink *uplink;
        struct bh_http *http;
        struct bh_str base; /* "https://host:port" */
        struct bh_arena *arena;
        unsigned generation;
};

int64_t bh_uplink_now_ms(void);
/* Never twice the same, doubling to half a minute; `asked_ms` is what the server wants at least. */
void bh_pause_longer(struct bh_pause *p, uint64_t asked_ms);
/* Until the pause is over; false: stop. */
bool bh_uplink_rest(struct bh_uplink *u, const struct bh_pause *p);
void bh_uplink_state(struct bh_uplink *u, enum bh_uplink_state state, const char *why);

void bh_caller_done(struct bh_caller *c);
/* A request to the agents' port; the path begins with '/'. err's words name the server. */
int bh_caller_do(struct bh_caller *c, struct bh_http_request *request, const char *path, struct bh_http_reply *reply, struct bh_err *err) BH_MUST_CHECK;
/* What an answer that is no 2xx means: the state is set; how long the server asks us to wait. */
uint64_t bh_uplink_judge(struct bh_uplink *u, const struct bh_http_reply *reply);

/* listen.c */
void *bh_uplink_listen(void *uplink);

#endif
