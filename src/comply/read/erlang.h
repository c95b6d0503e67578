/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_COMPLY_READ_ERLANG_H
#define BH_COMPLY_READ_ERLANG_H
/*
 * Erlang terms in files, as RabbitMQ's advanced.config and enabled_plugins are:
 *
 *     %% a note
 *     [{rabbit, [{tcp_listeners, [{"127.0.0.1", 5672}]}, {loopback_users, [<<"guest">>]}]}].
 *
 * Lists and tuples become arrays; atoms, strings, binaries and numbers become
 * strings. Maps, funs and the rest of the language are BH_E_UNSUPPORTED.
 */
#include "fmt/doc.h"

int bh_erlang_parse(struct bh_arena *arena, struct bh_str bytes, const struct bh_doc **ret, struct bh_err *err) BH_MUST_CHECK;
/* In a list of pairs {Key, Value}: the value of that key; NULL. */
const struct bh_doc *bh_erlang_get(const struct bh_doc *list, const char *key);

#endif
