/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/router.h"

#include "base/limits.h"
#include "unit.h"

static int handler(struct bh_call *call, struct bh_err *err) {
        (void) call;
        (void) err;
        return 0;
}

static const struct bh_route hosts[] = {
        { "GET", "/api/v1/hosts", "listHosts", BH_MAY_READ, handler, NULL, 0 },
        { "GET", "/api/v1/hosts/{id}", "getHost", BH_MAY_READ, handler, NULL, 0 },
        { "PATCH", "/api/v1/hosts/{id}", "changeHost", BH_MAY_AGENTS_WRITE, handler, NULL, 0 },
        { "GET", "/api/v1/hosts/newest", "getNewest", BH_MAY_READ, handler, NULL, 0 },
        { "GET", "/api/v1/hosts/{id}/ports/{port}", "getPort", BH_MAY_READ, handler, NULL, 0 },
        { 0 },
};
static const struct bh_route agents[] = { { "POST", "/agent/v1/batch", "postBatch", BH_MAY_AGENT, handler, NULL, 0 }, { 0 } };
static const struct bh_route *const tables[] = { hosts, agents, NULL };

struct found {
        struct bh_arena *arena;
        const struct bh_route *route;
        struct bh_part parts[BH_LIMIT_API_PARTS];
        size_t n;
        struct bh_str allow;
};

static enum bh_route_found find(struct found *f, const char *method, const char *path, bool port_of_agents) {
        return bh_route_find(tables, f->arena, bh_str_of(method), bh_str_of(path), port_of_agents, &f->route, f->parts, &f->n, &f->allow);
}

static void a_path_finds_its_row(void **state) {
        struct found f = { .arena = bh_arena_new() };

        (void) state;
        assert_int_equal(find(&f, "GET", "/api/v1/hosts", false), BH_ROUTE_FOUND);
        assert_string_equal(f.route->operation, "listHosts");
        assert_int_equal(find(&f, "HEAD", "/api/v1/hosts/a%2Fb%20c", false), BH_ROUTE_FOUND);
        assert_string_equal(f.route->operation, "getHost");
        assert_str(f.parts[0].name, "id");
        assert_str(f.parts[0].value, "a/b c");
        assert_int_equal(find(&f, "GET", "/api/v1/hosts/1/ports/80", false), BH_ROUTE_FOUND);
        assert_int_equal(f.n, 2);
        assert_str(f.parts[1].value, "80");
        bh_arena_free(&f.arena);
}

static void a_word_wins_over_a_part(void **state) {
        struct found f = { .arena = bh_arena_new() };

        (void) state;
        assert_int_equal(find(&f, "GET", "/api/v1/hosts/newest", false), BH_ROUTE_FOUND);
        assert_string_equal(f.route->operation, "getNewest");
        bh_arena_free(&f.arena);
}

static void another_method_is_told_which_there_are(void **state) {
        struct found f = { .arena = bh_arena_new() };

        (void) state;
        assert_int_equal(find(&f, "DELETE", "/api/v1/hosts/1", false), BH_ROUTE_METHOD);
        assert_str(f.allow, "GET, PATCH");
        bh_arena_free(&f.arena);
}

static void what_is_nearly_a_path_is_none(void **state) {
        static const char *const wrong[] = { "/", "/api/v1/hosts/", "/api/v1//hosts", "/api/v1/hosts/1/", "/api/v1/hosts/%", "/api/v1/hosts/%00", "/API/v1/hosts",
                                             "/api/v1/hosts/1/ports", "/api/v1/host", "/api/v1/hosts/../hosts" };
        struct found f = { .arena = bh_arena_new() };

        (void) state;
        for (size_t i = 0; i < BH_LEN(wrong); i++)
                assert_int_equal(find(&f, "GET", wrong[i], false), BH_ROUTE_NONE);
        bh_arena_free(&f.arena);
}

static void each_port_has_its_own_rows(void **state) {
        struct found f = { .arena = bh_arena_new() };

        (void) state;
        assert_int_equal(find(&f, "POST", "/agent/v1/batch", false), BH_ROUTE_NONE);
        assert_int_equal(find(&f, "POST", "/agent/v1/batch", true), BH_ROUTE_FOUND);
        assert_int_equal(find(&f, "GET", "/api/v1/hosts", true), BH_ROUTE_NONE);
        bh_arena_free(&f.arena);
}

BH_UNIT_MAIN(a_path_finds_its_row, a_word_wins_over_a_part, another_method_is_told_which_there_are, what_is_nearly_a_path_is_none, each_port_has_its_own_rows)
