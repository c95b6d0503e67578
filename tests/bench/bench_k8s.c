/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Kubernetes' objects cost: pods judged by the Pod Security Standards,
 * by CPU time of one core. The pods are of the shape that people run: two
 * containers and one before them, probes, volumes, a security context; half of
 * them are restricted to the letter, half break something.
 *
 * And rights: a cluster of 10,000 bindings, from objects that were read to
 * every subject's chain to every goal.
 *
 * And the checks of content/baselines over a thousand workloads.
 *
 *     bench_k8s [ROUNDS [BASELINES]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "comply/judge.h"
#include "comply/k8s/facts.h"
#include "comply/k8s/pss.h"
#include "comply/k8s/rbac.h"
#include "base/buf.h"
#include "fmt/json.h"

enum { PODS = 1000, BINDINGS = 10000, ROLES = 1500, NAMESPACES = 400 };

static const char pod_json[] =
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},\"spec\":{\"replicas\":3,"
        "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"},\"annotations\":{\"prometheus.io/scrape\":\"true\"}},"
        "\"spec\":{\"serviceAccountName\":\"web\",\"automountServiceAccountToken\":false,\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":1000,"
        "\"fsGroup\":1000,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},\"volumes\":[{\"name\":\"data\",\"emptyDir\":{}},{\"name\":\"conf\",\"configMap\":{\"name\":\"web\"}}%s],"
        "\"initContainers\":[{\"name\":\"setup\",\"image\":\"registry.example/setup:1\",\"command\":[\"/setup\"],\"securityContext\":%s}],"
        "\"containers\":[{\"name\":\"app\",\"image\":\"registry.example/app:1\",\"ports\":[{\"containerPort\":8080}],\"env\":[{\"name\":\"A\",\"value\":\"b\"}],"
        "\"resources\":{\"limits\":{\"memory\":\"128Mi\"}},\"livenessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":8080}},\"readinessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":8080}},"
        "\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/data\"}],\"securityContext\":%s},{\"name\":\"proxy\",\"image\":\"registry.example/proxy:1\",\"securityContext\":%s}]}}}}";
static const char fine[] = "{\"allowPrivilegeEscalation\":false,\"readOnlyRootFilesystem\":true,\"capabilities\":{\"drop\":[\"ALL\"],\"add\":[\"NET_BIND_SERVICE\"]}}";
static const char loose[] = "{\"privileged\":true,\"capabilities\":{\"add\":[\"SYS_ADMIN\",\"CHOWN\"]}}";

static double cpu_s(void) {
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void make(struct bh_arena *arena, struct bh_k8s_pod *pods) {
        struct bh_err err = BH_ERR_NONE;

        for (size_t i = 0; i < PODS; i++) {
                bool bad = i % 2;
                const struct bh_doc *root = NULL;
                struct bh_str text = bh_arena_printf(arena, pod_json, bad ? ",{\"name\":\"h\",\"hostPath\":{\"path\":\"/\"}}" : "", fine, bad ? loose : fine, fine);

                if (bh_json_parse(arena, text, &root, &err) < 0 || !bh_k8s_pod_of(root, &pods[i])) {
                        fprintf(stderr, "%s\n", err.text);
                        exit(1);
                }
        }
}

static void judge(const struct bh_k8s_pod *pods, unsigned rounds) {
        size_t broken = 0;
        double from = cpu_s(), took;

        for (unsigned r = 0; r < rounds; r++)
                for (size_t i = 0; i < PODS; i++)
                        broken += bh_pss_judge(&pods[i], BH_PSS_RESTRICTED, BH_PSS_NEWEST) != 0;
        took = cpu_s() - from;
        if (broken != (size_t) rounds * PODS / 2)
                exit(1);
        printf("pods judged (restricted, 1.%d): %.0f a second of one core, %.0f ns each (goal: 200,000)\n", BH_PSS_NEWEST,
               (double) rounds * PODS / took, took * 1e9 / rounds / PODS);
}

/* With finding the pod in its object: as a cluster's dump is judged. */
static void judge_objects(const struct bh_k8s_pod *pods, unsigned rounds) {
        size_t broken = 0;
        double from = cpu_s(), took;

        for (unsigned r = 0; r < rounds; r++)
                for (size_t i = 0; i < PODS; i++) {
                        struct bh_k8s_pod pod;

                        broken += bh_k8s_pod_of(pods[i].object, &pod) && bh_pss_judge(&pod, BH_PSS_RESTRICTED, BH_PSS_NEWEST) != 0;
                }
        took = cpu_s() - from;
        if (broken != (size_t) rounds * PODS / 2)
                exit(1);
        printf("objects found to hold a pod and judged: %.0f a second of one core, %.0f ns each\n", (double) rounds * PODS / took, took * 1e9 / rounds / PODS);
}

/* ---- rights ---- */

static const char *const kinds_of_rule[] = {
        "{apiGroups: [''], resources: [configmaps, pods, services], verbs: [get, list, watch]}",
        "{apiGroups: [apps], resources: [deployments, statefulsets], verbs: [get, list, create, patch]}",
        "{apiGroups: [''], resources: [secrets], verbs: [get]}",
        "{apiGroups: [''], resources: [pods/exec], verbs: [create]}",
        "{apiGroups: [''], resources: [events], verbs: [create, patch]}",
        "{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}",
};

static void put_cluster(struct bh_buf *out) {
        char role[32];

        bh_buf_puts(out, "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: cluster-admin}\nrules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]\n");
        for (unsigned i = 0; i < ROLES; i++)
                bh_buf_printf(out, "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: role%u}\nrules: [%s, %s]\n", i, kinds_of_rule[i % 3],
                              kinds_of_rule[i % 97 ? 4 : 3 + i % 3]);
        for (unsigned i = 0; i < BINDINGS; i++) {
                if (i % 1000)
                        (void) snprintf(role, sizeof role, "role%u", i % ROLES);
                else
                        (void) snprintf(role, sizeof role, "cluster-admin");
                bh_buf_printf(out, "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata: {name: binding%u, namespace: ns%u}\nroleRef: {kind: ClusterRole, name: %s}\n"
                                   "subjects: [{kind: ServiceAccount, name: app%u, namespace: ns%u}, {kind: Group, name: team%u}]\n",
                              i % 10 ? "RoleBinding" : "ClusterRoleBinding", i, i % NAMESPACES, role, i % 3000, i % NAMESPACES, i % 50);
        }
}

static void reckon(void) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_arena *arena = bh_arena_new(), *scratch = bh_arena_new();
        struct bh_k8s_objects objects;
        struct bh_err err = BH_ERR_NONE;
        struct bh_rbac rbac;
        size_t chains = 0, steps = 0;
        double from, read, built;

        put_cluster(&text);
        bh_k8s_objects_init(&objects, arena);
        from = cpu_s();
        if (bh_k8s_objects_add(&objects, BH_STR("cluster.yaml"), bh_buf_str(&text), &err) < 0) {
                fprintf(stderr, "%s\n", err.text);
                exit(1);
        }
        read = cpu_s() - from;
        bh_rbac_build(&rbac, &objects, arena);
        built = cpu_s() - from - read;
        for (size_t i = 0; i < rbac.subjects.len; i++)
                for (unsigned g = 0; g < _BH_RBAC_GOAL_MAX; g++) {
                        struct bh_rbac_chain chain = { 0 };

                        chains += bh_rbac_chain_of(&rbac, rbac.subjects.items[i].value, (enum bh_rbac_goal) g, scratch, &chain);
                        steps += chain.len;
                }
        printf("%d bindings, %zu subjects: %.3f s to read %zu KiB of YAML, %.3f s to reckon who becomes whom, %.3f s for %zu chains of %zu steps (goal: under 1 s in all)\n",
               BINDINGS, rbac.subjects.len, read, text.len / 1024, built, cpu_s() - from - read - built, chains, steps);
        if (chains == 0)
                exit(1);
        bh_arena_free(&scratch);
        bh_arena_free(&arena);
}

/* ---- checks ---- */

static void check_all(const struct bh_k8s_pod *pods, const char *folder) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_comply_report report = { 0 };
        struct bh_comply_opts all = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_k8s_objects objects;
        struct bh_checks checks;
        struct bh_facts facts;
        double from, told;

        bh_checks_init(&checks, arena);
        if (bh_checks_load(&checks, folder, &err) < 0) {
                fprintf(stderr, "%s\n", err.text);
                exit(1);
        }
        bh_k8s_objects_init(&objects, arena);
        for (size_t i = 0; i < PODS; i++)
                if (!bh_k8s_objects_put(&objects, BH_STR("bench"), pods[i].object))
                        exit(1);
        from = cpu_s();
        bh_facts_init(&facts, arena);
        bh_k8s_facts(&objects, BH_PSS_NEWEST, &facts);
        told = cpu_s() - from;
        bh_comply_judge(&checks, &facts, &all, arena, &report);
        printf("%d workloads: %.3f s to tell %zu facts, %.3f s for %zu results of %zu checks\n", PODS, told, facts.n, cpu_s() - from - told, report.n, checks.checks.len);
        if (report.n < PODS)
                exit(1);
        bh_checks_done(&checks);
        bh_arena_free(&arena);
}

int main(int argc, char **argv) {
        unsigned rounds = argc > 1 ? (unsigned) atoi(argv[1]) : 300;
        struct bh_arena *arena = bh_arena_new();
        struct bh_k8s_pod *pods = bh_arena_array(arena, struct bh_k8s_pod, PODS);

        make(arena, pods);
        judge(pods, rounds);
        judge_objects(pods, rounds);
        reckon();
        check_all(pods, argc > 2 ? argv[2] : "content/baselines");
        bh_arena_free(&arena);
        return 0;
}
