/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_PYTHON_H
#define BH_SCAN_PKG_PYTHON_H
/* What Python's readers share. */
#include "scan/catalog.h"

/* "name[extra]==1.2 ; marker --hash=...": true when it pins one exact version. */
bool bh_python_pin(struct bh_str line, struct bh_str *ret_name, struct bh_str *ret_version);

#endif
