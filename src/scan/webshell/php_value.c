/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/webshell/php_flow.h"

#include <string.h>

enum { MAX_TEXT = 2 * 1024 * 1024 };

struct bh_str bh_php_lower(struct bh_php_flow *f, struct bh_str s) {
        char *out = bh_arena_bytes(f->arena, s.len);

        for (size_t i = 0; i < s.len; i++)
                out[i] = bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

/* "sh -c " and then the request's words is as good as the request's words alone. */
static const char *const openers[] = { "sh -c", "cmd /c", "cmd.exe /c", "powershell", "cd ", ";", "|", "&", "sudo", "exec ", "nohup", "(" };

bool bh_php_runs_next(struct bh_str before) {
        before = bh_str_trim(before);
        for (size_t i = 0; i < BH_LEN(openers); i++)
                if (bh_str_find_nocase(before, bh_str_trim(bh_str_of(openers[i]))) >= 0 && before.len < 200)
                        return true;
        return before.len == 0 || bh_str_eq(before, BH_STR("\"")) || bh_str_eq(before, BH_STR("'"));
}

static struct bh_str joined(struct bh_php_flow *f, struct bh_str a, struct bh_str b) {
        if (!a.at || !b.at || a.len + b.len > MAX_TEXT || bh_budget_bytes(f->budget, a.len + b.len, NULL) < 0)
                return (struct bh_str){ NULL, 0 };
        return bh_arena_cat(f->arena, a, b);
}

struct bh_php_value bh_php_concat(struct bh_php_flow *f, struct bh_php_value a, struct bh_php_value b) {
        bool first = a.tainted || (a.params && !b.tainted);
        struct bh_php_value v = first ? a : b;

        v.front = first ? a.front : b.front && a.text.at && bh_php_runs_next(a.text);
        v.weak = first ? a.weak : b.weak;
        v.params = a.params | b.params;
        v.decoded = BH_MAX(a.decoded, b.decoded);
        v.text = joined(f, a.text, b.text);
        v.routine = NULL;
        return v;
}

struct bh_php_value bh_php_either(struct bh_php_value a, struct bh_php_value b) {
        struct bh_php_value v = a.tainted || (a.params && !b.tainted) ? a : b;

        v.params = a.params | b.params;
        if (!v.text.at)
                v.text = a.text.at ? a.text : b.text;
        if (!v.routine)
                v.routine = a.routine ? a.routine : b.routine;
        v.decoded = BH_MAX(a.decoded, b.decoded);
        return v;
}

struct bh_php_value bh_php_mix(struct bh_php_flow *f, struct bh_php_value a, struct bh_php_value b) {
        struct bh_php_value v = bh_php_either(a, b);
        size_t n = BH_MIN(a.text.len, b.text.len);
        char *out;

        v.front |= v.tainted;
        v.text = (struct bh_str){ NULL, 0 };
        if (!a.text.at || !b.text.at || n > 4096)
                return v;
        out = bh_arena_bytes(f->arena, n);
        for (size_t i = 0; i < n; i++) /* only ^ hides names in practice */
                out[i] = (char) (a.text.at[i] ^ b.text.at[i]);
        v.text = (struct bh_str){ out, n };
        return v;
}

struct bh_php_value bh_php_invert(struct bh_php_flow *f, struct bh_php_value v) {
        char *out;

        if (!v.text.at || v.text.len > 4096)
                return v;
        out = bh_arena_bytes(f->arena, v.text.len);
        for (size_t i = 0; i < v.text.len; i++)
                out[i] = (char) ~v.text.at[i];
        v.text.at = out;
        return v;
}
