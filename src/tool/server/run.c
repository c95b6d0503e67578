/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-server run: everything together, until a signal says enough. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/text.h"
#include "fmt/json_put.h"
#include "manage/manage.h"
#include "serve/call.h"
#include "serve/server.h"
#include "sys/clock.h"
#include "sys/notify.h"
#include "tool/content_dir.h"
#include "tool/server/commands.h"
#include "tool/server/policy_port.h"

enum { CERTIFY_MS = 12 * 3600 * 1000 };

struct host {
        const struct bh_cli *cli;
        struct bh_store *store;
        struct bh_manage *manage;
        struct bh_server *server; /* atomic: manage's threads ask for it from the beginning */
        bool json, quiet;
        int64_t every_ms, told_ms, certify_ms;
        struct bh_policy_port policies;
};

static struct bh_server *stopped; /* by the signals' handler */

static void on_signal(int number) {
        if (stopped && number == SIGHUP)
                bh_server_reload(stopped);
        else if (stopped)
                bh_server_stop(stopped);
}

static void log_json(const char *time_text, const char *level, const char *text) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        struct bh_json_put j = { .out = &out, .compact = true };

        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "time", time_text);
        bh_json_put_cstr(&j, "level", level);
        bh_json_put_cstr(&j, "text", text);
        bh_json_put_close(&j);
        (void) fprintf(stderr, "%.*s", BH_FMT(bh_buf_str(&out)));
}

static void log_line(void *user, const char *level, const char *text) {
        const struct host *h = user;
        char now[21];

        if (h->quiet && *level == 'i')
                return;
        (void) bh_time_print(time(NULL), now);
        if (h->json)
                log_json(now, level, text);
        else
                (void) fprintf(stderr, "%s %s %s\n", now, level, text);
}

static int64_t since_boot_ms(void) {
        return bh_clock_ns(CLOCK_MONOTONIC) / 1000000;
}

/* A server that runs for years has a certificate of this year. */
static void certify(struct host *h, int64_t now_ms) {
        struct bh_err err = BH_ERR_NONE;
        int r;

        if (now_ms < h->certify_ms)
                return;
        h->certify_ms = now_ms + CERTIFY_MS;
        r = bh_server_certify(h->cli, &err);
        if (r > 0)
                bh_server_reload(h->server);
        if (r < 0)
                log_line(h, "error", err.text);
}

static void alive(void *user) {
        struct host *h = user;
        int64_t now_ms = since_boot_ms();

        certify(h, now_ms);
        if (!h->every_ms || now_ms < h->told_ms + h->every_ms)
                return;
        h->told_ms = now_ms;
        bh_notify("WATCHDOG=1");
}

static void live(void *user, const char *topic, struct bh_str json) {
        struct bh_server *server = __atomic_load_n(&((struct host *) user)->server, __ATOMIC_ACQUIRE);

        if (server)
                bh_live_publish(server, topic, json);
}

static void wake(void *user, struct bh_str key) {
        struct bh_server *server = __atomic_load_n(&((struct host *) user)->server, __ATOMIC_ACQUIRE);

        if (server)
                bh_server_wake(server, key);
}

static void more_files(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void) setrlimit(RLIMIT_NOFILE, &limit);
        }
}

static void signals(void) {
        struct sigaction act = { .sa_handler = on_signal };

        (void) sigaction(SIGTERM, &act, NULL);
        (void) sigaction(SIGINT, &act, NULL);
        (void) sigaction(SIGHUP, &act, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
}

static int open_store(struct bh_cli *cli, struct host *h, struct bh_err *err) {
        struct bh_store_opts opts = { .path = bh_server_path(cli, "server.db"), .n_readers = 16 };
        int r = bh_store_open(&opts, &h->store, err);

        if (r == BH_E_FORMAT) /* whoever reads this has a server that does not start: say what now */
                return bh_fail(err, r, "%s; a backup is put in its place by 'bulkhead-server restore FILE', an empty one by 'bulkhead-server restore --new'",
                               bh_arena_printf(cli->arena, "%s", err->text).at);
        return r;
}

static int open_manage(struct bh_cli *cli, struct host *h, struct bh_err *err) {
        const char *rules = NULL;
        struct bh_manage_opts opts = { .store = h->store, .state_dir = bh_cli_get(cli, "state"), .advisory_db = bh_cli_get(cli, "db"), .live = live,
                                       .wake = wake, .user = h };

        if (bh_tool_content_folder(cli, "rules", &rules, NULL) == 0) { /* without them, policies are not taken */
                h->policies = bh_server_policy_port(rules);
                opts.policies = &h->policies;
        }
        return bh_manage_open(&opts, &h->manage, err);
}

static int open_server(struct bh_cli *cli, struct host *h, struct bh_err *err) {
        const char *agents = bh_cli_get(cli, "agents");
        uint64_t rate = 0;
        struct bh_server_opts opts = { .listen = bh_cli_get(cli, "listen"), .agents = agents && *agents ? agents : NULL,
                                       .state_dir = bh_cli_get(cli, "state"), .assets_dir = bh_cli_get(cli, "assets"), .store = h->store,
                                       .user = h->manage, .version = BH_VERSION, .log = log_line, .log_user = h, .alive = alive };
        struct bh_server *server;
        int r = bh_cli_number(cli, "rate", &rate, err);

        if (r >= 0 && (rate == 0 || rate > 1000000))
                r = bh_fail(err, BH_E_USAGE, "--rate is between 1 and 1000000");
        opts.rate = (unsigned) rate;
        if (r >= 0)
                r = bh_server_open(&opts, &server, err);
        if (r < 0)
                return r;
        stopped = server;
        __atomic_store_n(&h->server, server, __ATOMIC_RELEASE);
        return 0;
}

/* For whoever started us: a person, a keeper, a test that asked for port 0. */
static void tell(struct host *h) {
        char text[128];

        (void) snprintf(text, sizeof text, "ready: console on port %u, agents on port %u", bh_server_port(h->server, false), bh_server_port(h->server, true));
        h->quiet = false;
        log_line(h, "info", text);
        bh_notify("READY=1");
}

static int serve(struct bh_cli *cli, struct host *h, struct bh_err *err) {
        int r = bh_server_certify(cli, err);

        h->certify_ms = since_boot_ms() + CERTIFY_MS;
        if (r >= 0)
                r = open_store(cli, h, err);
        if (r >= 0)
                r = open_manage(cli, h, err);
        if (r >= 0)
                r = open_server(cli, h, err);
        if (r >= 0) {
                bool quiet = h->quiet;

                tell(h);
                h->quiet = quiet;
                r = bh_server_run(h->server, err);
                bh_notify("STOPPING=1");
        }
        return r;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct host h = { .cli = cli, .json = bh_str_is(bh_str_of(bh_cli_get(cli, "log")), "json"), .quiet = bh_cli_has(cli, "quiet"), .every_ms = bh_notify_every_ms() };
        int r;

        more_files();
        signals();
        r = serve(cli, &h, err);
        bh_manage_close(&h.manage); /* its threads may speak of the server to the last */
        stopped = NULL;
        bh_server_close(&h.server);
        if (h.store)
                bh_store_close(&h.store);
        return r < 0 ? r : BH_EXIT_FINE;
}

static const struct bh_opt opts[] = {
        { "listen", 0, "ADDRESS:PORT", "where people and the API are served", "0.0.0.0:8443", false },
        { "agents", 0, "ADDRESS:PORT", "where agents report; empty: nowhere", "0.0.0.0:8444", false },
        { "state", 0, "DIR", "the server's state folder", BH_SERVER_STATE, false },
        { "assets", 0, "DIR", "serve the console from this folder, not from the program", NULL, false },
        { "content", 0, "DIR", "our rules and what else we know; default: beside the program", NULL, false },
        { "db", 0, "FILE", "the vulnerability database", NULL, false },
        { "rate", 0, "N", "requests a second of one address or person; more behind a proxy that all people come through", "100", false },
        { "name", 0, "HOST", "a further name for the certificate, when it is renewed", NULL, true },
        { "log", 0, "text|json", "how the log is written, on stderr", "text", false },
        { "quiet", 'q', NULL, "log errors only", NULL, false },
        { 0 },
};

const struct bh_cmd bh_cmd_run = {
        .name = "run",
        .about = "serve until SIGTERM (also without the word run)",
        .text = "Run `bulkhead-server init` once before. Tells systemd, or who else gave it a NOTIFY_SOCKET, when\n"
                "it is ready. On SIGHUP it reads its certificates anew. On SIGTERM it answers what it was asked, for ten seconds at most, and ends.\n",
        .examples = "  bulkhead-server\n  bulkhead-server --listen 127.0.0.1:8443 --agents '' --state /srv/bulkhead\n",
        .opts = opts,
        .run = run,
};
