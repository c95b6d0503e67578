/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account that no password opens is no fact: there is nothing to judge, and
 * every container has twenty of them. What was tested too little to say anything
 * (the processor time ended) and what cannot be tested is unknown, with the cause.
 */
#include "tool/bulkhead/password_facts.h"

#include "base/buf.h"
#include "base/map.h"
#include "comply/collect/password.h"

enum { ENOUGH = 60 }; /* the likeliest guesses: defaults, and the names as they are */

/* What changes the password of a store's account; %a and %p are account and path. */
static const struct {
        const char *store, *change;
} changes[] = {
        { "shadow", "passwd %a" },
        { "htpasswd", "htpasswd -B %p %a" },
        { "redis", "ACL SETUSER %a resetpass >NEW, then ACL SAVE (or requirepass, where there is no ACL file)" },
        { "mysql", "ALTER USER %a IDENTIFIED BY 'NEW'" },
        { "postgresql", "\\password %a" },
        { "mongodb", "db.changeUserPassword(%a, passwordPrompt())" },
        { "tomcat", "%p, by digest.sh" },
        { "grafana", "the profile of %a, or grafana cli admin reset-admin-password" },
        { "jenkins", "the page of %a" },
        { "rabbitmq", "rabbitmqctl change_password %a, and %p" },
        { "snmp", "%p, or snmpusm passwd" },
        { "vnc", "vncpasswd %p" },
        { "ftp", "ftpasswd, pure-pw or htpasswd, for %a of %p" },
        { "samba", "smbpasswd %a" },
        { "dovecot", "doveadm pw -s ARGON2ID, for %a of %p" },
        { "ssh", "chmod 600 %p" },
};

/* For a shell: as it is, or in quotes. */
static void put_word(struct bh_buf *out, struct bh_str s) {
        bool plain = s.len > 0;

        for (size_t i = 0; plain && i < s.len; i++)
                plain = bh_is_alnum(s.at[i]) || bh_str_chr(BH_STR("@%_+=:,./-"), s.at[i]) >= 0;
        if (!plain)
                bh_buf_putc(out, '\'');
        for (size_t i = 0; i < s.len; i++) {
                if (s.at[i] == '\'')
                        bh_buf_puts(out, "'\\'");
                bh_buf_putc(out, s.at[i]);
        }
        if (!plain)
                bh_buf_putc(out, '\'');
}

static struct bh_str change_of(struct bh_arena *arena, const struct bh_password *p, struct bh_str path) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const char *how = "%a in %p, and the same where it is asked for";

        for (size_t i = 0; i < BH_LEN(changes); i++)
                if (bh_str_is(p->store, changes[i].store))
                        how = changes[i].change;
        for (; *how; how++) {
                bool is_path = how[0] == '%' && how[1] == 'p';

                if (how[0] == '%')
                        put_word(&out, is_path ? path : p->account);
                else
                        bh_buf_putc(&out, how[0]);
                how += how[0] == '%';
        }
        return bh_arena_str(arena, bh_buf_str(&out));
}

/* "proc/123/environ" is another one after each start. */
static struct bh_str path_of(struct bh_arena *arena, struct bh_str path) {
        if (bh_str_starts(path, BH_STR("proc/")))
                return bh_str_ends(path, BH_STR("/environ")) ? BH_STR("environment") : BH_STR("arguments");
        return bh_arena_printf(arena, "/%.*s", BH_FMT(path));
}

/* A number in a public list is as good as the word itself. */
static struct bh_str why_of(const struct bh_password *p) {
        if (p->weakness != BH_WEAKNESS_LIST)
                return p->why;
        return bh_str_find(p->why, BH_STR("your own list")) >= 0 ? BH_STR("on your own list of words, or made of one") : BH_STR("on the list of common ones, or made of one");
}

static bool is_plain(struct bh_str scheme) {
        return bh_str_ends(scheme, BH_STR("plain")) || bh_str_is(scheme, "vnc");
}

static void judge(struct bh_fact *f, const struct bh_password *p) {
        struct bh_err why = BH_ERR_NONE;

        bh_fact_bool(f, BH_PASSWORD_FIELD_NONE, p->weakness == BH_WEAKNESS_NONE);
        bh_fact_bool(f, BH_PASSWORD_FIELD_DEFAULT, p->weakness == BH_WEAKNESS_DEFAULT);
        bh_fact_bool(f, BH_PASSWORD_FIELD_GUESSED, p->weakness == BH_WEAKNESS_NAME || p->weakness == BH_WEAKNESS_LIST || p->weakness == BH_WEAKNESS_SAME);
        bh_fact_bool(f, BH_PASSWORD_FIELD_KNOWN, p->verdict == BH_PASSWORD_KNOWN);
        if (p->verdict == BH_PASSWORD_UNTESTED)
                BH_IGNORE(bh_fail(&why, BH_E_UNSUPPORTED, "it cannot be tested: %.*s", BH_FMT(p->why)));
        else if (p->verdict == BH_PASSWORD_PARTLY && p->tried < ENOUGH)
                BH_IGNORE(bh_fail(&why, BH_E_LIMIT, "the processor time ended before enough guesses were made; the next run goes on"));
        else
                return;
        bh_fact_unknown(f, BH_PASSWORD_FIELD_DEFAULT, &why);
        bh_fact_unknown(f, BH_PASSWORD_FIELD_GUESSED, &why);
        bh_fact_unknown(f, BH_PASSWORD_FIELD_KNOWN, &why);
}

static void fill(struct bh_fact *f, const struct bh_password *p, struct bh_str path) {
        bool key = bh_str_is(p->store, "ssh"), plain = is_plain(p->scheme);

        f->where = p->line ? bh_arena_printf(f->arena, "%.*s:%u", BH_FMT(path), p->line) : path;
        bh_fact_str(f, BH_PASSWORD_FIELD_ACCOUNT, p->account);
        bh_fact_str(f, BH_PASSWORD_FIELD_STORE, p->store);
        bh_fact_str(f, BH_PASSWORD_FIELD_PATH, path);
        bh_fact_some(f, BH_PASSWORD_FIELD_SCHEME, p->scheme);
        bh_fact_str(f, BH_PASSWORD_FIELD_VERDICT, bh_str_of(bh_password_verdict_str(p->verdict)));
        bh_fact_some(f, BH_PASSWORD_FIELD_WHY, why_of(p));
        bh_fact_int(f, BH_PASSWORD_FIELD_TRIED, (int64_t) p->tried);
        bh_fact_int(f, BH_PASSWORD_FIELD_GUESSES, (int64_t) p->guesses);
        bh_fact_bool(f, BH_PASSWORD_FIELD_PLAIN, plain);
        bh_fact_bool(f, BH_PASSWORD_FIELD_IN_CONTAINER, f->container.len > 0);
        bh_fact_str(f, BH_PASSWORD_FIELD_CHANGE, change_of(f->arena, p, path));
        if (plain)
                bh_fact_bool(f, BH_PASSWORD_FIELD_SHORT, p->weakness == BH_WEAKNESS_SHORT);
        if (key)
                bh_fact_bool(f, BH_PASSWORD_FIELD_OPEN, p->weakness == BH_WEAKNESS_KEY);
        else
                judge(f, p);
}

/* The same in the next run; the second password of one account is "...#2". */
static struct bh_str key_of(struct bh_arena *arena, struct bh_map *seen, const struct bh_passwords_root *root, const struct bh_password *p, struct bh_str path) {
        struct bh_str box = root->is_container ? bh_str_part(root->id, 0, 12) : (struct bh_str){ 0 };
        struct bh_str key = bh_arena_printf(arena, "%.*s%s%.*s/%.*s", BH_FMT(box), box.len ? ":" : "", BH_FMT(path), BH_FMT(p->account));
        uintptr_t n = (uintptr_t) bh_map_get(seen, key) + 1;

        (void) bh_map_set(seen, key, (void *) n);
        return n == 1 ? key : bh_arena_printf(arena, "%.*s#%u", BH_FMT(key), (unsigned) n);
}

void bh_password_facts(const struct bh_passwords_opts *opts, const struct bh_passwords *found, struct bh_facts *facts) {
        struct bh_map seen = bh_map_in(facts->arena);

        for (size_t i = 0; i < found->n; i++) {
                const struct bh_password *p = &found->at[i];
                const struct bh_passwords_root *root = &opts->roots[p->root];
                struct bh_str path = path_of(facts->arena, p->path);
                struct bh_fact *f;

                if (p->verdict == BH_PASSWORD_LOCKED)
                        continue;
                f = bh_fact_new(facts, &bh_kind_password, key_of(facts->arena, &seen, root, p, path),
                                bh_arena_printf(facts->arena, "%.*s of %.*s", BH_FMT(p->account), BH_FMT(path)));
                if (root->is_container)
                        f->container = root->id;
                fill(f, p, path);
        }
        for (size_t i = 0; i < found->n_gaps; i++)
                *bh_vec_add(facts->arena, &facts->gaps) = found->gaps[i];
}
