/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sense/sockdiag.h"
#include "sense/socket_owner.h"

struct bytes {
        char at[512];
        size_t len;
};

static void put(struct bytes *b, unsigned type, const void *body, size_t len) {
        const struct nlmsghdr head = { .nlmsg_len = (uint32_t) (sizeof head + len), .nlmsg_type = (uint16_t) type };

        memcpy(b->at + b->len, &head, sizeof head);
        memcpy(b->at + b->len + sizeof head, body, len);
        b->len += (sizeof head + len + 3) & ~3u;
}

static void put_socket(struct bytes *b, unsigned family, const char *to, uint16_t port) {
        struct inet_diag_msg m = { .idiag_family = (uint8_t) family, .idiag_state = TCP_ESTABLISHED, .idiag_inode = 4026,
                                   .idiag_wqueue = 7, .id = { .idiag_sport = htons(port), .idiag_dport = htons(443),
                                                              .idiag_cookie = { 5, 1 } } };

        assert_int_equal(inet_pton((int) family, to, m.id.idiag_dst), 1);
        put(b, SOCK_DIAG_BY_FAMILY, &m, sizeof m);
}

static int next(struct bh_cur *c, struct bh_diag_socket *d) {
        struct bh_err err = BH_ERR_NONE;

        return bh_diag_next(c, d, &err);
}

static struct bh_cur over(const struct bytes *b) {
        return bh_cur_of((struct bh_str){ b->at, b->len });
}

static void a_datagram_gives_its_sockets_and_the_end(void **state) {
        struct bytes b = { .len = 0 };
        const int32_t none = 0;
        struct bh_diag_socket d;
        struct bh_cur c;

        (void) state;
        put_socket(&b, AF_INET, "198.51.100.7", 40001);
        put_socket(&b, AF_INET6, "2001:db8::7", 40002);
        put(&b, NLMSG_DONE, &none, sizeof none);
        c = over(&b);
        assert_int_equal(next(&c, &d), 1);
        assert_int_equal(d.cookie, 0x100000005);
        assert_int_equal(d.inode, 4026);
        assert_int_equal(d.backlog, 7);
        assert_int_equal(d.lport, 40001);
        assert_int_equal(d.rport, 443);
        assert_memory_equal(d.rip, "\xc6\x33\x64\x07\0\0\0\0", 8);
        assert_int_equal(next(&c, &d), 1);
        assert_int_equal(d.family, AF_INET6);
        assert_memory_equal(d.rip, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16);
        assert_int_equal(next(&c, &d), BH_DIAG_DONE);
}

static void a_refusal_is_an_error_with_its_number(void **state) {
        struct bytes b = { .len = 0 };
        struct bh_err err = BH_ERR_NONE;
        const int32_t no = -2;
        struct bh_diag_socket d = { .inode = 9 };
        struct bh_cur c;

        (void) state;
        put(&b, NLMSG_ERROR, &no, sizeof no);
        c = over(&b);
        assert_true(bh_diag_next(&c, &d, &err) < 0);
        assert_int_equal(err.sys, 2);
        assert_int_equal(d.inode, 9);
}

static void what_is_cut_is_malformed_wherever_it_is_cut(void **state) {
        struct bytes b = { .len = 0 };
        struct bh_diag_socket d = { .inode = 9 };

        (void) state;
        put_socket(&b, AF_INET, "198.51.100.7", 40001);
        for (size_t n = 1; n < b.len; n++) {
                struct bh_cur c = bh_cur_of((struct bh_str){ b.at, n });

                assert_int_equal(next(&c, &d), BH_E_FORMAT);
                assert_int_equal(d.inode, 9);
        }
}

static void an_empty_datagram_ends(void **state) {
        struct bh_cur c = bh_cur_of((struct bh_str){ "", 0 });
        struct bh_diag_socket d;

        (void) state;
        assert_int_equal(next(&c, &d), 0);
}

static void a_message_that_is_shorter_than_its_head_is_malformed(void **state) {
        const struct nlmsghdr head = { .nlmsg_len = 3, .nlmsg_type = SOCK_DIAG_BY_FAMILY };
        struct bh_cur c = bh_cur_of((struct bh_str){ (const char *) &head, sizeof head });
        struct bh_diag_socket d;

        (void) state;
        assert_int_equal(next(&c, &d), BH_E_FORMAT);
}

static void a_socket_leads_to_who_holds_it(void **state) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct bh_socket_owners o = { .pids = { (uint32_t) getpid() }, .next = 1 };
        struct bh_socket_want wants[2] = { { .inode = 0, .fd = -1 } };
        char path[64], link[64] = "";
        unsigned inode;

        (void) state;
        assert_true(fd >= 0);
        (void) snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        assert_true(readlink(path, link, sizeof link - 1) > 0);
        assert_int_equal(sscanf(link, "socket:[%u]", &inode), 1);
        wants[1] = (struct bh_socket_want){ .inode = inode, .fd = -1 };
        bh_socket_owners_find(&o, wants, 2, 100000, INT64_MAX);
        assert_int_equal(wants[0].pid, 0);
        assert_int_equal(wants[1].pid, getpid());
        assert_int_equal(wants[1].fd, fd);
        (void) close(fd);
}

BH_UNIT_MAIN(a_datagram_gives_its_sockets_and_the_end, a_refusal_is_an_error_with_its_number,
             what_is_cut_is_malformed_wherever_it_is_cut, an_empty_datagram_ends,
             a_message_that_is_shorter_than_its_head_is_malformed, a_socket_leads_to_who_holds_it)
