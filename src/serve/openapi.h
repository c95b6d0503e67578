/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_OPENAPI_H
#define BH_SERVE_OPENAPI_H
/* The description of the API: api/ of the sources, joined by tools/join-openapi when the server was built. */
#include "base/buf.h"
#include "base/err.h"

struct bh_str bh_openapi_yaml(void);
int bh_openapi_json(struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;

#endif
