/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/uses.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/limits.h"
#include "inventory/owners.h"
#include "inventory/parse.h"
#include "sys/proc.h"

enum { HEARD_SLOTS = 512, LOOKS_OFTEN = 64 /* of a process, after which each LOOKS_OFTENth look at its memory is one */ };

/* A file of a root that was seen in use. */
struct seen {
        struct bh_str path;
        struct bh_owner owner;
        bool executed, asked; /* asked: whose it is */
};

/* What is known of one root, while it is there. */
struct used_root {
        struct used_root *next;
        struct bh_arena *arena;
        struct bh_str container;
        struct bh_map files; /* by bh_owner_path: struct seen */
        bool met, news, full;
};

struct bh_uses {
        struct used_root *roots;
        struct bh_arena *arena, *before_arena; /* of `looked`, this pass's and the one's before */
        struct bh_map looked;                  /* pid and start: how often it was looked at */
        pthread_mutex_t lock;                  /* guards the rest */
        struct bh_buf heard;                   /* container, NUL, path, NUL, and so on */
        uint64_t heard_slots[HEARD_SLOTS];     /* hashes of what stands in it */
};

struct bh_uses *bh_uses_new(void) {
        struct bh_uses *u = calloc(1, sizeof *u);

        if (!u)
                bh_nomem(sizeof *u);
        (void) pthread_mutex_init(&u->lock, NULL);
        u->arena = bh_arena_new();
        u->before_arena = bh_arena_new();
        u->looked = bh_map_in(u->before_arena);
        return u;
}

static void free_root(struct used_root *r) {
        bh_arena_free(&r->arena);
        free(r);
}

void bh_uses_free(struct bh_uses **uses) {
        struct bh_uses *u = *uses;

        *uses = NULL;
        if (!u)
                return;
        for (struct used_root *r = u->roots, *next; r; r = next) {
                next = r->next;
                free_root(r);
        }
        bh_arena_free(&u->arena);
        bh_arena_free(&u->before_arena);
        bh_buf_done(&u->heard);
        (void) pthread_mutex_destroy(&u->lock);
        free(u);
}

/* ---- what the sensor tells ---- */

void bh_uses_heard(struct bh_uses *u, struct bh_str container, struct bh_str path) {
        uint64_t hash = (bh_hash64(path) ^ bh_hash64(container) * 31) | 1, *slot = &u->heard_slots[hash / 2 % HEARD_SLOTS];

        (void) pthread_mutex_lock(&u->lock);
        if (*slot != hash && u->heard.len + container.len + path.len + 2 <= BH_LIMIT_INVENTORY_HEARD) {
                *slot = hash;
                bh_buf_add(&u->heard, container);
                bh_buf_putc(&u->heard, '\0');
                bh_buf_add(&u->heard, path);
                bh_buf_putc(&u->heard, '\0');
        }
        (void) pthread_mutex_unlock(&u->lock);
}

static struct bh_str take_heard(struct bh_uses *u, struct bh_arena *arena) {
        struct bh_str heard;

        (void) pthread_mutex_lock(&u->lock);
        heard = bh_arena_str(arena, bh_buf_str(&u->heard));
        bh_buf_clear(&u->heard);
        memset(u->heard_slots, 0, sizeof u->heard_slots);
        (void) pthread_mutex_unlock(&u->lock);
        return heard;
}

/* ---- files of a root ---- */

static struct used_root *root_of(struct bh_uses *u, struct bh_str container) {
        struct used_root *r = u->roots;

        while (r && !bh_str_eq(r->container, container))
                r = r->next;
        return r;
}

static struct used_root *meet(struct bh_uses *u, struct bh_str container) {
        struct used_root *r = root_of(u, container);

        if (r) {
                r->met = true;
                return r;
        }
        r = calloc(1, sizeof *r);
        if (!r)
                bh_nomem(sizeof *r);
        r->arena = bh_arena_new();
        r->container = bh_arena_str(r->arena, container);
        r->files = bh_map_in(r->arena);
        r->met = true;
        r->next = u->roots;
        u->roots = r;
        return r;
}

static bool is_file(struct bh_str path) {
        return bh_str_starts(path, BH_STR("/")) && !bh_str_ends(path, BH_STR(" (deleted)")) && !bh_str_starts(path, BH_STR("/dev/")) &&
               !bh_str_starts(path, BH_STR("/memfd:")) && !bh_str_starts(path, BH_STR("/proc/"));
}

/* One that was replaced meanwhile is none of the package that is installed. */
static void note(struct used_root *r, struct bh_str path, bool executed) {
        struct seen *s;

        if (!is_file(path))
                return;
        s = bh_map_get(&r->files, bh_owner_path(path));
        if (!s && r->files.len >= BH_LIMIT_INVENTORY_USED) {
                r->full = true;
                return;
        }
        if (!s) {
                s = bh_arena_make(r->arena, struct seen);
                s->path = bh_arena_str(r->arena, path);
                (void) bh_map_set(&r->files, bh_owner_path(s->path), s);
                r->news = true;
        }
        s->executed |= executed;
}

/* ---- processes ---- */

/* A process that changed its root means other files by the same paths. */
static bool is_below(const struct bh_task *t, const struct stat *root) {
        char path[64];
        struct stat st;

        (void) snprintf(path, sizeof path, "/proc/%u/root/", t->pid);
        return stat(path, &st) == 0 && st.st_dev == root->st_dev && st.st_ino == root->st_ino;
}

/* At the second look, and ever less often: libraries are mapped at the start, and some later. */
static bool is_due(struct bh_uses *u, struct bh_map *now, const struct bh_task *t) {
        uint64_t key[2] = { t->pid, t->start_ticks };
        struct bh_str bytes = { (const char *) key, sizeof key };
        uintptr_t n = (uintptr_t) bh_map_get(&u->looked, bytes) + 1;

        (void) bh_map_set(now, bh_arena_str(u->arena, bytes), (void *) n);
        return !t->new_here && ((n & (n - 1)) == 0 || n % LOOKS_OFTEN == 0 || n == 3);
}

static void note_mapped(struct used_root *r, const struct bh_task *t) {
        BH_CLEANUP(bh_arena_free) struct bh_arena *scratch = bh_arena_new();
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text, path;
        struct bh_cur cur;

        if (bh_proc_read(scratch, t->pid, "maps", BH_LIMIT_INVENTORY_MAPS, &text, &why) < 0)
                return; /* it has ended */
        cur = bh_cur_of(text);
        while (bh_proc_maps_next(&cur, &path))
                note(r, path, false);
}

static void look_at_task(struct bh_collect *c, struct bh_map *now, const struct bh_task *t) {
        bool host = t->container.len == 0 || t->mnt_ns == c->tasks->host_mnt_ns, due = is_due(c->uses, now, t);
        struct used_root *r = root_of(c->uses, host ? BH_STR("") : t->container);
        struct stat st;

        if (!r || !r->met || (!due && !t->new_here))
                return;
        for (size_t i = 0; i < c->roots->n; i++)
                if (bh_str_eq(c->roots->at[i].container, r->container) && (fstat(c->roots->at[i].fd, &st) < 0 || !is_below(t, &st)))
                        return;
        note(r, t->exe, true);
        if (due)
                note_mapped(r, t);
}

static void look_at_tasks(struct bh_collect *c) {
        struct bh_uses *u = c->uses;
        struct bh_arena *arena = u->before_arena;
        struct bh_map now = bh_map_in(u->arena);

        for (size_t i = 0; i < c->tasks->n; i++)
                if (!c->tasks->at[i].kernel_thread)
                        look_at_task(c, &now, &c->tasks->at[i]);
        bh_arena_reset(arena);
        u->before_arena = u->arena;
        u->arena = arena;
        u->looked = now;
}

static void look_at_heard(struct bh_collect *c) {
        struct bh_str heard = take_heard(c->uses, c->arena), container, path;

        while (bh_str_split(&heard, '\0', &container) && bh_str_split(&heard, '\0', &path)) {
                struct used_root *r = root_of(c->uses, container);

                if (r && r->met)
                        note(r, path, true);
        }
}

/* ---- whose they are ---- */

static void ask_owners(struct bh_collect *c, const struct bh_root *root, struct used_root *r) {
        struct bh_map wanted = bh_map_in(c->arena);
        struct bh_err why = BH_ERR_NONE;

        for (size_t i = 0; i < r->files.len; i++) {
                struct seen *s = r->files.items[i].value;

                if (!s->asked)
                        (void) bh_map_set(&wanted, r->files.items[i].key, &s->owner);
                s->asked = true;
        }
        r->news = false;
        if (bh_owners_look(root, r->arena, &wanted, &why) < 0)
                bh_collect_blind(c, root, &why);
}

/* ---- telling ---- */

struct told {
        const char *type;
        struct bh_str name, path;
        bool executed;
};

static bool is_jar(struct bh_str path) {
        return bh_str_ends(path, BH_STR(".jar")) || bh_str_ends(path, BH_STR(".war"));
}

/* Of a package one file is told, the first that was executed, else the first. A file of none is told when it may be one itself. */
static void add_told(struct bh_collect *c, struct bh_map *all, const struct seen *s) {
        struct bh_str key = s->owner.type ? bh_arena_printf(c->arena, "%s/%.*s", s->owner.type, BH_FMT(s->owner.package)) : s->path;
        struct told *t = bh_map_get(all, key);

        if (!s->owner.type && !s->executed && !is_jar(s->path))
                return;
        if (t && (t->executed || !s->executed))
                return;
        t = bh_arena_make(c->arena, struct told);
        *t = (struct told){ s->owner.type, s->owner.type ? s->owner.package : s->path, s->path, s->executed };
        (void) bh_map_set(all, key, t);
}

static void tell(struct bh_collect *c, const struct bh_root *root, const struct used_root *r) {
        struct bh_map all = bh_map_in(c->arena);

        for (size_t i = 0; i < r->files.len; i++)
                add_told(c, &all, r->files.items[i].value);
        for (size_t i = 0; i < all.len; i++) {
                const struct told *t = all.items[i].value;
                struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_PACKAGE_USE, bh_collect_key(c, root, all.items[i].key), t->name, root->container);

                bh_json_put_some(j, "type", bh_str_of(t->type));
                bh_json_put_str(j, "path", t->path);
                bh_json_put_bool(j, "executed", t->executed);
                bh_collect_told(c);
        }
}

static void forget_gone(struct bh_uses *u) {
        struct used_root **at = &u->roots, *r;

        while ((r = *at)) {
                if (r->met) {
                        at = &r->next;
                        continue;
                }
                *at = r->next;
                free_root(r);
        }
}

static void end_root(struct bh_collect *c, const struct bh_root *root) {
        struct used_root *r = root_of(c->uses, root->container);
        struct bh_err why = BH_ERR_NONE;

        if (r->news)
                ask_owners(c, root, r);
        if (r->full) {
                (void) bh_fail(&why, BH_E_LIMIT, "more than %d files are in use", BH_LIMIT_INVENTORY_USED);
                bh_collect_blind(c, root, &why);
        }
        tell(c, root, r);
}

int bh_collect_uses(struct bh_collect *c, struct bh_err *err) {
        struct bh_uses *u = c->uses;

        (void) err;
        for (struct used_root *r = u->roots; r; r = r->next)
                r->met = false;
        for (size_t i = 0; i < c->roots->n; i++)
                (void) meet(u, c->roots->at[i].container);
        forget_gone(u);
        look_at_tasks(c);
        look_at_heard(c);
        for (size_t i = 0; i < c->roots->n; i++)
                end_root(c, &c->roots->at[i]);
        return 0;
}
