/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "inventory/known.h"

static bool count(void *user, struct bh_str key) {
        struct bh_str *last = user;

        *last = key;
        return true;
}

static bool unseen(void *user, struct bh_str key) {
        (void) user;
        (void) key;
        return false;
}

static void only_what_changed_is_news(void **state) {
        struct bh_known k;
        struct bh_str last = BH_STR("");

        (void) state;
        bh_known_init(&k);
        bh_known_begin(&k);
        assert_true(bh_known_is_news(&k, BH_STR("a"), BH_STR("1")));
        assert_true(bh_known_is_news(&k, BH_STR("b"), BH_STR("1")));
        assert_false(bh_known_is_news(&k, BH_STR("a"), BH_STR("2"))); /* twice in a pass: the first stays */
        bh_known_end(&k, count, &last);
        assert_str(last, "");

        bh_known_begin(&k);
        assert_false(bh_known_is_news(&k, BH_STR("a"), BH_STR("1")));
        assert_true(bh_known_is_news(&k, BH_STR("c"), BH_STR("1")));
        bh_known_end(&k, count, &last);
        assert_str(last, "b");
        bh_known_done(&k);
}

static void what_could_not_be_seen_is_not_gone(void **state) {
        struct bh_known k;
        struct bh_str last = BH_STR("");

        (void) state;
        bh_known_init(&k);
        bh_known_begin(&k);
        assert_true(bh_known_is_news(&k, BH_STR("a"), BH_STR("1")));
        bh_known_end(&k, count, &last);
        bh_known_begin(&k);
        bh_known_end(&k, unseen, NULL); /* a pass that saw nothing, and knows it */
        bh_known_begin(&k);
        assert_false(bh_known_is_news(&k, BH_STR("a"), BH_STR("1")));
        bh_known_end(&k, count, &last);
        assert_str(last, "");
        bh_known_done(&k);
}

BH_UNIT_MAIN(only_what_changed_is_news, what_could_not_be_seen_is_not_gone)
