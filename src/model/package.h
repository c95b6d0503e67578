/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_PACKAGE_H
#define BH_MODEL_PACKAGE_H
/*
 * A package: a named, versioned piece of software somebody else publishes.
 *
 * All slices are borrowed from the arena of the scan (or, inside a cataloger,
 * from the bytes being read: the catalog copies them). Text is what the
 * package's own metadata says; nothing is normalised here. Two places do that:
 * bh_purl_print (for names in purl) and the version ordering of each ecosystem.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/licence.h"

/* The worlds packages come from: symbol, our word, purl type (https://github.com/package-url/purl-spec). */
#define BH_ECO_TABLE(X)                              \
        X(DEB, "deb", "deb")                         \
        X(APK, "apk", "apk")                         \
        X(RPM, "rpm", "rpm")                         \
        X(PYPI, "pypi", "pypi")                      \
        X(CONDA, "conda", "conda")                   \
        X(NPM, "npm", "npm")                         \
        X(MAVEN, "maven", "maven")                   \
        X(GO, "go", "golang")                        \
        X(CARGO, "cargo", "cargo")                   \
        X(GEM, "gem", "gem")                         \
        X(COMPOSER, "composer", "composer")          \
        X(NUGET, "nuget", "nuget")                   \
        X(HACKAGE, "hackage", "hackage")             \
        X(BITNAMI, "bitnami", "bitnami")             \
        X(GENERIC, "generic", "generic") /* recognised in a binary, see content/products */ \
        X(K8S, "k8s", "generic") /* Kubernetes components, named as in its CVE feed */

enum bh_eco {
        BH_ECO_NONE,
#define X(symbol, word, purl) BH_ECO_##symbol,
        BH_ECO_TABLE(X)
#undef X
        _BH_ECO_MAX
};

/* How sure we are that the package is really there and has this version. */
enum bh_evidence {
        BH_EVIDENCE_DATABASE, /* a package manager's own record of what it installed */
        BH_EVIDENCE_METADATA, /* the package's own metadata beside its files */
        BH_EVIDENCE_LOCKFILE, /* a lock file: resolved, perhaps not installed */
        BH_EVIDENCE_MANIFEST, /* a wish with an exact version (requirements.txt ==) */
        BH_EVIDENCE_BINARY,   /* read from a binary's build record or text */
        BH_EVIDENCE_FILENAME, /* guessed from a name such as foo-1.2.3.jar */
        BH_EVIDENCE_SBOM,     /* somebody's SBOM says so */
        _BH_EVIDENCE_MAX
};

enum bh_digest_kind { BH_DIGEST_NONE, BH_DIGEST_MD5, BH_DIGEST_SHA1, BH_DIGEST_SHA256, _BH_DIGEST_MAX };

/* A file that belongs to a package, as its database records it. */
struct bh_owned_file {
        struct bh_str path;     /* without the leading '/' */
        uint8_t digest[32];     /* as recorded; what is not used is 0 */
        uint8_t digest_kind;    /* enum bh_digest_kind */
        bool config;            /* the package manager expects people to edit it */
};

struct bh_package {
        enum bh_eco eco;
        enum bh_evidence evidence;
        struct bh_str name;    /* Maven "group:artifact", npm "@scope/name", Go module path, Composer "vendor/name" */
        struct bh_str version; /* whole: deb and rpm with epoch ("1:2.3-4"), when there is one */
        struct bh_str arch;
        struct bh_str source, source_version; /* source package; empty when it is the package itself */
        struct bh_str licence;                /* SPDX expression or what the metadata says */
        struct bh_str licence_spdx;           /* the same as we read it; set when classes are asked for */
        enum bh_licence_class licence_class;
        struct bh_str vendor;                 /* maintainer, RPM vendor, APT origin where it is recorded */
        struct bh_str module;                 /* RPM modularity label "nodejs:18:8090...", else empty */
        struct bh_str location;               /* path of the file that told us, without leading '/'; "a.war!/WEB-INF/lib/b.jar" inside archives */
        struct bh_str purl;                   /* given by an SBOM; else empty and made by bh_purl_print */
        struct bh_str owner;                  /* the OS package that installed it, "python3-yaml": then the distribution's word is the one that counts; set by the merge */
        bool dev;                             /* wanted for development or tests only */
        struct bh_owned_file *files;
        uint32_t n_files;
        uint32_t layer; /* index of the layer that brought it; set by the merge */
};

const char *bh_eco_str(enum bh_eco eco);        /* "deb" */
const char *bh_eco_purl_type(enum bh_eco eco);  /* "golang" */
enum bh_eco bh_eco_of(struct bh_str word);      /* from our word; BH_ECO_NONE when unknown */
enum bh_eco bh_eco_of_purl(struct bh_str type); /* from a purl type */
const char *bh_evidence_str(enum bh_evidence evidence);
bool bh_eco_is_os(enum bh_eco eco); /* deb, apk, rpm: the vendor's word goes first */

#endif
