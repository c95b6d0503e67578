/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_PREVENT_H
#define BH_SENSE_EBPF_PREVENT_H
/*
 * What the kernel stops for us (bpf/prog/guard_*.bpf.c): programs, as they are
 * made; and for control groups, writes to dangerous keys of sysctl, opens of
 * devices, connections, raw sockets, all traffic. What is stopped, or would
 * have been, comes back as BH_EV_DENIED among the other records.
 *
 * Programs of control groups hang at the root of the version 2 hierarchy and
 * ask for the row of each group; nothing hangs there before a row needs it.
 */
#include "bpf/shared/sensor.h"
#include "model/ports.h"
#include "sense/ebpf/objects.h"
#include "sense/ebpf/pin.h"

struct bh_prevent;

/* Loads beside the sensor's objects; what is attached is pinned where pins is not NULL. A part that this kernel refuses is missing in port->can. */
int bh_prevent_open(struct bh_bpf_objects *objects, const struct bh_sensor_control *host, struct bh_pins *pins,
                    struct bh_prevent **ret, struct bh_err *err) BH_MUST_CHECK;
void bh_prevent_close(struct bh_prevent **p);
const struct bh_prevent_port *bh_prevent_port(struct bh_prevent *p);

#endif
