/* SPDX-License-Identifier: Apache-2.0 */
#include "comply/collect/hostpath.h"

#include "base/limits.h"

enum { MAX_LINKS = 40 };

static void read_mounts(struct bh_host_paths *h) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_mount_entry m;
        struct bh_str text;
        struct bh_cur c;

        if (!h->reach->n_roots || !h->reach->roots[0].pid || h->reach->proc(h->reach->user, h->reach->roots[0].pid, "mountinfo", BH_LIMIT_INVENTORY_NET, h->arena, &text, &why) < 0)
                return;
        c = bh_cur_of(text);
        while (bh_mount_entry_next(&c, h->arena, &m))
                *bh_vec_add(h->arena, &h->mounts) = m;
}

void bh_host_paths_init(struct bh_host_paths *h, const struct bh_reach *reach, struct bh_arena *arena) {
        *h = (struct bh_host_paths){ .reach = reach, .arena = arena, .real = bh_map_in(arena) };
        read_mounts(h);
}

bool bh_path_within(struct bh_str path, struct bh_str dir) {
        if (bh_str_is(dir, "/"))
                return bh_str_starts(path, dir);
        return bh_str_starts(path, dir) && (path.len == dir.len || path.at[dir.len] == '/');
}

struct bh_str bh_path_join(struct bh_arena *arena, struct bh_str dir, struct bh_str below) {
        while (bh_str_starts(below, BH_STR("/")))
                below = bh_str_from(below, 1);
        (void) bh_str_cut_suffix(&dir, BH_STR("/"));
        return below.len ? bh_arena_printf(arena, "%.*s/%.*s", BH_FMT(dir), BH_FMT(below)) : dir.len ? dir : BH_STR("/");
}

/* ---- links ---- */

/* Where the link there leads; empty: there is none, or it cannot be seen. */
static struct bh_str link_at(struct bh_host_paths *h, struct bh_str path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str to;

        if (!h->reach->link || h->reach->link(h->reach->user, 0, bh_arena_cstr(h->arena, path), h->arena, &to, &why) < 0)
                return BH_STR("");
        return to;
}

/* One part more: `done` grows by it, or a link puts its own parts before what is left. */
static void step(struct bh_host_paths *h, struct bh_str part, struct bh_str *done, struct bh_str *rest, unsigned *links) {
        struct bh_str next, to;

        if (part.len == 0 || bh_str_is(part, "."))
                return;
        if (bh_str_is(part, "..")) {
                ptrdiff_t slash = bh_str_rchr(*done, '/');

                done->len = slash > 0 ? (size_t) slash : 0;
                return;
        }
        next = bh_path_join(h->arena, *done, part);
        to = *links < MAX_LINKS ? link_at(h, next) : BH_STR("");
        if (to.len == 0) {
                *done = next;
                return;
        }
        (*links)++;
        if (to.at[0] == '/')
                *done = BH_STR("");
        *rest = rest->len ? bh_arena_printf(h->arena, "%.*s/%.*s", BH_FMT(to), BH_FMT(*rest)) : to;
}

struct bh_str bh_host_path(struct bh_host_paths *h, struct bh_str path) {
        struct bh_str *known = bh_map_get(&h->real, path), done = BH_STR(""), rest = path, part;
        unsigned links = 0;

        if (known)
                return *known;
        while (bh_str_split(&rest, '/', &part))
                step(h, part, &done, &rest, &links);
        known = bh_arena_make(h->arena, struct bh_str);
        *known = done.len ? done : BH_STR("/");
        (void) bh_map_set(&h->real, bh_arena_str(h->arena, path), known);
        return *known;
}

/* ---- mounts ---- */

/* Of the host's mounts that show the directory, the one that shows least beside it. */
struct bh_str bh_host_path_of(struct bh_host_paths *h, const struct bh_mount_entry *m) {
        const struct bh_mount_entry *best = NULL;

        for (size_t i = 0; i < h->mounts.len; i++) {
                const struct bh_mount_entry *e = &h->mounts.at[i];

                if (bh_str_eq(e->device, m->device) && bh_path_within(m->root, e->root) && (!best || e->root.len > best->root.len))
                        best = e;
        }
        if (!best)
                return BH_STR("");
        return bh_path_join(h->arena, best->point, bh_str_from(m->root, bh_str_is(best->root, "/") ? 0 : best->root.len));
}

static const struct bh_mount_entry *mount_above(const struct bh_host_paths *h, struct bh_str path) {
        const struct bh_mount_entry *best = NULL;

        for (size_t i = 0; i < h->mounts.len; i++)
                if (bh_path_within(path, h->mounts.at[i].point) && (!best || h->mounts.at[i].point.len >= best->point.len))
                        best = &h->mounts.at[i];
        return best;
}

bool bh_host_own_mount(struct bh_host_paths *h, struct bh_str path) {
        struct bh_str real = bh_host_path(h, path);
        const struct bh_mount_entry *at = mount_above(h, real), *above = mount_above(h, bh_str_dirname(real).len ? bh_str_dirname(real) : BH_STR("/"));

        return at && bh_str_eq(at->point, real) && above && !bh_str_eq(at->device, above->device);
}
