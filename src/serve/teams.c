/* SPDX-License-Identifier: Apache-2.0 */
/* Teams: who is in them, and which images are theirs. */
#include "fmt/json_put.h"
#include "manage/teams.h"
#include "serve/core.h"
#include "serve/mine.h"
#include "serve/routes.h"

enum { NAME_MAX_BYTES = 100, ABOUT_MAX_BYTES = 500, MEMBERS_MAX = 1000, PATTERNS_MAX = 200, PATTERN_MAX_BYTES = 300 };

static const struct bh_list_column columns[] = {
        { "id", "t.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT },
        { "name", "t.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH },
        { "about", "t.about", BH_LIST_TEXT, BH_LIST_SEARCH },
        { "n_members", "(SELECT count(*) FROM team_member m WHERE m.team_id = t.id)", BH_LIST_INT, 0 },
        { "n_patterns", "(SELECT count(*) FROM team_pattern p WHERE p.team_id = t.id)", BH_LIST_INT, 0 },
        { "n_images", "(SELECT count(*) FROM team_image i WHERE i.team_id = t.id)", BH_LIST_INT, 0 },
        { "created_ms", "t.created_ms", BH_LIST_TIME, BH_LIST_SORT },
        { 0 },
};

static const struct bh_list list = {
        .name = "teams", .from = "team t", .key = "t.id", .key_type = BH_LIST_INT, .sort = "name",
        .mine = "t.id IN (SELECT m.team_id FROM team_member m WHERE m.person_id = ?1)", .columns = columns
};

/* ---- one team ---- */

static int put_members(struct bh_db *db, int64_t id, struct bh_json_put *j, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT p.id, p.name, p.role FROM team_member m JOIN person p ON p.id = m.person_id WHERE m.team_id = ?1 ORDER BY p.name",
                          BH_ARGS(bh_arg_int(id)), &rows, err);

        bh_json_put_open(j, "members", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_int(j, "id", bh_rows_int(rows, 0));
                bh_json_put_str(j, "name", bh_rows_text(rows, 1));
                bh_json_put_str(j, "role", bh_rows_text(rows, 2));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        return r;
}

static int put_patterns(struct bh_db *db, int64_t id, struct bh_json_put *j, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT kind, pattern FROM team_pattern WHERE team_id = ?1 ORDER BY kind, pattern", BH_ARGS(bh_arg_int(id)), &rows, err);

        bh_json_put_open(j, "owns", '[');
        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0) {
                bh_json_put_open(j, NULL, '{');
                bh_json_put_str(j, "kind", bh_rows_text(rows, 0));
                bh_json_put_str(j, "pattern", bh_rows_text(rows, 1));
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
        return r;
}

/* 1: it is there; 0: not. */
static int put_team(struct bh_db *db, int64_t id, struct bh_buf *out, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        struct bh_json_put j = { .out = out, .compact = true };
        int r = bh_db_ask(db, "SELECT name, about, created_ms, (SELECT count(*) FROM team_image i WHERE i.team_id = t.id) FROM team t WHERE id = ?1",
                          BH_ARGS(bh_arg_int(id)), &rows, err);

        if (r < 0 || (r = bh_rows_next(rows, err)) <= 0)
                return r;
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_int(&j, "id", id);
        bh_json_put_str(&j, "name", bh_rows_text(rows, 0));
        bh_json_put_str(&j, "about", bh_rows_text(rows, 1));
        bh_json_put_int(&j, "created_ms", bh_rows_int(rows, 2));
        bh_json_put_int(&j, "n_images", bh_rows_int(rows, 3));
        r = put_members(db, id, &j, err);
        if (r >= 0)
                r = put_patterns(db, id, &j, err);
        bh_json_put_close(&j);
        return r < 0 ? r : 1;
}

static int in_team(struct bh_call *call, int64_t id, struct bh_err *err) {
        int64_t one;

        if (!call->who.scoped)
                return 1;
        return bh_db_number(call->db, "SELECT 1 FROM team_member WHERE team_id = ?1 AND person_id = ?2",
                            BH_ARGS(bh_arg_int(id), bh_arg_int(call->who.user_id)), &one, err);
}

/* The {id} of the path; 0: it is none. */
static int64_t id_of(const struct bh_call *call) {
        uint64_t id;

        return bh_str_u64(bh_call_part(call, "id"), &id) && id <= INT64_MAX ? (int64_t) id : 0;
}

static int answer(struct bh_call *call, int64_t id, int status, struct bh_err *err) {
        int r = bh_call_reread(call, err);

        if (r >= 0)
                r = in_team(call, id, err);
        if (r > 0)
                r = put_team(call->db, id, &call->out, err);
        call->status = status;
        return r == 0 ? bh_call_problem(call, 404, "there is no such team") : BH_MIN(r, 0);
}

static int get_team(struct bh_call *call, struct bh_err *err) {
        return answer(call, id_of(call), 200, err);
}

/* ---- changes ---- */

struct edit {
        struct bh_call *call;
        const struct bh_doc *body;
        struct bh_str name, about;
        int64_t id; /* 0: a new one */
        int status; /* of a problem found inside the write; 0: none */
        struct bh_str problem;
};

static int refuse(struct edit *e, int status, struct bh_str why) {
        e->status = status;
        e->problem = why;
        return 0;
}

static bool is_kind(struct bh_str kind) {
        return bh_str_is(kind, "image") || bh_str_is(kind, "registry") || bh_str_is(kind, "namespace") || bh_str_is(kind, "layer");
}

static int read_body(struct edit *e, struct bh_err *err) {
        const struct bh_doc *owns, *members;
        int r = bh_call_body(e->call, &e->body, err);

        if (r < 0)
                return r;
        e->name = bh_str_trim(bh_doc_get_text(e->body, "name"));
        e->about = bh_str_trim(bh_doc_get_text(e->body, "about"));
        owns = bh_doc_get(e->body, "owns");
        members = bh_doc_get(e->body, "members");
        if (e->name.len > NAME_MAX_BYTES || e->about.len > ABOUT_MAX_BYTES || (e->name.len == 0 && (!e->id || bh_doc_get(e->body, "name"))))
                return bh_fail(err, BH_E_USAGE, "name: at most %d bytes, and not empty; about: at most %d", NAME_MAX_BYTES, ABOUT_MAX_BYTES);
        if (bh_doc_count(owns) > PATTERNS_MAX || bh_doc_count(members) > MEMBERS_MAX)
                return bh_fail(err, BH_E_USAGE, "a team has at most %d members and %d patterns", MEMBERS_MAX, PATTERNS_MAX);
        for (const struct bh_doc *n = bh_doc_first(owns); n; n = n->next) {
                struct bh_str pattern = bh_doc_get_text(n, "pattern");

                if (!is_kind(bh_doc_get_text(n, "kind")) || pattern.len == 0 || pattern.len > PATTERN_MAX_BYTES)
                        return bh_fail(err, BH_E_USAGE, "owns: each has a kind (image, registry, namespace, layer) and a pattern of 1 to %d bytes", PATTERN_MAX_BYTES);
        }
        return 0;
}

static int write_members(struct bh_db *db, struct edit *e, struct bh_err *err) {
        int r = bh_db_run(db, "DELETE FROM team_member WHERE team_id = ?1", BH_ARGS(bh_arg_int(e->id)), NULL, err);

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(e->body, "members")); r >= 0 && n; n = n->next) {
                int64_t person = bh_doc_int(n, 0), there;

                r = bh_db_number(db, "SELECT id FROM person WHERE id = ?1", BH_ARGS(bh_arg_int(person)), &there, err);
                if (r == 0)
                        return bh_fail(err, BH_E_USAGE, "members: there is no account %lld", (long long) person);
                if (r > 0)
                        r = bh_db_run(db, "INSERT INTO team_member(team_id, person_id) VALUES(?1, ?2) ON CONFLICT DO NOTHING",
                                      BH_ARGS(bh_arg_int(e->id), bh_arg_int(person)), NULL, err);
        }
        return r;
}

static int write_patterns(struct bh_db *db, struct edit *e, struct bh_err *err) {
        int r = bh_db_run(db, "DELETE FROM team_pattern WHERE team_id = ?1", BH_ARGS(bh_arg_int(e->id)), NULL, err);

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(e->body, "owns")); r >= 0 && n; n = n->next)
                r = bh_db_run(db, "INSERT INTO team_pattern(team_id, kind, pattern) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING",
                              BH_ARGS(bh_arg_int(e->id), bh_arg_text(bh_doc_get_text(n, "kind")), bh_arg_text(bh_doc_get_text(n, "pattern"))), NULL, err);
        return r < 0 ? r : bh_teams_all(db, err);
}

static int write_row(struct bh_db *db, struct edit *e, struct bh_err *err) {
        int r;

        if (!e->id) {
                r = bh_db_number(db, "INSERT INTO team(name, about, created_ms) VALUES(?1, ?2, ?3) RETURNING id",
                                 BH_ARGS(bh_arg_text(e->name), bh_arg_text(e->about), bh_arg_int(e->call->now_ms)), &e->id, err);
                return BH_MIN(r, 0);
        }
        r = e->name.len ? bh_db_run(db, "UPDATE team SET name = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(e->id), bh_arg_text(e->name)), NULL, err) : 0;
        if (r >= 0 && bh_doc_get(e->body, "about"))
                r = bh_db_run(db, "UPDATE team SET about = ?2 WHERE id = ?1", BH_ARGS(bh_arg_int(e->id), bh_arg_text(e->about)), NULL, err);
        return r;
}

static int write_edit(struct bh_db *db, void *user, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf before = { 0 }, after = { 0 };
        struct edit *e = user;
        bool new = e->id == 0;
        int64_t there;
        int r = new ? 1 : put_team(db, e->id, &before, err);

        if (r <= 0)
                return r < 0 ? r : refuse(e, 404, BH_STR("there is no such team"));
        r = bh_db_number(db, "SELECT id FROM team WHERE name = ?1 AND id <> ?2", BH_ARGS(bh_arg_text(e->name), bh_arg_int(e->id)), &there, err);
        if (r != 0)
                return r < 0 ? r : refuse(e, 409, BH_STR("there is a team of this name already"));
        r = write_row(db, e, err);
        if (r >= 0 && bh_doc_get(e->body, "members"))
                r = write_members(db, e, err);
        if (r >= 0 && bh_doc_get(e->body, "owns"))
                r = write_patterns(db, e, err);
        if (r >= 0)
                r = put_team(db, e->id, &after, err);
        return r < 0 ? r : bh_call_audit(db, e->call, new ? "team.new" : "team.change", e->name, bh_str_trim(bh_buf_str(&before)), bh_str_trim(bh_buf_str(&after)), err);
}

static int edit(struct bh_call *call, int64_t id, int status, struct bh_err *err) {
        struct edit e = { .call = call, .id = id };
        int r = read_body(&e, err);

        if (r < 0)
                return r;
        bh_call_read_done(call);
        r = bh_store_write(call->store, write_edit, &e, err);
        if (r < 0)
                return r;
        if (e.status)
                return bh_call_problem(call, e.status, "%.*s", BH_FMT(e.problem));
        return answer(call, e.id, status, err);
}

static int post_team(struct bh_call *call, struct bh_err *err) {
        return edit(call, 0, 201, err);
}

static int patch_team(struct bh_call *call, struct bh_err *err) {
        int64_t id = id_of(call);

        return id ? edit(call, id, 200, err) : bh_call_problem(call, 404, "there is no such team");
}

static int write_delete(struct bh_db *db, void *user, struct bh_err *err) {
        static const char *const tables[] = { "DELETE FROM team_member WHERE team_id = ?1", "DELETE FROM team_pattern WHERE team_id = ?1",
                                              "DELETE FROM team_image WHERE team_id = ?1", "DELETE FROM team WHERE id = ?1" };
        BH_CLEANUP(bh_buf_done) struct bh_buf before = { 0 };
        struct edit *e = user;
        int r = put_team(db, e->id, &before, err);

        if (r <= 0)
                return r < 0 ? r : refuse(e, 404, BH_STR("there is no such team"));
        for (size_t i = 0; r >= 0 && i < BH_LEN(tables); i++)
                r = bh_db_run(db, tables[i], BH_ARGS(bh_arg_int(e->id)), NULL, err);
        return r < 0 ? r : bh_call_audit(db, e->call, "team.delete", bh_call_part(e->call, "id"), bh_str_trim(bh_buf_str(&before)), BH_STR(""), err);
}

static int delete_team(struct bh_call *call, struct bh_err *err) {
        struct edit e = { .call = call, .id = id_of(call) };
        int r = bh_store_write(call->store, write_delete, &e, err);

        if (r < 0)
                return r;
        if (e.status)
                return bh_call_problem(call, e.status, "%.*s", BH_FMT(e.problem));
        call->status = 204;
        return 0;
}

int bh_call_team(struct bh_call *call, int64_t *ret, struct bh_err *err) {
        struct bh_str text = bh_call_query(call, "team_id");
        uint64_t id = 0;
        int64_t there = 0;
        int r = 0;

        if (!text.len)
                return 0;
        if (bh_str_u64(text, &id) && id <= INT64_MAX)
                r = bh_db_number(call->db,
                                 "SELECT 1 FROM team t WHERE t.id = ?1 AND (?2 = 0 OR t.id IN (SELECT tm.team_id FROM team_member tm WHERE tm.person_id = ?2))",
                                 BH_ARGS(bh_arg_int((int64_t) id), bh_arg_int(call->who.scoped ? call->who.user_id : 0)), &there, err);
        if (r == 0)
                return bh_fail(err, BH_E_NOTFOUND, "there is no team %s", BH_QUOTE(text));
        *ret = (int64_t) id;
        return r < 0 ? r : 0;
}

const struct bh_route bh_routes_teams[] = {
        { "GET", "/api/v1/teams", "listTeams", BH_MAY_READ, NULL, &list, 0 },
        { "POST", "/api/v1/teams", "newTeam", BH_MAY_USERS_WRITE, post_team, NULL, 0 },
        { "GET", "/api/v1/teams/{id}", "getTeam", BH_MAY_READ, get_team, NULL, 0 },
        { "PATCH", "/api/v1/teams/{id}", "changeTeam", BH_MAY_USERS_WRITE, patch_team, NULL, 0 },
        { "DELETE", "/api/v1/teams/{id}", "deleteTeam", BH_MAY_USERS_WRITE, delete_team, NULL, 0 },
        { 0 },
};
