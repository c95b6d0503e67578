/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cur.h"
#include "bpf/shared/event.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define MAGIC ((struct bh_str){ "BHREC\r\n", 8 })
#define MACHINE_LEN 32
#define HOLD_BYTES (256u * 1024)

int bh_recording_head_parse(struct bh_str bytes, struct bh_recording_head *ret, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_recording_head h = { 0 };
        struct bh_str machine;
        uint32_t version, size;

        if (!bh_str_eq(bh_cur_take(&c, MAGIC.len), MAGIC))
                return bh_fail(err, BH_E_FORMAT, "this is no recording: it does not begin with BHREC");
        version = bh_cur_le32(&c);
        size = bh_cur_le32(&c);
        if (version != BH_RECORDING_VERSION)
                return bh_fail(err, BH_E_UNSUPPORTED, "a recording of version %u; this program reads version %u", version,
                               BH_RECORDING_VERSION);
        h.boot_ns = (int64_t) bh_cur_le64(&c);
        h.made_ns = (int64_t) bh_cur_le64(&c);
        machine = bh_cur_take(&c, MACHINE_LEN);
        if (c.bad || size != BH_RECORDING_HEADER)
                return bh_fail(err, BH_E_FORMAT, "the recording ends within its header");
        memcpy(h.machine, machine.at, MACHINE_LEN);
        *ret = h;
        return 0;
}

void bh_recording_head_put(struct bh_buf *out, const struct bh_recording_head *head) {
        bh_buf_add(out, MAGIC);
        bh_buf_le32(out, BH_RECORDING_VERSION);
        bh_buf_le32(out, BH_RECORDING_HEADER);
        bh_buf_le64(out, (uint64_t) head->boot_ns);
        bh_buf_le64(out, (uint64_t) head->made_ns);
        bh_buf_add(out, (struct bh_str){ head->machine, MACHINE_LEN });
}

int bh_recording_next(struct bh_str *rest, struct bh_str *ret_record, struct bh_err *err) {
        struct bh_ev_head head;

        if (rest->len < sizeof head)
                return 0;
        memcpy(&head, rest->at, sizeof head);
        if (head.size < sizeof head || head.size > BH_EV_MAX_SIZE || head.size % 8)
                return bh_fail(err, BH_E_FORMAT, "a record of %u bytes: the recording is damaged here", head.size);
        if (rest->len < head.size)
                return 0;
        *ret_record = bh_str_part(*rest, 0, head.size);
        *rest = bh_str_from(*rest, head.size);
        return 1;
}

struct bh_recorder {
        int fd;
        struct bh_buf held;
};

int bh_recorder_open(const char *path, int64_t boot_ns, struct bh_recorder **ret, struct bh_err *err) {
        struct bh_recording_head head = { .boot_ns = boot_ns };
        struct bh_recorder *r;
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", path);
        r = calloc(1, sizeof *r);
        if (!r)
                bh_nomem(sizeof *r);
        r->fd = fd;
        head.made_ns = bh_clock_ns(CLOCK_REALTIME);
        (void) gethostname(head.machine, MACHINE_LEN);
        bh_recording_head_put(&r->held, &head);
        *ret = r;
        return 0;
}

int bh_recorder_flush(struct bh_recorder *r, struct bh_err *err) {
        int e = bh_fd_write_all(r->fd, bh_buf_str(&r->held), err);

        bh_buf_clear(&r->held);
        return e < 0 ? bh_wrap(err, e, "recording") : 0;
}

int bh_recorder_add(struct bh_recorder *r, struct bh_str record, struct bh_err *err) {
        bh_buf_add(&r->held, record);
        return r->held.len >= HOLD_BYTES ? bh_recorder_flush(r, err) : 0;
}

int bh_recorder_close(struct bh_recorder **recorder, struct bh_err *err) {
        struct bh_recorder *r = BH_TAKE(*recorder);
        int e;

        if (!r)
                return 0;
        e = bh_recorder_flush(r, err);
        bh_fd_close(&r->fd);
        bh_buf_done(&r->held);
        free(r);
        return e;
}
