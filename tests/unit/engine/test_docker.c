/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include "engine/docker.h"
#include "script.h"

#define OK(json) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" json

/* What a test has at hand: an arena, an engine that plays `answers`, a client of it. */
struct stage {
        struct bh_arena *arena;
        struct script script;
        struct bh_docker d;
        struct bh_err err;
};

static void begin(struct stage *s) {
        s->arena = bh_arena_new();
        s->err = BH_ERR_NONE;
        script_begin(&s->script);
        assert_int_equal(bh_docker_open(s->arena, BH_API_DOCKER, s->script.address, &s->d, &s->err), 0);
}

static void end(struct stage *s) {
        bh_docker_close(&s->d);
        script_end(&s->script);
        bh_arena_free(&s->arena);
}

static bool asked(const struct stage *s, unsigned turn, const char *text) {
        return strstr(s->script.asked[turn], text);
}

static void a_container_is_made_as_its_spec_says(void **state) {
        struct stage s = { .script = { .answers = { "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{\"Id\":\"0a1b\",\"Warnings\":[]}" } } };
        const struct bh_str command[] = { BH_STR("/bin/sh"), BH_STR("-c"), BH_STR("echo \"hi\"") }, labels[] = { BH_STR("a.b=c=d") };
        const struct bh_str devices[] = { BH_STR("/dev/kmsg:/dev/log:r") }, binds[] = { BH_STR("/usr:/usr:ro") };
        struct bh_docker_spec spec = { .name = BH_STR_INIT("a name"), .image = BH_STR_INIT("x:1"), .command = { command, 3 }, .labels = { labels, 1 },
                                       .devices = { devices, 1 }, .binds = { binds, 1 }, .pid = BH_STR_INIT("host"), .privileged = true };
        struct bh_str id;

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_create(&s.d, &spec, &id, &s.err), 0);
        assert_str(id, "0a1b");
        end(&s);
        assert_true(asked(&s, 0, "POST /containers/create?name=a%20name HTTP/1.1\r\n"));
        assert_true(asked(&s, 0, "Content-Type: application/json\r\n"));
        assert_true(asked(&s, 0, "\"Cmd\":[\"/bin/sh\",\"-c\",\"echo \\\"hi\\\"\"]"));
        assert_true(asked(&s, 0, "\"Labels\":{\"a.b\":\"c=d\"}"));
        assert_true(asked(&s, 0, "\"Binds\":[\"/usr:/usr:ro\"]"));
        assert_true(asked(&s, 0, "{\"PathOnHost\":\"/dev/kmsg\",\"PathInContainer\":\"/dev/log\",\"CgroupPermissions\":\"r\"}"));
        assert_true(asked(&s, 0, "\"PidMode\":\"host\""));
        assert_true(asked(&s, 0, "\"Privileged\":true"));
}

static void what_is_started_already_is_no_failure(void **state) {
        struct stage s = { .script = { .answers = { "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
                                                    "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n" } } };

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_start(&s.d, BH_STR("0a1b"), &s.err), 1);
        assert_int_equal(bh_docker_start(&s.d, BH_STR("0a1b"), &s.err), 0);
        end(&s);
        assert_true(asked(&s, 0, "POST /containers/0a1b/start HTTP/1.1\r\n"));
}

static void a_refusal_says_what_the_engine_says(void **state) {
        struct stage s = { .script = { .answers = {
                                               "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"No such container: 0a1b\"}",
                                               "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\nnot json at all" } } };

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_kill(&s.d, BH_STR("0a1b"), "KILL", &s.err), BH_E_NOTFOUND);
        assert_string_equal(s.err.text, "kill container 0a1b: the docker engine answers 404: No such container: 0a1b");
        assert_int_equal(bh_docker_pause(&s.d, BH_STR("0a1b"), &s.err), BH_E_IO);
        assert_string_equal(s.err.text, "pause container 0a1b: the docker engine answers 500");
        end(&s);
        assert_true(asked(&s, 0, "POST /containers/0a1b/kill?signal=KILL HTTP/1.1\r\n"));
}

static void a_call_that_changes_something_is_not_tried_twice(void **state) {
        struct stage s = { .script = { .answers = { "HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n{\"message\":\"busy\"}",
                                                    "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n" } } };

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_remove(&s.d, BH_STR("0a1b"), &s.err), BH_E_IO);
        assert_string_equal(s.script.asked[1], "");
        end(&s);
        assert_true(asked(&s, 0, "DELETE /containers/0a1b?force=1&v=1 HTTP/1.1\r\n"));
}

static void waiting_ends_with_the_container(void **state) {
        struct stage s = { .script = { .answers = { OK("{\"StatusCode\":137,\"Error\":null}"), OK("{\"StatusCode\":0,\"Error\":{\"Message\":\"lost\"}}"),
                                                    OK("{\"StatusCode\":-1}") } } };
        int code = -1;

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_wait(&s.d, BH_STR("0a1b"), 5000, &code, &s.err), 0);
        assert_int_equal(code, 137);
        assert_int_equal(bh_docker_wait(&s.d, BH_STR("0a1b"), 5000, &code, &s.err), BH_E_IO);
        assert_string_equal(s.err.text, "wait for container 0a1b: the engine says: lost");
        assert_int_equal(bh_docker_wait(&s.d, BH_STR("0a1b"), 5000, &code, &s.err), BH_E_FORMAT);
        assert_int_equal(code, 137);
        end(&s);
}

static void waiting_ends_with_the_time_given(void **state) {
        struct stage s = { .script = { .answers = { OK("{\"StatusCode\":0}") }, .silent_ms = 400 } };
        int code = -1;

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_wait(&s.d, BH_STR("0a1b"), 100, &code, &s.err), BH_E_TIMEOUT);
        assert_int_equal(code, -1);
        end(&s);
}

static void a_command_run_inside_gives_output_and_code(void **state) {
        static const char frames[] = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
                                     "\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\4oops\1\0\0\0\0\0\0\1!";
        struct stage s = { .script = { .answers = { "HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{\"Id\":\"e1\"}", frames,
                                                    OK("{\"Running\":false,\"ExitCode\":3}") },
                                       .lengths = { 0, sizeof frames - 1, 0 } } };
        const struct bh_str command[] = { BH_STR("id") };
        struct bh_docker_exec exec = { .command = { command, 1 }, .user = BH_STR_INIT("nobody") };
        struct bh_frames frame = { 0 };
        int code = -1;

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_run(&s.d, BH_STR("0a1b"), &exec, &frame, &code, &s.err), 0);
        assert_str(bh_buf_str(&frame.out), "out!");
        assert_str(bh_buf_str(&frame.err), "oops");
        assert_int_equal(code, 3);
        end(&s);
        bh_frames_done(&frame);
        assert_true(asked(&s, 0, "POST /containers/0a1b/exec HTTP/1.1\r\n"));
        assert_true(asked(&s, 0, "\"User\":\"nobody\""));
        assert_true(asked(&s, 1, "POST /exec/e1/start HTTP/1.1\r\n"));
        assert_true(asked(&s, 2, "GET /exec/e1/json HTTP/1.1\r\n"));
}

/* Gives "tar" once. */
static int give(void *user, char *at, size_t room, size_t *ret_n, struct bh_err *err) {
        unsigned *turn = user;

        (void) room;
        (void) err;
        *ret_n = (*turn)++ ? 0 : 3;
        memcpy(at, "tar", *ret_n);
        return 0;
}

static int break_off(void *user, char *at, size_t room, size_t *ret_n, struct bh_err *err) {
        (void) user, (void) at, (void) room, (void) ret_n;
        return bh_fail(err, BH_E_FORMAT, "the tar broke off");
}

static void an_import_sends_the_tar_and_finds_errors_in_a_good_answer(void **state) {
        struct stage s = { .script = { .answers = { OK("{\"status\":\"sha256:ab\"}\r\n"),
                                                    OK("{\"status\":\"x\"}\n{\"errorDetail\":{},\"error\":\"no space left\"}\n") } } };
        const struct bh_str changes[] = { BH_STR("CMD [\"sh\"]") };
        struct bh_str id;
        unsigned turn = 0;

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_import(&s.d, BH_STR("host:5000/a:1"), (struct bh_docker_words){ changes, 1 }, give, &turn, &id, &s.err), 0);
        assert_str(id, "sha256:ab");
        turn = 0;
        assert_int_equal(bh_docker_import(&s.d, BH_STR("a"), (struct bh_docker_words){ 0 }, give, &turn, &id, &s.err), BH_E_IO);
        assert_string_equal(s.err.text, "import image a: the engine says: no space left");
        end(&s);
        assert_true(asked(&s, 0, "POST /images/create?fromSrc=-&repo=host%3A5000/a%3A1&changes=CMD%20%5B%22sh%22%5D HTTP/1.1\r\n"));
        assert_true(asked(&s, 0, "3\r\ntar\r\n0\r\n\r\n"));
}

static void a_body_that_fails_ends_the_call_with_its_words(void **state) {
        struct stage s = { .script = { .answers = { OK("{}") } } };
        struct bh_str id;

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_import(&s.d, BH_STR("a"), (struct bh_docker_words){ 0 }, break_off, NULL, &id, &s.err), BH_E_FORMAT);
        assert_string_equal(s.err.text, "import image a: the tar broke off");
        end(&s);
}

static void a_list_is_filtered_by_label(void **state) {
        struct stage s = { .script = { .answers = {
                                               OK("[{\"Id\":\"a\",\"Names\":[\"/one\"],\"State\":\"paused\",\"Image\":\"x:1\",\"ImageID\":\"sha256:1\"},{\"Id\":\"b\"}]"),
                                               OK("{\"Id\":\"a\"}"), OK("[{\"Names\":[]}]") } } };
        struct bh_docker_containers list = { 0 };

        (void) state;
        begin(&s);
        assert_int_equal(bh_docker_list(&s.d, "bulkhead.simulation", true, &list, &s.err), 0);
        assert_int_equal(list.len, 2);
        assert_str(list.at[0].name, "one");
        assert_int_equal(list.at[0].state, BH_DOCKER_PAUSED);
        assert_int_equal(bh_docker_list(&s.d, NULL, false, &list, &s.err), BH_E_FORMAT);
        assert_int_equal(bh_docker_list(&s.d, NULL, false, &list, &s.err), BH_E_FORMAT);
        assert_int_equal(list.len, 2);
        end(&s);
        assert_true(asked(&s, 0, "GET /containers/json?all=1&filters=%7B%22label%22%3A%5B%22bulkhead.simulation%22%5D%7D HTTP/1.1\r\n"));
}

static void without_a_socket_the_error_says_so(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_docker d;

        (void) state;
        assert_int_equal(bh_docker_open(arena, BH_API_DOCKER, "unix:///nowhere/at/all", &d, &err), 0);
        assert_int_equal(bh_docker_ping(&d, &err), BH_E_IO);
        assert_non_null(strstr(err.text, "docker engine: "));
        bh_docker_close(&d);
        assert_int_equal(bh_docker_open(arena, BH_API_DOCKER, "ftp://x", &d, &err), BH_E_UNSUPPORTED);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_container_is_made_as_its_spec_says, what_is_started_already_is_no_failure, a_refusal_says_what_the_engine_says,
             a_call_that_changes_something_is_not_tried_twice, waiting_ends_with_the_container, waiting_ends_with_the_time_given,
             a_command_run_inside_gives_output_and_code, an_import_sends_the_tar_and_finds_errors_in_a_good_answer,
             a_body_that_fails_ends_the_call_with_its_words, a_list_is_filtered_by_label, without_a_socket_the_error_says_so)
