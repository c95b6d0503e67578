/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_PASSWORDS_H
#define BH_TOOL_BULKHEAD_PASSWORDS_H
/* What `bulkhead passwords` found, as a table, as JSON or as CSV. */
#include "base/buf.h"
#include "passwords/passwords.h"

void bh_passwords_print(struct bh_str format, const struct bh_passwords_opts *opts, const struct bh_passwords *found, struct bh_buf *out);

#endif
