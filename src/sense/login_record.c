/* SPDX-License-Identifier: Apache-2.0 */
/* Logins as the journal and utmp files tell them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <string.h>
#include <utmp.h>

#include "base/cur.h"
#include "fmt/json.h"
#include "sense/login.h"

_Static_assert(sizeof(struct utmp) == BH_LOGIN_UTMP_SIZE, "utmp");

static bool number(const struct bh_doc *root, const char *key, uint64_t *ret) {
        return bh_str_u64(bh_doc_get_text(root, key), ret);
}

/* {"MESSAGE": "...", "SYSLOG_IDENTIFIER": "sshd", "_PID": "123", "__REALTIME_TIMESTAMP": microseconds, "_HOSTNAME": ...} */
bool bh_login_journal(struct bh_arena *arena, struct bh_str json, struct bh_login *ret) {
        const struct bh_doc *root;
        struct bh_login l;
        uint64_t us = 0, pid = 0;

        if (bh_json_parse(arena, json, &root, NULL) < 0)
                return false;
        if (!bh_login_message(bh_doc_get_text(root, "SYSLOG_IDENTIFIER"), bh_doc_get_text(root, "MESSAGE"), &l))
                return false;
        (void) number(root, "_PID", &pid);
        if (!number(root, "__REALTIME_TIMESTAMP", &us) || us > INT64_MAX / 1000)
                us = 0;
        l.time_ns = (int64_t) us * 1000;
        l.pid = (uint32_t) pid;
        l.host = bh_doc_get_text(root, "_HOSTNAME");
        *ret = l;
        return true;
}

static struct bh_str text_of(const char *at, size_t most) {
        return (struct bh_str){ at, strnlen(at, most) };
}

static bool address_of(struct bh_arena *arena, const int32_t at[4], struct bh_str *ret) {
        char text[INET6_ADDRSTRLEN] = "";
        bool v6 = at[1] || at[2] || at[3];

        if (!v6 && !at[0])
                return false;
        (void) inet_ntop(v6 ? AF_INET6 : AF_INET, at, text, sizeof text);
        *ret = bh_arena_str(arena, bh_str_of(text));
        return true;
}

/* type, pid, line 32, id 4, user 32, host 256, exit 4, session 4, seconds, microseconds, address 16 */
bool bh_login_utmp(struct bh_arena *arena, struct bh_str record, bool failures, struct bh_login *ret) {
        struct bh_login l = { .type = failures ? BH_LOGIN_FAILURE : BH_LOGIN_SUCCESS, .method = { 0 } };
        struct utmp u;

        if (record.len != sizeof u)
                return false;
        memcpy(&u, record.at, sizeof u);
        if (u.ut_type == DEAD_PROCESS && !failures)
                l.type = BH_LOGIN_LOGOUT;
        else if (u.ut_type != USER_PROCESS && !(failures && u.ut_type == LOGIN_PROCESS))
                return false;
        l.tty = bh_arena_str(arena, text_of(u.ut_line, sizeof u.ut_line));
        l.service = bh_str_starts(l.tty, BH_STR("ssh")) ? BH_STR("sshd") : BH_STR("login");
        l.user = bh_arena_str(arena, text_of(u.ut_user, sizeof u.ut_user));
        l.host = bh_arena_str(arena, text_of(u.ut_host, sizeof u.ut_host));
        (void) address_of(arena, u.ut_addr_v6, &l.ip);
        l.pid = (uint32_t) u.ut_pid;
        l.time_ns = (int64_t) u.ut_tv.tv_sec * 1000000000 + (int64_t) u.ut_tv.tv_usec * 1000;
        *ret = l;
        return l.user.len > 0 || l.type == BH_LOGIN_LOGOUT;
}
