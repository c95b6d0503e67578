/* SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"

#include "base/text.h"
#include "fmt/json.h"
#include "store/list_query.h"

static const char *const grades[] = { "none", "low", "high", "critical", NULL };

static const struct bh_list_column columns[] = {
        { "id", "t.id", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "name", "t.name", BH_LIST_TEXT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_SEARCH, NULL },
        { "risk", "t.risk", BH_LIST_REAL, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "grade", "t.grade", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_FACET, grades },
        { "seen_ms", "t.seen_ms", BH_LIST_TIME, BH_LIST_FILTER | BH_LIST_SORT, NULL },
        { "open", "t.open", BH_LIST_BOOL, BH_LIST_FILTER | BH_LIST_FACET, NULL },
        { "tags", "t.tags", BH_LIST_JSON, BH_LIST_FILTER | BH_LIST_SEARCH, NULL },
        { "secret", "t.name || '!'", BH_LIST_TEXT, BH_LIST_HIDDEN, NULL },
        { "alike", "(SELECT count(*) FROM thing o WHERE o.open=t.open)", BH_LIST_INT, BH_LIST_FILTER | BH_LIST_SORT | BH_LIST_HIDDEN, NULL,
          "(SELECT count(*) FROM thing o WHERE o.open=t.open AND (o.owner=?1 OR ?1=7))" },
        { 0 },
};

static const struct bh_list things = {
        .name = "things", .from = "thing t", .where = "t.hidden=0", .key = "t.id", .key_type = BH_LIST_INT, .sort = "-risk", .mine = "t.owner=?1 OR (t.owner IS NULL AND ?1=7)",
        .columns = columns,
};

static struct shelf things_new(void) {
        struct shelf s = shelf_new();

        shelf_do(&s, "CREATE TABLE thing(id INTEGER PRIMARY KEY, name TEXT, risk REAL, grade INTEGER, seen_ms INTEGER, open INTEGER NOT NULL DEFAULT 1,"
                     " tags TEXT NOT NULL DEFAULT '[]', owner INTEGER, hidden INTEGER NOT NULL DEFAULT 0)");
        shelf_do(&s, "CREATE INDEX thing_risk ON thing(risk, id)");
        return s;
}

static struct shelf things_some(void) {
        struct shelf s = things_new();

        shelf_do(&s, "INSERT INTO thing(id, name, risk, grade, seen_ms, open, tags, owner, hidden) VALUES"
                     "(1, 'openssl', 9.5, 3, 1764439200000, 1, '[\"a\",\"b\"]', 1, 0),"
                     "(2, 'zlib, 50%', 3, 1, NULL, 0, '[]', 2, 0),"
                     "(3, '=cmd|calc', 3, 2, 5, 1, 'not json', NULL, 0),"
                     "(4, NULL, NULL, NULL, 4, 1, '[]', 1, 0),"
                     "(5, 'not shown', 100, 3, 4, 1, '[]', 1, 1)");
        return s;
}

static struct bh_list_query *parse(struct bh_arena *arena, const char *text) {
        struct bh_list_query *q = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_list_query_parse(arena, &things, bh_str_of(text), &q, &err) < 0)
                fail_msg("%s: %s", text, err.text);
        return q;
}

static struct bh_str run(struct shelf *s, struct bh_arena *arena, const struct bh_list_query *q, bool csv) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        assert_int_equal(bh_store_borrow(s->store, &db, &err), 0);
        if ((csv ? bh_list_csv : bh_list_json)(db, q, &out, &err) < 0)
                fail_msg("%s", err.text);
        bh_store_give_back(s->store, &db);
        return bh_arena_str(arena, bh_buf_str(&out));
}

static const struct bh_doc *answer(struct shelf *s, struct bh_arena *arena, const struct bh_list_query *q) {
        const struct bh_doc *doc = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_json_parse(arena, run(s, arena, q, false), &doc, &err) < 0)
                fail_msg("%s", err.text);
        return doc;
}

/* "1 3 4": the ids of the rows, in their order. */
static const char *ids(struct shelf *s, struct bh_arena *arena, const char *text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        const struct bh_doc *doc = answer(s, arena, parse(arena, text));

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(doc, "items")); n; n = n->next)
                bh_buf_printf(&b, "%s%lld", b.len ? " " : "", (long long) bh_doc_int(bh_doc_get(n, "id"), -1));
        return bh_arena_cstr(arena, bh_buf_str(&b));
}

static void a_row_is_shown_as_its_columns_say(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_some();

        (void) state;
        assert_str(run(&s, arena, parse(arena, "f.id=1"), false),
                   "{\"items\":[{\"id\":1,\"name\":\"openssl\",\"risk\":9.5,\"grade\":\"critical\",\"seen_ms\":1764439200000,\"open\":true,\"tags\":[\"a\",\"b\"]}],\"next\":null}\n");
        assert_str(run(&s, arena, parse(arena, "f.id=3&columns=tags,id,secret"), false),
                   "{\"items\":[{\"tags\":\"not json\",\"id\":3,\"secret\":\"=cmd|calc!\"}],\"next\":null}\n");
        assert_str(run(&s, arena, parse(arena, "f.id=4&columns=name,grade"), false), "{\"items\":[{\"name\":null,\"grade\":null}],\"next\":null}\n");
        shelf_done(&s);
}

static void filters_find_what_they_say(void **state) {
        static const struct {
                const char *ask, *ids;
        } rows[] = {
                { "", "1 3 2 4" },
                { "sort=id", "1 2 3 4" },
                { "sort=-id", "4 3 2 1" },
                { "sort=risk,-name", "4 2 3 1" },
                { "f.name=openssl&sort=id", "1" },
                { "f.name=zlib\\,+50%25", "2" },
                { "f.name=zlib,openssl", "1" },
                { "f.grade=low,critical&sort=id", "1 2" },
                { "f.grade=", "4" },
                { "f.grade=,low&sort=id", "2 4" },
                { "not.grade=&sort=id", "1 2 3" },
                { "not.grade=low&sort=id", "1 3 4" },
                { "not.grade=low,high&sort=id", "1 4" },
                { "not.grade=,high&sort=id", "1 2" },
                { "min.grade=high&sort=id", "1 3" },
                { "max.grade=low&sort=id", "2" },
                { "min.risk=3&max.risk=4&sort=id", "2 3" },
                { "min.seen_ms=2025-11-29T00:00:00Z", "1" },
                { "f.seen_ms=&sort=id", "2" },
                { "f.open=false", "2" },
                { "like.name=SSL", "1" },
                { "like.name=%25", "2" },
                { "like.name=_", "" },
                { "like.name=ssl,zlib&sort=id", "1 2" },
                { "q=open+ssl", "1" },
                { "q=open+zlib", "" },
                { "q=JSON", "3" },
                { "q=", "1 3 2 4" },
                { "f.name=%27+OR+1%3D1--", "" },
                { "f.id=5", "" },
                { "&&f.id=1&&", "1" },
        };
        struct shelf s = things_some();

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();

                print_message("%s\n", rows[i].ask);
                assert_string_equal(ids(&s, arena, rows[i].ask), rows[i].ids);
        }
        shelf_done(&s);
}

static void what_is_asked_wrongly_is_told_with_the_nearest_word(void **state) {
        static const struct {
                const char *ask, *text;
        } rows[] = {
                { "f.nmae=x", "things has no filter 'nmae'; did you mean 'name'?" },
                { "f.secret=x", "'secret' of things is no filter" },
                { "sort=open", "'open' of things is no order" },
                { "facets=name", "'name' of things is no facet" },
                { "columns=id,id", "the column 'id' twice" },
                { "f.grade=critcal", "grade: there is no 'critcal'; did you mean 'critical'?" },
                { "f.id=1x", "id: '1x' is not a whole number" },
                { "f.id=9223372036854775808", "id: '9223372036854775808' is not a whole number" },
                { "min.risk=inf", "risk: 'inf' is not a number" },
                { "min.risk=1,2", "risk: one limit, not several" },
                { "min.risk=", "risk: '' is not a number" },
                { "f.open=yes", "open: 'yes' is not true or false" },
                { "f.seen_ms=soon", "seen_ms: 'soon' is not a time (milliseconds since 1970, or 2026-11-29T16:00:00Z)" },
                { "like.risk=1", "'risk' is no text, it cannot contain any" },
                { "like.grade=cr", "'grade' is no text, it cannot contain any" },
                { "limit=0", "limit: '0' is not from 1 to 1000" },
                { "limit=1001", "limit: '1001' is not from 1 to 1000" },
                { "count=maybe", "count: 'maybe' is not true or false" },
                { "format=xml", "format: 'xml' is not json or csv" },
                { "lmit=5", "a list has no parameter 'lmit'; did you mean 'limit'?; filters are f., not., min., max. and like. with a column's name" },
                { "f.name=%zz", "a % without two hexadecimal digits in '%zz'" },
                { "f.name=%", "a % without two hexadecimal digits in '%'" },
                { "f.name=%00", "'\\x00' is not text" },
                { "f.name=%ff", "'\\xff' is not text" },
                { "cursor=AAAA", "cursor: take it from an answer's \"next\" as it is" },
                { "cursor=AAAAAAAA", "cursor: it is of another list or another sort" },
                { "cursor=***", "cursor: take it from an answer's \"next\" as it is" },
                { "sort=id,name,nme", NULL },
                { "q=a+b+c+d+e+f+g+h+i", "q: more than 8 words" },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct bh_list_query *q = NULL;
                struct bh_err err = BH_ERR_NONE;
                int r = bh_list_query_parse(arena, &things, bh_str_of(rows[i].ask), &q, &err);

                print_message("%s\n", rows[i].ask);
                assert_int_equal(r, rows[i].text ? BH_E_FORMAT : 0);
                if (rows[i].text)
                        assert_string_equal(err.text, rows[i].text);
        }
}

static void too_many_conditions_are_refused(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        struct bh_list_query *q = NULL;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        bh_buf_puts(&b, "f.id=1");
        for (int i = 0; i < 100; i++)
                bh_buf_puts(&b, ",1");
        assert_int_equal(bh_list_query_parse(arena, &things, bh_buf_str(&b), &q, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "more than 100 conditions");
        for (int i = 0; i < 10000; i++)
                bh_buf_puts(&b, ",1");
        assert_int_equal(bh_list_query_parse(arena, &things, bh_buf_str(&b), &q, &err), BH_E_FORMAT);
        assert_string_equal(err.text, "a question of more than 16384 bytes");
}

static const char *facet(struct bh_arena *arena, const struct bh_doc *doc, const char *name) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        for (const struct bh_doc *n = bh_doc_first(bh_doc_get(bh_doc_get(doc, "facets"), name)); n; n = n->next) {
                const struct bh_doc *v = bh_doc_get(n, "value");
                struct bh_str text = bh_doc_is(v, BH_DOC_NULL) ? BH_STR("null") : v->str;

                bh_buf_printf(&b, " %.*s:%lld", BH_FMT(text), (long long) bh_doc_int(bh_doc_get(n, "count"), -1));
        }
        return bh_arena_cstr(arena, bh_buf_str(&b));
}

static void counts_and_facets_look_past_the_page(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_some();
        const struct bh_doc *doc;

        (void) state;
        doc = answer(&s, arena, parse(arena, "limit=1&columns=id&count=true&facets=grade,open&f.open=true"));
        assert_int_equal(bh_doc_count(bh_doc_get(doc, "items")), 1);
        assert_int_equal(bh_doc_int(bh_doc_get(doc, "total"), -1), 3);
        assert_string_equal(facet(arena, doc, "grade"), " null:1 high:1 critical:1");
        assert_string_equal(facet(arena, doc, "open"), " true:3 false:1"); /* its own condition left aside */
        shelf_done(&s);
}

static void mine_are_those_of_the_asker_alone(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_some();
        struct bh_list_query *q = parse(arena, "sort=id&count=true&f.open=true");

        (void) state;
        bh_list_query_mine(q, 1);
        assert_int_equal(bh_doc_int(bh_doc_get(answer(&s, arena, q), "total"), -1), 2);
        bh_list_query_mine(q, 7);
        assert_int_equal(bh_doc_int(bh_doc_get(answer(&s, arena, q), "total"), -1), 1);
        bh_list_query_mine(q, 99);
        assert_int_equal(bh_doc_int(bh_doc_get(answer(&s, arena, q), "total"), -1), 0);
        shelf_done(&s);
}

static void what_is_counted_is_of_the_asker_alone(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_some();
        const struct bh_list *list = bh_list_for(arena, &things, 2);
        struct bh_list_query *q = NULL;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_str(run(&s, arena, parse(arena, "columns=id,alike&sort=alike,id&max.alike=1"), false), "{\"items\":[{\"id\":2,\"alike\":1}],\"next\":null}\n");
        assert_int_equal(bh_list_query_parse(arena, list, BH_STR("columns=id,alike&sort=-alike,id&min.alike=1"), &q, &err), 0);
        assert_str(run(&s, arena, q, false), "{\"items\":[{\"id\":2,\"alike\":1}],\"next\":null}\n");
        assert_ptr_equal(bh_list_for(arena, &(const struct bh_list){ .columns = columns + BH_LEN(columns) - 1 }, 2)->columns, columns + BH_LEN(columns) - 1);
        shelf_done(&s);
}

static void one_row_is_an_object_of_its_own(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct shelf s = things_some();
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;

        (void) state;
        assert_int_equal(bh_store_borrow(s.store, &db, &err), 0);
        assert_int_equal(bh_list_row(db, parse(arena, "columns=id,secret&sort=-risk"), &out, &err), 1);
        assert_str(bh_str_trim(bh_buf_str(&out)), "{\"id\":1,\"secret\":\"openssl!\"}");
        assert_int_equal(bh_list_row(db, parse(arena, "f.id=5"), &out, &err), 0);
        bh_store_give_back(s.store, &db);
        shelf_done(&s);
}

static void a_further_condition_holds_in_all_answers(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_some();
        struct bh_list_query *q = parse(arena, "sort=id&count=true&f.open=true");

        (void) state;
        bh_list_query_mine(q, 1);
        bh_list_query_fix(q, "t.name=? OR ?='x'", bh_arg_text(BH_STR("openssl")));
        bh_list_query_fix(q, "t.id<?", bh_arg_int(4));
        assert_int_equal(bh_doc_int(bh_doc_get(answer(&s, arena, q), "total"), -1), 1);
        shelf_done(&s);
}

static void csv_is_quoted_and_formulas_are_disarmed(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_some();

        (void) state;
        shelf_do(&s, "INSERT INTO thing(id, name, risk, tags) VALUES(10, '+1', -2, '[]'), (11, '-1', 0, '[]'), (12, '@x', 0.25, '[]'), (13, char(9) || '=x', 0, '[]'),"
                     " (14, 'a \"b\"' || char(13, 10) || 'c', 0, '[\"x\",1]')");
        assert_str(run(&s, arena, parse(arena, "sort=id&limit=1&columns=id,name,risk,grade,seen_ms,open,tags"), true),
                   "id,name,risk,grade,seen_ms,open,tags\r\n"
                   "1,openssl,9.5,critical,1764439200000,true,\"[\"\"a\"\",\"\"b\"\"]\"\r\n"
                   "2,\"zlib, 50%\",3,low,,false,[]\r\n"
                   "3,'=cmd|calc,3,high,5,true,not json\r\n"
                   "4,,,,4,true,[]\r\n"
                   "10,'+1,-2,,,true,[]\r\n"
                   "11,'-1,0,,,true,[]\r\n"
                   "12,'@x,0.25,,,true,[]\r\n"
                   "13,'\t=x,0,,,true,[]\r\n"
                   "14,\"a \"\"b\"\"\r\nc\",0,,,true,\"[\"\"x\"\",1]\"\r\n");
        shelf_done(&s);
}

static void csv_that_grows_too_large_says_so(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_new();
        struct bh_str csv;

        (void) state;
        shelf_do(&s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<70) INSERT INTO thing(id, name) SELECT i, hex(zeroblob(500000)) FROM n");
        csv = run(&s, arena, parse(arena, "sort=id&columns=id,name"), true);
        assert_true(csv.len <= 64u << 20);
        assert_true(csv.len > 63u << 20);
        assert_true(bh_str_ends(csv, BH_STR("# cut after 67 rows: 64 MiB are the most one file may have; narrow it with filters\r\n")));
        shelf_done(&s);
}

/* Rows with few different values and many NULLs, walked in pages in any order. */
enum { N = 300 };

struct thing {
        int64_t id;
        bool null[3];
        double risk;
        int64_t grade;
        char name[4];
};

static uint32_t seed = 12345;

static uint32_t roll(uint32_t n) {
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % n;
}

static int insert_all(struct bh_db *db, void *user, struct bh_err *err) {
        const struct thing *t = user;
        int r = 0;

        for (int i = 0; r >= 0 && i < N; i++)
                r = bh_db_run(db, "INSERT INTO thing(id, name, risk, grade) VALUES(?1, ?2, ?3, ?4)",
                              BH_ARGS(bh_arg_int(t[i].id), t[i].null[0] ? bh_arg_null() : bh_arg_text(bh_str_of(t[i].name)),
                                      t[i].null[1] ? bh_arg_null() : bh_arg_real(t[i].risk), t[i].null[2] ? bh_arg_null() : bh_arg_int(t[i].grade)),
                              NULL, err);
        return r;
}

static void make_things(struct thing *t) {
        for (int i = 0; i < N; i++) {
                t[i] = (struct thing){ .id = i * 7 % N + 1, .risk = roll(4) + 0.1, .grade = roll(3), .null = { roll(4) == 0, roll(4) == 0, roll(4) == 0 } };
                t[i].name[0] = (char) ('a' + roll(3));
        }
}

struct by {
        int column; /* 0 name, 1 risk, 2 grade, 3 id */
        bool down;
};

static struct by order[5];
static int n_order;

static int compare_values(const struct thing *a, const struct thing *b, int column) {
        if (column == 3)
                return a->id < b->id ? -1 : a->id > b->id;
        if (a->null[column] || b->null[column])
                return b->null[column] - a->null[column];
        if (column == 0)
                return strcmp(a->name, b->name);
        if (column == 1)
                return a->risk < b->risk ? -1 : a->risk > b->risk;
        return a->grade < b->grade ? -1 : a->grade > b->grade;
}

static int compare(const void *a, const void *b) {
        for (int i = 0; i < n_order; i++) {
                int c = compare_values(a, b, order[i].column);

                if (c)
                        return order[i].down ? -c : c;
        }
        return 0;
}

static char kept_cursor[512];

/* A random order, as text and for `compare`. */
static void roll_order(char *text, size_t size) {
        static const char *const names[] = { "name", "risk", "grade" };
        int first = (int) roll(3), n = 1 + (int) roll(3);
        size_t len = 0;

        n_order = 0;
        for (int i = 0; i < n; i++) {
                order[n_order++] = (struct by){ (first + i) % 3, roll(2) };
                len += (size_t) snprintf(text + len, size - len, "%s%s%s", i ? "," : "", order[i].down ? "-" : "", names[order[i].column]);
        }
        order[n_order] = (struct by){ 3, order[n_order - 1].down };
        if (roll(2)) { /* the key, its own way */
                order[n_order].down = roll(2);
                (void) snprintf(text + len, size - len, ",%sid", order[n_order].down ? "-" : "");
        }
        n_order++;
}

/* All pages, against the sorted rows; `without`: a name that is filtered out. */
static void walk_pages(struct shelf *s, const struct thing *t, const char *sort, char without, unsigned stretch) {
        struct bh_str cursor = { 0 };
        unsigned limit = 1 + roll(60), partial = 0;
        int at = 0;

        do {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                const char *ask = bh_arena_cstr(arena, bh_arena_printf(arena, "columns=id&sort=%s&limit=%u&not.name=%c&cursor=%.*s", sort, limit, without, BH_FMT(cursor)));
                struct bh_list_query *q = parse(arena, ask);
                const struct bh_doc *doc;

                q->slowly |= stretch > 0;
                q->stretch_rows = stretch;
                q->stretches_ms = 0;
                doc = answer(s, arena, q);
                partial += bh_doc_bool(bh_doc_get(doc, "partial"), false);
                for (const struct bh_doc *n = bh_doc_first(bh_doc_get(doc, "items")); n; n = n->next, at++) {
                        while (at < N && !t[at].null[0] && t[at].name[0] == without)
                                at++;
                        if (at >= N || bh_doc_int(bh_doc_get(n, "id"), -1) != t[at].id)
                                fail_msg("%s: row %d is %lld", ask, at, (long long) bh_doc_int(bh_doc_get(n, "id"), -1));
                }
                (void) snprintf(kept_cursor, sizeof kept_cursor, "%.*s", BH_FMT(bh_doc_get_text(doc, "next")));
                cursor = bh_str_of(kept_cursor);
        } while (cursor.len);
        while (at < N && !t[at].null[0] && t[at].name[0] == without)
                at++;
        assert_int_equal(at, N);
        assert_true(stretch == 0 || stretch >= limit || partial > 0);
}

static void pages_are_what_a_plain_sort_gives(void **state) {
        struct shelf s = things_new();
        struct bh_err err = BH_ERR_NONE;
        struct thing t[N];

        (void) state;
        make_things(t);
        assert_int_equal(bh_store_write(s.store, insert_all, t, &err), 0);
        for (int round = 0; round < 80; round++) {
                char sort[64];

                roll_order(sort, sizeof sort);
                qsort(t, N, sizeof t[0], compare);
                walk_pages(&s, t, sort, round % 4 < 2 ? 'z' : 'b', round % 2 ? 1 + roll(80) : 0);
        }
        shelf_done(&s);
}

static void rows_that_come_in_between_move_nothing(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_new();
        struct bh_err err = BH_ERR_NONE;
        struct bh_str cursor = { 0 };
        bool seen[N + 1] = { false };
        struct thing t[N];
        int n_seen = 0;

        (void) state;
        make_things(t);
        assert_int_equal(bh_store_write(s.store, insert_all, t, &err), 0);
        do {
                const char *ask = bh_arena_cstr(arena, bh_arena_printf(arena, "columns=id&limit=7&cursor=%.*s", BH_FMT(cursor)));
                const struct bh_doc *doc = answer(&s, arena, parse(arena, ask));

                for (const struct bh_doc *n = bh_doc_first(bh_doc_get(doc, "items")); n; n = n->next) {
                        int64_t id = bh_doc_int(bh_doc_get(n, "id"), -1);

                        if (id > N) /* one that came in behind the cursor */
                                continue;
                        assert_false(seen[id]);
                        seen[id] = true;
                        n_seen++;
                }
                cursor = bh_doc_get_text(doc, "next");
                shelf_do(&s, "INSERT INTO thing(id, name, risk) SELECT max(max(id), 1000) + 1, 'new', 3.5 FROM thing");
                shelf_do(&s, "INSERT INTO thing(id, name, risk) SELECT max(id) + 1, 'new', 0.05 FROM thing");
        } while (cursor.len);
        assert_int_equal(n_seen, N);
        shelf_done(&s);
}

static void counts_by_triggers_are_what_counting_gives(void **state) {
        static const struct bh_list_counts counts = { "thing_count t", "grade,open" };
        static const char *const asks[] = { "count=true", "count=true&f.grade=high", "count=true&f.grade=high,&f.open=true", "facets=grade,open", "facets=grade,open&f.grade=low",
                                            "facets=grade&f.name=a", "count=true&q=a", "count=true&min.grade=low&not.open=false" };
        struct bh_list counted = things, plain = things;
        struct shelf s = things_new();
        struct bh_err err = BH_ERR_NONE;
        struct thing t[N];

        (void) state;
        counted.where = plain.where = NULL;
        counted.counts = &counts;
        make_things(t);
        assert_int_equal(bh_store_write(s.store, insert_all, t, &err), 0);
        shelf_do(&s, "UPDATE thing SET open=0 WHERE id%3=0");
        shelf_do(&s, "CREATE TABLE thing_count(grade INTEGER, open INTEGER, n INTEGER NOT NULL)");
        shelf_do(&s, "INSERT INTO thing_count SELECT grade, open, count(*) FROM thing GROUP BY 1, 2");
        shelf_do(&s, "INSERT INTO thing_count VALUES(3, 1, 0)"); /* of which none is left */
        for (size_t i = 0; i < BH_LEN(asks); i++) {
                BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
                struct bh_list_query *a = NULL, *b = NULL;
                struct bh_str text;

                text = bh_arena_printf(arena, "%s&limit=1&columns=id", asks[i]);
                assert_int_equal(bh_list_query_parse(arena, &counted, text, &a, &err), 0);
                assert_int_equal(bh_list_query_parse(arena, &plain, text, &b, &err), 0);
                text = run(&s, arena, b, false);
                assert_str(run(&s, arena, a, false), bh_arena_cstr(arena, text));
        }
        shelf_done(&s);
}

/* The triggers of the schema, against a count of what is there, after rows came, changed, were replaced and went. */
static void counts_of_the_schema_follow_the_rows(void **state) {
        static const char *const steps[] = {
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<499) INSERT INTO finding(subject, kind, fingerprint, severity, state, fix, first_ms, seen_ms)"
                " SELECT 's', iif(i%3, 'secret', 'config'), i, i%6, 'open', iif(i%2, '', i), 1, 1 FROM n",
                "UPDATE finding SET state='fixed', severity=(severity+1)%6 WHERE id%5=0",
                "UPDATE finding SET fix='9' WHERE id%7=0",
                "UPDATE finding SET due='3 days', container_id=iif(container_id='', id, '') WHERE id%8=0",
                "INSERT OR REPLACE INTO finding(subject, kind, fingerprint, severity, first_ms, seen_ms) VALUES('s', 'malware', '7', 5, 1, 1)",
                "DELETE FROM finding WHERE id%4=0",
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<499) INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level)"
                " SELECT 'a', 1, i, 'h', i, i, i%9, i%8 FROM n",
                "UPDATE alert SET suppressed=id WHERE id%3=0",
                "UPDATE alert SET suppressed=NULL WHERE id%6=0",
                "DELETE FROM alert WHERE id%4=0",
        };
        struct shelf s = shelf_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(steps); i++) {
                shelf_do(&s, steps[i]);
                assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM (SELECT kind, category, severity, state, status, due, side, owner, iif(fix='', '', 'yes'), iif(container_id='', '', 'yes'),"
                                               " count(*) FROM finding GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 EXCEPT SELECT * FROM finding_count)"), 0);
                assert_int_equal(shelf_ask(&s, "SELECT (SELECT sum(n) FROM finding_count) - (SELECT count(*) FROM finding)"), 0);
                assert_int_equal(shelf_ask(&s, "SELECT count(*) FROM (SELECT rule, level, source, suppressed IS NOT NULL, iif(suppressed IS NULL, NULL, 1), count(*) FROM alert"
                                               " GROUP BY 1, 2, 3, 4, 5 EXCEPT SELECT * FROM alert_count)"), 0);
                assert_int_equal(shelf_ask(&s, "SELECT coalesce((SELECT sum(n) FROM alert_count), 0) - (SELECT count(*) FROM alert)"), 0);
        }
        shelf_done(&s);
}

/* With no time at all nothing but rows an index gives is told, and what is left out is said. */
static void what_takes_too_long_is_left_out_and_said(void **state) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *arena = bh_arena_new();
        struct shelf s = things_new();
        const struct bh_doc *doc;
        struct bh_list_query *q;

        (void) state;
        shelf_do(&s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<200000) INSERT INTO thing(id, name, risk) SELECT i, 'x', i FROM n");
        q = parse(arena, "q=y&count=true&facets=grade");
        q->whole_ms = q->count_ms = 1;
        q->stretches_ms = 0;
        doc = answer(&s, arena, q);
        assert_true(bh_doc_bool(bh_doc_get(doc, "partial"), false));
        assert_true(bh_doc_is(bh_doc_get(doc, "total"), BH_DOC_NULL));
        assert_true(bh_doc_is(bh_doc_path(doc, "facets.grade"), BH_DOC_NULL));
        assert_int_equal(bh_doc_count(bh_doc_get(doc, "items")), 0);
        assert_true(bh_doc_get_text(doc, "next").len > 0);
        q = parse(arena, "count=true");
        q->count_ms = 60000; /* on a busy machine, too */
        assert_int_equal(bh_doc_int(bh_doc_get(answer(&s, arena, q), "total"), -1), 200000);
        shelf_done(&s);
}

BH_UNIT_MAIN(a_row_is_shown_as_its_columns_say, filters_find_what_they_say, what_is_asked_wrongly_is_told_with_the_nearest_word,
             too_many_conditions_are_refused, counts_and_facets_look_past_the_page, mine_are_those_of_the_asker_alone,
             what_is_counted_is_of_the_asker_alone, one_row_is_an_object_of_its_own,
             a_further_condition_holds_in_all_answers, csv_is_quoted_and_formulas_are_disarmed, csv_that_grows_too_large_says_so,
             pages_are_what_a_plain_sort_gives, rows_that_come_in_between_move_nothing, counts_by_triggers_are_what_counting_gives, counts_of_the_schema_follow_the_rows,
             what_takes_too_long_is_left_out_and_said)
