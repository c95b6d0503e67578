/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_PEOPLE_H
#define BH_SERVE_PEOPLE_H
/* Who calls: a session's cookie, or an API token. */
#include "serve/job.h"

/* Fills call->who; nobody is no failure. */
int bh_people_identify(struct bh_job *job, struct bh_err *err) BH_MUST_CHECK;
/* Compares what must not be guessed, in a time that says nothing; false for two empty ones. */
bool bh_same_secret(struct bh_str a, struct bh_str b);

#endif
