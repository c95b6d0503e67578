/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pkg/jar.h"

#include "base/limits.h"
#include "fmt/manifest.h"
#include "fmt/properties.h"
#include "scan/pkg/java_known.h"
#include "scan/pkg/pom.h"

struct bh_budget bh_jar_budget(void) {
        return (struct bh_budget){ "archive", BH_LIMIT_JAR_BYTES, BH_LIMIT_JAR_ENTRIES, BH_LIMIT_JAR_DEPTH };
}

struct bh_jar bh_jar_of(struct bh_catalog *c, struct bh_arena *arena, struct bh_str path) {
        return (struct bh_jar){ .catalog = c, .arena = arena, .path = path };
}

struct bh_str bh_jar_inner(struct bh_arena *arena, struct bh_str path, struct bh_str name) {
        char text[1024];

        return bh_arena_printf(arena, "%.*s!/%s", BH_FMT(path), bh_str_quote(name, text, sizeof text));
}

static void note_class(struct bh_jar *jar, struct bh_str name) {
        for (unsigned i = 0; i < bh_java_n_classes; i++) {
                struct bh_str row = bh_str_of(bh_java_classes[i].path);

                if (bh_str_ends(name, row) || bh_str_eq(name, bh_str_from(row, 1)))
                        jar->classes |= 1u << i;
        }
}

static bool is_archive(struct bh_str name) {
        static const char *const ends[] = { ".jar", ".war", ".ear", ".par", ".jpi", ".hpi", ".aar", ".rar", ".sar" };

        for (size_t i = 0; i < BH_LEN(ends); i++)
                if (bh_str_ends(name, bh_str_of(ends[i])))
                        return true;
        return false;
}

enum bh_jar_want bh_jar_entry(struct bh_jar *jar, struct bh_str name) {
        if (bh_str_ends(name, BH_STR(".class"))) {
                note_class(jar, name);
                return BH_JAR_SKIP;
        }
        if (bh_str_ends(name, BH_STR("/pom.properties")))
                return BH_JAR_PROPERTIES;
        if (bh_str_ends(name, BH_STR("/pom.xml")) && bh_str_find(name, BH_STR("META-INF/maven/")) >= 0)
                return BH_JAR_POM;
        if (bh_str_is(name, "META-INF/MANIFEST.MF"))
                return BH_JAR_MANIFEST;
        return is_archive(name) ? BH_JAR_NESTED : BH_JAR_SKIP;
}

static struct bh_str keep(struct bh_jar *jar, struct bh_str s) {
        return bh_str_is_text(s) ? bh_arena_str(jar->arena, s) : (struct bh_str){ "", 0 };
}

static void add_pom(struct bh_jar *jar, struct bh_str name, struct bh_str group, struct bh_str artifact,
                    struct bh_str version, bool from_xml) {
        if (group.len && artifact.len && bh_pom_is_exact(version))
                *bh_vec_add(jar->arena, &jar->poms) = (struct bh_jar_pom){
                        .dir = keep(jar, bh_str_dirname(name)),
                        .group = keep(jar, group),
                        .artifact = keep(jar, artifact),
                        .version = keep(jar, version),
                        .from_xml = from_xml,
                };
}

static void properties(struct bh_jar *jar, struct bh_str name, struct bh_str bytes) {
        struct bh_str group = { "", 0 }, artifact = group, version = group;
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_property p;

        while (bh_properties_next(jar->arena, &c, &p)) {
                if (bh_str_is(p.key, "groupId"))
                        group = p.value;
                else if (bh_str_is(p.key, "artifactId"))
                        artifact = p.value;
                else if (bh_str_is(p.key, "version"))
                        version = p.value;
        }
        add_pom(jar, name, group, artifact, version, false);
}

/* The first section alone: the others are about single entries. */
static void manifest(struct bh_jar *jar, struct bh_str bytes) {
        const struct {
                const char *name;
                struct bh_str *to;
        } fields[] = {
                { "Implementation-Title", &jar->title },
                { "Implementation-Vendor-Id", &jar->vendor_id },
                { "Implementation-Version", &jar->implementation_version },
                { "Bundle-SymbolicName", &jar->bundle },
                { "Bundle-Version", &jar->bundle_version },
                { "Specification-Version", &jar->specification_version },
                { "Automatic-Module-Name", &jar->module },
        };
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_manifest_field f;
        struct bh_str right;

        while (bh_manifest_next(jar->arena, &c, &f, NULL) > 0)
                for (size_t i = 0; i < BH_LEN(fields); i++)
                        if (bh_str_eq_nocase(f.name, bh_str_of(fields[i].name)))
                                *fields[i].to = keep(jar, f.value);
        (void) bh_str_cut(jar->bundle, ';', &jar->bundle, &right); /* directives follow */
}

void bh_jar_content(struct bh_jar *jar, enum bh_jar_want want, struct bh_str name, struct bh_str bytes) {
        struct bh_pom pom;

        if (want == BH_JAR_PROPERTIES)
                properties(jar, name, bytes);
        else if (want == BH_JAR_MANIFEST)
                manifest(jar, bytes);
        else if (want == BH_JAR_POM && bh_pom_parse(jar->arena, bytes, &pom, NULL, NULL, NULL) == 0)
                add_pom(jar, name, pom.group, pom.artifact, pom.version, true);
}

static void add(struct bh_jar *jar, enum bh_evidence evidence, struct bh_str group, struct bh_str artifact,
                struct bh_str version) {
        struct bh_str name = group.len ? bh_arena_printf(jar->arena, "%.*s:%.*s", BH_FMT(group), BH_FMT(artifact))
                                       : artifact;

        (void) bh_catalog_add(jar->catalog, &(struct bh_package){ .eco = BH_ECO_MAVEN,
                                                                  .evidence = evidence,
                                                                  .name = name,
                                                                  .version = version,
                                                                  .location = jar->path });
}

/* pom.xml speaks only where no pom.properties lies beside it. */
static bool is_spare(const struct bh_jar *jar, const struct bh_jar_pom *pom) {
        for (size_t i = 0; pom->from_xml && i < jar->poms.len; i++)
                if (!jar->poms.at[i].from_xml && bh_str_eq(jar->poms.at[i].dir, pom->dir))
                        return true;
        return false;
}

static bool has_artifact(const struct bh_jar *jar, struct bh_str artifact) {
        for (size_t i = 0; i < jar->poms.len; i++)
                if (bh_str_eq(jar->poms.at[i].artifact, artifact))
                        return true;
        return false;
}

/* "dir/spring-core-5.3.18.jar" -> "spring-core", "5.3.18". */
static void split_name(struct bh_str path, struct bh_str *artifact, struct bh_str *version) {
        struct bh_str stem = bh_str_basename(path);
        ptrdiff_t dot = bh_str_rchr(stem, '.');

        if (dot > 0)
                stem.len = (size_t) dot;
        *artifact = stem;
        *version = (struct bh_str){ "", 0 };
        for (size_t i = 1; i + 1 < stem.len; i++)
                if (stem.at[i] == '-' && bh_is_digit(stem.at[i + 1])) {
                        *artifact = bh_str_part(stem, 0, i);
                        *version = bh_str_from(stem, i + 1);
                        return;
                }
}

/* "org.apache.logging.log4j.core" of log4j-core says nothing exact; of "core" it says "org.apache.logging.log4j". */
static struct bh_str group_from(struct bh_str dotted, struct bh_str artifact) {
        struct bh_str group = dotted;

        if (bh_str_cut_suffix(&group, artifact) && bh_str_cut_suffix(&group, BH_STR(".")))
                return group;
        return (struct bh_str){ "", 0 };
}

static struct bh_str first_of(struct bh_str a, struct bh_str b, struct bh_str c) {
        return a.len ? a : b.len ? b : c;
}

/* What the archive itself is, when no pom says so. */
static void own(struct bh_jar *jar) {
        struct bh_str artifact, version, group, said;
        enum bh_evidence evidence = BH_EVIDENCE_FILENAME;

        split_name(jar->path, &artifact, &version);
        if (has_artifact(jar, artifact) || !bh_str_is_text(artifact))
                return;
        group = first_of(bh_java_group(artifact), jar->vendor_id, group_from(jar->bundle, artifact));
        if (group.len == 0)
                group = group_from(jar->module, artifact);
        if (jar->poms.len && bh_java_group(artifact).len == 0)
                return; /* poms of others, or its own under another name: a guess would only double it */
        said = first_of(jar->implementation_version, jar->bundle_version, jar->specification_version);
        if (version.len == 0 && said.len) {
                version = said;
                evidence = BH_EVIDENCE_METADATA;
        }
        if (version.len)
                add(jar, evidence, group, artifact, version);
        *bh_vec_add(jar->arena, &jar->poms) = (struct bh_jar_pom){ .artifact = artifact };
}

void bh_jar_done(struct bh_jar *jar) {
        for (size_t i = 0; i < jar->poms.len; i++)
                if (!is_spare(jar, &jar->poms.at[i]))
                        add(jar, BH_EVIDENCE_METADATA, jar->poms.at[i].group, jar->poms.at[i].artifact,
                            jar->poms.at[i].version);
        own(jar);
        for (unsigned i = 0; i < bh_java_n_classes; i++)
                if ((jar->classes & 1u << i) && !has_artifact(jar, bh_str_of(bh_java_classes[i].artifact)))
                        add(jar, BH_EVIDENCE_BINARY, bh_str_of(bh_java_classes[i].group),
                            bh_str_of(bh_java_classes[i].artifact), BH_STR(""));
}
