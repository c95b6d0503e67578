/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "scan/catalog.h"

static const struct bh_cataloger rows[] = {
        { "whole", BH_MATCH_PATH, "var/lib/dpkg/status", NULL },
        { "dir", BH_MATCH_DIR, "var/lib/dpkg/status.d", NULL },
        { "name", BH_MATCH_BASENAME, "Cargo.lock", NULL },
        { "tail", BH_MATCH_BASENAME, "*.dist-info/METADATA", NULL },
        { "glob", BH_MATCH_BASENAME, "requirements*.txt", NULL },
        { "deep", BH_MATCH_BASENAME, "conda-meta/*.json", NULL },
        { "suffix", BH_MATCH_SUFFIX, ".jar", NULL },
        { "double", BH_MATCH_SUFFIX, ".deps.json", NULL },
        { "elf", BH_MATCH_ELF, NULL, NULL },
        { "same", BH_MATCH_BASENAME, "Cargo.lock", NULL },
        { "pe", BH_MATCH_PE, NULL, NULL },
        { "elf2", BH_MATCH_ELF, NULL, NULL },
        { NULL, BH_MATCH_PATH, NULL, NULL },
};

/* The names of the rows found, each with a blank behind it. */
static const char *found(const char *path, struct bh_str head) {
        static char text[200];
        struct bh_arena *a = bh_arena_new();
        const struct bh_cataloger *hit[8];
        size_t n = bh_catalog_find(bh_catalog_index_new(a, rows), bh_str_of(path), head, hit, BH_LEN(hit));

        text[0] = '\0';
        for (size_t i = 0; i < n; i++) {
                strcat(text, hit[i]->name);
                strcat(text, " ");
        }
        bh_arena_free(&a);
        return text;
}

#define NO_HEAD BH_STR("")

static void a_path_is_whole(void **state) {
        (void) state;
        assert_string_equal(found("var/lib/dpkg/status", NO_HEAD), "whole ");
        assert_string_equal(found("x/var/lib/dpkg/status", NO_HEAD), "");
        assert_string_equal(found("dpkg/status", NO_HEAD), "");
}

static void a_directory_holds_its_own_files_only(void **state) {
        (void) state;
        assert_string_equal(found("var/lib/dpkg/status.d/base", NO_HEAD), "dir ");
        assert_string_equal(found("var/lib/dpkg/status.d/a/b", NO_HEAD), "");
        assert_string_equal(found("lib/dpkg/status.d/base", NO_HEAD), "");
}

static void rows_come_in_the_order_of_the_table(void **state) {
        (void) state;
        assert_string_equal(found("Cargo.lock", NO_HEAD), "name same ");
        assert_string_equal(found("a/b/Cargo.lock", NO_HEAD), "name same ");
        assert_string_equal(found("a/Cargo.lock/b", NO_HEAD), "");
}

static void a_star_stays_within_one_part(void **state) {
        (void) state;
        assert_string_equal(found("usr/lib/x-1.dist-info/METADATA", NO_HEAD), "tail ");
        assert_string_equal(found("x-1.dist-info/a/METADATA", NO_HEAD), "");
        assert_string_equal(found("METADATA", NO_HEAD), "");
        assert_string_equal(found("app/requirements.txt", NO_HEAD), "glob ");
        assert_string_equal(found("requirements-dev.txt", NO_HEAD), "glob ");
        assert_string_equal(found("requirements/dev.txt", NO_HEAD), "");
        assert_string_equal(found("opt/conda/conda-meta/zlib-1.json", NO_HEAD), "deep ");
        assert_string_equal(found("conda-meta/a/b.json", NO_HEAD), "");
}

static void a_suffix_may_have_two_dots(void **state) {
        (void) state;
        assert_string_equal(found("a/b.jar", NO_HEAD), "suffix ");
        assert_string_equal(found("b.jar.gz", NO_HEAD), "");
        assert_string_equal(found("app/web.deps.json", NO_HEAD), "double ");
        assert_string_equal(found("app/web.json", NO_HEAD), "");
        assert_string_equal(found("", NO_HEAD), "");
}

static void binaries_are_known_by_their_head(void **state) {
        (void) state;
        assert_string_equal(found("bin/sh", BH_STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0")), "elf elf2 ");
        assert_string_equal(found("bin/sh", BH_STR("\177ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\2\0\x16")), "elf elf2 ");
        assert_string_equal(found("a.o", BH_STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0\x3e\0")), "");
        assert_string_equal(found("bin/sh", BH_STR("\177ELF\2\1\1")), "");
        assert_string_equal(found("a.dll", BH_STR("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8\0\0\0")), "pe ");
}

/* Every row must be findable: a pattern that cannot be filed would be an assert here. */
static void the_real_table_can_be_filed(void **state) {
        const struct bh_cataloger *hit[16];
        struct bh_arena *a = bh_arena_new();
        const struct bh_catalog_index *x = bh_catalog_index_new(a, bh_catalogers);

        (void) state;
        for (const struct bh_cataloger *row = bh_catalogers; row->name; row++) {
                char path[256];
                size_t n = 0, len = 0;
                bool seen = false;

                if (!row->pattern)
                        continue;
                for (const char *p = row->pattern; *p && len < sizeof path - 4; p++)
                        path[len++] = *p == '*' ? 'x' : *p;
                if (row->match == BH_MATCH_DIR) {
                        path[len++] = '/';
                        path[len++] = 'x';
                }
                n = bh_catalog_find(x, (struct bh_str){ path, len }, NO_HEAD, hit, BH_LEN(hit));
                for (size_t i = 0; i < n; i++)
                        seen |= hit[i] == row;
                if (!seen)
                        print_error("%s is not found by its own pattern\n", row->name);
                assert_true(seen);
        }
        bh_arena_free(&a);
}

BH_UNIT_MAIN(a_path_is_whole, a_directory_holds_its_own_files_only, rows_come_in_the_order_of_the_table,
             a_star_stays_within_one_part, a_suffix_may_have_two_dots, binaries_are_known_by_their_head,
             the_real_table_can_be_filed)
