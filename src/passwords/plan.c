/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sys/clock.h"

enum { SHORT = 8, LIKELIEST = 16, BATCH_NS = 2000000, CHEAP_NS = 200000000, FIRST = 60, PART_MIN = 3, TIERS = 6 };

/* ---- taking in ---- */

static void add_name(struct bh_unit *u, struct bh_str name, enum bh_why kind) {
        if (name.len == 0 || name.len > BH_LIMIT_PASSWORDS_WORD || u->n_names == BH_UNIT_NAMES)
                return;
        for (size_t i = 0; i < u->n_names; i++)
                if (bh_str_eq(u->names[i], name))
                        return;
        u->names[u->n_names] = name;
        u->kinds[u->n_names++] = kind;
}

/* "shop-redis-1", and its parts. */
static void add_names(struct bh_unit *u, struct bh_str name, enum bh_why kind) {
        size_t from = 0;

        add_name(u, name, kind);
        for (size_t i = 0; i <= name.len; i++)
                if (i == name.len || !bh_is_alnum(name.at[i])) {
                        if (i - from >= PART_MIN)
                                add_name(u, bh_str_part(name, from, i - from), kind);
                        from = i + 1;
                }
}

/* "docker.io/library/redis:7" is called redis. */
static struct bh_str image_name(struct bh_str image) {
        struct bh_str left, right;

        (void) bh_str_cut(image, '@', &left, &right);
        (void) bh_str_cut(bh_str_basename(left), ':', &left, &right);
        return left;
}

static struct bh_str identity(struct bh_plan *p, const struct bh_store *store, const struct bh_secret *s) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        bh_buf_printf(&b, "%d %d ", (int) s->scheme, (int) s->state);
        bh_buf_slice(&b, bh_str_of(store->product));
        bh_buf_slice(&b, s->account);
        bh_buf_slice(&b, s->hash);
        return bh_arena_str(p->arena, bh_buf_str(&b));
}

static void decide(struct bh_unit *u, enum bh_password_verdict verdict, struct bh_str why) {
        u->verdict = verdict;
        u->why = why;
        u->decided = true;
}

static void decide_weak(struct bh_unit *u, enum bh_password_weakness weakness, struct bh_str why) {
        u->weakness = weakness;
        decide(u, BH_PASSWORD_WEAK, why);
}

static void decide_reason(struct bh_plan *p, struct bh_unit *u, const struct bh_reason *r) {
        static const enum bh_password_weakness of[_BH_WHY_MAX] = {
                [BH_WHY_EMPTY] = BH_WEAKNESS_NONE, [BH_WHY_DEFAULT] = BH_WEAKNESS_DEFAULT, [BH_WHY_ACCOUNT] = BH_WEAKNESS_NAME,
                [BH_WHY_ALSO] = BH_WEAKNESS_NAME,  [BH_WHY_CONTAINER] = BH_WEAKNESS_NAME,  [BH_WHY_IMAGE] = BH_WEAKNESS_NAME,
                [BH_WHY_HOST] = BH_WEAKNESS_NAME,  [BH_WHY_PRODUCT] = BH_WEAKNESS_NAME,    [BH_WHY_WORDS] = BH_WEAKNESS_LIST,
                [BH_WHY_COMMON] = BH_WEAKNESS_LIST, [BH_WHY_FOUND] = BH_WEAKNESS_SAME,     [BH_WHY_SHORT] = BH_WEAKNESS_SHORT,
        };

        decide_weak(u, of[r->why], bh_reason_text(p->arena, r));
}

static void begin(struct bh_plan *p, struct bh_unit *u) {
        struct bh_err err = BH_ERR_NONE;

        switch (u->secret.state) {
        case BH_SECRET_NONE:
                decide_weak(u, BH_WEAKNESS_NONE, BH_STR("no password at all"));
                return;
        case BH_SECRET_LOCKED:
                decide(u, BH_PASSWORD_LOCKED, (struct bh_str){ 0 });
                return;
        case BH_SECRET_OPEN:
                decide_weak(u, BH_WEAKNESS_KEY, bh_str_of(u->secret.note));
                return;
        case BH_SECRET_FINE:
                decide(u, BH_PASSWORD_HELD, bh_str_of(u->secret.note));
                return;
        case BH_SECRET_GUARDED:
                decide(u, BH_PASSWORD_UNTESTED, bh_str_of(u->secret.note));
                return;
        default:
                if (bh_target_open(p->arena, p->crypto, &u->secret, &u->target, &err) < 0)
                        decide(u, BH_PASSWORD_UNTESTED, bh_arena_str(p->arena, bh_str_of(err.text)));
                else
                        u->testable = true;
        }
}

static bool is_plain(const struct bh_unit *u) {
        return u->testable && (bh_str_ends(bh_str_of(u->target.scheme->name), BH_STR("plain")) || u->target.scheme->kind == BH_SCHEME_VNC);
}

static struct bh_str keep(struct bh_plan *p, struct bh_str s) {
        return s.len ? bh_arena_str(p->arena, s) : (struct bh_str){ "", 0 };
}

int bh_plan_add(struct bh_plan *p, const struct bh_store *store, const struct bh_secret *s, struct bh_str path, uint32_t root, const struct bh_plan_names *names,
                struct bh_err *err) {
        struct bh_str id = identity(p, store, s);
        struct bh_unit *u = bh_map_get(&p->units, id);
        struct bh_secret mine = *s;

        if (p->entries.len >= BH_LIMIT_PASSWORDS_ACCOUNTS)
                return bh_fail(err, BH_E_LIMIT, "more than %llu accounts in all; these were left out", BH_LIMIT_PASSWORDS_ACCOUNTS);
        mine.account = keep(p, s->account);
        mine.hash = keep(p, s->hash);
        if (!u) {
                u = bh_arena_make(p->arena, struct bh_unit);
                u->secret = mine;
                u->store = store;
                u->place = bh_arena_printf(p->arena, "%s in /%s%s%s", BH_QUOTE(s->account), BH_QUOTE(path), names->container.len ? " of " : "", BH_QUOTE(names->container));
                begin(p, u);
                (void) bh_map_set(&p->units, id, u);
                *bh_vec_add(p->arena, &p->order) = u;
        }
        for (size_t i = 0; i < BH_SECRET_ALSO; i++)
                add_name(u, keep(p, s->also[i]), BH_WHY_ALSO);
        add_names(u, names->container, BH_WHY_CONTAINER);
        add_name(u, image_name(names->image), BH_WHY_IMAGE);
        add_names(u, names->host, BH_WHY_HOST);
        *bh_vec_add(p->arena, &p->entries) = (struct bh_plan_entry){ u, mine, store, path, root };
        return 0;
}

/* ---- what was known before ---- */

static void row_key(struct bh_plan *p, struct bh_unit *u) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };
        uint8_t mac[BH_MD_LONGEST];

        bh_buf_add(&b, identity(p, u->store, &u->secret));
        for (size_t i = 0; i < u->n_names; i++)
                bh_buf_slice(&b, u->names[i]);
        bh_crypto_hmac(p->crypto, BH_MD_SHA256, p->key, bh_buf_str(&b), mac);
        memcpy(u->row.key, mac, sizeof u->row.key);
        memcpy(u->row.lists, p->lists.digest, sizeof u->row.lists);
}

static void note_rate(struct bh_plan *p, const struct bh_unit *u, uint64_t n, int64_t began_ns) {
        struct bh_password_rate *r = &p->rates[u->target.scheme - bh_schemes];

        r->scheme = bh_str_of(u->target.scheme->name);
        r->tried += n;
        r->cpu_ns += (uint64_t) (bh_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began_ns);
        p->tried += n;
}

/* They are many: those of one unit at a time. */
static void guesses_of(struct bh_plan *p, const struct bh_unit *u, struct bh_guesses *ret) {
        bh_arena_reset(p->scratch);
        bh_guesses_make(p->scratch, &p->lists, &(struct bh_guesses_of){ u->secret.account, bh_str_of(u->store->product), u->names, u->kinds, u->n_names }, ret);
}

/* Is it that one of the known? */
static bool is_known(struct bh_plan *p, struct bh_unit *u, uint64_t i) {
        const struct bh_plan_known *k = &p->known.at[i];
        bool weak = k->unit->decided && k->unit->verdict == BH_PASSWORD_WEAK;

        if (!bh_target_is(&u->target, p->crypto, k->word))
                return false;
        u->weakness = weak ? BH_WEAKNESS_SAME : BH_WEAKNESS_NOT;
        decide(u, weak ? BH_PASSWORD_WEAK : BH_PASSWORD_KNOWN,
               bh_arena_printf(p->arena, weak ? "the same as that of %.*s" : "it stands in plain text: %.*s", BH_FMT(k->unit->place)));
        u->guess = i;
        u->compared = true;
        return true;
}

static bool is_guess(struct bh_plan *p, struct bh_unit *u, uint64_t i) {
        char room[BH_GUESS_ROOM];
        struct bh_guesses all;
        struct bh_guess g;

        guesses_of(p, u, &all);
        bh_guess_at(&all, i, room, &g);
        if (!bh_target_is(&u->target, p->crypto, g.word))
                return false;
        u->guess = i;
        decide_reason(p, u, &g.why);
        return true;
}

/* A weak one is confirmed by the guess it fell to, a known one by what it was the same as; what was tried need not be tried again. */
static void recall(struct bh_plan *p, struct bh_unit *u) {
        const struct bh_memory_row *row;

        row_key(p, u);
        row = bh_memory_get(&p->memory, u->row.key);
        if (!row || memcmp(row->lists, u->row.lists, sizeof row->lists) != 0 || row->tried > u->n_guesses)
                return;
        u->row = *row;
        if (row->outcome == 'w' && (row->guess >= u->n_guesses || !is_guess(p, u, row->guess)))
                return;
        u->next = row->tried;
        u->remembered = true;
        if (row->outcome == 'k' && row->found == p->found && row->guess < p->n_plain)
                (void) is_known(p, u, row->guess);
}

/* ---- tests ---- */

static bool may(struct bh_plan *p, const struct bh_unit *u) {
        p->pending_ns += u->target.cost_ns;
        if (p->pending_ns < BATCH_NS)
                return true;
        p->pending_ns = 0;
        if (!bh_cpu_may(&p->budget, u->target.cost_ns))
                p->spent = true;
        return !p->spent;
}

static void know(struct bh_plan *p, struct bh_unit *u, struct bh_str word) {
        if (word.len && p->known.len < BH_LIMIT_PASSWORDS_KNOWN)
                *bh_vec_add(p->arena, &p->known) = (struct bh_plan_known){ keep(p, word), u };
}

/* Guesses [next, until). */
static void guess(struct bh_plan *p, struct bh_unit *u, uint64_t until) {
        int64_t began = bh_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t from = u->next;
        char room[BH_GUESS_ROOM];
        struct bh_guesses all;
        struct bh_guess g;

        if (u->next >= until)
                return;
        guesses_of(p, u, &all);
        for (; u->next < until && may(p, u); u->next++) {
                bh_guess_at(&all, u->next, room, &g);
                if (!bh_target_is(&u->target, p->crypto, g.word))
                        continue;
                u->guess = u->next++;
                decide_reason(p, u, &g.why);
                if (!is_plain(u))
                        know(p, u, g.word);
                break;
        }
        u->tried += u->next - from;
        u->remembered = u->remembered && u->next == from;
        if (u->next != from)
                note_rate(p, u, u->next - from, began);
}

/* Is it one that is known from elsewhere? */
static void compare(struct bh_plan *p, struct bh_unit *u) {
        int64_t began = bh_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t n = 0;

        for (; !u->decided && u->next_found < p->known.len && may(p, u); u->next_found++) {
                (void) is_known(p, u, u->next_found);
                n++;
        }
        u->tried += n;
        if (n)
                note_rate(p, u, n, began);
}

static int by_cost(const void *a, const void *b) {
        const struct bh_unit *x = *(struct bh_unit *const *) a, *y = *(struct bh_unit *const *) b;

        if (x->target.cost_ns != y->target.cost_ns)
                return x->target.cost_ns < y->target.cost_ns ? -1 : 1;
        return bh_str_cmp(x->place, y->place);
}

/* How far the guesses of each tier go; what is cheap from first to last is done at once. */
static uint64_t tier_end(const struct bh_plan *p, const struct bh_unit *u, int tier) {
        bool cheap = u->target.cost_ns * u->n_guesses < CHEAP_NS;
        uint64_t ends[TIERS] = { LIKELIEST, FIRST, u->n_own, u->n_own + p->lists.n_words + 200, u->n_own + p->lists.n_words + p->lists.n_common, u->n_guesses };

        return cheap ? u->n_guesses : BH_MIN(ends[tier], u->n_guesses);
}

/* What stands in plain text costs nothing to test, and is the first to be known. */
static void run_plain(struct bh_plan *p) {
        uint8_t mac[BH_MD_LONGEST] = { 0 };
        BH_CLEANUP(bh_buf_done) struct bh_buf all = { 0 };

        for (size_t i = 0; i < p->order.len; i++) {
                struct bh_unit *u = p->order.at[i];
                struct bh_str text = u->target.scheme && u->target.scheme->kind == BH_SCHEME_VNC ? u->target.after : u->secret.hash;

                if (!is_plain(u))
                        continue;
                guess(p, u, u->n_guesses);
                if (!u->decided && text.len < SHORT && u->target.scheme->kind != BH_SCHEME_VNC)
                        decide_reason(p, u, &(struct bh_reason){ .why = BH_WHY_SHORT, .number = SHORT });
                know(p, u, text);
                bh_buf_slice(&all, text);
        }
        if (p->key.len)
                bh_crypto_hmac(p->crypto, BH_MD_SHA256, p->key, bh_buf_str(&all), mac);
        p->found = (uint16_t) (mac[0] << 8 | mac[1]);
}

static void recall_all(struct bh_plan *p) {
        p->n_plain = p->known.len;
        for (size_t i = 0; p->key.len && i < p->order.len; i++) {
                struct bh_unit *u = p->order.at[i];

                if (!u->testable || is_plain(u))
                        continue;
                recall(p, u);
                if (u->remembered && !u->decided && u->row.outcome == 'h' && u->row.found == p->found)
                        u->next_found = p->n_plain; /* the same as last time */
        }
}

static void finish(struct bh_plan *p) {
        for (size_t i = 0; i < p->order.len; i++) {
                struct bh_unit *u = p->order.at[i];

                bool whole = u->next >= u->n_guesses && (is_plain(u) || u->next_found >= p->known.len);

                if (u->testable && !u->decided)
                        decide(u, whole ? BH_PASSWORD_HELD : BH_PASSWORD_PARTLY, (struct bh_str){ 0 });
        }
}

void bh_plan_run(struct bh_plan *p, uint64_t cpu_ms, unsigned cpu_percent, uint64_t wall_ms) {
        size_t n = 0;

        while (bh_schemes[n].name)
                n++;
        p->rates = bh_arena_array(p->arena, struct bh_password_rate, n);
        bh_cpu_begin(&p->budget, cpu_ms, cpu_percent, wall_ms);
        for (size_t i = 0; i < p->order.len; i++) {
                struct bh_unit *u = p->order.at[i];

                if (u->testable) {
                        struct bh_guesses g;

                        guesses_of(p, u, &g);
                        u->n_own = g.n_own;
                        u->n_guesses = g.n;
                }
        }
        if (p->order.len)
                qsort(p->order.at, p->order.len, sizeof p->order.at[0], by_cost);
        run_plain(p);
        recall_all(p);
        for (int tier = 0; tier <= TIERS; tier++) /* once more at the end, for what became known on the way */
                for (size_t i = 0; i < p->order.len && !p->spent; i++) {
                        struct bh_unit *u = p->order.at[i];

                        if (!u->testable || u->decided || is_plain(u))
                                continue;
                        if (tier < TIERS)
                                guess(p, u, tier_end(p, u, tier));
                        compare(p, u);
                }
        finish(p);
}

/* ---- telling ---- */

static struct bh_str clean(struct bh_plan *p, struct bh_str s) {
        return bh_str_is_text(s) ? s : bh_arena_str(p->arena, bh_str_of(BH_QUOTE(s)));
}

void bh_plan_result(struct bh_plan *p, const struct bh_plan_entry *e, struct bh_password *ret) {
        const struct bh_unit *u = e->unit;

        *ret = (struct bh_password){ .root = e->root, .store = bh_str_of(e->store->name), .path = e->path, .account = clean(p, e->secret.account),
                                     .line = e->secret.line, .verdict = u->verdict, .weakness = u->weakness, .why = u->why, .remembered = u->remembered };
        if (u->testable) {
                ret->scheme = bh_str_of(u->target.scheme->name);
                ret->tried = u->next;
                ret->guesses = u->n_guesses;
        }
}

/* What an earlier run knew of others: of containers that do not run now, of what was not asked for today. */
static void put_unseen(const struct bh_plan *p, const struct bh_map *seen, struct bh_buf *out) {
        for (size_t i = 0; i < p->memory.rows.len; i++) {
                struct bh_memory_row row = *(const struct bh_memory_row *) p->memory.rows.items[i].value;

                if (!bh_map_has(seen, p->memory.rows.items[i].key) && ++row.unseen < BH_MEMORY_RUNS)
                        bh_memory_put(out, &row);
        }
}

void bh_plan_memory(const struct bh_plan *p, struct bh_buf *out) {
        struct bh_map seen = bh_map_in(p->arena);

        bh_memory_put_head(out);
        for (size_t i = 0; i < p->order.len; i++) {
                const struct bh_unit *u = p->order.at[i];
                struct bh_memory_row row = u->row;

                if (!u->testable || is_plain(u) || (u->compared && u->guess >= p->n_plain))
                        continue;
                (void) bh_map_set(&seen, (struct bh_str){ (const char *) u->row.key, sizeof u->row.key }, p->arena);
                row.unseen = 0;
                row.found = p->found;
                row.tried = u->next;
                row.guess = u->verdict == BH_PASSWORD_WEAK || u->compared ? u->guess : 0;
                row.outcome = u->compared ? 'k' : u->verdict == BH_PASSWORD_WEAK ? 'w' : 'h';
                bh_memory_put(out, &row);
        }
        put_unseen(p, &seen, out);
}
