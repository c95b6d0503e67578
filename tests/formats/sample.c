/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#define S(literal) BH_STR_INIT(literal)

/* What a stranger would write where a name is read. */
#define NASTY "\033[31mred\033[0m\a<script>alert('x')</script>\"&]]>\xe2\x80\xae" "exe\xff\x80\xc2\x9b"

static struct bh_package packages[] = {
        { .eco = BH_ECO_DEB, .name = S("libc6"), .version = S("2.36-9"), .arch = S("amd64"), .source = S("glibc"),
          .licence = S("LGPL-2.1-or-later AND GPL-2.0-only"), .vendor = S("GNU Libc Maintainers <glibc@example.org>"), .location = S("var/lib/dpkg/status") },
        { .eco = BH_ECO_DEB, .name = S("libc-bin"), .version = S("2.36-9"), .arch = S("amd64"), .source = S("glibc"), .licence = S("GPL, see the file"),
          .location = S("var/lib/dpkg/status") },
        { .eco = BH_ECO_DEB, .name = S("python3-yaml"), .version = S("6.0-3+b2"), .arch = S("amd64"), .source = S("pyyaml"), .source_version = S("6.0-3"),
          .licence = S("MIT"), .location = S("var/lib/dpkg/status"), .layer = 1 },
        { .eco = BH_ECO_DEB, .name = S("tzdata"), .version = S("1:2024a-0+deb12u1"), .arch = S("all"), .location = S("var/lib/dpkg/status") },
        { .eco = BH_ECO_RPM, .name = S("nodejs"), .version = S("1:18.20.2-1.module+el9"), .arch = S("x86_64"), .source = S("nodejs"),
          .module = S("nodejs:18:9040020240301:rhel9"), .location = S("var/lib/rpm/rpmdb.sqlite") },
        { .eco = BH_ECO_PYPI, .name = S("PyYAML"), .version = S("6.0"), .location = S("usr/lib/python3/dist-packages/PyYAML-6.0.egg-info"),
          .owner = S("python3-yaml"), .evidence = BH_EVIDENCE_METADATA, .layer = 1 },
        { .eco = BH_ECO_NPM, .name = S("@babel/traverse"), .version = S("7.20.0"), .location = S("app/package-lock.json"), .dev = true, .layer = 2 },
        { .eco = BH_ECO_NPM, .name = S("JSONStream"), .version = S("1.3.5"), .licence = S("(MIT OR Apache-2.0)"),
          .location = S("app/node_modules/JSONStream/package.json"), .layer = 2 },
        { .eco = BH_ECO_MAVEN, .name = S("org.apache.logging.log4j:log4j-core"), .version = S("2.14.1"),
          .location = S("app/a.war!/WEB-INF/lib/log4j-core-2.14.1.jar"), .layer = 2 },
        { .eco = BH_ECO_GO, .name = S("github.com/BurntSushi/toml"), .version = S("v1.2.0"), .location = S("usr/bin/tool"), .evidence = BH_EVIDENCE_BINARY },
        { .eco = BH_ECO_GENERIC, .name = S("redis"), .version = S("7.0.1"), .location = S("usr/local/bin/redis-server") },
        { .eco = BH_ECO_PYPI, .name = S("=cmd|' /C calc'!A0"), .version = S("@SUM(1)"), .licence = S(NASTY), .vendor = S(NASTY), .location = S("tmp/" NASTY) },
};

static const struct bh_str aliases[] = { S("GHSA-jfh8-c2jp-5v3q") };
static const struct bh_str cwes[] = { S("CWE-502"), S("CWE-nonsense") };
static const struct bh_str references[] = { S("https://example.org/advisory?a=1&b=2"), S("javascript:alert(1)"), S("https://example.org/\"onclick=x") };
static struct bh_risk_factor factors[] = { { .name = S("threat"), .value = 0.97, .low = 0.97, .high = 0.97, .words = S("CISA KEV"), .known = true },
                                           { .name = S("reach"), .value = 0.5, .low = 0.2, .high = 1, .words = S("it is not known where this runs") } };
static const struct bh_considered considered[] = {
        { .said = { .space = S("maven"), .package = S("org.apache.logging.log4j:log4j-core"), .status = BH_STATUS_FIXED, .fix_id = S("GHSA-jfh8-c2jp-5v3q"),
                    .source = S("ghsa") },
          .reason = BH_REASON_HOLDS, .compared = S("2.14.1"), .bound = S("2.15.0"), .decided = true },
};

#define VULN(number, of, how_bad, level, is, to, text_of) \
        { .package = (of), .vuln = { .id = S(number) }, .text = { .summary = S(text_of) }, .severity = BH_SEVERITY_##how_bad, \
          .severity_source = S("debian"), .exploit = BH_EXPLOIT_LEVEL_##level, .match = { .status = BH_STATUS_##is, .fixed = S(to), .source = S("debian-osv") } }

static struct bh_vuln_finding vulns[] = {
        { .package = 8,
          .vuln = { .id = S("CVE-2021-44228"), .aliases = aliases, .n_aliases = 1, .cwes = cwes, .n_cwes = 2, .epss = 0.97565, .epss_percentile = 0.99999,
                    .epss_date_s = 1755820800, .kev = true, .kev_date_s = 1639094400, .ransomware = true, .ssvc = S("active yes total"),
                    .published_s = 1639094400, .modified_s = 1700000000 },
          .text = { .summary = S("Remote code injection in Log4j"), .details = S("JNDI lookups.\n\nSecond paragraph " NASTY), .references = references,
                    .n_references = 3 },
          .match = { .vulnerable = true, .status = BH_STATUS_FIXED, .fixed = S("2.15.0"), .space = S("maven"), .source = S("ghsa"),
                     .considered = considered, .n_considered = 1 },
          .severity = BH_SEVERITY_CRITICAL, .severity_source = S("ghsa"), .cvss_vector = S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), .cvss_score = 10.0,
          .exploit = BH_EXPLOIT_LEVEL_IN_THE_WILD, .exploit_why = S("CISA KEV since 2021-12-10; Metasploit log4shell_header_injection"),
          .risk = { .score = 96.5, .low = 60, .high = 100, .factors = factors, .n_factors = 2 },
          .whose = { .layer = 2, .side = BH_SIDE_APP, .owner = S("team payments"), .mend = S("upgrade log4j-core to 2.15.0") }, .fingerprint = 0x1234 },
        VULN("CVE-2023-4911", 0, HIGH, WEAPONISED, FIXED, "2.36-9+deb12u3", "Looney Tunables"),
        VULN("CVE-2023-4911", 1, HIGH, WEAPONISED, FIXED, "2.36-9+deb12u3", "Looney Tunables"),
        VULN("CVE-2019-1010022", 0, INFO, NONE_KNOWN, UNIMPORTANT, "", NASTY),
        VULN("CVE-2024-0001", 11, UNKNOWN, POC, WILL_NOT_FIX, "", "=HYPERLINK(1)"),
        { .package = 6, .vuln = { .id = S("GHSA-67hx-6x53-jw92") }, .severity = BH_SEVERITY_CRITICAL,
          .match = { .status = BH_STATUS_FIXED, .fixed = S("7.23.2") }, .whose = { .layer = 2, .side = BH_SIDE_APP, .hidden = BH_HIDDEN_VEX,
          .hidden_why = S("the vulnerable code is not in the execute path") } },
};

static const struct bh_str tags[] = { S("CWE-798") };
static struct bh_report_finding findings[] = {
        { .finding = { .kind = BH_FINDING_SECRET, .severity = BH_SEVERITY_CRITICAL, .rule = S("aws-access-key-id"), .title = S("AWS access key id"),
                       .category = S("cloud"), .path = S("app/.env"), .evidence = S("AKIA****************"), .mend = S("Revoke the key."), .tags = tags,
                       .n_tags = 1, .line = 3, .layer = 2, .removed = true, .verified = true, .fingerprint = 7 },
          .whose = { .layer = 2, .side = BH_SIDE_APP, .owner = S("team payments"), .mend = S("Revoke the key.") } },
        { .finding = { .kind = BH_FINDING_WEBSHELL, .severity = BH_SEVERITY_HIGH, .rule = S("php-eval"), .title = S("A script that runs what it is sent"),
                       .path = S("srv/" NASTY ".php"), .evidence = S("+eval(" NASTY), .more = 3 } },
        { .finding = { .kind = BH_FINDING_CONFIG, .severity = BH_SEVERITY_LOW, .rule = S("root-user"), .title = S("It runs as root") },
          .whose = { .side = BH_SIDE_BASE } },
        { .finding = { .kind = BH_FINDING_LICENCE, .severity = BH_SEVERITY_LOW, .rule = S("LICENCE-STRONG-COPYLEFT"), .title = S("strong copyleft"),
                       .category = S("strong-copyleft"), .path = S("var/lib/dpkg/status"), .package = S("libc6"),
                       .evidence = S("libc6 2.36-9: LGPL-2.1-or-later AND GPL-2.0-only") },
          .whose = { .side = BH_SIDE_BASE } },
        { .finding = { .kind = BH_FINDING_CONFIG, .severity = BH_SEVERITY_LOW, .rule = S("no-healthcheck"), .title = S("No health check") },
          .whose = { .side = BH_SIDE_BASE, .hidden = BH_HIDDEN_EXCEPTION, .hidden_why = S("accepted until 2027-01-01 by ops") } },
};

static struct bh_report_layer layers[] = {
        { .digest = S("sha256:1111111111111111111111111111111111111111111111111111111111111111"),
          .diff_id = S("sha256:2222222222222222222222222222222222222222222222222222222222222222"), .instruction = S("/bin/sh -c #(nop) ADD file:x in /"),
          .side = BH_SIDE_BASE, .created_s = 1700000000, .packed_bytes = 29000000, .bytes = 77000000, .n_files = 6000, .whole = true },
        { .diff_id = S("sha256:3333333333333333333333333333333333333333333333333333333333333333"), .instruction = S("RUN apt-get install python3-yaml"),
          .side = BH_SIDE_APP, .bytes = 1000000, .wasted_bytes = 5000, .whole = true },
        { .diff_id = S("sha256:4444444444444444444444444444444444444444444444444444444444444444"), .instruction = S("COPY . /app"), .side = BH_SIDE_APP,
          .owner = S("team payments"), .bytes = 5000000 },
};

static struct bh_gap gaps[] = { { .where = S("app/broken.jar"), .why = S("the central directory lies outside the file"), .code = BH_E_FORMAT, .layer = 2 } };
static struct bh_str notes[] = { S("the exception for CVE-2020-0001 expired on 2026-01-01") };
static struct bh_advice advice[] = { { .text = S("Upgrade log4j-core to 2.15.0 in app/a.war"), .owner = S("team payments"), .n_vulns = 1, .n_critical = 1,
                                       .n_exploited = 1, .risk = 96.5 },
                                     { .text = S("Upgrade libc6 and libc-bin to 2.36-9+deb12u3"), .n_vulns = 2 } };

static struct bh_report_move moves[] = { { .target = S("docker:debian:12"), .created_s = 1755820800, .mends = 2, .of = 3, .brings = 1, .n_critical = 1 } };

void bh_sample_report(struct bh_arena *arena, struct bh_report *ret) {
        (void) arena;
        *ret = (struct bh_report){
                .target = S("registry:registry.example/team/app:1.4"), .target_kind = S("image"), .version = S("0.1.0"),
                .image = { .config_digest = S("sha256:5555555555555555555555555555555555555555555555555555555555555555"),
                           .manifest_digest = S("sha256:6666666666666666666666666666666666666666666666666666666666666666"),
                           .platform = { S("linux"), S("amd64"), { 0 } }, .created_s = 1731000000 },
                .release = { .id = S("debian"), .version_id = S("12"), .codename = S("bookworm"), .pretty = S("Debian GNU/Linux 12 (bookworm)"), .rank = 3 },
                .lifecycle = { .space = S("debian:12"), .end_s = 1783728000 }, .space = S("debian:12"), .space_known = true,
                .db = { .present = true, .path = S("/x"), .digest = S("ab"), .built_s = 1755820800, .n_sources = 14, .n_vulns = 200000 }, .parts = 7,
                .base = { .n_layers = 1, .name = S("debian:12"), .how = S("named by --base"), .sure = true }, .moves = moves, .n_moves = BH_LEN(moves),
                .licences = { .known = true, .listed = true, .n = { [BH_LICENCE_UNKNOWN] = 9, [BH_LICENCE_PERMISSIVE] = 1, [BH_LICENCE_STRONG_COPYLEFT] = 1 } },
                .layers = layers, .n_layers = BH_LEN(layers), .packages = packages, .n_packages = BH_LEN(packages),
                .vulns = vulns, .n_vulns = BH_LEN(vulns), .n_vulns_hidden = 1, .findings = findings, .n_findings = BH_LEN(findings),
                .n_findings_hidden = 1, .gaps = gaps, .n_gaps = 1, .notes = notes, .n_notes = 1, .advice = advice, .n_advice = BH_LEN(advice), .risk = 97,
        };
}
