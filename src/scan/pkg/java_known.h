/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_JAVA_KNOWN_H
#define BH_SCAN_PKG_JAVA_KNOWN_H
/* What we know of Java artefacts that do not say enough of themselves. Rows, in java_known.c. */
#include "base/str.h"

/* The Maven group of an artefact by its name ("spring-core"); empty when we do not know. */
struct bh_str bh_java_group(struct bh_str artifact);

/* A class that gives an artefact away, wherever it was moved to. */
struct bh_java_class {
        const char *path; /* "/log4j/core/lookup/JndiLookup.class" */
        const char *group, *artifact;
};
enum { BH_JAVA_CLASSES_MAX = 32 };
extern const struct bh_java_class bh_java_classes[];
extern const unsigned bh_java_n_classes;

#endif
