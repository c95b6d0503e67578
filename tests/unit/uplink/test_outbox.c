/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/fd.h"
#include "uplink/outbox.h"
#include "uplink/segment.h"

/* A server that takes what comes, as the real one counts. */
struct server {
        uint64_t epoch, acked, stored, dropped;
};

static char *new_dir(void) {
        char *dir = strdup("/tmp/bh-outbox-XXXXXX");

        assert_non_null(mkdtemp(dir));
        return dir;
}

static void remove_dir(char *dir) {
        DIR *d = opendir(dir);
        struct dirent *e;

        while ((e = readdir(d)))
                if (e->d_name[0] != '.')
                        assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
        (void) closedir(d);
        assert_int_equal(rmdir(dir), 0);
        free(dir);
}

static struct bh_outbox *open_with(const struct bh_outbox_opts *opts) {
        struct bh_outbox *o = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_outbox_open(opts, &o, &err) < 0)
                fail_msg("%s", err.text);
        return o;
}

static struct bh_outbox *open_in(const char *dir) {
        return open_with(&(struct bh_outbox_opts){ .dir = dir });
}

static struct bh_outbox_place add(struct bh_outbox *o, unsigned level, const char *body) {
        struct bh_outbox_place place;

        bh_outbox_add(o, &(struct bh_outbox_item){ .kind = BH_ITEM_ALERT, .level = (uint8_t) level, .at_ms = 1000, .body = bh_str_of(body) }, &place);
        return place;
}

static size_t take(struct bh_outbox *o, struct bh_buf *out, struct bh_outbox_batch *batch) {
        struct bh_err err = BH_ERR_NONE;
        int r;

        bh_buf_clear(out);
        bh_outbox_sync(o);
        r = bh_outbox_take(o, 64 * 1024, out, batch, &err);
        assert_true(r >= 0);
        return batch->n;
}

/* Reads what was taken as the server would. */
static void receive(struct server *s, struct bh_str lines) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str line;

        while (bh_str_split(&lines, '\n', &line)) {
                struct bh_item item;

                assert_int_equal(bh_item_parse(arena, line, &item, NULL), 0);
                if (item.seq <= s->acked)
                        continue;
                s->acked = item.seq;
                s->stored++;
                if (item.kind == BH_ITEM_DROP && !bh_doc_get(item.body, "epoch"))
                        s->dropped += (uint64_t) bh_doc_int(bh_doc_get(item.body, "count"), 0);
        }
        bh_arena_free(&arena);
}

static void drain(struct bh_outbox *o, struct server *s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_outbox_batch batch;

        while (take(o, &out, &batch)) {
                if (s->epoch != batch.epoch)
                        *s = (struct server){ .epoch = batch.epoch };
                receive(s, bh_buf_str(&out));
                bh_outbox_ack(o, batch.epoch, s->acked, s->acked - s->stored - s->dropped);
        }
}

static void what_was_added_comes_out_in_order_until_it_is_acked(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir();
        struct bh_outbox *o = open_in(dir);
        struct bh_outbox_batch batch;

        (void) state;
        assert_int_equal(add(o, 7, "{\"a\":1}").seq, 1);
        assert_int_equal(add(o, 0, "{\"a\":2}").seq, 2);
        assert_int_equal(add(o, 4, "{\"a\":3}").seq, 3);
        for (int again = 0; again < 2; again++) {
                assert_int_equal(take(o, &out, &batch), 3);
                assert_int_equal(batch.last, 3);
                assert_str(bh_buf_str(&out), "{\"seq\":1,\"kind\":\"alert\",\"at\":1000,\"body\":{\"a\":1}}\n"
                                             "{\"seq\":2,\"kind\":\"alert\",\"at\":1000,\"body\":{\"a\":2}}\n"
                                             "{\"seq\":3,\"kind\":\"alert\",\"at\":1000,\"body\":{\"a\":3}}\n");
        }
        bh_outbox_ack(o, batch.epoch, 2, 0);
        assert_int_equal(take(o, &out, &batch), 1);
        bh_outbox_ack(o, batch.epoch, 3, 0);
        assert_int_equal(take(o, &out, &batch), 0);
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void nothing_leaves_that_is_not_synced(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir();
        struct bh_outbox *o = open_in(dir);
        struct bh_outbox_batch batch;

        (void) state;
        (void) add(o, 3, "{}");
        assert_int_equal(bh_outbox_take(o, 1000, &out, &batch, NULL), 0);
        assert_int_equal(take(o, &out, &batch), 1);
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void a_run_goes_on_where_the_last_one_was_killed(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir();
        struct bh_outbox *o = open_in(dir), *second;
        struct bh_outbox_batch batch;
        uint64_t epoch;

        (void) state;
        (void) add(o, 3, "{\"n\":1}");
        (void) add(o, 6, "{\"n\":2}");
        second = open_in(dir); /* the first one is as good as killed */
        epoch = bh_outbox_epoch(second);
        assert_int_equal(epoch, bh_outbox_epoch(o));
        assert_int_equal(add(second, 3, "{\"n\":3}").seq, 3);
        assert_int_equal(take(second, &out, &batch), 3);
        bh_outbox_ack(second, epoch, 3, 0);
        bh_outbox_close(&second);
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void the_least_severe_goes_first_and_is_declared(void **state) {
        char *dir = new_dir();
        struct bh_outbox *o = open_with(&(struct bh_outbox_opts){ .dir = dir, .max_bytes = 64 * 1024, .segment_bytes = 4096 });
        struct bh_outbox_stats stats;
        struct server s = { 0 };
        uint64_t last = 0;

        (void) state;
        for (int i = 0; i < 3000; i++)
                last = add(o, i % 3 ? 7 : 2, "{\"text\":\"something that was seen, and takes some room\"}").seq;
        bh_outbox_stats(o, &stats);
        assert_true(stats.bytes <= 64 * 1024 + 4096);
        assert_true(stats.dropped[7] >= 1900);
        assert_true(stats.dropped[2] > 0); /* there was nothing less severe left */
        drain(o, &s);
        bh_outbox_stats(o, &stats);
        assert_int_equal(stats.items, 0);
        assert_true(s.acked > last); /* declarations have numbers of their own */
        assert_int_equal(s.acked, s.stored + s.dropped);
        assert_int_equal(s.dropped, stats.dropped[2] + stats.dropped[7]);
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void a_severe_item_does_not_give_way_to_a_lesser_one(void **state) {
        char *dir = new_dir();
        struct bh_outbox *o = open_with(&(struct bh_outbox_opts){ .dir = dir, .max_bytes = 32 * 1024, .segment_bytes = 4096 });
        struct bh_outbox_stats stats;

        (void) state;
        while (add(o, 1, "{\"text\":\"something grave that was seen\"}").kept) {
                bh_outbox_stats(o, &stats);
                if (stats.bytes > 31 * 1024)
                        break;
        }
        for (int i = 0; i < 100; i++)
                (void) add(o, 6, "{\"text\":\"idle talk, and a lot of it\"}");
        bh_outbox_stats(o, &stats);
        assert_int_equal(stats.dropped[1], 0);
        assert_true(stats.dropped[6] > 50);
        bh_outbox_close(&o);
        remove_dir(dir);
}

/* All but the segment of level 3 goes, and the state is put back. */
static void put_back(const char *dir, struct bh_str state) {
        DIR *d = opendir(dir);
        struct dirent *e;
        char path[300];

        while ((e = readdir(d)))
                if (e->d_name[0] != '.' && e->d_name[0] != '3')
                        assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
        (void) closedir(d);
        (void) snprintf(path, sizeof path, "%s/state", dir);
        assert_int_equal(bh_fd_write_own(path, state, BH_STR(""), NULL), 0);
}

static unsigned count(struct bh_str text, struct bh_str what) {
        unsigned n = 0;

        for (ptrdiff_t at; (at = bh_str_find(text, what)) >= 0; n++)
                text = bh_str_from(text, (size_t) at + what.len);
        return n;
}

/* The only segment of level 3. */
static void segment_path(const char *dir, char *out, size_t size) {
        DIR *d = opendir(dir);
        struct dirent *e;

        out[0] = '\0';
        while ((e = readdir(d)))
                if (e->d_name[0] == '3')
                        (void) snprintf(out, size, "%s/%s", dir, e->d_name);
        (void) closedir(d);
        assert_true(out[0]);
}

static void fill(const char *dir, unsigned n) {
        struct bh_outbox *o = open_in(dir);
        char body[64];

        for (unsigned i = 1; i <= n; i++) {
                (void) snprintf(body, sizeof body, "{\"n\":%u,\"text\":\"one of them\"}", i);
                (void) add(o, 3, body);
        }
        bh_outbox_close(&o);
}

static void a_segment_cut_off_anywhere_keeps_every_whole_record(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir(), path[300];
        struct bh_arena *arena = bh_arena_new();
        struct bh_str kept;
        struct stat st;

        (void) state;
        fill(dir, 8);
        (void) snprintf(path, sizeof path, "%s/state", dir);
        assert_int_equal(bh_fd_read_file(arena, path, BH_MIB, &kept, NULL), 0);
        segment_path(dir, path, sizeof path);
        assert_int_equal(stat(path, &st), 0);
        for (off_t size = st.st_size; size >= 0; size--) {
                struct bh_outbox_batch batch = { 0 };
                struct bh_outbox_place next;
                struct bh_outbox *o;
                size_t whole, got;

                assert_int_equal(truncate(path, size), 0);
                put_back(dir, kept);
                o = open_in(dir);
                (void) take(o, &out, &batch);
                got = count(bh_buf_str(&out), BH_STR("one of them"));
                whole = size < BH_SEGMENT_HEAD_BYTES ? 0 : (size_t) (size - BH_SEGMENT_HEAD_BYTES) / ((size_t) (st.st_size - BH_SEGMENT_HEAD_BYTES) / 8);
                assert_int_equal(got, whole);
                next = add(o, 5, "{}");
                assert_true(next.epoch != batch.epoch || next.seq > batch.last); /* no number twice */
                bh_outbox_close(&o);
                if (got == 0)
                        break; /* a segment without a record is taken away */
        }
        bh_arena_free(&arena);
        remove_dir(dir);
}

static void spoil(const char *path, off_t at, size_t n) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_RDWR | O_CLOEXEC);
        char junk[512];

        memset(junk, 0x5a, sizeof junk);
        assert_int_equal(pwrite(fd, junk, n, at), n);
}

static void a_spoiled_middle_is_passed_over_and_declared(void **state) {
        char *dir = new_dir(), path[300];
        struct server s = { 0 };
        struct bh_outbox_stats stats;
        struct bh_outbox *o;

        (void) state;
        fill(dir, 100);
        segment_path(dir, path, sizeof path);
        spoil(path, BH_SEGMENT_HEAD_BYTES + 1000, 512);
        o = open_in(dir);
        drain(o, &s);
        bh_outbox_stats(o, &stats);
        assert_true(stats.damaged_bytes >= 512);
        assert_int_equal(stats.items, 0);
        assert_true(s.dropped > 0 && s.dropped < 20);
        assert_int_equal(s.acked, s.stored + s.dropped);
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void a_spoiled_end_begins_a_new_epoch_and_settles_the_old(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir(), path[300];
        struct bh_outbox_batch batch;
        struct bh_outbox *o;
        struct server old = { 0 }, now = { 0 };
        uint64_t epoch;
        struct stat st;

        (void) state;
        fill(dir, 10);
        segment_path(dir, path, sizeof path);
        assert_int_equal(stat(path, &st), 0);
        spoil(path, st.st_size - 5, 5);
        o = open_in(dir);
        assert_int_equal(take(o, &out, &batch), 9);
        receive(&old, bh_buf_str(&out));
        epoch = batch.epoch;
        bh_outbox_ack(o, epoch, old.acked, 0);
        assert_int_equal(take(o, &out, &batch), 1);
        assert_int_not_equal(batch.epoch, epoch);
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("\"kind\":\"drop\"")) >= 0);
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("\"from\":10,\"to\":10,\"count\":1")) >= 0);
        receive(&now, bh_buf_str(&out));
        bh_outbox_ack(o, batch.epoch, now.acked, 0);
        assert_true(bh_outbox_unsettled(o, &epoch));
        bh_outbox_ack(o, epoch, 10, 0); /* the server was asked */
        assert_false(bh_outbox_unsettled(o, &epoch));
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void a_lost_state_begins_a_new_epoch(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir(), path[300];
        struct bh_outbox_batch batch;
        struct bh_outbox *o;

        (void) state;
        fill(dir, 3);
        (void) snprintf(path, sizeof path, "%s/state", dir);
        spoil(path, 0, 4);
        o = open_in(dir);
        assert_int_equal(take(o, &out, &batch), 3);
        assert_int_not_equal(batch.epoch, bh_outbox_epoch(o));
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void a_server_that_was_put_back_gets_what_it_lacks_declared(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir();
        struct bh_outbox *o = open_in(dir);
        struct bh_outbox_batch batch;

        (void) state;
        for (int i = 0; i < 10; i++)
                (void) add(o, 3, "{}");
        assert_int_equal(take(o, &out, &batch), 10);
        bh_outbox_ack(o, batch.epoch, 10, 0);
        (void) add(o, 3, "{}");
        assert_int_equal(take(o, &out, &batch), 1);
        bh_outbox_ack(o, batch.epoch, 11, 6); /* it remembers four of the ten */
        assert_int_equal(take(o, &out, &batch), 1);
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("\"count\":6")) >= 0);
        bh_outbox_close(&o);
        remove_dir(dir);
}

static void what_the_key_does_not_open_is_not_sent(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        char *dir = new_dir(), key[300], path[300];
        struct bh_outbox_opts opts = { .dir = dir, .key_file = key };
        struct bh_outbox_batch batch;
        struct bh_arena *arena = bh_arena_new();
        struct bh_str bytes;
        struct bh_outbox *o;

        (void) state;
        (void) snprintf(key, sizeof key, "%s/key", dir);
        assert_int_equal(bh_fd_write_own(key, BH_STR("00112233445566778899aabbccddeeff"), BH_STR("00112233445566778899aabbccddeeff\n"), NULL), 0);
        o = open_with(&opts);
        (void) add(o, 3, "{\"secret\":\"swordfish\"}");
        assert_int_equal(take(o, &out, &batch), 1);
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("swordfish")) > 0);
        bh_outbox_close(&o);
        segment_path(dir, path, sizeof path);
        assert_int_equal(bh_fd_read_file(arena, path, BH_MIB, &bytes, NULL), 0);
        assert_true(bh_str_find(bytes, BH_STR("swordfish")) < 0);
        assert_int_equal(bh_fd_write_own(key, BH_STR("ff112233445566778899aabbccddeeff"), BH_STR("00112233445566778899aabbccddeeff\n"), NULL), 0);
        o = open_with(&opts);
        assert_int_equal(take(o, &out, &batch), 0);
        bh_outbox_close(&o);
        bh_arena_free(&arena);
        remove_dir(dir);
}

static void a_warning_wakes_who_waits_and_a_notice_does_not(void **state) {
        char *dir = new_dir();
        struct bh_outbox *o = open_in(dir);

        (void) state;
        (void) add(o, 5, "{}");
        assert_false(bh_outbox_wait(o, 1));
        (void) add(o, 4, "{}");
        assert_true(bh_outbox_wait(o, 10000));
        bh_outbox_close(&o);
        remove_dir(dir);
}

BH_UNIT_MAIN(what_was_added_comes_out_in_order_until_it_is_acked, nothing_leaves_that_is_not_synced, a_run_goes_on_where_the_last_one_was_killed,
             the_least_severe_goes_first_and_is_declared, a_severe_item_does_not_give_way_to_a_lesser_one,
             a_segment_cut_off_anywhere_keeps_every_whole_record, a_spoiled_middle_is_passed_over_and_declared,
             a_spoiled_end_begins_a_new_epoch_and_settles_the_old, a_lost_state_begins_a_new_epoch,
             a_server_that_was_put_back_gets_what_it_lacks_declared, what_the_key_does_not_open_is_not_sent,
             a_warning_wakes_who_waits_and_a_notice_does_not)
