/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_TELL_H
#define BH_MANAGE_TELL_H
/*
 * Tells those who watch of new alerts and changed incidents, once they are
 * durable: a thread reads what was committed since its last turn, a few times
 * a second. In a flood it tells some of them and how many there are.
 *
 *     topic "alerts":    {"id","at_ms","level","priority","rule","output","host_id","host","container_id","container","incident_id"}
 *                        {"more":N,"last_id":ID}
 *     topic "incidents": a row of /api/v1/incidents, without what is joined from elsewhere
 */
#include "base/buf.h"
#include "manage/manage.h"

struct bh_teller;

int bh_teller_open(struct bh_manage *m, struct bh_teller **ret, struct bh_err *err) BH_MUST_CHECK;
/* An alert of that id is about to be committed. */
void bh_teller_wake(struct bh_teller *t, int64_t alert_id);
void bh_teller_close(struct bh_teller **t);

/* One incident as JSON, for the topic "incidents". 0: there is none. */
int bh_incident_json(struct bh_db *db, int64_t id, struct bh_buf *out, struct bh_err *err) BH_MUST_CHECK;
/* Reads and publishes it now: a person changed it. */
void bh_incident_tell(const struct bh_manage *m, struct bh_db *db, int64_t id);

#endif
