/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/shelf.h"

#include <string.h>
#include <sys/stat.h>

#include "fmt/zframe.h"
#include "manage/agents.h"
#include "manage/commands.h"
#include "manage/pki.h"
#include "manage/receive.h"
#include "sys/fd.h"

#define NOW 1764439200000ll
#define DAY 86400000ll

struct world {
        struct shelf shelf;
        struct bh_manage *manage;
        struct bh_arena *arena;
        char woken[128];
};

static void wake(void *user, struct bh_str key) {
        struct world *w = user;

        (void) snprintf(w->woken, sizeof w->woken, "%.*s", BH_FMT(key));
}

static void put_file(struct world *w, const char *name, struct bh_str text) {
        assert_int_equal(bh_fd_write_own(bh_arena_printf(w->arena, "%s/tls/%s", w->shelf.dir, name).at, text, BH_STR(""), NULL), 0);
}

static struct world *world_new(void) {
        struct world *w = calloc(1, sizeof *w);
        struct bh_err err = BH_ERR_NONE;
        struct bh_pki_pair ca;

        assert_non_null(w);
        w->shelf = shelf_new();
        w->arena = bh_arena_new();
        assert_int_equal(mkdir(bh_arena_printf(w->arena, "%s/tls", w->shelf.dir).at, 0700), 0);
        assert_int_equal(bh_pki_make_ca(w->arena, BH_STR("Bulkhead"), 100, NOW / 1000, &ca, &err), 0);
        put_file(w, "ca.key", ca.key);
        put_file(w, "ca.pem", ca.certificate);
        if (bh_manage_open(&(struct bh_manage_opts){ .store = w->shelf.store, .state_dir = w->shelf.dir, .wake = wake, .user = w }, &w->manage, &err) < 0)
                fail_msg("%s", err.text);
        return w;
}

static void world_done(struct world *w) {
        bh_manage_close(&w->manage);
        (void) unlink(bh_arena_printf(w->arena, "%s/tls/ca.key", w->shelf.dir).at);
        (void) unlink(bh_arena_printf(w->arena, "%s/tls/ca.pem", w->shelf.dir).at);
        (void) rmdir(bh_arena_printf(w->arena, "%s/tls", w->shelf.dir).at);
        shelf_done(&w->shelf);
        bh_arena_free(&w->arena);
        free(w);
}

/* ---- one write of each kind ---- */

struct act {
        struct world *w;
        struct bh_enrolment_order token_order;
        struct bh_enrol_request request;
        struct bh_command_order command;
        struct bh_str token, agent_id, why;
        struct bh_enrolled enrolled;
        int64_t id;
};

static int make_token(struct bh_db *db, void *user, struct bh_err *err) {
        struct act *a = user;

        return bh_enrolment_make(db, a->w->shelf.dir, &a->token_order, a->w->arena, &a->token, &a->id, err);
}

static int enrol(struct bh_db *db, void *user, struct bh_err *err) {
        struct act *a = user;

        return bh_agent_enrol(db, a->w->shelf.dir, &a->request, a->w->arena, &a->enrolled, err);
}

static int take_back(struct bh_db *db, void *user, struct bh_err *err) {
        struct act *a = user;

        return bh_agent_revoke(db, a->agent_id, BH_STR("anna"), BH_STR("stolen"), NOW, err);
}

static int add_command(struct bh_db *db, void *user, struct bh_err *err) {
        struct act *a = user;

        return bh_command_add(db, &a->command, &a->id, err);
}

static int run(struct act *a, bh_store_fn *fn) {
        return bh_store_write(a->w->shelf.store, fn, a, NULL);
}

/* `openssl req -new` of a P-256 key, made for this test. */
static const char csr[] = "-----BEGIN CERTIFICATE REQUEST-----\n"
                          "MIHIMHECAQAwDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
                          "A0IABAF9CnCOoFJ7w4mGovePpXjJzZzk4fgAFuHQQTS1VjxfgJ2PGI6tFjb1E0Io\n"
                          "6eeftXiov9i1iGCTHXmP/dqMQfCgADAKBggqhkjOPQQDAgNHADBEAiB8kSblgF3q\n"
                          "VpdtBWNJ9eAWAc45hHa5X1h5RGHdTcwGFAIgMaREHqEagJsZZnLutSYFbm0F9TcS\n"
                          "PV9sePvZkZdaepU=\n"
                          "-----END CERTIFICATE REQUEST-----\n";

static struct bh_str new_agent(struct world *w, const char *host) {
        struct act a = { .w = w, .token_order = { .server = BH_STR("bulkhead.test:8443"), .now_ms = NOW } };

        assert_int_equal(run(&a, make_token), 0);
        a.request = (struct bh_enrol_request){ .token = a.token, .csr = bh_str_of(csr), .host_id = bh_str_of(host), .host_name = bh_str_of(host), .now_ms = NOW };
        assert_int_equal(run(&a, enrol), 0);
        return a.enrolled.agent_id;
}

static int64_t ask(struct world *w, const char *sql) {
        return shelf_ask(&w->shelf, sql);
}

static int send_as(struct world *w, struct bh_str agent, const char *host, uint64_t epoch, const char *lines, struct bh_batch_reply *reply) {
        BH_CLEANUP(bh_buf_done) struct bh_buf packed = { 0 };
        struct bh_batch b = { .agent_id = agent, .host_id = bh_str_of(host), .epoch = epoch, .agent_ms = NOW, .now_ms = NOW, .packed = true };

        assert_int_equal(bh_zframe_pack(bh_str_of(lines), &packed, NULL), 0);
        b.body = bh_buf_str(&packed);
        *reply = (struct bh_batch_reply){ 0 };
        return bh_receive(w->manage, w->arena, &b, reply, NULL);
}

/* ---- enrolment ---- */

static void a_token_opens_the_door_as_often_as_it_says(void **state) {
        struct world *w = world_new();
        struct act a = { .w = w, .token_order = { .server = BH_STR("bulkhead.test:8443"), .environment = BH_STR("prod"), .now_ms = NOW, .uses = 2 } };

        (void) state;
        assert_int_equal(run(&a, make_token), 0);
        assert_true(bh_str_starts(a.token, BH_STR("bhe1.bulkhead.test:8443.")));
        a.request = (struct bh_enrol_request){ .token = a.token, .csr = bh_str_of(csr), .host_id = BH_STR("h1"), .now_ms = NOW };
        assert_int_equal(run(&a, enrol), 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM host WHERE id = 'h1' AND environment = 'prod'"), 1);
        assert_int_equal(ask(w, "SELECT count(*) FROM enrolment_token WHERE hash LIKE '%bhe1%' OR length(hash) <> 64"), 0);
        a.request.host_id = BH_STR("h2");
        assert_int_equal(run(&a, enrol), 0);
        a.request.host_id = BH_STR("h3");
        assert_int_equal(run(&a, enrol), BH_E_DENIED);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent"), 2);
        world_done(w);
}

static void a_token_ends_and_what_is_no_request_uses_none_up(void **state) {
        struct world *w = world_new();
        struct act a = { .w = w, .token_order = { .server = BH_STR("bulkhead.test:8443"), .now_ms = NOW, .hours = 1 } };

        (void) state;
        assert_int_equal(run(&a, make_token), 0);
        a.request = (struct bh_enrol_request){ .token = a.token, .csr = BH_STR("no request"), .host_id = BH_STR("h1"), .now_ms = NOW };
        assert_int_equal(run(&a, enrol), BH_E_FORMAT);
        assert_int_equal(ask(w, "SELECT uses FROM enrolment_token"), 0);
        a.request.csr = bh_str_of(csr);
        a.request.host_id = BH_STR("../h1");
        assert_int_equal(run(&a, enrol), BH_E_FORMAT);
        a.request.host_id = BH_STR("h1");
        a.request.now_ms = NOW + 3600001;
        assert_int_equal(run(&a, enrol), BH_E_DENIED);
        a.request.now_ms = NOW + 3599000;
        assert_int_equal(run(&a, enrol), 0);
        world_done(w);
}

static void a_host_whose_agent_is_here_is_not_taken_over(void **state) {
        struct world *w = world_new();
        struct act a = { .w = w, .token_order = { .server = BH_STR("bulkhead.test:8443"), .now_ms = NOW } };

        (void) state;
        (void) new_agent(w, "h1");
        shelf_do(&w->shelf, "UPDATE agent SET seen_ms = 1764439199000");
        assert_int_equal(run(&a, make_token), 0);
        a.request = (struct bh_enrol_request){ .token = a.token, .csr = bh_str_of(csr), .host_id = BH_STR("h1"), .now_ms = NOW };
        assert_int_equal(run(&a, enrol), BH_E_DENIED);
        shelf_do(&w->shelf, "UPDATE agent SET seen_ms = 1");
        assert_int_equal(run(&a, enrol), 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent WHERE revoked_ms IS NULL"), 1);
        world_done(w);
}

static void a_certificate_is_known_until_it_is_revoked_or_over(void **state) {
        struct world *w = world_new();
        struct act a = { .w = w, .agent_id = new_agent(w, "h1") };
        struct bh_agent_known known;
        struct bh_str digest = { 0 };
        struct bh_db *db = NULL;

        (void) state;
        assert_int_equal(bh_store_borrow(w->shelf.store, &db, NULL), 0);
        assert_int_equal(bh_db_text(db, "SELECT certificate FROM agent", BH_NO_ARGS, w->arena, &digest, NULL), 1);
        assert_int_equal(bh_agent_by_certificate(db, digest, NOW, w->arena, &known, NULL), 0);
        assert_str(known.host_id, "h1");
        assert_int_equal(bh_agent_by_certificate(db, digest, NOW + 91 * DAY, w->arena, &known, NULL), BH_E_DENIED);
        assert_int_equal(bh_agent_by_certificate(db, BH_STR("00"), NOW, w->arena, &known, NULL), BH_E_DENIED);
        bh_store_give_back(w->shelf.store, &db);
        assert_int_equal(run(&a, take_back), 0);
        assert_int_equal(run(&a, take_back), BH_E_NOTFOUND);
        assert_int_equal(bh_store_borrow(w->shelf.store, &db, NULL), 0);
        assert_int_equal(bh_agent_by_certificate(db, digest, NOW, w->arena, &known, NULL), BH_E_DENIED);
        bh_store_give_back(w->shelf.store, &db);
        world_done(w);
}

/* ---- batches ---- */

#define STATUS(seq) "{\"seq\":" #seq ",\"kind\":\"status\",\"at\":1764439200000,\"body\":{\"version\":\"1.2\",\"rules\":7,\"host\":{\"name\":\"n1\",\"cpus\":4}}}\n"

static void what_comes_twice_changes_nothing_and_holes_are_missed(void **state) {
        struct world *w = world_new();
        struct bh_str agent = new_agent(w, "h1");
        struct bh_batch_reply reply;

        (void) state;
        assert_int_equal(send_as(w, agent, "h1", 5, "", &reply), 0);
        assert_int_equal(reply.acked, 0);
        assert_int_equal(send_as(w, agent, "h1", 5, STATUS(1) STATUS(2), &reply), 0);
        assert_int_equal(reply.acked, 2);
        assert_int_equal(reply.taken, 2);
        assert_int_equal(send_as(w, agent, "h1", 5, STATUS(1) STATUS(2) STATUS(5), &reply), 0);
        assert_int_equal(reply.repeated, 2);
        assert_int_equal(reply.acked, 5);
        assert_int_equal(reply.missing, 2);
        assert_int_equal(send_as(w, agent, "h1", 5, "{\"seq\":6,\"kind\":\"drop\",\"at\":1,\"body\":{\"from\":3,\"to\":4,\"count\":2,\"by_level\":{}}}\n", &reply), 0);
        assert_int_equal(reply.missing, 0);
        assert_int_equal(ask(w, "SELECT acked - stored - dropped FROM agent_epoch"), 0);
        assert_int_equal(ask(w, "SELECT cpus FROM host"), 4);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent WHERE version = '1.2' AND rules = 7 AND stored = 4 AND dropped = 2"), 1);
        world_done(w);
}

static void a_drop_may_be_of_an_epoch_that_is_over(void **state) {
        struct world *w = world_new();
        struct bh_str agent = new_agent(w, "h1");
        struct bh_batch_reply reply;

        (void) state;
        assert_int_equal(send_as(w, agent, "h1", 5, STATUS(1), &reply), 0);
        assert_int_equal(send_as(w, agent, "h1", 6, "{\"seq\":1,\"kind\":\"drop\",\"at\":1,\"body\":{\"epoch\":5,\"from\":2,\"to\":3,\"count\":2}}\n", &reply), 0);
        assert_int_equal(reply.missing, 0);
        assert_int_equal(send_as(w, agent, "h1", 5, "", &reply), 0);
        assert_int_equal(reply.acked, 3);
        assert_int_equal(reply.missing, 0);
        world_done(w);
}

static void what_lies_is_counted_and_the_rest_goes_on(void **state) {
        struct world *w = world_new();
        struct bh_str agent = new_agent(w, "h1");
        struct bh_batch_reply reply;

        (void) state;
        assert_int_equal(send_as(w, agent, "h1", 5,
                                 "{\"seq\":1,\"kind\":\"alert\",\"at\":1,\"body\":{\"nothing\":1}}\n"
                                 "{\"seq\":2,\"kind\":\"result\",\"at\":1,\"body\":{\"command\":\"99\",\"ok\":true}}\n"
                                 "{\"seq\":3,\"kind\":\"drop\",\"at\":1,\"body\":{\"from\":1,\"to\":2,\"count\":77}}\n" STATUS(4),
                                 &reply), 0);
        assert_int_equal(reply.refused, 3);
        assert_int_equal(reply.taken, 1);
        assert_int_equal(reply.missing, 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent_note WHERE kind = 'refused'"), 3);
        assert_int_equal(ask(w, "SELECT refused FROM agent"), 3);
        world_done(w);
}

static void what_is_no_batch_changes_nothing(void **state) {
        struct world *w = world_new();
        struct bh_str agent = new_agent(w, "h1");
        struct bh_batch b = { .agent_id = agent, .host_id = BH_STR("h1"), .epoch = 5, .now_ms = NOW, .body = BH_STR("rubbish"), .packed = true };
        struct bh_batch_reply reply;

        (void) state;
        assert_int_equal(bh_receive(w->manage, w->arena, &b, &reply, NULL), BH_E_FORMAT);
        b.epoch = 0;
        assert_int_equal(bh_receive(w->manage, w->arena, &b, &reply, NULL), BH_E_FORMAT);
        assert_int_equal(send_as(w, agent, "h1", 5, STATUS(1) "{\"seq\":\n", &reply), BH_E_FORMAT);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent_epoch"), 0);
        world_done(w);
}

static void a_bomb_is_refused_before_it_goes_off(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf plain = { 0 }, packed = { 0 };
        struct world *w = world_new();
        struct bh_batch b = { .agent_id = BH_STR("x"), .epoch = 5, .now_ms = NOW, .packed = true };
        struct bh_batch_reply reply;

        (void) state;
        memset(bh_buf_room(&plain, 40 << 20), ' ', 40 << 20);
        plain.len = 40 << 20;
        assert_int_equal(bh_zframe_pack(bh_buf_str(&plain), &packed, NULL), 0);
        b.body = bh_buf_str(&packed);
        assert_int_equal(bh_receive(w->manage, w->arena, &b, &reply, NULL), BH_E_LIMIT);
        world_done(w);
}

static void a_clock_that_is_wrong_is_noted_and_put_right(void **state) {
        struct world *w = world_new();
        struct bh_batch b = { .agent_id = new_agent(w, "h1"), .host_id = BH_STR("h1"), .epoch = 5, .now_ms = NOW, .agent_ms = NOW - 3600000,
                              .body = BH_STR("{\"seq\":1,\"kind\":\"status\",\"at\":1764435600000,\"body\":{}}\n") };
        struct bh_batch_reply reply;

        (void) state;
        assert_int_equal(bh_receive(w->manage, w->arena, &b, &reply, NULL), 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent WHERE skew_ms = -3600000 AND status_ms = 1764439200000"), 1);
        assert_int_equal(ask(w, "SELECT count(*) FROM agent_note WHERE kind = 'skew'"), 1);
        b.agent_ms = INT64_MAX;
        b.body = BH_STR("");
        assert_int_equal(bh_receive(w->manage, w->arena, &b, &reply, NULL), 0);
        assert_int_equal(ask(w, "SELECT skew_ms FROM agent"), 0);
        world_done(w);
}

/* ---- commands ---- */

static void a_command_waits_is_fetched_and_answered_by_its_own_agent_only(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct world *w = world_new();
        struct bh_str one = new_agent(w, "h1"), other = new_agent(w, "h2");
        struct act a = { .w = w, .command = { .agent_id = one, .kind = BH_STR("scan"), .body = BH_STR("{\"target\":\"docker:x\"}"), .now_ms = NOW } };
        struct bh_batch_reply reply;
        struct bh_db *db = NULL;

        (void) state;
        assert_int_equal(run(&a, add_command), 0);
        bh_command_wake(w->manage, one);
        assert_string_equal(w->woken, one.at);
        assert_int_equal(bh_store_borrow(w->shelf.store, &db, NULL), 0);
        assert_int_equal(bh_commands_for(db, one, BH_STR(""), NOW, &out, NULL), 1);
        assert_str(bh_buf_str(&out), "{\"commands\":[{\"id\":\"1\",\"kind\":\"scan\",\"body\":{\"target\":\"docker:x\"}}]}");
        bh_buf_clear(&out);
        assert_int_equal(bh_commands_for(db, one, BH_STR("7,1"), NOW, &out, NULL), 0);
        bh_buf_clear(&out);
        assert_int_equal(bh_commands_for(db, other, BH_STR(""), NOW, &out, NULL), 0);
        bh_store_give_back(w->shelf.store, &db);
        assert_int_equal(send_as(w, other, "h2", 9, "{\"seq\":1,\"kind\":\"result\",\"at\":1,\"body\":{\"command\":\"1\",\"ok\":true,\"text\":\"forged\"}}\n", &reply), 0);
        assert_int_equal(reply.refused, 1);
        assert_int_equal(ask(w, "SELECT count(*) FROM command WHERE state = 'waits'"), 1);
        assert_int_equal(send_as(w, one, "h1", 9, "{\"seq\":1,\"kind\":\"result\",\"at\":1,\"body\":{\"command\":\"1\",\"ok\":false,\"text\":\"no such image\"}}\n", &reply), 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM command WHERE state = 'failed' AND text = 'no such image'"), 1);
        a.command.kind = BH_STR("dance");
        assert_int_equal(run(&a, add_command), BH_E_FORMAT);
        a.command.kind = BH_STR("inventory");
        a.command.agent_id = BH_STR("nobody");
        assert_int_equal(run(&a, add_command), BH_E_NOTFOUND);
        world_done(w);
}

/* Another agent cannot speak for this one's host: what it tells goes to its own. */
static void an_agent_touches_its_own_host_only(void **state) {
        struct world *w = world_new();
        struct bh_str one = new_agent(w, "h1");
        struct bh_batch_reply reply;

        (void) state;
        (void) new_agent(w, "h2");
        assert_int_equal(send_as(w, one, "h1", 9, "{\"seq\":1,\"kind\":\"status\",\"at\":1,\"body\":{\"host\":{\"id\":\"h2\",\"name\":\"mine\",\"os\":\"x\"}}}\n", &reply), 0);
        assert_int_equal(ask(w, "SELECT count(*) FROM host WHERE id = 'h1' AND name = 'mine'"), 1);
        assert_int_equal(ask(w, "SELECT count(*) FROM host WHERE id = 'h2' AND name = 'h2' AND os = ''"), 1);
        world_done(w);
}

BH_UNIT_MAIN(a_token_opens_the_door_as_often_as_it_says, a_token_ends_and_what_is_no_request_uses_none_up, a_host_whose_agent_is_here_is_not_taken_over,
             a_certificate_is_known_until_it_is_revoked_or_over, what_comes_twice_changes_nothing_and_holes_are_missed, a_drop_may_be_of_an_epoch_that_is_over,
             what_lies_is_counted_and_the_rest_goes_on, what_is_no_batch_changes_nothing, a_bomb_is_refused_before_it_goes_off,
             a_clock_that_is_wrong_is_noted_and_put_right, a_command_waits_is_fetched_and_answered_by_its_own_agent_only,
             an_agent_touches_its_own_host_only)
