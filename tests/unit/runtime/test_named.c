/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/named.h"

#define HYBRID "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/unified/web\",\"pids\":\"/sys/fs/cgroup/pids/web\"," \
               "\"memory\":\"/sys/fs/cgroup/memory/api/web\"}}"

static char *room(void) {
        static char top[64];

        (void) strcpy(top, "/tmp/bh-named-XXXXXX");
        assert_non_null(mkdtemp(top));
        return top;
}

static void put(const char *top, const char *path, const char *text) {
        char whole[256];
        FILE *f;

        (void) snprintf(whole, sizeof whole, "%s%s", top, path);
        for (char *at = whole + strlen(top) + 1; (at = strchr(at, '/')); *at++ = '/') {
                *at = '\0';
                (void) mkdir(whole, 0700);
        }
        if (!text)
                return;
        f = fopen(whole, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
}

static void take(const char *top, const char *path) {
        char whole[256];

        (void) snprintf(whole, sizeof whole, "%s%s", top, path);
        assert_int_equal(remove(whole), 0);
}

static void clear(const char *top) {
        char command[128];

        (void) snprintf(command, sizeof command, "rm -rf %s", top);
        assert_int_equal(system(command), 0);
}

/* "runc web /web" or "-" */
static const char *find(struct bh_named *n, const char *group, uint64_t now_ns) {
        static char text[256];
        struct bh_named_group g;

        if (!bh_named_find(n, bh_str_of(group), now_ns, &g))
                return "-";
        (void) snprintf(text, sizeof text, "%.*s %.*s %.*s", BH_FMT(g.runtime), BH_FMT(g.id), BH_FMT(g.group));
        return text;
}

static void a_group_is_its_containers_and_so_is_what_lies_in_it(void **state) {
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        assert_string_equal(find(n, "/web", 1), "-");
        put(top, "/run/runc/web/state.json", HYBRID);
        put(top, "/run/crun/box/status", "{\"pid\":3,\"cgroup-path\":\"/user.slice/crun-box.scope\"}");
        assert_string_equal(find(n, "/web", 2), "runc web /web");
        assert_string_equal(find(n, "/api/web", 2), "runc web /api/web");
        assert_string_equal(find(n, "/web/worker/1", 2), "runc web /web");
        assert_string_equal(find(n, "/user.slice/crun-box.scope", 2), "crun box /user.slice/crun-box.scope");
        bh_named_free(&n);
        clear(top);
}

static void other_groups_are_the_hosts(void **state) {
        static const char *const groups[] = { "/", "/webby", "/system.slice/web.service", "/system.slice/ssh.service", "/api",
                                              "/user.slice/user-0.slice/session-1.scope", "/x/web/y" };
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        put(top, "/run/runc/web/state.json", HYBRID);
        for (size_t i = 0; i < BH_LEN(groups); i++)
                assert_string_equal(find(n, groups[i], 1), "-");
        bh_named_free(&n);
        clear(top);
}

static void one_hierarchy_has_no_name_in_the_path(void **state) {
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        put(top, "/run/runc/web/state.json", "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/system.slice/runc-web.scope\"}}");
        assert_string_equal(find(n, "/system.slice/runc-web.scope", 1), "runc web /system.slice/runc-web.scope");
        assert_string_equal(find(n, "/runc-web.scope", 1), "-");
        bh_named_free(&n);
        clear(top);
}

/* The runtime is in the group before it has written down which one that is. */
static void before_there_is_a_file_the_name_must_do(void **state) {
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        put(top, "/run/runc/web/", NULL);
        assert_string_equal(find(n, "/web", 1), "runc web /web");
        assert_string_equal(find(n, "/system.slice/runc-web.scope", 1), "runc web /system.slice/runc-web.scope");
        assert_string_equal(find(n, "/system.slice/web.service", 1), "-");
        put(top, "/run/runc/web/state.json", "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/apart\"}}");
        assert_string_equal(find(n, "/apart", 2), "runc web /apart");
        assert_string_equal(find(n, "/web", 2), "-");
        bh_named_free(&n);
        clear(top);
}

static void who_is_gone_is_remembered_a_minute(void **state) {
        const uint64_t second = 1000000000;
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        put(top, "/run/runc/web/state.json", HYBRID);
        assert_string_equal(find(n, "/web", second), "runc web /web");
        take(top, "/run/runc/web/state.json");
        take(top, "/run/runc/web");
        assert_string_equal(find(n, "/web", 2 * second), "runc web /web");
        put(top, "/run/runc/other/", NULL); /* something new, so that it looks */
        assert_string_equal(find(n, "/web", 70 * second), "-");
        bh_named_free(&n);
        clear(top);
}

static void a_name_that_comes_again_is_read_again(void **state) {
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        put(top, "/run/runc/web/state.json", HYBRID);
        put(top, "/run/runc/stays/state.json", "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/stays\"}}");
        assert_string_equal(find(n, "/web", 1), "runc web /web");
        take(top, "/run/runc/web/state.json");
        take(top, "/run/runc/web");
        put(top, "/run/runc/filler/state.json", "{}");
        put(top, "/run/runc/web/state.json", "{\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/new\"}}");
        assert_string_equal(find(n, "/new", 2), "runc web /new");
        assert_string_equal(find(n, "/web", 2), "-");
        assert_string_equal(find(n, "/stays", 2), "runc stays /stays");
        bh_named_free(&n);
        clear(top);
}

static void an_engines_own_are_left_to_their_path(void **state) {
        char *top = room();
        struct bh_named *n = bh_named_new(top);

        (void) state;
        put(top, "/run/runc/0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9/state.json", HYBRID);
        assert_string_equal(find(n, "/web", 1), "-");
        bh_named_free(&n);
        clear(top);
}

static void a_recording_tells_without_a_folder(void **state) {
        struct bh_named *n = bh_named_new(NULL);

        (void) state;
        bh_named_add(n, &(struct bh_named_group){ BH_STR("web"), BH_STR("runc"), BH_STR("/web") });
        bh_named_add(n, &(struct bh_named_group){ BH_STR("web"), BH_STR("runc"), BH_STR("/other") });
        assert_string_equal(find(n, "/other/x", 1), "runc web /other");
        assert_string_equal(find(n, "/web", 1), "-");
        bh_named_free(&n);
}

BH_UNIT_MAIN(a_group_is_its_containers_and_so_is_what_lies_in_it, other_groups_are_the_hosts, one_hierarchy_has_no_name_in_the_path,
             before_there_is_a_file_the_name_must_do, who_is_gone_is_remembered_a_minute, a_name_that_comes_again_is_read_again,
             an_engines_own_are_left_to_their_path, a_recording_tells_without_a_folder)
