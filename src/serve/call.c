/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/call.h"

#include <stdarg.h>

#include "fmt/json.h"
#include "serve/core.h"
#include "serve/roles.h"

struct bh_str bh_call_part(const struct bh_call *call, const char *name) {
        for (size_t i = 0; i < call->n_parts; i++)
                if (bh_str_is(call->parts[i].name, name))
                        return call->parts[i].value;
        return BH_STR("");
}

struct bh_str bh_call_query(const struct bh_call *call, const char *name) {
        struct bh_str rest = call->query, field, key, value;

        while (bh_str_split(&rest, '&', &field)) {
                (void) bh_str_cut(field, '=', &key, &value);
                if (bh_percent_decode(call->arena, key, true, &key) && bh_str_is(key, name))
                        return bh_percent_decode(call->arena, value, true, &value) ? value : BH_STR("");
        }
        return BH_STR("");
}

struct bh_str bh_call_header(const struct bh_call *call, const char *name) {
        return call->head ? bh_http1_get(call->head, name) : BH_STR("");
}

void bh_call_reply_header(struct bh_call *call, const char *name, const char *fmt, ...) {
        struct bh_str value;
        va_list ap;

        va_start(ap, fmt);
        value = bh_arena_vprintf(call->arena, fmt, ap);
        va_end(ap);
        bh_buf_printf(&call->headers, "%s: ", name);
        for (size_t i = 0; i < value.len; i++) /* a line's end would begin a header of somebody else's */
                if ((unsigned char) value.at[i] >= ' ')
                        bh_buf_putc(&call->headers, value.at[i]);
        bh_buf_puts(&call->headers, "\r\n");
}

static bool is_json(struct bh_str type) {
        struct bh_str media, parameters;

        (void) bh_str_cut(type, ';', &media, &parameters);
        media = bh_str_trim(media);
        return bh_str_eq_nocase(media, BH_STR("application/json")) || bh_str_eq_nocase(media, BH_STR("application/merge-patch+json"));
}

int bh_call_body(struct bh_call *call, const struct bh_doc **ret, struct bh_err *err) {
        int r;

        if (!is_json(call->content_type)) /* a form of another site cannot send this without asking (CORS) */
                return bh_fail(err, BH_E_UNSUPPORTED, "the body must be application/json");
        r = bh_json_parse(call->arena, call->body, ret, err);
        return r < 0 ? bh_wrap(err, r, "body") : r;
}

int bh_call_json(struct bh_call *call, int status, struct bh_str json) {
        bh_buf_clear(&call->out);
        bh_buf_add(&call->out, json);
        call->status = status;
        return 0;
}

bool bh_call_csv(struct bh_call *call, const char *name) {
        if (!bh_str_is(bh_call_query(call, "format"), "csv") && bh_str_find_nocase(call->accept, BH_STR("text/csv")) < 0)
                return false;
        call->type = "text/csv; charset=utf-8; header=present";
        bh_call_reply_header(call, "Content-Disposition", "attachment; filename=\"%s.csv\"", name);
        return true;
}

/* The query without what is not the list's: format=. */
static struct bh_str list_query(const struct bh_call *call) {
        struct bh_str rest = call->query, field, kept = { 0 };

        while (bh_str_split(&rest, '&', &field))
                if (!bh_str_starts(field, BH_STR("format=")))
                        kept = kept.len ? bh_arena_printf(call->arena, "%.*s&%.*s", BH_FMT(kept), BH_FMT(field)) : field;
        return kept;
}

int bh_list_ask(struct bh_call *call, const struct bh_list *list, struct bh_str text, struct bh_list_query **ret, struct bh_err *err) {
        const struct bh_list *asked = call->who.scoped ? bh_list_for(call->arena, list, call->who.user_id) : list;
        int r = bh_list_query_parse(call->arena, asked, text, ret, err);

        if (r >= 0 && call->who.scoped)
                bh_list_query_mine(*ret, call->who.user_id);
        return r;
}

int bh_list_reply(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_arg arg, struct bh_err *err) {
        struct bh_list_query *query = NULL;
        int r = bh_list_ask(call, list, list_query(call), &query, err);

        if (r < 0)
                return r;
        if (fixed)
                bh_list_query_fix(query, fixed, arg);
        call->status = 200;
        return bh_call_csv(call, list->name) ? bh_list_csv(call->db, query, &call->out, err) : bh_list_json(call->db, query, &call->out, err);
}

int bh_call_read(struct bh_call *call, struct bh_err *err) {
        return call->db ? 0 : bh_store_borrow(call->store, &call->db, err);
}

void bh_call_read_done(struct bh_call *call) {
        if (call->db)
                bh_store_give_back(call->store, &call->db);
        call->db = NULL;
}

int bh_call_reread(struct bh_call *call, struct bh_err *err) {
        return call->db ? bh_store_refresh(call->db, err) : bh_call_read(call, err);
}

int bh_call_park(struct bh_call *call, struct bh_str key, int64_t until_ms) {
        struct bh_job *job = bh_job_of(call);

        job->parks = true;
        job->park_key = bh_arena_str(call->arena, key);
        job->park_until_ms = bh_now_ms() + (until_ms - call->now_ms);
        return 0;
}
