/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "model/purl.h"

static const struct bh_release debian = { .id = BH_STR_INIT("debian"), .version_id = BH_STR_INIT("12") };

#define S(text) BH_STR_INIT(text)
static const struct {
        struct bh_package package;
        const char *purl;
} rows[] = {
        { { .eco = BH_ECO_DEB, .name = S("libc6"), .version = S("1:2.36-9+deb12u14"), .arch = S("amd64"), .source = S("glibc") },
          "pkg:deb/debian/libc6@1:2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12&upstream=glibc" },
        { { .eco = BH_ECO_DEB, .name = S("libgcc-s1"), .version = S("12.2.0-14"), .source = S("gcc-12"), .source_version = S("12.2.0-13") },
          "pkg:deb/debian/libgcc-s1@12.2.0-14?distro=debian-12&upstream=gcc-12%4012.2.0-13" },
        { { .eco = BH_ECO_RPM, .name = S("NetworkManager"), .version = S("1:1.44.0-3.el9"), .arch = S("x86_64") },
          "pkg:rpm/debian/NetworkManager@1.44.0-3.el9?arch=x86_64&distro=debian-12&epoch=1" },
        { { .eco = BH_ECO_NPM, .name = S("@angular/core"), .version = S("12.3.1") }, "pkg:npm/%40angular/core@12.3.1" },
        { { .eco = BH_ECO_MAVEN, .name = S("org.apache.logging.log4j:log4j-core"), .version = S("2.14.1") },
          "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1" },
        { { .eco = BH_ECO_GO, .name = S("github.com/opencontainers/runc"), .version = S("v1.1.11") },
          "pkg:golang/github.com/opencontainers/runc@v1.1.11" },
        { { .eco = BH_ECO_GO, .name = S("github.com/BurntSushi/toml"), .version = S("v1.3.2") },
          "pkg:golang/github.com/BurntSushi/toml@v1.3.2" },
        { { .eco = BH_ECO_PYPI, .name = S("zope-interface"), .version = S("5.0+a") }, "pkg:pypi/zope-interface@5.0%2Ba" },
        { { .eco = BH_ECO_COMPOSER, .name = S("symfony/http-kernel"), .version = S("v6.4.1") },
          "pkg:composer/symfony/http-kernel@v6.4.1" },
};

static void a_package_comes_back_from_its_purl(void **state) {
        struct bh_arena *a = bh_arena_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                const struct bh_package *p = &rows[i].package;
                struct bh_str purl = bh_purl_of_package(a, p, &debian);
                struct bh_err err = BH_ERR_NONE;
                struct bh_release release;
                struct bh_package back;

                assert_str(purl, rows[i].purl);
                assert_int_equal(bh_purl_to_package(a, purl, &back, &release, &err), 0);
                assert_int_equal(back.eco, p->eco);
                assert_true(bh_str_eq(back.name, p->name));
                assert_true(bh_str_eq(back.version, p->version));
                assert_true(bh_str_eq(back.arch, p->arch));
                assert_true(bh_str_eq(back.source, p->source));
                assert_true(bh_str_eq(back.source_version, p->source_version));
                assert_str(release.id, bh_eco_is_os(p->eco) ? "debian" : "");
                assert_str(release.version_id, bh_eco_is_os(p->eco) ? "12" : "");
        }
        bh_arena_free(&a);
}

static void names_are_normalised_as_their_type_asks(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_package p = { .eco = BH_ECO_PYPI, .name = BH_STR("Foo_Bar"), .version = BH_STR("1") };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_str(bh_purl_of_package(a, &p, NULL), "pkg:pypi/foo-bar@1");
        assert_int_equal(bh_purl_to_package(a, BH_STR("pkg:PyPI/Foo_Bar@1"), &p, NULL, &err), 0);
        assert_str(p.name, "foo-bar");
        bh_arena_free(&a);
}

static void a_source_rpm_is_named_by_its_package(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_package p;

        (void) state;
        assert_int_equal(bh_purl_to_package(a, BH_STR("pkg:rpm/rhel/openssl-libs@3.0.7-27.el9?epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm"), &p, NULL, &err), 0);
        assert_str(p.source, "openssl");
        assert_str(p.version, "1:3.0.7-27.el9");
        bh_arena_free(&a);
}

static void what_is_no_purl_is_named(void **state) {
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_purl p;

        (void) state;
        assert_int_equal(bh_purl_parse(a, BH_STR("http://x"), &p, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "purl: \"http://x\" does not begin with pkg:");
        assert_int_equal(bh_purl_parse(a, BH_STR("pkg:npm/@1"), &p, &err), 0);
        assert_str(p.name, "@1");
        assert_int_equal(bh_purl_parse(a, BH_STR("pkg:maven/x@1"), &p, &err), BH_E_FORMAT);
        assert_int_equal(bh_purl_parse(a, BH_STR("pkg:npm/x?a=1&A=2"), &p, &err), BH_E_FORMAT);
        bh_arena_free(&a);
}

BH_UNIT_MAIN(a_package_comes_back_from_its_purl, names_are_normalised_as_their_type_asks,
             a_source_rpm_is_named_by_its_package, what_is_no_purl_is_named)
