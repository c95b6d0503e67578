/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogers of operating systems, on small files written by hand. */
#include "unit.h"

#include "base/text.h"
#include "scan/catalog.h"

struct tried {
        struct bh_catalog c;
        struct bh_arena *scratch;
        struct bh_err err;
};

static struct tried begin(void) {
        struct tried t = { .scratch = bh_arena_new() };

        t.c.arena = bh_arena_new();
        return t;
}

static void end(struct tried *t) {
        bh_arena_free(&t->c.arena);
        bh_arena_free(&t->scratch);
}

/* As the pass does it: every row whose pattern fits. */
static int feed(struct tried *t, const char *path, struct bh_str bytes) {
        struct bh_file f = { .path = bh_str_of(path), .bytes = bytes, .size = bytes.len };
        const struct bh_catalog_index *index = bh_catalog_index_new(t->c.arena, bh_catalogers);
        const struct bh_cataloger *rows[8];
        size_t n = bh_catalog_find(index, f.path, (struct bh_str){ "", 0 }, rows, BH_LEN(rows));
        int r = 0;

        assert_true(n > 0);
        for (size_t i = 0; i < n && r == 0; i++)
                r = rows[i]->read(&t->c, &f, t->scratch, &t->err);
        bh_arena_reset(t->scratch);
        return r;
}

static void dpkg_lists_what_is_installed_and_nothing_else(void **state) {
        struct tried t = begin();

        (void) state;
        assert_int_equal(feed(&t, "var/lib/dpkg/status",
                              BH_STR("Package: libc6\nStatus: install ok installed\nSource: glibc (2.36-9)\n"
                                     "Architecture: amd64\nMaintainer: GNU Libc <a@b>\nVersion: 2.36-9+b1\n"
                                     "Conffiles:\n /etc/ld.so.conf.d/x.conf d4e7a7b88a71b5ffd9e2644e71a0cfab\n"
                                     "\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
                                     "\nPackage: half\nStatus: install ok half-installed\nVersion: 1\n"
                                     "\nPackage: waits\nStatus: install ok triggers-pending\nVersion: 1:2\nSource: waits\n")),
                         0);
        assert_int_equal(t.c.packages.len, 2);
        assert_str(t.c.packages.at[0].name, "libc6");
        assert_str(t.c.packages.at[0].version, "2.36-9+b1");
        assert_str(t.c.packages.at[0].source, "glibc");
        assert_str(t.c.packages.at[0].source_version, "2.36-9");
        assert_str(t.c.packages.at[0].vendor, "GNU Libc <a@b>");
        assert_str(t.c.packages.at[1].name, "waits");
        assert_str(t.c.packages.at[1].source, "");
        assert_int_equal(t.c.owned.len, 1);
        assert_true(t.c.owned.at[0].config);
        assert_str(t.c.owned.at[0].path, "etc/ld.so.conf.d/x.conf");
        assert_int_equal(t.c.owned.at[0].digest[0], 0xd4);
        end(&t);
}

static void a_bad_stanza_costs_only_itself(void **state) {
        struct tried t = begin();

        (void) state;
        assert_int_equal(feed(&t, "var/lib/dpkg/status",
                              BH_STR("Package: a\nStatus: install ok installed\nVersion: 1\n\n"
                                     "garbage\nVersion: 2\n\n"
                                     "Package: c\nStatus: install ok installed\nVersion: 3\n")),
                         0);
        assert_int_equal(t.c.packages.len, 2);
        assert_str(t.c.packages.at[1].name, "c");
        assert_int_equal(t.c.gaps.len, 1);
        assert_str(t.c.gaps.at[0].why, "line 5: no field name before a colon");
        end(&t);
}

static void distroless_has_a_file_a_package(void **state) {
        struct tried t = begin();

        (void) state;
        assert_int_equal(feed(&t, "var/lib/dpkg/status.d/tzdata", BH_STR("Package: tzdata\nVersion: 2024a-0\n")), 0);
        assert_int_equal(feed(&t, "var/lib/dpkg/status.d/tzdata.md5sums",
                              BH_STR("d41d8cd98f00b204e9800998ecf8427e  ./usr/share/zoneinfo/UTC\n")),
                         0);
        assert_int_equal(t.c.packages.len, 1);
        assert_str(t.c.packages.at[0].location, "var/lib/dpkg/status.d/tzdata");
        assert_int_equal(t.c.owned.len, 1);
        assert_str(t.c.owned.at[0].path, "usr/share/zoneinfo/UTC");
        assert_int_equal(t.c.owned.at[0].digest_kind, BH_DIGEST_MD5);
        end(&t);
}

static void apk_names_packages_origins_and_files(void **state) {
        struct tried t = begin();

        (void) state;
        assert_int_equal(feed(&t, "lib/apk/db/installed",
                              BH_STR("C:Q1x=\nP:busybox-binsh\nV:1.36.1-r15\nA:x86_64\no:busybox\nL:GPL-2.0-only\n"
                                     "m:A Person <a@b>\nF:bin\nR:sh\na:0:0:777\nZ:Q1pcfTfDNEbNKQc2s1tia7da05M8Q=\n"
                                     "F:etc\nR:profile\n\nP:musl\nV:1.2.4-r2\no:musl\n\n")),
                         0);
        assert_int_equal(t.c.packages.len, 2);
        assert_str(t.c.packages.at[0].source, "busybox");
        assert_str(t.c.packages.at[0].licence, "GPL-2.0-only");
        assert_int_equal(t.c.packages.at[0].n_files, 2);
        assert_str(t.c.packages.at[0].files[0].path, "bin/sh");
        assert_int_equal(t.c.packages.at[0].files[0].digest_kind, BH_DIGEST_SHA1);
        assert_int_equal(t.c.packages.at[0].files[0].digest[0], 0xa5);
        assert_true(t.c.packages.at[0].files[1].config);
        assert_str(t.c.packages.at[1].source, "");
        end(&t);
}

static void os_release_goes_first_in_any_order(void **state) {
        struct bh_str os = BH_STR("ID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy\nID_LIKE=debian\n");

        (void) state;
        for (int turn = 0; turn < 2; turn++) {
                struct tried t = begin();

                if (turn == 0)
                        assert_int_equal(feed(&t, "etc/os-release", os), 0);
                assert_int_equal(feed(&t, "etc/debian_version", BH_STR("bookworm/sid\n")), 0);
                if (turn == 1)
                        assert_int_equal(feed(&t, "etc/os-release", os), 0);
                assert_str(t.c.release.id, "ubuntu");
                assert_str(t.c.release.version_id, "22.04");
                assert_str(t.c.release.codename, "jammy");
                end(&t);
        }
}

static void older_release_files_stand_in(void **state) {
        static const struct {
                const char *path, *text, *id, *version, *codename;
        } rows[] = {
                { "etc/redhat-release", "CentOS release 6.10 (Final)\n", "centos", "6.10", "Final" },
                { "etc/system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03", "" },
                { "etc/alpine-release", "3.19.1\n", "alpine", "3.19.1", "" },
                { "etc/debian_version", "12.5\n", "debian", "12", "" },
                { "etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n", "ubuntu",
                  "14.04", "trusty" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct tried t = begin();

                assert_int_equal(feed(&t, rows[i].path, bh_str_of(rows[i].text)), 0);
                assert_str(t.c.release.id, rows[i].id);
                assert_str(t.c.release.version_id, rows[i].version);
                assert_str(t.c.release.codename, rows[i].codename);
                end(&t);
        }
}

static void content_sets_are_collected(void **state) {
        struct tried t = begin();

        (void) state;
        assert_int_equal(feed(&t, "root/buildinfo/content_manifests/ubi9-container-9.4-1.json",
                              BH_STR("{\"content_sets\":[\"rhel-9-for-x86_64-baseos-rpms\",7]}")),
                         0);
        assert_int_equal(t.c.content_sets.len, 1);
        assert_str(t.c.content_sets.at[0], "rhel-9-for-x86_64-baseos-rpms");
        end(&t);
}

static void copyright_files_give_licences(void **state) {
        static const struct {
                const char *text, *expression;
        } rows[] = {
                { "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\n"
                  "License: GPL-1+ or Artistic\n Long text.\n\nFiles: debian/*\nLicense: ISC\n\n"
                  "License: Artistic\n The text.\n",
                  "GPL-1.0-or-later OR Artistic-1.0" },
                { "Format: x\n\nFiles: *\nLicense: Expat\n\nFiles: b\nLicense: LGPL-2.1+\n", "MIT AND LGPL-2.1-or-later" },
                { "Format: x\n\nFiles: *\nLicense: Expat and ISC\n\nFiles: b\nLicense: ISC\n\nFiles: c\n"
                  "License: Zlib or Foo-1\n",
                  "MIT AND ISC AND (Zlib or Foo-1)" },
                { "Format: x\n\nFiles: *\nLicense: GPL-2+ with OpenSSL exception\n", "GPL-2+ with OpenSSL exception" },
                { "It may be copied under version 2 or (at your option)\nany later version; see\n"
                  "/usr/share/common-licenses/GPL-2.\n",
                  "GPL-2.0-or-later" },
                { "Redistribution and use in source\nand binary forms, ... to endorse or promote ...\n", "BSD-3-Clause" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct tried t = begin();

                assert_int_equal(feed(&t, "usr/share/doc/perl/copyright", bh_str_of(rows[i].text)), 0);
                assert_int_equal(t.c.licences.len, 1);
                assert_str(t.c.licences.at[0].package, "perl");
                assert_str(t.c.licences.at[0].expression, rows[i].expression);
                end(&t);
        }
}

BH_UNIT_MAIN(dpkg_lists_what_is_installed_and_nothing_else, a_bad_stanza_costs_only_itself,
             distroless_has_a_file_a_package, apk_names_packages_origins_and_files, os_release_goes_first_in_any_order,
             older_release_files_stand_in, content_sets_are_collected, copyright_files_give_licences)
