/* SPDX-License-Identifier: Apache-2.0 */
/* Images, by their configuration and the history of their build; image_files.c looks into their layers. */
#include "comply/collect/image.h"

#include <stdio.h>

static const struct bh_field fields[] = {
        [BH_IMG_NAME] = BH_FACT("image.name", BH_V_STRING, 0, "a name of it, or the first digits of its id"),
        [BH_IMG_TAGS] = BH_FACT("image.tags", BH_V_STRING, BH_F_LIST, "all its names"),
        [BH_IMG_ENGINE] = BH_FACT("image.engine", BH_V_STRING, 0, "docker or podman"),
        [BH_IMG_USED] = BH_FACT("image.used", BH_V_BOOL, 0, "a container was made of it"),
        [BH_IMG_USER] = BH_FACT("image.user", BH_V_STRING, 0, "who its first process is to be; empty: nobody said"),
        [BH_IMG_ROOT] = BH_FACT("image.root", BH_V_BOOL, 0, "that is root"),
        [BH_IMG_CHECKED] = BH_FACT("image.health_checked", BH_V_BOOL, 0, "it says how its health is looked after"),
        [BH_IMG_AGE] = BH_FACT("image.age_days", BH_V_UINT, 0, "days since it was built"),
        [BH_IMG_ADDS] = BH_FACT("image.adds", BH_V_STRING, BH_F_LIST, "ADD instructions of its build, but for the first layer"),
        [BH_IMG_UPDATES] = BH_FACT("image.lone_updates", BH_V_STRING, BH_F_LIST, "steps of its build that update the index of packages and install nothing"),
        [BH_IMG_SECRETS] = BH_FACT("image.secrets", BH_V_STRING, BH_F_LIST, "variables and arguments of its build that carry secrets, by name"),
        [BH_IMG_UNVERIFIED] = BH_FACT("image.unverified", BH_V_STRING, BH_F_LIST, "how its build, or the image itself, takes packages without checking where they come from"),
        [BH_IMG_SETUID] = BH_FACT("image.setuid", BH_V_PATH, BH_F_LIST, "programs in its usual folders that run as their owner"),
        [BH_IMG_UNNEEDED] = BH_FACT("image.unneeded", BH_V_PATH, BH_F_LIST, "compilers, shells over the network and tools of attackers in its usual folders"),
        [BH_IMG_DIGESTS] = BH_FACT("image.digests", BH_V_STRING, BH_F_LIST, "digests of registries it is known by"),
        [BH_IMG_HOSTILE] = BH_FACT("image.hostile", BH_V_STRING, BH_F_LIST, "what in its configuration attacks engines"),
        [BH_IMG_PORTS] = BH_FACT("image.exposed", BH_V_STRING, BH_F_LIST, "ports it declares"),
};
const struct bh_fact_kind bh_kind_image = BH_FACT_KIND("image", fields, "an image of Docker or Podman");

/* ---- its configuration ---- */

static bool is_root(struct bh_str user) {
        struct bh_str name, group;
        uint64_t n;

        (void) bh_str_cut(user, ':', &name, &group);
        return name.len == 0 || bh_str_is(name, "root") || (bh_str_u64(name, &n) && (n == 0 || n > INT32_MAX));
}

/* A number that does not fit in 31 bits was taken for 0 by engines (CVE-2024-40635, CVE-2026-46680). */
static void find_overflow(struct bh_fact *f, struct bh_str user) {
        struct bh_str name, group;
        uint64_t n = 0;

        (void) bh_str_cut(user, ':', &name, &group);
        if (bh_str_starts(name, BH_STR("-")) || (bh_str_u64(name, &n) && n > INT32_MAX) || (n == 0 && name.len > 18 && bh_is_digit(name.at[0])))
                bh_fact_add(f, BH_IMG_HOSTILE, bh_arena_printf(f->arena, "user %.*s", BH_FMT(user)));
}

/* Labels reach containerd, which starts loggers by them (CVE-2026-53488). */
static void find_labels(struct bh_fact *f, const struct bh_doc *labels) {
        for (const struct bh_doc *l = bh_doc_first(labels); l; l = l->next)
                if (bh_str_find(bh_doc_str(l), BH_STR("binary://")) >= 0)
                        bh_fact_add(f, BH_IMG_HOSTILE, bh_arena_printf(f->arena, "label %.*s", BH_FMT(l->key)));
}

static void set_config(struct bh_fact *f, const struct bh_doc *config) {
        const struct bh_doc *test = bh_doc_path(config, "Healthcheck.Test");
        struct bh_str user = bh_doc_get_text(config, "User");

        bh_fact_str(f, BH_IMG_USER, bh_arena_str(f->arena, user));
        bh_fact_bool(f, BH_IMG_ROOT, is_root(user));
        bh_fact_bool(f, BH_IMG_CHECKED, bh_doc_first(test) && !bh_str_is(bh_doc_str(bh_doc_first(test)), "NONE"));
        find_overflow(f, user);
        find_labels(f, bh_doc_get(config, "Labels"));
        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(config, "ExposedPorts")); p; p = p->next)
                bh_keep_more(f, BH_IMG_PORTS, p->key);
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(config, "Env")); e; e = e->next) {
                struct bh_str name, value;

                if (bh_str_cut(bh_doc_str(e), '=', &name, &value) && value.len && bh_is_secret_name(name))
                        bh_fact_add(f, BH_IMG_SECRETS, bh_arena_printf(f->arena, "ENV %.*s", BH_FMT(name)));
        }
}

/* ---- its history ---- */

static bool has(struct bh_str text, const char *word) {
        return bh_str_find(text, bh_str_of(word)) >= 0;
}

/* A step, short enough to be read. */
static struct bh_str step(struct bh_fact *f, struct bh_str by) {
        return bh_arena_str(f->arena, bh_utf8_shorten(by, 120));
}

static void find_add(struct bh_fact *f, struct bh_str by, bool first) {
        struct bh_str text = by;

        (void) bh_str_cut_prefix(&text, BH_STR("/bin/sh -c #(nop) "));
        if (!first && bh_str_starts(bh_str_trim(text), BH_STR("ADD ")))
                bh_fact_add(f, BH_IMG_ADDS, step(f, by));
}

static void find_update(struct bh_fact *f, struct bh_str by) {
        static const char *const updates[] = { "apt-get update", "apt update", "apk update", "yum makecache", "dnf makecache", "zypper refresh", "microdnf makecache" };
        static const char *const uses[] = { " install", " add ", "upgrade" };
        bool updates_index = false, uses_it = false;

        for (size_t i = 0; i < BH_LEN(updates); i++)
                updates_index = updates_index || has(by, updates[i]);
        for (size_t i = 0; i < BH_LEN(uses); i++)
                uses_it = uses_it || has(by, uses[i]);
        if (updates_index && !uses_it)
                bh_fact_add(f, BH_IMG_UPDATES, step(f, by));
}

static void find_unverified(struct bh_fact *f, struct bh_str by) {
        static const char *const words[] = { "--allow-unauthenticated", "--allow-untrusted", "--nogpgcheck", "--no-gpg-check", "--no-check-certificate", "--trusted-host", "--force-yes",
                                             "curl -k ", "curl --insecure", "strict-ssl false", "http.sslVerify=false", "GIT_SSL_NO_VERIFY", "NODE_TLS_REJECT_UNAUTHORIZED=0" };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (has(by, words[i]))
                        bh_fact_add(f, BH_IMG_UNVERIFIED, bh_str_of(words[i]));
}

/* "|1 TOKEN=abc /bin/sh -c ...", "ARG TOKEN=abc": names of what was given a value. */
static void find_secrets(struct bh_fact *f, struct bh_str by) {
        struct bh_str rest = by, word, name, value;

        while (bh_str_word(&rest, &word))
                if (bh_str_cut(word, '=', &name, &value) && value.len && value.at[0] != '$' && bh_str_find(name, BH_STR("-")) < 0 && bh_str_is_text(name) && bh_is_secret_name(name))
                        bh_fact_add(f, BH_IMG_SECRETS, bh_arena_printf(f->arena, "build %.*s", BH_FMT(bh_utf8_shorten(name, 60))));
        if (has(by, "BEGIN RSA PRIVATE KEY") || has(by, "BEGIN OPENSSH PRIVATE KEY") || has(by, "BEGIN PRIVATE KEY"))
                bh_fact_add(f, BH_IMG_SECRETS, BH_STR("build: a private key"));
}

/* Newest first. An ENV step was told by the configuration. */
static void set_history(struct bh_fact *f, const struct bh_doc *history) {
        for (const struct bh_doc *e = bh_doc_first(history); e; e = e->next) {
                struct bh_str by = bh_doc_get_text(e, "CreatedBy");

                find_add(f, by, !e->next);
                find_update(f, by);
                find_unverified(f, by);
                if (!has(by, "ENV "))
                        find_secrets(f, by);
        }
}

/* ---- one image ---- */

/* A name, else the first digits. */
static struct bh_str name_of(const struct bh_doc *row, struct bh_str id) {
        struct bh_str tag = bh_doc_str(bh_doc_first(bh_doc_get(row, "RepoTags")));

        return tag.len && !has(tag, "<none>") ? tag : bh_str_part(id, 0, 12);
}

static void remember(struct bh_engine_look *look, struct bh_fact *f, const struct bh_doc *row, const struct bh_doc *config) {
        struct bh_image_row *image = bh_arena_make(look->arena, struct bh_image_row);
        struct bh_doc *ports = bh_doc_add(look->arena, NULL, NULL, BH_DOC_OBJECT), *tail = NULL;

        for (const struct bh_doc *p = bh_doc_first(bh_doc_get(config, "ExposedPorts")); p; p = p->next)
                bh_doc_add(look->arena, ports, &tail, BH_DOC_OBJECT)->key = bh_arena_str(look->arena, p->key);
        *image = (struct bh_image_row){ .id = f->key, .exposed = ports, .fact = f };
        (void) bh_map_set(&look->images, image->id, image);
        for (const struct bh_doc *t = bh_doc_first(bh_doc_get(row, "RepoTags")); t; t = t->next)
                if (!has(bh_doc_str(t), "<none>")) {
                        struct bh_str tag = bh_arena_str(look->arena, bh_doc_str(t));

                        bh_fact_add(f, BH_IMG_TAGS, tag);
                        (void) bh_map_set(&look->tags, tag, image);
                }
}

static int ask(struct bh_engine_look *look, struct bh_str id, const char *what, const struct bh_doc **ret, struct bh_err *err) {
        char path[128];

        (void) snprintf(path, sizeof path, "/images/sha256:%.*s/%s", BH_FMT(bh_str_part(id, 0, 64)), what);
        return bh_engine_ask(look, path, look->scratch, ret, err);
}

static void tell(struct bh_engine_look *look, const struct bh_doc *row) {
        struct bh_str id = bh_doc_get_text(row, "Id");
        const struct bh_doc *all, *history = NULL;
        struct bh_err why = BH_ERR_NONE;
        struct bh_fact *f;

        (void) bh_str_cut_prefix(&id, BH_STR("sha256:"));
        if (ask(look, id, "json", &all, &why) < 0) {
                if (why.code != BH_E_NOTFOUND)
                        bh_facts_gap(look->facts, name_of(row, id), &why);
                return;
        }
        f = bh_fact_new(look->facts, &bh_kind_image, id, name_of(row, id));
        f->where = bh_arena_printf(look->arena, "GET /images/%.*s/json", BH_FMT(bh_str_part(id, 0, 12)));
        bh_fact_str(f, BH_IMG_NAME, f->name);
        bh_fact_str(f, BH_IMG_ENGINE, look->word);
        bh_fact_int(f, BH_IMG_AGE, bh_days_since(look->now_s, bh_doc_get_text(all, "Created")));
        set_config(f, bh_doc_get(all, "Config"));
        for (const struct bh_doc *d = bh_doc_first(bh_doc_get(all, "RepoDigests")); d; d = d->next)
                bh_keep_more(f, BH_IMG_DIGESTS, bh_doc_str(d));
        remember(look, f, row, bh_doc_get(all, "Config"));
        bh_image_files(look, f, all);
        if (ask(look, id, "history", &history, &why) < 0)
                bh_fact_unknown(f, BH_IMG_ADDS, &why);
        set_history(f, history);
        bh_arena_reset(look->scratch);
}

void bh_image_set_used(struct bh_fact *f, bool used) {
        bh_fact_bool(f, BH_IMG_USED, used);
}

void bh_engine_tell_images(struct bh_engine_look *look) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *list;

        if (bh_engine_ask(look, "/images/json", look->arena, &list, &why) < 0)
                return bh_facts_gap(look->facts, look->word, &why);
        for (const struct bh_doc *row = bh_doc_first(list); row; row = row->next)
                if (bh_doc_get_text(row, "Id").len)
                        tell(look, row);
}
