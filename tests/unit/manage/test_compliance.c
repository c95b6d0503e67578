/* SPDX-License-Identifier: Apache-2.0 */
#include "post.h"

#include "manage/compliance.h"

#define DAY 86400000ll
#define HOST "h1"

static int post_of(struct shelf *s, const char *host, int64_t now_ms, const char *body) {
        struct bh_err err = BH_ERR_NONE;
        int r = post_in(s, (struct post){ BH_ITEM_COMPLIANCE, bh_intake_compliance, body, host, now_ms }, &err);

        if (r < 0 && r != BH_E_FORMAT)
                fail_msg("%s", err.text);
        return r;
}

static void post(struct shelf *s, int64_t now_ms, const char *body) {
        assert_true(post_of(s, HOST, now_ms, body) >= 0);
}

#define PART(run, part, last, whole, results)                                                                                                        \
        "{\"run\":" #run ",\"part\":" #part ",\"last\":" #last ",\"whole\":" #whole ",\"distribution\":\"debian\",\"benchmarks\":[{\"id\":\"cis\",\"version\":\"1\"," \
        "\"title\":{\"en\":\"CIS\",\"zh\":\"基准\"}}],\"checks\":[{\"stamp\":\"0000000000000001\",\"id\":\"container-privileged\",\"kind\":\"container\","           \
        "\"title\":{\"en\":\"No privileges\",\"zh\":\"无特权\"},\"why\":{\"en\":\"w\"},\"severity\":\"critical\",\"category\":\"security\",\"level\":1,\"weight\":10," \
        "\"refs\":{\"cis\":\"5.4\"}}],\"results\":[" results "],\"gaps\":[]}"
#define WHOLE(run, results) PART(run, 1, true, true, results)
#define DELTA(run, results) PART(run, 1, true, false, results)
#define RESULT(check, key, state, weight, stamp)                                                                                          \
        "{\"stamp\":\"00000000000000" stamp "\",\"check\":\"" check "\",\"key\":\"container/" key "\",\"state\":\"" state                   \
        "\",\"severity\":\"critical\",\"category\":\"security\",\"weight\":" #weight ",\"subject\":{\"kind\":\"container\",\"name\":\"" key \
        "\",\"container\":\"" key "\"},\"evidence\":[{\"field\":\"container.privileged\",\"value\":\"true\",\"where\":\"GET /x\"}],\"mend\":{\"en\":\"m\"}}"
#define PRIVILEGED(key, state, stamp) RESULT("container-privileged", key, state, 10, stamp)

static int64_t of(struct shelf *s, const char *column) {
        char sql[200];

        (void) snprintf(sql, sizeof sql, "SELECT CAST(%s AS INTEGER) FROM compliance_host WHERE host_id = '" HOST "'", column);
        return shelf_ask(s, sql);
}

/* The tally is what counting would say. */
static void check_tally(struct shelf *s) {
        assert_int_equal(shelf_ask(s, "SELECT COUNT(*) FROM (SELECT check_id, kind, state, severity, category, weight, excepted, is_new, n FROM compliance_tally WHERE n <> 0 "
                                      "EXCEPT SELECT check_id, kind, state, severity, category, weight, excepted, is_new, COUNT(*) FROM compliance_result "
                                      "GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)"),
                         0);
        assert_int_equal(shelf_ask(s, "SELECT COALESCE(SUM(n), 0) - (SELECT COUNT(*) FROM compliance_result) FROM compliance_tally"), 0);
}

static void the_first_run_is_no_news_and_what_fails_after_it_is(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1 * DAY, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "pass", "02")));
        assert_int_equal(of(&s, "n_fail"), 1);
        assert_int_equal(of(&s, "score"), 50);
        assert_int_equal(of(&s, "n_new"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_change"), 0);
        post(&s, 2 * DAY, WHOLE(2, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "fail", "03")));
        assert_int_equal(of(&s, "score"), 0);
        assert_int_equal(of(&s, "n_new"), 1);
        assert_int_equal(of(&s, "100 * (decided_before - lost_before) / decided_before"), 50);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_change WHERE before = 'pass' AND after = 'fail' AND name = 'db'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE name = 'web' AND first_ms = 86400000 AND since_ms = 86400000 AND is_new = 0"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE name = 'db' AND since_ms = 172800000 AND before = 'pass' AND is_new = 1"), 1);
        post(&s, 3 * DAY, WHOLE(3, PRIVILEGED("web", "pass", "04") "," PRIVILEGED("db", "fail", "03")));
        assert_int_equal(of(&s, "n_new"), 0);
        assert_int_equal(of(&s, "n_mended"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_day"), 3);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_workload WHERE container_id = 'db' AND n_fail = 1 AND n_critical = 1 AND lost = 10"), 1);
        check_tally(&s);
        shelf_done(&s);
}

static void what_a_whole_run_does_not_name_is_gone(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "pass", "02")));
        post(&s, 2, DELTA(2, ""));
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 2);
        post(&s, 3, WHOLE(3, PRIVILEGED("db", "pass", "02")));
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 1);
        assert_int_equal(of(&s, "score"), 100);
        assert_int_equal(of(&s, "n_mended"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_change WHERE before = 'fail' AND after = 'gone'"), 1);
        check_tally(&s);
        shelf_done(&s);
}

static void what_a_short_run_names_as_gone_is_gone(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "pass", "02")));
        post(&s, 2, "{\"run\":2,\"part\":1,\"last\":true,\"whole\":false,\"gone\":[{\"check\":\"container-privileged\",\"key\":\"container/web\"},7]}");
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE name = 'db'"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 1);
        assert_int_equal(of(&s, "n_mended"), 1);
        check_tally(&s);
        shelf_done(&s);
}

static void a_run_that_lacks_a_part_ends_nothing(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "pass", "02")));
        post(&s, 2, PART(2, 1, false, true, PRIVILEGED("db", "pass", "02")));
        post(&s, 2, PART(2, 3, true, true, "")); /* the second was dropped on the way */
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 2);
        assert_int_equal(of(&s, "done_ms"), 1);
        post(&s, 3, PART(3, 2, true, true, "")); /* the first was */
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 2);
        post(&s, 4, PART(4, 1, false, true, PRIVILEGED("db", "pass", "02")));
        post(&s, 4, PART(4, 2, true, true, PRIVILEGED("mail", "pass", "03")));
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 2);
        assert_int_equal(of(&s, "done_ms"), 4);
        check_tally(&s);
        shelf_done(&s);
}

static void one_host_ends_nothing_of_another(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        assert_true(post_of(&s, "h2", 1, WHOLE(1, PRIVILEGED("web", "fail", "01"))) >= 0);
        post(&s, 2, WHOLE(1, PRIVILEGED("web", "pass", "02")));
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE host_id = 'h2' AND state = 'fail'"), 1);
        assert_int_equal(of(&s, "score"), 100);
        shelf_done(&s);
}

static void what_lies_is_refused_whole(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        assert_int_equal(post_of(&s, HOST, 1, "{\"part\":1}"), BH_E_FORMAT);
        assert_int_equal(post_of(&s, HOST, 1, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "maybe", "02"))), BH_E_FORMAT);
        assert_int_equal(post_of(&s, HOST, 1, WHOLE(1, PRIVILEGED("web", "fail", "1"))), BH_E_FORMAT); /* a short stamp */
        assert_int_equal(post_of(&s, HOST, 1, WHOLE(1, RESULT("", "web", "fail", 10, "01"))), BH_E_FORMAT);
        assert_int_equal(post_of(&s, HOST, 1, WHOLE(1, RESULT("x", "web", "fail", -1, "01"))), BH_E_FORMAT);
        assert_int_equal(post_of(&s, HOST, 1, WHOLE(1, "7")), BH_E_FORMAT);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_host"), 0);
        shelf_done(&s);
}

/* ---- exceptions ---- */

struct making {
        struct bh_compliance_exception e;
        int64_t id, now_ms;
};

static int make_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct making *m = user;

        return bh_compliance_except(db, &m->e, &m->id, err);
}

static int end_fn(struct bh_db *db, void *user, struct bh_err *err) {
        struct making *m = user;

        return bh_compliance_unexcept(db, m->id, BH_STR("root"), m->now_ms, err);
}

static int64_t except(struct shelf *s, const char *check, const char *subject, const char *host, int64_t now_ms, int64_t expires_ms) {
        struct making m = { .e = { bh_str_of(check), bh_str_of(subject), bh_str_of(host), BH_STR_INIT("platform"), BH_STR_INIT("it must"), BH_STR_INIT("root"), expires_ms,
                                   now_ms } };
        struct bh_err err = BH_ERR_NONE;

        if (bh_store_write(s->store, make_fn, &m, &err) < 0 || bh_compliance_settle(s->store, m.id, now_ms, &err) < 0)
                fail_msg("%s", err.text);
        return m.id;
}

static void what_is_borne_with_counts_as_passed_until_its_day(void **state) {
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        int64_t id;

        (void) state;
        post(&s, 1, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "fail", "02")));
        id = except(&s, "container-*", "container w*", "", 2, 100);
        assert_int_equal(of(&s, "n_fail"), 2);
        assert_int_equal(of(&s, "n_excepted"), 1);
        assert_int_equal(of(&s, "n_critical"), 1);
        assert_int_equal(of(&s, "score"), 50);
        assert_int_equal(shelf_ask(&s, "SELECT exception_id FROM compliance_result WHERE name = 'web'"), id);
        assert_int_equal(shelf_ask(&s, "SELECT badness FROM compliance_result WHERE name = 'web'"), bh_compliance_badness(BH_COMPLY_FAIL, true, BH_COMPLY_CRITICAL));
        post(&s, 3, WHOLE(2, PRIVILEGED("web", "fail", "03") "," PRIVILEGED("wiki", "fail", "04"))); /* told anew, and a further one that it fits */
        assert_int_equal(of(&s, "n_excepted"), 2);
        assert_int_equal(of(&s, "score"), 100);
        assert_int_equal(bh_compliance_expire(s.store, 99, &err), 0);
        assert_int_equal(of(&s, "n_excepted"), 2);
        assert_int_equal(bh_compliance_expire(s.store, 100, &err), 0);
        assert_int_equal(of(&s, "n_excepted"), 0);
        assert_int_equal(of(&s, "score"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE exception_id IS NOT NULL OR excepted = 1"), 0);
        assert_int_equal(shelf_ask(&s, "SELECT ended_ms FROM compliance_exception"), 100);
        check_tally(&s);
        shelf_done(&s);
}

static void an_exception_fits_its_host_and_its_subject_alone(void **state) {
        struct shelf s = shelf_new();
        struct making m = { .now_ms = 9 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        post(&s, 1, WHOLE(1, PRIVILEGED("web", "fail", "01")));
        assert_true(post_of(&s, "h2", 1, WHOLE(1, PRIVILEGED("web", "fail", "01"))) >= 0);
        (void) except(&s, "sshd-*", "", "", 2, 100);
        (void) except(&s, "*", "container other", "", 2, 100);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE excepted = 1"), 0);
        m.id = except(&s, "*", "", "h2", 2, 100);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE excepted = 1 AND host_id = 'h2'"), 1);
        assert_int_equal(of(&s, "n_excepted"), 0);
        except(&s, "container-privileged", "", "", 2, 100); /* a later one fits too */
        assert_true(bh_store_write(s.store, end_fn, &m, &err) >= 0);
        assert_true(bh_compliance_settle(s.store, m.id, 9, &err) >= 0);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE excepted = 1"), 2);
        assert_int_equal(bh_store_write(s.store, end_fn, &m, &err), BH_E_NOTFOUND); /* it has ended */
        check_tally(&s);
        shelf_done(&s);
}

static void what_passes_again_is_excepted_no_more(void **state) {
        struct shelf s = shelf_new();

        (void) state;
        post(&s, 1, WHOLE(1, PRIVILEGED("web", "fail", "01")));
        (void) except(&s, "*", "", "", 2, 100);
        post(&s, 3, DELTA(2, PRIVILEGED("web", "pass", "02")));
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_result WHERE excepted = 0 AND exception_id IS NULL AND state = 'pass'"), 1);
        post(&s, 4, DELTA(3, PRIVILEGED("web", "fail", "01")));
        assert_int_equal(of(&s, "n_excepted"), 1);
        assert_int_equal(shelf_ask(&s, "SELECT COUNT(*) FROM compliance_change"), 2);
        check_tally(&s);
        shelf_done(&s);
}

/* ---- the summary ---- */

static void the_summary_says_the_same_as_the_hosts(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_arena *arena = bh_arena_new();
        struct shelf s = shelf_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *d = NULL;
        struct bh_db *db = NULL;

        (void) state;
        post(&s, DAY, WHOLE(1, PRIVILEGED("web", "fail", "01") "," RESULT("other", "db", "pass", 30, "02")));
        assert_true(post_of(&s, "h2", DAY, WHOLE(1, PRIVILEGED("web", "pass", "01") "," RESULT("other", "db", "manual", 30, "02"))) >= 0);
        assert_int_equal(bh_store_borrow(s.store, &db, &err), 0);
        if (bh_compliance_sum(db, 0, DAY, &out, &err) < 0)
                fail_msg("%s", err.text);
        bh_store_give_back(s.store, &db);
        assert_int_equal(bh_json_parse(arena, bh_buf_str(&out), &d, &err), 0);
        assert_int_equal(bh_doc_int(bh_doc_get(d, "score"), -1), 80); /* 10 of 50 lost */
        assert_int_equal(bh_doc_int(bh_doc_get(d, "fail"), -1), 1);
        assert_int_equal(bh_doc_int(bh_doc_get(d, "manual"), -1), 1);
        assert_int_equal(bh_doc_int(bh_doc_get(d, "hosts_checked"), -1), 2);
        assert_int_equal(bh_doc_int(bh_doc_get(bh_doc_first(bh_doc_get(d, "benchmarks")), "checks"), -1), 1);
        assert_int_equal(bh_doc_int(bh_doc_get(bh_doc_first(bh_doc_get(d, "benchmarks")), "score"), -1), 50);
        assert_int_equal(bh_doc_int(bh_doc_get(bh_doc_first(bh_doc_get(d, "hosts")), "score"), -1), 75);
        assert_int_equal(bh_doc_count(bh_doc_get(d, "trend")), 1);
        assert_int_equal(bh_doc_int(bh_doc_get(bh_doc_first(bh_doc_get(d, "trend")), "score"), -1), 80);
        bh_arena_free(&arena);
        shelf_done(&s);
}

/* ---- reports ---- */

#define EVIL "<script>'\\\"=cmd()" /* as JSON has it */

static int count(void *user, struct bh_buf *buf, struct bh_err *err) {
        (void) buf; /* all stays in it */
        (void) err;
        ++*(unsigned *) user;
        return 0;
}

static struct bh_str written(struct shelf *s, struct bh_buf *out, struct bh_compliance_report_in in) {
        struct bh_err err = BH_ERR_NONE;
        struct bh_db *db = NULL;
        unsigned flushes = 0;

        in.now_ms = 5 * DAY;
        in.all = true;
        bh_buf_clear(out);
        assert_int_equal(bh_store_borrow(s->store, &db, &err), 0);
        if (bh_compliance_report(db, &in, out, count, &flushes, &err) < 0)
                fail_msg("%s", err.text);
        bh_store_give_back(s->store, &db);
        assert_true(flushes > 0);
        return bh_buf_str(out);
}

static int64_t results_of(struct shelf *s, struct bh_compliance_report_in in) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_doc *doc = NULL;
        struct bh_err err = BH_ERR_NONE;
        int64_t n;

        in.format = BH_STR("json");
        if (bh_json_parse(arena, written(s, &out, in), &doc, &err) < 0)
                fail_msg("%s", err.text);
        n = (int64_t) bh_doc_count(bh_doc_get(doc, "results"));
        bh_arena_free(&arena);
        return n;
}

static int64_t results_in(struct shelf *s, const char *host, int64_t mine) {
        return results_of(s, (struct bh_compliance_report_in){ .host_id = bh_str_of(host), .mine = mine });
}

static void a_report_is_of_all_of_one_host_or_of_what_is_somebodys(void **state) {
        static const char *const formats[] = { "html", "json", "csv", "junit", "oscal" };
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct shelf s = shelf_new();

        (void) state;
        post(&s, DAY, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED(EVIL, "fail", "02") "," PRIVILEGED("db", "pass", "03")));
        assert_true(post_of(&s, "h2", DAY, WHOLE(1, PRIVILEGED("mail", "unknown", "01"))) >= 0);
        shelf_do(&s, "INSERT INTO container(id, host_id, image_id, first_ms, seen_ms) VALUES('web', 'h1', 'sha256:i', 1, 1)");
        shelf_do(&s, "INSERT INTO team_image(team_id, image_id) VALUES(1, 'sha256:i')");
        shelf_do(&s, "INSERT INTO team_member(team_id, person_id) VALUES(1, 7)");
        assert_int_equal(results_in(&s, "", 0), 4);
        assert_int_equal(results_in(&s, "h2", 0), 1);
        assert_int_equal(results_in(&s, "", 7), 1);
        assert_int_equal(results_in(&s, "h2", 7), 0);
        assert_int_equal(results_in(&s, "", 8), 0);
        for (size_t i = 0; i < BH_LEN(formats); i++)
                assert_true(bh_str_find(written(&s, &out, (struct bh_compliance_report_in){ .format = bh_str_of(formats[i]) }), BH_STR("web")) >= 0);
        assert_true(bh_str_find(written(&s, &out, (struct bh_compliance_report_in){ .format = BH_STR("html") }), BH_STR("<script")) < 0 && bh_str_find(bh_buf_str(&out), BH_STR("&lt;script&gt;")) >= 0);
        shelf_done(&s);
}

#define OF_IMAGE(digits)                                                                                                                  \
        "{\"stamp\":\"0000000000000009\",\"check\":\"container-privileged\",\"key\":\"image/" digits "\",\"state\":\"fail\",\"severity\":\"low\"," \
        "\"category\":\"images\",\"weight\":1,\"subject\":{\"kind\":\"image\",\"name\":\"shop\"},\"evidence\":[],\"mend\":{\"en\":\"m\"}}"

static void a_report_of_an_image_or_a_team_has_their_containers_and_the_images_themselves(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct shelf s = shelf_new();

        (void) state;
        shelf_do(&s, "INSERT INTO image(id, name, first_ms) VALUES('sha256:aa', 'shop', 1), ('sha256:bb', 'other', 1)");
        shelf_do(&s, "INSERT INTO container(id, host_id, image_id, first_ms, seen_ms) VALUES('web', 'h1', 'sha256:aa', 1, 1), ('db', 'h1', 'sha256:bb', 1, 1)");
        shelf_do(&s, "INSERT INTO team_image(team_id, image_id) VALUES(1, 'sha256:aa'), (2, 'sha256:aa'), (2, 'sha256:bb')");
        shelf_do(&s, "INSERT INTO team(id, name, created_ms) VALUES(1, 'us & them', 1)");
        shelf_do(&s, "INSERT INTO team_member(team_id, person_id) VALUES(1, 7)");
        post(&s, DAY, WHOLE(1, PRIVILEGED("web", "fail", "01") "," PRIVILEGED("db", "pass", "02") "," OF_IMAGE("aa") "," OF_IMAGE("bb")));
        assert_int_equal(results_in(&s, "", 0), 4);
        assert_int_equal(results_in(&s, "", 7), 2);
        assert_int_equal(results_of(&s, (struct bh_compliance_report_in){ .image_id = BH_STR("sha256:aa") }), 2);
        assert_int_equal(results_of(&s, (struct bh_compliance_report_in){ .image_id = BH_STR("sha256:cc") }), 0);
        assert_int_equal(results_of(&s, (struct bh_compliance_report_in){ .image_id = BH_STR("sha256:bb"), .mine = 7 }), 0);
        assert_int_equal(results_of(&s, (struct bh_compliance_report_in){ .team_id = 1 }), 2);
        assert_int_equal(results_of(&s, (struct bh_compliance_report_in){ .team_id = 2 }), 4);
        assert_int_equal(results_of(&s, (struct bh_compliance_report_in){ .team_id = 2, .mine = 7 }), 2);
        assert_true(bh_str_find(written(&s, &out, (struct bh_compliance_report_in){ .format = BH_STR("html"), .team_id = 1 }), BH_STR("web")) >= 0);
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("Looked at: team us &amp; them")) >= 0);
        assert_true(bh_str_find(written(&s, &out, (struct bh_compliance_report_in){ .format = BH_STR("html"), .chinese = true, .image_id = BH_STR("sha256:aa") }),
                                BH_STR("镜像 shop")) >= 0);
        assert_true(bh_str_find(written(&s, &out, (struct bh_compliance_report_in){ .format = BH_STR("oscal"), .image_id = BH_STR("sha256:aa") }), BH_STR("image shop, score")) >= 0);
        (void) written(&s, &out, (struct bh_compliance_report_in){ .format = BH_STR("html"), .team_id = 1 });
        assert_true(bh_str_find(bh_buf_str(&out), BH_STR("h1: ")) < 0); /* what a host has besides is not a team's */
        shelf_done(&s);
}

BH_UNIT_MAIN(the_first_run_is_no_news_and_what_fails_after_it_is, what_a_whole_run_does_not_name_is_gone, what_a_short_run_names_as_gone_is_gone, a_run_that_lacks_a_part_ends_nothing,
             one_host_ends_nothing_of_another, what_lies_is_refused_whole, what_is_borne_with_counts_as_passed_until_its_day,
             an_exception_fits_its_host_and_its_subject_alone, what_passes_again_is_excepted_no_more, the_summary_says_the_same_as_the_hosts, a_report_is_of_all_of_one_host_or_of_what_is_somebodys,
             a_report_of_an_image_or_a_team_has_their_containers_and_the_images_themselves)
