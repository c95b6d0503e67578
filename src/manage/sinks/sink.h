/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SINKS_SINK_H
#define BH_MANAGE_SINKS_SINK_H
/*
 * One kind of receiver outside: a table of functions, and a table of what it
 * must be told, from which forms, checks and docs are made. What it is told
 * lives in two JSON objects: what everybody may read, and secrets.
 */
#include <stdatomic.h>

#include "base/buf.h"
#include "fmt/doc.h"
#include "manage/sinks/news.h"

enum bh_sink_type { BH_SINK_TEXT, BH_SINK_INT, BH_SINK_BOOL };

struct bh_sink_key {
        const char *name;
        enum bh_sink_type type;
        bool required, secret;
        int64_t least, most;      /* INT */
        const char *const *words; /* TEXT: one of these, ended by NULL */
        const char *otherwise;    /* as text; NULL: empty, 0, false */
        const char *help;
};

struct bh_sink_config {
        const struct bh_sink_ops *ops;
        const struct bh_doc *open, *secret; /* objects */
        const char *state_dir;
};

struct bh_sink_result {
        size_t done;    /* of what was handed in, from the first on: never to be sent again */
        size_t refused; /* of them: will never be taken */
        char said[512]; /* what the receiver answered, as text */
};

enum { BH_SINK_RECIPIENTS = 50 }; /* of one mail */

struct bh_sink; /* each kind's own */

struct bh_sink_ops {
        const char *kind, *help;
        const struct bh_sink_key *keys; /* ended by one without a name */
        unsigned at_once;
        /* Checks what can be checked without speaking to anybody. The config outlives it. `stop`: end soon. */
        int (*open)(const struct bh_sink_config *config, const atomic_bool *stop, struct bh_sink **ret, struct bh_err *err);
        /* < 0: not all of it; what is not done is tried again later. */
        int (*send)(struct bh_sink *s, const struct bh_news *news, size_t n, struct bh_sink_result *ret, struct bh_err *err);
        void (*close)(struct bh_sink **s);
        /* A document; NULL: this kind takes none. */
        int (*deliver)(struct bh_sink *s, const struct bh_parcel *parcel, struct bh_sink_result *ret, struct bh_err *err);
};

extern const struct bh_sink_ops bh_sink_syslog, bh_sink_webhook, bh_sink_email, bh_sink_elasticsearch, bh_sink_ocsf_file;
/* All kinds, ended by NULL. */
extern const struct bh_sink_ops *const bh_sinks[];
const struct bh_sink_ops *bh_sink_of(struct bh_str kind);

/* Every key is known and of its type, every required one is there. FORMAT names the key. */
int bh_sink_check(const struct bh_sink_config *c, struct bh_err *err) BH_MUST_CHECK;
/* Each address of a list with commas, at most `most`. FORMAT says which is none. */
int bh_sink_addresses(struct bh_arena *arena, const char *name, struct bh_str list, const char **ret, size_t most, size_t *ret_n, struct bh_err *err) BH_MUST_CHECK;
/* Of the config, else what the key has otherwise. */
struct bh_str bh_sink_text(const struct bh_sink_config *c, const char *key);
int64_t bh_sink_int(const struct bh_sink_config *c, const char *key);
bool bh_sink_bool(const struct bh_sink_config *c, const char *key);

#endif
