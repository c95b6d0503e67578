/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/text.h"

#include <string.h>

#include "base/limits.h"

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool bounds_word(char c) {
        return is_blank(c) || c == '(' || c == ')' || c == ',' || c == '=';
}

struct bh_cond_text bh_text_join(struct bh_arena *arena, const struct bh_written *w) {
        struct bh_cond_text t = { .pieces = w->pieces.at };
        size_t len = 0;

        for (size_t i = 0; i < w->pieces.len; i++)
                len += w->pieces.at[i].text.len + 1;
        t.at = bh_arena_bytes(arena, len + 1);
        t.from = bh_arena_array(arena, uint64_t, len + 1);
        for (size_t i = 0; i < w->pieces.len; i++) {
                struct bh_str s = w->pieces.at[i].text;

                for (size_t k = 0; k < s.len + (i + 1 < w->pieces.len); k++) {
                        t.at[t.len] = k < s.len ? s.at[k] : ' ';
                        t.from[t.len++] = (uint64_t) i << 32 | k;
                }
        }
        return t;
}

struct bh_str bh_text_str(const struct bh_cond_text *t) {
        return (struct bh_str){ t->at, t->len };
}

bool bh_text_wants_quotes(struct bh_str item) {
        return bh_str_chr(item, ' ') >= 0 && item.at[0] != '"' && item.at[0] != '\'';
}

void bh_text_edit_done(struct bh_text_edit *e) {
        bh_buf_done(&e->text);
        bh_buf_done(&e->from);
        bh_buf_done(&e->new_text);
        bh_buf_done(&e->new_from);
}

static struct bh_str as_bytes(const uint64_t *from, size_t n) {
        return (struct bh_str){ (const char *) from, n * sizeof *from };
}

void bh_text_edit_begin(struct bh_text_edit *e, const struct bh_cond_text *t) {
        bh_buf_clear(&e->text);
        bh_buf_clear(&e->from);
        bh_buf_add(&e->text, bh_text_str(t));
        bh_buf_add(&e->from, as_bytes(t->from, t->len));
}

void bh_text_edit_end(const struct bh_text_edit *e, struct bh_arena *arena, struct bh_cond_text *t) {
        t->len = e->text.len;
        t->at = (char *) bh_arena_str(arena, bh_buf_str(&e->text)).at;
        t->from = bh_arena_array(arena, uint64_t, t->len + 1);
        if (t->len)
                memcpy(t->from, e->from.at, e->from.len);
}

static void copy(struct bh_text_edit *e, size_t begin, size_t end) {
        bh_buf_add(&e->new_text, bh_str_part(bh_buf_str(&e->text), begin, end - begin));
        bh_buf_add(&e->new_from, bh_str_part(bh_buf_str(&e->from), begin * sizeof(uint64_t), (end - begin) * sizeof(uint64_t)));
}

static void put(struct bh_text_edit *e, struct bh_str s, uint64_t from) {
        bh_buf_add(&e->new_text, s);
        for (size_t i = 0; i < s.len; i++)
                bh_buf_add(&e->new_from, as_bytes(&from, 1));
}

static void drop_last(struct bh_text_edit *e) {
        e->new_text.len--;
        e->new_from.len -= sizeof(uint64_t);
}

static bool ends_with(const struct bh_text_edit *e, char c) {
        return e->new_text.len && e->new_text.at[e->new_text.len - 1] == c;
}

static void put_items(struct bh_text_edit *e, const struct bh_str *items, size_t n, uint64_t from) {
        size_t begin = e->new_text.len;

        for (size_t i = 0; i < n; i++) {
                struct bh_str quote = bh_text_wants_quotes(items[i]) ? BH_STR("\"") : (struct bh_str){ 0 };

                if (e->new_text.len > begin) /* an empty item in front leaves no comma: as Falco has it */
                        put(e, BH_STR(", "), from);
                put(e, quote, from);
                put(e, items[i], from);
                put(e, quote, from);
        }
}

static bool has_text(const struct bh_str *items, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (items[i].len)
                        return true;
        return false;
}

/* The name that ends at `end` becomes the items, with the blanks around it made one each; returns where the old text goes on. */
static size_t replace(struct bh_text_edit *e, size_t begin, size_t end, const struct bh_str *items, size_t n) {
        struct bh_str old = bh_buf_str(&e->text);
        uint64_t from;

        memcpy(&from, e->from.at + begin * sizeof from, sizeof from);
        while (e->new_text.len && is_blank(e->new_text.at[e->new_text.len - 1]))
                drop_last(e);
        while (end < old.len && is_blank(old.at[end]))
                end++;
        if (!has_text(items, n)) { /* of an empty list a comma would be left over */
                if (ends_with(e, ','))
                        drop_last(e);
                else if (end < old.len && old.at[end] == ',')
                        end++;
        }
        if (e->new_text.len)
                put(e, BH_STR(" "), from);
        put_items(e, items, n, from);
        put(e, BH_STR(" "), from);
        return end;
}

static bool stands_alone(const struct bh_text_edit *e, size_t begin, size_t end) {
        struct bh_str old = bh_buf_str(&e->text);

        return (begin == 0 || bounds_word(old.at[begin - 1])) && (end >= old.len || bounds_word(old.at[end]));
}

static void swap(struct bh_buf *a, struct bh_buf *b) {
        struct bh_buf c = *a;

        *a = *b;
        *b = c;
}

int bh_text_put_list(struct bh_text_edit *e, struct bh_str name, const struct bh_str *items, size_t n, struct bh_err *err) {
        size_t done = 0, at = 0;
        bool used = false;

        while (name.len) {
                ptrdiff_t found = bh_str_find(bh_str_from(bh_buf_str(&e->text), at), name);

                if (found < 0)
                        break;
                at += (size_t) found;
                if (!stands_alone(e, at, at + name.len)) {
                        at++;
                        continue;
                }
                if (!used) {
                        bh_buf_clear(&e->new_text);
                        bh_buf_clear(&e->new_from);
                }
                used = true;
                copy(e, done, at);
                done = at = replace(e, at, at + name.len, items, n);
                if (e->new_text.len + e->text.len - done > BH_LIMIT_RULE_CONDITION)
                        return bh_fail(err, BH_E_LIMIT, "longer than %llu MiB with its lists put in", BH_LIMIT_RULE_CONDITION / BH_MIB);
        }
        if (!used)
                return 0;
        copy(e, done, e->text.len);
        swap(&e->text, &e->new_text);
        swap(&e->from, &e->new_from);
        return 1;
}

/* Where the value's own bytes begin: behind "|" and ">" on the next line, behind a quote. */
static size_t value_start(struct bh_str file, size_t at) {
        if (at < file.len && (file.at[at] == '>' || file.at[at] == '|')) {
                ptrdiff_t line = bh_str_chr(bh_str_from(file, at), '\n');

                return line < 0 ? file.len : at + (size_t) line + 1;
        }
        return at < file.len && (file.at[at] == '"' || file.at[at] == '\'') ? at + 1 : at;
}

static size_t offset_of(struct bh_str file, uint32_t line, uint32_t column) {
        size_t at = 0;

        for (uint32_t l = 1; l < line; l++) {
                ptrdiff_t end = bh_str_chr(bh_str_from(file, at), '\n');

                if (end < 0)
                        return file.len;
                at += (size_t) end + 1;
        }
        return BH_MIN(at + (column ? column - 1 : 0), file.len);
}

static struct bh_place place_at(const struct bh_piece *p, size_t at) {
        struct bh_place place = { p->file->name, 1, 1 };

        for (size_t i = 0; i < at; i++) {
                place.line += p->file->text.at[i] == '\n';
                place.column = p->file->text.at[i] == '\n' ? 1 : place.column + 1;
        }
        return place;
}

/* YAML folds lines and takes their indentation, but keeps every other byte in its order: so they are counted off. */
static struct bh_place place_in(const struct bh_piece *p, size_t offset) {
        struct bh_str file = p->file->text;
        size_t at = value_start(file, offset_of(file, p->line, p->column)), i = 0;

        while (offset + 1 < p->text.len && is_blank(p->text.at[offset]))
                offset++;
        while (offset && offset < p->text.len && is_blank(p->text.at[offset]))
                offset--;
        for (; at < file.len; at++) {
                if (is_blank(file.at[at]))
                        continue;
                while (i < p->text.len && is_blank(p->text.at[i]))
                        i++;
                if (i >= p->text.len || i >= offset || p->text.at[i] != file.at[at])
                        break;
                i++;
        }
        return place_at(p, BH_MIN(at, file.len));
}

struct bh_place bh_text_place(const struct bh_cond_text *t, uint32_t at) {
        uint64_t from = t->len ? t->from[BH_MIN((size_t) at, t->len - 1)] : 0;
        const struct bh_piece *p = &t->pieces[from >> 32];

        if (p->made)
                return (struct bh_place){ p->file->name, p->line, p->column };
        return place_in(p, from & UINT32_MAX);
}
