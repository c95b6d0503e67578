/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "inventory/inventory.h"

#include <stdlib.h>

#include "base/limits.h"
#include "inventory/collect.h"
#include "inventory/known.h"
#include "inventory/uses.h"
#include "runtime/find.h"
#include "sys/clock.h"
#include "sys/host_root.h"

enum { SHARE = 100 /* of one processor: a hundredth */, SHORTEST_MS = 1000, SHORT_ID = 12 };

#define KIND(symbol) (1u << BH_ASSET_##symbol)

const struct bh_collector bh_collectors[] = {
        { "host", bh_collect_host, 300, KIND(HOST), BH_COLLECT_ALONE },
        { "engines", bh_collect_engines, 10, KIND(CONTAINER) | KIND(IMAGE) | KIND(POD), BH_COLLECT_TASKS },
        { "processes", bh_collect_processes, 15, KIND(PROCESS), BH_COLLECT_TASKS },
        { "ports", bh_collect_ports, 15, KIND(PORT), BH_COLLECT_TASKS },
        { "accounts", bh_collect_accounts, 120, KIND(USER) | KIND(GROUP) | KIND(SUDO_RULE), BH_COLLECT_ROOTS },
        { "keys", bh_collect_keys, 120, KIND(SSH_KEY), BH_COLLECT_ROOTS },
        { "logins", bh_collect_logins, 60, KIND(LOGIN), BH_COLLECT_ALONE },
        { "schedules", bh_collect_schedules, 120, KIND(CRON), BH_COLLECT_ROOTS },
        { "services", bh_collect_services, 120, KIND(SERVICE), BH_COLLECT_ROOTS },
        { "kernel", bh_collect_kernel, 60, KIND(MODULE) | KIND(MOUNT), BH_COLLECT_ALONE },
        { "sites", bh_collect_sites, 120, KIND(SITE), BH_COLLECT_ROOTS },
        { "certificates", bh_collect_certificates, 600, KIND(CERTIFICATE), BH_COLLECT_ROOTS },
        { "software", bh_collect_software, 60, KIND(DATABASE) | KIND(FRAMEWORK), BH_COLLECT_TASKS },
        { "uses", bh_collect_uses, 30, KIND(PACKAGE_USE), BH_COLLECT_ROOTS },
        { NULL, NULL, 0, 0, BH_COLLECT_ALONE },
};

enum { N_COLLECTORS = BH_LEN(bh_collectors) - 1 };

struct bh_inventory {
        struct bh_inventory_opts opts;
        struct bh_arena *arena; /* of a pass */
        struct bh_tasks tasks;
        struct bh_uses *uses;
        struct bh_runtime_roots *runtimes;
        struct bh_known known[_BH_ASSET_MAX];
        int64_t due_ms[N_COLLECTORS], rest_until_ms;
        struct bh_known gaps[N_COLLECTORS]; /* that were told */
        size_t now;                         /* the collector that looks */
};

/* ---- telling ---- */

struct bh_json_put *bh_collect_thing(struct bh_collect *c, enum bh_asset_kind kind, struct bh_str key, struct bh_str name, struct bh_str container) {
        c->kind = kind;
        c->key = key;
        c->name = name;
        c->container = container;
        bh_buf_clear(&c->body);
        c->json = (struct bh_json_put){ .out = &c->body, .compact = true };
        bh_json_put_open(&c->json, NULL, '{');
        bh_json_put_cstr(&c->json, "kind", bh_asset_str(kind));
        bh_json_put_str(&c->json, "key", key);
        bh_json_put_cstr(&c->json, "op", "put");
        bh_json_put_str(&c->json, "name", name);
        bh_json_put_str(&c->json, "container", container);
        bh_json_put_open(&c->json, "attrs", '{');
        return &c->json;
}

static void tell(struct bh_inventory *inv, struct bh_str body) {
        inv->opts.tell(inv->opts.user, bh_str_trim(body));
}

void bh_collect_told(struct bh_collect *c) {
        struct bh_inventory *inv = c->inventory;
        struct bh_known *known = &inv->known[c->kind];

        bh_json_put_close(&c->json);
        bh_json_put_close(&c->json);
        if (known->next.len >= BH_LIMIT_INVENTORY_THINGS) {
                struct bh_err why = BH_ERR_NONE;

                (void) bh_fail(&why, BH_E_LIMIT, "there are more than %d", BH_LIMIT_INVENTORY_THINGS);
                bh_collect_gap(c, bh_str_of(bh_asset_str(c->kind)), &why);
        } else if (bh_known_is_news(known, c->key, bh_buf_str(&c->body))) {
                tell(inv, bh_buf_str(&c->body));
        }
}

static void tell_gap(struct bh_collect *c, struct bh_str where, const struct bh_err *why) {
        struct bh_inventory *inv = c->inventory;

        if (bh_known_is_news(&inv->gaps[inv->now], bh_arena_printf(c->arena, "%.*s: %s", BH_FMT(where), why->text), BH_STR("")))
                inv->opts.gap(inv->opts.user, where, why);
}

void bh_collect_gap(struct bh_collect *c, struct bh_str where, const struct bh_err *why) {
        c->blind = true;
        tell_gap(c, where, why);
}

static struct bh_str short_id(struct bh_str container) {
        return bh_str_part(container, 0, SHORT_ID);
}

void bh_collect_blind(struct bh_collect *c, const struct bh_root *root, const struct bh_err *why) {
        (void) bh_map_set(&c->blind_roots, short_id(root->container), c);
        tell_gap(c, root->container.len ? root->container : BH_STR("host"), why);
}

struct bh_str bh_collect_key(struct bh_collect *c, const struct bh_root *root, struct bh_str name) {
        struct bh_str id = short_id(root->container);

        return id.len ? bh_arena_printf(c->arena, "%.*s/%.*s", BH_FMT(id), BH_FMT(name)) : name;
}

/* Whose thing that is, by its key. */
static struct bh_str root_of(struct bh_str key) {
        struct bh_str id, name;
        uint64_t v;

        return bh_str_cut(key, '/', &id, &name) && id.len == SHORT_ID && bh_str_hex64(id, &v) ? id : BH_STR("");
}

struct goodbye {
        const struct bh_collect *c;
        enum bh_asset_kind kind;
};

static bool gone(void *user, struct bh_str key) {
        const struct goodbye *g = user;
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };

        if (g->c->blind || bh_map_has(&g->c->blind_roots, root_of(key)))
                return false;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "kind", bh_asset_str(g->kind));
        bh_json_put_str(&j, "key", key);
        bh_json_put_cstr(&j, "op", "gone");
        bh_json_put_close(&j);
        tell(g->c->inventory, bh_buf_str(&body));
        return true;
}

static bool forget(void *user, struct bh_str key) {
        (void) user;
        (void) key;
        return true;
}

/* After the first pass: these are all; whoever remembers others forgets them. */
static void tell_whole(struct bh_inventory *inv, enum bh_asset_kind kind) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "kind", bh_asset_str(kind));
        bh_json_put_cstr(&j, "op", "whole");
        bh_json_put_open(&j, "keys", '[');
        for (size_t i = 0; i < inv->known[kind].told.len; i++)
                bh_json_put_str(&j, NULL, inv->known[kind].told.items[i].key);
        bh_json_put_close(&j);
        bh_json_put_close(&j);
        tell(inv, bh_buf_str(&body));
}

static void end_kind(struct bh_collect *c, enum bh_asset_kind kind) {
        struct bh_inventory *inv = c->inventory;
        struct goodbye g = { c, kind };
        bool any = inv->known[kind].any, whole = !any && !c->blind && !bh_map_has(&c->blind_roots, BH_STR(""));

        bh_known_end(&inv->known[kind], gone, &g);
        inv->known[kind].any = any || whole;
        if (whole)
                tell_whole(inv, kind);
}

/* ---- a pass ---- */

static int look(struct bh_collect *c, const struct bh_collector *of, struct bh_inventory *inv, struct bh_roots *roots, struct bh_err *err) {
        int r = of->needs == BH_COLLECT_ALONE ? 0 : bh_tasks_look(&inv->tasks, err);

        if (r < 0)
                return r;
        if (of->needs == BH_COLLECT_ROOTS)
                bh_roots_look(inv->arena, &inv->tasks, roots);
        return of->collect(c, err);
}

static void pass(struct bh_inventory *inv, size_t i) {
        const struct bh_collector *of = &bh_collectors[i];
        struct bh_roots roots = { 0 };
        struct bh_collect c = { .arena = inv->arena, .opts = &inv->opts, .tasks = &inv->tasks, .roots = &roots, .inventory = inv, .uses = inv->uses, .runtimes = inv->runtimes,
                                .blind_roots = bh_map_in(inv->arena) };
        struct bh_err err = BH_ERR_NONE;

        inv->now = i;
        bh_known_begin(&inv->gaps[i]);
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++)
                if (of->kinds & 1u << kind)
                        bh_known_begin(&inv->known[kind]);
        if (look(&c, of, inv, &roots, &err) < 0)
                bh_collect_gap(&c, bh_str_of(of->name), &err);
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++)
                if (of->kinds & 1u << kind)
                        end_kind(&c, (enum bh_asset_kind) kind);
        bh_known_end(&inv->gaps[i], forget, NULL);
        bh_roots_done(&roots);
        bh_buf_done(&c.body);
        bh_arena_free(&inv->arena); /* one that is reset would keep a block of what the dearest pass needed */
        inv->arena = bh_arena_new();
}

/* The collector that is due for longest; N_COLLECTORS: none. */
static size_t next_due(const struct bh_inventory *inv, int64_t now) {
        size_t best = N_COLLECTORS;

        for (size_t i = 0; i < N_COLLECTORS; i++)
                if (inv->due_ms[i] <= now && (best == N_COLLECTORS || inv->due_ms[i] < inv->due_ms[best]))
                        best = i;
        return best;
}

static uint64_t timed_pass(struct bh_inventory *inv, size_t i) {
        uint64_t before = (uint64_t) bh_clock_ns(CLOCK_THREAD_CPUTIME_ID), cost;

        pass(inv, i);
        cost = (uint64_t) bh_clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
        return cost;
}

unsigned bh_inventory_turn(struct bh_inventory *inv) {
        int64_t now = bh_clock_ms(CLOCK_MONOTONIC);
        size_t i = now < inv->rest_until_ms ? N_COLLECTORS : next_due(inv, now);

        if (i < N_COLLECTORS) {
                uint64_t cost_ns = timed_pass(inv, i);

                inv->due_ms[i] = now + bh_collectors[i].every_s * 1000ll;
                inv->rest_until_ms = now + (int64_t) (cost_ns * SHARE / 1000000);
        }
        return (unsigned) BH_MAX(inv->rest_until_ms - now, (int64_t) SHORTEST_MS);
}

void bh_inventory_all(struct bh_inventory *inv) {
        for (size_t i = 0; i < N_COLLECTORS; i++)
                (void) timed_pass(inv, i);
}

void bh_inventory_executed(struct bh_inventory *inv, struct bh_str container, struct bh_str path) {
        bh_uses_heard(inv->uses, container, path);
}

void bh_inventory_again(struct bh_inventory *inv) {
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++) {
                bh_known_done(&inv->known[kind]);
                bh_known_init(&inv->known[kind]);
        }
        for (size_t i = 0; i < N_COLLECTORS; i++)
                inv->due_ms[i] = 0;
}

int bh_inventory_open(const struct bh_inventory_opts *opts, struct bh_inventory **ret, struct bh_err *err) {
        struct bh_inventory *inv = calloc(1, sizeof *inv);

        (void) err;
        if (!inv)
                bh_nomem(sizeof *inv);
        inv->opts = *opts;
        inv->arena = bh_arena_new();
        bh_tasks_init(&inv->tasks);
        inv->uses = bh_uses_new();
        inv->runtimes = bh_runtime_roots_new(bh_host_root());
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++)
                bh_known_init(&inv->known[kind]);
        for (size_t i = 0; i < N_COLLECTORS; i++)
                bh_known_init(&inv->gaps[i]);
        *ret = inv;
        return 0;
}

void bh_inventory_close(struct bh_inventory **inventory) {
        struct bh_inventory *inv = *inventory;

        *inventory = NULL;
        if (!inv)
                return;
        for (int kind = 0; kind < _BH_ASSET_MAX; kind++)
                bh_known_done(&inv->known[kind]);
        for (size_t i = 0; i < N_COLLECTORS; i++)
                bh_known_done(&inv->gaps[i]);
        bh_tasks_done(&inv->tasks);
        bh_uses_free(&inv->uses);
        bh_runtime_roots_free(&inv->runtimes);
        bh_arena_free(&inv->arena);
        free(inv);
}
