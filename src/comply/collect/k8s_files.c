/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a node: manifests, kubeconfigs, keys and certificates, units; by role, wherever a distribution keeps them. */
#include "comply/collect/file.h"
#include "comply/collect/kubernetes.h"

static const struct {
        const char *role, *path;
} files[] = {
        { "k8s-apiserver-manifest", "/etc/kubernetes/manifests/kube-apiserver.yaml" },
        { "k8s-apiserver-manifest", "/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml" },
        { "k8s-controller-manager-manifest", "/etc/kubernetes/manifests/kube-controller-manager.yaml" },
        { "k8s-controller-manager-manifest", "/var/lib/rancher/rke2/agent/pod-manifests/kube-controller-manager.yaml" },
        { "k8s-scheduler-manifest", "/etc/kubernetes/manifests/kube-scheduler.yaml" },
        { "k8s-scheduler-manifest", "/var/lib/rancher/rke2/agent/pod-manifests/kube-scheduler.yaml" },
        { "k8s-etcd-manifest", "/etc/kubernetes/manifests/etcd.yaml" },
        { "k8s-etcd-manifest", "/var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml" },
        { "k8s-admin-config", "/etc/kubernetes/admin.conf" },
        { "k8s-admin-config", "/etc/kubernetes/super-admin.conf" },
        { "k8s-admin-config", "/etc/rancher/k3s/k3s.yaml" },
        { "k8s-admin-config", "/etc/rancher/rke2/rke2.yaml" },
        { "k8s-admin-config", "/var/lib/rancher/k3s/server/cred/admin.kubeconfig" },
        { "k8s-admin-config", "/var/lib/rancher/rke2/server/cred/admin.kubeconfig" },
        { "k8s-admin-config", "/var/snap/microk8s/current/credentials/client.config" },
        { "k8s-scheduler-config", "/etc/kubernetes/scheduler.conf" },
        { "k8s-scheduler-config", "/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig" },
        { "k8s-scheduler-config", "/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig" },
        { "k8s-scheduler-config", "/var/snap/microk8s/current/credentials/scheduler.config" },
        { "k8s-controller-manager-config", "/etc/kubernetes/controller-manager.conf" },
        { "k8s-controller-manager-config", "/var/lib/rancher/k3s/server/cred/controller.kubeconfig" },
        { "k8s-controller-manager-config", "/var/lib/rancher/rke2/server/cred/controller.kubeconfig" },
        { "k8s-controller-manager-config", "/var/snap/microk8s/current/credentials/controller.config" },
        { "k8s-kubelet-unit", "/etc/systemd/system/kubelet.service" },
        { "k8s-kubelet-unit", "/lib/systemd/system/kubelet.service" },
        { "k8s-kubelet-unit", "/usr/lib/systemd/system/kubelet.service" },
        { "k8s-proxy-config", "/etc/kubernetes/kube-proxy.conf" },
        { "k8s-proxy-config", "/var/lib/kube-proxy/kubeconfig" },
        { "k8s-proxy-config", "/var/lib/kube-proxy/kubeconfig.conf" },
        { "k8s-proxy-config", "/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig" },
        { "k8s-proxy-config", "/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig" },
        { "k8s-proxy-config", "/var/snap/microk8s/current/credentials/proxy.config" },
        { "k8s-pki-folder", "/etc/kubernetes/pki" },
        { "k8s-pki-folder", "/etc/kubernetes/pki/etcd" },
        { "k8s-pki-folder", "/var/lib/rancher/k3s/server/tls" },
        { "k8s-pki-folder", "/var/lib/rancher/rke2/server/tls" },
        { "k8s-pki-folder", "/var/snap/microk8s/current/certs" },
};

static const struct {
        const char *role, *pattern;
} many[] = {
        { "k8s-cni-config", "/etc/cni/net.d/*" },
        { "k8s-cni-config", "/var/lib/cni/networks/*" },
        { "k8s-kubelet-unit", "/etc/systemd/system/kubelet.service.d/*.conf" },
        { "k8s-kubelet-unit", "/lib/systemd/system/kubelet.service.d/*.conf" },
        { "k8s-pki-cert", "/etc/kubernetes/pki/*.crt" },
        { "k8s-pki-cert", "/etc/kubernetes/pki/etcd/*.crt" },
        { "k8s-pki-cert", "/var/lib/rancher/k3s/server/tls/*.crt" },
        { "k8s-pki-cert", "/var/lib/rancher/rke2/server/tls/*.crt" },
        { "k8s-pki-cert", "/var/snap/microk8s/current/certs/*.crt" },
        { "k8s-pki-key", "/etc/kubernetes/pki/*.key" },
        { "k8s-pki-key", "/etc/kubernetes/pki/etcd/*.key" },
        { "k8s-pki-key", "/var/lib/rancher/k3s/server/tls/*.key" },
        { "k8s-pki-key", "/var/lib/rancher/rke2/server/tls/*.key" },
        { "k8s-pki-key", "/var/snap/microk8s/current/certs/*.key" },
};

static void tell_flag(struct bh_place *at, const struct bh_k8sflags *flags, const char *role, const char *flag, const char *otherwise) {
        struct bh_str path = bh_k8sflags_get(flags, flag);

        if (!path.len)
                path = bh_str_of(otherwise);
        if (path.len)
                (void) bh_file_tell(at->reach, at->facts, at->root, role, path);
}

void bh_k8s_file_facts(struct bh_place *at, const struct bh_k8sflags *kubelet) {
        tell_flag(at, kubelet, "k8s-kubelet-kubeconfig", "kubeconfig", "/etc/kubernetes/kubelet.conf");
        tell_flag(at, kubelet, "k8s-kubelet-config", "config", "/var/lib/kubelet/config.yaml");
        tell_flag(at, kubelet, "k8s-client-ca", "client-ca-file", NULL);
        for (size_t i = 0; i < BH_LEN(files); i++)
                (void) bh_file_tell(at->reach, at->facts, at->root, files[i].role, bh_str_of(files[i].path));
        for (size_t i = 0; i < BH_LEN(many); i++) {
                struct bh_paths paths = { 0 };

                bh_place_glob(at, bh_str_of(many[i].pattern), &paths);
                for (size_t k = 0; k < paths.len; k++)
                        (void) bh_file_tell(at->reach, at->facts, at->root, many[i].role, paths.at[k]);
        }
}
