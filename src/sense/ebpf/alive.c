/* SPDX-License-Identifier: Apache-2.0 */
#include "sense/ebpf/alive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/buf.h"
#include "sys/fd.h"

/* Gives all whole records at the front of b, and keeps the rest. */
static int give(struct bh_buf *b, bh_record_fn fn, void *user) {
        size_t at = 0;
        int said = 0;

        while (said == 0 && b->len - at >= sizeof(struct bh_ev_head)) {
                struct bh_ev_head head;

                memcpy(&head, b->at + at, sizeof(head));
                if (head.size < sizeof(head) || head.size > b->len - at)
                        break;
                said = fn(user, (struct bh_str){ b->at + at, head.size });
                at += head.size;
        }
        memmove(b->at, b->at + at, b->len - at);
        b->len -= at;
        return said;
}

static int read_all(int fd, bh_record_fn fn, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        for (;;) {
                char *room = bh_buf_room(&b, 64 * 1024);
                ssize_t n = read(fd, room, 64 * 1024);
                int said;

                if (n == 0)
                        return 0;
                if (n < 0 && (errno == EINTR || errno == EAGAIN))
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "the kernel's list of tasks");
                b.len += (size_t) n;
                said = give(&b, fn, user);
                if (said != 0)
                        return said;
        }
}

static void drop_link(struct bpf_link **link) {
        bpf_link__destroy(*link);
}

static int nothing(void *user, struct bh_str record) {
        (void) user, (void) record;
        return 0;
}

static int iterate(const struct bh_bpf_objects *o, const char *name, bh_record_fn fn, void *user, struct bh_err *err) {
        int sys;
        struct bpf_program *program = bh_bpf_program(o, name, &sys);
        BH_CLEANUP(drop_link) struct bpf_link *link = program ? bpf_program__attach_iter(program, NULL) : NULL;
        BH_CLEANUP(bh_fd_close) int fd = -1;

        if (!link)
                return bh_fail(err, BH_E_UNSUPPORTED, "the kernel does not list its tasks to BPF programs: %s",
                               strerror(program ? errno : sys ?: ENOSYS));
        fd = bpf_iter_create(bpf_link__fd(link));
        if (fd < 0)
                return bh_fail_sys(err, errno, "the kernel's list of tasks");
        return read_all(fd, fn, user, err);
}

void bh_find_host(const struct bh_bpf_objects *o) {
        BH_IGNORE(iterate(o, "find_host", nothing, NULL, NULL));
}

int bh_alive(const struct bh_bpf_objects *o, bh_record_fn fn, void *user, struct bh_err *err) {
        return iterate(o, "alive", fn, user, err);
}
