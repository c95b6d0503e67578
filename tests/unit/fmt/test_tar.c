/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "fmt/tar.h"
#include "fmt/tarout.h"

static int fill(void *user, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str *from = user;

        (void) err;
        *ret_n = BH_MIN(room, from->len);
        if (*ret_n)
                memcpy(buf, from->at, *ret_n);
        *from = bh_str_from(*from, *ret_n);
        return 0;
}

/* The path as the reader gives it, of an entry written with `path`. */
static void check_path(struct bh_str path, struct bh_str expected) {
        struct stat st = { .st_mode = S_IFREG | 0644 };
        struct bh_tarout out = { .path = path, .st = &st };
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        const struct bh_tar_entry *e = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct bh_stream stream;
        struct bh_str input;
        struct bh_tar *tar;

        assert_true(bh_tarout_header(&bytes, &out));
        input = bh_buf_str(&bytes);
        bh_stream_init(&stream, fill, &input);
        tar = bh_tar_new(&stream);
        if (bh_tar_next(tar, &e, &err) != 1)
                fail_msg("%s", err.text);
        if (!bh_str_eq(e->path, expected))
                fail_msg("%.*s became %.*s", BH_FMT(path), BH_FMT(e->path));
        bh_tar_free(&tar);
        bh_stream_done(&stream);
}

/* "aaa" odd "bbb", with the odd part at every place of paths of many lengths. */
static void check_everywhere(const char *odd, const char *clean) {
        char path[200], expected[200];

        for (size_t before = 1; before < 70; before++)
                for (size_t after = 1; after < 40; after += 3) {
                        memset(path, 'a', before);
                        memset(expected, 'a', before);
                        (void) snprintf(path + before, sizeof path - before, "%s%.*s", odd, (int) after, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
                        (void) snprintf(expected + before, sizeof expected - before, "%s%.*s", clean, (int) after,
                                        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
                        check_path(bh_str_of(path), bh_str_of(expected));
                }
}

static void a_path_is_cleaned_wherever_it_is_not_clean(void **state) {
        (void) state;
        check_everywhere("//", "/");
        check_everywhere("/./", "/");
        check_everywhere("/.", "/.");
        check_everywhere("./", "./");
        check_everywhere(".", ".");
        check_everywhere("/", "/");
        check_path(BH_STR("./a"), BH_STR("a"));
        check_path(BH_STR("/a"), BH_STR("a"));
        check_path(BH_STR("a/b/"), BH_STR("a/b"));
}

/* The checksum counts bytes, of which a name may hold the largest. */
static void a_name_of_large_bytes_has_its_checksum(void **state) {
        char name[100];

        (void) state;
        memset(name, 0xff, sizeof name);
        for (size_t n = 1; n <= sizeof name; n++)
                check_path((struct bh_str){ name, n }, (struct bh_str){ name, n });
}

BH_UNIT_MAIN(a_path_is_cleaned_wherever_it_is_not_clean, a_name_of_large_bytes_has_its_checksum)
