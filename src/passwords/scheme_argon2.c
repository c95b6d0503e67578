/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Argon2 (RFC 9106), by libargon2:
 *
 *     PHC strings  $argon2id$v=19$m=65536,t=3,p=4$salt$key   base64 without padding; without "v" it is version 16
 *     Gitea        argon2$2$65536$8$50:salt:key              passes, KiB, lanes, bytes of the key
 *
 * Lanes are filled one after another: there are no threads in the jail.
 */
#include <argon2.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "passwords/schemes.h"

enum { NS_PER_KIB = 1300, LANES_MAX = 64, PER_LANE = 8, SALT_MIN = 8, KEY_MIN = 4 };

/* What libargon2 would refuse at each test is refused once, and what would not fit into the jail. */
static int sound(struct bh_target *t, struct bh_err *err) {
        if (t->lanes == 0 || t->lanes > LANES_MAX || t->rounds == 0 || t->kib < PER_LANE * t->lanes || t->before.len < SALT_MIN || t->want_len < KEY_MIN)
                return bh_fail(err, BH_E_FORMAT, "no parameters of Argon2");
        if (t->kib > BH_LIMIT_PASSWORDS_KIB)
                return bh_fail(err, BH_E_LIMIT, "one test takes more than %llu MiB of memory", BH_LIMIT_PASSWORDS_KIB / 1024);
        t->cost_ns = (uint64_t) t->kib * t->rounds * NS_PER_KIB;
        return 1;
}

static bool number(struct bh_str s, uint32_t *ret) {
        uint64_t n;

        if (!bh_str_u64(s, &n) || n > UINT32_MAX)
                return false;
        *ret = (uint32_t) n;
        return true;
}

/* "m=65536,t=3,p=4"; what stands behind them (keyid, data) is not ours to know. */
static bool parameters(struct bh_str s, struct bh_target *t) {
        struct bh_str m, rest, passes, lanes;

        return bh_str_cut(s, ',', &m, &rest) && bh_str_cut(rest, ',', &passes, &lanes) && bh_str_cut_prefix(&m, BH_STR("m=")) &&
               bh_str_cut_prefix(&passes, BH_STR("t=")) && bh_str_cut_prefix(&lanes, BH_STR("p=")) && number(m, &t->kib) && number(passes, &t->rounds) &&
               number(lanes, &t->lanes);
}

int bh_read_argon2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        static const struct {
                const char *name;
                argon2_type type;
        } kinds[] = { { "argon2id", Argon2_id }, { "argon2i", Argon2_i }, { "argon2d", Argon2_d } };
        struct bh_str kind, rest, part, key, bytes;
        uint32_t version = ARGON2_VERSION_10;
        size_t i = 0;

        (void) c;
        if (!bh_str_cut(bh_str_from(t->text, 1), '$', &kind, &rest) || !bh_str_cut(rest, '$', &part, &rest))
                return bh_fail(err, BH_E_FORMAT, "cut off");
        while (i < BH_LEN(kinds) && !bh_str_is(kind, kinds[i].name))
                i++;
        if (i == BH_LEN(kinds))
                return 0;
        if (bh_str_cut_prefix(&part, BH_STR("v=")) && (!number(part, &version) || !bh_str_cut(rest, '$', &part, &rest)))
                return bh_fail(err, BH_E_FORMAT, "no version");
        if (version != ARGON2_VERSION_10 && version != ARGON2_VERSION_13)
                return bh_fail(err, BH_E_UNSUPPORTED, "version %u", version);
        if (!parameters(part, t) || !bh_str_cut(rest, '$', &part, &key) || !bh_base64_decode(arena, part, &t->before) || !bh_base64_decode(arena, key, &bytes))
                return bh_fail(err, BH_E_FORMAT, "no parameters, salt and key");
        if (bytes.len > sizeof t->want)
                return bh_fail(err, BH_E_UNSUPPORTED, "a key of more than %zu bytes", sizeof t->want);
        memcpy(t->want, bytes.at, bytes.len);
        t->want_len = (uint8_t) bytes.len;
        t->variant = (uint8_t) kinds[i].type;
        t->version = (uint8_t) version;
        return sound(t, err);
}

/* Of "argon2$2$65536$8$50"; without numbers it is these. */
int bh_read_gitea_argon2(struct bh_arena *arena, const struct bh_crypto *c, struct bh_target *t, struct bh_err *err) {
        struct bh_str spec, part;
        uint32_t numbers[] = { 2, 65536, 8, 50 };
        int r = bh_gitea_split(arena, t, &spec, err);

        (void) c;
        if (r < 0)
                return r;
        (void) bh_str_split(&spec, '$', &part);
        for (size_t i = 0; spec.len && i < BH_LEN(numbers); i++)
                if (!bh_str_split(&spec, '$', &part) || !number(part, &numbers[i]))
                        return bh_fail(err, BH_E_FORMAT, "no numbers behind argon2");
        t->rounds = numbers[0];
        t->kib = numbers[1];
        t->lanes = numbers[2];
        t->variant = Argon2_id;
        t->version = ARGON2_VERSION_13;
        return numbers[3] == t->want_len ? sound(t, err) : bh_fail(err, BH_E_FORMAT, "a key that is not as long as it says");
}

bool bh_test_argon2(const struct bh_target *t, struct bh_crypto *c, struct bh_str word) {
        uint8_t key[sizeof t->want];
        argon2_context how = { .out = key, .outlen = t->want_len, .pwd = (uint8_t *) (uintptr_t) word.at, .pwdlen = (uint32_t) word.len,
                               .salt = (uint8_t *) (uintptr_t) t->before.at, .saltlen = (uint32_t) t->before.len, .t_cost = t->rounds, .m_cost = t->kib,
                               .lanes = t->lanes, .threads = 1, .version = t->version, .flags = ARGON2_DEFAULT_FLAGS };

        (void) c;
        return argon2_ctx(&how, (argon2_type) t->variant) == ARGON2_OK && memcmp(key, t->want, t->want_len) == 0;
}
