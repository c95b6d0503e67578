/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "model/cvss.h"

static struct bh_cvss parse(const char *vector) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_cvss c = { 0 };

        if (bh_cvss_parse(bh_str_of(vector), &c, &err) < 0)
                fail_msg("%s", err.text);
        return c;
}

/* The examples of https://www.first.org/cvss/v3.1/examples and its fellows. */
static void known_vectors_have_their_published_scores(void **state) {
        (void) state;
        assert_true(parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N").base == 7.5);
        assert_true(parse("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N").base == 6.1);
        assert_true(parse("AV:N/AC:L/Au:N/C:C/I:C/A:C").base == 10.0);
        assert_true(parse("(AV:N/AC:M/Au:N/C:N/I:P/A:N)").base == 4.3);
        assert_true(parse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H").base == 10.0);
        assert_true(parse("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N").base == 0.0);
}

static void a_missing_environment_changes_nothing(void **state) {
        struct bh_cvss c = parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/MAV:X");

        (void) state;
        assert_true(c.base == 9.8 && c.temporal == 9.0 && c.environmental == 9.0);
        assert_int_equal(bh_cvss_severity(&c), BH_SEVERITY_CRITICAL);
}

static void versions_speak_one_language_of_access(void **state) {
        struct bh_cvss two = parse("AV:L/AC:M/Au:S/C:P/I:N/A:C"), four =
                parse("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:L/VI:N/VA:H/SC:N/SI:N/SA:N");

        (void) state;
        assert_int_equal(two.vector, BH_CVSS_LOCAL);
        assert_int_equal(four.vector, BH_CVSS_LOCAL);
        assert_int_equal(two.complexity, four.complexity);
        assert_int_equal(two.privileges, four.privileges);
        assert_int_equal(two.confidentiality, BH_CVSS_LOSS_LOW);
        assert_int_equal(four.availability, BH_CVSS_LOSS_HIGH);
}

static void what_is_wrong_is_named(void **state) {
        static const struct {
                const char *vector, *text;
        } rows[] = {
                { "CVSS:3.1/AV:N", "CVSS 3.1 needs AC" },
                { "CVSS:3.1/AV:Z", "CVSS 3.1 has no AV \"Z\"" },
                { "CVSS:3.1/AV:N/AV:N", "CVSS metric AV is given twice" },
                { "CVSS:3.1/AT:N", "CVSS 3.1 has no metric \"AT\"" },
                { "CVSS:4.0/AV", "CVSS metric \"AV\" has no colon" },
                { "", "CVSS 2.0 needs AV" },
        };
        struct bh_cvss c = { .base = 7 };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_err err = BH_ERR_NONE;

                assert_int_equal(bh_cvss_parse(bh_str_of(rows[i].vector), &c, &err), BH_E_FORMAT);
                assert_string_equal(err.text, rows[i].text);
        }
        assert_true(c.base == 7);
}

BH_UNIT_MAIN(known_vectors_have_their_published_scores, a_missing_environment_changes_nothing,
             versions_speak_one_language_of_access, what_is_wrong_is_named)
