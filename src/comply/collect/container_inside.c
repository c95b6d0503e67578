/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on in a container: processes by what they run (not by ps, which an
 * image may not have), commands people run in it by the engine's own list, and
 * secrets in its environment, of which only names are told.
 */
#include "comply/collect/container.h"

#include <stdio.h>

/* ---- processes ---- */

static bool is_remote_shell(struct bh_str word) {
        static const char *const servers[] = { "sshd", "dropbear", "telnetd", "in.telnetd", "rlogind", "in.rlogind", "rshd", "in.rshd", "vsftpd", "tinysshd", "sshd-session", "xrdp", "Xvnc",
                                               "x11vnc", "ttyd", "gotty", "shellinaboxd" };

        return bh_str_among(word, servers, BH_LEN(servers));
}

static void find_servers(const struct bh_engine_look *look, struct bh_box *b) {
        const struct bh_tasks *tasks = look->reach->tasks;

        for (size_t i = 0; b->task && i < tasks->n; i++) {
                const struct bh_task *t = &tasks->at[i];
                struct bh_str exe = bh_str_basename(t->exe);

                (void) bh_str_cut_suffix(&exe, BH_STR(" (deleted)"));
                if (bh_str_eq(t->container, b->id) && (is_remote_shell(exe) || is_remote_shell(t->comm)))
                        bh_fact_add(b->fact, BH_BOX_REMOTE, bh_arena_printf(b->fact->arena, "%.*s (process %u)", BH_FMT(t->exe.len ? t->exe : t->comm), t->pid));
        }
}

/* One that does not run says by its command what it will be. */
static void find_command(struct bh_box *b) {
        const struct bh_doc *args = bh_doc_get(b->all, "Args");
        struct bh_str path = bh_doc_get_text(b->all, "Path");

        if (b->task)
                return;
        if (is_remote_shell(bh_str_basename(path)))
                bh_keep_more(b->fact, BH_BOX_REMOTE, path);
        for (const struct bh_doc *a = bh_doc_first(args); a; a = a->next)
                if (bh_str_starts(bh_doc_str(a), BH_STR("/")) && is_remote_shell(bh_str_basename(bh_doc_str(a))))
                        bh_keep_more(b->fact, BH_BOX_REMOTE, bh_doc_str(a));
}

/* ---- docker exec ---- */

static bool is_root_user(struct bh_str user) {
        struct bh_str name, group;

        (void) bh_str_cut(user, ':', &name, &group);
        return bh_str_is(name, "0") || bh_str_is(name, "root");
}

static void tell_exec(struct bh_engine_look *look, struct bh_box *b, struct bh_str id) {
        struct bh_err why = BH_ERR_NONE;
        const struct bh_doc *exec, *process;
        struct bh_str command;
        char path[96];

        (void) snprintf(path, sizeof path, "/exec/%.*s/json", BH_FMT(bh_str_part(id, 0, 64)));
        if (bh_engine_ask(look, path, look->scratch, &exec, &why) < 0)
                return; /* it is over */
        process = bh_doc_get(exec, "ProcessConfig");
        command = bh_doc_get_text(process, "entrypoint");
        if (!bh_doc_bool(bh_doc_get(exec, "Running"), false))
                return;
        if (bh_doc_bool(bh_doc_get(process, "privileged"), false))
                bh_keep_more(b->fact, BH_BOX_EXEC_PRIVILEGED, command);
        if (is_root_user(bh_doc_get_text(process, "user")))
                bh_keep_more(b->fact, BH_BOX_EXEC_ROOT, command);
}

/* ---- environment ---- */

static void find_secrets(struct bh_box *b) {
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(b->config, "Env")); e; e = e->next) {
                struct bh_str name, value;

                if (bh_str_cut(bh_doc_str(e), '=', &name, &value) && value.len && bh_is_secret_name(name))
                        bh_keep_more(b->fact, BH_BOX_ENV_SECRETS, name);
        }
}

static bool has_env(const struct bh_box *b, struct bh_str start) {
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(b->config, "Env")); e; e = e->next)
                if (bh_str_starts(bh_doc_str(e), start))
                        return true;
        return false;
}

/* The registry of the distribution project, without a word on who may use it. */
static void set_registry(struct bh_box *b) {
        struct bh_str path = bh_doc_get_text(b->all, "Path"), image = bh_str_basename(bh_doc_get_text(b->config, "Image")), name, tag;
        bool is_one;

        (void) bh_str_cut(image, ':', &name, &tag);
        is_one = bh_str_is(name, "registry") || bh_str_is(bh_str_basename(path), "registry");
        if (is_one)
                bh_fact_bool(b->fact, BH_BOX_REGISTRY_OPEN, !has_env(b, BH_STR("REGISTRY_AUTH")));
}

void bh_box_inside(struct bh_engine_look *look, struct bh_box *b) {
        find_servers(look, b);
        find_command(b);
        for (const struct bh_doc *e = bh_doc_first(bh_doc_get(b->all, "ExecIDs")); e; e = e->next)
                tell_exec(look, b, bh_doc_str(e));
        find_secrets(b);
        set_registry(b);
}
