/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "guard/outputs/spool.h"

static void add(struct bh_spool *s, enum bh_priority level, const char *text) {
        bh_spool_add(s, bh_message_new(1, (uint8_t) level, bh_str_of(text)));
}

static void expect(struct bh_spool *s, const char *text) {
        struct bh_message *m = bh_spool_take(s);

        assert_non_null(m);
        assert_str(bh_message_str(m), text);
        free(m);
}

static void what_came_first_goes_first_whatever_its_level(void **state) {
        struct bh_spool s = { .max_bytes = 4096 };

        (void) state;
        add(&s, BH_PRIORITY_NOTICE, "one");
        add(&s, BH_PRIORITY_CRITICAL, "two");
        add(&s, BH_PRIORITY_NOTICE, "three");
        expect(&s, "one");
        expect(&s, "two");
        expect(&s, "three");
        assert_null(bh_spool_take(&s));
        assert_int_equal(s.bytes, 0);
}

static void what_comes_back_keeps_its_place(void **state) {
        struct bh_spool s = { .max_bytes = 4096 };
        struct bh_message *m;

        (void) state;
        add(&s, BH_PRIORITY_NOTICE, "one");
        add(&s, BH_PRIORITY_ERROR, "two");
        m = bh_spool_take(&s);
        add(&s, BH_PRIORITY_NOTICE, "three");
        bh_spool_back(&s, m);
        expect(&s, "one");
        expect(&s, "two");
        expect(&s, "three");
        bh_spool_done(&s);
}

static void a_full_spool_drops_the_least_severe_and_of_those_the_oldest(void **state) {
        struct bh_spool s = { .max_bytes = 4 * (sizeof(struct bh_message) + 4) };

        (void) state;
        add(&s, BH_PRIORITY_CRITICAL, "crit");
        add(&s, BH_PRIORITY_DEBUG, "dbg1");
        add(&s, BH_PRIORITY_DEBUG, "dbg2");
        add(&s, BH_PRIORITY_NOTICE, "note");
        add(&s, BH_PRIORITY_WARNING, "warn");
        assert_int_equal(s.dropped[BH_PRIORITY_DEBUG], 1);
        expect(&s, "crit");
        expect(&s, "dbg2");
        add(&s, BH_PRIORITY_CRITICAL, "cri2");
        add(&s, BH_PRIORITY_CRITICAL, "cri3");
        add(&s, BH_PRIORITY_DEBUG, "dbg3"); /* of no more worth than what it would displace */
        assert_int_equal(s.dropped[BH_PRIORITY_DEBUG], 2);
        expect(&s, "note");
        bh_spool_done(&s);
        assert_int_equal(s.n, 0);
}

BH_UNIT_MAIN(what_came_first_goes_first_whatever_its_level, what_comes_back_keeps_its_place,
             a_full_spool_drops_the_least_severe_and_of_those_the_oldest)
