/* SPDX-License-Identifier: Apache-2.0 */
/* The machine itself. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fmt/osrelease.h"
#include "inventory/collect.h"
#include "sys/fd.h"
#include "sys/host_root.h"

/* One line of a small file of the kernel; empty when it is not there. */
static struct bh_str line_of(struct bh_arena *arena, const char *path) {
        struct bh_err why = BH_ERR_NONE;
        struct bh_str text;

        return bh_fd_read_file(arena, path, 1 << 20, &text, &why) < 0 ? BH_STR("") : bh_str_trim(text);
}

static struct bh_str model_of_cpu(struct bh_arena *arena) {
        struct bh_str text = line_of(arena, "/proc/cpuinfo"), line, name, value;

        while (bh_str_split(&text, '\n', &line))
                if (bh_str_cut(line, ':', &name, &value) && bh_str_is(bh_str_trim(name), "model name"))
                        return bh_str_trim(value);
        return BH_STR("");
}

static void put_release(struct bh_collect *c, struct bh_json_put *j) {
        static const char *const fields[][2] = { { "ID", "os" }, { "VERSION_ID", "os_version" }, { "PRETTY_NAME", "os_name" } };
        struct bh_cur cur = bh_cur_of(line_of(c->arena, bh_on_host(c->arena, "/etc/os-release")));
        struct bh_str key, value;

        while (bh_osrelease_next(&cur, c->arena, &key, &value))
                for (size_t i = 0; i < BH_LEN(fields); i++)
                        if (bh_str_is(key, fields[i][0]))
                                bh_json_put_some(j, fields[i][1], value);
}

/* The kernel's own whole second: what we would reckon moves with the clock. */
static int64_t boot_ms(struct bh_arena *arena) {
        struct bh_str text = line_of(arena, "/proc/stat"), line;
        uint64_t s;

        while (bh_str_split(&text, '\n', &line))
                if (bh_str_cut_prefix(&line, BH_STR("btime ")) && bh_str_u64(bh_str_trim(line), &s) && s < INT64_MAX / 1000)
                        return (int64_t) s * 1000;
        return 0;
}

static void put_hardware(struct bh_collect *c, struct bh_json_put *j) {
        static const char *const fields[][2] = {
                { "vendor", "/sys/class/dmi/id/sys_vendor" },
                { "product", "/sys/class/dmi/id/product_name" },
                { "firmware", "/sys/class/dmi/id/bios_version" },
        };
        struct sysinfo info;

        for (size_t i = 0; i < BH_LEN(fields); i++)
                bh_json_put_some(j, fields[i][0], line_of(c->arena, fields[i][1]));
        bh_json_put_some(j, "cpu", model_of_cpu(c->arena));
        bh_json_put_int(j, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
        if (sysinfo(&info) == 0)
                bh_json_put_u64(j, "memory_bytes", (uint64_t) info.totalram * info.mem_unit);
}

int bh_collect_host(struct bh_collect *c, struct bh_err *err) {
        struct bh_json_put *j;
        struct utsname u;

        if (uname(&u) < 0)
                return bh_fail(err, BH_E_IO, "uname");
        j = bh_collect_thing(c, BH_ASSET_HOST, BH_STR("host"), bh_arena_str(c->arena, bh_str_of(u.nodename)), BH_STR(""));
        bh_json_put_some(j, "machine_id", line_of(c->arena, bh_on_host(c->arena, "/etc/machine-id")));
        put_release(c, j);
        bh_json_put_cstr(j, "kernel", u.release);
        bh_json_put_cstr(j, "kernel_version", u.version);
        bh_json_put_cstr(j, "arch", u.machine);
        put_hardware(c, j);
        bh_json_put_int(j, "boot_ms", boot_ms(c->arena));
        bh_collect_told(c);
        return 0;
}
