/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What control groups may not do: attached once at the root, each program asks
 * whose row holds. A call that is stopped fails with EPERM; a packet is gone.
 */
#include "../lib/guard.h"

#define ALLOW 1
#define DENY 0

/* Stops, or tells what would have been stopped; the answer for the kernel. */
inline_ int decide(struct denied *d, u32 verdict_, u32 what, u64 number, u32 n) {
        if (!verdict_)
                return ALLOW;
        tell_denied(d, what, number, n, verdict_ == BH_EV_WOULD ? BH_EV_WOULD : 0);
        return verdict_ == BH_EV_WOULD ? ALLOW : DENY;
}

/* The row here, when it says anything about `what`. */
inline_ u32 verdict_here(u32 what) {
        struct bh_guard_control *c = guard();

        if (!c || !(c->any & (1u << what)) || is_own((u32) (bpf_get_current_pid_tgid() >> 32)))
                return 0;
        return verdict(row_here(), what);
}

SEC("cgroup/sysctl")
int guard_sysctl(struct bpf_sysctl *ctx) {
        struct bh_guard_word key = { .kind = BH_GUARD_SYSCTL_WORD };
        struct denied d = { 0 };
        u32 v;
        int n;

        if (!ctx->write)
                return ALLOW;
        v = verdict_here(BH_GUARD_SYSCTL);
        if (!v)
                return ALLOW;
        n = bpf_sysctl_get_name(ctx, key.word, sizeof(key.word), 0);
        if (n <= 0 || n > sizeof(key.word) || !bpf_map_lookup_elem(&guard_words, &key))
                return ALLOW;
        __builtin_memcpy(d.text, key.word, sizeof(key.word));
        return decide(&d, v, BH_GUARD_SYSCTL, 0, n);
}

#define MEM_MAJOR 1
#define MEM_MINORS ((1u << 1) | (1u << 2) | (1u << 4)) /* mem, kmem, port */

inline_ bool is_dangerous(u32 kind, u32 major, u32 minor) {
        if (kind == BPF_DEVCG_DEV_BLOCK)
                return true;
        return major == MEM_MAJOR && minor < 32 && (MEM_MINORS & (1u << minor));
}

SEC("cgroup/dev")
int guard_device(struct bpf_cgroup_dev_ctx *ctx) {
        static const char block[] = "block device", memory[] = "memory";
        u32 kind = ctx->access_type & 0xffff, v;
        struct denied d = { 0 };

        if (!is_dangerous(kind, ctx->major, ctx->minor))
                return ALLOW;
        v = verdict_here(BH_GUARD_DEVICE);
        if (!v)
                return ALLOW;
        __builtin_memcpy(d.text, kind == BPF_DEVCG_DEV_BLOCK ? block : memory, sizeof(memory));
        if (kind == BPF_DEVCG_DEV_BLOCK)
                __builtin_memcpy(d.text, block, sizeof(block));
        return decide(&d, v, BH_GUARD_DEVICE, ((u64) ctx->major << 32) | ctx->minor,
                      kind == BPF_DEVCG_DEV_BLOCK ? sizeof(block) - 1 : sizeof(memory) - 1);
}

#define LOOPBACK4(ip) (((ip) & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000))

/* "a.b.c.d" */
inline_ u32 put_ip4(char *to, u32 ip) {
        static const char format[] = "%pI4";
        u64 args[1];

        args[0] = (u64) (unsigned long) &ip;
        return bpf_snprintf(to, 32, format, args, sizeof(args)) - 1;
}
inline_ u32 put_ip6(char *to, const u32 ip[4]) {
        static const char format[] = "%pI6c";
        u64 args[1];

        args[0] = (u64) (unsigned long) ip;
        return bpf_snprintf(to, 64, format, args, sizeof(args)) - 1;
}

/* In the host's own network, nothing is the container's alone, not even the loopback. */
inline_ bool in_host_network(const struct bh_guard_control *c) {
        struct task_struct *t = bpf_get_current_task_btf();

        t = only_read(t);
        return t->nsproxy && t->nsproxy->net_ns->ns.inum == c->host_net;
}

/* What of connecting there is stopped; 0xff: nothing. */
inline_ u32 judge_address(const struct bh_guard_row *row, const struct bh_guard_control *c, const struct bh_guard_address *a,
                          bool loopback) {
        if (verdict(row, BH_GUARD_NETWORK) && (!loopback || in_host_network(c)))
                return BH_GUARD_NETWORK;
        if (verdict(row, BH_GUARD_METADATA) && bpf_map_lookup_elem(&guard_addresses, a))
                return BH_GUARD_METADATA;
        return 0xff;
}

inline_ struct bh_guard_row *network_row(const struct bh_guard_control *c) {
        if (!(c->any & ((1u << BH_GUARD_NETWORK) | (1u << BH_GUARD_METADATA))) || is_own((u32) (bpf_get_current_pid_tgid() >> 32)))
                return NULL;
        return row_here();
}

inline_ int judge4(struct bpf_sock_addr *ctx) {
        struct bh_guard_control *c = guard();
        struct bh_guard_row *row = c ? network_row(c) : NULL;
        struct bh_guard_address a = { .family = AF_INET };
        struct denied d = { 0 };
        u32 ip = ctx->user_ip4, what;

        if (!row)
                return ALLOW;
        __builtin_memcpy(a.ip, &ip, 4);
        what = judge_address(row, c, &a, LOOPBACK4(ip));
        if (what == 0xff)
                return ALLOW;
        return decide(&d, verdict(row, what), what, bpf_ntohs(ctx->user_port), put_ip4(d.text, ip) & 31);
}

inline_ int judge6(struct bpf_sock_addr *ctx) {
        struct bh_guard_control *c = guard();
        struct bh_guard_row *row = c ? network_row(c) : NULL;
        struct bh_guard_address a = { .family = AF_INET6 };
        u32 ip[4], what;
        struct denied d = { 0 };
        bool loopback;

        if (!row)
                return ALLOW;
        ip[0] = ctx->user_ip6[0];
        ip[1] = ctx->user_ip6[1];
        ip[2] = ctx->user_ip6[2];
        ip[3] = ctx->user_ip6[3];
        loopback = !ip[0] && !ip[1] && !ip[2] && ip[3] == bpf_htonl(1);
        if (!ip[0] && !ip[1] && ip[2] == bpf_htonl(0xffff)) { /* an IPv4 address */
                a.family = AF_INET;
                __builtin_memcpy(a.ip, &ip[3], 4);
                loopback = LOOPBACK4(ip[3]);
        } else {
                __builtin_memcpy(a.ip, ip, 16);
        }
        what = judge_address(row, c, &a, loopback);
        if (what == 0xff)
                return ALLOW;
        return decide(&d, verdict(row, what), what, bpf_ntohs(ctx->user_port), put_ip6(d.text, ip) & 63);
}

SEC("cgroup/connect4")
int guard_connect4(struct bpf_sock_addr *ctx) {
        return judge4(ctx);
}
SEC("cgroup/connect6")
int guard_connect6(struct bpf_sock_addr *ctx) {
        return judge6(ctx);
}
SEC("cgroup/sendmsg4")
int guard_sendmsg4(struct bpf_sock_addr *ctx) {
        return judge4(ctx);
}
SEC("cgroup/sendmsg6")
int guard_sendmsg6(struct bpf_sock_addr *ctx) {
        return judge6(ctx);
}

#define SOCK_RAW_TYPE 3

SEC("cgroup/sock_create")
int guard_socket(struct bpf_sock *ctx) {
        static const char raw[] = "raw socket";
        struct denied d = { 0 };
        u32 v;

        if (ctx->type != SOCK_RAW_TYPE)
                return ALLOW;
        v = verdict_here(BH_GUARD_RAW_SOCKET);
        __builtin_memcpy(d.text, raw, sizeof(raw));
        return decide(&d, v, BH_GUARD_RAW_SOCKET, ctx->protocol, sizeof(raw) - 1);
}

/* Packets know their socket's control group, not a task. */
inline_ struct bh_guard_row *row_of_packet(struct __sk_buff *skb) {
        u64 id = bpf_skb_cgroup_id(skb);
        struct bh_guard_row *row = bpf_map_lookup_elem(&guard_rows, &id);

        for (int level = BH_GUARD_DEPTH; !row && level > 0; level--) {
                id = bpf_skb_ancestor_cgroup_id(skb, level);
                if (id)
                        row = bpf_map_lookup_elem(&guard_rows, &id);
        }
        return row ?: row_of_all();
}

#define LOOPBACK_INDEX 1
#define TELL_EVERY_NS 1000000000ull

inline_ int judge_packet(struct __sk_buff *skb, bool out) {
        struct bh_guard_control *c = guard();
        struct bh_guard_row *row;
        u32 v;

        if (!c || !(c->any & (1u << BH_GUARD_NETWORK)) || skb->ifindex == LOOPBACK_INDEX)
                return ALLOW;
        row = row_of_packet(skb);
        v = verdict(row, BH_GUARD_NETWORK);
        if (!v)
                return ALLOW;
        if (out && bpf_ktime_get_boot_ns() - row->told_ns > TELL_EVERY_NS) {
                static const char packet[] = "packet";
                struct denied d = { 0 };

                row->told_ns = bpf_ktime_get_boot_ns();
                __builtin_memcpy(d.text, packet, sizeof(packet));
                tell_denied(&d, BH_GUARD_NETWORK, skb->protocol, sizeof(packet) - 1, v == BH_EV_WOULD ? BH_EV_WOULD : 0);
        }
        return v == BH_EV_WOULD ? ALLOW : DENY;
}

SEC("cgroup_skb/egress")
int guard_egress(struct __sk_buff *skb) {
        return judge_packet(skb, true);
}
SEC("cgroup_skb/ingress")
int guard_ingress(struct __sk_buff *skb) {
        return judge_packet(skb, false);
}
