/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of the Docker Engine API, both ways: bytes in, structs out, and back. No sockets here. */
#include "engine/docker.h"

#include "fmt/json.h"
#include "fmt/json_put.h"

static const char *const states[_BH_DOCKER_STATE_MAX] = {
        [BH_DOCKER_CREATED] = "created",   [BH_DOCKER_RUNNING] = "running", [BH_DOCKER_PAUSED] = "paused", [BH_DOCKER_RESTARTING] = "restarting",
        [BH_DOCKER_REMOVING] = "removing", [BH_DOCKER_EXITED] = "exited",   [BH_DOCKER_DEAD] = "dead",
};

const char *bh_docker_state_str(enum bh_docker_state state) {
        return states[state];
}

/* ---- out ---- */

static void put_words(struct bh_json_put *j, const char *key, const struct bh_docker_words *words) {
        if (!words->n)
                return;
        bh_json_put_open(j, key, '[');
        for (uint32_t i = 0; i < words->n; i++)
                bh_json_put_str(j, NULL, words->at[i]);
        bh_json_put_close(j);
}

/* A list without anything in it is not the same as none. */
static void put_none(struct bh_json_put *j, const char *key) {
        bh_json_put_open(j, key, '[');
        bh_json_put_close(j);
}

/* "KEY=VALUE" texts as an object. */
static void put_pairs(struct bh_json_put *j, const char *name, const struct bh_docker_words *words, char by) {
        struct bh_arena *arena;

        if (!words->n)
                return;
        arena = bh_arena_new();
        bh_json_put_open(j, name, '{');
        for (uint32_t i = 0; i < words->n; i++) {
                struct bh_str key, value;

                (void) bh_str_cut(words->at[i], by, &key, &value);
                bh_json_put_str(j, bh_arena_cstr(arena, key), value);
        }
        bh_json_put_close(j);
        bh_arena_free(&arena);
}

/* "/dev/kmsg", or "/dev/kmsg:/dev/kmsg:r". */
static void put_devices(struct bh_json_put *j, const struct bh_docker_words *devices) {
        if (!devices->n)
                return;
        bh_json_put_open(j, "Devices", '[');
        for (uint32_t i = 0; i < devices->n; i++) {
                struct bh_str outside, inside, rest, rights;

                (void) bh_str_cut(devices->at[i], ':', &outside, &rest);
                (void) bh_str_cut(rest, ':', &inside, &rights);
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "PathOnHost", outside);
                bh_json_put_str(j, "PathInContainer", inside.len ? inside : outside);
                bh_json_put_str(j, "CgroupPermissions", rights.len ? rights : BH_STR("rwm"));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

static void put_host_config(struct bh_json_put *j, const struct bh_docker_spec *s) {
        bh_json_put_open(j, "HostConfig", '{');
        put_words(j, "Binds", &s->binds);
        put_pairs(j, "Tmpfs", &s->tmpfs, ':');
        put_words(j, "CapAdd", &s->cap_add);
        put_words(j, "CapDrop", &s->cap_drop);
        put_words(j, "SecurityOpt", &s->security);
        put_words(j, "DeviceCgroupRules", &s->device_rules);
        put_devices(j, &s->devices);
        bh_json_put_some(j, "NetworkMode", s->network);
        bh_json_put_some(j, "PidMode", s->pid);
        bh_json_put_some(j, "IpcMode", s->ipc);
        bh_json_put_some(j, "UTSMode", s->uts);
        bh_json_put_some(j, "CgroupnsMode", s->cgroupns);
        bh_json_put_bool(j, "Privileged", s->privileged);
        bh_json_put_bool(j, "ReadonlyRootfs", s->read_only);
        bh_json_put_bool(j, "Init", s->init);
        if (s->unmasked) {
                put_none(j, "MaskedPaths");
                put_none(j, "ReadonlyPaths");
        }
        if (s->memory_bytes)
                bh_json_put_u64(j, "Memory", s->memory_bytes);
        if (s->pids)
                bh_json_put_u64(j, "PidsLimit", s->pids);
        bh_json_put_close(j);
}

void bh_docker_put_spec(struct bh_buf *out, const struct bh_docker_spec *s) {
        struct bh_json_put j = { .out = out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_str(&j, "Image", s->image);
        bh_json_put_some(&j, "User", s->user);
        bh_json_put_some(&j, "WorkingDir", s->dir);
        bh_json_put_some(&j, "Hostname", s->hostname);
        put_words(&j, "Cmd", &s->command);
        put_words(&j, "Env", &s->env);
        put_pairs(&j, "Labels", &s->labels, '=');
        put_host_config(&j, s);
        bh_json_put_close(&j);
}

/* ---- in ---- */

static int object(struct bh_arena *arena, struct bh_str json, const struct bh_doc **ret, struct bh_err *err) {
        const struct bh_doc *root;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "the engine's answer");
        if (!bh_doc_is(root, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "the engine's answer is no object");
        *ret = root;
        return 0;
}

/* The arena's own copy: the tree may point into an input that goes. */
static struct bh_str text(struct bh_arena *arena, const struct bh_doc *o, const char *key) {
        return bh_arena_str(arena, bh_doc_get_text(o, key));
}

int bh_docker_parse_id(struct bh_arena *arena, struct bh_str json, struct bh_str *ret_id, struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_str id;
        int r = object(arena, json, &root, err);

        if (r < 0)
                return r;
        id = text(arena, root, bh_doc_get(root, "Id") ? "Id" : "ID");
        if (id.len == 0)
                return bh_fail(err, BH_E_FORMAT, "the engine's answer has no Id");
        *ret_id = id;
        return 0;
}

int bh_docker_parse_code(struct bh_arena *arena, struct bh_str json, const char *key, int *ret, struct bh_err *err) {
        const struct bh_doc *root, *why;
        int64_t code;
        int r = object(arena, json, &root, err);

        if (r < 0)
                return r;
        why = bh_doc_path(root, "Error.Message");
        if (bh_doc_str(why).len)
                return bh_fail(err, BH_E_IO, "the engine says: %s", BH_QUOTE(bh_doc_str(why)));
        code = bh_doc_int(bh_doc_get(root, key), -1);
        if (code < 0 || code > 255)
                return bh_fail(err, BH_E_FORMAT, "the engine's answer has no %s", key);
        *ret = (int) code;
        return 0;
}

static enum bh_docker_state state_of(struct bh_str word) {
        for (size_t i = 0; i < BH_LEN(states); i++)
                if (bh_str_is(word, states[i]))
                        return (enum bh_docker_state) i;
        return bh_str_is(word, "stopped") ? BH_DOCKER_EXITED : BH_DOCKER_CREATED; /* Podman's words */
}

int bh_docker_parse_container(struct bh_arena *arena, struct bh_str json, struct bh_docker_container *ret, struct bh_err *err) {
        struct bh_docker_container c = { 0 };
        const struct bh_doc *root, *state;
        int r = object(arena, json, &root, err);

        if (r < 0)
                return r;
        state = bh_doc_get(root, "State");
        c.id = text(arena, root, "Id");
        c.name = text(arena, root, "Name");
        (void) bh_str_cut_prefix(&c.name, BH_STR("/"));
        c.image = text(arena, bh_doc_get(root, "Config"), "Image");
        c.image_id = text(arena, root, "Image");
        c.state = state_of(bh_doc_get_text(state, "Status"));
        c.pid = (int32_t) bh_doc_int(bh_doc_get(state, "Pid"), 0);
        c.exit_code = (int32_t) bh_doc_int(bh_doc_get(state, "ExitCode"), 0);
        c.out_of_memory = bh_doc_bool(bh_doc_get(state, "OOMKilled"), false);
        if (c.id.len == 0)
                return bh_fail(err, BH_E_FORMAT, "the engine's answer has no Id");
        *ret = c;
        return 0;
}

int bh_docker_parse_list(struct bh_arena *arena, struct bh_str json, struct bh_docker_containers *ret, struct bh_err *err) {
        struct bh_docker_containers list = { 0 };
        const struct bh_doc *root;
        int r = bh_json_parse(arena, json, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "the engine's answer");
        if (!bh_doc_is(root, BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "the engine's answer is no list");
        for (const struct bh_doc *e = bh_doc_first(root); e; e = e->next) {
                struct bh_docker_container *c = bh_vec_add(arena, &list);

                c->id = text(arena, e, "Id");
                c->name = bh_arena_str(arena, bh_doc_str(bh_doc_first(bh_doc_get(e, "Names"))));
                (void) bh_str_cut_prefix(&c->name, BH_STR("/"));
                c->image = text(arena, e, "Image");
                c->image_id = text(arena, e, "ImageID");
                c->state = state_of(bh_doc_get_text(e, "State"));
                if (c->id.len == 0)
                        return bh_fail(err, BH_E_FORMAT, "a container without an Id in the engine's list");
        }
        *ret = list;
        return 0;
}

int bh_docker_parse_progress(struct bh_arena *arena, struct bh_str lines, struct bh_str *ret_status, struct bh_err *err) {
        struct bh_str line, status = { 0 };

        while (bh_str_split(&lines, '\n', &line)) {
                const struct bh_doc *root;
                struct bh_str why;
                int r;

                line = bh_str_trim(line);
                if (line.len == 0)
                        continue;
                r = object(arena, line, &root, err);
                if (r < 0)
                        return r;
                why = bh_doc_get_text(root, "error");
                if (why.len)
                        return bh_fail(err, BH_E_IO, "the engine says: %s", BH_QUOTE(why));
                if (bh_doc_get_text(root, "status").len)
                        status = text(arena, root, "status");
        }
        if (status.len == 0)
                return bh_fail(err, BH_E_FORMAT, "the engine's answer says nothing of how it went");
        *ret_status = status;
        return 0;
}

int bh_docker_parse_about(struct bh_arena *arena, struct bh_str version, struct bh_str info, struct bh_docker_about *ret,
                          struct bh_err *err) {
        const struct bh_doc *v, *i;
        int r = object(arena, version, &v, err);

        r = r < 0 ? r : object(arena, info, &i, err);
        if (r < 0)
                return r;
        *ret = (struct bh_docker_about){ .version = text(arena, v, "Version"),
                                         .api_version = text(arena, v, "ApiVersion"),
                                         .os = text(arena, v, "Os"),
                                         .arch = text(arena, v, "Arch"),
                                         .kernel = text(arena, v, "KernelVersion"),
                                         .storage = text(arena, i, "Driver"),
                                         .runtime = text(arena, i, "DefaultRuntime"),
                                         .root_dir = text(arena, i, "DockerRootDir"),
                                         .cgroup_version = (uint32_t) (bh_str_is(bh_doc_get_text(i, "CgroupVersion"), "2") ? 2 : 1) };
        return 0;
}
