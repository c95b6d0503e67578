/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fmt/tarout.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

/* https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format" */
struct block {
        char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100], magic[6],
                version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct block) == BH_TAR_BLOCK, "a block is 512 bytes");

#define MAX_OCTAL_7 07777777ull
#define MAX_OCTAL_11 077777777777ull

/* width - 1 octal digits and a NUL; what does not fit is said in a pax record and is 0 here. */
static void octal(char *field, size_t width, uint64_t value) {
        field[--width] = '\0';
        if (width < 21 && value >> (3 * width))
                value = 0;
        while (width) {
                field[--width] = (char) ('0' + (value & 7));
                value >>= 3;
        }
}

static void text(char *field, size_t width, struct bh_str value) {
        if (value.len)
                memcpy(field, value.at, BH_MIN(width, value.len));
}

static void seal(struct block *b) {
        const unsigned char *bytes = (const unsigned char *) b;
        unsigned sum = 0;

        memcpy(b->magic, "ustar", 6);
        memcpy(b->version, "00", 2);
        memset(b->checksum, ' ', sizeof b->checksum);
        for (size_t i = 0; i < sizeof *b; i++)
                sum += bytes[i];
        octal(b->checksum, 7, sum);
        b->checksum[7] = ' ';
}

/* "LENGTH key=value\n", where LENGTH counts itself. */
static void record(struct bh_buf *out, const char *key, struct bh_str value) {
        size_t rest = strlen(key) + value.len + 3, length = rest + 1;
        char digits[24];

        while ((size_t) snprintf(digits, sizeof digits, "%zu", length) + rest != length)
                length = (size_t) snprintf(digits, sizeof digits, "%zu", length) + rest;
        bh_buf_printf(out, "%zu %s=", length, key);
        bh_buf_add(out, value);
        bh_buf_putc(out, '\n');
}

static void record_number(struct bh_buf *out, const char *key, uint64_t value) {
        char digits[24];

        (void) snprintf(digits, sizeof digits, "%llu", (unsigned long long) value);
        record(out, key, bh_str_of(digits));
}

static uint64_t size_of(const struct bh_tarout *e) {
        return S_ISREG(e->st->st_mode) && !e->hard_link ? (uint64_t) e->st->st_size : 0;
}

static void records_of(struct bh_buf *out, const struct bh_tarout *e, struct bh_str path) {
        if (path.len > sizeof((struct block *) 0)->name)
                record(out, "path", path);
        if (e->link.len > sizeof((struct block *) 0)->link)
                record(out, "linkpath", e->link);
        if (size_of(e) > MAX_OCTAL_11)
                record_number(out, "size", size_of(e));
        if (e->st->st_uid > MAX_OCTAL_7)
                record_number(out, "uid", e->st->st_uid);
        if (e->st->st_gid > MAX_OCTAL_7)
                record_number(out, "gid", e->st->st_gid);
        if (e->capability.len)
                record(out, "SCHILY.xattr.security.capability", e->capability);
}

static void zeros(struct bh_buf *out, size_t n) {
        memset(bh_buf_room(out, n), 0, n);
        out->len += n;
}

static void put_extended(struct bh_buf *out, struct bh_str records) {
        struct block b = { .type = 'x' };

        text(b.name, sizeof b.name, BH_STR("././@PaxHeader"));
        octal(b.mode, sizeof b.mode, 0644);
        octal(b.uid, sizeof b.uid, 0);
        octal(b.gid, sizeof b.gid, 0);
        octal(b.size, sizeof b.size, records.len);
        octal(b.mtime, sizeof b.mtime, 0);
        seal(&b);
        bh_buf_add(out, (struct bh_str){ (const char *) &b, sizeof b });
        bh_buf_add(out, records);
        zeros(out, bh_tarout_padding(records.len));
}

static char type_of(const struct bh_tarout *e) {
        if (e->hard_link)
                return '1';
        switch (e->st->st_mode & S_IFMT) {
        case S_IFREG:
                return '0';
        case S_IFLNK:
                return '2';
        case S_IFCHR:
                return '3';
        case S_IFBLK:
                return '4';
        case S_IFDIR:
                return '5';
        case S_IFIFO:
                return '6';
        default:
                return '\0';
        }
}

static void put_header(struct bh_buf *out, const struct bh_tarout *e, struct bh_str path, char type) {
        struct block b = { .type = type };

        text(b.name, sizeof b.name, path);
        text(b.link, sizeof b.link, e->link);
        octal(b.mode, sizeof b.mode, e->st->st_mode & 07777);
        octal(b.uid, sizeof b.uid, e->st->st_uid);
        octal(b.gid, sizeof b.gid, e->st->st_gid);
        octal(b.size, sizeof b.size, size_of(e));
        octal(b.mtime, sizeof b.mtime, e->st->st_mtime > 0 ? (uint64_t) e->st->st_mtime : 0);
        if (type == '3' || type == '4') {
                octal(b.major, sizeof b.major, major(e->st->st_rdev));
                octal(b.minor, sizeof b.minor, minor(e->st->st_rdev));
        }
        seal(&b);
        bh_buf_add(out, (struct bh_str){ (const char *) &b, sizeof b });
}

bool bh_tarout_header(struct bh_buf *out, const struct bh_tarout *e) {
        BH_CLEANUP(bh_buf_done) struct bh_buf records = { 0 }, path = { 0 };
        char type = type_of(e);

        if (!type)
                return false;
        bh_buf_add(&path, e->path);
        if (type == '5')
                bh_buf_putc(&path, '/');
        records_of(&records, e, bh_buf_str(&path));
        if (records.len)
                put_extended(out, bh_buf_str(&records));
        put_header(out, e, bh_buf_str(&path), type);
        return true;
}

size_t bh_tarout_padding(uint64_t size) {
        return (size_t) (-size % BH_TAR_BLOCK);
}

void bh_tarout_end(struct bh_buf *out) {
        zeros(out, (size_t) 2 * BH_TAR_BLOCK);
}
