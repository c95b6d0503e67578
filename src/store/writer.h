/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_STORE_WRITER_H
#define BH_STORE_WRITER_H
/* The one thread that writes, and the queue before it. */
#include "store/conn.h"
#include "store/store.h"

struct bh_writer;

/* The connection becomes the writer's, also when this fails. */
int bh_writer_open(struct bh_db *db, struct bh_writer **ret, struct bh_err *err) BH_MUST_CHECK;
/* After all that is queued. */
void bh_writer_close(struct bh_writer **w);
/* As bh_store_write. */
int bh_writer_run(struct bh_writer *w, bh_store_fn *fn, void *user, struct bh_err *err) BH_MUST_CHECK;

#endif
