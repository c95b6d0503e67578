/* SPDX-License-Identifier: Apache-2.0 */
/* The inspection report, to be saved. */
#include <time.h>

#include "base/limits.h"
#include "manage/compliance.h"
#include "serve/images.h"
#include "serve/mine.h"

/* All of it is sent at once; who wants more asks for one host, or has bulkhead-server report write a file. */
static int keep(void *user, struct bh_buf *buf, struct bh_err *err) {
        (void) user;
        return buf->len <= BH_LIMIT_COMPLIANCE_REPORT
                       ? 0
                       : bh_fail(err, BH_E_LIMIT, "the report is larger than %d MiB: ask for one host, or use bulkhead-server report", (int) (BH_LIMIT_COMPLIANCE_REPORT / BH_MIB));
}

static int read_words(struct bh_call *call, struct bh_compliance_report_in *ret, const char **ret_suffix, struct bh_err *err) {
        struct bh_str format = bh_call_query(call, "format"), lang = bh_call_query(call, "lang"), all = bh_call_query(call, "all");

        *ret = (struct bh_compliance_report_in){ .format = format.len ? format : BH_STR("html"), .host_id = bh_call_query(call, "host_id"),
                                                 .image_id = bh_call_query(call, "image_id"), .mine = call->who.scoped ? call->who.user_id : 0, .now_ms = call->now_ms, .chinese = bh_str_is(lang, "zh"),
                                                 .all = bh_str_is(all, "true") };
        call->type = bh_compliance_report_type(ret->format, ret_suffix);
        if (!call->type)
                return bh_fail(err, BH_E_FORMAT, "there is no format %s: html, json, csv, junit or oscal", BH_QUOTE(format));
        if (lang.len && !bh_str_is(lang, "zh") && !bh_str_is(lang, "en"))
                return bh_fail(err, BH_E_FORMAT, "lang is en or zh");
        return bh_call_team(call, &ret->team_id, err);
}

static int check_host(struct bh_call *call, struct bh_str host_id, struct bh_err *err) {
        int64_t one = 0;
        int r = host_id.len ? bh_db_number(call->db, "SELECT 1 FROM compliance_host WHERE host_id = ?1 AND done_ms > 0", BH_ARGS(bh_arg_text(host_id)), &one, err) : 1;

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "host %s was not checked", BH_QUOTE(host_id)) : r;
}

static int get_report(struct bh_call *call, struct bh_err *err) {
        struct bh_compliance_report_in in;
        time_t now = (time_t) (call->now_ms / 1000);
        const char *suffix = NULL;
        char day[16] = "";
        struct tm at;
        int r = read_words(call, &in, &suffix, err);

        r = r < 0 ? r : check_host(call, in.host_id, err);
        r = r < 0 || !in.image_id.len ? r : bh_image_allowed(call, in.image_id, err);
        r = r < 0 ? r : bh_compliance_report(call->db, &in, &call->out, keep, NULL, err);
        if (r < 0)
                return r;
        if (gmtime_r(&now, &at))
                (void) strftime(day, sizeof day, "%Y-%m-%d", &at);
        bh_call_reply_header(call, "Content-Disposition", "attachment; filename=\"inspection-%s.%s\"", day, suffix);
        bh_call_reply_header(call, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        call->status = 200;
        return 0;
}

const struct bh_route bh_routes_compliance_report[] = {
        { "GET", "/api/v1/compliance/report", "getComplianceReport", BH_MAY_READ, get_report, NULL, 0 },
        { 0 },
};
