/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "gate/vex.h"
#include "report.h"

/* One OpenVEX statement of that product and status, held against the made report: which of its vulnerabilities are hidden. */
static unsigned hidden_by(const char *cve, const char *product, const char *part, const char *status) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_vex_list list = { 0 };
        struct bh_gate_notes notes = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct made m;
        char text[1000], parts[300] = "";
        unsigned set = 0;

        make_report(&m);
        if (part)
                (void) snprintf(parts, sizeof parts, ", \"subcomponents\": [ { \"@id\": \"%s\" } ]", part);
        (void) snprintf(text, sizeof text, "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[{\"vulnerability\":{\"name\":\"%s\"},"
                        "\"products\":[{\"@id\":\"%s\"%s}],\"status\":\"%s\",\"justification\":\"component_not_present\"}]}", cve, product, parts, status);
        if (bh_vex_parse(arena, BH_STR("v"), bh_str_of(text), bh_vec_add(arena, &list), &err) < 0)
                fail_msg("%s", err.text);
        bh_vex_apply(&list, &m.report, arena, &notes);
        for (unsigned i = 0; i < 3; i++)
                set |= (m.vulns[i].whose.hidden == BH_HIDDEN_VEX) << i;
        bh_arena_free(&arena);
        return set;
}

static void a_package_is_named_with_or_without_version_and_qualifiers(void **state) {
        static const struct {
                const char *purl;
                unsigned hidden;
        } cases[] = {
                { "pkg:deb/debian/libssl3@3.0.1-1?arch=amd64&distro=debian-12", 1 },
                { "pkg:deb/debian/libssl3@3.0.1-1", 1 },
                { "pkg:deb/debian/libssl3", 1 },
                { "pkg:deb/debian/libssl3?distro=bookworm", 1 },
                { "pkg:deb/debian/libssl3?distro=debian-12.5", 1 },
                { "pkg:deb/debian/openssl?arch=source", 1 },
                { "pkg:deb/debian/openssl", 0 },
                { "pkg:deb/debian/libssl3?distro=debian-11", 0 },
                { "pkg:deb/debian/libssl3?arch=arm64", 0 },
                { "pkg:deb/ubuntu/libssl3", 0 },
                { "pkg:deb/debian/libssl3@3.0.1-2", 0 },
                { "pkg:rpm/debian/libssl3", 0 },
                { "pkg:npm/lodash", 0 },
                { "not a purl", 0 },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(cases); i++)
                if (hidden_by("CVE-2024-1", cases[i].purl, NULL, "not_affected") != cases[i].hidden)
                        fail_msg("%s", cases[i].purl);
}

static void an_image_is_named_by_digest_repository_and_tag(void **state) {
        static const struct {
                const char *name;
                unsigned hidden;
        } cases[] = {
                { "pkg:oci/app@sha256%3Aaa", 1 },
                { "pkg:oci/app@sha256%3Acc?repository_url=elsewhere.example/app", 1 },
                { "pkg:oci/app@sha256%3Abb", 0 },
                { "pkg:oci/app", 1 },
                { "pkg:oci/app?repository_url=registry.example/team/app", 1 },
                { "pkg:oci/app?repository_url=registry.example/team", 1 },
                { "pkg:oci/app?repository_url=registry.example/other", 0 },
                { "pkg:oci/app?tag=1", 1 },
                { "pkg:oci/app?tag=2", 0 },
                { "pkg:oci/ap", 0 },
                { "registry.example/team/app:1", 1 },
                { "registry.example/team/app:2", 0 },
                { "sha256:aa", 1 },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(cases); i++)
                if (hidden_by("CVE-2024-1", cases[i].name, NULL, "not_affected") != cases[i].hidden)
                        fail_msg("%s", cases[i].name);
}

static void a_part_counts_only_inside_its_whole(void **state) {
        (void) state;
        assert_int_equal(hidden_by("CVE-2024-1", "pkg:oci/app@sha256%3Aaa", "pkg:deb/debian/libssl3", "not_affected"), 1);
        assert_int_equal(hidden_by("CVE-2024-1", "pkg:oci/app@sha256%3Aaa", "pkg:deb/debian/curl", "not_affected"), 0);
        assert_int_equal(hidden_by("CVE-2024-1", "pkg:oci/app@sha256%3Abb", "pkg:deb/debian/libssl3", "not_affected"), 0);
        assert_int_equal(hidden_by("CVE-2024-1", "some product of ours", "pkg:deb/debian/libssl3", "not_affected"), 0);
}

static void another_name_of_the_vulnerability_is_the_same(void **state) {
        (void) state;
        assert_int_equal(hidden_by("ghsa-AAAA-bbbb-cccc", "pkg:npm/lodash", NULL, "not_affected"), 2);
        assert_int_equal(hidden_by("CVE-2024-9", "pkg:npm/lodash", NULL, "not_affected"), 0);
}

static void only_not_affected_and_fixed_hide(void **state) {
        (void) state;
        assert_int_equal(hidden_by("CVE-2024-2", "pkg:npm/lodash", NULL, "fixed"), 2);
        assert_int_equal(hidden_by("CVE-2024-2", "pkg:npm/lodash", NULL, "affected"), 0);
        assert_int_equal(hidden_by("CVE-2024-2", "pkg:npm/lodash", NULL, "under_investigation"), 0);
}

static void the_youngest_word_counts(void **state) {
        static const char text[] = "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"author\":\"A\",\"statements\":["
                                   "{\"vulnerability\":\"CVE-2024-2\",\"products\":[\"pkg:npm/lodash\"],\"status\":\"affected\",\"action_statement\":\"upgrade\","
                                   "\"timestamp\":\"2026-02-01T00:00:00Z\"},"
                                   "{\"vulnerability\":\"CVE-2024-2\",\"products\":[\"pkg:npm/lodash\"],\"status\":\"not_affected\",\"timestamp\":\"2026-01-01T00:00:00Z\"}]}";
        struct bh_arena *arena = bh_arena_new();
        struct bh_vex_list list = { 0 };
        struct bh_gate_notes notes = { 0 };
        struct made m;

        (void) state;
        make_report(&m);
        assert_int_equal(bh_vex_parse(arena, BH_STR("v.json"), bh_str_of(text), bh_vec_add(arena, &list), NULL), 0);
        bh_vex_apply(&list, &m.report, arena, &notes);
        assert_int_equal(m.vulns[1].whose.hidden, BH_HIDDEN_NO);
        assert_str(m.vulns[1].whose.note, "affected: upgrade (OpenVEX of A, v.json)");
        assert_int_equal(notes.len, 0);
        bh_arena_free(&arena);
}

static void a_document_about_something_else_is_noted(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_vex_list list = { 0 };
        struct bh_gate_notes notes = { 0 };
        struct made m;

        (void) state;
        make_report(&m);
        assert_int_equal(bh_vex_parse(arena, BH_STR("v.json"), BH_STR("{\"@context\":\"openvex\",\"statements\":[]}"), bh_vec_add(arena, &list), NULL), 0);
        bh_vex_apply(&list, &m.report, arena, &notes);
        assert_int_equal(notes.len, 1);
        assert_str(notes.at[0], "v.json: none of its 0 statements is about a vulnerability found here");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_package_is_named_with_or_without_version_and_qualifiers, an_image_is_named_by_digest_repository_and_tag,
             a_part_counts_only_inside_its_whole, another_name_of_the_vulnerability_is_the_same, only_not_affected_and_fixed_hide,
             the_youngest_word_counts, a_document_about_something_else_is_noted)
