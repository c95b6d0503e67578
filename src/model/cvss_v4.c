/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cvss_v4.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/* Tenths of the score of each macro vector EQ1..EQ6, the last the fastest; 0: there is none. */
static const uint8_t scores[3][2][3][3][3][2] = {
        {
                {
                        { { { 100, 99 }, { 98, 95 }, { 95, 92 } }, { { 100, 96 }, { 93, 87 }, { 91, 81 } }, { { 93, 90 }, { 89, 80 }, { 81, 68 } } },
                        { { { 98, 95 }, { 95, 92 }, { 90, 84 } }, { { 93, 92 }, { 89, 81 }, { 81, 65 } }, { { 88, 80 }, { 78, 70 }, { 69, 48 } } },
                        { { { 0, 92 }, { 0, 82 }, { 0, 72 } }, { { 0, 79 }, { 0, 69 }, { 0, 50 } }, { { 0, 69 }, { 0, 55 }, { 0, 27 } } },
                },
                {
                        { { { 99, 97 }, { 95, 92 }, { 92, 85 } }, { { 95, 91 }, { 90, 83 }, { 84, 71 } }, { { 92, 81 }, { 82, 71 }, { 72, 53 } } },
                        { { { 95, 93 }, { 92, 85 }, { 85, 73 } }, { { 92, 82 }, { 80, 72 }, { 70, 59 } }, { { 84, 70 }, { 71, 52 }, { 50, 30 } } },
                        { { { 0, 86 }, { 0, 75 }, { 0, 52 } }, { { 0, 71 }, { 0, 52 }, { 0, 29 } }, { { 0, 63 }, { 0, 29 }, { 0, 17 } } },
                },
        },
        {
                {
                        { { { 98, 95 }, { 94, 87 }, { 91, 81 } }, { { 94, 89 }, { 86, 74 }, { 77, 64 } }, { { 87, 75 }, { 74, 63 }, { 63, 49 } } },
                        { { { 94, 89 }, { 88, 77 }, { 76, 67 } }, { { 86, 76 }, { 74, 58 }, { 59, 50 } }, { { 72, 57 }, { 57, 52 }, { 52, 25 } } },
                        { { { 0, 83 }, { 0, 70 }, { 0, 54 } }, { { 0, 65 }, { 0, 58 }, { 0, 26 } }, { { 0, 53 }, { 0, 21 }, { 0, 13 } } },
                },
                {
                        { { { 95, 90 }, { 88, 76 }, { 76, 70 } }, { { 90, 77 }, { 75, 62 }, { 61, 53 } }, { { 77, 66 }, { 68, 59 }, { 52, 30 } } },
                        { { { 89, 78 }, { 76, 67 }, { 62, 58 } }, { { 74, 59 }, { 57, 57 }, { 47, 23 } }, { { 61, 52 }, { 57, 29 }, { 24, 16 } } },
                        { { { 0, 71 }, { 0, 59 }, { 0, 30 } }, { { 0, 58 }, { 0, 26 }, { 0, 15 } }, { { 0, 23 }, { 0, 13 }, { 0, 6 } } },
                },
        },
        {
                {
                        { { { 93, 87 }, { 86, 72 }, { 75, 58 } }, { { 86, 74 }, { 74, 61 }, { 56, 34 } }, { { 70, 54 }, { 52, 40 }, { 40, 22 } } },
                        { { { 85, 75 }, { 74, 55 }, { 62, 51 } }, { { 72, 57 }, { 55, 41 }, { 46, 19 } }, { { 53, 36 }, { 34, 19 }, { 19, 8 } } },
                        { { { 0, 64 }, { 0, 51 }, { 0, 20 } }, { { 0, 47 }, { 0, 21 }, { 0, 11 } }, { { 0, 24 }, { 0, 9 }, { 0, 4 } } },
                },
                {
                        { { { 88, 75 }, { 73, 53 }, { 60, 50 } }, { { 73, 55 }, { 59, 40 }, { 41, 20 } }, { { 54, 43 }, { 45, 22 }, { 20, 11 } } },
                        { { { 75, 55 }, { 58, 45 }, { 40, 21 } }, { { 61, 51 }, { 48, 18 }, { 20, 9 } }, { { 46, 18 }, { 17, 7 }, { 8, 2 } } },
                        { { { 0, 53 }, { 0, 24 }, { 0, 14 } }, { { 0, 24 }, { 0, 12 }, { 0, 5 } }, { { 0, 10 }, { 0, 3 }, { 0, 1 } } },
                },
        },
};

/*
 * The worst vectors of each level, as steps; a vector of that level is below
 * one of them in every metric. `depth`: how many steps a level is deep.
 */
struct level {
        uint8_t eq, second, depth, n;
        uint8_t worst[5][6];
};

static const struct level eq1[] = { /* AV PR UI */
        { 0, 0, 1, 1, { { 0, 0, 0 } } },
        { 1, 0, 4, 3, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
        { 2, 0, 5, 2, { { 3, 0, 0 }, { 1, 1, 1 } } },
};
static const struct level eq2[] = { /* AC AT */
        { 0, 0, 1, 1, { { 0, 0 } } },
        { 1, 0, 2, 2, { { 1, 0 }, { 0, 1 } } },
};
static const struct level eq36[] = { /* VC VI VA CR IR AR */
        { 0, 0, 7, 1, { { 0, 0, 0, 0, 0, 0 } } },
        { 0, 1, 6, 2, { { 0, 0, 1, 1, 1, 0 }, { 0, 0, 0, 1, 1, 1 } } },
        { 1, 0, 8, 2, { { 1, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0 } } },
        { 1, 1, 8, 5, { { 1, 0, 1, 0, 1, 0 }, { 1, 0, 0, 0, 1, 1 }, { 0, 1, 0, 1, 0, 1 }, { 0, 1, 1, 1, 0, 0 }, { 1, 1, 0, 0, 0, 1 } } },
        { 2, 1, 10, 1, { { 1, 1, 1, 0, 0, 0 } } },
};
static const struct level eq4[] = { /* SC SI SA */
        { 0, 0, 6, 1, { { 1, 0, 0 } } },
        { 1, 0, 5, 1, { { 1, 1, 1 } } },
        { 2, 0, 4, 1, { { 2, 2, 2 } } },
};

struct macro {
        uint8_t eq1, eq2, eq3, eq4, eq5, eq6;
};

static struct macro macro_of(const uint8_t *m) {
        unsigned zeros = !m[BH_CVSS4_AV] + !m[BH_CVSS4_PR] + !m[BH_CVSS4_UI];
        bool vc = !m[BH_CVSS4_VC], vi = !m[BH_CVSS4_VI], va = !m[BH_CVSS4_VA];
        struct macro q = { 0 };

        q.eq1 = zeros == 3 ? 0 : zeros && m[BH_CVSS4_AV] != 3 ? 1 : 2;
        q.eq2 = m[BH_CVSS4_AC] || m[BH_CVSS4_AT];
        q.eq3 = vc && vi ? 0 : vc || vi || va ? 1 : 2;
        if (m[BH_CVSS4_SI] && m[BH_CVSS4_SA])
                q.eq4 = m[BH_CVSS4_SC] == 1 || m[BH_CVSS4_SI] == 1 || m[BH_CVSS4_SA] == 1 ? 1 : 2;
        q.eq5 = m[BH_CVSS4_E];
        q.eq6 = !((vc && !m[BH_CVSS4_CR]) || (vi && !m[BH_CVSS4_IR]) || (va && !m[BH_CVSS4_AR]));
        return q;
}

static unsigned score_of(struct macro q) {
        if (q.eq1 > 2 || q.eq2 > 1 || q.eq3 > 2 || q.eq4 > 2 || q.eq5 > 2 || q.eq6 > 1)
                return 0;
        return scores[q.eq1][q.eq2][q.eq3][q.eq4][q.eq5][q.eq6];
}

/* The score of the next milder macro vector in EQ3 and EQ6, which hang together: the better of two ways down. */
static unsigned below_eq36(struct macro q) {
        struct macro down3 = q, down6 = q;
        unsigned a, b;

        down3.eq3++;
        down6.eq6++;
        a = score_of(down3);
        b = score_of(down6);
        if (q.eq6)
                return a;
        return q.eq3 ? b : BH_MAX(a, b);
}

/* Steps below the first worst vector that is above `m` in all n metrics. */
static unsigned steps_below(const struct level *level, const uint8_t *m, unsigned n) {
        for (unsigned i = 0; i < level->n; i++) {
                unsigned steps = 0;
                bool above = true;

                for (unsigned k = 0; k < n; k++) {
                        above = above && m[k] >= level->worst[i][k];
                        steps += (unsigned) m[k] - level->worst[i][k];
                }
                if (above)
                        return steps;
        }
        return 0;
}

static const struct level *find(const struct level *levels, size_t n, unsigned eq, unsigned second) {
        for (size_t i = 0; i < n; i++)
                if (levels[i].eq == eq && levels[i].second == second)
                        return &levels[i];
        return &levels[0];
}

/* What of the way down to the next macro vector has been gone, in tenths. */
struct mean {
        double sum;
        unsigned n;
};

static void add(struct mean *mean, unsigned here, unsigned below, unsigned steps, unsigned depth) {
        if (!below || below > here)
                return;
        mean->sum += (double) (here - below) * steps / depth;
        mean->n++;
}

double bh_cvss4_score(const uint8_t m[_BH_CVSS4_MAX]) {
        struct macro q = macro_of(m), d1 = q, d2 = q, d4 = q, d5 = q;
        const struct level *l1 = find(eq1, BH_LEN(eq1), q.eq1, 0), *l2 = find(eq2, BH_LEN(eq2), q.eq2, 0);
        const struct level *l36 = find(eq36, BH_LEN(eq36), q.eq3, q.eq6), *l4 = find(eq4, BH_LEN(eq4), q.eq4, 0);
        struct mean mean = { 0 };
        unsigned here = score_of(q);
        double tenths;

        if (m[BH_CVSS4_VC] == 2 && m[BH_CVSS4_VI] == 2 && m[BH_CVSS4_VA] == 2 && m[BH_CVSS4_SC] == 3 &&
            m[BH_CVSS4_SI] == 3 && m[BH_CVSS4_SA] == 3)
                return 0;
        d1.eq1++;
        d2.eq2++;
        d4.eq4++;
        d5.eq5++;
        add(&mean, here, score_of(d1), steps_below(l1, m + BH_CVSS4_AV, 3), l1->depth);
        add(&mean, here, score_of(d2), steps_below(l2, m + BH_CVSS4_AC, 2), l2->depth);
        add(&mean, here, below_eq36(q), steps_below(l36, m + BH_CVSS4_VC, 6), l36->depth);
        add(&mean, here, score_of(d4), steps_below(l4, m + BH_CVSS4_SC, 3), l4->depth);
        add(&mean, here, score_of(d5), 0, 1);
        tenths = here - (mean.n ? mean.sum / mean.n : 0);
        return floor(BH_MIN(BH_MAX(tenths, 0.0), 100.0) + 0.5 + 1e-5) / 10;
}
