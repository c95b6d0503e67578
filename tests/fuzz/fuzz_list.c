/* SPDX-License-Identifier: Apache-2.0 */
/* The query string of a list: whatever is understood must also be answered by the database, as JSON and as CSV. */
#include <stdio.h>
#include <stdlib.h>

#include "fmt/json.h"
#include "fuzz.h"
#include "store/conn.h"
#include "store/list.h"

static const char *const grades[] = { "none", "low", "high", NULL };

static const struct bh_list_column columns[] = {
        { "id", "t.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "t.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH | BH_LIST_FACET, NULL },
        { "risk", "t.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "grade", "t.grade", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, grades },
        { "seen_ms", "t.seen_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "open", "t.open", BH_LIST_BOOL, BH_LIST_FILTER, NULL },
        { "tags", "t.tags", BH_LIST_JSON, BH_LIST_FILTER | BH_LIST_HIDDEN, NULL },
        { 0 },
};

static const struct bh_list list = {
        .name = "things", .from = "thing t", .key = "t.id", .key_type = BH_LIST_INT, .sort = "-risk", .mine = "t.id<>?1", .columns = columns,
};

static void must(int r, const struct bh_err *err) {
        if (r >= 0)
                return;
        fprintf(stderr, "%s\n", err->text);
        abort();
}

static struct bh_db *set_up(void) {
        static struct bh_db *db;
        struct bh_err err = BH_ERR_NONE;

        if (!db) {
                must(bh_db_open(":memory:", BH_DB_WRITE | BH_DB_MAKE, &db, &err), &err);
                must(bh_db_script(db, "CREATE TABLE thing(id INTEGER PRIMARY KEY, name TEXT, risk REAL, grade INTEGER, seen_ms INTEGER, open INTEGER, tags TEXT);"
                                      "INSERT INTO thing VALUES(1, 'a', 1, 1, 1, 1, '[]'), (2, NULL, NULL, NULL, NULL, NULL, NULL), (3, '=b', 2, 9, 3, 0, '{')",
                                  &err), &err);
        }
        return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str text = { (const char *) data, size };
        struct bh_list_query *q = NULL;
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = set_up();
        const struct bh_doc *doc;

        if (bh_list_query_parse(arena, &list, text, &q, &err) < 0)
                return 0;
        if (size % 2)
                bh_list_query_mine(q, 1);
        must(bh_list_json(db, q, &out, &err), &err);
        must(bh_json_parse(arena, bh_buf_str(&out), &doc, &err), &err);
        bh_buf_clear(&out);
        must(bh_list_csv(db, q, &out, &err), &err);
        return 0;
}
