/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <stddef.h>
#include <time.h>

#include "rule/when.h"
#include "sense/login.h"

#define GET(name)                                                                                   \
        static bool name(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, \
                         struct bh_arena *scratch, struct bh_value *ret)

GET(text) {
        static const size_t at[] = {
                offsetof(struct bh_login, service), offsetof(struct bh_login, user),    offsetof(struct bh_login, target),
                offsetof(struct bh_login, ip),      offsetof(struct bh_login, port),    offsetof(struct bh_login, method),
                offsetof(struct bh_login, tty),     offsetof(struct bh_login, command), offsetof(struct bh_login, cwd),
                offsetof(struct bh_login, key),     offsetof(struct bh_login, host),    offsetof(struct bh_login, message),
        };
        struct bh_str s = *(const struct bh_str *) (const void *) ((const char *) event + at[self->tag]);

        (void) arg, (void) scratch;
        *ret = (struct bh_value){ .type = self->type, .str = s };
        return s.len > 0;
}

GET(type) {
        const struct bh_login *l = event;

        (void) arg, (void) scratch;
        *ret = (struct bh_value){ .type = self->type, .str = bh_str_of(bh_login_type_str(l->type)) };
        return true;
}

GET(flag) {
        const struct bh_login *l = event;
        bool became_root = bh_str_is(l->target.len ? l->target : l->user, "root");

        (void) arg, (void) scratch;
        *ret = (struct bh_value){ .type = self->type };
        ret->b = self->tag == 0 ? l->type == BH_LOGIN_FAILURE : self->tag == 1 ? l->invalid_user : became_root;
        return true;
}

GET(number) {
        const struct bh_login *l = event;

        (void) arg, (void) scratch;
        *ret = (struct bh_value){ .type = self->type, .u = self->tag == 0 ? l->failures : self->tag == 1 ? l->user_failures : l->pid };
        return true;
}

GET(hour) {
        const struct bh_login *l = event;
        time_t s = (time_t) (l->time_ns / 1000000000);
        struct tm tm;

        (void) arg, (void) scratch;
        if (!localtime_r(&s, &tm))
                return false;
        *ret = (struct bh_value){ .type = self->type, .u = (uint64_t) (self->tag ? tm.tm_wday : tm.tm_hour) };
        return true;
}

GET(when) {
        const struct bh_login *l = event;

        (void) arg;
        *ret = (struct bh_value){ .type = self->type, .i = l->time_ns,
                                  .str = bh_when_text(scratch, l->time_ns, self->tag ? BH_WHEN_ISO : BH_WHEN_TIME) };
        return ret->str.len > 0;
}

GET(source) {
        (void) arg, (void) scratch, (void) event;
        *ret = (struct bh_value){ .type = self->type, .str = BH_STR("login") };
        return true;
}

#define ROW(name, type, tag, help, get) { name, BH_V_##type, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE, tag, help, get }

static const struct bh_field fields[] = {
        ROW("evt.time", TIME, 0, "local time with nanoseconds", when),
        ROW("evt.time.iso8601", TIME, 1, "date, time, nanoseconds and zone, in UTC", when),
        ROW("evt.source", STRING, 0, "login", source),
        ROW("login.type", STRING, 0, "success, failure, logout, command (sudo), session, account (changed)", type),
        ROW("login.service", STRING, 0, "program that tells it: sshd, sudo, su, login, useradd, ...", text),
        ROW("login.user", STRING, 1, "account asked for; of sudo and su who asks", text),
        ROW("login.target", STRING, 2, "of sudo and su whom they become; of accounts the group", text),
        ROW("login.ip", STRING, 3, "address it came from", text),
        ROW("login.port", STRING, 4, "port it came from", text),
        ROW("login.method", STRING, 5, "password, publickey, ...", text),
        ROW("login.tty", STRING, 6, "terminal", text),
        ROW("login.command", STRING, 7, "command of sudo", text),
        ROW("login.cwd", STRING, 8, "directory sudo was called in", text),
        ROW("login.key", STRING, 9, "kind and fingerprint of the key", text),
        ROW("login.host", STRING, 10, "machine whose log it is; of wtmp the one it came from", text),
        ROW("login.message", STRING, 11, "the sentence itself", text),
        ROW("login.failed", BOOL, 0, "type is failure", flag),
        ROW("login.invalid_user", BOOL, 1, "there is no such account", flag),
        ROW("login.is_root", BOOL, 2, "who they became, or wanted to be, is root", flag),
        ROW("login.failures", UINT, 0, "failures from this address in the last minute, with this one", number),
        ROW("login.user_failures", UINT, 1, "failures of this user in the last minute, with this one", number),
        ROW("login.pid", UINT, 2, "process id of the service", number),
        ROW("login.hour", UINT, 0, "local hour of the day, 0 to 23", hour),
        ROW("login.weekday", UINT, 1, "day of the week, 0 is Sunday", hour),
};

static int64_t time_of(const void *event) {
        return ((const struct bh_login *) event)->time_ns;
}

const struct bh_source bh_source_login = { .name = "login", .fields = fields, .n_fields = BH_LEN(fields), .time_of = time_of };
