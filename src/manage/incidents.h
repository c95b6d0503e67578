/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_INCIDENTS_H
#define BH_MANAGE_INCIDENTS_H
/*
 * Alerts that belong together are one incident: of the same container (on the
 * host itself: of processes that began with the same one), each within some
 * minutes of the others, and all within a day. Deciding is pure; the rest
 * writes what was decided.
 */
#include "fmt/doc.h"
#include "store/db.h"

#define BH_INCIDENT_STATUSES(X)    \
        X(OPEN, "open")            \
        X(WORKING, "working")      \
        X(CLOSED, "closed")        \
        X(FALSE_ALARM, "false-alarm")

enum bh_incident_status {
#define X(symbol, word) BH_INCIDENT_##symbol,
        BH_INCIDENT_STATUSES(X)
#undef X
        _BH_INCIDENT_STATUS_MAX
};

struct bh_incident_window {
        int64_t slide_ms;   /* an alert that comes within this of the last one (or before the first) belongs to it */
        int64_t longest_ms; /* no incident is longer */
};
#define BH_INCIDENT_WINDOW ((struct bh_incident_window){ 10 * 60 * 1000ll, 24 * 3600 * 1000ll })

/* What an alert and an incident are compared by. */
struct bh_incident_key {
        struct bh_str host_id, container_id;
        struct bh_str lineage; /* counts where there is no container */
};

struct bh_incident {
        int64_t id;
        struct bh_incident_key key;
        int64_t first_ms, last_ms;
        int level; /* enum bh_priority */
        struct bh_str tactics, techniques; /* JSON arrays */
        bool open; /* or being worked on */
};

/* Which of them an alert of that moment belongs to: its place, the one whose alerts are nearest; -1: none, it begins a new one. */
int bh_incident_choose(const struct bh_incident_key *key, int64_t at_ms, const struct bh_incident *of, size_t n, struct bh_incident_window window);

/* "Reverse shell in web-1": the gravest rule, and where. */
struct bh_str bh_incident_title(struct bh_arena *arena, struct bh_str rule, struct bh_str container_name, struct bh_str host_name);

/* A JSON array of texts with these added that it has not; the same slice when it has all. Sorted. */
struct bh_str bh_json_set_add(struct bh_arena *arena, struct bh_str array, const struct bh_str *texts, size_t n);

/* Open incidents that alerts of this key could belong to. */
int bh_incidents_near(struct bh_db *db, const struct bh_incident_key *key, struct bh_arena *arena, const struct bh_incident **ret, size_t *ret_n,
                      struct bh_err *err) BH_MUST_CHECK;
/* After alerts of an incident went or came back, or its status changed: what is counted on containers and hosts. */
int bh_incident_recount(struct bh_db *db, int64_t id, struct bh_err *err) BH_MUST_CHECK;
/* Open: it counts on its container and host. */
int bh_incident_set_status(struct bh_db *db, int64_t id, enum bh_incident_status status, int64_t now_ms, struct bh_err *err) BH_MUST_CHECK;
/* A note; `who` empty: of the server itself. */
int bh_incident_note(struct bh_db *db, int64_t id, struct bh_str who, struct bh_str text, int64_t now_ms, int64_t *ret_id, struct bh_err *err)
        BH_MUST_CHECK;

#endif
