/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_ADMIT_H
#define BH_SERVE_ADMIT_H
/* What is decided when the head of a request is there: its route, and whether its body may come. */
#include "serve/core.h"

/* false: the answer is in the job. Assets of the console are answered so, too. */
bool bh_admit(struct bh_port *port, struct bh_job *job);

#endif
