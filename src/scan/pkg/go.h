/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_GO_H
#define BH_SCAN_PKG_GO_H
/* Packages of a Go build record, for whoever found one: in a file held whole, or passing by in a stream. */
#include "fmt/gobuildinfo.h"
#include "scan/catalog.h"

void bh_go_add_build(struct bh_catalog *c, struct bh_str path, const struct bh_go_build *build);

#endif
