/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_LICENCE_H
#define BH_MODEL_LICENCE_H
/*
 * What a licence asks of whoever passes the software on, in classes from the
 * most to the least permissive. docs/LICENCES.md says what each means.
 */
#include "base/str.h"
#include "model/finding.h"

/* Ordered behind UNKNOWN. symbol, word, how severe a finding of it is (UNKNOWN: none is made), for headings */
#define BH_LICENCE_TABLE(X)                                                                     \
        X(UNKNOWN, "unknown", INFO, "unknown licences")                                         \
        X(PUBLIC_DOMAIN, "public-domain", UNKNOWN, "nobody's rights")                           \
        X(PERMISSIVE, "permissive", UNKNOWN, "permissive licences")                             \
        X(WEAK_COPYLEFT, "weak-copyleft", INFO, "weak copyleft")                                \
        X(STRONG_COPYLEFT, "strong-copyleft", LOW, "strong copyleft")                           \
        X(NETWORK_COPYLEFT, "network-copyleft", MEDIUM, "copyleft that reaches network use")    \
        X(SOURCE_AVAILABLE, "source-available", MEDIUM, "source to read, with uses forbidden")  \
        X(PROPRIETARY, "proprietary", MEDIUM, "proprietary licences")

enum bh_licence_class {
#define X(symbol, word, severity, title) BH_LICENCE_##symbol,
        BH_LICENCE_TABLE(X)
#undef X
                _BH_LICENCE_CLASS_MAX
};

const char *bh_licence_class_str(enum bh_licence_class c);
const char *bh_licence_class_title(enum bh_licence_class c);
enum bh_licence_class bh_licence_class_of(struct bh_str word); /* _MAX when it is none */
enum bh_severity bh_licence_class_severity(enum bh_licence_class c);
/* The word a person most likely meant; NULL when none is near. */
const char *bh_licence_class_near(struct bh_str word);

#endif
