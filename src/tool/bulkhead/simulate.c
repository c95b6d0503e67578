/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead simulate: harmless re-enactments of attacks, to see whether the rules fire. */
#define _GNU_SOURCE
#include "tool/bulkhead/simulate.h"

#include <signal.h>
#include <unistd.h>

#include "sys/child.h"
#include "sys/clock.h"
#include "tool/bulkhead/content.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/simulate_print.h"

enum { MAX_RULES = 16 };

static const struct bh_opt run_opts[] = {
        BH_SIMULATE_CONTENT_OPTS,
        BH_SIMULATE_ENGINE_OPTS,
        { "image", 0, "REF", "run containers of this image, with its own programs, in place of a small one with those of this machine", NULL, false },
        { "rules", 0, "FILE|DIR", "the rules to watch by (default: ours); may be given several times", NULL, true },
        { "backend", 0, "NAME", "how bulkhead watch gets its events (default: the best there is)", NULL, false },
        { "alerts", 0, "FILE", "judge another sensor: FILE is where it appends its alerts as lines of JSON", NULL, false },
        { "no-watch", 0, NULL, "only act; somebody else listens", NULL, false },
        { "dry-run", 0, NULL, "say what would be done, and do nothing", NULL, false },
        { "format", 'f', "table|json|junit", "how to print what came of it", "table", false },
        { "output", 'o', "FILE", "where to (default: standard output)", NULL, false },
        { "patience", 0, "SECONDS", "how long after a scenario's end its alerts may come", "3", false },
        { "verbose", 'v', NULL, "show what each script wrote", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* Everything of one run. */
struct session {
        struct bh_cli *cli;
        struct bh_simulations all, chosen;
        struct bh_docker docker;
        struct bh_simulation_base base;
        struct bh_simulation_place place;
        struct bh_stage stage;
        struct bh_judge *judge;
        struct bh_outcomes outcomes;
        uint64_t patience_s;
};

static atomic_bool stop; /* the one thing a signal may touch */

static void on_signal(int sig) {
        (void) sig;
        atomic_store(&stop, true);
}

static void heed_signals(void) {
        struct sigaction act = { .sa_handler = on_signal };

        (void) sigaction(SIGINT, &act, NULL);
        (void) sigaction(SIGTERM, &act, NULL);
        (void) sigaction(SIGHUP, &act, NULL);
}

/* ---- the stage ---- */

static int choose_image(struct session *s, struct bh_err *err) {
        const char *image = bh_cli_get(s->cli, "image");
        int r;

        if (image) {
                s->stage.image = bh_str_of(image);
                s->place.own_programs = true;
                return 0;
        }
        r = bh_simulation_base(s->cli->arena, &s->base, err);
        s->stage.base = &s->base;
        s->stage.image = s->base.image;
        return r;
}

static bool any_in_container(const struct session *s) {
        for (size_t i = 0; i < s->chosen.len; i++)
                if (!s->chosen.at[i].on_host)
                        return true;
        return false;
}

static int set_stage(struct session *s, struct bh_err *err) {
        int r = bh_stage_dir(s->cli->arena, &s->stage.dir, err);

        s->stage.stop = &stop;
        if (r >= 0 && s->place.engine && s->stage.base && any_in_container(s))
                r = bh_simulation_base_import(&s->docker, &s->base, err);
        return r < 0 ? r : 0;
}

static int start_judge(struct session *s, struct bh_err *err) {
        const char *rules[MAX_RULES + 1] = { NULL }, *given;
        struct bh_judge_opts opts = { .rules = rules, .alerts = bh_cli_get(s->cli, "alerts"), .backend = bh_cli_get(s->cli, "backend") };
        char self[4096];
        size_t n = 0;
        int r = 0;

        if (bh_cli_has(s->cli, "no-watch"))
                return 0;
        while (n < MAX_RULES && (given = bh_cli_nth(s->cli, "rules", n)))
                rules[n++] = given;
        if (n == 0)
                r = bh_tool_content_folder(s->cli, "rules", &rules[0], err);
        r = r < 0 ? r : bh_child_own_dir(self, sizeof self, err);
        opts.program = bh_arena_printf(s->cli->arena, "%s/bulkhead", self).at;
        return r < 0 ? r : bh_judge_start(&opts, &s->judge, err);
}

/* ---- one scenario ---- */

/* "skip: no disk", wherever it stands; else the last line. */
static struct bh_str skip_reason(struct bh_str output) {
        struct bh_str line, last = { 0 };

        while (bh_str_split(&output, '\n', &line)) {
                last = line;
                if (bh_str_cut_prefix(&line, BH_STR("skip: ")))
                        return line;
        }
        return last;
}

static void settle(struct session *s, struct bh_outcome *o, const struct bh_act *act) {
        o->output = bh_str_trim(act->output);
        if (act->code == BH_SIMULATION_SKIPPED) {
                o->kind = BH_OUTCOME_SKIPPED;
                o->why = skip_reason(o->output);
        } else if (act->code != 0) {
                o->kind = BH_OUTCOME_BROKEN;
                o->why = atomic_load(&stop)  ? BH_STR("interrupted")
                         : act->code < 0 ? bh_arena_printf(s->cli->arena, "not ready after %u seconds", o->simulation->limit_s)
                                         : bh_arena_printf(s->cli->arena, "its script ended with %d", act->code);
        } else if (!s->judge || o->simulation->n_expects == 0) {
                o->kind = BH_OUTCOME_ACTED;
        }
}

/* Whatever happens, the container goes. */
static int act_out(struct session *s, const struct bh_simulation *sim, struct bh_outcome *o, struct bh_err *err) {
        struct bh_act act;
        int r = bh_act_run(&s->stage, sim, &act, err), end;

        o->kind = BH_OUTCOME_FIRED;
        if (r >= 0)
                settle(s, o, &act);
        if (r >= 0 && s->judge && o->kind == BH_OUTCOME_FIRED) {
                r = bh_judge_say(s->judge, sim, &act, (unsigned) s->patience_s * 1000, s->cli->arena, &o->verdict, err);
                o->judged = r >= 0;
                if (r >= 0 && o->verdict.n_fired < sim->n_expects)
                        o->kind = BH_OUTCOME_MISSED;
        }
        end = bh_act_end(&s->stage, sim, &act, r < 0 ? NULL : err);
        return r < 0 ? r : end;
}

/* One that cannot even begin is broken; the others go on. A sensor that died ends all. */
static int run_one(struct session *s, const struct bh_simulation *sim, struct bh_err *err) {
        struct bh_outcome *o = bh_vec_add(s->cli->arena, &s->outcomes);
        struct bh_err why = BH_ERR_NONE;
        int64_t begun = bh_clock_ms(CLOCK_MONOTONIC);
        int r;

        o->simulation = sim;
        o->verdict.first_ms = -1;
        if (!bh_simulation_can(s->cli->arena, sim, &s->place, &o->why)) {
                o->kind = BH_OUTCOME_SKIPPED;
                return 0;
        }
        r = act_out(s, sim, o, &why);
        o->took_ms = bh_clock_ms(CLOCK_MONOTONIC) - begun;
        if (r < 0) {
                o->kind = BH_OUTCOME_BROKEN;
                o->why = bh_arena_str(s->cli->arena, bh_str_of(why.text));
        }
        return s->judge ? bh_judge_check(s->judge, err) : 0;
}

static int run_chosen(struct session *s, struct bh_err *err) {
        bool table = bh_str_is(bh_str_of(bh_cli_get(s->cli, "format")), "table") && !bh_cli_has(s->cli, "output");
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int r = 0;

        for (size_t i = 0; i < s->chosen.len && r >= 0 && !atomic_load(&stop); i++) {
                r = run_one(s, &s->chosen.at[i], err);
                if (r < 0 || !table)
                        continue;
                bh_buf_clear(&out);
                bh_outcome_line(&out, &s->outcomes.at[s->outcomes.len - 1], bh_cli_has(s->cli, "verbose"));
                r = bh_output_bytes(NULL, bh_buf_str(&out), err);
        }
        return r;
}

/* ---- run ---- */

static int dry_run(struct session *s, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };

        for (size_t i = 0; i < s->chosen.len; i++) {
                struct bh_str why = { 0 };

                (void) bh_simulation_can(s->cli->arena, &s->chosen.at[i], &s->place, &why);
                bh_simulation_plan(&out, &s->chosen.at[i], s->stage.image, why);
        }
        return bh_output_bytes(NULL, bh_buf_str(&out), err);
}

static int print(struct session *s, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_str format = bh_str_of(bh_cli_get(s->cli, "format"));
        const char *to = bh_cli_get(s->cli, "output");

        if (bh_str_is(format, "json"))
                bh_outcomes_json(&out, &s->outcomes);
        else if (bh_str_is(format, "junit"))
                bh_outcomes_junit(&out, &s->outcomes);
        for (size_t i = 0; to && bh_str_is(format, "table") && i < s->outcomes.len; i++)
                bh_outcome_line(&out, &s->outcomes.at[i], bh_cli_has(s->cli, "verbose"));
        if (bh_str_is(format, "table"))
                bh_outcomes_summary(&out, &s->outcomes);
        return bh_output_bytes(to, bh_buf_str(&out), err);
}

static int verdict(const struct session *s) {
        enum bh_exit code = BH_EXIT_FINE;

        for (size_t i = 0; i < s->outcomes.len; i++) {
                if (s->outcomes.at[i].kind == BH_OUTCOME_MISSED)
                        return BH_EXIT_POLICY;
                if (s->outcomes.at[i].kind == BH_OUTCOME_BROKEN)
                        code = BH_EXIT_FAILED;
        }
        return atomic_load(&stop) ? BH_EXIT_FAILED : code;
}

static int perform(struct session *s, struct bh_err *err) {
        int r = set_stage(s, err), end;

        r = r < 0 ? r : start_judge(s, err);
        r = r < 0 ? r : run_chosen(s, err);
        end = bh_judge_stop(&s->judge, r < 0 ? NULL : err);
        if (s->place.engine && s->stage.base && s->stage.dir)
                BH_IGNORE(bh_docker_image_remove(&s->docker, s->base.image, NULL)); /* absent, or wanted by a container of another run */
        if (s->stage.dir)
                bh_stage_end(&s->stage);
        r = r < 0 ? r : end;
        return r < 0 ? r : print(s, err);
}

static int check_options(struct session *s, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(s->cli, "format"));
        int r = bh_simulate_check(s->cli, err);

        if (r >= 0 && !bh_str_is(format, "table") && !bh_str_is(format, "json") && !bh_str_is(format, "junit"))
                r = bh_fail(err, BH_E_USAGE, "--format is table, json or junit");
        if (r >= 0 && bh_cli_has(s->cli, "alerts") && bh_cli_has(s->cli, "no-watch"))
                r = bh_fail(err, BH_E_USAGE, "--alerts judges, --no-watch does not: one of them");
        return r < 0 ? r : bh_cli_number(s->cli, "patience", &s->patience_s, err);
}

static int run_these(struct bh_cli *cli, bool every, struct bh_err *err) {
        struct session s = { .cli = cli, .stage = { .arena = cli->arena } };
        int r = check_options(&s, err);

        r = r < 0 ? r : bh_simulate_load(cli, &s.all, err);
        r = r < 0 ? r : bh_simulate_choose(cli, &s.all, every, &s.chosen, err);
        r = r < 0 ? r : bh_simulate_engine(cli, &s.docker, &s.place, err);
        s.stage.docker = s.place.engine ? &s.docker : NULL;
        r = r < 0 ? r : choose_image(&s, err);
        if (r >= 0) {
                heed_signals();
                r = bh_cli_has(cli, "dry-run") ? dry_run(&s, err) : perform(&s, err);
        }
        bh_docker_close(&s.docker);
        return r < 0 || bh_cli_has(cli, "dry-run") ? r : verdict(&s);
}

static int run_named(struct bh_cli *cli, struct bh_err *err) {
        return run_these(cli, false, err);
}

static int run_all(struct bh_cli *cli, struct bh_err *err) {
        return run_these(cli, true, err);
}

#define SAFETY                                                                                                            \
        "Nothing leaves this machine: connections go to the loopback device, or to the empty network of a container that\n" \
        "is thrown away. Miners, exploits and the like are acted out by harmless programs under their names. What a\n"     \
        "scenario changes it changes back, also after Ctrl-C; simulate clean takes back what a crash has left.\n"
#define RUN_TEXT                                                                                                          \
        "Starts bulkhead watch, acts the scenarios out one after the other in throw-away containers (some on this\n"      \
        "machine), and says for each which of the rules it expects have fired, and after how long.\n" SAFETY              \
        "Outcomes: fired (all expected rules), missed (not all), acted (nobody judged), broken (the script could not do\n" \
        "what it should), skipped (this place lacks what it needs).\n"                                                     \
        "Exit codes: 0 fine, 1 an expected rule did not fire, 2 wrong use, 3 something could not be acted out.\n"

const struct bh_cmd bh_cmd_simulate_run = {
        .name = "simulate run",
        .about = "act attacks out, harmlessly, and see whether the rules fire",
        .args = "NAME...|all",
        .text = RUN_TEXT,
        .examples = "  bulkhead simulate reverse-shell            # run may be left out\n"
                    "  bulkhead simulate run reverse-shell shadow-read\n"
                    "  bulkhead simulate run all --format junit -o simulate.xml\n"
                    "  bulkhead simulate run --dry-run release-agent\n"
                    "  bulkhead simulate run all --no-watch        # for another sensor\n",
        .opts = run_opts,
        .run = run_named,
        .leads = true,
};

const struct bh_cmd bh_cmd_simulate_all = {
        .name = "simulate all",
        .about = "act out all attacks: simulate run all",
        .text = RUN_TEXT,
        .examples = "  bulkhead simulate all\n  bulkhead simulate all --tactic impact\n",
        .opts = run_opts,
        .run = run_all,
};
