/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs say when somebody comes in. Each sentence is a row: text that
 * must stand there, and places where something stands that we want.
 *
 *     %u user   %n user   %t target   %i address   %p port   %m method   %y terminal
 *     %c command   %w directory   %k key   %. anything
 *
 * Whoever knocks at sshd may call himself anything: %u goes as far to the
 * right as the rest of the sentence allows. Who asks sudo has an account,
 * whose name is a word, and a command he may choose: %w and %. end as soon as
 * they can. The other places are words; the last one takes all that is left.
 */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/text.h"
#include "sense/login.h"

static const struct row {
        const char *program;
        uint8_t type; /* enum bh_login_type */
        bool invalid;
        const char *sentence;
} rows[] = {
        { "sshd", BH_LOGIN_SUCCESS, false, "Accepted %m for %u from %i port %p ssh2: %k" },
        { "sshd", BH_LOGIN_SUCCESS, false, "Accepted %m for %u from %i port %p ssh2" },
        { "sshd", BH_LOGIN_FAILURE, true, "Failed %m for invalid user %u from %i port %p ssh2%." },
        { "sshd", BH_LOGIN_FAILURE, false, "Failed %m for %u from %i port %p ssh2%." },
        { "sshd", BH_LOGIN_FAILURE, true, "Invalid user %u from %i port %p" },
        { "sshd", BH_LOGIN_FAILURE, false, "error: maximum authentication attempts exceeded for %u from %i port %p ssh2%." },
        { "sshd", BH_LOGIN_FAILURE, true, "error: maximum authentication attempts exceeded for invalid user %u from %i port %p ssh2%." },
        { "sshd", BH_LOGIN_FAILURE, false, "User %u from %i not allowed because %." },
        { "sshd", BH_LOGIN_FAILURE, false, "ROOT LOGIN REFUSED FROM %i port %p%." },
        { "sshd", BH_LOGIN_LOGOUT, false, "Disconnected from user %u %i port %p" },
        { "sudo", BH_LOGIN_FAILURE, false, "%n : user NOT in sudoers ; TTY=%y ; PWD=%w ; USER=%t ; COMMAND=%c" },
        { "sudo", BH_LOGIN_FAILURE, false, "%n : command not allowed ; TTY=%y ; PWD=%w ; USER=%t ; COMMAND=%c" },
        { "sudo", BH_LOGIN_FAILURE, false, "%n : %p incorrect password attempts ; TTY=%y ; PWD=%w ; USER=%t ; COMMAND=%c" },
        { "sudo", BH_LOGIN_FAILURE, false, "%n : %p incorrect password attempt ; TTY=%y ; PWD=%w ; USER=%t ; COMMAND=%c" },
        { "sudo", BH_LOGIN_FAILURE, false, "%n : a password is required ; TTY=%y ; PWD=%w ; USER=%t ; COMMAND=%c" },
        { "sudo", BH_LOGIN_COMMAND, false, "%n : TTY=%y ; PWD=%w ; USER=%t ; COMMAND=%c" },
        { "sudo", BH_LOGIN_COMMAND, false, "%n : TTY=%y ; PWD=%w ; USER=%t ;%.COMMAND=%c" },
        { "sudo", BH_LOGIN_COMMAND, false, "%n : PWD=%w ; USER=%t ; COMMAND=%c" },
        { "su", BH_LOGIN_FAILURE, false, "FAILED SU (to %t) %n on %y" },
        { "su", BH_LOGIN_SUCCESS, false, "(to %t) %n on %y" },
        { "su", BH_LOGIN_SUCCESS, false, "Successful su for %t by %n" },
        { "su", BH_LOGIN_FAILURE, false, "FAILED su for %t by %n" },
        { "su", BH_LOGIN_FAILURE, false, "pam_unix(su:auth): authentication failure; logname=%. tty=%y ruser=%n rhost=  user=%t" },
        { "login", BH_LOGIN_SUCCESS, false, "ROOT LOGIN ON %y FROM %i" },
        { "login", BH_LOGIN_SUCCESS, false, "ROOT LOGIN ON %y" },
        { "login", BH_LOGIN_SUCCESS, false, "LOGIN ON %y BY %n" },
        { "login", BH_LOGIN_FAILURE, false, "FAILED LOGIN (%p) on '%y' FOR '%n', %." },
        { "login", BH_LOGIN_FAILURE, false, "FAILED LOGIN %p FROM %i FOR %n, %." },
        { "systemd-logind", BH_LOGIN_SESSION, false, "New session %p of user %n." },
        { "useradd", BH_LOGIN_ACCOUNT, false, "new user: name=%n, %." },
        { "useradd", BH_LOGIN_ACCOUNT, false, "add '%n' to group '%t'" },
        { "usermod", BH_LOGIN_ACCOUNT, false, "add '%n' to group '%t'" },
        { "usermod", BH_LOGIN_ACCOUNT, false, "change user '%n' %." },
        { "gpasswd", BH_LOGIN_ACCOUNT, false, "user %n added by root to group %t" },
        { "userdel", BH_LOGIN_ACCOUNT, false, "delete user '%n'" },
        { "groupadd", BH_LOGIN_ACCOUNT, false, "new group: name=%t, %." },
        { "passwd", BH_LOGIN_ACCOUNT, false, "pam_unix(passwd:chauthtok): password changed for %n" },
        { "chpasswd", BH_LOGIN_ACCOUNT, false, "pam_unix(chpasswd:chauthtok): password changed for %n" },
};

/* Programs that split off others under another name. */
static struct bh_str service_of(struct bh_str program) {
        if (bh_str_is(program, "sshd-session") || bh_str_is(program, "sshd-auth"))
                return BH_STR("sshd");
        return program;
}

static struct bh_str *place(struct bh_login *l, char letter) {
        switch (letter) {
        case 'u':
        case 'n': return &l->user;
        case 't': return &l->target;
        case 'i': return &l->ip;
        case 'p': return &l->port;
        case 'm': return &l->method;
        case 'y': return &l->tty;
        case 'c': return &l->command;
        case 'w': return &l->cwd;
        case 'k': return &l->key;
        default: return &l->message; /* set last, by the caller */
        }
}

/* The text of a row up to its next place. */
static struct bh_str literal_of(const char *sentence) {
        return (struct bh_str){ sentence, strcspn(sentence, "%") };
}

static size_t longest_word(struct bh_str text) {
        size_t n = 0;

        while (n < text.len && text.at[n] != ' ')
                n++;
        return n;
}

static bool matches(const char *sentence, struct bh_str text, struct bh_login *l);

/* A place that takes n bytes, and the rest of the sentence behind it. */
static bool takes(const char *sentence, struct bh_str text, size_t n, struct bh_login *l) {
        if (!matches(sentence + 2, bh_str_from(text, n), l))
                return false;
        *place(l, sentence[1]) = bh_str_part(text, 0, n);
        return true;
}

static bool matches(const char *sentence, struct bh_str text, struct bh_login *l) {
        struct bh_str literal = literal_of(sentence), next;
        size_t most;
        bool shortest;

        if (!bh_str_cut_prefix(&text, literal))
                return false;
        sentence += literal.len;
        if (!*sentence)
                return text.len == 0;
        if (!sentence[2]) /* the last place: all that is left */
                return takes(sentence, text, text.len, l);
        shortest = sentence[1] == 'w' || sentence[1] == '.';
        most = shortest || sentence[1] == 'u' ? text.len : longest_word(text);
        next = literal_of(sentence + 2);
        for (size_t i = 0; i <= most; i++) {
                size_t n = shortest ? i : most - i;

                if (bh_str_starts(bh_str_from(text, n), next) && takes(sentence, text, n, l))
                        return true;
        }
        return false;
}

/* Of a sentence's last places some must be a word after all. */
static bool is_likely(const struct bh_login *l) {
        uint64_t n;

        return (l->port.len == 0 || bh_str_u64(l->port, &n)) && bh_str_chr(l->ip, ' ') < 0 && bh_str_chr(l->tty, ' ') < 0;
}

bool bh_login_message(struct bh_str program, struct bh_str message, struct bh_login *ret) {
        struct bh_str service = service_of(program), said = bh_str_trim(message);

        if (said.len > BH_LIMIT_LOGIN_LINE)
                return false;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                struct bh_login l = { .type = (enum bh_login_type) rows[i].type, .invalid_user = rows[i].invalid };

                if (!bh_str_is(service, rows[i].program) || !matches(rows[i].sentence, said, &l) || !is_likely(&l))
                        continue;
                if (!bh_str_is(service, "sshd"))
                        l.port = (struct bh_str){ 0 }; /* a number of tries, of a session */
                if (!l.user.len && bh_str_starts(said, BH_STR("ROOT LOGIN")))
                        l.user = BH_STR("root");
                l.service = service;
                l.message = said;
                *ret = l;
                return true;
        }
        return false;
}

/* "Nov 29 15:04:05": of this year, or of the last when that would be in the future. */
static bool old_time(struct bh_str *line, int64_t now_s, int64_t *ret_ns) {
        char text[24];
        struct tm tm = { 0 }, now;
        time_t s = (time_t) now_s;
        const char *end;

        if (line->len < 16 || line->at[15] != ' ' || !localtime_r(&s, &now))
                return false;
        memcpy(text, line->at, 15);
        text[15] = '\0';
        end = strptime(text, "%b %d %H:%M:%S", &tm);
        if (!end || *end)
                return false;
        tm.tm_year = now.tm_year;
        tm.tm_isdst = -1;
        s = mktime(&tm);
        if (s > (time_t) now_s + 86400) {
                tm.tm_year--;
                tm.tm_isdst = -1;
                s = mktime(&tm);
        }
        *ret_ns = (int64_t) s * 1000000000;
        *line = bh_str_from(*line, 16);
        return true;
}

/* "2026-11-29T15:04:05.123456+00:00" */
static bool new_time(struct bh_str *line, int64_t *ret_ns) {
        struct bh_str word, rest = *line;
        int64_t s;

        if (!bh_str_word(&rest, &word) || !bh_time_parse(word, &s) || s < 0 || s > INT64_MAX / 1000000000 - 1)
                return false;
        *ret_ns = s * 1000000000;
        *line = bh_str_trim(rest);
        return true;
}

/* "host program[123]: message" */
bool bh_login_line(struct bh_str line, int64_t now_s, struct bh_login *ret) {
        struct bh_str host, tag, program, number, rest;
        struct bh_login l;
        int64_t time_ns;
        uint64_t pid = 0;
        ptrdiff_t colon;

        if (line.len > BH_LIMIT_LOGIN_LINE || (!old_time(&line, now_s, &time_ns) && !new_time(&line, &time_ns)))
                return false;
        rest = line;
        colon = bh_str_find(rest, BH_STR(": "));
        if (!bh_str_word(&rest, &host) || colon < 0 || !bh_str_word(&rest, &tag) || !bh_str_cut_suffix(&tag, BH_STR(":")))
                return false;
        if (bh_str_cut(tag, '[', &program, &number)) {
                (void) bh_str_cut_suffix(&number, BH_STR("]"));
                (void) bh_str_u64(number, &pid);
        }
        if (!bh_login_message(program, rest, &l))
                return false;
        l.time_ns = time_ns;
        l.host = host;
        l.pid = (uint32_t) pid;
        *ret = l;
        return true;
}
