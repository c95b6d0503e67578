/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_RHEL_H
#define BH_ADVISORY_FEED_RHEL_H
/*
 * Names in Red Hat's world and those of its rebuilds.
 *
 *     cpe:/o:redhat:enterprise_linux:9::baseos  ->  rhel:9
 *     cpe:/a:redhat:rhel_eus:9.2                ->  rhel:9.2:eus
 *     openssl-1:1.1.1k-7.el8_6                  ->  openssl, 1:1.1.1k-7.el8_6
 */
#include "base/arena.h"

/* Empty for layered products: nothing in an RPM database says that one of them is installed. */
struct bh_str bh_rhel_space(struct bh_arena *arena, struct bh_str cpe);

struct bh_nvr {
        struct bh_str name, evr, arch; /* the epoch is left out of evr when it is 0; arch may be empty */
};
/* False when it is not name-[epoch:]version-release; `with_arch`: ".x86_64[.rpm]" follows. */
bool bh_nvr_parse(struct bh_str text, bool with_arch, struct bh_nvr *ret);

#endif
