/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/read/settings.h"

#include "base/limits.h"

void bh_settings_init(struct bh_settings *s, struct bh_arena *arena) {
        *s = (struct bh_settings){ .arena = arena, .by_name = bh_map_in(arena) };
}

int bh_settings_put(struct bh_settings *s, struct bh_str name, struct bh_str value, struct bh_str where, struct bh_err *err) {
        struct bh_setting *one;
        void **last;

        if (s->n >= BH_LIMIT_COMPLY_SETTINGS)
                return bh_fail(err, BH_E_LIMIT, "more than %d settings", BH_LIMIT_COMPLY_SETTINGS);
        one = bh_arena_make(s->arena, struct bh_setting);
        last = bh_map_at(&s->by_name, name);
        *one = (struct bh_setting){ name, value, where, *last };
        *last = one;
        s->n++;
        return 0;
}

const struct bh_setting *bh_settings_get(const struct bh_settings *s, const char *name) {
        return bh_map_get(&s->by_name, bh_str_of(name));
}

struct bh_str bh_settings_text(const struct bh_settings *s, const char *name, const char *otherwise) {
        const struct bh_setting *one = bh_settings_get(s, name);

        return one ? one->value : bh_str_of(otherwise);
}

bool bh_setting_bool(struct bh_str text, bool *ret) {
        static const struct {
                struct bh_str word;
                bool means;
        } words[] = {
                { BH_STR_INIT("yes"), true },  { BH_STR_INIT("on"), true },    { BH_STR_INIT("true"), true },   { BH_STR_INIT("1"), true },
                { BH_STR_INIT("no"), false },  { BH_STR_INIT("off"), false },  { BH_STR_INIT("false"), false }, { BH_STR_INIT("0"), false },
        };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (bh_str_eq_nocase(text, words[i].word)) {
                        *ret = words[i].means;
                        return true;
                }
        return false;
}
