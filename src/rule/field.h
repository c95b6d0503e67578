/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_RULE_FIELD_H
#define BH_RULE_FIELD_H
/*
 * The only thing a rule sees of the world: a source of events and its table of
 * fields. The rule language knows neither processes nor containers; whoever has
 * events (sense/fields.c, guard/audit.c, gate/, comply/) brings a bh_source.
 *
 * An event is an opaque pointer. A field's `get` reads one value out of it; it
 * may allocate from `scratch`, which is reset before the next event.
 */
#include "base/arena.h"
#include "base/err.h"
#include "rule/value.h"

/* proc.aname[2], evt.arg.flags, container.mount.dest[/proc*], jevt.value[/verb] */
enum bh_arg_kind {
        BH_ARG_NONE,
        BH_ARG_INDEX,      /* a number must stand in brackets */
        BH_ARG_MAY_INDEX,  /* a number may: without one, see BH_F_ANY */
        BH_ARG_KEY,        /* a text must: in brackets, or after one more dot (evt.arg.flags) */
        BH_ARG_MAY_KEY,
};

struct bh_field_arg {
        bool given;
        uint64_t index;
        struct bh_str key;
};

/* What can change the value: engines remember results by it. Ordered: later ones change more often. */
enum bh_life {
        BH_LIFE_EXEC,  /* of the process, its ancestors, its container: changes with bh_source.memo's key only */
        BH_LIFE_EVENT, /* anything else */
};

#define BH_F_LIST 0x01        /* gives a list */
#define BH_F_FILTER_ONLY 0x02 /* compares, but cannot be printed: fd.ip, fd.net, fd.port, fd.proto */
#define BH_F_ANY 0x04         /* without its index in a condition: any of the list it gives; in an output: all of them */
#define BH_F_NO_RHS 0x08      /* not inside val() */
#define BH_F_DEPRECATED 0x10
#define BH_F_TYPE 0x20        /* this is the type of the event (evt.type, syscall.type): rules are sorted by it */
#define BH_F_EITHER 0x40      /* gives two values: `=` and `in` hold when either matches, `!=` when both differ */
#define BH_F_NAMED 0x80       /* gives an address (BH_V_IP) that rules compare with names: fd.sip.name; see rule/names.h */

/* What a kernel can judge before it sends an event (rule/interest.h). */
enum bh_kernel_view {
        BH_KV_NONE,
        BH_KV_PATH,       /* fd.name of a file */
        BH_KV_OPEN_WRITE, /* evt.is_open_write */
        BH_KV_OPEN_READ,
        BH_KV_OPEN_EXEC,
        BH_KV_FD_KIND,    /* fd.typechar */
        BH_KV_IN_CONTAINER, /* container.id (against "host") */
        BH_KV_FAILED,     /* evt.res, evt.rawres, evt.failed, fd.num: a success or not */
        BH_KV_DIRECTORY,  /* fd.directory */
        BH_KV_FILENAME,   /* fd.filename: the last part */
        BH_KV_PORT,       /* fd.sport, fd.rport, fd.lport, fd.port */
        BH_KV_REMOTE,     /* fd.sip, fd.rip, fd.snet, fd.rnet: the other end of a connection that is made */
        BH_KV_ENDS,       /* fd.ip, fd.net: either end */
        BH_KV_RING,       /* evt.via_io_uring */
        BH_KV_ARG,        /* evt.arg[KEY], where bh_source.arg_view says what it is */
};

enum bh_arg_view {
        BH_ARG_UNSEEN,
        BH_ARG_PATH,
        BH_ARG_FAMILY,  /* of a socket, by its name: AF_INET */
        BH_ARG_TYPE,    /* of a socket, as a number: SOCK_RAW, with flags */
        BH_ARG_MISSING, /* events of that type have none of that name: no check of it holds */
};

/* How an argument and a text that rules compare it with go together, the better the earlier: bh_source.arg_fit. */
enum bh_arg_fit {
        BH_ARG_FITS,
        BH_ARG_OTHER,     /* another argument of that event has such words */
        BH_ARG_NO_WORD,   /* the argument is one of some words, and that is none */
        BH_ARG_NOT_THERE, /* events of that type have no such argument */
        _BH_ARG_FIT_MAX
};

struct bh_arg_hint {
        unsigned type;
        const char *name; /* of the argument: "fd", when it was asked for by its number */
        const char *near; /* OTHER: of the argument that has such words; NO_WORD: the nearest word, or NULL */
};

struct bh_field {
        const char *name;
        uint8_t type;   /* enum bh_vtype */
        uint8_t arg;    /* enum bh_arg_kind */
        uint8_t life;   /* enum bh_life */
        uint8_t flags;  /* BH_F_... */
        uint8_t kernel; /* enum bh_kernel_view */
        uint8_t tag;    /* for `get`: what tells it from a neighbour with the same function */
        const char *help;
        /* true and *ret set, or false: there is no such value. `self` is this row. */
        bool (*get)(const struct bh_field *self, const void *event, const struct bh_field_arg *arg,
                    struct bh_arena *scratch, struct bh_value *ret);
};

/* A field that rules written for somebody else may ask, and that is not here. */
struct bh_field_gap {
        const char *name; /* "fd.types"; "fdlist.*" is all that begin so */
        const char *why;  /* one clause, and what to ask instead */
};

struct bh_process_memo;

/* A check of the kind that most rules make: whether it holds is a bit of bh_source.traits. */
struct bh_trait {
        const char *field, *op, *value; /* "fd.typechar", "=", "f"; op may also be != or >= */
        uint64_t bit;
};

/* Where events come from, as far as rules need to know. */
struct bh_source {
        const char *name;             /* "syscall", "k8s_audit", "login", "finding": a rule's `source` */
        const struct bh_field *fields;
        size_t n_fields;
        const char *elsewhere;           /* who has what gaps tell of; NULL: nobody */
        const struct bh_field_gap *gaps; /* ended by a row without a name */
        /* Types of events: names rules use, and which of them rules without an evt.type see. All NULL/0: no types. */
        const char *(*type_name)(unsigned type); /* NULL beyond the last; "" for one rules cannot name */
        unsigned (*type_of)(const void *event);
        unsigned n_types;
        /* Words before a rule runs: "may an argument be called so?" NULL: any. For fields with BH_ARG_KEY. */
        bool (*knows_key)(const struct bh_field *field, struct bh_str key);
        /* Can a kernel judge that argument of that type? For fields of BH_KV_ARG; NULL: none. */
        enum bh_arg_view (*arg_view)(unsigned type, struct bh_str key);
        /* Does a text go together with that argument of that type? An empty one: is there such an argument? NULL: nobody knows. */
        enum bh_arg_fit (*arg_fit)(const struct bh_field *field, unsigned type, struct bh_str key, struct bh_str text, struct bh_arg_hint *ret);
        /* Where results of BH_LIFE_EXEC may be kept, and the key that must match; NULL function or result: nowhere. */
        struct bh_process_memo *(*memo)(const void *event, uint64_t *ret_key);
        /* All traits of an event at once, for less than one of them would cost as a check of its field. NULL: none. */
        uint64_t (*traits)(const void *event);
        const struct bh_trait *trait_table; /* ended by a row without a field */
        /* The time of the event, ns since 1970. */
        int64_t (*time_of)(const void *event);
};

/* The row of that name; NULL. */
const struct bh_field *bh_source_field(const struct bh_source *source, struct bh_str name);
/* Says that there is none of that name, why, or which name is near. Always < 0. */
int bh_source_no_field(const struct bh_source *source, struct bh_arena *arena, struct bh_str name, int code, struct bh_err *err);

#endif
