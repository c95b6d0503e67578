/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ubuntu's CVE tracker (https://git.launchpad.net/ubuntu-cve-tracker, its
 * README), one file a CVE: RFC 822-like fields, and a line for each release
 * and source package.
 *
 *     Candidate: CVE-2022-3715
 *     Description:
 *      folded lines begin with a blank
 *     Priority: medium
 *     Priority_bash: low
 *     jammy_bash: released (5.1-6ubuntu1.1)
 *     esm-infra/bionic_bash: not-affected (code not present)
 *
 * "upstream" is not a place where packages are installed from, and DNE says
 * that the release never had the package: neither is a statement.
 */
#include "advisory/feed/common.h"
#include "advisory/feed/readers.h"
#include "base/buf.h"
#include "base/cur.h"
#include "base/map.h"

struct record {
        struct bh_arena *arena;
        struct bh_advisory a;
        bh_feed_affs affected;
        bh_feed_strs cvss, references;
        struct bh_map priorities; /* package -> struct bh_str, where one differs from the rest */
        struct bh_buf details;
        struct bh_str field; /* that a folded line belongs to */
};

bool bh_ubuntu_is(const struct bh_feed_in *in) {
        struct bh_str head = bh_str_part(in->bytes, 0, 2000);

        return bh_str_find(head, BH_STR("Candidate: ")) >= 0 && bh_str_find(head, BH_STR("\nReferences:")) >= 0;
}

/* "jammy", "esm-infra/bionic", "trusty/esm", "fips-updates/focal", "devel"; empty for what is not a release. */
static struct bh_str space_of(struct bh_arena *arena, struct bh_str place) {
        struct bh_str left, right, number;

        if (!bh_str_cut(place, '/', &left, &right)) {
                number = bh_feed_ubuntu_release(place);
                return number.len ? bh_arena_cat(arena, BH_STR("ubuntu:"), number) : number;
        }
        number = bh_feed_ubuntu_release(right);
        if (number.len)
                return bh_arena_printf(arena, "ubuntu:%.*s:%.*s", BH_FMT(number), BH_FMT(left));
        number = bh_feed_ubuntu_release(left);
        if (number.len && bh_str_is(right, "esm")) /* how trusty and precise were written first */
                return bh_arena_printf(arena, "ubuntu:%.*s:esm-infra", BH_FMT(number));
        return (struct bh_str){ 0 };
}

static bool is_over(struct bh_str note) {
        return bh_str_find_nocase(note, BH_STR("end of")) >= 0 || bh_str_find_nocase(note, BH_STR("end-of-life")) >= 0 ||
                bh_str_find_nocase(note, BH_STR("out of standard support")) >= 0 ||
                bh_str_find_nocase(note, BH_STR("no longer supported")) >= 0;
}

static bool is_version(struct bh_str s) {
        return s.len && bh_is_digit(s.at[0]) && bh_str_chr(s, ' ') < 0;
}

enum note { NOTE_NONE, NOTE_FIXED, NOTE_OVER };

static const struct {
        const char *word;
        enum bh_status status;
        enum note note; /* what the parenthesis may hold */
} statuses[] = {
        { "needed", BH_STATUS_AFFECTED, NOTE_NONE },
        { "active", BH_STATUS_AFFECTED, NOTE_NONE },
        { "pending", BH_STATUS_AFFECTED, NOTE_FIXED }, /* made and not yet published: below it is vulnerable */
        { "needs-triage", BH_STATUS_UNDER_INVESTIGATION, NOTE_NONE },
        { "in-triage", BH_STATUS_UNDER_INVESTIGATION, NOTE_NONE },
        { "released", BH_STATUS_FIXED, NOTE_FIXED },
        { "released-esm", BH_STATUS_FIXED, NOTE_FIXED },
        { "not-affected", BH_STATUS_NOT_AFFECTED, NOTE_NONE },
        { "ignored", BH_STATUS_WILL_NOT_FIX, NOTE_OVER },
        { "deferred", BH_STATUS_DEFERRED, NOTE_NONE },
};

static bool read_status(struct bh_arena *arena, struct bh_str value, struct bh_affected *a) {
        struct bh_str word, note = value;
        size_t i;

        if (!bh_str_word(&note, &word))
                return false;
        note = bh_str_trim(note);
        (void) bh_str_cut_prefix(&note, BH_STR("("));
        (void) bh_str_cut_suffix(&note, BH_STR(")"));
        for (i = 0; i < BH_LEN(statuses) && !bh_str_is(word, statuses[i].word); i++)
                ;
        if (i == BH_LEN(statuses))
                return false;
        a->status = statuses[i].status;
        if (statuses[i].note == NOTE_OVER && is_over(note))
                a->status = BH_STATUS_END_OF_LIFE;
        if (statuses[i].note == NOTE_FIXED && is_version(note)) {
                a->ranges = bh_arena_make(arena, struct bh_range);
                a->ranges[0].fixed = note;
                a->n_ranges = 1;
        } else if (a->status == BH_STATUS_FIXED) {
                a->status = BH_STATUS_UNDER_INVESTIGATION; /* released, but nobody wrote down in which version */
        }
        return true;
}

/* "place_package: status (note)" */
static void read_row(struct record *rec, struct bh_str place, struct bh_str package, struct bh_str value) {
        struct bh_affected a = { .eco = BH_ECO_DEB, .package = package };

        a.space = space_of(rec->arena, place);
        if (a.space.len && read_status(rec->arena, value, &a))
                *bh_vec_add(rec->arena, &rec->affected) = a;
}

static void set_priority(struct record *rec, struct bh_str package, struct bh_str value) {
        struct bh_str *word = bh_arena_make(rec->arena, struct bh_str);

        if (bh_str_word(&value, word))
                (void) bh_map_set(&rec->priorities, package, word);
}

static void read_field(struct record *rec, struct bh_str key, struct bh_str value) {
        struct bh_str place, package;

        if (bh_str_is(key, "Candidate"))
                rec->a.id = value;
        else if (bh_str_is(key, "PublicDate"))
                rec->a.published_s = bh_feed_time(value);
        else if (bh_str_is(key, "Priority"))
                (void) bh_str_word(&value, &rec->a.severity);
        else if (bh_str_cut(key, '_', &place, &package) && bh_str_is(place, "Priority"))
                set_priority(rec, package, value);
        else if (package.len && place.len && (bh_is_lower(place.at[0]) || bh_is_digit(place.at[0])))
                read_row(rec, place, package, value);
}

/* " nvd: CVSS:3.1/AV:L/... [7.8 HIGH]" */
static void read_folded(struct record *rec, struct bh_str line) {
        struct bh_str text = bh_str_trim(line), word;

        if (text.len == 0)
                return;
        if (bh_str_is(rec->field, "References") && bh_str_find(text, BH_STR("://")) > 0) {
                *bh_vec_add(rec->arena, &rec->references) = text;
        } else if (bh_str_is(rec->field, "CVSS")) {
                while (bh_str_word(&text, &word))
                        if (bh_str_starts(word, BH_STR("CVSS:")))
                                *bh_vec_add(rec->arena, &rec->cvss) = word;
        } else if (bh_str_is(rec->field, "Description")) {
                bh_buf_add(&rec->details, text);
                bh_buf_putc(&rec->details, ' ');
        }
}

static void use_priorities(struct record *rec) {
        for (size_t i = 0; i < rec->affected.len; i++) {
                struct bh_affected *a = &rec->affected.at[i];
                const struct bh_str *own = bh_map_get(&rec->priorities, a->package);

                a->severity = own ? *own : rec->a.severity;
        }
}

static int read_lines(const struct bh_feed_in *in, struct record *rec, struct bh_err *err) {
        struct bh_cur c = bh_cur_of(in->bytes);
        struct bh_str line, key, value;

        while (bh_cur_line(&c, &line)) {
                if (line.len == 0 || line.at[0] == '#')
                        continue;
                if (bh_is_space(line.at[0])) {
                        read_folded(rec, line);
                        continue;
                }
                if (!bh_str_cut(line, ':', &key, &value))
                        return bh_fail(err, BH_E_FORMAT, "line %u: no colon after a field name", c.line);
                rec->field = key;
                read_field(rec, key, bh_str_trim(value));
        }
        if (rec->a.id.len == 0)
                return bh_fail(err, BH_E_FORMAT, "no Candidate field");
        return 0;
}

static void done(struct record *rec) {
        bh_buf_done(&rec->details);
}

int bh_ubuntu_read(const struct bh_feed_in *in, struct bh_err *err) {
        BH_CLEANUP(done) struct record rec = { .arena = in->arena, .priorities = bh_map_in(in->arena) };
        int r = read_lines(in, &rec, err);

        if (r < 0)
                return r;
        rec.a.details = bh_str_trim(bh_arena_str(in->arena, bh_buf_str(&rec.details)));
        use_priorities(&rec);
        rec.a.affected = rec.affected.at;
        rec.a.n_affected = (uint32_t) rec.affected.len;
        rec.a.cvss = rec.cvss.at;
        rec.a.n_cvss = (uint32_t) rec.cvss.len;
        rec.a.references = rec.references.at;
        rec.a.n_references = (uint32_t) rec.references.len;
        return bh_feed_emit(in, &rec.a, err);
}
