/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/hash.h"
#include "base/sort.h"
#include "scan/merge.h"

/* A layer of a test: paths it holds, packages told by one of them, what it takes away. */
struct made {
        const char *paths[6];
        struct {
                const char *name, *version, *location;
        } packages[4];
        const char *whiteout, *opaque;
};

static struct bh_layer make(struct bh_arena *a, const struct made *m) {
        struct bh_layer l = { .whole = true, .paths = bh_arena_array(a, uint64_t, 6), .packages = bh_arena_array(a, struct bh_package, 4) };

        for (size_t i = 0; i < 6 && m->paths[i]; i++)
                l.paths[l.n_paths++] = bh_hash64(bh_str_of(m->paths[i]));
        bh_sort_u64(l.paths, l.n_paths);
        for (size_t i = 0; i < 4 && m->packages[i].name; i++)
                l.packages[l.n_packages++] = (struct bh_package){ .eco = BH_ECO_DEB, .name = bh_str_of(m->packages[i].name),
                                                                  .version = bh_str_of(m->packages[i].version),
                                                                  .location = bh_str_of(m->packages[i].location) };
        if (m->whiteout) {
                l.whiteouts = bh_arena_make(a, struct bh_str);
                *l.whiteouts = bh_str_of(m->whiteout);
                l.n_whiteouts = 1;
        }
        if (m->opaque) {
                l.opaques = bh_arena_make(a, struct bh_str);
                *l.opaques = bh_str_of(m->opaque);
                l.n_opaques = 1;
        }
        return l;
}

static struct bh_merged merge(struct bh_arena *a, const struct made *m, uint32_t n) {
        struct bh_layer *layers = bh_arena_array(a, struct bh_layer, n);
        struct bh_merged merged;

        for (uint32_t i = 0; i < n; i++)
                layers[i] = make(a, &m[i]);
        bh_layers_merge(layers, n, a, &merged);
        return merged;
}

#define STATUS "var/lib/dpkg/status"

static void a_package_belongs_to_the_layer_that_first_brought_it(void **state) {
        static const struct made layers[] = {
                { .paths = { STATUS }, .packages = { { "base", "1", STATUS } } },
                { .paths = { STATUS }, .packages = { { "base", "1", STATUS }, { "added", "1", STATUS } } },
                { .paths = { STATUS }, .packages = { { "base", "1", STATUS }, { "added", "2", STATUS } } },
        };
        struct bh_arena *a = bh_arena_new();
        struct bh_merged m = merge(a, layers, 3);

        (void) state;
        assert_int_equal(m.n_packages, 2);
        assert_str(m.packages[0].name, "added");
        assert_str(m.packages[0].version, "2");
        assert_int_equal(m.packages[0].layer, 2);
        assert_str(m.packages[1].name, "base");
        assert_int_equal(m.packages[1].layer, 0);
        bh_arena_free(&a);
}

static void a_package_that_was_away_in_between_is_brought_anew(void **state) {
        static const struct made layers[] = {
                { .paths = { STATUS }, .packages = { { "x", "1", STATUS } } },
                { .paths = { STATUS }, .packages = { { "other", "1", STATUS } } },
                { .paths = { "etc/motd" } },
                { .paths = { STATUS }, .packages = { { "x", "1", STATUS } } },
        };
        struct bh_arena *a = bh_arena_new();
        struct bh_merged m = merge(a, layers, 4);

        (void) state;
        assert_int_equal(m.n_packages, 1);
        assert_int_equal(m.packages[0].layer, 3);
        bh_arena_free(&a);
}

static void every_way_to_hide_a_file_hides_its_package(void **state) {
        static const struct made base = { .paths = { "app/lib/a.jar" }, .packages = { { "g:a", "1", "app/lib/a.jar!/META-INF/pom" } } };
        static const struct made above[] = {
                { .whiteout = "app/lib/a.jar" }, { .whiteout = "app" },          { .opaque = "app/lib" }, { .opaque = "" },
                { .paths = { "app/lib/a.jar" } }, { .paths = { "app" } }, /* a file where the directory was */
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(above); i++) {
                struct bh_arena *a = bh_arena_new();
                struct made two[] = { base, above[i] };

                assert_int_equal(merge(a, two, 2).n_packages, 0);
                bh_arena_free(&a);
        }
}

static void what_only_looks_like_hiding_does_not(void **state) {
        static const struct made base = { .paths = { "app/lib/a.jar" }, .packages = { { "g:a", "1", "app/lib/a.jar" } } };
        static const struct made above[] = {
                { .whiteout = "app/lib/a.jar.bak" }, { .whiteout = "app/li" }, { .opaque = "app/lib2" }, { .paths = { "app/lib/b.jar" } }, { .opaque = "app/lib/a.jar" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(above); i++) {
                struct bh_arena *a = bh_arena_new();
                struct made two[] = { base, above[i] };

                assert_int_equal(merge(a, two, 2).n_packages, 1);
                bh_arena_free(&a);
        }
        /* And an opaque directory hides what lies below it, not what its own layer puts there. */
        {
                struct bh_arena *a = bh_arena_new();
                struct made own = base;

                own.opaque = "app/lib";
                assert_int_equal(merge(a, &own, 1).n_packages, 1);
                bh_arena_free(&a);
        }
}

static void a_secret_taken_away_later_is_still_told(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_finding f = { .kind = BH_FINDING_SECRET, .path = BH_STR("root/.netrc") };
        struct bh_str gone = BH_STR("root/.netrc");
        struct bh_layer layers[] = { { .findings = &f, .n_findings = 1 }, { .whiteouts = &gone, .n_whiteouts = 1 } };
        struct bh_merged m;

        (void) state;
        bh_layers_merge(layers, 2, a, &m);
        assert_int_equal(m.n_findings, 1);
        assert_int_equal(m.findings[0].layer, 0);
        assert_true(m.findings[0].removed);
        bh_arena_free(&a);
}

static void a_module_that_an_os_package_installed_has_an_owner(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_owned_file owned = { .path = BH_STR("usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO") };
        struct bh_package packages[] = {
                { .eco = BH_ECO_PYPI, .name = BH_STR("PyYAML"), .location = BH_STR("usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO") },
                { .eco = BH_ECO_PYPI, .name = BH_STR("flask"), .location = BH_STR("usr/local/lib/python3/site-packages/flask.dist-info/METADATA") },
        };
        struct bh_layer layer = { .packages = packages, .n_packages = 2, .owned = &owned, .n_owned = 1 };
        struct bh_merged m;

        (void) state;
        bh_layers_merge(&layer, 1, a, &m);
        assert_int_equal(m.n_packages, 2);
        assert_str(m.packages[0].name, "PyYAML");
        assert_true(m.packages[0].owner.len > 0);
        assert_int_equal(m.packages[1].owner.len, 0);
        bh_arena_free(&a);
}

static void a_jar_inside_an_owned_archive_has_the_same_owner(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_owned_file owned = { .path = BH_STR("usr/share/java/app.war") };
        struct bh_package packages[] = {
                { .eco = BH_ECO_MAVEN, .name = BH_STR("g:a"), .version = BH_STR("1"), .location = BH_STR("usr/share/java/app.war!/WEB-INF/lib/a.jar") },
                { .eco = BH_ECO_MAVEN, .name = BH_STR("g:b"), .version = BH_STR("1"), .location = BH_STR("opt/app.war!/WEB-INF/lib/a.jar") },
        };
        struct bh_layer layer = { .packages = packages, .n_packages = 2, .owned = &owned, .n_owned = 1 };
        struct bh_merged m;

        (void) state;
        bh_layers_merge(&layer, 1, a, &m);
        assert_int_equal(m.n_packages, 2);
        assert_true(m.packages[0].owner.len > 0);
        assert_int_equal(m.packages[1].owner.len, 0);
        bh_arena_free(&a);
}

BH_UNIT_MAIN(a_package_belongs_to_the_layer_that_first_brought_it, a_package_that_was_away_in_between_is_brought_anew,
             every_way_to_hide_a_file_hides_its_package, what_only_looks_like_hiding_does_not, a_secret_taken_away_later_is_still_told,
             a_module_that_an_os_package_installed_has_an_owner,
             a_jar_inside_an_owned_archive_has_the_same_owner)
