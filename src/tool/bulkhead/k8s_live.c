/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster's objects from its own API server. */
#include "engine/kubernetes.h"
#include "tool/bulkhead/k8s_files.h"

/* What the checks and the graph of rights look at. */
static const char *const paths[] = {
        "/api/v1/namespaces",
        "/api/v1/nodes",
        "/api/v1/pods",
        "/api/v1/services",
        "/api/v1/serviceaccounts",
        "/api/v1/replicationcontrollers",
        "/api/v1/resourcequotas",
        "/api/v1/limitranges",
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/daemonsets",
        "/apis/apps/v1/statefulsets",
        "/apis/apps/v1/replicasets",
        "/apis/batch/v1/jobs",
        "/apis/batch/v1/cronjobs",
        "/apis/networking.k8s.io/v1/networkpolicies",
        "/apis/networking.k8s.io/v1/ingresses",
        "/apis/rbac.authorization.k8s.io/v1/roles",
        "/apis/rbac.authorization.k8s.io/v1/rolebindings",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        "/apis/certificates.k8s.io/v1/certificatesigningrequests",
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
        "/api/v1/namespaces/kube-system/configmaps",
};

struct asking {
        struct bh_arena *arena;
        struct bh_tool_k8s *k8s;
        struct bh_str name;
};

static int add_page(void *user, struct bh_str page, struct bh_err *err) {
        struct asking *a = user;

        (void) err;
        *bh_vec_add(a->arena, &a->k8s->files) = (struct bh_tool_k8s_file){ a->name, page, true };
        return 0;
}

bool bh_tool_k8s_is_live(const struct bh_cli *cli) {
        return bh_cli_has(cli, "cluster") || bh_cli_has(cli, "kubeconfig") || bh_cli_has(cli, "context");
}

int bh_tool_k8s_fetch(struct bh_cli *cli, struct bh_tool_k8s *k8s, struct bh_err *err) {
        struct asking a = { cli->arena, k8s, { 0 } };
        struct bh_kube kube;
        int r = bh_kube_open(cli->arena, bh_cli_get(cli, "kubeconfig"), bh_cli_get(cli, "context"), &kube, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < BH_LEN(paths) && r >= 0; i++) {
                struct bh_err why = BH_ERR_NONE;

                a.name = bh_arena_printf(cli->arena, "%.*s%s", BH_FMT(kube.config.server), paths[i]);
                r = bh_kube_list(&kube, paths[i], NULL, add_page, &a, &why);
                if (r == BH_E_DENIED || r == BH_E_NOTFOUND) { /* not for us, or too new for that server */
                        *bh_vec_add(cli->arena, &k8s->gaps) = (struct bh_gap){ .where = a.name, .why = bh_arena_str(cli->arena, bh_str_of(why.text)), .code = why.code };
                        r = 0;
                } else if (r < 0)
                        *err = why;
        }
        bh_kube_close(&kube);
        return r < 0 ? r : 0;
}
