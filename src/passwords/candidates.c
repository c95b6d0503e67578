/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/candidates.h"

#include <string.h>

#include "base/cur.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/rows.h"
#include "fmt/yaml.h"

/* ---- the lists ---- */

void bh_words_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_str **ret, size_t *ret_n) {
        BH_VEC(struct bh_str) words = { 0 };
        struct bh_cur c = bh_cur_of(bytes);
        struct bh_str line;
        bool head = true;

        while (bh_cur_line(&c, &line) && words.len < BH_LIMIT_PASSWORDS_WORDS) {
                head = head && bh_str_starts(line, BH_STR("# "));
                if (!head && line.len && line.len < BH_LIMIT_PASSWORDS_WORD)
                        *bh_vec_add(arena, &words) = line;
        }
        *ret = words.at;
        *ret_n = words.len;
}

int bh_defaults_parse(struct bh_arena *arena, struct bh_str name, struct bh_str bytes, const struct bh_default **ret, size_t *ret_n, struct bh_err *err) {
        static const struct bh_row_key keys[] = { { "product", true }, { "accounts", false }, { "passwords", true } };
        struct bh_row_file file = { arena, name };
        BH_VEC(struct bh_default) rows = { 0 };
        const struct bh_doc *root;
        int r = bh_yaml_parse(arena, bytes, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "%.*s", BH_FMT(name));
        if (!bh_doc_is(root, BH_DOC_ARRAY))
                return bh_fail(err, BH_E_FORMAT, "%.*s: a list of rows is wanted", BH_FMT(name));
        for (const struct bh_doc *row = bh_doc_first(root); row; row = row->next) {
                struct bh_str *accounts = NULL, *passwords = NULL;
                struct bh_default d = { 0 };

                r = bh_row_check(&file, row, keys, BH_LEN(keys), err);
                r = r < 0 ? r : bh_row_text(&file, row, "product", &d.product, err);
                r = r < 0 ? r : bh_row_texts(&file, row, "accounts", &accounts, &d.n_accounts, err);
                r = r < 0 ? r : bh_row_texts(&file, row, "passwords", &passwords, &d.n_passwords, err);
                if (r < 0)
                        return r;
                d.accounts = accounts;
                d.passwords = passwords;
                *bh_vec_add(arena, &rows) = d;
        }
        *ret = rows.at;
        *ret_n = rows.len;
        return 0;
}

/* ---- twists ---- */

struct tail {
        const char *text;
        enum bh_twist twist;
};

/* What people put behind a word so that it has a digit and a sign in it. */
static const struct tail tails[] = {
        { "1", BH_TWIST_DIGITS },      { "123", BH_TWIST_DIGITS },    { "12", BH_TWIST_DIGITS },     { "1234", BH_TWIST_DIGITS },  { "12345", BH_TWIST_DIGITS },
        { "123456", BH_TWIST_DIGITS }, { "01", BH_TWIST_DIGITS },     { "0", BH_TWIST_DIGITS },      { "2", BH_TWIST_DIGITS },     { "11", BH_TWIST_DIGITS },
        { "111", BH_TWIST_DIGITS },    { "007", BH_TWIST_DIGITS },    { "666", BH_TWIST_DIGITS },    { "888", BH_TWIST_DIGITS },   { "520", BH_TWIST_DIGITS },
        { "000", BH_TWIST_DIGITS },    { "321", BH_TWIST_DIGITS },    { "99", BH_TWIST_DIGITS },     { "100", BH_TWIST_DIGITS },   { "10", BH_TWIST_DIGITS },
        { "!", BH_TWIST_SIGNS },       { "@123", BH_TWIST_SIGNS },    { "@1234", BH_TWIST_SIGNS },   { "@123456", BH_TWIST_SIGNS }, { "#123", BH_TWIST_SIGNS },
        { "_123", BH_TWIST_SIGNS },    { "-123", BH_TWIST_SIGNS },    { "123!", BH_TWIST_SIGNS },    { "1!", BH_TWIST_SIGNS },     { "123!@#", BH_TWIST_SIGNS },
        { "!@#", BH_TWIST_SIGNS },     { "!@#123", BH_TWIST_SIGNS },  { "!!", BH_TWIST_SIGNS },      { "@", BH_TWIST_SIGNS },      { "#", BH_TWIST_SIGNS },
        { "$", BH_TWIST_SIGNS },       { "@1", BH_TWIST_SIGNS },      { "123.", BH_TWIST_SIGNS },    { ".123", BH_TWIST_SIGNS },   { "*", BH_TWIST_SIGNS },
        { "2020", BH_TWIST_YEAR },     { "2021", BH_TWIST_YEAR },     { "2022", BH_TWIST_YEAR },     { "2023", BH_TWIST_YEAR },    { "2024", BH_TWIST_YEAR },
        { "2025", BH_TWIST_YEAR },     { "2026", BH_TWIST_YEAR },     { "2027", BH_TWIST_YEAR },     { "@2024", BH_TWIST_YEAR },   { "@2025", BH_TWIST_YEAR },
        { "@2026", BH_TWIST_YEAR },    { "2024!", BH_TWIST_YEAR },    { "2025!", BH_TWIST_YEAR },    { "2026!", BH_TWIST_YEAR },   { "2019", BH_TWIST_YEAR },
        { "2018", BH_TWIST_YEAR },     { "pass", BH_TWIST_WORD },     { "password", BH_TWIST_WORD }, { "pwd", BH_TWIST_WORD },     { "passwd", BH_TWIST_WORD },
        { "admin", BH_TWIST_WORD },    { "root", BH_TWIST_WORD },     { "_password", BH_TWIST_WORD }, { "_pass", BH_TWIST_WORD },  { "user", BH_TWIST_WORD },
        { "db", BH_TWIST_WORD },       { "test", BH_TWIST_WORD },
};

/* For the common ones, which are many: how and how often. */
static const struct tail common_tails[] = {
        { "1", BH_TWIST_DIGITS }, { "!", BH_TWIST_SIGNS }, { "123", BH_TWIST_DIGITS }, { "@123", BH_TWIST_SIGNS }, { "2024", BH_TWIST_YEAR }, { "2025", BH_TWIST_YEAR },
        { "2026", BH_TWIST_YEAR }, { "1!", BH_TWIST_SIGNS }, { "123!", BH_TWIST_SIGNS },
};
enum { COMMON_TWISTED = 500, COMMON_FORMS = 2 * (int) BH_LEN(common_tails) + 1 };

static char leet(char c) {
        switch (bh_lower(c)) {
        case 'a':
                return '@';
        case 'e':
                return '3';
        case 'i':
                return '1';
        case 'o':
                return '0';
        case 's':
                return '$';
        default:
                return c;
        }
}

static char upper(char c) {
        return bh_is_lower(c) ? (char) (c - 32) : c;
}

/* A word that is turned as a whole; in `room`, and no longer than half of it. */
static struct bh_str turn(struct bh_str word, enum bh_twist twist, char room[BH_GUESS_ROOM]) {
        size_t n = BH_MIN(word.len, (size_t) BH_LIMIT_PASSWORDS_WORD / 2);

        for (size_t i = 0; i < n; i++)
                room[i] = twist == BH_TWIST_UPPER ? upper(word.at[i]) : twist == BH_TWIST_LEET ? leet(word.at[i]) : twist == BH_TWIST_REVERSED ? word.at[n - 1 - i] : word.at[i];
        if (twist == BH_TWIST_CAPITAL && n)
                room[0] = upper(room[0]);
        if (twist != BH_TWIST_TWICE)
                return (struct bh_str){ room, n };
        memcpy(room + n, room, n);
        return (struct bh_str){ room, 2 * n };
}

/* ---- one account's own ---- */

struct maker {
        struct bh_arena *arena;
        BH_VEC(struct bh_guess) own;
        struct bh_map seen;
};

static void add(struct maker *m, struct bh_str word, struct bh_reason why) {
        if (bh_map_has(&m->seen, word) || word.len > BH_LIMIT_PASSWORDS_WORD)
                return;
        word = bh_arena_str(m->arena, word);
        (void) bh_map_set(&m->seen, word, m);
        *bh_vec_add(m->arena, &m->own) = (struct bh_guess){ word, why };
}

static void add_turns(struct maker *m, struct bh_str name, enum bh_why why) {
        static const enum bh_twist turns[] = { BH_TWIST_NONE, BH_TWIST_CAPITAL, BH_TWIST_UPPER, BH_TWIST_REVERSED, BH_TWIST_TWICE, BH_TWIST_LEET };
        char room[BH_GUESS_ROOM];

        for (size_t i = 0; i < BH_LEN(turns); i++)
                add(m, turn(name, turns[i], room), (struct bh_reason){ .why = why, .twist = turns[i] });
}

static void add_tails(struct maker *m, struct bh_str name, enum bh_why why) {
        char room[BH_GUESS_ROOM];

        for (size_t i = 0; i < BH_LEN(tails); i++) {
                const struct tail *t = &tails[i];

                add(m, bh_arena_printf(m->arena, "%.*s%s", BH_FMT(name), t->text), (struct bh_reason){ .why = why, .twist = t->twist });
                add(m, bh_arena_printf(m->arena, "%.*s%s", BH_FMT(turn(name, BH_TWIST_CAPITAL, room)), t->text), (struct bh_reason){ .why = why, .twist = t->twist });
        }
}

static struct bh_str name_of(struct bh_str s) {
        return bh_str_part(s, 0, BH_LIMIT_PASSWORDS_WORD / 2 - 10);
}

/* Of "alice@localhost" and "alice@example.org" people take "alice". */
static struct bh_str person_of(struct bh_str account) {
        struct bh_str left, right;

        (void) bh_str_cut(account, '@', &left, &right);
        return name_of(left);
}

static bool among(const struct bh_str *at, uint32_t n, struct bh_str s) {
        for (uint32_t i = 0; i < n; i++)
                if (bh_str_eq_nocase(at[i], s))
                        return true;
        return n == 0;
}

static void add_defaults(struct maker *m, const struct bh_lists *lists, const struct bh_guesses_of *of) {
        for (size_t i = 0; i < lists->n_defaults; i++) {
                const struct bh_default *d = &lists->defaults[i];

                if (bh_str_eq(d->product, of->product) && among(d->accounts, d->n_accounts, person_of(of->account)))
                        for (uint32_t k = 0; k < d->n_passwords; k++)
                                add(m, d->passwords[k], (struct bh_reason){ .why = BH_WHY_DEFAULT, .of = d->product });
        }
}

void bh_guesses_make(struct bh_arena *arena, const struct bh_lists *lists, const struct bh_guesses_of *of, struct bh_guesses *ret) {
        struct maker m = { .arena = arena, .seen = bh_map_in(arena) };

        add(&m, (struct bh_str){ "", 0 }, (struct bh_reason){ .why = BH_WHY_EMPTY });
        add_defaults(&m, lists, of);
        if (of->account.len)
                add_turns(&m, person_of(of->account), BH_WHY_ACCOUNT);
        for (size_t i = 0; i < of->n_names; i++)
                add_turns(&m, name_of(of->names[i]), of->kinds[i]);
        if (of->product.len)
                add_turns(&m, of->product, BH_WHY_PRODUCT);
        if (of->account.len)
                add_tails(&m, person_of(of->account), BH_WHY_ACCOUNT);
        for (size_t i = 0; i < of->n_names; i++)
                add_tails(&m, name_of(of->names[i]), of->kinds[i]);
        if (of->product.len)
                add_tails(&m, of->product, BH_WHY_PRODUCT);
        *ret = (struct bh_guesses){ .lists = lists, .own = m.own.at, .n_own = m.own.len };
        ret->n = m.own.len + lists->n_words + lists->n_common + BH_MIN(lists->n_common, (size_t) COMMON_TWISTED) * COMMON_FORMS;
}

/* Form 0 is the capital one; then each tail behind the word, and behind the capital one. */
static void twist_common(struct bh_str word, size_t form, char room[BH_GUESS_ROOM], struct bh_guess *ret) {
        const struct tail *t = form ? &common_tails[(form - 1) / 2] : NULL;
        struct bh_str s = turn(word, form % 2 ? BH_TWIST_NONE : BH_TWIST_CAPITAL, room);

        ret->why.twist = t ? t->twist : BH_TWIST_CAPITAL;
        if (t) {
                size_t n = strlen(t->text);

                memcpy(room + s.len, t->text, n);
                s.len += n;
        }
        ret->word = s;
}

void bh_guess_at(const struct bh_guesses *g, size_t i, char room[BH_GUESS_ROOM], struct bh_guess *ret) {
        const struct bh_lists *l = g->lists;

        if (i < g->n_own) {
                *ret = g->own[i];
                return;
        }
        i -= g->n_own;
        if (i < l->n_words) {
                *ret = (struct bh_guess){ l->words[i], { .why = BH_WHY_WORDS, .number = (uint32_t) i + 1 } };
                return;
        }
        i -= l->n_words;
        if (i < l->n_common) {
                *ret = (struct bh_guess){ l->common[i], { .why = BH_WHY_COMMON, .number = (uint32_t) i + 1 } };
                return;
        }
        i -= l->n_common;
        *ret = (struct bh_guess){ .why = { .why = BH_WHY_COMMON, .number = (uint32_t) (i / COMMON_FORMS) + 1 } };
        twist_common(l->common[i / COMMON_FORMS], i % COMMON_FORMS, room, ret);
}

/* ---- in words ---- */

struct bh_str bh_reason_text(struct bh_arena *arena, const struct bh_reason *r) {
        static const char *const whys[_BH_WHY_MAX] = {
                [BH_WHY_EMPTY] = "no password at all",
                [BH_WHY_ACCOUNT] = "the account's own name",
                [BH_WHY_ALSO] = "the name beside it in the file",
                [BH_WHY_CONTAINER] = "the container's name",
                [BH_WHY_IMAGE] = "the image's name",
                [BH_WHY_HOST] = "the host's name",
                [BH_WHY_PRODUCT] = "the product's name",
        };
        static const char *const twists[_BH_TWIST_MAX] = {
                [BH_TWIST_NONE] = "",
                [BH_TWIST_CAPITAL] = " with a capital letter",
                [BH_TWIST_UPPER] = " in capital letters",
                [BH_TWIST_REVERSED] = " backwards",
                [BH_TWIST_TWICE] = " twice",
                [BH_TWIST_LEET] = " with digits and signs for letters",
                [BH_TWIST_DIGITS] = " with digits after it",
                [BH_TWIST_YEAR] = " with a year after it",
                [BH_TWIST_SIGNS] = " with signs after it",
                [BH_TWIST_WORD] = " with a usual word after it",
        };

        switch (r->why) {
        case BH_WHY_DEFAULT:
                return bh_arena_printf(arena, "the vendor's default (%.*s)", BH_FMT(r->of));
        case BH_WHY_WORDS:
                return bh_arena_printf(arena, "number %u of your own list", r->number);
        case BH_WHY_COMMON:
                return bh_arena_printf(arena, "number %u of the list of common ones%s", r->number, twists[r->twist]);
        case BH_WHY_FOUND:
                return bh_arena_printf(arena, "the same as that of %.*s", BH_FMT(r->of));
        case BH_WHY_SHORT:
                return bh_arena_printf(arena, "shorter than %u characters", r->number);
        default:
                return bh_arena_printf(arena, "%s%s", whys[r->why], twists[r->twist]);
        }
}
