/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_JAR_H
#define BH_SCAN_PKG_JAR_H
/*
 * What one Java archive says of itself and of what was packed into it.
 *
 *     META-INF/maven/GROUP/ARTIFACT/pom.properties    its own, and one of each artefact shaded in
 *     META-INF/maven/GROUP/ARTIFACT/pom.xml           where the properties are missing
 *     META-INF/MANIFEST.MF                            where there is neither
 *     the file's name, ARTIFACT-VERSION.jar           as the last resort
 *     well-known classes                              shaded or moved, with nothing else left of them
 *
 * Classes are never inflated. Two readers fill it: jar.c from an archive that
 * lies in memory, jar_stream.c from bytes as they pass by.
 */
#include "base/budget.h"
#include "scan/catalog.h"

enum bh_jar_want {
        BH_JAR_SKIP,
        BH_JAR_PROPERTIES,
        BH_JAR_POM,
        BH_JAR_MANIFEST,
        BH_JAR_NESTED, /* an archive inside */
};

struct bh_jar_pom {
        struct bh_str dir; /* "META-INF/maven/G/A" */
        struct bh_str group, artifact, version;
        bool from_xml;
};

struct bh_jar {
        struct bh_catalog *catalog;
        struct bh_arena *arena; /* of this archive */
        struct bh_str path;     /* "a.war!/WEB-INF/lib/b.jar" */
        BH_VEC(struct bh_jar_pom) poms;
        struct bh_str title, vendor_id, bundle, module;                /* of the manifest */
        struct bh_str implementation_version, bundle_version, specification_version;
        uint32_t classes; /* bits: rows of bh_java_classes that were seen */
};

struct bh_budget bh_jar_budget(void);
struct bh_jar bh_jar_of(struct bh_catalog *c, struct bh_arena *arena, struct bh_str path);
/* Notes the name; says whether the content is wanted. */
enum bh_jar_want bh_jar_entry(struct bh_jar *jar, struct bh_str name);
/* Content of an entry wanted as anything but NESTED; all that is kept is copied. */
void bh_jar_content(struct bh_jar *jar, enum bh_jar_want want, struct bh_str name, struct bh_str bytes);
/* Everything was seen: adds the packages. */
void bh_jar_done(struct bh_jar *jar);
/* "PATH!/NAME", made to be shown: clean text. */
struct bh_str bh_jar_inner(struct bh_arena *arena, struct bh_str path, struct bh_str name);

/*
 * An archive too large to be held, or only the beginning of one: feed it as it
 * comes. Memory stays below 8 MiB whatever the archive holds; what is nested,
 * deflated or not, is followed without being stored.
 */
struct bh_jar_stream;

struct bh_jar_stream *bh_jar_stream_new(struct bh_catalog *c, struct bh_str path);
void bh_jar_stream_free(struct bh_jar_stream **s);
/* After a failure feed no more; finish still adds what was found. */
int bh_jar_stream_feed(struct bh_jar_stream *s, struct bh_str bytes, struct bh_err *err) BH_MUST_CHECK;
int bh_jar_stream_finish(struct bh_jar_stream *s, struct bh_err *err) BH_MUST_CHECK;

#endif
