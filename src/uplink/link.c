/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "uplink/link.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "fmt/json_put.h"
#include "fmt/zframe.h"
#include "uplink/link_parts.h"

enum {
        SYNC_MS = 200,
        FIRST_PAUSE_MS = 500,
        LAST_PAUSE_MS = 30000,
        REFUSED_PAUSE_MS = 15 * 60 * 1000,
        ANSWER_MS = 60000,
        BATCH_BYTES = 512 * 1024,
        LEAST_BATCH = 16 * 1024,
        RENEW_EVERY_MS = 60000,
        REPLY_MAX = 65536,
};

const char *bh_uplink_state_str(enum bh_uplink_state state) {
        static const char *const words[] = { [BH_UPLINK_NEW] = "new", [BH_UPLINK_HERE] = "here", [BH_UPLINK_AWAY] = "away",
                                             [BH_UPLINK_BUSY] = "busy", [BH_UPLINK_REFUSED] = "refused" };

        return words[state];
}

static int64_t clock_ms(clockid_t clock) {
        struct timespec t;

        (void) clock_gettime(clock, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

int64_t bh_uplink_now_ms(void) {
        return clock_ms(CLOCK_MONOTONIC);
}

/* ---- pauses ---- */

void bh_pause_longer(struct bh_pause *p, uint64_t asked_ms) {
        uint32_t chance = 0;
        uint64_t ms;

        p->ms = p->ms ? BH_MIN(p->ms * 2, (unsigned) LAST_PAUSE_MS) : FIRST_PAUSE_MS;
        BH_IGNORE(getrandom(&chance, sizeof chance, GRND_NONBLOCK));
        ms = p->ms / 2 + chance % (p->ms / 2 + 1);
        p->until_ms = bh_uplink_now_ms() + (int64_t) BH_MAX(ms, BH_MIN(asked_ms + ms / 4, (uint64_t) REFUSED_PAUSE_MS));
}

bool bh_uplink_rest(struct bh_uplink *u, const struct bh_pause *p) {
        struct timespec t = { .tv_sec = p->until_ms / 1000, .tv_nsec = p->until_ms % 1000 * 1000000 };

        (void) pthread_mutex_lock(&u->lock);
        while (!atomic_load(&u->stop) && bh_uplink_now_ms() < p->until_ms)
                (void) pthread_cond_timedwait(&u->news, &u->lock, &t);
        (void) pthread_mutex_unlock(&u->lock);
        return !atomic_load(&u->stop);
}

/* ---- state ---- */

void bh_uplink_state(struct bh_uplink *u, enum bh_uplink_state state, const char *why) {
        char sentence[640];
        bool changed;

        (void) pthread_mutex_lock(&u->lock);
        changed = u->stats.state != state;
        u->stats.state = state;
        u->stats.failures += state != BH_UPLINK_HERE;
        (void) snprintf(u->stats.trouble, sizeof u->stats.trouble, "%s", state == BH_UPLINK_HERE ? "" : why);
        (void) snprintf(sentence, sizeof sentence, "server %.*s is %s%s%s", BH_FMT(u->identity.server), bh_uplink_state_str(state), *why ? ": " : "", why);
        (void) pthread_mutex_unlock(&u->lock);
        atomic_store(&u->refused, state == BH_UPLINK_REFUSED);
        if (changed && u->opts.told)
                u->opts.told(u->opts.user, sentence);
}

uint64_t bh_uplink_judge(struct bh_uplink *u, const struct bh_http_reply *reply) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *doc = NULL;
        char text[300], detail[200] = "";
        uint64_t seconds = 0;

        if (bh_json_parse(arena, bh_buf_str(&reply->failure), &doc, NULL) >= 0)
                (void) bh_str_quote(bh_doc_get_text(doc, "detail"), detail, sizeof detail);
        (void) snprintf(text, sizeof text, "it answers %ld%s%s", reply->status, *detail ? ": " : "", detail);
        bh_arena_free(&arena);
        if (reply->status == 403 || reply->status == 401) {
                bh_uplink_state(u, BH_UPLINK_REFUSED, text);
                return REFUSED_PAUSE_MS;
        }
        bh_uplink_state(u, BH_UPLINK_BUSY, text);
        (void) bh_str_u64(bh_http_header(reply, "Retry-After", 0), &seconds);
        return BH_MIN(seconds, (uint64_t) BH_LIMIT_HTTP_PAUSE_S) * 1000;
}

/* ---- requests ---- */

void bh_caller_done(struct bh_caller *c) {
        bh_http_free(&c->http);
        bh_arena_free(&c->arena);
}

static void renew_client(struct bh_caller *c) {
        struct bh_uplink *u = c->uplink;
        struct bh_http_opts opts = { .only_ca_pem = true, .tls13 = true };

        (void) pthread_mutex_lock(&u->lock);
        if (!c->http || c->generation != u->generation) {
                bh_caller_done(c);
                c->arena = bh_arena_new();
                opts.ca_pem = u->identity.ca;
                opts.cert_file = opts.key_file = u->identity.pem;
                c->base = bh_arena_cat(c->arena, BH_STR("https://"), u->identity.server);
                c->generation = u->generation;
                c->http = bh_http_new(&opts);
        }
        (void) pthread_mutex_unlock(&u->lock);
}

int bh_caller_do(struct bh_caller *c, struct bh_http_request *request, const char *path, struct bh_http_reply *reply, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        int r;

        renew_client(c);
        request->url = bh_arena_cat(arena, c->base, bh_str_of(path));
        request->once = true;
        request->stop = &c->uplink->stop;
        if (!request->limit_ms)
                request->limit_ms = ANSWER_MS;
        r = bh_http_do(c->http, request, reply, err);
        bh_arena_free(&arena);
        if (r >= 0 && reply->stopped)
                r = bh_fail(err, BH_E_TIMEOUT, "we are ending");
        return r;
}

/* ---- batches ---- */

struct sending {
        struct bh_uplink *uplink;
        struct bh_caller caller;
        struct bh_pause pause;
        size_t batch_bytes;
        bool greeted;       /* it was asked how far it is */
        bool paused;
        int64_t renewed_ms; /* when it was last looked at */
        struct bh_buf lines, packed;
};

static void take_reply(struct sending *s, struct bh_str body, uint64_t epoch) {
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *doc = NULL;
        int64_t server_ms, skew;

        if (bh_json_parse(arena, body, &doc, NULL) >= 0 && bh_doc_int(bh_doc_get(doc, "acked"), -1) >= 0) {
                bh_outbox_ack(s->uplink->opts.outbox, epoch, (uint64_t) bh_doc_int(bh_doc_get(doc, "acked"), 0),
                              (uint64_t) BH_MAX(bh_doc_int(bh_doc_get(doc, "missing"), 0), 0));
                server_ms = bh_doc_int(bh_doc_get(doc, "time"), 0);
                skew = clock_ms(CLOCK_REALTIME) - server_ms;
                (void) pthread_mutex_lock(&s->uplink->lock);
                s->uplink->stats.skew_ms = skew;
                (void) pthread_mutex_unlock(&s->uplink->lock);
        }
        bh_arena_free(&arena);
}

/* A batch that is too long, or that the server cannot read: less at once, and at last without the one item that is at fault. */
static int shrink(struct sending *s, const struct bh_outbox_batch *batch) {
        s->batch_bytes = LEAST_BATCH;
        if (batch->n <= 1)
                bh_outbox_ack(s->uplink->opts.outbox, batch->epoch, batch->last, 0); /* it will be missed there, and declared */
        else if (batch->n > 1)
                s->batch_bytes = 1; /* one by one */
        return 1;
}

static void count(struct sending *s, const struct bh_outbox_batch *batch) {
        struct bh_uplink_stats *st = &s->uplink->stats;

        (void) pthread_mutex_lock(&s->uplink->lock);
        st->batches++;
        st->items += batch->n;
        st->bytes += s->lines.len;
        st->packed_bytes += s->packed.len;
        (void) pthread_mutex_unlock(&s->uplink->lock);
}

static int post(struct sending *s, const struct bh_outbox_batch *batch, struct bh_http_reply *reply, struct bh_err *err) {
        char headers[160];
        struct bh_http_request q = { .method = "POST", .body_type = BH_STR("application/x-ndjson"), .max_bytes = REPLY_MAX };
        int r;

        bh_buf_clear(&s->packed);
        r = bh_zframe_pack(bh_buf_str(&s->lines), &s->packed, err);
        (void) snprintf(headers, sizeof headers, "Content-Encoding: zstd\nBulkhead-Epoch: %" PRIu64 "\nBulkhead-Time: %" PRId64 "\nExpect:", batch->epoch,
                        clock_ms(CLOCK_REALTIME));
        q.headers = bh_str_of(headers);
        q.body = bh_buf_str(&s->packed);
        return r < 0 ? r : bh_caller_do(&s->caller, &q, "/agent/v1/batch", reply, err);
}

/* 1: go on at once; 0: not now. */
static int send_batch(struct sending *s, const struct bh_outbox_batch *batch) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_err err = BH_ERR_NONE;

        if (post(s, batch, &reply, &err) < 0) {
                if (!atomic_load(&s->uplink->stop))
                        bh_uplink_state(s->uplink, BH_UPLINK_AWAY, err.text);
                bh_pause_longer(&s->pause, 0);
                return 0;
        }
        if (reply.status == 200) {
                count(s, batch);
                take_reply(s, bh_buf_str(&reply.body), batch->epoch);
                bh_uplink_state(s->uplink, BH_UPLINK_HERE, "");
                s->pause = (struct bh_pause){ 0 };
                s->batch_bytes = BH_MIN(BH_MAX(s->batch_bytes, (size_t) LEAST_BATCH) * 2, s->uplink->opts.batch_bytes);
                return 1;
        }
        if ((reply.status == 413 || reply.status == 400) && batch->n)
                return shrink(s, batch);
        bh_pause_longer(&s->pause, bh_uplink_judge(s->uplink, &reply));
        return 0;
}

static int ask_epoch(struct sending *s, uint64_t epoch) {
        struct bh_outbox_batch none = { .epoch = epoch };

        bh_buf_clear(&s->lines);
        return send_batch(s, &none);
}

/* 1: there may be more. */
static int send_some(struct sending *s) {
        struct bh_outbox *o = s->uplink->opts.outbox;
        struct bh_outbox_batch batch = { 0 };
        uint64_t epoch;
        int r;

        if (!s->greeted) {
                s->greeted = ask_epoch(s, bh_outbox_epoch(o)) > 0;
                return s->greeted;
        }
        bh_buf_clear(&s->lines);
        r = bh_outbox_take(o, s->batch_bytes, &s->lines, &batch, NULL);
        if (r > 0)
                r = send_batch(s, &batch);
        else if (r == 0 && bh_outbox_unsettled(o, &epoch))
                r = ask_epoch(s, epoch);
        bh_outbox_let_go(&s->lines);
        bh_outbox_let_go(&s->packed);
        return r;
}

/* ---- the certificate ---- */

static int put_identity(struct bh_uplink *u, struct bh_str key, struct bh_str certificate, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new(), *old;
        struct bh_identity id;
        int r = bh_identity_put(u->opts.state_dir, key, certificate, err);

        r = r < 0 ? r : bh_identity_load(arena, u->opts.state_dir, &id, err);
        if (r < 0) {
                bh_arena_free(&arena);
                return r;
        }
        (void) pthread_mutex_lock(&u->lock);
        old = u->arena;
        u->arena = arena;
        u->identity = id;
        u->generation++;
        u->stats.renewals++;
        u->stats.until_s = id.until_s;
        (void) pthread_mutex_unlock(&u->lock);
        bh_arena_free(&old);
        return 0;
}

static int renew(struct sending *s, struct bh_arena *arena, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };
        struct bh_http_request q = { .method = "POST", .body_type = BH_STR("application/json"), .max_bytes = REPLY_MAX };
        int64_t life_s = s->uplink->identity.until_s - s->uplink->identity.from_s;
        const struct bh_doc *doc = NULL;
        struct bh_str key, csr;
        int r = bh_identity_request(arena, &key, &csr, err);

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "csr", csr);
        bh_json_put_int(&j, "days", BH_MAX(life_s / 86400, 1));
        bh_json_put_close(&j);
        q.body = bh_buf_str(&body);
        r = r < 0 ? r : bh_caller_do(&s->caller, &q, "/agent/v1/renew", &reply, err);
        if (r >= 0 && reply.status != 200)
                return bh_fail(err, BH_E_IO, "the server answers %ld", reply.status);
        r = r < 0 ? r : bh_json_parse(arena, bh_buf_str(&reply.body), &doc, err);
        return r < 0 ? r : put_identity(s->uplink, key, bh_doc_get_text(doc, "certificate"), err);
}

static bool is_due(const struct bh_identity *id, int64_t now_s) {
        return id->until_s - now_s < (id->until_s - id->from_s) / 3;
}

/* Looked at once a minute; what fails is said, and tried again with the next look. */
static void look_at_certificate(struct sending *s) {
        struct bh_uplink *u = s->uplink;
        int64_t now_s = clock_ms(CLOCK_REALTIME) / 1000;
        struct bh_err err = BH_ERR_NONE;
        struct bh_arena *arena;
        char sentence[600];

        if (s->renewed_ms && bh_uplink_now_ms() - s->renewed_ms < RENEW_EVERY_MS)
                return;
        s->renewed_ms = bh_uplink_now_ms();
        if (!is_due(&u->identity, now_s))
                return;
        if (u->identity.until_s <= now_s) {
                bh_uplink_state(u, BH_UPLINK_REFUSED, "our certificate's time is over: enrol again");
                bh_pause_longer(&s->pause, REFUSED_PAUSE_MS);
                return;
        }
        arena = bh_arena_new();
        if (renew(s, arena, &err) < 0)
                (void) snprintf(sentence, sizeof sentence, "the certificate is not renewed: %s", err.text);
        else
                (void) snprintf(sentence, sizeof sentence, "the certificate is renewed");
        if (u->opts.told)
                u->opts.told(u->opts.user, sentence);
        bh_arena_free(&arena);
}

/* ---- the sending thread ---- */

static bool is_over(const struct bh_uplink *u) {
        return atomic_load(&u->stop) || (atomic_load(&u->ending) && bh_uplink_now_ms() >= u->end_ms);
}

static void *send_thread(void *user) {
        struct bh_uplink *u = user;
        struct sending s = { .uplink = u, .caller = { .uplink = u }, .batch_bytes = u->opts.batch_bytes };

        while (!is_over(u)) {
                bool last = atomic_load(&u->ending);
                int r = 0;

                if (!last)
                        (void) bh_outbox_wait(u->opts.outbox, SYNC_MS);
                bh_outbox_sync(u->opts.outbox);
                if (bh_uplink_now_ms() < s.pause.until_ms) {
                        if (last)
                                break; /* nobody is there to send it to: it waits on the disk */
                        continue;
                }
                look_at_certificate(&s);
                while (!is_over(u) && bh_uplink_now_ms() >= s.pause.until_ms && (r = send_some(&s)) > 0)
                        bh_outbox_sync(u->opts.outbox);
                if (last)
                        break;
        }
        bh_caller_done(&s.caller);
        bh_buf_done(&s.lines);
        bh_buf_done(&s.packed);
        return NULL;
}

/* ---- opening and closing ---- */

static void start(pthread_t *thread, void *(*fn)(void *), struct bh_uplink *u) {
        sigset_t all, old;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        r = pthread_create(thread, NULL, fn, u);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        if (r)
                bh_nomem(0);
}

static void init(struct bh_uplink *u, const struct bh_uplink_opts *opts) {
        pthread_condattr_t how;

        u->opts = *opts;
        u->opts.batch_bytes = opts->batch_bytes ? opts->batch_bytes : BATCH_BYTES;
        u->arena = bh_arena_new();
        (void) pthread_mutex_init(&u->lock, NULL);
        (void) pthread_condattr_init(&how);
        (void) pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
        (void) pthread_cond_init(&u->news, &how);
        (void) pthread_condattr_destroy(&how);
}

static void free_uplink(struct bh_uplink *u) {
        bh_arena_free(&u->arena);
        (void) pthread_cond_destroy(&u->news);
        (void) pthread_mutex_destroy(&u->lock);
        free(u);
}

int bh_uplink_open(const struct bh_uplink_opts *opts, struct bh_uplink **ret, struct bh_err *err) {
        struct bh_uplink *u = calloc(1, sizeof *u);
        int r;

        if (!u)
                bh_nomem(sizeof *u);
        init(u, opts);
        r = bh_identity_load(u->arena, opts->state_dir, &u->identity, err);
        if (r < 0) {
                free_uplink(u);
                return r;
        }
        u->stats.until_s = u->identity.until_s;
        start(&u->sender, send_thread, u);
        u->listens = opts->command != NULL;
        if (u->listens)
                start(&u->listener, bh_uplink_listen, u);
        *ret = u;
        return 0;
}

void bh_uplink_stats(struct bh_uplink *u, struct bh_uplink_stats *ret) {
        (void) pthread_mutex_lock(&u->lock);
        *ret = u->stats;
        (void) pthread_mutex_unlock(&u->lock);
}

void bh_uplink_close(struct bh_uplink **uplink, unsigned deadline_ms) {
        struct bh_uplink *u = *uplink;
        struct timespec until;

        if (!u)
                return;
        u->end_ms = bh_uplink_now_ms() + deadline_ms;
        atomic_store(&u->ending, true);
        bh_outbox_poke(u->opts.outbox);
        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += (time_t) (deadline_ms / 1000 + 1);
        if (pthread_clockjoin_np(u->sender, NULL, CLOCK_MONOTONIC, &until) != 0) {
                atomic_store(&u->stop, true);
                (void) pthread_join(u->sender, NULL);
        }
        atomic_store(&u->stop, true);
        (void) pthread_mutex_lock(&u->lock);
        (void) pthread_cond_broadcast(&u->news);
        (void) pthread_mutex_unlock(&u->lock);
        if (u->listens)
                (void) pthread_join(u->listener, NULL);
        free_uplink(u);
        *uplink = NULL;
}
