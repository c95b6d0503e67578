/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/respond/target.h"

#include <stdio.h>
#include <string.h>

#include "engine/docker.h"
#include "model/event.h"
#include "sys/cgroup.h"
#include "sys/proc.h"

enum { MAX_CMDLINE = 64 * 1024, MAX_PROC_FILE = 1 << 16 };

/* ---- of an alert ---- */

static const struct bh_container *copy_container(struct bh_arena *arena, const struct bh_container *c) {
        struct bh_container *copy = bh_arena_make(arena, struct bh_container);
        struct bh_label *labels = bh_arena_array(arena, struct bh_label, c->n_labels);
        struct bh_str *const texts[] = { &copy->id, &copy->runtime, &copy->name, &copy->image, &copy->image_repository, &copy->image_tag,
                                         &copy->image_digest, &copy->image_id, &copy->pod_name, &copy->pod_namespace, &copy->pod_uid,
                                         &copy->pod_sandbox_id, &copy->user, &copy->ip, &copy->root, &copy->upper, &copy->group };

        *copy = *c;
        for (size_t i = 0; i < BH_LEN(texts); i++)
                *texts[i] = bh_arena_str(arena, *texts[i]);
        for (uint32_t i = 0; i < c->n_labels; i++)
                labels[i] = (struct bh_label){ bh_arena_str(arena, c->labels[i].key), bh_arena_str(arena, c->labels[i].value) };
        copy->labels = labels;
        copy->mounts = NULL;
        copy->n_mounts = 0;
        return copy;
}

/*
 * A script: the kernel runs its interpreter, and names the process after the
 * script. To take the interpreter away would take it from everybody.
 */
static struct bh_str script_of(const struct bh_event *e, const struct bh_process *p) {
        struct bh_str file = e->strs[BH_PROC_STR_FILENAME], name = bh_process_name(p);

        if (!e->started || file.len == 0 || file.at[0] != '/' || name.len == 0 || !bh_str_starts(bh_str_basename(file), name))
                return (struct bh_str){ 0 };
        return bh_str_starts(bh_str_basename(p->exepath), name) ? (struct bh_str){ 0 } : file;
}

/* The program of an exec, else the file that was opened, changed, ...; a socket is none. */
static struct bh_str file_of(const struct bh_alert *a) {
        const struct bh_event *e = a->event;

        if (!e)
                return (struct bh_str){ 0 };
        if (e->head.type == BH_EV_EXECVE || e->head.type == BH_EV_EXECVEAT || !e->fd) {
                struct bh_str script = a->process ? script_of(e, a->process) : (struct bh_str){ 0 };

                return script.len || !a->process ? script : a->process->exepath;
        }
        return e->fd->kind == BH_FD_FILE ? e->strs[0] : (struct bh_str){ 0 };
}

void bh_target_of_alert(struct bh_arena *arena, const struct bh_alert *a, struct bh_target *ret) {
        const struct bh_process *p = a->process;
        struct bh_target t = { 0 };

        if (p)
                t = (struct bh_target){ .pid = p->now.pid, .start_ns = p->now.start_ns, .kernel_thread = p->now.flags & BH_PROC_KTHREAD,
                                        .comm = bh_arena_str(arena, bh_process_name(p)), .exe = bh_arena_str(arena, p->exepath),
                                        .cmdline = bh_arena_str(arena, p->cmdline), .cgroup = bh_arena_str(arena, p->cgroup) };
        if (a->container)
                t.container = copy_container(arena, a->container);
        t.file = bh_arena_str(arena, file_of(a));
        *ret = t;
}

struct bh_str bh_target_group(const struct bh_target *t) {
        const struct bh_container *c = t->container;
        ptrdiff_t at, slash;

        if (c->group.len)
                return c->group;
        at = bh_str_find(t->cgroup, c->id);
        if (at < 0)
                return (struct bh_str){ 0 };
        slash = bh_str_chr(bh_str_from(t->cgroup, (size_t) at), '/');
        return slash < 0 ? t->cgroup : bh_str_part(t->cgroup, 0, (size_t) (at + slash));
}

/* ---- of what runs now ---- */

static struct bh_str joined(struct bh_arena *arena, struct bh_str argv) {
        char *text = bh_arena_bytes(arena, argv.len + 1);

        while (argv.len && argv.at[argv.len - 1] == '\0')
                argv.len--;
        for (size_t i = 0; i < argv.len; i++)
                text[i] = argv.at[i] ? argv.at[i] : ' ';
        return (struct bh_str){ text, argv.len };
}

static const struct bh_container *container_of(struct bh_arena *arena, struct bh_str id) {
        struct bh_container *c;

        if (id.len == 0)
                return NULL;
        c = bh_arena_make(arena, struct bh_container);
        c->id = bh_arena_str(arena, id);
        bh_container_shorten_id(c);
        return c;
}

int bh_target_of_pid(struct bh_arena *arena, uint32_t pid, struct bh_target *ret, struct bh_err *err) {
        struct bh_proc_stat st;
        struct bh_str groups = { 0 }, argv = { 0 };
        int r = bh_proc_stat(pid, &st, err);

        if (r < 0)
                return r;
        *ret = (struct bh_target){ .pid = pid, .start_ns = bh_proc_start_ns(&st), .kernel_thread = st.kernel_thread,
                                   .comm = bh_arena_str(arena, bh_str_of(st.comm)), .exe = bh_proc_link(arena, pid, "exe") };
        BH_IGNORE(bh_proc_read(arena, pid, "cmdline", MAX_CMDLINE, &argv, NULL)); /* kernel threads have none */
        BH_IGNORE(bh_proc_read(arena, pid, "cgroup", MAX_PROC_FILE, &groups, NULL));
        ret->cmdline = joined(arena, argv);
        ret->cgroup = bh_cgroup_path(groups, "");
        if (ret->cgroup.len < 2)
                ret->cgroup = bh_cgroup_path(groups, "freezer");
        ret->container = container_of(arena, bh_cgroup_container(ret->cgroup));
        ret->file = ret->exe;
        return 0;
}

/* The oldest process in a container whose id begins so; two containers are none. */
static int oldest_in(struct bh_arena *arena, struct bh_str prefix, struct bh_target *ret, struct bh_err *err) {
        uint32_t *all;
        size_t n;
        int r = bh_proc_all(arena, &all, &n, err);

        *ret = (struct bh_target){ 0 };
        for (size_t i = 0; r >= 0 && i < n; i++) {
                struct bh_target t;

                if (bh_target_of_pid(arena, all[i], &t, NULL) < 0 || !t.container || !bh_str_starts(t.container->id, prefix))
                        continue;
                if (ret->container && !bh_str_eq(ret->container->id, t.container->id))
                        return bh_fail(err, BH_E_USAGE, "more than one container begins with %s", BH_QUOTE(prefix));
                if (!ret->pid || t.start_ns < ret->start_ns || (t.start_ns == ret->start_ns && t.pid < ret->pid))
                        *ret = t;
        }
        return r < 0 ? r : ret->pid ? 0 : bh_fail(err, BH_E_NOTFOUND, "no process runs in a container %s", BH_QUOTE(prefix));
}

/* An engine knows names, images and more; without one the id alone must do. */
static int ask_engine(struct bh_arena *arena, struct bh_str word, struct bh_container *ret, struct bh_err *err) {
        struct bh_docker_container c;
        struct bh_docker d;
        int r = bh_docker_open(arena, BH_API_DOCKER, NULL, &d, err);

        if (r < 0)
                return r;
        r = bh_docker_inspect(&d, word, &c, err);
        bh_docker_close(&d);
        if (r >= 0)
                *ret = (struct bh_container){ .id = c.id, .name = c.name, .image = c.image, .image_id = c.image_id, .runtime = BH_STR("docker"),
                                              .init_pid = c.pid > 0 ? (uint32_t) c.pid : 0 };
        return r;
}

static bool is_id(struct bh_str word) {
        for (size_t i = 0; i < word.len; i++)
                if (!bh_is_digit(word.at[i]) && !(word.at[i] >= 'a' && word.at[i] <= 'f'))
                        return false;
        return word.len >= 12 && word.len <= 64;
}

int bh_target_of_container(struct bh_arena *arena, struct bh_str word, struct bh_target *ret, struct bh_err *err) {
        struct bh_container *known = bh_arena_make(arena, struct bh_container);
        struct bh_err why = BH_ERR_NONE;
        int r, asked = ask_engine(arena, word, known, &why);

        if (asked < 0 && !is_id(word))
                return bh_fail(err, asked == BH_E_NOTFOUND ? BH_E_NOTFOUND : BH_E_USAGE, "container %s: %s, and it is no id of 12 digits or more",
                               BH_QUOTE(word), why.text);
        r = oldest_in(arena, asked < 0 ? word : known->id, ret, err);
        if (r < 0 || asked < 0)
                return r;
        bh_container_shorten_id(known);
        ret->container = known;
        return 0;
}

/* ---- to JSON and back ---- */

struct member {
        const char *key;
        size_t offset;
};
static const struct member process_texts[] = { { "comm", offsetof(struct bh_target, comm) }, { "exe", offsetof(struct bh_target, exe) },
                                               { "cmdline", offsetof(struct bh_target, cmdline) }, { "cgroup", offsetof(struct bh_target, cgroup) },
                                               { "file", offsetof(struct bh_target, file) } };
static const struct member container_texts[] = { { "id", offsetof(struct bh_container, id) }, { "name", offsetof(struct bh_container, name) },
                                                 { "image", offsetof(struct bh_container, image) },
                                                 { "runtime", offsetof(struct bh_container, runtime) },
                                                 { "pod", offsetof(struct bh_container, pod_name) },
                                                 { "namespace", offsetof(struct bh_container, pod_namespace) },
                                                 { "root", offsetof(struct bh_container, root) }, { "upper", offsetof(struct bh_container, upper) },
                                                 { "group", offsetof(struct bh_container, group) } };

static void put_texts(struct bh_json_put *j, const struct member *m, size_t n, const void *base) {
        for (size_t i = 0; i < n; i++)
                bh_json_put_some(j, m[i].key, *(const struct bh_str *) (const void *) ((const char *) base + m[i].offset));
}

static void get_texts(const struct bh_doc *doc, const struct member *m, size_t n, void *base) {
        for (size_t i = 0; i < n; i++)
                *(struct bh_str *) (void *) ((char *) base + m[i].offset) = bh_doc_get_text(doc, m[i].key);
}

void bh_target_put(struct bh_json_put *j, const char *key, const struct bh_target *t) {
        bh_json_put_open(j, key, '{');
        if (t->pid) {
                bh_json_put_u64(j, "pid", t->pid);
                bh_json_put_u64(j, "start_ns", t->start_ns);
        }
        put_texts(j, process_texts, BH_LEN(process_texts), t);
        if (t->container) {
                bh_json_put_open(j, "container", '{');
                put_texts(j, container_texts, BH_LEN(container_texts), t->container);
                bh_json_put_u64(j, "init_pid", t->container->init_pid);
                bh_json_put_close(j);
        }
        bh_json_put_close(j);
}

void bh_target_get(struct bh_arena *arena, const struct bh_doc *doc, struct bh_target *ret) {
        const struct bh_doc *container = bh_doc_get(doc, "container");
        struct bh_target t = { .pid = (uint32_t) bh_doc_int(bh_doc_get(doc, "pid"), 0), .start_ns = (uint64_t) bh_doc_int(bh_doc_get(doc, "start_ns"), 0) };

        get_texts(doc, process_texts, BH_LEN(process_texts), &t);
        if (container) {
                struct bh_container *c = bh_arena_make(arena, struct bh_container);

                get_texts(container, container_texts, BH_LEN(container_texts), c);
                c->init_pid = (uint32_t) bh_doc_int(bh_doc_get(container, "init_pid"), 0);
                c->id.len = BH_MIN(c->id.len, sizeof c->short_id - 1);
                bh_container_shorten_id(c);
                t.container = c;
        }
        *ret = t;
}

struct bh_str bh_target_words(struct bh_arena *arena, const struct bh_target *t, bool of_file) {
        struct bh_str who = { 0 };
        const struct bh_container *c = t->container;

        if (t->pid && !(of_file && t->file.len))
                who = bh_arena_printf(arena, "%s(%u)", BH_QUOTE(t->comm), t->pid);
        else if (t->file.len)
                who = bh_arena_printf(arena, "%s", BH_QUOTE(t->file));
        if (!c)
                return who;
        return bh_arena_printf(arena, "%.*s%s%s%s%s", BH_FMT(who), who.len ? " in " : "", c->name.len ? BH_QUOTE(c->name) : "",
                               c->name.len ? " " : "container ", c->short_id);
}
