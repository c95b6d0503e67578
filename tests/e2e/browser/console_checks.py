# SPDX-License-Identifier: Apache-2.0
"""How a made-up host is set up, as its agent tells it: a few checks of each state, and as many more as a test wants."""
import hashlib
import json

BENCHMARKS = [{"id": "cis-docker-1.6.0", "version": "1.6.0", "title": {"en": "CIS Docker", "zh": "CIS Docker 基准"}}]
# id, kind, title, severity, category, weight, item of the benchmark, the change that mends it
CHECKS = [
    ("container-privileged", "container", ("Containers run without all privileges", "容器不以特权模式运行"), "critical", "security", 10, "5.5",
     ("Start it without --privileged, and with --cap-add for what it needs", "去掉 --privileged 重新启动，仅用 --cap-add 添加所需的能力")),
    ("container-memory", "container", ("Containers have a limit of memory", "容器设置了内存上限"), "medium", "resources", 3, "5.11", ("docker update --memory 512m cart-1", "docker update --memory 512m cart-1")),
    ("sshd-root-login", "sshd", ("Root does not log in by password", "root 不能使用密码登录"), "high", "security", 6, None,
     ("echo 'PermitRootLogin prohibit-password' > /etc/ssh/sshd_config.d/10-root.conf && systemctl reload ssh",) * 2),
    ("host-distribution-known", "host", ("The host's distribution is known", "主机的发行版可识别"), "info", "health", 0, None, ("", "")),
    ("engine-tcp", "engine", ("The engine does not listen on the network", "引擎不在网络上监听"), "critical", "network", 10, "2.7", ("Remove -H tcp:// from the service", "从服务中去掉 -H tcp://")),
    ("engine-live-restore", "engine", ("Containers outlive a restart of the engine", "引擎重启时容器保持运行"), "medium", "network", 3, "2.15", ("", "")),
    ("image-trusted", "image", ("Images come from registries one trusts", "镜像来自可信的仓库"), "low", "images", 1, "4.2", ("", "")),
]


def stamp(*parts):
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def texts(pair):
    return {"en": pair[0], "zh": pair[1]}


def check(row):
    id, kind, title, severity, category, weight, item, _ = row
    body = {"id": id, "kind": kind, "title": texts(title), "why": {"en": "Who gets in goes further.", "zh": "入侵者可由此扩大影响。"}, "ask": {"en": "Is each registry one that you trust?", "zh": "每个仓库是否可信？"},
            "severity": severity, "category": category, "level": 1, "weight": weight, "refs": {"cis-docker-1.6.0": item} if item else {}}
    return body | {"stamp": stamp(body)}


def result(id, state, name="", container="", evidence=(), cause="", key=None):
    row = next(c for c in CHECKS if c[0] == id)
    body = {"check": id, "key": key or f"{id} {row[1]}/{name}", "state": state, "severity": row[3], "category": row[4], "weight": row[5],
            "subject": {"kind": row[1], "name": name, "container": container, "namespace": "", "workload": ""}, "cause": cause,
            "evidence": [{"field": f, "value": v, "where": w} for f, v, w in evidence], "mend": texts(row[7])}
    return body | {"stamp": stamp(body)}


def run(number, container, privileged=True, more=0, image="sha256:" + "a" * 64):
    """One whole run; `more`: further containers without a limit of memory; `image`: the id of the one that the container is made of."""
    results = [
        result("container-privileged", "fail" if privileged else "pass", "cart-1", container, [("container.privileged", str(privileged).lower(), "inspect HostConfig.Privileged")]),
        result("container-memory", "fail", "cart-1", container, [("container.memory", "0", "inspect HostConfig.Memory")]),
        result("sshd-root-login", "fail", "/etc/ssh/sshd_config", evidence=[("sshd.permitrootlogin", "yes", "/etc/ssh/sshd_config:33")]),
        result("host-distribution-known", "pass", "node-1", evidence=[("host.distribution", "debian", "/etc/os-release")]),
        result("container-privileged", "pass", "db-1", evidence=[("container.privileged", "false", "inspect HostConfig.Privileged")]),
        result("engine-live-restore", "pass", "docker"),
        result("engine-tcp", "unknown", "docker", cause="/etc/docker/daemon.json: permission denied"),
        result("image-trusted", "manual", "registry.example:5000/shop/cart:1.4", evidence=[("image.registry", "registry.example:5000", "")], key=f"image/{image[7:]}"),
        *[result("container-memory", "fail", f"batch-{n:05}", "", [("container.memory", "0", "")]) for n in range(more)],
    ]
    return "compliance", {"run": number, "part": 1, "last": True, "whole": True, "distribution": "debian", "benchmarks": BENCHMARKS, "checks": [check(c) for c in CHECKS], "results": results,
                          "gaps": [{"where": "/etc/shadow", "why": "permission denied"}]}
