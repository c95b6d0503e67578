/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_FUZZ_RULE_SOURCE_H
#define BH_TESTS_FUZZ_RULE_SOURCE_H
/* A source for fuzzing: a field of each type, whose value is a stretch of the fuzzer's bytes. */
#include <string.h>

#include "rule/rules.h"

static const struct bh_str *fuzz_text(const void *event) {
        return event;
}

static bool fuzz_get(const struct bh_field *self, const void *event, const struct bh_field_arg *arg, struct bh_arena *scratch, struct bh_value *ret) {
        struct bh_str s = *fuzz_text(event);

        if (s.len == 0)
                return false;
        *ret = (struct bh_value){ .type = self->type };
        memcpy(&ret->u, s.at, BH_MIN(s.len, sizeof ret->u));
        if (self->type == BH_V_BOOL)
                ret->b = s.at[0] & 1;
        if (self->type == BH_V_IP || self->type == BH_V_NET) {
                memcpy(ret->ip.at, s.at, BH_MIN(s.len, sizeof ret->ip.at));
                ret->ip.v6 = s.len & 1;
        } else if (self->type >= BH_V_STRING && self->type <= BH_V_WORD)
                ret->str = bh_str_from(s, arg->index % s.len);
        if ((self->flags & (BH_F_LIST | BH_F_EITHER)) || ((self->flags & BH_F_ANY) && !arg->given)) {
                struct bh_value *items = bh_arena_array(scratch, struct bh_value, 2);

                items[0] = items[1] = *ret;
                *ret = (struct bh_value){ .type = self->type, .is_list = true };
                ret->list.at = items;
                ret->list.n = 2;
        }
        return true;
}

#define FUZZ_FIELD(field_name, field_type, field_arg, field_flags) \
        { .name = field_name, .type = field_type, .arg = field_arg, .life = BH_LIFE_EVENT, .flags = field_flags, .get = fuzz_get }

static const struct bh_field fuzz_fields[] = {
        FUZZ_FIELD("evt.type", BH_V_STRING, BH_ARG_NONE, BH_F_TYPE),    FUZZ_FIELD("evt.num", BH_V_UINT, BH_ARG_NONE, 0),
        FUZZ_FIELD("evt.arg", BH_V_WORD, BH_ARG_KEY, 0),                FUZZ_FIELD("evt.buffer", BH_V_BYTES, BH_ARG_NONE, 0),
        FUZZ_FIELD("evt.is", BH_V_BOOL, BH_ARG_NONE, 0),                FUZZ_FIELD("evt.res", BH_V_INT, BH_ARG_NONE, 0),
        FUZZ_FIELD("fd.name", BH_V_PATH, BH_ARG_NONE, 0),               FUZZ_FIELD("fd.ip", BH_V_IP, BH_ARG_NONE, BH_F_EITHER | BH_F_FILTER_ONLY),
        FUZZ_FIELD("fd.net", BH_V_NET, BH_ARG_NONE, 0),                 FUZZ_FIELD("fd.port", BH_V_PORT, BH_ARG_NONE, 0),
        FUZZ_FIELD("proc.name", BH_V_STRING, BH_ARG_NONE, 0),           FUZZ_FIELD("proc.argv", BH_V_STRING, BH_ARG_NONE, BH_F_LIST),
        FUZZ_FIELD("proc.aname", BH_V_STRING, BH_ARG_MAY_INDEX, BH_F_ANY), FUZZ_FIELD("proc.load", BH_V_DOUBLE, BH_ARG_NONE, 0),
};

static const char *fuzz_type_name(unsigned t) {
        static const char *const names[] = { "open", "execve", "" };

        return t < BH_LEN(names) ? names[t] : NULL;
}

static unsigned fuzz_type_of(const void *event) {
        return (unsigned) fuzz_text(event)->len % 3;
}

static const struct bh_source fuzz_source = { .name = "syscall", .fields = fuzz_fields, .n_fields = BH_LEN(fuzz_fields),
                                              .type_name = fuzz_type_name, .type_of = fuzz_type_of, .n_types = 3 };

#endif
