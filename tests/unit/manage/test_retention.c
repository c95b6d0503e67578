/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/shelf.h"

#include "manage/retention.h"

static struct bh_retention_state wait_for_a_run(const struct bh_manage *m) {
        struct bh_retention_state state = bh_manage_retention_state(m);

        for (int i = 0; i < 1000 && state.ran_ms == 0; i++) {
                (void) usleep(10000);
                state = bh_manage_retention_state(m);
        }
        return state;
}

static void the_keeper_comes_when_it_is_called(void **state) {
        struct shelf s = shelf_new();
        struct bh_manage *m = NULL;
        struct bh_retention_state now;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        shelf_do(&s, "INSERT INTO alert(agent_id, epoch, seq, host_id, at_ms, taken_ms, rule, level) VALUES('a', 1, 1, 'h', 1, 1, 'r', 1)");
        if (bh_manage_open(&(struct bh_manage_opts){ .store = s.store, .state_dir = s.dir }, &m, &err) < 0)
                fail_msg("%s", err.text);
        assert_int_equal(bh_manage_retention_state(m).ran_ms, 0);
        bh_manage_retention_soon(m);
        now = wait_for_a_run(m);
        assert_true(now.ran_ms > 0);
        assert_string_equal(now.error, "");
        assert_int_equal(now.deleted, 1);
        assert_int_equal(now.checked_ms, 0); /* not while everybody starts */
        bh_manage_close(&m);
        assert_true(shelf_ask(&s, "SELECT count(*) FROM trend") > 0);
        shelf_done(&s);
}

static void a_failure_is_told(void **state) {
        struct shelf s = shelf_new();
        struct bh_manage *m = NULL;
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        shelf_do(&s, "DROP TABLE retention");
        if (bh_manage_open(&(struct bh_manage_opts){ .store = s.store, .state_dir = s.dir }, &m, &err) < 0)
                fail_msg("%s", err.text);
        bh_manage_retention_soon(m);
        assert_non_null(strstr(wait_for_a_run(m).error, "retention: database: no such table"));
        bh_manage_close(&m);
        shelf_done(&s);
}

BH_UNIT_MAIN(the_keeper_comes_when_it_is_called, a_failure_is_told)
