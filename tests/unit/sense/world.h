/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TESTS_UNIT_SENSE_WORLD_H
#define BH_TESTS_UNIT_SENSE_WORLD_H
/* A sensor without a machine: records are pushed, fields are asked by name while the event has its turn. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "rule/field.h"
#include "sense/sense.h"

#define ID "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"

static inline const struct bh_field *field_of(const char *name) {
        for (size_t i = 0; i < bh_source_syscall.n_fields; i++)
                if (strcmp(bh_source_syscall.fields[i].name, name) == 0)
                        return &bh_source_syscall.fields[i];
        fail_msg("no field %s", name);
        return NULL;
}

/* "name" or "name[argument]": its value as text in `out`; "-" when there is none. */
static inline const char *ask(const struct bh_event *e, const char *what, char *out, size_t size) {
        struct bh_arena *scratch = bh_arena_new();
        struct bh_str name = bh_str_of(what), key;
        struct bh_field_arg arg = { 0 };
        struct bh_value v;
        const struct bh_field *f;
        char text[128];

        if (bh_str_cut(name, '[', &name, &key)) {
                arg.given = true;
                arg.key = bh_str_part(key, 0, key.len - 1);
                (void) bh_str_u64(arg.key, &arg.index);
        }
        f = field_of(bh_str_quote(name, text, sizeof text));
        (void) snprintf(out, size, "-");
        if (f && f->get(f, e, &arg, scratch, &v)) {
                if (v.is_list)
                        (void) snprintf(out, size, "%zu values", v.list.n);
                else if (v.type == BH_V_BOOL)
                        (void) snprintf(out, size, "%s", v.b ? "true" : "false");
                else if (v.type >= BH_V_STRING && v.type <= BH_V_WORD)
                        (void) snprintf(out, size, "%.*s", BH_FMT(v.str));
                else
                        (void) snprintf(out, size, "%lld", (long long) v.i);
        }
        bh_arena_free(&scratch);
        return out;
}
#define assert_field(e, name, text) assert_string_equal(ask((e), (name), (char[4096]){ 0 }, 4096), (text))

static inline void push(struct bh_sense *s, const struct bh_event_parts *parts) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        bh_event_put(&b, parts);
        bh_sense_push(s, bh_buf_str(&b));
}

static inline void push_exec(struct bh_sense *s, uint64_t when, uint32_t pid, uint32_t ppid, const char *exe, struct bh_str argv,
                             const char *cgroup) {
        struct bh_ev_proc proc = { .pid = pid, .ppid = ppid, .vpid = pid, .start_ns = when, .loginuid = UINT32_MAX };
        const char *slash = strrchr(exe, '/');
        const struct bh_str strs[BH_PROC_STRS] = { bh_str_of(exe), argv, BH_STR("HOME=/root\0PATH=/bin\0"),
                                                   bh_str_of(slash ? slash + 1 : exe), BH_STR("/tmp"), bh_str_of(cgroup),
                                                   bh_str_of(exe) };

        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_EXECVE, .ktime_ns = when, .pid = pid, .tid = pid },
                                          .proc = &proc, .strs = strs, .n_strs = BH_PROC_STRS });
}

static inline void push_fork(struct bh_sense *s, uint64_t when, uint32_t parent, uint32_t child) {
        struct bh_ev_proc proc = { .pid = child, .ppid = parent, .vpid = child, .start_ns = when, .loginuid = UINT32_MAX };
        const struct bh_str strs[BH_PROC_STRS] = { 0 };

        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_CLONE, .ktime_ns = when, .pid = parent, .tid = parent,
                                                    .res = child },
                                          .proc = &proc, .strs = strs, .n_strs = BH_PROC_STRS });
}

/* Its last thread ends, and with it the process. */
static inline void push_exit_of(struct bh_sense *s, uint64_t when, uint32_t pid, uint32_t tid) {
        const uint64_t nums[] = { 0, 1 };

        push(s, &(struct bh_event_parts){ .head = { .type = BH_EV_PROCEXIT, .ktime_ns = when, .pid = pid, .tid = tid },
                                          .nums = nums, .n_nums = 2 });
}

static inline void push_exit(struct bh_sense *s, uint64_t when, uint32_t pid) {
        push_exit_of(s, when, pid, pid);
}

static inline struct bh_sense *open_world(uint32_t max_processes, uint32_t max_containers) {
        const struct bh_sense_opts opts = { .backend = "synthetic", .max_processes = max_processes, .max_containers = max_containers };
        struct bh_err err = BH_ERR_NONE;
        struct bh_sense *s = NULL;

        if (bh_sense_open(&opts, &s, &err) < 0)
                fail_msg("%s", err.text);
        return s;
}

/* Polls once; fn sees each event. */
static inline void run(struct bh_sense *s, bh_event_fn fn, void *user) {
        struct bh_err err = BH_ERR_NONE;

        if (bh_sense_poll(s, 0, fn, user, &err) < 0)
                fail_msg("%s", err.text);
}

#endif
