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
        size_t n_pages;
};

static int add_page(void *user, struct bh_str page, struct bh_err *err) {
        struct asking *a = user;

        (void) err;
        a->n_pages++;
        *bh_vec_add(a->arena, &a->k8s->files) = (struct bh_tool_k8s_file){ a->name, page, true };
        return 0;
}

bool bh_tool_k8s_is_live(const struct bh_cli *cli) {
        return bh_cli_has(cli, "cluster") || bh_cli_has(cli, "kubeconfig") || bh_cli_has(cli, "context");
}

/* Not for us, or too new for that server: the others are asked for all the same. */
static int add_gap(struct asking *a, const struct bh_err *why) {
        *bh_vec_add(a->arena, &a->k8s->gaps) = (struct bh_gap){ .where = a->name, .why = bh_arena_str(a->arena, bh_str_of(why->text)), .code = why->code };
        return 0;
}

/* Who may list nothing is told so, and not that nothing is there. */
static int list_all(struct asking *a, const struct bh_kube *kube, struct bh_err *err) {
        struct bh_err first = BH_ERR_NONE;
        int r = 0;

        for (size_t i = 0; i < BH_LEN(paths) && r >= 0; i++) {
                struct bh_err why = BH_ERR_NONE;

                a->name = bh_arena_printf(a->arena, "%.*s%s", BH_FMT(kube->config.server), paths[i]);
                r = bh_kube_list(kube, paths[i], NULL, add_page, a, &why);
                if (i == 0)
                        first = why;
                if (r == BH_E_DENIED || r == BH_E_NOTFOUND)
                        r = add_gap(a, &why);
                else if (r < 0)
                        *err = why;
        }
        if (r < 0 || a->n_pages)
                return r < 0 ? r : 0;
        *err = first;
        return bh_wrap(err, first.code, "nothing may be listed there");
}

int bh_tool_k8s_fetch(struct bh_cli *cli, struct bh_tool_k8s *k8s, struct bh_err *err) {
        struct asking a = { .arena = cli->arena, .k8s = k8s };
        struct bh_kube kube;
        int r = bh_kube_open(cli->arena, bh_cli_get(cli, "kubeconfig"), bh_cli_get(cli, "context"), &kube, err);

        if (r < 0)
                return r;
        r = bh_wrap(err, list_all(&a, &kube, err), "%.*s", BH_FMT(kube.config.server));
        bh_kube_close(&kube);
        return r < 0 ? r : 0;
}
