/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "model/event.h"
#include "sense/recording.h"
#include "sense/sense.h"

static int ask_all(void *user, const struct bh_event *e) {
        struct bh_arena *scratch = user;
        const struct bh_field_arg arg = { .given = true, .index = 1, .key = BH_STR("1") };

        bh_arena_reset(scratch);
        for (size_t i = 0; i < bh_source_syscall.n_fields; i++) {
                const struct bh_field *f = &bh_source_syscall.fields[i];
                struct bh_value v;

                (void) f->get(f, e, f->arg == BH_ARG_NONE ? &(struct bh_field_arg){ 0 } : &arg, scratch, &v);
        }
        return 0;
}

/* Records from anybody, through the tables, to every field. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const struct bh_sense_opts opts = { .backend = "synthetic", .max_processes = 16, .max_containers = 4 };
        struct bh_recording_head head;
        struct bh_arena *scratch;
        struct bh_sense *s;
        struct bh_str rest;

        if (size < BH_RECORDING_HEADER || bh_recording_head_parse((struct bh_str){ (const char *) data, size }, &head, NULL) < 0)
                return 0;
        if (bh_sense_open(&opts, &s, NULL) < 0)
                abort();
        scratch = bh_arena_new();
        rest = (struct bh_str){ (const char *) data + BH_RECORDING_HEADER, size - BH_RECORDING_HEADER };
        bh_sense_push(s, rest);
        if (bh_sense_poll(s, 0, ask_all, scratch, NULL) < 0) {
                /* no more records than that */
        }
        bh_sense_close(&s);
        bh_arena_free(&scratch);
        return 0;
}
