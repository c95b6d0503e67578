/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long Debian and Ubuntu are looked after.
 *
 * distro-info-data, debian.csv and ubuntu.csv:
 *
 *     version,codename,series,created,release,eol,eol-lts,eol-elts
 *     12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-07-11,2028-06-30,2033-06-30
 *
 * debian-security-support, security-support-ended[.debN] (package, last
 * supported version, date, why) and security-support-limited (package, why):
 * records of their own, "DEBIAN-SUPPORT-ENDED" and "-LIMITED", for no CVE
 * stands behind them.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "base/cur.h"

bool bh_distro_info_is(const struct bh_feed_in *in) {
        return bh_str_starts(in->bytes, BH_STR("version,codename,series,created,release,eol"));
}

struct row {
        struct bh_str at[12];
        size_t n;
};

static void cut_row(struct bh_str line, struct row *row) {
        row->n = 0;
        while (row->n < BH_LEN(row->at) && bh_str_split(&line, ',', &row->at[row->n]))
                row->n++;
}

static int64_t date_of(const struct row *row, const struct row *head, const char *const *names, size_t n_names) {
        for (size_t k = 0; k < n_names; k++)
                for (size_t i = 0; i < head->n && i < row->n; i++)
                        if (bh_str_is(head->at[i], names[k]) && bh_feed_time(row->at[i]))
                                return bh_feed_time(row->at[i]);
        return 0;
}

int bh_distro_info_read(const struct bh_feed_in *in, struct bh_err *err) {
        static const char *const released[] = { "release" }, *const end[] = { "eol" };
        static const char *const extended[] = { "eol-esm", "eol-lts" }; /* Ubuntu's, Debian's */
        bool ubuntu = bh_str_find(bh_str_basename(in->path), BH_STR("ubuntu")) >= 0;
        struct bh_cur c = bh_cur_of(in->bytes);
        struct row head = { 0 }, row;
        struct bh_str line, number, word;
        int r = 0;

        if (bh_cur_line(&c, &line))
                cut_row(line, &head);
        while (r >= 0 && bh_cur_line(&c, &line)) {
                struct bh_lifecycle l = { 0 };

                cut_row(line, &row);
                if (row.n < 4 || row.at[2].len == 0)
                        continue;
                word = row.at[0];
                number = row.at[2];
                if (bh_str_word(&word, &number) && !ubuntu && bh_str_is(number, "6.0"))
                        number = BH_STR("6");
                l.space = bh_arena_printf(in->arena, "%s:%.*s", ubuntu ? "ubuntu" : "debian", BH_FMT(number));
                l.codename = row.at[2];
                l.released_s = date_of(&row, &head, released, 1);
                l.end_s = date_of(&row, &head, end, 1);
                l.extended_end_s = date_of(&row, &head, extended, BH_LEN(extended));
                r = in->sink->lifecycle(in->sink->user, &l, err);
        }
        return r;
}

bool bh_debian_support_is(const struct bh_feed_in *in) {
        return bh_str_starts(bh_str_basename(in->path), BH_STR("security-support-"));
}

/* "security-support-ended.deb11" -> "debian:11"; the list without a number is about the newest release it came with. */
static struct bh_str support_space(const struct bh_feed_in *in) {
        struct bh_str name = bh_str_basename(in->path);
        ptrdiff_t at = bh_str_find(name, BH_STR(".deb"));

        return at < 0 ? BH_STR("debian") : bh_arena_cat(in->arena, BH_STR("debian:"), bh_str_from(name, (size_t) at + 4));
}

int bh_debian_support_read(const struct bh_feed_in *in, struct bh_err *err) {
        bool ended = bh_str_starts(bh_str_basename(in->path), BH_STR("security-support-ended"));
        struct bh_cur c = bh_cur_of(in->bytes);
        struct bh_str line, word;
        int r = 0;

        while (r >= 0 && bh_cur_line(&c, &line)) {
                struct bh_affected *one = bh_arena_make(in->arena, struct bh_affected);
                struct bh_advisory a = { .affected = one, .n_affected = 1 };

                line = bh_str_trim(line);
                if (line.len == 0 || line.at[0] == '#' || !bh_str_word(&line, &one->package))
                        continue;
                one->eco = BH_ECO_DEB;
                one->space = support_space(in);
                one->status = ended ? BH_STATUS_END_OF_LIFE : BH_STATUS_UNIMPORTANT;
                one->severity = ended ? BH_STR("unsupported") : BH_STR("limited");
                a.id = ended ? BH_STR("DEBIAN-SUPPORT-ENDED") : BH_STR("DEBIAN-SUPPORT-LIMITED");
                a.id = bh_arena_printf(in->arena, "%.*s-%.*s", BH_FMT(a.id), BH_FMT(one->package));
                if (ended) { /* the last version with support, and since when there is none */
                        if (!bh_str_word(&line, &word) || !bh_str_word(&line, &word))
                                continue;
                        a.published_s = bh_feed_time(word.len == 7 ? bh_arena_cat(in->arena, word, BH_STR("-01")) : word);
                }
                a.summary = ended ? BH_STR("security support of this package has ended")
                                  : BH_STR("security support of this package is limited");
                a.details = bh_str_trim(line);
                r = bh_feed_emit(in, &a, err);
        }
        return r;
}
