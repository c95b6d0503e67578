/* SPDX-License-Identifier: Apache-2.0 */
/* The accounts of this host: passwd, shadow, home directories and the keys that open them. */
#include <sys/stat.h>

#include "base/limits.h"
#include "base/map.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"
#include "comply/read/accounts.h"
#include "comply/read/sshkey.h"
#include "fmt/accounts.h"

enum {
        NAME, UID, GID, SHELL, LOGIN, SYSTEM, UID_SHARED, NAME_SHARED, EMPTY, LOCKED, METHOD, MAX, MIN, WARN, INACTIVE, EXPIRES, IN_PASSWD, HOME, HOME_THERE, HOME_MODE, HOME_WIDER, HOME_OWNED,
        KEYS, KEYS_MODE, KEYS_WIDER, KEYS_OWNED, KEYS_WEAK, KEYS_TWICE, TRUSTS,
};

static const struct bh_field fields[] = {
        [NAME] = BH_FACT("account.name", BH_V_STRING, 0, "its name"),
        [UID] = BH_FACT("account.uid", BH_V_UINT, 0, "its number"),
        [GID] = BH_FACT("account.gid", BH_V_UINT, 0, "its first group"),
        [SHELL] = BH_FACT("account.shell", BH_V_STRING, 0, "its shell"),
        [LOGIN] = BH_FACT("account.may_log_in", BH_V_BOOL, 0, "its shell lets it in"),
        [SYSTEM] = BH_FACT("account.system", BH_V_BOOL, 0, "it belongs to the system: a number below 1000, and not root"),
        [UID_SHARED] = BH_FACT("account.uid_shared", BH_V_BOOL, 0, "another account has the same number"),
        [NAME_SHARED] = BH_FACT("account.name_shared", BH_V_BOOL, 0, "another line has the same name"),
        [EMPTY] = BH_FACT("account.empty_password", BH_V_BOOL, 0, "it has a password of no letters"),
        [LOCKED] = BH_FACT("account.locked", BH_V_BOOL, 0, "no password opens it"),
        [METHOD] = BH_FACT("account.method", BH_V_STRING, 0, "how its password is stored: yescrypt, sha512, md5, des"),
        [MAX] = BH_FACT("account.max_days", BH_V_INT, 0, "days after which the password must be changed; -1: never"),
        [MIN] = BH_FACT("account.min_days", BH_V_INT, 0, "days before which it cannot be changed"),
        [WARN] = BH_FACT("account.warn_days", BH_V_INT, 0, "days of warning before"),
        [INACTIVE] = BH_FACT("account.inactive_days", BH_V_INT, 0, "days after which an outdated password closes the account; -1: never"),
        [EXPIRES] = BH_FACT("account.expires", BH_V_BOOL, 0, "the account has a last day"),
        [IN_PASSWD] = BH_FACT("account.hash_in_passwd", BH_V_BOOL, 0, "its password is in /etc/passwd, which all may read"),
        [HOME] = BH_FACT("account.home", BH_V_STRING, 0, "its home directory"),
        [HOME_THERE] = BH_FACT("account.home_there", BH_V_BOOL, 0, "that is there"),
        [HOME_MODE] = BH_FACT("account.home_mode", BH_V_UINT, 0, "its mode"),
        [HOME_WIDER] = BH_FACT_WIDER("account.home_wider", HOME_MODE, "it lets in more than that octal mode"),
        [HOME_OWNED] = BH_FACT("account.home_owned", BH_V_BOOL, 0, "it belongs to the account"),
        [KEYS] = BH_FACT("account.keys", BH_V_UINT, 0, "keys in its authorized_keys"),
        [KEYS_MODE] = BH_FACT("account.keys_mode", BH_V_UINT, 0, "mode bits of .ssh and authorized_keys together"),
        [KEYS_WIDER] = BH_FACT_WIDER("account.keys_wider", KEYS_MODE, "they let in more than that octal mode"),
        [KEYS_OWNED] = BH_FACT("account.keys_owned", BH_V_BOOL, 0, "they belong to the account, or to root"),
        [KEYS_WEAK] = BH_FACT("account.keys_weak", BH_V_STRING, BH_F_LIST, "keys of DSA, or of RSA below 2048 bits, by their line"),
        [KEYS_TWICE] = BH_FACT("account.keys_twice", BH_V_STRING, BH_F_LIST, "keys that stand there twice, by their line"),
        [TRUSTS] = BH_FACT("account.trusts", BH_V_STRING, 0, "files, set apart by blanks, that let in without a password: .rhosts, .shosts, .netrc"),
};
const struct bh_fact_kind bh_kind_account = BH_FACT_KIND("account", fields, "an account of this host");

struct looked {
        struct bh_place at;
        struct bh_map shadow; /* names to struct bh_shadow_line * */
        struct bh_map uids, names; /* to the fact that had it first */
};

static bool may_log_in(struct bh_str shell) {
        static const char *const not[] = { "/nologin", "/false", "/sync", "/shutdown", "/halt", "/git-shell" };

        for (size_t i = 0; i < BH_LEN(not); i++)
                if (bh_str_ends(shell, bh_str_of(not[i])))
                        return false;
        return true; /* an empty one is /bin/sh */
}

static void read_shadow(struct looked *l) {
        struct bh_shadow_line line;
        struct bh_str text;
        struct bh_cur c;

        if (!bh_place_read(&l->at, BH_STR("/etc/shadow"), &text))
                return;
        c = bh_cur_of(text);
        while (l->shadow.len < BH_LIMIT_CONF_WORDS && bh_shadow_line_next(&c, &line)) {
                struct bh_shadow_line *kept = bh_arena_make(l->at.arena, struct bh_shadow_line);

                *kept = line;
                (void) bh_map_set(&l->shadow, kept->name, kept);
        }
}

static void tell_password(const struct looked *l, struct bh_fact *f, struct bh_str name, struct bh_str password) {
        const struct bh_shadow_line *s = bh_map_get(&l->shadow, name);

        bh_fact_bool(f, IN_PASSWD, password.len > 1);
        bh_fact_bool(f, EMPTY, password.len == 0 || (s && s->empty));
        if (!s)
                return;
        bh_fact_bool(f, LOCKED, s->locked);
        bh_fact_some(f, METHOD, s->method);
        bh_fact_int(f, MAX, s->max);
        bh_fact_int(f, MIN, s->min);
        bh_fact_int(f, WARN, s->warn);
        bh_fact_int(f, INACTIVE, s->inactive);
        bh_fact_bool(f, EXPIRES, s->expires >= 0);
        bh_fact_where(f, METHOD, BH_STR("/etc/shadow"));
        bh_fact_where(f, MAX, BH_STR("/etc/shadow"));
}

static void tell_key(struct bh_fact *f, struct bh_map *seen, const struct bh_sshkey *k) {
        struct bh_str line = bh_arena_printf(f->arena, "line %u: %.*s", k->line, BH_FMT(k->type));

        if (bh_str_is(k->type, "ssh-dss") || (bh_str_is(k->type, "ssh-rsa") && k->bits && k->bits < 2048))
                bh_fact_once(f, KEYS_WEAK, line);
        if (bh_map_set(seen, k->blob, f))
                bh_fact_once(f, KEYS_TWICE, line);
}

static void tell_keys(struct looked *l, struct bh_fact *f, uint32_t uid) {
        struct bh_str home = f->values[HOME].value.str, folder = bh_path_in(f->arena, home, BH_STR(".ssh")), file = bh_path_in(f->arena, folder, BH_STR("authorized_keys")), text;
        struct bh_map seen = bh_map_in(f->arena);
        struct bh_reach_stat st, above = { 0 };
        struct bh_sshkey k;
        struct bh_cur c;
        int64_t n = 0;

        if (!bh_place_stat(&l->at, file, &st) || !bh_place_read(&l->at, file, &text))
                return;
        (void) bh_place_stat(&l->at, folder, &above);
        bh_fact_int(f, KEYS_MODE, (st.mode | above.mode) & 07777);
        bh_fact_where(f, KEYS_MODE, file);
        bh_fact_bool(f, KEYS_OWNED, (st.uid == uid || st.uid == 0) && (above.uid == uid || above.uid == 0));
        c = bh_cur_of(text);
        for (; seen.len < BH_LIMIT_CONF_WORDS && bh_sshkey_next(f->arena, &c, &k); n++)
                tell_key(f, &seen, &k);
        bh_fact_int(f, KEYS, n);
        bh_fact_where(f, KEYS, file);
}

static void tell_home(struct looked *l, struct bh_fact *f, uint32_t uid) {
        static const char *const trusting[] = { ".rhosts", ".shosts", ".netrc" };
        struct bh_str home = f->values[HOME].value.str;
        struct bh_reach_stat st;
        bool there = home.len && bh_place_stat(&l->at, home, &st) && S_ISDIR(st.mode);

        bh_fact_bool(f, HOME_THERE, there);
        if (!there)
                return;
        bh_fact_int(f, HOME_MODE, st.mode & 07777);
        bh_fact_where(f, HOME_MODE, home);
        bh_fact_bool(f, HOME_OWNED, st.uid == uid);
        for (size_t i = 0; i < BH_LEN(trusting); i++) {
                struct bh_str path = bh_path_in(f->arena, home, bh_str_of(trusting[i]));

                if (bh_place_has(&l->at, path))
                        bh_fact_word(f, TRUSTS, path);
        }
        tell_keys(l, f, uid);
}

static void shared(struct bh_map *seen, struct bh_str key, struct bh_fact *f, unsigned field) {
        struct bh_fact *first = bh_map_get(seen, key);

        bh_fact_bool(f, field, first != NULL);
        if (first)
                bh_fact_bool(first, field, true);
        else
                (void) bh_map_set(seen, key, f);
}

static void tell_account(struct looked *l, const struct bh_passwd *p, unsigned number) {
        struct bh_fact *f = bh_fact_new(l->at.facts, &bh_kind_account, p->name, p->name);

        f->where = bh_arena_printf(f->arena, "/etc/passwd:%u", number);
        bh_fact_str(f, NAME, f->name);
        bh_fact_int(f, UID, p->uid);
        bh_fact_int(f, GID, p->gid);
        bh_fact_str(f, SHELL, p->shell);
        bh_fact_bool(f, LOGIN, may_log_in(p->shell));
        bh_fact_bool(f, SYSTEM, p->uid > 0 && p->uid < 1000);
        bh_fact_str(f, HOME, p->home);
        shared(&l->uids, bh_arena_printf(f->arena, "%u", p->uid), f, UID_SHARED);
        shared(&l->names, f->name, f, NAME_SHARED);
        tell_password(l, f, f->name, p->password);
        tell_home(l, f, p->uid);
}

int bh_collect_account_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct looked l = { .at = bh_host_place(reach, facts), .shadow = bh_map_in(facts->arena), .uids = bh_map_in(facts->arena), .names = bh_map_in(facts->arena) };
        struct bh_passwd p;
        struct bh_str text;
        struct bh_cur c;

        (void) err;
        read_shadow(&l);
        if (!bh_place_read(&l.at, BH_STR("/etc/passwd"), &text))
                return 0;
        c = bh_cur_of(text);
        while (bh_passwd_next(&c, &p)) {
                l.at.files = 0; /* each account has files of its own */
                tell_account(&l, &p, c.line);
        }
        return 0;
}
