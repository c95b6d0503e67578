/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_PROBLEM_H
#define BH_SERVE_PROBLEM_H
/* RFC 9457: what went wrong, for programs and for people. */
#include "serve/call.h"

/* The answer to a handler that failed; what is ours alone goes to the log under an id, and only the id to the client. */
void bh_problem_of(struct bh_call *call, int r, const struct bh_err *err);

#endif
