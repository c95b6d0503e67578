/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: the list, and one with all its factors, who decided what of it, and where it is worst. */
#include "serve/images.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "f.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "kind", "f.kind", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "vulnerability", "f.vuln_id", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "rule", "f.rule", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "title", "f.title", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "category", "f.category", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "severity", "f.severity", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, bh_words_severity },
        { "risk", "f.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "risk_low", "f.risk_low", BH_LIST_REAL, 0, NULL },
        { "risk_high", "f.risk_high", BH_LIST_REAL, 0, NULL },
        { "due", "f.due", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "state", "f.state", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "status", "f.status", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "fix", "f.fix", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "fixable", "(f.fix <> '')", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "mend", "f.mend", BH_LIST_TEXT, 0, NULL },
        { "side", "f.side", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "owner", "f.owner", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "subject", "f.subject", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image", "i.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET | BH_LIST_SEARCH, NULL },
        { "host", "h.name", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "package_id", "f.package_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "package", "p.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET | BH_LIST_SEARCH, NULL },
        { "version", "p.version", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "type", "p.eco", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "path", "f.path", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "line", "f.line", BH_LIST_INT, 0, NULL },
        { "layer", "f.layer", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "kev", "v.kev", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "epss", "v.epss", BH_LIST_REAL, BH_LIST_FILTER, NULL },
        { "cvss", "v.cvss", BH_LIST_REAL, BH_LIST_FILTER, NULL },
        { "exploit", "v.exploit", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "container_id", "f.container_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "running", "(f.container_id <> '')", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "first_ms", "f.first_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "fixed_ms", "f.fixed_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "state_by", "f.state_by", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "state_until_ms", "f.state_until_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "evidence", "f.evidence", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "fingerprint", "f.fingerprint", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_HIDDEN, NULL },
        { 0 },
};
const struct bh_list bh_list_findings = {
        .name = "findings",
        .from = "finding f LEFT JOIN package p ON p.id = f.package_id LEFT JOIN image i ON i.id = f.subject LEFT JOIN vuln v ON v.id = f.vuln_id "
                "LEFT JOIN host h ON h.id = substr(f.subject, 6)", /* of "host:ID"; an image's id has none that fits */
        .key = "f.id", .key_type = BH_LIST_INT, .sort = "-risk", .mine = BH_MINE_IMAGE("f.subject"), .columns = columns,
        .counts = &(const struct bh_list_counts){ "finding_count f", "kind,category,severity,state,status,due,side,owner,fixable,running" },
};

static const char finding_sql[] =
        "SELECT f.id, f.kind, f.vuln_id, f.rule, f.title, f.category, f.severity, f.risk, f.risk_low, f.risk_high, f.due, f.state, f.state_why, f.state_by, "
        "f.state_until_ms, f.status, f.fix, f.mend, f.side, f.owner, f.subject, COALESCE(i.name, ''), f.package_id, COALESCE(p.name, ''), "
        "COALESCE(p.version, ''), COALESCE(p.eco, ''), COALESCE(p.purl, ''), f.path, f.line, f.layer, COALESCE(l.instruction, ''), COALESCE(v.kev, 0), "
        "COALESCE(v.epss, 0), COALESCE(v.cvss, 0), COALESCE(v.vector, ''), COALESCE(v.exploit, ''), COALESCE(v.ssvc, ''), COALESCE(v.title, ''), "
        "f.container_id, COALESCE(c.name, ''), COALESCE(c.host_id, ''), COALESCE(h.name, ''), f.evidence, f.fingerprint, f.first_ms, f.seen_ms, f.fixed_ms, f.detail, f.factors "
        "FROM finding f LEFT JOIN package p ON p.id = f.package_id LEFT JOIN image i ON i.id = f.subject LEFT JOIN vuln v ON v.id = f.vuln_id "
        "LEFT JOIN container c ON c.id = f.container_id LEFT JOIN image_layer l ON l.image_id = f.subject AND l.position = f.layer "
        "LEFT JOIN host h ON h.id = COALESCE(c.host_id, substr(f.subject, 6)) WHERE f.id = ?1";
static const struct bh_show finding_show[] = {
        { "id", BH_SHOW_INT }, { "kind", BH_SHOW_TEXT }, { "vulnerability", BH_SHOW_TEXT }, { "rule", BH_SHOW_TEXT }, { "title", BH_SHOW_TEXT },
        { "category", BH_SHOW_TEXT }, { "severity", BH_SHOW_SEVERITY }, { "risk", BH_SHOW_REAL }, { "risk_low", BH_SHOW_REAL },
        { "risk_high", BH_SHOW_REAL }, { "due", BH_SHOW_TEXT }, { "state", BH_SHOW_TEXT }, { "state_why", BH_SHOW_TEXT }, { "state_by", BH_SHOW_TEXT },
        { "state_until_ms", BH_SHOW_INT_OR_NULL }, { "status", BH_SHOW_TEXT }, { "fix", BH_SHOW_TEXT }, { "mend", BH_SHOW_TEXT }, { "side", BH_SHOW_TEXT },
        { "owner", BH_SHOW_TEXT }, { "subject", BH_SHOW_TEXT }, { "image", BH_SHOW_TEXT }, { "package_id", BH_SHOW_INT_OR_NULL },
        { "package", BH_SHOW_TEXT }, { "version", BH_SHOW_TEXT }, { "type", BH_SHOW_TEXT }, { "purl", BH_SHOW_TEXT }, { "path", BH_SHOW_TEXT },
        { "line", BH_SHOW_INT }, { "layer", BH_SHOW_INT }, { "instruction", BH_SHOW_TEXT }, { "kev", BH_SHOW_BOOL }, { "epss", BH_SHOW_REAL },
        { "cvss", BH_SHOW_REAL }, { "vector", BH_SHOW_TEXT }, { "exploit", BH_SHOW_TEXT }, { "ssvc", BH_SHOW_TEXT }, { "summary", BH_SHOW_TEXT },
        { "container_id", BH_SHOW_TEXT }, { "container", BH_SHOW_TEXT }, { "host_id", BH_SHOW_TEXT }, { "host", BH_SHOW_TEXT }, { "evidence", BH_SHOW_TEXT },
        { "fingerprint", BH_SHOW_TEXT }, { "first_ms", BH_SHOW_INT }, { "seen_ms", BH_SHOW_INT }, { "fixed_ms", BH_SHOW_INT_OR_NULL },
        { "detail", BH_SHOW_RAW }, { 0 } };
enum { FACTORS = sizeof finding_show / sizeof *finding_show - 1 };

static const char exceptions_sql[] = "SELECT registry, repository, state, reason, who, made_ms, until_ms FROM finding_exception WHERE finding_id = ?1 ORDER BY id";
static const struct bh_show exceptions_show[] = {
        { "registry", BH_SHOW_TEXT }, { "repository", BH_SHOW_TEXT }, { "state", BH_SHOW_TEXT }, { "reason", BH_SHOW_TEXT }, { "who", BH_SHOW_TEXT },
        { "made_ms", BH_SHOW_INT }, { "until_ms", BH_SHOW_INT_OR_NULL }, { 0 } };

int bh_finding_allowed(struct bh_call *call, int64_t id, struct bh_err *err) {
        int64_t there = 0;
        int r = call->who.scoped ? bh_db_number(call->db,
                                                "SELECT 1 FROM finding f WHERE f.id = ?2 AND " BH_MINE_IMAGE("f.subject"),
                                                BH_ARGS(bh_arg_int(call->who.user_id), bh_arg_int(id)), &there, err)
                                 : bh_db_number(call->db, "SELECT 1 FROM finding f WHERE f.id = ?1", BH_ARGS(bh_arg_int(id)), &there, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no finding %lld", (long long) id) : r;
}

int bh_finding_show(struct bh_call *call, struct bh_db *db, int64_t id, struct bh_err *err) {
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct bh_args a = BH_ARGS(bh_arg_int(id));
        struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, finding_sql, a, &rows, err);

        bh_json_put_open(&j, NULL, '{');
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                bh_show_row(&j, rows, finding_show);
                r = bh_factors_show(&j, call->arena, bh_rows_text(rows, FACTORS), err);
        }
        bh_rows_done(&rows);
        r = r < 0 ? r : bh_show_list(&j, "exceptions", db, exceptions_sql, a, exceptions_show, err);
        bh_json_put_close(&j);
        return r;
}

static int get_finding(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = bh_call_id(call, "finding", &id, err);

        r = r < 0 ? r : bh_finding_allowed(call, id, err);
        return r < 0 ? r : bh_finding_show(call, call->db, id, err);
}

const struct bh_route bh_routes_findings[] = {
        { "GET", "/api/v1/findings", "listFindings", BH_MAY_READ, NULL, &bh_list_findings, 0 },
        { "GET", "/api/v1/findings/{id}", "getFinding", BH_MAY_READ, get_finding, NULL, 0 },
        { 0 },
};
