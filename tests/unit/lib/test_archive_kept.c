/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/archive_kept.h"

enum { LATER_S = 60 };

static char dir[] = "/tmp/bulkhead-kept-XXXXXX", file[64], store[64];
static const struct bh_work_request question = { .platform = { .os = BH_STR_INIT("linux"), .architecture = BH_STR_INIT("amd64") } };

static int write_file(const char *text) {
        int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), strlen(text));
        return fd;
}

static int64_t changed_s(int fd) {
        struct stat st;

        assert_int_equal(fstat(fd, &st), 0);
        return st.st_ctim.tv_sec;
}

static void keep(int fd, struct bh_cache *cache, const char *author, int64_t now_s, struct bh_arena *arena) {
        struct bh_image image = { .author = bh_str_of(author) };
        struct bh_archive_kept k = bh_archive_kept_begin(fd, &question, now_s, arena);

        bh_archive_kept_put(&k, cache, &image, 3, &question, now_s, arena);
}

static bool find(int fd, struct bh_cache *cache, const struct bh_work_request *q, struct bh_arena *arena, struct bh_image *ret) {
        struct bh_archive_kept k = bh_archive_kept_begin(fd, q, changed_s(fd) + LATER_S, arena);
        uint32_t n = 0;

        if (!bh_archive_kept_get(&k, cache, arena, ret, &n))
                return false;
        assert_int_equal(n, 3);
        return true;
}

static struct bh_cache *open_cache(void) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_cache *c = NULL;

        (void) unlink(store);
        assert_int_equal(bh_cache_open(store, &c, &err), 0);
        return c;
}

static void the_same_file_is_known_again(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_cache_close) struct bh_cache *cache = open_cache();
        struct bh_image image = { 0 };
        int fd = write_file("one");

        (void) state;
        assert_false(find(fd, cache, &question, arena, &image));
        keep(fd, cache, "somebody", changed_s(fd) + LATER_S, arena);
        assert_true(find(fd, cache, &question, arena, &image));
        assert_str(image.author, "somebody");
        close(fd);
}

static void another_question_has_another_answer(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_cache_close) struct bh_cache *cache = open_cache();
        struct bh_work_request arm = question, digest = question;
        struct bh_image image = { 0 };
        int fd = write_file("one");

        (void) state;
        arm.platform.architecture = BH_STR("arm64");
        digest.digest = BH_STR("sha256:00");
        keep(fd, cache, "somebody", changed_s(fd) + LATER_S, arena);
        assert_false(find(fd, cache, &arm, arena, &image));
        assert_false(find(fd, cache, &digest, arena, &image));
        close(fd);
}

static void a_file_written_anew_is_another(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_cache_close) struct bh_cache *cache = open_cache();
        struct timespec old[2] = { { 1700000000, 0 }, { 1700000000, 0 } };
        struct bh_image image = { 0 };
        int fd = write_file("one");

        (void) state;
        assert_int_equal(futimens(fd, old), 0);
        keep(fd, cache, "somebody", changed_s(fd) + LATER_S, arena);
        assert_true(find(fd, cache, &question, arena, &image));
        do { /* until the kernel's clock has ticked */
                assert_int_equal(pwrite(fd, "two", 3, 0), 3);
                assert_int_equal(futimens(fd, old), 0); /* the same size, the same time of writing */
        } while (find(fd, cache, &question, arena, &image) && usleep(1000) == 0);
        assert_false(find(fd, cache, &question, arena, &image));
        close(fd);
}

static void what_changed_just_now_may_change_unseen(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_cache_close) struct bh_cache *cache = open_cache();
        struct bh_image image = { 0 };
        int fd = write_file("one");

        (void) state;
        keep(fd, cache, "somebody", changed_s(fd) + 1, arena);
        assert_false(find(fd, cache, &question, arena, &image));
        close(fd);
}

static int make_dir(void **state) {
        (void) state;
        if (!mkdtemp(dir))
                return -1;
        (void) snprintf(file, sizeof file, "%s/a.tar", dir);
        (void) snprintf(store, sizeof store, "%s/c.db", dir);
        return 0;
}

static int remove_dir(void **state) {
        (void) state;
        (void) unlink(file);
        (void) unlink(store);
        return rmdir(dir);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_same_file_is_known_again), cmocka_unit_test(another_question_has_another_answer),
                cmocka_unit_test(a_file_written_anew_is_another), cmocka_unit_test(what_changed_just_now_may_change_unseen) };

        return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
