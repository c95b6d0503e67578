/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "../gate/report.h"
#include "lib/attribute.h"
#include "lib/mend.h"

struct house {
        struct made made;
        struct bh_arena *arena;
        struct bh_policy policy;
        struct bh_gate_notes notes;
};

static void begin(struct house *h, const char *yaml) {
        struct bh_err err = BH_ERR_NONE;

        *h = (struct house){ .arena = bh_arena_new() };
        make_report(&h->made);
        if (bh_policy_parse(h->arena, BH_STR("p"), bh_str_of(yaml), &h->policy, &err) < 0)
                fail_msg("%s", err.text);
}

static struct bh_report *attribute(struct house *h, const struct bh_base_given *given) {
        bh_attribute(&h->made.report, &h->policy, given, h->arena, &h->notes);
        return &h->made.report;
}

static void what_the_user_names_goes_first(void **state) {
        struct bh_str chain[] = { BH_STR_INIT("sha256:d0") };
        struct bh_base_given given = { BH_STR_INIT("golden:1"), chain, 1 };
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "bases: [ { name: known, layers: [sha256:d0, sha256:d1] } ]");
        r = attribute(&h, &given);
        assert_int_equal(r->base.n_layers, 1);
        assert_str(r->base.name, "golden:1");
        assert_true(r->base.sure);
        assert_int_equal(r->layers[0].side, BH_SIDE_BASE);
        assert_int_equal(r->layers[1].side, BH_SIDE_APP);
        bh_arena_free(&h.arena);
}

static void a_base_that_is_not_the_beginning_is_noted_and_not_believed(void **state) {
        struct bh_str chain[] = { BH_STR_INIT("sha256:d1"), BH_STR_INIT("sha256:d0") };
        struct bh_base_given given = { BH_STR_INIT("golden:1"), chain, 2 };
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        r = attribute(&h, &given);
        assert_false(r->base.sure);
        assert_int_equal(h.notes.len, 1);
        assert_str(h.notes.at[0], "this image is not built upon golden:1: its layers begin otherwise");
        bh_arena_free(&h.arena);
}

static void the_longest_known_base_is_the_parent(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "bases:\n - { name: a, layers: sha256:b0 }\n - { name: b, layers: [sha256:d0, sha256:d1] }\n - { name: c, layers: [sha256:d0, sha256:xx] }\n");
        r = attribute(&h, NULL);
        assert_int_equal(r->base.n_layers, 2);
        assert_str(r->base.name, "b");
        assert_true(r->base.sure);
        bh_arena_free(&h.arena);
}

static void history_gives_a_guess_that_is_said_to_be_one(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        r = attribute(&h, NULL);
        assert_int_equal(r->base.n_layers, 1);
        assert_false(r->base.sure);
        assert_str(r->base.name, "debian:12");
        assert_str(r->base.how, "guessed from the history: the last CMD or ENTRYPOINT that layers were put upon");
        bh_arena_free(&h.arena);
}

static void from_scratch_everything_is_the_application(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        h.made.history[0].created_by = h.made.layers[0].instruction = BH_STR("COPY /bin/app /app # buildkit");
        h.made.history[1].created_by = BH_STR("ENV A=b");
        r = attribute(&h, NULL);
        assert_int_equal(r->base.n_layers, 0);
        assert_int_equal(r->layers[0].side, BH_SIDE_APP);
        assert_str(r->base.how, "guessed from the history: built from scratch");
        bh_arena_free(&h.arena);
}

static void a_history_that_does_not_fit_is_not_guessed_from(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        h.made.history[1].empty_layer = false;
        r = attribute(&h, NULL);
        assert_int_equal(r->layers[0].side, BH_SIDE_UNKNOWN);
        assert_int_equal(r->layers[1].side, BH_SIDE_UNKNOWN);
        bh_arena_free(&h.arena);
}

static void the_first_row_that_fits_names_the_owner(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "owners:\n - { team: js, package: 'lod*' }\n - { team: platform, side: base }\n - { team: web, path: 'app/**' }\n"
                  " - { team: apps, instruction: 'COPY *' }\n");
        r = attribute(&h, NULL);
        assert_str(r->layers[0].owner, "platform");
        assert_str(r->layers[1].owner, "apps");
        assert_str(r->vulns[0].whose.owner, "platform");
        assert_str(r->vulns[1].whose.owner, "js");
        assert_str(r->findings[0].whose.owner, "web");
        assert_str(r->findings[0].finding.author, "COPY . /app");
        bh_arena_free(&h.arena);
}

static void a_setting_is_the_last_layers_and_not_the_bases(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        r = attribute(&h, NULL);
        assert_int_equal(r->findings[1].whose.layer, 1);
        assert_int_equal(r->findings[1].whose.side, BH_SIDE_APP);
        bh_arena_free(&h.arena);
}

static void each_side_is_told_what_it_can_do(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        r = attribute(&h, NULL);
        assert_str(r->vulns[0].whose.mend,
                   "rebuild on a newer debian:12 that has libssl3 3.0.2-1; until there is one: apt-get install --only-upgrade libssl3=3.0.2-1");
        assert_str(r->vulns[1].whose.mend, "in app/package-lock.json set lodash to 4.17.21");
        assert_str(r->vulns[2].whose.mend, "nothing to upgrade to: debian-osv will not fix it");
        bh_arena_free(&h.arena);
}

static void a_name_that_a_shell_would_run_is_no_command(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "");
        h.made.packages[0].name = BH_STR("libssl3;reboot");
        r = attribute(&h, NULL);
        assert_str(r->vulns[0].whose.mend, "rebuild on a newer debian:12 that has libssl3;reboot 3.0.2-1");
        bh_arena_free(&h.arena);
}

static void advice_groups_by_action_and_leaves_out_what_is_hidden(void **state) {
        struct house h;
        struct bh_report *r;

        (void) state;
        begin(&h, "owners: [ { team: platform, side: base } ]");
        r = attribute(&h, NULL);
        h.made.vulns[2].package = 1; /* a second one in lodash, that needs a newer version */
        h.made.vulns[2].match.fixed = BH_STR("4.17.100");
        bh_advise(r, h.arena);
        assert_int_equal(r->n_advice, 2);
        assert_str(r->advice[0].text, "Rebuild on a newer debian:12: it has fixes for openssl");
        assert_str(r->advice[0].owner, "platform");
        assert_int_equal(r->advice[0].n_exploited, 1);
        assert_str(r->advice[1].text, "In app/package-lock.json set lodash to 4.17.100");
        assert_int_equal(r->advice[1].n_vulns, 2);
        h.made.vulns[0].whose.hidden = BH_HIDDEN_VEX;
        bh_advise(r, h.arena);
        assert_int_equal(r->n_advice, 1);
        bh_arena_free(&h.arena);
}

BH_UNIT_MAIN(what_the_user_names_goes_first, a_base_that_is_not_the_beginning_is_noted_and_not_believed, the_longest_known_base_is_the_parent,
             history_gives_a_guess_that_is_said_to_be_one, from_scratch_everything_is_the_application,
             a_history_that_does_not_fit_is_not_guessed_from, the_first_row_that_fits_names_the_owner,
             a_setting_is_the_last_layers_and_not_the_bases, each_side_is_told_what_it_can_do, a_name_that_a_shell_would_run_is_no_command,
             advice_groups_by_action_and_leaves_out_what_is_hidden)
