/* SPDX-License-Identifier: Apache-2.0 */
/* Parses, and holds what it parsed against a small report: matching reads names from the document too. */
#include "fuzz.h"
#include "gate/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_package packages[] = { { .eco = BH_ECO_DEB, .name = BH_STR_INIT("zlib1g"), .version = BH_STR_INIT("1.2"), .source = BH_STR_INIT("zlib") },
                                         { .eco = BH_ECO_NPM, .name = BH_STR_INIT("lodash"), .version = BH_STR_INIT("4.17.20") } };
        struct bh_vuln_finding vulns[] = { { .package = 0, .vuln.id = BH_STR_INIT("CVE-2024-1") }, { .package = 1, .vuln.id = BH_STR_INIT("CVE-2024-4") } };
        struct bh_str tags[] = { BH_STR_INIT("registry.example/team/app:1") };
        struct bh_report report = { .target = BH_STR_INIT("docker:app:1"), .packages = packages, .n_packages = 2, .vulns = vulns, .n_vulns = 2,
                                    .image = { .manifest_digest = BH_STR_INIT("sha256:ab"), .repo_tags = tags, .n_repo_tags = 1 },
                                    .release = { .id = BH_STR_INIT("debian"), .version_id = BH_STR_INIT("12") } };
        struct bh_vex_list list = { 0 };
        struct bh_gate_notes notes = { 0 };
        struct bh_err err = BH_ERR_NONE;

        if (bh_vex_parse(arena, BH_STR("fuzz"), (struct bh_str){ (const char *) data, size }, bh_vec_add(arena, &list), &err) >= 0)
                bh_vex_apply(&list, &report, arena, &notes);
        bh_arena_free(&arena);
        return 0;
}
