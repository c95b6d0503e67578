/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/elf.h"

enum { SHT_NOBITS = 8, SHT_NOTE = 7, PN_XNUM = 0xffff };
enum { DT_NULL = 0, DT_NEEDED = 1, DT_STRTAB = 5, DT_STRSZ = 10, DT_SONAME = 14 };
enum { NT_GNU_BUILD_ID = 3 };

static uint16_t half(const struct bh_elf *e, struct bh_cur *c) {
        return e->big ? bh_cur_be16(c) : bh_cur_le16(c);
}

static uint32_t word(const struct bh_elf *e, struct bh_cur *c) {
        return e->big ? bh_cur_be32(c) : bh_cur_le32(c);
}

/* As wide as an address. */
static uint64_t addr(const struct bh_elf *e, struct bh_cur *c) {
        return !e->wide ? word(e, c) : e->big ? bh_cur_be64(c) : bh_cur_le64(c);
}

static struct bh_str slice(struct bh_str bytes, uint64_t at, uint64_t n) {
        struct bh_cur c = bh_cur_at(bytes, at, n);

        return bh_cur_rest(&c);
}

/* A NUL-closed string at an offset; empty outside. */
static struct bh_str text_at(struct bh_str table, uint64_t at) {
        struct bh_cur c = bh_cur_at(table, at, at <= table.len ? table.len - at : 0);
        struct bh_str s = bh_cur_cstr(&c);

        return c.bad ? (struct bh_str){ "", 0 } : s;
}

bool bh_elf_is(struct bh_str bytes) {
        return bytes.len >= 20 && bh_str_starts(bytes, BH_STR("\177ELF")) && (bytes.at[4] == 1 || bytes.at[4] == 2) &&
               (bytes.at[5] == 1 || bytes.at[5] == 2);
}

/* With more than 65279 sections the first section header holds the numbers. */
static void big_tables(struct bh_elf *e, uint32_t *names) {
        struct bh_cur c = bh_cur_at(e->bytes, e->sh_at, e->sh_size);
        uint64_t n;

        bh_cur_skip(&c, e->wide ? 32 : 20);
        n = addr(e, &c);
        if (c.bad)
                return;
        if (e->sh_n == 0)
                e->sh_n = n > UINT32_MAX ? 0 : (uint32_t) n;
        if (*names == 0xffff)
                *names = word(e, &c);
        if (e->ph_n == PN_XNUM) {
                bh_cur_skip(&c, *names == 0xffff ? 4 : 0);
                e->ph_n = word(e, &c);
        }
}

int bh_elf_open(struct bh_str bytes, struct bh_elf *ret, struct bh_err *err) {
        struct bh_elf e = { .bytes = bytes };
        struct bh_elf_section names;
        struct bh_cur c = bh_cur_of(bytes);
        uint32_t names_at;

        if (!bh_elf_is(bytes))
                return bh_fail(err, BH_E_FORMAT, "ELF: no such header");
        e.wide = bytes.at[4] == 2;
        e.big = bytes.at[5] == 2;
        bh_cur_skip(&c, 16);
        e.type = half(&e, &c);
        e.machine = half(&e, &c);
        bh_cur_skip(&c, e.wide ? 12 : 8);
        e.ph_at = addr(&e, &c);
        e.sh_at = addr(&e, &c);
        bh_cur_skip(&c, 6);
        e.ph_size = half(&e, &c);
        e.ph_n = half(&e, &c);
        e.sh_size = half(&e, &c);
        e.sh_n = half(&e, &c);
        names_at = half(&e, &c);
        if (c.bad)
                return bh_fail(err, BH_E_FORMAT, "ELF: the header ends early");
        if (e.sh_at && (e.sh_n == 0 || names_at == 0xffff || e.ph_n == PN_XNUM))
                big_tables(&e, &names_at);
        if (bh_elf_section_at(&e, names_at, &names))
                e.sh_names = bh_elf_bytes(&e, &names);
        *ret = e;
        return 0;
}

/* The i-th record of a table that begins at `at`; bad outside the bytes. */
static struct bh_cur record(const struct bh_elf *e, uint64_t at, uint32_t i, uint32_t size) {
        uint64_t offset;

        if (__builtin_add_overflow(at, (uint64_t) i * size, &offset))
                offset = UINT64_MAX;
        return bh_cur_at(e->bytes, offset, size);
}

bool bh_elf_section_at(const struct bh_elf *e, uint32_t i, struct bh_elf_section *ret) {
        struct bh_cur c = record(e, e->sh_at, i, e->sh_size);
        struct bh_elf_section s = { 0 };
        uint32_t name;

        if (i >= e->sh_n || e->sh_at == 0)
                return false;
        name = word(e, &c);
        s.type = word(e, &c);
        s.flags = addr(e, &c);
        s.vaddr = addr(e, &c);
        s.offset = addr(e, &c);
        s.size = addr(e, &c);
        if (c.bad)
                return false;
        s.name = text_at(e->sh_names, name);
        *ret = s;
        return true;
}

bool bh_elf_segment_at(const struct bh_elf *e, uint32_t i, struct bh_elf_segment *ret) {
        struct bh_cur c = record(e, e->ph_at, i, e->ph_size);
        struct bh_elf_segment s = { 0 };

        if (i >= e->ph_n || e->ph_at == 0)
                return false;
        s.type = word(e, &c);
        if (e->wide)
                s.flags = word(e, &c);
        s.offset = addr(e, &c);
        s.vaddr = addr(e, &c);
        (void) addr(e, &c);
        s.size = addr(e, &c);
        (void) addr(e, &c);
        if (!e->wide)
                s.flags = word(e, &c);
        if (c.bad)
                return false;
        *ret = s;
        return true;
}

bool bh_elf_find(const struct bh_elf *e, const char *section, struct bh_elf_section *ret) {
        struct bh_elf_section s;

        for (uint32_t i = 0; bh_elf_section_at(e, i, &s); i++)
                if (bh_str_is(s.name, section)) {
                        *ret = s;
                        return true;
                }
        return false;
}

struct bh_str bh_elf_bytes(const struct bh_elf *e, const struct bh_elf_section *s) {
        return s->type == SHT_NOBITS ? (struct bh_str){ "", 0 } : slice(e->bytes, s->offset, s->size);
}

struct bh_str bh_elf_memory(const struct bh_elf *e, uint64_t vaddr, uint64_t n) {
        struct bh_elf_segment s;

        for (uint32_t i = 0; bh_elf_segment_at(e, i, &s); i++) {
                uint64_t into = vaddr - s.vaddr, offset;

                if (s.type != BH_ELF_PT_LOAD || vaddr < s.vaddr || into >= s.size)
                        continue;
                if (__builtin_add_overflow(s.offset, into, &offset) || offset >= e->bytes.len)
                        break;
                n = BH_MIN(n, s.size - into);
                return slice(e->bytes, offset, BH_MIN(n, e->bytes.len - offset));
        }
        return (struct bh_str){ "", 0 };
}

bool bh_elf_note_next(const struct bh_elf *e, struct bh_str *notes, struct bh_elf_note *ret) {
        struct bh_cur c = bh_cur_of(*notes);
        uint32_t name_len = word(e, &c), desc_len = word(e, &c);
        struct bh_elf_note n = { .type = word(e, &c) };

        n.name = bh_cur_take(&c, name_len);
        bh_cur_skip(&c, -name_len & 3);
        n.desc = bh_cur_take(&c, desc_len);
        if (c.bad)
                return false;
        bh_cur_skip(&c, BH_MIN((size_t) (-desc_len & 3), c.left));
        if (n.name.len && n.name.at[n.name.len - 1] == '\0')
                n.name.len--;
        *notes = bh_cur_rest(&c);
        *ret = n;
        return true;
}

struct bh_str bh_elf_build_id(const struct bh_elf *e) {
        struct bh_elf_segment s;
        struct bh_elf_note n;

        for (uint32_t i = 0; bh_elf_segment_at(e, i, &s); i++) {
                struct bh_str notes = s.type == BH_ELF_PT_NOTE ? slice(e->bytes, s.offset, s.size) : BH_STR("");

                while (bh_elf_note_next(e, &notes, &n))
                        if (n.type == NT_GNU_BUILD_ID && bh_str_is(n.name, "GNU"))
                                return n.desc;
        }
        return (struct bh_str){ "", 0 };
}

static struct bh_str dynamic(const struct bh_elf *e) {
        struct bh_elf_segment s;

        for (uint32_t i = 0; bh_elf_segment_at(e, i, &s); i++)
                if (s.type == BH_ELF_PT_DYNAMIC)
                        return slice(e->bytes, s.offset, s.size);
        return (struct bh_str){ "", 0 };
}

/* The first value with that tag, counting from entry *i, which is left behind it. */
static bool tagged(const struct bh_elf *e, uint64_t tag, uint32_t *i, uint64_t *ret) {
        struct bh_cur c = bh_cur_of(dynamic(e));

        bh_cur_skip(&c, (size_t) *i * (e->wide ? 16 : 8));
        for (;;) {
                uint64_t t = addr(e, &c), v = addr(e, &c);

                if (c.bad || t == DT_NULL)
                        return false;
                (*i)++;
                if (t == tag) {
                        *ret = v;
                        return true;
                }
        }
}

static struct bh_str dynamic_text(const struct bh_elf *e, uint64_t at) {
        uint64_t table, size;
        uint32_t i = 0, k = 0;

        if (!tagged(e, DT_STRTAB, &i, &table) || !tagged(e, DT_STRSZ, &k, &size))
                return (struct bh_str){ "", 0 };
        return text_at(bh_elf_memory(e, table, size), at);
}

bool bh_elf_needed(const struct bh_elf *e, uint32_t *i, struct bh_str *ret) {
        uint64_t at;

        if (!tagged(e, DT_NEEDED, i, &at))
                return false;
        *ret = dynamic_text(e, at);
        return true;
}

struct bh_str bh_elf_soname(const struct bh_elf *e) {
        uint32_t i = 0;
        uint64_t at;

        return tagged(e, DT_SONAME, &i, &at) ? dynamic_text(e, at) : (struct bh_str){ "", 0 };
}

struct bh_str bh_elf_interp(const struct bh_elf *e) {
        struct bh_elf_segment s;

        for (uint32_t i = 0; bh_elf_segment_at(e, i, &s); i++)
                if (s.type == BH_ELF_PT_INTERP)
                        return text_at(slice(e->bytes, s.offset, s.size), 0);
        return (struct bh_str){ "", 0 };
}
