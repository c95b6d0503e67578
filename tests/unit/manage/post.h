/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TEST_MANAGE_POST_H
#define BH_TEST_MANAGE_POST_H
/* An item of an agent, taken in by the door for its kind. */
#include "../store/shelf.h"

#include "fmt/json.h"
#include "manage/intake.h"

struct post {
        enum bh_item_kind kind;
        bh_intake *intake;
        const char *body, *host;
        int64_t now_ms;
};

static inline int post_fn(struct bh_db *db, void *user, struct bh_err *err) {
        const struct post *p = user;
        struct bh_arena *arena = bh_arena_new();
        const struct bh_sender from = { .agent_id = BH_STR("agent"), .host_id = bh_str_of(p->host), .epoch = 1, .now_ms = p->now_ms };
        struct bh_item item = { .seq = 1, .kind = p->kind, .text = bh_str_of(p->body) };
        int r = bh_json_parse(arena, item.text, &item.body, err);

        r = r < 0 ? r : p->intake(db, &from, &item, arena, err);
        bh_arena_free(&arena);
        return r;
}

static inline int post_in(struct shelf *s, struct post p, struct bh_err *err) {
        return bh_store_write(s->store, post_fn, &p, err);
}

#endif
