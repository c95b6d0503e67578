/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/k8s/objects.h"

#include <stdio.h>

#include "fmt/json.h"
#include "fmt/yaml.h"

void bh_k8s_objects_init(struct bh_k8s_objects *set, struct bh_arena *arena) {
        *set = (struct bh_k8s_objects){ .arena = arena, .kinds = bh_map_in(arena), .by_key = bh_map_in(arena) };
}

bool bh_k8s_looks(const struct bh_doc *doc) {
        return bh_doc_get_text(doc, "kind").len && bh_doc_get_text(doc, "apiVersion").len;
}

static struct bh_str key_of(struct bh_arena *arena, struct bh_str kind, struct bh_str namespace, struct bh_str name) {
        return bh_arena_printf(arena, "%.*s %.*s/%.*s", BH_FMT(kind), BH_FMT(namespace), BH_FMT(name));
}

static struct bh_k8s_kind *kind_of(struct bh_k8s_objects *set, struct bh_str kind) {
        void **at = bh_map_at(&set->kinds, kind);

        if (!*at)
                *at = bh_arena_make(set->arena, struct bh_k8s_kind);
        return *at;
}

static void put_object(struct bh_k8s_objects *set, struct bh_str file, const struct bh_doc *doc, struct bh_str kind) {
        const struct bh_doc *meta = bh_doc_get(doc, "metadata");
        struct bh_k8s_object *o = bh_arena_make(set->arena, struct bh_k8s_object);
        struct bh_k8s_kind *k = kind_of(set, kind);

        *o = (struct bh_k8s_object){ .kind = kind, .api = bh_doc_get_text(doc, "apiVersion"), .file = file, .doc = doc,
                                     .namespace = bh_doc_get_text(meta, "namespace"), .name = bh_doc_get_text(meta, "name") };
        if (!o->name.len)
                o->name = bh_doc_get_text(meta, "generateName");
        if (k->last)
                k->last->next = o;
        else
                k->first = o;
        k->last = o;
        k->n++;
        set->n++;
        (void) bh_map_set(&set->by_key, key_of(set->arena, kind, o->namespace, o->name), o);
}

/* "PodList" -> "Pod": kubectl's lists leave the kind out of their items in raw answers of the API. */
static void put_item(struct bh_k8s_objects *set, struct bh_str file, const struct bh_doc *item, struct bh_str of) {
        struct bh_str kind = bh_doc_get_text(item, "kind");

        if (bh_doc_is(item, BH_DOC_OBJECT) && (kind.len || of.len))
                put_object(set, file, item, kind.len ? kind : of);
}

bool bh_k8s_objects_put(struct bh_k8s_objects *set, struct bh_str file, const struct bh_doc *doc) {
        struct bh_str kind = bh_doc_get_text(doc, "kind"), of = kind;
        const struct bh_doc *items = bh_doc_get(doc, "items");

        if (!bh_k8s_looks(doc))
                return false;
        if (!bh_str_cut_suffix(&of, BH_STR("List")) || (items && items->kind != BH_DOC_ARRAY && items->kind != BH_DOC_NULL)) {
                put_object(set, file, doc, kind);
                return true;
        }
        if (of.len)
                (void) kind_of(set, of); /* an empty list says that there are none */
        for (const struct bh_doc *i = bh_doc_first(items); i; i = i->next)
                put_item(set, file, i, of);
        return true;
}

static bool is_json(struct bh_str bytes) {
        struct bh_str s = bh_str_trim(bytes);

        return s.len && (s.at[0] == '{' || s.at[0] == '[') && !bh_str_starts(s, BH_STR("{{"));
}

/* An unrendered template of Helm begins in many ways, and is no YAML in most. */
static bool is_template(struct bh_str bytes) {
        return bh_str_find(bytes, BH_STR("{{")) >= 0 && bh_str_find(bytes, BH_STR("}}")) >= 0 &&
               (bh_str_find(bytes, BH_STR(".Values")) >= 0 || bh_str_find(bytes, BH_STR("{{-")) >= 0);
}

/* As an array of documents. */
static int parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) {
        struct bh_doc *tail = NULL, *list;
        const struct bh_doc *root;
        int r;

        if (!is_json(bytes)) {
                r = bh_yaml_parse_all(arena, bytes, ret, err);
                if (r < 0 && is_template(bytes))
                        r = bh_fail(err, BH_E_FORMAT, "a template that is not rendered yet: give what `helm template` prints");
                return r;
        }
        r = bh_json_parse(arena, bytes, &root, err);
        if (r < 0)
                return r;
        if (root->kind == BH_DOC_ARRAY) {
                *ret = root;
                return 0;
        }
        list = bh_doc_add(arena, NULL, &tail, BH_DOC_ARRAY);
        *bh_doc_add(arena, list, &tail, BH_DOC_OBJECT) = *root;
        *ret = list;
        return 0;
}

int bh_k8s_objects_add(struct bh_k8s_objects *set, struct bh_str name, struct bh_str bytes, struct bh_err *err) {
        const struct bh_doc *list = NULL;
        size_t found = 0, others = 0;
        int r = parse(set->arena, bytes, &list, err);

        if (r < 0)
                return r;
        for (const struct bh_doc *d = bh_doc_first(list); d; d = d->next) {
                if (bh_k8s_objects_put(set, name, d))
                        found++;
                else if (d->kind != BH_DOC_NULL)
                        others++;
        }
        return found || !others ? 0 : bh_fail(err, BH_E_FORMAT, "no object of Kubernetes in it (apiVersion and kind)");
}

const struct bh_k8s_object *bh_k8s_first(const struct bh_k8s_objects *set, const char *kind) {
        const struct bh_k8s_kind *k = bh_map_get(&set->kinds, bh_str_of(kind));

        return k ? k->first : NULL;
}

size_t bh_k8s_count(const struct bh_k8s_objects *set, const char *kind) {
        const struct bh_k8s_kind *k = bh_map_get(&set->kinds, bh_str_of(kind));

        return k ? k->n : 0;
}

bool bh_k8s_knows(const struct bh_k8s_objects *set, const char *kind) {
        return bh_map_has(&set->kinds, bh_str_of(kind));
}

const struct bh_k8s_object *bh_k8s_find(const struct bh_k8s_objects *set, const char *kind, struct bh_str namespace, struct bh_str name) {
        char key[1024];
        int n = snprintf(key, sizeof key, "%s %.*s/%.*s", kind, BH_FMT(namespace), BH_FMT(name));

        return n < 0 || (size_t) n >= sizeof key ? NULL : bh_map_get(&set->by_key, (struct bh_str){ key, (size_t) n });
}

struct bh_str bh_k8s_place(struct bh_arena *arena, const struct bh_k8s_object *o, const struct bh_doc *at) {
        return bh_arena_printf(arena, "%.*s:%u", BH_FMT(o->file), at ? at->line : o->doc->line);
}

struct bh_str bh_k8s_namespace(const struct bh_k8s_object *o) {
        return o->namespace.len ? o->namespace : BH_STR("default");
}

bool bh_k8s_owned(const struct bh_k8s_object *o) {
        for (const struct bh_doc *w = bh_doc_first(bh_doc_path(o->doc, "metadata.ownerReferences")); w; w = w->next)
                if (bh_doc_bool(bh_doc_get(w, "controller"), false) && !bh_str_is(bh_doc_get_text(w, "kind"), "Node"))
                        return true;
        return false;
}
