/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed/common.h"

#include "base/text.h"

#include <stdio.h>

/* How far a twin is looked for: real lists are shorter, hostile ones must not cost the square of their length. */
enum { LOOK_BACK = 1024 };

int bh_feed_emit(const struct bh_feed_in *in, const struct bh_advisory *a, struct bh_err *err) {
        return in->sink->advisory(in->sink->user, a, err);
}

int bh_feed_fact(const struct bh_feed_in *in, const struct bh_advisory_fact *f, struct bh_err *err) {
        return in->sink->fact(in->sink->user, f, err);
}

void bh_feed_gap(const struct bh_feed_in *in, struct bh_str what, const struct bh_err *err) {
        char name[96];

        (void) bh_str_quote(what, name, sizeof name);
        in->sink->gap(in->sink->user, bh_arena_printf(in->arena, "%.*s: %s", BH_FMT(in->path), name), err);
}

int bh_feed_erratum(const struct bh_feed_in *in, struct bh_advisory *a, const bh_feed_strs *cves, struct bh_err *err) {
        struct bh_advisory one = *a;
        int r = 0;

        for (uint32_t i = 0; i < a->n_affected; i++) {
                a->affected[i].fix_id = a->id;
                if (a->affected[i].severity.len == 0)
                        a->affected[i].severity = a->severity;
        }
        if (cves->len == 0)
                return bh_feed_emit(in, a, err);
        /* The erratum's words are about the update, not about any one of its CVEs. */
        one.summary = one.details = one.severity = (struct bh_str){ 0 };
        one.cvss = one.cwes = NULL;
        one.n_cvss = one.n_cwes = 0;
        one.aliases = NULL;
        one.n_aliases = 0;
        for (size_t i = 0; i < cves->len && r >= 0; i++) {
                one.id = cves->at[i];
                r = bh_feed_emit(in, &one, err);
        }
        return r;
}

int64_t bh_feed_time(struct bh_str text) {
        int64_t s;

        text = bh_str_trim(text);
        /* "2023-01-05 15:15:00 UTC": the day will do */
        if (!bh_time_parse(text, &s) && !(text.len > 10 && bh_time_parse(bh_str_part(text, 0, 10), &s)))
                return 0;
        return s > 0 ? s : 0;
}

static size_t digits(struct bh_str s) {
        size_t n = 0;

        while (n < s.len && bh_is_digit(s.at[n]))
                n++;
        return n;
}

int64_t bh_feed_path_date(struct bh_str path) {
        for (size_t i = 0; i < path.len; i++) {
                struct bh_str s = bh_str_from(path, i);
                size_t n = digits(s);
                char day[11];
                int64_t when = 0;

                if (n == 8) {
                        (void) snprintf(day, sizeof day, "%.4s-%.2s-%.2s", s.at, s.at + 4, s.at + 6);
                        when = bh_feed_time(bh_str_of(day));
                } else if (n == 4 && s.len >= 10 && s.at[4] == '-') {
                        when = bh_feed_time(bh_str_part(s, 0, 10));
                }
                if (when)
                        return when;
                i += n ? n - 1 : 0;
        }
        return 0;
}

/* Length of the CVE name at the start of s, or 0. */
static size_t cve_len(struct bh_str s) {
        size_t year, number;

        if (!bh_str_starts(s, BH_STR("CVE-")))
                return 0;
        year = digits(bh_str_from(s, 4));
        if (year != 4 || s.len < 9 || s.at[8] != '-')
                return 0;
        number = digits(bh_str_from(s, 9));
        return number >= 4 && number <= 10 ? 9 + number : 0;
}

bool bh_feed_is_cve(struct bh_str s) {
        return s.len && cve_len(s) == s.len;
}

bool bh_feed_next_cve(struct bh_str *rest, struct bh_str *ret) {
        ptrdiff_t at;

        while ((at = bh_str_find(*rest, BH_STR("CVE-"))) >= 0) {
                struct bh_str s = bh_str_from(*rest, (size_t) at);
                size_t n = cve_len(s);

                *rest = bh_str_from(s, n ? n : 4);
                if (n) {
                        *ret = bh_str_part(s, 0, n);
                        return true;
                }
        }
        return false;
}

void bh_feed_add_once(struct bh_arena *arena, bh_feed_strs *list, struct bh_str s) {
        size_t from = list->len > LOOK_BACK ? list->len - LOOK_BACK : 0;

        for (size_t i = from; i < list->len; i++)
                if (bh_str_eq(list->at[i], s))
                        return;
        *bh_vec_add(arena, list) = s;
}

void bh_feed_add_text(struct bh_arena *arena, bh_feed_strs *list, const struct bh_doc *strings) {
        for (const struct bh_doc *n = bh_doc_first(strings); n; n = n->next)
                if (bh_doc_str(n).len)
                        *bh_vec_add(arena, list) = bh_doc_str(n);
}

bool bh_feed_has_prefix(struct bh_str s, const char *words) {
        struct bh_str rest = bh_str_of(words), word;

        while (bh_str_word(&rest, &word))
                if (bh_str_starts(s, word))
                        return true;
        return false;
}

void bh_feed_add_range(struct bh_arena *arena, bh_feed_ranges *list, struct bh_str introduced, struct bh_str fixed,
                       struct bh_str last) {
        *bh_vec_add(arena, list) = (struct bh_range){ introduced, fixed, last };
}

void bh_feed_set_ranges(struct bh_affected *a, const bh_feed_ranges *list) {
        a->ranges = list->at;
        a->n_ranges = (uint32_t) list->len;
}

/* What "~> 1.4.2" stays below: "1.5"; "~> 2" below "3". */
static struct bh_str next_minor(struct bh_arena *arena, struct bh_str v) {
        ptrdiff_t last = bh_str_rchr(v, '.');
        struct bh_str head = last < 0 ? v : bh_str_part(v, 0, (size_t) last), tail = head;
        ptrdiff_t dot = bh_str_rchr(head, '.');
        uint64_t n;

        if (dot >= 0)
                tail = bh_str_from(head, (size_t) dot + 1);
        if (!bh_str_u64(tail, &n) || n == UINT64_MAX)
                return (struct bh_str){ 0 };
        return bh_arena_printf(arena, "%.*s%llu", (int) (head.len - tail.len), head.at, (unsigned long long) n + 1);
}

/* What "^0.3.1" stays below: "0.4"; "^1.2" below "2": Cargo's first number that is not 0. */
static struct bh_str next_breaking(struct bh_arena *arena, struct bh_str v) {
        struct bh_str rest = v, part;
        uint64_t n;

        while (bh_str_split(&rest, '.', &part)) {
                if (!bh_str_u64(part, &n) || n == UINT64_MAX)
                        break;
                if (n || rest.len == 0)
                        return bh_arena_printf(arena, "%.*s%llu", (int) (part.at - v.at), v.at, (unsigned long long) n + 1);
        }
        return (struct bh_str){ 0 };
}

bool bh_feed_term(struct bh_arena *arena, struct bh_str term, struct bh_feed_terms *t) {
        struct bh_str v = bh_str_trim(term);
        size_t n = 0;

        while (n < v.len && (v.at[n] == '<' || v.at[n] == '>' || v.at[n] == '=' || v.at[n] == '~' || v.at[n] == '^'))
                n++;
        term = bh_str_part(v, 0, n);
        v = bh_str_trim(bh_str_from(v, n));
        if (v.len == 0)
                return false;
        if (bh_str_is(term, "<"))
                t->below = v;
        else if (bh_str_is(term, "<="))
                t->upto = v;
        else if (bh_str_is(term, ">="))
                t->from = v;
        else if (bh_str_is(term, ">")) {
                t->from = v;
                t->above = true;
        } else if (bh_str_is(term, "=") || bh_str_is(term, "==") || term.len == 0)
                t->exact = v;
        else if (bh_str_is(term, "~>")) {
                t->from = v;
                t->below = next_minor(arena, v);
                return t->below.len > 0;
        } else if (bh_str_is(term, "^")) {
                t->from = v;
                t->below = next_breaking(arena, v);
                return t->below.len > 0;
        } else
                return false;
        return true;
}

bool bh_feed_is_debug_rpm(struct bh_str name) {
        return bh_str_ends(name, BH_STR("-debuginfo")) || bh_str_ends(name, BH_STR("-debugsource")) ||
                bh_str_find(name, BH_STR("-debuginfo-common")) > 0;
}

void bh_feed_add_rpm(struct bh_arena *arena, bh_feed_affs *list, struct bh_map *seen, const struct bh_affected *a) {
        struct bh_str key = bh_arena_printf(arena, "%.*s %.*s %.*s", BH_FMT(a->space), BH_FMT(a->package),
                                            BH_FMT(a->ranges[0].fixed));
        size_t index = (size_t) (uintptr_t) bh_map_get(seen, key); /* + 1 */

        if (index) {
                if (!bh_str_eq(list->at[index - 1].arch, a->arch))
                        list->at[index - 1].arch = (struct bh_str){ 0 };
                return;
        }
        *bh_vec_add(arena, list) = *a;
        (void) bh_map_set(seen, key, (void *) (uintptr_t) list->len);
}

struct release {
        const char *codename, *number;
};

static struct bh_str lookup(const struct release *table, size_t n, struct bh_str codename) {
        for (size_t i = 0; i < n; i++)
                if (bh_str_is(codename, table[i].codename))
                        return bh_str_of(table[i].number);
        return (struct bh_str){ 0 };
}

struct bh_str bh_feed_debian_release(struct bh_str codename) {
        static const struct release table[] = {
                { "woody", "3.0" },   { "sarge", "3.1" },   { "etch", "4.0" },  { "lenny", "5.0" }, { "squeeze", "6" },
                { "wheezy", "7" },    { "jessie", "8" },    { "stretch", "9" }, { "buster", "10" }, { "bullseye", "11" },
                { "bookworm", "12" }, { "trixie", "13" },   { "forky", "14" },  { "duke", "15" },   { "sid", "sid" },
        };

        return lookup(table, BH_LEN(table), codename);
}

struct bh_str bh_feed_ubuntu_release(struct bh_str codename) {
        static const struct release table[] = {
                { "precise", "12.04" }, { "trusty", "14.04" },   { "xenial", "16.04" },  { "bionic", "18.04" },
                { "focal", "20.04" },   { "jammy", "22.04" },    { "noble", "24.04" },   { "devel", "devel" },
                { "groovy", "20.10" },  { "hirsute", "21.04" },  { "impish", "21.10" },  { "kinetic", "22.10" },
                { "lunar", "23.04" },   { "mantic", "23.10" },   { "oracular", "24.10" }, { "plucky", "25.04" },
                { "questing", "25.10" }, { "resolute", "26.04" }, { "eoan", "19.10" },    { "disco", "19.04" },
                { "cosmic", "18.10" },  { "artful", "17.10" },   { "zesty", "17.04" },   { "yakkety", "16.10" },
                { "wily", "15.10" },    { "vivid", "15.04" },    { "utopic", "14.10" },  { "saucy", "13.10" },
                { "raring", "13.04" },  { "quantal", "12.10" },  { "oneiric", "11.10" }, { "natty", "11.04" },
                { "maverick", "10.10" }, { "lucid", "10.04" },   { "hardy", "8.04" },    { "dapper", "6.06" },
        };

        return lookup(table, BH_LEN(table), codename);
}
