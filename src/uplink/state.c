/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the outbox remembers beside its segments: DIR/state, a line for each epoch,
 * the current one last, and the hash of all of it. `sent` is written before a batch leaves.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/limits.h"
#include "sys/fd.h"
#include "uplink/outbox_parts.h"

#define HEADING "bulkhead-outbox 1\n"

static bool take(struct bh_str *line, uint64_t *ret) {
        struct bh_str word;

        return bh_str_word(line, &word) && bh_str_u64(word, ret);
}

static bool read_line(struct bh_outbox *o, struct bh_str line) {
        struct bh_epoch e = { 0 };

        if (!take(&line, &e.id) || !take(&line, &e.next) || !take(&line, &e.acked) || !take(&line, &e.sent) || e.next == 0)
                return false;
        if (o->n_epochs == BH_LIMIT_OUTBOX_EPOCHS)
                return false;
        o->epochs[o->n_epochs++] = e;
        return true;
}

static bool read_state(struct bh_outbox *o, struct bh_str text) {
        ptrdiff_t end = bh_str_find(text, BH_STR("hash "));
        struct bh_str hash = end < 0 ? (struct bh_str){ 0 } : bh_str_trim(bh_str_from(text, (size_t) end + 5)), line;
        uint64_t want;

        if (end < 0 || !bh_str_hex64(hash, &want) || bh_hash64(bh_str_part(text, 0, (size_t) end)) != want)
                return false;
        text.len = (size_t) end;
        if (!bh_str_cut_prefix(&text, BH_STR(HEADING)))
                return false;
        while (bh_str_split(&text, '\n', &line))
                if (!read_line(o, line))
                        return false;
        return o->n_epochs > 0;
}

int bh_outbox_state_load(struct bh_outbox *o) {
        struct bh_arena *arena = bh_arena_new();
        char path[4096];
        struct bh_str text;
        bool fine;

        (void) snprintf(path, sizeof path, "%s/state", o->dir);
        fine = bh_fd_read_file(arena, path, BH_MIB, &text, NULL) >= 0 && read_state(o, text);
        bh_arena_free(&arena);
        if (!fine)
                o->n_epochs = 0;
        return fine;
}

static int write_state(struct bh_outbox *o, struct bh_str text, bool sync, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = openat(o->dir_fd, "state.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        int r;

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s/state", o->dir);
        r = bh_fd_write_all(fd, text, err);
        if (r >= 0 && sync && fdatasync(fd) < 0)
                r = bh_fail_sys(err, errno, "%s/state", o->dir);
        if (r >= 0 && renameat(o->dir_fd, "state.new", o->dir_fd, "state") < 0)
                r = bh_fail_sys(err, errno, "%s/state", o->dir);
        if (r >= 0 && sync && fsync(o->dir_fd) < 0)
                r = bh_fail_sys(err, errno, "%s", o->dir);
        return r;
}

void bh_outbox_state_save(struct bh_outbox *o, bool sync) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_err err = BH_ERR_NONE;

        bh_buf_puts(&text, HEADING);
        for (size_t i = 0; i < o->n_epochs; i++)
                bh_buf_printf(&text, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", o->epochs[i].id, o->epochs[i].next, o->epochs[i].acked,
                              o->epochs[i].sent);
        bh_buf_printf(&text, "hash %016" PRIx64 "\n", bh_hash64(bh_buf_str(&text)));
        if (write_state(o, bh_buf_str(&text), sync, &err) < 0)
                bh_outbox_trouble(o, &err);
}
