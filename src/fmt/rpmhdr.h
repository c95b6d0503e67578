/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_FMT_RPMHDR_H
#define BH_FMT_RPMHDR_H
/*
 * An RPM header as the package database keeps it, all numbers big endian:
 *
 *     tags u32 | data bytes u32 | tags x (tag u32, type u32, offset u32, count u32) | data
 *
 * Every slice points into the header's bytes. A question about a tag that is
 * absent, of another type or outside the data gives nothing; the header itself
 * must be whole.
 */
#include "base/cur.h"
#include "base/err.h"

enum bh_rpm_tag {
        BH_RPM_NAME = 1000,
        BH_RPM_VERSION = 1001,
        BH_RPM_RELEASE = 1002,
        BH_RPM_EPOCH = 1003,
        BH_RPM_VENDOR = 1011,
        BH_RPM_LICENSE = 1014,
        BH_RPM_ARCH = 1022,
        BH_RPM_FILESTATES = 1029,
        BH_RPM_FILEDIGESTS = 1035,
        BH_RPM_FILEFLAGS = 1037,
        BH_RPM_SOURCERPM = 1044,
        BH_RPM_DIRINDEXES = 1116,
        BH_RPM_BASENAMES = 1117,
        BH_RPM_DIRNAMES = 1118,
        BH_RPM_FILEDIGESTALGO = 5011,
        BH_RPM_MODULARITYLABEL = 5096,
};

struct bh_rpmhdr {
        struct bh_str index, data;
        uint32_t n_tags;
};

int bh_rpmhdr_parse(struct bh_str bytes, struct bh_rpmhdr *ret, struct bh_err *err) BH_MUST_CHECK;

/* The first string of a tag; empty when there is none. */
struct bh_str bh_rpmhdr_str(const struct bh_rpmhdr *h, enum bh_rpm_tag tag);

/* A tag's array: its number of items, and a cursor over them. */
struct bh_rpm_array {
        struct bh_cur cur;
        uint32_t count; /* 0 when the tag is absent or of another type */
};

struct bh_rpm_array bh_rpmhdr_strings(const struct bh_rpmhdr *h, enum bh_rpm_tag tag); /* then bh_cur_cstr */
struct bh_rpm_array bh_rpmhdr_u32s(const struct bh_rpmhdr *h, enum bh_rpm_tag tag);    /* then bh_cur_be32 */
struct bh_rpm_array bh_rpmhdr_bytes(const struct bh_rpmhdr *h, enum bh_rpm_tag tag);   /* then bh_cur_u8 */
bool bh_rpmhdr_u32(const struct bh_rpmhdr *h, enum bh_rpm_tag tag, uint32_t *ret);     /* the first one */

#endif
