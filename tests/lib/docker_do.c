/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the end-to-end tests of src/engine: one call of the engine a run.
 *
 *     docker_do ping | about
 *     docker_do import NAME < TAR          docker_do image NAME      docker_do rmi NAME
 *     docker_do create IMAGE LABEL CMD...  docker_do start|stop|kill|pause|unpause|remove ID
 *     docker_do wait ID MS                 docker_do inspect ID      docker_do logs ID
 *     docker_do exec ID CMD...             docker_do list LABEL
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/docker.h"

enum { MOST_WORDS = 16 };

struct words {
        struct bh_str at[MOST_WORDS];
        uint32_t n;
};

static struct words words_of(char **argv) {
        struct words w = { .n = 0 };

        while (argv[w.n] && w.n < MOST_WORDS) {
                w.at[w.n] = bh_str_of(argv[w.n]);
                w.n++;
        }
        return w;
}

static int say(struct bh_str text) {
        (void) printf("%.*s\n", BH_FMT(text));
        return 0;
}

static int from_stdin(void *user, char *at, size_t room, size_t *ret_n, struct bh_err *err) {
        ssize_t n = read(STDIN_FILENO, at, room);

        (void) user;
        *ret_n = n > 0 ? (size_t) n : 0;
        return n < 0 ? bh_fail(err, BH_E_IO, "read") : 0;
}

static int do_about(struct bh_docker *d, char **argv, struct bh_err *err) {
        struct bh_docker_about about;
        int r = bh_docker_about(d, &about, err);

        (void) argv;
        return r < 0 ? r : printf("%.*s %.*s %u\n", BH_FMT(about.version), BH_FMT(about.storage), about.cgroup_version) * 0;
}

static int do_ping(struct bh_docker *d, char **argv, struct bh_err *err) {
        (void) argv;
        return bh_docker_ping(d, err);
}

static int do_import(struct bh_docker *d, char **argv, struct bh_err *err) {
        struct bh_str id;
        int r = bh_docker_import(d, bh_str_of(argv[0]), (struct bh_docker_words){ 0 }, from_stdin, NULL, &id, err);

        return r < 0 ? r : say(id);
}

static int do_image(struct bh_docker *d, char **argv, struct bh_err *err) {
        struct bh_str id;
        int r = bh_docker_image_id(d, bh_str_of(argv[0]), &id, err);

        return r < 0 ? r : say(id);
}

static int do_create(struct bh_docker *d, char **argv, struct bh_err *err) {
        struct words command = words_of(argv + 2);
        struct bh_str label = bh_str_of(argv[1]), id;
        struct bh_docker_spec spec = { .image = bh_str_of(argv[0]), .labels = { &label, 1 }, .command = { command.at, command.n },
                                       .network = BH_STR_INIT("none") };
        int r = bh_docker_create(d, &spec, &id, err);

        return r < 0 ? r : say(id);
}

static int do_wait(struct bh_docker *d, char **argv, struct bh_err *err) {
        int code, r = bh_docker_wait(d, bh_str_of(argv[0]), (unsigned) atoi(argv[1]), &code, err);

        return r < 0 ? r : printf("%d\n", code) * 0;
}

static int do_inspect(struct bh_docker *d, char **argv, struct bh_err *err) {
        struct bh_docker_container c;
        int r = bh_docker_inspect(d, bh_str_of(argv[0]), &c, err);

        return r < 0 ? r : printf("%s %d %.*s\n", bh_docker_state_str(c.state), c.exit_code, BH_FMT(c.image)) * 0;
}

static int show(struct bh_frames *f, int code) {
        (void) printf("%d|%.*s|%.*s\n", code, BH_FMT(bh_buf_str(&f->out)), BH_FMT(bh_buf_str(&f->err)));
        return 0;
}

static int do_logs(struct bh_docker *d, char **argv, struct bh_err *err) {
        BH_CLEANUP(bh_frames_done) struct bh_frames f = { 0 };
        int r = bh_docker_logs(d, bh_str_of(argv[0]), &f, err);

        return r < 0 ? r : show(&f, 0);
}

static int do_exec(struct bh_docker *d, char **argv, struct bh_err *err) {
        BH_CLEANUP(bh_frames_done) struct bh_frames f = { 0 };
        struct words command = words_of(argv + 1);
        struct bh_docker_exec exec = { .command = { command.at, command.n } };
        int code, r = bh_docker_run(d, bh_str_of(argv[0]), &exec, &f, &code, err);

        return r < 0 ? r : show(&f, code);
}

static int do_list(struct bh_docker *d, char **argv, struct bh_err *err) {
        struct bh_docker_containers list = { 0 };
        int r = bh_docker_list(d, argv[0], true, &list, err);

        for (size_t i = 0; r >= 0 && i < list.len; i++)
                (void) say(list.at[i].id);
        return r;
}

static int do_start(struct bh_docker *d, char **argv, struct bh_err *err) {
        int r = bh_docker_start(d, bh_str_of(argv[0]), err);

        return r < 0 ? r : printf("%d\n", r) * 0;
}

static int do_stop(struct bh_docker *d, char **argv, struct bh_err *err) {
        return bh_docker_stop(d, bh_str_of(argv[0]), 0, err);
}

static int do_kill(struct bh_docker *d, char **argv, struct bh_err *err) {
        return bh_docker_kill(d, bh_str_of(argv[0]), "KILL", err);
}

static int do_pause(struct bh_docker *d, char **argv, struct bh_err *err) {
        return bh_docker_pause(d, bh_str_of(argv[0]), err);
}

static int do_unpause(struct bh_docker *d, char **argv, struct bh_err *err) {
        return bh_docker_unpause(d, bh_str_of(argv[0]), err);
}

static int do_remove(struct bh_docker *d, char **argv, struct bh_err *err) {
        return bh_docker_remove(d, bh_str_of(argv[0]), err);
}

static int do_rmi(struct bh_docker *d, char **argv, struct bh_err *err) {
        return bh_docker_image_remove(d, bh_str_of(argv[0]), err);
}

static const struct {
        const char *name;
        int args;
        int (*run)(struct bh_docker *, char **, struct bh_err *);
} calls[] = {
        { "ping", 0, do_ping },   { "about", 0, do_about }, { "import", 1, do_import }, { "image", 1, do_image },   { "rmi", 1, do_rmi },
        { "create", 3, do_create }, { "start", 1, do_start }, { "stop", 1, do_stop },   { "kill", 1, do_kill },     { "pause", 1, do_pause },
        { "unpause", 1, do_unpause }, { "remove", 1, do_remove }, { "wait", 2, do_wait }, { "inspect", 1, do_inspect }, { "logs", 1, do_logs },
        { "exec", 2, do_exec },   { "list", 1, do_list },
};

static int call(int argc, char **argv, struct bh_arena *arena, struct bh_err *err) {
        struct bh_docker d;
        int r = bh_docker_open(arena, BH_API_DOCKER, NULL, &d, err);

        for (size_t i = 0; r >= 0 && i < BH_LEN(calls); i++)
                if (argc >= 2 + calls[i].args && strcmp(argv[1], calls[i].name) == 0) {
                        r = calls[i].run(&d, argv + 2, err);
                        bh_docker_close(&d);
                        return r;
                }
        bh_docker_close(&d);
        return r < 0 ? r : bh_fail(err, BH_E_USAGE, "which call?");
}

int main(int argc, char **argv) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_err err = BH_ERR_NONE;
        int r = call(argc, argv, arena, &err);

        if (r < 0)
                (void) fprintf(stderr, "docker_do: %s\n", err.text);
        bh_arena_free(&arena);
        return r < 0 ? 1 : 0;
}
