/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine has, from src/inventory: a thread that takes one turn after another, when nothing else wants the processor. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "inventory/inventory.h"
#include "tool/agent/agent.h"

enum { LEVEL = 6, LONGEST_MS = 5000 };

struct bh_agent_feed {
        struct bh_agent *agent;
        struct bh_inventory *inventory;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t news;
        bool ending, again; /* under the lock */
};

static void tell(void *user, struct bh_str body) {
        bh_agent_tell(((struct bh_agent_feed *) user)->agent, BH_ITEM_ASSET, LEVEL, body);
}

static void gap(void *user, struct bh_str where, const struct bh_err *why) {
        struct bh_agent_feed *f = user;

        if (atomic_fetch_add(&f->agent->n_gaps, 1) < 20)
                bh_agent_log("inventory: %.*s: %s", BH_FMT(where), why->text);
}

/* Until the next turn, or something else; false: it is time to end. */
static bool rest(struct bh_agent_feed *f, unsigned ms) {
        struct timespec until;
        bool going, again;

        ms = BH_MIN(ms, (unsigned) LONGEST_MS);
        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ms / 1000;
        until.tv_nsec += ms % 1000 * 1000000l;
        if (until.tv_nsec >= 1000000000) {
                until.tv_sec++;
                until.tv_nsec -= 1000000000;
        }
        (void) pthread_mutex_lock(&f->lock);
        while (!f->ending && !f->again && pthread_cond_timedwait(&f->news, &f->lock, &until) == 0)
                ;
        going = !f->ending;
        again = f->again;
        f->again = false;
        (void) pthread_mutex_unlock(&f->lock);
        if (going && again)
                bh_inventory_again(f->inventory);
        return going;
}

static void *run(void *user) {
        struct bh_agent_feed *f = user;
        const struct sched_param none = { 0 };
        unsigned ms = 0;

        (void) pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
        while (rest(f, ms))
                ms = bh_inventory_turn(f->inventory);
        return NULL;
}

int bh_agent_feed_open(struct bh_agent *a, struct bh_err *err) {
        struct bh_agent_feed *f = calloc(1, sizeof *f);
        struct bh_inventory_opts opts = { .tell = tell, .gap = gap, .user = f };
        pthread_condattr_t how;
        int r;

        if (!f)
                bh_nomem(sizeof *f);
        f->agent = a;
        r = bh_inventory_open(&opts, &f->inventory, err);
        if (r < 0) {
                free(f);
                return r;
        }
        (void) pthread_mutex_init(&f->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&f->news, &how);
        (void) pthread_condattr_destroy(&how);
        a->feed = f;
        bh_agent_start(&f->thread, run, f);
        return 0;
}

static void poke(struct bh_agent_feed *f, bool end) {
        (void) pthread_mutex_lock(&f->lock);
        f->ending |= end;
        f->again |= !end;
        (void) pthread_cond_signal(&f->news);
        (void) pthread_mutex_unlock(&f->lock);
}

void bh_agent_feed_again(struct bh_agent *a) {
        if (a->feed)
                poke(a->feed, false);
}

void bh_agent_feed_executed(struct bh_agent *a, struct bh_str container, struct bh_str path) {
        if (a->feed)
                bh_inventory_executed(a->feed->inventory, container, path);
}

void bh_agent_feed_close(struct bh_agent *a) {
        struct bh_agent_feed *f = a->feed;

        if (!f)
                return;
        poke(f, true);
        (void) pthread_join(f->thread, NULL);
        bh_inventory_close(&f->inventory);
        (void) pthread_cond_destroy(&f->news);
        (void) pthread_mutex_destroy(&f->lock);
        free(f);
        a->feed = NULL;
}
