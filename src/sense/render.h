/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_SENSE_RENDER_H
#define BH_SENSE_RENDER_H
/*
 * Arguments and descriptors of events as rules compare and people read them.
 * An argument has a plain text and often a better one: flags=577
 * (O_WRONLY|O_CREAT|O_TRUNC). All texts are in `scratch` or the event.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "model/event.h"
#include "rule/value.h"

struct bh_shown {
        struct bh_str text;     /* as it is in the record */
        struct bh_str resolved; /* what it means; empty: nothing better */
        bool number;            /* text is a number: */
        bool is_signed;
        uint64_t value;
};

/* False: there is no such value in this event. */
bool bh_render_arg(const struct bh_event *e, const struct bh_ev_arg *arg, struct bh_arena *scratch, struct bh_shown *ret);
/* "fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=..." */
struct bh_str bh_render_args(const struct bh_event *e, struct bh_arena *scratch);
/* The path that a directory and a name give, without "." and ".."; "" and a relative name stay relative. */
struct bh_str bh_render_path(struct bh_arena *scratch, struct bh_str base, struct bh_str name);
struct bh_str bh_render_error(int64_t res, struct bh_arena *scratch); /* "ENOENT"; "SUCCESS" for >= 0 */
struct bh_str bh_render_caps(uint64_t caps, struct bh_arena *scratch);

/* The fd that fields talk about; NULL: none (of an exec it is the standard streams', not the event's). */
const struct bh_ev_fd *bh_render_fd(const struct bh_event *e);
bool bh_fd_is_inet(const struct bh_ev_fd *fd);
bool bh_fd_we_are_client(const struct bh_ev_fd *fd);
struct bh_ip bh_fd_local(const struct bh_ev_fd *fd);
struct bh_ip bh_fd_remote(const struct bh_ev_fd *fd);
/* "10.0.0.2:40000->1.1.1.1:443", the client first; "0.0.0.0:80" when nobody is connected. */
struct bh_str bh_fd_tuple(const struct bh_ev_fd *fd, struct bh_arena *scratch);
/* fd.name: a path, a tuple, a socket's path. Empty: it has none. */
struct bh_str bh_fd_name(const struct bh_event *e, struct bh_arena *scratch);
/* The flags an open was called with, also when it failed. */
uint32_t bh_open_flags(const struct bh_event *e);

#endif
