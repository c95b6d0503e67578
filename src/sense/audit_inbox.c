/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/audit_inbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "fmt/json.h"
#include "sys/clock.h"

struct text {
        struct text *next;
        struct bh_buf bytes;
};

struct bh_audit_inbox {
        pthread_mutex_t lock;
        struct text *first, **end;
        uint64_t n_bytes;
        struct bh_audit_inbox_stats stats; /* under the lock, like all above */
        struct bh_arena *arriving, *judging; /* of the one thread, and of the other */
        uint64_t num;
        bh_audit_fn fn;
        void *user;
};

struct bh_audit_inbox *bh_audit_inbox_new(void) {
        struct bh_audit_inbox *in = calloc(1, sizeof *in);

        if (!in)
                bh_nomem(sizeof *in);
        (void) pthread_mutex_init(&in->lock, NULL);
        in->end = &in->first;
        in->arriving = bh_arena_new();
        in->judging = bh_arena_new();
        return in;
}

static void free_text(struct text *t) {
        bh_buf_done(&t->bytes);
        free(t);
}

void bh_audit_inbox_free(struct bh_audit_inbox **inbox) {
        struct bh_audit_inbox *in = BH_TAKE(*inbox);

        if (!in)
                return;
        for (struct text *t = in->first, *next; t; t = next) {
                next = t->next;
                free_text(t);
        }
        bh_arena_free(&in->arriving);
        bh_arena_free(&in->judging);
        (void) pthread_mutex_destroy(&in->lock);
        free(in);
}

/* ---- arriving ---- */

static int look_at(struct bh_arena *arena, struct bh_str text, struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_str kind;
        int r = bh_json_parse(arena, text, &root, err);

        if (r < 0)
                return bh_wrap(err, BH_E_FORMAT, "this is no JSON that is read here"); /* whatever it was: to send it again would not help */
        kind = bh_doc_get_text(root, "kind");
        if (!bh_str_starts(bh_doc_get_text(root, "apiVersion"), BH_STR("audit.k8s.io/")) || (!bh_str_is(kind, "EventList") && !bh_str_is(kind, "Event")))
                return bh_fail(err, BH_E_FORMAT, "this is no EventList of audit.k8s.io");
        if (bh_str_is(kind, "EventList") && bh_doc_get(root, "items") && !bh_doc_is(bh_doc_get(root, "items"), BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "its items are no list");
        return 0;
}

static bool is_full(const struct bh_audit_inbox *in, size_t more) {
        return in->n_bytes + more > BH_LIMIT_AUDIT_INBOX;
}

static void append(struct bh_audit_inbox *in, struct bh_str text) {
        struct text *t = calloc(1, sizeof *t);

        if (!t)
                bh_nomem(sizeof *t);
        bh_buf_add(&t->bytes, text);
        *in->end = t;
        in->end = &t->next;
        in->n_bytes += text.len;
        in->stats.waiting++;
}

int bh_audit_inbox_put(struct bh_audit_inbox *in, struct bh_str text, struct bh_err *err) {
        bool full;
        int r;

        (void) pthread_mutex_lock(&in->lock);
        full = is_full(in, text.len);
        in->stats.turned_away += full;
        (void) pthread_mutex_unlock(&in->lock);
        if (full)
                return bh_fail(err, BH_E_LIMIT, "there is no room now: events that came before wait to be judged");
        bh_arena_reset(in->arriving);
        r = look_at(in->arriving, text, err);
        bh_arena_reset(in->arriving);
        if (r < 0)
                return r;
        (void) pthread_mutex_lock(&in->lock);
        append(in, text);
        (void) pthread_mutex_unlock(&in->lock);
        return 0;
}

/* ---- judging ---- */

static struct text *take(struct bh_audit_inbox *in) {
        struct text *t;

        (void) pthread_mutex_lock(&in->lock);
        t = in->first;
        if (t) {
                in->first = t->next;
                in->end = in->first ? in->end : &in->first;
                in->n_bytes -= t->bytes.len;
                in->stats.waiting--;
                in->stats.texts++;
        }
        (void) pthread_mutex_unlock(&in->lock);
        return t;
}

static int number_it(void *user, const struct bh_audit_event *event) {
        struct bh_audit_inbox *in = user;
        struct bh_audit_event e = *event;

        e.num = ++in->num;
        return in->fn(in->user, &e);
}

static int judge(struct bh_audit_inbox *in, struct text *t) {
        struct bh_err why = BH_ERR_NONE;
        uint64_t before = in->num;
        int r;

        bh_arena_reset(in->judging);
        r = bh_audit_parse(in->judging, bh_buf_str(&t->bytes), number_it, in, &why);
        (void) pthread_mutex_lock(&in->lock);
        in->stats.events += in->num - before;
        (void) pthread_mutex_unlock(&in->lock);
        free_text(t);
        return why.code ? 0 : r;
}

int bh_audit_inbox_poll(struct bh_audit_inbox *in, bh_audit_fn fn, void *user) {
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + BH_LIMIT_AUDIT_TURN_MS;
        struct text *t;
        int r = 0;

        in->fn = fn;
        in->user = user;
        do {
                t = take(in);
                r = t ? judge(in, t) : 0;
        } while (t && r == 0 && bh_clock_ms(CLOCK_MONOTONIC) < until);
        return r;
}

void bh_audit_inbox_stats(struct bh_audit_inbox *in, struct bh_audit_inbox_stats *ret) {
        (void) pthread_mutex_lock(&in->lock);
        *ret = in->stats;
        (void) pthread_mutex_unlock(&in->lock);
}
