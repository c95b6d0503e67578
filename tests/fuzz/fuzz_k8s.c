/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/k8s/pss.h"
#include "comply/k8s/rbac.h"
#include "comply/lint/manifest.h"
#include "comply/read/k8sflags.h"
#include "fuzz.h"

static void judge(const struct bh_k8s_objects *objects, struct bh_arena *arena) {
        for (size_t i = 0; i < objects->kinds.len; i++) {
                const struct bh_k8s_kind *k = objects->kinds.items[i].value;

                for (const struct bh_k8s_object *o = k->first; o; o = o->next) {
                        struct bh_pss_hits hits = { 0 };
                        struct bh_k8s_pod pod;

                        if (!bh_k8s_pod_of(o->doc, &pod))
                                continue;
                        for (unsigned minor = 0; minor <= BH_PSS_NEWEST; minor += 6)
                                (void) bh_pss_explain(&pod, BH_PSS_RESTRICTED, minor, arena, &hits);
                }
        }
}

static void lint(struct bh_str bytes, struct bh_arena *arena) {
        struct bh_manifest_findings found = { 0 };
        struct bh_k8sflags flags = bh_k8sflags_in(arena);
        enum bh_manifest_kind kind;
        struct bh_err err = BH_ERR_NONE;

        BH_IGNORE(bh_manifest_lint(BH_STR("input"), bytes, BH_PSS_NEWEST, arena, &found, &kind, &err));
        bh_k8sflags_lines(&flags, bytes);
}

/* Objects, the pods in them, the rights they give; what is wrong with them as they are written; a file of flags. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_str bytes = { (const char *) data, size };
        struct bh_arena *arena = bh_arena_new();
        struct bh_rbac_risks risks = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_k8s_objects objects;
        struct bh_rbac rbac;

        bh_k8s_objects_init(&objects, arena);
        if (bh_k8s_objects_add(&objects, BH_STR("input"), bytes, &err) == 0) {
                judge(&objects, arena);
                bh_rbac_build(&rbac, &objects, arena);
                bh_rbac_look(&rbac, true, arena, &risks);
                for (size_t i = 0; i < rbac.subjects.len; i++)
                        for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++) {
                                struct bh_rbac_chain chain = { 0 };

                                (void) bh_rbac_chain_of(&rbac, rbac.subjects.items[i].value, (enum bh_rbac_goal) g, arena, &chain);
                        }
        }
        lint(bytes, arena);
        bh_arena_free(&arena);
        return 0;
}
