/* SPDX-License-Identifier: Apache-2.0 */
/* The back end that reads a recording, at the pace it was made or as fast as it can. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sense/own.h"
#include "sense/recording.h"
#include "sys/clock.h"
#include "sys/fd.h"

#define READ_BYTES (2 * BH_EV_MAX_SIZE)
#define POLL_RECORDS 4096u /* at full speed, then the caller may look at the clock */

struct bh_backend {
        int fd;
        bool at_full_speed, ended;
        char *bytes; /* READ_BYTES; what is read and not yet given begins at a multiple of 8 */
        size_t from, to;
        uint64_t offset; /* in the file, of `from` */
        uint64_t first_ktime_ns, first_now_ns, seen;
        struct bh_recording_head head;
};

static int fill(struct bh_backend *b, struct bh_err *err) {
        if (b->from) {
                memmove(b->bytes, b->bytes + b->from, b->to - b->from);
                b->to -= b->from;
                b->from = 0;
        }
        while (b->to < READ_BYTES && !b->ended) {
                ssize_t n = read(b->fd, b->bytes + b->to, READ_BYTES - b->to);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return bh_fail_sys(err, errno, "recording");
                if (n == 0)
                        b->ended = true;
                b->to += (size_t) n;
        }
        return 0;
}

static int open_file(const char *file, int *ret_fd, struct bh_err *err) {
        if (!file)
                return bh_fail(err, BH_E_USAGE, "the replay back end needs a file");
        *ret_fd = strcmp(file, "-") == 0 ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
        return *ret_fd < 0 ? bh_fail_sys(err, errno, "%s", file) : 0;
}

static void replay_close(struct bh_backend **backend) {
        struct bh_backend *b = BH_TAKE(*backend);

        if (!b)
                return;
        bh_fd_close(&b->fd);
        free(b->bytes);
        free(b);
}

static int replay_open(const struct bh_backend_opts *opts, struct bh_backend **ret, struct bh_err *err) {
        struct bh_backend *b = calloc(1, sizeof *b);
        int r;

        if (!b || !(b->bytes = malloc(READ_BYTES)))
                bh_nomem(READ_BYTES);
        b->at_full_speed = opts->at_full_speed;
        b->fd = -1;
        r = open_file(opts->file, &b->fd, err);
        if (r == 0)
                r = fill(b, err);
        if (r == 0 && b->to < BH_RECORDING_HEADER)
                r = bh_fail(err, BH_E_FORMAT, "%s: %zu bytes are no recording", opts->file, b->to);
        if (r == 0)
                r = bh_recording_head_parse((struct bh_str){ b->bytes, BH_RECORDING_HEADER }, &b->head, err);
        if (r < 0) {
                replay_close(&b);
                return r;
        }
        b->from = b->offset = BH_RECORDING_HEADER;
        *ret = b;
        return 0;
}

static int replay_filter(struct bh_backend *b, const struct bh_interest *interest, struct bh_err *err) {
        (void) b, (void) interest, (void) err;
        return 0; /* what was recorded is sent; rules look at all of it */
}

/* How long until that record is due. */
static uint64_t wait_for(struct bh_backend *b, struct bh_str record) {
        struct bh_ev_head head;
        uint64_t due, now = (uint64_t) bh_clock_ns(CLOCK_MONOTONIC);

        memcpy(&head, record.at, sizeof head);
        if (b->at_full_speed || head.type == BH_EV_ALIVE)
                return 0;
        if (!b->first_now_ns) {
                b->first_now_ns = now;
                b->first_ktime_ns = head.ktime_ns;
        }
        if (head.ktime_ns <= b->first_ktime_ns)
                return 0;
        due = b->first_now_ns + (head.ktime_ns - b->first_ktime_ns);
        return due > now ? due - now : 0;
}

static int next_record(struct bh_backend *b, struct bh_str *ret, struct bh_err *err) {
        struct bh_str rest = { b->bytes + b->from, b->to - b->from };
        int r = bh_recording_next(&rest, ret, err);

        if (r == 0 && !b->ended) {
                r = fill(b, err);
                if (r < 0)
                        return r;
                rest = (struct bh_str){ b->bytes, b->to };
                r = bh_recording_next(&rest, ret, err);
        }
        if (r < 0)
                return bh_wrap(err, r, "recording: at byte %llu", (unsigned long long) b->offset);
        if (r == 0 && rest.len)
                return bh_fail(err, BH_E_FORMAT, "the recording ends within a record, at byte %llu", (unsigned long long) b->offset);
        return r;
}

static void nap(uint64_t ns) {
        struct timespec t = { (time_t) (ns / 1000000000u), (long) (ns % 1000000000u) };

        (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static int replay_poll(struct bh_backend *b, int timeout_ms, bh_record_fn fn, void *user, struct bh_err *err) {
        uint64_t left = (uint64_t) BH_MAX(timeout_ms, 0) * 1000000u;

        for (unsigned n = 0; n < POLL_RECORDS; n++) {
                struct bh_str record;
                int r = next_record(b, &record, err);
                uint64_t wait = r > 0 ? wait_for(b, record) : 0;

                if (r <= 0)
                        return r;
                if (wait > left) {
                        nap(left);
                        return 1;
                }
                if (wait) /* else a nap takes longer than most events */
                        nap(wait);
                left -= wait;
                b->from += record.len;
                b->offset += record.len;
                b->seen++;
                r = fn(user, record);
                if (r)
                        return r;
        }
        return 1;
}

static void replay_stats(struct bh_backend *b, struct bh_lane_stats ret[BH_LANES]) {
        memset(ret, 0, BH_LANES * sizeof ret[0]);
        ret[BH_LANE_PROC].seen = b->seen; /* a recording has one lane */
}

static size_t replay_capabilities(struct bh_backend *b, const struct bh_capability **ret) {
        static const struct bh_capability all[] = { { "recorded events", true, "a recording", "" } };

        (void) b;
        *ret = all;
        return BH_LEN(all);
}

int64_t bh_replay_boot_ns(const struct bh_backend *b) {
        return b->head.boot_ns;
}

const char *bh_replay_machine(const struct bh_backend *b) {
        return b->head.machine;
}

const struct bh_backend_ops bh_backend_replay = {
        .name = "replay",
        .about = "a recording",
        .open = replay_open,
        .filter = replay_filter,
        .poll = replay_poll,
        .stats = replay_stats,
        .capabilities = replay_capabilities,
        .close = replay_close,
};
