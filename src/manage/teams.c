/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/teams.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/glob.h"
#include "base/vec.h"
#include "manage/parts.h"

enum { LOOK_MS = 60 * 1000 };

struct pattern {
        int64_t team_id;
        struct bh_str kind, glob;
};

BH_VEC_OF(patterns, struct pattern);

static int load_patterns(struct bh_db *db, struct bh_arena *arena, struct patterns *ret, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, "SELECT team_id, kind, pattern FROM team_pattern ORDER BY team_id", BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, ret) = (struct pattern){ bh_rows_int(rows, 0), bh_rows_copy(rows, 1, arena), bh_rows_copy(rows, 2, arena) };
        return r;
}

/* What is said of an image, each with the kind of pattern that looks at it. */
static const char facts_sql[] = "SELECT 'image', ref FROM image_ref WHERE image_id = ?1 UNION SELECT 'image', name FROM image WHERE id = ?1"
                                " UNION SELECT 'registry', registry FROM image_ref WHERE image_id = ?1 AND registry <> ''"
                                " UNION SELECT 'namespace', namespace FROM container WHERE image_id = ?1 AND namespace <> ''"
                                " UNION SELECT 'layer', diff_id FROM image_layer WHERE image_id = ?1";

static void note(const struct patterns *patterns, bool *fits, struct bh_str kind, struct bh_str fact) {
        for (size_t i = 0; i < patterns->len; i++)
                if (!fits[i] && bh_str_eq(patterns->at[i].kind, kind) && bh_glob(patterns->at[i].glob, fact))
                        fits[i] = true;
}

static int own(struct bh_db *db, const struct patterns *patterns, const bool *fits, struct bh_str image_id, struct bh_err *err) {
        int r = bh_db_run(db, "DELETE FROM team_image WHERE image_id = ?1", BH_ARGS(bh_arg_text(image_id)), NULL, err);

        for (size_t i = 0; r >= 0 && i < patterns->len; i++)
                if (fits[i])
                        r = bh_db_run(db, "INSERT INTO team_image(team_id, image_id) VALUES(?1, ?2) ON CONFLICT DO NOTHING",
                                      BH_ARGS(bh_arg_int(patterns->at[i].team_id), bh_arg_text(image_id)), NULL, err);
        return r;
}

static int look(struct bh_db *db, struct bh_arena *arena, const struct patterns *patterns, struct bh_str image_id, struct bh_err *err) {
        bool *fits = bh_arena_array(arena, bool, patterns->len + 1);
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        int r = bh_db_ask(db, facts_sql, BH_ARGS(bh_arg_text(image_id)), &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                note(patterns, fits, bh_rows_text(rows, 0), bh_rows_text(rows, 1));
        bh_rows_done(&rows);
        return r < 0 ? r : own(db, patterns, fits, image_id, err);
}

static int image_ids(struct bh_db *db, struct bh_arena *arena, struct bh_str **ret, size_t *ret_n, struct bh_err *err) {
        BH_CLEANUP(bh_rows_done) struct bh_rows *rows = NULL;
        BH_VEC(struct bh_str) ids = { 0 };
        int r = bh_db_ask(db, "SELECT id FROM image", BH_NO_ARGS, &rows, err);

        while (r >= 0 && (r = bh_rows_next(rows, err)) > 0)
                *bh_vec_add(arena, &ids) = bh_rows_copy(rows, 0, arena);
        *ret = ids.at;
        *ret_n = ids.len;
        return r;
}

int bh_teams_all(struct bh_db *db, struct bh_err *err) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct patterns patterns = { 0 };
        struct bh_str *ids = NULL;
        size_t n = 0;
        int r = load_patterns(db, arena, &patterns, err);

        if (r >= 0)
                r = image_ids(db, arena, &ids, &n, err);
        if (r >= 0)
                r = bh_db_run(db, "DELETE FROM team_image WHERE image_id NOT IN (SELECT id FROM image)", BH_NO_ARGS, NULL, err);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = look(db, scratch, &patterns, ids[i], err);
                bh_arena_reset(scratch);
        }
        return r;
}

/* ---- once a minute ---- */

struct teams {
        struct bh_store *store;
        int64_t next_ms;
        int64_t seen; /* of what ownership follows from */
};

static int state_of(struct bh_db *db, int64_t *ret, struct bh_err *err) {
        return bh_db_number(db,
                            "SELECT (SELECT count(*) FROM team_pattern) * 1000003 + (SELECT coalesce(max(id), 0) FROM image_ref) * 10007"
                            " + (SELECT count(*) FROM image) * 101 + (SELECT count(*) FROM container WHERE namespace <> '')",
                            BH_NO_ARGS, ret, err);
}

static int write_all(struct bh_db *db, void *user, struct bh_err *err) {
        (void) user;
        return bh_teams_all(db, err);
}

static int look_again(struct teams *t, struct bh_err *err) {
        struct bh_db *db = NULL;
        int64_t state = 0;
        int r = bh_store_borrow(t->store, &db, err);

        if (r < 0)
                return r;
        r = state_of(db, &state, err);
        bh_store_give_back(t->store, &db);
        if (r < 0 || state == t->seen)
                return r;
        r = bh_store_write(t->store, write_all, NULL, err);
        if (r >= 0)
                t->seen = state;
        return r;
}

static void tick(void *part, int64_t now_ms) {
        struct bh_err err = BH_ERR_NONE;
        struct teams *t = part;

        if (now_ms < t->next_ms)
                return;
        t->next_ms = now_ms + LOOK_MS;
        BH_IGNORE(look_again(t, &err)); /* the next minute tries again */
}

static int open_teams(struct bh_manage *m, void **ret, struct bh_err *err) {
        struct teams *t = calloc(1, sizeof *t);

        (void) err;
        if (!t)
                bh_nomem(sizeof *t);
        t->store = bh_manage_opts(m)->store;
        *ret = t;
        return 0;
}

static void close_teams(void **part) {
        free(BH_TAKE(*part));
}

const struct bh_manage_part bh_part_teams = { "teams", open_teams, tick, close_teams };
