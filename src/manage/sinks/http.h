/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SINKS_HTTP_H
#define BH_MANAGE_SINKS_HTTP_H
/* What receivers that speak HTTP share: settings, the client, and what an answer means. */
#include "http/http.h"
#include "manage/sinks/sink.h"

#define BH_SINK_HTTP_KEYS                                                                                                              \
        { "ca_pem", BH_SINK_TEXT, .help = "certificate authority of the receiver, as PEM, besides the system's" },                     \
        { "insecure", BH_SINK_BOOL, .help = "take any certificate" },                                                                  \
        { "authorization", BH_SINK_TEXT, .secret = true, .help = "the value of the header Authorization: Bearer ..., ApiKey ..., Basic ..." }

/* FORMAT: no URL of http or https. */
int bh_sink_http_open(const struct bh_sink_config *c, struct bh_http **ret, struct bh_err *err) BH_MUST_CHECK;
/*
 * One POST. 0: taken (2xx), the reply is the caller's; FORMAT: will never be taken; else try again later.
 * `said` gets the status and the beginning of what was answered.
 */
int bh_sink_http_post(struct bh_http *http, const struct bh_sink_config *c, struct bh_http_request *request, struct bh_http_reply *reply,
                      struct bh_sink_result *result, struct bh_err *err) BH_MUST_CHECK;

#endif
