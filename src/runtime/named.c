/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "runtime/named.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "sys/fd.h"

#define ID_LEN 64u
#define GROUPS 4u                  /* kept of one container: a process is in one of each hierarchy, mostly the same */
#define LINGER_NS 60000000000ull   /* how long somebody may still be told of after the folder is gone */
#define TICK_NS 20000000ll         /* a time of change this young may stand for another change, too */
#define CGROUPS "/sys/fs/cgroup"

static const struct {
        const char *runtime, *folder, *file;
} places[] = {
        { "runc", "/run/runc", "state.json" },
        { "crun", "/run/crun", "status" },
};

struct row {
        char *id, *group;    /* group NULL: the file is not there yet */
        unsigned place;
        ino_t ino;           /* of the file that told it */
        uint64_t gone_ns;    /* 0: it is there */
        bool seen;
};

struct bh_named {
        char root[256];
        bool looks;
        struct row rows[BH_LIMIT_NAMED_CONTAINERS];
        size_t n;
        struct timespec changed[BH_LEN(places)];
};

/* What the files say. */

/* "/sys/fs/cgroup/web" where there is but one hierarchy, else "/sys/fs/cgroup/pids/web". */
static bool below_top(struct bh_str path, bool single, struct bh_str *ret) {
        ptrdiff_t slash;

        if (!bh_str_cut_prefix(&path, BH_STR(CGROUPS "/")))
                return false;
        slash = bh_str_chr(path, '/');
        if (!single && slash < 0)
                return false;
        *ret = single ? (struct bh_str){ path.at - 1, path.len + 1 } : bh_str_from(path, (size_t) slash);
        return ret->len > 1;
}

static void add_group(struct bh_str group, struct bh_str *ret, size_t most, size_t *n) {
        for (size_t i = 0; i < *n; i++)
                if (bh_str_eq(ret[i], group))
                        return;
        if (*n < most)
                ret[(*n)++] = group;
}

int bh_named_groups(struct bh_arena *arena, struct bh_str bytes, struct bh_str *ret, size_t most, size_t *ret_n, struct bh_err *err) {
        const struct bh_doc *root, *paths;
        struct bh_str group;
        size_t n = 0;
        int r = bh_json_parse(arena, bytes, &root, err);

        if (r < 0)
                return bh_wrap(err, r, "a runtime's state");
        paths = bh_doc_get(root, "cgroup_paths");
        for (const struct bh_doc *p = bh_doc_first(paths); p; p = p->next)
                if (below_top(bh_doc_str(p), bh_doc_count(paths) == 1 && !p->key.len, &group))
                        add_group(group, ret, most, &n);
        group = bh_doc_get_text(root, "cgroup-path");
        if (group.len > 1 && group.at[0] == '/')
                add_group(group, ret, most, &n);
        *ret_n = n;
        return 0;
}

/* Rows. */

static void row_free(struct row *r) {
        free(r->id);
        free(r->group);
}

static void drop(struct bh_named *n, size_t i) {
        row_free(&n->rows[i]);
        n->rows[i] = n->rows[--n->n];
}

static char *copy(struct bh_str s) {
        char *to = malloc(s.len + 1);

        if (!to)
                bh_nomem(s.len + 1);
        memcpy(to, s.at, s.len);
        to[s.len] = '\0';
        return to;
}

/* When all places are taken, of whom is gone; else it stays a process of the host. */
static struct row *row_new(struct bh_named *n) {
        for (size_t i = 0; n->n == BH_LEN(n->rows) && i < n->n; i++)
                if (n->rows[i].gone_ns)
                        drop(n, i);
        return n->n < BH_LEN(n->rows) ? &n->rows[n->n++] : NULL;
}

static void put(struct bh_named *n, unsigned place, struct bh_str id, struct bh_str group, ino_t ino) {
        struct row *r = row_new(n);

        if (r)
                *r = (struct row){ .id = copy(id), .group = group.len ? copy(group) : NULL, .place = place, .ino = ino, .seen = true };
}

static void forget_id(struct bh_named *n, unsigned place, struct bh_str id) {
        for (size_t i = n->n; i-- > 0;)
                if (n->rows[i].place == place && bh_str_is(id, n->rows[i].id))
                        drop(n, i);
}

/* Folders. */

static void read_one(struct bh_named *n, unsigned place, const char *id, ino_t ino, const char *path) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_str bytes, groups[GROUPS];
        size_t count = 0;

        forget_id(n, place, bh_str_of(id));
        if (bh_fd_read_file(arena, path, BH_LIMIT_RUNTIME_FILE, &bytes, NULL) == 0)
                BH_IGNORE(bh_named_groups(arena, bytes, groups, GROUPS, &count, NULL)); /* no group then: by its name alone */
        for (size_t i = 0; i < count; i++)
                put(n, place, bh_str_of(id), groups[i], ino);
        if (!count)
                put(n, place, bh_str_of(id), (struct bh_str){ 0 }, ino);
        bh_arena_free(&arena);
}

static bool is_known(struct bh_named *n, unsigned place, const char *id, ino_t ino) {
        bool known = false;

        for (size_t i = 0; i < n->n; i++) {
                struct row *r = &n->rows[i];

                if (r->place != place || strcmp(r->id, id) != 0 || r->ino != ino || r->gone_ns)
                        continue;
                r->seen = true;
                known = true;
        }
        return known;
}

static void look_at(struct bh_named *n, unsigned place, const char *id) {
        char path[1024];
        struct stat st = { 0 };

        if (snprintf(path, sizeof path, "%s%s/%s/%s", n->root, places[place].folder, id, places[place].file) >= (int) sizeof path)
                return;
        if (stat(path, &st) < 0)
                st.st_ino = 0;
        if (!is_known(n, place, id, st.st_ino))
                read_one(n, place, id, st.st_ino, path);
}

/* One that an engine has named: the path of its group says so. */
static bool is_engines(const char *id) {
        return strlen(id) == ID_LEN && strspn(id, "0123456789abcdef") == ID_LEN;
}

static void scan(struct bh_named *n, unsigned place, const char *folder, uint64_t now_ns) {
        struct dirent *e;
        DIR *d = opendir(folder);

        for (size_t i = 0; i < n->n; i++)
                n->rows[i].seen = n->rows[i].place != place;
        while (d && (e = readdir(d)))
                if (e->d_name[0] != '.' && !is_engines(e->d_name))
                        look_at(n, place, e->d_name);
        if (d)
                (void) closedir(d);
        for (size_t i = n->n; i-- > 0;) {
                struct row *r = &n->rows[i];

                if (!r->seen && !r->gone_ns)
                        r->gone_ns = now_ns ? now_ns : 1;
                if (r->gone_ns && now_ns > r->gone_ns + LINGER_NS)
                        drop(n, i);
        }
}

/* It may have changed once more within the same tick of the clock. */
static bool is_young(const struct timespec *changed) {
        struct timespec now;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        return (now.tv_sec - changed->tv_sec) * 1000000000ll + (now.tv_nsec - changed->tv_nsec) < TICK_NS;
}

static void look(struct bh_named *n, unsigned place, uint64_t now_ns) {
        char folder[512];
        struct stat st;

        (void) snprintf(folder, sizeof folder, "%s%s", n->root, places[place].folder);
        if (stat(folder, &st) < 0)
                st.st_mtim = (struct timespec){ 0 };
        if (st.st_mtim.tv_sec != n->changed[place].tv_sec || st.st_mtim.tv_nsec != n->changed[place].tv_nsec) {
                scan(n, place, folder, now_ns);
                n->changed[place] = is_young(&st.st_mtim) ? (struct timespec){ -1, 0 } : st.st_mtim;
                return;
        }
        for (size_t i = 0; i < n->n; i++) /* those whose file was not there yet */
                if (n->rows[i].place == place && !n->rows[i].ino && !n->rows[i].gone_ns) {
                        char id[NAME_MAX + 1];

                        (void) snprintf(id, sizeof id, "%s", n->rows[i].id); /* the row may go meanwhile */
                        look_at(n, place, id);
                }
}

/* Answers. */

/* "/web/worker" is in "/web". */
static bool is_in(struct bh_str path, struct bh_str group) {
        return bh_str_starts(path, group) && (path.len == group.len || path.at[group.len] == '/');
}

/* What runtimes call a group when nobody says otherwise: "web", "runc-web.scope". */
static bool is_called(struct bh_str path, const struct row *r) {
        struct bh_str name = path, id = bh_str_of(r->id);
        ptrdiff_t slash = bh_str_rchr(path, '/');

        if (slash >= 0)
                name = bh_str_from(path, (size_t) slash + 1);
        if (bh_str_eq(name, id))
                return true;
        return bh_str_cut_suffix(&name, BH_STR(".scope")) && bh_str_cut_prefix(&name, bh_str_of(places[r->place].runtime)) &&
               bh_str_cut_prefix(&name, BH_STR("-")) && bh_str_eq(name, id);
}

bool bh_named_find(struct bh_named *n, struct bh_str group, uint64_t now_ns, struct bh_named_group *ret) {
        const struct row *best = NULL;
        size_t length = 0;

        for (unsigned i = 0; n->looks && i < BH_LEN(places); i++)
                look(n, i, now_ns);
        for (size_t i = 0; i < n->n; i++) {
                const struct row *r = &n->rows[i];
                bool fits = r->group ? is_in(group, bh_str_of(r->group)) : is_called(group, r);
                size_t len = !fits ? 0 : r->group ? strlen(r->group) : group.len;

                if (len > length || (len && len == length && best->gone_ns && !r->gone_ns)) {
                        best = r;
                        length = len;
                }
        }
        if (!best)
                return false;
        *ret = (struct bh_named_group){ bh_str_of(best->id), bh_str_of(places[best->place].runtime), bh_str_part(group, 0, length) };
        return true;
}

void bh_named_add(struct bh_named *n, const struct bh_named_group *g) {
        for (unsigned i = 0; i < BH_LEN(places); i++)
                if (bh_str_is(g->runtime, places[i].runtime)) {
                        forget_id(n, i, g->id);
                        put(n, i, g->id, g->group, 0);
                }
}

struct bh_named *bh_named_new(const char *root) {
        struct bh_named *n = calloc(1, sizeof *n);

        if (!n)
                bh_nomem(sizeof *n);
        n->looks = root != NULL;
        (void) snprintf(n->root, sizeof n->root, "%s", root ? root : "");
        return n;
}

void bh_named_free(struct bh_named **named) {
        struct bh_named *n = BH_TAKE(*named);

        if (!n)
                return;
        for (size_t i = 0; i < n->n; i++)
                row_free(&n->rows[i]);
        free(n);
}
