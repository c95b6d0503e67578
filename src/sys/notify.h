/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SYS_NOTIFY_H
#define BH_SYS_NOTIFY_H
/* How a service tells who keeps it running (systemd, sys/supervise.h) that it is well: datagrams to $NOTIFY_SOCKET. */
#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1"; nothing where nobody asked. */
void bh_notify(const char *state);
/* How often the keeper wants to hear from us, in ms; 0: never. Half of what it allows. */
int64_t bh_notify_every_ms(void);

#endif
