/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/fields.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "sense/render.h"

static const char *type_word(uint8_t kind) {
        switch (kind) {
        case BH_FD_FILE: return "file";
        case BH_FD_DIR: return "directory";
        case BH_FD_IPV4: return "ipv4";
        case BH_FD_IPV6: return "ipv6";
        case BH_FD_UNIX: return "unix";
        case BH_FD_PIPE: return "pipe";
        case BH_FD_NETLINK: return "netlink";
        case BH_FD_PACKET: return "packet";
        case BH_FD_EVENT: return "event";
        case BH_FD_SIGNAL: return "signalfd";
        case BH_FD_TIMER: return "timerfd";
        case BH_FD_EPOLL: return "eventpoll";
        case BH_FD_INOTIFY: return "inotify";
        case BH_FD_BPF: return "bpf";
        case BH_FD_IO_URING: return "io_uring";
        case BH_FD_USERFAULT: return "userfaultfd";
        case BH_FD_MEMFD: return "memfd";
        case BH_FD_PIDFD: return "pidfd";
        default: return "other";
        }
}

static const char *l4_word(uint8_t l4) {
        switch (l4) {
        case IPPROTO_TCP: return "tcp";
        case IPPROTO_UDP: return "udp";
        case IPPROTO_ICMP:
        case IPPROTO_ICMPV6: return "icmp";
        case IPPROTO_RAW: return "raw";
        default: return NULL;
        }
}

/* What rules look for by name; the kernel's number for others. */
static struct bh_str fs_word(uint32_t magic, struct bh_arena *scratch) {
        static const struct {
                uint32_t magic;
                const char *word;
        } words[] = {
                { 0xef53, "ext4" },        { 0x58465342, "xfs" },      { 0x9123683e, "btrfs" },  { 0x794c7630, "overlay" },
                { 0x01021994, "tmpfs" },   { 0x9fa0, "proc" },         { 0x62656572, "sysfs" },  { 0x63677270, "cgroup2" },
                { 0x27e0eb, "cgroup" },    { 0x64626720, "debugfs" },  { 0x74726163, "tracefs" }, { 0xcafe4a11, "bpf" },
                { 0x65735546, "fuse" },    { 0x6969, "nfs" },          { 0x1cd1, "devpts" },     { 0x73636673, "securityfs" },
                { 0x42494e4d, "binfmt_misc" }, { 0x4d44, "vfat" },     { 0x2fc12fc1, "zfs" },    { 0x6e736673, "nsfs" },
        };

        for (size_t i = 0; i < BH_LEN(words); i++)
                if (words[i].magic == magic)
                        return bh_str_of(words[i].word);
        return bh_arena_printf(scratch, "%x", magic);
}

static bool is_named(const struct bh_ev_fd *fd) {
        return !fd || fd->kind == BH_FD_FILE || fd->kind == BH_FD_DIR;
}

/* What the caller wrote; where that was not sent, where it led. */
static struct bh_str raw_name(const struct bh_event *e, struct bh_arena *scratch) {
        bool opens = bh_event_info(e->head.type)->flags & BH_EVI_OPEN;
        struct bh_str raw = opens ? bh_event_str(e, 1) : (struct bh_str){ 0 };

        return raw.len ? raw : bh_fd_name(e, scratch);
}

static struct bh_str directory_of(struct bh_str path) {
        ptrdiff_t slash = bh_str_rchr(path, '/');

        return slash < 0 ? BH_STR("/") : slash == 0 ? BH_STR("/") : bh_str_part(path, 0, (size_t) slash);
}

static struct bh_str in_container(const struct bh_event *e, struct bh_str name, struct bh_arena *scratch) {
        const struct bh_container *c = e->process ? e->process->container : NULL;

        return bh_arena_printf(scratch, "%s:%.*s", c ? c->short_id : "host", BH_FMT(name));
}

static bool socket_family(const struct bh_ev_fd *fd, struct bh_str *ret) {
        if (!fd || !(bh_fd_is_inet(fd) || fd->kind == BH_FD_UNIX))
                return false;
        *ret = fd->kind == BH_FD_UNIX ? BH_STR("unix") : BH_STR("ip");
        return true;
}

BH_FIELD_GET(bh_field_fd_text) {
        const struct bh_event *e = event;
        const struct bh_ev_fd *fd = bh_render_fd(e);
        struct bh_str s = { 0 };

        (void) arg;
        switch (self->tag) {
        case BH_DT_TYPE: return fd && bh_give_str(ret, self, bh_str_of(type_word(fd->kind)));
        case BH_DT_TYPECHAR: return fd && bh_give_str(ret, self, (struct bh_str){ (const char *) &fd->kind, 1 });
        case BH_DT_NAME: return bh_give_some(ret, self, bh_fd_name(e, scratch));
        case BH_DT_NAMERAW: return bh_give_some(ret, self, raw_name(e, scratch));
        case BH_DT_DIRECTORY:
                s = is_named(fd) ? bh_fd_name(e, scratch) : s;
                return s.len && bh_give_str(ret, self, fd && fd->kind == BH_FD_DIR ? s : directory_of(s));
        case BH_DT_FILENAME:
                s = fd && fd->kind == BH_FD_DIR ? s : is_named(fd) ? bh_fd_name(e, scratch) : s;
                return bh_give_some(ret, self, bh_str_basename(s));
        case BH_DT_L4PROTO: return fd && bh_give_some(ret, self, bh_str_of(l4_word(fd->l4)));
        case BH_DT_SOCKFAMILY: return socket_family(fd, &s) && bh_give_str(ret, self, s);
        case BH_DT_CONTAINERNAME:
                s = bh_fd_name(e, scratch);
                return s.len && bh_give_str(ret, self, in_container(e, s, scratch));
        case BH_DT_CONTAINERDIR:
                s = is_named(fd) ? bh_fd_name(e, scratch) : s;
                return s.len && bh_give_str(ret, self, in_container(e, directory_of(s), scratch));
        case BH_DT_UID: return fd && bh_give_str(ret, self, bh_arena_printf(scratch, "%u%d", e->head.pid, fd->num));
        case BH_DT_FSTYPE: return fd && fd->magic && is_named(fd) && bh_give_str(ret, self, fs_word(fd->magic, scratch));
        default: return false;
        }
}

/* -1 for an open or the like that failed; no number for an event that has no fd. */
static bool number_of_fd(const struct bh_event *e, const struct bh_ev_fd *fd, int64_t *ret) {
        if (fd) {
                *ret = fd->num;
                return true;
        }
        *ret = -1;
        return bh_event_info(e->head.type)->flags & BH_EVI_CREATES_FD && e->head.res < 0;
}

BH_FIELD_GET(bh_field_fd_number) {
        const struct bh_event *e = event;
        const struct bh_ev_fd *fd = bh_render_fd(e);
        int64_t n;

        (void) arg;
        if (self->tag == BH_DN_NUM)
                return number_of_fd(e, fd, &n) && bh_give_int(ret, self, n);
        if (!fd)
                return false;
        switch (self->tag) {
        case BH_DN_DEV:
                *ret = (struct bh_value){ .type = self->type, .u = fd->dev, .str = bh_arena_printf(scratch, "%X", fd->dev) };
                return true;
        case BH_DN_MAJOR: return bh_give_int(ret, self, major(fd->dev));
        case BH_DN_MINOR: return bh_give_int(ret, self, minor(fd->dev));
        case BH_DN_INO: return bh_give_int(ret, self, (int64_t) fd->ino);
        case BH_DN_MODE: return bh_give_int(ret, self, fd->mode);
        case BH_DN_FLAGS: return bh_give_int(ret, self, fd->open_flags);
        default: return false;
        }
}

static bool is_loopback(const struct bh_ip *ip) {
        static const uint8_t one[16] = { [15] = 1 };

        return ip->v6 ? memcmp(ip->at, one, 16) == 0 : ip->at[0] == 127;
}

/* RFC 1918, RFC 4193, link-local, loopback, "any". */
static bool is_private(const struct bh_ip *ip) {
        const uint8_t *a = ip->at;

        if (is_loopback(ip))
                return true;
        if (ip->v6)
                return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || a[0] == 0;
        return a[0] == 10 || a[0] == 0 || (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168) ||
               (a[0] == 169 && a[1] == 254) || (a[0] == 100 && (a[1] & 0xc0) == 64);
}

BH_FIELD_GET(bh_field_fd_flag) {
        const struct bh_event *e = event;
        const struct bh_ev_fd *fd = bh_render_fd(e);
        struct bh_ip remote;

        (void) arg, (void) scratch;
        if (self->tag == BH_DF_NAME_CHANGED)
                return bh_give_bool(ret, self, e->marks & BH_EVENT_FD_CHANGED);
        if (!fd)
                return false;
        remote = bh_fd_remote(fd);
        switch (self->tag) {
        case BH_DF_SERVER: return bh_fd_is_inet(fd) && bh_give_bool(ret, self, !bh_fd_we_are_client(fd));
        case BH_DF_CONNECTED: return bh_give_bool(ret, self, fd->flags & BH_FD_CONNECTED);
        case BH_DF_UPPER: return bh_give_bool(ret, self, fd->flags & BH_FD_UPPER);
        case BH_DF_LOWER: return bh_give_bool(ret, self, fd->flags & BH_FD_LOWER);
        case BH_DF_DELETED: return bh_give_bool(ret, self, fd->flags & BH_FD_NO_LINK);
        case BH_DF_CREATED: return bh_give_bool(ret, self, fd->flags & BH_FD_CREATED);
        case BH_DF_STDIO: return bh_give_bool(ret, self, fd->num >= 0 && fd->num <= 2);
        case BH_DF_LOOPBACK: return bh_fd_is_inet(fd) && bh_give_bool(ret, self, is_loopback(&remote));
        case BH_DF_PRIVATE: return bh_fd_is_inet(fd) && bh_give_bool(ret, self, is_private(&remote));
        default: return false;
        }
}

/* Somebody is at the other end, or was meant to be. */
static bool has_remote(const struct bh_ev_fd *fd) {
        static const uint8_t zero[16];

        return fd->rport || memcmp(fd->rip, zero, sizeof zero) != 0;
}

static bool is_remote_end(const struct bh_ev_fd *fd, unsigned end) {
        switch (end) {
        case BH_DE_REMOTE: return true;
        case BH_DE_CLIENT: return !bh_fd_we_are_client(fd);
        case BH_DE_SERVER: return bh_fd_we_are_client(fd);
        default: return false;
        }
}

/* Which of the two ends a field means; false when there is no such end. A socket that only listens is a server. */
static bool pick_end(const struct bh_ev_fd *fd, unsigned end, bool *ret_remote) {
        if (!bh_fd_is_inet(fd))
                return false;
        *ret_remote = has_remote(fd) && is_remote_end(fd, end);
        if (has_remote(fd))
                return true;
        return end == BH_DE_LOCAL || end == BH_DE_SERVER;
}

static bool give_both(struct bh_value *ret, struct bh_arena *scratch, const struct bh_ev_fd *fd, struct bh_value local,
                      struct bh_value remote) {
        struct bh_value *list = bh_arena_array(scratch, struct bh_value, 2);

        list[0] = local;
        list[1] = remote;
        *ret = (struct bh_value){ .type = local.type, .is_list = true, .list = { list, has_remote(fd) ? 2 : 1 } };
        return true;
}

static struct bh_value ip_value(const struct bh_field *self, struct bh_ip ip) {
        return (struct bh_value){ .type = self->type, .ip = ip, .bits = ip.v6 ? 128 : 32 };
}

BH_FIELD_GET(bh_field_fd_ip) {
        const struct bh_ev_fd *fd = bh_render_fd(event);
        bool remote;

        (void) arg;
        if (self->tag == BH_DE_EITHER)
                return bh_fd_is_inet(fd) &&
                       give_both(ret, scratch, fd, ip_value(self, bh_fd_local(fd)), ip_value(self, bh_fd_remote(fd)));
        if (!pick_end(fd, self->tag, &remote))
                return false;
        *ret = ip_value(self, remote ? bh_fd_remote(fd) : bh_fd_local(fd));
        return true;
}

BH_FIELD_GET(bh_field_fd_net) {
        return bh_field_fd_ip(self, event, arg, scratch, ret);
}

static struct bh_value port_value(const struct bh_field *self, uint16_t port) {
        return (struct bh_value){ .type = self->type, .u = port };
}

BH_FIELD_GET(bh_field_fd_port) {
        const struct bh_ev_fd *fd = bh_render_fd(event);
        bool remote;

        (void) arg;
        if (self->tag == BH_DE_EITHER)
                return bh_fd_is_inet(fd) && give_both(ret, scratch, fd, port_value(self, fd->lport), port_value(self, fd->rport));
        if (!pick_end(fd, self->tag, &remote))
                return false;
        *ret = port_value(self, remote ? fd->rport : fd->lport);
        return true;
}

/* By the names IANA gave; what has none is its number. */
static struct bh_str service_of(uint16_t port, struct bh_arena *scratch) {
        static const struct {
                uint16_t port;
                const char *name;
        } services[] = {
                { 20, "ftp-data" }, { 21, "ftp" },      { 22, "ssh" },        { 23, "telnet" },   { 25, "smtp" },
                { 53, "domain" },   { 67, "bootps" },   { 68, "bootpc" },     { 69, "tftp" },     { 80, "http" },
                { 88, "kerberos" }, { 110, "pop3" },    { 111, "sunrpc" },    { 123, "ntp" },     { 143, "imap2" },
                { 161, "snmp" },    { 179, "bgp" },     { 389, "ldap" },      { 443, "https" },   { 445, "microsoft-ds" },
                { 514, "syslog" },  { 587, "submission" }, { 636, "ldaps" },  { 873, "rsync" },   { 993, "imaps" },
                { 995, "pop3s" },   { 1080, "socks" },  { 1194, "openvpn" },  { 2049, "nfs" },    { 2375, "docker" },
                { 2376, "docker-s" }, { 2379, "etcd-client" }, { 2380, "etcd-server" }, { 3306, "mysql" },
                { 3389, "ms-wbt-server" }, { 5432, "postgresql" }, { 5672, "amqp" }, { 6379, "redis" }, { 8080, "http-alt" },
                { 9092, "kafka" },  { 11211, "memcache" }, { 27017, "mongodb" },
        };

        for (size_t i = 0; i < BH_LEN(services); i++)
                if (services[i].port == port)
                        return bh_str_of(services[i].name);
        return bh_arena_printf(scratch, "%u", port);
}

static struct bh_value proto_value(const struct bh_field *self, uint16_t port, struct bh_arena *scratch) {
        return (struct bh_value){ .type = self->type, .str = service_of(port, scratch) };
}

BH_FIELD_GET(bh_field_fd_proto) {
        const struct bh_ev_fd *fd = bh_render_fd(event);
        bool remote;

        (void) arg;
        if (self->tag == BH_DE_EITHER)
                return bh_fd_is_inet(fd) && give_both(ret, scratch, fd, proto_value(self, fd->lport, scratch),
                                                      proto_value(self, fd->rport, scratch));
        if (!pick_end(fd, self->tag, &remote))
                return false;
        *ret = proto_value(self, remote ? fd->rport : fd->lport, scratch);
        return true;
}

/* Paths of arguments. */

static const struct bh_ev_arg *path_arg(const struct bh_event *e, const char *const *names, size_t n) {
        const struct bh_ev_info *info = bh_event_info(e->head.type);

        for (size_t i = 0; i < n; i++) {
                const struct bh_ev_arg *a = bh_event_arg(info, bh_str_of(names[i]));

                if (a && (a->render == BH_AS_PATH || a->render == BH_AS_OPENED || a->render == BH_AS_STRING))
                        return a;
        }
        return NULL;
}

/* Which argument fs.path.* means. Calls with two paths have a source and a target, others one path. */
static const struct bh_ev_arg *fs_arg(const struct bh_event *e, unsigned what) {
        static const char *const from[] = { "oldpath", "target", "from_path", "new_root" };
        static const char *const to[] = { "newpath", "linkpath", "to_path", "put_old" };
        static const char *const mount_from[] = { "dev" }, *const mount_to[] = { "dir" };
        static const char *const one[] = { "path", "name", "filename", "pathname" };
        bool mount = e->head.type == BH_EV_MOUNT;

        if (bh_event_info(e->head.type)->lane == BH_LANE_NET)
                return NULL;
        if (what == BH_FP_SOURCE || what == BH_FP_SOURCERAW)
                return mount ? path_arg(e, mount_from, 1) : path_arg(e, from, BH_LEN(from));
        if (what == BH_FP_TARGET || what == BH_FP_TARGETRAW)
                return mount ? path_arg(e, mount_to, 1) : path_arg(e, to, BH_LEN(to));
        return mount ? path_arg(e, mount_to, 1) : path_arg(e, one, BH_LEN(one));
}

BH_FIELD_GET(bh_field_fs_path) {
        const struct bh_event *e = event;
        const struct bh_ev_arg *a = fs_arg(e, self->tag);
        bool raw = self->tag == BH_FP_NAMERAW || self->tag == BH_FP_SOURCERAW || self->tag == BH_FP_TARGETRAW;
        struct bh_shown s;

        (void) arg;
        if (!a && (self->tag == BH_FP_NAME || self->tag == BH_FP_NAMERAW) && bh_render_fd(e) && is_named(e->fd))
                return bh_give_some(ret, self, bh_fd_name(e, scratch)); /* fchmod and such */
        if (!a || !bh_render_arg(e, a, scratch, &s))
                return false;
        return bh_give_some(ret, self, !raw && s.resolved.len ? s.resolved : s.text);
}
