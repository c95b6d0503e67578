/* SPDX-License-Identifier: Apache-2.0 */
/* sudoers, authorized_keys. */
#include <stdio.h>

#include "base/text.h"
#include "fmt/digest.h"
#include "inventory/parse.h"

enum { MAX_KEY = 16384 };

/* Lines that end in a backslash go on in the next. */
static bool joined_line(struct bh_arena *arena, struct bh_cur *c, struct bh_str *ret) {
        struct bh_str line, whole = BH_STR("");

        while (bh_cur_line(c, &line)) {
                bool on = bh_str_ends(line, BH_STR("\\"));

                (void) bh_str_cut_suffix(&line, BH_STR("\\"));
                whole = whole.len ? bh_arena_cat(arena, whole, line) : line;
                if (!on) {
                        *ret = bh_str_trim(whole);
                        return true;
                }
        }
        *ret = bh_str_trim(whole);
        return whole.len > 0;
}

bool bh_sudoers_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sudo_rule *ret) {
        static const char *const others[] = { "Defaults", "User_Alias", "Runas_Alias", "Host_Alias", "Cmnd_Alias", "Cmd_Alias", "@include" };
        struct bh_str line;

        while (joined_line(arena, c, &line)) {
                struct bh_sudo_rule rule = { .line = c->line };
                struct bh_str rest = line;
                bool other = line.len == 0 || line.at[0] == '#';

                for (size_t i = 0; i < BH_LEN(others); i++)
                        other |= bh_str_starts(line, bh_str_of(others[i]));
                if (other || !bh_str_word(&rest, &rule.who) || bh_str_chr(rest, '=') < 0)
                        continue;
                rule.what = bh_str_trim(rest);
                rule.no_password = bh_str_find(rule.what, BH_STR("NOPASSWD:")) >= 0;
                *ret = rule;
                return true;
        }
        return false;
}

/* ---- keys ---- */

static bool is_type(struct bh_str word) {
        return bh_str_starts(word, BH_STR("ssh-")) || bh_str_starts(word, BH_STR("ecdsa-")) || bh_str_starts(word, BH_STR("sk-"));
}

/* Options may hold blanks within quotes. */
static struct bh_str cut_options(struct bh_str *line) {
        struct bh_str all = *line;
        bool quoted = false;
        size_t i = 0;

        for (; i < all.len && (quoted || (all.at[i] != ' ' && all.at[i] != '\t')); i++)
                if (all.at[i] == '"' && (i == 0 || all.at[i - 1] != '\\'))
                        quoted = !quoted;
        *line = bh_str_trim(bh_str_from(all, i));
        return bh_str_part(all, 0, i);
}

/* As ssh-keygen -l shows it: the digest's own base64, without its padding. */
static bool fingerprint(struct bh_arena *arena, struct bh_str base64, char *ret, size_t size) {
        unsigned char digest[32];
        struct bh_str key, hex, text;

        if (base64.len == 0 || base64.len > MAX_KEY || !bh_base64_decode(arena, base64, &key) || key.len == 0)
                return false;
        hex = bh_digest_sha256(arena, key);
        if (!bh_str_cut_prefix(&hex, BH_STR("sha256:")) || !bh_unhex(hex, digest, sizeof digest))
                return false;
        text = bh_base64_encode(arena, (struct bh_str){ (const char *) digest, sizeof digest });
        while (bh_str_cut_suffix(&text, BH_STR("=")))
                ;
        return (size_t) snprintf(ret, size, "SHA256:%.*s", BH_FMT(text)) < size;
}

bool bh_ssh_key_next(struct bh_arena *arena, struct bh_cur *c, struct bh_ssh_key *ret) {
        struct bh_str line, key;

        while (bh_account_line(c, &line)) {
                struct bh_ssh_key k = { 0 };
                struct bh_str rest = line;

                if (!is_type(line))
                        k.options = cut_options(&rest);
                if (!bh_str_word(&rest, &k.type) || !is_type(k.type) || !bh_str_word(&rest, &key) || !fingerprint(arena, key, k.fingerprint, sizeof k.fingerprint))
                        continue;
                k.comment = bh_str_trim(rest);
                *ret = k;
                return true;
        }
        return false;
}
