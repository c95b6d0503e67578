/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_CONN_H
#define BH_SERVE_CONN_H
/*
 * One connection, in the loop's thread:
 *
 *     handshake -> head -> body -> (a pool has it) -> answer -> head ...
 *                                                 `-> stream, for /api/v1/live
 *
 * Each state but the pool's has its deadline, and what is beyond it is closed.
 */
#include "base/buf.h"
#include "base/str.h"

struct bh_conn;
struct bh_job;
struct bh_port;
struct bh_server;
struct bh_post;

/* Takes over the accepted fd. */
void bh_conn_new(struct bh_port *port, int fd, struct bh_str address);
/* The job's answer is ready: sends it, frees the job. */
void bh_conn_answer(struct bh_server *server, struct bh_post *post);
/* Closes what is over time. */
void bh_conn_tick(struct bh_server *server, int64_t now_ms);
/* No further requests; idle ones close now, and true when none is left. */
bool bh_conn_end_all(struct bh_server *server);
void bh_conn_close(struct bh_conn *conn);

/* Of a stream: bytes that wait to be sent, and more of them. */
size_t bh_conn_behind(const struct bh_conn *conn);
void bh_conn_send(struct bh_conn *conn, struct bh_str bytes);

#endif
