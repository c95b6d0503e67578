/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_BASE_LIMITS_H
#define BH_BASE_LIMITS_H
/*
 * Every limit that hostile input can run into, in one place. What is beyond a
 * limit is reported as a gap that names it; docs/LIMITS.md explains each row.
 */
#define BH_KIB (1024ull)
#define BH_MIB (1024ull * 1024)
#define BH_GIB (1024ull * 1024 * 1024)

#define BH_LIMIT_DOC_DEPTH 64              /* JSON, YAML, TOML, XML nesting */
#define BH_LIMIT_DOC_NODES (4 * 1000 * 1000) /* values in one document */

#endif
