/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "image/podman.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 15000 /* its first start on a machine migrates its database */
#define LOOK_MS 20

struct bh_podman {
        pid_t pid;
        const char *dir, *socket;
};

static int make_dir(struct bh_arena *arena, struct bh_podman *p, struct bh_err *err) {
        const char *base = secure_getenv("XDG_RUNTIME_DIR");
        char *dir = (char *) bh_arena_printf(arena, "%s/bulkhead-podman-XXXXXX", base && *base ? base : "/tmp").at;

        if (!mkdtemp(dir))
                return bh_fail_sys(err, errno, "%s", BH_QUOTE(bh_str_of(dir)));
        p->dir = dir;
        p->socket = bh_arena_printf(arena, "%s/podman.sock", dir).at;
        return 0;
}

/* Its own process group: an interrupt at the terminal is ours to handle. */
static int spawn(struct bh_podman *p, const char *address, struct bh_err *err) {
        char *const argv[] = { (char *) "podman", (char *) "system", (char *) "service", (char *) "--time=0",
                               (char *) address, NULL };
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        int r;

        (void) posix_spawn_file_actions_init(&actions);
        (void) posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        (void) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        (void) posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        (void) posix_spawnattr_init(&attributes);
        (void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        r = posix_spawnp(&p->pid, "podman", &actions, &attributes, argv, environ);
        (void) posix_spawn_file_actions_destroy(&actions);
        (void) posix_spawnattr_destroy(&attributes);
        if (r == 0)
                return 0;
        p->pid = 0;
        return r == ENOENT ? bh_fail(err, BH_E_NOTFOUND, "neither its socket nor the program is here")
                           : bh_fail_sys(err, r, "podman");
}

static int wait_for_socket(struct bh_podman *p, struct bh_err *err) {
        const struct timespec pause = { 0, LOOK_MS * 1000000L };
        struct stat st;

        for (unsigned ms = 0; ms < START_MS; ms += LOOK_MS) {
                if (stat(p->socket, &st) == 0 && S_ISSOCK(st.st_mode))
                        return 0;
                if (waitpid(p->pid, NULL, WNOHANG) == p->pid) {
                        p->pid = 0;
                        return bh_fail(err, BH_E_IO, "`podman system service` ended at once; run it to see why");
                }
                (void) nanosleep(&pause, NULL);
        }
        return bh_fail(err, BH_E_TIMEOUT, "`podman system service` opened no socket in %d seconds", START_MS / 1000);
}

int bh_podman_start(struct bh_arena *arena, struct bh_podman **ret, const char **ret_address, struct bh_err *err) {
        BH_CLEANUP(bh_podman_stop) struct bh_podman *p = bh_arena_make(arena, struct bh_podman);
        const char *address;
        int r = make_dir(arena, p, err);

        if (r < 0)
                return r;
        address = bh_arena_printf(arena, "unix://%s", p->socket).at;
        r = spawn(p, address, err);
        r = r < 0 ? r : wait_for_socket(p, err);
        if (r < 0)
                return r;
        *ret = BH_TAKE(p);
        *ret_address = address;
        return 0;
}

void bh_podman_stop(struct bh_podman **podman) {
        struct bh_podman *p = *podman;

        if (!p)
                return;
        if (p->pid > 0) {
                (void) kill(p->pid, SIGTERM);
                (void) waitpid(p->pid, NULL, 0);
        }
        if (p->socket)
                (void) unlink(p->socket);
        if (p->dir)
                (void) rmdir(p->dir);
        *podman = NULL;
}
