/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_WIRE_REPORT_SBOM_H
#define BH_WIRE_REPORT_SBOM_H
/*
 * What our SBOMs carry beyond what CycloneDX and SPDX have fields for: notes,
 * in CycloneDX as properties "bulkhead:NAME", in SPDX as lines
 * "bulkhead:NAME=VALUE" of a package's comment. Scanning our own SBOM of an
 * image gives the vulnerabilities of the image: whatever matching needs and
 * the purl does not say is noted. scan/sbom reads the same names.
 */
#include "base/arena.h"
#include "fmt/spdx.h"
#include "wire/report.h"

struct bh_sbom_note {
        const char *name; /* "bulkhead:module" */
        struct bh_str value;
};

struct bh_sbom_notes {
        struct bh_sbom_note at[16];
        unsigned n;
};

struct bh_sbom_notes bh_sbom_notes_of(struct bh_arena *arena, const struct bh_package *p, struct bh_str purl);
struct bh_sbom_notes bh_sbom_notes_of_release(const struct bh_release *release);

/* True for an expression of names on the SPDX License List. */
bool bh_sbom_is_expression(struct bh_str licence);

#endif
