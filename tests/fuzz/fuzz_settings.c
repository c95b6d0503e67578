/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of data servers, which lies in strangers' containers, and units of systemd; the first byte says whose. */
#include "comply/read/erlang.h"
#include "comply/read/keyvalue.h"
#include "comply/read/mycnf.h"
#include "comply/read/pgconf.h"
#include "comply/read/redis.h"
#include "comply/read/secretfile.h"
#include "comply/read/unit.h"
#include "fuzz.h"

static void redis(struct bh_arena *arena, struct bh_cur c) {
        struct bh_redis_user user;
        struct bh_redis_line d;
        struct bh_err err;
        int r;

        bh_redis_user_init(&user, true);
        while (c.left && (r = bh_redis_next(arena, &c, &d, &err)) != 0)
                for (size_t i = 0; r > 0 && i < d.n; i++)
                        BH_IGNORE(bh_redis_user_rule(&user, d.words[i], &err));
}

static void mycnf(struct bh_arena *arena, struct bh_cur c) {
        struct bh_mycnf d;
        struct bh_err err;

        while (bh_mycnf_next(arena, &c, &d, &err) > 0)
                (void) bh_myoption_of(arena, d.name, d.value, d.has_value);
}

static void pgconf(struct bh_arena *arena, struct bh_cur c) {
        struct bh_pgconf d;
        struct bh_err err;

        while (c.left && bh_pgconf_next(arena, &c, &d, &err) != 0)
                ;
}

static void pghba(struct bh_arena *arena, struct bh_cur c) {
        struct bh_pghba d;
        struct bh_err err;
        int r;

        while (c.left && (r = bh_pghba_next(arena, &c, &d, &err)) != 0)
                if (r > 0)
                        (void) bh_pghba_bits(&d);
}

static void keyvalue(struct bh_arena *arena, struct bh_cur c) {
        struct bh_keyvalue kv;

        (void) arena;
        while (bh_keyvalue_next(&c, &kv))
                ;
}

static void erlang(struct bh_arena *arena, struct bh_cur c) {
        const struct bh_doc *doc;
        struct bh_err err;

        if (bh_erlang_parse(arena, bh_cur_rest(&c), &doc, &err) >= 0)
                (void) bh_erlang_get(bh_erlang_get(doc, "rabbit"), "tcp_listeners");
}

static void secret(struct bh_arena *arena, struct bh_cur c) {
        (void) bh_secret_of(arena, bh_cur_rest(&c), true);
}

static void unit(struct bh_arena *arena, struct bh_cur c) {
        struct bh_unit u = { 0 };

        while (bh_unit_next(arena, &c, &u))
                ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static void (*const readers[])(struct bh_arena *, struct bh_cur) = { redis, mycnf, pgconf, pghba, keyvalue, erlang, secret, unit };
        struct bh_arena *arena = bh_arena_new();

        if (size > 0)
                readers[data[0] % BH_LEN(readers)](arena, bh_cur_of((struct bh_str){ (const char *) data + 1, size - 1 }));
        bh_arena_free(&arena);
        return 0;
}
