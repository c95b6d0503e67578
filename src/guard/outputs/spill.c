/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "guard/outputs/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cur.h"
#include "base/limits.h"
#include "sys/fd.h"

enum { FILE_HEAD = 16, RECORD_HEAD = 13 };
static const struct bh_str magic = BH_STR_INIT("BHSPOOL1");

struct bh_spill {
        int fd;
        uint64_t max_bytes, from, to; /* from: the oldest record; to: the end */
        uint64_t n, given; /* given: up to where the disk got its room back */
        uint32_t oldest; /* whole length of the record at `from`, when peeked at; else 0 */
};

static int read_at(const struct bh_spill *s, void *into, size_t n, uint64_t at, struct bh_err *err) {
        ssize_t got = pread(s->fd, into, n, (off_t) at);

        if (got < 0)
                return bh_fail_sys(err, errno, "spool: read");
        return (size_t) got == n ? 0 : bh_fail(err, BH_E_FORMAT, "spool: ends in the middle of a record");
}

static int write_at(const struct bh_spill *s, struct bh_str bytes, uint64_t at, struct bh_err *err) {
        ssize_t put = pwrite(s->fd, bytes.at, bytes.len, (off_t) at);

        if (put < 0)
                return bh_fail_sys(err, errno, "spool: write");
        return (size_t) put == bytes.len ? 0 : bh_fail(err, BH_E_LIMIT, "spool: the disk is full");
}

static int write_head(struct bh_spill *s, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf head = { 0 };

        bh_buf_add(&head, magic);
        bh_buf_le64(&head, s->from);
        return write_at(s, bh_buf_str(&head), 0, err);
}

/* The length of the record at `at`, its head read into `head`; 0: torn. */
static uint64_t record_at(const struct bh_spill *s, uint64_t at, uint64_t end, char head[RECORD_HEAD]) {
        struct bh_cur c = bh_cur_of((struct bh_str){ head, RECORD_HEAD });
        uint32_t len;

        if (end - at < RECORD_HEAD || read_at(s, head, RECORD_HEAD, at, NULL) < 0)
                return 0;
        len = bh_cur_le32(&c);
        return len <= BH_LIMIT_ALERT && end - at - RECORD_HEAD >= len ? RECORD_HEAD + (uint64_t) len : 0;
}

/* Counts what waits, and cuts off what was not written whole. */
static int take_up(struct bh_spill *s, uint64_t size, struct bh_err *err) {
        char head[FILE_HEAD], record[RECORD_HEAD];
        struct bh_cur c = bh_cur_of((struct bh_str){ head, sizeof head });
        uint64_t n;
        int r = read_at(s, head, sizeof head, 0, err);

        if (r < 0)
                return r;
        if (!bh_str_eq(bh_cur_take(&c, magic.len), magic))
                return bh_fail(err, BH_E_FORMAT, "spool: the file is not one of ours");
        s->from = s->to = bh_cur_le64(&c);
        if (s->from < FILE_HEAD || s->from > size)
                return bh_fail(err, BH_E_FORMAT, "spool: its read offset is beyond its end");
        while ((n = record_at(s, s->to, size, record)) > 0) {
                s->to += n;
                s->n++;
        }
        return ftruncate(s->fd, (off_t) s->to) < 0 ? bh_fail_sys(err, errno, "spool: truncate") : 0;
}

int bh_spill_open(const char *path, uint64_t max_bytes, struct bh_spill **ret, struct bh_err *err) {
        BH_CLEANUP(bh_spill_close) struct bh_spill *s = calloc(1, sizeof *s);
        struct stat st;
        int r;

        if (!s)
                bh_nomem(sizeof *s);
        s->max_bytes = max_bytes;
        s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (s->fd < 0 || fstat(s->fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        if (flock(s->fd, LOCK_EX | LOCK_NB) < 0)
                return bh_fail_sys(err, errno, "%s: another process has it", path);
        s->from = s->to = FILE_HEAD;
        r = st.st_size < FILE_HEAD ? write_head(s, err) : take_up(s, (uint64_t) st.st_size, err);
        if (r < 0)
                return bh_wrap(err, r, "%s", path);
        *ret = BH_TAKE(s);
        return 0;
}

void bh_spill_close(struct bh_spill **s) {
        if (!*s)
                return;
        bh_fd_close(&(*s)->fd);
        free(*s);
        *s = NULL;
}

uint64_t bh_spill_count(const struct bh_spill *s) {
        return s->n;
}

int bh_spill_add(struct bh_spill *s, const struct bh_message *m, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf record = { 0 };
        int r;

        bh_buf_le32(&record, m->len);
        bh_buf_putc(&record, (char) m->level);
        bh_buf_le64(&record, (uint64_t) m->time_ns);
        bh_buf_add(&record, bh_message_str(m));
        if (s->to - s->from + record.len > s->max_bytes)
                return bh_fail(err, BH_E_LIMIT, "spool: it has its %llu bytes", (unsigned long long) s->max_bytes);
        r = write_at(s, bh_buf_str(&record), s->to, err);
        if (r < 0)
                return r;
        s->to += record.len;
        s->n++;
        return 0;
}

int bh_spill_peek(struct bh_spill *s, struct bh_message **ret, struct bh_err *err) {
        char head[RECORD_HEAD];
        struct bh_cur c = bh_cur_of((struct bh_str){ head, sizeof head });
        struct bh_message *m;
        uint64_t n;
        int r;

        *ret = NULL;
        if (s->n == 0)
                return 0;
        n = record_at(s, s->from, s->to, head);
        if (n == 0)
                return bh_fail(err, BH_E_FORMAT, "spool: a record is damaged");
        m = malloc(sizeof *m + n);
        if (!m)
                bh_nomem(n);
        *m = (struct bh_message){ .len = bh_cur_le32(&c) };
        m->level = bh_cur_u8(&c);
        m->level = BH_MIN(m->level, BH_PRIORITY_DEBUG);
        m->time_ns = (int64_t) bh_cur_le64(&c);
        r = read_at(s, m->bytes, m->len, s->from + RECORD_HEAD, err);
        if (r < 0) {
                free(m);
                return r;
        }
        s->oldest = (uint32_t) n;
        *ret = m;
        return 0;
}

/* The disk gets back what was delivered, a piece at a time; where the file system cannot, it waits for the end. */
static void give_back(struct bh_spill *s) {
        enum { PIECE = 1 << 20 };

        if (s->from - s->given < PIECE)
                return;
        (void) fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FILE_HEAD, (off_t) (s->from - FILE_HEAD));
        s->given = s->from;
}

int bh_spill_drop(struct bh_spill *s, struct bh_err *err) {
        s->from += s->oldest;
        s->oldest = 0;
        if (--s->n == 0)
                return bh_spill_reset(s, err);
        give_back(s);
        return write_head(s, err);
}

int bh_spill_reset(struct bh_spill *s, struct bh_err *err) {
        s->from = s->to = FILE_HEAD;
        s->given = s->n = 0;
        if (ftruncate(s->fd, FILE_HEAD) < 0)
                return bh_fail_sys(err, errno, "spool: truncate");
        return write_head(s, err);
}
