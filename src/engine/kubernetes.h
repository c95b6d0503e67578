/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ENGINE_KUBERNETES_H
#define BH_ENGINE_KUBERNETES_H
/*
 * A Kubernetes API server, to read from: found by a kubeconfig, or by the
 * service account of the pod we run in. We run none of the programs that a
 * kubeconfig may name for credentials (exec, auth-provider): such a user is
 * refused by name.
 *
 *     bh_kube_open(arena, NULL, NULL, &kube, err);
 *     bh_kube_list(&kube, "/api/v1/pods", on_page, user, err);
 *     bh_kube_close(&kube);
 *
 * Lists come in pages of 500; a page is bounded by BH_LIMIT_HTTP_JSON. A kind
 * we may not list is BH_E_DENIED, one the server does not know BH_E_NOTFOUND.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
#include "base/arena.h"
#include "base/err.h"
#include "http/http.h"

/* What a kubeconfig (or a service account) says, files named in it not read yet. */
struct bh_kube_config {
        struct bh_str server, context;            /* "https://10.0.0.1:6443" */
        struct bh_str ca_pem, cert_pem, key_pem;  /* given in place */
        struct bh_str ca_file, cert_file, key_file, token_file;
        struct bh_str token;
        bool insecure;
};

/* Pure. context: empty for the current one. */
int bh_kube_parse_config(struct bh_arena *arena, struct bh_str yaml, struct bh_str context, struct bh_kube_config *ret, struct bh_err *err)
        BH_MUST_CHECK;
/* The word after which a list goes on, of "metadata.continue"; empty: it was the last page. Pure. */
int bh_kube_parse_continue(struct bh_arena *arena, struct bh_str page, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

struct bh_kube {
        struct bh_arena *arena;
        struct bh_kube_config config;
        struct bh_str authorization;
        struct bh_http *http;
        int cert_fd, key_fd; /* what was given in place; -1 */
};

/* kubeconfig: NULL for KUBECONFIG, ~/.kube/config, or the service account, whichever is there first. NOTFOUND: none. */
int bh_kube_open(struct bh_arena *arena, const char *kubeconfig, const char *context, struct bh_kube *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_kube_close(struct bh_kube *kube);
/* The answer to one GET, in the arena. */
int bh_kube_get(const struct bh_kube *kube, struct bh_str path, const char *accept, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;

/* One page, JSON, in the arena of the kube. < 0 ends the list. */
typedef int bh_kube_page(void *user, struct bh_str page, struct bh_err *err);
/* accept: NULL for whole objects; BH_KUBE_METADATA for their metadata alone (secrets are never read whole). */
#define BH_KUBE_METADATA "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
int bh_kube_list(const struct bh_kube *kube, const char *path, const char *accept, bh_kube_page *page, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
