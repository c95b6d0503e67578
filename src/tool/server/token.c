/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server token: what a new machine's agent enrols with. Beside the running server, or without it. */
#include <stdio.h>
#include <time.h>

#include "manage/agents.h"
#include "tool/server/commands.h"

struct making {
        struct bh_cli *cli;
        struct bh_enrolment_order order;
        struct bh_str token;
        int64_t id;
};

static int make(struct bh_db *db, void *user, struct bh_err *err) {
        struct making *m = user;

        return bh_enrolment_make(db, bh_cli_get(m->cli, "state"), &m->order, m->cli->arena, &m->token, &m->id, err);
}

static int read_options(struct making *m, struct bh_err *err) {
        uint64_t uses = 0, hours = 0;
        int r = bh_cli_number(m->cli, "uses", &uses, err);

        r = r < 0 ? r : bh_cli_number(m->cli, "hours", &hours, err);
        if (r < 0)
                return r;
        if (!uses || uses > UINT32_MAX || !hours || hours > UINT32_MAX)
                return bh_fail(err, BH_E_USAGE, "--uses and --hours: one at least");
        m->order = (struct bh_enrolment_order){ .name = bh_str_of(bh_cli_get(m->cli, "for")), .environment = bh_str_of(bh_cli_get(m->cli, "environment")),
                                                .made_by = BH_STR("command line"), .server = bh_str_of(bh_cli_get(m->cli, "server")),
                                                .now_ms = time(NULL) * 1000ll, .hours = (unsigned) hours, .uses = (unsigned) uses };
        return m->order.server.len ? 0 : bh_fail(err, BH_E_USAGE, "--server: where agents reach the console's port, as HOST:PORT");
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct making m = { .cli = cli };
        struct bh_store_opts opts = { .path = bh_server_path(cli, "server.db"), .n_readers = 1 };
        struct bh_store *store = NULL;
        int r = read_options(&m, err);

        r = r < 0 ? r : bh_store_open(&opts, &store, err);
        if (r < 0)
                return r;
        r = bh_store_write(store, make, &m, err);
        bh_store_close(&store);
        if (r < 0)
                return r;
        (void) printf("%.*s\n", BH_FMT(m.token));
        return BH_EXIT_FINE;
}

static const struct bh_opt opts[] = {
        { "server", 0, "HOST:PORT", "where agents reach the console's port", NULL, false },
        { "uses", 0, "N", "how many agents may enrol with it", "1", false },
        { "hours", 0, "N", "how long it holds", "24", false },
        { "environment", 0, "WORD", "of the hosts that come by it, such as prod", NULL, false },
        { "for", 0, "TEXT", "what it is for, to know it by in the console", NULL, false },
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { 0 },
};

const struct bh_cmd bh_cmd_token = {
        .name = "token",
        .about = "make an enrolment token for new agents",
        .text = "The token holds the address, the digest of the server's authority, and a secret of which only a\n"
                "hash is kept: it is shown once.\n",
        .examples = "  bulkhead-server token --server bulkhead.example.org:8443\n"
                    "  bulkhead-agent enrol --token \"$(bulkhead-server token --server 127.0.0.1:8443)\"\n",
        .opts = opts,
        .run = run,
};
