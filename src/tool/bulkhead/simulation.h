/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATION_H
#define BH_TOOL_BULKHEAD_SIMULATION_H
/*
 * Re-enactments of attacks as data; docs/SIMULATE.md.
 *
 *     - name: shadow-read
 *       title: a service reads the password hashes
 *       tactic: credential-access
 *       techniques: [T1003.008]
 *       where: container
 *       needs: [python3]
 *       script: |
 *         python3 -c "open('/etc/shadow').read()"
 *       expects: [Read of password hashes]
 *       seconds: 10
 *
 * A reader of people's YAML: what is not known is an error with its place and
 * the nearest known word.
 */
#include "base/vec.h"
#include "engine/docker.h"

enum bh_tactic {
        BH_TACTIC_INITIAL_ACCESS,
        BH_TACTIC_EXECUTION,
        BH_TACTIC_PERSISTENCE,
        BH_TACTIC_PRIVILEGE_ESCALATION,
        BH_TACTIC_DEFENSE_EVASION,
        BH_TACTIC_CREDENTIAL_ACCESS,
        BH_TACTIC_DISCOVERY,
        BH_TACTIC_LATERAL_MOVEMENT,
        BH_TACTIC_COLLECTION,
        BH_TACTIC_COMMAND_AND_CONTROL,
        BH_TACTIC_EXFILTRATION,
        BH_TACTIC_IMPACT,
        _BH_TACTIC_MAX,
};
const char *bh_tactic_str(enum bh_tactic tactic); /* "credential-access" */

/* What the place of a scenario must have. */
enum bh_need_kind {
        BH_NEED_PROGRAM, /* "python3": in the usual folders of programs */
        BH_NEED_FILE,    /* "file:/dev/kmsg": there, on the host */
        BH_NEED_CALL,    /* "call:io_uring_setup": the kernel has that system call */
        BH_NEED_KERNEL,  /* "kernel:5.6": this version or a later one */
        BH_NEED_STORAGE, /* "storage:overlay": what the engine calls its way to keep images begins so */
        BH_NEED_ROOT,    /* "root": we run as root */
};

struct bh_need {
        enum bh_need_kind kind;
        struct bh_str text;
};

struct bh_simulation {
        struct bh_str name, title, about, place; /* place: "shells.yaml:12" */
        enum bh_tactic tactic;
        struct bh_str *techniques;
        struct bh_need *needs;
        struct bh_str *expects; /* names of rules that must fire */
        uint32_t n_techniques, n_needs, n_expects;
        bool on_host;
        struct bh_docker_spec spec; /* of the container: what the row says of it */
        bool engine_socket;         /* the engine's own socket is mounted at /var/run/docker.sock */
        struct bh_str script, cleanup;
        uint32_t limit_s;
};
BH_VEC_OF(bh_simulations, struct bh_simulation);

/* Adds what one file holds to `into`; names must differ from those there. `file` names it in errors. Borrows nothing. */
int bh_simulation_parse(struct bh_arena *arena, struct bh_str file, struct bh_str bytes, struct bh_simulations *into,
                        struct bh_err *err) BH_MUST_CHECK;
/* All *.yaml of a folder, in the order of names. */
int bh_simulation_load(struct bh_arena *arena, const char *dir, struct bh_simulations *into, struct bh_err *err)
        BH_MUST_CHECK;
/* By name; BH_E_USAGE with the nearest name. */
int bh_simulation_find(const struct bh_simulations *all, struct bh_str name, const struct bh_simulation **ret,
                       struct bh_err *err) BH_MUST_CHECK;

#endif
