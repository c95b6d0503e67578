/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/buf.h"
#include "wire/layer.h"
#include "wire/work.h"

static void put(struct bh_buf *out) {
        struct bh_owned_file file = { .path = BH_STR("bin/a"), .digest = { 1, 2 }, .digest_kind = BH_DIGEST_MD5, .config = true };
        struct bh_package package = { .eco = BH_ECO_RPM, .evidence = BH_EVIDENCE_DATABASE, .name = BH_STR("bash"), .version = BH_STR("5.1"),
                                      .files = &file, .n_files = 1 };
        struct bh_str tags[] = { BH_STR("CWE-798") }, gone = BH_STR("etc/x");
        struct bh_finding finding = { .kind = BH_FINDING_SECRET, .severity = BH_SEVERITY_HIGH, .path = BH_STR("a\xff" "b"), .tags = tags,
                                      .n_tags = 1, .line = 7, .fingerprint = UINT64_MAX };
        struct bh_gap gap = { .where = BH_STR("x"), .why = BH_STR("because"), .code = -3 };
        uint64_t paths[] = { 1, UINT64_MAX };
        struct bh_layer layer = { .diff_id = BH_STR("sha256:00"), .bytes = 1ull << 40, .whole = true, .packages = &package, .n_packages = 1,
                                  .findings = &finding, .n_findings = 1, .gaps = &gap, .n_gaps = 1, .whiteouts = &gone, .n_whiteouts = 1,
                                  .paths = paths, .n_paths = 2 };

        bh_wire_layer_put(out, &layer);
}

static void a_layer_comes_back_as_it_was(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_layer l;

        (void) state;
        put(&bytes);
        assert_int_equal(bh_wire_layer_get(a, bh_buf_str(&bytes), &l, &err), 0);
        assert_str(l.packages[0].name, "bash");
        assert_str(l.packages[0].files[0].path, "bin/a");
        assert_int_equal(l.packages[0].files[0].digest[1], 2);
        assert_int_equal(l.findings[0].line, 7);
        assert_str(l.findings[0].tags[0], "CWE-798");
        assert_true(l.findings[0].fingerprint == UINT64_MAX);
        assert_int_equal(l.gaps[0].code, -3);
        assert_true(l.paths[1] == UINT64_MAX);
        assert_true(l.bytes == 1ull << 40 && l.whole);
        bh_arena_free(&a);
}

static void hashes_may_follow_by_themselves_and_are_read_in_place(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf head = { 0 }, message = { 0 };
        uint64_t paths[1000];
        struct bh_layer layer = { .diff_id = BH_STR("sha256:00"), .paths = paths, .n_paths = BH_LEN(paths) }, back;
        struct bh_arena *a = bh_arena_new();
        struct bh_work_answer answer;
        struct bh_err err = BH_ERR_NONE;
        struct bh_str end;

        (void) state;
        for (uint64_t i = 0; i < BH_LEN(paths); i++)
                paths[i] = i << 40;
        end = bh_wire_layer_put_head(&head, &layer);
        assert_ptr_equal(end.at, paths);
        bh_work_answer_put(&message, &(struct bh_work_answer){ .answer = BH_ANSWER_LAYER, .body = bh_buf_str(&head), .tail_bytes = end.len });
        bh_buf_add(&message, end);
        for (size_t off = 0; off < 2; off++) { /* where it lies well, and where it does not */
                char *room = bh_arena_alloc(a, message.len + 8);

                memcpy(room + off, message.at, message.len);
                assert_int_equal(bh_work_answer_get(a, (struct bh_str){ room + off, message.len }, &answer, &err), 0);
                assert_int_equal(bh_wire_layer_get(a, answer.body, &back, &err), 0);
                assert_int_equal(back.n_paths, BH_LEN(paths));
                assert_memory_equal(back.paths, paths, sizeof paths);
                assert_int_equal((uintptr_t) back.paths % 8, 0);
                assert_int_equal((char *) back.paths >= room && (char *) back.paths < room + message.len, off == 0);
        }
        bh_arena_free(&a);
}

static void a_message_cut_anywhere_is_refused(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        put(&bytes);
        for (size_t n = 0; n < bytes.len; n++) {
                struct bh_arena *a = bh_arena_new();
                struct bh_layer l;

                assert_true(bh_wire_layer_get(a, (struct bh_str){ bytes.at, n }, &l, &err) < 0);
                bh_arena_free(&a);
        }
}

static void text_with_control_bytes_is_refused(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_gap gap = { .where = BH_STR("x"), .why = BH_STR("clear \x1b[2J the screen") };
        struct bh_layer layer = { .gaps = &gap, .n_gaps = 1 }, back;
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        bh_wire_layer_put(&bytes, &layer);
        assert_int_equal(bh_wire_layer_get(a, bh_buf_str(&bytes), &back, &err), BH_E_FORMAT);
        bh_arena_free(&a);
}

static void a_request_and_an_image_come_back(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        struct bh_arena *a = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_work_request q = { .work = BH_WORK_LAYER, .parts = 5, .digest = BH_STR("sha256:aa"), .offset = 512, .size = 1024 }, r;
        struct bh_layer_ref layer = { .digest = BH_STR("sha256:bb"), .created_s = -5 };
        struct bh_image image = { .user = BH_STR("app"), .layers = &layer, .n_layers = 1 }, i;

        (void) state;
        bh_work_request_put(&bytes, &q);
        assert_int_equal(bh_work_request_get(a, bh_buf_str(&bytes), &r, &err), 0);
        assert_int_equal(r.work, BH_WORK_LAYER);
        assert_int_equal(r.offset, 512);
        bh_buf_clear(&bytes);
        bh_wire_image_put(&bytes, &image);
        assert_int_equal(bh_wire_image_get(a, bh_buf_str(&bytes), &i, &err), 0);
        assert_str(i.user, "app");
        assert_int_equal(i.layers[0].created_s, -5);
        bh_arena_free(&a);
}

BH_UNIT_MAIN(a_layer_comes_back_as_it_was, hashes_may_follow_by_themselves_and_are_read_in_place, a_message_cut_anywhere_is_refused,
             text_with_control_bytes_is_refused,
             a_request_and_an_image_come_back)
