/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed/rhel.h"

/* Products whose packages lie in the repositories of the system itself. */
struct product {
        const char *name;
        const char *channel; /* NULL: the release itself, whatever its minor number */
        bool named_by_el;    /* the system's release stands in the last part: "...:3::el7" */
};

static const struct product products[] = {
        { "enterprise_linux", NULL, false },
        { "rhel_extras", NULL, false },
        { "rhel_extras_oracle_java", NULL, false },
        { "rhel_extras_rt", NULL, false },
        { "rhel_extras_sap", NULL, false },
        { "rhel_software_collections", NULL, true },
        { "rhel_eus", "eus", false },
        { "rhel_aus", "aus", false },
        { "rhel_tus", "tus", false },
        { "rhel_e4s", "e4s", false },
        { "rhel_els", "els", false },
        { "rhel_mission_critical", "aus", false },
};

/* "7" of "el7", of "7.4::server"; up to the first byte that is neither digit nor dot. */
static struct bh_str number(struct bh_str s) {
        size_t n = 0;

        while (n < s.len && (bh_is_digit(s.at[n]) || s.at[n] == '.'))
                n++;
        return bh_str_part(s, 0, n);
}

static struct bh_str major_of(struct bh_str release) {
        struct bh_str major, rest;

        (void) bh_str_cut(release, '.', &major, &rest);
        return major;
}

struct bh_str bh_rhel_space(struct bh_arena *arena, struct bh_str cpe) {
        struct bh_str none = { 0 }, part, vendor, name, release, edition;
        ptrdiff_t el;

        if (!bh_str_cut_prefix(&cpe, BH_STR("cpe:/")) || !bh_str_cut(cpe, ':', &part, &cpe) ||
            !bh_str_cut(cpe, ':', &vendor, &cpe) || !bh_str_is(vendor, "redhat") || !bh_str_cut(cpe, ':', &name, &cpe))
                return none;
        (void) bh_str_cut(cpe, ':', &release, &edition);
        for (size_t i = 0; i < BH_LEN(products); i++) {
                const struct product *p = &products[i];

                if (!bh_str_is(name, p->name))
                        continue;
                if (p->named_by_el) {
                        el = bh_str_find(edition, BH_STR(":el"));
                        release = el < 0 ? none : bh_str_from(edition, (size_t) el + 3);
                }
                release = number(release);
                if (release.len == 0)
                        return none;
                if (!p->channel)
                        release = major_of(release);
                return bh_arena_printf(arena, "rhel:%.*s%s%s", BH_FMT(release), p->channel ? ":" : "",
                                       p->channel ? p->channel : "");
        }
        return none;
}

bool bh_nvr_parse(struct bh_str text, bool with_arch, struct bh_nvr *ret) {
        struct bh_nvr out = { 0 };
        ptrdiff_t dash, dot;

        (void) bh_str_cut_suffix(&text, BH_STR(".rpm"));
        if (with_arch) {
                dot = bh_str_rchr(text, '.');
                if (dot <= 0)
                        return false;
                out.arch = bh_str_from(text, (size_t) dot + 1);
                text = bh_str_part(text, 0, (size_t) dot);
        }
        dash = bh_str_rchr(text, '-');
        if (dash <= 0)
                return false;
        dash = bh_str_rchr(bh_str_part(text, 0, (size_t) dash), '-');
        if (dash <= 0)
                return false;
        out.name = bh_str_part(text, 0, (size_t) dash);
        out.evr = bh_str_from(text, (size_t) dash + 1);
        (void) bh_str_cut_prefix(&out.evr, BH_STR("0:"));
        if (out.evr.len == 0 || !bh_is_alnum(out.evr.at[0]))
                return false;
        *ret = out;
        return true;
}
