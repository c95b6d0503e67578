/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_TOOL_AGENT_AGENT_H
#define BH_TOOL_AGENT_AGENT_H
/*
 * bulkhead-agent: a watch whose alerts go to the server, and that does what the
 * server asks. A file each: alert.c what is told of an alert, status.c of
 * itself, feed.c of the machine, orders.c the commands, respond.c and policy.c two
 * kinds of them, scans.c the scans of images (images.c says which) and of the host,
 * comply.c how it is set up.
 *
 *     watch's thread      events -> alerts -> outbox; status; reload
 *     uplink's two        outbox -> server; commands -> orders
 *     orders' thread      one command after another -> results
 *     scans' thread       images -> bulkhead scan, as a child, when nothing else wants the processor
 *     comply's thread     bulkhead comply, likewise, every few hours
 *     feed's thread       the inventory, a turn at a time
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/vec.h"
#include "tool/watching.h"
#include "uplink/link.h"

#define BH_AGENT_STATE "/var/lib/bulkhead/agent"

extern const struct bh_cmd bh_cmd_run, bh_cmd_enrol, bh_cmd_agent_status;

struct bh_agent_scans;
struct bh_agent_comply;
struct bh_agent_feed;
struct bh_agent_orders;

struct bh_agent {
        struct bh_cli *cli;
        struct bh_watch *watch;
        const char *state_dir;
        struct bh_outbox *outbox;
        struct bh_uplink *uplink;
        struct bh_agent_scans *scans;   /* NULL: none are made */
        struct bh_agent_comply *comply; /* NULL: nothing is checked */
        struct bh_agent_feed *feed;     /* NULL: none */
        struct bh_agent_orders *orders;
        atomic_bool reload;             /* there are other rules */
        atomic_bool tell_status;        /* now */
        atomic_llong policy_version;
        atomic_uint n_gaps;             /* that the inventory told */
        int64_t status_ms, alive_ms, alive_every_ms, touch_ms, trim_ms; /* by the steady clock */
        uint64_t memory_max;            /* resident bytes; more, and we end to be started anew */
        uint64_t guess_s;               /* processor time for guessing passwords, each time the machine is checked */
};

/* "STATE/name". */
const char *bh_agent_path(const struct bh_agent *a, const char *name);
/* The machine's id: /etc/machine-id, else one made once and kept in the state. The arena's. */
int bh_agent_host_id(struct bh_cli *cli, struct bh_str *ret, struct bh_err *err) BH_MUST_CHECK;
int64_t bh_agent_now_ms(void);
void bh_agent_log(const char *fmt, ...) BH_PRINTF(1, 2);
/* Into the outbox. The body may end with a newline, and has none else. */
void bh_agent_tell(struct bh_agent *a, enum bh_item_kind kind, uint8_t level, struct bh_str body);
void bh_agent_start(pthread_t *thread, void *(*fn)(void *), void *user);

/* alert.c: a hook of the guard; `user` is the watch. */
void bh_agent_alerted(void *user, const struct bh_alert *alert);

/* status.c: in the watch's thread. */
void bh_agent_tell_status(struct bh_agent *a);

/* alive.c: every turn of the watch. */
void bh_agent_alive(struct bh_agent *a, int64_t steady_ms);

/* feed.c */
int bh_agent_feed_open(struct bh_agent *a, struct bh_err *err) BH_MUST_CHECK;
void bh_agent_feed_again(struct bh_agent *a);
/* From the thread of events. */
void bh_agent_feed_executed(struct bh_agent *a, struct bh_str container, struct bh_str path);
void bh_agent_feed_close(struct bh_agent *a);

/* images.c: slices are the arena's. */
struct bh_agent_image {
        struct bh_str id, ref;
        const char *target;
};
BH_VEC_OF(bh_agent_images, struct bh_agent_image);
/* Those that run come first. */
void bh_agent_images_look(struct bh_arena *arena, struct bh_agent_images *ret);

/* scans.c */
int bh_agent_scans_open(struct bh_agent *a, struct bh_err *err) BH_MUST_CHECK;
/* Asked for by the server: also one that was scanned before. The result of the command is told when it is done. */
void bh_agent_scans_ask(struct bh_agent *a, struct bh_str command, struct bh_str target);
void bh_agent_scans_close(struct bh_agent *a);

/* comply.c */
int bh_agent_comply_open(struct bh_agent *a, struct bh_err *err) BH_MUST_CHECK;
/* Asked for by the server. whole: all of it is told, not what changed alone. The result of the command is told when it is done. */
void bh_agent_comply_ask(struct bh_agent *a, struct bh_str command, bool whole);
void bh_agent_comply_close(struct bh_agent *a);

/* orders.c */
void bh_agent_orders_open(struct bh_agent *a);
void bh_agent_orders_close(struct bh_agent *a);
/* Hooks of the uplink; `user` is the agent. */
void bh_agent_order(void *user, const struct bh_uplink_command *command);
void bh_agent_have(void *user, struct bh_buf *out);
/* What came of a command. detail: JSON, or empty. */
void bh_agent_result(struct bh_agent *a, struct bh_str command, bool ok, struct bh_str text, struct bh_str detail);

/* respond.c, policy.c: *ret_text is a sentence, in the arena; < 0 with err: it could not be done. */
int bh_agent_respond(struct bh_agent *a, struct bh_arena *arena, const struct bh_doc *body, bool *ret_ok, struct bh_str *ret_text, struct bh_str *ret_detail,
                     struct bh_err *err) BH_MUST_CHECK;
int bh_agent_policy(struct bh_agent *a, struct bh_arena *arena, const struct bh_doc *body, struct bh_str *ret_text, struct bh_err *err) BH_MUST_CHECK;
/* The folder of rules the server gave, made when absent; the watch's options are extended by it. */
int bh_agent_policy_begin(struct bh_agent *a, struct bh_err *err) BH_MUST_CHECK;

#endif
