/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "manage/incidents.h"

#define MINUTE 60000ll
#define HOUR (60 * MINUTE)

static struct bh_incident_key key(const char *host, const char *container, const char *lineage) {
        return (struct bh_incident_key){ bh_str_of(host), bh_str_of(container), bh_str_of(lineage) };
}

static void an_alert_joins_what_is_near_in_place_and_time(void **state) {
        static const struct {
                const char *why;
                const char *host, *container, *lineage; /* of the alert */
                int64_t at_ms;
                const char *of_host, *of_container, *of_lineage; /* of the incident, from 100 to 110 minutes */
                bool closed;
                int expect;
        } rows[] = {
                { "inside", "h", "c", "", 105 * MINUTE, "h", "c", "", false, 0 },
                { "at the window's end", "h", "c", "", 120 * MINUTE, "h", "c", "", false, 0 },
                { "after it", "h", "c", "", 120 * MINUTE + 1, "h", "c", "", false, -1 },
                { "a little late in coming", "h", "c", "", 90 * MINUTE, "h", "c", "", false, 0 },
                { "too late in coming", "h", "c", "", 90 * MINUTE - 1, "h", "c", "", false, -1 },
                { "another container", "h", "d", "", 105 * MINUTE, "h", "c", "", false, -1 },
                { "another host", "g", "c", "", 105 * MINUTE, "h", "c", "", false, -1 },
                { "lineage does not matter in a container", "h", "c", "7 /x", 105 * MINUTE, "h", "c", "8 /y", false, 0 },
                { "on the host it does", "h", "", "7 /x", 105 * MINUTE, "h", "", "8 /y", false, -1 },
                { "the same one", "h", "", "7 /x", 105 * MINUTE, "h", "", "7 /x", false, 0 },
                { "nothing known of either", "h", "", "", 105 * MINUTE, "h", "", "", false, 0 },
                { "closed", "h", "c", "", 105 * MINUTE, "h", "c", "", true, -1 },
        };

        (void) state;
        for (size_t i = 0; i < BH_LEN(rows); i++) {
                const struct bh_incident_key k = key(rows[i].host, rows[i].container, rows[i].lineage);
                const struct bh_incident of = { .id = 1, .key = key(rows[i].of_host, rows[i].of_container, rows[i].of_lineage), .first_ms = 100 * MINUTE,
                                                .last_ms = 110 * MINUTE, .open = !rows[i].closed };

                if (bh_incident_choose(&k, rows[i].at_ms, &of, 1, BH_INCIDENT_WINDOW) != rows[i].expect)
                        fail_msg("%s", rows[i].why);
        }
}

static void no_incident_is_longer_than_a_day(void **state) {
        const struct bh_incident_key k = key("h", "c", "");
        const struct bh_incident of = { .key = k, .first_ms = 0, .last_ms = 24 * HOUR - 5 * MINUTE, .open = true };

        (void) state;
        assert_int_equal(bh_incident_choose(&k, 24 * HOUR, &of, 1, BH_INCIDENT_WINDOW), 0);
        assert_int_equal(bh_incident_choose(&k, 24 * HOUR + 1, &of, 1, BH_INCIDENT_WINDOW), -1);
}

static void of_two_the_nearer_is_chosen(void **state) {
        const struct bh_incident_key k = key("h", "c", "");
        const struct bh_incident of[] = { { .key = k, .first_ms = 0, .last_ms = 10 * MINUTE, .open = true },
                                          { .key = k, .first_ms = 18 * MINUTE, .last_ms = 30 * MINUTE, .open = true } };

        (void) state;
        assert_int_equal(bh_incident_choose(&k, 12 * MINUTE, of, 2, BH_INCIDENT_WINDOW), 0);
        assert_int_equal(bh_incident_choose(&k, 16 * MINUTE, of, 2, BH_INCIDENT_WINDOW), 1);
        assert_int_equal(bh_incident_choose(&k, 16 * MINUTE, of, 0, BH_INCIDENT_WINDOW), -1);
}

static void a_title_says_what_and_where(void **state) {
        struct bh_arena *arena = bh_arena_new();

        (void) state;
        assert_str(bh_incident_title(arena, BH_STR("Reverse shell"), BH_STR("web-1"), BH_STR("node")), "Reverse shell in web-1");
        assert_str(bh_incident_title(arena, BH_STR("Shell in a container"), BH_STR("web-1"), BH_STR("node")), "Shell in web-1");
        assert_str(bh_incident_title(arena, BH_STR("Cron table written"), BH_STR(""), BH_STR("node")), "Cron table written on node");
        assert_str(bh_incident_title(arena, BH_STR("Cron table written"), BH_STR(""), BH_STR("")), "Cron table written");
        bh_arena_free(&arena);
}

static void a_set_of_words_grows_sorted_and_without_doubles(void **state) {
        const struct bh_str more[] = { BH_STR("b"), BH_STR("a"), BH_STR("b") };
        struct bh_arena *arena = bh_arena_new();
        struct bh_str set = bh_json_set_add(arena, BH_STR("[\"c\"]"), more, 3);

        (void) state;
        assert_str(set, "[\"a\",\"b\",\"c\"]");
        assert_ptr_equal(bh_json_set_add(arena, set, more, 3).at, set.at); /* nothing new */
        assert_str(bh_json_set_add(arena, BH_STR(""), NULL, 0), "[]");
        assert_str(bh_json_set_add(arena, BH_STR("broken"), more, 1), "[\"b\"]");
        bh_arena_free(&arena);
}

BH_UNIT_MAIN(an_alert_joins_what_is_near_in_place_and_time, no_incident_is_longer_than_a_day, of_two_the_nearer_is_chosen, a_title_says_what_and_where,
             a_set_of_words_grows_sorted_and_without_doubles)
