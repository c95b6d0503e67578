/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the checks of Kubernetes objects. */
#include "comply/k8s/pss.h"
#include "comply/lint/engine.h"

#define HIGH BH_SEVERITY_HIGH
#define MEDIUM BH_SEVERITY_MEDIUM
#define LOW BH_SEVERITY_LOW
#define CRITICAL BH_SEVERITY_CRITICAL
#define INFO BH_SEVERITY_INFO

const struct bh_manifest_about bh_k8s_rows[_BH_K8S_ROW_MAX] = {
        [BH_PSS_APPARMOR] = { "K8S001", MEDIUM, "pod-security", "AppArmor is turned off", "The profile that keeps a container from the node's files is gone.", "Take the profile Unconfined away, or use RuntimeDefault." },
        [BH_PSS_CAPABILITIES] = { "K8S002", HIGH, "pod-security", "A strong capability is added", "Many of them are root on the node in all but name.", "Take it away from capabilities.add." },
        [BH_PSS_HOST_NAMESPACES] = { "K8S003", HIGH, "pod-security", "The pod shares a namespace of the node", "It sees the node's processes, network or memory.", "Take hostNetwork, hostPID and hostIPC away." },
        [BH_PSS_HOST_PATH] = { "K8S004", HIGH, "pod-security", "A directory of the node is mounted", "Who reads or writes the right directory of a node has the node.", "Use a claim, emptyDir, configMap or secret." },
        [BH_PSS_HOST_PORTS] = { "K8S005", MEDIUM, "network", "A port of the node is taken", "It is reached past Services and most network policies.", "Take hostPort away and make a Service." },
        [BH_PSS_HOST_PROBES] = { "K8S006", MEDIUM, "network", "A probe or handler asks another host", "The kubelet sends the request, from the node's network: so one reaches what pods cannot.", "Take host away: the pod itself is asked." },
        [BH_PSS_PRIVILEGE] = { "K8S007", CRITICAL, "pod-security", "The container is privileged", "It is root on the node.", "Take privileged away and add the single capabilities that it needs." },
        [BH_PSS_PROC_MOUNT] = { "K8S008", HIGH, "pod-security", "/proc is not masked", "Files of the kernel that lead out can be read and written.", "Take procMount away." },
        [BH_PSS_SECCOMP] = { "K8S009", HIGH, "pod-security", "seccomp is turned off", "Every call to the kernel is open.", "Use the type RuntimeDefault." },
        [BH_PSS_SELINUX] = { "K8S010", HIGH, "pod-security", "An SELinux type, user or role is chosen", "Other types than those of containers see the node's files.", "Take seLinuxOptions away, or keep to container_t." },
        [BH_PSS_SYSCTLS] = { "K8S011", MEDIUM, "pod-security", "A kernel parameter is set that is not safe", "It may reach beyond the pod.", "Take the sysctl away, or set it on nodes of their own." },
        [BH_PSS_WINDOWS_HOST] = { "K8S012", CRITICAL, "pod-security", "The container is a process of the Windows node", "It runs on the node itself.", "Take hostProcess away." },
        [BH_PSS_ESCALATION] = { "K8S013", MEDIUM, "pod-security", "Rights may grow", "Unset means true: a setuid program in the image gives root.", "Set allowPrivilegeEscalation: false." },
        [BH_PSS_CAPABILITIES_FEW] = { "K8S014", LOW, "pod-security", "Capabilities are kept or added", "Most programs need none of the fourteen that a container gets.", "Set capabilities.drop: [ALL], and add NET_BIND_SERVICE at most." },
        [BH_PSS_PROC_MOUNT_ALWAYS] = { "K8S015", MEDIUM, "pod-security", "/proc is not masked", "The level restricted forbids it in user namespaces too.", "Take procMount away." },
        [BH_PSS_VOLUMES] = { "K8S016", LOW, "pod-security", "A volume is of a kind that reaches past the cluster's storage", "Such volumes have keys and servers of their own in the manifest.", "Use a persistentVolumeClaim." },
        [BH_PSS_NON_ROOT] = { "K8S017", MEDIUM, "pod-security", "The container may run as root", "Root inside is root outside when anything else gives way.", "Set runAsNonRoot: true." },
        [BH_PSS_USER] = { "K8S018", MEDIUM, "pod-security", "The container runs as user 0", "Root inside is root outside when anything else gives way.", "Name another user." },
        [BH_PSS_SECCOMP_SET] = { "K8S019", LOW, "pod-security", "No seccomp profile is asked for", "Unless the kubelet says otherwise every call to the kernel is open.", "Set seccompProfile.type: RuntimeDefault." },
        [BH_ROW_LATEST] = { "K8S101", MEDIUM, "images", "The image has no version", "It is another image tomorrow, and nobody can say which one ran.", "Name a version, better with its digest." },
        [BH_ROW_MEMORY] = { "K8S102", MEDIUM, "resources", "Memory is not limited", "One container drives all others off the node.", "Set resources.limits.memory." },
        [BH_ROW_CPU] = { "K8S103", LOW, "resources", "CPU is neither reserved nor limited", "The scheduler cannot plan for it.", "Set resources.requests.cpu." },
        [BH_ROW_WRITABLE] = { "K8S104", LOW, "pod-security", "The root file system can be written", "What an intruder cannot write down he cannot start again.", "Set readOnlyRootFilesystem: true, and mount an emptyDir where it writes." },
        [BH_ROW_PROBES] = { "K8S105", INFO, "health", "No probe asks whether it works", "The cluster sends traffic to what hangs.", "Write a readinessProbe or livenessProbe." },
        [BH_ROW_ENV_PASSWORD] = { "K8S106", HIGH, "secrets", "A password stands in the manifest", "Whoever reads the repository or the object has it.", "Put it into a Secret, and refer to it." },
        [BH_ROW_ENV_SECRET] = { "K8S107", INFO, "secrets", "A secret goes into the environment", "It is seen in crash reports, in /proc and by children.", "Mount it as a file." },
        [BH_ROW_TOKEN] = { "K8S108", LOW, "rights", "The token of account default is mounted", "It is the first thing an intruder takes.", "Set automountServiceAccountToken: false, or name an account of its own." },
        [BH_ROW_SOCKET] = { "K8S109", CRITICAL, "pod-security", "The container engine can be reached", "Who speaks to it is root on the node.", "Take the mount away." },
        [BH_ROW_DEFAULT_SPACE] = { "K8S110", INFO, "order", "It goes into the namespace default", "Rights and policies hold by namespace; this one is everybody's.", "Name a namespace of its own." },
        [BH_ROW_SECRET_DATA] = { "K8S111", MEDIUM, "secrets", "A Secret lies in the file with its contents", "base64 hides nothing: the repository has it for good.", "Keep it in a secret store, or sealed." },
        [BH_ROW_MAP_PASSWORD] = { "K8S112", MEDIUM, "secrets", "A ConfigMap seems to hold a password", "Everybody who looks at the namespace reads it.", "Put it into a Secret." },
        [BH_ROW_WILDCARD] = { "K8S113", MEDIUM, "rights", "A role allows all verbs or all resources", "A star also allows what will be invented tomorrow.", "Write what is used." },
        [BH_ROW_ADMIN] = { "K8S114", HIGH, "rights", "Somebody becomes cluster administrator", "Whoever takes that account has the cluster.", "Bind a role that names what it needs." },
        [BH_ROW_ANYONE] = { "K8S115", HIGH, "rights", "Everybody gets rights", "A right of everybody is a right of every intruder.", "Name those who need them." },
        [BH_ROW_NODE_PORT] = { "K8S116", LOW, "network", "A port is opened on every node", "It is reached past load balancers and their rules.", "Use ClusterIP behind an Ingress." },
        [BH_ROW_EXTERNAL_IP] = { "K8S117", MEDIUM, "network", "A service takes an external address", "Traffic for that address is caught (CVE-2020-8554).", "Take externalIPs away." },
        [BH_ROW_NO_TLS] = { "K8S118", LOW, "network", "An Ingress serves without TLS", "What people send is read on the way.", "Write tls: with a certificate." },
        [BH_ROW_OPEN_SPACE] = { "K8S119", LOW, "pod-security", "A namespace lets privileged pods in", "Whoever makes pods there may take a node.", "Label it pod-security.kubernetes.io/enforce: baseline or restricted." },
        [BH_ROW_BARE_POD] = { "K8S120", INFO, "health", "A pod stands alone", "When its node goes nobody starts it again.", "Make a Deployment or Job." },
        [BH_ROW_GONE_API] = { "K8S121", MEDIUM, "order", "This version of the API is gone", "Clusters of today refuse the object.", "Write the version that is served now." },
        [BH_ROW_SELECTOR] = { "K8S122", MEDIUM, "order", "The selector does not fit the template's labels", "The API server refuses it.", "Give the template the labels that are selected." },
};
