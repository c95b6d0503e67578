/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_PORT_H
#define BH_SERVE_PORT_H
/* A port: where it listens, with which certificate, and who may connect. In the loop's thread. */
#include "serve/core.h"

/* `text`: "0.0.0.0:8443". */
int bh_port_open(struct bh_server *server, bool agents, const char *text, struct bh_err *err) BH_MUST_CHECK;
/* No further connections. */
void bh_port_stop(struct bh_port *port);
/* After a pause that a failure to accept made. */
void bh_port_go_on(struct bh_port *port);
/* Reads the certificates anew; connections that are open keep what they began with. */
void bh_port_reload(struct bh_port *port);
void bh_port_done(struct bh_port *port);

#endif
