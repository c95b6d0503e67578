/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Kubernetes' objects cost: pods judged by the Pod Security Standards,
 * by CPU time of one core. The pods are of the shape that people run: two
 * containers and one before them, probes, volumes, a security context; half of
 * them are restricted to the letter, half break something.
 *
 *     bench_k8s [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "comply/k8s/pss.h"
#include "fmt/json.h"

enum { PODS = 1000 };

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

int main(int argc, char **argv) {
        unsigned rounds = argc > 1 ? (unsigned) atoi(argv[1]) : 300;
        struct bh_arena *arena = bh_arena_new();
        struct bh_k8s_pod *pods = bh_arena_array(arena, struct bh_k8s_pod, PODS);

        make(arena, pods);
        judge(pods, rounds);
        judge_objects(pods, rounds);
        bh_arena_free(&arena);
        return 0;
}
