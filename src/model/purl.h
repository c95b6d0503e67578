/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_PURL_H
#define BH_MODEL_PURL_H
/*
 * Package URLs, https://github.com/package-url/purl-spec, both ways:
 *
 *     pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc
 *     pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/package.h"
#include "model/release.h"

struct bh_purl_qualifier {
        struct bh_str key, value; /* the key in lower case, the value decoded */
};

struct bh_purl {
        struct bh_str type, namespace, name, version, subpath; /* decoded */
        struct bh_purl_qualifier *qualifiers;                  /* sorted by key, none of them empty */
        uint32_t n_qualifiers;
};

/* What a purl says, normalised as its type asks (pypi's names, lower case for golang and so on). */
int bh_purl_parse(struct bh_arena *arena, struct bh_str text, struct bh_purl *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_purl_print(const struct bh_purl *purl, struct bh_buf *out);
struct bh_str bh_purl_qualifier(const struct bh_purl *purl, const char *key); /* empty when absent */

/* The purl of a package: its own where an SBOM gave one; `release` may be NULL, and matters for deb, rpm and apk. */
struct bh_str bh_purl_of_package(struct bh_arena *arena, const struct bh_package *p, const struct bh_release *release);
/*
 * The package a purl is about: eco, name, version with its epoch, arch and source; evidence is SBOM. The distribution
 * ("debian", "12") goes to ret_release, which may be NULL and is left empty without one.
 */
int bh_purl_to_package(struct bh_arena *arena, struct bh_str text, struct bh_package *ret,
                       struct bh_release *ret_release, struct bh_err *err) BH_MUST_CHECK;

#endif
