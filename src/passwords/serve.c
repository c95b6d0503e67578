/* SPDX-License-Identifier: Apache-2.0 */
/* The jailed side: reads stores it is handed, keeps what they hold to itself, and tells verdicts. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "passwords/plan.h"
#include "passwords/work.h"
#include "sys/fd.h"
#include "sys/sock.h"

enum { MAX_REQUEST = 64 << 20 };

struct bh_guesser {
        struct bh_arena *arena;
        struct bh_crypto *crypto;
        struct bh_plan plan;
        struct bh_guess_request setup;
        size_t n_stores;
        int sock;
};

struct bh_guesser *bh_guesser_prepare(void) {
        struct bh_guesser *g = calloc(1, sizeof *g);

        if (!g)
                bh_nomem(sizeof *g);
        g->arena = bh_arena_new();
        g->crypto = bh_crypto_new();
        g->plan = (struct bh_plan){ .arena = g->arena, .scratch = bh_arena_child(g->arena), .crypto = g->crypto, .units = bh_map_in(g->arena) };
        while (bh_stores[g->n_stores].name)
                g->n_stores++;
        return g;
}

static int answer(const struct bh_guesser *g, const struct bh_guess_answer *a, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_guess_answer_put(&out, a);
        return bh_sock_send(g->sock, bh_buf_str(&out), -1, err);
}

static void digest_lists(struct bh_guesser *g) {
        const struct bh_str parts[] = { g->setup.common, g->setup.defaults, g->setup.words };

        bh_crypto_start(g->crypto, BH_MD_SHA256);
        for (size_t i = 0; i < BH_LEN(parts); i++) {
                bh_crypto_add(g->crypto, parts[i]);
                bh_crypto_add(g->crypto, BH_STR("\0"));
        }
        bh_crypto_end(g->crypto, g->plan.lists.digest);
}

static int do_setup(struct bh_guesser *g, const struct bh_guess_request *q, int fd, struct bh_err *err) {
        struct bh_lists *l = &g->plan.lists;
        int r;

        (void) fd;
        if (!bh_md_len(g->crypto, BH_MD_SHA256))
                return bh_fail(err, BH_E_UNSUPPORTED, "OpenSSL has no SHA-256 here");
        g->setup = *q;
        g->plan.key = q->key;
        digest_lists(g);
        bh_words_parse(g->arena, q->common, &l->common, &l->n_common);
        bh_words_parse(g->arena, q->words, &l->words, &l->n_words);
        bh_memory_parse(g->arena, q->memory, &g->plan.memory);
        r = bh_defaults_parse(g->arena, BH_STR("defaults.yaml"), q->defaults, &l->defaults, &l->n_defaults, err);
        return r < 0 ? r : answer(g, &(struct bh_guess_answer){ .say = BH_GUESS_DONE }, err);
}

static int answer_found(struct bh_guesser *g, const struct bh_store_found *found, struct bh_err *err) {
        struct bh_guess_answer a = { .say = BH_GUESS_FOUND, .n_secrets = (uint32_t) found->secrets.len, .more = found->more };

        a.follows = bh_arena_array(found->arena, struct bh_guess_follow, found->follows.len);
        for (size_t i = 0; i < found->follows.len; i++)
                a.follows[a.n_follows++] = (struct bh_guess_follow){ (uint32_t) (found->follows.at[i].store - bh_stores), found->follows.at[i].path };
        return answer(g, &a, err);
}

static int take_in(struct bh_guesser *g, const struct bh_guess_request *q, const struct bh_store_found *found, struct bh_err *err) {
        const struct bh_guess_root *root = &g->setup.roots[q->root];
        struct bh_plan_names names = { root->name, root->image, g->setup.host };
        struct bh_str path = bh_arena_str(g->arena, q->path);

        int r = 0;

        for (size_t i = 0; r >= 0 && i < found->secrets.len; i++)
                r = bh_plan_add(&g->plan, &bh_stores[q->store], &found->secrets.at[i], path, q->root, &names, err);
        return r;
}

static int do_file(struct bh_guesser *g, const struct bh_guess_request *q, int fd, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_store_found found = { .arena = scratch };
        struct bh_store_file file = { .path = q->path, .mode = q->mode };
        int r, taken;

        if (q->store >= g->n_stores || q->root >= g->setup.n_roots || fd < 0)
                return bh_fail(err, BH_E_BUG, "no such store, root or file");
        r = bh_fd_read_all(fd, BH_LIMIT_PASSWORDS_FILE, &bytes, err);
        if (r < 0)
                return r;
        file.bytes = bh_buf_str(&bytes);
        file.in_container = g->setup.roots[q->root].is_container;
        r = bh_stores[q->store].parse(&found, &file, err);
        taken = take_in(g, q, &found, r < 0 ? NULL : err); /* what was read before a failure counts */
        r = r < 0 ? r : taken;
        return r < 0 ? r : answer_found(g, &found, err);
}

static int answer_summary(struct bh_guesser *g, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf memory = { 0 };
        struct bh_plan *p = &g->plan;
        struct bh_guess_answer a = { .say = BH_GUESS_SUMMARY, .tried = p->tried, .cpu_ns = bh_cpu_spent_ns(&p->budget), .spent = p->spent };
        size_t n = 0;

        while (bh_schemes[n].name)
                n++;
        a.rates = bh_arena_array(g->arena, struct bh_password_rate, n);
        for (size_t i = 0; i < n; i++)
                if (p->rates[i].tried)
                        a.rates[a.n_rates++] = p->rates[i];
        if (p->key.len)
                bh_plan_memory(p, &memory);
        a.memory = bh_buf_str(&memory);
        return answer(g, &a, err);
}

static int do_test(struct bh_guesser *g, const struct bh_guess_request *q, int fd, struct bh_err *err) {
        int r = 0;

        (void) q;
        (void) fd;
        bh_plan_run(&g->plan, g->setup.cpu_ms, g->setup.cpu_percent, g->setup.wall_ms);
        for (size_t i = 0; r >= 0 && i < g->plan.entries.len; i++) {
                struct bh_guess_answer a = { .say = BH_GUESS_RESULT };

                bh_plan_result(&g->plan, &g->plan.entries.at[i], &a.result);
                r = answer(g, &a, err);
        }
        return r < 0 ? r : answer_summary(g, err);
}

static int (*const asks[_BH_GUESS_ASK_MAX])(struct bh_guesser *, const struct bh_guess_request *, int, struct bh_err *) = {
        [BH_GUESS_SETUP] = do_setup, [BH_GUESS_FILE] = do_file, [BH_GUESS_TEST] = do_test,
};

static int serve_one(struct bh_guesser *g, struct bh_str message, int fd, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_guess_request q;
        int r = bh_guess_request_get(g->arena, bh_arena_str(g->arena, message), &q, &why);

        r = r < 0 ? r : asks[q.ask](g, &q, fd, &why);
        return r < 0 ? answer(g, &(struct bh_guess_answer){ .say = BH_GUESS_FAILED, .code = r, .text = bh_str_of(why.text) }, err) : 0;
}

int bh_guesser_serve(struct bh_guesser *g, int sock, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf message = { 0 };

        g->sock = sock;
        for (;;) {
                BH_CLEANUP(bh_fd_close) int fd = -1;
                int r = bh_sock_recv(sock, MAX_REQUEST, -1, &message, &fd, err);

                r = r <= 0 ? r : serve_one(g, bh_buf_str(&message), fd, err) < 0 ? BH_E_IO : 1;
                if (r <= 0)
                        return r;
        }
}
