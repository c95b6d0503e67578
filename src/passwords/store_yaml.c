/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores in YAML:
 *
 *     Authelia     users_database.yml: users: NAME: { password: "$argon2id$...", disabled: false, email: ... }
 *     code-server  config.yaml: auth: password | none; password: WORD; hashed-password: "$argon2i$..."
 */
#include "fmt/yaml.h"
#include "passwords/stores.h"

int bh_parse_authelia(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        const struct bh_doc *doc;
        int r = bh_yaml_parse(found->arena, file->bytes, &doc, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *u = bh_doc_first(bh_doc_get(doc, "users")); u; u = u->next) {
                struct bh_str hash = bh_doc_get_text(u, "password");
                struct bh_secret *s = hash.len ? bh_store_add(found, u->key, hash, BH_SCHEME_ANY, u->line) : NULL;

                if (s)
                        s->also[0] = bh_doc_get_text(u, "displayname");
                if (s && bh_doc_bool(bh_doc_get(u, "disabled"), false))
                        s->state = BH_SECRET_LOCKED;
        }
        return 0;
}

int bh_parse_code_server(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        static const char *const keys[] = { "hashed-password", "password" }; /* the first is what counts */
        const struct bh_doc *doc, *value = NULL;
        int r = bh_yaml_parse(found->arena, file->bytes, &doc, err);
        struct bh_secret *s;

        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(keys) && !value; i++)
                value = bh_doc_get(doc, keys[i]);
        if (bh_str_is(bh_doc_get_text(doc, "auth"), "none")) {
                s = bh_store_add(found, BH_STR("code-server"), (struct bh_str){ 0 }, BH_SCHEME_PLAIN, bh_doc_get(doc, "auth")->line);
                if (s)
                        s->state = BH_SECRET_NONE;
        } else if (value && bh_doc_str(value).len)
                (void) bh_store_add(found, BH_STR("code-server"), bh_doc_str(value), value == bh_doc_get(doc, keys[0]) ? BH_SCHEME_ANY : BH_SCHEME_PLAIN, value->line);
        return 0;
}
