/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/secretfile.h"

#include "base/cur.h"
#include "base/text.h"

static const char *const names[_BH_SECRET_KIND_MAX] = { "none", "kubeconfig", "private-key", "aws", "gcloud", "azure", "registry", "token", "password", "packages", "vpn" };

const char *bh_secret_kind_str(enum bh_secret_kind k) {
        return names[k];
}

static bool has(struct bh_str s, const char *what) {
        return bh_str_find(s, bh_str_of(what)) >= 0;
}

/* It stands at the beginning of a line: what a program has in its text is no key. */
static ptrdiff_t begin_of(struct bh_str s) {
        ptrdiff_t at = bh_str_find(s, BH_STR("\n-----BEGIN "));

        return bh_str_starts(s, BH_STR("-----BEGIN ")) ? 0 : at < 0 ? at : at + 1;
}

/* OpenSSH's own form says in its beginning by what it is encrypted. */
static bool openssh_encrypted(struct bh_arena *arena, struct bh_str body) {
        ptrdiff_t end = bh_str_find(body, BH_STR("-----END"));
        struct bh_str bytes, cipher;
        struct bh_cur c;

        if (end < 0 || !bh_base64_decode(arena, bh_str_part(body, 0, (size_t) end), &bytes))
                return false;
        c = bh_cur_of(bytes);
        if (!bh_str_is(bh_cur_cstr(&c), "openssh-key-v1"))
                return false;
        cipher = bh_cur_take(&c, bh_cur_be32(&c));
        return !c.bad && !bh_str_is(cipher, "none");
}

static bool private_key(struct bh_arena *arena, struct bh_str s, bool *encrypted) {
        ptrdiff_t at = begin_of(s), end;
        struct bh_str line, body;

        while (at >= 0) {
                s = bh_str_from(s, (size_t) at + 11);
                end = bh_str_find(s, BH_STR("-----"));
                if (end < 0)
                        return false;
                line = bh_str_part(s, 0, (size_t) end);
                body = bh_str_from(s, (size_t) end + 5);
                if (bh_str_ends(line, BH_STR("PRIVATE KEY"))) {
                        *encrypted = has(line, "ENCRYPTED") || has(bh_str_part(body, 0, 200), "Proc-Type: 4,ENCRYPTED") ||
                                     (bh_str_starts(line, BH_STR("OPENSSH")) && openssh_encrypted(arena, body));
                        return true;
                }
                s = body;
                at = begin_of(s);
        }
        return false;
}

static bool kubeconfig(struct bh_str s) {
        return has(s, "clusters") && (has(s, "kind: Config") || has(s, "\"kind\":\"Config\"") || has(s, "\"kind\": \"Config\"")) && (has(s, "client-key-data") || has(s, "token:") || has(s, "\"token\"") || has(s, "password:") || has(s, "client-key:"));
}

/* "aws_secret_access_key = " and forty letters. */
static bool aws(struct bh_str s) {
        ptrdiff_t at = bh_str_find(s, BH_STR("aws_secret_access_key"));
        size_t n = 0;

        s = bh_str_trim(bh_str_from(s, at < 0 ? s.len : (size_t) at + 21));
        if (!bh_str_cut_prefix(&s, BH_STR("=")))
                return false;
        s = bh_str_trim(s);
        while (n < s.len && (bh_is_alnum(s.at[n]) || s.at[n] == '/' || s.at[n] == '+' || s.at[n] == '='))
                n++;
        return n >= 40;
}

/* Three parts of base64 with dots between; a header of JSON begins so. */
static bool token(struct bh_str s) {
        unsigned dots = 0;

        s = bh_str_trim(s);
        if (!bh_str_starts(s, BH_STR("eyJ")) || s.len > 16384)
                return bh_str_starts(s, BH_STR("K10")) && has(s, "::server:"); /* k3s and RKE2 */
        for (size_t i = 0; i < s.len; i++) {
                if (!bh_is_alnum(s.at[i]) && s.at[i] != '_' && s.at[i] != '-' && s.at[i] != '.')
                        return false;
                dots += s.at[i] == '.';
        }
        return dots == 2;
}

/* "auths": { "host": { "auth": "..." } } with something in it. */
static bool registry(struct bh_str s) {
        ptrdiff_t at = bh_str_find(s, BH_STR("\"auth\""));

        if (!has(s, "\"auths\"") || at < 0)
                return false;
        s = bh_str_trim(bh_str_from(s, (size_t) at + 6));
        if (!bh_str_cut_prefix(&s, BH_STR(":")))
                return false;
        s = bh_str_trim(s);
        return s.len > 2 && s.at[0] == '"' && s.at[1] != '"';
}

/* "machine h login u password p"; "host:port:db:user:password"; "password = p" of a client; "https://u:p@host". */
static bool password(struct bh_str s) {
        struct bh_cur c = bh_cur_of(s);
        struct bh_str line, name, value;

        while (bh_cur_line(&c, &line)) {
                unsigned colons = 0;
                ptrdiff_t at;

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                if (has(line, "password ") && (has(line, "login ") || has(line, "machine ")))
                        return true;
                if (bh_str_cut(line, '=', &name, &value) && (bh_str_is(bh_str_trim(name), "password") || bh_str_is(bh_str_trim(name), "pass")) && bh_str_trim(value).len)
                        return true;
                at = bh_str_find(line, BH_STR("://"));
                if (at > 0 && bh_str_chr(bh_str_from(line, (size_t) at + 3), '@') > 0)
                        return bh_str_chr(bh_str_from(line, (size_t) at + 3), ':') > 0;
                for (size_t i = 0; i < line.len; i++)
                        colons += line.at[i] == ':' && (i == 0 || line.at[i - 1] != '\\');
                if (colons == 4 && line.at[line.len - 1] != ':')
                        return true;
        }
        return false;
}

struct bh_secret bh_secret_of(struct bh_arena *arena, struct bh_str s, bool by_name) {
        bool encrypted = false;

        if (bh_str_chr(s, 0) >= 0)
                return (struct bh_secret){ BH_SECRET_NONE, false };
        if (kubeconfig(s))
                return (struct bh_secret){ BH_SECRET_KUBECONFIG, false };
        if (aws(s))
                return (struct bh_secret){ BH_SECRET_AWS, false };
        if ((has(s, "\"private_key\"") && has(s, "service_account")) || (has(s, "\"refresh_token\"") && has(s, "authorized_user")))
                return (struct bh_secret){ BH_SECRET_GCLOUD, false };
        if (has(s, "\"RefreshToken\"") || (has(s, "\"refreshToken\"") && has(s, "\"accessToken\"")))
                return (struct bh_secret){ BH_SECRET_AZURE, false };
        if (registry(s))
                return (struct bh_secret){ BH_SECRET_REGISTRY, false };
        if (private_key(arena, s, &encrypted))
                return (struct bh_secret){ BH_SECRET_PRIVATE_KEY, encrypted };
        if (has(s, "[Interface]") && has(s, "PrivateKey"))
                return (struct bh_secret){ BH_SECRET_VPN, false };
        if (!by_name)
                return (struct bh_secret){ BH_SECRET_NONE, false };
        if (has(s, "_authToken") || (has(s, "[pypi]") && has(s, "password")))
                return (struct bh_secret){ BH_SECRET_PACKAGES, false };
        if (token(s))
                return (struct bh_secret){ BH_SECRET_TOKEN, false };
        if (password(s))
                return (struct bh_secret){ BH_SECRET_PASSWORD, false };
        return (struct bh_secret){ BH_SECRET_NONE, false };
}
