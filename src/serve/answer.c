/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/answer.h"

#include <time.h>

#include "base/text.h"

static const struct {
        int status;
        const char *words;
} reasons[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 202, "Accepted" },
        { 204, "No Content" },
        { 302, "Found" },
        { 303, "See Other" },
        { 304, "Not Modified" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" },
        { 409, "Conflict" },
        { 410, "Gone" },
        { 412, "Precondition Failed" },
        { 413, "Content Too Large" },
        { 415, "Unsupported Media Type" },
        { 422, "Unprocessable Content" },
        { 423, "Locked" },
        { 428, "Precondition Required" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
};

const char *bh_answer_reason(int status) {
        for (size_t i = 0; i < BH_LEN(reasons); i++)
                if (reasons[i].status == status)
                        return reasons[i].words;
        return "Unknown";
}

bool bh_answer_without_body(const struct bh_call *call) {
        return bh_str_is(call->method, "HEAD") || call->status == 204 || call->status == 304;
}

static bool has_header(const struct bh_call *call, struct bh_str name) {
        return bh_str_find(bh_buf_str(&call->headers), name) >= 0;
}

/* Said of every answer. What the console may do is said by assets.c. */
static const char safe[] = "Strict-Transport-Security: max-age=31536000\r\n"
                           "X-Content-Type-Options: nosniff\r\n"
                           "X-Frame-Options: DENY\r\n"
                           "Referrer-Policy: no-referrer\r\n"
                           "Cross-Origin-Opener-Policy: same-origin\r\n"
                           "Cross-Origin-Resource-Policy: same-origin\r\n";

static void date(struct bh_buf *out) {
        char text[64];
        time_t now = time(NULL);
        struct tm at;

        if (gmtime_r(&now, &at) && strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &at))
                bh_buf_printf(out, "Date: %s\r\n", text);
}

void bh_answer_head(struct bh_buf *out, const struct bh_call *call, bool close, bool stream) {
        int status = call->status ? call->status : 200;

        bh_buf_printf(out, "HTTP/1.1 %d %s\r\n", status, bh_answer_reason(status));
        date(out);
        if (call->out.len || stream)
                bh_buf_printf(out, "Content-Type: %s\r\n", call->type ? call->type : "application/json");
        if (!stream && status != 204 && status != 304)
                bh_buf_printf(out, "Content-Length: %zu\r\n", call->out.len);
        if (!has_header(call, BH_STR("Cache-Control: ")))
                bh_buf_puts(out, "Cache-Control: no-store\r\n");
        if (!has_header(call, BH_STR("Content-Security-Policy: ")))
                bh_buf_puts(out, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
        bh_buf_puts(out, safe);
        bh_buf_add(out, bh_buf_str(&call->headers));
        bh_buf_puts(out, close ? "Connection: close\r\n\r\n" : "\r\n");
}

/* The path without its query, which may hold what is nobody's business. */
void bh_answer_note(struct bh_server *server, const struct bh_job *job) {
        const struct bh_call *call = &job->call;
        uint64_t us = (uint64_t) (bh_now_us() - job->begun_us);
        int status = call->status ? call->status : 200;
        char path[256], who[64];

        bh_metrics_answer(&server->metrics, job->route, status, us);
        bh_server_log(server, "info", "%.*s %s %.*s %s %d %zu B %llu.%03llu ms", BH_FMT(call->address),
                      bh_str_quote(call->agent.known ? call->agent.name : call->who.name.len ? call->who.name : BH_STR("-"), who, sizeof who),
                      BH_FMT(call->method), bh_str_quote(call->path, path, sizeof path), status, call->out.len, (unsigned long long) us / 1000,
                      (unsigned long long) us % 1000);
}
