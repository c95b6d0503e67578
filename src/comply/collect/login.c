/* SPDX-License-Identifier: Apache-2.0 */
/* How this host lets people in: login.defs, PAM's stacks, the shells' first lines. One fact. */
#include "base/limits.h"
#include "comply/collect/collectors.h"
#include "comply/collect/hostly.h"
#include "comply/read/accounts.h"

enum { MAX, MIN, WARN, INACTIVE, METHOD, UMASK, UMASK_STRICT, TMOUT, QUALITY, LENGTH, CLASSES, RETRY, REMEMBER, NULL_OK, LOCKS, DENY, UNLOCK, SU, FACTORS, BANNER, FAIL_DELAY };

static const struct bh_field fields[] = {
        [MAX] = BH_FACT("login.max_days", BH_V_INT, 0, "PASS_MAX_DAYS for new accounts"),
        [MIN] = BH_FACT("login.min_days", BH_V_INT, 0, "PASS_MIN_DAYS for new accounts"),
        [WARN] = BH_FACT("login.warn_days", BH_V_INT, 0, "PASS_WARN_AGE for new accounts"),
        [INACTIVE] = BH_FACT("login.inactive_days", BH_V_INT, 0, "INACTIVE of useradd; -1: never"),
        [METHOD] = BH_FACT("login.method", BH_V_STRING, 0, "how new passwords are stored: of pam_unix, or ENCRYPT_METHOD; in lower case"),
        [UMASK] = BH_FACT("login.umask", BH_V_STRING, 0, "UMASK of login.defs, or umask of profiles"),
        [UMASK_STRICT] = BH_FACT("login.umask_strict", BH_V_BOOL, 0, "it takes away at least 027"),
        [TMOUT] = BH_FACT("login.tmout_s", BH_V_INT, 0, "TMOUT of profiles: seconds after which an idle shell ends; 0: never"),
        [QUALITY] = BH_FACT("login.quality", BH_V_BOOL, 0, "new passwords are judged by pam_pwquality, pam_cracklib or pam_passwdqc"),
        [LENGTH] = BH_FACT("login.min_length", BH_V_INT, 0, "letters a new password needs"),
        [CLASSES] = BH_FACT("login.min_classes", BH_V_INT, 0, "kinds of letters it needs: minclass, or credits below 0"),
        [RETRY] = BH_FACT("login.retry", BH_V_INT, 0, "tries to choose a good one"),
        [REMEMBER] = BH_FACT("login.remember", BH_V_INT, 0, "old passwords that cannot be used again"),
        [NULL_OK] = BH_FACT("login.null_ok", BH_V_BOOL, 0, "pam_unix lets in with an empty password (nullok)"),
        [LOCKS] = BH_FACT("login.locks", BH_V_BOOL, 0, "failures lock an account: pam_faillock or pam_tally2"),
        [DENY] = BH_FACT("login.deny", BH_V_INT, 0, "failures after which it is locked"),
        [UNLOCK] = BH_FACT("login.unlock_s", BH_V_INT, 0, "seconds for which it is locked; 0: until somebody opens it"),
        [SU] = BH_FACT("login.su_restricted", BH_V_BOOL, 0, "su is for a group: pam_wheel in pam.d/su"),
        [FACTORS] = BH_FACT("login.second_factor", BH_V_STRING, BH_F_LIST, "modules of PAM that ask for a second factor"),
        [BANNER] = BH_FACT("login.banner_tells", BH_V_BOOL, 0, "/etc/issue or issue.net tells the version of the system"),
        [FAIL_DELAY] = BH_FACT("login.fail_delay_s", BH_V_INT, 0, "seconds to wait after a failure"),
};
const struct bh_fact_kind bh_kind_login = BH_FACT_KIND("login", fields, "how this host lets people in");

static void tell_number(struct bh_fact *f, unsigned field, struct bh_str word, struct bh_str where) {
        bool minus = bh_str_cut_prefix(&word, BH_STR("-"));
        uint64_t n;

        if (!bh_str_u64(word, &n) || n > INT32_MAX)
                return;
        bh_fact_int(f, field, minus ? -(int64_t) n : (int64_t) n);
        bh_fact_where(f, field, where);
}

/* ---- login.defs and profiles ---- */

static void tell_defs(struct bh_place *at, struct bh_fact *f) {
        static const struct {
                const char *key;
                unsigned field;
        } rows[] = { { "PASS_MAX_DAYS", MAX }, { "PASS_MIN_DAYS", MIN }, { "PASS_WARN_AGE", WARN }, { "FAIL_DELAY", FAIL_DELAY } };
        struct bh_str where, word;

        for (size_t i = 0; i < BH_LEN(rows); i++) {
                word = bh_host_setting(at, "/etc/login.defs", NULL, rows[i].key, &where);
                tell_number(f, rows[i].field, word, where);
        }
        word = bh_host_setting(at, "/etc/default/useradd", NULL, "INACTIVE", &where);
        tell_number(f, INACTIVE, word.len ? word : BH_STR("-1"), where);
        bh_fact_some(f, METHOD, bh_lowered(f->arena, bh_host_setting(at, "/etc/login.defs", NULL, "ENCRYPT_METHOD", &where)));
        bh_fact_where(f, METHOD, where);
        word = bh_host_setting(at, "/etc/login.defs", NULL, "UMASK", &where);
        bh_fact_some(f, UMASK, word);
        bh_fact_where(f, UMASK, where);
}

/* "umask 027", "TMOUT=900", "readonly TMOUT=900", "export TMOUT=900". */
static void look_at_profile_line(struct bh_fact *f, struct bh_str line, struct bh_str where) {
        struct bh_str rest = line, word;

        while (bh_str_word(&rest, &word)) {
                (void) bh_str_cut_suffix(&word, BH_STR(";"));
                if (bh_str_starts(word, BH_STR("#")))
                        return;
                if (bh_str_is(word, "umask") && bh_str_word(&rest, &word)) {
                        (void) bh_str_cut_suffix(&word, BH_STR(";"));
                        bh_fact_str(f, UMASK, word);
                        bh_fact_where(f, UMASK, where);
                } else if (bh_str_cut_prefix(&word, BH_STR("TMOUT=")))
                        tell_number(f, TMOUT, word, where);
        }
}

static void tell_profiles(struct bh_place *at, struct bh_fact *f) {
        struct bh_paths paths = { 0 };
        struct bh_str text, line;
        uint64_t bits;

        bh_fact_int(f, TMOUT, 0);
        bh_place_glob(at, BH_STR("/etc/bashrc"), &paths);
        bh_place_glob(at, BH_STR("/etc/bash.bashrc"), &paths);
        bh_place_glob(at, BH_STR("/etc/profile"), &paths);
        bh_place_glob(at, BH_STR("/etc/profile.d/*.sh"), &paths);
        for (size_t i = 0; i < paths.len; i++) {
                struct bh_cur c;

                if (!bh_place_read(at, paths.at[i], &text))
                        continue;
                c = bh_cur_of(text);
                while (bh_cur_line(&c, &line))
                        if (bh_str_find(line, BH_STR("umask")) >= 0 || bh_str_find(line, BH_STR("TMOUT=")) >= 0)
                                look_at_profile_line(f, line, bh_arena_printf(f->arena, "%.*s:%u", BH_FMT(paths.at[i]), c.line));
        }
        if (f->values[UMASK].set && bh_str_oct64(f->values[UMASK].value.str, &bits))
                bh_fact_bool(f, UMASK_STRICT, (bits & 027) == 027);
}

/* ---- PAM ---- */

static bool is_quality(struct bh_str module) {
        return bh_str_is(module, "pam_pwquality") || bh_str_is(module, "pam_cracklib") || bh_str_is(module, "pam_passwdqc");
}

static void look_at_unix(struct bh_fact *f, const struct bh_pam_line *l) {
        static const char *const methods[] = { "yescrypt", "gost_yescrypt", "blowfish", "sha512", "sha256", "md5", "bigcrypt" };

        if (bh_str_is(l->type, "auth") && bh_pam_word(l->args, "nullok"))
                bh_fact_bool(f, NULL_OK, true);
        for (size_t i = 0; bh_str_is(l->type, "password") && i < BH_LEN(methods); i++)
                if (bh_pam_word(l->args, methods[i]))
                        bh_fact_str(f, METHOD, bh_str_of(methods[i]));
}

static int64_t credits(struct bh_str (*ask)(void *user, const char *key), void *user) {
        static const char *const names[] = { "dcredit", "ucredit", "lcredit", "ocredit" };
        int64_t n = 0;

        for (size_t i = 0; i < BH_LEN(names); i++)
                n += bh_str_starts(ask(user, names[i]), BH_STR("-"));
        return n;
}

static struct bh_str ask_args(void *user, const char *key) {
        return bh_pam_arg(*(struct bh_str *) user, key);
}

static void look_at_quality(struct bh_fact *f, struct bh_pam_line *l, struct bh_str where) {
        int64_t n = credits(ask_args, &l->args);

        bh_fact_bool(f, QUALITY, true);
        bh_fact_where(f, QUALITY, where);
        tell_number(f, LENGTH, bh_pam_arg(l->args, "minlen"), where);
        tell_number(f, RETRY, bh_pam_arg(l->args, "retry"), where);
        tell_number(f, CLASSES, bh_pam_arg(l->args, "minclass"), where);
        if (n && (!f->values[CLASSES].set || f->values[CLASSES].value.i < n))
                bh_fact_int(f, CLASSES, n);
}

static void look_at_lock(struct bh_fact *f, const struct bh_pam_line *l, struct bh_str where) {
        bh_fact_bool(f, LOCKS, true);
        bh_fact_where(f, LOCKS, where);
        tell_number(f, DENY, bh_pam_arg(l->args, "deny"), where);
        tell_number(f, UNLOCK, bh_pam_arg(l->args, "unlock_time"), where);
}

static bool is_factor(struct bh_str module) {
        static const char *const known[] = { "pam_google_authenticator", "pam_oath", "pam_u2f", "pam_pkcs11", "pam_p11", "pam_duo", "pam_yubico", "pam_radius_auth", "pam_ukey" };

        return bh_str_among(module, known, BH_LEN(known));
}

static void look_at_pam(struct bh_fact *f, struct bh_str stack, struct bh_pam_line *l) {
        struct bh_str where = bh_arena_printf(f->arena, "%.*s:%u", BH_FMT(stack), l->line);

        if (is_quality(l->module) && bh_str_is(l->type, "password"))
                look_at_quality(f, l, where);
        else if (bh_str_is(l->module, "pam_faillock") || bh_str_is(l->module, "pam_tally2"))
                look_at_lock(f, l, where);
        else if (bh_str_is(l->module, "pam_unix"))
                look_at_unix(f, l);
        else if (bh_str_is(l->module, "pam_wheel") && bh_str_ends(stack, BH_STR("/su")) && bh_str_is(l->control, "required"))
                bh_fact_bool(f, SU, true);
        else if (bh_str_is(l->type, "auth") && is_factor(l->module))
                bh_fact_once(f, FACTORS, l->module);
        if (bh_str_is(l->module, "pam_pwhistory") || bh_str_is(l->module, "pam_unix"))
                tell_number(f, REMEMBER, bh_pam_arg(l->args, "remember"), where);
}

static void tell_pam(struct bh_place *at, struct bh_fact *f) {
        static const char *const stacks[] = { "/etc/pam.d/common-password", "/etc/pam.d/common-auth", "/etc/pam.d/common-account", "/etc/pam.d/system-auth", "/etc/pam.d/password-auth",
                                              "/etc/pam.d/base-auth", "/etc/pam.d/base-password", "/etc/pam.d/login", "/etc/pam.d/sshd", "/etc/pam.d/su" };
        struct bh_pam_line l;
        struct bh_str text;
        bool any = false;

        bh_fact_bool(f, QUALITY, false);
        bh_fact_bool(f, LOCKS, false);
        bh_fact_bool(f, NULL_OK, false);
        bh_fact_bool(f, SU, false);
        bh_fact_int(f, REMEMBER, 0);
        for (size_t i = 0; i < BH_LEN(stacks); i++) {
                struct bh_cur c;

                if (!bh_place_read(at, bh_str_of(stacks[i]), &text))
                        continue;
                any = true;
                c = bh_cur_of(text);
                while (bh_pam_next(&c, &l))
                        look_at_pam(f, bh_str_of(stacks[i]), &l);
        }
        if (!any)
                f->values[QUALITY].set = f->values[LOCKS].set = f->values[NULL_OK].set = f->values[SU].set = f->values[REMEMBER].set = false;
}

/* What the modules' own files say counts where their arguments say nothing. */
struct quality {
        struct bh_place *at;
};

static struct bh_str ask_file(void *user, const char *key) {
        struct bh_str where;

        return bh_host_setting(((struct quality *) user)->at, "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/*.conf", key, &where);
}

static void tell_module_files(struct bh_place *at, struct bh_fact *f) {
        static const struct {
                const char *file, *glob, *key;
                unsigned field, of;
                const char *otherwise;
        } rows[] = {
                { "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/*.conf", "minlen", LENGTH, QUALITY, "8" },
                { "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/*.conf", "minclass", CLASSES, QUALITY, "0" },
                { "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d/*.conf", "retry", RETRY, QUALITY, "1" },
                { "/etc/security/faillock.conf", NULL, "deny", DENY, LOCKS, "3" },
                { "/etc/security/faillock.conf", NULL, "unlock_time", UNLOCK, LOCKS, "600" },
        };
        struct quality q = { at };
        int64_t n;

        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_str where, word;

                if (!f->values[rows[i].of].value.b || f->values[rows[i].field].set)
                        continue;
                word = bh_host_setting(at, rows[i].file, rows[i].glob, rows[i].key, &where);
                tell_number(f, rows[i].field, word.len ? word : bh_str_of(rows[i].otherwise), where);
        }
        n = f->values[QUALITY].value.b ? credits(ask_file, &q) : 0;
        if (n > f->values[CLASSES].value.i)
                bh_fact_int(f, CLASSES, n);
}

/* "\v", "\r", "\m" of agetty, and names of distributions. */
static void tell_banner(struct bh_place *at, struct bh_fact *f) {
        static const char *const files[] = { "/etc/issue", "/etc/issue.net" }, *const words[] = { "\\v", "\\r", "\\m", "\\s", "Debian GNU", "Ubuntu ", "CentOS", "Red Hat", "Rocky", "Kernel" };
        struct bh_str text;
        bool tells = false;

        for (size_t i = 0; i < BH_LEN(files); i++)
                if (bh_place_read(at, bh_str_of(files[i]), &text))
                        for (size_t k = 0; k < BH_LEN(words); k++)
                                tells = tells || bh_str_find(text, bh_str_of(words[k])) >= 0;
        bh_fact_bool(f, BANNER, tells);
}

int bh_collect_login_facts(const struct bh_reach *reach, struct bh_facts *facts, struct bh_err *err) {
        struct bh_place at = bh_host_place(reach, facts);
        struct bh_fact *f;

        (void) err;
        if (!bh_place_has(&at, BH_STR("/etc/login.defs")))
                return 0;
        f = bh_host_fact(&at, &bh_kind_login, "/etc/login.defs", "this host");
        tell_defs(&at, f);
        tell_profiles(&at, f);
        tell_pam(&at, f);
        tell_module_files(&at, f);
        tell_banner(&at, f);
        return 0;
}
