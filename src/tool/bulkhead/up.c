/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead up: server and agent on this machine, running and seen to be well; or this machine joined to a server. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "fmt/json.h"
#include "http/http.h"
#include "sys/clock.h"
#include "sys/fd.h"
#include "sys/exec.h"
#include "tool/bulkhead/commands.h"
#include "tool/bulkhead/place.h"

enum { WATCHDOG_S = 30, LOOK_MS = 100, TRIES = 3, MAX_ANSWER = 1 << 20, MAX_LOG = 64 << 20 };

static const struct bh_opt opts[] = {
        { "server", 0, "URL", "join this machine to that server, instead of starting one here (default: the token's)", NULL, false },
        { "token", 0, "TOKEN", "the enrolment token the server's console gave for it", NULL, false },
        { "listen", 0, "ADDRESS:PORT", "where the console and the API are", "0.0.0.0:8443", false },
        { "agents", 0, "ADDRESS:PORT", "where agents call", "0.0.0.0:8444", false },
        { "db", 0, "FILE", "the vulnerability database (default: vuln.db of the state)", NULL, false },
        { "rules", 0, "FILE|DIR", "the agent's rules (default: ours)", NULL, false },
        { "wait", 0, "SECONDS", "how long to wait for the first results", "300", false },
        { "no-systemd", 0, NULL, "keep the services running ourselves, where there is systemd too", NULL, false },
        { "quiet", 'q', NULL, "say only where the console is", NULL, false },
        BH_PLACE_OPT,
        { NULL, 0, NULL, NULL, NULL, false },
};

struct up {
        struct bh_cli *cli;
        struct bh_place place;
        const struct bh_keeper *keeper;
        const char *listen, *agents, *db;
        uint64_t wait_s;
        bool quiet;
};

static void tell(const struct up *u, const char *what) {
        if (!u->quiet)
                (void) fprintf(stderr, "%s\n", what);
}

static void rest(void) {
        (void) nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000l }, NULL);
}

/* Of "address:port"; `all`: how we call this machine, where it listens on all addresses. */
static const char *url_of(const struct up *u, const char *address, const char *all) {
        struct bh_str at = bh_str_of(address), host = at;
        ptrdiff_t colon = bh_str_rchr(at, ':');

        host.len = colon < 0 ? at.len : (size_t) colon;
        if (bh_str_is(host, "0.0.0.0") || bh_str_is(host, "[::]") || host.len == 0)
                host = bh_str_of(all);
        return bh_arena_printf(u->cli->arena, "https://%.*s:%s", BH_FMT(host), colon < 0 ? "8443" : address + colon + 1).at;
}

static const char *host_name(const struct up *u) {
        char name[256] = "localhost";

        (void) gethostname(name, sizeof name - 1);
        return bh_arena_printf(u->cli->arena, "%s", name).at;
}

/* A command for the same place, as a person would type it: by its path where the shell would not find it. */
static const char *again(const struct up *u, const char *command) {
        struct bh_str path = bh_str_of(getenv("PATH")), folder;
        bool found = false;

        while (!found && bh_str_split(&path, ':', &folder))
                found = bh_str_is(bh_arena_cat(u->cli->arena, folder, BH_STR("/bulkhead")), u->place.bulkhead);
        return bh_arena_printf(u->cli->arena, "%s%s %s%s%s%s", getenv("SUDO_USER") ? "sudo " : "", found ? "bulkhead" : u->place.bulkhead, command,
                               strcmp(u->place.state, BH_PLACE_STATE) ? " --state " : "", strcmp(u->place.state, BH_PLACE_STATE) ? u->place.state : "",
                               bh_cli_has(u->cli, "no-systemd") && bh_systemd_runs() ? " --no-systemd" : "").at;
}

/* ---- the server ---- */

static int run_program(const char *const *argv, const char *user, struct bh_buf *out, struct bh_err *err) {
        int status = 0, r = bh_exec_run(&(struct bh_exec){ .argv = argv, .user = user }, MAX_ANSWER, out, &status, err);

        return r < 0 ? r : status ? bh_fail(err, BH_E_IO, "%s %s ended with status %d", argv[0], argv[1], status) : 0;
}

/* The server's own account. Without one it runs as root, and says so. */
static const char *service_user(const struct up *u) {
        const char *const argv[] = { "/usr/sbin/useradd", "--system", "--no-create-home", "--home-dir", u->place.state, "--shell", "/usr/sbin/nologin",
                                     BH_SERVICE_USER, NULL };
        struct bh_err err = BH_ERR_NONE;

        if (!getpwnam(BH_SERVICE_USER) && run_program(argv, NULL, NULL, &err) < 0)
                (void) fprintf(stderr, "The server runs as root, for there is no user " BH_SERVICE_USER ": %s\n", err.text);
        return getpwnam(BH_SERVICE_USER) ? BH_SERVICE_USER : NULL;
}

/* Certificates and the administrator, whose password is printed now and never again. */
static int make_server(const struct up *u, const char *user, struct bh_err *err) {
        const char *const argv[] = { u->place.bulkhead_server, "init", "--state", u->place.server, "--name", host_name(u), NULL };

        if (access(bh_place_path(&u->place, u->place.server, "tls/server.pem"), F_OK) == 0)
                return 0;
        tell(u, "Making certificates and an administrator ...");
        return run_program(argv, user, NULL, err);
}

static int start_server(const struct up *u, struct bh_err *err) {
        const char *user = service_user(u);
        const char *const argv[] = { u->place.bulkhead_server, "--state", u->place.server, "--listen", u->listen, "--agents", u->agents, "--db", u->db, NULL };
        const struct bh_unit unit = { .name = "server", .about = "Bulkhead server", .user = user, .argv = argv, .watchdog_s = WATCHDOG_S, .listens = true };
        int r = bh_place_make(&u->place, err);

        r = r < 0 ? r : make_server(u, user, err);
        return r < 0 ? r : u->keeper->start(&u->place, &unit, err);
}

static bool answers(struct bh_http *http, const char *url, struct bh_err *err) {
        struct bh_http_reply reply = { 0 };
        bool well = bh_http_do(http, &(struct bh_http_request){ .url = bh_str_of(url), .limit_ms = 5000, .max_bytes = MAX_ANSWER, .once = true }, &reply, err) >= 0;

        if (well && reply.status != 200)
                well = bh_fail(err, BH_E_IO, "%s answers %ld", url, reply.status) >= 0;
        bh_http_reply_done(&reply);
        return well;
}

/* What it said last when it failed, "bulkhead-server run: why"; empty. */
static struct bh_str last_words(const struct up *u, const char *log) {
        struct bh_str text, line, last = { 0 };
        struct bh_err why = BH_ERR_NONE;

        if (bh_fd_read_file(u->cli->arena, log, MAX_LOG, &text, &why) < 0)
                return last;
        while (bh_str_split(&text, '\n', &line))
                if (bh_str_starts(line, BH_STR("bulkhead-")))
                        last = line;
        return last;
}

/* What the keeper knows of one that does not come up; its own last words rather than that nobody answers. */
static int not_well(const struct up *u, const char *name, const struct bh_err *why, struct bh_err *err) {
        struct bh_unit_view v;
        struct bh_err of_view = BH_ERR_NONE;
        bool journal = u->keeper == &bh_keeper_systemd;
        const char *log = journal ? bh_arena_printf(u->cli->arena, "`journalctl -u bulkhead-%s`", name).at : bh_arena_printf(u->cli->arena, "%s/%s.log", u->place.log, name).at;
        int r = u->keeper->view(&u->place, name, &v, &of_view);
        struct bh_str words = journal || r < 0 || v.state != BH_UNIT_FAILING ? (struct bh_str){ 0 } : last_words(u, log);

        if (words.len) {
                (void) fprintf(stderr, "%.*s\n", BH_FMT(words));
                return bh_fail(err, BH_E_TIMEOUT, "the %s does not start; its log is %s", name, log);
        }
        return bh_fail(err, BH_E_TIMEOUT, "the %s is not well: %s%s%s; its log is %s", name, why->text, r >= 0 && v.last[0] ? ", and it " : "", r >= 0 ? v.last : "", log);
}

/* It ended at once, again and again: waiting longer mends nothing. */
static bool fails_for_good(const struct up *u, const char *name) {
        struct bh_unit_view v;
        struct bh_err why = BH_ERR_NONE;

        return u->keeper->view(&u->place, name, &v, &why) >= 0 && v.state == BH_UNIT_FAILING && v.restarts >= TRIES;
}

static int wait_for_server(const struct up *u, struct bh_err *err) {
        const char *url = bh_arena_printf(u->cli->arena, "%s/api/v1/health", url_of(u, u->listen, "127.0.0.1")).at;
        struct bh_err why = BH_ERR_NONE;
        struct bh_http *http;
        struct bh_str ca;
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + 60000;
        bool well = false;
        int r = bh_fd_read_file(u->cli->arena, bh_place_path(&u->place, u->place.server, "tls/ca.pem"), BH_LIMIT_CONFIG_FILE, &ca, err);

        if (r < 0)
                return r;
        http = bh_http_new(&(struct bh_http_opts){ .ca_pem = ca, .timeout_s = 5 });
        while (!(well = answers(http, url, &why)) && !fails_for_good(u, "server") && bh_clock_ms(CLOCK_MONOTONIC) < until)
                rest();
        bh_http_free(&http);
        return well ? 0 : not_well(u, "server", &why, err);
}

/* ---- the agent ---- */

static int local_token(const struct up *u, const char **ret, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf out = { 0 };
        const char *const argv[] = { u->place.bulkhead_server, "token", "--state", u->place.server, "--server", url_of(u, u->listen, "127.0.0.1") + strlen("https://"),
                                     "--for", "this machine", NULL };
        int r = run_program(argv, getpwnam(BH_SERVICE_USER) ? BH_SERVICE_USER : NULL, &out, err);

        if (r >= 0)
                *ret = bh_arena_str(u->cli->arena, bh_str_trim(bh_buf_str(&out))).at;
        return r;
}

/* The token goes by the environment: the list of processes shows command lines to everybody. server: NULL as the token says. */
static int enrol(const struct up *u, const char *server, const char *token, struct bh_err *err) {
        const char *const argv[] = { u->place.bulkhead_agent, "enrol", "--again", "--state", u->place.agent, server ? "--server" : NULL, server, NULL };
        struct bh_err why = BH_ERR_NONE; /* the program has said it */
        int r = bh_place_make(&u->place, err);

        if (r < 0)
                return r;
        tell(u, "Enrolling this machine's agent ...");
        (void) setenv("BULKHEAD_TOKEN", token, 1);
        r = run_program(argv, NULL, NULL, &why);
        (void) unsetenv("BULKHEAD_TOKEN");
        return r < 0 ? bh_fail(err, r, "this machine was not enrolled there; nothing was changed") : 0;
}

static bool is_enrolled(const struct up *u) {
        return access(bh_place_path(&u->place, u->place.agent, "agent.pem"), F_OK) == 0;
}

/* HOST:PORT of the server that the agent believes. */
static int enrolled_at(const struct up *u, struct bh_str *ret, struct bh_err *err) {
        const char *path = bh_place_path(&u->place, u->place.agent, "agent.json");
        const struct bh_doc *doc;
        struct bh_str text;
        int r = bh_fd_read_file(u->cli->arena, path, BH_LIMIT_CONFIG_FILE, &text, err);

        r = r < 0 ? r : bh_json_parse(u->cli->arena, text, &doc, err);
        if (r >= 0)
                *ret = bh_doc_get_text(doc, "server");
        return r < 0 ? bh_wrap(err, r, "%s", path) : 0;
}

static struct bh_str host_of(struct bh_str url) {
        ptrdiff_t colon;

        (void) bh_str_cut_prefix(&url, BH_STR("https://"));
        colon = bh_str_rchr(url, ':');
        return colon < 0 ? url : bh_str_part(url, 0, (size_t) colon);
}

static int start_agent(const struct up *u, struct bh_err *err) {
        const char *rules = bh_cli_get(u->cli, "rules");
        const char *const argv[] = { u->place.bulkhead_agent, "--state", u->place.agent, rules ? "--rules" : NULL, rules, NULL };
        const struct bh_unit unit = { .name = "agent", .about = "Bulkhead agent", .argv = argv, .watchdog_s = WATCHDOG_S };

        return u->keeper->start(&u->place, &unit, err);
}

static int wait_for_agent(const struct up *u, struct bh_err *err) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_unit_view v = { 0 };
        int64_t until = bh_clock_ms(CLOCK_MONOTONIC) + 60000;
        int r;

        while ((r = u->keeper->view(&u->place, "agent", &v, err)) >= 0 && v.state != BH_UNIT_READY && !(v.state == BH_UNIT_FAILING && v.restarts >= TRIES) && bh_clock_ms(CLOCK_MONOTONIC) < until)
                rest();
        if (r < 0 || v.state == BH_UNIT_READY)
                return r;
        (void) bh_fail(&why, BH_E_TIMEOUT, "it did not say that it is ready");
        return not_well(u, "agent", &why, err);
}

/* ---- from the start to the end ---- */

/* What was found, worst first: the server's own words. Waits until the first scans are in. */
static int summary(const struct up *u, struct bh_err *err) {
        const char *const argv[] = { u->place.bulkhead_server, "summary", "--state", u->place.server, "--db", u->db, "--wait",
                                     bh_arena_printf(u->cli->arena, "%llu", (unsigned long long) u->wait_s).at, NULL };

        tell(u, "Looking at what is here ...");
        return run_program(argv, getpwnam(BH_SERVICE_USER) ? BH_SERVICE_USER : NULL, NULL, err);
}

static int up_here(const struct up *u, struct bh_err *err) {
        const char *token = NULL;
        int r = start_server(u, err);

        r = r < 0 ? r : wait_for_server(u, err);
        if (r >= 0 && !is_enrolled(u)) {
                r = local_token(u, &token, err);
                r = r < 0 ? r : enrol(u, NULL, token, err);
        }
        r = r < 0 ? r : start_agent(u, err);
        r = r < 0 ? r : wait_for_agent(u, err);
        if (r >= 0 && !u->quiet && u->wait_s)
                r = summary(u, err);
        if (r >= 0)
                (void) printf("\nBulkhead guards this machine (kept running by %s).\n  console   %s\n  state     %s\n  end       %s\n", u->keeper->name,
                              url_of(u, u->listen, host_name(u)), again(u, "status"), again(u, "down"));
        return r;
}

/* From the server it was enrolled at to another. The agent that runs would go on by what it has read. */
static int move(const struct up *u, const char *server, const char *token, struct bh_str from, struct bh_err *err) {
        int r;

        if (!token)
                return bh_fail(err, BH_E_USAGE, "--server: this machine is enrolled at %.*s; a --token of the other server moves it there", BH_FMT(from));
        if (!u->quiet)
                (void) fprintf(stderr, "Until now this machine reported to %.*s.\n", BH_FMT(from));
        r = enrol(u, server, token, err);
        return r < 0 ? r : u->keeper->stop(&u->place, "agent", err);
}

/* server: NULL as the token says. */
static int join(const struct up *u, const char *server, const char *token, struct bh_err *err) {
        struct bh_str at, wanted = host_of(bh_str_of(server));
        int r;

        if (!is_enrolled(u))
                r = token ? enrol(u, server, token, err) : bh_fail(err, BH_E_USAGE, "--server: this machine is not enrolled there yet: give --token too");
        else if ((r = enrolled_at(u, &at, err)) >= 0 && server && !bh_str_eq(host_of(at), wanted))
                r = move(u, server, token, at, err);
        else if (r >= 0 && token)
                tell(u, "This machine was enrolled before; the token was not used.");
        r = r < 0 ? r : enrolled_at(u, &at, err);
        r = r < 0 ? r : start_agent(u, err);
        r = r < 0 ? r : wait_for_agent(u, err);
        if (r >= 0)
                (void) printf("This machine's agent reports to %.*s (kept running by %s).\n  state     %s\n  end       %s\n", BH_FMT(at), u->keeper->name,
                              again(u, "status"), again(u, "down"));
        return r;
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct up u = { .cli = cli, .keeper = bh_keeper_here(cli), .listen = bh_cli_get(cli, "listen"), .agents = bh_cli_get(cli, "agents"),
                        .quiet = bh_cli_has(cli, "quiet") };
        const char *server = bh_cli_get(cli, "server"), *token = bh_cli_get(cli, "token");
        int r = bh_cli_number(cli, "wait", &u.wait_s, err);

        r = r < 0 ? r : bh_place_of(cli, &u.place, err);
        if (r < 0)
                return r;
        u.db = bh_cli_get(cli, "db") ? bh_cli_get(cli, "db") : u.place.db;
        r = server || token ? join(&u, server, token, err) : up_here(&u, err);
        return r < 0 ? r : BH_EXIT_FINE;
}

const struct bh_cmd bh_cmd_up = {
        .name = "up",
        .about = "start server and agent on this machine, or join it to a server",
        .text = "The first time it makes certificates and an administrator, and prints the password, once.\n"
                "It may be run again at any time: what runs as it should is left alone, what is an older\n"
                "program is started anew, and nothing that was stored is lost.\n"
                "Services are kept running by systemd where there is one, else by `bulkhead supervise`.\n",
        .examples = "  sudo bulkhead up\n"
                    "  sudo bulkhead up --listen 127.0.0.1:8443\n"
                    "  sudo bulkhead up --token bhe1....                                  # a further machine joins\n"
                    "  sudo bulkhead up --server https://guard.example:8443 --token bhe1....\n",
        .opts = opts,
        .run = run,
};
