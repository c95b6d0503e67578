/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "fmt/json.h"
#include "manage/sinks/news.h"

static const struct bh_str tags[] = { BH_STR_INIT("T1059.004"), BH_STR_INIT("mitre_execution") };

struct made {
        struct bh_arena *arena;
        struct bh_stored_alert alert;
        struct bh_news news;
        struct bh_buf out;
};

static const struct bh_doc *read_json(struct bh_arena *arena, struct bh_str text) {
        const struct bh_doc *root = NULL;
        struct bh_err err = BH_ERR_NONE;

        if (bh_json_parse(arena, text, &root, &err) < 0)
                fail_msg("%s: %.*s", err.text, BH_FMT(text));
        return root;
}

static void make(struct made *m) {
        *m = (struct made){ .arena = bh_arena_new() };
        m->alert = (struct bh_stored_alert){
                .id = 5, .incident_id = 2, .at_ms = 1764439200123, .taken_ms = 1764439200200, .agent_id = BH_STR("a1"), .epoch = 255, .seq = 9,
                .host_id = BH_STR("h1"), .host_name = BH_STR("node-1"), .container_id = BH_STR("c1"), .container_name = BH_STR("web|1"),
                .image_id = BH_STR("sha256:aa"), .image = BH_STR("shop/web:3"), .namespace = BH_STR("prod"), .pod = BH_STR("web-0"),
                .rule = BH_STR("Reverse|shell\\"), .source = BH_STR("syscall"), .output = BH_STR("a=b | c\\d\ne\tf"), .level = 2, .tags = tags, .n_tags = 2,
        };
        m->alert.fields = read_json(m->arena, BH_STR("{\"fd.sip\":\"203.0.113.9\",\"fd.sport\":4444,\"fd.name\":\"10.0.0.1:5->203.0.113.9:4444\",\"user.uid\":33,"
                                                     "\"user.name\":\"www-data\",\"evt.type\":\"connect\",\"proc.name\":\"nc\"}"));
        m->alert.process = read_json(m->arena, BH_STR("{\"pid\":9,\"exe\":\"/bin/nc\",\"cmdline\":\"nc -e /bin/sh\",\"lineage\":[{\"pid\":8,\"exe\":\"/bin/sh\"}]}"));
        m->news.alert = &m->alert;
}

static void done(struct made *m) {
        bh_buf_done(&m->out);
        bh_arena_free(&m->arena);
}

static void cef_escapes_heads_and_values_each_in_its_way(void **state) {
        struct made m;

        (void) state;
        make(&m);
        bh_news_cef(&m.news, &m.out);
        assert_str(bh_buf_str(&m.out),
                   "CEF:0|Bulkhead|Bulkhead|0.1|Reverse\\|shell\\\\|Reverse\\|shell\\\\ in web\\|1|9|rt=1764439200123 externalId=a1-ff-9 dvchost=node-1 "
                   "deviceExternalId=h1 cat=syscall msg=a\\=b | c\\\\d\\ne f suser=www-data suid=33 dst=203.0.113.9 dpt=4444 act=connect sproc=/bin/nc spid=9 "
                   "cs1Label=container cs1=web|1 cs2Label=image cs2=shop/web:3 cs3Label=namespace cs3=prod cs4Label=tags cs4=T1059.004,mitre_execution "
                   "cn1Label=incident cn1=2");
        done(&m);
}

static void leef_has_tabs_between_pairs_and_nowhere_else(void **state) {
        struct made m;

        (void) state;
        make(&m);
        bh_news_leef(&m.news, &m.out);
        assert_str(bh_buf_str(&m.out),
                   "LEEF:2.0|Bulkhead|Bulkhead|0.1|Reverse shell\\|x09|devTime=1764439200123\texternalId=a1-ff-9\tsev=9\ttitle=Reverse|shell\\ in web|1\t"
                   "identHostName=node-1\thostId=h1\tcat=syscall\tmsg=a=b | c\\d e f\tusrName=www-data\tuid=33\tdst=203.0.113.9\tdstPort=4444\t"
                   "resource=10.0.0.1:5->203.0.113.9:4444\taction=connect\tprocess=/bin/nc\tpid=9\tcontainer=web|1\timage=shop/web:3\tnamespace=prod\t"
                   "tags=T1059.004,mitre_execution\tincident=2");
        done(&m);
}

static void ecs_has_what_dashboards_look_for(void **state) {
        static const struct {
                const char *path, *text;
        } rows[] = { { "ecs.version", "9.0.0" }, { "event.kind", "alert" }, { "event.id", "a1-ff-9" }, { "event.severity", "5" }, { "event.dataset", "bulkhead.alert" },
                     { "rule.name", "Reverse|shell\\" }, { "host.name", "node-1" }, { "container.id", "c1" }, { "container.name", "web|1" },
                     { "process.pid", "9" }, { "process.executable", "/bin/nc" }, { "process.parent.pid", "8" }, { "destination.ip", "203.0.113.9" },
                     { "destination.port", "4444" }, { "user.name", "www-data" }, { "user.id", "33" }, { "orchestrator.namespace", "prod" },
                     { "threat.framework", "MITRE ATT&CK" } };
        const struct bh_doc *root;
        struct made m;

        (void) state;
        make(&m);
        bh_news_ecs(&m.news, &m.out);
        root = read_json(m.arena, bh_buf_str(&m.out));
        assert_str(bh_doc_get_text(root, "@timestamp"), "2025-11-29T18:00:00.123Z");
        for (size_t i = 0; i < BH_LEN(rows); i++)
                if (!bh_str_is(bh_doc_str(bh_doc_path(root, rows[i].path)), rows[i].text))
                        fail_msg("%s is %.*s", rows[i].path, BH_FMT(bh_doc_str(bh_doc_path(root, rows[i].path))));
        assert_str(bh_doc_str(bh_doc_first(bh_doc_path(root, "threat.tactic.id"))), "TA0002");
        assert_str(bh_doc_str(bh_doc_first(bh_doc_path(root, "threat.technique.name"))), "Unix Shell");
        assert_str(bh_doc_str(bh_doc_first(bh_doc_path(root, "container.image.name"))), "shop/web:3");
        assert_null(bh_doc_get(root, "file")); /* a connection's name is no path */
        done(&m);
}

static void ocsf_is_of_its_class_with_its_attack(void **state) {
        const struct bh_stored_finding finding = { .id = 7, .first_ms = 5, .severity = 5, .subject = BH_STR("sha256:aa"), .image = BH_STR("shop/web:3"),
                                                   .kind = BH_STR("vulnerability"), .vuln_id = BH_STR("CVE-2024-1"), .title = BH_STR("t"), .package = BH_STR("openssl"),
                                                   .version = BH_STR("3.0"), .fix = BH_STR("3.1") };
        const struct bh_news vuln = { .finding = &finding };
        const struct bh_doc *root, *attack;
        struct made m;

        (void) state;
        make(&m);
        bh_news_ocsf(&m.news, &m.out);
        root = read_json(m.arena, bh_buf_str(&m.out));
        assert_int_equal(bh_doc_int(bh_doc_get(root, "class_uid"), 0), 2004);
        assert_int_equal(bh_doc_int(bh_doc_get(root, "type_uid"), 0), 200401);
        assert_int_equal(bh_doc_int(bh_doc_get(root, "severity_id"), 0), 5);
        assert_str(bh_doc_str(bh_doc_path(root, "finding_info.uid")), "a1-ff-9");
        attack = bh_doc_first(bh_doc_path(root, "finding_info.attacks"));
        assert_str(bh_doc_str(bh_doc_path(attack, "technique.uid")), "T1059.004");
        assert_str(bh_doc_str(bh_doc_path(attack, "tactic.name")), "Execution");
        bh_buf_clear(&m.out);
        bh_news_ocsf(&vuln, &m.out);
        root = read_json(m.arena, bh_arena_str(m.arena, bh_buf_str(&m.out)));
        assert_int_equal(bh_doc_int(bh_doc_get(root, "class_uid"), 0), 2002);
        assert_str(bh_doc_str(bh_doc_path(bh_doc_first(bh_doc_get(root, "vulnerabilities")), "cve.uid")), "CVE-2024-1");
        done(&m);
}

static void chats_get_what_they_can_read(void **state) {
        const struct bh_doc *root;
        struct made m;

        (void) state;
        make(&m);
        m.alert.output = BH_STR("<b>*bold* [link](http://evil)</b>");
        bh_chat_slack(&m.news, &m.out);
        root = read_json(m.arena, bh_arena_str(m.arena, bh_buf_str(&m.out)));
        assert_str(bh_doc_get_text(root, "text"), "Critical: Reverse|shell\\ in web|1");
        bh_buf_clear(&m.out);
        bh_chat_dingtalk(&m.news, &m.out);
        root = read_json(m.arena, bh_arena_str(m.arena, bh_buf_str(&m.out)));
        assert_str(bh_doc_get_text(root, "msgtype"), "markdown");
        assert_true(bh_str_find(bh_doc_str(bh_doc_path(root, "markdown.text")), BH_STR("\\<b\\>\\*bold\\* \\[link\\](http")) >= 0);
        bh_buf_clear(&m.out);
        bh_chat_feishu(&m.news, BH_STR("c2lnbg=="), 77, &m.out);
        root = read_json(m.arena, bh_arena_str(m.arena, bh_buf_str(&m.out)));
        assert_str(bh_doc_get_text(root, "timestamp"), "77");
        assert_str(bh_doc_get_text(root, "sign"), "c2lnbg==");
        bh_buf_clear(&m.out);
        bh_chat_wecom(&m.news, &m.out);
        root = read_json(m.arena, bh_arena_str(m.arena, bh_buf_str(&m.out)));
        assert_true(bh_doc_str(bh_doc_path(root, "markdown.content")).len > 20);
        done(&m);
}

static void wecom_takes_4096_bytes_and_no_half_characters(void **state) {
        static char text[6000];
        const struct bh_doc *root;
        struct bh_str content;
        struct made m;

        (void) state;
        make(&m);
        for (size_t i = 0; i + 3 <= sizeof text; i += 3)
                memcpy(text + i, "\xe4\xb8\xad", 3);
        m.alert.output = (struct bh_str){ text, sizeof text };
        m.alert.rule = (struct bh_str){ text, 1500 };
        bh_chat_wecom(&m.news, &m.out);
        root = read_json(m.arena, bh_buf_str(&m.out));
        content = bh_doc_str(bh_doc_path(root, "markdown.content"));
        assert_true(content.len <= 4096);
        assert_true(bh_str_is_text(content));
        assert_true(bh_str_find(content, BH_STR("\xef\xbf\xbd")) < 0);
        done(&m);
}

static void a_mail_has_a_subject_of_words_and_a_body_of_lines(void **state) {
        struct bh_news two[2];
        struct bh_str whole, rest, line;
        struct made m;

        (void) state;
        make(&m);
        m.alert.rule = BH_STR("\xe5\x8f\x8d\xe5\xbc\xb9 shell\r\nBcc: evil@example.org");
        two[0] = two[1] = m.news;
        bh_mail_put(two, 2, BH_STR("b@example.org"), BH_STR("a@example.org"), 1764439200000, &m.out);
        whole = bh_buf_str(&m.out);
        assert_true(bh_str_starts(whole, BH_STR("From: b@example.org\r\nTo: a@example.org\r\nSubject: =?UTF-8?B?")));
        assert_true(bh_str_find(whole, BH_STR("\r\nDate: Sat, 29 Nov 2025 18:00:00 +0000\r\n")) > 0);
        assert_true(bh_str_find(whole, BH_STR("\nBcc:")) < 0);
        rest = whole;
        while (bh_str_split(&rest, '\n', &line)) {
                assert_true(bh_str_ends(line, BH_STR("\r")));
                assert_true(line.len <= 79);
        }
        done(&m);
}

static void a_document_is_attached_and_nothing_in_its_name_is_a_header(void **state) {
        struct bh_parcel p = { .uid = BH_STR("report-1-2"), .subject = BH_STR("weekly\r\nBcc: evil@example.org"), .text = BH_STR("Of: everything\n"), .file = BH_STR("findings-2026-11-30.html"),
                               .type = BH_STR("text/html; charset=utf-8"), .bytes = BH_STR("--=bulkhead--\r\n<p>"), .now_ms = 1764439200000 };
        struct bh_str rest, line;
        struct made m;
        int ends = 0;

        (void) state;
        make(&m);
        bh_mail_put_parcel(&p, BH_STR("b@example.org"), BH_STR("a@example.org"), &m.out);
        rest = bh_buf_str(&m.out);
        assert_true(bh_str_find(rest, BH_STR("\r\nMessage-ID: <report-1-2@bulkhead>\r\n")) > 0 && bh_str_find(rest, BH_STR("\nBcc:")) < 0);
        assert_true(bh_str_find(rest, BH_STR("attachment; filename=\"findings-2026-11-30.html\"")) > 0);
        while (bh_str_split(&rest, '\n', &line)) {
                assert_true(bh_str_ends(line, BH_STR("\r")) && line.len <= 90);
                ends += bh_str_is(line, "----=bulkhead--\r");
        }
        assert_int_equal(ends, 1); /* what the document holds ends no part */
        bh_buf_clear(&m.out);
        p.bytes = (struct bh_str){ 0 };
        bh_mail_put_parcel(&p, BH_STR("b@example.org"), BH_STR("a@example.org"), &m.out);
        assert_true(bh_str_find(bh_buf_str(&m.out), BH_STR("multipart")) < 0);
        done(&m);
}

static void an_uid_is_the_same_for_ever(void **state) {
        struct made m;

        (void) state;
        make(&m);
        assert_str(bh_news_uid(m.arena, &m.news), "a1-ff-9");
        m.alert.id = 99; /* stored anew elsewhere */
        assert_str(bh_news_uid(m.arena, &m.news), "a1-ff-9");
        done(&m);
}

BH_UNIT_MAIN(cef_escapes_heads_and_values_each_in_its_way, leef_has_tabs_between_pairs_and_nowhere_else, ecs_has_what_dashboards_look_for,
             ocsf_is_of_its_class_with_its_attack, chats_get_what_they_can_read, wecom_takes_4096_bytes_and_no_half_characters,
             a_mail_has_a_subject_of_words_and_a_body_of_lines,
             a_document_is_attached_and_nothing_in_its_name_is_a_header, an_uid_is_the_same_for_ever)
