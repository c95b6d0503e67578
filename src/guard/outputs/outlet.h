/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_GUARD_OUTPUTS_OUTLET_H
#define BH_GUARD_OUTPUTS_OUTLET_H
/*
 * One kind of receiver: a table of functions. They run in the output's own
 * thread, may wait up to the timeout of the spec, and keep no alert.
 */
#include <stdatomic.h>

#include "guard/outputs/spec.h"
#include "guard/outputs/spool.h"

struct bh_outlet; /* each kind's own */

struct bh_outlet_ops {
        /* Checks what can be checked now; connects with the first message. `stop`: end soon. */
        int (*open)(const struct bh_output_spec *spec, const atomic_bool *stop, struct bh_outlet **ret, struct bh_err *err);
        /*
         * *ret_sent: how many of them are done with, from the first on. < 0: not all, try the rest later; FORMAT:
         * those that are done with were refused for good.
         */
        int (*send)(struct bh_outlet *o, struct bh_message *const *messages, size_t n, size_t *ret_sent, struct bh_err *err);
        void (*reopen)(struct bh_outlet *o); /* SIGHUP; may be NULL */
        void (*close)(struct bh_outlet **o);
        unsigned at_once; /* messages for one send */
};

extern const struct bh_outlet_ops bh_outlet_stdout, bh_outlet_file, bh_outlet_syslog, bh_outlet_http, bh_outlet_unix;
/* The table of that kind. */
const struct bh_outlet_ops *bh_outlet_of(enum bh_output_kind kind);

#endif
