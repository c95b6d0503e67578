/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sense/render.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "model/event_words.h"

/* Descriptors. */

const struct bh_ev_fd *bh_render_fd(const struct bh_event *e) {
        bool of_program = e->head.flags & BH_EV_HAS_PROC && !(e->fd && e->fd->flags & BH_FD_STDIO);

        return of_program ? NULL : e->fd;
}

bool bh_fd_is_inet(const struct bh_ev_fd *fd) {
        return fd && (fd->kind == BH_FD_IPV4 || fd->kind == BH_FD_IPV6);
}

/* Who neither connected nor accepted: the one with the higher port began. */
bool bh_fd_we_are_client(const struct bh_ev_fd *fd) {
        if (fd->flags & (BH_FD_CLIENT | BH_FD_SERVER))
                return fd->flags & BH_FD_CLIENT;
        return fd->lport >= fd->rport || fd->lport == 0;
}

static struct bh_ip ip_of(const struct bh_ev_fd *fd, const uint8_t at[16]) {
        struct bh_ip ip = { .v6 = fd->kind == BH_FD_IPV6 };

        memcpy(ip.at, at, ip.v6 ? 16 : 4);
        return ip;
}

struct bh_ip bh_fd_local(const struct bh_ev_fd *fd) {
        return ip_of(fd, fd->lip);
}

struct bh_ip bh_fd_remote(const struct bh_ev_fd *fd) {
        return ip_of(fd, fd->rip);
}

static bool is_zero(const uint8_t at[16]) {
        static const uint8_t zero[16];

        return memcmp(at, zero, 16) == 0;
}

static struct bh_str end_text(struct bh_ip ip, unsigned port, struct bh_arena *scratch) {
        char text[INET6_ADDRSTRLEN] = "";

        (void) inet_ntop(ip.v6 ? AF_INET6 : AF_INET, ip.at, text, sizeof text);
        return bh_arena_printf(scratch, "%s:%u", text, port);
}

struct bh_str bh_fd_tuple(const struct bh_ev_fd *fd, struct bh_arena *scratch) {
        struct bh_str local = end_text(bh_fd_local(fd), fd->lport, scratch), remote;

        if (fd->rport == 0 && is_zero(fd->rip))
                return local;
        remote = end_text(bh_fd_remote(fd), fd->rport, scratch);
        return bh_fd_we_are_client(fd) ? bh_arena_printf(scratch, "%.*s->%.*s", BH_FMT(local), BH_FMT(remote))
                                       : bh_arena_printf(scratch, "%.*s->%.*s", BH_FMT(remote), BH_FMT(local));
}

struct bh_str bh_fd_name(const struct bh_event *e, struct bh_arena *scratch) {
        const struct bh_ev_fd *fd = bh_render_fd(e);

        if (bh_fd_is_inet(fd))
                return bh_fd_tuple(fd, scratch);
        if (fd || !(bh_event_info(e->head.type)->flags & BH_EVI_OPEN))
                return bh_event_fd_name(e);
        return bh_render_path(scratch, bh_event_str(e, 0), bh_event_str(e, 1)); /* it failed */
}

uint32_t bh_open_flags(const struct bh_event *e) {
        const struct bh_ev_arg *a;

        if (bh_render_fd(e) && e->fd->open_flags)
                return e->fd->open_flags;
        if (e->head.type == BH_EV_CREAT)
                return O_CREAT | O_WRONLY | O_TRUNC;
        a = bh_event_arg(bh_event_info(e->head.type), BH_STR("flags"));
        return a && a->from == BH_EV_OF_NUM ? (uint32_t) e->nums[a->slot] : 0;
}

/* Texts. */

static void pop_component(struct bh_buf *b) {
        while (b->len && b->at[b->len - 1] != '/')
                b->len--;
        if (b->len > 1)
                b->len--;
}

static void add_components(struct bh_buf *b, struct bh_str path) {
        struct bh_str part;

        while (bh_str_split(&path, '/', &part)) {
                if (!part.len || bh_str_is(part, "."))
                        continue;
                if (bh_str_is(part, "..")) {
                        pop_component(b);
                        continue;
                }
                if (b->len && b->at[b->len - 1] != '/')
                        bh_buf_putc(b, '/');
                bh_buf_add(b, part);
        }
}

struct bh_str bh_render_path(struct bh_arena *scratch, struct bh_str base, struct bh_str name) {
        struct bh_buf b;
        bool absolute = name.len && name.at[0] == '/';

        if (!absolute && (!base.len || base.at[0] != '/'))
                return name;
        b = (struct bh_buf){ bh_arena_bytes(scratch, base.len + name.len + 3), 0, base.len + name.len + 3 };
        bh_buf_putc(&b, '/'); /* there is room: the buffer never moves */
        if (!absolute)
                add_components(&b, base);
        add_components(&b, name);
        return bh_buf_str(&b);
}

struct bh_str bh_render_error(int64_t res, struct bh_arena *scratch) {
        const char *word = res < 0 ? bh_word_of(bh_words_errno, 0 - (uint64_t) res) : "SUCCESS";

        return word ? bh_str_of(word) : bh_arena_printf(scratch, "%" PRId64, res);
}

struct bh_str bh_render_caps(uint64_t caps, struct bh_arena *scratch) {
        char text[1024];
        size_t len = 0;

        for (const struct bh_ev_word *w = bh_words_cap; w->word; w++)
                if (caps & 1ull << w->value) {
                        size_t n = strlen(w->word);

                        if (len)
                                text[len++] = ' ';
                        memcpy(text + len, w->word, n);
                        len += n;
                }
        return bh_arena_str(scratch, (struct bh_str){ text, len });
}

static struct bh_str words_text(const struct bh_ev_word *words, uint64_t value, struct bh_arena *scratch) {
        char text[1024];
        size_t len = 0;

        for (const struct bh_ev_word *w = words; w && w->word; w++) {
                size_t n = strlen(w->word);

                if (w->value ? (value & w->value) != w->value : value != 0)
                        continue;
                if (len + n + 1 > sizeof text)
                        break;
                if (len)
                        text[len++] = '|';
                memcpy(text + len, w->word, n);
                len += n;
        }
        return bh_arena_str(scratch, (struct bh_str){ text, len });
}

/* O_RDONLY, O_WRONLY, O_RDWR are values of two bits, O_SYNC and O_TMPFILE contain others: not like other flags. */
static struct bh_str open_text(uint64_t value, struct bh_arena *scratch) {
        static const char *const access[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_RDWR" };
        uint64_t rest = value & ~(uint64_t) O_ACCMODE;
        struct bh_str more = rest ? words_text(&bh_words_open[3], rest, scratch) : (struct bh_str){ 0 };

        return bh_arena_printf(scratch, "%s%s%.*s", access[value & O_ACCMODE], more.len ? "|" : "", BH_FMT(more));
}

static struct bh_str mode_text(const struct bh_ev_word *words, uint64_t mode, struct bh_arena *scratch) {
        char text[512];
        size_t len = 0;

        for (; words->word; words++)
                if (words->value > 07777 ? words->value == (mode & 0170000) : (mode & words->value) != 0)
                        len += (size_t) snprintf(text + len, sizeof text - len, "%s%s", len ? "|" : "", words->word);
        return bh_arena_str(scratch, (struct bh_str){ text, len });
}

/* Arguments. */

static struct bh_str number_text(struct bh_arena *scratch, const struct bh_shown *s) {
        return s->is_signed ? bh_arena_printf(scratch, "%" PRId64, (int64_t) s->value)
                            : bh_arena_printf(scratch, "%" PRIu64, s->value);
}

static void show_fd(const struct bh_event *e, const struct bh_ev_arg *arg, struct bh_arena *scratch, struct bh_shown *s) {
        int64_t n = arg->from == BH_EV_OF_RES ? (int64_t) s->value : (int32_t) s->value;
        const struct bh_ev_fd *fd = bh_render_fd(e);

        s->value = (uint64_t) n;
        s->is_signed = true;
        s->text = number_text(scratch, s);
        if (n == AT_FDCWD)
                s->resolved = BH_STR("AT_FDCWD");
        else if (n < 0)
                s->resolved = bh_render_error(n, scratch);
        else if (fd && fd->num == n) {
                struct bh_str name = bh_fd_name(e, scratch);

                s->resolved = bh_arena_printf(scratch, "<%c%s>%.*s", fd->kind,
                                              !bh_fd_is_inet(fd) ? "" : fd->l4 == IPPROTO_UDP ? "u" : "t", BH_FMT(name));
        }
}

static void show_pid(const struct bh_event *e, struct bh_arena *scratch, struct bh_shown *s) {
        struct bh_process *p = NULL;

        s->value = (uint64_t) (int64_t) (int32_t) s->value;
        s->is_signed = true;
        s->text = number_text(scratch, s);
        if ((int64_t) s->value < 0 && s->value != UINT64_MAX)
                s->resolved = bh_render_error((int64_t) s->value, scratch);
        else if (e->asks && e->asks->process)
                p = e->asks->process(e->asks->self, (uint32_t) s->value);
        if (p)
                s->resolved = bh_process_name(p);
}

static void show_owner(const struct bh_event *e, bool group, struct bh_arena *scratch, struct bh_shown *s) {
        struct bh_user user = { 0 };

        s->value = (uint32_t) s->value;
        if (s->value == UINT32_MAX) {
                s->text = BH_STR("-1");
                s->resolved = BH_STR("none");
                return;
        }
        s->text = number_text(scratch, s);
        if (!e->asks || !e->process)
                return;
        if (group && e->asks->group)
                (void) e->asks->group(e->asks->self, e->process, (uint32_t) s->value, &s->resolved);
        else if (!group && e->asks->user && e->asks->user(e->asks->self, e->process, (uint32_t) s->value, &user))
                s->resolved = user.name;
}

static void show_number(const struct bh_event *e, const struct bh_ev_arg *arg, struct bh_arena *scratch, struct bh_shown *s) {
        s->number = true;
        switch (arg->render) {
        case BH_AS_FD: show_fd(e, arg, scratch, s); return;
        case BH_AS_PID: show_pid(e, scratch, s); return;
        case BH_AS_UID: show_owner(e, false, scratch, s); return;
        case BH_AS_GID: show_owner(e, true, scratch, s); return;
        case BH_AS_HEX: s->text = bh_arena_printf(scratch, "%" PRIX64, s->value); return;
        case BH_AS_OCTAL: s->text = bh_arena_printf(scratch, "%" PRIo64, s->value); return;
        case BH_AS_CAPS: s->resolved = bh_render_caps(s->value, scratch); break;
        case BH_AS_MODE: s->resolved = mode_text(arg->words, s->value, scratch); break;
        case BH_AS_SIGNAL: s->resolved = bh_str_of(bh_word_of(bh_words_signal, s->value)); break;
        case BH_AS_ENUM: s->resolved = bh_str_of(bh_word_of(arg->words, s->value)); break;
        case BH_AS_FLAGS:
                s->resolved = arg->words == bh_words_open ? open_text(s->value, scratch)
                                                          : words_text(arg->words, s->value, scratch);
                break;
        case BH_AS_ERRNO:
                s->is_signed = true;
                if ((int64_t) s->value < 0)
                        s->resolved = bh_render_error((int64_t) s->value, scratch);
                break;
        case BH_AS_INT: s->is_signed = true; break;
        default: break;
        }
        s->text = number_text(scratch, s);
}

/* Strings that are closed by NULs, with blanks between. */
static struct bh_str join(struct bh_str s, struct bh_arena *scratch) {
        char *out;

        while (s.len && s.at[s.len - 1] == '\0')
                s.len--;
        out = bh_arena_bytes(scratch, s.len + 1);
        for (size_t i = 0; i < s.len; i++)
                out[i] = s.at[i] ? s.at[i] : ' ';
        return (struct bh_str){ out, s.len };
}

static struct bh_str join_args(struct bh_str argv, struct bh_arena *scratch) {
        struct bh_str first, rest;

        (void) bh_str_cut(argv, '\0', &first, &rest);
        return join(rest, scratch);
}

static bool show_who(const struct bh_event *e, unsigned part, struct bh_arena *scratch, struct bh_shown *s) {
        bool attempt = (e->head.type == BH_EV_EXECVE || e->head.type == BH_EV_EXECVEAT) && !e->started;
        const struct bh_process *p = e->process;
        struct bh_str argv, rest;

        if (part == BH_EV_WHO_TID) {
                s->value = e->head.tid;
                s->number = true;
                show_pid(e, scratch, s);
                return true;
        }
        if (!p)
                return false;
        argv = attempt ? bh_event_str(e, 2) : p->argv;
        switch (part) {
        case BH_EV_WHO_EXE: (void) bh_str_cut(argv, '\0', &s->text, &rest); break;
        case BH_EV_WHO_ARGS: s->text = attempt ? join_args(argv, scratch) : bh_process_args(p); break;
        case BH_EV_WHO_FILENAME:
                if (attempt)
                        s->text = bh_render_path(scratch, bh_event_str(e, 0), bh_event_str(e, 1));
                else
                        s->text = e->started ? e->strs[BH_PROC_STR_FILENAME] : (struct bh_str){ 0 };
                break;
        case BH_EV_WHO_ENV: s->text = join(p->env, scratch); break;
        case BH_EV_WHO_COMM: s->text = bh_process_name(p); break;
        case BH_EV_WHO_CWD: s->text = p->cwd; break;
        case BH_EV_WHO_CGROUP: s->text = p->cgroup; break;
        case BH_EV_WHO_EXEPATH: s->text = p->exepath; break;
        default: return false;
        }
        return true;
}

static void show_str(const struct bh_event *e, const struct bh_ev_arg *arg, struct bh_arena *scratch, struct bh_shown *s) {
        s->text = bh_event_str(e, arg->slot);
        if (arg->render != BH_AS_PATH && arg->render != BH_AS_OPENED)
                return;
        s->text = bh_event_str(e, arg->slot + 1u);
        if (!s->text.len && arg->render == BH_AS_OPENED)
                s->text = bh_event_fd_name(e);
        else if (!s->text.len || s->text.at[0] != '/')
                s->resolved = bh_render_path(scratch, bh_event_str(e, arg->slot), s->text);
}

static bool show_fd_part(const struct bh_event *e, const struct bh_ev_arg *arg, struct bh_arena *scratch, struct bh_shown *s) {
        const struct bh_ev_fd *fd = bh_render_fd(e);

        if (!fd)
                return false;
        switch (arg->slot) {
        case BH_EV_FD_DEV: s->value = fd->dev; break;
        case BH_EV_FD_INO: s->value = fd->ino; break;
        case BH_EV_FD_FLAGS: s->value = fd->open_flags; break;
        default: s->text = bh_fd_name(e, scratch); return s->text.len > 0;
        }
        show_number(e, arg, scratch, s);
        return true;
}

static uint64_t of_exit(uint64_t status, unsigned part) {
        switch (part) {
        case BH_EV_EXIT_CODE: return status >> 8 & 0xff;
        case BH_EV_EXIT_SIGNAL: return status & 0x7f;
        case BH_EV_EXIT_CORE: return status >> 7 & 1;
        default: return status;
        }
}

static bool of_process(const struct bh_event *e, const struct bh_ev_arg *arg, uint64_t *ret) {
        bool fork = e->started && e->head.type != BH_EV_EXECVE;
        const struct bh_ev_proc *p = e->process ? &e->process->now : NULL;
        uint32_t half;

        if (fork && arg->from == BH_EV_OF_PROC64)
                p = e->started; /* the flags of a clone are the child's */
        if (!p)
                return false;
        if (arg->from == BH_EV_OF_PROC64) {
                memcpy(ret, (const char *) p + arg->slot * 4u, sizeof *ret);
                return true;
        }
        memcpy(&half, (const char *) p + arg->slot * 4u, sizeof half);
        *ret = half;
        return true;
}

bool bh_render_arg(const struct bh_event *e, const struct bh_ev_arg *arg, struct bh_arena *scratch, struct bh_shown *ret) {
        *ret = (struct bh_shown){ 0 };
        switch (arg->from) {
        case BH_EV_OF_RES: ret->value = (uint64_t) e->head.res; break;
        case BH_EV_OF_NUM: ret->value = e->nums[arg->slot]; break;
        case BH_EV_OF_EXIT: ret->value = of_exit(e->nums[0], arg->slot); break;
        case BH_EV_OF_STR: show_str(e, arg, scratch, ret); return true;
        case BH_EV_OF_WHO: return show_who(e, arg->slot, scratch, ret);
        case BH_EV_OF_FD: return show_fd_part(e, arg, scratch, ret);
        case BH_EV_OF_PROC:
        case BH_EV_OF_PROC64:
                if (!of_process(e, arg, &ret->value))
                        return false;
                break;
        default: return false;
        }
        show_number(e, arg, scratch, ret);
        return true;
}

/* A text that grows in the arena; it may hold any byte. */
struct grown {
        struct bh_arena *arena;
        char *at;
        size_t len, cap;
};

static void grow(struct grown *g, struct bh_str s) {
        if (!s.len)
                return;
        if (g->cap - g->len < s.len) {
                size_t cap = BH_MAX(g->cap * 2, g->len + s.len + 256);

                g->at = bh_arena_grow(g->arena, g->at, g->cap, cap);
                g->cap = cap;
        }
        memcpy(g->at + g->len, s.at, s.len);
        g->len += s.len;
}

struct bh_str bh_render_args(const struct bh_event *e, struct bh_arena *scratch) {
        const struct bh_ev_info *info = bh_event_info(e->head.type);
        struct grown g = { .arena = scratch };

        for (unsigned i = 0; i < info->n_args; i++) {
                const struct bh_ev_arg *a = &info->args[i];
                struct bh_shown s;

                if (a->from == BH_EV_OF_NOWHERE)
                        continue;
                grow(&g, bh_str_of(g.len ? " " : ""));
                grow(&g, bh_str_of(a->name));
                grow(&g, BH_STR("="));
                if (!bh_render_arg(e, a, scratch, &s))
                        s = (struct bh_shown){ .text = BH_STR("<NA>") };
                grow(&g, s.text);
                if (!s.resolved.len)
                        continue;
                grow(&g, BH_STR("("));
                grow(&g, s.resolved);
                grow(&g, BH_STR(")"));
        }
        return (struct bh_str){ g.at, g.len };
}
