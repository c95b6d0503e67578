/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may use the engine's socket, and so is root; and whether images must be
 * signed: by Docker's content trust in the environment of log-ins, by Podman's
 * policy.
 */
#include "base/limits.h"
#include "comply/collect/docker.h"
#include "comply/collect/engine_fields.h"
#include "fmt/accounts.h"
#include "fmt/json.h"

static bool read_text(struct bh_engine_look *look, const char *path, struct bh_str *ret) {
        struct bh_err why = BH_ERR_NONE;

        return look->reach->read(look->reach->user, 0, path, BH_LIMIT_INVENTORY_FILE, look->arena, ret, &why) >= 0;
}

/* ---- the group ---- */

static bool is_listed(struct bh_str list, struct bh_str name) {
        struct bh_str line;

        while (bh_str_split(&list, '\n', &line))
                if (bh_str_eq(bh_str_trim(line), name))
                        return true;
        return false;
}

static void add_user(struct bh_engine_look *look, struct bh_str name, struct bh_str allowed) {
        if (name.len == 0 || bh_str_is(name, "root"))
                return;
        bh_fact_add(look->engine, BH_ENGINE_USERS, name);
        if (!is_listed(allowed, name))
                bh_fact_add(look->engine, BH_ENGINE_USERS_UNLISTED, name);
}

/* Those whose first group it is are not named in /etc/group. */
static void add_primaries(struct bh_engine_look *look, uint32_t group, struct bh_str allowed) {
        struct bh_passwd user;
        struct bh_str text;
        struct bh_cur c;

        if (!read_text(look, "/etc/passwd", &text))
                return;
        c = bh_cur_of(text);
        while (bh_passwd_next(&c, &user))
                if (user.gid == group)
                        add_user(look, user.name, allowed);
}

static void add_members(struct bh_engine_look *look, const struct bh_group *group, struct bh_str allowed) {
        struct bh_str rest = group->members, user;

        while (bh_str_split(&rest, ',', &user))
                add_user(look, bh_str_trim(user), allowed);
        add_primaries(look, group->gid, allowed);
}

static void find_users(struct bh_engine_look *look) {
        struct bh_str name = BH_STR("docker"), text, allowed = BH_STR("");
        struct bh_group group;
        struct bh_cur c;

        (void) bh_dockerd_text(&look->daemon, "group", &name, NULL);
        (void) read_text(look, "/etc/bulkhead/engine-users", &allowed);
        if (!read_text(look, "/etc/group", &text))
                return;
        c = bh_cur_of(text);
        while (bh_group_next(&c, &group))
                if (bh_str_eq(group.name, name))
                        add_members(look, &group, allowed);
        bh_fact_where(look->engine, BH_ENGINE_USERS, BH_STR("/etc/group"));
        bh_fact_where(look->engine, BH_ENGINE_USERS_UNLISTED, BH_STR("/etc/group"));
}

/* ---- signatures ---- */

/* "export DOCKER_CONTENT_TRUST=1" */
static bool sets_trust(struct bh_str text) {
        struct bh_str line;

        while (bh_str_split(&text, '\n', &line)) {
                line = bh_str_trim(line);
                (void) bh_str_cut_prefix(&line, BH_STR("export "));
                if (bh_str_is(line, "DOCKER_CONTENT_TRUST=1") || bh_str_is(line, "DOCKER_CONTENT_TRUST=\"1\""))
                        return true;
        }
        return false;
}

static bool has_trust(struct bh_engine_look *look, struct bh_str *ret_where) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, *names;
        size_t n = 0;

        *ret_where = BH_STR("/etc/environment");
        if (read_text(look, "/etc/environment", &text) && sets_trust(text))
                return true;
        *ret_where = BH_STR("/etc/profile");
        if (read_text(look, "/etc/profile", &text) && sets_trust(text))
                return true;
        if (look->reach->list(look->reach->user, 0, "/etc/profile.d", look->arena, &names, &n, &why) < 0)
                n = 0;
        for (size_t i = 0; i < n; i++) {
                *ret_where = bh_arena_printf(look->arena, "/etc/profile.d/%.*s", BH_FMT(names[i]));
                if (read_text(look, ret_where->at, &text) && sets_trust(text))
                        return true;
        }
        *ret_where = BH_STR("/etc/environment, /etc/profile, /etc/profile.d");
        return false;
}

/* Podman: {"default": [{"type": "reject"}]}. Anything else than "take all" asks for something. */
static bool has_policy(struct bh_engine_look *look, struct bh_str *ret_where) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *root = NULL;
        struct bh_str text, type;

        *ret_where = BH_STR("/etc/containers/policy.json");
        if (!read_text(look, "/etc/containers/policy.json", &text) || bh_json_parse(look->arena, text, &root, &why) < 0)
                return false;
        type = bh_doc_get_text(bh_doc_first(bh_doc_get(root, "default")), "type");
        return type.len && !bh_str_is(type, "insecureAcceptAnything");
}

void bh_engine_people(struct bh_engine_look *look) {
        struct bh_str where;
        bool docker = bh_str_is(look->word, "docker");

        if (docker)
                find_users(look);
        bh_fact_bool(look->engine, BH_ENGINE_SIGNED, docker ? has_trust(look, &where) : has_policy(look, &where));
        bh_fact_where(look->engine, BH_ENGINE_SIGNED, where);
}
