# SPDX-License-Identifier: Apache-2.0
"""An agent that is this test: enrolled like any other, it sends what the test wants and does what it is asked."""
import http.client
import json
import ssl
import subprocess
import time

import platform_help


class Agent:
    def __init__(self, server, folder, host="node-1"):
        self.server, self.seq, self.epoch = server, 0, int(time.time() * 1000)
        key, csr = folder / f"{host}.key", folder / f"{host}.csr"
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={host}", "-keyout", key,
                        "-out", csr], check=True, capture_output=True)
        made = subprocess.run([platform_help.PROGRAM, "token", "--server", f"localhost:{server.port}", "--state", server.state], check=True, capture_output=True, text=True, timeout=60)
        token = next(w for w in made.stdout.split() if w.startswith("bh"))
        status, _, body = server.call("POST", "/agent/v1/enrol", {"token": token, "csr": csr.read_text(), "host": {"id": f"id-{host}", "name": host, "os": "test"}})
        assert status == 201, body
        answer = json.loads(body)
        self.id, self.host_id = answer["agent"], f"id-{host}"
        (folder / f"{host}.pem").write_text(answer["certificate"])
        (folder / f"{host}.ca").write_text(answer["ca"])
        self.tls = ssl.create_default_context(cafile=folder / f"{host}.ca")
        self.tls.check_hostname = False
        self.tls.load_cert_chain(folder / f"{host}.pem", key)

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.agents_port, context=self.tls, timeout=60)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        assert answer.status == 200, data
        return json.loads(data)

    def send(self, *items):
        """(kind, body) each."""
        lines, now = [], int(time.time() * 1000)
        for kind, body in items:
            self.seq += 1
            lines.append(json.dumps({"seq": self.seq, "kind": kind, "at": body.pop("at_ms", now), "body": body}, separators=(",", ":")))
        answer = self.call("POST", "/agent/v1/batch", "\n".join(lines) + "\n", {"Bulkhead-Epoch": str(self.epoch), "Bulkhead-Time": str(now)})
        assert answer["acked"] == self.seq
        return answer

    def commands(self):
        return self.call("GET", "/agent/v1/commands?wait=0")["commands"]


def alert(rule="Reverse shell", priority="Critical", container="c" * 64, name="web-1", fields=None, tags=("mitre_execution", "T1059.004"), process=None, at_ms=None):
    """The body of an item of kind alert."""
    out = {"alert": {"hostname": "node-1", "output": f"{rule} (test)", "output_fields": fields or {"proc.name": "nc", "fd.sip": "203.0.113.9", "fd.sport": 4444},
                     "priority": priority, "rule": rule, "source": "syscall", "tags": list(tags), "time": "2026-11-29T16:00:00.000000000Z"},
           "process": process or {"pid": 9, "exe": "/bin/nc", "cmdline": "nc -e /bin/sh", "start_ns": 1,
                                  "lineage": [{"pid": 8, "exe": "/bin/sh", "cmdline": "sh -c x"}, {"pid": 7, "exe": "/usr/sbin/nginx", "cmdline": "nginx"}]}}
    if container:
        out["container"] = {"id": container, "name": name, "image": "shop/web:3", "image_id": "sha256:" + "a" * 64, "pod": "", "namespace": ""}
    return ("alert", out | ({"at_ms": at_ms} if at_ms else {}))
