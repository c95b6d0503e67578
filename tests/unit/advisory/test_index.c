/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "made.h"

static struct bh_buf file;
static struct bh_arena *arena;
static struct bh_keyring ring;
static struct bh_index *ix;

static int set_up(void **state) {
        (void) state;
        arena = bh_arena_new();
        made_write(&file, false);
        ring = (struct bh_keyring){ .arena = arena };
        bh_keyring_add(&ring, &made_key()->open);
        return bh_index_over(bh_buf_str(&file), &ring, &ix, NULL);
}

static int tear_down(void **state) {
        (void) state;
        bh_index_close(&ix);
        bh_buf_done(&file);
        bh_arena_free(&arena);
        return 0;
}

static uint32_t the(const char *name) {
        uint32_t *found, n;

        assert_int_equal(bh_index_find(ix, arena, bh_str_of(name), &found, &n, NULL), 0);
        assert_int_equal(n, 1);
        return found[0];
}

static void an_alias_leads_to_the_cve(void **state) {
        struct bh_vuln v;

        (void) state;
        assert_int_equal(the("GHSA-x4qr-2fvf-3mr5"), the("CVE-2023-0286"));
        assert_int_equal(bh_index_vuln(ix, arena, the("GHSA-x4qr-2fvf-3mr5"), &v, NULL), 0);
        assert_str(v.id, "CVE-2023-0286");
        assert_int_equal(v.n_aliases, 1);
        assert_str(v.aliases[0], "GHSA-x4qr-2fvf-3mr5");
        assert_int_equal(v.n_cvss, 1);
        assert_str(v.cvss[0].source, "other-feed");
        assert_int_equal(v.n_severities, 1);
        assert_true(v.epss > 0.2499 && v.epss < 0.2501);
}

static void an_erratum_is_about_many_and_joins_none(void **state) {
        uint32_t *found, n;

        (void) state;
        assert_int_equal(bh_index_find(ix, arena, BH_STR("ALSA-2023:0946"), &found, &n, NULL), 0);
        assert_int_equal(n, 2);
        assert_int_not_equal(the("CVE-2022-4304"), the("CVE-2023-0286"));
}

static void without_a_cve_github_gives_the_name(void **state) {
        struct bh_str id;

        (void) state;
        assert_int_equal(bh_index_vuln_id(ix, the("PYSEC-2021-1"), &id, NULL), 0);
        assert_str(id, "GHSA-aaaa-bbbb-cccc");
}

static void facts_are_kept_with_their_vulnerability(void **state) {
        struct bh_vuln v;

        (void) state;
        assert_int_equal(bh_index_vuln(ix, arena, the("CVE-2022-4304"), &v, NULL), 0);
        assert_true(v.kev && v.ransomware);
        assert_int_equal(v.kev_date_s, 1690000000);
        assert_str(v.ssvc, "active yes total");
        assert_int_equal(v.n_exploits, 2);
        assert_str(v.exploits[0].id, "EDB-1234");
        assert_true(v.exploits[0].verified);
        assert_int_equal(v.exploits[1].rank, 600);
}

static void the_text_of_those_who_write_for_readers_wins(void **state) {
        struct bh_vuln_text t;

        (void) state;
        assert_int_equal(bh_index_text(ix, arena, the("CVE-2023-0286"), &t, NULL), 0);
        assert_str(t.summary, "Vulnerable OpenSSL included in cryptography wheels");
        assert_str(t.details, "There is a type confusion.");
        assert_int_equal(t.n_references, 1);
        assert_int_equal(bh_index_text(ix, arena, the("CVE-2022-4304"), &t, NULL), 0);
        assert_str(t.summary, "openssl security update");
}

static void many_texts_are_read_together_in_any_order(void **state) {
        uint32_t wanted[] = { the("CVE-2022-4304"), the("CVE-2023-0286"), the("CVE-2022-4304") };
        struct bh_vuln_text t[BH_LEN(wanted)], alone;

        (void) state;
        assert_int_equal(bh_index_texts(ix, arena, wanted, BH_LEN(wanted), t, NULL), 0);
        for (size_t i = 0; i < BH_LEN(wanted); i++) {
                assert_int_equal(bh_index_text(ix, arena, wanted[i], &alone, NULL), 0);
                assert_true(bh_str_eq(t[i].summary, alone.summary) && bh_str_eq(t[i].details, alone.details));
                assert_int_equal(t[i].n_references, alone.n_references);
        }
        assert_str(t[1].details, "There is a type confusion.");
        assert_int_equal(bh_index_texts(ix, arena, wanted, 0, t, NULL), 0);
}

static void a_text_that_is_not_there_leaves_all_as_they_were(void **state) {
        uint32_t wanted[] = { the("CVE-2023-0286"), 0x7fffffff };
        struct bh_vuln_text t[BH_LEN(wanted)] = { { .n_references = 77 }, { .n_references = 78 } };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_index_texts(ix, arena, wanted, BH_LEN(wanted), t, &err), BH_E_FORMAT);
        assert_int_equal(t[0].n_references, 77);
        assert_int_equal(t[1].n_references, 78);
}

static void rows_that_differ_in_architecture_are_one(void **state) {
        struct bh_index_rows rows;
        struct bh_statement s;

        (void) state;
        assert_int_equal(bh_index_rows(ix, arena, BH_STR("alma:9"), BH_STR("openssl-libs"), true, &rows, NULL), 1);
        assert_int_equal(rows.n_statements, 1);
        assert_int_equal(rows.n_rows, 2);
        assert_int_equal(bh_index_statement(ix, arena, &rows, 0, &s, NULL), 0);
        assert_str(s.arch, "aarch64,x86_64");
        assert_str(s.fix_id, "ALSA-2023:0946");
        assert_str(s.severity, "Important");
        assert_str(s.ranges[0].fixed, "1:3.0.1-47.el9_1");
        assert_int_equal(bh_index_rows(ix, arena, BH_STR("alma:9"), BH_STR("openssl-libs"), false, &rows, NULL), 0);
}

static void names_are_kept_as_their_ecosystem_compares_them(void **state) {
        struct bh_index_rows rows;

        (void) state;
        assert_int_equal(bh_index_rows(ix, arena, BH_STR("pypi"), BH_STR("crypto-graphy"), false, &rows, NULL), 1);
        assert_int_equal(rows.n_rows, 2);
}

static void the_order_of_records_does_not_matter(void **state) {
        struct bh_buf other = { 0 };

        (void) state;
        made_write(&other, true);
        assert_int_equal(other.len, file.len);
        assert_memory_equal(other.at, file.at, file.len);
        bh_buf_done(&other);
}

static void a_flipped_bit_anywhere_is_found(void **state) {
        (void) state;
        for (size_t i = 0; i < file.len; i += 7) {
                struct bh_err err = BH_ERR_NONE;
                struct bh_index *bad = NULL;
                int r;

                file.at[i] ^= 16;
                r = bh_index_over(bh_buf_str(&file), &ring, &bad, &err);
                if (r == 0)
                        r = bh_index_verify(bad, &err);
                bh_index_close(&bad);
                file.at[i] ^= 16;
                assert_true(r < 0);
        }
        assert_int_equal(bh_index_verify(ix, NULL), 0);
}

static void an_unknown_key_is_refused(void **state) {
        struct bh_keyring empty = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;
        struct bh_index *other = NULL;

        (void) state;
        assert_int_equal(bh_index_over(bh_buf_str(&file), &empty, &other, &err), BH_E_DENIED);
        assert_non_null(strstr(err.text, "not among the trusted ones"));
        assert_null(other);
}

static void a_lifecycle_is_found_by_space_and_by_codename(void **state) {
        struct bh_lifecycle l;

        (void) state;
        assert_int_equal(bh_index_lifecycle(ix, BH_STR("debian:12"), &l, NULL), 1);
        assert_int_equal(l.end_s, 1781000000);
        assert_int_equal(bh_index_by_codename(ix, BH_STR("debian"), BH_STR("bookworm"), &l, NULL), 1);
        assert_str(l.space, "debian:12");
        assert_int_equal(bh_index_by_codename(ix, BH_STR("ubuntu"), BH_STR("bookworm"), &l, NULL), 0);
}

static void sources_are_listed_with_what_they_gave(void **state) {
        struct bh_index_source s;

        (void) state;
        assert_int_equal(bh_index_source(ix, 0, &s, NULL), 0);
        assert_str(s.source.name, "facts");
        assert_int_equal(s.n_facts, 6);
        assert_int_equal(bh_index_source(ix, 1, &s, NULL), 0);
        assert_str(s.source.name, "one-feed");
        assert_int_equal(s.n_advisories, 2);
        assert_int_equal(bh_index_source(ix, 3, &s, NULL), BH_E_FORMAT);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void) {
        const struct CMUnitTest tests[] = {
                T(an_alias_leads_to_the_cve),
                T(an_erratum_is_about_many_and_joins_none),
                T(without_a_cve_github_gives_the_name),
                T(facts_are_kept_with_their_vulnerability),
                T(the_text_of_those_who_write_for_readers_wins),
                T(many_texts_are_read_together_in_any_order),
                T(a_text_that_is_not_there_leaves_all_as_they_were),
                T(rows_that_differ_in_architecture_are_one),
                T(names_are_kept_as_their_ecosystem_compares_them),
                T(the_order_of_records_does_not_matter),
                T(a_flipped_bit_anywhere_is_found),
                T(an_unknown_key_is_refused),
                T(a_lifecycle_is_found_by_space_and_by_codename),
                T(sources_are_listed_with_what_they_gave),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
