/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/calls.h"

#include "base/text.h"

static struct bh_value text_value(struct bh_str s) {
        return (struct bh_value){ .type = BH_V_STRING, .str = s };
}

static struct bh_str fold(struct bh_arena *arena, struct bh_str s, bool up) {
        char *out = bh_arena_bytes(arena, s.len);

        for (size_t i = 0; i < s.len; i++)
                out[i] = up && bh_is_lower(s.at[i]) ? (char) (s.at[i] - 32) : up ? s.at[i] : bh_lower(s.at[i]);
        return (struct bh_str){ out, s.len };
}

static struct bh_str last_part(struct bh_str path) {
        ptrdiff_t slash = bh_str_rchr(path, '/');

        return slash < 0 ? path : bh_str_from(path, (size_t) slash + 1);
}

/* Of one text. */
static bool change(struct bh_arena *arena, enum bh_operand_kind kind, const struct bh_value *v, struct bh_value *ret) {
        struct bh_str s = v->str;

        switch (kind) {
        case BH_OPERAND_TOLOWER: s = fold(arena, s, false); break;
        case BH_OPERAND_TOUPPER: s = fold(arena, s, true); break;
        case BH_OPERAND_BASENAME: s = last_part(s); break;
        default:
                if (!bh_base64_decode(arena, s, &s))
                        return false;
        }
        *ret = text_value(s);
        return true;
}

/* Of each of a list; what cannot be changed is left out. */
static bool change_each(struct bh_arena *arena, enum bh_operand_kind kind, const struct bh_value *v, struct bh_value *ret) {
        struct bh_value *out;
        size_t n = 0;

        if (!v->is_list)
                return change(arena, kind, v, ret);
        out = bh_arena_array(arena, struct bh_value, v->list.n);
        for (size_t i = 0; i < v->list.n; i++)
                n += change(arena, kind, &v->list.at[i], &out[n]);
        *ret = (struct bh_value){ .type = BH_V_STRING, .is_list = true, .list = { out, n } };
        return n > 0;
}

static struct bh_str printed(struct bh_arena *arena, const struct bh_value *v) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        if (!v->is_list && bh_type_is_text(v->type))
                return v->str;
        bh_value_print(v, &out);
        return bh_arena_str(arena, bh_buf_str(&out));
}

static struct bh_str join(struct bh_arena *arena, struct bh_str by, const struct bh_value *list) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (size_t i = 0; i < list->list.n; i++) {
                if (i)
                        bh_buf_add(&out, by);
                bh_value_print(&list->list.at[i], &out);
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}

static bool concat(struct bh_run *run, const struct bh_operand *call, struct bh_value *ret) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (uint32_t i = 0; i < call->n_operands; i++) {
                const struct bh_value *v = bh_run_get(run, call->operands[i]);

                if (!v)
                        return false;
                bh_buf_add(&out, printed(run->scratch, v));
        }
        *ret = text_value(bh_arena_str(run->scratch, bh_buf_str(&out)));
        return true;
}

/* 0: no such option, 1: alone, 2: with a value. */
static int option_kind(struct bh_str options, char c) {
        ptrdiff_t at = c == ':' ? -1 : bh_str_chr(options, c);

        return at < 0 ? 0 : bh_str_starts(bh_str_from(options, (size_t) at + 1), BH_STR(":")) ? 2 : 1;
}

/* One word "-abVALUE"; true when it holds the option. `*ret_takes_next`: its value is the next word. */
static bool scan_word(struct bh_str word, struct bh_str options, char want, struct bh_str *ret, char *ret_takes_next) {
        bool found = false;

        *ret_takes_next = '\0';
        for (size_t i = 1; i < word.len; i++) {
                int kind = option_kind(options, word.at[i]);

                if (kind == 2) {
                        *ret = bh_str_from(word, i + 1);
                        *ret_takes_next = ret->len ? '\0' : word.at[i];
                        return found || (word.at[i] == want && ret->len);
                }
                found |= kind == 1 && word.at[i] == want;
        }
        *ret = (struct bh_str){ 0 };
        return found;
}

/* As getopt(3) of GNU walks: options may stand behind other words, "--" ends them. The first that is found counts. */
static bool getopt_value(const struct bh_value *list, struct bh_str options, char want, struct bh_value *ret) {
        for (size_t i = 0; i < list->list.n; i++) {
                struct bh_str word = list->list.at[i].str, value;
                char next;

                if (bh_str_is(word, "--"))
                        return false;
                if (word.len < 2 || word.at[0] != '-')
                        continue;
                if (scan_word(word, options, want, &value, &next)) {
                        *ret = text_value(value);
                        return true;
                }
                if (!next)
                        continue;
                if (++i < list->list.n && next == want) {
                        *ret = text_value(list->list.at[i].str);
                        return true;
                }
        }
        return false;
}

bool bh_call_get(struct bh_run *run, const struct bh_operand *call, struct bh_value *ret) {
        const struct bh_value *a, *b;

        if (call->kind == BH_OPERAND_CONSTANT) {
                *ret = call->constant;
                return true;
        }
        if (call->kind == BH_OPERAND_CONCAT)
                return concat(run, call, ret);
        a = bh_run_get(run, call->operands[0]);
        b = call->n_operands > 1 ? bh_run_get(run, call->operands[1]) : NULL;
        if (!a || (call->n_operands > 1 && !b))
                return false;
        switch (call->kind) {
        case BH_OPERAND_LEN:
                *ret = (struct bh_value){ .type = BH_V_UINT, .u = a->is_list ? a->list.n : a->str.len };
                return true;
        case BH_OPERAND_JOIN:
                *ret = text_value(b->is_list ? join(run->scratch, a->str, b) : printed(run->scratch, b));
                return true;
        case BH_OPERAND_GETOPT: return a->is_list && getopt_value(a, b->str, call->arg.key.at[0], ret);
        default: return change_each(run->scratch, call->kind, a, ret);
        }
}
