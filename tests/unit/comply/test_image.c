/* SPDX-License-Identifier: Apache-2.0 */
/* Images, files and watches over a world of a few rows. */
#include "unit.h"

#include "base/buf.h"
#include "comply/collect/collectors.h"
#include "fake_reach.h"
#include "rule/rules.h"

struct bench {
        struct bh_arena *arena;
        struct bh_facts facts;
        struct fake_reach fake;
};

static void look(struct bench *b, const struct fake_row *rows) {
        struct bh_err err = BH_ERR_NONE;

        b->arena = bh_arena_new();
        bh_facts_init(&b->facts, b->arena);
        fake_reach_init(&b->fake, rows);
        assert_int_equal(bh_collect_engine_facts(&b->fake.reach, &b->facts, &err), 0);
}

/* The fact of that kind whose key ends so. */
static const struct bh_fact *fact(const struct bench *b, const struct bh_fact_kind *kind, const char *end) {
        for (const struct bh_fact *f = b->facts.first; f; f = f->next)
                if (f->kind == kind && bh_str_ends(f->key, bh_str_of(end)))
                        return f;
        fail_msg("there is no %s %s", kind->name, end);
        return NULL;
}

static const char *text(const struct bench *b, const struct bh_fact *f, const char *field) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_fact_look at = { .fact = f };
        struct bh_rule_format *print = NULL;
        struct bh_err err = BH_ERR_NONE;

        assert_int_equal(bh_rule_format_new(&f->kind->source, bh_arena_printf(b->arena, "%%%s.%s", f->kind->name, field), &print, &err), 0);
        bh_rule_format_print(print, &at, &out);
        bh_rule_format_free(&print);
        return bh_arena_cstr(b->arena, bh_buf_str(&out));
}

#define SHOWS(f, field, want) assert_non_null(strstr(text(&b, f, field), want))
#define SAYS(f, field, want) assert_string_equal(text(&b, f, field), want)
#define ENGINE { "docker:/version", "{\"Version\":\"28.2.2\"}" }, { "docker:/info", "{\"DockerRootDir\":\"/var/lib/docker\",\"SecurityOptions\":[]}" }, { "docker:/volumes", "{}" }
#define IMAGE(config, more) { "docker:/images/json", "[{\"Id\":\"sha256:1\",\"RepoTags\":[\"app:1\"]}]" }, { "docker:/containers/json?all=1", "[]" }, \
        { "docker:/images/sha256:1/json", "{\"Created\":\"2020-01-01T00:00:00Z\",\"Config\":{" config "}" more "}" }

static void the_history_of_a_build_is_read(void **state) {
        static const struct fake_row rows[] = { ENGINE, IMAGE("\"Env\":[\"API_TOKEN=x\",\"TOKEN_FILE=/run/x\"]", ""),
                                                { "docker:/images/sha256:1/history", "[{\"CreatedBy\":\"RUN |1 NPM_TOKEN=abc /bin/sh -c npm ci # buildkit\"},{\"CreatedBy\":\"RUN /bin/sh -c apt-get update\"},"
                                                  "{\"CreatedBy\":\"RUN /bin/sh -c apt-get update && apt-get install -y --allow-unauthenticated a\"},{\"CreatedBy\":\"ADD x.tar /srv # buildkit\"},"
                                                  "{\"CreatedBy\":\"/bin/sh -c #(nop) ADD file:1 in / \"}]" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = fact(&b, &bh_kind_image, "1");
        SHOWS(f, "secrets", "ENV API_TOKEN");
        SHOWS(f, "secrets", "build NPM_TOKEN");
        assert_null(strstr(text(&b, f, "secrets"), "abc"));
        assert_null(strstr(text(&b, f, "secrets"), "_FILE"));
        SAYS(f, "lone_updates", "(RUN /bin/sh -c apt-get update)");
        SAYS(f, "adds", "(ADD x.tar /srv # buildkit)");
        SAYS(f, "unverified", "(--allow-unauthenticated)");
        SAYS(f, "root", "true");
        SAYS(f, "used", "false");
        bh_arena_free(&b.arena);
}

static void attacks_in_a_configuration_are_told(void **state) {
        static const struct fake_row rows[] = { ENGINE, IMAGE("\"User\":\"4294967296:0\",\"Labels\":{\"logger\":\"binary:///bin/sh?-c\"}", ""), { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = fact(&b, &bh_kind_image, "1");
        SHOWS(f, "hostile", "user 4294967296:0");
        SHOWS(f, "hostile", "label logger");
        bh_arena_free(&b.arena);
}

/* The world of rows has no folders, so what is told of programs is that it cannot be told. */
static void what_no_driver_tells_is_unknown(void **state) {
        static const struct fake_row rows[] = { ENGINE, IMAGE("\"User\":\"app\"", ",\"GraphDriver\":{\"Name\":\"vfs\",\"Data\":null}"), { 0 } };
        const struct bh_fact *f;
        struct bench b;
        size_t unknown = 0;

        (void) state;
        look(&b, rows);
        f = fact(&b, &bh_kind_image, "1");
        for (size_t i = 0; i < f->kind->source.n_fields; i++)
                unknown += f->values[i].unknown.len > 0;
        assert_int_equal(unknown, 3); /* setuid, unneeded; and the history that was not given */
        bh_arena_free(&b.arena);
}

static void a_watch_of_a_folder_above_counts(void **state) {
        static const struct fake_row rows[] = { ENGINE, IMAGE("", ""), { "/etc/audit/rules.d/a.rules", "-w /etc/docker -p wa\n-w /usr/bin/dockerd -p x\n" },
                                                { "/etc/audit/rules.d/b.rules", "-W /usr/bin/dockerd\n" }, { "/etc/docker/daemon.json", "{}" }, { "/usr/bin/dockerd", "x" }, { 0 } };
        struct bench b;

        (void) state;
        look(&b, rows);
        SAYS(fact(&b, &bh_kind_audit_watch, "/etc/docker/daemon.json"), "watched", "true");
        SAYS(fact(&b, &bh_kind_audit_watch, "/etc/docker/daemon.json"), "rule", "/etc/docker");
        SAYS(fact(&b, &bh_kind_audit_watch, "/usr/bin/dockerd"), "watched", "false");
        bh_arena_free(&b.arena);
}

static void who_is_in_the_group_by_any_way_is_told(void **state) {
        static const struct fake_row rows[] = { ENGINE, IMAGE("", ""), { "/etc/group", "docker:x:999:ann,bob\ndockerroot:x:998:eve\n" }, { "/etc/passwd", "root:x:0:0::/root:/bin/sh\nkim:x:5:999::/:/bin/sh\n" },
                                                { "/etc/bulkhead/engine-users", "ann\n# note\n" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = fact(&b, &bh_kind_engine, "docker");
        SAYS(f, "socket_users", "(ann,bob,kim)");
        SAYS(f, "socket_users_unlisted", "(bob,kim)");
        bh_arena_free(&b.arena);
}

static void a_file_is_told_with_its_mode_and_owner(void **state) {
        static const struct fake_row rows[] = { ENGINE, IMAGE("", ""), { "/etc/docker/daemon.json", "{}" }, { "mode:/etc/docker/daemon.json", "666" }, { "/etc/docker/certs.d/ca.crt", "x" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = fact(&b, &bh_kind_file, "docker-config /etc/docker/daemon.json");
        SAYS(f, "octal", "666");
        SAYS(f, "wider[644]", "true");
        SAYS(f, "wider[666]", "false");
        SAYS(f, "user", "root");
        SAYS(fact(&b, &bh_kind_file, "docker-registry-certificate /etc/docker/certs.d/ca.crt"), "octal", "644");
        bh_arena_free(&b.arena);
}

BH_UNIT_MAIN(the_history_of_a_build_is_read, attacks_in_a_configuration_are_told, what_no_driver_tells_is_unknown, a_watch_of_a_folder_above_counts,
             who_is_in_the_group_by_any_way_is_told, a_file_is_told_with_its_mode_and_owner)
