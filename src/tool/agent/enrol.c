/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-agent enrol: this machine becomes the server's. */
#include "uplink/enrol.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/fd.h"
#include "tool/agent/agent.h"
#include "uplink/identity.h"

static int make_state(const char *dir, struct bh_err *err) {
        char path[4096];

        for (size_t i = 1; dir[i] && i < sizeof path - 1; i++) {
                if (dir[i] != '/')
                        continue;
                (void) snprintf(path, sizeof path, "%.*s", (int) i, dir);
                if (mkdir(path, 0755) < 0 && errno != EEXIST)
                        return bh_fail_sys(err, errno, "%s", path);
        }
        return mkdir(dir, 0700) < 0 && errno != EEXIST ? bh_fail_sys(err, errno, "%s", dir) : 0;
}

static int read_token(struct bh_cli *cli, struct bh_str *ret, struct bh_err *err) {
        const char *given = bh_cli_get(cli, "token"), *file = bh_cli_get(cli, "token-file");

        *ret = bh_str_of(given);
        if (file)
                return bh_fd_read_file(cli->arena, file, 4096, ret, err);
        return given ? 0 : bh_fail(err, BH_E_USAGE, "--token: bulkhead-server token, or the console's Agents page, makes one");
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_enrol_opts opts = { .state_dir = bh_cli_get(cli, "state"), .server = bh_str_of(bh_cli_get(cli, "server")), .version = BH_STR(BH_VERSION) };
        struct bh_identity known;
        char name[256] = "";
        int r = read_token(cli, &opts.token, err);

        r = r < 0 ? r : make_state(opts.state_dir, err);
        if (r >= 0 && !bh_cli_has(cli, "again") && bh_identity_load(cli->arena, opts.state_dir, &known, NULL) >= 0) {
                (void) printf("enrolled already, as %.*s at %.*s; --again to do it anew\n", BH_FMT(known.agent), BH_FMT(known.server));
                return BH_EXIT_FINE;
        }
        r = r < 0 ? r : bh_agent_host_id(cli, &opts.host_id, err);
        (void) gethostname(name, sizeof name - 1);
        opts.host_name = bh_str_of(bh_cli_has(cli, "name") ? bh_cli_get(cli, "name") : name);
        r = r < 0 ? r : bh_uplink_enrol(&opts, err);
        r = r < 0 ? r : bh_identity_load(cli->arena, opts.state_dir, &known, err);
        if (r < 0)
                return r;
        (void) printf("enrolled as %.*s; bulkhead-agent run reports to %.*s\n", BH_FMT(known.agent), BH_FMT(known.server));
        return BH_EXIT_FINE;
}

static const struct bh_opt opts[] = {
        { "token", 0, "TOKEN", "what the server gave; better in BULKHEAD_TOKEN or --token-file, where no process list shows it", NULL, false },
        { "token-file", 0, "FILE", "read it from here", NULL, false },
        { "server", 0, "URL", "where the server is, when the token's address does not lead there", NULL, false },
        { "name", 0, "NAME", "of this machine (default: its host name)", NULL, false },
        { "host-id", 0, "ID", "of this machine (default: /etc/machine-id)", NULL, false },
        { "again", 0, NULL, "also when this machine is enrolled already", NULL, false },
        { "state", 0, "DIR", "the agent's state folder", BH_AGENT_STATE, false },
        { 0 },
};

const struct bh_cmd bh_cmd_enrol = {
        .name = "enrol",
        .about = "make this machine one of the server's",
        .text = "The token holds the server's address and the digest of its authority: the secret in it is sent to no\n"
                "other. A key is made here and never leaves; the server signs a certificate for it.\n",
        .examples = "  bulkhead-agent enrol --token bhe1.bulkhead.example.org:8443.…\n"
                    "  BULKHEAD_TOKEN=bhe1.… bulkhead-agent enrol --server https://192.0.2.7:8443\n",
        .opts = opts,
        .run = run,
};
