/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent that is only an uplink, for tests that kill it:
 *
 *     uplink_load enrol STATE TOKEN HOST-ID
 *     uplink_load run STATE JOURNAL RATE [MAX-BYTES [KEY-FILE]]    until SIGTERM; alerts of all levels, RATE a second
 *
 * Each item that the outbox took is a line "epoch seq n" of the journal, written
 * after it was taken: what is in the journal must be found at the server, or among
 * the declared drops.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "uplink/enrol.h"
#include "uplink/link.h"

static volatile sig_atomic_t ending;

static void on_signal(int number) {
        (void) number;
        ending = 1;
}

static int fail(const struct bh_err *err) {
        (void) fprintf(stderr, "uplink_load: %s\n", err->text);
        return 3;
}

static int enrol(char **args) {
        struct bh_enrol_opts opts = { .state_dir = args[0], .token = bh_str_of(args[1]), .host_id = bh_str_of(args[2]), .host_name = bh_str_of(args[2]),
                                      .version = BH_STR("test"), .days = getenv("DAYS") ? (unsigned) atoi(getenv("DAYS")) : 0 };
        struct bh_err err = BH_ERR_NONE;

        return bh_uplink_enrol(&opts, &err) < 0 ? fail(&err) : 0;
}

static void told(void *user, const char *sentence) {
        (void) user;
        (void) fprintf(stderr, "uplink_load: %s\n", sentence);
}

static void add(struct bh_outbox *o, uint64_t n, FILE *journal) {
        static const char *const words[] = { "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug" };
        unsigned level = (unsigned) (n * 2654435761u >> 7) % 8;
        struct bh_outbox_place place;
        struct timespec now;
        char body[400];

        (void) clock_gettime(CLOCK_REALTIME, &now);
        (void) snprintf(body, sizeof body,
                        "{\"alert\":{\"rule\":\"Load %u\",\"priority\":\"%s\",\"source\":\"syscall\",\"output\":\"item %" PRIu64 "\",\"tags\":[],\"output_fields\":{}},"
                        "\"level\":%u,\"container\":{},\"process\":{}}",
                        level, words[level], n, level);
        bh_outbox_add(o, &(struct bh_outbox_item){ .kind = BH_ITEM_ALERT, .level = (uint8_t) level, .at_ms = now.tv_sec * 1000ll + now.tv_nsec / 1000000,
                                                   .body = bh_str_of(body) }, &place);
        (void) fprintf(journal, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", place.epoch, place.seq, n, place.kept ? "kept" : "dropped");
        (void) fflush(journal);
}

static void post(struct bh_outbox *o, FILE *journal, unsigned rate) {
        struct timespec nap = { 0, 10 * 1000 * 1000 };
        struct timespec now;
        uint64_t n;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        n = (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000; /* never again: a run posts less than one a microsecond */

        while (!ending) {
                for (unsigned i = 0; i < (rate + 99) / 100; i++)
                        add(o, n++, journal);
                (void) nanosleep(&nap, NULL);
        }
}

static int run(int argc, char **args) {
        char spool[4096];
        struct bh_outbox_opts opts = { .dir = spool, .max_bytes = argc > 3 ? strtoull(args[3], NULL, 10) : 0, .key_file = argc > 4 ? args[4] : NULL };
        struct bh_err err = BH_ERR_NONE;
        struct bh_outbox *o = NULL;
        struct bh_uplink *u = NULL;
        struct bh_outbox_stats stats;
        FILE *journal = fopen(args[1], "ae");

        (void) snprintf(spool, sizeof spool, "%s/spool", args[0]);
        if (!journal || bh_outbox_open(&opts, &o, &err) < 0)
                return fail(&err);
        if (bh_uplink_open(&(struct bh_uplink_opts){ .state_dir = args[0], .outbox = o, .told = told }, &u, &err) < 0)
                return fail(&err);
        (void) fprintf(stderr, "uplink_load %d: running\n", (int) getpid());
        post(o, journal, (unsigned) atoi(args[2]));
        bh_uplink_close(&u, 5000);
        bh_outbox_stats(o, &stats);
        (void) fprintf(stderr, "uplink_load: %" PRIu64 " items wait%s%s\n", stats.items, stats.trouble[0] ? ": " : "", stats.trouble);
        bh_outbox_close(&o);
        (void) fclose(journal);
        return 0;
}

int main(int argc, char **argv) {
        struct sigaction a = { .sa_handler = on_signal };

        (void) sigaction(SIGTERM, &a, NULL);
        (void) sigaction(SIGINT, &a, NULL);
        if (argc == 5 && strcmp(argv[1], "enrol") == 0)
                return enrol(argv + 2);
        if (argc >= 5 && strcmp(argv[1], "run") == 0)
                return run(argc - 2, argv + 2);
        (void) fprintf(stderr, "uplink_load enrol STATE TOKEN HOST-ID | run STATE JOURNAL RATE [MAX-BYTES [KEY-FILE]]\n");
        return 2;
}
