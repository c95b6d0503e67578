/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "unit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>

#include "sense/sense.h"

static bool agrees(const struct bh_trait *f, const struct bh_value *v) {
        bool at_least = strcmp(f->op, ">=") == 0, same;

        switch (v->type) {
        case BH_V_BOOL: same = v->b == (strcmp(f->value, "true") == 0); break;
        case BH_V_INT:
                assert_string_equal(f->value, "0");
                return at_least ? v->i >= 0 : v->i == 0;
        default: same = bh_str_is(v->str, f->value);
        }
        assert_false(at_least);
        return same == (strcmp(f->op, "=") == 0);
}

/* A trait holds exactly when the check of its field does. */
static void compare(const struct bh_event *e, struct bh_arena *scratch, size_t *held) {
        static const struct bh_field_arg none;
        uint64_t traits = bh_source_syscall.traits(e);

        for (const struct bh_trait *f = bh_source_syscall.trait_table; f->field; f++, held++) {
                const struct bh_field *field = bh_source_field(&bh_source_syscall, bh_str_of(f->field));
                struct bh_value v = { 0 };
                bool holds;

                assert_non_null(field);
                holds = field->get(field, e, &none, scratch, &v) && agrees(f, &v);
                if (holds != ((traits & f->bit) != 0))
                        fail_msg("%s %s %s: type %s, res %d", f->field, f->op, f->value, bh_event_info(e->head.type)->name, (int) e->head.res);
                *held += holds;
        }
        bh_arena_reset(scratch);
}

static const uint8_t kinds[] = { 0, BH_FD_FILE, BH_FD_DIR, BH_FD_IPV4, BH_FD_IPV6, BH_FD_UNIX, BH_FD_PIPE, BH_FD_OTHER };
static const uint32_t flags[] = { O_RDONLY, O_WRONLY | O_CREAT, O_RDWR, O_PATH, 3 };

/* One of many that are possible; 0 of what: the first of each. */
static struct bh_event pick(unsigned what, struct bh_ev_fd *fd, struct bh_process *p, struct bh_container *c) {
        unsigned type = what % _BH_EV_MAX, kind = what / _BH_EV_MAX % BH_LEN(kinds), more = what / _BH_EV_MAX / BH_LEN(kinds);
        struct bh_event e = { .head = { .type = (uint16_t) type, .res = (int64_t) (more % 3) - 1 } };

        *fd = (struct bh_ev_fd){ .num = more % 7 ? 3 : -1, .kind = kinds[kind], .open_flags = flags[more % BH_LEN(flags)],
                                 .l4 = more % 2 ? IPPROTO_TCP : more % 3 ? IPPROTO_UDP : 0 };
        e.nums[1] = e.nums[2] = flags[more % BH_LEN(flags)];
        e.fd = kinds[kind] ? fd : NULL;
        e.head.flags = kind ? BH_EV_HAS_FD : 0;
        if (type == BH_EV_EXECVE && more % 2)
                e.head.flags |= BH_EV_HAS_PROC;
        p->container = more % 4 == 1 ? c : NULL;
        e.process = more % 4 ? p : NULL;
        e.container = more % 8 ? NULL : c;
        return e;
}

static void traits_are_what_their_fields_say(void **state) {
        struct bh_container c = { .id = BH_STR("0123456789abcdef"), .short_id = "0123456789ab" };
        struct bh_arena *scratch = bh_arena_new();
        struct bh_process p = { 0 };
        struct bh_ev_fd fd;
        size_t held[64] = { 0 }, n = 0;

        (void) state;
        for (unsigned i = 0; i < _BH_EV_MAX * BH_LEN(kinds) * 840; i += 11) {
                struct bh_event e = pick(i, &fd, &p, &c);

                compare(&e, scratch, held);
        }
        while (bh_source_syscall.trait_table[n].field)
                assert_true(held[n++] > 0);
        bh_arena_free(&scratch);
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(traits_are_what_their_fields_say) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
