/* SPDX-License-Identifier: Apache-2.0 */
/* systemd as the keeper of services: a unit file a service, made from the same words our supervisor gets. */
#include "tool/bulkhead/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/exec.h"
#include "sys/fd.h"

#define UNITS "/etc/systemd/system"

static const char *const systemctl_places[] = { "/usr/bin/systemctl", "/bin/systemctl" };

static const char *unit_path(const struct bh_place *p, const char *name) {
        return bh_arena_printf(p->arena, UNITS "/bulkhead-%s.service", name).at;
}

static int systemctl(const struct bh_place *p, const char *verb, const char *option, const char *name, struct bh_buf *out, int *ret_status, struct bh_err *err) {
        const char *program = systemctl_places[access(systemctl_places[0], X_OK) != 0];
        const char *const argv[] = { program, verb, option, name ? bh_arena_printf(p->arena, "bulkhead-%s.service", name).at : NULL, NULL };

        return bh_exec_run(&(struct bh_exec){ .argv = argv }, 65536, out, ret_status, err);
}

static int do_systemctl(const struct bh_place *p, const char *verb, const char *option, const char *name, struct bh_err *err) {
        int status = 0, r = systemctl(p, verb, option, name, NULL, &status, err);

        return r < 0 ? r : status ? bh_fail(err, BH_E_IO, "systemctl %s %s ended with status %d", verb, name ? name : "", status) : 0;
}

/* A word of a command line as systemd.service(5) reads it. */
static void put_word(struct bh_buf *out, const char *word) {
        bh_buf_puts(out, " \"");
        for (; *word; word++) {
                if (*word == '"' || *word == '\\')
                        bh_buf_putc(out, '\\');
                if (*word == '%' || *word == '$')
                        bh_buf_putc(out, *word); /* twice is once */
                bh_buf_putc(out, *word);
        }
        bh_buf_putc(out, '"');
}

static void put_unit(struct bh_buf *out, const struct bh_unit *unit) {
        bh_buf_printf(out,
                      "# Made by bulkhead up; changed by it too. bulkhead down takes it away.\n"
                      "[Unit]\nDescription=%s\n%sStartLimitIntervalSec=0\n\n[Service]\nType=notify\nExecStart=",
                      unit->about, unit->listens ? "After=network-online.target\nWants=network-online.target\n" : "");
        for (size_t i = 0; unit->argv[i]; i++)
                put_word(out, unit->argv[i]);
        bh_buf_puts(out, "\nRestart=always\nRestartSec=1\nOOMPolicy=continue\nTimeoutStartSec=60\nTimeoutStopSec=20\n");
        if (unit->watchdog_s)
                bh_buf_printf(out, "WatchdogSec=%u\n", unit->watchdog_s);
        if (unit->user) /* it needs nothing of the host but its state */
                bh_buf_printf(out, "User=%s\nNoNewPrivileges=yes\nProtectHome=yes\nPrivateDevices=yes\nProtectKernelTunables=yes\nProtectControlGroups=yes\n", unit->user);
        bh_buf_puts(out, "\n[Install]\nWantedBy=multi-user.target\n");
}

/* 1: it is new, or another than there was. */
static int write_unit(const struct bh_place *p, const struct bh_unit *unit, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf text = { 0 };
        struct bh_err why = BH_ERR_NONE;
        struct bh_str old;
        const char *path = unit_path(p, unit->name);
        int r;

        put_unit(&text, unit);
        if (bh_fd_read_file(p->arena, path, 65536, &old, &why) >= 0 && bh_str_eq(old, bh_buf_str(&text)))
                return 0;
        r = bh_fd_write_own(path, BH_STR(""), bh_buf_str(&text), err);
        return r < 0 ? r : do_systemctl(p, "daemon-reload", NULL, NULL, err) < 0 ? -1 : 1;
}

static bool has_old_program(const struct bh_place *p, const char *name) {
        struct bh_unit_view v;
        struct bh_err why = BH_ERR_NONE;

        return bh_keeper_systemd.view(p, name, &v, &why) >= 0 && bh_unit_is_old(p, v.pid);
}

static int start(const struct bh_place *p, const struct bh_unit *unit, struct bh_err *err) {
        int changed = write_unit(p, unit, err);
        int r = changed < 0 ? changed : do_systemctl(p, "enable", "--quiet", unit->name, err);

        if (r < 0)
                return r;
        return do_systemctl(p, changed || has_old_program(p, unit->name) ? "restart" : "start", "--no-block", unit->name, err);
}

static int stop(const struct bh_place *p, const char *name, struct bh_err *err) {
        int r;

        if (access(unit_path(p, name), F_OK) != 0)
                return 0;
        r = do_systemctl(p, "disable", "--now", name, err);
        if (r >= 0 && unlink(unit_path(p, name)) < 0)
                r = bh_fail_sys(err, errno, "%s", unit_path(p, name));
        r = r < 0 ? r : do_systemctl(p, "daemon-reload", NULL, NULL, err);
        return r < 0 ? r : 1;
}

static struct bh_str property(struct bh_str text, const char *name) {
        struct bh_str line;

        while (bh_str_split(&text, '\n', &line))
                if (bh_str_cut_prefix(&line, bh_str_of(name)) && bh_str_cut_prefix(&line, BH_STR("=")))
                        return line;
        return BH_STR("");
}

static enum bh_unit_state state_of(struct bh_str word) {
        return bh_str_is(word, "running") ? BH_UNIT_READY
               : bh_str_is(word, "start") || bh_str_is(word, "start-pre") ? BH_UNIT_STARTING
               : bh_str_is(word, "dead") ? BH_UNIT_ABSENT : BH_UNIT_FAILING;
}

static int view(const struct bh_place *p, const char *name, struct bh_unit_view *ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str text, result;
        int status = 0, r;

        *ret = (struct bh_unit_view){ .last = "" };
        r = systemctl(p, "show", "--property=SubState,MainPID,NRestarts,Result", name, &out, &status, err); /* ours, or a package's */
        if (r < 0)
                return r;
        text = bh_arena_str(p->arena, bh_buf_str(&out));
        result = property(text, "Result");
        ret->state = state_of(property(text, "SubState"));
        ret->pid = atoi(bh_arena_str(p->arena, property(text, "MainPID")).at);
        ret->restarts = (unsigned) atoi(bh_arena_str(p->arena, property(text, "NRestarts")).at);
        ret->last = bh_str_is(result, "success") ? "" : bh_arena_str(p->arena, result).at;
        return 0;
}

const struct bh_keeper bh_keeper_systemd = { "systemd", start, stop, view };
