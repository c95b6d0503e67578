/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_PLACE_H
#define BH_TOOL_BULKHEAD_PLACE_H
/*
 * Bulkhead as it is set up on one machine: where its programs and its state
 * lie, and the services that run. Everything `up` makes is below one folder
 * (and a unit file a service, where systemd keeps them), so that `down --purge`
 * leaves nothing.
 *
 *     STATE/server/      database, certificates        STATE/run/NAME/   status, sockets
 *     STATE/agent/       key, certificate, spool       STATE/log/        NAME.log
 *     STATE/vuln.db      advisories
 */
#include <stdbool.h>

#include "tool/cli.h"

#define BH_SERVICE_USER "bulkhead" /* the server's; it needs no rights of the host */

struct bh_place {
        struct bh_arena *arena;
        const char *state, *server, *agent, *run, *log, *db;
        const char *bulkhead, *bulkhead_server, *bulkhead_agent; /* programs */
};

/* --state, and the programs beside the running one. DENIED when not root. */
int bh_place_of(struct bh_cli *cli, struct bh_place *ret, struct bh_err *err) BH_MUST_CHECK;
/* Makes the folders of it. */
int bh_place_make(const struct bh_place *p, struct bh_err *err) BH_MUST_CHECK;
/* A path below a folder of it, in the arena. */
const char *bh_place_path(const struct bh_place *p, const char *folder, const char *name);

/* One program that is to run. */
struct bh_unit {
        const char *name, *about; /* "server" */
        const char *user;         /* NULL: root */
        const char *const *argv;
        unsigned watchdog_s;
        bool listens; /* on an address that there must be */
};

/* The option that says where. */
#define BH_PLACE_STATE "/var/lib/bulkhead"
#define BH_PLACE_OPT { "state", 0, "DIR", "where everything is kept", BH_PLACE_STATE, false }

enum bh_unit_state { BH_UNIT_ABSENT, BH_UNIT_STARTING, BH_UNIT_READY, BH_UNIT_FAILING };

struct bh_unit_view {
        enum bh_unit_state state;
        int pid;
        unsigned restarts;
        const char *last; /* words on how it last ended, or "" */
};

/* Who keeps programs running: systemd where it does, else our own supervisor. */
struct bh_keeper {
        const char *name;
        /* Running by this very command line already: nothing happens. Else it is started, or started anew. */
        int (*start)(const struct bh_place *p, const struct bh_unit *unit, struct bh_err *err);
        /* 1: it ran; 0: it did not. It does not come back with the next start of the machine either. */
        int (*stop)(const struct bh_place *p, const char *name, struct bh_err *err);
        int (*view)(const struct bh_place *p, const char *name, struct bh_unit_view *ret, struct bh_err *err);
};

/* Does that process run a file that was replaced since? */
bool bh_unit_is_old(const struct bh_place *p, int pid);

bool bh_systemd_runs(void);
extern const struct bh_keeper bh_keeper_own, bh_keeper_systemd;
const struct bh_keeper *bh_keeper_here(const struct bh_cli *cli);

/* The names of the services there may be, ended by NULL, in the order they are started in. */
extern const char *const bh_unit_names[];

#endif
