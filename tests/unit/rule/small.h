/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_UNIT_RULE_SMALL_H
#define BH_TESTS_UNIT_RULE_SMALL_H
/* A source of events with a field of each kind, whose events are bags (rule/bag.h). */
#include "fmt/yaml.h"
#include "rule/bag.h"
#include "rule/rules.h"

static const char *small_type_name(unsigned type) {
        static const char *const names[] = { "execve", "execveat", "open", "openat", "connect", "ptrace", "", "clone" };

        return type < BH_LEN(names) ? names[type] : NULL;
}

static unsigned small_no_type(const void *event) {
        (void) event;
        return 0;
}

#define SMALL(field_name, field_type, field_arg, field_life, field_flags, view) \
        { .name = field_name, .type = field_type, .arg = field_arg, .life = field_life, .flags = field_flags, .kernel = view }

static const struct bh_field small_fields[] = {
        SMALL("evt.type", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_TYPE, BH_KV_NONE),
        SMALL("syscall.type", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_TYPE, BH_KV_NONE),
        SMALL("evt.num", BH_V_UINT, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("evt.dir", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_DEPRECATED, BH_KV_NONE),
        SMALL("evt.arg", BH_V_WORD, BH_ARG_KEY, BH_LIFE_EVENT, 0, BH_KV_ARG),
        SMALL("evt.args", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("evt.buffer", BH_V_BYTES, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("evt.rawres", BH_V_INT, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_FAILED),
        SMALL("evt.res", BH_V_WORD, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_FAILED),
        SMALL("evt.is_open_write", BH_V_BOOL, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_OPEN_WRITE),
        SMALL("evt.is_open_read", BH_V_BOOL, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_OPEN_READ),
        SMALL("fd.name", BH_V_PATH, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_PATH),
        SMALL("fd.nameraw", BH_V_PATH, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("fd.directory", BH_V_PATH, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_DIRECTORY),
        SMALL("fd.filename", BH_V_PATH, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_FILENAME),
        SMALL("fd.num", BH_V_INT, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_FAILED),
        SMALL("fd.typechar", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_FD_KIND),
        SMALL("fd.ip", BH_V_IP, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_EITHER | BH_F_FILTER_ONLY | BH_F_NO_RHS, BH_KV_NONE),
        SMALL("fd.net", BH_V_NET, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_EITHER | BH_F_FILTER_ONLY, BH_KV_NONE),
        SMALL("fd.port", BH_V_PORT, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_EITHER | BH_F_FILTER_ONLY, BH_KV_PORT),
        SMALL("fd.sip", BH_V_IP, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("fd.sip.name", BH_V_IP, BH_ARG_NONE, BH_LIFE_EVENT, BH_F_NAMED, BH_KV_NONE),
        SMALL("fd.sport", BH_V_PORT, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_PORT),
        SMALL("proc.name", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.pname", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.exepath", BH_V_PATH, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.cmdline", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.args", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.argv", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, BH_F_LIST, BH_KV_NONE),
        SMALL("proc.env", BH_V_STRING, BH_ARG_MAY_KEY, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.aname", BH_V_STRING, BH_ARG_MAY_INDEX, BH_LIFE_EXEC, BH_F_ANY, BH_KV_NONE),
        SMALL("proc.tty", BH_V_UINT, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.pid", BH_V_INT, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.duration", BH_V_DURATION, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("proc.is_exe_upper_layer", BH_V_BOOL, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("proc.load", BH_V_DOUBLE, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
        SMALL("user.name", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("container.id", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EXEC, 0, BH_KV_IN_CONTAINER),
        SMALL("container.mount.dest", BH_V_STRING, BH_ARG_KEY, BH_LIFE_EXEC, 0, BH_KV_NONE),
        SMALL("ka.verb", BH_V_STRING, BH_ARG_NONE, BH_LIFE_EVENT, 0, BH_KV_NONE),
};

/* connect stands for what makes a socket. */
static enum bh_arg_view small_arg_view(unsigned type, struct bh_str key) {
        if (type != 4)
                return BH_ARG_UNSEEN;
        return bh_str_is(key, "domain") ? BH_ARG_FAMILY : bh_str_is(key, "type") ? BH_ARG_TYPE : BH_ARG_UNSEEN;
}

static const struct bh_source small_source = { .name = "syscall", .fields = small_fields, .n_fields = BH_LEN(small_fields),
                                               .type_name = small_type_name, .type_of = small_no_type, .n_types = 8, .arg_view = small_arg_view };

#endif
