/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd, MongoDB, Elasticsearch, RabbitMQ, memcached. MongoDB and Elasticsearch are no
 * packages of Debian: their cases are written from their public manuals.
 */
#include "world.h"

#include "comply/read/erlang.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void terms_of_erlang_become_a_tree(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        const struct bh_doc *doc, *rabbit;

        (void) state;
        assert_int_equal(bh_erlang_parse(arena, BH_STR("%% x\n[{rabbit, [{tcp_listeners, [{\"127.0.0.1\", 5672}]},\n {loopback_users, [<<\"a\\\"b\">>]}, {f, 0.5}]}]."), &doc, &err), 0);
        rabbit = bh_erlang_get(doc, "rabbit");
        assert_str(bh_doc_str(bh_doc_first(bh_erlang_get(rabbit, "loopback_users"))), "a\"b");
        assert_str(bh_doc_str(bh_erlang_get(rabbit, "f")), "0.5");
        assert_int_equal(bh_doc_count(bh_doc_first(bh_erlang_get(rabbit, "tcp_listeners"))), 2);
        assert_int_equal(bh_erlang_parse(arena, BH_STR("[a, (b)]."), &doc, &err), BH_E_UNSUPPORTED);
        assert_int_equal(bh_erlang_parse(arena, BH_STR("[a b]."), &doc, &err), BH_E_FORMAT);
        assert_int_equal(bh_erlang_parse(arena, BH_STR("[a, b"), &doc, &err), BH_E_FORMAT);
        assert_int_equal(bh_erlang_parse(arena, BH_STR("[a]"), &doc, &err), BH_E_FORMAT);
        assert_int_equal(bh_erlang_parse(arena, BH_STR("\"a"), &doc, &err), BH_E_FORMAT);
        bh_arena_free(&arena);
}

static void etcd_is_told_by_flags_and_environment(void **state) {
        static const struct world_file in[] = {
                { "/pki/ca.crt", "same", 0 }, { "/pki/peer-ca.crt", "same", 0 }, { "/pki/key", "", 0644 }, { "/data", NULL, S_IFDIR | 0700 }, { "/data/member/snap/db", "", 0640 },
        };
        struct world w = { .files = in, .n_files = BH_LEN(in), .exe = "/usr/local/bin/etcd", .comm = "etcd", .container = ID,
                           .argv = "etcd\0-listen-client-urls\0https://0.0.0.0:2379,http://127.0.0.1:2379\0--client-cert-auth\0--trusted-ca-file=/pki/ca.crt\0--key-file=/pki/key\0"
                                   "--data-dir=/data\0--peer-auto-tls=true\0",
                           .environ = "ETCD_PEER_TRUSTED_CA_FILE=/pki/peer-ca.crt\0ETCD_LISTEN_PEER_URLS=https://10.0.0.1:2380\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_etcd_facts);
        f = nth(&w, "etcd", 0);
        assert_string_equal(value(&w, f, "client_plain"), "true");
        assert_string_equal(value(&w, f, "client_local"), "false");
        assert_string_equal(value(&w, f, "client_cert_auth"), "true");
        assert_string_equal(value(&w, f, "peer_plain"), "false");
        assert_string_equal(value(&w, f, "peer_auto_tls"), "true");
        assert_string_equal(where(&w, f, "listen_peer"), "environment ETCD_LISTEN_PEER_URLS");
        assert_string_equal(value(&w, f, "same_ca"), "true"); /* two files of the same bytes */
        assert_string_equal(value(&w, f, "key_mode"), "0644");
        assert_string_equal(value(&w, f, "snap_mode"), "0640");
        world_down(&w);
}

static void the_file_of_etcd_counts_alone(void **state) {
        static const struct world_file in[] = { { "/etcd.yml",
                                                  "name: a\nlisten-client-urls: https://10.0.0.1:2379\nenable-pprof: true\nclient-transport-security:\n  client-cert-auth: true\n"
                                                  "peer-transport-security:\n  client-cert-auth: false\n  auto-tls: true\n",
                                                  0600 } };
        struct world w = { .files = in, .n_files = 1, .exe = "/usr/bin/etcd", .comm = "etcd", .argv = "etcd\0--enable-pprof=false\0--config-file\0/etcd.yml\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_etcd_facts);
        f = nth(&w, "etcd", 0);
        assert_string_equal(value(&w, f, "pprof"), "true");
        assert_string_equal(where(&w, f, "pprof"), "/etcd.yml:3");
        assert_string_equal(value(&w, f, "client_cert_auth"), "true");
        assert_string_equal(value(&w, f, "peer_client_cert_auth"), "false");
        assert_string_equal(value(&w, f, "peer_auto_tls"), "true");
        world_down(&w);
}

static void mongod_is_told_by_yaml_and_arguments(void **state) {
        static const struct world_file in[] = {
                { "/etc/mongod.conf",
                  "net:\n  port: 27018\n  bindIp: 127.0.0.1,10.0.0.1\n  tls: { mode: preferTLS, certificateKeyFile: /k.pem, allowInvalidHostnames: true }\n"
                  "security:\n  authorization: enabled\nstorage:\n  dbPath: /db\nsetParameter:\n  enableLocalhostAuthBypass: false\n  authenticationMechanisms: SCRAM-SHA-256\n"
                  "systemLog:\n  path: /m.log\n",
                  0644 },
                { "/k.pem", "", 0640 },
                { "/db", NULL, S_IFDIR | 0755 },
        };
        struct world w = { .files = in, .n_files = BH_LEN(in), .exe = "/usr/bin/mongod", .comm = "mongod",
                           .argv = "mongod\0--config\0/etc/mongod.conf\0--noscripting\0--bind_ip_all\0--setParameter\0enableTestCommands=1\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_mongodb_facts);
        f = nth(&w, "mongodb", 0);
        assert_string_equal(value(&w, f, "port"), "27018");
        assert_string_equal(value(&w, f, "auth"), "true");
        assert_string_equal(where(&w, f, "auth"), "/etc/mongod.conf:6");
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(where(&w, f, "bind_all"), "argument");
        assert_string_equal(value(&w, f, "tls_mode"), "preferTLS");
        assert_string_equal(value(&w, f, "tls_invalid"), "true");
        assert_string_equal(value(&w, f, "tls_key_mode"), "0640");
        assert_string_equal(value(&w, f, "javascript"), "false");
        assert_string_equal(value(&w, f, "localhost_bypass"), "false");
        assert_string_equal(value(&w, f, "mechanisms"), "SCRAM-SHA-256");
        assert_string_equal(value(&w, f, "test_commands"), "true");
        assert_string_equal(value(&w, f, "data_mode"), "0755");
        assert_string_equal(value(&w, f, "log_destination"), "file");
        world_down(&w);
}

static void an_old_file_of_mongod_is_read_too(void **state) {
        static const struct world_file in[] = { { "/m.conf", "# old\nbind_ip = 0.0.0.0\nnoauth = true\nsslMode = requireSSL\nkeyFile = /k\nhttpinterface = true\n", 0 }, { "/k", "", 0400 } };
        struct world w = { .files = in, .n_files = 2, .exe = "/usr/bin/mongod", .comm = "mongod", .argv = "mongod\0-f\0/m.conf\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_mongodb_facts);
        f = nth(&w, "mongodb", 0);
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(value(&w, f, "auth"), "true"); /* a key file turns it on */
        assert_string_equal(value(&w, f, "tls_mode"), "requireTLS");
        assert_string_equal(value(&w, f, "http"), "true");
        assert_string_equal(value(&w, f, "key_file_mode"), "0400");
        world_down(&w);
}

static void elasticsearch_in_a_container_takes_its_environment(void **state) {
        static const struct world_file in[] = {
                { "/usr/share/elasticsearch/config/elasticsearch.yml", "cluster.name: a\nnetwork:\n  host: 0.0.0.0\nxpack.security.enabled: true\nhttp.cors: { enabled: true, allow-origin: \"*\" }\n", 0 },
                { "/usr/share/elasticsearch/lib/elasticsearch-8.11.1.jar", "", 0 },
                { "/usr/share/elasticsearch/data", NULL, S_IFDIR | 0775 },
        };
        struct world w = { .files = in, .n_files = BH_LEN(in), .exe = "/usr/share/elasticsearch/jdk/bin/java", .comm = "java", .container = ID,
                           .argv = "java\0-Xms1g\0-Xmx2g\0-Des.path.home=/usr/share/elasticsearch\0-Dcom.sun.management.jmxremote.port=9999\0-Dcom.sun.management.jmxremote.authenticate=false\0"
                                   "-m\0org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch\0-Ehttp.port=9201\0",
                           .environ = "xpack.security.enabled=false\0ES_SETTING_ACTION_DESTRUCTIVE__REQUIRES__NAME=false\0discovery.type=single-node\0ELASTIC_PASSWORD=x\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_elasticsearch_facts);
        f = nth(&w, "elasticsearch", 0);
        assert_string_equal(value(&w, f, "version"), "8");
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(value(&w, f, "security"), "false");
        assert_string_equal(where(&w, f, "security"), "environment xpack.security.enabled");
        assert_string_equal(value(&w, f, "cors"), "*");
        assert_string_equal(value(&w, f, "port"), "9201");
        assert_string_equal(value(&w, f, "single_node"), "true");
        assert_string_equal(value(&w, f, "heap_fixed"), "false");
        assert_string_equal(value(&w, f, "jmx_open"), "true");
        assert_string_equal(value(&w, f, "destructive_needs_name"), "false");
        assert_string_equal(value(&w, f, "env_secrets"), "ELASTIC_PASSWORD");
        assert_string_equal(value(&w, f, "data_mode"), "0775");
        world_down(&w);
}

static void opensearch_without_its_plugin_is_open(void **state) {
        static const struct world_file in[] = { { "/usr/share/opensearch/config/opensearch.yml", "network.host: _local_\n", 0 } };
        struct world w = { .files = in, .n_files = 1, .exe = "/usr/bin/java", .comm = "java",
                           .argv = "java\0-Dopensearch.path.home=/usr/share/opensearch\0org.opensearch.bootstrap.OpenSearch\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_elasticsearch_facts);
        f = nth(&w, "elasticsearch", 0);
        assert_string_equal(value(&w, f, "product"), "OpenSearch");
        assert_string_equal(value(&w, f, "security"), "false");
        assert_string_equal(value(&w, f, "bind_local"), "true");
        world_down(&w);
}

static void what_advanced_config_says_wins_in_rabbitmq(void **state) {
        static const struct world_file in[] = {
                { "/etc/rabbitmq/rabbitmq.conf", "listeners.tcp.default = 5672\nssl_options.keyfile = /k\nssl_options.versions.1 = tlsv1.1\n", 0640 },
                { "/etc/rabbitmq/conf.d/10-defaults.conf", "loopback_users.guest = false\n", 0644 },
                { "/etc/rabbitmq/advanced.config", "[{rabbit, [{tcp_listeners, [{\"127.0.0.1\", 5673}]}, {loopback_users, [<<\"guest\">>]}]}].", 0640 },
                { "/etc/rabbitmq/enabled_plugins", "[rabbitmq_management,rabbitmq_mqtt].", 0 },
                { "/k", "", 0644 },
                { "/var/lib/r/.erlang.cookie", "", 0444 },
        };
        struct world w = { .files = in, .n_files = BH_LEN(in), .exe = "/usr/lib/erlang/erts/bin/beam.smp", .comm = "beam.smp",
                           .argv = "beam.smp\0-s\0rabbit\0boot\0-setcookie\0x\0", .environ = "HOME=/var/lib/r\0RABBITMQ_DEFAULT_USER=app\0RABBITMQ_DEFAULT_PASS=guest\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_rabbitmq_facts);
        f = nth(&w, "rabbitmq", 0);
        assert_string_equal(value(&w, f, "listen"), "127.0.0.1:5673");
        assert_string_equal(value(&w, f, "listen_all"), "false");
        assert_string_equal(value(&w, f, "guest_remote"), "false");
        assert_string_equal(value(&w, f, "default_user"), "app");
        assert_string_equal(value(&w, f, "default_pass_guest"), "true");
        assert_string_equal(value(&w, f, "tls_versions"), "tlsv1.1");
        assert_string_equal(value(&w, f, "tls_key_mode"), "0644");
        assert_string_equal(value(&w, f, "cookie_mode"), "0444");
        assert_string_equal(value(&w, f, "cookie_env"), "true");
        assert_string_equal(value(&w, f, "management_all"), "true");
        assert_string_equal(value(&w, f, "anonymous"), "true");
        assert_string_equal(value(&w, f, "config_mode"), "0644");
        world_down(&w);
}

static void letters_of_memcached_may_stand_together(void **state) {
        struct world w = { .exe = "/usr/bin/memcached", .comm = "memcached", .argv = "memcached\0-vrp\0" "11212\0-U11212\0--listen=0.0.0.0\0-X\0-m\0" "128\0" };
        const struct bh_fact *f;

        (void) state;
        world_up(&w, bh_collect_memcached_facts);
        f = nth(&w, "memcached", 0);
        assert_string_equal(value(&w, f, "port"), "11212");
        assert_string_equal(value(&w, f, "udp_port"), "11212");
        assert_string_equal(value(&w, f, "bind_all"), "true");
        assert_string_equal(value(&w, f, "dump"), "false");
        assert_string_equal(value(&w, f, "flush"), "true");
        assert_string_equal(value(&w, f, "memory"), "128");
        assert_string_equal(value(&w, f, "auth"), "false");
        world_down(&w);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(terms_of_erlang_become_a_tree),
                cmocka_unit_test(etcd_is_told_by_flags_and_environment),
                cmocka_unit_test(the_file_of_etcd_counts_alone),
                cmocka_unit_test(mongod_is_told_by_yaml_and_arguments),
                cmocka_unit_test(an_old_file_of_mongod_is_read_too),
                cmocka_unit_test(elasticsearch_in_a_container_takes_its_environment),
                cmocka_unit_test(opensearch_without_its_plugin_is_open),
                cmocka_unit_test(what_advanced_config_says_wins_in_rabbitmq),
                cmocka_unit_test(letters_of_memcached_may_stand_together),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
