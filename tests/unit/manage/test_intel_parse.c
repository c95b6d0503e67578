/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "manage/intel_parse.h"

static void a_text_is_one_thing_in_one_form(void **state) {
        static const struct {
                const char *text, *kind, *value; /* NULL: nothing we know */
        } rows[] = {
                { "203.0.113.9", "ip", "203.0.113.9" }, { " 2001:DB8::1 ", "ip", "2001:db8::1" }, { "198.51.100.0/24", "net", "198.51.100.0/24" },
                { "203.0.113.9/32", "ip", "203.0.113.9" }, { "203.0.113.9/33", NULL, NULL }, { "Evil.Example.", "domain", "evil.example" },
                { "*.evil.example", "domain", "evil.example" }, { "evil[.]example", "domain", "evil.example" },
                { "hxxps://evil[.]example/x?y", "url", "https://evil.example/x?y" }, { "203[.]0[.]113[.]9", "ip", "203.0.113.9" },
                { "D41D8CD98F00B204E9800998ECF8427E", "md5", "d41d8cd98f00b204e9800998ecf8427e" },
                { "da39a3ee5e6b4b0d3255bfef95601890afd80709", "sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
                { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
                { "localhost", NULL, NULL }, { "", NULL, NULL }, { "256.1.1.1", NULL, NULL }, { "a..b", NULL, NULL }, { "-x.example", NULL, NULL }, { "x y.example", NULL, NULL },
        };
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_indicator got = { 0 };
                bool is = bh_indicator_of(arena, bh_str_of(rows[i].text), &got);

                if (is != (rows[i].kind != NULL))
                        fail_msg("%s: %d", rows[i].text, is);
                if (!is)
                        continue;
                assert_string_equal(bh_indicator_kind_str(got.kind), rows[i].kind);
                assert_str(got.value, rows[i].value);
        }
        bh_arena_free(&arena);
}

static struct bh_indicators none(void) {
        return (struct bh_indicators){ .arena = bh_arena_new() };
}

static void plain_lists_have_comments(void **state) {
        struct bh_indicators all = none();

        (void) state;
        assert_int_equal(bh_intel_plain(BH_STR("# head\n\n203.0.113.9 # c2\r\nevil.example;phishing, says X\nnonsense\n//x\n198.51.100.7,1"), &all, NULL), 0);
        assert_int_equal(all.all.len, 3);
        assert_str(all.all.at[0].comment, "# c2");
        assert_str(all.all.at[1].comment, "phishing, says X");
        assert_int_equal(all.refused, 1);
        assert_str(all.first_refused, "nonsense");
        bh_arena_free(&all.arena);
}

static void csv_is_read_by_a_column(void **state) {
        static const char csv[] = "# made today\n\"id\",\"dst_ip\",note\n1,203.0.113.9,\"a, \"\"b\"\"\"\n\n2,\"198.51.100.7\",\"two\nlines\"\n3\n4,bad,x\n";
        struct bh_indicators all = none(), again = none();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_intel_csv(bh_str_of(csv), BH_STR("DST_IP"), &all, &err), 0);
        assert_int_equal(all.all.len, 2);
        assert_str(all.all.at[1].value, "198.51.100.7");
        assert_int_equal(all.refused, 1);
        assert_int_equal(bh_intel_csv(bh_str_of(csv), BH_STR("2"), &again, &err), 0);
        assert_int_equal(again.all.len, 2);
        assert_int_equal(bh_intel_csv(bh_str_of(csv), BH_STR("ip"), &again, &err), BH_E_FORMAT);
        assert_int_equal(bh_intel_csv(BH_STR(""), BH_STR("ip"), &again, &err), BH_E_FORMAT);
        bh_arena_free(&all.arena);
        bh_arena_free(&again.arena);
}

static void stix_patterns_give_what_they_compare(void **state) {
        static const char stix[] =
                "{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"name\":\"n\",\"pattern\":\"[ipv4-addr:value = '203.0.113.9' OR domain-name:value = 'evil.example']\"},"
                "{\"type\":\"indicator\",\"pattern\":\"[file:hashes.'SHA-256' = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' AND file:name = 'x.example']\"},"
                "{\"type\":\"indicator\",\"revoked\":true,\"pattern\":\"[ipv4-addr:value = '203.0.113.10']\"},"
                "{\"type\":\"indicator\",\"pattern\":\"[process:name = 'a.example']\"},{\"type\":\"malware\"}]}";
        struct bh_indicators all = none();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_intel_stix(bh_str_of(stix), &all, &err), 0);
        assert_int_equal(all.all.len, 3);
        assert_str(all.all.at[0].value, "203.0.113.9");
        assert_str(all.all.at[0].comment, "n");
        assert_str(all.all.at[1].value, "evil.example");
        assert_int_equal(all.all.at[2].kind, BH_INDICATOR_SHA256);
        assert_int_equal(all.refused, 0);
        assert_int_equal(bh_intel_stix(BH_STR("{}"), &all, &err), BH_E_FORMAT);
        assert_int_equal(bh_intel_stix(BH_STR("{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"pattern\":\"[ipv4-addr:value = '1\"}]}"), &all, &err), 0);
        bh_arena_free(&all.arena);
}

static void misp_events_give_what_is_meant_for_detection(void **state) {
        static const char event[] = "{\"Event\":{\"info\":\"campaign\",\"Attribute\":[{\"type\":\"ip-dst|port\",\"value\":\"203.0.113.9|443\",\"to_ids\":true},"
                                    "{\"type\":\"domain\",\"value\":\"no.example\",\"to_ids\":false},{\"type\":\"comment\",\"value\":\"x\"}],"
                                    "\"Object\":[{\"Attribute\":[{\"type\":\"filename|md5\",\"value\":\"a.sh|d41d8cd98f00b204e9800998ecf8427e\",\"to_ids\":true}]}]}}";
        struct bh_indicators all = none();
        struct bh_misp_uuids uuids = { 0 };
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(bh_intel_misp_event(bh_str_of(event), &all, &err), 0);
        assert_int_equal(all.all.len, 2);
        assert_str(all.all.at[0].value, "203.0.113.9");
        assert_str(all.all.at[0].comment, "campaign");
        assert_int_equal(all.all.at[1].kind, BH_INDICATOR_MD5);
        assert_int_equal(bh_intel_misp_manifest(all.arena, BH_STR("{\"5c0aa3a4-1b2c-4d5e-8f90-0123456789ab\":{},\"../../etc/passwd-aaaaaaaaaaaaaaaaaaaa\":{}}"), &uuids, &err), 0);
        assert_int_equal(uuids.len, 1);
        assert_int_equal(bh_intel_misp_event(BH_STR("[]"), &all, &err), BH_E_FORMAT);
        bh_arena_free(&all.arena);
}

BH_UNIT_MAIN(a_text_is_one_thing_in_one_form, plain_lists_have_comments, csv_is_read_by_a_column, stix_patterns_give_what_they_compare,
             misp_events_give_what_is_meant_for_detection)
