/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java: archives and those inside them, Gradle's lock file, Maven's wishes.
 *
 *     gradle.lockfile    group:artifact:version=compileClasspath,testRuntimeClasspath
 *     pom.xml            dependencies with exact versions; what Maven would work out is not known here
 */
#include "base/cur.h"
#include "base/limits.h"
#include "fmt/zip.h"
#include "scan/pkg/jar.h"
#include "scan/pkg/pkg.h"
#include "scan/pkg/pom.h"

/* Through the local headers: only the beginning is there, or there is no directory. */
static int by_stream(struct bh_catalog *c, struct bh_str path, struct bh_str bytes, bool cut, struct bh_err *err) {
        struct bh_jar_stream *s = bh_jar_stream_new(c, path);
        struct bh_err end = BH_ERR_NONE;
        int r = bh_jar_stream_feed(s, bytes, err), f = bh_jar_stream_finish(s, &end);

        bh_jar_stream_free(&s);
        if (r == 0 && f < 0 && !cut) /* that a cut file ends early is told by whoever cut it */
                r = bh_fail(err, f, "%s", end.text);
        return r;
}

static int read_archive(struct bh_catalog *c, struct bh_str path, struct bh_str bytes, struct bh_budget *budget,
                        struct bh_err *err);

static int nested(struct bh_jar *jar, struct bh_str name, struct bh_str bytes, struct bh_budget *budget,
                  struct bh_err *err) {
        int r = bh_budget_enter(budget, err);

        if (r < 0)
                return r;
        r = read_archive(jar->catalog, bh_jar_inner(jar->arena, jar->path, name), bytes, budget, err);
        bh_budget_leave(budget);
        return r;
}

/* Content lives in an arena of its own, so that one nested archive is held at a time. */
static int read_entry(struct bh_jar *jar, const struct bh_zip *zip, const struct bh_zip_entry *e,
                      struct bh_budget *budget, struct bh_err *err) {
        enum bh_jar_want want = bh_jar_entry(jar, e->name);
        size_t max = want == BH_JAR_NESTED ? BH_LIMIT_JAR_NESTED : BH_LIMIT_JAR_META;
        struct bh_arena *arena;
        struct bh_str content;
        int r;

        if (want == BH_JAR_SKIP)
                return 0;
        arena = bh_arena_new();
        r = bh_zip_read(arena, zip, e, max, budget, &content, err);
        if (r == 0 && want == BH_JAR_NESTED)
                r = nested(jar, e->name, content, budget, err);
        else if (r == 0)
                bh_jar_content(jar, want, e->name, content);
        bh_arena_free(&arena);
        return r;
}

static int read_entries(struct bh_jar *jar, struct bh_zip *zip, struct bh_budget *budget, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_zip_entry e;
        int r;

        while ((r = bh_zip_next(zip, &e, err)) > 0) {
                r = bh_budget_entries(budget, 1, err);
                if (r < 0)
                        return r;
                if (read_entry(jar, zip, &e, budget, &why) < 0)
                        bh_catalog_gap(jar->catalog, bh_jar_inner(jar->arena, jar->path, e.name), &why);
        }
        return r;
}

static int read_archive(struct bh_catalog *c, struct bh_str path, struct bh_str bytes, struct bh_budget *budget,
                        struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_jar jar = bh_jar_of(c, arena, path);
        struct bh_zip zip;
        int r = bh_zip_open(bytes, &zip, err);

        if (r == 0) {
                r = read_entries(&jar, &zip, budget, err);
                bh_jar_done(&jar);
        }
        bh_arena_free(&arena);
        return r;
}

int bh_pkg_jar(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_budget budget = bh_jar_budget();
        int r;

        (void) scratch;
        if (file->truncated)
                return by_stream(c, file->path, file->bytes, true, err);
        r = read_archive(c, file->path, file->bytes, &budget, err);
        return r == BH_E_NOTFOUND ? by_stream(c, file->path, file->bytes, false, err) : r;
}

/* All configurations are for tests. */
static bool only_tests(struct bh_str configurations) {
        struct bh_str one;

        if (configurations.len == 0)
                return false;
        while (bh_str_split(&configurations, ',', &one))
                if (!bh_str_starts(one, BH_STR("test")))
                        return false;
        return true;
}

int bh_pkg_gradle_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch,
                       struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct bh_str line, what, configurations;

        (void) scratch;
        (void) err;
        while (bh_cur_line(&cur, &line)) {
                ptrdiff_t colon;

                (void) bh_str_cut(bh_str_trim(line), '=', &what, &configurations);
                colon = bh_str_rchr(what, ':');
                if (line.len == 0 || line.at[0] == '#' || colon <= 0 || bh_str_chr(what, ':') == colon)
                        continue;
                (void) bh_catalog_add(c, &(struct bh_package){
                        .eco = BH_ECO_MAVEN,
                        .evidence = BH_EVIDENCE_LOCKFILE,
                        .name = bh_str_part(what, 0, (size_t) colon),
                        .version = bh_str_from(what, (size_t) colon + 1),
                        .location = file->path,
                        .dev = only_tests(configurations),
                });
        }
        return 0;
}

struct wishes {
        struct bh_catalog *catalog;
        struct bh_arena *scratch;
        struct bh_str path;
};

static void wish(void *user, const struct bh_pom_dependency *d) {
        struct wishes *w = user;

        if (d->group.len && d->artifact.len && bh_pom_is_exact(d->version) && bh_pom_is_exact(d->group))
                (void) bh_catalog_add(w->catalog, &(struct bh_package){
                        .eco = BH_ECO_MAVEN,
                        .evidence = BH_EVIDENCE_MANIFEST,
                        .name = bh_arena_printf(w->scratch, "%.*s:%.*s", BH_FMT(d->group), BH_FMT(d->artifact)),
                        .version = d->version,
                        .location = w->path,
                        .dev = bh_str_is(d->scope, "test"),
                });
}

int bh_pkg_pom_xml(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct wishes w = { c, scratch, file->path };
        struct bh_pom pom;

        return bh_pom_parse(scratch, file->bytes, &pom, wish, &w, err);
}
