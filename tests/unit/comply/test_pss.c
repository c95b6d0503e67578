/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "comply/k8s/pss.h"
#include "fmt/yaml.h"

struct house {
        struct bh_arena *arena;
        struct bh_k8s_pod pod;
        struct bh_pss_hits hits;
};

static void begin(struct house *h, const char *yaml) {
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *root = NULL;

        *h = (struct house){ .arena = bh_arena_new() };
        if (bh_yaml_parse(h->arena, bh_str_of(yaml), &root, &err) < 0)
                fail_msg("%s", err.text);
        assert_true(bh_k8s_pod_of(root, &h->pod));
}

static void end(struct house *h) {
        bh_arena_free(&h->arena);
}

static bool breaks(const struct house *h, enum bh_pss_level level, unsigned minor, enum bh_pss_control c) {
        return bh_pss_judge(&h->pod, level, minor) & 1u << c;
}

static void a_hit_names_control_container_path_value_and_line(void **state) {
        struct house h;

        (void) state;
        begin(&h, "kind: CronJob\n"
                  "spec:\n"
                  "  jobTemplate:\n"
                  "    spec:\n"
                  "      template:\n"
                  "        spec:\n"
                  "          containers: [{name: a, image: i}]\n"
                  "          initContainers:\n"
                  "          - name: b\n"
                  "            securityContext:\n"
                  "              privileged: true\n");
        assert_int_equal(bh_pss_explain(&h.pod, BH_PSS_BASELINE, 30, h.arena, &h.hits), 1u << BH_PSS_PRIVILEGE);
        assert_int_equal(h.hits.len, 1);
        assert_str(h.hits.at[0].container, "b");
        assert_str(h.hits.at[0].path, "spec.jobTemplate.spec.template.spec.initContainers[0].securityContext.privileged");
        assert_str(h.hits.at[0].value, "true");
        assert_int_equal(h.hits.at[0].at->line, 11);
        end(&h);
}

static void what_is_missing_is_told_at_what_should_hold_it(void **state) {
        struct house h;

        (void) state;
        begin(&h, "kind: Pod\n"
                  "spec:\n"
                  "  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n"
                  "  containers:\n"
                  "  - name: a\n"
                  "    securityContext: {capabilities: {drop: [ALL]}}\n");
        assert_int_equal(bh_pss_explain(&h.pod, BH_PSS_RESTRICTED, 30, h.arena, &h.hits), 1u << BH_PSS_ESCALATION);
        assert_str(h.hits.at[0].path, "spec.containers[0].securityContext.allowPrivilegeEscalation");
        assert_str(h.hits.at[0].value, "");
        assert_int_equal(h.hits.at[0].at->line, 6);
        end(&h);
}

static void a_stricter_control_takes_the_place_of_the_wider(void **state) {
        (void) state;
        assert_true(bh_pss_controls(BH_PSS_BASELINE, 37) & 1u << BH_PSS_HOST_PATH);
        assert_false(bh_pss_controls(BH_PSS_RESTRICTED, 37) & 1u << BH_PSS_HOST_PATH);
        assert_true(bh_pss_controls(BH_PSS_RESTRICTED, 34) & 1u << BH_PSS_PROC_MOUNT);
        assert_false(bh_pss_controls(BH_PSS_RESTRICTED, 35) & 1u << BH_PSS_PROC_MOUNT);
        assert_true(bh_pss_controls(BH_PSS_RESTRICTED, 21) & 1u << BH_PSS_CAPABILITIES);
        assert_int_equal(bh_pss_controls(BH_PSS_PRIVILEGED, 37), 0);
}

static void seccomp_moved_from_annotations_to_fields(void **state) {
        struct house h;

        (void) state;
        begin(&h, "kind: Pod\n"
                  "metadata: {annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}}\n"
                  "spec: {containers: [{name: a}]}\n");
        assert_true(breaks(&h, BH_PSS_BASELINE, 18, BH_PSS_SECCOMP));
        assert_false(breaks(&h, BH_PSS_BASELINE, 19, BH_PSS_SECCOMP));
        assert_true(breaks(&h, BH_PSS_RESTRICTED, 19, BH_PSS_SECCOMP_SET));
        end(&h);
        begin(&h, "kind: Pod\nspec: {containers: [{name: a, securityContext: {seccompProfile: {type: Unconfined}}}]}\n");
        assert_false(breaks(&h, BH_PSS_BASELINE, 18, BH_PSS_SECCOMP));
        assert_true(breaks(&h, BH_PSS_BASELINE, 19, BH_PSS_SECCOMP));
        end(&h);
}

static void windows_and_user_namespaces_are_excused_from_their_versions_on(void **state) {
        struct house h;

        (void) state;
        begin(&h, "kind: Pod\nspec: {os: {name: windows}, containers: [{name: a}]}\n");
        assert_true(breaks(&h, BH_PSS_RESTRICTED, 24, BH_PSS_ESCALATION));
        assert_false(breaks(&h, BH_PSS_RESTRICTED, 25, BH_PSS_ESCALATION));
        assert_true(breaks(&h, BH_PSS_RESTRICTED, 25, BH_PSS_NON_ROOT));
        end(&h);
        begin(&h, "kind: Pod\nspec: {hostUsers: false, containers: [{name: a, securityContext: {procMount: Unmasked, runAsUser: 0}}]}\n");
        assert_true(breaks(&h, BH_PSS_RESTRICTED, 34, BH_PSS_USER));
        assert_false(breaks(&h, BH_PSS_RESTRICTED, 35, BH_PSS_USER));
        assert_false(breaks(&h, BH_PSS_BASELINE, 35, BH_PSS_PROC_MOUNT));
        assert_true(breaks(&h, BH_PSS_RESTRICTED, 35, BH_PSS_PROC_MOUNT_ALWAYS));
        end(&h);
}

static void a_level_is_what_a_pod_meets(void **state) {
        struct house h;

        (void) state;
        begin(&h, "kind: Pod\nspec: {containers: [{name: a}]}\n");
        assert_int_equal(bh_pss_meets(&h.pod, 30), BH_PSS_BASELINE);
        end(&h);
        begin(&h, "kind: Pod\nspec: {hostPID: true, containers: [{name: a}]}\n");
        assert_int_equal(bh_pss_meets(&h.pod, 30), BH_PSS_PRIVILEGED);
        end(&h);
        begin(&h, "kind: Pod\nspec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: Localhost}}, containers: [{name: a,"
                  " securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}\n");
        assert_int_equal(bh_pss_meets(&h.pod, 30), BH_PSS_RESTRICTED);
        end(&h);
}

static void a_pod_is_found_in_kinds_of_other_people_too(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *root;
        struct bh_k8s_pod pod;

        (void) state;
        assert_int_equal(bh_yaml_parse(arena, BH_STR("kind: Rollout\nspec: {template: {spec: {containers: [{name: a}]}}}\n"), &root, &err), 0);
        assert_true(bh_k8s_pod_of(root, &pod));
        assert_string_equal(pod.prefix, "spec.template.spec");
        assert_int_equal(bh_yaml_parse(arena, BH_STR("spec: {containers: [{name: a}]}\n"), &root, &err), 0); /* an item of a PodList */
        assert_true(bh_k8s_pod_of(root, &pod));
        assert_int_equal(bh_yaml_parse(arena, BH_STR("kind: Service\nspec: {ports: []}\n"), &root, &err), 0);
        assert_false(bh_k8s_pod_of(root, &pod));
        assert_int_equal(bh_yaml_parse(arena, BH_STR("kind: Pod\nspec: nothing\n"), &root, &err), 0);
        assert_false(bh_k8s_pod_of(root, &pod));
        assert_false(bh_k8s_pod_of(NULL, &pod));
        bh_arena_free(&arena);
}

static void versions_are_read_as_labels_write_them(void **state) {
        unsigned minor = 0;

        (void) state;
        assert_true(bh_pss_version_of(BH_STR("v1.25"), &minor));
        assert_int_equal(minor, 25);
        assert_true(bh_pss_version_of(BH_STR("latest"), &minor));
        assert_int_equal(minor, BH_PSS_NEWEST);
        assert_false(bh_pss_version_of(BH_STR("v2.0"), &minor));
        assert_false(bh_pss_version_of(BH_STR("1.x"), &minor));
}

BH_UNIT_MAIN(a_hit_names_control_container_path_value_and_line, what_is_missing_is_told_at_what_should_hold_it,
             a_stricter_control_takes_the_place_of_the_wider, seccomp_moved_from_annotations_to_fields,
             windows_and_user_namespaces_are_excused_from_their_versions_on, a_level_is_what_a_pod_meets,
             a_pod_is_found_in_kinds_of_other_people_too, versions_are_read_as_labels_write_them)
