/* SPDX-License-Identifier: Apache-2.0 */
#include "tool/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

/* A tool of our own: what it was told is kept to be looked at. */
static const char *seen[4];
static bool quiet_seen;

static int run_dig(struct bh_cli *cli, struct bh_err *err) {
        (void) err;
        seen[0] = bh_cli_get(cli, "deep") ? strdup(bh_cli_get(cli, "deep")) : NULL;
        for (size_t i = 0; i < 3; i++)
                seen[1 + i] = bh_cli_nth(cli, "tool", i) ? strdup(bh_cli_nth(cli, "tool", i)) : NULL;
        quiet_seen = bh_cli_has(cli, "quiet");
        return BH_EXIT_FINE;
}

static const struct bh_opt dig_opts[] = {
        { "deep", 0, "N", "how deep", "1", false },
        { "tool", 0, "NAME", "with what", NULL, true },
        { "quiet", 'q', NULL, "no noise", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};
static const struct bh_cmd dig = { .name = "dig", .about = "dig", .opts = dig_opts, .run = run_dig };
static const struct bh_cmd hole_fill = { .name = "hole fill", .about = "fill", .opts = dig_opts, .run = run_dig };
const struct bh_cli_program bh_cli_program = { "mole", "Moles dig.", NULL };
const struct bh_cmd *const bh_cmds[] = { &dig, &hole_fill, NULL };

static void write_config(const char *text, char path[32]) {
        int fd;

        strcpy(path, "/tmp/bulkhead-config-XXXXXX");
        fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
        close(fd);
}

static void forget(void) {
        for (size_t i = 0; i < 4; i++) {
                free((void *) (uintptr_t) seen[i]);
                seen[i] = NULL;
        }
}

/* `more` is one further word on the command line, or NULL. */
static int run_with(const char *text, const char *more) {
        char path[32];
        char *argv[] = { (char[]){ "x" }, (char[]){ "dig" }, (char[]){ "--config" }, path, (char *) (uintptr_t) more };
        int r;

        forget();
        write_config(text, path);
        r = bh_cli_main(more ? 5 : 4, argv);
        unlink(path);
        return r;
}

static void the_file_is_heard_after_the_environment_and_the_command_line(void **state) {
        (void) state;
        assert_int_equal(run_with("dig:\n  deep: 5\n", NULL), BH_EXIT_FINE);
        assert_string_equal(seen[0], "5");
        setenv("BULKHEAD_DEEP", "6", 1);
        assert_int_equal(run_with("dig:\n  deep: 5\n", NULL), BH_EXIT_FINE);
        assert_string_equal(seen[0], "6");
        assert_int_equal(run_with("dig:\n  deep: 5\n", "--deep=7"), BH_EXIT_FINE);
        assert_string_equal(seen[0], "7");
        unsetenv("BULKHEAD_DEEP");
        assert_int_equal(run_with("# nothing\n", NULL), BH_EXIT_FINE);
        assert_string_equal(seen[0], "1");
        forget();
}

static void a_list_is_a_repeated_option_and_gives_way_as_a_whole(void **state) {
        (void) state;
        assert_int_equal(run_with("dig:\n  tool: [spade, pick]\n", NULL), BH_EXIT_FINE);
        assert_string_equal(seen[1], "spade");
        assert_string_equal(seen[2], "pick");
        assert_null(seen[3]);
        assert_int_equal(run_with("dig:\n  tool: [spade, pick]\n", "--tool=hands"), BH_EXIT_FINE);
        assert_string_equal(seen[1], "hands");
        assert_null(seen[2]);
        forget();
}

static void a_flag_of_the_file_can_be_taken_back(void **state) {
        (void) state;
        assert_int_equal(run_with("dig: { quiet: true }\n", NULL), BH_EXIT_FINE);
        assert_true(quiet_seen);
        assert_int_equal(run_with("dig: { quiet: true }\n", "--quiet=false"), BH_EXIT_FINE);
        assert_false(quiet_seen);
        forget();
}

static void another_commands_values_are_checked_and_not_taken(void **state) {
        (void) state;
        assert_int_equal(run_with("hole fill: { deep: 9 }\n", NULL), BH_EXIT_FINE);
        assert_string_equal(seen[0], "1");
        assert_int_equal(run_with("hole fill: { deeep: 9 }\n", NULL), BH_EXIT_USAGE);
        forget();
}

static void wrong(const char *text, const char *sentence) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_cli_value *values;
        char path[32];
        size_t n;

        write_config(text, path);
        assert_int_equal(bh_config_load(arena, path, &dig, &values, &n, &err), BH_E_USAGE);
        assert_non_null(strstr(err.text, sentence));
        assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
        unlink(path);
        bh_arena_free(&arena);
}

static void what_is_not_known_is_named_with_its_place(void **state) {
        (void) state;
        wrong("dig:\n  dep: 5\n", ":2:8: no option \"dep\"; did you mean \"deep\"?");
        wrong("digg: {}\n", ":1:7: no command \"digg\"; did you mean \"dig\"?");
        wrong("dig: { deep: [1, 2] }\n", "takes one value, not a list");
        wrong("dig: { deep: { a: 1 } }\n", "wants a text: N");
        wrong("dig: { quiet: loud }\n", "is true or false");
        wrong("dig: { deep: 1, deep: 2 }\n", "given twice");
        wrong("dig: 5\n", "below \"dig\" stand its options");
        wrong("- dig\n", "commands with their options are expected here");
        wrong("dig: [\n", ":");
}

static void a_file_that_was_named_must_be_there(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_cli_value *values;
        size_t n;

        (void) state;
        assert_true(bh_config_load(arena, "/nonexistent/bulkhead.yaml", &dig, &values, &n, &err) < 0);
        bh_arena_free(&arena);
}

static void without_files_there_are_no_values(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_cli_value *values;
        size_t n;

        (void) state;
        setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
        if (access("/etc/bulkhead/bulkhead.yaml", F_OK) < 0) {
                assert_int_equal(bh_config_load(arena, NULL, &dig, &values, &n, &err), 0);
                assert_int_equal(n, 0);
        }
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(the_file_is_heard_after_the_environment_and_the_command_line,
             a_list_is_a_repeated_option_and_gives_way_as_a_whole,
             a_flag_of_the_file_can_be_taken_back,
             another_commands_values_are_checked_and_not_taken,
             what_is_not_known_is_named_with_its_place,
             a_file_that_was_named_must_be_there,
             without_files_there_are_no_values)
