/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/regex.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/limits.h"

struct bh_rule_regex {
        pcre2_code *code;
};

struct bh_rule_regex_room {
        pcre2_match_data *data;
        pcre2_match_context *context;
};

static void *need(void *p) {
        if (!p)
                bh_nomem(0);
        return p;
}

/* RE2's pattern put into PCRE2's words. */
struct translator {
        struct bh_str in;
        size_t at;
        bool in_class;
        struct bh_buf *out;
        struct bh_err *err;
};

static char peek(const struct translator *t, size_t ahead) {
        return t->at + ahead < t->in.len ? t->in.at[t->at + ahead] : '\0';
}

static int refuse(struct translator *t, const char *what) {
        return bh_fail(t->err, BH_E_FORMAT, "at byte %zu of the expression: %s", t->at + 1, what);
}

/* Where the two mean different things by the same letter. */
static const char *other_meaning(char c, bool in_class) {
        switch (c) {
        case 's': return in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]";
        case 'S': return in_class ? NULL : "[^\\t\\n\\f\\r ]";
        case 'v': return "\\x0b";
        default: return NULL;
        }
}

/* \Q...\E: as it stands. */
static void quoted(struct translator *t) {
        ptrdiff_t end = bh_str_find(bh_str_from(t->in, t->at), BH_STR("\\E"));
        size_t n = end < 0 ? t->in.len - t->at : (size_t) end;

        for (size_t i = 0; i < n; i++) {
                char c = t->in.at[t->at + i];

                if (!bh_is_alnum(c) && (unsigned char) c < 0x80)
                        bh_buf_putc(t->out, '\\');
                bh_buf_putc(t->out, c);
        }
        t->at += n + (end < 0 ? 0 : 2);
}

static int escape(struct translator *t) {
        char c = peek(t, 1);
        const char *other = other_meaning(c, t->in_class);

        if (c == '\0')
                return refuse(t, "a backslash at the end");
        if (c == 'Q') {
                t->at += 2;
                quoted(t);
                return 0;
        }
        if (c >= '1' && c <= '9' && !(peek(t, 2) >= '0' && peek(t, 2) <= '7'))
                return refuse(t, "a back reference");
        if (bh_is_alpha(c) && !strchr(t->in_class ? "afnrtvxdDsSwWpP" : "AzbBafnrtvxdDsSwWpP", c))
                return refuse(t, "an escape that is not known");
        if (other)
                bh_buf_puts(t->out, other);
        else {
                bh_buf_putc(t->out, '\\');
                bh_buf_putc(t->out, c);
        }
        t->at += 2;
        return 0;
}

/* "(?": groups with a name, without one, and flags; nothing that looks ahead or behind, no conditions, no verbs. */
static int group(struct translator *t) {
        size_t n = 2;

        if (peek(t, 1) == '*')
                return refuse(t, "a verb");
        if (peek(t, 1) != '?')
                return 0;
        if (peek(t, 2) == 'P' ? peek(t, 3) == '<' : peek(t, 2) == '<' && peek(t, 3) != '=' && peek(t, 3) != '!')
                return 0;
        while (peek(t, n) && strchr("imsU-", peek(t, n)))
                n++;
        return peek(t, n) == ':' || (peek(t, n) == ')' && n > 2) ? 0 : refuse(t, "a group that looks around, or is not known");
}

/* A second sign behind a quantifier: "*+" takes without giving back in PCRE2, and is an error in RE2. */
static int quantifier(struct translator *t) {
        return peek(t, 1) == '+' && strchr("*+?}", peek(t, 0)) ? refuse(t, "two quantifiers in a row") : 0;
}

static int step(struct translator *t) {
        char c = peek(t, 0);
        int r = 0;

        if (c == '\\')
                return escape(t);
        if (t->in_class) {
                if (c == '[' && peek(t, 1) == ':') { /* [:alpha:] */
                        ptrdiff_t end = bh_str_find(bh_str_from(t->in, t->at), BH_STR(":]"));

                        if (end > 0) {
                                bh_buf_add(t->out, bh_str_part(t->in, t->at, (size_t) end + 2));
                                t->at += (size_t) end + 2;
                                return 0;
                        }
                }
                t->in_class = c != ']';
                if (c == '[')
                        bh_buf_putc(t->out, '\\');
        } else if (c == '[') {
                t->in_class = true;
                bh_buf_putc(t->out, c);
                t->at++;
                if (peek(t, 0) == '^')
                        bh_buf_putc(t->out, t->in.at[t->at++]);
                if (peek(t, 0) == ']') { /* the first one means itself */
                        bh_buf_puts(t->out, "\\]");
                        t->at++;
                }
                return 0;
        } else
                r = c == '(' ? group(t) : quantifier(t);
        bh_buf_putc(t->out, c);
        t->at++;
        return r;
}

static int translate(struct bh_str pattern, struct bh_buf *out, struct bh_err *err) {
        struct translator t = { .in = pattern, .out = out, .err = err };
        int r = 0;

        if (bh_str_chr(pattern, '\0') >= 0)
                return bh_fail(err, BH_E_FORMAT, "a NUL byte");
        while (r >= 0 && t.at < pattern.len)
                r = step(&t);
        return r;
}

int bh_rule_regex_new(struct bh_str pattern, struct bh_rule_regex **ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_rule_regex *re;
        pcre2_code *code;
        PCRE2_SIZE at = 0;
        int e = 0, r;

        if (pattern.len > BH_LIMIT_RULE_REGEX)
                return bh_fail(err, BH_E_LIMIT, "an expression longer than %llu KiB", BH_LIMIT_RULE_REGEX / BH_KIB);
        r = translate(pattern, &text, err);
        if (r < 0)
                return r;
        code = pcre2_compile((PCRE2_SPTR) (text.at ? text.at : ""), text.len,
                             PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &e, &at,
                             NULL);
        if (!code) {
                char words[160] = "";

                (void) pcre2_get_error_message(e, (PCRE2_UCHAR *) words, sizeof words);
                return bh_fail(err, BH_E_FORMAT, "%s", words);
        }
        (void) pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where it may not, it is slower and the same */
        re = need(calloc(1, sizeof *re));
        re->code = code;
        *ret = re;
        return 0;
}

void bh_rule_regex_free(struct bh_rule_regex **re) {
        if (*re)
                pcre2_code_free((*re)->code);
        free(*re);
        *re = NULL;
}

struct bh_rule_regex_room *bh_rule_regex_room_new(void) {
        struct bh_rule_regex_room *room = need(calloc(1, sizeof *room));

        room->data = need(pcre2_match_data_create(1, NULL));
        room->context = need(pcre2_match_context_create(NULL));
        (void) pcre2_set_match_limit(room->context, BH_LIMIT_REGEX_STEPS);
        (void) pcre2_set_depth_limit(room->context, BH_LIMIT_REGEX_DEPTH);
        (void) pcre2_set_heap_limit(room->context, BH_LIMIT_REGEX_HEAP_KIB);
        return room;
}

void bh_rule_regex_room_free(struct bh_rule_regex_room **room) {
        if (*room) {
                pcre2_match_data_free((*room)->data);
                pcre2_match_context_free((*room)->context);
        }
        free(*room);
        *room = NULL;
}

static struct bh_str sanitised(struct bh_str text, struct bh_arena *scratch) {
        char *out;
        size_t n = 0;

        if (bh_str_is_text(text))
                return text;
        out = bh_arena_bytes(scratch, text.len * 3);
        while (text.len) {
                size_t len = bh_utf8_len(text);

                if (len == 0)
                        memcpy(out + n, "\xef\xbf\xbd", 3);
                else
                        memcpy(out + n, text.at, len);
                n += len ? len : 3;
                text = bh_str_from(text, len ? len : 1);
        }
        return (struct bh_str){ out, n };
}

bool bh_rule_regex_matches(const struct bh_rule_regex *re, struct bh_rule_regex_room *room, struct bh_str text,
                           struct bh_arena *scratch) {
        struct bh_str s = sanitised(text, scratch);

        return pcre2_match(re->code, (PCRE2_SPTR) (s.at ? s.at : ""), s.len, 0, PCRE2_NO_UTF_CHECK, room->data, room->context) >= 0;
}
