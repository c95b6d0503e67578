/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_SOCK_H
#define BH_SYS_SOCK_H
/*
 * Messages over a pair of local sockets, each perhaps with a descriptor:
 *
 *     length, 4 bytes, little endian | that many bytes
 *
 * A message is read whole or not at all.
 */
#include "base/buf.h"
#include "base/err.h"

/* Two connected ends, close-on-exec. */
int bh_sock_pair(int ret_fds[2], struct bh_err *err) BH_MUST_CHECK;
/* fd: -1 for none; it stays the caller's. */
int bh_sock_send(int sock, struct bh_str message, int fd, struct bh_err *err) BH_MUST_CHECK;
/* One message whose end lies elsewhere. */
int bh_sock_send_two(int sock, struct bh_str begin, struct bh_str end, int fd, struct bh_err *err) BH_MUST_CHECK;
/*
 * 1: a message in `into` (cleared first), and its descriptor or -1 in *ret_fd,
 * then the caller's; 0: the other side is gone; < 0 failed. A message beyond
 * max is BH_E_LIMIT. timeout_ms < 0: no end to waiting.
 */
int bh_sock_recv(int sock, size_t max, int timeout_ms, struct bh_buf *into, int *ret_fd, struct bh_err *err) BH_MUST_CHECK;

#endif
