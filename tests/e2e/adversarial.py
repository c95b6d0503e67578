# SPDX-License-Identifier: Apache-2.0
"""Containers set up to slip past checks of configuration, made on a real engine.

Each form names the check that must find it and a word its evidence must show.
`docker create` suffices where the kernel need not be asked; those that run
sleep. The well set-up one is what a careful person would start.
"""
import json

ALLOW_ALL = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}
# Denies by default, and then lets everything dangerous through.
SIEVE = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "write", "execve", "mount", "bpf", "setns"], "action": "SCMP_ACT_ALLOW"}]}


class Form:
    def __init__(self, name, check, *args, shows="", run=False, host=None, command=("/bin/sleep", "600")):
        self.name, self.check, self.args, self.shows = name, check, args, shows
        self.run, self.host, self.command = run, host, command


def forms(top, socket):
    """All of them. `top`: a folder for what they mount; `socket`: the engine's own."""
    (top / "allow.json").write_text(json.dumps(ALLOW_ALL))
    (top / "sieve.json").write_text(json.dumps(SIEVE))
    for name, to in [("to-etc", "/etc"), ("to-root", "/"), ("to-socket", socket)]:
        (top / name).symlink_to(to)
    (top / "deep").mkdir()
    (top / "deep/up").symlink_to("../to-etc")
    return [
        # what of the host is mounted
        Form("run", "container-host-mounts", "-v", "/run:/host", shows="/run -> /host"),
        Form("run-socket", "container-engine-socket", "-v", "/run:/host", shows="/run"),
        Form("etc-ro", "container-host-mounts", "-v", "/etc:/host:ro", shows="/etc -> /host (read-only)"),
        Form("etc-ssh", "container-host-mounts", "-v", "/etc/ssh:/host", shows="/etc/ssh"),
        Form("root-home", "container-host-mounts", "-v", "/root:/host", shows="/root"),
        Form("engine-data", "container-host-mounts", "-v", "/var/lib/docker:/host", shows="/var/lib/docker"),
        Form("var", "container-host-mounts", "-v", "/var:/host", shows="/var -> /host"),
        Form("volume-root", "container-host-mounts", "-v", "bh-root:/host", shows="volume bh-root"),
        Form("volume-run", "container-host-mounts", "-v", "bh-run:/host", shows="volume bh-run"),
        Form("volume-run-socket", "container-engine-socket", "-v", "bh-run:/host", shows="/run"),
        Form("volume-overlay", "container-host-mounts", "-v", "bh-overlay:/host", shows="volume bh-overlay"),
        Form("link-etc", "container-host-mounts", "-v", f"{top}/to-etc:/host", shows="/etc"),
        Form("link-in-link", "container-host-mounts", "-v", f"{top}/deep/up:/host", shows="/etc"),
        Form("link-root", "container-host-mounts", "-v", f"{top}/to-root:/host", shows="the whole host"),
        Form("dots", "container-host-mounts", "--mount", f"type=bind,source={top}/../../../../../../../../etc,target=/host", shows="/etc"),
        Form("volumes-from", "container-host-mounts", "--volumes-from", "bh-etc-ro", shows="/etc"),
        Form("home-keys", "container-host-mounts", "-v", f"{top}/.ssh:/keys", shows="keys"),
        # ways to the engine
        Form("socket", "container-engine-socket", "-v", f"{socket}:/s", shows=str(socket)),
        Form("socket-ro", "container-engine-socket", "-v", f"{socket}:/s:ro", shows=str(socket)),
        Form("socket-folder", "container-engine-socket", "-v", f"{socket.parent}:/s", shows=str(socket)),
        Form("socket-link", "container-engine-socket", "-v", f"{top}/to-socket:/s", shows=str(socket)),
        # namespaces
        Form("host-pid", "container-host-pid", "--pid", "host", run=True),
        Form("join-pid", "container-host-pid", "--pid", "container:bh-host-pid", shows="pid of bh-host-pid"),
        Form("host-net", "container-host-network", "--network", "host", run=True),
        Form("join-net", "container-host-network", "--network", "container:bh-host-net", shows="network of bh-host-net", run=True),
        Form("host-ipc", "container-host-ipc", "--ipc", "host", run=True),
        Form("join-ipc", "container-host-ipc", "--ipc", "container:bh-host-ipc", shows="ipc of bh-host-ipc"),
        Form("host-uts", "container-host-uts", "--uts", "host"),
        Form("host-userns", "container-host-userns", "--userns", "host"),
        Form("host-cgroup", "container-host-cgroupns", "--cgroupns", "host"),
        # ports
        Form("port-v6", "container-port-address", "-p", "[::]:8081:80", shows="[::]:8081"),
        Form("port-any", "container-port-address", "-p", "8082:80", shows="0.0.0.0:8082"),
        Form("port-all", "container-port-address", "-P", "--expose", "80"),
        Form("port-low", "container-low-ports", "-p", "127.0.0.1:443:443", shows="443"),
        Form("port-odd", "container-undeclared-ports", "-p", "127.0.0.1:9001:9001", shows="9001"),
        # users
        Form("user-none", "container-user"),
        Form("user-0-0", "container-user", "--user", "0:0", shows="0:0"),
        Form("user-root-root", "container-user", "--user", "root:root", shows="root:root"),
        Form("user-00", "container-user", "--user", "00", shows="00"),
        # filters
        Form("seccomp-off", "container-seccomp", "--security-opt", "seccomp=unconfined", shows="unconfined", run=True),
        Form("seccomp-all", "container-seccomp", "--security-opt", f"seccomp={top}/allow.json", shows="allows-all"),
        Form("seccomp-sieve", "container-seccomp", "--security-opt", f"seccomp={top}/sieve.json", shows="bpf"),
        Form("nnp-false", "container-new-privileges", "--security-opt", "no-new-privileges:false", run=True),
        Form("nnp-none", "container-new-privileges"),
        Form("unmasked", "container-hidden-paths", "--security-opt", "systempaths=unconfined", shows="/proc"),
        # rights
        Form("privileged", "container-privileged", "--privileged"),
        Form("privileged-caps", "container-capabilities", "--privileged", shows="SYS_ADMIN"),
        Form("by-parts", "container-privileged", "--cap-add", "ALL", "--security-opt", "seccomp=unconfined", "--device-cgroup-rule", "a *:* rwm"),
        Form("cap-all", "container-capabilities", "--cap-add", "ALL", shows="SYS_MODULE"),
        Form("cap-long-name", "container-capabilities", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", shows="SYS_ADMIN"),
        Form("device", "container-devices", "--device", "/dev/kmsg", shows="/dev/kmsg"),
        Form("device-rule", "container-devices", "--device-cgroup-rule", "b *:* rwm", shows="b *:* rwm"),
        # limits
        Form("restart-always", "container-restart", "--restart", "always", shows="always"),
        Form("restart-endless", "container-restart", "--restart", "on-failure", shows="on-failure"),
        Form("memory-huge", "container-memory", "--memory", "1t"),
        Form("memory-none", "container-memory"),
        Form("cpu-default", "container-cpu", "--cpu-shares", "1024"),
        Form("pids-none", "container-pids", "--pids-limit", "-1", shows="pids = 0"),
        Form("pids-huge", "container-pids", "--pids-limit", "4000000", shows="4000000"),
        Form("ulimit-none", "container-ulimits", "--ulimit", "nofile=1073741816:1073741816", shows="nofile"),
        Form("no-health", "container-health", "--no-healthcheck"),
        Form("cgroup", "container-cgroup", "--cgroup-parent", "/elsewhere", shows="elsewhere"),
        Form("writable", "container-read-only"),
        Form("propagation", "container-propagation", "-v", f"{top}:/host:rshared", shows="/host"),
        Form("no-logs", "container-logged", "--log-driver", "none"),
        Form("secret", "container-env-secrets", "-e", "DB_PASSWORD=hunter2", shows="DB_PASSWORD"),
        # what runs in it, in an image without ps
        Form("sshd", "container-sshd", run=True, shows="/srv/sshd", command=("/srv/sshd", "600")),
        Form("registry", "container-open-registry", command=("/bin/registry", "serve")),
    ]


# What must be there before: volumes whose options mount something of the host.
VOLUMES = [
    ("bh-root", ["type=none", "o=bind", "device=/"]),
    ("bh-run", ["type=none", "o=rbind,ro", "device=/run"]),
    ("bh-overlay", ["type=overlay", "device=overlay", "o=lowerdir=/etc:/usr"]),
]

GOOD = ["--read-only", "--user", "10001:10001", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "64m", "--cpus", "0.5",
        "--pids-limit", "64", "--restart", "on-failure:5", "--health-cmd", "true", "--network", "none", "--ulimit", "nofile=1024:2048",
        "--cgroupns", "private", "--tmpfs", "/tmp", "-v", "bh-own:/data"]
