/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg: [epoch:]upstream[-revision], deb-version(7). '~' sorts before the end,
 * the end before letters, letters before all else.
 *
 * Text that dpkg refuses is compared the same way; a colon after what is no
 * number belongs to the upstream version.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

struct evr {
        struct bh_str epoch, version, revision;
};

static struct evr split(struct bh_str v) {
        struct evr e = { .version = bh_str_trim(v) };
        struct bh_str rest = e.version, epoch;
        bool minus = bh_parts_cut(&rest, '-');
        ptrdiff_t dash;

        if (!minus)
                bh_parts_cut(&rest, '+'); /* dpkg reads the epoch with strtol, sign and all: "+1:2", "-0:2" */
        epoch = bh_parts_digits(&rest);
        if (epoch.len && bh_parts_cut(&rest, ':') && !(minus && bh_parts_strip_zeros(epoch).len)) {
                e.epoch = epoch;
                e.version = rest;
        }
        dash = bh_str_rchr(e.version, '-');
        if (dash >= 0) {
                e.revision = bh_str_from(e.version, (size_t) dash + 1);
                e.version = bh_str_part(e.version, 0, (size_t) dash);
        }
        return e;
}

/* What a byte weighs in a run of non-digits; the end and digits weigh 0. */
static int weight(struct bh_str s) {
        if (!s.len || bh_is_digit(s.at[0]))
                return 0;
        if (s.at[0] == '~')
                return -1;
        return bh_is_alpha(s.at[0]) ? s.at[0] : (unsigned char) s.at[0] + 256;
}

static int cmp_part(struct bh_str a, struct bh_str b) {
        while (a.len || b.len) {
                int wa, wb, r;

                while ((wa = weight(a)) | (wb = weight(b))) {
                        if (wa != wb)
                                return wa < wb ? -1 : 1;
                        bh_parts_skip(&a, 1);
                        bh_parts_skip(&b, 1);
                }
                r = bh_parts_cmp_numbers(bh_parts_digits(&a), bh_parts_digits(&b));
                if (r)
                        return r;
        }
        return 0;
}

int bh_dpkg_cmp(struct bh_str a, struct bh_str b) {
        struct evr x = split(a), y = split(b);
        int r = bh_parts_cmp_numbers(x.epoch, y.epoch);

        if (r == 0)
                r = cmp_part(x.version, y.version);
        return r ? r : cmp_part(x.revision, y.revision);
}

static bool in_version(char c) {
        return bh_is_alnum(c) || strchr("-+._~:", c ? c : ' ');
}

static bool in_revision(char c) {
        return bh_is_alnum(c) || strchr("+._~", c ? c : ' ');
}

bool bh_dpkg_valid(struct bh_str v) {
        struct bh_str whole = bh_str_trim(v);
        struct evr e = split(v);
        uint64_t epoch = 0;
        bool has_epoch = e.version.at != whole.at;

        if (bh_str_chr(whole, ':') >= 0 && !has_epoch)
                return false;
        if (has_epoch && (!bh_str_u64(e.epoch, &epoch) || epoch > INT32_MAX))
                return false;
        if (bh_parts_is(bh_str_from(whole, whole.len ? whole.len - 1 : 0), '-'))
                return false; /* an empty revision */
        return e.version.len && bh_is_digit(e.version.at[0]) && bh_parts_all(e.version, in_version) &&
               bh_parts_all(e.revision, in_revision);
}
