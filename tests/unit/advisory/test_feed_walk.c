/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* nftw */
#define _DEFAULT_SOURCE
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advisory/feed_walk.h"
#include "base/buf.h"
#include "base/text.h"

enum { FILES = 1200 }; /* several batches */

static void put_file(const char *dir, const char *name, const char *text, size_t len) {
        char path[512];
        FILE *f;

        (void) snprintf(path, sizeof path, "%s/%s", dir, name);
        f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, len, f), len);
        assert_int_equal(fclose(f), 0);
}

static size_t record(unsigned i, char *text, size_t size) {
        return (size_t) snprintf(text, size,
                                 "{\"id\":\"GHSA-%04u\",\"modified\":\"2024-01-02T00:00:00Z\",\"affected\":[{\"package\":"
                                 "{\"ecosystem\":\"npm\",\"name\":\"p%u\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":"
                                 "[{\"introduced\":\"0\"},{\"fixed\":\"1.%u\"}]}]}]}",
                                 i, i, i);
}

/* One file of a ustar archive, padded. */
static void put_tar_entry(struct bh_buf *out, const char *name, const char *text, size_t len) {
        static const char zeros[512];
        char head[512] = { 0 };
        unsigned sum = 0;

        (void) snprintf(head, 100, "%s", name);
        (void) snprintf(head + 100, 8, "0000644");
        (void) snprintf(head + 124, 12, "%011zo", len);
        (void) snprintf(head + 136, 12, "%011o", 0u);
        memcpy(head + 257, "ustar\0" "00", 8);
        head[156] = '0';
        memset(head + 148, ' ', 8);
        for (size_t i = 0; i < sizeof head; i++)
                sum += (unsigned char) head[i];
        (void) snprintf(head + 148, 7, "%06o", sum);
        bh_buf_add(out, (struct bh_str){ head, sizeof head });
        bh_buf_add(out, (struct bh_str){ text, len });
        bh_buf_add(out, (struct bh_str){ zeros, (512 - len % 512) % 512 });
}

static int on_source(void *user, const struct bh_feed_source *s, struct bh_err *err) {
        char day[21];

        (void) err;
        bh_buf_printf(user, "source %.*s %.10s\n", BH_FMT(s->name), bh_time_print(s->date_s, day));
        return 0;
}

static int on_advisory(void *user, const struct bh_advisory *a, struct bh_err *err) {
        (void) err;
        bh_buf_printf(user, "%.*s %.*s\n", BH_FMT(a->id), BH_FMT(a->affected[0].ranges[0].fixed));
        return 0;
}

static int refuse(void *user, const struct bh_advisory *a, struct bh_err *err) {
        (void) user;
        (void) a;
        return bh_fail(err, BH_E_IO, "the disk is full");
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        struct bh_str name = bh_str_basename(where);

        bh_buf_printf(user, "gap %.*s: %s\n", BH_FMT(name), err->text);
}

static int walk(const char *dir, unsigned threads, struct bh_buf *out, struct bh_feed_counts *counts) {
        struct bh_feed_sink sink = { .user = out, .source = on_source, .advisory = on_advisory, .gap = on_gap };
        struct bh_feed_walk_opts opts = { .threads = threads };
        struct bh_err err = BH_ERR_NONE;

        return bh_feed_walk(&dir, 1, &opts, &sink, counts, &err);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        (void) st;
        (void) flag;
        (void) ftw;
        return remove(path);
}

static int make_dir(void **state) {
        char *dir = strdup("/tmp/bh-feed-walk-XXXXXX");

        *state = dir;
        return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state) {
        (void) nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        free(*state);
        return 0;
}

static void however_many_threads_read_the_order_is_the_same(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf tar = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf one = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf many = { 0 };
        struct bh_feed_counts counts;
        char text[512], name[64];

        make_dir(state);
        for (unsigned i = 0; i < FILES; i++) {
                (void) snprintf(name, sizeof name, "x/%04u.json", i);
                put_tar_entry(&tar, name, text, record(i, text, sizeof text));
        }
        put_tar_entry(&tar, "x/README.md", "hello", 5);
        put_file(*state, "all-20240229.tar", tar.at, tar.len);
        assert_int_equal(walk(*state, 1, &one, &counts), 0);
        assert_int_equal(counts.files, FILES);
        assert_int_equal(counts.passed_over, 1);
        assert_int_equal(counts.gaps, 0);
        assert_int_equal(walk(*state, 7, &many, NULL), 0);
        assert_true(bh_str_eq(bh_buf_str(&one), bh_buf_str(&many)));
        assert_true(bh_str_starts(bh_buf_str(&one), BH_STR("source ghsa 2024-02-29\nGHSA-0000 1.0\nGHSA-0001 1.1\n")));
        remove_dir(state);
}

static void what_cannot_be_read_is_named_and_the_rest_goes_on(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf tar = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_feed_counts counts;
        char text[512];

        make_dir(state);
        put_tar_entry(&tar, "whole.json", text, record(7, text, sizeof text));
        put_tar_entry(&tar, "half.json", text, record(8, text, sizeof text));
        put_file(*state, "cut-20240101.tar", tar.at, 512 + 512 + 512 + 20);
        put_file(*state, "bad-20240101.json", "{\"id\":", 6);
        put_file(*state, "empty-20240101.zip", "PK", 2);
        put_file(*state, "good-20240101.json", text, record(9, text, sizeof text));
        assert_int_equal(walk(*state, 2, &out, &counts), 0);
        assert_int_equal(counts.files, 2);
        assert_int_equal(counts.gaps, 3);
        bh_buf_putc(&out, '\0');
        assert_non_null(strstr(out.at, "gap bad-20240101.json: "));
        assert_non_null(strstr(out.at, "GHSA-0007 1.7\n"));
        assert_null(strstr(out.at, "GHSA-0008"));
        assert_non_null(strstr(out.at, "gap cut-20240101.tar: "));
        assert_non_null(strstr(out.at, "gap empty-20240101.zip: "));
        assert_non_null(strstr(out.at, "GHSA-0009 1.9\n"));
        remove_dir(state);
}

static void a_sink_that_fails_ends_the_walk(void **state) {
        struct bh_buf out = { 0 };
        struct bh_feed_sink sink = { .user = &out, .source = on_source, .advisory = refuse, .gap = on_gap };
        struct bh_err err = BH_ERR_NONE;
        const char *dir;
        char text[512];

        make_dir(state);
        dir = *state;
        put_file(dir, "good-20240101.json", text, record(9, text, sizeof text));
        assert_int_equal(bh_feed_walk(&dir, 1, NULL, &sink, NULL, &err), BH_E_IO);
        assert_string_equal(err.text, "the disk is full");
        bh_buf_done(&out);
        remove_dir(state);
}

static void a_path_that_is_not_there_is_an_error(void **state) {
        struct bh_buf out = { 0 };

        (void) state;
        assert_int_equal(walk("/nonexistent/feeds", 2, &out, NULL), BH_E_NOTFOUND);
        bh_buf_done(&out);
}

BH_UNIT_MAIN(however_many_threads_read_the_order_is_the_same, what_cannot_be_read_is_named_and_the_rest_goes_on,
             a_sink_that_fails_ends_the_walk, a_path_that_is_not_there_is_an_error)
