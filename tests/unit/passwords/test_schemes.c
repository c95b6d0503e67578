/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes were made by the programs that write them: argon2, doveadm, mkpasswd, htpasswd, PostgreSQL, MariaDB, Tomcat's digest.sh, tigervncpasswd. */
#include "unit.h"

#include "passwords/schemes.h"

static const struct {
        enum bh_scheme_kind kind;
        const char *scheme, *hash;
} correct7[] = {
        { BH_SCHEME_ANY, "sha512crypt", "$6$oJ2EOfYcGX.VbUOc$wBboVGj2mGu8b3zbkIXRR4yDIKH3.GWNnwjhwHgEk3FYDEZcffR4l/u7eox7pwBmGr.2hXZObukVYzeKfCgij1" },
        { BH_SCHEME_ANY, "sha256crypt", "$5$e9bb5M/m.qnzu1lf$dlVks25e.dI4Zpd2F7o6nYIKLoEPWvNwDJNhsP4FTQD" },
        { BH_SCHEME_ANY, "md5crypt", "$1$6Wdy344v$z3pi6Kr5oAEADZiD7Hpp9." },
        { BH_SCHEME_ANY, "descrypt", "Jg7gdfPeW1JpI" },
        { BH_SCHEME_ANY, "bcrypt", "$2a$04$Ph4l9tcDZ/choKl6GG/kiO94xOxkpio/Z3wGDJkaXKsRg2NGfg1F2" },
        { BH_SCHEME_ANY, "bcrypt", "$2y$04$oBumoW3DSQ1fZyDWL0EtAuLFUbabvfCC7TXZDJgl.0AcOUyUv4EkW" },
        { BH_SCHEME_ANY, "bcrypt", "$2b$05$zIBxLChoCMM.ZFrJmOTgYO9oChobCXISEKYuiMOau1Aj03O9S74Ae" },
        { BH_SCHEME_ANY, "yescrypt", "$y$j75$hwTwELowXVTiB6L9eB3zy/$NlR.X.UyNd6WjamVd20Yio6tnKZ1K43vrrZs2zYFpS4" },
        { BH_SCHEME_ANY, "gost-yescrypt", "$gy$j75$kiyw9xU2BYBE54c8VCEwI.$4OXXFiWu/qVqJ7c1YWEeUWDw7G9s9TV7.JcK793zjD0" },
        { BH_SCHEME_ANY, "scrypt", "$7$CU..../....Q/tsVoHk9dkGeZSRNGK3C1$tua2ohxhJoYcCuimgwCRX7VJ4V3nCdCE3YgMpxFSog5" },
        { BH_SCHEME_ANY, "sha1crypt", "$sha1$1985$R0j7YmX8EIx.PBpJcctp$hGbbGrJy46.hbl25zdoTp2TLS0n1" },
        { BH_SCHEME_ANY, "sunmd5", "$md5,rounds=35234$XWB8HsS0$$uvjvX.0GeLyIQZZ4CUBqT0" },
        { BH_SCHEME_ANY, "bsdicrypt", "_J9..qWUSEv6khZyeAX2" },
        { BH_SCHEME_ANY, "nt-crypt", "$3$$1b5bec9e6de94a830517e3b00c5b574d" },
        { BH_SCHEME_ANY, "apr1", "$apr1$5eRVNN05$LeIX/eyKgcl8bROXykX2D." },
        { BH_SCHEME_ANY, "sha1", "{SHA}l3cpRFGxUpnZPY9zhGUr12lTlLw=" },
        { BH_SCHEME_ANY, "ssha", "{SSHA}eviLkS5EkhxK1UgiBjjmq9gdld9zYWx0" },
        { BH_SCHEME_ANY, "argon2", "$argon2id$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$Q/LkM9nKTrBYRq2rYWEV+UUnTmmTW+OQevtf2oMzFdw" },
        { BH_SCHEME_ANY, "argon2", "$argon2i$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$9eLDJvyxM6auohNuCmQA5RZ99WGksCzEJeZDpfLbAe0" },
        { BH_SCHEME_ANY, "argon2", "$argon2d$v=19$m=64,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$FNmrsW5gBz/R/uNelEWzTje+YOakO1zxvxC42k//Qfo" },
        { BH_SCHEME_ANY, "argon2", "$argon2i$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$XGv1T5E07VbT8E33ORIaBNT0KKgPEL4J" },
        { BH_SCHEME_ANY, "argon2", "$argon2i$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$XGv1T5E07VbT8E33ORIaBNT0KKgPEL4J" },
        { BH_SCHEME_ANY, "sha256", "{SHA256}Mo42N5LgvFLZYF9kdP3+lo05RtOKoUr8POe28DysPmY=" },
        { BH_SCHEME_ANY, "ssha256", "{SSHA256}BOQ1MFeHDaQU7GQoryzjBSCQIz8eKN7gsVJVz08Fv4/H1Bbi" },
        { BH_SCHEME_ANY, "sha512", "{SHA512}quHrowih9xpN8V2UZT5q66eEUYzpqlB7y0SpkCu0qPhYuuiUyw1cyychZEXtcge2SRQdH2B/LqqhweJra2IquQ==" },
        { BH_SCHEME_ANY, "ssha512", "{SSHA512}qgNBeVB0aUicE0MCNqjytJY9ybE28aHxIZrqvUPstgj03lowgMTCHIiYbrlwVAGobwFI89CoUQJSB4oIO6s9u8rG5uc=" },
        { BH_SCHEME_ANY, "smd5", "{SMD5}BsFSrQFQ75TrF1vfZNCpK51Zwe4=" },
        { BH_SCHEME_ANY, "plain-md5", "{PLAIN-MD5}8fec6a89285f0235ce7295c00be73338" },
        { BH_SCHEME_ANY, "dovecot-pbkdf2", "{PBKDF2}$1$/RWY.ViuIXak0cW5$5000$fac635ea44923ed22593de6c5258ebc1f5c7ed5c" },
        { BH_SCHEME_GITEA, "gitea-argon2", "argon2$2$64$2$50:0123456789:8afb36bb69515d802611ce12d8fc8eacc1ee88c4f70997ef72bc64494653dc78e892d85b17f9ed5026bbcaf4cf15ba5ab601" },
        { BH_SCHEME_GITEA, "gitea-pbkdf2", "pbkdf2$1000$50:0123456789:dc7ca6e25ed9776393239f8de0a71d121636cfc1de2d54d3d3ce4ccb4e3a98bafc2e13868be1062cc756fe8bbea590197105" },
        { BH_SCHEME_GITEA, "gitea-pbkdf2", "pbkdf2:00112233445566778899aabbccddeeff:867d6af01926543dd7fecc054eb4598d3ce5cff5f9059a13ccb838f850aa7e8f3e6dc1317aefc9d34903ee04192bcb477f11" },
        { BH_SCHEME_NT, "nt", "1B5BEC9E6DE94A830517E3B00C5B574D" },
        { BH_SCHEME_PLAIN, "plain", "correct7" },
        { BH_SCHEME_REDIS, "redis-sha256", "328e363792e0bc52d9605f6474fdfe968d3946d38aa14afc3ce7b6f03cac3e66" },
        { BH_SCHEME_MYSQL, "mysql-native", "*682F41BB09CC0E95B15432B7A5C74F7180DE3D0C" },
        { BH_SCHEME_MYSQL, "mysql-ed25519", "PfpxJpUi4xT7eccmefJAvAV+YscIHu8RQzr50N2U0j0" },
        { BH_SCHEME_POSTGRES, "postgres-md5", "md55b5d14142c477b3e22065e853c41cdfb" },
        { BH_SCHEME_POSTGRES, "scram-sha256",
          "SCRAM-SHA-256$4096:z6oGKxDHUfh7Lm+ow4HzmQ==$n1i4pnF6/G+f1MWBYsNJji/0T0eKxA+INmYqaEqV0ZY=:ZzYAD3ENaYBX1/cUtO7YoDVrTXYJsu1d/Eh7ZbgTKmw=" },
        { BH_SCHEME_MONGO_SHA1, "mongo-scram-sha1", "10000$MDEyMzQ1Njc4OWFiY2RlZg==$kfBQwhpT2M+QhRC8GlmUItv1AIQ=" },
        { BH_SCHEME_MONGO_SHA256, "mongo-scram-sha256", "15000$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYg==$cd1QopTzvPZob0+LGQDT0XD7ogbJJL2BP3l3xAuykF8=" },
        { BH_SCHEME_TOMCAT, "tomcat-salted",
          "3bff67f3572e57b3$100$5b0e6ccb3956913f83a3d4aa5e30592f03db00435c75e72be6a104a308023329c1915acf3692a5c78200156bbb2d7d8492308ccfe63181095f1576b30022a14a" },
        { BH_SCHEME_TOMCAT, "tomcat-salted", "5c27285dfb0ca53e$100$3f6025bcf678dde81124fcf49fe9862dc27e6e0970ecdbc2cb28ee3c85b82872" },
        { BH_SCHEME_TOMCAT, "tomcat-digest", "9777294451b15299d93d8f7384652bd7695394bc" },
        { BH_SCHEME_TOMCAT, "tomcat-plain", "correct7" },
        { BH_SCHEME_VNC, "vnc", "\x4c\x0a\x29\xa1\x12\x31\x2b\xcd" },
        { BH_SCHEME_GRAFANA, "pbkdf2-sha256", "YIIkjZVcKR$8922c5b7392734c07fa0fd69c6733b1f109ca6c7c44b934a7158db474f54f68a9e27a2d84fb7e9cfc69ea51c0ba2a3c528a7" },
};

static struct bh_target opened(struct bh_arena *arena, struct bh_crypto *c, enum bh_scheme_kind kind, const char *account, struct bh_str hash) {
        struct bh_secret s = { .account = bh_str_of(account), .hash = hash, .scheme = kind };
        struct bh_err err = BH_ERR_NONE;
        struct bh_target t = { 0 };

        if (bh_target_open(arena, c, &s, &t, &err) < 0)
                fail_msg("%.*s: %s", BH_FMT(hash), err.text);
        return t;
}

static void every_scheme_knows_its_word_and_no_other(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(correct7); i++) {
                struct bh_target t = opened(arena, c, correct7[i].kind, "bob", bh_str_of(correct7[i].hash));

                assert_string_equal(t.scheme->name, correct7[i].scheme);
                if (!bh_target_is(&t, c, BH_STR("correct7")))
                        fail_msg("%s does not know its word: %s", correct7[i].scheme, correct7[i].hash);
                if (bh_target_is(&t, c, BH_STR("correct8")) || bh_target_is(&t, c, (struct bh_str){ "", 0 }))
                        fail_msg("%s takes any word", correct7[i].scheme);
        }
        bh_crypto_free(&c);
        bh_arena_free(&arena);
}

/* The salt that MySQL writes is raw; this one is of hashcat's published examples. */
static void mysql_sha2_takes_a_raw_salt(void **state) {
        static const unsigned char salt[20] = { 0xF9, 0xCC, 0x98, 0xCE, 0x08, 0x89, 0x29, 0x24, 0xF5, 0x0A, 0x21, 0x3B, 0x6B, 0xC5, 0x71, 0xA2, 0xC1, 0x17, 0x78, 0xC5 };
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();
        char hash[] = "$A$005$....................bTy95Y99eAME1dwEkHOA1ndHGBWz.1bxSSRkuTXFGV/";
        struct bh_target t;

        (void) state;
        memcpy(hash + 7, salt, sizeof salt);
        t = opened(arena, c, BH_SCHEME_MYSQL, "root", bh_str_of(hash));
        assert_string_equal(t.scheme->name, "mysql-sha2");
        assert_true(bh_target_is(&t, c, BH_STR("hashcat")));
        assert_false(bh_target_is(&t, c, BH_STR("hashcas")));
        bh_crypto_free(&c);
        bh_arena_free(&arena);
}

/*
 * Made by an implementation of its own in another language, of the public algorithm, which agrees with the one above and, for salts
 * of 16 bytes, with crypt(3). The numbers behind $A$ are thousands of rounds, in hexadecimal.
 */
static void mysql_sha2_takes_long_words_and_more_rounds(void **state) {
        static const struct {
                const char *word, *hash;
        } rows[] = {
                { "correct7", "$A$005$0123456789abcdefghijAL4cv9ozttJdbVXfQPOcR.19ib4/MwM57Yc/8BPf//6" },
                { "a much longer password, beyond one block of SHA-256, of seventy bytes..", "$A$005$0123456789abcdefghijZ5Gtr2M66yEWrWo9xU5g/7BZJgYjMPXBvd9pggCq/.5" },
                { "correct7", "$A$00A$0123456789abcdefghij3dC/rsiWzrGONo7ftDj7UBIP9yj0Y3zJt3fXz.Z5.J1" },
        };
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_target t = opened(arena, c, BH_SCHEME_MYSQL, "root", bh_str_of(rows[i].hash));

                if (!bh_target_is(&t, c, bh_str_of(rows[i].word)))
                        fail_msg("it does not know its word: %s", rows[i].hash);
                assert_false(bh_target_is(&t, c, BH_STR("correct8")));
        }
        bh_crypto_free(&c);
        bh_arena_free(&arena);
}

/* RFC 3414, A.3: the password "maplesyrup". */
static void snmp_keys_are_those_of_the_rfc(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();
        struct bh_target md5 = opened(arena, c, BH_SCHEME_SNMP_MD5, "u", BH_STR("000000000000000000000002$526f5eed9fcce26f8964c2930787d82b"));
        struct bh_target sha = opened(arena, c, BH_SCHEME_SNMP_SHA1, "u", BH_STR("000000000000000000000002$6695febc9288e36282235fc7151f128497b38f3f"));

        (void) state;
        assert_true(bh_target_is(&md5, c, BH_STR("maplesyrup")));
        assert_true(bh_target_is(&sha, c, BH_STR("maplesyrup")));
        assert_false(bh_target_is(&sha, c, BH_STR("maplesyrus")));
        assert_false(bh_target_is(&sha, c, BH_STR("")));
        bh_crypto_free(&c);
        bh_arena_free(&arena);
}

/* RabbitMQ's own example, "test12". */
static void rabbit_keeps_its_salt_in_front(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();
        struct bh_target t = opened(arena, c, BH_SCHEME_RABBIT, "u", BH_STR("kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"));

        (void) state;
        assert_true(bh_target_is(&t, c, BH_STR("test12")));
        assert_false(bh_target_is(&t, c, BH_STR("test13")));
        bh_crypto_free(&c);
        bh_arena_free(&arena);
}

static void vnc_looks_at_eight_bytes(void **state) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();
        struct bh_target t = opened(arena, c, BH_SCHEME_VNC, "u", BH_STR("\x4c\x0a\x29\xa1\x12\x31\x2b\xcd"));

        (void) state;
        assert_true(bh_target_is(&t, c, BH_STR("correct7 and more")));
        assert_false(bh_target_is(&t, c, BH_STR("correct")));
        bh_crypto_free(&c);
        bh_arena_free(&arena);
}

static int open_code(const char *hash, enum bh_scheme_kind kind) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_crypto *c = bh_crypto_new();
        struct bh_secret s = { .account = BH_STR("a"), .hash = bh_str_of(hash), .scheme = kind };
        struct bh_err err = BH_ERR_NONE;
        struct bh_target t;
        int r = bh_target_open(arena, c, &s, &t, &err);

        bh_crypto_free(&c);
        bh_arena_free(&arena);
        return r;
}

static void rounds_without_end_are_refused(void **state) {
        (void) state;
        assert_int_equal(open_code("$6$rounds=999999999$salt$hash", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("$2b$31$zIBxLChoCMM.ZFrJmOTgYO9oChobCXISEKYuiMOau1Aj03O9S74Ae", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("$y$jET$F.139dxKuj7Rh9ZHW8rx..$ZTfUSIA2qicQipwv2lSPR6/q4uyF3OQkN63DDtPl.K0", BH_SCHEME_ANY), 0);
        assert_int_equal(open_code("$y$jLT$F.139dxKuj7Rh9ZHW8rx..$ZTfUSIA2qicQipwv2lSPR6/q4uyF3OQkN63DDtPl.K0", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("$7$SU..../....Q/tsVoHk9dkGeZSRNGK3C1$x", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("$md5,rounds=4000000000$XWB8HsS0$$x", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("_zzzzqWUSEv6khZyeAX2", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("SCRAM-SHA-256$4000000000:z6oGKxDHUfh7Lm+ow4HzmQ==$n1i4pnF6/G+f1MWBYsNJji/0T0eKxA+INmYqaEqV0ZY=:x", BH_SCHEME_POSTGRES), BH_E_LIMIT);
        assert_int_equal(open_code("$argon2id$v=19$m=4000000,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Q/LkM9nKTrBYRq2rYWEV", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("$argon2id$v=19$m=65536,t=4000000000,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Q/LkM9nKTrBYRq2rYWEV", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("{PBKDF2}$1$F/cud15GmPZhMH0k$2000000000$cdbd2b23acf7b75866ba55b958ee0c4d12e9ae07", BH_SCHEME_ANY), BH_E_LIMIT);
        assert_int_equal(open_code("argon2$2$4000000$8$18:0123456789:8afb36bb69515d802611ce12d8fc8eacc1ee", BH_SCHEME_GITEA), BH_E_LIMIT);
        assert_int_equal(open_code("pbkdf2$2000000000$16:0123456789:dc7ca6e25ed9776393239f8de0a71d12", BH_SCHEME_GITEA), BH_E_LIMIT);
        assert_int_equal(open_code("aa$2000000000$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", BH_SCHEME_TOMCAT), BH_E_LIMIT);
}

static void what_is_no_hash_says_so(void **state) {
        (void) state;
        assert_int_equal(open_code("", BH_SCHEME_ANY), BH_E_UNSUPPORTED);
        assert_int_equal(open_code("$argon2id$v=19$m=65536,t=3,p=4$x$y", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("$argon2id$v=19$m=65536,t=3", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("$argon2id$v=19$m=7,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Q/LkM9nKTrBYRq2rYWEV", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("$argon2id$v=20$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Q/LkM9nKTrBYRq2rYWEV", BH_SCHEME_ANY), BH_E_UNSUPPORTED);
        assert_int_equal(open_code("$argon2x$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Q/LkM9nKTrBYRq2rYWEV", BH_SCHEME_ANY), BH_E_UNSUPPORTED);
        assert_int_equal(open_code("{SSHA512}Mo42N5LgvFLZYF9kdP3+lo05RtOKoUr8POe28DysPmY=", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("{PBKDF2}$1$F/cud15GmPZhMH0k", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("{PLAIN-MD5}8fec", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("{CRAM-MD5}acfb2c28c7a468d4fee6074a1bd5b1238b19e64c3261cdbd6c81c490baaec829", BH_SCHEME_ANY), BH_E_UNSUPPORTED);
        assert_int_equal(open_code("pbkdf2$1000$49:0123456789:dc7ca6e25ed9", BH_SCHEME_GITEA), BH_E_FORMAT);
        assert_int_equal(open_code("pbkdf2$1000$6:012345678x0:dc7ca6e25ed9", BH_SCHEME_GITEA), BH_E_FORMAT);
        assert_int_equal(open_code("scrypt$65536$16$2$50:0123456789:dc7ca6e25ed9", BH_SCHEME_GITEA), BH_E_UNSUPPORTED);
        assert_int_equal(open_code("*short", BH_SCHEME_MYSQL), BH_E_FORMAT);
        assert_int_equal(open_code("neither", BH_SCHEME_MYSQL), BH_E_UNSUPPORTED);
        assert_int_equal(open_code("$A$005$short", BH_SCHEME_MYSQL), BH_E_FORMAT);
        assert_int_equal(open_code("md5xyz", BH_SCHEME_POSTGRES), BH_E_FORMAT);
        assert_int_equal(open_code("SCRAM-SHA-256$4096", BH_SCHEME_POSTGRES), BH_E_FORMAT);
        assert_int_equal(open_code("$apr1$salt$short", BH_SCHEME_ANY), BH_E_FORMAT);
        assert_int_equal(open_code("zz", BH_SCHEME_REDIS), BH_E_FORMAT);
        assert_int_equal(open_code("seven!!", BH_SCHEME_VNC), BH_E_FORMAT);
}

BH_UNIT_MAIN(every_scheme_knows_its_word_and_no_other, mysql_sha2_takes_a_raw_salt, mysql_sha2_takes_long_words_and_more_rounds, snmp_keys_are_those_of_the_rfc, rabbit_keeps_its_salt_in_front,
             vnc_looks_at_eight_bytes, rounds_without_end_are_refused, what_is_no_hash_says_so)
