/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/auth.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "image/helper.h"
#include "sys/fd.h"

/* ---- one file ---- */

/* "https://index.docker.io/v1/" -> "docker.io": how one place is written in many ways. */
static struct bh_str plain_key(struct bh_str key) {
        static const struct bh_str schemes[] = { BH_STR_INIT("https://"), BH_STR_INIT("http://") };
        static const struct bh_str ends[] = { BH_STR_INIT("/"), BH_STR_INIT("/v1"), BH_STR_INIT("/v2") };

        for (size_t i = 0; i < BH_LEN(schemes); i++)
                (void) bh_str_cut_prefix(&key, schemes[i]);
        for (size_t i = 0; i < BH_LEN(ends); i++)
                (void) bh_str_cut_suffix(&key, ends[i]);
        if (bh_str_is(key, "index.docker.io") || bh_str_is(key, "registry-1.docker.io"))
                return BH_STR("docker.io");
        return key;
}

/* "quay.io/team" covers "quay.io/team/app", and not "quay.io/teams". */
static bool covers(struct bh_str key, struct bh_str name) {
        return key.len && bh_str_starts(name, key) && (name.len == key.len || name.at[key.len] == '/');
}

/* The longest key that covers the name. */
static const struct bh_doc *best_match(const struct bh_doc *object, struct bh_str name) {
        const struct bh_doc *best = NULL;
        size_t best_len = 0;

        for (const struct bh_doc *n = bh_doc_first(object); n; n = n->next) {
                struct bh_str key = plain_key(n->key);

                if (covers(key, name) && key.len > best_len) {
                        best = n;
                        best_len = key.len;
                }
        }
        return best;
}

static bool is_filled(const struct bh_credentials *c) {
        return c->username.len || c->identity_token.len || c->registry_token.len;
}

static int read_entry(struct bh_arena *arena, const struct bh_doc *entry, struct bh_credentials *ret,
                      struct bh_err *err) {
        struct bh_credentials c = { .username = bh_doc_get_text(entry, "username"),
                                    .password = bh_doc_get_text(entry, "password"),
                                    .identity_token = bh_doc_get_text(entry, "identitytoken"),
                                    .registry_token = bh_doc_get_text(entry, "registrytoken") };
        struct bh_str auth = bh_doc_get_text(entry, "auth"), pair;

        if (auth.len) {
                if (!bh_base64_decode(arena, auth, &pair) || !bh_str_cut(pair, ':', &c.username, &c.password))
                        return bh_fail(err, BH_E_FORMAT, "line %u: 'auth' is not base64 of user:password", entry->line);
                /* Some writers close the password with NULs. */
                while (c.password.len && c.password.at[c.password.len - 1] == '\0')
                        c.password.len--;
        }
        *ret = c;
        return is_filled(&c);
}

/* A helper is a program we run: its name may be nothing but a name. */
static bool helper_is_valid(struct bh_str name) {
        for (size_t i = 0; i < name.len; i++)
                if (!bh_is_digit(name.at[i]) && !bh_is_alpha(name.at[i]) && name.at[i] != '-' && name.at[i] != '_' &&
                    name.at[i] != '.')
                        return false;
        return name.len > 0 && name.len < 64 && name.at[0] != '.';
}

static int take_helper(struct bh_arena *arena, const struct bh_doc *node, struct bh_str server, struct bh_auth *auth,
                       struct bh_err *err) {
        struct bh_str name = bh_doc_str(node);

        if (!helper_is_valid(name))
                return bh_fail(err, BH_E_FORMAT, "line %u: '%s' cannot be a credential helper", node->line,
                               BH_QUOTE(name));
        auth->helper = bh_arena_str(arena, name);
        auth->server = bh_arena_str(arena, server);
        return 1;
}

int bh_auth_parse(struct bh_arena *arena, struct bh_str config, struct bh_str name, struct bh_auth *ret,
                  struct bh_err *err) {
        const struct bh_doc *root, *n;
        struct bh_auth auth = { 0 };
        struct bh_str host, path;
        int r = bh_json_parse(arena, config, &root, err);

        if (r < 0)
                return r;
        (void) bh_str_cut(name, '/', &host, &path);
        if ((n = best_match(bh_doc_get(root, "credHelpers"), name)))
                r = take_helper(arena, n, n->key, &auth, err);
        else if ((n = best_match(bh_doc_get(root, "auths"), name)))
                r = read_entry(arena, n, &auth.credentials, err);
        if (r == 0 && bh_doc_is(n = bh_doc_get(root, "credsStore"), BH_DOC_STRING) && bh_doc_str(n).len)
                r = take_helper(arena, n, bh_str_is(host, "docker.io") ? BH_STR("https://index.docker.io/v1/") : host,
                                &auth, err);
        if (r > 0)
                *ret = auth;
        return r;
}

int bh_auth_parse_helper(struct bh_arena *arena, struct bh_str answer, struct bh_credentials *ret,
                         struct bh_err *err) {
        const struct bh_doc *root;
        struct bh_str user, secret;
        int r = bh_json_parse(arena, answer, &root, err);

        if (r < 0)
                return r;
        user = bh_doc_get_text(root, "Username");
        secret = bh_doc_get_text(root, "Secret");
        if (user.len == 0 || secret.len == 0)
                return bh_fail(err, BH_E_FORMAT, "no Username and Secret in the answer");
        *ret = bh_str_is(user, "<token>") ? (struct bh_credentials){ .identity_token = secret }
                                          : (struct bh_credentials){ .username = user, .password = secret };
        return 0;
}

/* ---- the machine ---- */

static int ask_helper(struct bh_arena *arena, const struct bh_auth *auth, struct bh_credentials *ret,
                      struct bh_err *err) {
        const char *program = bh_arena_printf(arena, "docker-credential-%.*s", BH_FMT(auth->helper)).at;
        struct bh_str answer;
        int r = bh_helper_run(arena, program, "get", auth->server, &answer, err);

        if (r > 0)
                return 0; /* it has no credentials for that server */
        if (r == 0)
                r = bh_auth_parse_helper(arena, answer, ret, err);
        return r < 0 ? bh_wrap(err, r, "%s", program) : 1;
}

static int look_in(struct bh_arena *arena, const char *path, struct bh_str name, struct bh_credentials *ret,
                   struct bh_err *err) {
        struct bh_auth auth = { 0 };
        struct bh_str bytes;
        int r = bh_fd_read_file(arena, path, BH_LIMIT_CONFIG_FILE, &bytes, err);

        if (r == BH_E_NOTFOUND)
                return 0;
        if (r < 0)
                return r;
        r = bh_auth_parse(arena, bytes, name, &auth, err);
        if (r > 0 && auth.helper.len)
                r = ask_helper(arena, &auth, &auth.credentials, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", BH_QUOTE(bh_str_of(path)));
        if (r > 0)
                *ret = auth.credentials;
        return r;
}

/* Where logins are kept: an environment variable that names a place, and what lies below it. */
static const struct place {
        const char *variable, *below;
        bool unless_docker_config; /* only when $DOCKER_CONFIG is not set */
} places[] = {
        { "REGISTRY_AUTH_FILE", "", false },
        { "DOCKER_CONFIG", "/config.json", false },
        { "HOME", "/.docker/config.json", true },
        { "XDG_RUNTIME_DIR", "/containers/auth.json", false },
        { "XDG_CONFIG_HOME", "/containers/auth.json", false },
        { "HOME", "/.config/containers/auth.json", false },
};

int bh_auth_find(struct bh_arena *arena, struct bh_str registry, struct bh_str repository,
                 struct bh_credentials *ret, struct bh_err *err) {
        struct bh_str name = bh_arena_printf(arena, "%.*s/%.*s", BH_FMT(registry), BH_FMT(repository));

        for (size_t i = 0; i < BH_LEN(places); i++) {
                const char *base = secure_getenv(places[i].variable);
                int r;

                if (!base || !*base || (places[i].unless_docker_config && getenv("DOCKER_CONFIG")))
                        continue;
                r = look_in(arena, bh_arena_printf(arena, "%s%s", base, places[i].below).at, name, ret, err);
                if (r != 0)
                        return r;
        }
        return 0;
}
