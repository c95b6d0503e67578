/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead simulate list and clean: which scenarios there are; taking back what a crash has left. */
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/simulate.h"
#include "tool/bulkhead/simulate_print.h"

static const struct bh_opt list_opts[] = {
        { "format", 'f', "text|json|markdown", "how to print it", "text", false },
        BH_SIMULATE_CONTENT_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

static const struct bh_opt clean_opts[] = {
        BH_SIMULATE_ENGINE_OPTS,
        { NULL, 0, NULL, NULL, NULL, false },
};

static int run_list(struct bh_cli *cli, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_simulations all = { 0 }, chosen = { 0 };
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format"));
        int r = bh_simulate_check(cli, err);

        r = r < 0 ? r : bh_simulate_load(cli, &all, err);
        r = r < 0 ? r : bh_simulate_choose(cli, &all, true, &chosen, err);
        if (r < 0)
                return r;
        if (bh_str_is(format, "json"))
                bh_simulations_json(&out, &chosen);
        else if (bh_str_is(format, "markdown"))
                bh_simulations_markdown(&out, &chosen);
        else if (bh_str_is(format, "text"))
                bh_simulations_text(&out, &chosen);
        else
                return bh_fail(err, BH_E_USAGE, "--format is text, json or markdown");
        return bh_output_bytes(NULL, bh_buf_str(&out), err);
}

static int run_clean(struct bh_cli *cli, struct bh_err *err) {
        struct bh_simulation_place place = { 0 };
        struct bh_stage stage = { .arena = cli->arena };
        struct bh_simulation_base base;
        struct bh_docker docker;
        unsigned n = 0;
        int r = bh_simulate_engine(cli, &docker, &place, err);

        stage.docker = place.engine ? &docker : NULL;
        r = r < 0 ? r : bh_stage_dir(cli->arena, &stage.dir, err);
        r = r < 0 ? r : bh_stage_clean(&stage, &n, err);
        r = r < 0 ? r : bh_simulation_base(cli->arena, &base, err);
        if (r >= 0 && place.engine)
                BH_IGNORE(bh_docker_image_remove(&docker, base.image, NULL)); /* mostly it is not there */
        bh_docker_close(&docker);
        if (stage.dir)
                bh_stage_end(&stage);
        if (r >= 0)
                (void) printf("%u left over from earlier runs, removed\n", n);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_simulate_list = {
        .name = "simulate list",
        .about = "list the re-enactments of attacks, by tactic",
        .examples = "  bulkhead simulate list\n  bulkhead simulate list --tactic persistence\n",
        .opts = list_opts,
        .run = run_list,
};

const struct bh_cmd bh_cmd_simulate_clean = {
        .name = "simulate clean",
        .about = "take back what a simulation that crashed has left",
        .text = "Removes containers with the label bulkhead.simulation, and runs the clean-up of scenarios on this machine that did\n"
                "not come to it. Another simulation that is under way is not disturbed: then this refuses.\n",
        .examples = "  bulkhead simulate clean\n",
        .opts = clean_opts,
        .run = run_clean,
};
