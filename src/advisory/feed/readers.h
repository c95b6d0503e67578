/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BH_ADVISORY_FEED_READERS_H
#define BH_ADVISORY_FEED_READERS_H
/* One reader a format: is it that, and read it. The rows that join them to publishers stand in feed.c. */
#include "advisory/feed.h"

#define BH_FEED_READER(format)                      \
        bool bh_##format##_is(const struct bh_feed_in *in); \
        int bh_##format##_read(const struct bh_feed_in *in, struct bh_err *err) BH_MUST_CHECK

BH_FEED_READER(osv);
BH_FEED_READER(k8s_feed);
BH_FEED_READER(secdb);
BH_FEED_READER(wolfi);
BH_FEED_READER(redhat);
BH_FEED_READER(rocky);
BH_FEED_READER(amazon);
BH_FEED_READER(ubuntu);
BH_FEED_READER(debian_tracker);
BH_FEED_READER(debian_support);
BH_FEED_READER(distro_info);
BH_FEED_READER(rubysec);
BH_FEED_READER(friendsofphp);
BH_FEED_READER(rustsec_md);
BH_FEED_READER(cve5);
BH_FEED_READER(kev_json);
BH_FEED_READER(kev_csv);
BH_FEED_READER(epss);
BH_FEED_READER(exploitdb);
BH_FEED_READER(metasploit);
BH_FEED_READER(lifecycle);

#endif
