/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of an engine that may be anybody's: pieces set apart by a line "--"
 * are what it says of itself, of volumes, of an image and its history, of a
 * container, and dockerd's file.
 */
#include <string.h>

#include "comply/collect/collectors.h"
#include "fake_reach.h"
#include "fuzz.h"

enum { INFO, VOLUMES, IMAGE, HISTORY, CONTAINER, FILE_, SWARM, N_PIECES };

struct pieces {
        const char *at[N_PIECES];
};

static const char *answer(void *user, const char *path) {
        static const struct {
                const char *path;
                unsigned piece;
        } rows[] = { { "docker:/info", INFO },     { "docker:/volumes", VOLUMES },     { "docker:/images/sha256:1/json", IMAGE }, { "docker:/images/sha256:1/history", HISTORY },
                     { "docker:/containers/1/json", CONTAINER }, { "/etc/docker/daemon.json", FILE_ }, { "docker:/swarm", SWARM },  { "docker:/networks", SWARM },
                     { "docker:/services", SWARM } };
        const struct pieces *p = user;

        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (strcmp(rows[i].path, path) == 0)
                        return p->at[rows[i].piece];
        return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const struct fake_row rows[] = { { "docker:/version", "{\"Version\":\"1\"}" }, { "docker:/images/json", "[{\"Id\":\"1\",\"RepoTags\":[\"a:1\"]}]" },
                                                { "docker:/containers/json?all=1", "[{\"Id\":\"1\"}]" }, { 0 } };
        struct bh_arena *arena = bh_arena_new();
        struct bh_str text = bh_arena_str(arena, (struct bh_str){ (const char *) data, size });
        struct bh_err err = BH_ERR_NONE;
        struct pieces pieces = { 0 };
        struct fake_reach fake;
        struct bh_facts facts;

        for (size_t i = 0; i < N_PIECES; i++) {
                ptrdiff_t cut = bh_str_find(text, BH_STR("\n--\n"));

                pieces.at[i] = bh_arena_cstr(arena, bh_str_part(text, 0, cut < 0 ? text.len : (size_t) cut));
                text = bh_str_from(text, cut < 0 ? text.len : (size_t) cut + 4);
        }
        fake_reach_init(&fake, rows);
        fake.more = answer;
        fake.user = &pieces;
        bh_facts_init(&facts, arena);
        if (bh_collect_engine_facts(&fake.reach, &facts, &err) < 0)
                __builtin_trap();
        bh_arena_free(&arena);
        return 0;
}
