/* SPDX-License-Identifier: Apache-2.0 */
/* What rules ask of nearly every event, found all at once: each bit is set exactly when the check of its row holds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>

#include "sense/fields.h"
#include "sense/render.h"

enum trait {
        OPEN_WRITE,
        OPEN_READ,
        RES_OK, /* not negative */
        RES_ZERO,
        FAILED,
        NUM_OK,
        OF_CONTAINER,
        OF_HOST,
        IS_FILE,
        IS_DIR,
        IS_IPV4,
        IS_IPV6,
        IS_UNIX,
        IS_TCP,
        IS_UDP,
};
#define BIT(trait) (1ull << (trait))

const struct bh_trait bh_trait_table[] = {
        { "evt.is_open_write", "=", "true", BIT(OPEN_WRITE) },
        { "evt.is_open_read", "=", "true", BIT(OPEN_READ) },
        { "evt.rawres", ">=", "0", BIT(RES_OK) },
        { "evt.rawres", "=", "0", BIT(RES_ZERO) },
        { "evt.failed", "=", "true", BIT(FAILED) },
        { "fd.num", ">=", "0", BIT(NUM_OK) },
        { "container.id", "!=", "host", BIT(OF_CONTAINER) },
        { "container.id", "=", "host", BIT(OF_HOST) },
        { "fd.typechar", "=", "f", BIT(IS_FILE) },
        { "fd.typechar", "=", "d", BIT(IS_DIR) },
        { "fd.typechar", "=", "4", BIT(IS_IPV4) },
        { "fd.typechar", "=", "6", BIT(IS_IPV6) },
        { "fd.typechar", "=", "u", BIT(IS_UNIX) },
        { "fd.type", "=", "file", BIT(IS_FILE) },
        { "fd.type", "=", "directory", BIT(IS_DIR) },
        { "fd.type", "=", "ipv4", BIT(IS_IPV4) },
        { "fd.type", "=", "ipv6", BIT(IS_IPV6) },
        { "fd.type", "=", "unix", BIT(IS_UNIX) },
        { "fd.l4proto", "=", "tcp", BIT(IS_TCP) },
        { "fd.l4proto", "=", "udp", BIT(IS_UDP) },
        { 0 },
};

static uint64_t of_open(const struct bh_event *e) {
        uint32_t flags = bh_open_flags(e), access = flags & O_ACCMODE;
        uint64_t traits = access == O_WRONLY || access == O_RDWR ? BIT(OPEN_WRITE) : 0;

        if ((access == O_RDONLY || access == O_RDWR) && !(flags & O_PATH))
                traits |= BIT(OPEN_READ);
        return traits;
}

static uint64_t of_kind(uint8_t kind) {
        switch (kind) {
        case BH_FD_FILE: return BIT(IS_FILE);
        case BH_FD_DIR: return BIT(IS_DIR);
        case BH_FD_IPV4: return BIT(IS_IPV4);
        case BH_FD_IPV6: return BIT(IS_IPV6);
        case BH_FD_UNIX: return BIT(IS_UNIX);
        default: return 0;
        }
}

static uint64_t of_fd(const struct bh_ev_fd *fd) {
        uint64_t traits = of_kind(fd->kind) | (fd->num >= 0 ? BIT(NUM_OK) : 0);

        if (fd->l4 == IPPROTO_TCP || fd->l4 == IPPROTO_UDP)
                traits |= fd->l4 == IPPROTO_TCP ? BIT(IS_TCP) : BIT(IS_UDP);
        return traits;
}

static uint64_t of_result(int64_t res, bool is_call) {
        uint64_t traits = res < 0 ? BIT(FAILED) : 0;

        if (is_call && res >= 0)
                traits |= res ? BIT(RES_OK) : BIT(RES_OK) | BIT(RES_ZERO);
        return traits;
}

static uint64_t of_place(const struct bh_event *e) {
        const struct bh_container *c = bh_container_of(e);

        if (c)
                return c->short_id[0] ? BIT(OF_CONTAINER) : 0;
        return bh_actor(e) ? BIT(OF_HOST) : 0;
}

uint64_t bh_traits(const void *event) {
        const struct bh_event *e = event;
        const struct bh_ev_fd *fd = bh_render_fd(e);
        uint8_t flags = bh_event_info(e->head.type)->flags;
        uint64_t traits = of_result(e->head.res, !(flags & BH_EVI_OURS));

        traits |= of_place(e);
        if (fd)
                traits |= of_fd(fd);
        if (flags & BH_EVI_OPEN)
                traits |= of_open(e);
        return traits;
}
