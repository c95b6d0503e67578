/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NuGet, as NuGetVersion: up to four numbers, missing ones being 0, then
 * SemVer 2 labels without regard to case; "+metadata" does not count.
 * https://learn.microsoft.com/nuget/concepts/package-versioning
 *
 * A label is a number only while it fits an int (also "-5"), as in .NET.
 * Text that NuGet refuses is read as loosely as possible: any count of
 * numbers, the rest is labels.
 */
#include "advisory/version/parts.h"
#include "advisory/version/scheme.h"

struct nuget {
        struct bh_str numbers, labels;
};

static struct nuget split(struct bh_str v) {
        struct nuget n = { 0 };
        struct bh_str rest;

        v = bh_str_trim(v);
        rest = v;
        while (bh_parts_digits(&rest).len) {
                n.numbers = (struct bh_str){ v.at, v.len - rest.len };
                if (rest.len < 2 || rest.at[0] != '.' || !bh_is_digit(rest.at[1]))
                        break;
                bh_parts_skip(&rest, 1);
        }
        rest = bh_str_from(v, n.numbers.len);
        bh_parts_cut(&rest, '-');
        bh_str_cut(rest, '+', &n.labels, &rest);
        return n;
}

static bool as_int(struct bh_str label, int64_t *ret) {
        bool negative = bh_parts_cut(&label, '-');
        uint64_t value;

        if (!bh_str_u64(bh_parts_number(label) ? bh_parts_strip_zeros(label) : label, &value)) {
                if (!bh_parts_number(label) || bh_parts_strip_zeros(label).len)
                        return false;
                value = 0;
        }
        if (value > (uint64_t) INT32_MAX + negative)
                return false;
        *ret = negative ? -(int64_t) value : (int64_t) value;
        return true;
}

static int cmp_label(struct bh_str a, struct bh_str b) {
        int64_t x = 0, y = 0;
        bool int_a = as_int(a, &x), int_b = as_int(b, &y);

        if (int_a != int_b)
                return int_a ? -1 : 1;
        return int_a ? (x > y) - (x < y) : bh_parts_cmp_nocase(a, b);
}

int bh_nuget_cmp(struct bh_str a, struct bh_str b) {
        struct nuget x = split(a), y = split(b);
        int r = bh_parts_cmp_dotted(x.numbers, y.numbers);

        if (r)
                return r;
        if (!x.labels.len || !y.labels.len)
                return (x.labels.len == 0) - (y.labels.len == 0);
        for (;;) {
                struct bh_str p, q;
                bool more_a = bh_str_split(&x.labels, '.', &p), more_b = bh_str_split(&y.labels, '.', &q);

                if (!more_a || !more_b)
                        return (int) more_a - (int) more_b;
                r = cmp_label(p, q);
                if (r)
                        return r;
        }
}

static bool in_label(char c) {
        return bh_is_alnum(c) || c == '-';
}

static bool take_labels(struct bh_str *s) {
        do {
                if (!bh_parts_run(s, in_label).len)
                        return false;
        } while (bh_parts_cut(s, '.'));
        return true;
}

bool bh_nuget_valid(struct bh_str v) {
        unsigned n = 0;

        v = bh_str_trim(v);
        do {
                struct bh_str digits = bh_parts_digits(&v);
                uint64_t value = 0;

                if (!digits.len || !bh_str_u64(digits, &value) || value > INT32_MAX || ++n > 4)
                        return false;
        } while (bh_parts_cut(&v, '.'));
        if (bh_parts_cut(&v, '-') && !take_labels(&v))
                return false;
        return (!bh_parts_cut(&v, '+') || take_labels(&v)) && !v.len;
}
