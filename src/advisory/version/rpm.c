/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpm: [epoch:]version[-release], each as rpm's own vercmp has it: runs of
 * digits and runs of letters, all else only separates them; '~' sorts before
 * the end and '^' after it, but before anything more.
 *
 * Without a release a version is older than with any, as for rpm's labels.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

/* What can come next, in the order it sorts. */
enum next { TILDE, END, CARET, WORD, NUMBER };

struct evr {
        struct bh_str epoch, version, release;
        bool has_release;
};

static struct evr split(struct bh_str v) {
        struct evr e = { .version = v };
        struct bh_str rest = v, epoch = bh_parts_digits(&rest);
        ptrdiff_t dash;

        if (bh_parts_cut(&rest, ':')) {
                e.epoch = epoch;
                e.version = rest;
        }
        dash = bh_str_rchr(e.version, '-');
        if (dash >= 0) {
                e.has_release = true;
                e.release = bh_str_from(e.version, (size_t) dash + 1);
                e.version = bh_str_part(e.version, 0, (size_t) dash);
        }
        return e;
}

static enum next take(struct bh_str *s, struct bh_str *ret) {
        while (s->len && !bh_is_alnum(s->at[0]) && s->at[0] != '~' && s->at[0] != '^')
                bh_parts_skip(s, 1);
        *ret = (struct bh_str){ 0 };
        if (!s->len)
                return END;
        if (bh_parts_cut(s, '~'))
                return TILDE;
        if (bh_parts_cut(s, '^'))
                return CARET;
        *ret = bh_parts_run(s, bh_is_digit(s->at[0]) ? bh_is_digit : bh_is_alpha);
        return bh_is_digit(ret->at[0]) ? NUMBER : WORD;
}

static int cmp_part(struct bh_str a, struct bh_str b) {
        for (;;) {
                struct bh_str x, y;
                enum next nx = take(&a, &x), ny = take(&b, &y);
                int r;

                if (nx != ny)
                        return nx < ny ? -1 : 1;
                if (nx == END)
                        return 0;
                r = nx == NUMBER ? bh_parts_cmp_numbers(x, y) : bh_parts_cmp_bytes(x, y);
                if (r)
                        return r;
        }
}

int bh_rpm_cmp(struct bh_str a, struct bh_str b) {
        struct evr x = split(a), y = split(b);
        int r = bh_parts_cmp_numbers(x.epoch, y.epoch);

        if (r == 0)
                r = cmp_part(x.version, y.version);
        if (r)
                return r;
        return x.has_release != y.has_release ? (int) x.has_release - (int) y.has_release
                                              : cmp_part(x.release, y.release);
}

static bool in_part(char c) {
        return bh_is_alnum(c) || strchr("._+%{}~^", c ? c : ' ');
}

/* What rpmbuild lets into a package; rpm itself compares anything. */
bool bh_rpm_valid(struct bh_str v) {
        struct evr e = split(v);
        uint64_t epoch;

        return (!e.epoch.len || (bh_str_u64(e.epoch, &epoch) && epoch <= UINT32_MAX)) && e.version.len &&
               bh_parts_all(e.version, in_part) && (!e.has_release || e.release.len) &&
               bh_parts_all(e.release, in_part);
}
