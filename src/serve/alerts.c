/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts: the list, one of them with all that is known of it, and the ATT&CK matrix of a time. */
#include "fmt/json_put.h"
#include "manage/matrix.h"
#include "serve/mine.h"
#include "serve/words.h"

enum { WEEK_MS = 7 * 24 * 3600 * 1000 };

static const struct bh_list_column columns[] = {
        { "id", "a.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "at_ms", "a.at_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "level", "a.level", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "priority", "a.level", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_FACET, bh_words_priority },
        { "rule", "a.rule", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "output", "a.output", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { "source", "a.source", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "host_id", "a.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "container_id", "a.container_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "container", "c.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "namespace", "c.namespace", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "image_id", "a.image_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image", "c.image_ref", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "incident_id", "a.incident_id", BH_LIST_INT, BH_LIST_FILTER, NULL },
        { "tags", "a.tags", BH_LIST_JSON, BH_LIST_FILTER, NULL },
        { "intel", "a.intel", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "suppressed", "(a.suppressed IS NOT NULL)", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "agent_id", "a.agent_id", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_HIDDEN, NULL },
        { "taken_ms", "a.taken_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_HIDDEN, NULL },
        { "fields", "a.fields", BH_LIST_JSON, BH_LIST_HIDDEN, NULL },
        { "process", "a.process", BH_LIST_JSON, BH_LIST_HIDDEN, NULL },
        { 0 },
};

static const struct bh_list alerts = {
        .name = "alerts",
        .from = "alert a LEFT JOIN host h ON h.id = a.host_id LEFT JOIN container c ON c.id = a.container_id",
        .key = "a.id", .key_type = BH_LIST_INT, .sort = "-at_ms", .mine = BH_MINE_IMAGE("a.image_id"), .columns = columns,
        .counts = &(const struct bh_list_counts){ "alert_count a", "level,priority,rule,source,suppressed" },
};

/* Where to go on from here. */
static void put_links(struct bh_json_put *j, const struct bh_rows *rows) {
        const struct {
                const char *name, *path;
                struct bh_str id;
        } links[] = { { "incident", "incidents", bh_rows_text(rows, 12) }, { "host", "hosts", bh_rows_text(rows, 3) },
                      { "container", "containers", bh_rows_text(rows, 5) }, { "image", "images", bh_rows_text(rows, 8) },
                      { "suppression", "suppressions", bh_rows_text(rows, 13) } };

        bh_json_put_open(j, "links", '{');
        for (size_t i = 0; i < BH_LEN(links); i++) {
                BH_CLEANUP(bh_buf_done) struct bh_buf url = { 0 };

                if (!links[i].id.len)
                        continue;
                bh_buf_printf(&url, "/api/v1/%s/", links[i].path);
                bh_buf_add(&url, links[i].id);
                bh_json_put_str(j, links[i].name, bh_buf_str(&url));
        }
        bh_json_put_close(j);
}

static void put_alert(struct bh_call *call, const struct bh_rows *rows) {
        static const char *const texts[] = { NULL, NULL, NULL, "host_id", "host", "container_id", "container", "namespace", "image_id", "image", "rule", "source" };
        static const char *const trees[] = { "tags", "fields", "process" };
        struct bh_json_put j = { .out = &call->out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", bh_rows_int(rows, 0));
        bh_json_put_int(&j, "at_ms", bh_rows_int(rows, 1));
        bh_json_put_int(&j, "taken_ms", bh_rows_int(rows, 2));
        for (size_t i = 3; i < BH_LEN(texts); i++)
                bh_json_put_str(&j, texts[i], bh_rows_text(rows, (int) i));
        bh_put_number_or_null(&j, "incident_id", rows, 12);
        bh_put_number_or_null(&j, "suppression_id", rows, 13);
        bh_json_put_bool(&j, "suppressed", !bh_rows_null(rows, 13));
        bh_json_put_int(&j, "level", bh_rows_int(rows, 14));
        bh_json_put_cstr(&j, "priority", bh_words_priority[bh_rows_int(rows, 14) & 7]);
        bh_json_put_str(&j, "output", bh_rows_text(rows, 15));
        bh_json_put_str(&j, "intel", bh_rows_text(rows, 16));
        bh_json_put_str(&j, "agent_id", bh_rows_text(rows, 17));
        for (size_t i = 0; i < BH_LEN(trees); i++)
                bh_json_put_raw(&j, trees[i], bh_rows_text(rows, (int) (18 + i)));
        put_links(&j, rows);
        bh_json_put_close(&j);
}

static int get_alert(struct bh_call *call, struct bh_err *err) {
        static const char sql[] = "SELECT a.id, a.at_ms, a.taken_ms, a.host_id, h.name, a.container_id, c.name, c.namespace, a.image_id, c.image_ref, a.rule, a.source, "
                                  "a.incident_id, a.suppressed, a.level, a.output, a.intel, a.agent_id, a.tags, a.fields, a.process "
                                  "FROM alert a LEFT JOIN host h ON h.id = a.host_id LEFT JOIN container c ON c.id = a.container_id WHERE a.id = ?1";
        struct bh_rows *rows = NULL;
        int64_t id = 0;
        int r = bh_call_id(call, "alert", &id, err);

        r = r < 0 ? r : bh_list_may(call, &alerts, "a.id = ?", bh_arg_int(id), "alert", err);
        r = r < 0 ? r : bh_db_ask(call->db, sql, BH_ARGS(bh_arg_int(id)), &rows, err);
        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0)
                put_alert(call, rows);
        else if (r == 0)
                r = bh_fail(err, BH_E_NOTFOUND, "there is no alert %lld", (long long) id);
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

static int get_attack(struct bh_call *call, struct bh_err *err) {
        int64_t from = 0, to = 0;
        int r = bh_call_time(call, "to_ms", call->now_ms, &to, err);

        r = r < 0 ? r : bh_call_time(call, "from_ms", to - WEEK_MS, &from, err);
        if (r >= 0 && from > to)
                r = bh_fail(err, BH_E_FORMAT, "from_ms is after to_ms");
        return r < 0 ? r : bh_matrix_of(call->db, call->who.scoped ? call->who.user_id : 0, from, to, call->arena, &call->out, err);
}

const struct bh_route bh_routes_alerts[] = {
        { "GET", "/api/v1/alerts", "listAlerts", BH_MAY_READ, NULL, &alerts, 0 },
        { "GET", "/api/v1/alerts/{id}", "getAlert", BH_MAY_READ, get_alert, NULL, 0 },
        { "GET", "/api/v1/attack", "getAttackMatrix", BH_MAY_READ, get_attack, NULL, 0 },
        { 0 },
};
