/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_WHEN_H
#define BH_RULE_WHEN_H
/* Times as fields and alerts write them: local, but for the one that says its zone. */
#include "base/arena.h"

enum bh_when {
        BH_WHEN_TIME,       /* 12:30:01.123456789 */
        BH_WHEN_TIME_S,     /* 12:30:01 */
        BH_WHEN_ISO,        /* 2026-11-30T12:30:01.123456789+0000, in UTC wherever we are */
        BH_WHEN_DATETIME,   /* 2026-11-30 12:30:01.123456789 */
        BH_WHEN_DATETIME_S, /* 2026-11-30 12:30:01 */
};

/* In the arena; empty for a time that no calendar has. */
struct bh_str bh_when_text(struct bh_arena *arena, int64_t time_ns, enum bh_when form);

#endif
