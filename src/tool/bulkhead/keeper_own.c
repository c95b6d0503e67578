/* SPDX-License-Identifier: Apache-2.0 */
/* Our own supervisor as the keeper of services: `bulkhead supervise` in the background, one a service. */
#define _GNU_SOURCE
#include "tool/bulkhead/place.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/vec.h"
#include "sys/fd.h"
#include "sys/proc.h"

enum { END_MS = 20000, MAX_STATUS = 4096 };

/* The supervisor's own command line: the same words mean that nothing has to change. */
static const char **words_of(const struct bh_place *p, const struct bh_unit *unit) {
        BH_VEC(const char *) words = { 0 };
        const char *const head[] = { p->bulkhead, "supervise", "--state", p->state, "--name", unit->name,
                                     "--watchdog", bh_arena_printf(p->arena, "%u", unit->watchdog_s).at };

        for (size_t i = 0; i < BH_LEN(head); i++)
                *bh_vec_add(p->arena, &words) = head[i];
        if (unit->user) {
                *bh_vec_add(p->arena, &words) = "--user";
                *bh_vec_add(p->arena, &words) = unit->user;
        }
        *bh_vec_add(p->arena, &words) = "--";
        for (size_t i = 0; unit->argv[i]; i++)
                *bh_vec_add(p->arena, &words) = unit->argv[i];
        *bh_vec_add(p->arena, &words) = NULL;
        return words.at;
}

static struct bh_str joined(const struct bh_place *p, const char *const *words) {
        BH_CLEANUP(bh_buf_done) struct bh_buf b = { 0 };

        for (size_t i = 0; words[i]; i++) {
                bh_buf_puts(&b, words[i]);
                bh_buf_putc(&b, '\0');
        }
        return bh_arena_str(p->arena, bh_buf_str(&b));
}

/* The supervisor that runs for a service: its number and command line; 0: none. */
static uint32_t running(const struct bh_place *p, const char *name, struct bh_str *ret_words) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;
        const char *path = bh_arena_printf(p->arena, "%s/%s/supervisor.pid", p->run, name).at;
        uint32_t pid;

        if (bh_fd_read_file(p->arena, path, MAX_STATUS, &text, &why) < 0)
                return 0;
        pid = (uint32_t) strtoul(text.at, NULL, 10);
        if (pid == 0 || bh_proc_read(p->arena, pid, "cmdline", 65536, ret_words, &why) < 0)
                return 0;
        return bh_str_find(*ret_words, BH_STR("supervise")) >= 0 ? pid : 0; /* else the number is another's by now */
}

/* By the same words, and neither the supervisor nor what it keeps was replaced by a newer program. */
static bool is_current(const struct bh_place *p, const char *name, uint32_t pid, struct bh_str words, const char *const *wanted) {
        struct bh_unit_view v;
        struct bh_err why = BH_ERR_NONE;

        return bh_str_eq(words, joined(p, wanted)) && !bh_unit_is_old(p, (int) pid) && bh_keeper_own.view(p, name, &v, &why) >= 0 && !bh_unit_is_old(p, v.pid);
}

static void become(const char *const *words) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || setsid() < 0)
                _exit(126);
        (void) execv(words[0], (char *const *) (uintptr_t) words);
        _exit(127);
}

static int stop(const struct bh_place *p, const char *name, struct bh_err *err) {
        BH_CLEANUP(bh_fd_close) int held = -1;
        struct bh_str words;
        uint32_t pid = running(p, name, &words);
        int r;

        if (pid == 0)
                return 0;
        r = bh_proc_hold(pid, 0, &held, err);
        if (r == BH_E_NOTFOUND)
                return 0;
        r = r < 0 ? r : bh_proc_signal(held, SIGTERM, err);
        r = r < 0 ? r : bh_proc_wait(held, END_MS, err);
        (void) unlink(bh_arena_printf(p->arena, "%s/%s/supervisor.pid", p->run, name).at);
        return r < 0 ? bh_wrap(err, r, "%s: process %u", name, pid) : 1;
}

static int start(const struct bh_place *p, const struct bh_unit *unit, struct bh_err *err) {
        const char **wanted = words_of(p, unit);
        struct bh_str words;
        uint32_t running_pid = running(p, unit->name, &words);
        pid_t pid;
        int r = 0;

        if (running_pid && is_current(p, unit->name, running_pid, words, wanted))
                return 0;
        if (running_pid)
                r = stop(p, unit->name, err);
        if (r < 0)
                return r;
        pid = fork();
        if (pid == 0)
                become(wanted);
        if (pid < 0)
                return bh_fail_sys(err, errno, "fork");
        return bh_fd_write_own(bh_arena_printf(p->arena, "%s/%s/supervisor.pid", p->run, unit->name).at, bh_arena_printf(p->arena, "%d\n", (int) pid), BH_STR(""), err);
}

static enum bh_unit_state state_of(struct bh_str word) {
        static const struct {
                const char *word;
                enum bh_unit_state state;
        } states[] = { { "starting", BH_UNIT_STARTING }, { "ready", BH_UNIT_READY }, { "waiting", BH_UNIT_FAILING } };

        for (size_t i = 0; i < BH_LEN(states); i++)
                if (bh_str_is(word, states[i].word))
                        return states[i].state;
        return BH_UNIT_ABSENT;
}

/* NAME PID STATE SINCE_S RESTARTS LAST-WORDS, as sys/supervise.h has it. */
static int view(const struct bh_place *p, const char *name, struct bh_unit_view *ret, struct bh_err *err) {
        struct bh_str text, part[5], words;

        *ret = (struct bh_unit_view){ .last = "" };
        if (running(p, name, &words) == 0)
                return 0;
        ret->state = BH_UNIT_STARTING;
        if (bh_fd_read_file(p->arena, bh_arena_printf(p->arena, "%s/%s/status", p->run, name).at, MAX_STATUS, &text, err) < 0)
                return 0; /* it has only just begun */
        for (size_t i = 0; i < BH_LEN(part); i++)
                if (!bh_str_split(&text, ' ', &part[i]))
                        return 0;
        ret->pid = atoi(bh_arena_str(p->arena, part[1]).at);
        ret->state = state_of(part[2]);
        ret->restarts = (unsigned) strtoul(bh_arena_str(p->arena, part[4]).at, NULL, 10);
        text = bh_str_trim(text);
        ret->last = bh_str_is(text, "-") ? "" : bh_arena_str(p->arena, text).at;
        return 0;
}

const struct bh_keeper bh_keeper_own = { "own supervisor", start, stop, view };
