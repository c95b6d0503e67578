/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian's lists of advisories, data/{DSA,DLA,DTSA}/list of its security
 * tracker (https://security-team.debian.org/security_tracker.html):
 *
 *     [29 Mar 2023] DSA-5380-1 xorg-server - security update
 *             {CVE-2023-1393}
 *             [bullseye] - xorg-server 2:1.20.11-1+deb11u6
 *             NOTE: ...
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "base/cur.h"

#include <stdio.h>

struct entry {
        struct bh_advisory a;
        bh_feed_affs affected;
        bh_feed_strs cves;
};

bool bh_debian_tracker_is(const struct bh_feed_in *in) {
        struct bh_str head = bh_str_part(in->bytes, 0, 200);

        return head.len && head.at[0] == '[' &&
                (bh_str_find(head, BH_STR("] DSA-")) > 0 || bh_str_find(head, BH_STR("] DLA-")) > 0 ||
                 bh_str_find(head, BH_STR("] DTSA-")) > 0);
}

/* "29 Mar 2023"; other ways to write a date (DTSA's) are left unknown. */
static int64_t read_date(struct bh_str text) {
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        struct bh_str day, month, year;
        char iso[16];

        if (!bh_str_word(&text, &day) || !bh_str_word(&text, &month) || !bh_str_word(&text, &year))
                return 0;
        for (unsigned m = 0; m < 12; m++)
                if (bh_str_eq(bh_str_part(month, 0, 3), (struct bh_str){ months + 3 * (size_t) m, 3 }) && day.len <= 2 && year.len == 4) {
                        (void) snprintf(iso, sizeof iso, "%.4s-%02u-%s%.*s", year.at, m + 1,
                                                  day.len == 1 ? "0" : "", (int) day.len, day.at);
                        return bh_feed_time(bh_str_of(iso));
                }
        return 0;
}

static bool read_head(struct bh_str line, struct entry *e) {
        struct bh_str date, rest;

        *e = (struct entry){ 0 };
        if (!bh_str_cut(bh_str_from(line, 1), ']', &date, &rest) || !bh_str_word(&rest, &e->a.id))
                return false;
        e->a.published_s = read_date(date);
        e->a.summary = bh_str_trim(rest);
        return bh_feed_has_prefix(e->a.id, "DSA- DLA- DTSA-");
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6 (medium)", "... <not-affected> (why)" */
static void read_fix(struct bh_arena *arena, struct bh_str line, struct entry *e) {
        struct bh_str codename, rest, dash, package, version, number;
        struct bh_affected a = { .eco = BH_ECO_DEB };

        if (!bh_str_cut(bh_str_from(line, 1), ']', &codename, &rest) || !bh_str_word(&rest, &dash) ||
            !bh_str_is(dash, "-") || !bh_str_word(&rest, &package) || !bh_str_word(&rest, &version))
                return;
        number = bh_feed_debian_release(codename);
        if (number.len == 0)
                return;
        a.space = bh_arena_cat(arena, BH_STR("debian:"), number);
        a.package = package;
        if (bh_is_digit(version.at[0])) {
                a.status = BH_STATUS_FIXED;
                a.ranges = bh_arena_make(arena, struct bh_range);
                a.ranges[0].fixed = version;
                a.n_ranges = 1;
        } else if (bh_str_is(version, "<not-affected>")) {
                a.status = BH_STATUS_NOT_AFFECTED;
        } else if (bh_str_is(version, "<end-of-life>")) {
                a.status = BH_STATUS_END_OF_LIFE;
        } else if (bh_str_is(version, "<unfixed>")) {
                a.status = BH_STATUS_AFFECTED;
        } else {
                return;
        }
        *bh_vec_add(arena, &e->affected) = a;
}

static int finish(const struct bh_feed_in *in, struct entry *e, struct bh_err *err) {
        if (e->a.id.len == 0)
                return 0;
        e->a.affected = e->affected.at;
        e->a.n_affected = (uint32_t) e->affected.len;
        e->a.references = bh_arena_make(in->arena, struct bh_str);
        e->a.references[0] = bh_arena_cat(in->arena, BH_STR("https://security-tracker.debian.org/tracker/"), e->a.id);
        e->a.n_references = 1;
        return bh_feed_erratum(in, &e->a, &e->cves, err);
}

int bh_debian_tracker_read(const struct bh_feed_in *in, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(in->bytes);
        struct bh_str line, body, cve;
        struct entry e = { 0 };
        int r;

        while (bh_cur_line(&c, &line)) {
                if (line.len && line.at[0] == '[') {
                        r = finish(in, &e, err);
                        if (r < 0)
                                return r;
                        if (!read_head(line, &e)) {
                                e = (struct entry){ 0 };
                                BH_IGNORE(bh_fail(err, BH_E_FORMAT, "line %u: no advisory after the date", c.line));
                                bh_feed_gap(in, line, err);
                        }
                        continue;
                }
                body = bh_str_trim(line);
                if (body.len && body.at[0] == '{')
                        while (bh_feed_next_cve(&body, &cve))
                                bh_feed_add_once(in->arena, &e.cves, cve);
                else if (body.len && body.at[0] == '[')
                        read_fix(in->arena, body, &e);
        }
        return finish(in, &e, err);
}
