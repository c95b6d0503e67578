/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_GATE_REPORT_H
#define BH_TESTS_GATE_REPORT_H
/* A small made report: Debian below, an application with a lock file above. */
#include "model/report.h"

struct made {
        struct bh_package packages[3];
        struct bh_vuln_finding vulns[3];
        struct bh_report_finding findings[2];
        struct bh_report_layer layers[2];
        struct bh_history history[4];
        struct bh_layer_ref refs[2];
        struct bh_str tags[1], aliases[1];
        struct bh_report report;
};

static inline void make_report(struct made *m) {
        *m = (struct made){
                .packages = {
                        { .eco = BH_ECO_DEB, .name = BH_STR_INIT("libssl3"), .version = BH_STR_INIT("3.0.1-1"), .arch = BH_STR_INIT("amd64"),
                          .source = BH_STR_INIT("openssl"), .location = BH_STR_INIT("var/lib/dpkg/status") },
                        { .eco = BH_ECO_NPM, .name = BH_STR_INIT("lodash"), .version = BH_STR_INIT("4.17.20"),
                          .location = BH_STR_INIT("app/package-lock.json"), .evidence = BH_EVIDENCE_LOCKFILE, .layer = 1 },
                        { .eco = BH_ECO_DEB, .name = BH_STR_INIT("curl"), .version = BH_STR_INIT("7.88-1"), .arch = BH_STR_INIT("amd64"),
                          .location = BH_STR_INIT("var/lib/dpkg/status"), .layer = 1 },
                },
                .vulns = {
                        { .package = 0, .vuln = { .id = BH_STR_INIT("CVE-2024-1"), .kev = true }, .severity = BH_SEVERITY_CRITICAL,
                          .exploit = BH_EXPLOIT_LEVEL_IN_THE_WILD, .risk.score = 90, .match = { .fixed = BH_STR_INIT("3.0.2-1"), .status = BH_STATUS_FIXED } },
                        { .package = 1, .vuln.id = BH_STR_INIT("CVE-2024-2"), .severity = BH_SEVERITY_HIGH, .risk.score = 40,
                          .match.fixed = BH_STR_INIT("4.17.21"), .whose.layer = 1, .fingerprint = 0x1122334455667788 },
                        { .package = 2, .vuln.id = BH_STR_INIT("CVE-2024-3"), .severity = BH_SEVERITY_MEDIUM, .risk.score = 10,
                          .match = { .status = BH_STATUS_WILL_NOT_FIX, .source = BH_STR_INIT("debian-osv") }, .whose.layer = 1 },
                },
                .findings = {
                        { .finding = { .kind = BH_FINDING_SECRET, .severity = BH_SEVERITY_HIGH, .rule = BH_STR_INIT("aws-key"),
                                       .path = BH_STR_INIT("app/.env"), .layer = 1 }, .whose.layer = 1 },
                        { .finding = { .kind = BH_FINDING_CONFIG, .severity = BH_SEVERITY_LOW, .rule = BH_STR_INIT("root-user"), .path = BH_STR_INIT("config:User") } },
                },
                .layers = { { .diff_id = BH_STR_INIT("sha256:d0"), .digest = BH_STR_INIT("sha256:b0"),
                              .instruction = BH_STR_INIT("/bin/sh -c #(nop) ADD file:0 in / ") },
                            { .diff_id = BH_STR_INIT("sha256:d1"), .digest = BH_STR_INIT("sha256:b1"), .instruction = BH_STR_INIT("COPY . /app # buildkit") } },
                .history = { { .created_by = BH_STR_INIT("/bin/sh -c #(nop) ADD file:0 in / ") },
                             { .created_by = BH_STR_INIT("/bin/sh -c #(nop)  CMD [\"bash\"]"), .empty_layer = true },
                             { .created_by = BH_STR_INIT("COPY . /app # buildkit") },
                             { .created_by = BH_STR_INIT("CMD [\"node\"]"), .empty_layer = true } },
                .tags = { BH_STR_INIT("registry.example/team/app:1") },
                .aliases = { BH_STR_INIT("GHSA-aaaa-bbbb-cccc") },
        };
        m->vulns[1].vuln.aliases = m->aliases;
        m->vulns[1].vuln.n_aliases = 1;
        m->report = (struct bh_report){
                .target = BH_STR_INIT("registry:registry.example/team/app:1"),
                .image = { .manifest_digest = BH_STR_INIT("sha256:aa"), .config_digest = BH_STR_INIT("sha256:cc"), .repo_tags = m->tags, .n_repo_tags = 1,
                           .history = m->history, .n_history = 4, .layers = m->refs, .n_layers = 2 },
                .release = { .id = BH_STR_INIT("debian"), .version_id = BH_STR_INIT("12"), .codename = BH_STR_INIT("bookworm") },
                .db.present = true,
                .layers = m->layers, .n_layers = 2, .packages = m->packages, .n_packages = 3,
                .vulns = m->vulns, .n_vulns = 3, .findings = m->findings, .n_findings = 2,
        };
}

#endif
