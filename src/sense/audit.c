/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/audit.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "sense/follow.h"

#define LOOK_MS 200

struct bh_audit {
        struct bh_follow file;
        bool is_stdin;
        uint64_t num, bad;
        struct bh_arena *scratch;
        struct bh_buf held;
        bh_audit_fn fn;
        void *user;
};

static int64_t time_of(const struct bh_doc *root, const char *key) {
        struct bh_str text = bh_doc_get_text(root, key);
        ptrdiff_t dot = bh_str_chr(text, '.');
        int64_t s, ns = 0, scale = 100000000;

        if (!bh_time_parse(text, &s) || s < 0 || s > INT64_MAX / 1000000000 - 1)
                return 0;
        for (size_t i = (size_t) dot + 1; dot >= 0 && i < text.len && bh_is_digit(text.at[i]); i++, scale /= 10)
                ns += (text.at[i] - '0') * scale;
        return s * 1000000000 + ns;
}

static int give(const struct bh_doc *root, struct bh_str text, bh_audit_fn fn, void *user) {
        struct bh_audit_event e = { .root = root, .text = text };

        if (!bh_doc_is(root, BH_DOC_OBJECT))
                return 0;
        e.time_ns = time_of(root, "stageTimestamp");
        if (!e.time_ns)
                e.time_ns = time_of(root, "requestReceivedTimestamp");
        return fn(user, &e);
}

int bh_audit_parse(struct bh_arena *arena, struct bh_str text, bh_audit_fn fn, void *user, struct bh_err *err) {
        const struct bh_doc *root, *items;
        int r = bh_json_parse(arena, text, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "an event of Kubernetes' audit");
        items = bh_doc_is(root, BH_DOC_ARRAY) ? root : bh_doc_get(root, "items");
        if (!items && !bh_doc_is(root, BH_DOC_OBJECT))
                return bh_fail(err, BH_E_FORMAT, "an event of Kubernetes' audit is an object");
        if (!items)
                return give(root, text, fn, user);
        for (const struct bh_doc *n = bh_doc_first(items); n && r == 0; n = n->next)
                r = give(n, text, fn, user);
        return r;
}

static int number_it(void *user, const struct bh_audit_event *event) {
        struct bh_audit *a = user;
        struct bh_audit_event e = *event;

        e.num = ++a->num;
        return a->fn(a->user, &e);
}

/* What fn says is told apart from what the text is not: that is < 0 and counted. */
static int on_line(void *user, struct bh_str line) {
        struct bh_audit *a = user;
        struct bh_err why = BH_ERR_NONE;
        int r;

        line = bh_str_trim(line);
        if (!line.len)
                return 0;
        bh_arena_reset(a->scratch);
        r = bh_audit_parse(a->scratch, line, number_it, a, &why);
        if (r < 0 && why.code) {
                a->bad++;
                return 0;
        }
        return r;
}

int bh_audit_open(const char *path, bool from_start, struct bh_audit **ret, struct bh_err *err) {
        struct bh_audit *a = calloc(1, sizeof *a);

        (void) err;
        if (!a)
                bh_nomem(sizeof *a);
        a->scratch = bh_arena_new();
        a->is_stdin = strcmp(path, "-") == 0;
        a->file.fd = -1;
        if (!a->is_stdin)
                bh_follow_init(&a->file, path, from_start);
        *ret = a;
        return 0;
}

void bh_audit_close(struct bh_audit **audit) {
        struct bh_audit *a = BH_TAKE(*audit);

        if (!a)
                return;
        bh_follow_done(&a->file);
        bh_buf_done(&a->held);
        bh_arena_free(&a->scratch);
        free(a);
}

uint64_t bh_audit_bad_lines(const struct bh_audit *a) {
        return a->bad;
}

/* 1: go on; 0: the end. */
static int read_stdin(struct bh_audit *a, int timeout_ms, struct bh_err *err) {
        struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
        struct bh_str rest, line;
        char bytes[65536];
        ssize_t n;
        int r = 0;

        if (poll(&p, 1, timeout_ms) <= 0)
                return 1;
        n = read(STDIN_FILENO, bytes, sizeof bytes);
        if (n < 0)
                return errno == EINTR || errno == EAGAIN ? 1 : bh_fail_sys(err, errno, "standard input");
        bh_buf_add(&a->held, (struct bh_str){ bytes, (size_t) n });
        if (n == 0)
                bh_buf_putc(&a->held, '\n');
        rest = bh_buf_str(&a->held);
        while (r == 0 && bh_str_chr(rest, '\n') >= 0) {
                (void) bh_str_cut(rest, '\n', &line, &rest);
                r = on_line(a, line);
        }
        memmove(a->held.at, rest.at, rest.len);
        a->held.len = rest.len;
        if (a->held.len > BH_LIMIT_AUDIT_EVENT) {
                a->bad++;
                bh_buf_clear(&a->held);
        }
        return r ? r : n > 0;
}

int bh_audit_poll(struct bh_audit *a, int timeout_ms, bh_audit_fn fn, void *user, struct bh_err *err) {
        int r;

        a->fn = fn;
        a->user = user;
        if (a->is_stdin)
                return read_stdin(a, timeout_ms, err);
        for (;;) {
                int wait = BH_MIN(timeout_ms, LOOK_MS);

                r = bh_follow_lines(&a->file, BH_LIMIT_AUDIT_EVENT, on_line, a, err);
                if (r != 0 || timeout_ms <= 0)
                        return r ? r : 1;
                (void) poll(NULL, 0, wait);
                timeout_ms -= wait;
        }
}
