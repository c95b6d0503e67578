/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/prevent.h"

#include <stdlib.h>

#include "base/vec.h"
#include "guard/respond/target.h"

enum { SEEN = 16384, NEAR = 8 };

struct mask {
        uint32_t stop, would;
};

struct bh_preventer {
        const struct bh_prevent_port *port;
        bool would_only, begun, holding; /* holding: something was applied */
        struct bh_arena *arena; /* copies of the rows */
        struct bh_prevent_row *rows;
        size_t n;
        struct mask all;     /* of rows without a scope */
        bool scoped;         /* there are others */
        uint64_t seen[SEEN]; /* groups that were judged; a newer one takes the place */
        void (*complain)(void *user, struct bh_str text);
        void *user;
};

struct bh_preventer *bh_preventer_new(void) {
        struct bh_preventer *p = calloc(1, sizeof *p);

        if (!p)
                bh_nomem(sizeof *p);
        p->arena = bh_arena_new();
        return p;
}

static void forget(struct bh_preventer *p) {
        for (size_t i = 0; i < SEEN; i++) {
                if (p->seen[i] && p->port)
                        BH_IGNORE(p->port->apply(p->port->user, p->seen[i], 0, 0, NULL)); /* the group may be gone, and its row with it */
                p->seen[i] = 0;
        }
}

void bh_preventer_free(struct bh_preventer **p) {
        if (!*p)
                return;
        forget(*p);
        if ((*p)->port && (*p)->holding)
                BH_IGNORE((*p)->port->apply((*p)->port->user, 0, 0, 0, NULL));
        bh_arena_free(&(*p)->arena);
        free(*p);
        *p = NULL;
}

static bool is_everywhere(const struct bh_scope *s) {
        return s->host != 0 && s->host != 1 && !s->n_images && !s->n_labels && !s->n_namespaces && !s->n_containers;
}

static void add(const struct bh_preventer *p, const struct bh_prevent_row *row, struct mask *m) {
        if (row->would || p->would_only)
                m->would |= row->bits;
        else
                m->stop |= row->bits;
}

/* Stopping goes before reporting as if. */
static struct mask settled(const struct bh_preventer *p, struct mask m) {
        m.would &= ~m.stop;
        m.stop &= p->port->can;
        m.would &= p->port->can;
        return m;
}

static void say(struct bh_preventer *p, const struct bh_prevent_row *row, const char *what, const char *why) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_buf_printf(&out, "%.*s: %.*s: %s cannot be prevented here: %s", BH_FMT(row->place), BH_FMT(row->name), what, why);
        p->complain(p->user, bh_buf_str(&out));
}

static void say_missing(struct bh_preventer *p, const struct bh_prevent_row *row) {
#define X(symbol, word, about) [BH_PREVENT_##symbol] = word,
        static const char *const words[_BH_PREVENT_MAX] = { BH_PREVENTIONS(X) };
#undef X

        for (unsigned i = 0; i < _BH_PREVENT_MAX; i++)
                if ((row->bits & (1u << i)) && (!p->port || !(p->port->can & (1u << i))))
                        say(p, row, words[i], p->port ? p->port->missing(p->port->user, (enum bh_prevention) i) : "this sensor has no programs for it");
}

BH_VEC_OF(strs, struct bh_str);

static void add_all(struct bh_preventer *p, struct strs *to, const struct bh_str *paths, uint32_t n) {
        for (uint32_t i = 0; i < n; i++)
                *bh_vec_add(p->arena, to) = paths[i];
}

static void hand_list(struct bh_preventer *p, enum bh_prevention which, const struct strs *all) {
        struct bh_err err = BH_ERR_NONE;

        if (p->port && p->port->list && p->port->list(p->port->user, which, all->at, all->len, &err) < 0 && all->len)
                p->complain(p->user, bh_str_of(err.text));
}

static void hand_paths(struct bh_preventer *p) {
        struct strs programs = { 0 }, files = { 0 };

        for (size_t i = 0; i < p->n; i++) {
                add_all(p, &programs, p->rows[i].paths, p->rows[i].n_paths);
                add_all(p, &files, p->rows[i].files, p->rows[i].n_files);
        }
        hand_list(p, BH_PREVENT_LISTED, &programs);
        hand_list(p, BH_PREVENT_FILE_OPEN, &files);
}

static const struct bh_str *copy_list(struct bh_arena *arena, const struct bh_str *list, uint32_t n) {
        struct bh_str *copy = bh_arena_array(arena, struct bh_str, n);

        for (uint32_t i = 0; i < n; i++)
                copy[i] = bh_arena_str(arena, list[i]);
        return copy;
}

/* The policy they come from may be gone before them. */
static struct bh_prevent_row copy_row(struct bh_arena *arena, const struct bh_prevent_row *row) {
        struct bh_prevent_row c = *row;

        c.name = bh_arena_str(arena, row->name);
        c.place = bh_arena_str(arena, row->place);
        c.scope.images = copy_list(arena, row->scope.images, row->scope.n_images);
        c.scope.labels = copy_list(arena, row->scope.labels, row->scope.n_labels);
        c.scope.namespaces = copy_list(arena, row->scope.namespaces, row->scope.n_namespaces);
        c.scope.containers = copy_list(arena, row->scope.containers, row->scope.n_containers);
        c.paths = copy_list(arena, row->paths, row->n_paths);
        c.files = copy_list(arena, row->files, row->n_files);
        return c;
}

static void apply_all(struct bh_preventer *p) {
        struct bh_err err = BH_ERR_NONE;

        for (size_t i = 0; i < p->n; i++)
                say_missing(p, &p->rows[i]);
        if (!p->port || (!p->n && !p->holding))
                return;
        hand_paths(p);
        p->all = settled(p, p->all);
        if (p->port->apply(p->port->user, 0, p->all.stop, p->all.would, &err) < 0)
                p->complain(p->user, bh_str_of(err.text));
        p->holding = p->n > 0;
}

void bh_preventer_rows(struct bh_preventer *p, const struct bh_prevent_row *rows, size_t n, bool would_only,
                       void (*complain)(void *, struct bh_str), void *user) {
        forget(p);
        bh_arena_reset(p->arena);
        p->rows = bh_arena_array(p->arena, struct bh_prevent_row, n);
        p->n = n;
        p->would_only = would_only;
        p->complain = complain;
        p->user = user;
        p->all = (struct mask){ 0 };
        p->scoped = false;
        for (size_t i = 0; i < n; i++) {
                p->rows[i] = copy_row(p->arena, &rows[i]);
                if (is_everywhere(&rows[i].scope))
                        add(p, &rows[i], &p->all);
                else
                        p->scoped = true;
        }
        if (p->begun)
                apply_all(p);
}

void bh_preventer_begin(struct bh_preventer *p, const struct bh_prevent_port *port) {
        p->begun = true;
        p->port = port;
        apply_all(p);
}

bool bh_preventer_has_rows(const struct bh_preventer *p) {
        return p->n > 0;
}

static uint64_t *place(struct bh_preventer *p, uint64_t id) {
        uint64_t h = id * 0x9e3779b97f4a7c15ull;

        for (unsigned i = 0; i < NEAR; i++)
                if (p->seen[((h >> 40) + i) % SEEN] == id || !p->seen[((h >> 40) + i) % SEEN])
                        return &p->seen[((h >> 40) + i) % SEEN];
        return &p->seen[(h >> 40) % SEEN];
}

void bh_preventer_see(struct bh_preventer *p, const struct bh_container *c) {
        struct bh_err err = BH_ERR_NONE;
        struct mask m = p->all;
        uint64_t *seen;

        /* Its image is not known yet: it would be judged by half of what it is. */
        if (!p->port || !p->scoped || !c->cgroup_id || !c->known)
                return;
        seen = place(p, c->cgroup_id);
        if (*seen == c->cgroup_id)
                return;
        *seen = c->cgroup_id;
        for (size_t i = 0; i < p->n; i++)
                if (!is_everywhere(&p->rows[i].scope) && bh_scope_fits(&p->rows[i].scope, c))
                        add(p, &p->rows[i], &m);
        m = settled(p, m);
        if (p->port->apply(p->port->user, c->cgroup_id, m.stop, m.would, &err) < 0)
                p->complain(p->user, bh_str_of(err.text));
}
