/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/simulate_needs.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Those newer or rarer than what every kernel has. Asked with arguments that no kernel accepts. */
static const struct {
        const char *name;
        long nr;
} calls[] = {
        { "bpf", SYS_bpf },
        { "io_uring_setup", 425 },
        { "memfd_create", SYS_memfd_create },
        { "open_by_handle_at", SYS_open_by_handle_at },
        { "process_vm_writev", SYS_process_vm_writev },
        { "userfaultfd", SYS_userfaultfd },
};

static bool has_program(struct bh_arena *arena, struct bh_str name) {
        static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

        for (size_t i = 0; i < BH_LEN(dirs); i++)
                if (access(bh_arena_printf(arena, "%s/%.*s", dirs[i], BH_FMT(name)).at, X_OK) == 0)
                        return true;
        return false;
}

/* A call we do not know of here is taken to be there: the scenario itself will say. */
static bool has_call(struct bh_str name) {
        for (size_t i = 0; i < BH_LEN(calls); i++)
                if (bh_str_is(name, calls[i].name))
                        return syscall(calls[i].nr, -1L, -1L, -1L, -1L, -1L, -1L) >= 0 || errno != ENOSYS;
        return true;
}

/* "6.18.44-x" -> 6018 */
static uint64_t version_of(struct bh_str text) {
        struct bh_str major, rest, minor = { 0 };
        uint64_t a = 0, b = 0;
        size_t n = 0;

        (void) bh_str_cut(text, '.', &major, &rest);
        while (n < rest.len && bh_is_digit(rest.at[n]))
                n++;
        minor = bh_str_part(rest, 0, n);
        if (!bh_str_u64(major, &a) || (minor.len && !bh_str_u64(minor, &b)))
                return 0;
        return a * 1000 + BH_MIN(b, (uint64_t) 999);
}

static bool has_kernel(struct bh_str wanted) {
        struct utsname un;

        return uname(&un) < 0 || version_of(bh_str_of(un.release)) >= version_of(wanted);
}

/* A privileged container gets every capability the kernel knows; where this machine was given fewer, none can start. */
static bool has_all_capabilities(void) {
        for (int cap = 0; cap < 64; cap++) {
                int r = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

                if (r <= 0)
                        return r < 0 && cap > 0;
        }
        return true;
}

static bool is_met(struct bh_arena *arena, const struct bh_need *need, const struct bh_simulation *s, const struct bh_simulation_place *place) {
        switch (need->kind) {
        case BH_NEED_PROGRAM:
                return (place->own_programs && !s->on_host) || has_program(arena, need->text);
        case BH_NEED_FILE:
                return access(bh_arena_cstr(arena, need->text), F_OK) == 0;
        case BH_NEED_CALL:
                return has_call(need->text);
        case BH_NEED_KERNEL:
                return has_kernel(need->text);
        case BH_NEED_STORAGE:
                return place->storage.len == 0 || bh_str_starts(place->storage, need->text);
        case BH_NEED_ROOT:
                return geteuid() == 0;
        }
        return false;
}

int bh_simulation_can(struct bh_arena *arena, const struct bh_simulation *s, const struct bh_simulation_place *place, struct bh_str *ret_why) {
        static const char *const words[] = { [BH_NEED_PROGRAM] = "the program ", [BH_NEED_FILE] = "the file ", [BH_NEED_CALL] = "the system call ",
                                             [BH_NEED_KERNEL] = "Linux ",         [BH_NEED_STORAGE] = "an engine that stores by ", [BH_NEED_ROOT] = "to be " };

        if (!s->on_host && !place->engine) {
                *ret_why = BH_STR("needs a container engine");
                return 0;
        }
        if (!s->on_host && s->spec.privileged && !has_all_capabilities()) {
                *ret_why = BH_STR("needs a machine that may give away all capabilities");
                return 0;
        }
        for (uint32_t i = 0; i < s->n_needs; i++)
                if (!is_met(arena, &s->needs[i], s, place)) {
                        *ret_why = bh_arena_printf(arena, "needs %s%.*s", words[s->needs[i].kind], BH_FMT(s->needs[i].text));
                        return 0;
                }
        return 1;
}
