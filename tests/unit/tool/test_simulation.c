/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "tool/bulkhead/simulation.h"

#define HEAD "- name: a-b\n  title: t\n  tactic: impact\n  techniques: [T1496.001]\n"
#define GOOD HEAD "  script: echo\n  expects: [One rule, Another]\n"

struct parsed {
        struct bh_arena *arena;
        struct bh_simulations all;
        struct bh_err err;
        int r;
};

static struct parsed parse(const char *text) {
        struct parsed p = { .arena = bh_arena_new() };

        p.r = bh_simulation_parse(p.arena, BH_STR("x.yaml"), bh_str_of(text), &p.all, &p.err);
        return p;
}

static void refused(const char *text, const char *with) {
        struct parsed p = parse(text);

        assert_int_equal(p.r, BH_E_FORMAT);
        assert_string_equal(p.err.text, with);
        assert_int_equal(p.all.len, 0);
        bh_arena_free(&p.arena);
}

static void a_scenario_is_read_with_what_it_leaves_out(void **state) {
        struct parsed p = parse(GOOD);
        const struct bh_simulation *s = &p.all.at[0];

        (void) state;
        assert_int_equal(p.r, 0);
        assert_int_equal(p.all.len, 1);
        assert_str(s->name, "a-b");
        assert_int_equal(s->tactic, BH_TACTIC_IMPACT);
        assert_false(s->on_host);
        assert_int_equal(s->n_expects, 2);
        assert_str(s->expects[1], "Another");
        assert_int_equal(s->limit_s, 15);
        assert_str(s->place, "x.yaml:1");
        bh_arena_free(&p.arena);
}

static void needs_are_told_apart_by_their_prefix(void **state) {
        struct parsed p = parse(GOOD "  needs: [perl, root, \"file:/dev/kmsg\", \"call:bpf\", \"kernel:5.6\", \"storage:overlay2\"]\n");
        static const enum bh_need_kind kinds[] = { BH_NEED_PROGRAM, BH_NEED_ROOT, BH_NEED_FILE, BH_NEED_CALL, BH_NEED_KERNEL, BH_NEED_STORAGE };

        (void) state;
        assert_int_equal(p.all.at[0].n_needs, BH_LEN(kinds));
        for (size_t i = 0; i < BH_LEN(kinds); i++)
                assert_int_equal(p.all.at[0].needs[i].kind, kinds[i]);
        assert_str(p.all.at[0].needs[2].text, "/dev/kmsg");
        bh_arena_free(&p.arena);
}

static void a_container_is_made_to_measure(void **state) {
        struct parsed p = parse(GOOD "  container: { privileged: true, pid: host, cap-add: [SYS_ADMIN], tmpfs: \"/x:rw\", unmasked: true }\n");
        const struct bh_docker_spec *c = &p.all.at[0].spec;

        (void) state;
        assert_int_equal(p.r, 0);
        assert_true(c->privileged && c->unmasked && !c->read_only);
        assert_str(c->pid, "host");
        assert_str(c->cap_add.at[0], "SYS_ADMIN");
        assert_int_equal(c->tmpfs.n, 1);
        bh_arena_free(&p.arena);
}

static void a_typing_error_gets_the_nearest_word(void **state) {
        (void) state;
        refused(GOOD "  expect: [x]\n", "x.yaml:7:11: there is no key \"expect\"; did you mean \"expects\"?");
        refused("- name: a\n  title: t\n  tactic: persistance\n  techniques: [T1053]\n  script: x\n  expects: []\n",
                "x.yaml:3:11: there is no tactic \"persistance\"; did you mean \"persistence\"?");
        refused(GOOD "  where: hosts\n", "x.yaml:7:10: there is no where \"hosts\"; did you mean \"host\"?");
        refused(GOOD "  container: { priviledged: true }\n", "x.yaml:7:29: there is no key \"priviledged\"; did you mean \"privileged\"?");
}

static void what_makes_no_sense_is_refused(void **state) {
        (void) state;
        refused(HEAD "  script: x\n", "x.yaml:1:3: this needs an \"expects\": the rules that must fire");
        refused("- name: A b\n  title: t\n  tactic: impact\n  techniques: [T1053]\n  script: x\n  expects: []\n",
                "x.yaml:1:9: a name is made of a-z, 0-9 and -, not \"A b\"");
        refused("- name: a\n  title: t\n  tactic: impact\n  techniques: [1053]\n  script: x\n  expects: []\n",
                "x.yaml:4:16: \"techniques\" must be a list of texts");
        refused("- name: a\n  title: t\n  tactic: impact\n  techniques: [T10]\n  script: x\n  expects: []\n",
                "x.yaml:4:15: \"T10\" is no technique such as T1059.004");
        refused(GOOD "  where: host\n  container: { privileged: true }\n", "x.yaml:8:14: a scenario on the host has no \"container\"");
        refused(GOOD "  seconds: 900\n", "x.yaml:7:12: \"seconds\" is a number from 1 to 120");
        refused(GOOD "  needs: [\"port:22\"]\n", "x.yaml:7:10: a need is a program, root, file:, call:, kernel: or storage:, not \"port:22\"");
        refused(GOOD "  container: { privileged: yes please }\n", "x.yaml:7:28: \"privileged\" is true or false");
        refused("name: a\n", "x.yaml:1:1: a list of scenarios is expected here");
}

static void a_name_is_given_once(void **state) {
        struct parsed p = parse(GOOD GOOD);

        (void) state;
        assert_int_equal(p.r, BH_E_FORMAT);
        assert_string_equal(p.err.text, "x.yaml:7:9: \"a-b\" is also the name of x.yaml:1");
        bh_arena_free(&p.arena);
}

static void a_wrong_name_gets_the_nearest_one(void **state) {
        struct parsed p = parse(GOOD);
        const struct bh_simulation *s = NULL;

        (void) state;
        assert_int_equal(bh_simulation_find(&p.all, BH_STR("a-b"), &s, &p.err), 0);
        assert_ptr_equal(s, &p.all.at[0]);
        assert_int_equal(bh_simulation_find(&p.all, BH_STR("a-bb"), &s, &p.err), BH_E_USAGE);
        assert_string_equal(p.err.text, "no scenario a-bb; did you mean a-b; simulate list prints them all");
        bh_arena_free(&p.arena);
}

static void an_empty_file_has_no_scenario(void **state) {
        struct parsed p = parse("# nothing\n");

        (void) state;
        assert_int_equal(p.r, 0);
        assert_int_equal(p.all.len, 0);
        bh_arena_free(&p.arena);
}

BH_UNIT_MAIN(a_scenario_is_read_with_what_it_leaves_out, needs_are_told_apart_by_their_prefix, a_container_is_made_to_measure,
             a_typing_error_gets_the_nearest_word, what_makes_no_sense_is_refused, a_name_is_given_once, a_wrong_name_gets_the_nearest_one,
             an_empty_file_has_no_scenario)
