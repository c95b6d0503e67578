/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SCAN_PKG_PKG_H
#define BH_SCAN_PKG_PKG_H
/* The readers behind the rows of catalog.c; each is described at its definition in pkg/NAME.c. */
#include "scan/catalog.h"

#endif
