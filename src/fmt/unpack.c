/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/unpack.h"

#include <stdlib.h>
#include <string.h>

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include "base/arena.h"
#include "base/limits.h"

enum { PEEK = 64 * 1024 };

struct bh_unpack {
        struct bh_stream *from;
        enum bh_packing packing;
        bool known, ended;
        struct inflate_state *gzip;
        bool between; /* gzip: at a member's beginning; zstd: at a frame's */
        ZSTD_DStream *zstd;
};

struct bh_unpack *bh_unpack_new(struct bh_stream *from) {
        struct bh_unpack *u = calloc(1, sizeof *u);

        if (!u)
                bh_nomem(sizeof *u);
        u->from = from;
        return u;
}

void bh_unpack_free(struct bh_unpack **u) {
        if (!*u)
                return;
        free((*u)->gzip);
        (void) ZSTD_freeDStream((*u)->zstd);
        free(*u);
        *u = NULL;
}

enum bh_packing bh_unpack_packing(const struct bh_unpack *u) {
        return u->packing;
}

const char *bh_packing_str(enum bh_packing p) {
        return p == BH_PACKING_GZIP ? "gzip" : p == BH_PACKING_ZSTD ? "zstd" : "none";
}

static bool is_zstd(struct bh_str head) {
        return bh_str_starts(head, BH_STR("\x28\xb5\x2f\xfd")) ||
               (head.len >= 4 && ((unsigned char) head.at[0] & 0xf0) == 0x50 && memcmp(head.at + 1, "\x2a\x4d\x18", 3) == 0);
}

static int recognise(struct bh_unpack *u, struct bh_err *err) {
        struct bh_str head;
        int r = bh_stream_peek(u->from, 4, &head, err);

        if (r < 0)
                return r;
        u->known = true;
        if (bh_str_starts(head, BH_STR("\x1f\x8b"))) {
                u->packing = BH_PACKING_GZIP;
                u->between = true;
                u->gzip = malloc(sizeof *u->gzip);
                if (!u->gzip)
                        bh_nomem(sizeof *u->gzip);
        } else if (is_zstd(head)) {
                u->packing = BH_PACKING_ZSTD;
                u->zstd = ZSTD_createDStream();
                if (!u->zstd)
                        bh_nomem(1 << 20);
                (void) ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, BH_LIMIT_ZSTD_WINDOW_LOG);
        }
        return 0;
}

static int plain(struct bh_unpack *u, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_str some;
        int r = bh_stream_some(u->from, &some, err);

        if (r < 0)
                return r;
        some.len = BH_MIN(some.len, room);
        if (some.len)
                memcpy(buf, some.at, some.len);
        bh_stream_drop(u->from, some.len);
        *ret_n = some.len;
        return 0;
}

/* At a member's beginning: another member follows, or zero padding, or the end. */
static int next_member(struct bh_unpack *u, struct bh_err *err) {
        struct bh_str head;
        int r;

        for (;;) {
                r = bh_stream_peek(u->from, 2, &head, err);
                if (r < 0)
                        return r;
                if (head.len == 0 || head.at[0] != '\0')
                        break;
                bh_stream_drop(u->from, 1);
        }
        if (head.len == 0) {
                u->ended = true;
                return 0;
        }
        if (!bh_str_is(head, "\x1f\x8b"))
                return bh_fail(err, BH_E_FORMAT, "gzip: bytes after the last member that are not gzip");
        isal_inflate_init(u->gzip);
        u->gzip->crc_flag = ISAL_GZIP;
        u->between = false;
        return 0;
}

static const char *igzip_words(int r) {
        switch (r) {
        case ISAL_END_INPUT: return "the data ends early";
        case ISAL_INVALID_BLOCK: return "an invalid deflate block";
        case ISAL_INVALID_SYMBOL: return "an invalid deflate symbol";
        case ISAL_INVALID_LOOKBACK: return "a distance before the beginning";
        case ISAL_INVALID_WRAPPER: return "an invalid header";
        case ISAL_UNSUPPORTED_METHOD: return "an unknown compression method";
        case ISAL_INCORRECT_CHECKSUM: return "the checksum does not match";
        default: return "broken data";
        }
}

static int gzip(struct bh_unpack *u, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        *ret_n = 0;
        while (*ret_n == 0 && !u->ended) {
                struct bh_str in;
                int r;

                if (u->between) {
                        r = next_member(u, err);
                        if (r < 0)
                                return r;
                        continue;
                }
                r = bh_stream_some(u->from, &in, err);
                if (r < 0)
                        return r;
                in.len = BH_MIN(in.len, (size_t) PEEK);
                u->gzip->next_in = (uint8_t *) in.at;
                u->gzip->avail_in = (uint32_t) in.len;
                u->gzip->next_out = (uint8_t *) buf;
                u->gzip->avail_out = (uint32_t) room;
                r = isal_inflate(u->gzip);
                bh_stream_drop(u->from, in.len - u->gzip->avail_in);
                *ret_n = room - u->gzip->avail_out;
                if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
                        return bh_fail(err, BH_E_FORMAT, "gzip: %s", igzip_words(r));
                if (u->gzip->block_state == ISAL_BLOCK_FINISH)
                        u->between = true;
                else if (in.len == 0 && *ret_n == 0)
                        return bh_fail(err, BH_E_FORMAT, "gzip: the data ends early");
        }
        return 0;
}

static int zstd(struct bh_unpack *u, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        ZSTD_outBuffer out = { buf, room, 0 };

        while (out.pos == 0 && !u->ended) {
                struct bh_str some;
                ZSTD_inBuffer in;
                size_t left;
                int r = bh_stream_some(u->from, &some, err);

                if (r < 0)
                        return r;
                in = (ZSTD_inBuffer){ some.at, BH_MIN(some.len, (size_t) PEEK), 0 };
                left = ZSTD_decompressStream(u->zstd, &out, &in);
                if (ZSTD_isError(left))
                        return bh_fail(err, BH_E_FORMAT, "zstd: %s", ZSTD_getErrorName(left));
                bh_stream_drop(u->from, in.pos);
                if (some.len == 0 && out.pos == 0) {
                        if (!u->between)
                                return bh_fail(err, BH_E_FORMAT, "zstd: the data ends early");
                        u->ended = true;
                }
                u->between = left == 0;
        }
        *ret_n = out.pos;
        return 0;
}

int bh_unpack_fill(void *unpack, char *buf, size_t room, size_t *ret_n, struct bh_err *err) {
        struct bh_unpack *u = unpack;
        int r = u->known ? 0 : recognise(u, err);

        if (r < 0)
                return r;
        room = BH_MIN(room, (size_t) 1 << 30);
        switch (u->packing) {
        case BH_PACKING_GZIP: return gzip(u, buf, room, ret_n, err);
        case BH_PACKING_ZSTD: return zstd(u, buf, room, ret_n, err);
        default: return plain(u, buf, room, ret_n, err);
        }
}
