/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: Argon2id (RFC 9106), by libargon2, which is met here. */
#include <argon2.h>
#include <openssl/rand.h>
#include <pthread.h>

#include "base/limits.h"
#include "serve/secret.h"

enum { SALT_BYTES = 16, HASH_BYTES = 32, AT_ONCE = 2 };

/* Whoever tries passwords by the hundred waits in line, and does not take all memory. */
static struct {
        pthread_mutex_t lock;
        pthread_cond_t free;
        unsigned busy;
} line = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

static void enter(void) {
        (void) pthread_mutex_lock(&line.lock);
        while (line.busy >= AT_ONCE)
                (void) pthread_cond_wait(&line.free, &line.lock);
        line.busy++;
        (void) pthread_mutex_unlock(&line.lock);
}

static void leave(void) {
        (void) pthread_mutex_lock(&line.lock);
        line.busy--;
        (void) pthread_cond_signal(&line.free);
        (void) pthread_mutex_unlock(&line.lock);
}

int bh_password_hash(struct bh_arena *arena, struct bh_str password, struct bh_str *ret, struct bh_err *err) {
        size_t size = argon2_encodedlen(BH_LIMIT_PASSWORD_ROUNDS, BH_LIMIT_PASSWORD_KIB, 1, SALT_BYTES, HASH_BYTES, Argon2_id);
        unsigned char salt[SALT_BYTES];
        char *encoded = bh_arena_bytes(arena, size);
        int r;

        if (RAND_bytes(salt, sizeof salt) != 1)
                return bh_fail(err, BH_E_IO, "no random numbers");
        enter();
        r = argon2id_hash_encoded(BH_LIMIT_PASSWORD_ROUNDS, BH_LIMIT_PASSWORD_KIB, 1, password.at, password.len, salt, sizeof salt, HASH_BYTES, encoded, size);
        leave();
        if (r != ARGON2_OK)
                return bh_fail(err, BH_E_BUG, "argon2: %s", argon2_error_message(r));
        *ret = bh_str_of(encoded);
        return 0;
}

/* Of a password nobody knows: checking against it costs what checking costs. */
static const char nobodys[] = "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

bool bh_password_is(struct bh_arena *arena, struct bh_str encoded, struct bh_str password) {
        int r;

        enter();
        r = argon2id_verify(encoded.len ? bh_arena_cstr(arena, encoded) : nobodys, password.at ? password.at : "", password.len);
        leave();
        return encoded.len > 0 && r == ARGON2_OK;
}

/* Those that are tried first everywhere and are long enough, in lower case. */
static const char *const known[] = { "123456789012", "1234567890123", "passwordpassword", "password1234", "administrator", "qwertyuiop123", "bulkheadbulkhead",
                                     "letmeinletmein", "iloveyou1234", "adminadminadmin", "changemechangeme", "correcthorsebatterystaple" };

static bool of_one_letter(struct bh_str s) {
        for (size_t i = 1; i < s.len; i++)
                if (s.at[i] != s.at[0])
                        return false;
        return true;
}

const char *bh_password_weakness(struct bh_str password, struct bh_str name) {
        if (password.len < BH_LIMIT_PASSWORD_SHORTEST)
                return "a password has twelve characters or more";
        if (password.len > BH_LIMIT_PASSWORD_LONGEST)
                return "a password has at most 1024 bytes";
        for (size_t i = 0; i < BH_LEN(known); i++)
                if (bh_str_eq_nocase(password, bh_str_of(known[i])))
                        return "this password is among those that are tried first";
        if (of_one_letter(password))
                return "this password is one character again and again";
        if (name.len > 3 && bh_str_find_nocase(password, name) >= 0)
                return "the password has the account's name in it";
        return NULL;
}
