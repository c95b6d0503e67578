/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a look at containers costs, by CPU time of one core: an engine in
 * memory with 1,000 containers whose inspections are as long as Docker's own,
 * read, told as facts and judged by every check of content/baselines.
 *
 *     bench_comply content/baselines [CONTAINERS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "comply/collect/collectors.h"
#include "comply/judge.h"
#include "fake_reach.h"

static double cpu_s(void) {
        struct timespec t;

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Half of them are careful, half are not. */
static void put_container(struct bh_buf *out, size_t i) {
        bool bad = i % 2;

        bh_buf_printf(out, "{\"Id\":\"%064zx\",\"Created\":\"2026-11-01T00:00:00Z\",\"Path\":\"/app\",\"Args\":[\"--port\",\"8080\"],\"State\":{\"Status\":\"exited\",\"Pid\":0,\"ExitCode\":0},", i);
        bh_buf_printf(out, "\"Image\":\"sha256:%064x\",\"Name\":\"/app-%zu\",\"RestartCount\":0,\"Driver\":\"overlay2\",\"Platform\":\"linux\",\"AppArmorProfile\":\"docker-default\",", 1, i);
        bh_buf_printf(out,
                      "\"HostConfig\":{\"Binds\":[\"%s:/data\"],\"NetworkMode\":\"%s\",\"PortBindings\":{\"8080/tcp\":[{\"HostIp\":\"%s\",\"HostPort\":\"%zu\"}]},\"RestartPolicy\":{\"Name\":\"%s\","
                      "\"MaximumRetryCount\":%d},\"CapAdd\":%s,\"CapDrop\":%s,\"CgroupnsMode\":\"private\",\"Dns\":[],\"DnsOptions\":[],\"DnsSearch\":[],\"ExtraHosts\":null,\"GroupAdd\":null,"
                      "\"IpcMode\":\"private\",\"Links\":null,\"OomScoreAdj\":0,\"PidMode\":\"\",\"Privileged\":false,\"PublishAllPorts\":false,\"ReadonlyRootfs\":%s,\"SecurityOpt\":%s,\"UTSMode\":\"\","
                      "\"UsernsMode\":\"\",\"ShmSize\":67108864,\"Runtime\":\"runc\",\"Isolation\":\"\",\"CpuShares\":0,\"Memory\":%d,\"NanoCpus\":%d,\"CgroupParent\":\"\",\"BlkioWeight\":0,"
                      "\"BlkioWeightDevice\":[],\"CpuPeriod\":0,\"CpuQuota\":0,\"CpusetCpus\":\"\",\"CpusetMems\":\"\",\"Devices\":[],\"DeviceCgroupRules\":null,\"DeviceRequests\":null,\"MemorySwap\":0,"
                      "\"OomKillDisable\":false,\"PidsLimit\":%d,\"Ulimits\":null,\"MaskedPaths\":[\"/proc/acpi\",\"/proc/asound\",\"/proc/interrupts\",\"/proc/kcore\",\"/proc/keys\","
                      "\"/proc/latency_stats\",\"/proc/sched_debug\",\"/proc/scsi\",\"/proc/timer_list\",\"/proc/timer_stats\",\"/sys/devices/virtual/powercap\",\"/sys/firmware\"],"
                      "\"ReadonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\",\"/proc/sysrq-trigger\"]},",
                      bad ? "/etc" : "/srv/data", bad ? "host" : "ours", bad ? "" : "127.0.0.1", 10000 + i, bad ? "always" : "on-failure", bad ? 0 : 5, bad ? "[\"SYS_ADMIN\"]" : "null",
                      bad ? "null" : "[\"ALL\"]", bad ? "false" : "true", bad ? "[\"seccomp=unconfined\"]" : "[\"no-new-privileges\"]", bad ? 0 : 1 << 28, bad ? 0 : 500000000, bad ? 0 : 256);
        bh_buf_printf(out, "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"%s\",\"Destination\":\"/data\",\"Mode\":\"\",\"RW\":true,\"Propagation\":\"rprivate\"}],", bad ? "/etc" : "/srv/data");
        bh_buf_printf(out, "\"Config\":{\"Hostname\":\"%012zx\",\"User\":\"%s\",\"ExposedPorts\":{\"8080/tcp\":{}},\"Env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\"LANG=C.UTF-8\"%s],"
                           "\"Cmd\":[\"--port\",\"8080\"],\"Healthcheck\":{\"Test\":[\"CMD\",\"/app\",\"--check\"]},\"Image\":\"registry.example/app:1\",\"WorkingDir\":\"/srv\",\"Entrypoint\":[\"/app\"],"
                           "\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"app\",\"org.opencontainers.image.source\":\"https://git.example/app\"}},",
                      i, bad ? "" : "10001", bad ? ",\"DB_PASSWORD=x\"" : "");
        bh_buf_printf(out, "\"NetworkSettings\":{\"Ports\":{},\"Networks\":{\"ours\":{\"NetworkID\":\"%064zx\",\"IPAddress\":\"\",\"Gateway\":\"\"}}}}", i);
}

struct world {
        size_t n;
        struct bh_buf list, one;
};

/* The engine's answers. Making them is part of what is measured; Docker's own work is not. */
static const char *answer(void *user, const char *path) {
        struct world *w = user;
        unsigned long i;

        if (strcmp(path, "docker:/containers/json?all=1") == 0)
                return w->list.at;
        if (sscanf(path, "docker:/containers/%lx/json", &i) != 1)
                return NULL;
        bh_buf_clear(&w->one);
        put_container(&w->one, i);
        bh_buf_putc(&w->one, '\0');
        return w->one.at;
}

static void make_list(struct world *w) {
        for (size_t i = 0; i < w->n; i++)
                bh_buf_printf(&w->list, "%s{\"Id\":\"%064zx\",\"Names\":[\"/app-%zu\"]}", i ? "," : "[", i, i);
        bh_buf_add(&w->list, BH_STR("]"));
        bh_buf_putc(&w->list, '\0');
}

static const struct fake_row rows[] = {
        { "docker:/version", "{\"Version\":\"28.2.2\"}" },
        { "docker:/info", "{\"DockerRootDir\":\"/var/lib/docker\",\"Driver\":\"overlay2\",\"MemTotal\":16000000000,\"NCPU\":8,\"SecurityOptions\":[\"name=apparmor\",\"name=seccomp,profile=builtin\"]}" },
        { "docker:/images/json", "[]" },
        { "docker:/volumes", "{}" },
        { 0 },
};

static void look(struct bh_checks *set, struct world *w) {
        struct bh_arena *arena = bh_arena_new();
        struct bh_comply_report report = { 0 };
        struct bh_err err = BH_ERR_NONE;
        struct fake_reach fake;
        struct bh_facts facts;
        double from = cpu_s(), told;

        fake_reach_init(&fake, rows);
        fake.more = answer;
        fake.user = w;
        bh_facts_init(&facts, arena);
        if (bh_collect_engine_facts(&fake.reach, &facts, &err) < 0) {
                fprintf(stderr, "%s\n", err.text);
                exit(1);
        }
        told = cpu_s();
        bh_comply_judge(set, &facts, &(struct bh_comply_opts){ 0 }, arena, &report);
        printf("%zu containers: facts %.3f s, judged %.3f s, together %.3f s of CPU; %zu results, %u fail, %.1f MiB\n", w->n, told - from, cpu_s() - told, cpu_s() - from, report.n,
               report.all.by_state[BH_COMPLY_FAIL], (double) bh_arena_used(arena) / 1048576);
        bh_arena_free(&arena);
}

int main(int argc, char **argv) {
        struct bh_arena *arena = bh_arena_new();
        struct world w = { .n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000 };
        struct bh_err err = BH_ERR_NONE;
        struct bh_checks set;

        bh_checks_init(&set, arena);
        if (argc < 2 || bh_checks_load(&set, argv[1], &err) < 0) {
                fprintf(stderr, "bench_comply: %s\n", argc < 2 ? "where are the baselines?" : err.text);
                return 1;
        }
        make_list(&w);
        for (int i = 0; i < 3; i++)
                look(&set, &w);
        bh_buf_done(&w.list);
        bh_buf_done(&w.one);
        bh_checks_done(&set);
        bh_arena_free(&arena);
        return 0;
}
