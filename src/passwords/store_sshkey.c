/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys, as ssh-keygen and openssl write them: is there a passphrase,
 * and who else gets at the file?
 *
 *     -----BEGIN OPENSSH PRIVATE KEY-----   base64 of "openssh-key-v1\0" | cipher, a string | ...
 *     -----BEGIN RSA PRIVATE KEY-----       with "Proc-Type: 4,ENCRYPTED" when there is one
 *     -----BEGIN ENCRYPTED PRIVATE KEY-----
 *
 * The key itself is not looked at.
 */
#include "base/cur.h"
#include "base/text.h"
#include "passwords/stores.h"

#define BEGIN "-----BEGIN "
#define MAGIC "openssh-key-v1\0"

/* 1: it has a passphrase; 0: it has none; -1: this is no private key. */
static int guarded(struct bh_arena *arena, struct bh_str text, struct bh_str *ret_kind) {
        ptrdiff_t at = bh_str_find(text, BH_STR(BEGIN));
        struct bh_str kind, body, head;
        struct bh_cur c;
        ptrdiff_t end;

        if (at < 0)
                return -1;
        text = bh_str_from(text, (size_t) at + sizeof BEGIN - 1);
        (void) bh_str_cut(text, '\n', &kind, &body);
        kind = bh_str_trim(kind);
        if (!bh_str_cut_suffix(&kind, BH_STR(" PRIVATE KEY-----")) && !bh_str_is(kind, "PRIVATE KEY-----"))
                return -1;
        *ret_kind = kind;
        if (bh_str_is(kind, "ENCRYPTED") || bh_str_find(bh_str_part(body, 0, 200), BH_STR("4,ENCRYPTED")) >= 0)
                return 1;
        if (!bh_str_is(kind, "OPENSSH"))
                return 0;
        end = bh_str_find(body, BH_STR("-----END"));
        if (!bh_base64_decode(arena, bh_str_part(body, 0, end < 0 ? 0 : (size_t) end), &head))
                return -1;
        c = bh_cur_of(head);
        if (!bh_str_eq(bh_cur_take(&c, sizeof MAGIC - 1), BH_STR(MAGIC)))
                return -1;
        return !bh_str_is(bh_cur_take(&c, bh_cur_be32(&c)), "none");
}

int bh_parse_ssh_key(struct bh_store_found *found, const struct bh_store_file *file, struct bh_err *err) {
        struct bh_str kind = { 0 };
        int has = guarded(found->arena, file->bytes, &kind);
        struct bh_secret *s;

        (void) err;
        if (has < 0)
                return 0;
        s = bh_store_add(found, bh_str_basename(file->path), (struct bh_str){ 0 }, BH_SCHEME_ANY, 0);
        if (!s)
                return 0;
        if (has) {
                s->state = BH_SECRET_GUARDED;
                s->note = "passphrases of keys are not tested";
        } else if (file->mode & 077) {
                s->state = BH_SECRET_OPEN;
                s->note = "a key without a passphrase, and its mode lets others at it";
        } else if (file->in_container) {
                s->state = BH_SECRET_OPEN;
                s->note = "a key without a passphrase in a container: it goes wherever the image or a copy goes";
        } else {
                s->state = BH_SECRET_FINE;
                s->note = "no passphrase, but only its owner gets at it";
        }
        return 0;
}
