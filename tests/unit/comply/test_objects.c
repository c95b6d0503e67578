/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/k8s/objects.h"

static int add(struct bh_k8s_objects *set, const char *text) {
        struct bh_err err = BH_ERR_NONE;

        return bh_k8s_objects_add(set, BH_STR("f.yaml"), bh_str_of(text), &err);
}

static struct bh_k8s_objects begin(void) {
        struct bh_k8s_objects set;

        bh_k8s_objects_init(&set, bh_arena_new());
        return set;
}

static void a_stream_and_a_list_are_the_same_objects(void **state) {
        struct bh_k8s_objects set = begin();

        (void) state;
        assert_int_equal(add(&set, "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: n}\n"), 0);
        assert_int_equal(add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"kind\":\"Pod\",\"metadata\":{\"name\":\"c\"}}, 7, null]}"), 0);
        assert_int_equal(add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\"d\"}}]}"), 0);
        assert_int_equal(bh_k8s_count(&set, "Pod"), 4);
        assert_str(bh_k8s_find(&set, "Pod", BH_STR("n"), BH_STR("b"))->name, "b");
        assert_null(bh_k8s_find(&set, "Pod", BH_STR(""), BH_STR("b")));
        assert_str(bh_k8s_place(set.arena, bh_k8s_find(&set, "Pod", BH_STR("n"), BH_STR("b")), NULL), "f.yaml:6");
        assert_str(bh_k8s_namespace(bh_k8s_first(&set, "Pod")), "default");
        bh_arena_free(&set.arena);
}

static void a_list_of_nothing_is_fine(void **state) {
        struct bh_k8s_objects set = begin();

        (void) state;
        assert_int_equal(add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}"), 0);
        assert_int_equal(add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":null}"), 0);
        assert_int_equal(add(&set, ""), 0);
        assert_false(bh_k8s_knows(&set, "Pod"));
        assert_int_equal(add(&set, "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"metadata\":{},\"items\":[]}"), 0);
        assert_true(bh_k8s_knows(&set, "Pod")); /* it was asked for, and there are none */
        assert_null(bh_k8s_first(&set, "Pod"));
        assert_int_equal(set.n, 0);
        bh_arena_free(&set.arena);
}

static void what_is_no_object_is_said(void **state) {
        struct bh_k8s_objects set = begin();

        (void) state;
        assert_int_equal(add(&set, "replicas: 3\n"), BH_E_FORMAT);
        assert_int_equal(add(&set, "[1, 2]"), BH_E_FORMAT);
        assert_int_equal(add(&set, "{{ .Values.x }}: y\n"), BH_E_FORMAT);
        assert_int_equal(add(&set, "{\"apiVersion\":"), BH_E_FORMAT);
        assert_int_equal(set.n, 0);
        bh_arena_free(&set.arena);
}

static void what_a_controller_made_is_told_apart(void **state) {
        struct bh_k8s_objects set = begin();

        (void) state;
        assert_int_equal(add(&set, "apiVersion: v1\nkind: Pod\nmetadata: {name: a, ownerReferences: [{kind: ReplicaSet, controller: true}]}\n---\n"
                                   "apiVersion: v1\nkind: Pod\nmetadata: {name: b, ownerReferences: [{kind: Node, controller: true}]}\n"), 0);
        assert_true(bh_k8s_owned(bh_k8s_find(&set, "Pod", BH_STR(""), BH_STR("a"))));
        assert_false(bh_k8s_owned(bh_k8s_find(&set, "Pod", BH_STR(""), BH_STR("b")))); /* a pod of the node's own */
        bh_arena_free(&set.arena);
}

BH_UNIT_MAIN(a_stream_and_a_list_are_the_same_objects, a_list_of_nothing_is_fine, what_is_no_object_is_said, what_a_controller_made_is_told_apart)
