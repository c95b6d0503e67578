/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/docker.h"

#include "base/limits.h"
#include "fmt/json_put.h"

/* One call: what it sends, and which answers are well. */
struct call {
        const char *method;
        struct bh_str url, json;
        unsigned limit_ms; /* 0: BH_DOCKER_CALL_MS */
        long already;      /* a status that says "it was so already"; 0: none */
        struct bh_frames *frames; /* takes the body; NULL: into the reply */
        const atomic_bool *stop;
};

int bh_docker_open(struct bh_arena *arena, enum bh_api_kind kind, const char *address, struct bh_docker *ret,
                   struct bh_err *err) {
        *ret = (struct bh_docker){ 0 };
        address = bh_api_address(arena, kind, address);
        if (!address)
                return bh_fail(err, BH_E_NOTFOUND, "no container engine: its socket is in none of the usual places");
        return bh_api_open(arena, kind, address, BH_DOCKER_CALL_MS / 1000 * 10, &ret->api, err);
}

void bh_docker_close(struct bh_docker *d) {
        bh_api_close(&d->api);
}

static int to_frames(void *user, struct bh_str data, struct bh_err *err) {
        return bh_frames_push(user, data, err);
}

/* 0: well; 1: it was so already. Nothing is tried twice: a call may have worked whose answer got lost. */
static int ask(struct bh_docker *d, const struct call *c, struct bh_http_reply *reply, struct bh_err *err) {
        struct bh_http_request q = { .method = c->method,
                                     .url = c->url,
                                     .body = c->json,
                                     .body_type = c->json.len ? BH_STR("application/json") : BH_STR(""),
                                     .max_bytes = c->frames ? 0 : BH_LIMIT_HTTP_JSON,
                                     .sink = c->frames ? to_frames : NULL,
                                     .user = c->frames,
                                     .limit_ms = c->limit_ms ? c->limit_ms : BH_DOCKER_CALL_MS,
                                     .stop = c->stop,
                                     .once = true };
        int r = bh_http_do(d->api.http, &q, reply, err);

        if (r < 0)
                return bh_wrap(err, r, "%.*s engine", BH_FMT(d->api.word));
        if (reply->stopped)
                return bh_fail(err, BH_E_TIMEOUT, "it was asked to stop");
        if (c->already && reply->status == c->already)
                return 1;
        if (reply->status / 100 != 2)
                return bh_api_fail(&d->api, reply, err);
        return c->frames ? bh_frames_end(c->frames, err) : 0;
}

/* An id as people know it: 12 digits of its 64. */
static struct bh_str short_id(struct bh_str id) {
        return id.len == 64 ? bh_str_part(id, 0, 12) : id;
}

/* For calls whose answer says nothing more. */
static int tell(struct bh_docker *d, const struct call *c, const char *what, struct bh_str id, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        int r = ask(d, c, &reply, err);

        return bh_wrap(err, r, "%s %s", what, BH_QUOTE(short_id(id)));
}

static struct bh_str container_url(const struct bh_docker *d, struct bh_str id, const char *after) {
        return bh_api_url(&d->api, "/containers/", id, after);
}

int bh_docker_ping(struct bh_docker *d, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct call c = { .method = "GET", .url = bh_api_url(&d->api, "/_ping", BH_STR(""), ""), .limit_ms = 10000 };

        return ask(d, &c, &reply, err);
}

/* ---- containers ---- */

int bh_docker_create(struct bh_docker *d, const struct bh_docker_spec *spec, struct bh_str *ret_id, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf json = { 0 };
        const char *name = spec->name.len ? "/containers/create?name=" : "/containers/create";
        struct call c = { .method = "POST", .url = bh_api_url(&d->api, name, spec->name, "") };
        int r;

        bh_docker_put_spec(&json, spec);
        c.json = bh_buf_str(&json);
        r = ask(d, &c, &reply, err);
        r = r < 0 ? r : bh_docker_parse_id(d->api.arena, bh_buf_str(&reply.body), ret_id, err);
        return bh_wrap(err, r, "create a container of %s", BH_QUOTE(spec->image));
}

int bh_docker_start(struct bh_docker *d, struct bh_str id, struct bh_err *err) {
        struct call c = { .method = "POST", .url = container_url(d, id, "/start"), .already = 304 };

        return tell(d, &c, "start container", id, err);
}

int bh_docker_stop(struct bh_docker *d, struct bh_str id, unsigned grace_s, struct bh_err *err) {
        const char *after = bh_arena_printf(d->api.arena, "/stop?t=%u", grace_s).at;
        struct call c = { .method = "POST", .url = container_url(d, id, after), .already = 304,
                          .limit_ms = BH_DOCKER_CALL_MS + BH_MIN(grace_s, 3600u) * 1000 };

        return tell(d, &c, "stop container", id, err);
}

int bh_docker_kill(struct bh_docker *d, struct bh_str id, const char *signal, struct bh_err *err) {
        const char *after = bh_arena_printf(d->api.arena, "/kill?signal=%s", signal).at;
        struct call c = { .method = "POST", .url = container_url(d, id, after) };

        return tell(d, &c, "kill container", id, err);
}

int bh_docker_pause(struct bh_docker *d, struct bh_str id, struct bh_err *err) {
        struct call c = { .method = "POST", .url = container_url(d, id, "/pause") };

        return tell(d, &c, "pause container", id, err);
}

int bh_docker_unpause(struct bh_docker *d, struct bh_str id, struct bh_err *err) {
        struct call c = { .method = "POST", .url = container_url(d, id, "/unpause") };

        return tell(d, &c, "resume container", id, err);
}

int bh_docker_remove(struct bh_docker *d, struct bh_str id, struct bh_err *err) {
        struct call c = { .method = "DELETE", .url = container_url(d, id, "?force=1&v=1") };

        return tell(d, &c, "remove container", id, err);
}

int bh_docker_wait(struct bh_docker *d, struct bh_str id, unsigned limit_ms, int *ret_code, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct call c = { .method = "POST", .url = container_url(d, id, "/wait"), .limit_ms = limit_ms, .stop = d->stop };
        int r = ask(d, &c, &reply, err);

        r = r < 0 ? r : bh_docker_parse_code(d->api.arena, bh_buf_str(&reply.body), "StatusCode", ret_code, err);
        return bh_wrap(err, r, "wait for container %s", BH_QUOTE(short_id(id)));
}

int bh_docker_inspect(struct bh_docker *d, struct bh_str id, struct bh_docker_container *ret, struct bh_err *err) {
        struct bh_str json;
        int r = bh_api_get(&d->api, container_url(d, id, "/json"), &json, err);

        r = r < 0 ? r : bh_docker_parse_container(d->api.arena, json, ret, err);
        return bh_wrap(err, r, "container %s", BH_QUOTE(short_id(id)));
}

int bh_docker_list(struct bh_docker *d, const char *label, bool all, struct bh_docker_containers *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf filter = { 0 };
        struct bh_json_put j = { .out = &filter, .compact = true };
        const char *path = all ? "/containers/json?all=1&filters=" : "/containers/json?filters=";
        struct bh_str json;
        int r;

        bh_json_put_open(&j, NULL, '{');
        if (label) {
                bh_json_put_open(&j, "label", '[');
                bh_json_put_cstr(&j, NULL, label);
                bh_json_put_close(&j);
        }
        bh_json_put_close(&j);
        r = bh_api_get(&d->api, bh_api_url(&d->api, path, bh_str_trim(bh_buf_str(&filter)), ""), &json, err);
        return bh_wrap(err, r < 0 ? r : bh_docker_parse_list(d->api.arena, json, ret, err), "containers");
}

int bh_docker_logs(struct bh_docker *d, struct bh_str id, struct bh_frames *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct call c = { .method = "GET", .url = container_url(d, id, "/logs?stdout=1&stderr=1"), .frames = ret };

        return bh_wrap(err, ask(d, &c, &reply, err), "logs of container %s", BH_QUOTE(short_id(id)));
}

/* ---- exec ---- */

static void put_words(struct bh_json_put *j, const char *key, const struct bh_docker_words *words) {
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < words->n; i++)
                bh_json_put_str(j, NULL, words->at[i]);
        bh_json_put_close(j);
}

static int exec_create(struct bh_docker *d, struct bh_str id, const struct bh_docker_exec *exec, struct bh_str *ret_id,
                       struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf json = { 0 };
        struct bh_json_put j = { .out = &json, .compact = true };
        struct call c = { .method = "POST", .url = container_url(d, id, "/exec") };
        int r;

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_bool(&j, "AttachStdout", true);
        bh_json_put_bool(&j, "AttachStderr", true);
        put_words(&j, "Cmd", &exec->command);
        put_words(&j, "Env", &exec->env);
        bh_json_put_some(&j, "User", exec->user);
        bh_json_put_some(&j, "WorkingDir", exec->dir);
        bh_json_put_bool(&j, "Privileged", exec->privileged);
        bh_json_put_close(&j);
        c.json = bh_buf_str(&json);
        r = ask(d, &c, &reply, err);
        return r < 0 ? r : bh_docker_parse_id(d->api.arena, bh_buf_str(&reply.body), ret_id, err);
}

/* Its answer is the command's output, and ends with the command. */
static int exec_start(struct bh_docker *d, struct bh_str exec_id, unsigned limit_ms, struct bh_frames *ret, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct call c = { .method = "POST", .url = bh_api_url(&d->api, "/exec/", exec_id, "/start"), .limit_ms = limit_ms,
                          .json = BH_STR("{\"Detach\":false,\"Tty\":false}"), .frames = ret };

        return ask(d, &c, &reply, err);
}

int bh_docker_run(struct bh_docker *d, struct bh_str id, const struct bh_docker_exec *exec, struct bh_frames *ret,
                  int *ret_code, struct bh_err *err) {
        struct bh_str exec_id, json;
        int r = exec_create(d, id, exec, &exec_id, err);

        r = r < 0 ? r : exec_start(d, exec_id, exec->limit_ms, ret, err);
        r = r < 0 ? r : bh_api_get(&d->api, bh_api_url(&d->api, "/exec/", exec_id, "/json"), &json, err);
        r = r < 0 ? r : bh_docker_parse_code(d->api.arena, json, "ExitCode", ret_code, err);
        return bh_wrap(err, r, "run in container %s", BH_QUOTE(short_id(id)));
}

/* ---- images ---- */

/* The tag goes with the name: Podman does not look at "tag". */
static struct bh_str import_url(struct bh_docker *d, struct bh_str name, struct bh_docker_words changes) {
        struct bh_str url = bh_api_url(&d->api, "/images/create?fromSrc=-&repo=", name, "");

        for (uint32_t i = 0; i < changes.n; i++)
                url = bh_arena_printf(d->api.arena, "%s&changes=%s", url.at, bh_http_escape(d->api.arena, changes.at[i], false).at);
        return url;
}

int bh_docker_import(struct bh_docker *d, struct bh_str name, struct bh_docker_words changes, bh_http_source tar, void *user,
                     struct bh_str *ret_id, struct bh_err *err) {
        BH_CLEANUP(bh_http_reply_done) struct bh_http_reply reply = { 0 };
        struct bh_http_request q = { .method = "POST", .url = import_url(d, name, changes), .source = tar, .source_user = user,
                                     .body_type = BH_STR("application/x-tar"), .max_bytes = BH_LIMIT_HTTP_JSON, .once = true };
        int r = bh_http_do(d->api.http, &q, &reply, err);

        if (r >= 0 && reply.status / 100 != 2)
                r = bh_api_fail(&d->api, &reply, err);
        r = r < 0 ? r : bh_docker_parse_progress(d->api.arena, bh_buf_str(&reply.body), ret_id, err);
        return bh_wrap(err, r, "import image %s", BH_QUOTE(name));
}

int bh_docker_image_id(struct bh_docker *d, struct bh_str name, struct bh_str *ret_id, struct bh_err *err) {
        struct bh_str json;
        int r = bh_api_get(&d->api, bh_api_url(&d->api, "/images/", name, "/json"), &json, err);

        r = r < 0 ? r : bh_docker_parse_id(d->api.arena, json, ret_id, err);
        return bh_wrap(err, r, "image %s", BH_QUOTE(name));
}

int bh_docker_image_remove(struct bh_docker *d, struct bh_str name, struct bh_err *err) {
        struct call c = { .method = "DELETE", .url = bh_api_url(&d->api, "/images/", name, "?force=1") };

        return tell(d, &c, "remove image", name, err);
}

/* ---- the engine ---- */

int bh_docker_about(struct bh_docker *d, struct bh_docker_about *ret, struct bh_err *err) {
        struct bh_docker_about about = { 0 };
        struct bh_str version, info;
        int r = bh_api_get(&d->api, bh_api_url(&d->api, "/version", BH_STR(""), ""), &version, err);

        r = r < 0 ? r : bh_api_get(&d->api, bh_api_url(&d->api, "/info", BH_STR(""), ""), &info, err);
        r = r < 0 ? r : bh_docker_parse_about(d->api.arena, version, info, &about, err);
        if (r == 0)
                *ret = about;
        return r;
}
