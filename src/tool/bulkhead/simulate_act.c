/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tool/bulkhead/simulate_act.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "tool/bulkhead/simulate_standin.h"

enum { GRACE_S = 1, UNDO_S = 20, KEPT = 4096 };

#define MEMORY (512 * BH_MIB)
#define PROCESSES 256u
#define STAND_IN "/stand-in" /* in containers */

/* ---- the folder ---- */

int bh_stage_dir(struct bh_arena *arena, const char **ret, struct bh_err *err) {
        const char *runtime = secure_getenv("XDG_RUNTIME_DIR"), *dir;
        struct stat st;
        int fd;

        if (geteuid() == 0)
                dir = "/run/bulkhead-simulate";
        else if (runtime)
                dir = bh_arena_printf(arena, "%s/bulkhead-simulate", runtime).at;
        else
                dir = bh_arena_printf(arena, "/tmp/bulkhead-simulate-%u", geteuid()).at;
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
                return bh_fail_sys(err, errno, "%s", dir);
        fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return bh_fail_sys(err, errno, "%s", dir);
        if (st.st_uid != geteuid() || (st.st_mode & 0077)) {
                (void) close(fd);
                return bh_fail(err, BH_E_DENIED, "%s belongs to somebody else, or is open to others", dir);
        }
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) { /* held until we end */
                (void) close(fd);
                return bh_fail(err, BH_E_DENIED, "another simulation is under way (it holds %s)", dir);
        }
        *ret = dir;
        return 0;
}

static int write_file(const char *path, mode_t mode, struct bh_str text, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);

        if (fd < 0)
                return bh_fail_sys(err, errno, "%s", path);
        return bh_fd_write_all(fd, text, err);
}

/* Written once; where we have none for this processor, /usr/bin/true has to do. */
static int put_standin(const struct bh_stage *stage, const char **ret, struct bh_err *err) {
        *ret = bh_standin().len ? bh_arena_printf(stage->arena, "%s/stand-in", stage->dir).at : "/usr/bin/true";
        if (!bh_standin().len || access(*ret, X_OK) == 0)
                return 0;
        return write_file(*ret, 0755, bh_standin(), err);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk) {
        (void) st, (void) kind, (void) walk;
        return remove(path);
}

static void remove_tree(const char *path) {
        (void) nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static const char *stage_path(const struct bh_stage *stage, struct bh_str name, const char *suffix) {
        return bh_arena_printf(stage->arena, "%s/%.*s%s", stage->dir, BH_FMT(name), suffix).at;
}

/* ---- the script ---- */

/* Another image's programs are looked for where they are: inside. */
static void put_checks(struct bh_buf *out, const struct bh_simulation *s) {
        for (uint32_t i = 0; i < s->n_needs; i++)
                if (s->needs[i].kind == BH_NEED_PROGRAM)
                        bh_buf_printf(out, "command -v '%.*s' > /dev/null || skip 'needs the program %.*s'\n", BH_FMT(s->needs[i].text),
                                      BH_FMT(s->needs[i].text));
}

struct bh_str bh_act_script(struct bh_arena *arena, const struct bh_simulation *s, bool check_programs) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        bh_buf_puts(&out, "skip() { echo \"skip: $*\"; exit 77; }\n");
        if (!s->on_host && s->cleanup.len)
                bh_buf_printf(&out, "undo() {\n%.*s\n}\ntrap undo EXIT\ntrap 'exit 143' TERM INT\n", BH_FMT(s->cleanup));
        if (check_programs)
                put_checks(&out, s);
        bh_buf_add(&out, s->script);
        bh_buf_putc(&out, '\n');
        return bh_arena_str(arena, bh_buf_str(&out));
}

/* ---- on this machine ---- */

static int undo(const struct bh_stage *stage, struct bh_str name, struct bh_err *err) {
        const char *file = stage_path(stage, name, ".undo"), *folder = stage_path(stage, name, ".d");
        struct bh_act act = { 0 };
        int r = 0;

        if (access(file, F_OK) == 0)
                r = bh_act_host(stage, file, access(folder, F_OK) == 0 ? folder : stage->dir, "/usr/bin/true", UNDO_S, NULL, &act, err);
        if (r >= 0 && act.code != 0)
                r = bh_fail(err, BH_E_IO, "its cleanup ended with %d: %s", act.code, BH_QUOTE(bh_str_trim(act.output)));
        remove_tree(folder);
        if (r >= 0)
                (void) unlink(file);
        return bh_wrap(err, r, "%.*s", BH_FMT(name));
}

static int run_host(const struct bh_stage *stage, const struct bh_simulation *s, struct bh_act *ret, struct bh_err *err) {
        const char *script = stage_path(stage, s->name, ".sh"), *folder = stage_path(stage, s->name, ".d"), *standin;
        int r = put_standin(stage, &standin, err), undone;

        r = r < 0 ? r : write_file(script, 0644, bh_act_script(stage->arena, s, false), err);
        if (r >= 0 && s->cleanup.len)
                r = write_file(stage_path(stage, s->name, ".undo"), 0644, s->cleanup, err);
        if (r >= 0 && mkdir(folder, 0700) < 0 && errno != EEXIST)
                r = bh_fail_sys(err, errno, "%s", folder);
        ret->begun_ns = bh_clock_ns(CLOCK_REALTIME);
        if (r >= 0)
                r = bh_act_host(stage, script, folder, standin, s->limit_s, stage->stop, ret, err);
        ret->ended_ns = bh_clock_ns(CLOCK_REALTIME);
        undone = undo(stage, s->name, r < 0 ? NULL : err);
        (void) unlink(script);
        return r < 0 ? r : undone;
}

/* ---- in a container ---- */

static struct bh_docker_words joined(struct bh_arena *arena, struct bh_docker_words a, struct bh_docker_words b) {
        struct bh_str *at = bh_arena_array(arena, struct bh_str, (size_t) a.n + b.n);

        for (uint32_t i = 0; i < a.n; i++)
                at[i] = a.at[i];
        for (uint32_t i = 0; i < b.n; i++)
                at[a.n + i] = b.at[i];
        return (struct bh_docker_words){ at, a.n + b.n };
}

static struct bh_docker_spec spec_of(const struct bh_stage *stage, const struct bh_simulation *s, const char *script, const char *standin) {
        static const struct bh_str command[] = { BH_STR_INIT("/bin/sh"), BH_STR_INIT("-e"), BH_STR_INIT("/simulation.sh") };
        /* SELinux would keep what is mounted from it; Podman has its own word for what is unmasked. */
        static const struct bh_str open[] = { BH_STR_INIT("label=disable"), BH_STR_INIT("unmask=ALL") };
        bool podman = bh_str_is(stage->docker->api.word, "podman");
        static const struct bh_str env[] = { BH_STR_INIT("STAND_IN=" STAND_IN) };
        struct bh_str *labels = bh_arena_array(stage->arena, struct bh_str, 1), *own = bh_arena_array(stage->arena, struct bh_str, 3);
        struct bh_docker_spec spec = s->spec;

        labels[0] = bh_arena_printf(stage->arena, BH_SIMULATION_LABEL "=%.*s", BH_FMT(s->name));
        own[0] = bh_arena_printf(stage->arena, "%s:/simulation.sh:ro", script);
        own[1] = bh_arena_printf(stage->arena, "%s:" STAND_IN ":ro", standin);
        if (s->engine_socket)
                own[2] = bh_arena_printf(stage->arena, "%s:/var/run/docker.sock", stage->docker->api.socket);
        spec.image = stage->image;
        spec.command = (struct bh_docker_words){ command, BH_LEN(command) };
        spec.labels = (struct bh_docker_words){ labels, 1 };
        spec.security = joined(stage->arena, s->spec.security, (struct bh_docker_words){ open, podman && spec.unmasked ? 2 : 1 });
        spec.env = joined(stage->arena, s->spec.env, (struct bh_docker_words){ env, BH_LEN(env) });
        spec.binds = joined(stage->arena, s->spec.binds, (struct bh_docker_words){ own, s->engine_socket ? 3 : 2 });
        if (stage->base)
                spec.binds = joined(stage->arena, stage->base->binds, spec.binds);
        spec.network = spec.network.len ? spec.network : BH_STR("none");
        spec.memory_bytes = MEMORY;
        spec.pids = PROCESSES;
        return spec;
}

static struct bh_str last_words(struct bh_arena *arena, const struct bh_frames *f) {
        struct bh_str all = bh_arena_cat(arena, bh_buf_str(&f->out), bh_buf_str(&f->err));

        return bh_str_from(all, all.len > KEPT ? all.len - KEPT : 0);
}

/* Waits for its end; beyond its time, or ours, it is stopped. */
static int attend(const struct bh_stage *stage, const struct bh_simulation *s, struct bh_act *ret, struct bh_err *err) {
        BH_CLEANUP(bh_frames_done) struct bh_frames frames = { 0 };
        int r;

        stage->docker->stop = stage->stop;
        r = bh_docker_wait(stage->docker, ret->container, s->limit_s * 1000, &ret->code, err);
        stage->docker->stop = NULL;
        if (r == BH_E_TIMEOUT) {
                ret->code = -1;
                r = bh_docker_stop(stage->docker, ret->container, GRACE_S, err);
        }
        ret->ended_ns = bh_clock_ns(CLOCK_REALTIME);
        r = r < 0 ? r : bh_docker_logs(stage->docker, ret->container, &frames, err);
        ret->output = last_words(stage->arena, &frames);
        return r;
}

static int run_container(const struct bh_stage *stage, const struct bh_simulation *s, struct bh_act *ret, struct bh_err *err) {
        const char *script = stage_path(stage, s->name, ".sh"), *standin;
        struct bh_docker_spec spec;
        int r = put_standin(stage, &standin, err);

        if (r < 0)
                return r;
        if (s->engine_socket && !stage->docker->api.socket)
                return bh_fail(err, BH_E_UNSUPPORTED, "the engine is not reached by a socket that could be mounted");
        spec = spec_of(stage, s, script, standin);
        r = write_file(script, 0644, bh_act_script(stage->arena, s, !stage->base), err);
        r = r < 0 ? r : bh_docker_create(stage->docker, &spec, &ret->container, err);
        ret->begun_ns = bh_clock_ns(CLOCK_REALTIME);
        r = r < 0 ? r : bh_docker_start(stage->docker, ret->container, err);
        return r < 0 ? r : attend(stage, s, ret, err);
}

int bh_act_run(const struct bh_stage *stage, const struct bh_simulation *s, struct bh_act *ret, struct bh_err *err) {
        *ret = (struct bh_act){ .code = -1 };
        return s->on_host ? run_host(stage, s, ret, err) : run_container(stage, s, ret, err);
}

int bh_act_end(const struct bh_stage *stage, const struct bh_simulation *s, const struct bh_act *act, struct bh_err *err) {
        (void) unlink(stage_path(stage, s->name, ".sh"));
        return act->container.len ? bh_docker_remove(stage->docker, act->container, err) : 0;
}

/* ---- what earlier runs left ---- */

static int clean_containers(const struct bh_stage *stage, unsigned *n, struct bh_err *err) {
        struct bh_docker_containers list = { 0 };
        int r = bh_docker_list(stage->docker, BH_SIMULATION_LABEL, true, &list, err);

        for (size_t i = 0; i < list.len && r >= 0; i++, (*n)++)
                r = bh_docker_remove(stage->docker, list.at[i].id, err);
        return r;
}

static int clean_dir(const struct bh_stage *stage, unsigned *n, struct bh_err *err) {
        struct dirent **list;
        int count = scandir(stage->dir, &list, NULL, alphasort), r = 0;

        if (count < 0)
                return bh_fail_sys(err, errno, "%s", stage->dir);
        for (int i = 0; i < count; i++) {
                struct bh_str name = bh_str_of(list[i]->d_name);

                if (r >= 0 && bh_str_cut_suffix(&name, BH_STR(".undo"))) {
                        r = undo(stage, bh_arena_str(stage->arena, name), err);
                        (*n)++;
                } else if (bh_str_ends(name, BH_STR(".sh"))) {
                        (void) unlink(stage_path(stage, name, ""));
                        (*n)++;
                }
                free(list[i]);
        }
        free(list);
        return r;
}

void bh_stage_end(const struct bh_stage *stage) {
        (void) unlink(stage_path(stage, BH_STR("stand-in"), ""));
}

int bh_stage_clean(const struct bh_stage *stage, unsigned *ret_n, struct bh_err *err) {
        int r = stage->docker ? clean_containers(stage, ret_n, err) : 0;

        return r < 0 ? r : clean_dir(stage, ret_n, err);
}
