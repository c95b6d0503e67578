/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_ANSWER_H
#define BH_SERVE_ANSWER_H
/* The head of an answer, and what is remembered of it. */
#include "serve/core.h"

/* `stream`: no length; it ends with the connection. */
void bh_answer_head(struct bh_buf *out, const struct bh_call *call, bool close, bool stream);
const char *bh_answer_reason(int status);
/* HEAD, 204, 304. */
bool bh_answer_without_body(const struct bh_call *call);
/* In the log, and in the metrics. */
void bh_answer_note(struct bh_server *server, const struct bh_job *job);

#endif
