/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead passwords: weak passwords in the credential stores of this machine and its containers. */
#include "tool/bulkhead/passwords.h"

#include <stdio.h>

#include "base/vec.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/output.h"
#include "tool/bulkhead/passwords_look.h"
#include "tool/bulkhead/state.h"

static const struct bh_opt opts[] = {
        { "all", 'a', NULL, "this machine and all its containers; so it is when nothing else is named", NULL, false },
        { "host", 0, NULL, "this machine", NULL, false },
        { "container", 0, "NAME", "a running container, by name or id; may be given several times", NULL, true },
        { "root", 0, "DIR", "any directory that holds a root file system; may be given several times", NULL, true },
        { "store", 0, "NAMES", "only these stores, set apart by commas; --list names them", NULL, true },
        { "words", 0, "FILE", "further words to try, one a line, the likeliest first", NULL, false },
        { "cpu-seconds", 0, "N", "processor time the tests may take; 0: no limit", "60", false },
        { "cpu-percent", 0, "N", "of one processor, at most", "100", false },
        { "format", 0, "FORMAT", "table, json or csv", "table", false },
        { "output", 'o', "FILE", "to a file", NULL, false },
        { "fail-on", 0, "VERDICT", "exit with 1 when one is weak; or known: weak, or elsewhere in plain text; or never", "never", false },
        { "fresh", 0, NULL, "test everything anew, whatever the last run knew", NULL, false },
        { "state", 0, "DIR", "where is kept what was tested; default /var/lib/bulkhead/passwords, or below $XDG_STATE_HOME", NULL, false },
        { "content", 0, "DIR", "lists of words and defaults from here, not from beside the program", NULL, false },
        { "list", 0, NULL, "list stores and schemes and end", NULL, false },
        { NULL, 0, NULL, NULL, NULL, false },
};

/* ---- what was typed ---- */

static void read_stores(struct bh_cli *cli, struct bh_passwords_opts *o) {
        BH_VEC(struct bh_str) names = { 0 };
        struct bh_str list, name;
        const char *value;

        for (size_t i = 0; (value = bh_cli_nth(cli, "store", i)); i++)
                for (list = bh_str_of(value); bh_str_split(&list, ',', &name);)
                        *bh_vec_add(cli->arena, &names) = bh_str_trim(name);
        o->stores = names.at;
        o->n_stores = names.len;
}

static int read_budget(struct bh_cli *cli, struct bh_passwords_opts *o, struct bh_err *err) {
        uint64_t seconds, percent;
        int r = bh_cli_number(cli, "cpu-seconds", &seconds, err);

        r = r < 0 ? r : bh_cli_number(cli, "cpu-percent", &percent, err);
        if (r >= 0 && (percent < 1 || percent > 100))
                r = bh_fail(err, BH_E_USAGE, "--cpu-percent: between 1 and 100");
        if (r >= 0 && seconds > 1000000)
                r = bh_fail(err, BH_E_USAGE, "--cpu-seconds: at most 1000000");
        if (r < 0)
                return r;
        o->cpu_ms = seconds * 1000;
        o->cpu_percent = (unsigned) percent;
        return 0;
}

static const char *state_dir(struct bh_cli *cli) {
        const char *dir = bh_cli_get(cli, "state");

        return dir ? dir : bh_arena_printf(cli->arena, "%s/passwords", bh_tool_state_dir(cli)).at;
}

/* ---- the command ---- */

static int list(void) {
        struct bh_passwords_about a;

        (void) printf("Stores:\n");
        for (size_t i = 0; bh_passwords_store(i, &a); i++)
                (void) printf("  %-12s  %s\n", a.name, a.about);
        (void) printf("\nSchemes:\n");
        for (size_t i = 0; bh_passwords_scheme(i, &a); i++)
                (void) printf("  %-18s  %s\n", a.name, a.about);
        return BH_EXIT_FINE;
}

static int verdict(struct bh_cli *cli, const struct bh_passwords *found) {
        struct bh_str word = bh_str_of(bh_cli_get(cli, "fail-on"));

        for (size_t i = 0; i < found->n; i++)
                if ((found->at[i].verdict == BH_PASSWORD_WEAK && !bh_str_is(word, "never")) || (found->at[i].verdict == BH_PASSWORD_KNOWN && bh_str_is(word, "known")))
                        return BH_EXIT_POLICY;
        return BH_EXIT_FINE;
}

static int check(struct bh_cli *cli, struct bh_err *err) {
        struct bh_str format = bh_str_of(bh_cli_get(cli, "format")), on = bh_str_of(bh_cli_get(cli, "fail-on"));

        if (!bh_str_is(format, "table") && !bh_str_is(format, "json") && !bh_str_is(format, "csv"))
                return bh_fail(err, BH_E_USAGE, "--format: %s is none of table, json, csv", BH_QUOTE(format));
        if (!bh_str_is(on, "weak") && !bh_str_is(on, "known") && !bh_str_is(on, "never"))
                return bh_fail(err, BH_E_USAGE, "--fail-on: %s is none of weak, known, never", BH_QUOTE(on));
        return 0;
}

static int work(struct bh_cli *cli, struct bh_tool_passwords *p, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        int r = read_budget(cli, &p->opts, err);

        read_stores(cli, &p->opts);
        r = r < 0 ? r : bh_tool_passwords_look(p, err);
        if (r < 0)
                return r;
        bh_passwords_print(bh_str_of(bh_cli_get(cli, "format")), &p->opts, &p->found, &out);
        r = bh_output_bytes(bh_cli_get(cli, "output"), bh_buf_str(&out), err);
        return r < 0 ? r : verdict(cli, &p->found);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_tool_passwords p = { .cli = cli, .words = bh_cli_get(cli, "words"), .fresh = bh_cli_has(cli, "fresh") };
        int r;

        if (bh_cli_has(cli, "list"))
                return list();
        p.host = bh_cli_has(cli, "host");
        p.all = bh_cli_has(cli, "all") || (!p.host && !bh_cli_has(cli, "container") && !bh_cli_has(cli, "root"));
        p.state = state_dir(cli);
        r = check(cli, err);
        r = r < 0 ? r : work(cli, &p, err);
        bh_tool_passwords_done(&p);
        return r;
}

const struct bh_cmd bh_cmd_passwords = {
        .name = "passwords",
        .about = "find weak passwords in the credential stores of this machine and its containers",
        .text = "Stores are read and their hashes tested, in a jail; nobody is logged in to, and no password is shown or kept, only why it is weak.\n"
                "The likeliest guesses come first and the cheapest hashes first; what the processor time did not suffice for is said, and the next\n"
                "run goes on there. What did not change since the last run is not tested again. docs/PASSWORDS.md tells more.\n",
        .examples = "  sudo bulkhead passwords\n  sudo bulkhead passwords --container web --container db --fail-on weak\n"
                    "  bulkhead passwords --root /backup/rootfs --cpu-seconds 600 --format json -o passwords.json\n",
        .opts = opts,
        .run = run,
};
