/* SPDX-License-Identifier: Apache-2.0 */
/* The collector of engines over a world of a few rows: what is told, and where from. */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "comply/check.h"
#include "comply/collect/collectors.h"
#include "fake_reach.h"
#include "rule/rules.h"

#define VERSION { "docker:/version", "{\"Version\":\"28.2.2\",\"Components\":[{\"Name\":\"Engine\"}]}" }
#define INFO(more) { "docker:/info", "{\"DockerRootDir\":\"/var/lib/docker\",\"Driver\":\"overlay2\",\"LoggingDriver\":\"json-file\",\"MemTotal\":1000000000,\"NCPU\":2," more "\"SecurityOptions\":[\"name=seccomp,profile=builtin\"]}" }
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ONE { "docker:/containers/json?all=1", "[{\"Id\":\"" ID "\"}]" }
#define BOX(host, more) { "docker:/containers/" ID "/json", "{\"Id\":\"" ID "\",\"Name\":\"/web\",\"State\":{\"Status\":\"created\",\"Pid\":0},\"Config\":{\"Image\":\"web:1\"},\"HostConfig\":{" host "}" more "}" }
#define EMPTY { "docker:/images/json", "[]" }, { "docker:/volumes", "{}" }

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

static void done(struct bench *b) {
        bh_arena_free(&b->arena);
}

static const struct bh_fact *first(const struct bench *b, const struct bh_fact_kind *kind) {
        for (const struct bh_fact *f = b->facts.first; f; f = f->next)
                if (f->kind == kind)
                        return f;
        fail_msg("there is no %s", kind->name);
        return NULL;
}

/* A field as a report would print it. */
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

static void where_there_is_no_engine_nothing_is_told(void **state) {
        static const struct fake_row rows[] = { { 0 } };
        struct bench b;

        (void) state;
        look(&b, rows);
        assert_int_equal(b.facts.n, 0);
        assert_int_equal(b.facts.gaps.len, 0);
        done(&b);
}

static void a_file_alone_tells_what_dockerd_would_do(void **state) {
        static const struct fake_row rows[] = { { "/etc/docker/daemon.json", "{\"icc\": false, \"hosts\": [\"tcp://0.0.0.0:2375\", \"unix:///run/docker.sock\"]}" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_engine);
        SHOWS(f, "icc", "false");
        SHOWS(f, "userland_proxy", "true");
        SHOWS(f, "tcp_open", "tcp://0.0.0.0:2375");
        SHOWS(f, "tcp_everywhere", "tcp://0.0.0.0:2375");
        SHOWS(f, "log_level", "info");
        done(&b);
}

static void a_socket_of_systemd_may_hide_a_port(void **state) {
        static const struct fake_row rows[] = { { "/etc/docker/daemon.json", "{\"hosts\": [\"fd://\"]}" },
                                                { "/lib/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\n" },
                                                { "/etc/systemd/system/docker.socket.d/more.conf", "[Socket]\nListenStream=2375\n" },
                                                { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_engine);
        SHOWS(f, "tcp_open", "tcp://:2375");
        done(&b);
}

static void a_broken_answer_is_a_gap_and_no_end(void **state) {
        static const struct fake_row rows[] = { VERSION, INFO(""), EMPTY, { "docker:/containers/json?all=1", "[{\"Id\":\"" ID "\"},{\"Id\":\"x\"},{}]" },
                                                { "docker:/containers/x/json", "{\"Id\"" }, BOX("", ""), { 0 } };
        struct bench b;

        (void) state;
        look(&b, rows);
        SHOWS(first(&b, &bh_kind_container), "name", "web");
        assert_int_equal(b.facts.gaps.len, 1);
        assert_non_null(strstr(b.facts.gaps.at[0].why.at, "GET /containers/x/json"));
        done(&b);
}

static void a_link_shows_what_it_leads_to(void **state) {
        static const struct fake_row rows[] = { VERSION, INFO(""), EMPTY, ONE,
                                                BOX("", ",\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/srv/a/../b\",\"Destination\":\"/in\",\"RW\":false}]"),
                                                { "link:/srv/b", "c/d" }, { "link:/srv/c", "/" }, { "link:/d", "etc" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_container);
        SHOWS(f, "sensitive_mounts", "/etc -> /in (read-only)");
        SHOWS(f, "sensitive_mounts", "named /srv/a/../b");
        done(&b);
}

static void links_that_never_end_are_left(void **state) {
        static const struct fake_row rows[] = { VERSION, INFO(""), EMPTY, ONE, BOX("", ",\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/a\",\"Destination\":\"/in\"}]"), { "link:/a", "/b" },
                                                { "link:/b", "/a" }, { 0 } };
        struct bench b;

        (void) state;
        look(&b, rows);
        SHOWS(first(&b, &bh_kind_container), "mounts", "-> /in");
        done(&b);
}

static void joins_in_a_ring_end(void **state) {
        static const struct fake_row rows[] = { VERSION, INFO(""), EMPTY, ONE, BOX("\"NetworkMode\":\"container:web\",\"PidMode\":\"container:gone\"", ""), { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_container);
        SHOWS(f, "host_network", "false");
        SHOWS(f, "joins", "pid of gone");
        done(&b);
}

static void numbers_too_large_for_a_user_are_root(void **state) {
        static const char *const users[] = { "", "0", "0:0", "root:root", "00", "4294967296", "2147483648", "-1", "99999999999999999999" };

        (void) state;
        for (size_t i = 0; i < BH_LEN(users); i++) {
                char json[600];
                const struct fake_row rows[] = { VERSION, INFO(""), EMPTY, ONE, { "docker:/containers/" ID "/json", json }, { 0 } };
                struct bench b;

                (void) snprintf(json, sizeof json, "{\"Name\":\"/web\",\"State\":{},\"HostConfig\":{},\"Config\":{\"User\":\"%s\"}}", users[i]);
                look(&b, rows);
                SHOWS(first(&b, &bh_kind_container), "root", "true");
                done(&b);
        }
}

static void a_plain_container_of_podman_is_told_too(void **state) {
        static const struct fake_row rows[] = { { "podman:/version", "{\"Version\":\"4.3.1\",\"Components\":[{\"Name\":\"Podman Engine\"}]}" },
                                                { "podman:/info", "{\"DockerRootDir\":\"/var/lib/containers/storage\",\"SecurityOptions\":[\"name=seccomp,profile=default\",\"name=rootless\"]}" },
                                                { "podman:/images/json", "[]" }, { "podman:/volumes", "{}" }, { "podman:/containers/json?all=1", "[{\"Id\":\"" ID "\"}]" },
                                                { "podman:/containers/" ID "/json", "{\"Name\":\"web\",\"State\":{},\"HostConfig\":{\"PidMode\":\"host\"},\"Config\":{\"User\":\"1000\"}}" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_engine);
        SHOWS(f, "kind", "podman");
        SHOWS(f, "rootless", "true");
        SHOWS(f, "seccomp", "builtin");
        f = first(&b, &bh_kind_container);
        SHOWS(f, "host_pid", "true");
        SHOWS(f, "root", "false");
        done(&b);
}

static void registries_of_podman_are_read_with_their_drop_ins(void **state) {
        static const struct fake_row rows[] = { { "podman:/version", "{\"Version\":\"4.3.1\",\"Components\":[{\"Name\":\"Podman Engine\"}]}" },
                                                { "podman:/info", "{\"DockerRootDir\":\"/x\",\"SecurityOptions\":[]}" },
                                                { "/etc/containers/registries.conf", "[[registry]]\nlocation = \"safe:5000\"\n" },
                                                { "/etc/containers/registries.conf.d/a.conf", "[[registry]]\nprefix = \"x\"\nlocation = \"loose:5000\"\ninsecure = true\n[[registry.mirror]]\nlocation = \"m:1\"\ninsecure = true\n" },
                                                { 0 } };
        const struct bh_fact *f;
        struct bench b;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_engine);
        SHOWS(f, "insecure_registries", "(loose:5000,m:1)");
        done(&b);
}

static void containerd_on_tcp_is_a_way_in(void **state) {
        static const struct fake_row rows[] = { { "/etc/docker/daemon.json", "{}" }, { "/etc/containerd/config.toml", "version = 2\n[grpc]\n  tcp_address = \"0.0.0.0:9000\"\n" }, { 0 } };
        struct bench b;

        (void) state;
        look(&b, rows);
        SHOWS(first(&b, &bh_kind_engine), "tcp_open", "containerd tcp://0.0.0.0:9000");
        done(&b);
}

/* dockerd answers for another machine: what only its arguments tell is not known here. */
static void without_its_process_nothing_is_assumed(void **state) {
        static const struct fake_row rows[] = { VERSION, INFO(""), EMPTY, { "docker:/containers/json?all=1", "[]" }, { 0 } };
        const struct bh_fact *f;
        struct bench b;
        size_t unknown = 0;

        (void) state;
        look(&b, rows);
        f = first(&b, &bh_kind_engine);
        for (size_t i = 0; i < bh_kind_engine.source.n_fields; i++)
                unknown += f && f->values[i].unknown.len > 0;
        assert_true(unknown >= 6);
        SHOWS(f, "log_driver", "json-file");
        done(&b);
}

BH_UNIT_MAIN(registries_of_podman_are_read_with_their_drop_ins, containerd_on_tcp_is_a_way_in, without_its_process_nothing_is_assumed, where_there_is_no_engine_nothing_is_told, a_file_alone_tells_what_dockerd_would_do, a_socket_of_systemd_may_hide_a_port, a_broken_answer_is_a_gap_and_no_end,
             a_link_shows_what_it_leads_to, links_that_never_end_are_left, joins_in_a_ring_end, numbers_too_large_for_a_user_are_root, a_plain_container_of_podman_is_told_too)
