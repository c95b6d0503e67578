/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cvss.h"

#include <math.h>
#include <string.h>

#include "model/cvss_v4.h"

#define NONE 255

/* A metric, its values in the order of the specification, and what they weigh in the formulas. */
struct metric {
        const char *name, *values;
        bool must;
        double weight[6];
};

#define LOSS3 { 0.56, 0.22, 0 }
#define REQUIREMENT3 { 1, 1.5, 1, 0.5 }

/* Version 3, 3.0 and 3.1 alike. Rows are named below. */
static const struct metric metrics3[] = {
        { "AV", "N A L P", true, { 0.85, 0.62, 0.55, 0.2 } },
        { "AC", "L H", true, { 0.77, 0.44 } },
        { "PR", "N L H", true, { 0.85, 0.62, 0.27 } },
        { "UI", "N R", true, { 0.85, 0.62 } },
        { "S", "U C", true, { 0 } },
        { "C", "H L N", true, LOSS3 },
        { "I", "H L N", true, LOSS3 },
        { "A", "H L N", true, LOSS3 },
        { "E", "X H F P U", false, { 1, 1, 0.97, 0.94, 0.91 } },
        { "RL", "X U W T O", false, { 1, 1, 0.97, 0.96, 0.95 } },
        { "RC", "X C R U", false, { 1, 1, 0.96, 0.92 } },
        { "CR", "X H M L", false, REQUIREMENT3 },
        { "IR", "X H M L", false, REQUIREMENT3 },
        { "AR", "X H M L", false, REQUIREMENT3 },
        { "MAV", "N A L P X", false, { 0 } },
        { "MAC", "L H X", false, { 0 } },
        { "MPR", "N L H X", false, { 0 } },
        { "MUI", "N R X", false, { 0 } },
        { "MS", "U C X", false, { 0 } },
        { "MC", "H L N X", false, { 0 } },
        { "MI", "H L N X", false, { 0 } },
        { "MA", "H L N X", false, { 0 } },
};
enum { AV3, AC3, PR3, UI3, S3, C3, I3, A3, E3, RL3, RC3, CR3, IR3, AR3, MODIFIED3 };

#define REQUIREMENT2 { 1, 1.51, 1, 0.5 }
static const struct metric metrics2[] = {
        { "AV", "N A L", true, { 1.0, 0.646, 0.395 } },
        { "AC", "L M H", true, { 0.71, 0.61, 0.35 } },
        { "Au", "N S M", true, { 0.704, 0.56, 0.45 } },
        { "C", "C P N", true, { 0.660, 0.275, 0 } },
        { "I", "C P N", true, { 0.660, 0.275, 0 } },
        { "A", "C P N", true, { 0.660, 0.275, 0 } },
        { "E", "ND H F POC U", false, { 1, 1, 0.95, 0.9, 0.85 } },
        { "RL", "ND U W TF OF", false, { 1, 1, 0.95, 0.9, 0.87 } },
        { "RC", "ND C UR UC", false, { 1, 1, 0.95, 0.9 } },
        { "CDP", "ND N L LM MH H", false, { 0, 0, 0.1, 0.3, 0.4, 0.5 } },
        { "TD", "ND N L M H", false, { 1, 0, 0.25, 0.75, 1 } },
        { "CR", "ND H M L", false, REQUIREMENT2 },
        { "IR", "ND H M L", false, REQUIREMENT2 },
        { "AR", "ND H M L", false, REQUIREMENT2 },
};
enum { AV2, AC2, AU2, C2, I2, A2, E2, RL2, RC2, CDP2, TD2, CR2, IR2, AR2 };

/* The first rows stand in the order of enum bh_cvss4_metric; values are steps from the worst. */
static const struct metric metrics4[] = {
        { "AV", "N A L P", true, { 0 } },
        { "PR", "N L H", true, { 0 } },
        { "UI", "N P A", true, { 0 } },
        { "AC", "L H", true, { 0 } },
        { "AT", "N P", true, { 0 } },
        { "VC", "H L N", true, { 0 } },
        { "VI", "H L N", true, { 0 } },
        { "VA", "H L N", true, { 0 } },
        { "CR", "H M L X", false, { 0 } },
        { "IR", "H M L X", false, { 0 } },
        { "AR", "H M L X", false, { 0 } },
        { "SC", "- H L N", true, { 0 } },
        { "SI", "- H L N", true, { 0 } },
        { "SA", "- H L N", true, { 0 } },
        { "E", "A P U X", false, { 0 } },
        { "MAV", "N A L P X", false, { 0 } },
        { "MPR", "N L H X", false, { 0 } },
        { "MUI", "N P A X", false, { 0 } },
        { "MAC", "L H X", false, { 0 } },
        { "MAT", "N P X", false, { 0 } },
        { "MVC", "H L N X", false, { 0 } },
        { "MVI", "H L N X", false, { 0 } },
        { "MVA", "H L N X", false, { 0 } },
        { "MSC", "- H L N X", false, { 0 } },
        { "MSI", "S H L N X", false, { 0 } },
        { "MSA", "S H L N X", false, { 0 } },
        { "S", "X N P", false, { 0 } },
        { "AU", "X N Y", false, { 0 } },
        { "R", "X A U I", false, { 0 } },
        { "V", "X D C", false, { 0 } },
        { "RE", "X L M H", false, { 0 } },
        { "U", "X Clear Green Amber Red", false, { 0 } },
};

static const struct {
        const char *prefix, *name;
        const struct metric *metrics;
        size_t n;
} versions[_BH_CVSS_MAX] = {
        [BH_CVSS_2] = { "CVSS:2.0/", "2.0", metrics2, BH_LEN(metrics2) },
        [BH_CVSS_30] = { "CVSS:3.0/", "3.0", metrics3, BH_LEN(metrics3) },
        [BH_CVSS_31] = { "CVSS:3.1/", "3.1", metrics3, BH_LEN(metrics3) },
        [BH_CVSS_4] = { "CVSS:4.0/", "4.0", metrics4, BH_LEN(metrics4) },
};

const char *bh_cvss_version_str(enum bh_cvss_version version) {
        return (unsigned) version < _BH_CVSS_MAX ? versions[version].name : "";
}

static double weight(const struct bh_cvss *c, unsigned row) {
        uint8_t value = c->value[row];

        return versions[c->version].metrics[row].weight[value == NONE ? 0 : value];
}

/* Half up, to one decimal; the small addend is for decimals that binary fractions miss. */
static double round_half_up(double v) {
        return floor(v * 10 + 0.5 + 1e-9) / 10;
}

static double impact2(const struct bh_cvss *c, bool adjusted) {
        double left = 1;

        for (unsigned i = 0; i < 3; i++)
                left *= 1 - weight(c, C2 + i) * (adjusted ? weight(c, CR2 + i) : 1);
        left = 10.41 * (1 - left);
        return adjusted && left > 10 ? 10 : left;
}

static double base2(const struct bh_cvss *c, bool adjusted) {
        double impact = impact2(c, adjusted);
        double exploitability = 20 * weight(c, AV2) * weight(c, AC2) * weight(c, AU2);

        return impact > 0 ? round_half_up((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176) : 0;
}

static void score2(struct bh_cvss *c) {
        double temporal = weight(c, E2) * weight(c, RL2) * weight(c, RC2), adjusted;

        c->base = base2(c, false);
        c->temporal = round_half_up(c->base * temporal);
        adjusted = round_half_up(base2(c, true) * temporal);
        c->environmental = round_half_up((adjusted + (10 - adjusted) * weight(c, CDP2)) * weight(c, TD2));
        if (c->environmental < 0)
                c->environmental = 0;
}

/* The smallest number with one decimal that is not less; 3.1 says how to keep binary fractions out of it. */
static double round_up(const struct bh_cvss *c, double v) {
        long n;

        if (c->version == BH_CVSS_30)
                return ceil(v * 10 - 1e-9) / 10;
        n = lround(v * 100000);
        return n % 10000 == 0 ? (double) n / 100000 : (double) (n / 10000 + 1) / 10;
}

/* The row of the modified metric, where it is given and `modified` asks for it, else the metric itself. */
static double weight3(const struct bh_cvss *c, unsigned row, bool modified, bool changed) {
        uint8_t value = c->value[row];

        if (modified && c->value[MODIFIED3 + row] != NONE)
                value = c->value[MODIFIED3 + row];
        if (row == S3)
                return value;
        if (row == PR3 && changed && value > 0)
                return value == 1 ? 0.68 : 0.5;
        return metrics3[row].weight[value];
}

static double impact3(const struct bh_cvss *c, bool modified, bool changed) {
        double isc = 1;

        for (unsigned i = 0; i < 3; i++)
                isc *= 1 - weight3(c, C3 + i, modified, changed) * (modified ? weight(c, CR3 + i) : 1);
        isc = 1 - isc;
        if (modified && isc > 0.915)
                isc = 0.915;
        if (!changed)
                return 6.42 * isc;
        if (modified && c->version == BH_CVSS_31)
                return 7.52 * (isc - 0.029) - 3.25 * pow(isc * 0.9731 - 0.02, 13);
        return 7.52 * (isc - 0.029) - 3.25 * pow(isc - 0.02, 15);
}

static double base3(const struct bh_cvss *c, bool modified) {
        bool changed = weight3(c, S3, modified, false) > 0;
        double impact = impact3(c, modified, changed), ease = 8.22;

        for (unsigned row = AV3; row <= UI3; row++)
                ease *= weight3(c, row, modified, changed);
        if (impact <= 0)
                return 0;
        return round_up(c, BH_MIN((changed ? 1.08 : 1.0) * (impact + ease), 10.0));
}

static void score3(struct bh_cvss *c) {
        double temporal = weight(c, E3) * weight(c, RL3) * weight(c, RC3);

        c->base = base3(c, false);
        c->temporal = round_up(c, c->base * temporal);
        c->environmental = round_up(c, base3(c, true) * temporal);
}

static double score4_with(const struct bh_cvss *c, bool threat, bool environment) {
        uint8_t step[_BH_CVSS4_MAX];
        unsigned modified = _BH_CVSS4_MAX;

        for (unsigned m = 0; m < _BH_CVSS4_MAX; m++) {
                bool requirement = m >= BH_CVSS4_CR && m <= BH_CVSS4_AR;
                bool optional = requirement || m == BH_CVSS4_E;

                step[m] = c->value[m] == NONE ? 0 : c->value[m];
                if ((requirement && !environment) || (m == BH_CVSS4_E && !threat))
                        step[m] = 0;
                if (!optional) {
                        if (environment && c->value[modified] != NONE)
                                step[m] = c->value[modified];
                        modified++;
                }
        }
        return bh_cvss4_score(step);
}

static void score4(struct bh_cvss *c) {
        c->base = score4_with(c, false, false);
        c->temporal = score4_with(c, true, false);
        c->environmental = score4_with(c, true, true);
}

static enum bh_cvss_loss loss_of(uint8_t value) {
        return value == 0 ? BH_CVSS_LOSS_HIGH : value == 1 ? BH_CVSS_LOSS_LOW : BH_CVSS_LOSS_NONE;
}

static void describe2(struct bh_cvss *c) {
        c->vector = (enum bh_cvss_vector) c->value[AV2];
        c->complexity = (enum bh_cvss_need) c->value[AC2];
        c->privileges = (enum bh_cvss_need) c->value[AU2];
        c->interaction = BH_CVSS_NEED_NONE;
        c->confidentiality = loss_of(c->value[C2]);
        c->integrity = loss_of(c->value[I2]);
        c->availability = loss_of(c->value[A2]);
}

static void describe3(struct bh_cvss *c) {
        c->vector = (enum bh_cvss_vector) c->value[AV3];
        c->complexity = c->value[AC3] ? BH_CVSS_NEED_HIGH : BH_CVSS_NEED_NONE;
        c->privileges = (enum bh_cvss_need) c->value[PR3];
        c->interaction = c->value[UI3] ? BH_CVSS_NEED_SOME : BH_CVSS_NEED_NONE;
        c->confidentiality = loss_of(c->value[C3]);
        c->integrity = loss_of(c->value[I3]);
        c->availability = loss_of(c->value[A3]);
}

/* What is lost in the vulnerable system or behind it, whichever is worse. */
static enum bh_cvss_loss loss4(const struct bh_cvss *c, unsigned vulnerable, unsigned subsequent) {
        uint8_t here = c->value[vulnerable], behind = (uint8_t) (c->value[subsequent] - 1);

        return loss_of(BH_MIN(here, behind));
}

static void describe4(struct bh_cvss *c) {
        c->vector = (enum bh_cvss_vector) c->value[BH_CVSS4_AV];
        c->complexity = c->value[BH_CVSS4_AC]   ? BH_CVSS_NEED_HIGH
                        : c->value[BH_CVSS4_AT] ? BH_CVSS_NEED_SOME
                                                : BH_CVSS_NEED_NONE;
        c->privileges = (enum bh_cvss_need) c->value[BH_CVSS4_PR];
        c->interaction = (enum bh_cvss_need) c->value[BH_CVSS4_UI];
        c->confidentiality = loss4(c, BH_CVSS4_VC, BH_CVSS4_SC);
        c->integrity = loss4(c, BH_CVSS4_VI, BH_CVSS4_SI);
        c->availability = loss4(c, BH_CVSS4_VA, BH_CVSS4_SA);
}

/* The index of a word in a list set apart by blanks; -1 when it is not in it. */
static int value_of(const char *values, struct bh_str word) {
        struct bh_str rest = bh_str_of(values), value;

        for (int i = 0; bh_str_word(&rest, &value); i++)
                if (bh_str_eq(value, word) && !bh_str_is(word, "-"))
                        return i;
        return -1;
}

static int take_field(struct bh_cvss *c, struct bh_str field, struct bh_err *err) {
        struct bh_str name, value;

        if (!bh_str_cut(field, ':', &name, &value))
                return bh_fail(err, BH_E_FORMAT, "CVSS metric \"%s\" has no colon", BH_QUOTE(field));
        for (size_t i = 0; i < versions[c->version].n; i++) {
                const struct metric *m = &versions[c->version].metrics[i];
                int v;

                if (name.len == 0 || name.at[0] != m->name[0] || !bh_str_is(name, m->name))
                        continue;
                v = value_of(m->values, value);
                if (v < 0)
                        return bh_fail(err, BH_E_FORMAT, "CVSS %s has no %s \"%s\"", versions[c->version].name, m->name,
                                       BH_QUOTE(value));
                if (c->value[i] != NONE)
                        return bh_fail(err, BH_E_FORMAT, "CVSS metric %s is given twice", m->name);
                c->value[i] = (uint8_t) v;
                return 0;
        }
        return bh_fail(err, BH_E_FORMAT, "CVSS %s has no metric \"%s\"", versions[c->version].name, BH_QUOTE(name));
}

/* "X" of an optional metric is the same as not giving it; here, after duplicates were seen. */
static int settle(struct bh_cvss *c, struct bh_err *err) {
        for (size_t i = 0; i < versions[c->version].n; i++) {
                const struct metric *m = &versions[c->version].metrics[i];

                if (m->must && c->value[i] == NONE)
                        return bh_fail(err, BH_E_FORMAT, "CVSS %s needs %s", versions[c->version].name, m->name);
                if (!m->must && c->value[i] != NONE && c->value[i] == value_of(m->values, BH_STR("X")))
                        c->value[i] = NONE;
        }
        return 0;
}

static struct bh_str begin(struct bh_str v, struct bh_cvss *c) {
        for (unsigned i = 0; i < _BH_CVSS_MAX; i++)
                if (bh_str_cut_prefix(&v, bh_str_of(versions[i].prefix))) {
                        c->version = (enum bh_cvss_version) i;
                        return v;
                }
        c->version = BH_CVSS_2;
        if (v.len > 1 && v.at[0] == '(' && v.at[v.len - 1] == ')')
                v = bh_str_part(v, 1, v.len - 2);
        return v;
}

int bh_cvss_parse(struct bh_str vector, struct bh_cvss *ret, struct bh_err *err) {
        static void (*const score[])(struct bh_cvss *) = { score2, score3, score3, score4 };
        static void (*const describe[])(struct bh_cvss *) = { describe2, describe3, describe3, describe4 };
        struct bh_cvss c = { 0 };
        struct bh_str rest, field;
        int r;

        memset(c.value, NONE, sizeof c.value);
        rest = begin(vector, &c);
        while (bh_str_split(&rest, '/', &field)) {
                r = take_field(&c, field, err);
                if (r < 0)
                        return r;
        }
        r = settle(&c, err);
        if (r < 0)
                return r;
        describe[c.version](&c);
        score[c.version](&c);
        *ret = c;
        return 0;
}

enum bh_severity bh_cvss_severity(const struct bh_cvss *cvss) {
        if (cvss->base >= 9.0 && cvss->version != BH_CVSS_2)
                return BH_SEVERITY_CRITICAL;
        if (cvss->base >= 7.0)
                return BH_SEVERITY_HIGH;
        if (cvss->base >= 4.0)
                return BH_SEVERITY_MEDIUM;
        return cvss->base > 0 || cvss->version == BH_CVSS_2 ? BH_SEVERITY_LOW : BH_SEVERITY_INFO;
}
