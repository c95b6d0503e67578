/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pkg/pom.h"

#include "fmt/xml.h"

struct reader {
        struct bh_xml xml;
        struct bh_str at[5]; /* the names of the elements we are in; deeper ones do not matter */
        struct bh_pom pom;
        struct bh_pom_dependency dependency;
        bh_pom_fn fn;
        void *user;
};

static bool in(const struct reader *r, unsigned depth, const char *a, const char *b) {
        return depth >= 3 && bh_str_is(r->at[1], a) && (!b || bh_str_is(r->at[2], b));
}

/* Text of a leaf: the first that is not blank stays. */
static void leaf(struct reader *r, const struct bh_xml_event *e) {
        struct bh_str text = bh_str_trim(e->text), name;
        const struct {
                bool here;
                const char *name;
                struct bh_str *to;
        } leaves[] = {
                { e->depth == 2, "groupId", &r->pom.group },
                { e->depth == 2, "artifactId", &r->pom.artifact },
                { e->depth == 2, "version", &r->pom.version },
                { e->depth == 3 && in(r, e->depth, "parent", NULL), "groupId", &r->pom.parent_group },
                { e->depth == 3 && in(r, e->depth, "parent", NULL), "version", &r->pom.parent_version },
                { e->depth == 4 && in(r, e->depth, "dependencies", "dependency"), "groupId", &r->dependency.group },
                { e->depth == 4 && in(r, e->depth, "dependencies", "dependency"), "artifactId", &r->dependency.artifact },
                { e->depth == 4 && in(r, e->depth, "dependencies", "dependency"), "version", &r->dependency.version },
                { e->depth == 4 && in(r, e->depth, "dependencies", "dependency"), "scope", &r->dependency.scope },
        };

        if (text.len == 0 || e->depth < 2 || e->depth > 4)
                return;
        name = r->at[e->depth - 1];
        for (size_t i = 0; i < BH_LEN(leaves); i++)
                if (leaves[i].here && leaves[i].to->len == 0 && bh_str_is(name, leaves[i].name))
                        *leaves[i].to = text;
}

static void end(struct reader *r, const struct bh_xml_event *e) {
        if (e->depth != 3 || !in(r, e->depth, "dependencies", "dependency"))
                return;
        if (r->fn)
                r->fn(r->user, &r->dependency);
        r->dependency = (struct bh_pom_dependency){ 0 };
}

int bh_pom_parse(struct bh_arena *arena, struct bh_str bytes, struct bh_pom *ret, bh_pom_fn fn, void *user,
                 struct bh_err *err) {
        struct reader r = { .xml = bh_xml_of(arena, bytes), .fn = fn, .user = user };
        struct bh_xml_event e;
        int more;

        while ((more = bh_xml_next(&r.xml, &e, err)) > 0) {
                if (e.kind == BH_XML_START && e.depth <= BH_LEN(r.at))
                        r.at[e.depth - 1] = e.name;
                else if (e.kind == BH_XML_TEXT)
                        leaf(&r, &e);
                else if (e.kind == BH_XML_END)
                        end(&r, &e);
        }
        if (more < 0)
                return more;
        if (r.pom.group.len == 0)
                r.pom.group = r.pom.parent_group;
        if (r.pom.version.len == 0)
                r.pom.version = r.pom.parent_version;
        *ret = r.pom;
        return 0;
}

bool bh_pom_is_exact(struct bh_str version) {
        if (version.len == 0 || bh_str_find(version, BH_STR("${")) >= 0)
                return false;
        return bh_str_chr(version, '[') < 0 && bh_str_chr(version, '(') < 0 && bh_str_chr(version, ',') < 0;
}
