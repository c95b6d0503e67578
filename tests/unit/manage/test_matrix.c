/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "fmt/json.h"
#include "manage/matrix.h"

static void an_alert_counts_once_under_its_tactic_and_under_each_technique(void **state) {
        const struct bh_str shell[] = { BH_STR("mitre_execution"), BH_STR("T1059.004"), BH_STR("T1609") }, own[] = { BH_STR("shell") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_matrix *m = bh_matrix_new(arena);
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const struct bh_doc *root = NULL, *tactic, *technique;
        int at = 0;

        (void) state;
        bh_matrix_add(m, BH_STR("Shell"), shell, 3, 4, 3, 70);
        bh_matrix_add(m, BH_STR("Worse shell"), shell, 2, 2, 2, 60);
        bh_matrix_add(m, BH_STR("Odd"), own, 1, 5, 4, 50);
        bh_matrix_put(m, 1, 100, &out);
        assert_int_equal(bh_json_parse(arena, bh_buf_str(&out), &root, NULL), 0);
        assert_int_equal(bh_doc_int(bh_doc_get(root, "total"), 0), 9);
        assert_int_equal(bh_doc_int(bh_doc_get(root, "unplaced"), 0), 4);
        assert_int_equal(bh_doc_count(bh_doc_get(root, "tactics")), 14);
        for (tactic = bh_doc_first(bh_doc_get(root, "tactics")); !bh_str_is(bh_doc_get_text(tactic, "id"), "TA0002"); tactic = tactic->next)
                at++;
        assert_int_equal(at, 3);
        assert_int_equal(bh_doc_int(bh_doc_get(tactic, "count"), 0), 5);
        technique = bh_doc_first(bh_doc_get(tactic, "techniques"));
        assert_str(bh_doc_get_text(technique, "name"), "Unix Shell");
        assert_int_equal(bh_doc_int(bh_doc_get(technique, "count"), 0), 5);
        assert_int_equal(bh_doc_int(bh_doc_get(technique, "level"), 0), 2);
        assert_int_equal(bh_doc_int(bh_doc_get(technique, "last_ms"), 0), 70);
        assert_int_equal(bh_doc_count(bh_doc_get(technique, "rules")), 2);
        assert_int_equal(bh_doc_int(bh_doc_get(technique->next, "count"), 0), 3);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(an_alert_counts_once_under_its_tactic_and_under_each_technique)
