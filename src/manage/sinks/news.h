/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_MANAGE_SINKS_NEWS_H
#define BH_MANAGE_SINKS_NEWS_H
/*
 * What is told outside, and the forms it is told in. All of these are pure:
 * the same news gives the same bytes, and any bytes in it give a whole form.
 */
#include "base/buf.h"
#include "manage/alerts.h"

struct bh_stored_finding {
        int64_t id, first_ms;
        struct bh_str subject, image; /* an image's id, or "host:" and a host's; its name */
        struct bh_str kind, vuln_id, rule, title, path, package, version, eco, fix;
        int severity; /* enum bh_severity: 5 is critical */
        double risk, cvss;
};

/* Either of them. */
struct bh_news {
        const struct bh_stored_alert *alert;
        const struct bh_stored_finding *finding;
        bool test; /* somebody pressed the button */
};

#define BH_NEWS_PRODUCT "Bulkhead"

/* The same for the same news for ever, however often it is sent. */
struct bh_str bh_news_uid(struct bh_arena *arena, const struct bh_news *n);
int64_t bh_news_time_ms(const struct bh_news *n);
/* Of syslog and of Falco: 0 the worst, 7 the least. */
int bh_news_level(const struct bh_news *n);
/* Its priority, or its severity. */
const char *bh_news_word(const struct bh_news *n);
/* "Reverse shell in web-1" */
struct bh_str bh_news_title(struct bh_arena *arena, const struct bh_news *n);

/* Our own JSON; one line without its newline, as are the next ones. */
void bh_news_json(const struct bh_news *n, struct bh_buf *out);
void bh_news_ecs(const struct bh_news *n, struct bh_buf *out);  /* Elastic Common Schema 9 */
void bh_news_ocsf(const struct bh_news *n, struct bh_buf *out); /* OCSF 1.4: detection_finding 2004, vulnerability_finding 2002 */
void bh_news_cef(const struct bh_news *n, struct bh_buf *out);  /* ArcSight's CEF:0 */
void bh_news_leef(const struct bh_news *n, struct bh_buf *out); /* QRadar's LEEF:2.0, set apart by tabs */

/* For people: lines of plain text, or of Markdown. */
void bh_news_text(const struct bh_news *n, bool markdown, struct bh_buf *out);

/* Bodies for chats. `sign`, `timestamp_s`: Feishu's, where there is a secret. */
void bh_chat_slack(const struct bh_news *n, struct bh_buf *out);
void bh_chat_dingtalk(const struct bh_news *n, struct bh_buf *out);
void bh_chat_feishu(const struct bh_news *n, struct bh_str sign, int64_t timestamp_s, struct bh_buf *out);
void bh_chat_wecom(const struct bh_news *n, struct bh_buf *out);

/* A document on its way to people. */
struct bh_parcel {
        struct bh_str uid;              /* the same however often it is sent */
        struct bh_str subject, text;
        struct bh_str file, type;       /* a name of letters, digits, dots and dashes; a media type */
        struct bh_str bytes;            /* none: the text is all there is */
        struct bh_str to;               /* addresses, separated by commas; empty: those of the receiver */
        int64_t now_ms;
};

/* A whole mail: headers and body, lines ended by CR LF. */
void bh_mail_put(const struct bh_news *news, size_t n, struct bh_str from, struct bh_str to, int64_t now_ms, struct bh_buf *out);
void bh_mail_put_parcel(const struct bh_parcel *parcel, struct bh_str from, struct bh_str to, struct bh_buf *out);

#endif
