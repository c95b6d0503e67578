/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/mend.h"

enum { BRIEF = 72 };

struct bh_str bh_instruction_brief(struct bh_arena *arena, struct bh_str s) {
        ptrdiff_t nop = bh_str_find(s, BH_STR("#(nop)"));
        char shown[BRIEF + 1];
        bool shell = false;

        if (nop >= 0)
                s = bh_str_trim(bh_str_from(s, (size_t) nop + 6));
        else if (bh_str_cut_prefix(&s, BH_STR("/bin/sh -c ")))
                shell = true;
        else if (bh_str_cut_prefix(&s, BH_STR("RUN /bin/sh -c ")))
                shell = true;
        BH_IGNORE(bh_str_cut_suffix(&s, BH_STR(" # buildkit")));
        s = bh_str_trim(s);
        return bh_arena_printf(arena, "%s%s", shell && s.len ? "RUN " : "", bh_str_quote(s, shown, sizeof shown));
}

/* Why there is nothing to go to. */
static struct bh_str nothing_fixed(const struct bh_vuln_match *m, struct bh_arena *arena) {
        static const char *const words[_BH_STATUS_MAX] = {
                [BH_STATUS_AFFECTED] = "has no fix yet", [BH_STATUS_FIXED] = "names no fixed version",
                [BH_STATUS_WILL_NOT_FIX] = "will not fix it", [BH_STATUS_DEFERRED] = "put the fix off to a later release",
                [BH_STATUS_UNDER_INVESTIGATION] = "is still looking into it", [BH_STATUS_END_OF_LIFE] = "no longer supports this release",
                [BH_STATUS_UNIMPORTANT] = "sees no security impact and plans no fix", [BH_STATUS_NOT_AFFECTED] = "says it is not affected",
                [BH_STATUS_WITHDRAWN] = "took the advisory back",
        };

        return bh_arena_printf(arena, "nothing to upgrade to: %.*s %s", BH_FMT(m->source.len ? m->source : BH_STR("the publisher")),
                               m->status < _BH_STATUS_MAX ? words[m->status] : "has no fix");
}

/* Names and versions come from strangers, and a person may paste this into a shell. */
static bool is_plain(struct bh_str s) {
        for (size_t i = 0; i < s.len; i++)
                if (!bh_is_alnum(s.at[i]) && bh_str_chr(BH_STR("._+-:~"), s.at[i]) < 0)
                        return false;
        return s.len > 0 && s.at[0] != '-';
}

static struct bh_str install_command(const struct bh_package *p, struct bh_str fixed, struct bh_arena *arena) {
        switch (p->eco) {
        case BH_ECO_DEB: return bh_arena_printf(arena, "apt-get install --only-upgrade %.*s=%.*s", BH_FMT(p->name), BH_FMT(fixed));
        case BH_ECO_APK: return bh_arena_printf(arena, "apk add '%.*s>=%.*s'", BH_FMT(p->name), BH_FMT(fixed));
        default: return bh_arena_printf(arena, "dnf upgrade %.*s", BH_FMT(p->name));
        }
}

/* A fix's version is the source package's; for most binary packages it is theirs too, and where it is not, no command is given. */
static bool has_command(const struct bh_vuln_finding *v, const struct bh_package *p) {
        if (!is_plain(p->name) || !is_plain(v->match.fixed))
                return false;
        return p->source_version.len == 0 || bh_str_eq(p->source_version, p->version);
}

static struct bh_str mend_os(const struct bh_report *r, const struct bh_vuln_finding *v, const struct bh_package *p, struct bh_arena *arena) {
        struct bh_str command = install_command(p, v->match.fixed, arena), base = r->base.name.len ? r->base.name : BH_STR("base image");
        struct bh_str what = bh_arena_printf(arena, "%.*s %.*s%s%.*s%s", BH_FMT(p->name), BH_FMT(v->match.fixed), v->match.channel.len ? " (through " : "",
                                             BH_FMT(v->match.channel), v->match.channel.len ? ")" : "");

        if (v->whose.side == BH_SIDE_BASE && has_command(v, p))
                return bh_arena_printf(arena, "rebuild on a newer %.*s that has %.*s; until there is one: %.*s", BH_FMT(base), BH_FMT(what), BH_FMT(command));
        if (v->whose.side == BH_SIDE_BASE)
                return bh_arena_printf(arena, "rebuild on a newer %.*s that has %.*s", BH_FMT(base), BH_FMT(what));
        if (has_command(v, p))
                return bh_arena_printf(arena, "upgrade %.*s: %.*s", BH_FMT(what), BH_FMT(command));
        return bh_arena_printf(arena, "upgrade %.*s", BH_FMT(what));
}

/* "app.war!/WEB-INF/lib/x.jar": the archive one would have to build again. */
static bool outer_archive(struct bh_str location, struct bh_str *ret) {
        ptrdiff_t at = bh_str_find(location, BH_STR("!/"));

        *ret = at < 0 ? location : bh_str_part(location, 0, (size_t) at);
        return at >= 0;
}

static struct bh_str mend_language(const struct bh_vuln_finding *v, const struct bh_package *p, struct bh_arena *arena) {
        struct bh_str what = bh_arena_printf(arena, "%.*s to %.*s", BH_FMT(p->name), BH_FMT(v->match.fixed)), outer;
        bool go_itself = p->eco == BH_ECO_GO && bh_str_is(p->name, "stdlib");

        switch (p->evidence) {
        case BH_EVIDENCE_LOCKFILE:
        case BH_EVIDENCE_MANIFEST:
                return bh_arena_printf(arena, "in %.*s set %.*s", BH_FMT(p->location), BH_FMT(what));
        case BH_EVIDENCE_BINARY:
                return go_itself ? bh_arena_printf(arena, "rebuild %.*s with Go %.*s", BH_FMT(p->location), BH_FMT(v->match.fixed))
                                 : bh_arena_printf(arena, "rebuild or replace %.*s: %.*s", BH_FMT(p->location), BH_FMT(what));
        default:
                if (outer_archive(p->location, &outer))
                        return bh_arena_printf(arena, "rebuild %.*s: upgrade %.*s", BH_FMT(outer), BH_FMT(what));
                return bh_arena_printf(arena, "upgrade %.*s (%.*s)", BH_FMT(what), BH_FMT(p->location));
        }
}

struct bh_str bh_mend_vuln(const struct bh_report *report, const struct bh_vuln_finding *v, struct bh_arena *arena) {
        const struct bh_package *p = &report->packages[v->package];

        if (v->match.fixed.len == 0)
                return nothing_fixed(&v->match, arena);
        return bh_eco_is_os(p->eco) ? mend_os(report, v, p, arena) : mend_language(v, p, arena);
}
