/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SERVE_CALL_H
#define BH_SERVE_CALL_H
/*
 * One request to the API, and its answer. A handler is a plain function that
 * runs in a thread of the pool and may take its time:
 *
 *     static int get_host(struct bh_call *call, struct bh_err *err) {
 *             struct bh_str id = bh_call_part(call, "id");
 *             ...
 *             return bh_call_json(call, 200, &out);      or bh_list_reply, or bh_call_problem(call, 404, "no host %s", ...)
 *     }
 *
 * Routes are rows; who may call one is in the row. Every row's operation is
 * described in api/paths/<area>.yaml, and a test compares the two.
 *
 * An err that comes back (< 0) becomes a problem+json answer: USAGE and FORMAT
 * 400, DENIED 403, NOTFOUND 404, LIMIT 413, TIMEOUT 503, UNSUPPORTED 415, all
 * else 500 with an id that is also in the log and no inner words.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fmt/doc.h"
#include "fmt/http1.h"
#include "store/list.h"
#include "store/store.h"

#define BH_ROLES(X)                                                                            \
        X(ADMINISTRATOR, "administrator") /* everything */                                     \
        X(SECURITY, "security")           /* all that is seen, alerts, responses, policies */  \
        X(OPERATIONS, "operations")       /* hosts, agents, base images, registries */         \
        X(DEVELOPER, "developer")         /* what their teams own */                           \
        X(AUDITOR, "auditor")             /* reads everything, the audit log too; changes nothing */

enum bh_role {
#define X(symbol, word) BH_ROLE_##symbol,
        BH_ROLES(X)
#undef X
        _BH_ROLE_MAX
};

/* What a route may ask of its caller; which role has which is one table (serve/roles.c). */
#define BH_PERMISSIONS(X)                                                           \
        X(NOBODY, "none")                   /* no log-in: health, log-in itself */  \
        X(SELF, "self")                     /* one's own account */                 \
        X(READ, "read")                     /* lists and views, scoped by teams */  \
        X(FINDINGS_WRITE, "findings.write") /* states, exceptions */                \
        X(ALERTS_WRITE, "alerts.write")     /* incidents, suppressions */           \
        X(RESPOND, "respond")               /* responses on nodes */                \
        X(POLICY_WRITE, "policy.write")     /* rules, allow-lists, gates */         \
        X(REGISTRY_WRITE, "registry.write") /* registries, base images, promotion */ \
        X(SCAN, "scan")                     /* ask for a scan */                    \
        X(AGENTS_WRITE, "agents.write")     /* enrol, revoke, command */            \
        X(INTEGRATIONS_WRITE, "integrations.write")                                 \
        X(USERS_WRITE, "users.write")                                               \
        X(AUDIT_READ, "audit.read")                                                 \
        X(SYSTEM_WRITE, "system.write")     /* retention, backup, settings */       \
        X(AGENT, "agent")                   /* no role has it: a client certificate of our own CA, on the agents' port */

enum bh_permission {
#define X(symbol, word) BH_MAY_##symbol,
        BH_PERMISSIONS(X)
#undef X
        _BH_PERMISSION_MAX
};

struct bh_identity {
        bool known;          /* logged in, or a token */
        int64_t user_id;
        struct bh_str name;
        enum bh_role role;
        bool scoped;         /* sees only what their teams own */
        bool token;          /* by an API token, whose scope may be narrower than the role */
        uint32_t may;        /* permissions, a bit each */
};

/* Who calls on the agents' port: its certificate was verified against our CA, and is within its days. Whether it was revoked is the handler's to ask. */
struct bh_peer {
        bool known;
        struct bh_str name;   /* the certificate's CN: the agent's id */
        struct bh_str serial; /* in lower-case hex */
};

struct bh_part {
        struct bh_str name, value; /* value: percent-decoded */
};

struct bh_server;

struct bh_call {
        struct bh_server *server;
        struct bh_store *store;
        struct bh_db *db;        /* a reader's snapshot for this call; routes of agents ask for one: bh_call_read */
        struct bh_arena *arena;  /* for this call */
        struct bh_identity who;
        struct bh_peer agent;
        const struct bh_http1 *head;
        struct bh_str method, path, query, body, address, content_type, accept;
        const struct bh_part *parts; /* {id} of the route's path */
        size_t n_parts;
        int64_t now_ms;
        struct bh_str peer;      /* on the agents' port: SHA-256 of the client's certificate as hex; elsewhere empty */
        bool parked;             /* the handler runs again, after bh_call_park */
        void *user;              /* of the server: struct bh_manage (manage/manage.h) */
        /* The answer. */
        int status;
        const char *type;        /* default: application/json */
        struct bh_buf out;
        struct bh_buf headers;   /* further ones, "Name: value\r\n" each */
};

typedef int bh_handler(struct bh_call *call, struct bh_err *err);

struct bh_route {
        const char *method;    /* "GET" */
        const char *path;      /* "/api/v1/hosts/{id}" */
        const char *operation; /* "getHost": operationId in api/paths */
        enum bh_permission needs;
        bh_handler *handler;
        const struct bh_list *list; /* instead of a handler: GET of this whole list */
        uint32_t max_body;     /* bytes; 0: BH_LIMIT_API_BODY */
};

/* Each area has one such table, ended by a row without a method, and is a row in serve/routes.c. */
extern const struct bh_route *const bh_routes[];

struct bh_str bh_call_part(const struct bh_call *call, const char *name);
/* A parameter of the query string, decoded; empty when absent. */
struct bh_str bh_call_query(const struct bh_call *call, const char *name);
/* The body as JSON; FORMAT with the place of the mistake. */
int bh_call_body(struct bh_call *call, const struct bh_doc **ret, struct bh_err *err) BH_MUST_CHECK;
/* What is asked of a list, scoped to who asks. */
int bh_list_ask(struct bh_call *call, const struct bh_list *list, struct bh_str text, struct bh_list_query **ret, struct bh_err *err) BH_MUST_CHECK;
/* A list, JSON or CSV (?format=csv or Accept: text/csv), scoped to who asks. `fixed`: a further condition, or NULL. */
int bh_list_reply(struct bh_call *call, const struct bh_list *list, const char *fixed, struct bh_arg arg, struct bh_err *err) BH_MUST_CHECK;
/* Is the answer asked for as CSV? Then its headers are set, and who answers writes rows into call->out. */
bool bh_call_csv(struct bh_call *call, const char *name);
/* Where it is: the items that stand in call->out as JSON become rows of these columns, ended by NULL. */
int bh_call_items_csv(struct bh_call *call, const char *name, const char *const *columns, struct bh_err *err) BH_MUST_CHECK;
/* RFC 9457 with this sentence; returns 0. */
int bh_call_problem(struct bh_call *call, int status, const char *fmt, ...) BH_PRINTF(3, 4);

/*
 * There is nothing to answer yet: the handler returns what this returns, and runs again from its start, with call->parked,
 * when its key is woken or the time is over. No thread and no reader's snapshot is held meanwhile. A wake between
 * the handler's look and its park is not lost: when any key was woken since the handler began, it runs again at once.
 */
int bh_call_park(struct bh_call *call, struct bh_str key, int64_t until_ms) BH_MUST_CHECK;
/* Runs the handlers again that are parked under this key. From any thread; manage/ does so by bh_manage_opts.wake. */
void bh_server_wake(struct bh_server *server, struct bh_str key);

/* The value of a header of the request; empty when absent. */
struct bh_str bh_call_header(const struct bh_call *call, const char *name);
/* A further header of the answer. */
void bh_call_reply_header(struct bh_call *call, const char *name, const char *fmt, ...) BH_PRINTF(3, 4);
/* An answer of JSON, whole; returns 0. Who writes into call->out (bh_json_put) sets call->status alone. */
int bh_call_json(struct bh_call *call, int status, struct bh_str json);

/* Makes call->db when there is none. A reader is precious: who goes on to write or to wait gives it back first. */
int bh_call_read(struct bh_call *call, struct bh_err *err) BH_MUST_CHECK;
void bh_call_read_done(struct bh_call *call);
/* A new snapshot, in which one's own write is seen. */
int bh_call_reread(struct bh_call *call, struct bh_err *err) BH_MUST_CHECK;

/* A line in the append-only audit log, inside the write that does what it tells of. `before`, `after`: JSON or empty; no secrets. */
int bh_call_audit(struct bh_db *db, const struct bh_call *call, const char *action, struct bh_str object, struct bh_str before, struct bh_str after,
                 struct bh_err *err) BH_MUST_CHECK;

/* Tells everybody who watches /api/v1/live of this topic: "alerts", "incidents", "scans", "agents". From any thread. */
void bh_live_publish(struct bh_server *server, const char *topic, struct bh_str json);

#endif
