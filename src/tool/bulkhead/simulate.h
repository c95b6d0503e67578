/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_BULKHEAD_SIMULATE_H
#define BH_TOOL_BULKHEAD_SIMULATE_H
/* bulkhead simulate list, run, all and clean, and what they share; each is a row of main.c's table. */
#include "tool/bulkhead/simulate_needs.h"
#include "tool/cli.h"

extern const struct bh_cmd bh_cmd_simulate_list, bh_cmd_simulate_run, bh_cmd_simulate_all, bh_cmd_simulate_clean;

/* Rows for a command's table of options. */
#define BH_SIMULATE_CONTENT_OPTS                                                                                      \
        { "content", 0, "DIR", "our scenarios and rules, when they are not beside the program", NULL, false },        \
        { "scenarios", 0, "DIR", "scenarios of your own besides ours; may be given several times", NULL, true },      \
        { "tactic", 0, "NAME", "only those of a tactic, such as credential-access", NULL, false },                    \
        { "where", 0, "container|host", "only those that are acted out there", NULL, false }
#define BH_SIMULATE_ENGINE_OPTS                                                                                       \
        { "docker-host", 0, "ADDRESS", "where the engine listens (default: DOCKER_HOST, or the usual socket)", NULL, false }, \
        { "podman", 0, NULL, "use Podman's socket in place of Docker's", NULL, false }

/* --tactic and --where name something. */
int bh_simulate_check(struct bh_cli *cli, struct bh_err *err) BH_MUST_CHECK;
/* Our scenarios, and those of --scenarios. */
int bh_simulate_load(struct bh_cli *cli, struct bh_simulations *ret, struct bh_err *err) BH_MUST_CHECK;
/* Those of the arguments; all that the filters let pass when `every`, or when the only argument is "all". */
int bh_simulate_choose(struct bh_cli *cli, const struct bh_simulations *all, bool every, struct bh_simulations *ret,
                       struct bh_err *err) BH_MUST_CHECK;
/* No engine is no failure, unless --docker-host named one: ret->engine stays false. bh_docker_close in any case. */
int bh_simulate_engine(struct bh_cli *cli, struct bh_docker *docker, struct bh_simulation_place *ret, struct bh_err *err)
        BH_MUST_CHECK;

#endif
