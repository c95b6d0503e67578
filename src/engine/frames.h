/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ENGINE_FRAMES_H
#define BH_ENGINE_FRAMES_H
/*
 * Standard output and error of a container, mixed into one stream of frames:
 *
 *     kind, 1 byte (1 output, 2 error) | 3 zero bytes | length, 4 bytes, big endian | that many bytes
 *
 * It comes in pieces of any size, and so may be cut anywhere.
 */
#include "base/buf.h"
#include "base/err.h"

/* Starts as zero, ends by _done. Beyond BH_LIMIT_ENGINE_OUTPUT in all, bytes are counted and let go. */
struct bh_frames {
        struct bh_buf out, err;
        uint64_t dropped_bytes;
        /* between pieces */
        uint8_t head[8];
        uint8_t head_len;
        uint32_t left; /* of the frame under way */
};

void bh_frames_done(struct bh_frames *f);
int bh_frames_push(struct bh_frames *f, struct bh_str piece, struct bh_err *err) BH_MUST_CHECK;
/* Was the stream cut within a frame? */
int bh_frames_end(const struct bh_frames *f, struct bh_err *err) BH_MUST_CHECK;

#endif
