/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_EBPF_PIN_H
#define BH_SENSE_EBPF_PIN_H
/*
 * What stays in the kernel when this process is killed: maps and links, by
 * names in a folder of a BPF file system, which one process has to itself.
 *
 *     DIR/now    of who is in charge
 *     DIR/next   of who is about to be, while `now` is another's
 *     DIR/past   of who no longer is, being cleared
 *
 * Names change by rename, so that at any moment one folder is in charge.
 */
#include <stdbool.h>

#include "base/err.h"

struct bh_pins {
        char dir[256];
        int lock;        /* the folder itself, held */
        const char *in;  /* the part that is ours: "now" or "next" */
        int sys;         /* errno of the first thing that could not be pinned; 0: all were */
        bool have_old;   /* `now` is of a process that was killed */
};

/* Says in a sentence what is wrong with the folder, or that a live process has it. */
int bh_pins_open(const char *dir, struct bh_pins **ret, struct bh_err *err) BH_MUST_CHECK;
/* Takes our names away, so that nothing goes on; and those of the old one, too. */
void bh_pins_clear(struct bh_pins *p, bool old_too);
void bh_pins_close(struct bh_pins **pins);

/* All of these do nothing when pins is NULL. What fails is kept in sys. */
void bh_pins_put(struct bh_pins *p, const char *name, int fd);
void bh_pins_drop(struct bh_pins *p, const char *name);
/* What the old one has left by that name: a descriptor, or -1. */
int bh_pins_old(const struct bh_pins *p, const char *name);
/* From now on we are in charge, and the old one's programs are gone. */
int bh_pins_take_over(struct bh_pins *p, struct bh_err *err) BH_MUST_CHECK;

#endif
