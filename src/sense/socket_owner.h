/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_SOCKET_OWNER_H
#define BH_SENSE_SOCKET_OWNER_H
/* Whose a socket is: the kernel's list has its inode, and a link in /proc/PID/fd leads to that. */
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#define BH_SOCKET_OWNERS 64u

/* Who had sockets before is asked first. All zero: nobody yet. */
struct bh_socket_owners {
        uint32_t pids[BH_SOCKET_OWNERS];
        unsigned next;
        bool blind; /* of the last search: some process may not be looked into */
};

struct bh_socket_want {
        uint32_t inode;
        uint32_t pid; /* 0: not found */
        int fd;
};

/*
 * Fills in who has them; the wants are sorted by inode, each inode once. Of
 * several who hold one the first found counts. The search ends after so many
 * descriptors, or that long.
 */
void bh_socket_owners_find(struct bh_socket_owners *o, struct bh_socket_want *wants, size_t n, uint32_t max_fds,
                           int64_t until_mono_ns);

#endif
