/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-agent run: a watch, with all that hangs on it. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "sys/fd.h"
#include "sys/host_root.h"
#include "sys/notify.h"
#include "sys/trim.h"
#include "tool/agent/agent.h"

enum { GUESS_MAX_S = 3600, STATUS_EVERY_MS = 60000, FLUSH_MS = 5000, TRIM_FIRST_MS = 20000, TRIM_EVERY_MS = 15000, LARGE_BYTES = 128 * 1024 };

int64_t bh_agent_now_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_REALTIME, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static int64_t steady_ms(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

const char *bh_agent_path(const struct bh_agent *a, const char *name) {
        return bh_arena_printf(a->cli->arena, "%s/%s", a->state_dir, name).at;
}

void bh_agent_log(const char *fmt, ...) {
        char text[1024], now[21];
        va_list ap;

        va_start(ap, fmt);
        (void) vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        (void) fprintf(stderr, "%s bulkhead-agent: %s\n", bh_time_print(time(NULL), now), text);
}

void bh_agent_start(pthread_t *thread, void *(*fn)(void *), void *user) {
        sigset_t all, old;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &old);
        r = pthread_create(thread, NULL, fn, user);
        (void) pthread_sigmask(SIG_SETMASK, &old, NULL);
        if (r)
                bh_nomem(0);
}

void bh_agent_tell(struct bh_agent *a, enum bh_item_kind kind, uint8_t level, struct bh_str body) {
        bh_outbox_add(a->outbox, &(struct bh_outbox_item){ .kind = kind, .level = level, .at_ms = bh_agent_now_ms(), .body = bh_str_trim(body) }, NULL);
}

/* ---- whose machine ---- */

static int make_id(struct bh_cli *cli, const char *path, struct bh_str *ret, struct bh_err *err) {
        unsigned char bytes[16];
        char *hex = bh_arena_bytes(cli->arena, 33);

        while (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
                ;
        (void) bh_hex(bytes, sizeof bytes, hex);
        *ret = (struct bh_str){ hex, 32 };
        return bh_fd_write_own(path, *ret, BH_STR("\n"), err);
}

int bh_agent_host_id(struct bh_cli *cli, struct bh_str *ret, struct bh_err *err) {
        const char *given = bh_cli_get(cli, "host-id"), *path = bh_arena_printf(cli->arena, "%s/host-id", bh_cli_get(cli, "state")).at;
        struct bh_str text;

        if (given) {
                *ret = bh_str_of(given);
                return 0;
        }
        if (bh_fd_read_file(cli->arena, bh_on_host(cli->arena, "/etc/machine-id"), 64, &text, NULL) >= 0 && bh_str_trim(text).len == 32) {
                *ret = bh_str_trim(text);
                return 0;
        }
        if (bh_fd_read_file(cli->arena, path, 64, &text, NULL) >= 0 && bh_str_trim(text).len) {
                *ret = bh_str_trim(text);
                return 0;
        }
        return make_id(cli, path, ret, err);
}

/* ---- the port of the watch ---- */

static void told(void *user, const char *sentence) {
        (void) user;
        bh_agent_log("%s", sentence);
}

static int open_outbox(struct bh_agent *a, struct bh_err *err) {
        struct bh_outbox_opts opts = { .dir = bh_agent_path(a, "spool"), .key_file = bh_cli_get(a->cli, "spool-key") };
        uint64_t mib = 0;
        int r = bh_cli_number(a->cli, "spool-size", &mib, err);

        if (r < 0 || mib < 1 || mib > 1024 * 1024)
                return r < 0 ? r : bh_fail(err, BH_E_USAGE, "--spool-size: MiB, one at least");
        opts.max_bytes = mib * BH_MIB;
        return bh_outbox_open(&opts, &a->outbox, err);
}

static int open_uplink(struct bh_agent *a, struct bh_err *err) {
        struct bh_uplink_opts opts = { .state_dir = a->state_dir, .outbox = a->outbox, .command = bh_agent_order, .have = bh_agent_have, .told = told, .user = a };

        return bh_uplink_open(&opts, &a->uplink, err);
}

static int begin(void *user, struct bh_watch *w, struct bh_err *err) {
        struct bh_agent *a = user;
        int r;

        a->watch = w;
        w->guard_opts.state_dir = a->state_dir;
        w->guard_opts.alerted = bh_agent_alerted;
        r = open_outbox(a, err);
        r = r < 0 ? r : bh_agent_policy_begin(a, err);
        if (r < 0)
                return r;
        bh_agent_orders_open(a);
        return open_uplink(a, err);
}

static void ready(void *user) {
        struct bh_agent *a = user;
        struct bh_err err = BH_ERR_NONE;

        bh_agent_tell_status(a);
        a->status_ms = steady_ms();
        if (!bh_cli_has(a->cli, "no-inventory") && bh_agent_feed_open(a, &err) < 0)
                bh_agent_log("no inventory: %s", err.text);
        if (bh_agent_scans_open(a, &err) < 0)
                bh_agent_log("no scans: %s", err.text);
        if (bh_agent_comply_open(a, &err) < 0)
                bh_agent_log("no checks: %s", err.text);
        a->trim_ms = steady_ms() + TRIM_FIRST_MS;
        if (bh_host_root_check(&err) < 0)
                bh_agent_log("%s", err.text);
        bh_notify("READY=1");
        bh_agent_log("watching, by %s", bh_sense_backend(a->watch->sense));
}

static void turn(void *user) {
        struct bh_agent *a = user;
        int64_t now = steady_ms();

        if (atomic_exchange(&a->reload, false)) {
                bh_guard_reload(a->watch->guard);
                atomic_store(&a->tell_status, true);
        }
        if (now - a->status_ms >= STATUS_EVERY_MS || atomic_exchange(&a->tell_status, false)) {
                a->status_ms = now;
                bh_agent_tell_status(a);
        }
        if (now >= a->trim_ms) { /* what the start, looks at the machine, its checks and calls have needed and need no more */
                a->trim_ms = now + TRIM_EVERY_MS;
                bh_trim_memory();
        }
        bh_agent_alive(a, now);
}

static void executed(void *user, const struct bh_process *p) {
        bh_agent_feed_executed(user, p->container ? p->container->id : BH_STR(""), p->exepath);
}

/* First who may still have something to tell, then the way out, which sends what it can. */
static void end(struct bh_agent *a) {
        struct bh_outbox_stats s;

        bh_notify("STOPPING=1");
        bh_agent_scans_close(a);
        bh_agent_comply_close(a);
        bh_agent_feed_close(a);
        bh_agent_orders_close(a);
        bh_uplink_close(&a->uplink, FLUSH_MS);
        if (!a->outbox)
                return;
        bh_outbox_stats(a->outbox, &s);
        if (s.items)
                bh_agent_log("%llu items wait on disk for the server", (unsigned long long) s.items);
        bh_outbox_close(&a->outbox);
}

static int run(struct bh_cli *cli, struct bh_err *err) {
        struct bh_agent *a = bh_arena_make(cli->arena, struct bh_agent);
        struct bh_watch_port port = { .user = a, .begin = begin, .ready = ready, .turn = turn, .executed = executed };
        uint64_t memory = 0;
        int r = bh_cli_number(cli, "memory", &memory, err);

        r = r < 0 ? r : bh_cli_number(cli, "passwords", &a->guess_s, err);
        if (r >= 0 && a->guess_s > GUESS_MAX_S)
                r = bh_fail(err, BH_E_USAGE, "--passwords: at most %d", GUESS_MAX_S);
        if (r < 0)
                return r;
        (void) mallopt(M_ARENA_MAX, 1); /* a heap for each thread would keep what it once needed, */
        (void) mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); /* and what is large goes back at once; else that grows by what was freed */
        a->cli = cli;
        a->state_dir = bh_cli_get(cli, "state");
        a->memory_max = memory * BH_MIB;
        a->alive_every_ms = bh_notify_every_ms();
        r = bh_watch_run(cli, &port, err);
        end(a);
        return r;
}

static const struct bh_opt opts[] = {
        { "state", 0, "DIR", "the agent's state folder", BH_AGENT_STATE, false },
        { "spool-size", 0, "MIB", "what waits for the server takes at most this on disk", "64", false },
        { "spool-key", 0, "FILE", "encrypt it with this key: 32 bytes, or 64 digits of hex, readable by nobody else", NULL, false },
        { "memory", 0, "MIB", "end, to be started anew, when more is resident; 0: never", "256", false },
        { "no-scans", 0, NULL, "do not scan images of what runs here by itself", NULL, false },
        { "no-comply", 0, NULL, "do not check how this machine is set up by itself", NULL, false },
        { "passwords", 0, "SECONDS", "processor time to guess weak passwords for, every six hours; 0: do not", "60", false },
        { "no-inventory", 0, NULL, "do not tell what this machine has", NULL, false },
        { "rules", 0, "FILE|DIR", "rules to watch by (default: ours); those of the server come after them", NULL, true },
        { "output", 'o', "SPEC", "where alerts go besides (bulkhead watch --help)", NULL, true },
        { "priority", 0, "PRIORITY", "use no rules below this priority", "debug", false },
        { "disable", 0, "RULE|tag:TAG", "switch rules off", NULL, true },
        { "enable", 0, "RULE|tag:TAG", "switch rules on", NULL, true },
        { "mode", 0, "MODE", "observe, dry-run or act, instead of what the responses say", NULL, false },
        { "hashes", 0, "FILE", "a list of digests of bad programs; may be given several times", NULL, true },
        { "backend", 0, "NAME", "where events come from (default: the best there is)", NULL, false },
        { "login", 0, "FILE", "follow this log of logins (default: the machine's own; none: no log)", NULL, true },
        { "k8s-audit", 0, "FILE", "follow this log of Kubernetes' audit", NULL, false },
        { "k8s-audit-hook", 0, "[ADDRESS:]PORT,...", "listen for the webhook of Kubernetes' audit, on the loopback unless said otherwise (docs/SENSOR.md)", NULL, false },
        { "pin", 0, "DIR", "go on in the kernel when killed, pinned here", NULL, false },
        { "content", 0, "DIR", "our rules, when they are not beside the program", NULL, false },
        { "quiet", 'q', NULL, "say nothing about the sensor at the start", NULL, false },
        { 0 },
};

const struct bh_cmd bh_cmd_run = {
        .name = "run",
        .about = "watch this machine and report to the server (also without the word run)",
        .text = "Enrol first. Goes on alone when the server is away: what it has to tell waits on disk, the least\n"
                "severe giving way when there is no room, and each drop is declared. On SIGTERM it sends what it\n"
                "can for five seconds, and ends. SIGHUP loads rules anew. Speaks sd_notify (READY, WATCHDOG).\n"
                "Exit codes: 0 ended by a signal, 2 wrong use, 3 could not watch.\n",
        .examples = "  bulkhead-agent\n"
                    "  bulkhead-agent run --spool-size 256 --spool-key /etc/bulkhead/spool.key\n",
        .opts = opts,
        .run = run,
};
