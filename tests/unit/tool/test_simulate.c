/* SPDX-License-Identifier: Apache-2.0 */
/* What simulate makes and hears without an engine: its image, its stand-in, other people's lines, what a place lacks. */
#define _GNU_SOURCE
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/bulkhead/simulate_base.h"
#include "tool/bulkhead/simulate_judge.h"
#include "tool/bulkhead/simulate_needs.h"
#include "tool/bulkhead/simulate_standin.h"

static void a_line_of_json_tells_rule_and_container(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str rule, container;

        (void) state;
        assert_true(bh_judge_parse(arena, BH_STR("{\"rule\":\"A rule\",\"output_fields\":{\"container.id\":\"0a1b2c3d4e5f\"}}"), &rule, &container));
        assert_str(rule, "A rule");
        assert_str(container, "0a1b2c3d4e5f");
        assert_true(bh_judge_parse(arena, BH_STR("{\"rule\":\"A rule\",\"output_fields\":{\"container.id\":null}}"), &rule, &container));
        assert_str(container, "");
        assert_false(bh_judge_parse(arena, BH_STR("{\"rule\":7}"), &rule, &container));
        assert_false(bh_judge_parse(arena, BH_STR("12:00:00.0: Error a text alert"), &rule, &container));
        assert_false(bh_judge_parse(arena, BH_STR(""), &rule, &container));
        bh_arena_free(&arena);
}

static void the_same_machine_makes_the_same_image(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_simulation_base one, two;
        bool usr = false;

        (void) state;
        assert_int_equal(bh_simulation_base(arena, &one, NULL), 0);
        assert_int_equal(bh_simulation_base(arena, &two, NULL), 0);
        assert_true(bh_str_eq(one.image, two.image));
        assert_true(bh_str_starts(one.image, BH_STR(BH_SIMULATION_IMAGE ":")));
        assert_int_equal(one.image.len, sizeof BH_SIMULATION_IMAGE + 12);
        assert_int_equal(one.tar.len % 512, 0);
        for (uint32_t i = 0; i < one.binds.n; i++)
                usr |= bh_str_is(one.binds.at[i], "/usr:/usr:ro");
        assert_true(usr);
        bh_arena_free(&arena);
}

/* Whatever it is called and given. */
static int status_of(char *const argv[]) {
        struct bh_str bytes = bh_standin();
        int fd = memfd_create("stand-in", MFD_CLOEXEC), status = 0;
        pid_t pid;

        assert_true(fd >= 0);
        assert_int_equal(write(fd, bytes.at, bytes.len), bytes.len);
        pid = fork();
        if (pid == 0) {
                (void) fexecve(fd, argv, (char *[]){ NULL });
                _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        (void) close(fd);
        return status;
}

static void the_stand_in_does_nothing_under_any_name(void **state) {
        char *const rm[] = { (char[]){ "rm" }, (char[]){ "-rf" }, (char[]){ "/nowhere" }, NULL }, *const nobody[] = { NULL };

        (void) state;
        if (!bh_standin().len)
                skip();
        assert_int_equal(status_of(rm), 0);
        assert_int_equal(status_of(nobody), 0);
}

static void need(struct bh_arena *arena, enum bh_need_kind kind, const char *text, const struct bh_simulation_place *place, const char *why) {
        struct bh_need one = { kind, bh_str_of(text) };
        struct bh_simulation s = { .needs = &one, .n_needs = 1 };
        struct bh_str said = { 0 };

        assert_int_equal(bh_simulation_can(arena, &s, place, &said), why == NULL);
        assert_str(said, why ? why : "");
}

static void what_a_place_lacks_is_named(void **state) {
        static const struct bh_simulation_place here = { .engine = true, .storage = BH_STR_INIT("vfs") }, strange = { .engine = true, .own_programs = true },
                                                bare = { 0 };
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        need(arena, BH_NEED_PROGRAM, "sh", &here, NULL);
        need(arena, BH_NEED_PROGRAM, "no-such-program", &here, "needs the program no-such-program");
        need(arena, BH_NEED_PROGRAM, "no-such-program", &strange, NULL);
        need(arena, BH_NEED_PROGRAM, "sh", &bare, "needs a container engine");
        need(arena, BH_NEED_FILE, "/dev/null", &here, NULL);
        need(arena, BH_NEED_FILE, "/no/such/file", &here, "needs the file /no/such/file");
        need(arena, BH_NEED_STORAGE, "vf", &here, NULL);
        need(arena, BH_NEED_STORAGE, "overlay", &here, "needs an engine that stores by overlay");
        need(arena, BH_NEED_KERNEL, "3.10", &here, NULL);
        need(arena, BH_NEED_KERNEL, "99.1", &here, "needs Linux 99.1");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_line_of_json_tells_rule_and_container, the_same_machine_makes_the_same_image, the_stand_in_does_nothing_under_any_name,
             what_a_place_lacks_is_named)
