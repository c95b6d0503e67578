/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "sense/audit_inbox.h"

static const char list[] = "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{},\"items\":[{\"auditID\":\"a\",\"stageTimestamp\":\"2026-11-30T00:00:00.5Z\"},7,{\"auditID\":\"b\"}]}";

struct seen {
        unsigned n;
        uint64_t last;
        char ids[64];
};

static int see(void *user, const struct bh_audit_event *e) {
        struct seen *s = user;
        struct bh_str id = bh_doc_get_text(e->root, "auditID");

        s->n++;
        s->last = e->num;
        strncat(s->ids, id.at, BH_MIN(id.len, (size_t) 8));
        return 0;
}

static int stop_at_first(void *user, const struct bh_audit_event *e) {
        (void) see(user, e);
        return 5;
}

static void events_come_out_as_they_came_in(void **state) {
        struct bh_audit_inbox *in = bh_audit_inbox_new();
        struct bh_audit_inbox_stats st;
        struct bh_err err = BH_ERR_NONE;
        struct seen s = { 0 };

        (void) state;
        assert_int_equal(bh_audit_inbox_put(in, bh_str_of(list), &err), 0);
        assert_int_equal(bh_audit_inbox_put(in, BH_STR("{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"auditID\":\"c\"}"), &err), 0);
        while (s.n < 3)
                assert_int_equal(bh_audit_inbox_poll(in, see, &s), 0);
        assert_string_equal(s.ids, "abc");
        assert_int_equal(s.last, 3);
        assert_int_equal(bh_audit_inbox_poll(in, see, &s), 0); /* nothing is left */
        assert_int_equal(s.n, 3);
        bh_audit_inbox_stats(in, &st);
        assert_int_equal(st.texts, 2);
        assert_int_equal(st.events, 3);
        assert_int_equal(st.waiting, 0);
        bh_audit_inbox_free(&in);
}

static void what_is_no_list_of_events_is_refused(void **state) {
        static const char *const bad[] = { "", "not json", "[]", "{}", "{\"kind\":\"EventList\",\"apiVersion\":\"v1\",\"items\":[]}", "{\"kind\":\"PodList\",\"apiVersion\":\"audit.k8s.io/v1\"}",
                                           "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":{}}" };
        struct bh_audit_inbox *in = bh_audit_inbox_new();
        struct bh_err err = BH_ERR_NONE;

        (void) state;
        for (size_t i = 0; i < BH_LEN(bad); i++)
                assert_int_equal(bh_audit_inbox_put(in, bh_str_of(bad[i]), &err), BH_E_FORMAT);
        bh_audit_inbox_free(&in);
}

static void what_finds_no_room_is_turned_away_and_counted(void **state) {
        BH_CLEANUP(bh_buf_done) struct bh_buf big = { 0 };
        struct bh_audit_inbox *in = bh_audit_inbox_new();
        struct bh_audit_inbox_stats st;
        struct bh_err err = BH_ERR_NONE;
        struct seen s = { 0 };
        unsigned n = 0;
        int r;

        (void) state;
        bh_buf_puts(&big, "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"auditID\":\"");
        memset(bh_buf_room(&big, 10 * BH_MIB), 'x', 10 * BH_MIB);
        big.len += 10 * BH_MIB;
        bh_buf_puts(&big, "\"}");
        while ((r = bh_audit_inbox_put(in, bh_buf_str(&big), &err)) == 0)
                n++;
        assert_int_equal(r, BH_E_LIMIT);
        assert_int_equal(n, BH_LIMIT_AUDIT_INBOX / big.len);
        bh_audit_inbox_stats(in, &st);
        assert_int_equal(st.turned_away, 1);
        assert_int_equal(bh_audit_inbox_poll(in, stop_at_first, &s), 5);
        assert_int_equal(bh_audit_inbox_put(in, bh_buf_str(&big), &err), 0); /* there is room again */
        bh_audit_inbox_free(&in);
}

BH_UNIT_MAIN(events_come_out_as_they_came_in, what_is_no_list_of_events_is_refused, what_finds_no_room_is_turned_away_and_counted)
