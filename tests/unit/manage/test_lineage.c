/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

#include "fmt/json.h"
#include "manage/lineage.h"

static const struct bh_doc *read_json(struct bh_arena *arena, const char *json) {
        const struct bh_doc *root = NULL;

        assert_int_equal(bh_json_parse(arena, bh_str_of(json), &root, NULL), 0);
        return root;
}

static void a_story_begins_below_what_keeps_the_machine_going(void **state) {
        static const struct {
                const char *process, *root;
        } rows[] = {
                { "{\"pid\":9,\"exe\":\"/bin/sh\",\"lineage\":[{\"pid\":7,\"exe\":\"/usr/sbin/nginx\"},{\"pid\":1,\"exe\":\"/sbin/init\"}]}", "7 /usr/sbin/nginx" },
                { "{\"pid\":9,\"exe\":\"/bin/nc\",\"lineage\":[{\"pid\":8,\"exe\":\"/bin/bash\"},{\"pid\":7,\"exe\":\"/usr/sbin/sshd\"},{\"pid\":5,\"exe\":\"/usr/sbin/sshd\"},"
                  "{\"pid\":1,\"exe\":\"/lib/systemd/systemd\"}]}", "8 /bin/bash" },
                { "{\"pid\":9,\"exe\":\"/bin/nc\",\"lineage\":[]}", "9 /bin/nc" },
                { "{\"pid\":9,\"exe\":\"/bin/nc\"}", "9 /bin/nc" },
                { "{\"exe\":\"/bin/nc\"}", "" },
                { "[]", "" },
        };
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++)
                assert_str(bh_lineage_root(arena, read_json(arena, rows[i].process)), rows[i].root);
        assert_str(bh_lineage_root(arena, NULL), "");
        bh_arena_free(&arena);
}

static void two_alerts_with_a_common_parent_are_one_tree(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_tree tree = { .arena = arena };

        (void) state;
        bh_tree_add(&tree, 1, read_json(arena, "{\"pid\":9,\"exe\":\"/bin/nc\",\"cmdline\":\"nc -e\",\"lineage\":[{\"pid\":8,\"exe\":\"/bin/sh\"},{\"pid\":7,\"exe\":\"/nginx\"}]}"));
        bh_tree_add(&tree, 2, read_json(arena, "{\"pid\":11,\"exe\":\"/bin/id\",\"lineage\":[{\"pid\":8,\"exe\":\"/bin/sh\"},{\"pid\":7,\"exe\":\"/nginx\"}]}"));
        bh_tree_add(&tree, 3, read_json(arena, "{\"pid\":8,\"exe\":\"/bin/sh\",\"lineage\":[{\"pid\":7,\"exe\":\"/nginx\"}]}"));
        bh_tree_add(&tree, 4, read_json(arena, "{\"exe\":\"no number\"}"));
        assert_int_equal(tree.nodes.len, 4);
        assert_str(tree.nodes.at[0].exe, "/nginx");
        assert_int_equal(tree.nodes.at[0].parent, -1);
        assert_int_equal(tree.nodes.at[1].parent, 0);
        assert_int_equal(tree.nodes.at[2].parent, 1);
        assert_str(tree.nodes.at[2].cmdline, "nc -e");
        assert_int_equal(tree.nodes.at[3].parent, 1);
        assert_int_equal(tree.nodes.at[1].alerts.len, 1);
        assert_int_equal(tree.nodes.at[1].alerts.at[0], 3);
        bh_arena_free(&arena);
}

static void a_tree_ends_at_its_limit_and_says_what_was_left_out(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_tree tree = { .arena = arena };
        char text[64];

        (void) state;
        for (int i = 1; i <= 2010; i++) {
                (void) snprintf(text, sizeof text, "{\"pid\":%d,\"exe\":\"/x\"}", i);
                bh_tree_add(&tree, i, read_json(arena, bh_arena_cstr(arena, bh_str_of(text))));
        }
        assert_int_equal(tree.nodes.len, 2000);
        assert_int_equal(tree.left_out, 10);
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_story_begins_below_what_keeps_the_machine_going, two_alerts_with_a_common_parent_are_one_tree,
             a_tree_ends_at_its_limit_and_says_what_was_left_out)
