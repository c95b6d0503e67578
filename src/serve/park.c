/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/park.h"

#include <stdlib.h>
#include <string.h>

unsigned bh_server_wakes(const struct bh_server *server) {
        return __atomic_load_n(&server->wakes, __ATOMIC_ACQUIRE);
}

static void unpark(struct bh_server *s, struct bh_job **at) {
        struct bh_job *job = *at;

        *at = job->next;
        s->n_parked--;
        job->call.parked = true;
        bh_server_begin(s, job);
}

static void park(struct bh_server *s, struct bh_job *job) {
        job->parks = false;
        job->next = s->parked;
        s->parked = job;
        s->n_parked++;
        if (s->ending || s->n_parked > BH_LIMIT_API_PARKED || job->wakes != bh_server_wakes(s))
                unpark(s, &s->parked);
}

void bh_park_or_answer(struct bh_server *s, struct bh_post *post) {
        struct bh_job *job = (struct bh_job *) (void *) post;

        if (job->parks && job->conn && !(s->ending && job->call.parked))
                park(s, job);
        else
                bh_conn_answer(s, post);
}

/* Those of this key, or all whose time is over. */
static void wake_parked(struct bh_server *s, const struct bh_str *key, int64_t now_ms) {
        struct bh_job **at = &s->parked;

        while (*at)
                if (key ? bh_str_eq((*at)->park_key, *key) : now_ms >= (*at)->park_until_ms)
                        unpark(s, at);
                else
                        at = &(*at)->next;
}

void bh_park_tick(struct bh_server *server, int64_t now_ms) {
        wake_parked(server, NULL, now_ms);
}

struct wake_post {
        struct bh_post post;
        struct bh_str key;
        char text[];
};

static void run_wake(struct bh_server *s, struct bh_post *post) {
        struct wake_post *w = (struct wake_post *) (void *) post;

        wake_parked(s, &w->key, 0);
        free(w);
}

void bh_server_wake(struct bh_server *server, struct bh_str key) {
        struct wake_post *w = malloc(sizeof *w + key.len);

        if (!w)
                bh_nomem(sizeof *w);
        w->post.run = run_wake;
        memcpy(w->text, key.at, key.len);
        w->key = (struct bh_str){ w->text, key.len };
        __atomic_add_fetch(&server->wakes, 1, __ATOMIC_ACQ_REL);
        bh_server_post(server, &w->post);
}
