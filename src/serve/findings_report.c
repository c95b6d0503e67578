/* SPDX-License-Identifier: Apache-2.0 */
/* What scans found, as a document to be saved. */
#include <time.h>

#include "base/limits.h"
#include "manage/findings_report.h"
#include "serve/images.h"
#include "serve/mine.h"

/* All of it is sent at once. */
static int keep(void *user, struct bh_buf *buf, struct bh_err *err) {
        (void) user;
        return buf->len <= BH_LIMIT_COMPLIANCE_REPORT ? 0
                                                      : bh_fail(err, BH_E_LIMIT, "the report is larger than %d MiB: ask for one image, one host or one team",
                                                                (int) (BH_LIMIT_COMPLIANCE_REPORT / BH_MIB));
}

static int read_words(struct bh_call *call, struct bh_findings_report_in *ret, const char **ret_suffix, struct bh_err *err) {
        struct bh_str format = bh_call_query(call, "format");
        int r = bh_call_team(call, &ret->team_id, err);

        ret->format = format.len ? format : BH_STR("html");
        ret->host_id = bh_call_query(call, "host_id");
        ret->image_id = bh_call_query(call, "image_id");
        ret->mine = call->who.scoped ? call->who.user_id : 0;
        call->type = bh_findings_report_type(ret->format, ret_suffix);
        if (r >= 0 && !call->type)
                return bh_fail(err, BH_E_FORMAT, "there is no format %s: html, csv, json, markdown, sarif or junit", BH_QUOTE(ret->format));
        return r < 0 || !ret->image_id.len ? r : bh_image_allowed(call, ret->image_id, err);
}

static int get_report(struct bh_call *call, struct bh_err *err) {
        struct bh_findings_report_in in = { 0 };
        time_t now = (time_t) (call->now_ms / 1000);
        const char *suffix = NULL;
        char day[16] = "";
        struct tm at;
        int r = read_words(call, &in, &suffix, err);

        r = r < 0 ? r : bh_findings_report(call->db, &in, &call->out, keep, NULL, err);
        if (r < 0)
                return r;
        if (gmtime_r(&now, &at))
                (void) strftime(day, sizeof day, "%Y-%m-%d", &at);
        bh_call_reply_header(call, "Content-Disposition", "attachment; filename=\"findings-%s.%s\"", day, suffix);
        call->status = 200;
        return 0;
}

const struct bh_route bh_routes_findings_report[] = {
        { "GET", "/api/v1/findings/report", "getFindingsReport", BH_MAY_READ, get_report, NULL, 0 },
        { 0 },
};
