/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file, before rules of our own with a trigger and rules of a user that ask for all we tell them. */
#include <stdlib.h>

#include "fuzz.h"
#include "scan/content/rules.h"
#include "scan/malware/yara.h"

static const char own[] = "rule own { meta: author = \"a\" description = \"d\" severity = \"high\" reference = \"r\" trigger = \"trig\" trigger = \"ELF\"\n"
                          "strings: $a = \"trig\" nocase $b = { 7f 45 4c 46 [0-8] 3e } $c = /[a-z]{3,9}:\\/\\/[0-9.]+/ condition: $a or 2 of them }";
static const char users[] = "rule users { meta: description = \"d\" strings: $a = \"x\" condition: #a > 3 or filename matches /sh$/ or filetype == \"ELF\" "
                            "or uint32(0) == 0x464c457f or owner == \"root\" or extension == \".php\" }\n"
                            "import \"elf\" import \"pe\" import \"math\" rule parts { condition: pe.number_of_sections > 1 or elf.number_of_sections > 1 or "
                            "math.entropy(0, filesize) > 7.5 }";

struct engine {
        struct bh_yara *yara;
        struct bh_yara_run *run;
        struct bh_literals *literals;
        struct bh_literals_scratch *scratch;
};

static struct engine *engine(void) {
        static struct engine e;
        BH_CLEANUP(bh_buf_done) struct bh_buf bundle = { 0 };
        struct bh_literals_builder *b;
        struct bh_err err = BH_ERR_NONE;
        const struct bh_str *gaps;

        if (e.run)
                return &e;
        b = bh_literals_builder_new();
        bh_content_bundle_add(&bundle, BH_STR("content/malware/own.yar"), bh_str_of(own));
        bh_content_bundle_add(&bundle, BH_STR("yara/0/users.yar"), bh_str_of(users));
        if (bh_yara_load(bh_buf_str(&bundle), &e.yara, &err) < 0 || bh_yara_register(e.yara, b, &err) < 0 ||
            bh_literals_build(b, &e.literals, &err) < 0 || bh_yara_count(e.yara) < 3 || bh_yara_gaps(e.yara, &gaps) > 0)
                abort();
        bh_literals_builder_free(&b);
        e.scratch = bh_literals_scratch_new(e.literals);
        e.run = bh_yara_run_new(e.yara);
        return &e;
}

static int on_hit(void *user, enum bh_owner owner, uint32_t rule, size_t end) {
        (void) rule;
        (void) end;
        *(bool *) user |= owner == BH_OWNER_YARA;
        return 0;
}

/* What is said of a stranger's file is text, and names its author where the rule has one. */
static int on_finding(void *user, const struct bh_finding *f, struct bh_err *err) {
        (void) user;
        (void) err;
        if (!bh_str_is_text(f->evidence) || f->rule.len == 0)
                abort();
        return 0;
}

static void on_gap(void *user, struct bh_str where, const struct bh_err *err) {
        (void) user;
        (void) where;
        (void) err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const char *const paths[] = { "srv/x.php", "usr/bin/sh", "a" };
        struct bh_finding_sink sink = { NULL, on_finding, on_gap };
        struct bh_str bytes = { (const char *) data, size };
        struct engine *e = engine();
        struct bh_err err = BH_ERR_NONE;
        bool triggered = false;

        BH_IGNORE(bh_literals_scan(e->literals, e->scratch, bytes, 0, SIZE_MAX, on_hit, &triggered, &err));
        BH_IGNORE(bh_yara_scan(e->run, bh_str_of(paths[size % BH_LEN(paths)]), bytes, triggered, &sink, &err));
        return 0;
}
