/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_INTEGRITY_H
#define BH_SCAN_INTEGRITY_H
/*
 * Packaged files that are not what their package brought.
 *
 * Package databases record a digest of every file they install. The files a
 * container would see are compared with them; what differs is a program that
 * somebody put in another's place, or an image whose maker patched by hand.
 * Missing files are none of it (small images strip documentation), nor are
 * configuration, documentation, and what programs write anew themselves. A file
 * that any package of the image recorded so is taken for that package's
 * (dpkg's diversions).
 */
#include "scan/config.h"

void bh_integrity_findings(const struct bh_layer *layers, uint32_t n_layers, const struct bh_merged *merged, struct bh_arena *arena,
                           struct bh_finding_list *out);

#endif
