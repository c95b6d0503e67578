/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"
#include "base/buf.h"
#include "sense/intern.h"

#define ENDED_MOST 8u             /* at most one of so many in the table has ended */
#define ENDED_KEEP_NS 30000000000ull
#define STRINGS_BYTES (16u << 20)
#define ARGS_MOST 65536u          /* of the joined arguments; rules see no more */
#define DEEP 4096u                /* generations; whoever is deeper has no parent */
#define MEMOS 8192u               /* processes in turn share them */

/* There are many: entries are numbered from 1, and a slice of a string is all that is kept of it (bh_text_of). */
struct entry {
        struct bh_process p;
        uint32_t child, next, prev;     /* its first child; its own siblings */
        uint32_t later;                 /* the one that ended next, or the next free one */
        uint32_t reaper;
};

struct bh_processes {
        struct entry *at;
        struct bh_process_memo *memos;
        uint32_t max, reached, now, free;
        uint32_t *slots; /* by pid: entry, 0 none; a power of two, never more than half full */
        uint32_t mask;
        uint32_t ended_first, ended_last, ended;
        uint32_t hand, spare; /* where the searches for one to forget, and for strings to leave out, go on */
        uint64_t version, forgotten, cut;
        struct bh_intern *strings;
        struct bh_buf scratch;
        void (*on_forget)(void *user, struct bh_process *p);
        void *user;
};

static struct entry *entry_of(struct bh_process *p) {
        return (struct entry *) (void *) p; /* its first member */
}

static struct entry *nth(struct bh_processes *t, uint32_t n) {
        return &t->at[n - 1];
}

static uint32_t number_of(const struct bh_processes *t, const struct entry *e) {
        return (uint32_t) (e - t->at) + 1;
}

/* The table by pid. */

static uint32_t home(const struct bh_processes *t, uint32_t pid) {
        return (pid * 0x9e3779b1u) >> 7 & t->mask;
}

static uint32_t *slot_of(struct bh_processes *t, uint32_t pid) {
        uint32_t i = home(t, pid);

        while (t->slots[i] && nth(t, t->slots[i])->p.now.pid != pid)
                i = (i + 1) & t->mask;
        return &t->slots[i];
}

/* Moves back what stood further on only because this place was taken. */
static void slot_clear(struct bh_processes *t, uint32_t *slot) {
        uint32_t hole = (uint32_t) (slot - t->slots), i = hole;

        for (;;) {
                i = (i + 1) & t->mask;
                if (!t->slots[i])
                        break;
                if (((i - home(t, nth(t, t->slots[i])->p.now.pid)) & t->mask) >= ((i - hole) & t->mask)) {
                        t->slots[hole] = t->slots[i];
                        hole = i;
                }
        }
        t->slots[hole] = 0;
}

/* The tree. */

static void unlink_from_parent(struct bh_processes *t, struct entry *e) {
        if (!e->p.parent)
                return;
        if (e->prev)
                nth(t, e->prev)->next = e->next;
        else
                entry_of(e->p.parent)->child = e->next;
        if (e->next)
                nth(t, e->next)->prev = e->prev;
        e->p.parent = NULL;
        e->next = e->prev = 0;
}

/* Numbers may lie, and no ring must come of it. Who has no children is above nobody. */
static bool is_above(const struct entry *e, const struct bh_process *of) {
        if (!e->child)
                return of == &e->p;
        for (unsigned n = 0; of; of = of->parent)
                if (of == &e->p || ++n > DEEP)
                        return true;
        return false;
}

static void link_to_parent(struct bh_processes *t, struct entry *e, struct bh_process *parent) {
        unlink_from_parent(t, e);
        if (!parent || is_above(e, parent))
                return;
        e->p.parent = parent;
        e->prev = 0;
        e->next = entry_of(parent)->child;
        if (e->next)
                nth(t, e->next)->prev = number_of(t, e);
        entry_of(parent)->child = number_of(t, e);
}

static void give_children_away(struct bh_processes *t, struct entry *e) {
        struct bh_process *to = e->reaper ? bh_processes_find(t, e->reaper) : NULL;

        if (!to || to->ended_ns || to == &e->p)
                to = e->p.parent;
        while (e->child) {
                struct entry *child = nth(t, e->child);

                link_to_parent(t, child, to);
                if (to)
                        child->p.now.ppid = to->now.pid;
                child->p.version = ++t->version;
        }
}

/* Coming and going. */

static void drop(struct bh_processes *t, struct bh_str *shown) {
        struct bh_text *x = bh_text_of(*shown);

        bh_intern_drop(t->strings, &x);
        *shown = (struct bh_str){ 0 };
}

/* The name stands for a command line there is no room for. */
static void drop_cmdline(struct bh_processes *t, struct bh_process *p) {
        if (p->cmdline.at == p->comm)
                p->cmdline = (struct bh_str){ 0 };
        drop(t, &p->cmdline);
}

static void drop_strings(struct bh_processes *t, struct bh_process *p) {
        drop_cmdline(t, p);
        drop(t, &p->argv);
        drop(t, &p->env);
        drop(t, &p->cwd);
        drop(t, &p->cgroup);
        drop(t, &p->exepath);
}

static void take_off_ended(struct bh_processes *t, struct entry *e) {
        uint32_t *link = &t->ended_first, before = 0, own = number_of(t, e);

        while (*link && *link != own) {
                before = *link;
                link = &nth(t, *link)->later;
        }
        if (!*link)
                return;
        *link = e->later;
        if (t->ended_last == own)
                t->ended_last = before;
        t->ended--;
}

static void forget(struct bh_processes *t, struct entry *e) {
        uint32_t *slot = slot_of(t, e->p.now.pid);

        if (t->on_forget)
                t->on_forget(t->user, &e->p);
        if (e->p.ended_ns)
                take_off_ended(t, e);
        give_children_away(t, e);
        unlink_from_parent(t, e);
        if (*slot == number_of(t, e))
                slot_clear(t, slot);
        drop_strings(t, &e->p);
        *e = (struct entry){ .later = t->free };
        t->free = number_of(t, e);
        t->now--;
}

/* A leaf that lives, wherever the hand is; the tree's inner nodes have more to tell. */
static void forget_a_living_one(struct bh_processes *t, const struct bh_process *keep) {
        for (uint32_t tries = 0; tries < 2 * t->max; tries++) {
                struct entry *e = nth(t, t->hand++ % t->max + 1);

                if (!e->p.version || &e->p == keep || (e->child && tries < t->max))
                        continue;
                forget(t, e);
                t->forgotten++;
                return;
        }
}

static struct entry *entry_new(struct bh_processes *t, const struct bh_process *keep) {
        struct entry *e;

        if (!t->free && t->reached == t->max && t->ended)
                forget(t, nth(t, t->ended_first));
        if (!t->free && t->reached == t->max)
                forget_a_living_one(t, keep);
        if (t->free) {
                e = nth(t, t->free);
                t->free = e->later;
        } else {
                e = nth(t, ++t->reached);
        }
        e->later = 0;
        e->p.memo = &t->memos[number_of(t, e) % MEMOS];
        t->now++;
        return e;
}

/* Strings. */

/* Leaves out somebody's environment, then arguments; false: nobody has any. */
static bool make_room(struct bh_processes *t) {
        for (uint32_t tries = 0; tries < 2 * t->reached; tries++) {
                struct bh_process *p = &nth(t, t->spare++ % t->reached + 1)->p;
                struct bh_str *text = tries < t->reached ? &p->env : &p->argv;

                if (!text->at)
                        continue;
                drop(t, text);
                t->cut++;
                return true;
        }
        return false;
}

static struct bh_text *take(struct bh_processes *t, struct bh_str s) {
        struct bh_text *x = bh_intern_take(t->strings, s);

        for (unsigned tries = 0; !x && s.len && tries < 64; tries++) {
                if (!make_room(t))
                        break;
                x = bh_intern_take(t->strings, s);
        }
        t->cut += !x && s.len;
        return x;
}

static void put_args(struct bh_buf *out, struct bh_str argv) {
        struct bh_str arg;

        (void) bh_str_split(&argv, '\0', &arg);
        for (bool more = false; out->len < ARGS_MOST && bh_str_split(&argv, '\0', &arg); more = true) {
                if (more)
                        bh_buf_putc(out, ' ');
                bh_buf_add(out, bh_str_part(arg, 0, ARGS_MOST));
        }
}

static void set_name(struct bh_process *p, struct bh_str name) {
        struct bh_str own = bh_str_part(name, 0, sizeof p->comm - 1);

        memmove(p->comm, own.len ? own.at : "", own.len);
        memset(p->comm + own.len, 0, sizeof p->comm - own.len);
}

/* Of the name and the arguments there are. */
static void set_cmdline(struct bh_processes *t, struct bh_process *p) {
        struct bh_str argv = p->argv, first;
        struct bh_text *x;

        drop_cmdline(t, p);
        bh_buf_clear(&t->scratch);
        bh_buf_add(&t->scratch, bh_process_name(p));
        if (bh_str_split(&argv, '\0', &first) && argv.len)
                bh_buf_putc(&t->scratch, ' ');
        put_args(&t->scratch, p->argv);
        x = take(t, bh_buf_str(&t->scratch));
        p->cmdline = x ? bh_text_str(x) : bh_process_name(p);
}

static void replace(struct bh_processes *t, struct bh_str *shown, struct bh_str s) {
        struct bh_text *x = take(t, s);

        drop(t, shown);
        *shown = bh_text_str(x);
}

static struct bh_str with_slash(struct bh_processes *t, struct bh_str path) {
        if (!path.len || path.at[path.len - 1] == '/')
                return path;
        bh_buf_clear(&t->scratch);
        bh_buf_add(&t->scratch, path);
        bh_buf_putc(&t->scratch, '/');
        return bh_buf_str(&t->scratch);
}

/* A child has what its parent had, without a copy. */
static void share(struct bh_process *p, const struct bh_process *like) {
        const struct bh_str *const all[] = { &like->argv, &like->env, &like->cwd, &like->cgroup, &like->exepath };

        for (size_t i = 0; i < BH_LEN(all); i++)
                (void) bh_intern_ref(bh_text_of(*all[i]));
        p->argv = like->argv;
        p->env = like->env;
        p->cwd = like->cwd;
        p->cgroup = like->cgroup;
        p->exepath = like->exepath;
        memcpy(p->comm, like->comm, sizeof p->comm);
        if (like->cmdline.at == like->comm)
                p->cmdline = bh_process_name(p);
        else
                p->cmdline = bh_text_str(bh_intern_ref(bh_text_of(like->cmdline)));
        p->container = like->container;
        p->exec_ns = like->exec_ns;
}

static void set_strings(struct bh_processes *t, struct bh_process *p, const struct bh_str *strs) {
        if (strs[BH_PROC_STR_EXEPATH].len)
                replace(t, &p->exepath, strs[BH_PROC_STR_EXEPATH]);
        if (strs[BH_PROC_STR_ARGS].len)
                replace(t, &p->argv, strs[BH_PROC_STR_ARGS]);
        if (strs[BH_PROC_STR_ENV].len)
                replace(t, &p->env, strs[BH_PROC_STR_ENV]);
        if (strs[BH_PROC_STR_CWD].len)
                replace(t, &p->cwd, with_slash(t, strs[BH_PROC_STR_CWD]));
        if (strs[BH_PROC_STR_CGROUP].len)
                replace(t, &p->cgroup, strs[BH_PROC_STR_CGROUP]);
        if (strs[BH_PROC_STR_COMM].len)
                set_name(p, strs[BH_PROC_STR_COMM]);
        if (strs[BH_PROC_STR_COMM].len || strs[BH_PROC_STR_ARGS].len)
                set_cmdline(t, p);
}

/* The face. */

struct bh_process *bh_processes_find(struct bh_processes *t, uint32_t pid) {
        uint32_t n = *slot_of(t, pid);

        return n ? &nth(t, n)->p : NULL;
}

struct bh_process *bh_processes_add(struct bh_processes *t, const struct bh_ev_proc *proc, const struct bh_str *strs,
                                    struct bh_process *like, uint64_t now_ns) {
        struct bh_process *old = bh_processes_find(t, proc->pid);
        struct entry *e;

        if (old && old != like)
                forget(t, entry_of(old)); /* its number is somebody else's now */
        bh_processes_tidy(t, now_ns);
        e = entry_new(t, like);
        e->p.now = *proc;
        e->p.exec_ns = proc->start_ns;
        if (like)
                share(&e->p, like);
        *slot_of(t, proc->pid) = number_of(t, e);
        set_strings(t, &e->p, strs);
        e->p.version = ++t->version;
        link_to_parent(t, e, bh_processes_find(t, proc->ppid));
        return &e->p;
}

void bh_processes_exec(struct bh_processes *t, struct bh_process *p, const struct bh_ev_proc *proc,
                       const struct bh_str *strs, uint64_t now_ns) {
        uint32_t pid = p->now.pid;

        p->now = *proc;
        p->now.pid = pid; /* the table's key */
        p->exec_ns = now_ns;
        drop(t, &p->argv);
        drop(t, &p->env);
        set_strings(t, p, strs);
        if (!p->parent || p->parent->now.pid != proc->ppid)
                link_to_parent(t, entry_of(p), bh_processes_find(t, proc->ppid));
        bh_processes_changed(t, p);
}

void bh_processes_rename(struct bh_processes *t, struct bh_process *p, struct bh_str name) {
        set_name(p, name);
        set_cmdline(t, p);
        bh_processes_changed(t, p);
}

void bh_processes_chdir(struct bh_processes *t, struct bh_process *p, struct bh_str path) {
        replace(t, &p->cwd, with_slash(t, path));
        bh_processes_changed(t, p);
}

void bh_processes_cgroup(struct bh_processes *t, struct bh_process *p, struct bh_str path, uint64_t id) {
        replace(t, &p->cgroup, path);
        p->now.cgroup_id = id;
        bh_processes_changed(t, p);
}

void bh_processes_changed(struct bh_processes *t, struct bh_process *p) {
        p->version = ++t->version;
}

void bh_processes_end(struct bh_processes *t, struct bh_process *p, uint32_t reaper, uint64_t now_ns) {
        struct entry *e = entry_of(p);

        if (p->ended_ns)
                return;
        p->ended_ns = now_ns ? now_ns : 1;
        e->reaper = reaper;
        e->later = 0;
        if (t->ended_last)
                nth(t, t->ended_last)->later = number_of(t, e);
        else
                t->ended_first = number_of(t, e);
        t->ended_last = number_of(t, e);
        t->ended++;
}

void bh_processes_tidy(struct bh_processes *t, uint64_t now_ns) {
        while (t->ended) {
                struct entry *e = nth(t, t->ended_first);

                if (t->ended <= t->max / ENDED_MOST && (now_ns < e->p.ended_ns || now_ns - e->p.ended_ns < ENDED_KEEP_NS))
                        return;
                forget(t, e);
        }
}

void bh_processes_on_forget(struct bh_processes *t, void (*fn)(void *user, struct bh_process *p), void *user) {
        t->on_forget = fn;
        t->user = user;
}

int bh_processes_each(struct bh_processes *t, int (*fn)(void *user, struct bh_process *p), void *user) {
        for (uint32_t n = 1; n <= t->reached; n++)
                if (nth(t, n)->p.version) {
                        int r = fn(user, &nth(t, n)->p);

                        if (r)
                                return r;
                }
        return 0;
}

void bh_processes_stats(const struct bh_processes *t, struct bh_processes_stats *ret) {
        *ret = (struct bh_processes_stats){ t->now, t->forgotten, t->cut };
}

static void *set_aside(size_t bytes) {
        void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        return p == MAP_FAILED ? NULL : p;
}

int bh_processes_new(uint32_t max, struct bh_processes **ret, struct bh_err *err) {
        struct bh_processes *t = calloc(1, sizeof *t);
        uint32_t slots = 16;

        if (!t)
                bh_nomem(sizeof *t);
        while (slots < 2 * max)
                slots *= 2;
        max = BH_MAX(max, 16u);
        t->max = max;
        t->mask = slots - 1;
        t->at = set_aside((size_t) max * sizeof t->at[0]);
        t->slots = set_aside((size_t) slots * sizeof t->slots[0]);
        t->memos = set_aside(MEMOS * sizeof t->memos[0]);
        if (!t->at || !t->slots || !t->memos || bh_intern_new(STRINGS_BYTES, &t->strings, err) < 0) {
                bh_processes_free(&t);
                return bh_fail(err, BH_E_NOMEM, "no room for %u processes", max);
        }
        *ret = t;
        return 0;
}

void bh_processes_free(struct bh_processes **table) {
        struct bh_processes *t = BH_TAKE(*table);

        if (!t)
                return;
        if (t->at)
                (void) munmap(t->at, (size_t) t->max * sizeof t->at[0]);
        if (t->slots)
                (void) munmap(t->slots, ((size_t) t->mask + 1) * sizeof t->slots[0]);
        if (t->memos)
                (void) munmap(t->memos, MEMOS * sizeof t->memos[0]);
        bh_intern_free(&t->strings);
        bh_buf_done(&t->scratch);
        free(t);
}
