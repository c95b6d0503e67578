/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yarn.lock, both kinds. They differ in their quotes and colons:
 *
 *     "@s/n@^1.0.0", "@s/n@^1.1.0":         |  "@s/n@npm:^1.0.0, @s/n@npm:^1.1.0":
 *       version "1.2.3"                     |    version: 1.2.3
 *       resolved "https://..."              |    resolution: "@s/n@npm:1.2.3"
 *
 * so one walk over the lines reads both. It says nothing of development.
 */
#include "base/cur.h"
#include "scan/pkg/node.h"
#include "scan/pkg/pkg.h"

struct entry {
        struct bh_str name, version;
        bool local; /* of this workspace: no publisher knows it */
};

static struct bh_str unquote(struct bh_str s) {
        s = bh_str_trim(s);
        if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
                s = bh_str_part(s, 1, s.len - 2);
        return s;
}

/* The name in "NAME@RANGE" or "ALIAS@npm:NAME@RANGE" (in the old kind a range "npm:..." always has a name). */
static struct bh_str name_of(struct bh_str spec) {
        struct bh_str name, range, inner, rest;

        if (!bh_node_split(spec, &name, &range))
                return (struct bh_str){ "", 0 };
        if (bh_str_cut_prefix(&range, BH_STR("npm:")) && range.len && bh_node_split(range, &inner, &rest))
                return inner;
        return name;
}

static struct entry begin(struct bh_str line) {
        struct bh_str first, rest;

        (void) bh_str_cut_suffix(&line, BH_STR(":"));
        (void) bh_str_cut(line, ',', &first, &rest);
        first = bh_str_trim(first);
        (void) bh_str_cut_prefix(&first, BH_STR("\""));
        (void) bh_str_cut_suffix(&first, BH_STR("\""));
        return (struct entry){ .name = name_of(first) };
}

static void field(struct entry *e, struct bh_str line) {
        struct bh_str name, range;

        line = bh_str_from(line, 2);
        if (bh_str_cut_prefix(&line, BH_STR("version")) && line.len && (line.at[0] == ' ' || line.at[0] == ':'))
                e->version = unquote(bh_str_from(line, 1));
        else if (bh_str_cut_prefix(&line, BH_STR("resolution:"))) {
                if (!bh_node_split(unquote(line), &name, &range))
                        return;
                e->name = name;
                e->local = bh_str_starts(range, BH_STR("workspace:")) || bh_str_starts(range, BH_STR("link:")) ||
                           bh_str_starts(range, BH_STR("portal:"));
        }
}

int bh_pkg_yarn_lock(struct bh_catalog *c, const struct bh_file *file, struct bh_arena *scratch, struct bh_err *err) {
        struct bh_cur cur = bh_cur_of(file->bytes);
        struct entry e = { 0 };
        struct bh_str line;

        (void) scratch;
        (void) err;
        if (bh_node_in_modules(file->path))
                return 0;
        while (bh_cur_line(&cur, &line)) {
                bool top = line.len && line.at[0] != ' ' && line.at[0] != '#';

                if (top) {
                        if (!e.local)
                                bh_node_add_locked(c, file, e.name, e.version, BH_STR(""), false);
                        e = begin(line);
                } else if (line.len > 2 && line.at[0] == ' ' && line.at[1] == ' ' && line.at[2] != ' ')
                        field(&e, line);
        }
        if (!e.local)
                bh_node_add_locked(c, file, e.name, e.version, BH_STR(""), false);
        return 0;
}
