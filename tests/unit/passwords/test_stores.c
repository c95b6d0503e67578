/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/buf.h"
#include "passwords/stores.h"

static struct bh_arena *arena;

static struct bh_store_found parsed(bh_store_parse *parse, struct bh_str path, struct bh_str bytes) {
        struct bh_store_found found = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;

        if (parse(&found, &(struct bh_store_file){ .path = path, .bytes = bytes, .mode = 0100600 }, &err) < 0)
                fail_msg("%s", err.text);
        return found;
}

#define PARSED(parse, path, text) parsed((parse), BH_STR(path), BH_STR(text))

static void shadow_tells_locked_and_open_apart(void **state) {
        struct bh_store_found f = PARSED(bh_parse_shadow, "etc/shadow", "# note\nroot:$6$s$h:19000:0:99999:7:::\nalice::1::::::\nbob:!$6$s$h:1::::::\nsys:*:1::::::\nx:x:1\nbroken\n:$1$:\n");

        (void) state;
        assert_int_equal(f.secrets.len, 3);
        assert_str(f.secrets.at[0].account, "root");
        assert_str(f.secrets.at[0].hash, "$6$s$h");
        assert_int_equal(f.secrets.at[0].line, 2);
        assert_int_equal(f.secrets.at[0].state, BH_SECRET_KEPT);
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_NONE);
        assert_int_equal(f.secrets.at[2].state, BH_SECRET_LOCKED);
}

static void a_file_of_passwords_is_known_by_the_look_of_its_hashes(void **state) {
        struct bh_store_found f = PARSED(bh_parse_passwd_file, "etc/nginx/.htpasswd", "a:$apr1$x$y\nb:{SHA}x\nc:{PLAIN}$dollar\nd:plain text\ne:aaJg7gdfPeW1J\nf:aaJg7gdfPeW1J:comment\n");

        (void) state;
        assert_int_equal(f.secrets.len, 6);
        assert_int_equal(f.secrets.at[0].scheme, BH_SCHEME_ANY);
        assert_int_equal(f.secrets.at[1].scheme, BH_SCHEME_ANY);
        assert_int_equal(f.secrets.at[2].scheme, BH_SCHEME_PLAIN);
        assert_str(f.secrets.at[2].hash, "$dollar");
        assert_int_equal(f.secrets.at[3].scheme, BH_SCHEME_PLAIN);
        assert_int_equal(f.secrets.at[4].scheme, BH_SCHEME_ANY);
        assert_str(f.secrets.at[5].hash, "aaJg7gdfPeW1J");
}

static void dovecot_names_how_it_keeps_a_hash(void **state) {
        struct bh_store_found f = PARSED(bh_parse_dovecot, "etc/dovecot/users",
                                         "# users\na@x:{SHA512-CRYPT}$6$s$h:5000:5000::/mail\nb:{plain}word\nc:{SSHA256}abc=:1:1\nd:{SCRAM-SHA-256}4096,c2FsdA==,a2V5,c3J2\n"
                                         "e::1:1::::nopassword=y\nf::1:1\ng:!:1:1\nh:{Argon2id}$argon2id$v=19\ni:$6$s$h\nj:{NEW}x\nbroken\n:{PLAIN}x\n");
        static const struct {
                const char *account, *hash;
                enum bh_scheme_kind scheme;
                enum bh_secret_state state;
        } want[] = {
                { "a@x", "$6$s$h", BH_SCHEME_ANY, BH_SECRET_KEPT }, { "b", "word", BH_SCHEME_PLAIN, BH_SECRET_KEPT }, { "c", "{SSHA256}abc=", BH_SCHEME_ANY, BH_SECRET_KEPT },
                { "d", "SCRAM-SHA-256$4096:c2FsdA==$a2V5:c3J2", BH_SCHEME_POSTGRES, BH_SECRET_KEPT }, { "e", "", BH_SCHEME_PLAIN, BH_SECRET_NONE },
                { "g", "!", BH_SCHEME_PLAIN, BH_SECRET_LOCKED }, { "h", "$argon2id$v=19", BH_SCHEME_ANY, BH_SECRET_KEPT }, { "i", "$6$s$h", BH_SCHEME_ANY, BH_SECRET_KEPT },
                { "j", "{NEW}x", BH_SCHEME_ANY, BH_SECRET_KEPT },
        };

        (void) state;
        assert_int_equal(f.secrets.len, BH_LEN(want));
        for (size_t i = 0; i < BH_LEN(want); i++) {
                assert_str(f.secrets.at[i].account, want[i].account);
                assert_str(f.secrets.at[i].hash, want[i].hash);
                assert_int_equal(f.secrets.at[i].scheme, want[i].scheme);
                assert_int_equal(f.secrets.at[i].state, want[i].state);
        }
}

static void authelia_users_are_named_by_their_keys(void **state) {
        struct bh_store_found f = PARSED(bh_parse_authelia, "config/users_database.yml",
                                         "users:\n  ann:\n    disabled: false\n    displayname: 'Ann B'\n    password: '$argon2id$v=19$m=1'\n  bob:\n    disabled: true\n    password: $6$x\n  cy: {}\n");

        (void) state;
        assert_int_equal(f.secrets.len, 2);
        assert_str(f.secrets.at[0].account, "ann");
        assert_str(f.secrets.at[0].hash, "$argon2id$v=19$m=1");
        assert_str(f.secrets.at[0].also[0], "Ann B");
        assert_int_equal(f.secrets.at[0].state, BH_SECRET_KEPT);
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_LOCKED);
        assert_int_equal(PARSED(bh_parse_authelia, "x", "[1, 2]").secrets.len, 0);
}

static void code_server_has_a_hash_a_word_or_none(void **state) {
        struct bh_store_found hash = PARSED(bh_parse_code_server, "x", "bind-addr: 0.0.0.0:8080\nauth: password\npassword: old\nhashed-password: \"$argon2i$v=19\"\n");
        struct bh_store_found plain = PARSED(bh_parse_code_server, "x", "auth: password\npassword: 123456\n"), none = PARSED(bh_parse_code_server, "x", "auth: none\npassword: x\n");

        (void) state;
        assert_int_equal(hash.secrets.len, 1);
        assert_str(hash.secrets.at[0].hash, "$argon2i$v=19");
        assert_int_equal(hash.secrets.at[0].line, 4);
        assert_int_equal(plain.secrets.at[0].scheme, BH_SCHEME_PLAIN);
        assert_str(plain.secrets.at[0].hash, "123456");
        assert_int_equal(none.secrets.len, 1);
        assert_int_equal(none.secrets.at[0].state, BH_SECRET_NONE);
        assert_int_equal(PARSED(bh_parse_code_server, "x", "cert: false\n").secrets.len, 0);
}

static void dovecot_names_its_files(void **state) {
        struct bh_store_found f = PARSED(bh_parse_dovecot_conf, "etc/dovecot/conf.d/auth",
                                         "passdb {\n  driver = passwd-file\n  # args = /not/this\n  args = scheme=CRYPT username_format=%u /etc/mail/users\n}\n"
                                         "passdb {\n  driver = sql\n  args = /etc/dovecot/dovecot-sql.conf.ext\n}\npassdb passwd-file {\n  passwd_file_path = /etc/mail/new\n}\n"
                                         "passdb {\n  args = /etc/mail/%d/passwd /srv/users\n  driver = passwd-file\n}\n");

        (void) state;
        assert_int_equal(f.follows.len, 3);
        assert_str(f.follows.at[0].path, "etc/mail/users");
        assert_str(f.follows.at[1].path, "etc/mail/new");
        assert_str(f.follows.at[2].path, "srv/users");
        assert_ptr_equal(f.follows.at[0].store, bh_store_of(bh_parse_dovecot));
}

static void samba_tells_disabled_accounts(void **state) {
        struct bh_store_found f = PARSED(bh_parse_samba, "etc/samba/smbpasswd",
                                         "a:1000:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:1B5BEC9E6DE94A830517E3B00C5B574D:[U          ]:LCT-1:\n"
                                         "b:1001:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:1B5BEC9E6DE94A830517E3B00C5B574D:[DU         ]:LCT-1:\n"
                                         "c:1002:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:[NU         ]:LCT-1:\n");

        (void) state;
        assert_int_equal(f.secrets.len, 3);
        assert_int_equal(f.secrets.at[0].state, BH_SECRET_KEPT);
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_LOCKED);
        assert_int_equal(f.secrets.at[2].state, BH_SECRET_NONE);
}

static void redis_reads_words_and_follows_files(void **state) {
        struct bh_store_found f = PARSED(bh_parse_redis_conf, "etc/redis/redis.conf",
                                         "# requirepass no\nrequirepass \"a \\\"b\\x21\"\nmasterauth m\nuser alice on >one #02 ~* +@all\nuser bob off >two\nUSER c on nopass\nuser d on nopass resetpass\n"
                                         "aclfile /etc/redis/users.acl\ninclude more.conf\nrequirepass\n");

        (void) state;
        assert_int_equal(f.secrets.len, 6);
        assert_str(f.secrets.at[0].hash, "a \"b!");
        assert_int_equal(f.secrets.at[0].line, 2);
        assert_str(f.secrets.at[1].account, "masterauth");
        assert_str(f.secrets.at[2].hash, "one");
        assert_int_equal(f.secrets.at[3].scheme, BH_SCHEME_REDIS);
        assert_int_equal(f.secrets.at[4].state, BH_SECRET_LOCKED);
        assert_int_equal(f.secrets.at[5].state, BH_SECRET_NONE);
        assert_str(f.secrets.at[5].account, "c");
        assert_int_equal(f.follows.len, 2);
        assert_str(f.follows.at[0].path, "etc/redis/users.acl");
        assert_str(f.follows.at[1].path, "etc/redis/more.conf");
}

static void one_file_gives_no_more_than_was_agreed(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        struct bh_store_found f;

        (void) state;
        for (int i = 0; i < 20002; i++)
                bh_buf_printf(&b, "u%d:$1$a$b\n", i);
        f = parsed(bh_parse_shadow, BH_STR("etc/shadow"), bh_buf_str(&b));
        assert_int_equal(f.secrets.len, 20000);
        assert_true(f.more);
}

/* ---- databases ---- */

static void put_le(char *at, uint64_t v, size_t n) {
        for (size_t i = 0; i < n; i++, v >>= 8)
                at[i] = (char) (v & 0xff);
}

/* A row at `at` of a page, and its entry in the directory; the offset behind it. */
static size_t aria_row(char *page, unsigned i, size_t at, const char *row, size_t len) {
        memcpy(page + at, row, len);
        put_le(page + 8192 - 4 - (i + 1) * 4, at, 2);
        put_le(page + 8192 - 4 - (i + 1) * 4 + 2, len, 2);
        page[7] = 1;
        page[8] = (char) (i + 1);
        return at + len;
}

#define JSON_NATIVE "{\"access\":0,\"plugin\":\"mysql_native_password\",\"authentication_string\":\"*682F41BB09CC0E95B15432B7A5C74F7180DE3D0C\"}"
#define JSON_EMPTY "{\"access\":1}"
#define JSON_SOCKET "{\"access\":0,\"plugin\":\"unix_socket\",\"authentication_string\":\"\",\"auth_or\":[{},{\"plugin\":\"mysql_native_password\",\"authentication_string\":\"invalid\"}]}"
#define JSON_LOCKED "{\"access\":0,\"account_locked\":true,\"authentication_string\":\"*00\"}"

static void mariadb_rows_are_read_from_their_pages(void **state) {
        static char table[2 * 8192];
        char *page = table + 8192, row[512];
        struct bh_store_found f;
        struct bh_err err = BH_ERR_NONE;
        size_t at = 12;

#define ROW(i, head, names, json)                                                              \
        do {                                                                                   \
                memcpy(row, head, sizeof(head) - 1);                                           \
                put_le(row + sizeof(head) - 1, sizeof(json) - 1, 4);                           \
                memcpy(row + sizeof(head) + 3, names json, sizeof(names json) - 1);            \
                at = aria_row(page, i, at, row, sizeof(head) + 3 + sizeof(names json) - 1);    \
        } while (0)
        (void) state;
        ROW(0, "\x00\x08\x00\x09\x00\x05\x00", "localhostalice", JSON_NATIVE);
        ROW(1, "\x01\x07\x00\x00\x00\x00\x00\x08\x00\x01\x00\x04\x00", "%root", JSON_EMPTY); /* with a transaction */
        ROW(2, "\x00\x08\x00\x09\x00\x04\x00", "localhostsock", JSON_SOCKET);
        ROW(3, "\x00\x08\x00\x09\x00\x03\x00", "localhostold", JSON_LOCKED);
        put_le(page + 8192 - 4 - 5 * 4, 0, 4); /* one that was deleted */
        page[8] = 5;
        page[7] = (char) 0x81; /* it could be compacted */
        f = parsed(bh_parse_mariadb, BH_STR("var/lib/mysql/mysql/global_priv.MAD"), (struct bh_str){ table, sizeof table });
        assert_int_equal(f.secrets.len, 3);
        assert_str(f.secrets.at[0].account, "alice@localhost");
        assert_str(f.secrets.at[0].hash, "*682F41BB09CC0E95B15432B7A5C74F7180DE3D0C");
        assert_str(f.secrets.at[1].account, "root@%");
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_NONE);
        assert_int_equal(f.secrets.at[2].state, BH_SECRET_LOCKED);

        page[12] = (char) 128; /* the first goes on elsewhere: it is said, and the others stand */
        f = (struct bh_store_found){ .arena = arena };
        assert_int_equal(bh_parse_mariadb(&f, &(struct bh_store_file){ .bytes = { table, sizeof table } }, &err), BH_E_UNSUPPORTED);
        assert_non_null(strstr(err.text, "1 accounts"));
        assert_int_equal(f.secrets.len, 2);
        assert_int_equal(bh_parse_mariadb(&f, &(struct bh_store_file){ .bytes = { table, 100 } }, &err), BH_E_UNSUPPORTED);
#undef ROW
}

static size_t tuple(char *page, unsigned i, size_t at, const char *name, bool login, const char *password, uint32_t xmax, uint16_t mask) {
        size_t n = password ? strlen(password) : 0, len = 32 + 80 + 4 + n;
        char *t = page + at;

        put_le(page + 24 + 4 * i, at | 1u << 15 | len << 17, 4);
        put_le(page + 12, 24 + 4 * (i + 1), 2);
        put_le(t + 4, xmax, 4);
        put_le(t + 20, mask | (password ? 0 : 1), 2);
        t[22] = 32;
        t[23] = (char) 0xff;
        t[24] = password ? 0x0f : 0x03; /* the eleventh is null */
        memcpy(t + 32 + 4, name, strlen(name));
        t[32 + 4 + 64 + 4] = login;
        put_le(t + 32 + 80, (n + 4) << 2, 4);
        memcpy(t + 32 + 84, password ? password : "", n);
        return at + (len + 7) / 8 * 8;
}

static void postgres_roles_are_read_from_their_heap(void **state) {
        static char page[8192];
        struct bh_err err = BH_ERR_NONE;
        struct bh_store_found f;
        size_t at = 4096;

        (void) state;
        at = tuple(page, 0, at, "alice", true, "md5old", 700, 0x100 | 0x400); /* replaced */
        at = tuple(page, 1, at, "alice", true, "md575dd3089ae60e7d3b28a97f05b5168fd", 0, 0x100);
        at = tuple(page, 2, at, "group", false, "md5x", 0, 0x800);
        at = tuple(page, 3, at, "peer", true, NULL, 0, 0x800);
        (void) tuple(page, 4, at, "undone", true, "md5y", 0, 0x200);
        f = parsed(bh_parse_postgres, BH_STR("global/1260"), (struct bh_str){ page, sizeof page });
        assert_int_equal(f.secrets.len, 2);
        assert_str(f.secrets.at[0].account, "alice");
        assert_str(f.secrets.at[0].hash, "md575dd3089ae60e7d3b28a97f05b5168fd");
        assert_int_equal(f.secrets.at[0].state, BH_SECRET_KEPT);
        assert_str(f.secrets.at[1].account, "group");
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_LOCKED);
        put_le(page + 24, 0xffffffff, 4);
        put_le(page + 24, 8190u | 1u << 15 | 500u << 17, 4);
        assert_int_equal(bh_parse_postgres(&f, &(struct bh_store_file){ .bytes = { page, sizeof page } }, &err), BH_E_FORMAT);
}

static void postgres_map_names_the_heap(void **state) {
        struct bh_store_found f = PARSED(bh_parse_postgres_map, "var/lib/postgresql/data/global/pg_filenode.map", "\x17\x27\x59\0\x02\0\0\0\x01\x05\0\0\x01\x05\0\0\xec\x04\0\0\x39\x30\0\0");
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(f.follows.len, 1);
        assert_str(f.follows.at[0].path, "var/lib/postgresql/data/global/12345");
        assert_ptr_equal(f.follows.at[0].store, bh_store_of(bh_parse_postgres));
        assert_int_equal(bh_parse_postgres_map(&f, &(struct bh_store_file){ .bytes = BH_STR("no map") }, &err), BH_E_FORMAT);
}

/* A document of BSON around some elements. */
static void bson(struct bh_buf *out, const struct bh_buf *elements) {
        bh_buf_le32(out, (uint32_t) elements->len + 5);
        bh_buf_add(out, bh_buf_str(elements));
        bh_buf_putc(out, '\0');
}

static void bson_text(struct bh_buf *out, const char *name, const char *value) {
        bh_buf_putc(out, 2);
        bh_buf_add(out, (struct bh_str){ name, strlen(name) + 1 });
        bh_buf_le32(out, (uint32_t) strlen(value) + 1);
        bh_buf_add(out, (struct bh_str){ value, strlen(value) + 1 });
}

static void a_dump_of_mongodb_gives_both_mechanisms(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf one = { 0 }, creds = { 0 }, doc = { 0 }, all = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_store_found f;

        (void) state;
        bh_buf_add(&one, BH_STR("\x10iterationCount\0\x10\x27\0\0"));
        bson_text(&one, "salt", "c2FsdA==");
        bson_text(&one, "storedKey", "a2V5");
        bh_buf_add(&creds, BH_STR("\x03SCRAM-SHA-1\0"));
        bson(&creds, &one);
        bh_buf_add(&creds, BH_STR("\x03SCRAM-SHA-256\0"));
        bson(&creds, &one);
        bson_text(&doc, "_id", "admin.bob");
        bh_buf_add(&doc, BH_STR("\x05userId\0\x02\0\0\0\x04""ab\x09when\0""12345678\x08ok\0\x01"));
        bson_text(&doc, "user", "bob");
        bson_text(&doc, "db", "admin");
        bh_buf_add(&doc, BH_STR("\x03""credentials\0"));
        bson(&doc, &creds);
        bson(&all, &doc);
        f = parsed(bh_parse_mongodump, BH_STR("dump/admin/system.users.bson"), bh_buf_str(&all));
        assert_int_equal(f.secrets.len, 2);
        assert_str(f.secrets.at[0].account, "bob");
        assert_str(f.secrets.at[0].hash, "10000$c2FsdA==$a2V5");
        assert_int_equal(f.secrets.at[0].scheme, BH_SCHEME_MONGO_SHA1);
        assert_int_equal(f.secrets.at[1].scheme, BH_SCHEME_MONGO_SHA256);
        assert_int_equal(bh_parse_mongodump(&f, &(struct bh_store_file){ .bytes = bh_str_part(bh_buf_str(&all), 0, all.len - 3) }, &err), BH_E_FORMAT);
}

/* ---- XML, JSON ---- */

static void tomcat_users_have_either_name(void **state) {
        struct bh_store_found f = PARSED(bh_parse_tomcat, "etc/tomcat10/tomcat-users.xml",
                                         "<?xml version=\"1.0\"?>\n<tomcat-users>\n<!-- <user username=\"no\" password=\"no\"/> -->\n<role rolename=\"x\"/>\n"
                                         "<user username=\"a\" password=\"p&amp;q\" roles=\"x\"/>\n<user name=\"b\" password=\"\"/>\n</tomcat-users>\n");

        (void) state;
        assert_int_equal(f.secrets.len, 2);
        assert_str(f.secrets.at[0].account, "a");
        assert_str(f.secrets.at[0].hash, "p&q");
        assert_int_equal(f.secrets.at[0].line, 5);
        assert_str(f.secrets.at[1].account, "b");
        assert_int_equal(f.secrets.at[1].state, BH_SECRET_NONE);
}

static void jenkins_users_are_named_by_their_id(void **state) {
        struct bh_store_found f = PARSED(bh_parse_jenkins, "var/lib/jenkins/users/admin_123/config.xml",
                                         "<?xml version='1.1' encoding='UTF-8'?>\n<user>\n<id>admin</id>\n<properties><x><id>no</id><passwordHash>#jbcrypt:$2a$10$abc</passwordHash></x></properties></user>");
        struct bh_store_found old = PARSED(bh_parse_jenkins, "var/lib/jenkins/users/bob/config.xml", "<user><passwordHash>salt:00</passwordHash></user>");

        (void) state;
        assert_int_equal(f.secrets.len, 1);
        assert_str(f.secrets.at[0].account, "admin");
        assert_str(f.secrets.at[0].hash, "$2a$10$abc");
        assert_str(old.secrets.at[0].account, "bob");
}

static void rabbit_and_registries_are_json(void **state) {
        struct bh_store_found f = PARSED(bh_parse_rabbit, "etc/rabbitmq/definitions.json", "{\"users\":[{\"name\":\"guest\",\"password_hash\":\"kI3G\"},{\"name\":\"p\",\"password\":\"x\"},{\"name\":\"n\"}]}");
        struct bh_store_found d = PARSED(bh_parse_docker_auth, "root/.docker/config.json", "{\"auths\":{\"r.example\":{\"auth\":\"Ym9iOnBhc3M6eA==\"},\"helper\":{}}}");
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(f.secrets.len, 2);
        assert_int_equal(f.secrets.at[0].scheme, BH_SCHEME_RABBIT);
        assert_int_equal(f.secrets.at[1].scheme, BH_SCHEME_PLAIN);
        assert_int_equal(d.secrets.len, 1);
        assert_str(d.secrets.at[0].account, "bob@r.example");
        assert_str(d.secrets.at[0].hash, "pass:x");
        assert_int_equal(bh_parse_rabbit(&f, &(struct bh_store_file){ .bytes = BH_STR("{") }, &err), BH_E_FORMAT);
}

/* ---- text ---- */

static void snmp_communities_and_users_are_told(void **state) {
        struct bh_store_found f = PARSED(bh_parse_snmp, "etc/snmp/snmpd.conf",
                                         "# rocommunity no\nrocommunity public default -V systemonly\nrwcommunity6 \"pri vate\"\ncom2sec -Cn ctx notConfigUser default sec\n"
                                         "createUser -e 0x80 alice SHA \"authphrase\" AES privphrase\ncreateUser bob MD5\n"
                                         "usmUser 1 3 0x8000 \"carol\" \"carol\" NULL .1.3.6.1.6.3.10.1.1.3 0x6695febc9288e36282235fc7151f128497b38f3f .1.3.6.1.6.3.10.1.2.4 0x00\n");

        (void) state;
        assert_int_equal(f.secrets.len, 6);
        assert_str(f.secrets.at[0].hash, "public");
        assert_int_equal(f.secrets.at[0].line, 2);
        assert_str(f.secrets.at[1].hash, "pri vate");
        assert_str(f.secrets.at[2].account, "notConfigUser");
        assert_str(f.secrets.at[2].hash, "sec");
        assert_str(f.secrets.at[3].hash, "authphrase");
        assert_str(f.secrets.at[4].hash, "privphrase");
        assert_str(f.secrets.at[5].account, "carol");
        assert_str(f.secrets.at[5].hash, "8000$6695febc9288e36282235fc7151f128497b38f3f");
        assert_int_equal(f.secrets.at[5].scheme, BH_SCHEME_SNMP_SHA1);
}

static void vnc_has_one_password_or_two(void **state) {
        struct bh_store_found f = PARSED(bh_parse_vnc, "root/.vnc/passwd", "12345678abcdefgh");
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        assert_int_equal(f.secrets.len, 2);
        assert_str(f.secrets.at[1].hash, "abcdefgh");
        assert_int_equal(bh_parse_vnc(&f, &(struct bh_store_file){ .bytes = BH_STR("short") }, &err), BH_E_FORMAT);
}

static void an_env_file_gives_what_is_named_like_a_password(void **state) {
        struct bh_store_found f = PARSED(bh_parse_env, "srv/shop/.env",
                                         "# PASSWORD=no\nDB_USER=shop\nexport DB_PASSWORD=\"a # b\"\nMYSQL_ROOT_PASSWORD='x' # root\nAPI_PASS=y # why\nPASSWORD_FILE=/run/x\nDEBUG=true\n"
                                         "X_PASSWORD=/run/secrets/x\nY_PASSWORD=${Y}\nZ_PASSWORD=${Z:-zz}\nURL=redis://:pw@cache:6379/0\nU2=postgres://me:p@w@h/db\nPLAIN_URL=http://h/?a@b:c\n"
                                         "ALLOW_EMPTY_PASSWORD=yes\nPOSTGRES_HOST_AUTH_METHOD=trust\nUSE_PASSWORD=true\nEMPTY_PASSWORD=\nPWD=/\n");

        (void) state;
        assert_int_equal(f.secrets.len, 8);
        assert_str(f.secrets.at[0].account, "DB_PASSWORD");
        assert_str(f.secrets.at[0].hash, "a # b");
        assert_str(f.secrets.at[0].also[0], "shop");
        assert_int_equal(f.secrets.at[0].line, 3);
        assert_str(f.secrets.at[1].hash, "x");
        assert_str(f.secrets.at[1].also[1], "root");
        assert_str(f.secrets.at[2].hash, "y");
        assert_str(f.secrets.at[3].hash, "zz");
        assert_str(f.secrets.at[4].hash, "pw");
        assert_str(f.secrets.at[5].hash, "p@w");
        assert_str(f.secrets.at[5].also[0], "me");
        assert_int_equal(f.secrets.at[6].state, BH_SECRET_NONE);
        assert_int_equal(f.secrets.at[7].state, BH_SECRET_NONE);
}

static void a_process_tells_by_environment_and_arguments(void **state) {
        struct bh_store_found f = PARSED(bh_parse_environ, "proc/1/environ", "PATH=/bin\0REDIS_PASSWORD=x y\0HOME=/\0");
        struct bh_store_found a = PARSED(bh_parse_arguments, "proc/1/cmdline", "redis-server\0--requirepass\0one\0--admin-password=two\0--password\0--other\0");

        (void) state;
        assert_int_equal(f.secrets.len, 1);
        assert_str(f.secrets.at[0].hash, "x y");
        assert_int_equal(a.secrets.len, 2);
        assert_str(a.secrets.at[0].hash, "one");
        assert_str(a.secrets.at[1].hash, "two");
}

static void settings_of_other_programs_are_read_alike(void **state) {
        struct bh_store_found f = PARSED(bh_parse_settings, "x",
                                         "<?php\ndefine( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', 'wp1' ); // why\n# a = password\ngitlab_rails['initial_root_password'] = \"gl\"\n"
                                         "spring.datasource.password=sp\nDBPassword=zbx\n[client]\npassword = my\n  'dbpassword' => 'nc',\ndefault_pass = rq\n");

        (void) state;
        assert_int_equal(f.secrets.len, 7);
        assert_str(f.secrets.at[0].hash, "wp1");
        assert_str(f.secrets.at[0].also[0], "wp");
        assert_str(f.secrets.at[1].account, "initial_root_password");
        assert_str(f.secrets.at[1].hash, "gl");
        assert_str(f.secrets.at[2].hash, "sp");
        assert_str(f.secrets.at[3].hash, "zbx");
        assert_str(f.secrets.at[4].hash, "my");
        assert_str(f.secrets.at[5].hash, "nc");
        assert_str(f.secrets.at[6].hash, "rq");
}

static void compose_gives_environment_command_and_files(void **state) {
        struct bh_store_found f = PARSED(bh_parse_compose, "srv/shop/compose.yaml",
                                         "services:\n  db:\n    environment:\n      MARIADB_PASSWORD: m\n      MARIADB_USER: u\n    env_file: [.env, {path: more.env}]\n"
                                         "  cache:\n    command: redis-server --requirepass 'r1' --x y\n  q:\n    environment: [A_PASSWORD=l, B]\n    command: [\"x\", \"--password\", \"c\"]\n    env_file: /etc/q.env\n");

        (void) state;
        assert_int_equal(f.secrets.len, 4);
        assert_str(f.secrets.at[0].hash, "m");
        assert_str(f.secrets.at[0].also[0], "u");
        assert_int_equal(f.secrets.at[0].line, 4);
        assert_str(f.secrets.at[1].hash, "r1");
        assert_str(f.secrets.at[2].hash, "l");
        assert_str(f.secrets.at[3].hash, "c");
        assert_int_equal(f.follows.len, 3);
        assert_str(f.follows.at[0].path, "srv/shop/.env");
        assert_str(f.follows.at[1].path, "srv/shop/more.env");
        assert_str(f.follows.at[2].path, "etc/q.env");
}

static void clients_keep_passwords_for_hosts(void **state) {
        struct bh_store_found p = PARSED(bh_parse_pgpass, "root/.pgpass", "# no\ndb:5432:*:alice:pw:x\nbroken\n");
        struct bh_store_found n = PARSED(bh_parse_netrc, "root/.netrc", "machine h login bob password pw\ndefault login anonymous password a@b\n");
        struct bh_store_found g = PARSED(bh_parse_git_credentials, "root/.git-credentials", "https://bob:pw@git.example\nhttps://git.example\n");

        (void) state;
        assert_int_equal(p.secrets.len, 1);
        assert_str(p.secrets.at[0].account, "alice@db");
        assert_str(p.secrets.at[0].hash, "pw:x");
        assert_int_equal(n.secrets.len, 2);
        assert_str(n.secrets.at[0].account, "bob@h");
        assert_str(n.secrets.at[1].account, "anonymous@default");
        assert_int_equal(g.secrets.len, 1);
        assert_str(g.secrets.at[0].account, "bob@git.example");
}

static void sites_name_their_files_of_passwords(void **state) {
        struct bh_store_found f = PARSED(bh_parse_sites, "etc/nginx/sites-enabled/a", "auth_basic_user_file /srv/users;\n  auth_basic_user_file conf/users;\nauth_basic_user_file $x;\nAuthUserFile \"/etc/apache2/my users\"\n# AuthUserFile no\n");

        (void) state;
        assert_int_equal(f.follows.len, 3);
        assert_str(f.follows.at[0].path, "srv/users");
        assert_str(f.follows.at[1].path, "etc/nginx/conf/users");
        assert_str(f.follows.at[2].path, "etc/apache2/my users");
}

static int key_state(const char *text, uint32_t mode, bool in_container) {
        struct bh_store_found found = { .arena = arena };
        struct bh_err err = BH_ERR_NONE;

        if (bh_parse_ssh_key(&found, &(struct bh_store_file){ BH_STR("root/.ssh/id_x"), bh_str_of(text), mode, in_container }, &err) < 0)
                fail_msg("%s", err.text);
        return found.secrets.len ? (int) found.secrets.at[0].state : -1;
}

#define OPENSSH(base64) "-----BEGIN OPENSSH PRIVATE KEY-----\n" base64 "\n-----END OPENSSH PRIVATE KEY-----\n"

static void a_key_is_judged_by_its_passphrase_and_its_mode(void **state) {
        (void) state;
        assert_int_equal(key_state(OPENSSH("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA"), 0100600, false), BH_SECRET_FINE);
        assert_int_equal(key_state(OPENSSH("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA"), 0100640, false), BH_SECRET_OPEN);
        assert_int_equal(key_state(OPENSSH("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAA"), 0100600, true), BH_SECRET_OPEN);
        assert_int_equal(key_state(OPENSSH("b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAG"), 0100644, true), BH_SECRET_GUARDED);
        assert_int_equal(key_state("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n", 0100644, true), BH_SECRET_GUARDED);
        assert_int_equal(key_state("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", 0100644, true), BH_SECRET_GUARDED);
        assert_int_equal(key_state("-----BEGIN PRIVATE KEY-----\nAAAA\n", 0100644, false), BH_SECRET_OPEN);
        assert_int_equal(key_state("-----BEGIN EC PRIVATE KEY-----\nAAAA\n", 0100600, false), BH_SECRET_FINE);
        assert_int_equal(key_state("ssh-ed25519 AAAA bob@h\n", 0100644, false), -1);
        assert_int_equal(key_state("-----BEGIN CERTIFICATE-----\n", 0100644, false), -1);
}

static void every_parser_survives_nothing_and_noise(void **state) {
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        for (const struct bh_store *s = bh_stores; s->name; s++) {
                struct bh_store_found found = { .arena = arena };

                BH_IGNORE(s->parse(&found, &(struct bh_store_file){ .path = BH_STR("a/b/c") }, &err));
                BH_IGNORE(s->parse(&found, &(struct bh_store_file){ .path = BH_STR("c"), .bytes = BH_STR("\xff\0:=\n\"'$<{[-----BEGIN ") }, &err));
                assert_int_equal(found.follows.len, 0);
        }
}

static int set_up(void **state) {
        (void) state;
        arena = bh_arena_new();
        return 0;
}

static int tear_down(void **state) {
        (void) state;
        bh_arena_free(&arena);
        return 0;
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(shadow_tells_locked_and_open_apart),
                cmocka_unit_test(a_file_of_passwords_is_known_by_the_look_of_its_hashes),
                cmocka_unit_test(dovecot_names_how_it_keeps_a_hash),
                cmocka_unit_test(dovecot_names_its_files),
                cmocka_unit_test(authelia_users_are_named_by_their_keys),
                cmocka_unit_test(code_server_has_a_hash_a_word_or_none),
                cmocka_unit_test(samba_tells_disabled_accounts),
                cmocka_unit_test(redis_reads_words_and_follows_files),
                cmocka_unit_test(one_file_gives_no_more_than_was_agreed),
                cmocka_unit_test(mariadb_rows_are_read_from_their_pages),
                cmocka_unit_test(postgres_roles_are_read_from_their_heap),
                cmocka_unit_test(postgres_map_names_the_heap),
                cmocka_unit_test(a_dump_of_mongodb_gives_both_mechanisms),
                cmocka_unit_test(tomcat_users_have_either_name),
                cmocka_unit_test(jenkins_users_are_named_by_their_id),
                cmocka_unit_test(rabbit_and_registries_are_json),
                cmocka_unit_test(snmp_communities_and_users_are_told),
                cmocka_unit_test(vnc_has_one_password_or_two),
                cmocka_unit_test(an_env_file_gives_what_is_named_like_a_password),
                cmocka_unit_test(a_process_tells_by_environment_and_arguments),
                cmocka_unit_test(settings_of_other_programs_are_read_alike),
                cmocka_unit_test(compose_gives_environment_command_and_files),
                cmocka_unit_test(clients_keep_passwords_for_hosts),
                cmocka_unit_test(sites_name_their_files_of_passwords),
                cmocka_unit_test(a_key_is_judged_by_its_passphrase_and_its_mode),
                cmocka_unit_test(every_parser_survives_nothing_and_noise),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
