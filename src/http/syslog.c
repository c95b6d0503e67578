/* SPDX-License-Identifier: Apache-2.0 */
#include "http/syslog.h"

#include <unistd.h>

#include "base/text.h"

enum { PACKET = 60000 }; /* what fits into one UDP packet, with room to spare */

void bh_syslog_put(const struct bh_syslog_head *head, struct bh_str message, struct bh_buf *out) {
        char when[21];
        int64_t s = head->time_ns / 1000000000, us = head->time_ns % 1000000000 / 1000;

        (void) bh_time_print(s, when);
        when[19] = '\0'; /* the Z goes behind the fraction */
        bh_buf_printf(out, "<%u>1 %s.%06lldZ %s %s %d %s - ", head->facility * 8u + head->severity, when, (long long) us, head->host[0] ? head->host : "-",
                      head->app, (int) getpid(), head->message_id);
        bh_buf_add(out, message);
}

int bh_syslog_send(struct bh_link *l, const struct bh_syslog_head *head, struct bh_str message, struct bh_err *err) {
        BH_CLEANUP(bh_buf_done) struct bh_buf one = { 0 }, whole = { 0 };

        bh_syslog_put(head, message, &one);
        if (l->packets)
                return bh_link_send(l, bh_str_part(bh_buf_str(&one), 0, PACKET), err);
        bh_buf_printf(&whole, "%zu ", one.len);
        bh_buf_add(&whole, bh_buf_str(&one));
        return bh_link_send(l, bh_buf_str(&whole), err);
}
