/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents: the list, one of them, its notes, and what people decide about it. timeline.c has what happened. */
#include "base/limits.h"
#include "manage/incidents.h"
#include "manage/tell.h"
#include "serve/timeline.h"
#include "serve/mine.h"
#include "serve/words.h"

static const struct bh_list_column columns[] = {
        { "id", "i.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "title", "i.title", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "rule", "i.rule", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "level", "i.level", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "priority", "i.level", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_FACET, bh_words_priority },
        { "status", "i.status", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, NULL },
        { "assignee", "i.assignee", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "host_id", "i.host_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "host", "h.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "container_id", "i.container_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "container", "c.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "namespace", "c.namespace", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "image_id", "i.image_id", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "image", "c.image_ref", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "first_ms", "i.first_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "last_ms", "i.last_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "updated_ms", "i.updated_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "closed_ms", "i.closed_ms", BH_LIST_TIME, BH_LIST_FILTER, NULL },
        { "n_alerts", "i.n_alerts", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "tactics", "i.tactics", BH_LIST_JSON, BH_LIST_FILTER, NULL },
        { "techniques", "i.techniques", BH_LIST_JSON, BH_LIST_FILTER, NULL },
        { 0 },
};

static const struct bh_list incidents = {
        .name = "incidents",
        .from = "incident i LEFT JOIN host h ON h.id = i.host_id LEFT JOIN container c ON c.id = i.container_id",
        .mine = BH_MINE_IMAGE("i.image_id"),
        .key = "i.id", .key_type = BH_LIST_INT, .sort = "-last_ms", .columns = columns,
};

static const struct bh_list_column note_columns[] = {
        { "id", "n.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "at_ms", "n.at_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "who", "n.who", BH_LIST_TEXT, BH_LIST_FILTER, NULL },
        { "text", "n.text", BH_LIST_TEXT, BH_LIST_SEARCH, NULL },
        { 0 },
};

static const struct bh_list notes = {
        .name = "notes", .from = "incident_note n", .key = "n.id", .key_type = BH_LIST_INT, .sort = "-at_ms", .columns = note_columns,
};

/* The number in the path, of one that who asks may see. */
static int seen_id(struct bh_call *call, int64_t *ret, struct bh_err *err) {
        int r = bh_call_id(call, "incident", ret, err);

        r = r < 0 ? r : bh_list_may(call, &incidents, "i.id = ?", bh_arg_int(*ret), "incident", err);
        return r < 0 ? r : 0;
}

static int answer(struct bh_call *call, int64_t id, struct bh_err *err) {
        int r = bh_incident_json(call->db, id, &call->out, err);

        return r == 0 ? bh_fail(err, BH_E_NOTFOUND, "there is no incident %lld", (long long) id) : r < 0 ? r : 0;
}

static int get_incident(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = seen_id(call, &id, err);

        return r < 0 ? r : answer(call, id, err);
}

static int get_timeline(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = seen_id(call, &id, err);

        return r < 0 ? r : bh_timeline_put(call, id, err);
}

static int list_notes(struct bh_call *call, struct bh_err *err) {
        int64_t id = 0;
        int r = seen_id(call, &id, err);

        return r < 0 ? r : bh_list_reply(call, &notes, "n.incident_id = ?", bh_arg_int(id), err);
}

/* ---- changes ---- */

struct change {
        const struct bh_call *call;
        int64_t id, note_id;
        bool has_status, has_assignee;
        enum bh_incident_status status;
        struct bh_str assignee, text;
};

static int before_of(struct bh_db *db, int64_t id, struct bh_buf *out, struct bh_err *err) {
        struct bh_rows *rows = NULL;
        struct bh_json_put j = { .out = out, .compact = true };
        int r = bh_db_ask(db, "SELECT status, assignee FROM incident WHERE id = ?1", BH_ARGS(bh_arg_int(id)), &rows, err);

        r = r < 0 ? r : bh_rows_next(rows, err);
        if (r > 0) {
                bh_json_put_open(&j, NULL, '{');
                bh_json_put_str(&j, "status", bh_rows_text(rows, 0));
                bh_json_put_str(&j, "assignee", bh_rows_text(rows, 1));
                bh_json_put_close(&j);
        } else if (r == 0)
                r = bh_fail(err, BH_E_NOTFOUND, "there is no incident %lld", (long long) id);
        bh_rows_done(&rows);
        return r < 0 ? r : 0;
}

static int audit(struct bh_db *db, const struct change *c, const char *action, struct bh_str before, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf after = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf object = { 0 };
        int r = before_of(db, c->id, &after, err);

        bh_buf_printf(&object, "incident %lld", (long long) c->id);
        return r < 0 ? r : bh_call_audit(db, c->call, action, bh_buf_str(&object), bh_str_trim(before), bh_str_trim(bh_buf_str(&after)), err);
}

static int change_fn(struct bh_db *db, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf before = { 0 };
        const struct change *c = user;
        int r = before_of(db, c->id, &before, err);

        if (r >= 0 && c->has_assignee)
                r = bh_db_run(db, "UPDATE incident SET assignee = ?2, updated_ms = ?3 WHERE id = ?1",
                              BH_ARGS(bh_arg_int(c->id), bh_arg_text(c->assignee), bh_arg_int(c->call->now_ms)), NULL, err);
        if (r >= 0 && c->has_status)
                r = bh_incident_set_status(db, c->id, c->status, c->call->now_ms, err);
        if (r >= 0 && c->text.len)
                r = bh_incident_note(db, c->id, c->call->who.name, c->text, c->call->now_ms, NULL, err);
        return r < 0 ? r : audit(db, c, "incident.change", bh_buf_str(&before), err);
}

static int read_change(struct bh_call *call, struct change *c, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "status", false }, { "assignee", false }, { "note", false } };
        static const char *const words[] = { "open", "working", "closed", "false-alarm" };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int status = -1;
        int r = bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);

        r = r < 0 ? r : bh_row_word(&f, body, "status", words, BH_LEN(words), -1, &status, err);
        r = r < 0 ? r : bh_body_text(&f, body, "assignee", 200, &c->assignee, err);
        r = r < 0 ? r : bh_body_text(&f, body, "note", BH_LIMIT_NOTE, &c->text, err);
        if (r < 0)
                return r;
        c->has_status = status >= 0;
        c->status = (enum bh_incident_status) BH_MAX(status, 0);
        c->has_assignee = bh_doc_get(body, "assignee") != NULL;
        if (!c->has_status && !c->has_assignee && !c->text.len)
                return bh_fail(err, BH_E_FORMAT, "nothing to change: give status, assignee or note");
        return 0;
}

/* What came of it, as it is now; everybody who watches sees it too. */
static int show(struct bh_call *call, int64_t id, struct bh_err *err) {
        int r = bh_store_refresh(call->db, err);

        if (r < 0)
                return r;
        bh_incident_tell(call->user, call->db, id);
        return answer(call, id, err);
}

static int patch_incident(struct bh_call *call, struct bh_err *err) {
        struct change c = { .call = call };
        int r = seen_id(call, &c.id, err);

        r = r < 0 ? r : read_change(call, &c, err);
        r = r < 0 ? r : bh_store_write(call->store, change_fn, &c, err);
        return r < 0 ? r : show(call, c.id, err);
}

static int note_fn(struct bh_db *db, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf before = { 0 };
        struct change *c = user;
        int r = before_of(db, c->id, &before, err);

        r = r < 0 ? r : bh_incident_note(db, c->id, c->call->who.name, c->text, c->call->now_ms, &c->note_id, err);
        return r < 0 ? r : audit(db, c, "incident.note", bh_buf_str(&before), err);
}

static int post_note(struct bh_call *call, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "text", true } };
        struct bh_json_put j = { .out = &call->out, .compact = true };
        struct change c = { .call = call };
        const struct bh_doc *body = NULL;
        struct bh_row_file f;
        int r = seen_id(call, &c.id, err);

        r = r < 0 ? r : bh_call_object(call, keys, BH_LEN(keys), &body, &f, err);
        r = r < 0 ? r : bh_body_text(&f, body, "text", BH_LIMIT_NOTE, &c.text, err);
        r = r < 0 ? r : bh_store_write(call->store, note_fn, &c, err);
        if (r < 0)
                return r;
        call->status = 201;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", c.note_id);
        bh_json_put_int(&j, "at_ms", call->now_ms);
        bh_json_put_str(&j, "who", call->who.name);
        bh_json_put_str(&j, "text", c.text);
        bh_json_put_close(&j);
        r = bh_store_refresh(call->db, err);
        if (r >= 0)
                bh_incident_tell(call->user, call->db, c.id);
        return r < 0 ? r : 0;
}

const struct bh_route bh_routes_incidents[] = {
        { "GET", "/api/v1/incidents", "listIncidents", BH_MAY_READ, NULL, &incidents, 0 },
        { "GET", "/api/v1/incidents/{id}", "getIncident", BH_MAY_READ, get_incident, NULL, 0 },
        { "PATCH", "/api/v1/incidents/{id}", "changeIncident", BH_MAY_ALERTS_WRITE, patch_incident, NULL, 0 },
        { "GET", "/api/v1/incidents/{id}/timeline", "getIncidentTimeline", BH_MAY_READ, get_timeline, NULL, 0 },
        { "GET", "/api/v1/incidents/{id}/notes", "listIncidentNotes", BH_MAY_READ, list_notes, NULL, 0 },
        { "POST", "/api/v1/incidents/{id}/notes", "addIncidentNote", BH_MAY_ALERTS_WRITE, post_note, NULL, 0 },
        { 0 },
};
