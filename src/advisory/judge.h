/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_JUDGE_H
#define BH_ADVISORY_JUDGE_H
/*
 * One statement against one installed version. Pure: no index, no memory.
 */
#include "advisory/version.h"
#include "model/vuln.h"

struct bh_installed {
        enum bh_scheme scheme;
        struct bh_str version, arch, module;
        bool no_epoch;    /* the version came without its epoch (a source RPM's file name): compare without */
        bool same_stream; /* the name exists in several streams: a fix of another one says nothing */
};

struct bh_judgement {
        enum bh_reason reason;
        struct bh_str bound; /* the version it was decided by */
        struct bh_str fixed; /* the fix of the range that holds; may be empty */
};

struct bh_judgement bh_judge(const struct bh_installed *have, const struct bh_statement *s);
static inline bool bh_judgement_holds(enum bh_reason reason) {
        return reason == BH_REASON_HOLDS || reason == BH_REASON_HOLDS_ALL;
}
/* < 0, 0, > 0 as that package's versions are compared. */
int bh_installed_cmp(const struct bh_installed *have, struct bh_str a, struct bh_str b);

#endif
