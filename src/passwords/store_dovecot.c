/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dovecot's files of users, and its configuration for their names:
 *
 *     name:{SCHEME}hash:uid:gid:gecos:home:shell:extra     without {SCHEME} it is told by its look
 *
 *     driver = passwd-file                                  until 2.3, the two in one block
 *     args = scheme=CRYPT username_format=%u /etc/dovecot/users
 *     passwd_file_path = /etc/dovecot/users                 from 2.4
 *
 * The hash behind most schemes' names is one that other stores have too, and is handed on as that.
 */
#include "base/cur.h"
#include "passwords/stores.h"

/* {SCRAM-SHA-256}rounds,salt,stored key,server key: as PostgreSQL writes them. */
static struct bh_str scram(struct bh_arena *arena, struct bh_str hash) {
        struct bh_str rounds, salt, stored, server;

        if (!bh_str_cut(hash, ',', &rounds, &hash) || !bh_str_cut(hash, ',', &salt, &hash) || !bh_str_cut(hash, ',', &stored, &server))
                return hash;
        return bh_arena_printf(arena, "SCRAM-SHA-256$%.*s:%.*s$%.*s:%.*s", BH_FMT(rounds), BH_FMT(salt), BH_FMT(stored), BH_FMT(server));
}

static struct bh_secret *add_hash(struct bh_store_found *found, struct bh_str account, struct bh_str hash, uint32_t line) {
        static const char *const crypts[] = { "CRYPT", "SHA512-CRYPT", "SHA256-CRYPT", "BLF-CRYPT", "MD5-CRYPT", "DES-CRYPT", "ARGON2ID", "ARGON2I", "ARGON2" };
        static const char *const plain[] = { "PLAIN", "CLEAR", "CLEARTEXT" };
        struct bh_str scheme, bare;

        if (!bh_str_starts(hash, BH_STR("{")) || !bh_str_cut(bh_str_from(hash, 1), '}', &scheme, &bare))
                return bh_store_add_any(found, account, hash, line);
        for (size_t i = 0; i < BH_LEN(crypts); i++)
                if (bh_str_eq_nocase(scheme, bh_str_of(crypts[i])))
                        return bh_store_add(found, account, bare, BH_SCHEME_ANY, line);
        for (size_t i = 0; i < BH_LEN(plain); i++)
                if (bh_str_eq_nocase(scheme, bh_str_of(plain[i])))
                        return bh_store_add(found, account, bare, BH_SCHEME_PLAIN, line);
        if (bh_str_eq_nocase(scheme, BH_STR("SCRAM-SHA-256")))
                return bh_store_add(found, account, scram(found->arena, bare), BH_SCHEME_POSTGRES, line);
        return bh_store_add(found, account, hash, BH_SCHEME_ANY, line); /* known with its name, or not at all */
}

int bh_parse_dovecot(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, name, hash, rest;

        (void) err;
        while (bh_cur_line(&c, &line)) {
                struct bh_secret *s;

                if (line.len == 0 || line.at[0] == '#' || !bh_str_cut(line, ':', &name, &rest) || name.len == 0)
                        continue;
                (void) bh_str_cut(rest, ':', &hash, &rest);
                if (hash.len == 0 && bh_str_find(rest, BH_STR("nopassword")) < 0)
                        continue; /* kept elsewhere: nobody is let in without one */
                s = add_hash(found, name, hash, c.line);
                if (s && hash.len == 0)
                        s->state = BH_SECRET_NONE;
                else if (s && (hash.at[0] == '!' || hash.at[0] == '*'))
                        s->state = BH_SECRET_LOCKED;
        }
        return 0;
}

static void follow(struct bh_store_found *found, const struct bh_store_file *file, struct bh_str path) {
        if (bh_str_starts(path, BH_STR("/")) && bh_str_chr(path, '%') < 0)
                bh_store_follow(found, file, bh_parse_dovecot, path);
}

int bh_parse_dovecot_conf(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(file->bytes);
        struct bh_str line, key, value, word, args = { 0 };
        bool is_file = false;

        (void) err;
        while (bh_cur_line(&c, &line)) {
                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                if (bh_str_cut(line, '=', &key, &value)) {
                        key = bh_str_trim(key);
                        value = bh_str_trim(value);
                        if (bh_str_is(key, "driver"))
                                is_file = bh_str_is(value, "passwd-file");
                        else if (bh_str_is(key, "args"))
                                args = value;
                        else if (bh_str_is(key, "passwd_file_path"))
                                follow(found, file, value);
                }
                if (bh_str_starts(line, BH_STR("}"))) {
                        while (is_file && bh_str_word(&args, &word))
                                follow(found, file, word);
                        args = (struct bh_str){ 0 };
                        is_file = false;
                }
        }
        return 0;
}
