/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What registries tell of themselves: an image was pushed. Whoever calls shows
 * the secret that was set for that registry, in the Authorization header (with
 * or without "Bearer "). What they say is only believed so far as to be looked
 * at: the digest is scanned from the registry itself.
 *
 *     Distribution   {"events":[{"action":"push","target":{"repository":"a/b","tag":"1","digest":"sha256:..."}}]}
 *     Harbor         {"type":"PUSH_ARTIFACT","event_data":{"repository":{"repo_full_name":"a/b"},"resources":[{"tag":"1","digest":"sha256:..."}]}}
 */
#include "base/vec.h"
#include "manage/registries.h"
#include "serve/secret.h"
#include "serve/words.h"

enum { MOST_EVENTS = 1000 };

BH_VEC_OF(pushed, struct bh_tag_seen);

static void add(struct bh_arena *arena, struct bh_str repository, const struct bh_doc *thing, struct pushed *ret) {
        struct bh_tag_seen s = { repository, bh_doc_get_text(thing, "tag"), bh_doc_get_text(thing, "digest") };

        /* Without a tag it is a layer, or an image another one is going to name. */
        if (ret->len < MOST_EVENTS && bh_registry_is_tag(&s))
                *bh_vec_add(arena, ret) = s;
}

static void read_pushes(struct bh_arena *arena, const struct bh_doc *body, struct pushed *ret) {
        const struct bh_doc *data = bh_doc_get(body, "event_data");

        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(body, "events")); e; e = e->next)
                if (bh_str_is(bh_doc_get_text(e, "action"), "push"))
                        add(arena, bh_doc_get_text(bh_doc_get(e, "target"), "repository"), bh_doc_get(e, "target"), ret);
        if (!bh_str_is(bh_doc_get_text(body, "type"), "PUSH_ARTIFACT"))
                return;
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(data, "resources")); e; e = e->next)
                add(arena, bh_doc_get_text(bh_doc_get(data, "repository"), "repo_full_name"), e, ret);
}

struct telling {
        struct bh_call *call;
        int64_t id;
        struct pushed pushed;
        struct bh_registry reg;
        size_t n;
};

static int tell_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct telling *t = user;
        int r = 0;

        for (size_t i = 0; i < t->pushed.len && r >= 0; i++) {
                if (!bh_registry_wants(t->reg.repositories, t->pushed.at[i].repository))
                        continue;
                t->n++;
                r = bh_registry_tag(db, &t->reg, &t->pushed.at[i], BH_STR("webhook"), t->call->now_ms, err);
        }
        return r;
}

/* An unknown registry, one without a secret, and a wrong secret look the same from outside. */
static int check_secret(struct telling *t, struct bh_err *err) {
        struct bh_str sealed = BH_STR(""), secret = BH_STR(""), shown = bh_call_header(t->call, "Authorization");
        int r = bh_db_text(t->call->db, "SELECT webhook FROM registry WHERE id = ?1", BH_ARGS(bh_arg_int(t->id)), t->call->arena, &sealed, err);

        r = r < 0 ? r : bh_registry_unseal(t->call->user, t->id, "webhook", sealed, t->call->arena, &secret, err);
        if (r < 0)
                return r;
        BH_IGNORE(bh_str_cut_prefix(&shown, BH_STR("Bearer ")));
        if (!bh_secret_same(secret, shown))
                return bh_fail(err, BH_E_DENIED, "the secret does not open this door");
        return 0;
}

static int post_webhook(struct bh_call *call, struct bh_err *err) {
        struct telling t = { .call = call };
        const struct bh_doc *body = NULL;
        int r = bh_call_id(call, "registry", &t.id, err);

        r = r < 0 ? r : check_secret(&t, err);
        r = r < 0 ? r : bh_call_body(call, &body, err);
        r = r < 0 ? r : bh_registry_load(call->user, call->db, t.id, call->arena, &t.reg, err);
        if (r < 0)
                return r;
        read_pushes(call->arena, body, &t.pushed);
        r = t.pushed.len ? bh_store_write(call->store, tell_fn, &t, err) : 0;
        if (r < 0)
                return r;
        bh_jobs_wake(call->user);
        call->status = 202;
        bh_buf_printf(&call->out, "{\"pushes\":%zu}\n", t.n);
        return 0;
}

const struct bh_route bh_routes_webhooks[] = {
        { "POST", "/api/v1/webhooks/registry/{id}", "tellPush", BH_MAY_NOBODY, post_webhook, NULL, 0 },
        { 0 },
};
