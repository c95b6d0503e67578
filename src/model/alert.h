/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MODEL_ALERT_H
#define BH_MODEL_ALERT_H
/*
 * An alert: a rule that fired, when, on whom, and what was seen. Made by guard/,
 * read by outputs, responses, the platform. Slices are borrowed and live as
 * long as the turn of the event; who keeps an alert copies it.
 */
#include <stdint.h>

#include "base/str.h"
#include "model/container.h"
#include "model/process.h"

struct bh_event;

struct bh_alert {
        uint64_t id;                  /* grows by one with each alert of this run */
        int64_t time_ns;              /* since 1970 */
        struct bh_str rule, priority, source, output, hostname;
        const struct bh_str *tags;
        uint32_t n_tags;
        uint8_t level;                /* enum bh_priority (rule/rules.h): 0 is the worst */
        struct bh_str json;           /* the whole alert as one line of JSON, byte for byte as Falco writes it; no newline */
        struct bh_str text;           /* the same as one line of text */
        const struct bh_event *event; /* NULL when it is not of the kernel */
        struct bh_process *process;   /* NULL: not known */
        const struct bh_container *container; /* NULL: of the host, or not known */
};

#endif
