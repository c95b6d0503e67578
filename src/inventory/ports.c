/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets of every network namespace, and the programs that hold them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/vec.h"
#include "inventory/collect.h"
#include "inventory/parse.h"
#include "sys/proc.h"

struct socket {
        struct bh_listening is;
        const char *protocol;
        uint64_t net_ns;
        const struct bh_task *owner;
};

BH_VEC_OF(sockets, struct socket);

static const struct {
        const char *file, *protocol;
        unsigned state;
} tables[] = { { "net/tcp", "tcp", 0x0a }, { "net/tcp6", "tcp6", 0x0a }, { "net/udp", "udp", 0x07 }, { "net/udp6", "udp6", 0x07 } };

static void read_namespace(struct bh_collect *c, const struct bh_task *who, struct sockets *all) {
        for (size_t i = 0; i < BH_LEN(tables); i++) {
                struct bh_err why = BH_ERR_NONE;
                struct bh_listening l;
                struct bh_str text;
                struct bh_cur cur;

                if (bh_proc_read(c->arena, who->pid, tables[i].file, BH_LIMIT_INVENTORY_NET, &text, &why) < 0)
                        continue; /* it has ended, or there is no IPv6 */
                cur = bh_cur_of(text);
                while (bh_proc_net_next(&cur, tables[i].state, &l) && all->len < BH_LIMIT_INVENTORY_SOCKETS)
                        *bh_vec_add(c->arena, all) = (struct socket){ .is = l, .protocol = tables[i].protocol, .net_ns = who->net_ns };
        }
}

/* ---- whose they are ---- */

static int by_inode(const void *a, const void *b) {
        const struct socket *x = a, *y = b;

        return (x->is.inode > y->is.inode) - (x->is.inode < y->is.inode);
}

static struct socket *find(struct sockets *all, uint64_t inode) {
        struct socket key = { .is = { .inode = inode } };

        return all->len ? bsearch(&key, all->at, all->len, sizeof all->at[0], by_inode) : NULL;
}

static void look_at_fd(const struct bh_task *t, const char *name, struct sockets *all) {
        char path[300], to[64];
        struct socket *s;
        ssize_t n;

        (void) snprintf(path, sizeof path, "/proc/%u/fd/%s", t->pid, name);
        n = readlink(path, to, sizeof to - 1);
        if (n <= 8 || memcmp(to, "socket:[", 8) != 0)
                return;
        to[n] = '\0';
        s = find(all, strtoull(to + 8, NULL, 10));
        if (s && (!s->owner || s->owner->pid > t->pid)) /* of a server and its workers, the first */
                s->owner = t;
}

static void find_owners(const struct bh_task *t, struct sockets *all) {
        char path[64];
        const struct dirent *e;
        unsigned n = 0;
        DIR *dir;

        (void) snprintf(path, sizeof path, "/proc/%u/fd", t->pid);
        dir = opendir(path);
        while (dir && (e = readdir(dir)) && n++ < BH_LIMIT_INVENTORY_FDS)
                look_at_fd(t, e->d_name, all);
        if (dir)
                (void) closedir(dir);
}

static void put(struct bh_collect *c, const struct socket *s) {
        const struct bh_task *t = s->owner;
        struct bh_str key = bh_arena_printf(c->arena, "%s/%s:%u/%llu", s->protocol, s->is.address, s->is.port, (unsigned long long) s->net_ns);
        struct bh_json_put *j = bh_collect_thing(c, BH_ASSET_PORT, key, t ? t->comm : BH_STR(""), t ? t->container : BH_STR(""));

        bh_json_put_cstr(j, "protocol", s->protocol);
        bh_json_put_cstr(j, "address", s->is.address);
        bh_json_put_int(j, "port", s->is.port);
        bh_json_put_int(j, "uid", s->is.uid);
        bh_json_put_bool(j, "host_network", s->net_ns == c->tasks->host_net_ns);
        if (t) {
                bh_json_put_int(j, "pid", t->pid);
                bh_json_put_some(j, "exe", t->exe);
        }
        bh_collect_told(c);
}

int bh_collect_ports(struct bh_collect *c, struct bh_err *err) {
        struct bh_map seen = bh_map_in(c->arena);
        struct sockets all = { 0 };

        (void) err;
        for (size_t i = 0; i < c->tasks->n; i++) {
                const struct bh_task *t = &c->tasks->at[i];
                struct bh_str ns = { (const char *) &t->net_ns, sizeof t->net_ns };

                if (t->net_ns == 0 || bh_map_has(&seen, ns))
                        continue;
                (void) bh_map_set(&seen, ns, c);
                read_namespace(c, t, &all);
        }
        if (all.len)
                qsort(all.at, all.len, sizeof all.at[0], by_inode);
        for (size_t i = 0; all.len && i < c->tasks->n; i++)
                if (!c->tasks->at[i].kernel_thread)
                        find_owners(&c->tasks->at[i], &all);
        for (size_t i = 0; i < all.len; i++)
                put(c, &all.at[i]);
        return 0;
}
