/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/frames.h"

#include <string.h>

#include "base/limits.h"

enum { OUT = 1, ERR = 2 };

void bh_frames_done(struct bh_frames *f) {
        bh_buf_done(&f->out);
        bh_buf_done(&f->err);
}

static uint32_t be32(const uint8_t *at) {
        return (uint32_t) at[0] << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 | at[3];
}

/* Takes what is missing of a frame's head. */
static int take_head(struct bh_frames *f, struct bh_str *piece, struct bh_err *err) {
        size_t n = BH_MIN(sizeof f->head - f->head_len, piece->len);

        memcpy(f->head + f->head_len, piece->at, n);
        f->head_len = (uint8_t) (f->head_len + n);
        *piece = bh_str_from(*piece, n);
        if (f->head_len < sizeof f->head)
                return 0;
        if (f->head[0] > ERR || f->head[1] || f->head[2] || f->head[3])
                return bh_fail(err, BH_E_FORMAT, "the engine's stream of output is not made of frames");
        f->left = be32(f->head + 4);
        if (f->left == 0)
                f->head_len = 0;
        return 0;
}

static void take_data(struct bh_frames *f, struct bh_str *piece) {
        struct bh_str data = bh_str_part(*piece, 0, f->left);
        uint64_t room = BH_LIMIT_ENGINE_OUTPUT - BH_MIN(f->out.len + f->err.len, BH_LIMIT_ENGINE_OUTPUT);
        struct bh_str kept = bh_str_part(data, 0, room);

        bh_buf_add(f->head[0] == ERR ? &f->err : &f->out, kept);
        f->dropped_bytes += data.len - kept.len;
        f->left -= (uint32_t) data.len;
        *piece = bh_str_from(*piece, data.len);
        if (f->left == 0)
                f->head_len = 0;
}

int bh_frames_push(struct bh_frames *f, struct bh_str piece, struct bh_err *err) {
        int r = 0;

        while (r == 0 && piece.len) {
                if (f->left)
                        take_data(f, &piece);
                else
                        r = take_head(f, &piece, err);
        }
        return r;
}

int bh_frames_end(const struct bh_frames *f, struct bh_err *err) {
        if (f->left || f->head_len)
                return bh_fail(err, BH_E_FORMAT, "the engine's stream of output ends within a frame");
        return 0;
}
