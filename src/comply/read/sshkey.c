/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/sshkey.h"

#include "base/text.h"

static bool is_type(struct bh_str word) {
        return bh_str_starts(word, BH_STR("ssh-")) || bh_str_starts(word, BH_STR("ecdsa-sha2-")) || bh_str_starts(word, BH_STR("sk-")) || bh_str_starts(word, BH_STR("rsa-sha2-"));
}

/* Options go to the first blank outside of quotes. */
static struct bh_str take_options(struct bh_str *line) {
        struct bh_str options;
        bool quoted = false;
        size_t i = 0;

        for (; i < line->len && (quoted || (line->at[i] != ' ' && line->at[i] != '\t')); i++) {
                if (line->at[i] == '\\' && quoted && i + 1 < line->len)
                        i++;
                else if (line->at[i] == '"')
                        quoted = !quoted;
        }
        i = BH_MIN(i, line->len);
        options = bh_str_part(*line, 0, i);
        *line = bh_str_trim(bh_str_from(*line, i));
        return options;
}

/* A string of SSH: a length of four bytes, and as many. */
static struct bh_str take_string(struct bh_cur *c) {
        struct bh_str n = bh_cur_take(c, 4);

        if (c->bad)
                return BH_STR("");
        return bh_cur_take(c, (size_t) (uint8_t) n.at[0] << 24 | (size_t) (uint8_t) n.at[1] << 16 | (size_t) (uint8_t) n.at[2] << 8 | (uint8_t) n.at[3]);
}

static unsigned bits_of_number(struct bh_str n) {
        unsigned top = 0;

        while (n.len && n.at[0] == '\0')
                n = bh_str_from(n, 1);
        if (n.len == 0)
                return 0;
        for (uint8_t b = (uint8_t) n.at[0]; b; b >>= 1)
                top++;
        return (unsigned) (n.len - 1) * 8 + top;
}

/* "ssh-rsa" e n; "ssh-dss" p ...; "ecdsa-sha2-nistp256" */
static unsigned bits_of(struct bh_arena *arena, struct bh_str type, struct bh_str blob) {
        struct bh_str bytes;
        struct bh_cur c;

        if (bh_str_ends(type, BH_STR("ed25519")) || bh_str_ends(type, BH_STR("nistp256")))
                return 256;
        if (bh_str_ends(type, BH_STR("nistp384")))
                return 384;
        if (bh_str_ends(type, BH_STR("nistp521")))
                return 521;
        if (!bh_base64_decode(arena, blob, &bytes))
                return 0;
        c = bh_cur_of(bytes);
        (void) take_string(&c);
        if (bh_str_is(type, "ssh-rsa"))
                (void) take_string(&c);
        bytes = take_string(&c);
        return c.bad ? 0 : bits_of_number(bytes);
}

bool bh_sshkey_next(struct bh_arena *arena, struct bh_cur *c, struct bh_sshkey *ret) {
        struct bh_str line;

        while (bh_cur_line(c, &line)) {
                struct bh_sshkey k = { .line = c->line };
                struct bh_str rest, word;

                line = bh_str_trim(line);
                rest = line;
                if (line.len == 0 || line.at[0] == '#' || !bh_str_word(&rest, &word))
                        continue;
                if (!is_type(word))
                        k.options = take_options(&line);
                rest = line;
                if (!bh_str_word(&rest, &k.type) || !is_type(k.type) || !bh_str_word(&rest, &k.blob))
                        continue;
                k.bits = bits_of(arena, k.type, k.blob);
                *ret = k;
                return true;
        }
        return false;
}
