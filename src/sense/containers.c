/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/containers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "base/limits.h"
#include "sense/cgroup.h"
#include "runtime/find.h"
#include "runtime/files.h"
#include "runtime/named.h"
#include "sys/host_root.h"

#define IDLE_PART 8u                    /* at most one of so many without a process */
#define FIRST_RETRY_NS 50000000ull      /* then four times as long each time, */
#define LAST_RETRY_NS 60000000000ull    /* up to a minute */
#define SETTLE_NS 1000000000ull         /* by then a new one has its address */
#define HURRIES 8u                      /* looks that do not wait for their time */

struct entry {
        struct bh_container c; /* first: an entry is found by its container */
        uint32_t refs, index;
        uint32_t before, after; /* in the list of those without a process */
        uint64_t next_ns, wait_ns;
        bool settled;
        uint8_t hurries;
        char id[65];
        char *kept;             /* all that c's slices point to */
        size_t kept_bytes;
};

struct bh_containers {
        struct bh_containers_opts opts;
        struct bh_runtime_roots *roots;
        struct bh_named *named;
        struct entry *at; /* numbered from 1 */
        uint32_t reached, now, free, idle, idle_first, idle_last;
        uint32_t *slots, mask;
        uint64_t version, forgotten;
        size_t kept_bytes;
        struct bh_arena *scratch;
        struct entry overflow; /* who comes when every place is taken */
};

static struct entry *nth(const struct bh_containers *t, uint32_t n) {
        return &t->at[n - 1];
}

static struct entry *entry_of(const struct bh_container *c) {
        return (struct entry *) (void *) (uintptr_t) c;
}

/* By id. */

static uint32_t home(const struct bh_containers *t, struct bh_str id) {
        return (uint32_t) bh_hash64(id) & t->mask;
}

static uint32_t *slot_of(const struct bh_containers *t, struct bh_str id) {
        uint32_t i = home(t, id);

        while (t->slots[i] && !bh_str_eq(nth(t, t->slots[i])->c.id, id))
                i = (i + 1) & t->mask;
        return &t->slots[i];
}

static void slot_clear(struct bh_containers *t, uint32_t *slot) {
        uint32_t hole = (uint32_t) (slot - t->slots), i = hole;

        for (;;) {
                i = (i + 1) & t->mask;
                if (!t->slots[i])
                        break;
                if (((i - home(t, nth(t, t->slots[i])->c.id)) & t->mask) >= ((i - hole) & t->mask)) {
                        t->slots[hole] = t->slots[i];
                        hole = i;
                }
        }
        t->slots[hole] = 0;
}

/* Without a process, in the order they lost it. */

static void idle_add(struct bh_containers *t, struct entry *e) {
        e->before = t->idle_last;
        e->after = 0;
        if (t->idle_last)
                nth(t, t->idle_last)->after = e->index;
        else
                t->idle_first = e->index;
        t->idle_last = e->index;
        t->idle++;
}

static void idle_remove(struct bh_containers *t, struct entry *e) {
        if (e->before)
                nth(t, e->before)->after = e->after;
        else
                t->idle_first = e->after;
        if (e->after)
                nth(t, e->after)->before = e->before;
        else
                t->idle_last = e->before;
        e->before = e->after = 0;
        t->idle--;
}

static void forget(struct bh_containers *t, struct entry *e) {
        idle_remove(t, e);
        slot_clear(t, slot_of(t, e->c.id));
        t->kept_bytes -= e->kept_bytes;
        free(e->kept);
        *e = (struct entry){ .index = e->index, .after = t->free };
        t->free = e->index;
        t->now--;
}

static struct entry *entry_new(struct bh_containers *t, struct bh_str id) {
        struct entry *e;

        if (!t->free && t->reached == t->opts.max) {
                t->forgotten++;
                if (!t->idle)
                        return NULL;
                forget(t, nth(t, t->idle_first));
        }
        if (t->free) {
                e = nth(t, t->free);
                t->free = e->after;
        } else {
                e = nth(t, ++t->reached);
                e->index = t->reached;
        }
        e->after = 0;
        id = bh_str_part(id, 0, sizeof e->id - 1);
        memcpy(e->id, id.at, id.len);
        e->c.id = (struct bh_str){ e->id, id.len };
        *slot_of(t, e->c.id) = e->index;
        t->now++;
        idle_add(t, e);
        return e;
}

/* What is known of it, in one piece of memory. */

static struct bh_str *text_at(struct bh_container *c, unsigned n) {
        struct bh_str *const all[] = {
                &c->runtime,  &c->name,          &c->image,   &c->image_repository, &c->image_tag, &c->image_digest,
                &c->image_id, &c->pod_name,      &c->pod_uid, &c->pod_namespace,    &c->user,      &c->pod_sandbox_id,
                &c->ip,       &c->root,          &c->upper,   &c->group,
        };

        return n < BH_LEN(all) ? all[n] : NULL;
}

static size_t texts_size(struct bh_container *c) {
        size_t n = 0;

        for (unsigned i = 0; text_at(c, i); i++)
                n += text_at(c, i)->len;
        for (uint32_t i = 0; i < c->n_mounts; i++)
                n += c->mounts[i].source.len + c->mounts[i].dest.len + c->mounts[i].mode.len + c->mounts[i].propagation.len;
        for (uint32_t i = 0; i < c->n_labels; i++)
                n += c->labels[i].key.len + c->labels[i].value.len;
        return n;
}

static void move_text(struct bh_str *s, char **to) {
        if (s->len)
                memcpy(*to, s->at, s->len);
        s->at = *to;
        *to += s->len;
}

/* Labels, then mounts are left out where there would be too much of them. */
static void shorten(const struct bh_containers *t, struct bh_container *c) {
        size_t left = t->kept_bytes < BH_LIMIT_CONTAINERS_TEXT ? BH_LIMIT_CONTAINERS_TEXT - t->kept_bytes : 0;
        size_t most = BH_MIN(BH_LIMIT_CONTAINER_TEXT, left);

        if (texts_size(c) > most)
                c->n_labels = 0;
        if (texts_size(c) > most)
                c->n_mounts = 0;
        for (unsigned i = 0; text_at(c, i); i++)
                text_at(c, i)->len = BH_MIN(text_at(c, i)->len, (size_t) 1024);
}

static void keep(struct bh_containers *t, struct entry *e, const struct bh_container *found) {
        struct bh_container c = *found;
        struct bh_mount *mounts;
        struct bh_label *labels;
        size_t bytes;
        char *at, *text;

        shorten(t, &c);
        bytes = c.n_mounts * sizeof *mounts + c.n_labels * sizeof *labels + texts_size(&c);
        at = malloc(bytes ? bytes : 1);
        if (!at)
                bh_nomem(bytes);
        mounts = (struct bh_mount *) (void *) at;
        labels = (struct bh_label *) (void *) (mounts + c.n_mounts);
        if (c.n_mounts)
                memcpy(mounts, c.mounts, c.n_mounts * sizeof *mounts);
        if (c.n_labels)
                memcpy(labels, c.labels, c.n_labels * sizeof *labels);
        c.mounts = mounts;
        c.labels = labels;
        text = (char *) (labels + c.n_labels);
        for (unsigned i = 0; text_at(&c, i); i++)
                move_text(text_at(&c, i), &text);
        for (uint32_t i = 0; i < c.n_mounts; i++) {
                move_text(&mounts[i].source, &text);
                move_text(&mounts[i].dest, &text);
                move_text(&mounts[i].mode, &text);
                move_text(&mounts[i].propagation, &text);
        }
        for (uint32_t i = 0; i < c.n_labels; i++) {
                move_text(&labels[i].key, &text);
                move_text(&labels[i].value, &text);
        }
        c.id = e->c.id;
        bh_container_shorten_id(&c);
        c.version = e->c.version + 1;
        t->kept_bytes += bytes - e->kept_bytes;
        free(e->kept);
        e->kept = at;
        e->kept_bytes = bytes;
        e->c = c;
        t->version++;
}

/* Who a control group belongs to. */
struct owner {
        struct bh_str id, group, pod_uid;
        struct bh_str runtime;
};

/* Of an engine's container, and of one in it that somebody started by hand, the inner one is meant. */
static bool find_owner(struct bh_containers *t, struct bh_str path, uint64_t now_ns, struct owner *ret) {
        struct bh_cgroup_name name;
        struct bh_named_group named;
        bool engine = bh_cgroup_parse(path, &name);
        const char *end = engine ? name.id.at + name.id.len : path.at;

        if (path.len > 1 && bh_named_find(t->named, path, now_ns, &named) && path.at + named.group.len > end) {
                *ret = (struct owner){ .id = bh_str_part(named.id, 0, sizeof((struct entry *) 0)->id - 1), .group = named.group,
                                       .runtime = named.runtime };
                return true;
        }
        if (engine)
                *ret = (struct owner){ .id = name.id, .pod_uid = name.pod_uid, .runtime = bh_str_of(name.runtime) };
        return engine;
}

/* Asks the files. */
static void look(struct bh_containers *t, struct entry *e, const struct owner *o, uint32_t pid, uint64_t now_ns) {
        struct bh_container found = { .id = e->c.id, .cgroup_id = e->c.cgroup_id, .runtime = o->runtime, .pod_uid = o->pod_uid,
                                      .group = o->group, .name = o->group.len ? e->c.id : (struct bh_str){ 0 } };
        bool first = e->wait_ns == 0;

        bh_arena_reset(t->scratch);
        if (t->opts.live)
                found.known = bh_runtime_find(t->roots, t->scratch, pid, now_ns, &found);
        e->settled = found.known && !first;
        e->wait_ns = found.known ? SETTLE_NS : first ? FIRST_RETRY_NS : BH_MIN(e->wait_ns * 4, LAST_RETRY_NS);
        e->next_ns = now_ns + e->wait_ns;
        if (first || found.known)
                keep(t, e, &found);
}

/* A recording has the path of a group only when something was executed in it; whose number it is, it told. */
static struct entry *recorded(struct bh_containers *t, uint64_t cgroup_id) {
        for (uint32_t n = 1; !t->opts.live && cgroup_id && n <= t->reached; n++)
                if (nth(t, n)->c.id.len && nth(t, n)->c.cgroup_id == cgroup_id)
                        return nth(t, n);
        return NULL;
}

const struct bh_container *bh_containers_take(struct bh_containers *t, struct bh_str cgroup, uint64_t cgroup_id, uint32_t pid,
                                              uint64_t now_ns) {
        struct entry *e = recorded(t, cgroup_id);
        struct owner owner = { 0 };
        uint32_t n;

        if (!e && !find_owner(t, cgroup, now_ns, &owner))
                return NULL;
        n = e ? e->index : *slot_of(t, owner.id);
        e = n ? nth(t, n) : entry_new(t, owner.id);
        if (!e)
                e = &t->overflow;
        e->c.cgroup_id = cgroup_id ? cgroup_id : e->c.cgroup_id;
        if (e != &t->overflow && !e->settled && now_ns >= e->next_ns && (t->opts.live || !e->wait_ns))
                look(t, e, &owner, pid, now_ns);
        if (e->refs++ == 0 && e->index)
                idle_remove(t, e);
        return &e->c;
}

void bh_containers_hurry(const struct bh_container *c) {
        struct entry *e = entry_of(c);

        if (!c->known && e->hurries < HURRIES) {
                e->hurries++;
                e->next_ns = 0;
        }
}

const struct bh_container *bh_containers_ref(const struct bh_container *c) {
        if (c)
                entry_of(c)->refs++;
        return c;
}

void bh_containers_drop(struct bh_containers *t, const struct bh_container *c) {
        struct entry *e = entry_of(c);

        if (!c || --e->refs || !e->index)
                return;
        idle_add(t, e);
        while (t->idle > t->opts.max / IDLE_PART + 1)
                forget(t, nth(t, t->idle_first));
}

uint32_t bh_containers_counts(const struct bh_container *c) {
        return entry_of(c)->refs;
}

const struct bh_container *bh_containers_find(const struct bh_containers *t, struct bh_str id_or_name) {
        for (uint32_t n = 1; n <= t->reached; n++) {
                const struct bh_container *c = &nth(t, n)->c;

                if (!c->id.len)
                        continue;
                if (bh_str_eq(c->name, id_or_name) || (id_or_name.len >= 12 && bh_str_starts(c->id, id_or_name)))
                        return c;
        }
        return NULL;
}

const struct bh_container *bh_containers_learn(struct bh_containers *t, struct bh_str json, bool believe) {
        struct bh_container c;
        struct entry *e;
        uint32_t n;

        bh_arena_reset(t->scratch);
        if (bh_container_parse(t->scratch, json, &c, NULL) < 0)
                return NULL;
        n = *slot_of(t, bh_str_part(c.id, 0, sizeof e->id - 1));
        e = n ? nth(t, n) : believe ? entry_new(t, c.id) : NULL;
        if (e && believe) {
                e->settled = true;
                keep(t, e, &c);
                if (c.group.len)
                        bh_named_add(t->named, &(struct bh_named_group){ e->c.id, c.runtime, c.group });
        }
        return e ? &e->c : NULL;
}

uint64_t bh_containers_version(const struct bh_containers *t) {
        return t->version;
}

void bh_containers_stats(const struct bh_containers *t, struct bh_containers_stats *ret) {
        *ret = (struct bh_containers_stats){ t->now, t->forgotten };
}

static void *set_aside(size_t bytes) {
        void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        return p == MAP_FAILED ? NULL : p;
}

int bh_containers_new(const struct bh_containers_opts *opts, struct bh_containers **ret, struct bh_err *err) {
        struct bh_containers *t = calloc(1, sizeof *t);
        uint32_t slots = 16;

        if (!t)
                bh_nomem(sizeof *t);
        t->opts = *opts;
        t->opts.max = BH_MAX(opts->max, 4u);
        while (slots < 2 * t->opts.max)
                slots *= 2;
        t->mask = slots - 1;
        t->scratch = bh_arena_new();
        t->roots = bh_runtime_roots_new(opts->root ? opts->root : bh_host_root());
        t->named = bh_named_new(!opts->live ? NULL : opts->root ? opts->root : bh_host_root());
        t->overflow.c.id = BH_STR("0000000000000000000000000000000000000000000000000000000000000000");
        bh_container_shorten_id(&t->overflow.c);
        t->at = set_aside((size_t) t->opts.max * sizeof t->at[0]);
        t->slots = set_aside((size_t) slots * sizeof t->slots[0]);
        if (!t->at || !t->slots) {
                bh_containers_free(&t);
                return bh_fail_sys(err, errno, "room for %u containers", opts->max);
        }
        *ret = t;
        return 0;
}

void bh_containers_free(struct bh_containers **table) {
        struct bh_containers *t = BH_TAKE(*table);

        if (!t)
                return;
        for (uint32_t n = 1; t->at && n <= t->reached; n++)
                free(nth(t, n)->kept);
        if (t->at)
                (void) munmap(t->at, (size_t) t->opts.max * sizeof t->at[0]);
        if (t->slots)
                (void) munmap(t->slots, ((size_t) t->mask + 1) * sizeof t->slots[0]);
        bh_runtime_roots_free(&t->roots);
        bh_named_free(&t->named);
        bh_arena_free(&t->scratch);
        free(t);
}
