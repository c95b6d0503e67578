/* SPDX-License-Identifier: Apache-2.0 */
/* A child that can only ask: what it is answered, and what ends it. */
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "comply/jail.h"

static int give_bytes(struct bh_arena *arena, const char *name, struct bh_str *ret, struct bh_err *err) {
        if (strstr(name, "missing"))
                return bh_fail(err, BH_E_NOTFOUND, "%s is not there", name);
        *ret = bh_arena_printf(arena, "<%s>", name);
        return 0;
}

static int give_read(void *user, uint32_t root, const char *path, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        (void) user;
        (void) max;
        assert_int_equal(root, 0);
        return give_bytes(arena, path, ret, err);
}

static int give_list(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        (void) user;
        (void) root;
        (void) path;
        (void) err;
        *ret = bh_arena_array(arena, struct bh_str, 2);
        (*ret)[0] = BH_STR("a");
        (*ret)[1] = BH_STR("b");
        *ret_n = 2;
        return 0;
}

static int give_stat(void *user, uint32_t root, const char *path, bool itself, struct bh_reach_stat *ret, struct bh_err *err) {
        (void) user;
        (void) root;
        (void) path;
        (void) err;
        *ret = (struct bh_reach_stat){ .mode = S_IFREG | 0640, .uid = itself ? 1 : 2, .size = 5000000000ull, .mtime_s = -1 };
        return 0;
}

static int give_link(void *user, uint32_t root, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        (void) user;
        (void) root;
        return give_bytes(arena, path, ret, err);
}

static int give_proc(void *user, uint32_t pid, const char *name, uint64_t max, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        (void) user;
        (void) pid;
        (void) max;
        return give_bytes(arena, name, ret, err);
}

static int give_engine(void *user, enum bh_api_kind kind, const char *path, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        (void) user;
        (void) kind;
        return give_bytes(arena, path, ret, err);
}

static const struct bh_reach_root one_root;
static const struct bh_reach outside = { .read = give_read, .list = give_list, .stat = give_stat, .link = give_link, .proc = give_proc, .engine = give_engine, .roots = &one_root, .n_roots = 1 };

static int run(bh_jailed_fn *fn, struct bh_buf *out, struct bh_err *err) {
        if (BH_UNIT_SANITIZED)
                skip(); /* a sanitizer's own calls are forbidden there */
        *err = BH_ERR_NONE;
        return bh_comply_jail(&outside, fn, NULL, out, err);
}

static int asks_all(const struct bh_reach *reach, void *user, struct bh_buf *out, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_reach_stat st;
        struct bh_str text, *names;
        size_t n;

        (void) user;
        if (reach->read(reach->user, 0, "/etc/x", 100, arena, &text, err) < 0)
                return err->code;
        bh_buf_add(out, text);
        if (reach->list(reach->user, 0, "/etc", arena, &names, &n, err) < 0)
                return err->code;
        bh_buf_printf(out, " %zu%.*s", n, BH_FMT(names[1]));
        if (reach->stat(reach->user, 0, "/etc/x", true, &st, err) < 0)
                return err->code;
        bh_buf_printf(out, " %o %u %llu %lld", st.mode & 07777, st.uid, (unsigned long long) st.size, (long long) st.mtime_s);
        if (reach->link(reach->user, 0, "/etc/y", arena, &text, err) < 0)
                return err->code;
        bh_buf_printf(out, " %.*s", BH_FMT(text));
        if (reach->proc(reach->user, 1, "status", 100, arena, &text, err) < 0 || reach->engine(reach->user, BH_API_DOCKER, "/info", arena, &text, err) < 0)
                return err->code;
        bh_buf_add(out, text);
        if (reach->read(reach->user, 0, "/missing", 100, arena, &text, err) != BH_E_NOTFOUND)
                return bh_fail(err, BH_E_BUG, "it is there");
        bh_buf_printf(out, " (%s)", err->text);
        return 7;
}

static void it_is_answered_what_it_may_ask(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err;

        (void) state;
        assert_int_equal(run(asks_all, &out, &err), 7);
        assert_str(bh_buf_str(&out), "</etc/x> 2b 640 1 5000000000 -1 </etc/y></info> (/missing is not there)");
}

static int asks_too_much(const struct bh_reach *reach, void *user, struct bh_buf *out, struct bh_err *err) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str text;

        (void) user;
        (void) out;
        if (reach->read(reach->user, 5, "/etc/x", 100, arena, &text, err) != BH_E_DENIED || reach->link(reach->user, 5, "/etc/x", arena, &text, err) != BH_E_DENIED ||
            reach->proc(reach->user, 1, "mem", 100, arena, &text, err) != BH_E_DENIED)
                return bh_fail(err, BH_E_BUG, "it was answered");
        return bh_fail(err, BH_E_FORMAT, "a sentence of its own");
}

static void what_it_may_not_ask_is_refused(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err;

        (void) state;
        assert_int_equal(run(asks_too_much, &out, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "a sentence of its own");
}

static int opens(const struct bh_reach *reach, void *user, struct bh_buf *out, struct bh_err *err) {
        (void) reach;
        (void) user;
        (void) out;
        (void) err;
        return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? 0 : 1;
}

static void who_opens_a_file_is_ended(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err;

        (void) state;
        assert_true(run(opens, &out, &err) < 0);
        assert_non_null(strstr(err.text, "forbidden system call"));
}

BH_UNIT_MAIN(it_is_answered_what_it_may_ask, what_it_may_not_ask_is_refused, who_opens_a_file_is_ended)
