/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/sinks/http.h"

#include <stdio.h>

#include "base/limits.h"

enum { TIMEOUT_S = 15 };

int bh_sink_http_open(const struct bh_sink_config *c, struct bh_http **ret, struct bh_err *err) {
        struct bh_str url = bh_sink_text(c, "url");
        bool plain = bh_str_starts(url, BH_STR("http://"));
        struct bh_http_opts opts = { .ca_pem = bh_sink_text(c, "ca_pem"), .insecure = bh_sink_bool(c, "insecure"), .plain_http = plain, .timeout_s = TIMEOUT_S };

        if (!plain && !bh_str_starts(url, BH_STR("https://")))
                return bh_fail(err, BH_E_FORMAT, "\"url\" must begin with https:// or http://");
        *ret = bh_http_new(&opts);
        return 0;
}

static void keep_answer(const struct bh_http_reply *reply, struct bh_sink_result *result) {
        struct bh_str body = bh_buf_str(reply->status >= 200 && reply->status < 300 ? &reply->body : &reply->failure);
        char text[400];

        (void) snprintf(result->said, sizeof result->said, "%ld %s", reply->status, bh_str_quote(body, text, sizeof text));
}

int bh_sink_http_post(struct bh_http *http, const struct bh_sink_config *c, struct bh_http_request *request, struct bh_http_reply *reply,
                      struct bh_sink_result *result, struct bh_err *err) {
        int r;

        request->method = "POST";
        request->url = request->url.len ? request->url : bh_sink_text(c, "url");
        request->authorization = bh_sink_text(c, "authorization");
        request->limit_ms = TIMEOUT_S * 1000;
        request->max_bytes = BH_LIMIT_SINK_ANSWER;
        request->once = true;
        r = bh_http_do(http, request, reply, err);
        if (r < 0)
                return r;
        keep_answer(reply, result);
        if (reply->stopped)
                return bh_fail(err, BH_E_TIMEOUT, "told to stop");
        if (reply->status >= 200 && reply->status < 300)
                return 0;
        if (reply->status == 400 || reply->status == 413 || reply->status == 422)
                return bh_fail(err, BH_E_FORMAT, "the receiver will not take it: %s", result->said);
        return bh_fail(err, BH_E_IO, "the receiver answers %s", result->said);
}
