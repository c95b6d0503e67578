/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/judge.h"

#include <string.h>

enum {
        LINE_REACH = 240, /* how far a line is looked at on either side of a value */
        SNIPPET = 160,
        STARS_MAX = 36,
        TEXT_PROBE = 8192,
};

static bool has(const struct bh_regex *re, struct bh_regex_scratch *s, struct bh_str bytes) {
        return re && bh_regex_has(re, s, bytes);
}

bool bh_content_wants_path(const struct bh_content *c, const struct bh_content_rule *rule,
                           struct bh_regex_scratch *regex, struct bh_str path) {
        if (rule->include && !has(rule->include, regex, path))
                return false;
        if (has(rule->exclude, regex, path) || has(rule->allow.paths, regex, path))
                return false;
        for (size_t i = 0; i < c->allow[rule->kind].each.len; i++)
                if (has(c->allow[rule->kind].each.at[i].paths, regex, path))
                        return false;
        return true;
}

bool bh_content_is_text(struct bh_str bytes) {
        return bytes.len == 0 || memchr(bytes.at, '\0', BH_MIN(bytes.len, (size_t) TEXT_PROBE)) == NULL;
}

/* The line around [from, to), within reach. */
static struct bh_str line_around(const struct bh_content_place *p) {
        size_t least = p->from > LINE_REACH ? p->from - LINE_REACH : 0, from = p->from;
        size_t most = BH_MIN(p->bytes.len, p->to + LINE_REACH), to = p->to;

        while (from > least && p->bytes.at[from - 1] != '\n')
                from--;
        while (to < most && p->bytes.at[to] != '\n')
                to++;
        return bh_str_part(p->bytes, from, to - from);
}

static bool allowed(const struct bh_content_allow *a, struct bh_regex_scratch *s, struct bh_str value,
                    struct bh_str line) {
        return has(a->values, s, value) || has(a->lines, s, line);
}

bool bh_content_holds(const struct bh_content *c, const struct bh_content_rule *rule, struct bh_regex_scratch *regex,
                      struct bh_arena *scratch, const struct bh_content_place *place, bool *ret_verified) {
        struct bh_str value = bh_str_part(place->bytes, place->from, place->to - place->from);
        struct bh_str line = line_around(place);

        if (rule->entropy > 0 && bh_entropy(value) < rule->entropy)
                return false;
        if (rule->check && !rule->check->holds(scratch, value))
                return false;
        if (allowed(&rule->allow, regex, value, line))
                return false;
        for (size_t i = 0; i < c->allow[rule->kind].each.len; i++)
                if (allowed(&c->allow[rule->kind].each.at[i], regex, value, line))
                        return false;
        *ret_verified = rule->check && rule->check->what;
        return true;
}

bool bh_content_holds_besides(const struct bh_content_rule *rule, struct bh_regex_scratch *regex, struct bh_str text) {
        uint32_t any = 0;

        for (uint32_t i = 0; i < rule->all.n; i++)
                if (!bh_regex_has(rule->all.at[i], regex, text))
                        return false;
        for (uint32_t i = 0; i < rule->none.n; i++)
                if (bh_regex_has(rule->none.at[i], regex, text))
                        return false;
        for (uint32_t i = 0; i < rule->any.n && any < rule->at_least; i++)
                any += bh_regex_has(rule->any.at[i], regex, text);
        return any >= rule->at_least;
}

struct bh_str bh_content_mask(struct bh_arena *arena, struct bh_str name, struct bh_str secret) {
        size_t shown = BH_MIN(secret.len / 4, (size_t) 4), stars = BH_MIN(secret.len - shown, (size_t) STARS_MAX);
        char what[80], head[32], tail[STARS_MAX + 1];
        struct bh_str first = bh_str_part(secret, 0, shown);

        memset(tail, '*', stars);
        tail[stars] = '\0';
        (void) bh_str_quote(bh_str_trim(name), what, sizeof what);
        (void) bh_str_quote(first, head, sizeof head);
        if (secret.len > shown + stars)
                return bh_arena_printf(arena, "%s%s%s%s (%zu bytes)", what, name.len ? ": " : "", head, tail, secret.len);
        return bh_arena_printf(arena, "%s%s%s%s", what, name.len ? ": " : "", head, tail);
}

struct bh_str bh_content_show(struct bh_arena *arena, const struct bh_content_place *place) {
        struct bh_content_place near = *place;
        char text[SNIPPET * 2];
        struct bh_str line;

        near.to = BH_MIN(near.to, near.from + SNIPPET);
        line = bh_str_trim(line_around(&near));
        if (line.len > SNIPPET && place->from >= 32)
                line = bh_str_part(place->bytes, place->from - 32, SNIPPET);
        return bh_arena_str(arena, bh_str_of(bh_str_quote(bh_str_part(line, 0, SNIPPET), text, sizeof text)));
}
