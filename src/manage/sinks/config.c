/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/near.h"
#include "manage/sinks/sink.h"

enum { KEYS = 32 };

const struct bh_sink_ops *const bh_sinks[] = { &bh_sink_syslog, &bh_sink_webhook, &bh_sink_email, &bh_sink_elasticsearch, &bh_sink_ocsf_file, NULL };

const struct bh_sink_ops *bh_sink_of(struct bh_str kind) {
        for (size_t i = 0; bh_sinks[i]; i++)
                if (bh_str_is(kind, bh_sinks[i]->kind))
                        return bh_sinks[i];
        return NULL;
}

static const struct bh_sink_key *key_of(const struct bh_sink_ops *ops, struct bh_str name) {
        for (const struct bh_sink_key *k = ops->keys; k->name; k++)
                if (bh_str_is(name, k->name))
                        return k;
        return NULL;
}

static bool given(const struct bh_doc *v) {
        return v && v->kind != BH_DOC_NULL && !(v->kind == BH_DOC_STRING && v->str.len == 0);
}

static const struct bh_doc *value_of(const struct bh_sink_config *c, const struct bh_sink_key *k) {
        const struct bh_doc *v = bh_doc_get(k->secret ? c->secret : c->open, k->name);

        return given(v) ? v : NULL;
}

static int unknown(const struct bh_sink_ops *ops, struct bh_str name, struct bh_err *err) {
        const char *names[KEYS], *near;
        size_t n = 0;

        for (const struct bh_sink_key *k = ops->keys; k->name && n < KEYS; k++)
                names[n++] = k->name;
        near = bh_nearest(name, names, n);
        return bh_fail(err, BH_E_FORMAT, "%s has no setting \"%s\"%s%s%s", ops->kind, BH_QUOTE(name), near ? "; did you mean \"" : "", near ? near : "",
                       near ? "\"?" : "");
}

static int check_names(const struct bh_sink_ops *ops, const struct bh_doc *of, bool secret, struct bh_err *err) {
        for (const struct bh_doc *d = bh_doc_first(of); d; d = d->next) {
                const struct bh_sink_key *k = key_of(ops, d->key);

                if (!k)
                        return unknown(ops, d->key, err);
                if (k->secret != secret)
                        return bh_fail(err, BH_E_FORMAT, "\"%s\" belongs among the %s", k->name, k->secret ? "secrets" : "settings that are no secrets");
        }
        return 0;
}

static int check_word(const struct bh_sink_key *k, struct bh_str word, struct bh_err *err) {
        size_t n = 0;
        const char *near;

        for (; k->words[n]; n++)
                if (bh_str_is(word, k->words[n]))
                        return 0;
        near = bh_nearest(word, k->words, n);
        return bh_fail(err, BH_E_FORMAT, "\"%s\" cannot be \"%s\"%s%s%s", k->name, BH_QUOTE(word), near ? "; did you mean \"" : "", near ? near : "",
                       near ? "\"?" : "");
}

static int check_value(const struct bh_sink_key *k, const struct bh_doc *v, struct bh_err *err) {
        int64_t n = bh_doc_int(v, INT64_MIN);

        if (!v)
                return k->required ? bh_fail(err, BH_E_FORMAT, "\"%s\" is needed: %s", k->name, k->help) : 0;
        if (k->type == BH_SINK_BOOL)
                return bh_doc_is(v, BH_DOC_BOOL) ? 0 : bh_fail(err, BH_E_FORMAT, "\"%s\" must be true or false", k->name);
        if (k->type == BH_SINK_INT && (!bh_doc_is(v, BH_DOC_NUMBER) || n < k->least || n > k->most))
                return bh_fail(err, BH_E_FORMAT, "\"%s\" must be a whole number from %lld to %lld", k->name, (long long) k->least, (long long) k->most);
        if (k->type == BH_SINK_INT)
                return 0;
        if (!bh_doc_is(v, BH_DOC_STRING) || !bh_str_is_text(v->str) || v->str.len > BH_LIMIT_SINK_TEXT)
                return bh_fail(err, BH_E_FORMAT, "\"%s\" must be a text of at most %llu bytes", k->name, (unsigned long long) BH_LIMIT_SINK_TEXT);
        if (bh_str_chr(v->str, '\n') >= 0 && !bh_str_ends(bh_str_of(k->name), BH_STR("_pem")))
                return bh_fail(err, BH_E_FORMAT, "\"%s\" must be one line", k->name);
        return k->words ? check_word(k, v->str, err) : 0;
}

int bh_sink_check(const struct bh_sink_config *c, struct bh_err *err) {
        int r = check_names(c->ops, c->open, false, err);

        r = r < 0 ? r : check_names(c->ops, c->secret, true, err);
        for (const struct bh_sink_key *k = c->ops->keys; r >= 0 && k->name; k++)
                r = check_value(k, value_of(c, k), err);
        return r;
}

struct bh_str bh_sink_text(const struct bh_sink_config *c, const char *key) {
        const struct bh_sink_key *k = key_of(c->ops, bh_str_of(key));
        const struct bh_doc *v = k ? value_of(c, k) : NULL;

        return v ? bh_doc_str(v) : bh_str_of(k ? k->otherwise : NULL);
}

int64_t bh_sink_int(const struct bh_sink_config *c, const char *key) {
        const struct bh_sink_key *k = key_of(c->ops, bh_str_of(key));
        const struct bh_doc *v = k ? value_of(c, k) : NULL;
        uint64_t n = 0;

        if (v)
                return bh_doc_int(v, 0);
        return k && k->otherwise && bh_str_u64(bh_str_of(k->otherwise), &n) ? (int64_t) n : 0;
}

bool bh_sink_bool(const struct bh_sink_config *c, const char *key) {
        const struct bh_sink_key *k = key_of(c->ops, bh_str_of(key));
        const struct bh_doc *v = k ? value_of(c, k) : NULL;

        return v ? bh_doc_bool(v, false) : k && k->otherwise && bh_str_is(bh_str_of(k->otherwise), "true");
}
