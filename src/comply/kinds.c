/* SPDX-License-Identifier: Apache-2.0 */
/* All kinds of facts, in the order of the alphabet. */
#include "comply/collect/collectors.h"

const struct bh_fact_kind *const bh_fact_kinds[] = {
        &bh_kind_apiserver,
        &bh_kind_audit_watch,
        &bh_kind_cluster,
        &bh_kind_component,
        &bh_kind_container,
        &bh_kind_controller_manager,
        &bh_kind_engine,
        &bh_kind_etcd_member,
        &bh_kind_file,
        &bh_kind_host,
        &bh_kind_image,
        &bh_kind_k8s_role,
        &bh_kind_k8s_subject,
        &bh_kind_kube_proxy,
        &bh_kind_kubelet,
        &bh_kind_kubectl_proxy,
        &bh_kind_mysql,
        &bh_kind_namespace,
        &bh_kind_nginx,
        &bh_kind_nginx_server,
        &bh_kind_pg_hba,
        &bh_kind_pod,
        &bh_kind_postgresql,
        &bh_kind_redis,
        &bh_kind_redis_user,
        &bh_kind_scheduler,
        &bh_kind_sshd,
        NULL,
};
