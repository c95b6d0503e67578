/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs of life: to whoever keeps us running (sd_notify), and as the time of
 * STATE/alive, for `bulkhead-agent status`, which probes of containers run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/notify.h"
#include "tool/agent/agent.h"

enum { EVERY_MS = 5000, SILENT_S = 30 };

static void touch(const char *path) {
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        if (fd >= 0)
                BH_IGNORE(futimens(fd, NULL)); /* a full disk must not end us; the probe tells that it is old */
        bh_fd_close(&fd);
}

void bh_agent_alive(struct bh_agent *a, int64_t steady_ms) {
        if (a->alive_every_ms && steady_ms - a->alive_ms >= a->alive_every_ms) {
                a->alive_ms = steady_ms;
                bh_notify("WATCHDOG=1");
        }
        if (steady_ms >= a->touch_ms) {
                a->touch_ms = steady_ms + EVERY_MS;
                touch(bh_agent_path(a, "alive"));
        }
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        const char *path = bh_arena_printf(cli->arena, "%s/alive", bh_cli_get(cli, "state")).at;
        struct stat st;
        time_t age;

        if (stat(path, &st) < 0 && errno == ENOENT) {
                (void) printf("not running: it was never started here\n");
                return BH_EXIT_POLICY;
        }
        if (stat(path, &st) < 0)
                return bh_fail_sys(err, errno, "%s", path);
        age = time(NULL) - st.st_mtime;
        (void) printf(age <= SILENT_S ? "alive %lld s ago\n" : "silent for %lld s\n", (long long) age);
        return age <= SILENT_S ? BH_EXIT_FINE : BH_EXIT_POLICY;
}

static const struct bh_opt opts[] = {
        { "state", 0, "DIR", "the agent's state folder", BH_AGENT_STATE, false },
        { 0 },
};

const struct bh_cmd bh_cmd_agent_status = {
        .name = "status",
        .about = "say whether the agent is alive",
        .text = "Exit codes: 0 it was alive within the last 30 seconds, 1 it was not, 2 wrong use, 3 could not tell.\n",
        .examples = "  bulkhead-agent status --state /var/lib/bulkhead/agent\n",
        .opts = opts,
        .run = run,
};
