/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/problem.h"

#include <stdarg.h>
#include <sys/random.h>

#include "base/text.h"
#include "fmt/json_put.h"
#include "serve/answer.h"
#include "serve/core.h"

static void put(struct bh_call *call, int status, struct bh_str detail, const char *id) {
        struct bh_json_put j = { .out = &call->out, .compact = true };

        bh_buf_clear(&call->out);
        call->status = status;
        call->type = "application/problem+json";
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "type", "about:blank");
        bh_json_put_cstr(&j, "title", bh_answer_reason(status));
        bh_json_put_int(&j, "status", status);
        bh_json_put_str(&j, "detail", detail);
        if (id)
                bh_json_put_cstr(&j, "id", id);
        bh_json_put_close(&j);
}

int bh_call_problem(struct bh_call *call, int status, const char *fmt, ...) {
        struct bh_str detail;
        va_list ap;

        va_start(ap, fmt);
        detail = bh_arena_vprintf(call->arena, fmt, ap);
        va_end(ap);
        put(call, status, detail, NULL);
        return 0;
}

/* Whose fault it was; what is not here is ours. */
static const struct {
        int code, status;
} statuses[] = {
        { BH_E_USAGE, 400 },  { BH_E_FORMAT, 400 },  { BH_E_DENIED, 403 },      { BH_E_NOTFOUND, 404 },
        { BH_E_LIMIT, 413 },  { BH_E_TIMEOUT, 503 }, { BH_E_UNSUPPORTED, 415 },
};

void bh_problem_of(struct bh_call *call, int r, const struct bh_err *err) {
        unsigned char random[8] = { 0 };
        char id[2 * sizeof random + 1];

        for (size_t i = 0; i < BH_LEN(statuses); i++)
                if (statuses[i].code == r) {
                        put(call, statuses[i].status, bh_str_of(err->text), NULL);
                        return;
                }
        BH_IGNORE(getrandom(random, sizeof random, GRND_NONBLOCK));
        (void) bh_hex(random, sizeof random, id);
        bh_server_log(call->server, "error", "%s: %.*s %.*s: %s (%s, %s:%d)", id, BH_FMT(call->method), BH_FMT(call->path), err->text, bh_code_str(r),
                      err->file ? err->file : "?", err->line);
        put(call, 500, BH_STR("something failed on our side; the server's log has more under this id"), id);
}
