/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_HTTP_SYSLOG_H
#define BH_HTTP_SYSLOG_H
/*
 * syslog (RFC 5424): over UDP a packet a message, over TCP and TLS with the
 * length in front (RFC 6587, 3.4.1; RFC 5425).
 *
 *     <82>1 2026-11-29T16:00:00.123456Z node-1 bulkhead 4711 alert - MESSAGE
 */
#include "base/buf.h"
#include "http/link.h"

struct bh_syslog_head {
        unsigned facility, severity; /* severity: 0 emergency to 7 debug */
        int64_t time_ns;             /* since 1970 */
        const char *host, *app, *message_id;
};

/* Appends one message, unframed. */
void bh_syslog_put(const struct bh_syslog_head *head, struct bh_str message, struct bh_buf *out);
/* Sends one message as the link has it: what does not fit into a packet is cut off. */
int bh_syslog_send(struct bh_link *l, const struct bh_syslog_head *head, struct bh_str message, struct bh_err *err) BH_MUST_CHECK;

#endif
