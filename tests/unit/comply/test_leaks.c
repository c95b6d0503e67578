/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "comply/read/secretfile.h"

#define ALICE "/home" "/alice"

/* Forms of secrets, and what looks like them; none of them is anybody's. */
static const struct {
        const char *text, *kind;
        bool by_name;
} samples[] = {
        { "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- user: {token: x}\n", "kubeconfig", false },
        { "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- user:\n    exec: {command: aws}\n", "none", false },
        { "[default]\naws_secret_access_key = abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123\n", "aws", false },
        { "os.environ['aws_secret_access_key'] = read()\n", "none", false },
        { "{\"auths\":{\"r\":{\"auth\": \"dTpw\"}}}", "registry", false },
        { "{\"auths\":{\"r\":{\"auth\": \"\"}},\"credsStore\":\"pass\"}", "none", false },
        { "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", "private-key", false },
        { "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", "none", false },
        { "puts(\"-----BEGIN PRIVATE KEY-----\");\n", "none", false },
        { "{\"type\": \"service_account\", \"private_key\": \"x\"}", "gcloud", false },
        { "[Interface]\nPrivateKey = x\n", "vpn", false },
        { "machine h login u password p\n", "password", true },
        { "machine h login u password p\n", "none", false },
        { "h:5432:*:u:p\n", "password", true },
        { "[client]\nuser = x\n", "none", true },
        { "[client]\npassword = x\n", "password", true },
        { "https://u:p@git.example\n", "password", true },
        { "//registry/:_authToken=x\n", "packages", true },
        { "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2ln", "token", true },
        { "K10abc::server:def", "token", true },
        { "", "none", true },
};

static void a_secret_is_known_by_what_is_in_the_file(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(samples); i++)
                assert_string_equal(bh_secret_kind_str(bh_secret_of(arena, bh_str_of(samples[i].text), samples[i].by_name).kind), samples[i].kind);
        assert_int_equal(bh_secret_of(arena, BH_STR("-----BEGIN PRIVATE KEY-----\n\0"), false).kind, BH_SECRET_NONE);
        bh_arena_free(&arena);
}

/* Made by ssh-keygen, with a passphrase and without one. */
static void a_key_behind_a_passphrase_is_told_apart(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_true(bh_secret_of(arena, BH_STR("-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END"), false).encrypted);
        assert_true(bh_secret_of(arena, BH_STR("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"), false).encrypted);
        assert_true(bh_secret_of(arena, BH_STR("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0\n-----END OPENSSH PRIVATE KEY-----\n"), false).encrypted);
        assert_false(bh_secret_of(arena, BH_STR("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==\n-----END OPENSSH PRIVATE KEY-----\n"), false).encrypted);
        bh_arena_free(&arena);
}

static void a_folder_that_is_shut_keeps_an_open_file(void **state) {
        static const struct world_file in[] = {
                { "/root", NULL, S_IFDIR | 0700 },
                { "/root/.ssh", NULL, S_IFDIR | 0755 },
                { "/root/.ssh/id_x", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", 0644 },
                { "/home", NULL, S_IFDIR | 0755 },
                { ALICE, NULL, S_IFDIR | 0755 },
                { ALICE "/.pgpass", "h:1:d:u:p\n", 0644 },
                { ALICE "/.kube", NULL, S_IFDIR | 0755 },
                { ALICE "/.kube/config", "kind: Config\nclusters: []\nusers: [{user: {token: s3cret-word}}]\n", 0646 },
                { "/tmp", NULL, S_IFDIR | 01777 },
                { "/tmp/notes", "password = x\n", 0644 },
                { "/tmp/x.pem", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", 0600 },
        };
        struct world w = { .files = in, .n_files = BH_LEN(in) };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_leaks_facts);
        assert_int_equal(w.facts.n, 4);
        f = nth(&w, "secret_file", 0);
        assert_string_equal(value(&w, f, "path"), "/root/.ssh/id_x");
        assert_string_equal(value(&w, f, "open"), "false");
        assert_string_equal(value(&w, f, "encrypted"), "false");
        f = nth(&w, "secret_file", 1);
        assert_string_equal(value(&w, f, "what"), "kubeconfig");
        assert_string_equal(value(&w, f, "open"), "true");
        assert_string_equal(value(&w, f, "writable"), "true");
        assert_string_equal(value(&w, nth(&w, "secret_file", 2), "what"), "password");
        f = nth(&w, "secret_file", 3);
        assert_string_equal(value(&w, f, "place"), "shared");
        assert_string_equal(value(&w, f, "open"), "false");
        for (const struct bh_fact *one = w.facts.first; one; one = one->next)
                for (size_t i = 0; i < one->kind->source.n_fields; i++)
                        assert_true(bh_str_find(one->values[i].value.str, BH_STR("s3cret")) < 0 || one->kind->source.fields[i].type != BH_V_STRING);
        world_down(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_secret_is_known_by_what_is_in_the_file),
                cmocka_unit_test(a_key_behind_a_passphrase_is_told_apart),
                cmocka_unit_test(a_folder_that_is_shut_keeps_an_open_file),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
