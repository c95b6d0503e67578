/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulate commands share: which scenarios, and which engine. */
#include "tool/bulkhead/simulate.h"

#include "tool/bulkhead/content.h"

/* ---- which ---- */

static bool is_wanted(struct bh_cli *cli, const struct bh_simulation *s) {
        const char *tactic = bh_cli_get(cli, "tactic"), *where = bh_cli_get(cli, "where");

        return (!tactic || bh_str_is(bh_str_of(tactic), bh_tactic_str(s->tactic))) && (!where || bh_str_is(bh_str_of(where), s->on_host ? "host" : "container"));
}

int bh_simulate_check(struct bh_cli *cli, struct bh_err *err) {
        const char *tactic = bh_cli_get(cli, "tactic"), *where = bh_cli_get(cli, "where");
        bool known = !tactic;

        for (unsigned t = 0; t < _BH_TACTIC_MAX && !known; t++)
                known = bh_str_is(bh_str_of(tactic), bh_tactic_str((enum bh_tactic) t));
        if (!known)
                return bh_fail(err, BH_E_USAGE, "--tactic: %s is none; simulate list groups by them", BH_QUOTE(bh_str_of(tactic)));
        if (where && !bh_str_is(bh_str_of(where), "host") && !bh_str_is(bh_str_of(where), "container"))
                return bh_fail(err, BH_E_USAGE, "--where is container or host");
        return 0;
}

/* Ours and the user's own. */
int bh_simulate_load(struct bh_cli *cli, struct bh_simulations *all, struct bh_err *err) {
        const char *dir, *own;
        int r = bh_tool_content_folder(cli, "simulations", &dir, err);

        r = r < 0 ? r : bh_simulation_load(cli->arena, dir, all, err);
        for (size_t i = 0; r >= 0 && (own = bh_cli_nth(cli, "scenarios", i)); i++)
                r = bh_simulation_load(cli->arena, own, all, err);
        return r;
}

int bh_simulate_choose(struct bh_cli *cli, const struct bh_simulations *all, bool every, struct bh_simulations *ret, struct bh_err *err) {
        const struct bh_simulation *one;
        int r = 0;

        every |= cli->n_args == 1 && bh_str_is(bh_str_of(cli->args[0]), "all");
        if (!every && cli->n_args == 0)
                return bh_fail(err, BH_E_USAGE, "which scenario? simulate list prints them, all is all of them");
        for (size_t i = 0; !every && i < cli->n_args && r >= 0; i++) {
                r = bh_simulation_find(all, bh_str_of(cli->args[i]), &one, err);
                if (r >= 0)
                        *bh_vec_add(cli->arena, ret) = *one;
        }
        for (size_t i = 0; every && i < all->len; i++)
                if (is_wanted(cli, &all->at[i]))
                        *bh_vec_add(cli->arena, ret) = all->at[i];
        return r;
}

/* ---- the engine ---- */

static void how_to_get_on(struct bh_cli *cli, const struct bh_err *why) {
        const char *where = bh_cli_get(cli, "where");

        if (where && strcmp(where, "host") == 0)
                return;
        (void) fprintf(stderr,
                       "What needs a container engine is skipped: %s.\n"
                       "Start Docker, or Podman's socket (systemctl start podman.socket) and give --podman; name another place by --docker-host;\n"
                       "or act out what needs none: bulkhead simulate run --where host all\n",
                       why->text);
}

/* No engine is no failure: what needs one is skipped. */
int bh_simulate_engine(struct bh_cli *cli, struct bh_docker *docker, struct bh_simulation_place *ret, struct bh_err *err) {
        enum bh_api_kind kind = bh_cli_has(cli, "podman") ? BH_API_PODMAN : BH_API_DOCKER;
        const char *given = bh_cli_get(cli, "docker-host");
        struct bh_docker_about about;
        int r = bh_docker_open(cli->arena, kind, given, docker, err);

        r = r < 0 ? r : bh_docker_about(docker, &about, err);
        if (r < 0) {
                bh_docker_close(docker);
                if (given)
                        return r;
                how_to_get_on(cli, err);
                return 0;
        }
        ret->engine = true;
        ret->storage = about.storage;
        return 0;
}
