/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_RECORDING_H
#define BH_SENSE_RECORDING_H
/*
 * Recordings (.bhrec): records as they left a back end, one after the other.
 *
 *     "BHREC\r\n\0"                8 bytes
 *     u32 version (1), u32 size of this header (64)
 *     i64 boot_ns                  CLOCK_REALTIME less CLOCK_BOOTTIME, when it was made
 *     i64 made_ns                  when, ns since 1970
 *     char machine[32]             its name, filled up with NULs
 *     records of bpf/shared/event.h, each a multiple of 8 bytes
 *
 * All numbers are little endian. docs/FORMATS/bhrec.md tells it for others.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define BH_RECORDING_HEADER 64
#define BH_RECORDING_VERSION 1

struct bh_recording_head {
        int64_t boot_ns, made_ns;
        char machine[33]; /* closed */
};

/* Pure: the header at the beginning of `bytes`, which are at least BH_RECORDING_HEADER. */
int bh_recording_head_parse(struct bh_str bytes, struct bh_recording_head *ret, struct bh_err *err) BH_MUST_CHECK;
void bh_recording_head_put(struct bh_buf *out, const struct bh_recording_head *head);
/*
 * Pure: the next record of `rest`, which begins at a multiple of 8 and moves on.
 * 1: a record; 0: `rest` ends within it, or is empty; < 0: these are no records.
 */
int bh_recording_next(struct bh_str *rest, struct bh_str *ret_record, struct bh_err *err) BH_MUST_CHECK;

/* A writer: buffered, and whole records only. */
struct bh_recorder;
int bh_recorder_open(const char *path, int64_t boot_ns, struct bh_recorder **ret, struct bh_err *err) BH_MUST_CHECK;
int bh_recorder_add(struct bh_recorder *r, struct bh_str record, struct bh_err *err) BH_MUST_CHECK;
int bh_recorder_flush(struct bh_recorder *r, struct bh_err *err) BH_MUST_CHECK;
int bh_recorder_close(struct bh_recorder **r, struct bh_err *err); /* flushes */

#endif
