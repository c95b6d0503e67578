/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent tells of itself and its machine, once a minute. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "fmt/json_put.h"
#include "sys/fd.h"
#include "sys/host_root.h"
#include "tool/agent/agent.h"

enum { LEVEL = 6, OS_RELEASE_MAX = 65536, GAPS_MAX = 32 };

static void put_os(struct bh_json_put *j, struct bh_arena *arena) {
        struct bh_str text, rest, line, key, value, id = { 0 }, version = { 0 };

        if (bh_fd_read_file(arena, bh_on_host(arena, "/etc/os-release"), OS_RELEASE_MAX, &text, NULL) < 0)
                return;
        rest = text;
        while (bh_str_split(&rest, '\n', &line)) {
                if (!bh_str_cut(line, '=', &key, &value))
                        continue;
                if (value.len >= 2 && value.at[0] == '"')
                        value = bh_str_part(value, 1, value.len - 2);
                if (bh_str_is(key, "ID"))
                        id = value;
                if (bh_str_is(key, "VERSION_ID"))
                        version = value;
        }
        bh_json_put_some(j, "os", id);
        bh_json_put_some(j, "os_version", version);
}

static void put_host(struct bh_json_put *j, struct bh_agent *a) {
        struct bh_arena *arena = bh_arena_new();
        struct timespec up;
        struct sysinfo info;
        struct utsname u;

        (void) a;
        bh_json_put_open(j, "host", '{');
        if (uname(&u) == 0) {
                bh_json_put_cstr(j, "name", u.nodename);
                bh_json_put_cstr(j, "kernel", u.release);
                bh_json_put_cstr(j, "arch", u.machine);
        }
        put_os(j, arena);
        bh_json_put_int(j, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
        if (sysinfo(&info) == 0)
                bh_json_put_u64(j, "memory_bytes", (uint64_t) info.totalram * info.mem_unit);
        (void) clock_gettime(CLOCK_BOOTTIME, &up);
        bh_json_put_int(j, "boot_ms", bh_agent_now_ms() - up.tv_sec * 1000ll);
        bh_json_put_close(j);
        bh_arena_free(&arena);
}

static void put_loss(struct bh_json_put *j, const char *lane, uint64_t count) {
        if (!count)
                return;
        bh_json_put_open(j, NULL, '{');
        bh_json_put_cstr(j, "lane", lane);
        bh_json_put_u64(j, "count", count);
        bh_json_put_close(j);
}

static void put_sensor(struct bh_json_put *j, struct bh_agent *a) {
        static const char *const lanes[BH_LANES] = { "processes", "files", "network" };
        const struct bh_capability *c;
        struct bh_sense_stats s = { 0 };
        struct bh_audit_inbox_stats inbox;
        struct bh_inlet_stats door;
        struct bh_err hidden = BH_ERR_NONE;
        size_t n = bh_sense_capabilities(a->watch->sense, &c), have = 0;

        for (size_t i = 0; i < n; i++)
                have += c[i].have;
        bh_sense_stats(a->watch->sense, &s);
        bh_watch_audit_stats(a->watch, &door, &inbox);
        bh_json_put_open(j, "sensor", '{');
        bh_json_put_cstr(j, "backend", bh_sense_backend(a->watch->sense));
        bh_json_put_u64(j, "sees", have);
        bh_json_put_u64(j, "of", n);
        bh_json_put_u64(j, "events", s.events);
        bh_json_put_u64(j, "processes", s.processes);
        bh_json_put_u64(j, "containers", s.containers);
        bh_json_put_close(j);
        bh_json_put_open(j, "losses", '[');
        for (unsigned i = 0; i < BH_LANES; i++)
                put_loss(j, lanes[i], s.lanes[i].lost);
        put_loss(j, "kubernetes audit", door.turned_away); /* requests, and the API server tries each again */
        bh_json_put_close(j);
        bh_json_put_open(j, "gaps", '[');
        if (bh_host_root_check(&hidden) < 0)
                bh_json_put_cstr(j, NULL, hidden.text);
        for (size_t i = 0; i < n && i < GAPS_MAX; i++)
                if (!c[i].have) {
                        char text[300];

                        (void) snprintf(text, sizeof text, "cannot see %s: %s", c[i].name, c[i].missing);
                        bh_json_put_cstr(j, NULL, text);
                }
        bh_json_put_close(j);
}

static uint64_t resident(void) {
        unsigned long pages = 0, rss = 0;
        FILE *f = fopen("/proc/self/statm", "re");

        if (f) {
                if (fscanf(f, "%lu %lu", &pages, &rss) != 2)
                        rss = 0;
                (void) fclose(f);
        }
        return (uint64_t) rss * (uint64_t) sysconf(_SC_PAGESIZE);
}

static void put_spool(struct bh_json_put *j, struct bh_agent *a) {
        struct bh_outbox_stats s;
        uint64_t dropped = 0;

        bh_outbox_stats(a->outbox, &s);
        for (unsigned i = 0; i < BH_OUTBOX_LEVELS; i++)
                dropped += s.dropped[i];
        bh_json_put_open(j, "spool", '{');
        bh_json_put_u64(j, "items", s.items);
        bh_json_put_u64(j, "bytes", s.bytes);
        bh_json_put_u64(j, "dropped", dropped);
        bh_json_put_u64(j, "damaged_bytes", s.damaged_bytes);
        bh_json_put_some(j, "trouble", bh_str_of(s.trouble));
        bh_json_put_close(j);
}

static void put_link(struct bh_json_put *j, struct bh_agent *a) {
        struct bh_uplink_stats s;

        bh_uplink_stats(a->uplink, &s);
        bh_json_put_open(j, "link", '{');
        bh_json_put_cstr(j, "state", bh_uplink_state_str(s.state));
        bh_json_put_u64(j, "batches", s.batches);
        bh_json_put_u64(j, "bytes", s.bytes);
        bh_json_put_u64(j, "packed_bytes", s.packed_bytes);
        bh_json_put_u64(j, "failures", s.failures);
        bh_json_put_int(j, "skew_ms", s.skew_ms);
        bh_json_put_int(j, "certificate_until_s", s.until_s);
        bh_json_put_close(j);
}

void bh_agent_tell_status(struct bh_agent *a) {
        BH_CLEANUP(bh_buf_done) struct bh_buf body = { 0 };
        struct bh_json_put j = { .out = &body, .compact = true };
        struct bh_guard_stats g;
        struct rusage used;

        bh_guard_stats(a->watch->guard, &g);
        (void) getrusage(RUSAGE_SELF, &used);
        bh_json_put_open(&j, NULL, '{');
        bh_json_put_cstr(&j, "version", BH_VERSION);
        put_host(&j, a);
        put_sensor(&j, a);
        bh_json_put_u64(&j, "rules", g.rules);
        bh_json_put_u64(&j, "alerts", g.alerts);
        bh_json_put_u64(&j, "bad_reloads", g.bad_reloads);
        bh_json_put_int(&j, "policy_version", atomic_load(&a->policy_version));
        bh_json_put_int(&j, "cpu_ms", (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000ll + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
        bh_json_put_u64(&j, "rss_bytes", resident());
        bh_json_put_u64(&j, "inventory_gaps", atomic_load(&a->n_gaps));
        put_spool(&j, a);
        put_link(&j, a);
        bh_json_put_close(&j);
        bh_agent_tell(a, BH_ITEM_STATUS, LEVEL, bh_buf_str(&body));
        if (a->memory_max && resident() > a->memory_max) {
                bh_agent_log("more than --memory is resident: ending, to be started anew");
                (void) kill(getpid(), SIGTERM);
        }
}
