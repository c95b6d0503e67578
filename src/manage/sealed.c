/* SPDX-License-Identifier: Apache-2.0 */
#include "manage/sealed.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"

enum { KEY = 32, NONCE = 12, TAG = 16, MOST = 64 * 1024 };

/* ---- the key ---- */

static int read_key(const char *path, unsigned char key[KEY], struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf bytes = { 0 };
        BH_CLEANUP(bh_fd_close) int fd = -1;
        int r = bh_fd_open_own(path, &fd, err);

        r = r < 0 ? r : bh_fd_read_all(fd, KEY, &bytes, err);
        if (r >= 0 && bytes.len != KEY)
                r = bh_fail(err, BH_E_FORMAT, "it is no key of %d bytes", KEY);
        if (r >= 0)
                memcpy(key, bytes.at, KEY);
        if (bytes.at)
                OPENSSL_cleanse(bytes.at, bytes.len);
        return r;
}

/* Of two that make it at once, one is first; the other takes what that one made. */
static int make_key(const char *path, struct bh_err *err) {
        char fresh[KEY], beside[4096 + 32];
        int r;

        if (getrandom(fresh, sizeof fresh, 0) != (ssize_t) sizeof fresh)
                return bh_fail(err, BH_E_IO, "no randomness");
        (void) snprintf(beside, sizeof beside, "%s.%d.%p", path, (int) getpid(), (void *) fresh);
        r = bh_fd_write_own(beside, (struct bh_str){ fresh, KEY }, BH_STR(""), err);
        OPENSSL_cleanse(fresh, sizeof fresh);
        if (r >= 0)
                BH_IGNORE(link(beside, path));
        (void) unlink(beside);
        return r;
}

static int load_key(const char *state_dir, bool make, unsigned char key[KEY], struct bh_err *err) {
        char path[4096];
        int r;

        if ((size_t) snprintf(path, sizeof path, "%s/sealing.key", state_dir) >= sizeof path)
                return bh_fail(err, BH_E_LIMIT, "the state folder's path is too long");
        r = read_key(path, key, err);
        if (r == BH_E_NOTFOUND && make) {
                r = make_key(path, err);
                r = r < 0 ? r : read_key(path, key, err);
        }
        return bh_wrap(err, r, "%s", path);
}

/* ---- AES-256-GCM ---- */

static bool crypt_all(bool seal, const unsigned char *key, const unsigned char *nonce, struct bh_str about, struct bh_str in, unsigned char *out,
                      unsigned char *tag) {
        EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
        int n = 0, rest = 0;
        bool good = c && EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce, seal) == 1 &&
                    EVP_CipherUpdate(c, NULL, &n, (const unsigned char *) about.at, (int) about.len) == 1 &&
                    EVP_CipherUpdate(c, out, &n, (const unsigned char *) in.at, (int) in.len) == 1;

        if (good && !seal)
                good = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1;
        good = good && EVP_CipherFinal_ex(c, out + n, &rest) == 1;
        if (good && seal)
                good = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
        EVP_CIPHER_CTX_free(c);
        return good;
}

int bh_sealed_put(const char *state_dir, struct bh_str about, struct bh_str secret, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        unsigned char key[KEY], *box;
        int r;

        if (!secret.len) {
                *ret = BH_STR("");
                return 0;
        }
        if (secret.len > MOST)
                return bh_fail(err, BH_E_LIMIT, "a secret of more than %d bytes", MOST);
        r = load_key(state_dir, true, key, err);
        if (r < 0)
                return r;
        box = bh_arena_alloc(arena, NONCE + secret.len + TAG);
        if (getrandom(box, NONCE, 0) != NONCE || !crypt_all(true, key, box, about, secret, box + NONCE, box + NONCE + secret.len))
                r = bh_fail(err, BH_E_IO, "could not seal");
        OPENSSL_cleanse(key, sizeof key);
        if (r >= 0)
                *ret = bh_arena_cat(arena, BH_STR("v1:"), bh_base64_encode(arena, (struct bh_str){ (char *) box, NONCE + secret.len + TAG }));
        return r;
}

int bh_sealed_get(const char *state_dir, struct bh_str about, struct bh_str sealed, struct bh_arena *arena, struct bh_str *ret, struct bh_err *err) {
        unsigned char key[KEY], *plain, tag[TAG];
        struct bh_str box, text = sealed;
        size_t n;
        int r;

        if (!sealed.len) {
                *ret = BH_STR("");
                return 0;
        }
        if (!bh_str_cut_prefix(&text, BH_STR("v1:")) || !bh_base64_decode(arena, text, &box) || box.len < NONCE + TAG)
                return bh_fail(err, BH_E_FORMAT, "this is no sealed secret");
        r = load_key(state_dir, false, key, err);
        if (r < 0)
                return r;
        n = box.len - NONCE - TAG;
        plain = bh_arena_alloc(arena, n + 1);
        memcpy(tag, box.at + NONCE + n, TAG);
        if (!crypt_all(false, key, (const unsigned char *) box.at, about, (struct bh_str){ box.at + NONCE, n }, plain, tag))
                r = bh_fail(err, BH_E_DENIED, "the secret was sealed by another key or for another place");
        OPENSSL_cleanse(key, sizeof key);
        if (r >= 0)
                *ret = (struct bh_str){ (char *) plain, n };
        return r;
}

bool bh_sealed_same(struct bh_str a, struct bh_str b) {
        return a.len > 0 && a.len == b.len && CRYPTO_memcmp(a.at, b.at, a.len) == 0;
}
