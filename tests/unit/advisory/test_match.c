/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "advisory/compile.h"
#include "advisory/index.h"
#include "advisory/match.h"

#define S(text) BH_STR_INIT(text)

/* What is said of one package: a row of a test's world. */
struct word {
        const char *id, *space, *package;
        enum bh_eco eco;
        enum bh_status status;
        const char *introduced, *fixed, *module, *fix_id;
        bool binary;
};

static const struct bh_private_key *key_of_tests(void) {
        static struct bh_private_key key;

        if (bh_private_key_make(&key, NULL) < 0)
                abort();
        return &key;
}

struct world {
        struct bh_arena *arena;
        struct bh_buf file;
        struct bh_index *ix;
        struct bh_matches m;
};

static void make_world(struct world *w, const struct word *words, size_t n) {
        struct bh_compile *c = bh_compile_new();
        struct bh_feed_sink sink = bh_compile_sink(c);

        *w = (struct world){ .arena = bh_arena_new() };
        for (size_t i = 0; i < n; i++) {
                struct bh_range range = { .introduced = bh_str_of(words[i].introduced), .fixed = bh_str_of(words[i].fixed) };
                struct bh_affected a = { .eco = words[i].eco, .space = bh_str_of(words[i].space),
                                         .package = bh_str_of(words[i].package), .binary = words[i].binary,
                                         .module = bh_str_of(words[i].module), .status = words[i].status,
                                         .ranges = &range, .n_ranges = range.introduced.len || range.fixed.len,
                                         .fix_id = bh_str_of(words[i].fix_id) };
                struct bh_advisory adv = { .id = bh_str_of(words[i].id), .affected = &a, .n_affected = 1 };

                assert_int_equal(sink.advisory(sink.user, &adv, NULL), 0);
        }
        assert_int_equal(bh_compile_write(c, key_of_tests(), &w->file, NULL), 0);
        bh_compile_free(&c);
        assert_int_equal(bh_index_over(bh_buf_str(&w->file), NULL, &w->ix, NULL), 0);
}

static void match(struct world *w, const char *os, const char *version, const struct bh_package *packages, size_t n, bool all) {
        struct bh_match_query q = { .os_id = bh_str_of(os), .os_version = bh_str_of(version), .packages = packages,
                                    .n_packages = n, .all_verdicts = all };

        assert_int_equal(bh_match_packages(w->ix, &q, w->arena, &w->m, NULL), 0);
}

static void end_world(struct world *w) {
        bh_index_close(&w->ix);
        bh_buf_done(&w->file);
        bh_arena_free(&w->arena);
}

#define WORLD(w, ...)                                        \
        static const struct word words_[] = { __VA_ARGS__ }; \
        struct world w;                                      \
        (void) state;                                        \
        make_world(&w, words_, BH_LEN(words_))

static void a_source_package_speaks_for_its_binaries(void **state) {
        struct bh_package p[] = { { .eco = BH_ECO_DEB, .name = S("libssl3"), .version = S("3.0.7-1+b1"), .source = S("openssl"),
                                    .source_version = S("3.0.7-1") },
                                  { .eco = BH_ECO_DEB, .name = S("openssl"), .version = S("3.0.8-1") } };
        WORLD(w, { "CVE-2023-0286", "debian:12", "openssl", BH_ECO_DEB, BH_STATUS_FIXED, NULL, "3.0.8-1", NULL, "DSA-5343-1", false });

        match(&w, "debian", "12", p, 2, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].id, "CVE-2023-0286");
        assert_str(w.m.at[0].fixed, "3.0.8-1");
        assert_str(w.m.at[0].fix_id, "DSA-5343-1");
        assert_str(w.m.space, "debian:12");
        assert_true(w.m.space_known);
        end_world(&w);
}

static void other_releases_and_distributions_say_nothing(void **state) {
        struct bh_package p = { .eco = BH_ECO_DEB, .name = S("openssl"), .version = S("1") };
        WORLD(w, { "CVE-1", "debian:11", "openssl", BH_ECO_DEB, BH_STATUS_AFFECTED, NULL, NULL, NULL, NULL, false },
              { "CVE-2", "ubuntu:22.04", "openssl", BH_ECO_DEB, BH_STATUS_AFFECTED, NULL, NULL, NULL, NULL, false });

        match(&w, "debian", "12", &p, 1, true);
        assert_int_equal(w.m.len, 0);
        assert_false(w.m.space_known);
        assert_true(w.m.os_packages);
        end_world(&w);
}

static void unfixed_holds_for_every_version_and_keeps_its_status(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("vim-minimal"), .version = S("2:8.2.2637-20.el9_1"), .source = S("vim"),
                                .source_version = S("8.2.2637-20.el9_1") };
        WORLD(w, { "CVE-2021-1", "rhel:9", "vim", BH_ECO_RPM, BH_STATUS_WILL_NOT_FIX, NULL, NULL, NULL, NULL, false },
              { "CVE-2021-2", "rhel:9", "vim", BH_ECO_RPM, BH_STATUS_NOT_AFFECTED, NULL, NULL, NULL, NULL, false });

        match(&w, "rhel", "9.4", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_int_equal(w.m.at[0].status, BH_STATUS_WILL_NOT_FIX);
        assert_int_equal(w.m.at[0].fixed.len, 0);
        end_world(&w);
}

static void a_source_rpm_borrows_the_epoch_of_its_binary(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("openssl-libs"), .version = S("1:3.0.1-43.el9"), .source = S("openssl"),
                                .source_version = S("3.0.1-43.el9") };
        WORLD(w, { "CVE-1", "rhel:9", "openssl", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "1:3.0.1-47.el9_1", NULL, "RHSA-2023:0946", false },
              { "CVE-2", "rhel:9", "openssl", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "1:3.0.1-41.el9", NULL, "RHSA-2022:1", false });

        match(&w, "rhel", "9.4", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].id, "CVE-1");
        end_world(&w);
}

static void a_published_fix_overrules_the_blanket_word(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("a"), .version = S("2-1") };
        WORLD(w, { "CVE-1", "rhel:9", "a", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "2-1", NULL, NULL, false },
              { "CVE-1", "rhel:9", "a", BH_ECO_RPM, BH_STATUS_AFFECTED, NULL, NULL, NULL, NULL, false });

        match(&w, "rhel", "9", &p, 1, true);
        assert_int_equal(w.m.len, 1);
        assert_false(w.m.at[0].vulnerable);
        assert_int_equal(w.m.at[0].n_considered, 2);
        end_world(&w);
}

static void a_module_stream_hears_only_its_own_fixes(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("nodejs"), .version = S("1:18.1.0-1.module+el8.9.0+1"),
                                .module = S("nodejs:18:8090020240101000000:rhel8") };
        WORLD(w, { "CVE-1", "rhel:8", "nodejs:18", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "8090020240401000000", "nodejs:18", "RHSA-1", false },
              { "CVE-2", "rhel:8", "nodejs:20", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "8090020240401000000", "nodejs:20", "RHSA-2", false },
              { "CVE-3", "rhel:8", "nodejs:18", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "8090020230401000000", "nodejs:18", "RHSA-3", false },
              { "CVE-4", "rhel:8", "nodejs", BH_ECO_RPM, BH_STATUS_AFFECTED, NULL, NULL, "nodejs:16", NULL, false },
              { "CVE-5", "rhel:8", "nodejs", BH_ECO_RPM, BH_STATUS_AFFECTED, NULL, NULL, NULL, NULL, false });

        match(&w, "rhel", "8.9", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].id, "CVE-1");
        assert_str(w.m.at[0].fixed, "nodejs:18:8090020240401000000");
        end_world(&w);
}

static void a_rebuild_hears_its_origin_only_where_it_is_silent(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("curl"), .version = S("7.76.1-26.el9") };
        WORLD(w, { "CVE-1", "rocky:9", "curl", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "7.76.1-20.el9", NULL, "RLSA-1", true },
              { "CVE-1", "rhel:9", "curl", BH_ECO_RPM, BH_STATUS_AFFECTED, NULL, NULL, NULL, NULL, false },
              { "CVE-2", "rhel:9", "curl", BH_ECO_RPM, BH_STATUS_DEFERRED, NULL, NULL, NULL, NULL, false });

        match(&w, "rocky", "9.3", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].id, "CVE-2");
        assert_str(w.m.at[0].space, "rhel:9");
        match(&w, "centos", "9", &p, 1, false); /* no word of its own at all */
        assert_int_equal(w.m.len, 2);
        assert_true(w.m.space_known);
        end_world(&w);
}

static void a_fix_behind_a_support_contract_is_named(void **state) {
        struct bh_package p = { .eco = BH_ECO_DEB, .name = S("edk2"), .version = S("1-1") };
        WORLD(w, { "CVE-1", "ubuntu:20.04", "edk2", BH_ECO_DEB, BH_STATUS_AFFECTED, NULL, NULL, NULL, NULL, false },
              { "CVE-1", "ubuntu:20.04:esm-apps", "edk2", BH_ECO_DEB, BH_STATUS_FIXED, NULL, "1-1ubuntu0+esm1", NULL, NULL, false },
              { "CVE-2", "ubuntu:20.04", "edk2", BH_ECO_DEB, BH_STATUS_FIXED, NULL, "1-2", NULL, NULL, false },
              { "CVE-2", "ubuntu:20.04:esm-apps", "edk2", BH_ECO_DEB, BH_STATUS_NOT_AFFECTED, NULL, NULL, NULL, NULL, false });

        match(&w, "ubuntu", "20.04", &p, 1, false);
        assert_int_equal(w.m.len, 2);
        assert_int_equal(w.m.at[0].status, BH_STATUS_FIXED);
        assert_str(w.m.at[0].channel, "esm-apps");
        assert_str(w.m.at[0].fixed, "1-1ubuntu0+esm1");
        assert_str(w.m.at[1].channel, "");
        assert_str(w.m.at[1].fixed, "1-2");
        p.version = BH_STR("1-1ubuntu0+esm1");
        match(&w, "ubuntu", "20.04", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].id, "CVE-2");
        end_world(&w);
}

static void extended_support_of_the_installed_minor_release_clears(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("openssl"), .version = S("1:3.0.7-18.el9_2") };
        WORLD(w, { "CVE-1", "rhel:9", "openssl", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "1:3.0.7-24.el9", NULL, NULL, false },
              { "CVE-1", "rhel:9.2:eus", "openssl", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "1:3.0.7-18.el9_2", NULL, NULL, false });

        match(&w, "rhel", "9.2", &p, 1, false);
        assert_int_equal(w.m.len, 0);
        p.version = BH_STR("1:3.0.7-17.el9_2");
        match(&w, "rhel", "9.2", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].fixed, "1:3.0.7-24.el9");
        end_world(&w);
}

static void the_fix_is_the_lowest_that_everyone_agrees_on(void **state) {
        struct bh_package p = { .eco = BH_ECO_PYPI, .name = S("Foo_Bar"), .version = S("1.2") };
        WORLD(w, { "CVE-1", "pypi", "foo-bar", BH_ECO_PYPI, BH_STATUS_FIXED, NULL, "1.5", NULL, NULL, false },
              { "CVE-1", "pypi", "foo-bar", BH_ECO_PYPI, BH_STATUS_FIXED, "1.0", "1.5.3", NULL, NULL, false },
              { "CVE-1", "pypi", "foo.bar", BH_ECO_PYPI, BH_STATUS_FIXED, "2.0", "2.0.9", NULL, NULL, false });

        match(&w, NULL, NULL, &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].fixed, "1.5.3");
        assert_str(w.m.at[0].space, "pypi");
        end_world(&w);
}

static void the_vendor_settles_what_its_package_owns(void **state) {
        struct bh_owned_file files[] = { { .path = S("usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO") } };
        struct bh_package p[] = { { .eco = BH_ECO_PYPI, .name = S("requests"), .version = S("2.28.1"),
                                    .location = S("usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO") },
                                  { .eco = BH_ECO_DEB, .name = S("python3-requests"), .version = S("2.28.1+dfsg-1+deb12u1"),
                                    .source = S("requests"), .files = files, .n_files = 1 },
                                  { .eco = BH_ECO_PYPI, .name = S("requests"), .version = S("2.28.1"), .location = S("app/requests/METADATA") } };
        WORLD(w, { "CVE-2023-32681", "debian:12", "requests", BH_ECO_DEB, BH_STATUS_FIXED, NULL, "2.28.1+dfsg-1+deb12u1", NULL, NULL, false },
              { "CVE-2023-32681", "pypi", "requests", BH_ECO_PYPI, BH_STATUS_FIXED, NULL, "2.31.0", NULL, NULL, false });

        match(&w, "debian", "12", p, 3, false);
        assert_int_equal(w.m.len, 1);
        assert_int_equal(w.m.at[0].package, 2);
        match(&w, "debian", "12", p, 3, true);
        assert_int_equal(w.m.len, 3);
        assert_int_equal(w.m.at[0].considered[0].reason, BH_REASON_VENDOR_FIRST);
        assert_int_equal(w.m.at[1].considered[0].reason, BH_REASON_FIXED);
        assert_str(w.m.at[1].considered[0].bound, "2.28.1+dfsg-1+deb12u1");
        end_world(&w);
}

static void a_product_in_a_binary_is_found_under_its_other_names(void **state) {
        struct bh_package p[] = { { .eco = BH_ECO_GENERIC, .name = S("node"), .version = S("18.1.0") },
                                  { .eco = BH_ECO_GENERIC, .name = S("runc"), .version = S("1.1.0") },
                                  { .eco = BH_ECO_GO, .name = S("stdlib"), .version = S("go1.20.1") } };
        WORLD(w, { "CVE-1", "bitnami", "node", BH_ECO_BITNAMI, BH_STATUS_FIXED, NULL, "18.2.0", NULL, NULL, false },
              { "CVE-2", "go", "github.com/opencontainers/runc", BH_ECO_GO, BH_STATUS_FIXED, NULL, "1.1.12", NULL, NULL, false },
              { "CVE-3", "go", "stdlib", BH_ECO_GO, BH_STATUS_FIXED, NULL, "1.20.2", NULL, NULL, false });

        match(&w, NULL, NULL, p, 3, false);
        assert_int_equal(w.m.len, 3);
        end_world(&w);
}

static void a_collection_speaks_for_its_own_stream(void **state) {
        struct bh_package p = { .eco = BH_ECO_RPM, .name = S("php"), .version = S("8.0.20-1.amzn2") };
        WORLD(w, { "CVE-1", "amazon:2", "php", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "5.4.16-46.amzn2", NULL, NULL, true },
              { "CVE-2", "amazon:2:php8.0", "php", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "8.0.28-1.amzn2", NULL, NULL, true },
              { "CVE-3", "amazon:2:php8.2", "php", BH_ECO_RPM, BH_STATUS_FIXED, NULL, "8.2.9-1.amzn2", NULL, NULL, true });

        match(&w, "amzn", "2", &p, 1, false);
        assert_int_equal(w.m.len, 1);
        assert_str(w.m.at[0].id, "CVE-2");
        assert_str(w.m.at[0].channel, "php8.0");
        end_world(&w);
}

BH_UNIT_MAIN(a_source_package_speaks_for_its_binaries, other_releases_and_distributions_say_nothing,
             unfixed_holds_for_every_version_and_keeps_its_status, a_source_rpm_borrows_the_epoch_of_its_binary,
             a_published_fix_overrules_the_blanket_word, a_module_stream_hears_only_its_own_fixes,
             a_rebuild_hears_its_origin_only_where_it_is_silent, a_fix_behind_a_support_contract_is_named,
             extended_support_of_the_installed_minor_release_clears, the_fix_is_the_lowest_that_everyone_agrees_on,
             the_vendor_settles_what_its_package_owns, a_product_in_a_binary_is_found_under_its_other_names,
             a_collection_speaks_for_its_own_stream)
