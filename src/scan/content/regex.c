/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content/regex.h"

#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/arena.h"
#include "base/limits.h"

struct bh_regex {
        pcre2_code *code;
        uint32_t groups;
};

struct bh_regex_scratch {
        pcre2_match_data *data;
        pcre2_match_context *context;
        pcre2_jit_stack *stack;
};

static void *need(void *p) {
        if (!p)
                bh_nomem(0);
        return p;
}

int bh_regex_compile(struct bh_str pattern, struct bh_regex **ret, size_t *ret_offset, struct bh_err *err) {
        pcre2_code *code;
        PCRE2_SIZE at = 0;
        uint32_t groups = 0;
        int e = 0;

        code = pcre2_compile((PCRE2_SPTR) (pattern.at ? pattern.at : ""), pattern.len,
                             PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, &e, &at, NULL);
        *ret_offset = at;
        if (!code) {
                char text[160] = "";

                (void) pcre2_get_error_message(e, (PCRE2_UCHAR *) text, sizeof text);
                return bh_fail(err, BH_E_FORMAT, "%s", text);
        }
        (void) pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
        if (groups >= BH_REGEX_GROUPS) {
                pcre2_code_free(code);
                return bh_fail(err, BH_E_LIMIT, "more than %d groups; use (?:...)", BH_REGEX_GROUPS - 1);
        }
        (void) pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where it may not, it is slower and the same */
        *ret = need(calloc(1, sizeof **ret));
        (*ret)->code = code;
        (*ret)->groups = groups;
        return 0;
}

void bh_regex_free(struct bh_regex **re) {
        if (*re)
                pcre2_code_free((*re)->code);
        free(*re);
        *re = NULL;
}

unsigned bh_regex_group(const struct bh_regex *re, const char *name) {
        int n = pcre2_substring_number_from_name(re->code, (PCRE2_SPTR) name);

        return n > 0 ? (unsigned) n : 0;
}

unsigned bh_regex_groups(const struct bh_regex *re) {
        return re->groups;
}

struct bh_regex_scratch *bh_regex_scratch_new(void) {
        struct bh_regex_scratch *s = need(calloc(1, sizeof *s));

        s->data = need(pcre2_match_data_create(BH_REGEX_GROUPS, NULL));
        s->context = need(pcre2_match_context_create(NULL));
        s->stack = pcre2_jit_stack_create(BH_KIB * 32, BH_LIMIT_REGEX_STACK, NULL); /* NULL without JIT */
        (void) pcre2_set_match_limit(s->context, BH_LIMIT_REGEX_STEPS);
        (void) pcre2_set_depth_limit(s->context, BH_LIMIT_REGEX_DEPTH);
        (void) pcre2_set_heap_limit(s->context, BH_LIMIT_REGEX_HEAP_KIB);
        pcre2_jit_stack_assign(s->context, NULL, s->stack);
        return s;
}

void bh_regex_scratch_free(struct bh_regex_scratch **s) {
        if (*s) {
                pcre2_match_data_free((*s)->data);
                pcre2_match_context_free((*s)->context);
                pcre2_jit_stack_free((*s)->stack);
        }
        free(*s);
        *s = NULL;
}

static void take(const struct bh_regex_scratch *s, int pairs, struct bh_regex_match *ret) {
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s->data);

        for (int i = 0; i < BH_REGEX_GROUPS; i++) {
                bool set = i < pairs && v[2 * i] != PCRE2_UNSET;

                ret->group[i].from = set ? v[2 * i] : 1;
                ret->group[i].to = set ? v[2 * i + 1] : 0;
        }
}

int bh_regex_find(const struct bh_regex *re, struct bh_regex_scratch *s, struct bh_str bytes, size_t from,
                  struct bh_regex_match *ret, struct bh_err *err) {
        int n;

        if (from > bytes.len)
                return 0;
        n = pcre2_match(re->code, (PCRE2_SPTR) (bytes.at ? bytes.at : ""), bytes.len, from, PCRE2_NOTEMPTY, s->data,
                        s->context);
        if (n == PCRE2_ERROR_NOMATCH)
                return 0;
        if (n == PCRE2_ERROR_NOMEMORY)
                bh_nomem(0);
        if (n < 0)
                return bh_fail(err, BH_E_LIMIT, "an expression took too many steps (%d)", n);
        take(s, n, ret);
        return 1;
}

bool bh_regex_has(const struct bh_regex *re, struct bh_regex_scratch *s, struct bh_str bytes) {
        struct bh_regex_match m;

        return bh_regex_find(re, s, bytes, 0, &m, NULL) == 1;
}

/* What a byte of a glob is in an expression; the stars are the caller's. */
static void glob_byte(struct bh_buf *out, char c, bool *braces) {
        if (c == '{' && !*braces)
                bh_buf_puts(out, "(?:");
        else if (c == '}' && *braces)
                bh_buf_putc(out, ')');
        else if (c == ',' && *braces)
                bh_buf_putc(out, '|');
        else if (c == '?')
                bh_buf_puts(out, "[^/]");
        else if (strchr("\\^$.|()[]+{}", c) && c)
                bh_buf_printf(out, "\\%c", c);
        else
                bh_buf_putc(out, c);
        *braces = c == '{' || (*braces && c != '}');
}

void bh_regex_of_glob(struct bh_buf *out, struct bh_str glob) {
        bool braces = false, inside = bh_str_chr(glob, '/') >= 0;

        bh_buf_puts(out, inside ? "(?is)\\A" : "(?is)(?:\\A|/)");
        for (size_t i = 0; i < glob.len; i++) {
                struct bh_str rest = bh_str_from(glob, i);

                if (bh_str_starts(rest, BH_STR("**/"))) {
                        bh_buf_puts(out, "(?:.*/)?");
                        i += 2;
                } else if (bh_str_starts(rest, BH_STR("**"))) {
                        bh_buf_puts(out, ".*");
                        i += 1;
                } else if (glob.at[i] == '*')
                        bh_buf_puts(out, "[^/]*");
                else
                        glob_byte(out, glob.at[i], &braces);
        }
        bh_buf_puts(out, braces ? ")\\z" : "\\z");
}
