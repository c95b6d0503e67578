/* SPDX-License-Identifier: Apache-2.0 */
/* What was guessed at becomes facts: who may read a report learns why a password is weak, and nothing of the password. */
#include "unit.h"

#include "comply/collect/password.h"
#include "tool/bulkhead/password_facts.h"

#define BOX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct bh_facts facts_of(struct bh_arena *arena, struct bh_password *at, size_t n) {
        static const struct bh_passwords_root roots[] = { { .fd = -1 }, { .fd = -1, .is_container = true, .id = BH_STR_INIT(BOX), .name = BH_STR_INIT("web") } };
        const struct bh_passwords_opts opts = { .roots = roots, .n_roots = BH_LEN(roots) };
        const struct bh_passwords found = { .at = at, .n = n };
        struct bh_facts facts;

        bh_facts_init(&facts, arena);
        bh_password_facts(&opts, &found, &facts);
        return facts;
}

static struct bh_password shadow(enum bh_password_verdict verdict, enum bh_password_weakness weakness, const char *why) {
        return (struct bh_password){ .store = BH_STR("shadow"), .path = BH_STR("etc/shadow"), .account = BH_STR("root"), .scheme = BH_STR("yescrypt"), .line = 3,
                                     .verdict = verdict, .weakness = weakness, .why = bh_str_of(why), .tried = 100, .guesses = 1000 };
}

static bool holds(const struct bh_fact *f, enum bh_password_field field) {
        return f->values[field].set && f->values[field].value.b;
}

static const char *text(const struct bh_fact *f, enum bh_password_field field) {
        return f->values[field].set ? bh_arena_cstr(f->arena, f->values[field].value.str) : "";
}

static void a_weak_one_is_told_with_its_place(void **state) {
        struct bh_password p = shadow(BH_PASSWORD_WEAK, BH_WEAKNESS_NAME, "the account's own name");
        struct bh_arena *arena = bh_arena_new();
        const struct bh_fact *f = facts_of(arena, &p, 1).first;

        (void) state;
        assert_true(bh_str_is(f->key, "/etc/shadow/root"));
        assert_true(bh_str_is(f->name, "root of /etc/shadow"));
        assert_true(bh_str_is(f->where, "/etc/shadow:3"));
        assert_true(holds(f, BH_PASSWORD_FIELD_GUESSED));
        assert_false(holds(f, BH_PASSWORD_FIELD_NONE));
        assert_false(holds(f, BH_PASSWORD_FIELD_DEFAULT));
        assert_string_equal(text(f, BH_PASSWORD_FIELD_VERDICT), "weak");
        assert_string_equal(text(f, BH_PASSWORD_FIELD_WHY), "the account's own name");
        assert_string_equal(text(f, BH_PASSWORD_FIELD_CHANGE), "passwd root");
        bh_arena_free(&arena);
}

/* The list is public: a place in it is the word. */
static void no_fact_tells_the_place_in_a_list(void **state) {
        struct bh_password rows[] = { shadow(BH_PASSWORD_WEAK, BH_WEAKNESS_LIST, "number 3 of the list of common ones with digits after it"),
                                      shadow(BH_PASSWORD_WEAK, BH_WEAKNESS_LIST, "number 17 of your own list") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_facts facts = facts_of(arena, rows, BH_LEN(rows));

        (void) state;
        for (const struct bh_fact *f = facts.first; f; f = f->next)
                for (size_t i = 0; i < f->kind->source.n_fields; i++)
                        if (f->values[i].set && f->kind->source.fields[i].type == BH_V_STRING)
                                assert_true(bh_str_find(f->values[i].value.str, BH_STR("number")) < 0);
        assert_string_equal(text(facts.first, BH_PASSWORD_FIELD_WHY), "on the list of common ones, or made of one");
        assert_string_equal(text(facts.first->next, BH_PASSWORD_FIELD_WHY), "on your own list of words, or made of one");
        bh_arena_free(&arena);
}

static void what_was_hardly_tested_is_unknown(void **state) {
        struct bh_password rows[] = { shadow(BH_PASSWORD_PARTLY, BH_WEAKNESS_NOT, ""), shadow(BH_PASSWORD_PARTLY, BH_WEAKNESS_NOT, ""),
                                      shadow(BH_PASSWORD_UNTESTED, BH_WEAKNESS_NOT, "no known way of keeping a password") };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_fact *f;

        (void) state;
        rows[0].tried = 59;
        f = facts_of(arena, rows, BH_LEN(rows)).first;
        assert_true(f->values[BH_PASSWORD_FIELD_GUESSED].unknown.len > 0);
        assert_true(f->values[BH_PASSWORD_FIELD_DEFAULT].unknown.len > 0);
        assert_int_equal(f->values[BH_PASSWORD_FIELD_NONE].unknown.len, 0);
        assert_int_equal(f->next->values[BH_PASSWORD_FIELD_GUESSED].unknown.len, 0);
        assert_true(bh_str_find(f->next->next->values[BH_PASSWORD_FIELD_GUESSED].unknown, BH_STR("no known way")) > 0);
        bh_arena_free(&arena);
}

static void what_no_password_opens_is_no_fact(void **state) {
        struct bh_password p = shadow(BH_PASSWORD_LOCKED, BH_WEAKNESS_NOT, "");
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_int_equal(facts_of(arena, &p, 1).n, 0);
        bh_arena_free(&arena);
}

static void a_containers_environment_is_the_same_after_a_start(void **state) {
        struct bh_password rows[] = { { .root = 1, .store = BH_STR("env"), .path = BH_STR("proc/123/environ"), .account = BH_STR("DB_PASSWORD"), .scheme = BH_STR("plain"),
                                        .verdict = BH_PASSWORD_WEAK, .weakness = BH_WEAKNESS_SHORT, .why = BH_STR("shorter than 8 characters") },
                                      { .root = 1, .store = BH_STR("env"), .path = BH_STR("proc/123/environ"), .account = BH_STR("DB_PASSWORD"), .scheme = BH_STR("plain"),
                                        .verdict = BH_PASSWORD_HELD } };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_fact *f = facts_of(arena, rows, BH_LEN(rows)).first;

        (void) state;
        assert_true(bh_str_is(f->key, "0123456789ab:environment/DB_PASSWORD"));
        assert_true(bh_str_is(f->container, BOX));
        assert_true(holds(f, BH_PASSWORD_FIELD_SHORT));
        assert_false(holds(f, BH_PASSWORD_FIELD_GUESSED));
        assert_true(bh_str_is(f->next->key, "0123456789ab:environment/DB_PASSWORD#2"));
        bh_arena_free(&arena);
}

static void a_key_is_judged_as_a_key(void **state) {
        struct bh_password p = { .store = BH_STR("ssh"), .path = BH_STR("root/.ssh/id_rsa"), .account = BH_STR("id_rsa"), .verdict = BH_PASSWORD_WEAK,
                                 .weakness = BH_WEAKNESS_KEY, .why = BH_STR("a key without a passphrase, and its mode lets others at it") };
        struct bh_arena *arena = bh_arena_new();
        const struct bh_fact *f = facts_of(arena, &p, 1).first;

        (void) state;
        assert_true(holds(f, BH_PASSWORD_FIELD_OPEN));
        assert_false(f->values[BH_PASSWORD_FIELD_GUESSED].set);
        bh_arena_free(&arena);
}

/* Names are a stranger's, and mends are pasted into shells. */
static void a_mend_quotes_what_a_shell_would_read(void **state) {
        struct bh_password p = shadow(BH_PASSWORD_WEAK, BH_WEAKNESS_NONE, "no password at all");
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        p.account = BH_STR("x;reboot 'now'");
        assert_string_equal(text(facts_of(arena, &p, 1).first, BH_PASSWORD_FIELD_CHANGE), "passwd 'x;reboot '\\''now'\\'''");
        p.account = (struct bh_str){ 0 };
        assert_string_equal(text(facts_of(arena, &p, 1).first, BH_PASSWORD_FIELD_CHANGE), "passwd ''");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(a_weak_one_is_told_with_its_place, no_fact_tells_the_place_in_a_list, what_was_hardly_tested_is_unknown, what_no_password_opens_is_no_fact,
             a_containers_environment_is_the_same_after_a_start, a_key_is_judged_as_a_key, a_mend_quotes_what_a_shell_would_read)
