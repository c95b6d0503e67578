/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "manage/attack.h"

static void tactics_come_from_tags_else_from_techniques(void **state) {
        const struct bh_str named[] = { BH_STR("mitre_execution"), BH_STR("T1611"), BH_STR("shell") };
        const struct bh_str meant[] = { BH_STR("T1611"), BH_STR("container") };
        uint16_t bits = bh_attack_tactics(named, 3);

        (void) state;
        assert_int_equal(bits, 1u << bh_tactic_of(BH_STR("TA0002")));
        assert_int_equal(bh_attack_tactics(meant, 2), 1u << bh_tactic_of(BH_STR("mitre_privilege_escalation")));
        assert_int_equal(bh_attack_tactics(NULL, 0), 0);
}

static void a_technique_stands_under_the_tactics_it_has_in_common_with_its_rule(void **state) {
        uint16_t persistence = (uint16_t) (1u << bh_tactic_of(BH_STR("TA0003"))), impact = (uint16_t) (1u << bh_tactic_of(BH_STR("TA0040")));

        (void) state;
        assert_int_equal(bh_attack_under(BH_STR("T1053.003"), persistence | impact), persistence);
        assert_int_equal(bh_attack_under(BH_STR("T1053.003"), impact), impact); /* the rule is right */
        assert_int_equal(bh_attack_under(BH_STR("T9999"), impact), impact);
}

static void technique_ids_are_told_from_other_tags(void **state) {
        static const struct {
                const char *tag;
                bool is;
        } rows[] = { { "T1059", true }, { "T1059.004", true }, { "T105", false }, { "T10599", false }, { "T1059.04", false }, { "t1059", false },
                     { "TA0002", false }, { "T1059-004", false }, { "", false }, { "T1059.00x", false } };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                assert_int_equal(bh_technique_is(bh_str_of(rows[i].tag)), rows[i].is);
        assert_string_equal(bh_technique_of(BH_STR("T1059.004"))->name, "Unix Shell");
        assert_null(bh_technique_of(BH_STR("T9999")));
}

/* The table is searched by halves, so an entry out of order would not be found. */
static void the_first_and_the_last_of_the_table_are_found(void **state) {
        static const char *const ids[] = { "T1003", "T1027.011", "T1059", "T1087.004", "T1098.007", "T1204.003", "T1486", "T1546.018", "T1574.006", "T1620" };

        (void) state;
        for (size_t i = 0; i < BH_LEN(ids); i++)
                assert_non_null(bh_technique_of(bh_str_of(ids[i])));
}

BH_UNIT_MAIN(tactics_come_from_tags_else_from_techniques, a_technique_stands_under_the_tactics_it_has_in_common_with_its_rule,
             technique_ids_are_told_from_other_tags, the_first_and_the_last_of_the_table_are_found)
