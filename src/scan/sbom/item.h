/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_SBOM_ITEM_H
#define BH_SCAN_SBOM_ITEM_H
/* What all formats have in common: a reader fills an item a component and hands it over. */
#include "base/vec.h"
#include "fmt/doc.h"
#include "scan/sbom/sbom.h"

enum bh_sbom_kind {
        BH_SBOM_PACKAGE,
        BH_SBOM_SYSTEM, /* the operating system the packages are of */
        BH_SBOM_OTHER,  /* files, containers, the thing described: no package */
};

struct bh_sbom_note_read {
        struct bh_str name, value;
};

struct bh_sbom_item {
        enum bh_sbom_kind kind;
        struct bh_str name, version, purl, licence, vendor, description;
        struct bh_str source, source_version; /* where a field of the format has it */
        bool dev;
        BH_VEC(struct bh_sbom_note_read) notes; /* properties */
};

struct bh_sbom {
        struct bh_arena *arena;
        BH_VEC(struct bh_package) packages;
        BH_VEC(struct bh_gap) gaps;
        struct bh_release release, from_purl; /* an operating-system component goes first */
        uint32_t n_without, n_unknown, n_broken; /* no purl, a type nobody has advisories for, not readable */
        struct bh_str without, unknown, broken;  /* the first of each */
};

int bh_sbom_take(struct bh_sbom *s, const struct bh_sbom_item *item, struct bh_err *err) BH_MUST_CHECK;
void bh_sbom_item_note(struct bh_sbom *s, struct bh_sbom_item *item, struct bh_str name, struct bh_str value);
/* "NAME=VALUE" lines of ours in a comment. */
void bh_sbom_item_comment(struct bh_sbom *s, struct bh_sbom_item *item, struct bh_str comment);

/* cyclonedx.c, cyclonedx_xml.c, spdx.c, spdx_tag.c, spdx3.c */
int bh_sbom_cyclonedx(struct bh_sbom *s, const struct bh_doc *root, struct bh_err *err) BH_MUST_CHECK;
int bh_sbom_cyclonedx_xml(struct bh_sbom *s, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
int bh_sbom_spdx(struct bh_sbom *s, const struct bh_doc *root, struct bh_err *err) BH_MUST_CHECK;
int bh_sbom_spdx_tag(struct bh_sbom *s, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
int bh_sbom_spdx3(struct bh_sbom *s, const struct bh_doc *root, struct bh_err *err) BH_MUST_CHECK;

/* What SPDX 2 and 3 write alike. */
struct bh_str bh_spdx_text(struct bh_str s);                                 /* NONE and NOASSERTION are nothing */
struct bh_str bh_spdx_supplier(struct bh_arena *arena, struct bh_str s);     /* "Organization: X (m@x)" -> "X <m@x>" */
enum bh_sbom_kind bh_spdx_purpose(struct bh_str purpose);                    /* "OPERATING-SYSTEM", "operatingSystem", ... */
void bh_spdx_source(struct bh_sbom_item *item, struct bh_str source_info);   /* "built package from: glibc 2.36-9" */

#endif
