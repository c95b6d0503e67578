/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_K8S_OBJECTS_H
#define BH_COMPLY_K8S_OBJECTS_H
/*
 * Kubernetes objects as people have them: streams of YAML documents, JSON, the
 * List that `kubectl get -o json` prints, what Kustomize and `helm template`
 * render. Each keeps its file and line; all are found by kind, namespace and
 * name. Pure: whoever reads the files hands in their bytes.
 *
 * Texts point into the bytes that were handed in, and the rest into the arena.
 */
#include "base/map.h"
#include "base/vec.h"
#include "fmt/doc.h"

struct bh_k8s_object {
        struct bh_str kind, api, namespace, name; /* namespace: empty when none is written */
        struct bh_str file;
        const struct bh_doc *doc;
        struct bh_k8s_object *next; /* of its kind */
};

struct bh_k8s_kind {
        struct bh_k8s_object *first, *last;
        size_t n;
};

struct bh_k8s_objects {
        struct bh_arena *arena;
        struct bh_map kinds;  /* "Pod" -> struct bh_k8s_kind */
        struct bh_map by_key; /* "Pod namespace/name" -> struct bh_k8s_object */
        size_t n;
};

void bh_k8s_objects_init(struct bh_k8s_objects *set, struct bh_arena *arena);
/* What one file holds; `name` and `bytes` are borrowed. BH_E_FORMAT: not YAML, not JSON, or no object of Kubernetes in it. */
int bh_k8s_objects_add(struct bh_k8s_objects *set, struct bh_str name, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
/* A document that was read already: an object, or a List of them; false when it is neither. */
bool bh_k8s_objects_put(struct bh_k8s_objects *set, struct bh_str file, const struct bh_doc *doc);

/* for (o = bh_k8s_first(set, "Pod"); o; o = o->next), in the order they came. */
const struct bh_k8s_object *bh_k8s_first(const struct bh_k8s_objects *set, const char *kind);
size_t bh_k8s_count(const struct bh_k8s_objects *set, const char *kind);
/* Some are there, or the API server's list of them was empty. */
bool bh_k8s_knows(const struct bh_k8s_objects *set, const char *kind);
/* NULL when it is not among them. Of an object that was given twice, the last. */
const struct bh_k8s_object *bh_k8s_find(const struct bh_k8s_objects *set, const char *kind, struct bh_str namespace, struct bh_str name);
/* "rbac.yaml:12" */
struct bh_str bh_k8s_place(struct bh_arena *arena, const struct bh_k8s_object *o, const struct bh_doc *at);
/* The namespace it lives in: "default" where none is written. For kinds that have one. */
struct bh_str bh_k8s_namespace(const struct bh_k8s_object *o);
/* One made by another (a pod of a ReplicaSet, a Job of a CronJob): the one above says the same. */
bool bh_k8s_owned(const struct bh_k8s_object *o);
/* Does the document look like an object of Kubernetes: apiVersion and kind. */
bool bh_k8s_looks(const struct bh_doc *doc);

#endif
